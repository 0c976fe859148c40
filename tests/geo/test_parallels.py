"""Worked examples with known answers, and the shapes that have broken such code before."""

import math

import numpy as np
import pytest
from shapely import LineString, MultiLineString

from geo.parallels import find_runs
from geo.polylines import Polylines

EVERYTHING = {"min_length": 0.0, "bridge": 0.0}


def found(*geometries, **options):
    return find_runs(Polylines.from_shapely(geometries), **options)


def ends(runs):
    return np.round(np.column_stack((runs.from_a, runs.to_a, runs.from_b, runs.to_b)), 6).tolist()


def test_two_straight_lines_side_by_side():
    runs = found(LineString([(0, 0), (100, 0)]), LineString([(20, 2), (130, 2)]))
    assert (runs.a.tolist(), runs.b.tolist()) == ([0], [1])
    assert ends(runs) == [[20, 100, 0, 80]]
    assert (runs.gap_min[0], runs.gap_mean[0], runs.gap_max[0]) == (2, 2, 2)
    assert runs.same_direction.all()
    assert runs.length_m.tolist() == [80]


def test_opposite_direction_keeps_from_below_to():
    runs = found(LineString([(0, 0), (100, 0)]), LineString([(130, 2), (20, 2)]))
    assert ends(runs) == [[20, 100, 30, 110]]
    assert not runs.same_direction.any()


@pytest.mark.parametrize(("gap", "count"), [(2.999, 1), (3.0, 1), (3.001, 0)])
def test_the_distance_itself_is_still_beside(gap, count):
    for turn in (0.0, 0.3, 1.9):
        c, s = math.cos(turn), math.sin(turn)
        lines = [
            LineString([(38_500_000 + x * c - y * s, 3_550_000 + x * s + y * c) for x, y in points])
            for points in ([(0, 0), (100, 0)], [(0, gap), (100, gap)])
        ]
        # at such eastings a coordinate is only worth 7e-9 m: the limit is asked a little wider there
        assert len(found(*lines, distance=3.0 + 2e-8)) == count
    assert len(found(LineString([(0, 0), (100, 0)]), LineString([(0, gap), (100, gap)]))) == count


@pytest.mark.parametrize(("degrees", "count"), [(14.9, 1), (15.0, 1), (15.1, 0)])
def test_the_bearing_itself_still_counts(degrees, count):
    end = (20 * math.cos(math.radians(degrees)), 20 * math.sin(math.radians(degrees)))
    lines = LineString([(-10, 0), (10, 0)]), LineString([(0, 0), end])
    assert len(found(*lines, **EVERYTHING)) == count


def test_a_slow_crossing_is_a_run_with_no_least_gap():
    """At 10 degrees lines are within 3 m of each other for 3 / sin(10) on either side of where they cross."""
    angle = math.radians(10)
    along = np.array([-100.0, 100.0])
    runs = found(
        LineString([(-100, 0), (100, 0)]), LineString(np.column_stack((along * np.cos(angle), along * np.sin(angle))))
    )
    reach = 3 / math.sin(angle)
    np.testing.assert_allclose(ends(runs), [[100 - reach, 100 + reach] * 2], atol=1e-6)
    assert runs.gap_min[0] == 0
    assert runs.gap_mean[0] == pytest.approx(1.5)
    assert runs.gap_max[0] == pytest.approx(3)


def test_round_ends_add_nothing():
    assert len(found(LineString([(0, 0), (10, 0)]), LineString([(11, 0), (30, 0)]), **EVERYTHING)) == 0
    runs = found(LineString([(0, 0), (12, 0)]), LineString([(11, 1), (30, 1)]), **EVERYTHING)
    assert ends(runs) == [[11, 12, 0, 1]]


def test_a_right_angle_is_passed_while_its_corners_are_within_the_distance():
    inner, outer = LineString([(0, 2), (98, 2), (98, 100)]), LineString([(0, 0), (100, 0), (100, 100)])
    assert ends(found(inner, outer)) == [[0, 196, 0, 200]]  # corners 2.83 m apart
    inner = LineString([(0, 2.2), (97.8, 2.2), (97.8, 100)])  # 3.11 m apart, 4.4 m of gap on the outer line
    assert ends(found(inner, outer)) == [[0, 195.6, 0, 200]]
    assert ends(found(inner, outer, bridge=4.0)) == [[0, 97.8, 0, 97.8], [97.8, 195.6, 102.2, 200]]


def test_a_bend_within_the_bearing_does_not_break_a_run():
    bend = [(0, 0), (50, 0), (100, 12)]
    runs = found(LineString(bend), LineString([(x, y + 2.9) for x, y in bend]))
    assert len(runs) == 1


def test_bridge_joins_what_is_closer_than_it_on_both_lines_only():
    one = LineString([(0, 0), (100, 0)])
    for aside, joined in ((0.9, True), (30.0, False)):
        # B leaves the street by a detour of 3 m along A, and of 3 m + 2 * aside along itself
        other = LineString([(0, 2.5), (48, 2.5), (48, 2.5 + aside), (51, 2.5 + aside), (51, 2.5), (100, 2.5)])
        runs = found(one, other)
        assert (len(runs) == 1) is joined
    for width, count in ((3.99, 1), (4.0, 2)):  # of five metres along B: closer than, and as far as, the bridge
        bump = LineString([(0, 1), (48, 1), (48, 1.5), (48 + width, 1.5), (48 + width, 1), (100, 1)])
        assert len(found(one, bump, distance=1.2)) == count


def test_short_runs_are_dropped_after_bridging_and_the_limit_itself_is_kept():
    one = LineString([(0, 0), (100, 0)])
    assert len(found(one, LineString([(0, 1), (10, 1)]))) == 1
    assert len(found(one, LineString([(0, 1), (9.999, 1)]))) == 0
    parts = MultiLineString([[(0, 1), (6, 1)], [(10, 1), (16, 1)]])
    assert ends(found(one, parts)) == [[0, 16, 0, 12]]
    assert len(found(one, parts, bridge=3.9)) == 0


def test_parts_are_not_linked_but_keep_one_chainage():
    one = LineString([(0, 0), (100, 0)])
    parts = MultiLineString([[(0, 1), (20, 1)], [(20, 1), (50, 1)]])
    assert ends(found(one, parts, bridge=0)) == [[0, 20, 0, 20], [20, 50, 20, 50]]
    assert ends(found(one, parts)) == [[0, 50, 0, 50]]


def test_identical_lines_touch_everywhere():
    zigzag = LineString([(0, 0), (30, 10), (60, 0), (90, 10)])
    runs = found(zigzag, zigzag)
    np.testing.assert_allclose(ends(runs), [[0, zigzag.length] * 2], atol=1e-6)
    assert runs.gap_max[0] <= 3
    assert runs.gap_min[0] == 0


def test_a_line_that_doubles_back_runs_twice():
    there_and_back = LineString([(0, 1), (50, 1), (50, 20), (52, 20), (52, 1), (100, 1), (100, -2), (0, -2)])
    runs = found(LineString([(0, 0), (100, 0)]), there_and_back)
    assert ends(runs) == [[0, 50, 0, 50], [0, 100, 141, 241], [52, 100, 90, 138]]
    assert runs.same_direction.tolist() == [True, False, True]


def test_closed_loops_run_all_the_way_round():
    ring = [(0, 0), (60, 0), (60, 60), (0, 60), (0, 0)]
    inner = [(1, 1), (59, 1), (59, 59), (1, 59), (1, 1)]
    assert ends(found(LineString(ring), LineString(inner))) == [[1, 239, 0, 232]]  # but where it starts


def test_nothing_to_compare():
    for geometries in ([], [None], [None, LineString()], [LineString([(0, 0), (9, 9)])]):
        assert len(find_runs(Polylines.from_shapely(geometries))) == 0
    point = LineString([(3, 3), (3, 3)])
    assert len(found(point, LineString([(0, 0), (9, 9)]), **EVERYTHING)) == 0


def test_lines_of_one_group_are_not_compared_but_those_without_a_group_are():
    line = LineString([(0, 0), (100, 0)])
    runs = find_runs(Polylines.from_shapely([line] * 4), group=[2, 2, -1, -1])
    assert list(zip(runs.a.tolist(), runs.b.tolist(), strict=True)) == [(0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]


def test_a_vertex_every_centimetre_changes_nothing():
    x = np.linspace(0, 100, 10_001)
    dense = [LineString(np.column_stack((x, np.full_like(x, y)))) for y in (0, 2)]
    runs = found(*dense)
    np.testing.assert_allclose(ends(runs), [[0, 100, 0, 100]], atol=1e-6)
    np.testing.assert_allclose([runs.gap_min, runs.gap_mean, runs.gap_max], 2, atol=1e-9)


def test_one_segment_of_40_km_beside_many_short_lines():
    turn = np.array([math.cos(0.7), math.sin(0.7)])
    aside = np.array([-turn[1], turn[0]])
    long = LineString([np.zeros(2), 40_000 * turn])
    short = [LineString([at * turn + 2 * aside, (at + 20) * turn + 2 * aside]) for at in range(0, 39_980, 100)]
    runs = found(long, *short)
    assert (runs.a == 0).all()
    assert len(runs) == len(short)
    np.testing.assert_allclose(runs.from_a, np.arange(0, 39_980, 100), atol=1e-6)
    np.testing.assert_allclose(runs.gap_mean, 2, atol=1e-6)


def test_a_stray_line_on_the_other_side_of_the_world_costs_nothing():
    lines = [LineString([(x, y), (x + 20, y)]) for x in range(0, 400, 40) for y in range(0, 400, 2)]
    runs = found(*lines, LineString([(-2e7, -2e7), (-2e7, -1.9e7)]))
    assert len(runs) == 10 * 199


def test_heights_are_ignored():
    assert len(found(LineString([(0, 0, 5), (100, 0, 5)]), LineString([(0, 2, 50), (100, 2, 90)]))) == 1


@pytest.mark.parametrize("wrong", [{"distance": -1}, {"distance": math.inf}, {"bearing": math.nan}, {"bridge": -0.1}])
def test_limits_that_mean_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match="must be numbers"):
        found(**wrong)


def test_groups_must_fit():
    with pytest.raises(ValueError, match="groups"):
        find_runs(Polylines.from_shapely([None]), group=[1, 2])
