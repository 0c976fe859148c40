"""Draw a cross-section to scale as an engineer reads it: trench, lines, dimensions, schedule, earth."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from maps.section_dimensions import draw_clearances, draw_depths, draw_red_line, draw_scale_bar, draw_top_width
from maps.section_plot import (
    BEDDING,
    EDGE,
    FILL,
    PAVED,
    SAME_M,
    SCREEN,
    SMALL,
    SOIL,
    SOIL_EDGE,
    TINY,
    TOP_MM,
    Plot,
    colour_of,
)
from maps.section_schedule import draw_legend, draw_schedule
from maps.section_words import WORDS, site_of, title_of, told
from maps.svg_sheet import INK, PALE, RED, Sheet, spread, text_width
from survey.sections.rules import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.section_plot import Room
    from survey.sections import LaidLine, Section

DOT_MM, CROSS_MM = 0.6, 1.6
FIGURE_TOP_MM = 25.5
"""Where the labels over the ground begin, below the title."""
RED_LINE_WORDS_MM = 8.5
"""How far below the ground the dimension to the red line reaches, and the height of a word below it."""


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
        below = _figure(sheet, Plot.of(section, section.excavation, language))
    height = draw_schedule(sheet, section, language, below)
    return sheet.svg(SCREEN.width, height + EDGE, title_of(section, language), told(section, language))


class Figure(NamedTuple):
    """A drawing without title and schedule: its document, its scale, and the size it is true at (millimetres)."""

    svg: str
    scale: int
    width: float
    height: float


def section_figure(section: Section, language: str, room: Room, height: float) -> Figure | None:
    """Return the drawing alone, at the largest usual scale at which it is no taller than ``height`` millimetres.

    None where the lines have no places. Where no usual scale is small enough, the smallest.
    """
    figure = None
    plots = Plot.fitting(section, section.excavation, language, room) if section.excavation else ()
    for plot in plots:
        sheet = Sheet()
        low = _figure(sheet, plot) - FIGURE_TOP_MM
        svg = sheet.svg(plot.width, low, title_of(section, language), told(section, language), top=FIGURE_TOP_MM)
        figure = Figure(svg, plot.scale, plot.width, low)
        if low <= height:
            break
    return figure


def _figure(sheet: Sheet, plot: Plot) -> float:
    """Draw everything between title and schedule; return where it ends."""
    _ground(sheet, plot)
    _trench(sheet, plot)
    _lines(sheet, plot)
    _labels(sheet, plot)
    draw_top_width(sheet, plot)
    draw_red_line(sheet, plot)
    draw_depths(sheet, plot)
    below = draw_clearances(sheet, plot)
    draw_scale_bar(sheet, plot, below)
    draw_legend(sheet, plot.language, below + 1.0)
    return below + 9.0


def _title(sheet: Sheet, section: Section, language: str) -> None:
    words = WORDS[language]
    sheet.text((EDGE, 15.5), title_of(section, language), 5.0, bold=True)
    state = words["feasible"] if section.feasible else words["infeasible"]
    sheet.text(
        (SCREEN.width - EDGE, 15.5), state, 4.0, anchor="end", bold=True, colour=INK if section.feasible else RED
    )
    scale = ""
    if section.excavation is not None:
        scale = words["scale"].format(Plot.of(section, section.excavation, language).scale) + words["comma"]
    sheet.text((EDGE, 21.5), scale + site_of(section, language), 3.0, colour=PALE)
    sheet.line((EDGE, 24.0), (SCREEN.width - EDGE, 24.0), PALE, 0.25)


def _ground(sheet: Sheet, plot: Plot) -> None:
    """Draw soil, ground line and what is paved, with a break where the red line is nearer on paper than on site."""
    left, right, low = EDGE + 4, plot.width - EDGE - 4, plot.bottom + 5
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
        if laid.floor_m - need.level_m > SAME_M:
            floor = plot.at(0, laid.floor_m)[1]
            sheet.path([(x0, y1), (x0, floor), (x1, floor), (x1, y1)], colour=SOIL_EDGE, dash="0.8 0.6", width=0.15)
    held = plot.section.site.shored
    for (a, b), (p, q) in zip(pairwise(plot.dug.outline), pairwise(outline), strict=True):
        wall = abs(a[1] - b[1]) > SAME_M
        sheet.line(p, q, INK if held and wall else SOIL_EDGE, 1.0 if held and wall else 0.45)
    _wall_words(sheet, plot)


def _wall_words(sheet: Sheet, plot: Plot) -> None:
    slope = plot.section.slope_cell
    first = plot.dug.benches[0]
    below_red = RED_LINE_WORDS_MM / plot.mm(1.0) if plot.section.site.red_line_m is not None else 0.0
    depth = max(first.depth_m * 0.72, below_red)
    rise = max(first.depth_m - depth, 0.0)
    x, y = plot.at(first.from_m - rise * (slope.value if slope else 0.0), depth)
    words = WORDS[plot.language]
    said = f"1:{slope.value:.2f}" if slope else words["shored"]
    clear = 1.8 + SMALL * (slope.value if slope else 0.0)  # the wall leans over the text by its height
    sheet.text((x - clear, y), said, SMALL, anchor="end")


def _lines(sheet: Sheet, plot: Plot) -> None:
    """Draw every line in its true size, with its axes; what is too small for the eye is a dot of 1.2 mm."""
    for laid in plot.section.lines:
        centre, radius = plot.at(laid.x_m, laid.axis_depth_m), max(plot.mm(laid.need.radius_m), DOT_MM)
        colour, laying = colour_of(laid), laid.need.line.buried.laying
        if laying in ("duct", "trench"):
            _block(sheet, centre, radius, colour, ducts=laying == "duct")
            continue
        small = radius < CROSS_MM
        sheet.circle(centre, radius, colour if small else "#ffffff", colour, 0.2 if small else 0.6)
        if not small:
            x, y = centre
            for a, b in (((x - 1, y), (x + 1, y)), ((x, y - 1), (x, y + 1))):
                sheet.line(a, b, colour, 0.15)


def _block(sheet: Sheet, centre: tuple[float, float], radius: float, colour: str, *, ducts: bool) -> None:
    """Draw a bank of ducts with its holes, or the walls of a channel."""
    x, y = centre
    for half in (radius,) if ducts else (radius, radius * 0.8):
        box = [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]
        sheet.path(box, closed=True, fill="#ffffff", colour=colour, width=0.45)
    for across, down in [(-0.45, -0.45), (0.45, -0.45), (-0.45, 0.45), (0.45, 0.45)] if ducts else []:
        sheet.circle((x + across * radius, y + down * radius), radius * 0.33, colour, colour, 0.1)


def _labels(sheet: Sheet, plot: Plot) -> None:
    """Write each line's number, kind and cover over the ground, joined to it by the dimension of its cover."""
    lines, words = plot.section.lines, WORDS[plot.language]
    said = [(*_kind(laid, plot.language), f"{words['cover']} {shown(laid.need.cover_m)}") for laid in lines]
    widths = [max(text_width(text, SMALL) for text in texts) + 4.0 for texts in said]
    axes = [plot.at(laid.x_m, 0)[0] for laid in lines]
    places = spread(axes, widths, EDGE, plot.width - EDGE)
    for number, (laid, texts, place, x) in enumerate(zip(lines, said, places, axes, strict=True), 1):
        colour = colour_of(laid)
        sheet.circle((place, 28.4), 1.9, colour, colour)
        sheet.text((place, 29.3), str(number), SMALL, anchor="middle", colour="#ffffff", bold=True)
        for row, (text, ink) in enumerate(zip(texts, (colour, colour, INK), strict=True)):
            sheet.text((place, 33.4 + 3.1 * row), text, SMALL, anchor="middle", colour=ink, bold=row == 0)
        sheet.path([(place, 40.6), (place, 41.2), (x, 45.4), (x, TOP_MM)], colour=colour)
    _covers(sheet, plot, axes)


def _covers(sheet: Sheet, plot: Plot, axes: Sequence[float]) -> None:
    """Draw the dimension of each cover; its number where there is room for it, since the label gives it too."""
    taken = 0.0
    for laid, x in zip(plot.section.lines, axes, strict=True):
        colour, top = colour_of(laid), plot.at(0, laid.need.cover_m)[1]
        sheet.line((x, TOP_MM), (x, top), colour)
        sheet.arrow((x, TOP_MM), (x, top), colour)
        sheet.arrow((x, top), (x, TOP_MM), colour)
        said = shown(laid.need.cover_m)
        if x - taken > TINY + 1.2 and top - TOP_MM > text_width(said, TINY) + 3:
            middle = (x - 0.7, (TOP_MM + top) / 2)
            sheet.text(middle, said, TINY, anchor="middle", colour=colour, upright=True, halo=FILL)
        taken = x + max(plot.mm(laid.need.radius_m), DOT_MM)


def _kind(laid: LaidLine, language: str) -> tuple[str, str]:
    """Return utility and size of a line on lines of their own; the size is marked where it is assumed."""
    line = laid.need.line
    kind = line.kind_zh if language == "zh" else line.kind_en
    if line.buried.diameter_mm is None:
        return kind, f"φ{2000 * laid.need.radius_m:.0f}*"
    name, _, size = kind.rpartition(" ")
    return name, size
