"""Plan a programme: component by component, greedy first, then CP-SAT, with a bound that says what is left at most."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from threading import Event, Lock
from typing import TYPE_CHECKING, TypeVar

from survey.programme.costs import clashes, costs_of, least_points, points_alone, points_of_never
from survey.programme.greedy import Surroundings, improve, nearest
from survey.programme.prices import Prices, bears_prices
from survey.programme.problem import components, make_problem, without_roads, without_ties
from survey.programme.search import Search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Future

    from survey.programme.costs import Choice
    from survey.programme.problem import Problem
    from survey.programme.works import Costs, SharedTrench, Terms, Work

T = TypeVar("T")

SECONDS = 60.0
LOOK_S = 0.1
SOLVER_SECOND = 0.1
"""Deterministic time of CP-SAT that a second of a usual machine is taken for: measured were 0.09 to 0.5."""
THREADS = 2
"""Threads that the time is counted for, whatever the machine has."""
TIES_SHARE = 0.2
"""Part of the time for the parts of components without the crews and closures that tie them."""
PRICES_SHARE = 0.2
"""Part of the time for the prices of the places of works that roads tie."""
MOST_TOGETHER = 60
"""Works beyond which a part is parted further: by roads, which cost little beside trenches."""
SHARES = (0.4, 1.0)
"""Parts of what is left of the time, one after another: what quick components leave over is given to the others."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a plan is: points of the best programme, points that none is below, time spent, components at an end.

    ``points``, ``bound`` and ``alone`` (as of `Programme`) are without the trenches that can never be shared.

    ``spent_s`` is what was computed, in seconds of a usual machine, summed over threads.
    """

    points: int
    bound: int
    alone: int
    spent_s: float
    ended: int
    components: int

    @property
    def gap(self) -> float:
        """As `Programme.gap`, so far."""
        return _gap(self.points, self.bound, self.alone)


@dataclass(frozen=True, slots=True)
class Programme:
    """A start for every work, and how good it is.

    Attributes
    ----------
    problem
        What was planned.
    choice
        The place of each work, by its number in ``problem``.
    costs, planned
        What it comes to; what the planned starts would come to (each at the place nearest to its planned start).
    planned_clashes
        Weeks in which the planned starts ask too much of a crew or close two roads that must not be closed together.
    bound
        Points that no programme is below.
    alone
        Points if every work were dug by itself and closed its roads by itself, as planned.
    stopped
        Whether it was stopped before the search was at an end or the time spent.
    """

    problem: Problem
    choice: Choice
    costs: Costs
    planned: Costs
    planned_clashes: int
    bound: int
    alone: int
    stopped: bool

    @property
    def gap(self) -> float:
        """Part of the most that digging together could save, in points, that is perhaps missed; 0: proven best."""
        return _gap(self.costs.points, self.bound, self.alone)


def _gap(points: int, bound: int, alone: int) -> float:
    return 0.0 if points <= bound else (points - bound) / max(alone - bound, points - bound)


def plan(
    works: Iterable[Work],
    trenches: Iterable[SharedTrench],
    terms: Terms,
    *,
    seconds: float = SECONDS,
    workers: int = THREADS,
    progress: Callable[[Progress], None] | None = None,
) -> Programme:
    """Return the best programme that is found within a time.

    Parameters
    ----------
    works, trenches, terms
        See `survey.programme.works`; works may be none.
    seconds
        Seconds that two threads of a usual machine search, counted in steps of computing and not by a clock: the
        result depends on them and not on the machine. The preparation comes on top.
    workers
        Threads, each with one component at a time; the result does not depend on them.
    progress
        Told of each better answer, from any thread, one at a time.

    Raises
    ------
    BadInputError
        With every fault of the input, or with the routes that crews, closures and fixed starts make impossible.

    Examples
    --------
    >>> from datetime import date
    >>> from survey.programme.weeks import monday
    >>> from survey.programme.works import SharedTrench, Terms, Work
    >>> water = Work("W1", date(2026, 3, 2), date(2026, 5, 29), 4)
    >>> gas = Work("G1", date(2026, 4, 20), date(2026, 7, 31), 4)
    >>> found = plan([water, gas], [SharedTrench("T1", ("G1", "W1"), 120.0)], Terms())
    >>> found.costs.saved_m, found.planned.saved_m, found.gap, str(monday(found.choice[1].start))
    (120.0, 0.0, 0.0, '2026-03-30')
    """
    return Planning(works, trenches, terms, seconds=seconds, workers=workers, progress=progress).run()


@dataclass
class Planning:
    """A plan that another thread can stop: parameters as for `plan`, faults of the input are raised by `run`."""

    works: Iterable[Work]
    trenches: Iterable[SharedTrench]
    terms: Terms
    seconds: float = SECONDS
    workers: int = THREADS
    progress: Callable[[Progress], None] | None = None
    _searches: list[Search] = field(default_factory=list, init=False)
    _blocks: list[Search] = field(default_factory=list, init=False)
    _alone: int = field(default=0, init=False)
    _halt: Event = field(default_factory=Event, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def stop(self) -> None:
        """End the search as soon as may be: `run` then returns the best so far, or tells that there is none."""
        self._halt.set()
        for search in (*self._blocks, *self._searches):
            search.stop()

    def run(self) -> Programme:
        """Return the best programme; see `plan`."""
        problem = make_problem(self.works, self.trenches, self.terms)
        around = Surroundings(problem)
        self._alone = points_alone(problem) - points_of_never(problem)
        self._searches = [Search(around, members, self._halt, self._tell) for members in components(problem)]
        with ThreadPoolExecutor(self.workers) as pool:
            self._without_ties(pool, problem)
            for share in SHARES:
                waiting = [search for search in self._searches if not search.ended]
                self._wait([pool.submit(search.run, limit) for search, limit in self._limits(waiting, share)])
        return self._programme(around)

    def _wait(self, searches: Sequence[Future[T]]) -> list[T]:
        """Wait for searches; where they are to end, say so until they do: a solver that only begins hears nothing."""
        while wait(searches, LOOK_S).not_done:
            if self._halt.is_set():
                self.stop()
        return [search.result() for search in searches]

    def _limits(self, waiting: Sequence[Search], share: float) -> list[tuple[Search, float]]:
        """Return how long each may search now: its part of a share of what is left, as much as one thread can use."""
        left = max(self._budget - self._spent(), 0.0) * (share if len(waiting) > THREADS else 1.0)
        size = sum(len(search.members) for search in waiting)
        alone = self._budget / THREADS
        return [
            (search, max(min(left * len(search.members) / size, alone - search.spent_s), 0.0)) for search in waiting
        ]

    @property
    def _budget(self) -> float:
        return self.seconds * THREADS * SOLVER_SECOND

    def _spent(self) -> float:
        return sum(search.spent_s for search in (*self._blocks, *self._searches))

    def _without_ties(self, pool: ThreadPoolExecutor, problem: Problem) -> None:
        """Search the parts of components that only crews, cut-off places or roads tie, each by itself.

        What they come to is a bound for the whole. Their places, moved where crews and closures ask it, are a start.
        """
        untied = Surroundings(without_ties(problem))
        waiting = [search for search in self._searches if not search.ended]
        apart = self._wait([pool.submit(self._apart, search, untied) for search in waiting])
        parts = [(search, *found) for search, found in zip(waiting, apart, strict=True)]
        self._blocks = [block for _, blocks, _ in parts for block in blocks]
        size = sum(len(block.members) for block in self._blocks)
        part = TIES_SHARE * self._budget
        self._wait([pool.submit(block.run, part * len(block.members) / size) for block in self._blocks])
        for search, blocks, more in parts:
            if blocks:
                search.raise_bound(sum(block.bound for block in blocks) + more)
                search.near({work: option for block in blocks for work, option in (block.best or {}).items()})
        self._tell()

    def _apart(self, search: Search, untied: Surroundings) -> tuple[list[Search], int]:
        """Return the parts of a component, none where it is one, and the points that come on top of theirs."""
        around, blocks, more = untied, components(untied.problem, search.members), 0
        if max(map(len, blocks)) > MOST_TOGETHER:
            roadless, more = self._without_roads(search, untied.problem)
            around, blocks = Surroundings(roadless), components(roadless, search.members)
        return ([Search(around, block, self._halt) for block in blocks] if blocks[1:] else []), more

    def _without_roads(self, search: Search, untied: Problem) -> tuple[Problem, int]:
        """Return a component without its roads, at prices for places that stand for them, and the points on top."""
        if not bears_prices(untied):
            return without_roads(untied), least_points(untied, search.members)
        prices = Prices(untied, search.members)
        prices.run(PRICES_SHARE * self._budget * len(search.members) / len(untied.works), self._halt)
        search.spent_s += prices.spent_s
        search.raise_bound(prices.bound)
        self._tell()
        each, more = prices.without_roads()
        return replace(without_roads(untied), prices=each), more

    def _programme(self, around: Surroundings) -> Programme:
        problem = around.problem
        choice: Choice = {}
        for search in self._searches:
            if search.best is not None:
                choice |= search.best if search.ended else improve(around, search.members, search.best)
        never = points_of_never(problem)
        wanted = {work: nearest(problem, work) for work in range(len(problem.works))}
        return Programme(
            problem,
            dict(sorted(choice.items())),
            costs_of(problem, choice),
            costs_of(problem, wanted),
            len(clashes(problem, wanted)),
            never + sum(search.bound for search in self._searches),
            points_alone(problem),
            self._halt.is_set(),
        )

    def _tell(self) -> None:
        if self.progress is None:
            return
        with self._lock:
            found = self._searches
            self.progress(
                Progress(
                    sum(search.shown for search in found),
                    sum(search.bound for search in found),
                    self._alone,
                    self._spent() / SOLVER_SECOND,
                    sum(search.ended for search in found),
                    len(found),
                )
            )
