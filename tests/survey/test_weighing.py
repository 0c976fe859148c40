"""Hold the comparison with a limit, and what a road comes to that is passed so near that it may be touched."""

from dataclasses import replace

import numpy as np
import pytest

from survey.quantities import Quantity
from survey.weighing import FAILS, PASSES, UNKNOWN, WITHIN, weigh
from tests.survey.scene import ON, POLICY, measured, metres, route, straight, street, trace, verdict

LENGTH = POLICY.rule("NX-TH2")
FREE = measured([straight(10)])


def outcome(value, uncertainty=0.0, above=0.0, op="<="):
    quantity = Quantity(np.array([value]), np.array([uncertainty]), "m", np.array([above]))
    found = replace(FREE, quantities=FREE.quantities | {"length_m": quantity})
    return int(weigh(replace(LENGTH, op=op), found, ON).outcome[0])


@pytest.mark.parametrize(
    ("value", "uncertainty", "above", "inclusive", "exclusive"),
    [
        (199.0, 0.0, 0.0, PASSES, PASSES),
        (200.0, 0.0, 0.0, PASSES, FAILS),  # 以内 has the number in it
        (200.00001, 0.0, 0.0, FAILS, FAILS),
        (199.99999, 0.0, 0.0, PASSES, PASSES),
        (199.5, 0.5, 0.0, PASSES, WITHIN),  # the interval ends on the limit
        (199.5, 0.5, 0.1, WITHIN, WITHIN),
        (199.5, 0.4, 0.1, PASSES, WITHIN),
        (200.5, 0.5, 0.0, WITHIN, FAILS),  # the interval begins on the limit
        (200.5, 0.4, 9.0, FAILS, FAILS),
    ],
)
def test_an_interval_against_a_limit(value, uncertainty, above, inclusive, exclusive):
    assert outcome(value, uncertainty, above) == inclusive
    assert outcome(value, uncertainty, above, op="<") == exclusive


def test_what_is_missing_of_a_road_that_may_be_touched_is_looked_into_first():
    beside = route((metres(25) - 0.05, -50), (metres(25) - 0.05, -45))
    roads = [street(30, 10, accuracy_m=0.05, **{"class": None}), street(300, 10)]
    assert verdict(beside, roads).verdict == "survey_first"
    assert "路30（未登记等级）" in trace(beside, roads)["NX-EX1"].sentence_zh
    found = measured([beside], roads)
    assert weigh(POLICY.rule("NX-EX1"), found, ON).outcome.tolist() == [UNKNOWN]
