"""Collect the segments of a grid that may lie beside a segment: a quick look at many, a closer one at few.

Following segments of a line mostly have the same neighbours. So a few that go about the same way or are very short, a
*stroke*, are searched for together: the grid is looked through once for all of them, what is found is sorted once, and
each segment is then held against these few only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.capsules import TOLERANCE_M
from geo.compiled import kernel
from geo.segment_grid import cells_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.polylines import FloatArray, IntArray
    from geo.segment_grid import SegmentGrid

    FloatArray32 = npt.NDArray[np.float32]
    IntArray32 = npt.NDArray[np.int32]

PIECE_CELLS = 4.0
"""As in `geo.segment_grid`: a longer segment is searched for in pieces of at most this many cells."""

STROKE_CELLS = 3.0
"""A stroke of more than one segment is at most this many cells long."""

STROKE_SINE = 0.2
"""The segments of a stroke turn from its first one by no more than this sine, so that the box about it is narrow."""

KNOT_CELLS = 1 / 64
"""As long as a stroke is no longer than this many cells, it may turn at will: the box about it is small all the same.

A line of a million vertices that shakes by a millimetre is searched for once every few segments, not once each."""

GAP_M = 1.0
"""A stroke does not go on over a wider gap between two parts."""

BLOCK = 512
"""Entries that are looked at in one go."""

EXACT_M = 1e-6
"""More than rounding can be off by within a few cells in 64 bits."""


@kernel
def collect(
    rows: FloatArray,
    begin: int,
    end: int,
    others: FloatArray,
    grid: SegmentGrid,
    alive: npt.NDArray[np.bool_],
    distance: float,
    sine: float,
    later_only: bool,
    near: IntArray,
    offsets: IntArray,
    flags: IntArray32,
) -> int:
    """Write for each of the segments ``rows[begin:end]`` of one line which of ``others`` may be beside it.

    Those of segment ``begin + i`` are ``near[offsets[i]:offsets[i + 1]]``, sorted, each once: all that are within
    ``distance`` and the bearing (its ``sine``), and some more. ``others`` are the segments that lie in ``grid``;
    ``flags`` is room for two times `BLOCK` answers.

    Returns
    -------
    int
        How much room ``near`` needs. What is written is only complete where that is no more than there is.
    """
    d, n_near = distance + TOLERANCE_M, len(near)
    x0, y0, x1, y1, line = grid.x0, grid.y0, grid.x1, grid.y1, grid.line
    cell_starts, entries, stride, mask = grid.cell_starts, grid.entries, grid.stride, grid.mask
    searched = np.empty(10, np.float32)
    least = int(rows[begin, 6]) if later_only else -1
    used, wanted, i = 0, 0, begin
    while i < end:
        stop, parts = _stroke(rows, i, end, grid.cell)
        n = 0
        for part in range(parts):
            c0, c1, r0, r1 = _box(
                rows, i, stop, part, parts, grid.origin_x, grid.origin_y, grid.margin, grid.cell, d, sine, searched
            )
            for row in range(r0, r1 + 1):
                at, until = _span(c0, c1, row, stride, mask)
                while at <= until:
                    beyond = cell_starts[(min(until, at | mask) & mask) + 1]
                    for e in range(cell_starts[at & mask], beyond, BLOCK):
                        n_flags = min(BLOCK, beyond - e)
                        _look(x0, y0, x1, y1, line, e, n_flags, searched, least, flags)
                        n = _append(entries, e, n_flags, flags, near, n)
                    at = (at | mask) + 1
        # the candidates of the stroke stand at the far end of the room; what is kept of them grows towards them
        wanted = max(wanted, used + n * (stop - i + 1))
        if wanted <= n_near:
            first = n_near - n
            last = _meant(others, rows[i, 7], alive, near, first, first + sorted_once(near[first:]))
            for k in range(i, stop):
                used = _keep(rows, k, others, d + EXACT_M, sine, near, first, last, used)
                offsets[k - begin + 1] = used
        i = stop
    return wanted


@kernel
def _stroke(rows: FloatArray, first: int, end: int, cell: float) -> tuple[int, int]:
    """Return where the stroke that begins with segment ``first`` ends, and in how many parts it is searched for.

    It has one segment at least; parts are more than one only where it has no more.
    """
    ux, uy, length, i = rows[first, 2], rows[first, 3], rows[first, 4], first + 1
    while i < end:
        length += rows[i, 4]
        ahead, aside = ux * rows[i, 2] + uy * rows[i, 3], ux * rows[i, 3] - uy * rows[i, 2]
        gap_x = rows[i - 1, 0] + rows[i - 1, 2] * rows[i - 1, 4] - rows[i, 0]
        gap_y = rows[i - 1, 1] + rows[i - 1, 3] * rows[i - 1, 4] - rows[i, 1]
        turns = ahead < 0.0 or abs(aside) > STROKE_SINE
        if length > (KNOT_CELLS if turns else STROKE_CELLS) * cell or abs(gap_x) + abs(gap_y) > GAP_M:
            break
        i += 1
    return i, max(int(np.ceil(rows[first, 4] / (PIECE_CELLS * cell))), 1) if i == first + 1 else 1


@kernel
def _box(
    rows: FloatArray,
    first: int,
    stop: int,
    part: int,
    parts: int,
    origin_x: float,
    origin_y: float,
    margin: float,
    cell: float,
    d: float,
    sine: float,
    searched: FloatArray32,
) -> tuple[int, int, int, int]:
    """Write what is searched for about a stroke, or about a part of a segment; return the cells it meets.

    See `_look` for what is written. The cells are first and last column, first and last row.
    """
    length = rows[first, 4] / parts
    ux, uy = rows[first, 2], rows[first, 3]
    x, y = rows[first, 0] + part * length * ux, rows[first, 1] + part * length * uy
    west, east, south, north = (
        min(0.0, length * ux),
        max(0.0, length * ux),
        min(0.0, length * uy),
        max(0.0, length * uy),
    )
    left, right, back, ahead, turn = 0.0, 0.0, 0.0, length, 0.0
    for i in range(first + 1, stop):
        dx, dy = rows[i, 0] + rows[i, 4] * rows[i, 2] - x, rows[i, 1] + rows[i, 4] * rows[i, 3] - y
        west, east, south, north = min(west, dx), max(east, dx), min(south, dy), max(north, dy)
        along, across = ux * dx + uy * dy, ux * dy - uy * dx
        left, right, back, ahead = max(left, across), min(right, across), min(back, along), max(ahead, along)
        turn = max(turn, abs(ux * rows[i, 3] - uy * rows[i, 2]))
    room = d + margin + (GAP_M if stop > first + 1 else 0.0)
    searched[0], searched[1], searched[2], searched[3] = x - origin_x, y - origin_y, ux, uy
    searched[4], searched[5], searched[6], searched[7] = right - room, left + room, back - room, ahead + room
    searched[8], searched[9] = _slope(sine, turn), 4.0 * margin * (1.0 + _slope(sine, turn))
    around = room - margin
    return cells_of(x + west, y + south, east - west, north - south, around, cell)


@kernel
def _slope(sine: float, turn: float) -> float:
    """Return the greatest slope, against a stroke, of what is within the bearing of a segment turned by ``turn``."""
    if sine >= 1.0:
        return 1e9
    cosine, straight = np.sqrt(1.0 - sine * sine), np.sqrt(max(1.0 - turn * turn, 0.0))
    least = cosine * straight - sine * turn
    return (sine * straight + cosine * turn) / least + 1e-6 if least > 0.05 else 1e9


@kernel
def _append(entries: IntArray32, first: int, n_flags: int, flags: IntArray32, near: IntArray, n: int) -> int:
    """Write the flagged entries below the ``n`` that stand there; return how many there are now."""
    count = 0
    for k in range(n_flags):  # no branch: few are flagged, and which of them cannot be foreseen
        flags[BLOCK + count] = k
        count += flags[k]
    for k in range(min(count, len(near) - n)):
        near[len(near) - 1 - n - k] = entries[first + flags[BLOCK + k]]
    return n + count


@kernel
def _meant(
    others: FloatArray, group: float, alive: npt.NDArray[np.bool_], near: IntArray, first: int, last: int
) -> int:
    """Leave of ``near[first:last]`` those that have another group and are alive; return where they end.

    Without a branch, so that the fetches of one do not wait for those of another.
    """
    kept = first
    for k in range(first, last):
        near[kept] = near[k]
        kept += (others[near[k], 7] != group) | (group < 0.0)
    if len(alive) > 0:
        last, kept = kept, first
        for k in range(first, last):
            near[kept] = near[k]
            kept += alive[int(others[near[k], 6])]
    return kept


@kernel
def _span(c0: int, c1: int, row: int, stride: int, mask: int) -> tuple[int, int]:
    """Return the numbers of the first and last cell of ``row``, the last one not yet wrapped round."""
    if c1 - c0 >= mask:
        return 0, mask
    first = (c0 + stride * row) & mask
    return first, first + c1 - c0


@kernel
def _look(
    x0: FloatArray32,
    y0: FloatArray32,
    x1: FloatArray32,
    y1: FloatArray32,
    line: IntArray32,
    begin: int,
    n: int,
    searched: FloatArray32,
    least: int,
    flags: IntArray32,
) -> None:
    """Flag which of ``n`` entries are of a later line, about parallel, and not wholly on one side of the searched box.

    ``searched`` is a start from the origin of the grid, a direction, the box in that direction (right, left, back,
    ahead), and how far an entry may lead aside: this times its length along the direction, and that in metres.
    No branch, and no index but the loop's own, so that the compiler takes eight entries at a time.
    """
    x0, y0, x1, y1 = x0[begin : begin + n], y0[begin : begin + n], x1[begin : begin + n], y1[begin : begin + n]
    line, flags = line[begin : begin + n], flags[:n]
    x, y, ux, uy, right, left = searched[0], searched[1], searched[2], searched[3], searched[4], searched[5]
    back, ahead, slope, slack = searched[6], searched[7], searched[8], searched[9]
    after = np.int32(least)
    for i in range(len(x0)):
        ax, ay, bx, by = x0[i] - x, y0[i] - y, x1[i] - x, y1[i] - y
        ya, yb = ux * ay - uy * ax, ux * by - uy * bx
        xa, xb = ux * ax + uy * ay, ux * bx + uy * by
        flags[i] = (
            (line[i] > after)
            & ((ya <= left) | (yb <= left))
            & ((ya >= right) | (yb >= right))
            & ((xa <= ahead) | (xb <= ahead))
            & ((xa >= back) | (xb >= back))
            & (abs(yb - ya) <= slope * abs(xb - xa) + slack)
        )


@kernel
def _keep(
    rows: FloatArray,
    i: int,
    others: FloatArray,
    d: float,
    sine: float,
    near: IntArray,
    first: int,
    last: int,
    used: int,
) -> int:
    """Append those of ``near[first:last]`` that have the bearing and do not lie wholly on one side of segment ``i``."""
    x, y, ux, uy, length = rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3], rows[i, 4]
    for k in range(first, last):
        j = near[k]
        ox, oy, base = others[j, 2], others[j, 3], others[j, 4]
        dx, dy, ahead, aside = others[j, 0] - x, others[j, 1] - y, ux * ox + uy * oy, ux * oy - uy * ox
        xa, ya = ux * dx + uy * dy, ux * dy - uy * dx
        xb, yb = xa + base * ahead, ya + base * aside
        near[used] = j
        used += (
            (abs(aside) <= sine)
            & (min(xa, xb) <= length + d)
            & (max(xa, xb) >= -d)
            & (min(ya, yb) <= d)
            & (max(ya, yb) >= -d)
        )
    return used


@kernel
def sorted_once(near: IntArray) -> int:
    """Sort in place, each value once, and return how many are left."""
    n = len(near)
    if n > 32:
        near[:] = np.sort(near)
    else:
        for i in range(1, n):
            value, j = near[i], i
            while j > 0 and near[j - 1] > value:
                near[j] = near[j - 1]
                j -= 1
            near[j] = value
    kept = min(n, 1)
    for i in range(1, n):
        if near[i] != near[kept - 1]:
            near[kept] = near[i]
            kept += 1
    return kept
