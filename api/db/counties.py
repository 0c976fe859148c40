"""Keep whose county this is, and its grid: which CRS, and which SRID its geometries carry in PostGIS."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import TYPE_CHECKING

import pyproj
import sqlalchemy as sa

from api.db.records import County
from api.db.tables import COUNTY
from geo.faults import BadInputError, Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable

# An SRID that PostGIS keeps for "unknown"; a local grid without a code has it, and its WKT stands in the county.
NO_SRID = 0


@lru_cache(maxsize=8)
def crs_of(grid: str) -> pyproj.CRS:
    """Return the CRS of ``EPSG:4546`` or of a WKT; refuse one that cannot be read, or that is not projected.

    >>> crs_of("EPSG:4546").name
    'CGCS2000 / 3-degree Gauss-Kruger CM 111E'
    >>> crs_of("EPSG:4326")
    Traceback (most recent call last):
    geo.faults.BadInputError: 'EPSG:4326': not a projected grid in metres — give a projected CRS such as EPSG:4546
    """
    try:
        crs = pyproj.CRS.from_user_input(grid)
    except pyproj.exceptions.CRSError:
        crs = None
    if crs is None or not crs.is_projected or crs.axis_info[0].unit_name != "metre":
        raise BadInputError([NO_GRID.at(value=grid[:80])])
    return crs


def srid_of(crs: pyproj.CRS) -> int:
    """Return the EPSG code of a CRS, or 0 where it is not exactly one of EPSG's.

    >>> srid_of(crs_of("EPSG:4546")), srid_of(crs_of("+proj=tmerc +lon_0=111.7 +x_0=500000 +ellps=GRS80"))
    (4546, 0)
    """
    authority = crs.to_authority("EPSG", min_confidence=100)
    return int(authority[1]) if authority else NO_SRID


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
    """Put a county in the place of whichever was there."""
    connection.execute(sa.delete(COUNTY))
    connection.execute(sa.insert(COUNTY), {"sole": 1, **dataclasses.asdict(county)})


def refuse_rows(layers: Iterable[str]) -> None:
    """Refuse another grid while these layers have rows in the one before."""
    refuse(HAS_ROWS.at(layer=name) for name in layers)


NO_GRID = Fault(
    "county.grid",
    "不是以米为单位的投影坐标系",
    "not a projected grid in metres",
    "给出投影坐标系，如 EPSG:4546",
    "give a projected CRS such as EPSG:4546",
)
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
