"""A filled form is held against exactly the county's fields, units and options; every fault is told at once."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.faults import BadInputError
from survey.forms import BOUNDS, fault_of, fill, main_form, private_fields, read_bounds, wanted_utilities
from survey.forms.reading import is_blank, plain_text
from survey.policies import load_policy
from survey.policies.forms import FIELD_UNITS

COUNTIES = ("chibi", "huaibei", "jiyuan", "neixiang", "wuzhi")
ON = date(2026, 12, 1)
FORMS = [form for county in COUNTIES for form in load_policy(county).forms]
ATTACHED = [form for form in FORMS if form.attached]
WUZHI = main_form(load_policy("wuzhi"))
CHIBI = main_form(load_policy("chibi"))
HUAIBEI = main_form(load_policy("huaibei"))
LETTER = main_form(load_policy("chibi"), "CB-FM3")
ID_NUMBER = "11010519491231002X"

OFFICIAL = {"credit_code": "91340122MA2MXMLJX5", "id_number": ID_NUMBER, "phone": "13800138000"}
RIGHT = {
    "text": "甲", "select": "相山区", "integer": 3, "number": 2.5, "number_or_text": "全覆盖",
    "date": "2026-12-01", "tick": True,
}  # fmt: skip


def right_value(field):
    if field.check:
        return OFFICIAL[field.check]
    if field.options:
        return field.options[0].zh if field.type == "choice" else [option.zh for option in field.options]
    return RIGHT[field.type]


def full(form):
    return {field.key: right_value(field) for field in form.fields if field.type in RIGHT or field.options}


def faults(form, values, **kwargs):
    with pytest.raises(BadInputError) as caught:
        fill(form, values, **kwargs)
    return {(fault.code, fault.field) for fault in caught.value.faults}


@pytest.mark.parametrize("form", ATTACHED, ids=lambda form: form.id)
def test_every_field_of_every_form_takes_a_right_entry_and_gives_it_again(form):
    filled = fill(form, full(form), on=ON)
    assert list(filled.entries) == [field.key for field in form.fields if field.type in RIGHT or field.options]
    again = fill(form, json.loads(json.dumps(filled.as_dict(full_numbers=True))), on=ON)
    assert dict(again.entries) == dict(filled.entries)


def test_the_five_counties_have_their_92_fields_and_5_of_them_are_forms_not_attached():
    assert sum(len(form.fields) or 1 for form in FORMS) == 92
    assert [form.id for form in FORMS if not form.attached] == ["HB-FM1", "JY-FM1", "NX-FM1", "NX-FM2", "NX-FM3"]


@pytest.mark.parametrize("form", [form for form in FORMS if not form.attached], ids=lambda form: form.id)
def test_a_form_that_is_not_attached_takes_nothing(form):
    assert dict(fill(form, {}).entries) == {}
    assert faults(form, {"basic.applicant": "甲"}) == {("form.not_attached", "basic.applicant")}


@pytest.mark.parametrize("form", ATTACHED, ids=lambda form: form.id)
def test_only_what_the_document_marks_is_required(form):
    required = {field.key for field in form.fields if field.required}
    if required:
        assert faults(form, {}) == {("form.required", key) for key in required}
    else:
        assert dict(fill(form, {}).entries) == {}
    assert dict(fill(form, {}, draft=True).entries) == {}
    assert fill(form, {}, draft=True).draft


def test_only_huaibei_marks_fields_as_required_and_leaves_two_open():
    assert {form.id for form in ATTACHED if any(f.required for f in form.fields)} == {"HB-FM2"}
    assert [f.key for f in HUAIBEI.fields if not f.required] == ["basic.remark", "basic.by_agent"]


def test_every_fault_is_told_at_once_with_field_value_and_mend():
    values = {
        "basic.applicant": "甲" * 501, "basic.credit_code": "91340122MA2MXMLJX6",
        "basic.id_number": "110105194912310021",
        "basic.phone": "12", "water.wanted": "也许", "water.meters": "三只", "power.category": ["工业", "航天"],
        "power.capacity_main": -1, "heat.courtyard_pipes": ["已自建", "未自建"], "heat.remark": "甲",
        "telecom.buildings": 2.5, "water.metres": 3,
    }  # fmt: skip
    with pytest.raises(BadInputError) as caught:
        fill(WUZHI, values)
    found = caught.value.faults
    assert {(fault.code, fault.field) for fault in found} >= {
        ("form.too_long", "basic.applicant"), ("credit_code.check", "basic.credit_code"),
        ("id_number.check", "basic.id_number"), ("phone.form", "basic.phone"), ("form.not_a_tick", "water.wanted"),
        ("form.not_a_number", "water.meters"), ("form.no_such_option", "power.category"),
        ("form.out_of_bounds", "power.capacity_main"), ("form.one_only", "heat.courtyard_pipes"),
        ("form.printed", "heat.remark"), ("form.not_whole", "telecom.buildings"),
        ("form.unknown_field", "water.metres"),
    }  # fmt: skip
    assert all(fault.zh and fault.en and fault.mend_zh and fault.mend_en for fault in found)
    assert not any("110105194912310021" in fault.sentence(language) for fault in found for language in ("zh", "en"))
    assert next(fault for fault in found if fault.field == "water.metres").mend_zh == "是否为 water.meters"


@pytest.mark.parametrize("entry", ["三只", -1])
def test_units_are_told_in_the_language_of_the_sentence(entry):
    with pytest.raises(BadInputError) as caught:
        fill(WUZHI, {"water.meters": entry})
    [fault] = caught.value.faults
    assert "只" in f"{fault.zh}{fault.mend_zh}".replace("只写", "")
    assert "meters" in f"{fault.en}{fault.mend_en}".replace(WUZHI.field("water.meters").label_en, "")
    assert "只" not in f"{fault.en}{fault.mend_en}"


@pytest.mark.parametrize(
    ("given", "kept"),
    [(" １，２３４．５ ", 1234.5), ("12", 12), (12.0, 12), ("0", 0), ("+3", 3), ("234,567.5", 234567.5),
     ("1e3", None), ("1,23", None),
     (float("nan"), None), (float("inf"), None), (True, None), ([3], None), ("三", None), (10**400, None),
     ("９" * 400, None)],
)  # fmt: skip
def test_numbers(given, kept):
    field = CHIBI.field("water.demand")
    if kept is None:
        assert fault_of(field, given) is not None
    else:
        assert fill(CHIBI, {field.key: given}).entries == {field.key: kept}


@pytest.mark.parametrize(
    ("given", "kept"),
    [("2026-12-01", "2026-12-01"), ("2026年12月1日", "2026-12-01"), ("２０２６／１２／１", None),
     ("2026/12/1", "2026-12-01"),
     ("20261201", "2026-12-01"), (date(2026, 12, 1), "2026-12-01"), ("2026-02-29", None), ("2028-02-29", "2028-02-29"),
     ("12-01", None), (20261201, None), ("1999-12-31", None), ("明天", None)],
)  # fmt: skip
def test_dates(given, kept):
    if kept is None:
        assert fault_of(CHIBI.field("basic.survey_day"), given) is not None
    else:
        assert fill(CHIBI, {"basic.survey_day": given}).entries == {"basic.survey_day": kept}


def test_options_are_taken_in_either_language_and_kept_in_the_order_of_the_form():
    filled = fill(CHIBI, {"basic.wanted": ["gas", "用水报装", "用水报装"], "network.operators": "广电（楚天视讯）"})
    assert filled.entries["basic.wanted"] == ("用水报装", "用气报装")
    assert filled.entries["network.operators"] == ("广电(楚天视讯)",)
    assert fill(CHIBI, {"water.business": ["增容"]}).entries["water.business"] == "增容"


def test_entries_of_a_group_that_is_not_ticked_are_told_and_a_draft_may_have_them():
    assert faults(WUZHI, {"power.capacity_main": 315}) == {("form.not_ticked", "power.wanted")}
    assert faults(WUZHI, {"power.capacity_main": 315, "power.wanted": False}) == {("form.not_ticked", "power.wanted")}
    assert fill(WUZHI, {"power.capacity_main": 315}, draft=True).entries == {"power.capacity_main": 315}
    assert fill(WUZHI, {"power.capacity_main": 315, "power.wanted": True}).entries["power.capacity_main"] == 315


def test_a_draft_is_right_in_what_it_has():
    assert faults(HUAIBEI, {"basic.phone": "1"}, draft=True) == {("phone.form", "basic.phone")}


def test_works_end_after_they_begin():
    dates = {"commitment.works_from": "2026-12-02", "commitment.works_to": "2026-12-01"}
    assert faults(LETTER, dates) == {("form.dates_reversed", "commitment.works_to")}
    assert fill(LETTER, dates | {"commitment.works_to": "2026-12-02"}).entries


def test_a_signature_is_not_typed():
    assert faults(LETTER, {"commitment.signature": "甲"}) == {("form.signed_on_paper", "commitment.signature")}


def test_identity_numbers_leave_masked_unless_asked_for():
    filled = fill(WUZHI, {"basic.id_number": "110105 19491231 002x"})
    assert filled.entries["basic.id_number"] == ID_NUMBER
    assert filled.as_dict()["basic.id_number"] == "110***********002X"
    assert filled.as_dict(full_numbers=True)["basic.id_number"] == ID_NUMBER
    assert private_fields(WUZHI) == {"basic.id_number"}


def test_utilities_wanted():
    ticked = {"water.wanted": True, "gas.wanted": False, "broadcast.wanted": True, "broadcast.bandwidth": 3}
    assert wanted_utilities(fill(WUZHI, ticked)) == ("water", "broadcast")
    everything = [option.zh for option in CHIBI.field("basic.wanted").options]
    wanted = wanted_utilities(fill(CHIBI, {"basic.wanted": everything}))
    assert wanted == ("water", "power", "gas", "telecom", "broadcast")
    assert wanted_utilities(fill(HUAIBEI, full(HUAIBEI))) == ()


@pytest.mark.parametrize("values", [None, [], "甲", 3])
def test_what_is_no_form_at_all(values):
    assert faults(WUZHI, values) == {("form.not_a_mapping", None)}


def test_every_unit_that_a_form_may_print_has_a_bound():
    assert set(FIELD_UNITS) <= set(BOUNDS.units)
    assert fault_of(CHIBI.field("power.capacity"), 500001).code == "form.out_of_bounds"
    assert fault_of(CHIBI.field("power.capacity"), 500000) is None


@pytest.mark.parametrize(
    "text", ["", '[unit."只"]\nleast = 0', '[unit.""]\nleast = 2\nmost = 1\nwhy_zh = "甲"\nwhy_en = "a"',
             '[unit.""]\nleast = 0'],
)  # fmt: skip
def test_bounds_that_cannot_be_used_are_refused(text):
    with pytest.raises(ValueError, match=r"bounds\.toml"):
        read_bounds(text)


def test_a_form_that_the_county_does_not_have():
    with pytest.raises(BadInputError, match="no such form"):
        main_form(load_policy("wuzhi"), "CB-FM3")


@given(st.text())
def test_the_normal_form_of_a_text_is_its_own(text):
    once = plain_text(text)
    assert plain_text(once) == once
    assert is_blank(text) == (once == "")


def refused(form, values, draft):
    try:
        fill(form, values, draft=draft)
    except BadInputError as error:
        return error.faults
    return ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from([field.key for form in (WUZHI, CHIBI, HUAIBEI, LETTER) for field in form.fields]) | st.text(
    max_size=8
)


@settings(max_examples=300)
@given(st.sampled_from((WUZHI, CHIBI, HUAIBEI, LETTER)), st.dictionaries(KEYS, JSON, max_size=6), st.booleans())
def test_anything_is_taken_or_refused_with_faults_and_what_is_taken_stays_the_same(form, values, draft):
    told = refused(form, values, draft)
    if told:
        assert all(fault.sentence("zh") and fault.sentence("en") for fault in told)
        return
    filled = fill(form, values, draft=draft)
    again = fill(form, json.loads(json.dumps(filled.as_dict(full_numbers=True))), draft=draft)
    assert dict(again.entries) == dict(filled.entries)
