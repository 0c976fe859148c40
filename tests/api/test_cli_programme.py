"""`cotrench programme` on real files: the layers it writes, what it says, how it ends."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pytest
from openpyxl import load_workbook

from geo.formats import read, write
from tests.api.test_cli import GRID, cotrench, line

WORKS = {"id", "start", "end", "moved_weeks", "joint_with", "saved_m", "why_zh", "why_en"}


def routes(folder, **changes):
    """Write water and gas beside each other, whose windows meet, and a telecom line that comes a year later."""
    known = {
        "id": ["W1", "G1", "T1"],
        "utility": ["给水", "燃气", "通信"],
        "operator": ["水务", "燃气公司", "=移动"],
        "start": ["2026-03-02", "2026-04-20", "2027-05-03"],
        "end": ["2026-06-26", "2026-08-28", "2027-09-03"],
    } | changes
    shapes = [line((0, y), (200, y)) for y in (0, 1.5, 3.0)]
    write(gpd.GeoDataFrame(known, geometry=shapes, crs=GRID), folder / "routes.gpkg")
    return folder / "routes.gpkg"


@pytest.mark.parametrize("ending", [".gpkg", ".csv"])
def test_works_and_joint_digs_are_written(tmp_path, ending):
    out = tmp_path / f"out{ending}"
    done = cotrench("programme", routes(tmp_path), "-o", out, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    at = out if ending == ".gpkg" else tmp_path / "out_works.csv"
    works = read(at, layer="works" if ending == ".gpkg" else None, crs=GRID, crs_is_default=True).frame.set_index("id")
    assert set(works.columns) >= WORKS - {"id"}
    assert works.loc["W1", "joint_with"] == "G1"
    assert str(works.loc["W1", "start"])[:10] <= str(works.loc["G1", "end"])[:10]
    assert works["saved_m"].astype(float).sum() == pytest.approx(200, abs=0.1)
    assert "T1" in str(works.loc["T1"].name)
    assert works.loc["T1", "why_en"] == "dug alone"
    assert "joint programme" in done.stdout
    assert "0.00 %" in done.stdout


def test_a_workbook_has_both_sheets_and_no_formula(tmp_path):
    out = tmp_path / "plan.xlsx"
    done = cotrench("programme", routes(tmp_path, id=["W1", "=G1", "T1"]), "-o", out, folder=tmp_path, zh=True)
    assert done.returncode == 0, done.stderr
    book = load_workbook(out)
    assert book.sheetnames == ["works", "joint"]
    cells = [cell for row in book["works"].iter_rows() for cell in row if cell.value == "=G1"]
    assert [cell.data_type for cell in cells] == ["s"] * len(cells)
    assert cells
    assert "联合计划" in done.stdout
    assert "同沟" in done.stdout


def test_the_trench_left_out_says_which_shift_would_do(tmp_path):
    out = tmp_path / "out.gpkg"
    cotrench("programme", routes(tmp_path), "-o", out, folder=tmp_path)
    joint = read(out, layer="joint").frame
    left = joint[~joint["joint"].astype(bool)]
    assert left["reason"].tolist() == ["windows"]
    weeks = (dt.date(2027, 5, 3) - dt.date(2026, 6, 22)).days // 7  # from T1's first to the last week of W1
    assert left["shift_weeks"].astype(int).tolist() == [weeks]


def test_crews_hold_works_apart_and_unknown_names_are_told(tmp_path):
    days = {"start": ["2026-03-02", "2026-04-20", "2026-03-02"], "end": ["2026-06-26", "2026-08-28", "2026-06-26"]}
    same = routes(tmp_path, operator=["一队", "一队", "二队"], **days)
    out = tmp_path / "out.gpkg"
    done = cotrench("programme", same, "-o", out, "--crews", "一队=1", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    together = read(out, layer="works").frame.set_index("id")["joint_with"].fillna("")
    assert "G1" not in together["W1"]
    assert "W1" not in together["G1"]
    assert "crew" in set(read(out, layer="joint").frame["reason"])
    done = cotrench("programme", same, "-o", tmp_path / "no.gpkg", "--crews", "三队=1", folder=tmp_path)
    assert done.returncode == 2
    assert "三队" in done.stderr
    assert not (tmp_path / "no.gpkg").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--winter", "13-40..03-15"), "--winter"),
        (("--weights", "gold=3"), "gold"),
        (("--window", "soon"), "--window"),
        (("--crews", "many"), "--crews"),
    ],
)
def test_options_that_cannot_be_understood_are_named(tmp_path, options, said):
    done = cotrench("programme", routes(tmp_path), "-o", tmp_path / "o.gpkg", *options, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr


def test_routes_without_a_window_are_named_unless_one_is_given(tmp_path):
    file = routes(tmp_path, start=["2026-03-02", None, "2027-05-03"])
    done = cotrench("programme", file, "-o", tmp_path / "o.gpkg", folder=tmp_path)
    assert done.returncode == 2
    assert "G1" in done.stderr
    assert "start" in done.stderr
    given = ("--window", "2026-03-02..2026-12-25")
    assert cotrench("programme", file, "-o", tmp_path / "o.gpkg", *given, folder=tmp_path).returncode == 0


def test_a_window_in_the_winter_stop_is_told(tmp_path):
    file = routes(tmp_path, start=["2026-11-23"] * 3, end=["2027-02-26"] * 3)
    done = cotrench("programme", file, "-o", tmp_path / "o.gpkg", "--winter", "11-15..03-15", folder=tmp_path)
    assert done.returncode == 2
    assert "W1" in done.stderr
    assert "break" in done.stderr
