"""伊川, a sixth county by a folder alone: power lines below 35 kV, commitment up to 200 m and 15 m² of green."""

from pathlib import Path

import pytest

from survey.policies import read_policy
from tests.survey.scene import lawn, metres, straight, verdict

POLICY = read_policy(Path(__file__).parents[1] / "survey/sixth_county/yichuan")


@pytest.mark.parametrize(
    ("length", "green", "kilovolts", "expected"),
    [
        (200.0, 0.0, 10, "commitment"),
        (200.5, 0.0, 10, "joint_approval"),
        (100.0, 14.0, 10, "commitment"),
        (100.0, 16.0, 10, "joint_approval"),
        (100.0, 0.0, 34.9, "commitment"),
        (100.0, 0.0, 35, "outside"),
        (300.0, 0.0, 110, "outside"),
        (100.0, 0.0, None, "survey_first"),
    ],
)
def test_power_lines(length, green, kilovolts, expected):
    greens = [lawn(10, -20, 10 + metres(green / 0.6), 20)] if green else []
    said = verdict(straight(length, utility="power", voltage_kv=kilovolts), (), greens, policy=POLICY)
    assert said.verdict == expected


def test_only_power():
    assert verdict(straight(50), policy=POLICY).verdict == "outside"
