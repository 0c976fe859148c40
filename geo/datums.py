"""Take the offsets of Chinese web maps off and put them on: GCJ-02 and BD-09 to WGS 84 and back, exactly.

Forward formulas: the public ``coordtransform`` formulation (semi-major axis 6378245 m, e² 0.00669342162296594323,
BD-09 with the angle 3000 π / 180), which its test vectors and those of other libraries confirm to 1e-9 degrees.
The offset is published by nobody officially; positions taken through it are good to a few metres, never for survey.

Every function takes longitude and latitude in degrees (scalars or arrays of one shape) and returns arrays of that
shape. NaN gives NaN. Outside the box 72.004-137.8347 east, 0.8293-55.8271 north, GCJ-02 *is* WGS 84: what goes in
comes out. The box is that of ``gcoord`` and ``eviltransform`` (``coordtransform`` uses a smaller one); it is a box, so
it holds parts of the neighbouring countries too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Pair = tuple[Floats, Floats]

WEST_DEG, EAST_DEG = 72.004, 137.8347
SOUTH_DEG, NORTH_DEG = 0.8293, 55.8271
SEMI_MAJOR_M = 6378245.0
ECCENTRICITY_2 = 0.00669342162296594323
BD_ANGLE = np.pi * 3000.0 / 180.0
BD_SHIFT_LON_DEG, BD_SHIFT_LAT_DEG = 0.0065, 0.006
MAX_STEPS = 30  # each step divides the error by some hundreds; five reach the last bit


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return GCJ-02 of WGS 84.

    >>> [round(float(value), 9) for value in wgs84_to_gcj02(116.404, 39.915)]
    [116.410244499, 39.916404282]
    """
    lon, lat = _degrees(lon, lat)
    east, north = _gcj_offset(lon, lat)
    inside = _inside(lon, lat)
    return np.where(inside, lon + east, lon)[()], np.where(inside, lat + north, lat)[()]


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return WGS 84 of GCJ-02: the exact inverse of `wgs84_to_gcj02`, by iteration, under 1e-9 degrees.

    A position whose origin would lie outside the box, though it lies inside itself (a rim of some hundred metres
    around the box), is returned unchanged.

    >>> lon, lat = gcj02_to_wgs84(*wgs84_to_gcj02(116.404, 39.915))
    >>> abs(lon - 116.404) < 1e-12 and abs(lat - 39.915) < 1e-12
    np.True_
    """
    lon, lat = _degrees(lon, lat)
    found = _inverse(lambda x, y: _added(_gcj_offset(x, y), x, y), lon, lat)
    inside = _inside(*found)
    return np.where(inside, found[0], lon)[()], np.where(inside, found[1], lat)[()]


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return BD-09 of GCJ-02.

    >>> [round(float(value), 9) for value in gcj02_to_bd09(116.404, 39.915)]
    [116.410369494, 39.921336994]
    """
    lon, lat = _degrees(lon, lat)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BD_ANGLE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BD_ANGLE)
    return (radius * np.cos(angle) + BD_SHIFT_LON_DEG)[()], (radius * np.sin(angle) + BD_SHIFT_LAT_DEG)[()]


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return GCJ-02 of BD-09: the exact inverse of `gcj02_to_bd09`, by iteration, under 1e-9 degrees.

    The formula in general use takes one step and is some decimetres off: its published vector (116.404, 39.915 gives
    116.39762729, 39.90865674) differs from the exact inverse by 4e-7 degrees.

    >>> lon, lat = bd09_to_gcj02(*gcj02_to_bd09(116.404, 39.915))
    >>> abs(lon - 116.404) < 1e-12 and abs(lat - 39.915) < 1e-12
    np.True_
    """
    lon, lat = _degrees(lon, lat)
    return _inverse(gcj02_to_bd09, lon, lat)


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return BD-09 of WGS 84, through GCJ-02."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return WGS 84 of BD-09, through GCJ-02: the exact inverse of `wgs84_to_bd09`."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _degrees(lon: ArrayLike, lat: ArrayLike) -> Pair:
    pair = np.broadcast_arrays(np.asarray(lon, np.float64), np.asarray(lat, np.float64))
    return pair[0], pair[1]


def _inside(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    return np.asarray((lon >= WEST_DEG) & (lon <= EAST_DEG) & (lat >= SOUTH_DEG) & (lat <= NORTH_DEG))


def _added(offset: Pair, lon: Floats, lat: Floats) -> Pair:
    return lon + offset[0], lat + offset[1]


def _gcj_offset(lon: Floats, lat: Floats) -> Pair:
    """Return what GCJ-02 adds to longitude and latitude, in degrees, as if everywhere were inside the box."""
    x, y = lon - 105.0, lat - 35.0
    with np.errstate(invalid="ignore"):
        root = np.sqrt(np.abs(x))
        wave = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
        north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
        north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
        north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
        east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
        east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
        east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
        latitude = np.radians(lat)
        w2 = 1.0 - ECCENTRICITY_2 * np.sin(latitude) ** 2
        meridian_m = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_2) / (w2 * np.sqrt(w2))
        parallel_m = SEMI_MAJOR_M / np.sqrt(w2) * np.cos(latitude)
        return np.degrees(east / parallel_m), np.degrees(north / meridian_m)


def _inverse(forward: Callable[[Floats, Floats], Pair], lon: Floats, lat: Floats) -> Pair:
    """Return what ``forward`` takes to (lon, lat): the error of a guess is taken off it until nothing changes."""
    x, y = lon, lat
    for _ in range(MAX_STEPS):
        there = forward(x, y)
        east, north = there[0] - lon, there[1] - lat
        x, y = x - east, y - north
        with np.errstate(invalid="ignore"):
            moved = np.fmax(np.abs(east), np.abs(north))
        if not np.any(moved > 1e-13):
            break
    return x[()], y[()]
