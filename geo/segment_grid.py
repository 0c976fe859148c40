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

from geo.compiled import in_shares, kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.polylines import FloatArray
    from geo.segment_tables import SegmentTable

CELL_SIZE = 2.0
"""Edge of a cell, in typical lengths of a segment plus the distance of searches (measured: flat from 2.0 to 2.5)."""

PIECE_CELLS = 4.0
"""A piece is at most this many cells long."""

MOST_EXTRA_PIECES = 1_000_000
"""Cells grow rather than that long segments need more pieces than this."""


class SegmentGrid(NamedTuple):
    """Pieces of segments by cell.

    Attributes
    ----------
    cell
        Edge of a cell, metres.
    stride, mask
        Cell ``(column, row)`` has the number ``(column + stride * row) & mask``.
    cell_starts, entries
        ``entries[cell_starts[c]:cell_starts[c + 1]]`` are the segments (rows of the table) with a piece whose box
        meets cell ``c``; one with several such pieces stands there several times.
    x0, y0, x1, y1, line
        Of each entry: both ends, rounded, from ``origin``, and the number of its line. The cells of a row lie one after
        the other, so that these are read in order, many at a time, before any segment is looked at.
    origin_x, origin_y, margin
        Metres; ``margin`` is more than rounding can be off by.
    """

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


def build_grid(table: SegmentTable, distance: float, workers: int = 1) -> SegmentGrid:
    """Return the grid of the segments of ``table``, for searches to about ``distance`` metres."""
    n, extent = len(table.rows), table.extent
    lengths = np.sort(table.rows[:: max(n // 4096, 1), 4])
    typical = float(lengths[len(lengths) // 2]) if n else 1.0
    cell = max(CELL_SIZE * (typical + distance), extent.total / PIECE_CELLS / (n + MOST_EXTRA_PIECES), 1e-3)
    pieces, owner = table.rows, np.arange(n, dtype=np.int32)
    if extent.longest > cell * PIECE_CELLS:
        pieces, owner = _chop(table.rows, cell * PIECE_CELLS)
    width, height = extent.east - extent.west, extent.north - extent.south
    columns, rows = np.ceil(width / cell) + 2.0, np.ceil(height / cell) + 2.0
    size = 1 << max(int(min(columns * rows, 2.0 * len(pieces) + 64.0)) - 1, 63).bit_length()
    stride = int(columns) if columns * rows <= size else (int(size**0.5) | 1)
    margin = 1e-3 + 1e-5 * cell + 5e-7 * max(width, height)
    cells = pieces, cell, stride, size - 1
    next_entry = np.stack(in_shares(lambda _, first, last: _count(*cells, first, last), len(pieces), workers))
    starts = _sum_up(next_entry)
    entries, line = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.int32)
    x0, y0, x1, y1 = (np.empty(starts[-1], np.float32) for _ in range(4))
    corner = extent.west, extent.south

    def fill(share: int, first: int, last: int) -> None:
        _fill(*cells, owner, *corner, first, last, next_entry[share], entries, x0, y0, x1, y1, line)

    in_shares(fill, len(pieces), workers)
    return SegmentGrid(cell, stride, size - 1, starts, entries, x0, y0, x1, y1, line, *corner, margin)


@kernel
def _chop(rows: FloatArray, most: float) -> tuple[FloatArray, npt.NDArray[np.int32]]:
    """Return the rows with those longer than ``most`` chopped into equal pieces, and the row of each piece."""
    n = 0
    for i in range(len(rows)):
        n += max(int(np.ceil(rows[i, 4] / most)), 1)
    pieces, owner = np.empty((n, 8)), np.empty(n, np.int32)
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
def _count(pieces: FloatArray, cell: float, stride: int, mask: int, first: int, last: int) -> npt.NDArray[np.int32]:
    """Return how many of the pieces ``first .. last - 1`` meet each cell."""
    counts = np.zeros(mask + 1, np.int32)
    for i in range(first, last):
        p = pieces[i]
        c0, c1, r0, r1 = cells_of(p[0], p[1], p[2] * p[4], p[3] * p[4], 0.0, cell)
        for row in range(r0, r1 + 1):
            for column in range(c0, c1 + 1):
                counts[(column + stride * row) & mask] += 1
    return counts


@kernel
def _sum_up(counts: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Return where each cell starts; turn each share's counts into where its own entries of the cell start."""
    starts = np.empty(counts.shape[1] + 1, np.int32)
    at = 0
    for c in range(counts.shape[1]):
        starts[c] = at
        for share in range(counts.shape[0]):
            count = counts[share, c]
            counts[share, c] = at
            at += count
    starts[counts.shape[1]] = at
    return starts


@kernel
def _fill(
    pieces: FloatArray,
    cell: float,
    stride: int,
    mask: int,
    owner: npt.NDArray[np.int32],
    west: float,
    south: float,
    first: int,
    last: int,
    next_entry: npt.NDArray[np.int32],
    entries: npt.NDArray[np.int32],
    x0: npt.NDArray[np.float32],
    y0: npt.NDArray[np.float32],
    x1: npt.NDArray[np.float32],
    y1: npt.NDArray[np.float32],
    line: npt.NDArray[np.int32],
) -> None:
    """Enter the pieces ``first .. last - 1`` into their cells, in their order."""
    for i in range(first, last):
        p = pieces[i]
        dx, dy = p[2] * p[4], p[3] * p[4]
        c0, c1, r0, r1 = cells_of(p[0], p[1], dx, dy, 0.0, cell)
        for row in range(r0, r1 + 1):
            for column in range(c0, c1 + 1):
                c = (column + stride * row) & mask
                e = next_entry[c]
                next_entry[c] += 1
                entries[e], line[e] = owner[i], int(p[6])
                x0[e], y0[e], x1[e], y1[e] = p[0] - west, p[1] - south, p[0] + dx - west, p[1] + dy - south
