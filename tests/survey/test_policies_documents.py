"""Every rule and every form field of the five documents stands in the product, word for word."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from survey.policies import CONFIDENCE, EVENTS, STAGES, load_policy, policy_ids

COUNTIES = ("chibi", "huaibei", "jiyuan", "neixiang", "wuzhi")
HERE = Path(__file__).parent / "five_documents"
REFERENCE = Path(__file__).parents[3] / "shared/reference/policies"
CHINESE = re.compile("[\u4e00-\u9fff]")
ON = date(2026, 12, 1)
NOT_ATTACHED = "（字段未给出）"
#: Quoted elsewhere in the document, at the words that say which utilities are meant.
QUOTED_ELSEWHERE = {"NX-UT1", "JY-UT1"}


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def bare(text):
    """Blanks and line breaks of a document mean nothing, nor does the bold type of one of them."""
    return re.sub(r"\s|\*\*", "", text)


def entries(policy):
    return [*policy.rules, *policy.stages, *policy.approvals, *policy.forms, *policy.provisions]


RULES = rows(HERE / "rules.csv")
FIELDS = rows(HERE / "form_fields.csv")


def test_the_list_is_that_of_the_reference_where_it_is_at_hand():
    if not REFERENCE.is_dir():
        pytest.skip("the documents are not part of the repository")
    names = {"武陟": "wuzhi", "内乡": "neixiang", "赤壁": "chibi", "淮北": "huaibei", "济源": "jiyuan"}
    theirs = [(r["id"], names[r["doc"]], r["section"], r["value"], r["quote"]) for r in rows(REFERENCE / "rules.csv")]
    assert [tuple(r.values()) for r in RULES] == theirs
    keys = ("form", "group", "field", "type", "options", "unit", "required")
    theirs = [(names[r["doc"]], *(r[key] for key in keys)) for r in rows(REFERENCE / "form_fields.csv")]
    assert [tuple(r.values()) for r in FIELDS] == theirs
    assert (len(RULES), len(FIELDS)) == (186, 92)


def test_the_five_are_here():
    assert set(COUNTIES) <= set(policy_ids())


@pytest.mark.parametrize("county", COUNTIES)
def test_every_rule_of_the_document_is_found_by_its_id_with_its_words(county):
    found = {one.id: one for one in entries(load_policy(county))}
    listed = [row for row in RULES if row["county"] == county]
    assert listed
    assert {row["id"] for row in listed} <= set(found)
    for row in listed:
        ours, theirs = bare(found[row["id"]].quote), bare(row["quote"])
        assert bool(ours) >= bool(theirs), row["id"]
        assert ours in theirs or theirs in ours or row["id"] in QUOTED_ELSEWHERE, row["id"]


@pytest.mark.parametrize("county", COUNTIES)
def test_ids_are_unique_over_all_files(county):
    ids = [one.id for one in entries(load_policy(county)) if one not in load_policy(county).approvals]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("county", COUNTIES)
def test_every_quotation_stands_word_for_word_in_its_document(county):
    sources = list(REFERENCE.glob(f"{county}_*.txt"))
    if not sources:
        pytest.skip("the documents are not part of the repository")
    text = bare(sources[0].read_text("utf-8"))
    policy = load_policy(county)
    fields = [field for form in policy.forms for field in form.fields]
    for one in [*entries(policy), *policy.departments, *fields]:
        if getattr(one, "document", policy.document) == policy.document:
            assert bare(one.quote) in text, one
    for field in fields:
        for option in field.options:
            assert bare(option.zh) in text
        assert bare(field.unit) in text


@pytest.mark.parametrize("county", COUNTIES)
def test_every_value_says_where_it_was_read(county):
    policy = load_policy(county)
    for one in [*entries(policy), *policy.departments]:
        assert one.document
        assert one.clause
        assert CHINESE.search(one.evidence_zh)
        assert one.evidence_en
        assert not CHINESE.search(one.evidence_en.split("：")[0][:1])
        assert one.valid_from
        assert one.quote or one.kind == "blank"
        assert one.in_force(ON)


@pytest.mark.parametrize("county", COUNTIES)
def test_every_number_of_days_is_that_of_the_reference(county):
    stages = {stage.id: stage for stage in load_policy(county).stages}
    for row in RULES:
        if row["id"] in stages:
            stage = stages[row["id"]]
            assert (None if stage.half_days is None else stage.half_days / 2) == (
                float(row["value"]) if row["value"] else None
            ), row["id"]
            assert (stage.confidence == "blank") == (not row["value"])


@pytest.mark.parametrize("county", COUNTIES)
def test_a_stage_with_a_time_has_an_event_that_begins_it(county):
    for stage in load_policy(county).stages:
        assert stage.key in STAGES
        assert stage.confidence in CONFIDENCE
        if stage.timed:
            assert stage.start_event in EVENTS
            assert stage.end_event in EVENTS
        assert stage.half_days != 0 or stage.same_day  # at once is the same day at the latest


def test_what_is_read_from_a_diagram_says_so():
    medium = {stage.id for county in COUNTIES for stage in load_policy(county).stages if stage.confidence == "medium"}
    assert medium == {"CB-ST1", "CB-ST2", "CB-ST3"}
    for stage in load_policy("chibi").stages:
        assert ("中置信" in stage.evidence_zh) == (stage.id in medium)


TYPES = {
    "文本": "text", "整数": "integer", "数值": "number", "数值/文本": "number_or_text", "日期": "date", "勾选": "tick",
    "单选": "choice", "多选": "choices", "单/多选": "choice_or_choices", "选择": "select", "说明文字": "note",
    "固定条款": "clause", "签章": "signature",
}  # fmt: skip


def printed(row):
    return (row["group"].replace("(选填)", ""), row["field"], TYPES[row["type"]], row["options"], row["unit"],
            row["required"] == "*")  # fmt: skip


@pytest.mark.parametrize("county", COUNTIES)
def test_every_field_of_every_form_is_here_and_none_is_made_up(county):
    policy = load_policy(county)
    ours = [
        (
            next(g.name_zh for g in form.groups if g.key == field.group), field.label_zh, field.type,
            "|".join(option.zh for option in field.options), field.unit, bool(field.required),
        )
        for form in policy.forms for field in form.fields
    ]  # fmt: skip
    theirs = [row for row in FIELDS if row["county"] == county]
    assert ours == [printed(row) for row in theirs if row["field"] != NOT_ATTACHED]
    missing = [row for row in theirs if row["field"] == NOT_ATTACHED]
    assert len([form for form in policy.forms if not form.attached]) == len(missing)
    for form in policy.forms:
        assert form.attached == bool(form.fields)


def test_an_optional_group_asks_about_its_utility():
    form = load_policy("wuzhi").forms[0]
    asked = {group.key: group.utility for group in form.groups if group.optional}
    assert asked == {key: key for key in ("water", "power", "gas", "heat", "telecom", "broadcast")}
    assert form.field("water.meters").unit == "只"
    assert form.field("basic.credit_code").check == "credit_code"
    with pytest.raises(KeyError):
        form.field("water.nothing")


def provision(county, rule_id):
    return next(one for one in load_policy(county).provisions if one.id == rule_id)


def test_what_the_cases_will_act_on():
    suspended = provision("neixiang", "NX-SV2")
    assert (suspended.measures, suspended.value, suspended.unit, suspended.until, suspended.step) == (
        ("suspend_commitment",), 3.0, "month", "mended", 3,
    )  # fmt: skip
    ladder = sorted((p.step, *p.measures) for p in load_policy("neixiang").provisions if p.kind == "penalty")
    assert ladder == [(1, "rectify"), (2, "interview"), (3, "suspend_commitment")]
    silence = provision("jiyuan", "JY-TA1")
    assert (silence.stage, silence.measures) == ("design_review", ("no_objection",))
    assert [stage.half_days for stage in load_policy("jiyuan").stages_for("design_review", ON)] == [None]
    others = [p for c in COUNTIES for p in load_policy(c).provisions if p.kind == "tacit_consent"]
    assert others == [silence]  # of the five, one alone knows it, and not for a permission
    automatic = {a.item for c in COUNTIES for a in load_policy(c).approvals if a.applied_by == "system"}
    assert automatic == {"road_digging", "green"}
    assert provision("chibi", "CB-CO1").measures == ("free",)
    assert provision("chibi", "CB-SV2").measures == ("credit_record",)
    assert provision("wuzhi", "WZ-PM1").kind == "deficiency"
    assert provision("huaibei", "HB-FR1").kind == "first_responsibility"
    assert provision("huaibei", "HB-RL1").kind == "manager"
