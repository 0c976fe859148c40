"""Tiles over HTTP, over both stores: what they hold, when they are others, and who sees what in them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import mapbox_vector_tile
import numpy as np
import pytest
import shapely

import api.tile_overviews
import api.tiles
from api.db.store import open_store
from maps.tile_grid import TileGrid
from maps.tiles import EXTENT
from tests.api.conftest import NOW, X0, Y0, running, settings_of, small_county
from tests.api.test_http_doors import add_people, as_one, code
from tests.api.test_http_items import GRID, ITEMS
from tests.conftest import NEIXIANG

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

TILES = TileGrid(500_000.0 - 2**23, 2.0**23)
TYPE = "application/vnd.mapbox-vector-tile"
HERE = TILES.at(15, X0 + 60, Y0)
BOX = TILES.box(15, *HERE)
PATIENCE_S = 60


def path(zoom=15, at=HERE, layers="") -> str:
    return f"/api/tiles/EPSG:4546/{zoom}/{at[0]}/{at[1]}" + (f"?layers={layers}" if layers else "")


def features(answer: httpx.Response, layer="routes") -> dict:
    """Return the features of a layer of a tile by their ids; geometry in units, y down."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == TYPE
    read = mapbox_vector_tile.decode(answer.content, default_options={"y_coord_down": True})
    return {one["properties"].get("id"): one for one in read.get(layer, {"features": []})["features"]}


def units(x, y, box=BOX) -> list[int]:
    scale = EXTENT / (box[2] - box[0])
    return [round((x - box[0]) * scale), round((box[3] - y) * scale)]


def test_a_tile_holds_what_lies_in_it_with_what_it_is_drawn_by(client):
    answer = client.get(path())
    [route] = features(answer).values()
    assert route["properties"] == {"id": "G1", "utility": "gas"}
    assert route["geometry"]["coordinates"] == [units(X0, Y0 + 1.5), units(X0 + 120, Y0 + 1.5)]
    [road] = features(answer, "roads").values()
    assert road["properties"] == {"id": "D1", "name": "范蠡大街", "class": "local", "width_m": 12.0}
    assert features(client.get(path(layers="roads"))) == {}
    assert answer.headers["cache-control"] == "private, no-cache"
    # Far from everything: nothing, and that is no fault.
    assert client.get(path(at=(HERE[0] + 50, HERE[1]))).content == b""


def test_a_tag_stands_until_something_changes_where_the_tile_lies(client):
    tag = client.get(path()).headers["etag"]

    def unchanged(tag: str) -> bool:
        answer = client.get(path(), headers={"If-None-Match": tag})
        assert answer.status_code in {200, 304}
        assert (answer.content == b"") == (answer.status_code == 304)
        return answer.status_code == 304

    def write(method, name, x=X0, **more):
        line = {"type": "LineString", "coordinates": [[x, Y0 + 9], [x + 90, Y0 + 9]]}
        body = {"type": "Feature", "geometry": line, "properties": {"utility": "water"}}
        answer = client.request(method, f"{ITEMS}/{name}", params=GRID, json=body, headers=more)
        assert answer.is_success, answer.text
        return answer

    assert unchanged(tag)
    write("PUT", "far", x=X0 + 20_000)
    assert unchanged(tag)
    write("PUT", "near")
    assert not unchanged(tag)
    second = client.get(path())
    assert set(features(second)) == {"G1", "near"}
    # Moved away: it is where the row was that tells, not only where it is.
    write("PUT", "near", x=X0 + 20_000, **{"If-Match": '"1"'})
    assert set(features(client.get(path()))) == {"G1"}
    assert unchanged(tag)  # the same rows again are the same tile
    write("PUT", "far", x=X0, **{"If-Match": '"1"'})
    assert set(features(client.get(path()))) == {"G1", "far"}
    gone = client.delete(f"{ITEMS}/G1", headers={"If-Match": '"1"'})
    assert gone.status_code == 204
    assert set(features(client.get(path()))) == {"far"}
    assert not unchanged(second.headers["etag"])


def test_what_another_process_writes_is_seen_at_once(client, database_url, tmp_path):
    assert set(features(client.get(path()))) == {"G1"}
    with open_store(database_url, tmp_path) as other:
        line = shapely.LineString([(X0, Y0 - 20), (X0 + 50, Y0 - 20)])
        other.insert("routes", [{"id": "W9", "utility": "water", "geometry": line}], who="other", now=NOW)
        assert set(features(client.get(path()))) == {"G1", "W9"}
        other.update("routes", "W9", {"utility": "heat"}, None, who="other", now=NOW)
    assert features(client.get(path()))["W9"]["properties"]["utility"] == "heat"


@pytest.fixture
def crowded(database_url, tmp_path, monkeypatch) -> Iterator[httpx.Client]:
    """Yield a client of a county with more routes than are drawn one by one far out, one of them far away."""
    for module in (api.tiles, api.tile_overviews):
        monkeypatch.setattr(module, "MOST_APART", 300)
    random = np.random.default_rng(3)
    starts = np.array([X0, Y0]) + random.uniform(0, 6_000, (500, 2))
    lines = shapely.linestrings(np.stack([starts, starts + random.uniform(-200, 200, (500, 2))], axis=1))
    rows = [{"id": f"R{k}", "utility": ("gas", "water")[k % 2], "geometry": line} for k, line in enumerate(lines)]
    rows.append(
        {"id": "far", "utility": "heat", "geometry": shapely.LineString([(X0 + 30e3, Y0), (X0 + 30e3, Y0 + 0.2)])}
    )
    with open_store(database_url, tmp_path) as store:
        store.upgrade()
        store.county = NEIXIANG
        store.insert("routes", rows, who="test", now=NOW)
    with running(settings_of(database_url, tmp_path)) as client:
        yield client


def test_far_out_very_many_lines_are_an_overview_that_misses_none_and_follows_every_change(crowded):
    at = TILES.at(8, X0, Y0)
    answer = crowded.get(path(8, at, "routes"))
    read = mapbox_vector_tile.decode(answer.content, default_options={"y_coord_down": True})["routes"]["features"]
    assert [one["properties"] for one in read] == [{"utility": one} for one in ("water", "gas", "heat")]
    # One that is nearer than they are many is itself.
    assert set(features(crowded.get(path(11, TILES.at(11, X0 + 30e3, Y0), "routes")))) == {"far"}
    assert crowded.get(path(8, at, "routes"), headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert crowded.delete(f"{ITEMS}/far", headers={"If-Match": '"1"'}).status_code == 204
    after = crowded.get(path(8, at, "routes"), headers={"If-None-Match": answer.headers["etag"]})
    read = mapbox_vector_tile.decode(after.content)["routes"]["features"]
    assert [one["properties"]["utility"] for one in read] == ["water", "gas"]


def test_an_overview_that_takes_long_is_not_an_empty_map_but_one_to_ask_for_again(
    crowded, database_url, tmp_path, monkeypatch
):
    monkeypatch.setattr(api.tile_overviews, "MOST_WAITED_FOR", 10)
    at = path(8, TILES.at(8, X0, Y0), "routes")
    end = time.monotonic() + PATIENCE_S
    while crowded.get(at).status_code == 503:  # made after the start
        assert time.monotonic() < end
    with open_store(database_url, tmp_path) as other:
        for number in range(20):  # until what was written is asked for before it is looked at
            lines = shapely.linestrings([[(X0 + k, Y0 + number), (X0 + k, Y0 + 500)] for k in range(20)])
            rows = [{"id": f"S{number}-{k}", "utility": "power", "geometry": line} for k, line in enumerate(lines)]
            other.insert("routes", rows, who="other", now=NOW)
            answer = crowded.get(at)
            if answer.status_code == 503:
                break
    told = answer.json()
    assert (answer.status_code, told["code"], answer.headers["retry-after"]) == (503, "tiles.making", "2")
    assert 0 <= told["percent"] < 100
    assert f"规划管线的概略图正在生成，已完成 {told['percent']}%" in told["detail"]
    while (answer := crowded.get(at)).status_code == 503:
        assert time.monotonic() < end
    read = mapbox_vector_tile.decode(answer.content)["routes"]["features"]
    assert {one["properties"]["utility"] for one in read} == {"water", "gas", "heat", "power"}


def test_the_set_of_tiles_says_how_the_grid_is_divided_and_how_much_there_is(shared):
    [told] = shared.get("/api/tiles").json()["tilesets"]
    assert {one["id"]: one["features"] for one in told["layers"]} | {"routes": 1, "roads": 1, "trees": 0} == {
        one["id"]: one["features"] for one in told["layers"]
    }
    [matrices] = [link["href"] for link in told["links"] if link["rel"].endswith("tiling-scheme")]
    said = shared.get(matrices).json()
    assert said == shared.get("/api/tiles/grid").json()
    assert said["crs"] == told["crs"] == "http://www.opengis.net/def/crs/EPSG/0/4546"
    assert said["origin_grid"] == [TILES.west, TILES.north] == said["tileMatrices"][0]["pointOfOrigin"][::-1]
    assert said["orderedAxes"] == ["N", "E"]
    [template] = [link["href"] for link in told["links"] if link["rel"] == "item"]
    assert template == f"{matrices}/{{tileMatrix}}/{{tileCol}}/{{tileRow}}{{?layers}}"


@pytest.mark.parametrize(
    ("asked", "status", "word"),
    [
        ("/api/tiles/EPSG:3857", 404, "EPSG:4546"),
        ("/api/tiles/EPSG:3857/15/1/1", 404, "EPSG:4546"),
        ("/api/tiles/grid/7/0/0", 404, "8"),
        ("/api/tiles/grid/19/0/0", 404, "18"),
        ("/api/tiles/grid/9/512/0", 404, "9/512/0"),
        ("/api/tiles/grid/9/0/-1", 404, "9/0/-1"),
        ("/api/tiles/grid/9/0/x", 422, "integer"),
        ("/api/tiles/grid/9/0/0?layers=routes,sewers", 422, "routes"),
        ("/api/tiles/grid/9/0/0?layers=", 422, "routes"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(shared, asked, status, word):
    answer = shared.get(asked)
    assert answer.status_code == status
    assert word in answer.json()["detail"]


def test_a_county_without_a_place_on_the_map_has_no_tiles(database_url, tmp_path):
    with running(settings_of(database_url, tmp_path)) as client:
        for asked in ("/api/tiles", "/api/tiles/grid", "/api/tiles/grid/9/0/0"):
            assert code(client.get(asked)) == (422, "input.refused")


@pytest.mark.usefixtures("quick_hashes")
def test_a_tile_is_made_for_who_asks(database_url, tmp_path: Path):
    small_county(database_url, tmp_path)
    with open_store(database_url, tmp_path) as store:
        for name, applicant in (("S1", "甲公司"), ("S2", "乙公司")):
            site = {"id": name, "applicant": applicant, "geometry": shapely.Point(X0, Y0)}
            store.insert("sites", [site], who="test", now=NOW)
        pipe = {"id": "P1", "utility": "water", "geometry": shapely.LineString([(X0, Y0), (X0 + 9, Y0)])}
        store.insert("pipes", [pipe], who="test", now=NOW)
    add_people(database_url, tmp_path)
    with running(settings_of(database_url, tmp_path)) as client:
        assert code(client.get(path())) == (401, "permission.sign_in")
        with as_one(client, "surveyor") as surveyor, as_one(client, "applicant") as applicant:
            everything, own = surveyor.get(path()), applicant.get(path())
            assert [set(features(everything, one)) for one in ("routes", "sites", "pipes")] == [
                {"G1"},
                {"S1", "S2"},
                {"P1"},
            ]
            assert [set(features(own, one)) for one in ("routes", "sites", "pipes")] == [set(), {"S1"}, set()]
            assert everything.headers["etag"] != own.headers["etag"]
            # What somebody else's browser has is not taken for one's own.
            assert applicant.get(path(), headers={"If-None-Match": everything.headers["etag"]}).status_code == 200
            assert code(applicant.get(path(layers="routes,pipes"))) == (403, "permission.refused")
            [told] = applicant.get("/api/tiles").json()["tilesets"]
            counts = {one["id"]: one["features"] for one in told["layers"]}
            assert (counts["routes"], counts["sites"], counts["roads"]) == (0, 1, 1)
            assert "pipes" not in counts
