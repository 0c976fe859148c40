"""Calendars as programs write them: zones, folding, whole days, repetitions; and the invitation read back."""

from datetime import UTC, datetime

import icalendar
import pytest

from geo.faults import BadInputError
from survey.visits.calendars import Invitation, Mailbox, busy_from_ics, invitation_ics, joined_spans
from survey.visits.schedules import schedule_from
from tests.survey.visits.test_schedules import at, errand, stop

NOW = datetime(2026, 11, 30, 1, tzinfo=UTC)
ZONE = ["BEGIN:VTIMEZONE", "TZID:Asia/Shanghai", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0800",
        "TZOFFSETTO:+0800", "END:STANDARD", "END:VTIMEZONE"]  # fmt: skip


def calendar(*lines, head=()):
    body = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//ZH", *head, *lines, "END:VCALENDAR", ""]
    return "\r\n".join(body).encode()


def event(*lines):
    return ["BEGIN:VEVENT", "UID:1", "DTSTAMP:20261101T000000Z", *lines, "END:VEVENT"]


def busy(*lines, head=()):
    found = busy_from_ics(calendar(*lines, head=head), at(1, 0), at(15, 0))
    return [(f"{a:%d %H:%M}", f"{b:%d %H:%M}") for a, b in found]


def test_times_with_a_zone_without_one_and_in_utc_are_beijings():
    for start, end in (
        ("DTSTART;TZID=Asia/Shanghai:20261201T090000", "DTEND;TZID=Asia/Shanghai:20261201T103000"),
        ("DTSTART:20261201T090000", "DTEND:20261201T103000"),
        ("DTSTART:20261201T010000Z", "DURATION:PT1H30M"),
    ):
        assert busy(*event(start, end), head=ZONE) == [("01 09:00", "01 10:30")]


def test_a_whole_day_and_several():
    assert busy(*event("DTSTART;VALUE=DATE:20261202")) == [("02 00:00", "03 00:00")]
    assert busy(*event("DTSTART;VALUE=DATE:20261202", "DTEND;VALUE=DATE:20261204")) == [("02 00:00", "04 00:00")]


def test_a_folded_line_is_one_line():
    """A text of 200 characters folded within a character of three bytes does not hide the times behind it."""
    folded = ["SUMMARY:" + "会" * 20, " " + "议" * 20]
    assert busy(*event(*folded, "DTSTART:20261201T010000Z", "DTE", " ND:20261201T020000Z"))[0][1] == "01 10:00"


def test_repetitions_with_exceptions():
    """Every Tuesday, three times, one left out: 1 and 15 December; the latter is beyond what is asked."""
    lines = event(
        "DTSTART;TZID=Asia/Shanghai:20261201T140000", "DTEND;TZID=Asia/Shanghai:20261201T160000",
        "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;TZID=Asia/Shanghai:20261208T140000",
    )  # fmt: skip
    assert busy(*lines, head=ZONE) == [("01 14:00", "01 16:00")]


def test_free_and_cancelled_take_no_time_and_free_busy_does():
    assert busy(*event("DTSTART:20261201T010000Z", "DTEND:20261201T020000Z", "TRANSP:TRANSPARENT")) == []
    assert busy(*event("DTSTART:20261201T010000Z", "DTEND:20261201T020000Z", "STATUS:CANCELLED")) == []
    lines = ["BEGIN:VFREEBUSY", "UID:2", "DTSTAMP:20261101T000000Z",
             "FREEBUSY;FBTYPE=BUSY:20261201T010000Z/20261201T030000Z,20261202T010000Z/PT1H",
             "FREEBUSY;FBTYPE=FREE:20261203T010000Z/20261203T030000Z", "END:VFREEBUSY"]  # fmt: skip
    assert busy(*lines) == [("01 09:00", "01 11:00"), ("02 09:00", "02 10:00")]


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", b"\xff\xfe\x00", b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
             calendar(*event("DTSTART:yesterday"))]
)  # fmt: skip
def test_what_is_no_calendar_is_refused(data):
    with pytest.raises(BadInputError, match="iCalendar"):
        busy_from_ics(data, at(1, 0), at(15, 0))


def test_the_invitation_is_read_back_and_replaces_itself():
    stops = [stop("a", 1000, 60, "水司"), stop("b", 2000, 60, "水司")]
    schedule = schedule_from(errand(stops), at(1, 8, 30))
    box = Mailbox("王工, 窗口", "w@example.cn")
    made = Invitation("V1", 0, "survey.example.cn", "建设路 " + "长" * 200, box, (box,))
    data = invitation_ics(made, schedule, stops, NOW)
    assert data == invitation_ics(made, schedule, stops, NOW)
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    (found,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert found["UID"] == "V1-1@survey.example.cn"
    assert found["ATTENDEE"].params["CN"] == "王工, 窗口"
    assert "1. 08:35–09:35" in str(found["DESCRIPTION"])
    assert str(found["SUMMARY"]).endswith("长" * 200)
    assert b"DTSTART;TZID=Asia/Shanghai:20261201T083000" in data
    assert busy_from_ics(data, at(1, 0), at(2, 0)) == ((schedule.days[0].sets_out, schedule.days[0].back),)
    again = icalendar.Calendar.from_ical(
        invitation_ics(
            Invitation("V1", 1, "survey.example.cn", "x", box, (), cancelled=True), schedule, stops, at(1, 9)
        )
    )
    assert (again["METHOD"], again.walk("VEVENT")[0]["SEQUENCE"], again.walk("VEVENT")[0]["UID"]) == (
        "CANCEL", 1, found["UID"],
    )  # fmt: skip


def test_touching_times_are_one():
    assert joined_spans([(at(1, 10), at(1, 11)), (at(1, 8), at(1, 10)), (at(1, 9), at(1, 9, 30))]) == (
        (at(1, 8), at(1, 11)),
    )


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;BYHOUR=9,10;BYMINUTE=0,1,2,3,4,5;BYSECOND=0,1,2,3,4,5",
    ],
)
def test_a_repetition_that_nobody_keeps_to_is_refused_at_once(rule):
    """One line of these stands for more events than a machine can write down."""
    lines = event("DTSTART:19700101T010000Z", "DTEND:19700101T010001Z", f"RRULE:{rule}")
    with pytest.raises(BadInputError, match="repetition"):
        busy(*lines)


def test_a_time_beyond_all_calendars_is_refused_as_what_cannot_be_read():
    endless = ["BEGIN:VFREEBUSY", "UID:2", "DTSTAMP:20261101T000000Z", "FREEBUSY:99991231T230000Z/P3000000D",
               "END:VFREEBUSY"]  # fmt: skip
    for lines in (event("DTSTART:20261201T010000Z", "DURATION:P9999999D"), endless):
        with pytest.raises(BadInputError):
            busy(*lines)
