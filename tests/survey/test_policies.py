import re
from datetime import date
from importlib.resources import files

import numpy as np
import pytest

from geo.faults import BadInputError
from survey.policies import QUANTITIES, READINGS, load_policy, parse_policy, policy_ids
from survey.utilities import UTILITIES
from survey.weighing import FAILS, PASSES, road_outcomes
from tests.survey.scene import street, surroundings

FOLDER = files("survey.policies") / "neixiang"
LAW = (FOLDER / "policy.toml").read_text("utf-8")
COUNTY = (FOLDER / "county.toml").read_text("utf-8")
CHINESE = re.compile("[\u4e00-\u9fff]")


def refused(law=LAW, county=COUNTY):
    with pytest.raises(BadInputError) as error:
        parse_policy(law, county, place="neixiang")
    return error.value.faults


def line_of(text, part):
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_neixiang_says_what_its_document_says():
    policy = load_policy("neixiang")
    assert policy.document == "内城管〔2022〕125号"
    limits = {rule.id: (rule.quantity, rule.op, rule.value, rule.unit) for rule in policy.rules if rule.op == "<="}
    assert limits == {
        "NX-TH1": ("crossing_m", "<=", 15.0, "m"),
        "NX-TH2": ("length_m", "<=", 200.0, "m"),
        "NX-TH3": ("green_m2", "<=", 20.0, "m2"),
        "NX-EX3": ("years_since_delivered", "<=", 5.0, "year"),
        "NX-EX4": ("years_since_overhauled", "<=", 3.0, "year"),
    }
    assert policy.rule("NX-EX1").value == ("arterial",)
    assert policy.rule("NX-EX2").value == ("expressway",)
    assert policy.rule("NX-UT1").value == ("water", "power", "gas", "heat", "telecom")
    assert {"NX-AP1", "NX-AP2", "NX-AP3", "NX-SC1"} <= {rule.id for rule in policy.rules}


def test_every_rule_is_cited():
    for policy_id in policy_ids():
        for rule in load_policy(policy_id).rules:
            assert rule.document
            assert rule.clause
            assert rule.evidence_en
            assert CHINESE.search(rule.evidence_zh)
            assert rule.quote or rule.kind == "blank"
            assert rule.unit == (QUANTITIES[rule.quantity].unit if rule.value is not None else "")
            for reading in rule.readings:
                assert reading.evidence_en
                assert CHINESE.search(reading.evidence_zh)
                assert {reading.taken, reading.other} == set(READINGS[reading.id][0])


def test_the_readings_taken_are_the_stricter():
    taken = {(r.id, x.id): x.taken for r in load_policy("neixiang").rules for x in r.readings}
    assert taken["NX-TH1", "crossing_total"] == "sum"
    assert taken["NX-TH1", "along_road"] == "counts"
    assert taken["NX-EX1", "touch"] == "any_stretch"
    assert taken["NX-EX3", "last_day"] == "protected"
    assert taken["NX-EX3", "missing_fact"] == "survey_first"


def test_rules_are_in_force_between_their_days():
    policy = parse_policy(
        LAW.replace("valid_from = 2022-12-01", "valid_from = 2022-12-01\nvalid_to = 2027-12-31"), COUNTY
    )
    assert not policy.rules_on(date(2022, 11, 30))
    assert policy.rules_on(date(2022, 12, 1)) == policy.rules_on(date(2027, 12, 31)) == policy.rules
    assert not policy.rules_on(date(2028, 1, 1))


def test_without_a_reading_of_the_last_day_the_comparison_says_whether_it_counts():
    last_day = re.compile(r'\[\[rule\.reading\]\]\nid = "last_day"\n(?:\w+ = .*\n)+')
    for op, outcome in (("<=", FAILS), ("<", PASSES)):
        law = last_day.sub("", LAW.replace('op = "<="\nvalue = 5', f'op = "{op}"\nvalue = 5'))
        rule = parse_policy(law, COUNTY).rule("NX-EX3")
        facts = surroundings([street(30, 10, delivered=date(2021, 12, 1))]).facts
        assert road_outcomes(rule, facts, date(2026, 12, 1), np.array([0])).tolist() == [outcome]


def test_unknown_county():
    with pytest.raises(BadInputError) as error:
        load_policy("../neixiang")
    assert error.value.faults[0].code == "policy.unknown"
    assert "neixiang" in error.value.faults[0].mend_en


def test_a_key_given_twice_is_refused_with_both_lines():
    law = LAW.replace("value = 15\n", "value = 15\nvalue = 20\n")
    (fault,) = refused(law)
    line = line_of(law, "value = 20")
    assert fault.code == "policy.duplicate_key"
    assert fault.file == f"neixiang/policy.toml:{line}"
    assert f"line {line - 1}" in fault.en


def test_a_table_given_twice_is_refused():
    fault = refused(county=COUNTY + "\n[accuracy_m]\nsurveyed = 1\n")[0]
    assert fault.code == "policy.duplicate_key"
    assert fault.file.startswith("neixiang/county.toml:")


def test_what_is_no_toml_is_refused_with_its_line():
    (fault,) = refused("id = 1\nnonsense\n")
    assert (fault.code, fault.file) == ("policy.not_toml", "neixiang/policy.toml:2")


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ('unit = "m2"', 'unit = "ha"', "policy.unit", 'unit = "ha"'),
        ('unit = "year"\ndocument', "document", "policy.missing", "[[rule]]"),
        ('clause = "三"', 'clause = ""', "policy.missing", 'clause = ""'),
        ('quote = "不含城市主干道"', 'quote = " "', "policy.missing", 'quote = " "'),
        ('op = "<="\nvalue = 200', 'op = "≤"\nvalue = 200', "policy.unknown_word", "≤"),
        ("value = 200", 'value = "200"', "policy.type", 'value = "200"'),
        ("value = 200", "value = -1", "policy.value", "value = -1"),
        ("value = 200", "value = inf", "policy.value", "value = inf"),
        ("value = 200", "value = true", "policy.type", "value = true"),
        ('value = ["arterial"]', 'value = ["main road"]', "policy.unknown_word", "main road"),
        ('value = ["arterial"]', "value = []", "policy.value", "value = []"),
        ('id = "NX-TH2"', 'id = "NX-TH1"', "policy.duplicate_rule", None),
        ('kind = "blank"', 'kind = "wish"', "policy.unknown_word", "wish"),
        ('quantity = "length_m"', 'quantity = "road_class"', "policy.unknown_word", None),
        ("valid_from = 2022-12-01", 'valid_from = "2022"', "policy.type", None),
        ("valid_from = 2022-12-01", "valid_from = 2022-12-01\nvalid_to = 2022-01-01", "policy.dates", None),
        ('kind = "blank"', 'kind = "blank"\ncolour = "red"', "policy.unknown_key", "colour"),
        ('id = "last_day"', 'id = "first_day"', "policy.unknown_word", "first_day"),
        ('other = "each"', 'other = "sum"', "policy.reading", None),
        ('op = "<="\nvalue = 5', 'op = "<"\nvalue = 5', "policy.reading", None),
        ('taken = "protected"\nother = "free"', 'taken = "free"\nother = "protected"', "policy.reading", None),
        ('verdict = "special_approval"', 'verdict = "no"', "policy.unknown_word", None),
        ("within_months = 12", "", "policy.missing", "[together]"),
        ('unknown_start = "together"', 'unknown_start = "?"', "policy.unknown_word", "?"),
        ("title = ", "titel = ", "policy.unknown_key", "titel"),
    ],
)  # fmt: skip
def test_what_is_unclear_is_refused_with_file_and_line(old, new, code, at):
    assert old in LAW
    law = LAW.replace(old, new, 1)
    faults = [fault for fault in refused(law) if fault.code == code]
    assert faults
    assert re.fullmatch(r"neixiang/policy\.toml(:\d+)?", faults[0].file)
    if at and at != "[[rule]]":
        assert faults[0].file == f"neixiang/policy.toml:{line_of(law, at)}"


def test_a_blank_holds_no_value():
    law = LAW.replace('quantity = "along_m"\n', 'quantity = "along_m"\nop = "<="\nvalue = 3\nunit = "m"\n')
    assert {fault.code for fault in refused(law)} == {"policy.value"}
    assert len(refused(law)) == 3


def test_all_faults_of_both_files_come_at_once():
    law = LAW.replace('unit = "m2"', 'unit = "ha"').replace('clause = "三"', "clause = 3")
    county = COUNTY.replace("surveyed = 0.05", "surveyed = -1").replace("gas = 0.7\n", "")
    faults = refused(law, county)
    assert [fault.code for fault in faults] == ["policy.type", "policy.unit", "policy.missing", "policy.value"]
    assert [fault.file.split(":")[0] for fault in faults] == ["neixiang/policy.toml"] * 2 + ["neixiang/county.toml"] * 2


def test_county_defaults_are_stated_with_their_source():
    defaults = load_policy("neixiang").defaults
    assert set(defaults.accuracy_m) == set(defaults.accuracy_source)
    assert dict(defaults.accuracy_m) == {
        "surveyed": 0.05, "typed": 0.01, "imported": 0.02, "drawn": 0.50, "roads": 0.02, "greens": 0.02,
    }  # fmt: skip
    assert dict(defaults.working_width_m) == {key: utility.trench_width_m for key, utility in UTILITIES.items()}
    assert load_policy("neixiang").grid == "EPSG:4546"
    with pytest.raises(TypeError):
        defaults.accuracy_m["surveyed"] = 1.0


def test_a_limit_is_a_number():
    policy = load_policy("neixiang")
    with pytest.raises(TypeError):
        policy.rule("NX-EX1").limit  # noqa: B018 - reading it is the test
    with pytest.raises(KeyError):
        policy.rule("NX-TH9")
