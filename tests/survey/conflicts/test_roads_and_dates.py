"""Hold findings of roads, dates and scope to hand calculation: angles, runs, protected years, windows, bridges."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.policies import load_policy
from survey.policies.loader import parse_policy
from tests.survey.conflicts.scene import DUG, applied, conflicts, gas, one, only, planned, road
from tests.survey.scene import ON

STREET = ((-200, 0), (200, 0))


def test_a_city_road_crossed_at_thirty_degrees_is_advice():
    routes = [planned("W1", "water", (-17.32, -10), (17.32, 10))]
    f = one(conflicts(routes, roads=[road("D1", *STREET, width=10.0)]), "skew")
    assert (f.measured, f.limit, f.unit) == (pytest.approx(30, abs=0.01), 60.0, "deg")
    assert (f.severity, f.b, f.status) == ("notice", "D1", "judgement")
    steep = [planned("W1", "water", (-5, -10), (5, 10))]
    assert only(conflicts(steep, roads=[road("D1", *STREET, width=10.0)]), "skew") == []


@pytest.mark.parametrize("kind", ["railway", "公路"])
def test_a_railway_crossed_at_fifty_degrees_breaks_the_standard(kind):
    routes = [planned("W1", "water", (-8.39, -10), (8.39, 10))]
    f = one(conflicts(routes, roads=[road("D1", *STREET, width=10.0, kind=kind)]), "skew")
    assert (f.measured, f.limit, f.clause, f.severity) == (pytest.approx(50, abs=0.01), 60.0, "4.1.7", "grave")


def test_a_long_run_along_the_carriageway_counts_over_all_its_roads():
    routes = [planned("W1", "water", (0, 2), (80, 2))]
    halves = [road("D1", (-20, 0), (40, 0)), road("D2", (40, 0), (100, 0))]
    f = one(conflicts(routes, roads=halves), "along")
    assert (f.measured, f.limit, f.margin) == pytest.approx((80, 50, -30))
    assert only(conflicts([planned("W1", "water", (0, 2), (49, 2))], roads=halves), "along") == []


@pytest.mark.parametrize(
    ("start", "outcome"),
    [(date(2029, 6, 13), "fails"), (date(2029, 6, 14), "fails"), (date(2029, 6, 15), None), (None, "fails")],
)
def test_a_new_road_is_protected_for_five_years_until_it_is_dug(start, outcome):
    across = [planned("W1", "water", (0, -20), (0, 20), start=start, end=start)]
    roads = [road("D1", *STREET, delivered=date(2024, 6, 14))]
    found = only(conflicts(across, roads=roads), "protected_road")
    assert [f.outcome for f in found] == ([outcome] if outcome else [])
    if outcome:
        f = found[0]
        assert (f.severity, f.limit, f.b, f.document) == ("grave", 5.0, "D1", "城市道路管理条例")
        assert f.mend.properties["start"] == "2029-06-15"
        assert only(conflicts(applied(across, f.mend), roads=roads), "protected_road") == []


def test_three_years_after_an_overhaul_and_no_dig_is_for_the_authority():
    roads = [road("D1", *STREET, overhauled=date(2025, 5, 1))]
    drilled = [planned("W1", "water", (0, -20), (0, 20), method="directional_drilling", **DUG)]
    f = one(conflicts(drilled, roads=roads), "protected_road")
    assert (f.limit, f.severity) == (3.0, "serious")
    assert "非开挖" in f.sentence_zh


def test_a_road_without_a_date_where_others_have_one_is_unknown():
    across = [planned("W1", "water", (0, -20), (0, 20))]
    roads = [road("D1", *STREET, delivered=None), road("D2", (-200, 90), (200, 90))]
    f = one(conflicts(across, roads=roads), "protected_road")
    assert (f.outcome, f.severity, f.mend.kind) == ("unknown", "notice", "ask")
    assert only(conflicts(across, roads=roads[:1]), "protected_road") == []  # the layer keeps no dates


def two_works(gap_days, *, apart=4.0, **facts):
    """Two open cuts of 31 and 10 days; the second starts ``gap_days`` after the first one's last day."""
    start = date.fromordinal(date(2027, 3, 31).toordinal() + gap_days)
    end = date.fromordinal(start.toordinal() + 9)
    first = planned("W1", "water", (0, 0), (80, 0), operator="水司", **DUG)
    second = gas("X1", (0, apart), (80, apart), operator="燃气公司", start=start, end=end)
    return [first, second | facts]


def test_two_crews_in_one_place_with_days_before_and_after():
    # 7 days after the first and 3 before the second: with 11 days between they do not meet
    assert only(conflicts(two_works(11)), "space_time") == []
    f = one(conflicts(two_works(10)), "space_time")
    assert (f.measured, f.limit, f.unit, f.severity) == (1.0, 0.0, "day", "serious")
    assert (f.mend.subject, f.mend.value) == ("X1", 1.0)
    assert only(conflicts(applied(two_works(10), f.mend)), "space_time") == []


def test_the_buffers_depend_on_the_kind_of_work():
    assert only(conflicts(two_works(1, apart=6.01)), "space_time") == []
    assert len(only(conflicts(two_works(1, apart=5.99)), "space_time")) == 1
    assert "不具备同沟条件" in one(conflicts(two_works(1, apart=5.99)), "space_time").sentence_zh
    jacked = {"method": "pipe_jacking"}
    assert only(conflicts(two_works(1, apart=5.99, **jacked)), "space_time") == []
    assert len(only(conflicts(two_works(1, apart=4.99, **jacked)), "space_time")) == 1


def test_works_of_one_operator_are_its_own_to_arrange_and_unknown_ones_are_not():
    assert only(conflicts(two_works(1, operator=" 水 司")), "space_time") == []
    nobody = [row | {"operator": None} for row in two_works(1)]
    assert len(only(conflicts(nobody), "space_time")) == 1


def test_a_route_without_dates_near_another_is_unknown_once():
    rows = [*two_works(200), planned("Z1", "heat", (0, 9), (80, 9)), planned("Z2", "heat", (0, 400), (80, 400))]
    found = only(conflicts(rows), "space_time")
    assert [(f.outcome, f.a, f.b, f.mend.kind) for f in found] == [("unknown", "Z1", None, "ask")]


@pytest.mark.parametrize(("gap", "found"), [(11, True), (365, True), (366, False)])
def test_the_same_stretch_opened_again_within_a_year(gap, found):
    # from 31 March 2027 twelve months end on 31 March 2028, 366 days on; then it is day 366 that still counts
    routes = two_works(gap + (1 if gap > 300 else 0), apart=2.0)
    again = only(conflicts(routes), "reopened")
    assert bool(again) == found
    if found:
        f = again[0]
        assert (f.limit, f.unit, f.severity) == (366.0, "day", "serious")
        assert (f.mend.subject, f.mend.value) == ("X1", -f.measured)  # it begins when the first ends: one trench
        assert f.mend.properties["start"] == "2027-03-31"
        after = conflicts(applied(routes, f.mend))
        assert only(after, "reopened") == []
        chance = one(after, "space_time")
        assert (chance.severity, chance.measured, chance.mend.kind) == ("notice", 1.0, "ask")
        assert "并行 80 m" in chance.sentence_zh


@pytest.mark.parametrize(("apart", "severity"), [(2.99, "notice"), (3.01, "serious")])
def test_routes_that_one_trench_could_hold_are_a_chance_and_no_clash(apart, severity):
    f = one(conflicts(two_works(-5, apart=apart)), "space_time")
    assert f.severity == severity
    assert ("宜商定同沟施工" in f.sentence_zh) == (severity == "notice")
    jacked = one(conflicts(two_works(-5, apart=apart, method="pipe_jacking")), "space_time")
    assert jacked.severity == "serious"  # what is jacked opens no trench


def test_where_the_first_work_is_over_only_waiting_helps():
    routes = two_works(40, apart=2.0)
    f = one(conflicts(routes, on=date(2027, 4, 1)), "reopened")
    assert (f.mend.subject, f.mend.value) == ("X1", f.limit - f.measured + 1)
    assert only(conflicts(applied(routes, f.mend), on=date(2027, 4, 1)), "reopened") == []
    assert one(conflicts(routes, on=date(2027, 3, 30)), "reopened").mend.value == -40.0


SEVERITY = {"grave": 0, "serious": 1, "notice": 2, None: 3}


@settings(max_examples=60, deadline=None)
@given(
    gap=st.integers(-45, 420), apart=st.sampled_from([0.5, 2.0, 2.999, 3.001, 4.5]), today=st.integers(-200, 200),
    method=st.sampled_from(["open_cut", "pipe_jacking", "directional_drilling"]), own=st.booleans(),
)  # fmt: skip
def test_a_change_of_dates_never_makes_a_pair_worse_nor_begins_in_the_past(gap, apart, today, method, own):
    on = date(2027, 3, 1) + timedelta(days=today)
    routes = two_works(gap, apart=apart, method=method, **({"operator": "水司"} if own else {}))

    def windows(rows):
        return [f for f in conflicts(rows, on=on) if f.kind in ("reopened", "space_time")]

    before = windows(routes)
    assert len(before) <= 1
    for f in before:
        if f.mend.kind != "date":
            continue
        if f.mend.value < 0:
            assert date.fromisoformat(f.mend.properties["start"]) >= on
        was = next(row for row in routes if row["id"] == f.mend.subject)
        shifted = [date.fromisoformat(f.mend.properties[end]) - was[end] for end in ("start", "end")]
        assert set(shifted) == {timedelta(days=f.mend.value)}
        after = windows(applied(routes, f.mend))
        worst = min((SEVERITY[g.severity] for g in after), default=SEVERITY[None])
        assert worst > SEVERITY[f.severity], (f.sentence_zh, f.mend.zh)


def test_opening_again_needs_the_same_place_an_open_cut_and_the_months_asked_for():
    assert only(conflicts(two_works(20, apart=3.1)), "reopened") == []
    assert only(conflicts(two_works(20, apart=2.0, method="pipe_jacking")), "reopened") == []
    assert only(conflicts(two_works(40, apart=2.0), months=1), "reopened") == []
    assert len(only(conflicts(two_works(30, apart=2.0), months=1), "reopened")) == 1


def test_one_operator_opens_again_and_could_open_both_at_once():
    routes = two_works(60, apart=2.0, operator="水司")
    f = one(conflicts(routes), "reopened")
    assert f.mend.properties["start"] == "2027-03-31"
    assert len(only(conflicts(applied(routes, f.mend)), "reopened")) == 0


@pytest.mark.parametrize(
    ("utility", "facts", "outcome"),
    [
        ("gas", {"pressure_mpa": 0.4}, "fails"),
        ("gas", {"pressure_mpa": 0.39}, None),
        ("gas", {"pressure_mpa": None}, "unknown"),
        ("power", {"voltage_kv": 10.0}, "fails"),
        ("power", {"voltage_kv": 0.4}, None),
        ("power", {}, "unknown"),
        ("water", {}, None),
    ],
)
@pytest.mark.parametrize("said", [{"bridge": "yes"}, {"kind": "桥"}])
def test_what_a_bridge_must_not_carry(utility, facts, outcome, said):
    routes = [planned("R1", utility, (-100, 1), (100, 1), **facts)]
    found = only(conflicts(routes, roads=[road("B1", (-20, 0), (20, 0), **said)]), "bridge")
    assert [f.outcome for f in found] == ([outcome] if outcome else [])
    if outcome == "fails":
        assert (found[0].clause, found[0].status, found[0].severity) == ("27(5)", "one source", "grave")
    assert only(conflicts(routes, roads=[road("B1", (-20, 0), (20, 0))]), "bridge") == []


VOLTAGE = """
[[rule]]
id = "WZ-SC2"
kind = "scope"
quantity = "voltage_kv"
subject_zh = "电力外线的电压"
subject_en = "voltage of power lines"
op = "<="
value = 35
unit = "kV"
document = "武建〔2023〕54号"
clause = "二(二)"
quote = "35KV及以下电力等外线工程建设项目"
evidence_zh = "原文逐字；“以下”含本数。"
evidence_en = "Read word for word; 以下 includes the number itself."
valid_from = 2023-01-01
"""


def with_voltage():
    from importlib.resources import files

    folder = files("survey.policies") / "neixiang"
    law, county = ((folder / name).read_text("utf-8") for name in ("policy.toml", "county.toml"))
    return parse_policy(law + VOLTAGE, county)


@pytest.mark.parametrize(("kv", "outcome"), [(35.0, None), (35.1, "fails"), (110.0, "fails"), (None, "unknown")])
def test_a_county_that_takes_power_up_to_35_kv(kv, outcome):
    routes = [planned("P1", "power", (0, 0), (50, 0), voltage_kv=kv), planned("W1", "water", (0, 90), (50, 90))]
    found = only(conflicts(routes, policy=with_voltage()), "scope")
    assert [(f.outcome, f.a) for f in found] == ([(outcome, "P1")] if outcome else [])
    assert only(conflicts(routes), "scope") == []  # 内乡 sets none
    assert only(conflicts(routes, policy=with_voltage(), on=date(2022, 1, 1)), "scope") == []  # not in force yet


def test_the_neixiang_document_sets_no_voltage():
    assert all(rule.quantity != "voltage_kv" for rule in load_policy("neixiang").rules_on(ON))
