"""Find the planned routes beside one drawn route, and the trenches it could share with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.parallels import find_runs
from geo.polylines import Polylines
from geo.trenches import join_runs, reach_of
from survey.planned import group_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from geo.parallels import Runs
    from survey.planned import PlannedRoute, PlannedRoutes

MAX_TRENCH_WIDTH_M = 4.5


@dataclass(frozen=True, slots=True)
class Beside:
    """The routes beside a drawn one.

    Parameters
    ----------
    routes
        The drawn route, then each partner once, then the other routes that may lie in one trench with it.
    runs
        Side-by-side runs between the drawn route (``a`` is 0) and its partners, by position in ``routes``.
    lines
        The lines of ``routes``.
    distance, bearing, min_length
        As asked.
    """

    routes: tuple[PlannedRoute, ...]
    runs: Runs
    partner: tuple[int, ...]
    lines: Polylines
    distance: float
    bearing: float
    min_length: float

    @classmethod
    def of(
        cls, drawn: PlannedRoute, planned: PlannedRoutes, *, distance: float, bearing: float, min_length: float
    ) -> Beside:
        """Ask the resident lines; the stored state of the drawn route itself is left out."""
        own = Polylines.from_shapely(np.array([drawn.shape], dtype=object))
        group = np.array([group_number(drawn.utility)], dtype=np.int64)
        reach = reach_of(distance, MAX_TRENCH_WIDTH_M)
        runs, wider = (
            planned.lines.runs_of(own, group, distance=metres, bearing=bearing, min_length=min_length)
            for metres in (distance, reach)
        )
        edited = planned.slot(drawn.id) if drawn.id else None
        # Those beside it first; those beyond may lie in one trench with it where others lie between.
        slots = [slot for slot in dict.fromkeys([*runs.b.tolist(), *wider.b.tolist()]) if slot != edited]
        others = [planned.route(slot) for slot in slots]
        position = {slot: k for k, slot in enumerate(slots, 1)}
        routes = (drawn, *others)
        lines = Polylines.from_shapely(np.array([route.shape for route in routes], dtype=object))
        partner = tuple(position.get(slot, 0) for slot in runs.b.tolist())
        return cls(routes, runs, partner, lines, distance, bearing, min_length)

    def partners(self) -> Iterator[dict[str, Any]]:
        """Yield each run as the columns of ``partners``; ``geometry`` is on the drawn route, in the grid."""
        runs = self.runs
        cut = self.lines.cut(np.zeros(len(runs.a), dtype=np.int64), runs.from_a, runs.to_a)
        for k, partner in enumerate(self.partner):
            if partner:
                other = self.routes[partner]
                first, last = _window(self.routes[0], other)
                yield {
                    "route": other.id,
                    "utility": other.utility,
                    "operator": other.operator,
                    "from_m": float(runs.from_a[k]),
                    "to_m": float(runs.to_a[k]),
                    "length_m": float(runs.to_a[k] - runs.from_a[k]),
                    "gap_min_m": float(runs.gap_min[k]),
                    "gap_mean_m": float(runs.gap_mean[k]),
                    "gap_max_m": float(runs.gap_max[k]),
                    "same_direction": bool(runs.same_direction[k]),
                    "window_start": first.isoformat() if first else None,
                    "window_end": last.isoformat() if last else None,
                    "geometry": cut[k],
                }

    def trenches(self) -> Iterator[dict[str, Any]]:
        """Yield the trenches in which the drawn route would lie, as the columns of ``trenches``."""
        if len(self.routes) == 1:
            return
        group = np.array([group_number(route.utility) for route in self.routes], dtype=np.int64)
        runs = find_runs(
            self.lines, distance=reach_of(self.distance, MAX_TRENCH_WIDTH_M), bearing=self.bearing,
            min_length=self.min_length, group=group, workers=1,
        )  # fmt: skip
        made = join_runs(self.lines, runs, distance=self.distance, max_width=MAX_TRENCH_WIDTH_M, group=group, workers=1)
        for t in range(len(made.length_m)):
            own = slice(int(made.member_starts[t]), int(made.member_starts[t + 1]))
            members = made.member_line[own].tolist()
            if 0 not in members:
                continue
            axis = int(np.flatnonzero(made.member_line[own] == made.axis_line[t])[0]) + own.start
            cut = self.lines.cut(made.member_line[[axis]], made.member_from_m[[axis]], made.member_to_m[[axis]])
            yield {
                "routes": [self.routes[m].id for m in members],
                "utilities": [self.routes[m].utility for m in members],
                "length_m": float(made.length_m[t]),
                "saved_m": float(made.saved_m[t]),
                "width_m": float(made.width_m[t]),
                "geometry": cut[0],
            }


def _window(a: PlannedRoute, b: PlannedRoute) -> tuple[date | None, date | None]:
    """Return the first and last day on which both work; two Nones where they never meet or a date is not known."""
    if a.start is None or b.start is None or a.end is None or b.end is None:
        return None, None
    first, last = max(a.start, b.start), min(a.end, b.end)
    return (first, last) if first <= last else (None, None)
