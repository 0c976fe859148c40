"""Working days against the State Council's notices, the horizon, office hours, half days."""

import csv
import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from geo.faults import BadInputError
from survey.calendar import BEIJING, Calendar, known_holidays, local, remaining, working_half_days_between
from survey.holidays import FIXED_HOLIDAYS, days_between
from survey.office_hours import DEFAULT_WORKING_TIME, Season, Span, WorkingTime

NOTICES = Path(__file__).parent / "notices_2023_2026.csv"
TABLE = known_holidays()
CALENDAR = Calendar()


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def notices():
    """Return the days of the four notices: written down from their text, not from a package."""
    with NOTICES.open(encoding="utf-8", newline="") as stream:
        return {date.fromisoformat(row["date"]): row for row in csv.DictReader(stream)}


def test_every_day_of_four_years_is_what_the_notices_say():
    said = notices()
    assert len(said) == 142
    wrong = []
    for on in days_between(date(2023, 1, 1), date(2026, 12, 31)):
        kind = said[on]["kind"] if on in said else "off" if on.weekday() >= 5 else "working"
        if TABLE.day(on).working != (kind != "off") or TABLE.day(on).provisional:
            wrong.append((on, kind))
    assert wrong == []


def test_a_day_off_bears_the_name_that_the_notice_gives_it():
    for on, row in notices().items():
        day = TABLE.day(on)
        if row["kind"] == "off":
            assert set(day.reason_zh.split("、")) & set(row["name"].split("、")), (on, day, row)
        else:
            assert day.reason_zh.startswith("调休上班（")


@pytest.mark.parametrize(("year", "worked"), [(2023, 249), (2024, 251), (2025, 248), (2026, 248)])
def test_working_days_of_a_year(year, worked):
    days = days_between(date(year, 1, 1), date(year, 12, 31))
    assert sum(TABLE.day(on).working for on in days) == worked


def test_the_table_says_of_every_day_what_the_package_says_and_ends_where_it_refuses():
    for on in days_between(TABLE.first, TABLE.last):
        assert TABLE.day(on).working == chinese_calendar.is_workday(on), on
    for on in (TABLE.first - timedelta(days=1), TABLE.last + timedelta(days=1)):
        with pytest.raises(NotImplementedError):
            chinese_calendar.is_workday(on)


def test_beyond_the_table_every_day_is_provisional_and_knows_weekends_and_fixed_holidays():
    year = TABLE.last.year + 1
    for on in days_between(date(year, 1, 1), date(year, 12, 31)):
        day = TABLE.day(on)
        fixed = (on.month, on.day) in FIXED_HOLIDAYS
        assert day.provisional
        assert day.working == (not fixed and on.weekday() < 5)
        assert (day.reason_zh == "周末") == (on.weekday() >= 5 and not fixed)


@pytest.mark.parametrize(("on", "code"), [(date(2003, 12, 31), "before_table"), (date(2200, 1, 1), "too_far")])
def test_days_that_cannot_be_counted_are_refused(on, code):
    with pytest.raises(BadInputError) as refused:
        TABLE.day(on)
    assert [fault.code for fault in refused.value.faults] == [f"calendar.{code}"]


def test_a_notice_for_the_next_year_moves_the_horizon():
    name = ("元旦", "New Year's Day")
    table = TABLE.amended(
        off={date(2027, 1, 1): name, date(2027, 1, 2): name, date(2027, 1, 4): name},
        working={date(2027, 1, 9): name, date(2027, 10, 1): ("国庆节", "National Day")},
        last=date(2027, 12, 31),
        source=("2027年安排", "the notice for 2027"),
    )
    assert not table.day(date(2027, 1, 4)).working
    assert table.day(date(2027, 1, 9)).reason_zh == "调休上班（元旦）"
    assert table.day(date(2027, 10, 1)).working
    assert not table.day(date(2027, 12, 31)).provisional
    assert table.day(date(2028, 1, 3)).provisional
    assert (table.source_zh, TABLE.last) == ("2027年安排", date(2026, 12, 31))


def test_an_amended_make_up_day_may_become_free_and_a_holiday_worked():
    saturday, holiday = date(2026, 10, 10), date(2026, 10, 7)
    names = ("调整", "changed")
    table = TABLE.amended(off={saturday: names}, working={holiday: names})
    assert not table.day(saturday).working
    assert table.day(holiday).working
    assert TABLE.day(saturday).working


def test_a_moment_without_a_zone_is_beijing_time():
    assert local(datetime.fromisoformat("2026-12-01T09:00")) == datetime(2026, 12, 1, 1, tzinfo=UTC)
    assert local(datetime(2026, 6, 30, 16, tzinfo=UTC)).isoformat() == "2026-07-01T00:00:00+08:00"


def test_no_summer_time_shifts_an_hour():
    offsets = {local(datetime.fromisoformat(f"2026-{month:02}-15T09:00")).utcoffset() for month in range(1, 13)}
    assert offsets == {timedelta(hours=8)}


def test_the_29th_of_february_is_a_day_like_others():
    assert [half.part for half in CALENDAR.halves(date(2024, 2, 29))] == ["morning", "afternoon"]
    assert CALENDAR.halves(date(2020, 2, 29)) == ()  # a Saturday
    assert working_half_days_between(moment("2024-02-28T18:00"), moment("2024-03-01T12:00"), CALENDAR) == 3


@pytest.mark.parametrize(
    ("at", "part"),
    [
        ("2026-12-01T00:00", None),
        ("2026-12-01T08:29:59", None),
        ("2026-12-01T08:30", "morning"),
        ("2026-12-01T12:00", "morning"),
        ("2026-12-01T12:00:01", None),
        ("2026-12-01T14:00", "afternoon"),
        ("2026-12-01T17:30", "afternoon"),
        ("2026-12-01T17:30:01", None),
        ("2026-11-28T10:00", None),
    ],
)
def test_both_ends_of_office_hours_belong_to_them(at, part):
    running = CALENDAR.running(moment(at))
    assert (running.part if running else None) == part


@pytest.mark.parametrize(
    ("now", "left", "overdue"),
    [
        ("2026-11-30T09:00", 3, False),
        ("2026-11-30T12:00", 2, False),  # the morning is over
        ("2026-11-30T20:00", 1, False),
        ("2026-12-01T11:59", 1, False),
        ("2026-12-01T12:00", 0, False),
        ("2026-12-01T12:00:01", 0, True),
        ("2026-12-01T14:00", 1, True),
        ("2026-12-02T09:00", 2, True),
    ],
)
def test_remaining_half_days_until_noon_of_the_first_of_december(now, left, overdue):
    found = remaining(moment(now), moment("2026-12-01T12:00"), CALENDAR)
    assert found == (left, overdue, False)


def test_remaining_over_the_horizon_is_provisional():
    assert remaining(moment("2026-12-31T09:00"), moment("2027-01-04T12:00"), CALENDAR).provisional


def test_seasons_of_office_hours():
    summer = Season(6, 1, Span(time(8), time(12)), Span(time(15), time(18)))
    winter = Season(10, 1, Span(time(8, 30), time(12)), Span(time(14), time(17, 30)))
    hours = WorkingTime((summer, winter), "县里公布", "published", "half_days", "读法", "reading")
    for on, closes in (((2026, 5, 29), 17), ((2026, 6, 1), 18), ((2026, 9, 30), 18), ((2026, 10, 8), 17)):
        assert Calendar(working_time=hours).halves(date(*on))[1].closes.hour == closes


def test_the_default_hours_say_that_they_are_a_judgement():
    assert "判断" in DEFAULT_WORKING_TIME.source_zh
    assert "judgement" in DEFAULT_WORKING_TIME.source_en
    assert not re.search("[\u4e00-\u9fff]", DEFAULT_WORKING_TIME.source_en)
