"""Find the segments near a segment: an even grid of cells as one compact table, built and read by compiled code.

Cells are numbered ``column + stride * row`` modulo a power of two. Over data that fills its extent this is the usual
row-by-row numbering; where one stray line lies far away the numbering wraps round, so that memory follows the number of
segments and never the extent. Cells that share a number only cost a look.

A segment much longer than a cell is entered as several *pieces*, so that a straight line of 40 km has a few thousand
entries along it and not a square of 40 km by 40 km.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.compiled import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.polylines import FloatArray
    from geo.segment_tables import SegmentTable

CELL_SIZE = 1.5
"""Edge of a cell, in typical lengths of a segment plus the distance of searches (measured: flat from 1.2 to 1.8)."""

PIECE_CELLS = 4.0
"""A piece is at most this many cells long."""

MOST_EXTRA_PIECES = 1_000_000
"""Cells grow rather than that long segments need more pieces than this."""


class SegmentGrid(NamedTuple):
    """Pieces of segments by cell.

    Attributes
    ----------
    pieces
        ``float64[n, 8]``, the columns of `SegmentTable` (start and length are the piece's).
    piece_segment
        ``int32[n]``: the row of the piece's segment in the table.
    cell
        Edge of a cell, metres.
    stride, mask
        Cell ``(column, row)`` has the number ``(column + stride * row) & mask``.
    cell_starts, entries
        ``entries[cell_starts[c]:cell_starts[c + 1]]`` are the pieces whose box meets cell ``c``.
    x0, y0, x1, y1, line
        Of each entry: both ends, rounded, from ``origin``, and the number of its line. The cells of a row lie one after
        the other, so that these are read in order, many at a time, before any piece is looked at.
    origin_x, origin_y, margin
        Metres; ``margin`` is more than rounding can be off by.
    """

    pieces: FloatArray
    piece_segment: npt.NDArray[np.int32]
    cell: float
    stride: int
    mask: int
    cell_starts: npt.NDArray[np.int32]
    entries: npt.NDArray[np.int32]
    x0: npt.NDArray[np.float32]
    y0: npt.NDArray[np.float32]
    x1: npt.NDArray[np.float32]
    y1: npt.NDArray[np.float32]
    line: npt.NDArray[np.int32]
    origin_x: float
    origin_y: float
    margin: float


def build_grid(table: SegmentTable, distance: float) -> SegmentGrid:
    """Return the grid of the segments of ``table``, for searches to about ``distance`` metres."""
    n = len(table.rows)
    typical = float(np.median(table.rows[:: max(n // 4096, 1), 4])) if n else 1.0
    total, west, south, east, north = _extent(table.rows)
    cell = max(CELL_SIZE * (typical + distance), total / PIECE_CELLS / (n + MOST_EXTRA_PIECES), 1e-3)
    pieces, piece_segment = _chop(table.rows, cell * PIECE_CELLS)
    columns, rows = np.ceil((east - west) / cell) + 2.0, np.ceil((north - south) / cell) + 2.0
    wanted = min(columns * rows, 2.0 * len(pieces) + 64.0)
    size = 1 << max(int(wanted) - 1, 63).bit_length()
    stride = int(columns) if columns * rows <= size else (int(size**0.5) | 1)
    margin = 1e-3 + 1e-5 * cell + 5e-7 * max(east - west, north - south)
    entered = _fill(pieces, cell, stride, size - 1, west, south)
    return SegmentGrid(pieces, piece_segment, cell, stride, size - 1, *entered, west, south, margin)


@kernel
def _extent(rows: FloatArray) -> tuple[float, float, float, float, float]:
    """Return the sum of the lengths and the box of all segments; zeros where there is none."""
    if len(rows) == 0:
        return 0.0, 0.0, 0.0, 0.0, 0.0
    total, west, south, east, north = 0.0, np.inf, np.inf, -np.inf, -np.inf
    for i in range(len(rows)):
        r = rows[i]
        x, y = r[0] + r[2] * r[4], r[1] + r[3] * r[4]
        west, east = min(west, r[0], x), max(east, r[0], x)
        south, north = min(south, r[1], y), max(north, r[1], y)
        total += r[4]
    return total, west, south, east, north


@kernel
def _chop(rows: FloatArray, most: float) -> tuple[FloatArray, npt.NDArray[np.int32]]:
    """Return the rows with those longer than ``most`` chopped into equal pieces; the very same array where none is."""
    n = 0
    for i in range(len(rows)):
        n += max(int(np.ceil(rows[i, 4] / most)), 1)
    owner = np.empty(n, np.int32)
    if n == len(rows):
        for i in range(n):
            owner[i] = i
        return rows, owner
    pieces = np.empty((n, 8))
    at = 0
    for i in range(len(rows)):
        count = max(int(np.ceil(rows[i, 4] / most)), 1)
        length = rows[i, 4] / count
        for part in range(count):
            pieces[at] = rows[i]
            pieces[at, 0] += part * length * rows[i, 2]
            pieces[at, 1] += part * length * rows[i, 3]
            pieces[at, 4] = length
            owner[at] = i
            at += 1
    return pieces, owner


@kernel
def cells_of(x: float, y: float, dx: float, dy: float, around: float, cell: float) -> tuple[int, int, int, int]:
    """Return first and last column, first and last row of the cells that meet the box of a segment and its surround."""
    return (
        int(np.floor((min(x, x + dx) - around) / cell)),
        int(np.floor((max(x, x + dx) + around) / cell)),
        int(np.floor((min(y, y + dy) - around) / cell)),
        int(np.floor((max(y, y + dy) + around) / cell)),
    )


@kernel
def _fill(
    pieces: FloatArray, cell: float, stride: int, mask: int, west: float, south: float
) -> tuple[
    npt.NDArray[np.int32],
    npt.NDArray[np.int32],
    npt.NDArray[np.float32],
    npt.NDArray[np.float32],
    npt.NDArray[np.float32],
    npt.NDArray[np.float32],
    npt.NDArray[np.int32],
]:
    """Count, sum up and fill: the entries of each cell in the order of the pieces."""
    starts = np.zeros(mask + 2, np.int32)
    for i in range(len(pieces)):
        p = pieces[i]
        c0, c1, r0, r1 = cells_of(p[0], p[1], p[2] * p[4], p[3] * p[4], 0.0, cell)
        for row in range(r0, r1 + 1):
            for column in range(c0, c1 + 1):
                starts[((column + stride * row) & mask) + 1] += 1
    for c in range(mask + 1):
        starts[c + 1] += starts[c]
    n = starts[mask + 1]
    entries, line = np.empty(n, np.int32), np.empty(n, np.int32)
    x0, y0, x1, y1 = np.empty(n, np.float32), np.empty(n, np.float32), np.empty(n, np.float32), np.empty(n, np.float32)
    for i in range(len(pieces)):
        p = pieces[i]
        dx, dy = p[2] * p[4], p[3] * p[4]
        c0, c1, r0, r1 = cells_of(p[0], p[1], dx, dy, 0.0, cell)
        for row in range(r0, r1 + 1):
            for column in range(c0, c1 + 1):
                c = (column + stride * row) & mask
                e = starts[c]
                starts[c] += 1
                entries[e], line[e] = i, int(p[6])
                x0[e], y0[e], x1[e], y1[e] = p[0] - west, p[1] - south, p[0] + dx - west, p[1] + dy - south
    for c in range(mask, -1, -1):  # every start has moved on to the next one
        starts[c + 1] = starts[c]
    starts[0] = 0
    return starts, entries, x0, y0, x1, y1, line
