"""Keep whose county this is, and its grid: which CRS, and which SRID its geometries carry in PostGIS."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import sqlalchemy as sa

import geo.crs
from api.db.records import County
from api.db.tables import COUNTY
from geo.faults import BadInputError, Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.crs import Grid

# An SRID that PostGIS keeps for "unknown"; a local grid without a code has it, and its WKT stands in the county.
NO_SRID = 0


def srid_of(grid: Grid) -> int:
    """Return the EPSG code of a grid, or 0 where it has none.

    >>> srid_of(geo.crs.grid("EPSG:4546")), srid_of(geo.crs.grid("+proj=tmerc +lon_0=111.7 +x_0=500000 +ellps=GRS80"))
    (4546, 0)
    """
    authority, _, code = grid.code.partition(":")
    return int(code) if authority == "EPSG" and code.isdigit() else NO_SRID


def read(connection: sa.Connection) -> County | None:
    """Return the county; None as long as nobody has said."""
    columns = [COUNTY.c[field.name] for field in dataclasses.fields(County)]
    found = connection.execute(sa.select(*columns)).first()
    return None if found is None else County(*found)


def read_or_refuse(connection: sa.Connection) -> County:
    """Return the county; refuse to go on without one, since no coordinate has a meaning."""
    county = read(connection)
    if county is None:
        raise BadInputError([NO_COUNTY])
    return county


def write(connection: sa.Connection, county: County) -> None:
    """Put a county in the place of whichever was there; its grid under the grid's own code."""
    named = dataclasses.replace(county, grid=geo.crs.grid(county.grid).code)
    connection.execute(sa.delete(COUNTY))
    connection.execute(sa.insert(COUNTY), {"sole": 1, **dataclasses.asdict(named)})


def refuse_rows(layers: Iterable[str]) -> None:
    """Refuse another grid while these layers have rows in the one before."""
    refuse(HAS_ROWS.at(layer=name) for name in layers)


NO_COUNTY = Fault(
    "county.missing",
    "尚未设定县与坐标系",
    "the store has no county, and so no grid",
    "先设定县与坐标系",
    "set the county and its grid first",
)
HAS_ROWS = Fault(
    "county.has_rows",
    "已有数据，不能更换坐标系",
    "the layer has rows; the grid cannot be changed under them",
    "导出数据，在新的数据库中导入",
    "export the rows and import them into a new database",
)
