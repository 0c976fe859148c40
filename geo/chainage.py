"""Walk along lines by chainage: their segments, their lengths, places and pieces of them, copies; compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.compiled import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.polylines import FloatArray, IntArray


@kernel
def line_lengths(x: FloatArray, y: FloatArray, part_starts: IntArray, part_line: IntArray, n_lines: int) -> FloatArray:
    """Return the sum of the segments' lengths of each line."""
    result = np.zeros(n_lines)
    for part in range(len(part_line)):
        for v in range(part_starts[part], part_starts[part + 1] - 1):
            dx, dy = x[v + 1] - x[v], y[v + 1] - y[v]
            result[part_line[part]] += np.sqrt(dx * dx + dy * dy)
    return result


@kernel
def segments_of(
    x: FloatArray, y: FloatArray, part_starts: IntArray, part_line: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, IntArray, npt.NDArray[np.bool_]]:
    """Return the fields of `geo.polylines.Segments`, without its last one."""
    n = max(len(x) - len(part_line), 0)
    sx, sy, ux, uy, length, chainage = np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    line, linked = np.empty(n, np.int64), np.empty(n, np.bool_)
    k, at = 0, 0.0
    for part in range(len(part_line)):
        if part == 0 or part_line[part] != part_line[part - 1]:
            at = 0.0
        first = k
        for v in range(part_starts[part], part_starts[part + 1] - 1):
            dx, dy = x[v + 1] - x[v], y[v + 1] - y[v]
            metres = np.sqrt(dx * dx + dy * dy)
            if metres == 0.0:
                continue
            sx[k], sy[k], ux[k], uy[k] = x[v], y[v], dx / metres, dy / metres
            length[k], chainage[k], line[k], linked[k] = metres, at, part_line[part], k > first
            at += metres
            k += 1
    return (
        sx[:k].copy(), sy[:k].copy(), ux[:k].copy(), uy[:k].copy(), length[:k].copy(), chainage[:k].copy(),
        line[:k].copy(), linked[:k].copy(),
    )  # fmt: skip


@kernel
def copy_lines(
    x: FloatArray, y: FloatArray, part_starts: IntArray, first: IntArray, last: IntArray
) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """Copy lines, each the parts ``first .. last - 1``; a first pass counts, a second one copies."""
    n, parts = 0, 0
    for i in range(len(first)):
        parts += last[i] - first[i]
        n += part_starts[last[i]] - part_starts[first[i]]
    tx, ty, starts, owner = np.empty(n), np.empty(n), np.empty(parts + 1, np.int64), np.empty(parts, np.int64)
    n, parts = 0, 0
    for i in range(len(first)):
        for part in range(first[i], last[i]):
            starts[parts], owner[parts] = n, i
            parts += 1
            for v in range(part_starts[part], part_starts[part + 1]):
                tx[n], ty[n] = x[v], y[v]
                n += 1
    starts[parts] = n
    return tx, ty, starts, owner


@kernel
def segment_at(chainage: FloatArray, first: int, last: int, at: float) -> int:
    """Return the segment of ``first .. last - 1`` on which ``at`` lies: the last that starts before it, else ``first``.

    At a vertex the earlier segment is meant.
    """
    low, high = first, last
    while high - low > 1:
        middle = (low + high) // 2
        if chainage[middle] < at:
            low = middle
        else:
            high = middle
    return low


@kernel
def points_along(
    x: FloatArray,
    y: FloatArray,
    ux: FloatArray,
    uy: FloatArray,
    length: FloatArray,
    chainage: FloatArray,
    starts: IntArray,
    line: IntArray,
    at: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return the place ``at`` each chainage of each line; clamped to the line, NaN where there is none."""
    px, py = np.full(len(line), np.nan), np.full(len(line), np.nan)
    for i in range(len(line)):
        first, last = starts[line[i]], starts[line[i] + 1]
        if first == last or np.isnan(at[i]):
            continue
        k = segment_at(chainage, first, last, at[i])
        along = min(max(at[i] - chainage[k], 0.0), length[k])
        px[i], py[i] = x[k] + along * ux[k], y[k] + along * uy[k]
    return px, py


@kernel
def cut_out(
    x: FloatArray,
    y: FloatArray,
    ux: FloatArray,
    uy: FloatArray,
    length: FloatArray,
    chainage: FloatArray,
    linked: npt.NDArray[np.bool_],
    starts: IntArray,
    line: IntArray,
    from_m: FloatArray,
    to_m: FloatArray,
) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """Write the pieces as vertices, part starts and piece numbers; a first pass counts, a second one fills."""
    px, py, part_starts, piece = np.empty(0), np.empty(0), np.zeros(1, np.int64), np.empty(0, np.int64)
    for filling in range(2):
        n, parts = 0, 0
        for i in range(len(line)):
            last = starts[line[i] + 1]
            k = segment_at(chainage, starts[line[i]], last, from_m[i])
            fresh = True
            while k < last and chainage[k] < to_m[i]:
                begin = max(from_m[i] - chainage[k], 0.0)
                end = min(to_m[i] - chainage[k], length[k])
                if end > begin:
                    if fresh or not linked[k]:
                        if filling == 1:
                            px[n], py[n] = x[k] + begin * ux[k], y[k] + begin * uy[k]
                            part_starts[parts], piece[parts] = n, i
                        parts += 1
                        n += 1
                        fresh = False
                    if filling == 1:
                        if end == length[k] and k + 1 < last and linked[k + 1]:  # the vertex itself, to the last bit
                            px[n], py[n] = x[k + 1], y[k + 1]
                        else:
                            px[n], py[n] = x[k] + end * ux[k], y[k] + end * uy[k]
                    n += 1
                k += 1
        if filling == 0:
            px, py = np.empty(n), np.empty(n)
            part_starts, piece = np.empty(parts + 1, np.int64), np.empty(parts, np.int64)
        part_starts[parts] = n
    return px, py, part_starts, piece
