"""Keep overviews of tiles, each with the stamp of the rows that it was made of and the change at which that stood."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from api.db.boxes import Stamp
from api.db.tables import OVERVIEWS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from api.db.store import Store

    Key = tuple[str, str]


class KeptStamp(NamedTuple):
    """That a tile had this stamp of a layer when ``change`` was the last one: which stays true for ever."""

    change: int
    stamp: Stamp


class KeptOverview(NamedTuple):
    """An overview as bytes, and how it is drawn; None where it is only made into those above it."""

    steps: bytes
    drawn: bytes | None


def kept_stamps(connection: sa.Connection, basis: str) -> dict[Key, KeptStamp]:
    """Return what is told of the overviews of a basis, by layer and place; the overviews themselves are not read."""
    columns = OVERVIEWS.c
    statement = sa.select(columns.layer, columns.place, columns.change, columns.rows, columns.digest)
    lines = connection.execute(statement.where(columns.basis == basis)).all()
    return {(line.layer, line.place): KeptStamp(line.change, Stamp(line.rows, line.digest)) for line in lines}


def kept_overview(connection: sa.Connection, basis: str, key: Key, digest: str) -> KeptOverview | None:
    """Return the overview of a layer and place that was made of rows with this digest; None where none is kept."""
    columns = OVERVIEWS.c
    statement = sa.select(columns.steps, columns.drawn).where(*_of(basis, key), columns.digest == digest)
    line = connection.execute(statement).one_or_none()
    return None if line is None else KeptOverview(line.steps, line.drawn)


def keep_overview(store: Store, basis: str, key: Key, at: KeptStamp, made: KeptOverview) -> None:
    """Keep an overview in place of the one before; another process may keep the same meanwhile, once is enough."""
    layer, place = key
    with store.transaction() as connection:
        if kept_overview(connection, basis, key, at.stamp.digest) is not None:
            return
        connection.execute(sa.delete(OVERVIEWS).where(*_of(basis, key)))
        line = {"basis": basis, "layer": layer, "place": place, "change": at.change, "rows": at.stamp.rows}
        line |= {"digest": at.stamp.digest, "steps": made.steps, "drawn": made.drawn}
        connection.execute(sa.insert(OVERVIEWS), line)


def confirm_stamps(store: Store, basis: str, change: int, digests: Mapping[Key, str]) -> None:
    """Write down that stamps still stood at a later change, so that fewer changes are followed at the next start."""
    with store.transaction() as connection:
        for key, digest in digests.items():
            statement = sa.update(OVERVIEWS).where(*_of(basis, key), OVERVIEWS.c.digest == digest)
            connection.execute(statement.where(OVERVIEWS.c.change < change).values(change=change))


def forget_overviews(store: Store, basis: str, keys: Collection[Key]) -> None:
    """Drop overviews of places that need none any more."""
    with store.transaction() as connection:
        for key in keys:
            connection.execute(sa.delete(OVERVIEWS).where(*_of(basis, key)))


def forget_other_bases(store: Store, basis: str) -> None:
    """Drop what another program has made, or was made in another grid."""
    other = OVERVIEWS.c.basis != basis
    with store.reading() as connection:
        if connection.scalar(sa.select(sa.func.count()).select_from(OVERVIEWS).where(other)) == 0:
            return
    with store.transaction() as connection:
        connection.execute(sa.delete(OVERVIEWS).where(other))


def _of(basis: str, key: Key) -> tuple[sa.ColumnElement[bool], ...]:
    columns = OVERVIEWS.c
    return columns.basis == basis, columns.layer == key[0], columns.place == key[1]
