"""The command line on real files: what it writes, what it says, how it ends."""

import csv
import io
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import typer

from api.cli.inputs import asked, checks_of
from api.cli.language import both, chosen, language
from api.cli.main import build, main
from api.cli.reporting import FAULT_COLUMNS
from api.db import acceptances
from api.db.store import open_store
from geo.faults import BadInputError
from geo.formats import Findings, read, write

GRID = "EPSG:4546"
COMMAND = (sys.executable, "-c", "from api.cli.main import main; main()")


def commands_below(command, name=""):
    """Return the names of all commands of a tree, such as ``db backup``."""
    below = getattr(command, "commands", None)
    if below is None:
        return [name]
    return [whole for part, one in below.items() for whole in commands_below(one, f"{name} {part}".strip())]


COMMANDS = commands_below(typer.main.get_command(build()))
RUNS = ["a", "b", "utility_a", "utility_b", "from_a", "to_a", "from_b", "to_b", "length_m"]
RUNS += ["gap_min_m", "gap_mean_m", "gap_max_m", "same_direction", "window_start", "window_end"]
TRENCHES = ["id", "routes", "utilities", "n_routes", "length_m", "saved_m", "width_m", "window_start", "window_end"]
MEASURED = ["id", "utility", "length_m", "crossing_m", "crossing_max_m", "crossings", "along_m", "green_m2"]
MEASURED += ["verdict", "margin_m"]
CROSSINGS = ["route", "road", "from_m", "to_m", "length_m", "skew_deg", "kind"]
X, Y = 579_000.0, 3_658_000.0


class Done(NamedTuple):
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


def environment_of(folder, zh=False):
    known = {name: value for name, value in os.environ.items() if name != "COTRENCH_DATABASE_URL"}
    locale = "zh_CN.UTF-8" if zh else "C.UTF-8"
    return known | {"COTRENCH_DATA": str(folder / "data"), "LC_ALL": locale, "PYTHONUNBUFFERED": "1"}


def cotrench(*arguments, folder, zh=False, **variables):
    """Answer a command line as the installed command does, in this process: libraries are loaded once."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.delenv("COTRENCH_DATABASE_URL", raising=False)
        for name, value in (environment_of(folder, zh) | variables).items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
    return Done(ended.value.code or 0, out.getvalue(), err.getvalue())


def line(*points):
    return shapely.LineString([(X + x, Y + y) for x, y in points])


def routes_file(folder, name="routes.gpkg", **columns):
    """Write three routes: water and gas side by side for 100 m, a telecom line across them."""
    known = {"id": ["W1", "G1", "T1"], "utility": ["自来水", "gas", "telecom"]} | columns
    lines = [line((0, 0), (100, 0)), line((0, 2), (100, 2)), line((50, -40), (50, 40))]
    write(gpd.GeoDataFrame(known, geometry=lines, crs=GRID), folder / name)
    return folder / name


def roads_file(folder):
    roads = {"id": ["D1"], "width_m": [12.0], "class": ["主干道"], "delivered": ["2010-01-01"], "name": ["解放路"]}
    write(gpd.GeoDataFrame(roads, geometry=[line((30, -50), (30, 50))], crs=GRID), folder / "roads.gpkg")
    return folder / "roads.gpkg"


@pytest.mark.parametrize(("zh", "words"), [(False, "every planned utility line"), (True, "一次踏勘")])
def test_help_speaks_the_language_of_the_locale(tmp_path, zh, words):
    done = cotrench("--help", folder=tmp_path, zh=zh)
    assert done.returncode == 0
    assert words in done.stdout
    assert "\x1f" not in done.stdout
    for command in {command.partition(" ")[0] for command in COMMANDS}:
        assert re.search(rf"\b{command}\b", done.stdout)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_in_both_languages(tmp_path, command):
    pages = [cotrench(*command.split(), "--help", folder=tmp_path, zh=zh) for zh in (False, True)]
    assert [page.returncode for page in pages] == [0, 0]
    han = re.compile("[\u4e00-\u9fff]")
    assert han.search(pages[1].stdout)
    assert not han.search(re.sub(r"utility:台電\*=power.*|\*瓦斯=gas.*", "", pages[0].stdout))


def test_help_is_quick(tmp_path):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*COMMAND, "--help"], env=environment_of(tmp_path), check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime < 0.8  # 0.35 s of an idle core


def test_no_heavy_library_is_loaded_for_help():
    script = (
        "import sys, contextlib, io\nfrom api.cli.main import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()): main(['--help'])\n"
        "print([m for m in ('numpy', 'geopandas', 'numba', 'sqlalchemy', 'fastapi', 'shapely') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".parquet", ".csv"])
def test_trenches(tmp_path, ending):
    out = tmp_path / f"out{ending}"
    done = cotrench("trenches", routes_file(tmp_path), "-o", out, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    names = [out] * 2 if ending == ".gpkg" else [tmp_path / f"out_{layer}{ending}" for layer in ("runs", "trenches")]
    options = {"crs": GRID} if ending == ".csv" else {}
    runs = read(names[0], layer="runs" if ending == ".gpkg" else None, **options).frame
    trenches = read(names[1], layer="trenches" if ending == ".gpkg" else None, **options).frame
    assert list(runs.columns) == [*RUNS, "geometry"]
    assert list(trenches.columns) == [*TRENCHES, "geometry"]
    assert sorted([runs["a"].iloc[0], runs["b"].iloc[0]]) == ["G1", "W1"]
    assert float(runs["length_m"].iloc[0]) == pytest.approx(100)
    assert float(trenches["saved_m"].iloc[0]) == pytest.approx(100)


def test_trenches_options(tmp_path):
    routes = routes_file(tmp_path)
    near = cotrench("trenches", routes, "-o", tmp_path / "near.gpkg", "--distance", "1", folder=tmp_path)
    assert near.returncode == 0, near.stderr
    assert len(read(tmp_path / "near.gpkg", layer="runs").frame) == 0
    assert cotrench("trenches", routes, "-o", tmp_path / "x.dxf", folder=tmp_path).returncode == 2
    assert cotrench("trenches", routes, "-o", tmp_path / "x.gpkg", "--distance", "-1", folder=tmp_path).returncode == 2
    assert sorted(path.name for path in tmp_path.glob("*.gpkg")) == ["near.gpkg", "routes.gpkg"]


def test_measure(tmp_path):
    routes, roads = routes_file(tmp_path, start=["2026-05-01"] * 3), roads_file(tmp_path)
    out = tmp_path / "out.gpkg"
    options = ("--roads", roads, "--on", "2026-12-01", "-o", out)
    done = cotrench("measure", routes, *options, folder=tmp_path, zh=True)
    assert done.returncode == 0, done.stderr
    measured = read(out, layer="routes").frame
    assert list(measured.columns)[: len(MEASURED)] == MEASURED
    assert measured["id"].tolist() == ["W1", "G1", "T1"]
    assert measured["utility"].tolist() == ["water", "gas", "telecom"]
    assert measured["crossing_m"].iloc[0] == pytest.approx(12, abs=0.02)
    crossings = read(out, layer="crossings").frame
    assert list(crossings.columns)[: len(CROSSINGS)] == CROSSINGS
    assert crossings["kind"].tolist() == ["crossing", "crossing"]
    assert "结论" in done.stdout
    assert cotrench("measure", routes, *options, "--check", folder=tmp_path).returncode in (0, 1)
    unknown = cotrench("measure", routes, *options, "--policy", "atlantis", folder=tmp_path)
    assert (unknown.returncode, "neixiang" in unknown.stderr) == (2, True)


def test_faults_of_all_files_are_listed_and_nothing_is_written(tmp_path):
    routes = routes_file(tmp_path, utility=["water", "oil", "<script>"], diameter_mm=[100, -1, 0])
    roads = tmp_path / "roads.geojson"
    roads.write_text("{}")
    out, listed = tmp_path / "out.gpkg", tmp_path / "faults.csv"
    done = cotrench("measure", routes, "--roads", roads, "-o", out, "--faults", listed, folder=tmp_path)
    assert done.returncode == 2
    assert "5 faults" in done.stderr
    assert "Nothing was written" in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()
    with listed.open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == FAULT_COLUMNS
    assert sorted({row["code"] for row in rows}) == ["file.wrong_kind", "number.not_positive", "utility.unknown"]
    zh = cotrench("measure", routes, "--roads", roads, "-o", out, folder=tmp_path, zh=True)
    assert "不认识的管线类别" in zh.stderr


def test_only_the_first_faults_are_shown(tmp_path):
    n = 100
    many = gpd.GeoDataFrame({"utility": ["?"] * n}, geometry=[line((0, 0), (9, k)) for k in range(n)], crs=GRID)
    write(many, tmp_path / "many.gpkg")
    done = cotrench("trenches", tmp_path / "many.gpkg", "-o", tmp_path / "o.gpkg", folder=tmp_path)
    assert done.stderr.count("unknown utility") == 20
    assert "In all: 100 utility.unknown" in done.stderr
    assert "--faults" in done.stderr


def test_skip_bad_goes_on_with_the_rest(tmp_path):
    routes = routes_file(tmp_path, utility=["water", "oil", "gas"])
    out = tmp_path / "out.gpkg"
    done = cotrench("trenches", routes, "-o", out, "--skip-bad", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "G1" in done.stderr
    assert len(read(out, layer="runs").frame) == 0


def test_fields_and_values_are_mapped(tmp_path):
    lines = [line((0, 0), (100, 0)), line((0, 2), (100, 2))]
    works = {"no": ["1", "2"], "who": ["台電北區", "大台北瓦斯"], "from": ["115/04/22", "115/05/01"]}
    write(gpd.GeoDataFrame(works, geometry=lines, crs=GRID), tmp_path / "w.gpkg")
    done = cotrench(
        "trenches", tmp_path / "w.gpkg", "-o", tmp_path / "o.gpkg", "--map", "id=no", "--map", "utility=who",
        "--map", "start=from", "--values", "utility:台電*=power,*瓦斯=gas", folder=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Taiwan calendar" in done.stderr
    run = read(tmp_path / "o.gpkg", layer="runs").frame.iloc[0]
    assert {run["a"], run["b"]} == {"1", "2"}
    assert {run["utility_a"], run["utility_b"]} == {"power", "gas"}


def test_options_that_cannot_be_understood_are_named_together():
    with pytest.raises(BadInputError) as caught:
        asked(None, None, None, ["start"], ["utility=water", "utility:x"], None)
    assert [fault.field for fault in caught.value.faults] == ["--map", "--values", "--values"]


def test_policies(tmp_path):
    done = cotrench("policies", "--on", "2026-12-01", folder=tmp_path, zh=True)
    assert done.returncode == 0, done.stderr
    assert "neixiang" in done.stdout
    one = cotrench("policy", "neixiang", "--on", "2026-12-01", folder=tmp_path, zh=True)
    assert "NX-TH1" in one.stdout
    assert "内城管〔2022〕125号" in one.stdout
    assert "依据：原文逐字" in one.stdout
    assert "Read word for word" not in one.stdout
    assert "≤ 15 m" in one.stdout
    assert "主干路" in one.stdout
    assert "沿道路敷设长度 文件未规定" in one.stdout
    assert "城市道路管理条例第三十三条" in one.stdout
    assert "NX-RD1" in one.stdout
    before = cotrench("policy", "neixiang", "--on", "2021-01-01", folder=tmp_path)
    assert "No rule is in force" in before.stdout
    assert cotrench("policy", "neixiang", "--on", "soon", folder=tmp_path).returncode == 2


def test_field_map_of_files(tmp_path):
    out = tmp_path / "map.html"
    routes = routes_file(tmp_path, name="r.gpkg", operator=["<script>alert(1)</script>", "b", "c"])
    done = cotrench("field-map", routes, "--roads", roads_file(tmp_path), "-o", out, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    page = out.read_text("utf-8")
    assert "<script>alert(1)</script>" not in page
    assert "findings, numbered by weight" in page
    without = cotrench("field-map", routes, "--no-findings", "-o", out, folder=tmp_path)
    assert without.returncode == 0, without.stderr
    assert "numbered by weight" not in out.read_text("utf-8")
    assert cotrench("field-map", routes, "-o", tmp_path / "map.pdf", folder=tmp_path).returncode == 2
    assert cotrench("field-map", "-o", out, folder=tmp_path).returncode == 2  # an empty store


def test_what_somebody_let_stand_is_not_on_the_map_of_the_store(tmp_path):
    routes, out, found = routes_file(tmp_path), tmp_path / "map.html", tmp_path / "found.geojson"
    assert cotrench("import", "routes", routes, folder=tmp_path).returncode == 0
    assert cotrench("conflicts", routes, "-o", found, folder=tmp_path).returncode == 0
    every = gpd.read_file(found)
    assert cotrench("field-map", "-o", out, folder=tmp_path).returncode == 0
    assert f"{len(every)} findings, numbered" in out.read_text("utf-8")
    first = every.iloc[0]
    with open_store(None, tmp_path / "data") as store:
        told = {"who": "test", "now": datetime.now(UTC)}
        acceptances.record(store, "accept", first["id"], first["facts"], "agreed", {}, **told)
    assert cotrench("field-map", "-o", out, folder=tmp_path).returncode == 0
    assert f"{len(every) - 1} findings, numbered" in out.read_text("utf-8")


def test_serve_demo_answers_and_keeps_the_data(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = cotrench("serve", "--port", taken.getsockname()[1], folder=tmp_path)
        assert (busy.returncode, "--port" in busy.stderr) == (2, True)
    outside = cotrench("serve", "--host", "0.0.0.0", "--port", "0", folder=tmp_path)  # noqa: S104 - it is refused
    assert (outside.returncode, "no accounts yet" in outside.stderr) == (2, True)
    command = [*COMMAND, "serve", "--demo", "--port", "0"]
    with subprocess.Popen(command, env=environment_of(tmp_path), stdout=subprocess.PIPE, text=True) as process:
        try:
            address = re.search(r"http://\S+", process.stdout.readline())[0]
            with urllib.request.urlopen(f"{address}/api/county", timeout=60) as answer:
                assert json.load(answer)["policy"] == "neixiang"
        finally:
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "has stopped" in said
    assert (tmp_path / "data" / "cotrench.db").exists()


def test_language():
    assert language({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US"}) == "zh"
    assert language({"LC_ALL": "", "LANG": "zh_TW.UTF-8"}) == "zh"
    assert chosen(both("甲", "a"), "en") == "a"


def test_synonyms_and_unknown_words_of_routes_and_roads():
    found = Findings()
    routes = pd.DataFrame({"utility": ["供水", "JS", None], "method": ["顶管", "", "magic"]})
    checks_of("routes")(routes, found)
    assert routes["utility"].tolist()[:2] == ["water", "water"]
    assert routes["method"].tolist()[0] == "pipe_jacking"
    assert [(finding.row, finding.fault.code) for finding in found.faults] == [
        (2, "utility.missing"),
        (2, "value.unknown"),
    ]


def test_the_shown_table_is_no_wider_for_a_pipe(tmp_path):
    done = cotrench("policies", folder=tmp_path)
    assert max(map(len, done.stdout.splitlines())) <= 160


@pytest.mark.parametrize("name", ["a.gpkg", "nothing.geojson", "."])
def test_a_file_that_is_not_there(tmp_path, name):
    done = cotrench("trenches", tmp_path / name, "-o", tmp_path / "o.gpkg", folder=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not Path(tmp_path / "o.gpkg").exists()
