"""Grids against published vectors; each kind of wrong coordinate against the mend it must be given."""

import pickle

import numpy as np
import pytest
from pyproj import CRS, Proj

from geo.crs import coordinate_faults, grid, grid_at, lonlat_faults, zones_at
from geo.faults import BadInputError

# place, lon, lat, EPSG, easting, northing; confirmed by PROJ 9.5.1 and an independent Krüger series.
PROJECTED = [
    ("武陟县", 113.4, 35.1, 4547, 445293.4763, 3885851.7602),
    ("武陟县", 113.4, 35.1, 4526, 38445293.4763, 3885851.7602),
    ("武陟县", 113.4, 35.1, 4497, 19718846.5883, 3888323.5040),
    ("内乡县", 111.85, 33.05, 4546, 579391.5870, 3658614.4707),
    ("内乡县", 111.85, 33.05, 4525, 37579391.5870, 3658614.4707),
    ("内乡县", 111.85, 33.05, 4497, 19579391.5870, 3658614.4707),
    ("赤壁市", 113.9, 29.72, 4547, 490324.3984, 3289079.5593),
    ("赤壁市", 113.9, 29.72, 4526, 38490324.3984, 3289079.5593),
    ("赤壁市", 113.9, 29.72, 4497, 19780653.7393, 3292598.4692),
    ("淮北市", 116.8, 33.95, 4548, 481512.2098, 3758133.3657),
    ("淮北市", 116.8, 33.95, 4527, 39481512.2098, 3758133.3657),
    ("淮北市", 116.8, 33.95, 4498, 20481512.2098, 3758133.3657),
    ("济源市", 112.6, 35.07, 4547, 372301.1427, 3883255.3098),
    ("济源市", 112.6, 35.07, 4526, 38372301.1427, 3883255.3098),
    ("济源市", 112.6, 35.07, 4497, 19645943.0744, 3883529.8101),
    ("zone edge", 115.5, 34.0, 4548, 361416.8412, 3764675.9845),
    ("zone edge", 115.5, 34.0, 4527, 39361416.8412, 3764675.9845),
    ("zone edge", 115.5, 34.0, 4498, 20361416.8412, 3764675.9845),
]
LOCAL = "+proj=tmerc +lat_0=33 +lon_0=111.8 +k=1 +x_0=20000 +y_0=10000 +ellps=GRS80 +units=m"


def codes(faults):
    return [fault.code for fault in faults]


@pytest.mark.parametrize(("place", "lon", "lat", "epsg", "easting", "northing"), PROJECTED)
def test_projects_as_published(place, lon, lat, epsg, easting, northing):
    x, y = grid(epsg).from_lonlat(lon, lat)
    assert (abs(x - easting), abs(y - northing)) <= (1e-4, 1e-4)
    back = grid(epsg).to_lonlat([x, x], [y, y])
    np.testing.assert_allclose(back, [[lon, lon], [lat, lat]], atol=1e-12)
    assert coordinate_faults([x], [y], grid(epsg)) == []


def test_every_zone_of_the_registry():
    for zone in range(25, 46):
        prefixed, truncated = grid_at(3.0 * zone, 30, prefixed=True), grid_at(3.0 * zone, 30)
        assert (prefixed.code, truncated.code) == (f"EPSG:{4513 + zone - 25}", f"EPSG:{4534 + zone - 25}")
        assert prefixed.zone_prefix == zone
        assert truncated.zone_prefix == 0
        assert prefixed.central_meridian == truncated.central_meridian == 3.0 * zone
        assert prefixed.false_easting == zone * 1e6 + 5e5
        assert truncated.is_gauss_kruger
        assert truncated.ellipsoid == (6378137.0, 1 / 298.257222101)


@pytest.mark.parametrize("first", [4513, 2349, 2401])
@pytest.mark.parametrize("zone", [25, 37, 38, 45])
def test_mends_stay_in_the_datum(first, zone):
    right = grid(first + zone - 25)
    truncated = grid(first + 21 + zone - 25)
    assert right.crs.datum == truncated.crs.datum
    x, y = right.from_lonlat(3.0 * zone + 0.3, 34.0)
    (fault,) = coordinate_faults([x], [y], truncated)
    assert fault.code == "coordinate.zone_prefix"
    assert fault.mend_zh == f"应使用 {right.code}"
    (fault,) = coordinate_faults([x - zone * 1e6], [y], right)
    assert fault.code == "coordinate.zone_prefix_missing"
    assert truncated.code in fault.mend_en


@pytest.mark.parametrize("epsg", [4491 + 6, 2327 + 6, 21413 + 6])
def test_six_degree_numbers_are_known(epsg):
    right = grid(epsg)
    x, y = right.from_lonlat(112.0, 34.0)
    (fault,) = coordinate_faults([x], [y], grid({4497: 4502, 2333: 2338, 21419: 21453}[epsg] + 6))
    assert fault.code == "coordinate.zone_prefix"
    assert right.code in fault.mend_en


def test_an_edge_belongs_to_the_eastern_zone():
    assert zones_at(115.5) == 39
    assert zones_at(np.nextafter(115.5, 0)) == 38
    assert grid_at([112.4, 112.7], [35.0, 35.1]).code == "EPSG:4547"
    assert grid_at([112.4, np.nan], [35.0, np.nan]).code == "EPSG:4546"


@pytest.mark.parametrize(("lon", "lat"), [(2.3, 48.9), (35.1, 113.4), (np.nan, np.nan), ([], [])])
def test_no_grid_outside_the_zones(lon, lat):
    with pytest.raises(BadInputError) as error:
        grid_at(lon, lat)
    assert error.value.faults[0].code == "coordinate.outside_zones"


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        (4490, "crs.geographic"),
        ("OGC:CRS84", "crs.geographic"),
        ("EPSG:4479", "crs.not_projected"),
        ("EPSG:2277", "crs.unit"),
        ("EPSG:3857", "crs.web_mercator"),
        ("nonsense", "crs.unknown"),
        ("", "crs.unknown"),
        (999999, "crs.unknown"),
    ],
)
def test_refuses_what_is_no_grid(spec, code):
    with pytest.raises(BadInputError) as error:
        grid(spec)
    assert codes(error.value.faults) == [code]
    assert error.value.faults[0].mend_zh


def test_one_grid_from_every_way_of_saying_it():
    once = grid(4547)
    for spec in ("EPSG:4547", "epsg:4547", CRS(4547), CRS(4547).to_wkt(), CRS(4547).to_wkt("WKT1_ESRI"), once):
        assert grid(spec).central_meridian == 114
    assert grid("EPSG:4547") == once == pickle.loads(pickle.dumps(once))  # noqa: S301 - our own bytes
    assert hash(grid(CRS(4547))) == hash(once)
    assert grid("EPSG:4547+5773") == once


def test_local_city_grid():
    local = grid(LOCAL)
    assert local.is_transverse_mercator
    assert not local.is_gauss_kruger
    x, y = local.from_lonlat([111.8, 111.85], [33.0, 33.05])
    np.testing.assert_allclose([x[0], y[0]], [20000, 10000], atol=1e-6)
    assert grid(local.code) == local
    np.testing.assert_allclose(Proj(LOCAL)(111.85, 33.05), (x[1], y[1]), atol=1e-6)
    # what would be degrees elsewhere is a place of this grid
    assert coordinate_faults([111.85], [33.05], local) == []


def test_bound_and_other_projections():
    shifted = grid(LOCAL.replace("+ellps=GRS80", "+ellps=krass +towgs84=15.8,-154.4,-82.3"))
    assert shifted.is_transverse_mercator
    x, y = shifted.from_lonlat(111.85, 33.05)
    np.testing.assert_allclose(shifted.to_lonlat(x, y), (111.85, 33.05), atol=1e-9)
    lambert = grid("EPSG:3034")
    assert not lambert.is_transverse_mercator
    assert np.isnan(lambert.central_meridian)
    x, y = lambert.from_lonlat(10.0, 50.0)
    assert coordinate_faults([x], [y], lambert) == []
    assert codes(coordinate_faults([10.0], [50.0], lambert)) == ["coordinate.out_of_zone"]


@pytest.mark.parametrize(
    ("x", "y", "epsg", "code", "mend"),
    [
        (38445293.0, 3885851.0, 4546, "coordinate.zone_prefix", "应使用 EPSG:4526"),
        (38445293.0, 3885851.0, 4547, "coordinate.zone_prefix", "应使用 EPSG:4526"),
        (38445293.0, 3885851.0, 4525, "coordinate.zone_prefix", "应使用 EPSG:4526"),
        (19718846.0, 3888323.0, 4547, "coordinate.zone_prefix", "应使用 EPSG:4497"),
        (445293.0, 3885851.0, 4526, "coordinate.zone_prefix_missing", "应使用 EPSG:4547"),
        (113.4, 35.1, 4547, "coordinate.degrees", "OGC:CRS84"),
        (113.4, 35.1, 4526, "coordinate.degrees", "OGC:CRS84"),
        (35.1, 113.4, 4547, "coordinate.lonlat_swapped", "交换"),
        (3885851.0, 445293.0, 4547, "coordinate.axes_swapped", "交换"),
        (3885851.0, 38445293.0, 4526, "coordinate.axes_swapped", "交换"),
        (3885851.0, 38445293.0, 4547, "coordinate.axes_swapped", "EPSG:4526"),
        (3885851.0, 445293.0, 4526, "coordinate.axes_swapped", "交换"),
        (150000.0, 3885851.0, 4547, "coordinate.out_of_zone", "EPSG:4546"),
        (0.0, 0.0, 4547, "coordinate.out_of_zone", "核对"),
        (445293.0, -3885851.0, 4547, "coordinate.out_of_zone", "核对"),
        (1e300, 1e300, 4547, "coordinate.out_of_zone", "核对"),
        (np.nan, 3885851.0, 4547, "coordinate.not_finite", "顶点"),
        (445293.0, np.inf, 4547, "coordinate.not_finite", "顶点"),
    ],
)
def test_each_wrong_coordinate_gets_its_mend(x, y, epsg, code, mend):
    (fault,) = coordinate_faults([x], [y], grid(epsg))
    assert fault.code == code
    assert mend in fault.mend_zh
    assert fault.mend_en
    assert fault.vertex == 0
    np.testing.assert_array_equal(fault.value, (x, y))
    good = grid(epsg).from_lonlat(113.5, 35.0)
    (fault,) = coordinate_faults([good[0], x], [good[1], y], grid(epsg))
    assert fault.vertex == 1
    among_good_ones = "coordinate.mixed_zones" if code.startswith("coordinate.zone_prefix") else code
    assert fault.code == among_good_ones


def test_mixed_zones_are_told_once_a_feature():
    x = [38445293.0, 37579391.0, 37579392.0, 38445293.0]
    (fault,) = coordinate_faults(x, [3885851.0] * 4, grid(4526), feature=["a", "b", "b", "c"])
    assert (fault.code, fault.feature, fault.vertex) == ("coordinate.mixed_zones", "b", 0)
    assert "37" in fault.zh
    assert "38" in fault.zh
    assert "2 vertices" in fault.en
    assert "EPSG:4525" in fault.mend_zh


def test_faults_name_feature_and_vertex_in_order():
    x = np.full(9, 445293.0)
    y = np.full(9, 3885851.0)
    x[4], x[7] = np.nan, 3885851.0
    y[7] = 445293.0
    y[8] = np.inf
    feature = np.repeat([10, 11, 12], 3)
    found = coordinate_faults(x, y, grid(4547), feature=feature)
    assert [(fault.feature, fault.vertex, fault.code.split(".")[1]) for fault in found] == [
        (11, 1, "not_finite"),
        (12, 1, "axes_swapped"),
        (12, 2, "not_finite"),
    ]
    (fault, *_) = coordinate_faults(x, y, grid(4547), feature=feature, vertex=np.arange(9) * 2)
    assert fault.vertex == 8


def test_nothing_is_wrong_with_nothing():
    assert coordinate_faults([], [], grid(4547)) == []
    assert lonlat_faults([], []) == []


def test_lonlat():
    assert lonlat_faults([113.4, 2.3, -70.0], [35.1, 48.9, -33.0]) == []
    found = lonlat_faults([np.nan, 35.1, 445293.0], [1.0, 113.4, 3885851.0])
    assert codes(found) == ["coordinate.not_finite", "coordinate.lonlat_swapped", "coordinate.metres"]


def test_many_bad_features_stay_fast():
    n = 20_000
    found = coordinate_faults(np.full(n, 113.4), np.full(n, 35.1), grid(4547), feature=np.arange(n) // 2)
    assert len(found) == n // 2
    assert found[-1].vertex == 0
