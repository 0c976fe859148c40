"""Agreed chances as one project over HTTP, on both stores: one application, one act for all parts, own works alone."""

from __future__ import annotations

import pytest
import shapely

from tests.api.conftest import running, settings_of
from tests.api.test_http_items import faults, problem
from tests.api.test_http_opportunities import CHANCES, by_routes, county, days, street

pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture
def client(database_url, tmp_path):
    county(database_url, tmp_path)
    with running(settings_of(database_url, tmp_path)) as client:
        yield client


def at_desk(client, path, kind, role, department="", **data):
    body = {"kind": kind, "actor": {"name": "某", "role": role, "department": department}, "data": data}
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_what_is_agreed_becomes_one_project_with_one_decision(client):
    at = f"{CHANCES}/{by_routes(client, 'W1', 'G1')['id']}"
    begin = {"kind": "begin_project", "actor": {"name": "窗口", "role": "coordinator"}}
    at_desk(client, f"{at}/commands", "propose", "coordinator")
    problem(client.post(f"{at}/commands", json=begin), 409, "case.refused")
    problem(client.post(f"{at}/project/commands", json={"kind": "apply_approvals"}), 409, "project.not_begun")
    for company in ("自来水公司", "燃气公司"):
        at_desk(client, f"{at}/commands", "answer", "utility", company, party=company, yes=True)
    told = client.get(f"{at}/project").json()
    assert (told["excavation"]["length_m"], told["excavation"]["separate_m"], told["case"]) == (200.0, 400.0, "")
    assert set(told["excavation"]["covers"]) == {"燃气公司", "自来水公司"}
    wrong = client.post(f"{at}/commands", json=begin | {"data": {"lead": "nobody"}})
    assert faults(wrong) == [("project.lead", None)]
    whole = at_desk(client, f"{at}/commands", "begin_project", "coordinator", lead="自来水公司")
    assert (whole["lead"], whole["state"]) == ("自来水公司", "agreed")
    case = client.get(f"/api/cases/{whole['case']}").json()
    assert (case["phase"], case["applicant"]) == ("filed", "自来水公司")
    assert [row["id"] for row in client.get(CHANCES, params={"case": whole["case"]}).json()["opportunities"]] == [
        whole["id"]
    ]
    assert client.get(CHANCES, params={"case": "K-1"}).json()["opportunities"] == []
    assert client.get(CHANCES, params={"case": "a b"}).status_code == 422
    problem(client.post(f"{at}/commands", json=begin), 409, "case.refused")
    assert len(client.get("/api/cases").json()["cases"]) == 1
    commands = f"/api/cases/{whole['case']}/commands"
    case = at_desk(client, commands, "accept", "coordinator")
    assert {task["utility"]: task["operator"] for task in case["tasks"]} == {"water": "自来水公司", "gas": "燃气公司"}
    wrong = {"kind": "apply_approvals", "actor": {"name": "窗口", "role": "coordinator"}}
    problem(client.post(f"{at}/project/commands", json=wrong), 409, "project.nothing_open")
    assert len(faults(client.post(f"{at}/project/commands", json={"kind": "judge", "more": 1}))) == 2
    for utility, route, company in (("water", "W1", "自来水公司"), ("gas", "G1", "燃气公司")):
        at_desk(client, commands, "fix_plan", "utility", company, utility=utility, operator=company, route=route)
        case = at_desk(client, commands, "judge", "utility", company, utility=utility)
        task = next(one for one in case["tasks"] if one["utility"] == utility)
        if task["commitment"] == "offered":
            at_desk(client, commands, "decline_commitment", "utility", company, utility=utility)
    case = at_desk(client, f"{at}/project/commands", "apply_approvals", "coordinator")
    granted = {one["approval"]: one["departments"] for task in case["tasks"] for one in task["approvals"]}
    for approval, departments in granted.items():
        decide = {"approval": approval, "granted": True}
        department = (departments or ["city_management"])[0]
        case = at_desk(client, f"{at}/project/commands", "decide_approval", "approver", department, **decide)
    assert {task["status"] for task in case["tasks"]} == {"permitted"}
    for utility, company, other in (("water", "自来水公司", "gas"), ("gas", "燃气公司", "water")):
        start = {"utility": utility, "together": [other]}
        at_desk(client, commands, "start_construction", "utility", company, **start)
    for company in ("自来水公司", "燃气公司"):
        # Each in its own part alone.
        case = at_desk(client, f"{at}/project/commands", "finish_construction", "utility", company)
        assert {task["operator"] for task in case["tasks"] if task["status"] == "built"} >= {company}
    theirs = {"kind": "file_acceptance", "actor": {"name": "某", "role": "utility", "department": "燃气公司"}}
    problem(client.post(commands, json=theirs | {"data": {"utilities": ["water", "gas"]}}), 403, "case.refused")
    at_desk(client, f"{at}/project/commands", "file_acceptance", "coordinator")
    case = at_desk(client, f"{at}/project/commands", "accept_works", "coordinator")
    assert {task["status"] for task in case["tasks"]} == {"ready"}
    events = client.get(f"/api/cases/{whole['case']}/events").json()["events"]
    kinds = [event["kind"] for event in events]
    assert kinds.count("acceptance_filed") == 1
    assert kinds.count("works_accepted") == 2
    decided = [event for event in events if event["kind"] == "approval_decided"]
    assert len(decided) == sum(len(task["approvals"]) for task in case["tasks"]) > len(granted)


def test_all_commit_dig_and_finish_in_one_act_each(client):
    for name, utility, company, away in (("W2", "water", "自来水公司", 0.0), ("G2", "gas", "燃气公司", 1.5)):
        known = {"utility": utility, "operator": company, **days(90, 180)}
        shape = shapely.geometry.mapping(street(900 + away, 0, 60))  # short, and far from every road
        route = {"type": "Feature", "id": name, "properties": known, "geometry": shape}
        assert client.post("/api/collections/routes/items", params={"crs": "grid"}, json=route).status_code == 201
    at = f"{CHANCES}/{by_routes(client, 'W2', 'G2')['id']}"
    together = f"{at}/project/commands"
    at_desk(client, f"{at}/commands", "propose", "coordinator")
    for company in ("自来水公司", "燃气公司"):
        at_desk(client, f"{at}/commands", "answer", "utility", company, party=company, yes=True)
    case_id = at_desk(client, f"{at}/commands", "begin_project", "coordinator")["case"]
    commands = f"/api/cases/{case_id}/commands"
    at_desk(client, commands, "accept", "coordinator")
    sign = {"kind": "sign_commitment", "actor": {"name": "周", "role": "utility"}, "data": {"signatory": "周"}}
    for utility, route, company in (("water", "W2", "自来水公司"), ("gas", "G2", "燃气公司")):
        assert faults(client.post(together, json=sign)) == [("project.not_all_commit", None)]
        at_desk(client, commands, "fix_plan", "utility", company, utility=utility, operator=company, route=route)
        at_desk(client, commands, "judge", "utility", company, utility=utility)
    case = at_desk(client, together, "sign_commitment", "utility", "燃气公司", signatory="周")
    assert {task["utility"]: task["commitment"] for task in case["tasks"]} == {"water": "offered", "gas": "signed"}
    case = at_desk(client, together, "sign_commitment", "utility", signatory="吴")
    assert {task["commitment"] for task in case["tasks"]} == {"signed"}
    case = at_desk(client, together, "decide_commitment", "approver", "city_management")
    for task in case["tasks"]:
        for one in task["approvals"]:
            if one["status"] == "applied":
                decided = {"approval": one["approval"], "granted": True, "utility": task["utility"]}
                department = (one["departments"] or ["city_management"])[0]
                case = at_desk(client, commands, "decide_approval", "approver", department, **decided)
    assert {task["status"] for task in case["tasks"]} == {"permitted"}
    for kind, status in (("start_construction", "building"), ("finish_construction", "built")):
        case = at_desk(client, together, kind, "utility")
        assert {task["status"] for task in case["tasks"]} == {status}
    events = client.get(f"/api/cases/{case_id}/events").json()["events"]
    begun = [event["data"] for event in events if event["kind"] == "construction_started"]
    assert [(one["utility"], one["together"]) for one in begun] == [("gas", ["water"]), ("water", ["gas"])]
