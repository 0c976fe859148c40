"""Hold clearances in plan to hand calculation: gap between walls, limit, uncertainty, clause, what is no conflict."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.ops import substring

from survey.conflicts import offsets
from survey.conflicts.line_pairs import LinePairs
from survey.conflicts.line_reading import read_lines
from survey.conflicts.lines_aside import GREATEST_M, TooNear, ways_aside
from survey.conflicts.offsets import Close, offset_mends
from survey.conflicts.parameters import load_parameters
from tests.survey.conflicts.scene import applied, conflicts, existing, gas, house, layer, one, only, planned, road, tree
from tests.survey.scene import POLICY, X, Y


def beside_sewer(axis_m, **facts):
    sewer = existing("E1", "drainage", (-10, axis_m), (90, axis_m), diameter_mm=300.0, cover_m=2.0)
    return [gas("G1", (0, 0), (60, 0), **facts)], [sewer]


def test_gas_too_near_a_sewer():
    # walls: 1.105 - 0.055 - 0.15 = 0.90; the standard wants 1.2; twice √(0.03² + 0.04²) = 0.1
    routes, pipes = beside_sewer(1.105, accuracy_m=0.03)
    pipes[0]["accuracy_m"] = 0.04
    found = conflicts(routes, pipes=pipes)
    f = one(found, "horizontal_clearance")
    assert (f.outcome, f.severity, f.clause, f.document) == ("fails", "grave", "4.1.9", "GB 50289-2016")
    assert (f.measured, f.limit, f.margin) == pytest.approx((0.90, 1.2, -0.30), abs=1e-9)
    assert f.uncertainty == pytest.approx(0.1)
    assert (f.a, f.b, f.a_layer, f.b_layer) == ("G1", "E1", "routes", "pipes")
    assert "现状管线不动" in f.sentence_zh
    assert len(found) == 1


@pytest.mark.parametrize(
    ("gap", "accuracy", "outcome"),
    [
        (1.2, 0.0, None),  # on the limit
        (1.1999, 0.0, "fails"),
        (1.31, 0.05, None),  # 0.11 to spare, uncertainty 0.1
        (1.29, 0.05, "must_expose"),
        (1.11, 0.05, "must_expose"),
        (1.09, 0.05, "fails"),
    ],
)
def test_the_interval_against_the_limit(gap, accuracy, outcome):
    routes, pipes = beside_sewer(gap + 0.205, accuracy_m=accuracy)
    pipes[0]["accuracy_m"] = 0.0
    found = only(conflicts(routes, pipes=pipes), "horizontal_clearance")
    assert [f.outcome for f in found] == ([outcome] if outcome else [])


def test_a_pipe_of_no_known_quality_is_taken_as_the_worst_and_says_so():
    routes, pipes = beside_sewer(1.6)
    pipes[0] |= {"accuracy_m": None, "quality": None}
    f = one(conflicts(routes, pipes=pipes), "horizontal_clearance")
    assert f.outcome == "must_expose"
    assert "未注明探测质量" in f.evidence_zh
    assert f.uncertainty >= 0.5
    assert f.mend.kind == "expose"


def test_a_value_that_nobody_has_read_says_so_everywhere():
    duct = planned("T1", "telecom", (0, 0), (60, 0), laying="duct", diameter_mm=110.0)
    f = one(conflicts([duct], buildings=[house("B1", 10, 1.0, 50, 9)]), "building")
    assert (f.measured, f.limit) == pytest.approx((0.945, 1.5))
    assert (f.unverified, f.status, f.severity) == (True, "memory only", "serious")
    assert all("待核" in text for text in (f.sentence_zh, f.sentence_en, f.evidence_zh))
    assert f.as_dict()["severity_zh"] == "较重"


def test_a_missing_pressure_takes_the_strictest_row_and_is_not_grave():
    routes, pipes = beside_sewer(1.705, pressure_mpa=None)
    f = one(conflicts(routes, pipes=pipes), "horizontal_clearance")
    assert (f.limit, f.outcome, f.severity) == (2.0, "fails", "serious")
    assert "压力" in f.evidence_zh


def test_gas_beyond_the_table_never_passes():
    routes, pipes = beside_sewer(1.705, pressure_mpa=2.5)
    f = one(conflicts(routes, pipes=pipes), "horizontal_clearance")
    assert (f.outcome, f.limit, f.mend.kind) == ("unknown", None, "ask")


def test_of_two_planned_lines_the_smaller_gives_way_and_moves():
    routes = [planned("W1", "water", (0, 0), (100, 0)), gas("G1", (30, 0.4), (70, 0.4), diameter_mm=100.0)]
    f = one(conflicts(routes), "horizontal_clearance")
    # walls: 0.4 - 0.1 - 0.05 = 0.25, limit 0.5
    assert (f.a, f.b, f.measured, f.limit) == ("G1", "W1", pytest.approx(0.25), 0.5)
    assert (f.mend.kind, f.mend.subject, f.mend.value) == ("offset", "G1", pytest.approx(0.25))
    assert "3.0.7" in f.sentence_zh
    assert conflicts(applied(routes, f.mend)).count(kind="horizontal_clearance") == 0


def test_a_line_that_comes_near_for_a_while_moves_there_and_keeps_its_ends():
    routes = [gas("G1", (0, 5), (30, 5), (35, 0.5), (60, 0.5), (65, 5), (100, 5))]
    pipes = [existing("E1", "water", (-10, 0), (110, 0))]
    f = one(conflicts(routes, pipes=pipes), "horizontal_clearance")
    moved = f.mend.geometry
    assert moved.coords[0] == routes[0]["geometry"].coords[0]
    assert moved.coords[-1] == routes[0]["geometry"].coords[-1]
    assert conflicts(applied(routes, f.mend), pipes=pipes).count() == 0


def test_a_connection_is_no_conflict():
    main = existing("E1", "water", (0, 0), (100, 0), diameter_mm=300.0)
    tee = planned("W1", "water", (50, 0), (50, 40))
    near = planned("W2", "water", (70, 0.08), (70, 40), accuracy_m=0.05)
    on = planned("W3", "water", (100, 0), (160, 5))
    past = planned("W4", "water", (20, -0.05), (20, 40), accuracy_m=0.05)
    assert len(conflicts([tee, near, on, past], pipes=[main])) == 0
    gas_main = {**main, "utility": "gas", "pressure_mpa": 0.2}
    branch = gas("G1", (50, 0), (50, 40))
    assert len(conflicts([branch], pipes=[gas_main])) == 0


def test_a_branch_that_runs_beside_its_main_is_one_beyond_the_connection():
    main = existing("E1", "gas", (0, 0), (100, 0), diameter_mm=200.0, pressure_mpa=0.2)
    branch = gas("G1", (10, 0), (12, 0.5), (60, 0.5))
    f = one(conflicts([branch], pipes=[main]), "horizontal_clearance")
    assert (f.limit, f.measured) == pytest.approx((0.4, 0.5 - 0.1 - 0.055), abs=1e-6)
    assert f.from_m > 2


def test_broadcast_in_the_ducts_of_telecom_is_connected():
    duct = existing("E1", "telecom", (0, 0), (100, 0), laying="duct")
    cable = planned("B1", "broadcast", (100, 0), (150, 10), laying="duct")
    assert len(conflicts([cable], pipes=[duct])) == 0


def test_the_vicinity_of_a_crossing_is_judged_by_depth_only():
    water = existing("E1", "water", (0, -30), (60, 30), cover_m=1.0)
    assert len(conflicts([gas("G1", (0, 0), (60, 0), cover_m=0.6)], pipes=[water])) == 0


def test_lines_beside_each_other_that_cross_at_the_end_are_still_too_near():
    water = existing("E1", "water", (0, 0.4), (60, 0.4), (65, -20), cover_m=1.0)
    f = one(conflicts([gas("G1", (0, 0), (100, 0), cover_m=0.6)], pipes=[water]), "horizontal_clearance")
    assert f.measured == pytest.approx(0.4 - 0.1 - 0.055, abs=1e-9)
    assert f.outcome == "fails"


def test_one_water_main_over_another_is_stacked_although_no_clearance_is_stated():
    pipes = [existing("E1", "water", (0, 0), (100, 0), cover_m=2.0)]
    f = one(conflicts([planned("W1", "water", (20, 0.1), (80, 0.1))], pipes=pipes), "stacking")
    assert (f.measured, f.limit, f.clause, f.outcome) == (pytest.approx(-0.1), 0.0, "4.1.6", "fails")
    renewed = planned("W1", "water", (20, 0.1), (80, 0.1), replaces="E7 E1")
    assert len(conflicts([renewed], pipes=pipes)) == 0


def test_trees_and_kerbs():
    lined = [planned("W1", "water", (0, 0), (60, 0))]
    f = one(conflicts(lined, trees=[tree("T1", 30, 1.0)]), "tree")
    assert f.measured == pytest.approx(0.9)
    assert f.limit == 1.5
    assert f.mend.value == pytest.approx(-0.64)  # to the right, away from the tree, which is known to 0.04 m
    assert only(conflicts(applied(lined, f.mend), trees=[tree("T1", 30, 1.0)]), "tree") == []
    found = conflicts(lined, roads=[road("D1", (-20, 8), (80, 8), width=14.0)])
    f = one(found, "curb")  # the edge of the carriageway at y = 1
    assert (f.measured, f.b, f.b_layer) == (pytest.approx(0.9), "D1", "roads")
    street = [road("D1", (-20, 8), (80, 8), width=14.0)]
    assert only(conflicts(applied(lined, f.mend), roads=street), "curb") == []
    crosses_then = [planned("W1", "water", (0, 0), (50, 0), (50, 40))]
    f = one(conflicts(crosses_then, roads=street), "curb")
    assert f.mend.kind == "offset"
    assert only(conflicts(applied(crosses_then, f.mend), roads=street), "curb") == []
    across = [planned("W1", "water", (30, -20), (30, 40))]
    assert conflicts(across, roads=[road("D1", (-20, 8), (80, 8))]).count(kind="curb") == 0


def test_a_house_connection_reaches_its_house():
    served = [planned("W1", "water", (0, 0), (30, 0))]
    assert conflicts(served, buildings=[house("B1", 30, -5, 40, 5)]).count(kind="building") == 0
    along = [planned("W1", "water", (0, 4.5), (50, 4.5))]
    f = one(conflicts(along, buildings=[house("B1", 10, 5, 40, 15)]), "building")
    assert f.measured == pytest.approx(0.4)


@pytest.mark.parametrize("accuracy", [0.5, 5.0, 15.0])
def test_a_line_of_vague_place_is_not_taken_for_the_connection_of_what_lies_near_its_end(accuracy):
    def outcomes(end):
        line = [planned("W1", "water", (-60, 0), (end, 0), accuracy_m=accuracy)]
        return [f.outcome for f in only(conflicts(line, buildings=[house("B1", 30, -5, 40, 5)]), "building")]

    assert outcomes(29.2) == []  # within what a line drawn on the map is known to
    assert outcomes(26.0) == ([] if accuracy < 1 else ["must_expose"])


def test_mends_found_together_are_those_found_one_by_one():
    # bends, both kinds of finding, a pair that gives way on either side, and more than one place of a pair
    routes = [
        gas("G1", (0, 0), (60, 0), (120, 8)),
        planned("W1", "water", (5, 0.5), (55, 0.4), (110, 6)),
        planned("D1", "drainage", (-20, -0.6), (70, -0.7), (70, -30), diameter_mm=400.0),
        planned("T1", "telecom", (0, 0.1), (40, 0.1), (60, 30), (100, 4)),
    ]
    lines, _ = read_lines(layer(routes), "routes", POLICY.defaults)
    pairs = LinePairs.of(lines, None, None, load_parameters(), workers=1)
    need = np.maximum(pairs.sides.gap, 0.0) + 0.3
    wanted = [Close(pairs, k, side, float(need[k])) for k in range(len(need)) for side in "ab"]
    together, alone = offset_mends(wanted), [offset_mends([close])[0] for close in wanted]
    assert together == alone
    assert {mend is None for mend in together} == {True, False}


def one_aside(shape, begin, end, metres, *, keep_ends):
    """A line moved aside as one would by hand, piece after piece; None where it is too short."""
    taper = 5.0 * abs(metres)
    kept = min(taper, shape.length / 3) if keep_ends else 0.0
    first, last = max(begin, kept), min(end, shape.length - kept)
    if last - first < 0.01:
        return None
    middle = shapely.offset_curve(substring(shape, first, last), metres, join_style="mitre")
    if middle.is_empty or middle.geom_type != "LineString":
        return None
    vertices = shapely.get_coordinates(shape)
    before, after = first - taper, last + taper
    head = [vertices[:1], shapely.get_coordinates(substring(shape, 0, before))[1:] if before > 0 else vertices[:0]]
    tail = shapely.get_coordinates(substring(shape, after, shape.length))[:-1] if after < shape.length else vertices[:0]
    return shapely.LineString(
        np.vstack(
            [*(head if first > 1e-6 else []), shapely.get_coordinates(middle)]
            + ([tail, vertices[-1:]] if last < shape.length - 1e-6 else [])
        )
    )


turns = st.lists(st.tuples(st.floats(2.0, 40.0), st.floats(-80.0, 80.0)), min_size=1, max_size=6)
stretches = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted)


@given(st.lists(st.tuples(turns, stretches, st.floats(0.005, 6.0), st.sampled_from([-1.0, 1.0])), max_size=5))
@settings(max_examples=60, deadline=None)
def test_many_lines_are_moved_aside_as_each_alone(drawn):
    wanted = []
    for steps, (begin, end), short, side in drawn:
        ahead = np.radians([turn for _, turn in steps])
        xy = np.cumsum(
            [(X, Y), *((m * np.cos(way), m * np.sin(way)) for (m, _), way in zip(steps, ahead, strict=True))], 0
        )
        shape = shapely.LineString(xy)
        at = shape.length * (begin + end) / 2
        stays = shapely.offset_curve(substring(shape, at, at + 0.2), 0.5 * side)
        wanted.append(TooNear(shape, begin * shape.length, end * shape.length, short, stays))
    for near, ways in zip(wanted, ways_aside(wanted), strict=True):
        assert ways == [] or near.short_m <= GREATEST_M
        for way in ways:
            by_hand = one_aside(near.shape, near.begin, near.end, way.metres, keep_ends=way.keep_ends)
            assert shapely.hausdorff_distance(way.moved, by_hand) < 1e-6
            assert near.short_m <= abs(way.metres) <= near.short_m + 0.01 + 1e-9
            if way.keep_ends:
                assert way.moved.coords[0] == near.shape.coords[0]
                assert way.moved.coords[-1] == near.shape.coords[-1]
        metres = np.ceil(near.short_m * 100 - 1e-4) / 100
        if metres <= GREATEST_M and min(near.begin, near.shape.length - near.end) > 1e-3:
            both = [one_aside(near.shape, near.begin, near.end, s * metres, keep_ends=True) for s in (-1, 1)]
            assert sum(way.keep_ends for way in ways) == sum(by_hand is not None for by_hand in both)
        alone = ways_aside([near])[0]
        assert [(w.metres, w.keep_ends) for w in alone] == [(w.metres, w.keep_ends) for w in ways]
        assert all(shapely.hausdorff_distance(a.moved, w.moved) < 1e-9 for a, w in zip(alone, ways, strict=True))


def test_mends_beside_lines_of_several_layers_are_those_found_one_by_one():
    routes = [
        gas("G1", (0, 0), (60, 0), (120, 8)),
        planned("W1", "water", (5, 0.5), (55, 0.4), (110, 6), cover_m=1.3),
        planned("T1", "telecom", (0, 0.1), (40, 0.1), (60, 30), (100, 4)),
    ]
    pipes = [
        existing("D1", "drainage", (-20, -0.6), (70, -0.7), (70, -30), diameter_mm=400.0),
        existing("P1", "power", (-5, 0.9), (130, 9.5), laying="duct"),
    ]
    (planned_lines, _), (existing_lines, _) = (
        read_lines(layer(rows), name, POLICY.defaults) for rows, name in ((routes, "routes"), (pipes, "pipes"))
    )
    wanted = []
    for other, sides in ((None, "ab"), (existing_lines, "a")):
        pairs = LinePairs.of(planned_lines, other, None, load_parameters(), workers=1)
        need = np.maximum(pairs.sides.gap, 0.0) + 0.3
        wanted += [Close(pairs, k, side, float(need[k])) for k in range(len(need)) for side in sides]
    together, alone = offset_mends(wanted), [offset_mends([close])[0] for close in wanted]
    assert together == alone
    assert {close.pairs.b.subjects.layer for close, mend in zip(wanted, together, strict=True) if mend} == {
        "routes", "pipes",
    }  # fmt: skip


def test_mends_beside_things_are_those_found_one_by_one(monkeypatch):
    layers = {
        "routes": [gas("G1", (0, 4.2), (60, 4.2), (120, 6.0))],
        "pipes": [existing("D1", "drainage", (5, 3.4), (55, 3.4), diameter_mm=400.0)],
        "roads": [road("R1", (-50, -3.0), (150, -3.0))],
        "buildings": [house("B1", 20, 5, 40, 15), house("B2", 80, 6, 90, 9)],
        "trees": [tree("T1", 30, 3.9), tree("T2", 70, 4.9)],
    }
    together = [f.mend for f in conflicts(**layers)]
    monkeypatch.setattr(offsets, "MENDED_AT_ONCE", 0)
    assert [f.mend for f in conflicts(**layers)] == together
    kinds = {f.kind for f in conflicts(**layers) if f.mend.kind == "offset"}
    assert kinds == {"horizontal_clearance", "building", "tree", "curb"}


def test_an_offset_is_no_mend_while_as_many_places_fail():
    # moved aside, one place that failed was left and one that had been open began to fail: as many as before
    cable = planned("A1", "power", (4.999, 6.743), (36.69, 33.359), covers_m="1.53 2.29",
                    accuracy_m=0.05, diameter_mm=400.0, voltage_kv=10.0)  # fmt: skip
    drain = planned("B1", "drainage", (34.203, 30.488), (12.399, 14.515), (3.737, 3.563),
                    covers_m="0.81 1.45 1.49", accuracy_m=0.05, diameter_mm=400.0)  # fmt: skip
    before = conflicts([cable, drain])
    moving = [f for f in before if f.mend is not None and f.mend.kind == "offset"]
    for f in moving:
        after = conflicts(applied([cable, drain], f.mend))
        failed, left = (sum((g.kind, g.outcome) == (f.kind, "fails") for g in found) for found in (before, after))
        assert left < failed, f.mend.zh
    assert {f.kind for f in before if f.outcome == "fails"} >= {"horizontal_clearance"}
