"""Keep who has accepted which finding and why, and who has taken it back; nothing is ever taken out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from api.db.history import author
from api.db.tables import ACCEPTANCES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from api.db.store import Store

AcceptanceKind = Literal["accept", "withdraw"]


@dataclasses.dataclass(frozen=True, slots=True)
class Acceptance:
    """One line of the record: that a finding was accepted, or that this was taken back.

    Parameters
    ----------
    number
        Rises with every line of the store.
    finding, facts
        The finding's id, and the digest of what decided it then: an acceptance holds as long as this stays.
    reason
        Why it is accepted; of a withdrawal None where none was given.
    who, at
        By whom and when, in UTC.
    told
        The finding as it read then.
    """

    number: int
    finding: str
    kind: AcceptanceKind
    facts: str
    reason: str | None
    who: str
    at: datetime
    told: dict[str, Any]


FIELDS = [field.name for field in dataclasses.fields(Acceptance)]


def current(store: Store) -> dict[str, Acceptance]:
    """Return the acceptance of every finding that has one which was not taken back, by the finding's id."""
    last = sa.select(sa.func.max(ACCEPTANCES.c.number)).group_by(ACCEPTANCES.c.finding)
    wanted = sa.and_(ACCEPTANCES.c.number.in_(last), ACCEPTANCES.c.kind == "accept")
    return {line.finding: line for line in _read(store, wanted)}


def history(store: Store, finding: str) -> list[Acceptance]:
    """Return every line about a finding, the first one first."""
    return _read(store, ACCEPTANCES.c.finding == finding)


def last_number(store: Store) -> int:
    """Return the number of the last line; 0 where nothing was ever accepted."""
    with store.reading() as connection:
        return connection.scalar(sa.select(sa.func.max(ACCEPTANCES.c.number))) or 0


def record(
    store: Store,
    kind: AcceptanceKind,
    finding: str,
    facts: str,
    reason: str | None,
    told: Mapping[str, Any],
    *,
    who: str,
    now: datetime,
) -> Acceptance:
    """Write one line and return it; inside a transaction of the store, or one of its own.

    Parameters
    ----------
    told
        The finding as it reads, plain values for JSON.
    who, now
        Whom and when the record names; ``now`` with its time zone.
    """
    with store.transaction() as connection:
        number = (connection.scalar(sa.select(sa.func.max(ACCEPTANCES.c.number))) or 0) + 1
        why = None if reason is None else author(reason)
        made = Acceptance(number, finding, kind, facts, why, author(who), now, dict(told))
        connection.execute(sa.insert(ACCEPTANCES), {name: getattr(made, name) for name in FIELDS})
    return made


def _read(store: Store, wanted: sa.ColumnElement[bool]) -> list[Acceptance]:
    statement = sa.select(ACCEPTANCES).where(wanted).order_by(ACCEPTANCES.c.number)
    with store.reading() as connection:
        return [Acceptance(*(getattr(line, name) for name in FIELDS)) for line in connection.execute(statement)]
