"""Lengths and areas on the ellipsoid against pyproj's geodesics and against planes and spheres of known size."""

import numpy as np
import pytest
import shapely
from pyproj import Geod, Proj

from geo.crs import grid
from geo.lengths import RELATIVE_ERROR, areas, lengths, scale_at, segment_lengths
from geo.polylines import Polylines

LOCAL = "+proj=tmerc +lat_0=33 +lon_0=111.8 +k=1.0001 +x_0=20000 +y_0=10000 +ellps=GRS80 +units=m"
GRIDS = [4547, 4526, 4513, 4497, 2362, 32650, 3826, LOCAL]
ROUNDING_M = 1e-8  # a longitude in doubles is good to some nanometres


def everywhere(here, n, half=1.6):
    """Places all over a zone, a little beyond its edges, and a direction at each."""
    rng = np.random.default_rng(7)
    lon = here.central_meridian + rng.uniform(-half, half, n)
    lat = rng.uniform(1, 55, n)
    x, y = Proj(here.crs)(lon, lat)
    angle = rng.uniform(0, 2 * np.pi, n)
    return x, y, np.cos(angle), np.sin(angle), lon, lat


def geodesics(here, x0, y0, x1, y1):
    to_lonlat = Proj(here.crs)
    a, b = to_lonlat(x0, y0, inverse=True), to_lonlat(x1, y1, inverse=True)
    return np.asarray(Geod(a=here.ellipsoid.a, f=here.ellipsoid.f).inv(*a, *b)[2])


@pytest.mark.parametrize("spec", GRIDS)
@pytest.mark.parametrize("metres", [0.1, 1, 20, 200, 1000, 3000, 9999, 10_001, 60_000])
def test_agrees_with_geod_to_a_micrometre_a_kilometre(spec, metres):
    here = grid(spec)
    x, y, ux, uy, *_ = everywhere(here, 2000)
    ends = (x, y, x + metres * ux, y + metres * uy)
    expected = geodesics(here, *ends)
    assert np.abs(segment_lengths(*ends, here) - expected).max() < RELATIVE_ERROR * metres + ROUNDING_M


@pytest.mark.parametrize("spec", GRIDS)
def test_scale_agrees_with_proj(spec):
    here = grid(spec)
    x, y, _, _, lon, lat = everywhere(here, 2000)
    expected = Proj(here.crs).get_factors(lon, lat).meridional_scale
    assert np.abs(scale_at(x, y, here) - expected).max() < 2e-10


def test_far_outside_a_zone_and_other_projections_ask_geod():
    here = grid(4547)
    x, y = here.from_lonlat([122.0, 122.001], [30.0, 30.0])
    np.testing.assert_allclose(
        segment_lengths(x[:1], y[:1], x[1:], y[1:], here), geodesics(here, x[:1], y[:1], x[1:], y[1:]), atol=1e-6
    )
    lambert = grid("EPSG:3034")
    x, y = lambert.from_lonlat([10.0, 10.001], [50.0, 50.0])
    expected = Geod(ellps="GRS80").inv(10.0, 50.0, 10.001, 50.0)[2]
    np.testing.assert_allclose(segment_lengths(x[:1], y[:1], x[1:], y[1:], lambert), expected, atol=1e-7)
    factors = Proj(lambert.crs).get_factors(10.0, 50.0)
    np.testing.assert_allclose(scale_at(x[:1], y[:1], lambert), np.sqrt(factors.areal_scale), rtol=1e-9)
    square = shapely.box(x[0], y[0], x[0] + 500, y[0] + 500)
    np.testing.assert_allclose(areas([square], lambert), 250_000 / factors.areal_scale, rtol=1e-4)


def test_lines_of_parts_and_of_nothing():
    here = grid(4546)
    geometries = [
        shapely.LineString([(650_000, 3_650_000), (650_100, 3_650_000), (650_100, 3_650_100)]),
        None,
        shapely.MultiLineString([[(650_000, 3_650_000), (650_100, 3_650_000)], [(660_000, 0), (660_000, 50)]]),
        shapely.LineString([(5, 5), (5, 5)]),
    ]
    found = lengths(Polylines.from_shapely(geometries), here)
    legs = segment_lengths([650_000, 650_100, 660_000], [3_650_000, 3_650_000, 0],
                           [650_100, 650_100, 660_000], [3_650_000, 3_650_100, 50], here)  # fmt: skip
    np.testing.assert_allclose(found, [legs[0] + legs[1], 0, legs[0] + legs[2], 0], atol=1e-12)
    assert lengths(Polylines.from_shapely([None]), here).tolist() == [0.0]
    assert lengths(Polylines.from_shapely([]), here).tolist() == []
    assert np.isnan(segment_lengths([np.nan], [0], [1], [1], here)[0])


def test_planar_length_would_decide_wrongly():
    """At the edge of a zone a grid length of 200.04 m is still within 200 m on the ground."""
    here = grid(4546)
    x, y = here.from_lonlat(112.49, 33.0)
    line = Polylines.from_shapely([shapely.LineString([(x, y), (x + 200.04, y)])])
    assert line.lengths()[0] > 200 > lengths(line, here)[0]


@pytest.mark.parametrize("spec", [4547, 4526, LOCAL])
@pytest.mark.parametrize("metres", [300, 3000, 9000])
def test_areas_agree_with_geodesic_polygons(spec, metres):
    here = grid(spec)
    x, y, ux, uy, *_ = everywhere(here, 12)
    geod = Geod(a=here.ellipsoid.a, f=here.ellipsoid.f)
    for px, py, cos, sin in zip(x, y, ux, uy, strict=True):
        box = shapely.box(0, 0, metres, metres * 0.6)
        turned = shapely.transform(box, lambda c, p=(px, py, cos, sin): np.column_stack(
            (p[0] + c[:, 0] * p[2] - c[:, 1] * p[3], p[1] + c[:, 0] * p[3] + c[:, 1] * p[2])))  # fmt: skip
        dense = shapely.get_coordinates(shapely.segmentize(turned, metres / 20))
        lon, lat = Proj(here.crs)(dense[:, 0], dense[:, 1], inverse=True)
        expected = abs(geod.polygon_area_perimeter(lon, lat)[0])
        assert areas([turned], here)[0] == pytest.approx(expected, rel=RELATIVE_ERROR, abs=2e-3)


def test_small_areas_are_the_planar_ones_over_the_scale_squared():
    here = grid(4547)
    x, y, *_ = everywhere(here, 50)
    boxes = shapely.box(x, y, x + 4, y + 5)
    found = areas(boxes, here)
    np.testing.assert_allclose(found, shapely.area(boxes) / scale_at(x + 2, y + 2.5, here) ** 2, rtol=2e-9)


def test_areas_with_holes_parts_and_nothing():
    here = grid(4547)
    ring = shapely.box(500_000, 3e6, 500_100, 3e6 + 100)
    hole = shapely.box(500_040, 3e6 + 40, 500_060, 3e6 + 60)
    holed = shapely.difference(ring, hole)
    several = shapely.MultiPolygon([holed, shapely.box(500_200, 3e6, 500_210, 3e6 + 10)])
    line = shapely.LineString([(0, 0), (1, 1)])
    found = areas([ring, holed, several, shapely.reverse(holed), None, shapely.Polygon(), line], here)
    np.testing.assert_allclose(found, [10_000, 9_600, 9_700, 9_600, 0, 0, 0], rtol=1e-6)
    collected = areas([shapely.GeometryCollection([line, ring])], here)
    np.testing.assert_allclose(collected, [10_000], rtol=1e-6)
    assert areas([], here).shape == (0,)
