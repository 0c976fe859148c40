"""Closures that cut places off, held against the powers of the adjacency matrix."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.programme.closures import Network, Stretch, cut_off

_PLACES = 5


def _reach(pairs: list[tuple[int, int]]) -> set[int]:
    steps = np.eye(_PLACES, dtype=int)
    for a, b in pairs:
        steps[a, b] = steps[b, a] = 1
    return {int(place) for place in np.flatnonzero(np.linalg.matrix_power(steps, _PLACES)[0])}


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans()), max_size=9))
def test_equals_the_powers_of_the_matrix(rows: list[tuple[int, int, bool]]) -> None:
    """What is cut off is what the open network reaches and the closed one does not."""
    network = [Stretch(str(row), str(a), str(b)) for row, (a, b, _) in enumerate(rows)]
    closed = {str(row) for row, (_, _, shut) in enumerate(rows) if shut}
    expected = _reach([(a, b) for a, b, _ in rows]) - _reach([(a, b) for a, b, shut in rows if not shut])
    assert cut_off(network, closed, {"0"}) == {str(place) for place in expected}


def test_an_unknown_stretch_is_named() -> None:
    """A closure on a road that is not there is refused, by its id."""
    with pytest.raises(KeyError, match="r9"):
        cut_off([Stretch("r1", "a", "b")], {"r9"}, {"a"})


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=9), st.sets(st.integers(0, 4), max_size=2))
def test_pairs_are_those_that_cut_off_more_than_their_two_roads(rows: list[tuple[int, int]], out: set[int]) -> None:
    """Every pair is tried by closing it: it cuts off a place that neither road cuts off alone."""
    network = [Stretch(str(row), str(a), str(b)) for row, (a, b) in enumerate(rows)]
    exits = {str(place) for place in out}
    names = [stretch.road for stretch in network]
    alone = {name: cut_off(network, {name}, exits) for name in names}
    expected = tuple(
        (one, other)
        for one, other in combinations(names, 2)
        if cut_off(network, {one, other}, exits) - alone[one] - alone[other]
    )
    assert Network(network, exits, names).pairs() == expected


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans(), st.booleans()), max_size=9),
    st.sets(st.integers(0, 4), max_size=2),
)
def test_a_cut_is_found_where_there_is_one_and_is_the_least(
    rows: list[tuple[int, int, bool, bool]], out: set[int]
) -> None:
    """Closed roads that cut nothing off alone are tried with the plain reach; a cut told needs each of its roads."""
    network = [Stretch(str(row), str(a), str(b)) for row, (a, b, _, _) in enumerate(rows)]
    exits = {str(place) for place in out}
    closable = {str(row) for row, (_, _, may, _) in enumerate(rows) if may}
    closed = {str(row) for row, (_, _, may, shut) in enumerate(rows) if may and shut}
    together = {road for road in closed if not cut_off(network, {road}, exits)}
    found = Network(network, exits, closable).cut(closed)
    assert (found is not None) == bool(cut_off(network, together, exits))
    if found is not None:
        assert set(found) <= together
        assert cut_off(network, found, exits)
        assert not any(cut_off(network, set(found) - {road}, exits) for road in found)
