"""Keep joint visits in chains of events beside those of the cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from api.db.cases import append_events
from api.db.streams import StreamStore
from api.db.tables import CASES
from survey.visits.keeping.journal import event_from_plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from survey.cases.events import Event
    from survey.visits.keeping import Visit


class VisitStore(StreamStore):
    """The joint visits of a county."""

    kind = "visit"

    @classmethod
    def event(cls, plain: Mapping[str, Any]) -> Event:
        """Read an event of a visit."""
        return event_from_plain(plain)

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
            "kind": self.kind, "phase": visit.state, "applicant": "", "utilities": "", "next_at": None, "overdue": 0,
        }  # fmt: skip
        append_events(self.store, self.stream(visit.id), events, expected, policy=policy, columns=columns)

    def next_id(self, year: int) -> str:
        """Return the id of the next visit of a year: ``V-2026-0001``; call it in the transaction that begins it."""
        prefix = self.stream(f"V-{year:04d}-")
        wanted = sa.and_(CASES.c.kind == self.kind, CASES.c.id.like(f"{prefix}%"))
        with self.store.reading() as connection:
            numbers = [int(one.removeprefix(prefix)) for one in connection.scalars(sa.select(CASES.c.id).where(wanted))]
        return f"V-{year:04d}-{max(numbers, default=0) + 1:04d}"
