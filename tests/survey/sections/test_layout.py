"""The narrowest order is the narrowest of all orders, also where lines bind that are not neighbours."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.sections.layout import MAX_LINES, inversions, narrowest, placed, ties


def longest_path(order, ends, gaps):
    """Relax every difference constraint until nothing moves: independent of the one pass of `placed`."""
    at = {line: ends[line] for line in order}
    for _ in order:
        for i, before in enumerate(order):
            for after in order[i + 1 :]:
                at[after] = max(at[after], at[before] + gaps[before][after])
    return max(at[line] + ends[line] for line in order)


def brute_force(ends, gaps, ranks):
    """Try every order."""
    return min((longest_path(order, ends, gaps), inversions(order, ranks)) for order in permutations(range(len(ends))))


@st.composite
def problems(draw, most=6):
    n = draw(st.integers(1, most))
    # Few distinct rooms give many ties, and gaps far from the triangle inequality make others than neighbours bind.
    room = st.sampled_from([0, 100, 250, 1000, 2000, 3000]) if draw(st.booleans()) else st.integers(0, 3_000_000)
    ends = [draw(room) for _ in range(n)]
    gaps = [[0] * n for _ in range(n)]
    for a in range(n):
        for b in range(a):
            gaps[a][b] = gaps[b][a] = draw(room)
    return ends, gaps, [draw(st.integers(1, 4)) for _ in range(n)]


@settings(max_examples=300, deadline=None)
@given(problems())
def test_no_order_is_narrower_and_none_as_narrow_is_nearer_to_the_ranks(problem):
    ends, gaps, ranks = problem
    found = narrowest(ends, gaps, ranks)
    assert (found.width, inversions(found.order, ranks)) == brute_force(ends, gaps, ranks)
    assert longest_path(found.order, ends, gaps) == found.width


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_eight_lines_are_as_exact_as_few(random):
    ends = [random.choice([300, 400, 5000]) for _ in range(8)]
    gaps = [[0] * 8 for _ in range(8)]
    for a in range(8):
        for b in range(a):
            gaps[a][b] = gaps[b][a] = random.choice([500, 1000, 1500, 4000])
    least = min(placed(order, ends, gaps).width for order in permutations(range(8)))
    assert narrowest(ends, gaps, [1] * 8).width == least


@settings(max_examples=200, deadline=None)
@given(problems())
def test_every_room_is_kept(problem):
    ends, gaps, ranks = problem
    found = narrowest(ends, gaps, ranks)
    for i, line in enumerate(found.order):
        assert found.at[line] >= ends[line]
        assert found.width - found.at[line] >= ends[line]
        for after in found.order[i + 1 :]:
            assert found.at[after] - found.at[line] >= gaps[line][after]


@settings(max_examples=200, deadline=None)
@given(problems(most=5))
def test_what_holds_the_width_is_what_gives_way(problem):
    """Raise one room by one: the order becomes wider exactly where that room is told to hold the width."""
    ends, gaps, ranks = problem
    found = narrowest(ends, gaps, ranks)
    told = {tuple(tie) for tie in ties(found, ends, gaps)}
    for i, a in enumerate(found.order):
        for b in found.order[i + 1 :]:
            wider = [row[:] for row in gaps]
            wider[a][b] = wider[b][a] = gaps[a][b] + 1
            assert (placed(found.order, ends, wider).width > found.width) == ((a, b) in told)


@settings(max_examples=200, deadline=None)
@given(problems())
def test_the_ranks_order_is_kept_where_asked_and_never_narrower(problem):
    ends, gaps, ranks = problem
    kept = narrowest(ends, gaps, ranks, keep_ranks=True)
    assert inversions(kept.order, ranks) == 0
    orders = [order for order in permutations(range(len(ends))) if inversions(order, ranks) == 0]
    assert kept.width == min(longest_path(order, ends, gaps) for order in orders)
    assert kept.width >= narrowest(ends, gaps, ranks).width


@settings(max_examples=100, deadline=None)
@given(problems(), st.randoms(use_true_random=False))
def test_numbering_does_not_matter(problem, random):
    ends, gaps, ranks = problem
    new = list(range(len(ends)))
    random.shuffle(new)
    moved = narrowest([ends[k] for k in new], [[gaps[a][b] for b in new] for a in new], [ranks[k] for k in new])
    found = narrowest(ends, gaps, ranks)
    assert (moved.width, inversions(moved.order, [ranks[k] for k in new])) == (
        found.width, inversions(found.order, ranks),
    )  # fmt: skip


@pytest.mark.parametrize("count", [0, MAX_LINES + 1])
def test_nothing_and_nine_are_refused(count):
    with pytest.raises(ValueError, match="1 to 8"):
        narrowest([1] * count, [[1] * count] * count, [1] * count)
