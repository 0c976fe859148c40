"""Compute the new cover of a planned route that clears a crossing and keeps the least cover."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from survey.findings import Mend

if TYPE_CHECKING:
    from survey.conflicts.buried_lines import BuriedLines

STEP_M = 0.01
"""Covers are rounded to this, to the safe side."""
DEEPEST_OPEN_M = 5.0
"""No cover beyond this is proposed: an open trench ends about there, and another course is better."""
_SLACK = 1e-9


def cover_mend(routes: BuriedLines, row: int, cover: float) -> Mend | None:
    """Return the mend that gives a route one cover (metres, rounded up); None where that is no number."""
    if not math.isfinite(cover):
        return None
    return _depth(routes, row, math.ceil(cover / STEP_M - _SLACK) * STEP_M)


@dataclass(frozen=True, slots=True)
class Crossed:
    """A crossing as the route that gives way sees it (metres): the other's cover and radius, what must be between.

    ``over`` and ``under``: whether the route may pass there without breaking an order that it keeps now.
    """

    cover: float
    radius: float
    between: float
    over: bool
    under: bool


def crossing_mend(routes: BuriedLines, row: int, now: float, crossed: Crossed, least: float) -> Mend | None:
    """Return the mend with the smaller change: over the other line as long as the least cover is kept, or under it.

    Parameters
    ----------
    row
        The route that gives way.
    now
        Its cover at the crossing.
    crossed
        What it crosses.
    least
        The least cover asked for along the route; NaN where none is.
    """
    over = math.floor((crossed.cover - crossed.between - 2 * routes.radius[row]) / STEP_M + _SLACK) * STEP_M
    under = math.ceil((crossed.cover + 2 * crossed.radius + crossed.between) / STEP_M - _SLACK) * STEP_M
    possible = []
    if crossed.over and over >= (least if math.isfinite(least) else 0.0) - _SLACK:
        possible.append(over)
    if crossed.under and under <= DEEPEST_OPEN_M:
        possible.append(under)
    if not possible:
        return None
    return _depth(routes, row, min(possible, key=lambda cover: (abs(cover - now), cover)))


def _depth(routes: BuriedLines, row: int, cover: float) -> Mend:
    name = str(routes.subjects.ids[row])
    cover = round(cover, 2)
    return Mend(
        "depth", name, cover, "m", f"{name} 覆土改为 {cover:.2f} m", f"give {name} {cover:.2f} m of cover",
        properties={"cover_m": cover, "covers_m": None},
    )  # fmt: skip
