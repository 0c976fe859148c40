"""Hold side-by-side runs as arrays, and search a table of segments for them on threads.

`geo.parallels` says what a run is and is what other packages call; this is what `find_runs` and `ResidentLines` share.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.capsules import sine_of
from geo.free_space import Limits, search
from geo.run_records import N_COLUMNS, columns_of
from geo.segment_tables import NO_GROUP, SegmentTable

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.polylines import FloatArray, IntArray
    from geo.segment_grid import SegmentGrid

DISTANCE_M = 3.0
BEARING_DEG = 15.0
MIN_LENGTH_M = 10.0
BRIDGE_M = 5.0

SEGMENTS_A_TASK = 20_000
"""Threads take tasks of about this many segments: small enough to even out, large enough to cost nothing."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Stretches where two lines run side by side, as arrays of one length, sorted by (a, b, from_a, from_b).

    Attributes
    ----------
    a, b
        Indices of the two lines; ``a < b`` where the lines of one batch are compared with each other.
    from_a, to_a, from_b, to_b
        Chainages in metres of the grid; from is less than to on both lines, whichever way they go.
    gap_min, gap_mean, gap_max
        Metres between the lines, perpendicular, over all places of the run, on both lines, that have a foot on the
        other line. The run itself may bridge places where they are farther apart; those do not count here.
    same_direction
        True where both chainages grow together (over most of the run).
    """

    a: IntArray
    b: IntArray
    from_a: FloatArray
    to_a: FloatArray
    from_b: FloatArray
    to_b: FloatArray
    gap_min: FloatArray
    gap_mean: FloatArray
    gap_max: FloatArray
    same_direction: npt.NDArray[np.bool_]

    @property
    def length_m(self) -> FloatArray:
        """Metres along ``a``."""
        return self.to_a - self.from_a

    def __len__(self) -> int:
        return len(self.a)

    def take(self, indices: Any) -> Runs:  # noqa: ANN401 - anything that indexes an array
        """Return the runs at ``indices`` (integers or a boolean mask)."""
        return Runs(*(getattr(self, field.name)[indices] for field in fields(self)))


def as_limits(distance: float, bearing: float, min_length: float, bridge: float) -> Limits:
    """Return the limits as the kernel takes them; ValueError as `find_runs`."""
    values = (distance, bearing, min_length, bridge)
    if not all(value >= 0.0 for value in values) or not np.isfinite(distance):
        message = f"distance, bearing, min_length and bridge must be numbers of 0 or more, not {values}"
        raise ValueError(message)
    return Limits(float(distance), float(sine_of(float(bearing))), float(min_length), float(bridge))


def as_groups(group: Any, n_lines: int) -> IntArray:  # noqa: ANN401 - anything that numpy takes
    """Return one group a line; ValueError as `find_runs`."""
    if group is None:
        return np.full(n_lines, NO_GROUP, np.int64)
    groups = np.require(group, np.int64, ["C", "W"])
    if groups.shape != (n_lines,):
        message = f"{n_lines} lines need {n_lines} groups, not an array of shape {groups.shape}"
        raise ValueError(message)
    return groups


def search_tables(
    query: SegmentTable,
    resident: SegmentTable,
    grid: SegmentGrid,
    alive: npt.NDArray[np.bool_],
    limits: Limits,
    workers: int,
    *,
    later_only: bool,
) -> Runs:
    """Return the runs of ``query`` with ``resident`` (see `geo.free_space.search`), by ranges of lines, on threads."""
    n_segments, n_lines = len(query.rows), len(query.starts) - 1
    tasks = max(n_segments // SEGMENTS_A_TASK, 1)
    cuts = np.searchsorted(query.starts, np.linspace(0, n_segments, tasks + 1)[1:-1])
    bounds = np.unique(np.concatenate(([0], cuts, [n_lines]))).tolist()

    def task(first: int, last: int) -> FloatArray:
        return search(query, resident, grid, alive, limits, first, last, later_only)

    if workers <= 1 or len(bounds) <= 2:
        found = [task(first, last) for first, last in pairwise(bounds)]
    else:
        with ThreadPoolExecutor(workers) as pool:
            found = list(pool.map(task, bounds[:-1], bounds[1:]))
    return _as_runs(np.concatenate([np.empty((0, N_COLUMNS)), *found]))


def _as_runs(records: FloatArray) -> Runs:
    """Return records (columns of `geo.run_records`), sorted within each line ``a``, as sorted runs."""
    columns = columns_of(records, np.argsort(records[:, 9].astype(np.int64), kind="stable"))
    from_a, to_a, from_b, to_b, integral, metres, gap_min, gap_max, direction, a, b = columns
    mean = np.clip(integral / metres, gap_min, gap_max)  # rounding must not put it outside
    return Runs(
        a.astype(np.int64), b.astype(np.int64), from_a, to_a, from_b, to_b, gap_min, mean, gap_max, direction >= -1e-6
    )  # fmt: skip
