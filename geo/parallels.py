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

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.resident_lines import ResidentLines
from geo.runs import BEARING_DEG, BRIDGE_M, DISTANCE_M, MIN_LENGTH_M, Runs, as_groups, as_limits, search_tables
from geo.segment_grid import build_grid
from geo.segment_tables import pack

if TYPE_CHECKING:
    from geo.polylines import Polylines

__all__ = ["BEARING_DEG", "BRIDGE_M", "DISTANCE_M", "MIN_LENGTH_M", "ResidentLines", "Runs", "find_runs"]


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
    limits = as_limits(distance, bearing, min_length, bridge)
    table = pack(lines, np.arange(lines.n_lines), as_groups(group, lines.n_lines), workers)
    grid = build_grid(table, limits.distance, workers)
    return search_tables(table, table, grid, np.empty(0, np.bool_), limits, workers, later_only=True)
