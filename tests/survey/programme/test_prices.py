"""A bound from prices: never above the best of all programmes, and high enough where roads tie a whole county."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from threading import Event
from unittest.mock import patch

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.faults import BadInputError
from survey.programme import prices as module
from survey.programme.costs import least_points, points_of_never, times_open
from survey.programme.planning import plan
from survey.programme.prices import Prices, bears_prices
from survey.programme.problem import make_problem, without_ties
from survey.programme.works import SharedTrench, Terms, Weights, Work
from tests.benchmarks.programme import make_works
from tests.survey.programme.test_planning import inputs, points, ways

MONDAY = date(2026, 3, 2)


def whole(works, shared, terms):
    """Return all of some works that nothing but roads and trenches tie; no example where a work has no place."""
    try:
        return without_ties(make_problem(works, shared, terms))
    except BadInputError:
        assume(False)


def works_on(*windows, road="high street"):
    """Return works of one road: first week of the window, weeks of the window, weeks of digging."""
    found = []
    for number, (first, window, weeks) in enumerate(windows):
        begin = MONDAY + timedelta(weeks=first)
        last = begin + timedelta(weeks=window) - timedelta(days=3)
        found.append(Work(f"R{number}", begin, last, weeks, roads=(road,)))
    return found


@settings(max_examples=120, deadline=None)
@given(inputs(), st.sampled_from([2**17, 1]))
def test_no_programme_is_below_the_bound_nor_below_what_is_left_where_roads_have_paid(given_, states):
    works, shared, terms = given_
    problem = whole(works, shared, terms)
    members = range(len(problem.works))
    with patch.object(module, "MOST_STATES", states):  # 1: but one work a week is looked at in a road or trench
        prices = Prices(problem, members)
    bounds = [prices.bound]
    for _ in range(3):
        prices.run(prices.spent_s + 1e-9, Event())
        bounds.append(prices.bound)
    possible = [ways(work, terms) for work in works]
    best = min(points(works, shared, dug, terms) for dug in product(*possible)) - points_of_never(problem)
    assert bounds == sorted(bounds)
    assert bounds[-1] <= best
    each, more = prices.without_roads()
    assert all(min(costs.values()) == 0 for costs in each.values())
    choices = [dict(enumerate(places)) for places in product(*problem.options)]
    left = [
        sum(each[work][option.start] for work, option in choice.items())
        + sum(it.points * (times_open(it, choice) - 1) for it in problem.joinable)
        for choice in choices
    ]
    assert more + min(left) <= best


def test_works_of_a_road_that_cannot_meet_close_it_one_after_the_other():
    problem = make_problem(works_on((0, 4, 3), (9, 4, 2), (10, 5, 2)), [], Terms(weights=Weights(moved_week=0)))
    assert least_points(problem, (0, 1, 2)) == 60
    assert Prices(problem, (0, 1, 2)).bound == 100  # weeks 0 to 2, and two weeks that the others share


def test_a_trench_that_costs_more_than_the_road_is_paid_for_by_the_road():
    near, far = works_on((0, 6, 2), (4, 20, 2))
    other = works_on((20, 4, 2), road="lane")[0]
    works = [near, far, Work("R9", other.start, other.end, 2)]
    problem = make_problem(works, [SharedTrench("T", ("R1", "R9"), 50.0)], Terms())
    prices = Prices(problem, (0, 1, 2))
    assert prices.bound < 80
    prices.run(1.0, Event())
    best = plan(works, [SharedTrench("T", ("R1", "R9"), 50.0)], Terms())
    assert best.gap == 0
    assert prices.bound == best.costs.points


def test_many_works_of_a_road_are_a_bound_too():
    works = works_on(*[(number % 3, 30, 2 + number % 4) for number in range(60)])
    problem = make_problem(works, [], Terms(weights=Weights(moved_week=0)))
    prices = Prices(problem, range(60))
    assert prices.bound == 100  # all within the five weeks of the longest


def test_a_halt_ends_it_with_the_bound_it_has():
    works, shared = make_works(80, roads=20)
    problem = make_problem(works, shared, Terms())
    halt = Event()
    halt.set()
    prices = Prices(problem, range(80))
    before = prices.bound
    prices.run(10.0, halt)
    assert (prices.bound, prices.spent_s) == (before, 0)


@pytest.mark.parametrize(
    ("weights", "bears"),
    [(Weights(), True), (Weights(closed_week=0), False), (Weights(moved_week=10**15), False)],
)
def test_closures_that_cost_nothing_and_points_without_end_have_no_prices(weights, bears):
    problem = make_problem(works_on((0, 9, 2), (3, 9, 2)), [], Terms(weights=weights))
    assert bears_prices(problem) is bears


def test_a_county_that_roads_tie_is_planned_near_to_its_bound_in_any_order():
    works, shared = make_works(160, roads=48)
    found = plan(works, shared, Terms(), seconds=0.5, workers=2)
    again = plan(works[::-1], shared[::-1], Terms(), seconds=0.5, workers=1)
    assert (found.choice, found.costs, found.bound) == (again.choice, again.costs, again.bound)
    assert found.gap < 0.01  # 0.04 where the bound of a road is its longest work
