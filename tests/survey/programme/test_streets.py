"""Roads as stretches: what a work closes, where the ways out are, how long a road must not be dug."""

from __future__ import annotations

from datetime import date, timedelta

import geopandas as gpd
import pytest
from shapely import LineString, Polygon, box

from geo.faults import BadInputError
from survey.programme.closures import Network
from survey.programme.planning import plan
from survey.programme.streets import closed_by, exits_near, protected_until, streets_of
from survey.programme.works import Terms, Weights, Work

GRID = "EPSG:4546"


def roads(shapes, **columns):
    return gpd.GeoDataFrame({"id": list(shapes), **columns}, geometry=list(shapes.values()), crs=GRID)


def routes(**shapes):
    return gpd.GeoDataFrame({"id": list(shapes)}, geometry=list(shapes.values()), crs=GRID)


RING = {
    "north": LineString([(0, 0), (0, 300), (500, 300)]),
    "south": LineString([(0.4, 0), (500, 0), (500, 300.5)]),
    "middle": LineString([(250, 0), (250, 300)]),
    "out": LineString([(-400, 0), (0, 0)]),
}


def test_lines_are_cut_where_others_end_on_them_and_ends_that_are_near_are_one_junction():
    found = streets_of(roads(RING))
    assert sorted(found.ids) == ["middle", "north/1", "north/2", "out", "south/1", "south/2"]
    assert len(found.junctions) == 5
    lengths = {name: shape.area / 10 for name, shape in zip(found.ids, found.shapes, strict=True)}
    assert lengths["north/1"] == pytest.approx(550, abs=6)
    assert lengths["middle"] == pytest.approx(300)


def test_a_bridge_is_no_junction():
    crossing = {"A": LineString([(0, 0), (200, 0)]), "B": LineString([(100, -80), (100, 80)])}
    assert len(streets_of(roads(crossing)).ids) == 4
    assert streets_of(roads(crossing, bridge=[None, "yes"])).ids == ("A", "B")


def test_a_work_closes_what_it_lies_in_and_not_what_it_crosses_or_what_it_is_drilled_under():
    found = streets_of(roads({"A": LineString([(0, 0), (300, 0)]), "B": box(400, -50, 460, 50)}, width_m=[12.0, None]))
    lines = routes(
        along=LineString([(10, 2), (60, 2)]),
        short=LineString([(10, 2), (33, 2)]),
        across=LineString([(100, -30), (100, 30)]),
        area=LineString([(390, 20), (470, 20)]),
    )
    assert closed_by(found, lines) == {"along": ("A",), "short": (), "across": (), "area": ()}
    assert closed_by(found, lines.assign(method="directional_drilling"))["along"] == ()
    wide = streets_of(roads({"B": Polygon([(0, 0), (300, 0), (300, 20), (0, 20)])}))
    assert closed_by(wide, routes(inside=LineString([(10, 9), (90, 9)]))) == {"inside": ("B",)}


def test_ways_out_are_junctions_and_one_that_is_nowhere_is_told():
    found = streets_of(roads(RING))
    assert len(exits_near(found, [("west", -390, 8)])) == 1
    with pytest.raises(BadInputError) as caught:
        exits_near(found, [("west", -390, 8), ("lost", 9000, 0)])
    assert [fault.feature for fault in caught.value.faults] == ["lost"]


def test_protection_counts_the_later_of_both_and_only_what_has_begun():
    shapes = {name: LineString([(0, y), (100, y)]) for y, name in enumerate(["A", "B", "C", "D"])}
    frame = roads(
        {name: LineString([(0, 50 * y), (100, 50 * y)]) for y, name in enumerate(shapes)},
        delivered=["2023-05-01", "2010-01-01", "2027-01-01", None],
        overhauled=[None, "2025-06-30", None, None],
    )
    found = protected_until(streets_of(frame), frame, date(2026, 3, 1))
    assert found == {"A": date(2028, 5, 1), "B": date(2028, 6, 30)}
    with pytest.raises(BadInputError, match="delivered"):
        protected_until(streets_of(frame), frame.assign(delivered="soon"), date(2026, 3, 1))


def test_a_district_keeps_a_way_out_while_its_streets_are_dug():
    """All three ways to the far corner are planned for one week; one of them has to wait."""
    found = streets_of(roads(RING))
    out = exits_near(found, [("west", -400, 0)])
    lines = routes(
        north=LineString([(1, 20), (1, 280)]),
        south=LineString([(20, 1), (230, 1)]),
        east=LineString([(499, 20), (499, 280)]),
    )
    closed = closed_by(found, lines)
    assert closed == {"north": ("north/1",), "south": ("south/1",), "east": ("south/2",)}
    assert Network(found.network, out, found.ids).cut({"north/1", "south/1"}) == ("north/1", "south/1")
    monday = date(2026, 3, 2)
    works = [Work(name, monday, monday + timedelta(days=25), 2, planned=monday, roads=closed[name]) for name in closed]
    found_plan = plan(works, [], Terms(network=found.network, exits=out, weights=Weights(moved_week=1)))
    starts = {found_plan.problem.works[work].id: option.start for work, option in found_plan.choice.items()}
    assert abs(starts["north"] - starts["south"]) >= 2
    assert found_plan.costs.moved_weeks == 2
