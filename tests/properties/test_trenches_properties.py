"""Trenches of random streets hold what they promise at every sampled place, and do not depend on order or place."""

import numpy as np
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.parallels import find_runs
from geo.polylines import Polylines
from geo.trench_profiles import follow_sides
from geo.trenches import join_runs, reach_of
from tests.geo.trench_oracle import check_trenches, listed, unused

OFFSETS = st.integers(-12, 12).map(lambda k: k / 2)
SMALL = st.integers(-10, 10).map(lambda k: k / 10)


@st.composite
def street_lines(draw):
    """A line that follows a street (straight, or with a corner) at an offset of its own, scattered, maybe reversed."""
    start, length = draw(st.integers(0, 60)), draw(st.integers(15, 140))
    offset, slant = draw(OFFSETS), draw(SMALL)
    n = draw(st.integers(2, 7))
    x = np.linspace(start, start + length, n)
    y = offset + slant * np.linspace(0, 3, n) + np.array(draw(st.lists(SMALL, min_size=n, max_size=n)))
    corner = draw(st.sampled_from([None, 80.0]))
    if corner is not None:  # beyond the corner the street turns left by 90 degrees
        x, y = np.where(x > corner - y, corner - y, x), np.where(x > corner - y, y + x - (corner - y), y)
    points = np.column_stack((x, y))
    return shapely.LineString(points[::-1] if draw(st.booleans()) else points)


@st.composite
def streets(draw):
    shapes = draw(st.lists(street_lines(), min_size=2, max_size=7))
    if draw(st.booleans()):
        shapes.append(shapes[0])
    groups = draw(st.lists(st.integers(0, 3), min_size=len(shapes), max_size=len(shapes)))
    return [shape for shape in shapes if shape.length > 0], np.array(groups[: len(shapes)])


LIMITS = st.sampled_from([(3.0, 4.5), (3.0, 3.0), (3.0, 2.0), (2.0, 4.5), (3.0, 6.0), (1.5, 9.0)])
CALM = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def trenches_of(shapes, group, limits, **options):
    lines = Polylines.from_shapely(shapes)
    runs = find_runs(lines, distance=reach_of(*limits), group=group, **options)
    return runs, join_runs(lines, runs, distance=limits[0], max_width=limits[1], group=group)


@given(streets(), LIMITS, st.booleans())
@CALM
def test_every_place_of_every_trench_keeps_its_promises(street, limits, same_group):
    shapes, group = street
    _, trenches = trenches_of(shapes, None if same_group else group, limits)
    check_trenches(shapes, trenches, *limits)


@given(st.lists(OFFSETS, min_size=2, max_size=9, unique=True), LIMITS, st.randoms(use_true_random=False))
@CALM
def test_of_parallel_lines_the_first_trench_is_the_most_that_fit(offsets, limits, random):
    # by trying all neighbours in a row: each step within the distance, the outer ones within the width
    row = sorted(offsets)
    most = max(
        stop - first
        for first in range(len(row))
        for stop in range(first + 1, len(row) + 1)
        if row[stop - 1] - row[first] <= limits[1] and max(np.diff(row[first:stop]), default=0.0) <= limits[0]
    )
    shapes = [shapely.LineString([(0, y), (100, y)][:: random.choice((1, -1))]) for y in offsets]
    _, trenches = trenches_of(shapes, np.arange(len(shapes)), limits)
    check_trenches(shapes, trenches, *limits)
    assert max([1, *np.diff(trenches.member_starts)]) == most


@given(streets(), LIMITS)
@CALM
def test_no_run_that_would_fit_is_left_out(street, limits):
    shapes, group = street
    runs, trenches = trenches_of(shapes, group, limits)
    assert unused(shapes, runs, trenches, *limits) <= 3.0


@given(streets(), LIMITS, st.randoms(use_true_random=False))
@CALM
def test_order_of_rows_changes_nothing(street, limits, random):
    shapes, group = street
    _, trenches = trenches_of(shapes, group, limits)
    order = list(range(len(shapes)))
    random.shuffle(order)
    _, other = trenches_of([shapes[k] for k in order], group[order], limits)
    if len({shape.wkb for shape in shapes}) == len(shapes):
        assert listed(other, order) == listed(trenches)
    else:  # lines of one shape are told apart by row only
        assert np.allclose(np.sort(other.length_m), np.sort(trenches.length_m), atol=1e-4)


@given(streets(), LIMITS, st.tuples(st.integers(-40_000_000, 40_000_000), st.integers(-5_000_000, 5_000_000)))
@CALM
def test_translation_changes_nothing(street, limits, by):
    shapes, group = street
    shapes = [shapely.set_precision(shape, 0.0) for shape in shapes]
    _, trenches = trenches_of(shapes, group, limits)
    moved = [shapely.transform(shape, lambda xy: xy + np.array(by)) for shape in shapes]
    _, other = trenches_of(moved, group, limits)
    check_trenches(moved, other, limits[0] + 1e-6, limits[1] + 1e-6)
    assert abs(other.length_m.sum() - trenches.length_m.sum()) <= 2.0 * (1 + len(trenches))


@given(streets(), st.sampled_from([1.5, 3.0, 6.0]))
@CALM
def test_profiles_lead_to_a_place_no_farther_than_they_say(street, distance):
    shapes, _ = street
    lines = Polylines.from_shapely(shapes)
    runs = find_runs(lines, distance=distance)
    if len(runs) == 0:
        return
    s = lines.segments()
    segs = np.column_stack((s.x, s.y, s.ux, s.uy, s.length, s.chainage))
    on_a, on_b = np.column_stack((runs.from_a, runs.to_a)), np.column_stack((runs.from_b, runs.to_b))
    for one, two, span, p_span in ((runs.a, runs.b, on_a, on_b), (runs.b, runs.a, on_b, on_a)):
        starts, nodes = follow_sides(segs, s.starts, one, two, span, p_span, runs.same_direction, distance)
        for k in range(len(runs)):
            at, offset, foot = nodes[starts[k] : starts[k + 1], :3].T
            assert at[0] == span[k, 0]
            assert abs(at[-1] - span[k, 1]) < 1e-9
            assert (np.diff(at) > -1e-9).all()
            share = np.linspace(0.05, 0.95, 7)[:, None]
            here = (at[:-1] + share * np.diff(at)).ravel()
            said = np.abs(offset[:-1] + share * np.diff(offset)).ravel()
            there = (foot[:-1] + share * np.diff(foot)).ravel()
            real = np.repeat((np.diff(at) > 1e-6)[None, :], 7, axis=0).ravel()  # the others are jumps
            x, y = lines.points_at(np.full(len(here), one[k]), here)
            px, py = lines.points_at(np.full(len(here), two[k]), there)
            assert (np.hypot(x - px, y - py)[real] <= said[real] + 1e-6).all()
            assert (there >= p_span[k, 0] - 1e-9).all()
            assert (there <= p_span[k, 1] + 1e-9).all()
