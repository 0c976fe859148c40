"""Worked examples with known answers, and the shapes that have broken such code before."""

import math

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiLineString

from geo.clearances import CloseStretches, LineCrossings, find_close, find_line_crossings
from geo.polylines import Polylines


def found(*geometries, need=1.0, radius=0.0, **options):
    return find_close(Polylines.from_shapely(geometries), radius_a=radius, class_a=0, need=[[need]], **options)


def ends(close):
    return np.round(np.column_stack((close.from_a, close.to_a, close.from_b, close.to_b)), 5).tolist()


def test_walls_are_axes_less_both_radii():
    close = found(LineString([(0, 0), (100, 0)]), LineString([(0, 2), (100, 2)]), radius=[0.3, 0.5], need=1.5)
    assert close.gap[0] == pytest.approx(1.2)
    assert ends(close) == [[0, 100, 0, 100]]
    assert close.parallel_m[0] == 100
    assert close.length_m[0] == 100
    assert (close.at_a[0], close.xa[0], close.ya[0], close.xb[0], close.yb[0]) == (0, 0, 0, 0, 2)
    assert close.ends[0]
    assert not close.crosses[0]


@pytest.mark.parametrize(("apart", "count"), [(1.4999, 1), (1.5, 0), (1.5001, 0)])
@pytest.mark.parametrize("corner", [(0, 0), (38_500_000, 3_550_000)])
def test_what_is_needed_exactly_is_enough(apart, count, corner):
    for turn in (0.0, 0.3, 1.9):
        c, s = math.cos(turn), math.sin(turn)
        lines = [
            LineString([(corner[0] + x * c - y * s, corner[1] + x * s + y * c) for x, y in points])
            for points in ([(0, 0), (100, 0)], [(0, apart), (100, apart)])
        ]
        assert len(found(*lines, need=1.0, radius=0.25)) == count


def test_a_square_crossing_is_close_as_far_as_the_reach():
    close = found(LineString([(-10, 0), (10, 0)]), LineString([(0, -10), (0, 10)]), radius=0.1, need=0.8)
    assert ends(close) == [[9, 11, 9, 11]]
    assert close.gap[0] == pytest.approx(-0.2)
    assert (close.at_a[0], close.at_b[0]) == (10, 10)
    assert (close.crosses[0], close.ends[0], close.parallel_m[0]) == (True, False, 0)


def test_round_ends_count():
    close = found(LineString([(0, 0), (10, 0)]), LineString([(10.5, 0), (30, 0)]), need=1.0)
    assert ends(close) == [[9.5, 10, 0, 0.5]]
    assert close.gap[0] == pytest.approx(0.5)
    assert close.ends[0]


def test_two_passes_stay_two_though_they_share_metres_of_a():
    there_and_back = LineString([(0, 0.5), (40, 0.5), (40, -0.6), (0, -0.6)])
    there_around = LineString([(0, 0.5), (40, 0.5), (60, 20), (60, -20), (40, -0.6), (0, -0.6)])
    along = LineString([(5, 0), (30, 0)])
    for line in (there_and_back, there_around):
        close = found(along, line)
        assert len(close) == 2
        assert sorted(close.gap.round(6)) == [0.5, 0.6]
        assert close.parallel_m.tolist() == [25, 25]
    assert len(found(LineString([(5, 0), (39.5, 0)]), there_and_back)) == 1  # it comes near the turn


def test_parallel_metres_count_each_place_once():
    """Both legs of a hairpin are near one line and are one stretch round the turn."""
    close = found(LineString([(0, 0), (20, 0)]), LineString([(0, 0.5), (21, 0.5), (21, -0.5), (0, -0.5)]), need=1.5)
    assert len(close) == 1
    assert close.parallel_m[0] == pytest.approx(20)


def test_a_stub_is_told_from_a_passing_line():
    main, stub = LineString([(0, 0), (100, 0)]), LineString([(50, 0.4), (50, 20)])
    close = found(main, stub, LineString([(70, -5), (70, 5)]), need=0.5)
    assert close.b.tolist() == [1, 2]
    assert close.ends.tolist() == [True, False]
    assert close.crosses.tolist() == [False, True]


def test_pairs_that_need_nothing_and_lines_of_one_group_are_left_out():
    lines = Polylines.from_shapely([LineString([(0, k), (50, k)]) for k in (0, 0.2, 0.4, 0.6)])
    need = np.array([[math.nan, 1.0], [1.0, math.nan]])
    close = find_close(lines, radius_a=0, class_a=[0, 0, 1, 1], need=need)
    assert list(zip(close.a, close.b, strict=True)) == [(0, 2), (0, 3), (1, 2), (1, 3)]
    close = find_close(lines, radius_a=0, class_a=[0, 0, 1, 1], need=need, group_a=[5, -1, 5, 6])
    assert list(zip(close.a, close.b, strict=True)) == [(0, 3), (1, 2), (1, 3)]
    assert len(find_close(lines, radius_a=0.1, class_a=0, need=[[math.nan]])) == 0


def test_each_pair_has_its_own_need():
    lines = Polylines.from_shapely([LineString([(0, k), (50, k)]) for k in (0, 1, 3)])
    need = np.array([[0.0, 0.5, 4.0], [0.5, 0.0, 1.0], [4.0, 1.0, 0.0]])
    close = find_close(lines, radius_a=0.1, class_a=[0, 1, 2], need=need)
    assert list(zip(close.a, close.b, close.gap.round(6), strict=True)) == [(0, 2, 2.8)]


def test_nothing_gives_nothing_of_the_right_types():
    for a, b in (([], None), ([None], None), ([LineString(), None], [None]), ([LineString([(1, 1), (1, 1)])], [None])):
        lines, others = Polylines.from_shapely(a), None if b is None else Polylines.from_shapely(b)
        close = find_close(lines, others, radius_a=0.1, radius_b=0.1, class_a=0, class_b=0, need=[[1.0]])
        assert isinstance(close, CloseStretches)
        assert (len(close), close.a.dtype, close.gap.dtype, close.ends.dtype) == (0, np.int64, np.float64, np.bool_)
        crossings = find_line_crossings(lines, others)
        assert isinstance(crossings, LineCrossings)
        assert (len(crossings), crossings.touch.dtype) == (0, np.bool_)


def test_rows_of_nothing_keep_the_numbers_of_lines():
    close = found(None, LineString([(0, 0), (9, 0)]), LineString(), LineString([(0, 0.5), (9, 0.5)]))
    assert (close.a.tolist(), close.b.tolist()) == ([1], [3])


def test_identical_lines_overlap_all_along():
    line = LineString([(0, 0), (30, 0), (30, 40)])
    close = found(line, line, radius=0.2, need=0.5)
    assert ends(close) == [[0, 70, 0, 70]]
    assert (close.gap[0], close.crosses[0], close.parallel_m[0]) == (-0.4, True, 70)
    crossings = find_line_crossings(Polylines.from_shapely([line, line]))
    assert (crossings.at_a.tolist(), crossings.overlap.tolist(), crossings.angle_deg.tolist()) == ([0], [True], [0])


def test_a_vertex_each_millimetre_changes_nothing():
    plain = LineString([(0, 0), (3, 0)])
    fine = LineString(np.column_stack((np.arange(3001) / 1000, np.full(3001, 0.3))))
    for lines in ((plain, fine), (fine, plain)):
        close = found(*lines, need=0.4, radius=0.01)
        assert ends(close) == [[0, 3, 0, 3]]
        assert close.gap[0] == pytest.approx(0.28)
        assert close.parallel_m[0] == pytest.approx(3)
    across = LineString([(1.5, -1), (1.5, 1)])
    assert find_line_crossings(Polylines.from_shapely([fine, across])).at_a.tolist() == pytest.approx([1.5])


@pytest.mark.parametrize("turned", [0.0, 0.7, math.pi / 2, math.pi, 4.0])
def test_what_a_short_way_back_comes_near_to_is_found(turned):
    """Short segments are searched for together: about all of them, also those that go back behind the first."""

    def at(x, y):
        return x * math.cos(turned) - y * math.sin(turned), x * math.sin(turned) + y * math.cos(turned)

    there_and_back = LineString([at(0, 0), at(0.2, 0), at(-2.5, 0)])
    walls = [LineString([at(x, -1), at(x, 3)]) for x in (-102, -103, 99.7, 100.7)]
    lines = Polylines.from_shapely([there_and_back, *walls])
    close = find_close(lines, radius_a=0.0, class_a=0, need=[[100.0]], group_a=[-1, 1, 1, 1, 1])
    np.testing.assert_array_equal(close.b, [1, 3])
    np.testing.assert_allclose(close.gap, 99.5)


def test_a_segment_of_forty_kilometres_far_from_the_origin():
    east, north = 38_500_000.0, 3_550_000.0
    long = LineString([(east, north), (east + 40_000, north)])
    pipes = [LineString([(east + 500 * k, north + 0.6), (east + 500 * k + 10, north + 0.6)]) for k in range(1, 80)]
    close = found(long, *pipes, radius=0.1, need=1.0)
    with_long = close.take(close.a == 0)
    assert with_long.b.tolist() == list(range(1, 80))
    np.testing.assert_allclose(with_long.gap, 0.4, atol=2e-8)
    np.testing.assert_allclose(with_long.length_m, 10 + 2 * math.sqrt(1.2**2 - 0.6**2), atol=1e-6)
    assert len(close) == 79


def test_a_closed_line_ends_at_its_first_vertex():
    ring = LineString([(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)])
    close = found(ring, LineString([(-0.5, -5), (-0.5, 15)]), need=1.0)
    assert ends(close) == [[0, 0.5, 4.13397, 5.86603], [29.5, 40, 4.13397, 15.86603]]


def test_parts_are_apart_though_their_chainage_goes_on():
    parts = MultiLineString([[(0, 0), (10, 0)], [(20, 0), (30, 0)]])
    close = found(parts, LineString([(0, 0.5), (30, 0.5)]), need=0.6)
    assert len(close) == 2
    assert close.ends.all()


def test_crossings_in_vertices_are_told_once():
    star = [LineString([(-5, 0), (0, 0), (5, 0)]), LineString([(0, -5), (0, 0), (0, 5)])]
    crossings = find_line_crossings(Polylines.from_shapely(star))
    assert (crossings.at_a.tolist(), crossings.at_b.tolist()) == ([5], [5])
    assert (crossings.x[0], crossings.y[0], crossings.angle_deg[0]) == (0, 0, 90)
    assert not crossings.touch[0]
    assert not crossings.overlap[0]


def test_touching_ends_are_marked():
    tee = [LineString([(0, 0), (10, 0)]), LineString([(4, 0), (4, 9)]), LineString([(10, 0), (10, 5)])]
    crossings = find_line_crossings(Polylines.from_shapely(tee))
    assert list(zip(crossings.a, crossings.b, crossings.at_a, crossings.touch, strict=True)) == [
        (0, 1, 4, True),
        (0, 2, 10, True),
    ]


def test_lines_that_share_a_stretch_are_told_once_with_its_first_place():
    crossings = find_line_crossings(
        Polylines.from_shapely([LineString([(0, 0), (100, 0)]), LineString([(60, 9), (60, 0), (20, 0), (20, -9)])])
    )
    assert (crossings.at_a.tolist(), crossings.at_b.tolist(), crossings.overlap.tolist()) == ([20], [49], [True])


def test_skew_is_that_of_the_crossing():
    for degrees in (0.5, 10, 45, 89.9):
        far = 50 * np.array([math.cos(math.radians(degrees)), math.sin(math.radians(degrees))])
        lines = Polylines.from_shapely([LineString([(-50, 0), (50, 0)]), LineString([far, -far])])
        crossings = find_line_crossings(lines)
        assert crossings.angle_deg[0] == pytest.approx(degrees, abs=1e-9)
        assert crossings.at_a[0] == pytest.approx(50)


def test_many_against_many_and_groups():
    across = Polylines.from_shapely([LineString([(x, -9), (x, 9)]) for x in range(5)])
    along = Polylines.from_shapely([LineString([(-3, y), (9, y)]) for y in range(3)])
    assert len(find_line_crossings(across, along)) == 15
    some = find_line_crossings(across, along, [0, 1, 2, 3, 4], [0, 1, -1])
    assert len(some) == 13
    assert (some.a.tolist(), some.b.tolist()) == (sorted(some.a), some.b.tolist())


LINES = Polylines.from_shapely([LineString([(0, 0), (9, 0)]), LineString([(0, 1), (9, 1)])])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"radius_a": [0.1, math.nan]}, "radius"),
        ({"radius_a": -0.1}, "radius"),
        ({"radius_a": math.inf}, "radius"),
        ({"radius_a": [0.1, 0.1, 0.1]}, "broadcast"),
        ({"class_a": [0, 2]}, "classes"),
        ({"class_a": -1}, "classes"),
        ({"need": [1.0]}, "table"),
        ({"need": [[math.inf, 1], [1, 1]]}, "table"),
        ({"need": [[1.0, 2.0], [3.0, 1.0]]}, "both ways"),
        ({"need": [[1.0, 2.0]]}, "both ways"),
        ({"bearing": math.nan}, "bearing"),
        ({"group_a": [1]}, "groups"),
    ],
)
def test_what_cannot_be_meant_is_refused(change, says):
    given = {"radius_a": 0.1, "class_a": 0, "need": [[1.0, 1.0], [1.0, 1.0]]}
    with pytest.raises(ValueError, match=says):
        find_close(LINES, **(given | change))


def test_far_apart_and_many_more_than_fit_one_look():
    """A line that thousands of others cross, and one that lies alone a thousand kilometres off."""
    lines = [LineString([(0, 0), (3000, 0)]), LineString([(1e6, 1e6), (1e6 + 1, 1e6)])]
    lines += [LineString([(k + 0.5, -1), (k + 0.5, 1)]) for k in range(3000)]
    close = find_close(Polylines.from_shapely(lines), radius_a=0.05, class_a=0, need=[[0.3]])
    assert len(close) == 3000
    np.testing.assert_allclose(close.to_a - close.from_a, 0.8, atol=1e-6)
    assert shapely.distance(lines[0], lines[1]) > 1e6
