import csv
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.standards import slope, trench_width, working_width
from survey.standards.trenches import LOADS, SOILS
from survey.subjects import Buried

REFERENCE = Path(__file__).parents[4] / "shared/reference/standards"
B1 = {  # GB 50268-2008 table 4.3.2, one side, millimetres
    "concrete_rigid": (400, 500, 600, 1000), "concrete_flexible": (300, 400, 500, 600), "PE": (300, 400, 500, 700),
    "钢管": (300, 400, 500, 700), None: (400, 500, 600, 1000), "砼": (400, 500, 600, 1000),
}  # fmt: skip
SLOPES = {  # GB 50268-2008 table 4.3.3: no load, static, dynamic
    "sand": (1.00, 1.25, 1.50), "gravel_sand": (0.75, 1.00, 1.25), "silt": (0.67, 0.75, 1.00),
    "gravel_clay": (0.50, 0.67, 0.75), "clay": (0.33, 0.50, 0.67), "loess": (0.10, 0.25, 0.33),
    "soft": (1.25, math.nan, math.nan),
}  # fmt: skip


@pytest.mark.parametrize("material", B1)
def test_working_widths_by_hand_at_both_ends_of_each_step(material):
    for (low, high), width in zip(((1, 500), (501, 1000), (1001, 1500), (1501, 3000)), B1[material], strict=True):
        assert working_width(low, material).value == working_width(high, material).value == width
    assert working_width(3000.1, material).outside
    assert bool(working_width(400, material).assumed_zh) == (material in {None, "砼"})


@pytest.mark.parametrize("diameter", [0, -1, math.nan])
def test_a_pipe_has_a_diameter(diameter):
    with pytest.raises(ValueError, match="positive"):
        working_width(diameter, "PE")


@pytest.mark.parametrize("soil", SOILS)
def test_slopes_by_hand(soil):
    for load, run in zip(LOADS, SLOPES[soil], strict=True):
        cell = slope(soil, load)
        assert cell.value == run or (cell.outside and math.isnan(run))
        assert slope(soil, load, depth_m=5.0) == cell
        assert slope(soil, load, depth_m=5.01).outside
    unloaded = slope(soil)
    assert unloaded.value == max(SLOPES[soil]) or (unloaded.outside and any(map(math.isnan, SLOPES[soil])))


def test_a_load_that_is_not_known_is_the_heaviest_even_where_the_table_has_no_value_for_it():
    unknown = slope("soft")
    assert unknown.outside
    assert "动载" in unknown.assumed_zh[0]
    assert "dynamic" in unknown.assumed_en[0]
    assert slope("soft", "none").value == 1.25
    assert (slope("soft", "static").outside, slope("soft", "static").assumed_en) == (True, ())


def test_the_flattest_where_soil_or_load_is_unknown():
    for place, load in enumerate(LOADS):
        assert slope(None, load).value == max(runs[place] for runs in SLOPES.values() if not math.isnan(runs[place]))
    unknown = slope(None)
    assert (unknown.value, len(unknown.assumed_zh)) == (1.5, 3)
    assert "to be calculated" in slope(None, "static").assumed_en[-1]
    assert "to be calculated" not in str(slope(None, "none").assumed_en)
    assert slope("clay", "none").assumed_zh == ()
    for words in (("mud", None), ("clay", "heavy")):
        with pytest.raises(ValueError, match="use one of"):
            slope(*words)


@pytest.mark.parametrize(
    ("line", "metres"),
    [
        (Buried("water", diameter_mm=200, material="PE"), 0.8),
        (Buried("drainage", diameter_mm=400, material="PVC"), 1.0),
        (Buried("drainage", diameter_mm=800, material="混凝土"), 1.8), (Buried("gas", diameter_mm=50), 0.6),
        (Buried("gas", diameter_mm=110), 0.7), (Buried("gas", diameter_mm=225), 0.8), (Buried("gas"), 0.7),
        (Buried("gas", diameter_mm=1400), 2.2), (Buried("heat", diameter_mm=280), 1.21),
        (Buried("telecom", laying="direct"), 0.4), (Buried("telecom", diameter_mm=110, laying="duct"), 0.41),
        (Buried("telecom", diameter_mm=700, laying="duct"), 1.3), (Buried("power", laying="direct"), 0.4),
        (Buried("gas", diameter_mm=100, laying="duct"), 0.7),
    ],
)  # fmt: skip
def test_bottom_widths_by_hand(line, metres):
    cell = trench_width(line)
    assert cell.value == pytest.approx(metres, abs=1e-12)
    assert f"{metres:.2f} m" in cell.text_zh
    assert trench_width(line, shored=True).value == pytest.approx(metres + 0.4, abs=1e-12)
    assert any("未给出管径" in said for said in cell.assumed_zh) == (line.diameter_mm is None)


def test_beyond_the_tables_there_is_no_number():
    assert trench_width(Buried("gas", diameter_mm=1500)).outside
    assert trench_width(Buried("drainage", diameter_mm=3500), shored=True).outside
    assert trench_width(Buried("power", laying="trench")) is None


@given(st.sampled_from(["water", "drainage", "gas", "heat", "telecom"]), st.floats(20, 1300), st.floats(20, 1300))
def test_a_thicker_line_never_needs_a_narrower_trench(utility, first, second):
    small, large = sorted((first, second))
    assert (
        trench_width(Buried(utility, diameter_mm=small)).value <= trench_width(Buried(utility, diameter_mm=large)).value
    )


def test_the_reference_tables_agree_where_they_are_at_hand():
    if not REFERENCE.is_dir():
        pytest.skip("the reference tables are not part of the repository")
    with (REFERENCE / "gb50268_slopes.csv").open(encoding="utf-8-sig", newline="") as opened:
        for soil, row in zip(SOILS, csv.DictReader(opened), strict=True):
            for load in LOADS:
                told = row[f"slope_{'no' if load == 'none' else load}_load_1_to"]
                cell = slope(soil, load)
                assert cell.status == row["status"]
                assert cell.outside if not told else cell.value == float(told)
