"""State when a county's offices work, and how its working time is read: data of the county, not law."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from survey.policies.documents import Document, Path

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The clock of every office: eight hours ahead of UTC. No summer time since 1991, before any day that is counted."""

PARTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"morning": ("上午", "morning"), "afternoon": ("下午", "afternoon")}
)
"""The two half days of a working day."""

WHOLE_DAYS = ("half_days", "next_day")
"""The reading of a time of a whole working day or more.

``half_days``: every day is two half days, and the half day of the event is not counted.
``next_day``: the whole day of the event is not counted, as 民法典 201 has it for periods in days.
"""


@dataclass(frozen=True, slots=True)
class Span:
    """One half day's office hours."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Season:
    """Office hours from a day of the year on, until the next season begins."""

    from_month: int
    from_day: int
    morning: Span
    afternoon: Span


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """A county's office hours and its reading of whole days, each with where it comes from.

    Parameters
    ----------
    seasons
        In the order of the year; one is enough. The last one runs on into the next year until the first begins.
    source_zh, source_en
        Where the hours come from.
    whole_days
        One of `WHOLE_DAYS`.
    reading_zh, reading_en
        Why that reading is taken.
    """

    seasons: tuple[Season, ...]
    source_zh: str
    source_en: str
    whole_days: str
    reading_zh: str
    reading_en: str

    def season(self, on: date) -> Season:
        """Return the season a day lies in.

        Examples
        --------
        >>> DEFAULT_WORKING_TIME.season(date(2026, 7, 1)).morning.closes
        datetime.time(12, 0)
        """
        begun = [s for s in self.seasons if (s.from_month, s.from_day) <= (on.month, on.day)]
        return begun[-1] if begun else self.seasons[-1]

    def hours(self, on: date, part: str) -> tuple[datetime, datetime]:
        """Return when a half day opens and closes, in Beijing time; ``part`` is one of `PARTS`.

        Examples
        --------
        >>> [moment.isoformat() for moment in DEFAULT_WORKING_TIME.hours(date(2026, 12, 1), "afternoon")]
        ['2026-12-01T14:00:00+08:00', '2026-12-01T17:30:00+08:00']
        """
        season = self.season(on)
        span = season.morning if part == "morning" else season.afternoon
        return datetime.combine(on, span.opens, BEIJING), datetime.combine(on, span.closes, BEIJING)


DEFAULT_WORKING_TIME = WorkingTime(
    seasons=(Season(1, 1, Span(time(8, 30), time(12)), Span(time(14), time(17, 30))),),
    source_zh="文件未规定办公时间；判断：按机关通行作息，各县以公布的作息为准",
    source_en="the document states no office hours; judgement: the usual ones, until the county enters its own",
    whole_days="next_day",
    reading_zh=(
        "以日计的期限，当日不计入，自下一工作日起算（民法典第二百零一条）；0.5个工作日按半日计，事件发生的半日不计。"
        "超期要追责，故取法定读法；一律按半日计的读法到期较早，另行列出。"
    ),
    reading_en=(
        "of a time in days the day of the event is not counted (民法典 201); 0.5 working day is counted in half days, "
        "that of the event left out. Being late has consequences, so the reading of the law is taken; the one that "
        "counts every time in half days ends sooner and is told beside it"
    ),
)
"""What holds where a county has no ``[working_time]`` of its own."""

_KEYS = {"source_zh": str, "source_en": str, "whole_days": str, "reading_zh": str, "reading_en": str, "season": list}
_TIMES = ("morning_opens", "morning_closes", "afternoon_opens", "afternoon_closes")
_SEASON_KEYS = {"from_month": int, "from_day": int, **dict.fromkeys(_TIMES, time)}
_LEAP_YEAR = 2024


def check_working_time(document: Document, at: Path = ("working_time",)) -> None:
    """Note every fault of a county's ``[working_time]``; a county without one has none."""
    table = document.data.get("working_time")
    if not isinstance(table, dict) or not document.shape(table, at, _KEYS, {}):
        return
    document.one_of(table["whole_days"], (*at, "whole_days"), WHOLE_DAYS)
    if not table["season"]:
        document.fault("policy.missing", (*at, "season"), "缺少办公时间", "no office hours are given")
    before = (0, 0)
    for number, season in enumerate(table["season"]):
        place = (*at, "season", number)
        if document.shape(season, place, _SEASON_KEYS, {}):
            before = _check_season(document, season, place, before)


def _check_season(document: Document, season: dict[str, Any], at: Path, before: tuple[int, int]) -> tuple[int, int]:
    """Note what is wrong with one season; return the day it begins on."""
    begins = (season["from_month"], season["from_day"])
    if not _is_day(*begins):
        document.fault("policy.value", (*at, "from_day"), "没有这一天", "there is no such day")
    elif begins <= before:
        document.fault("policy.value", (*at, "from_month"), "作息须按日期先后排列", "seasons must follow each other")
    times = [season[key] for key in _TIMES]
    if any(moment.tzinfo is not None for moment in times) or times != sorted(set(times)):
        document.fault("policy.value", (*at, _TIMES[0]), "上下班时间先后不对", "the hours must follow each other")
    return begins


def _is_day(month: int, day: int) -> bool:
    try:
        date(_LEAP_YEAR, month, day)
    except ValueError:
        return False
    return True


def read_working_time(table: Mapping[str, Any] | None) -> WorkingTime:
    """Build a county's working time from its checked table; the default where there is none."""
    if table is None:
        return DEFAULT_WORKING_TIME
    seasons = tuple(
        Season(s["from_month"], s["from_day"], Span(*(s[k] for k in _TIMES[:2])), Span(*(s[k] for k in _TIMES[2:])))
        for s in table["season"]
    )
    return WorkingTime(seasons=seasons, **{key: table[key] for key in _KEYS if key != "season"})
