"""What a visit brings into its cases, and what they bring into it: times agreed, surveys, days by which."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.db.store import open_store
from tests.api.conftest import X0, Y0, running, settings_of, small_county
from tests.api.test_http_cases import GAS, WINDOW, begin
from tests.api.test_http_cases import act as act_on_case
from tests.api.test_http_items import problem
from tests.api.visit_requests import (
    GRID,
    VISITS,
    act,
    items_of,
    planned,
    workday,
)
from tests.conftest import NEIXIANG

pytestmark = pytest.mark.usefixtures("quick_hashes")


def test_the_time_and_the_survey_are_entered_in_the_case(client):
    case = begin(client).json()["id"]
    act_on_case(client, case, "accept", WINDOW)
    act_on_case(client, case, "fix_plan", GAS, utility="gas", operator="燃气公司", route="G1")
    act_on_case(client, case, "judge", GAS, utility="gas")
    proposal = client.post(f"{VISITS}/proposals", json={"cases": [case], **GRID}).json()
    assert proposal["plan"]["cases"] == [case]
    visit = planned(client, cases=[case], routes=[])
    assert [row["id"] for row in client.get(VISITS, params={"case": case}).json()["visits"]] == [visit["id"]]
    assert client.get(VISITS, params={"case": "2020-00001"}).json()["visits"] == []
    assert {one["role"] for one in visit["attendees"]} >= {"utility", "applicant"}
    invited = act(client, visit["id"], "invite_visit", cases=True, command="i1")
    [line] = invited["entered"]
    known = client.get(f"/api/cases/{case}/events").json()["events"]
    if line["entered"]:
        assert "survey_scheduled" in [event["kind"] for event in known]
    again = act(client, visit["id"], "invite_visit", cases=True, command="i1")
    assert again["seq"] == invited["seq"]
    assert client.get(f"/api/cases/{case}/events").json()["events"] == known
    present = [{"name": "王工", "organisation": "燃气公司"}]
    held = act(client, visit["id"], "hold_visit", cases=True, data={"present": present})
    told = client.get(f"/api/cases/{case}/events").json()["events"]
    assert [line["entered"] for line in held["entered"]] == [True]
    assert "王工（燃气公司）" in str(next(event for event in told if event["kind"] == "survey_done"))
    act(client, visit["id"], "cancel_visit", cases=True, status=422, data={"reason": "x"})


def test_what_is_due_has_the_countys_time(database_url, tmp_path):
    """淮北 wants the survey half a working day after acceptance: a later day is planned if asked, and told of."""
    small_county(database_url, tmp_path)
    with open_store(database_url, tmp_path) as store:
        store.county = replace(NEIXIANG, id="huaibei", policy="huaibei")
    with running(settings_of(database_url, tmp_path)) as client:
        case = begin(client).json()["id"]
        accepted = act_on_case(client, case, "accept", WINDOW, manager="赵管家", manager_phone="0561-1")
        clock = next(one for one in accepted["clocks"] if one["stage"] == "joint_survey" and one["due"])
        told = client.post(f"{VISITS}/proposals", json={"due": True}).json()
        assert (told["plan"], told["stops"]) == (None, [])  # nobody knows where the case is
        assert [left["id"] for left in told["left_out"]] == [case]
        assert [fault["code"] for fault in told["faults"]] == ["visit.no_stops"]
        problem(client.post(VISITS, json={"due": True}), 422, "input.refused")
        asked = {"due": True, "add": [{"x": X0 + 50, "y": Y0 + 20, "case": case}], "title": "到期踏勘", **GRID}
        proposal = client.post(f"{VISITS}/proposals", json=asked).json()
        assert (proposal["due"]["at"], proposal["due"]["case"]) == (clock["due"], case)
        assert proposal["due"]["clause"] == "二(二)"
        if proposal["plan"] is not None:
            assert proposal["plan"]["days"][-1]["back"] <= clock["due"]
        else:
            assert proposal["nearest"]["back"] > clock["due"]
        late = asked | {"day": str(workday(12))}
        assert "visit.late" in [
            fault["code"] for fault in client.post(f"{VISITS}/proposals", json=late).json()["faults"]
        ]
        visit = planned(client, routes=[], **late)
        assert visit["cases"] == [case]
        assert [item["case"] for item in items_of(visit)] == [case]
        # It is in a visit to come: the next one need not see it again, unless that one is planned otherwise.
        again = {"due": True, "add": [{"x": X0, "y": Y0}], **GRID}
        assert client.post(f"{VISITS}/proposals", json=again).json()["plan"]["cases"] == []
        changed = client.post(f"{VISITS}/proposals", params={"visit": visit["id"]}, json=late).json()
        assert changed["plan"]["cases"] == [case]
        present = [{"name": "王工", "organisation": "燃气公司"}]
        early = act(client, visit["id"], "hold_visit", cases=True, data={"present": present})
        assert [line["entered"] for line in early["entered"]] == [False]  # no time was ever agreed in the case
        assert early["entered"][0]["zh"]


def test_who_was_invited_finds_the_time_in_the_case(database_url, tmp_path):
    small_county(database_url, tmp_path)
    with open_store(database_url, tmp_path) as store:
        store.county = replace(NEIXIANG, id="wuzhi", policy="wuzhi")
    with running(settings_of(database_url, tmp_path)) as client:
        case = begin(client).json()["id"]
        act_on_case(client, case, "accept", WINDOW)
        added = [{"x": X0 + 50, "y": Y0 + 20, "case": case}]
        visit = planned(client, cases=[case], routes=[], add=added)
        invited = act(client, visit["id"], "invite_visit", cases=True)
        assert [(line["kind"], line["entered"]) for line in invited["entered"]] == [("schedule_survey", True)]
        assert client.get(f"/api/cases/{case}").json()["survey_at"] == visit["days"][0]["sets_out"]
        present = [{"name": "王工", "organisation": "燃气公司"}]
        held = act(client, visit["id"], "hold_visit", cases=True, data={"present": present})
        assert [line["entered"] for line in held["entered"]] == [True]
        told = client.get(f"/api/cases/{case}").json()
        # 武陟: the plan is to be published within half a working day after the survey; the clock runs from here.
        assert "survey_plan_push" in [one["stage"] for one in told["clocks"] if one["due"]]
