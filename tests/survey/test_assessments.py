import json
from datetime import date

import pytest
import shapely

from geo.faults import BadInputError
from survey.assessments import assess
from tests.survey.scene import GRID, ON, X, Y, answer, batch, county, lawn, line, metres, route, straight, street

KEYS = {
    "grid", "crs", "policy", "quantities", "verdict", "trace", "passages", "partners", "trenches", "findings", "joined",
    "work", "notes", "took_ms",
}  # fmt: skip
LINE = {"type": "LineString", "coordinates": [[X, Y], [X + 30, Y]]}


def feature(geometry=LINE, **properties):
    return {"type": "Feature", "geometry": geometry, "properties": {"utility": "water"} | properties}


def refused(given, **more):
    with pytest.raises(BadInputError) as error:
        assess(given, county(), on=ON, **({"crs": "EPSG:4546"} | more))
    return {fault.code for fault in error.value.faults}


def test_the_answer_is_plain_json_of_the_agreed_shape():
    where = county(
        [route((10, 1), (70, 1), id="N", utility="gas", end=date(2027, 6, 1))], [street(30, 10)], [lawn(50, -9, 60, 9)]
    )
    said = answer(straight(80, end=date(2027, 4, 1)), where)
    assert set(said) == KEYS
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    assert [p["kind"] for p in said["passages"]] == ["crossing", "green"]
    by_rule = {item["rule"]: item for item in said["trace"]}
    assert by_rule["NX-TH1"]["counted"] == [0]
    assert by_rule["NX-TH3"]["counted"] == [1]
    assert by_rule["NX-EX1"]["counted"] == [0]
    assert set(by_rule["NX-TH1"]["reading"]) >= {
        "taken_zh",
        "taken_en",
        "other_zh",
        "other_en",
        "other_measured",
        "other_outcome",
    }
    (partner,) = said["partners"]
    assert (partner["route"], partner["utility"]) == ("N", "gas")
    assert partner["length_m"] == pytest.approx(60, abs=0.5)
    assert partner["gap_mean_m"] == pytest.approx(1, abs=1e-6)
    (trench,) = said["trenches"]
    assert sorted(trench["routes"]) == ["N", "R1"]


def test_coordinates_come_back_as_they_were_asked_for():
    where = county((), [street(30, 10)])
    x, y = [X, X + metres(60)], [Y, Y]
    lon, lat = (list(map(float, v)) for v in GRID.to_lonlat(x, y))
    asked_grid = assess(
        feature({"type": "LineString", "coordinates": list(zip(x, y, strict=True))}), where, on=ON, crs="EPSG:4546"
    )
    asked_lonlat = assess(
        feature({"type": "LineString", "coordinates": list(zip(lon, lat, strict=True))}), where, on=ON
    )
    a, b = asked_grid["quantities"], asked_lonlat["quantities"]
    assert a["length_m"]["value"] == pytest.approx(b["length_m"]["value"], abs=1e-6)
    assert a["crossing_m"]["value"] == pytest.approx(b["crossing_m"]["value"], abs=1e-6)
    first = asked_grid["passages"][0]["geometry"]["coordinates"][0]
    assert first == pytest.approx([X + 25, Y], abs=1e-2)
    assert asked_lonlat["passages"][0]["geometry"]["coordinates"][0] == pytest.approx([lon[0], lat[0]], abs=1e-3)
    lonlat = feature({"type": "LineString", "coordinates": list(zip(lon, lat, strict=True))})
    other = assess(lonlat, where, on=ON, crs="EPSG:4490")
    assert other["quantities"]["length_m"]["value"] == pytest.approx(60, abs=1e-6)


def test_a_line_without_accuracy_has_the_countys_for_the_way_it_was_drawn():
    said = assess(feature(drawn_by="drawn"), county(), on=ON, crs="EPSG:4546")
    assert said["quantities"]["length_m"]["uncertainty"] == pytest.approx(2 * 0.5 * 2**0.5, rel=1e-6)
    typed = assess(feature(drawn_by="typed"), county(), on=ON, crs="EPSG:4546")
    assert typed["quantities"]["length_m"]["uncertainty"] == pytest.approx(2 * 0.01 * 2**0.5, rel=1e-6)


def test_multi_part_lines_and_heights_are_taken():
    parts = [[[X, Y, 120.0], [X + 10, Y, 121.0]], [[X + 20, Y, 1], [X + 50, Y, 2]]]
    said = assess(feature({"type": "MultiLineString", "coordinates": parts}), county(), on=ON, crs="EPSG:4546")
    assert said["quantities"]["length_m"]["value"] == pytest.approx(40, abs=0.01)


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        (feature({"type": "Point", "coordinates": [X, Y]}), {"geometry.type"}),
        (feature(None), {"geometry.type"}),
        (feature({"type": "LineString", "coordinates": []}), {"line.one_point"}),
        (feature({"type": "LineString", "coordinates": [[X, Y]]}), {"line.one_point"}),
        (feature({"type": "MultiLineString", "coordinates": []}), {"line.empty"}),
        (feature({"type": "LineString", "coordinates": [[X, Y], [float("nan"), Y]]}), {"coordinate.not_finite"}),
        (feature({"type": "LineString", "coordinates": [["a", Y], [X, Y]]}), {"coordinate.not_a_number"}),
        (feature({"type": "LineString", "coordinates": 3}), {"coordinate.not_a_number"}),
        (feature(utility="石油"), {"utility.unknown"}),
        (feature(utility=None), {"utility.missing"}),
        (feature(start="2027-03-01", end="2027-02-01"), {"route.dates"}),
        (feature(start="soon"), {"route.date"}),
        (feature(start=20270301), {"route.date"}),
        (feature(accuracy_m=-1), {"route.accuracy"}),
        (feature(accuracy_m="fine"), {"route.accuracy"}),
        (feature({"type": "Point"}, utility="x", start="y", accuracy_m=float("inf")),
         {"geometry.type", "utility.unknown", "route.date", "route.accuracy"}),
    ],
)  # fmt: skip
def test_every_fault_of_a_feature_at_once(given, codes):
    assert refused(given) == codes


def test_unknown_crs_and_policy_are_refused():
    assert refused(feature(), crs="EPSG:99999999")
    assert refused(feature(), policy="atlantis") == {"policy.unknown"}


def test_words_of_a_file_are_understood():
    said = assess(feature(utility="自来水"), county(), on=ON, crs="EPSG:4546")
    assert said["verdict"]["verdict"] == "commitment"


def test_notes_tell_what_was_not_checked_and_what_is_assumed():
    bare = answer(straight(30), county())
    assert {note["code"] for note in bare["notes"]} == {"roads.none", "greens.none"}
    osm = {"id": "w1", "name": "中山路", "highway": "primary", "geometry": line((30, -50), (30, 50))}
    said = answer(straight(60), county((), [osm], [lawn(200, 0, 210, 9)]))
    assert [note["code"] for note in said["notes"]] == ["road.assumed"]
    assert "中山路" in said["notes"][0]["zh"]
    assert said["passages"][0]["assumed"] is True
    assert "推定" in next(item for item in said["trace"] if item["rule"] == "NX-EX1")["sentence_zh"]


def test_edits_of_the_resident_routes_are_seen():
    where = county([route((0, 1), (60, 1), id="N", utility="gas")])
    assert len(answer(straight(60), where)["partners"]) == 1
    where.routes.put(route((0, 50), (60, 50), id="N", utility="gas"))
    assert answer(straight(60), where)["partners"] == []
    where.routes.put(route((0, 2), (60, 2), id="M", utility="heat"))
    assert [p["route"] for p in answer(straight(60), where)["partners"]] == ["M"]
    where.routes.discard("M")
    where.routes.discard("never")
    assert answer(straight(60), where)["partners"] == []
    assert len(where.routes) == 1


def test_a_chain_of_stored_routes_is_walked_to_its_end():
    stored = [route((metres(100 * k), 0), (metres(100 * (k + 1)), 0), id=f"S{k}") for k in range(1, 4)]
    said = answer(straight(100, id="S0"), county(stored))
    assert said["joined"] == ["S0", "S1", "S2", "S3"]
    assert said["work"]["quantities"]["length_m"]["value"] == pytest.approx(400, abs=1e-3)


def test_a_shapely_line_in_the_grid_is_taken_whatever_the_crs():
    said = assess(feature(shapely.LineString(LINE["coordinates"])), county(), on=ON)
    assert said["quantities"]["length_m"]["value"] == pytest.approx(30, abs=0.01)


def test_every_fault_of_a_frame_of_routes_at_once():
    rows = [
        straight(30, id="A", start="soon", end=None),
        straight(30, id="B", end=20270301, accuracy_m="fine"),
        straight(30, id="C", utility="石油", start="2027-03-01", end="2027-02-01"),
    ]
    with pytest.raises(BadInputError) as error:
        batch(rows)
    assert [(f.code, f.feature, f.field) for f in error.value.faults] == [
        ("route.date", "A", "start"), ("route.date", "B", "end"), ("route.accuracy", "B", "accuracy_m"),
        ("route.dates", "C", "end"),
    ]  # fmt: skip
    assert all(fault.mend_zh for fault in error.value.faults)


def test_empty_cells_of_a_frame_are_unknown():
    rows = [straight(30, id="A", start=float("nan"), end="", accuracy_m=float("nan"), utility=None, operator=None)]
    routes, _ = batch(rows)
    assert list(routes.verdict) == ["outside"]


def test_several_words_of_highway_give_the_widest_road():
    for words in ("residential;primary", "['residential', 'primary']"):
        osm = {"id": "w1", "highway": words, "geometry": line((30, -50), (30, 50))}
        said = answer(straight(60), county((), [osm]))
        assert said["passages"][0]["class"] == "arterial"


def test_a_road_class_is_understood_in_any_case_and_refused_in_chinese():
    assert answer(straight(60), county((), [street(30, 10, **{"class": " Arterial "})]))["verdict"]["decisive"] == [
        "NX-EX1"
    ]
    with pytest.raises(BadInputError) as error:
        county((), [street(30, 10, **{"class": "大道"})])
    assert "主干路" in error.value.faults[0].mend_zh


def test_a_shared_trench_is_no_wider_than_one_is_dug():
    beside = [
        route((0, y), (60, y), id=name, utility=utility)
        for name, y, utility in (("N", 2.4, "gas"), ("S", -2.4, "heat"))
    ]
    (trench,) = answer(straight(60), county(beside))["trenches"]
    assert trench["width_m"] == pytest.approx(2.4, abs=1e-6)
    near = [
        route((0, y), (60, y), id=name, utility=utility)
        for name, y, utility in (("N", 2.2, "gas"), ("S", -2.2, "heat"))
    ]
    (trench,) = answer(straight(60), county(near))["trenches"]
    assert sorted(trench["routes"]) == ["N", "R1", "S"]


def test_a_trench_takes_the_route_beyond_the_partner_but_it_is_no_partner():
    beyond = [
        route((0, y), (60, y), id=name, utility=utility)
        for name, y, utility in (("B", 4.4, "telecom"), ("M", 2.0, "gas"))
    ]
    said = answer(straight(60), county(beyond))
    assert [sorted(trench["routes"]) for trench in said["trenches"]] == [["B", "M", "R1"]]
    assert [partner["route"] for partner in said["partners"]] == ["M"]
    assert answer(straight(60), county(beyond[:1]))["trenches"] == []


def test_routes_judged_together_are_as_uncertain_as_the_least_exact_of_them():
    first, second = straight(60, id="A"), route((metres(60), 0), (metres(120), 0), id="B", accuracy_m=0.05)
    for one, other in ((first, second), (second, first)):
        said = answer(one, county([other]))
        assert said["joined"]
        assert said["work"]["quantities"]["length_m"]["uncertainty"] == pytest.approx(2 * 0.05 * 2**0.5, rel=1e-3)
