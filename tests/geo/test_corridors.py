"""The green that a working corridor takes: places with areas known by hand."""

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiLineString, Polygon, box

from geo.corridors import ARC_RELATIVE_ERROR, corridor_areas, corridors
from geo.crs import grid
from geo.lengths import scale_at
from geo.polylines import Polylines

FAR = np.array([38445293.125, 3885851.5])


def lines_of(*geometries):
    return Polylines.from_shapely(list(geometries))


@pytest.mark.parametrize("offset", [np.zeros(2), FAR], ids=["at the origin", "far from it"])
@pytest.mark.parametrize(
    ("coordinates", "width", "greens", "expected"),
    [
        ([(0, 0), (100, 0)], 2, [box(10, -50, 30, 50)], 40),
        ([(0, 0), (100, 0)], 2, [box(10, 0, 30, 50)], 20),
        ([(0, 0), (100, 0)], 2, [box(10, -50, 30, 50), box(20, -50, 40, 50)], 60),
        ([(0, 0), (100, 0)], 2, [box(10, 1, 30, 50)], 0),
        ([(0, 0), (100, 0)], 2, [box(100, -50, 130, 50)], 0),  # flat ends: nothing beyond the last vertex
        ([(0, 0), (100, 0)], 0, [box(10, -50, 30, 50)], 0),
        ([(0, 0), (50, 0), (50, 50)], 2, [box(60, -50, 90, 50)], 0),
        ([(0, 0), (50, 0), (50, 50)], 2, [box(-10, -10, 40, 10), box(40, 20, 60, 60)], 40 * 2 + 30 * 2),
        ([(0, 0), (60, 0), (60, 40), (30, 40), (30, -40)], 2, [box(20, -5, 40, 5)], 56),  # crosses itself
        ([(0, 0), (100, 0)], 4, [shapely.difference(box(0, -9, 100, 9), box(40, -1, 60, 1))], 400 - 40),
    ],
)  # fmt: skip
def test_known_areas(coordinates, width, greens, expected, offset):
    moved = [shapely.transform(green, lambda c: c + offset) for green in greens]
    line = lines_of(LineString(np.array(coordinates, float) + offset))
    assert corridor_areas(line, width, moved)[0] == pytest.approx(expected, abs=1e-5)


def test_a_round_joint_is_within_its_bound():
    line = lines_of(LineString([(0, 0), (50, 0), (50, 50)]))
    exact = 100 * 4 - 2 * 2 + np.pi * 2**2 / 4  # two straights share a square of 2 by 2, the joint adds a quarter disc
    found = corridor_areas(line, 4, [box(-100, -100, 100, 100)])[0]
    sector = np.pi * 2**2 / 4
    assert 0 <= exact - found <= ARC_RELATIVE_ERROR * sector + 1e-9
    assert exact - found < 1e-4


def test_many_lines_widths_and_a_tree():
    rng = np.random.default_rng(4)
    walks = rng.uniform(0, 500, (80, 1, 2)) + rng.normal(0, 40, (80, 5, 2)).cumsum(axis=1)
    drawn = [LineString(walk) for walk in walks]
    widths = rng.uniform(0, 6, 80)
    greens = shapely.buffer(shapely.points(rng.uniform(0, 500, (60, 2))), rng.uniform(5, 60, 60))
    found = corridor_areas(lines_of(*drawn), widths, greens)
    union = shapely.union_all(greens)
    strips = shapely.buffer(drawn, widths / 2, cap_style="flat", quad_segs=512)
    np.testing.assert_allclose(found, shapely.area(shapely.intersection(strips, union)), atol=0.01)
    np.testing.assert_array_equal(corridor_areas(lines_of(*drawn), widths, shapely.STRtree(greens)), found)
    for row in (0, 17, 63):
        assert corridor_areas(lines_of(drawn[row]), widths[row], greens)[0] == found[row]


def test_nothing():
    green = [box(0, 0, 10, 10)]
    assert corridor_areas(lines_of(), 2, green).tolist() == []
    assert corridor_areas(lines_of(None, LineString([(5, 5), (5, 5)])), 2, green).tolist() == [0, 0]
    line = lines_of(LineString([(5, 5), (8, 5)]))
    assert corridor_areas(line, 2, []).tolist() == [0]
    assert corridor_areas(line, 2, [None, Polygon(), shapely.Point(5, 5)]).tolist() == [0]
    assert shapely.is_empty(corridors(lines_of(None), 2)).all()
    assert corridor_areas(line, np.nan, green).tolist() == [0]


def test_parts_and_invalid_greens():
    two = lines_of(MultiLineString([[(0, 0), (10, 0)], [(20, 0), (30, 0)]]))
    assert corridor_areas(two, 2, [box(-5, -5, 50, 5)])[0] == pytest.approx(40)
    bow_tie = Polygon([(0, -5), (10, 5), (10, -5), (0, 5)])
    assert corridor_areas(two, 2, [bow_tie])[0] == pytest.approx(20 - 2, abs=1e-9)  # two triangles, tip to tip


def test_on_the_ellipsoid():
    here = grid(4547)
    x, y = here.from_lonlat(115.45, 34.0)
    line = lines_of(LineString([(x, y), (x + 100, y)]))
    found = corridor_areas(line, 4, [box(x - 9, y - 9, x + 60, y + 9)], here)[0]
    assert found == pytest.approx(240 / scale_at(x + 30, y, here)[0] ** 2, rel=1e-7)


@pytest.mark.parametrize(
    ("places", "width", "expected"),
    [
        ([(0, 0), (10, 0), (10, 0.5)], 4.0, 40.0 + 2 * 0.5 + np.pi),  # a rectangle, what juts out of it, a quarter disc
        ([(0, 0), (3, 0), (0, 0)], 4.0, 12.0 + 2 * np.pi),  # out and back: half a disc where it turns, a flat end
        ([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)], 2.0, 9.0 - 4 + np.pi),  # closed: a square and its rounded rim
    ],
)
def test_segments_shorter_than_the_width(places, width, expected):
    assert corridors(lines_of(LineString(places)), width)[0].area == pytest.approx(expected, rel=1e-4)
