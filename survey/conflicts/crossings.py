"""Measure crossings in depth: the gap between walls, which line lies above, and what is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.depths import vertical_gaps
from survey.conflicts.bent_crossings import bent_places
from survey.conflicts.judging import COVERAGE
from survey.conflicts.shared_stretches import extreme_places
from survey.standards.orders import above

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from survey.conflicts.line_pairs import LinePairs
    from survey.findings import Cited

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

STEP_M = 0.01
"""How far ahead the direction of a line is looked at (metres)."""
FLATTEST_DEG = 5.0
"""Flatter crossings count as this flat: lines bend before the walls part."""
FLAT_DEG = 45.0
"""At crossings flatter than this the walls lie over each other for so long that depths may change on the way: they are
then measured where that begins and ends as well, and the least counts."""


_above = lru_cache(maxsize=16384)(above)


class Place(NamedTuple):
    """Places on two lines, as `geo.depths.vertical_gaps` asks for them."""

    a: Integers
    b: Integers
    at_a: Floats
    at_b: Floats


@dataclass(frozen=True)
class Crossings:
    """Crossings with what is measured there.

    Parameters
    ----------
    pairs
        Whose crossings they are.
    least
        Returns float64[routes], the least cover asked for along each planned route; NaN: none.
    gap
        Least metres between the walls, NaN where a depth is unknown.
    lower
        By how much the axis of ``b`` lies deeper than that of ``a`` there.
    uncertainty
        Half of the interval of both (metres).
    cover_a, cover_b
        float64[places, n], metres: where the axes cross, then where the walls begin and end to lie over each other,
        then where a stretch that both share has its extremes.
    cited, citation, limit
        What is asked for between the walls.
    should
        1 where ``a`` belongs above by 4.1.12, -1 where ``b`` does, 0 where that is open.
    thicker
        By how much the gap may be less because the upper line states no diameter (metres): its bottom then lies deeper
        by all of it, while the top of the lower one stays where its cover has it.
    at
        Chainage on ``a`` of the place: where the axes cross, or where the least lies between along a shared stretch.
    """

    pairs: LinePairs
    least: Callable[[], Floats]
    gap: Floats
    lower: Floats
    uncertainty: Floats
    cover_a: Floats
    cover_b: Floats
    cited: tuple[Cited, ...]
    citation: Integers
    limit: Floats
    should: Integers
    thicker: Floats
    at: Floats

    @property
    def xy(self) -> tuple[Floats, Floats]:
        """The places in the grid."""
        crossings = self.pairs.crossings
        if not crossings.overlap.any():
            return crossings.x, crossings.y
        x, y = self.pairs.a.lines.points_at(crossings.a, self.at)
        return np.where(crossings.overlap, x, crossings.x), np.where(crossings.overlap, y, crossings.y)

    @classmethod
    def of(cls, pairs: LinePairs, least: Callable[[], Floats]) -> Crossings:
        """Measure every crossing of ``pairs``."""
        crossings, a, b = pairs.crossings, pairs.a, pairs.b
        places = _over_each_other(pairs)
        together = Place(*(np.concatenate(column) for column in zip(*places, strict=True)))
        gaps = vertical_gaps(together, a.depths, b.depths, a.radius, b.radius)
        cover_a, cover_b = (cover.reshape(len(places), -1) for cover in (gaps.cover_a, gaps.cover_b))
        radius_a, radius_b = a.radius[crossings.a], b.radius[crossings.b]
        lower = (cover_b + radius_b) - (cover_a + radius_a)
        # Where the one goes from above to below the other on the way, they go through each other.
        through = (lower.min(axis=0) < 0) & (lower.max(axis=0) > 0)
        nearest = np.abs(lower).argmin(axis=0), np.arange(len(crossings))
        lower = np.where(through, 0.0, lower[nearest])
        deep_a, deep_b = cover_a[nearest], cover_b[nearest]
        error = np.hypot(a.depth_errors(crossings.a, deep_a + radius_a), b.depth_errors(crossings.b, deep_b + radius_b))
        at = np.where(crossings.overlap, together.at_a.reshape(len(places), -1)[nearest], crossings.at_a)
        cited, citation, limit = pairs.rules.cited("vertical", crossings.a, crossings.b)
        return cls(
            pairs, least, np.abs(lower) - radius_a - radius_b, lower, COVERAGE * error, cover_a, cover_b, cited,
            citation, limit, _should(pairs),
            2 * np.where(lower > 0, a.thicker[crossings.a], b.thicker[crossings.b]), at,
        )  # fmt: skip


def _over_each_other(pairs: LinePairs) -> list[Place]:
    """Return where the axes cross, where walls begin and end to lie over each other, extremes of shared stretches."""
    c = pairs.crossings
    made = [Place(c.a, c.b, c.at_a, c.at_b)]
    flat = (c.angle_deg < FLAT_DEG) & ~c.overlap
    angle = np.radians(np.maximum(c.angle_deg, FLATTEST_DEG))
    half = np.where(flat, (pairs.a.radius[c.a] + pairs.b.radius[c.b]) / np.sin(angle), 0.0)
    ahead = [lines.points_at(row, at + STEP_M) for lines, row, at in (
        (pairs.a.lines, c.a, c.at_a), (pairs.b.lines, c.b, c.at_b),
    )]  # fmt: skip
    dot = sum((ahead[0][k] - xy) * (ahead[1][k] - xy) for k, xy in enumerate((c.x, c.y)))
    way, less = np.where(dot < 0, -1.0, 1.0), half * np.cos(angle)
    # From the place on one line the other is nearest by the cosine; either may be the one, so that no order shows.
    for on_a, on_b in ((half, less * way), (less, half * way)):
        made += [Place(c.a, c.b, c.at_a + s * on_a, c.at_b + s * on_b) for s in (-1.0, 1.0)]
    walls = pairs.a.radius[c.a] + pairs.b.radius[c.b]
    within, straight = (walls / np.sin(np.radians(angle)) for angle in (FLATTEST_DEG, FLAT_DEG))
    bent = bent_places(pairs.a, pairs.b, c, within, 2 * straight)
    return made + [Place(c.a, c.b, *places) for places in extreme_places(pairs.a, pairs.b, c, bent)]


def _should(pairs: LinePairs) -> Integers:
    """Return which line belongs above at each crossing, asked once for each pair of distinct lines."""
    codes = pairs.a.code[pairs.crossings.a], pairs.b.code[pairs.crossings.b]
    n = len(pairs.b.buried) or 1
    distinct, number = np.unique(codes[0] * n + codes[1], return_inverse=True)
    sides = [_above(pairs.a.buried[p // n], pairs.b.buried[p % n]) for p in distinct.tolist()]
    table = [0 if side is None else 1 if side[0] == "a" else -1 for side in sides]
    return np.array(table or [0], dtype=np.int64)[number] if len(number) else np.empty(0, dtype=np.int64)
