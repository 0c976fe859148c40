"""Count years and months by the calendar, as the Civil Code does."""

from __future__ import annotations

import calendar
from datetime import date
from numbers import Real

import pandas as pd

from geo.faults import Fault


def after_months(day: date, months: int) -> date:
    """Return the last day of a period of ``months`` that begins on ``day``.

    民法典 201, 202: the first day is not counted; the corresponding day of the last month is the last day of the
    period, and the end of that month where there is none.

    Examples
    --------
    >>> after_months(date(2020, 2, 29), 60), after_months(date(2024, 1, 31), 1), after_months(date(2021, 12, 1), 60)
    (datetime.date(2025, 2, 28), datetime.date(2024, 2, 29), datetime.date(2026, 12, 1))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def within_months(a: date, b: date, months: int) -> bool:
    """Return whether two days lie no farther apart than a period of ``months``; its last day belongs to it.

    >>> within_months(date(2026, 3, 1), date(2025, 3, 1), 12), within_months(date(2026, 3, 2), date(2025, 3, 1), 12)
    (True, False)
    """
    return max(a, b) <= after_months(min(a, b), months)


def as_date(value: object) -> date | None:
    """Return a value of a column or of JSON as a date; None, NaN, NaT and an empty text are None.

    Raises
    ------
    ValueError
        If a text is no ISO date, or the value is a number.

    Examples
    --------
    >>> import numpy as np
    >>> as_date("2026-12-01"), as_date(np.datetime64("2026-12-01T08:00")), as_date(float("nan")), as_date(" ")
    (datetime.date(2026, 12, 1), datetime.date(2026, 12, 1), None, None)
    """
    if type(value) is date or value is None:
        return value
    if isinstance(value, str):
        return date.fromisoformat(value.strip()[:10]) if value.strip() else None
    if bool(pd.isna(value)):  # type: ignore[call-overload]  # any scalar of a column comes here
        return None
    if isinstance(value, Real):
        raise ValueError(f"{value!r} is a number, not a date")  # noqa: TRY004 - one error for whatever is no date
    return pd.Timestamp(value).date()  # type: ignore[arg-type]  # date, datetime, datetime64 or Timestamp


def no_date(feature: str, field: str, value: object, layer: str | None = None) -> Fault:
    """Return the fault of a value in a column of dates that `as_date` does not take.

    >>> print(no_date("W1", "start", "soon").sentence("en"))
    feature W1 · field start · 'soon': not a date — write it as 2026-12-01
    """
    return Fault(
        "date.unreadable", "不是日期", "not a date", "写成 2026-12-01", "write it as 2026-12-01",
        layer=layer, feature=feature, field=field, value=str(value),
    )  # fmt: skip
