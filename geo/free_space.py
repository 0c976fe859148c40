"""Follow the free-space diagram of a line against all lines near it, and keep its connected components.

The diagram of two lines has both chainages as axes; a point of it is free where the two places are beside each other.
It is cut into cells, one for a segment of either line, and the free part of a cell is convex (a place moves evenly
along its segment). So components of places are components of cells, and cells can only touch at vertices: along a side,
where the vertex of one line is within the distance of the other's segment, or in a corner, where both vertices are.

A line is swept segment by segment. Only the cells of two segments are held at a time; a component is a record that
widens as cells join it, and records that meet are united (union-find). Sums run in the order of the cells, so that the
result of a pair depends on nothing but the pair.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.capsules import TOLERANCE_M, TOUCH_M, feet, integral_of_gap, least_gap, squared_distance, within
from geo.compiled import kernel
from geo.near_segments import BLOCK, collect
from geo.run_records import N_COLUMNS, bridge_and_write, open_record, settle

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.polylines import FloatArray, IntArray
    from geo.segment_grid import SegmentGrid
    from geo.segment_tables import SegmentTable


CHUNK = 32
"""Segments that are collected and swept in one go: enough to cost little, few enough to need little room."""


class Limits(NamedTuple):
    """What counts as beside, and which runs are kept: metres and a sine (see `geo.capsules.sine_of`)."""

    distance: float
    sine: float
    min_length: float
    bridge: float


@kernel
def search(
    query: SegmentTable,
    resident: SegmentTable,
    grid: SegmentGrid,
    alive: npt.NDArray[np.bool_],
    limits: Limits,
    first: int,
    last: int,
    later_only: bool,
) -> FloatArray:
    """Return the runs of the lines ``first .. last - 1`` of ``query`` (in the order of its table) as records.

    ``later_only`` compares a line only with those of a greater number: each pair of one set once, and no line with
    itself. ``alive`` tells which numbers of the resident lines count; all do where it is empty.
    """
    found, n_found = np.empty((64, N_COLUMNS)), 0
    records, parent = np.empty((64, N_COLUMNS)), np.empty(64, np.int64)
    near, offsets, flags = np.empty(256, np.int64), np.zeros(CHUNK + 1, np.int64), np.empty(2 * BLOCK, np.int32)
    cells = np.empty((2, len(near), 2), np.int64)
    for line in range(first, last):
        n_records, n_before = 0, 0
        for begin in range(query.starts[line], query.starts[line + 1], CHUNK):
            end = min(begin + CHUNK, query.starts[line + 1])
            room = 0
            while room == 0 or room > len(near):
                if room > len(near):
                    near, cells = np.empty(2 * room, np.int64), _deeper(cells, 2 * room)
                room = max(1, collect(
                    query.rows, begin, end, resident.rows, grid, alive, limits.distance, limits.sine, later_only,
                    near, offsets, flags,
                ))  # fmt: skip
            n_near = offsets[end - begin]
            if n_records + n_near > len(parent):
                records, parent = _more(records, parent, 2 * (n_records + n_near))
            n_before, n_records = _sweep(
                query.rows, query.linked, begin, end, resident.rows, resident.linked, near, offsets, limits.distance,
                cells, n_before, records, parent, n_records,
            )  # fmt: skip
        if n_records == 0:
            continue
        kept = settle(records, parent, n_records, query.rows[query.starts[line], 6])
        if n_found + kept > len(found):
            found = _longer(found, 2 * (n_found + kept))
        n_found = bridge_and_write(records, kept, limits.bridge, limits.min_length, found, n_found)
    return found[:n_found].copy()


@kernel
def _deeper(cells: IntArray, size: int) -> IntArray:
    result = np.empty((2, size, 2), np.int64)
    result[:, : cells.shape[1]] = cells
    return result


@kernel
def _longer(records: FloatArray, size: int) -> FloatArray:
    result = np.empty((size, N_COLUMNS))
    result[: len(records)] = records
    return result


@kernel
def _more(records: FloatArray, parent: IntArray, size: int) -> tuple[FloatArray, IntArray]:
    more = np.empty(size, np.int64)
    more[: len(parent)] = parent
    return _longer(records, size), more


@kernel
def _root(parent: IntArray, i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@kernel
def _unite(parent: IntArray, one: int, other: int) -> int:
    """Return the root of both: the older one, so that sums keep their order."""
    one, other = _root(parent, one), _root(parent, other)
    if one < other:
        parent[other] = one
        return one
    parent[one] = other
    return other


@kernel
def _sweep(
    rows: FloatArray,
    linked: npt.NDArray[np.bool_],
    begin: int,
    end: int,
    others: FloatArray,
    others_linked: npt.NDArray[np.bool_],
    near: IntArray,
    offsets: IntArray,
    distance: float,
    cells: IntArray,
    n_before: int,
    records: FloatArray,
    parent: IntArray,
    n_records: int,
) -> tuple[int, int]:
    """Enter the cells of the segments ``rows[begin:end]``, linked to each other and to those of the segment before.

    ``near`` and ``offsets`` are what `collect` wrote. ``cells[0]`` holds ``n_before`` cells (other segment, record) of
    the segment before ``begin``, sorted by segment; afterwards those of the last one. Returns how many cells that is,
    and how many records there are now.
    """
    limit = (distance + TOLERANCE_M) ** 2
    before, now = cells[0], cells[1]
    for i in range(begin, end):
        n, p = 0, 0
        if not linked[i]:
            n_before = 0
        for at in range(offsets[i - begin], offsets[i - begin + 1]):
            j = near[at]
            wx, wy = rows[i, 0] - others[j, 0], rows[i, 1] - others[j, 1]
            ax, ay, bx, by = rows[i, 2], rows[i, 3], others[j, 2], others[j, 3]
            c, k = bx * ax + by * ay, bx * ay - by * ax
            x0, y0, X0, Y0 = bx * wx + by * wy, bx * wy - by * wx, -(ax * wx + ay * wy), -(ax * wy - ay * wx)
            length, base = rows[i, 4], others[j, 4]
            if not within(x0, y0, X0, Y0, c, k, length, base, distance + TOLERANCE_M):
                continue
            record = -1
            if n > 0 and now[n - 1, 0] == j - 1 and others_linked[j] and squared_distance(X0, Y0, length) <= limit:
                record = now[n - 1, 1]  # on through the vertex of the other line
            while p < n_before and before[p, 0] < j - 1:
                p += 1
            to_b = squared_distance(x0, y0, base)
            record = _linked(rows, i, others, others_linked, j, to_b, limit, before, p, n_before, record, parent)
            if record < 0:
                record = n_records
                parent[record] = record
                open_record(records, record, others[j, 6])
                n_records += 1
            record = _root(parent, record)
            low, high = feet(x0, y0, c, k, length, base, distance)
            _widen(records, record, 0, rows[i, 5], low, high, y0, k, c)
            low, high = feet(X0, Y0, c, -k, base, length, distance)
            _widen(records, record, 2, others[j, 5], low, high, Y0, -k, c)
            now[n, 0], now[n, 1] = j, record
            n += 1
        for at in range(n):
            before[at, 0], before[at, 1] = now[at, 0], now[at, 1]
        n_before = n
    return n_before, n_records


@kernel
def _linked(
    rows: FloatArray,
    i: int,
    others: FloatArray,
    others_linked: npt.NDArray[np.bool_],
    j: int,
    to_b: float,
    limit: float,
    before: IntArray,
    at: int,
    n_before: int,
    record: int,
    parent: IntArray,
) -> int:
    """Return the record of the cells of the segment before ``i`` that cell (i, j) touches, united with ``record``.

    ``before[at:n_before]`` begins with what is not below ``j - 1``; ``to_b`` is the squared distance of the start of
    ``i`` from segment ``j``. Minus one where nothing is touched and ``record`` is so.
    """
    while at < n_before and before[at, 0] <= j + 1:
        if _touches(rows, i, others, others_linked, j, before[at, 0], to_b, limit):
            record = before[at, 1] if record < 0 else _unite(parent, record, before[at, 1])
        at += 1
    return record


@kernel
def _touches(
    rows: FloatArray,
    i: int,
    others: FloatArray,
    others_linked: npt.NDArray[np.bool_],
    j: int,
    other: int,
    to_b: float,
    limit: float,
) -> bool:
    """Return whether cell (i, j) touches the cell of the segment before ``i`` and of ``other``: j - 1, j or j + 1.

    ``to_b`` is the squared distance of the start of ``i`` from segment ``j``. The segment before ``i`` ends there.
    """
    if other == j:
        return to_b <= limit  # on through the vertex of this line
    corner = max(j, other)  # both go through a vertex: the one where the later of the two segments starts
    x, y = rows[i, 0] - others[corner, 0], rows[i, 1] - others[corner, 1]
    return bool(others_linked[corner]) and bool(x * x + y * y <= limit)


@kernel
def _widen(
    records: FloatArray,
    record: int,
    side: int,
    chainage: float,
    low: float,
    high: float,
    y0: float,
    slope: float,
    cosine: float,
) -> None:
    """Widen a record by the places of one segment (side 0: of a, 2: of b) whose feet are on the other's segment."""
    metres = high - low
    if metres <= TOUCH_M:
        return
    records[record, side] = min(records[record, side], chainage + low)
    records[record, side + 1] = max(records[record, side + 1], chainage + high)
    one, other = y0 + low * slope, y0 + high * slope
    records[record, 4] += integral_of_gap(one, other, metres)
    records[record, 5] += metres
    records[record, 6] = min(records[record, 6], least_gap(one, other))
    records[record, 7] = max(records[record, 7], abs(one), abs(other))
    records[record, 8] += metres if cosine >= 0.0 else -metres
