"""Keep streams of events beside those of the cases: where each stands, and what has happened in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

import orjson
import sqlalchemy as sa

from api.db.cases import append_events
from api.db.tables import CASE_EVENTS, CASES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.db.store import Store
    from survey.cases.events import Event


class StreamHead(NamedTuple):
    """Where a stream stands: its state, its last event, the hash that stands for all of them."""

    state: str
    seq: int
    hash: str


class Stands(Protocol):
    """What a stream's events come to."""

    @property
    def id(self) -> str:
        """Return what it is called among its kind."""


State = TypeVar("State", bound=Stands)


class StreamStore(Generic[State]):
    """Streams of one kind; calls join the transaction that is open, as those of `Store` do.

    Each is a stream like a case: append-only, each event chained to the one before, checked and copied with them.
    ``kind`` is that of the lines in `CASES`, and with a colon the beginning of the streams' names.
    """

    kind: ClassVar[str]

    def __init__(self, store: Store) -> None:
        self.store = store

    @classmethod
    def stream(cls, name: str) -> str:
        """Return the name under which a stream is kept."""
        return f"{cls.kind}:{name}"

    @classmethod
    def event(cls, plain: Mapping[str, Any]) -> Event:
        """Read an event of this kind of stream."""
        raise NotImplementedError

    @classmethod
    def columns(cls, state: State) -> dict[str, Any]:
        """Return what `CASES` says of a state: ``phase``, ``utilities``, ``next_at`` and ``overdue``."""
        raise NotImplementedError

    def append(self, state: State, events: Sequence[Event], expected: int, *, policy: str) -> None:
        """Add events to a stream: all or none.

        Parameters
        ----------
        state
            After these events.
        expected
            Number of the last event that was there when they were decided; 0 for a new stream.
        policy
            The county's: by its office hours time is counted.

        Raises
        ------
        ConflictError
            Somebody else added events since: read again, decide again.
        ValueError
            The numbers do not go on from ``expected``.
        """
        columns = {"kind": self.kind, "applicant": "", **self.columns(state)}
        append_events(self.store, self.stream(state.id), events, expected, policy=policy, columns=columns)

    def events(self, name: str, after: int = 0) -> list[Event]:
        """Return the events of a stream after a number; empty where there is none."""
        wanted = sa.and_(CASE_EVENTS.c.stream == self.stream(name), CASE_EVENTS.c.seq > after)
        statement = sa.select(CASE_EVENTS.c.event).where(wanted).order_by(CASE_EVENTS.c.seq)
        with self.store.reading() as connection:
            return [self.event(orjson.loads(text)) for text in connection.scalars(statement)]

    def head(self, name: str) -> StreamHead | None:
        """Return where a stream stands; None where nobody has begun it."""
        wanted = CASES.c.id == self.stream(name)
        with self.store.reading() as connection:
            found = connection.execute(sa.select(CASES.c.phase, CASES.c.seq, CASES.c.hash).where(wanted)).first()
        return None if found is None else StreamHead(*found)

    def heads(self, *, due_by: datetime | None = None) -> dict[str, StreamHead]:
        """Return where every stream stands, by name and in the order of names.

        Parameters
        ----------
        due_by
            The clock has something to do by this moment: those alone that a tick is for.
        """
        conditions = [CASES.c.kind == self.kind]
        if due_by is not None:
            conditions.append(CASES.c.next_at <= due_by)
        columns = sa.select(CASES.c.id, CASES.c.phase, CASES.c.seq, CASES.c.hash)
        with self.store.reading() as connection:
            lines = connection.execute(columns.where(*conditions).order_by(CASES.c.id))
            return {line[0].removeprefix(f"{self.kind}:"): StreamHead(*line[1:]) for line in lines}
