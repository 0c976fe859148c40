"""Read what a route states beside its line: dates, accuracy, voltage; name what is none, with the mend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.faults import Fault
from survey.periods import as_date

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import geopandas as gpd


def read_day(value: object, field: str, faults: list[Fault], feature: str | None = None) -> date | None:
    """Return a date; None where nothing is stated, or where it is no date: then a fault is noted.

    >>> faults: list[Fault] = []
    >>> read_day("2027-03-01", "start", faults), read_day("soon", "start", faults), [fault.code for fault in faults]
    (datetime.date(2027, 3, 1), None, ['route.date'])
    """
    try:
        return as_date(value)
    except (ValueError, TypeError):
        faults.append(
            Fault("route.date", "不是日期", "not a date", "写成 2026-12-01", "write it as 2026-12-01",
                  feature=feature, field=field, value=str(value))
        )  # fmt: skip
        return None


def read_window(
    start: object, end: object, faults: list[Fault], feature: str | None = None
) -> tuple[date | None, date | None]:
    """Return both days of a work window; an end before the start is noted as a fault."""
    first, last = read_day(start, "start", faults, feature), read_day(end, "end", faults, feature)
    if first and last and last < first:
        faults.append(
            Fault("route.dates", "完工早于开工", "the end is before the start", "核对开工和完工日期",
                  "check the start and the end", feature=feature, field="end", value=str(last))
        )  # fmt: skip
    return first, last


def read_accuracy(value: object, faults: list[Fault], feature: str | None = None) -> float | None:
    """Return a mean error in metres; None where nothing is stated (None, NaN), or with a fault where it is none.

    >>> faults: list[Fault] = []
    >>> read_accuracy(0, faults), read_accuracy(float("nan"), faults), read_accuracy(-1, faults), len(faults)
    (0.0, None, None, 1)
    """
    if value is None or (isinstance(value, (float, np.floating)) and np.isnan(value)):
        return None
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and 0 <= value < np.inf:
        return float(value)
    faults.append(
        Fault("route.accuracy", "精度应为非负数（米）", "the accuracy must be a number of metres, not negative",
              "填写顶点中误差（米）；不知道就留空", "give the mean error of a vertex in metres, or leave it empty",
              feature=feature, field="accuracy_m", value=str(value))
    )  # fmt: skip
    return None


def kilovolts(value: object) -> float:
    """Return a number of kilovolts as it stands in a column; NaN for a blank, a negative one and what is no number.

    Examples
    --------
    >>> kilovolts(10), kilovolts("10"), kilovolts(None), kilovolts(float("nan")), kilovolts(-1)
    (10.0, 10.0, nan, nan, nan)
    """
    try:
        read = float(value)  # type: ignore[arg-type]  # what cannot be a number raises, and is none
    except (TypeError, ValueError):
        return np.nan
    return read if 0 <= read < np.inf else np.nan


def read_voltage(value: object, faults: list[Fault], feature: str | None = None) -> float | None:
    """Return a voltage in kilovolts; None where nothing is stated (None, NaN, blank), or with a fault where it is none.

    >>> faults: list[Fault] = []
    >>> read_voltage(10, faults), read_voltage("0.4", faults), read_voltage(" ", faults), read_voltage("high", faults)
    (10.0, 0.4, None, None)
    >>> len(faults)
    1
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    read = kilovolts(value)
    if not np.isnan(read):
        return read
    if not (isinstance(value, (float, np.floating)) and np.isnan(value)):
        faults.append(
            Fault("route.voltage", "电压应为非负数（kV）", "the voltage must be a number of kilovolts, not negative",
                  "填写千伏数，如 10、0.4；不知道就留空", "give kilovolts, such as 10 or 0.4, or leave it empty",
                  feature=feature, field="voltage_kv", value=str(value))
        )  # fmt: skip
    return None


def route_faults(routes: gpd.GeoDataFrame) -> list[Fault]:
    """Return every fault in dates, accuracies and voltages of a frame of routes; unknown utilities are none of them."""
    faults: list[Fault] = []
    for name, start, end, accuracy, voltage in zip(
        *(_column(routes, c) for c in ("id", "start", "end", "accuracy_m", "voltage_kv")), strict=True
    ):
        read_window(start, end, faults, name)
        read_accuracy(accuracy, faults, name)
        read_voltage(voltage, faults, name)
    return faults


def _column(frame: gpd.GeoDataFrame, name: str) -> Iterator[Any]:
    if name == "id":
        return (str(value) for value in (frame["id"] if "id" in frame else range(len(frame))))
    return iter(frame[name]) if name in frame else iter([None] * len(frame))
