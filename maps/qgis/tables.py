"""Part layers into tables of one kind of geometry each: QGIS edits no table of several."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import shapely

from maps.qgis.styles import StyledLayer
from maps.symbols import layer_symbol, symbols

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from maps.qgis.styles import Shape

DIMENSIONS: Mapping[Shape, int] = MappingProxyType({"point": 0, "line": 1, "polygon": 2})
SHAPES: Mapping[str, tuple[Shape, ...]] = MappingProxyType(
    {"roads": ("polygon", "line"), "sites": ("polygon", "point")}
)
"""Layers that hold several kinds; the first one's table bears the name of the layer."""
SUFFIXES: Mapping[Shape, tuple[str, str, str]] = MappingProxyType(
    {"point": ("_points", "（点）", ": points"), "line": ("_lines", "（线）", ": lines"), "polygon": ("", "", "")}
)


def tables_of(frames: Mapping[str, gpd.GeoDataFrame]) -> list[StyledLayer]:
    """Return the tables of layers in drawing order, lowest first; also those that have no row, to be drawn in.

    Parameters
    ----------
    frames
        Name of a layer (of `maps.symbols`) to its features, all in one grid.

    Raises
    ------
    KeyError
        There is no such layer.

    Examples
    --------
    >>> import geopandas as gpd
    >>> roads = gpd.GeoDataFrame({"id": ["D1"]}, geometry=[shapely.LineString([(0, 0), (9, 0)])], crs="EPSG:4546")
    >>> [(one.table, one.zh, len(one.frame)) for one in tables_of({"roads": roads})]
    [('roads', '道路', 0), ('roads_lines', '道路（线）', 1)]
    """
    known = [one["key"] for one in symbols()["layers"]]
    for name in frames:
        layer_symbol(name)
    return [table for key in known if key in frames for table in _parted(key, frames[key])]


def _parted(key: str, frame: gpd.GeoDataFrame) -> Iterator[StyledLayer]:
    shapes: tuple[Shape, ...] = SHAPES.get(key, (layer_symbol(key)["geometry"],))
    kinds: NDArray[np.int32] = shapely.get_dimensions(frame.geometry.to_numpy())
    for number, shape in enumerate(shapes):
        table = key + (SUFFIXES[shape][0] if number else "")
        part = frame[np.asarray(kinds == DIMENSIONS[shape], dtype=bool)].reset_index(drop=True)
        yield StyledLayer(table, key, shape, part, *called(table, key))


def called(table: str, key: str) -> tuple[str, str]:
    """Return what people call a table of a layer, in Chinese and English.

    >>> called("roads_lines", "roads"), called("roads", "roads")
    (('道路（线）', 'Roads: lines'), ('道路', 'Roads'))
    """
    said = layer_symbol(key)
    zh, en = next((zh, en) for suffix, zh, en in SUFFIXES.values() if suffix == table.removeprefix(key))
    return f"{said['zh']}{zh}", f"{said['en']}{en}"
