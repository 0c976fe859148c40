"""`cotrench atlas` prints plain files, a sheet for each route or stop; what is wrong is said and nothing is written."""

from __future__ import annotations

import io
import json
import re

import geopandas as gpd
import pytest
import shapely
from pypdf import PdfReader

from tests.api.test_cli import cotrench
from tests.maps.small_town import GRID, X, Y, judged, layers


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("atlas")
    for name, frame in layers().items():
        frame.to_file(place / f"{name}.gpkg")
    rows = {"name": ["路口", "井边", "荒地"], "routes": ["Q1，W1", None, None]}
    points = [shapely.Point(X + 20, Y), shapely.Point(X + 60, Y + 42), shapely.Point(X + 900, Y)]
    gpd.GeoDataFrame(rows, geometry=points, crs=GRID.crs).to_file(place / "stops.gpkg")
    return place


def asked(folder, *more, out="a.pdf"):
    others = [
        part
        for name in ("roads", "greens", "pipes", "buildings", "trees")
        for part in (f"--{name}", folder / f"{name}.gpkg")
    ]
    return cotrench(
        "atlas", folder / "routes.gpkg", *others, "--on", "2026-12-01", "-o", folder / out, *more, folder=folder
    )


def printed(folder, out="a.pdf"):
    document = PdfReader(io.BytesIO((folder / out).read_bytes()))
    return document, json.loads(document.attachments["data.json"][0])


def test_every_route_is_a_stop_with_what_was_measured_about_it(folder):
    done = asked(folder, "--paper", "A4")
    assert done.returncode == 0, done.stderr
    document, data = printed(folder)
    assert [one["routes"] for one in data["stops"]] == [["W1"], ["Q1"]]
    answers, findings = judged()
    for one in data["stops"]:
        (measured,) = one["measured"]
        assert measured["quantities"] == json.loads(json.dumps(answers[measured["route"]]["quantities"]))
    told = {each["id"] for one in data["stops"] for each in one["findings"]}
    assert told == {each.id for each in findings}
    assert float(document.pages[0].mediabox[2]) == pytest.approx(297 * 72 / 25.4, abs=0.5)


def test_stops_take_the_routes_they_name_else_those_nearby_and_the_rest_is_told(folder):
    done = asked(folder, "--stops", folder / "stops.gpkg", "--near", "10")
    assert done.returncode == 0, done.stderr
    _, data = printed(folder)
    assert [(one["name"], one["routes"]) for one in data["stops"]] == [
        ("路口", ["Q1", "W1"]),
        ("井边", ["Q1"]),
        ("荒地", []),
    ]
    assert data["stops"][0]["section"]["lines"]
    stops = gpd.read_file(folder / "stops.gpkg").iloc[1:2]
    stops.to_file(folder / "one.gpkg")
    done = asked(folder, "--stops", folder / "one.gpkg", "--near", "10", out="b.pdf")
    assert re.search(r"1 routes are at no stop: W1", done.stdout)


def test_what_is_wrong_is_said_and_nothing_is_written(folder):
    done = asked(folder, "--paper", "A0", "--near", "-1", out="c.html")
    assert done.returncode == 2
    assert ".pdf" in done.stderr
    assert "A3 A4" in done.stderr
    assert "--near" in done.stderr
    rows = {"name": ["甲"], "routes": ["W1,nobody"]}
    gpd.GeoDataFrame(rows, geometry=[shapely.Point(X, Y)], crs=GRID.crs).to_file(folder / "bad.gpkg")
    done = asked(folder, "--stops", folder / "bad.gpkg", out="d.pdf")
    assert done.returncode == 2
    assert "nobody" in done.stderr
    assert not list(folder.glob("[cd].*"))
