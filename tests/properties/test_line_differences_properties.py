"""How two lines lie apart, against lines sampled every few centimetres and measured by shapely."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import affinity

from geo.line_differences import line_difference
from geo.nearest_pieces import LinePath, pieces_of

WHOLE = st.tuples(st.integers(-12, 12), st.integers(-8, 8))
ROUGH = st.tuples(st.floats(-15, 15), st.floats(-6, 6)).map(lambda p: (round(p[0], 3), round(p[1], 3)))
TOLERANCES = st.sampled_from([0.0, 0.5, 1.0, 2.5])
STEP_M = 0.01


@st.composite
def lines(draw):
    """Return a line of one part or two; whole metres make identical, touching and parallel pieces likely."""
    parts = draw(st.lists(st.lists(st.one_of(WHOLE, ROUGH), min_size=2, max_size=7), min_size=1, max_size=2))
    shape = shapely.MultiLineString(parts) if len(parts) > 1 else shapely.LineString(parts[0])
    assume(all(part.length > 1e-3 for part in shapely.get_parts(shape)))
    return shape


def sampled(shape):
    """Return chainages every centimetre, the middles of equal pieces of each part, with their weights and places."""
    found, start = [], 0.0
    for part in shapely.get_parts(shape):
        count = max(2, math.ceil(part.length / STEP_M))
        along = (np.arange(count) + 0.5) * part.length / count
        places = shapely.line_interpolate_point(part, along)
        found.append((start + along, np.full(count, part.length / count), places))
        start += part.length
    return [np.concatenate(column) for column in zip(*found, strict=True)]


@settings(max_examples=60, deadline=None)
@given(lines(), lines(), TOLERANCES)
def test_it_is_what_sampling_finds(earlier, later, tolerance):
    found = line_difference(earlier, later, tolerance)
    assert (found.earlier_m, found.later_m) == pytest.approx((earlier.length, later.length), abs=1e-9)
    along, weight, places = sampled(later)
    away = shapely.distance(places, earlier)
    back = shapely.distance(sampled(earlier)[2], later)
    assert found.greatest_m >= max(away.max(), back.max()) - 1e-9
    assert found.greatest_m <= max(away.max(), back.max()) + STEP_M
    assert found.mean_m == pytest.approx(float((away * weight).sum() / weight.sum()), abs=STEP_M / 4)
    at = shapely.Point(found.at)
    assert max(at.distance(earlier), at.distance(later)) == pytest.approx(found.greatest_m, abs=1e-6)
    told = np.zeros(len(along), dtype=bool)
    for one in found.away:
        inside = (along > one.from_m) & (along < one.to_m)
        assert not (told & inside).any()
        told |= inside
        assert one.greatest_m >= away[inside].max(initial=0.0) - 1e-6
        assert one.greatest_m <= away[inside].max(initial=tolerance) + STEP_M
    sure = np.abs(away - tolerance) > 1e-5
    assert (told[sure] == (away > tolerance)[sure]).all()


@settings(max_examples=30, deadline=None)
@given(lines(), lines(), TOLERANCES, st.tuples(st.integers(-300, 300), st.integers(-300, 300)))
def test_what_must_not_change_it(earlier, later, tolerance, by):
    found = line_difference(earlier, later, tolerance)
    turned = line_difference(later, earlier, tolerance)
    assert turned.greatest_m == pytest.approx(found.greatest_m, abs=1e-9)
    assert [one.from_m for one in turned.away] == pytest.approx([one.from_m for one in found.left_out], abs=1e-6)
    moved = line_difference(*(affinity.translate(one, *by) for one in (earlier, later)), tolerance)
    split = line_difference(shapely.segmentize(earlier, 0.7), shapely.segmentize(later, 0.9), tolerance)
    for other in (moved, split):
        assert other.greatest_m == pytest.approx(found.greatest_m, abs=1e-6)
        assert other.mean_m == pytest.approx(found.mean_m, abs=1e-6)
        # A stretch that only touches the tolerance may be told as one or as two.
        lengths = [sum(one.to_m - one.from_m for one in two.away) for two in (found, other)]
        assert lengths[0] == pytest.approx(lengths[1], abs=1e-3)


@settings(deadline=None)
@given(lines(), st.sampled_from([0.25, 0.5, 3.0]))
def test_a_line_and_itself_do_not_differ_and_shifted_ones_by_no_more_than_the_shift(line, shift):
    same = line_difference(line, line, 0.0)
    assert same.greatest_m <= 1e-9
    assert (same.away, same.left_out) == ((), ())
    shifted = line_difference(line, affinity.translate(line, shift, 0.0), 0.0)
    assert shifted.greatest_m <= shift + 1e-9


def test_sides_are_those_of_one_who_walks_the_earlier_line():
    plan = shapely.LineString([(0, 0), (50, 0), (50, 50)])
    places = {"left": [(20, 4), (30, 4)], "right": [(20, -4), (30, -4)], "beyond": [(-9, 0.0), (-5, 0.5)]}
    for side, place in places.items():
        [one] = line_difference(plan, shapely.LineString(place), 1.0).away
        assert one.side == side
    outside = line_difference(plan, shapely.LineString([(52, -3), (53, -2)]), 1.0).away
    inside = line_difference(plan, shapely.LineString([(46, 4), (45, 5)]), 1.0).away
    assert [one.side for one in (*outside, *inside)] == ["right", "left"]
    loop = shapely.LineString([(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)])
    assert [one.side for one in line_difference(loop, shapely.LineString([(-3, -2), (-2, -3)]), 1.0).away] == ["right"]


def test_a_line_that_runs_beside_and_a_little_beyond_the_end_lies_beside():
    plan = shapely.LineString([(0, 0), (60, 0)])
    [one] = line_difference(plan, affinity.translate(plan, 0.4, 0.8), 0.1).away
    assert (one.side, one.foot_to_m) == ("left", 60.0)
    assert one.greatest_m == pytest.approx(math.hypot(0.4, 0.8), abs=1e-6)  # at its end


def test_a_line_measured_longer_is_told_with_where_it_goes_on():
    plan = shapely.LineString([(0, 0), (100, 0)])
    seen = shapely.LineString([(0, 0.2), (100, 0.2), (130, 0.2)])
    found = line_difference(plan, seen, 1.0)
    [one] = found.away
    assert (one.side, one.foot_from_m, one.to_m) == ("beyond", 100.0, pytest.approx(130.0))
    assert one.from_m == pytest.approx(100.0 + math.sqrt(1.0 - 0.04), abs=1e-6)
    assert found.left_out == ()
    assert found.greatest_m == pytest.approx(math.hypot(30.0, 0.2), abs=1e-9)


@pytest.mark.parametrize("bad", [shapely.LineString(), shapely.LineString([(1, 1), (1, 1)]),
                                 shapely.LineString([(0, 0), (np.inf, 1)])])  # fmt: skip
def test_no_line_is_a_mistake_of_the_caller(bad):
    line = shapely.LineString([(0, 0), (1, 0)])
    with pytest.raises(ValueError, match="finite coordinates"):
        line_difference(line, bad, 1.0)
    with pytest.raises(ValueError, match="0 or more"):
        line_difference(line, line, -1.0)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 120), st.sampled_from([0.0, 0.05, 2.0, 60.0]))
def test_a_crowd_of_points_is_no_more_work_than_its_edge(seed, count, off):
    """Whoever stands still while a line is taken leaves a crowd of points: from afar few of them are ever nearest."""
    crowd = shapely.LineString(np.random.default_rng(seed).normal((50.0, off), 0.01, (count, 2)))
    plan = shapely.LineString([(0.0, 0.0), (100.0, 0.0)])
    assert len(list(pieces_of(LinePath(plan), LinePath(crowd)))) <= 2 * count
    found = line_difference(crowd, plan, 1.0)
    along, _, places = sampled(plan)
    away = shapely.distance(places, crowd)
    assert found.mean_m == pytest.approx(float(away.mean()), abs=STEP_M / 4)
    told = sum(((along > one.from_m) & (along < one.to_m)).astype(int) for one in found.away)
    sure = np.abs(away - 1.0) > 1e-5
    assert (told[sure] == (away > 1.0)[sure]).all()
