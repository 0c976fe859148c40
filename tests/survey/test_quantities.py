import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.faults import BadInputError
from survey.quantities import measure, vertex_accuracy
from survey.stretches import COVERAGE
from survey.surroundings import Surroundings
from tests.survey.scene import (
    GRID,
    POLICY,
    frame,
    lawn,
    line,
    measured,
    metres,
    route,
    straight,
    street,
    surroundings,
    value,
)

RNG = np.random.default_rng(20261201)


def quantity(name, routes, roads=(), greens=()):
    q = measured(routes, roads, greens).quantities[name]
    return value(q), float(q.uncertainty[0])


def scatter(change, times=4000):
    """Mean and spread of what ``change`` gives for random errors of mean error 1."""
    values = np.array([change(RNG) for _ in range(times)])
    return values.mean(), values.std()


def test_length_is_ellipsoidal():
    length, uncertainty = quantity("length_m", [straight(200.0)])
    assert length == pytest.approx(200.0, abs=1e-9)
    assert uncertainty == 0


def test_an_uncertain_straight_line_is_uncertain_by_both_its_ends_alone():
    ends = [(0, 0), (metres(50), 0), (metres(100), 0)]
    assert quantity("length_m", [route(*ends, accuracy_m=0.1)])[1] == pytest.approx(COVERAGE * 0.1 * 2**0.5)


def test_uncertainty_of_a_bent_line_is_what_random_errors_make_of_it():
    corners = np.array([(0, 0), (40, 5), (60, 40), (90, 20)], dtype=float)
    _, spread = scatter(lambda rng: shapely.LineString(corners + rng.normal(0, 0.05, corners.shape)).length)
    assert quantity("length_m", [route(*corners, accuracy_m=0.05)])[1] == pytest.approx(COVERAGE * spread, rel=0.06)


@pytest.mark.parametrize("lean", [0.0, 20.0, -45.0, 320.0])
def test_uncertainty_of_a_crossing_is_what_random_errors_make_of_it(lean):
    own, edge = 0.05, 0.03
    road = street(30, 10, accuracy_m=edge)
    box = road["geometry"].bounds
    corners = np.array([(10, -lean / 2), (50, lean / 2)], dtype=float)

    def once(rng):
        moved = shapely.LineString(corners + line((0, 0), (1, 0)).coords[0] + rng.normal(0, own, corners.shape))
        west, east = rng.normal(0, edge, 2)
        return moved.intersection(shapely.box(box[0] + west, box[1], box[2] + east, box[3])).length

    _, spread = scatter(once)
    assert quantity("road_m", [route(*corners, accuracy_m=own)], [road])[1] == pytest.approx(
        COVERAGE * spread, rel=0.08
    )


def test_ending_inside_a_road_is_uncertain_by_its_end():
    _, uncertainty = quantity("road_m", [straight(30, accuracy_m=0.1)], [street(30, 10)])
    assert uncertainty == pytest.approx(COVERAGE * 0.1, rel=1e-3)


def test_no_sum_is_off_by_more_than_the_route_is_long():
    leaning = [route((0, -10), (20, 10), accuracy_m=50.0)]
    length, _ = quantity("length_m", leaning)
    assert quantity("road_m", leaning, [street(6, 4), street(14, 4)])[1] == pytest.approx(length, rel=1e-6)


def test_centre_line_and_polygon_of_one_road_measure_alike():
    across = [route((0, -10), (60, 10), accuracy_m=0.05)]
    by_area = measured(across, [street(30, 10, accuracy_m=0.02)])
    by_axis = measured(across, [street(30, 10, accuracy_m=0.02, centre=True)])
    for name in ("road_m", "crossing_m", "crossing_max_m", "along_m"):
        a, b = by_area.quantities[name], by_axis.quantities[name]
        assert a.value == pytest.approx(b.value, abs=1e-6)
        assert a.uncertainty == pytest.approx(b.uncertainty, rel=1e-3)


def test_crossings_and_along_are_told_apart():
    found = measured([route((0, 0), (60, 0), (60, 40))], [street(20, 8), street(60, 10)])
    assert found.crossings.tolist() == [1]
    assert value(found.quantities["crossing_m"]) == pytest.approx(8, abs=1e-3)
    assert value(found.quantities["along_m"]) == pytest.approx(5 + 40, abs=0.02)
    assert value(found.quantities["road_m"]) == pytest.approx(53, abs=0.02)
    assert value(found.quantities["crossing_max_m"]) == pytest.approx(8, abs=1e-3)


def test_a_road_given_twice_under_two_names_counts_once_in_the_sum():
    roads = [street(30, 10), street(30, 10) | {"id": "again"}]
    assert quantity("crossing_m", [straight(60)], roads)[0] == pytest.approx(10, abs=1e-4)


def test_green_is_the_strip_and_each_place_once():
    beds = [lawn(10, -20, 20, 20), lawn(15, -20, 30, 20)]
    area, uncertainty = quantity("green_m2", [straight(80, accuracy_m=0.0)], (), beds)
    assert area == pytest.approx(20 * 0.8, rel=3e-4)  # the plan is in the grid, the area on the ellipsoid
    assert 0 < uncertainty < 1


def test_the_strip_is_as_wide_on_the_ellipsoid_as_it_is_stated():
    area, _ = quantity("green_m2", [straight(80)], (), [lawn(metres(10), -20, metres(35), 20)])
    assert area == pytest.approx(25 * 0.8, abs=1e-5)


def test_the_uncertainty_of_green_comes_from_the_line_and_from_the_edge_of_the_green():
    bed = [lawn(10, -20, 20, 20)]
    of_the_edge, of_both = (quantity("green_m2", [straight(80, accuracy_m=own)], (), bed)[1] for own in (0.0, 0.05))
    edge = POLICY.defaults.accuracy_m["greens"]
    assert of_the_edge == pytest.approx(COVERAGE * 2 * 0.8 * edge, rel=1e-3)  # both edges across the strip
    assert of_both == pytest.approx(COVERAGE * 2 * 0.8 * np.hypot(edge, 0.05), rel=1e-3)


def test_the_strip_is_the_utilitys_own():
    areas = {
        key: quantity("green_m2", [straight(80, utility=key)], (), [lawn(10, -20, 20, 20)])[0]
        for key in POLICY.defaults.working_width_m
    }
    for key, width in POLICY.defaults.working_width_m.items():
        assert areas[key] == pytest.approx(10 * width, rel=3e-4)


def test_running_beside_a_road_within_the_uncertainty_could_be_more():
    beside = route((metres(25) - 0.05, -50), (metres(25) - 0.05, 0), accuracy_m=0.05)
    found = measured([beside], [street(30, 10)])
    assert value(found.quantities["road_m"]) == 0
    assert found.quantities["road_m"].above[0] == pytest.approx(50, abs=0.2)
    assert found.near_road.tolist() == [0]


def test_empty_lines_and_no_surroundings_measure_zero():
    nothing = route((0, 0), (1, 0)) | {"geometry": shapely.LineString()}
    found = measured([nothing, straight(5)])
    assert value(found.quantities["length_m"]) == 0
    for name in ("road_m", "crossing_m", "green_m2", "along_m", "crossing_max_m"):
        assert found.quantities[name].value.tolist() == [0, 0]
    none = measure(frame([], ("id", "geometry")), surroundings(), GRID, defaults=POLICY.defaults)
    assert len(none) == 0


def test_accuracy_is_the_routes_own_else_the_way_it_was_drawn():
    given = vertex_accuracy(
        [0.0, 1, None, np.nan, -2, None], [None, None, "drawn", "surveyed", "typed", "crayon"], POLICY.defaults
    )
    assert given.tolist() == [0.0, 1.0, 0.5, 0.05, 0.01, 0.02]


def test_one_row_of_many_is_that_row():
    roads = [street(30, 10), street(60, 12)]
    many = measured([straight(20, id="A"), straight(50, id="B"), straight(90, id="C")], roads)
    one = many.row(1)
    alone = measured([straight(50, id="B")], roads)
    assert one.ids == ["B"]
    for name, q in alone.quantities.items():
        assert one.quantities[name].value.tolist() == q.value.tolist()
        assert one.quantities[name].uncertainty.tolist() == q.uncertainty.tolist()
    assert one.stretches.road.tolist() == alone.stretches.road.tolist()


# ------------------------------------------------------------------------------------------------------ the layers


def road_frame(**columns):
    return gpd.GeoDataFrame(columns, geometry=[line((30, -50), (30, 50))], crs=GRID.crs)


def built(roads):
    return Surroundings.from_frames(roads, None, GRID, POLICY.defaults)


def test_openstreetmaps_highway_gives_class_and_width_marked_as_assumed():
    facts = built(road_frame(highway=["primary"])).facts
    assert facts.classes == ["arterial"]
    assert facts.assumed.tolist() == [True]
    assert facts.accuracy_m[0] == pytest.approx(22 * 0.25 / 2**0.5)


def test_what_is_stated_is_not_assumed():
    facts = built(road_frame(highway=["primary"], width_m=[9.0], **{"class": ["local"]})).facts
    assert facts.classes == ["local"]
    assert facts.assumed.tolist() == [False]
    assert facts.accuracy_m.tolist() == [0.02]


def test_a_footway_is_no_carriageway():
    around = built(road_frame(highway=["footway"]))
    assert around.facts.ids == []
    assert around.facts.left_out == 1


def test_every_faulty_road_is_named():
    roads = gpd.GeoDataFrame(
        {"id": ["a", "b", "c", "d"], "class": ["path", None, "local", None], "width_m": [5.0, None, 5.0, 4.0],
         "delivered": [None, None, "soon", None]},
        geometry=[line((0, 0), (1, 0))] * 3 + [shapely.Point(0, 0)], crs=GRID.crs,
    )  # fmt: skip
    with pytest.raises(BadInputError) as error:
        built(roads)
    assert [(f.code, f.feature) for f in error.value.faults] == [
        ("road.class", "a"), ("road.width", "b"), ("road.date", "c"), ("road.geometry", "d"),
    ]  # fmt: skip


def test_what_the_layer_keeps():
    around = surroundings([street(30, 5), street(60, 5, delivered=None)])
    assert around.facts.keeps == {"class", "delivered"}
    assert surroundings().facts.keeps == frozenset()
