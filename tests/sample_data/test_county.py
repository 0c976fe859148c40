"""The sample county is the same every time, sound, and judged as known beforehand."""

from __future__ import annotations

import pytest
import shapely
from pyproj import Geod

from sample_data.borderline import GRID, ON
from sample_data.county import SampleCounty, make_county


@pytest.fixture(scope="module")
def county() -> SampleCounty:
    return make_county()


def test_the_same_seed_gives_the_same_county(county: SampleCounty) -> None:
    again = make_county()
    for layer, frame in county.frames.items():
        assert (shapely.to_wkb(frame.geometry) == shapely.to_wkb(again.frames[layer].geometry)).all(), layer
        assert frame.drop(columns="geometry").equals(again.frames[layer].drop(columns="geometry")), layer


def test_another_seed_gives_another_county(county: SampleCounty) -> None:
    other = make_county(seed=7)
    assert other.frames["buildings"].total_bounds.tolist() != county.frames["buildings"].total_bounds.tolist()


def test_every_shape_is_sound_and_every_id_is_its_own(county: SampleCounty) -> None:
    for layer, frame in county.frames.items():
        assert frame.geometry.is_valid.all(), layer
        assert not frame.geometry.is_empty.any(), layer
        assert frame["id"].is_unique, layer
        assert frame.crs == GRID, layer


def test_it_is_a_county_seat_with_its_plan(county: SampleCounty) -> None:
    frames = county.frames
    west, south, east, north = frames["roads"].total_bounds
    assert 3_500 < east - west < 5_000
    assert 3_000 < north - south < 4_500
    assert len(frames["sites"]) == 12
    assert 60 <= len(frames["routes"]) <= 110
    assert frames["routes"]["utility"].nunique() == 6
    assert (frames["routes"]["start"] <= frames["routes"]["end"]).all()
    assert set(frames["roads"]["class"]) == {"expressway", "arterial", "collector", "local"}
    assert frames["pipes"]["cover_m"].min() > 0


def test_no_building_stands_in_a_carriageway(county: SampleCounty) -> None:
    roads = county.frames["roads"]
    ways = shapely.buffer(roads.geometry.to_numpy(), roads["width_m"].to_numpy() / 2, cap_style="flat")
    tree = shapely.STRtree(ways)
    hit = tree.query(county.frames["buildings"].geometry.to_numpy(), predicate="intersects")
    assert hit.shape[1] == 0


def test_lengths_of_the_borderline_routes_are_what_they_say(county: SampleCounty) -> None:
    routes = county.frames["routes"].set_index("id").to_crs("EPSG:4490")
    geod = Geod(a=6378137.0, rf=298.257222101)
    for answer in county.answers:
        if "length_m" in answer.measured:
            length = geod.geometry_length(routes.geometry[answer.route])
            assert length == pytest.approx(answer.measured["length_m"], abs=0.002)


def test_known_answers_are_about_routes_that_are_there(county: SampleCounty) -> None:
    assert {a.route for a in county.answers} <= set(county.frames["routes"]["id"])
    assert {a.on for a in county.answers} == {ON}


def test_lines_of_the_strip_lie_as_far_apart_as_their_findings_say(county: SampleCounty) -> None:
    routes, pipes = (county.frames[layer].set_index("id") for layer in ("routes", "pipes"))
    seen = set()
    for known in county.findings:
        if known.measured is None or known.other is None:
            continue
        route, pipe = routes.loc[known.route], pipes.loc[known.other]
        radii = (route["diameter_mm"] + pipe["diameter_mm"]) / 2000
        if known.kind == "horizontal_clearance":
            gap = route.geometry.distance(pipe.geometry) - radii
        else:
            assert route.geometry.crosses(pipe.geometry)
            gap = pipe["cover_m"] - route["cover_m"] - route["diameter_mm"] / 1000
        assert gap == pytest.approx(known.measured, abs=0.0015), known
        seen.add(known.kind)
    assert seen == {"horizontal_clearance", "vertical_clearance"}


def test_the_strip_lies_clear_of_all_else(county: SampleCounty) -> None:
    """What is found about one of its routes is what it was laid for: nothing else is near but the street it crosses."""
    strip = [known.route for known in county.findings] + ["K7"]
    routes = county.frames["routes"].set_index("id").geometry
    others = routes.drop(index=strip).union_all()
    assert routes[strip].distance(others).min() > 15
    for layer in ("buildings", "trees"):
        assert routes[strip].distance(county.frames[layer].union_all()).min() > 15
