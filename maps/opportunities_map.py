"""Draw the map of a list of chances: roads in grey, trenches in the colour of their windows, the best ones numbered."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from maps.atlas.canvas import Canvas
from maps.atlas.grid import FURNITURE_MM, draw_furniture
from maps.atlas.scale import Room, overview_window
from maps.svg_sheet import INK, PALE, Sheet, text_width
from survey.opportunities.meeting import MEETS, NEVER, SHIFT, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from survey.opportunities import Opportunity

Words = tuple[str, str]
MEETINGS: Mapping[str, Words] = MappingProxyType(
    {
        MEETS: ("工期重叠", "windows meet"),
        SHIFT: ("须调整工期", "a shift is needed"),
        NEVER: ("工期无法重叠", "never meet"),
        UNKNOWN: ("工期未填", "dates unknown"),
    }
)
COLOURS: Mapping[str, str] = MappingProxyType(
    {MEETS: "#1d7a3c", SHIFT: "#b26a00", NEVER: "#b42318", UNKNOWN: "#4a5a68"}
)
"""Dark enough that a print in grey still shows a line; the windows are in the table as words."""
ROOM = Room(150.0, 96.0)
MOST_NUMBERED = 60
_NUMBER_MM, _ROAD_FILL = 2.2, "#e4dfd3"


class Drawing(NamedTuple):
    """A figure and its size in millimetres."""

    svg: str
    width: float
    height: float


def chances_map(
    records: Sequence[Opportunity], roads: Iterable[shapely.Geometry] = (), language: str = "zh"
) -> tuple[Drawing, Drawing]:
    """Return the map of some chances, and its key with scale and north.

    Parameters
    ----------
    records
        At least one, in the order of their numbers, the first one 1; in one grid. The first `MOST_NUMBERED` are
        numbered where there is room beside the numbers before.
    roads
        Carriageways in the same grid; those outside of the map are left out.
    language
        ``zh`` or ``en``.
    """
    shapes = [one.geometry for one in records]
    canvas = Canvas(overview_window(shapes, ROOM))
    canvas.begin_map()
    within = np.asarray([road for road in roads if road is not None and not road.is_empty], dtype=object)
    canvas.shapes(canvas.inside(within), fill=_ROAD_FILL)
    lines = np.asarray(shapes, dtype=object)
    states = np.array([one.meeting.state for one in records])
    for state in reversed(tuple(COLOURS)):  # what meets is drawn above what does not
        canvas.shapes(canvas.inside(lines[states == state]), colour=COLOURS[state], width=0.9, cap="round")
    for rank, (x, y) in _numbers(canvas, shapes[:MOST_NUMBERED]):
        colour = COLOURS[records[rank].meeting.state]
        canvas.circle((x, y), _NUMBER_MM, "#ffffff", colour)
        canvas.text((x, y + 0.75), str(rank + 1), 2.1, anchor="middle", colour=INK, bold=True)
    canvas.end_map()
    frame = [(canvas.left, canvas.top), (canvas.left + ROOM.width, canvas.top)]
    frame += [(x, canvas.top + ROOM.height) for x, _ in reversed(frame)]
    canvas.path(frame, closed=True, colour=PALE, width=0.25)
    title = "共沟机会位置图" if language == "zh" else "where the chances are"
    return Drawing(canvas.document(title), canvas.width, canvas.height), _key(canvas, set(states.tolist()), language)


def _numbers(canvas: Canvas, shapes: Sequence[shapely.Geometry]) -> Iterator[tuple[int, tuple[float, float]]]:
    """Yield the middle of each trench on the sheet, but for those whose number would cover one before."""
    taken: list[tuple[float, float]] = []
    for rank, shape in enumerate(shapes):
        longest = max(shapely.get_parts(shape), key=lambda part: part.length)
        [(x, y)] = canvas.at(shapely.get_coordinates(longest.interpolate(0.5, normalized=True))).tolist()
        if all(np.hypot(x - other, y - away) > 2 * _NUMBER_MM for other, away in taken):
            taken.append((x, y))
            yield rank, (x, y)


def _key(canvas: Canvas, states: set[str], language: str) -> Drawing:
    """Return what the colours mean, the scale bar and the north arrow, as wide as the map."""
    zh = language == "zh"
    sheet, width = Sheet(), canvas.window.room.width
    draw_furniture(sheet, canvas.window.scale, "北" if zh else "N", width)
    x, low = 56.0, 11.4
    for state, words in MEETINGS.items():
        if state not in states:
            continue
        said = words[0 if zh else 1]
        sheet.line((x, low - 0.9), (x + 6.0, low - 0.9), COLOURS[state], 0.9)
        sheet.text((x + 7.2, low), said, 2.4)
        x += 9.5 + text_width(said, 2.4)
    said = "图例" if zh else "key"
    return Drawing(sheet.svg(width, FURNITURE_MM, said, said), width, FURNITURE_MM)
