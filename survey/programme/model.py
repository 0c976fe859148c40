"""Write some works as a model of CP-SAT: how early each is placed, which come before which, which roads are closed."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise, permutations
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from survey.programme.costs import Choice
    from survey.programme.problem import Joinable, Problem
    from survey.programme.weeks import Option

WORK_LIMIT_S = 1e-6
"""CP-SAT takes no limit of 0."""
GAP_ENOUGH = 1e-4
"""Part of a component's points that no more time is spent on; what is left of it is shown in the gap."""
ROWS_ENOUGH = 3
"""Works of a trench up to which rows of two and three say all."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the solver knows of a model: the best places (None: none yet), its bound, whether it is at an end.

    ``spent_s`` is deterministic time: seconds of a usual machine, the same on each.
    """

    choice: Choice | None
    points: int
    bound: int
    ended: bool
    impossible: bool
    spent_s: float


@dataclass(frozen=True, slots=True)
class Part:
    """What a model is made of.

    Attributes
    ----------
    members
        Works that are to be placed.
    joinable
        Trenches whose openings cost; works of them that are not members are in ``beside`` or left out of account.
    roads
        Roads whose closed weeks cost; the users that are not members as for ``joinable``.
    beside
        The places of works that stay where they are.
    cuts
        Roads of which not all may be closed in the same week.
    """

    members: tuple[int, ...]
    joinable: tuple[Joinable, ...]
    roads: tuple[str, ...]
    beside: Mapping[int, Option] = field(default_factory=dict)
    cuts: tuple[tuple[str, ...], ...] = ()


class Model:
    """One part; its points are those of the members, without what does not depend on them.

    A work has a boolean for each of its places but the last: whether it takes this one or an earlier one. With them
    everything else is a clause: that one work is over before another begins, that a road is closed in a week. The
    linear relaxation of these clauses is as good as that of all pairs of places, with far fewer rows.
    """

    def __init__(self, problem: Problem, part: Part) -> None:
        self.problem = problem
        self.part = part
        self.model = cp_model.CpModel()
        self._yes, self._no = self.model.new_constant(1), self.model.new_constant(0)
        self._solver: cp_model.CpSolver | None = None
        self._before: dict[tuple[int, int], cp_model.IntVar] = {}
        self._cost: list[tuple[int, cp_model.IntVar]] = []
        self._base = 0
        self._closed: dict[str, dict[int, cp_model.IntVar]] = {}
        self.options = {work: problem.options[work] for work in part.members}
        self.options |= {work: (option,) for work, option in part.beside.items()}
        self._until = {work: self._ordered(len(problem.options[work]) - 1) for work in part.members}
        for work in part.members:
            self._place(work)
        for trench in part.joinable:
            self._open(trench)
        self._close_roads()
        self._crews()
        self.cut(part.cuts)
        self.model.minimize(sum(points * variable for points, variable in self._cost) + self._base)

    def _ordered(self, count: int) -> list[cp_model.IntVar]:
        until = [self.model.new_bool_var("") for _ in range(count)]
        for early, late in pairwise(until):
            self.model.add_implication(early, late)
        return until

    def _by(self, work: int, place: int) -> cp_model.IntVar:
        """Return whether a work takes a place of this number or an earlier one."""
        if place < 0:
            return self._no
        return self._yes if place >= len(self.options[work]) - 1 else self._until[work][place]

    def _place(self, work: int) -> None:
        """Let the place of a work cost: each is the difference of two booleans."""
        points = [self.problem.cost(work, option) for option in self.options[work]]
        self._base += points[-1]
        for place, variable in enumerate(self._until[work]):
            self._cost.append((points[place] - points[place + 1], variable))

    def _open(self, trench: Joinable) -> None:
        """Let each opening but the first cost.

        Works are intervals: they need as many openings as there are among them that come one after another.
        """
        works = [work for work in trench.works if work in self.options]
        if len(works) == 2:  # noqa: PLR2004 - two works come one after the other or meet: no more to count
            self._cost += [
                (trench.points, self._comes_before(*works)),
                (trench.points, self._comes_before(*works[::-1])),
            ]
        elif len(works) > 1:
            self._cost.append((trench.points, self._chain(works)))

    def _chain(self, works: Sequence[int]) -> cp_model.IntVar:
        """Return the number of works, less one, of the longest chain of works that come one after another.

        Every two and three have a row of their own, for the linear relaxation; of more than three each has its level.
        """
        again = self.model.new_int_var(0, len(works) - 1, "")
        for first, second in permutations(works, 2):
            self.model.add(self._comes_before(first, second) <= again)
        for first, second, third in permutations(works, 3):
            steps = self._comes_before(first, second), self._comes_before(second, third)
            if all(step is not self._no for step in steps):
                self.model.add(sum(steps) <= again)
        if len(works) > ROWS_ENOUGH:
            level = {work: self.model.new_int_var(0, len(works) - 1, "") for work in works}
            for first, second in permutations(works, 2):
                before = self._comes_before(first, second)
                self.model.add(level[second] >= level[first] + 1).only_enforce_if(before)
            for work in works:
                self.model.add(again >= level[work])
        return again

    def _comes_before(self, first: int, second: int) -> cp_model.IntVar:
        """Return whether one work is over before another begins; it may be true too where nothing hinders that."""
        if (first, second) not in self._before:
            self._before[first, second] = self._order(first, second)
        return self._before[first, second]

    def _order(self, first: int, second: int) -> cp_model.IntVar:
        starts = [option.start for option in self.options[second]]
        begun = {bisect_right(starts, option.last): place for place, option in enumerate(self.options[first])}
        begun.pop(len(starts), None)
        if not begun:
            return self._no
        before = self.model.new_bool_var("")
        for count, place in begun.items():
            self.model.add_bool_or([self._by(first, place).negated(), self._by(second, count - 1), before])
        return before

    def _while_dug(self, work: int) -> dict[int, tuple[int, int]]:
        """Return for each week the first and last place in which a work is dug then: those between are, too."""
        spans: dict[int, tuple[int, int]] = {}
        for place, option in enumerate(self.options[work]):
            for week in option.weeks:
                spans[week] = (spans.get(week, (place, place))[0], place)
        return spans

    def _close_roads(self) -> None:
        each = self.problem.terms.weights.closed_week
        for road in self.part.roads:
            closed = self._closing(road)
            self._cost += [(each, variable) for variable in closed.values() if variable is not self._yes]

    def _closing(self, road: str) -> dict[int, cp_model.IntVar]:
        """Return for each week whether a road is closed; a constant where works beside close it anyway."""
        if road in self._closed:
            return self._closed[road]
        users = [work for work in self.problem.users.get(road, ()) if work in self.options]
        closed = {week: self._yes for work in users if work in self.part.beside for week in self.options[work][0].weeks}
        moving = [work for work in users if work not in self.part.beside]
        for work in moving:
            for week, (low, high) in self._while_dug(work).items():
                if week not in closed:
                    closed[week] = self.model.new_bool_var("")
                if closed[week] is not self._yes:
                    self.model.add_bool_or([self._by(work, high).negated(), self._by(work, low - 1), closed[week]])
        if moving:
            self.model.add(sum(closed.values()) >= max(self.problem.works[work].weeks for work in moving))
        self._closed[road] = closed
        return closed

    def cut(self, cuts: Iterable[Sequence[str]]) -> None:
        """Add roads of which not all may be closed in the same week."""
        for cut in cuts:
            each = [self._closing(road) for road in cut]
            for week in sorted(set.intersection(*(set(closed) for closed in each))):
                ways = [closed[week] for closed in each]
                if any(way is not self._yes for way in ways):
                    self.model.add_bool_or([way.negated() for way in ways])

    def _crews(self) -> None:
        members = set(self.part.members)
        for crew, works in self.problem.crews.items():
            mine = [work for work in works if work in members]
            terms: dict[int, list[tuple[int, int, int]]] = {}
            for work in mine:
                for week, span in self._while_dug(work).items():
                    terms.setdefault(week, []).append((work, *span))
            taken = [self.part.beside[work].weeks for work in works if work in self.part.beside]
            for week, spans in sorted(terms.items()):
                most = self.problem.terms.capacity[crew] - sum(week in weeks for weeks in taken)
                if len(spans) > most:
                    at_work = [self._by(work, high) - self._by(work, low - 1) for work, low, high in spans]
                    self.model.add(sum(at_work) <= most)

    def hint(self, choice: Mapping[int, Option]) -> None:
        """Let the solver begin with known places."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]  # ortools types the rest
        for work in self.part.members:
            at = self.options[work].index(choice[work])
            for place, variable in enumerate(self._until[work]):
                self.model.add_hint(variable, at <= place)

    def solve(
        self, limit_s: float, seen: Callable[[int, int], bool], raised: Callable[[int], None] | None = None
    ) -> Found:
        """Search for a deterministic time.

        Parameters
        ----------
        limit_s
            Deterministic seconds.
        seen
            Told points and bound of each better answer; where it returns True the search ends.
        raised
            Told each better bound; None: nobody is.
        """
        solver = cp_model.CpSolver()
        if raised is not None:
            solver.best_bound_callback = lambda bound: raised(round(bound))
        parameters = solver.parameters
        parameters.num_workers = 1
        parameters.random_seed = 1
        parameters.max_deterministic_time = max(limit_s, WORK_LIMIT_S)
        parameters.linearization_level = 2
        parameters.relative_gap_limit = GAP_ENOUGH
        parameters.catch_sigint_signal = False  # the caller decides what an interrupt means
        self._solver = solver
        status = solver.solve(self.model, _Watch(seen))
        impossible = status == cp_model.INFEASIBLE
        choice = None
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            choice = {work: self._taken(solver, work) for work in self.part.members}
        return Found(
            choice,
            0 if choice is None else round(solver.objective_value),
            0 if impossible else round(solver.best_objective_bound),
            impossible or status == cp_model.OPTIMAL,
            impossible,
            solver.response_proto.deterministic_time,
        )

    def _taken(self, solver: cp_model.CpSolver, work: int) -> Option:
        late = sum(not solver.boolean_value(variable) for variable in self._until[work])
        return self.options[work][late]

    def stop(self) -> None:
        """End a search that is going on in another thread."""
        if self._solver is not None:
            self._solver.stop_search()


class _Watch(cp_model.CpSolverSolutionCallback):
    """Pass each better answer on, and stop where that is asked."""

    def __init__(self, seen: Callable[[int, int], bool]) -> None:
        super().__init__()
        self._seen = seen

    def on_solution_callback(self) -> None:
        if self._seen(round(self.objective_value), round(self.best_objective_bound)):
            self.stop_search()
