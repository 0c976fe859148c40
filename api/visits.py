"""Carry out commands on joint visits: read, decide and append in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.case_memory import Memory
from api.db.visits import VisitStore
from survey.visits.keeping import Visit, decide, evolve, replay

if TYPE_CHECKING:
    from datetime import datetime

    from api.db.store import Store
    from api.db.streams import StreamHead
    from survey.cases.commands import Command

_VISITS: Memory[Visit] = Memory()


class Visits:
    """The joint visits of a county.

    Writers come one at a time: of two who act at once, the second decides upon what the first has done.
    """

    def __init__(self, store: Store, policy: str) -> None:
        self.store = store
        self.visits = VisitStore(store)
        self.policy = policy

    def visit(self, visit_id: str) -> Visit:
        """Return a visit as it stands; one that nobody has planned is new."""
        with self.store.reading():  # the events that belong to the hash
            head = self.visits.head(visit_id)
            return Visit(visit_id) if head is None else self._played(visit_id, head)

    def all(self) -> tuple[dict[str, StreamHead], dict[str, Visit]]:
        """Return where every visit stands, and each of them, by id."""
        with self.store.reading():
            heads = self.visits.heads()
            return heads, {name: self._played(name, head) for name, head in heads.items()}

    def act(self, visit_id: str, command: Command, now: datetime) -> Visit:
        """Carry a command out and return the visit after it.

        Raises
        ------
        survey.cases.refusals.RefusedError
            With what is possible now; nothing was changed.
        """
        with self.store.transaction():
            before = self.visit(visit_id)
            events = decide(before, command, now)
            after = before
            for event in events:
                after = evolve(after, event)
            if events:
                self.visits.append(after, events, before.seq, policy=self.policy)
            return after

    def _played(self, visit_id: str, head: StreamHead) -> Visit:
        return _VISITS.get((visit_id, head.hash), lambda: replay(visit_id, self.visits.events(visit_id)))
