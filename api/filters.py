"""Choose among the rows of a layer: by the value of a property, by the days of a work window, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from api.db.tables import LAYERS
from api.errors import refused
from geo.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.coordinates import Window
    from api.db.records import Row
    from api.db.store import Store

MOST_ITEMS = 10_000
DEFAULT_LIMIT = 1_000
SCANNED_AT_ONCE = 5_000
PARAMETERS = frozenset({"bbox", "bbox-crs", "crs", "datetime", "limit", "after", "q", "f"})


@dataclass(frozen=True, slots=True)
class Filter:
    """What a row must be like.

    Attributes
    ----------
    values
        Property and the text its value must read.
    days
        First and last day that a row's window (``start`` to ``end``, open where empty) must meet; None: any.
    """

    values: Mapping[str, str]
    days: tuple[date, date] | None

    @property
    def everything(self) -> bool:
        """Whether every row passes."""
        return not self.values and self.days is None

    def __call__(self, row: Row) -> bool:
        """Tell whether a row passes."""
        return all(_reads(row.properties[name], value) for name, value in self.values.items()) and self._meets(row)

    def _meets(self, row: Row) -> bool:
        if self.days is None:
            return True
        start, end = row.properties.get("start"), row.properties.get("end")
        if start is None and end is None:
            return False
        return (start or date.min) <= self.days[1] and (end or date.max) >= self.days[0]


def filter_of(layer: str, parameters: Mapping[str, str], days: str | None) -> Filter:
    """Read the filter of a request; refuse a parameter that is neither known nor a column, naming the columns."""
    columns = LAYERS[layer].columns
    values = {name: value for name, value in parameters.items() if name not in PARAMETERS}
    unknown = [name for name in values if name not in columns]
    if unknown:
        names = " ".join(columns)
        raise refused(
            *(
                Fault("parameter.unknown", "没有这个参数或字段", "no such parameter or property", f"字段有：{names}",
                      f"properties: {names}", field=name[:80])
                for name in unknown
            )
        )  # fmt: skip
    return Filter(values, None if days is None else days_of(days))


def days_of(text: str) -> tuple[date, date]:
    """Read an OGC ``datetime``: an instant, ``from/to``, ``../to``, ``from/..``; moments count as their days.

    >>> days_of("2026-03-01/..")
    (datetime.date(2026, 3, 1), datetime.date(9999, 12, 31))
    """
    first, bar, last = text.partition("/")
    try:
        start = _day(first, date.min)
        end = _day(last, date.max) if bar else start
    except ValueError:
        start, end = date.max, date.min
    if start > end or (not bar and first in {"", ".."}):
        raise refused(
            Fault("datetime.malformed", "日期无效", "the date cannot be read", "如 2026-03-01 或 2026-03-01/2026-05-31",
                  "such as 2026-03-01 or 2026-03-01/2026-05-31", field="datetime", value=text[:80])
        )  # fmt: skip
    return start, end


def _day(text: str, open_end: date) -> date:
    return open_end if text in {"", ".."} else datetime.fromisoformat(text).date()


def _reads(value: Any, text: str) -> bool:  # noqa: ANN401 - a column's value
    """Tell whether a column's value reads as ``text``: numbers as numbers, dates as ISO, empty as nothing."""
    if value is None:
        return text == ""
    if isinstance(value, int | float):
        try:
            return float(text) == value
        except ValueError:
            return False
    return str(value) == text


def select(
    store: Store, layer: str, window: Window | None, wanted: Filter, limit: int, after: str | None
) -> tuple[list[Row], str | None]:
    """Return up to ``limit`` rows that pass, by id, and the id after which the next page starts (None: no more)."""
    box = window.box if window else None
    found: list[Row] = []
    step = limit + 1 if wanted.everything else max(limit + 1, SCANNED_AT_ONCE)
    while True:
        rows = store.items(layer, box, step, after)
        touching = window.touches([row.geometry for row in rows]) if window else [True] * len(rows)
        found += [row for row, touches in zip(rows, touching, strict=True) if touches and wanted(row)]
        if len(found) > limit:
            return found[:limit], found[limit - 1].id
        if len(rows) < step:
            return found, None
        after = rows[-1].id
