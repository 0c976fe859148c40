"""Dig each trench on paper: the section that takes least earth for some lines, kept for lines of the same kind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from survey.sections import SectionLine, Site, best_section
from survey.sections.layout import MAX_LINES, MICRO, narrowest
from survey.sections.problem import Problem, bench_levels
from survey.sections.trace import obstacles

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from survey.opportunities.county_data import Planning
    from survey.sections import Section
    from survey.sections.trace import Obstacle


@dataclass(frozen=True, slots=True)
class Ditch:
    """One metre of a shared trench beside the trenches that its lines would have alone.

    Parameters
    ----------
    kind
        ``single`` or ``stepped``, whichever takes less earth.
    top_width_m, depth_m, area_m2
        Of the shared trench; None where no place can be given to a line.
    alone
        Width at the ground and area of the trench of each line by itself, in the order of the lines; empty likewise.
    obstacles
        Why it cannot be built, Chinese and English; empty where it can.
    unverified
        Whether a value it rests on was only recalled (待核).
    """

    kind: str
    top_width_m: float | None
    depth_m: float | None
    area_m2: float | None
    alone: tuple[tuple[float, float], ...]
    obstacles: tuple[tuple[str, str], ...] = ()
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """What a section is asked for besides its lines."""

    soil: str | None
    load: str | None
    shored: bool
    under: str

    @classmethod
    def of(cls, planning: Planning, *, carriageway: bool) -> Ground:
        """Return the county's ground below a carriageway or beside it."""
        return cls(planning.soil, planning.load, planning.shored, "carriageway" if carriageway else "footway")


def ditch_of(lines: Sequence[SectionLine], ground: Ground) -> Ditch:
    """Return the trench that some lines share, and those they would have alone.

    The lines' order changes nothing but the order of ``alone``. Sections are searched once for lines of the same kind:
    a county of many thousand routes has few kinds.

    Examples
    --------
    >>> from survey.subjects import Buried
    >>> lines = [SectionLine("G", Buried("gas", diameter_mm=110)), SectionLine("W", Buried("water", diameter_mm=200))]
    >>> ditch = ditch_of(lines, Ground(None, None, False, "carriageway"))
    >>> ditch.kind, ditch.obstacles, ditch.area_m2 < sum(area for _, area in ditch.alone)
    ('single', (), True)
    """
    if len(lines) > MAX_LINES:
        return _too_many(lines)
    nameless = [replace(line, id="", name="") for line in lines]
    order = sorted(range(len(lines)), key=lambda k: repr(nameless[k]))
    kept = _searched(tuple(nameless[k] for k in order), ground)
    place = {line: at for at, line in enumerate(order)}
    alone = tuple(kept.alone[place[k]] for k in range(len(lines))) if kept.alone else ()
    said = kept.obstacles and _named(tuple(sorted(lines, key=lambda line: line.id)), ground, kept.kind)
    return replace(kept, alone=alone, obstacles=said)


def section_of(lines: Sequence[SectionLine], ground: Ground, kind: str) -> Section:
    """Return the section itself, with places, bounds and evidence: for those who look at one chance.

    Raises
    ------
    geo.faults.BadInputError
        More than eight lines, or an id twice.
    """
    return best_section(
        lines, soil=ground.soil, load=ground.load, shored=ground.shored, under=ground.under, stepped=kind == "stepped"
    )


@lru_cache(maxsize=16384)
def _searched(lines: tuple[SectionLine, ...], ground: Ground) -> Ditch:
    """Return what `best_section` finds for one bench and for several, whichever takes less; without what it explains.

    Bounds, evidence and the standard's own order are most of its work, and nobody reads them of a whole county.
    """
    numbered = [replace(line, id=str(k)) for k, line in enumerate(lines)]
    site = Site(ground.soil, ground.under, ground.load, ground.shored)
    single = Problem.of(numbered, site, stepped=False)
    levels = bench_levels([need.level_m for need in single.needs], site.step_m)
    stepped = [replace(single, stepped=True, floors_m=levels)] if levels != single.floors_m else []
    return min((_dug(problem) for problem in (single, *stepped)), key=_preference)


def _dug(problem: Problem) -> Ditch:
    kind = "stepped" if problem.stepped else "single"
    unverified = _unverified(problem)
    if not problem.known:
        return Ditch(kind, None, None, None, (), _sentences(obstacles(problem, None)), unverified)
    layout = narrowest(problem.ends(), problem.gaps(), [need.place.rank for need in problem.needs])
    best = problem.excavation(layout)
    own = [problem.alone(k) for k in range(len(problem.needs))]
    alone = tuple((one.top_width_m, one.area_m2) for one in own)
    said = _sentences(obstacles(problem, layout.width / MICRO))
    return Ditch(kind, best.top_width_m, best.depth_m, best.area_m2, alone, said, unverified)


def _unverified(problem: Problem) -> bool:
    cells = [problem.slope_cell, *(clearance.cell for clearance in problem.clearances.values())]
    cells += [cell for need in problem.needs for cell in (need.cover_cell, need.working_cell)]
    return any(cell is not None and cell.unverified for cell in cells)


def _preference(ditch: Ditch) -> tuple[bool, bool, float]:
    """Order trenches: what can be built, then least earth."""
    return bool(ditch.obstacles), ditch.area_m2 is None, ditch.area_m2 or 0.0


def _sentences(found: Iterable[Obstacle]) -> tuple[tuple[str, str], ...]:
    return tuple((obstacle.zh, obstacle.en) for obstacle in found)


@lru_cache(maxsize=8192)
def _named(lines: tuple[SectionLine, ...], ground: Ground, kind: str) -> tuple[tuple[str, str], ...]:
    """Return the obstacles with the names of the lines that they are about."""
    return _sentences(section_of(lines, ground, kind).obstacles)


def _too_many(lines: Sequence[SectionLine]) -> Ditch:
    zh = f"共 {len(lines)} 条管线，断面最多排 {MAX_LINES} 条，需分沟"
    en = f"{len(lines)} lines, and a section takes {MAX_LINES} at most: dig several trenches"
    return Ditch("single", None, None, None, (), ((zh, en),))
