"""Keep where routes were planned, surveyed and laid: lines are only ever added, and so stay."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal

import shapely
import sqlalchemy as sa

from api.db.errors import NotFoundError
from api.db.geometry import decode
from api.db.history import author
from api.db.tables import GEOMETRIES

if TYPE_CHECKING:
    from datetime import datetime

    from api.db.store import Store

Stage = Literal["planned", "surveyed", "built"]


@dataclasses.dataclass(frozen=True, slots=True)
class StoredLine:
    """Where a route was at one stage.

    Parameters
    ----------
    id
        Of a line measured on site, made on the device that measured it; else made of what it is about.
    stage
        Drawn in the office, measured on a visit, or measured when it was laid.
    route
        Id of the route; empty: a line that is none's yet.
    revision
        The revision of the route that has this geometry; None: it was only measured.
    of_line
        Id of the measured line that this revision was taken from; empty: of none.
    visit, case
        Where it was measured; empty: nowhere.
    geometry
        In the county's grid.
    accuracy_m
        Mean error of its worst vertex (metres); None: nobody said.
    points
        How it was measured: ``x y accuracy_m taken_at`` of each point, in the grid; plain values.
    who, at
        By whom and when it came in, in UTC.
    """

    id: str
    stage: Stage
    route: str
    geometry: shapely.Geometry
    who: str
    at: datetime
    revision: int | None = None
    of_line: str = ""
    visit: str = ""
    case: str = ""
    accuracy_m: float | None = None
    points: tuple[dict[str, Any], ...] = ()
    note: str = ""

    def says_the_same(self, other: StoredLine) -> bool:
        """Tell whether two lines say the same, whoever sent them and whenever."""
        given = [name for name in FIELDS if name not in ("who", "at", "geometry")]
        same = all(getattr(self, name) == getattr(other, name) for name in given)
        return same and _wkb(self.geometry) == _wkb(other.geometry)


FIELDS = [field.name for field in dataclasses.fields(StoredLine)]


def add(store: Store, line: StoredLine) -> StoredLine:
    """Keep a line and return it as it is kept; inside a transaction of the store, or one of its own."""
    kept = dataclasses.replace(line, who=author(line.who), note=author(line.note) if line.note else "")
    with store.transaction() as connection:
        number = (connection.scalar(sa.select(sa.func.max(GEOMETRIES.c.number))) or 0) + 1
        values = {name: getattr(kept, name) for name in FIELDS}
        values |= {"number": number, "geometry": _wkb(kept.geometry), "points": list(kept.points)}
        connection.execute(sa.insert(GEOMETRIES), values)
    return kept


def get(store: Store, line_id: str) -> StoredLine:
    """Return a line; `NotFoundError` where there is none."""
    found = _read(store, GEOMETRIES.c.id == line_id)
    if not found:
        raise NotFoundError("geometries", line_id)
    return found[0]


def of_route(store: Store, route: str) -> list[StoredLine]:
    """Return every line of a route, in the order in which they came in."""
    return _read(store, GEOMETRIES.c.route == route) if route else []


def of_visit(store: Store, visit: str) -> list[StoredLine]:
    """Return every line that was measured on a visit, in the order in which they came in."""
    return _read(store, GEOMETRIES.c.visit == visit) if visit else []


def _read(store: Store, wanted: sa.ColumnElement[bool]) -> list[StoredLine]:
    statement = sa.select(GEOMETRIES).where(wanted).order_by(GEOMETRIES.c.number)
    with store.reading() as connection:
        lines = connection.execute(statement).all()
    shapes = decode([line.geometry for line in lines])
    return [
        StoredLine(
            **{name: getattr(line, name) for name in FIELDS}
            | {"geometry": shape, "points": tuple(dict(one) for one in line.points)}
        )
        for line, shape in zip(lines, shapes, strict=True)
    ]


def _wkb(shape: shapely.Geometry) -> bytes:
    return bytes(shapely.to_wkb(shape, output_dimension=3, byte_order=1))
