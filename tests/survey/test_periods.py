from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from survey.periods import after_months, as_date, within_months


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2021, 12, 1), 60, date(2026, 12, 1)),
        (date(2020, 2, 29), 60, date(2025, 2, 28)),
        (date(2020, 2, 29), 48, date(2024, 2, 29)),
        (date(2023, 2, 28), 12, date(2024, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 12, 31), 2, date(2025, 2, 28)),
        (date(2024, 5, 5), 0, date(2024, 5, 5)),
    ],
)
def test_the_corresponding_day_is_the_last(day, months, last):
    assert after_months(day, months) == last


def test_twelve_months_belong_to_twelve_months():
    assert within_months(date(2025, 3, 1), date(2026, 3, 1), 12)
    assert not within_months(date(2025, 3, 1), date(2026, 3, 2), 12)
    assert within_months(date(2024, 2, 29), date(2025, 2, 28), 12)
    assert not within_months(date(2025, 3, 1), date(2024, 2, 29), 12)


@pytest.mark.parametrize(
    "value",
    [date(2026, 12, 1), datetime(2026, 12, 1, 8, tzinfo=UTC), "2026-12-01", " 2026-12-01T08:00:00 ",
     np.datetime64("2026-12-01"), pd.Timestamp("2026-12-01")],
)  # fmt: skip
def test_dates_as_columns_and_json_hold_them(value):
    assert as_date(value) == date(2026, 12, 1)


@pytest.mark.parametrize("value", [None, float("nan"), pd.NaT, pd.NA, "", "  ", np.datetime64("NaT")])
def test_nothing_is_none(value):
    assert as_date(value) is None


def test_what_is_no_date_is_refused():
    with pytest.raises(ValueError, match="month"):
        as_date("2026-13-01")
