"""Stops: what is joined, where one stands, who is called and why, what is left out."""

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.faults import BadInputError
from survey.findings import Mend
from survey.visits.county_data import known_visit_pace, parse_visit_pace
from survey.visits.items import from_crossings, from_findings, from_traces
from survey.visits.stops import Application, Owner, stops_of
from tests.survey.visits.scene import CRS, finding, item, streets

PACE = known_visit_pace()
STREET = streets([(0, 0), (1000, 0)], ids=["A"])


def test_a_pipe_is_exposed_once_and_settles_what_lies_near():
    """Two findings of one pipe 10 m apart are one item, the third 300 m on is another, all with their clause."""
    found = from_findings([finding("a", (10, 5)), finding("b", (20, 5)), finding("c", (320, 5))], ["W1"], 40.0)
    assert [one.findings for one in found] == [("a", "b"), ("c",)]
    assert found[0].tool == "expose"
    assert (found[0].limit, found[0].clause) == (1.0, "4.1.9")
    assert "净距存疑 a；净距存疑 b" in found[0].do_zh


def test_what_nobody_sees_in_the_street_is_no_item():
    """Passed limits, protected roads and routes of others are left out; a broken limit is settled by talking."""
    others = [
        finding("p", (1, 1), outcome="passes"),
        finding("d", (1, 1), kind="protected_road"),
        finding("o", (1, 1), a="W9"),
        finding("n", (1, 1), geometry=None),
    ]
    broken = finding("f", (1, 1), outcome="fails", mend=Mend("offset", "W1", 1.0, "m", "左移 1 m", "move 1 m"))
    found = from_findings([*others, broken], ["W1"], 40.0)
    assert [(one.id, one.kind, one.tool) for one in found] == [("finding:f", "settle", "talk")]


def test_crossings_are_counted_along_the_route_and_lines_along_are_none():
    frame = gpd.GeoDataFrame(
        {"route": ["W1"] * 3 + ["W2"], "road": ["A"] * 4, "kind": ["crossing", "along", "crossing", "crossing"],
         "length_m": [12.0, 50.0, 8.0, 9.0], "uncertainty_m": [0.4] * 4},
        geometry=[shapely.LineString([(x, 0), (x, 10)]) for x in range(4)], crs=CRS,
    )  # fmt: skip
    found = from_crossings(frame, ["W1"])
    assert [one.id for one in found] == ["crossing:W1:A:1", "crossing:W1:A:2"]
    assert (found[1].x, found[1].y, found[1].measured, found[1].uncertainty) == (2.0, 5.0, 8.0, 0.4)


def test_only_open_rules_are_checked():
    line = {"rule": "R", "sentence_zh": "临界", "sentence_en": "near", "document": "D", "clause": "3", "unit": "m",
            "limit": 200.0, "measured": 199.9, "uncertainty": 0.3}  # fmt: skip
    lines = [{**line, "outcome": "within_uncertainty"}, {**line, "rule": "Q", "outcome": "passes"}]
    found = from_traces({"W1": lines, "W2": lines}, {"W1": shapely.LineString([(0, 0), (10, 0)])})
    assert [(one.id, one.tool, one.x, one.limit) for one in found] == [("limit:W1:R", "tape", 5.0, 200.0)]


def test_who_must_come_and_why():
    """The owner of the touched pipe, the route's own utility, department, applicant and manager; one spelling each."""
    case = Application(
        "C1", None, {"W1": "water"}, {"water": "县水司"}, (), (("城管局", "占道挖掘"),), "某厂", "王工"
    )  # fmt: skip
    owners = {("routes", "W1"): Owner("water", "县水司"), ("pipes", "P1"): Owner("gas", " 燃气 公司"),
              ("pipes", "P2"): Owner("power")}  # fmt: skip
    found = from_findings([finding("a", (10, 5)), finding("b", (15, 5), b="P2")], ["W1"], 40.0)
    stop = stops_of(found, [case], owners, STREET, PACE).stops[0]
    assert [(one.role, one.name) for one in stop.attendees] == [
        ("applicant", "某厂"), ("approver", "城管局"), ("coordinator", "王工"), ("utility", "县水司"),
        ("utility", "燃气 公司"), ("utility", "电力（单位未填）"),
    ]  # fmt: skip
    assert stop.attendees[4].why_zh == ("现状燃气管线 P1",)
    assert stop.attendees[1].why_zh == ("C1 占道挖掘",)
    assert stop.minutes == 5 + 20


def test_where_one_stands():
    """On the road where it is near; else at the work, and the gap is told either way; None without any road."""
    near, far = item("a", 100, 20), item("b", 100, 900)
    found = {stop.items[0].id: stop for stop in stops_of([near, far], [], {}, STREET, PACE).stops}
    assert (found["a"].x, found["a"].y, found["a"].road, found["a"].gap_m) == (100, 0, "A", 20)
    assert (found["b"].x, found["b"].y, found["b"].road, found["b"].gap_m) == (100, 900, "", 900)
    bare = stops_of([near], [], {}, streets(), PACE).stops[0]
    assert (bare.x, bare.y, bare.road, bare.gap_m) == (100, 20, "", None)


def test_nothing_to_see_is_left_out_or_kept():
    site = Application("C1", shapely.Point(10, 10), {"W1": "water"})
    lines = {"W1": shapely.LineString([(0, 0), (100, 0)])}
    bare = stops_of([], [site], {}, STREET, PACE, shapes=lines)
    assert not bare.stops
    assert {one.id for one in bare.left_out} == {"C1", "W1"}
    kept = stops_of([], [site], {}, STREET, PACE, shapes=lines, keep={"C1", "W1"})
    assert {one.id for stop in kept.stops for one in stop.items} == {"site:C1", "route:W1"}
    assert not kept.left_out
    lost = stops_of([], [Application("C2", None, unplanned=("water",))], {}, STREET, PACE)
    assert [one.id for one in lost.left_out] == ["C2"]
    assert "标出位置" in lost.left_out[0].zh


def test_a_plot_without_a_plan_is_seen_inside_it():
    plot = shapely.Polygon([(0, 10), (60, 10), (60, 50), (0, 50)])
    stop = stops_of([], [Application("C1", plot, unplanned=("water",))], {}, STREET, PACE).stops[0]
    assert plot.contains(shapely.Point(stop.items[0].x, stop.items[0].y))
    assert [one.name for one in stop.attendees] == ["给水（单位未填）"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=25), st.randoms())
def test_every_item_stands_at_one_stop_whatever_the_order(places, random):
    items = [item(f"i{number}", x, y) for number, (x, y) in enumerate(places)]
    found = stops_of(items, [], {}, STREET, PACE)
    mixed = list(items)
    random.shuffle(mixed)
    assert stops_of(mixed, [], {}, STREET, PACE) == found
    assert sorted(one.id for stop in found.stops for one in stop.items) == sorted(one.id for one in items)
    for stop in found.stops:
        points = [shapely.Point(one.x, one.y) for one in stop.items]
        assert any(all(middle.distance(other) <= PACE.join_m for other in points) for middle in points)


def test_faults_of_county_data_come_all_at_once():
    text = 'status = "guess"\nsource_zh = "甲"\n[stops]\njoin_m = -1\n[travel]\nwalk_kmh = 0\nfly = 1\n'
    with pytest.raises(BadInputError) as caught:
        parse_visit_pace(text)
    fields = {fault.field for fault in caught.value.faults}
    assert {"status", "source_en", "stops.join_m", "stops.reach_m", "travel.walk_kmh", "travel.fly", "minutes",
            "drive_kmh"} <= fields  # fmt: skip
