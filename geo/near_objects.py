"""Find where lines are near points: trees, poles, shafts; and say what being near an object means.

Distances here are those of a line's axis; whoever asks about walls adds the radius of the line to the reach, and takes
it off the distance. A *stretch* is a connected part of a line whose places are nearer to one object than the reach.
What is less than 0.1 µm nearer is not nearer, as in `geo.clearances`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.capsules import TOLERANCE_M, TOUCH_M
from geo.close_records import N_COLUMNS
from geo.close_search import Kept, lay_out, reach_within, search_kept
from geo.runs import as_groups
from geo.segment_grid import build_grid
from geo.segment_tables import NO_GROUP, Extent, SegmentTable

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.close_stretches import Reach
    from geo.polylines import FloatArray, IntArray, Polylines

USUAL_REACH_M = 5.0
"""Cells of the grid are laid out for this; any reach is answered exactly."""

STRIP_M = 64.0
"""Points are kept in strips of this height, so that near points are near in memory."""


@dataclass(frozen=True, slots=True)
class NearStretches:
    """Stretches of lines near objects, as arrays of one length, sorted by (line, other, from_m).

    Attributes
    ----------
    line
        Index of the line.
    other
        Index of the object: the point or polygon.
    from_m, to_m
        Chainages, metres of the grid.
    distance
        Least metres between the axis and the object in the stretch; 0 inside a polygon.
    at_m, x, y
        Chainage and place on the line where that is: of places equally near (to 1e-9 m) the first.
    other_x, other_y
        The nearest place of the object.
    inside_m
        Metres of the stretch that lie inside a polygon; 0 for a point.
    """

    line: IntArray
    other: IntArray
    from_m: FloatArray
    to_m: FloatArray
    distance: FloatArray
    at_m: FloatArray
    x: FloatArray
    y: FloatArray
    other_x: FloatArray
    other_y: FloatArray
    inside_m: FloatArray

    @property
    def inside(self) -> npt.NDArray[np.bool_]:
        """Whether any of the stretch lies inside a polygon."""
        return self.inside_m > 0.0

    def __len__(self) -> int:
        return len(self.line)

    def take(self, indices: Any) -> NearStretches:  # noqa: ANN401 - anything that indexes an array
        """Return the stretches at ``indices`` (integers or a boolean mask)."""
        return NearStretches(*(getattr(self, field.name)[indices] for field in fields(self)))


class NearPoints:
    """Points ready to be asked which lines come near them, for many lines or for one that is being drawn.

    Parameters
    ----------
    x, y
        Metres of the lines' grid. A point with a NaN has no place and is near nothing.

    Raises
    ------
    ValueError
        Where a coordinate is infinite, or ``x`` and ``y`` differ in length.

    Examples
    --------
    >>> import shapely
    >>> from geo.polylines import Polylines
    >>> line = Polylines.from_shapely([shapely.LineString([(0, 0), (100, 0)])])
    >>> near = NearPoints([50.0, 80.0], [0.6, 9.0]).near(line, 1.0)
    >>> near.other, near.from_m.round(3), near.to_m.round(3), near.distance, near.at_m
    (array([0]), array([49.2]), array([50.8]), array([0.6]), array([50.]))
    """

    def __init__(self, x: Any, y: Any) -> None:  # noqa: ANN401 - anything that numpy takes
        xs, ys = np.atleast_1d(np.asarray(x, np.float64)), np.atleast_1d(np.asarray(y, np.float64))
        if xs.shape != ys.shape or np.isinf(xs).any() or np.isinf(ys).any():
            message = "points need as many finite x as y"
            raise ValueError(message)
        rows = np.flatnonzero(~(np.isnan(xs) | np.isnan(ys)))
        rows = rows[np.lexsort((xs[rows], np.floor(ys[rows] / STRIP_M)))]
        table = _table_of_points(xs[rows], ys[rows], rows)
        self._kept = Kept(table, np.zeros((len(rows), 2)), np.zeros(1))
        self._grid = build_grid(table, USUAL_REACH_M)

    def near(self, lines: Polylines, reach: Any, *, workers: int = 1) -> NearStretches:  # noqa: ANN401 - anything that numpy takes
        """Return every stretch of ``lines`` nearer to a point than ``reach``; see `nearest_to_points`."""
        metres = as_reach(reach, lines.n_lines)
        if not len(self._kept.table.rows):  # many a county has no such layer: then nothing is laid out
            return as_near(np.empty((N_COLUMNS, 0)))
        query, wanted = as_query(lines, metres, workers)
        columns = search_kept(
            query, self._kept, self._grid, np.empty(0, np.bool_), wanted, workers, later_only=False
        )  # fmt: skip
        return as_near(columns)


def nearest_to_points(lines: Polylines, x: Any, y: Any, reach: Any, *, workers: int = 2) -> NearStretches:  # noqa: ANN401 - anything that numpy takes
    """Return every stretch of ``lines`` nearer to a point than ``reach``.

    Parameters
    ----------
    lines
        Metres of a projected grid.
    x, y
        The points; see `NearPoints`, which answers more than one such question.
    reach
        Metres from the axis, one a line or one for all; NaN: this line is not looked into.
    workers
        Threads; the result does not depend on their number.

    Raises
    ------
    ValueError
        As `NearPoints`; where a reach is infinite or below 0, or they do not fit the lines.
    """
    return NearPoints(x, y).near(lines, reach, workers=workers)


def as_reach(reach: Any, n_lines: int) -> FloatArray:  # noqa: ANN401 - anything that numpy takes
    """Return one reach a line; ValueError where one is infinite or below 0, or they do not fit the lines."""
    metres = np.broadcast_to(np.asarray(reach, np.float64), (n_lines,))
    if np.isinf(metres).any() or (metres < 0.0).any():
        message = "a reach must be a number of 0 or more, or NaN"
        raise ValueError(message)
    return metres


def as_query(lines: Polylines, metres: FloatArray, workers: int) -> tuple[Kept, Reach]:
    """Return lines laid out to look ``metres`` around them, and the reach as `search_kept` takes it."""
    unasked = np.isnan(metres)
    radius, class_of = np.where(unasked, 0.0, metres), unasked.astype(np.int64)
    query = lay_out(lines, radius, class_of, as_groups(None, lines.n_lines), 2, workers)
    return query, reach_within(np.array([[-TOUCH_M], [np.nan]]), 0.0, TOLERANCE_M, np.zeros(1))


def as_near(columns: FloatArray) -> NearStretches:
    """Return the columns of `geo.close_records` as stretches near objects, nothing of them inside."""
    from_a, to_a, _, _, least, at_a, _, xa, ya, xb, yb, _, _, _, _, _, a, b = columns
    return NearStretches(
        a.astype(np.int64), b.astype(np.int64), from_a, to_a, least, at_a, xa, ya, xb, yb, np.zeros(len(a))
    )  # fmt: skip


def _table_of_points(x: FloatArray, y: FloatArray, number: IntArray) -> SegmentTable:
    """Return points as segments of length 0, each of a line of its own."""
    n = len(x)
    zeros, ones = np.zeros(n), np.ones(n)
    rows = np.column_stack((x, y, ones, zeros, zeros, zeros, number, np.full(n, float(NO_GROUP))))
    extent = Extent(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    if n:
        extent = Extent(float(x.min()), float(y.min()), float(x.max()), float(y.max()), 0.0, 0.0)
    return SegmentTable(np.ascontiguousarray(rows), np.zeros(n, np.bool_), np.arange(n + 1), extent)
