import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.faults import BadInputError
from geo.formats import read, write
from survey.opportunities import runs_and_trenches

RUNS = [
    *("a", "b", "utility_a", "utility_b", "from_a", "to_a", "from_b", "to_b", "length_m", "gap_min_m", "gap_mean_m"),
    *("gap_max_m", "same_direction", "window_start", "window_end", "geometry"),
]
TRENCHES = [
    *("id", "routes", "utilities", "n_routes", "length_m", "saved_m", "width_m", "window_start", "window_end"),
    "geometry",
]
GRID = "EPSG:4546"


def frame(*rows, crs=GRID):
    """Rows of (id, utility, start, end, wkt)."""
    names = ("id", "utility", "start", "end")
    columns = {name: [row[k] for row in rows] for k, name in enumerate(names)}
    return gpd.GeoDataFrame(columns, geometry=[shapely.from_wkt(row[4]) for row in rows], crs=crs)


THREE = (
    ("W1", "water", "2026-03-01", "2026-06-30", "LINESTRING (500000 3600000, 500150 3600000)"),
    ("G1", "gas", "2026-04-01", "2026-09-30", "LINESTRING (500000 3600002, 500150 3600002)"),
    ("T1", "telecom", "2026-07-01", "2026-09-30", "LINESTRING (500050 3600004, 500130 3600004)"),
)


def test_columns_and_the_worked_example():
    runs, trenches = runs_and_trenches(frame(*THREE))
    assert list(runs) == RUNS
    assert list(trenches) == TRENCHES
    assert runs.crs == trenches.crs == GRID
    assert trenches[["id", "routes", "utilities", "n_routes"]].to_numpy().tolist() == [
        ["T1", "G1,W1", "gas,water", 2],
        ["T2", "G1,T1,W1", "gas,telecom,water", 3],
        ["T3", "G1,W1", "gas,water", 2],
    ]
    assert trenches["length_m"].tolist() == pytest.approx([50, 80, 20])
    assert trenches["saved_m"].tolist() == pytest.approx([50, 160, 20])
    assert trenches.geometry.length.tolist() == pytest.approx([50, 80, 20])
    assert runs.geometry.length.tolist() == pytest.approx(runs["length_m"].tolist())
    assert (runs["a"] < runs["b"]).all()


def test_four_routes_that_fit_are_one_trench_and_the_runs_stay_within_the_distance():
    rows = [
        (f"R{k}", utility, None, None, f"LINESTRING (500000 {3600000 + y}, 500100 {3600000 + y})")
        for k, (utility, y) in enumerate(zip(("water", "gas", "power", "telecom"), (0, 1.4, 3.1, 4.5), strict=True))
    ]
    runs, trenches = runs_and_trenches(frame(*rows))
    assert trenches["routes"].tolist() == ["R0,R1,R2,R3"]
    assert trenches["saved_m"].tolist() == pytest.approx([300])
    assert runs["gap_max_m"].max() <= 3.0 + 1e-9
    assert list(zip(runs["a"], runs["b"], strict=True)) == [("R0", "R1"), ("R1", "R2"), ("R2", "R3")]
    with pytest.raises(BadInputError):
        runs_and_trenches(frame(*rows), max_width=float("inf"))


def test_windows_are_the_time_in_which_all_may_work():
    runs, trenches = runs_and_trenches(frame(*THREE))
    window = trenches[["window_start", "window_end"]]
    assert window.loc[0].tolist() == [dt.date(2026, 4, 1), dt.date(2026, 6, 30)]
    assert window.loc[1].isna().all()  # water ends the day before telecom begins
    by_pair = runs.set_index(["a", "b"])
    assert by_pair.loc[("G1", "T1"), "window_start"] == dt.date(2026, 7, 1)


def test_one_day_in_common_is_a_window_and_an_unknown_date_is_none():
    rows = [("1", "water", dt.date(2026, 3, 1), "2026-04-01", THREE[0][4]), ("2", "gas", "2026-04-01", "", THREE[1][4])]
    runs, _ = runs_and_trenches(frame(*rows))
    assert runs["window_start"].isna().all()
    rows[1] = ("2", "gas", pd.Timestamp("2026-04-01"), "2026-05-01", THREE[1][4])
    runs, _ = runs_and_trenches(frame(*rows))
    assert (runs["window_start"] == runs["window_end"]).all()


def test_ids_come_back_as_given():
    rows = [(10, *THREE[0][1:]), (9, *THREE[1][1:])]
    runs, trenches = runs_and_trenches(frame(*rows))
    assert runs[["a", "b"]].to_numpy().tolist() == [[9, 10]]
    assert runs["a"].dtype == np.int64
    assert trenches["routes"].tolist() == ["9,10"]
    runs, _ = runs_and_trenches(frame(*rows).drop(columns="id"))
    assert runs[["a", "b"]].to_numpy().tolist() == [[0, 1]]
    quoted = [("a,b", *THREE[0][1:]), ('say "c"', *THREE[1][1:])]
    assert runs_and_trenches(frame(*quoted))[1]["routes"].tolist() == ['"a,b","say ""c"""']


def test_order_of_rows_and_threads_change_nothing():
    rows = [
        (f"R{k}", ["water", "gas", "power", "telecom"][k % 4], None, None,
         f"LINESTRING ({500000 + 7 * k} 3600000.{k}, {500120 + 7 * k} 36000{k % 9:02d}.5)")
        for k in range(10, 40)
    ]  # fmt: skip
    routes = frame(*rows)
    want = runs_and_trenches(routes, workers=1)
    got = runs_and_trenches(routes.sample(frac=1, random_state=3), workers=2)
    for one, other in zip(want, got, strict=True):
        assert len(one) > 10
        pd.testing.assert_frame_equal(
            pd.DataFrame(one.drop(columns="geometry")), pd.DataFrame(other.drop(columns="geometry"))
        )
        assert shapely.equals_exact(one.geometry.to_numpy(), other.geometry.to_numpy(), tolerance=1e-6).all()


def test_same_utility_is_compared_when_asked():
    rows = [("1", "water", None, None, THREE[0][4]), ("2", "water", None, None, THREE[1][4])]
    assert [len(found) for found in runs_and_trenches(frame(*rows))] == [0, 0]
    assert [len(found) for found in runs_and_trenches(frame(*rows), same_utility=True)] == [1, 1]


def test_no_rows_and_empty_geometries():
    for routes in (frame(), frame(("1", "water", None, None, "LINESTRING EMPTY"))):
        runs, trenches = runs_and_trenches(routes)
        assert list(runs) == RUNS
        assert list(trenches) == TRENCHES
        assert len(runs) == len(trenches) == 0


def test_every_fault_is_named_at_once():
    rows = [
        ("A", "石油", None, None, THREE[0][4]),
        ("B", None, "soon", None, THREE[0][4]),
        ("C", "gas", "2026-05-01", "2026-04-30", "POINT (1 2)"),
    ]
    with pytest.raises(BadInputError) as error:
        runs_and_trenches(frame(*rows, crs="EPSG:4490"))
    found = {(fault.code, fault.feature) for fault in error.value.faults}
    assert found == {
        ("crs.not_projected", None), ("utility.unknown", "A"), ("utility.missing", "B"), ("date.unreadable", "B"),
        ("window.reversed", "C"), ("geometry.not_a_line", "C"),
    }  # fmt: skip


def test_without_a_column_of_utilities_every_row_is_named():
    with pytest.raises(BadInputError) as error:
        runs_and_trenches(frame(*THREE).drop(columns="utility"))
    assert [fault.code for fault in error.value.faults] == ["utility.missing"] * 3


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet", "csv"])
def test_every_format_keeps_what_was_found(ending, tmp_path):
    runs, trenches = runs_and_trenches(frame(*THREE))
    written = write({"runs": runs, "trenches": trenches}, tmp_path / f"out.{ending}")
    layer = "trenches" if ending == "gpkg" else None
    back = read(written[-1], layer=layer, crs=GRID if ending == "csv" else None).frame
    assert back["routes"].tolist() == trenches["routes"].tolist()
    assert back["saved_m"].astype(float).tolist() == pytest.approx(trenches["saved_m"].tolist())
