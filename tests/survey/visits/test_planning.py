"""A visit planned whole: an order by hand is held against the best one of the same days."""

from dataclasses import replace
from datetime import datetime

import pytest

from survey.calendar import BEIJING, Calendar
from survey.visits.county_data import known_visit_pace
from survey.visits.planning import Ground, Wish, plan_visit
from survey.visits.stops import Stop
from tests.survey.visits.scene import item, streets

NOW = datetime(2026, 12, 1, 7, tzinfo=BEIJING)
GROUND = Ground(streets([(0, 0), (30_000, 0)], ids=["A"]))
OFFICE = (0.0, 0.0)


def stop(name, x, minutes):
    return Stop(name, float(x), 0.0, "A", 0.0, (item(f"i{name}", x, 0.0),), (), float(minutes))


def planned(stops, ground=GROUND, **wish):
    return plan_visit(
        stops, ground, known_visit_pace(), Calendar(), {}, Wish("踏勘", start=OFFICE, end=OFFICE, **wish), NOW, None
    )


@pytest.mark.parametrize("minutes", [20, 150])
def test_the_best_order_given_by_hand_costs_no_travel_more(minutes):
    """Five stops of two hours and a half take several days, each of which sets out and ends at the office."""
    stops = [stop(f"S{at}", 2_000 * at, minutes) for at in (1, 2, 3, 4, 5)]
    best = planned(stops)
    days = best.schedule.days
    assert (len(days) > 1) == (minutes == 150)
    again = planned(stops, order=tuple(stops[at].id for at in best.schedule.order))
    assert again.schedule.days == days
    assert again.least_travel_s == pytest.approx(best.schedule.travel_s)
    assert best.least_travel_s is None


def test_another_order_by_hand_costs_what_it_travels_more():
    stops = [stop(f"S{at}", 2_000 * at, 150) for at in (1, 2, 3, 4, 5)]
    turned = planned(stops, order=("S3", "S1", "S5", "S2", "S4"))
    assert turned.least_travel_s == pytest.approx(planned(stops).schedule.travel_s)
    assert turned.schedule.travel_s >= turned.least_travel_s


@pytest.mark.parametrize("mode", ["any", "walk"])
def test_where_one_walks_straight_between_wells_of_a_field_nobody_is_told_that_there_is_no_road(mode):
    """Two wells 50 m apart, 400 m off the one road; a third stands at a road that the first one does not lead to."""
    wells = [replace(stop(name, x, 10), y=y) for name, x, y in (("S1", 0, 400), ("S2", 50, 400), ("S3", 0, 3_000))]
    ground = Ground(streets([(0, 0), (1_000, 0)], [(0, 3_000), (1_000, 3_000)]))
    found = planned(wells[:2], ground, mode=mode)
    assert len(found.plan.stops) == 2
    assert found.faults == ()
    [told] = planned(wells, ground, mode=mode, order=("S1", "S2", "S3")).faults
    assert (told.code, told.feature, told.value) == ("visit.no_road", "S3", pytest.approx(2_600.5, abs=0.1))
