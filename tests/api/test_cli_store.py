"""The command line on a store: rows brought in and taken out, copies, a database that cannot be used."""

import json
import subprocess

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from geo.formats import read, write
from tests.api.test_cli import COMMAND, GRID, X, Y, cotrench, environment_of, roads_file, routes_file


def test_import_and_export(tmp_path):
    roads = cotrench("import", "roads", roads_file(tmp_path), folder=tmp_path)
    assert roads.returncode == 0, roads.stderr
    done = cotrench("import", "routes", routes_file(tmp_path), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    again = cotrench("import", "routes", routes_file(tmp_path), folder=tmp_path)
    assert again.returncode == 2
    assert "in the store already" in again.stderr
    out = cotrench("export", "routes", "-o", tmp_path / "back.geojson", folder=tmp_path)
    assert out.returncode == 0, out.stderr
    features = json.loads((tmp_path / "back.geojson").read_text("utf-8"))["features"]
    assert [feature["properties"]["id"] for feature in features] == ["G1", "T1", "W1"]
    back = cotrench("export", "roads", "-o", tmp_path / "roads.csv", folder=tmp_path)
    assert back.returncode == 0, back.stderr
    assert read(tmp_path / "roads.csv", crs=GRID).frame["class"].tolist() == ["arterial"]


def test_import_is_all_or_nothing_unless_bad_rows_are_skipped(tmp_path):
    bad = routes_file(tmp_path, utility=["water", "oil", "gas"])
    assert cotrench("import", "routes", bad, folder=tmp_path).returncode == 2
    empty = cotrench("export", "routes", "-o", tmp_path / "none.geojson", folder=tmp_path)
    assert empty.returncode == 2 or not json.loads((tmp_path / "none.geojson").read_text())["features"]
    done = cotrench("import", "routes", bad, "--skip-bad", "--faults", tmp_path / "f.csv", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "G1" in (tmp_path / "f.csv").read_text("utf-8-sig")
    assert cotrench("export", "routes", "-o", tmp_path / "two.parquet", folder=tmp_path).returncode == 0
    assert read(tmp_path / "two.parquet").frame["id"].tolist() == ["T1", "W1"]


def test_import_refuses_an_unknown_layer_and_another_grid(tmp_path):
    unknown = cotrench("import", "rods", routes_file(tmp_path), folder=tmp_path)
    assert (unknown.returncode, "roads" in unknown.stderr) == (2, True)
    assert cotrench("import", "routes", routes_file(tmp_path), "--policy", "neixiang", folder=tmp_path).returncode == 0
    other = cotrench("import", "roads", roads_file(tmp_path), "--grid", "EPSG:4547", folder=tmp_path)
    assert (other.returncode, GRID in other.stderr) == (2, True)


def test_a_store_is_copied_away_and_back(tmp_path):
    assert cotrench("import", "routes", routes_file(tmp_path), folder=tmp_path).returncode == 0
    done = cotrench("db", "backup", tmp_path / "copy.db", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    (tmp_path / "new").mkdir()
    back = cotrench("db", "restore", tmp_path / "copy.db", folder=tmp_path / "new")
    assert back.returncode == 0, back.stderr
    assert "sound" in cotrench("db", "verify", folder=tmp_path / "new").stdout
    assert cotrench("export", "routes", "-o", tmp_path / "back.csv", folder=tmp_path / "new").returncode == 0
    assert len(read(tmp_path / "back.csv", crs=GRID).frame) == 3
    assert cotrench("db", "restore", tmp_path / "copy.db", folder=tmp_path).returncode == 2
    assert cotrench("db", "restore", tmp_path / "none.db", folder=tmp_path).returncode == 2
    assert "up to date" in cotrench("db", "upgrade", folder=tmp_path).stdout


def test_two_commands_at_once_on_a_new_store(tmp_path):
    files = [routes_file(tmp_path), roads_file(tmp_path)]
    pairs = zip(("routes", "roads"), files, strict=True)
    running = [
        subprocess.Popen([*COMMAND, "import", layer, file], env=environment_of(tmp_path)) for layer, file in pairs
    ]
    assert [process.wait(timeout=60) for process in running] == [0, 0]


def test_a_line_of_many_vertices_and_a_layer_of_many_rows_can_be_imported(tmp_path):
    rng = np.random.default_rng(1)
    long = shapely.linestrings(np.cumsum(rng.random((200_000, 2)) / 100 + 0.001, axis=0) + np.array([X, Y]))
    write(gpd.GeoDataFrame({"utility": ["water"]}, geometry=[long], crs=GRID), tmp_path / "long.parquet")
    assert cotrench("import", "routes", tmp_path / "long.parquet", folder=tmp_path).returncode == 0
    assert cotrench("export", "routes", "-o", tmp_path / "back.gpkg", folder=tmp_path).returncode == 0
    assert pyogrio.read_info(tmp_path / "back.gpkg")["features"] == 1


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("COTRENCH_DATABASE_URL", "nonsense", "neither"),
        ("COTRENCH_DATABASE_URL", "sqlite://", "neither"),
        ("COTRENCH_DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/x", "cannot be reached"),
        ("COTRENCH_DATABASE_URL", "postgresql://u:secret@127.0.0.1:99999/x", "cannot be reached"),
        ("COTRENCH_DATABASE_URL", "sqlite:////nowhere/at/all.db", "cannot be opened"),
        ("COTRENCH_DATA", "/dev/null/data", "data folder"),
        ("COTRENCH_PORT", "many", "COTRENCH_PORT"),
    ],
)
def test_a_database_or_setting_that_cannot_be_used_is_said_in_a_sentence(tmp_path, variable, value, said):
    done = cotrench("export", "routes", "-o", tmp_path / "out.gpkg", folder=tmp_path, **{variable: value})
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr
    assert not (tmp_path / "out.gpkg").exists()


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path):
    stored = tmp_path / "data" / "cotrench.db"
    stored.parent.mkdir()
    stored.write_text("a letter to the mayor, long enough to look like something")
    before = stored.read_bytes()
    done = cotrench("export", "routes", "-o", tmp_path / "out.gpkg", folder=tmp_path)
    assert done.returncode == 2
    assert "not a database" in done.stderr
    assert stored.read_bytes() == before
