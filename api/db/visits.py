"""Keep joint visits in chains of events beside those of the cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from api.db.streams import StreamStore
from api.db.tables import CASES
from survey.visits.keeping.journal import event_from_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from survey.cases.events import Event
    from survey.visits.keeping import Visit


class VisitStore(StreamStore["Visit"]):
    """The joint visits of a county."""

    kind = "visit"

    @classmethod
    def event(cls, plain: Mapping[str, Any]) -> Event:
        """Read an event of a visit."""
        return event_from_plain(plain)

    @classmethod
    def columns(cls, state: Visit) -> dict[str, Any]:
        """Return what lists need of a visit; no clock works in it."""
        return {"phase": state.state, "utilities": "", "next_at": None, "overdue": 0}

    def next_id(self, year: int) -> str:
        """Return the id of the next visit of a year: ``V-2026-0001``; call it in the transaction that begins it."""
        prefix = self.stream(f"V-{year:04d}-")
        wanted = sa.and_(CASES.c.kind == self.kind, CASES.c.id.like(f"{prefix}%"))
        with self.store.reading() as connection:
            numbers = [int(one.removeprefix(prefix)) for one in connection.scalars(sa.select(CASES.c.id).where(wanted))]
        return f"V-{year:04d}-{max(numbers, default=0) + 1:04d}"
