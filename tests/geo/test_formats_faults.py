"""Every fault of a file is found at once, each with its place and its mend."""

import contextlib
import io
import json
import random
import struct
import zipfile

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from geo.faults import BadInputError
from geo.formats import LINE, Findings, read, write
from geo.formats.decoding import from_wkb

LINES_ONLY = frozenset({LINE})
GRID = "EPSG:4546"


def faults_of(path, **options):
    with pytest.raises(BadInputError) as caught:
        read(path, **options)
    return caught.value.faults


def codes_of(path, **options):
    return [fault.code for fault in faults_of(path, **options)]


def geojson(folder, *features, name="routes.geojson", **members):
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features), **members}), "utf-8")
    return path


def feature(coordinates, kind="LineString", **properties):
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}


def frame(*wkt, crs=GRID, **columns):
    return gpd.GeoDataFrame(columns, geometry=shapes(*wkt), crs=crs)


def shapes(*wkt):
    with np.errstate(invalid="ignore"):
        return list(shapely.from_wkt(list(wkt)))


GOOD = [[111.85, 33.05], [111.86, 33.05]]


def test_every_fault_of_a_file_at_once(tmp_path):
    path = geojson(
        tmp_path,
        feature(GOOD, id="R0", start="2026-05-01", end="2026-04-01", diameter_mm=-5),
        feature([[111.85, 33.05]], id="R1"),
        feature([[111.85, float("nan")], [111.86, 33.05], [111.87, float("inf")]], id="R2"),
        feature([[33.05, 111.85], [33.06, 111.85]], id="R3"),
        feature([], id="R4"),
        feature([111.85, 33.05], "Point", id="R5"),
        feature([[111.85, 33.05], [111.85, 33.05]], id="R0", start="199/12/31"),
        {"type": "Feature", "geometry": None, "properties": {"id": "R7"}},
        feature([[111.85, "33.05"], [111.86]], id="R8"),
    )
    found = [(fault.feature, fault.code, fault.vertex) for fault in faults_of(path, kinds=LINES_ONLY)]
    assert found == [
        ("R0", "number.not_positive", None),
        ("R0", "date.end_before_start", None),
        ("R1", "line.one_point", 0),
        ("R2", "coordinate.not_finite", 0),
        ("R2", "coordinate.not_finite", 2),
        ("R3", "coordinate.lonlat_swapped", 0),
        ("R4", "geometry.empty", None),
        ("R5", "geometry.wrong_type", None),
        ("R0", "date.out_of_range", None),
        ("R0", "id.duplicate", None),
        ("R0", "line.no_length", None),
        ("R7", "geometry.missing", None),
        ("R8", "coordinate.malformed", 0),
        ("R8", "coordinate.malformed", 1),
    ]
    for fault in faults_of(path, kinds=LINES_ONLY):
        assert fault.file == "routes.geojson"
        assert fault.zh
        assert fault.en
        assert fault.mend_zh
        assert fault.mend_en


def test_bad_rows_can_be_left_out_and_are_listed(tmp_path):
    path = geojson(tmp_path, feature(GOOD, id="R0"), feature([[111.85, 33.05]], id="R1"), feature(GOOD, id="R2"))
    table = read(path, skip_bad=True)
    assert table.frame["id"].tolist() == ["R0", "R2"]
    assert table.frame.index.tolist() == [0, 2]
    assert table.rows_read == 3
    assert [fault.code for fault in table.skipped] == ["line.one_point"]


def test_a_fault_of_the_whole_file_is_never_skipped(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('id,wkt\n1,"LINESTRING (0 0, 1 1)"\n')
    assert codes_of(path, skip_bad=True) == ["crs.missing"]


@pytest.mark.parametrize("ending", [".gpkg", ".parquet", ".csv"])
def test_nan_and_wrong_type_in_every_format(tmp_path, ending):
    lines = frame(
        "LINESTRING (500000 3600000, 500010 3600000)",
        "LINESTRING (500000 nan, 500001 3600000)",
        "POINT (500000 3600000)",
    )
    write(lines, tmp_path / f"a{ending}")
    options = {"crs": GRID} if ending == ".csv" else {}
    assert codes_of(tmp_path / f"a{ending}", kinds=LINES_ONLY, **options) == [
        "coordinate.not_finite",
        "geometry.wrong_type",
    ]


def wkb_gpkg(folder, *blobs):
    """Write a GeoPackage whose geometries no library would write: what other programs leave behind."""
    path = folder / "raw.gpkg"
    pyogrio.raw.write(
        path, np.array(blobs, dtype=object), field_data=[np.arange(len(blobs))], fields=["n"],
        geometry_type="Unknown", crs=GRID, driver="GPKG", layer="routes",
    )  # fmt: skip
    return path


def test_one_point_lines_in_wkb(tmp_path):
    one = struct.pack("<BIIdd", 1, 2, 1, 5e5, 3.6e6)
    two = struct.pack("<BIIdddd", 1, 2, 2, 5e5, 3.6e6, 5e5 + 9, 3.6e6)
    multi = struct.pack("<BII", 1, 5, 2) + two + one
    found = faults_of(wkb_gpkg(tmp_path, two, one, multi))
    assert [(fault.feature, fault.code) for fault in found] == [(1, "line.one_point"), (2, "line.one_point")]


def test_one_point_lines_in_geoarrow(tmp_path):
    frame("LINESTRING (500000 3600000, 500010 3600000)", "LINESTRING (500000 3600000, 500010 3600009)").to_parquet(
        tmp_path / "a.parquet", geometry_encoding="geoarrow"
    )
    assert len(read(tmp_path / "a.parquet").frame) == 2
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(tmp_path / "a.parquet")
    points = [[{"x": 5e5, "y": 3.6e6}], [{"x": 5e5, "y": 3.6e6}, {"x": 5e5, "y": 3.7e6}]]
    broken = table.set_column(0, table.schema.field(0), pa.array(points, table.schema.field(0).type))
    pq.write_table(broken, tmp_path / "b.parquet")
    assert [(fault.feature, fault.code) for fault in faults_of(tmp_path / "b.parquet")] == [(0, "line.one_point")]


def test_curves_and_damaged_geometries_are_named():
    curve = struct.pack("<BII", 1, 8, 3) + struct.pack("<6d", 5e5, 3.6e6, 5e5 + 1, 3.6e6 + 1, 5e5 + 2, 3.6e6)
    found = Findings()
    assert from_wkb([curve, b"", b"\x01\x02"], found)[1] == {0, 2}
    assert [finding.fault.code for finding in found.faults] == ["geometry.curve", "geometry.damaged"]


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_geopackage_cut_in_half(tmp_path, share):
    many = frame(*(f"LINESTRING (500000 {3600000 + k}, 500010 3600000)" for k in range(3000)), n=range(3000))
    write(many, tmp_path / "whole.gpkg")
    body = (tmp_path / "whole.gpkg").read_bytes()
    cut = tmp_path / "cut.gpkg"
    cut.write_bytes(body[: max(20, int(len(body) * share))])
    assert codes_of(cut) == ["file.cut_in_half"]


def test_a_geopackage_damaged_in_the_middle_never_loses_rows_silently(tmp_path):
    many = frame(*(f"LINESTRING (500000 {3600000 + k}, 500010 3600000)" for k in range(3000)), n=range(3000))
    write(many, tmp_path / "whole.gpkg")
    body = bytearray((tmp_path / "whole.gpkg").read_bytes())
    rng = random.Random(1)  # noqa: S311 - damage needs no secrecy
    for trial in range(20):
        broken = bytearray(body)
        at = rng.randrange(4096, len(body) - 4096)
        broken[at : at + 2048] = bytes(rng.randrange(256) for _ in range(2048))
        path = tmp_path / f"{trial}.gpkg"
        path.write_bytes(broken)
        with contextlib.suppress(BadInputError):
            assert len(read(path).frame) == 3000


@pytest.mark.parametrize("ending", [".geojson", ".parquet", ".shp.zip"])
def test_other_formats_cut_in_half(tmp_path, ending):
    many = frame(*(f"LINESTRING (500000 {3600000 + k}, 500010 3600000)" for k in range(300)), n=range(300))
    [path] = write(many, tmp_path / f"whole{ending}")
    body = path.read_bytes()
    cut = tmp_path / f"cut{ending}"
    cut.write_bytes(body[: len(body) // 2])
    assert codes_of(cut) == ["file.cut_in_half"]


def test_a_shapefile_cut_in_half(tmp_path):
    many = frame(*(f"LINESTRING (500000 {3600000 + k}, 500010 3600000)" for k in range(300)), n=range(300))
    pyogrio.write_dataframe(many, tmp_path / "a.shp")
    (tmp_path / "a.dbf").write_bytes((tmp_path / "a.dbf").read_bytes()[:500])
    (tmp_path / "a.shp").write_bytes((tmp_path / "a.shp").read_bytes()[:5000])
    found = faults_of(tmp_path / "a.shp")
    assert [(fault.code, fault.file) for fault in found] == [
        ("file.cut_in_half", "a.shp"),
        ("file.cut_in_half", "a.dbf"),
    ]
    (tmp_path / "a.shx").unlink()
    assert "shapefile.part_missing" in codes_of(tmp_path / "a.shp")


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("roads.gpkg", b'{"type": "FeatureCollection", "features": []}', "GeoJSON"),
        ("roads.geojson", b"PAR1 not really", "GeoParquet"),
        ("roads.csv", b"SQLite format 3\x00" + bytes(52) + b"GPKG", "GeoPackage"),
        ("roads.shp", b"%PDF-1.7", "PDF"),
        ("roads.gpkg", b"PK\x03\x04", "zip"),
        ("roads.json", b"<gpx version='1.1'>", "GPX"),
        ("roads.csv", b"<?xml version='1.0'?><kml xmlns=''>", "KML"),
        ("roads.parquet", b"\x89PNG\r\n", "PNG"),
        ("roads.db", b"SQLite format 3\x00" + bytes(80), "SQLite"),
        ("roads.dxf", b"0\nSECTION\n", "DXF"),
        ("roads.bin", b"\x00\x01\x02\x03" * 9, "binary"),
        ("roads.dbf", b"\x03\x7a", "Shapefile"),
        ("roads.geojson", b"", "empty"),
    ],
)
def test_a_file_that_is_not_what_its_name_says(tmp_path, name, body, says):
    path = tmp_path / name
    path.write_bytes(body)
    [fault] = faults_of(path)
    assert says in fault.en
    assert fault.file == name
    assert fault.mend_zh


def test_no_file_and_a_folder(tmp_path):
    assert codes_of(tmp_path / "none.gpkg") == ["file.missing"]
    assert codes_of(tmp_path) == ["file.folder"]


def test_excel_is_named(tmp_path):
    path = tmp_path / "plan.csv"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    [fault] = faults_of(path)
    assert "Excel" in fault.en


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", bytes(200 * 1024**2))
    assert path.stat().st_size < 1024**2
    assert codes_of(path) == ["zip.bomb"]


def test_a_zip_bomb_that_lies_about_its_size(tmp_path):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", bytes(64 * 1024**2))
    blob = body.getvalue().replace(struct.pack("<I", 64 * 1024**2), struct.pack("<I", 1024))
    path = tmp_path / "liar.zip"
    path.write_bytes(blob)
    assert set(codes_of(path)) <= {"zip.bomb", "file.damaged", "shapefile.part_missing", "file.cut_in_half"}


def test_a_zip_with_a_path_out_of_it_writes_nothing_outside(tmp_path):
    path = tmp_path / "deep" / "evil.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../escaped.shp", b"x" * 100)
    assert codes_of(path)
    assert not list(tmp_path.rglob("escaped*"))


def test_hostile_names(tmp_path):
    path = geojson(tmp_path, feature(GOOD, **{"<script>alert(1)</script>": 1, "a\x00b": 2, "Name": 3, "name": 4}))
    found = faults_of(path)
    assert sorted(fault.code for fault in found) == ["field.hostile_name", "field.hostile_name", "field.same_name"]


def test_a_field_map_with_hostile_or_unknown_names(tmp_path):
    path = geojson(tmp_path, feature(GOOD, Cb_Da="115/04/22"))
    found = faults_of(path, field_map={"<script>": "Cb_Da", "start": "Cb_Date", "end": "<img src=x>"})
    assert [fault.code for fault in found] == ["field.bad_name", "field.not_in_file", "field.not_in_file"]
    assert "did you mean Cb_Da?" in found[1].mend_en


def test_crs(tmp_path):
    bare = frame("LINESTRING (500000 3600000, 500010 3600000)", crs=None)
    write(bare, tmp_path / "a.parquet")
    assert codes_of(tmp_path / "a.parquet") == ["crs.missing"]
    assert read(tmp_path / "a.parquet", crs=GRID).frame.crs.to_epsg() == 4546
    write(bare.set_crs(GRID), tmp_path / "b.gpkg")
    assert codes_of(tmp_path / "b.gpkg", crs="EPSG:4547") == ["crs.conflict"]
    assert codes_of(tmp_path / "b.gpkg", crs="EPSG:nothing") == ["crs.unknown"]
    metres = geojson(tmp_path, feature([[500000, 3600000], [500010, 3600000]]))
    assert codes_of(metres) == ["coordinate.metres"]
    assert read(metres, crs=GRID).frame.crs.to_epsg() == 4546
    legacy = geojson(
        tmp_path,
        feature([[500000, 3600000], [500010, 3600000]]),
        crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4546"}},
    )
    assert read(legacy).frame.crs.to_epsg() == 4546
    nonsense = geojson(tmp_path, feature(GOOD), crs={"type": "name", "properties": {"name": "here"}})
    assert codes_of(nonsense) == ["crs.unknown"]


def test_degrees_in_a_grid_and_swapped_axes(tmp_path):
    write(frame("LINESTRING (111.85 33.05, 111.86 33.05)", crs=None).set_crs(GRID), tmp_path / "a.gpkg")
    assert codes_of(tmp_path / "a.gpkg") == ["coordinate.degrees"]
    write(frame("LINESTRING (3658614 579391, 3658624 579391)", crs=GRID), tmp_path / "b.gpkg")
    assert codes_of(tmp_path / "b.gpkg") == ["coordinate.axes_swapped"]


def test_layers_must_be_named_where_there_are_several(tmp_path):
    one = frame("LINESTRING (500000 3600000, 500010 3600000)")
    write({"roads": one, "green": one}, tmp_path / "a.gpkg")
    [fault] = faults_of(tmp_path / "a.gpkg")
    assert fault.code == "layer.which"
    assert "roads, green" in fault.en
    assert codes_of(tmp_path / "a.gpkg", layer="rods") == ["layer.missing"]
    assert read(tmp_path / "a.gpkg", layer="green").layer == "green"
    assert read(tmp_path / "a.gpkg", prefer=("roads", "road")).layer == "roads"


def test_json_that_is_no_geojson(tmp_path):
    for body, says in (
        ('{"type": "Topology"}', "TopoJSON"),
        ('{"geometryType": "esriGeometryPolyline", "features": []}', "Esri"),
        ("[1, 2]", "JSON"),
        ("[" * 100_000, "cut off"),
        ('{"a": 1,,}', "line 1"),
    ):
        path = tmp_path / "a.geojson"
        path.write_text(body)
        [fault] = faults_of(path)
        assert says in fault.en


def test_text_that_is_not_utf8(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_bytes(json.dumps({"type": "FeatureCollection", "features": [feature(GOOD, name="解放路")]},
                                ensure_ascii=False).encode("gb18030"))  # fmt: skip
    [fault] = faults_of(path)
    assert "--encoding gb18030" in fault.mend_en
    assert read(path, encoding="gb18030").frame["name"].tolist() == ["解放路"]
    assert codes_of(path, encoding="klingon") == ["file.encoding"]


def test_invalid_polygons_and_rings(tmp_path):
    bow = [[[111.85, 33.05], [111.86, 33.06], [111.86, 33.05], [111.85, 33.06], [111.85, 33.05]]]
    open_ring = [[[111.85, 33.05], [111.86, 33.05], [111.86, 33.06], [111.85, 33.06]]]
    path = geojson(tmp_path, feature(bow, "Polygon"), feature(open_ring, "Polygon"), feature([GOOD], "Polygon"))
    assert codes_of(path) == ["area.invalid", "area.open_ring", "area.short_ring"]


def test_csv_faults(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,x,y\nR1,500000,3600000\nR1,none,3600001\nR2,500000,3600000\nR3,1,2,3\n")
    [fault] = faults_of(path, crs=GRID)
    assert (fault.code, "line 5" in fault.en) == ("file.uneven_row", True)
    path.write_text("id,x,y\nR1,500000,3600000\nR1,none,3600001\nR2,500000,3600000\n")
    assert [(f.feature, f.code, f.vertex) for f in faults_of(path, crs=GRID)] == [
        ("R1", "coordinate.not_finite", 1),
        ("R2", "line.one_point", None),
    ]
    path.write_text("a,b\n1,2\n")
    assert codes_of(path, crs=GRID) == ["csv.no_geometry"]
    path.write_text("x,y\n500000,3600000\n500001,3600000\n")
    assert codes_of(path, crs=GRID, kinds=LINES_ONLY) == ["csv.no_id"]
    path.write_text('id,wkt\n1,"LINESTRING (1 1)"\n2,nonsense\n3,\n')
    assert codes_of(path, crs=GRID) == ["line.one_point", "geometry.bad_wkt", "geometry.missing"]


def test_a_million_bad_vertices_are_listed_shortly(tmp_path):
    with np.errstate(invalid="ignore"):
        bad = shapely.linestrings(np.full((100_000, 2), np.nan))
    write(gpd.GeoDataFrame(geometry=[bad], crs=GRID), tmp_path / "a.gpkg")
    found = faults_of(tmp_path / "a.gpkg")
    assert len(found) == 21
    assert "99980" in found[-1].en
