"""Judge a route of a case again when it was changed on the map: no commitment outlives what it was given for."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

from api.case_measuring import judged
from api.errors import ProblemError
from geo.faults import BadInputError
from survey.calendar import local
from survey.cases.commands import ChangeRoute, Command
from survey.cases.draft import SYSTEM
from survey.cases.permit_commands import UNDER_WAY

if TYPE_CHECKING:
    from api.casework import Casework
    from api.dependencies import Service
    from survey.cases.state import Case, Task

log = logging.getLogger("cotrench.api")


class _Named(NamedTuple):
    """The routes that a case names as of an event, and whether one of them still has to be judged again."""

    seq: int
    routes: frozenset[str]
    owed: bool


class RouteWatch:
    """Compares the revisions that cases were judged on with those that are stored, whenever something was written.

    What was changed while the service did not run is found when it starts. A route that is gone is left to people.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._seen = -1
        self._known: dict[str, _Named] = {}

    def look(self) -> int:
        """Judge again what was changed since the last look; return how many tasks that were.

        Only cases that name a changed route, or have moved on themselves, are looked at; one that could not be judged
        again is looked at each time.
        """
        work, last = self._service.at_work(), self._service.store.last_change()
        if work is None or last == self._seen:
            return 0
        known, moved = self._named(work)
        changed = None if self._seen < 0 else self._changed_routes()
        found = 0
        for case_id, named in known.items():
            if case_id in moved or named.owed or changed is None or not changed.isdisjoint(named.routes):
                case = work.case(case_id)
                done = [self._judge(work, case, task) for task in self._changed(case)]
                known[case_id] = named._replace(owed=not all(done))
                found += sum(done)
        self._known, self._seen = known, last
        return found

    def _named(self, work: Casework) -> tuple[dict[str, _Named], set[str]]:
        """Return which routes each case at work names, and the cases that have moved on since the last look."""
        heads = work.cases.heads("working")
        moved = {one for one, seq in heads.items() if one not in self._known or self._known[one].seq != seq}
        known = {one: self._known[one] for one in heads if one not in moved}
        for one in moved:
            routes = frozenset(task.route for task in work.case(one).active if task.route)
            known[one] = _Named(heads[one], routes, owed=False)
        return known, moved

    def _changed_routes(self) -> set[str]:
        """Return the routes that were written since the last look."""
        found, after = set(), self._seen
        while changes := self._service.store.changes_since(after):
            found |= {change.id for change in changes if change.layer == "routes"}
            after = changes[-1].number
        return found

    def _changed(self, case: Case) -> list[Task]:
        """Return the tasks under way whose route has a newer revision than the one that was judged."""
        tasks = [task for task in case.active if task.route and task.status in UNDER_WAY]
        rows = {row.id: row.revision for row in self._service.store.rows("routes", [task.route for task in tasks])}
        return [task for task in tasks if rows.get(task.route, 0) > task.revision]

    def _judge(self, work: Casework, case: Case, task: Task) -> bool:
        now = self._service.now()
        try:
            judgement = judged(self._service, work.policy, task.route, task.utility, local(now).date())
            command = Command(
                f"route:{task.utility}:{judgement.revision}", SYSTEM, ChangeRoute(task.utility, judgement)
            )
            work.act(case.id, command, now)
        except BadInputError as refusal:  # somebody was quicker, works have ended, or the route cannot be measured
            log.warning("case %s: the change of route %s was not taken over: %s", case.id, task.route, refusal)
            return False
        except ProblemError as problem:
            if problem.problem.code != "input.refused":
                raise
            log.warning("case %s: route %s cannot be judged: %s", case.id, task.route, problem)
            return False
        return True
