"""The green under a corridor: by counting places, and what must hold for any line and any greens."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.corridors import corridor_areas
from geo.polylines import Polylines

PLACE = st.tuples(st.floats(0, 100), st.floats(0, 100)).map(lambda p: (round(p[0], 2), round(p[1], 2)))
LINE = st.lists(PLACE, min_size=2, max_size=5).map(shapely.LineString).filter(lambda line: line.length > 1)
STRAIGHT = st.lists(PLACE, min_size=2, max_size=2).map(shapely.LineString).filter(lambda line: line.length > 1)
GREENS = st.lists(st.tuples(PLACE, st.floats(1, 60), st.floats(1, 60)), min_size=1, max_size=4).map(
    lambda boxes: [shapely.box(x, y, x + w, y + h) for (x, y), w, h in boxes]
)
WIDTH = st.floats(0.5, 10)
QUICK = settings(deadline=None, max_examples=100)


def area(line, width, greens):
    return corridor_areas(Polylines.from_shapely([line]), width, greens)[0]


@settings(deadline=None, max_examples=30)
@given(STRAIGHT, WIDTH, GREENS)
def test_by_counting_places(line, width, greens):
    """A fine lattice in the corridor's own frame, each place asked of each green."""
    (x0, y0), (x1, y1) = line.coords
    ux, uy = (x1 - x0) / line.length, (y1 - y0) / line.length
    along, across = np.meshgrid((np.arange(400) + 0.5) / 400 * line.length, ((np.arange(40) + 0.5) / 40 - 0.5) * width)
    x, y = x0 + ux * along - uy * across, y0 + uy * along + ux * across
    inside = np.zeros(x.shape, bool)
    for green in greens:
        west, south, east, north = green.bounds
        inside |= (x > west) & (x < east) & (y > south) & (y < north)
    assert area(line, width, greens) == pytest.approx(
        inside.mean() * line.length * width, abs=0.02 * line.length * width
    )


@QUICK
@given(LINE, WIDTH, GREENS)
def test_each_place_counts_once_and_never_more_than_there_is(line, width, greens):
    found = area(line, width, greens)
    assert 0 <= found <= shapely.area(shapely.union_all(greens)) + 1e-6
    assert found <= line.length * width + 1e-6 + np.pi * width**2 / 4 * len(line.coords)
    assert area(line, width, greens * 2) == pytest.approx(found, abs=1e-6)
    assert found <= sum(area(line, width, [green]) for green in greens) + 1e-6
    assert area(line, width, [shapely.box(-500, -500, 500, 500)]) >= found - 1e-6


@QUICK
@given(STRAIGHT, WIDTH, GREENS)
def test_wider_takes_more_and_reversing_changes_nothing(line, width, greens):
    found = area(line, width, greens)
    assert area(line, width * 1.5, greens) >= found - 1e-6
    assert area(shapely.reverse(line), width, greens) == pytest.approx(found, abs=1e-6)
    assert area(shapely.segmentize(line, 3.1), width, greens) == pytest.approx(found, abs=1e-4)


def in_corridor(x, y, line, radius):
    """Whether places are beside a segment, or in the outer sector of a bend: ahead of the one, behind the other."""
    ends = np.array(line.coords)
    along = np.diff(ends, axis=0)
    inside = np.zeros(x.shape, bool)
    for (ax, ay), (dx, dy) in zip(ends[:-1], along, strict=True):
        metres = np.hypot(dx, dy)
        t, s = ((x - ax) * dx + (y - ay) * dy) / metres, (dx * (y - ay) - dy * (x - ax)) / metres
        inside |= (t >= 0) & (t <= metres) & (np.abs(s) <= radius)
    for (vx, vy), (dx, dy), (ex, ey) in zip(ends[1:-1], along[:-1], along[1:], strict=True):
        ahead, behind = (x - vx) * dx + (y - vy) * dy >= 0, (x - vx) * ex + (y - vy) * ey <= 0
        inside |= ahead & behind & (np.hypot(x - vx, y - vy) <= radius)
    return inside


@settings(deadline=None, max_examples=60)
@given(st.lists(PLACE, min_size=2, max_size=6, unique=True), st.floats(10, 60))
def test_any_line_by_counting_places(places, width):
    """Also where segments are shorter than the corridor is wide, which the library's buffer gets wrong."""
    line = shapely.LineString(places)
    west, south, east, north = shapely.box(*line.bounds).buffer(width).bounds
    # One place somewhere in each cell: places in rows count a slanting edge too often or too seldom.
    column, row = np.meshgrid(np.arange(400), np.arange(400))
    inside_cell = np.random.default_rng(0).random((2, 400, 400))
    x, y = (
        west + (column + inside_cell[0]) * (east - west) / 400,
        south + (row + inside_cell[1]) * (north - south) / 400,
    )
    counted = in_corridor(x, y, line, width / 2).mean() * (east - west) * (north - south)
    found = area(line, width, [shapely.box(-500, -500, 500, 500)])
    assert found == pytest.approx(counted, abs=0.01 * shapely.buffer(line, width / 2).area + 2)
