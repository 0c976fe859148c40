"""Read how long a joint survey stays and how fast it travels: a county's data, with source and status."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from geo.faults import BadInputError, Fault, refuse
from survey.opportunities.county_data import STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "stops": ("join_m", "reach_m"),
        "minutes": ("arrive", "expose", "detector", "tape", "look", "talk"),
        "travel": ("walk_most_m", "walk_kmh", "set_out_minutes", "assumed_kmh"),
        "drive_kmh": ("expressway", "arterial", "collector", "local"),
    }
)
_SAID = ("status", "source_zh", "source_en")
_ABOVE_ZERO = frozenset({"walk_kmh", "assumed_kmh", *_TABLES["drive_kmh"]})


@dataclass(frozen=True, slots=True)
class VisitPace:
    """How long a visit stays and travels: the values of ``visit.toml``, which says what each of them is.

    ``minutes`` by the tool of an item, and ``arrive`` once at each stop; ``drive_kmh`` by class of road. Lengths are
    metres.
    """

    status: str
    source_zh: str
    source_en: str
    join_m: float
    reach_m: float
    minutes: Mapping[str, float]
    walk_most_m: float
    walk_kmh: float
    set_out_minutes: float
    assumed_kmh: float
    drive_kmh: Mapping[str, float]


@lru_cache(maxsize=1)
def known_visit_pace() -> VisitPace:
    """Return the values of ``visit.toml``, a judgement.

    >>> known_visit_pace().status, known_visit_pace().minutes["expose"]
    ('judgement', 20.0)
    """
    return parse_visit_pace(files(__package__).joinpath("visit.toml").read_text("utf-8"))


def parse_visit_pace(text: str, file: str = "visit.toml") -> VisitPace:
    """Read a county's values; every one of ``visit.toml`` must be there.

    Raises
    ------
    BadInputError
        With every fault: no TOML, a value that is missing or not known, no number, a speed of zero, a status that is
        not known.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInputError([
            Fault("visit.toml", "不是有效的 TOML", "not valid TOML", "按提示的行列改正", "mend the place that is told",
                  file=file, value=str(error))
        ]) from error  # fmt: skip
    refuse(fault.at(file=file) for fault in _faults(tables))
    values: dict[str, Any] = {key: str(tables[key]) for key in _SAID}
    values |= {key: float(tables[name][key]) for name in ("stops", "travel") for key in _TABLES[name]}
    for name in ("minutes", "drive_kmh"):
        values[name] = MappingProxyType({key: float(value) for key, value in tables[name].items()})
    return VisitPace(**values)


def _faults(tables: Mapping[str, Any]) -> Iterator[Fault]:
    for key in _SAID:
        if not isinstance(tables.get(key), str):
            yield _missing(key)
    if isinstance(tables.get("status"), str) and tables["status"] not in STATUSES:
        yield Fault("visit.status", "不认识的可信度", "a status that is not known", f"可用：{'、'.join(STATUSES)}",
                    f"use one of: {', '.join(STATUSES)}", field="status", value=tables["status"])  # fmt: skip
    for name in tables.keys() - _TABLES.keys() - set(_SAID):
        yield _unknown(name)
    for name, keys in _TABLES.items():
        table = tables.get(name)
        if not isinstance(table, dict):
            yield _missing(name)
            continue
        yield from (_unknown(f"{name}.{key}") for key in table if key not in keys)
        yield from (_missing(f"{name}.{key}") for key in keys if key not in table)
        yield from (_no_number(f"{name}.{key}", table[key]) for key in keys if key in table and not _fits(key, table))


def _fits(key: str, table: Mapping[str, Any]) -> bool:
    value = table[key]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return False
    return value > 0 if key in _ABOVE_ZERO else value >= 0


def _missing(key: str) -> Fault:
    return Fault("visit.missing", f"缺少 {key}", f"{key} is missing", "补上", "add it", field=key)


def _unknown(key: str) -> Fault:
    return Fault("visit.key", "不认识的键", "a key that is not known", "删去或改名", "remove or rename it", field=key)


def _no_number(key: str, value: object) -> Fault:
    return Fault("visit.number", "应为不小于零的数，速度须大于零", "must be a number not below 0, a speed above 0",
                 "填写数值", "give a number", field=key, value=repr(value))  # fmt: skip
