"""What must hold of every verdict: stricter with more, never milder by splitting, limits inclusive."""

import itertools
from datetime import date, timedelta

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.periods import after_months
from survey.policies import VERDICTS, load_policy
from survey.quantities import Measured, Quantity
from survey.stretches import Stretches
from survey.verdicts import judge
from survey.weighing import FAILS, PASSES, WITHIN, road_outcomes, weigh
from tests.survey.scene import (
    GRID,
    ON,
    POLICY,
    batch,
    frame,
    measured,
    metres,
    route,
    straight,
    street,
    surroundings,
    verdict,
)

ORDER = list(VERDICTS)
NAMES = ("length_m", "crossing_m", "crossing_max_m", "along_m", "road_m", "road_max_m", "green_m2")
lengths = st.floats(0, 400, allow_nan=False)
small = st.floats(0, 5, allow_nan=False)
days = st.dates(date(1995, 1, 1), date(2060, 12, 31))


def severity(name):
    return ORDER.index(name)


def made(values, uncertainty=0.0, utility="water"):
    """One route with these quantities and no roads."""
    none = np.empty(0)
    numbers = np.empty(0, dtype=np.int64)
    quantities = {
        name: Quantity(np.array([values.get(name, 0.0)]), np.array([uncertainty]), "m", np.zeros(1)) for name in NAMES
    }
    stretches = Stretches(numbers, numbers, none, none, none, none, none, np.empty(0, dtype=bool))
    return Measured(["R"], [utility], quantities, np.zeros(1, np.int64), stretches, numbers, numbers, surroundings())


def name_of(values, uncertainty=0.0):
    return judge(made(values, uncertainty), POLICY, ON).names[0]


@settings(deadline=None)  # the first example may wait for a kernel
@given(lengths, lengths, small, st.sampled_from(["length_m", "road_m", "green_m2"]))
def test_more_is_never_milder(a, b, uncertainty, name):
    low, high = sorted((a, b))
    assert severity(name_of({name: low}, uncertainty)) <= severity(name_of({name: high}, uncertainty))


@settings(deadline=None)  # the first example may wait for a kernel
@given(lengths, small, small)
def test_more_uncertainty_never_makes_a_clear_answer_of_the_other_kind(value, u, v):
    sharp, blunt = sorted((u, v))
    a, b = name_of({"length_m": value}, sharp), name_of({"length_m": value}, blunt)
    assert b in (a, "survey_first")


@settings(deadline=None)  # the first example may wait for a kernel
@given(st.sampled_from([rule for rule in POLICY.rules if rule.kind == "threshold"]), lengths, small)
def test_a_clear_answer_holds_for_every_value_of_the_interval(rule, value, uncertainty):
    name = {"crossing_m": "road_m"}.get(rule.quantity, rule.quantity)
    outcome = weigh(rule, made({name: value}, uncertainty), ON).outcome[0]
    inside = [value - uncertainty, value, value + uncertainty]
    if outcome == PASSES:
        assert all(v <= rule.limit + 1e-6 for v in inside)
    elif outcome == FAILS:
        assert all(v > rule.limit for v in inside)
    else:
        assert outcome == WITHIN
        assert inside[0] <= rule.limit + 1e-6
        assert inside[2] > rule.limit


@settings(deadline=None)  # the first example may wait for a kernel
@given(st.sampled_from([rule for rule in POLICY.rules if rule.kind == "threshold"]))
def test_limits_are_inclusive(rule):
    name = {"crossing_m": "road_m"}.get(rule.quantity, rule.quantity)
    assert weigh(rule, made({name: rule.limit}), ON).outcome[0] == PASSES
    assert weigh(rule, made({name: rule.limit + 1e-5}), ON).outcome[0] == FAILS
    assert weigh(rule, made({name: rule.limit}, 1e-4), ON).outcome[0] == WITHIN


@settings(deadline=None, max_examples=60)
@given(st.floats(1, 260), st.floats(0.1, 80), st.sampled_from([0.0, 0.02]))
def test_a_line_drawn_on_straight_ahead_is_never_judged_milder(length, more, accuracy):
    roads = [street(30, 6), street(80, 7), street(120, 9), street(200, 5, **{"class": "arterial"})]
    one = straight(length, accuracy_m=accuracy)
    longer = straight(length + more, accuracy_m=accuracy)
    assert severity(verdict(one, roads).verdict) <= severity(verdict(longer, roads).verdict)


@settings(deadline=None, max_examples=60)
@given(
    st.floats(20, 260),
    st.lists(st.floats(0.05, 0.95), min_size=1, max_size=4, unique=True),
    st.sampled_from([0.0, 0.02, 0.2]),
    st.floats(1, 12),
)
def test_splitting_never_cheats(length, cuts, accuracy, width):
    roads = [street(30, width), street(70, 7), street(150, 4, **{"class": "arterial"})]
    places = [0.0, *sorted(cuts), 1.0]
    pieces = [
        route((metres(length * a), 0), (metres(length * b), 0), id=f"S{k}", accuracy_m=accuracy)
        for k, (a, b) in enumerate(itertools.pairwise(places))
    ]
    whole = verdict(straight(length, accuracy_m=accuracy), roads)
    split, _ = batch(pieces, roads)
    assert set(split.verdict) == {whole.verdict}
    assert split.margin_m.tolist() == pytest.approx([whole.margin_m] * len(pieces), abs=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(-60, 60), st.floats(-60, 60)), min_size=2, max_size=8, unique=True))
def test_quantities_hold_together(corners):
    roads = [street(-20, 9), street(15, 12, centre=True), street(17, 12)]
    found = measured([route(*corners, accuracy_m=0.03)], roads)
    q = {name: float(item.value[0]) for name, item in found.quantities.items()}
    assert 0 <= q["crossing_max_m"] <= q["crossing_m"] + 1e-9
    assert max(q["crossing_m"], q["along_m"]) <= q["road_m"] + 1e-6
    assert q["road_m"] <= q["crossing_m"] + q["along_m"] + 1e-6
    assert q["road_m"] <= q["length_m"] + 1e-6
    assert (found.crossings[0] == 0) == (q["crossing_m"] == 0)
    for item in found.quantities.values():
        assert np.isfinite(item.uncertainty).all()
        assert (item.uncertainty >= 0).all()


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.floats(-60, 60), st.floats(-60, 60)), min_size=2, max_size=6, unique=True))
def test_direction_and_vertices_on_the_way_change_nothing(corners):
    roads = [street(-20, 9), street(15, 12)]
    plain = route(*corners)
    back = plain | {"geometry": shapely.reverse(plain["geometry"]), "id": "back"}
    dense = plain | {"geometry": shapely.segmentize(plain["geometry"], 7.0), "id": "dense"}
    found = measured([plain, back, dense], roads)
    for name, item in found.quantities.items():
        assert item.value == pytest.approx(np.full(3, item.value[0]), abs=1e-4), name


@settings(deadline=None)  # the first example may wait for a kernel
@given(days, st.integers(0, 4000))
def test_a_road_is_protected_to_its_anniversary_and_not_a_day_longer(delivered, later):
    around = surroundings([street(30, 5, delivered=delivered)])
    rule = POLICY.rule("NX-EX3")
    on = delivered + timedelta(days=later)
    expected = FAILS if on <= after_months(delivered, 60) else PASSES
    assert road_outcomes(rule, around.facts, on, np.array([0]))[0] == expected


@settings(deadline=None)  # the first example may wait for a kernel
@given(days)
def test_in_force_or_outside(on):
    said = judge(made({"length_m": 10.0}), load_policy("neixiang"), on).names[0]
    assert said == ("commitment" if on >= date(2022, 12, 1) else "outside")


def test_the_order_of_rows_changes_nothing():
    roads = [street(30, 6), street(80, 7, **{"class": "arterial"})]
    rows = [straight(length, id=str(length), operator=str(length)) for length in (20, 50, 100, 250)]
    there, back = batch(rows, roads)[0], batch(rows[::-1], roads)[0]
    assert there.verdict.tolist() == back.verdict.tolist()[::-1]
    assert frame(rows).crs == GRID.crs
