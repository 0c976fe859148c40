"""Say of each day whether offices work, why not, and how far that is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import chinese_calendar

from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

Names = tuple[str, str]
"""A name in Chinese and in English."""

WEEKEND: Names = ("周末", "weekend")
LAST_DAY = date(2199, 12, 31)
"""No day after this one is looked at: a deadline there is a slip of the pen."""

FIXED_HOLIDAYS: Mapping[tuple[int, int], Names] = MappingProxyType(
    {
        (1, 1): ("元旦", "New Year's Day"),
        (5, 1): ("劳动节", "Labour Day"),
        (5, 2): ("劳动节", "Labour Day"),
        (10, 1): ("国庆节", "National Day"),
        (10, 2): ("国庆节", "National Day"),
        (10, 3): ("国庆节", "National Day"),
    }
)
"""Statutory holidays on a fixed day of the solar year: 全国年节及纪念日放假办法 2 (国务院令第795号, from 2025).

Spring Festival, Qingming, Dragon Boat and Mid-Autumn are not here: which days are free is for the yearly notice.
"""

_NAMES: Mapping[str, Names] = MappingProxyType(
    {
        "Tomb-sweeping Day": ("清明节", "Qingming Festival"),
        "Dragon Boat Festival": ("端午节", "Dragon Boat Festival"),
        "Mid-autumn Festival": ("中秋节", "Mid-Autumn Festival"),
    }
)


@dataclass(frozen=True, slots=True)
class Day:
    """What one day is: worked or not, the reason where it is not what its weekday says, and whether that may change."""

    on: date
    working: bool
    reason_zh: str
    reason_en: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class HolidayTable:
    """Days off and make-up working days, from ``first`` to ``last``; later days are provisional.

    Parameters
    ----------
    off, makeup
        Days of the notices with the holiday they belong to. A make-up day is a Saturday or Sunday that is worked.
    first, last
        The days the table covers. Before ``first`` nothing is answered; after ``last`` only weekends and
        `FIXED_HOLIDAYS` are known, and every such day says it is provisional.
    source_zh, source_en
        Where the table comes from.
    """

    off: Mapping[date, Names]
    makeup: Mapping[date, Names]
    first: date
    last: date
    source_zh: str
    source_en: str

    def day(self, on: date) -> Day:
        """Return what a day is.

        Raises
        ------
        BadInputError
            If the day is before the table begins, or after `LAST_DAY`.

        Examples
        --------
        >>> table = known_holidays()
        >>> table.day(date(2026, 10, 7)).reason_zh, table.day(date(2026, 10, 10)).reason_zh
        ('国庆节', '调休上班（国庆节）')
        >>> table.day(date(2026, 11, 28)).reason_zh, table.day(date(2026, 11, 30)).working
        ('周末', True)
        """
        if not self.first <= on <= LAST_DAY:
            raise BadInputError([_outside(self.first, on)])
        provisional = on > self.last
        if on in self.makeup:
            zh, en = self.makeup[on]
            return Day(on, True, f"调休上班（{zh}）", f"make-up working day ({en})", provisional)
        name = self.off.get(on) or (FIXED_HOLIDAYS.get((on.month, on.day)) if provisional else None)
        if name is None and on.weekday() >= 5:  # noqa: PLR2004 - Saturday
            name = WEEKEND
        return Day(on, name is None, *(name or ("", "")), provisional)

    def amended(
        self,
        off: Mapping[date, Names] = MappingProxyType({}),
        working: Mapping[date, Names] = MappingProxyType({}),
        *,
        last: date | None = None,
        source: Names | None = None,
    ) -> HolidayTable:
        """Return the table with days changed after the fact, or with the next year's notice added.

        Parameters
        ----------
        off, working
            Days that are now free and days that are now worked, each with the holiday they belong to. A day in both
            is worked.
        last
            The new end of what is known, where a further year's notice is added; else as before. The
            `FIXED_HOLIDAYS` up to it stay free unless ``working`` names them.
        source
            The notice, in Chinese and English.

        Examples
        --------
        >>> storm = known_holidays().amended(off={date(2026, 12, 1): ("暴雪停工", "closed by snow")})
        >>> storm.day(date(2026, 12, 1)).working, storm.last
        (False, datetime.date(2026, 12, 31))
        """
        end = max(self.last, last or self.last)
        fixed = {on: FIXED_HOLIDAYS[on.month, on.day] for on in days_between(self.last, end)[1:] if _is_fixed(on)}
        now_off = {day: name for day, name in {**self.off, **fixed, **off}.items() if day not in working}
        worked = {**{day: name for day, name in self.makeup.items() if day not in off}, **working}
        makeup = {day: name for day, name in worked.items() if day.weekday() >= 5 or _is_fixed(day)}  # noqa: PLR2004
        said = source or (f"{self.source_zh}，有改动", f"{self.source_en}, amended")
        return replace(
            self,
            off=MappingProxyType(now_off),
            makeup=MappingProxyType(makeup),
            last=end,
            source_zh=said[0],
            source_en=said[1],
        )


@lru_cache(maxsize=1)
def known_holidays() -> HolidayTable:
    """Return the State Council's notices as `chinese_calendar` carries them.

    The table ends with the last day of the last year that has a notice, exactly where the package itself begins to
    refuse. A notice may still move the last days of the year before it (2007, 2018, 2022 and 2023 had 31 December
    free by the next year's notice).

    Examples
    --------
    >>> known_holidays().first, known_holidays().last >= date(2026, 12, 31)
    (datetime.date(2004, 1, 1), True)
    """
    chinese = {holiday.value: (holiday.chinese, holiday.value) for holiday in chinese_calendar.Holiday}
    names = {**chinese, **_NAMES}
    years = [day.year for day in chinese_calendar.holidays]
    version = chinese_calendar.__version__
    return HolidayTable(
        MappingProxyType({day: names[str(name)] for day, name in chinese_calendar.holidays.items()}),
        MappingProxyType({day: names[str(name)] for day, name in chinese_calendar.workdays.items()}),
        date(min(years), 1, 1),
        date(max(years), 12, 31),
        f"国务院办公厅历年节假日安排的通知（chinesecalendar {version}）",
        f"the State Council's yearly holiday notices (chinesecalendar {version})",
    )


def days_between(first: date, last: date) -> list[date]:
    """Return every day from ``first`` to ``last``, both included; none where ``last`` is earlier.

    >>> len(days_between(date(2024, 2, 28), date(2024, 3, 1)))
    3
    """
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _is_fixed(day: date) -> bool:
    """Return whether a day is a holiday by its date: only a notice that has it worked says otherwise."""
    return (day.month, day.day) in FIXED_HOLIDAYS


def _outside(first: date, on: date) -> Fault:
    if on < first:
        return Fault("calendar.before_table", f"节假日表自{first}起，此前的日期无从计算",
                     f"the holiday table begins on {first}; nothing is counted before it",
                     "改用其后的日期", "use a later day", value=on.isoformat())  # fmt: skip
    return Fault("calendar.too_far", f"日期晚于{LAST_DAY}，应是笔误", f"the day is after {LAST_DAY}: a slip of the pen",
                 "检查年份", "check the year", value=on.isoformat())  # fmt: skip
