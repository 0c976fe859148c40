"""Understand the ways dates are written in Chinese, Taiwanese and international files."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.faults import Fault
from geo.formats.table import hashable

if TYPE_CHECKING:
    from geo.formats.table import Findings

#: The first year of the calendar of the Republic of China is 1912, so year 115 is 2026.
TAIWAN_YEAR_ZERO = 1911
YEARS = range(1950, 2101)
_PARTS = re.compile(r"^\s*(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s].*)?$")
_COMPACT = re.compile(r"^\s*(\d{4})(\d{2})(\d{2})\s*$")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９／－．", "0123456789/-.")


class ParsedDate(NamedTuple):
    """A date, or why there is none; ``taiwan`` where the year was counted from 1912."""

    date: dt.date | None
    fault: Fault | None = None
    taiwan: bool = False


def parse_date(text: str) -> ParsedDate:
    """Read one date: ISO, with slashes or dots, 年月日, eight digits, or the Taiwan calendar (two or three digits).

    Years outside 1950 to 2100 are refused: no dig is planned then, so the year is a typing error. An empty text is no
    date and no fault.

    Examples
    --------
    >>> parse_date("115/04/22")
    ParsedDate(date=datetime.date(2026, 4, 22), fault=None, taiwan=True)
    >>> parse_date("2026年4月2日").date
    datetime.date(2026, 4, 2)
    >>> parse_date("199/12/31").fault.code
    'date.out_of_range'
    >>> parse_date("soon").fault.code, parse_date("2026-02-30").fault.code, parse_date(" ").fault
    ('date.unreadable', 'date.impossible', None)
    """
    plain = text.translate(_FULL_WIDTH)
    if not plain.strip():
        return ParsedDate(None)
    match = _PARTS.match(plain) or _COMPACT.match(plain)
    if not match:
        return ParsedDate(None, _unreadable(text))
    year, month, day = (int(part) for part in match.groups())
    taiwan = len(match.group(1)) < 4
    if taiwan:
        year += TAIWAN_YEAR_ZERO
    if year not in YEARS:
        return ParsedDate(None, _out_of_range(text, year), taiwan)
    try:
        return ParsedDate(dt.date(year, month, day), taiwan=taiwan)
    except ValueError:
        return ParsedDate(None, _impossible(text), taiwan)


def parse_dates(column: pd.Series, field: str, found: Findings) -> pd.Series:
    """Return the column as ``datetime64[s]`` at midnight, NaT where empty or refused; each distinct text is read once.

    Dates and times that the file already stores as such are kept (the time of day dropped). A note says where the
    Taiwan calendar was understood.

    Examples
    --------
    >>> from geo.formats.table import Findings
    >>> parse_dates(pd.Series(["115/04/22", None]), "start", Findings()).tolist()
    [Timestamp('2026-04-22 00:00:00'), NaT]
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        naive = column.dt.tz_localize(None) if column.dt.tz is not None else column
        return pd.Series(naive.dt.normalize().astype("datetime64[s]"))
    codes, distinct = pd.factorize(hashable(column), use_na_sentinel=True)
    parsed = [parse_date(_as_text(value)) for value in distinct]
    values = np.array([*(p.date for p in parsed), None], dtype="datetime64[s]")
    bad = np.array([*(p.fault is not None for p in parsed), False])
    for row in np.flatnonzero(bad[codes]):
        fault = parsed[codes[row]].fault
        if fault is not None:
            found.fault(int(row), fault.at(field=field))
    taiwan = np.array([*(p.taiwan and p.date is not None for p in parsed), False])[codes]
    if taiwan.any():
        example = parsed[codes[int(np.argmax(taiwan))]].date
        found.note(None, _taiwan_note(field, int(taiwan.sum()), str(column.iloc[int(np.argmax(taiwan))]), example))
    return pd.Series(values[codes], index=column.index, name=column.name)


def _as_text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _unreadable(text: str) -> Fault:
    return Fault(
        "date.unreadable",
        "看不懂的日期",
        "not a date",
        "写成 2026-04-22、2026/4/22 或民国 115/04/22",
        "write it as 2026-04-22, 2026/4/22 or, in the Taiwan calendar, 115/04/22",
        value=text,
    )


def _out_of_range(text: str, year: int) -> Fault:
    return Fault(
        "date.out_of_range",
        f"年份 {year} 超出 {YEARS.start}–{YEARS.stop - 1}",
        f"the year {year} is outside {YEARS.start} to {YEARS.stop - 1}",
        "核对年份",
        "check the year",
        value=text,
    )


def _impossible(text: str) -> Fault:
    return Fault(
        "date.impossible", "没有这一天", "there is no such day", "核对月和日", "check month and day", value=text
    )


def _taiwan_note(field: str, count: int, example: str, date: dt.date | None) -> Fault:
    return Fault(
        "date.taiwan_calendar",
        f"{count} 个日期按民国纪年理解，如 {example} = {date}",
        f"{count} dates were read in the Taiwan calendar, such as {example} = {date}",
        field=field,
    )
