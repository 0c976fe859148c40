"""Dig each trench on paper: the section that takes least earth for some lines, kept for lines of the same kind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from survey.sections import SectionLine, best_section
from survey.sections.layout import MAX_LINES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from survey.opportunities.county_data import Planning
    from survey.sections import Section


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
    obstacles = kept.obstacles and _named(sorted(lines, key=lambda line: line.id), ground, kept.kind)
    return replace(kept, alone=alone, obstacles=obstacles)


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


@lru_cache(maxsize=8192)
def _searched(lines: tuple[SectionLine, ...], ground: Ground) -> Ditch:
    numbered = [replace(line, id=str(k)) for k, line in enumerate(lines)]
    found = [(kind, section_of(numbered, ground, kind)) for kind in ("single", "stepped")]
    kind, best = min(found, key=lambda one: _preference(one[1]))
    if best.excavation is None:
        return Ditch(kind, None, None, None, (), _sentences(best), best.unverified)
    dug, own = best.excavation, {one.id: one.excavation for one in best.alone}
    alone = tuple((own[line.id].top_width_m, own[line.id].area_m2) for line in numbered)
    return Ditch(kind, dug.top_width_m, dug.depth_m, dug.area_m2, alone, _sentences(best), best.unverified)


def _preference(section: Section) -> tuple[bool, bool, float]:
    """Order sections: what can be built, then least earth."""
    dug = section.excavation
    return not section.feasible, dug is None, 0.0 if dug is None else dug.area_m2


def _sentences(section: Section) -> tuple[tuple[str, str], ...]:
    return tuple((obstacle.zh, obstacle.en) for obstacle in section.obstacles)


@lru_cache(maxsize=8192)
def _named_of(lines: tuple[SectionLine, ...], ground: Ground, kind: str) -> tuple[tuple[str, str], ...]:
    return _sentences(section_of(lines, ground, kind))


def _named(lines: Sequence[SectionLine], ground: Ground, kind: str) -> tuple[tuple[str, str], ...]:
    """Return the obstacles with the names of the lines that they are about."""
    return _named_of(tuple(lines), ground, kind)


def _too_many(lines: Sequence[SectionLine]) -> Ditch:
    zh = f"共 {len(lines)} 条管线，断面最多排 {MAX_LINES} 条，需分沟"
    en = f"{len(lines)} lines, and a section takes {MAX_LINES} at most: dig several trenches"
    return Ditch("single", None, None, None, (), ((zh, en),))
