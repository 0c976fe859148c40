"""Round trips of the web maps' offsets anywhere in China."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import datums

PLACE = st.tuples(st.floats(72.1, 137.7), st.floats(0.9, 55.7))


@settings(deadline=None)
@given(PLACE, st.sampled_from([("wgs84", "gcj02"), ("gcj02", "bd09"), ("wgs84", "bd09")]))
def test_round_trip_under_a_billionth_of_a_degree(place, pair):
    one, other = pair
    there = getattr(datums, f"{one}_to_{other}")(*place)
    back = getattr(datums, f"{other}_to_{one}")(*there)
    assert max(abs(back[0] - place[0]), abs(back[1] - place[1])) < 1e-9
    again = getattr(datums, f"{one}_to_{other}")(*getattr(datums, f"{other}_to_{one}")(*place))
    assert max(abs(again[0] - place[0]), abs(again[1] - place[1])) < 1e-9


@settings(deadline=None)
@given(st.lists(PLACE, min_size=1, max_size=9))
def test_many_at_once_are_each_as_alone(places):
    lon, lat = np.array(places).T
    together = np.array(datums.bd09_to_wgs84(lon, lat))
    alone = np.array([datums.bd09_to_wgs84(*place) for place in places]).T
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-13)
