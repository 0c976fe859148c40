"""The loader of a county's procedure: what it refuses, where, and all at once; and which time applies."""

import re
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.faults import BadInputError
from survey.policies import FACTS, load_policy, parse_policy, read_policy
from survey.policies.loader import PROCEDURE
from survey.utilities import UTILITIES

FOLDER = files("survey.policies") / "wuzhi"
TEXTS = {name: (FOLDER / name).read_text("utf-8") for name in ("policy.toml", "county.toml", *PROCEDURE)}
ON = date(2026, 12, 1)
#: Keys that some table of the five files may leave out.
OPTIONAL = {
    "same_day", "start", "unit", "text_zh", "text_en", "required", "check", "optional", "utility", "measures", "form",
    "departments_most", "departments_least", "start_event", "end_event", "stage", "departments", "options_en",
    "applied_by", "by_commitment", "until", "items",
}  # fmt: skip


def parsed(texts):
    more = {name: text for name, text in texts.items() if name in PROCEDURE}
    return parse_policy(texts["policy.toml"], texts["county.toml"], more, place="wuzhi")


def refused(**changed):
    texts = TEXTS | {f"{name}.toml": text for name, text in changed.items()}
    with pytest.raises(BadInputError) as error:
        parsed(texts)
    return error.value.faults


def test_the_texts_are_read_as_the_folder_is():
    assert parsed(TEXTS) == load_policy("wuzhi") == read_policy(FOLDER)


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("stages", 'lead = ["utilities"]', 'lead = ["ministry"]', "policy.unknown_word"),
        ("stages", 'start_event = "construction_permit_accepted"\n', "", "policy.no_event"),
        ("stages", 'start_event = "survey_done"', 'start_event = "sunrise"', "policy.unknown_word"),
        ("stages", 'limit = 0.5\nunit = "working_day"', 'limit = 0.5\nunit = "day"', "policy.unit"),
        ("stages", 'limit = 0.5\nunit = "working_day"', 'limit = 0.3\nunit = "working_day"', "policy.value"),
        ("stages", 'limit = 0.5\nunit = "working_day"', 'limit = -1\nunit = "working_day"', "policy.value"),
        ("stages", 'limit = 0.5\nunit = "working_day"', 'limit = inf\nunit = "working_day"', "policy.value"),
        ("stages", 'limit = 0.5\nunit = "working_day"', "limit = 0.5", "policy.missing"),
        ("stages", 'confidence = "blank"', 'confidence = "stated"', "policy.value"),
        ("stages", 'confidence = "stated"', 'confidence = "blank"', "policy.value"),
        ("stages", 'key = "supplement"', 'key = "nap"', "policy.unknown_word"),
        ("stages", 'clause = "三(一)2"', 'clause = ""', "policy.missing"),
        ("stages", 'clause = "三(一)2"\n', "", "policy.missing"),
        ("stages", 'id = "WZ-ST3"', 'id = "WZ-ST1"', "policy.duplicate_rule"),
        ("stages", 'id = "WZ-ST3"', 'id = "WZ-UT1"', "policy.duplicate_rule"),
        ("stages", "departments_least = 3", "departments_least = 0", "policy.value"),
        ("stages", "valid_from = 2023-06-28", "", "policy.missing"),
        ("approvals", 'departments = ["police"]', 'departments = ["sheriff"]', "policy.unknown_word"),
        ("approvals", 'item = "green"', 'item = "blue"', "policy.unknown_word"),
        ("approvals", 'quantity = "green_taken"', 'quantity = "length_m"', "policy.unknown_word"),
        ("departments", 'key = "police"', 'key = "housing"', "policy.duplicate_rule"),
        ("departments", 'kind = "group"', 'kind = "club"', "policy.unknown_word"),
        ("form", 'unit = "平方米"', 'unit = "英亩"', "policy.unknown_word"),
        ("form", 'type = "number"\nquote = "建筑面积"', 'type = "text"\nquote = "建筑面积"', "policy.unit"),
        ("form", 'type = "choice"', 'type = "text"', "policy.value"),
        ("form", 'options_en = ["heated", "not heated"]', 'options_en = ["heated"]', "policy.value"),
        ("form", 'attached = "yes"', 'attached = "no"', "policy.value"),
        ("form", 'key = "water.meters_other"', 'key = "water.meters"', "policy.duplicate_rule"),
        ("form", 'group = "heat"', 'group = "cold"', "policy.unknown_word"),
        ("conduct", 'measures = ["bulletin"]', 'measures = ["suspend_commitment"]', "policy.value"),
        ("conduct", 'stage = "supplement"', 'stage = "nap"', "policy.unknown_word"),
        ("conduct", 'kind = "rating"', 'kind = "penalty"', "policy.missing"),
        ("conduct", 'kind = "rating"', 'kind = "tacit_consent"', "policy.missing"),
        ("conduct", 'kind = "rating"', 'kind = "rating"\nvalue = 5\nunit = "stars"', "policy.unit"),
        ("conduct", 'kind = "rating"', 'kind = "rating"\nvalue = 5', "policy.missing"),
        ("conduct", 'kind = "rating"', 'kind = "rating"\nvalid_to = 2020-01-01', "policy.dates"),
        ("policy", 'kind = "basis"', 'kind = "blank"', "policy.no_basis"),
    ],
)  # fmt: skip
def test_what_is_unclear_is_refused_with_file_and_line(name, old, new, code):
    text = TEXTS[f"{name}.toml"]
    assert old in text
    faults = [fault for fault in refused(**{name: text.replace(old, new, 1)}) if fault.code == code]
    assert faults
    assert re.fullmatch(rf"wuzhi/{name}\.toml(:\d+)?", faults[0].file)
    assert faults[0].zh != faults[0].en


def test_all_faults_of_all_files_come_at_once():
    changed = {
        "stages": TEXTS["stages.toml"].replace('"working_day"', '"fortnight"', 1).replace('"survey_done"', '"dusk"', 1),
        "approvals": TEXTS["approvals.toml"].replace('["police"]', '["sheriff"]'),
        "form": TEXTS["form.toml"] + "\nnonsense\n",
        "conduct": TEXTS["conduct.toml"].replace('kind = "rating"', 'kind = "rating"\nkind = "fee"'),
        "policy": TEXTS["policy.toml"].replace('unit = "kV"', 'unit = "V"'),
    }
    found = [(fault.file.split(":")[0].split("/")[1], fault.code) for fault in refused(**changed)]
    assert found == [
        ("policy.toml", "policy.unit"),
        ("stages.toml", "policy.unit"),
        ("stages.toml", "policy.unknown_word"),
        ("approvals.toml", "policy.unknown_word"),
        ("form.toml", "policy.not_toml"),
        ("conduct.toml", "policy.duplicate_key"),
    ]


LINES = [
    (name, number)
    for name in PROCEDURE
    for number, line in enumerate(TEXTS[name].splitlines())
    if re.match(r"\w+ = ", line)
]


@settings(deadline=None, max_examples=40)  # each example parses five files
@given(st.sampled_from(LINES))
def test_no_key_may_be_given_twice_nor_a_needed_one_left_out(where):
    name, number = where
    lines = TEXTS[name].splitlines()
    twice = "\n".join([*lines[: number + 1], *lines[number:]])
    (fault,) = refused(**{name.removesuffix(".toml"): twice})
    assert (fault.code, fault.file) == ("policy.duplicate_key", f"wuzhi/{name}:{number + 2}")
    if lines[number].split(" =")[0] not in OPTIONAL:
        without = "\n".join(lines[:number] + lines[number + 1 :])
        found = refused(**{name.removesuffix(".toml"): without})
        assert f"wuzhi/{name}" in {fault.file.split(":")[0] for fault in found}


def test_what_is_not_entered_is_empty():
    bare = parse_policy(TEXTS["policy.toml"], TEXTS["county.toml"])
    assert (bare.stages, bare.approvals, bare.forms, bare.provisions, bare.departments) == ((), (), (), (), ())


# ------------------------------------------------------------------------------------------------ which time applies


@pytest.mark.parametrize(("departments", "half_days", "rule"), [(1, 4, "WZ-ST4"), (2, 2, "WZ-ST4a"), (5, 4, None)])
def test_parallel_approval_of_wuzhi_by_number_of_departments(departments, half_days, rule):
    first = load_policy("wuzhi").stages_for("parallel_approval", ON, departments=departments)[0]
    assert first.half_days == half_days
    assert rule in (None, first.id)


def test_a_plan_of_huaibei_by_utility():
    plan = {u: load_policy("huaibei").stages_for("design_plan", ON, utility=u) for u in ("water", "power", "heat")}
    assert [(s.same_day, s.half_days) for s in plan["water"]] == [(True, 0)]
    assert [(s.same_day, s.half_days) for s in plan["power"]] == [(False, 10)]
    assert plan["heat"] == ()


def test_a_connection_of_chibi_where_the_mains_are_laid():
    chibi = load_policy("chibi")
    assert [s.id for s in chibi.stages_for("connection", ON)] == ["CB-ST6"]
    assert [s.id for s in chibi.stages_for("connection", ON, facts={"prelaid"})] == ["CB-ST6b", "CB-ST6"]


def test_a_major_impact_lifts_the_working_day_of_jiyuan():
    jiyuan = load_policy("jiyuan")
    assert [s.half_days for s in jiyuan.stages_for("parallel_approval", ON)] == [2]
    assert jiyuan.stages_for("parallel_approval", ON, facts={"major_impact"}) == ()


def test_neixiang_the_same_day_goes_before_one_working_day():
    found = load_policy("neixiang").stages_for("parallel_approval", ON)
    assert [(s.id, s.same_day) for s in found] == [("NX-ST3b", True), ("NX-ST3", False)]


def test_before_the_document_no_stage_is_in_force():
    assert load_policy("wuzhi").stages_for("acceptance", date(2023, 6, 27)) == ()


@given(
    st.sampled_from(["chibi", "huaibei", "jiyuan", "neixiang", "wuzhi"]),
    st.one_of(st.none(), st.integers(1, 9)),
    st.one_of(st.none(), st.sampled_from(sorted(UTILITIES))),
    st.sets(st.sampled_from(sorted(FACTS))),
)
def test_the_strictest_time_comes_first_and_none_is_lost(county, departments, utility, facts):
    policy = load_policy(county)
    asked = {"departments": departments, "utility": utility, "facts": facts}
    for key in {stage.key for stage in policy.stages}:
        found = policy.stages_for(key, ON, **asked)
        assert [s.strictness for s in found] == sorted(s.strictness for s in found)
        always = {s.id for s in policy.stages if s.key == key and s.condition is None}
        assert always <= {s.id for s in found}


# -------------------------------------------------------------------------------------------------- a sixth county


def test_a_sixth_county_is_a_folder():
    policy = read_policy(Path(__file__).parent / "sixth_county/yichuan")
    assert policy.document == "伊发改运行[2022]13号"
    assert [(r.quantity, r.op, r.limit) for r in policy.rules if r.unit not in ("", "utility")] == [
        ("voltage_kv", "<", 35.0), ("length_m", "<=", 200.0), ("green_m2", "<=", 15.0),
    ]  # fmt: skip
    assert [p.kind for p in policy.provisions] == ["mode", "mode"]
    assert policy.stages == ()
