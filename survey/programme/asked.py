"""Read what a programme is to keep to: crews, winter stop, holidays, weights, fixed starts; every fault at once."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from geo.faults import Fault, refuse
from survey.holidays import known_holidays
from survey.programme.checks import window_fault
from survey.programme.weeks import holiday_breaks, yearly
from survey.programme.works import Terms, Weights

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from survey.programme.closures import Stretch
    from survey.programme.works import Break, Work

EVERY_CREW = "*"
MOST = 1_000_000
"""Of works at once and of points: more is a slip of the pen, and points times metres must be numbers to the solver."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks of a programme.

    Attributes
    ----------
    crews
        Works that a crew digs at the same time, by operator; ``*``: each that is not named.
    winter
        A yearly stop such as ``11-15..03-15``; None: none.
    holidays
        Whether the weeks of long holidays are not dug.
    weights
        Points of the objective.
    yuan
        What a metre of digging costs; None: not stated.
    fixed
        Days on which works begin in any case, by id.
    """

    crews: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    winter: str | None = None
    holidays: bool = True
    weights: Weights = field(default_factory=Weights)
    yuan: float | None = None
    fixed: Mapping[str, date] = field(default_factory=lambda: MappingProxyType({}))


def asked_from_plain(plain: Mapping[str, Any], before: Asked | None = None) -> Asked:
    """Return what values of JSON or TOML ask, where they say nothing as before.

    Parameters
    ----------
    plain
        ``crews`` (a number for each, or a table of names and numbers), ``winter``, ``holidays``, ``weights`` (a table
        of ``metre closed_week reopening moved_week``), ``yuan``, ``fixed`` (a table of ids and days). null is absent.

    Raises
    ------
    BadInputError
        With every member that is unknown or of another kind.

    Examples
    --------
    >>> asked = asked_from_plain({"crews": 2, "winter": "11-15..03-15", "weights": {"metre": 5}})
    >>> dict(asked.crews), asked.weights.metre, asked.weights.reopening
    ({'*': 2}, 5, 200)
    """
    faults: list[Fault] = []
    found: dict[str, Any] = {}
    for name, value in plain.items():
        read = _READERS.get(name)
        if read is None:
            known = " ".join(_READERS)
            faults.append(_fault(name, value, f"没有这一项；可用 {known}", f"there is no such item; use {known}"))
        elif value is not None:
            found[name] = read(value, before or Asked(), faults)
    refuse(faults)
    return replace(before or Asked(), **found)


def terms_of(
    asked: Asked,
    works: Sequence[Work],
    *,
    operators: Collection[str] = (),
    protected_until: Mapping[str, date] | None = None,
    network: tuple[Stretch, ...] = (),
    exits: frozenset[str] = frozenset(),
) -> Terms:
    """Return the terms of a programme of some works.

    Parameters
    ----------
    operators
        Of the routes that these works are some of: a crew of theirs is no slip of the pen, though none of its works may
        be planned.

    Raises
    ------
    BadInputError
        If a crew is named that neither a work nor a route has.
    """
    return Terms(
        breaks=_breaks(asked, works),
        capacity=_capacity(asked.crews, works, operators),
        protected_until=protected_until or {},
        network=network,
        exits=exits,
        weights=asked.weights,
        yuan_per_metre=asked.yuan,
    )


def with_fixed(works: Iterable[Work], fixed: Mapping[str, date]) -> list[Work]:
    """Return the works with the fixed starts asked for.

    Raises
    ------
    BadInputError
        With every id that no work has.
    """
    listed = list(works)
    unknown = fixed.keys() - {work.id for work in listed}
    refuse(
        Fault(
            "programme.no_such_route",
            "计划中没有这条管线",
            "the programme has no such route",
            "核对编号",
            "check the id",
            feature=name,
            field="fixed",
            value=str(fixed[name]),
        )
        for name in sorted(unknown)
    )
    return [replace(work, fixed=fixed.get(work.id, work.fixed)) for work in listed]


def _breaks(asked: Asked, works: Sequence[Work]) -> tuple[Break, ...]:
    # A slip of the pen in one window must not ask for the holidays of the year 9999.
    sane = [work for work in works if window_fault(work) is None]
    if not sane:
        return ()
    first, last = min(work.start for work in sane), max(work.end for work in sane)
    found: tuple[Break, ...] = yearly(asked.winter, first.year, last.year) if asked.winter else ()
    return found + (holiday_breaks(known_holidays(), first, last) if asked.holidays and first <= last else ())


def _capacity(crews: Mapping[str, int], works: Iterable[Work], operators: Collection[str]) -> dict[str, int]:
    met = {work.crew for work in works if work.crew is not None}
    known = met.union(operators)
    refuse(
        Fault(
            "programme.no_such_crew",
            "管线表里没有这家单位",
            "no route has this operator",
            f"用其中之一：{'、'.join(sorted(known))}",
            f"use one of: {', '.join(sorted(known))}",
            field="crews",
            value=name,
        )
        for name in crews
        if name != EVERY_CREW and name not in known
    )
    return {crew: most for crew in sorted(met) if (most := crews.get(crew, crews.get(EVERY_CREW))) is not None}


def _fault(name: str, value: object, zh: str, en: str) -> Fault:
    said = value if isinstance(value, int | float) else str(value)[:80]
    return Fault("programme.asked", zh, en, field=name, value=said)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST


def _crews(value: object, before: Asked, faults: list[Fault]) -> Mapping[str, int]:
    table = {EVERY_CREW: value} if _is_count(value) else value
    if isinstance(table, dict) and all(_is_count(most) for most in table.values()):
        return {str(name): int(most) for name, most in table.items()}
    faults.append(_fault("crews", value, "应为整数，或单位与整数的表", "must be a whole number, or names with numbers"))
    return before.crews


def _winter(value: object, before: Asked, faults: list[Fault]) -> str | None:
    try:
        yearly(str(value), 2001, 2001)
    except ValueError:
        faults.append(_fault("winter", value, "写成 11-15..03-15", "write it as 11-15..03-15"))
        return before.winter
    return str(value)


def _holidays(value: object, before: Asked, faults: list[Fault]) -> bool:
    if isinstance(value, bool):
        return value
    faults.append(_fault("holidays", value, "应为 true 或 false", "must be true or false"))
    return before.holidays


def _weights(value: object, before: Asked, faults: list[Fault]) -> Weights:
    known = [item.name for item in fields(Weights)]
    if isinstance(value, dict) and set(value) <= set(known) and all(_is_count(points) for points in value.values()):
        return replace(before.weights, **value)
    zh, en = f"应为 {' '.join(known)} 与整数的表", f"must be a table of {' '.join(known)} and whole numbers"
    faults.append(_fault("weights", value, zh, en))
    return before.weights


def _yuan(value: object, before: Asked, faults: list[Fault]) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf"):
        return float(value)
    faults.append(_fault("yuan", value, "应为不小于零的数（元）", "must be a number from 0 (yuan)"))
    return before.yuan


def _fixed(value: object, before: Asked, faults: list[Fault]) -> Mapping[str, date]:
    try:
        if isinstance(value, dict):
            return {str(name): date.fromisoformat(str(day)) for name, day in value.items()}
    except ValueError:
        pass  # told below, as what is no table
    faults.append(_fault("fixed", value, "应为编号与日期的表", "must be a table of ids and dates"))
    return before.fixed


_READERS: Mapping[str, Callable[[object, Asked, list[Fault]], Any]] = MappingProxyType(
    {
        "crews": _crews,
        "winter": _winter,
        "holidays": _holidays,
        "weights": _weights,
        "yuan": _yuan,
        "fixed": _fixed,
    }
)
