"""Say what is written on a map: of each layer what, along which line or in which area, from how near. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import shapely

from maps.symbols import layer_symbol, symbols

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd

ROAD_CLASSES = ("local", "collector", "arterial", "expressway")
SIZES = (("diameter_mm", "DN{:g}"), ("voltage_kv", "{:g}kV"), ("pressure_mpa", "{:g}MPa"))
"""Columns that tell a line's size, and how drawings write it."""


class Name(NamedTuple):
    """A name that wants to stand along a line, or in an area around a point.

    ``room_m`` is how wide the area is there; 0: the name may stand out of it. ``coarsest`` is the coarsest map, metres
    a pixel, on which it is read; of two names that meet the one of more ``weight`` stays. ``size`` is in pixels.
    ``beside`` puts it beside its line instead of on it.
    """

    text: str
    shape: shapely.Geometry
    room_m: float
    coarsest: float
    weight: int
    colour: str
    size: int
    beside: bool = False


def names_of(layer: str, frame: gpd.GeoDataFrame) -> list[Name]:
    """Return the names of a layer's features in their order; none for a layer without names.

    Examples
    --------
    >>> import geopandas as gpd
    >>> pipes = gpd.GeoDataFrame({"utility": ["water"], "diameter_mm": [200.0]},
    ...                          geometry=[shapely.LineString([(0, 0), (9, 0)])], crs="EPSG:4546")
    >>> [(name.text, name.coarsest) for name in names_of("pipes", pipes)]
    [('JS DN200', 0.3)]
    """
    look = layer_symbol(layer).get("names")
    if look is None:
        return []
    found = []
    for row, shape in zip(frame.drop(columns=frame.geometry.name).to_dict("records"), frame.geometry, strict=True):
        text = _text(layer, row)
        if text and shape is not None and not shape.is_empty:
            found += list(_named(layer, row, text, shape, look))
    return found


def _text(layer: str, row: Mapping[str, Any]) -> str:
    """Return what is written on a feature; empty: nothing."""
    name = _stated(row, "name")
    if layer == "pipes":
        return line_code(row)
    if layer == "routes":
        return f"{_stated(row, 'id')} {line_code(row)}".strip()
    if layer == "buildings":
        return f"{name} {floors_of(row.get('floors'))}".strip()
    return name


def _named(layer: str, row: Mapping[str, Any], text: str, shape: Any, look: Mapping[str, Any]) -> Iterator[Name]:  # noqa: ANN401 - shapely is untyped
    colour, coarsest = str(look["colour"]), float(look["max_resolution"])
    if layer == "roads":
        kind = row.get("class")
        coarsest = float(layer_symbol("roads")["classes"][kind if kind in ROAD_CLASSES else "local"]["named_to"])
    if layer in ("pipes", "routes"):
        colour = str(symbols()["utilities"].get(row.get("utility"), {}).get("screen", colour))
    along = axis_of(shape) if layer in ("roads", "pipes", "routes") else None
    if along is not None:
        for part in shapely.get_parts(shapely.line_merge(along)):
            yield Name(text, part, 0.0, coarsest, look["weight"], colour, look["size"], layer == "routes")
        return
    room = 0.0 if layer == "sites" else float(shapely.area(shape) ** 0.5)
    yield Name(
        text, shapely.point_on_surface(shape), room, coarsest, look["weight"], colour[: len("#rrggbb")], look["size"]
    )


def _stated(row: Mapping[str, Any], column: str) -> str:
    value = row.get(column)
    return "" if value is None or pd.isna(value) else str(value).strip()


def floors_of(value: object) -> str:
    """Return how many floors a house has as maps write it; empty where that is not stated.

    >>> floors_of(6), floors_of(None), floors_of(float("nan"))
    ('6F', '', '')
    """
    return f"{value:g}F" if isinstance(value, (int, float)) and value > 0 else ""


def line_code(row: Mapping[str, Any], unknown: str = "") -> str:
    """Return what a drawing calls a line: the code of CJJ 61 and its size; ``unknown`` for the code of no utility.

    >>> line_code({"utility": "water", "diameter_mm": 200.0}), line_code({"utility": "power", "voltage_kv": 10})
    ('JS DN200', 'DL 10kV')
    """
    look = symbols()["utilities"].get(row.get("utility"))
    parts = [look["code"] if look else unknown]
    for column, said in SIZES:
        value = row.get(column)
        if isinstance(value, (int, float)) and value > 0:
            parts.append(said.format(value))
    return " ".join(part for part in parts if part)


def axis_of(shape: shapely.Geometry) -> shapely.Geometry | None:
    """Return a line along a road or pipe: the line it is, else the longer middle of the box around its area.

    >>> axis_of(shapely.box(0, 0, 10, 2)).normalize().wkt
    'LINESTRING (0 1, 10 1)'
    """
    if shapely.is_empty(shape) or shapely.get_dimensions(shape) == 1:
        return None if shapely.is_empty(shape) else shape
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
    if len(corners) < 5:  # noqa: PLR2004 - a closed box has four corners and the first again
        return None
    middles = (corners[:4] + corners[1:5]) / 2
    ends = middles[[0, 2]], middles[[1, 3]]
    return max((shapely.LineString(pair) for pair in ends), key=lambda one: float(one.length))
