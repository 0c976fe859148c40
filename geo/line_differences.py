"""Say how far two lines lie apart that mean one thing: greatest and mean offset, and where they part; closed form."""

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

SLACK_M = 1e-7
"""Less than this beyond the tolerance is not beyond it."""
FEW, MOST_HALVINGS = 12, 24
"""Pieces that have more segments of the other line near them are halved, so many times at most."""


@dataclass(frozen=True, slots=True)
class Parting:
    """A stretch of one line that lies farther from the other than the tolerance.

    Parameters
    ----------
    from_m, to_m
        Chainages on the line itself.
    foot_from_m, foot_to_m
        Chainages of the nearest places on the other line.
    greatest_m, at_m
        How far it lies there at most, and at which chainage of the line itself.
    side
        On which side of the other line most of it lies, looking along that; ``beyond`` one of its ends.
    """

    from_m: float
    to_m: float
    foot_from_m: float
    foot_to_m: float
    greatest_m: float
    at_m: float
    side: Side


@dataclass(frozen=True, slots=True)
class LineDifference:
    """How a later line lies to an earlier one; metres of the grid.

    Parameters
    ----------
    earlier_m, later_m
        Lengths.
    greatest_m
        The greatest distance of a place on either line from the other line (Hausdorff).
    at
        Where that is.
    mean_m
        Mean distance of the places of the later line from the earlier one.
    tolerance_m
        Beyond which a stretch is told.
    away
        Where the later line leaves the earlier one, in the order of its chainage.
    left_out
        Where the earlier line has nothing of the later one beside it, in the order of its chainage.
    """

    earlier_m: float
    later_m: float
    greatest_m: float
    at: tuple[float, float]
    mean_m: float
    tolerance_m: float
    away: tuple[Parting, ...]
    left_out: tuple[Parting, ...]


def line_difference(earlier: shapely.Geometry, later: shapely.Geometry, tolerance_m: float) -> LineDifference:
    """Return how a later line lies to an earlier one.

    Parameters
    ----------
    earlier, later
        Lines of one part or several, in one grid (metres); heights are left out of account.
    tolerance_m
        0 or more: what lies no farther away is not told as a stretch.

    Raises
    ------
    ValueError
        A line without length, a coordinate that is not finite, a tolerance below 0.

    Notes
    -----
    Between the places where another piece of the other line comes nearest, the distance is that from one point or one
    straight line: its greatest value lies at an end, its integral and the places where it passes the tolerance have a
    closed form. Good to 1e-6 m.

    Examples
    --------
    >>> plan = shapely.LineString([(0, 0), (100, 0)])
    >>> seen = shapely.LineString([(0, 0), (40, 0), (50, 3), (60, 0), (100, 0)])
    >>> found = line_difference(plan, seen, 1.0)
    >>> [round(one, 3) for one in (found.greatest_m, *found.at, found.later_m - found.earlier_m)]
    [3.0, 50.0, 3.0, 0.881]
    >>> [(one.side, round(one.foot_from_m, 3), round(one.foot_to_m, 3)) for one in found.away]
    [('left', 43.333, 56.667)]
    >>> [(one.side, round(one.from_m, 3), round(one.greatest_m, 3)) for one in found.left_out]
    [('right', 43.48, 2.873)]
    """
    if not tolerance_m >= 0.0:
        raise ValueError(f"a tolerance of 0 or more is needed, not {tolerance_m}")
    one, two = _Line(earlier), _Line(later)
    of_later, of_earlier = _Walk(two, one), _Walk(one, two)
    widest = max(of_later, of_earlier, key=lambda walk: walk.greatest_m)
    return LineDifference(
        one.length_m, two.length_m, widest.greatest_m, widest.at, of_later.mean_m, tolerance_m,
        tuple(of_later.partings(tolerance_m)), tuple(of_earlier.partings(tolerance_m)),
    )  # fmt: skip


class _Line:
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


class _Walk:
    """A line looked at from another: how far away each of its places lies."""

    def __init__(self, line: _Line, other: _Line) -> None:
        self.line, self._other = line, other
        pieces = list(_pieces(line, other))
        self._since = np.concatenate([piece.since for piece in pieces])
        self._until = np.concatenate([piece.until for piece in pieces])
        self._terms = np.concatenate([piece.terms for piece in pieces])
        segments = np.concatenate([np.full(len(piece.since), piece.segment) for piece in pieces])
        self._part = line.part[segments]
        self._cuts = np.r_[self._since, self._until]
        self._values = np.concatenate([piece.bounds for piece in pieces]).T.ravel()
        at = int(self._values.argmax())
        self.greatest_m = float(self._values[at])
        self.at = line.place(float(self._cuts[at]), int(np.r_[segments, segments][at]))
        self.mean_m = float(_integral(self._since, self._until, self._terms).sum() / line.length_m)

    def partings(self, tolerance_m: float) -> Iterator[Parting]:
        """Yield the stretches that lie farther away than the tolerance."""
        stretches: list[tuple[float, float, int]] = []
        for since, until, part in self._beyond(tolerance_m + SLACK_M):
            known = stretches[-1] if stretches else None
            if known is not None and known[2] == part and since - known[1] <= SLACK_M:
                stretches[-1] = (known[0], until, part)
            else:
                stretches.append((since, until, part))
        found = (self._parting(since, until) for since, until, _ in stretches if until - since > SLACK_M)
        # At a bend a piece too short to say which point is nearest may seem to lie beyond.
        yield from (one for one in found if one.greatest_m > tolerance_m + SLACK_M)

    def _parting(self, since: float, until: float) -> Parting:
        inset = min(SLACK_M, (until - since) / 4.0)
        ends = (since + inset, until - inset)  # where two parts meet in chainage, their places do not
        within = (self._cuts >= ends[0]) & (self._cuts <= ends[1])
        inner = zip(self._values[within].tolist(), self._cuts[within].tolist(), strict=True)
        greatest, where = max(*((self._distance(one), one) for one in ends), *inner)
        first, last = (self._other.foot(self.line.place(one))[0] for one in ends)
        return Parting(since, until, first, last, greatest, where, self._side(*ends))

    def _side(self, since: float, until: float) -> Side:
        """Return on which side most of a stretch lies; of equals the first of left, right, beyond."""
        metres: dict[Side, float] = {"left": 0.0, "right": 0.0, "beyond": 0.0}
        here = (self._until > since) & (self._since < until)
        for low, high in zip(self._since[here].tolist(), self._until[here].tolist(), strict=True):
            middle = (max(low, since) + min(high, until)) / 2.0
            metres[self._other.foot(self.line.place(middle))[1]] += min(high, until) - max(low, since)
        return max(metres, key=lambda side: metres[side])

    def _distance(self, chainage: float) -> float:
        at = shapely.Point(self.line.place(chainage))
        return float(self._other.tree.query_nearest(at, return_distance=True, all_matches=False)[1][0])

    def _beyond(self, tolerance_m: float) -> Iterator[tuple[float, float, int]]:
        """Yield the parts of each piece that lie beyond a distance, in the order of chainage."""
        for since, until, terms, part in zip(
            self._since.tolist(), self._until.tolist(), self._terms.tolist(), self._part.tolist(), strict=True
        ):
            near = _within(terms, tolerance_m)
            if near is None or near[1] <= since or near[0] >= until:
                yield since, until, part
                continue
            if near[0] > since:
                yield since, near[0], part
            if near[1] < until:
                yield near[1], until, part


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Pieces of one segment, each with one nearest point or straight line: ``terms`` are its kind and two numbers.

    Kind 0: from a point, at which chainage one is nearest to it and how far; kind 1: from a straight line, by
    ``a + b·s`` for the chainage ``s``.
    """

    since: Floats
    until: Floats
    bounds: Floats
    terms: Floats
    segment: int


def _pieces(line: _Line, other: _Line) -> Iterator[_Pieces]:
    """Yield the pieces of a line in the order of its chainage."""
    for at, since, until, near in _cells(line, other):
        start = line.start[at] + (since - line.since[at]) * line.unit[at]
        yield _envelope(start, line.unit[at], since, until, other.start[near], other.end[near], at)


def _cells(line: _Line, other: _Line) -> list[tuple[int, float, float, NDArray[np.int64]]]:
    """Return short pieces of a line with the segments of the other that come nearest to any of their places."""
    at = np.arange(len(line.start))
    since, until = line.since.copy(), line.until.copy()
    found: list[tuple[int, float, float, NDArray[np.int64]]] = []
    for turn in range(MOST_HALVINGS):
        near = _candidates(line, other, at, since, until)
        many = np.array([len(one) > FEW for one in near]) & (turn < MOST_HALVINGS - 1)
        found += [(int(at[i]), float(since[i]), float(until[i]), near[i]) for i in np.flatnonzero(~many)]
        if not many.any():
            break
        middle = (since[many] + until[many]) / 2.0
        at = np.r_[at[many], at[many]]
        since, until = np.r_[since[many], middle], np.r_[middle, until[many]]
    return sorted(found, key=lambda cell: cell[1])


def _candidates(
    line: _Line, other: _Line, at: NDArray[np.int64], since: Floats, until: Floats
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


def _envelope(
    start: Floats, unit: Floats, since: float, until: float, ends: Floats, others: Floats, at: int
) -> _Pieces:
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
    return _Pieces(since + cuts[:-1], since + cuts[1:], np.column_stack([values[:-1], values[1:]]), terms, at)


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
    axis = others - ends
    lengths = np.hypot(*axis.T)
    axis = axis / lengths[:, None]
    offsets = places[:, None, :] - ends[None]
    along = (offsets * axis).sum(axis=2)
    foot = np.clip(along, 0.0, lengths)
    gaps = offsets - foot[..., None] * axis
    distances = np.hypot(gaps[..., 0], gaps[..., 1])
    segment = distances.argmin(axis=1)
    rows = np.arange(len(places))
    foot, along = foot[rows, segment], along[rows, segment]
    vertex = np.where((along <= 0.0)[:, None], ends[segment], others[segment])
    return distances[rows, segment], (segment, (along > 0.0) & (along < lengths[segment]), vertex)


def _integral(since: Floats, until: Floats, terms: Floats) -> Floats:
    """Return the integral of the distance over each piece."""
    kind, first, second = terms.T
    low, high = first + second * since, first + second * until
    with np.errstate(divide="ignore", invalid="ignore"):
        passing = (low**2 + high**2) / (2.0 * (np.abs(low) + np.abs(high)))
        of_line = np.where(low * high < 0.0, passing, np.abs(low + high) / 2.0) * (until - since)
        of_point = _arc(until - first, second) - _arc(since - first, second)
    return np.where(kind == 1.0, of_line, of_point)


def _arc(x: Floats, height: Floats) -> Floats:
    """Return the integral of ``sqrt(x² + height²)`` from 0 to x."""
    with np.errstate(divide="ignore", invalid="ignore"):
        bend = np.where(height > 0.0, height**2 * np.arcsinh(x / height), 0.0)
    return 0.5 * (x * np.hypot(x, height) + bend)


def _within(terms: Sequence[float], tolerance_m: float) -> tuple[float, float] | None:
    """Return from which to which chainage a distance is within the tolerance; None: nowhere."""
    kind, first, second = terms
    if kind == 1.0:
        if second == 0.0:
            return (-np.inf, np.inf) if abs(first) <= tolerance_m else None
        low, high = sorted(((-tolerance_m - first) / second, (tolerance_m - first) / second))
        return low, high
    if second > tolerance_m:
        return None
    half = float(np.sqrt(tolerance_m**2 - second**2))
    return first - half, first + half
