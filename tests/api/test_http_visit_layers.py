"""Layers of a visit: given out, edited as QGIS does, sent back, compared, accepted; on both stores."""

from __future__ import annotations

import base64
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from api.db.store import open_store
from tests.api.conftest import NOW, X0, Y0, running, settings_of, small_county
from tests.api.test_http_doors import add_people, as_one
from tests.api.test_http_items import GRID, ITEMS, faults, problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

MEDIA = "application/geopackage+sqlite3"
ASKED = {"title": "范蠡大街踏勘", "routes": ["G1"], "day": "2026-12-03", "crs": "grid"}


def more_rows(url: str | None, folder: Path) -> None:
    """Add what makes differences worth a look: heights, several parts, dates, trees, a route far away."""
    lines = {
        "W1": shapely.LineString([(X0 + 10.123456789, Y0 + 9, 101.25), (X0 + 90, Y0 + 9, 101.5)]),
        "H1": shapely.MultiLineString([[(X0, Y0 + 20), (X0 + 30, Y0 + 20)], [(X0 + 40, Y0 + 20), (X0 + 70, Y0 + 20)]]),
        "FAR": shapely.LineString([(X0 + 5_000, Y0), (X0 + 5_100, Y0)]),
    }
    rows = [
        {
            "id": name,
            "utility": utility,
            "name": f"{name} 管",
            "operator": "水司",
            "cover_m": 1.0,
            "geometry": lines[name],
        }
        for name, utility in (("W1", "water"), ("H1", "heat"), ("FAR", "water"))
    ]
    with open_store(url, folder) as store:
        store.insert("routes", rows, who="test", now=NOW)
        store.insert(
            "trees", [{"id": "T1", "species": "槐", "geometry": shapely.Point(X0 + 5, Y0 + 5)}], who="test", now=NOW
        )


@pytest.fixture
def county(database_url: str, tmp_path: Path) -> Iterator[httpx.Client]:
    """Yield a client of the small county with some more rows, once over each store."""
    small_county(database_url, tmp_path)
    more_rows(database_url, tmp_path)
    with running(settings_of(database_url, tmp_path)) as client:
        yield client


def planned(client: httpx.Client) -> str:
    made = client.post("/api/visits", json=ASKED)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def given_out(client: httpx.Client, visit: str, path: Path) -> Path:
    answer = client.get(f"/api/visits/{visit}/layers.gpkg")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == MEDIA
    path.write_bytes(answer.content)
    return path


def edit(path: Path, *statements: str) -> Path:
    """Change attributes; the triggers of the spatial index name functions that plain SQLite has not, and do not run."""
    with closing(sqlite3.connect(path)) as file:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            file.create_function(name, 1, lambda _: None)
        file.executescript(";".join(statements))
        file.commit()
    return path


def redraw(path: Path, table: str, change) -> Path:
    """Write a layer anew after ``change`` of its frame; the tables beside it stay."""
    frame = change(pyogrio.read_dataframe(path, layer=table))
    pyogrio.write_dataframe(frame, path, layer=table, driver="GPKG", promote_to_multi=table == "routes")
    return path


def moved(frame: gpd.GeoDataFrame, identity: str, dx: float, dy: float) -> gpd.GeoDataFrame:
    at = frame.index[frame["id"] == identity][0]
    frame.loc[at, "geometry"] = shapely.transform(
        frame.geometry[at], lambda xyz: xyz + [dx, dy, 0][: xyz.shape[1]], include_z=True
    )
    return frame


def compared(client: httpx.Client, visit: str, path: Path) -> dict[str, Any]:
    answer = client.post(f"/api/visits/{visit}/layers", params=GRID, content=path.read_bytes())
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def accept(
    client: httpx.Client, visit: str, path: Path, digest: str, lines: list[str], **headers: str
) -> dict[str, Any]:
    body = {"digest": digest, "lines": lines, "file": base64.b64encode(path.read_bytes()).decode()}
    answer = client.post(f"/api/visits/{visit}/layers/accepted", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def kinds(told: dict[str, Any]) -> dict[str, bool]:
    return {change["id"]: change["conflict"] for change in told["changes"]}


def stored(client: httpx.Client, layer: str = "routes") -> dict[str, Any]:
    features = client.get(f"/api/collections/{layer}/items", params=GRID).json()["features"]
    return {
        one["id"]: (one["geometry"], {name: value for name, value in one["properties"].items() if name != "changed_at"})
        for one in features
    }


def test_what_is_given_out_is_near_the_stops_and_the_same_bytes_until_something_changes(county, tmp_path):
    visit = planned(county)
    path = given_out(county, visit, tmp_path / "a.gpkg")
    routes = pyogrio.read_dataframe(path, layer="routes")
    assert sorted(routes["id"]) == ["G1", "H1", "W1"]
    assert set(routes["revision"]) == {1}
    assert list(pyogrio.read_dataframe(path, layer="trees")["id"]) == ["T1"]
    assert list(pyogrio.read_dataframe(path, layer="roads_lines")["id"]) == ["D1"]
    assert list(pyogrio.read_dataframe(path, layer="stops")["number"]) == [1]
    crossings = pyogrio.read_dataframe(path, layer="crossings")
    assert crossings[["route", "kind"]].to_numpy().tolist() == [["G1", "crossing"]]
    assert crossings["length_m"][0] == pytest.approx(12.0, abs=0.01)
    with closing(sqlite3.connect(path)) as file:
        said = dict(file.execute("SELECT key, value FROM cotrench_visit"))
        styled = {name for (name,) in file.execute("SELECT f_table_name FROM layer_styles")}
    assert (said["visit"], said["county"], said["format"]) == (visit, "neixiang", "1")
    assert {"routes", "roads_lines", "stops", "items", "crossings", "way"} <= styled
    again = county.get(f"/api/visits/{visit}/layers.gpkg")
    assert again.content == path.read_bytes()
    tag = {"If-None-Match": again.headers["etag"]}
    assert county.get(f"/api/visits/{visit}/layers.gpkg", headers=tag).status_code == 304
    assert compared(county, visit, path)["changes"] == []
    county.patch(f"{ITEMS}/W1", json={"properties": {"cover_m": 2.0}}, headers={"If-Match": '"1"'})
    assert county.get(f"/api/visits/{visit}/layers.gpkg", headers=tag).status_code == 200


def test_edits_are_shown_accepted_one_by_one_and_only_these_are_written(county, tmp_path):
    visit = planned(county)
    path = given_out(county, visit, tmp_path / "a.gpkg")
    before = stored(county)

    def edited(frame):
        frame = moved(frame, "G1", 0, 3)
        frame.loc[frame["id"] == "G1", ["cover_m", "laying"]] = [1.2, "duct"]
        drawn = gpd.GeoDataFrame(
            {"id": [None], "utility": ["给水"], "name": ["新线"]},
            geometry=[shapely.LineString([(X0, Y0 + 40), (X0 + 50, Y0 + 40)])], crs=frame.crs,
        )  # fmt: skip
        return gpd.GeoDataFrame(pd.concat([frame[frame["id"] != "H1"], drawn], ignore_index=True), crs=frame.crs)

    redraw(path, "routes", edited)
    told = compared(county, visit, path)
    changes = {
        (one["feature"] if one["kind"] != "added" else "new", one["kind"], one["field"]): one for one in told["changes"]
    }
    assert set(changes) == {
        ("G1", "moved", ""), ("G1", "changed", "cover_m"), ("G1", "changed", "laying"), ("H1", "deleted", ""),
        ("new", "added", ""),
    }  # fmt: skip
    assert told["counts"] | {"all": 5, "conflicts": 0, "refused": 0} == told["counts"]
    assert changes["G1", "moved", ""]["moved_m"] == pytest.approx(3.0)
    laying = changes["G1", "changed", "laying"]
    assert (laying["before"], laying["edited"]["zh"], laying["field_zh"]) == (None, "管块", "敷设方式")
    assert stored(county) == before

    some = [changes["G1", "moved", ""]["id"], changes["new", "added", ""]["id"]]
    written = accept(county, visit, path, told["digest"], some)
    assert next((one["feature"], one["kind"], one["revision"]) for one in written["written"]) == ("G1", "update", 2)
    after = stored(county)
    name = changes["new", "added", ""]["feature"]
    assert after.keys() - before.keys() == {name}
    assert after[name][1]["utility"] == "water"
    assert after["G1"][0]["coordinates"] == [[X0, Y0 + 4.5], [X0 + 120, Y0 + 4.5]]
    assert after["G1"][1] == before["G1"][1] | {"revision": 2}
    assert {one: after[one] for one in ("W1", "H1", "FAR")} == {one: before[one] for one in ("W1", "H1", "FAR")}
    judged = {one["route"]: one for one in written["judged"]}
    assert judged["G1"]["before"]["verdict_zh"] == "告知承诺"
    assert (judged["G1"]["before"]["revision"], judged["G1"]["after"]["revision"]) == (1, 2)
    assert judged[name]["before"] is None
    assert judged[name]["after"]["findings"]

    # Again, by the same key and without one: nothing is written twice.
    again = accept(county, visit, path, told["digest"], some)
    assert (again["written"], again["already"], again["refused"]) == ([], some, [])
    assert stored(county) == after
    assert sorted(kinds(compared(county, visit, path))) == [
        "routes/G1/changed/cover_m@2", "routes/G1/changed/laying@2", "routes/H1/deleted@1",
    ]  # fmt: skip


def test_what_was_edited_meanwhile_stands_beside_it_and_a_stale_line_writes_nothing(county, tmp_path):
    visit = planned(county)
    path = edit(given_out(county, visit, tmp_path / "a.gpkg"), "UPDATE routes SET cover_m = 1.5 WHERE id = 'W1'")
    seen = compared(county, visit, path)
    county.patch(f"{ITEMS}/W1", json={"properties": {"cover_m": 0.7}}, headers={"If-Match": '"1"'})
    told = accept(county, visit, path, seen["digest"], ["routes/W1/changed/cover_m@1"])
    assert [(one["line"], one["errors"][0]["code"]) for one in told["refused"]] == [
        ("routes/W1/changed/cover_m@1", "layers.stale")
    ]
    now = compared(county, visit, path)
    [change] = now["changes"]
    assert change["conflict"]
    assert [change[side]["value"] for side in ("before", "edited", "now")] == [1.0, 1.5, 0.7]
    told = accept(county, visit, path, now["digest"], [change["id"]])
    assert stored(county)["W1"][1]["cover_m"] == 1.5
    # What was deleted meanwhile and edited on site comes back whole, with its history going on.
    edit(path, "UPDATE routes SET remark = '现场改' WHERE id = 'H1'")
    county.delete(f"{ITEMS}/H1", headers={"If-Match": '"1"'})
    [restored] = [one for one in compared(county, visit, path)["changes"] if one["feature"] == "H1"]
    assert (restored["kind"], restored["conflict"]) == ("restored", True)
    told = accept(county, visit, path, compared(county, visit, path)["digest"], [restored["id"]])
    assert told["written"][0]["revision"] == 3
    assert stored(county)["H1"][1]["remark"] == "现场改"


def test_the_same_request_twice_has_the_same_answer(county, tmp_path):
    visit = planned(county)
    path = edit(given_out(county, visit, tmp_path / "a.gpkg"), "UPDATE trees SET species = '柳'")
    told = compared(county, visit, path)
    lines = [one["id"] for one in told["changes"]]
    first, second = (accept(county, visit, path, told["digest"], lines, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first == second
    assert stored(county, "trees")["T1"][1]["revision"] == 2


def test_what_cannot_be_written_is_told_before_and_refused_with_its_row_alone(county, tmp_path):
    visit = planned(county)
    path = edit(
        given_out(county, visit, tmp_path / "a.gpkg"),
        "UPDATE routes SET cover_m = -1 WHERE id = 'W1'",
        "UPDATE routes SET utility = 'oil' WHERE id = 'H1'",
        "UPDATE routes SET remark = '可以' WHERE id = 'G1'",
    )
    told = compared(county, visit, path)
    wrong = {one["feature"]: [fault["code"] for fault in one["errors"]] for one in told["changes"]}
    assert wrong == {"G1": [], "H1": ["utility.unknown"], "W1": ["value.negative"]}
    answer = accept(county, visit, path, told["digest"], [one["id"] for one in told["changes"]] + ["routes/X/moved@1"])
    assert [one["feature"] for one in answer["written"]] == ["G1"]
    assert {one["line"]: one["errors"][0]["code"] for one in answer["refused"]} == {
        "routes/H1/changed/utility@1": "utility.unknown", "routes/W1/changed/cover_m@1": "value.negative",
        "routes/X/moved@1": "layers.change",
    }  # fmt: skip


def test_layers_and_fields_that_were_renamed_are_recognised_or_named(county, tmp_path):
    visit = planned(county)
    path = given_out(county, visit, tmp_path / "a.gpkg")
    routes = moved(pyogrio.read_dataframe(path, layer="routes"), "G1", 0, 1)
    renamed = routes.rename(columns={"name": "名称"}).assign(note="x")
    pyogrio.write_dataframe(renamed, path, layer="管线 — 副本", driver="GPKG", promote_to_multi=True)
    with closing(sqlite3.connect(path)) as file:
        file.execute("DELETE FROM gpkg_contents WHERE table_name = 'routes'")
        file.execute("DELETE FROM gpkg_geometry_columns WHERE table_name = 'routes'")
        file.commit()
    told = compared(county, visit, path)
    assert list(kinds(told)) == ["routes/G1/moved@1"]
    assert {"layer": "routes", "field": "name", "named": "名称"} in told["renamed"]
    assert told["extra"] == [{"layer": "routes", "field": "note"}]
    assert next(one["named"] for one in told["layers"] if one["layer"] == "routes") == "管线 — 副本"
    pyogrio.write_dataframe(
        routes.drop(columns="cover_m"), path, layer="管线 — 副本", driver="GPKG", promote_to_multi=True
    )
    answer = county.post(f"/api/visits/{visit}/layers", content=path.read_bytes())
    assert [(one["code"], one["field"]) for one in problem(answer, 422, "input.refused")["errors"]] == [
        ("layers.field", "cover_m")
    ]


def test_files_that_are_no_layers_of_this_visit_are_refused_by_name(county, tmp_path):
    visit = planned(county)
    path = given_out(county, visit, tmp_path / "a.gpkg")

    def said(content: bytes, of: str = visit) -> list[str]:
        return [code for code, _ in faults(county.post(f"/api/visits/{of}/layers", content=content))]

    assert said(b"") == ["layers.no_geopackage"]
    assert said(b"PK\x03\x04 a zip") == ["layers.no_geopackage"]
    assert said(path.read_bytes()[:20_000])[0] in {"file.cut_in_half", "file.damaged"}
    other = planned(county)
    assert said(path.read_bytes(), other) == ["layers.other_visit"]
    copies = {
        name: shutil.copy(path, tmp_path / f"{name}.gpkg")
        for name in ("old", "tampered", "plain", "view", "later", "infinite", "endless", "computed", "hidden", "spaced")
    }
    edit(copies["old"], "UPDATE cotrench_visit SET value = '0' WHERE key = 'format'")
    edit(copies["tampered"], "DELETE FROM cotrench_rows WHERE id = 'H1'")
    edit(copies["plain"], "DROP TABLE cotrench_visit")
    edit(copies["view"], "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i FROM n")
    edit(copies["later"], "UPDATE cotrench_visit SET value = '99' WHERE key = 'change'")
    edit(copies["infinite"], "UPDATE cotrench_rows SET revision = 9e999")
    edit(copies["endless"], "UPDATE cotrench_visit SET value = '99999999999999999999999999' WHERE key = 'change'")
    edit(copies["computed"], "ALTER TABLE cotrench_visit ADD COLUMN n TEXT AS (hex(zeroblob(1000)))")
    edit(copies["hidden"], "CREATE VIRTUAL TABLE words USING fts5('USING rtree(')")
    edit(
        copies["spaced"], "PRAGMA writable_schema = ON", "CREATE VIRTUAL TABLE words USING fts5(a)",
        "UPDATE sqlite_master SET sql = 'CREATE/**/VIRTUAL TABLE words USING fts5(a)' WHERE name = 'words'",
    )  # fmt: skip
    codes = {name: said(copy.read_bytes()) for name, copy in copies.items()}
    assert codes == {
        "old": ["layers.format"], "tampered": ["layers.tampered"], "plain": ["layers.not_given"],
        "view": ["layers.view"], "later": ["layers.tampered"], "infinite": ["layers.tampered"],
        "endless": ["layers.tampered"], "computed": ["layers.computed"], "hidden": ["layers.view"],
        "spaced": ["layers.view"],
    }  # fmt: skip
    assert county.post("/api/visits/V-1999-0001/layers", content=path.read_bytes()).status_code == 404
    body = {"digest": "x", "lines": [], "file": base64.b64encode(path.read_bytes()).decode()}
    refused = county.post(f"/api/visits/{visit}/layers/accepted", json=body)
    assert [code for code, _ in faults(refused)] == ["layers.other_file"]
    assert {code for code, _ in faults(county.post(f"/api/visits/{visit}/layers/accepted", json={"lines": 1}))} == {
        "option.invalid"
    }


def test_a_file_that_is_still_open_in_qgis_is_refused_by_name_and_taken_once_it_is_closed(county, tmp_path):
    """QGIS keeps what was saved beside the file (-wal) while any layer of it is edited; a copy has none of it."""
    visit = planned(county)
    path = given_out(county, visit, tmp_path / "a.gpkg")
    with closing(sqlite3.connect(path)) as desk:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            desk.create_function(name, 1, lambda _: None)
        desk.execute("PRAGMA journal_mode = WAL")
        desk.execute("UPDATE routes SET cover_m = 1.65 WHERE id = 'W1'")
        desk.commit()
        (fault,) = problem(county.post(f"/api/visits/{visit}/layers", content=path.read_bytes()), 422, "input.refused")[
            "errors"
        ]
        assert fault["code"] == "layers.still_open"
        assert "QGIS" in fault["mend_zh"]
        desk.execute("PRAGMA journal_mode = DELETE")  # as QGIS does when it closes the file
    assert kinds(compared(county, visit, path)).keys() == {"routes/W1/changed/cover_m@1"}


# ------------------------------------------------------------------------------------------------------------ own


@pytest.fixture
def own_county(tmp_path, quick_hashes) -> Iterator[httpx.Client]:
    small_county(None, tmp_path)
    more_rows(None, tmp_path)
    add_people(None, tmp_path)
    with running(settings_of(None, tmp_path)) as client:
        yield client


def test_a_company_writes_its_own_alone_and_others_do_not_see_the_visit(own_county, tmp_path):
    with as_one(own_county, "coordinator") as coordinator:
        visit = planned(coordinator)
    with as_one(own_county, "utility") as company:
        answer = company.get(f"/api/visits/{visit}/layers.gpkg")
        assert answer.status_code in {200, 404}
    with as_one(own_county, None) as nobody:
        assert nobody.get(f"/api/visits/{visit}/layers.gpkg").status_code == 401
    with as_one(own_county, "applicant") as applicant:
        assert applicant.get(f"/api/visits/{visit}/layers.gpkg").status_code == 404
    with as_one(own_county, "approver") as approver:
        path = edit(given_out(approver, visit, tmp_path / "a.gpkg"), "UPDATE routes SET remark = '改' WHERE id = 'G1'")
        told = compared(approver, visit, path)
        assert [fault["code"] for fault in told["changes"][0]["errors"]] == ["permission.refused"]
        answer = accept(approver, visit, path, told["digest"], [told["changes"][0]["id"]])
        assert answer["written"] == []
        assert answer["refused"][0]["errors"][0]["code"] == "permission.refused"
