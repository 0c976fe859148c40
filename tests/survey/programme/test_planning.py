"""Programmes held against every possible one: small random inputs, all combinations of starts counted by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, pairwise, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.faults import BadInputError
from survey.programme import planning
from survey.programme.closures import Stretch, cut_off
from survey.programme.costs import clashes, points_of_never
from survey.programme.planning import Planning, plan
from survey.programme.works import SharedTrench, Terms, Weights, Work

MONDAY = date(2026, 3, 2)
HORIZON = 7
NETWORK = (Stretch("a", "in", "east"), Stretch("b", "east", "out"), Stretch("c", "out", "yard"))
MARKET = (Stretch("a", "in", "market"), Stretch("b", "market", "out"), Stretch("c", "in", "market"))


def week(number):
    return MONDAY + timedelta(weeks=number)


@st.composite
def inputs(draw):
    works = []
    for number in range(draw(st.integers(1, 4))):
        first = draw(st.integers(0, 4))
        last = draw(st.integers(first + 1, HORIZON))
        weeks = draw(st.integers(1, min(3, last - first)))
        planned = draw(st.none() | st.integers(first, last - 1))
        roads = tuple(sorted(draw(st.sets(st.sampled_from(["a", "b", "c"]), max_size=2))))
        crew = draw(st.sampled_from([None, "north"]))
        works.append(
            Work(
                f"R{number}",
                week(first),
                week(last) - timedelta(days=3),
                weeks,
                planned=None if planned is None else week(planned),
                crew=crew,
                roads=roads,
            )
        )
    names = [work.id for work in works]
    groups = [group for size in (2, 3) for group in combinations(names, size)]
    chosen = draw(st.lists(st.sampled_from(groups), max_size=4)) if groups else []
    shared = [
        SharedTrench(f"T{number}", group, draw(st.integers(0, 50)) * (len(group) - 1.0))
        for number, group in enumerate(chosen)
    ]
    idle = draw(st.sets(st.integers(0, HORIZON), max_size=2))
    terms = Terms(
        breaks=tuple((week(number), week(number) + timedelta(days=4)) for number in sorted(idle)),
        longest_pause=draw(st.integers(0, 2)),
        capacity=draw(st.sampled_from([{}, {"north": 1}, {"north": 2}])),
        protected_until=draw(st.sampled_from([{}, {"a": week(2)}])),
        network=draw(st.sampled_from([(), NETWORK, MARKET])),
        exits=frozenset({"in", "out"}),
        weights=Weights(
            draw(st.integers(0, 10)), draw(st.integers(0, 20)), draw(st.integers(0, 200)), draw(st.integers(0, 3))
        ),
    )
    return works, shared, terms


def ways(work, terms):
    """Every start of a work by itself, as tuples of weeks dug, from the words of the documentation alone."""
    idle = {(first - MONDAY).days // 7 for first, _ in terms.breaks}
    found = []
    for start in range(HORIZON + 1):
        dug = [number for number in range(start, HORIZON + 1) if number not in idle][: work.weeks]
        if len(dug) < work.weeks or dug[0] != start:
            continue
        inside = work.start <= week(start) and week(dug[-1]) + timedelta(days=4) <= work.end
        free = all(week(start) > terms.protected_until.get(road, date.min) for road in work.roads)
        paused = any(b - a - 1 > terms.longest_pause for a, b in pairwise(dug))
        if inside and free and not paused:
            found.append(tuple(dug))
    return found


def keeps(works, dug, terms):
    for number in range(HORIZON + 1):
        busy = [work for work, weeks in zip(works, dug, strict=True) if number in weeks]
        if any(sum(work.crew == crew for work in busy) > most for crew, most in terms.capacity.items()):
            return False
        closed = {road for work in busy for road in work.roads}
        if terms.network:
            alone = {place for road in closed for place in cut_off(terms.network, {road}, terms.exits)}
            if cut_off(terms.network, closed, terms.exits) - alone:
                return False
    return True


def fewest(groups):
    """The fewest weeks that meet all, by trying all sets of weeks."""
    for size in range(1, len(groups) + 1):
        for chosen in combinations(range(HORIZON + 1), size):
            if all(set(chosen) & set(group) for group in groups):
                return size
    raise AssertionError


def points(works, shared, dug, terms):
    by_id = {work.id: weeks for work, weeks in zip(works, dug, strict=True)}
    weights = terms.weights
    total = 0
    for trench in shared:
        again = fewest([by_id[name] for name in trench.members]) - 1
        total += again * (trench.saved_m / (len(trench.members) - 1) * weights.metre + weights.reopening)
    for road in "abc":
        total += weights.closed_week * len({w for work in works if road in work.roads for w in by_id[work.id]})
    for work in works:
        wanted = (work.planned - MONDAY).days // 7 if work.planned else ways(work, terms)[0][0]
        total += weights.moved_week * abs(by_id[work.id][0] - wanted)
    return round(total)


def answer(found):
    zero = MONDAY.toordinal() // 7
    return [tuple(number - zero for number in found.choice[work].weeks) for work in range(len(found.problem.works))]


@pytest.fixture(params=[planning.MOST_TOGETHER, 0], ids=["together", "parted by roads"], scope="module")
def parted(request):
    """Part what roads tie whatever its size, too: small inputs are searched as one else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "MOST_TOGETHER", request.param)
        yield


@settings(max_examples=80, deadline=None)
@given(inputs())
@pytest.mark.usefixtures("parted")
def test_equals_the_best_of_all_programmes(given_):
    works, shared, terms = given_
    possible = [ways(work, terms) for work in works]
    kept = [dug for dug in product(*possible) if keeps(works, dug, terms)]
    if not kept:
        with pytest.raises(BadInputError):
            plan(works, shared, terms, workers=1)
        return
    found = plan(works, shared, terms, workers=1)
    dug = answer(found)
    assert tuple(dug) in kept
    best = min(points(works, shared, other, terms) for other in kept)
    assert found.costs.points == points(works, shared, dug, terms) == best
    assert found.bound == best
    assert found.gap == 0
    if not found.planned_clashes:
        assert best <= found.planned.points


def clique(count=5, crews=None):
    """Works that all share trenches of different length with each other, in windows that meet in part."""
    works = [
        Work(f"R{n}", week(n), week(n + 9) - timedelta(days=3), 2 + n % 3, crew="north" if crews else None)
        for n in range(count)
    ]
    shared = [SharedTrench(f"T{a}{b}", (f"R{a}", f"R{b}"), 20.0 + 7 * a + b) for a, b in combinations(range(count), 2)]
    return works, shared, Terms(capacity={"north": crews} if crews else {})


def test_the_same_input_in_any_order_gives_the_same_programme():
    works, shared, terms = clique()
    first = plan(works, shared, terms, seconds=0.1, workers=2)
    again = plan(works[::-1], shared[::-1], terms, seconds=0.1, workers=1)
    assert first.choice == again.choice
    assert (first.costs, first.bound, first.planned) == (again.costs, again.bound, again.planned)


def test_stopped_at_once_it_is_still_a_programme_and_says_how_far_it_may_be_from_the_best():
    works, shared, terms = clique(5, crews=2)
    best = plan(works, shared, terms)
    planning = Planning(works, shared, terms)
    planning.stop()
    stopped = planning.run()
    assert stopped.stopped
    assert len(stopped.choice) == 5
    for number in range(5):
        assert stopped.choice[number] in stopped.problem.options[number]
    assert clashes(stopped.problem, stopped.choice) == []
    assert stopped.bound <= best.costs.points <= stopped.costs.points
    assert 0 <= stopped.gap <= 1


def county(count=40, seed=5):
    """Works that share with others at random, of few crews, in streets of a ladder of which the ends lead out."""
    draw = Random(seed)  # noqa: S311 - nothing to keep secret
    rails = [Stretch(f"{side}{n}", f"{side} {n}", f"{side} {n + 1}") for side in "lr" for n in range(6)]
    network = (*rails, *(Stretch(f"x{n}", f"l {n}", f"r {n}") for n in range(7)))
    works = []
    for n in range(count):
        first, weeks = draw.randrange(20), draw.randrange(1, 4)
        road, crew = draw.choice(network).road, draw.choice(["north", "south"])
        days = week(first), week(first + 14) - timedelta(days=3)
        works.append(Work(f"R{n:02d}", *days, weeks, planned=week(first + 6), crew=crew, roads=(road,)))
    pairs = [pair for pair in combinations(works, 2) if draw.random() < 0.1]
    shared = [SharedTrench(f"T{n}", (a.id, b.id), draw.randrange(10, 90)) for n, (a, b) in enumerate(pairs)]
    exits = frozenset({"l 0", "r 6"})
    return works, shared, Terms(capacity={"north": 3, "south": 2}, network=network, exits=exits)


def test_crews_and_streets_do_not_make_it_depend_on_order_or_threads():
    works, shared, terms = county()
    first = plan(works, shared, terms, seconds=2, workers=2)
    again = plan(works[::-1], shared[::-1], terms, seconds=2, workers=1)
    assert (first.choice, first.costs, first.bound) == (again.choice, again.costs, again.bound)
    assert clashes(first.problem, first.choice) == []
    assert first.planned_clashes
    for number in {number for option in first.choice.values() for number in option.weeks}:
        at = [work for work, option in first.choice.items() if number in option.weeks]
        closed = {road for work in at for road in first.problem.works[work].roads}
        together = {road for road in closed if not cut_off(terms.network, {road}, terms.exits)}
        assert not cut_off(terms.network, together, terms.exits)


def test_stopped_half_way_it_keeps_to_everything_and_to_what_it_had():
    works, shared, terms = county()
    seen = []

    def hear(at):
        seen.append(at)
        if len(seen) > 1:  # the solver has begun
            planning.stop()

    planning = Planning(works, shared, terms, seconds=10_000, progress=hear)
    found = planning.run()
    assert found.stopped
    assert found.gap > 0
    assert clashes(found.problem, found.choice) == []
    never = points_of_never(found.problem)
    assert found.costs.points - never <= min(at.points for at in seen)
    assert found.bound - never >= max(at.bound for at in seen)


def test_progress_is_told_and_ends_with_all_components():
    works, shared, terms = clique(5)
    seen = []
    found = plan(works, shared, terms, progress=seen.append)
    assert seen[-1].ended == seen[-1].components == 1
    assert seen[-1].points == found.costs.points
    assert all(at.bound <= at.points for at in seen)


def test_a_bound_that_is_not_reached_is_shown_as_a_gap():
    works, shared, terms = clique(6)
    short = plan(works, shared, terms, seconds=0.0)
    best = plan(works, shared, terms)
    assert best.gap == 0
    assert short.bound <= best.costs.points <= short.costs.points
    assert short.gap >= (short.costs.points - best.costs.points) / (short.alone - best.costs.points) - 1e-12


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"end": MONDAY - timedelta(days=1)}, "window.reversed"),
        ({"end": MONDAY + timedelta(days=365 * 30)}, "window.too_long"),
        ({"weeks": 3}, "window.too_short"),
        ({"weeks": 0}, "programme.weeks"),
        ({"fixed": week(1)}, "programme.fixed"),
        ({"roads": ("a",)}, "programme.protected"),
    ],
)
def test_what_cannot_be_is_told_with_the_route(change, code):
    work = replace(Work("R1", MONDAY, week(2) - timedelta(days=3), 2), **change)
    terms = Terms(protected_until={"a": week(1)})
    with pytest.raises(BadInputError) as caught:
        plan([work], [], terms)
    assert [(fault.code, fault.feature) for fault in caught.value.faults] == [(code, "R1")]


def test_fixed_starts_that_clash_are_told_with_both_routes():
    works = [Work(f"R{n}", MONDAY, week(9), 2, fixed=week(1 + n), crew="north") for n in range(2)]
    with pytest.raises(BadInputError) as caught:
        plan(works, [], Terms(capacity={"north": 1}))
    assert [(fault.code, fault.feature) for fault in caught.value.faults] == [("programme.crew", "R0, R1")]


def test_three_roads_that_only_together_cut_a_place_off_are_not_closed_at_once():
    works = [Work(f"R{road}", MONDAY, week(2) - timedelta(days=3), 1, planned=MONDAY, roads=(road,)) for road in "abc"]
    terms = Terms(network=MARKET, exits=frozenset({"in", "out"}), weights=Weights(moved_week=1))
    found = plan(works, [], terms)
    assert sum(option.start != found.problem.wanted[work] for work, option in found.choice.items()) == 1
    assert (found.planned_clashes, found.costs.moved_weeks, found.gap) == (1, 1, 0)
    assert clashes(found.problem, found.choice) == []
    assert plan(works, [], Terms()).costs.moved_weeks == 0


def test_one_work_that_closes_both_ways_out_is_told():
    with pytest.raises(BadInputError) as caught:
        plan(
            [Work("R1", MONDAY, week(9), 2, roads=("a", "b"))],
            [],
            Terms(network=NETWORK, exits=frozenset({"in", "out"})),
        )
    assert [fault.code for fault in caught.value.faults] == ["programme.cuts_off"]
