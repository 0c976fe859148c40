"""Read what the checks need and no table states: each value with unit, source and weight, and which clauses count."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from survey.conflicts.citing import cited_clause
from survey.findings import Cited
from survey.standards.clauses import clause

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUSES = ("confirmed", "one source", "memory only", "judgement")
WEIGHTS = ("hard", "recommendation", "advice")
_KEYS = frozenset({"value", "unit", "document", "clause", "status", "weight", "evidence_zh", "evidence_en"})
_WORK_KEYS = frozenset({"buffer_m", "lead_days", "lag_days", "source_zh", "source_en"})
_LARGEST_KEYS = frozenset({"diameter_mm", "source_zh", "source_en"})


@dataclass(frozen=True, slots=True)
class Work:
    """What one kind of work takes of place (metres beside the axis) and time (days before and after its window)."""

    buffer_m: float
    lead_days: int
    lag_days: int
    source_zh: str
    source_en: str


@dataclass(frozen=True, slots=True)
class LargestDiameter:
    """How thick (millimetres) a line of a utility may be at most that states no diameter."""

    diameter_mm: float
    source_zh: str
    source_en: str


@dataclass(frozen=True, slots=True)
class Parameters:
    """Every value by name, as the rule that findings cite; ``work`` by method of laying, ``largest`` by utility."""

    rules: Mapping[str, Cited]
    work: Mapping[str, Work]
    largest: Mapping[str, LargestDiameter]

    def value(self, name: str) -> float:
        """Return a value by name.

        Raises
        ------
        KeyError
            If there is none of that name.
        """
        return self.rules[name].limit


@lru_cache(maxsize=1)
def load_parameters() -> Parameters:
    """Return the values of ``parameters.toml``; read once, then kept.

    Raises
    ------
    ValueError
        If a value lacks its unit, source, status or weight, or has more than these.

    Examples
    --------
    >>> parameters = load_parameters()
    >>> parameters.value("skew_rail"), parameters.rules["skew_rail"].clause, parameters.work["open_cut"].buffer_m
    (60.0, '4.1.7', 3.0)
    """
    return parse_parameters((files("survey.conflicts") / "parameters.toml").read_text("utf-8"))


def parse_parameters(text: str) -> Parameters:
    r"""Build `Parameters` from the text of the file.

    >>> parse_parameters("[skew_road]\nvalue = 60.0\n[work]")
    Traceback (most recent call last):
    ValueError: skew_road: clause, document, evidence_en, evidence_zh, status, unit, weight missing or unknown
    """
    tables: dict[str, Any] = tomllib.loads(text)
    work, clauses, largest = tables.pop("work"), tables.pop("clauses", {}), tables.pop("largest_diameter", {})
    for name, table in tables.items():
        _check(name, table, _KEYS)
        if table["status"] not in STATUSES or table["weight"] not in WEIGHTS:
            raise ValueError(f"{name}: {table['status']!r} or {table['weight']!r} is no status or weight")
    for name, table in work.items():
        _check(f"work.{name}", table, _WORK_KEYS)
    for name, table in largest.items():
        _check(f"largest_diameter.{name}", table, _LARGEST_KEYS)
    return Parameters(
        MappingProxyType(
            {name: _cited(name, table) for name, table in tables.items()}
            | {name: cited_clause(clause(key), weight, name) for name, (key, weight) in clauses.items()}
        ),
        MappingProxyType({name: Work(**table) for name, table in work.items()}),
        MappingProxyType({name: LargestDiameter(**table) for name, table in largest.items()}),
    )


def _check(name: str, table: Mapping[str, Any], keys: frozenset[str]) -> None:
    wrong = sorted(keys ^ set(table))
    if wrong:
        raise ValueError(f"{name}: {', '.join(wrong)} missing or unknown")


def _cited(name: str, table: Mapping[str, Any]) -> Cited:
    said = {key: table[key] for key in ("document", "clause", "status", "weight", "evidence_zh", "evidence_en")}
    return Cited(rule=name, limit=float(table["value"]), **said)
