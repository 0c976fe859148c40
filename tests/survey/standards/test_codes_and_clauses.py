import csv
import math
from pathlib import Path

import pytest

from survey.standards import bridge_ban, clause, dig_ban, gas_class, skew_limit
from survey.standards.clauses import value_cell
from survey.standards.codes import feature_codes, fields, laying_methods, line_statuses, utility_codes
from survey.subjects import USUAL_DIAMETERS, Buried, laying_key, radii_m, radius_m, subtype_key
from survey.utilities import UTILITIES, utility_key

REFERENCE = Path(__file__).parents[4] / "shared/reference/standards"


@pytest.mark.parametrize(
    ("pressure", "name"),
    [
        (0.001, "低压"), (0.0099, "低压"), (0.01, "中压B"), (0.2, "中压B"), (0.2001, "中压A"), (0.4, "中压A"),
        (0.8, "次高压B"), (1.6, "次高压A"), (1.61, "高压B"), (2.5, "高压B"), (4.0, "高压A"),
    ],
)  # fmt: skip
def test_gas_classes_by_hand(pressure, name):
    assert gas_class(pressure).zh == name
    assert (gas_class(pressure).row is None) == (pressure > 1.6)


def test_no_pressure_has_no_class():
    assert gas_class(0.0) is gas_class(-1.0) is gas_class(4.1) is gas_class(math.nan) is None


def test_road_rules():
    assert (dig_ban().value, dig_ban().clause, dig_ban(overhauled=True).value) == (5.0, "33", 3.0)
    assert (skew_limit().value, skew_limit().unit, skew_limit().clause) == (60.0, "degree", "4.1.7")
    assert [clause(f"river_{kind}").value for kind in ("1_5", "6_7", "other")] == [2.0, 1.0, 0.5]
    assert {clause(f"class_{name}").status for name in ("expressway", "arterial", "secondary", "branch")} == {
        "confirmed"
    }
    with pytest.raises(ValueError, match="no number"):
        value_cell("no_stacking", "a", "b")
    with pytest.raises(KeyError):
        clause("none")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (Buried("gas", pressure_mpa=0.39), "allowed"), (Buried("gas", pressure_mpa=0.4), "banned"),
        (Buried("gas"), "unknown"), (Buried("power", voltage_kv=10), "banned"),
        (Buried("power", voltage_kv=0), "unknown"), (Buried("power", voltage_kv=0.4), "allowed"),
        (Buried("water"), None), (Buried("broadcast"), None),
    ],
)  # fmt: skip
def test_what_may_hang_on_a_bridge(line, answer):
    found = bridge_ban(line)
    assert (found and found[0]) == answer
    assert found is None or found[1].clause == "27(5)"


def test_codes_agree_with_the_utilities_and_words_elsewhere():
    for code in utility_codes().values():
        if code.utility is None:
            assert code.major_code in {"GY", "QT"}
            continue
        assert code.colour == UTILITIES[code.utility].colour
        assert utility_key(code.code) in {None, code.utility}
        assert subtype_key(code.code) in {None, code.subtype}
        if code.subtype is not None:
            assert subtype_key(code.minor) == subtype_key(code.code) == code.subtype
    assert len(utility_codes()) == 37
    for method in laying_methods().values():
        if method.code != "XTD":
            assert laying_key(method.code) == laying_key(method.zh) == method.laying
    assert len(laying_methods()) == 13
    assert {code: status.zh for code, status in line_statuses().items()} == {
        "0": "在用",
        "1": "废弃",
        "2": "空管",
        "3": "其他",
    }


def test_fields_of_the_line_table():
    letters = {field.zh: field.codes for field in fields() if field.table == "line"}
    assert letters["起点埋深"] == ("QDMS",)
    assert letters["埋设方式"] == ("FSFS", "MSFS")
    assert letters["管径"] == ()


def test_the_reference_tables_agree_where_they_are_at_hand():
    if not REFERENCE.is_dir():
        pytest.skip("the reference tables are not part of the repository")
    with (REFERENCE / "cjj61_feature_codes.csv").open(encoding="utf-8-sig", newline="") as opened:
        told = {row["code"]: row["feature"] for row in csv.DictReader(opened)}
    assert {code: feature.feature for code, feature in feature_codes().items()} == told
    with (REFERENCE / "cjj61_utility_codes.csv").open(encoding="utf-8-sig", newline="") as opened:
        told = {
            row["minor_code"]: (row["major_code"], row["minor"], row["minor_code_status"])
            for row in csv.DictReader(opened)
        }
    assert {c.code: (c.major_code, c.minor, c.status) for c in utility_codes().values()} == told


def test_radii():
    assert radius_m(Buried("drainage", diameter_mm=600)) == (0.3, False)
    for utility in UTILITIES:
        usual = USUAL_DIAMETERS[utility].diameter_mm / 2000
        assert radius_m(Buried(utility)) == radius_m(Buried(utility, diameter_mm=0.0)) == (usual, True)
    radii, assumed = radii_m(list(UTILITIES), [math.nan] * 6 + [50.0])
    assert radii.tolist() == [radius_m(Buried(utility))[0] for utility in list(UTILITIES)[:6]] + [0.025]
    assert assumed.tolist() == [True] * 6 + [False]
    assert radii_m([], [])[0].shape == (0,)
