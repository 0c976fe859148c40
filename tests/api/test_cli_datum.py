"""Pipe surveys and the datum watch on the command line: warned of, mended when asked, never silently."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.formats import read, write
from survey.datum_mends import swapped
from tests.api.test_cli import cotrench
from tests.geo import pipe_survey
from tests.survey import town


def vertices(frame):
    return shapely.get_coordinates(frame.geometry.to_numpy())


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The roads of the sample county, its buildings in their place, after GCJ-02, and with axes swapped."""
    folder = tmp_path_factory.mktemp("datum")
    buildings = town.BUILDINGS[["id", "geometry"]].iloc[:1500].reset_index(drop=True)
    buildings["id"] = buildings["id"].astype(str)
    shifted = town.changed(buildings, town.OFFSETS["gcj02"])
    roads = town.ROADS[["id", "class", "width_m", "geometry"]]
    for name, frame in (("roads", roads), ("right", buildings), ("gcj02", shifted)):
        write(frame, folder / f"{name}.gpkg")
    write(swapped(buildings.to_crs("OGC:CRS84")).set_crs("OGC:CRS84", allow_override=True), folder / "swapped.gpkg")
    return folder


def test_a_file_is_looked_at_and_nothing_is_written(files, tmp_path):
    done = cotrench("datum", files / "gcj02.gpkg", "--roads", files / "roads.gpkg", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "as GCJ-02 does" in " ".join(done.stdout.split())
    assert list(tmp_path.iterdir()) == []
    checked = cotrench("datum", files / "gcj02.gpkg", "--roads", files / "roads.gpkg", "--check", folder=tmp_path)
    assert checked.returncode == 1
    right = cotrench(
        "datum", files / "right.gpkg", "--roads", files / "roads.gpkg", "--check", folder=tmp_path, zh=True
    )
    assert (right.returncode, "图层与道路吻合" in right.stdout) == (0, True)


def test_swapped_axes_are_one_sentence_with_its_mend(files, tmp_path):
    grid_swapped = tmp_path / "swapped.gpkg"
    write(swapped(gpd.read_file(files / "right.gpkg").to_crs("EPSG:4546")), grid_swapped)
    done = cotrench("datum", grid_swapped, "--roads", files / "roads.gpkg", folder=tmp_path, zh=True)
    assert done.returncode == 2
    told = "".join(done.stderr.split())
    assert told.count("颠倒") == 1
    assert "1500个要素" in told
    assert "--mend-datum=swap" in told


@pytest.mark.parametrize(("name", "how"), [("gcj02", "gcj02"), ("swapped", "swap")])
def test_a_correction_that_is_asked_for_is_written(files, tmp_path, name, how):
    out = tmp_path / "out.gpkg"
    done = cotrench(
        "datum",
        files / f"{name}.gpkg",
        "--roads",
        files / "roads.gpkg",
        "--mend-datum",
        how,
        "-o",
        out,
        folder=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "corrected as asked for" in done.stderr
    mended = read(out).frame.to_crs(town.GRID.crs)
    assert np.abs(vertices(mended) - vertices(read(files / "right.gpkg").frame)).max() < 1e-3


@pytest.mark.parametrize(
    "more", [("--mend-datum", "gcj02"), ("-o", "out.gpkg"), ("--mend-datum", "mars", "-o", "out.gpkg")]
)
def test_half_a_correction_is_refused(files, tmp_path, more):
    done = cotrench("datum", files / "gcj02.gpkg", "--roads", files / "roads.gpkg", *more, folder=tmp_path)
    assert done.returncode == 2
    assert "Nothing was written" in done.stderr


def test_import_warns_and_mends_only_when_asked(files, tmp_path):
    assert cotrench("import", "roads", files / "roads.gpkg", folder=tmp_path).returncode == 0
    warned = cotrench("import", "buildings", files / "gcj02.gpkg", folder=tmp_path)
    assert warned.returncode == 0, warned.stderr
    assert "--mend-datum=gcj02" in warned.stderr
    out = tmp_path / "out.gpkg"
    assert cotrench("export", "buildings", "-o", out, folder=tmp_path).returncode == 0
    as_given = read(files / "gcj02.gpkg").frame
    stored = read(out).frame.set_index("id").loc[as_given["id"]]
    assert np.abs(vertices(stored) - vertices(as_given)).max() < 1e-6


def test_import_mends_when_asked(files, tmp_path):
    assert cotrench("import", "roads", files / "roads.gpkg", folder=tmp_path).returncode == 0
    done = cotrench("import", "buildings", files / "gcj02.gpkg", "--mend-datum", "gcj02", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "moved by" in done.stderr
    assert "nothing is changed unasked" not in done.stderr
    out = tmp_path / "out.gpkg"
    cotrench("export", "buildings", "-o", out, folder=tmp_path)
    right = read(files / "right.gpkg").frame
    stored = read(out).frame.set_index("id").loc[right["id"]]
    assert np.abs(vertices(stored) - vertices(right)).max() < 1e-3


def test_a_pipe_survey_is_imported_with_its_covers(tmp_path):
    folder = tmp_path / "survey"
    folder.mkdir()
    path = pipe_survey.as_csv(folder, names=("a.csv", "b.csv"))
    asked = cotrench("import", "pipes", path, "--points", folder / "b.csv", folder=tmp_path)
    assert (asked.returncode, "--crs" in asked.stderr) == (2, True)
    done = cotrench("import", "pipes", path, "--points", folder / "b.csv", "--crs", pipe_survey.GRID, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "CJJ 61" in done.stderr
    out = tmp_path / "out.gpkg"
    cotrench("export", "pipes", "-o", out, folder=tmp_path)
    stored = gpd.read_file(out).set_index("id")
    assert stored.loc["WS1-WS2", "covers_m"] == "2 2.15"
    assert stored.loc["WS1-WS2", "subtype"] == "sewage"
    assert stored["diameter_mm"].tolist() == [300.0, 300.0, 400.0]


def test_a_workbook_of_contradictions_changes_nothing(tmp_path):
    lines = pipe_survey.rows(pipe_survey.LINES)
    lines[0][4] = "90.00"
    path = pipe_survey.as_xlsx(tmp_path, lines)
    done = cotrench("import", "pipes", path, "--crs", pipe_survey.GRID, folder=tmp_path, zh=True)
    assert done.returncode == 2
    assert "第 2 行" in done.stderr
    assert "没有写入任何内容" in done.stderr
