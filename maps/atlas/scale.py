"""Choose the scale of a stop and cut it into sheets: north up, true to scale, overlapping where there are several."""

from __future__ import annotations

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
_MOST_PLACES = 1_000_000
"""Places of the pattern that are looked through; a scale that has more of them is far too fine."""
AROUND_MM, OVERLAP = 18.0, 0.1
"""Paper left around what a sheet is about, and the share of a sheet that its neighbour repeats."""
_ROUNDING_MM = 0.01


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
        if fits(shapes, room, scale):
            return [_centred(shapes, room, scale)]
    for scale in SEVERAL:
        sheets = _cut(shapes, room, scale, AROUND_MM)
        if sheets:
            break
    return sheets


def windows_at(shapes: Sequence[shapely.Geometry], room: Room, scale: int, around: float = AROUND_MM) -> list[Window]:
    """Return the sheets of some shapes at a scale, in walking order; none where they would be more than `MOST_SHEETS`.

    Parameters
    ----------
    shapes, room
        As of `windows_of`.
    scale
        Such as 500.
    around
        Paper left around the shapes (millimetres); 0 for a box that a whole sheet shows.

    Examples
    --------
    >>> line = [shapely.LineString([(0, 0), (600, 0)])]
    >>> [len(windows_at(line, Room(280, 260), scale)) for scale in (5000, 1000, 10)]
    [1, 3, 0]
    """
    if fits(shapes, room, scale, around):
        return [_centred(shapes, room, scale)]
    return _cut(shapes, room, scale, around)


def overview_window(shapes: Sequence[shapely.Geometry], room: Room) -> Window:
    """Return the one sheet that shows all shapes at the finest usual scale; the coarsest where none is coarse enough.

    >>> overview_window([shapely.Point(0, 0), shapely.Point(3000, 10)], Room(280, 260)).scale
    15000
    """
    scale = next((one for one in OVERVIEW if fits(shapes, room, one)), OVERVIEW[-1])
    return _centred(shapes, room, scale)


def fits(shapes: Sequence[shapely.Geometry], room: Room, scale: int, around: float = AROUND_MM) -> bool:
    """Tell whether shapes lie on one sheet at a scale, with some paper left around them (millimetres)."""
    west, south, east, north = shapely.total_bounds(np.asarray(shapes, dtype=object))
    return bool(
        (east - west) * 1000 / scale <= room.width - 2 * around + _ROUNDING_MM
        and (north - south) * 1000 / scale <= room.height - 2 * around + _ROUNDING_MM
    )


def _centred(shapes: Sequence[shapely.Geometry], room: Room, scale: int) -> Window:
    west, south, east, north = shapely.total_bounds(np.asarray(shapes, dtype=object))
    wide, tall = (side * scale / 1000 for side in room)
    return Window(_whole((west + east - wide) / 2, scale), _whole((south + north - tall) / 2, scale), room, scale)


def _whole(metres: float, scale: int) -> float:
    """Return an edge in whole metres, at scales finer than 1:500 in whole millimetres of the paper."""
    return float(round(metres)) if scale >= ONE_SHEET[0] else round(metres * 1000 / scale) * scale / 1000


def _cut(shapes: Sequence[shapely.Geometry], room: Room, scale: int, around: float) -> list[Window]:
    """Return the sheets of a regular pattern around the middle whose inner part some shape meets, in walking order.

    Empty where they would be too many. ``around`` as of `windows_at`.
    """
    west, south, east, north = shapely.total_bounds(np.asarray(shapes, dtype=object))
    middle = np.array([west + east, south + north]) / 2
    # In whole millimetres from the middle: a shape on the edge of two sheets is on the same ones wherever it is.
    lines = shapely.transform(np.asarray(shapes, dtype=object), lambda points: np.round(points - middle, 3))
    size = np.array(room) * scale / 1000
    inner = size * (1 - OVERLAP)
    counts = np.ceil((np.array([east - west, north - south]) + 2 * around * scale / 1000) / inner).astype(int)
    if counts.prod() > _MOST_PLACES:
        return []
    columns, rows = (grid.ravel() for grid in np.meshgrid(*(np.arange(count) - count / 2 for count in counts)))
    corners = np.column_stack([columns, rows]) * inner
    boxes = shapely.box(*corners.T, *(corners + inner).T)
    met = np.unique(shapely.STRtree(boxes).query(lines, predicate="intersects")[1])
    if len(met) > MOST_SHEETS and scale < SEVERAL[-1]:
        return []
    order = sorted(met.tolist(), key=lambda one: (*_reached(lines, boxes[one]), one))
    lower = np.round(middle + corners - size * OVERLAP / 2)
    return [Window(float(lower[one, 0]), float(lower[one, 1]), room, scale) for one in order]


def _reached(lines: Sequence[shapely.Geometry], box: shapely.Geometry) -> tuple[int, float]:
    """Return the first shape that meets a box, and how far along it that is; 0 for what is no line."""
    number = next(k for k, line in enumerate(lines) if line.intersects(box))
    if shapely.get_dimensions(lines[number]) != 1:
        return number, 0.0
    line = shapely.line_merge(lines[number])
    joined = shapely.get_geometry(line, 0) if line.geom_type == "MultiLineString" else line
    points = shapely.points(shapely.get_coordinates(shapely.intersection(line, box)))
    return number, float(min(shapely.line_locate_point(joined, points)))
