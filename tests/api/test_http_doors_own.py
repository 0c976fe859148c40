"""What is one's own, on one small county: cases of an applicant, tasks and routes of a company, who is recorded."""

from __future__ import annotations

import dataclasses
import re
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import shapely

from api.case_actors import is_seen
from api.db.store import open_store
from api.doors import Visitor
from api.identity.people import People
from api.identity.permissions import Person
from survey.cases.evolve import replay
from tests.api.conftest import NOW, X0, Y0, running, settings_of, small_county
from tests.api.test_http_cases import act
from tests.api.test_http_doors import add_people, as_one, code
from tests.api.test_http_items import GRID, ITEMS
from tests.api.test_http_standings import SUPERVISOR, broken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

pytestmark = pytest.mark.usefixtures("quick_hashes")

CASES, SITES = "/api/cases", "/api/collections/sites/items"
LINE = {"type": "LineString", "coordinates": [[X0 + 20, Y0], [X0 + 80, Y0]]}
POINT = {"type": "Point", "coordinates": [X0, Y0]}


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> Path:
    """Return a folder with the small county, accounts, a route of the water company and two sites."""
    folder: Path = tmp_path_factory.mktemp("own") / "data"
    folder.mkdir()
    small_county(None, folder)
    with open_store(None, folder) as store:
        water = {"id": "W1", "utility": "water", "operator": "自来水公司"}
        water["geometry"] = shapely.LineString([(X0, Y0 + 5), (X0 + 90, Y0 + 5)])
        store.insert("routes", [water], who="test", now=NOW)
        for name, applicant in (("S1", "甲公司"), ("S2", "乙公司")):
            site = {"id": name, "applicant": applicant, "geometry": shapely.Point(X0, Y0)}
            store.insert("sites", [site], who="test", now=NOW)
    add_people(None, folder)
    return folder


@pytest.fixture
def county(filled, tmp_path) -> Iterator[httpx.Client]:
    """Yield a client of a copy of it."""
    folder = shutil.copytree(filled, tmp_path / "data")
    with running(settings_of(None, folder)) as client:
        yield client


def application(utility="gas", operator="燃气公司", **more):
    data = {"channel": "online", "utilities": [{"utility": utility, "operator": operator}], "form": {}, **more}
    return {"kind": "file_application", "data": data}


def command(browser, case, kind, *, actor=None, **data):
    body = {"kind": kind, "data": data} | ({"actor": actor} if actor else {})
    return browser.post(f"{CASES}/{case}/commands", json=body)


def ids(answer):
    return [one["id"] for one in answer.json()["cases"]]


def test_a_case_is_its_applicants_and_nobody_elses(county):
    with as_one(county, "applicant") as one, as_one(county, "alone") as other, as_one(county, "coordinator") as window:
        made = one.post(CASES, json=application())
        assert made.status_code == 201, made.text
        mine = made.json()["id"]
        assert made.json()["applicant"] == "甲公司"
        theirs = other.post(CASES, json=application())
        assert (theirs.status_code, theirs.json()["applicant"]) == (201, "独自某")
        typed = window.post(CASES, json=application(applicant="甲公司"))
        namesake = window.post(CASES, json=application(applicant="独自某"))
        assert (typed.status_code, namesake.status_code) == (201, 201)
        assert ids(one.get(CASES)) == [mine, typed.json()["id"]]
        # A name that somebody typed makes nobody the owner who is only called so.
        assert ids(other.get(CASES)) == [theirs.json()["id"]]
        assert len(ids(window.get(CASES))) == 4
        for path in (mine, f"{mine}/events", f"{mine}/papers/receipt"):
            hidden, never = other.get(f"{CASES}/{path}"), other.get(f"{CASES}/{path.replace(mine, '2020-00009')}")
            assert (code(hidden), hidden.json()["title"]) == ((404, "resource.not_found"), never.json()["title"])
        assert command(other, mine, "withdraw").status_code == 404
        assert one.get(f"{CASES}/{mine}/events").json()["events"][0]["who"] == "applicant某"
        assert command(one, mine, "withdraw", reason="不装了").status_code == 200


def test_who_acts_is_who_signed_in(county):
    typed = {"name": "别人", "role": "coordinator"}
    with as_one(county, "applicant") as one, as_one(county, "coordinator") as window:
        for body in (application(applicant="乙公司"), application(owner="x"), application() | {"actor": typed}):
            answer = one.post(CASES, json=body)
            assert code(answer) == (422, "input.refused")
            assert answer.json()["errors"][0]["code"] in {"case.applicant", "case.measured_here", "case.actor"}
        case = one.post(CASES, json=application()).json()["id"]
        assert code(command(window, case, "accept", actor=typed)) == (422, "input.refused")
        accepted = command(window, case, "accept", actor={"role": "coordinator", "name": "coordinator某"})
        assert accepted.status_code == 200
        assert accepted.json()["first_acceptor"]["department"] == "approval_centre"


def test_a_company_acts_on_its_own_tasks_and_those_that_nobody_has(county):
    with (
        as_one(county, "coordinator") as window, as_one(county, "utility") as gas, as_one(county, "water") as water,
    ):  # fmt: skip
        named = window.post(CASES, json=application(applicant="甲公司")).json()["id"]
        free = window.post(CASES, json=application(applicant="甲公司", operator="")).json()["id"]
        for case in (named, free):
            assert command(window, case, "accept").status_code == 200
            refused = command(water, case, "fix_plan", utility="gas", route="G1")
            assert code(refused) == (403, "permission.not_yours")
            assert code(command(gas, case, "fix_plan", utility="gas", operator="自来水公司")) == (
                403,
                "permission.not_yours",
            )
            fixed = command(gas, case, "fix_plan", utility="gas", route="G1")
            assert fixed.status_code == 200, fixed.text
            assert fixed.json()["tasks"][0]["operator"] == "燃气公司"
        assert code(water.post(CASES, json=application(applicant="甲公司"))) == (403, "permission.not_yours")


def test_who_has_several_roles_says_in_which_and_a_narrow_one_stays_narrow(county):
    with as_one(county, "coordinator") as window, as_one(county, "both") as both:
        case = window.post(CASES, json=application(applicant="甲公司", utility="water", operator="自来水公司")).json()[
            "id"
        ]
        command(window, case, "accept")
        answer = command(both, case, "judge", utility="water")
        assert answer.json()["errors"][0]["field"] == "actor.role"
        as_company = command(both, case, "judge", actor={"role": "utility"}, utility="water")
        assert as_company.status_code == 403
        as_surveyor = command(both, case, "judge", actor={"role": "surveyor"}, utility="water")
        assert code(as_surveyor) == (409, "case.refused")
        assert command(both, case, "fix_plan", utility="water", route="W1").status_code == 403


def test_an_application_of_the_county_shows_its_routes_to_its_applicant(county):
    with as_one(county, "applicant") as one, as_one(county, "coordinator") as window, as_one(county, "utility") as gas:
        assert one.get(ITEMS).json()["numberReturned"] == 0
        assert code(one.get(f"{ITEMS}/G1")) == (404, "resource.not_found")
        case = one.post(CASES, json=application()).json()["id"]
        command(window, case, "accept")
        assert command(gas, case, "fix_plan", utility="gas", route="G1").status_code == 200
        assert [one["id"] for one in one.get(ITEMS).json()["features"]] == ["G1"]
        assert one.get(f"{ITEMS}/G1").status_code == 200
        for hidden in ("W1", "W1/history"):
            assert code(one.get(f"{ITEMS}/{hidden}")) == (404, "resource.not_found")
        assert one.get(ITEMS, params={"q": "W1"}).json()["features"] == []
        assert one.get(ITEMS, params={"q": "支线"}).json()["numberReturned"] == 1
        assert one.get(ITEMS, params={"utility": "water"}).json()["features"] == []


def test_sites_are_their_applicants(county):
    with as_one(county, "applicant") as one:
        listed = one.get(SITES)
        assert [site["id"] for site in listed.json()["features"]] == ["S1"]
        assert "numberMatched" not in listed.json()
        site = {"type": "Feature", "geometry": POINT, "properties": {"name": "新址"}}
        made = one.post(SITES, params=GRID, json=site)
        assert (made.status_code, made.json()["properties"]["applicant"]) == (201, "甲公司")
        assert code(one.post(SITES, params=GRID, json=site | {"properties": {"applicant": "乙公司"}})) == (
            403, "permission.not_yours",
        )  # fmt: skip
        assert code(one.delete(f"{SITES}/S2", headers={"If-Match": "*"})) == (404, "resource.not_found")
        assert code(one.patch(f"{SITES}/S2", json={"properties": {"name": "x"}}, headers={"If-Match": "*"}))[0] == 404


def test_a_company_draws_its_own_routes_alone(county):
    route = {"type": "Feature", "geometry": LINE, "properties": {"utility": "gas"}}
    other = {"utility": "gas", "operator": "自来水公司"}
    with as_one(county, "utility") as gas:
        made = gas.post(ITEMS, params=GRID, json=route)
        assert (made.status_code, made.json()["properties"]["operator"]) == (201, "燃气公司")
        path = f"{ITEMS}/{made.json()['id']}"
        history = gas.get(f"{path}/history").json()["features"]
        assert history[0]["properties"]["changed_by"] == "utility某"
        star = {"If-Match": "*"}
        for answer in (
            gas.post(ITEMS, params=GRID, json=route | {"properties": other}),
            gas.put(f"{ITEMS}/new", params=GRID, json=route | {"properties": other}),
            gas.put(f"{ITEMS}/W1", params=GRID, json=route, headers=star),
            gas.put(path, params=GRID, json=route | {"properties": other}, headers=star),
            gas.patch(f"{ITEMS}/W1", json={"properties": {"name": "x"}}, headers=star),
            gas.patch(f"{ITEMS}/W1", json={"properties": {"operator": "燃气公司"}}, headers=star),
            gas.patch(path, json={"properties": {"operator": "自来水公司"}}, headers=star),
            gas.patch(path, json={"properties": {"operator": None}}, headers=star),
            gas.delete(f"{ITEMS}/W1", headers=star),
        ):
            assert code(answer) == (403, "permission.not_yours"), answer.request.url
        assert gas.put(path, params=GRID, json=route, headers=star).status_code == 200
        assert gas.patch(path, json={"properties": {"name": "改名"}}, headers=star).status_code == 200
        assert gas.delete(path, headers=star).status_code == 204


def test_one_key_of_two_people_is_two_keys(county):
    key = {"Idempotency-Key": "1"}
    with as_one(county, "applicant") as one, as_one(county, "alone") as other:
        first, second = (who.post(CASES, json=application(), headers=key) for who in (one, other))
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json()["id"] != second.json()["id"]
        again = other.post(CASES, json=application(), headers=key)
        assert (again.headers["idempotency-replayed"], again.json()["id"]) == ("true", second.json()["id"])


def test_a_company_counts_its_own_cases(county):
    with as_one(county, "coordinator") as window, as_one(county, "utility") as gas, as_one(county, "water") as water:
        window.post(CASES, json=application(applicant="甲公司"))
        whole = {row["utility"] for row in window.get("/api/figures").json()["rows"]}
        assert None in whole
        for browser, utility in ((gas, "gas"), (water, "water")):
            assert {row["utility"] for row in browser.get("/api/figures").json()["rows"]} <= {utility}


def test_a_page_of_cases_keeps_its_filters(county):
    with as_one(county, "coordinator") as window:
        for applicant in ("甲公司", "乙公司", "甲公司"):
            window.post(CASES, json=application(applicant=applicant))
        page = window.get(CASES, params={"applicant": "甲公司", "limit": 1})
        [link] = page.json()["links"]
        following = window.get(link["href"])
        assert len({*ids(page), *ids(following)}) == 2
        assert [case["applicant"] for case in following.json()["cases"]] == ["甲公司"]


def test_who_accepts_a_finding_is_who_signed_in(county):
    with as_one(county, "approver") as browser:
        refused = browser.post("/api/findings/x/acceptance", json={"reason": "可以", "who": "别人"})
        assert [fault["code"] for fault in refused.json()["errors"]] == ["acceptance.who"]
        assert browser.delete("/api/findings/x/acceptance", params={"who": "别人"}).status_code == 422


def test_a_company_files_a_returned_case_again_for_its_applicant_alone(county):
    with as_one(county, "applicant") as one, as_one(county, "coordinator") as window, as_one(county, "utility") as gas:
        case = one.post(CASES, json=application()).json()["id"]
        assert command(window, case, "return_application", reason="缺材料").status_code == 200
        again = application(applicant="乙公司")["data"]
        assert code(command(gas, case, "file_application", **again)) == (403, "permission.not_yours")
        assert command(gas, case, "file_application", **again | {"applicant": "甲公司"}).status_code == 200
        assert one.get(f"{CASES}/{case}").json()["applicant"] == "甲公司"


def test_a_company_plans_with_no_line_of_another_company(county):
    route = {"type": "Feature", "geometry": LINE, "properties": {"utility": "gas", "operator": "另一燃气公司"}}
    with as_one(county, "coordinator") as window, as_one(county, "utility") as gas:
        assert window.put(f"{ITEMS}/G9", params=GRID, json=route).status_code == 201
        case = window.post(CASES, json=application(applicant="甲公司", operator="")).json()["id"]
        assert command(window, case, "accept").status_code == 200
        assert code(command(gas, case, "fix_plan", utility="gas", route="G9")) == (403, "permission.not_yours")


def test_the_history_of_an_id_that_was_anothers_stays_his(county):
    site = {"type": "Feature", "geometry": POINT, "properties": {"applicant": "甲公司"}}
    with as_one(county, "applicant") as one, as_one(county, "coordinator") as window:
        assert window.delete(f"{SITES}/S2", headers={"If-Match": "*"}).status_code == 204
        assert window.put(f"{SITES}/S2", params=GRID, json=site).status_code == 201
        told = one.get(f"{SITES}/S2/history").json()["features"]
        assert [row["properties"]["applicant"] for row in told] == ["甲公司"]
        assert len(window.get(f"{SITES}/S2/history").json()["features"]) > 1


def test_only_an_authority_numbers_and_dates_a_paper(county):
    with as_one(county, "applicant") as one, as_one(county, "coordinator") as window:
        case = one.post(CASES, json=application()).json()["id"]
        assert command(window, case, "accept").status_code == 200
        path = f"{CASES}/{case}/papers/receipt"
        assert one.get(path).headers["cache-control"] == "no-store"
        for chosen in ({"number": "甲字第1号"}, {"issued": "2020-01-01"}):
            assert code(one.get(path, params=chosen)) == (403, "permission.not_yours")
            assert window.get(path, params=chosen).status_code == 200


def test_what_is_stored_is_not_told_to_those_who_may_not_look(county):
    with as_one(county, None) as guest, as_one(county, "applicant") as one, as_one(county, "surveyor") as all_of_it:
        told = guest.get("/api/health").json()
        assert (told["layers"], list(told["resident"])) == ({}, ["change"])
        assert all_of_it.get("/api/health").json()["layers"]["routes"] > 0
        for who, hidden in ((guest, True), (one, False)):
            where = who.get("/api/county").json()
            assert [where["bbox_grid"] is None, where["bbox_lonlat"] is None] == [hidden] * 2
        extents = [
            {layer["id"] for layer in who.get("/api/collections").json()["collections"] if "extent" in layer}
            for who in (one, all_of_it)
        ]
        assert "routes" not in extents[0]
        assert "routes" in extents[1]


def test_whoever_sees_only_its_own_cannot_find_out_which_ids_are_taken(county):
    site = {"type": "Feature", "geometry": POINT, "properties": {"applicant": "甲公司"}}
    conditions = ({}, {"If-Match": "*"}, {"If-Match": '"1"'}, {"If-None-Match": "*"})
    paths = [f"{SITES}/{name}" for name in ("S3", "S2", "S9")]  # another's, one that was deleted, one never given
    with as_one(county, "applicant") as one, as_one(county, "coordinator") as window:
        assert window.delete(f"{SITES}/S2", headers={"If-Match": "*"}).status_code == 204
        assert window.put(f"{SITES}/S3", params=GRID, json=site | {"properties": {"applicant": "乙公司"}}).is_success
        for headers in conditions:
            answers = [one.put(path, params=GRID, json=site, headers=headers) for path in paths]
            assert [code(answer) for answer in answers] == [(404, "resource.not_found")] * 3, headers
            assert len({re.sub(r"S\d", "", answer.text) for answer in answers}) == 1
            assert len({tuple(sorted(set(answer.headers) - {"date"})) for answer in answers}) == 1
        named = [one.post(SITES, params=GRID, json=site | {"id": name}) for name in ("S3", "S2", "S9")]
        assert [code(answer) for answer in named] == [(422, "input.refused")] * 3
        assert named[0].json()["errors"][0]["field"] == "id"
        assert len({re.sub(r"S\d", "", answer.text) for answer in named}) == 1
        assert one.put(f"{SITES}/S1", params=GRID, json=site, headers={"If-Match": "*"}).status_code == 200
        assert one.post(SITES, params=GRID, json=site).status_code == 201


def test_how_an_operator_stands_is_told_in_a_case_to_those_alone_who_may_see_standings(tmp_path):
    small_county(None, tmp_path)
    with running(settings_of(None, tmp_path)) as client:
        case = broken(client)
        act(client, case, "order_rectify", SUPERVISOR, utility="gas", reason="穿路超限")
        add_people(None, tmp_path)
        told = {}
        for name in ("applicant", "surveyor", "water", "utility", "approver", "supervisor"):
            with as_one(client, name) as browser:
                [task] = browser.get(f"{CASES}/{case}").json()["tasks"]
                told[name] = task["operator_breaches"], task["operator_suspended"]
    assert told == dict.fromkeys(("applicant", "surveyor", "water"), (None, None)) | dict.fromkeys(
        ("utility", "approver", "supervisor"), (1, False)
    )


def test_who_lost_a_role_is_not_answered_again_what_the_role_was_told(filled, tmp_path):
    folder = shutil.copytree(filled, tmp_path / "data")
    key = {"Idempotency-Key": "once"}
    with (
        running(settings_of(None, folder)) as client,
        as_one(client, "both") as both,
        open_store(None, folder) as store,
    ):
        route = {"type": "Feature", "geometry": LINE, "properties": {"utility": "gas", "operator": "自来水公司"}}
        first = both.post(ITEMS, params=GRID, json=route, headers=key)
        assert first.status_code == 201
        again = both.post(ITEMS, params=GRID, json=route, headers=key)
        assert (again.headers["idempotency-replayed"], again.content) == ("true", first.content)
        People(store).set_roles("both", ["utility"], now=datetime.now(UTC))
        later = both.post(ITEMS, params=GRID, json=route, headers=key)
        assert code(later) == (422, "idempotency.reused")
        assert "自来水公司" not in later.text
        People(store).set_roles("both", ["utility", "surveyor"], now=datetime.now(UTC))
        assert both.post(ITEMS, params=GRID, json=route, headers=key).content == first.content


def test_an_organisation_called_like_a_person_does_not_get_its_case():
    case = dataclasses.replace(replay("2026-00001", "neixiang", []), applicant="王芳", owner="account-1")
    shop = Person("a", "店主", "o9", "王芳", "", "", ("applicant",))
    assert not is_seen(case, Visitor("accounts", shop))
    assert is_seen(dataclasses.replace(case, owner=""), Visitor("accounts", shop))


def test_whoever_a_project_was_registered_for_files_the_form_into_it_and_the_window_stays_with_it(county):
    opened = {
        "kind": "open_project",
        "data": {"project": "一号厂", "event": "land_contract_signed", "applicant": "甲公司"},
    }
    with as_one(county, "applicant") as one, as_one(county, "alone") as other, as_one(county, "coordinator") as window:
        case = window.post(CASES, json=opened).json()["id"]
        assert ids(one.get(CASES)) == [case]
        assert ids(other.get(CASES)) == []
        assert command(other, case, "file_application", **application()["data"]).status_code == 404
        filed = command(one, case, "file_application", **application()["data"])
        assert filed.status_code == 200, filed.text
        assert (filed.json()["phase"], filed.json()["project"], filed.json()["applicant"]) == (
            "filed",
            "一号厂",
            "甲公司",
        )
        accepted = command(window, case, "accept")
        assert accepted.json()["first_acceptor"]["name"] == "coordinator某"
        # Nobody is named: nobody sees it but the authorities, and the window files for whoever comes to it.
        nobody = window.post(CASES, json={**opened, "data": {**opened["data"], "applicant": ""}}).json()["id"]
        assert ids(one.get(CASES)) == [case]
        typed = application(applicant="甲公司", channel="window")["data"]
        by_window = command(window, nobody, "file_application", **typed)
        assert by_window.status_code == 200, by_window.text
        assert ids(one.get(CASES)) == [case, nobody]
