"""Layers are drawn in one order, roads at their true width, values in the reader's words."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, MultiLineString, Polygon

from maps.layers import carriageways, drawn_layers, middle_points, rows_of
from maps.symbols import symbols
from survey.utilities import UTILITIES

GRID = "EPSG:4546"


def frame(geometry: list[shapely.Geometry], **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=GRID)


def test_layers_come_lowest_first_whatever_the_order_given() -> None:
    line, square = LineString([(0, 0), (9, 0)]), Polygon([(0, 0), (4, 0), (4, 4)])
    frames = {
        "routes": frame([line, line], utility=["water", "gas"]),
        "greens": frame([square]),
        "roads": frame([line, line], **{"class": ["local", "arterial"], "width_m": [10.0, 24.0]}),
    }
    assert [layer.zh for layer in drawn_layers(frames)] == ["绿地", "支路", "主干路", "规划管线·给水", "规划管线·燃气"]


def test_empty_layers_are_left_out_and_unknown_ones_refused() -> None:
    assert drawn_layers({"greens": frame([])}) == []
    with pytest.raises(KeyError, match="moats"):
        drawn_layers({"moats": frame([LineString([(0, 0), (1, 1)])])})


def test_a_carriageway_has_its_width_and_no_more() -> None:
    roads = frame([LineString([(0, 0), (100, 0)]), Polygon([(0, 0), (5, 0), (5, 5)])], width_m=[12.0, np.nan])
    shapes = carriageways(roads)
    assert shapes[0].area == pytest.approx(1200)
    assert shapes[1].equals(roads.geometry[1])


def test_rows_say_what_is_there_in_the_readers_words() -> None:
    routes = frame(
        [LineString([(0, 0), (1, 0)])] * 2,
        utility=["gas", None],
        start=[date(2026, 12, 1), None],
        cover_m=[0.9, np.nan],
    )
    assert rows_of(routes, "zh") == [[("类别", "燃气"), ("开工", "2026-12-01"), ("覆土 m", "0.9")], []]
    assert rows_of(routes, "en")[0][0] == ("Utility", "Gas")


def test_labels_stand_half_way_also_on_lines_in_parts() -> None:
    lines = [LineString([(0, 0), (10, 0)]), MultiLineString([[(0, 0), (0, 4)], [(9, 9), (9, 10)]])]
    assert middle_points(lines).tolist() == [[5, 0], [0, 2]]


def test_symbols_and_utilities_tell_the_same_story() -> None:
    drawn = symbols()["utilities"]
    assert set(drawn) == set(UTILITIES)
    for key, utility in UTILITIES.items():
        assert drawn[key]["zh"] == utility.zh
        assert drawn[key]["standard"].lower() == utility.colour.lower()


def test_the_colours_of_utilities_can_be_read_on_the_ground() -> None:
    paper = _luminance(symbols()["paper"])
    for key, colours in symbols()["utilities"].items():
        contrast = (paper + 0.05) / (_luminance(colours["screen"]) + 0.05)
        assert contrast >= 3.0, f"{key} has a contrast of {contrast:.1f} on paper"


def _luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.1."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_lines_of_an_unknown_utility_are_drawn_and_say_so() -> None:
    shapes = [LineString([(0, 0), (9, 0)])] * 3
    pipes = gpd.GeoDataFrame({"utility": ["gas", None, "石油"]}, geometry=shapes, crs="EPSG:4546")
    layers = drawn_layers({"pipes": pipes})
    assert [(layer.zh, len(layer.geometries)) for layer in layers] == [("现状管线·燃气", 1), ("现状管线·类别不明", 2)]
    assert ("类别", "石油") in layers[1].rows[1]
