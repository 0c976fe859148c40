"""Walk the half days that a county's offices work, forwards and backwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import MINYEAR, UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from survey.holidays import Day, HolidayTable, days_between, known_holidays
from survey.office_hours import BEIJING, DEFAULT_WORKING_TIME, PARTS, WorkingTime

if TYPE_CHECKING:
    from collections.abc import Iterator

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HalfDay:
    """One half day that is worked: when it opens and closes (Beijing time); the note says why where it is a weekend."""

    on: date
    part: str
    opens: datetime
    closes: datetime
    note_zh: str
    note_en: str
    provisional: bool


class Remaining(NamedTuple):
    """Half days left, the running one included; or, where ``overdue``, half days begun since it was due."""

    half_days: int
    overdue: bool
    provisional: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which half days are worked: the holidays, and the county's hours.

    Examples
    --------
    >>> [half.part for half in Calendar().halves(date(2026, 10, 10))], Calendar().halves(date(2026, 10, 1))
    (['morning', 'afternoon'], ())
    """

    holidays: HolidayTable = field(default_factory=known_holidays)
    working_time: WorkingTime = DEFAULT_WORKING_TIME
    # A day is asked for thousands of times by the figures of a county; there are some 70,000 at most.
    _halves: dict[date, tuple[HalfDay, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def day(self, on: date) -> Day:
        """Return what a day is."""
        return self.holidays.day(on)

    def halves(self, on: date) -> tuple[HalfDay, ...]:
        """Return the half days of a day: morning and afternoon, or none on a day off."""
        known = self._halves.get(on)
        if known is None:
            day = self.day(on)
            known = self._halves[on] = tuple(
                HalfDay(on, part, *self.working_time.hours(on, part), day.reason_zh, day.reason_en, day.provisional)
                for part in (PARTS if day.working else ())
            )
        return known

    def opening_after(self, moment: datetime) -> Iterator[HalfDay]:
        """Yield, without end, the half days that open after a moment."""
        moment = local(moment)
        on = moment.date()
        while True:
            yield from (half for half in self.halves(on) if half.opens > moment)
            on += _ONE_DAY

    def closed_by(self, moment: datetime) -> Iterator[HalfDay]:
        """Yield the half days that have closed by a moment, the latest first."""
        moment = local(moment)
        on = moment.date()
        while True:
            yield from (half for half in reversed(self.halves(on)) if half.closes <= moment)
            on -= _ONE_DAY

    def running(self, moment: datetime) -> HalfDay | None:
        """Return the half day whose office hours hold a moment, both ends included; None outside office hours.

        >>> Calendar().running(datetime(2026, 12, 1, 12, 0)).part, Calendar().running(datetime(2026, 12, 1, 13, 0))
        ('morning', None)
        """
        moment = local(moment)
        return next((h for h in self.halves(moment.date()) if h.opens <= moment <= h.closes), None)


def local(moment: datetime) -> datetime:
    """Return a moment on Beijing's clock; one without a zone is taken as read from that clock.

    >>> from datetime import UTC
    >>> local(datetime(2026, 12, 1, 16, 30, tzinfo=UTC)).isoformat(), local(datetime(2026, 12, 1, 9)).isoformat()
    ('2026-12-02T00:30:00+08:00', '2026-12-01T09:00:00+08:00')

    Raises
    ------
    ValueError
        It lies before the year 1 or after 9999 in Beijing or in UTC, in which it is kept.
    """
    try:
        found = moment.replace(tzinfo=BEIJING) if moment.tzinfo is None else moment.astimezone(BEIJING)
        if found.year == MINYEAR:
            found.astimezone(UTC)  # eight hours before may be no year any more
    except OverflowError as error:
        raise ValueError(f"no year of the calendar: {moment}") from error
    return found


def working_half_days_between(a: datetime, b: datetime, calendar: Calendar) -> int:
    """Return how many whole half days are worked after ``a`` and over by ``b``; zero where ``b`` is earlier.

    Examples
    --------
    >>> working_half_days_between(datetime(2026, 9, 30, 10), datetime(2026, 10, 8, 12), Calendar())
    2
    """
    first, last = local(a), local(b)
    days = days_between(first.date(), last.date())
    return sum(half.opens > first and half.closes <= last for on in days for half in calendar.halves(on))


def remaining(now: datetime, due: datetime, calendar: Calendar) -> Remaining:
    """Return how many half days are left until ``due``, the running one included, or how many were begun since.

    Exactly at ``due`` nothing is left and nothing is overdue.

    Examples
    --------
    >>> due = datetime(2026, 12, 2, 12)
    >>> [remaining(datetime(2026, 12, day, 15), due, Calendar())[:2] for day in (1, 2)]
    [(2, False), (1, True)]
    """
    moment, end = local(now), local(due)
    first, last = min(moment, end), max(moment, end)
    days = days_between(first.date(), last.date())
    halves = [half for on in days for half in calendar.halves(on)]
    provisional = any(calendar.day(on).provisional for on in (first.date(), last.date()))
    if moment <= end:
        return Remaining(sum(half.closes > moment and half.closes <= end for half in halves), False, provisional)
    return Remaining(sum(half.closes > end and half.opens <= moment for half in halves), True, provisional)
