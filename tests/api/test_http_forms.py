"""Forms and drafts over HTTP, on both stores: as printed, kept as typed, masked, filed once, lost never."""

from __future__ import annotations

import io
import json
import uuid
from contextlib import ExitStack

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from api.db import drafts
from api.db.records import County
from api.db.store import open_store
from api.db.tables import DRAFTS
from api.db.transfer import backup, restore
from survey.forms import main_form
from survey.policies import load_policy, policy_ids
from tests.api.conftest import NOW, running, settings_of, small_county
from tests.api.test_http_items import problem
from tests.conftest import STORES
from tests.postgis import fresh_database

DRAFTS_URL = "/api/drafts"
ID, HIDDEN = "11010519491231002X", "110***********002X"
ACTOR = {"name": "王窗口", "role": "coordinator", "department": ""}
GOOD = {"text": "文字", "select": "城区", "integer": 3, "number": 2.5, "number_or_text": "200 兆", "date": "2026-12-01",
        "tick": True}  # fmt: skip
CHECKED = {"credit_code": "91350100M000100Y43", "id_number": ID, "phone": "13800138000"}
WUZHI = {"basic.applicant": "怀川食品有限公司", "basic.id_number": ID, "water.wanted": True, "water.meters": 2}


@pytest.fixture(scope="module", params=STORES)
def served(request, tmp_path_factory):
    """Yield a client of a service whose county is 武陟, and its store, once over each kind."""
    folder = tmp_path_factory.mktemp("wuzhi")
    with ExitStack() as open_ones:
        url = f"sqlite:///{folder / 'store.db'}"
        if request.param == "postgis":
            url = open_ones.enter_context(fresh_database(request.getfixturevalue("postgis_server")))
        small_county(url, folder)
        store = open_ones.enter_context(open_store(url, folder))
        store.county = County("wuzhi", "武陟县", "Wuzhi", store.county.grid, "wuzhi")
        yield open_ones.enter_context(running(settings_of(url, folder))), store


@pytest.fixture
def stored(served):
    """Return the store without any draft; the cases of other tests stay."""
    with served[1].transaction() as connection:
        connection.execute(sa.delete(DRAFTS))
    return served[1]


@pytest.fixture
def wuzhi(served, stored):
    return served[0]


def entry_of(field):
    """Return an entry that fits a field, and how an answer shows it."""
    if field.options:
        return field.options[0].zh if field.type == "choice" else [field.options[0].zh]
    return CHECKED.get(field.check) or GOOD.get(field.type)


def begin(client, policy="wuzhi", values=None, **more):
    answer = client.post(DRAFTS_URL, json={"policy": policy, "values": values or {}, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def keep(client, draft, values, *, revision=None, **more):
    tag = {"If-Match": f'"{revision or draft["revision"]}"'}
    return client.put(f"{DRAFTS_URL}/{draft['id']}", json={"values": values, **more}, headers=tag)


def file(client, draft, **headers):
    headers = {"If-Match": f'"{draft["revision"]}"'} | headers
    return client.post(f"{DRAFTS_URL}/{draft['id']}/case", json={"actor": ACTOR}, headers=headers)


@pytest.mark.parametrize(("policy", "form"), [(p, f.id) for p in policy_ids() for f in load_policy(p).forms])
def test_every_field_of_every_form_is_answered_as_printed_and_comes_back(shared, policy, form):
    printed = main_form(load_policy(policy), form)
    told = shared.get(f"/api/forms/{policy}", params={"form": form}).json()
    fields = [field for group in told["groups"] for field in group["fields"]]
    assert [field["key"] for field in fields] == [field.key for field in printed.fields]
    assert told["attached"] is bool(fields) is printed.attached
    for shown, field in zip(fields, printed.fields, strict=True):
        assert (shown["zh"], shown["en"], shown["type"], shown["unit_zh"]) == (
            field.label_zh, field.label_en, field.type, field.unit
        )  # fmt: skip
        assert [one["zh"] for one in shown["options"]] == [one.zh for one in field.options]
        assert shown["required"] is (field.required is True)
        assert shown["filled_in"] is (field.type not in {"note", "clause", "signature"})
        assert shown["text_zh"] == field.text_zh
        assert not shown["unit_zh"] or shown["unit_en"]
    values = {field.key: entry_of(field) for field in printed.fields if entry_of(field) is not None}
    draft = begin(shared, policy, values, form=form)
    expected = {key: HIDDEN if value == ID else value for key, value in values.items()}
    assert shared.get(f"{DRAFTS_URL}/{draft['id']}").json()["values"] == expected
    assert draft["wrong"] == []
    assert draft["filled"] == draft["fields"] == len(values)
    drop = shared.delete(f"{DRAFTS_URL}/{draft['id']}", headers={"If-Match": '"1"'})
    assert drop.status_code == 204


def test_what_is_wrong_is_told_with_field_value_and_mend(shared):
    values = {
        "basic.credit_code": "91350100M000100Y44",
        "gas.households": "三",
        "basic.id_number": "110105194912310021",
    }
    told = shared.post("/api/forms/wuzhi/check", json={"values": values}).json()
    by_field = {fault["field"]: fault for fault in told["wrong"]}
    assert list(by_field) == ["basic.credit_code", "basic.id_number", "gas.households"]
    assert "统一社会信用代码" in by_field["basic.credit_code"]["zh"]
    assert all(fault["mend_zh"] and fault["mend_en"] for fault in told["wrong"])
    assert "110105194912310021" not in json.dumps(told)
    assert {fault["field"] for fault in told["missing"]} == {"basic.applicant", "filing.utilities"}
    empty = shared.post("/api/forms/huaibei/check", json={"values": {}}).json()
    assert (empty["required"], empty["required_filled"], empty["complete"]) == (8, 0, False)


def test_a_county_without_a_form_says_so_and_makes_up_no_field(shared):
    for policy in ("neixiang", "jiyuan"):
        assert shared.get(f"/api/forms/{policy}").json()["groups"] == []
    problem(shared.post("/api/forms/neixiang/check", json={"values": {"basic.phone": "1"}}), 422, "input.refused")
    problem(shared.get("/api/forms/atlantis"), 404, "resource.not_found")
    problem(shared.get("/api/forms/wuzhi", params={"form": "HB-FM2"}), 422, "input.refused")


def test_a_blank_form_is_printed(shared):
    for policy in policy_ids():
        answer = shared.get(f"/api/forms/{policy}/blank.pdf")
        assert answer.headers["content-type"] == "application/pdf"
        assert PdfReader(io.BytesIO(answer.content)).attachments["data.json"]


def test_an_identity_number_leaves_a_draft_in_its_print_only(wuzhi, stored):
    draft = begin(wuzhi, values=WUZHI)
    listed = wuzhi.get(DRAFTS_URL)
    shown = wuzhi.get(f"{DRAFTS_URL}/{draft['id']}")
    assert shown.json()["values"]["basic.id_number"] == HIDDEN
    changed = keep(wuzhi, draft, shown.json()["values"] | {"basic.agent": f"李 {ID}"})
    assert changed.status_code == 200, changed.text
    for answer in (listed, shown, changed):
        assert ID not in answer.text
    assert drafts.get(stored, "desk", draft["id"]).entries["basic.id_number"] == ID
    paper = wuzhi.get(f"{DRAFTS_URL}/{draft['id']}/paper.pdf")
    [data] = PdfReader(io.BytesIO(paper.content)).attachments["data.json"]
    assert ID in data.decode()
    assert paper.headers["cache-control"] == "no-store"
    wrong = keep(wuzhi, changed.json(), {"basic.id_number": "110105194912310021"}).json()
    assert wrong["wrong"][0]["field"] == "basic.id_number"
    assert "110105194912310021" not in json.dumps(wrong)
    problem(wuzhi.get(f"{DRAFTS_URL}/{draft['id']}/paper.pdf"), 422, "input.refused")


def test_the_later_of_two_windows_is_told(wuzhi):
    draft = begin(wuzhi, values={"basic.agent": "甲"})
    assert keep(wuzhi, draft, {"basic.agent": "乙"}).status_code == 200
    stale = keep(wuzhi, draft, {"basic.agent": "丙"})
    problem(stale, 412, "draft.stale")
    assert stale.json()["current"]["values"] == {"basic.agent": "乙"}
    assert stale.headers["etag"] == '"2"'
    problem(wuzhi.put(f"{DRAFTS_URL}/{draft['id']}", json={"values": {}}), 428, "condition.required")
    problem(wuzhi.delete(f"{DRAFTS_URL}/{draft['id']}", headers={"If-Match": '"1"'}), 412, "draft.stale")
    problem(file(wuzhi, draft), 422, "input.refused")


def test_a_draft_becomes_a_case_once_and_is_gone(wuzhi, stored):
    before = [one["id"] for one in wuzhi.get("/api/cases").json()["cases"]]
    draft = begin(wuzhi, values=WUZHI)
    key = uuid.uuid4().hex
    made = file(wuzhi, draft, **{"Idempotency-Key": key})
    assert made.status_code == 201, made.text
    case = made.json()
    assert (case["applicant"], case["form"]["basic.id_number"]) == ("怀川食品有限公司", HIDDEN)
    assert case["form"]["water.meters"] == 2
    again = file(wuzhi, draft, **{"Idempotency-Key": key})
    assert (again.status_code, again.json()["id"]) == (201, case["id"])
    problem(file(wuzhi, draft), 404, "resource.not_found")
    paper = wuzhi.get(f"/api/cases/{case['id']}/form.pdf")
    read = PdfReader(io.BytesIO(paper.content))
    assert ID in read.attachments["data.json"][0].decode()
    assert "怀川食品有限公司" in read.pages[0].extract_text()
    assert "草稿" not in read.pages[0].extract_text()  # it was handed in
    assert wuzhi.get(DRAFTS_URL).json()["drafts"] == []
    assert [one["id"] for one in wuzhi.get("/api/cases").json()["cases"]] == [*before, case["id"]]
    with stored.reading() as connection:
        first = sa.text("SELECT event FROM case_events WHERE seq = 1 AND stream = :case")
        [event] = connection.scalars(first, {"case": case["id"]})
    assert ID in event


def test_all_that_is_missing_is_told_and_the_draft_stays(wuzhi):
    values = {"water.meters": 2, "basic.phone": "12", "basic.id_number": ID}
    draft = begin(wuzhi, values=values, filing={"channel": "agent"})
    answer = file(wuzhi, draft)
    problem(answer, 422, "input.refused")
    told = [fault["field"] for fault in answer.json()["errors"]]
    assert told == ["basic.phone", "water.wanted", "basic.applicant", "filing.utilities", "filing.agent"]
    assert ID not in answer.text
    kept = wuzhi.get(f"{DRAFTS_URL}/{draft['id']}").json()
    assert kept["values"] == values | {"basic.id_number": HIDDEN}


def test_what_the_case_refuses_leaves_the_draft(wuzhi):
    draft = begin(wuzhi, values=WUZHI)
    body = {"actor": {"name": "赵", "role": "supervisor", "department": ""}}
    refused = wuzhi.post(f"{DRAFTS_URL}/{draft['id']}/case", json=body, headers={"If-Match": '"1"'})
    assert refused.status_code == 403, refused.text
    assert wuzhi.get(f"{DRAFTS_URL}/{draft['id']}").json()["revision"] == 1
    other = begin(wuzhi, "huaibei", {})
    problem(file(wuzhi, other), 422, "input.refused")


def test_a_county_without_a_form_files_what_the_case_needs(client):
    filing = {"channel": "online", "applicant": "甲公司", "address": "范蠡大街 1 号", "utilities": ["gas"]}
    draft = begin(client, "neixiang", filing=filing)
    assert draft["complete"]
    case = file(client, draft).json()
    assert (case["applicant"], case["form"]) == ("甲公司", {"basic.address": "范蠡大街 1 号"})
    problem(client.get(f"/api/cases/{case['id']}/form.pdf"), 404, "resource.not_found")


def test_another_owners_draft_is_not_there(wuzhi, stored):
    other = drafts.Draft("a" * 32, "somebody", "wuzhi", "WZ-FM1", 1, {}, {"basic.agent": "秘"}, NOW, NOW)
    drafts.create(stored, other)
    assert wuzhi.get(DRAFTS_URL).json()["drafts"] == []
    tag = {"If-Match": '"1"'}
    for answer in (
        wuzhi.get(f"{DRAFTS_URL}/{other.id}"),
        wuzhi.get(f"{DRAFTS_URL}/{other.id}/paper.pdf"),
        wuzhi.put(f"{DRAFTS_URL}/{other.id}", json={}, headers=tag),
        wuzhi.post(f"{DRAFTS_URL}/{other.id}/case", json={"actor": ACTOR}, headers=tag),
        wuzhi.delete(f"{DRAFTS_URL}/{other.id}", headers=tag),
    ):
        problem(answer, 404, "resource.not_found")
        assert "秘" not in answer.text
    assert drafts.get(stored, "somebody", other.id) == other


def test_nobody_fills_the_store_with_drafts(wuzhi, stored):
    with stored.transaction():
        for n in range(200):
            drafts.create(stored, drafts.Draft(f"{n:032x}", "desk", "wuzhi", "WZ-FM1", 1, {}, {}, NOW, NOW))
    answer = wuzhi.post(DRAFTS_URL, json={"policy": "wuzhi"})
    problem(answer, 422, "input.refused")
    assert answer.json()["errors"][0]["code"] == "draft.too_many"


def test_drafts_are_in_a_backup_and_are_verified(wuzhi, stored, tmp_path):
    draft = begin(wuzhi, values=WUZHI)
    backup(stored, tmp_path / "copy.db")
    with open_store(None, tmp_path / "other") as other:
        restore(tmp_path / "copy.db", other)
        assert drafts.of_owner(other, "desk") == drafts.of_owner(stored, "desk")
        assert other.verify() == []
        with other.transaction() as connection:
            connection.execute(sa.update(DRAFTS).values(entries=[]))
        [fault] = other.verify()
        assert (fault.code, fault.feature) == ("store.draft", draft["id"])


ENTRIES = st.dictionaries(
    st.sampled_from(["basic.applicant", "basic.id_number", "basic.phone", "water.meters", "water.wanted", "nobody"]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | st.lists(st.text(max_size=5)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=ENTRIES)
def test_any_entries_are_kept_or_refused_and_come_back_as_they_are_shown(shared, values):
    body = json.dumps({"policy": "wuzhi", "values": values}).encode("utf-8", "surrogatepass")
    answer = shared.post(DRAFTS_URL, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {201, 400, 422}, answer.text
    if answer.status_code != 201:
        return
    draft = answer.json()
    again = keep(shared, draft, draft["values"])
    assert again.json()["values"] == draft["values"]
    assert (again.json()["wrong"], again.json()["entries"]) == (draft["wrong"], draft["entries"])
    assert shared.delete(f"{DRAFTS_URL}/{draft['id']}", headers={"If-Match": '"2"'}).status_code == 204
