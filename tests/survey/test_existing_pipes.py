"""What a pipe survey says, in the words of the standards: the cover above all."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cli.inputs import checks_of
from geo.faults import BadInputError
from geo.formats import LINE, Findings, read
from survey.existing_pipes import KINDS, PRESSURE_CLASSES, parse_pressure, parse_voltage, settle
from survey.standards.gas import gas_class
from survey.utilities import UTILITIES
from tests.geo import pipe_survey


def settled(**columns):
    """Return the columns after `settle`, as lists, and the findings."""
    frame = pd.DataFrame({"from_point": "A", **columns})
    found = Findings()
    settle(frame, found)
    return frame, found


def codes(findings):
    return [finding.fault.code for finding in findings]


@given(
    st.integers(0, 9000),
    st.integers(0, 9000),
    st.integers(50, 3000),
    st.sampled_from(["JS", "WS", "DL", "RQ", "TX", "PS"]),
)
def test_the_cover_of_a_gravity_pipe_is_its_invert_less_its_height(start, end, diameter, word):
    """Oracle: whole millimetres."""
    depths = f"{start / 1000} {end / 1000}"
    frame, found = settled(utility=[word], depths_m=[depths], diameter_mm=[float(diameter)])
    less = diameter if word in ("WS", "PS") else 0
    expected = [start - less, end - less]
    if min(expected) < 0:
        assert codes(found.faults) == ["pipes.cover_negative"]
        assert frame["covers_m"].tolist() == [None]
    else:
        assert found.faults == []
        assert [round(float(cover) * 1000) for cover in frame["covers_m"].iloc[0].split()] == expected


def test_what_is_measured_to_the_bottom_and_what_to_the_top():
    frame, found = settled(
        utility=["污水", "排水", "热力", "电力", "给水", "雨水"],
        depths_m=["2 2", "2 2", "2 2", "2 2", "2 2", "2 2"],
        diameter_mm=[500.0, 500.0, 800.0, 600.0, 500.0, None],
        height_mm=[500.0, 500.0, 600.0, 400.0, 500.0, None],
        laying=["直埋", "直埋", "管沟", "综合管廊（沟）", "直埋", "直埋"],
        pressure=["", "0.3MPa", "", "", "0.4", ""],
    )
    assert frame["covers_m"].iloc[:5].tolist() == ["1.5 1.5", "2 2", "1.4 1.4", "1.6 1.6", "2 2"]
    assert not isinstance(frame["covers_m"].iloc[5], str)  # no diameter: unknown, never taken as the depth
    assert codes(found.notes) == ["pipes.depth_to_invert", "pipes.depth_to_top"]
    assert "待核" in found.notes[0].fault.zh
    assert "1 of them" in found.notes[0].fault.en


def test_a_pipe_without_depth_stays_unknown():
    frame, found = settled(utility=["WS", "JS"], depths_m=[None, "1 1"], diameter_mm=[300.0, 300.0])
    assert frame["covers_m"].tolist() == [None, "1 1"]
    assert codes(found.notes) == ["pipes.depth_to_top"]


def test_kinds_are_utilities_and_subtypes():
    frame, _ = settled(utility=["ZS", "YS", "WS", "HS", "SS", "LD", "QT"])
    assert frame["utility"].tolist() == ["water", "drainage", "drainage", "drainage", "water", "power", "QT"]
    assert frame["subtype"].tolist()[:5] == ["reclaimed", "storm", "sewage", "combined", "transmission"]
    assert set(KINDS.values()) <= set(UTILITIES)


def test_combined_sewers_count_as_sewage_and_it_is_told():
    frame, found = settled(utility=["雨污合流", "PS", "YS", "HS"], subtype=[None, "合流", "雨水", None])
    assert frame["utility"].tolist() == ["drainage"] * 4
    assert codes(found.notes) == ["pipes.combined_as_sewage"]
    assert found.notes[0].fault.en.startswith("3 combined sewers take ")
    _, found = settled(utility=["HS"])
    assert found.notes[0].fault.en.startswith("1 combined sewer takes ")


@pytest.mark.parametrize(("word", "limit"), PRESSURE_CLASSES.items())
def test_a_class_of_pressure_is_its_highest(word, limit):
    assert parse_pressure(word) == limit
    if limit <= 1.6:
        assert gas_class(limit) is not None


@pytest.mark.parametrize(
    ("text", "kilovolts"),
    [("10kv", 10), ("10", 10), ("380v", 0.38), ("380", 0.38), ("0.4千伏", 0.4), ("220", 220), ("35 kv", 35)],
)
def test_voltages(text, kilovolts):
    assert parse_voltage(text) == pytest.approx(kilovolts)


def test_what_cannot_be_read_is_a_fault_and_what_is_assumed_is_told():
    frame, found = settled(utility=["RQ", "RQ", "DL"], pressure=["strong", "中压A", None], voltage=["", "", "10"])
    assert codes(found.faults) == ["pipes.pressure_unreadable"]
    assert frame["pressure_mpa"].iloc[1] == 0.4
    assert frame["voltage_kv"].iloc[2] == 10
    assert codes(found.notes) == ["pipes.pressure_class", "pipes.voltage_unit"]


@pytest.mark.parametrize("word", ["JS", "WS"])
def test_a_depth_that_is_negative_itself_is_no_invert_above_its_pipe(word):
    """`geo.formats` told it where it was read; a main under pressure has no invert to speak of."""
    frame, found = settled(utility=[word], depths_m=["-1.2 1.25"], diameter_mm=[300.0])
    assert (found.faults, frame["covers_m"].tolist()) == ([], [None])


def test_other_files_keep_their_columns():
    frame = pd.DataFrame({"utility": ["water"], "voltage": ["any text"], "pressure": ["?"]})
    found = Findings()
    settle(frame, found)
    assert (found.faults, list(frame.columns)) == ([], ["utility", "voltage", "pressure"])


def test_a_survey_comes_through_the_door_of_every_command(tmp_path):
    table = read(pipe_survey.as_xlsx(tmp_path), crs=pipe_survey.GRID, kinds=frozenset({LINE}), check=checks_of("pipes"))
    assert table.frame["utility"].tolist() == ["water", "water", "drainage"]
    assert table.frame["covers_m"].tolist() == ["1.2 1.25", "1.25 1.3", "2 2.15"]
    assert table.frame["laying"].tolist() == ["direct", "direct", "direct"]
    lines = pipe_survey.rows(pipe_survey.LINES)
    lines[2][6] = "3000"
    with pytest.raises(BadInputError) as error:
        read(
            pipe_survey.as_xlsx(tmp_path, lines),
            crs=pipe_survey.GRID,
            kinds=frozenset({LINE}),
            check=checks_of("pipes"),
        )
    assert [(fault.code, fault.feature) for fault in error.value.faults] == [("pipes.cover_negative", "WS1-WS2")]
