"""Find where the outer walls of two lines are too near each other: all pairs of many lines, or many against many.

Every line is a pipe: an axis and a radius. Two places, one on each axis line, are *close* when the walls there are
nearer than the pair's need, that is the axes nearer than need and both radii together, measured in plan in any
direction (round the ends as well). A *stretch* is a connected part of the close places in the diagram of both
chainages: where ``b`` passes ``a`` twice there are two stretches, even where they share metres of ``a``.
`CloseStretches` tells where each begins and ends on both lines, and the least gap in it with its place on either axis.

Nothing is approximated: a stretch is found in closed form segment by segment (see `geo.close_stretches`). Walls that
are less than 0.1 µm too near are not too near, so that lines drawn exactly as far apart as is needed comply wherever
the grid has its origin. A vertex on a straight segment, the direction and the order of lines change nothing. A closed
line starts and ends at its first vertex, and stretches do not go on across it, nor from one part to the next.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo.capsules import TOUCH_M
from geo.close_search import (
    Kept,
    as_axes,
    as_classes,
    as_need,
    as_radii,
    grid_for,
    lay_out,
    reach_of,
    search_pairs,
    touching,
)
from geo.line_crossings import LineCrossings, as_crossings, find_line_crossings
from geo.near_areas import NearAreas, nearest_to_areas
from geo.near_objects import NearPoints, NearStretches, nearest_to_points
from geo.runs import BEARING_DEG, as_groups

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.close_stretches import Reach
    from geo.polylines import FloatArray, IntArray, Polylines

__all__ = [
    "CloseStretches", "LineCrossings", "NearAreas", "NearPoints", "NearStretches", "find_close",
    "find_close_and_crossings", "find_line_crossings", "nearest_to_areas", "nearest_to_points",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class CloseStretches:
    """Stretches in which walls are too near, as arrays of one length, sorted by (a, b, from_a, from_b).

    Attributes
    ----------
    a, b
        Indices of the two lines; ``a < b`` where the lines of one batch are compared with each other.
    from_a, to_a, from_b, to_b
        Chainages in metres of the grid; from is no greater than to on both lines, whichever way they go.
    gap
        Least metres between the outer walls in the stretch, in plan; below 0: they overlap.
    at_a, at_b
        Chainages of the axis lines where that is: of places equally near (to 1e-9 m) the first along ``a``.
    xa, ya, xb, yb
        The same places in the grid.
    crosses
        The axis lines cross or touch (to 0.1 µm) within the stretch.
    ends
        An end of a part of ``a`` or of ``b`` lies in it: a connection, a stub.
    parallel_m
        Metres of ``a`` in it that are close to a segment of ``b`` whose direction is within ``bearing``, either way
        round.
    """

    a: IntArray
    b: IntArray
    from_a: FloatArray
    to_a: FloatArray
    from_b: FloatArray
    to_b: FloatArray
    gap: FloatArray
    at_a: FloatArray
    at_b: FloatArray
    xa: FloatArray
    ya: FloatArray
    xb: FloatArray
    yb: FloatArray
    crosses: npt.NDArray[np.bool_]
    ends: npt.NDArray[np.bool_]
    parallel_m: FloatArray

    @property
    def length_m(self) -> FloatArray:
        """Metres along ``a``."""
        return self.to_a - self.from_a

    def __len__(self) -> int:
        return len(self.a)

    def take(self, indices: Any) -> CloseStretches:  # noqa: ANN401 - anything that indexes an array
        """Return the stretches at ``indices`` (integers or a boolean mask)."""
        return CloseStretches(*(getattr(self, field.name)[indices] for field in fields(self)))


def find_close(
    a: Polylines,
    b: Polylines | None = None,
    *,
    radius_a: Any,  # noqa: ANN401 - anything that numpy takes
    radius_b: Any = None,  # noqa: ANN401 - anything that numpy takes
    class_a: Any,  # noqa: ANN401 - anything that numpy takes
    class_b: Any = None,  # noqa: ANN401 - anything that numpy takes
    need: Any,  # noqa: ANN401 - anything that numpy takes
    group_a: Any = None,  # noqa: ANN401 - anything that numpy takes
    group_b: Any = None,  # noqa: ANN401 - anything that numpy takes
    bearing: float = BEARING_DEG,
    workers: int = 2,
) -> CloseStretches:
    """Return every stretch in which the walls of two lines are nearer than they need to be apart.

    Parameters
    ----------
    a, b
        Metres of one projected grid. ``b`` None: all pairs of ``a``, each once, no line with itself.
    radius_a, radius_b
        Half of the outer diameter, metres; one a line or one for all.
    class_a, class_b
        A whole number a line (or one for all): row and column of ``need``.
    need
        ``float64[classes of a, classes of b]``: metres between the walls; NaN: this pair is not looked into.
    group_a, group_b
        A whole number a line; lines of one group are not compared. Below 0, or None: with all.
    bearing
        Degrees within which two segments are side by side, for ``parallel_m`` only.
    workers
        Threads. The result is the same to the last bit for any number.

    Raises
    ------
    ValueError
        Where a radius is NaN, infinite or below 0; a class is not in ``need``; an entry is infinite; ``need`` is not
        the same both ways although ``b`` is None; where arrays do not fit the lines.

    Examples
    --------
    >>> import shapely
    >>> from geo.polylines import Polylines
    >>> water, gas = shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(130, 2), (20, 2)])
    >>> lines = Polylines.from_shapely([water, gas])
    >>> close = find_close(lines, radius_a=[0.3, 0.2], class_a=0, need=[[2.0]])
    >>> close.gap.round(3), close.from_a.round(3), close.to_a, close.crosses
    (array([1.5]), array([18.5]), array([100.]), array([False]))
    >>> len(find_close(lines, radius_a=[0.3, 0.2], class_a=0, need=[[1.5]]))
    0
    """
    sides = _Side(a, radius_a, class_a, group_a), None if b is None else _Side(b, radius_b, class_b, group_b)
    query, other, reach = _prepared(*sides, as_need(need), bearing, workers)
    return as_stretches(search_pairs(query, other, reach, workers))


def find_close_and_crossings(
    a: Polylines,
    b: Polylines | None = None,
    *,
    radius_a: Any,  # noqa: ANN401 - anything that numpy takes
    radius_b: Any = None,  # noqa: ANN401 - anything that numpy takes
    class_a: Any,  # noqa: ANN401 - anything that numpy takes
    class_b: Any = None,  # noqa: ANN401 - anything that numpy takes
    need: Any,  # noqa: ANN401 - anything that numpy takes
    group_a: Any = None,  # noqa: ANN401 - anything that numpy takes
    group_b: Any = None,  # noqa: ANN401 - anything that numpy takes
    workers: int = 2,
) -> tuple[CloseStretches, LineCrossings]:
    """Return what `find_close` and `geo.line_crossings.find_line_crossings` return, of lines that are laid out once.

    Parameters and errors are those of `find_close`; of a few lines, laying out takes longer than searching.

    Examples
    --------
    >>> import shapely
    >>> from geo.polylines import Polylines
    >>> lines = Polylines.from_shapely([shapely.LineString([(0, 0), (9, 0)]), shapely.LineString([(4, -2), (4, 5)])])
    >>> close, crossings = find_close_and_crossings(lines, radius_a=0.2, class_a=0, need=[[0.6]])
    >>> close.from_a.round(3), close.to_a.round(3), crossings.at_a, crossings.at_b
    (array([3.]), array([5.]), array([4.]), array([2.]))
    """
    sides = _Side(a, radius_a, class_a, group_a), None if b is None else _Side(b, radius_b, class_b, group_b)
    query, other, reach = _prepared(*sides, as_need(need), BEARING_DEG, workers)
    grid = grid_for(query if other is None else other, reach, query, workers)
    close = as_stretches(search_pairs(query, other, reach, workers, grid))
    axes = as_axes(query), None if other is None else as_axes(other)
    return close, as_crossings(search_pairs(*axes, touching(), workers, grid))


class _Side(NamedTuple):
    """Lines, and what `find_close` is told of each of them."""

    lines: Polylines
    radius: Any
    class_of: Any
    group: Any


def _prepared(
    a: _Side, b: _Side | None, need: FloatArray, bearing: float, workers: int
) -> tuple[Kept, Kept | None, Reach]:
    query = _laid_out(*a, need.shape[0], workers)
    if b is None:
        _refuse_one_sided(need)
        return query, None, reach_of(need, bearing, query.widest)
    other = _laid_out(*b, need.shape[1], workers)
    return query, other, reach_of(need, bearing, other.widest)


def _laid_out(lines: Polylines, radius: Any, class_of: Any, group: Any, n_classes: int, workers: int) -> Kept:  # noqa: ANN401 - anything that numpy takes
    n = lines.n_lines
    return lay_out(
        lines, as_radii(radius, n), as_classes(class_of, n, n_classes), as_groups(group, n), n_classes, workers
    )


def _refuse_one_sided(need: FloatArray) -> None:
    if need.shape[0] != need.shape[1] or not np.array_equal(need, need.T, equal_nan=True):
        message = "lines of one batch are compared once a pair: need must be the same both ways"
        raise ValueError(message)


def as_stretches(columns: FloatArray) -> CloseStretches:
    """Return the columns of `geo.close_records` as stretches."""
    (from_a, to_a, from_b, to_b, least, at_a, at_b, xa, ya, xb, yb, ends, parallel, _, _, radii, a, b) = columns
    return CloseStretches(
        a.astype(np.int64), b.astype(np.int64), from_a, to_a, from_b, to_b, least - radii, at_a, at_b, xa, ya, xb, yb,
        least <= TOUCH_M, ends > 0.0, parallel,
    )  # fmt: skip
