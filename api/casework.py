"""Carry out commands on stored cases: read, decide and append in one transaction, and let the clock work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.case_book import CaseBook
from api.case_memory import Memory
from api.db.cases import CaseStore
from geo.faults import BadInputError, Fault
from survey.cases.commands import Command, Tick
from survey.cases.decide import decide
from survey.cases.draft import SYSTEM
from survey.cases.evolve import evolve, replay
from survey.cases.refusals import RefusedError
from survey.cases.standing import (
    Standing,
    StandingTick,
    TakeOver,
    decide_standing,
    evolve_standing,
    replay_standing,
    told_by_case,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.db.cases import CaseRow
    from api.db.store import Store
    from survey.calendar import Calendar
    from survey.cases.digests import Digest
    from survey.cases.events import Event
    from survey.cases.state import Case
    from survey.policies import Policy

PAGE = 200
"""How many cases a tick looks at in one transaction, so that people need not wait for it."""

_CASES: Memory[Case] = Memory()


class Casework:
    """The cases of a county at work.

    Writers come one at a time: of two who act at once, the second decides upon what the first has done. A command and
    what it means for the operator's standing are written together, or not at all. ``book`` is what the service
    remembers of its cases; None: nothing yet.
    """

    def __init__(self, store: Store, policy: Policy, calendar: Calendar, book: CaseBook | None = None) -> None:
        self.book = CaseBook() if book is None else book
        self.store = store
        self.cases = CaseStore(store)
        self.policy = policy
        self.calendar = calendar

    def case(self, case_id: str) -> Case:
        """Return a case as it stands; one that nobody has begun is new."""
        head = self.cases.hash_of(case_id)
        if head is None:
            return replay(case_id, self.policy.id, [])
        with self.store.reading():  # the events that belong to the hash
            key = (self.policy.id, case_id, self.cases.hash_of(case_id) or head)
            return _CASES.get(key, lambda: replay(case_id, self.policy.id, self.cases.events(case_id)))

    def played(self, digest: Digest) -> Case:
        """Return the case of a digest as it stands, without asking the store for what is remembered."""
        known = _CASES.known((self.policy.id, digest.id, self.book.hash_of(digest.id) or ""))
        return self.case(digest.id) if known is None else known

    def digests(self, now: datetime) -> dict[str, Digest]:
        """Return every case in short, by id and in the order of ids."""
        return self.book.digests(self, now)

    def standing(self, operator: str) -> Standing:
        """Return the standing of an operator; one of whom nothing is known has a clean one."""
        events = self.cases.events(f"standing:{operator}")
        return replay_standing(operator, self.policy.id, events)

    def act(self, case_id: str, command: Command, now: datetime) -> Case:
        """Carry a command out and return the case after it.

        Raises
        ------
        survey.cases.refusals.RefusedError
            With the clause and what is possible now; nothing was changed.
        BadInputError
            The case was begun by another policy than the county has now.
        """
        with self.store.transaction():
            self._refuse_of_another_policy(case_id)
            before = self.case(case_id)
            task = before.tasks.get(str(getattr(command.body, "utility", "")))
            standing = self._ticked(task.operator, command.id, now) if task is not None and task.operator else None
            events = decide(before, command, self.policy, self.calendar, now, standing=standing)
            after = before
            for event in events:
                after = evolve(after, event)
            if events:
                self.cases.append(after, events, before.seq)
                self._tell(after, events, command.id, now)
            return after

    def act_on_standing(self, operator: str, command: Command, now: datetime) -> Standing:
        """Carry out a step of the ladder and return the standing after it; `RefusedError` as in `act`."""
        with self.store.transaction():
            before = self.standing(operator)
            events = decide_standing(before, command, self.policy, now)
            after = before
            for event in events:
                after = evolve_standing(after, event)
            if events:
                self.cases.append(after, events, before.seq)
            return after

    def tick(self, now: datetime) -> int:
        """Let the clock work in every case and standing where something is due; return how many changed."""
        changed, after = sum(self._tick_standing(one, now) for one in self.cases.operators(due_by=now)), None
        while True:
            with self.store.transaction():
                rows = self.cases.list(policy=self.policy.id, due_by=now, after=after, limit=PAGE)
                for row in rows:
                    changed += self._tick(row, now)
            if len(rows) < PAGE:
                return changed
            after = rows[-1].id

    def _refuse_of_another_policy(self, case_id: str) -> None:
        """Refuse to decide a case by another document than it was begun by: its clauses are not those of this one."""
        begun = self.cases.policy_of(case_id)
        if begun not in (None, self.policy.id):
            raise BadInputError([_of_another(case_id, str(begun), self.policy.id)])

    def _tick(self, row: CaseRow, now: datetime) -> bool:
        try:
            return self.act(row.id, Command(f"tick:{row.seq}", SYSTEM, Tick()), now).seq != row.seq
        except RefusedError:  # its last event is ahead of this machine's clock: a later tick is in time
            return False

    def _tick_standing(self, operator: str, now: datetime) -> bool:
        seen = self.standing(operator).seq
        try:
            return self._ticked(operator, f"tick:{seen}", now).seq != seen
        except RefusedError:  # as above
            return False

    def _ticked(self, operator: str, command: str, now: datetime) -> Standing:
        """Return a standing in which a suspension that is over has ended."""
        return self.act_on_standing(operator, Command(f"{command}:standing", SYSTEM, StandingTick()), now)

    def _tell(self, case: Case, events: Sequence[Event], command: str, now: datetime) -> None:
        """Tell the standings of operators what a case has found."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for line in told_by_case(events):
            found.setdefault(case.tasks[line[1]].operator, []).append(line)
        for operator, lines in found.items():
            body = TakeOver(case.id, tuple(lines))
            self.act_on_standing(operator, Command(f"{case.id}:{command}", SYSTEM, body), now)


def _of_another(case_id: str, begun: str, now: str) -> Fault:
    return Fault(
        "case.of_another_policy",
        f"办件 {case_id} 按规则“{begun}”受理，本县现用“{now}”，不能接着办；记录都在",
        f"case {case_id} was begun by policy {begun!r} and the county has {now!r} now; nothing is lost",
        f"把本县规则设回“{begun}”，办结后再换",
        f"give the county {begun!r} again until such cases are done",
        field="policy",
        value=begun,
    )
