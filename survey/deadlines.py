"""Count when something is due, half day by half day; and back: the latest moment to begin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from geo.faults import BadInputError, Fault
from survey import deadline_words as words
from survey.half_days import Calendar, HalfDay, local
from survey.holidays import days_between
from survey.office_hours import BEIJING, PARTS, WHOLE_DAYS

if TYPE_CHECKING:
    from datetime import date

MOST_HALF_DAYS = 2000
"""Four years of working days; more is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A day, or one half of it (``part``), that lies inside the time and was not counted; and why."""

    on: date
    part: str | None
    reason_zh: str
    reason_en: str
    day_off: bool


@dataclass(frozen=True, slots=True)
class Deadline:
    """When something is due, and how that was counted. All moments are Beijing time.

    Parameters
    ----------
    start, half_days, same_day
        What was asked.
    due
        The close of a half day that is worked; later than ``start``. Acting exactly at ``due`` is in time.
    counted
        The half days that were counted; for the same day those of that day.
    skipped
        What lies between and was not counted, each with its reason.
    provisional
        Whether a day beyond the known holiday table was looked at; the sentence then says so.
    sentence_zh, sentence_en
        All of this in words.
    """

    start: datetime
    half_days: int | None
    same_day: bool
    due: datetime
    counted: tuple[HalfDay, ...]
    skipped: tuple[Skipped, ...]
    provisional: bool
    sentence_zh: str = ""
    sentence_en: str = ""


@dataclass(frozen=True, slots=True)
class LatestStart:
    """The latest moment from which something is still done in time.

    Parameters
    ----------
    before
        Every start before this moment is early enough, none at it or after it.
    office
        The last moment of office hours that is early enough; for the same day the close of that day, which itself is
        too late.
    provisional, sentence_zh, sentence_en
        As of a `Deadline`.
    """

    before: datetime
    office: datetime
    provisional: bool
    sentence_zh: str
    sentence_en: str


@dataclass(frozen=True, slots=True)
class Recount:
    """A deadline counted again with an amended calendar: which days up to the old one changed, and what that does."""

    before: Deadline
    after: Deadline
    now_off: tuple[date, ...]
    now_worked: tuple[date, ...]
    sentence_zh: str
    sentence_en: str

    @property
    def moved(self) -> bool:
        """Whether it is now due at another moment."""
        return self.before.due != self.after.due


def deadline(start: datetime, half_days: int | None, *, same_day: bool = False, calendar: Calendar) -> Deadline | None:
    """Return when something that began at ``start`` is due.

    Parameters
    ----------
    start
        The event; without a zone it is Beijing time.
    half_days
        Half working days, at most `MOST_HALF_DAYS`. The half day whose office hours hold the event, both ends
        included, is not counted; outside office hours there is nothing to leave out, and the next half day is the
        first. 0 is the same day. None: the document gives no number.
    same_day
        Due at the close of the day of the event; on a day off, or once that day has closed, at the close of the next
        working day. Where ``half_days`` is given too, the earlier holds.
    calendar
        Holidays, office hours, and the reading of whole days.

    Returns
    -------
    Deadline or None
        None where the document gives neither a number nor the same day: then nothing is due (文件未规定).

    Raises
    ------
    BadInputError
        If the number is negative or too large, or the holiday table does not cover the days.

    Examples
    --------
    >>> found = deadline(datetime(2026, 9, 30, 10), 2, calendar=Calendar())
    >>> found.due.isoformat(), [half.part for half in found.counted]
    ('2026-10-08T17:30:00+08:00', ['morning', 'afternoon'])
    >>> deadline(datetime(2026, 9, 30, 10), None, calendar=Calendar()) is None
    True
    """
    _check_length(half_days)
    begun = local(start)
    options = []
    if same_day or half_days == 0:
        options.append(_same_day(begun, calendar))
    if half_days:
        options.append(_counted(begun, half_days, calendar))
    if not options:
        return None
    counted, skipped = min(options, key=lambda option: option[0][-1].closes)
    due = counted[-1].closes
    provisional = calendar.day(due.date()).provisional
    found = Deadline(begun, half_days, same_day, due, counted, skipped, provisional)
    zh, en = words.of_deadline(found, calendar.holidays.last)
    return replace(found, sentence_zh=zh, sentence_en=en)


def latest_start(
    due: datetime, half_days: int | None, *, same_day: bool = False, calendar: Calendar
) -> LatestStart | None:
    """Return the latest moment to begin so that all is due no later than ``due``: the exact inverse of `deadline`.

    A start is before ``before`` if, and only if, its deadline is no later than ``due``.

    Returns
    -------
    LatestStart or None
        None where the document gives neither a number nor the same day.

    Raises
    ------
    BadInputError
        As for `deadline`.

    Examples
    --------
    >>> found = latest_start(datetime(2026, 10, 8, 12), 2, calendar=Calendar())
    >>> found.before.isoformat(), found.office.isoformat()
    ('2026-09-30T00:00:00+08:00', '2026-09-29T17:30:00+08:00')
    """
    _check_length(half_days)
    end = local(due)
    calendar.day(end.date())
    options = []
    if same_day or half_days == 0:
        options.append(_latest_same_day(end, calendar))
    if half_days:
        options.append(_latest_counted(end, half_days, calendar))
    if not options:
        return None
    before, office = max(options)
    provisional = calendar.day(end.date()).provisional
    zh, en = words.of_latest(before, office, end, provisional, calendar.holidays.last)
    return LatestStart(before, office, provisional, zh, en)


def recount(known: Deadline, calendar: Calendar) -> Recount:
    """Count a deadline again with a calendar that changed after the fact, and tell the difference.

    Examples
    --------
    >>> known = deadline(datetime(2026, 11, 30, 10), 2, calendar=Calendar())
    >>> storm = Calendar().holidays.amended(off={known.due.date(): ("暴雪停工", "closed by snow")})
    >>> recount(known, Calendar(storm)).after.due.isoformat()
    '2026-12-02T17:30:00+08:00'
    """
    after = deadline(known.start, known.half_days, same_day=known.same_day, calendar=calendar)
    if after is None:  # a Deadline was made from a number or the same day, so it is made again
        message = "a deadline without a length"
        raise ValueError(message)
    was_off = {day.on for day in known.skipped if day.day_off}
    off = {on for on in days_between(known.start.date(), known.due.date()) if not calendar.day(on).working}
    now_off, now_worked = tuple(sorted(off - was_off)), tuple(sorted(was_off - off))
    zh, en = words.of_recount(known, after, now_off, now_worked)
    return Recount(known, after, now_off, now_worked, zh, en)


def other_reading(known: Deadline, calendar: Calendar) -> Deadline | None:
    """Return the deadline in the reading of whole days that the county does not take; None where it is the same.

    Examples
    --------
    >>> known = deadline(datetime(2026, 11, 30, 10), 2, calendar=Calendar())
    >>> other_reading(known, Calendar()).due.isoformat(), known.due.isoformat()
    ('2026-12-01T12:00:00+08:00', '2026-12-01T17:30:00+08:00')
    """
    time_kept = calendar.working_time
    other = next(reading for reading in WHOLE_DAYS if reading != time_kept.whole_days)
    turned = replace(calendar, working_time=replace(time_kept, whole_days=other))
    found = deadline(known.start, known.half_days, same_day=known.same_day, calendar=turned)
    return None if found is None or found.due == known.due else found


def _check_length(half_days: int | None) -> None:
    if half_days is not None and not 0 <= half_days <= MOST_HALF_DAYS:
        raise BadInputError([
            Fault("calendar.length", f"半日数应在0至{MOST_HALF_DAYS}之间",
                  f"the number of half days must be between 0 and {MOST_HALF_DAYS}", value=half_days)
        ])  # fmt: skip


def _whole_day_left_out(half_days: int, calendar: Calendar) -> bool:
    """Return whether the whole day of the event is left out; a time below a working day knows only half days."""
    return calendar.working_time.whole_days == "next_day" and half_days > 1


def _same_day(begun: datetime, calendar: Calendar) -> tuple[tuple[HalfDay, ...], tuple[Skipped, ...]]:
    on, skipped = begun.date(), []
    while not (halves := calendar.halves(on)) or halves[-1].closes <= begun:
        if halves:
            skipped.append(Skipped(on, None, "事件发生时已下班", "the event came after office hours", day_off=False))
        else:
            skipped.append(_off(on, calendar))
        on += timedelta(days=1)
    return tuple(half for half in halves if half.closes > begun), tuple(skipped)


def _counted(begun: datetime, half_days: int, calendar: Calendar) -> tuple[tuple[HalfDay, ...], tuple[Skipped, ...]]:
    whole = _whole_day_left_out(half_days, calendar)
    origin = datetime.combine(begun.date(), time.max, BEIJING) if whole else begun
    counted = tuple(islice(calendar.opening_after(origin), half_days))
    days = days_between(begun.date(), counted[-1].on)
    off = [_off(on, calendar) for on in days if not calendar.day(on).working]
    return counted, tuple(sorted([*_event(begun, whole, calendar), *off], key=lambda day: day.on))


def _event(begun: datetime, whole: bool, calendar: Calendar) -> list[Skipped]:
    """Return the half day, or the whole day, of the event; nothing where offices were closed anyway."""
    if whole and calendar.day(begun.date()).working:
        return [Skipped(begun.date(), None, "事件当日不计（民法典第二百零一条）",
                        "the day of the event is not counted (民法典 201)", day_off=False)]  # fmt: skip
    running = calendar.running(begun)
    if whole or running is None:
        return []
    return [
        Skipped(
            running.on, running.part, "事件发生的半日不计", "the half day of the event is not counted", day_off=False
        )
    ]


def _off(on: date, calendar: Calendar) -> Skipped:
    day = calendar.day(on)
    return Skipped(on, None, day.reason_zh, day.reason_en, day_off=True)


def _latest_same_day(end: datetime, calendar: Calendar) -> tuple[datetime, datetime]:
    last = next(half for half in calendar.closed_by(end) if half.part == tuple(PARTS)[-1])
    return last.closes, last.closes


def _latest_counted(end: datetime, half_days: int, calendar: Calendar) -> tuple[datetime, datetime]:
    first = next(islice(calendar.closed_by(end), half_days - 1, None))
    whole = _whole_day_left_out(half_days, calendar)
    before = datetime.combine(first.on, time.min, BEIJING) if whole else first.opens
    return before, next(calendar.closed_by(before)).closes
