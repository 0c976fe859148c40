"""Hold the stretches of one line as records while they grow; unite, measure and sort them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.compiled import kernel

if TYPE_CHECKING:
    from geo.polylines import FloatArray, IntArray

FROM_A, TO_A, FROM_B, TO_B, LEAST, AT_A, AT_B, XA, YA, XB, YB, ENDS, PARALLEL, SINE, COSINE, RADII, A, B = range(18)
"""Columns of a record. ``LEAST`` is the distance of the axis lines at the place that follows, ``RADII`` the sum of both
radii; ``SINE`` and ``COSINE`` are of the least angle between segments that meet in it, 0 to 90 degrees."""

N_COLUMNS = 18

PIECE_RECORD, PIECE_FROM, PIECE_TO = range(3)
"""Columns of a piece: metres of line a, side by side with line b, that belong to a record."""

FEW = 48
"""Up to so many rows are sorted by insertion, which is quick on what is nearly sorted."""


@kernel
def open_record(records: FloatArray, i: int, b: float, radii: float) -> None:
    """Make record ``i`` that of a stretch near line ``b`` that has no place yet."""
    r = records[i]
    r[:] = 0.0
    r[0], r[1], r[2], r[3], r[4] = np.inf, -np.inf, np.inf, -np.inf, np.inf
    r[13], r[14], r[15], r[17] = 2.0, 0.0, radii, b


@kernel
def is_better(distance: float, at: float, than: float, than_at: float, tie: float) -> bool:
    """Return whether a place is nearer by more than ``tie``, or as near and earlier along the line."""
    return distance < than - tie or (distance <= than + tie and at < than_at)


@kernel
def root_of(parent: IntArray, i: int) -> int:
    """Return the record that ``i`` went into."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@kernel
def unite(parent: IntArray, one: int, other: int) -> int:
    """Return the root of both: the older one, so that nothing depends on which was named first."""
    one, other = root_of(parent, one), root_of(parent, other)
    parent[max(one, other)] = min(one, other)
    return min(one, other)


@kernel
def _merge(into: FloatArray, other: FloatArray, tie: float) -> None:
    into[0], into[1] = min(into[0], other[0]), max(into[1], other[1])
    into[2], into[3] = min(into[2], other[2]), max(into[3], other[3])
    if is_better(other[4], other[5], into[4], into[5], tie):
        into[4:11] = other[4:11]
    into[11] = max(into[11], other[11])
    if other[13] < into[13]:
        into[13], into[14] = other[13], other[14]


@kernel
def settle(
    records: FloatArray, parent: IntArray, n: int, pieces: FloatArray, n_pieces: int, number: float, tie: float
) -> int:
    """Unite the records of one line by their roots, measure what is side by side, sort by (b, from, from).

    Works in place and returns how many are left; ``number`` is written as their ``A``.
    """
    for i in range(n):
        root = root_of(parent, i)
        if root != i:
            _merge(records[root], records[i], tie)
    for i in range(n_pieces):
        pieces[i, 0] = root_of(parent, int(pieces[i, 0]))
    _sort(pieces[:n_pieces], 0, 1, 1)
    reached, of = -np.inf, -1.0
    for i in range(n_pieces):
        if pieces[i, 0] != of:
            reached, of = -np.inf, pieces[i, 0]
        records[int(of), 12] += max(pieces[i, 2] - max(pieces[i, 1], reached), 0.0)
        reached = max(reached, pieces[i, 2])
    kept = 0
    for i in range(n):
        if parent[i] == i:
            records[kept] = records[i]
            records[kept, 12] = min(records[kept, 12], records[kept, 1] - records[kept, 0])
            records[kept, 16] = number
            kept += 1
    _sort(records[:kept], 17, 0, 2)
    return kept


@kernel
def _sort(rows: FloatArray, first: int, second: int, third: int) -> None:
    """Sort rows by three of their columns, stable."""
    n = len(rows)
    if n > FEW:
        order = np.argsort(rows[:, third], kind="mergesort")
        order = order[np.argsort(rows[:, second][order], kind="mergesort")]
        order = order[np.argsort(rows[:, first][order], kind="mergesort")]
        rows[:] = rows[order]
        return
    row = np.empty(rows.shape[1])
    for i in range(1, n):
        if not _after(rows[i - 1], rows[i], first, second, third):
            continue
        row[:] = rows[i]
        j = i
        while j > 0 and _after(rows[j - 1], row, first, second, third):
            rows[j] = rows[j - 1]
            j -= 1
        rows[j] = row


@kernel
def _after(one: FloatArray, other: FloatArray, first: int, second: int, third: int) -> bool:
    if one[first] != other[first]:
        return bool(one[first] > other[first])
    if one[second] != other[second]:
        return bool(one[second] > other[second])
    return bool(one[third] > other[third])


@kernel
def columns_of(records: FloatArray, order: IntArray) -> FloatArray:
    """Return the records in ``order``, as rows of one column each."""
    result = np.empty((records.shape[1], len(order)))
    for i in range(len(order)):
        for k in range(records.shape[1]):
            result[k, i] = records[order[i], k]
    return result
