"""Keep the joint programmes that were planned: what was asked, how far it is, what came out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from api.db.errors import NotFoundError
from api.db.tables import PROGRAMMES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from api.db.store import Store

State = Literal["running", "done", "failed"]
HEAVY = ("result", "shapes")
MOST_LISTED = 200


@dataclasses.dataclass(frozen=True, slots=True)
class StoredProgramme:
    """A programme, from the moment that it was asked for.

    Parameters
    ----------
    name
        What people call it; empty: nothing.
    owner, who
        Whose it is: the id of an account (empty: nobody signed in), and the name that people see.
    state
        ``failed``: nothing can be planned, for the ``faults``.
    asked
        The request, plain values for JSON.
    seen_at
        When the process that plans it last said so.
    stopping
        Whether somebody has asked it to end.
    progress, totals, faults
        Plain values; None until there are some.
    result, shapes
        The programme as `survey.programme.telling` tells it, and the geometries (WKB, hexadecimal) that it was
        planned with; None until it is done, and in lists.
    """

    id: str
    name: str
    owner: str
    who: str
    state: State
    asked: dict[str, Any]
    created_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None
    stopping: bool = False
    progress: dict[str, Any] | None = None
    totals: dict[str, Any] | None = None
    faults: list[dict[str, Any]] | None = None
    result: dict[str, Any] | None = None
    shapes: dict[str, dict[str, str]] | None = None


FIELDS = [field.name for field in dataclasses.fields(StoredProgramme)]
LIGHT = [name for name in FIELDS if name not in HEAVY]


def create(store: Store, programme: StoredProgramme) -> None:
    """Keep a programme that is asked for."""
    with store.transaction() as connection:
        connection.execute(sa.insert(PROGRAMMES), {name: getattr(programme, name) for name in FIELDS})


def listed(store: Store) -> list[StoredProgramme]:
    """Return the last 200 programmes without their results, the newest first."""
    columns = [PROGRAMMES.c[name] for name in LIGHT]
    newest = sa.select(*columns).order_by(PROGRAMMES.c.created_at.desc(), PROGRAMMES.c.id).limit(MOST_LISTED)
    with store.reading() as connection:
        return [StoredProgramme(**line._mapping) for line in connection.execute(newest)]  # noqa: SLF001 - its public name


def get(store: Store, programme_id: str) -> StoredProgramme:
    """Return a programme whole; `NotFoundError` where there is none."""
    with store.reading() as connection:
        found = connection.execute(sa.select(PROGRAMMES).where(PROGRAMMES.c.id == programme_id)).first()
    if found is None:
        raise NotFoundError("programmes", programme_id)
    return StoredProgramme(*(getattr(found, name) for name in FIELDS))


def under_way(store: Store, owner: str, since: datetime) -> int:
    """Return how many programmes of somebody are planned, or wait for it, in processes that were there since."""
    own = (PROGRAMMES.c.owner == owner) & (PROGRAMMES.c.state == "running") & (PROGRAMMES.c.seen_at >= since)
    with store.reading() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(PROGRAMMES).where(own)) or 0)


def keep_waiting(store: Store, ids: Collection[str], now: datetime) -> None:
    """Write that some programmes still wait for their turn in a process that is there."""
    if not ids:
        return
    waiting = sa.update(PROGRAMMES).where(PROGRAMMES.c.id.in_(sorted(ids)), PROGRAMMES.c.state == "running")
    with store.transaction() as connection:
        connection.execute(waiting.values(seen_at=now))


def beat(store: Store, programme_id: str, progress: Mapping[str, Any] | None, now: datetime) -> bool:
    """Write that a programme is being planned, and how far it is; return whether it is to end, or was taken out."""
    change: dict[str, Any] = {"seen_at": now} | ({} if progress is None else {"progress": dict(progress)})
    with store.transaction() as connection:
        connection.execute(sa.update(PROGRAMMES).where(PROGRAMMES.c.id == programme_id).values(change))
        stopping = connection.scalar(sa.select(PROGRAMMES.c.stopping).where(PROGRAMMES.c.id == programme_id))
    return stopping is None or bool(stopping)


def finish(store: Store, programme_id: str, state: State, now: datetime, **found: Any) -> None:  # noqa: ANN401 - columns
    """Write what came out; nothing where the programme was taken out meanwhile."""
    change = {"state": state, "seen_at": now, "ended_at": now, **found}
    with store.transaction() as connection:
        connection.execute(sa.update(PROGRAMMES).where(PROGRAMMES.c.id == programme_id).values(change))


def ask_to_stop(store: Store, programme_id: str) -> None:
    """Let whoever plans it take the best so far."""
    with store.transaction() as connection:
        connection.execute(sa.update(PROGRAMMES).where(PROGRAMMES.c.id == programme_id).values(stopping=True))


def delete(store: Store, programme_id: str) -> None:
    """Take a programme out for good; who plans it ends."""
    with store.transaction() as connection:
        connection.execute(sa.delete(PROGRAMMES).where(PROGRAMMES.c.id == programme_id))
