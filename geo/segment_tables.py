"""Pack the segments of many lines into one table, one cache line a segment, with near lines near in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.compiled import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.polylines import FloatArray, IntArray, Polylines

X, Y, UX, UY, LENGTH, CHAINAGE, LINE, GROUP = range(8)
"""Columns of a table: start vertex (absolute), unit direction, length, chainage of the start, number, group."""

NO_GROUP = -1
"""A line of this group (or of any below 0) is compared with every other."""


class SegmentTable(NamedTuple):
    """Segments with a length, packed; the lines in Morton order, the segments of a line one after the other.

    Attributes
    ----------
    rows
        ``float64[n, 8]`` in the columns above; numbers of lines and groups are whole and exact below 2**53.
    linked
        True where the start vertex is the end of the segment before it in the same part.
    starts
        ``int64[n_lines + 1]``: rows of each line, in this order of lines.
    """

    rows: FloatArray
    linked: npt.NDArray[np.bool_]
    starts: IntArray


def pack(lines: Polylines, number: IntArray, group: IntArray) -> SegmentTable:
    """Return the table of ``lines``, which carry ``number`` and ``group``; lines without a segment have no row."""
    order = np.argsort(_morton(lines.x, lines.y, lines.part_starts, lines.part_line, lines.n_lines), kind="stable")
    bounds = np.searchsorted(lines.part_line, np.arange(lines.n_lines + 1)).astype(np.int64)
    return SegmentTable(*_pack(lines.x, lines.y, lines.part_starts, bounds, order, number, group))


@kernel
def _spread(bits: int) -> int:
    """Return the lowest 16 bits with a zero between any two."""
    bits &= 0xFFFF
    bits = (bits | (bits << 8)) & 0x00FF00FF
    bits = (bits | (bits << 4)) & 0x0F0F0F0F
    bits = (bits | (bits << 2)) & 0x33333333
    return (bits | (bits << 1)) & 0x55555555


@kernel
def _morton(x: FloatArray, y: FloatArray, part_starts: IntArray, part_line: IntArray, n_lines: int) -> IntArray:
    """Return the place of each line's first vertex on a Morton curve over the extent of the data."""
    code = np.zeros(n_lines, np.int64)
    if len(x) == 0:
        return code
    x0, y0 = x.min(), y.min()
    step = max(x.max() - x0, y.max() - y0, 1.0) / 65535.0
    for part in range(len(part_line) - 1, -1, -1):  # backwards: the first part of a line is the last to write
        v = part_starts[part]
        code[part_line[part]] = _spread(int((x[v] - x0) / step)) | (_spread(int((y[v] - y0) / step)) << 1)
    return code


@kernel
def _pack(
    x: FloatArray,
    y: FloatArray,
    part_starts: IntArray,
    line_parts: IntArray,
    order: IntArray,
    number: IntArray,
    group: IntArray,
) -> tuple[FloatArray, npt.NDArray[np.bool_], IntArray]:
    most = max(len(x) - (len(part_starts) - 1), 0)
    rows, linked, starts = np.empty((most, 8)), np.empty(most, np.bool_), np.zeros(len(order) + 1, np.int64)
    k = 0
    for position in range(len(order)):
        line = order[position]
        at = 0.0
        for part in range(line_parts[line], line_parts[line + 1]):
            first = k
            for v in range(part_starts[part], part_starts[part + 1] - 1):
                dx, dy = x[v + 1] - x[v], y[v + 1] - y[v]
                metres = np.sqrt(dx * dx + dy * dy)
                if metres == 0.0:
                    continue
                row = rows[k]
                row[0], row[1], row[2], row[3] = x[v], y[v], dx / metres, dy / metres
                row[4], row[5], row[6], row[7] = metres, at, number[line], group[line]
                linked[k] = k > first
                at += metres
                k += 1
        starts[position + 1] = k
    return rows[:k], linked[:k], starts
