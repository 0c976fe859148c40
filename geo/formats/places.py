"""Notice coordinates that cannot be where they say: swapped axes, degrees for metres, features far from the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import coordinate_faults, grid, lonlat_faults
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    from geo.formats.table import Findings

#: A county is seldom wider; what lies farther from the middle of a layer is told.
FAR_METRES = 50_000.0
METRES_A_DEGREE = 111_320.0


def check_places(geometry: NDArray[np.object_], crs: CRS, found: Findings) -> None:
    """Report places that contradict the CRS (faults) and features more than 50 km from the layer's middle (notes).

    Parameters
    ----------
    geometry
        object[n]; None, empty and non-finite geometries are passed over, they are reported elsewhere.
    crs
        Of the coordinates, in x, y order (longitude, latitude).

    Examples
    --------
    >>> from pyproj import CRS
    >>> from geo.formats.table import Findings
    >>> found = Findings()
    >>> check_places(shapely.from_wkt(["LINESTRING (32.05 118.79, 32.06 118.79)"]), CRS("OGC:CRS84"), found)
    >>> found.faults[0].fault.code
    'coordinate.lonlat_swapped'
    """
    coordinates, row_of = shapely.get_coordinates(geometry, return_index=True)
    finite = np.isfinite(coordinates).all(axis=1)
    if not finite.any():
        return
    vertex = np.arange(len(row_of)) - np.searchsorted(row_of, row_of)
    x, y = coordinates[finite, 0], coordinates[finite, 1]
    place = {"feature": row_of[finite], "vertex": vertex[finite]}
    for fault in _wrong(x, y, crs, place):
        row = fault.feature
        found.fault(None if row is None else int(row), fault.at(feature=None, value=_readable(fault.value)))
    _tell_far(geometry, crs, found)


def _wrong(
    x: NDArray[np.float64], y: NDArray[np.float64], crs: CRS, place: dict[str, NDArray[np.int64]]
) -> list[Fault]:
    if crs.is_geographic:
        return lonlat_faults(x, y, **place)
    try:
        return coordinate_faults(x, y, grid(crs), **place)
    except BadInputError:
        return []  # feet, Web Mercator: no grid to compute in, but a file may be in it and is brought to the grid


def _readable(value: object) -> object:
    return f"({value[0]:.10g}, {value[1]:.10g})" if isinstance(value, tuple) and len(value) == 2 else value


def _tell_far(geometry: NDArray[np.object_], crs: CRS, found: Findings) -> None:
    with np.errstate(invalid="ignore"):  # NaN coordinates get their own faults
        bounds = shapely.bounds(geometry)
    middle = np.nanmedian((bounds[:, :2] + bounds[:, 2:]) / 2, axis=0)
    if not np.isfinite(middle).all():
        return
    scale = np.array([1.0, 1.0])
    if crs.is_geographic:
        scale = METRES_A_DEGREE * np.array([np.cos(np.radians(middle[1])), 1.0])
    corner = np.maximum(np.abs(bounds[:, :2] - middle), np.abs(bounds[:, 2:] - middle)) * scale
    with np.errstate(invalid="ignore"):
        perhaps = np.flatnonzero(np.hypot(corner[:, 0], corner[:, 1]) > FAR_METRES)
    for row in perhaps:
        away = (shapely.get_coordinates(geometry[row]) - middle) * scale
        distance = float(np.hypot(away[:, 0], away[:, 1]).max())
        if distance > FAR_METRES:
            found.note(int(row), _far(distance))


def _far(distance: float) -> Fault:
    return Fault(
        "place.far_away",
        f"有顶点距图层中心 {distance / 1000:.0f} 公里，请核对",
        f"reaches {distance / 1000:.0f} km from the middle of the layer; check it",
    )
