"""赤壁: all that the works need is given on a commitment, without any limit; what is not suited a person tells."""

from datetime import date

import pytest

from survey.policies import load_policy
from tests.survey.scene import ON, lawn, straight, street, trace, verdict

POLICY = load_policy("chibi")


def said(one, roads=(), greens=(), **more):
    return verdict(one, roads, greens, policy=POLICY, **more)


@pytest.mark.parametrize("length", [5, 200.1, 2000])
def test_commitment_without_a_limit_of_length(length):
    line = said(straight(length))
    assert (line.verdict, line.margin_m, line.decisive) == ("commitment", None, ("CB-BS1",))
    assert "最紧" not in line.sentence_zh
    assert "文件对外线工程实行告知承诺（一(三)、五(三)）" in line.sentence_zh


def test_neither_a_wide_arterial_nor_a_wide_lawn_excludes():
    line = said(straight(200), [street(30, 40, **{"class": "arterial"})], [lawn(60, -50, 190, 50)])
    assert line.verdict == "commitment"


def test_a_protected_road_is_not_dug_on_a_commitment():
    line = said(straight(60), [street(30, 10, delivered=ON)])
    assert (line.verdict, line.decisive) == ("special_approval", ("CB-LW1",))


def test_so_near_a_protected_road_that_it_may_be_inside_is_surveyed_first():
    near = straight(24.97, accuracy_m=0.05)
    assert said(near, [street(30, 10, delivered=ON)]).verdict == "survey_first"


@pytest.mark.parametrize(
    ("utility", "expected"),
    [("water", "commitment"), ("power", "commitment"), ("gas", "commitment"), ("telecom", "commitment"),
     ("broadcast", "commitment"), ("heat", "outside"), ("drainage", "outside")],
)  # fmt: skip
def test_water_power_gas_and_the_network_with_television(utility, expected):
    assert said(straight(60, utility=utility)).verdict == expected


def test_the_trace_shows_the_other_reading_and_what_a_person_must_check():
    lines = trace(straight(60), [street(30, 10)], policy=POLICY)
    assert lines["CB-BS1"].readings[0]["other_zh"] == "凡外线工程均走并联审批"
    assert "须人工核对" in lines["CB-AP4"].sentence_zh
    assert [lines[k].outcome for k in ("CB-AP1", "CB-AP2", "CB-AP3")] == ["silent", "not_applicable", "silent"]


def test_the_day_it_is_taken_as_in_force_from():
    assert said(straight(60), on=date(2022, 12, 31)).verdict == "outside"
    assert said(straight(60), on=date(2023, 1, 1)).verdict == "commitment"
    assert POLICY.issued == "文件未载明"
