"""Say which roads on a trench are, or will soon be, protected from digging, until when, and what that means now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from survey.periods import after_months
from survey.standards.clauses import dig_ban

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from survey.surroundings import RoadFacts

URGENT, BLOCKED = "urgent", "blocked"
_KINDS = (
    ("delivered", "交付使用", "handed over"),
    ("overhauled", "大修竣工", "overhauled"),
)


@dataclass(frozen=True, slots=True)
class Protection:
    """One protected road on a trench.

    Parameters
    ----------
    road, name
        The road's id, and what people call it.
    state
        ``blocked``: it must not be dug now; ``urgent``: its protection is still to begin.
    why
        ``delivered`` or ``overhauled``.
    first, last
        First and last day of the protection.
    zh, en
        The sentence, with the clause.
    """

    road: str
    name: str
    state: str
    why: str
    first: date
    last: date
    zh: str
    en: str


def protections_of(roads: Iterable[int], facts: RoadFacts, on: date) -> tuple[Protection, ...]:
    """Return the protections of some roads (by number) that hold on a day or begin after it, by road and day.

    城市道路管理条例 33: not within five years of hand-over, three of an overhaul. A road whose hand-over is still to
    come is to be dug before it.
    """
    found = [one for road in sorted(set(roads)) for one in _of_road(road, facts, on)]
    return tuple(sorted(found, key=lambda one: (one.road, one.first, one.why)))


def _of_road(road: int, facts: RoadFacts, on: date) -> Iterator[Protection]:
    for column, zh, en in _KINDS:
        begun = (facts.delivered if column == "delivered" else facts.overhauled)[road]
        if begun is None:
            continue
        ban = dig_ban(overhauled=column == "overhauled")
        last = after_months(begun, round(12 * ban.value))
        if last < on:
            continue
        name = facts.label(road)
        clause = f"{ban.standard} {ban.clause}"
        if begun > on:
            yield Protection(
                facts.ids[road], name, URGENT, column, begun, last,
                f"{name}将于 {begun} {zh}，此后 {ban.value:g} 年（至 {last}）不得挖掘：要赶在此前完工。{clause}",
                f"{name} will be {en} on {begun} and must not be dug for {ban.value:g} years after (until {last}): "
                f"finish before. {clause}",
            )  # fmt: skip
        else:
            yield Protection(
                facts.ids[road], name, BLOCKED, column, begun, last,
                f"{name}于 {begun} {zh}，{ban.value:g} 年内不得挖掘：{last + timedelta(days=1)} 之前不能开挖，"
                f"特殊情况须经县级以上人民政府批准。{clause}",
                f"{name} was {en} on {begun} and must not be dug within {ban.value:g} years: not before "
                f"{last + timedelta(days=1)}, unless the people's government of the county or above approves. {clause}",
            )  # fmt: skip
