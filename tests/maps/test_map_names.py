"""Names are of what is there and nothing else; roads that meet are open towards each other."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, Point, box

from maps.layers import drawn_layers
from maps.map_names import names_of
from maps.symbols import symbols

GRID = "EPSG:4546"


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=GRID)


def test_lines_are_named_as_drawings_do_and_what_is_not_stated_is_not_written():
    line = LineString([(0, 0), (90, 0)])
    pipes = frame(
        [line] * 3, utility=["water", "power", None], diameter_mm=[200, np.nan, np.nan], voltage_kv=[np.nan, 10, np.nan]
    )
    assert [name.text for name in names_of("pipes", pipes)] == ["JS DN200", "DL 10kV"]
    routes = frame([line], id=[7], utility=["gas"])
    [name] = names_of("routes", routes)
    assert (name.text, name.beside, name.colour) == ("7 RQ", True, symbols()["utilities"]["gas"]["screen"])
    assert names_of("trees", frame([Point(0, 0)], name=["法桐"])) == []


def test_roads_are_named_once_a_stretch_from_as_near_as_their_class_says():
    broken = shapely.MultiLineString([[(0, 0), (50, 0)], [(80, 0), (120, 0)]])
    roads = frame([broken, box(0, 20, 100, 30)], name=["环城路", "水井巷"], **{"class": ["arterial", "of no kind"]})
    classes = symbols()["layers"][3]["classes"]
    assert [(name.text, name.coarsest) for name in names_of("roads", roads)] == [
        ("环城路", classes["arterial"]["named_to"]), ("环城路", classes["arterial"]["named_to"]),
        ("水井巷", classes["local"]["named_to"]),
    ]  # fmt: skip
    assert names_of("roads", roads)[2].shape.normalize().equals(LineString([(0, 25), (100, 25)]))


def test_areas_are_named_where_they_have_room_and_houses_with_their_floors():
    houses = frame([box(0, 0, 10, 10)] * 3, name=["教学楼", None, ""], floors=[5.0, 2.0, np.nan])
    found = names_of("buildings", houses)
    assert [(name.text, name.room_m) for name in found] == [("教学楼 5F", 10), ("2F", 10)]
    assert all(box(0, 0, 10, 10).contains(name.shape) for name in found)
    [site] = names_of("sites", frame([box(0, 0, 10, 10)], name=["宝天酒店"]))
    assert site.room_m == 0


def test_weights_part_the_layers_so_that_the_order_is_the_same_everywhere():
    weights = [layer["names"]["weight"] for layer in symbols()["layers"] if "names" in layer]
    assert len(set(weights)) == len(weights) == 8


@pytest.mark.parametrize("kinds", [("arterial", "local"), ("local", "local")])
def test_no_casing_crosses_a_junction(kinds):
    roads = frame(
        [LineString([(-50, 0), (50, 0)]), LineString([(0, 0), (0, 60)])], width_m=[16.0, 6.0], **{"class": kinds}
    )
    layers = [layer for layer in drawn_layers({"roads": roads}) if layer.key == "roads"]
    casings = shapely.union_all([shape for layer in layers for shape, _ in layer.under])
    mouth = box(-2.9, 7.0, 2.9, 9.0)
    assert not casings.intersects(mouth)
    assert casings.intersects(box(-20, 7.5, -10, 8.5))
    assert casings.intersects(box(2.5, 30, 3.5, 40))
