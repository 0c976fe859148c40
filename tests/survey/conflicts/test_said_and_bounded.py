"""Hold what a review found: figures that ran into names, combined sewers, what an order assumes, how far is looked."""

import re

import pytest

from survey.conflicts.parameters import load_parameters
from survey.conflicts.wording import joined
from tests.survey.conflicts.scene import conflicts, existing, gas, house, only, planned, road, tree


def test_a_figure_does_not_run_into_a_name_that_ends_in_one():
    assert joined("距建筑物 B3665", "3.16 m") == "距建筑物 B3665 3.16 m"
    beside = {
        "building": {"buildings": [house("B3665", -5, 1, 80, 9)]},
        "tree": {"trees": [tree("T7", 30, 0.4)]},
        "curb": {"roads": [road("D1", (-50, 2), (100, 2), width=3.0) | {"name": "A1"}]},
        "horizontal_clearance": {"pipes": [existing("E12", "drainage", (0, 0.6), (60, 0.6))]},
    }
    for kind, layers in beside.items():
        (finding,) = only(conflicts([gas("G9", (0, 0), (60, 0))], **layers), kind)
        assert re.search(r"[^0-9.]\d+\.\d+ m，要求", finding.sentence_zh), finding.sentence_zh
        assert not re.search(r"(3665|T7|D1|A1|E12|G9)\d", finding.sentence_zh + finding.mend.zh), finding.sentence_zh


@pytest.mark.parametrize("kind", ["storm", "雨水", "sewage", "combined", None])
@pytest.mark.parametrize("word", ["合流", "雨污合流", "HS", "combined"])
def test_a_drain_that_ends_on_a_combined_sewer_is_a_connection(kind, word):
    routes = [planned("R1", "drainage", (0, 0), (0, 30), subtype=kind, diameter_mm=300.0)]
    sewer = existing("E1", "drainage", (-30, 0), (30, 0), subtype=word, diameter_mm=600.0, cover_m=1.1)
    found = conflicts(routes, pipes=[sewer])
    assert not only(found, "vertical_clearance")
    assert not only(found, "horizontal_clearance")
    assert not only(found, "crossing_order")


def test_water_that_ends_on_a_combined_sewer_and_storm_on_sewage_are_none():
    sewer = existing("E1", "drainage", (-30, 0), (30, 0), subtype="合流", diameter_mm=600.0, cover_m=1.1)
    water = planned("W1", "water", (0, 0), (0, 30))
    assert only(conflicts([water], pipes=[sewer]), "vertical_clearance")
    storm = planned("R1", "drainage", (0, 0), (0, 30), subtype="storm", diameter_mm=300.0)
    assert only(conflicts([storm], pipes=[sewer | {"subtype": "sewage"}]), "vertical_clearance")


def test_a_combined_sewer_is_passed_and_ordered_as_sewage_elsewhere():
    water = [planned("W1", "water", (0, -20), (0, 20), cover_m=2.5)]
    drain = existing("E1", "drainage", (-30, 0), (30, 0), diameter_mm=300.0, cover_m=1.0)
    said = [
        [
            (f.kind, f.outcome, f.limit, f.measured, f.clause)
            for f in conflicts(water, pipes=[drain | {"subtype": kind}])
        ]
        for kind in ("合流", "sewage")
    ]
    assert said[0] == said[1]
    assert said[0]


def test_an_order_says_which_diameters_were_taken_and_is_no_more_than_serious():
    water = planned("W1", "water", (0, -20), (0, 20), cover_m=2.5)
    drain = existing("E1", "drainage", (-30, 0), (30, 0), cover_m=1.0, diameter_mm=300.0)
    (sure,) = only(conflicts([water], pipes=[drain]), "crossing_order")
    assert (sure.severity, sure.assumed) == ("grave", ())
    bare = drain | {"diameter_mm": None}
    (told,) = only(conflicts([water], pipes=[bare]), "crossing_order")
    assert [(one.attribute, one.taken) for one in told.assumed] == [("diameter_mm", "400")]
    assert (told.severity, "排水未填管径" in told.evidence_zh) == ("serious", True)
    (both,) = only(conflicts([water | {"diameter_mm": None}], pipes=[bare]), "crossing_order")
    assert [one.taken for one in both.assumed] == ["200", "400"]


@pytest.mark.parametrize("stated", [11.0, 500.0])
@pytest.mark.parametrize("kind", ["building", "tree", "curb"])
def test_beside_objects_too_nobody_looks_farther_than_for_ten_metres_and_the_finding_says_so(kind, stated):
    def found(away, accuracy):
        layers = {
            "building": {"buildings": [house("B1", 0, away, 60, away + 5)]},
            "tree": {"trees": [tree("T1", 30, away)]},
            "curb": {"roads": [road("D1", (-50, away + 4), (150, away + 4), width=8.0)]},
        }[kind]
        result = conflicts([gas("G1", (0, 0), (60, 0), accuracy_m=accuracy)], **layers)
        return only(result, kind)

    near, far = 15.0, 60.0
    assert far > 2 * 10.0 * 2 + load_parameters().value("side_by_side")
    assert not found(far, stated)
    (told,) = found(near, stated)
    assert told.outcome == "must_expose"
    assert f"中误差 {stated:g} m" in told.evidence_zh
    assert "只按 10 m 查找" in told.evidence_zh
    (within,) = found(near, 10.0)
    assert "只按" not in within.evidence_zh
