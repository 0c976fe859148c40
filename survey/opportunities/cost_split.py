"""Split the cost of one trench among its parties: by Shapley value, exactly, beside the split by what each pays alone.

A party's Shapley value is the mean, over all orders in which the parties could join, of what it adds to the cost when
its turn comes: ``Σ_S |S|! (n - 1 - |S|)! / n! · (c(S + i) - c(S))`` over the coalitions ``S`` without it. It is the
only split that shares out the whole cost, treats equals equally, charges nobody who adds nothing, and adds up over
costs. Nothing else is asked of the cost: it may be that a party would pay less alone, and then that is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import factorial, floor, isfinite
from typing import TYPE_CHECKING, Any

from geo.faults import Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Coalition = frozenset[str]
    Cost = Callable[[Coalition], float | Decimal | Fraction | int]

MOST_PARTIES = 8
"""Each more doubles the trenches that are to be costed; a section holds no more lines either."""
CENTS = 100


@dataclass(frozen=True, slots=True)
class Turn:
    """What a party adds to a coalition that is there before it: ``orders`` of all the ``n!`` in which this is so."""

    party: str
    before: tuple[str, ...]
    added: Fraction
    orders: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one party pays (yuan, to the cent): by Shapley value, in proportion to its own cost, and alone.

    ``by_place`` is the mean of what it adds as the first, the second, … to join. ``above_alone`` and
    ``proportional_above_alone``: it would pay less by digging alone.
    """

    party: str
    shapley: Decimal
    proportional: Decimal
    alone: Decimal
    by_place: tuple[Decimal, ...]
    above_alone: bool
    proportional_above_alone: bool


@dataclass(frozen=True, slots=True)
class Split:
    """The cost of one trench and who pays what of it.

    Parameters
    ----------
    total, saved
        Of the trench; what all together save against digging alone (below 0: it costs more).
    shares
        By party; both splits sum to the total to the cent.
    exact
        The Shapley values before rounding.
    turns
        The table that shows why: every coalition that each party can find before it.
    zh, en
        What must be known before anybody signs.
    """

    total: Decimal
    saved: Decimal
    shares: tuple[Share, ...]
    exact: Mapping[str, Fraction]
    turns: tuple[Turn, ...]
    zh: str
    en: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; money as texts to the cent, so that nothing is lost."""
        return {
            "total": str(self.total), "saved": str(self.saved), "zh": self.zh, "en": self.en,
            "shares": [
                {
                    "party": one.party, "shapley": str(one.shapley), "proportional": str(one.proportional),
                    "alone": str(one.alone), "by_place": [str(mean) for mean in one.by_place],
                    "above_alone": one.above_alone, "proportional_above_alone": one.proportional_above_alone,
                }
                for one in self.shares
            ],
            "turns": [
                {"party": one.party, "before": list(one.before), "added": str(_cents(one.added)), "orders": one.orders}
                for one in self.turns
            ],
        }  # fmt: skip


def split_cost(parties: Sequence[str], cost: Cost) -> Split:
    """Return who pays what of one trench for all.

    Parameters
    ----------
    parties
        One to eight, each once; their order changes nothing but the order of the answer.
    cost
        The cost of one trench for some of them (yuan); asked once for each coalition that is not empty.

    Raises
    ------
    BadInputError
        No party or more than eight, one twice, or a cost that is no finite number not below 0, with the coalition.

    Examples
    --------
    >>> trench = {"W": 100, "G": 60, "WG": 120}
    >>> split = split_cost(["W", "G"], lambda some: trench["".join(sorted(some, reverse=True))])
    >>> [(one.party, str(one.shapley), str(one.proportional)) for one in split.shares]
    [('W', '80.00', '75.00'), ('G', '40.00', '45.00')]
    """
    _check_parties(parties)
    costs = _costs(parties, cost)
    everybody = frozenset(parties)
    turns = tuple(turn for party in parties for turn in _turns(party, parties, costs))
    orders = factorial(len(parties))
    exact = {
        party: sum((turn.added * turn.orders for turn in turns if turn.party == party), Fraction(0)) / orders
        for party in parties
    }
    alone = {party: costs[frozenset((party,))] for party in parties}
    by_own = _proportional(alone, costs[everybody])
    shapley, proportional = rounded_shares(exact), rounded_shares(by_own)
    shares = tuple(
        Share(
            party, shapley[party], proportional[party], _cents(alone[party]), _by_place(party, parties, turns),
            exact[party] > alone[party], by_own[party] > alone[party],
        )
        for party in parties
    )  # fmt: skip
    total, saved = _cents(costs[everybody]), _cents(sum(alone.values(), Fraction(0)) - costs[everybody])
    return Split(total, saved, shares, exact, turns, *_said(shares, saved))


def rounded_shares(exact: Mapping[str, Fraction]) -> dict[str, Decimal]:
    """Return amounts to the cent that sum to the rounded total: by largest remainder, of equal ones the first by name.

    Examples
    --------
    >>> [str(share) for share in rounded_shares({key: Fraction(100, 3) for key in "abc"}).values()]
    ['33.34', '33.33', '33.33']
    """
    total = int(_cents(sum(exact.values(), Fraction(0))) * CENTS)
    down = {party: floor(amount * CENTS) for party, amount in exact.items()}
    rest = {party: amount * CENTS - down[party] for party, amount in exact.items()}
    left = total - sum(down.values())
    for party in sorted(exact, key=lambda party: (-rest[party], party))[:left]:
        down[party] += 1
    return {party: Decimal(amount).scaleb(-2) for party, amount in down.items()}


def _check_parties(parties: Sequence[str]) -> None:
    faults = []
    if not 1 <= len(parties) <= MOST_PARTIES:
        faults.append(
            Fault("split.parties", f"应为 1 至 {MOST_PARTIES} 方", f"must be 1 to {MOST_PARTIES} parties", "分沟计算",
                  "split the trench first", field="parties", value=len(parties))
        )  # fmt: skip
    faults += [
        Fault("split.party_twice", "同一方出现两次", "a party is named twice", "每方只列一次", "name each once",
              field="parties", value=str(party))
        for party in dict.fromkeys(party for party in parties if list(parties).count(party) > 1)
    ]  # fmt: skip
    refuse(faults)


def _costs(parties: Sequence[str], cost: Cost) -> dict[Coalition, Fraction]:
    found: dict[Coalition, Fraction] = {frozenset(): Fraction(0)}
    faults = []
    for size in range(1, len(parties) + 1):
        for some in combinations(parties, size):
            value = cost(frozenset(some))
            if isfinite(value) and value >= 0:
                found[frozenset(some)] = Fraction(value)
            else:
                faults.append(
                    Fault("split.cost", "成本应为不小于零的数", "the cost must be a finite number not below 0",
                          "核对单价与断面", "check unit costs and section", field="+".join(some), value=str(value))
                )  # fmt: skip
    refuse(faults)
    return found


def _turns(party: str, parties: Sequence[str], costs: Mapping[Coalition, Fraction]) -> list[Turn]:
    others = [one for one in parties if one != party]
    return [
        Turn(
            party, before, costs[frozenset((*before, party))] - costs[frozenset(before)],
            factorial(size) * factorial(len(others) - size),
        )
        for size in range(len(parties))
        for before in combinations(others, size)
    ]  # fmt: skip


def _proportional(alone: Mapping[str, Fraction], total: Fraction) -> dict[str, Fraction]:
    """Return the total by each party's own cost; equal parts where alone it would cost nobody anything."""
    whole = sum(alone.values(), Fraction(0))
    return {party: total * own / whole if whole else total / len(alone) for party, own in alone.items()}


def _by_place(party: str, parties: Sequence[str], turns: Sequence[Turn]) -> tuple[Decimal, ...]:
    own = [turn for turn in turns if turn.party == party]
    found = []
    for place in range(len(parties)):
        added = [turn.added for turn in own if len(turn.before) == place]
        found.append(_cents(sum(added, Fraction(0)) / len(added)))
    return tuple(found)


def _cents(amount: Fraction) -> Decimal:
    """Return an amount to the cent, half a cent away from zero."""
    whole = floor(abs(amount) * CENTS + Fraction(1, 2))
    return Decimal(whole if amount >= 0 else -whole).scaleb(-2)


def _said(shares: Sequence[Share], saved: Decimal) -> tuple[str, str]:
    zh, en = [f"同沟合计节约 {saved} 元"], [f"digging together saves {saved} yuan"]
    if saved < 0:
        zh, en = [f"同沟合计多花 {-saved} 元"], [f"digging together costs {-saved} yuan more"]
    for above, way_zh, way_en in (
        ([one for one in shares if one.above_alone], "按沙普利值", "by Shapley value"),
        ([one for one in shares if one.proportional_above_alone], "按比例", "in proportion"),
    ):
        if above:
            names = [one.party for one in above]
            zh.append(f"{way_zh}，{'、'.join(names)} 比单独施工付得更多")
            en.append(f"{way_en} {', '.join(names)} would pay more than alone")
    return "；".join(zh), "; ".join(en)
