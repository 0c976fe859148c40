"""Styled GeoPackages: parsed against the names that QGIS writes itself, read back with another library, same bytes."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from api.geopackages import write_styled
from geo.faults import BadInputError
from maps.qgis import StyledLayer, style_of
from maps.symbols import symbols

MADE = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
# Of QgsSimpleLineSymbolLayer, QgsSimpleFillSymbolLayer, QgsSimpleMarkerSymbolLayer (QGIS 3.34), properties().
KNOWN_OPTIONS = {
    "SimpleLine": {
        "align_dash_pattern", "capstyle", "customdash", "customdash_map_unit_scale", "customdash_unit",
        "dash_pattern_offset", "dash_pattern_offset_map_unit_scale", "dash_pattern_offset_unit", "draw_inside_polygon",
        "joinstyle", "line_color", "line_style", "line_width", "line_width_unit", "offset", "offset_map_unit_scale",
        "offset_unit", "ring_filter", "trim_distance_end", "trim_distance_end_map_unit_scale", "trim_distance_end_unit",
        "trim_distance_start", "trim_distance_start_map_unit_scale", "trim_distance_start_unit",
        "tweak_dash_pattern_on_corners", "use_custom_dash", "width_map_unit_scale",
    },
    "SimpleFill": {
        "border_width_map_unit_scale", "color", "joinstyle", "offset", "offset_map_unit_scale", "offset_unit",
        "outline_color", "outline_style", "outline_width", "outline_width_unit", "style",
    },
    "SimpleMarker": {
        "angle", "cap_style", "color", "horizontal_anchor_point", "joinstyle", "name", "offset",
        "offset_map_unit_scale", "offset_unit", "outline_color", "outline_style", "outline_width",
        "outline_width_map_unit_scale", "outline_width_unit", "scale_method", "size", "size_map_unit_scale",
        "size_unit", "vertical_anchor_point",
    },
}  # fmt: skip
# QgsUnitTypes::encodeUnit
UNITS = {"MM", "MapUnit", "Pixel", "Percentage", "Point", "Inch", "RenderMetersInMapUnits"}
KINDS = {"line": "SimpleLine", "fill": "SimpleFill", "marker": "SimpleMarker"}


def frame(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:4546")


def routes(*utilities):
    lines = [shapely.LineString([(5e5, 36e5 + at), (5e5 + 100.123456789, 36e5 + at)]) for at in range(len(utilities))]
    return frame(
        lines, id=[f"R{at}" for at in range(len(utilities))], utility=list(utilities), name=["<b>&\"'", *utilities[1:]],
        method=None, laying="duct", start=[date(2027, 3, 1), *[None] * (len(utilities) - 1)], end=None,
        cover_m=np.nan, remark=None, revision=range(1, len(utilities) + 1),
    )  # fmt: skip


def layer(of, symbol="routes", shape="line", **more):
    return StyledLayer(symbol, symbol, shape, of, f"图层 {symbol}", f"layer {symbol}", **more)


def parsed(of):
    text = style_of(of)
    assert text.startswith("<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n<qgis ")
    return ET.fromstring(text)  # noqa: S314 - our own text


def options(element):
    return {one.get("name"): one.get("value") for one in element.find("Option")}


def drawn_by_value(style):
    named = {one.get("name"): one for one in style.iter("symbol")}
    return {one.get("value"): named[one.get("symbol")] for one in style.iter("category")}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_layer_of_the_symbology_has_a_style_that_qgis_can_read(language):
    keys = [one["key"] for one in symbols()["layers"] if one["key"] != "trenches"]
    drawn = [(one, shape) for one in (*keys, "stops", "way", "items", "crossings") for shape in _shapes(one)]
    for key, shape in drawn:
        given = layer(frame([], id=[], number=[], revision=[]), key, shape)
        style = ET.fromstring(style_of(given, language))  # noqa: S314 - our own text
        symbol_layers = list(style.find("renderer-v2").iter("layer"))
        assert symbol_layers, key
        for one in symbol_layers:
            said = options(one)
            assert set(said) <= KNOWN_OPTIONS[one.get("class")], (key, said)
            assert all(value in UNITS for name, value in said.items() if name.endswith("_unit")), (key, said)
        for one in style.find("renderer-v2").iter("symbol"):
            assert {part.get("class") for part in one.iter("layer")} == {KINDS[one.get("type")]}
            expected = {"point": "marker", "line": "line", "polygon": "fill"}[shape]
            assert one.get("type") == expected, (key, shape)


def _shapes(key):
    both = {"roads": ("line", "polygon"), "sites": ("point", "polygon"), "way": ("line",), "crossings": ("line",)}
    others = {"routes": ("line",), "pipes": ("line",), "trees": ("point",), "stops": ("point",), "items": ("point",)}
    return (both | others).get(key, ("polygon",))


def test_lines_have_the_colour_of_their_utility_on_the_screen_and_the_others_too():
    drawn = drawn_by_value(parsed(layer(routes("gas", "water"))))
    assert set(drawn) == {*symbols()["utilities"], ""}
    for name, said in symbols()["utilities"].items():
        red, green, blue = (int(said["screen"][at : at + 2], 16) for at in (1, 3, 5))
        told = options(next(drawn[name].iter("layer")))
        assert told["line_color"] == f"{red},{green},{blue},255"
        assert float(told["line_width"]) == pytest.approx(2.6 * 25.4 / 96, abs=0.005)
        assert told["use_custom_dash"] == ("1" if said["dash"] else "0")
    # A layer whose utility is not known is drawn too: nothing that lies in the ground may be missing.
    assert drawn[""].get("type") == "line"


def test_roads_are_drawn_in_their_width_the_greater_over_the_lesser():
    style = parsed(layer(frame([], id=[], **{"class": [], "width_m": []}), "roads"))
    assert style.find("renderer-v2").get("symbollevels") == "1"
    levels = {
        value: [int(one.get("pass")) for one in drawn.iter("layer")] for value, drawn in drawn_by_value(style).items()
    }
    assert sorted(levels, key=lambda value: levels[value]) == ["", "local", "collector", "arterial", "expressway"]
    assert all(casing < fill for casing, fill in levels.values())
    told = [one.get("value") for one in style.iter("Option") if one.get("name") == "expression"]
    assert 'coalesce("width_m", 6)' in told


def test_fields_are_named_in_chinese_with_words_to_choose_and_ids_fixed():
    style = parsed(layer(routes("gas")))
    names = {one.get("field"): one.get("name") for one in style.iter("alias")}
    assert (names["cover_m"], names["utility"], names["revision"]) == ("覆土 m", "类别", "版本（勿改）")
    fixed = {one.get("name") for one in style.find("editable") if one.get("editable") == "0"}
    assert fixed == {"id", "revision"}
    widgets = {one.get("name"): one.find("editWidget") for one in style.find("fieldConfiguration")}
    chosen = {name for name, widget in widgets.items() if widget.get("type") == "ValueMap"}
    assert chosen == {"utility", "method", "laying"}
    offered = {
        one.get("name"): one.get("value") for one in widgets["laying"].iter("Option") if one.get("type") == "QString"
    }
    assert offered == {
        "—": "{2839923C-8B7D-419E-B84B-CA2FE9B80EC7}",
        "直埋": "direct",
        "管块": "duct",
        "管沟": "trench",
    }
    assert widgets["start"].get("type") == "DateTime"
    # A route without a utility is refused when it comes back: QGIS does not save one.
    assert [one.get("field") for one in style.find("constraints")] == ["utility"]
    shown = parsed(layer(routes("gas"), edited=False))
    assert {one.get("editable") for one in shown.find("editable")} == {"0"}


def test_a_file_is_read_back_to_the_last_bit_with_its_styles_and_tables(tmp_path):
    given = routes("gas", "water", "heat")
    high = shapely.LineString([(5e5, 36e5, 101.25), (5e5 + 9, 36e5, 101.5)])
    given.loc[2, "geometry"] = high
    areas = frame([], id=np.array([], object), name=np.array([], object), revision=np.array([], np.int64))
    tables = {"cotrench_rows": (("layer", "id", "revision"), [("routes", "R0", 1), ("routes", "给水/7", 2)])}
    out = tmp_path / "图层.gpkg"
    write_styled([layer(areas, "greens", "polygon"), _named(given)], out, made_at=MADE, tables=tables)
    back = pyogrio.read_dataframe(out, layer="routes")
    assert [one.geoms[0].wkb for one in back.geometry] == [one.wkb for one in given.geometry]
    assert back.crs == given.crs
    assert list(back["start"].dt.date.astype(object).where(back["start"].notna(), None)) == list(given["start"])
    # An empty layer can be drawn in: it knows its kind of geometry.
    assert pyogrio.read_info(out, layer="greens")["geometry_type"] == "MultiPolygon"
    with sqlite3.connect(out) as file:
        styles = file.execute(
            "SELECT f_table_name, styleQML FROM layer_styles"
            " WHERE f_table_schema = '' AND f_geometry_column = 'geom' AND useAsDefault"
        ).fetchall()
        assert {name: ET.fromstring(text).tag for name, text in styles} == {"routes": "qgis", "greens": "qgis"}  # noqa: S314 - our own text
        assert file.execute("SELECT id, revision FROM cotrench_rows").fetchall() == [("R0", 1), ("给水/7", 2)]
        contents = dict(file.execute("SELECT table_name, identifier FROM gpkg_contents"))
        assert (contents["routes"], contents["layer_styles"]) == ("路线", "layer_styles")
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert file.execute("SELECT DISTINCT last_change FROM gpkg_contents").fetchall() == [
            ("2026-12-01T08:30:00.000Z",)
        ]


def _named(given):
    return StyledLayer("routes", "routes", "line", given, "路线", "Routes")


def test_the_same_layers_are_the_same_file(tmp_path):
    greens = frame([shapely.box(0, 0, 9, 9)], id=["公园"], name=["公园"], revision=[1])
    for name in ("a", "b"):
        write_styled(
            [layer(greens, "greens", "polygon"), layer(routes("gas"))], tmp_path / f"{name}.gpkg", made_at=MADE
        )
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()


def test_what_cannot_be_written_leaves_nothing(tmp_path):
    with pytest.raises(BadInputError):
        write_styled([layer(routes("gas"))], tmp_path / "none" / "a.gpkg", made_at=MADE)
    with pytest.raises(KeyError):
        write_styled([layer(routes("gas"), "nothing")], tmp_path / "a.gpkg", made_at=MADE)
    assert list(tmp_path.iterdir()) == []


def test_an_older_qgis_can_overwrite_and_rename_the_layers(tmp_path):
    """GDAL before 3.7 (QGIS 3.22, 3.28 of distributions) drops these triggers by name, and fails where one is not."""
    path = tmp_path / "a.gpkg"
    write_styled([layer(routes("water"))], path, made_at=MADE)
    with closing(sqlite3.connect(path)) as file:
        (version,) = file.execute("PRAGMA user_version").fetchone()
        triggers = {name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE name LIKE 'rtree_routes%'")}
    dropped = ("insert", "update1", "update2", "update3", "update4", "delete")
    assert {f"rtree_routes_geom_{name}" for name in dropped} <= triggers
    assert version <= 10300


def test_the_numbers_of_stops_and_items_are_drawn_wherever_their_markers_are():
    """Else QGIS leaves out those that another label stands near: markers without numbers, seen at 1:6000."""
    at = shapely.Point(5e5, 36e5)
    shown = {
        name: parsed(layer(frame([at], number=[value]), name, "point"))
        for name, value in (("stops", 1), ("items", "1-1"))
    }
    shown["routes"] = parsed(layer(routes("water")))
    drawn = {name: style.find("labeling/settings/rendering").get("displayAll") for name, style in shown.items()}
    assert drawn == {"stops": "1", "items": "1", "routes": "0"}
