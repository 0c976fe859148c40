"""Chances to share a trench over HTTP, on both stores: lists, answers of two companies, changes of plan, the clock."""

from __future__ import annotations

import io
import json
import time
from datetime import date, timedelta
from decimal import Decimal

import pytest
import shapely
from openpyxl import load_workbook
from pypdf import PdfReader

from api.db.opportunities import TalkStore
from api.db.store import open_store
from api.db.transfer import copy
from api.opportunity_talks import Talks
from geo.crs import grid
from geo.formats import read
from survey.calendar import Calendar, local
from survey.cases.commands import Command
from survey.cases.records import Actor
from survey.opportunities import known_costs, opportunities_of
from survey.opportunities.answers import parties_of, snapshot_of
from survey.opportunities.answers.commands import Answer, Propose
from survey.policies import load_policy
from survey.surroundings import Surroundings
from tests.api.conftest import NOW, X0, Y0, running, settings_of
from tests.api.test_http_doors import add_people, as_one
from tests.api.test_http_items import faults, problem
from tests.conftest import NEIXIANG

pytestmark = pytest.mark.usefixtures("quick_hashes")

CHANCES = "/api/opportunities"
SOON = 20.0
TODAY = local(NOW).date()


def street(y, begin=0.0, end=200.0):
    return shapely.LineString([(X0 + begin, Y0 + y), (X0 + end, Y0 + y)])


def days(first, last):
    """Return a window some days after today, for the service's own clock."""
    today = date.today()  # noqa: DTZ011 - the days only need lie ahead
    return {"start": str(today + timedelta(first)), "end": str(today + timedelta(last))}


ROUTES = [
    {"id": "W1", "utility": "water", "operator": "自来水公司", "name": "给水干线", "geometry": street(0),
     **days(90, 180)},
    {"id": "G1", "utility": "gas", "operator": "燃气公司", "geometry": street(1.5), **days(120, 210)},
    {"id": "T1", "utility": "telecom", "geometry": street(300), **days(90, 120)},
    {"id": "P1", "utility": "power", "operator": "供电公司", "geometry": street(301, 0, 100), **days(150, 180)},
    {"id": "B1", "utility": "不明", "geometry": street(600)},
]  # fmt: skip


def county(url, folder):
    """Fill a store: two pairs of routes side by side, the windows of one meet; a route of no known utility."""
    with open_store(url, folder) as store:
        store.upgrade()
        store.county = NEIXIANG
        road = {"id": "D1", "name": "范蠡大街", "class": "local", "width_m": 12.0, "geometry": street(1, -10, 210)}
        store.insert("roads", [road], who="test", now=NOW)
        store.insert("routes", ROUTES, who="test", now=NOW)


@pytest.fixture
def client(database_url, tmp_path):
    county(database_url, tmp_path)
    with running(settings_of(database_url, tmp_path)) as client:
        yield client


@pytest.fixture
def guarded(database_url, tmp_path):
    county(database_url, tmp_path)
    add_people(database_url, tmp_path)
    with running(settings_of(database_url, tmp_path)) as client:
        yield client


def listed(client, **asked):
    answer = client.get(CHANCES, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def by_routes(client, *routes, **asked):
    rows = listed(client, **asked)["opportunities"]
    return next(row for row in rows if [member["route"] for member in row["members"]] == sorted(routes))


def act(client, chance, kind, expected=None, headers=None, **data):
    body = {"kind": kind, "data": data} | ({} if expected is None else {"expected": expected})
    return client.post(f"{CHANCES}/{chance}/commands", json=body, headers=headers or {})


def changed(client, route, **properties):
    at = f"/api/collections/routes/items/{route}"
    answer = client.patch(
        at,
        json={"type": "Feature", "properties": properties},
        headers={"If-Match": "*", "Content-Type": "application/merge-patch+json"},
    )
    assert answer.status_code == 200, answer.text


def until(client, chance, state):
    """Return the chance once it is in a state; the watch looks for changes of plan by itself."""
    end = time.monotonic() + SOON
    while (found := client.get(f"{CHANCES}/{chance}").json())["state"] != state or found.get("cause") == "":
        assert time.monotonic() < end, (found["state"], found["cause"])
        time.sleep(0.05)
    return found


def engine(url, folder, on):
    """Return what the engine finds in the store all at once."""
    with open_store(url, folder) as store:
        routes, roads = store.frame("routes"), store.frame("roads")
    around = Surroundings.from_frames(roads, None, grid(NEIXIANG.grid), load_policy(NEIXIANG.policy).defaults)
    return opportunities_of(routes[routes["id"] != "B1"], around, on=date.fromisoformat(on), costs=known_costs())


def test_the_list_is_what_the_engine_finds(client, database_url, tmp_path):
    told = listed(client, crs="grid")
    records = engine(database_url, tmp_path, told["on"])
    assert [row["id"] for row in told["opportunities"]] == [one.id for one in records]
    for row, one in zip(told["opportunities"], records, strict=True):
        assert (row["shared_m"], row["score"]) == (one.shared_m, one.score)
        assert row["savings"]["money"]["low"] == one.savings.money.low
        assert row["meeting"]["state"] == one.meeting.state
        assert row["geometry"]["coordinates"] == [list(point) for point in one.parts[0]]
    assert told["counts"]["matched"] == len(records) == 2
    assert told["counts"]["saved_m"] == pytest.approx(sum(one.saved_m for one in records))
    assert [fault["feature"] for fault in told["left_out"]] == ["B1"]
    pair = by_routes(client, "W1", "G1")
    assert {member["name"] for member in pair["members"]} == {"给水干线", None}
    whole = client.get(f"{CHANCES}/{pair['id']}").json()
    assert whole["savings"]["surfaces"]
    assert whole["savings"]["money"]["items"][0]["source_zh"]
    assert not whole["gone"]
    assert client.get(f"{CHANCES}/{pair['id']}/section").json()["svg"].startswith("<svg")
    split = client.get(f"{CHANCES}/{pair['id']}/split").json()
    assert {share["party"] for share in split["shares"]} == {"自来水公司", "燃气公司"}
    assert sum(Decimal(share["shapley"]) for share in split["shares"]) == Decimal(split["total"])


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"utility": "water"}, ["G1 W1"]),
        ({"utility": "water,power"}, ["G1 W1", "P1 T1"]),
        ({"operator": " 供电公司 "}, ["P1 T1"]),
        ({"route": "T1"}, ["P1 T1"]),
        ({"street": "范蠡"}, ["G1 W1"]),
        ({"street": "D1"}, ["G1 W1"]),
        ({"street": '"范蠡大街"'}, ["G1 W1"]),
        ({"street": '"范蠡"'}, []),
        ({"meeting": "shift"}, ["P1 T1"]),
        ({"state": "proposed"}, []),
        ({"state": "new", "order": "length"}, ["G1 W1", "P1 T1"]),
        ({"kind": "crossing"}, []),
        ({"least_saved_m": 150}, ["G1 W1"]),
        ({"least_yuan": 1e9}, []),
        ({"waiting": True}, []),
        ({"bbox": f"{X0},{Y0 + 290},{X0 + 10},{Y0 + 310}", "bbox-crs": "grid"}, ["P1 T1"]),
        ({"datetime": "/".join(days(121, 150).values())}, ["G1 W1", "P1 T1"]),
        ({"datetime": days(121, 130)["start"]}, ["G1 W1"]),
        ({"datetime": f"{days(190, 0)['start']}/.."}, []),
    ],
)
def test_lists_are_narrowed(shared_county, asked, found):
    told = listed(shared_county, **asked)
    rows = [" ".join(member["route"] for member in row["members"]) for row in told["opportunities"]]
    assert sorted(rows) == found
    assert told["counts"]["matched"] == len(found)
    assert sum(told["counts"]["states"].values()) == len(found)


def test_pages_lead_on_and_words_that_are_none_are_refused(shared_county):
    first = listed(shared_county, limit=1)
    assert first["counts"]["matched"] == 2
    second = shared_county.get(first["links"][0]["href"]).json()
    assert second["links"] == []
    assert first["opportunities"][0]["id"] != second["opportunities"][0]["id"]
    wrong = {"utility": "水星", "state": "maybe", "kind": "x", "meeting": "y"}
    assert len(faults(shared_county.get(CHANCES, params=wrong))) == 4
    problem(shared_county.get(f"{CHANCES}/O0000000000000000"), 404, "resource.not_found")


@pytest.mark.parametrize("ending", ["gpkg", "csv", "xlsx"])
def test_what_is_wanted_comes_as_a_file(shared_county, tmp_path, ending):
    answer = shared_county.get(f"{CHANCES}/file", params={"f": ending, "route": "W1"})
    assert answer.status_code == 200, answer.text
    file = tmp_path / f"out.{ending}"
    file.write_bytes(answer.content)
    row = by_routes(shared_county, "W1", "G1")
    if ending == "xlsx":
        names, told = ([cell.value for cell in line] for line in load_workbook(file)["opportunities"].iter_rows())
        found = dict(zip(names, told, strict=True))
    else:
        frame = read(file, **({"crs": NEIXIANG.grid} if ending == "csv" else {})).frame
        assert len(frame) == 1
        assert frame.geometry.iloc[0].length == pytest.approx(200.0)
        found = frame.iloc[0]
    assert (found["id"], float(found["saved_m"]), found["state_zh"]) == (row["id"], row["saved_m"], "未提出")
    problem(shared_county.get(f"{CHANCES}/file", params={"f": "dwg"}), 422, "input.refused")


def test_what_is_wanted_comes_as_a_summary_to_print(shared_county):
    row = by_routes(shared_county, "W1", "G1")
    for language, word in (("zh", "未提出"), ("en", "not proposed")):
        asked = {"f": "pdf", "route": "W1", "language": language}
        answer = shared_county.get(f"{CHANCES}/file", params=asked)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        reader = PdfReader(io.BytesIO(answer.content))
        told = "".join("".join(page.extract_text() for page in reader.pages).split())
        for said in (word.replace(" ", ""), "自来水公司", "范蠡大街", "内乡" if language == "zh" else "Neixiang"):
            assert said in told
        attached = json.loads(reader.attachments["data.json"][0])
        assert [one["id"] for one in attached["opportunities"]] == [row["id"]]
    assert shared_county.get(f"{CHANCES}/file", params={"f": "pdf", "least_yuan": 1e12}).status_code == 200


def test_other_dates_are_tried_and_nothing_is_stored(shared_county):
    before = listed(shared_county)
    apart = by_routes(shared_county, "T1", "P1")
    told = shared_county.post(f"{CHANCES}/what-if", json={"windows": {"T1": days(140, 200)}}).json()
    (one,) = told["opportunities"]
    assert (one["id"], one["was_meeting"]["state"], one["meeting"]["state"]) == (apart["id"], "shift", "meets")
    assert one["score"] > one["was_score"] == apart["score"]
    assert (told["now"]["meets"], told["then"]["meets"]) == (0, 1)
    assert told["then"]["saved_m"] == apart["saved_m"]
    assert listed(shared_county) == before
    wrong = {"windows": {"T1": days(9, 3), "P1": "soon"}}
    assert [code for code, _ in faults(shared_county.post(f"{CHANCES}/what-if", json=wrong))] == ["window.invalid"] * 2
    assert faults(shared_county.post(f"{CHANCES}/what-if", json={"windows": {}})) == [("option.invalid", None)]


@pytest.fixture(scope="module")
def shared_county(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chances")
    county(None, folder)
    with running(settings_of(None, folder)) as client:
        yield client


def test_two_companies_answer_each_for_itself(guarded):
    with as_one(guarded, "utility") as gas, as_one(guarded, "water") as water, as_one(guarded, "supervisor") as watcher:
        row = by_routes(gas, "W1", "G1")
        chance, tag = row["id"], water.get(CHANCES).headers["etag"]
        assert water.get(CHANCES, headers={"If-None-Match": tag}).status_code == 304
        assert act(gas, chance, "propose").json()["state"] == "proposed"
        assert water.get(CHANCES, headers={"If-None-Match": tag}).status_code == 200
        assert listed(water)["counts"]["waiting"] == 1
        assert listed(watcher)["counts"]["waiting"] == 0
        seen = water.get(f"{CHANCES}/{chance}").json()
        assert [one["party"] for one in seen["possible"]["utility"] if one["kind"] == "answer"] == ["自来水公司"]
        assert problem(act(watcher, chance, "answer", party="燃气公司", yes=True), 403, "permission.refused")
        assert problem(act(water, chance, "answer", party="燃气公司", yes=True), 403, "permission.not_yours")
        refused = problem(act(water, chance, "answer", yes=False, reason=" "), 409, "case.refused")
        assert refused["errors"][0]["code"] == "case.no_reason"
        # The party is left out: there is one that is her own.
        assert act(water, chance, "answer", seen["seq"], yes=True).json()["waiting"] == ["燃气公司"]
        told = problem(act(gas, chance, "answer", seen["seq"], yes=True), 409, "case.refused")
        assert "water" in told["detail_en"] or "水务某" in told["detail"]
        agreed = act(gas, chance, "answer", yes=True).json()
        assert (agreed["state"], agreed["due"]) == ("agreed", None)
        assert {party["by"] for party in agreed["parties"]} == {"utility某", "水务某"}
        assert listed(water, state="agreed")["counts"]["matched"] == 1
        events = watcher.get(f"{CHANCES}/{chance}/events").json()["events"]
        assert [event["kind"] for event in events] == ["proposed", "answered", "answered", "agreed"]
        assert {event["cause_zh"] for event in events} == {""}
        assert act(water, chance, "finish").json()["state"] == "done"


def test_a_route_of_nobody_is_answered_for_by_its_utility_or_who_coordinates(guarded):
    with as_one(guarded, "utility") as gas, as_one(guarded, "coordinator") as window:
        chance = by_routes(gas, "T1", "P1")["id"]
        assert gas.get(f"{CHANCES}/{chance}").json()["possible"] == {"utility": []}
        problem(act(gas, chance, "propose"), 403, "permission.not_yours")
        assert act(window, chance, "propose").json()["waiting"] == ["route:T1", "供电公司"]
        problem(act(window, chance, "answer", party="供电公司", yes=True), 403, "case.refused")
        assert act(window, chance, "answer", yes=True).json()["waiting"] == ["供电公司"]
        withdrawn = act(window, chance, "withdraw_chance", reason="另行安排").json()
        assert (withdrawn["state"], withdrawn["reason"]) == ("withdrawn", "另行安排")


def test_a_kind_that_is_no_word_is_refused_with_those_that_are(shared_county):
    chance = by_routes(shared_county, "W1", "G1")["id"]
    for kind in (["propose"], {"kind": "propose"}, 5, None):
        body = {"kind": kind, "actor": {"name": "窗口", "role": "coordinator"}}
        assert faults(shared_county.post(f"{CHANCES}/{chance}/commands", json=body)) == [("value.unknown", None)]


def test_a_command_is_carried_out_once(guarded):
    with as_one(guarded, "utility") as gas:
        chance, key = by_routes(gas, "W1", "G1")["id"], {"Idempotency-Key": "k1"}
        first, again = (act(gas, chance, "propose", headers=key) for _ in range(2))
        assert first.content == again.content
        assert again.headers["idempotency-replayed"] == "true"
        assert len(gas.get(f"{CHANCES}/{chance}/events").json()["events"]) == 1
        refused = problem(act(gas, chance, "propose"), 409, "case.refused")
        assert refused["possible"] == ["answer:燃气公司", "withdraw_chance"]
        computed = problem(act(gas, chance, "propose", parties=[], basis=[]), 422, "input.refused")
        assert len(computed["errors"]) == 2


def test_a_change_of_plan_voids_the_answers(client):
    window = {"actor": {"name": "窗口", "role": "coordinator"}, "kind": "propose"}
    chance = by_routes(client, "W1", "G1")["id"]
    assert client.post(f"{CHANCES}/{chance}/commands", json=window).status_code == 200
    other = by_routes(client, "T1", "P1")["id"]
    assert client.post(f"{CHANCES}/{other}/commands", json=window).status_code == 200
    changed(client, "W1", **days(100, 200))
    again = until(client, chance, "proposed")
    assert (again["cause"], again["rounds"]) == ("changed", 2)
    assert client.get(f"{CHANCES}/{other}").json()["rounds"] == 1
    assert client.delete("/api/collections/routes/items/W1", headers={"If-Match": "*"}).status_code == 204
    gone = until(client, chance, "withdrawn")
    assert (gone["cause"], gone["gone"]) == ("gone", True)
    assert [row["id"] for row in listed(client)["opportunities"]] == [other]
    said = client.get(f"{CHANCES}/{chance}/events").json()["events"]
    assert [event["kind"] for event in said] == ["proposed", "reopened", "chance_withdrawn"]
    assert ["变更" in event["cause_zh"] for event in said] == [False, True, True]


def test_operators_in_several_spellings_are_suggested_and_not_merged(client):
    assert listed(client)["spellings"] == []
    changed(client, "P1", operator="自来水有限公司")
    told = listed(client)
    assert [set(one["names"]) for one in told["spellings"]] == [{"自来水公司", "自来水有限公司"}]
    assert told["spellings"][0]["zh"]
    assert {party["operator"] for row in told["opportunities"] for party in row["parties"]} >= {
        "自来水公司", "自来水有限公司",
    }  # fmt: skip
    changed(client, "P1", operator="供电公司")
    assert listed(client)["spellings"] == []


def test_what_was_withdrawn_since_its_plans_were_gone_is_proposed_anew_when_they_are_back(client):
    at = f"{CHANCES}/{by_routes(client, 'W1', 'G1')['id']}"
    propose = {"actor": {"name": "窗口", "role": "coordinator"}, "kind": "propose"}
    assert client.post(f"{at}/commands", json=propose).status_code == 200
    back = client.get("/api/collections/routes/items/W1?crs=grid").json()
    assert client.delete("/api/collections/routes/items/W1", headers={"If-Match": "*"}).status_code == 204
    gone = until(client, at.rpartition("/")[2], "withdrawn")
    assert (gone["gone"], gone["possible"]["coordinator"]) == (True, [])
    problem(client.post(f"{at}/commands", json=propose), 409, "case.refused")
    known = {name: value for name, value in back["properties"].items() if name in ("utility", "start", "end")}
    again = back | {"properties": known | {"operator": "城北水务"}}
    assert client.post("/api/collections/routes/items", params={"crs": "grid"}, json=again).status_code == 201
    seen = client.get(at).json()
    assert [one["kind"] for one in seen["possible"]["coordinator"]] == ["propose"]
    assert "城北水务" in {party["operator"] for party in seen["parties"]}
    asked = client.post(f"{at}/commands", json=propose).json()
    assert (asked["state"], asked["cause"], asked["waiting"]) == ("proposed", "", ["城北水务", "燃气公司"])


def test_nobody_answers_what_is_another_chance_by_now(client):
    """Even before the watch has looked: the plans are asked in the transaction of the answer."""
    body = {"actor": {"name": "窗口", "role": "coordinator"}, "kind": "propose"}
    chance = by_routes(client, "W1", "G1")["id"]
    seen = client.post(f"{CHANCES}/{chance}/commands", json=body).json()["seq"]
    changed(client, "G1", **days(10, 20))
    said = {"actor": {"name": "李", "role": "utility", "department": "燃气公司"}, "kind": "answer", "expected": seen}
    told = client.post(f"{CHANCES}/{chance}/commands", json=said | {"data": {"party": "燃气公司", "yes": True}})
    problem(told, 409, "case.refused")


def proposed(store, on):
    """Propose the pair of water and gas in a store at `NOW`; return its id."""
    routes = store.frame("routes")
    one = next(one for one in opportunities_of(routes[routes["id"] != "B1"], None, on=on) if "W1" in one.routes)
    body = Propose(parties_of(one), snapshot_of(one))
    Talks(store, "neixiang", Calendar()).act(one.id, one, Command("c1", Actor("窗口", "coordinator"), body), NOW)
    return one


def test_reminder_and_alarm_come_once_also_after_a_restart(database_url, tmp_path):
    county(database_url, tmp_path)
    with open_store(database_url, tmp_path) as store:
        one = proposed(store, TODAY)
        talks = Talks(store, "neixiang", Calendar())
        due = talks.talk(one.id).due
        assert talks.tick(NOW) == 0
    with open_store(database_url, tmp_path) as store, open_store(database_url, tmp_path) as other:
        later = due + timedelta(days=3)
        assert [Talks(at, "neixiang", Calendar()).tick(later) for at in (store, other, store)] == [1, 0, 0]
        talk = Talks(other, "neixiang", Calendar()).talk(one.id)
        assert talk.state == "expired"
        events = TalkStore(other).events(one.id)
        assert [event.body.kind for event in events] == ["proposed", "reminded", "expired"]
        assert events[-1].at == due
        assert store.verify() == []


def test_what_was_said_is_chained_and_copied_with_the_rest(database_url, tmp_path):
    county(database_url, tmp_path)
    with open_store(database_url, tmp_path) as store:
        one = proposed(store, TODAY)
        said = Command("c2", Actor("李", "utility", "燃气公司"), Answer("燃气公司", yes=True))
        Talks(store, "neixiang", Calendar()).act(one.id, one, said, NOW)
        with open_store(None, tmp_path / "copy") as target:
            target.upgrade()
            copy(store, target)
            assert TalkStore(target).heads() == TalkStore(store).heads()
        with store.transaction() as connection:
            connection.exec_driver_sql("UPDATE case_events SET who = who, event = replace(event, 'true', 'false')")
        assert [fault.code for fault in store.verify()] == ["store.chain"]
