"""Joint visits over HTTP, on both stores: planned, changed, called off; who may see them."""

from __future__ import annotations

import pytest

from api.db.store import open_store
from tests.api.conftest import NOW, X0, Y0, running, settings_of, small_county
from tests.api.test_http_doors import add_people, as_one, code
from tests.api.test_http_doors_own import application
from tests.api.test_http_items import problem
from tests.api.visit_requests import (
    GRID,
    VISITS,
    act,
    answered,
    items_of,
    planned,
    streets_county,
    workday,
)

pytestmark = pytest.mark.usefixtures("quick_hashes")


def test_a_visit_is_proposed_planned_listed_and_read(client):
    asked = {"routes": ["G1"], "title": "范蠡大街踏勘", **GRID}
    proposal = client.post(f"{VISITS}/proposals", json=asked).json()
    assert client.get(VISITS).json()["visits"] == []
    visit = planned(client)
    assert visit["stops"] == proposal["plan"]["stops"]
    [stop] = visit["stops"]
    assert stop["road"] == "D1"
    assert stop["name"] == "范蠡大街 · 燃气支线"
    [crossing] = [item for item in stop["items"] if item["kind"] == "crossing"]
    assert crossing["number"] == f"1-{stop['items'].index(crossing) + 1}"
    assert crossing["measured"] == pytest.approx(12.0, abs=0.01)  # the road is 12 m wide, the route straight across
    assert crossing["place"] == pytest.approx([X0 + 50, Y0 + 1.5], abs=0.01)
    assert [one["key"] for one in stop["attendees"]] == ["utility:燃气公司"]
    assert stop["minutes"] == 5 + 5 * len(stop["items"]) - sum(item["tool"] == "look" for item in stop["items"])
    [row] = client.get(VISITS).json()["visits"]
    assert (row["id"], row["state"], row["stops"], row["items"], row["answered"]) == (
        visit["id"], "planned", 1, len(stop["items"]), 0,
    )  # fmt: skip
    assert [one["kind"] for one in row["waits"]] == ["invite_visit"]
    read = client.get(f"{VISITS}/{visit['id']}", params=GRID)
    assert read.json() == visit
    again = client.get(f"{VISITS}/{visit['id']}", params=GRID, headers={"If-None-Match": read.headers["etag"]})
    assert again.status_code == 304


def test_a_stop_is_named_after_a_route_beside_the_one_that_was_asked_for_by_its_name(client):
    """A chance names its routes in the order of their ids, and the first need not be what was asked for."""
    for name, utility, north in (("A7", "water", 204.0), ("B7", "gas", 201.5)):
        line = {"type": "LineString", "coordinates": [[X0, Y0 + north], [X0 + 90, Y0 + north]]}
        said = {
            "utility": utility, "operator": utility, "name": f"{name} 支线", "start": "2027-03-01", "end": "2027-05-31",
            "cover_m": 1.2, "diameter_mm": 100.0, "pressure_mpa": 0.2,
        }  # fmt: skip
        made = client.post(
            "/api/collections/routes/items", params=GRID,
            json={"type": "Feature", "id": name, "geometry": line, "properties": said},
        )  # fmt: skip
        assert made.status_code == 201, made.text
    visit = planned(client, routes=["B7"])
    items = [item for stop in visit["stops"] for item in stop["items"]]
    assert [one["id"] for one in items[0]["subjects"]] == ["A7", "B7"]
    assert [stop["name"] for stop in visit["stops"]] == ["范蠡大街 · A7 支线"]


def test_minutes_that_nobody_states_are_those_of_the_county(client):
    asked = {"routes": ["G1"], **GRID}
    plans = [
        client.post(f"{VISITS}/proposals", json=asked | {"minutes": minutes}).json()["plan"]
        for minutes in (None, {"tape": None, "arrive": None})
    ]
    assert plans[1]["stops"] == plans[0]["stops"]


def test_nothing_to_visit_is_said_and_a_visit_without_a_name_is_named_after_its_road(client):
    told = client.post(f"{VISITS}/proposals", json={}).json()
    assert (told["plan"], [fault["field"] for fault in told["faults"]]) == (None, ["cases"])
    problem(client.post(VISITS, json={}), 422, "input.refused")
    assert planned(client, title=None)["title"] == "范蠡大街联合踏勘"


def test_the_same_request_again_plans_nothing_twice(client):
    asked = {"title": "踏勘", "routes": ["G1"]}
    keyed = {"Idempotency-Key": "one"}
    first, again = (client.post(VISITS, json=asked, headers=keyed) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"
    assert len(client.get(VISITS).json()["visits"]) == 1


def test_places_sites_start_end_order_and_minutes_are_taken(database_url, tmp_path):
    small_county(database_url, tmp_path)
    with open_store(database_url, tmp_path) as store:
        streets_county(store, NOW)
    with running(settings_of(database_url, tmp_path)) as client:
        added = [{"x": X0 + 300 * k, "y": Y0 + 500, "name": f"井{k}", "note": "看井盖"} for k in range(3)]
        asked = {"add": added, "start": [X0, Y0], "end": [X0, Y0], **GRID}
        best = client.post(f"{VISITS}/proposals", json=asked).json()["plan"]
        assert [stop["items"][0]["do_zh"] for stop in best["stops"]] == ["看井盖"] * 3
        assert best["proven"]
        ids = [stop["id"] for stop in best["stops"]]
        turned = [ids[1], ids[0], ids[2]]
        hand = planned(client, routes=[], order=turned, minutes={ids[0]: 50, "look": 7}, **asked)
        assert [stop["id"] for stop in hand["stops"]] == turned
        assert [stop["minutes"] for stop in hand["stops"]] == [5 + 7, 50, 5 + 7]
        told = client.post(f"{VISITS}/proposals", json=asked | {"order": [*turned, "Snone"]}).json()
        assert told["plan"]["travel_s"] > told["plan"]["least_travel_s"] == pytest.approx(best["travel_s"])
        assert [fault["code"] for fault in told["faults"]] == ["visit.stop_gone"]
        [day] = hand["days"]
        assert [leg["mode"] for leg in day["legs"]] == ["drive"] * 4  # to each stop, and back
        assert day["ways"][0]["coordinates"][0] == [X0, Y0]
        walked = client.post(f"{VISITS}/proposals", json=asked | {"mode": "walk"}).json()["plan"]
        assert {leg["mode"] for leg in walked["days"][0]["legs"]} == {"walk"}
        assert walked["travel_s"] > best["travel_s"]
        assert hand["asked"]["start"] == [X0, Y0]


def test_no_road_between_two_stops_is_told_with_the_straight_line(database_url, tmp_path):
    small_county(database_url, tmp_path)
    with open_store(database_url, tmp_path) as store:
        streets_county(store, NOW, apart=True)
    with running(settings_of(database_url, tmp_path)) as client:
        asked = {"add": [{"x": X0, "y": Y0 + 500}, {"x": X0 + 100, "y": Y0 + 5000}], **GRID}
        told = client.post(f"{VISITS}/proposals", json=asked).json()
        [fault] = told["faults"]
        assert fault["code"] == "visit.no_road"
        assert fault["value"] == pytest.approx(4501.1, abs=0.5)  # hypot(100, 4500)
        assert [leg and leg["gap_m"] == leg["metres"] for leg in told["plan"]["days"][0]["legs"]] == [None, True, None]


def test_a_change_is_planned_once_and_must_be_told_again(client):
    visit = planned(client)["id"]
    invited = act(client, visit, "invite_visit", command="c1")
    assert (invited["state"], invited["sequence"], invited["invited"]) == ("invited", 0, ["utility:燃气公司"])
    day = str(workday(5))
    data = {"reason": "下雨", "asked": {"title": "改期", "routes": ["G1"], "day": day, **GRID}}
    changed = act(client, visit, "change_visit", command="c2", data=data)
    assert (changed["state"], changed["title"], changed["days"][0]["on"]) == ("planned", "改期", day)
    assert changed["invited"] == []
    again = act(client, visit, "change_visit", command="c2", data=data)
    assert again["seq"] == changed["seq"]
    act(client, visit, "invite_visit", command="c3")
    held = act(client, visit, "hold_visit", data={"present": [{"name": "王工", "organisation": "燃气公司"}]})
    assert held["present"] == [{"name": "王工", "organisation": "燃气公司", "key": ""}]
    refused = act(client, visit, "change_visit", status=409, data=data)
    assert refused["code"] == "case.refused"
    assert "issue_visit_minutes" in refused["possible"]  # under its own address
    told = [event["kind"] for event in client.get(f"{VISITS}/{visit}/events").json()["events"]]
    assert told == ["visit_planned", "visit_invited", "visit_changed", "visit_invited", "visit_held"]
    assert client.get(f"{VISITS}/{visit}/events", params={"after": 4}).json()["events"][0]["seq"] == 5


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "change_visit"}, "data.asked"),
        ({"kind": "change_visit", "data": {"reason": " ", "asked": {}}}, "data.reason"),
        ({"kind": "change_visit", "data": {"reason": "雨", "asked": {"routes": "G1"}}}, "routes"),
        ({"kind": "plan_visit"}, "kind"),
        ({"kind": "issue_visit_minutes", "data": {"document": "d"}}, "kind"),
        ({"kind": "cancel_visit", "data": []}, "data"),
        ({"kind": "cancel_visit", "id": "", "data": {"reason": "雨"}}, "id"),
        ({"kind": "cancel_visit", "expected": "1", "data": {"reason": "雨"}}, "expected"),
        ({"kind": "cancel_visit", "actor": {"name": "王", "role": "king"}, "data": {"reason": "雨"}}, "actor"),
        ({"kind": "cancel_visit", "data": {"reason": "雨" * 2001}}, "reason"),
        ({"kind": "hold_visit", "data": {"present": [{"name": "王"}]}}, "present.0.organisation"),
    ],
)
def test_what_is_no_command_is_refused_by_name(demo_visit, body, field):
    client, visit = demo_visit
    errors = problem(client.post(f"{VISITS}/{visit}/commands", json=body), 422, "input.refused")["errors"]
    assert field in [fault["field"] for fault in errors]
    assert client.get(f"{VISITS}/{visit}").json()["seq"] == 1


@pytest.fixture(scope="module")
def demo_visit(tmp_path_factory):
    folder = tmp_path_factory.mktemp("visit")
    small_county(None, folder)
    with running(settings_of(None, folder)) as client:
        yield client, planned(client)["id"]


def test_who_is_busy_is_waited_for_or_blocks(client):
    day = workday()
    busy = "\r\n".join([
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1", "DTSTAMP:20261101T000000Z",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}", "END:VEVENT", "END:VCALENDAR", "",
    ])  # fmt: skip
    asked = {"routes": ["G1"], "day": str(day), "calendars": {"utility:燃气公司": busy}}
    told = client.post(f"{VISITS}/proposals", json=asked).json()
    assert told["plan"] is None
    assert told["nearest"]["days"][0] > str(day)
    refused = problem(client.post(VISITS, json=asked), 409, "visit.no_time")
    assert refused["proposal"]["nearest"] == told["nearest"]
    free = client.post(f"{VISITS}/proposals", json=asked | {"calendars": {"utility:水司": busy}}).json()
    assert free["plan"]["days"][0]["on"] == str(day)
    assert [fault["code"] for fault in free["faults"]] == ["visit.calendar_of_nobody"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"routes": ["nobody"]}, "routes"),
        ({"cases": ["2020-00001"]}, "cases"),
        ({"sites": ["S0"]}, "sites"),
        ({"routes": "G1"}, "routes"),
        ({"routes": ["G1"], "day": "2020-01-01"}, "day"),
        ({"routes": ["G1"], "day": "2026-13-01"}, "day"),
        ({"routes": ["G1"], "day": "9999-12-31"}, "day"),
        ({"routes": ["G1"], "after": "9998-12-31T00:00"}, "after"),
        ({"routes": ["G1"], "order": ["x" * 201]}, "order"),
        ({"routes": ["G1"], "minutes": {"x" * 201: 3}}, "minutes"),
        ({"routes": ["G1"], "after": "soon"}, "after"),
        ({"routes": ["G1"], "after": "9999-12-31T23:59:59+00:00"}, "after"),
        ({"routes": ["G1"], "after": "0001-01-01T00:00:00+09:00"}, "after"),
        ({"routes": ["G1"], "mode": "fly"}, "mode"),
        ({"routes": ["G1"], "minutes": {"look": -1}}, "minutes.look"),
        ({"routes": ["G1"], "minutes": [1]}, "minutes"),
        ({"routes": ["G1"], "start": [200, 10]}, "start"),
        ({"routes": ["G1"], "start": ["a", 1]}, "start"),
        ({"add": [{"x": 1}]}, "add.0"),
        ({"add": [{"x": 111.8, "y": 33, "what": 1}]}, "add.0.what"),
        ({"routes": ["G1"], "calendars": {"k": "no calendar"}}, "calendars.k"),
        ({"routes": ["G1"], "calendars": {"k": 1}}, "calendars.k"),
        ({"routes": ["G1"], "title": "长" * 201}, "title"),
        ({"routes": ["G1"], "crs": 5}, "crs"),
        ({"routes": ["G1"], "colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_planned_is_refused_by_name(shared, asked, field):
    before = shared.get(VISITS).json()["visits"]
    for address in (f"{VISITS}/proposals", VISITS):
        errors = problem(shared.post(address, json=asked), 422, "input.refused")["errors"]
        assert field in [fault["field"] for fault in errors]
    assert shared.get(VISITS).json()["visits"] == before


def test_many_stops_and_long_and_rare_names(database_url, tmp_path):
    small_county(database_url, tmp_path)
    with open_store(database_url, tmp_path) as store:
        streets_county(store, NOW)
    name = "𠮷" * 100 + "=1+1" + "长" * 90 + "\u202e\x07"
    with running(settings_of(database_url, tmp_path)) as client:
        added = [{"x": X0 + 60.0 * (k % 15), "y": Y0 + 60.0 * (k // 15), "name": name} for k in range(201)]
        few = {"title": name, "add": added[:200], **GRID}
        visit = planned(client, routes=[], **few)
        assert len(visit["stops"]) == 200
        assert len(visit["days"]) > 1
        refused = problem(client.post(VISITS, json=few | {"add": added, **GRID}), 422, "input.refused")
        assert "200" in refused["detail"]
        assert client.get(f"{VISITS}/{visit['id']}/invitation.ics").status_code == 200
        assert client.get(f"{VISITS}/{visit['id']}/checklist.xlsx").status_code == 200


@pytest.fixture
def guarded(database_url, tmp_path):
    small_county(database_url, tmp_path)
    add_people(database_url, tmp_path)
    with running(settings_of(database_url, tmp_path)) as client:
        yield client


def test_only_those_whom_it_calls_see_a_visit_and_enter(guarded):
    with as_one(guarded, "coordinator") as window:
        visit = planned(window)
        item = items_of(visit)[0]["id"]
    where = f"{VISITS}/{visit['id']}"
    entry = {"entries": [answered("g", item)]}
    with as_one(guarded, "utility") as gas, as_one(guarded, "water") as water, as_one(guarded, "supervisor") as above:
        assert [row["called"] for row in gas.get(VISITS).json()["visits"]] == [True]
        assert gas.post(f"{where}/entries", json=entry).json()["entries"] == [{"id": "entry-g", "taken": True}]
        assert gas.get(where).json()["stops"][0]["items"][0]["answers"][0]["by"] == "utility某"
        assert {one["kind"] for one in gas.get(where).json()["possible"]} == {"answer_item", "sign_visit"}
        assert water.get(VISITS).json()["visits"] == []
        for path in ("", "/events", "/pictures", "/atlas.pdf", "/invitation.ics"):
            assert code(water.get(where + path))[0] == 404
        assert code(water.post(f"{where}/entries", json=entry))[0] == 404
        assert code(gas.post(VISITS, json={"routes": ["G1"]})) == (403, "permission.refused")
        refused = gas.post(f"{where}/commands", json={"kind": "cancel_visit", "data": {"reason": "x"}})
        assert refused.status_code == 403
        assert above.get(where).status_code == 200
        assert code(above.post(f"{where}/entries", json=entry)) == (403, "permission.refused")
    assert code(guarded.get(VISITS)) == (401, "permission.sign_in")


def test_an_applicant_gets_no_paper_with_lines_that_are_not_its_own(guarded):
    """Existing pipes are told to staff and companies alone: a paper must not be the way round that."""
    with as_one(guarded, "applicant") as one, as_one(guarded, "coordinator") as window:
        case = one.post("/api/cases", json=application()).json()["id"]
        place = {"x": X0 + 5, "y": Y0 + 5, "name": "现场", "case": case}
        visit = planned(window, cases=[case], keep=[case], add=[place])
        where = f"{VISITS}/{visit['id']}"
        told = one.get(where)
        assert told.status_code == 200
        assert {paper["kind"] for paper in told.json()["papers"]} == {"checklist", "invitation", "layers"}
        assert {paper["kind"] for paper in window.get(where).json()["papers"]} > {"atlas_a3", "field_map", "pack"}
        for path in ("/atlas.pdf", "/field-map.html", "/pack.zip", "/minutes.pdf", "/minutes.docx?draft=true"):
            assert code(one.get(where + path)) == (403, "permission.refused"), path
        for paper in told.json()["papers"]:
            assert one.get(paper["href"]).status_code == 200, paper
        assert window.get(f"{where}/atlas.pdf").status_code == 200
        for kind in ("invite_visit", "hold_visit"):
            act(window, visit["id"], kind, data={} if kind == "invite_visit" else {"present": []})
        assert window.post(f"{where}/minutes", json={}).status_code == 201
        mine, theirs = (asking.get(f"{where}/minutes").json() for asking in (one, window))
        assert ([issue["files"] for issue in mine["issued"]], mine["draft"]) == ([[]], [])
        assert (len(theirs["issued"][0]["files"]), len(theirs["draft"])) == (4, 2)
        for file in theirs["issued"][0]["files"]:
            assert code(one.get(file["href"])) == (403, "permission.refused")
            assert window.get(file["href"]).status_code == 200
