"""Works leave weeks of which crews or streets have too many: all constraints hold, what is shared stays shared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from survey.programme.closures import Stretch
from survey.programme.costs import clashes, times_open
from survey.programme.easing import Easing, fitted
from survey.programme.greedy import Surroundings, nearest, place
from survey.programme.problem import components, make_problem
from survey.programme.works import SharedTrench, Terms, Work
from tests.benchmarks.programme import make_works

MONDAY = date(2026, 3, 2)


def works(*starts, weeks=2, slack=6, crew="north", roads=()):
    """Return works planned to begin some weeks after a Monday, in windows that leave so many weeks either way."""
    found = []
    for number, start in enumerate(starts):
        wanted = MONDAY + timedelta(weeks=start + slack)
        last = wanted + timedelta(weeks=slack + weeks) - timedelta(days=3)
        first = wanted - timedelta(weeks=slack)
        found.append(Work(f"R{number}", first, last, weeks, planned=wanted, crew=crew, roads=roads))
    return found


def around(listed, shared=(), **terms):
    return Surroundings(make_problem(listed, shared, Terms(**terms)))


def planned(surroundings):
    return {work: nearest(surroundings.problem, work) for work in range(len(surroundings.problem.works))}


def ladder(rungs):
    """Return streets that are a ladder's, named as the roads of `make_works`."""
    ends = [(f"{side}{rung}", f"{side}{rung + 1}") for side in "lr" for rung in range(rungs - 1)]
    ends += [(f"l{rung}", f"r{rung}") for rung in range(rungs)]
    return tuple(Stretch(f"road {number}", a, b) for number, (a, b) in enumerate(ends))


def test_what_hinders_nobody_stays_where_it_is_wanted():
    surroundings = around(works(0, 4, 8), capacity={"north": 1})
    wanted = planned(surroundings)
    assert fitted(surroundings, (0, 1, 2), wanted) == wanted


def test_a_work_too_many_moves_by_as_little_as_may_be():
    surroundings = around(works(0, 0), capacity={"north": 1})
    found = fitted(surroundings, (0, 1), planned(surroundings))
    assert clashes(surroundings.problem, found) == []
    assert sum(surroundings.problem.move(work, option) for work, option in found.items()) == 2


def test_two_that_share_a_trench_leave_a_crowded_week_together():
    listed = works(0, 0, 0, 0)
    surroundings = around(listed, [SharedTrench("T", ("R2", "R3"), 500.0)], capacity={"north": 2})
    found = fitted(surroundings, (0, 1, 2, 3), planned(surroundings))
    assert clashes(surroundings.problem, found) == []
    assert times_open(surroundings.problem.joinable[0], found) == 1


def test_a_crew_that_is_too_small_is_said_to_be():
    surroundings = around(works(0, 0, 0, slack=0), capacity={"north": 2})
    assert not Easing(surroundings, (0, 1, 2), planned(surroundings)).run()
    assert fitted(surroundings, (0, 1, 2), planned(surroundings)) is None


def test_closures_that_hold_each_other_apart_are_kept_too():
    ladder = (Stretch("a", "out", "in"), Stretch("b", "in", "away"))
    listed = [*works(0, 0, roads=("a",)), works(0, 0, 0, roads=("b",))[2]]
    surroundings = around(listed, capacity={"north": 2}, network=ladder, exits=frozenset({"out", "away"}))
    found = fitted(surroundings, tuple(range(len(listed))), planned(surroundings))
    assert clashes(surroundings.problem, found) == []


def test_two_that_share_a_trench_leave_a_week_together_for_a_street_that_is_to_stay_open():
    way_through = (Stretch("a", "out", "in"), Stretch("b", "in", "away"))
    listed = works(0, 0, 0, roads=("b",))
    listed[0] = replace(listed[0], roads=("a",), fixed=listed[0].planned)
    surroundings = around(
        listed, [SharedTrench("T", ("R1", "R2"), 500.0)], network=way_through, exits=frozenset({"out", "away"})
    )
    easing = Easing(surroundings, (0, 1, 2), planned(surroundings))
    assert easing.run()
    assert clashes(surroundings.problem, easing.choice) == []
    assert times_open(surroundings.problem.joinable[0], easing.choice) == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 8), min_size=2, max_size=14), st.integers(1, 4), st.integers(0, 6), st.data())
def test_whatever_is_found_keeps_to_windows_crews_and_streets(starts, most, slack, data):
    roads = data.draw(
        st.lists(st.sampled_from([(), *((stretch.road,) for stretch in ladder(3))]), min_size=len(starts))
    )
    listed = [replace(work, roads=road) for work, road in zip(works(*starts, slack=slack), roads, strict=False)]
    names = [work.id for work in listed]
    pairs = data.draw(st.lists(st.sets(st.sampled_from(names), min_size=2, max_size=3), max_size=6))
    shared = [SharedTrench(f"T{n}", tuple(sorted(pair)), 50.0 + 10 * n) for n, pair in enumerate(pairs)]
    open_streets = {"network": ladder(3), "exits": frozenset({"l0", "r2"})}
    surroundings = around(listed, shared, capacity={"north": most}, **open_streets)
    problem = surroundings.problem
    for members in components(problem):
        wanted = {work: nearest(problem, work) for work in members}
        found = fitted(surroundings, members, wanted)
        if found is None:
            continue
        assert found.keys() == set(members)
        assert all(option in problem.options[work] for work, option in found.items())
        assert clashes(problem, found) == []


def test_a_crowded_county_loses_less_than_by_placing_one_after_another():
    listed, shared = make_works(200, crews=2)
    surroundings = around(listed, shared, capacity={"crew 0": 8, "crew 1": 8})
    members = max(components(surroundings.problem), key=len)
    wanted = {work: nearest(surroundings.problem, work) for work in members}
    assert clashes(surroundings.problem, wanted)
    eased, placed = fitted(surroundings, members, wanted), place(surroundings, members, wanted)
    assert clashes(surroundings.problem, eased) == []
    if placed is not None:
        assert surroundings.points(members, eased) <= surroundings.points(members, placed)


def test_streets_that_stay_open_lose_less_than_by_placing_one_after_another():
    streets = ladder(60)
    listed, shared = make_works(160, roads=len(streets))
    surroundings = around(listed, shared, network=streets, exits=frozenset({"l0", "r59"}))
    members = max(components(surroundings.problem), key=len)
    wanted = {work: nearest(surroundings.problem, work) for work in members}
    assert clashes(surroundings.problem, wanted)
    eased, placed = fitted(surroundings, members, wanted), place(surroundings, members, wanted)
    assert clashes(surroundings.problem, eased) == []
    assert surroundings.points(members, eased) < surroundings.points(members, placed)
