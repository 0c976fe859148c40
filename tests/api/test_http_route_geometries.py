"""A route as planned, surveyed and laid over HTTP: side by side, the newest that was taken over is what is judged."""

from __future__ import annotations

import pytest

from tests.api.conftest import X0, Y0
from tests.api.test_http_as_built import BESIDE, built, record
from tests.api.test_http_surveyed import LINE, put, visit

AT = "/api/collections/routes/items/G1"
GRID = {"crs": "grid"}


def stages(client):
    answer = client.get(f"{AT}/geometries", params=GRID)
    assert answer.status_code == 200, answer.text
    return answer.json()


def take(client, line="l1", *, seen='"1"', status=200, **more):
    headers = {"If-Match": seen} if seen else {}
    answer = client.post(f"{AT}/geometries", params=GRID, json={"line": line, **more}, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_measured_line_stands_beside_the_plan_and_changes_nothing_by_itself(client):
    before = stages(client)
    assert ([one["stage"] for one in before["stages"]], before["lines"], before["differences"]) == (["planned"], [], [])
    assert put(client, visit(client)).status_code == 201
    found = stages(client)
    assert (found["judged"]["stage"], found["revision"]) == ("planned", 1)
    assert [(one["stage"], one["judged"]) for one in found["stages"]] == [("planned", True), ("surveyed", False)]
    [apart] = found["differences"]
    assert (apart["earlier"], apart["later"]) == ("planned", "surveyed")
    assert apart["greatest_m"] == pytest.approx(0.4, abs=1e-6)
    assert apart["at"] == pytest.approx([X0 + 60, Y0 + 1.9], abs=1e-3)
    assert apart["mean_m"] == pytest.approx((0.1 + 0.4) / 4 + 0.4 / 4, abs=1e-3)
    assert apart["later_m"] > apart["earlier_m"] == pytest.approx(120.0)
    assert apart["tolerance_m"] == pytest.approx(2 * (0.02**2 + 0.05**2) ** 0.5)  # what both errors explain
    [away] = apart["away"]
    assert (away["side"], away["foot_from_m"]) == ("left", pytest.approx(1.54, abs=0.01))


def test_the_newest_line_taken_over_is_judged_and_the_plan_stays(client):
    name = visit(client)
    put(client, name)
    plan = client.get(AT, params=GRID).json()["geometry"]
    take(client, seen=None, status=428)
    take(client, seen='"7"', status=412)
    found = take(client)
    assert (found["judged"]["stage"], found["judged"]["line"], found["revision"]) == ("surveyed", "l1", 2)
    now = client.get(AT, params=GRID).json()
    assert now["geometry"] == LINE
    assert (now["properties"]["accuracy_m"], now["properties"]["drawn_by"]) == (0.05, "surveyed")
    shown = {one["stage"]: one for one in stages(client)["stages"]}
    assert (shown["planned"]["geometry"], shown["planned"]["revision"]) == (plan, 1)
    assert [one["judged"] for one in stages(client)["lines"]] == [True]
    assert take(client, seen='"2"')["revision"] == 2  # once

    shape = {"type": "LineString", "coordinates": [[X0, Y0 + 1.6], [X0 + 120, Y0 + 1.7]]}
    put(client, name, "l2", geometry=shape)
    found = take(client, "l2", seen='"2"')
    assert (found["judged"]["line"], found["revision"]) == ("l2", 3)
    assert next(one for one in found["stages"] if one["stage"] == "planned")["geometry"] == plan
    assert [one["id"] for one in found["lines"]] == ["l1", "l2"]

    drawn = {"properties": {}, "geometry": {"type": "LineString", "coordinates": [[X0, Y0], [X0 + 110, Y0]]}}
    changed = client.patch(AT, params=GRID, json=drawn, headers={"If-Match": '"3"', "Content-Type": "application/json"})
    assert changed.status_code == 200, changed.text
    found = stages(client)
    assert (found["judged"]["stage"], found["judged"]["line"]) == ("planned", None)
    assert found["stages"][0]["geometry"] == drawn["geometry"]


def test_a_piece_or_a_line_elsewhere_is_taken_over_only_where_that_is_meant(client):
    name = visit(client)
    piece = {"type": "LineString", "coordinates": [[X0, Y0 + 1.5], [X0 + 30, Y0 + 1.5]]}
    put(client, name, geometry=piece)
    [fault] = take(client, status=422)["errors"]
    assert (fault["code"], fault["value"]) == ("surveyed.elsewhere", "1.00 0.33")
    assert take(client, moved=True)["revision"] == 2


def test_covers_of_vertices_go_along_with_the_line(client):
    told = {"properties": {"covers_m": "1.0 2.0"}}
    kind = {"Content-Type": "application/merge-patch+json"}
    assert client.patch(AT, json=told, headers={"If-Match": '"1"'} | kind).status_code == 200
    put(client, visit(client))
    take(client, seen='"2"')
    assert client.get(AT).json()["properties"]["covers_m"] == "1.000 1.500 2.000"


@pytest.mark.parametrize(
    ("asked", "status", "field"),
    [({"line": "none"}, 404, None), ({}, 422, "line"), ({"line": "l1", "colour": 1}, 422, "colour"),
     ({"line": "l1", "moved": "yes"}, 422, "moved"), ({"line": "other"}, 422, "line")],
)  # fmt: skip
def test_what_cannot_be_taken_over_is_named(shared, asked, status, field):
    name = visit(shared)
    put(shared, name)
    put(shared, name, "other", route=None)
    told = shared.post(f"{AT}/geometries", json=asked, headers={"If-Match": "*"})
    assert told.status_code == status, told.text
    assert field is None or told.json()["errors"][0]["field"] == field
    assert shared.get("/api/collections/routes/items/none/geometries").status_code == 404


def test_what_was_laid_stands_beside_plan_and_survey(client):
    case = built(client)
    put(client, visit(client))
    record(client, case, BESIDE)
    found = stages(client)
    assert [one["stage"] for one in found["stages"]] == ["planned", "surveyed", "built"]
    laid = found["stages"][2]
    assert (laid["case"], laid["accuracy_m"], laid["geometry"]["coordinates"]) == (case, 0.02, BESIDE)
    assert [(one["earlier"], one["later"]) for one in found["differences"]] == [
        ("planned", "surveyed"), ("planned", "built"), ("surveyed", "built"),
    ]  # fmt: skip
    assert found["differences"][1]["greatest_m"] == pytest.approx(1.5, abs=1e-6)
    assert found["judged"]["stage"] == "planned"
