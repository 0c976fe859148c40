"""Follow the cover of lines from knot to knot along chainage: values, slopes and least ones; compiled.

A line's knots are ``starts[i]:starts[i + 1]``; their chainages do not decrease, a cover that is unknown is NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.chainage import segment_at
from geo.compiled import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.polylines import FloatArray, IntArray


@kernel
def chainages_of_vertices(x: FloatArray, y: FloatArray, part_starts: IntArray, part_line: IntArray) -> FloatArray:
    """Return the chainage of every vertex."""
    result = np.zeros(len(x))
    at = 0.0
    for part in range(len(part_line)):
        if part == 0 or part_line[part] != part_line[part - 1]:
            at = 0.0
        for v in range(part_starts[part], part_starts[part + 1]):
            if v > part_starts[part]:
                dx, dy = x[v] - x[v - 1], y[v] - y[v - 1]
                at += np.sqrt(dx * dx + dy * dy)
            result[v] = at
    return result


@kernel
def _cover(chainage: FloatArray, cover: FloatArray, first: int, last: int, at: float) -> float:
    """Return the cover at a chainage of the line whose knots are ``first .. last - 1``."""
    if first == last or np.isnan(at):
        return np.nan
    if at <= chainage[first]:
        return float(cover[first])
    k = segment_at(chainage, first, last, at)
    if k + 1 == last:
        return float(cover[k])
    if at == chainage[k + 1]:
        return float(cover[k + 1])
    share = (at - chainage[k]) / (chainage[k + 1] - chainage[k])
    return float(cover[k] + share * (cover[k + 1] - cover[k]))


@kernel
def covers_at(starts: IntArray, chainage: FloatArray, cover: FloatArray, line: IntArray, at: FloatArray) -> FloatArray:
    """Return the cover of each line at each chainage; see `geo.depths.Depths.at`."""
    result = np.empty(len(line))
    for i in range(len(line)):
        result[i] = _cover(chainage, cover, starts[line[i]], starts[line[i] + 1], at[i])
    return result


@kernel
def slopes_at(starts: IntArray, chainage: FloatArray, cover: FloatArray, line: IntArray, at: FloatArray) -> FloatArray:
    """Return the slope of the cover; see `geo.depths.Depths.slope`."""
    result = np.full(len(line), np.nan)
    for i in range(len(line)):
        first, last = starts[line[i]], starts[line[i] + 1]
        if first == last or np.isnan(at[i]):
            continue
        if chainage[first] == chainage[last - 1]:
            result[i] = cover[first] - cover[first]  # 0, or NaN where it is unknown
            continue
        k = segment_at(chainage, first, last, min(at[i], chainage[last - 1]))
        while chainage[k + 1] == chainage[k]:
            k += 1
        result[i] = (cover[k + 1] - cover[k]) / (chainage[k + 1] - chainage[k])
    return result


@kernel
def least_covers(
    starts: IntArray, chainage: FloatArray, cover: FloatArray, line: IntArray, from_m: FloatArray, to_m: FloatArray
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """Return least covers, their places and whether all is known; see `geo.depths.Depths.least`."""
    least, where, known = np.full(len(line), np.nan), np.full(len(line), np.nan), np.zeros(len(line), np.bool_)
    for i in range(len(line)):
        first, last = starts[line[i]], starts[line[i] + 1]
        if first == last or not from_m[i] <= to_m[i]:
            continue
        ends = from_m[i], to_m[i]
        known[i] = True
        k = segment_at(chainage, first, last, from_m[i])
        while k < last and chainage[k] <= to_m[i]:
            if chainage[k] >= from_m[i]:
                known[i] &= not np.isnan(cover[k])
                if not cover[k] >= least[i] and not np.isnan(cover[k]):
                    least[i], where[i] = cover[k], chainage[k]
            k += 1
        for at in ends:
            value = _cover(chainage, cover, first, last, at)
            known[i] &= not np.isnan(value)
            if value < least[i] or (np.isnan(least[i]) and not np.isnan(value)):
                least[i], where[i] = value, at
    return least, where, known
