"""Pack the segments of many lines into one table, one cache line a segment, with near lines near in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.compiled import in_shares, kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.polylines import FloatArray, IntArray, Polylines

X, Y, UX, UY, LENGTH, CHAINAGE, LINE, GROUP = range(8)
"""Columns of a table: start vertex (absolute), unit direction, length, chainage of the start, number, group."""

NO_GROUP = -1
"""A line of this group (or of any below 0) is compared with every other."""


class Extent(NamedTuple):
    """The box of some segments, the sum of their lengths and the longest: metres."""

    west: float
    south: float
    east: float
    north: float
    total: float
    longest: float


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
    extent
        Of all segments.
    """

    rows: FloatArray
    linked: npt.NDArray[np.bool_]
    starts: IntArray
    extent: Extent


def pack(lines: Polylines, number: IntArray, group: IntArray, workers: int = 1) -> SegmentTable:
    """Return the table of ``lines``, which carry ``number`` and ``group``; lines without a segment have no row."""
    x, y = lines.x, lines.y
    if len(x) == 0:
        nothing = np.empty((0, 8)), np.empty(0, np.bool_), np.zeros(lines.n_lines + 1, np.int64)
        return SegmentTable(*nothing, Extent(0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    west, south, east, north = float(x.min()), float(y.min()), float(x.max()), float(y.max())
    step = max(east - west, north - south, 1.0) / 65535.0
    # the line's number in the lower bits: plain sorting is faster by far than sorting indices
    code = _morton(x, y, lines.part_starts, lines.part_line, lines.n_lines, west, south, step)
    order = np.sort((code << 31) | np.arange(lines.n_lines)) & 0x7FFFFFFF
    bounds = np.searchsorted(lines.part_line, np.arange(lines.n_lines + 1)).astype(np.int64)
    counts = in_shares(lambda _, *share: _counts(x, y, lines.part_starts, bounds, *share), lines.n_lines, workers)
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.concatenate(counts)[order])))
    rows, linked = np.empty((int(starts[-1]), 8)), np.empty(int(starts[-1]), np.bool_)

    def fill(_: int, first: int, last: int) -> tuple[float, float]:
        return _pack(x, y, lines.part_starts, bounds, order, number, group, starts, rows, linked, first, last)

    sums = in_shares(fill, lines.n_lines, workers)
    extent = Extent(west, south, east, north, sum(total for total, _ in sums), max(longest for _, longest in sums))
    return SegmentTable(rows, linked, starts, extent)


@kernel
def _spread(bits: int) -> int:
    """Return the lowest 16 bits with a zero between any two."""
    bits &= 0xFFFF
    bits = (bits | (bits << 8)) & 0x00FF00FF
    bits = (bits | (bits << 4)) & 0x0F0F0F0F
    bits = (bits | (bits << 2)) & 0x33333333
    return (bits | (bits << 1)) & 0x55555555


@kernel
def _morton(
    x: FloatArray,
    y: FloatArray,
    part_starts: IntArray,
    part_line: IntArray,
    n_lines: int,
    x0: float,
    y0: float,
    step: float,
) -> IntArray:
    """Return the place of each line's first vertex on a Morton curve of 65,536 steps from ``x0, y0``."""
    code = np.zeros(n_lines, np.int64)
    for part in range(len(part_line) - 1, -1, -1):  # backwards: the first part of a line is the last to write
        v = part_starts[part]
        code[part_line[part]] = _spread(int((x[v] - x0) / step)) | (_spread(int((y[v] - y0) / step)) << 1)
    return code


@kernel
def _counts(
    x: FloatArray, y: FloatArray, part_starts: IntArray, line_parts: IntArray, first: int, last: int
) -> IntArray:
    """Return how many segments with a length each of the lines ``first .. last - 1`` has."""
    result = np.zeros(last - first, np.int64)
    for line in range(first, last):
        for part in range(line_parts[line], line_parts[line + 1]):
            for v in range(part_starts[part], part_starts[part + 1] - 1):
                result[line - first] += has_length(x[v + 1] - x[v], y[v + 1] - y[v])
    return result


@kernel
def has_length(dx: float, dy: float) -> bool:
    """Return whether a step makes a segment: its squared length is above 0."""
    return dx * dx + dy * dy > 0.0


@kernel
def _pack(
    x: FloatArray,
    y: FloatArray,
    part_starts: IntArray,
    line_parts: IntArray,
    order: IntArray,
    number: IntArray,
    group: IntArray,
    starts: IntArray,
    rows: FloatArray,
    linked: npt.NDArray[np.bool_],
    first: int,
    last: int,
) -> tuple[float, float]:
    """Fill the rows of the lines ``order[first:last]``; return the sum of their lengths and the longest segment."""
    total, longest = 0.0, 0.0
    for position in range(first, last):
        line, k, at = order[position], starts[position], 0.0
        for part in range(line_parts[line], line_parts[line + 1]):
            begin = k
            for v in range(part_starts[part], part_starts[part + 1] - 1):
                dx, dy = x[v + 1] - x[v], y[v + 1] - y[v]
                if not has_length(dx, dy):
                    continue
                metres = np.sqrt(dx * dx + dy * dy)
                rows[k, 0], rows[k, 1], rows[k, 2], rows[k, 3] = x[v], y[v], dx / metres, dy / metres
                rows[k, 4], rows[k, 5], rows[k, 6], rows[k, 7] = metres, at, number[line], group[line]
                linked[k] = k > begin
                at += metres
                longest = max(longest, metres)
                k += 1
        total += at
    return total, longest
