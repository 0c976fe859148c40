"""Judge a route of a case again when it was changed on the map: no commitment outlives what it was given for."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

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
    from survey.cases.digests import Digest, Part

log = logging.getLogger("cotrench.api")


class RouteWatch:
    """Compares the revisions that cases were judged on with those that are stored, whenever something was written.

    What was changed while the service did not run is found when it starts. A route that is gone is left to people.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._seen = -1
        self._looked: dict[str, int] = {}
        self._owed: set[str] = set()

    def look(self) -> int:
        """Judge again what was changed since the last look; return how many tasks that were.

        Only cases that name a changed route, or have moved on themselves, are looked at; one that could not be judged
        again is looked at each time.
        """
        work, last = self._service.at_work(), self._service.store.last_change()
        if work is None or last == self._seen:
            return 0
        changed = None if self._seen < 0 else self._changed_routes()
        digests = work.digests(self._service.now())
        looked = [one for one in digests.values() if self._is_suspect(one, changed)]
        routes = sorted({part.route for one in looked for part in one.parts if _is_under_way(part)})
        revisions = {row.id: row.revision for row in self._service.store.rows("routes", routes)}
        owed, found = set(), 0
        for one in looked:
            behind = [
                part for part in one.parts if _is_under_way(part) and revisions.get(part.route, 0) > part.revision
            ]
            done = [self._judge(work, one.id, part) for part in behind]
            owed |= set() if all(done) else {one.id}
            found += sum(done)
        self._owed, self._seen = owed, last
        self._looked = {one.id: one.history.seq for one in digests.values()}
        return found

    def _is_suspect(self, one: Digest, changed: set[str] | None) -> bool:
        """Return whether a case may rest on a route that is another by now; ``changed`` None: any may be."""
        routes = {part.route for part in one.parts if _is_under_way(part)}
        if one.phase != "working" or not routes:
            return False
        moved = self._looked.get(one.id) != one.history.seq
        return changed is None or moved or one.id in self._owed or not changed.isdisjoint(routes)

    def _changed_routes(self) -> set[str]:
        """Return the routes that were written since the last look."""
        found, after = set(), self._seen
        while changes := self._service.store.changes_since(after):
            found |= {change.id for change in changes if change.layer == "routes"}
            after = changes[-1].number
        return found

    def _judge(self, work: Casework, case_id: str, task: Part) -> bool:
        now = self._service.now()
        try:
            judgement = judged(self._service, work.policy, task.route, task.utility, local(now).date())
            command = Command(
                f"route:{task.utility}:{judgement.revision}", SYSTEM, ChangeRoute(task.utility, judgement)
            )
            work.act(case_id, command, now)
        except BadInputError as refusal:  # somebody was quicker, works have ended, or the route cannot be measured
            log.warning("case %s: the change of route %s was not taken over: %s", case_id, task.route, refusal)
            return False
        except ProblemError as problem:
            if problem.problem.code != "input.refused":
                raise
            log.warning("case %s: route %s cannot be judged: %s", case_id, task.route, problem)
            return False
        return True


def _is_under_way(part: Part) -> bool:
    return bool(part.route) and part.status in UNDER_WAY
