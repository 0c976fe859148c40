"""`cotrench trenches --memory` and `--cluster`: the same files as without, and what is said where that cannot be."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.partition import crews
from tests.api.test_cli import cotrench
from tests.benchmarks.city import UTILITIES, make_city

# Dask's own shutdown leaves a socket or a thread to the collector now and then.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def routes_in(folder, **columns):
    city = make_city(300)
    known = {"id": [f"R{k}" for k in range(300)], "utility": np.array(UTILITIES)[city.utility]}
    frame = gpd.GeoDataFrame(known | columns, geometry=city.lines.to_shapely(), crs="EPSG:4526")
    frame.to_parquet(folder / "routes.parquet")
    return folder / "routes.parquet"


def same(folder, one, other):
    for layer in ("runs", "trenches"):
        mine, theirs = (gpd.read_parquet(folder / f"{name}_{layer}.parquet") for name in (one, other))
        assert len(mine)
        assert shapely.to_wkb(mine.geometry.to_numpy()).tolist() == shapely.to_wkb(theirs.geometry.to_numpy()).tolist()
        pd.testing.assert_frame_equal(
            pd.DataFrame(mine.drop(columns="geometry")), pd.DataFrame(theirs.drop(columns="geometry")), check_exact=True
        )


def counted(done):
    """Return features, metres and metres saved of both layers, as they are printed."""
    return [row.split("│")[2:5] for row in done.stdout.splitlines() if "runs" in row or "trenches" in row]


def test_two_processes_write_what_one_memory_writes(tmp_path):
    routes = routes_in(tmp_path)
    once = cotrench("trenches", routes, "-o", tmp_path / "once.parquet", "--max-width", "6", folder=tmp_path)
    tiles = cotrench(
        "trenches", routes, "-o", tmp_path / "tiles.parquet", "--max-width", "6", "--memory", "1GiB", "--workers", "2",
        folder=tmp_path,
    )  # fmt: skip
    assert tiles.returncode == 0, tiles.stderr
    same(tmp_path, "once", "tiles")
    assert counted(tiles) == counted(once)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".cotrench")]


@pytest.fixture(scope="module")
def cluster():
    """Yield the address of a cluster of one process, for all: to start one takes seconds."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as running:
        yield running.scheduler_address


def test_a_cluster_that_is_running_is_used_and_left_running(cluster, tmp_path):
    routes = routes_in(tmp_path, utility=["water", "oil", *np.array(UTILITIES)[make_city(300).utility[2:]]])
    cotrench("trenches", routes, "-o", tmp_path / "once.parquet", "--skip-bad", folder=tmp_path)
    for name in ("first", "second"):
        done = cotrench(
            "trenches", routes, "-o", tmp_path / f"{name}.parquet", "--skip-bad", "--cluster", cluster,
            "--faults", tmp_path / "faults.csv", folder=tmp_path,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        same(tmp_path, "once", name)
    assert "unknown utility" in done.stderr
    assert "R1" in (tmp_path / "faults.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-o", "x.gpkg", "--memory", "2GiB"), "x.gpkg: work in tiles reads and writes GeoParquet only"),
        (("-o", "x.parquet", "--memory", "lots"), "is no usable size of memory"),
        (("-o", "x.parquet", "--memory", "1MiB"), "512MiB at least"),
        (("-o", "x.parquet", "--cluster", "tcp://127.0.0.1:9"), "no Dask cluster answers there"),
        (("-o", "x.parquet", "--cluster", "over there"), "no Dask cluster answers there"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path, monkeypatch, options, said):
    monkeypatch.setattr(crews, "CONNECT_S", 1)
    monkeypatch.chdir(tmp_path)
    done = cotrench("trenches", routes_in(tmp_path), *options, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["routes.parquet"]
    zh = cotrench("trenches", "routes.parquet", *options, folder=tmp_path, zh=True)
    assert any("\u4e00" <= sign <= "\u9fff" for sign in zh.stderr)


def test_every_fault_is_named_and_nothing_is_written(cluster, tmp_path):
    routes = routes_in(tmp_path, utility=["oil"] * 300)
    done = cotrench("trenches", routes, "-o", tmp_path / "x.parquet", "--cluster", cluster, folder=tmp_path)
    assert done.returncode == 2
    assert "300 faults" in done.stderr
    assert "In all: 300 utility.unknown" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["routes.parquet"]


def test_another_process_finds_the_conflicts_that_one_memory_finds(cluster, tmp_path):
    routes = routes_in(tmp_path, cover_m=1.0, accuracy_m=0.05)
    pipes = gpd.read_parquet(routes).head(40)
    pipes.assign(id=[f"P{k}" for k in range(40)]).translate(0.4).to_frame("geometry").join(
        pipes[["utility", "cover_m"]]
    ).to_parquet(tmp_path / "pipes.parquet")
    asked = ("conflicts", routes, "--pipes", tmp_path / "pipes.parquet", "--on", "2026-12-01", "--brief")
    once = cotrench(*asked, "-o", tmp_path / "once.parquet", folder=tmp_path)
    tiles = cotrench(*asked, "-o", tmp_path / "tiles.parquet", "--cluster", cluster, "--check", folder=tmp_path)
    assert (once.returncode, tiles.returncode) == (0, 1), tiles.stderr
    mine, theirs = (gpd.read_parquet(tmp_path / f"{name}.parquet") for name in ("once", "tiles"))
    assert len(mine)
    assert mine.equals(theirs)
    below = [done.stdout.splitlines()[1:] for done in (once, tiles)]  # the title says how long it took
    assert below[0] == below[1]


def test_conflicts_of_other_files_are_refused_by_name(tmp_path):
    done = cotrench(
        "conflicts", routes_in(tmp_path), "--roads", "roads.gpkg", "-o", tmp_path / "x.parquet", "--memory", "1GiB",
        folder=tmp_path,
    )  # fmt: skip
    assert done.returncode == 2
    assert "roads.gpkg: work in tiles reads and writes GeoParquet only" in done.stderr
