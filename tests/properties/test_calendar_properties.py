"""What holds of every deadline, whatever the start, the length, the hours and the holidays."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from survey.calendar import (
    BEIJING,
    Calendar,
    deadline,
    known_holidays,
    latest_start,
    local,
    recount,
    remaining,
    working_half_days_between,
)
from survey.office_hours import DEFAULT_WORKING_TIME, Season, Span

FIRST, LAST = date(2022, 12, 20), date(2027, 2, 20)
EDGES = [time(0), time(8, 30), time(12), time(12, 0, 0, 1), time(14), time(17, 29, 59), time(17, 30), time.max]
SHOPS = replace(
    DEFAULT_WORKING_TIME,
    seasons=(Season(5, 1, Span(time(8), time(12)), Span(time(15), time(18, 30))),
             Season(10, 8, Span(time(9), time(12)), Span(time(13), time(17)))),
)  # fmt: skip
CALENDARS = [
    Calendar(working_time=replace(hours, whole_days=reading))
    for hours in (DEFAULT_WORKING_TIME, SHOPS)
    for reading in ("half_days", "next_day")
]

days = st.dates(FIRST, LAST)
times = st.sampled_from(EDGES) | st.times()
moments = st.builds(lambda on, at: datetime.combine(on, at, BEIJING), days, times)
lengths = st.integers(1, 24)
calendars = st.sampled_from(CALENDARS)
asked = st.one_of(lengths.map(lambda n: (n, False)), st.just((None, True)), lengths.map(lambda n: (n, True)))


def due(start, ask, calendar):
    half_days, same_day = ask
    return deadline(start, half_days, same_day=same_day, calendar=calendar)


@given(moments, asked, calendars)
def test_a_deadline_is_after_its_start_at_a_close_on_a_day_that_is_worked(start, ask, calendar):
    found = due(start, ask, calendar)
    assert found.due > start
    assert calendar.day(found.due.date()).working
    assert found.due in [half.closes for half in calendar.halves(found.due.date())]
    assert found.provisional == (found.due.date() > calendar.holidays.last)
    assert ("暂定" in found.sentence_zh) == ("provisional" in found.sentence_en) == found.provisional


@given(moments, lengths, calendars)
def test_counted_and_skipped_are_all_half_days_between(start, half_days, calendar):
    """Every half day from the event to the deadline is told exactly once, with a reason if it was not counted."""
    found = deadline(start, half_days, calendar=calendar)
    assert len(found.counted) == half_days
    counted = {(half.on, half.part) for half in found.counted}
    skipped = {
        (day.on, part) for day in found.skipped for part in ((day.part,) if day.part else ("morning", "afternoon"))
    }
    assert not counted & skipped
    assert all(day.reason_zh and day.reason_en for day in found.skipped)
    on = start.date()
    while on <= found.due.date():
        for half in calendar.halves(on):
            told = (half.on, half.part) in counted | skipped
            assert told or half.closes < start or half.closes > found.due
        assert calendar.halves(on) or {(on, "morning"), (on, "afternoon")} <= skipped
        on += timedelta(days=1)


@given(moments, moments, asked, calendars)
def test_a_later_start_is_never_due_earlier(a, b, ask, calendar):
    first, last = min(a, b), max(a, b)
    assert due(first, ask, calendar).due <= due(last, ask, calendar).due


@given(moments, lengths, lengths, calendars)
def test_a_longer_time_is_never_due_earlier(start, a, b, calendar):
    short, long = min(a, b), max(a, b)
    found = [deadline(start, n, calendar=calendar).due for n in (short, long)]
    assert found[0] <= found[1]


@given(moments, moments, asked, calendars)
@settings(max_examples=300)
def test_the_latest_start_is_the_exact_inverse(start, end, ask, calendar):
    half_days, same_day = ask
    latest = latest_start(end, half_days, same_day=same_day, calendar=calendar)
    assert (start < latest.before) == (due(start, ask, calendar).due <= end)
    moment = timedelta(microseconds=1)
    assert due(latest.before - moment, ask, calendar).due <= end < due(latest.before, ask, calendar).due
    assert latest.office <= latest.before
    assert calendar.running(latest.office) is not None


@given(moments, lengths, lengths, st.sampled_from([c for c in CALENDARS if c.working_time.whole_days == "half_days"]))
def test_two_times_one_after_the_other_are_one_of_both_lengths(start, a, b, calendar):
    half_way = deadline(start, a, calendar=calendar).due
    assert deadline(half_way, b, calendar=calendar).due == deadline(start, a + b, calendar=calendar).due


@given(moments, st.integers(1, 12), st.integers(1, 12))
def test_whole_days_in_the_other_reading_add_up_too(start, a, b):
    calendar = CALENDARS[1]
    half_way = deadline(start, 2 * a, calendar=calendar).due
    assert deadline(half_way, 2 * b, calendar=calendar).due == deadline(start, 2 * (a + b), calendar=calendar).due


@given(moments, lengths)
def test_the_reading_that_is_taken_ends_no_later_than_the_other(start, half_days):
    taken, other = (deadline(start, half_days, calendar=calendar).due for calendar in CALENDARS[:2])
    assert taken <= other <= deadline(start, half_days + 2, calendar=CALENDARS[0]).due


@given(moments, asked, calendars, st.lists(st.integers(0, 20), min_size=1, max_size=4))
def test_one_more_holiday_never_makes_it_earlier(start, ask, calendar, later):
    added = {start.date() + timedelta(days=n): ("加放", "added") for n in later}
    known = due(start, ask, calendar)
    told = recount(known, replace(calendar, holidays=calendar.holidays.amended(off=added)))
    assert told.after.due >= known.due
    assert set(told.now_off) == {on for on in added if on <= known.due.date() and calendar.day(on).working}
    assert told.now_worked == ()
    assert told.moved == (told.after.due != known.due)
    back = recount(told.after, calendar)
    assert back.after == known


@given(moments, lengths, calendars)
def test_between_start_and_deadline_lie_as_many_half_days_as_were_asked(start, half_days, calendar):
    assume(calendar.working_time.whole_days == "half_days")
    found = deadline(start, half_days, calendar=calendar)
    assert working_half_days_between(start, found.due, calendar) == half_days
    left = remaining(start, found.due, calendar)
    running = calendar.running(start)
    assert left.half_days == half_days + (running is not None and running.closes > start)
    assert not left.overdue


@given(moments, moments, moments, calendars)
def test_half_days_between_add_up_at_a_close(a, b, c, calendar):
    first, middle, last = sorted((a, b, c))
    middle = next(calendar.opening_after(middle)).closes
    assume(middle <= last)
    whole = working_half_days_between(first, last, calendar)
    parts = working_half_days_between(first, middle, calendar), working_half_days_between(middle, last, calendar)
    assert whole == sum(parts)


@given(moments, moments, moments, calendars)
def test_what_remains_only_falls_and_what_is_overdue_only_rises(a, b, end, calendar):
    first, last = (remaining(now, end, calendar) for now in sorted((a, b)))
    signed = [-left.half_days if left.overdue else left.half_days for left in (first, last)]
    assert signed[0] >= signed[1]
    assert first.overdue <= last.overdue


@given(moments, asked, st.integers(-12, 14))
def test_the_zone_of_the_start_does_not_matter(start, ask, hours):
    elsewhere = start.astimezone(timezone(timedelta(hours=hours)))
    assert due(elsewhere, ask, CALENDARS[0]) == due(start, ask, CALENDARS[0])
    assert due(start.replace(tzinfo=None), ask, CALENDARS[0]).due == due(start, ask, CALENDARS[0]).due
    assert local(elsewhere) == start


def test_the_calendars_tried_reach_over_the_horizon():
    assert FIRST < known_holidays().last < LAST
