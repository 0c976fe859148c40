"""Check the attributes of a written item beyond their kinds: words, signs, windows, what must be there."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from api.db.tables import LAYERS
from geo.faults import Fault
from survey.periods import as_date
from survey.policies import DRAWN_BY, ROAD_CLASSES
from survey.subjects import LAYINGS, laying_key, subtype_key
from survey.utilities import UTILITIES, unknown_utility, utility_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date

METHODS = ("open_cut", "pipe_jacking", "directional_drilling")
WITH_UTILITY = frozenset({"routes", "pipes"})
KEYS = MappingProxyType({"utility": utility_key, "laying": laying_key, "subtype": subtype_key})
WORDS: Mapping[tuple[str, str], Collection[str]] = MappingProxyType(
    {
        ("routes", "method"): METHODS,
        ("routes", "drawn_by"): DRAWN_BY,
        ("routes", "laying"): LAYINGS,
        ("pipes", "laying"): LAYINGS,
        ("roads", "class"): tuple(ROAD_CLASSES),
        ("roads", "bridge"): ("yes", "no"),
        ("roads", "kind"): ("street", "highway", "railway"),
    }
)
NEVER_NEGATIVE = frozenset(
    {"accuracy_m", "cover_m", "crown_m", "depth_accuracy_m", "floors", "pressure_mpa", "voltage_kv", "width_m"}
)
# Beyond these a number is a slip of the unit, or no survey at all; whatever were found with it would be nonsense.
MOST: Mapping[str, float] = MappingProxyType(
    {"accuracy_m": 100.0, "depth_accuracy_m": 100.0, "diameter_mm": 20_000.0, "cover_m": 1_000.0, "width_m": 1_000.0}
)
# A pipe of no diameter is no pipe: a nought in a survey's table means that nobody knew.
POSITIVE = frozenset({"diameter_mm"})


def with_keys(layer: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties with synonyms of utility, subtype and laying turned into keys; other words stay.

    >>> with_keys("routes", {"utility": "自来水", "laying": "直埋", "subtype": "中水"})
    {'utility': 'water', 'laying': 'direct', 'subtype': 'reclaimed'}
    """
    if layer not in WITH_UTILITY:
        return dict(properties)
    keyed = {name: key(properties[name]) for name, key in KEYS.items() if properties.get(name) is not None}
    return {**properties, **{name: word for name, word in keyed.items() if word is not None}}


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
        *_covers_faults(properties),
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
    for name in sorted((NEVER_NEGATIVE | POSITIVE) & set(properties)):
        said = properties[name]
        if isinstance(said, int | float) and not isinstance(said, bool) and (fault := sign_fault(name, said)):
            yield fault


def sign_fault(name: str, value: float) -> Fault | None:
    """Return what is wrong with the sign or size of a number in a column; None where nothing is.

    >>> wrong = (sign_fault("cover_m", -0.1), sign_fault("diameter_mm", 0), sign_fault("accuracy_m", 1e308))
    >>> [fault and fault.code for fault in wrong]
    ['value.negative', 'value.zero', 'value.too_large']
    >>> sign_fault("cover_m", 0.0) is None
    True
    """
    if value < 0 and name in NEVER_NEGATIVE | POSITIVE:
        return Fault("value.negative", "不能为负数", "must not be negative", "改为正数或留空",
                     "make it positive, or leave it empty", field=name, value=value)  # fmt: skip
    if value == 0 and name in POSITIVE:
        return Fault("value.zero", "不能为 0", "must not be nought", "填写实际数值；不知道就留空",
                     "give what it is, or leave it empty where nobody knows", field=name, value=value)  # fmt: skip
    if value > MOST.get(name, float("inf")):
        return Fault("value.too_large", f"不能超过 {MOST[name]:g}", f"must not exceed {MOST[name]:g}", "核对单位",
                     "check the unit", field=name, value=value)  # fmt: skip
    return None


def _covers_faults(properties: Mapping[str, Any]) -> Iterator[Fault]:
    said = properties.get("covers_m")
    if isinstance(said, str) and said.strip() and covers_of(said) is None:
        yield unreadable_covers(said)


def covers_of(text: str) -> list[float] | None:
    """Return the covers (metres) of a line's vertices from their text; None where one is no number or is negative.

    >>> covers_of("0.9 1.05 1"), covers_of("0.9 -1"), covers_of("0.9 deep")
    ([0.9, 1.05, 1.0], None, None)
    """
    try:
        covers = [float(word) for word in text.split()]
    except ValueError:
        return None
    return covers if all(0 <= cover < float("inf") for cover in covers) else None


def unreadable_covers(said: str) -> Fault:
    """Return the fault of covers that cannot be read."""
    return Fault(
        "covers.malformed", "各顶点的覆土应为以空格分隔的非负数（米）",
        "covers of the vertices must be numbers of metres, not negative, separated by blanks",
        "写成 0.9 0.95 1.1，每个顶点一个；不知道就留空", "write 0.9 0.95 1.1, one for each vertex, or leave it empty",
        field="covers_m", value=said[:80],
    )  # fmt: skip


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
