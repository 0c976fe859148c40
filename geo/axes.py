"""Find the direction of a road at a place inside it: the compiled part of `geo.crossings` that knows left and right.

A centre line is its own axis: at a place, that of the nearest segment. A polygon has none, so the *shortest way across*
is sought: of the chords through the place in four directions, and of the chords square to the two edges that the
shortest of them meets, the shortest. The axis is the mean direction of the two edges at its ends, through its middle.
In a corner, a square or a field there is no such chord and no axis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.area_index import CAPSULE, Index, cell_of, is_inside
from geo.compiled import kernel
from geo.polylines import segment_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]
    Four = tuple[float, float, float, float]
    Axis = tuple[float, float, float, float, float, float]

REACH_M = 150.0  # a polygon wider than twice this is no road: it has no axis
NEAR_M = 1e-6  # an offset this small is no side
PARALLEL = 0.5  # sine of the greatest angle (30 degrees) of two edges that are the two sides of a road
BEND = np.sqrt(0.5)  # cosine of the turn beyond which two axes are a bend
CAPSULE_STEP_M, CAPSULE_STEPS = 5.0, 64  # how finely a passage is followed along its road
POLYGON_STEP_M, POLYGON_STEPS = 20.0, 128
STRIP = 2.0  # how much wider than the shortest chord, square to its sides, a stretch of road may be


@kernel
def sides_of(
    index: Index, x: Floats, y: Floats, ux: Floats, uy: Floats, length: Floats, chainage: Floats, starts: Integers,
    line: Integers, owner: Integers, from_m: Floats, to_m: Floats,
) -> tuple[Floats, Booleans]:  # fmt: skip
    """Return the skew in degrees of each passage, and whether it changes from one side of the road to the other.

    The skew is the mean over the passage's length of the angle between line and axis, 0 to 90; NaN without an axis.
    """
    items, codes, frame, cell_starts, cell_items = index[0], index[1], index[2], index[3], index[4]
    skew, crosses = np.full(len(line), np.nan), np.zeros(len(line), np.bool_)
    for k in range(len(line)):
        first, last = starts[line[k]], starts[line[k] + 1]
        steps = _steps(
            items,
            codes,
            frame,
            cell_starts,
            cell_items,
            owner[k],
            x,
            y,
            ux,
            uy,
            chainage,
            first,
            last,
            from_m[k],
            to_m[k],
        )
        total, measured = 0.0, 0.0
        axis, entry, leaving = (0.0, 0.0, np.nan, np.nan, np.nan, np.nan), np.nan, np.nan
        before_x, before_y = 0.0, 0.0
        for j in range(steps):
            a = from_m[k] + (to_m[k] - from_m[k]) * j / steps
            b = from_m[k] + (to_m[k] - from_m[k]) * (j + 1) / steps
            px, py = _place(x, y, ux, uy, chainage, first, last, (a + b) / 2)
            new = axis_at(index, owner[k], px, py)
            if new[0] == 0.0 and new[1] == 0.0:
                continue
            axis = new if _onward(axis, new, px - before_x, py - before_y) else _turned_round(new)
            before_x, before_y = px, py
            total += _turned(ux, uy, length, chainage, first, last, a, b, axis[0], axis[1])
            measured += b - a
            if np.isnan(entry):
                entry = _offset(axis, *_place(x, y, ux, uy, chainage, first, last, from_m[k]))
            leaving = _offset(axis, *_place(x, y, ux, uy, chainage, first, last, to_m[k]))
        if measured > 0:
            skew[k] = np.degrees(total / measured)
            crosses[k] = min(entry, leaving) < -NEAR_M and max(entry, leaving) > NEAR_M
        else:
            here = (*_place(x, y, ux, uy, chainage, first, last, from_m[k]),
                    *_place(x, y, ux, uy, chainage, first, last, to_m[k]))  # fmt: skip
            i, j = segment_at(chainage, first, last, from_m[k]), _segment_before(chainage, first, last, to_m[k])
            crosses[k] = _goes_through(
                items, codes, frame, cell_starts, cell_items, owner[k], here, (ux[i], uy[i], ux[j], uy[j])
            )
    return skew, crosses


@kernel
def _steps(
    items: Floats, codes: Integers, frame: Floats, cell_starts: Integers, cell_items: Integers,
    owner: int, x: Floats, y: Floats, ux: Floats, uy: Floats, chainage: Floats,
    first: int, last: int, a: float, b: float,
) -> int:  # fmt: skip
    px, py = _place(x, y, ux, uy, chainage, first, last, (a + b) / 2)
    if _nearest_capsule(items, codes, frame, cell_starts, cell_items, owner, px, py) >= 0:
        return int(min(max(np.ceil((b - a) / CAPSULE_STEP_M), 2), CAPSULE_STEPS))
    return int(min(max(np.ceil((b - a) / POLYGON_STEP_M), 1), POLYGON_STEPS))


@kernel
def _place(
    x: Floats, y: Floats, ux: Floats, uy: Floats, chainage: Floats, first: int, last: int, at: float
) -> tuple[float, float]:
    i = segment_at(chainage, first, last, at)
    along = at - chainage[i]
    return x[i] + ux[i] * along, y[i] + uy[i] * along


@kernel
def _onward(axis: Axis, new: Axis, dx: float, dy: float) -> bool:
    """Whether ``new`` points on along the road as ``axis`` does; else it must be turned round.

    Two segments of a centre line that share a vertex tell it: one ends where the other starts. Without one, where they
    turn by more than 45 degrees, the way from one place to the next tells: it leads on along both, or back along both.
    """
    if not np.isnan(new[4]):
        tail, head = axis[2] == new[4] and axis[3] == new[5], axis[4] == new[2] and axis[5] == new[3]
        starts, ends = axis[2] == new[2] and axis[3] == new[3], axis[4] == new[4] and axis[5] == new[5]
        if tail != head or starts != ends:  # one vertex in common; both: the same segment
            return bool(tail or head)
    cosine = axis[0] * new[0] + axis[1] * new[1]
    led, leads = axis[0] * dx + axis[1] * dy, new[0] * dx + new[1] * dy
    if np.abs(cosine) < BEND and led * leads != 0.0:
        return bool(led * leads > 0)
    return bool(cosine >= 0)


@kernel
def _turned_round(axis: Axis) -> Axis:
    """Return the same axis the other way; that of a polygon keeps its one place."""
    if np.isnan(axis[4]):
        return -axis[0], -axis[1], axis[2], axis[3], np.nan, np.nan
    return -axis[0], -axis[1], axis[4], axis[5], axis[2], axis[3]


@kernel
def _segment_before(chainage: Floats, first: int, last: int, at: float) -> int:
    """Return the segment that leads to a chainage: at a vertex, the one before it."""
    i = segment_at(chainage, first, last, at)
    return i - 1 if i > first and at - chainage[i] <= NEAR_M else i


@kernel
def _goes_through(
    items: Floats, codes: Integers, frame: Floats, cell_starts: Integers, cell_items: Integers,
    owner: int, ends: Four, directions: Four,
) -> bool:  # fmt: skip
    """Whether a passage without an axis enters by one side and leaves by another.

    The boundary, with the area to its left, runs on in the same direction where both ends are on one side, and turns
    to the right where a corner is cut that juts into the area; both are no crossing. Nor is a passage that starts or
    ends inside.
    """
    i = _edge_at(items, codes, frame, cell_starts, cell_items, owner, ends[0], ends[1])
    j = _edge_at(items, codes, frame, cell_starts, cell_items, owner, ends[2], ends[3])
    if i < 0 or j < 0:
        return False
    ax, ay = _direction(items, i)
    bx, by = _direction(items, j)
    if ax * directions[1] - ay * directions[0] < 0:
        ax, ay = -ax, -ay
    if bx * directions[3] - by * directions[2] > 0:
        bx, by = -bx, -by
    onward, turn = ax * bx + ay * by, ax * by - ay * bx
    if ax * (ends[2] - ends[0]) + ay * (ends[3] - ends[1]) < 0:  # the boundary comes from the far end
        turn = -turn
    return bool(onward < -0.5 or (onward <= 0.5 and turn > 0))


@kernel
def _edge_at(
    items: Floats, codes: Integers, frame: Floats, cell_starts: Integers, cell_items: Integers,
    owner: int, x: float, y: float,
) -> int:  # fmt: skip
    """Return the owner's edge on which a place lies; -1: it lies on none."""
    c = cell_of(y, frame[1], frame[2], frame[4]) * int(frame[3]) + cell_of(x, frame[0], frame[2], frame[3])
    best, nearest = -1, 100 * NEAR_M
    for k in range(cell_starts[c], cell_starts[c + 1]):
        i = cell_items[k]
        if codes[i, 0] >= 0 and codes[i, 1] == owner:
            far = _distance(items, i, x, y)
            if far < nearest:
                best, nearest = i, far
    return best


@kernel
def _distance(items: Floats, i: int, x: float, y: float) -> float:
    """Return how far a place is from an item's segment."""
    dx, dy = items[i, 2] - items[i, 0], items[i, 3] - items[i, 1]
    t = ((x - items[i, 0]) * dx + (y - items[i, 1]) * dy) / (dx * dx + dy * dy)
    t = min(max(t, 0.0), 1.0)
    return float(np.hypot(x - items[i, 0] - t * dx, y - items[i, 1] - t * dy))


@kernel
def _offset(axis: Axis, x: float, y: float) -> float:
    """Return how far a place is to the left of an axis (direction, then a place on it)."""
    return axis[0] * (y - axis[3]) - axis[1] * (x - axis[2])


@kernel
def _turned(
    ux: Floats, uy: Floats, length: Floats, chainage: Floats, first: int, last: int, a: float, b: float,
    ax: float, ay: float,
) -> float:  # fmt: skip
    """Return the integral, over chainage a to b, of the angle between line and axis in radians."""
    total = 0.0
    for i in range(segment_at(chainage, first, last, a), last):
        if chainage[i] >= b:
            break
        part = min(b, chainage[i] + length[i]) - max(a, chainage[i])
        total += max(part, 0.0) * np.arcsin(min(np.abs(ux[i] * ay - uy[i] * ax), 1.0))
    return total


@kernel
def axis_at(index: Index, owner: int, x: float, y: float) -> Axis:
    """Return the direction of the owner's road at a place, a place on its axis, and where that segment ends.

    Direction (0, 0): it has no axis; end NaN: it is that of a polygon.
    """
    items, codes, frame, cell_starts, cell_items = index[0], index[1], index[2], index[3], index[4]
    i = _nearest_capsule(items, codes, frame, cell_starts, cell_items, owner, x, y)
    if i >= 0:
        dx, dy = _direction(items, i)
        return dx, dy, items[i, 0], items[i, 1], items[i, 2], items[i, 3]
    ax, ay, bx, by = _across(index, owner, x, y)
    return ax, ay, bx, by, np.nan, np.nan


@kernel
def _direction(items: Floats, i: int) -> tuple[float, float]:
    dx, dy = items[i, 2] - items[i, 0], items[i, 3] - items[i, 1]
    metres = np.hypot(dx, dy)
    return dx / metres, dy / metres


@kernel
def _nearest_capsule(
    items: Floats, codes: Integers, frame: Floats, cell_starts: Integers, cell_items: Integers,
    owner: int, x: float, y: float,
) -> int:  # fmt: skip
    """Return the owner's capsule around a place whose segment is nearest; -1: none."""
    c = cell_of(y, frame[1], frame[2], frame[4]) * int(frame[3]) + cell_of(x, frame[0], frame[2], frame[3])
    best, nearest = -1, np.inf
    for k in range(cell_starts[c], cell_starts[c + 1]):
        i = cell_items[k]
        if codes[i, 0] != CAPSULE or codes[i, 1] != owner:
            continue
        far = _distance(items, i, x, y)
        if far <= items[i, 4] + NEAR_M and far < nearest:
            best, nearest = i, far
    return best


@kernel
def _across(index: Index, owner: int, x: float, y: float) -> Four:
    """Return the axis of a polygon at a place: square to the shortest way across."""
    root = np.sqrt(0.5)
    least, left, right = 2 * REACH_M, -1, -1
    for dx, dy in ((1.0, 0.0), (0.0, 1.0), (root, root), (-root, root)):
        far, one, other, _ = _chord(index, owner, x, y, dx, dy, least)
        if far < least:
            least, left, right = far, one, other
    if left < 0:
        return 0.0, 0.0, 0.0, 0.0
    ax, ay, bx, by = 0.0, 0.0, 0.0, 0.0
    items = index[0]
    # near the end of a road a slanting chord may be the shortest; far wider is no strip, but a corner or a square
    least = min(least * STRIP, 2 * REACH_M)
    for i in (left, right):
        ex, ey = _direction(items, i)
        far, one, other, to_left = _chord(index, owner, x, y, -ey, ex, least)
        if far < least:
            least = far
            middle = to_left - far / 2
            ax, ay, bx, by = _mean(items, one, other, ex, ey, x - ey * middle, y + ex * middle)
    return ax, ay, bx, by


@kernel
def _mean(items: Floats, one: int, other: int, ex: float, ey: float, x: float, y: float) -> Four:
    """Return the mean direction of two edges, through a place; that given where they are no two sides of a road."""
    ax, ay = _direction(items, one)
    bx, by = _direction(items, other)
    if np.abs(ax * by - ay * bx) > PARALLEL:
        return ex, ey, x, y
    sign = 1.0 if ax * bx + ay * by > 0 else -1.0
    mx, my = ax + sign * bx, ay + sign * by
    metres = np.hypot(mx, my)
    return mx / metres, my / metres, x, y


@kernel
def _chord(
    index: Index, owner: int, x: float, y: float, dx: float, dy: float, limit: float
) -> tuple[float, int, int, float]:
    """Return a chord's length, the edges at its far and near end, and its part ahead; infinite above the limit."""
    ahead, one = _ray(index, owner, x, y, dx, dy, limit)
    if one < 0:
        return np.inf, -1, -1, 0.0
    behind, other = _ray(index, owner, x, y, -dx, -dy, limit - ahead)
    if other < 0:
        return np.inf, -1, -1, 0.0
    return ahead + behind, one, other, ahead


@kernel
def _ray(index: Index, owner: int, x: float, y: float, dx: float, dy: float, limit: float) -> tuple[float, int]:
    """Return where a ray leaves the owner's polygons, and the edge there; -1: not before the limit.

    An edge behind which another polygon of the owner goes on is no end.
    """
    items, codes, frame, cell_starts, cell_items, polygons, polygon_codes = index[:7]
    band_starts, band_items, cover_starts, cover_items = index[7:]
    start = 0.0
    while start < limit:
        t, i = _first_edge(items, codes, frame, cell_starts, cell_items, owner, x, y, dx, dy, start, limit)
        if i < 0 or polygon_codes[codes[i, 0], 4] == 1:
            return t, i
        px, py = x + dx * (t + 1e-4), y + dy * (t + 1e-4)
        if not _is_owned(
            items, frame, polygons, polygon_codes, band_starts, band_items, cover_starts, cover_items, owner, px, py
        ):
            return t, i
        start = t + NEAR_M
    return np.inf, -1


@kernel
def _is_owned(
    items: Floats, frame: Floats, polygons: Floats, polygon_codes: Integers, band_starts: Integers,
    band_items: Integers, cover_starts: Integers, cover_items: Integers, owner: int, x: float, y: float,
) -> bool:  # fmt: skip
    """Return whether a place is inside any polygon of the owner."""
    c = cell_of(y, frame[6], frame[7], frame[9]) * int(frame[8]) + cell_of(x, frame[5], frame[7], frame[8])
    for k in range(cover_starts[c], cover_starts[c + 1]):
        p = cover_items[k]
        if polygon_codes[p, 0] != owner or polygon_codes[p, 3]:
            continue
        if is_inside(items, polygons, polygon_codes, band_starts, band_items, p, x, y):
            return True
    return False


@kernel
def _first_edge(
    items: Floats, codes: Integers, frame: Floats, cell_starts: Integers, cell_items: Integers,
    owner: int, x: float, y: float, dx: float, dy: float, start: float, limit: float,
) -> tuple[float, int]:  # fmt: skip
    """Return the first edge of the owner's polygons that a ray meets after ``start``, walking from cell to cell."""
    left, bottom, cell, nx, ny = frame[0], frame[1], frame[2], int(frame[3]), int(frame[4])
    column = cell_of(x + dx * start, left, cell, frame[3])
    row = cell_of(y + dy * start, bottom, cell, frame[4])
    step_x, step_y = (1 if dx > 0 else -1), (1 if dy > 0 else -1)
    next_x = (left + (column + (step_x + 1) // 2) * cell - x) / dx if dx != 0 else np.inf
    next_y = (bottom + (row + (step_y + 1) // 2) * cell - y) / dy if dy != 0 else np.inf
    best, found = limit, -1
    while 0 <= column < nx and 0 <= row < ny:
        c = row * nx + column
        for k in range(cell_starts[c], cell_starts[c + 1]):
            i = cell_items[k]
            if codes[i, 1] != owner or codes[i, 0] < 0:
                continue
            t = _meets(items, i, x, y, dx, dy)
            if start < t < best:
                best, found = t, i
        if best <= min(next_x, next_y):
            break
        if next_x < next_y:
            column += step_x
            next_x += cell / np.abs(dx)
        else:
            row += step_y
            next_y += cell / np.abs(dy)
    return best, found


@kernel
def _meets(items: Floats, i: int, x: float, y: float, dx: float, dy: float) -> float:
    """Return where a ray meets an edge; infinite where it does not."""
    sa = dx * (items[i, 1] - y) - dy * (items[i, 0] - x)
    sb = dx * (items[i, 3] - y) - dy * (items[i, 2] - x)
    if (sa > 0) == (sb > 0):
        return float(np.inf)
    ta = dx * (items[i, 0] - x) + dy * (items[i, 1] - y)
    tb = dx * (items[i, 2] - x) + dy * (items[i, 3] - y)
    return float(ta + (tb - ta) * sa / (sa - sb))
