"""Follow the diagram of a line and all lines near it, and keep the connected parts that are too near.

The diagram of two lines has both chainages as axes; a point of it is *close* where the two places are nearer than the
pair's limit. It is cut into cells, one for a segment of either line, and the close part of a cell is convex: it is told
by the part of either segment that lies in the other's capsule. Close parts of two cells are connected where they share
a vertex of one line that lies in the capsule of the other's segment. (A corner of four cells that is close lies in all
four, so that a diagonal needs no rule of its own.)

As in `geo.free_space` a line is swept segment by segment; there, a bearing decides as well which cells there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.capsules import TOLERANCE_M, squared_distance
from geo.close_cells import apart, frames, nearest, part_within
from geo.close_records import N_COLUMNS, is_better, open_record, root_of, settle, unite
from geo.compiled import kernel
from geo.near_segments import BLOCK, collect

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.polylines import FloatArray, IntArray
    from geo.segment_grid import SegmentGrid
    from geo.segment_tables import SegmentTable

CHUNK = 32
"""Segments that are collected and swept in one go: enough to cost little, few enough to need little room."""


class Reach(NamedTuple):
    """How near is too near.

    Attributes
    ----------
    limit
        ``float64[classes of a, classes of b]``: metres between the walls; NaN: not looked into.
    farthest
        ``float64[classes of a]``: the greatest limit of a class with the greatest radius it is met with; below 0 or
        NaN: nothing is looked for.
    sine
        Of the angle within which two segments are side by side (see `geo.capsules.sine_of`).
    tie
        Metres; of places that are as near as this the first along a line is told.
    """

    limit: FloatArray
    farthest: FloatArray
    sine: float
    tie: float


@kernel
def kinds_of(rows: FloatArray, radius: FloatArray, class_of: IntArray) -> FloatArray:
    """Return radius and class of the line of each segment, ``float64[n, 2]``; both are given by number of line."""
    kinds = np.empty((len(rows), 2))
    for i in range(len(rows)):
        number = int(rows[i, 6])
        kinds[i, 0], kinds[i, 1] = radius[number], class_of[number]
    return kinds


@kernel
def search_close(
    query: SegmentTable,
    query_kinds: FloatArray,
    resident: SegmentTable,
    kinds: FloatArray,
    grid: SegmentGrid,
    alive: npt.NDArray[np.bool_],
    reach: Reach,
    first: int,
    last: int,
    later_only: bool,
) -> FloatArray:
    """Return the stretches of the lines ``first .. last - 1`` of ``query`` (in the order of its table) as records.

    ``later_only`` and ``alive`` are those of `geo.free_space.search`; the kinds are what `kinds_of` returns.
    """
    found, n_found = np.empty((64, N_COLUMNS)), 0
    records, parent = np.empty((64, N_COLUMNS)), np.empty(64, np.int64)
    pieces, last_piece = np.empty((64, 3)), np.empty(64, np.int64)
    near, offsets, flags = np.empty(256, np.int64), np.zeros(CHUNK + 1, np.int64), np.empty(2 * BLOCK, np.int32)
    cells = np.empty((2, len(near), 2), np.int64)
    for line in range(first, last):
        n_records, n_pieces, n_before = 0, 0, 0
        start, stop = query.starts[line], query.starts[line + 1]
        distance = _looks(query_kinds, start, stop, reach.farthest)
        if not distance > 0.0:
            continue
        for begin in range(start, stop, CHUNK):
            end = min(begin + CHUNK, stop)
            room = 0
            while room == 0 or room > len(near):
                if room > len(near):
                    near, cells = np.empty(2 * room, np.int64), _deeper(cells, 2 * room)
                room = max(1, collect(
                    query.rows, begin, end, resident.rows, grid, alive, distance, 2.0, later_only, near, offsets, flags
                ))  # fmt: skip
            n_near = offsets[end - begin]
            if n_records + n_near > len(parent):
                size = 2 * (n_records + n_near)
                records, parent, last_piece = _longer(records, size), _more(parent, size), _more(last_piece, size)
            if n_pieces + n_near > len(pieces):
                pieces = _longer(pieces, 2 * (n_pieces + n_near))
            n_before, n_records, n_pieces = _sweep(
                query.rows, query.linked, begin, end, query_kinds[start, 0], reach.limit[int(query_kinds[start, 1])],
                resident.rows, resident.linked, kinds, near, offsets, reach.sine, reach.tie, cells, n_before,
                records, parent, n_records, pieces, last_piece, n_pieces,
            )  # fmt: skip
        if n_records == 0:
            continue
        kept = settle(records, parent, n_records, pieces, n_pieces, query.rows[start, 6], reach.tie)
        if n_found + kept > len(found):
            found = _longer(found, 2 * (n_found + kept))
        found[n_found : n_found + kept] = records[:kept]
        n_found += kept
    return found[:n_found].copy()


@kernel
def _looks(kinds: FloatArray, start: int, stop: int, farthest: FloatArray) -> float:
    """Return how far from its axis a line looks for others; 0 where it has no segment."""
    if start == stop:
        return 0.0
    return float(farthest[int(kinds[start, 1])] + kinds[start, 0])


@kernel
def _deeper(cells: IntArray, size: int) -> IntArray:
    result = np.empty((2, size, 2), np.int64)
    result[:, : cells.shape[1]] = cells
    return result


@kernel
def _longer(rows: FloatArray, size: int) -> FloatArray:
    result = np.empty((size, rows.shape[1]))
    result[: len(rows)] = rows
    return result


@kernel
def _more(values: IntArray, size: int) -> IntArray:
    result = np.empty(size, np.int64)
    result[: len(values)] = values
    return result


@kernel
def _sweep(
    rows: FloatArray,
    linked: npt.NDArray[np.bool_],
    begin: int,
    end: int,
    radius: float,
    limit: FloatArray,
    others: FloatArray,
    others_linked: npt.NDArray[np.bool_],
    kinds: FloatArray,
    near: IntArray,
    offsets: IntArray,
    sine: float,
    tie: float,
    cells: IntArray,
    n_before: int,
    records: FloatArray,
    parent: IntArray,
    n_records: int,
    pieces: FloatArray,
    last_piece: IntArray,
    n_pieces: int,
) -> tuple[int, int, int]:
    """Enter the cells of the segments ``rows[begin:end]``, linked to each other and to those of the segment before.

    ``cells[0]`` holds ``n_before`` cells (other segment, record) of the segment before ``begin``, sorted by segment;
    afterwards those of the last one. Returns how many cells that is, how many records and how many pieces there are.
    """
    before, now = cells[0], cells[1]
    for i in range(begin, end):
        n, p = 0, 0
        if not linked[i]:
            n_before = 0
        length = rows[i, 4]
        for j in near[offsets[i - begin] : offsets[i - begin + 1]]:
            radii = radius + kinds[j, 0]
            d = limit[int(kinds[j, 1])] + radii
            base = others[j, 4]
            x0, y0, X0, Y0, c, k = frames(
                rows[i, 0] - others[j, 0], rows[i, 1] - others[j, 1], rows[i, 2], rows[i, 3], others[j, 2], others[j, 3]
            )
            if not d > 0.0 or apart(X0, Y0, c, k, length, base, d):
                continue
            distance, s, t = nearest(x0, y0, X0, Y0, c, k, length, base, tie)
            if distance > d:
                continue
            while p < n_before and before[p, 0] < j:
                p += 1
            by_b = n > 0 and now[n - 1, 0] == j - 1 and others_linked[j] and squared_distance(X0, Y0, length) <= d * d
            by_a = p < n_before and before[p, 0] == j and squared_distance(x0, y0, base) <= d * d
            record = _joined(parent, now[n - 1, 1] if by_b else -1, before[p, 1] if by_a else -1)
            if record < 0:
                record = n_records
                parent[record], last_piece[record] = record, -1
                open_record(records, record, others[j, 6], radii)
                n_records += 1
            record = root_of(parent, record)
            now[n, 0], now[n, 1] = j, record
            n += 1
            low, high = part_within(x0, y0, c, k, length, base, d, s)
            low_b, high_b = part_within(X0, Y0, c, -k, base, length, d, t)
            r = records[record]
            _widen(r, rows[i, 5] + low, rows[i, 5] + high, others[j, 5] + low_b, others[j, 5] + high_b, c, k)
            _place(r, distance, rows[i], s, others[j], t, tie)
            if _has_end(linked, i, low, high, length) or _has_end(others_linked, j, low_b, high_b, base):
                r[11] = 1.0
            if abs(k) <= sine:
                n_pieces = _lay(pieces, n_pieces, last_piece, record, rows[i, 5] + low, rows[i, 5] + high)
        n_before = _copy(now, n, before)
    return n_before, n_records, n_pieces


@kernel
def _widen(r: FloatArray, low: float, high: float, low_b: float, high_b: float, c: float, k: float) -> None:
    """Widen a record by the parts of two segments, whose directions have cosine ``c`` and sine ``k``."""
    r[0], r[1] = min(r[0], low), max(r[1], high)
    r[2], r[3] = min(r[2], low_b), max(r[3], high_b)
    if abs(k) < r[13]:
        r[13], r[14] = abs(k), abs(c)


@kernel
def _joined(parent: IntArray, one: int, other: int) -> int:
    """Return the record of two cells that a cell touches, united; minus one where there is neither."""
    return unite(parent, one, other) if one >= 0 and other >= 0 else max(one, other)


@kernel
def _copy(cells: IntArray, n: int, to: IntArray) -> int:
    for at in range(n):
        to[at, 0], to[at, 1] = cells[at, 0], cells[at, 1]
    return n


@kernel
def _place(r: FloatArray, distance: float, row: FloatArray, s: float, other: FloatArray, t: float, tie: float) -> None:
    """Write into a record the places ``s`` metres along one segment, ``t`` along the other, where they are nearer."""
    if not is_better(distance, row[5] + s, r[4], r[5], tie):
        return
    r[4], r[5], r[6] = distance, row[5] + s, other[5] + t
    r[7], r[8] = row[0] + s * row[2], row[1] + s * row[3]
    r[9], r[10] = other[0] + t * other[2], other[1] + t * other[3]


@kernel
def _has_end(linked: npt.NDArray[np.bool_], i: int, low: float, high: float, length: float) -> bool:
    """Return whether the part ``low .. high`` of segment ``i`` has an end of its line in it."""
    if not linked[i] and low <= TOLERANCE_M:
        return True
    return high >= length - TOLERANCE_M and (i + 1 == len(linked) or not linked[i + 1])


@kernel
def _lay(pieces: FloatArray, n: int, last_piece: IntArray, record: int, low: float, high: float) -> int:
    """Widen the last piece of a record by ``low .. high`` where they touch, else append one; return how many there are.

    So a line with a vertex each millimetre still has a piece or two.
    """
    at = last_piece[record]
    if at >= 0 and low <= pieces[at, 2] + TOLERANCE_M and high >= pieces[at, 1] - TOLERANCE_M:
        pieces[at, 1], pieces[at, 2] = min(pieces[at, 1], low), max(pieces[at, 2], high)
        return n
    pieces[n, 0], pieces[n, 1], pieces[n, 2] = record, low, high
    last_piece[record] = n
    return n + 1
