"""Read what lies in a box as arrays, tell whether it has changed, and where changes have been: for tiles."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

import shapely
import sqlalchemy as sa

from api.db.geometry import decode
from api.db.tables import CHANGES, GEOMETRY

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from api.db.dialects import Box, StoreDialect
    from api.db.tables import Layer


class Stamp(NamedTuple):
    """What stands for all rows of a layer in a box: how many, and a digest of which and in which revisions."""

    rows: int
    digest: str


def columns_in(
    connection: sa.Connection, dialect: StoreDialect, layer: Layer, box: Box, names: Sequence[str], least_m: float = 0.0
) -> tuple[NDArray[np.object_], dict[str, Sequence[Any]]]:
    """Return geometries and the named columns of the rows in a box and perhaps a few beside it, in a fixed order.

    ``least_m``: rows that are neither so wide nor so high may be left out.
    """
    columns = layer.table.c
    statement = sa.select(columns[GEOMETRY], *(columns[name] for name in names))
    found = connection.execute(
        statement.where(dialect.in_box(layer.table, box, least_m)).order_by(columns.number)
    ).all()
    values: list[Sequence[Any]] = list(zip(*found, strict=True)) if found else [()] * (len(names) + 1)
    # What is drawn may keep its SRID: taking it off would copy every geometry.
    return shapely.from_wkb(list(values[0])), dict(zip(names, values[1:], strict=True))


def stamp_in(connection: sa.Connection, dialect: StoreDialect, layer: Layer, box: Box) -> Stamp:
    """Return the stamp of the rows in a box and perhaps a few beside it: the same stamp is the same rows."""
    columns = layer.table.c
    statement = sa.select(columns.number, columns.revision).where(dialect.in_box(layer.table, box))
    return stamp_of(connection.execute(statement.order_by(columns.number)).all())


def stamp_of(revisions: Sequence[Sequence[Any]]) -> Stamp:
    """Return the stamp of rows by what names each and its revision.

    >>> stamp_of([(1, 1), (2, 1)]).rows, stamp_of([(1, 1)]) == stamp_of([(1, 2)])
    (2, False)
    """
    told = "\n".join(f"{name} {revision}" for name, revision in revisions)
    return Stamp(len(revisions), hashlib.sha256(told.encode()).hexdigest())


def changed_boxes(
    connection: sa.Connection, number: int, last: int, most: int
) -> dict[str, NDArray[np.float64]] | None:
    """Return where rows were and are that changes after ``number`` up to ``last`` have touched, by layer.

    Returns
    -------
    dict or None
        Layer to boxes (n, 4); None where there are more than ``most`` changes.
    """
    after, before = CHANGES, CHANGES.alias("before")
    earlier = sa.and_(
        before.c.layer == after.c.layer, before.c.id == after.c.id, before.c.revision == after.c.revision - 1
    )
    statement = (
        sa.select(after.c.layer, after.c.geometry, before.c.geometry)
        .outerjoin_from(after, before, earlier)
        .where(after.c.number > number, after.c.number <= last)
        .limit(most + 1)
    )
    found = connection.execute(statement).all()
    if len(found) > most:
        return None
    shapes: dict[str, list[bytes]] = {}
    for layer, now, then in found:
        shapes.setdefault(layer, []).extend(one for one in (now, then) if one is not None)
    return {layer: shapely.bounds(decode(ones)) for layer, ones in shapes.items()}
