"""Put the needs of a section's lines into the rooms and levels that decide its least width."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from survey.sections.earthworks import Bed, excavated
from survey.sections.layout import MICRO, micrometres
from survey.sections.rules import clearance, need_of, wall_slope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from survey.sections.earthworks import Excavation
    from survey.sections.layout import Layout
    from survey.sections.rules import Clearance, Need, SectionLine, Site
    from survey.standards.citations import Cell


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything that decides where n lines may lie.

    Parameters
    ----------
    site
        The ground.
    stepped
        Whether lines have benches of their own.
    needs
        What each line needs.
    clearances
        What each two keep, by their numbers (a < b).
    slope_cell
        The slope of the walls; None where they are shored.
    floors_m
        Depth of the bottom under each line (metres): the deepest of all for a single bench, else that of its bench.
    """

    site: Site
    stepped: bool
    needs: tuple[Need, ...]
    clearances: Mapping[tuple[int, int], Clearance]
    slope_cell: Cell | None
    floors_m: tuple[float, ...]

    @classmethod
    def of(cls, lines: Sequence[SectionLine], site: Site, *, stepped: bool) -> Problem:
        """Look up what the lines need on this site."""
        needs = tuple(need_of(line, site) for line in lines)
        clearances = {(a, b): clearance(needs[a], needs[b]) for a, b in combinations(range(len(needs)), 2)}
        levels = [need.level_m for need in needs]
        floors = bench_levels(levels, site.step_m) if stepped else (max(levels),) * len(levels)
        return cls(site, stepped, needs, clearances, wall_slope(site), floors)

    @property
    def slope(self) -> float:
        """Metres sideways for one metre of height; 0 where the walls are shored."""
        return self.slope_cell.value if self.slope_cell else 0.0

    @property
    def known(self) -> bool:
        """Whether every room is a number; not so where a line or a pair lies outside a standard's table."""
        rooms = [self.slope, *(need.level_m + need.half_m for need in self.needs)]
        return all(math.isfinite(room) for room in (*rooms, *(pair.metres for pair in self.clearances.values())))

    def end_m(self, line: int) -> float:
        """Return the room of a line from its axis to the edge of the trench at the ground."""
        return self.needs[line].half_m + self.slope * self.floors_m[line]

    def clear_m(self, a: int, b: int) -> float:
        """Return the distance of two axes that keeps the clearance between the walls."""
        return self.needs[a].radius_m + self.needs[b].radius_m + self.clearances[min(a, b), max(a, b)].metres

    def step_m(self, a: int, b: int) -> float:
        """Return the distance of two axes that leaves each its room and the step its wall; 0 on one bench."""
        height = abs(self.floors_m[a] - self.floors_m[b])
        if micrometres(height) == 0:
            return 0.0
        first, second = self.needs[a], self.needs[b]
        beds = first.radius_m + first.working_m + second.radius_m + second.working_m
        return beds + max(first.support_m, second.support_m) + self.slope * height

    def ends(self) -> list[int]:
        """Return the rooms to the edge in micrometres, by line."""
        return [micrometres(self.end_m(line)) for line in range(len(self.needs))]

    def gaps(self) -> list[list[int]]:
        """Return the rooms from axis to axis in micrometres: clearance or step, whichever is wider."""
        lines = range(len(self.needs))
        return [
            [0 if a == b else micrometres(max(self.clear_m(a, b), self.step_m(a, b))) for b in lines] for a in lines
        ]

    def excavation(self, layout: Layout) -> Excavation:
        """Return the trench of a layout; its edge on the first side lies at 0."""
        return excavated([self._bed(line, layout.at[line] / MICRO) for line in layout.order], self.slope)

    def alone(self, line: int) -> Excavation:
        """Return the trench one line would need for itself, by the same rules, at its own level."""
        need = self.needs[line]
        return excavated([Bed(-need.half_m, need.half_m, need.level_m)], self.slope)

    def _bed(self, line: int, at: float) -> Bed:
        half = self.needs[line].half_m
        return Bed(at - half, at + half, self.floors_m[line])


def bench_levels(levels: Sequence[float], step_m: float) -> tuple[float, ...]:
    """Return the depth of the bench under each line (metres).

    From the deepest line up, lines less than ``step_m`` above a bench share it; the next one begins a bench of its own.

    Examples
    --------
    >>> bench_levels([1.0, 2.5, 2.4, 1.1], 0.2)
    (1.1, 2.5, 2.5, 1.1)
    """
    bench: dict[float, float] = {}
    floor = -math.inf
    for level in sorted(levels, reverse=True):
        if not bench or floor - level >= step_m:
            floor = level
        bench[level] = floor
    return tuple(bench[level] for level in levels)
