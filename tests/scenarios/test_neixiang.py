"""内乡's rules, each kept, met and broken, with answers known beforehand."""

from datetime import date, timedelta

import pytest

from tests.survey.scene import (
    ON,
    answer,
    batch,
    county,
    judged,
    lawn,
    metres,
    route,
    straight,
    street,
    trace,
    verdict,
)

DAY = timedelta(days=1)


# ------------------------------------------------------------------------------------------------------------ 200 m


@pytest.mark.parametrize(
    ("length", "accuracy", "expected"),
    [
        (199.9, 0.0, "commitment"),
        (200.0, 0.0, "commitment"),
        (200.1, 0.0, "joint_approval"),
        (199.9, 0.01, "commitment"),
        (200.0, 0.01, "survey_first"),
        (200.1, 0.01, "joint_approval"),
        (199.9, 0.05, "survey_first"),
        (200.1, 0.05, "survey_first"),
        (199.8, 0.05, "commitment"),
        (200.2, 0.05, "joint_approval"),
    ],
)
def test_two_hundred_metres(length, accuracy, expected):
    said = verdict(straight(length, accuracy_m=accuracy))
    assert said.verdict == expected
    assert said.margin_m == pytest.approx(min(200 - length, 15), abs=1e-6)


def test_a_hair_beyond_the_limit_is_beyond_and_shows_it():
    said = verdict(straight(200.0001))
    assert said.verdict == "joint_approval"
    assert "200.0001 m" in said.sentence_zh
    assert "超 0.0001 m" in said.sentence_zh


# ------------------------------------------------------------------------------------------------------------- 15 m


@pytest.mark.parametrize("centre", [False, True])
@pytest.mark.parametrize(("width", "expected"), [(14.9, "commitment"), (15.0, "commitment"), (15.1, "joint_approval")])
def test_fifteen_metres_across(width, centre, expected):
    said = verdict(straight(60), [street(30, width, centre=centre)])
    assert said.verdict == expected
    assert said.margin_m == pytest.approx(15 - width, abs=1e-4)


def test_the_sentence_says_value_limit_clause_and_rest():
    line = trace(straight(60), [street(30, 14.9)])["NX-TH1"]
    assert line.sentence_zh == "穿越城市道路长度 14.90 m，限 15 m（四(二)），余 0.10 m"
    assert line.outcome == "passes"
    assert line.clause == "四(二)"
    assert line.quote == "穿越城市道路不超过15米"


def test_roads_edges_known_to_a_decimetre_leave_it_open():
    line = trace(straight(60), [street(30, 14.9, accuracy_m=0.1)])["NX-TH1"]
    assert line.outcome == "within_uncertainty"
    assert line.uncertainty == pytest.approx(2 * 2**0.5 * 0.1, abs=1e-3)
    assert verdict(straight(60), [street(30, 14.9, accuracy_m=0.1)]).verdict == "survey_first"


def test_two_crossings_count_together_and_the_trace_shows_the_other_reading():
    roads = [street(20, 8), street(60, 8)]
    said = verdict(straight(90), roads)
    assert said.verdict == "joint_approval"
    reading = trace(straight(90), roads)["NX-TH1"].reading
    assert reading["id"] == "crossing_total"
    assert reading["other_outcome"] == "passes"
    assert reading["other_measured"] == pytest.approx(8, abs=1e-3)
    assert "15米指每一处穿越" in said.sentence_zh


def test_metres_along_a_carriageway_count_and_the_trace_shows_the_other_reading():
    roads = [street(60, 30)]
    along = route((55, -100), (55, -70))
    line = trace(along, roads)["NX-TH1"]
    assert line.outcome == "fails"
    assert line.reading["id"] == "along_road"
    assert (line.reading["other_measured"], line.reading["other_outcome"]) == (0.0, "passes")
    assert trace(along, roads)["NX-BL1"].outcome == "silent"
    assert "文件未规定" in trace(along, roads)["NX-BL1"].sentence_zh


def test_a_junction_of_two_roads_counts_once():
    crossing = street(30, 10) | {"id": "D2"}
    assert verdict(straight(60), [street(30, 10), crossing]).verdict == "commitment"


# ------------------------------------------------------------------------------------------------------------ 20 m²


@pytest.mark.parametrize(("area", "expected"), [(19.5, "commitment"), (20.0, "commitment"), (20.5, "joint_approval")])
def test_twenty_square_metres(area, expected):
    deep = metres(area / 0.8)
    bed = lawn(10, -20, 10 + deep, 20)
    said = verdict(straight(80), (), [bed | {"accuracy_m": 0.0}])
    line = trace(straight(80), (), [bed])["NX-TH3"]
    assert line.measured == pytest.approx(area, rel=1e-4)
    assert said.verdict == ("survey_first" if area == 20.0 else expected)
    assert said.margin_m == pytest.approx(15.0)  # square metres do not enter the margin


def test_a_commitment_names_the_limit_with_the_least_of_itself_to_spare():
    nearly_all_green = verdict(straight(80), (), [lawn(10, -20, 10 + metres(19.5 / 0.8), 20) | {"accuracy_m": 0.0}])
    assert nearly_all_green.decisive == ("NX-TH3",)
    assert "19.50 m²" in nearly_all_green.sentence_zh
    assert verdict(straight(80)).decisive == ("NX-TH2",)


# ------------------------------------------------------------------------------------------------- class of the road


@pytest.mark.parametrize(
    ("road_class", "expected", "rule"),
    [
        ("local", "commitment", None),
        ("collector", "commitment", None),
        ("arterial", "joint_approval", "NX-EX1"),
        ("expressway", "joint_approval", "NX-EX2"),
        ("主干路", "joint_approval", "NX-EX1"),
        ("主干道", "joint_approval", "NX-EX1"),
    ],
)
def test_class(road_class, expected, rule):
    said = verdict(straight(60), [street(30, 10, **{"class": road_class})])
    assert said.verdict == expected
    if rule:
        assert said.decisive == (rule,)
        assert "路30" in said.sentence_zh


def test_ending_inside_an_arterial_excludes_and_the_other_reading_does_not():
    line = trace(straight(30), [street(30, 10, **{"class": "arterial"})])["NX-EX1"]
    assert line.outcome == "fails"
    assert (line.reading["id"], line.reading["other_outcome"]) == ("touch", "not_applicable")


def test_passing_so_near_an_arterial_that_it_may_be_inside_is_surveyed_first():
    road = street(30, 10, **{"class": "arterial"}, accuracy_m=0.05)
    beside = route((metres(25) - 0.05, -50), (metres(25) - 0.05, 0))
    assert verdict(beside, [road]).verdict == "survey_first"
    assert trace(beside, [road])["NX-EX1"].outcome == "within_uncertainty"
    far = route((metres(25) - 0.2, -50), (metres(25) - 0.2, 0))
    assert verdict(far, [road]).verdict == "commitment"


def test_a_road_without_class_among_others_is_looked_into_first():
    roads = [street(30, 10, **{"class": None}), street(300, 10)]
    said = verdict(straight(60), roads)
    assert said.verdict == "survey_first"
    assert "路30" in said.sentence_zh


def test_a_layer_without_any_class_is_usable_and_says_what_was_not_checked():
    said = verdict(straight(60), [street(30, 10, **{"class": None})])
    assert said.verdict == "commitment"
    assert "路30" in said.sentence_zh
    assert "人工核对" in said.sentence_zh


# --------------------------------------------------------------------------------------------------- age of the road


@pytest.mark.parametrize(
    ("delivered", "on", "expected"),
    [
        (date(2021, 12, 1), date(2026, 11, 30), "special_approval"),  # the day before
        (date(2021, 12, 1), date(2026, 12, 1), "special_approval"),  # the corresponding day is the last of the period
        (date(2021, 12, 1), date(2026, 12, 2), "commitment"),  # the day after
        (date(2020, 2, 29), date(2025, 2, 27), "special_approval"),
        (date(2020, 2, 29), date(2025, 2, 28), "special_approval"),
        (date(2020, 2, 29), date(2025, 3, 1), "commitment"),
        (date(2026, 12, 1), date(2026, 12, 1), "special_approval"),  # handed over this very day
    ],
)
def test_five_years_from_hand_over(delivered, on, expected):
    assert verdict(straight(60), [street(30, 10, delivered=delivered)], on=on).verdict == expected


@pytest.mark.parametrize(
    ("overhauled", "expected"),
    [
        (date(2023, 12, 2), "special_approval"),
        (date(2023, 12, 1), "special_approval"),
        (date(2023, 11, 30), "commitment"),
        (None, "commitment"),
    ],
)
def test_three_years_from_an_overhaul(overhauled, expected):
    roads = [street(30, 10, overhauled=overhauled), street(400, 10, overhauled=date(2020, 1, 1))]
    assert verdict(straight(60), roads).verdict == expected


def test_a_protected_road_names_the_law_behind_it():
    said = verdict(straight(60), [street(30, 10, delivered=ON - 5 * 365 * DAY)])
    assert said.decisive == ("NX-EX3",)
    assert "城市道路管理条例第三十三条" in said.sentence_zh
    assert "县级以上" in said.sentence_zh


def test_special_approval_goes_before_a_limit_that_is_broken():
    roads = [street(30, 16, delivered=ON, **{"class": "arterial"})]
    said = verdict(straight(300), roads)
    assert said.verdict == "special_approval"
    assert said.decisive == ("NX-EX3",)


def test_the_anniversary_under_the_other_reading():
    line = trace(straight(60), [street(30, 10, delivered=date(2021, 12, 1))])["NX-EX3"]
    assert line.outcome == "fails"
    assert (line.reading["id"], line.reading["other_outcome"]) == ("last_day", "passes")


def test_a_missing_date_is_named_and_blocks_only_where_the_layer_keeps_dates():
    gap = [street(30, 10, delivered=None), street(300, 10)]
    said = verdict(straight(60), gap)
    assert said.verdict == "survey_first"
    assert "路30（未登记交付日期）" in said.sentence_zh
    none_kept = [street(30, 10, delivered=None)]
    said = verdict(straight(60), none_kept)
    assert said.verdict == "commitment"
    assert "路30（未登记交付日期）" in said.sentence_zh
    assert trace(straight(60), none_kept)["NX-EX3"].outcome == "unknown"


def test_a_hand_over_still_to_come_is_looked_into():
    assert verdict(straight(60), [street(30, 10, delivered=ON + DAY)]).verdict == "survey_first"


# ----------------------------------------------------------------------------------------------------------- scope


@pytest.mark.parametrize(
    ("utility", "expected"),
    [("water", "commitment"), ("power", "commitment"), ("gas", "commitment"), ("heat", "commitment"),
     ("telecom", "commitment"), ("drainage", "outside"), ("broadcast", "outside")],
)  # fmt: skip
def test_scope(utility, expected):
    said = verdict(straight(300 if expected == "outside" else 50, utility=utility))
    assert said.verdict == expected
    assert (said.margin_m is None) == (expected == "outside")
    if expected == "outside":
        assert said.decisive == ("NX-UT1",)


def test_before_the_document_nothing_is_in_force():
    said = verdict(straight(50), on=date(2022, 11, 30))
    assert said.verdict == "outside"
    assert said.trace == ()
    assert "没有生效的规则" in said.sentence_zh


def test_every_rule_in_force_stands_in_the_trace():
    lines = trace(straight(60), [street(30, 10)])
    assert list(lines) == [
        "NX-UT1", "NX-SC1", "NX-TH1", "NX-TH2", "NX-TH3", "NX-EX1", "NX-EX2", "NX-EX3", "NX-EX4", "NX-AP1", "NX-AP2",
        "NX-AP3", "NX-BL1",
    ]  # fmt: skip
    assert lines["NX-AP2"].outcome == "silent"
    assert lines["NX-AP3"].outcome == "not_applicable"
    for line in lines.values():
        assert line.sentence_zh
        assert line.sentence_en
        assert line.document


# -------------------------------------------------------------------------------------------------- split in two


def halves(**second):
    return [
        route((0, 0), (metres(120), 0), id="S1"),
        route((metres(120), 0), (metres(240), 0), id="S2") | second,
    ]


def test_two_halves_of_a_long_line_are_judged_together():
    routes, _ = batch(halves())
    assert list(routes.verdict) == ["joint_approval"] * 2
    assert list(routes.joined) == ["S1 S2"] * 2
    assert routes.length_m.tolist() == pytest.approx([120, 120])
    assert routes.margin_m.tolist() == pytest.approx([-40, -40], abs=1e-4)


@pytest.mark.parametrize(
    "second",
    [{"operator": "另一家"}, {"utility": "gas"}, {"start": date(2028, 3, 2)}, {"operator": None}],
)
def test_what_is_not_one_work_is_judged_alone(second):
    routes, _ = batch(halves(**second))
    assert list(routes.verdict) == ["commitment"] * 2
    assert list(routes.joined) == ["", ""]


def test_a_start_that_is_not_stated_does_not_separate():
    assert list(batch(halves(start=None))[0].verdict) == ["joint_approval"] * 2


def test_a_cut_in_the_middle_of_a_road_does_not_hide_the_crossing():
    roads = [street(30, 16)]
    pieces = [route((0, 0), (metres(30), 0), id="S1"), route((metres(30), 0), (metres(60), 0), id="S2")]
    routes, _ = batch(pieces, roads)
    assert list(routes.verdict) == ["joint_approval"] * 2
    assert routes.crossings.tolist() == [0, 0]


def test_the_drawn_half_meets_the_stored_one():
    first, second = halves()
    where = county([first])
    said = answer(second, where)
    assert said["verdict"]["verdict"] == "joint_approval"
    assert said["joined"] == ["S2", "S1"]
    assert said["quantities"]["length_m"]["value"] == pytest.approx(120)
    assert said["work"]["quantities"]["length_m"]["value"] == pytest.approx(240)
    line = said["trace"][-1]
    assert line["rule"] == "NX-RD1"
    assert "S1" in line["sentence_zh"]
    unknown = answer(second | {"operator": None}, where)
    assert unknown["verdict"]["verdict"] == "commitment"
    assert unknown["trace"][-1]["outcome"] == "unknown"
    assert "单位不明" in unknown["trace"][-1]["sentence_zh"]


def test_a_route_being_edited_is_not_joined_to_its_stored_self():
    first, _ = halves()
    said = answer(first, county([first]))
    assert said["joined"] == []
    assert said["partners"] == []


def test_many_routes_at_once_are_judged_like_each_alone():
    roads = [street(30, 14.9), street(80, 6, **{"class": "arterial"})]
    routes = [straight(length, id=f"R{length}", operator=f"{length}") for length in (20, 60, 90, 199, 201)]
    together = judged(routes, roads).names
    assert together == [verdict(one, roads).verdict for one in routes]
    assert list(batch(routes, roads)[0].verdict) == together


def test_what_follows_on_a_protected_road_is_cited_and_evidence_is_chinese_first():
    line = trace(straight(60), [street(30, 10, delivered=ON)])["NX-EX3"].as_dict()
    assert line["evidence"].startswith("原文逐字")
    assert line["evidence_en"].startswith("Read word for word")
    assert line["consequence"]["quote"] == "交付使用后5年内、大修的城市道路竣工后3年内不得挖掘"
    assert "两个网页" in line["consequence"]["evidence"]
    assert all(reading["evidence"] != reading["evidence_en"] for reading in line["readings"])


def piece(first, last, name, **facts):
    return route((metres(first), 0), (metres(last), 0), id=name, **facts)


@pytest.mark.parametrize(
    "pieces",
    [
        [piece(0, 80, "A"), piece(80, 160, "B"), piece(160, 240, "C")],
        [piece(0, 120, "A"), piece(240, 120, "B")],
        [piece(0, 120, "A"), piece(120.005, 240.005, "B")],
        [piece(0, 120.2, "A"), piece(120, 240, "B")],
        [piece(0, 120, "A", operator="水司(内乡)"), piece(120, 240, "B", operator="水司 （内乡） ")],
    ],
    ids=["three pieces", "reversed", "a gap of 5 mm", "overlapping ends", "another spelling"],
)
def test_no_way_of_cutting_gains_anything(pieces):
    routes, _ = batch(pieces)
    assert set(routes.verdict) == {"joint_approval"}
    for one in pieces:
        said = answer(one, county([other for other in pieces if other is not one]))
        assert said["verdict"]["verdict"] == "joint_approval"
        assert len(said["joined"]) == len(pieces)


@pytest.mark.parametrize(
    ("first", "second", "word"),
    [
        (piece(0, 120, "A"), piece(120.2, 240, "B"), "端点相距 0.20 m"),
        (route((0, 0), (metres(120), 0), (metres(120), 9), id="A"), piece(120, 240, "B"), "中间相接"),
    ],
)
def test_what_could_be_one_work_is_told_to_both(first, second, word):
    routes, _ = batch([first, second])
    assert list(routes.verdict) == ["commitment"] * 2
    assert list(routes.left_apart) == ["B", "A"]
    for one, other in ((first, second), (second, first)):
        line = answer(one, county([other]))["trace"][-1]
        assert (line["rule"], line["outcome"]) == ("NX-RD1", "unknown")
        assert word in line["sentence_zh"]
