"""What is written is read again; what is cleaned or understood is told."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.faults import BadInputError
from geo.formats import LINE, POINT, read, to_lines, write
from geo.formats.dates import parse_date

GRID = "EPSG:4546"


def frame(*wkt, crs=GRID, **columns):
    return gpd.GeoDataFrame(columns, geometry=shapes(*wkt), crs=crs)


def shapes(*wkt):
    with np.errstate(invalid="ignore"):
        return list(shapely.from_wkt(list(wkt)))


def codes(notes):
    return [note.code for note in notes]


LINES = ("LINESTRING (500000.123456789 3600000, 500010 3600000)", "MULTILINESTRING ((500000 3600000, 500001 3600000))")


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".parquet", ".csv", ".shp.zip"])
def test_every_format_comes_back(tmp_path, ending):
    whole = frame(
        *LINES,
        id=["R1", "次 2"],
        utility=["water", None],
        start=pd.to_datetime(["2026-04-22", None]),
        diameter_mm=[200.0, np.nan],
    )
    [path] = write(whole, tmp_path / f"routes{ending}")
    back = read(path, crs=GRID if ending == ".csv" else None).frame
    assert back["id"].tolist() == ["R1", "次 2"]
    assert back["utility"].tolist()[0] == "water"
    assert pd.isna(back["utility"].iloc[1])
    start, diameter = ("start", "diameter_m" if ending == ".shp.zip" else "diameter_mm")
    assert pd.Timestamp(back[start].iloc[0]) == pd.Timestamp("2026-04-22")
    assert pd.isna(back[start].iloc[1])
    assert float(back[diameter].iloc[0]) == 200.0
    placed = back.geometry.to_crs(GRID)
    worst = shapely.hausdorff_distance(placed.to_numpy(), whole.geometry.to_numpy()).max()
    assert worst < (1e-3 if ending == ".geojson" else 1e-9)


def test_geojson_is_rfc_7946(tmp_path):
    ring = "POLYGON ((500000 3600000, 500000 3600010, 500010 3600010, 500010 3600000, 500000 3600000))"
    [path] = write(frame(ring, id=["G1"], day=pd.to_datetime(["2026-04-22"])), tmp_path / "a.geojson")
    document = json.loads(path.read_text("utf-8"))
    assert "crs" not in document
    [one] = document["features"]
    lon, lat = one["geometry"]["coordinates"][0][0]
    assert 110 < lon < 112
    assert 32 < lat < 33
    assert len(str(lon).split(".")[1]) <= 9
    assert shapely.LinearRing(one["geometry"]["coordinates"][0]).is_ccw
    assert one["properties"]["day"] == "2026-04-22"


def test_several_layers(tmp_path):
    one = frame(LINES[0], id=["R1"])
    assert [path.name for path in write({"runs": one, "trenches": one}, tmp_path / "o.gpkg")] == ["o.gpkg"]
    assert [name for name, _ in pyogrio.list_layers(tmp_path / "o.gpkg")] == ["runs", "trenches"]
    written = write({"runs": one, "trenches": one}, tmp_path / "o.geojson")
    assert [path.name for path in written] == ["o_runs.geojson", "o_trenches.geojson"]
    assert [path.name for path in write({"runs": one}, tmp_path / "o.csv")] == ["o.csv"]


def test_lists_and_empty_frames_can_be_written(tmp_path):
    lists = frame(LINES[0], routes=[["R1", "R2"]])
    empty = frame(id=[])
    for ending in (".gpkg", ".geojson", ".parquet", ".csv"):
        written = write({"trenches": lists, "runs": empty}, tmp_path / f"a{ending}")
        path, layer = (written[0], "trenches") if ending == ".gpkg" else (written[0], None)
        back = read(path, layer=layer, crs=GRID if ending == ".csv" else None).frame["routes"].iloc[0]
        assert (json.loads(back) if isinstance(back, str) else list(back)) == ["R1", "R2"]
    assert codes(read(tmp_path / "a.gpkg", layer="runs").notes) == ["layer.no_rows"]


def test_an_unknown_ending_is_refused_with_the_known_ones(tmp_path):
    for name in ("a.dxf", "a.shp", "a"):
        with pytest.raises(BadInputError, match="gpkg"):
            write(frame(LINES[0]), tmp_path / name)
    with pytest.raises(BadInputError, match="written"):
        write(frame(LINES[0]), tmp_path / "no such folder" / "a.gpkg")
    assert list(tmp_path.iterdir()) == []


def test_a_geopackage_has_days_as_days_and_moments_as_moments(tmp_path):
    """A day that became a moment would be edited with an hour in QGIS, and differ when it comes back."""
    day, hour = [dt.date(2026, 3, 1), None], [pd.Timestamp("2026-03-01T08:30"), None]
    write({"a": frame(*LINES, day=day, hour=hour, no_day=pd.to_datetime([None, None]))}, tmp_path / "a.gpkg")
    kinds = pyogrio.read_info(tmp_path / "a.gpkg", layer="a")["ogr_types"]
    assert kinds == ["OFTDate", "OFTDateTime", "OFTDate"]


def test_a_failed_write_leaves_what_was_there(tmp_path):
    target = tmp_path / "a.gpkg"
    write(frame(LINES[0], id=["old"]), target)
    before = target.read_bytes()
    mixed = frame("LINESTRING (0 0, 1 1)", "POINT (0 0)")
    with pytest.raises(BadInputError, match="gpkg"):
        write({"a": frame(LINES[0], id=["new"]), "b": mixed}, tmp_path / "a.shp.zip")
    assert target.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gpkg"]


def test_a_killed_write_leaves_what_was_there(tmp_path):
    target = tmp_path / "a.gpkg"
    write(frame(LINES[0], id=["old"]), target)
    script = (
        "import sys, numpy, shapely, geopandas as g; from geo.formats import write\n"
        "n = 200_000; xy = numpy.random.default_rng(1).random((2 * n, 2)) + 5e5\n"
        "lines = shapely.linestrings(xy, indices=numpy.repeat(numpy.arange(n), 2))\n"
        "print('go', flush=True); write(g.GeoDataFrame(geometry=lines, crs='EPSG:4546'), sys.argv[1])\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(target)], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"go\n"
        while process.poll() is None and not [*tmp_path.glob(".*/*")]:  # it is written beside what was there
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    assert read(target).frame["id"].tolist() == ["old"]


def test_repeated_vertices_z_and_self_overlap_are_told(tmp_path):
    lines = frame(
        "LINESTRING Z (500000 3600000 1, 500000 3600000 1, 500010 3600000 2)",
        "LINESTRING (500000 3600000, 500020 3600000, 500010 3600000)",
        "MULTILINESTRING ((500000 3600000, 500001 3600000), (500005 3600000, 500005 3600000))",
        "LINESTRING (500000 3600000, 500010 3600010, 500010 3600000, 500000 3600010)",
    )
    write(lines, tmp_path / "a.gpkg")
    table = read(tmp_path / "a.gpkg")
    assert sorted(codes(table.notes)) == [
        "geometry.z_kept",
        "line.repeated_vertices",
        "line.repeated_vertices",
        "line.self_overlap",
    ]
    first = table.frame.geometry.iloc[0]
    assert first.has_z
    assert shapely.get_num_coordinates(first) == 2
    assert len(table.frame.geometry.iloc[2].geoms) == 1
    assert table.frame.geometry.iloc[3].length == pytest.approx(20 * 2**0.5 + 10)


def test_a_place_far_from_the_rest_is_told(tmp_path):
    near = ["LINESTRING (500000 3600000, 500010 3600000)"] * 5
    write(frame(*near, "LINESTRING (500000 3710000, 500010 3710000)"), tmp_path / "a.gpkg")
    [note] = read(tmp_path / "a.gpkg").notes
    assert (note.code, note.feature, "110 km" in note.en) == ("place.far_away", 5, True)


def test_taiwan_dates_and_maps_and_values(tmp_path):
    works = frame(*LINES, Cb_Da=["115/04/22", "99/08/17"], Ce_Da=["115/07/15", "116/1/2"], App=["台電北區", "自來水"])
    write(works, tmp_path / "w.gpkg")
    table = read(
        tmp_path / "w.gpkg",
        field_map={"start": "Cb_Da", "end": "Ce_Da", "utility": "App", "operator": "App"},
        value_map={"utility": {"台電*": "power", "自來水": "water"}},
    )
    assert [str(day.date()) for day in table.frame["start"]] == ["2026-04-22", "2010-08-17"]
    assert table.frame["utility"].tolist() == ["power", "water"]
    assert table.frame["operator"].tolist() == ["台電北區", "自來水"]
    assert codes(table.notes) == ["date.taiwan_calendar", "date.taiwan_calendar"]


def test_a_column_in_the_way_is_kept_and_case_does_not_matter(tmp_path):
    write(frame(LINES[0], ID=["R1"], utility=["x"], 类别=["给水"]), tmp_path / "a.gpkg")
    table = read(tmp_path / "a.gpkg", field_map={"utility": "类别"})
    assert table.frame["utility"].tolist() == ["给水"]
    assert table.frame["utility_in_file"].tolist() == ["x"]
    assert table.frame["id"].tolist() == ["R1"]
    assert sorted(codes(table.notes)) == ["field.set_aside", "field.taken_as"]


@pytest.mark.parametrize(("encoding", "name"), [("gbk", "解放路与人民路"), ("big5", "和平西路"), ("utf-8", "内乡县")])
def test_a_shapefile_without_cpg(tmp_path, encoding, name):
    pyogrio.write_dataframe(frame(LINES[0], road=[name]), tmp_path / "a.shp", encoding=encoding)
    (tmp_path / "a.cpg").unlink(missing_ok=True)
    dbf = bytearray((tmp_path / "a.dbf").read_bytes())
    dbf[29] = 0
    (tmp_path / "a.dbf").write_bytes(dbf)
    table = read(tmp_path / "a.shp", encoding=encoding if encoding == "big5" else None)
    assert table.frame["road"].tolist() == [name]
    assert codes(table.notes) == ([] if encoding == "big5" else ["file.encoding_guessed"])


def test_csv_points_become_lines_in_order(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(
        "编号,序号,东坐标,北坐标,管径\nR2,1,500000,3600005,100\nR1,2,５０００１０,3600000,200\nR1,1,500000,3600000,200\n"
        "R2,2,500010,3600005,100\n".encode("gb18030")
    )
    options = {"crs": GRID, "field_map": {"id": "编号", "diameter_mm": "管径"}}
    table = read(path, **options)
    assert table.frame["id"].tolist() == ["R2", "R1"]
    assert [line.wkt for line in table.frame.geometry] == [
        "LINESTRING (500000 3600005, 500010 3600005)",
        "LINESTRING (500000 3600000, 500010 3600000)",
    ]
    assert table.frame["diameter_mm"].tolist() == [100.0, 200.0]
    path.write_text("name,lon,lat\na,111.85,33.05\nb,111.86,33.05\n")
    assert read(path, crs="OGC:CRS84", kinds=frozenset({POINT})).frame.geometry.iloc[1].x == 111.86


def test_csv_with_srid_and_semicolons_and_leading_zeros(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "id;code;n;wkt\n007;012;5;SRID=4546;LINESTRING (500000 3600000, 500010 3600000)\n".replace("6;L", "6;L")
    )
    path.write_text('id;code;n;wkt\n007;012;5;"SRID=4546;LINESTRING (500000 3600000, 500010 3600000)"\n')
    table = read(path)
    assert table.frame.crs.to_epsg() == 4546
    assert table.frame.iloc[0][["id", "code", "n"]].tolist() == ["007", "012", 5]


def test_geojson_shapes(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text('{"type": "LineString", "coordinates": [[111.85, 33.05, 8], [111.86, 33.05]]}')
    assert read(path).frame.geometry.iloc[0].has_z
    path.write_text('{"type": "Feature", "id": 7, "geometry": {"type": "Point", "coordinates": [111.85, 33.05]}}')
    assert read(path).frame["id"].tolist() == [7]
    path.write_text('\ufeff{"type": "FeatureCollection", "features": []}', "utf-8")
    assert len(read(path).frame) == 0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.floats(110, 113), st.floats(30, 35)), min_size=2, max_size=6, unique=True), max_size=8
    )
)
def test_geojson_built_in_one_go_equals_shapely_one_by_one(tmp_path_factory, lines):
    path = tmp_path_factory.mktemp("g") / "a.geojson"
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": line}} for line in lines
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    built = read(path).frame.geometry
    assert all(one.equals(shapely.LineString(line)) for one, line in zip(built, lines, strict=True))


@given(st.dates(dt.date(1950, 1, 1), dt.date(2100, 12, 31)))
def test_a_date_is_understood_however_it_is_written(day):
    iso, slashes = day.isoformat(), f"{day.year}/{day.month}/{day.day}"
    taiwan, hanzi = f"{day.year - 1911}/{day:%m/%d}", f"{day.year}年{day.month}月{day.day}日"
    for text in (iso, slashes, taiwan, hanzi, f"{day:%Y%m%d}", f"{iso}T08:00:00", f"{day:%Y.%m.%d}"):
        assert parse_date(text).date == day


def test_many_lines_and_a_line_of_a_million_vertices(tmp_path):
    rng = np.random.default_rng(1)
    n = 30_000
    starts = rng.random((n, 1, 2)) * 10_000 + [500_000, 3_600_000]
    vertices = starts + np.cumsum(rng.random((n, 13, 2)), axis=1)
    lines = shapely.linestrings(vertices)
    many = gpd.GeoDataFrame({"id": np.arange(n).astype(str), "start": ["115/04/22"] * n}, geometry=lines, crs=GRID)
    for ending in (".gpkg", ".parquet", ".geojson"):
        [path] = write(many, tmp_path / f"many{ending}")
        began = time.perf_counter()
        table = read(path, kinds=frozenset({LINE}))
        took = time.perf_counter() - began
        assert len(table.frame) == n
        print(ending, f"{took:.2f} s")
        assert took < 20
    walk = np.cumsum(rng.random((1_000_000, 2)) / 10 + 0.01, axis=0) + np.array([500_000, 3_600_000])
    [path] = write(gpd.GeoDataFrame(geometry=[shapely.linestrings(walk)], crs=GRID), tmp_path / "long.geojson")
    assert path.stat().st_size > 20_000_000
    assert shapely.get_num_coordinates(read(path).frame.geometry.iloc[0]) == 1_000_000


def test_lines_come_as_arrays_in_the_grid_of_their_place(tmp_path):
    lonlat = frame("LINESTRING (111.85 33.05, 111.86 33.05)", crs="OGC:CRS84", id=["R1"])
    write(lonlat, tmp_path / "a.geojson")
    lines, grid, notes = to_lines(read(tmp_path / "a.geojson"))
    assert grid.code == "EPSG:4546"
    assert notes == []
    assert lines.n_lines == 1
    assert 930 < lines.lengths()[0] < 940


def test_lines_outside_the_zone_of_the_grid_are_told():
    frame = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(111.8, 33), (111.9, 33)]), shapely.LineString([(116, 33), (116.1, 33)])]
    )
    lines, grid, notes = to_lines(frame.set_crs("OGC:CRS84"), "EPSG:4546")
    assert (lines.n_lines, grid.code) == (2, "EPSG:4546")
    assert [(note.code, note.feature) for note in notes] == [("coordinate.out_of_zone", 1)]
