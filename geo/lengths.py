"""Measure on the ellipsoid what is stored in a grid: lengths and areas, with the bound of their error.

*Length* here is the length on the ellipsoid of the straight segment that the grid shows, summed over a line's
segments; heights are not taken into account (each 1,000 m of height add 31 mm to 200 m). The geodesic between the two
ends of a segment differs from it by less than 3e-10 of its length up to 10 km.

In a transverse Mercator grid (every Gauss-Krüger grid, UTM, most city grids) a segment is its grid length divided by
the mean scale along it. The scale is the series in the easting at the foot-point latitude; the mean over a segment is
the scale's inverse at the middle with the next term of its expansion. Bound, tested against `pyproj.Geod` over whole
zones: 1e-9 of the length (1e-6 m a kilometre). Segments longer than 10 km, eastings farther than 400 km from the
central meridian and every other projection are measured by `pyproj.Geod` itself (geodesics between the ends).

Sources: P. D. Thomas, Conformal Projections in Geodesy and Cartography, USC&GS Special Publication 251 (scale in terms
of the easting); C. F. F. Karney, Transverse Mercator with an accuracy of a few nanometers (2011), eq. 13 and 36
(rectifying radius and latitude).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod, Proj

from geo.compiled import kernel

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import ArrayLike, NDArray

    from geo.crs import Grid
    from geo.polylines import Polylines

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

LONGEST_M = 10_000.0  # of a segment that is measured by the series
FARTHEST_M = 400_000.0  # from the central meridian
RELATIVE_ERROR = 1e-9
"""Bound of the relative error of every length and area of this module, within a zone and up to 10 km a segment."""


def lengths(lines: Polylines, grid: Grid) -> Floats:
    """Return the ellipsoidal length of each line in metres.

    Parameters
    ----------
    lines
        Lines in ``grid``. The gap between two parts of a line adds nothing.
    grid
        Their grid.

    Returns
    -------
    float64[n_lines]
        0 for a line without a segment.

    Examples
    --------
    >>> from geo.crs import grid
    >>> from geo.polylines import Polylines
    >>> line = Polylines.from_shapely([shapely.LineString([(650000, 3650000), (650200, 3650000)])])
    >>> f"{lengths(line, grid('EPSG:4546'))[0]:.4f}"
    '199.9445'
    """
    if len(lines.part_line) == 0:
        return np.zeros(lines.n_lines)
    x, y = lines.x, lines.y
    within = np.ones(max(len(x) - 1, 0), np.bool_)
    within[lines.part_starts[1:-1] - 1] = False  # from the last vertex of a part to the first of the next
    each = np.where(within, segment_lengths(x[:-1], y[:-1], x[1:], y[1:], grid), 0.0)
    part = np.repeat(lines.part_line, np.diff(lines.part_starts))[:-1]
    return np.bincount(part, weights=each, minlength=lines.n_lines).astype(np.float64)


def segment_lengths(x0: ArrayLike, y0: ArrayLike, x1: ArrayLike, y1: ArrayLike, grid: Grid) -> Floats:
    """Return the ellipsoidal length in metres of each straight segment of ``grid``.

    Parameters
    ----------
    x0, y0, x1, y1
        Ends, metres of the grid, float64[n].
    grid
        Their grid.

    Returns
    -------
    float64[n]
        NaN where a coordinate is NaN.
    """
    ends = [np.require(np.atleast_1d(values), np.float64, ["C", "W"]) for values in (x0, y0, x1, y1)]
    if not grid.is_transverse_mercator:
        return _geodesics(grid, *ends)
    found = _segment_lengths(_numbers(grid), *ends)
    beyond = np.isinf(found)
    if beyond.any():
        found[beyond] = _geodesics(grid, *(values[beyond] for values in ends))
    return found


def scale_at(x: ArrayLike, y: ArrayLike, grid: Grid) -> Floats:
    """Return the grid's scale at each place: metres of the grid for a metre on the ellipsoid.

    In a projection that is not conformal the scale depends on the direction; the root of the areal scale is given.

    Examples
    --------
    >>> from geo.crs import grid
    >>> f"{scale_at(650000, 3650000, grid('EPSG:4546'))[0]:.9f}"
    '1.000277318'
    """
    x, y = (np.require(np.atleast_1d(values), np.float64, ["C", "W"]) for values in (x, y))
    if not grid.is_transverse_mercator:
        factors = _projection(grid).get_factors(*grid.to_geodetic(x, y))
        return np.sqrt(np.atleast_1d(np.asarray(factors.areal_scale, np.float64)))
    found: Floats = _scales(x, y, _numbers(grid))
    return found


def areas(geometries: Any, grid: Grid) -> Floats:  # noqa: ANN401 - a sequence, array or GeoSeries of geometries
    """Return the ellipsoidal area of each geometry in square metres.

    Parameters
    ----------
    geometries
        Polygons and multipolygons in ``grid``, valid; holes are taken off. None, empty and other types have no area.
    grid
        Their grid. In a transverse Mercator grid the edges are the straight lines of the grid, and the area is the
        integral of the inverse squared scale, turned into one along the edges (Green); else edges are geodesics.

    Returns
    -------
    float64[n]
        Relative error below 1e-9 of the outline's area for edges up to 10 km.

    Examples
    --------
    >>> from geo.crs import grid
    >>> f"{areas([shapely.box(650000, 3650000, 650010, 3650002), None], grid('EPSG:4546')).round(4)}"
    '[19.9889  0.    ]'
    """
    geometries = np.atleast_1d(np.asarray(geometries, dtype=object))
    parts, owner = shapely.get_parts(geometries, return_index=True)
    polygonal = shapely.get_type_id(parts) == 3
    parts, owner = parts[polygonal], owner[polygonal]
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    result = np.zeros(len(geometries))
    if len(rings) == 0:
        return result
    xy, vertex_ring = shapely.get_coordinates(rings, return_index=True)
    starts = np.concatenate(([0], np.cumsum(np.bincount(vertex_ring, minlength=len(rings))))).astype(np.int64)
    each = np.abs(_ring_areas(xy[:, 0].copy(), xy[:, 1].copy(), starts, grid))
    exterior = np.diff(ring_part, prepend=-1) > 0
    np.add.at(result, owner[ring_part], np.where(exterior, each, -each))
    return result


def _ring_areas(x: Floats, y: Floats, starts: Integers, grid: Grid) -> Floats:
    if grid.is_transverse_mercator and np.abs(x - grid.false_easting).max() <= FARTHEST_M:
        return _green(x, y, starts, _numbers(grid))
    lon, lat = grid.to_geodetic(x, y)
    geod = _geod(grid)
    spans = zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
    return np.array([geod.polygon_area_perimeter(lon[i:j], lat[i:j])[0] for i, j in spans])


def _geodesics(grid: Grid, x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> Floats:
    starts, ends = grid.to_geodetic(x0, y0), grid.to_geodetic(x1, y1)
    return np.atleast_1d(np.asarray(_geod(grid).inv(*starts, *ends)[2], np.float64))


@lru_cache(maxsize=64)
def _geod(grid: Grid) -> Geod:
    return Geod(a=grid.ellipsoid.a, f=grid.ellipsoid.f)


@lru_cache(maxsize=64)
def _projection(grid: Grid) -> Proj:
    return Proj(grid.crs)


@lru_cache(maxsize=64)
def _numbers(grid: Grid) -> Floats:
    """Return what the kernels need of a transverse Mercator grid.

    Scale k0, false easting, northing of the equator, a, e², e'², rectifying radius times k0, and the four
    coefficients from rectifying to geographic latitude (Karney 2011, eq. 13; the classical series in n).
    """
    a, f = grid.ellipsoid
    n = f / (2 - f)
    radius = a / (1 + n) * (1 + n**2 / 4 + n**4 / 64 + n**6 / 256)
    to_latitude = (
        3 * n / 2 - 27 * n**3 / 32,
        21 * n**2 / 16 - 55 * n**4 / 32,
        151 * n**3 / 96,
        1097 * n**4 / 512,
    )
    latitude = np.radians(grid.latitude_of_origin)
    to_rectifying = (
        -3 * n / 2 + 9 * n**3 / 16,
        15 * n**2 / 16 - 15 * n**4 / 32,
        -35 * n**3 / 48,
        315 * n**4 / 512,
    )
    rectifying = latitude + sum(c * np.sin(2 * (i + 1) * latitude) for i, c in enumerate(to_rectifying))
    equator = grid.false_northing - grid.scale * radius * rectifying
    e2 = f * (2 - f)
    return np.array([grid.scale, grid.false_easting, equator, a, e2, e2 / (1 - e2), grid.scale * radius, *to_latitude])


@kernel
def _at_foot_point(y: float, grid: Floats) -> tuple[float, float, float]:
    """Return N k0 (m), η² and t² at the foot-point latitude of a northing."""
    mu = (y - grid[2]) / grid[6]
    s, c = np.sin(2 * mu), np.cos(2 * mu)
    s4, c4 = 2 * s * c, 2 * c * c - 1
    s6, s8 = s4 * c + c4 * s, 2 * s4 * c4
    latitude = mu + grid[7] * s + grid[8] * s4 + grid[9] * s6 + grid[10] * s8
    sine2 = np.sin(latitude) ** 2
    eta2 = grid[5] * (1 - sine2)
    return grid[3] * grid[0] / np.sqrt(1 - grid[4] * sine2), eta2, sine2 / max(1 - sine2, 1e-30)


@kernel
def _scale(x: float, normal: float, eta2: float, t2: float, grid: Floats) -> float:
    """Return the point scale (Thomas 1952: the series in the easting at the foot-point latitude)."""
    q2 = ((x - grid[1]) / normal) ** 2
    fourth = 1 + eta2 * (6 + eta2 * (9 - 24 * t2 + eta2 * (4 - 24 * t2)))
    return float(grid[0] * (1 + q2 * ((1 + eta2) / 2 + q2 * (fourth / 24 + q2 / 720))))


@kernel
def _scales(x: Floats, y: Floats, grid: Floats) -> Floats:
    result = np.empty(len(x))
    for i in range(len(x)):
        normal, eta2, t2 = _at_foot_point(y[i], grid)
        result[i] = _scale(x[i], normal, eta2, t2, grid)
    return result


@kernel
def _segment_lengths(grid: Floats, x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> Floats:
    """Return lengths; infinite where a segment is too long or too far out for the series."""
    result = np.empty(len(x0))
    for i in range(len(x0)):
        dx, dy = x1[i] - x0[i], y1[i] - y0[i]
        metres = np.hypot(dx, dy)
        x, y = (x0[i] + x1[i]) / 2, (y0[i] + y1[i]) / 2
        if metres > LONGEST_M or np.abs(x - grid[1]) > FARTHEST_M:
            result[i] = np.inf
            continue
        normal, eta2, t2 = _at_foot_point(y, grid)
        # the mean of 1/k over the segment: its value at the middle, and its second derivative, -1/MN, across
        curvature = dx * dx / 24 * (1 + eta2) / (normal * normal)
        result[i] = metres * (1 / _scale(x, normal, eta2, t2, grid) - curvature / grid[0])
    return result


@kernel
def _inverse_square_from_meridian(x: float, y: float, grid: Floats) -> float:
    """Return the integral of 1/k² from the central meridian to the easting, in metres."""
    normal, eta2, t2 = _at_foot_point(y, grid)
    east = x - grid[1]
    q2 = (east / normal) ** 2
    second = 1 + eta2
    fourth = 1 + eta2 * (6 + eta2 * (9 - 24 * t2 + eta2 * (4 - 24 * t2)))
    c4 = 0.75 * second * second - fourth / 12
    return float(east * (1 - q2 * (second / 3 - q2 * (c4 / 5 - q2 * 17 / 315))) / grid[0] ** 2)


@kernel
def _green(x: Floats, y: Floats, starts: Integers, grid: Floats) -> Floats:
    """Return the signed area of each closed ring: Simpson's rule along each edge."""
    result = np.zeros(len(starts) - 1)
    for ring in range(len(starts) - 1):
        before = _inverse_square_from_meridian(x[starts[ring]], y[starts[ring]], grid)
        for v in range(starts[ring] + 1, starts[ring + 1]):
            after = _inverse_square_from_meridian(x[v], y[v], grid)
            middle = _inverse_square_from_meridian((x[v - 1] + x[v]) / 2, (y[v - 1] + y[v]) / 2, grid)
            result[ring] += (before + 4 * middle + after) / 6 * (y[v] - y[v - 1])
            before = after
    return result
