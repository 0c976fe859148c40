"""Choose for each piece of a line the lines that fit into one trench with it: the best window of neighbouring offsets.

Pieces are cut (see `geo.trench_spans`) so that the choice made in the middle of one holds all along. Who lies farther
than a step from the line belongs where steps over the lines between lead to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from geo.compiled import kernel
from geo.trench_profiles import CROSSING, OFFSET
from geo.trench_spans import (
    SAME_M,
    SNAP_M,
    Bounds,
    Claims,
    Sides,
    apart,
    between,
    cuts_of,
    find_spans,
    foot_range,
    node_at,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]
    IntArray = npt.NDArray[np.int64]
    Stretches = list[tuple[float, float]]
    Neighbour = tuple[float, int, int, int]  # offset, span, side, node


class Pieces(NamedTuple):
    """Stretches of lines with the sides chosen for them: those of piece ``p`` are ``side[end[p]:end[p + 1]]``."""

    stretch: Stretches
    side: list[int]
    feet: Stretches  # the stretch of each side's partner
    end: list[int]


@kernel
def _neighbours(sides: Sides, at: float, active: list[int], span_side: list[int]) -> list[Neighbour]:
    """Return offset, span, side and node of the partners here, by offset; of a line met twice, the nearer pass."""
    found = [(0.0, 0, 0, 0)]
    found.clear()
    for span in active:
        s = span_side[span]
        i = node_at(sides.nodes, sides.starts, s, at)
        offset = between(sides.nodes, OFFSET, i, at)
        twice = -1
        for k in range(len(found)):
            if sides.partner[found[k][2]] == sides.partner[s]:
                twice = k
        if twice < 0:
            found.append((offset, span, s, i))
        elif abs(offset) < abs(found[twice][0]):
            found[twice] = (offset, span, s, i)
    found.sort()
    return found


@kernel
def _led_to(nodes: FloatArray, near: list[Neighbour], k: int, first: int, last: int, at: float, step: float) -> bool:
    """Return whether neighbour ``k`` is a step away from the line, or from one of ``first .. last`` that is led to.

    A line that only crosses leads to none beyond it.
    """
    if abs(near[k][0]) <= step:
        return True
    for m in range(first, last + 1):
        if nodes[near[m][3], CROSSING] == 0.0 and apart(nodes, near[m][3], near[k][3], at) <= step:
            return True
    return False


@kernel
def _within_steps(nodes: FloatArray, near: list[Neighbour], at: float, step: float) -> tuple[int, int, int]:
    """Return the first and the last neighbour that steps lead to, and the first on the left of the line."""
    middle = 0
    while middle < len(near) and near[middle][0] < 0.0:
        middle += 1
    first, last = middle, middle - 1
    while first > 0 and _led_to(nodes, near, first - 1, first, middle - 1, at, step):
        first -= 1
    while last + 1 < len(near) and _led_to(nodes, near, last + 1, middle, last, at, step):
        last += 1
    return first, last, middle


@kernel
def _goes_with(nodes: FloatArray, near: list[Neighbour], first: int, last: int, at: float, max_width: float) -> bool:
    """Return whether the neighbour after ``last`` is near enough to all of ``first .. last``."""
    offset, node = abs(near[last + 1][0]), near[last + 1][3]
    for k in range(first, last + 1):
        if abs(near[k][0]) + offset > max_width and apart(nodes, near[k][3], node, at) > max_width:
            return False
    return True


@kernel
def _best_window(
    sides: Sides, line: int, at: float, near: list[Neighbour], most: Bounds, stamp: IntArray
) -> tuple[int, int]:
    """Return the first and the last (inclusive) of the neighbours in the best window with the line; (0, -1) if none.

    Most groups, then most lines, then the narrowest. A window whose every partner only crosses the line is none.
    """
    least, greatest, middle = _within_steps(sides.nodes, near, at, most.step)
    best, best_first, best_last = (0, 0, 0.0), 0, -1
    last_before = -1
    for first in range(least, middle + 1):
        last = max(last_before, first - 1)
        while last < greatest and _goes_with(sides.nodes, near, first, last, at, most.width):
            last += 1
        if last == last_before or last < first:
            continue  # a part of the window before it
        last_before = last
        stamp[0] += 1
        stamp[1 + sides.group[line]] = stamp[0]
        groups, beside = 1, False
        for k in range(first, last + 1):
            group = 1 + sides.group[sides.partner[near[k][2]]]
            if stamp[group] != stamp[0]:
                stamp[group] = stamp[0]
                groups += 1
            beside = beside or sides.nodes[near[k][3], CROSSING] == 0.0
        score = (groups, last - first + 2, min(near[first][0], 0.0) - max(near[last][0], 0.0))
        if beside and score > best:
            best, best_first, best_last = score, first, last
    return best_first, best_last


@kernel
def _fits(
    sides: Sides, begin: float, end: float, chosen: list[int], first: int, last: int,
    span_side: list[int], spans: Stretches, most: Bounds,
) -> bool:  # fmt: skip
    """Return whether the spans ``chosen[first:last]`` make a window on ``begin .. end`` too."""
    at, beside = 0.5 * (begin + end), False
    near = [(0.0, 0, 0, 0)]
    near.clear()
    for k in range(first, last):
        low, high = spans[chosen[k]]
        if low > begin + SAME_M or high < end - SAME_M:
            return False
        s = span_side[chosen[k]]
        i = node_at(sides.nodes, sides.starts, s, at)
        beside = beside or sides.nodes[i, CROSSING] == 0.0
        for m in range(len(near)):
            if apart(sides.nodes, i, near[m][3], at) > most.width:
                return False
        near.append((between(sides.nodes, OFFSET, i, at), chosen[k], s, i))
    near.sort()
    least, greatest, _ = _within_steps(sides.nodes, near, at, most.step)
    return beside and greatest - least + 1 == len(near)


@kernel
def _choices(
    sides: Sides, line: int, cuts: list[float], span_side: list[int], spans: Stretches, order: list[int],
    most: Bounds, stamp: IntArray, bounds: Stretches, chosen: list[int], chosen_end: list[int],
) -> None:  # fmt: skip
    """Append each piece between two cuts and the spans of its best window, in order of their number."""
    active = [0]
    active.clear()
    upcoming = 0
    for k in range(len(cuts) - 1):
        begin, end = cuts[k], cuts[k + 1]
        if end - begin <= SAME_M:
            continue
        still = 0
        for span in active:
            if spans[span][1] >= end - SAME_M:
                active[still] = span
                still += 1
        while len(active) > still:
            active.pop()
        while upcoming < len(order) and spans[order[upcoming]][0] <= begin + SAME_M:
            if spans[order[upcoming]][1] >= end - SAME_M:
                active.append(order[upcoming])
            upcoming += 1
        at = 0.5 * (begin + end)
        near = _neighbours(sides, at, active, span_side)
        first, last = _best_window(sides, line, at, near, most, stamp)
        picked = [near[m][1] for m in range(first, last + 1)]
        picked.sort()
        bounds.append((begin, end))
        chosen.extend(picked)
        chosen_end.append(len(chosen))


@kernel
def _same_choice(chosen: list[int], first: int, last: int, other_first: int, other_last: int) -> bool:
    if last - first != other_last - other_first:
        return False
    for k in range(last - first):  # noqa: SIM110 - the kernels know no generator
        if chosen[first + k] != chosen[other_first + k]:
            return False
    return True


@kernel
def pieces_of(
    sides: Sides, claims: Claims, line: int, begin: float, end: float, first: int, stop: int,
    most: Bounds, stamp: IntArray, pieces: Pieces,
) -> None:  # fmt: skip
    """Append the pieces of ``begin .. end`` of a line: the sides of their best windows, the stretches of the partners.

    ``first .. stop - 1`` are the line's sides that may be there. Pieces next to each other with the same choice are
    one; a piece shorter than `SNAP_M` takes the choice of a neighbour where that holds on it too, else it is dropped.
    """
    span_side, spans = [0], [(0.0, 0.0)]
    span_side.clear()
    spans.clear()
    find_spans(sides, claims, begin, end, first, stop, most.width, span_side, spans)
    if len(spans) == 0:
        return
    by_begin = [(spans[k][0], k) for k in range(len(spans))]
    by_begin.sort()
    order = [k for _, k in by_begin]
    cuts = cuts_of(sides, begin, end, most, span_side, spans, order)
    bounds, chosen, chosen_end = [(0.0, 0.0)], [0], [0]
    bounds.clear()
    chosen.clear()
    _choices(sides, line, cuts, span_side, spans, order, most, stamp, bounds, chosen, chosen_end)
    pick = _snapped(sides, span_side, spans, bounds, chosen, chosen_end, most)
    k = 0
    while k < len(bounds):
        low, high = chosen_end[pick[k]], chosen_end[pick[k] + 1]
        m = k + 1
        while m < len(bounds) and _same_choice(chosen, low, high, chosen_end[pick[m]], chosen_end[pick[m] + 1]):
            m += 1
        if high > low and bounds[m - 1][1] - bounds[k][0] >= SNAP_M:
            before = len(pieces.side)
            shared = True
            for c in range(low, high):
                feet = foot_range(sides, span_side[chosen[c]], bounds[k][0], bounds[m - 1][1])
                shared = shared and feet[1] - feet[0] >= SNAP_M
                pieces.side.append(span_side[chosen[c]])
                pieces.feet.append(feet)
            if shared:
                pieces.stretch.append((bounds[k][0], bounds[m - 1][1]))
                pieces.end.append(len(pieces.side))
            while not shared and len(pieces.side) > before:
                pieces.side.pop()
                pieces.feet.pop()
        k = m


@kernel
def _snapped(
    sides: Sides, span_side: list[int], spans: Stretches, bounds: Stretches,
    chosen: list[int], chosen_end: list[int], most: Bounds,
) -> list[int]:  # fmt: skip
    """Return for each piece the piece whose choice it takes: a neighbour's for slivers, where it holds there."""
    n = len(bounds)
    pick = [k for k in range(n)]  # noqa: C416 - a list that numba can type
    for turn in (1, -1):
        for step in range(1, n):
            k = step if turn == 1 else n - 1 - step
            begin, end = bounds[k]
            source = pick[k - turn]
            low, high = chosen_end[source], chosen_end[source + 1]
            sliver = pick[k] == k and end - begin < SNAP_M and high > low
            if sliver and _fits(sides, begin, end, chosen, low, high, span_side, spans, most):
                pick[k] = source
    return pick
