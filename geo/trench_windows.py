"""Cut a line into pieces of unchanging neighbourhood and choose for each the lines that fit into one trench with it.

A *span* is a stretch of a side (see `geo.trench_profiles`) on which the partner is within reach and free of claims.
Pieces end at the ends of spans and where the feet of two partners come to be the greatest width apart. So on a piece
every two partners fit throughout or nowhere, and the choice made in the middle of it holds all along. Partners are
within the distance of the line itself, so neighbours in a window are within it as well.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from geo.compiled import kernel
from geo.trench_profiles import AT_M, CROSSING, FOOT, FOOT_X, FOOT_Y, OFFSET, TOUCH_M

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]
    IntArray = npt.NDArray[np.int64]
    Stretches = list[tuple[float, float]]
    Neighbour = tuple[float, int, int, int]  # offset, span, side, node

SNAP_M = 1.0
"""Ends closer than this are taken as one: no piece is shorter, on none of its lines."""
BUCKET_M = 64.0
"""Claims of a line are kept by buckets of this length, so that long lines are searched no slower than short ones."""
SAME_M = 1e-9


class Sides(NamedTuple):
    """Everything about all sides, sorted by line and start; the nodes are those of `geo.trench_profiles`."""

    line: IntArray
    partner: IntArray
    group: IntArray  # of each line, from 0 without a hole
    starts: IntArray
    nodes: FloatArray  # two-dimensional
    has_crossing: npt.NDArray[np.bool_]
    low: FloatArray  # least and greatest offset of each side, with 0 (the line itself)
    high: FloatArray


class Claims(NamedTuple):
    """Which stretches of each line are taken: linked lists by line and bucket."""

    first_bucket: IntArray
    head: IntArray
    following: list[int]
    begin: list[float]
    end: list[float]


class Pieces(NamedTuple):
    """Stretches of lines with the sides chosen for them: those of piece ``p`` are ``side[end[p]:end[p + 1]]``."""

    stretch: Stretches
    side: list[int]
    feet: Stretches  # the stretch of each side's partner
    end: list[int]


@kernel
def buckets_of(claims: Claims, line: int, begin: float, end: float) -> tuple[int, int]:
    """Return the first and the last bucket of a stretch."""
    first, last = claims.first_bucket[line], claims.first_bucket[line + 1] - 1
    return min(max(first + int(begin / BUCKET_M), first), last), min(max(first + int(end / BUCKET_M), first), last)


@kernel
def claim(claims: Claims, line: int, begin: float, end: float) -> None:
    """Take a stretch of a line."""
    low, high = buckets_of(claims, line, begin, end)
    for bucket in range(low, high + 1):
        claims.following.append(claims.head[bucket])
        claims.begin.append(begin)
        claims.end.append(end)
        claims.head[bucket] = len(claims.following) - 1


@kernel
def claimed(claims: Claims, line: int, begin: float, end: float, found: Stretches) -> bool:
    """Return whether a stretch is partly taken, and append what is taken of it to ``found`` (parts may repeat)."""
    low, high = buckets_of(claims, line, begin, end)
    before = len(found)
    for bucket in range(low, high + 1):
        k = claims.head[bucket]
        while k >= 0:
            if min(end, claims.end[k]) - max(begin, claims.begin[k]) > TOUCH_M:
                found.append((claims.begin[k], claims.end[k]))
            k = claims.following[k]
    return len(found) > before


@kernel
def node_at(nodes: FloatArray, starts: IntArray, s: int, at: float) -> int:
    """Return the node of side ``s`` whose stretch (to the next node) begins at or before ``at``, the last such."""
    low, high = starts[s], starts[s + 1] - 1
    while high - low > 1:
        middle = (low + high) // 2
        if nodes[middle, AT_M] <= at:
            low = middle
        else:
            high = middle
    return int(low)


@kernel
def between(nodes: FloatArray, column: int, i: int, t: float) -> float:
    """Return the value at ``t`` on the straight line from node ``i`` to the next."""
    step = nodes[i + 1, AT_M] - nodes[i, AT_M]
    if step <= 0.0:
        return float(nodes[i + 1, column])
    share = (t - nodes[i, AT_M]) / step
    return float(nodes[i, column] + share * (nodes[i + 1, column] - nodes[i, column]))


@kernel
def foot_range(sides: Sides, s: int, begin: float, end: float) -> tuple[float, float]:
    """Return the stretch of the partner that lies beside ``begin .. end``."""
    i = node_at(sides.nodes, sides.starts, s, begin)
    low = high = between(sides.nodes, FOOT, i, begin)
    last = sides.starts[s + 1] - 2
    while i <= last and sides.nodes[i, AT_M] < end:
        foot = between(sides.nodes, FOOT, i, min(end, sides.nodes[i + 1, AT_M]))
        low, high = min(low, foot), max(high, foot)
        if sides.nodes[i, AT_M] > begin:
            low, high = min(low, sides.nodes[i, FOOT]), max(high, sides.nodes[i, FOOT])
        i += 1
    return low, high


@kernel
def _out_of_reach(sides: Sides, s: int, begin: float, end: float, limit: float, blocked: Stretches) -> None:
    """Append where the partner is farther away than ``limit``."""
    for i in range(node_at(sides.nodes, sides.starts, s, begin), sides.starts[s + 1] - 1):
        if sides.nodes[i, AT_M] >= end:
            break
        a, b = abs(sides.nodes[i, OFFSET]), abs(sides.nodes[i + 1, OFFSET])
        step = sides.nodes[i + 1, AT_M] - sides.nodes[i, AT_M]
        if max(a, b) <= limit:
            continue
        at = sides.nodes[i, AT_M] + (limit - a) / (b - a) * step if min(a, b) <= limit else sides.nodes[i, AT_M]
        blocked.append(
            (at if a <= limit else sides.nodes[i, AT_M], at if b <= limit and a > limit else sides.nodes[i + 1, AT_M])
        )


@kernel
def _beside_claims(sides: Sides, s: int, begin: float, end: float, taken: Stretches, blocked: Stretches) -> None:
    """Append where the foot on the partner lies in one of its ``taken`` stretches, or jumps over one."""
    for i in range(node_at(sides.nodes, sides.starts, s, begin), sides.starts[s + 1] - 1):
        if sides.nodes[i, AT_M] >= end:
            break
        step, f0, f1 = sides.nodes[i + 1, AT_M] - sides.nodes[i, AT_M], sides.nodes[i, FOOT], sides.nodes[i + 1, FOOT]
        for c0, c1 in taken:
            low, high = max(min(f0, f1), c0), min(max(f0, f1), c1)
            if abs(f1 - f0) <= SAME_M:
                if c0 + TOUCH_M < f0 < c1 - TOUCH_M:
                    blocked.append((sides.nodes[i, AT_M], sides.nodes[i + 1, AT_M]))
            elif high - low > 0.1 * TOUCH_M:
                t0 = sides.nodes[i, AT_M] + (low - f0) / (f1 - f0) * step
                t1 = sides.nodes[i, AT_M] + (high - f0) / (f1 - f0) * step
                blocked.append((min(t0, t1), max(t0, t1)))


@kernel
def open_stretches(begin: float, end: float, blocked: Stretches, found: Stretches) -> None:
    """Append the stretches of ``begin .. end`` that are not blocked and at least `SNAP_M` long; sorts ``blocked``."""
    blocked.sort()
    at = begin
    for low, high in blocked:
        if high < begin or low > end:
            continue
        if low - at >= SNAP_M:
            found.append((at, low))
        at = max(at, high)
    if end - at >= SNAP_M:
        found.append((at, end))


@kernel
def apart(nodes: FloatArray, i: int, j: int, t: float) -> float:
    """Return how far apart the feet of two partners are at ``t``, on the stretches from the nodes ``i`` and ``j``.

    Feet move straight between nodes, so that this is convex there and greatest at the ends.
    """
    dx = between(nodes, FOOT_X, i, t) - between(nodes, FOOT_X, j, t)
    dy = between(nodes, FOOT_Y, i, t) - between(nodes, FOOT_Y, j, t)
    return math.sqrt(dx * dx + dy * dy)


@kernel
def _step_cuts(nodes: FloatArray, i: int, j: int, begin: float, end: float, width: float, cuts: list[float]) -> None:
    """Append where, between ``begin`` and ``end``, two feet come to be or cease to be ``width`` apart."""
    if max(apart(nodes, i, j, begin), apart(nodes, i, j, end)) <= width:
        return
    x0 = between(nodes, FOOT_X, i, begin) - between(nodes, FOOT_X, j, begin)
    y0 = between(nodes, FOOT_Y, i, begin) - between(nodes, FOOT_Y, j, begin)
    dx = between(nodes, FOOT_X, i, end) - between(nodes, FOOT_X, j, end) - x0
    dy = between(nodes, FOOT_Y, i, end) - between(nodes, FOOT_Y, j, end) - y0
    square, half = dx * dx + dy * dy, x0 * dx + y0 * dy
    root = half * half - square * (x0 * x0 + y0 * y0 - width * width)
    if square > 0.0 and root > 0.0:
        for share in ((-half - math.sqrt(root)) / square, (-half + math.sqrt(root)) / square):
            if 0.0 < share < 1.0:
                cuts.append(begin + share * (end - begin))  # noqa: PERF401 - a kernel


@kernel
def _pair_cuts(sides: Sides, one: int, two: int, begin: float, end: float, max_width: float, cuts: list[float]) -> None:
    """Append the places where the feet of two partners come to be ``max_width`` apart."""
    if max(sides.high[one], -sides.low[one]) + max(sides.high[two], -sides.low[two]) <= max_width:
        return
    i, j = node_at(sides.nodes, sides.starts, one, begin), node_at(sides.nodes, sides.starts, two, begin)
    at, fitted = begin, True
    while at < end:
        following = min(end, sides.nodes[i + 1, AT_M], sides.nodes[j + 1, AT_M])
        if following > at:
            fits = apart(sides.nodes, i, j, at) <= max_width
            if at > begin and fits != fitted:  # feet jump here
                cuts.append(at)
            _step_cuts(sides.nodes, i, j, at, following, max_width, cuts)
            fitted = apart(sides.nodes, i, j, following) <= max_width
        at = following
        stuck = True
        if sides.nodes[i + 1, AT_M] <= at and i + 2 < sides.starts[one + 1]:
            i, stuck = i + 1, False
        if sides.nodes[j + 1, AT_M] <= at and j + 2 < sides.starts[two + 1]:
            j, stuck = j + 1, False
        if stuck:
            break


@kernel
def _crossing_cuts(sides: Sides, s: int, begin: float, end: float, cuts: list[float]) -> None:
    """Append where a crossing begins and ends."""
    for i in range(sides.starts[s] + 1, sides.starts[s + 1] - 1):
        if sides.nodes[i, CROSSING] != sides.nodes[i - 1, CROSSING] and begin < sides.nodes[i, AT_M] < end:
            cuts.append(sides.nodes[i, AT_M])  # noqa: PERF401 - a kernel


@kernel
def _spans(
    sides: Sides, claims: Claims, begin: float, end: float, first: int, stop: int, limit: float,
    span_side: list[int], spans: Stretches,
) -> None:  # fmt: skip
    """Append the open stretches, within ``begin .. end``, of the sides ``first .. stop - 1``."""
    blocked, taken = [(0.0, 0.0)], [(0.0, 0.0)]
    for s in range(first, stop):
        if sides.starts[s + 1] - sides.starts[s] < 2:
            continue
        low, high = max(begin, sides.nodes[sides.starts[s], AT_M]), min(end, sides.nodes[sides.starts[s + 1] - 1, AT_M])
        if high - low < SNAP_M:
            continue
        blocked.clear()
        taken.clear()
        if max(sides.high[s], -sides.low[s]) > limit:
            _out_of_reach(sides, s, low, high, limit, blocked)
        if len(claims.following) > 0:
            foot_low, foot_high = foot_range(sides, s, low, high)
            if claimed(claims, sides.partner[s], foot_low, foot_high, taken):
                _beside_claims(sides, s, low, high, taken, blocked)
        before = len(spans)
        open_stretches(low, high, blocked, spans)
        for _ in range(before, len(spans)):
            span_side.append(s)  # noqa: PERF401 - a kernel


@kernel
def _cuts(
    sides: Sides, begin: float, end: float, max_width: float, span_side: list[int], spans: Stretches, order: list[int]
) -> list[float]:
    """Return the sorted ends of all pieces of ``begin .. end``."""
    cuts = [begin, end]
    for k in range(len(order)):
        i = order[k]
        low, high = spans[i]
        cuts.append(low)
        cuts.append(high)
        if sides.has_crossing[span_side[i]]:
            _crossing_cuts(sides, span_side[i], low, high, cuts)
        for m in range(k + 1, len(order)):
            j = order[m]
            if spans[j][0] >= high:
                break
            _pair_cuts(sides, span_side[i], span_side[j], spans[j][0], min(high, spans[j][1]), max_width, cuts)
    cuts.sort()
    return cuts


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
def _goes_with(nodes: FloatArray, near: list[Neighbour], first: int, last: int, at: float, max_width: float) -> bool:
    """Return whether the neighbour after ``last`` is near enough to all of ``first .. last``."""
    offset, node = abs(near[last + 1][0]), near[last + 1][3]
    for k in range(first, last + 1):
        if abs(near[k][0]) + offset > max_width and apart(nodes, near[k][3], node, at) > max_width:
            return False
    return True


@kernel
def _best_window(
    sides: Sides, line: int, at: float, near: list[Neighbour], max_width: float, stamp: IntArray
) -> tuple[int, int]:
    """Return the first and the last (inclusive) of the neighbours in the best window with the line; (0, -1) if none.

    Most groups, then most lines, then the narrowest. A window whose every partner only crosses the line is none.
    """
    middle = 0
    while middle < len(near) and near[middle][0] < 0.0:
        middle += 1
    best, best_first, best_last = (0, 0, 0.0), 0, -1
    last_before = -1
    for first in range(middle + 1):
        last = max(last_before, first - 1)
        while last + 1 < len(near) and _goes_with(sides.nodes, near, first, last, at, max_width):
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
    span_side: list[int], spans: Stretches, max_width: float,
) -> bool:  # fmt: skip
    """Return whether the spans ``chosen[first:last]`` make a window on ``begin .. end`` too."""
    at, beside = 0.5 * (begin + end), False
    for k in range(first, last):
        low, high = spans[chosen[k]]
        if low > begin + SAME_M or high < end - SAME_M:
            return False
        i = node_at(sides.nodes, sides.starts, span_side[chosen[k]], at)
        beside = beside or sides.nodes[i, CROSSING] == 0.0
        for m in range(first, k):
            j = node_at(sides.nodes, sides.starts, span_side[chosen[m]], at)
            if apart(sides.nodes, i, j, at) > max_width:
                return False
    return beside


@kernel
def _choices(
    sides: Sides, line: int, cuts: list[float], span_side: list[int], spans: Stretches, order: list[int],
    max_width: float, stamp: IntArray, bounds: Stretches, chosen: list[int], chosen_end: list[int],
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
        first, last = _best_window(sides, line, at, near, max_width, stamp)
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
    limit: float, max_width: float, stamp: IntArray,
    pieces: Pieces,
) -> None:  # fmt: skip
    """Append the pieces of ``begin .. end`` of a line: the sides of their best windows, the stretches of the partners.

    ``first .. stop - 1`` are the line's sides that may be there. Pieces next to each other with the same choice are
    one; a piece shorter than `SNAP_M` takes the choice of a neighbour where that holds on it too, else it is dropped.
    """
    span_side, spans = [0], [(0.0, 0.0)]
    span_side.clear()
    spans.clear()
    _spans(sides, claims, begin, end, first, stop, limit, span_side, spans)
    if len(spans) == 0:
        return
    by_begin = [(spans[k][0], k) for k in range(len(spans))]
    by_begin.sort()
    order = [k for _, k in by_begin]
    cuts = _cuts(sides, begin, end, max_width, span_side, spans, order)
    bounds, chosen, chosen_end = [(0.0, 0.0)], [0], [0]
    bounds.clear()
    chosen.clear()
    _choices(sides, line, cuts, span_side, spans, order, max_width, stamp, bounds, chosen, chosen_end)
    pick = _snapped(sides, span_side, spans, bounds, chosen, chosen_end, max_width)
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
    chosen: list[int], chosen_end: list[int], max_width: float,
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
            if sliver and _fits(sides, begin, end, chosen, low, high, span_side, spans, max_width):
                pick[k] = source
    return pick
