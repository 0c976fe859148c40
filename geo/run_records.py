"""Turn the components of the free-space diagram of one line into runs: unite, bridge, drop the short, sort."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.compiled import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.polylines import FloatArray, IntArray

FROM_A, TO_A, FROM_B, TO_B, GAP_INTEGRAL, GAP_METRES, GAP_MIN, GAP_MAX, DIRECTION, A, B = range(11)
"""Columns of a record. ``GAP_METRES`` are those over which the gap was integrated, on both lines together;
``DIRECTION`` is the sum of metres of same direction less those of opposite direction."""

N_COLUMNS = 11

MICRON = 1e-6
"""What is shorter than this is a touch, not a stretch; limits of length hold to this."""


@kernel
def open_record(records: FloatArray, i: int, b: float) -> None:
    """Make record ``i`` that of a component with line ``b`` that has no place yet."""
    r = records[i]
    r[0], r[1], r[2], r[3] = np.inf, -np.inf, np.inf, -np.inf
    r[4], r[5], r[6], r[7], r[8], r[9], r[10] = 0.0, 0.0, np.inf, 0.0, 0.0, -1.0, b


@kernel
def settle(records: FloatArray, parent: IntArray, n: int, number: float) -> int:
    """Unite the records of one line by their roots, keep those with a stretch on both lines, sort by (b, from, from).

    Works in place and returns how many are left; ``number`` is written as their ``A``.
    """
    for i in range(n):
        root = i
        while parent[root] != root:
            root = parent[root]
        if root != i:
            _merge(records[root], records[i])
    kept = 0
    for i in range(n):
        r = records[i]
        if parent[i] == i and r[1] - r[0] > MICRON and r[3] - r[2] > MICRON:
            records[kept] = r
            records[kept, 9] = number
            kept += 1
    _sort(records, kept)
    return kept


@kernel
def _merge(into: FloatArray, other: FloatArray) -> None:
    into[0], into[1] = min(into[0], other[0]), max(into[1], other[1])
    into[2], into[3] = min(into[2], other[2]), max(into[3], other[3])
    into[4] += other[4]
    into[5] += other[5]
    into[6], into[7] = min(into[6], other[6]), max(into[7], other[7])
    into[8] += other[8]


@kernel
def _after(one: FloatArray, other: FloatArray) -> bool:
    if one[10] != other[10]:
        return bool(one[10] > other[10])
    if one[0] != other[0]:
        return bool(one[0] > other[0])
    return bool(one[2] > other[2])


@kernel
def _sort(records: FloatArray, n: int) -> None:
    if n > 64:
        order = np.argsort(records[:n, 2], kind="mergesort")
        order = order[np.argsort(records[:n, 0][order], kind="mergesort")]
        order = order[np.argsort(records[:n, 10][order], kind="mergesort")]
        records[:n] = records[:n][order]
        return
    row = np.empty(N_COLUMNS)
    for i in range(1, n):
        j = i
        if not _after(records[j - 1], records[j]):
            continue
        row[:] = records[i]
        while j > 0 and _after(records[j - 1], row):
            records[j] = records[j - 1]
            j -= 1
        records[j] = row


@kernel
def bridge_and_write(
    records: FloatArray, n: int, bridge: float, min_length: float, found: FloatArray, n_found: int
) -> int:
    """Join the runs of each pair across gaps, drop the short ones, append the rest to ``found``; return its new length.

    Two runs of one pair and one direction are joined when the stretches on either line are closer than ``bridge``, and
    so again with what was joined, until nothing changes: the result does not depend on the order. A run is short when
    it is so on either line.
    """
    first = 0
    while first < n:
        last = first + 1
        while last < n and records[last, 10] == records[first, 10]:
            last += 1
        if last - first > 1:
            while _bridge_once(records[first:last], bridge - MICRON):
                pass
        for i in range(first, last):
            r = records[i]
            if r[5] > 0.0 and min(r[1] - r[0], r[3] - r[2]) >= min_length - MICRON:
                found[n_found] = r
                n_found += 1
        first = last
    return n_found


@kernel
def _bridge_once(runs: FloatArray, bridge: float) -> bool:
    """Join what is close; a run that went into another has 0 in ``GAP_METRES``. Return whether anything was joined."""
    joined = False
    for i in range(len(runs)):
        one = runs[i]
        if one[5] == 0.0:
            continue
        for j in range(i + 1, len(runs)):
            other = runs[j]
            if other[0] - one[1] >= bridge:
                break  # they are sorted by where they start on the line
            if other[5] == 0.0 or (other[8] >= -MICRON) != (one[8] >= -MICRON):
                continue
            apart = max(0.0, other[0] - one[1])
            apart_b = max(0.0, other[2] - one[3], one[2] - other[3])
            if apart < bridge and apart_b < bridge:
                _merge(one, other)
                other[5] = 0.0
                joined = True
    return joined


@kernel
def count_by_line(records: FloatArray, counts: IntArray) -> None:
    """Add to ``counts`` how many of the records each line ``A`` has."""
    for i in range(len(records)):
        counts[int(records[i, 9])] += 1


@kernel
def write_columns(
    records: FloatArray, place: IntArray, lines: IntArray, metres: FloatArray, same: npt.NDArray[np.bool_]
) -> None:
    """Write the records as columns of runs, those of a line from its ``place`` on, which moves on.

    ``lines`` has the rows a and b; ``metres`` from and to on either line, then least, mean and greatest gap.
    """
    for i in range(len(records)):
        line = int(records[i, 9])
        at = place[line]
        place[line] += 1
        lines[0, at], lines[1, at] = line, int(records[i, 10])
        for k in range(4):
            metres[k, at] = records[i, k]
        least, greatest = records[i, 6], records[i, 7]
        mean = records[i, 4] / records[i, 5]
        metres[4, at], metres[6, at] = least, greatest
        metres[5, at] = min(max(mean, least), greatest)  # rounding must not put it outside
        same[at] = records[i, 8] >= -1e-6
