"""Find where walls lie over each other about a crossing at which one of the lines bends.

How long that is follows from the angle where both lines are straight. Where one bends, they may go on beside each other
for metres, and their depths may meet there although they do not where the axes cross.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.clearances import find_close

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.line_crossings import LineCrossings
    from geo.polylines import FloatArray, Polylines
    from survey.conflicts.buried_lines import BuriedLines

    Booleans = NDArray[np.bool_]
    Integers = NDArray[np.int64]

TINY_M = 1e-6


class BentPlaces(NamedTuple):
    """Chainages on both lines of places that decide the depths of some crossings; ``row``: of which, ascending."""

    row: Integers
    on_a: FloatArray
    on_b: FloatArray


def bent_places(
    a: BuriedLines, b: BuriedLines, crossings: LineCrossings, within: FloatArray, straight: FloatArray
) -> BentPlaces | None:
    """Return for crossings beside a bend where the walls begin and end to lie over each other, and vertices between.

    A place on one line goes with the nearest on the other. A crossing that shares a stretch is none of these.

    Parameters
    ----------
    within
        float64[crossings], metres: only crossings with a vertex of either line so near are looked at.
    straight
        float64[crossings], metres: what lies over each other for no longer than this is left to its angle.
    """
    on = _Along.of(a), _Along.of(b)
    bent = on[0].bends_near(crossings.a, crossings.at_a, within) | on[1].bends_near(crossings.b, crossings.at_b, within)
    rows = np.flatnonzero(bent & ~crossings.overlap)
    if not len(rows):
        return None
    row, *stretch = _lying_over(a, b, crossings, rows, straight)
    if not len(row):
        return None
    ends_a, ends_b = (np.array(ends) for ends in (stretch[:2], stretch[2:]))
    of_a, at_a = on[0].vertices(crossings.a[row], ends_a, crossings.at_a[row])
    of_b, at_b = on[1].vertices(crossings.b[row], ends_b, crossings.at_b[row])
    on_b = on[1].nearest(crossings.b[row], ends_b, of_a, on[0].points(crossings.a[row][of_a], at_a))
    on_a = on[0].nearest(crossings.a[row], ends_a, of_b, on[1].points(crossings.b[row][of_b], at_b))
    of = np.concatenate([of_a, of_b])
    order = np.argsort(of, kind="stable")
    return BentPlaces(row[of][order], np.concatenate([at_a, on_a])[order], np.concatenate([on_b, at_b])[order])


def _lying_over(
    a: BuriedLines, b: BuriedLines, crossings: LineCrossings, rows: Integers, straight: FloatArray
) -> tuple[Integers, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return crossings about which walls lie over each other for long, and from where to where on both lines."""
    of_a, of_b = np.unique(crossings.a[rows]), np.unique(crossings.b[rows])
    over = find_close(
        a.lines.take(of_a), b.lines.take(of_b), radius_a=a.radius[of_a], radius_b=b.radius[of_b], class_a=0, class_b=0,
        need=np.zeros((1, 1)), workers=1,
    )  # fmt: skip
    # Stretches come by pair and along `a`, and none of a pair reaches into the next: the last that has begun is it.
    pair = of_a[over.a] * b.lines.n_lines + of_b[over.b]
    asked = crossings.a[rows] * b.lines.n_lines + crossings.b[rows]
    found = _last_begun(pair, over.from_a, asked, crossings.at_a[rows] + TINY_M)
    known = found >= 0
    rows, k = rows[known], found[known]
    holds = (pair[k] == asked[known]) & (over.to_a[k] + TINY_M >= crossings.at_a[rows])
    holds &= (over.from_b[k] - TINY_M <= crossings.at_b[rows]) & (crossings.at_b[rows] <= over.to_b[k] + TINY_M)
    holds &= over.to_a[k] - over.from_a[k] > straight[rows]
    rows, k = rows[holds], k[holds]
    return rows, over.from_a[k], over.to_a[k], over.from_b[k], over.to_b[k]


def _last_begun(group: Integers, begin: FloatArray, asked: Integers, at: FloatArray) -> Integers:
    """Return for each place the last row of ``group`` (ascending, then by ``begin``) that begins no later; -1: none."""
    n = len(group)
    joined = np.lexsort((
        np.repeat([0, 1], [n, len(asked)]), np.concatenate([begin, at]), np.concatenate([group, asked]),
    ))  # fmt: skip
    begun = np.where(joined < n, np.cumsum(joined < n), 0)
    rows = np.lexsort((begin, group))
    made = np.empty(len(asked), dtype=np.int64)
    is_asked = joined >= n
    before = np.maximum.accumulate(begun)[is_asked] - 1
    made[joined[is_asked] - n] = np.where(before >= 0, rows[before] if n else -1, -1)
    return made


@dataclass(frozen=True)
class _Along:
    """Lines by chainage: ``key`` of each segment's start is ascending, as `at` makes it."""

    lines: Polylines
    width: float
    key: FloatArray

    @classmethod
    def of(cls, buried: BuriedLines) -> _Along:
        s = buried.lines.segments()
        width = float(buried.lines.lengths().max(initial=0.0)) + 1.0
        return cls(buried.lines, width, s.line * width + s.chainage)

    def at(self, row: Integers, chainage: FloatArray) -> FloatArray:
        made: FloatArray = row * self.width + chainage
        return made

    def bends_near(self, row: Integers, chainage: FloatArray, within: FloatArray) -> Booleans:
        """Return which places have a vertex of their line, not its ends, within so many metres."""
        starts = self.lines.segments().starts
        first, last = starts[row] + 1, starts[row + 1]
        lo = np.searchsorted(self.key, self.at(row, chainage - within), "left")
        hi = np.searchsorted(self.key, self.at(row, chainage + within), "right")
        made: Booleans = np.minimum(hi, last) > np.maximum(lo, first)
        return made

    def vertices(self, row: Integers, ends: FloatArray, at: FloatArray) -> tuple[Integers, FloatArray]:
        """Return the ends of stretches, a place of each, and every vertex between: of which it is, and chainages."""
        begin, end = ends
        lo = np.searchsorted(self.key, self.at(row, begin), "right")
        count = np.maximum(np.searchsorted(self.key, self.at(row, end), "left") - lo, 0)
        between = np.repeat(lo - np.cumsum(count) + count, count) + np.arange(count.sum())
        each = np.arange(len(row))
        of = np.concatenate([each, each, each, np.repeat(each, count)])
        return of, np.concatenate([begin, end, at, self.lines.segments().chainage[between]])

    def points(self, row: Integers, chainage: FloatArray) -> NDArray[np.object_]:
        made: NDArray[np.object_] = shapely.points(*self.lines.points_at(row, chainage))
        return made

    def nearest(self, row: Integers, ends: FloatArray, of: Integers, points: NDArray[np.object_]) -> FloatArray:
        """Return the chainage nearest to each point on the stretch that it is of."""
        pieces = self.lines.cut(row, *ends)
        made: FloatArray = ends[0][of] + shapely.line_locate_point(pieces[of], points)
        return made
