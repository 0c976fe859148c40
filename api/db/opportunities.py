"""Keep what the parties of chances said, in chains of events beside those of the cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import orjson
import sqlalchemy as sa

from api.db.cases import append_events
from api.db.tables import CASE_EVENTS, CASES
from survey.opportunities.answers.deciding import next_due
from survey.opportunities.answers.journal import event_from_plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.db.store import Store
    from survey.cases.events import Event
    from survey.opportunities.answers import Talk

KIND = "opportunity"
_PREFIX = "opportunity:"


class TalkHead(NamedTuple):
    """Where a talk stands: its state, its last event, the hash that stands for all of them."""

    state: str
    seq: int
    hash: str


class TalkStore:
    """The talks of a county about its chances; calls join the transaction that is open, as those of `Store` do.

    A talk is a stream like a case: append-only, each event chained to the one before, checked and copied with them.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    def append(self, talk: Talk, events: Sequence[Event], expected: int, *, policy: str) -> None:
        """Add events to a talk: all or none.

        Parameters
        ----------
        talk
            The state after these events.
        expected
            Number of the last event that was there when they were decided; 0 for a new talk.
        policy
            The county's: by its office hours time is counted.

        Raises
        ------
        ConflictError
            Somebody else added events since: read again, decide again.
        ValueError
            The numbers do not go on from ``expected``.
        """
        utilities = dict.fromkeys(one for party in talk.parties for one in party.utilities)
        columns = {
            "kind": KIND, "phase": talk.state, "applicant": "", "utilities": f" {' '.join(utilities)} ",
            "next_at": next_due(talk), "overdue": int(talk.state == "expired"),
        }  # fmt: skip
        append_events(self.store, _PREFIX + talk.id, events, expected, policy=policy, columns=columns)

    def events(self, opportunity_id: str, after: int = 0) -> list[Event]:
        """Return the events of a talk after a number; empty where nobody has proposed the chance."""
        wanted = sa.and_(CASE_EVENTS.c.stream == _PREFIX + opportunity_id, CASE_EVENTS.c.seq > after)
        statement = sa.select(CASE_EVENTS.c.event).where(wanted).order_by(CASE_EVENTS.c.seq)
        with self.store.reading() as connection:
            return [event_from_plain(orjson.loads(text)) for text in connection.scalars(statement)]

    def head(self, opportunity_id: str) -> TalkHead | None:
        """Return where a talk stands; None where nobody has proposed the chance."""
        wanted = CASES.c.id == _PREFIX + opportunity_id
        with self.store.reading() as connection:
            found = connection.execute(sa.select(CASES.c.phase, CASES.c.seq, CASES.c.hash).where(wanted)).first()
        return None if found is None else TalkHead(*found)

    def heads(self, *, due_by: datetime | None = None) -> dict[str, TalkHead]:
        """Return where every talk stands, by id of its chance and in the order of ids.

        Parameters
        ----------
        due_by
            The clock has something to do by this moment: those alone that a tick is for.
        """
        conditions = [CASES.c.kind == KIND]
        if due_by is not None:
            conditions.append(CASES.c.next_at <= due_by)
        columns = sa.select(CASES.c.id, CASES.c.phase, CASES.c.seq, CASES.c.hash)
        with self.store.reading() as connection:
            lines = connection.execute(columns.where(*conditions).order_by(CASES.c.id))
            return {line[0].removeprefix(_PREFIX): TalkHead(*line[1:]) for line in lines}
