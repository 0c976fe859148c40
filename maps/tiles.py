"""Write lines, areas and points as one vector tile (Mapbox Vector Tile 2.1), in the county's grid."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from maps.tile_messages import Kind, features_of, layer_of, tile_of
from maps.tile_parts import Parts, line_parts, point_parts, ring_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Box = tuple[float, float, float, float]
    Shapes = NDArray[np.object_]

EXTENT = 4096  # units along the side of a tile: an eighth of a pixel each
BUFFER = 128  # units beyond each side: the widest carriageway reaches over an edge by less
#: From this pixel on (metres) outlines are simplified, by half a unit.
SIMPLIFIED_FROM_M = 4.0
LEAST_PX = 0.5  # what is smaller both ways is not seen

POINTS, LINES, AREAS = (0, 4), (1, 2, 5), (3, 6)  # shapely's type ids; a linear ring is a line
COLLECTION = 7  # what is left of an area that the edge of a box touches besides


@dataclass(frozen=True, slots=True)
class TileLayer:
    """What one layer has in a tile.

    Parameters
    ----------
    name
        Of the layer.
    shapes
        shapely geometries, metres of the grid; may reach beyond the tile. Empty ones and None are left out.
    attributes
        Column name to a value for each shape: text, a number, a bool; None and NaN are left out.
    kept
        Whether what is too small to be seen stays: a line as a dot of one unit, an area if it covers a unit.
    """

    name: str
    shapes: Shapes
    attributes: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    kept: bool = False


def encode_tile(layers: Iterable[TileLayer], box: Box, pixel_m: float) -> bytes:
    """Return a tile; empty bytes where nothing lies in it. A layer without anything in it is left out.

    Parameters
    ----------
    box
        Of the tile, metres of the grid.
    pixel_m
        Side of a pixel, metres: what is simplified, or too small to be seen, follows from it.

    Notes
    -----
    Each side has `EXTENT` units. Lines and areas are cut exactly at `BUFFER` units beyond it, then every vertex goes to
    the nearest unit: no place moves by more than half a unit along either axis, and half a unit more where outlines are
    simplified. Never measure on it.

    Examples
    --------
    >>> layer = TileLayer("routes", np.array([shapely.LineString([(0, 512), (512, 512)])]), {"utility": ["gas"]})
    >>> len(encode_tile([layer], (0.0, 0.0, 512.0, 512.0), 1.0))
    48
    >>> encode_tile([layer], (9000.0, 0.0, 9512.0, 512.0), 1.0)
    b''
    """
    return tile_of(encode_layer(layer, box, pixel_m) for layer in layers)


def reach_of(box: Box, pixels: float = BUFFER * 512 / EXTENT) -> Box:
    """Return the box of a tile widened by so many of its 512 pixels; by its buffer unless told otherwise.

    >>> reach_of((0.0, 0.0, 512.0, 512.0))
    (-16.0, -16.0, 528.0, 528.0)
    """
    more = pixels * (box[2] - box[0]) / 512
    return box[0] - more, box[1] - more, box[2] + more, box[3] + more


def encode_layer(layer: TileLayer, box: Box, pixel_m: float) -> bytes:
    """Return one layer of a tile, as `encode_tile` describes it; empty bytes where nothing of it lies there."""
    shapes, owner = _seen(layer, box, pixel_m)
    kinds = shapely.get_type_id(shapes)
    features: list[bytes] = []
    keys, tags, values = _tags(layer.attributes, owner)
    for kind, types in (("area", AREAS), ("line", LINES), ("point", POINTS)):
        here = np.flatnonzero(np.isin(kinds, types))
        if not len(here):
            continue
        parts = _parts(kind, shapes[here], box, kept=layer.kept)
        features.append(features_of(_KIND[kind], parts, tags[here]))
    return layer_of(layer.name, features, keys, values, EXTENT)


_KIND = {"point": Kind.POINT, "line": Kind.LINE, "area": Kind.AREA}


def _parts(kind: str, shapes: Shapes, box: Box, *, kept: bool) -> Parts:
    scale = EXTENT / (box[2] - box[0])

    def placed(coordinates: NDArray[np.float64]) -> NDArray[np.int64]:
        units = np.empty((len(coordinates), 2), np.int64)
        units[:, 0] = np.rint((coordinates[:, 0] - box[0]) * scale)
        units[:, 1] = np.rint((box[3] - coordinates[:, 1]) * scale)
        return units

    if kind == "point":
        return point_parts(shapes, placed)
    if kind == "line":
        return line_parts(shapes, placed, kept=kept)
    return ring_parts(shapes, placed)


def _seen(layer: TileLayer, box: Box, pixel_m: float) -> tuple[Shapes, NDArray[np.intp]]:
    """Return what of the shapes is in the tile and its buffer, cut and simplified, and whose each piece is."""
    shapes = np.asarray(layer.shapes, dtype=object)
    boxes = shapely.bounds(shapes)
    x0, y0, x1, y1 = reach_of(box)
    touching = (boxes[:, 0] <= x1) & (boxes[:, 2] >= x0) & (boxes[:, 1] <= y1) & (boxes[:, 3] >= y0)
    if not layer.kept:
        size = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
        touching &= (size >= LEAST_PX * pixel_m) | np.isin(shapely.get_type_id(shapes), POINTS)
    owner = np.flatnonzero(touching)
    inside = (boxes[:, 0] >= x0) & (boxes[:, 2] <= x1) & (boxes[:, 1] >= y0) & (boxes[:, 3] <= y1)
    found = shapes[owner]
    crossing = np.flatnonzero(~inside[owner])
    found[crossing] = cut(found[crossing], (x0, y0, x1, y1))
    if pixel_m >= SIMPLIFIED_FROM_M:
        found = shapely.simplify(found, 0.5 * (box[2] - box[0]) / EXTENT, preserve_topology=False)
    there = ~shapely.is_empty(found)
    return found[there], owner[there]


def cut(shapes: Shapes, box: Box) -> Shapes:
    """Return what of lines, areas and points lies in a box, exactly; what only touches it from outside is empty.

    >>> [shape.wkt for shape in cut(np.array([shapely.LineString([(0, 0), (9, 0)])]), (1.0, -1.0, 3.0, 1.0))]
    ['LINESTRING (1 0, 3 0)']
    """
    found = np.full(len(shapes), shapely.GeometryCollection(), dtype=object)
    lines = shapely.get_dimensions(shapes) == 1
    # Overlaying would cut a line that crosses itself into pieces, and turn some of them round.
    found[lines] = shapely.clip_by_rect(shapes[lines], *box)
    areas = shapes[~lines]
    bad = ~shapely.is_valid(areas)
    areas[bad] = shapely.make_valid(areas[bad])
    pieces = shapely.intersection(areas, shapely.box(*box))
    for at in np.flatnonzero(shapely.get_type_id(pieces) == COLLECTION):
        pieces[at] = shapely.MultiPolygon(
            [part for part in shapely.get_parts(pieces[at]) if part.geom_type == "Polygon"]
        )
    same = shapely.get_dimensions(pieces) == shapely.get_dimensions(shapes[~lines])
    found[np.flatnonzero(~lines)[same]] = pieces[same]
    return found


def _tags(
    attributes: Mapping[str, Sequence[Any]], owner: NDArray[np.intp]
) -> tuple[list[str], NDArray[np.int64], list[Any]]:
    """Return the names, for each piece the number of its value in each column (-1: none), and the values."""
    keys = list(attributes)
    numbers: dict[tuple[type, Any], int] = {}
    tags = np.full((len(owner), len(keys)), -1, np.int64)
    for column, key in enumerate(keys):
        given = attributes[key]
        for at, whose in enumerate(owner.tolist()):
            value = given[whose]
            if value is None or value != value:  # noqa: PLR0124 - NaN is nothing
                continue
            tags[at, column] = numbers.setdefault((type(value), value), len(numbers))
    return keys, tags, [value for _, value in numbers]
