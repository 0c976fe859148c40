"""Divide lines into sets that share no run, so that each is joined into trenches by itself, small and on any thread.

A trench has lines of one connected component of the graph of runs only, and what is chosen for one component never
looks at another. So nothing changes but the time, and the room that is touched at once. (A component is no trench:
nothing joins by chaining.)
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.chainage import copy_lines
from geo.compiled import kernel
from geo.polylines import Polylines
from geo.segment_tables import has_length

if TYPE_CHECKING:
    from geo.parallels import Runs
    from geo.polylines import FloatArray, IntArray

RUNS_A_SHARE = 2_000
"""Components are put together until they have about this many runs: what is touched then fits the second cache."""


CORNER_M = 65_536.0
"""How coarse the place is from which coordinates are taken, in metres."""


class Share(NamedTuple):
    """Some components: their lines, in the order of their rows, and their runs, which number these lines from 0."""

    rows: IntArray
    lines: Polylines
    runs: Runs


@kernel
def unite(least: IntArray, a: IntArray, b: IntArray) -> None:
    """Unite the components of the lines ``a`` and ``b`` of each run; ``least`` leads a line to a lesser row of its own.

    Call it for some runs after the other, in any order, then `settle_components`.
    """
    for run in range(len(a)):
        one, other = a[run], b[run]
        while least[one] != one:
            least[one] = least[least[one]]
            one = least[one]
        while least[other] != other:
            least[other] = least[least[other]]
            other = least[other]
        least[max(one, other)] = min(one, other)


@kernel
def settle_components(least: IntArray) -> None:
    """Make ``least`` the least row of each line's component."""
    for line in range(len(least)):  # a parent has a smaller row, so that its own is final already
        least[line] = least[least[line]]


def shares_of(least: IntArray, per_component: IntArray) -> IntArray:
    """Return the share of each line, -1 for one without a run, from its component and the number of runs of each.

    Examples
    --------
    >>> shares_of(np.array([0, 0, 2, 3]), np.array([RUNS_A_SHARE, 0, 0, 5])).tolist()
    [0, 0, -1, 1]
    """
    share = (np.cumsum(per_component) - per_component) // RUNS_A_SHARE  # of the component with this least row
    share[per_component == 0] = -1
    return np.asarray(share[least])


@kernel
def corner_of(x: FloatArray, y: FloatArray, part_starts: IntArray) -> tuple[float, float]:
    """Return the multiples of `CORNER_M` below the least easting and northing at which a segment starts.

    So coarse that a set of lines keeps its corner while lines come and go, near enough that no digit counts.
    """
    west, south = np.inf, np.inf
    for part in range(len(part_starts) - 1):
        for v in range(part_starts[part], part_starts[part + 1] - 1):
            if has_length(x[v + 1] - x[v], y[v + 1] - y[v]):
                west, south = min(west, x[v]), min(south, y[v])
    return np.floor(west / CORNER_M) * CORNER_M, np.floor(south / CORNER_M) * CORNER_M


class Shares:
    """The components of some runs, put together into shares of about equal work; ``shares[i]`` makes one of them.

    ``share`` is the share of each line where it is known already: of lines that are whole shares of a larger set.
    """

    def __init__(self, lines: Polylines, runs: Runs, share: IntArray | None = None) -> None:
        self._lines, self._runs = lines, runs
        self._line_parts = np.searchsorted(lines.part_line, np.arange(lines.n_lines + 1)).astype(np.int64)
        if share is None:
            least = np.arange(lines.n_lines)
            unite(least, runs.a.astype(np.int64), runs.b.astype(np.int64))
            settle_components(least)
            share = shares_of(least, np.bincount(least[runs.a], minlength=lines.n_lines))
        used = np.unique(share[share >= 0])
        self._rows, self._row_starts = _sorted_by(share, used)
        self._order, self._run_starts = _sorted_by(share[runs.a], used)
        self._number = np.empty(lines.n_lines, np.int64)
        counts = np.diff(self._row_starts)
        self._number[self._rows] = np.arange(len(self._rows)) - np.repeat(self._row_starts[:-1], counts)

    def __len__(self) -> int:
        return len(self._row_starts) - 1

    def __getitem__(self, i: int) -> Share:
        if not 0 <= i < len(self):
            raise IndexError(i)
        rows = self._rows[self._row_starts[i] : self._row_starts[i + 1]].copy()
        taken = copy_lines(
            self._lines.x, self._lines.y, self._lines.part_starts, self._line_parts[rows], self._line_parts[rows + 1]
        )
        runs = self._runs.take(self._order[self._run_starts[i] : self._run_starts[i + 1]])
        runs = replace(runs, a=self._number[runs.a], b=self._number[runs.b])
        return Share(rows, Polylines(*taken, len(rows)), runs)


def _sorted_by(share: IntArray, used: IntArray) -> tuple[IntArray, IntArray]:
    """Return the indices of ``share`` by share, in their order, and where each of the ``used`` shares starts."""
    order = np.argsort(share, kind="stable")
    starts = np.searchsorted(share[order], used)
    first = int(starts[0]) if len(used) else len(order)
    return order[first:], np.append(starts, len(order)) - first
