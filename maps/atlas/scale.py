"""Choose the scale of a stop and cut it into sheets: north up, true to scale, overlapping where there are several."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

ONE_SHEET = (500, 1000)
"""Scales of a stop on one sheet; what does not fit is cut into sheets at the second or coarser."""
SEVERAL = (1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)
OVERVIEW = tuple(sorted({500, 15_000, 25_000, 30_000, 40_000, *SEVERAL}))
MOST_SHEETS = 24
"""More sheets of one stop are not carried around: the next coarser scale is taken."""
AROUND_MM, OVERLAP = 18.0, 0.1
"""Paper left around what a sheet is about, and the share of a sheet that its neighbour repeats."""


class Room(NamedTuple):
    """What a sheet has for the map inside its frame (millimetres)."""

    width: float
    height: float


class Window(NamedTuple):
    """The ground on one sheet: west and south edge in the grid (metres), the room on paper, the scale."""

    west: float
    south: float
    room: Room
    scale: int

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north edge in metres of the grid."""
        wide, tall = (side * self.scale / 1000 for side in self.room)
        return self.west, self.south, self.west + wide, self.south + tall

    @property
    def step(self) -> int:
        """How far grid crosses are apart: 100 mm of paper, 50 m at 1:500."""
        return self.scale // 10


def windows_of(shapes: Sequence[shapely.Geometry], room: Room) -> list[Window]:
    """Return the sheets on which some shapes lie, in the order in which the shapes, one after another, come to them.

    Parameters
    ----------
    shapes
        Lines and points in the grid, at least one.
    room
        What one sheet has for the map.

    Examples
    --------
    >>> [w.scale for w in windows_of([shapely.Point(0, 0)], Room(280, 260))]
    [500]
    >>> sheets = windows_of([shapely.LineString([(0, 0), (600, 0)])], Room(280, 260))
    >>> len(sheets), {w.scale for w in sheets}
    (3, {1000})
    """
    for scale in ONE_SHEET:
        if _fits(shapes, room, scale):
            return [_centred(shapes, room, scale)]
    for scale in SEVERAL:
        sheets = _cut(shapes, room, scale)
        if len(sheets) <= MOST_SHEETS:
            break
    return sheets


def overview_window(shapes: Sequence[shapely.Geometry], room: Room) -> Window:
    """Return the one sheet that shows all shapes at the finest usual scale; the coarsest where none is coarse enough.

    >>> overview_window([shapely.Point(0, 0), shapely.Point(3000, 10)], Room(280, 260)).scale
    15000
    """
    scale = next((one for one in OVERVIEW if _fits(shapes, room, one)), OVERVIEW[-1])
    return _centred(shapes, room, scale)


def _fits(shapes: Sequence[shapely.Geometry], room: Room, scale: int) -> bool:
    west, south, east, north = shapely.total_bounds(np.asarray(shapes, dtype=object))
    return bool(
        (east - west) * 1000 / scale <= room.width - 2 * AROUND_MM
        and (north - south) * 1000 / scale <= room.height - 2 * AROUND_MM
    )


def _centred(shapes: Sequence[shapely.Geometry], room: Room, scale: int) -> Window:
    west, south, east, north = shapely.total_bounds(np.asarray(shapes, dtype=object))
    wide, tall = (side * scale / 1000 for side in room)
    return Window(float(round((west + east - wide) / 2)), float(round((south + north - tall) / 2)), room, scale)


def _cut(shapes: Sequence[shapely.Geometry], room: Room, scale: int) -> list[Window]:
    """Return the sheets of a regular pattern on which some shape lies within the overlap's half."""
    west, south, east, north = shapely.total_bounds(np.asarray(shapes, dtype=object))
    (wide, tall), inner = (side * scale / 1000 for side in room), 1 - OVERLAP
    columns, rows = (
        max(1, math.ceil(((far - near) * 1000 / scale + 2 * AROUND_MM) / (side * inner)))
        for near, far, side in ((west, east, room.width), (south, north, room.height))
    )
    left = (west + east) / 2 - wide * inner * columns / 2
    low = (south + north) / 2 - tall * inner * rows / 2
    lines = np.asarray(shapes, dtype=object)
    met: list[tuple[tuple[int, float], Window]] = []
    for column in range(columns):
        for row in range(rows):
            x, y = left + column * wide * inner, low + row * tall * inner
            hits = shapely.intersection(lines, shapely.box(x, y, x + wide * inner, y + tall * inner))
            first = next((k for k, hit in enumerate(hits) if not shapely.is_empty(hit)), None)
            if first is not None:
                window = Window(float(round(x - wide * OVERLAP / 2)), float(round(y - tall * OVERLAP / 2)), room, scale)
                met.append(((first, _reached(lines[first], hits[first])), window))
    return [window for _, window in sorted(met)]


def _reached(line: shapely.Geometry, part: shapely.Geometry) -> float:
    """Return how far along a line its part begins; 0 for what is no line."""
    if shapely.get_dimensions(line) != 1:
        return 0.0
    joined = shapely.line_merge(line)
    if shapely.get_type_id(joined) != shapely.GeometryType.LINESTRING:
        joined = shapely.get_geometry(joined, 0)
    return float(min(shapely.line_locate_point(joined, shapely.points(shapely.get_coordinates(part)))))
