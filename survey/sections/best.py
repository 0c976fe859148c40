"""Find the narrowest trench that holds several lines by the standards, and what its earth saves.

GB 50289-2016 4.1.9 keeps lines apart in plan: a line that lies deeper does not come nearer for that, and 4.1.6 forbids
lines above each other. So the least width is a question of order. `best_section` answers it exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from survey.sections.layout import MICRO, inversions, narrowest
from survey.sections.problem import Problem
from survey.sections.rules import SectionLine, Site, check
from survey.sections.trace import Bound, Obstacle, Said, bounds, notes, obstacles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from survey.sections.earthworks import Excavation
    from survey.sections.layout import Layout
    from survey.sections.rules import Need
    from survey.standards.citations import Cell

__all__ = ["LaidLine", "OrderCost", "PairGap", "Section", "SectionLine", "Site", "best_section"]


@dataclass(frozen=True, slots=True)
class LaidLine:
    """One line in its place, metres.

    Parameters
    ----------
    need
        What it needs: the line, its radius, cover, room to the wall and level.
    x_m
        Its axis from the edge of the trench at the ground on the red line's side.
    floor_m
        Depth of the bottom of the trench below it; deeper than its own bed where it is laid on fill.
    red_line_m
        Its axis from the road's red line; None where the trench's place is not known.
    """

    need: Need
    x_m: float
    floor_m: float
    red_line_m: float | None

    @property
    def axis_depth_m(self) -> float:
        """Depth of its axis below the ground."""
        return self.need.cover_m + self.need.radius_m

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        need, line = self.need, self.need.line
        return {
            "id": line.id, "name": line.name, "utility": line.buried.utility, "kind_zh": line.kind_zh,
            "kind_en": line.kind_en, "x_m": _tidy(self.x_m), "red_line_m": _tidy(self.red_line_m),
            "radius_m": _tidy(need.radius_m), "radius_assumed": need.assumed, "cover_m": _tidy(need.cover_m),
            "designed_cover_m": _tidy(line.cover_m),
            "cover_evidence_zh": need.cover_cell.evidence_zh if need.cover_cell else None,
            "cover_evidence_en": need.cover_cell.evidence_en if need.cover_cell else None,
            "cover_unverified": need.cover_cell is not None and need.cover_cell.unverified,
            "level_m": _tidy(need.level_m), "floor_m": _tidy(self.floor_m), "working_m": _tidy(need.working_m),
            "working_evidence_zh": need.working_cell.evidence_zh, "working_evidence_en": need.working_cell.evidence_en,
            "working_unverified": need.working_cell.unverified, "rank": need.place.rank,
            "rank_evidence_zh": need.place.evidence_zh, "rank_evidence_en": need.place.evidence_en,
            "rank_unverified": need.place.unverified,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class PairGap:
    """Two lines of a section: the clearance asked and the one given, metres between outer walls."""

    a: str
    b: str
    asked_m: float
    given_m: float
    cell: Cell | None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "a": self.a, "b": self.b, "asked_m": _tidy(self.asked_m), "given_m": _tidy(self.given_m),
            "evidence_zh": self.cell.evidence_zh if self.cell else None,
            "evidence_en": self.cell.evidence_en if self.cell else None,
            "unverified": self.cell is not None and self.cell.unverified,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class OrderCost:
    """A section in the standard's own order from the red line, and what it costs beside the narrowest."""

    order: tuple[str, ...]
    top_width_m: float
    area_m2: float
    more_width_m: float
    more_area_m2: float

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "order": list(self.order), "top_width_m": _tidy(self.top_width_m), "area_m2": _tidy(self.area_m2),
            "more_width_m": _tidy(self.more_width_m), "more_area_m2": _tidy(self.more_area_m2),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Alone:
    """The trench one line would need for itself, by the same rules."""

    id: str
    excavation: Excavation

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        dug = self.excavation
        return {
            "id": self.id, "top_width_m": _tidy(dug.top_width_m), "depth_m": _tidy(dug.depth_m),
            "area_m2": _tidy(dug.area_m2),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """The narrowest section of some lines.

    Parameters
    ----------
    site, stepped
        What was asked.
    lines
        The lines from the red line's side on; empty where a line or pair lies outside a standard's table, so that no
        place can be given. Then ``excavation`` and ``standard_order`` are None.
    excavation
        The trench; x from its edge at the ground on the red line's side, depth below the ground.
    pairs
        Clearance asked and given of every two lines.
    bounds
        Everything that holds its width and its depth.
    obstacles
        Why it cannot be built as asked; empty where it can.
    inversions
        Pairs that lie against the standard's order from the red line.
    standard_order
        The same lines in the standard's order; the narrowest of those where several lines have one rank.
    alone
        The trench each line would need for itself.
    slope_cell
        The slope of the walls; None where they are shored.
    notes
        What one must know before one relies on it.
    """

    site: Site
    stepped: bool
    lines: tuple[LaidLine, ...]
    excavation: Excavation | None
    pairs: tuple[PairGap, ...]
    bounds: tuple[Bound, ...]
    obstacles: tuple[Obstacle, ...]
    inversions: int
    standard_order: OrderCost | None
    alone: tuple[Alone, ...]
    slope_cell: Cell | None
    notes: tuple[Said, ...]

    @property
    def feasible(self) -> bool:
        """Whether it can be built as asked."""
        return not self.obstacles

    @property
    def separate_m3(self) -> float:
        """Earth of one metre of all the trenches the lines would need for themselves (cubic metres)."""
        return sum(one.excavation.area_m2 for one in self.alone)

    @property
    def saved_m3(self) -> float | None:
        """Earth saved on one metre by digging once (cubic metres); negative where one trench digs more."""
        return None if self.excavation is None else self.separate_m3 - self.excavation.area_m2

    @property
    def unverified(self) -> bool:
        """Whether a value it rests on was only recalled (待核)."""
        used = [self.slope_cell, *(pair.cell for pair in self.pairs)]
        used += [cell for laid in self.lines for cell in (laid.need.cover_cell, laid.need.working_cell)]
        return any(cell is not None and cell.unverified for cell in used)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; lengths in metres, areas in square metres, earth in cubic metres a metre."""
        dug, saved = self.excavation, self.saved_m3
        return {
            "kind": "stepped" if self.stepped else "single", "feasible": self.feasible, "unverified": self.unverified,
            "soil": self.site.soil, "under": self.site.under, "load": self.site.load, "shored": self.site.shored,
            "slope": self.slope_cell.value if self.slope_cell else None,
            "slope_evidence_zh": self.slope_cell.evidence_zh if self.slope_cell else None,
            "slope_evidence_en": self.slope_cell.evidence_en if self.slope_cell else None,
            "lines": [laid.as_dict() for laid in self.lines],
            "top_width_m": _tidy(dug.top_width_m) if dug else None,
            "bottom_width_m": _tidy(dug.bottom_width_m) if dug else None,
            "depth_m": _tidy(dug.depth_m) if dug else None,
            "outline": [[_tidy(x), _tidy(depth)] for x, depth in dug.outline] if dug else [],
            "benches": [
                {"from_m": _tidy(b.from_m), "to_m": _tidy(b.to_m), "depth_m": _tidy(b.depth_m)} for b in dug.benches
            ] if dug else [],
            "pairs": [pair.as_dict() for pair in self.pairs],
            "bounds": [bound.as_dict() for bound in self.bounds],
            "obstacles": [obstacle.as_dict() for obstacle in self.obstacles],
            "inversions": self.inversions,
            "standard_order": self.standard_order.as_dict() if self.standard_order else None,
            "earth": {
                "shared_m3": _tidy(dug.area_m2) if dug else None, "separate_m3": _tidy(self.separate_m3),
                "saved_m3": None if saved is None else _tidy(saved),
                "separate": [one.as_dict() for one in self.alone],
            },
            "notes": [note.as_dict() for note in self.notes],
        }  # fmt: skip


def best_section(
    lines: Sequence[SectionLine],
    *,
    soil: str | None,
    under: str,
    stepped: bool = False,
    load: str | None = None,
    shored: bool = False,
    bedding_m: float = 0.1,
    step_m: float = 0.2,
    max_width_m: float | None = None,
    max_depth_m: float | None = None,
    red_line_m: float | None = None,
) -> Section:
    """Return the section of least width at the ground for the lines of one trench.

    Parameters
    ----------
    lines
        One to eight lines.
    soil, under, load, shored, bedding_m, step_m, max_width_m, max_depth_m, red_line_m
        See `survey.sections.rules.Site`.
    stepped
        False: one bottom, at the depth of the deepest line; the others keep their cover and lie on compacted fill.
        True: every line, or group of lines within ``step_m`` of level, has its own bench.

    Raises
    ------
    geo.faults.BadInputError
        With every fault: no line or more than eight, an id twice, a diameter, cover or limit that is no positive
        number, an unknown soil, load or surface. What can be read but not built is no fault: see `Section.obstacles`.

    Notes
    -----
    Kept between every two lines, neighbours or not: the horizontal clearance between outer walls; on different benches
    also both beds with the slope of the step between. Kept by every line: its bed and the slope to the ground. Of all
    orders of least width the one nearest to the standard's order from the red line is taken (fewest pairs the wrong way
    round), and the least of the ids' order given after that. Exact, in micrometres.

    Examples
    --------
    >>> from survey.subjects import Buried
    >>> water = SectionLine("W", Buried("water", diameter_mm=200, material="plastic"))
    >>> gas = SectionLine("G", Buried("gas", diameter_mm=110, pressure_mpa=0.2, material="polyethylene"))
    >>> section = best_section([gas, water], soil="clay", under="footway", shored=True)
    >>> [laid.need.line.id for laid in section.lines], section.feasible
    (['W', 'G'], True)
    """
    site = Site(soil, under, load, shored, bedding_m, step_m, max_width_m, max_depth_m, red_line_m)
    check(lines, site)
    problem = Problem.of(lines, site, stepped=stepped)
    if not problem.known:
        return _unplaced(problem)
    ends, gaps = problem.ends(), problem.gaps()
    ranks = [need.place.rank for need in problem.needs]
    layout = narrowest(ends, gaps, ranks)
    dug = problem.excavation(layout)
    return Section(
        site, stepped, tuple(_laid(problem, layout)), dug, tuple(_pairs(problem, layout)),
        tuple(bounds(problem, layout)), tuple(obstacles(problem, layout.width / MICRO)),
        inversions(layout.order, ranks),
        _cost(problem, narrowest(ends, gaps, ranks, keep_ranks=True), dug),
        tuple(Alone(need.line.id, problem.alone(k)) for k, need in enumerate(problem.needs)),
        problem.slope_cell, tuple(notes(problem)),
    )  # fmt: skip


def _unplaced(problem: Problem) -> Section:
    """Return the section of lines that lie outside a standard's table: obstacles, no places."""
    return Section(
        problem.site, problem.stepped, (), None, (), (), tuple(obstacles(problem, None)), 0, None, (),
        problem.slope_cell, (),
    )  # fmt: skip


def _laid(problem: Problem, layout: Layout) -> Iterator[LaidLine]:
    for line in layout.order:
        x = layout.at[line] / MICRO
        from_red = None if problem.site.red_line_m is None else problem.site.red_line_m + x
        yield LaidLine(problem.needs[line], x, problem.floors_m[line], from_red)


def _pairs(problem: Problem, layout: Layout) -> Iterator[PairGap]:
    for a, b in combinations(layout.order, 2):
        first, second, asked = problem.needs[a], problem.needs[b], problem.clearances[min(a, b), max(a, b)]
        given = (layout.at[b] - layout.at[a]) / MICRO - first.radius_m - second.radius_m
        yield PairGap(first.line.id, second.line.id, asked.metres, given, asked.cell)


def _cost(problem: Problem, layout: Layout, best: Excavation) -> OrderCost:
    dug = problem.excavation(layout)
    ids = tuple(problem.needs[line].line.id for line in layout.order)
    more_width, more_area = dug.top_width_m - best.top_width_m, dug.area_m2 - best.area_m2
    return OrderCost(ids, dug.top_width_m, dug.area_m2, more_width, more_area)


def _tidy(metres: float | None) -> float | None:
    """Return metres to a tenth of a millimetre, as answers give them."""
    return None if metres is None else round(metres, 4) + 0.0
