"""What holds for the ellipsoidal length of any line in any zone."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.crs import grid
from geo.lengths import areas, lengths, segment_lengths
from geo.polylines import Polylines

EPSG = st.integers(4513, 4554)
OFFSETS = st.lists(st.tuples(st.floats(-3000, 3000), st.floats(-3000, 3000)), min_size=2, max_size=8)
PLACE = st.tuples(st.floats(-1.5, 1.5), st.floats(3, 54))


def line_at(epsg, place, offsets):
    here = grid(epsg)
    x, y = here.from_lonlat(here.central_meridian + place[0], place[1])
    return here, np.array(offsets) + np.array([x, y])


@settings(deadline=None)
@given(EPSG, PLACE, OFFSETS)
def test_sum_of_geodesics(epsg, place, offsets):
    here, xy = line_at(epsg, place, offsets)
    line = Polylines.from_shapely([shapely.LineString(xy)])
    expected = Geod(ellps="GRS80").line_length(*here.to_geodetic(xy[:, 0], xy[:, 1]))
    assert abs(lengths(line, here)[0] - expected) <= 1e-9 * expected + 1e-8 * len(offsets)


@settings(deadline=None)
@given(EPSG, PLACE, OFFSETS, st.floats(0.01, 0.99))
def test_reversing_and_splitting_change_nothing(epsg, place, offsets, share):
    here, xy = line_at(epsg, place, offsets)
    whole = lengths(Polylines.from_shapely([shapely.LineString(xy), shapely.LineString(xy[::-1])]), here)
    between = xy[0] + share * (xy[1] - xy[0])
    split = lengths(Polylines.from_shapely([shapely.LineString(np.insert(xy, 1, between, axis=0))]), here)
    assert np.ptp([*whole, *split]) <= 3e-10 * whole[0] + 1e-8


@settings(deadline=None)
@given(EPSG, PLACE, st.floats(1, 3000), st.floats(0.1, 0.9))
def test_areas_add_up(epsg, place, size, share):
    here, ((x, y), _) = line_at(epsg, place, [(0, 0), (1, 1)])
    cut = x + share * size
    boxes = [shapely.box(x, y, x + size, y + size), shapely.box(x, y, cut, y + size)]
    boxes.append(shapely.box(cut, y, x + size, y + size))
    whole, left, right = areas(boxes, here)
    assert abs(left + right - whole) <= 1e-9 * whole + 1e-6
    sides = segment_lengths([x, x], [y, y], [x + size, x], [y, y + size], here)
    assert abs(whole / (sides[0] * sides[1]) - 1) < 1e-6 + 5e-8 * size / 3
