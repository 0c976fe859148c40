"""Draw one sheet's map: town, routes, measures, findings, grid, frame; and say what had no room on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from maps.atlas.canvas import Canvas
from maps.atlas.dimensions import (
    draw_label,
    draw_passages,
    draw_routes,
    finding_wishes,
    kept_free,
    passage_wishes,
    route_wishes,
)
from maps.atlas.grid import draw_crosses, draw_frame
from maps.atlas.items import item_wishes
from maps.atlas.labels import MARK, NAME, Place, Wish, around, place_labels
from maps.atlas.town import draw_town
from maps.atlas.words import WORDS
from maps.svg_sheet import Sheet, number
from maps.symbols import symbols

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from maps.atlas.scale import Window
    from maps.atlas.stops import Numbered, StopSheet
    from maps.atlas.town import Town

STOP_INK, SHEET_INK = symbols()["visit"], "#7a1f6b"
WAY_MM, WAY_DASH = 0.6, "2.4 1.2"
SHEET_MM, SHEET_DASH = 0.25, "2 1"
_LEGEND_ORDER = (
    "routes",
    "passages",
    "severities",
    "marks",
    "pipes",
    "sites",
    "roads",
    "buildings",
    "trees",
    "greens",
    "waters",
    "parcels",
)


class Map(NamedTuple):
    """A map on paper: its document, its size (millimetres), the keys of its legend, what had no room on it.

    ``shown`` are the numbers of the findings that lie on it.
    """

    svg: str
    width: float
    height: float
    keys: list[str]
    left_out: list[str]
    shown: frozenset[str] = frozenset()


def stop_map(
    window: Window,
    town: Town,
    stop: StopSheet,
    numbered: Sequence[Numbered],
    place: tuple[float, float] | None,
    language: str,
) -> Map:
    """Return the map of one sheet of a stop, with its measures and findings; None: nowhere in particular to meet."""
    canvas = Canvas(window)
    canvas.begin_map()
    keys, wishes = draw_town(canvas, town)
    keys += draw_passages(canvas, stop.answers)
    draw_crosses(canvas)
    found, marks = (
        item_wishes(canvas, stop.items, numbered) if stop.items else finding_wishes(canvas, numbered, language)
    )
    keys += draw_routes(canvas, town, stop.routes)
    keys += ["marks.item"] if any(mark.look == "stop" for mark in marks) else []
    keys += [] if place is None else ["marks.stop"]
    wishes = [
        *marks,
        *_stop_marks(canvas, [] if place is None else [place], language),
        *passage_wishes(canvas, stop.answers, language),
        *route_wishes(canvas, town, stop, language),
        *wishes,
    ]
    left_out = _write(canvas, town, wishes)
    shown = frozenset(mark.text for mark in marks)
    return _finished(canvas, stop.name, keys + found, left_out)._replace(shown=shown)


def overview_map(
    window: Window,
    town: Town,
    stops: Sequence[StopSheet],
    places: Sequence[tuple[float, float]],
    sheets: Sequence[tuple[str, Window]],
    title: str,
    language: str,
) -> Map:
    """Return the map of the whole visit: routes, stops in their order, the way to them, and where each sheet lies."""
    canvas = Canvas(window)
    canvas.begin_map()
    keys, wishes = draw_town(canvas, town)
    draw_crosses(canvas)
    keys += draw_routes(canvas, town, [name for stop in stops for name in stop.routes])
    for at, stop in enumerate(stops):
        if stop.way is not None:
            cut = canvas.inside(np.array([stop.way], dtype=object))
            canvas.shapes(cut, colour=STOP_INK, width=WAY_MM, dash=WAY_DASH, cap="round")
        elif at:
            between = [(float(x), float(y)) for x, y in canvas.at(places[at - 1 : at + 1])]
            canvas.path(between, colour=STOP_INK, width=0.4, dash="1.6 1.2")
    wishes = [
        *_stop_marks(canvas, places, language),
        *_beginning(canvas, stops, language),
        *_sheet_frames(canvas, sheets),
        *wishes,
    ]
    keys += [*(["marks.stop"] if places else []), *(["marks.way"] if _travels(stops) else []), "marks.sheet"]
    left_out = _write(canvas, town, wishes)
    return _finished(canvas, title, keys, left_out)


def index_map(
    sheets: Sequence[Window], current: Window, lines: Iterable[shapely.Geometry], width: float
) -> tuple[str, float]:
    """Return the index of a stop's sheets, ``width`` millimetres wide, the current one filled; and its height."""
    boxes = [shapely.box(*one.bounds) for one in sheets]
    west, south, east, north = shapely.total_bounds(np.array(boxes, dtype=object))
    size = min((width - 2) / (east - west), 38.0 / (north - south))
    sheet, height = Sheet(), (north - south) * size + 2

    def at(points: shapely.Geometry) -> list[tuple[float, float]]:
        return [((x - west) * size + 1, (north - y) * size + 1) for x, y in shapely.get_coordinates(points).tolist()]

    for one, box in zip(sheets, boxes, strict=True):
        sheet.path(at(box), closed=True, colour=SHEET_INK, width=0.2, fill="#ecd9e8" if one == current else "none")
    for line in shapely.get_parts(np.array(list(lines), dtype=object)):
        sheet.path(at(shapely.simplify(line, 0.1 / size)), width=0.35, colour="#1f2933")
    for k, box in enumerate(boxes, 1):
        x, y = at(box.centroid)[0]
        sheet.text((x, y + 1.0), str(k), 2.8, anchor="middle", colour=SHEET_INK, bold=True)
    return sheet.svg(width, height, "index", "index of sheets"), float(number(height))


def _stop_marks(canvas: Canvas, places: Sequence[tuple[float, float]], language: str) -> list[Wish]:
    """Ask for the sign of each stop on the sheet: its number, or a letter where there is but one."""
    wishes = []
    many = len(places) > 1
    for k, (x, y) in enumerate(canvas.at(places).tolist(), 1):
        said = str(k) if many else WORDS[language]["stop"][0]
        spots = [Place(x, y), *around(x, y, (5.0, 9.0, 14.0, 20.0))]
        wishes.append(Wish(said, 3.0 if many else 2.4, spots, MARK, told=said, mark=(x, y), look="stop", bold=True))
    return wishes


def _travels(stops: Sequence[StopSheet]) -> bool:
    return len(stops) > 1 or any(stop.way is not None for stop in stops)


def _beginning(canvas: Canvas, stops: Sequence[StopSheet], language: str) -> list[Wish]:
    """Ask for the sign of where one sets out, unless that is the first stop."""
    way = stops[0].way if stops else None
    if way is None or way.length == 0:
        return []
    x, y = canvas.at(shapely.get_coordinates(way)[:1])[0].tolist()
    spots = [Place(x, y), *around(x, y, (5.0, 9.0, 14.0, 20.0))]
    said = WORDS[language]["begin"]
    return [Wish(said, 2.4, spots, MARK, told=said, mark=(x, y), look="stop", bold=True)]


def _sheet_frames(canvas: Canvas, sheets: Sequence[tuple[str, Window]]) -> list[Wish]:
    wishes = []
    for name, window in sheets:
        box = shapely.box(*window.bounds)
        corners = [(float(x), float(y)) for x, y in canvas.at(shapely.get_coordinates(box))]
        canvas.path(corners, closed=True, colour=SHEET_INK, width=SHEET_MM, dash=SHEET_DASH)
        left, right = min(x for x, _ in corners), max(x for x, _ in corners)
        top, low = min(y for _, y in corners), max(y for _, y in corners)
        spots = [
            Place(x, y) for y in (top - 1.9, low + 1.9, top + 1.9) for x in (left + 6, (left + right) / 2, right - 6)
        ]
        wishes.append(Wish(name, 2.3, spots, NAME, told=name, colour=SHEET_INK, bold=True))
    return wishes


def _write(canvas: Canvas, town: Town, wishes: Sequence[Wish]) -> list[str]:
    """Place and draw the labels; return what is to be told beside the map, equal ones once with their number."""
    placed, out = place_labels(wishes, canvas.window.room, canvas.left, canvas.top, kept_free(canvas, town))
    for one in reversed(placed):
        draw_label(canvas, one)
    counted: dict[str, int] = {}
    for wish in out:
        if wish.told:
            counted[wish.told] = counted.get(wish.told, 0) + 1
    return [told if count == 1 else f"{told} ×{count}" for told, count in counted.items()]


def _finished(canvas: Canvas, title: str, keys: Sequence[str], left_out: list[str]) -> Map:
    canvas.end_map()
    draw_frame(canvas)
    ordered = sorted(dict.fromkeys(keys), key=lambda key: _LEGEND_ORDER.index(key.partition(".")[0]))
    return Map(canvas.document(title), canvas.width, canvas.height, ordered, left_out)
