"""Schedules by hand and held to what no schedule may do; dates proposed, and who blocks them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.calendar import BEIJING, Calendar
from survey.visits.county_data import known_visit_pace
from survey.visits.dates import propose
from survey.visits.schedules import Errand, schedule_from
from survey.visits.stops import Attendee, Stop
from survey.visits.travel import travel_between
from tests.survey.visits.scene import streets

PACE = known_visit_pace()
ROAD = streets([(0, 0), (20000, 0)], ids=["A"])


def at(day, hour, minute=0):
    return datetime(2026, 12, day, hour, minute, tzinfo=BEIJING)


def stop(name, x, minutes, *people):
    called = tuple(Attendee(one, "utility", one, (), ()) for one in people)
    return Stop(name, x, 0.0, "A", 0.0, (), called, minutes)


def errand(stops, busy=None, base=(0.0, 0.0)):
    places = [*((one.x, one.y) for one in stops), base, base]
    return Errand(stops, travel_between(places, ROAD, {"A": None}, PACE), Calendar(), busy or {})


def clock(moment):
    return f"{moment:%d %H:%M}"


def test_a_morning_by_hand():
    """1 km is 180 s and 120 s to set out: 08:35; 60 minutes; another km; back over 2 km in 8 minutes."""
    found = schedule_from(errand([stop("a", 1000, 60), stop("b", 2000, 60)]), at(1, 8, 30))
    (day,) = found.days
    calls = {call.stop: (clock(call.begins), clock(call.leaves)) for call in day.calls}
    assert calls == {0: ("01 08:35", "01 09:35"), 1: ("01 09:40", "01 10:40")}
    assert clock(day.back) == "01 10:48"
    assert found.proven


def test_lunch_is_kept_and_is_no_waiting():
    """The second stop of 100 minutes does not end by 12:00; it begins at 14:00."""
    found = schedule_from(errand([stop("a", 1000, 120), stop("b", 2000, 100)]), at(1, 8, 30))
    assert clock(found.days[0].calls[1].begins) == "01 14:00"
    assert found.waiting_s == 0


def test_one_day_is_too_short():
    """Five stops of three hours: two on a day, the third day has one; a weekend lies between 4 and 7 December."""
    found = schedule_from(errand([stop(f"s{n}", 1000, 180) for n in range(5)]), at(3, 8, 30))
    assert [(day.on.day, len(day.calls)) for day in found.days] == [(3, 2), (4, 2), (7, 1)]


def test_a_stop_of_no_minutes_that_a_day_has_no_way_to_comes_on_the_next():
    """The two long stays fill the day; the way to the third takes longer than is left: it is not dropped."""
    found = schedule_from(errand([stop("a", 1000, 205), stop("b", 1000, 195), stop("c", 20000, 0)]), at(1, 8, 30))
    assert sorted(found.order) == [0, 1, 2]


def parts(schedule, stop):
    return [
        (clock(call.begins), clock(call.leaves)) for day in schedule.days for call in day.calls if call.stop == stop
    ]


def test_a_stay_longer_than_half_a_day_goes_on_after_lunch_and_on_the_next_day():
    """211 minutes, 205 of them before noon; nine hours: until the way back must begin, the rest next morning."""
    found = schedule_from(errand([stop("S9", 1000, 211), stop("b", 2000, 30)]), at(1, 8, 30))
    assert found.order == (0, 1)
    assert parts(found, 0) == [("01 08:35", "01 12:00"), ("01 14:00", "01 14:06")]
    long = schedule_from(errand([stop("S9", 1000, 540)]), at(1, 8, 30))
    closes = long.days[0].calls[-1].leaves
    assert parts(long, 0)[0] == ("01 08:35", "01 12:00")
    assert parts(long, 0)[2] == ("02 08:35", clock(at(2, 8, 35) + timedelta(minutes=540 - 205) - (closes - at(1, 14))))
    assert long.order == (0,)


def test_a_stay_that_fits_no_half_day_with_the_way_goes_in_parts():
    """The office has 210 minutes before noon; 209 of them and 5 minutes of way do not fit, nor after lunch."""
    found = schedule_from(errand([stop("S9", 1000, 209)]), at(1, 8, 30))
    assert parts(found, 0)[0] == ("01 08:35", "01 12:00")
    assert found.waiting_s == 0


def test_nobody_works_on_while_somebody_is_busy():
    found = schedule_from(errand([stop("S9", 1000, 300, "P")], {"P": [(at(1, 15), at(1, 16))]}), at(1, 8, 30))
    assert parts(found, 0) == [("01 08:35", "01 12:00"), ("02 08:35", "02 10:10")]


def test_who_is_busy_is_visited_later_and_the_order_turns():
    """Whoever must come to the nearest stop is busy until 10:00: the farther one comes first, nobody waits."""
    busy = {"P": [(at(1, 8), at(1, 10))]}
    found = schedule_from(errand([stop("a", 1000, 30, "P"), stop("b", 8000, 60, "Q")], busy), at(1, 8, 30))
    assert found.order == (1, 0)
    assert found.waiting_s == 0


def test_a_date_is_proposed_after_now_within_the_time():
    stops = [stop("a", 1000, 60, "P")]
    found = propose(errand(stops), at(4, 15), at(8, 17, 30))
    assert clock(found.schedule.days[0].sets_out) == "07 08:30"
    assert found.blockers == ()
    utc = propose(errand(stops), at(4, 15).astimezone(UTC), at(8, 17, 30).astimezone(UTC))
    assert utc == found


def test_who_blocks_is_named_with_the_nearest_date():
    busy = {"P": [(at(1, 0), at(4, 12))], "Q": [(at(1, 8, 30), at(1, 9))]}
    found = propose(errand([stop("a", 1000, 60, "P", "Q")], busy), at(1, 7), at(2, 17, 30))
    assert found.schedule is None
    assert [one.key for one in found.blockers] == ["P"]
    assert clock(found.alternative.days[0].sets_out) == "04 14:00"
    assert "P 时间冲突" in found.zh
    assert "2026-12-04 14:00" in found.en


def test_several_who_block_together_and_a_time_that_is_too_short():
    week = [(at(1, 0), at(2, 18))]
    both = propose(errand([stop("a", 1000, 60, "P", "Q")], {"P": week, "Q": week}), at(1, 7), at(2, 17, 30))
    assert (both.schedule, both.blockers) == (None, ())
    assert "多方" in both.zh
    short = propose(errand([stop(f"s{n}", 1000, 180) for n in range(5)]), at(1, 7), at(2, 17, 30))
    assert short.schedule is None
    assert "时间不够" in short.zh
    assert len(short.alternative.days) == 3


def test_one_whole_day_is_better_than_an_afternoon_and_a_morning():
    found = propose(errand([stop("a", 1000, 150), stop("b", 2000, 150)]), at(1, 12), None)
    assert [clock(day.sets_out) for day in found.schedule.days] == ["02 08:30"]


def test_nobody_free_for_a_month_is_said():
    found = propose(errand([stop("a", 1000, 60, "P")], {"P": [(at(1, 0), at(1, 0) + timedelta(days=400))]}),
                    at(1, 7), at(2, 17))  # fmt: skip
    assert (found.schedule, found.alternative) == (None, None)
    assert found.zh.endswith("之后一个月内也排不出")


def test_a_visit_without_stops_needs_no_day():
    found = propose(errand([]), at(1, 7), at(2, 17, 30))
    assert found.schedule.days == ()
    assert "不必踏勘" in found.zh


def test_a_day_that_only_weekends_make_known_is_provisional():
    found = propose(errand([stop("a", 1000, 60)]), datetime(2028, 3, 1, 7, tzinfo=BEIJING), None)
    assert found.schedule.days[0].provisional
    assert "暂定" in found.zh


SPANS = st.tuples(st.integers(0, 4), st.integers(0, 22), st.integers(1, 30)).map(
    lambda it: (at(1, 0) + timedelta(days=it[0], hours=it[1]), at(1, 0) + timedelta(days=it[0], hours=sum(it[1:])))
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9000), st.integers(5, 600), st.sampled_from("PQ")), max_size=6),
    st.dictionaries(st.sampled_from("PQ"), st.lists(SPANS, max_size=3)),
    st.integers(0, 100),
)
def test_what_no_schedule_does(rows, busy, hour):
    """Every stop once, as long as it takes; inside half days; nobody busy; not faster than the road; back in time."""
    stops = [stop(f"s{n}", x, minutes, who) for n, (x, minutes, who) in enumerate(rows)]
    asked = errand(stops, busy)
    found = schedule_from(asked, at(1, 0) + timedelta(hours=hour))
    assert found is not None
    assert sorted(found.order) == list(range(len(stops)))
    stayed = [0.0] * len(stops)
    for day in found.days:
        now, last = day.sets_out, len(stops)
        halves = asked.calendar.halves(day.on)
        assert day.sets_out >= at(1, 0) + timedelta(hours=hour)
        for call in day.calls:
            assert call.arrives - now == timedelta(seconds=float(asked.travel.seconds[last, call.stop]))
            stayed[call.stop] += (call.leaves - call.begins).total_seconds() / 60
            assert call.begins >= call.arrives
            assert any(half.opens <= call.begins and call.leaves <= half.closes for half in halves)
            for first, end in busy.get(stops[call.stop].attendees[0].key, ()):
                assert call.leaves <= first or call.begins >= end
            now, last = call.leaves, call.stop
        assert now <= day.back <= halves[-1].closes
    assert stayed == pytest.approx([one.minutes for one in stops])
