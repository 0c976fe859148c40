from dataclasses import fields
from itertools import permutations

import numpy as np
import pytest
import shapely

from geo import trench_components
from geo.faults import BadInputError
from geo.parallels import find_runs
from geo.polylines import Polylines
from geo.trenches import join_runs, reach_of
from tests.benchmarks.city import make_city
from tests.geo.trench_oracle import check_trenches, listed, members_of


def joined(*wkt, distance=3.0, max_width=4.5, group=None, same=False, **options):
    shapes = shapely.from_wkt([w if "(" in w else f"LINESTRING ({w})" for w in wkt])
    lines = Polylines.from_shapely(shapes)
    reach = reach_of(distance, max_width)
    runs = find_runs(lines, distance=reach, group=None if same or group is None else np.array(group), **options)
    trenches = join_runs(lines, runs, distance=distance, max_width=max_width, group=group)
    check_trenches(shapes, trenches, distance, max_width)
    return trenches


def sets(trenches):
    return sorted((tuple(m[0] for m in members_of(trenches, k)), round(float(trenches.length_m[k]), 3))
                  for k in range(len(trenches)))  # fmt: skip


def test_worked_example_of_water_gas_and_telecom():
    trenches = joined("0 0, 150 0", "0 2, 150 2", "50 4, 130 4", group=[0, 1, 2])
    assert sets(trenches) == [((0, 1), 20.0), ((0, 1), 50.0), ((0, 1, 2), 80.0)]
    assert trenches.length_m.tolist() == pytest.approx([50, 80, 20])
    assert trenches.saved_m.tolist() == pytest.approx([50, 160, 20])
    assert trenches.width_m.tolist() == pytest.approx([2, 4, 2])


def test_nothing_joins_by_chaining():
    trenches = joined(*(f"0 {2 * k}, 100 {2 * k}" for k in range(9)))
    assert trenches.width_m.max() <= 4.0
    assert sorted(len(members_of(trenches, k)) for k in range(len(trenches))) == [3, 3, 3]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_four_lines_that_fit_are_one_trench_whichever_comes_first(order):
    # no line is within 3 m of all others, but each is of its neighbours, and the outer ones are 4.5 m apart
    offsets = np.array([0, 1.4, 3.1, 4.5])[list(order)]
    trenches = joined(*(f"0 {y}, 100 {y}" for y in offsets), group=range(4))
    assert sets(trenches) == [((0, 1, 2, 3), 100.0)]
    assert trenches.width_m.tolist() == pytest.approx([4.5])
    assert trenches.saved_m.tolist() == pytest.approx([300])


def test_lines_farther_apart_than_a_step_need_one_between_them():
    assert len(joined("0 0, 100 0", "0 4, 100 4")) == 0
    assert len(joined("0 0, 100 0", "0 3.2, 100 3.2", "0 6.4, 100 6.4", max_width=9.0)) == 0
    assert sets(joined("0 0, 100 0", "0 4, 100 4", "0 2, 100 2")) == [((0, 1, 2), 100.0)]
    # the step from 0 to 3.2 is too long, wherever the others are
    assert sets(joined("0 0, 100 0", "0 3.2, 100 3.2", "0 4.4, 100 4.4")) == [((1, 2), 100.0)]


@pytest.mark.parametrize("middle", ["0 2, 60 2", "60 2, 0 2", "0 2, 25 2, 60 2"])
def test_a_trench_is_split_where_the_line_in_the_middle_ends(middle):
    trenches = joined("0 0, 100 0", "0 4, 100 4", middle)
    assert sets(trenches) == [((0, 1, 2), 60.0)]


def test_a_trench_is_narrower_beyond_the_end_of_the_line_in_the_middle():
    trenches = joined("0 0, 100 0", "0 1, 100 1", "0 4.4, 100 4.4", "40 2.6, 100 2.6")
    assert sets(trenches) == [((0, 1), 40.0), ((0, 1, 2, 3), 60.0)]


def test_a_line_that_moves_away_leaves_where_the_step_becomes_too_long():
    # the outer line goes from 1 m to 5 m from the one in the middle: 3 m after half the way
    trenches = joined("0 0, 200 0", "0 0.5, 200 0.5", "0 1.5, 200 5.5", max_width=4.5)
    assert sets(trenches)[-1] == ((0, 1, 2), pytest.approx(100, abs=0.1))
    # where it comes to be beyond 3 m from the first line it is still near enough to the second
    assert 2.5 < trenches.width_m.max() <= 3.5 + 1e-6


def test_a_line_that_crosses_does_not_lead_on_to_the_next():
    slope = np.tan(np.radians(8))
    trenches = joined("-100 0, 100 0", "-100 4, 100 4", f"-100 {-98 * slope}, 100 {102 * slope}")
    assert not [members for members, _ in sets(trenches) if {0, 1} <= set(members)]


def test_runs_within_the_distance_only_lead_to_trenches_too():
    # who has no runs out to the greatest width gets what they show: every window within the distance of its axis
    lines = Polylines.from_shapely([shapely.LineString([(0, y), (100, y)]) for y in (0, 1.4, 3.1, 4.5)])
    trenches = join_runs(lines, find_runs(lines, distance=3.0), distance=3.0, max_width=4.5)
    check_trenches(lines.to_shapely(), trenches, 3.0, 4.5)
    assert trenches.saved_m.sum() == pytest.approx(200)


def test_limits_where_no_line_lies_beyond_a_step_are_as_they_were():
    assert reach_of(3.0, 4.5) == 4.5
    assert reach_of(3.0, 2.0) == 3.0


def test_more_utilities_come_before_more_lines_and_these_before_length():
    # beside water: two gas lines to the left for 100 m, heat and telecom to the right for 50 m; both sides do not fit
    wkt = ("0 0, 100 0", "0 2.2, 100 2.2", "0 2.6, 100 2.6", "0 -2.2, 50 -2.2", "0 -2.6, 50 -2.6")
    trenches = joined(*wkt, group=[0, 1, 1, 2, 3])
    assert ((0, 3, 4), 50.0) in sets(trenches)
    assert ((0, 1, 2), 50.0) in sets(trenches)


def test_exact_width_limit_belongs():
    wide = ("0 0, 100 0", "0 2, 100 2", "0 4.5, 100 4.5")
    assert sets(joined(*wide)) == [((0, 1, 2), 100.0)]
    assert all(len(members) == 2 for members, _ in sets(joined(*wide, max_width=4.499)))
    far = [f"LINESTRING ({38_500_000 + x} 3550000, {38_500_100 + x} 3550002.2)" for x in (0, 3, 6)]
    assert len(joined(*far)) > 0


def test_a_converging_line_belongs_as_far_as_it_fits():
    # from 6 m apart to 3 m apart over 300 m, the middle line straight: the outer ones fit where they are 4.5 m apart
    trenches = joined("0 3, 300 1.5", "0 0, 300 0", "0 -3, 300 -1.5", max_width=4.5)
    threes = [(members, length) for members, length in sets(trenches) if len(members) == 3]
    assert len(threes) == 1
    assert threes[0][1] == pytest.approx(150, abs=0.1)


@pytest.mark.parametrize("degrees", [4, 6, 8, 10, 14])
def test_a_crossing_at_a_small_angle_is_not_proposed_alone(degrees):
    slope = np.tan(np.radians(degrees))
    assert len(joined("-100 0, 100 0", f"-100 {-100 * slope}, 100 {100 * slope}")) == 0


def test_a_crossing_line_does_not_stop_the_trench_it_crosses():
    slope = np.tan(np.radians(10))
    trenches = joined("-100 0, 100 0", "-100 1, 100 1", f"-100 {-100 * slope}, 100 {100 * slope}")
    assert sum(length for members, length in sets(trenches) if {0, 1} <= set(members)) == pytest.approx(200, abs=0.01)


def test_lines_that_weave_about_each_other_are_one_trench():
    x = np.arange(0, 201, 20)
    weave = ", ".join(f"{a} {0.3 * (-1) ** k}" for k, a in enumerate(x))
    assert sets(joined("0 0, 200 0", weave)) == [((0, 1), 200.09)]


def test_identical_lines_and_opposite_directions():
    assert sets(joined("0 0, 80 0", "0 0, 80 0", "80 0, 0 0")) == [((0, 1, 2), 80.0)]
    trenches = joined("0 0, 80 0", "80 1, 0 1", "0 2, 80 2")
    assert sets(trenches) == [((0, 1, 2), 80.0)]
    assert trenches.saved_m.tolist() == pytest.approx([160])


def test_a_bend_is_one_trench_with_the_outer_line_longer():
    trenches = joined("0 0, 100 0, 100 100", "0 1, 99 1, 99 100")
    assert [members for members, _ in sets(trenches)] == [(0, 1)]
    assert sorted(m[2] - m[1] for m in members_of(trenches, 0)) == pytest.approx([198, 200], abs=1.5)


def test_the_trench_ends_where_a_bridged_run_is_too_wide():
    trenches = joined("0 0, 100 0", "0 2, 44 2, 45 3.4, 55 3.4, 56 2, 100 2", bridge=15.0)
    assert [members for members, _ in sets(trenches)] == [(0, 1), (0, 1)]
    assert sum(length for _, length in sets(trenches)) < 98


def test_two_passes_of_one_line_are_not_two_members():
    trenches = joined("0 0, 100 0", "0 1, 100 1, 100 2, 0 2", same=True)
    assert all(len(set(members)) == len(members) for members, _ in sets(trenches))


def test_parts_keep_one_chainage():
    trenches = joined("0 0, 200 0", "MULTILINESTRING ((0 1, 80 1), (120 1, 200 1))")
    assert sorted(m for k in range(len(trenches)) for m in members_of(trenches, k) if m[0] == 1) == [
        (1, 0.0, 80.0),
        (1, 80.0, 160.0),
    ]


def test_nothing_gives_nothing():
    none = Polylines.from_shapely([None, shapely.LineString()])
    assert len(join_runs(none, find_runs(none))) == 0
    assert len(joined("0 0, 100 0", "0 50, 100 50")) == 0
    assert joined("0 0, 100 0", "0 50, 100 50").axis_span()[0].tolist() == []


def test_every_bad_option_is_named_at_once():
    lines = Polylines.from_shapely(shapely.from_wkt(["LINESTRING (0 0, 100 0)", "LINESTRING (0 1, 100 1)"]))
    with pytest.raises(BadInputError) as error:
        join_runs(lines, find_runs(lines), distance=float("nan"), max_width=0)
    assert [(fault.code, fault.field) for fault in error.value.faults] == [
        ("option.not_positive", "distance"),
        ("option.not_positive", "max_width"),
    ]
    with pytest.raises(BadInputError) as error:
        join_runs(lines, find_runs(lines), group=[1])
    assert error.value.faults[0].code == "option.groups"


def test_order_of_rows_does_not_matter():
    random = np.random.default_rng(7)
    shapes = [
        shapely.LineString(np.column_stack((np.linspace(s, s + 150, 6), np.linspace(o, o + t, 6))))
        for s, o, t in zip(random.uniform(0, 200, 40), random.uniform(0, 12, 40), random.normal(0, 2, 40), strict=True)
    ]
    group = random.integers(0, 4, 40)
    want = None
    for _ in range(4):
        order = random.permutation(40)
        lines = Polylines.from_shapely([shapes[k] for k in order])
        runs = find_runs(lines, distance=4.5, group=group[order])
        trenches = join_runs(lines, runs, group=group[order])
        check_trenches([shapes[k] for k in order], trenches, 3.0, 4.5)
        got = listed(trenches, order)
        assert want is None or got == want
        want = got
    assert len(want) > 10


def test_a_line_of_many_vertices_and_a_very_long_one():
    x = np.arange(0, 40_000, 0.5)
    dense = shapely.LineString(np.column_stack((x, 1 + 0.2 * np.sin(x / 30))))
    lines = Polylines.from_shapely([dense, shapely.LineString([(0, 0), (40_000, 0)])])
    trenches = join_runs(lines, find_runs(lines))
    assert trenches.length_m.sum() == pytest.approx(40_000, rel=0.01)
    assert trenches.width_m.max() == pytest.approx(1.2, abs=1e-3)


def test_a_crossing_at_a_bend_is_one_wherever_the_grid_begins():
    # far from the origin, nodes of the bend lie a rounding apart: they must not cut the crossing into two
    shapes = shapely.from_wkt(
        ["LINESTRING (10 0.5, 69.5 -0.85, 82.2 44.6)", "LINESTRING (53 2.5, 76 2.1, 78.2 22.6, 78.7 44.6)"]
    )
    random = np.random.default_rng(11)
    for by in random.integers(-40_000_000, 40_000_000, (200, 2)):
        lines = Polylines.from_shapely([shapely.transform(shape, lambda xy, by=by: xy + by) for shape in shapes])
        runs = find_runs(lines)
        assert len(runs) == 1
        assert len(join_runs(lines, runs)) == 0


@pytest.mark.parametrize("by", [0, 1_000_003, 38_500_000])
def test_identical_lines_with_bends_are_one_trench_to_the_end(by):
    # at every vertex two segments of the partner are equally near, and rounding decides which one is met first
    random = np.random.default_rng(3)
    for _ in range(50):
        x = np.cumsum(random.uniform(5, 60, 8)) + by
        line = shapely.LineString(np.column_stack((x, np.round(random.uniform(0, 5, 8), 1))))
        lines = Polylines.from_shapely([line, line, line.reverse()])
        trenches = join_runs(lines, find_runs(lines))
        assert sets(trenches) == [((0, 1, 2), pytest.approx(line.length, abs=1e-3))]


def test_a_place_that_is_one_vertex_of_the_partner_is_not_shared():
    angles = np.radians(np.linspace(-80, 260, 60))
    circle = shapely.LineString(np.column_stack((2.5 * np.cos(angles), 2.5 * np.sin(angles))))
    lines = Polylines.from_shapely([circle, shapely.LineString([(-20, 0), (0, 0), (20, 0.5)])])
    trenches = join_runs(lines, find_runs(lines, bearing=90.0, min_length=1.0))
    for k in range(len(trenches)):
        assert all(end - begin >= 1.0 for _, begin, end in members_of(trenches, k))


@pytest.mark.parametrize("by", range(-124, 124, 8))
def test_a_branch_is_no_crossing_wherever_the_grid_begins(by):
    shapes = shapely.from_wkt(["LINESTRING (29 -4.2, 44 -4)", "LINESTRING (83.1 9.8, 29 -4.2)"])
    lines = Polylines.from_shapely([shapely.transform(shape, lambda xy: xy + np.array([0, by])) for shape in shapes])
    trenches = join_runs(lines, find_runs(lines))
    assert trenches.length_m.tolist() == pytest.approx([12.2], abs=0.5)


def test_shares_and_threads_change_nothing(monkeypatch):
    city = make_city(1_000)
    group = city.utility.astype(np.int64)
    runs = find_runs(city.lines, distance=4.5, group=group)
    whole = join_runs(city.lines, runs, group=group, workers=1)
    assert len(whole) > 100
    for runs_a_share, workers in ((1, 1), (1, 2), (50, 3)):
        monkeypatch.setattr(trench_components, "RUNS_A_SHARE", runs_a_share)
        assert len(trench_components.Shares(city.lines, runs)) > 10
        parted = join_runs(city.lines, runs, group=group, workers=workers)
        for field in fields(parted):
            assert np.array_equal(getattr(parted, field.name), getattr(whole, field.name)), field.name
