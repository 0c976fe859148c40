"""One suite over both stores: whole frames in and out, all or nothing."""

import os
import signal
import subprocess
import sys
import textwrap

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from api.db.errors import ExistsError
from api.db.store import open_store
from geo.faults import BadInputError
from tests.api.stores import BY, EAST, NORTH, line, route, routes_frame
from tests.conftest import NEIXIANG


def test_a_frame_goes_in_and_comes_out(store):
    frame = routes_frame(12_000)
    seen = []
    assert store.import_frame("routes", frame, lambda *at: seen.append(at), **BY) == 12_000
    assert seen == [(0, 12_000), (5_000, 12_000), (10_000, 12_000), (12_000, 12_000)]
    read = store.frame("routes")
    assert read.crs == "EPSG:4546"
    assert read["id"].tolist() == frame["id"].tolist()
    assert shapely.equals_exact(read.geometry.array, frame.geometry.array, 0).all()
    assert np.array_equal(read["diameter_mm"], frame["diameter_mm"], equal_nan=True)
    assert set(read["start"]) == {pd.Timestamp("2026-03-01").date()}
    assert set(read["remark"]) == {None}
    assert (read["revision"] == 1).all()
    assert store.last_change() == 12_000
    assert store.history("routes", "R011999")[0].row == store.get("routes", "R011999")
    # What was read can be imported elsewhere.
    read["id"] = "again-" + read["id"]
    assert store.import_frame("routes", read, **BY) == 12_000


def test_a_box_of_an_imported_frame_is_exact(store):
    frame = routes_frame(5_000)
    store.import_frame("routes", frame, **BY)
    for x, y in ((2_000, 3_000), (10_000.5, 9_999.25)):
        box = (EAST + x, NORTH + y, EAST + x + 800, NORTH + y + 400)
        expected = sorted(frame["id"][frame.intersects(shapely.box(*box))])
        assert expected
        assert [row.id for row in store.items("routes", box)] == expected
        assert store.frame("routes", box)["id"].tolist() == expected


def test_an_empty_layer_and_an_empty_frame(store):
    empty = store.frame("routes")
    assert len(empty) == 0
    assert {"id", "utility", "start", "revision", "geometry"} <= set(empty.columns)
    assert empty.crs == "EPSG:4546"
    assert store.import_frame("routes", empty, **BY) == 0
    assert store.insert("routes", [], **BY) == []


def test_ids_come_from_the_index_where_there_is_no_column(store):
    frame = gpd.GeoDataFrame({"utility": ["gas", "gas"]}, geometry=[line(), line(y=5)], index=[7, 9], crs=4546)
    store.import_frame("routes", frame, **BY)
    assert store.frame("routes")["id"].tolist() == ["7", "9"]


def test_a_frame_in_another_grid_is_brought_to_the_county_s(store):
    frame = routes_frame(10)
    store.import_frame("routes", frame.to_crs(4490), **BY)
    assert shapely.equals_exact(store.frame("routes").geometry.array, frame.geometry.array, 1e-6).all()


def test_every_fault_is_told_at_once_and_nothing_is_written(store):
    frame = routes_frame(8)
    frame["colour"] = "red"
    frame["name"] = pd.Series(["x", float("nan"), {"a": 1}, 5, 6.0, None, "y", "z"], dtype=object)
    frame.loc[1, "id"] = "R000000"
    frame["cover_m"] = pd.Series([1, "deep", float("inf"), "0.8", None, 1, 1, 1], dtype=object)
    frame["start"] = pd.Series(["2026-13-01", "2026-03-01T08:00", None, None, "", None, None, 3], dtype=object)
    frame.loc[5, "end"] = None
    frame.geometry = [
        None,
        shapely.LineString(),
        shapely.Point(1, 2),
        shapely.LineString([(1, 1), (1, 1)]),
        shapely.set_coordinates(shapely.LineString([(1, 1), (2, 2), (3, 3)]), [(1, 1), (np.nan, 2), (3, np.inf)]),
        *frame.geometry[5:],
    ]
    with pytest.raises(BadInputError) as refused:
        store.import_frame("routes", frame, **BY)
    found = sorted((fault.code, str(fault.feature), str(fault.field), fault.vertex) for fault in refused.value.faults)
    assert found == sorted(
        [
            ("column.unknown", "None", "colour", None),
            ("id.twice", "R000000", "id", None),
            ("value.not_text", "R000002", "name", None),
            ("value.not_number", "R000000", "cover_m", None),
            ("value.not_number", "R000002", "cover_m", None),
            ("value.not_date", "R000000", "start", None),
            ("value.not_date", "R000004", "start", None),
            ("value.not_date", "R000007", "start", None),
            ("geometry.missing", "R000000", "None", None),
            ("geometry.missing", "R000000", "None", None),
            ("geometry.wrong_type", "R000002", "None", None),
            ("line.one_point", "R000003", "None", None),
            ("coordinate.not_finite", "R000004", "None", 1),
            ("coordinate.not_finite", "R000004", "None", 2),
        ]
    )
    assert "utility, name, operator" in next(fault.en + fault.mend_en for fault in refused.value.faults)
    assert store.count("routes") == store.last_change() == 0


def test_a_window_that_ends_before_it_starts_is_refused(store):
    with pytest.raises(BadInputError, match="ends before it starts"):
        store.insert("routes", [route(start="2026-03-02", end="2026-03-01")], **BY)
    store.insert("routes", [route(start="2026-03-01", end="2026-03-01")], **BY)
    with pytest.raises(BadInputError, match="ends before it starts"):
        store.update("routes", "W1", {"start": "2026-03-05"}, 1, **BY)


@pytest.mark.parametrize("row_id", ["", " ", "a\nb", "a\0b", "\ud800", "x" * 201, " a", float("nan")])
def test_ids_that_cannot_be_shown_or_sent_are_refused(store, row_id):
    with pytest.raises(BadInputError, match="an id that is empty"):
        store.insert("routes", [{"id": row_id, "geometry": line()}], **BY)


def test_ids_as_they_come(store):
    given = ["内乡　给水", "a/b?c#d", 7, 8.0, "8.5", "'; drop table routes; --", "%41", "../x"]
    rows = store.insert("routes", [{"id": one, "geometry": line()} for one in given], **BY)
    assert [row.id for row in rows] == [
        "内乡　给水",
        "a/b?c#d",
        "7",
        "8",
        "8.5",
        "'; drop table routes; --",
        "%41",
        "../x",
    ]
    for row in rows:
        assert store.get("routes", row.id) == row


def test_ids_already_there_refuse_the_whole_frame(store):
    store.insert("routes", [route("R000007")], **BY)
    with pytest.raises(ExistsError) as refused:
        store.import_frame("routes", routes_frame(6_000), **BY)
    assert refused.value.ids == ("R000007",)
    assert store.count("routes") == 1


def test_whoever_shows_the_progress_can_end_the_import(store):
    def stop(done, total):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.import_frame("routes", routes_frame(12_000), stop, **BY)
    assert store.count("routes") == store.last_change() == 0
    store.insert("routes", [route()], **BY)


def test_a_process_that_is_killed_in_the_middle_of_an_import_leaves_nothing(tmp_path):
    with open_store(None, tmp_path) as store:
        store.upgrade()
        store.county = NEIXIANG
        store.insert("routes", [route()], **BY)
    script = """
        import sys, time
        from api.db.store import open_store
        from tests.api.stores import BY, routes_frame

        def progress(done, total):
            if done >= 15_000:
                print("half", flush=True)
                time.sleep(60)

        with open_store(None, sys.argv[1]) as store:
            store.import_frame("routes", routes_frame(20_000), progress, **BY)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "half\n"
        os.kill(process.pid, signal.SIGKILL)
    with open_store(None, tmp_path) as store:
        assert [row.id for row in store.items("routes")] == ["W1"]
        assert store.last_change() == 1
        assert store.import_frame("routes", routes_frame(20_000), **BY) == 20_000
