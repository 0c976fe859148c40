"""Place a section on the sheet: its scale, and where its metres lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from maps.symbols import symbols

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.sections import LaidLine, Section
    from survey.sections.earthworks import Excavation

EDGE = 10.0
SCALES = (10, 15, 20, 25, 30, 40, 50, 60, 75, 100, 125, 150, 200, 250, 300, 400, 500)
LEFT_MM, TOP_MM = 32.0, 54.0
SMALL, TINY = 2.5, 2.2
DEPTH_STEP_MM = 9.0
RED_LINE_SHOWN_M = 2.0
SAME_M = 1e-6
SOIL, SOIL_EDGE, FILL, PAVED, BEDDING = "#e8decb", "#8d7b5d", "#fcfaf5", "#b9bec4", "#e3c98f"


class Room(NamedTuple):
    """What a sheet has for a drawing (millimetres): its width with edges, and how deep a trench may be drawn on it."""

    width: float
    depth: float


SCREEN = Room(297.0, 92.0)
"""The sheet of the client: as wide as A4 lying, as long as its words need."""


@dataclass(frozen=True, slots=True)
class Plot:
    """From metres of the section to millimetres of the sheet; ``width`` is that of the sheet, with its edges."""

    section: Section
    dug: Excavation
    scale: int
    language: str
    left: float
    width: float

    @classmethod
    def of(cls, section: Section, dug: Excavation, language: str) -> Plot:
        """Choose the largest usual scale at which the trench fits the client's sheet."""
        return next(cls.fitting(section, dug, language, SCREEN))

    @classmethod
    def fitting(cls, section: Section, dug: Excavation, language: str, room: Room) -> Iterator[Plot]:
        """Yield the usual scales at which the trench fits a sheet, the largest first; the smallest where none does."""
        lead = red_line_shown(section)
        # The red line stands left of the trench, the depths of the benches right of it.
        wide = room.width - 2 * EDGE - LEFT_MM - 14.0 - DEPTH_STEP_MM * len(bench_depths(dug))
        for scale in SCALES:
            drawn = (dug.top_width_m + lead) * 1000 / scale
            if (drawn <= wide and dug.depth_m * 1000 / scale <= room.depth) or scale == SCALES[-1]:
                left = EDGE + LEFT_MM + (wide - drawn) / 2 + lead * 1000 / scale
                yield cls(section, dug, scale, language, left, room.width)

    def mm(self, metres: float) -> float:
        """Return a length on the sheet."""
        return metres * 1000.0 / self.scale

    def at(self, x_m: float, depth_m: float) -> tuple[float, float]:
        """Return the place of a point of the section."""
        return self.left + self.mm(x_m), TOP_MM + self.mm(depth_m)

    @property
    def right(self) -> float:
        """The trench's edge at the ground on the far side."""
        return self.left + self.mm(self.dug.top_width_m)

    @property
    def bottom(self) -> float:
        """The deepest place of the trench."""
        return TOP_MM + self.mm(self.dug.depth_m)


def red_line_shown(section: Section) -> float:
    """Return how far from the trench the red line is drawn (metres): its distance, or less behind a break."""
    distance = section.site.red_line_m
    return 0.0 if distance is None else min(distance, RED_LINE_SHOWN_M)


def colour_of(laid: LaidLine) -> str:
    """Return the colour of a line's utility on a light ground."""
    colour: str = symbols()["utilities"][laid.need.line.buried.utility]["screen"]
    return colour


def bench_depths(dug: Excavation) -> list[float]:
    """Return the different depths of the benches, the shallowest first."""
    return sorted({round(bench.depth_m, 4) for bench in dug.benches})
