"""Deadlines worked by hand, around holidays, make-up days, the horizon and the edges of office hours."""

import re
from dataclasses import replace
from datetime import date, datetime

import pytest

from geo.faults import BadInputError
from survey.calendar import BEIJING, Calendar, deadline, known_holidays, latest_start, recount
from survey.office_hours import DEFAULT_WORKING_TIME

NEXT_DAY = Calendar()
CALENDAR = Calendar(working_time=replace(DEFAULT_WORKING_TIME, whole_days="half_days"))
HAN = re.compile("[\u4e00-\u9fff]")


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def counted(found):
    return [f"{half.on:%m-%d}{half.part[0]}" for half in found.counted]


# 2026: 10-01 to 10-07 off, Sat 10-10 and Sun 09-20 worked. 2025: 10-01 to 10-08 off, Sun 09-28 and Sat 10-11 worked.
# 春节 2026: 02-15 (Sun) to 02-23 (Mon) off, Sat 02-14 and Sat 02-28 worked. 2025: 01-28 to 02-04, Sun 01-26, Sat 02-08.
WEEK = ("11-30", "12-01", "12-02", "12-03", "12-04")
BY_HAND = [
    # Monday 30 November 2026 and the days after it: nothing special
    ("2026-11-30T10:00", 1, "2026-11-30T17:30", ["11-30a"]),
    ("2026-11-30T15:00", 1, "2026-12-01T12:00", ["12-01m"]),
    ("2026-11-30T10:00", 2, "2026-12-01T12:00", ["11-30a", "12-01m"]),
    ("2026-11-30T15:00", 2, "2026-12-01T17:30", ["12-01m", "12-01a"]),
    ("2026-11-30T15:00", 4, "2026-12-02T17:30", ["12-01m", "12-01a", "12-02m", "12-02a"]),
    # the edges of office hours
    ("2026-11-30T00:00", 1, "2026-11-30T12:00", ["11-30m"]),
    ("2026-11-30T08:29:59", 1, "2026-11-30T12:00", ["11-30m"]),
    ("2026-11-30T08:30", 1, "2026-11-30T17:30", ["11-30a"]),
    ("2026-11-30T12:00", 1, "2026-11-30T17:30", ["11-30a"]),
    ("2026-11-30T13:00", 1, "2026-11-30T17:30", ["11-30a"]),
    ("2026-11-30T14:00", 1, "2026-12-01T12:00", ["12-01m"]),
    ("2026-11-30T17:30", 1, "2026-12-01T12:00", ["12-01m"]),
    ("2026-11-30T23:59", 1, "2026-12-01T12:00", ["12-01m"]),
    # National Day 2026 and 2025, before, inside and over the make-up days
    ("2026-09-30T15:00", 1, "2026-10-08T12:00", ["10-08m"]),
    ("2026-10-03T10:00", 2, "2026-10-08T17:30", ["10-08m", "10-08a"]),
    ("2026-10-09T15:00", 2, "2026-10-10T17:30", ["10-10m", "10-10a"]),
    ("2026-10-09T15:00", 3, "2026-10-12T12:00", ["10-10m", "10-10a", "10-12m"]),
    ("2026-09-18T15:00", 2, "2026-09-20T17:30", ["09-20m", "09-20a"]),
    ("2025-09-30T10:00", 2, "2025-10-09T12:00", ["09-30a", "10-09m"]),
    ("2025-09-26T16:00", 1, "2025-09-28T12:00", ["09-28m"]),
    ("2025-10-10T16:00", 2, "2025-10-11T17:30", ["10-11m", "10-11a"]),
    # Spring Festival
    ("2026-02-13T16:00", 3, "2026-02-24T12:00", ["02-14m", "02-14a", "02-24m"]),
    ("2026-02-27T16:00", 1, "2026-02-28T12:00", ["02-28m"]),
    ("2025-01-27T16:00", 1, "2025-02-05T12:00", ["02-05m"]),
    ("2024-02-09T10:00", 2, "2024-02-18T12:00", ["02-09a", "02-18m"]),  # the eve was worked, Sunday the 18th made up
    # 29 February, a Thursday in 2024
    ("2024-02-28T16:00", 2, "2024-02-29T17:30", ["02-29m", "02-29a"]),
    ("2024-02-29T16:00", 1, "2024-03-01T12:00", ["03-01m"]),
    # 淮北: power plan within 5 working days, from Friday afternoon
    ("2026-11-27T15:00", 10, "2026-12-04T17:30", [f"{d}{p}" for d in WEEK for p in "ma"]),
]  # fmt: skip


@pytest.mark.parametrize(("start", "half_days", "due", "halves"), BY_HAND)
def test_half_days_by_hand(start, half_days, due, halves):
    found = deadline(moment(start), half_days, calendar=CALENDAR)
    assert (found.due, counted(found), found.provisional) == (moment(due), halves, False)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-30T00:00", "2026-11-30T17:30"),
        ("2026-11-30T10:00", "2026-11-30T17:30"),
        ("2026-11-30T17:29:59", "2026-11-30T17:30"),
        ("2026-11-30T17:30", "2026-12-01T17:30"),
        ("2026-11-27T18:00", "2026-11-30T17:30"),
        ("2026-11-28T10:00", "2026-11-30T17:30"),
        ("2026-10-01T10:00", "2026-10-08T17:30"),
        ("2026-10-10T10:00", "2026-10-10T17:30"),
        ("2026-09-30T19:00", "2026-10-08T17:30"),
    ],
)
@pytest.mark.parametrize("half_days", [None, 0])
def test_the_same_day_by_hand(start, due, half_days):
    found = deadline(moment(start), half_days, same_day=half_days is None, calendar=CALENDAR)
    assert found.due == moment(due)
    assert {half.on for half in found.counted} == {moment(due).date()}


@pytest.mark.parametrize(
    ("start", "half_days", "due"),
    [
        ("2026-11-30T10:00", 1, "2026-11-30T17:30"),  # below a day: half days all the same
        ("2026-11-30T10:00", 2, "2026-12-01T17:30"),
        ("2026-11-30T00:00", 2, "2026-12-01T17:30"),
        ("2026-11-30T20:00", 2, "2026-12-01T17:30"),
        ("2026-11-28T10:00", 2, "2026-11-30T17:30"),
        ("2026-11-30T10:00", 3, "2026-12-02T12:00"),
        ("2026-09-30T10:00", 4, "2026-10-09T17:30"),
    ],
)
def test_the_other_reading_leaves_out_the_whole_day_of_the_event(start, half_days, due):
    assert deadline(moment(start), half_days, calendar=NEXT_DAY).due == moment(due)


def test_the_other_reading_says_that_the_day_of_the_event_was_left_out():
    found = deadline(moment("2026-11-30T17:30"), 2, calendar=NEXT_DAY)
    assert [(day.on, day.part, day.reason_zh) for day in found.skipped] == [
        (date(2026, 11, 30), None, "事件当日不计（民法典第二百零一条）")
    ]
    assert [day.reason_zh for day in deadline(moment("2026-11-29T10:00"), 2, calendar=NEXT_DAY).skipped] == ["周末"]


def test_where_a_number_and_the_same_day_are_given_the_earlier_holds():
    late = deadline(moment("2026-11-30T15:00"), 2, same_day=True, calendar=CALENDAR)
    assert late.due == moment("2026-11-30T17:30")
    off = deadline(moment("2026-11-28T10:00"), 1, same_day=True, calendar=CALENDAR)
    assert off.due == moment("2026-11-30T12:00")


def test_without_a_number_nothing_is_due():
    assert deadline(moment("2026-11-30T10:00"), None, calendar=CALENDAR) is None
    assert latest_start(moment("2026-11-30T10:00"), None, calendar=CALENDAR) is None


def test_a_deadline_tells_every_day_it_left_out_and_why():
    found = deadline(moment("2026-09-30T10:00"), 6, calendar=CALENDAR)
    left = [(f"{day.on:%m-%d}", day.part, day.reason_zh) for day in found.skipped]
    assert left == [("09-30", "morning", "事件发生的半日不计")] + [
        (f"10-{d:02}", None, "国庆节") for d in range(1, 8)
    ]  # fmt: skip
    assert [half.note_zh for half in found.counted] == [""] * 5 + ["调休上班（国庆节）"]
    assert found.due == moment("2026-10-10T12:00")
    assert found.sentence_zh == (
        "自2026-09-30（周三）10:00起，3个工作日，应于2026-10-10（周六）12:00前完成；"
        "不计：09-30上午（事件发生的半日不计）、10-01至10-07（国庆节）。"
    )
    assert found.sentence_en == (
        "3 working days from Wed 2026-09-30 10:00: due by Sat 2026-10-10 12:00; not counted: "
        "09-30 morning (the half day of the event is not counted), 10-01 to 10-07 (National Day)."
    )


def test_a_holiday_inside_a_weekend_and_the_weekend_are_told_apart():
    found = deadline(moment("2026-06-18T15:00"), 1, calendar=CALENDAR)
    assert [day.reason_zh for day in found.skipped[1:]] == ["端午节"] * 3
    found = deadline(moment("2026-01-30T16:00"), 1, calendar=CALENDAR)
    assert [day.reason_zh for day in found.skipped[1:]] == ["周末", "周末"]


def test_the_same_day_after_hours_says_that_it_is_the_next_working_day():
    found = deadline(moment("2026-11-27T18:00"), None, same_day=True, calendar=CALENDAR)
    assert [day.reason_zh for day in found.skipped] == ["事件发生时已下班", "周末", "周末"]
    assert "当日（顺延至下一工作日），应于2026-11-30（周一）17:30前完成" in found.sentence_zh
    assert "the same day, carried to the next working day, from Fri 2026-11-27 18:00" in found.sentence_en
    assert "after office hours" in found.sentence_en
    assert "顺延" not in deadline(moment("2026-11-27T17:00"), None, same_day=True, calendar=CALENDAR).sentence_zh


def test_beyond_the_horizon_a_deadline_is_provisional_and_says_where_the_table_ends():
    inside = deadline(moment("2026-12-31T10:00"), 1, calendar=CALENDAR)
    assert (inside.due, inside.provisional) == (moment("2026-12-31T17:30"), False)
    assert "暂定" not in inside.sentence_zh
    beyond = deadline(moment("2026-12-31T15:00"), 1, calendar=CALENDAR)
    assert (beyond.due, beyond.provisional) == (moment("2027-01-04T12:00"), True)
    assert [day.reason_zh for day in beyond.skipped[1:]] == ["元旦", "周末", "周末"]
    assert "暂定：国务院节假日安排只公布到2026-12-31" in beyond.sentence_zh
    assert "provisional: the State Council's holiday notices end on 2026-12-31" in beyond.sentence_en


def test_the_latest_start_beyond_the_horizon_is_provisional_too():
    found = latest_start(moment("2027-01-04T17:30"), 2, calendar=CALENDAR)
    assert found.before == moment("2027-01-04T08:30")
    assert found.provisional
    assert "2026-12-31" in found.sentence_zh


def test_the_latest_start_by_hand():
    found = latest_start(moment("2026-10-09T16:00"), 2, calendar=CALENDAR)
    assert (found.before, found.office) == (moment("2026-10-08T14:00"), moment("2026-10-08T12:00"))
    assert found.sentence_zh == (
        "要在2026-10-09（周五）16:00前完成，应在2026-10-08（周四）14:00之前开始；按办公时间最迟2026-10-08（周四）12:00。"
    )
    found = latest_start(moment("2026-10-08T12:00"), 1, calendar=CALENDAR)
    assert (found.before, found.office) == (moment("2026-10-08T08:30"), moment("2026-09-30T17:30"))
    found = latest_start(moment("2026-10-08T12:00"), None, same_day=True, calendar=CALENDAR)
    assert found.before == moment("2026-09-30T17:30")


def test_a_table_that_changes_after_the_fact_tells_the_difference():
    known = deadline(moment("2026-09-18T15:00"), 4, calendar=CALENDAR)
    assert known.due == moment("2026-09-21T17:30")
    sunday, name = date(2026, 9, 20), ("不再调休", "not made up")
    told = recount(known, Calendar(known_holidays().amended(off={sunday: name})))
    assert (told.moved, told.now_off, told.now_worked) == (True, (sunday,), ())
    assert told.after.due == moment("2026-09-22T17:30")
    assert told.sentence_zh == (
        "2026-09-20（周日）改为休息；到期由2026-09-21（周一）17:30改为2026-09-22（周二）17:30。"
    )
    back = recount(told.after, CALENDAR)
    assert (back.after, back.now_worked) == (known, (sunday,))
    assert not recount(known, CALENDAR).moved
    assert "still due" in recount(known, CALENDAR).sentence_en


def test_the_next_notice_ends_what_was_provisional():
    known = deadline(moment("2026-12-31T15:00"), 1, calendar=CALENDAR)
    name = ("元旦", "New Year's Day")
    notice = known_holidays().amended(working={date(2027, 1, 3): name}, last=date(2027, 12, 31))
    told = recount(known, Calendar(notice))
    assert told.after.due == moment("2027-01-03T12:00")
    assert told.now_worked == (date(2027, 1, 3),)
    assert "不再是暂定" in told.sentence_zh


@pytest.mark.parametrize("half_days", [-1, 2001])
def test_a_length_that_cannot_be_is_refused(half_days):
    for ask in (deadline, latest_start):
        with pytest.raises(BadInputError, match="between 0 and 2000"):
            ask(moment("2026-11-30T10:00"), half_days, calendar=CALENDAR)


def test_days_before_the_table_are_refused_in_both_directions():
    with pytest.raises(BadInputError, match="begins on 2004-01-01"):
        deadline(moment("2003-12-31T10:00"), 1, calendar=CALENDAR)
    with pytest.raises(BadInputError, match="begins on 2004-01-01"):
        latest_start(moment("2004-01-02T17:30"), 40, calendar=CALENDAR)
    with pytest.raises(BadInputError, match="slip of the pen"):
        deadline(moment("9999-12-31T23:00"), 1, calendar=CALENDAR)


def test_english_sentences_hold_no_chinese():
    for start in ("2026-09-30T10:00", "2026-12-31T15:00", "2026-02-13T16:00", "2025-10-01T09:00"):
        for same_day in (False, True):
            found = deadline(moment(start), 5, same_day=same_day, calendar=CALENDAR)
            assert not HAN.search(found.sentence_en)
            assert HAN.search(found.sentence_zh)
