"""武陟: every external work goes through parallel approval; a power line above 35 kV is outside."""

from dataclasses import replace
from datetime import date

import pytest

from geo.faults import BadInputError
from survey.frames import measure_frame
from survey.policies import load_policy
from tests.survey.scene import GRID, ON, answer, county, frame, lawn, metres, route, straight, street, trace, verdict

POLICY = load_policy("wuzhi")


def said(one, roads=(), greens=(), **more):
    return verdict(one, roads, greens, policy=POLICY, **more)


def test_the_shortest_work_is_approved_in_parallel_and_says_why():
    short = said(straight(5))
    assert (short.verdict, short.margin_m, short.decisive) == ("joint_approval", None, ("WZ-BS1",))
    assert "文件对外线工程实行并联审批（三(四)1）" in short.sentence_zh
    line = trace(straight(5), policy=POLICY)["WZ-BS1"]
    assert "承诺" in line.readings[0]["other_zh"]


@pytest.mark.parametrize(
    ("kilovolts", "expected"),
    [(0.4, "joint_approval"), (10, "joint_approval"), (35, "joint_approval"), (35.1, "outside"), (110, "outside"),
     (None, "survey_first")],
)  # fmt: skip
def test_thirty_five_kilovolts_and_below(kilovolts, expected):
    line = said(straight(60, utility="power", voltage_kv=kilovolts))
    assert line.verdict == expected
    if expected != "joint_approval":
        assert line.decisive == ("WZ-SC2",)
        assert "35 kV" in line.sentence_zh


def test_no_other_utility_is_asked_for_its_voltage():
    for utility in ("water", "gas", "heat", "telecom", "broadcast"):
        assert said(straight(60, utility=utility)).verdict == "joint_approval"
    assert trace(straight(60), policy=POLICY)["WZ-SC2"].outcome == "not_applicable"


def test_drainage_is_outside():
    assert said(straight(60, utility="drainage")).decisive == ("WZ-UT1",)


def test_each_department_is_named_only_for_what_the_route_touches():
    lines = trace(straight(60), [street(30, 10)], policy=POLICY)
    needed = {a.item for a in POLICY.approvals if lines[a.id].outcome == "silent" and a.quantity != "on_site"}
    assert needed == {"planning", "road_digging", "road_occupation"}
    lines = trace(straight(60), (), [lawn(10, -5, 20, 5)], policy=POLICY)
    needed = {a.item for a in POLICY.approvals if lines[a.id].outcome == "silent" and a.quantity != "on_site"}
    assert needed == {"planning", "green"}
    assert "须人工核对" in lines["WZ-AP1"].sentence_zh


@pytest.mark.parametrize(
    ("road", "expected"), [({"delivered": ON}, "special_approval"), ({"delivered": date(2001, 1, 1)}, "joint_approval")]
)
def test_a_protected_road_needs_the_government_though_the_county_does_not_say_so(road, expected):
    line = said(straight(60), [street(30, 10, **road)])
    assert line.verdict == expected
    if expected == "special_approval":
        assert line.decisive == ("WZ-LW1",)
        assert "城市道路管理条例第三十三条" in line.sentence_zh


def test_a_road_without_a_date_is_told_beside_the_approval():
    gap = said(straight(60), [street(30, 10, delivered=None), street(300, 10)])
    assert gap.verdict == "joint_approval"
    assert "另：路30（未登记交付日期）" in gap.sentence_zh


def test_what_the_document_is_silent_on_stays_blank():
    lines = trace(straight(60), (), [lawn(10, -5, 20, 5)], policy=POLICY)
    assert lines["WZ-BL1"].sentence_zh == "管线长度限值 60.00 m：文件未规定"
    assert " m²：文件未规定" in lines["WZ-BL3"].sentence_zh
    assert {lines[k].outcome for k in ("WZ-BL1", "WZ-BL2", "WZ-BL3", "WZ-EX0")} == {"silent"}


def test_before_the_document_nothing_is_in_force():
    assert said(straight(60), on=date(2023, 6, 27)).verdict == "outside"


def batch(routes):
    return measure_frame(frame(routes), frame([]), frame([]), POLICY, ON, GRID)[0]


def test_a_file_is_judged_by_voltage_too_and_a_work_by_the_highest_of_its_lines():
    kilovolts = {"A": 10.0, "B": 110.0, "C": 35.0}
    alone = [straight(60, id=k, operator=k, utility="power", voltage_kv=v) for k, v in kilovolts.items()]
    assert list(batch(alone).verdict) == ["joint_approval", "outside", "joint_approval"]
    ends = [(0, 60, 10.0), (60, 120, 110.0)]
    halves = [route((metres(a), 0), (metres(b), 0), id=f"S{a}", utility="power", voltage_kv=kv) for a, b, kv in ends]
    assert list(batch(halves).verdict) == ["outside", "outside"]
    halves[1]["voltage_kv"] = None
    assert list(batch(halves).verdict) == ["survey_first", "survey_first"]


def test_a_drawn_line_and_its_stored_half_are_judged_by_voltage_too():
    drawn = straight(60, id="D", utility="power", voltage_kv=10)
    where = replace(county([]), policy=POLICY)
    assert answer(drawn, where)["verdict"]["verdict"] == "joint_approval"
    assert answer(drawn | {"voltage_kv": 110}, where)["verdict"]["verdict"] == "outside"
    stored = route((metres(60), 0), (metres(90), 0), id="S", utility="power", voltage_kv=110)
    beyond = answer(drawn, replace(county([stored]), policy=POLICY))
    assert (beyond["joined"], beyond["verdict"]["verdict"]) == (["D", "S"], "outside")


@pytest.mark.parametrize("bad", ["high", -10, float("inf")])
def test_what_is_no_voltage_is_refused(bad):
    with pytest.raises(BadInputError) as error:
        answer(straight(60, utility="power", voltage_kv=bad), county([]))
    assert [fault.code for fault in error.value.faults] == ["route.voltage"]
    with pytest.raises(BadInputError):
        batch([straight(60, utility="power", voltage_kv=bad)])
