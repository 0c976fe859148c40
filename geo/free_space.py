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
from geo.run_records import N_COLUMNS, bridge_and_write, open_record, settle
from geo.segment_grid import SegmentGrid, cells_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.polylines import FloatArray, IntArray
    from geo.segment_tables import SegmentTable


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
    near = np.empty(256, np.int64)
    cells, before = np.empty((256, 2), np.int64), np.empty((256, 2), np.int64)
    for line in range(first, last):
        n_records, n_before = 0, 0
        for i in range(query.starts[line], query.starts[line + 1]):
            segment = query.rows[i]
            n_near = _collect(segment, grid, alive, limits, later_only, near)
            if n_near > len(near):
                near = np.empty(2 * n_near, np.int64)
                cells, before = _grown(cells, 2 * n_near), _grown(before, 2 * n_near)
                n_near = _collect(segment, grid, alive, limits, later_only, near)
            if n_near == 0:
                n_before = 0
                continue
            n_near = _sorted_once(near, n_near)
            if n_records + n_near > len(parent):
                records, parent = _more(records, parent, 2 * (n_records + n_near))
            n_cells, n_records = _sweep(
                query, i, resident, near[:n_near], limits, before[:n_before], cells, records, parent, n_records
            )
            cells, before, n_before = before, cells, n_cells
        kept = settle(records, parent, n_records, query.rows[query.starts[line], 6])
        if n_found + kept > len(found):
            found = _longer(found, 2 * (n_found + kept))
        n_found = bridge_and_write(records, kept, limits.bridge, limits.min_length, found, n_found)
    return found[:n_found].copy()


@kernel
def _grown(cells: IntArray, size: int) -> IntArray:
    result = np.empty((size, 2), np.int64)
    result[: len(cells)] = cells
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
def _collect(
    segment: FloatArray,
    grid: SegmentGrid,
    alive: npt.NDArray[np.bool_],
    limits: Limits,
    later_only: bool,
    near: IntArray,
) -> int:
    """Write the resident segments that may be beside ``segment`` and return how many; nothing past the end of ``near``.

    A piece met in several cells is taken only in the cell of the lower corner that its box and the searched box share.
    """
    d, cell = limits.distance + TOLERANCE_M, grid.cell
    ux, uy, group = segment[2], segment[3], segment[7]
    least = segment[6] if later_only else -1.0
    parts = max(int(np.ceil(segment[4] / (4.0 * cell))), 1)
    length = segment[4] / parts
    n = 0
    for part in range(parts):
        x, y = segment[0] + part * length * ux, segment[1] + part * length * uy
        c0, c1, r0, r1 = cells_of(x, y, ux * length, uy * length, d, cell)
        for row in range(r0, r1 + 1):
            for column in range(c0, c1 + 1):
                c = (column + grid.stride * row) & grid.mask
                for e in range(grid.cell_starts[c], grid.cell_starts[c + 1]):
                    p = grid.pieces[grid.entries[e]]
                    if p[6] <= least or (p[7] == group and group >= 0.0):
                        continue
                    k = p[2] * uy - p[3] * ux
                    if abs(k) > limits.sine:
                        continue
                    wx, wy = x - p[0], y - p[1]
                    y0, x0 = p[2] * wy - p[3] * wx, p[2] * wx + p[3] * wy
                    y1, x1 = y0 + length * k, x0 + length * (p[2] * ux + p[3] * uy)
                    if min(y0, y1) > d or max(y0, y1) < -d or min(x0, x1) > p[4] + d or max(x0, x1) < -d:
                        continue
                    pc, _, pr, _ = cells_of(p[0], p[1], p[2] * p[4], p[3] * p[4], 0.0, cell)
                    if column != max(c0, pc) or row != max(r0, pr) or (len(alive) > 0 and not alive[int(p[6])]):
                        continue
                    if n < len(near):
                        near[n] = grid.piece_segment[grid.entries[e]]
                    n += 1
    return n


@kernel
def _sorted_once(near: IntArray, n: int) -> int:
    """Sort the first ``n`` in place, each once, and return how many are left."""
    if n > 32:
        near[:n] = np.sort(near[:n])
    else:
        for i in range(1, n):
            value, j = near[i], i
            while j > 0 and near[j - 1] > value:
                near[j] = near[j - 1]
                j -= 1
            near[j] = value
    kept = 1
    for i in range(1, n):
        if near[i] != near[kept - 1]:
            near[kept] = near[i]
            kept += 1
    return kept


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
    query: SegmentTable,
    i: int,
    resident: SegmentTable,
    near: IntArray,
    limits: Limits,
    before: IntArray,
    cells: IntArray,
    records: FloatArray,
    parent: IntArray,
    n_records: int,
) -> tuple[int, int]:
    """Enter the cells of segment ``i``, linked to each other and to those of the segment before it.

    Writes ``cells`` (resident segment, record) and returns how many cells and records there are now. ``before`` holds
    the cells of segment ``i - 1``; like ``near`` it is sorted by resident segment.
    """
    d = limits.distance + TOLERANCE_M
    a = query.rows[i]
    if not query.linked[i]:
        before = before[:0]
    n, p = 0, 0
    for j in near:
        b = resident.rows[j]
        wx, wy = a[0] - b[0], a[1] - b[1]
        c, k = b[2] * a[2] + b[3] * a[3], b[2] * a[3] - b[3] * a[2]
        x0, y0 = b[2] * wx + b[3] * wy, b[2] * wy - b[3] * wx
        X0, Y0 = -(a[2] * wx + a[3] * wy), -(a[2] * wy - a[3] * wx)
        if not within(x0, y0, X0, Y0, c, k, a[4], b[4], d):
            continue
        record = -1
        if n > 0 and cells[n - 1, 0] == j - 1 and resident.linked[j] and squared_distance(X0, Y0, a[4]) <= d * d:
            record = cells[n - 1, 1]  # on through the vertex of the other line
        while p < len(before) and before[p, 0] < j - 1:
            p += 1
        for at in range(p, min(p + 3, len(before))):
            if before[at, 0] <= j + 1 and _touches(
                a, resident, j, before[at, 0], squared_distance(x0, y0, b[4]), d * d
            ):
                record = before[at, 1] if record < 0 else _unite(parent, record, before[at, 1])
        if record < 0:
            record = n_records
            parent[record] = record
            open_record(records[record], b[6])
            n_records += 1
        record = _root(parent, record)
        _widen(records[record], a, b, x0, y0, X0, Y0, c, k, limits.distance)
        cells[n, 0], cells[n, 1] = j, record
        n += 1
    return n, n_records


@kernel
def _touches(a: FloatArray, resident: SegmentTable, j: int, other: int, to_b: float, limit: float) -> bool:
    """Return whether the cell (a, j) touches the cell of the segment before ``a`` and ``other``: j - 1, j or j + 1.

    ``to_b`` is the squared distance of the start of ``a`` from segment ``j``. The segment before ``a`` ends there.
    """
    if other == j:
        return bool(to_b <= limit)  # on through the vertex of this line
    corner = max(j, other)  # both go through a vertex: the one where the later of the two segments starts
    x, y = a[0] - resident.rows[corner, 0], a[1] - resident.rows[corner, 1]
    return bool(resident.linked[corner]) and bool(x * x + y * y <= limit)


@kernel
def _widen(
    record: FloatArray,
    a: FloatArray,
    b: FloatArray,
    x0: float,
    y0: float,
    X0: float,
    Y0: float,
    c: float,
    k: float,
    d: float,
) -> None:
    """Widen a record by the places of one cell, on either line, whose perpendicular foot is on the other's segment."""
    sign = 1.0 if c >= 0.0 else -1.0
    low, high = feet(x0, y0, c, k, a[4], b[4], d)
    if high - low > TOUCH_M:
        record[0], record[1] = min(record[0], a[5] + low), max(record[1], a[5] + high)
        one, other = y0 + low * k, y0 + high * k
        record[4] += integral_of_gap(one, other, high - low)
        record[5] += high - low
        record[6], record[7] = min(record[6], least_gap(one, other)), max(record[7], abs(one), abs(other))
        record[8] += sign * (high - low)
    low, high = feet(X0, Y0, c, -k, b[4], a[4], d)
    if high - low > TOUCH_M:
        record[2], record[3] = min(record[2], b[5] + low), max(record[3], b[5] + high)
        one, other = Y0 - low * k, Y0 - high * k
        record[4] += integral_of_gap(one, other, high - low)
        record[5] += high - low
        record[6], record[7] = min(record[6], least_gap(one, other)), max(record[7], abs(one), abs(other))
        record[8] += sign * (high - low)
