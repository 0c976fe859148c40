"""One drawn route over HTTP: what it answers, what it refuses, and that the county in memory follows every write."""

from __future__ import annotations

import time

import orjson
import pytest
import shapely

from api.db.store import open_store
from geo.crs import grid
from tests.api.conftest import NOW, X0, Y0, running, settings_of, small_county
from tests.api.test_http_items import GRID, ITEMS, faults, feature, problem

POST = "/api/assessments"
MEMBERS = {"grid", "crs", "policy", "quantities", "verdict", "trace", "passages", "partners", "trenches", "joined"}


def asked(client, route=None, **options):
    answer = client.post(POST, json={"route": route or feature(), "crs": "EPSG:4546", "on": "2026-12-01", **options})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_drawn_line_is_measured_and_judged(client):
    found = asked(client)
    assert set(found) >= MEMBERS
    assert found["quantities"]["length_m"]["value"] == pytest.approx(100, abs=0.02)
    assert found["quantities"]["crossing_m"]["value"] == pytest.approx(12, abs=0.01)
    assert found["quantities"]["crossings"] == 1
    assert [p["owner"] for p in found["passages"]] == ["D1"]
    assert [p["route"] for p in found["partners"]] == ["G1"]
    assert found["policy"]["id"] == "neixiang"
    assert client.get(ITEMS).json()["numberMatched"] == 1


def test_degrees_and_metres_give_the_same(shared):
    lon, lat = grid("EPSG:4546").to_lonlat([X0, X0 + 100], [Y0, Y0])
    route = feature(coordinates=[[float(a), float(b)] for a, b in zip(lon, lat, strict=True)])
    in_degrees = shared.post(POST, json={"route": route, "on": "2026-12-01"}).json()
    in_grid = asked(shared)
    assert in_degrees["crs"] == "OGC:CRS84"
    length = in_grid["quantities"]["length_m"]["value"]
    assert in_degrees["quantities"]["length_m"]["value"] == pytest.approx(length, abs=1e-6)
    assert in_degrees["verdict"]["verdict"] == in_grid["verdict"]["verdict"]
    assert 111 < in_degrees["passages"][0]["geometry"]["coordinates"][0][0] < 113


def test_the_county_in_memory_follows_every_write(client):
    assert [p["route"] for p in asked(client)["partners"]] == ["G1"]
    near = feature(None, [[X0, Y0 - 1], [X0 + 100, Y0 - 1]], utility="power")
    made = client.put(f"{ITEMS}/P1", params=GRID, json=near)
    assert {p["route"] for p in asked(client)["partners"]} == {"G1", "P1"}
    away = near | {"geometry": {"type": "LineString", "coordinates": [[X0, Y0 - 50], [X0 + 100, Y0 - 50]]}}
    client.put(f"{ITEMS}/P1", params=GRID, json=away, headers={"If-Match": made.headers["etag"]})
    assert {p["route"] for p in asked(client)["partners"]} == {"G1"}
    client.delete(f"{ITEMS}/G1", headers={"If-Match": "*"})
    assert asked(client)["partners"] == []
    road = "/api/collections/roads/items/D1"
    patch = client.patch(road, json={"properties": {"width_m": 20}}, headers={"If-Match": '"1"'})
    assert patch.status_code == 200
    assert asked(client)["quantities"]["crossing_m"]["value"] == pytest.approx(20, abs=0.01)
    client.delete(road, headers={"If-Match": '"2"'})
    assert asked(client)["quantities"]["crossings"] == 0


def test_the_county_in_memory_follows_other_processes(database_url, tmp_path):
    small_county(database_url, tmp_path)
    with running(settings_of(database_url, tmp_path)) as client, open_store(database_url, tmp_path) as other:
        assert [p["route"] for p in asked(client)["partners"]] == ["G1"]
        line = shapely.LineString([(X0, Y0 + 0.5), (X0 + 90, Y0 + 0.5)])
        other.insert("routes", [{"id": "H1", "utility": "heat", "geometry": line}], who="other", now=NOW)
        deadline = time.monotonic() + 20
        while {p["route"] for p in asked(client)["partners"]} != {"G1", "H1"}:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        other.delete("routes", "H1", None, who="other", now=NOW)
        while client.get("/api/health").json()["resident"]["routes"] != 1:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_stored_route_that_is_edited_is_no_partner_of_itself(client):
    own = client.get(f"{ITEMS}/G1", params=GRID).json()
    assert asked(client, own)["partners"] == []


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({}, [("feature.type", None)]),
        ({"route": []}, [("feature.type", None)]),
        ({"route": feature(utility="oil", coordinates=[[X0, Y0]])}, [("utility.unknown", None), ("line.one_point", 0)]),
        ({"route": feature(utility=None)}, [("utility.missing", None)]),
        ({"route": feature(start="2027-02-01", end="2027-01-31")}, [("window.reversed", None)]),
        ({"route": feature(start=20270101)}, [("value.not_date", None)]),
        ({"route": feature(drawn_by="magic")}, [("value.unknown", None)]),
        ({"route": feature(drawn_by=["drawn"])}, [("value.unknown", None)]),
        ({"route": feature(accuracy_m=-1)}, [("value.negative", None)]),
        ({"route": feature(), "on": "2026-02-29"}, [("option.invalid", None)]),
        ({"route": feature(), "distance": "3"}, [("option.invalid", None)]),
        ({"route": feature(), "bearing": True, "min_length": -1}, [("option.invalid", None)] * 2),
        ({"route": feature(), "crs": "EPSG:9999"}, [("crs.not_offered", None)]),
        ({"route": feature(), "crs": "OGC:CRS84"}, [("coordinate.metres", 0)]),
        ({"route": feature(coordinates=[[33.05, 111.85], [33.06, 111.85]]), "crs": "OGC:CRS84"},
         [("coordinate.lonlat_swapped", 0)]),
        ({"route": feature(coordinates=[[118.8, 32.05], [118.81, 32.05]]), "crs": "OGC:CRS84"},
         [("coordinate.out_of_zone", 0)]),
        ({"route": feature(coordinates=[[37_579_000.0, Y0], [37_579_100.0, Y0]])}, [("coordinate.zone_prefix", 0)]),
    ],
)  # fmt: skip
def test_bad_routes_are_refused_with_every_fault(shared, request_, expected):
    assert faults(shared.post(POST, json={"crs": "EPSG:4546", **request_})) == expected


def test_unknown_policies_are_named(shared):
    body = {"route": feature(), "crs": "grid", "policy": "atlantis"}
    assert "neixiang" in problem(shared.post(POST, json=body), 404, "resource.not_found")["detail_en"]


def test_what_was_cleaned_is_told(shared):
    tall = feature(coordinates=[[X0, Y0, 160], [X0, Y0, 160], [X0 + 100, Y0, 170]])
    assert {"line.repeated_vertices", "line.heights"} <= {note["code"] for note in asked(shared, tall)["notes"]}
    far = feature(coordinates=[[X0, Y0 + 80_000], [X0 + 100, Y0 + 80_000]])
    assert "coordinate.far" in {note["code"] for note in asked(shared, far)["notes"]}


def test_a_line_of_a_million_vertices_is_assessed(shared):
    step = 1_000.0 / 1_000_000
    coordinates = [[round(X0 + k * step, 4), round(Y0 + 40 + (k % 2) * 0.001, 4)] for k in range(1_000_000)]
    body = orjson.dumps({"crs": "EPSG:4546", "route": feature(coordinates=coordinates)})
    assert len(body) > 20_000_000
    answer = shared.post(POST, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 200, answer.text[:500]
    assert answer.json()["quantities"]["crossings"] == 1
    too_large = body + b" " * 64_000_000
    problem(shared.post(POST, content=too_large, headers={"content-type": "application/json"}), 413, "body.too_large")


def test_trenches_of_stored_and_of_sent_routes(client):
    sent = {
        "type": "FeatureCollection",
        "features": [feature("A"), feature("B", [[X0, Y0 + 1], [X0 + 100, Y0 + 1]], utility="gas")],
    }
    found = client.post("/api/trenches", json={"routes": sent, "crs": "EPSG:4546"}).json()
    [run] = found["runs"]["features"]
    assert (run["properties"]["a"], run["properties"]["b"]) == ("A", "B")
    assert run["properties"]["length_m"] == pytest.approx(100, abs=1e-6)
    [trench] = found["trenches"]["features"]
    assert trench["properties"]["n_routes"] == 2
    client.put(
        f"{ITEMS}/P1",
        params=GRID,
        json=feature(None, [[X0, Y0 + 2], [X0 + 100, Y0 + 2]], utility="power", start="2027-01-01", end="2027-04-30"),
    )
    stored = client.post("/api/trenches", json={}).json()
    [run] = stored["runs"]["features"]
    assert (run["properties"]["window_start"], run["properties"]["window_end"]) == ("2027-03-01", "2027-04-30")
    bad = {"type": "FeatureCollection", "features": [feature("A", [[X0, Y0]]), feature(utility="oil"), 5]}
    refused = client.post("/api/trenches", json={"routes": bad, "crs": "EPSG:4546", "distance": 3})
    codes = [code for code, _ in faults(refused)]
    assert codes[:2] == ["line.one_point", "utility.unknown"]
    assert faults(client.post("/api/trenches", json={"distance": -3})) == [("option.invalid", None)]


def test_the_known_answers_of_the_sample_county_come_over_http(demo):
    from sample_data.county import make_county

    sample = make_county()
    routes = sample.frames["routes"].set_index("id")
    assert sample.answers
    for answer in sample.answers:
        found = demo.get(f"{ITEMS}/{answer.route}", params=GRID).json()
        assert routes.geometry[answer.route].equals(shapely.geometry.shape(found["geometry"]))
        assessed = asked(demo, found, on=str(answer.on))
        assert assessed["verdict"]["verdict"] == answer.verdict, answer
