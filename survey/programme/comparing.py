"""Set two programmes of the same routes side by side: what changed for each work, and what that comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from geo.faults import Fault, refuse
from survey.programme.weeks import monday, week_of
from survey.programme.why import joint_digs
from survey.programme.works import WEEK_DAYS, Costs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from survey.programme.planning import Programme

Pairing = tuple[tuple[str, ...], tuple[str, ...]]
"""Trenches and the works that dig them together."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A work that begins in another week: its id, both starts (Mondays), weeks from the first to the second."""

    work: str
    first: date
    second: date
    weeks: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the second programme has otherwise than the first.

    Attributes
    ----------
    moved
        Works that begin in another week, in the order of their ids.
    won, lost
        What only the second, and only the first, digs together.
    first, second
        What both come to. Points compare only where both have the same weights.
    """

    moved: tuple[Moved, ...]
    won: tuple[Pairing, ...]
    lost: tuple[Pairing, ...]
    first: Costs
    second: Costs

    @property
    def saved_m(self) -> float:
        """Metres of digging that the second saves more; below 0: less."""
        return self.second.saved_m - self.first.saved_m


@dataclass(frozen=True, slots=True)
class Outcome:
    """What of a programme is compared: the start of each work (a Monday), what is dug together, what it comes to."""

    starts: Mapping[str, date]
    pairings: frozenset[Pairing]
    costs: Costs


def outcome_of(programme: Programme) -> Outcome:
    """Return what of a programme is compared."""
    works = programme.problem.works
    return Outcome(
        {works[work].id: monday(option.start) for work, option in programme.choice.items()},
        frozenset((dig.trenches, dig.works) for dig in joint_digs(programme)),
        programme.costs,
    )


def outcome_from_plain(plain: Mapping[str, Any]) -> Outcome:
    """Return what is compared of a programme as `survey.programme.telling` tells it."""
    costs = {key: value for key, value in plain["totals"]["joint"].items() if key != "clashes"}
    return Outcome(
        {work["id"]: monday(week_of(date.fromisoformat(work["start"]))) for work in plain["works"]},
        frozenset((tuple(dig["trenches"]), tuple(dig["works"])) for dig in plain["joint"]),
        Costs(**costs),
    )


def compare(first: Programme, second: Programme) -> Comparison:
    """Return what the second of two programmes has otherwise than the first.

    Raises
    ------
    BadInputError
        If a work is in one of them only.

    Examples
    --------
    >>> from datetime import date
    >>> from survey.programme.planning import plan
    >>> from survey.programme.works import SharedTrench, Terms, Work
    >>> water = Work("W1", date(2026, 3, 2), date(2026, 5, 29), 4)
    >>> gas = Work("G1", date(2026, 4, 20), date(2026, 7, 31), 4)
    >>> early = Work("G1", date(2026, 4, 20), date(2026, 7, 31), 4, fixed=date(2026, 6, 29))
    >>> shared = [SharedTrench("T1", ("G1", "W1"), 120.0)]
    >>> found = compare(plan([water, gas], shared, Terms()), plan([water, early], shared, Terms()))
    >>> [(moved.work, moved.weeks) for moved in found.moved], found.won, found.lost, found.saved_m
    ([('G1', 10), ('W1', -4)], (), ((('T1',), ('G1', 'W1')),), -120.0)
    """
    return compare_outcomes(outcome_of(first), outcome_of(second))


def compare_outcomes(first: Outcome, second: Outcome) -> Comparison:
    """Return what the second of two outcomes has otherwise than the first; raises as `compare`."""
    refuse(
        Fault(
            "programme.other_works",
            "两个计划的管线不同",
            "the two programmes have different routes",
            "用同一份管线比较",
            "compare programmes of the same routes",
            feature=name,
        )
        for name in sorted(first.starts.keys() ^ second.starts.keys())
    )
    moved = tuple(
        Moved(name, begun, second.starts[name], (second.starts[name] - begun).days // WEEK_DAYS)
        for name, begun in sorted(first.starts.items())
        if begun != second.starts[name]
    )
    won, lost = second.pairings - first.pairings, first.pairings - second.pairings
    return Comparison(moved, tuple(sorted(won)), tuple(sorted(lost)), first.costs, second.costs)
