import json
import random
from dataclasses import replace
from datetime import date

import pytest
import shapely

from geo.faults import BadInputError
from geo.parallels import find_runs
from geo.trenches import join_runs
from survey.opportunities import (
    known_costs,
    known_planning,
    opportunities_of,
    opportunity_from_plain,
    opportunity_to_plain,
)
from survey.opportunities.candidates import read_candidates
from survey.opportunities.county_data import parse_costs
from survey.opportunities.savings import money_of
from survey.sections import SectionLine, best_section
from survey.subjects import Buried
from tests.survey.opportunities.scene import ON, SUMMER, X, Y, found, frame, road, route, straight

PRICES = parse_costs(
    'status = "judgement"\nsource_zh = "试"\nsource_en = "test"\n'
    '[earth]\nvalue_low = 10\nvalue_high = 20\nunit = "yuan/m3"\n'
    '[surface_local]\nvalue_low = 100\nvalue_high = 200\nunit = "yuan/m2"\n'
)


def test_a_trench_saves_what_its_section_says():
    (one,) = found(straight("W", "water", 0.0), straight("G", "gas", 2.0), roads=[road("1")], costs=PRICES)
    lines = [SectionLine("G", Buried("gas")), SectionLine("W", Buried("water"))]
    sections = [best_section(lines, soil=None, under="carriageway", stepped=stepped) for stepped in (False, True)]
    best = min(sections, key=lambda section: section.excavation.area_m2)
    assert (one.length_m, one.shared_m, one.saved_m) == (200.0, 100.0, 100.0)
    earth, own = one.savings.volume, {alone.id: alone.excavation for alone in best.alone}
    assert earth.shared_m3 == pytest.approx(100 * best.excavation.area_m2, abs=0.01)
    assert earth.separate_m3 == pytest.approx(100 * best.separate_m3, abs=0.01)
    (surface,) = one.savings.surfaces
    wide = own["G"].top_width_m + own["W"].top_width_m - best.excavation.top_width_m
    assert (surface.kind, surface.saved_m2) == ("local", pytest.approx(100 * wide, abs=0.02))
    money = one.savings.money
    assert money.low == pytest.approx(10 * earth.saved_m3 + 100 * surface.saved_m2, abs=0.1)
    assert money.high == pytest.approx(20 * earth.saved_m3 + 200 * surface.saved_m2, abs=0.1)
    # Set-up three days, 20 m a day, three tenths more for the second line.
    assert one.savings.closure.saved_days == pytest.approx(2 * (3 + 5) - (3 + 5 * 1.3))
    assert money.unpriced == ("closure_day",)
    assert "占道" in money.zh
    assert [(street.road, street.name, street.metres) for street in one.streets] == [("1", "路1", 100.0)]


def test_the_street_it_runs_along_comes_before_those_it_crosses():
    crossed = road("X") | {"geometry": shapely.LineString([(X + 50, Y - 500), (X + 50, Y + 500)])}
    (one,) = found(straight("W", "water", 10.0), straight("G", "gas", 12.0), roads=[crossed, road("1")])
    assert [(street.name, street.metres) for street in one.streets] == [("路1", 0.0), ("路X", 14.0)]


def test_without_unit_costs_no_money_is_stated():
    (one,) = found(straight("W", "water", 0.0), straight("G", "gas", 2.0), costs={})
    assert (one.savings.money.low, one.savings.money.high) == (None, None)
    assert "未提供单价" in one.savings.money.zh


@pytest.mark.parametrize(
    ("earth", "days", "zh"),
    [(1.0, 1.0, "节约 510–1,520 元"), (-1.0, -1.0, "多花 510–1,520 元"), (-1.0, 0.01, "最多多花 15 元，最多节约 5 元")],
)
def test_money_says_whether_it_is_saved_or_spent(earth, days, zh):
    prices = {**PRICES, "closure_day": known_costs()["closure_day"]}
    money = money_of({"earth": earth, "closure_day": days}, prices)
    assert money.zh.startswith(zh)
    assert money.low <= money.high


def test_surfaces_are_counted_by_what_lies_above():
    green = {"id": "P", "geometry": shapely.box(X + 60, Y - 20, X + 80, Y + 20)}
    lane = {**road("1"), "geometry": shapely.box(X - 10, Y - 7, X + 60, Y + 7)}
    rows = straight("W", "water", 0.0), straight("G", "gas", 2.0)
    (one,) = found(*rows, roads=[lane], greens=[green])
    per_metre = one.savings.surfaces[0].shared_m2 / 60
    shared = {surface.kind: surface.shared_m2 / per_metre for surface in one.savings.surfaces}
    assert shared == {
        "local": pytest.approx(60), "green": pytest.approx(20, abs=0.01), "other": pytest.approx(20, abs=0.01),
    }  # fmt: skip


def test_both_sides_see_the_same_whatever_the_order_of_rows():
    rows = [
        straight("W", "water", 0.0, operator="水司"), straight("G", "gas", 2.0, operator="燃气"),
        straight("T", "telecom", 4.0, 20.0, 90.0, window=SUMMER), straight("P", "power", 40.0),
    ]  # fmt: skip
    told = found(*rows, roads=[road("1")])
    assert len(told) == 3
    for seed in range(5):
        random.Random(seed).shuffle(rows)  # noqa: S311 - an order, no secret
        assert found(*rows, roads=[road("1")]) == told


def test_an_id_stays_while_other_routes_change():
    rows = straight("W", "water", 0.0), straight("G", "gas", 2.0)
    before = {one.routes: one.id for one in found(*rows, straight("T", "telecom", 4.0, 60.0))}
    after = {one.routes: one.id for one in found(*rows, straight("T", "telecom", 4.3, 52.0))}
    assert before == after
    assert found(*rows)[0].id == before["G", "W"]
    moved = found(straight("W", "water", 0.0, 5.0), rows[1])
    assert moved[0].id == before["G", "W"]


def test_several_stretches_of_the_same_routes_are_told_apart():
    middle = straight("T", "telecom", 4.0, 40.0, 60.0)
    told = found(straight("W", "water", 0.0), straight("G", "gas", 2.0), middle)
    pairs = [one for one in told if one.routes == ("G", "W")]
    assert len(pairs) == 2
    assert len({one.id for one in told}) == 3


@pytest.mark.parametrize("degrees", [4, 6, 10, 14])
def test_a_crossing_never_scores_like_a_run(degrees):
    end = shapely.affinity.rotate(shapely.Point(X + 60, Y), degrees, origin=(X, Y))
    slope = (end.y - Y) / (end.x - X)
    crossing = route("G", "gas", (-60.0, -60.0 * slope), (60.0, 60.0 * slope))
    meeting = route("H", "heat", (0.0, 0.2), (60.0, 0.2 + 60.0 * slope))
    water = straight("W", "water", 0.0, -60.0, 60.0)
    short = straight("E", "power", 50.0, 0.0, 12.0), straight("T", "telecom", 51.0, 0.0, 12.0)
    for other in (crossing, meeting):
        told = found(water, other, *short)
        assert told[0].routes == ("E", "T")
        assert told[0].score > 0
        assert all(one.kind == "crossing" and one.score == 0 for one in told[1:])


def test_a_line_that_crosses_a_run_does_not_make_it_a_crossing():
    rows = straight("W", "water", 0.0, 0.0, 40.0), straight("G", "gas", 2.0, 0.0, 40.0)
    skewed = route("T", "telecom", (0.0, 3.0), (40.0, 5.4))
    told = found(*rows, skewed)
    three = [one for one in told if len(one.members) == 3]
    assert all(one.kind == "run" and one.score <= 40.0 for one in three)


def test_a_protected_road_puts_the_trench_off_and_says_until_when():
    rows = straight("W", "water", 0.0), straight("G", "gas", 2.0)
    (one,) = found(*rows, roads=[road("1", delivered=date(2022, 4, 1))])
    (ban,) = one.protections
    assert (ban.state, ban.last) == ("blocked", date(2027, 4, 1))
    assert "2027-04-02" in ban.zh
    assert "33" in ban.en
    assert (one.meeting.state, one.meeting.first) == ("meets", date(2027, 4, 2))


def test_a_road_that_will_be_handed_over_makes_it_urgent():
    rows = straight("W", "water", 0.0), straight("G", "gas", 2.0)
    plain = found(*rows, roads=[road("1")])[0]
    (one,) = found(*rows, roads=[road("1", delivered=date(2027, 4, 1))])
    assert one.protections[0].state == "urgent"
    assert (one.meeting.first, one.meeting.last) == (date(2027, 3, 1), date(2027, 3, 31))
    assert one.score == pytest.approx(1.25 * plain.score)


def test_windows_apart_are_brought_together_by_the_smallest_shift():
    (one,) = found(straight("W", "water", 0.0), straight("G", "gas", 2.0, window=SUMMER))
    needed = one.meeting.needed_days  # 3 days and 5 days times 1.3: ten days
    assert needed == 10
    # From 15 June ten days end on the 24th, 24 days after 31 May; water is put off rather than gas brought forward.
    assert one.meeting.state == "shift"
    assert [(shift.route, shift.days) for shift in one.meeting.shifts] == [("W", 24)]
    assert any("W 推迟 24 天" in note.zh for note in one.notes)


def test_limits_of_a_window_are_kept():
    late = straight("G", "gas", 2.0, window=SUMMER)
    (one,) = found(straight("W", "water", 0.0, latest="2027-06-10"), late)
    assert [(shift.route, shift.days) for shift in one.meeting.shifts] == [("G", -24)]
    (one,) = found(straight("W", "water", 0.0, latest="2027-06-10"), late | {"earliest": "2027-06-12"})
    assert one.meeting.state == "never"


def test_routes_without_dates_are_asked_for_them():
    (one,) = found(straight("W", "water", 0.0, window=(None, None)), straight("G", "gas", 2.0))
    assert (one.meeting.state, one.meeting.unknown) == ("unknown", ("W",))
    assert any("W" in note.zh and "补填" in note.zh for note in one.notes)


def test_thirty_years_are_no_plan():
    (one,) = found(straight("W", "water", 0.0, window=("2026-01-01", "2056-01-01")), straight("G", "gas", 2.0))
    (plain,) = found(straight("W", "water", 0.0), straight("G", "gas", 2.0))
    assert one.meeting.too_wide == ("W",)
    assert one.score < plain.score
    assert any("too wide" in note.en for note in one.notes)


def test_a_route_beside_itself_is_no_chance_but_counts_where_another_lies_between():
    loop = route("W", "water", (0.0, 0.0), (100.0, 0.0), (100.0, 2.0), (0.0, 2.0))
    assert found(loop, straight("G", "gas", 60.0)) == []
    told = found(loop, straight("G", "gas", 1.0, 0.0, 90.0))
    assert told
    assert all(one.routes == ("G", "W") for one in told)
    assert all(len({shift.route for shift in one.meeting.shifts}) == len(one.meeting.shifts) for one in told)


def test_sixty_routes_in_one_street():
    kinds = ("water", "gas", "heat", "telecom", "power", "drainage")
    told = found(*(straight(f"R{k:02}", kinds[k % 6], 0.07 * k) for k in range(60)))
    one = told[0]
    # Routes of one utility are not compared with each other, so that nine of the ten water lines are left.
    assert len(one.members) == 51
    assert not one.section.feasible
    assert "51" in one.section.obstacles[0].zh
    assert one.savings.volume is None
    assert one.score == pytest.approx(known_planning().cannot_be_built * one.saved_m)


def test_a_route_without_a_trench_is_named_as_an_obstacle():
    rows = straight("W", "water", 0.0, method="directional_drilling"), straight("G", "gas", 2.0)
    (one,) = found(*rows)
    assert not one.section.feasible
    assert "W" in one.section.obstacles[0].zh


def test_gas_outside_the_table_is_named_with_the_line():
    (one,) = found(straight("W", "water", 0.0), straight("G", "gas", 2.0, pressure_mpa=4.0, diameter_mm=300.0))
    assert not one.section.feasible
    assert any("燃气" in obstacle.zh for obstacle in one.section.obstacles)


def test_every_fault_of_the_input_is_named_at_once():
    rows = [
        straight("W", "water", 0.0), straight("W", "gas", 2.0), straight("T", "oil", 4.0),
        straight("H", "heat", 6.0, window=("2027-05-01", "2027-04-01")),
    ]  # fmt: skip
    with pytest.raises(BadInputError) as refused:
        found(*rows)
    assert {(fault.code, str(fault.feature)) for fault in refused.value.faults} >= {
        ("utility.unknown", "T"), ("window.reversed", "H"),
    }  # fmt: skip
    with pytest.raises(BadInputError) as refused:
        found(*rows[:2], straight("E", "power", 8.0, earliest="soon"))
    assert [(fault.code, fault.feature) for fault in refused.value.faults] == [
        ("route.id_twice", "W"), ("route.date", "E"),
    ]  # fmt: skip


def test_json_there_and_back():
    rows = straight("W", "water", 0.0), straight("G", "gas", 2.0, window=SUMMER, pressure_mpa=4.0)
    (one,) = found(*rows, roads=[road("1", delivered=date(2022, 4, 1))])
    plain = json.loads(json.dumps(opportunity_to_plain(one)))
    assert plain["v"] == 1
    assert opportunity_from_plain(plain) == one
    with pytest.raises(BadInputError):
        opportunity_from_plain({**plain, "v": 2})
    with pytest.raises(BadInputError):
        opportunity_from_plain({**plain, "members": "W"})


def test_no_routes_no_chances():
    assert found(straight("W", "water", 0.0)) == []


def test_unit_costs_are_refused_with_every_fault():
    earth = '[earth]\nvalue_low = 9\nvalue_high = 1\nunit = "yuan"\nsource_zh = "a"\n'
    text = 'status = "guess"\n' + earth + "[gold]\nvalue_low = 1\n"
    with pytest.raises(BadInputError) as refused:
        parse_costs(text)
    codes = sorted({fault.code for fault in refused.value.faults})
    assert codes == ["county.cost_unknown", "county.missing", "county.range", "county.status", "county.unit"]


def test_a_trench_too_short_is_no_chance_and_changes_no_id():
    rows = straight("W", "water", 0.0), straight("G", "gas", 2.0)
    told = {one.id: one.shared_m for one in found(*rows, straight("T", "telecom", 4.0, 12.0))}
    assert sorted(told.values()) == [12.0, 88.0]
    short = {one.id: one.shared_m for one in found(*rows, straight("T", "telecom", 4.0, 8.0))}
    assert list(short.values()) == [92.0]
    assert short.keys() < told.keys()


def test_planning_is_the_countys():
    planning = replace(known_planning(), longest_shift_days=5)
    (one,) = found(straight("W", "water", 0.0), straight("G", "gas", 2.0, window=SUMMER), planning=planning)
    assert one.meeting.state == "never"


def test_numbers_as_ids_and_missing_ids_are_texts():
    rows = straight(10, "water", 0.0), straight(9, "gas", 2.0)
    (one,) = found(*rows)
    assert one.routes == ("10", "9")
    nameless = frame(rows).drop(columns="id")
    (one,) = opportunities_of(nameless, None, on=ON)
    assert one.routes == ("0", "1")


def test_trenches_that_are_known_are_taken():
    read, _ = read_candidates(frame([straight("W", "water", 0.0), straight("G", "gas", 2.0)]))
    runs = find_runs(read.lines, distance=4.5, group=read.group)
    trenches = join_runs(read.lines, runs, group=read.group)
    rows = straight("W", "water", 0.0), straight("G", "gas", 2.0)
    assert found(*rows, trenches=trenches) == found(*rows)
