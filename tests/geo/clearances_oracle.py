"""Find close stretches and meeting places by the letter of their definition, slowly.

Distances are shapely's; ends of the part of a segment near another one are found by halving, since the distance from a
segment is convex along a straight line; meeting places are found in rational numbers. Nothing of the kernel is used.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations

import shapely

from tests.geo.parallels_oracle import angle_between, segments_of

TOUCH = 1e-7


def distance_to(segment, point):
    along, _ = segment.frame(point)
    along = min(max(along, 0.0), segment.length)
    return math.dist(segment.at(along), point)


def part_near(one, other, d):
    """Return ``(from, to)`` along ``one`` within ``d`` of ``other``: they are known to come that near."""
    low, high = 0.0, one.length
    for _ in range(200):  # thirds: where it is nearest
        third = (high - low) / 3
        if distance_to(other, one.at(low + third)) <= distance_to(other, one.at(high - third)):
            high -= third
        else:
            low += third
    nearest = (low + high) / 2
    ends = []
    for end in (0.0, one.length):
        inner, outer = nearest, end
        if distance_to(other, one.at(end)) <= d:
            inner = end
        for _ in range(100):
            middle = (inner + outer) / 2
            if distance_to(other, one.at(middle)) <= d:
                inner = middle
            else:
                outer = middle
        ends.append(inner)
    return tuple(ends)


def _linked(one, other, d):
    (a, b), (a2, b2) = one, other
    if a is a2 and b.part == b2.part and abs(b.number - b2.number) == 1:
        return shapely.distance(a.shape, shapely.Point(max(b, b2, key=lambda s: s.number).start)) <= d
    if b is b2 and a.part == a2.part and abs(a.number - a2.number) == 1:
        return shapely.distance(b.shape, shapely.Point(max(a, a2, key=lambda s: s.number).start)) <= d
    return False


def _components(cells, linked):
    label = list(range(len(cells)))
    for i, j in combinations(range(len(cells)), 2):
        if label[i] != label[j] and linked(cells[i], cells[j]):
            label = [label[i] if value == label[j] else value for value in label]
    return [[cell for cell, value in zip(cells, label, strict=True) if value == group] for group in sorted(set(label))]


def _covered(stretches):
    total, reached = 0.0, -math.inf
    for low, high in sorted(stretches):
        total += max(high - max(low, reached), 0.0)
        reached = max(reached, high)
    return total


def _ends(segments):
    """Return for each segment the chainages within it at which a part of its line ends."""
    last = {s.part: s for s in segments}
    first = {s.part: s for s in reversed(segments)}
    return {
        s.number: [at for at, side in ((0.0, first), (s.length, last)) if side[s.part] is s] for s in segments
    }  # fmt: skip


def stretches_of_pair(line_a, line_b, d, bearing):
    """Return ``[(from_a, to_a, from_b, to_b, distance, crosses, ends, parallel_m), ...]`` within ``d`` of axes."""
    a, b = segments_of(line_a), segments_of(line_b)
    cells = [(s, t) for s in a for t in b if shapely.distance(s.shape, t.shape) <= d]
    ends_a, ends_b = _ends(a), _ends(b)
    result = []
    for component in _components(cells, lambda one, other: _linked(one, other, d)):
        parts = [(s, t, part_near(s, t, d), part_near(t, s, d)) for s, t in component]
        nearest = min(shapely.distance(s.shape, t.shape) for s, t in component)
        alongside = [
            (s.chainage + p[0], s.chainage + p[1]) for s, t, p, _ in parts if angle_between(s, t) <= bearing + 1e-7
        ]
        stub = any(
            distance_to(t, s.at(at)) <= d for s, t in component for at in ends_a[s.number]
        ) or any(distance_to(s, t.at(at)) <= d for s, t in component for at in ends_b[t.number])  # fmt: skip
        result.append((
            min(s.chainage + p[0] for s, _, p, _ in parts), max(s.chainage + p[1] for s, _, p, _ in parts),
            min(t.chainage + q[0] for _, t, _, q in parts), max(t.chainage + q[1] for _, t, _, q in parts),
            nearest, nearest <= TOUCH, stub, _covered(alongside),
        ))  # fmt: skip
    return sorted(result)


# ---- meeting places, in rational numbers
def _exact(point):
    return tuple(Fraction(v) for v in point)


def _cross(u, v):
    return u[0] * v[1] - u[1] * v[0]


def _shares(one, other):
    """Return ``(from, to)``, shares of ``one`` that lie on ``other``; None where they do not meet."""
    p, q = _exact(one.start), _exact(other.start)
    r = tuple(e - s for e, s in zip(_exact(one.end), p, strict=True))
    u = tuple(e - s for e, s in zip(_exact(other.end), q, strict=True))
    w = tuple(b - a for a, b in zip(p, q, strict=True))
    turn = _cross(r, u)
    if turn:
        s, t = _cross(w, u) / turn, _cross(w, r) / turn
        return (s, s) if 0 <= s <= 1 and 0 <= t <= 1 else None
    if _cross(w, r):
        return None
    square = r[0] ** 2 + r[1] ** 2
    ends = sorted((w[0] * r[0] + w[1] * r[1] + k * (u[0] * r[0] + u[1] * r[1])) / square for k in (0, 1))
    low, high = max(ends[0], Fraction(0)), min(ends[1], Fraction(1))
    return (low, high) if low <= high else None


def _meets_at(one, other, d):
    (a, b), (a2, b2) = one, other
    if a is a2 and b.part == b2.part and abs(b.number - b2.number) == 1:
        return _on(a, max(b, b2, key=lambda s: s.number).start)
    if b is b2 and a.part == a2.part and abs(a.number - a2.number) == 1:
        return _on(b, max(a, a2, key=lambda s: s.number).start)
    return d


def _on(segment, point):
    p, q, v = _exact(segment.start), _exact(segment.end), _exact(point)
    r, w = (q[0] - p[0], q[1] - p[1]), (v[0] - p[0], v[1] - p[1])
    along = w[0] * r[0] + w[1] * r[1]
    return _cross(r, w) == 0 and 0 <= along <= r[0] ** 2 + r[1] ** 2


def meetings_of_pair(line_a, line_b):
    """Return ``[(at_a, x, y, angle, touch, overlap), ...]`` sorted: every connected set of common places once."""
    a, b = segments_of(line_a), segments_of(line_b)
    cells = [(s, t) for s in a for t in b if _shares(s, t) is not None]
    ends_a, ends_b = _ends(a), _ends(b)
    result = []
    for component in _components(cells, lambda one, other: _meets_at(one, other, d=False)):
        places = [(s.chainage + float(share) * s.length, s, share) for s, t in component for share in _shares(s, t)]
        at, segment, share = min(places, key=lambda place: place[0])
        x, y = segment.at(float(share) * segment.length)
        touch = any(_on(t, s.end if at_end else s.start) for s, t in component for at_end in ends_a[s.number]) or any(
            _on(s, t.end if at_end else t.start) for s, t in component for at_end in ends_b[t.number]
        )
        angle = min(angle_between(s, t) for s, t in component)
        shared = any(_shares(s, t)[0] < _shares(s, t)[1] for s, t in component)
        result.append((at, x, y, angle, touch, shared))
    return sorted(result)
