"""`cotrench conflicts` on real files: the layer it writes, what it says, how it ends."""

from __future__ import annotations

import geopandas as gpd
import pytest

from geo.formats import read, write
from tests.api.test_cli import GRID, cotrench, line

COLUMNS = ["id", "kind", "severity", "a", "b", "measured", "limit", "unit", "margin", "uncertainty", "rule", "clause"]
COLUMNS += ["evidence", "outcome", "status", "sentence_zh", "sentence_en", "mend"]


def files(folder, apart=1.0):
    """Write a planned gas line ``apart`` metres (axis to axis) from a sewer, and a street it crosses."""
    known = {"id": ["G1"], "utility": ["燃气"], "diameter_mm": [200.0], "cover_m": [1.0], "pressure_mpa": [0.2]}
    known |= {"accuracy_m": [0.01], "laying": ["直埋"]}
    write(gpd.GeoDataFrame(known, geometry=[line((0, 0), (100, 0))], crs=GRID), folder / "routes.gpkg")
    sewer = {"id": ["E1"], "utility": ["污水"], "diameter_mm": [400.0], "cover_m": [2.0], "quality": ["A"]}
    sewer |= {"accuracy_m": [0.02], "depth_accuracy_m": [0.02]}
    write(gpd.GeoDataFrame(sewer, geometry=[line((0, apart), (100, apart))], crs=GRID), folder / "pipes.gpkg")
    road = {"id": ["D1"], "width_m": [12.0], "class": ["主干道"], "delivered": ["2025-01-01"], "name": ["解放路"]}
    write(gpd.GeoDataFrame(road, geometry=[line((30, -50), (30, 50))], crs=GRID), folder / "roads.gpkg")
    return folder / "routes.gpkg", folder / "pipes.gpkg", folder / "roads.gpkg"


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".parquet", ".csv"])
def test_findings_are_written(tmp_path, ending):
    routes, pipes, roads = files(tmp_path)
    out = tmp_path / f"out{ending}"
    done = cotrench(
        "conflicts", routes, "--pipes", pipes, "--roads", roads, "--on", "2026-12-01", "-o", out, folder=tmp_path
    )
    assert done.returncode == 0, done.stderr
    found = read(out, **({"crs": GRID} if ending == ".csv" else {})).frame
    assert set(COLUMNS) <= set(found.columns)
    near = found[(found["kind"] == "horizontal_clearance") & (found["b"] == "E1")]
    assert near["measured"].tolist() == pytest.approx([1.0 - 0.1 - 0.2], abs=1e-6)  # half of both diameters
    assert near["limit"].tolist() == pytest.approx([1.2])
    assert near["outcome"].tolist() == ["fails"]
    assert "protected_road" in set(found["kind"])
    assert "horizontal clearance" in done.stdout


def test_the_table_speaks_chinese_and_check_ends_with_one(tmp_path):
    routes, pipes, _ = files(tmp_path)
    done = cotrench(
        "conflicts", routes, "--pipes", pipes, "-o", tmp_path / "o.gpkg", "--check", folder=tmp_path, zh=True
    )
    assert done.returncode == 1
    assert "水平净距" in done.stdout
    assert "G1" in done.stdout


def test_where_nothing_fails_check_ends_well(tmp_path):
    routes, pipes, _ = files(tmp_path, apart=3.0)
    done = cotrench("conflicts", routes, "--pipes", pipes, "-o", tmp_path / "o.gpkg", "--check", folder=tmp_path)
    assert done.returncode == 0, done.stdout


def test_sentences_may_be_left_out(tmp_path):
    routes, pipes, _ = files(tmp_path)
    out = tmp_path / "o.gpkg"
    done = cotrench("conflicts", routes, "--pipes", pipes, "-o", out, "--brief", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    found = read(out).frame
    assert "sentence_zh" not in found.columns
    assert "evidence" in found.columns


def test_bad_covers_are_refused_and_nothing_is_written(tmp_path):
    routes, _, _ = files(tmp_path)
    frame = gpd.read_file(routes)
    write(frame.assign(covers_m=["0.9 -1"]), routes)
    out = tmp_path / "o.gpkg"
    done = cotrench("conflicts", routes, "-o", out, folder=tmp_path)
    assert done.returncode == 2
    assert "covers" in done.stderr
    assert not out.exists()
