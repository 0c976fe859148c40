"""The pack of a visit, and layers compared on the command line: names, order, moments, exit codes."""

from __future__ import annotations

import io
import shutil
import zipfile
from datetime import UTC, datetime

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
import shapely
from pypdf import PdfReader

from api.visit_pack import FORBIDDEN, folder_of, named, zipped
from tests.api.conftest import X0, Y0, running, settings_of, small_county
from tests.api.test_cli import cotrench
from tests.api.test_http_visit_layers import (
    edit,
    given_out,
    more_rows,
    moved,
    planned,
    redraw,
)

MADE = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """Yield a client of the small county with some more rows; nothing is changed in it."""
    folder = tmp_path_factory.mktemp("pack")
    small_county(None, folder)
    more_rows(None, folder)
    with running(settings_of(None, folder)) as client:
        yield client


@pytest.mark.parametrize(
    "title",
    [
        "",
        '范蠡大街/渚阳大道：<踏勘> "一" |二|',
        "名" * 200,
        "𠮷" * 200,
        "..",
        "a\u202eb\x00c\n",
        "CON",
        "x" * 79 + "。。 ",
    ],
)
def test_the_folder_is_one_that_every_system_takes(title):
    name = folder_of("V-2026-0001", title)
    assert name.startswith("V-2026-0001")
    assert len(name.encode()) <= 80
    assert not FORBIDDEN & set(name)
    assert name.isprintable()
    assert name == name.rstrip(". ")


def test_the_same_contents_are_the_same_bytes_with_names_marked_as_utf_8():
    contents = {"readme": b"a", "layers": b"b" * 1000}
    whole = zipped("V 踏勘", contents, MADE)
    assert whole == zipped("V 踏勘", contents, MADE)
    entries = zipfile.ZipFile(io.BytesIO(whole)).infolist()
    assert [one.filename for one in entries] == ["V 踏勘/README.txt", "V 踏勘/layers 图层.gpkg"]
    assert {one.date_time for one in entries} == {(2026, 12, 1, 8, 30, 0)}
    assert all(one.flag_bits & 0x800 for one in entries)


def test_a_pack_holds_everything_that_is_taken_along(county, tmp_path):
    visit = planned(county)
    answer = county.get(f"/api/visits/{visit}/pack.zip")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert county.get(f"/api/visits/{visit}/pack.zip").content == answer.content
    pack = zipfile.ZipFile(io.BytesIO(answer.content))
    assert pack.testzip() is None
    folder = f"{visit} 范蠡大街踏勘"
    kinds = ("readme", "map", "atlas", "layers", "checklist", "calendar")
    assert pack.namelist() == [f"{folder}/{named(kind)}" for kind in kinds]
    parts = dict(zip(kinds, map(pack.read, pack.namelist()), strict=True))
    told = parts["readme"].decode("utf-8-sig")
    assert all(named(kind) in told for kind in kinds[1:])
    assert "\r\n" in told
    assert parts["map"].startswith(b"<!DOCTYPE html>")
    assert len(PdfReader(io.BytesIO(parts["atlas"])).pages) > 1
    assert parts["layers"] == county.get(f"/api/visits/{visit}/layers.gpkg").content
    assert openpyxl.load_workbook(io.BytesIO(parts["checklist"])).sheetnames
    assert b"BEGIN:VCALENDAR" in parts["calendar"]
    papers = {one["kind"]: one["href"] for one in county.get(f"/api/visits/{visit}").json()["papers"]}
    assert papers["pack"].endswith(f"/api/visits/{visit}/pack.zip")


def test_files_are_compared_on_the_command_line(county, tmp_path):
    def run(*arguments):
        return cotrench("differences", *arguments, folder=tmp_path)

    before = given_out(county, planned(county), tmp_path / "before.gpkg")
    edited, now = (tmp_path / f"{name}.gpkg" for name in ("edited", "now"))
    shutil.copy(before, edited)
    shutil.copy(before, now)
    assert run(before, edited, "--check").returncode == 0
    redraw(edited, "routes", lambda frame: moved(frame, "G1", 0, 3))
    edit(edited, "UPDATE routes SET cover_m = 2 WHERE id = 'W1'")
    edit(now, "UPDATE routes SET cover_m = 9 WHERE id = 'W1'")
    sketch = gpd.GeoDataFrame({"revision": ["B"]}, geometry=[shapely.Point(X0, Y0)], crs="EPSG:4546")
    sketch.to_file(now, layer="sketch")
    told = run(before, edited, now, "--check", "-o", tmp_path / "out.gpkg")
    assert told.returncode == 1, told.stderr
    assert "routes/G1/moved" in told.stdout
    out = pyogrio.read_dataframe(tmp_path / "out.gpkg", layer="routes").set_index("id")
    # What was not given out with ids, or came meanwhile, stays as it is now: `now` may be written over.
    written, there = (
        {name for name, kind in pyogrio.list_layers(path) if kind} for path in (tmp_path / "out.gpkg", now)
    )
    assert written == there
    assert pyogrio.read_dataframe(tmp_path / "out.gpkg", layer="sketch")["revision"].tolist() == ["B"]
    # Without a word only what nobody edited meanwhile is taken.
    assert out.geometry["G1"].bounds[1] == pytest.approx(3_658_004.5)
    assert out["cover_m"]["W1"] == 9
    assert run(before, edited, now, "-o", tmp_path / "all.gpkg", "--accept", "all").returncode == 0
    assert pyogrio.read_dataframe(tmp_path / "all.gpkg", layer="routes").set_index("id")["cover_m"]["W1"] == 2
    assert run(before, edited, "-o", tmp_path / "no.gpkg", "--accept", "routes/X/moved").returncode == 2
    assert not (tmp_path / "no.gpkg").exists()
    assert run(before, tmp_path / "missing.gpkg").returncode == 2
