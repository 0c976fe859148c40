"""Lines that were measured on a visit over HTTP: each kept once, as it came, whatever is sent again."""

from __future__ import annotations

import pytest

from tests.api.conftest import X0, Y0

LINE = {"type": "LineString", "coordinates": [[X0, Y0 + 1.6], [X0 + 60, Y0 + 1.9], [X0 + 120, Y0 + 1.5]]}
POINTS = [{"x": X0, "y": Y0 + 1.6, "accuracy_m": 0.02, "taken_at": "2026-12-01T09:30:00+08:00"},
          {"x": X0 + 60, "y": Y0 + 1.9, "accuracy_m": 0.05}]  # fmt: skip
GRID = {"crs": "grid"}


def visit(client):
    asked = {"title": "踏勘", "crs": "grid", "add": [{"x": X0 + 60, "y": Y0, "name": "路口"}]}
    made = client.post("/api/visits", json=asked)
    assert made.status_code == 201, made.text
    return made.json()["id"]


def put(client, visit_id, name="l1", **body):
    given = {"route": "G1", "geometry": LINE, "points": POINTS, "note": "沿路缘石", **GRID} | body
    return client.put(f"/api/visits/{visit_id}/surveyed/{name}", json=given)


def lines(client, visit_id):
    return client.get(f"/api/visits/{visit_id}/surveyed", params=GRID).json()["lines"]


def test_a_line_is_kept_once_and_never_written_over(client):
    name = visit(client)
    first = put(client, name)
    assert first.status_code == 201, first.text
    assert put(client, name).status_code == 200
    [kept] = lines(client, name)
    assert (kept["id"], kept["stage"], kept["route"], kept["visit"]) == ("l1", "surveyed", "G1", name)
    assert kept["geometry"] == LINE
    assert (kept["accuracy_m"], kept["note"], kept["revision"]) == (0.05, "沿路缘石", None)
    assert [(one["x"], one["y"], one["taken_at"]) for one in kept["points"]] == [
        (X0, Y0 + 1.6, "2026-12-01T01:30:00+00:00"),
        (X0 + 60, Y0 + 1.9, None),
    ]
    other = put(client, name, note="别的")
    assert (other.status_code, other.json()["code"]) == (409, "surveyed.other")
    assert "新编号" in other.json()["detail"]
    assert lines(client, name) == [kept]


def test_degrees_come_back_as_they_were_sent(client):
    name = visit(client)
    degrees = {"type": "LineString", "coordinates": [[111.85, 33.05], [111.851, 33.051]]}
    told = put(client, name, "d1", crs=None, geometry=degrees, points=[{"x": 111.85, "y": 33.05}], route=None)
    assert told.status_code == 201, told.text
    shape = told.json()
    assert shape["route"] is None
    assert shape["geometry"]["coordinates"][1] == pytest.approx([111.851, 33.051], abs=1e-8)
    assert shape["points"][0]["x"] == pytest.approx(111.85, abs=1e-8)


def test_a_line_for_a_route_that_was_deleted_meanwhile_is_kept(client):
    name = visit(client)
    assert client.delete("/api/collections/routes/items/G1", headers={"If-Match": "*"}).status_code == 204
    assert put(client, name).status_code == 201


@pytest.mark.parametrize(
    ("wrong", "field", "vertex"),
    [
        ({"geometry": None}, None, None),
        ({"geometry": {"type": "Point", "coordinates": [X0, Y0]}}, "geometry.type", None),
        ({"route": "none"}, "route", None),
        ({"note": "长" * 2001}, "note", None),
        ({"colour": "red"}, "colour", None),
        ({"points": {"x": 1}}, "points", None),
        ({"points": [POINTS[0], {"x": X0}]}, "points", 1),
        ({"points": [{"x": True, "y": Y0}]}, "points", 0),
        ({"points": [{"x": X0, "y": Y0, "accuracy_m": -1}]}, "points", 0),
        ({"points": [{"x": X0, "y": Y0, "accuracy_m": "2 cm"}]}, "points", 0),
        ({"points": [{"x": X0, "y": Y0, "taken_at": "2026-12-01T09:30:00"}]}, "points", 0),
        ({"points": [{"x": X0, "y": Y0, "taken_at": "0001-01-01T00:00:00+09:00"}]}, "points", 0),
        ({"points": [{"x": X0, "y": Y0, "taken_at": "9999-12-31T23:59:59-12:00"}]}, "points", 0),
        ({"points": [{"x": 5.0, "y": 6.0}]}, "points", 0),
        ({"crs": "EPSG:3857"}, "crs", None),
    ],
)
def test_what_is_wrong_is_named(shared, wrong, field, vertex):
    name = visit(shared)
    told = put(shared, name, "bad", **wrong)
    assert told.status_code == 422, told.text
    fault = told.json()["errors"][0]
    assert (fault.get("field"), fault.get("vertex")) == (field, vertex)
    assert lines(shared, name) == []


def test_there_is_no_line_without_a_visit(shared):
    assert put(shared, "V-1999-0001").status_code == 404
    assert shared.get("/api/visits/V-1999-0001/surveyed").status_code == 404
