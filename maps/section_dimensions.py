"""Draw the dimensions of a section: widths, depths, free distances between walls, the red line, the scale."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from maps.section_plot import (
    DEPTH_STEP_MM,
    EDGE,
    RED_LINE_SHOWN_M,
    SAME_M,
    SMALL,
    SOIL,
    TOP_MM,
    bench_depths,
    red_line_shown,
)
from maps.section_words import WORDS
from maps.svg_sheet import INK, PALE, RED, spread, text_width
from survey.sections.rules import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.section_plot import Plot
    from maps.svg_sheet import Sheet
    from survey.sections import LaidLine

TICKS_BELOW_MM = 3.5
BAR_MM = 25.0
SHOWN_M = 5e-4
"""Differences below half a millimetre are not told."""


def draw_top_width(sheet: Sheet, plot: Plot) -> None:
    """Draw the width at the ground, with the one that is allowed where that is less."""
    words, y = WORDS[plot.language], TOP_MM - 5.0
    limit, width = plot.section.site.max_width_m, plot.dug.top_width_m
    for x in (plot.left, plot.right):
        sheet.line((x, y - 1.5), (x, TOP_MM), PALE, 0.13)
    _dimension(sheet, y, plot.left, plot.right)
    said, colour = f"{words['top_width']} {shown(width)}", INK
    if limit is not None and width > limit + SAME_M:
        said, colour = said + words["allowed"].format(shown(limit)), RED
    fits = plot.right + 1.5 + text_width(said, SMALL) <= plot.width - EDGE
    at = (plot.right + 1.5, y + 0.9) if fits else (plot.width - EDGE, y - 1.0)  # else above the dimension's end
    side = "start" if fits else "end"
    sheet.text(at, said, SMALL, anchor=side, colour=colour, bold=True, halo="#ffffff")


def draw_red_line(sheet: Sheet, plot: Plot) -> None:
    """Draw the road's red line and its distance from the trench, where it is known."""
    distance = plot.section.site.red_line_m
    if distance is None:
        return
    x = plot.left - plot.mm(red_line_shown(plot.section))
    sheet.line((x, 43.0), (x, plot.bottom + 5), RED, 0.5, "6 1.2 1 1.2")
    sheet.text((x - 1.2, 45.0), WORDS[plot.language]["red_line"], SMALL, anchor="end", colour=RED, bold=True)
    said = shown(distance)
    if plot.left - x > text_width(said, SMALL):
        _dimension(sheet, TOP_MM + 5.5, x, plot.left, RED)
        sheet.text(((x + plot.left) / 2, TOP_MM + 4.7), said, SMALL, anchor="middle", colour=RED)
    if distance > RED_LINE_SHOWN_M:
        _break(sheet, x + (plot.left - x) / 4)


def _break(sheet: Sheet, x: float) -> None:
    """Mark that the distance to the red line is shortened."""
    for shift in (0.0, 1.4):
        zigzag = ((0.0, -2.2), (0.8, -0.4), (-0.8, 0.4), (0.0, 2.2))
        sheet.path([(x + shift + across, TOP_MM + down) for across, down in zigzag], colour=INK, width=0.3)


def draw_depths(sheet: Sheet, plot: Plot) -> None:
    """Draw the depth of every bench right of the trench."""
    for k, depth in enumerate(bench_depths(plot.dug)):
        x, y = plot.right + 7.0 + DEPTH_STEP_MM * k, plot.at(0, depth)[1]
        edge = max(bench.to_m for bench in plot.dug.benches if abs(bench.depth_m - depth) < SHOWN_M)
        sheet.line((plot.at(edge, 0)[0], y), (x + 1.5, y), PALE, 0.13)
        sheet.line((x, TOP_MM), (x, y), INK)
        sheet.arrow((x, TOP_MM), (x, y))
        sheet.arrow((x, y), (x, TOP_MM))
        sheet.text((x - 0.8, (TOP_MM + y) / 2), shown(depth), SMALL, anchor="middle", upright=True, halo=SOIL)


def draw_clearances(sheet: Sheet, plot: Plot) -> float:
    """Draw what lies free under the trench, between neighbours and where others hold it, and the bottom's width.

    Returns where the dimensions end (millimetres).
    """
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
    sheet.text((x1 + 1.5, low + 0.9), f"{words['bottom_width']} {shown(plot.dug.bottom_width_m)}", SMALL, bold=True)
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
    texts = [shown(b - a) for a, b in free]
    for k, (first, second) in enumerate(pairwise(lines), 1):
        least = asked[frozenset((first.need.line.id, second.need.line.id))]
        if free[k][1] - free[k][0] > least + SHOWN_M:
            texts[k] += f"(≥{shown(least)})"
    spans = [(plot.at(a, 0)[0], plot.at(b, 0)[0]) for a, b in free]
    for x0, x1 in spans:
        _dimension(sheet, y, x0, x1)
    return _chain_texts(sheet, y, spans, texts, plot.width - EDGE)


def _chain_texts(
    sheet: Sheet, y: float, spans: Sequence[tuple[float, float]], texts: Sequence[str], right: float
) -> float:
    """Write each distance above its span, or where that is too narrow in a row below, spread and joined by a line."""
    low = []
    for (x0, x1), text in zip(spans, texts, strict=True):
        if text_width(text, SMALL) <= x1 - x0 - 0.6:
            sheet.text(((x0 + x1) / 2, y - 0.7), text, SMALL, anchor="middle")
        else:
            low.append(((x0 + x1) / 2, text))
    places = spread([x for x, _ in low], [text_width(t, SMALL) + 1.2 for _, t in low], EDGE, right)
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
    sheet.text(((x0 + x1) / 2, y - 0.7), shown(free), SMALL, anchor="middle")


def draw_scale_bar(sheet: Sheet, plot: Plot, y: float) -> None:
    """Draw a bar of round length in two fields, with metres."""
    whole = next((m for m in (0.5, 1.0, 2.0, 5.0, 10.0) if plot.mm(m) >= BAR_MM), 20.0)
    x, half = plot.width - EDGE - plot.mm(whole) - 8, plot.mm(whole / 2)
    for k, fill in enumerate((INK, "#ffffff")):
        a, b = x + k * half, x + (k + 1) * half
        sheet.path([(a, y), (b, y), (b, y + 1.2), (a, y + 1.2)], closed=True, fill=fill, colour=INK, width=0.2)
    for k, said in enumerate(("0", f"{whole / 2:g}", f"{whole:g} m")):
        sheet.text((x + k * half, y + 4.2), said, SMALL, anchor="middle")


def _dimension(sheet: Sheet, y: float, x0: float, x1: float, colour: str = INK) -> None:
    sheet.line((x0, y), (x1, y), colour)
    if x1 - x0 > TICKS_BELOW_MM:
        sheet.arrow((x0, y), (x1, y), colour)
        sheet.arrow((x1, y), (x0, y), colour)
    else:
        for x in (x0, x1):
            sheet.line((x - 0.6, y + 0.6), (x + 0.6, y - 0.6), colour, 0.3)
