"""Draw a cross-section to scale as an engineer reads it: trench, lines, dimensions, schedule, earth."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from maps.section_schedule import draw_schedule
from maps.section_words import WORDS, site_of, title_of, told
from maps.svg_sheet import INK, PALE, RED, Sheet, shortened, spread, text_width
from maps.symbols import symbols

if TYPE_CHECKING:
    from collections.abc import Sequence

    from survey.earthworks import Excavation
    from survey.sections import LaidLine, Section

SHEET_W, EDGE = 297.0, 10.0
SCALES = (10, 15, 20, 25, 30, 40, 50, 60, 75, 100, 125, 150, 200, 250, 300, 400, 500)
LEFT_MM, TOP_MM, DEPTH_MM = 32.0, 54.0, 92.0
LABEL_MM, SMALL, TINY = 2.8, 2.5, 2.2
DEPTH_STEP_MM = 9.0
RED_LINE_SHOWN_M = 2.0
SOIL, SOIL_EDGE, FILL, PAVED, BEDDING = "#e8decb", "#8d7b5d", "#fcfaf5", "#b9bec4", "#e3c98f"


@dataclass(frozen=True, slots=True)
class Plot:
    """From metres of the section to millimetres of the sheet."""

    section: Section
    dug: Excavation
    scale: int
    language: str
    left: float

    @classmethod
    def of(cls, section: Section, dug: Excavation, language: str) -> Plot:
        """Choose the largest usual scale at which the trench fits the sheet."""
        lead = red_line_shown(section)
        # The red line stands left of the trench, the depths of the benches right of it.
        room = SHEET_W - 2 * EDGE - LEFT_MM - 14.0 - DEPTH_STEP_MM * len(_depths(dug))
        fits = (
            scale for scale in SCALES
            if (dug.top_width_m + lead) * 1000 / scale <= room and dug.depth_m * 1000 / scale <= DEPTH_MM
        )  # fmt: skip
        scale = next(fits, SCALES[-1])
        drawn = (dug.top_width_m + lead) * 1000 / scale
        return cls(section, dug, scale, language, EDGE + LEFT_MM + (room - drawn) / 2 + lead * 1000 / scale)

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


def section_svg(section: Section, language: str = "zh") -> str:
    """Return the drawing of a section: one SVG document, 297 mm wide, true to its scale when printed at full size.

    Parameters
    ----------
    section
        An answer of `survey.sections.best_section`. One that cannot be built is drawn with what stands in its way; one
        without places (`Section.lines` is empty) shows only that.
    language
        ``zh`` or ``en``.

    Notes
    -----
    Depends on nothing outside: fonts are the reader's own, no style sheet, no script, no reference. The same section
    gives the same text. Names are written as text.

    Examples
    --------
    >>> from survey.sections import SectionLine, best_section
    >>> from survey.subjects import Buried
    >>> water = SectionLine("W1", Buried("water", diameter_mm=200, material="plastic"))
    >>> svg = section_svg(best_section([water], soil="clay", under="footway", shored=True))
    >>> svg.startswith("<svg "), "给水 DN200" in svg, "1:" in svg
    (True, True, True)
    """
    sheet = Sheet()
    _title(sheet, section, language)
    below = 30.0
    if section.excavation is not None:
        plot = Plot.of(section, section.excavation, language)
        _ground(sheet, plot)
        _trench(sheet, plot)
        _lines(sheet, plot)
        _labels(sheet, plot)
        _above(sheet, plot)
        _depth_lines(sheet, plot)
        below = _clearances(sheet, plot)
        _scale_bar(sheet, plot, below)
        below += 9.0
    height = draw_schedule(sheet, section, language, below)
    return sheet.svg(SHEET_W, height + EDGE, title_of(section, language), told(section, language))


def red_line_shown(section: Section) -> float:
    """Return how far from the trench the red line is drawn (metres): its distance, or less behind a break."""
    distance = section.site.red_line_m
    return 0.0 if distance is None else min(distance, RED_LINE_SHOWN_M)


def colour_of(laid: LaidLine) -> str:
    """Return the colour of a line's utility on a light ground."""
    colour: str = symbols()["utilities"][laid.need.line.buried.utility]["screen"]
    return colour


def _depths(dug: Excavation) -> list[float]:
    return sorted({round(bench.depth_m, 4) for bench in dug.benches})


def _title(sheet: Sheet, section: Section, language: str) -> None:
    words = WORDS[language]
    sheet.text((EDGE, 15.5), title_of(section, language), 5.0, bold=True)
    state = words["feasible"] if section.feasible else words["infeasible"]
    sheet.text((SHEET_W - EDGE, 15.5), state, 4.0, anchor="end", bold=True, colour=INK if section.feasible else RED)
    scale = ""
    if section.excavation is not None:
        scale = words["scale"].format(Plot.of(section, section.excavation, language).scale) + words["comma"]
    sheet.text((EDGE, 21.5), scale + site_of(section, language), 3.0, colour=PALE)
    sheet.line((EDGE, 24.0), (SHEET_W - EDGE, 24.0), PALE, 0.25)


def _ground(sheet: Sheet, plot: Plot) -> None:
    """Draw soil, ground line and what is paved, with a break where the red line is nearer on paper than on site."""
    left, right, low = EDGE + 4, SHEET_W - EDGE - 4, plot.bottom + 5
    sheet.path([(left, TOP_MM), (right, TOP_MM), (right, low), (left, low)], closed=True, fill=SOIL)
    for a, b in ((left, plot.left), (plot.right, right)):
        sheet.path([(a, TOP_MM), (b, TOP_MM), (b, TOP_MM + 1.6), (a, TOP_MM + 1.6)], closed=True, fill=PAVED)
        sheet.line((a, TOP_MM), (b, TOP_MM), INK, 0.5)
    sheet.line((plot.left, TOP_MM), (plot.right, TOP_MM), INK, 0.25, "2 1")
    surface = WORDS[plot.language]["surfaces"][plot.section.site.under]
    sheet.text((right - 1, TOP_MM - 1.2), surface, SMALL, anchor="end")
    sheet.text((left + 1, TOP_MM - 1.2), "±0.00", SMALL)


def _trench(sheet: Sheet, plot: Plot) -> None:
    """Draw the trench, its slopes with their ratio or its held walls, and the bedding."""
    outline = [plot.at(x, depth) for x, depth in plot.dug.outline]
    sheet.path(outline, closed=True, fill=FILL)
    for laid in plot.section.lines:
        need, bedding = laid.need, plot.section.site.bedding_m
        half, top = need.radius_m + min(need.working_m, 0.1), need.level_m - bedding
        (x0, y0), (x1, y1) = plot.at(laid.x_m - half, top), plot.at(laid.x_m + half, need.level_m)
        sheet.path([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], closed=True, fill=BEDDING)
        if laid.floor_m - need.level_m > 1e-6:
            floor = plot.at(0, laid.floor_m)[1]
            sheet.path([(x0, y1), (x0, floor), (x1, floor), (x1, y1)], colour=SOIL_EDGE, dash="0.8 0.6", width=0.15)
    held = plot.section.site.shored
    for (a, b), (p, q) in zip(pairwise(plot.dug.outline), pairwise(outline), strict=True):
        wall = abs(a[1] - b[1]) > 1e-6
        sheet.line(p, q, INK if held and wall else SOIL_EDGE, 1.0 if held and wall else 0.45)
    _wall_words(sheet, plot)


def _wall_words(sheet: Sheet, plot: Plot) -> None:
    slope = plot.section.slope_cell
    first = plot.dug.benches[0]
    depth = first.depth_m * 0.72
    x, y = plot.at(first.from_m - (first.depth_m - depth) * (slope.value if slope else 0.0), depth)
    words = WORDS[plot.language]
    said = f"1:{slope.value:.2f}" if slope else words["shored"]
    sheet.text((x - 1.8, y), said, SMALL, anchor="end")


def _lines(sheet: Sheet, plot: Plot) -> None:
    """Draw every line in its true size; what is too small for the eye keeps a dot of 0.6 mm."""
    for laid in plot.section.lines:
        centre, radius = plot.at(laid.x_m, laid.axis_depth_m), max(plot.mm(laid.need.radius_m), 0.6)
        colour, laying = colour_of(laid), laid.need.line.buried.laying
        x, y = centre
        if laying in ("duct", "trench"):
            corners = [
                (x - radius, y - radius),
                (x + radius, y - radius),
                (x + radius, y + radius),
                (x - radius, y + radius),
            ]
            sheet.path(corners, closed=True, fill="#ffffff", colour=colour, width=0.45)
            if laying == "duct":
                for across, down in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
                    sheet.circle(
                        (x + across * radius * 0.45, y + down * radius * 0.45), radius * 0.33, colour, colour, 0.1
                    )
            else:
                sheet.circle(centre, radius * 0.5, colour, colour, 0.1)
        else:
            sheet.circle(centre, radius, "#ffffff", colour, 0.5)
            sheet.circle(centre, radius * 0.55, colour, colour, 0.1)


def _labels(sheet: Sheet, plot: Plot) -> None:
    """Write each line's number, kind and cover over the ground, joined to it by the dimension of its cover."""
    lines, words = plot.section.lines, WORDS[plot.language]
    said = [(*_kind(laid, plot.language), f"{words['cover']} {laid.need.cover_m:.2f}") for laid in lines]
    widths = [max(text_width(text, SMALL) for text in texts) + 4.0 for texts in said]
    wanted = [plot.at(laid.x_m, 0)[0] for laid in lines]
    places = spread(wanted, widths, EDGE, SHEET_W - EDGE)
    before = -1e9
    for number, (laid, texts, place, x) in enumerate(zip(lines, said, places, wanted, strict=True), 1):
        colour = colour_of(laid)
        sheet.circle((place, 28.4), 1.9, colour, colour)
        sheet.text((place, 29.3), str(number), SMALL, anchor="middle", colour="#ffffff", bold=True)
        for row, text in enumerate(texts):
            sheet.text(
                (place, 33.4 + 3.1 * row),
                text,
                SMALL,
                anchor="middle",
                colour=colour if row < 2 else INK,
                bold=row == 0,
            )
        top = plot.at(0, laid.need.cover_m)[1]
        sheet.path([(place, 40.6), (place, 41.2), (x, 45.4), (x, TOP_MM)], colour=colour, width=0.18)
        sheet.line((x, TOP_MM), (x, top), colour, 0.18)
        sheet.arrow((x, TOP_MM), (x, top), colour)
        sheet.arrow((x, top), (x, TOP_MM), colour)
        if x - plot.mm(laid.need.radius_m) - before > TINY + 1.2 and top - TOP_MM > 8:
            sheet.text(
                (x - 0.7, (TOP_MM + top) / 2),
                f"{laid.need.cover_m:.2f}",
                TINY,
                anchor="middle",
                colour=colour,
                upright=True,
            )
        before = x + plot.mm(laid.need.radius_m)


def _kind(laid: LaidLine, language: str) -> tuple[str, str]:
    """Return utility and size of a line on lines of their own; the size is marked where it is assumed."""
    line = laid.need.line
    kind = line.kind_zh if language == "zh" else line.kind_en
    if line.buried.diameter_mm is None:
        return kind, f"φ{2000 * laid.need.radius_m:.0f}*"
    name, _, size = kind.rpartition(" ")
    return name, size


def _dimension(sheet: Sheet, y: float, x0: float, x1: float, colour: str = INK) -> None:
    sheet.line((x0, y), (x1, y), colour)
    if x1 - x0 > 3.5:
        sheet.arrow((x0, y), (x1, y), colour)
        sheet.arrow((x1, y), (x0, y), colour)
    else:
        for x in (x0, x1):
            sheet.line((x - 0.6, y + 0.6), (x + 0.6, y - 0.6), colour, 0.3)


def _above(sheet: Sheet, plot: Plot) -> None:
    """Draw the width at the ground, the red line, and the width that is allowed where it is too small."""
    words, y = WORDS[plot.language], TOP_MM - 5.0
    low = plot.bottom + 5
    limit = plot.section.site.max_width_m
    if plot.section.site.red_line_m is not None:
        x = plot.left - plot.mm(red_line_shown(plot.section))
        sheet.line((x, 43.0), (x, low), RED, 0.5, "6 1.2 1 1.2")
        sheet.text((x - 1.2, 45.0), words["red_line"], SMALL, anchor="end", colour=RED, bold=True)
        broken = plot.section.site.red_line_m > RED_LINE_SHOWN_M
        if plot.left - x > 1.5:
            _dimension(sheet, TOP_MM + 5.5, x, plot.left, RED)
            sheet.text(
                ((x + plot.left) / 2, TOP_MM + 4.7),
                f"{plot.section.site.red_line_m:.2f}",
                SMALL,
                anchor="middle",
                colour=RED,
            )
        if broken:
            _break(sheet, (x + plot.left) / 2 - 4.0)
    for x in (plot.left, plot.right):
        sheet.line((x, y - 1.5), (x, TOP_MM), PALE, 0.13)
    _dimension(sheet, y, plot.left, plot.right)
    said = f"{words['top_width']} {plot.dug.top_width_m:.2f}"
    if limit is not None and plot.dug.top_width_m > limit + 1e-6:
        said += words["allowed"].format(limit)
    sheet.text((plot.right + 1.5, y + 0.9), said, SMALL, colour=INK if plot.section.feasible else RED, bold=True)


def _break(sheet: Sheet, x: float) -> None:
    """Mark that the distance to the red line is shortened."""
    for shift in (0.0, 1.4):
        sheet.path(
            [(x + shift, TOP_MM - 2.2), (x + shift + 0.8, TOP_MM - 0.4), (x + shift - 0.8, TOP_MM + 0.4), (x + shift, TOP_MM + 2.2)],
            colour=INK, width=0.3,
        )  # fmt: skip


def _depth_lines(sheet: Sheet, plot: Plot) -> None:
    """Draw the depth of every bench right of the trench."""
    for k, depth in enumerate(_depths(plot.dug)):
        x, y = plot.right + 7.0 + DEPTH_STEP_MM * k, plot.at(0, depth)[1]
        edge = max(bench.to_m for bench in plot.dug.benches if abs(bench.depth_m - depth) < 1e-3)
        sheet.line((plot.at(edge, 0)[0], y), (x + 1.5, y), PALE, 0.13)
        sheet.line((x, TOP_MM), (x, y), INK)
        sheet.arrow((x, TOP_MM), (x, y))
        sheet.arrow((x, y), (x, TOP_MM))
        sheet.text((x - 0.8, (TOP_MM + y) / 2), f"{depth:.2f}", SMALL, anchor="middle", upright=True)


def _clearances(sheet: Sheet, plot: Plot) -> float:
    """Draw the free distances under the trench, those that hold it although others lie between, and the bottom's width."""
    words, y = WORDS[plot.language], plot.bottom + 11.0
    sheet.text((EDGE, y + 0.9), words["clear"], SMALL, colour=PALE)
    low = y + _chain(sheet, plot, y)
    order = {laid.need.line.id: k for k, laid in enumerate(plot.section.lines)}
    held = [
        (order[b.a], order[b.b]) for b in plot.section.bounds if b.kind in ("clearance", "step") and b.b is not None
    ]
    for a, b in sorted((min(pair), max(pair)) for pair in held):
        if b - a > 1:
            low += 5.0
            _wall_to_wall(sheet, plot, low, plot.section.lines[a], plot.section.lines[b])
    low += 5.5
    x0, x1 = plot.at(plot.dug.benches[0].from_m, 0)[0], plot.at(plot.dug.benches[-1].to_m, 0)[0]
    for x, bench in ((x0, plot.dug.benches[0]), (x1, plot.dug.benches[-1])):
        sheet.line((x, plot.at(0, bench.depth_m)[1]), (x, low + 1), PALE, 0.13)
    _dimension(sheet, low, x0, x1)
    sheet.text((x1 + 1.5, low + 0.9), f"{words['bottom_width']} {plot.dug.bottom_width_m:.2f}", SMALL, bold=True)
    return low + 4.0


def _chain(sheet: Sheet, plot: Plot, y: float) -> float:
    """Draw the row of free distances from foot to foot; return how much lower its lowest text reaches."""
    lines, benches = plot.section.lines, plot.dug.benches
    walls = [benches[0].from_m]
    for laid in lines:
        walls += [laid.x_m - laid.need.radius_m, laid.x_m + laid.need.radius_m]
        for x_m in walls[-2:]:
            x = plot.at(x_m, 0)[0]
            sheet.line((x, plot.at(0, laid.axis_depth_m)[1]), (x, y + 1), PALE, 0.13)
    walls.append(benches[-1].to_m)
    asked = {frozenset((pair.a, pair.b)): pair.asked_m for pair in plot.section.pairs}
    free = list(zip(walls[::2], walls[1::2], strict=True))
    texts = [f"{b - a:.2f}" for a, b in free]
    for k, (first, second) in enumerate(pairwise(lines), 1):
        least = asked[frozenset((first.need.line.id, second.need.line.id))]
        if free[k][1] - free[k][0] > least + 5e-4:
            texts[k] += f"(≥{least:.2f})"
    spans = [(plot.at(a, 0)[0], plot.at(b, 0)[0]) for a, b in free]
    for x0, x1 in spans:
        _dimension(sheet, y, x0, x1)
    return _chain_texts(sheet, y, spans, texts)


def _chain_texts(sheet: Sheet, y: float, spans: Sequence[tuple[float, float]], texts: Sequence[str]) -> float:
    """Write each distance above its span, or where that is too narrow in a row below, spread and joined by a line."""
    low = []
    for (x0, x1), text in zip(spans, texts, strict=True):
        if text_width(text, SMALL) <= x1 - x0 - 0.6:
            sheet.text(((x0 + x1) / 2, y - 0.7), text, SMALL, anchor="middle")
        else:
            low.append(((x0 + x1) / 2, text))
    places = spread([x for x, _ in low], [text_width(t, SMALL) + 1.2 for _, t in low], EDGE, SHEET_W - EDGE)
    for (x, text), place in zip(low, places, strict=True):
        sheet.path([(x, y), (place, y + 2.4)], colour=PALE, width=0.13)
        sheet.text((place, y + 4.6), text, SMALL, anchor="middle")
    return 5.0 if low else 0.0


def _wall_to_wall(sheet: Sheet, plot: Plot, y: float, a: LaidLine, b: LaidLine) -> None:
    x0, x1 = plot.at(a.x_m + a.need.radius_m, 0)[0], plot.at(b.x_m - b.need.radius_m, 0)[0]
    for x in (x0, x1):
        sheet.line((x, y - 4), (x, y + 1), PALE, 0.13)
    _dimension(sheet, y, x0, x1)
    free = b.x_m - a.x_m - a.need.radius_m - b.need.radius_m
    sheet.text(((x0 + x1) / 2, y - 0.7), f"{free:.2f}", SMALL, anchor="middle")


def _scale_bar(sheet: Sheet, plot: Plot, y: float) -> None:
    """Draw a bar of round length in two fields, with metres."""
    whole = next((m for m in (0.5, 1.0, 2.0, 5.0, 10.0) if plot.mm(m) >= 25), 20.0)
    x, half = SHEET_W - EDGE - plot.mm(whole) - 8, plot.mm(whole / 2)
    for k, fill in enumerate((INK, "#ffffff")):
        a, b = x + k * half, x + (k + 1) * half
        sheet.path([(a, y), (b, y), (b, y + 1.2), (a, y + 1.2)], closed=True, fill=fill, colour=INK, width=0.2)
    for k, metres in enumerate((0.0, whole / 2, whole)):
        unit = " m" if metres == whole else ""
        sheet.text((x + k * half, y + 4.2), shortened(f"{metres:g}{unit}", SMALL, 12), SMALL, anchor="middle")
