"""Cases over HTTP, on both stores: a connection of 内乡 from the form to the rating, measured by the service itself."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from pypdf import PdfReader

from api.casework import Casework
from api.clockwork import Clockwork
from api.db.store import open_store
from survey.calendar import Calendar
from survey.policies import load_policy
from tests.api.conftest import X0, Y0, running, settings_of, small_county
from tests.api.test_http_items import GRID, ITEMS, problem

CASES = "/api/cases"
APPLICANT = {"name": "甲公司", "role": "applicant"}
WINDOW = {"name": "王窗口", "role": "coordinator", "department": "approval_centre"}
GAS = {"name": "燃气公司", "role": "utility", "department": "燃气公司"}
CITY = {"name": "李科长", "role": "approver", "department": "city_management"}
SUPERVISOR = {"name": "赵监管", "role": "supervisor", "department": "city_management"}
FORM = {"basic.address": "范蠡大街 1 号", "basic.id_number": "11010519491231002X"}
# The road is 12 m wide and runs north at X0 + 50: a line at 45 degrees lies 16.97 m in it, one straight across 12 m.
ASKEW = [[X0 + 20, Y0 - 30], [X0 + 80, Y0 + 30]]
ACROSS = [[X0 + 20, Y0], [X0 + 80, Y0]]


def line(coordinates):
    return {"type": "LineString", "coordinates": coordinates}


def begin(client, **headers):
    data = {"channel": "online", "applicant": "甲公司", "form": FORM,
            "utilities": [{"utility": "gas", "operator": "燃气公司"}]}  # fmt: skip
    body = {"kind": "file_application", "actor": APPLICANT, "data": data}
    return client.post(CASES, json=body, headers=headers)


def act(client, case, kind, actor, *, status=200, more=None, **data):
    body = {"kind": kind, "actor": actor, "data": data, **(more or {})}
    answer = client.post(f"{CASES}/{case}/commands", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def judged(client):
    case = begin(client).json()["id"]
    act(client, case, "accept", WINDOW)
    act(client, case, "fix_plan", GAS, utility="gas", operator="燃气公司", route="G1")
    return case, act(client, case, "judge", GAS, utility="gas")


def test_a_connection_goes_from_the_form_to_the_rating(client):
    made = begin(client)
    assert made.status_code == 201, made.text
    case = made.json()["id"]
    assert made.headers["location"] == f"{CASES}/{case}"
    assert case == f"{datetime.now(UTC) + timedelta(hours=8):%Y}-00001"
    assert made.json()["form"]["basic.id_number"] == "110***********002X"
    act(client, case, "accept", WINDOW)
    planned = act(client, case, "fix_plan", GAS, utility="gas", operator="燃气公司", route="G1")
    assert planned["tasks"][0]["revision"] == 1
    after = act(client, case, "judge", GAS, utility="gas")
    [task] = after["tasks"]
    assert (task["verdict"], task["commitment"]) == ("commitment", "offered")
    quantities = task["judgement"]["quantities"]
    assert quantities["crossing_m"]["value"] == pytest.approx(12.0, abs=0.01)
    assert quantities["length_m"]["value"] == pytest.approx(120.0, abs=0.1)
    signed = act(client, case, "sign_commitment", GAS, utility="gas", revision=1, signatory="孙总")
    assert [clock["stage"] for clock in signed["clocks"]] == ["promise_approval"]
    assert {one["do"] for work in signed["work"].values() for one in work} == {"decide_commitment"}
    decided = act(client, case, "decide_commitment", CITY, utility="gas")
    assert decided["tasks"][0]["status"] == "permitted"
    act(client, case, "start_construction", GAS, utility="gas")
    act(client, case, "finish_construction", GAS, utility="gas")
    surveyed = {"geometry": line(ASKEW), "crs": "EPSG:4546", "accuracy_m": 0.02}
    broken = act(client, case, "record_as_built", SUPERVISOR, utility="gas", more=surveyed)
    [breach] = broken["tasks"][0]["breaches"]
    assert (breach["quantity"], breach["limit"]) == ("crossing_m", 15.0)
    assert breach["measured"] == pytest.approx(12.0 * 2**0.5, abs=0.01)
    act(client, case, "order_rectify", SUPERVISOR, utility="gas", reason="穿路超限")
    mended = act(client, case, "record_as_built", SUPERVISOR, utility="gas", more=surveyed | {"geometry": line(ACROSS)})
    assert mended["tasks"][0]["breaches"] == []
    act(client, case, "file_acceptance", APPLICANT, utilities=["gas"])
    act(client, case, "accept_works", WINDOW, utility="gas")
    act(
        client, case, "agree_connection", GAS, utility="gas", moment=(datetime.now(UTC) + timedelta(days=1)).isoformat()
    )
    act(client, case, "connect", GAS, utility="gas")
    rated = act(client, case, "rate", APPLICANT, score=5)
    assert (rated["phase"], rated["score"]) == ("rated", 5)
    events = client.get(f"{CASES}/{case}/events").json()["events"]
    assert [event["seq"] for event in events] == list(range(1, rated["seq"] + 1))
    assert all(event["cites"] for event in events)
    assert "11010519491231002X" not in json.dumps(events)


def test_every_paper_of_a_case_is_a_pdf_and_others_are_not_there(shared):
    case, after = judged(shared)
    assert [paper["kind"] for paper in after["papers"]] == ["receipt", "commitment_letter"]
    for paper in after["papers"]:
        answer = shared.get(paper["href"])
        assert answer.headers["content-type"] == "application/pdf"
        assert PdfReader(io.BytesIO(answer.content)).attachments["data.json"]
    problem(shared.get(f"{CASES}/{case}/papers/one_reply"), 404, "resource.not_found")
    problem(shared.get(f"{CASES}/2026-99999"), 404, "resource.not_found")


def test_the_survey_notice_names_the_pipe_to_expose_until_somebody_lets_it_stand(client):
    case, _ = judged(client)
    soon = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    act(client, case, "schedule_survey", WINDOW, moment=soon)
    beside = line([[X0, Y0 + 3.2], [X0 + 120, Y0 + 3.2]])  # gas of no stated pressure asks 1.5 m
    pipe = {"utility": "water", "diameter_mm": 200, "cover_m": 1.2, "accuracy_m": 0.3}
    made = client.put(
        "/api/collections/pipes/items/E-9",
        params=GRID,
        json={"type": "Feature", "properties": pipe, "geometry": beside},
    )
    assert made.status_code == 201, made.text
    notice = f"{CASES}/{case}/papers/survey_notice"
    assert "现场探挖现状给水E-9" in printed_words(client.get(notice))
    asked = {"subject": "E-9", "outcome": "must_expose"}
    for found in client.get("/api/findings", params=asked).json()["features"]:
        kept = {"reason": "已商定", "who": "甲", "facts": found["properties"]["facts"]}
        answer = client.post(f"/api/findings/{found['id']}/acceptance", json=kept)
        assert answer.status_code == 201, answer.text
    assert "E-9" not in printed_words(client.get(notice))


def printed_words(answer):
    assert answer.headers["content-type"] == "application/pdf", answer.text
    return re.sub(r"[\s\u200b]", "", "".join(p.extract_text() for p in PdfReader(io.BytesIO(answer.content)).pages))


def test_a_verdict_is_measured_here_and_never_taken_from_a_body(shared):
    case = begin(shared).json()["id"]
    act(shared, case, "accept", WINDOW)
    act(shared, case, "fix_plan", GAS, utility="gas", operator="燃气公司", route="G1")
    forged = {"route": "G1", "revision": 1, "verdict": "commitment"}
    told = act(shared, case, "judge", GAS, utility="gas", judgement=forged, status=422)
    assert [fault["code"] for fault in told["errors"]] == ["case.measured_here"]
    told = act(shared, case, "record_as_built", SUPERVISOR, utility="gas", quantities={}, status=422)
    assert [fault["code"] for fault in told["errors"]] == ["case.measured_here"]
    told = act(shared, case, "fix_plan", GAS, utility="gas", operator="燃气公司", route="无此线", status=422)
    assert [fault["code"] for fault in told["errors"]] == ["case.no_route"]
    water = {"type": "Feature", "properties": {"utility": "water"}, "geometry": line(ACROSS)}
    assert shared.put(f"{ITEMS}/W-case", params=GRID, json=water).status_code == 201
    told = act(shared, case, "fix_plan", GAS, utility="gas", operator="燃气公司", route="W-case", status=422)
    assert [fault["code"] for fault in told["errors"]] == ["case.other_utility"]
    assert told["detail"] == "规划管线 W-case 是给水管线——选一条燃气管线"
    assert shared.delete(f"{ITEMS}/W-case", headers={"If-Match": "*"}).status_code == 204


def test_a_refusal_tells_the_clause_and_what_is_possible(shared):
    case, after = judged(shared)
    told = act(shared, case, "start_construction", GAS, utility="gas", status=409)
    assert told["code"] == "case.refused"
    assert told["errors"][0]["code"] == "case.out_of_order"
    assert "sign_commitment:gas" in told["possible"]
    assert told["cites"]
    told = act(shared, case, "sign_commitment", CITY, utility="gas", revision=1, signatory="孙", status=403)
    assert told["errors"][0]["code"] == "case.role"
    other = GAS | {"department": "别的公司"}
    told = act(shared, case, "sign_commitment", other, utility="gas", revision=1, signatory="孙", status=403)
    assert told["errors"][0]["code"] == "case.not_yours"
    act(shared, case, "sign_commitment", GAS, utility="gas", revision=1, signatory="孙")
    late = act(shared, case, "decide_commitment", CITY, utility="gas", more={"expected": after["seq"]}, status=409)
    assert late["errors"][0]["code"] == "case.stale"
    assert "燃气公司" in late["detail"]


def test_what_is_wrong_with_a_body_is_told_at_once(shared):
    answer = shared.post(CASES, json={"kind": "file_application", "actor": {"role": "admin"}, "data": [], "who": 1})
    codes = [fault["code"] for fault in problem(answer, 422, "input.refused")["errors"]]
    assert codes == ["case.unknown_field", "case.actor", "case.data"]
    problem(shared.post(CASES, json={"kind": "tick", "actor": APPLICANT}), 422, "input.refused")
    case, _ = judged(shared)
    for kind in ("nonsense", None, 7):
        assert act(shared, case, kind, WINDOW, status=422)["errors"][0]["code"] == "case.unknown_kind"


def test_identity_numbers_are_masked_in_every_answer(shared):
    number = "11010519491231002X"
    data = {"channel": "online", "applicant": f"甲 {number}", "utilities": [{"utility": "gas"}]}
    made = shared.post(CASES, json={"kind": "file_application", "actor": APPLICANT, "data": data})
    case = made.json()["id"]
    told = [made, shared.get(f"{CASES}/{case}"), shared.get(f"{CASES}/{case}/events"), shared.get(CASES)]
    assert not [answer.url for answer in told if number in answer.text]


def test_a_repeated_request_begins_one_case(shared):
    first, second = (begin(shared, **{"Idempotency-Key": "once"}) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"


def test_the_work_list_shows_times_and_pages(shared):
    case, _ = judged(shared)
    rows = shared.get(CASES, params={"limit": 200}).json()["cases"]
    ids = [row["id"] for row in rows]
    assert ids == sorted(ids)
    assert case in ids
    pages, link = [], f"{CASES}?limit=1"
    while link is not None:
        page = shared.get(link).json()
        pages += [row["id"] for row in page["cases"]]
        link = next((one["href"] for one in page["links"] if one["rel"] == "next"), None)
    assert pages == ids
    assert shared.get(CASES, params={"utility": "water"}).json()["cases"] == []
    assert case in [
        row["id"] for row in shared.get(CASES, params={"phase": "working", "utility": "gas"}).json()["cases"]
    ]
    problem(shared.get(CASES, params={"phase": "nirgends"}), 422, "input.refused")


def test_a_change_of_the_route_is_judged_again_and_may_end_the_commitment(client):
    case, _ = judged(client)
    act(client, case, "sign_commitment", GAS, utility="gas", revision=1, signatory="孙")
    moved = {"type": "Feature", "properties": {"utility": "gas", "operator": "燃气公司"}, "geometry": line(ASKEW)}
    assert client.put(f"{ITEMS}/G1", params=GRID, json=moved, headers={"If-Match": '"1"'}).status_code == 200
    [task] = act(client, case, "change_route", GAS, utility="gas")["tasks"]
    assert (task["revision"], task["verdict"], task["commitment"]) == (2, "joint_approval", "stopped")
    assert {one["status"] for one in task["approvals"]} <= {"to_apply", "applied"}


def test_the_clocks_work_while_the_service_runs(tmp_path):
    small_county(None, tmp_path)
    with open_store(None, tmp_path) as store:
        work = Casework(store, load_policy("neixiang"), Calendar())
        with running(settings_of(None, tmp_path)) as client:
            case, _ = judged(client)
            act(client, case, "sign_commitment", GAS, utility="gas", revision=1, signatory="孙")
        week = datetime.now(UTC) + timedelta(days=14)
        clocks = Clockwork([lambda: work.tick(week)], seconds=60)
        clocks.start()
        clocks.stop()
        [clock] = [one for one in work.case(case).clocks.values() if one.key == "promise_approval"]
        assert clock.passed
        passed = [event for event in work.cases.events(case) if event.body.kind == "deadline_passed"]
        assert len(passed) == 1
        assert work.tick(week) == 0


def test_without_a_policy_there_are_no_cases(tmp_path):
    with running(settings_of(None, tmp_path)) as client:
        problem(client.get(CASES), 422, "input.refused")


def test_figures_count_what_was_decided_and_open_as_a_spreadsheet(client):
    case, _ = judged(client)
    act(client, case, "sign_commitment", GAS, utility="gas", revision=1, signatory="孙")
    act(client, case, "decide_commitment", CITY, utility="gas")
    told = client.get("/api/figures").json()
    [county] = [row for row in told["rows"] if row["scope"] == "county"]
    assert (county["cases"], county["judged"], county["decided"], county["decided_of_judged"]) == (1, 1, 1, 1.0)
    [promise] = [row for row in told["rows"] if row["stage"] == "promise_approval"]
    assert (promise["utility"], promise["ended"], promise["ended_late"], promise["clause"]) == ("gas", 1, 0, "四(二)")
    answer = client.get("/api/figures", params={"f": "csv"})
    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(table) == len(told["rows"])
    assert table[0]["口径名称"] == "全县合计"
    assert table[0]["按承诺作出决定分项"] == "1"


def test_a_route_that_is_changed_on_the_map_is_judged_again_by_the_service_itself(tmp_path):
    small_county(None, tmp_path)
    quick = settings_of(None, tmp_path).model_copy(update={"tick_seconds": 0.05})
    with running(quick) as client:
        case, _ = judged(client)
        act(client, case, "sign_commitment", GAS, utility="gas", revision=1, signatory="孙")
        moved = {"type": "Feature", "properties": {"utility": "gas", "operator": "燃气公司"}, "geometry": line(ASKEW)}
        assert client.put(f"{ITEMS}/G1", params=GRID, json=moved, headers={"If-Match": '"1"'}).status_code == 200
        task = waited(lambda: client.get(f"{CASES}/{case}").json()["tasks"][0], lambda task: task["revision"] == 2)
        assert (task["verdict"], task["commitment"]) == ("joint_approval", "stopped")
        events = client.get(f"{CASES}/{case}/events").json()["events"]
        stopped = [event for event in events if event["kind"] == "commitment_stopped"]
        assert [event["role"] for event in stopped] == ["system"]
        assert stopped[0]["cites"]


def test_no_key_of_a_request_can_hinder_the_service_itself(tmp_path):
    small_county(None, tmp_path)
    quick = settings_of(None, tmp_path).model_copy(update={"tick_seconds": 0.05})
    with running(quick) as client:
        case, _ = judged(client)
        signing = {"utility": "gas", "revision": 1, "signatory": "孙"}
        body = {"kind": "sign_commitment", "actor": GAS, "data": signing}
        taken = {"Idempotency-Key": "route:gas:2"}
        assert client.post(f"{CASES}/{case}/commands", json=body, headers=taken).status_code == 200
        moved = {"type": "Feature", "properties": {"utility": "gas", "operator": "燃气公司"}, "geometry": line(ASKEW)}
        assert client.put(f"{ITEMS}/G1", params=GRID, json=moved, headers={"If-Match": '"1"'}).status_code == 200
        waited(lambda: client.get(f"{CASES}/{case}").json()["tasks"][0], lambda task: task["commitment"] == "stopped")


def test_a_case_that_cannot_be_judged_again_does_not_hold_up_the_others(tmp_path):
    small_county(None, tmp_path)
    quick = settings_of(None, tmp_path).model_copy(update={"tick_seconds": 0.05})
    with running(quick) as client:
        first, _ = judged(client)
        copy = {"type": "Feature", "properties": {"utility": "gas", "operator": "燃气公司"}, "geometry": line(ACROSS)}
        assert client.put(f"{ITEMS}/G2", params=GRID, json=copy).status_code == 201
        second = begin(client).json()["id"]
        act(client, second, "accept", WINDOW)
        act(client, second, "fix_plan", GAS, utility="gas", operator="燃气公司", route="G2")
        act(client, second, "judge", GAS, utility="gas")
        water = {"type": "Feature", "properties": {"utility": "water"}, "geometry": line(ASKEW)}
        assert client.put(f"{ITEMS}/G1", params=GRID, json=water, headers={"If-Match": '"1"'}).status_code == 200
        askew = copy | {"geometry": line(ASKEW)}
        assert client.put(f"{ITEMS}/G2", params=GRID, json=askew, headers={"If-Match": '"1"'}).status_code == 200
        waited(lambda: client.get(f"{CASES}/{second}").json()["tasks"][0], lambda task: task["revision"] == 2)
        assert client.get(f"{CASES}/{first}").json()["tasks"][0]["revision"] == 1


def test_a_job_that_fails_does_not_stop_the_others():
    done = []

    def broken():
        raise OSError("the database is away")

    clocks = Clockwork([broken, lambda: done.append(1)], seconds=0.01)
    clocks.start()
    waited(lambda: len(done), lambda count: count >= 2)
    clocks.stop()


def waited(ask, good):
    """Ask again until the answer is good; give up after half a minute."""
    until = time.monotonic() + 30
    while not good(answer := ask()):
        assert time.monotonic() < until, answer
        time.sleep(0.05)
    return answer
