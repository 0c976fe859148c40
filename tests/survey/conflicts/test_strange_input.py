"""Hold conflicts to strange but possible input: no geometry, several parts, rings, heights, columns of odd types."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from survey.conflicts import find_conflicts
from survey.conflicts.parameters import load_parameters, parse_parameters
from tests.survey.conflicts.scene import conflicts, county, existing, gas, layer, one, only, planned, road, tree
from tests.survey.scene import GRID, ON, POLICY, X, Y, line


def test_rows_without_a_line_are_in_no_conflict():
    routes = [{**gas("G1", (0, 0), (60, 0)), "geometry": nothing} for nothing in (None, shapely.LineString())]
    routes[1]["id"] = "G2"
    pipes = [existing("E1", "drainage", (0, 1), (60, 1)), {**existing("E2", "water", (0, 0), (1, 1)), "geometry": None}]
    everything = {"roads": [road("D1", (-50, 0), (50, 0))], "trees": [tree("T1", 1, 1)]}
    assert len(conflicts(routes, pipes=pipes, **everything)) == 0


def test_parts_rings_and_heights():
    parts = shapely.MultiLineString([line((0, 0), (20, 0)), line((40, 0), (60, 0))])
    ring = line((30, 1.105), (60, 1.105), (60, 20), (0, 20), (0, 1.105), (30, 1.105))
    with_height = shapely.force_3d(parts, 100.0)
    sewer = existing("E1", "drainage", (0, 0), (1, 0), diameter_mm=300.0, cover_m=3.0) | {"geometry": ring}
    flat = conflicts([gas("G1", (0, 0), (1, 0)) | {"geometry": parts}], pipes=[sewer])
    high = conflicts([gas("G1", (0, 0), (1, 0)) | {"geometry": with_height}], pipes=[sewer])
    assert [(f.id, f.kind, f.measured) for f in flat] == [(f.id, f.kind, f.measured) for f in high]
    assert [round(f.measured, 6) for f in only(flat, "horizontal_clearance")] == [0.9, 0.9]
    # a line of parts is not moved by itself
    assert all((f.mend.kind, "由几段组成" in f.mend.zh) == ("ask", True) for f in only(flat, "horizontal_clearance"))


def test_columns_may_be_missing_or_of_any_type():
    bare = gpd.GeoDataFrame({"utility": ["给水", "gas"]}, geometry=[line((0, 0), (60, 0)), line((30, -9), (30, 9))],
                            crs=GRID.crs)  # fmt: skip
    found = find_conflicts(bare, policy=POLICY, on=ON, grid=GRID)
    assert [(f.outcome, f.a, f.b) for f in only(found, "vertical_clearance")] == [("unknown", "0", "1")]
    typed = bare.assign(
        cover_m=pd.array([1.0, None], dtype="Float64"), diameter_mm=["200", ""], id=[7, 8], operator=[None, 3],
        start=[pd.NaT, pd.Timestamp(2027, 1, 1)],
    )  # fmt: skip
    found = find_conflicts(typed, policy=POLICY, on=ON, grid=GRID)
    assert {(f.a, f.outcome) for f in only(found, "vertical_clearance")} == {("7", "unknown")}
    assert found.faults == ()


def test_a_building_around_the_route_and_a_tree_upon_it():
    inside = [planned("W1", "water", (10, 10), (20, 10), cover_m=1.0)]
    f = one(conflicts(inside, buildings=[{"id": "B1", "geometry": shapely.box(X, Y, X + 40, Y + 30)}]), "building")
    assert f.measured == pytest.approx(-0.1)
    f = one(conflicts(inside, trees=[tree("T1", 15, 10)]), "tree")
    assert f.measured == pytest.approx(-0.1)


def test_two_identical_lines_and_one_doubled_back():
    same = [planned("W1", "water", (0, 0), (60, 0)), gas("G1", (0, 0), (60, 0))]
    kinds = {f.kind for f in conflicts(same)}
    assert {"horizontal_clearance", "stacking"} <= kinds
    back = [planned("W1", "water", (0, 0), (60, 0), (0, 0.5)), gas("G1", (0, 1.0), (60, 1.0))]
    assert only(conflicts(back), "horizontal_clearance") != []


def test_a_county_without_anything_answers():
    empty = county()
    assert empty.faults == ()
    assert empty.of({"utility": "oil", "geometry": line((0, 0), (9, 0))}, on=ON) == []
    assert [f.code for f in empty.found({"utility": "oil", "geometry": line((0, 0), (9, 0))}, on=ON).faults] != []


def test_layers_of_other_geometries_are_left_out():
    houses = layer([{"id": "B1", "geometry": line((0, 0), (9, 0))}, tree("B2", 3, 0.3)])
    found = find_conflicts(
        layer([gas("G1", (0, 0), (60, 0))]), buildings=houses, trees=houses, policy=POLICY, on=ON, grid=GRID
    )
    assert {f.b for f in found} == {"B2"}


def test_every_parameter_says_where_it_comes_from():
    parameters = load_parameters()
    for name, rule in parameters.rules.items():
        assert rule.document, name
        assert rule.evidence_zh, name
        assert rule.evidence_en, name
        assert (rule.status == "judgement") <= (rule.weight != "hard"), name
    for work in parameters.work.values():
        assert work.source_zh
        assert work.source_en
    with pytest.raises(ValueError, match="no status or weight"):
        parse_parameters(
            '[x]\nvalue = 1.0\nunit = "m"\ndocument = "d"\nclause = "c"\nstatus = "sure"\nweight = "hard"\n'
            'evidence_zh = "甲"\nevidence_en = "a"\n[work]\n'
        )
