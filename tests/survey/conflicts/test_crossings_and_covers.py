"""Hold crossings and covers to hand calculation: gap between walls in depth, order, cover, unknown depths."""

import pytest

from tests.survey.conflicts.scene import applied, conflicts, existing, gas, one, only, planned, road


def water_over_sewer(cover, **facts):
    sewer = existing("E1", "drainage", (-30, 0), (30, 0), subtype="sewage", diameter_mm=300.0, cover_m=1.5)
    return [planned("W1", "water", (0, -20), (0, 20), cover_m=cover)], [sewer | facts]


def test_water_too_near_above_a_sewer():
    # top of the sewer 1.50, bottom of the water pipe 1.05 + 0.20: 0.25 between, 0.40 wanted
    routes, pipes = water_over_sewer(1.05)
    found = conflicts(routes, pipes=pipes)
    f = one(found, "vertical_clearance")
    assert (f.measured, f.limit, f.margin) == pytest.approx((0.25, 0.40, -0.15))
    assert (f.outcome, f.severity, f.clause) == ("fails", "grave", "4.1.14")
    assert (f.mend.kind, f.mend.properties["cover_m"]) == ("depth", 0.90)
    assert len(found) == 1
    assert len(conflicts(applied(routes, f.mend), pipes=pipes)) == 0


def test_on_the_limit_a_crossing_passes():
    routes, pipes = water_over_sewer(0.90)
    assert len(conflicts(routes, pipes=pipes)) == 0


def test_the_depth_of_a_pipe_is_as_good_as_its_survey():
    routes, pipes = water_over_sewer(0.80, depth_accuracy_m=0.1)
    f = one(conflicts(routes, pipes=pipes), "vertical_clearance")  # 0.50 ± 0.20 against 0.40
    assert (f.outcome, f.severity, f.uncertainty) == ("must_expose", "serious", pytest.approx(0.2))
    routes, pipes = water_over_sewer(0.80, depth_accuracy_m=None, quality="隐蔽点")
    f = one(conflicts(routes, pipes=pipes), "vertical_clearance")  # 0.15 of the depth of its centre, 1.65 m
    assert f.uncertainty == pytest.approx(0.15 * 1.65)
    assert "CJJ 61" in f.evidence_zh


@pytest.mark.parametrize("missing", ["W1", "E1"])
def test_an_unknown_depth_never_passes(missing):
    routes, pipes = water_over_sewer(0.8)
    for row in (*routes, *pipes):
        if row["id"] == missing:
            row["cover_m"] = None
    f = one(conflicts(routes, pipes=pipes), "vertical_clearance")
    assert (f.outcome, f.severity, f.measured, f.margin) == ("unknown", "notice", None, None)
    assert missing in f.sentence_zh
    assert f.mend.kind == ("ask" if missing == "W1" else "expose")


def test_depth_is_interpolated_between_vertices():
    routes, pipes = water_over_sewer(1.0)
    routes[0] |= {"covers_m": "0.80 1.30", "cover_m": 9.0}  # 1.05 in the middle
    assert one(conflicts(routes, pipes=pipes), "vertical_clearance").measured == pytest.approx(0.25)


def test_water_over_gas_is_the_wrong_way_round():
    pipes = [existing("E1", "gas", (-30, 0), (30, 0), diameter_mm=110.0, cover_m=1.2, pressure_mpa=0.2)]
    routes = [planned("W1", "water", (0, -20), (0, 20), diameter_mm=100.0, cover_m=0.75)]
    f = one(conflicts(routes, pipes=pipes), "crossing_order")
    # axes: gas 1.255, water 0.80: gas belongs above and lies 0.455 lower
    assert (f.measured, f.limit, f.clause, f.severity) == (pytest.approx(-0.455), 0.0, "4.1.12", "serious")
    assert f.mend.properties["cover_m"] == pytest.approx(1.2 + 0.11 + 0.15)  # under it, 0.15 between
    assert len(conflicts(applied(routes, f.mend), pipes=pipes)) == 0


def test_where_who_gives_way_cannot_the_other_planned_line_does():
    # telecom belongs above water, but over it would lie too shallow: the water main goes deeper
    routes = [
        planned("T1", "telecom", (-30, 0), (30, 0), laying="duct", diameter_mm=110.0, cover_m=0.7),
        planned("W1", "water", (0, -20), (0, 20), cover_m=0.85, diameter_mm=300.0),
    ]
    f = one(conflicts(routes), "vertical_clearance")
    assert "T1 避让" in f.sentence_zh
    assert f.mend.subject == "W1"
    assert only(conflicts(applied(routes, f.mend)), "vertical_clearance") == []


def test_lines_of_one_utility_that_cross_are_no_connection():
    pipes = [existing("E1", "water", (-30, 0), (30, 0), cover_m=1.0)]
    f = one(conflicts([planned("W1", "water", (0, -20), (0, 20))], pipes=pipes), "vertical_clearance")
    assert (f.measured, f.limit) == pytest.approx((-0.2, 0.15))


def test_too_little_cover_under_a_carriageway():
    routes = [gas("G1", (0, -30), (0, 30), cover_m=0.7)]
    found = conflicts(routes, roads=[road("D1", (-50, 0), (50, 0), width=14.0)])
    f = one(found, "cover")
    assert (f.measured, f.limit, f.margin) == pytest.approx((0.70, 0.90, -0.20))
    assert (f.clause, f.severity, f.b) == ("4.1.1", "grave", None)
    assert (f.from_m, f.to_m) == pytest.approx((23, 37))
    assert f.mend.properties["cover_m"] == 0.9
    assert conflicts(applied(routes, f.mend), roads=[road("D1", (-50, 0), (50, 0))]).count(kind="cover") == 0


def test_cover_beside_the_carriageway_is_judged_by_the_other_column():
    routes = [gas("G1", (0, -30), (0, 30), covers_m="0.4 1.4")]  # 0.4 at the start, 0.783 where the road begins
    found = only(conflicts(routes, roads=[road("D1", (-50, 0), (50, 0), width=14.0)]), "cover")
    assert [(round(f.measured, 3), f.limit) for f in found] == [(0.4, 0.6), (0.783, 0.9)]


def test_a_route_without_cover_is_unknown_once():
    found = only(
        conflicts([gas("G1", (0, -30), (0, 30), cover_m=None)], roads=[road("D1", (-50, 0), (50, 0))]), "cover"
    )
    assert [(f.outcome, f.mend.kind) for f in found] == [("unknown", "ask")]
    heat = planned("H1", "heat", (0, -30), (0, 30), cover_m=None)  # a cover nobody has read
    f = one(conflicts([heat]), "cover")
    assert f.unverified
    assert "待核" in f.sentence_zh
    assert "待核" in f.sentence_en


def test_at_a_flat_crossing_the_least_gap_on_the_way_counts():
    # 20° apart the walls lie over each other for 0.3 / sin 20° = 0.88 m on either side; the main falls 0.05 in a metre:
    # axes 1.70 and 1.20 in the middle, so 0.20 between the walls there, and 0.04 less where that ends
    pipes = [existing("E1", "drainage", (-30, 0), (30, 0), diameter_mm=400.0, cover_m=1.5)]  # axis 1.70
    turn = (20 * 0.9396926, 20 * 0.3420201)
    routes = [planned("W1", "water", (-turn[0], -turn[1]), turn, covers_m="0.1 2.1")]
    f = one(conflicts(routes, pipes=pipes), "vertical_clearance")
    half = 0.3 / 0.3420201
    assert f.measured == pytest.approx(0.50 - 0.05 * half - 0.3, abs=1e-6)


def test_lines_that_go_on_beside_each_other_behind_a_bend_at_their_crossing_are_measured_there_too():
    # They cross at 47 degrees with 0.6 m between them, and bend into each other's course: a metre on their axes meet.
    a = gas("A1", (37.549, 28.564), (16.85, 11.134), (16.045, 14.499), (11.651, 7.458), diameter_mm=200.0)
    b = planned("B1", "heat", (30.355, 33.594), (12.4, 27.427), (16.397, 12.97), (5.309, 8.1), diameter_mm=200.0)
    a |= {"covers_m": "1.20 2.24 0.86 0.68", "accuracy_m": 0.0}
    f = only(conflicts([a, b | {"covers_m": "1.87 0.68 1.33 1.42", "accuracy_m": 0.05}]), "vertical_clearance")[0]
    assert (f.outcome, f.measured) == ("fails", pytest.approx(-0.2))
    straight = gas("A1", (0, 0), (9, 0), diameter_mm=200.0, covers_m="1.0 1.0")
    across = planned("B1", "heat", (4, -5), (4, 5), diameter_mm=200.0, covers_m="1.3 1.3")
    assert one(conflicts([straight, across]), "vertical_clearance").measured == pytest.approx(0.1)
