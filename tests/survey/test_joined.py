from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely

from survey.joined import Member, compare, one_shape, works
from survey.policies import load_policy
from survey.touching import RouteIndex, tolerance_m

TOGETHER = load_policy("neixiang").together
A = Member("gas", "甲", date(2026, 3, 1), 0.0)


def lines(*coordinates):
    return np.array([shapely.LineString(c) for c in coordinates], dtype=object)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (A, "together"),
        (A._replace(start=date(2027, 3, 1)), "together"),
        (A._replace(start=date(2027, 3, 2)), "apart"),
        (A._replace(start=None), "together"),
        (A._replace(operator="乙"), "apart"),
        (A._replace(operator=None), "doubt"),
        (A._replace(utility="water"), "apart"),
        (A._replace(utility=None), "apart"),
        (A._replace(operator=None, start=date(2028, 1, 1)), "apart"),
    ],
)
def test_what_makes_one_work(other, said):
    assert compare(A, other, TOGETHER) == said
    assert compare(other, A, TOGETHER) == said


def test_chains_are_one_work_and_branches_too():
    shapes = lines([(0, 0), (9, 0)], [(9, 9), (9, 0)], [(9, 9), (0, 9)], [(9, 0), (20, 0)], [(30, 0), (40, 0)])
    number, doubts = works([A] * 5, shapes, TOGETHER)
    assert number.tolist() == [0, 0, 0, 0, 4]
    assert not doubts


def test_ends_touch_within_their_accuracy():
    shapes = lines([(0, 0), (9, 0)], [(9.02, 0), (20, 0)])
    assert works([A, A], shapes, TOGETHER)[0].tolist() == [0, 1]
    coarse = A._replace(accuracy_m=0.05)
    assert works([A, coarse], shapes, TOGETHER)[0].tolist() == [0, 0]
    assert tolerance_m(0.0, 0.05) == pytest.approx(0.1)


def test_an_end_on_the_middle_of_another_line_is_a_branch_of_its_own():
    shapes = lines([(0, 0), (20, 0)], [(10, 0), (10, 9)])
    assert works([A, A], shapes, TOGETHER)[0].tolist() == [0, 1]


def test_unknown_operators_are_told():
    shapes = lines([(0, 0), (9, 0)], [(9, 0), (20, 0)])
    number, doubts = works([A, A._replace(operator=None)], shapes, TOGETHER)
    assert number.tolist() == [0, 1]
    assert [(d.a, d.b) for d in doubts] == [(0, 1)]


def test_without_the_rule_every_route_is_its_own():
    shapes = lines([(0, 0), (9, 0)], [(9, 0), (20, 0)])
    assert works([A, A], shapes, None)[0].tolist() == [0, 1]
    assert works([], lines(), TOGETHER)[0].tolist() == []


@pytest.mark.parametrize(
    ("a", "b", "apart", "why"),
    [
        ([(0, 0), (9, 0)], [(9.005, 0), (20, 0)], False, None),  # a gap of half a centimetre
        ([(0, 0), (9, 0)], [(9.2, 0), (20, 0)], True, "gap"),
        ([(0, 0), (9, 0)], [(15, 0), (20, 0)], True, None),
        ([(0, 0), (9.2, 0)], [(9, 0), (20, 0)], False, None),  # ends that overlap
        ([(0, 0), (9.2, 0)], [(20, 0), (9, 0)], False, None),
        ([(0, 0), (9, 0), (9, 1)], [(9, 0), (20, 0)], True, "branch"),
        ([(0, 0), (20, 0)], [(10, 0), (10, 9)], True, "branch"),
    ],
)
def test_how_routes_touch(a, b, apart, why):
    for shapes in (lines(a, b), lines(b, a), lines(a[::-1], b)):
        number, doubts = works([A, A], shapes, TOGETHER)
        assert number.tolist() == [0, int(apart)]
        assert [d.why for d in doubts] == ([why] if why else [])
    assert works([A, A._replace(operator="乙")], lines(a, b), TOGETHER)[1] == []


def test_a_county_may_read_branches_and_gaps_as_one_work():
    strict = replace(TOGETHER, branch="together", gap="together")
    shapes = lines([(0, 0), (20, 0)], [(10, 0), (10, 9)], [(20.5, 0), (30, 0)])
    assert works([A] * 3, shapes, strict)[0].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "other", ["ＡＢＣ水司（内乡）", " abc 水司(内乡) ", "ABC水司\u3000(内乡)", "ABC水司(内乡)\u200b"]
)
def test_another_spelling_is_not_another_operator(other):
    first = A._replace(operator="ABC水司(内乡)")
    assert compare(first, A._replace(operator=other), TOGETHER) == "together"
    assert compare(first, A._replace(operator="ABD水司(内乡)"), TOGETHER) == "apart"
    assert compare(first, A._replace(operator=" \u200b"), TOGETHER) == "doubt"


def test_routes_come_and_go():
    routes = RouteIndex(lines([(0, 0), (9, 0)]))
    routes.replace(1, shapely.LineString([(9, 0), (9, 5)]))
    asked = shapely.LineString([(9, 0), (20, 0)])
    assert routes.near(asked).tolist() == [0, 1]
    routes.replace(0, None)
    assert routes.near(asked).tolist() == [1]
    routes.replace(1, shapely.LineString([(50, 0), (50, 5)]))
    assert routes.near(asked).tolist() == []
    assert RouteIndex(lines()).near(asked).tolist() == []


def test_rings_and_empty_lines_have_no_ends():
    ring = [(0, 0), (1, 0), (1, 1), (0, 0)]
    shapes = np.array([shapely.LineString(ring), shapely.LineString(), shapely.LineString(ring)], dtype=object)
    assert works([A] * 3, shapes, TOGETHER)[0].tolist() == [0, 1, 2]


def test_pieces_become_one_line_whichever_way_they_run():
    pieces = lines([(0, 0), (5, 0)], [(9, 0), (5, 0)], [(9, 0), (9, 4)])
    assert one_shape(pieces).equals(shapely.LineString([(0, 0), (9, 0), (9, 4)]))
    assert one_shape(pieces[::2]).geom_type == "MultiLineString"
