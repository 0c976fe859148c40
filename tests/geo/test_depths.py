"""Covers along lines against numpy's interpolation and dense sampling, and gaps against pipes sampled in space."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString

from geo.clearances import find_close, find_line_crossings
from geo.depths import A_ABOVE, B_ABOVE, NEITHER, Depths, vertical_gaps
from geo.faults import BadInputError
from geo.polylines import Polylines

STEPS = st.lists(st.tuples(st.integers(1, 40), st.integers(-10, 50)), min_size=1, max_size=8)


def course(steps):
    """Return a line along the x axis with a cover at each vertex: the covers lag one behind the steps."""
    chainage = np.concatenate(([0.0], np.cumsum([step / 4 for step, _ in steps])))
    cover = np.array([1.0, *(cover / 10 for _, cover in steps)])
    return Polylines.from_shapely([LineString(np.column_stack((chainage, np.zeros_like(chainage))))]), chainage, cover


@settings(max_examples=150, deadline=None)
@given(STEPS, st.lists(st.floats(-2, 90), min_size=1, max_size=20))
def test_cover_runs_straight_from_vertex_to_vertex(steps, at):
    lines, chainage, cover = course(steps)
    depths = Depths.at_vertices(lines, cover)
    np.testing.assert_allclose(depths.at(0, at), np.interp(at, chainage, cover), atol=1e-12)
    k = np.clip(np.searchsorted(chainage, at) - 1, 0, len(chainage) - 2)
    np.testing.assert_allclose(depths.slope(0, at), (np.diff(cover) / np.diff(chainage))[k], atol=1e-12)


@settings(max_examples=150, deadline=None)
@given(STEPS, st.floats(-1, 60), st.floats(0, 60))
def test_least_cover_is_that_of_dense_sampling(steps, begin, metres):
    lines, chainage, cover = course(steps)
    least = Depths.at_vertices(lines, cover).least(0, begin, begin + metres)
    clamped = np.clip([begin, begin + metres], 0, chainage[-1])
    dense = np.concatenate((np.linspace(*clamped, 400), chainage[(chainage > clamped[0]) & (chainage < clamped[1])]))
    assert least.cover[0] == pytest.approx(np.interp(dense, chainage, cover).min(), abs=1e-12)
    assert np.interp(least.at[0], chainage, cover) == pytest.approx(least.cover[0], abs=1e-12)
    assert least.known[0]


@settings(max_examples=100, deadline=None)
@given(STEPS, st.data())
def test_unknown_covers_make_their_neighbourhood_unknown(steps, data):
    lines, chainage, cover = course(steps)
    gone = data.draw(st.lists(st.integers(0, len(cover) - 1), max_size=3))
    cover[gone] = math.nan
    depths = Depths.at_vertices(lines, cover)
    np.testing.assert_array_equal(depths.at(0, chainage), cover)
    middles = (chainage[1:] + chainage[:-1]) / 2
    np.testing.assert_allclose(depths.at(0, middles), (cover[1:] + cover[:-1]) / 2)
    whole = depths.least(0, 0.0, chainage[-1])
    assert whole.known[0] == (not np.isnan(cover).any())
    if np.isnan(cover).all():
        assert np.isnan(whole.cover[0])
    else:
        assert whole.cover[0] == np.nanmin(cover)
    for k, middle in enumerate(middles):  # from the middle of one stretch to that of the next
        if k + 1 < len(middles):
            part = depths.least(0, middle, middles[k + 1])
            assert part.known[0] == (not np.isnan(cover[k : k + 3]).any())


def test_constant_unknown_and_none():
    depths = Depths.constant([1.2, math.nan])
    np.testing.assert_array_equal(depths.at([0, 1, 0], [5.0, 5.0, math.nan]), [1.2, math.nan, math.nan])
    np.testing.assert_array_equal(depths.slope([0, 1], 3.0), [0.0, math.nan])
    least = depths.least([0, 1, 0], [0.0, 0.0, 5.0], [9.0, 9.0, 4.0])
    np.testing.assert_array_equal(least.cover, [1.2, math.nan, math.nan])
    assert least.known.tolist() == [True, False, False]
    assert Depths.constant([]).at([], []).tolist() == []


def test_a_cover_at_vertices_goes_before_one_for_all():
    lines = Polylines.from_shapely([
        LineString([(0, 0), (10, 0)]), None, LineString([(0, 0), (0, 0), (4, 0)]),
        MultiLineString([[(0, 0), (5, 0)], [(9, 0), (14, 0)]]),
    ])  # fmt: skip
    depths = Depths.of(lines, [1.0, 2.0, 3.0, 4.0], [None, None, [1, 2, 3], [1.0, 2.0, 5.0, 6.0]])
    assert depths.n_lines == 4
    assert depths.at([0, 1, 2, 2, 3, 3, 3], [3, 3, 0, 2, 2.5, 5.0, 7.5]).tolist() == [1, 2, 1, 2.5, 1.5, 2, 5.5]
    assert depths.slope([3, 3], [5.0, 5.1]).tolist() == pytest.approx([0.2, 0.2])
    assert depths.least(3, 4.9, 10.0).cover[0] == pytest.approx(1.98)
    assert depths.least(2, 0.0, 0.0).cover[0] == 1
    taken = Depths.concatenate([depths.take([3, 0]), depths.take([False, True, True, False])])
    assert taken.at([0, 1, 2, 3], [2.5, 1, 1, 2]).tolist() == [1.5, 1, 2, 2.5]
    np.testing.assert_array_equal(Depths.of(lines, math.nan).at(2, 1.0), [math.nan])


def test_bad_covers_are_all_told():
    lines = Polylines.from_shapely([LineString([(0, 0), (10, 0)]), LineString([(0, 0), (4, 0)])])
    with pytest.raises(BadInputError) as error:
        Depths.of(lines, 1.0, [[1.0], [1.0, 2.0, 3.0]])
    assert [(fault.code, fault.feature) for fault in error.value.faults] == [
        ("depth.vertices", 0),
        ("depth.vertices", 1),
    ]
    with pytest.raises(BadInputError, match="not a finite number"):
        Depths.of(lines, 1.0, [None, [1.0, math.inf]])
    with pytest.raises(BadInputError, match="not a finite number"):
        Depths.constant([math.inf])
    with pytest.raises(ValueError, match="4 vertices"):
        Depths.at_vertices(lines, [1.0])
    with pytest.raises(ValueError, match="2 lines"):
        Depths.of(lines, 1.0, [None])


@pytest.mark.parametrize(("level", "cover"), [("top", [1.0, 1.5]), ("axis", [0.8, 1.3]), ("bottom", [0.6, 1.1])])
def test_heights_become_covers(level, cover):
    lines = Polylines.from_shapely([LineString([(0, 0), (10, 0)])])
    depths = Depths.from_z(lines, [99.0, 98.0], [100.0, 99.5], 0.2, level)
    assert depths.at(0, [0, 10]).tolist() == pytest.approx(cover)
    assert np.isnan(Depths.from_z(lines, [99.0, math.nan], 100.0).at(0, 5.0)[0])


PIPE = st.tuples(
    st.floats(0, math.pi), st.sampled_from([0.5, 1.0, 2.0, 3.1]), st.sampled_from([0.6, 1.0, 2.5]),
    st.sampled_from([0.05, 0.2, 0.6]),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(PIPE, PIPE)
def test_gap_of_two_pipes_that_cross_is_that_of_points_in_space(one, other):
    """Straight down through the crossing: walls sampled every twentieth of a millimetre."""
    if abs(math.sin(one[0] - other[0])) < 0.2:
        return
    lines = Polylines.from_shapely([
        LineString([(-10 * math.cos(t), -10 * math.sin(t)), (12 * math.cos(t), 12 * math.sin(t))])
        for t in (one[0], other[0])
    ])  # fmt: skip
    depths = Depths.at_vertices(lines, [one[1], one[2], other[1], other[2]])
    radius = [one[3], other[3]]
    gaps = vertical_gaps(find_line_crossings(lines), depths, None, radius)
    walls = []
    for start, end, r in ((one[1], one[2], radius[0]), (other[1], other[2], radius[1])):
        axis = start + (end - start) * 10 / 22 + r  # the crossing is 10 m of 22 m along
        walls.append((axis - r, axis + r))
    down = np.arange(0, 6, 5e-5)
    inside = [(down >= top) & (down <= bottom) for top, bottom in walls]
    if not (inside[0] & inside[1]).any():
        between = (down > min(walls[0][1], walls[1][1])) & (down < max(walls[0][0], walls[1][0]))
        assert gaps.gap[0] == pytest.approx(between.sum() * 5e-5, abs=2e-4)
    else:
        assert gaps.gap[0] <= 1e-9
    middle = [sum(wall) / 2 for wall in walls]
    if abs(middle[0] - middle[1]) > 1e-9:
        assert gaps.upper[0] == (A_ABOVE if middle[0] < middle[1] else B_ABOVE)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.3, math.pi - 0.3), st.sampled_from([0.7, 1.5, 3.0]), st.sampled_from([0.9, 2.0]))
def test_gap_of_level_pipes_is_their_distance_in_space(turn, cover_a, cover_b):
    along = np.linspace(-3, 3, 601)
    lines = Polylines.from_shapely(
        [LineString([(-3, 0), (3, 0)]), LineString(np.outer([-3, 3], [math.cos(turn), math.sin(turn)]))]
    )
    gaps = vertical_gaps(find_line_crossings(lines), Depths.constant([cover_a, cover_b]), None, [0.1, 0.3])
    a = np.column_stack((along, 0 * along, 0 * along - cover_a - 0.1))
    b = np.column_stack((along * math.cos(turn), along * math.sin(turn), 0 * along - cover_b - 0.3))
    apart = np.sqrt(((a[:, None] - b[None]) ** 2).sum(axis=2)).min()
    assert gaps.gap[0] == pytest.approx(apart - 0.4, abs=1e-9)


def test_exchange_unknown_and_two_batches():
    a = Polylines.from_shapely([LineString([(0, 0), (10, 0)])])
    b = Polylines.from_shapely([LineString([(x, -5), (x, 5)]) for x in (2, 4, 6)])
    shallow, several = Depths.constant([1.0]), Depths.constant([2.0, math.nan, 1.0])
    gaps = vertical_gaps(find_line_crossings(a, b), shallow, several, 0.1, 0.1)
    np.testing.assert_allclose(gaps.gap, [0.8, math.nan, -0.2])
    assert gaps.upper.tolist() == [A_ABOVE, NEITHER, NEITHER]
    np.testing.assert_array_equal(gaps.cover_b, [2.0, math.nan, 1.0])
    back = vertical_gaps(find_line_crossings(b, a), several, shallow, 0.1, 0.1)
    np.testing.assert_allclose(back.gap, gaps.gap)
    assert back.upper.tolist() == [B_ABOVE, NEITHER, NEITHER]
    assert np.isnan(vertical_gaps(find_line_crossings(a, b), shallow, several, math.nan, 0.1).gap).all()


def test_gaps_may_be_asked_at_the_nearest_places_of_stretches():
    lines = Polylines.from_shapely([LineString([(0, 0), (10, 0)]), LineString([(5, 0.1), (5, 9)])])
    close = find_close(lines, radius_a=0.1, class_a=0, need=[[0.5]])
    assert shapely.distance(*lines.to_shapely()) == pytest.approx(0.1)
    assert vertical_gaps(close, Depths.constant([1.0, 2.0]), None, 0.1).gap.round(6).tolist() == [0.8]
