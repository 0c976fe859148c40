"""A province worked off in batches and tiles is written as a file that was read at once: every row and every bit."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.faults import BadInputError
from geo.formats import read, settle_grid, to_grid, write
from geo.formats.batches import Batches
from geo.partition import Limits, here
from survey.opportunities import runs_and_trenches
from survey.provinces import trenches, write_province
from tests.benchmarks.city import UTILITIES, make_city

LIMITS = Limits(3.0, 15.0, 10.0, 5.0, 4.5, same_group=False)
GRID = "EPSG:4526"


def town(n=400, ids="R{}"):
    city = make_city(n)
    random = np.random.default_rng(7)
    start = pd.Timestamp("2026-03-01") + pd.to_timedelta(random.integers(0, 100, n), "D")
    numbers = random.permutation(n)
    columns = {
        "id": numbers if ids is None else [ids.format(k) for k in numbers],
        "utility": np.array(UTILITIES)[city.utility],
        "start": start.strftime("%Y-%m-%d"),
        "end": (start + pd.Timedelta(days=60)).strftime("%Y-%m-%d"),
    }
    frame = gpd.GeoDataFrame(columns, geometry=city.lines.to_shapely(), crs=GRID)
    frame.loc[frame.index % 7 == 0, "end"] = None
    return frame


def at_once(path, out, **options):
    table = read(path, kinds=frozenset({"line"}), **options)
    frame = table.frame
    if "id" not in frame:
        frame = frame.assign(id=frame.index.astype(str))
    runs, trenches = runs_and_trenches(to_grid(frame, settle_grid(frame)))
    write({"runs": runs, "trenches": trenches}, out)
    return table


def in_tiles(path, out, rows=90, **options):
    batches = Batches(path, kinds=frozenset({"line"}), rows=rows)
    written = write_province(
        batches, out, LIMITS, lambda _folder: nullcontext(here), memory=1, heard=lambda *_: None, **options
    )
    return batches, written


def same(one: Path, other: Path):
    for layer in ("runs", "trenches"):
        mine, theirs = (gpd.read_parquet(path.with_name(f"{path.stem}_{layer}.parquet")) for path in (one, other))
        assert mine.crs == theirs.crs
        assert shapely.to_wkb(mine.geometry.to_numpy()).tolist() == shapely.to_wkb(theirs.geometry.to_numpy()).tolist()
        pd.testing.assert_frame_equal(
            pd.DataFrame(mine.drop(columns="geometry")), pd.DataFrame(theirs.drop(columns="geometry")), check_exact=True
        )


@pytest.mark.parametrize(
    "frame",
    [town(), town(ids=None), town().drop(columns="id"), town(ids="管,{}").to_crs("EPSG:4490"),
     town().drop(columns=["start", "end"]), town(2), town(1)[:0]],
    ids=["texts", "numbers", "no ids", "degrees, commas", "no dates", "two", "none"],
)  # fmt: skip
def test_every_row_is_as_at_once(tmp_path, monkeypatch, frame):
    monkeypatch.setattr(trenches, "ROWS_WRITTEN", 50)
    monkeypatch.setattr(trenches, "vertices_a_task", lambda _memory: 900)
    frame.to_parquet(tmp_path / "routes.parquet")
    at_once(tmp_path / "routes.parquet", tmp_path / "once.parquet")
    _, written = in_tiles(tmp_path / "routes.parquet", tmp_path / "tiles.parquet")
    same(tmp_path / "once.parquet", tmp_path / "tiles.parquet")
    runs = gpd.read_parquet(written.runs)
    assert (written.routes, written.n_runs) == (len(frame), len(runs))
    assert written.runs_m == pytest.approx(runs["length_m"].sum())
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def spoilt():
    frame = town()
    frame.loc[3, "id"] = frame.loc[1, "id"]  # in one batch
    frame.loc[300, "id"] = frame.loc[5, "id"]  # in two
    frame.loc[301, "id"] = None
    frame.loc[120, "start"] = "soon"
    frame.loc[200, "end"] = "2020-01-01"
    frame.loc[310, "geometry"] = shapely.Point(1, 1)
    frame.loc[311, "geometry"] = None
    frame.loc[350, "geometry"] = shapely.from_wkt("LINESTRING (0 0, 1 inf)")
    return frame


def test_every_fault_is_named_as_at_once_and_nothing_is_written(tmp_path):
    spoilt().to_parquet(tmp_path / "routes.parquet")
    with pytest.raises(BadInputError) as once:
        read(tmp_path / "routes.parquet", kinds=frozenset({"line"}))
    with pytest.raises(BadInputError) as tiles:
        in_tiles(tmp_path / "routes.parquet", tmp_path / "tiles.parquet")
    assert len(tiles.value.faults) == 10
    assert _sorted(tiles.value.faults) == _sorted(once.value.faults)
    assert [path.name for path in tmp_path.iterdir()] == ["routes.parquet"]


def test_faulty_rows_are_left_out_as_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(trenches, "vertices_a_task", lambda _memory: 900)
    spoilt().to_parquet(tmp_path / "routes.parquet")
    table = at_once(tmp_path / "routes.parquet", tmp_path / "once.parquet", skip_bad=True)
    batches, written = in_tiles(tmp_path / "routes.parquet", tmp_path / "tiles.parquet", skip_bad=True)
    same(tmp_path / "once.parquet", tmp_path / "tiles.parquet")
    assert written.routes == len(table.frame)
    assert _sorted(batches.faults) == _sorted(table.skipped)


def test_what_concerns_the_whole_file_comes_with_the_faults_of_rows(tmp_path):
    frame = spoilt().set_crs(None, allow_override=True)
    frame.to_parquet(tmp_path / "routes.parquet")
    with pytest.raises(BadInputError) as once:
        read(tmp_path / "routes.parquet", kinds=frozenset({"line"}))
    with pytest.raises(BadInputError) as tiles:
        in_tiles(tmp_path / "routes.parquet", tmp_path / "tiles.parquet", skip_bad=True)
    assert tiles.value.faults[0].code == "crs.missing"
    assert _sorted(tiles.value.faults) == _sorted(once.value.faults)


def test_notes_are_counted_over_all_batches(tmp_path):
    frame = town(200)
    lines = frame.geometry.to_numpy()
    for row in (0, 150):
        xy = shapely.get_coordinates(lines[row])
        lines[row] = shapely.LineString([xy[0], *xy])
    frame.set_geometry(lines).to_parquet(tmp_path / "routes.parquet")
    batches, _ = in_tiles(tmp_path / "routes.parquet", tmp_path / "tiles.parquet")
    assert [note.code for note in batches.notes] == ["line.repeated_vertices"] * 2


def test_another_format_is_refused(tmp_path):
    town(5).to_file(tmp_path / "routes.gpkg")
    with pytest.raises(BadInputError, match="GeoPackage"):
        in_tiles(tmp_path / "routes.gpkg", tmp_path / "tiles.parquet")


def test_what_fails_half_way_leaves_what_was_there(tmp_path):
    town(50).to_parquet(tmp_path / "routes.parquet")
    (tmp_path / "tiles_runs.parquet").write_text("old")

    def failing(work, jobs, told):
        if work.__name__ == "join":
            raise OSError(28, "No space left on device")
        return here(work, jobs, told)

    batches = Batches(tmp_path / "routes.parquet", kinds=frozenset({"line"}))
    with pytest.raises(BadInputError, match="No space left"):
        write_province(
            batches, tmp_path / "tiles.parquet", LIMITS, lambda _folder: nullcontext(failing), memory=1,
            heard=lambda *_: None,
        )  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == ["routes.parquet", "tiles_runs.parquet"]
    assert (tmp_path / "tiles_runs.parquet").read_text() == "old"


def _sorted(faults):
    return sorted((replace(fault, value=str(fault.value)) for fault in faults), key=str)
