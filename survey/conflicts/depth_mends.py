"""Compute the new cover of a planned route that clears a crossing and keeps the least cover."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from survey.conflicts.naming import called
from survey.conflicts.wording import joined
from survey.findings import Mend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from survey.conflicts.buried_lines import BuriedLines

STEP_M = 0.01
"""Covers are rounded to this, to the safe side."""
DEEPEST_OPEN_M = 5.0
"""No cover beyond this is proposed: an open trench ends about there, and another course is better."""
_SLACK = 1e-7


def cover_mend(routes: BuriedLines, row: int, cover: float) -> Mend | None:
    """Return the mend that gives a route one cover (metres, rounded up); None where that is no number."""
    if not math.isfinite(cover):
        return None
    return _depth(routes, row, math.ceil(cover / STEP_M - _SLACK) * STEP_M)


@dataclass(frozen=True, slots=True)
class Crossed:
    """A crossing as the route that gives way sees it (metres): the other's covers and radius, what must be between.

    ``shallowest`` and ``deepest``: of the other line on the way, where they differ; the route passes all of it on one
    side. ``over`` and ``under``: whether it may pass there.
    """

    shallowest: float
    deepest: float
    radius: float
    between: float
    over: bool
    under: bool

    def covers(self, radius: float) -> tuple[float, float]:
        """Return the greatest cover that passes over the other line, and the least that passes under it."""
        return self.shallowest - self.between - 2 * radius, self.deepest + 2 * self.radius + self.between

    def clears(self, cover: float, radius: float) -> bool:
        """Return whether a route of that cover and radius passes."""
        over, under = self.covers(radius)
        return (self.over and cover <= over + _SLACK) or (self.under and cover >= under - _SLACK)


def crossing_mend(routes: BuriedLines, row: int, now: float, crossed: Sequence[Crossed], least: float) -> Mend | None:
    """Return the mend with the smallest change: one cover that clears every crossing of a pair of lines.

    Parameters
    ----------
    row
        The route that gives way.
    now
        Its cover at the crossing in question.
    crossed
        Every place where it crosses the other line: one cover for all of the route must suit each of them.
    least
        The least cover asked for along the route; NaN where none is.
    """
    radius = float(routes.radius[row] + routes.thicker[row])  # as thick as it may be, so that nothing is left open
    crossed = sorted(
        set(crossed), key=lambda place: (place.shallowest, place.between)
    )  # most are the same, along even covers
    lowest = least if math.isfinite(least) else 0.0
    possible = []
    for place in crossed:
        over, under = place.covers(radius)
        possible.append(math.floor(over / STEP_M + _SLACK) * STEP_M)
        possible.append(math.ceil(under / STEP_M - _SLACK) * STEP_M)
    suited = [
        cover
        for cover in possible
        if lowest - _SLACK <= cover <= DEEPEST_OPEN_M and all(place.clears(cover, radius) for place in crossed)
    ]
    if not suited:
        return None
    return _depth(routes, row, min(suited, key=lambda cover: (abs(cover - now), cover)))


def _depth(routes: BuriedLines, row: int, cover: float) -> Mend:
    cover = round(cover, 2)
    zh, en = called(routes, row, "zh"), called(routes, row, "en")
    return Mend(
        "depth", str(routes.subjects.ids[row]), cover, "m", joined(zh, f"全线覆土改为 {cover:.2f} m"),
        f"give {en} {cover:.2f} m of cover along all of it",
        properties={"cover_m": cover, "covers_m": None},
    )  # fmt: skip
