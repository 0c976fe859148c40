"""Lines near points and polygons, against shapely's distances."""

import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, affinity

from geo.clearances import NearAreas, NearPoints, nearest_to_areas, nearest_to_points
from geo.faults import BadInputError
from geo.polylines import Polylines

PLACE = st.tuples(st.integers(-20, 20).map(lambda v: v / 2), st.integers(-12, 12).map(lambda v: v / 2))
LINE = st.lists(PLACE, min_size=2, max_size=5).map(LineString)
BLOCK = st.tuples(PLACE, st.integers(1, 6), st.integers(1, 6)).map(
    lambda b: shapely.box(b[0][0], b[0][1], b[0][0] + b[1], b[0][1] + b[2])
)
TURNED = st.tuples(BLOCK, st.sampled_from([0, 30, 45, 71])).map(lambda b: affinity.rotate(b[0], b[1]))
HOLLOW = PLACE.map(lambda p: Point(p).buffer(6, quad_segs=2) - Point(p).buffer(3, quad_segs=1))
SHAPE = st.one_of(TURNED, HOLLOW, st.just(MultiPolygon([shapely.box(0, 0, 2, 2), shapely.box(5, 0, 7, 2)])))
REACH = st.sampled_from([0.0, 0.4, 1.0, 2.5])
CHECKED = settings(max_examples=200, deadline=None)


def by_pair(near):
    result = {}
    for row in zip(near.line.tolist(), near.other.tolist(), near.from_m, near.to_m, strict=True):
        result.setdefault(row[:2], []).append(row[2:])
    return result


def check(lines, near, distances, reach):
    """Compare stretches with ``distances(other, points)`` at many places of each line."""
    stretches = by_pair(near)
    for line in range(lines.n_lines):
        at = (np.arange(120) + 0.37) / 120 * lines.lengths()[line]
        points = shapely.points(*lines.points_at(np.full(len(at), line), at))
        for other, measure in enumerate(distances):
            got = stretches.get((line, other), [])
            inside = np.any([(at > f) & (at < t) for f, t in got], axis=0) if got else np.zeros(len(at), bool)
            edge = np.any([np.minimum(abs(at - f), abs(at - t)) < 1e-4 for f, t in got] or [at < 0], axis=0)
            wanted = measure(points)
            assert (wanted[inside & ~edge] < reach + 1e-6).all()
            assert (wanted[~inside & ~edge] >= reach - 1e-5).all()


@CHECKED
@given(st.lists(LINE, min_size=1, max_size=3), st.lists(PLACE, min_size=1, max_size=6), REACH)
def test_points_against_sampling(geometries, places, reach):
    lines = Polylines.from_shapely([g for g in geometries if g.length])
    near = nearest_to_points(lines, *np.array(places).T, reach)
    check(lines, near, [lambda points, p=p: shapely.distance(points, Point(p)) for p in places], reach)
    shapes = lines.to_shapely()
    for k in range(len(near)):
        place = Point(places[near.other[k]])
        whole = shapely.distance(shapes[near.line[k]], place)
        assert near.distance[k] >= whole - 1e-9
        assert near.distance[k] < reach
        assert math.hypot(near.x[k] - place.x, near.y[k] - place.y) == pytest.approx(near.distance[k], abs=1e-9)
        assert (near.other_x[k], near.other_y[k]) == (place.x, place.y)
        np.testing.assert_allclose(
            lines.points_at([near.line[k]], [near.at_m[k]]), [[near.x[k]], [near.y[k]]], atol=1e-9
        )
        assert near.from_m[k] - 1e-9 <= near.at_m[k] <= near.to_m[k] + 1e-9
    assert not near.inside.any()


@CHECKED
@given(st.lists(LINE, min_size=1, max_size=3), st.lists(SHAPE, min_size=1, max_size=4), REACH)
def test_solid_areas_against_sampling(geometries, shapes, reach):
    lines = Polylines.from_shapely([g for g in geometries if g.length])
    near = nearest_to_areas(lines, shapes, reach)
    if reach:
        check(lines, near, [lambda points, s=s: shapely.distance(points, s) for s in shapes], reach)
    drawn = lines.to_shapely()
    for (line, other), stretches in by_pair(near).items():
        rows = (near.line == line) & (near.other == other)
        assert near.distance[rows].min() == pytest.approx(shapely.distance(drawn[line], shapes[other]), abs=1e-9)
        assert all(one[1] < two[0] for one, two in pairwise(stretches))
        inside = near.inside_m[rows].sum()
        strictly = (drawn[line] & shapes[other]).length - (drawn[line] & shapes[other].boundary).length
        if drawn[line].is_simple:  # shapely counts what is walked twice once
            assert inside == pytest.approx(strictly, abs=1e-6)
    for k in range(len(near)):
        place = Point(near.other_x[k], near.other_y[k])
        assert shapely.distance(place, shapes[near.other[k]]) < 1e-9
        assert math.hypot(near.x[k] - place.x, near.y[k] - place.y) == pytest.approx(near.distance[k], abs=1e-9)
        assert near.from_m[k] - 1e-9 <= near.at_m[k] <= near.to_m[k] + 1e-9


@CHECKED
@given(st.lists(LINE, min_size=1, max_size=3), st.lists(SHAPE, min_size=1, max_size=4), REACH)
def test_outlines_against_sampling(geometries, shapes, reach):
    lines = Polylines.from_shapely([g for g in geometries if g.length])
    near = nearest_to_areas(lines, shapes, reach, solid=False)
    check(lines, near, [lambda points, s=s: shapely.distance(points, s.boundary) for s in shapes], reach)
    assert not near.inside.any()


def test_a_line_that_never_comes_near_a_wall_is_inside_all_the_same():
    hall = shapely.box(0, 0, 1000, 1000)
    lines = Polylines.from_shapely([LineString([(400, 500), (600, 500)])])
    near = nearest_to_areas(lines, [hall], 2.0)
    assert (near.from_m.tolist(), near.to_m.tolist(), near.inside_m.tolist()) == ([0], [200], [200])
    assert (near.distance[0], near.at_m[0], near.x[0], near.other_x[0]) == (0, 0, 400, 400)
    assert len(nearest_to_areas(lines, [hall], 2.0, solid=False)) == 0


def test_a_courtyard_is_outside():
    yard = Polygon([(0, 0), (30, 0), (30, 30), (0, 30)], [[(10, 10), (20, 10), (20, 20), (10, 20)]])
    lines = Polylines.from_shapely([LineString([(13, 15), (17, 15)])])
    assert len(nearest_to_areas(lines, [yard], 2.0)) == 0
    near = nearest_to_areas(lines, [yard], 3.5)
    assert near.distance.tolist() == [3, 3]  # either end comes near a wall of the yard
    assert not near.inside.any()


def test_each_line_has_its_own_reach_and_may_have_none():
    lines = Polylines.from_shapely([LineString([(0, 0), (10, 0)])] * 3)
    reach = [1.0, math.nan, 3.0]
    assert nearest_to_points(lines, [5.0], [2.0], reach).line.tolist() == [2]
    assert nearest_to_areas(lines, [shapely.box(0, 2, 9, 5)], reach).line.tolist() == [2]
    assert nearest_to_areas(lines, [shapely.box(0, -2, 9, 5)], reach).line.tolist() == [0, 2]


def test_nothing_is_near_nothing():
    lines = Polylines.from_shapely([LineString([(0, 0), (10, 0)]), None])
    none = Polylines.from_shapely([])
    assert len(nearest_to_points(lines, [], [], 1.0)) == 0
    assert nearest_to_points(lines, [math.nan, 5.0], [0.0, 0.0], 1.0).other.tolist() == [1]
    assert len(nearest_to_areas(lines, [], 1.0)) == 0
    assert nearest_to_areas(lines, [None, Polygon(), shapely.box(0, 0, 1, 1)], 1.0).other.tolist() == [2]
    assert len(nearest_to_points(none, [1.0], [1.0], 1.0)) == 0
    assert len(nearest_to_areas(none, [shapely.box(0, 0, 1, 1)], 1.0)) == 0


def test_what_cannot_be_meant_is_refused():
    lines = Polylines.from_shapely([LineString([(0, 0), (10, 0)])])
    for reach in (-1.0, math.inf, [1.0, 2.0]):
        with pytest.raises(ValueError, match=r"reach|broadcast|shape"):
            nearest_to_points(lines, [1.0], [1.0], reach)
        with pytest.raises(ValueError, match=r"reach|broadcast|shape"):
            nearest_to_areas(lines, [], reach)  # also where there is nothing to be near
    with pytest.raises(ValueError, match="points"):
        NearPoints([math.inf], [1.0])
    with pytest.raises(ValueError, match="points"):
        NearPoints([1.0, 2.0], [1.0])
    with pytest.raises(BadInputError, match="not a polygon"):
        NearAreas([LineString([(0, 0), (1, 1)])])


def test_far_from_the_origin_and_on_threads():
    random = np.random.default_rng(3)
    corner = np.array([38_500_000.0, 3_550_000.0])
    starts = corner + random.random((30_000, 2)) * 4000
    bearings = random.random(30_000) * 2 * math.pi
    tips = starts + 25 * np.column_stack((np.cos(bearings), np.sin(bearings)))
    lines = Polylines.from_shapely(shapely.linestrings(np.stack((starts, tips), axis=1)))
    sites = corner + random.random((500, 2)) * 4000
    houses = shapely.box(*sites.T, sites[:, 0] + 9, sites[:, 1] + 14)
    one, two = (nearest_to_areas(lines, houses, 3.0, workers=n) for n in (1, 3))
    for name in ("line", "other", "from_m", "to_m", "distance", "at_m", "inside_m", "other_x"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    house, line = shapely.STRtree(lines.to_shapely()).query(houses, predicate="dwithin", distance=3.0 - 1e-6)
    assert set(zip(line.tolist(), house.tolist(), strict=True)) == set(by_pair(one))
    wanted = shapely.distance(lines.to_shapely()[one.line], houses[one.other])
    np.testing.assert_allclose(one.distance, wanted, atol=2e-8)  # convex: one stretch a pair
