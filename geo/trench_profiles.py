"""Follow every run along each of its two lines: the lateral offset of the partner and the foot on it, place by place.

A *side* is a run seen from one of its lines: side ``2 r`` from line ``a`` of run ``r``, side ``2 r + 1`` from ``b``.
Its *profile* is a list of nodes along the line: chainage, signed lateral offset of the partner (metres, left above 0),
chainage and place of the foot (the nearest place of the partner's stretch). Between two nodes the line has one
direction and the foot stays on one segment or one vertex of the partner; there the distance is convex, so that a
straight line between the nodes is exact beside a segment and never too small beside a vertex. Two nodes at one chainage
are a jump of the foot (the inner side of a bend, the gap between two parts).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geo.compiled import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]
    IntArray = npt.NDArray[np.int64]
    Table = npt.NDArray[np.float64]  # two-dimensional
    Stretch = tuple[int, int, float, float]  # of the partner: first and last segment, begin and end

X, Y, UX, UY, LENGTH, AT = 0, 1, 2, 3, 4, 5
"""Columns of the table of segments: start vertex, unit direction, length, chainage of the start."""
AT_M, OFFSET, FOOT, CROSSING, FOOT_X, FOOT_Y = 0, 1, 2, 3, 4, 5
"""Columns of the table of nodes; CROSSING is 1 where the stretch from this node to the next is part of a crossing."""
NODE_COLUMNS = 6
TOUCH_M = 1e-6
"""Places closer than this are the same place: the precision of a run."""
SAME_GAP_M = 1e-9
"""Distances closer than this are equal: what rounding leaves of them."""
SEARCH_M = 0.25
"""The search for the nearest segment goes on while the distance grows by less than this."""
SEARCH_SEGMENTS = 4096
"""How far a search goes, in segments to each side, where the partner seems to be out of reach."""
CROSSING_SLOPE = math.tan(math.radians(3.0))
"""A change of side steeper than this is a crossing; lines that weave about each other stay below it."""


@kernel
def foot_on(segs: Table, j: int, px: float, py: float, begin: float, end: float) -> tuple[float, float, float]:
    """Return chainage of the foot on segment ``j`` within ``begin .. end``, and the vector from the point to it."""
    along = (px - segs[j, X]) * segs[j, UX] + (py - segs[j, Y]) * segs[j, UY]
    at = segs[j, AT]
    along = max(0.0, begin - at, min(along, segs[j, LENGTH], end - at))
    return at + along, segs[j, X] + along * segs[j, UX] - px, segs[j, Y] + along * segs[j, UY] - py


@kernel
def _gap(segs: Table, j: int, px: float, py: float, begin: float, end: float) -> float:
    _, ex, ey = foot_on(segs, j, px, py, begin, end)
    return math.sqrt(ex * ex + ey * ey)


@kernel
def _nearest(segs: Table, px: float, py: float, guess: int, stretch: Stretch, reach: float) -> int:
    """Return the nearest segment of the partner's stretch, found by descent from ``guess``.

    Runs go on together along both lines, so that the next foot is near the last one. Where descent ends out of
    ``reach`` (it was caught behind a zigzag), all segments about are tried.
    """
    first, last, begin, end = stretch
    best, gap = guess, _gap(segs, guess, px, py, begin, end)
    for step in (1, -1):
        j = guess + step
        while first <= j <= last:
            other = _gap(segs, j, px, py, begin, end)
            if other > gap + SEARCH_M:
                break
            if other < gap - SAME_GAP_M:  # at a vertex the first of two equal segments stays
                best, gap = j, other
            j += step
    if gap > reach:
        for j in range(max(first, guess - SEARCH_SEGMENTS), min(last, guess + SEARCH_SEGMENTS) + 1):
            other = _gap(segs, j, px, py, begin, end)
            if other < gap:
                best, gap = j, other
    return best


@kernel
def _add_node(segs: Table, i: int, at: float, j: int, stretch: Stretch, nodes: Table, n: int) -> int:
    """Write the node at chainage ``at`` of segment ``i`` with its foot on segment ``j``; return the new count."""
    px, py = _place(segs, i, at)
    foot, ex, ey = foot_on(segs, j, px, py, stretch[2], stretch[3])
    gap = math.sqrt(ex * ex + ey * ey)
    offset = gap if segs[i, UX] * ey - segs[i, UY] * ex >= 0.0 else -gap
    if n > 0 and nodes[n - 1, AT_M] == at and nodes[n - 1, OFFSET] == offset and nodes[n - 1, FOOT] == foot:
        return n
    nodes[n, AT_M], nodes[n, OFFSET], nodes[n, FOOT], nodes[n, CROSSING] = at, offset, foot, 0.0
    nodes[n, FOOT_X], nodes[n, FOOT_Y] = px + ex, py + ey
    return n + 1


@kernel
def _difference(segs: Table, i: int, at: float, j: int, k: int, stretch: Stretch) -> float:
    px, py = _place(segs, i, at)
    return _gap(segs, j, px, py, stretch[2], stretch[3]) - _gap(segs, k, px, py, stretch[2], stretch[3])


@kernel
def _handover(segs: Table, i: int, ta: float, tb: float, j: int, k: int, stretch: Stretch) -> float:
    """Return the chainage between ``ta`` and ``tb`` where segment ``k`` becomes nearer than segment ``j``."""
    da, db = _difference(segs, i, ta, j, k, stretch), _difference(segs, i, tb, j, k, stretch)
    if da >= -SAME_GAP_M:
        return ta
    if db <= SAME_GAP_M:
        return tb
    middle = ta - da / (db - da) * (tb - ta)  # beside both segments the difference is linear
    if abs(_difference(segs, i, middle, j, k, stretch)) <= SAME_GAP_M:
        return middle
    for _ in range(50):
        middle = 0.5 * (ta + tb)
        if _difference(segs, i, middle, j, k, stretch) < 0.0:
            ta = middle
        else:
            tb = middle
    return 0.5 * (ta + tb)


@kernel
def _breaks(segs: Table, i: int, t0: float, t1: float, j: int, k: int, stretch: Stretch, found: FloatArray) -> int:
    """Write the sorted chainages of segment ``i`` where a foot on one of the segments ``j .. k`` meets its ends.

    ``t0`` and ``t1`` are the first and the last of them; returns how many there are.
    """
    found[0] = t0
    n = 1
    for m in range(min(j, k), max(j, k) + 1):
        turn = segs[i, UX] * segs[m, UX] + segs[i, UY] * segs[m, UY]
        if abs(turn) < 1e-9:
            continue
        along = (segs[i, X] - segs[m, X]) * segs[m, UX] + (segs[i, Y] - segs[m, Y]) * segs[m, UY]
        for stop in (max(0.0, stretch[2] - segs[m, AT]), min(segs[m, LENGTH], stretch[3] - segs[m, AT])):
            at = segs[i, AT] + (stop - along) / turn
            if t0 < at < t1:
                place = n  # nearly in order already: insertion beats sorting
                while found[place - 1] > at:
                    found[place] = found[place - 1]
                    place -= 1
                found[place] = at
                n += 1
    found[n] = t1
    return n + 1


@kernel
def _follow(
    segs: Table, i: int, j: int, stretch: Stretch, reach: float, breaks: FloatArray, count: int, nodes: Table, n: int
) -> tuple[int, int]:  # fmt: skip
    """Write the nodes of segment ``i`` at its ``breaks``; return how many there are now and the last foot's segment."""
    before = breaks[0]
    for b in range(2 * count - 1):
        # Between two breaks the middle is asked as well: at the breaks themselves two segments may be equally near.
        at = breaks[b // 2] if b % 2 == 0 else 0.5 * (breaks[b // 2] + breaks[b // 2 + 1])
        px, py = _place(segs, i, at)
        k = _nearest(segs, px, py, j, stretch, reach)
        if k != j:
            change = _handover(segs, i, before, at, j, k, stretch)
            n = _add_node(segs, i, change, j, stretch, nodes, n)
            n = _add_node(segs, i, change, k, stretch, nodes, n)
        if b % 2 == 0:
            n = _add_node(segs, i, at, k, stretch, nodes, n)
        before, j = at, k
    return n, j


@kernel
def _meets_end(segs: Table, i: int, m: int, stop: float) -> float:
    """Return the chainage of segment ``i`` whose foot on the line through ``m`` is ``stop`` metres along it."""
    turn = segs[i, UX] * segs[m, UX] + segs[i, UY] * segs[m, UY]
    along = (segs[i, X] - segs[m, X]) * segs[m, UX] + (segs[i, Y] - segs[m, Y]) * segs[m, UY]
    return float(segs[i, AT] + (stop - along) / turn)


@kernel
def _off_segment(segs: Table, i: int, at: float, m: int, stretch: Stretch) -> bool:
    """Return whether the perpendicular foot of a place lies off segment ``m``, or off the partner's stretch."""
    px, py = _place(segs, i, at)
    along = segs[m, AT] + (px - segs[m, X]) * segs[m, UX] + (py - segs[m, Y]) * segs[m, UY]
    low, high = max(segs[m, AT], stretch[2]), min(segs[m, AT] + segs[m, LENGTH], stretch[3])
    return bool(along < low - TOUCH_M or along > high + TOUCH_M)


@kernel
def _walk(segs: Table, i: int, t0: float, t1: float, j: int, k: int, stretch: Stretch, nodes: Table, n: int) -> int:
    """Write the nodes of segment ``i`` where the foot goes straight from segment ``j`` to ``k``; -1 if it does not.

    From one of the partner's segments to the next the foot rests on their vertex (outside of the bend) or jumps where
    both are equally near (inside). Anything else is for `_breaks` and `_follow`, which assume nothing.
    """
    if _off_segment(segs, i, t0, j, stretch) or _off_segment(segs, i, t1, k, stretch):
        return -1
    n = _add_node(segs, i, t0, j, stretch, nodes, n)
    step = 1 if k > j else -1
    at, m = t0, j
    while m != k:
        after = m + step
        leaves = _meets_end(segs, i, m, segs[m, LENGTH] if step > 0 else 0.0)
        enters = _meets_end(segs, i, after, 0.0 if step > 0 else segs[after, LENGTH])
        if not (at - TOUCH_M <= leaves <= t1 + TOUCH_M and enters <= t1 + TOUCH_M):  # also where they are square
            return -1
        leaves, enters = max(leaves, at), max(enters, at)
        if leaves <= enters:
            leaves, enters = min(leaves, t1), min(enters, t1)
        else:
            low, high = max(at, enters), min(leaves, t1)
            if low > high:
                return -1
            leaves = enters = _handover(segs, i, low, high, m, after, stretch)
        n = _add_node(segs, i, leaves, m, stretch, nodes, n)
        n = _add_node(segs, i, enters, after, stretch, nodes, n)
        at, m = enters, after
    return int(_add_node(segs, i, t1, k, stretch, nodes, n))


@kernel
def _inner_segments(segs: Table, first: int, stop: int, begin: float, end: float) -> tuple[int, int]:
    """Return the first and the last segment of ``first .. stop - 1`` with a length inside ``begin .. end``."""
    low, high = first, stop
    while high - low > 1:
        middle = (low + high) // 2
        if segs[middle, AT] <= begin:
            low = middle
        else:
            high = middle
    last = low
    while last + 1 < stop and segs[last + 1, AT] < end:
        last += 1
    return low, last


@kernel
def follow_sides(
    segs: Table, segment_starts: IntArray, line: IntArray, partner: IntArray, span: Table, p_span: Table,
    same: npt.NDArray[np.bool_], reach: float,
) -> tuple[IntArray, Table]:  # fmt: skip
    """Return the profiles of all sides: where each one's nodes start, and the nodes.

    ``span`` and ``p_span`` hold begin and end of each side on its line and on the partner.
    """
    starts = np.zeros(len(line) + 1, np.int64)
    nodes, breaks = np.empty((16 * len(line) + 64, NODE_COLUMNS)), np.empty(64)
    n = 0
    for s in range(len(line)):
        first, last = _inner_segments(
            segs, segment_starts[line[s]], segment_starts[line[s] + 1], span[s, 0], span[s, 1]
        )
        p_first, p_last = _inner_segments(
            segs, segment_starts[partner[s]], segment_starts[partner[s] + 1], p_span[s, 0], p_span[s, 1]
        )
        stretch = (p_first, p_last, p_span[s, 0], p_span[s, 1])
        j = p_first if same[s] else p_last
        px, py = np.inf, np.inf
        for i in range(first, last + 1):
            t0, t1 = max(span[s, 0], segs[i, AT]), min(span[s, 1], segs[i, AT] + segs[i, LENGTH])
            if t1 <= t0:
                continue
            bx, by = _place(segs, i, t0)
            if abs(bx - px) + abs(by - py) > 1e-9:  # not where the segment before it ended
                j = _nearest(segs, bx, by, j, stretch, reach)
            px, py = _place(segs, i, t1)
            k = _nearest(segs, px, py, j, stretch, reach)
            most = 2 * abs(k - j) + 4
            if most > len(breaks):
                breaks = np.empty(2 * most)
            if n + 5 * most > len(nodes):
                grown = np.empty((2 * (n + 5 * most), NODE_COLUMNS))
                grown[:n] = nodes[:n]
                nodes = grown
            walked = _walk(segs, i, t0, t1, j, k, stretch, nodes, n)
            if walked >= 0:
                n, j = walked, k
                continue
            count = _breaks(segs, i, t0, t1, j, k, stretch, breaks)
            n, j = _follow(segs, i, j, stretch, reach, breaks, count, nodes, n)
        starts[s + 1] = n
    return starts, nodes[:n].copy()


@kernel
def _place(segs: Table, i: int, at: float) -> tuple[float, float]:
    along = at - segs[i, AT]
    return segs[i, X] + along * segs[i, UX], segs[i, Y] + along * segs[i, UY]


@kernel
def _grown(values: FloatArray, capacity: int) -> FloatArray:
    result = np.empty(capacity)
    result[: len(values)] = values
    return result


@kernel
def mark_crossings(starts: IntArray, nodes: Table, distance: float) -> npt.NDArray[np.bool_]:
    """Mark the stretches (node to next node) that are part of a crossing; return which sides have any.

    A crossing is where the offset changes side and goes on growing, steeper than `CROSSING_SLOPE`, both ways, to a
    quarter of the distance at least: a line that begins on another, or overshoots it a little, branches off it.
    """
    has = np.zeros(len(starts) - 1, np.bool_)
    for s in range(len(has)):
        low, high = starts[s], starts[s + 1]
        for i in range(low, high - 1):
            if (nodes[i, OFFSET] < 0.0) == (nodes[i + 1, OFFSET] < 0.0) or not _steep(nodes, i):
                continue
            left, right = i, i + 1
            while left > low and _grows(nodes, left, left - 1) and _steep(nodes, left - 1):
                left -= 1
            while right < high - 1 and _grows(nodes, right, right + 1) and _steep(nodes, right):
                right += 1
            one, other = abs(nodes[left, OFFSET]), abs(nodes[right, OFFSET])
            if min(one, other) >= 0.25 * distance:
                has[s] = True
                nodes[left:right, CROSSING] = 1.0
    return has


@kernel
def _grows(nodes: Table, i: int, j: int) -> bool:
    """Return whether node ``j`` is on the same side as node ``i`` and no nearer, but for rounding."""
    here, there = nodes[i, OFFSET], nodes[j, OFFSET]
    if here < 0.0:
        here, there = -here, -there
    return bool(there >= here - TOUCH_M)


@kernel
def _steep(nodes: Table, i: int) -> bool:
    """Return whether the stretch from node ``i`` is steep; one without a length, made by rounding, stops nothing."""
    rise, run = nodes[i + 1, OFFSET] - nodes[i, OFFSET], nodes[i + 1, AT_M] - nodes[i, AT_M]
    return bool(abs(rise) + TOUCH_M >= CROSSING_SLOPE * run)
