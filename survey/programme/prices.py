"""Find a bound for works that roads tie: each road and each trench by itself, at prices for the places of its works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from survey.programme.costs import points_alone
from survey.programme.covering import FORBIDDEN, least_beside

if TYPE_CHECKING:
    from collections.abc import Sequence
    from threading import Event

    from numpy.typing import NDArray

    from survey.programme.problem import Problem

FINEST, LARGEST = 1_000, 2**52
"""Parts that a point is divided into, fewer where all points together would not stay below the second number."""
MOST_STATES = 2**17
"""Weeks, runs and sets of members to look at in a road or trench, beyond which members are left out of it."""
LEAST_RISE = 2e-5
"""Part of the bound that it is to rise by for another round of all works."""
CALL_S, STATE_S = 4e-6, 8e-10
"""Deterministic seconds of a look at a road or trench, and of each state in it."""


class Prices:
    """What each road and each trench of some works pays for the places of these works, so that the bound is high.

    What a place costs by itself (its move) is divided among the roads and trenches of the work, in parts that may be
    negative. However it is divided, no programme comes to less than what each road and each trench, with its parts,
    costs at least by itself. The parts are divided anew work by work, so that for every place of a work its roads and
    trenches are at the same least (min-sum diffusion: Werner 2007): the bound rises each time or stays.

    Attributes
    ----------
    bound
        Points that no places of the works are below.
    spent_s
        Deterministic seconds used.

    Parameters
    ----------
    problem, members
        Works that share no road and no trench with others; crews, and closures that cut places off, are left out.
    """

    def __init__(self, problem: Problem, members: Sequence[int]) -> None:
        self._problem, own = problem, set(members)
        self._cost = {work: np.array([problem.cost(work, way) for way in problem.options[work]]) for work in members}
        self._unit = max(1, min(FINEST, LARGEST // (1 + _most(problem))))
        each = problem.terms.weights.closed_week
        users = [works for works in problem.users.values() if works[0] in own]
        self._roads = [Cover(problem, works, each * self._unit, whole=True) for works in users]
        trenches = [it for it in problem.joinable if it.works[0] in own]
        self._covers = [
            *(Cover(problem, it.works, it.points * self._unit, whole=False) for it in trenches),
            *self._roads,
        ]
        self._of: dict[int, list[tuple[Cover, int]]] = {work: [] for work in members}
        for cover in self._covers:
            for number, work in enumerate(cover.works):
                self._of[work].append((cover, number))
        for work, mine in self._of.items():
            self._share(work, [np.zeros_like(self._cost[work]) for _ in mine], self._unit * self._cost[work])
        self.spent_s = 0.0
        self.bound = self._least()

    def run(self, limit_s: float, halt: Event) -> None:
        """Raise the bound for a deterministic time, until halted, or until it hardly rises."""
        rises = True
        while rises and self.spent_s < limit_s and not halt.is_set():
            for work, mine in self._of.items():
                if len(mine) > 1 and not halt.is_set():
                    least = [cover.margins(number) for cover, number in mine]
                    self._share(work, [-each for each in least], np.sum(least, axis=0))
                    self.spent_s += sum(cover.look_s for cover, _ in mine)
            before, self.bound = self.bound, self._least()
            self.spent_s += sum(cover.look_s for cover in self._covers)
            rises = self.bound - before > LEAST_RISE * self.bound

    def without_roads(self) -> tuple[dict[int, dict[int, int]], int]:
        """Return what is left of the points of each place, by work and start, where roads have paid, and points on top.

        What is left is whole and from 0: what all places of a work cost is on top, and so is what the roads cost at
        least with what they paid. On top of the least that trenches and places come to, this is below every programme.
        """
        left = {work: cost.copy() for work, cost in self._cost.items()}
        roads = 0
        for road in self._roads:
            for number, work in enumerate(road.works):
                whole = road.parts[number] // self._unit
                road.take(number, whole * self._unit)
                left[work] -= whole
            roads += road.least() // self._unit
        found = {}
        for work, costs in left.items():
            least = int(costs.min())
            roads += least
            starts = (option.start for option in self._problem.options[work])
            found[work] = dict(zip(starts, (costs - least).tolist(), strict=True))
        return found, roads

    def _share(self, work: int, more: Sequence[NDArray[np.int64]], whole: NDArray[np.int64]) -> None:
        """Give the roads and trenches of a work more for its places, each its own and an equal part of the whole."""
        mine = self._of[work]
        for at, (cover, number) in enumerate(mine):
            equal = (whole + at) // len(mine)  # the parts of a whole number that come to it
            cover.take(number, cover.parts[number] + more[at] + equal)

    def _least(self) -> int:
        total = sum(cover.least() for cover in self._covers)
        total += self._unit * sum(int(self._cost[work].min()) for work, mine in self._of.items() if not mine)
        return -(-total // self._unit)  # points are whole


def bears_prices(problem: Problem) -> bool:
    """Return whether roads are closed and that costs something, and all points are few enough to be divided."""
    return bool(problem.users) and problem.terms.weights.closed_week > 0 and _most(problem) < LARGEST


def _most(problem: Problem) -> int:
    moves = sum(max(problem.cost(work, way) for way in ways) for work, ways in enumerate(problem.options))
    return points_alone(problem) + moves


class Cover:
    """One road or trench by itself: weeks in which it is closed or opened, and works that are dug in these.

    Attributes
    ----------
    works
        The works; of very many at the same time, those that take longest: the others cost it nothing, so that what it
        costs at least is never too much.
    parts
        What it pays for each place of each of them.
    look_s
        Deterministic seconds that a look at what it costs takes.

    Parameters
    ----------
    each
        What a week costs: of a trench, each but the first.
    whole
        Whether a work is to be dug in these weeks alone (a road's), or in one of them at least (a trench's).
    """

    def __init__(self, problem: Problem, works: Sequence[int], each: int, *, whole: bool) -> None:
        self._each, self._free = each, 0 if whole else each
        options = {work: problem.options[work] for work in works}
        weeks = sorted({week for ways in options.values() for option in ways for week in option.weeks})
        at = {week: number for number, week in enumerate(weeks)}
        told = {
            work: np.array([[at[week] for week in (way.weeks[-1:] if whole else way.weeks)] for way in ways])
            for work, ways in options.items()
        }
        length = {work: problem.works[work].weeks if whole else 1 for work in works}
        per_set = len(weeks) * (max(length.values()) + 1)
        spans = {work: (int(places.min()), int(places.max())) for work, places in told.items()}
        slots = _slots(_kept(spans, length, max(1, (MOST_STATES // per_set).bit_length() - 1)))
        self.works = tuple(slots)
        self.look_s = CALL_S + STATE_S * (per_set << (1 + max(slots.values())))
        self.parts = [np.zeros(len(options[work]), np.int64) for work in slots]
        self._places = [told[work] for work in slots]
        self._lengths = np.array([length[work] for work in slots])
        self._last = np.array([spans[work][1] for work in slots])
        self._slots = np.array(list(slots.values()))
        self._prices = np.full((len(slots), len(weeks)), FORBIDDEN)

    def take(self, number: int, part: NDArray[np.int64]) -> None:
        """Pay for each place of a work, by its number in ``works``."""
        self.parts[number] = part
        self._prices[number] = FORBIDDEN
        np.minimum.at(self._prices[number], self._places[number], part[:, np.newaxis])

    def margins(self, number: int) -> NDArray[np.int64]:
        """Return for each place of a work what the road or trench costs at least with the work there."""
        beside = least_beside(self._prices, self._lengths, self._slots, self._last, self._each, number)
        least: NDArray[np.int64] = beside[self._places[number]].min(axis=1)
        return least + self.parts[number] - self._free

    def least(self) -> int:
        """Return what the road or trench costs at least."""
        return int(self.margins(0).min())


def _kept(spans: dict[int, tuple[int, int]], length: dict[int, int], most: int) -> dict[int, tuple[int, int]]:
    """Return works of which no more than some have places in the same week, the longest first."""
    at_once = np.zeros(1 + max(last for _, last in spans.values()), np.int64)
    kept = {}
    for work in sorted(spans, key=lambda work: (-length[work], work)):
        first, last = spans[work]
        if at_once[first : last + 1].max() < most:
            at_once[first : last + 1] += 1
            kept[work] = spans[work]
    return kept


def _slots(spans: dict[int, tuple[int, int]]) -> dict[int, int]:
    """Return a number for each work, as few as may be, that no two have of which the places are in the same weeks."""
    ends: list[int] = []
    slots = {}
    for work in sorted(spans, key=lambda work: (spans[work], work)):
        first, last = spans[work]
        free = next((slot for slot, end in enumerate(ends) if end < first), len(ends))
        ends[free : free + 1] = [last]
        slots[work] = free
    return slots
