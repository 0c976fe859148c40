"""Standings of operators over HTTP: a measured breach, the ladder that the county's document has, what may follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest

from api.casework import Casework
from api.db.store import open_store
from survey.calendar import BEIJING, Calendar
from survey.policies import load_policy
from tests.api.conftest import running, settings_of, small_county
from tests.api.test_casework import run, until
from tests.api.test_http_cases import ASKEW, CITY, GAS, SUPERVISOR, WINDOW, act, judged, line
from tests.api.test_http_items import problem
from tests.scenarios.cases.runner import load, steps_of

STANDINGS = "/api/standings"
OPERATOR = f"{STANDINGS}/{quote('燃气公司')}"


def broken(client):
    """Return a case whose gas line was laid 1.97 m beyond the 15 m that it may lie under roads."""
    case, _ = judged(client)
    act(client, case, "sign_commitment", GAS, utility="gas", revision=1, signatory="孙总")
    act(client, case, "decide_commitment", CITY, utility="gas")
    act(client, case, "start_construction", GAS, utility="gas")
    act(client, case, "finish_construction", GAS, utility="gas")
    surveyed = {"geometry": line(ASKEW), "crs": "EPSG:4546", "accuracy_m": 0.02}
    act(client, case, "record_as_built", SUPERVISOR, utility="gas", more=surveyed)
    return case


def step(client, kind, actor=SUPERVISOR, *, status=200, more=None, headers=None, **data):
    body = {"kind": kind, "actor": actor, "data": data, **(more or {})}
    answer = client.post(f"{OPERATOR}/commands", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_breach_is_shown_as_measured_and_the_ladder_as_the_document_has_it(client):
    assert client.get(STANDINGS).json()["standings"] == []
    problem(client.get(OPERATOR), 404, "resource.not_found")
    told = step(client, "suspend", reason="没有依据", status=409)
    assert told["errors"][0]["code"] == "case.no_breach"
    case = broken(client)
    [shown] = client.get(STANDINGS).json()["standings"]
    assert (shown["operator"], shown["suspended"], shown["breaches"]) == ("燃气公司", False, 1)
    [breach] = shown["open"]
    assert (breach["case"], breach["utility"], breach["route"]) == (case, "gas", "G1")
    [beyond] = breach["beyond"]
    assert (beyond["quantity"], beyond["limit"], beyond["unit"]) == ("crossing_m", 15.0, "m")
    assert beyond["beyond"] == pytest.approx(12.0 * 2**0.5 - 15.0, abs=0.01)
    has = {one["measure"]: one["in_document"] for one in shown["ladder"]}
    assert has == {"rectify": True, "interview": True, "suspend_commitment": True, "credit_record": False}
    cited = {one["measure"]: [cite["clause"] for cite in one["cites"]] for one in shown["ladder"]}
    assert cited["suspend_commitment"] == ["四(二)"]
    assert cited["credit_record"] == ["文件未规定"]
    assert [one["kind"] for one in shown["possible"]["supervisor"]] == ["suspend"]
    assert "applicant" not in shown["possible"]


def test_a_suspension_tells_its_end_and_reaches_the_cases_of_the_operator(client):
    case = broken(client)
    act(client, case, "order_rectify", SUPERVISOR, utility="gas", reason="穿路超限")
    seen = client.get(OPERATOR).json()
    key = {"Idempotency-Key": "suspend-once"}
    stale = step(client, "suspend", reason="情节严重", more={"expected": 0}, status=409)
    assert stale["errors"][0]["code"] == "case.stale"
    assert step(client, "suspend", WINDOW, reason="情节严重", status=403)["errors"][0]["code"] == "case.role"
    assert step(client, "suspend", reason=" ", status=409)["errors"][0]["code"] == "case.no_reason"
    after = step(client, "suspend", reason="情节严重", more={"expected": seen["seq"]}, headers=key)
    assert step(client, "suspend", reason="情节严重", more={"expected": seen["seq"]}, headers=key) == after
    assert after["suspended"]
    ends = datetime.fromisoformat(after["ends"])
    today = datetime.now(BEIJING).date()
    # 内城管〔2022〕125号 四(二): three months; the last day is the corresponding one, and it is over at midnight.
    last = (ends - timedelta(days=1)).date()
    assert (last.year * 12 + last.month) - (today.year * 12 + today.month) == 3
    rungs = {one["measure"]: one["taken"] for one in after["ladder"]}
    assert [one["case"] for one in rungs["rectify"]] == [case]
    [taken] = rungs["suspend_commitment"]
    assert (taken["who"], taken["reason"]) == (SUPERVISOR["name"], "情节严重")
    assert [one["kind"] for one in after["events"]] == ["breach_noted", "commitment_suspended"]
    assert all(one["cites"] for one in after["events"])
    [task] = client.get(f"/api/cases/{case}").json()["tasks"]
    assert (task["operator_suspended"], task["operator_breaches"]) == (True, 1)
    assert step(client, "suspend", reason="再次", status=409)["errors"][0]["code"] == "case.suspended"


def test_the_list_is_filtered(client):
    broken(client)
    names = [
        [one["operator"] for one in client.get(STANDINGS, params=query).json()["standings"]]
        for query in ({"suspended": True}, {"suspended": False}, {"unmended": True}, {"unmended": False}, {"q": "燃气"},
                      {"q": "水"})
    ]  # fmt: skip
    assert names == [[], ["燃气公司"], ["燃气公司"], [], ["燃气公司"], []]


def test_what_only_the_service_does_is_no_command(shared):
    for kind in ("take_over", "standing_tick", "accept", None):
        body = {"kind": kind, "actor": SUPERVISOR, "data": {}}
        problem(shared.post(f"{OPERATOR}/commands", json=body), 422, "input.refused")


def test_in_chibi_a_breach_goes_to_the_credit_record(tmp_path):
    small_county(None, tmp_path)
    with open_store(None, tmp_path) as store:
        store.county = replace(store.county, policy="chibi")
        work = Casework(store, load_policy("chibi"), Calendar())
        run(work, until("chibi", "04_breach_credit", "file_acceptance"))
    with running(settings_of(None, tmp_path)) as client:
        [shown] = client.get(STANDINGS).json()["standings"]
        has = {one["measure"]: one["in_document"] for one in shown["ladder"]}
        assert (has["interview"], has["suspend_commitment"], has["credit_record"]) == (False, False, True)
        [beyond] = shown["open"][0]["beyond"]
        assert beyond["zh"]
        assert shown["credit"] == ["承诺不兑现"]
        [entered] = next(one["taken"] for one in shown["ladder"] if one["measure"] == "credit_record")
        assert (entered["who"], entered["at"][:10]) == ("supervisor", "2026-12-04")


def test_a_suspension_that_is_over_ends_by_the_clock(store):
    work = Casework(store, load_policy("neixiang"), Calendar())
    scenario = load("neixiang")["10_suspension_ends_with_months"]
    run(work, [one for one in steps_of(scenario, "neixiang") if "no" not in one and one["do"] != "standing_tick"])
    ends = work.standing("水司").ends
    assert work.cases.operators(due_by=ends - timedelta(minutes=1)) == ()
    work.tick(ends - timedelta(minutes=1))
    assert work.cases.operators(suspended=True) == ("水司",)
    work.tick(ends + timedelta(days=1))
    assert not work.standing("水司").suspended
    assert work.cases.operators(suspended=True) == ()
