"""Weeks held open for members that need runs of them: held against every way to place the members."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.programme.covering import FORBIDDEN, least_beside

WEEKS = 7


@st.composite
def members(draw):
    """For each member the length of its run, and prices by its last week: some weeks between may have none."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        length = draw(st.integers(1, 3))
        lasts = draw(st.sets(st.integers(length - 1, WEEKS - 1), min_size=1, max_size=4))
        found.append((length, {last: draw(st.integers(-40, 40)) for last in sorted(lasts)}))
    return found


def beside(found, each, member, bits):
    prices = np.full((len(found), WEEKS), FORBIDDEN)
    for number, (_, ways) in enumerate(found):
        for last, price in ways.items():
            prices[number, last] = price
    lengths = np.array([length for length, _ in found])
    last = np.array([max(ways) for _, ways in found])
    return least_beside(prices, lengths, np.array(bits), last, each, member).tolist()


def bits_used_again(found):
    """Give each member the first bit that is free again before its first place."""
    bits, ends = {}, {}
    for number in sorted(range(len(found)), key=lambda number: min(found[number][1])):
        bit = next(bit for bit in range(len(found)) if ends.get(bit, -1) < min(found[number][1]))
        bits[number], ends[bit] = bit, max(found[number][1])
    return [bits[number] for number in range(len(found))]


def cheapest(found, each, member, week):
    """By trying every way to place the others."""
    lengths = [length for length, _ in found]
    ways = [[week] if number == member else list(it) for number, (_, it) in enumerate(found)]
    costs = []
    for lasts in product(*ways):
        weeks = {at for length, last in zip(lengths, lasts, strict=True) for at in range(last - length + 1, last + 1)}
        paid = [found[number][1][last] for number, last in enumerate(lasts) if number != member]
        costs.append(each * len(weeks) + sum(paid))
    return min(costs)


@settings(max_examples=150, deadline=None)
@given(members(), st.integers(0, 30))
def test_is_the_least_of_all_ways_whoever_has_which_bit(found, each):
    for member, (_, ways) in enumerate(found):
        expected = [cheapest(found, each, member, week) if week in ways else FORBIDDEN for week in range(WEEKS)]
        assert beside(found, each, member, range(len(found))) == expected
        assert beside(found, each, member, bits_used_again(found)) == expected
