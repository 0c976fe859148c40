"""Draw the legend of a sheet: what is on it and nothing else, in the colours it is drawn in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.atlas.dimensions import OWN_MM, route_dash
from maps.atlas.sheets import SHEET_DASH, SHEET_INK, SHEET_MM, STOP_INK, WAY_DASH, WAY_MM
from maps.atlas.town import (
    BUILDING_FILL,
    BUILDING_INK,
    CASING_INK,
    HATCH_INK,
    PIPE_DASH,
    PIPE_MM,
    SITE_DASH,
    SITE_MM,
    draw_tree,
    utility_colour,
)
from maps.atlas.words import WORDS
from maps.layers import UNKNOWN
from maps.svg_sheet import Sheet, shortened, text_width
from maps.symbols import layer_symbol, symbols
from survey.findings import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Sequence

ROW_MM, SWATCH_MM, TEXT_MM, SMALLEST_MM = 4.6, 9.0, 2.4, 1.8
PASSAGE_CLEAR = "59"
"""Last two digits of a colour that lets a third through."""


def legend(keys: Sequence[str], language: str, width: float) -> tuple[str, float]:
    """Return the legend as SVG, ``width`` millimetres wide in two columns, and its height.

    Parameters
    ----------
    keys
        What the drawing functions found on the sheet, such as ``roads.local`` or ``pipes.gas``; in the order of the
        legend.
    """
    sheet, column = Sheet(), width / 2
    rows = max(1, -(-len(keys) // 2))
    room, names = column - SWATCH_MM - 2.0, [_name(key, language) for key in keys]
    widest = max((text_width(name, TEXT_MM) for name in names), default=0.0)
    size = max(SMALLEST_MM, min(TEXT_MM, round(TEXT_MM * room / widest, 2) if widest else TEXT_MM))
    for k, (key, name) in enumerate(zip(keys, names, strict=True)):
        x, y = (k // rows) * column, (k % rows) * ROW_MM + ROW_MM / 2
        _swatch(sheet, key, x, y)
        sheet.text((x + SWATCH_MM + 1.5, y + 0.9), shortened(name, size, room), size)
    height = rows * ROW_MM
    title = "图例" if language == "zh" else "Legend"
    return sheet.svg(width, height, title, title), height


def _name(key: str, language: str) -> str:
    layer, _, kind = key.partition(".")
    if layer == "marks":
        return str(WORDS[language]["marks"][kind])
    if layer == "severities":
        return ("发现·" if language == "zh" else "Finding: ") + SEVERITIES[kind][0 if language == "zh" else 1]
    if layer == "passages":
        return str(symbols()["passages"][kind][language])
    if layer == "roads":
        return str(layer_symbol("roads")["classes"][kind][language])
    symbol = layer_symbol(layer)
    if layer not in ("pipes", "routes"):
        return str(symbol[language])
    look = symbols()["utilities"].get(kind)
    short = {"pipes": ("现状", "Existing"), "routes": ("规划", "Planned")}[layer][0 if language == "zh" else 1]
    gap = "" if language == "zh" else " "
    return f"{short}{gap}{look[language]} {look['code']}" if look else f"{short}{gap}{UNKNOWN[language]}"


def _swatch(sheet: Sheet, key: str, x: float, y: float) -> None:
    """Draw what a key stands for, ``SWATCH_MM`` wide around the height ``y``."""
    layer, _, kind = key.partition(".")
    if layer in ("routes", "pipes"):
        _line_swatch(sheet, layer, kind, (x + 0.5, y), (x + SWATCH_MM - 0.5, y))
    elif layer == "marks":
        _mark_swatch(sheet, kind, x, y)
    elif layer in ("severities", "trees"):
        _round_swatch(sheet, layer, kind, (x + SWATCH_MM / 2, y))
    else:
        _area_swatch(sheet, layer, kind, x, y)


def _line_swatch(sheet: Sheet, layer: str, kind: str, a: tuple[float, float], b: tuple[float, float]) -> None:
    if layer == "pipes":
        sheet.line(a, b, utility_colour(kind), PIPE_MM, PIPE_DASH)
    else:
        sheet.line(a, b, utility_colour(kind), OWN_MM, route_dash(kind))


def _mark_swatch(sheet: Sheet, kind: str, x: float, y: float) -> None:
    """Draw what only a visit has on its sheets: the way, where sheets lie, where one stands, what is done there."""
    left, right = x + 0.5, x + SWATCH_MM - 0.5
    if kind == "way":
        sheet.line((left, y), (right, y), STOP_INK, WAY_MM, WAY_DASH)
        return
    if kind == "sheet":
        box = [(left + 1, y - 1.5), (right - 1, y - 1.5), (right - 1, y + 1.5), (left + 1, y + 1.5)]
        sheet.path(box, closed=True, colour=SHEET_INK, width=SHEET_MM, dash=SHEET_DASH)
        return
    said, radius = ("1-1", 1.9) if kind == "item" else ("1", 1.7)
    sheet.circle((x + SWATCH_MM / 2, y), radius, STOP_INK, STOP_INK, 0.25)
    sheet.text((x + SWATCH_MM / 2, y + 0.7), said, 1.8, anchor="middle", colour="#ffffff", bold=True)


def _round_swatch(sheet: Sheet, layer: str, kind: str, at: tuple[float, float]) -> None:
    if layer == "trees":
        draw_tree(sheet, at)
        return
    look = symbols()["severities"][kind]
    sheet.circle(at, 1.7, look["fill"], look["line"], 0.25)
    sheet.text((at[0], at[1] + 0.75), "1", 2.0, anchor="middle", colour=look["ink"], bold=True)


def _area_swatch(sheet: Sheet, layer: str, kind: str, x: float, y: float) -> None:
    left, right, half = x + 1, x + SWATCH_MM - 1, 1.5
    box = [(left, y - half), (right, y - half), (right, y + half), (left, y + half)]
    if layer == "passages":
        sheet.path(box, closed=True, fill=symbols()["passages"][kind]["stroke"] + PASSAGE_CLEAR)
    elif layer == "roads":
        sheet.path(box, closed=True, fill=layer_symbol("roads")["classes"][kind]["fill"])
        for edge in (y - half, y + half):
            sheet.line((left, edge), (right, edge), CASING_INK, 0.25)
    elif layer == "sites":
        sheet.path(box, closed=True, colour=layer_symbol("sites")["stroke"], width=SITE_MM, dash=SITE_DASH)
    elif layer == "buildings":
        sheet.path(box, closed=True, fill=BUILDING_FILL, colour=BUILDING_INK, width=0.2)
        for k in range(3):
            sheet.line((left + 2 * k, y + half), (left + 3 + 2 * k, y - half), HATCH_INK, 0.11)
    else:
        symbol = layer_symbol(layer)
        sheet.path(box, closed=True, fill=symbol["fill"], colour=symbol["stroke"], width=0.13)
