"""Collect the segments of a grid that may lie beside a segment: a quick look at many, a closer one at few."""

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

PIECE_CELLS = 4.0
"""As in `geo.segment_grid`: the searched segment is taken in pieces of at most this many cells."""

BLOCK = 512
"""Entries that are looked at in one go."""


@kernel
def collect(
    rows: FloatArray,
    begin: int,
    end: int,
    grid: SegmentGrid,
    alive: npt.NDArray[np.bool_],
    distance: float,
    sine: float,
    later_only: bool,
    near: IntArray,
    offsets: IntArray,
    flags: npt.NDArray[np.int32],
) -> int:
    """Write for each of the segments ``rows[begin:end]`` which segments of the grid may be beside it.

    Those of segment ``begin + i`` are ``near[offsets[i]:offsets[i + 1]]``, sorted, each once: all that are within
    ``distance`` and the bearing (its ``sine``), and some more. Several segments are taken in one call because the
    arrays of the grid have to be fetched in each. ``flags`` is room for `BLOCK` answers.

    Returns
    -------
    int
        How much room ``near`` needs. What is written is only complete where that is no more than there is.
    """
    d = distance + TOLERANCE_M
    searched = np.empty(6, np.float32)
    x0, y0, x1, y1, line, cell_starts = grid.x0, grid.y0, grid.x1, grid.y1, grid.line, grid.cell_starts
    used, wanted = 0, 0
    for i in range(begin, end):
        ux, uy = rows[i, 2], rows[i, 3]
        least = int(rows[i, 6]) if later_only else -1
        parts = max(int(np.ceil(rows[i, 4] / (PIECE_CELLS * grid.cell))), 1)
        length = rows[i, 4] / parts
        searched[2], searched[3] = ux, uy
        searched[4], searched[5] = d + grid.margin, length + d + grid.margin
        n = 0
        for part in range(parts):
            x, y = rows[i, 0] + part * length * ux, rows[i, 1] + part * length * uy
            searched[0], searched[1] = x - grid.origin_x, y - grid.origin_y
            c0, c1, r0, r1 = cells_of(x, y, ux * length, uy * length, d, grid.cell)
            for row in range(r0, r1 + 1):
                at, until = _span(c0, c1, row, grid.stride, grid.mask)
                while at <= until:
                    first, last = at & grid.mask, min(until, at | grid.mask) & grid.mask
                    stop = cell_starts[last + 1]
                    for e in range(cell_starts[first], stop, BLOCK):
                        n_flags = min(BLOCK, stop - e)
                        _look(x0, y0, x1, y1, line, e, n_flags, searched, least, flags)
                        n = _append(rows, i, grid.pieces, grid.entries, grid.piece_segment, alive, sine, e, n_flags,
                                    flags, near, used, n)  # fmt: skip
                    at = (at | grid.mask) + 1
        wanted = max(wanted, used + n)
        used += sorted_once(near[used : used + n]) if used + n <= len(near) else n
        offsets[i - begin + 1] = used
    return max(wanted, used)


@kernel
def _append(
    rows: FloatArray,
    i: int,
    pieces: FloatArray,
    entries: npt.NDArray[np.int32],
    owner: npt.NDArray[np.int32],
    alive: npt.NDArray[np.bool_],
    sine: float,
    first: int,
    n_flags: int,
    flags: npt.NDArray[np.int32],
    near: IntArray,
    used: int,
    n: int,
) -> int:
    """Append the flagged entries that have another group, the bearing and are alive; return how many there are now."""
    ux, uy, group = rows[i, 2], rows[i, 3], rows[i, 7]
    for k in range(n_flags):
        if flags[k] == 0:
            continue
        entry = entries[first + k]
        if pieces[entry, 7] == group and group >= 0.0:
            continue
        if abs(pieces[entry, 2] * uy - pieces[entry, 3] * ux) > sine:
            continue
        if len(alive) > 0 and not alive[int(pieces[entry, 6])]:
            continue
        if used + n < len(near):
            near[used + n] = owner[entry]
        n += 1
    return n


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
    line: npt.NDArray[np.int32],
    begin: int,
    n: int,
    searched: FloatArray32,
    least: int,
    flags: npt.NDArray[np.int32],
) -> None:
    """Flag which of ``n`` entries are of a later line and do not lie wholly on one side of the searched box.

    ``searched`` is a start from the origin of the grid, a direction, the half-width of the box and its farther end.
    No branch, and no index but the loop's own, so that the compiler takes eight entries at a time.
    """
    x0, y0, x1, y1 = x0[begin : begin + n], y0[begin : begin + n], x1[begin : begin + n], y1[begin : begin + n]
    line, flags = line[begin : begin + n], flags[:n]
    x, y, ux, uy, aside, along = searched[0], searched[1], searched[2], searched[3], searched[4], searched[5]
    after = np.int32(least)
    for i in range(len(x0)):
        ax, ay, bx, by = x0[i] - x, y0[i] - y, x1[i] - x, y1[i] - y
        ya, yb = ux * ay - uy * ax, ux * by - uy * bx
        xa, xb = ux * ax + uy * ay, ux * bx + uy * by
        flags[i] = (
            (line[i] > after)
            & ((ya <= aside) | (yb <= aside))
            & ((ya >= -aside) | (yb >= -aside))
            & ((xa <= along) | (xb <= along))
            & ((xa >= -aside) | (xb >= -aside))
        )


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
