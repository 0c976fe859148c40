"""A visit planned whole: an order by hand is held against the best one of the same days."""

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


def planned(stops, **wish):
    return plan_visit(
        stops, GROUND, known_visit_pace(), Calendar(), {}, Wish("踏勘", start=OFFICE, end=OFFICE, **wish), NOW, None
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
