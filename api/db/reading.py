"""Read rows of a layer as records or as a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
import sqlalchemy as sa

from api.db.geometry import decode
from api.db.records import Row
from api.db.tables import GEOMETRY, IDENTITY, Layer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyproj

    from api.db.dialects import Box

MOST_BOUND = 5_000  # values in one statement


def select_rows(
    connection: sa.Connection,
    layer: Layer,
    *conditions: sa.ColumnElement[bool],
    limit: int | None = None,
    first: sa.ColumnElement[Any] | None = None,
) -> list[Row]:
    """Return the rows that meet all conditions, ordered by ``first`` (if any) and id."""
    table = layer.table
    names = [IDENTITY, "revision", GEOMETRY, "changed_at", *layer.columns]
    order = [table.c.id] if first is None else [first, table.c.id]
    statement = sa.select(*(table.c[name] for name in names)).where(*conditions).order_by(*order).limit(limit)
    found = connection.execute(statement).all()
    geometries = decode([values[2] for values in found])
    return [
        Row(values[0], values[1], geometry, dict(zip(layer.columns, values[4:], strict=True)), values[3])
        for values, geometry in zip(found, geometries, strict=True)
    ]


def select_frame(
    connection: sa.Connection, layer: Layer, condition: sa.ColumnElement[bool], crs: pyproj.CRS
) -> gpd.GeoDataFrame:
    """Return the rows that meet the condition as a frame ordered by id; all columns also where no row does."""
    names = [IDENTITY, *layer.columns, "revision", GEOMETRY]
    statement = sa.select(*(layer.table.c[name] for name in names)).where(condition).order_by(layer.table.c.id)
    found = connection.execute(statement).all()
    values: list[Sequence[Any]] = list(zip(*found, strict=True)) if found else [()] * len(names)
    geometries = decode(list(values.pop()))
    columns = {name: _series(layer, name, column) for name, column in zip(names, values, strict=False)}
    return gpd.GeoDataFrame(columns, geometry=geometries, crs=crs)


def _series(layer: Layer, name: str, values: Sequence[Any]) -> pd.Series[Any]:
    if name == "revision":
        return pd.Series(values, dtype="int64")
    numeric = layer.columns.get(name) in {"number", "integer"}
    return pd.Series(values, dtype="float64" if numeric else "object")


def touching(rows: list[Row], box: Box) -> list[Row]:
    """Return the rows whose geometry touches the box, exactly."""
    area = shapely.box(*box)
    shapely.prepare(area)
    touches = shapely.intersects(area, [row.geometry for row in rows])
    return [row for row, here in zip(rows, touches, strict=True) if here]


def existing(connection: sa.Connection, layer: Layer, ids: Sequence[str]) -> list[str]:
    """Return those of ``ids`` that are in the layer, in the order given."""
    found: set[str] = set()
    for some in chunks(ids):
        found.update(connection.scalars(sa.select(layer.table.c.id).where(layer.table.c.id.in_(some))))
    return [one for one in ids if one in found]


def matching(layer: Layer, text: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[int]]:
    """Return the condition that id or name has ``text`` (lower case) in it, and an order with the exact id first."""
    columns = [layer.table.c[name] for name in (IDENTITY, "name") if name in layer.table.c]
    has = sa.or_(*(sa.func.lower(column).contains(text, autoescape=True) for column in columns))
    return has, sa.case((sa.func.lower(layer.table.c.id) == text, 0), else_=1)


def chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut a sequence into pieces that one statement can take."""
    for start in range(0, len(values), MOST_BOUND):
        yield values[start : start + MOST_BOUND]


def storable(text: str) -> bool:
    """Tell whether a database can have this text as a key at all; what it cannot is not there.

    >>> storable("给水-07"), storable("a" + chr(0)), storable(chr(0xD800))
    (True, False, False)
    """
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
