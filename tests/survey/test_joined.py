from datetime import date

import numpy as np
import pytest
import shapely

from survey.joined import Member, RouteEnds, compare, one_shape, tolerance_m, works
from survey.policies import load_policy

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
    number, doubts = works([A] * 5, RouteEnds(shapes), TOGETHER)
    assert number.tolist() == [0, 0, 0, 0, 4]
    assert not doubts


def test_ends_touch_within_their_accuracy():
    shapes = lines([(0, 0), (9, 0)], [(9.02, 0), (20, 0)])
    assert works([A, A], RouteEnds(shapes), TOGETHER)[0].tolist() == [0, 1]
    coarse = A._replace(accuracy_m=0.05)
    assert works([A, coarse], RouteEnds(shapes), TOGETHER)[0].tolist() == [0, 0]
    assert tolerance_m(0.0, 0.05) == pytest.approx(0.1)


def test_an_end_on_the_middle_of_another_line_is_a_branch_of_its_own():
    shapes = lines([(0, 0), (20, 0)], [(10, 0), (10, 9)])
    assert works([A, A], RouteEnds(shapes), TOGETHER)[0].tolist() == [0, 1]


def test_unknown_operators_are_told():
    shapes = lines([(0, 0), (9, 0)], [(9, 0), (20, 0)])
    number, doubts = works([A, A._replace(operator=None)], RouteEnds(shapes), TOGETHER)
    assert number.tolist() == [0, 1]
    assert [(d.a, d.b) for d in doubts] == [(0, 1)]


def test_without_the_rule_every_route_is_its_own():
    shapes = lines([(0, 0), (9, 0)], [(9, 0), (20, 0)])
    assert works([A, A], RouteEnds(shapes), None)[0].tolist() == [0, 1]
    assert works([], RouteEnds(lines()), TOGETHER)[0].tolist() == []


def test_ends_come_and_go():
    ends = RouteEnds(lines([(0, 0), (9, 0)]))
    ends.replace(1, shapely.LineString([(9, 0), (9, 5)]))
    place = np.array([[9.0, 0.0]])
    assert [route for _, route, _ in ends.near(place, 0.01)] == [0, 1]
    ends.replace(0, None)
    assert [route for _, route, _ in ends.near(place, 0.01)] == [1]
    ends.replace(1, shapely.LineString([(8, 0), (8, 5)]))
    assert ends.near(place, 0.01) == []


def test_rings_and_empty_lines_have_no_ends():
    shapes = np.array([shapely.LineString([(0, 0), (1, 0), (1, 1), (0, 0)]), shapely.LineString()], dtype=object)
    assert RouteEnds(shapes).near(np.array([[0.0, 0.0]]), 1.0) == []


def test_pieces_become_one_line_whichever_way_they_run():
    pieces = lines([(0, 0), (5, 0)], [(9, 0), (5, 0)], [(9, 0), (9, 4)])
    assert one_shape(pieces).equals(shapely.LineString([(0, 0), (9, 0), (9, 4)]))
    assert one_shape(pieces[::2]).geom_type == "MultiLineString"
