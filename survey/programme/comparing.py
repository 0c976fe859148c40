"""Set two programmes of the same routes side by side: what changed for each work, and what that comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.faults import Fault, refuse
from survey.programme.weeks import monday
from survey.programme.why import joint_digs

if TYPE_CHECKING:
    from datetime import date

    from survey.programme.planning import Programme
    from survey.programme.works import Costs

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
    one, other = _starts(first), _starts(second)
    refuse(
        Fault(
            "programme.other_works",
            "两个计划的管线不同",
            "the two programmes have different routes",
            "用同一份管线比较",
            "compare programmes of the same routes",
            feature=name,
        )
        for name in sorted(one.keys() ^ other.keys())
    )
    moved = tuple(
        Moved(name, monday(one[name]), monday(other[name]), other[name] - one[name])
        for name in sorted(one)
        if one[name] != other[name]
    )
    before, after = _pairings(first), _pairings(second)
    return Comparison(moved, tuple(sorted(after - before)), tuple(sorted(before - after)), first.costs, second.costs)


def _starts(programme: Programme) -> dict[str, int]:
    return {programme.problem.works[work].id: option.start for work, option in programme.choice.items()}


def _pairings(programme: Programme) -> set[Pairing]:
    return {(dig.trenches, dig.works) for dig in joint_digs(programme)}
