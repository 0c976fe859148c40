"""Files that broke the readers once: each is refused with a fault that says what to do, or read as it was meant."""

import io
import json
import zipfile

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.faults import BadInputError
from geo.formats import read

LINE = {"type": "LineString", "coordinates": [[111.85, 33.05], [111.86, 33.05]]}
GRID = "EPSG:4546"


def geojson(path, *properties, **members):
    features = [{"type": "Feature", "geometry": LINE, "properties": one} for one in properties or [{}]]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **members}))
    return path


def refused(path, **options):
    with pytest.raises(BadInputError) as error:
        read(path, **options)
    return error.value.faults


def codes(path, **options):
    return [fault.code for fault in refused(path, **options)]


@pytest.mark.parametrize("crs", ["nonsense", ["EPSG:4546"], {"properties": "EPSG:4546"}, {"properties": {"name": 5}}])
def test_a_crs_member_of_any_shape_is_refused_once(tmp_path, crs):
    assert codes(geojson(tmp_path / "a.geojson", crs=crs)) == ["crs.unknown"]


def test_a_crs_that_nobody_knows_can_be_named_instead(tmp_path):
    table = read(geojson(tmp_path / "a.geojson", crs={"properties": {"name": "our own"}}), crs="OGC:CRS84")
    assert [note.code for note in table.notes] == ["crs.unknown"]
    assert "--crs" in refused(geojson(tmp_path / "a.geojson", crs={"properties": {"name": "our own"}}))[0].mend_zh


@pytest.mark.parametrize("number", ["1" * 400, "1" * 5000, "-" + "9" * 400])
def test_a_number_too_long_for_any_float_is_not_finite(tmp_path, number):
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(LINE).replace("111.85", number))
    (fault,) = refused(path)
    assert (fault.code, fault.vertex) == ("coordinate.not_finite", 0)


def test_what_is_absurdly_far_is_refused_by_its_place(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(LINE).replace("111.85", "1e300"))
    assert codes(path) == ["coordinate.metres"]
    (tmp_path / "b.csv").write_text('wkt\n"LINESTRING (1e300 3658614, 579391 3658614)"\n')
    assert codes(tmp_path / "b.csv", crs=GRID) == ["coordinate.out_of_zone"]


def test_half_a_letter_is_no_json(tmp_path):
    path = geojson(tmp_path / "a.geojson", {"name": "\ud800"})
    assert codes(path) == ["file.not_json"]


def test_lists_and_objects_in_cells_are_judged_like_other_wrong_values(tmp_path):
    cells = {"start": ["2026-04-01"], "diameter_mm": {"a": 1}, "id": ["R1"]}
    path = geojson(tmp_path / "a.geojson", cells, cells)
    assert sorted(set(codes(path))) == ["date.unreadable", "id.duplicate", "number.unreadable"]
    path = geojson(tmp_path / "b.geojson", {"utility": ["gas"]}, {"utility": "gas"})
    assert read(path, value_map={"utility": {"gas": "water"}}).frame["utility"].tolist() == ["['gas']", "water"]


def test_an_id_is_text_and_used_once(tmp_path):
    assert codes(geojson(tmp_path / "a.geojson", {"id": 1}, {"id": "1"})) == ["id.duplicate"]


def test_a_wkt_of_many_vertices_is_read(tmp_path):
    line = shapely.linestrings(np.column_stack((579000 + np.arange(20_000) / 100, np.full(20_000, 3658614.0))))
    (tmp_path / "a.csv").write_text(f'id,wkt\nR1,"{line.wkt}"\n')
    assert shapely.get_num_coordinates(read(tmp_path / "a.csv", crs=GRID).frame.geometry.iloc[0]) == 20_000


@pytest.mark.parametrize("separator", [",", ";", "\t", "，"])
@pytest.mark.parametrize("before", ["", "\n\r\n"])
def test_blank_lines_and_wide_commas_do_no_harm(tmp_path, separator, before):
    rows = [["id", "x", "y"], ["R1", "579391", "3658614"], ["R1", "579399", "3658614"]]
    (tmp_path / "a.csv").write_text(before + "\n".join(separator.join(row) for row in rows), encoding="utf-8")
    assert read(tmp_path / "a.csv", crs=GRID).frame.length.tolist() == [8.0]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\n \n", "file.empty"),
        ("id,x,y\nR1,1,2\n".encode("utf-16")[:-1], "file.cut_in_half"),
        (b'id,x,y\n"R1,579391,3658614\n', "file.not_a_table"),
    ],
)
def test_a_broken_table_says_what_to_do(tmp_path, content, code):
    (tmp_path / "a.csv").write_bytes(content)
    (fault,) = refused(tmp_path / "a.csv", crs=GRID)
    assert fault.code == code
    assert fault.mend_zh
    assert fault.mend_en


def test_a_bad_number_is_named_by_the_row_of_the_sheet(tmp_path):
    (tmp_path / "a.csv").write_text("id;x;y\nR1;579391,5;3658614\nR1;579399;3658614\n")
    (fault,) = refused(tmp_path / "a.csv", crs=GRID)
    assert "第 2 行" in fault.zh
    assert "小数点" in fault.mend_zh


def test_a_column_called_like_a_program_is_no_program(tmp_path):
    (tmp_path / "a.csv").write_text('MZ,wkt\n1,"LINESTRING (579391 3658614, 579399 3658614)"\n')
    assert len(read(tmp_path / "a.csv", crs=GRID).frame) == 1


def test_an_empty_table_beside_a_shapefile_is_cut_off(tmp_path):
    frame = gpd.GeoDataFrame({"id": ["R1"]}, geometry=[shapely.LineString([(579391, 3658614), (579399, 3658614)])])
    frame.set_crs(GRID).to_file(tmp_path / "a.shp")
    (tmp_path / "a.dbf").write_bytes(b"")
    assert codes(tmp_path / "a.shp") == ["file.cut_in_half"]


def test_a_bomb_hidden_among_honest_bytes_is_stopped_while_it_unpacks(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("photo.jpg", np.random.default_rng(0).bytes(1_000_000))  # keeps the whole below the ratio
        archive.writestr("a.shp", bytes(30_000_000))
    assert codes(tmp_path / "a.zip") == ["zip.bomb"]


def test_a_zip_of_a_version_to_come_is_refused(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.shp", b"")
    content = bytearray(packed.getvalue())
    content[content.index(b"PK\x01\x02") + 6] = 99
    (tmp_path / "a.zip").write_bytes(bytes(content))
    assert codes(tmp_path / "a.zip") == ["file.cut_in_half"]


@pytest.mark.parametrize("about", [{"geometry": 5}, {"geometry": {"encoding": "linestring"}}])
def test_parquet_that_lies_about_its_geometry_is_damaged(tmp_path, about):
    geo = json.dumps({"primary_column": "geometry", "columns": about})
    pq.write_table(pa.table({"geometry": [b"abc"]}).replace_schema_metadata({"geo": geo}), tmp_path / "a.parquet")
    assert codes(tmp_path / "a.parquet") == ["file.damaged"]


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"\x89PNG", b"<!DOCTYPE html><html>", b"\xd0\xcf\x11\xe0"])
def test_what_a_file_really_is_is_said_in_one_language(tmp_path, content):
    (tmp_path / "a.gpkg").write_bytes(content)
    (fault,) = refused(tmp_path / "a.gpkg")
    assert fault.en.isascii()


def test_a_scribble_that_crosses_itself_millions_of_times_is_told_at_once(tmp_path):
    places = np.random.default_rng(0).uniform((579_000, 3_658_000), (580_000, 3_659_000), (20_000, 2))
    gpd.GeoDataFrame(geometry=[shapely.linestrings(places)], crs=GRID).to_parquet(tmp_path / "a.parquet")
    assert [note.code for note in read(tmp_path / "a.parquet").notes] == ["line.touches_itself"]
