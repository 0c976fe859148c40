"""Work lists over HTTP, on both stores: what waits for whom comes first, page by page, told once and no more."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from api.db.store import open_store
from tests.api.conftest import running, settings_of
from tests.api.test_http_cases import CASES, CITY, GAS, WINDOW, act, begin, judged
from tests.api.test_http_items import problem


def listed(client, **wanted):
    answer = client.get(CASES, params=wanted)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(answer):
    return [one["id"] for one in answer["cases"]]


def signed(client):
    case, _ = judged(client)
    act(client, case, "sign_commitment", GAS, utility="gas", revision=1, signatory="孙总")
    return case


def test_each_role_finds_what_waits_for_it(client):
    new, before = begin(client).json()["id"], signed(client)
    approver = listed(client, role="approver", acting_for="city_management", waiting=True)
    assert ids(approver) == [before]
    assert approver["counts"] == {"matched": 2, "waiting": 1, "overdue": 0, "breached": 0}
    [row] = approver["cases"]
    assert [(one["kind"], one["utility"]) for one in row["waits"]] == [("decide_commitment", "gas")]
    # The document of 内乡 gives these permissions to no department: any may decide.
    assert [(one["department"], one["department_zh"]) for one in row["asked"]] == [("", "文件未规定")]
    assert (row["operators"], row["last"]["who"], row["last"]["zh"]) == (["燃气公司"], "燃气公司", "签署承诺书")
    assert row["clocks"][0]["half_days"] is not None
    assert ids(listed(client, role="approver", acting_for="city_management", waiting=False)) == [new]
    assert ids(listed(client, role="coordinator", waiting=True)) == [new]
    act(client, before, "decide_commitment", CITY, utility="gas")
    assert ids(listed(client, role="approver", acting_for="city_management", waiting=True)) == []
    assert ids(listed(client, role="utility", acting_for="燃气公司", waiting=True)) == [new, before]
    assert ids(listed(client, role="utility", acting_for="水务公司", waiting=True)) == []


def test_what_was_narrowed_is_what_was_asked_for(client):
    new, before = begin(client).json()["id"], signed(client)
    assert ids(listed(client, department="city_management")) == []
    assert ids(listed(client, operator="燃气公司")) == [new, before]
    assert ids(listed(client, operator="别的公司")) == []
    assert ids(listed(client, utility="gas", phase="working")) == [before]
    assert ids(listed(client, applicant="甲公司", overdue=False)) == [new, before]
    assert ids(listed(client, breached=True)) == []
    told = {one["id"]: one["colour"] for one in listed(client)["cases"]}
    for colour in set(told.values()):
        assert ids(listed(client, colour=colour)) == [one for one in told if told[one] == colour]


def test_pages_of_what_is_pressing_hold_every_case_once(client):
    for _ in range(2):
        begin(client)
    signed(client)
    page, found = listed(client, order="pressing", limit=1), []
    while True:
        found += ids(page)
        assert page["counts"]["matched"] == 3
        if not page["links"]:
            break
        page = client.get(page["links"][0]["href"]).json()
    assert sorted(found) == ids(listed(client))
    rows = {one["id"]: one["clocks"] for one in listed(client)["cases"]}
    dues = {one: min((clock["due"] or "9" for clock in clocks), default="9") for one, clocks in rows.items()}
    assert [dues[one] for one in found] == sorted(dues.values())


def test_who_asks_again_is_told_only_what_is_new(client):
    case = begin(client).json()["id"]
    for path in (CASES, f"{CASES}/{case}"):
        first = client.get(path)
        known = {"If-None-Match": first.headers["etag"]}
        again = client.get(path, headers=known)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    act(client, case, "accept", WINDOW)
    moved = client.get(f"{CASES}/{case}", headers=known)
    assert (moved.status_code, moved.json()["phase"]) == (200, "working")
    assert moved.json()["seq"] > first.json()["seq"]
    [row] = listed(client)["cases"]
    assert (row["last"]["who"], row["last"]["role"]) == (WINDOW["name"], "coordinator")


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"colour": "blue"}, "colour"),
        ({"department": "nobody"}, "department"),
        ({"role": "mayor"}, "role"),
        ({"phase": "asleep"}, "phase"),
    ],
)
def test_what_no_list_can_be_is_refused_with_what_it_can_be(shared, wanted, field):
    told = problem(shared.get(CASES, params=wanted), 422, "input.refused")
    assert [one["field"] for one in told["errors"]] == [field]
    assert told["errors"][0]["mend_zh"].startswith("可用：")


def test_a_page_after_a_case_that_there_is_not_is_refused(shared):
    problem(shared.get(CASES, params={"after": "2020-00001"}), 404, "resource.not_found")


def test_the_letter_that_a_document_attaches_is_printed_from_the_case(client, database_url, tmp_path):
    case = signed(client)
    assert "county_letter" not in {one["kind"] for one in client.get(f"{CASES}/{case}").json()["papers"]}
    problem(
        client.get(f"{CASES}/{case}/letter.pdf", params={"utility": "gas"}), 404, "resource.not_found"
    )  # 内乡: none
    with open_store(database_url, tmp_path) as store:
        store.county = replace(store.county, policy="chibi")
        with running(settings_of(database_url, tmp_path)) as chibi:
            case = begin(chibi).json()["id"]
            act(chibi, case, "accept", WINDOW)
            act(chibi, case, "schedule_survey", WINDOW, moment="2027-03-01T10:00:00+08:00")
            act(chibi, case, "record_survey", WINDOW, minutes="可行")
            act(chibi, case, "fix_plan", GAS, utility="gas", operator="燃气公司", route="G1")
            act(chibi, case, "judge", GAS, utility="gas")
            [href] = [
                one["href"] for one in chibi.get(f"{CASES}/{case}").json()["papers"] if one["kind"] == "county_letter"
            ]
            printed = chibi.get(href)
    assert (printed.status_code, printed.headers["cache-control"]) == (200, "no-store")
    text = PdfReader(io.BytesIO(printed.content)).pages[0].extract_text().replace("\n", "")
    for said in ("水、电、气、网联合服务事项承诺书", "燃气公司", "2027 年 3 月 1 日", "范蠡大街 1 号"):
        assert said in text
