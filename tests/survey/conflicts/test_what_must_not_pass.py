"""Hold what would read as kept and is not: shared stretches, gas beyond the tables, windows the wrong way round."""

from datetime import date

import pytest

from tests.survey.conflicts.scene import conflicts, existing, gas, house, one, only, planned, road, tree

SEWER = ((-50, 0), (60, 0))


@pytest.mark.parametrize("metres", [0.5, 2.0, 4.9, 9.0])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_short_stretch_on_the_axis_of_another_line_is_judged_by_depth(metres, backwards):
    # covers 1.0 and 1.0, diameters 0.11 and 0.2: the walls are one in the other by the whole of the smaller one
    course = ((-20, 20), (0, 0), (metres, 0), (metres + 20, -20))
    routes = [gas("G1", *(course[::-1] if backwards else course))]
    f = one(conflicts(routes, pipes=[existing("E1", "drainage", *SEWER, cover_m=1.0)]), "vertical_clearance")
    assert (f.outcome, f.severity, f.limit) == ("fails", "grave", 0.15)
    assert f.measured == pytest.approx(0.045 - 0.155)
    deep = conflicts(routes, pipes=[existing("E1", "drainage", *SEWER, cover_m=3.0)])
    assert only(deep, "vertical_clearance") == []


@pytest.mark.parametrize(("metres", "told"), [(2.0, 0), (8.0, 1)])
def test_a_shared_stretch_longer_than_a_crossing_is_judged_in_plan(metres, told):
    routes = [gas("G1", (-20, 20), (0, 0), (metres, 0), (metres + 20, -20))]
    found = conflicts(routes, pipes=[existing("E1", "drainage", *SEWER, cover_m=3.0)])
    assert len(only(found, "horizontal_clearance")) == told


def test_lines_that_are_one_line_of_a_few_metres_do_not_pass():
    found = conflicts([gas("G1", (0, 0), (4, 0))], pipes=[existing("E1", "water", (0, 0), (4, 0), cover_m=1.0)])
    assert one(found, "vertical_clearance").outcome == "fails"


@pytest.mark.parametrize(
    ("kind", "around"),
    [
        ("building", {"buildings": [house("B1", 10, 6, 50, 9)]}),
        ("tree", {"trees": [tree("T1", 30, 0.5)]}),
        ("curb", {"roads": [road("R1", (-50, -8.5), (150, -8.5))]}),
    ],
)
def test_gas_beyond_the_tables_does_not_pass_by_buildings_trees_and_kerbs(kind, around):
    f = one(conflicts([gas("G1", (0, 0), (60, 0), pressure_mpa=2.5)], **around), kind)
    assert (f.outcome, f.severity, f.limit, f.mend.kind) == ("unknown", "notice", None, "ask")


def test_a_window_that_ends_before_it_starts_is_told_and_taken_as_not_stated():
    wrong = planned("W1", "water", (0, 0), (60, 0), start=date(2027, 3, 31), end=date(2027, 3, 1))
    other = gas("G1", (30, -30), (30, 30), cover_m=0.6, start=date(2027, 3, 1), end=date(2027, 3, 31))
    found = conflicts([wrong, other])
    assert [(f.a, f.outcome) for f in only(found, "space_time")] == [("W1", "unknown")]
    assert [(fault.code, fault.feature, fault.field) for fault in found.faults] == [("line.window", "W1", "end")]


def test_a_gap_that_rests_on_an_assumed_diameter_says_so_and_is_not_grave():
    # walls: 1.3 - 0.055 - 0.2 (the usual sewer, DN 400) = 1.045; crossing: 2.0 - 1.8 - 0.11 = 0.09 below the gas
    beside, across = gas("G1", (0, 0), (60, 0)), gas("G2", (200, -30), (200, 30), cover_m=1.8)
    known = existing("E1", "drainage", (-10, 1.3), (260, 1.3), diameter_mm=400.0, cover_m=2.0)
    for kind in ("horizontal_clearance", "vertical_clearance"):
        stated, missing = (
            one(conflicts([beside, across], pipes=[known | {"diameter_mm": mm}]), kind) for mm in (400.0, None)
        )
        assert (stated.measured, stated.limit, stated.id) == (missing.measured, missing.limit, missing.id)
        assert (stated.severity, missing.severity) == ("grave", "serious")
        assert "未填管径" in missing.evidence_zh
        assert "no diameter" in missing.evidence_en
        assert "管径" not in stated.evidence_zh
        assert stated.facts != missing.facts


def test_an_acceptance_does_not_hold_when_a_finding_comes_to_weigh_more():
    sewer = existing("E1", "drainage", (-10, 1.705), (90, 1.705), diameter_mm=300.0, cover_m=2.0)
    before, after = (
        one(conflicts([gas("G1", (0, 0), (60, 0), pressure_mpa=mpa)], pipes=[sewer]), "horizontal_clearance")
        for mpa in (None, 1.2)
    )
    assert (before.severity, after.severity, before.limit, after.limit) == ("serious", "grave", 2.0, 2.0)
    assert before.id == after.id
    assert before.facts != after.facts


def test_an_acceptance_of_drilling_does_not_hold_for_digging():
    roads = [road("R1", (-50, 0), (150, 0), delivered=date(2025, 5, 1))]
    drilled, dug = (
        one(conflicts([planned("W1", "water", (30, -30), (30, 30), method=how)], roads=roads), "protected_road")
        for how in ("directional_drilling", "open_cut")
    )
    assert (drilled.severity, dug.severity) == ("serious", "grave")
    assert drilled.id == dug.id
    assert drilled.facts != dug.facts


@pytest.mark.parametrize("covers", [[0.1, 0.1], 0.1, "0.1"])
def test_covers_that_are_no_text_of_the_vertices_are_unknown_and_told(covers):
    found = conflicts([planned("W1", "water", (0, 0), (60, 0), covers_m=covers)])
    assert one(found, "cover").outcome == "unknown"
    assert [fault.code for fault in found.faults] == ["line.covers"]


@pytest.mark.parametrize("nothing", [None, float("nan"), "", " "])
def test_covers_that_say_nothing_leave_the_one_cover(nothing):
    assert len(conflicts([planned("W1", "water", (0, 0), (60, 0), covers_m=nothing)])) == 0
