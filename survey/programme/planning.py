"""Plan a programme: component by component, greedy first, then CP-SAT, with a bound that says what is left at most."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import TYPE_CHECKING

from geo.faults import refuse
from survey.programme.costs import clashes, costs_of, least_points, points_alone
from survey.programme.greedy import Surroundings, improve, nearest, place
from survey.programme.impossible import faults_together
from survey.programme.model import Model
from survey.programme.problem import components, make_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from survey.programme.costs import Choice
    from survey.programme.model import Found
    from survey.programme.problem import Joinable, Problem
    from survey.programme.works import Costs, SharedTrench, Terms, Work

SECONDS = 60.0
FIRST_SHARE = 0.4
"""Part of the time that each component may take before what the quick ones left over is given to the others."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a plan is: points of the best programme, points that none is below, time spent, components at an end.

    ``spent_s`` is the solver's deterministic time, summed over threads.
    """

    points: int
    bound: int
    spent_s: float
    ended: int
    components: int


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


@dataclass(slots=True)
class _Part:
    """One component while it is searched."""

    members: tuple[int, ...]
    joinable: list[Joinable]
    best: Choice | None
    points: int
    bound: int
    ended: bool = False
    model: Model | None = None
    spent_s: float = 0.0


def plan(
    works: Iterable[Work],
    trenches: Iterable[SharedTrench],
    terms: Terms,
    *,
    seconds: float = SECONDS,
    workers: int = 2,
    progress: Callable[[Progress], None] | None = None,
) -> Programme:
    """Return the best programme that is found within a time.

    Parameters
    ----------
    works, trenches, terms
        See `survey.programme.works`; works may be none.
    seconds
        Deterministic seconds of search a thread, one to four seconds of a usual machine; the preparation comes on top.
        The result depends on it and not on the machine.
    workers
        Threads, each with one component at a time. With twice the threads twice the work is done: the result depends
        on the product of both.
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
    workers: int = 2
    progress: Callable[[Progress], None] | None = None
    _parts: list[_Part] = field(default_factory=list, init=False)
    _halt: Event = field(default_factory=Event, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def stop(self) -> None:
        """End the search as soon as may be: `run` then returns the best programme so far."""
        with self._lock:
            self._halt.set()
            for part in self._parts:
                if part.model is not None:
                    part.model.stop()

    def run(self) -> Programme:
        """Return the best programme; see `plan`."""
        problem = make_problem(self.works, self.trenches, self.terms)
        around = Surroundings(problem)
        self._parts = [_part(around, members) for members in components(problem)]
        with ThreadPoolExecutor(self.workers) as pool:
            list(pool.map(lambda part: self._search(problem, part, self._share(part, FIRST_SHARE)), self._open()))
            left = max(self.seconds * self.workers - sum(part.spent_s for part in self._parts), 0.0)
            waiting = self._open()
            size = sum(len(part.members) for part in waiting)
            list(pool.map(lambda part: self._search(problem, part, left * len(part.members) / size), waiting))
        return self._programme(around)

    def _open(self) -> list[_Part]:
        return [part for part in self._parts if not part.ended]

    def _share(self, part: _Part, share: float) -> float:
        size = sum(len(other.members) for other in self._parts)
        return share * self.seconds * self.workers * len(part.members) / size

    def _search(self, problem: Problem, part: _Part, limit_s: float) -> None:
        """Search one component for a time; without a first answer go on, even when stopped, until one is there."""
        if part.best is not None and (self._halt.is_set() or limit_s <= 0):
            return
        with self._lock:
            part.model = part.model or Model(problem, part.members, part.joinable)
        if part.best is not None:
            part.model.hint(part.best)
        found = part.model.solve(limit_s, lambda points, bound: self._seen(part, points, bound))
        self._take(problem, part, found)

    def _take(self, problem: Problem, part: _Part, found: Found) -> None:
        if found.impossible or (found.choice is None and part.best is None):
            refuse(faults_together(problem, part.members, proven=found.impossible))
        part.spent_s += found.spent_s
        if found.choice is not None and (part.best is None or found.points <= part.points):
            part.best, part.points = found.choice, found.points
        part.bound = max(part.bound, found.bound)
        part.ended = found.ended or part.points <= part.bound
        self._tell()

    def _seen(self, part: _Part, points: int, bound: int) -> bool:
        part.points = min(part.points, points) if part.best is not None else points
        part.bound = max(part.bound, bound)
        self._tell()
        return self._halt.is_set()

    def _programme(self, around: Surroundings) -> Programme:
        problem = around.problem
        choice: Choice = {}
        for part in self._parts:
            if part.best is not None:
                choice |= part.best if part.ended else improve(around, part.members, part.best)
        never = sum(joinable.points * (len(joinable.works) - 1) for joinable in problem.never)
        wanted = {work: nearest(problem, work) for work in range(len(problem.works))}
        return Programme(
            problem,
            dict(sorted(choice.items())),
            costs_of(problem, choice),
            costs_of(problem, wanted),
            len(clashes(problem, wanted)),
            never + sum(part.bound for part in self._parts),
            points_alone(problem),
            self._halt.is_set(),
        )

    def _tell(self) -> None:
        if self.progress is None:
            return
        with self._lock:
            parts = self._parts
            self.progress(
                Progress(
                    sum(part.points for part in parts),
                    sum(part.bound for part in parts),
                    sum(part.spent_s for part in parts),
                    sum(part.ended for part in parts),
                    len(parts),
                )
            )


def _part(around: Surroundings, members: tuple[int, ...]) -> _Part:
    """Return a component with the greedy answer, where there is one, and the bound that needs no search."""
    problem, own = around.problem, set(members)
    joinable = [it for it in problem.joinable if it.works[0] in own]
    placed = place(around, members)
    best = None if placed is None else improve(around, members, placed)
    points = points_alone(problem) if best is None else around.points(members, best)
    bound = least_points(problem, members)
    return _Part(members, joinable, best, points, bound, ended=best is not None and points <= bound)
