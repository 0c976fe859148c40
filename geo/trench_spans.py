"""Find where each partner of a line may share a trench with it, and the places where that changes.

A *span* is a stretch of a side (see `geo.trench_profiles`) on which the partner is within the greatest width of the
line and free of claims. Pieces end at the ends of spans, where the feet of two partners come to be the greatest width
apart, and where a partner comes to be a *step* (the distance) away from the line, or its foot from another's. So on a
piece every two partners fit throughout or nowhere, and a step leads from one to the other throughout or nowhere.
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


class Bounds(NamedTuple):
    """What a trench may be, metres: the longest step from one line to the next, and the greatest width."""

    step: float
    width: float


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
def _apart_cuts(nodes: FloatArray, i: int, j: int, begin: float, end: float, metres: float, cuts: list[float]) -> None:
    """Append where, between ``begin`` and ``end``, two feet come to be or cease to be so many ``metres`` apart."""
    if max(apart(nodes, i, j, begin), apart(nodes, i, j, end)) <= metres:
        return
    x0 = between(nodes, FOOT_X, i, begin) - between(nodes, FOOT_X, j, begin)
    y0 = between(nodes, FOOT_Y, i, begin) - between(nodes, FOOT_Y, j, begin)
    dx = between(nodes, FOOT_X, i, end) - between(nodes, FOOT_X, j, end) - x0
    dy = between(nodes, FOOT_Y, i, end) - between(nodes, FOOT_Y, j, end) - y0
    square, half = dx * dx + dy * dy, x0 * dx + y0 * dy
    root = half * half - square * (x0 * x0 + y0 * y0 - metres * metres)
    if square > 0.0 and root > 0.0:
        for share in ((-half - math.sqrt(root)) / square, (-half + math.sqrt(root)) / square):
            if 0.0 < share < 1.0:
                cuts.append(begin + share * (end - begin))  # noqa: PERF401 - a kernel


@kernel
def _pair_cuts(sides: Sides, one: int, two: int, begin: float, end: float, metres: float, cuts: list[float]) -> None:
    """Append the places where the feet of two partners come to be, or cease to be, so many ``metres`` apart."""
    i, j = node_at(sides.nodes, sides.starts, one, begin), node_at(sides.nodes, sides.starts, two, begin)
    at, fitted = begin, True
    while at < end:
        following = min(end, sides.nodes[i + 1, AT_M], sides.nodes[j + 1, AT_M])
        if following > at:
            fits = apart(sides.nodes, i, j, at) <= metres
            if at > begin and fits != fitted:  # feet jump here
                cuts.append(at)
            _apart_cuts(sides.nodes, i, j, at, following, metres, cuts)
            fitted = apart(sides.nodes, i, j, following) <= metres
        at = following
        stuck = True
        if sides.nodes[i + 1, AT_M] <= at and i + 2 < sides.starts[one + 1]:
            i, stuck = i + 1, False
        if sides.nodes[j + 1, AT_M] <= at and j + 2 < sides.starts[two + 1]:
            j, stuck = j + 1, False
        if stuck:
            break


@kernel
def _farthest(sides: Sides, s: int) -> float:
    """Return how far a side's partner ever is from the line."""
    return float(max(sides.high[s], -sides.low[s]))


@kernel
def _offset_cuts(sides: Sides, s: int, begin: float, end: float, step: float, cuts: list[float]) -> None:
    """Append where, between ``begin`` and ``end``, the partner comes to be or ceases to be a ``step`` away."""
    for i in range(node_at(sides.nodes, sides.starts, s, begin), sides.starts[s + 1] - 1):
        if sides.nodes[i, AT_M] >= end:
            break
        one, other = sides.nodes[i, OFFSET], sides.nodes[i + 1, OFFSET]
        for limit in (-step, step):
            if (one < limit) != (other < limit):
                at = sides.nodes[i, AT_M] + (limit - one) / (other - one) * (
                    sides.nodes[i + 1, AT_M] - sides.nodes[i, AT_M]
                )
                if begin < at < end:
                    cuts.append(at)


@kernel
def _crossing_cuts(sides: Sides, s: int, begin: float, end: float, cuts: list[float]) -> None:
    """Append where a crossing begins and ends."""
    for i in range(sides.starts[s] + 1, sides.starts[s + 1] - 1):
        if sides.nodes[i, CROSSING] != sides.nodes[i - 1, CROSSING] and begin < sides.nodes[i, AT_M] < end:
            cuts.append(sides.nodes[i, AT_M])  # noqa: PERF401 - a kernel


@kernel
def find_spans(
    sides: Sides, claims: Claims, begin: float, end: float, first: int, stop: int, width: float,
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
        if _farthest(sides, s) > width:
            _out_of_reach(sides, s, low, high, width, blocked)
        if len(claims.following) > 0:
            foot_low, foot_high = foot_range(sides, s, low, high)
            if claimed(claims, sides.partner[s], foot_low, foot_high, taken):
                _beside_claims(sides, s, low, high, taken, blocked)
        before = len(spans)
        open_stretches(low, high, blocked, spans)
        for _ in range(before, len(spans)):
            span_side.append(s)  # noqa: PERF401 - a kernel


@kernel
def cuts_of(
    sides: Sides, begin: float, end: float, most: Bounds, span_side: list[int], spans: Stretches, order: list[int]
) -> list[float]:
    """Return the sorted ends of all pieces of ``begin .. end``."""
    cuts = [begin, end]
    for k in range(len(order)):
        i = order[k]
        low, high = spans[i]
        cuts.append(low)
        cuts.append(high)
        one, far = span_side[i], _farthest(sides, span_side[i])
        if sides.has_crossing[one]:
            _crossing_cuts(sides, one, low, high, cuts)
        if far > most.step:
            _offset_cuts(sides, one, low, high, most.step, cuts)
        for m in range(k + 1, len(order)):
            j = order[m]
            if spans[j][0] >= high:
                break
            two, until = span_side[j], min(high, spans[j][1])
            if far + _farthest(sides, two) > most.width:
                _pair_cuts(sides, one, two, spans[j][0], until, most.width, cuts)
            if max(far, _farthest(sides, two)) > most.step:
                _pair_cuts(sides, one, two, spans[j][0], until, most.step, cuts)
    cuts.sort()
    return cuts
