"""Find where two lines run side by side: all pairs of many lines, or one line against many.

Two places, one on each line, are *beside* each other when they are no farther apart than ``distance`` and the
directions of their segments differ by no more than ``bearing``, either way round; at a vertex the direction of either
segment counts. A *run* is a connected component of such pairs of places in the diagram of both chainages, cut back on
either line to the first and last place whose perpendicular foot lies on the other one. Runs of a pair that go the same
way and are closer than ``bridge`` on both lines are joined; then those shorter than ``min_length`` on either line are
dropped.

Nothing is approximated: components are those of the free-space diagram (see `geo.free_space`), their ends are found in
closed form. Distance and sine of the bearing hold to 1e-9, lengths to a micron: lines drawn exactly ``distance`` apart
are beside each other on every machine, wherever the grid has its origin.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.capsules import sine_of
from geo.free_space import Limits, search
from geo.segment_grid import SegmentGrid, build_grid
from geo.segment_tables import NO_GROUP, SegmentTable, pack

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.polylines import FloatArray, IntArray, Polylines

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


def find_runs(
    lines: Polylines,
    *,
    distance: float = DISTANCE_M,
    bearing: float = BEARING_DEG,
    min_length: float = MIN_LENGTH_M,
    bridge: float = BRIDGE_M,
    group: Any = None,  # noqa: ANN401 - anything that numpy takes
    workers: int = 2,
) -> Runs:
    """Return every run of every pair of ``lines``; a line is not compared with itself.

    Parameters
    ----------
    lines
        Metres of a projected grid. Parts of a line keep one chainage, and no run goes on from one part into the next
        but by ``bridge``. A closed line starts and ends at its first vertex.
    distance, bearing, min_length, bridge
        Metres, degrees (90 and more: any direction), metres, metres. See the module.
    group
        A whole number for each line; lines of one group are not compared. A line of a group below 0 is compared with
        all; so are all lines where ``group`` is None.
    workers
        Threads. The result is the same to the last bit for any number.

    Raises
    ------
    ValueError
        Where a limit is not a number, below 0, or ``distance`` is infinite; where ``group`` does not fit the lines.

    Examples
    --------
    >>> import shapely
    >>> from geo.polylines import Polylines
    >>> water, gas = shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(130, 2), (20, 2)])
    >>> runs = find_runs(Polylines.from_shapely([water, gas]))
    >>> runs.from_a, runs.to_a, runs.from_b, runs.to_b, runs.gap_mean, runs.same_direction
    (array([20.]), array([100.]), array([30.]), array([110.]), array([2.]), array([False]))
    """
    limits = _limits(distance, bearing, min_length, bridge)
    table = pack(lines, np.arange(lines.n_lines), _groups(group, lines.n_lines))
    grid = build_grid(table, limits.distance)
    return _search(table, table, grid, np.empty(0, np.bool_), limits, workers, later_only=True)


def _limits(distance: float, bearing: float, min_length: float, bridge: float) -> Limits:
    values = (distance, bearing, min_length, bridge)
    if not all(value >= 0.0 for value in values) or not np.isfinite(distance):
        message = f"distance, bearing, min_length and bridge must be numbers of 0 or more, not {values}"
        raise ValueError(message)
    return Limits(float(distance), float(sine_of(float(bearing))), float(min_length), float(bridge))


def _groups(group: Any, n_lines: int) -> IntArray:  # noqa: ANN401 - anything that numpy takes
    if group is None:
        return np.full(n_lines, NO_GROUP, np.int64)
    groups = np.require(group, np.int64, ["C", "W"])
    if groups.shape != (n_lines,):
        message = f"{n_lines} lines need {n_lines} groups, not an array of shape {groups.shape}"
        raise ValueError(message)
    return groups


def _search(
    query: SegmentTable,
    resident: SegmentTable,
    grid: SegmentGrid,
    alive: npt.NDArray[np.bool_],
    limits: Limits,
    workers: int,
    *,
    later_only: bool,
) -> Runs:
    """Search in ranges of lines, on threads, and put the records in order."""
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
    return _as_runs(np.concatenate([np.empty((0, 11)), *found]))


def _as_runs(records: FloatArray) -> Runs:
    """Return records (columns of `geo.run_records`), sorted within each line ``a``, as sorted runs."""
    columns = np.ascontiguousarray(records[np.argsort(records[:, 9], kind="stable")].T)
    from_a, to_a, from_b, to_b, integral, metres, gap_min, gap_max, direction, a, b = columns
    mean = np.clip(integral / metres, gap_min, gap_max)  # rounding must not put it outside
    return Runs(
        a.astype(np.int64), b.astype(np.int64), from_a, to_a, from_b, to_b, gap_min, mean, gap_max, direction >= -1e-6
    )  # fmt: skip
