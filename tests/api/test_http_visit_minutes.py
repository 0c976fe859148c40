"""Minutes of a visit over HTTP: a draft until they are issued, kept as issued, told to the cases in one transaction."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from api.db import visit_minutes
from api.db.store import open_store
from api.db.visit_minutes import StoredMinutes
from api.identity.people import People
from tests.api.conftest import NOW, X0, Y0, running, settings_of, small_county
from tests.api.identity.moments import PASSWORD
from tests.api.test_http_cases import act as act_on_case
from tests.api.test_http_doors import as_one
from tests.api.test_http_surveyed import put
from tests.maps.a_visit import picture, signature
from tests.maps.test_visit_minutes import docx_text, pdf_text

WINDOW, OFFICE = {"name": "王窗口", "role": "coordinator"}, {"name": "王主任", "role": "coordinator"}


@pytest.fixture
def wuzhi(database_url, tmp_path):
    """Yield a client of the county of Wuzhi, whose document has the plan of the survey published in half a day."""
    small_county(database_url, tmp_path)
    with open_store(database_url, tmp_path) as store:
        store.county = replace(store.county, id="wuzhi", name_zh="武陟县", name_en="Wuzhi", policy="wuzhi")
    with running(settings_of(database_url, tmp_path)) as client:
        yield client


def accepted(client, applicant="甲公司"):
    wanted = [{"utility": "gas", "operator": "燃气公司"}]
    data = {"channel": "online", "applicant": applicant, "form": {}, "utilities": wanted}
    body = {"kind": "file_application", "actor": {"name": "甲", "role": "applicant"}, "data": data}
    made = client.post("/api/cases", json=body)
    assert made.status_code == 201, made.text
    case = made.json()["id"]
    act_on_case(client, case, "accept", WINDOW, manager="李经理")
    return case


def visit(client, *cases):
    place = {"x": X0 + 60, "y": Y0, "name": "路口"}
    asked = {"title": "燃气接入踏勘", "crs": "grid", "cases": list(cases), "keep": list(cases),
             "add": [place | {"case": case} for case in cases] or [place]}  # fmt: skip
    made = client.post("/api/visits", json=asked)
    assert made.status_code == 201, made.text
    return made.json()


def command(client, name, kind, **data):
    told = client.post(f"/api/visits/{name}/commands", json={"kind": kind, "actor": OFFICE, "data": data})
    assert told.status_code == 200, told.text
    return told.json()


def enter(client, name, *entries):
    told = client.post(f"/api/visits/{name}/entries", json={"entries": list(entries)})
    assert told.status_code == 200, told.text
    assert [one["taken"] for one in told.json()["entries"]] == [True] * len(entries), told.text


def answer(item, number="a1", outcome="ok", **more):
    said = {"id": number, "item": item, "outcome": outcome, "taken_at": "2026-12-01T09:30:00+08:00", **more}
    return {"id": f"e-{number}", "kind": "answer_item", "data": {"answer": said}}


def held(client, *cases, note="管位清楚"):
    made = visit(client, *cases)
    name = made["id"]
    [stop] = made["stops"]
    for number, content in (("p1", picture("#7a6a4f")), ("s1", signature())):
        assert client.put(f"/api/visits/{name}/pictures/{number}", content=content).status_code == 201
    command(client, name, "invite_visit")
    came = [{"name": "赵工", "organisation": "燃气公司", "key": ""}, {"name": "钱师傅", "organisation": "", "key": ""}]
    command(client, name, "hold_visit", present=came)
    signed = {"id": "e-s", "kind": "sign_visit", "data": {
        "who": {"name": "赵工", "organisation": "燃气公司", "key": ""}, "picture": "s1"}}  # fmt: skip
    enter(client, name, answer(stop["items"][0]["id"], note=note, photos=["p1"]), signed)
    put(client, name)
    return name, stop["items"]


def minutes(client, name):
    told = client.get(f"/api/visits/{name}/minutes")
    assert told.status_code == 200, told.text
    return told.json()


def issue(client, name, status=201, headers=None, **body):
    told = client.post(f"/api/visits/{name}/minutes", json={"actor": OFFICE, **body}, headers=headers or {})
    assert told.status_code == status, told.text
    return told.json()


def test_minutes_are_a_draft_then_kept_as_issued_then_issued_again(client):
    name, items = held(client)
    draft = client.get(f"/api/visits/{name}/minutes.pdf")
    assert draft.headers["content-type"] == "application/pdf"
    assert "草稿，未印发" in pdf_text(draft.content)
    assert minutes(client, name)["issued"] == []
    tasks = {items[0]["id"]: {"who": "燃气公司", "by": "2026-12-04"}}
    told = issue(client, name, number="内联踏纪〔2026〕1号", tasks=tasks)
    [first] = told["issued"]
    assert (first["issue"], first["number"], told["state"]) == (1, "内联踏纪〔2026〕1号", "minuted")
    pdf = client.get(f"/api/visits/{name}/minutes.pdf").content
    said = pdf_text(pdf)
    for words in ("内联踏纪〔2026〕1号", "燃气接入踏勘", "赵工", "管位清楚", "G1", "最大偏差"):
        assert words in said
    assert "管位清楚" in docx_text(client.get(f"/api/visits/{name}/minutes.docx").content)
    assert "Minutes of the joint survey" in PdfReader(io.BytesIO(
        client.get(f"/api/visits/{name}/minutes.pdf", params={"language": "en"}).content)).metadata.title  # fmt: skip

    enter(client, name, answer(items[0]["id"], "a2", "not_ok", note="另见渗漏"))
    assert client.get(f"/api/visits/{name}/minutes.pdf").content == pdf  # as it was signed
    assert minutes(client, name)["late"] == 1
    told = issue(client, name)
    assert [one["issue"] for one in told["issued"]] == [1, 2]
    said = pdf_text(client.get(f"/api/visits/{name}/minutes.pdf").content)
    assert "第2次印发，替代内联踏纪〔2026〕1号：补入此后收到的1条现场结果" in said
    assert "〔补〕不符：另见渗漏" in said
    assert client.get(f"/api/visits/{name}/minutes.pdf", params={"issue": 1}).content == pdf
    assert client.get(f"/api/visits/{name}/minutes.pdf", params={"issue": 3}).status_code == 404


def test_an_applicant_is_told_what_issuing_brought_about_in_its_own_case_alone(wuzhi, database_url, tmp_path):
    mine, other = accepted(wuzhi), accepted(wuzhi, "乙公司")
    name, _ = held(wuzhi, mine, other)
    assert {step["case"] for step in issue(wuzhi, name)["issued"][0]["steps"]} == {mine, other}
    now = datetime.now(UTC)
    with open_store(database_url, tmp_path) as store:
        people = People(store)
        people.add_organisation("applicant", "甲公司", now=now)
        people.add_organisation("utility", "燃气公司", utility="gas", now=now)
        for who, organisation in (("applicant", "甲公司"), ("utility", "燃气公司"), ("admin", "")):
            people.add(who, [who], PASSWORD, shown=f"{who}某", organisation=organisation, now=now)
    for who, seen in (("applicant", {mine}), ("utility", {mine, other}), ("admin", set())):
        with as_one(wuzhi, who) as browser:
            assert {step["case"] for step in minutes(browser, name)["issued"][0]["steps"]} == seen


def test_pictures_that_cannot_be_shown_keep_no_minutes_back(client):
    name, items = held(client)
    whole = signature()
    for number, at in (("p2", whole.index(b"IDAT")), ("s2", whole.index(b"IDAT")), ("p3", 24)):
        broken = whole[: at + 4] + b"\xff" * 9 + whole[at + 13 :]
        assert client.put(f"/api/visits/{name}/pictures/{number}", content=broken).status_code in (201, 415, 422)
    said = {"id": "e-s2", "kind": "sign_visit", "data": {
        "who": {"name": "孙工", "organisation": "供水公司", "key": ""}, "picture": "s2"}}  # fmt: skip
    enter(client, name, answer(items[0]["id"], "a9", photos=["p2", "p3"]), said)
    told = issue(client, name)
    assert len(told["issued"]) == 1
    assert "无法显示" in pdf_text(client.get(f"/api/visits/{name}/minutes.pdf").content)


def test_in_wuzhi_the_minutes_publish_the_plan_of_the_survey_within_its_half_day(wuzhi):
    case = accepted(wuzhi)
    name, _ = held(wuzhi, case)
    steps = minutes(wuzhi, name)["steps"]
    assert [one["event"] for one in steps][-1] == "survey_plan_pushed"
    push = steps[-1]
    assert (push["possible"], push["allowed"], push["clause"]) == (True, "0.5个工作日", "三(二)")
    assert push["due"] is not None
    told = issue(wuzhi, name)
    assert [one["event"] for one in told["entered"]][-1] == "survey_plan_pushed"
    shape = wuzhi.get(f"/api/cases/{case}").json()
    events = [(one["kind"], one["data"]) for one in wuzhi.get(f"/api/cases/{case}/events").json()["events"]]
    noted = [data for kind, data in events if kind == "noted" and data["event"] == "survey_plan_pushed"]
    assert len(noted) == 1
    assert f"{name}-1" in noted[0]["note"]
    assert not any(one["stage"] == "survey_plan_push" for one in shape["clocks"])
    said = pdf_text(wuzhi.get(f"/api/visits/{name}/minutes.pdf").content)
    assert "勘查方案推送平台" in said
    assert "0.5个工作日" in said
    assert issue(wuzhi, name)["entered"] == []  # once


def test_a_text_that_a_case_does_not_take_whole_says_where_the_rest_is(wuzhi):
    case = accepted(wuzhi)
    name, _ = held(wuzhi, case, note="管" * 2000)
    issue(wuzhi, name)
    events = {one["kind"]: one["data"] for one in wuzhi.get(f"/api/cases/{case}/events").json()["events"]}
    whole, cut = events["survey_done"]["minutes"], events["noted"]["note"]
    assert "到场：赵工（燃气公司）、钱师傅\n" in whole
    assert whole.endswith("管")
    assert len(cut) == 2000
    assert (cut.startswith(f"联合踏勘纪要 {name}-1"), cut.endswith("管\n……全文见纪要")) == (True, True)


def test_what_a_role_may_not_enter_is_told_and_the_minutes_are_issued_all_the_same(wuzhi):
    case = accepted(wuzhi)
    name, _ = held(wuzhi, case)
    surveyor = {"name": "李测", "role": "surveyor"}
    told = issue(wuzhi, name, actor=surveyor)
    refused = [one for one in told["entered"] if not one["possible"]]
    assert refused
    assert all("角色" in one["why_zh"] for one in refused)
    assert told["issued"][0]["number"] == f"{name}-1"
    assert issue(wuzhi, name)["entered"][-1]["event"] == "survey_plan_pushed"  # by the window


def test_a_case_of_another_document_holds_up_no_minutes(tmp_path):
    small_county(None, tmp_path)
    with running(settings_of(None, tmp_path)) as client:
        case = accepted(client)
        name, _ = held(client, case)
    with open_store(None, tmp_path) as store:
        store.county = replace(store.county, policy="wuzhi")
    with running(settings_of(None, tmp_path)) as client:
        told = issue(client, name)
        assert told["entered"]
        assert not any(one["possible"] for one in told["entered"])
        assert "neixiang" in told["entered"][0]["why_zh"]


def test_all_of_an_issue_is_kept_or_nothing(wuzhi, database_url, tmp_path):
    case = accepted(wuzhi)
    name, _ = held(wuzhi, case)
    with open_store(database_url, tmp_path) as store:  # what is kept last fails
        other = StoredMinutes(f"{name}-1", "en", "V-other", 1, 1, {}, "x", NOW, "", "")
        visit_minutes.keep(store, other, {"pdf": b"", "docx": b""})
        assert issue(wuzhi, name, status=500)["code"] == "server.failed"
        assert visit_minutes.of_visit(store, name, "zh") == []
    assert minutes(wuzhi, name)["state"] == "held"
    events = wuzhi.get(f"/api/cases/{case}/events").json()["events"]
    assert not any(one["kind"] in ("survey_done", "noted") for one in events)


def test_elsewhere_nothing_is_published_that_no_document_knows(client):
    case = accepted(client)
    name, _ = held(client, case)
    assert [one["event"] for one in minutes(client, name)["steps"] if one["event"] == "survey_plan_pushed"] == []
    issue(client, name)


def test_minutes_are_not_issued_without_their_files(client):
    name, _ = held(client)
    given = {"kind": "issue_visit_minutes", "actor": OFFICE, "data": {"document": "d"}}
    told = client.post(f"/api/visits/{name}/commands", json=given)
    assert told.status_code == 422
    assert "/minutes" in told.json()["errors"][0]["mend_en"]


def test_issued_twice_by_one_key_is_issued_once(client):
    name, _ = held(client)
    key = {"Idempotency-Key": "k1"}
    first = issue(client, name, headers=key)
    assert issue(client, name, headers=key) == first
    assert len(minutes(client, name)["issued"]) == 1


def test_a_visit_that_was_not_held_has_no_minutes_to_issue(client):
    made = visit(client)
    told = issue(client, made["id"], status=409)
    assert "现在不能" in told["detail"]
    assert minutes(client, made["id"])["may_issue"] is False
    assert client.get(f"/api/visits/{made['id']}/minutes.pdf").status_code == 200
    assert client.get("/api/visits/V-1999-0001/minutes.pdf").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"colour": 1}, "colour"), ({"number": "x" * 81}, "number"), ({"tasks": []}, "tasks"), ({"push": 1}, "push"),
     ({"tasks": {"i": {"who": 3}}}, "tasks.i"), ({"tasks": {"i": "赵工"}}, "tasks.i"), ({"expected": "1"}, "expected"),
     ({"tasks": {"i": {"by": "morgen"}}}, "tasks.i")],
)  # fmt: skip
def test_what_is_wrong_is_named(shared, wrong, field):
    told = issue(shared, visit(shared)["id"], status=422, **wrong)
    assert field in [one["field"] for one in told["errors"]]


def test_damaged_minutes_are_seen(database_url, tmp_path):
    import sqlalchemy as sa

    small_county(database_url, tmp_path)
    with running(settings_of(database_url, tmp_path)) as client:
        name, _ = held(client)
        issue(client, name)
    with open_store(database_url, tmp_path) as store:
        assert store.verify() == []
        with store.transaction() as connection:
            connection.execute(sa.text("UPDATE visit_minutes SET docx = :bad WHERE language = 'zh'"), {"bad": b"x"})
        assert [fault.code for fault in store.verify()] == ["store.minutes"]


def test_what_a_program_reads_of_the_issue_is_in_the_file(client):
    name, _ = held(client)
    issue(client, name)
    reader = PdfReader(io.BytesIO(client.get(f"/api/visits/{name}/minutes.pdf").content))
    data = json.loads(reader.attachments["data.json"][0])
    assert (data["visit"], data["number"], data["issue"]) == (name, f"{name}-1", 1)
    assert data["lines"][0]["route"] == "G1"
