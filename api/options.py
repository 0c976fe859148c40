"""Read the options of a request's body, with every fault named at once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from geo.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST_TOLD = 80
"""Characters of a name or value that a fault gives back."""


def invalid(field: str, zh: str, en: str, value: object = None, *, needed: bool = False) -> Fault:
    """Return the fault of a member that is no such thing; ``needed``: it cannot be left out instead.

    >>> invalid("scale", "整数", "a whole number", [1]).mend_en
    'make it a whole number, or leave it out'
    """
    mend = (f"改为{zh}", f"make it {en}") if needed else (f"改为{zh}，或不填", f"make it {en}, or leave it out")
    told = value if value is None or isinstance(value, int | float) else repr(value)[:LONGEST_TOLD]
    return Fault("option.invalid", f"应为{zh}", f"must be {en}", *mend, field=field, value=told)


def unknown(name: str, known: Iterable[str]) -> Fault:
    """Return the fault of a member that there is not."""
    there = " ".join(known)
    return Fault("option.unknown", "没有这一项", "there is no such item", f"可用 {there}", f"use {there}",
                 field=name[:LONGEST_TOLD])  # fmt: skip


class Options:
    """The members of a JSON object, read by kind; ``faults`` gathers what is wrong, each reader then gives its default.

    Examples
    --------
    >>> options = Options({"distance": 3, "on": "2026-02-30"})
    >>> options.number("distance", 1.0, 0.0, 50.0), options.day("on")
    (3.0, None)
    >>> [fault.code for fault in options.faults]
    ['option.invalid']
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self.faults: list[Fault] = []

    def number(self, name: str, default: float, least: float, most: float) -> float:
        """Return a number from ``least`` to ``most``; null and absent are the default."""
        value = self._given.get(name)
        if value is None:
            return default
        if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most:
            return float(value)
        self._refuse(name, value, f"{least:g} 到 {most:g} 的数", f"a number from {least:g} to {most:g}")
        return default

    def flag(self, name: str) -> bool:
        """Return a truth value; null and absent are false."""
        value = self._given.get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        self._refuse(name, value, "true 或 false", "true or false")
        return False

    def text(self, name: str) -> str | None:
        """Return a text; null and absent are None."""
        value = self._given.get(name)
        if value is None or isinstance(value, str):
            return value
        self._refuse(name, value, "文字", "text")
        return None

    def day(self, name: str) -> date | None:
        """Return a day; null and absent are None."""
        value = self._given.get(name)
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self._refuse(name, value, "日期（如 2026-03-01）", "a date such as 2026-03-01")
            return None

    def _refuse(self, name: str, value: object, zh: str, en: str) -> None:
        self.faults.append(invalid(name, zh, en, value))
