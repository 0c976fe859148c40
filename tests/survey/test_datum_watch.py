"""The datum watch: names what was done to a layer, is silent over what was not, and mends it to the millimetre."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.faults import BadInputError
from survey.datum_mends import mend_datum, reread, swapped
from survey.datum_watch import watch_datum
from survey.road_fit import CELL_M, SIDE, covered
from tests.survey import town

ROADS, HOUSES, MAINS = town.ROADS, town.BUILDINGS, town.PIPES
LAYERS = {"buildings": HOUSES, "pipes": MAINS}
WIDE_ROADS = town.crs_frame(shapely.buffer(ROADS.geometry.to_numpy(), 6.0))


def watched(layer, roads=ROADS):
    return watch_datum(layer, roads, town.GRID)


def vertices(frame):
    return shapely.get_coordinates(frame.geometry.to_numpy())


@pytest.mark.parametrize("roads", [ROADS, WIDE_ROADS], ids=["centre lines", "carriageways"])
@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_a_layer_in_its_place_fits(layer, roads):
    report = watched(layer, roads)
    assert (report.kind, report.is_wrong, report.mend, report.size_m) == ("fits", False, None, 0)


@pytest.mark.parametrize("roads", [ROADS, WIDE_ROADS], ids=["centre lines", "carriageways"])
@pytest.mark.parametrize("kind", town.OFFSETS)
@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_an_offset_is_named_with_its_size_and_direction(layer, kind, roads):
    report = watched(town.changed(layer, town.OFFSETS[kind]), roads)
    assert report.kind == report.mend == kind
    assert (report.east_m, report.north_m) == pytest.approx(town.true_shift(layer, town.OFFSETS[kind]), abs=5)
    said = report.fault()
    assert said.code == f"datum.{kind}"
    assert f"{report.size_m:.0f} m" in said.zh
    assert f"--mend-datum={kind}" in said.mend_en


@pytest.mark.parametrize("kind", town.OFFSETS)
def test_it_is_the_same_in_longitude_and_latitude(kind):
    assert watched(town.changed(HOUSES, town.OFFSETS[kind]).to_crs("OGC:CRS84")).kind == kind


@settings(max_examples=12, deadline=None)
@given(st.integers(-900, 900), st.integers(-900, 900))
def test_a_constant_shift_is_measured_to_a_few_metres_or_nothing_is_said(east, north):
    """Oracle: the shift that was put on. Between 16 and 48 m nothing is said; near GCJ-02 it may be taken for it."""
    layer = MAINS.set_geometry(MAINS.translate(east, north))
    report = watched(layer)
    if report.kind == "shift":
        assert (report.east_m, report.north_m) == pytest.approx((east, north), abs=4)
        back = mend_datum(layer, report.mend)
        assert np.abs(vertices(back) - vertices(MAINS)).max() < 5
    elif report.kind == "fits":
        assert max(abs(east), abs(north)) <= 24
    elif report.kind != "unclear":
        assert (report.east_m, report.north_m) == pytest.approx((east, north), abs=24)


def test_a_shift_of_another_datum_is_found():
    report = watched(HOUSES.set_geometry(HOUSES.translate(75, -40)))
    assert report.kind == "shift"
    assert (report.east_m, report.north_m) == pytest.approx((75, -40), abs=4)


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_swapped_axes_and_a_wrong_zone_are_recognised(layer):
    assert watched(swapped(layer)).mend == "swap"
    assert watched(swapped(layer.to_crs("OGC:CRS84"))).mend == "swap"
    elsewhere = layer.set_crs("EPSG:4547", allow_override=True)
    assert watched(elsewhere).mend == town.GRID.code
    assert watched(reread(elsewhere, town.GRID.code)).kind == "fits"


@pytest.mark.parametrize("kind", town.OFFSETS)
@pytest.mark.parametrize("crs", ["EPSG:4546", "OGC:CRS84", "EPSG:4525", "EPSG:3857"])
def test_the_mend_is_the_exact_inverse(kind, crs):
    """Oracle: the layer before. Heights stay."""
    high = HOUSES.set_geometry(shapely.force_3d(HOUSES.geometry.to_numpy(), 7.5))
    off = town.changed(HOUSES, town.OFFSETS[kind])
    off = off.set_geometry(gpd.GeoSeries(shapely.force_3d(off.geometry.to_numpy(), 7.5), crs=off.crs)).to_crs(crs)
    mended = mend_datum(off, kind)
    assert mended.crs == off.crs
    back = mended.to_crs(town.GRID.crs)
    assert np.abs(vertices(back) - vertices(high)).max() < 1e-3
    assert set(shapely.get_coordinates(mended.geometry.to_numpy(), include_z=True)[:, 2]) == {7.5}


def test_nothing_is_changed_unasked():
    layer = town.changed(HOUSES, town.OFFSETS["gcj02"])
    before = layer.copy(deep=True)
    watched(layer)
    assert layer.geometry.geom_equals_exact(before.geometry, 0).all()


def at_random(seed):
    """Return a layer of no meaning: rectangles, their outlines, lines or points, strewn or in a heap, turned or not."""
    random = np.random.default_rng(seed)
    count = int(np.exp(random.uniform(np.log(10), np.log(800))))
    low, high = np.array([town.X, town.Y]), np.array([town.X, town.Y]) + town.SIZE
    middle = random.uniform(low, high, (count, 2))
    if random.random() < 0.3:
        middle = middle[0] + random.normal(0, 300, (count, 2))
    turn = random.normal(0, 0.05, count) if random.random() < 0.5 else random.uniform(0, np.pi, count)
    axes = np.stack([np.cos(turn), np.sin(turn)], axis=1), np.stack([-np.sin(turn), np.cos(turn)], axis=1)
    wide, deep = random.uniform(8, 60, (2, count, 1))
    ring = [middle + axes[0] * wide * u + axes[1] * deep * v for u, v in ((0, 0), (1, 0), (1, 1), (0, 1))]
    kind = seed % 4
    if kind == 0:
        return town.crs_frame(shapely.polygons(np.stack(ring, axis=1)))
    if kind == 1:
        return town.crs_frame(shapely.boundary(shapely.polygons(np.stack(ring, axis=1))))
    if kind == 2:
        return town.crs_frame(shapely.linestrings(np.stack([middle, middle + axes[0] * wide * 10], axis=1)))
    return town.crs_frame(shapely.points(middle))


def test_layers_of_no_meaning_are_never_said_to_be_off_or_right():
    assert [seed for seed in range(60) if watched(at_random(seed)).kind != "unclear"] == []


@pytest.mark.parametrize("count", [0, 1, 9])
def test_a_handful_of_features_is_not_enough(count):
    report = watched(HOUSES.iloc[:count])
    assert (report.kind, report.features) == ("unclear", count)
    assert "证据不足" in report.fault().zh


def test_no_roads_or_roads_far_away_are_no_evidence():
    assert watched(HOUSES, ROADS.iloc[:0]).kind == "unclear"
    assert watched(HOUSES, ROADS.set_geometry(ROADS.translate(0, 90_000))).kind == "unclear"


def test_footways_are_no_roads():
    roads = ROADS[["geometry"]].assign(highway="residential")
    paths = HOUSES[["geometry"]].assign(highway="footway").set_geometry(HOUSES.centroid.buffer(8).boundary)
    both = gpd.GeoDataFrame(geometry=[*roads.geometry, *paths.geometry], crs=roads.crs)
    both["highway"] = [*roads["highway"], *paths["highway"]]
    assert watched(HOUSES, both).ratio == watched(HOUSES, roads).ratio


def test_the_answer_does_not_hang_on_the_order_of_rows():
    shuffled = HOUSES.sample(frac=1, random_state=3)
    one, other = watched(HOUSES), watched(shuffled)
    assert one.kind == other.kind
    assert one.ratio == pytest.approx(other.ratio, rel=1e-9)


def test_a_wide_county_is_looked_at_in_squares():
    """GCJ-02 is not the same everywhere in 12 km: undone square by square it is still found, and its mean told."""
    roads = town.streets(seed=5, size=12_000.0)
    layer = town.mains(roads)
    report = watched(town.changed(layer, town.OFFSETS["gcj02"]), roads)
    assert report.kind == "gcj02"
    assert (report.east_m, report.north_m) == pytest.approx(town.true_shift(layer, town.OFFSETS["gcj02"]), abs=25)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_areas_are_drawn_as_shapely_says_they_are(seed):
    random = np.random.default_rng(seed)
    middle = random.uniform(20, 80, (6, 2)) * CELL_M
    blobs = shapely.buffer(shapely.points(middle), random.uniform(20, 120, 6), quad_segs=2)
    rings = shapely.difference(blobs, shapely.buffer(shapely.points(middle), 15.0, quad_segs=2))
    drawn = covered(rings, np.zeros(2))
    assert drawn.shape == (SIDE, SIDE)
    i, j = np.meshgrid(np.arange(110), np.arange(110), indexing="ij")
    inside = shapely.contains_xy(shapely.union_all(rings), (i + 0.5) * CELL_M, (j + 0.5) * CELL_M)
    assert (drawn[:110, :110].astype(bool) == inside).all()
    assert drawn[110:].sum() == 0


@pytest.mark.parametrize("how", ["", "mars", "1;2", "EPSG:1", "gcj"])
def test_a_mend_that_is_none_is_refused(how):
    with pytest.raises(BadInputError) as error:
        mend_datum(HOUSES, how)
    assert error.value.faults[0].code == "datum.unknown_mend"


def test_metres_are_not_added_to_degrees():
    with pytest.raises(BadInputError) as error:
        mend_datum(HOUSES.to_crs("OGC:CRS84"), "10,-5")
    assert error.value.faults[0].code == "datum.no_metres"
