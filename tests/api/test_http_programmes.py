"""Joint programmes over HTTP, on both stores: asked for, told, stopped, read, compared, taken as files, kept."""

from __future__ import annotations

import io
import time
from datetime import UTC, date, datetime, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from openpyxl import load_workbook
from pypdf import PdfReader

from api.db import programmes
from api.db.store import open_store
from tests.api.conftest import NOW, X0, Y0, running, settings_of
from tests.api.test_http_doors import add_people, as_one
from tests.api.test_http_items import problem
from tests.conftest import NEIXIANG

pytestmark = pytest.mark.usefixtures("quick_hashes")

PROGRAMMES = "/api/programmes"
ON = {"on": "2026-12-01", "crs": "grid"}


def street(y, begin=0.0, end=200.0):
    return shapely.LineString([(X0 + begin, Y0 + y), (X0 + end, Y0 + y)])


def county(url, folder):
    """Fill a store: water and gas in one street with windows that meet, three routes that no programme can have."""
    rows = [
        ("W1", "water", "水务", "2027-03-01", "2027-06-25", street(0)),
        ("G1", "gas", "燃气公司", "2027-04-19", "2027-08-27", street(1.5)),
        ("T1", "telecom", "电信", None, None, street(300)),
        ("P1", "power", "电力", "2025-03-01", "2025-06-30", street(400)),
        ("H1", "heat", "热力", "2027-03-01", "2027-03-05", street(500)),
    ]
    known = ("id", "utility", "operator", "start", "end", "geometry")
    with open_store(url, folder) as store:
        store.upgrade()
        store.county = NEIXIANG
        roads = [
            {"id": "D1", "name": "范蠡大街", "width_m": 12.0, "geometry": street(2, -10, 210)},
            {"id": "D2", "name": "绕行路", "width_m": 8.0, "geometry": detour()},
        ]
        store.insert("roads", roads, who="test", now=NOW)
        store.insert("routes", [dict(zip(known, row, strict=True)) for row in rows], who="test", now=NOW)


def detour():
    return shapely.LineString([(X0 - 10, Y0 + 2), (X0 - 10, Y0 + 90), (X0 + 210, Y0 + 90), (X0 + 210, Y0 + 2)])


@pytest.fixture
def client(database_url, tmp_path):
    county(database_url, tmp_path)
    with running(settings_of(database_url, tmp_path)) as client:
        yield client


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    """Yield a client of a service that is only asked what it refuses."""
    folder = tmp_path_factory.mktemp("still")
    county(None, folder)
    with running(settings_of(None, folder)) as client:
        yield client


def faults(answer):
    return problem(answer, 422, "input.refused")["errors"]


def begun(client, **asked):
    answer = client.post(PROGRAMMES, json=ON | asked)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"{PROGRAMMES}/{answer.json()['id']}"
    return answer.json()["id"]


def ended(client, programme_id):
    for _ in range(600):
        found = client.get(f"{PROGRAMMES}/{programme_id}").json()
        if found["state"] != "running":
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def test_a_programme_is_planned_and_every_answer_of_it_agrees(client):
    found = ended(client, begun(client, name="春季计划", yuan=300))
    assert (found["state"], found["name"], found["errors"]) == ("done", "春季计划", [])
    result = found["result"]
    rows = {row["id"]: row for row in result["works"]}
    assert set(rows) == {"W1", "G1"}
    assert rows["W1"]["joint_with"] == ["G1"]
    assert (rows["W1"]["utility"], rows["W1"]["crew"]) == ("water", "水务")
    for row in rows.values():
        assert row["window_start"] <= row["start"] <= row["end"] <= row["window_end"]
    assert max(rows[one]["start"] for one in rows) <= min(rows[one]["end"] for one in rows)
    [dig] = result["joint"]
    assert dig["works"] == ["G1", "W1"]
    assert dig["saved_m"] == pytest.approx(200, abs=0.5) == result["totals"]["joint"]["saved_m"]
    assert "元" in dig["why_zh"]
    [road] = [row for row in result["streets"] if row["works"] == ["G1", "W1"]]
    assert road["street"] == "范蠡大街"
    assert road["joint_closed_weeks"] < road["planned_closed_weeks"]
    told = {one["id"]: one["code"] for one in result["not_planned"]}
    assert told == {"T1": "window.missing", "P1": "window.over", "H1": "window.too_short"}
    [listed] = client.get(PROGRAMMES).json()["programmes"]
    assert listed["totals"] == result["totals"]
    assert "result" not in listed


def test_two_programmes_are_compared_and_one_that_is_not_done_is_not(client):
    first = ended(client, begun(client))["id"]
    second = ended(client, begun(client, fixed={"G1": "2027-07-26"}))["id"]
    told = client.get(f"{PROGRAMMES}/{first}/comparison", params={"with": second}).json()
    assert told["saved_m"] == pytest.approx(-200, abs=0.5)
    assert [one["works"] for one in told["lost"]] == [["G1", "W1"]]
    assert told["won"] == []
    assert {one["work"] for one in told["moved"]} == {"G1", "W1"}
    third = ended(client, begun(client, routes=["W1"]))["id"]
    refusal = client.get(f"{PROGRAMMES}/{first}/comparison", params={"with": third})
    assert [fault["feature"] for fault in faults(refusal)] == ["G1"]


def test_files_hold_what_was_planned_though_the_route_is_gone(client, tmp_path):
    done = ended(client, begun(client))["id"]
    tag = client.get("/api/collections/routes/items/W1").headers["etag"]
    assert client.delete("/api/collections/routes/items/W1", headers={"If-Match": tag}).status_code in (200, 204)
    package = client.get(f"{PROGRAMMES}/{done}/file", params={"f": "gpkg"})
    assert package.headers["content-type"] == "application/geopackage+sqlite3"
    (tmp_path / "plan.gpkg").write_bytes(package.content)
    works = gpd.read_file(tmp_path / "plan.gpkg", layer="works").set_index("id")
    assert works.loc["W1", "geometry"].length == pytest.approx(200)
    assert works.crs.to_epsg() == 4546
    assert len(gpd.read_file(tmp_path / "plan.gpkg", layer="joint")) == 1
    book = load_workbook(io.BytesIO(client.get(f"{PROGRAMMES}/{done}/file", params={"f": "xlsx"}).content))
    assert book.sheetnames == ["works", "joint", "not_planned"]
    assert {row[0] for row in book["not_planned"].iter_rows(min_row=2, values_only=True)} == {"T1", "P1", "H1"}
    assert works.loc["W1", ["operator", "window_end"]].tolist() == ["水务", pd.Timestamp("2027-06-25")]
    pages = PdfReader(io.BytesIO(client.get(f"{PROGRAMMES}/{done}/file", params={"f": "pdf"}).content)).pages
    said = "".join(page.extract_text() for page in pages)
    assert all(word in said for word in ("内乡", "范蠡大街", "另有 3 条管线未能排入", "未排入", "H1"))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"seconds": 0}, "seconds"),
        ({"crews": {"三队": 1}}, "crews"),
        ({"crews": -1}, "crews"),
        ({"winter": "soon"}, "winter"),
        ({"weights": {"gold": 1}}, "weights"),
        ({"window": {"start": "2027-05-01", "end": "2027-04-01"}}, "window"),
        ({"routes": ["none"]}, "routes"),
        ({"routes": "W1"}, "routes"),
        ({"fixed": {"W1": "2027-03-03", "X": "2027-03-03"}}, "fixed"),
        ({"fixed": {"W1": "2027-06-24"}}, "fixed"),
        ({"exits": [[1, 2, 3]]}, "exits"),
        ({"teams": 2}, "teams"),
        ({"name": 5}, "name"),
        ({"weights": {"metre": 10**18}}, "weights"),
        ({"crews": 10**18}, "crews"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_field_and_nothing_is_kept(still, asked, field):
    assert field in [fault["field"] for fault in faults(still.post(PROGRAMMES, json=ON | asked))]
    assert still.get(PROGRAMMES).json()["programmes"] == []


def test_a_crew_whose_routes_have_no_dates_may_be_named_beside_the_others(client):
    made = ended(client, begun(client, crews={"电信": 1, "水务": 1}))
    assert {one["id"] for one in made["result"]["works"]} == {"W1", "G1"}


def test_a_route_dated_beyond_all_calendars_is_left_out_and_the_others_are_planned(client):
    """Many write 9999-12-31 for an end that is not known; with a winter stop no year comes after it."""
    route = {"utility": "gas", "start": "2027-03-01", "end": "9999-12-31"}
    with_slip = {"type": "Feature", "id": "Z1", "properties": route, "geometry": shapely.geometry.mapping(street(900))}
    assert client.post("/api/collections/routes/items", params={"crs": "grid"}, json=with_slip).status_code == 201
    for asked in ({}, {"winter": "11-15..03-15"}, {"winter": "11-15..03-15", "holidays": False}):
        found = ended(client, begun(client, seconds=1, **asked))
        assert found["state"] == "done", found["errors"]
        told = {one["id"]: one["code"] for one in found["result"]["not_planned"]}
        assert told["Z1"] == "window.too_long"
        assert {row["id"] for row in found["result"]["works"]} == {"W1", "G1"}


def test_a_window_after_the_last_year_that_is_known_plans_nothing_and_says_so(client):
    late = {"start": "9998-01-01", "end": "9999-12-31"}
    for asked in ({}, {"winter": "11-15..03-15", "holidays": False}):
        found = ended(client, begun(client, seconds=1, window=late, routes=["T1"], **asked))
        [told] = found["result"]["not_planned"]
        assert (found["state"], told["code"]) == ("done", "window.far_off")


def test_a_way_out_nowhere_is_refused_and_ways_out_are_kept_open(client):
    for place in ([X0 + 9_000, Y0], [1e308, 1e308]):
        [fault] = faults(client.post(PROGRAMMES, json=ON | {"exits": [place]}))
        assert fault["code"] == "programme.exit"
    found = ended(client, begun(client, exits=[[X0 - 10, Y0 + 2]]))
    assert found["result"]["totals"]["joint"]["saved_m"] == pytest.approx(200, abs=0.5)


def test_the_same_key_plans_once(client):
    keyed = {"Idempotency-Key": "once"}
    first, again = (client.post(PROGRAMMES, json=ON, headers=keyed) for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    assert len(client.get(PROGRAMMES).json()["programmes"]) == 1
    ended(client, first.json()["id"])


def test_a_route_of_no_known_utility_is_named_and_the_others_are_planned(client, database_url, tmp_path):
    with open_store(database_url, tmp_path) as store:
        whole = {"start": "2027-03-01", "end": "2027-06-25"}
        strange = [{"id": name, "utility": utility, "geometry": street(700 + at), **whole}
                   for at, (name, utility) in enumerate([("X1", "不明"), ("X2", None)])]  # fmt: skip
        store.insert("routes", strange, who="test", now=NOW)
    found = ended(client, begun(client, seconds=1))
    assert found["state"] == "done", found["errors"]
    assert {row["id"] for row in found["result"]["works"]} == {"W1", "G1"}
    told = {one["id"]: one for one in found["result"]["not_planned"]}
    assert {told[name]["code"].split(".")[0] for name in ("X1", "X2")} == {"utility"}
    assert told["X1"]["mend_zh"]


def test_the_same_key_gets_its_first_answer_though_all_places_are_taken(database_url, tmp_path, monkeypatch):
    county(database_url, tmp_path)
    with open_store(database_url, tmp_path) as store:
        dense(store)
    monkeypatch.setattr("api.programmes.MOST_WAITING", 1)
    with running(settings_of(database_url, tmp_path)) as client:
        asked, keyed = ON | {"crews": {"总包": 10}, "seconds": 600}, {"Idempotency-Key": "first"}
        first = client.post(PROGRAMMES, json=asked, headers=keyed)
        assert first.status_code == 202
        problem(client.post(PROGRAMMES, json=asked), 429, "programme.busy")
        again = client.post(PROGRAMMES, json=asked, headers=keyed)
        assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
        assert again.headers["idempotency-replayed"] == "true"
        problem(client.post(PROGRAMMES, json=ON, headers=keyed), 422, "idempotency.reused")
        assert len(client.get(PROGRAMMES).json()["programmes"]) == 1


def test_each_has_a_share_of_the_queue(database_url, tmp_path):
    county(database_url, tmp_path)
    add_people(database_url, tmp_path)
    with open_store(database_url, tmp_path) as store:
        dense(store)
    asked = {"crews": {"总包": 10}, "seconds": 600}
    with (
        running(settings_of(database_url, tmp_path)) as client,
        running(settings_of(database_url, tmp_path)) as elsewhere,
        as_one(client, "utility") as gas,
        as_one(client, "water") as water,
        as_one(elsewhere, "utility") as gas_elsewhere,
    ):
        own = [begun(gas, **asked) for _ in range(3)]
        for at in (gas, gas_elsewhere):  # whichever process is asked
            problem(at.post(PROGRAMMES, json=ON | asked), 429, "programme.share")
        theirs = begun(water, **asked)
        assert gas.delete(f"{PROGRAMMES}/{own[1]}").status_code == 204
        own.append(begun(gas, **asked))
        for one in (*own[:1], *own[2:], theirs):
            assert client.get(f"{PROGRAMMES}/{one}").status_code in (200, 401)
        states = {row["id"]: row["state"] for row in gas.get(PROGRAMMES).json()["programmes"]}
        assert states == dict.fromkeys((own[0], own[2], own[3], theirs), "running")


def test_what_cannot_be_planned_together_fails_with_the_routes(client):
    asked = {"crews": {"水务": 0}}
    found = ended(client, begun(client, **asked))
    assert found["state"] == "failed"
    assert [(one["code"], one["feature"]) for one in found["errors"]] == [("programme.crew", "W1")]
    problem(client.get(f"{PROGRAMMES}/{found['id']}/file"), 409, "programme.not_done")


def dense(store, bundles=6, operators=("总包",)):
    """Add routes of which a proof takes minutes: bundles of lines that share with each other, and few crews."""
    rng = np.random.default_rng(3)
    rows = []
    for bundle in range(bundles):
        for line in range(16):
            first = date(2027, 3, 1) + timedelta(weeks=int(rng.integers(0, 30)))
            at = float(rng.uniform(0, 300))
            shape = street(1_000 + 200 * bundle + 0.9 * line, at, at + float(rng.uniform(150, 400)))
            utility = ("water", "gas", "power", "telecom", "heat")[line % 5]
            rows.append(
                {"id": f"B{bundle}-{line}", "utility": utility, "operator": operators[line % len(operators)],
                 "start": str(first), "end": str(first + timedelta(weeks=26)), "geometry": shape}
            )  # fmt: skip
    store.insert("routes", rows, who="test", now=NOW)


def test_a_search_is_stopped_with_the_best_so_far_and_the_service_answers_meanwhile(database_url, tmp_path):
    county(database_url, tmp_path)
    with open_store(database_url, tmp_path) as store:
        dense(store)
    with running(settings_of(database_url, tmp_path)) as client:
        one = begun(client, crews={"总包": 10}, seconds=600)
        for _ in range(300):
            seen = client.get(f"{PROGRAMMES}/{one}").json()
            if seen["progress"] is not None or seen["state"] != "running":
                break
            time.sleep(0.1)
        assert seen["state"] == "running"
        assert 0 < seen["progress"]["gap"] <= 1
        assert client.get("/api/health").status_code == 200
        stopped = client.post(f"{PROGRAMMES}/{one}/stop")
        assert (stopped.status_code, stopped.json()["stopping"]) == (202, True)
        found = ended(client, one)
        assert found["state"] == "done"
        assert found["totals"]["stopped"]
        assert len(found["result"]["works"]) == 98
        dug = [row["dug"] for row in found["result"]["works"] if row["crew"] == "总包"]
        days = {spans[0][0] for spans in dug}
        busiest = max(sum(any(first <= day <= last for first, last in spans) for spans in dug) for day in days)
        assert busiest <= 10


def test_a_programme_whose_process_has_ended_is_interrupted_and_can_be_taken_out(database_url, tmp_path):
    county(database_url, tmp_path)
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    with open_store(database_url, tmp_path) as store:
        one = programmes.StoredProgramme("a" * 32, "", "", "local", "running", {}, long_ago, long_ago)
        programmes.create(store, one)
    with running(settings_of(database_url, tmp_path)) as client:
        assert client.get(f"{PROGRAMMES}/{one.id}").json()["state"] == "interrupted"
        assert client.delete(f"{PROGRAMMES}/{one.id}").status_code == 204
        problem(client.get(f"{PROGRAMMES}/{one.id}"), 404, "resource.not_found")


def test_a_company_stops_and_takes_out_its_own_and_the_coordinator_all(database_url, tmp_path):
    county(database_url, tmp_path)
    add_people(database_url, tmp_path)
    with (
        running(settings_of(database_url, tmp_path)) as client,
        as_one(client, "utility") as gas,
        as_one(client, "water") as water,
        as_one(client, "coordinator") as lead,
        as_one(client, "applicant") as outside,
    ):
        one = ended(gas, begun(gas))
        assert one["mine"]
        assert not water.get(f"{PROGRAMMES}/{one['id']}").json()["mine"]
        problem(water.delete(f"{PROGRAMMES}/{one['id']}"), 403, "permission.not_yours")
        problem(water.post(f"{PROGRAMMES}/{one['id']}/stop"), 403, "permission.not_yours")
        problem(outside.post(PROGRAMMES, json=ON), 403, "permission.refused")
        problem(outside.get(PROGRAMMES), 403, "permission.refused")
        assert lead.delete(f"{PROGRAMMES}/{one['id']}").status_code == 204
