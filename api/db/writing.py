"""Write rows of a layer together with their spatial index and their history; the caller holds the writer's lock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import shapely
import sqlalchemy as sa

from api.db import history
from api.db.errors import ExistsError
from api.db.geometry import encode
from api.db.reading import existing
from api.db.records import ChangeKind, Row
from api.db.tables import CHANGES, GEOMETRY, IDENTITY, Layer
from api.db.values import batch_of_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

    from api.db.dialects import StoreDialect
    from api.db.values import Batch

CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Pen:
    """What every write needs: the open transaction, the dialect, the grid's SRID, and who writes when."""

    connection: sa.Connection
    dialect: StoreDialect
    srid: int
    who: str
    now: datetime


def append(pen: Pen, layer: Layer, batch: Batch, progress: Callable[[int, int], None]) -> list[int]:
    """Write new rows chunk by chunk; return their revisions; `ExistsError` with every id that is there already."""
    total = len(batch.ids)
    progress(0, total)
    there = existing(pen.connection, layer, batch.ids)
    if there:
        raise ExistsError(layer.name, there)
    revisions = history.first_revisions(pen.connection, layer, batch.ids)
    first = history.last_change(pen.connection) + 1
    properties = batch.properties()
    for start in range(0, total, CHUNK):
        part = slice(start, min(start + CHUNK, total))
        shapes = batch.geometries[part]
        numbers = range(first + part.start, first + part.stop)
        heads = list(zip(numbers, batch.ids[part], revisions[part], encode(shapes, pen.srid), strict=True))
        _append_part(pen, layer, heads, properties[part], shapely.bounds(shapes))
        progress(part.stop, total)
    return revisions


def _append_part(
    pen: Pen,
    layer: Layer,
    heads: list[tuple[int, str, int, bytes]],
    properties: list[dict[str, Any]],
    boxes: NDArray[np.float64],
) -> None:
    """Write one chunk (number, id, revision, WKB; properties; boxes): the rows, their index, their history."""
    who = history.author(pen.who)
    rows, changes = [], []
    for (number, row_id, revision, wkb), values in zip(heads, properties, strict=True):
        rows.append((number, row_id, revision, pen.now, wkb, *values.values()))
        kept = history.known(values)
        changes.append((number, layer.name, row_id, revision, "insert", who, pen.now, kept, wkb))
    names = ["number", IDENTITY, "revision", "changed_at", GEOMETRY, *layer.columns]
    pen.dialect.append(pen.connection, layer.table, names, rows)
    pen.dialect.index(pen.connection, layer.table, [head[0] for head in heads], boxes)
    pen.dialect.append(pen.connection, CHANGES, CHANGES.columns.keys(), changes)


def rewrite(pen: Pen, layer: Layer, current: Row, row: Mapping[str, Any], kind: ChangeKind) -> Row:
    """Put ``row`` in the place of ``current``; return it as stored."""
    batch = batch_of_rows(layer, [{**row, IDENTITY: current.id}])
    after = Row(current.id, current.revision + 1, batch.geometries[0], batch.properties()[0], pen.now)
    wkb = encode(batch.geometries, pen.srid)[0]
    table = layer.table
    number = _number(pen, layer, current.id)
    values = {**after.properties, GEOMETRY: wkb, "revision": after.revision, "changed_at": pen.now}
    pen.connection.execute(sa.update(table).where(table.c.number == number), values)
    pen.dialect.index(pen.connection, table, [number], shapely.bounds(batch.geometries))
    history.record(pen.connection, layer, after, wkb, kind, pen.who)
    return after


def remove(pen: Pen, layer: Layer, current: Row) -> None:
    """Take a row out of the layer; its last state stays in the history as a revision of its own."""
    table = layer.table
    number, wkb = pen.connection.execute(
        sa.select(table.c.number, table.c.geometry).where(table.c.id == current.id)
    ).one()
    pen.connection.execute(sa.delete(table).where(table.c.number == number))
    pen.dialect.unindex(pen.connection, table, number)
    gone = replace(current, revision=current.revision + 1, changed_at=pen.now)
    history.record(pen.connection, layer, gone, wkb, "delete", pen.who)


def _number(pen: Pen, layer: Layer, row_id: str) -> int:
    found = pen.connection.execute(sa.select(layer.table.c.number).where(layer.table.c.id == row_id))
    return int(found.scalar_one())
