"""Keep joint visits in chains of events beside those of the cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import orjson
import sqlalchemy as sa

from api.db.cases import append_events
from api.db.tables import CASE_EVENTS, CASES
from survey.visits.keeping.journal import event_from_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.db.store import Store
    from survey.cases.events import Event
    from survey.visits.keeping import Visit

KIND = "visit"
_PREFIX = "visit:"


class VisitHead(NamedTuple):
    """Where a visit stands: its state, its last event, the hash that stands for all of them."""

    state: str
    seq: int
    hash: str


class VisitStore:
    """The joint visits of a county; calls join the transaction that is open, as those of `Store` do.

    A visit is a stream like a case: append-only, each event chained to the one before, checked and copied with them.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    def append(self, visit: Visit, events: Sequence[Event], expected: int, *, policy: str) -> None:
        """Add events to a visit: all or none.

        Parameters
        ----------
        visit
            The state after these events.
        expected
            Number of the last event that was there when they were decided; 0 for a new visit.
        policy
            The county's: by its office hours the visit is planned.

        Raises
        ------
        ConflictError
            Somebody else added events since: read again, decide again.
        ValueError
            The numbers do not go on from ``expected``.
        """
        columns = {
            "kind": KIND, "phase": visit.state, "applicant": "", "utilities": "", "next_at": None, "overdue": 0,
        }  # fmt: skip
        append_events(self.store, _PREFIX + visit.id, events, expected, policy=policy, columns=columns)

    def events(self, visit_id: str, after: int = 0) -> list[Event]:
        """Return the events of a visit after a number; empty where there is none."""
        wanted = sa.and_(CASE_EVENTS.c.stream == _PREFIX + visit_id, CASE_EVENTS.c.seq > after)
        statement = sa.select(CASE_EVENTS.c.event).where(wanted).order_by(CASE_EVENTS.c.seq)
        with self.store.reading() as connection:
            return [event_from_plain(orjson.loads(text)) for text in connection.scalars(statement)]

    def head(self, visit_id: str) -> VisitHead | None:
        """Return where a visit stands; None where there is none."""
        wanted = CASES.c.id == _PREFIX + visit_id
        with self.store.reading() as connection:
            found = connection.execute(sa.select(CASES.c.phase, CASES.c.seq, CASES.c.hash).where(wanted)).first()
        return None if found is None else VisitHead(*found)

    def heads(self) -> dict[str, VisitHead]:
        """Return where every visit stands, by id and in the order of ids."""
        columns = sa.select(CASES.c.id, CASES.c.phase, CASES.c.seq, CASES.c.hash)
        with self.store.reading() as connection:
            lines = connection.execute(columns.where(CASES.c.kind == KIND).order_by(CASES.c.id))
            return {line[0].removeprefix(_PREFIX): VisitHead(*line[1:]) for line in lines}

    def next_id(self, year: int) -> str:
        """Return the id of the next visit of a year: ``V-2026-0001``; call it in the transaction that begins it."""
        prefix = f"{_PREFIX}V-{year:04d}-"
        wanted = sa.and_(CASES.c.kind == KIND, CASES.c.id.like(f"{prefix}%"))
        with self.store.reading() as connection:
            numbers = [int(one.removeprefix(prefix)) for one in connection.scalars(sa.select(CASES.c.id).where(wanted))]
        return f"V-{year:04d}-{max(numbers, default=0) + 1:04d}"
