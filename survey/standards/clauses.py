"""Cite the clauses that are no tables: of GB 50289, of the road regulation, of the standards of one utility."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from survey.standards.citations import Cell, Citation
from survey.standards.sheets import cited, read_text, with_evidence
from survey.subjects import Buried, stated

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILE = "clauses.csv"
_UNITS = ("m", "degree", "year", "MPa", "kV", "h", "cable", "permille")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause(Citation):
    """One clause in our words; ``value`` and ``unit`` where it states a number, else None and empty."""

    key: str
    value: float | None
    unit: str


def parse_clauses(text: str, file: str = _FILE) -> Mapping[str, Clause]:
    """Read the clauses, by key.

    Raises
    ------
    BadInputError
        With every fault, by file and line.
    """
    sheet = with_evidence(text, file, ("key", "value", "unit", "text_zh", "text_en"), optional=("value", "unit"))
    sheet.unique("key")
    found = {}
    for row in sheet.rows:
        sheet.word(row, "unit", _UNITS)
        value = sheet.number(row, "value", empty=True)
        if bool(row["value"]) != bool(row["unit"]):
            sheet.fault("standard.unit", row.line, "数值与单位须同时给出", "a value and its unit go together", "unit")
        found[row["key"]] = Clause(
            **cited(row), key=row["key"], value=value, unit=row["unit"], text_zh=row["text_zh"], text_en=row["text_en"]
        )
    sheet.done()
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def clauses() -> Mapping[str, Clause]:
    """Return every clause by its key.

    >>> clauses()["no_stacking"].clause
    '4.1.6'
    """
    return parse_clauses(read_text(_FILE))


def clause(key: str) -> Clause:
    """Return one clause.

    Raises
    ------
    KeyError
        If there is none of that key.

    Examples
    --------
    >>> clause("dig_ban_new").value, clause("dig_ban_new").evidence_zh[:10]
    (5.0, '城市道路管理条例 3')
    """
    return clauses()[key]


def value_cell(key: str, row: str, column: str) -> Cell:
    """Return a clause that states a number as a `Cell`; ``row`` and ``column`` say of what."""
    found = clause(key)
    if found.value is None:
        raise ValueError(f"clause {key!r} states no number")
    return Cell(
        standard=found.standard, clause=found.clause, status=found.status, directness=found.directness,
        sources=found.sources, text_zh=found.text_zh, text_en=found.text_en, note_zh=found.note_zh,
        note_en=found.note_en, value=found.value, unit=found.unit, row=row, column=column,
    )  # fmt: skip


def skew_limit(*, best: bool = False) -> Cell:
    """Return the least angle (degrees) between a line and a railway or highway it crosses; ``best``: the wished-for.

    >>> skew_limit().value, skew_limit(best=True).value, skew_limit().status
    (60.0, 90.0, 'confirmed')
    """
    return value_cell("skew_best" if best else "skew_least", "line", "railway or highway")


def dig_ban(*, overhauled: bool = False) -> Cell:
    """Return for how many years a new, extended or rebuilt road (or an overhauled one) is not dug.

    >>> dig_ban().value, dig_ban(overhauled=True).value
    (5.0, 3.0)
    """
    return value_cell(
        "dig_ban_overhaul" if overhauled else "dig_ban_new", "road", "overhauled" if overhauled else "new"
    )


def bridge_ban(buried: Buried) -> tuple[str, Clause] | None:
    """Return whether a line is banned from bridges, and the clause; None for a utility that may be on one.

    Returns
    -------
    tuple[str, Clause] | None
        ``banned``, ``allowed``, or ``unknown`` where gas states no pressure or power no voltage.

    Examples
    --------
    >>> bridge_ban(Buried("gas", pressure_mpa=0.4))[0], bridge_ban(Buried("power", voltage_kv=0.4))[0]
    ('banned', 'allowed')
    >>> bridge_ban(Buried("gas"))[0], bridge_ban(Buried("water"))
    ('unknown', None)
    """
    keys = {"gas": ("bridge_gas", buried.pressure_mpa), "power": ("bridge_power", buried.voltage_kv)}
    if buried.utility not in keys:
        return None
    key, number = keys[buried.utility]
    found, value = clause(key), stated(number)
    if value is None:
        return "unknown", found
    return ("banned" if found.value is not None and value >= found.value else "allowed"), found
