"""Count what digging once saves: earth, surfaces by kind, days of closure, and money where there are unit costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from survey.opportunities.ground import CARRIAGEWAYS, PAVING_WORDS, PAVINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from survey.opportunities.county_data import Planning, UnitCost
    from survey.opportunities.ditches import Ditch

ITEMS = {
    "earth": ("土方", "earth"),
    "closure_day": ("占道", "closure"),
    **{f"surface_{kind}": (f"恢复{zh}", f"making good: {en}") for kind, (zh, en) in PAVING_WORDS.items()},
}


@dataclass(frozen=True, slots=True)
class Volume:
    """Earth (cubic metres): of one trench for all, of a trench for each, and the difference (below 0: more is dug)."""

    shared_m3: float
    separate_m3: float
    saved_m3: float


@dataclass(frozen=True, slots=True)
class Surface:
    """Surface of one kind (square metres, of `survey.opportunities.ground.PAVINGS`), as `Volume` has earth."""

    kind: str
    shared_m2: float
    separate_m2: float
    saved_m2: float


@dataclass(frozen=True, slots=True)
class Closure:
    """Days for which a lane is closed: once for all, once for each, and the difference."""

    shared_days: float
    separate_days: float
    saved_days: float


@dataclass(frozen=True, slots=True)
class MoneyItem:
    """What one kind of saving is worth (yuan), from low to high; and how far to trust its price."""

    name: str
    quantity: float
    unit: str
    low: float
    high: float
    status: str
    source_zh: str
    source_en: str


@dataclass(frozen=True, slots=True)
class Money:
    """What is saved in yuan: the sum of the items that have a price; ``unpriced`` names the others.

    ``low`` and ``high`` are None where nothing has a price.
    """

    low: float | None
    high: float | None
    items: tuple[MoneyItem, ...]
    unpriced: tuple[str, ...]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Savings:
    """All of it; ``volume`` None and no surfaces where no section is known."""

    volume: Volume | None
    surfaces: tuple[Surface, ...]
    closure: Closure
    money: Money


def savings_of(
    shared_m: float,
    members: Sequence[Mapping[str, float]],
    ditch: Ditch,
    costs: Mapping[str, UnitCost],
    planning: Planning,
) -> Savings:
    """Return what one trench saves.

    Parameters
    ----------
    shared_m
        Metres of the trench.
    members
        Metres of the stretch of each line below each kind of surface, in the order of the lines of ``ditch``.

    Notes
    -----
    Earth and surfaces are those of the sections times the metres. The trench lies below each kind of surface by the
    same share as its members do together: which of them it follows is not settled yet. A lane is closed for the metres
    inside carriageways.
    """
    axis = _axis(shared_m, members)
    volume = _volume(axis, members, ditch)
    surfaces = tuple(_surfaces(axis, members, ditch))
    closure = _closure(axis, members, planning)
    quantities: dict[str, float] = {} if volume is None else {"earth": volume.saved_m3}
    quantities |= {f"surface_{one.kind}": one.saved_m2 for one in surfaces}
    if closure.saved_days:
        quantities["closure_day"] = closure.saved_days
    return Savings(volume, surfaces, closure, money_of(quantities, costs))


def trench_quantities(
    shared_m: float, members: Sequence[Mapping[str, float]], ditch: Ditch, planning: Planning
) -> dict[str, float]:
    """Return what one trench for all takes, by the names that unit costs have; parameters as in `savings_of`."""
    found = savings_of(shared_m, members, ditch, {}, planning)
    quantities = {} if found.volume is None else {"earth": found.volume.shared_m3}
    quantities |= {f"surface_{one.kind}": one.shared_m2 for one in found.surfaces}
    return quantities | ({"closure_day": found.closure.shared_days} if found.closure.shared_days else {})


def _axis(shared_m: float, members: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the metres of the trench below each kind of surface."""
    whole = sum(sum(metres.values()) for metres in members)
    kinds = (kind for kind in PAVINGS if any(kind in metres for metres in members))
    return {kind: shared_m * sum(metres.get(kind, 0.0) for metres in members) / whole for kind in kinds}


def _volume(axis: Mapping[str, float], members: Sequence[Mapping[str, float]], ditch: Ditch) -> Volume | None:
    if ditch.area_m2 is None:
        return None
    shared = ditch.area_m2 * sum(axis.values())
    separate = sum(area * sum(metres.values()) for (_, area), metres in zip(ditch.alone, members, strict=True))
    return Volume(_tidy(shared), _tidy(separate), _tidy(separate - shared))


def _surfaces(axis: Mapping[str, float], members: Sequence[Mapping[str, float]], ditch: Ditch) -> Iterable[Surface]:
    if ditch.top_width_m is None:
        return
    for kind in PAVINGS:
        shared = ditch.top_width_m * axis.get(kind, 0.0)
        own = zip(ditch.alone, members, strict=True)
        separate = sum(width * metres.get(kind, 0.0) for (width, _), metres in own)
        if shared or separate:
            yield Surface(kind, _tidy(shared), _tidy(separate), _tidy(separate - shared))


def _closure(axis: Mapping[str, float], members: Sequence[Mapping[str, float]], planning: Planning) -> Closure:
    shared = planning.digging_days(_inside(axis), len(members))
    separate = sum(planning.digging_days(_inside(metres), 1) for metres in members)
    return Closure(_tidy(shared), _tidy(separate), _tidy(separate - shared))


def _inside(metres: Mapping[str, float]) -> float:
    return sum(metres.get(kind, 0.0) for kind in CARRIAGEWAYS)


def money_of(quantities: Mapping[str, float], costs: Mapping[str, UnitCost]) -> Money:
    """Return what quantities are worth by unit costs of the same names; those below 0 cost instead.

    Examples
    --------
    >>> from survey.opportunities.county_data import known_costs
    >>> found = money_of({"earth": 10.0, "surface_other": 2.0}, {"earth": known_costs()["earth"]})
    >>> found.low, found.high, found.unpriced
    (600.0, 1300.0, ('surface_other',))
    >>> money_of({"earth": 10.0}, {}).zh
    '未提供单价，不估算金额'
    """
    items = []
    for name, quantity in quantities.items():
        if name in costs:
            cost = costs[name]
            low, high = sorted((quantity * cost.low, quantity * cost.high))
            said = (cost.status, cost.source_zh, cost.source_en)
            items.append(MoneyItem(name, _tidy(quantity), cost.unit, _tidy(low), _tidy(high), *said))
    unpriced = tuple(name for name in quantities if name not in costs)
    if not items:
        return Money(None, None, (), unpriced, "未提供单价，不估算金额", "no unit costs given: no money is stated")
    return Money(
        _tidy(sum(item.low for item in items)), _tidy(sum(item.high for item in items)), tuple(items), unpriced,
        *_said(items, unpriced),
    )  # fmt: skip


def _said(items: Sequence[MoneyItem], unpriced: Sequence[str]) -> tuple[str, str]:
    low, high = sum(item.low for item in items), sum(item.high for item in items)
    if high < 0:
        zh, en = f"多花 {-high:,.0f}–{-low:,.0f} 元", f"costs {-high:,.0f} to {-low:,.0f} yuan more"
    elif low < 0:
        zh = f"最多多花 {-low:,.0f} 元，最多节约 {high:,.0f} 元"
        en = f"costs {-low:,.0f} yuan more at worst, saves {high:,.0f} yuan at best"
    else:
        zh, en = f"节约 {low:,.0f}–{high:,.0f} 元", f"saves {low:,.0f} to {high:,.0f} yuan"
    if any(item.status == "judgement" for item in items):
        zh, en = zh + "（单价为经验判断）", en + " (unit costs are a judgement)"
    if unpriced:
        zh += f"；未提供单价：{'、'.join(ITEMS[name][0] for name in unpriced)}"
        en += f"; without a unit cost: {', '.join(ITEMS[name][1] for name in unpriced)}"
    return zh, en


def _tidy(value: float) -> float:
    """Return a quantity to the hundredth, as records keep it."""
    return round(value, 2) + 0.0
