"""Hold side-by-side runs as arrays, and search a table of segments for them on threads.

`geo.parallels` says what a run is and is what other packages call; this is what `find_runs` and `ResidentLines` share.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.capsules import sine_of
from geo.compiled import each
from geo.free_space import Limits, search
from geo.run_records import count_by_line, write_columns
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
    """Return the runs of ``query`` with ``resident`` (see `geo.free_space.search`), by ranges of lines, on threads.

    The lines of ``query`` have the numbers from 0 on, in any order.
    """
    n_segments, n_lines = len(query.rows), len(query.starts) - 1
    tasks = max(n_segments // SEGMENTS_A_TASK, 1)
    cuts = np.searchsorted(query.starts, np.linspace(0, n_segments, tasks + 1)[1:-1])
    bounds = np.unique(np.concatenate(([0], cuts, [n_lines]))).tolist()
    counts = np.zeros(n_lines, np.int64)

    def task(i: int) -> FloatArray:
        records = search(query, resident, grid, alive, limits, bounds[i], bounds[i + 1], later_only)
        count_by_line(records, counts)  # no line is in two tasks
        return records

    return _as_runs(each(task, len(bounds) - 1, workers), counts, workers)


def _as_runs(found: list[FloatArray], counts: IntArray, workers: int) -> Runs:
    """Return records (see `geo.run_records`) as runs sorted by line ``a``.

    The records of a line stand together and sorted; ``counts`` says how many it has.
    """
    total = int(counts.sum())
    place = np.cumsum(counts) - counts
    lines, metres, same = np.empty((2, total), np.int64), np.empty((7, total)), np.empty(total, np.bool_)
    each(lambda i: write_columns(found[i], place, lines, metres, same), len(found), workers)
    from_a, to_a, from_b, to_b, least, mean, greatest = metres
    return Runs(lines[0], lines[1], from_a, to_a, from_b, to_b, least, mean, greatest, same)
