"""Notice coordinates that cannot be where they say: swapped axes, degrees for metres, features far from the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.faults import Fault

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    from geo.formats.table import Findings

#: Longitudes and latitudes of China with its sea, for telling swapped axes.
CHINA_LON, CHINA_LAT = (73.0, 136.0), (3.0, 54.0)
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
    'coordinate.swapped'
    """
    coordinates, row_of = shapely.get_coordinates(geometry, return_index=True)
    finite = np.isfinite(coordinates).all(axis=1)
    if not finite.any():
        return
    x, y = coordinates[:, 0], coordinates[:, 1]
    if crs.is_geographic:
        _check_degrees(x, y, row_of, finite, found)
    else:
        _check_metres(x, y, row_of, finite, found)
    _tell_far(geometry, crs, found)


def _check_degrees(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    row_of: NDArray[np.int64],
    finite: NDArray[np.bool_],
    found: Findings,
) -> None:
    outside = finite & ((np.abs(x) > 180) | (np.abs(y) > 90))
    swapped = finite & _within(y, CHINA_LON) & _within(x, CHINA_LAT) & ~(_within(x, CHINA_LON) & _within(y, CHINA_LAT))
    for row, vertex, count in _first_of_each(swapped, row_of):
        found.fault(row, _swapped(x[vertex], y[vertex], count).at(vertex=_in_row(vertex, row, row_of)))
    for row, vertex, count in _first_of_each(outside & ~swapped, row_of):
        found.fault(row, _not_degrees(x[vertex], y[vertex], count).at(vertex=_in_row(vertex, row, row_of)))


def _check_metres(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    row_of: NDArray[np.int64],
    finite: NDArray[np.bool_],
    found: Findings,
) -> None:
    degrees = finite & _within(x, CHINA_LON) & _within(y, CHINA_LAT)
    for row, vertex, count in _first_of_each(degrees, row_of):
        found.fault(row, _not_metres(x[vertex], y[vertex], count).at(vertex=_in_row(vertex, row, row_of)))


def _within(values: NDArray[np.float64], limits: tuple[float, float]) -> NDArray[np.bool_]:
    return (values >= limits[0]) & (values <= limits[1])


def _first_of_each(bad: NDArray[np.bool_], row_of: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Return row, first bad vertex and number of bad vertices of each row that has one."""
    places = np.flatnonzero(bad)
    rows, first, counts = np.unique(row_of[places], return_index=True, return_counts=True)
    return [(int(r), int(places[f]), int(c)) for r, f, c in zip(rows, first, counts, strict=True)]


def _in_row(vertex: int, row: int, row_of: NDArray[np.int64]) -> int:
    return vertex - int(np.searchsorted(row_of, row))


def _tell_far(geometry: NDArray[np.object_], crs: CRS, found: Findings) -> None:
    bounds = shapely.bounds(geometry)
    middle = np.nanmedian((bounds[:, :2] + bounds[:, 2:]) / 2, axis=0)
    if not np.isfinite(middle).all():
        return
    scale = np.array([1.0, 1.0])
    if crs.is_geographic:
        scale = METRES_A_DEGREE * np.array([np.cos(np.radians(middle[1])), 1.0])
    farthest = np.maximum(np.abs(bounds[:, :2] - middle), np.abs(bounds[:, 2:] - middle)) * scale
    distance = np.hypot(farthest[:, 0], farthest[:, 1])
    for row in np.flatnonzero(np.isfinite(distance) & (distance > FAR_METRES)):
        found.note(int(row), _far(float(distance[row])))


def _swapped(x: float, y: float, count: int) -> Fault:
    return Fault(
        "coordinate.swapped",
        f"经纬度颠倒（{count} 个顶点）",
        f"latitude and longitude are swapped ({count} vertices)",
        "先经度后纬度；CSV 可用 --map x=… --map y=… 对调",
        "longitude comes first; a CSV can be turned with --map x=… --map y=…",
        value=f"({x}, {y})",
    )


def _not_degrees(x: float, y: float, count: int) -> Fault:
    return Fault(
        "coordinate.not_degrees",
        f"不可能是经纬度（{count} 个顶点）",
        f"this cannot be longitude and latitude ({count} vertices)",
        "若是米制坐标，用 --crs 指定，如 --crs EPSG:4546",
        "if these are metres, name their CRS, such as --crs EPSG:4546",
        value=f"({x}, {y})",
    )


def _not_metres(x: float, y: float, count: int) -> Fault:
    return Fault(
        "coordinate.degrees_in_grid",
        f"坐标系以米为单位，坐标却像经纬度（{count} 个顶点）",
        f"the CRS is in metres, but these look like degrees ({count} vertices)",
        "用 --crs OGC:CRS84，或改正文件的坐标系",
        "use --crs OGC:CRS84, or correct the file's CRS",
        value=f"({x}, {y})",
    )


def _far(distance: float) -> Fault:
    return Fault(
        "place.far_away",
        f"距图层中心 {distance / 1000:.0f} 公里，请核对",
        f"lies {distance / 1000:.0f} km from the middle of the layer; check it",
    )
