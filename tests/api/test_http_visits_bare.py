"""Visits of counties that lack something: a policy, roads, routes that can be judged, routes that are gone since."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
import shapely
from pypdf import PdfReader

from api.db.store import open_store
from tests.api.conftest import NOW, X0, Y0, running, settings_of
from tests.api.test_http_items import problem
from tests.api.visit_requests import GRID, VISITS, items_of, planned
from tests.conftest import NEIXIANG

PAPERS = ("atlas.pdf", "checklist.xlsx", "invitation.ics")


@pytest.fixture
def bare(tmp_path):
    """Return a maker of a county with some routes and roads, and a service over it."""

    def made(routes=(), roads=(), **county):
        with open_store(None, tmp_path) as store:
            store.upgrade()
            store.county = replace(NEIXIANG, **county)
            for layer, rows in (("routes", routes), ("roads", roads)):
                if rows:
                    store.insert(layer, rows, who="test", now=NOW)
        return running(settings_of(None, tmp_path))

    return made


def route(name, utility="gas", **more):
    shape = shapely.LineString([(X0, Y0), (X0 + 100, Y0)])
    return {"id": name, "utility": utility, "geometry": shape, **more}


def take_all(client, visit):
    for paper in PAPERS:
        assert client.get(f"{VISITS}/{visit['id']}/{paper}").status_code == 200, paper


def test_a_county_without_a_policy_judges_nothing_and_visits_all_the_same(bare):
    with bare([route("G1")], policy=None) as client:
        visit = planned(client)
        [item] = items_of(visit)
        assert (item["kind"], item["id"]) == ("site", "route:G1")
        take_all(client, visit)
        pdf = client.get(f"{VISITS}/{visit['id']}/atlas.pdf").content
        [stop] = json.loads(PdfReader(io.BytesIO(pdf)).attachments["data.json"][0])["stops"]
        assert (stop["routes"], stop["measured"]) == (["G1"], [])
        assert problem(client.post(f"{VISITS}/proposals", json={"due": True}), 422, "input.refused")


def test_the_field_map_shows_routes_that_the_visit_is_not_about_too(bare):
    road = {"id": "D1", "name": "范蠡大街", "class": "local", "width_m": 12.0,
            "geometry": shapely.LineString([(X0 + 50, Y0 - 50), (X0 + 50, Y0 + 50)])}  # fmt: skip
    other = route("G2") | {"name": "另一条", "geometry": shapely.LineString([(X0, Y0 + 150), (X0 + 90, Y0 + 150)])}
    with bare([route("G1"), other, route("X1", "不明")], [road]) as client:
        visit = planned(client)
        html = client.get(f"{VISITS}/{visit['id']}/field-map.html").text
        for name in ("另一条", "X1", "不在本次踏勘"):
            assert name in html or json.dumps(name)[1:-1] in html


def test_without_roads_one_stands_at_the_work(bare):
    with bare([route("G1")]) as client:
        visit = planned(client, add=[{"x": X0 + 900, "y": Y0}])
        assert {(stop["road"], stop["gap_m"]) for stop in visit["stops"]} == {("", None)}
        assert [leg and leg["gap_m"] == leg["metres"] for leg in visit["days"][0]["legs"]] == [None, True, None]
        take_all(client, visit)


def test_a_route_of_no_known_utility_is_left_out_by_name_and_the_others_are_visited(bare):
    with bare([route("G1"), route("X1", "不明")]) as client:
        told = client.post(f"{VISITS}/proposals", json={"routes": ["G1", "X1"], **GRID}).json()
        assert "X1" in [left["id"] for left in told["left_out"]]
        visit = planned(client, routes=["G1", "X1"])
        assert "G1" in {subject["id"] for item in items_of(visit) for subject in item["subjects"]}
        take_all(client, visit)


def test_a_route_that_is_gone_since_leaves_the_papers_whole(bare):
    road = {"id": "D1", "name": "范蠡大街", "class": "local", "width_m": 12.0,
            "geometry": shapely.LineString([(X0 + 50, Y0 - 50), (X0 + 50, Y0 + 50)])}  # fmt: skip
    with bare([route("G1"), route("G2", "water")], [road]) as client:
        visit = planned(client, routes=["G1", "G2"])
        gone = client.delete("/api/collections/routes/items/G1", headers={"If-Match": "*"})
        assert gone.status_code == 204
        take_all(client, visit)
        assert items_of(client.get(f"{VISITS}/{visit['id']}", params=GRID).json()) == items_of(visit)
        case = {"kind": "change_visit", "data": {"reason": "改", "asked": {"routes": ["G1"]}}}
        problem(client.post(f"{VISITS}/{visit['id']}/commands", json=case), 422, "input.refused")


def test_a_store_without_a_county_says_so(tmp_path):
    with running(settings_of(None, tmp_path)) as client:
        for answer in (client.get(VISITS), client.post(VISITS, json={"routes": ["G1"]})):
            assert problem(answer, 422, "input.refused")["errors"][0]["code"] == "county.missing"
