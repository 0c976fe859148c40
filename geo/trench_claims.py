"""Give every place of a line to at most one trench: the best pieces first, each claimed on all of its lines."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from geo.compiled import kernel
from geo.trench_profiles import AT_M, OFFSET, TOUCH_M
from geo.trench_spans import (
    SAME_M,
    Bounds,
    Claims,
    Sides,
    apart,
    between,
    claim,
    claimed,
    foot_range,
    node_at,
    open_stretches,
)
from geo.trench_windows import Pieces, pieces_of

if TYPE_CHECKING:
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]
    IntArray = npt.NDArray[np.int64]
    Key = tuple[int, int, int, int, int, int]
    Stretches = list[tuple[float, float]]

MILLIMETRES = 1000.0


@kernel
def _key(sides: Sides, rank: IntArray, pieces: Pieces, p: int, line: int, stamp: IntArray) -> Key:
    """Return the order of a piece: most groups, most lines, longest (to the millimetre), then by place, not by row."""
    stamp[0] += 1
    stamp[1 + sides.group[line]] = stamp[0]
    groups = 1
    for k in range(pieces.end[p], pieces.end[p + 1]):
        group = 1 + sides.group[sides.partner[pieces.side[k]]]
        if stamp[group] != stamp[0]:
            stamp[group] = stamp[0]
            groups += 1
    begin, end = pieces.stretch[p]
    length = round((end - begin) * MILLIMETRES)
    return (-groups, pieces.end[p] - pieces.end[p + 1], -length, rank[line], round(begin * MILLIMETRES), p)


@kernel
def _clusters(
    sides: Sides, claims: Claims, most: Bounds, stamp: IntArray, pieces: Pieces, piece_line: list[int]
) -> None:
    """Append the pieces of all lines, one cluster of overlapping sides at a time."""
    n = len(sides.line)
    first = 0
    while first < n:
        line, end = sides.line[first], -np.inf
        stop = first
        begin = sides.nodes[sides.starts[first], AT_M] if sides.starts[first + 1] > sides.starts[first] else 0.0
        while stop < n and sides.line[stop] == line:
            if sides.starts[stop + 1] > sides.starts[stop]:
                if stop > first and sides.nodes[sides.starts[stop], AT_M] > end:
                    break
                end = max(end, sides.nodes[sides.starts[stop + 1] - 1, AT_M])
            stop += 1
        if end > begin:
            pieces_of(sides, claims, line, begin, end, first, stop, most, stamp, pieces)
        while len(piece_line) < len(pieces.stretch):
            piece_line.append(line)
        first = stop


@kernel
def _sides_over(
    sides: Sides, of_line: IntArray, furthest: FloatArray, line: int, begin: float, end: float
) -> tuple[int, int]:
    """Return the range of a line's sides outside which none overlaps ``begin .. end``."""
    first, stop = of_line[line], of_line[line + 1]
    low, high = first, stop
    while low < high:
        middle = (low + high) // 2
        if furthest[middle] <= begin:
            low = middle + 1
        else:
            high = middle
    while (
        stop > low and sides.nodes[sides.starts[stop - 1], AT_M] >= end and sides.starts[stop] > sides.starts[stop - 1]
    ):
        stop -= 1
    return low, stop


@kernel
def _free(sides: Sides, claims: Claims, pieces: Pieces, p: int, line: int, taken: Stretches) -> bool:
    """Return whether a piece can still be claimed on all of its lines; else ``taken`` holds the line's own claims."""
    taken.clear()
    free = not claimed(claims, line, pieces.stretch[p][0], pieces.stretch[p][1], taken)
    own = len(taken)
    for k in range(pieces.end[p], pieces.end[p + 1]):
        if not free:
            break
        free = not claimed(claims, sides.partner[pieces.side[k]], pieces.feet[k][0], pieces.feet[k][1], taken)
    while len(taken) > own:
        taken.pop()
    return free


@kernel
def _unchanged(pieces: Pieces, p: int, q: int) -> bool:
    """Return whether a piece came out of a new evaluation as it went in (its claims overlap by rounding only)."""
    (p_begin, p_end), (q_begin, q_end) = pieces.stretch[p], pieces.stretch[q]
    if abs(p_begin - q_begin) > SAME_M or abs(p_end - q_end) > SAME_M:
        return False
    return pieces.side[pieces.end[p] : pieces.end[p + 1]] == pieces.side[pieces.end[q] : pieces.end[q + 1]]


@kernel
def claim_pieces(
    sides: Sides, of_line: IntArray, furthest: FloatArray, rank: IntArray, claims_of: tuple[IntArray, IntArray],
    most: Bounds,
) -> tuple[IntArray, FloatArray, FloatArray, IntArray, IntArray]:  # fmt: skip
    """Return the pieces that got their claims: line, begin, end, where their sides start, and these sides.

    A heap keeps the pieces with the best on top. One that is partly taken when its turn comes is chosen anew in what
    is left of it and put back: since what is left only shrinks, none is claimed before a better one.
    """
    following, begins, ends = [0], [0.0], [0.0]
    stretches, chosen, feet, piece_line = [(0.0, 0.0)], [0], [(0.0, 0.0)], [0]
    accepted, taken, left = [0], [(0.0, 0.0)], [(0.0, 0.0)]
    for some in (following, chosen, piece_line, accepted):
        some.clear()
    begins.clear()
    ends.clear()
    stretches.clear()
    feet.clear()
    claims = Claims(claims_of[0], claims_of[1], following, begins, ends)
    pieces = Pieces(stretches, chosen, feet, [0])
    stamp = np.zeros(2 + sides.group.max(), np.int64)
    _clusters(sides, claims, most, stamp, pieces, piece_line)
    heap = [_key(sides, rank, pieces, p, piece_line[p], stamp) for p in range(len(piece_line))]
    heapq.heapify(heap)
    while len(heap) > 0:
        p = heapq.heappop(heap)[5]
        line = piece_line[p]
        begin, end = stretches[p]
        if _free(sides, claims, pieces, p, line, taken):
            accepted.append(p)
            claim(claims, line, begin, end)
            for k in range(pieces.end[p], pieces.end[p + 1]):
                claim(claims, sides.partner[chosen[k]], feet[k][0], feet[k][1])
            continue
        left.clear()
        open_stretches(begin, end, taken, left)
        for low, high in left:
            first, stop = _sides_over(sides, of_line, furthest, line, low, high)
            pieces_of(sides, claims, line, low, high, first, stop, most, stamp, pieces)
        while len(piece_line) < len(stretches):
            q = len(piece_line)
            piece_line.append(line)
            if not _unchanged(pieces, p, q):
                heapq.heappush(heap, _key(sides, rank, pieces, q, line, stamp))
    return _gathered(accepted, pieces, piece_line)


@kernel
def _gathered(
    accepted: list[int], pieces: Pieces, piece_line: list[int]
) -> tuple[IntArray, FloatArray, FloatArray, IntArray, IntArray]:
    n = len(accepted)
    total = 0
    for p in accepted:
        total += pieces.end[p + 1] - pieces.end[p]
    line, begin, end = np.empty(n, np.int64), np.empty(n), np.empty(n)
    starts, members = np.zeros(n + 1, np.int64), np.empty(total, np.int64)
    at = 0
    for i in range(n):
        p = accepted[i]
        line[i], begin[i], end[i] = piece_line[p], pieces.stretch[p][0], pieces.stretch[p][1]
        for k in range(pieces.end[p], pieces.end[p + 1]):
            members[at] = pieces.side[k]
            at += 1
        starts[i + 1] = at
    return line, begin, end, starts, members


@kernel
def _spread(sides: Sides, at: float, members: IntArray, at_node: IntArray) -> float:
    """Return the greatest distance of two feet, or of a foot and the line, at a place."""
    widest = 0.0
    for m in range(len(members)):
        widest = max(widest, abs(between(sides.nodes, OFFSET, at_node[m], at)))
        for other in range(m):
            widest = max(widest, apart(sides.nodes, at_node[m], at_node[other], at))
    return widest


@kernel
def _width(sides: Sides, begin: float, end: float, members: IntArray) -> float:
    """Return the greatest spread over a stretch: between two nodes it is convex, so the nodes are enough."""
    cuts = [begin, end]
    for s in members:
        for i in range(node_at(sides.nodes, sides.starts, s, begin), sides.starts[s + 1]):
            if begin < sides.nodes[i, AT_M] < end:
                cuts.append(sides.nodes[i, AT_M])
            elif sides.nodes[i, AT_M] >= end:
                break
    cuts.sort()
    width = 0.0
    at_node = np.empty(len(members), np.int64)
    for k in range(len(cuts) - 1):
        if cuts[k + 1] - cuts[k] > SAME_M:
            for m in range(len(members)):
                at_node[m] = node_at(sides.nodes, sides.starts, members[m], 0.5 * (cuts[k] + cuts[k + 1]))
            for at in (cuts[k], cuts[k + 1]):
                width = max(width, _spread(sides, at, members, at_node))
    return width


@kernel
def _continues(
    sides: Sides, line: IntArray, begin: FloatArray, end: FloatArray, starts: IntArray, members: IntArray,
    low: FloatArray, high: FloatArray, p: int,
) -> bool:  # fmt: skip
    """Return whether the piece after ``p`` goes on with the same lines, on every one of them, where ``p`` ends."""
    q = p + 1
    if q >= len(line) or line[q] != line[p] or begin[q] - end[p] > TOUCH_M:
        return False
    if starts[q] - starts[p] != starts[q + 1] - starts[q]:
        return False
    for k in range(starts[q], starts[q + 1]):
        found = False
        for m in range(starts[p], starts[q]):
            if sides.partner[members[m]] == sides.partner[members[k]]:
                found = max(low[m], low[k]) - min(high[m], high[k]) <= 2.0 * TOUCH_M
        if not found:
            return False
    return True


@kernel
def shaped(
    sides: Sides, line: IntArray, begin: FloatArray, end: FloatArray, starts: IntArray, members: IntArray
) -> tuple[IntArray, FloatArray, IntArray, IntArray, FloatArray, FloatArray]:
    """Return the trenches of pieces sorted by line and begin: consecutive pieces with the same lines are one.

    Return axis line and width of each, where its members start, and their line, begin and end, the axis line first.
    """
    n = len(line)
    low, high = np.empty(len(members)), np.empty(len(members))
    for p in range(n):
        for k in range(starts[p], starts[p + 1]):
            low[k], high[k] = foot_range(sides, members[k], begin[p], end[p])
    axis, width, member_starts = np.empty(n, np.int64), np.empty(n), np.zeros(n + 1, np.int64)
    m_line = np.empty(n + len(members), np.int64)
    m_begin, m_end = np.empty(n + len(members)), np.empty(n + len(members))
    count, at, p = 0, 0, 0
    while p < n:
        axis[count], width[count] = line[p], _width(sides, begin[p], end[p], members[starts[p] : starts[p + 1]])
        m_line[at], m_begin[at], m_end[at] = line[p], begin[p], end[p]
        stop = at + 1
        for k in range(starts[p], starts[p + 1]):
            m_line[stop], m_begin[stop], m_end[stop] = sides.partner[members[k]], low[k], high[k]
            stop += 1
        while _continues(sides, line, begin, end, starts, members, low, high, p):
            p += 1
            width[count] = max(width[count], _width(sides, begin[p], end[p], members[starts[p] : starts[p + 1]]))
            m_end[at] = end[p]
            for k in range(starts[p], starts[p + 1]):
                for m in range(at + 1, stop):
                    if m_line[m] == sides.partner[members[k]]:
                        m_begin[m], m_end[m] = min(m_begin[m], low[k]), max(m_end[m], high[k])
        at = stop
        count += 1
        member_starts[count] = at
        p += 1
    return (
        axis[:count].copy(), width[:count].copy(), member_starts[: count + 1].copy(),
        m_line[:at].copy(), m_begin[:at].copy(), m_end[:at].copy(),
    )  # fmt: skip
