import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.standards import above, courtyard_rank, crossing_rank, place, red_line_rank, yields
from survey.standards.orders import ORDERS, orders
from survey.subjects import Buried
from tests.survey.standards.test_classes import lines

STORM, SEWAGE, DRAIN = Buried("drainage", "雨水"), Buried("drainage", "污水"), Buried("drainage")
EACH = [
    Buried("power"), Buried("telecom"), Buried("water"), Buried("gas"), Buried("heat"), Buried("gas", "transmission"),
    Buried("water", "输水"), Buried("water", "中水"), SEWAGE, STORM,
]  # fmt: skip


def test_the_orders_by_hand():
    assert [red_line_rank(line) for line in EACH] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert [crossing_rank(line) for line in EACH] == [2, 1, 5, 3, 4, 3, 5, 6, 8, 7]
    assert [courtyard_rank(line) for line in EACH] == [1, 2, 5, 6, 7, 6, 5, 8, 3, 4]
    old = orders()["red_line_1998"]
    assert [old[key].rank for key in ("power", "telecom", "gas", "water", "storm", "sewage")] == [1, 2, 3, 4, 8, 9]


def test_each_place_says_how_far_to_trust_it():
    assert place("red_line", STORM).unverified
    assert "待核" in place("red_line", STORM).evidence_zh
    assert not place("crossing", STORM).unverified
    assert place("crossing", STORM).clause == "4.1.12"
    assert set(orders()) == set(ORDERS)


def test_above_is_open_where_a_drain_does_not_say_what_it_carries():
    assert above(STORM, SEWAGE)[0] == "a"
    assert above(SEWAGE, STORM)[0] == "b"
    assert above(DRAIN, STORM) is None
    assert above(DRAIN, Buried("water"))[0] == "b"
    assert above(Buried("telecom"), Buried("broadcast")) is None


@pytest.mark.parametrize(
    ("a", "b", "side", "rule"),
    [
        (Buried("gas"), DRAIN, "a", "yield_gravity"),
        (Buried("power", laying="direct"), STORM, "a", "yield_gravity"),
        (Buried("drainage", "中水"), STORM, "a", "yield_gravity"),
        (Buried("telecom", laying="direct"), Buried("gas", material="钢管"), "a", "yield_rigid"),
        (Buried("telecom"), Buried("gas", material="钢管"), "either", "yield_open"),
        (Buried("gas", material="PE"), Buried("water", material="球墨铸铁"), "a", "yield_rigid"),
        (Buried("water", "配水", 600), Buried("water", "输水", 300), "a", "yield_trunk"),
        (Buried("water", diameter_mm=600), Buried("gas", diameter_mm=200), "b", "yield_large"),
        (Buried("telecom", laying="duct"), Buried("power", laying="direct"), "b", "yield_rigid"),
        (Buried("water"), Buried("gas"), "either", "yield_open"),
        (Buried("water", diameter_mm=0), Buried("gas", diameter_mm=200), "either", "yield_open"),
    ],
)  # fmt: skip
def test_which_gives_way_by_hand(a, b, side, rule):
    found, why = yields(a, b)
    assert (found, why.key, why.clause) == (side, rule, "3.0.7")
    assert why.evidence_zh


@given(lines, lines)
def test_giving_way_does_not_depend_on_the_order_asked(a, b):
    swapped = {"a": "b", "b": "a", "either": "either"}
    (side, rule), (other, same_rule) = yields(a, b), yields(b, a)
    assert swapped[side] == other
    assert rule == same_rule
    over, under = above(a, b), above(b, a)
    assert (over is None) == (under is None)
    assert over is None or (swapped[over[0]], over[1]) == (under[0], under[1])


@given(st.floats(50, 2000), st.floats(50, 2000))
def test_of_two_like_pipes_the_smaller_gives_way(first, second):
    side, _ = yields(Buried("heat", diameter_mm=first), Buried("heat", diameter_mm=second))
    assert side == ("either" if first == second else "a" if first < second else "b")


def test_every_line_has_a_place_in_every_order_in_force():
    for line, order in itertools.product(EACH, ("red_line", "courtyard", "crossing")):
        assert place(order, line).rank >= 1
        assert place(order, replace(line, laying="trench")) == place(order, line)
