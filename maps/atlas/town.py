"""Draw the town under the routes: areas, cased roads, hatched buildings, what lies in the ground; ask for names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from maps.atlas.canvas import PIXEL_MM
from maps.atlas.labels import MINOR, NAME, PIPE, Place, Wish, along
from maps.layers import RGB_LENGTH, UNKNOWN, carriageways, is_there
from maps.map_names import ROAD_CLASSES, SIZES, axis_of, floors_of
from maps.map_names import line_code as code_of
from maps.svg_sheet import text_width
from maps.symbols import layer_symbol, symbols

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd

    from maps.atlas.canvas import Canvas
    from maps.svg_sheet import Sheet

AREAS = ("parcels", "waters", "greens")
HATCH_MM, HATCH_INK, BUILDING_INK, BUILDING_FILL, CASING_INK = 1.7, "#b9ab94", "#6f6353", "#f4efe6", "#8a8272"
PIPE_MM, PIPE_DASH, SITE_MM, SITE_DASH = 0.3, "2.4 0.9", 0.35, "3 1 0.6 1"
COARSEST_HATCH, COARSEST_CODES, COARSEST_MINOR, COARSEST_OUTLINE = 2000, 1000, 2000, 5000
"""Coarsest scales at which hatching, the codes of single pipes, names of buildings and small roads, and outlines of
buildings can be read."""
FAR_BUILDING_FILL = "#ddd3c3"
ROAD_NAME_MM, FAR_ROAD_NAME_MM, PIPE_NAME_MM, MINOR_MM = 3.0, 2.2, 1.9, 1.9
_SMALL_AREA_MM2 = 60.0


class Town:
    """The layers of a county, kept so that the part on a sheet is found at once."""

    def __init__(self, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
        for name in layers:
            layer_symbol(name)
        self.frames = {name: frame for name, frame in layers.items() if len(frame)}
        self.shapes = {name: frame.geometry.to_numpy() for name, frame in self.frames.items()}
        self.axes = self.shapes.get("roads", np.array([], dtype=object))
        if "roads" in self.frames:
            self.shapes["roads"] = carriageways(self.frames["roads"])
        self._columns: dict[tuple[str, str], list[Any]] = {}
        self._trees = {name: shapely.STRtree(shapes) for name, shapes in self.shapes.items()}

    def on(self, name: str, canvas: Canvas) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Return the rows of a layer on a sheet, in their order; none where the sheet is too coarse to read it."""
        coarsest = layer_symbol(name)["max_resolution"]
        if name not in self._trees or (coarsest and canvas.metres(PIXEL_MM) > coarsest):
            return np.array([], dtype=np.int64)
        return np.sort(self._trees[name].query(shapely.box(*canvas.window.bounds), predicate="intersects"))

    def column(self, layer: str, name: str) -> list[Any]:
        """Return a column's values; None where the layer has none, or nothing is stated."""
        if (layer, name) not in self._columns:
            frame = self.frames[layer]
            cells = frame[name].tolist() if name in frame else [None] * len(frame)
            self._columns[layer, name] = [value if is_there(value) else None for value in cells]
        return self._columns[layer, name]


def draw_town(canvas: Canvas, town: Town) -> tuple[list[str], list[Wish]]:
    """Draw everything under the planned routes; return the keys of what is there, and the names it asks for."""
    keys: list[str] = []
    wishes: list[Wish] = []
    for name in AREAS:
        rows = town.on(name, canvas)
        if len(rows):
            symbol = layer_symbol(name)
            shapes = canvas.inside(town.shapes[name][rows])
            canvas.shapes(shapes, fill=symbol["fill"], colour=symbol["stroke"], width=0.13)
            keys.append(name)
            wishes += _area_names(canvas, shapes, [town.column(name, "name")[k] for k in rows])
    for draw in (_roads, _buildings, _trees, _sites, _pipes):
        found, asked = draw(canvas, town)
        keys += found
        wishes += asked
    return keys, wishes


def _roads(canvas: Canvas, town: Town) -> tuple[list[str], list[Wish]]:
    """Draw all casings, then all surfaces, so that junctions are open; a thin axis where there is one."""
    rows = town.on("roads", canvas)
    if not len(rows):
        return [], []
    classes = np.array([one if one in ROAD_CLASSES else "local" for one in town.column("roads", "class")])[rows]
    shapes = canvas.inside(town.shapes["roads"][rows])
    looks = layer_symbol("roads")["classes"]
    present = [one for one in ROAD_CLASSES if (classes == one).any()]
    near = canvas.window.scale <= COARSEST_OUTLINE
    for one in present:
        canvas.shapes(shapes[classes == one], colour=CASING_INK, width=0.5 if near else 0.3)
    for one in present:
        canvas.shapes(shapes[classes == one], fill=looks[one]["fill"], colour=looks[one]["fill"], width=0.06)
    axes = canvas.inside(town.axes[rows])
    canvas.shapes(axes[shapely.get_dimensions(axes) == 1], colour="#a39a88", width=0.13, dash="5 1.2 0.8 1.2")
    return [f"roads.{one}" for one in present], list(_road_names(canvas, town, rows))


def _road_names(canvas: Canvas, town: Town, rows: Any) -> Iterator[Wish]:  # noqa: ANN401 - an array of rows
    """Ask for each road's name once, along its axis, with its width where that is stated."""
    names, widths = town.column("roads", "name"), town.column("roads", "width_m")
    classes = np.array([one if one in ROAD_CLASSES else "local" for one in town.column("roads", "class")])
    by_name: dict[str, list[int]] = {}
    for row in rows.tolist():
        if names[row] is not None:
            by_name.setdefault(str(names[row]), []).append(row)
    for name, own in by_name.items():
        width = pd.to_numeric(pd.Series([widths[own[0]]]), errors="coerce").iloc[0]
        near = canvas.window.scale <= COARSEST_MINOR
        if not near and set(classes[own]) == {"local"}:
            continue
        said = f"{name}  {width:g} m" if width > 0 and near else name
        size = ROAD_NAME_MM if near else FAR_ROAD_NAME_MM
        parts = [axis_of(part) for part in canvas.inside(town.axes[own])]
        lines = shapely.line_merge(shapely.union_all([one for one in parts if one is not None]))
        wide = text_width(said, size)
        places = [
            place
            for line in sorted(shapely.get_parts(lines), key=lambda one: -one.length)[:4]
            for place in along(_points(canvas, line), wide, (0.0,), (0.5, 0.28, 0.72, 0.15, 0.85))
        ]
        told = said if near else ""
        yield Wish(said, size, places, NAME if near else MINOR, told=told, colour="#4a4436")


def _points(canvas: Canvas, line: shapely.Geometry) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in canvas.at(shapely.get_coordinates(line))]


def _buildings(canvas: Canvas, town: Town) -> tuple[list[str], list[Wish]]:
    rows = town.on("buildings", canvas)
    if not len(rows):
        return [], []
    shapes = canvas.inside(town.shapes["buildings"][rows])
    far = canvas.window.scale > COARSEST_OUTLINE
    canvas.shapes(shapes, fill=FAR_BUILDING_FILL if far else BUILDING_FILL)
    if far:
        return ["buildings"], []
    if canvas.window.scale <= COARSEST_HATCH:
        canvas.shapes(_hatched(canvas, shapes), colour=HATCH_INK, width=0.11)
    canvas.shapes(shapes, colour=BUILDING_INK, width=0.2 if canvas.window.scale <= COARSEST_HATCH else 0.1)
    names, floors = town.column("buildings", "name"), town.column("buildings", "floors")
    said = [" ".join(str(part) for part in (names[k], floors_of(floors[k])) if part) for k in rows.tolist()]
    return ["buildings"], _area_names(canvas, shapes, said)


def _hatched(canvas: Canvas, shapes: Any) -> Any:  # noqa: ANN401 - shapely takes arrays of objects
    """Return slanting lines inside areas: the same lines on the ground whatever the sheet."""
    areas = shapely.get_parts(shapely.make_valid(shapes[shapely.get_dimensions(shapes) == 2]))  # noqa: PLR2004 - the dimension of an area
    areas = areas[shapely.get_dimensions(areas) == 2]  # noqa: PLR2004 - likewise
    west, south, east, north = shapely.bounds(areas).reshape(-1, 4).T
    step = canvas.metres(HATCH_MM) * np.sqrt(2)
    # Line k is y = x + k * step: only those that an area's box meets are cut with it.
    first, last = np.ceil((south - east) / step).astype(int), np.floor((north - west) / step).astype(int)
    counts = np.maximum(last - first + 1, 0)
    which = np.repeat(np.arange(len(areas)), counts)
    numbers = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts) + first[which]
    ends = np.stack([np.column_stack([side[which], side[which] + numbers * step]) for side in (west, east)], axis=1)
    return shapely.intersection(shapely.linestrings(ends), areas[which])


def _area_names(canvas: Canvas, shapes: Any, names: list[Any]) -> list[Wish]:  # noqa: ANN401 - an array of shapes
    """Ask for the name of every area with room for it, the larger first; each may be left out."""
    if canvas.window.scale > COARSEST_MINOR:
        return []
    sized = shapely.area(shapes) * canvas.mm(1.0) ** 2
    chosen = [k for k in np.argsort(-sized, kind="stable").tolist() if names[k] and sized[k] > _SMALL_AREA_MM2][:120]
    points: Any = canvas.at(shapely.get_coordinates(shapely.point_on_surface(shapes[chosen]))) if chosen else []
    return [
        Wish(str(names[k]), MINOR_MM, [Place(float(x), float(y))], MINOR, colour="#5c5344")
        for k, (x, y) in zip(chosen, points, strict=True)
        if text_width(str(names[k]), MINOR_MM) ** 2 < 4 * sized[k]
    ]


def _trees(canvas: Canvas, town: Town) -> tuple[list[str], list[Wish]]:
    rows = town.on("trees", canvas)
    if not len(rows):
        return [], []
    for x, y in canvas.at(shapely.get_coordinates(shapely.centroid(town.shapes["trees"][rows]))).tolist():
        draw_tree(canvas, (x, y))
    return ["trees"], []


def draw_tree(sheet: Sheet, at: tuple[float, float]) -> None:
    """Draw the sign of a tree: a crown and its trunk."""
    ink = layer_symbol("trees")["stroke"]
    sheet.circle(at, 0.9, "#e4f0da", ink, 0.16)
    sheet.circle(at, 0.18, ink, ink, 0.05)


def _sites(canvas: Canvas, town: Town) -> tuple[list[str], list[Wish]]:
    rows = town.on("sites", canvas)
    if not len(rows):
        return [], []
    symbol = layer_symbol("sites")
    shapes = canvas.inside(town.shapes["sites"][rows])
    canvas.shapes(shapes, colour=symbol["stroke"], width=SITE_MM, dash=SITE_DASH)
    names = town.column("sites", "name")
    middles = canvas.at(shapely.get_coordinates(shapely.point_on_surface(shapes)))
    wishes = [
        Wish(
            str(names[row]), 3.0, [Place(float(x), float(y) + dy) for dy in (0, -5, 5, -10, 10)], NAME,
            told=str(names[row]), colour=symbol["stroke"][:RGB_LENGTH], bold=True,
        )
        for row, (x, y) in zip(rows.tolist(), middles, strict=True)
        if names[row]
    ]  # fmt: skip
    return ["sites"], wishes


def _pipes(canvas: Canvas, town: Town) -> tuple[list[str], list[Wish]]:
    """Draw what lies in the ground, one path a utility, also of no known one, with the code of each line."""
    rows = town.on("pipes", canvas)
    if not len(rows):
        return [], []
    utilities = np.array([str(one) for one in town.column("pipes", "utility")])[rows]
    shapes = canvas.inside(town.shapes["pipes"][rows])
    keys, wishes = [], []
    codes = [line_code(town, "pipes", row) for row in rows.tolist()]
    for one in dict.fromkeys([*symbols()["utilities"], *utilities.tolist()]):
        chosen = utilities == one
        if not chosen.any():
            continue
        colour = utility_colour(one)
        canvas.shapes(shapes[chosen], colour=colour, width=PIPE_MM, dash=PIPE_DASH)
        keys.append(f"pipes.{one if one in symbols()['utilities'] else ''}")
        if canvas.window.scale <= COARSEST_CODES:
            wishes += _codes(
                canvas, shapes[chosen], [code for code, own in zip(codes, chosen, strict=True) if own], colour
            )
    return keys, wishes


def _codes(canvas: Canvas, shapes: Any, codes: list[str], colour: str) -> list[Wish]:  # noqa: ANN401 - an array
    """Ask for the code of each line once where lines of one code go on from another."""
    by_code: dict[str, list[shapely.Geometry]] = {}
    for shape, code in zip(shapes, codes, strict=True):
        by_code.setdefault(code, []).append(shape)
    wishes = []
    for code, own in by_code.items():
        wide = text_width(code, PIPE_NAME_MM)
        for line in shapely.get_parts(shapely.line_merge(shapely.union_all(own))):
            if canvas.mm(line.length) >= wide / 2:
                places = along(_points(canvas, line), wide, (0.0, 1.7, -1.7), (0.5, 0.3, 0.7, 0.15, 0.85))
                wishes.append(Wish(code, PIPE_NAME_MM, places, PIPE, told=code, colour=colour))
    return wishes


def utility_colour(utility: object) -> str:
    """Return the colour of a utility's lines on paper; a dark grey for one that is not known."""
    return str(symbols()["utilities"].get(utility, {}).get("screen", "#4f4f4f"))


def line_code(town: Town, layer: str, row: int) -> str:
    """Return what a drawing calls a line: the code of CJJ 61 and its size, such as ``JS DN200`` or ``DL 10kV``."""
    columns = ("utility", *(column for column, _ in SIZES))
    return code_of({column: town.column(layer, column)[row] for column in columns}, UNKNOWN["zh"])
