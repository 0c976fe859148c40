"""Turn days into weeks, and a work's window into the weeks it may begin in with the weeks it is then dug in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import MINYEAR, date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from survey.programme.works import WEEK_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from survey.holidays import HolidayTable
    from survey.programme.works import Break, Terms, Work

WORKING_DAYS = 5
FEWEST_DAYS = 3


@dataclass(frozen=True, slots=True)
class Option:
    """One way to place a work: the week it begins in, and all weeks it is dug in, ascending (the first is the start).

    Weeks are numbered from Monday, 1 January of the year 1.
    """

    weeks: tuple[int, ...]

    @property
    def start(self) -> int:
        """The week of the start."""
        return self.weeks[0]

    @property
    def last(self) -> int:
        """The last week."""
        return self.weeks[-1]


def week_of(day: date) -> int:
    """Return the number of the week of a day.

    >>> week_of(date(2026, 3, 2)) - week_of(date(2026, 3, 1)), monday(week_of(date(2026, 3, 5)))
    (1, datetime.date(2026, 3, 2))
    """
    return (day.toordinal() - 1) // WEEK_DAYS


def monday(week: int) -> date:
    """Return the first day of a week."""
    return date.fromordinal(week * WEEK_DAYS + 1)


def friday(week: int) -> date:
    """Return the last working day of a week."""
    return monday(week) + timedelta(days=WORKING_DAYS - 1)


def whole_weeks(first: date, last: date) -> range:
    """Return the weeks whose Monday to Friday lie between two days, both included.

    >>> [str(monday(week)) for week in whole_weeks(date(2026, 3, 1), date(2026, 3, 13))]
    ['2026-03-02', '2026-03-09']
    """
    low, high = week_of(first), week_of(last)
    return range(low + (first > monday(low)), high + (last >= friday(high)))


def idle_weeks(breaks: Iterable[Break]) -> frozenset[int]:
    """Return the weeks in which a working day falls into a break."""
    idle: set[int] = set()
    for first, last in breaks:
        idle.update(w for w in range(week_of(first), week_of(last) + 1) if first <= friday(w) and last >= monday(w))
    return frozenset(idle)


def yearly(text: str, first: int, last: int) -> tuple[Break, ...]:
    """Return the breaks of a yearly stop such as ``11-15..03-15`` that touch the years ``first`` to ``last``.

    Raises
    ------
    ValueError
        If the text is not two days of a year with two points between.

    Examples
    --------
    >>> yearly("11-15..03-15", 2026, 2026)[1]
    (datetime.date(2026, 11, 15), datetime.date(2027, 3, 15))
    """
    begin, end = text.split("..")
    breaks = []
    for year in range(max(first - 1, MINYEAR), last + 1):
        low = date.fromisoformat(f"{year:04}-{begin.strip()}")
        high = date.fromisoformat(f"{year:04}-{end.strip()}")
        breaks.append((low, high if high >= low else date.fromisoformat(f"{year + 1:04}-{end.strip()}")))
    return tuple(breaks)


def holiday_breaks(table: HolidayTable, first: date, last: date) -> tuple[Break, ...]:
    """Return as breaks the weeks between two days in which fewer than three of Monday to Friday are worked.

    After the end of the table only holidays on a fixed date are known, and a Spring Festival is not among them.

    Examples
    --------
    >>> from survey.holidays import known_holidays
    >>> found = holiday_breaks(known_holidays(), date(2026, 9, 1), date(2026, 12, 31))
    >>> [f"{begin}..{end}" for begin, end in found]
    ['2026-10-05..2026-10-09']
    """
    found = []
    for week in range(week_of(first), week_of(last) + 1):
        days = [monday(week) + timedelta(days=number) for number in range(WORKING_DAYS)]
        if sum(table.day(day).working for day in days) < FEWEST_DAYS:
            found.append((days[0], days[-1]))
    return tuple(found)


def options_of(work: Work, terms: Terms, idle: frozenset[int]) -> tuple[Option, ...]:
    """Return every way to place a work by itself: window, breaks and protected roads kept, crews and others not.

    A fixed start leaves one way (its week counts from that day on), or none where window, break or road forbid it.
    """
    free_from = max((terms.protected_until[road] for road in work.roads if road in terms.protected_until), default=None)
    begin = work.start if free_from is None else max(work.start, free_from + timedelta(days=1))
    window = whole_weeks(begin, work.end)
    if work.fixed is not None:
        return _fixed(work, begin, idle, terms.longest_pause)
    return tuple(_placed(work.weeks, window, idle, terms.longest_pause))


def _fixed(work: Work, begin: date, idle: frozenset[int], longest_pause: int) -> tuple[Option, ...]:
    if work.fixed is None or work.fixed < begin:
        return ()
    week = week_of(work.fixed)
    found = _placed(work.weeks, range(week, whole_weeks(work.fixed, work.end).stop), idle, longest_pause)
    return tuple(option for option in found if option.start == week)


def _placed(weeks: int, window: range, idle: frozenset[int], longest_pause: int) -> list[Option]:
    working = [week for week in window if week not in idle]
    found = [tuple(working[at : at + weeks]) for at in range(len(working) - weeks + 1)]
    return [Option(dug) for dug in found if all(after - before - 1 <= longest_pause for before, after in pairwise(dug))]


def wider(work: Work, weeks: int) -> Work:
    """Return the work with a window longer by some weeks at both ends."""
    more = timedelta(days=WEEK_DAYS * weeks)
    return replace(work, start=work.start - more, end=work.end + more)
