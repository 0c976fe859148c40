"""Look up clearances and cover; where an attribute is missing, take the strictest of what is possible and say so."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from survey.standards.citations import Cell
from survey.standards.rows import (
    ATTRIBUTES,
    CONDITIONS,
    OBJECTS,
    ROWS,
    is_outside,
    readings,
    subject_name,
)
from survey.standards.strictest import Taken, strictest
from survey.standards.tables import COVER, HORIZONTAL, VERTICAL, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from survey.subjects import Buried


@lru_cache(maxsize=65536)
def horizontal(a: Buried | str, b: Buried | str, *, edition: str = "GB 50028") -> Cell | None:
    """Return the least horizontal clearance (metres, between outer walls) of GB 50289-2016 table 4.1.9.

    Parameters
    ----------
    a, b
        Lines, or keys of objects: ``building``, ``tree``, ``shrub``, ``pole``, ``tower``, ``curb``, ``tram``,
        ``railway``, ``utility_tunnel`` (this one by GB 50838). ``tower_le_35kv``, ``tower_gt_35kv``,
        ``tower_gt_330kv``, ``railway_electrified`` and ``railway_plain`` say more. The order does not matter.
    edition
        Who decides to which class gas of exactly 0.01 MPa belongs; see `survey.standards.gas.GAS_EDITIONS`.

    Returns
    -------
    Cell | None
        None where the standard states nothing. For gas above 1.6 MPa a cell that is ``outside``: its value is NaN,
        its evidence names the standards that decide, and nothing may pass by it.

    Raises
    ------
    ValueError
        If a text is no key of an object.

    Examples
    --------
    >>> from survey.subjects import Buried
    >>> cell = horizontal(Buried("drainage"), Buried("gas", pressure_mpa=0.3))
    >>> cell.value, cell.status, cell.assumed_en
    (1.2, 'confirmed', ())
    >>> horizontal(Buried("gas"), "building").assumed_en
    ('Gas without pressure: taken as gas, sub-high pressure A, the strictest',)
    >>> horizontal(Buried("water"), Buried("water")) is None
    True
    >>> horizontal(Buried("gas", pressure_mpa=2.5), "tree").outside
    True
    """
    a, b = _ordered(a, b)
    if is_outside(a) or is_outside(b):
        return _outside(a, b, "horizontal", edition)
    held = table(HORIZONTAL)
    found = [
        (_taken(first.taken, second.taken), held.find(first.horizontal, second.horizontal, first.facts | second.facts))
        for first in readings(a, edition)
        for second in readings(b, edition)
    ]
    return strictest(found, lambda side, name, value: _said(name, value, a if side == "a" else b))


@lru_cache(maxsize=65536)
def vertical(a: Buried | str, b: Buried | str, *, barrier: bool = False) -> Cell | None:
    """Return the least vertical clearance (metres, between outer walls) at a crossing, GB 50289-2016 table 4.1.14.

    Parameters
    ----------
    a, b
        Lines, or one of ``culvert``, ``tram``, ``railway`` and ``railway_fast`` (200 km/h or more). Any order.
    barrier
        Whether a barrier separates the two; matters for direct-buried power.

    Returns
    -------
    Cell | None
        None where the standard states nothing; for gas above 1.6 MPa a cell that is ``outside``, as of `horizontal`.

    Examples
    --------
    >>> from survey.subjects import Buried
    >>> water, power = Buried("water"), Buried("power", voltage_kv=10, laying="direct")
    >>> vertical(water, power).value, vertical(power, water, barrier=True).value
    (0.5, 0.25)
    >>> vertical(Buried("drainage"), "railway_fast").value
    1.5
    >>> vertical(Buried("gas", pressure_mpa=2.5), water).outside
    True
    """
    a, b = _ordered(a, b)
    if is_outside(a) or is_outside(b):
        return _outside(a, b, "vertical")
    more = {"barrier"} if barrier else set()
    held = table(VERTICAL)
    found = [
        (
            _taken(first.taken, second.taken),
            held.find(first.vertical, second.vertical, first.facts | second.facts | more),
        )
        for first in readings(a)
        for second in readings(b)
    ]
    return strictest(found, lambda side, name, value: _said(name, value, a if side == "a" else b))


@lru_cache(maxsize=8192)
def cover(a: Buried, under: str) -> Cell | None:
    """Return the least cover (metres, ground to the top of the line) of GB 50289-2016 table 4.1.1.

    Parameters
    ----------
    under
        ``carriageway``, or ``footway`` (whatever is no carriageway).

    Returns
    -------
    Cell | None
        None for a channel under a footway: the table has no value. In cold regions frost may ask for more.

    Examples
    --------
    >>> from survey.subjects import Buried
    >>> cover(Buried("gas"), "carriageway").value, cover(Buried("water"), "footway").value
    (0.9, 0.6)
    >>> cover(Buried("heat", laying="trench"), "footway") is None
    True
    """
    if under not in ("carriageway", "footway"):
        raise ValueError(f"unknown place {under!r}; use carriageway or footway")
    held = table(COVER)
    found = [(_taken(each.taken, ()), held.find(each.cover, under, each.facts)) for each in readings(a)]
    return strictest(found, lambda _, name, value: _said(name, value, a))


def _ordered(a: Buried | str, b: Buried | str) -> tuple[Buried | str, Buried | str]:
    for each in (a, b):
        if isinstance(each, str) and each not in OBJECTS:
            raise ValueError(f"unknown object {each!r}; use one of: {', '.join(OBJECTS)}")
    return (a, b) if repr(a) <= repr(b) else (b, a)


def _taken(of_a: Iterable[tuple[str, str]], of_b: Iterable[tuple[str, str]]) -> Taken:
    return (*(("a", *each) for each in of_a), *(("b", *each) for each in of_b))


def _said(name: str, value: str, subject: Buried | str) -> tuple[str, str]:
    (who_zh, who_en), (what_zh, what_en) = subject_name(subject), ATTRIBUTES[name]
    names: Mapping[str, tuple[str, str]] = ROWS if name == "pressure" else CONDITIONS
    taken_zh, taken_en = names[value]
    return (
        f"{who_zh}未给出{what_zh}，按“{taken_zh}”取最严",
        f"{who_en} without {what_en}: taken as {taken_en}, the strictest",
    )


def _outside(a: Buried | str, b: Buried | str, way: str, edition: str = "GB 50028") -> Cell:
    gas, other = (a, b) if is_outside(a) else (b, a)
    (gas_zh, gas_en), (other_zh, other_en) = subject_name(gas), subject_name(other)
    return Cell(
        value=math.nan,
        unit="m",
        row="gas_high",
        column="gas_high" if is_outside(other) else getattr(readings(other, edition)[0], way),
        standard="GB 50289-2016",
        clause={"horizontal": "4.1.9", "vertical": "4.1.14"}[way],
        status="confirmed",
        directness="secondary",
        sources=("S6", "S16", "S17"),
        text_zh=f"{gas_zh}（P > 1.6 MPa）× {other_zh}：超出本表，按 GB 50028、GB 50251 确定",
        text_en=f"{gas_en} (P > 1.6 MPa) × {other_en}: outside the table; GB 50028 and GB 50251 decide",
    )
