"""Put a layer where it belongs, when somebody asks for it: exact inverses, never by a guess."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError

from geo import datums
from geo.crs import grid as grid_of
from geo.faults import BadInputError, Fault
from geo.grids import ZONE_M

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

INVERSES: dict[str, Callable[[Floats, Floats], tuple[Floats, Floats]]] = {
    "gcj02": datums.gcj02_to_wgs84,
    "bd09": datums.bd09_to_wgs84,
}
SWAP = "swap"
_SHIFT = re.compile(r"^\s*([+-]?\d+(?:\.\d+)?)\s*,\s*([+-]?\d+(?:\.\d+)?)\s*$")


def mend_datum(layer: gpd.GeoDataFrame, how: str) -> gpd.GeoDataFrame:
    """Return the layer corrected, in its own CRS (in the one named, where that is the correction).

    Parameters
    ----------
    layer
        With its CRS. Heights stay as they are.
    how
        ``gcj02`` or ``bd09``: take that offset off, exactly; ``swap``: exchange x and y; ``EPSG:4547``: the coordinates
        are really in this system; ``120,-35``: move by so many metres east and north.

    Raises
    ------
    BadInputError
        ``datum.unknown_mend``; ``datum.no_metres`` where metres are to be added to degrees.

    Examples
    --------
    >>> there = gpd.GeoDataFrame(geometry=[shapely.Point(datums.wgs84_to_gcj02(118.78, 32.04))], crs="OGC:CRS84")
    >>> point = mend_datum(there, "gcj02").geometry.iloc[0]
    >>> round(point.x, 9), round(point.y, 9)
    (118.78, 32.04)
    """
    check_mend(how)
    shift = _SHIFT.match(how)
    if how.lower() in INVERSES:
        return _without_offset(layer, INVERSES[how.lower()])
    if how.lower() == SWAP:
        return swapped(layer)
    if shift:
        return _moved(layer, float(shift[1]), float(shift[2]))
    return reread(layer, how)


def mended_note(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, how: str) -> Fault:
    """Return the note that a correction was made; of an offset, with how far its middle was moved.

    >>> there = gpd.GeoDataFrame(geometry=[shapely.Point(118.78, 32.04)], crs="OGC:CRS84")
    >>> mended_note(there, mend_datum(there, "gcj02"), "gcj02").en
    'corrected as asked for: gcj02 (moved by 542 m)'
    """
    moved_zh = moved_en = ""
    if len(before) and before.crs is not None and (how.lower() in INVERSES or _SHIFT.match(how)):
        a, b = (_middle(frame) for frame in (before, after))
        distance = Geod(ellps="WGS84").inv(a[0], a[1], b[0], b[1])[2]
        moved_zh, moved_en = f"（移动 {distance:.0f} m）", f" (moved by {distance:.0f} m)"
    return Fault("datum.mended", f"已按要求纠正：{how}{moved_zh}", f"corrected as asked for: {how}{moved_en}")


def _middle(frame: gpd.GeoDataFrame) -> Floats:
    """Return longitude and latitude of the middle of a layer's box."""
    west, south, east, north = frame.total_bounds
    x, y = (west + east) / 2, (south + north) / 2
    return np.array(Transformer.from_crs(frame.crs, "OGC:CRS84", always_xy=True).transform(x, y))


def check_mend(how: str) -> None:
    """Refuse a correction that is none.

    >>> check_mend("gcj02")
    """
    if how.lower() in {*INVERSES, SWAP} or _SHIFT.match(how):
        return
    try:
        CRS.from_user_input(how)
    except CRSError:
        fault = Fault(
            "datum.unknown_mend",
            "看不懂的纠正方式",
            "not a correction that is known",
            "可用：gcj02、bd09、swap、EPSG:4547（真正的坐标系）或 120,-35（向东、向北移动的米数）",
            "use gcj02, bd09, swap, EPSG:4547 (the system it is really in) or 120,-35 (metres east and north)",
            field="--mend-datum",
            value=how[:80],
        )
        raise BadInputError([fault]) from None


def swapped(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the layer with x and y exchanged.

    >>> swapped(gpd.GeoDataFrame(geometry=[shapely.Point(1, 2)])).geometry.iloc[0]
    <POINT (2 1)>
    """
    return _changed(layer, lambda x, y: (y, x))


def reread(layer: gpd.GeoDataFrame, code: str) -> gpd.GeoDataFrame:
    """Return the layer with the same numbers read in another system; a zone's number that it has not is left off.

    >>> there = gpd.GeoDataFrame(geometry=[shapely.Point(37579391, 3658614)], crs="EPSG:4525")
    >>> moved = reread(there, "EPSG:4546")
    >>> moved.crs.to_epsg(), moved.geometry.iloc[0].x
    (4546, 579391.0)
    """
    system = CRS.from_user_input(code)
    prefix = 0.0
    if layer.crs is not None and layer.crs.is_projected and system.is_projected:
        prefix = _zone_of(layer.crs) - _zone_of(system)
    return _changed(layer, lambda x, y: (x - prefix * ZONE_M, y)).set_crs(system, allow_override=True)


def _zone_of(crs: CRS) -> int:
    try:
        return grid_of(crs).zone_prefix
    except BadInputError:  # feet, Web Mercator: no zone's number
        return 0


def _without_offset(
    layer: gpd.GeoDataFrame, inverse: Callable[[Floats, Floats], tuple[Floats, Floats]]
) -> gpd.GeoDataFrame:
    if layer.crs is None or layer.crs.is_geographic:
        return _changed(layer, inverse)
    try:
        own = grid_of(layer.crs)
    except BadInputError:  # feet, Web Mercator: through longitude and latitude
        return _changed(layer.to_crs("OGC:CRS84"), inverse).to_crs(layer.crs)
    return _changed(layer, lambda x, y: own.from_lonlat(*inverse(*own.to_lonlat(x, y))))


def _moved(layer: gpd.GeoDataFrame, east: float, north: float) -> gpd.GeoDataFrame:
    if layer.crs is None or layer.crs.is_geographic:
        fault = Fault(
            "datum.no_metres",
            "图层以度为单位，不能按米移动",
            "the layer is in degrees and cannot be moved by metres",
            "先转换到以米为单位的坐标系",
            "bring it to a system in metres first",
        )
        raise BadInputError([fault])
    scale = layer.crs.axis_info[0].unit_conversion_factor
    return _changed(layer, lambda x, y: (x + east / scale, y + north / scale))


def _changed(layer: gpd.GeoDataFrame, change: Callable[[Floats, Floats], tuple[Floats, Floats]]) -> gpd.GeoDataFrame:
    """Return the layer with x and y changed, heights kept, nothing else touched."""
    shapes = layer.geometry.to_numpy()
    high = shapely.has_z(shapes)
    out = np.empty(len(shapes), dtype=object)
    out[~high] = shapely.transform(shapes[~high], lambda xy: np.column_stack(change(xy[:, 0], xy[:, 1])))
    out[high] = shapely.transform(
        shapes[high], lambda xyz: np.column_stack([*change(xyz[:, 0], xyz[:, 1]), xyz[:, 2]]), include_z=True
    )
    return layer.set_geometry(gpd.GeoSeries(out, index=layer.index, crs=layer.crs))
