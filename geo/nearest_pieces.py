"""Cut a line into pieces that each have one nearest point or one nearest straight line of another line; closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Side = Literal["left", "right", "beyond"]

FEW, MOST_HALVINGS = 12, 24
"""Pieces that have more segments of the other line near them are halved, so many times at most."""
SAME_M = 1e-9
"""A segment that is nearer by less than this is as near."""


class LinePath:
    """The segments of a line with their chainages."""

    def __init__(self, shape: shapely.Geometry) -> None:
        parts = [shapely.get_coordinates(part) for part in shapely.get_parts(shape)]
        parts = [part[np.r_[True, (np.diff(part, axis=0) != 0.0).any(axis=1)]] for part in parts if len(part)]
        parts = [part for part in parts if len(part) > 1]
        if not parts or not all(np.isfinite(part).all() for part in parts):
            raise ValueError("a line of finite coordinates with a length is needed")
        self.start = np.concatenate([part[:-1] for part in parts])
        self.end = np.concatenate([part[1:] for part in parts])
        steps = np.hypot(*(self.end - self.start).T)
        self.until = np.cumsum(steps)
        self.since = np.r_[0.0, self.until[:-1]]
        self.unit = (self.end - self.start) / steps[:, None]
        counts = [len(part) - 1 for part in parts]
        self.part = np.repeat(np.arange(len(parts)), counts)
        self.before, self.after = self._neighbours(parts, counts)
        self.tree = shapely.STRtree(shapely.linestrings(np.stack([self.start, self.end], axis=1)))

    @staticmethod
    def _neighbours(parts: Sequence[Floats], counts: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the segment before and after each, -1 at an open end."""
        count = sum(counts)
        before, after = np.arange(count) - 1, np.arange(count) + 1
        first = 0
        for part, segments in zip(parts, counts, strict=True):
            last, closed = first + segments - 1, bool((part[0] == part[-1]).all())
            before[first], after[last] = (last, first) if closed else (-1, -1)
            first += segments
        return before, after

    @property
    def length_m(self) -> float:
        """Length in metres of the grid."""
        return float(self.until[-1])

    def place(self, chainage: float, segment: int | None = None) -> tuple[float, float]:
        """Return the place at a chainage, on a segment where that is known: where parts meet in it, places do not."""
        at = min(int(np.searchsorted(self.until, chainage)), len(self.until) - 1) if segment is None else segment
        x, y = self.start[at] + (chainage - self.since[at]) * self.unit[at]
        return float(x), float(y)

    def foot(self, place: tuple[float, float]) -> tuple[float, Side]:
        """Return the chainage of the nearest place of this line, and on which side of it a place lies."""
        at = int(self.tree.query_nearest(shapely.Point(place), all_matches=False)[0])
        along = float((np.array(place) - self.start[at]) @ self.unit[at])
        length = float(self.until[at] - self.since[at])
        foot = min(max(along, 0.0), length)
        direction = self.unit[at]
        if foot in (0.0, length):
            other = int(self.before[at] if foot == 0.0 else self.after[at])
            if other < 0 and not 0.0 <= along <= length:
                return float(self.since[at]) + foot, "beyond"
            if other >= 0:  # at a bend the side is that of both segments together
                direction = direction + self.unit[other]
        east, north = np.array(place) - (self.start[at] + foot * self.unit[at])
        return float(self.since[at]) + foot, "left" if direction[0] * north - direction[1] * east >= 0.0 else "right"


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of one segment, each with one nearest point or straight line: ``terms`` are its kind and two numbers.

    Kind 0: from a point, at which chainage one is nearest to it and how far; kind 1: from a straight line, by
    ``a + b·s`` for the chainage ``s``.
    """

    since: Floats
    until: Floats
    bounds: Floats
    terms: Floats
    segment: int


def pieces_of(line: LinePath, other: LinePath) -> Iterator[Pieces]:
    """Yield the pieces of a line in the order of its chainage."""
    for at, since, until, near in _cells(line, other):
        start = line.start[at] + (since - line.since[at]) * line.unit[at]
        yield _envelope(start, line.unit[at], since, until, other.start[near], other.end[near], at)


def _cells(line: LinePath, other: LinePath) -> list[tuple[int, float, float, NDArray[np.int64]]]:
    """Return short pieces of a line with the segments of the other that come nearest to any of their places."""
    at = np.arange(len(line.start))
    since, until = line.since.copy(), line.until.copy()
    found: list[tuple[int, float, float, NDArray[np.int64]]] = []
    for turn in range(MOST_HALVINGS):
        near = _candidates(line, other, at, since, until)
        for i in [i for i, one in enumerate(near) if len(one) > FEW]:
            start = line.start[at[i]] + (since[i] - line.since[at[i]]) * line.unit[at[i]]
            ends, others = other.start[near[i]], other.end[near[i]]
            near[i] = near[i][_nearer(start, line.unit[at[i]], until[i] - since[i], ends, others)]
        many = np.array([len(one) > FEW for one in near]) & (turn < MOST_HALVINGS - 1)
        found += [(int(at[i]), float(since[i]), float(until[i]), near[i]) for i in np.flatnonzero(~many)]
        if not many.any():
            break
        middle = (since[many] + until[many]) / 2.0
        at = np.r_[at[many], at[many]]
        since, until = np.r_[since[many], middle], np.r_[middle, until[many]]
    return sorted(found, key=lambda cell: cell[1])


def _candidates(
    line: LinePath, other: LinePath, at: NDArray[np.int64], since: Floats, until: Floats
) -> list[NDArray[np.int64]]:
    """Return for each piece the segments that may be nearest: no farther than one segment is from both its ends.

    The distance from a segment is convex along a piece, so that one lies no farther from it anywhere between.
    """
    first = line.start[at] + (since - line.since[at])[:, None] * line.unit[at]
    last = line.start[at] + (until - line.since[at])[:, None] * line.unit[at]
    nearest = other.tree.query_nearest(shapely.points((first + last) / 2.0), all_matches=False)[1]
    segments = other.tree.geometries[nearest]
    reach = np.maximum(*(shapely.distance(shapely.points(one), segments) for one in (first, last)))
    pieces = shapely.linestrings(np.stack([first, last], axis=1))
    rows, found = other.tree.query(pieces, predicate="dwithin", distance=reach * (1.0 + 1e-12) + 1e-9)
    order = np.lexsort([found, rows])
    cuts = np.searchsorted(rows[order], np.arange(1, len(at)))
    return np.split(found[order], cuts)


def _nearer(start: Floats, unit: Floats, length: float, ends: Floats, others: Floats) -> NDArray[np.int64]:
    """Return which of many segments come nearest to a place of a piece; all of them where that is more than a few.

    At ``s`` along the piece the squared distance from a vertex, less ``s²``, is linear in ``s``: the lowest are found
    one after another. Between the places where they take turns, that from a straight line less theirs is concave: it is
    nearer than they are only if it is so at one of these places.
    """
    vertices = np.concatenate([ends, others])
    slope, height = -2.0 * (vertices - start) @ unit, ((vertices - start) ** 2).sum(axis=1)
    lowest, turns = [int(np.lexsort((slope, height))[0])], [0.0]
    while len(lowest) <= FEW:
        falls = np.flatnonzero(slope < slope[lowest[-1]])
        meets = (height[falls] - height[lowest[-1]]) / (slope[lowest[-1]] - slope[falls])
        if not len(falls) or meets.min() >= length:
            break
        first = falls[meets <= meets.min()]
        lowest.append(int(first[slope[first].argmin()]))
        turns.append(max(float(meets.min()), 0.0))
    else:
        return np.arange(len(ends))
    places = start + np.array([*turns, length])[:, None] * unit
    least = np.hypot(*(places[:, None, :] - vertices[lowest][None]).T).min(axis=0)
    nearer = (_distances(places, ends, others)[0] < least[:, None] - SAME_M).any(axis=0)
    return np.union1d(np.flatnonzero(nearer), np.array(lowest) % len(ends))


def _envelope(start: Floats, unit: Floats, since: float, until: float, ends: Floats, others: Floats, at: int) -> Pieces:
    """Return a piece cut where another point or straight line comes nearest."""
    length = until - since
    points = np.unique(np.concatenate([ends, others]), axis=0) - start
    along, off = points @ unit, unit[0] * points[:, 1] - unit[1] * points[:, 0]
    axis = others - ends
    axis /= np.hypot(*axis.T)[:, None]
    normal = np.column_stack([-axis[:, 1], axis[:, 0]])
    away, slope = ((start - ends) * normal).sum(axis=1), normal @ unit
    # The squared distance from each as a polynomial of the way from the start.
    squares = np.concatenate([
        np.column_stack([np.ones_like(along), -2.0 * along, along**2 + off**2]),
        np.column_stack([slope**2, 2.0 * away * slope, away**2]),
    ])  # fmt: skip
    cuts = np.concatenate([_feet(start, unit, ends, axis), _feet(start, unit, others, axis), _meetings(squares)])
    cuts = np.unique(np.clip(cuts[np.isfinite(cuts)], 0.0, length))
    cuts = np.unique(np.r_[0.0, cuts, length])
    values, _ = _nearest(start + cuts[:, None] * unit, ends, others)
    _, (segment, inside, vertex) = _nearest(start + ((cuts[:-1] + cuts[1:]) / 2.0)[:, None] * unit, ends, others)
    point = vertex - start
    of_point = np.column_stack([
        np.zeros(len(segment)), point @ unit + since, np.abs(unit[0] * point[:, 1] - unit[1] * point[:, 0]),
    ])  # fmt: skip
    of_line = np.column_stack([np.ones(len(segment)), away[segment] - slope[segment] * since, slope[segment]])
    terms = np.where(inside[:, None], of_line, of_point)
    return Pieces(since + cuts[:-1], since + cuts[1:], np.column_stack([values[:-1], values[1:]]), terms, at)


def _feet(start: Floats, unit: Floats, ends: Floats, axis: Floats) -> Floats:
    """Return where a piece passes the end of a segment: on one side of it the end is nearest, on the other its line."""
    slope = axis @ unit
    with np.errstate(divide="ignore", invalid="ignore"):
        passed: Floats = ((ends - start) * axis).sum(axis=1) / slope
    return passed


def _meetings(squares: Floats) -> Floats:
    """Return where two of the distances are equal."""
    one, two = np.triu_indices(len(squares), 1)
    a, b, c = (squares[one] - squares[two]).T
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(b * b - 4.0 * a * c)
        half = -0.5 * (b + np.copysign(root, b))
        return np.concatenate([half / a, c / half, -c / b])


def _nearest(
    places: Floats, ends: Floats, others: Floats
) -> tuple[Floats, tuple[NDArray[np.int64], NDArray[np.bool_], Floats]]:
    """Return how far each place lies from the nearest segment; which it is, whether inside it, else from which end."""
    distances, along, lengths = _distances(places, ends, others)
    segment = distances.argmin(axis=1)
    rows = np.arange(len(places))
    along = along[rows, segment]
    vertex = np.where((along <= 0.0)[:, None], ends[segment], others[segment])
    return distances[rows, segment], (segment, (along > 0.0) & (along < lengths[segment]), vertex)


def _distances(places: Floats, ends: Floats, others: Floats) -> tuple[Floats, Floats, Floats]:
    """Return how far each place lies from each segment, how far along it from its end, and the segments' lengths."""
    axis = others - ends
    lengths = np.hypot(*axis.T)
    axis = axis / lengths[:, None]
    offsets = places[:, None, :] - ends[None]
    along = (offsets * axis).sum(axis=2)
    gaps = offsets - np.clip(along, 0.0, lengths)[..., None] * axis
    return np.hypot(gaps[..., 0], gaps[..., 1]), along, lengths
