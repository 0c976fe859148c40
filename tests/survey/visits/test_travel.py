"""Travel on roads: times worked out by hand, gaps told, and town networks against Floyd and Warshall."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.visits.county_data import known_visit_pace
from survey.visits.travel import travel_between
from tests.survey.visits.scene import streets

PACE = known_visit_pace()


def test_a_short_way_is_walked_and_a_long_one_driven():
    """400 m at 4 km/h on foot is not allowed to be longer; 1 km at 20 km/h takes 180 s and 120 s to set out."""
    town = streets([(0, 0), (3000, 0)], ids=["A"])
    travel = travel_between([(0, 0), (100, 0), (1000, 0)], town, {"A": None}, PACE)
    assert travel.seconds[0, 1] == pytest.approx(90.0)
    assert travel.leg(0, 1).mode == "walk"
    assert travel.seconds[0, 2] == pytest.approx(180.0 + 120.0)
    assert (travel.leg(0, 2).mode, travel.leg(0, 2).metres) == ("drive", 1000.0)


def test_the_faster_road_is_taken_round_the_corner():
    """Two sides of 2 km at 50 km/h beat the straight local street of 2.4 km at 20 km/h; the line goes that way."""
    town = streets([(0, 0), (2000, 0), (2000, 2000)], [(0, 0), (2000, 2000)], ids=["fast", "slow"])
    travel = travel_between([(0, 0), (2000, 2000)], town, {"fast": "expressway", "slow": "local"}, PACE)
    leg = travel.leg(0, 1)
    assert leg.metres == pytest.approx(4000.0)
    assert leg.seconds == pytest.approx(4000 / (50 / 3.6) + 120)
    assert leg.line.distance(shapely.Point(2000, 0)) < 1e-9
    assert travel.leg(1, 0).line.coords[0] == (2000, 2000)


def test_off_the_road_is_told_and_no_road_is_a_straight_line():
    town = streets([(0, 0), (1000, 0)], [(0, 5000), (1000, 5000)], ids=["A", "B"])
    travel = travel_between([(0, 30), (1000, 0), (500, 5000)], town, {}, PACE)
    leg = travel.leg(0, 1)
    assert (leg.assumed, leg.gap_m, leg.metres) == (True, 30.0, 1030.0)
    assert leg.seconds == pytest.approx(1000 / (20 / 3.6) + 30 / (4 / 3.6) + 120)
    apart = travel.leg(1, 2)
    metres = float(np.hypot(500, 5000))
    assert (apart.assumed, apart.gap_m) == (True, pytest.approx(metres))
    assert (leg.connected, apart.connected) == (True, False)
    assert apart.seconds == pytest.approx(metres / (10 / 3.6))
    assert list(apart.line.coords) == [(1000, 0), (500, 5000)]
    bare = travel_between([(0, 0), (30, 40)], streets(), {}, PACE)
    assert (bare.leg(0, 1).metres, bare.leg(0, 1).assumed) == (50.0, True)


@pytest.mark.parametrize("mode", ["any", "walk"])
def test_between_places_far_off_the_road_one_walks_straight_where_that_is_nearer_than_the_road(mode):
    """Two places of a field, 400 m off the road and 50 m apart: nobody walks 800 m by the road and back."""
    town = streets([(0, 0), (1000, 0)], ids=["A"])
    travel = travel_between([(0, 400), (50, 400), (900, 400), (50, 400)], town, {}, PACE, mode)
    leg = travel.leg(0, 1)
    assert (leg.seconds, leg.metres, leg.gap_m) == pytest.approx((45.0, 50.0, 50.0))
    assert (leg.mode, leg.assumed, list(leg.line.coords)) == ("walk", True, [(0, 400), (50, 400)])
    assert leg.connected
    assert travel.leg(0, 2).line.distance(shapely.Point(450, 0)) < 1e-9  # farther than the road is off
    assert (travel.seconds[1, 3], travel.leg(1, 3).assumed) == (0.0, False)
    driven = travel_between([(0, 400), (50, 400)], town, {}, PACE, "drive").leg(0, 1)
    assert (driven.mode, driven.metres) == ("drive", 850.0)


@settings(max_examples=40, deadline=None)
@given(
    st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), min_size=1),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=5),
    st.data(),
)
def test_driving_equals_floyd_and_warshall(edges, places, data):
    """Streets of 1 km between crossings of a grid, of random classes; places at crossings that have a street."""
    lines, classes = [], {}
    table = np.full((25, 25), np.inf)
    np.fill_diagonal(table, 0.0)
    for number, (x, y, east) in enumerate(sorted(edges)):
        other = (x + 1, y) if east else (x, y + 1)
        lines.append([(1000 * x, 1000 * y), (1000 * other[0], 1000 * other[1])])
        classes[f"R{number}"] = data.draw(st.sampled_from(sorted(PACE.drive_kmh)))
        a, b = 5 * x + y, 5 * other[0] + other[1]
        table[a, b] = table[b, a] = 3600 / PACE.drive_kmh[classes[f"R{number}"]]
    for k in range(25):
        table = np.minimum(table, table[:, k, None] + table[None, k, :])
    served = {(round(x / 1000), round(y / 1000)) for line in lines for x, y in line}
    wanted = [place for place in dict.fromkeys(places) if place in served]
    found = travel_between([(1000 * x, 1000 * y) for x, y in wanted], streets(*lines), classes, PACE)
    for one, (x, y) in enumerate(wanted):
        for other, (u, v) in enumerate(wanted):
            best = table[5 * x + y, 5 * u + v]
            if one != other and np.isfinite(best):
                assert found.seconds[one, other] == pytest.approx(best + 120)
                leg = found.leg(one, other)
                assert not leg.assumed
                assert leg.metres == pytest.approx(leg.line.length)
    assert np.array_equal(found.seconds, found.seconds.T)
