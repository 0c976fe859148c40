"""Place labels so that none covers another: the weightiest first, in the same way every time."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from shapely import affinity

from maps.svg_sheet import INK, text_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from maps.atlas.scale import Room

MARK, DIMENSION, NAME, PIPE, MINOR = range(5)
"""Ranks, the weightiest first: numbers of findings and stops; measures; names of roads and sites; pipes; the rest."""
_APART_MM = 0.5
_UNDER_TEXT_MM = 1.9
"""How far a dimension line lies from the middle of its text."""

Span = tuple[tuple[float, float], tuple[float, float]]
"""Two ends on the sheet (millimetres)."""


class Place(NamedTuple):
    """Where a label may stand: its middle on the sheet (millimetres), its angle (degrees, clockwise)."""

    x: float
    y: float
    angle: float = 0.0


class Wish(NamedTuple):
    """A label that wants to stand at the first of some places that is free.

    ``told`` is what the list beside the map says where no place is free; a label without it may be left out. ``span``
    are the two ends of what a dimension measures, ``mark`` is what a number belongs to, both on the sheet.
    """

    text: str
    size: float
    places: Sequence[Place]
    rank: int
    told: str = ""
    colour: str = INK
    bold: bool = False
    span: Span | None = None
    mark: tuple[float, float] | None = None
    look: str = ""


class Placed(NamedTuple):
    """A wish and where it stands."""

    wish: Wish
    place: Place


def place_labels(
    wishes: Iterable[Wish], room: Room, left: float, top: float, kept_free: Sequence[shapely.Geometry] = ()
) -> tuple[list[Placed], list[Wish]]:
    """Return the labels that stand, and those for which nothing was free.

    Parameters
    ----------
    wishes
        Of equal rank the earlier one chooses first.
    room, left, top
        The map on the sheet; no label leaves it.
    kept_free
        Shapes on the sheet that a label keeps off where it can; one of the rank of a name or above covers them rather
        than be left out.

    Examples
    --------
    >>> from maps.atlas.scale import Room
    >>> twice = [Wish("给水", 2.0, [Place(10, 10)], PIPE), Wish("12", 2.0, [Place(10, 10), Place(30, 10)], MARK)]
    >>> placed, out = place_labels(twice, Room(50, 50), 0, 0)
    >>> [(one.wish.text, one.place.x) for one in placed], [one.text for one in out]
    ([('12', 10)], ['给水'])
    """
    frame = shapely.box(left + 1, top + 1, left + room.width - 1, top + room.height - 1)
    taken: list[shapely.Geometry] = []
    placed, left_out = [], []
    lines = shapely.union_all(np.asarray(kept_free, dtype=object)) if len(kept_free) else shapely.Point()
    for shape in (frame, lines):
        shapely.prepare(shape)
    for wish in sorted(wishes, key=lambda one: one.rank):
        found = _free(wish, frame, lines, taken)
        if found is None:
            left_out.append(wish)
            continue
        place, box = found
        taken.append(box)
        placed.append(Placed(wish, place))
    return placed, left_out


def _free(
    wish: Wish, frame: shapely.Geometry, lines: shapely.Geometry, taken: Sequence[shapely.Geometry]
) -> tuple[Place, shapely.Geometry] | None:
    """Return the first place that touches no label and no line; for what is weighty, else the first without labels.

    A dimension takes the room of its line too, which no text may cross.
    """
    second = None
    others = np.asarray(taken, dtype=object)
    for place in wish.places:
        box = _box(wish, place)
        ends = None if wish.span is None else dimension_ends(wish.span, place)
        covered = box if ends is None else shapely.union(box, shapely.LineString(ends))
        if not frame.contains(box) or (len(others) and shapely.intersects(others, covered).any()):
            continue
        if not lines.intersects(box):
            return place, covered
        second = second or (place, covered)
    return second if wish.rank <= NAME else None


def dimension_ends(span: Span, place: Place) -> Span | None:
    """Return the ends of the dimension line of a span under its text; None for a span without length.

    >>> dimension_ends(((0.0, 0.0), (10.0, 0.0)), Place(5.0, 6.0))
    ((0.0, 4.1), (10.0, 4.1))
    """
    a, b = span
    length = math.dist(a, b)
    if length == 0:
        return None
    nx, ny = -(b[1] - a[1]) / length, (b[0] - a[0]) / length
    off = (place.x - (a[0] + b[0]) / 2) * nx + (place.y - (a[1] + b[1]) / 2) * ny
    lies = off - math.copysign(_UNDER_TEXT_MM, off)
    return (a[0] + nx * lies, a[1] + ny * lies), (b[0] + nx * lies, b[1] + ny * lies)


def _box(wish: Wish, place: Place) -> shapely.Geometry:
    wide = text_width(wish.text, wish.size) / 2 + _APART_MM
    tall = wish.size / 2 + _APART_MM
    if wish.mark is not None:
        wide = tall = max(wide, tall)
    box = shapely.box(place.x - wide, place.y - tall, place.x + wide, place.y + tall)
    return affinity.rotate(box, place.angle, origin=(place.x, place.y)) if place.angle else box


def reading_angle(dx: float, dy: float) -> float:
    """Return the angle of a text along a direction of the sheet, so that it is never upside down.

    >>> reading_angle(1, 0), reading_angle(-1, 0), reading_angle(0, 1)
    (0.0, 0.0, -90.0)
    """
    angle = math.degrees(math.atan2(dy, dx))
    if angle >= 90 - 1e-6:
        angle -= 180.0
    elif angle < -90 - 1e-6:
        angle += 180.0
    return round(angle, 2) + 0.0


def around(x: float, y: float, distances: Iterable[float]) -> list[Place]:
    """Return places around a point: itself's right, then on, at each distance, in eight directions."""
    eighths = [(1, -1), (1, 1), (-1, -1), (-1, 1), (0, -1), (0, 1), (1, 0), (-1, 0)]
    return [
        Place(x + dx * distance / math.hypot(dx, dy), y + dy * distance / math.hypot(dx, dy))
        for distance in distances
        for dx, dy in eighths
    ]


def along(
    points: Sequence[tuple[float, float]], wide: float, aside: Sequence[float], fractions: Sequence[float]
) -> list[Place]:
    """Return places along a line of the sheet: on its segments that are long enough, the longest first, and then all.

    Parameters
    ----------
    points
        The line's vertices, millimetres.
    wide
        Width of the text.
    aside
        How far from the line its middle stands; negative: on the other side.
    fractions
        Where on a segment, from 0 to 1.
    """
    ends = list(pairwise(points))
    sized = sorted(((math.dist(a, b), k) for k, (a, b) in enumerate(ends)), key=lambda one: (-one[0], one[1]))
    long_enough = [one for one in sized if one[0] >= wide] or sized[:3]
    places = []
    for length, k in long_enough[:6]:
        if length == 0:
            continue
        (ax, ay), (bx, by) = ends[k]
        ux, uy = (bx - ax) / length, (by - ay) / length
        angle = reading_angle(ux, uy)
        places += [
            Place(ax + (bx - ax) * f - uy * off, ay + (by - ay) * f + ux * off, angle)
            for off in aside
            for f in fractions
        ]
    return places
