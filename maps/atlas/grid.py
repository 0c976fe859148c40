"""Draw what makes a drawing a map: frame, grid crosses with their coordinates, north, scale bar."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from maps.svg_sheet import INK, Sheet, number

if TYPE_CHECKING:
    from maps.atlas.canvas import Canvas
    from maps.atlas.scale import Window

CROSS_MM, GRID_INK = 5.0, "#3d4a57"
COORDINATE_MM, OUTER_MM = 2.1, 0.8
FURNITURE_MM = 17.0
_BAR_MM = 40.0


def crosses_of(window: Window) -> tuple[list[int], list[int]]:
    """Return the eastings and the northings of the grid lines on a sheet, whole multiples of its step.

    >>> from maps.atlas.scale import Room, Window
    >>> crosses_of(Window(1010.0, 2040.0, Room(280, 260), 500))
    ([1050, 1100, 1150], [2050, 2100, 2150])
    """
    west, south, east, north = window.bounds
    step = window.step
    return (
        [k * step for k in range(math.ceil(west / step), math.floor(east / step) + 1)],
        [k * step for k in range(math.ceil(south / step), math.floor(north / step) + 1)],
    )


def draw_crosses(canvas: Canvas) -> None:
    """Draw a cross wherever two grid lines meet."""
    eastings, northings = crosses_of(canvas.window)
    half = CROSS_MM / 2
    for x, y in canvas.at([(x, y) for x in eastings for y in northings]).tolist():
        canvas.line((x - half, y), (x + half, y), GRID_INK, 0.13)
        canvas.line((x, y - half), (x, y + half), GRID_INK, 0.13)


def draw_frame(canvas: Canvas) -> None:
    """Draw the inner and the outer line of the frame and the full coordinates between them (X north, Y east)."""
    left, top = canvas.left, canvas.top
    right, low = left + canvas.window.room.width, top + canvas.window.room.height
    out = COORDINATE_MM + 2.4
    inner = [(left, top), (right, top), (right, low), (left, low)]
    outer = [(left - out, top - out), (right + out, top - out), (right + out, low + out), (left - out, low + out)]
    canvas.path(inner, closed=True, colour=INK, width=0.2)
    canvas.path(outer, closed=True, colour=INK, width=OUTER_MM)
    eastings, northings = crosses_of(canvas.window)
    west, south, _, _ = canvas.window.bounds
    size, gap = COORDINATE_MM, 1.1
    for easting in eastings:
        x = float(canvas.at((easting, south))[0, 0])
        for edge, away, base in ((top, top - out, top - gap), (low, low + out, low + gap + size * 0.8)):
            canvas.line((x, edge), (x, away), INK, 0.13)
            anchor, at = _beside(x, right, 0.8, "start", "end")
            canvas.text((at, base), f"Y {easting}", size, anchor=anchor)
    for northing in northings:
        y = float(canvas.at((west, northing))[0, 1])
        for edge, away, base in ((left, left - out, left - gap), (right, right + out, right + gap + size * 0.8)):
            canvas.line((edge, y), (away, y), INK, 0.13)
            anchor, at = _beside(y, top + 22.0, -0.8, "end", "start") if y < top + 22.0 else ("start", y - 0.8)
            canvas.text((base, at), f"X {northing}", size, anchor=anchor, upright=True)


def _beside(at: float, limit: float, gap: float, usual: str, turned: str) -> tuple[str, float]:
    """Return on which side of its line a coordinate stands: the other one where it would leave the frame."""
    if usual == "start" and at + 22.0 > limit:
        return turned, at - gap
    return usual, at + (gap if usual == "start" else -gap)


def furniture(scale: int, north: str, width: float) -> tuple[str, float]:
    """Return a drawing of north arrow and scale bar, ``width`` millimetres wide, and its height."""
    sheet = Sheet()
    draw_furniture(sheet, scale, north, width)
    return sheet.svg(width, FURNITURE_MM, f"1:{scale}", north), FURNITURE_MM


def draw_furniture(sheet: Sheet, scale: int, north: str, width: float) -> None:
    """Draw the scale with its bar to the left and the north arrow to the right of a strip `FURNITURE_MM` high."""
    x, low = width - 9.0, 15.0
    sheet.path([(x, 3.6), (x - 3.2, low), (x, low - 2.6)], closed=True, fill=INK, colour=INK, width=0.15)
    sheet.path([(x, 3.6), (x + 3.2, low), (x, low - 2.6)], closed=True, fill="#ffffff", colour=INK, width=0.15)
    sheet.text((x, 2.9), north, 2.8, anchor="middle", bold=True)
    part = _BAR_MM / 4
    metres = part * scale / 1000
    for k in range(4):
        a, b = 2.0 + k * part, 2.0 + (k + 1) * part
        fill = INK if k % 2 == 0 else "#ffffff"
        sheet.path([(a, 10.0), (b, 10.0), (b, 11.4), (a, 11.4)], closed=True, fill=fill, colour=INK, width=0.15)
    for k in (0, 1, 2, 4):
        unit = " m" if k == 4 else ""  # noqa: PLR2004 - the last mark bears the unit
        sheet.text((2.0 + k * part, 14.4), number(k * metres) + unit, 2.3, anchor="start" if k == 0 else "middle")
    sheet.text((2.0, 7.6), f"1:{scale}", 4.2, bold=True)
