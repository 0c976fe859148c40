"""`cotrench visit` plans a visit of files and of the store, prints it, writes its papers, says what is wrong."""

from __future__ import annotations

import io
import json
import re

import geopandas as gpd
import icalendar
import pytest
import shapely
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.api.test_cli import cotrench
from tests.maps.small_town import GRID, X, Y, layers

FROM = ("--from", "2026-12-01T08:00")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("visit")
    for name, frame in layers().items():
        frame.to_file(place / f"{name}.gpkg")
    rows = {"name": ["井甲", None], "note": ["看井盖", None]}
    points = [shapely.Point(X + 250, Y), shapely.Point(X - 150, Y)]
    gpd.GeoDataFrame(rows, geometry=points, crs=GRID.crs).to_file(place / "stops.gpkg")
    return place


def asked(folder, *more, zh=False):
    others = [part for name in ("roads", "greens", "pipes") for part in (f"--{name}", folder / f"{name}.gpkg")]
    return cotrench("visit", folder / "routes.gpkg", *others, *FROM, *more, folder=folder, zh=zh)


def test_files_become_a_schedule_and_papers_of_one_numbering(folder):
    papers = [part for ending in ("json", "ics", "xlsx", "pdf") for part in ("-o", folder / f"v.{ending}")]
    done = asked(folder, "--stops", folder / "stops.gpkg", "--start", f"{X},{Y}", *papers)
    assert done.returncode == 0, done.stderr
    plan = json.loads((folder / "v.json").read_text())["plan"]
    numbers = [item["number"] for stop in plan["stops"] for item in stop["items"]]
    assert {item["do_zh"] for stop in plan["stops"] for item in stop["items"]} >= {"看井盖"}
    rows = list(load_workbook(folder / "v.xlsx")["Checklist"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == numbers
    data = json.loads(PdfReader(io.BytesIO((folder / "v.pdf").read_bytes())).attachments["data.json"][0])
    assert [item["number"] for stop in data["stops"] for item in stop["items"]] == numbers
    cover = PdfReader(folder / "v.pdf").pages[0].extract_text()
    assert not re.search(r"\bV\b", cover)  # what was never stored has no number
    (event,) = icalendar.Calendar.from_ical((folder / "v.ics").read_bytes()).walk("VEVENT")
    assert event["DTSTART"].dt.isoformat() == plan["days"][0]["sets_out"] == "2026-12-01T08:30:00+08:00"
    assert plan["stops"][0]["begins"][11:16] in done.stdout
    assert "Nothing was written" not in done.stderr


def test_the_same_files_give_the_same_papers(folder):
    made = []
    for name in ("a", "b"):
        assert asked(folder, "-o", folder / f"{name}.xlsx", "-o", folder / f"{name}.json", zh=True).returncode == 0
        made.append([(folder / f"{name}.{ending}").read_bytes() for ending in ("xlsx", "json")])
    assert made[0] == made[1]


def test_nobody_can_come_is_said_and_nothing_is_written(folder):
    busy = folder / "busy.ics"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1", "DTSTAMP:20261101T000000Z",
             "DTSTART;VALUE=DATE:20261201", "END:VEVENT", "END:VCALENDAR", ""]  # fmt: skip
    busy.write_bytes("\r\n".join(lines).encode())
    named = ("--busy", f"utility:给水（单位未填）={busy}", "--day", "2026-12-01")
    done = asked(folder, *named, "-o", folder / "never.json")
    assert done.returncode == 1
    assert "2026-12-01" in done.stdout
    assert not (folder / "never.json").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("-o", "v.doc"), "v.doc"),
        (("--start", "1"), "--start"),
        (("--from", "noon"), "--from"),
        (("--busy", "nobody"), "--busy"),
        (("--busy", "k=not there.ics"), "--busy"),
        (("--mode", "fly"), "mode"),
        (("--route", "nobody"), "nobody"),
        (("--case", "2020-00001"), "2020-00001"),
        (("--day", "2026-12-05"), "day"),
    ],
)
def test_what_is_wrong_is_said(folder, more, said):
    done = asked(folder, *more)
    assert done.returncode == 2
    assert said in done.stderr


def test_the_store_is_planned_too(folder):
    place = folder / "stored"
    place.mkdir()
    for name in ("routes", "roads"):
        done = cotrench("import", name, folder / f"{name}.gpkg", "--policy", "neixiang", folder=place)
        assert done.returncode == 0, done.stderr
    done = cotrench("visit", "--route", "W1", *FROM, "-o", place / "v.json", folder=place)
    assert done.returncode == 0, done.stderr
    assert {stop["road"] for stop in json.loads((place / "v.json").read_text())["plan"]["stops"]} <= {"D1", "D2"}
    nothing = cotrench("visit", "--due", *FROM, folder=place)
    assert nothing.returncode == 2
    assert "nothing to visit" in nothing.stderr
