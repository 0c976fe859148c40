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
    from collections.abc import Iterator

    from api.casework import Casework
    from api.dependencies import Service
    from survey.cases.state import Case, Task

PAGE = 200
log = logging.getLogger("cotrench.api")


class RouteWatch:
    """Compares the revisions that cases were judged on with those that are stored, whenever something was written.

    What was changed while the service did not run is found when it starts. A route that is gone is left to people.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._seen = -1

    def look(self) -> int:
        """Judge again what was changed since the last look; return how many tasks that were."""
        work, last = self._service.at_work(), self._service.store.last_change()
        if work is None or last == self._seen:
            return 0
        found = sum(self._judge(work, case, task) for case in _working(work) for task in self._changed(case))
        self._seen = last
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


def _working(work: Casework) -> Iterator[Case]:
    after = None
    while True:
        page = work.cases.list(phase="working", after=after, limit=PAGE)
        for row in page:
            yield work.case(row.id)
        if len(page) < PAGE:
            return
        after = page[-1].id
