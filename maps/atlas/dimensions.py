"""Put measures on the lines, lengths, crossings and covers as the assessment gives them, and numbers of findings."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry import shape

from maps.atlas.items import numbered_by_items
from maps.atlas.labels import DIMENSION, MARK, NAME, Place, Wish, along, around, dimension_ends
from maps.atlas.stops import Numbered
from maps.atlas.town import COARSEST_MINOR, line_code, utility_colour
from maps.atlas.words import WORDS
from maps.field_findings import drawn_findings, finding_layers
from maps.svg_sheet import text_width
from maps.symbols import symbols

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from maps.atlas.canvas import Canvas
    from maps.atlas.labels import Placed, Span
    from maps.atlas.stops import StopSheet
    from maps.atlas.town import Town

LABEL_MM, DIMENSION_MM, MARK_MM = 2.3, 2.1, 2.0
OWN_MM, OTHER_MM = 0.9, 0.45
ASIDE_MM = 2.6
FIGURE_KINDS = ("crossing", "along", "green")
_KEPT_OFF_MM = 0.7
BEYOND_MM = 0.8
"""How far an extension line goes beyond the dimension line."""


def number_findings(stops: Sequence[StopSheet]) -> list[list[Numbered]]:
    """Return each stop's findings with numbers that go on through the atlas; one of two stops keeps its number.

    What passes is left out; what has no place comes behind what is drawn. At a stop of a planned visit each has the
    number of the item that settles it.
    """
    numbers: dict[str, int] = {}
    answer = []
    for stop in stops:
        if stop.items:
            known = {each.id: each for each in stop.findings}
            answer.append([Numbered(number, each) for number, each in numbered_by_items(stop.items, known)])
            continue
        drawn = drawn_findings(stop.findings)
        shown = {each.id for each in drawn}
        rest = [each for each in stop.findings if each.outcome != "passes" and each.id not in shown]
        for each in (*drawn, *rest):
            numbers.setdefault(each.id, len(numbers) + 1)
        answer.append([Numbered(numbers[each.id], each) for each in (*drawn, *rest)])
    return answer


def draw_routes(canvas: Canvas, town: Town, own: Sequence[str]) -> list[str]:
    """Draw the planned routes, those of the stop strongest; return the keys of what is there."""
    rows = town.on("routes", canvas).tolist()
    ids, utilities = ([str(one) for one in town.column("routes", c)] for c in ("id", "utility")) if rows else ([], [])
    for mine in (False, True):
        for row in rows:
            if (ids[row] in own) != mine:
                continue
            cut = canvas.inside([town.shapes["routes"][row]])
            width = OWN_MM if mine else OTHER_MM
            canvas.shapes(cut, colour="#ffffff", width=width + 0.9, opacity=0.9, cap="round")
            canvas.shapes(cut, colour=utility_colour(utilities[row]), width=width, dash=route_dash(utilities[row]))
    known = symbols()["utilities"]
    present = {utilities[row] if utilities[row] in known else "" for row in rows}
    return [f"routes.{one}" for one in (*known, "") if one in present]


def route_dash(utility: str) -> str:
    """Return the dashes of a utility's planned lines, in millimetres; empty for a full line."""
    return " ".join(f"{part * 0.4:g}" for part in symbols()["utilities"].get(utility, {}).get("dash", []))


def draw_passages(canvas: Canvas, answers: Sequence[Mapping[str, Any]]) -> list[str]:
    """Draw the counted stretches under the routes; return the keys of what is on the sheet."""
    keys = []
    for kind in FIGURE_KINDS:
        cut = canvas.inside(
            [shape(one["geometry"]) for answer in answers for one in answer["passages"] if one["kind"] == kind]
        )
        if len(cut) and not shapely.is_empty(cut).all():
            canvas.shapes(cut, colour=symbols()["passages"][kind]["stroke"], width=2.6, opacity=0.35)
            keys.append(f"passages.{kind}")
    return keys


def route_wishes(canvas: Canvas, town: Town, stop: StopSheet, language: str) -> Iterator[Wish]:
    """Ask for the labels of planned routes: the stop's with length and cover, others' where one can read it."""
    rows = town.on("routes", canvas).tolist()
    ids = [str(one) for one in town.column("routes", "id")] if rows else []
    answers = dict(zip(stop.routes, stop.answers, strict=False))
    for row in sorted(rows, key=lambda one: ids[one] not in stop.routes):
        mine = ids[row] in stop.routes
        if not mine and canvas.window.scale > COARSEST_MINOR:
            continue
        said = (
            route_label(town, row, answers.get(ids[row]), language)
            if mine
            else f"{ids[row]} {line_code(town, 'routes', row)}"
        )
        wide = text_width(said, LABEL_MM)
        parts = shapely.get_parts(canvas.inside([town.shapes["routes"][row]]))
        lines = sorted((one for one in parts if shapely.get_dimensions(one) == 1), key=lambda one: -one.length)[:3]
        points = [[(float(x), float(y)) for x, y in canvas.at(shapely.get_coordinates(line))] for line in lines]
        asides = (-ASIDE_MM, ASIDE_MM, -2.2 * ASIDE_MM, 2.2 * ASIDE_MM, -4 * ASIDE_MM, 4 * ASIDE_MM)
        places = [place for one in points for place in along(one, wide, asides, (0.5, 0.3, 0.7, 0.12, 0.88))]
        places += [place for one in points for place in around(*one[len(one) // 2], (6.0, 12.0, 20.0))]
        colour = utility_colour(town.column("routes", "utility")[row])
        yield Wish(said, LABEL_MM, places, DIMENSION if mine else NAME, told=said, colour=colour, bold=mine)


def route_label(town: Town, row: int, answer: Mapping[str, Any] | None, language: str) -> str:
    """Return what stands on a route of the stop."""
    parts = [str(town.column("routes", "id")[row]), line_code(town, "routes", row)]
    if answer:
        parts.append(f"L={answer['quantities']['length_m']['value']:.2f} m")
    cover = town.column("routes", "cover_m")[row]
    if isinstance(cover, (int, float, np.number)):
        parts.append(f"{WORDS[language]['cover']} {cover:.2f} m")
    return "  ".join(parts)


def passage_wishes(canvas: Canvas, answers: Sequence[Mapping[str, Any]], language: str) -> Iterator[Wish]:
    """Ask for a dimension on every counted stretch of which some is on the sheet."""
    words = WORDS[language]
    for answer in answers:
        for one in answer["passages"]:
            line = shape(one["geometry"])
            if one["kind"] not in FIGURE_KINDS or shapely.is_empty(canvas.inside([line])[0]):
                continue
            (ax, ay), *_, (bx, by) = canvas.at(shapely.get_coordinates(line)).tolist()
            off = f" ±{one['uncertainty_m']:.2f}" if one["uncertainty_m"] else ""
            said = f"{words[one['kind']]} {one['length_m']:.2f}{off} m"
            colour = symbols()["passages"][one["kind"]]["stroke"]
            places = _beside((ax, ay), (bx, by))
            told = f"{one['route']} {said} {one['name'] or one['owner'] or ''}".strip()
            yield Wish(said, DIMENSION_MM, places, DIMENSION, told, colour, span=((ax, ay), (bx, by)), look="span")


def _beside(a: tuple[float, float], b: tuple[float, float]) -> list[Place]:
    """Return places beside a span, on both sides and farther and farther away."""
    length = math.dist(a, b)
    if length == 0:
        return around(*a, (4.0, 8.0))
    x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    ux, uy = (b[0] - a[0]) / length, (b[1] - a[1]) / length
    from_left = math.degrees(math.atan2(uy, ux))
    angle = from_left - 180 if from_left >= 90 else from_left + 180 if from_left < -90 else from_left  # noqa: PLR2004 - a right angle
    offs = (6.0, -6.0, 9.5, -9.5, 13.0, -13.0, 18.0, -18.0)
    return [Place(x - uy * off, y + ux * off, round(angle, 2)) for off in offs]


def finding_wishes(canvas: Canvas, numbered: Sequence[Numbered], language: str) -> tuple[list[str], list[Wish]]:
    """Draw where findings are, and ask for their numbers; return also the keys of the severities on the sheet."""
    by_id = {each.finding.id: each.number for each in numbered}
    drawn = drawn_findings([each.finding for each in numbered])
    keys, wishes = [], []
    for layer in finding_layers(drawn, language):
        severity = drawn[int(layer.numbers[0]) - 1].severity
        points = canvas.at(shapely.get_coordinates(layer.marks))
        cut = canvas.inside(layer.geometries)
        for number, (x, y), part in zip(layer.numbers, points.tolist(), cut, strict=True):
            if shapely.is_empty(part):
                continue
            if f"severities.{severity}" not in keys:
                keys.append(f"severities.{severity}")
            canvas.shapes([part], colour=symbols()["severities"][severity]["line"], width=2.6, opacity=0.35)
            said = str(by_id[drawn[int(number) - 1].id])
            places = [Place(x, y), *around(x, y, (4.5, 8.0, 12.0, 17.0, 24.0))]
            told = f"{WORDS[language]['finding']} {said}"
            wishes.append(Wish(said, MARK_MM, places, MARK, told, mark=(x, y), look=severity, bold=True))
    return keys, wishes


def kept_free(canvas: Canvas, town: Town) -> list[shapely.Geometry]:
    """Return the planned routes as strips of the sheet that labels keep off."""
    cut = (
        shapely.get_parts(canvas.inside(town.shapes["routes"][town.on("routes", canvas)]))
        if "routes" in town.shapes
        else []
    )
    lines = [
        shapely.LineString(canvas.at(shapely.get_coordinates(one))) for one in cut if shapely.get_dimensions(one) == 1
    ]
    return [line.buffer(_KEPT_OFF_MM) for line in lines]


def draw_label(canvas: Canvas, one: Placed) -> None:
    """Draw a placed label with what it refers to: a leader, a dimension line."""
    wish, place = one
    if wish.mark is not None:
        look = symbols()["severities"].get(wish.look, {"fill": "#1f5fbf", "ink": "#ffffff", "line": "#1f5fbf"})
        radius = max(text_width(wish.text, wish.size), wish.size) / 2 + 0.6
        if math.dist(wish.mark, place[:2]) > radius:
            canvas.line(wish.mark, place[:2], look["line"], 0.2)
            canvas.circle(wish.mark, 0.45, look["line"], "#ffffff", 0.1)
        canvas.circle(place[:2], radius, look["fill"], look["line"], 0.25)
        canvas.turned(place[:2], wish.text, wish.size, 0, colour=look["ink"], bold=True, halo="")
        return
    if wish.span is not None:
        _dimension_line(canvas, wish.span, place, wish.colour)
    canvas.turned(place[:2], wish.text, wish.size, place.angle, colour=wish.colour, bold=wish.bold)


def _dimension_line(canvas: Canvas, span: Span, place: Place, colour: str) -> None:
    """Draw the dimension line of a span under its text: extension lines, arrows at both ends."""
    ends = dimension_ends(span, place)
    if ends is None:
        canvas.line(span[0], place[:2], colour, 0.15)
        return
    p, q = ends
    for end, foot in zip(span, ends, strict=True):
        away = math.dist(end, foot)
        beyond = 1 + BEYOND_MM / away if away else 1.0
        tip = (end[0] + (foot[0] - end[0]) * beyond, end[1] + (foot[1] - end[1]) * beyond)
        canvas.line(end, tip, colour, 0.13)
    canvas.line(p, q, colour, 0.18)
    canvas.arrow(p, q, colour)
    canvas.arrow(q, p, colour)
