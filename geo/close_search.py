"""Check what a search for close stretches is given, lay lines out for it, and run it on threads.

`geo.clearances`, `geo.line_crossings`, `geo.near_objects` and `geo.resident_clearances` are what other packages call;
this is what they share.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo.capsules import TOLERANCE_M, TOUCH_M, sine_of
from geo.close_records import N_COLUMNS, columns_of
from geo.close_stretches import Reach, kinds_of, search_close
from geo.runs import as_groups
from geo.segment_grid import SegmentGrid, build_grid
from geo.segment_tables import SegmentTable, pack

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.polylines import FloatArray, IntArray, Polylines

SEGMENTS_A_TASK = 20_000
"""Threads take tasks of about this many segments: small enough to even out, large enough to cost nothing."""


class Kept(NamedTuple):
    """Lines laid out to be searched: their segments, radius and class of each, the greatest radius of each class."""

    table: SegmentTable
    kinds: FloatArray
    widest: FloatArray


def lay_out(
    lines: Polylines, radius: FloatArray, class_of: IntArray, group: IntArray, n_classes: int, workers: int = 1
) -> Kept:
    """Return lines, numbered by row, ready for a search."""
    table = pack(lines, np.arange(lines.n_lines), group, workers)
    widest = np.full(n_classes, -np.inf)
    np.maximum.at(widest, class_of, radius)
    return Kept(table, kinds_of(table.rows, radius, class_of), widest)


def as_radii(radius: Any, n_lines: int) -> FloatArray:  # noqa: ANN401 - anything that numpy takes
    """Return one radius a line; ValueError where one is NaN, infinite or below 0, or they do not fit the lines."""
    radii = np.empty(n_lines)
    radii[:] = radius
    bad = np.flatnonzero(~((radii >= 0.0) & np.isfinite(radii)))
    if len(bad):
        message = f"a radius must be a number of 0 or more; that of line {bad[0]} is {radii[bad[0]]}"
        raise ValueError(message)
    return radii


def as_classes(class_of: Any, n_lines: int, n_classes: int) -> IntArray:  # noqa: ANN401 - anything that numpy takes
    """Return one class a line; ValueError where one is not in ``0 .. n_classes - 1``, or they do not fit the lines."""
    classes = np.empty(n_lines, np.int64)
    classes[:] = class_of
    if n_lines and not 0 <= classes.min() <= classes.max() < n_classes:
        message = f"classes run from 0 to {n_classes - 1}, not from {classes.min()} to {classes.max()}"
        raise ValueError(message)
    return classes


def as_need(need: Any) -> FloatArray:  # noqa: ANN401 - anything that numpy takes
    """Return the table of needs; ValueError where it is not a table or has an infinite entry."""
    table = np.require(need, np.float64, ["C", "W"])
    if table.ndim != 2 or np.isinf(table).any():
        message = f"need must be a table of finite numbers or NaN, not of shape {table.shape}"
        raise ValueError(message)
    return table


def reach_of(need: FloatArray, bearing: float, widest: FloatArray) -> Reach:
    """Return the reach of a search for walls nearer than ``need``; ValueError where ``bearing`` is not 0 or more.

    What is less than `geo.capsules.TOUCH_M` too near is not too near: lines drawn exactly as far apart as is needed
    are so wherever the grid has its origin.
    """
    if not bearing >= 0.0:
        message = f"bearing must be a number of 0 or more, not {bearing}"
        raise ValueError(message)
    return reach_within(need - TOUCH_M, sine_of(float(bearing)), TOLERANCE_M, widest)


def reach_within(limit: FloatArray, sine: float, tie: float, widest: FloatArray) -> Reach:
    """Return the reach of a search for walls no farther apart than ``limit``, among lines of the radii ``widest``."""
    farthest = np.fmax.reduce(limit[:, : len(widest)] + widest, axis=1, initial=-np.inf)
    return Reach(limit, farthest, float(sine), float(tie))


def touching() -> Reach:
    """Return the reach of a search for axes that meet, all of one class and without a radius."""
    return reach_within(np.full((1, 1), TOUCH_M), 0.0, TOUCH_M, np.zeros(1))


def as_axes(kept: Kept) -> Kept:
    """Return lines that are laid out already as `lay_out_axes` returns them."""
    return Kept(kept.table, np.zeros_like(kept.kinds), np.zeros(1))


def lay_out_axes(lines: Polylines, group: Any, workers: int = 1) -> Kept:  # noqa: ANN401 - anything that numpy takes
    """Return lines ready for a search without radius and class."""
    zeros, none = np.zeros(lines.n_lines), np.zeros(lines.n_lines, np.int64)
    return lay_out(lines, zeros, none, as_groups(group, lines.n_lines), 1, workers)


def grid_for(kept: Kept, reach: Reach, query: Kept, workers: int) -> SegmentGrid:
    """Return a grid whose cells fit how far the lines of ``query`` look, on average."""
    looked = reach.farthest[query.kinds[:, 1].astype(np.int64)] + query.kinds[:, 0]
    looked = looked[looked > 0.0]
    return build_grid(kept.table, float(looked.mean()) if len(looked) else 0.0, workers)


def search_kept(
    query: Kept,
    kept: Kept,
    grid: SegmentGrid,
    alive: npt.NDArray[np.bool_],
    reach: Reach,
    workers: int,
    *,
    later_only: bool,
) -> FloatArray:
    """Return the columns of `geo.close_records`, each a row, of every stretch; sorted by (a, b, from_a, from_b)."""
    n_segments, n_lines = len(query.table.rows), len(query.table.starts) - 1
    tasks = max(n_segments // SEGMENTS_A_TASK, 1)
    cuts = (
        np.searchsorted(query.table.starts, np.linspace(0, n_segments, tasks + 1)[1:-1]).tolist() if tasks > 1 else ()
    )
    bounds = sorted({0, *cuts, n_lines})

    def task(first: int, last: int) -> FloatArray:
        return search_close(
            query.table, query.kinds, kept.table, kept.kinds, grid, alive, reach, first, last, later_only
        )

    if workers <= 1 or len(bounds) <= 2:
        found = [task(first, last) for first, last in pairwise(bounds)]
    else:
        with ThreadPoolExecutor(workers) as pool:
            found = list(pool.map(task, bounds[:-1], bounds[1:]))
    records = np.concatenate([np.empty((0, N_COLUMNS)), *found])
    return columns_of(records, np.argsort(records[:, 16].astype(np.int64), kind="stable"))


def search_pairs(
    query: Kept, other: Kept | None, reach: Reach, workers: int, grid: SegmentGrid | None = None
) -> FloatArray:
    """Return the stretches of all pairs of ``query`` (``other`` None), or of it with ``other``; see `search_kept`.

    ``grid``: that of the lines that are looked for, whatever reach it was made for; None: one that fits is made.
    """
    kept = query if other is None else other
    if grid is None:
        grid = grid_for(kept, reach, query, workers)
    return search_kept(query, kept, grid, np.empty(0, np.bool_), reach, workers, later_only=other is None)
