"""Read what a county assumes of shared digging: unit costs and planning values, each with source and status."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from geo.faults import BadInputError, Fault, refuse
from survey.opportunities.ground import PAVINGS
from survey.standards.trenches import LOADS, SOILS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STATUSES = ("confirmed", "one source", "memory only", "judgement")
UNITS: Mapping[str, str] = MappingProxyType(
    {
        "earth": "yuan/m3",
        "closure_day": "yuan/day",
        **{f"surface_{kind}": "yuan/m2" for kind in PAVINGS},
    }
)
"""What may have a unit cost, and the unit it is read in."""
_SAID = ("status", "source_zh", "source_en")


@dataclass(frozen=True, slots=True)
class UnitCost:
    """A price from low to high, with where it comes from and how far to trust it."""

    low: float
    high: float
    unit: str
    status: str
    source_zh: str
    source_en: str


@dataclass(frozen=True, slots=True)
class Planning:
    """How chances are weighed and planned: the values of ``planning.toml``, which says what each of them is.

    Days are calendar days, times to answer are half days of working time, lengths metres; weights are of a metre saved.
    """

    status: str
    source_zh: str
    source_en: str
    soil: str | None
    load: str | None
    shored: bool
    shortest_m: float
    widest_days: int
    longest_shift_days: int
    set_up_days: float
    metres_a_day: float
    another_line_share: float
    windows_meet: float
    shift_needed: float
    dates_unknown: float
    never_meets: float
    cannot_be_built: float
    urgent: float
    half_days: int
    remind_half_days: int
    moved_m: float
    moved_days: int

    def digging_days(self, metres: float, lines: int) -> float:
        """Return how many days a trench takes for some lines together; a lane it lies in is closed as long.

        Examples
        --------
        >>> known_planning().digging_days(100.0, 1), known_planning().digging_days(100.0, 2)
        (8.0, 9.5)
        >>> known_planning().digging_days(0.0, 2)
        0.0
        """
        if metres <= 0:
            return 0.0
        return self.set_up_days + metres / self.metres_a_day * (1.0 + self.another_line_share * (lines - 1))


_TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "site": ("soil", "load", "shored"),
        "chances": ("shortest_m",),
        "windows": ("widest_days", "longest_shift_days"),
        "closure": ("set_up_days", "metres_a_day", "another_line_share"),
        "weights": (
            "windows_meet", "shift_needed", "dates_unknown", "never_meets", "cannot_be_built", "urgent",
        ),
        "answers": ("half_days", "remind_half_days", "moved_m", "moved_days"),
    }
)  # fmt: skip
_WHOLE = frozenset({"widest_days", "longest_shift_days", "half_days", "remind_half_days", "moved_days"})


@lru_cache(maxsize=1)
def known_costs() -> Mapping[str, UnitCost]:
    """Return the unit costs of ``unit_costs.toml``, a judgement for the sample county.

    >>> known_costs()["earth"].unit, known_costs()["earth"].status
    ('yuan/m3', 'judgement')
    """
    return parse_costs(files(__package__).joinpath("unit_costs.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def known_planning() -> Planning:
    """Return the planning values of ``planning.toml``, a judgement.

    >>> known_planning().status
    'judgement'
    """
    return parse_planning(files(__package__).joinpath("planning.toml").read_text("utf-8"))


def parse_costs(text: str, file: str = "unit_costs.toml") -> Mapping[str, UnitCost]:
    """Read unit costs by name.

    Parameters
    ----------
    text
        TOML: a table for each name of `UNITS` with ``value_low``, ``value_high`` and ``unit``; ``status``,
        ``source_zh`` and ``source_en`` in the table, or once for all at the head of the file. A name that is missing
        has no price, and what it is for gets none.

    Raises
    ------
    BadInputError
        With every fault: a name, key or unit that is not known, a source or status missing, a low value above the high
        one, a value that is negative or no number.

    Examples
    --------
    >>> parse_costs("")
    mappingproxy({})
    """
    tables = _parsed(text, file)
    head = {key: tables.pop(key) for key in _SAID if key in tables}
    faults: list[Fault] = []
    for name, table in tables.items():
        faults += [fault.at(file=file, feature=name) for fault in _cost_faults(name, table, head)]
    refuse(faults)
    return MappingProxyType({name: _cost({**head, **table}) for name, table in tables.items()})


def _parsed(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInputError([
            Fault("county.toml", "不是有效的 TOML", "not valid TOML", "按提示的行列改正", "mend the place that is told",
                  file=file, value=str(error))
        ]) from error  # fmt: skip


def _cost(table: Mapping[str, Any]) -> UnitCost:
    said = {key: str(table[key]) for key in _SAID}
    return UnitCost(float(table["value_low"]), float(table["value_high"]), str(table["unit"]), **said)


def _cost_faults(name: str, table: object, head: Mapping[str, Any]) -> Iterator[Fault]:
    if name not in UNITS or not isinstance(table, dict):
        yield Fault(
            "county.cost_unknown", "不认识的单价", "a unit cost of no known name", f"可用：{'、'.join(UNITS)}",
            f"use one of: {', '.join(UNITS)}",
        )  # fmt: skip
        return
    known = ("value_low", "value_high", "unit", *_SAID)
    yield from (_unknown_key(key) for key in table if key not in known)
    given = {**head, **table}
    yield from (_missing(key) for key in known if key not in given)
    if "unit" in table and table["unit"] != UNITS[name]:
        yield Fault("county.unit", "单位不对", "not the unit it is read in", f"写成 {UNITS[name]}",
                    f"write {UNITS[name]}", field="unit", value=table["unit"])  # fmt: skip
    yield from _status_faults(given)
    yield from _range_faults(table)


def _range_faults(table: Mapping[str, Any]) -> Iterator[Fault]:
    wrong = [key for key in ("value_low", "value_high") if key in table and not _number(table[key])]
    yield from (_no_number(key, table[key]) for key in wrong)
    if not wrong and {"value_low", "value_high"} <= set(table) and table["value_low"] > table["value_high"]:
        yield Fault("county.range", "低值大于高值", "the low value is above the high one", "核对两个值",
                    "check both values", field="value_low", value=table["value_low"])  # fmt: skip


def _status_faults(given: Mapping[str, Any]) -> Iterator[Fault]:
    if "status" in given and given["status"] not in STATUSES:
        yield Fault("county.status", "不认识的可信度", "a status that is not known", f"可用：{'、'.join(STATUSES)}",
                    f"use one of: {', '.join(STATUSES)}", field="status", value=given["status"])  # fmt: skip


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def _no_number(key: str, value: object) -> Fault:
    return Fault("county.number", "应为不小于零的数", "must be a number not below 0", "填写数值，不知道就整项删去",
                 "give a number, or leave the whole table out", field=key, value=repr(value))  # fmt: skip


def _missing(key: str) -> Fault:
    return Fault("county.missing", f"缺少 {key}", f"{key} is missing", "补上", "add it", field=key)


def _unknown_key(key: str) -> Fault:
    return Fault("county.key", "不认识的键", "a key that is not known", "删去或改名", "remove or rename it", field=key)


def parse_planning(text: str, file: str = "planning.toml") -> Planning:
    """Read planning values; every one of ``planning.toml`` must be there.

    Raises
    ------
    BadInputError
        With every fault: a table or value that is missing or not known, no number, a soil or load of no known name, a
        status that is not known.
    """
    tables = _parsed(text, file)
    values: dict[str, Any] = {key: tables.get(key) for key in _SAID}
    faults = [_missing(key) for key, value in values.items() if value is None]
    faults += [_unknown_key(name) for name in tables if name not in _TABLES and name not in _SAID]
    for name, keys in _TABLES.items():
        table = tables.get(name, {})
        faults += [_unknown_key(f"{name}.{key}") for key in table if key not in keys]
        faults += [_missing(f"{name}.{key}") for key in keys if key not in table]
        values |= {key: table[key] for key in keys if key in table}
    faults += [*_status_faults({key: value for key, value in values.items() if value is not None})]
    faults += _value_faults(values)
    refuse([fault.at(file=file) for fault in faults])
    values["soil"], values["load"] = values["soil"] or None, values["load"] or None
    return Planning(**{field.name: values[field.name] for field in fields(Planning)})


def _value_faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    for key, known in (("soil", SOILS), ("load", tuple(LOADS))):
        if values.get(key) and values[key] not in known:
            yield Fault("county.word", "不认识的取值", "a word that is not known", f"可用：{'、'.join(known)}，或留空",
                        f"use one of: {', '.join(known)}, or leave it empty", field=key, value=values[key])  # fmt: skip
    if "shored" in values and not isinstance(values["shored"], bool):
        yield Fault(
            "county.flag", "应为 true 或 false", "must be true or false", field="shored", value=values["shored"]
        )
    for key, value in values.items():
        if key in (*_SAID, "soil", "load", "shored"):
            continue
        whole = key not in _WHOLE or isinstance(value, int)
        positive = value != 0 or key not in ("metres_a_day", "half_days", "widest_days")
        if not _number(value) or not whole or not positive:
            yield _no_number(key, value)
