"""Keep cases as lists of events that only grow: append with the number seen, read, list."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import sqlalchemy as sa

from api.db.case_chains import START, chained
from api.db.columns import as_json
from api.db.errors import ConflictError, NotFoundError
from api.db.history import author
from api.db.tables import CASE_EVENTS, CASES
from survey.cases.journal import event_from_plain, event_to_plain
from survey.cases.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.db.store import Store
    from survey.cases.events import Event
    from survey.cases.state import Case

_STANDING = "standing:"


@dataclasses.dataclass(frozen=True, slots=True)
class CaseRow:
    """Where a case stands, for lists.

    Parameters
    ----------
    seq
        Number of its last event; what the next `CaseStore.append` expects.
    next_at
        When the clock next has something to do: warn, alarm, tell, take silence for no objection; None: nothing.
    overdue
        How many running times are past due, as of the last event.
    """

    id: str
    kind: str
    policy: str
    seq: int
    hash: str
    phase: str
    applicant: str
    utilities: tuple[str, ...]
    next_at: datetime | None
    overdue: int
    changed_at: datetime


class Head(NamedTuple):
    """The last event of a case: its number, and the hash that stands for all of them."""

    seq: int
    hash: str


class CaseStore:
    """The cases of a county, in its store; calls join the transaction that is open, as those of `Store` do."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def append(self, case: Case | Standing, events: Sequence[Event], expected: int) -> CaseRow:
        """Add events to a case, or to an operator's standing: all or none.

        Parameters
        ----------
        case
            The state after these events: what lists show.
        events
            As `survey.cases.decide` gave them, numbered on from ``expected``.
        expected
            Number of the last event that was there when they were decided; 0 for a new case.

        Raises
        ------
        ConflictError
            Somebody else added events since: read again, decide again.
        ValueError
            The numbers do not go on from ``expected``, or the state is not the one after them.
        """
        if events and case.seq != events[-1].seq:
            raise ValueError(f"events to {events[-1].seq} do not lead to {case.seq}")
        stream = stream_of(case)
        with self.store.transaction():
            append_events(self.store, stream, events, expected, policy=case.policy, columns=_columns(case))
            return self.row(stream)

    def events(self, stream: str, after: int = 0) -> list[Event]:
        """Return the events of a case (or ``standing:OPERATOR``) after a number; empty where there is none."""
        wanted = sa.and_(CASE_EVENTS.c.stream == stream, CASE_EVENTS.c.seq > after)
        statement = sa.select(CASE_EVENTS.c.event).where(wanted).order_by(CASE_EVENTS.c.seq)
        with self.store.reading() as connection:
            return [event_from_plain(orjson.loads(text)) for text in connection.scalars(statement)]

    def row(self, stream: str) -> CaseRow:
        """Return where a case stands; `NotFoundError` where there is none."""
        with self.store.reading() as connection:
            found = connection.execute(sa.select(CASES).where(CASES.c.id == stream)).first()
        if found is None:
            raise NotFoundError("cases", stream)
        return _row(found)

    def hash_of(self, stream: str) -> str | None:
        """Return the hash of the last event of a case; None where it has none."""
        with self.store.reading() as connection:
            found: str | None = connection.scalar(sa.select(CASES.c.hash).where(CASES.c.id == stream))
            return found

    def policy_of(self, stream: str) -> str | None:
        """Return by which policy a case was begun; None where there is no such case."""
        with self.store.reading() as connection:
            found: str | None = connection.scalar(sa.select(CASES.c.policy).where(CASES.c.id == stream))
            return found

    def heads(self) -> dict[str, Head]:
        """Return the last event of every case, by id and in the order of ids."""
        statement = sa.select(CASES.c.id, CASES.c.seq, CASES.c.hash).where(CASES.c.kind == "case").order_by(CASES.c.id)
        with self.store.reading() as connection:
            return {one: Head(seq, known) for one, seq, known in connection.execute(statement)}

    def next_id(self, year: int) -> str:
        """Return the id of the next case of a year: ``2026-00001``; call it in the transaction that begins the case."""
        prefix = f"{year:04d}-"
        with self.store.reading() as connection:
            last = connection.scalar(
                sa.select(sa.func.max(CASES.c.id)).where(CASES.c.kind == "case", CASES.c.id.like(f"{prefix}_____"))
            )
        return f"{prefix}{int(str(last)[len(prefix) :]) + 1 if last else 1:05d}"

    def list(
        self, *, phase: str | None = None, utility: str | None = None, applicant: str | None = None,
        policy: str | None = None, overdue: bool | None = None, due_by: datetime | None = None,
        after: str | None = None, limit: int = 1000,
    ) -> list[CaseRow]:  # fmt: skip
        """Return cases ordered by id, those that meet every filter given; standings of operators are not among them.

        Parameters
        ----------
        utility
            One of its tasks is for this utility.
        policy
            It was begun by this one.
        overdue
            Whether any running time is past due.
        due_by
            The clock has something to do by this moment: the cases that a tick is for.
        after, limit
            The last id of the page before, and how many at most.
        """
        conditions = [CASES.c.kind == "case"]
        if phase is not None:
            conditions.append(CASES.c.phase == phase)
        if applicant is not None:
            conditions.append(CASES.c.applicant == applicant)
        if utility is not None:
            conditions.append(CASES.c.utilities.contains(f" {utility} ", autoescape=True))
        if policy is not None:
            conditions.append(CASES.c.policy == policy)
        if overdue is not None:
            conditions.append(CASES.c.overdue > 0 if overdue else CASES.c.overdue == 0)
        if due_by is not None:
            conditions.append(CASES.c.next_at <= due_by)
        if after is not None:
            conditions.append(CASES.c.id > after)
        statement = sa.select(CASES).where(*conditions).order_by(CASES.c.id).limit(limit)
        with self.store.reading() as connection:
            return [_row(line) for line in connection.execute(statement)]

    def operators(self, *, suspended: bool | None = None, due_by: datetime | None = None) -> tuple[str, ...]:
        """Return the operators with a standing, in order; a county has few.

        Parameters
        ----------
        suspended
            Whether their commitments are suspended.
        due_by
            The months of their suspension are over by this moment.
        """
        conditions = [CASES.c.kind == "standing"]
        if suspended is not None:
            conditions.append(CASES.c.phase == "suspended" if suspended else CASES.c.phase != "suspended")
        if due_by is not None:
            conditions.append(CASES.c.next_at <= due_by)
        with self.store.reading() as connection:
            ids = connection.scalars(sa.select(CASES.c.id).where(*conditions).order_by(CASES.c.id))
            return tuple(one.removeprefix(_STANDING) for one in ids)


def append_events(
    store: Store, stream: str, events: Sequence[Event], expected: int, *, policy: str, columns: Mapping[str, Any]
) -> None:
    """Chain events to the end of a stream and write where it stands by then: all or none.

    Parameters
    ----------
    stream
        Id of a case, or of what else has events.
    policy
        By which it is begun; kept as it was where it has begun.
    columns
        Those of `CASES` that follow from the state after the events.

    Raises
    ------
    ConflictError, ValueError
        As `CaseStore.append`.
    """
    numbers = [event.seq for event in events]
    if not events or numbers != list(range(expected + 1, expected + 1 + len(events))):
        raise ValueError(f"events {numbers} do not lead on from {expected}")
    with store.transaction() as connection:
        head = connection.execute(sa.select(CASES).where(CASES.c.id == stream)).first()
        current, known = (0, START) if head is None else (head.seq, head.hash)
        if current != expected:
            raise ConflictError(stream, current, expected)
        lines = []
        for event in events:
            text = as_json(event_to_plain(event))
            known = chained(known, stream, text)
            lines.append({
                "stream": stream, "seq": event.seq, "kind": event.body.kind, "at": event.at,
                "who": author(event.actor.name), "event": text, "hash": known,
            })  # fmt: skip
        connection.execute(sa.insert(CASE_EVENTS), lines)
        row = {"seq": numbers[-1], "hash": known, "changed_at": events[-1].at, **columns}
        if head is None:
            connection.execute(sa.insert(CASES), {"id": stream, "policy": policy, **row})
        else:
            connection.execute(sa.update(CASES).where(CASES.c.id == stream).values(row))


def stream_of(case: Case | Standing) -> str:
    """Return under which id the events of a case or of a standing are kept."""
    return f"{_STANDING}{case.operator}" if isinstance(case, Standing) else case.id


def _columns(case: Case | Standing) -> Mapping[str, Any]:
    if isinstance(case, Standing):
        phase = "suspended" if case.suspended else "standing"
        return {
            "kind": "standing", "phase": phase, "applicant": "", "utilities": "", "next_at": case.ends,
            "overdue": len(case.overdue),
        }  # fmt: skip
    running = [clock for clock in case.clocks.values() if clock.status == "running"]
    return {
        "kind": "case", "phase": case.phase, "applicant": author(case.applicant),
        "utilities": f" {' '.join(case.tasks)} ", "next_at": case.next_at,
        "overdue": sum(clock.passed for clock in running),
    }  # fmt: skip


def _row(line: Any) -> CaseRow:  # noqa: ANN401 - a row of SQLAlchemy
    values = {field.name: getattr(line, field.name) for field in dataclasses.fields(CaseRow)}
    return CaseRow(**{**values, "utilities": tuple(line.utilities.split())})
