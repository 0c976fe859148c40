"""Find runs by the letter of the definition, slowly: shapely for distances, every cell against every cell.

Nothing of the kernel is used, and its ways are not followed: ends are found by cutting a segment at every place where
the answer could change and asking the definition in the middle of each part.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations, pairwise

import shapely

TOLERANCE = 1e-9
TOUCH = 1e-7
MICRON = 1e-6


@dataclass
class Segment:
    start: tuple[float, float]
    end: tuple[float, float]
    chainage: float
    part: int
    number: int  # within the line, zero-length ones not counted

    def __post_init__(self):
        self.length = math.dist(self.start, self.end)
        self.unit = tuple((e - s) / self.length for s, e in zip(self.start, self.end, strict=True))
        self.shape = shapely.LineString([self.start, self.end])

    def at(self, s):
        return tuple(v + s * u for v, u in zip(self.start, self.unit, strict=True))

    def frame(self, point):
        """Return how far along and how far aside ``point`` lies."""
        x, y = point[0] - self.start[0], point[1] - self.start[1]
        return x * self.unit[0] + y * self.unit[1], self.unit[0] * y - self.unit[1] * x


def segments_of(line):
    parts = [] if line is None or line.is_empty else list(getattr(line, "geoms", [line]))
    result, chainage = [], 0.0
    for number, part in enumerate(parts):
        for start, end in pairwise(part.coords):
            if start[:2] != end[:2]:
                result.append(Segment(start[:2], end[:2], chainage, number, len(result)))
                chainage += result[-1].length
    return result


def angle_between(one, other):
    """Return degrees between two directions, either way round: 0 to 90."""
    cosine = abs(one.unit[0] * other.unit[0] + one.unit[1] * other.unit[1])
    sine = abs(one.unit[0] * other.unit[1] - one.unit[1] * other.unit[0])
    return math.degrees(math.atan2(sine, cosine))


def feet_of(one, other, d):
    """Return ``[(from, to), ...]`` along ``one`` where a perpendicular foot lies on ``other``, within ``d``."""
    (x0, y0), (x1, y1) = other.frame(one.start), other.frame(one.end)
    cuts = {0.0, one.length}
    for begin, end, values in ((x0, x1, (0.0, other.length)), (y0, y1, (-d, d))):
        for value in values:
            if begin != end and 0 < (value - begin) / (end - begin) < 1:
                cuts.add((value - begin) / (end - begin) * one.length)
    stretches = []
    for low, high in pairwise(sorted(cuts)):
        x, y = other.frame(one.at((low + high) / 2))
        if high - low > TOUCH and -TOLERANCE <= x <= other.length + TOLERANCE and abs(y) <= d + TOLERANCE:
            stretches.append((low, high))
    return stretches


def cells_touch(one, other, d):
    """Return whether two cells of the diagram share a point that is free."""
    (a, b), (a2, b2) = one, other
    if abs(a.number - a2.number) > 1 or abs(b.number - b2.number) > 1 or a.part != a2.part or b.part != b2.part:
        return False
    shared_a = a.shape if a is a2 else shapely.Point(max(a, a2, key=lambda s: s.number).start)
    shared_b = b.shape if b is b2 else shapely.Point(max(b, b2, key=lambda s: s.number).start)
    return shapely.distance(shared_a, shared_b) <= d + TOLERANCE


def components(a_segments, b_segments, d, bearing):
    """Return lists of cells."""
    cells = [
        (a, b)
        for a in a_segments
        for b in b_segments
        if angle_between(a, b) <= bearing + 1e-7 and shapely.distance(a.shape, b.shape) <= d + TOLERANCE
    ]
    label = list(range(len(cells)))
    for i, j in combinations(range(len(cells)), 2):
        if label[i] != label[j] and cells_touch(cells[i], cells[j], d):
            label = [label[i] if value == label[j] else value for value in label]
    return [[cell for cell, value in zip(cells, label, strict=True) if value == group] for group in sorted(set(label))]


def stretch_of(cells, d):
    """Return [from_a, to_a, from_b, to_b, gaps, direction] or None; gaps are (metres, mean, least, most)."""
    ends, gaps, direction = [], [], 0.0
    for one, other in (0, 1), (1, 0):
        found = []
        for cell in cells:
            for low, high in feet_of(cell[one], cell[other], d):
                found.append((cell[one].chainage + low, cell[one].chainage + high))
                y = [cell[other].frame(cell[one].at(s))[1] for s in (low, high)]
                cosine = sum(u * v for u, v in zip(cell[0].unit, cell[1].unit, strict=True))
                direction += math.copysign(high - low, cosine or 1.0)
                gaps.extend(gap_parts(y, high - low))
        if not found or max(f[1] for f in found) - min(f[0] for f in found) <= MICRON:
            return None
        ends += [min(f[0] for f in found), max(f[1] for f in found)]
    return [*ends, gaps, direction]


def gap_parts(y, metres):
    if y[0] * y[1] >= 0:
        return [(metres, (abs(y[0]) + abs(y[1])) / 2, min(map(abs, y)), max(map(abs, y)))]
    share = abs(y[0]) / (abs(y[0]) + abs(y[1]))
    return gap_parts([y[0], 0.0], metres * share) + gap_parts([0.0, y[1]], metres * (1 - share))


def bridged(runs, bridge):
    for one, other in combinations(runs, 2):
        apart = [max(0.0, other[k] - one[k + 1], one[k] - other[k + 1]) for k in (0, 2)]
        if max(apart) < bridge - MICRON and (one[5] >= -MICRON) == (other[5] >= -MICRON):
            rest = [run for run in runs if run is not one and run is not other]
            ends = [f(one[k], other[k]) for k, f in enumerate((min, max, min, max))]
            return bridged([*rest, [*ends, one[4] + other[4], one[5] + other[5]]], bridge)
    return runs


def runs_of_pair(one, other, distance=3.0, bearing=15.0, min_length=10.0, bridge=5.0):
    """Return ``[(from_a, to_a, from_b, to_b, gap_min, gap_mean, gap_max, same_direction), ...]``, sorted."""
    cells = components(segments_of(one), segments_of(other), distance, bearing)
    runs = [run for run in (stretch_of(group, distance) for group in cells) if run]
    result = []
    for *ends, gaps, direction in bridged(runs, bridge):
        if min(ends[1] - ends[0], ends[3] - ends[2]) >= min_length - MICRON:
            metres = sum(g[0] for g in gaps)
            mean = sum(g[0] * g[1] for g in gaps) / metres
            result.append((*ends, min(g[2] for g in gaps), mean, max(g[3] for g in gaps), direction >= -MICRON))
    return sorted(result)
