"""`cotrench programme` on real files: the layers it writes, what it says, how it ends."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from openpyxl import load_workbook
from pypdf import PdfReader

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


@pytest.mark.parametrize(("end", "code"), [("2027-05-05", "window.too_short"), (None, "window.missing")])
def test_what_cannot_be_planned_is_refused_or_left_out_by_name(tmp_path, end, code):
    short = routes(tmp_path, end=["2026-06-26", "2026-08-28", end])
    out = tmp_path / "out.xlsx"
    done = cotrench("programme", short, "-o", out, folder=tmp_path)
    assert done.returncode == 2
    assert ("--skip-bad" in done.stderr) == (end is not None)  # without dates there is another mend: --window
    assert not out.exists()
    done = cotrench("programme", short, "-o", out, "--skip-bad", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 routes are not planned" in done.stdout
    book = load_workbook(out)
    assert {row[0] for row in book["works"].iter_rows(min_row=2, values_only=True)} == {"W1", "G1"}
    [told] = book["not_planned"].iter_rows(min_row=2, values_only=True)
    assert told[:2] == ("T1", code)


@pytest.mark.parametrize("end", ["2027-05-05", None])
def test_a_crew_of_which_nothing_is_planned_may_be_named_and_a_start_of_what_is_left_out_says_why(tmp_path, end):
    short = routes(tmp_path, operator=["水务", "燃气公司", "移动"], end=["2026-06-26", "2026-08-28", end])
    asked = ("programme", short, "-o", tmp_path / "out.gpkg", "--skip-bad")
    done = cotrench(*asked, "--crews", "移动=1", "--crews", "水务=1", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert set(read(tmp_path / "out.gpkg", layer="works").frame["id"]) == {"W1", "G1"}
    done = cotrench(*asked, "--fixed", "T1=2027-05-03", folder=tmp_path)
    assert done.returncode == 2
    assert "T1" in done.stderr
    assert "window" in done.stderr


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
        (("--winter", "13-40..03-15"), "13-40"),
        (("--fixed", "W1=soon"), "--fixed"),
        (("--fixed", "W9=2026-04-06"), "W9"),
        (("--exits", "gates.gpkg"), "--roads"),
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


def test_two_sets_of_conditions_are_told_side_by_side(tmp_path):
    out, other = tmp_path / "out.gpkg", tmp_path / "other.toml"
    other.write_text('fixed = { G1 = "2026-07-27" }\nweights = { metre = 5 }\n', "utf-8-sig")  # as Notepad keeps it
    done = cotrench("programme", routes(tmp_path), "-o", out, "--compare", other, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "side by side" in done.stdout
    assert "together in A only: G1, W1" in done.stdout
    rows = read(out, layer="compared").frame.set_index("id")
    assert str(rows.loc["G1", "start_b"])[:10] == "2026-07-27"
    assert (rows.loc["G1", "joint_a"], rows.loc["G1", "joint_b"] or "") == ("W1", "")
    assert rows.loc["W1", "moved_weeks"] < 0  # it need not wait for the gas line any more
    other.write_text("teams = 2\n", "utf-8")
    done = cotrench("programme", routes(tmp_path), "-o", tmp_path / "no.gpkg", "--compare", other, folder=tmp_path)
    assert done.returncode == 2
    assert "teams" in done.stderr
    assert "crews" in done.stderr


@pytest.mark.parametrize(
    ("kept", "said"), [(None, "No such file"), (b'winter = "\xd6\xd0"', "UTF-8"), (b"crews two", "no TOML")]
)
def test_a_file_of_other_conditions_that_cannot_be_read_is_told_apart_from_one_that_is_no_toml(tmp_path, kept, said):
    other = tmp_path / "other.toml"
    if kept is not None:
        other.write_bytes(kept)
    done = cotrench("programme", routes(tmp_path), "-o", tmp_path / "o.gpkg", "--compare", other, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert ("TOML" in done.stderr) == (said == "no TOML")


def test_a_fixed_start_holds_and_no_week_of_a_holiday_or_of_the_winter_is_dug(tmp_path):
    out = tmp_path / "out.gpkg"
    file = routes(tmp_path, start=["2026-09-01"] * 3, end=["2027-06-25"] * 3, weeks=[7, 7, 7])
    options = ("--winter", "11-15..03-15", "--fixed", "W1=2026-09-21")
    ends = []
    for holidays in ((), ("--no-holidays",)):
        done = cotrench("programme", file, "-o", out, *options, *holidays, folder=tmp_path)
        assert done.returncode == 0, done.stderr
        works = read(out, layer="works").frame.set_index("id")
        assert str(works.loc["W1", "start"])[:10] == "2026-09-21"
        ends.append(str(works.loc["W1", "end"])[:10])
        for start, end in zip(works["start"].astype(str), works["end"].astype(str), strict=True):
            assert not (start[:10] < "2027-03-15" and end[:10] > "2026-11-15")
    assert ends == ["2026-11-13", "2026-11-06"]  # the week of 5 October is a holiday


def test_the_summary_is_printed(tmp_path):
    out = tmp_path / "plan.pdf"
    done = cotrench("programme", routes(tmp_path), "-o", out, "--on", "2026-03-01", folder=tmp_path, zh=True)
    assert done.returncode == 0, done.stderr
    text = "".join(page.extract_text() for page in PdfReader(out).pages)
    assert "联合施工计划" in text
    assert "2026-03-01" in text
    assert "W1" in text


def test_roads_tell_what_is_closed_and_ways_out_stay_open(tmp_path):
    """Two streets lead to the quarter; both are to be dug in the same weeks, and one of them has to wait."""
    shapes = [line((0, 0), (400, 0)), line((0, 0), (0, 200), (400, 200), (400, 0)), line((400, 0), (500, 0))]
    write(gpd.GeoDataFrame({"id": ["A", "B", "C"]}, geometry=shapes, crs=GRID), tmp_path / "roads.gpkg")
    gate = shapely.Point(shapes[0].coords[0])
    write(gpd.GeoDataFrame({"id": ["gate"]}, geometry=[gate], crs=GRID), tmp_path / "gates.gpkg")
    lines = [line((20, 1), (220, 1)), line((20, 199), (220, 199)), line((410, 1), (480, 1))]
    file = tmp_path / "routes.gpkg"
    days = {"start": ["2026-04-06"] * 3, "end": ["2026-05-29"] * 3, "weeks": [3] * 3}
    known = {"id": ["N", "S", "E"], "utility": ["给水"] * 3, "operator": ["水务"] * 3} | days
    write(gpd.GeoDataFrame(known, geometry=lines, crs=GRID), file)
    out = tmp_path / "out.gpkg"
    roads = ("--roads", tmp_path / "roads.gpkg", "--no-holidays")
    done = cotrench("programme", file, "-o", out, *roads, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert set(read(out, layer="works").frame["start"].astype(str).str[:10]) == {"2026-04-06"}
    done = cotrench("programme", file, "-o", out, *roads, "--exits", tmp_path / "gates.gpkg", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    starts = read(out, layer="works").frame.set_index("id")["start"].astype(str).str[:10].to_dict()
    assert sorted([starts["N"], starts["S"]]) == ["2026-04-06", "2026-04-27"]
    assert re.search(r"as planned.*\b3\b", done.stdout)  # three weeks in which the planned starts cut the quarter off


def long_search(folder):
    """Write routes and trenches of which a proof takes minutes: every trench pulls its routes elsewhere."""
    rng = np.random.default_rng(7)
    names = [f"R{number:03d}" for number in range(80)]
    begin = [dt.date(2026, 3, 2) + dt.timedelta(weeks=int(week)) for week in rng.integers(0, 40, len(names))]
    days = {"start": [str(day) for day in begin], "end": [str(day + dt.timedelta(days=7 * 30)) for day in begin]}
    known = {"id": names, "utility": ["给水"] * 80, "operator": ["水务"] * 80, "weeks": [2] * 80} | days
    shapes = [line((0, 20 * number), (100, 20 * number)) for number in range(80)]
    write(gpd.GeoDataFrame(known, geometry=shapes, crs=GRID), folder / "long.gpkg")
    pairs = [pair for pair in combinations(names, 2) if rng.random() < 0.2]
    trenches = {"id": [f"T{n}" for n in range(len(pairs))], "routes": [",".join(pair) for pair in pairs]}
    trenches["saved_m"] = rng.integers(10, 300, len(pairs)).astype(float)
    frame = gpd.GeoDataFrame(trenches, geometry=[shapes[0]] * len(pairs), crs=GRID)
    write({"trenches": frame}, folder / "trenches.gpkg")
    return folder / "long.gpkg", folder / "trenches.gpkg"


def own_terminal():
    """Let the child have the terminal as its own, so that what is typed there becomes a signal."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_ctrl_c_on_a_terminal_keeps_the_best_so_far(tmp_path):
    file, trenches = long_search(tmp_path)
    out = tmp_path / "out.gpkg"
    ours, theirs = pty.openpty()
    script = "import sys; from api.cli.main import main; main(sys.argv[1:])"
    asked = ("programme", file, "--trenches", trenches, "-o", out, "--seconds", "100000", "--crews", "8")
    child = subprocess.Popen(
        [sys.executable, "-c", script, *map(str, asked)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"LC_ALL": "C.UTF-8", "TERM": "xterm", "COLUMNS": "200"},
        start_new_session=True,
        preexec_fn=own_terminal,  # noqa: PLW1509 - no thread of this process holds a lock that the child needs
    )
    os.close(theirs)
    try:
        told = read_until(ours, rb"gap \d")
        os.write(ours, b"\x03")
        told += read_until(ours, rb"Stopped early")
        assert child.wait(60) == 0, told[-2000:]
    finally:
        child.kill()
        child.wait()
        os.close(ours)
    assert len(read(out, layer="works").frame) == 80
    assert b"Ctrl-C takes the best so far" in told


def read_until(terminal, pattern):
    told, end = b"", time.monotonic() + 90
    while not re.search(pattern, told):
        assert time.monotonic() < end, told[-2000:]
        if select.select([terminal], [], [], 1.0)[0]:
            try:
                told += os.read(terminal, 65_536)
            except OSError:  # the other side is closed
                break
    return told
