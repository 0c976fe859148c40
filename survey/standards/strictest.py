"""Choose the strictest of the values that are still possible, and tell which missing attributes decide it."""

from __future__ import annotations

import math
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from survey.standards.citations import Assumed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from survey.standards.citations import Cell

Taken = tuple[tuple[str, str, str], ...]
"""For each missing attribute: whose it is (``a`` or ``b``), which, and the key of what was taken for it."""
COLUMNS: Mapping[str, str] = MappingProxyType({
    "pressure": "pressure_mpa",
    "diameter": "diameter_mm",
    "voltage": "voltage_kv",
})  # fmt: skip
"""The columns that state attributes of `survey.standards.rows.ATTRIBUTES` where they are called otherwise."""
_TRUST = {"confirmed": 2, "one source": 1, "memory only": 0}


def strictest(
    found: Sequence[tuple[Taken, Cell | None]], say: Callable[[str, str, str], tuple[str, str]]
) -> Cell | None:
    """Return the cell of the largest value, the better known of equals, with what was assumed to get there.

    Parameters
    ----------
    found
        For each way to complete what is missing, what was taken and the cell it leads to; None: nothing stated. All
        have the same attributes in the same places.
    say
        Makes the sentences (Chinese, English) of one missing attribute: whose, which, what was taken.

    Returns
    -------
    Cell | None
        None if no way leads to a value.
    """
    stated = [(taken, cell) for taken, cell in found if cell is not None]
    if not stated:
        return None
    best = min(stated, key=lambda each: _rank(each[1]))
    deciding = _deciding(found, best)
    said = [Assumed(COLUMNS.get(name, name), taken, *say(side, name, taken)) for side, name, taken in deciding]
    assumed = tuple(dict.fromkeys(said))
    return replace(
        best[1],
        assumed_zh=tuple(dict.fromkeys(each.why_zh for each in assumed)),
        assumed_en=tuple(dict.fromkeys(each.why_en for each in assumed)),
        assumed=assumed,
    )


def _rank(cell: Cell) -> tuple[float, int, str, str, str]:
    """Rank the strictest first, of equals the better known; then by name, so that no order of asking shows."""
    return -cell.value, -_TRUST[cell.status], cell.row, cell.column, cell.condition


def _deciding(found: Sequence[tuple[Taken, Cell | None]], best: tuple[Taken, Cell]) -> Taken:
    """Return the missing attributes that decide: stating one could lower the value (or only all of them could)."""
    top, values = best[1].value, [(taken, -math.inf if cell is None else cell.value) for taken, cell in found]
    if min(value for _, value in values) == top:
        return ()
    single = []
    for place, (side, name, value) in enumerate(best[0]):
        highest: dict[str, float] = {}
        for taken, reached in values:
            key = taken[place][2]
            highest[key] = max(highest.get(key, -math.inf), reached)
        if min(highest.values()) < top:
            single.append((side, name, value))
    return tuple(single) or best[0]
