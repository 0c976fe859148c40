"""Rounds against every order tried by hand, and large ones against what is known of their best."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.visits.rounds import next_opening, shortest_round


def walk(seconds, stay, shut, order):
    """Travel and end of an order, counted second by second where shut times are whole numbers."""
    count, now, travel, last = len(stay), 0, 0, len(stay)
    for stop in order:
        travel, now = travel + seconds[last][stop], now + seconds[last][stop]
        while any(now < b and now + stay[stop] > a for a, b in shut[stop]):
            now += 1
        now, last = now + stay[stop], stop
    return travel + seconds[last][count + 1], now + seconds[last][count + 1]


@st.composite
def tasks(draw):
    count = draw(st.integers(0, 5))
    size = count + 2
    rows = draw(st.lists(st.integers(0, 40), min_size=size * size, max_size=size * size))
    stay = draw(st.lists(st.integers(0, 9), min_size=count, max_size=count))
    span = st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda it: (it[0], it[0] + it[1]))
    shut = [sorted(draw(st.lists(span, max_size=2))) for _ in range(count)]
    return np.array(rows, dtype=float).reshape(size, size), stay, shut


@settings(max_examples=150, deadline=None)
@given(tasks())
def test_few_stops_are_the_best_of_all_orders(task):
    """Least travel, then the earliest end: every permutation is tried, waiting counted in whole seconds."""
    seconds, stay, shut = task
    best = min(walk(seconds, stay, shut, order) for order in permutations(range(len(stay))))
    found = shortest_round(seconds, stay, shut)
    assert (found.travel_s, found.end_s) == best
    assert walk(seconds, stay, shut, found.order) == best
    assert found.proven


def test_eight_stops_equal_brute_force():
    rng = np.random.default_rng(8)
    places = rng.integers(0, 1000, (10, 2))
    seconds = np.abs(places[:, None] - places).sum(axis=2).astype(float)
    best = min(walk(seconds, [0] * 8, [()] * 8, order)[0] for order in permutations(range(8)))
    assert shortest_round(seconds, [0.0] * 8).travel_s == best


def test_two_hundred_stops_round_a_lake():
    """Places on a circle have one best round, which the search must come near to; the same input, the same order."""
    angle = np.random.default_rng(2).permutation(200) * 2 * np.pi / 200
    at = np.array([*zip(np.cos(angle), np.sin(angle), strict=True), (1.0, 0.0), (1.0, 0.0)]) * 3000
    seconds = np.hypot(*(at[:, None] - at).transpose(2, 0, 1))
    found = shortest_round(seconds, [60.0] * 200)
    assert sorted(found.order) == list(range(200))
    assert found.travel_s == pytest.approx(200 * 2 * 3000 * np.sin(np.pi / 200), rel=0.05)
    assert not found.proven
    assert shortest_round(seconds, [60.0] * 200) == found


def test_many_stops_keep_to_shut_times():
    """Twelve on a line, the nearest one busy until late: it is waited for, never visited while shut."""
    at = np.array([*range(0, 1200, 100), 0, 0], dtype=float)
    shut = [[(0.0, 5000.0)]] + [[] for _ in range(11)]
    found = shortest_round(np.abs(at[:, None] - at), [50.0] * 12, shut)
    assert found.travel_s == 2200
    assert walk(np.abs(at[:, None] - at), [50] * 12, shut, found.order) == (found.travel_s, found.end_s)


def test_next_opening_fits_between():
    assert next_opening(0, 10, [(5, 20), (25, 40)]) == 40
    assert next_opening(0, 5, [(5, 20), (25, 40)]) == 0
    assert next_opening(6, 5, [(5, 20), (25, 40)]) == 20
