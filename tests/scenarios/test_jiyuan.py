"""济源: commitment up to 200 m, else a decision within a working day; a major impact is for a person to tell."""

from datetime import date

import pytest

from survey.policies import load_policy
from tests.survey.scene import ON, lawn, straight, street, trace, verdict

POLICY = load_policy("jiyuan")


def said(one, roads=(), greens=(), **more):
    return verdict(one, roads, greens, policy=POLICY, **more)


@pytest.mark.parametrize(
    ("length", "accuracy", "expected"),
    [(199.9, 0.0, "commitment"), (200.0, 0.0, "commitment"), (200.1, 0.0, "joint_approval"),
     (199.95, 0.05, "survey_first")],
)  # fmt: skip
def test_two_hundred_metres_with_the_number_in_it(length, accuracy, expected):
    line = said(straight(length, accuracy_m=accuracy))
    assert line.verdict == expected
    assert line.margin_m == pytest.approx(200 - length, abs=1e-6)
    assert line.decisive == ("JY-TH1",)


def test_length_is_the_only_limit():
    line = said(straight(150), [street(60, 40, **{"class": "arterial"})], [lawn(100, -50, 140, 50)])
    assert line.verdict == "commitment"


def test_a_major_impact_is_told_and_shows_the_other_reading():
    line = said(straight(60))
    assert line.verdict == "commitment"
    for rule in ("JY-EX1", "JY-EX2", "JY-EX3"):
        own = {item.rule: item for item in line.trace}[rule]
        assert own.outcome == "unknown"
        assert not own.blocks
        assert own.sentence_zh in line.sentence_zh
        assert own.readings[0]["other_zh"] == "有无重大影响未核实前，不给告知承诺"


def test_a_longer_work_on_a_protected_road():
    line = said(straight(300), [street(30, 10, delivered=ON)])
    assert (line.verdict, line.decisive) == ("special_approval", ("JY-LW1",))


@pytest.mark.parametrize(
    ("utility", "expected"),
    [("water", "commitment"), ("power", "commitment"), ("gas", "commitment"), ("heat", "commitment"),
     ("telecom", "commitment"), ("broadcast", "outside"), ("drainage", "outside")],
)  # fmt: skip
def test_scope(utility, expected):
    assert said(straight(60, utility=utility)).verdict == expected


def test_the_permissions_that_stand_in_parallel():
    lines = trace(straight(300), [street(30, 10)], policy=POLICY)
    assert [lines[k].outcome for k in ("JY-AP1", "JY-AP2", "JY-AP3")] == ["silent", "silent", "not_applicable"]


def test_crossings_and_greens_have_no_limit_in_the_document():
    lines = trace(straight(60), [street(30, 10)], policy=POLICY)
    assert lines["JY-BL1"].sentence_zh == "穿越道路限值 10.00 m：文件未规定"


def test_the_day_of_issue():
    assert said(straight(60), on=date(2022, 9, 8)).verdict == "outside"
    assert said(straight(60), on=date(2022, 9, 9)).verdict == "commitment"
