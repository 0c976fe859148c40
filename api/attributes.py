"""Check the attributes of a written item beyond their kinds: words, signs, windows, what must be there."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from api.db.tables import LAYERS
from geo.faults import Fault
from survey.periods import as_date
from survey.policies import DRAWN_BY, ROAD_CLASSES
from survey.utilities import UTILITIES, unknown_utility, utility_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date

METHODS = ("open_cut", "pipe_jacking", "directional_drilling")
WITH_UTILITY = frozenset({"routes", "pipes"})
WORDS: Mapping[tuple[str, str], Collection[str]] = MappingProxyType(
    {
        ("routes", "method"): METHODS,
        ("routes", "drawn_by"): DRAWN_BY,
        ("roads", "class"): tuple(ROAD_CLASSES),
    }
)
NEVER_NEGATIVE = frozenset({"diameter_mm", "accuracy_m", "width_m", "pressure_mpa", "voltage_kv", "crown_m", "floors"})


def with_keys(layer: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties with a utility's synonym turned into its key; an unknown word stays as it is.

    >>> with_keys("routes", {"utility": "自来水"})
    {'utility': 'water'}
    """
    said = properties.get("utility")
    if layer not in WITH_UTILITY or said is None:
        return dict(properties)
    return {**properties, "utility": utility_key(said) or said}


def attribute_faults(layer: str, properties: Mapping[str, Any], *, partial: bool = False) -> list[Fault]:
    """Return every fault of the attributes of one item.

    Parameters
    ----------
    layer
        The name of the layer.
    properties
        As written; None and what is not there are the same, save that ``routes`` and ``pipes`` must have a utility.
    partial
        Whether only what changes is written, so that what is not there stays as it is.

    Examples
    --------
    >>> [fault.code for fault in attribute_faults("routes", {"utility": "oil", "diameter_mm": -1, "method": "magic"})]
    ['utility.unknown', 'value.unknown', 'value.negative']
    """
    return [
        *_utility_faults(layer, properties, partial=partial),
        *_word_faults(layer, properties),
        *_signs(properties),
        *_window_faults(layer, properties),
    ]


def _utility_faults(layer: str, properties: Mapping[str, Any], *, partial: bool) -> Iterator[Fault]:
    asked = layer in WITH_UTILITY and not (partial and "utility" not in properties)
    if asked and properties.get("utility") not in tuple(UTILITIES):
        yield unknown_utility(properties.get("utility"))


def _word_faults(layer: str, properties: Mapping[str, Any]) -> Iterator[Fault]:
    for (of, name), known in WORDS.items():
        said = properties.get(name)
        if of == layer and said is not None and said not in tuple(known):
            names = " ".join(known)
            yield Fault("value.unknown", "不认识的取值", "unknown value", f"可用：{names}", f"use one of: {names}",
                        field=name, value=str(said)[:80])  # fmt: skip


def _signs(properties: Mapping[str, Any]) -> Iterator[Fault]:
    for name in sorted(NEVER_NEGATIVE & set(properties)):
        said = properties[name]
        if isinstance(said, int | float) and not isinstance(said, bool) and said < 0:
            yield Fault("value.negative", "不能为负数", "must not be negative", "改为正数或留空",
                        "make it positive, or leave it empty", field=name, value=said)  # fmt: skip


def _window_faults(layer: str, properties: Mapping[str, Any]) -> Iterator[Fault]:
    """Name dates that cannot be read, and a window that ends before it starts."""
    days: dict[str, date | None] = {}
    for name, kind in LAYERS[layer].columns.items():
        if kind != "date" or properties.get(name) is None:
            continue
        try:
            days[name] = _day(properties[name])
        except ValueError:
            yield Fault("value.not_date", "不是日期", "not a date", "写成 2026-03-01", "write it as 2026-03-01",
                        field=name, value=str(properties[name])[:80])  # fmt: skip
    start, end = days.get("start"), days.get("end")
    if start is not None and end is not None and end < start:
        yield Fault(
            "window.reversed",
            f"结束日期早于开始日期（{start}）",
            f"the window ends before it starts ({start})",
            "对调或更正 start 与 end",
            "exchange or correct start and end",
            field="end",
            value=end.isoformat(),
        )


def _day(value: object) -> date | None:
    """Return a day from JSON; `ValueError` where it is none."""
    if not isinstance(value, str):
        raise ValueError("JSON has days as text")  # noqa: TRY004 - one kind of error for every bad day
    return as_date(value)
