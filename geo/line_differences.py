"""Say how far two lines lie apart that mean one thing: greatest and mean offset, and where they part; closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.nearest_pieces import LinePath, Side, pieces_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SLACK_M = 1e-7
"""Less than this beyond the tolerance is not beyond it."""


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
    one, two = LinePath(earlier), LinePath(later)
    of_later, of_earlier = _Walk(two, one), _Walk(one, two)
    widest = max(of_later, of_earlier, key=lambda walk: walk.greatest_m)
    return LineDifference(
        one.length_m, two.length_m, widest.greatest_m, widest.at, of_later.mean_m, tolerance_m,
        tuple(of_later.partings(tolerance_m)), tuple(of_earlier.partings(tolerance_m)),
    )  # fmt: skip


class _Walk:
    """A line looked at from another: how far away each of its places lies."""

    def __init__(self, line: LinePath, other: LinePath) -> None:
        self.line, self._other = line, other
        pieces = list(pieces_of(line, other))
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
