"""Programmes held against every possible one: small random inputs, all combinations of starts counted by hand."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations, pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.faults import BadInputError
from survey.programme.closures import Stretch, cut_off
from survey.programme.planning import plan
from survey.programme.works import SharedTrench, Terms, Weights, Work

MONDAY = date(2026, 3, 2)
HORIZON = 7
NETWORK = (Stretch("a", "in", "east"), Stretch("b", "east", "out"), Stretch("c", "out", "yard"))


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
        roads = tuple(sorted(draw(st.sets(st.sampled_from(["a", "b", "c"]), max_size=1))))
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
        network=draw(st.sampled_from([(), NETWORK])),
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
            alone = {place for road in closed for place in cut_off(NETWORK, {road}, terms.exits)}
            if cut_off(NETWORK, closed, terms.exits) - alone:
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


@settings(max_examples=150, deadline=None)
@given(inputs())
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
