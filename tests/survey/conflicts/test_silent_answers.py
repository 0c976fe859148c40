"""Hold what was passed over in silence: diameters nobody states, gas beyond the tables, pipes known badly, drains."""

import json
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.conflicts.pair_rules import search_classes
from tests.survey.conflicts.scene import (
    applied,
    conflicts,
    county,
    existing,
    gas,
    house,
    one,
    only,
    planned,
    road,
    tree,
)
from tests.survey.scene import ON

BESIDE = ((0, 0), (60, 0))


@pytest.mark.parametrize(
    ("apart", "outcome"),
    # 1.2 m are asked for; the gas is 0.055 thick (radius), the usual sewer 0.2, the largest 0.75
    [(1.2, "fails"), (1.5, "unknown"), (2.0, "unknown"), (2.01, None)],
)
def test_a_gap_that_only_the_usual_diameter_keeps_does_not_pass(apart, outcome):
    sewer = existing("E1", "drainage", (-10, apart), (90, apart), diameter_mm=None, cover_m=3.0)
    found = only(conflicts([gas("G1", *BESIDE)], pipes=[sewer]), "horizontal_clearance")
    assert [f.outcome for f in found] == ([outcome] if outcome else [])
    assert only(
        conflicts([gas("G1", *BESIDE)], pipes=[sewer | {"diameter_mm": 400.0}]), "horizontal_clearance"
    ) == [] or (outcome == "fails")
    for f in found:
        assert "未填管径" in f.evidence_zh
        if outcome == "unknown":
            assert (f.severity, f.limit, f.mend.kind) == ("notice", 1.2, "ask")
            assert f.measured == pytest.approx(apart - 0.055 - 0.2)
            assert "E1 未填管径，管径更大时不满足" in f.sentence_zh
            assert "states no diameter" in f.sentence_en
            assert "管径" in f.mend.zh
    drawn = county(pipes=[sewer]).of(gas("G1", *BESIDE), on=ON)
    assert [f.id for f in drawn] == [f.id for f in conflicts([gas("G1", *BESIDE)], pipes=[sewer])]


def test_lines_without_a_clearance_that_may_lie_one_over_another_are_told():
    main = existing("E1", "water", (-10, 0.45), (90, 0.45), diameter_mm=None, cover_m=3.0)
    f = one(conflicts([planned("W1", "water", *BESIDE)], pipes=[main]), "stacking")  # 0.45 - 0.1 - 0.1, or - 0.4
    assert (f.outcome, f.measured, f.mend.kind) == ("unknown", pytest.approx(0.25), "ask")
    assert len(conflicts([planned("W1", "water", *BESIDE)], pipes=[main | {"diameter_mm": 200.0}])) == 0


@pytest.mark.parametrize(("cover", "told"), [(1.0, 1), (1.59, 1), (1.61, 0)])
def test_the_bottom_of_a_line_without_a_diameter_is_not_known(cover, told):
    # gas on top: bottom at 0.6 + 0.2 usual, 0.6 + 0.5 at most; 0.15 asked for: the water below passes from 1.25 on
    over = gas("G1", (30, -30), (30, 30), cover_m=0.6, diameter_mm=None)
    below = existing("E1", "water", (-10, 0), (90, 0), cover_m=cover - 0.35)
    found = only(conflicts([over], pipes=[below]), "vertical_clearance")
    assert [f.outcome for f in found] == ["unknown"] * told or cover == 1.0
    assert all("未填管径" in f.sentence_zh for f in found if f.outcome == "unknown")


def test_the_top_of_the_lower_line_is_known_without_its_diameter():
    below = existing("E1", "water", (-10, 0), (90, 0), cover_m=0.87, diameter_mm=None)
    assert only(conflicts([gas("G1", (30, -30), (30, 30), cover_m=0.6)], pipes=[below]), "vertical_clearance") == []


@pytest.mark.parametrize(
    ("kind", "around"),
    [
        ("building", lambda y: {"buildings": [house("B1", 10, y, 50, y + 9)]}),
        ("tree", lambda y: {"trees": [tree("T1", 30, y)]}),
        ("curb", lambda y: {"roads": [road("R1", (-50, y + 7), (150, y + 7), accuracy_m=0.0)]}),
    ],
)
def test_objects_are_judged_by_the_assumed_diameter_and_say_so(kind, around):
    without = planned("W1", "water", *BESIDE, diameter_mm=None)
    found = one(conflicts([without], **around(0.3)), kind)
    assert "给水未填管径" in found.evidence_zh
    assert found.severity != "grave"
    # as far as the limit asks with the usual diameter and a little more: the largest would not keep it
    limit = found.limit + found.uncertainty
    f = one(conflicts([without], **around(limit + 0.1 + 0.1)), kind)
    assert (f.outcome, f.mend.kind) == ("unknown", "ask")
    assert "未填管径" in f.sentence_zh
    assert only(conflicts([without], **around(limit + 0.4 + 0.01)), kind) == []


def test_gas_beyond_the_tables_is_unknown_where_it_crosses():
    high = gas("G1", (30, -30), (30, 30), cover_m=3.0, pressure_mpa=2.5)
    f = one(conflicts([high], pipes=[existing("E1", "water", (-10, 0), (90, 0))]), "vertical_clearance")
    assert (f.outcome, f.severity, f.limit, f.clause, f.mend.kind) == ("unknown", "notice", None, "4.1.14", "ask")
    assert "超出本表" in f.sentence_zh
    assert "GB 50251" in f.evidence_zh
    assert "does not cover" in f.sentence_en


@pytest.mark.parametrize(
    ("own", "other", "outcome"),
    [
        (("water", None), ("water", None), None),
        (("water", "再生水"), ("water", None), "fails"),  # reclaimed water must not feed drinking water
        (("water", "再生水"), ("drainage", "中水"), None),
        (("drainage", "雨水"), ("drainage", "雨水"), None),
        (("drainage", "雨水"), ("drainage", "污水"), "fails"),
        (("drainage", "雨水"), ("drainage", None), "unknown"),
        (("drainage", None), ("drainage", None), None),
    ],
)
def test_an_end_on_a_line_of_another_kind_is_no_connection(own, other, outcome):
    route = planned("R1", own[0], (30, 0), (30, 40), subtype=own[1])
    pipe = existing("E1", other[0], (-10, 0), (90, 0), subtype=other[1])
    found = only(conflicts([route], pipes=[pipe]), "vertical_clearance")
    assert [f.outcome for f in found] == ([outcome] if outcome else [])
    for f in found:
        if outcome == "unknown":
            assert "未注明雨水还是污水" in f.sentence_zh
            assert "storm water or sewage" in f.mend.en


def test_reclaimed_water_keeps_its_own_distance_from_drinking_water():
    pipe = existing("E1", "water", (-10, 0.6), (90, 0.6), cover_m=3.0)
    f = one(conflicts([planned("W1", "water", *BESIDE, subtype="再生水")], pipes=[pipe]), "horizontal_clearance")
    assert (f.limit, f.outcome, f.unverified) == (0.5, "fails", True)


def sampled_gap(covers_a, covers_b, course, backwards):
    """Dense sampling of the gap along a shared course: covers interpolated by chainage, radii 0.1 and 0.1."""
    points = np.array(course, dtype=float)
    along = np.append(0.0, np.cumsum(np.hypot(*np.diff(points, axis=0).T)))
    s = np.union1d(np.linspace(0.0, along[-1], 20_001), along)
    a = np.interp(s, along, covers_a)
    b = np.interp(s, along, covers_b[::-1] if backwards else covers_b)
    difference = a - b
    through = (difference.min() < 0) & (difference.max() > 0)
    return (0.0 if through else np.abs(difference).min()) - 0.2


@settings(max_examples=40, deadline=None)
@given(
    covers=st.lists(st.tuples(st.integers(60, 300), st.integers(60, 300)), min_size=4, max_size=4),
    backwards=st.booleans(),
)
def test_the_least_gap_of_a_shared_stretch_is_that_of_all_of_it(covers, backwards):
    course = [(0, 0), (20, 0), (20, 3), (24, 3)]
    of_a, of_b = (np.array([pair[k] for pair in covers]) / 100 for k in (0, 1))
    expected = sampled_gap(of_a, of_b, course, backwards)
    route = planned("W1", "water", (-20, -20), *course, covers_m=" ".join(map(str, [0.3, *of_a])))
    pipe = existing("E1", "drainage", *(course[::-1] if backwards else course), covers_m=" ".join(map(str, of_b)))
    found = only(conflicts([route], pipes=[pipe]), "vertical_clearance")
    assert [round(f.measured, 3) for f in found] == ([round(expected, 3)] if expected < 0.4 - 1e-6 else [])


def test_a_line_is_moved_to_one_side_of_all_of_a_shared_stretch():
    # the pipe falls from 0.6 to 2.4: a cover between would go through it on the way
    pipes = [existing("E1", "water", (0, 0), (40, 0), covers_m="0.6 2.4")]
    routes = [planned("D1", "drainage", (-20, -20), (0, 0), (40, 0), cover_m=1.5, subtype="污水")]
    f = one(conflicts(routes, pipes=pipes), "vertical_clearance")
    assert f.measured == pytest.approx(-0.2)
    assert f.mend.kind == "depth"
    assert f.mend.properties["cover_m"] == pytest.approx(2.4 + 0.2 + 0.4)
    assert only(conflicts(applied(routes, f.mend), pipes=pipes), "vertical_clearance") == []


@pytest.mark.parametrize(
    ("accuracy", "apart", "told"), [(2.0, 4.6, True), (5.0, 10.6, True), (10.0, 20.6, True), (10.0, 20.7, False)]
)
def test_lines_are_looked_for_as_far_as_their_accuracy_reaches(accuracy, apart, told):
    # walls: apart - 0.055 - 0.1; asked for 0.5, and twice the mean error
    pipe = existing("E1", "water", (-10, apart), (90, apart), accuracy_m=accuracy, cover_m=3.0)
    route = gas("G1", *BESIDE)
    found = only(conflicts([route], pipes=[pipe]), "horizontal_clearance")
    assert [f.outcome for f in found] == ["must_expose"] * told
    drawn = county(pipes=[pipe]).of(route, on=ON)
    assert [f.id for f in drawn if f.kind == "horizontal_clearance"] == [f.id for f in found]
    kept = county()
    kept.put("pipes", pipe)
    assert [f.id for f in kept.of(route, on=ON)] == [f.id for f in drawn]


def test_an_accuracy_beyond_what_is_looked_for_is_told():
    pipe = existing("E1", "water", (-10, 15), (90, 15), accuracy_m=25.0, cover_m=3.0)
    found = conflicts([gas("G1", *BESIDE)], pipes=[pipe])
    assert one(found, "horizontal_clearance").uncertainty == pytest.approx(50.0)
    (fault,) = found.faults
    assert (fault.code, fault.feature, fault.field, fault.value) == ("line.accuracy", "E1", "accuracy_m", "25.0")
    assert "10 m" in fault.zh


@pytest.mark.parametrize(
    ("moved", "kind"),
    [
        ({"start": date(2027, 3, 8), "end": date(2027, 4, 7)}, "clash"),
        ({"start": date(2027, 5, 1), "end": date(2027, 5, 9)}, "once"),
    ],
)
def test_an_acceptance_of_dates_does_not_hold_for_other_dates(moved, kind):
    along = (0, 1, 60, 1) if kind == "once" else (30, -30, 30, 30)
    first = planned("W1", "water", *BESIDE, start=date(2027, 3, 1), end=date(2027, 3, 31), operator="甲")
    other = gas("W2", along[:2], along[2:], cover_m=3.0, operator="乙", **moved)
    week = timedelta(days=7)
    later = [row | {"start": row["start"] + week, "end": row["end"] + week} for row in (first, other)]
    what = "reopened" if kind == "once" else "space_time"
    before, after = (one(conflicts(routes), what) for routes in ([first, other], later))
    assert (before.id, before.measured, before.outcome) == (after.id, after.measured, after.outcome)
    assert before.facts != after.facts


SPAN = st.tuples(st.integers(-400, 60), st.integers(0, 60))


@settings(max_examples=25, deadline=None)
@given(spans=st.tuples(SPAN, SPAN), beside=st.booleans())
def test_every_mend_of_dates_begins_after_the_day_of_judging_and_clears(spans, beside):
    windows = [(ON + timedelta(days=start), ON + timedelta(days=start + lasts)) for start, lasts in spans]
    where = ((0, 1), (60, 1)) if beside else ((30, -30), (30, 30))
    routes = [
        planned("W1", "water", *BESIDE, start=windows[0][0], end=windows[0][1], operator="甲"),
        gas("W2", *where, cover_m=3.0, start=windows[1][0], end=windows[1][1], operator="乙"),
    ]
    for f in conflicts(routes):
        if f.mend.kind == "date":
            assert date.fromisoformat(f.mend.properties["start"]) > ON
            again = conflicts(applied(routes, f.mend))
            assert f.id not in [g.id for g in again]


@pytest.mark.parametrize(
    ("kind", "layers", "routes"),
    [
        ("horizontal_clearance", {"pipes": [existing("E1", "drainage", (-9, 1), (90, 1), diameter_mm=None, cover_m=4)]},
         [gas("G1", *BESIDE, diameter_mm=None)]),
        ("vertical_clearance", {"pipes": [existing("E1", "water", (-10, 0), (90, 0), diameter_mm=None)]},
         [planned("D1", "drainage", (30, -30), (30, 30), diameter_mm=None)]),
        ("tree", {"trees": [tree("T1", 30, 0.5)]}, [planned("W1", "water", *BESIDE, diameter_mm=None)]),
        ("curb", {"roads": [road("R1", (-50, 7.3), (150, 7.3))]}, [planned("W1", "water", *BESIDE, diameter_mm=None)]),
    ],
)  # fmt: skip
def test_a_mend_clears_what_rests_on_an_assumed_diameter_for_the_thickest_line(kind, layers, routes):
    f = one(conflicts(routes, **layers), kind)
    assert (f.outcome, f.mend.subject) == ("fails", routes[0]["id"])
    assert only(conflicts(applied(routes, f.mend), **layers), kind) == []


def test_what_was_assumed_is_told_as_records_and_in_files():
    sewer = existing("E1", "drainage", (-10, 1), (90, 1), diameter_mm=None, cover_m=3.0)
    found = conflicts([gas("G1", *BESIDE, pressure_mpa=None)], pipes=[sewer])
    f = one(found, "horizontal_clearance")
    assert [(each.attribute, each.taken) for each in f.assumed] == [
        ("pressure_mpa", "gas_subhigh_a"),
        ("diameter_mm", "400"),
    ]
    assert all(each.why_zh in f.evidence_zh and each.why_en in f.evidence_en for each in f.assumed)
    records = [each._asdict() for each in f.assumed]
    assert f.as_dict()["assumed"] == records
    table = found.frame()
    assert json.loads(table.loc[table["id"] == f.id, "assumed"].item()) == records
    stated = conflicts([gas("G1", *BESIDE)], pipes=[sewer | {"diameter_mm": 400.0}])
    assert one(stated, "horizontal_clearance").assumed == ()
    assert set(stated.frame()["assumed"]) == {"[]"}


@given(st.lists(st.sampled_from([0.05, 0.1, 0.15, 0.2, 0.3, 0.35, 0.4, 0.7]), min_size=2, max_size=5, unique=True))
def test_what_is_looked_within_is_the_same_whichever_line_is_named_first(thicker):
    count = len(thicker)
    rows, errors = np.arange(count, dtype=np.int64), np.full(count, 0.05)
    limits = np.full((count, count), 1.1)
    _, _, need = search_classes(limits, (rows, rows), (errors, errors), (np.array(thicker), np.array(thicker)))
    assert np.array_equal(need, need.T)
