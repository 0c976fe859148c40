"""Read how much an entry may be before it is taken for a slip of the pen; data, and no document's rule."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Bound:
    """The least and the most of a number in one unit, and why."""

    least: float
    most: float
    why_zh: str
    why_en: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """What entries are held to beside their type.

    Parameters
    ----------
    units
        By unit as the form prints it; empty for a number without one.
    most_characters
        Of a text.
    first_day, last_day
        Of a date.
    """

    units: Mapping[str, Bound]
    most_characters: int
    first_day: dt.date
    last_day: dt.date

    def of(self, unit: str) -> Bound:
        """Return the bound of a unit; that of a number without a unit where it is not listed.

        >>> BOUNDS.of("只").most, BOUNDS.of("立方米/小时").most
        (100000, 250000.0)
        """
        return self.units.get(unit, self.units[""])


def read_bounds(text: str) -> Bounds:
    """Return the bounds that a TOML text holds.

    Raises
    ------
    ValueError
        If it is not TOML, lacks an entry, has an unknown one, or a least value above its most.
    """
    table = tomllib.loads(text)
    try:
        units = {unit: _bound(unit, entry) for unit, entry in table["unit"].items()}
        first, last = table["date"]["first"], table["date"]["last"]
        bounds = Bounds(MappingProxyType(units), int(table["text"]["most"]), first, last)
    except KeyError as error:
        message = f"bounds.toml: {error} is missing"
        raise ValueError(message) from error
    if "" not in units or type(first) is not dt.date or type(last) is not dt.date or first > last:
        message = 'bounds.toml: [unit.""] and two dates in order are needed'
        raise ValueError(message)
    return bounds


def _bound(unit: str, entry: Mapping[str, Any]) -> Bound:
    if set(entry) != {"least", "most", "why_zh", "why_en"} or not entry["least"] <= entry["most"]:
        message = f"bounds.toml: [unit.{unit!r}] needs least, most (not below it), why_zh and why_en, no more"
        raise ValueError(message)
    return Bound(**entry)


BOUNDS = read_bounds(files("survey.forms").joinpath("bounds.toml").read_text(encoding="utf-8"))
"""The bounds that hold where a caller brings no others."""
