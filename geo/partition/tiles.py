"""Cut the plane into tiles of about equal work, and say which tiles a line may meet another one in.

A line belongs to every tile that the box of one of its segments, widened by the reach, meets. Of two lines that come
within the reach of each other, the place on the one lies in a tile, and the widened box of the other's segment meets it
too: so both are in that tile, whole, and what is found of the pair there is what would be found anywhere. Of the tiles
that have both, the first one tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.compiled import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.polylines import FloatArray, IntArray, Polylines

ROUNDING_M = 1e-3
"""More than a place can be off by: boxes are widened by it beyond the reach."""


class Tiles(NamedTuple):
    """A tree of cuts; an entry of ``axis`` is 0 (cut at an easting), 1 (at a northing) or -1 (a tile).

    ``low`` and ``high`` are the entries on either side of a cut, what lies on it being ``low``; of a tile, ``low`` is
    its number.
    """

    axis: IntArray
    at: FloatArray
    low: IntArray
    high: IntArray
    how_many: int


def cut_tiles(x: FloatArray, y: FloatArray, weight: IntArray, most: int) -> Tiles:
    """Return tiles in which the places ``x, y`` weigh ``most`` together, where they can be told apart.

    Examples
    --------
    >>> cut_tiles(np.array([0.0, 1.0, 9.0]), np.zeros(3), np.array([5, 5, 5]), 10).how_many
    2
    """
    tree: list[tuple[int, float, int, int]] = [(-1, 0.0, 0, -1)]
    waiting = [(0, np.flatnonzero(np.isfinite(x) & np.isfinite(y)))]
    count = 0
    while waiting:
        entry, rows = waiting.pop()
        cut = _cut(x[rows], y[rows]) if int(weight[rows].sum()) > most else None
        if cut is None:
            tree[entry] = (-1, 0.0, count, -1)
            count += 1
            continue
        axis, at = cut
        below = (y if axis else x)[rows] <= at
        tree[entry] = (axis, at, len(tree), len(tree) + 1)
        waiting += [(len(tree), rows[below]), (len(tree) + 1, rows[~below])]
        tree += [(-1, 0.0, 0, -1)] * 2
    axes, places, low, high = (np.array(values) for values in zip(*tree, strict=True))
    return Tiles(axes.astype(np.int64), places.astype(np.float64), low.astype(np.int64), high.astype(np.int64), count)


def _cut(x: FloatArray, y: FloatArray) -> tuple[int, float] | None:
    """Return across which axis, and where, some places are halved; None where all are at one place."""
    axis = int(np.ptp(y) > np.ptp(x))
    along = y if axis else x
    if np.ptp(along) == 0.0:
        return None
    at = float(np.partition(along, len(along) // 2)[len(along) // 2])
    if at == along.max():  # nothing would lie above
        at = float(along[along < at].max())
    return axis, at


def tiles_of(lines: Polylines, tiles: Tiles, reach: float | FloatArray) -> tuple[IntArray, IntArray]:
    """Return the tiles of each line, ascending: those of line ``i`` are ``found[starts[i]:starts[i + 1]]``.

    A line without a segment is in none. ``reach`` is that of all lines, or one a line; two lines then are together in a
    tile where they come within the sum of their own.
    """
    parts = np.searchsorted(lines.part_line, np.arange(lines.n_lines + 1)).astype(np.int64)
    around = np.broadcast_to(np.asarray(reach, np.float64), (lines.n_lines,)) + ROUNDING_M
    return _tiles_of(*tiles[:4], lines.x, lines.y, lines.part_starts, parts, around)


@kernel
def _tiles_of(
    axis: IntArray, at: FloatArray, low: IntArray, high: IntArray, x: FloatArray, y: FloatArray, part_starts: IntArray,
    line_parts: IntArray, reach: FloatArray,
) -> tuple[IntArray, IntArray]:  # fmt: skip
    n_lines, n = len(line_parts) - 1, 0
    starts, found = np.zeros(n_lines + 1, np.int64), np.empty(2 * n_lines + 16, np.int64)
    waiting, told = np.empty(len(axis) + 1, np.int64), np.full(len(axis), -1, np.int64)
    for line in range(n_lines):
        first, around = n, reach[line]
        for part in range(line_parts[line], line_parts[line + 1]):
            for v in range(part_starts[part], part_starts[part + 1] - 1):
                west, east = min(x[v], x[v + 1]) - around, max(x[v], x[v + 1]) + around
                south, north = min(y[v], y[v + 1]) - around, max(y[v], y[v + 1]) + around
                waiting[0], depth = 0, 1
                while depth > 0:
                    depth -= 1
                    entry = waiting[depth]
                    if axis[entry] < 0:
                        if told[entry] != line:
                            told[entry] = line
                            if n == len(found):
                                found = _longer(found)
                            found[n] = low[entry]
                            n += 1
                        continue
                    least, greatest = (west, east) if axis[entry] == 0 else (south, north)
                    if least <= at[entry]:
                        waiting[depth] = low[entry]
                        depth += 1
                    if greatest > at[entry]:
                        waiting[depth] = high[entry]
                        depth += 1
        found[first:n] = np.sort(found[first:n])
        starts[line + 1] = n
    return starts, found[:n].copy()


@kernel
def _longer(values: IntArray) -> IntArray:
    result = np.empty(2 * len(values), np.int64)
    result[: len(values)] = values
    return result


@kernel
def told_here(starts: IntArray, found: IntArray, a: IntArray, b: IntArray, tile: int) -> npt.NDArray[np.bool_]:
    """Return of which pairs of lines ``tile`` is the first that has both."""
    here = np.zeros(len(a), np.bool_)
    for pair in range(len(a)):
        i, j = starts[a[pair]], starts[b[pair]]
        while found[i] != found[j]:  # both have this tile, so that neither list ends before
            if found[i] < found[j]:
                i += 1
            else:
                j += 1
        here[pair] = found[i] == tile
    return here
