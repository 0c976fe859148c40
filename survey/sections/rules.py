"""What the standards ask of each line, and of each two, that lie in one trench."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.faults import Fault, refuse
from survey.sections.layout import MAX_LINES
from survey.standards.clearances import cover, horizontal
from survey.standards.orders import place
from survey.standards.trenches import LOADS, SHORING_MM, SOILS, slope, trench_width, working_width
from survey.subjects import Buried, radius_m
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from survey.standards.citations import Cell
    from survey.standards.orders import Place

SURFACES = ("carriageway", "footway")
SUBTYPES = {
    "storm": ("雨水", "Storm drain"),
    "sewage": ("污水", "Sewer"),
    "reclaimed": ("再生水", "Reclaimed water"),
}
SHOWN_UP_M = 1e-7
"""A tenth of the micrometre that places are kept to: lifts a half that was rounded just below itself."""
PIPES = ("water", "drainage", "heat")
"""Laid by GB 50268: their room to the wall is its working width. The others have trench widths of their own."""


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One line to lay.

    Parameters
    ----------
    id
        The line's id; a section holds no id twice.
    buried
        The line as the standards see it.
    cover_m
        The cover it is designed with, metres from the ground to the top of the pipe; None: the standard's least one.
    name
        What people call it; shown beside its kind.
    """

    id: str
    buried: Buried
    cover_m: float | None = None
    name: str = ""

    @property
    def kind_zh(self) -> str:
        """Utility and diameter in Chinese, such as 给水 DN200."""
        return self._kind(0)

    @property
    def kind_en(self) -> str:
        """Utility and diameter in English, such as Water DN200."""
        return self._kind(1)

    def _kind(self, language: int) -> str:
        utility = UTILITIES[self.buried.utility]
        names = SUBTYPES.get(self.buried.subtype or "", (utility.zh, utility.en))
        size = "" if self.buried.diameter_mm is None else f" DN{self.buried.diameter_mm:g}"
        return names[language] + size


@dataclass(frozen=True, slots=True)
class Site:
    """The ground a trench is dug in, and what the planner allows.

    Parameters
    ----------
    soil
        One of `survey.standards.trenches.SOILS`; None: unknown, the flattest slope is taken.
    under
        ``carriageway`` or ``footway``: what lies above the lines.
    load
        One of `survey.standards.trenches.LOADS`, what stands or drives beside the edge; None: unknown, the heaviest.
    shored
        Vertical walls that are held, instead of slopes.
    bedding_m
        Bedding under every line (metres); an assumption of the planner, since it depends on material and ground.
    step_m
        The least height of a step worth digging (metres): lines whose levels differ by less share a bench.
    max_width_m, max_depth_m
        The greatest width at the ground and the greatest depth (metres); None: no limit.
    red_line_m
        Distance from the road's red line to the near edge of the trench at the ground (metres); None: not known.
    """

    soil: str | None
    under: str
    load: str | None = None
    shored: bool = False
    bedding_m: float = 0.1
    step_m: float = 0.2
    max_width_m: float | None = None
    max_depth_m: float | None = None
    red_line_m: float | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What one line needs, metres.

    Parameters
    ----------
    line
        The line.
    radius_m, assumed
        Half of its outer diameter; whether its size is assumed.
    cover_m, cover_cell
        The cover it is laid with at least, and the standard's (None: the table has no cell for it).
    working_m, working_cell
        Room for working beside its outer wall.
    support_m
        Thickness of what holds the trench's wall; 0 where the walls slope.
    level_m
        Depth of the bed under it.
    place
        Its place in the standard's order from the red line (4.1.3).
    """

    line: SectionLine
    radius_m: float
    assumed: bool
    cover_m: float
    cover_cell: Cell | None
    working_m: float
    working_cell: Cell
    support_m: float
    level_m: float
    place: Place

    @property
    def half_m(self) -> float:
        """Half of the flat bed it needs, supports included."""
        return self.radius_m + self.working_m + self.support_m

    @property
    def raised(self) -> bool:
        """Whether the standard asks for more cover than the line was designed with."""
        return self.line.cover_m is not None and self.cover_m > self.line.cover_m


@dataclass(frozen=True, slots=True)
class Clearance:
    """The distance two lines keep between outer walls (metres).

    Without a cell the standard states none, and ``metres`` is what both need to be laid. NaN where the pair lies
    outside the standard's table.
    """

    metres: float
    cell: Cell | None


def shown(value: float) -> str:
    """Return metres or square metres to two places, halves up whatever the last bit of the number is.

    >>> shown(0.495), shown(0.495 - 1e-9), f"{0.495:.2f}"
    ('0.50', '0.50', '0.49')
    """
    return f"{value + SHOWN_UP_M:.2f}"


def metres(cell: Cell) -> float:
    """Return a cell's length in metres; ``ValueError`` where it is no length."""
    if cell.unit == "mm":
        return cell.value / 1000.0
    if cell.unit != "m":
        message = f"{cell.standard} {cell.clause} {cell.row}: {cell.unit} is no length"
        raise ValueError(message)
    return cell.value


def need_of(line: SectionLine, site: Site) -> Need:
    """Return what one line needs on this site."""
    radius, assumed = radius_m(line.buried)
    cell = cover(line.buried, site.under)
    covered = max(metres(cell) if cell else 0.0, line.cover_m or 0.0)
    working, working_cell = _working(line.buried, radius)
    level = covered + 2 * radius + site.bedding_m
    support = SHORING_MM / 1000.0 if site.shored else 0.0
    order = place("red_line", line.buried)
    return Need(line, radius, assumed, covered, cell, working, working_cell, support, level, order)


def _working(buried: Buried, radius: float) -> tuple[float, Cell]:
    """Return the room to the wall: the working width of pipes, else what the trench for one line leaves beside it."""
    wide = None if buried.utility in PIPES else trench_width(buried)
    if wide is None:  # a pipe, or a channel, which has no trench width of its own and is built like a pipe
        beside = working_width(2000.0 * radius, buried.material)
        return metres(beside), beside
    return max(metres(wide) / 2 - radius, 0.0), wide


def wall_slope(site: Site, depth_m: float | None = None) -> Cell | None:
    """Return the slope of the walls, of a trench so deep where a depth is given; None where they are shored."""
    return None if site.shored else slope(site.soil, site.load, depth_m=depth_m)


def clearance(a: Need, b: Need) -> Clearance:
    """Return what two lines keep between their walls.

    Where the standard states nothing, lines may still not lie above each other (4.1.6) and both must be laid: the
    larger working width of the two is kept between them.
    """
    cell = horizontal(a.line.buried, b.line.buried)
    if cell is None:
        return Clearance(max(a.working_m, b.working_m), None)
    return Clearance(metres(cell), cell)


def check(lines: Sequence[SectionLine], site: Site) -> None:
    """Refuse what cannot be read, all at once.

    Raises
    ------
    BadInputError
        No line or more than `MAX_LINES`, an id twice, an unknown utility, soil, load or surface; a diameter, cover or
        limit that is no positive number.
    """
    refuse([*_count_faults(lines), *_line_faults(lines), *_site_faults(site)])


def _count_faults(lines: Sequence[SectionLine]) -> Iterator[Fault]:
    if not lines:
        yield Fault("section.empty", "没有要布置的管线", "there is no line to lay", "至少给出一条", "give at least one")
    if len(lines) > MAX_LINES:
        yield Fault(
            "section.too_many", f"一个断面最多 {MAX_LINES} 条管线，现有 {len(lines)} 条",
            f"a section holds at most {MAX_LINES} lines; {len(lines)} were given",
            "分成两个沟", "split them between two trenches", value=len(lines),
        )  # fmt: skip
    for twice in (id_ for id_, count in Counter(line.id for line in lines).items() if count > 1):
        yield Fault(
            "section.id_twice", "同一编号出现两次", "an id is used twice", "给每条管线唯一的编号",
            "give every line an id of its own", feature=twice, field="id",
        )  # fmt: skip


def _line_faults(lines: Sequence[SectionLine]) -> Iterator[Fault]:
    for line in lines:
        for field, value in (("diameter_mm", line.buried.diameter_mm), ("cover_m", line.cover_m)):
            if value is not None and not _positive(value):
                yield _not_positive(field, value, line.id)


def _site_faults(site: Site) -> Iterator[Fault]:
    for field, value, known in (
        ("soil", site.soil, (*SOILS, None)), ("under", site.under, SURFACES), ("load", site.load, (*LOADS, None)),
    ):  # fmt: skip
        if value not in known:
            listed = ", ".join(word for word in known if word)
            yield Fault(
                f"section.{field}", "不认识的取值", "unknown value", f"取其一：{listed}", f"use one of: {listed}",
                field=field, value=value,
            )  # fmt: skip
    for field, limit in (("max_width_m", site.max_width_m), ("max_depth_m", site.max_depth_m)):
        if limit is not None and not _positive(limit):
            yield _not_positive(field, limit)
    for field, length in (("bedding_m", site.bedding_m), ("step_m", site.step_m), ("red_line_m", site.red_line_m or 0)):
        if not math.isfinite(length) or length < 0:
            yield Fault(
                f"section.{field}", "不是非负数", "is not a number of at least 0", "改正数值", "correct the number",
                field=field, value=length,
            )  # fmt: skip


def _positive(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _not_positive(field: str, value: float, feature: str | None = None) -> Fault:
    return Fault(
        f"section.{field}", "不是正数", "is not a number above 0",
        "改正数值，或留空", "correct the number, or leave it out",
        feature=feature, field=field, value=value,
    )  # fmt: skip
