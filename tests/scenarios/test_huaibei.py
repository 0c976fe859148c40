"""淮北: parallel approval online for every external work; road digging and green start by themselves."""

from datetime import date

import pytest

from survey.policies import load_policy
from tests.survey.scene import ON, lawn, straight, street, trace, verdict

POLICY = load_policy("huaibei")


def said(one, roads=(), greens=(), **more):
    return verdict(one, roads, greens, policy=POLICY, **more)


@pytest.mark.parametrize("length", [1, 199, 900])
def test_no_work_is_small_enough_for_a_commitment(length):
    line = said(straight(length))
    assert (line.verdict, line.decisive, line.margin_m) == ("joint_approval", ("HB-BS1",), None)


def test_what_the_system_starts_is_what_the_route_touches():
    lines = trace(straight(60), [street(30, 10)], policy=POLICY)
    started = [a.id for a in POLICY.approvals if a.applied_by == "system" and lines[a.id].outcome == "silent"]
    assert started == ["HB-AP1"]
    lines = trace(straight(60), [street(30, 10)], [lawn(40, -5, 50, 5)], policy=POLICY)
    started = [a.id for a in POLICY.approvals if a.applied_by == "system" and lines[a.id].outcome == "silent"]
    assert started == ["HB-AP1", "HB-AP2"]


def test_what_is_applied_for_on_demand_is_left_to_a_person():
    lines = trace(straight(60), policy=POLICY)
    for rule in ("HB-AP3", "HB-AP5"):
        assert "须人工核对" in lines[rule].sentence_zh
    assert lines["HB-AP4"].outcome == "not_applicable"


@pytest.mark.parametrize(
    ("utility", "expected"),
    [("water", "joint_approval"), ("power", "joint_approval"), ("gas", "joint_approval"),
     ("telecom", "joint_approval"), ("heat", "outside"), ("broadcast", "outside"), ("drainage", "outside")],
)  # fmt: skip
def test_heat_could_be_added_and_is_not(utility, expected):
    assert said(straight(60, utility=utility)).verdict == expected


def test_a_power_line_is_not_asked_for_its_voltage():
    assert said(straight(60, utility="power", voltage_kv=None)).verdict == "joint_approval"


def test_an_overhauled_road_within_three_years():
    roads = [street(30, 10, overhauled=date(2024, 6, 1))]
    assert said(straight(60), roads).verdict == "special_approval"
    assert said(straight(60), roads, on=date(2027, 6, 2)).verdict == "joint_approval"


def test_the_day_of_issue():
    assert said(straight(60), on=date(2023, 5, 17)).verdict == "outside"
    assert said(straight(60), on=date(2023, 5, 18)).verdict == "joint_approval"
    assert date(2023, 5, 18) < ON
