"""Passages of any line through any polygons, against exact rational arithmetic; and what must change nothing."""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.crossings import Areas, find_passages, union_length
from geo.polylines import Polylines
from tests.geo import exact_areas

# coarse coordinates make vertices on edges, shared edges and touching corners the rule
COARSE = st.tuples(st.integers(0, 8), st.integers(0, 8)).map(lambda p: (5.0 * p[0], 5.0 * p[1]))
FINE = st.tuples(st.floats(0, 40), st.floats(0, 40)).map(lambda p: (round(p[0], 3), round(p[1], 3)))
PLACE = st.one_of(COARSE, FINE)
RING = st.lists(PLACE, min_size=3, max_size=7, unique=True).map(lambda c: shapely.Polygon([*c, c[0]]))
POLYGONS = st.lists(RING.filter(lambda p: p.is_valid and p.area > 0), min_size=1, max_size=3)
LINE = st.lists(PLACE, min_size=2, max_size=6).map(shapely.LineString).filter(lambda line: line.length > 0)
ROAD_AXIS = st.lists(COARSE, min_size=2, max_size=5, unique=True).map(shapely.LineString)
QUICK = settings(deadline=None, max_examples=150)


def one(line):
    return Polylines.from_shapely([line])


def spans(found):
    return list(zip(found.from_m.tolist(), found.to_m.tolist(), strict=True))


@QUICK
@given(LINE, POLYGONS)
def test_agrees_with_rational_arithmetic(line, polygons):
    found = find_passages(one(line), Areas.from_polygons(polygons, [5] * len(polygons)))
    expected = exact_areas.passages(line, polygons)
    # what is within a tenth of a micrometre of a boundary may fall either way
    assert sum(b - a for a, b in spans(found)) == pytest.approx(sum(b - a for a, b in expected), abs=2e-5)
    if len(expected) == len(found):
        for got, wanted in zip(spans(found), expected, strict=True):
            assert got == pytest.approx(wanted, abs=1e-5)


@QUICK
@given(LINE, POLYGONS)
def test_coarse_answers_are_exact_to_a_micrometre(line, polygons):
    coarse = shapely.transform(line, lambda c: np.round(c / 5) * 5)
    assume(coarse.length > 0)
    snapped = [shapely.transform(polygon, lambda c: np.round(c / 5) * 5) for polygon in polygons]
    snapped = [polygon for polygon in snapped if polygon.is_valid and polygon.area > 0]
    assume(snapped)
    found = find_passages(one(coarse), Areas.from_polygons(snapped, [5] * len(snapped)))
    expected = exact_areas.passages(coarse, snapped)
    assert len(found) == len(expected)
    for got, wanted in zip(spans(found), expected, strict=True):
        assert got == pytest.approx(wanted, abs=1e-6)


@QUICK
@given(LINE, ROAD_AXIS, st.floats(0.5, 12))
def test_centre_lines_by_dense_sampling(line, axis, width):
    road = Areas.from_centrelines(one(axis), [width], [0])
    found = find_passages(one(line), road)
    at = np.linspace(0, line.length, 800)
    places = shapely.line_interpolate_point(line, at)
    far = shapely.distance(places, axis)
    ends = np.concatenate((found.from_m, found.to_m))
    clear = np.abs(far - width / 2) > 1e-6
    if len(ends):
        clear &= np.abs(at[:, None] - ends).min(axis=1) > 1e-5
    inside = ((at[:, None] > found.from_m) & (at[:, None] < found.to_m)).any(axis=1)
    np.testing.assert_array_equal(inside[clear], (far < width / 2)[clear])


@QUICK
@given(LINE, POLYGONS, st.floats(-1e7, 1e7), st.floats(0, 4e6))
def test_moving_reversing_and_splitting_change_nothing(line, polygons, east, north):
    shift = np.floor([east, north])
    areas = Areas.from_polygons(polygons, range(len(polygons)))
    found = find_passages(one(line), areas)
    moved = [shapely.transform(polygon, lambda c: c + shift) for polygon in polygons]
    again = find_passages(
        one(shapely.transform(line, lambda c: c + shift)), Areas.from_polygons(moved, range(len(polygons)))
    )
    assert union_length(again, 1) == pytest.approx(union_length(found, 1), abs=1e-4)
    back = find_passages(one(shapely.reverse(line)), areas)
    assert union_length(back, 1) == pytest.approx(union_length(found, 1), abs=1e-5)
    split = find_passages(one(shapely.segmentize(line, 3.7)), areas)
    assert union_length(split, 1) == pytest.approx(union_length(found, 1), abs=1e-5)


@QUICK
@given(LINE, ROAD_AXIS, st.floats(0.5, 12), st.floats(0.1, 8))
def test_a_wider_road_holds_all_that_a_narrower_one_holds(line, axis, width, more):
    def inside(metres):
        return spans(find_passages(one(line), Areas.from_centrelines(one(axis), [metres], [0])))

    wide = inside(width + more)
    for begin, end in inside(width):
        assert any(a - 1e-6 <= begin and end <= b + 1e-6 for a, b in wide)


@QUICK
@given(st.lists(LINE, min_size=2, max_size=4), POLYGONS, st.randoms(use_true_random=False))
def test_the_order_of_lines_and_areas_changes_nothing(lines, polygons, random):
    owners = list(range(len(polygons)))
    found = find_passages(Polylines.from_shapely(lines), Areas.from_polygons(polygons, owners))
    rows, areas = random.sample(range(len(lines)), len(lines)), random.sample(owners, len(owners))
    again = find_passages(
        Polylines.from_shapely([lines[row] for row in rows]), Areas.from_polygons([polygons[i] for i in areas], areas)
    )

    def told(passages, numbers):
        return sorted(
            (numbers[line], owner, begin, end, crosses)
            for line, owner, begin, end, crosses in zip(
                passages.line.tolist(), passages.owner.tolist(), passages.from_m.tolist(), passages.to_m.tolist(),
                passages.crossing.tolist(), strict=True,
            )
        )  # fmt: skip

    assert told(again, rows) == told(found, range(len(lines)))


@QUICK
@given(st.floats(4, 30), st.floats(15, 90), st.floats(-0.9, 0.9), st.booleans())
def test_a_crossing_stays_one_read_backwards(width, skew, past, as_polygon):
    """A straight road and a line that ends beyond its axis, or before it: what it is does not depend on the way."""
    direction = np.radians(skew)
    ahead, reach = past * width / 2 / np.sin(direction), width / np.sin(direction) + 5
    assume(abs(past) > 1e-3)
    line = shapely.LineString([(-reach * np.cos(direction), -reach * np.sin(direction)),
                               (ahead * np.cos(direction), ahead * np.sin(direction))])  # fmt: skip
    axis = shapely.LineString([(-400, 0), (400, 0)])
    road = (
        Areas.from_polygons([shapely.buffer(axis, width / 2, cap_style="flat")], [0])
        if as_polygon
        else Areas.from_centrelines(one(axis), [width], [0])
    )
    for way in (line, shapely.reverse(line), shapely.segmentize(line, 1.7)):
        assert find_passages(one(way), road).crossing.tolist() == [past > 0]


@QUICK
@given(LINE, POLYGONS)
def test_owners_one_by_one_and_together(line, polygons):
    apart = find_passages(one(line), Areas.from_polygons(polygons, range(len(polygons))))
    for owner, polygon in enumerate(polygons):
        alone = find_passages(one(line), Areas.from_polygons([polygon], [0]))
        own = apart.take(apart.owner == owner)
        np.testing.assert_allclose(np.reshape(spans(alone), (-1, 2)), np.reshape(spans(own), (-1, 2)), atol=1e-9)
    together = find_passages(one(line), Areas.from_polygons(polygons, [0] * len(polygons)))
    assert together.length_m.sum() >= union_length(apart, 1)[0] - 1e-5
    assert together.length_m.sum() <= line.length + 1e-9
    assert union_length(together, 1)[0] == pytest.approx(together.length_m.sum(), abs=1e-9)


@QUICK
@given(st.floats(3, 60), st.floats(8, 90), st.floats(0, np.pi), st.booleans())
def test_length_times_sine_of_skew_is_the_width(width, skew, turn, as_polygon):
    """A straight road, crossed at any angle, in any direction of the compass."""
    reach = width / np.sin(np.radians(skew)) + 60
    axis = shapely.LineString([(-reach - 100, 0), (reach + 100, 0)])
    direction = np.radians(skew)
    line = shapely.LineString([(-reach * np.cos(direction), -reach * np.sin(direction)),
                               (reach * np.cos(direction), reach * np.sin(direction))])  # fmt: skip
    cos, sin = np.cos(turn), np.sin(turn)

    def turned(geometry):
        return shapely.transform(geometry, lambda c: c @ np.array([[cos, sin], [-sin, cos]]))

    road = (
        Areas.from_polygons([turned(shapely.buffer(axis, width / 2, cap_style="flat"))], [0])
        if as_polygon
        else Areas.from_centrelines(one(turned(axis)), [width], [0])
    )
    found = find_passages(one(turned(line)), road)
    assert found.crossing.tolist() == [True]
    assert found.skew_deg[0] == pytest.approx(skew, abs=1e-4)
    assert found.length_m[0] * np.sin(np.radians(found.skew_deg[0])) == pytest.approx(width, abs=1e-5)
