"""Draw the map of one stop as it was found: town, planned and measured lines, items in the colour of their answers."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import shapely

from maps.atlas.canvas import Canvas
from maps.atlas.dimensions import draw_routes, kept_free
from maps.atlas.grid import draw_crosses, draw_frame
from maps.atlas.labels import MARK, NAME, Place, Wish, around, place_labels
from maps.atlas.scale import OVERVIEW, Room, fits, overview_window, windows_at
from maps.atlas.town import draw_town
from maps.figures import Figure
from maps.svg_sheet import text_width

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from maps.atlas.labels import Placed
    from maps.atlas.scale import Window
    from maps.atlas.town import Town

ROOM = Room(150.0, 92.0)
MARK_MM, PLAN_INK, MEASURED_INK, STAND_INK = 2.2, "#1f2933", "#b42318", "#1f5fbf"
_AROUND_M, _AROUND_MM = 15.0, 7.0
_RANGE_M = 250.0
"""A line is shown around the stop no farther than this: the whole of a long one would leave nothing to be read."""

COLOURS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ok": ("#1d7a3c", "#ffffff"), "not_ok": ("#b42318", "#ffffff"), "value": ("#f5b83d", "#3b2900"),
        "disputed": ("#f5b83d", "#3b2900"), "open": ("#e6ebf0", "#2c3a47"), "": ("#e6ebf0", "#2c3a47"),
    }
)  # fmt: skip
"""Fill and ink of the mark of an item, by what was said of it; empty: nothing yet."""


class Marked(NamedTuple):
    """An item on the map: its number, where it is (grid, metres), a key of `COLOURS`."""

    number: str
    x: float
    y: float
    state: str


class Drawn(NamedTuple):
    """The map and its scale."""

    figure: Figure
    scale: int


def stop_picture(
    town: Town, stand: tuple[float, float], items: Sequence[Marked], plans: Sequence[shapely.Geometry],
    measured: Sequence[shapely.Geometry], alt: str,
) -> Drawn | None:  # fmt: skip
    """Return the map of a stop; None where there is neither a layer nor a line to be shown.

    Parameters
    ----------
    stand
        Where one stands (grid, metres).
    plans, measured
        Lines as planned and as measured, drawn over the town's.
    alt
        What somebody who cannot see it is told; ``{scale}`` in it becomes the scale.
    """
    if not town.frames and not plans and not measured:
        return None
    near = shapely.Point(stand).buffer(_RANGE_M)
    shapes = [shapely.Point(stand).buffer(_AROUND_M), *(shapely.Point(one.x, one.y) for one in items)]
    shapes += [shapely.intersection(line, near) for line in measured]
    window = _window([shape for shape in shapes if not shape.is_empty])
    canvas = Canvas(window)
    canvas.begin_map()
    _, wishes = draw_town(canvas, town)
    draw_crosses(canvas)
    draw_routes(canvas, town, ())
    for lines, colour, dash in ((plans, PLAN_INK, "1.8 1.0"), (measured, MEASURED_INK, "")):
        if len(lines):
            canvas.shapes(canvas.inside(lines), colour="#ffffff", width=1.3, opacity=0.9)
            canvas.shapes(canvas.inside(lines), colour=colour, width=0.6, dash=dash)
    [(x, y)] = canvas.at([stand]).tolist()
    canvas.circle((x, y), 1.0, "#ffffff", STAND_INK, 0.5)
    asked = [*_wishes(canvas, items), *(one for one in wishes if one.rank <= NAME)]
    placed, _ = place_labels(asked, window.room, canvas.left, canvas.top, kept_free(canvas, town))
    for one in reversed(placed):
        _draw(canvas, one)
    canvas.end_map()
    draw_frame(canvas)
    said = alt.format(scale=window.scale)
    return Drawn(Figure(canvas.document(said), canvas.width, canvas.height, said), window.scale)


def _window(shapes: Sequence[shapely.Geometry]) -> Window:
    """Return the ground at the finest usual scale that shows all shapes with a little around them."""
    scale = next((one for one in OVERVIEW if fits(shapes, ROOM, one, _AROUND_MM)), None)
    return overview_window(shapes, ROOM) if scale is None else windows_at(shapes, ROOM, scale, _AROUND_MM)[0]


def _wishes(canvas: Canvas, items: Sequence[Marked]) -> list[Wish]:
    wishes = []
    for one, (x, y) in zip(items, canvas.at([(one.x, one.y) for one in items]).tolist(), strict=True):
        spots = [Place(x, y), *around(x, y, (5.0, 9.0, 14.0, 20.0, 28.0))]
        wishes.append(Wish(one.number, MARK_MM, spots, MARK, one.number, mark=(x, y), look=one.state, bold=True))
    return wishes


def _draw(canvas: Canvas, one: Placed) -> None:
    wish, place = one
    if wish.mark is None:
        canvas.turned(place[:2], wish.text, wish.size, place.angle, colour=wish.colour, bold=wish.bold)
        return
    fill, ink = COLOURS[wish.look]
    radius = max(text_width(wish.text, wish.size), wish.size) / 2 + 0.5
    canvas.line(wish.mark, place[:2], ink if ink != "#ffffff" else fill, 0.2)
    canvas.circle(wish.mark, 0.45, fill, "#ffffff", 0.1)
    canvas.circle(place[:2], radius, fill, "#3b2900", 0.15)
    canvas.turned(place[:2], wish.text, wish.size, 0, colour=ink, bold=True, halo="")
