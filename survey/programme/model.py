"""Write one component as a model of CP-SAT: a choice of places, weeks in which trenches are opened, roads closed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from survey.programme.costs import Choice
    from survey.programme.problem import Joinable, Problem

WORK_LIMIT_S = 1e-6
"""CP-SAT takes no limit of 0."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the solver knows of a component: the best places (None: none yet), its bound, whether it is at an end.

    ``spent_s`` is deterministic time: seconds of a usual machine, the same on each.
    """

    choice: Choice | None
    points: int
    bound: int
    ended: bool
    impossible: bool
    spent_s: float


class Model:
    """One component; the members are numbers of works, ``joinable`` the trenches among them."""

    def __init__(self, problem: Problem, members: Sequence[int], joinable: Sequence[Joinable]) -> None:
        self.problem = problem
        self.members = members
        self.model = cp_model.CpModel()
        self._solver: cp_model.CpSolver | None = None
        self.at = {work: [self.model.new_bool_var("") for _ in problem.options[work]] for work in members}
        self.dug: dict[int, dict[int, list[cp_model.IntVar]]] = {}
        for work in members:
            self.model.add_exactly_one(self.at[work])
            by_week: dict[int, list[cp_model.IntVar]] = defaultdict(list)
            for option, taken in zip(problem.options[work], self.at[work], strict=True):
                for week in option.weeks:
                    by_week[week].append(taken)
            self.dug[work] = by_week
        self.cost: list[tuple[int, cp_model.IntVar]] = []
        self.base = 0
        self.sums: dict[int, list[cp_model.IntVar]] = {}
        self._moves()
        for trench in joinable:
            self._open(trench)
        self._close_roads()
        self._crews()
        self.model.minimize(sum(points * variable for points, variable in self.cost) + self.base)

    def _moves(self) -> None:
        each = self.problem.terms.weights.moved_week
        for work in self.members:
            for option, taken in zip(self.problem.options[work], self.at[work], strict=True):
                self.cost.append((each * self.problem.move(work, option), taken))

    def _open(self, trench: Joinable) -> None:
        """Each place of a work needs an opening in a week that others could share, or one alone; the first is free."""
        counts = Counter(week for work in trench.works for week in self.dug[work])
        opened = {week: self.model.new_bool_var("") for week in sorted(counts) if counts[week] > 1}
        until = self._summed(list(opened.values()))
        every = list(opened.values())
        for work in trench.works:
            alone = self.model.new_bool_var("")
            every.append(alone)
            for option, taken in zip(self.problem.options[work], self.at[work], strict=True):
                shared = [opened[week] for week in option.weeks if week in opened]
                self.model.add_bool_or([*shared, alone, taken.negated()])
            self._spans(work, list(opened), until, alone)
        self.model.add_bool_or(every)
        self.cost += [(trench.points, variable) for variable in every]
        self.base -= trench.points

    def _spans(self, work: int, weeks: Sequence[int], until: Sequence[cp_model.IntVar], alone: cp_model.IntVar) -> None:
        """Tell of every span of weeks that its openings are no fewer than the part of a work that is placed inside.

        Every answer keeps this anyway; the linear relaxation does not, and hardly proves anything without.
        """
        options, placed = self.problem.options[work], self._placed(work)
        widest: dict[tuple[int, int], tuple[int, int]] = {}
        for low, first in enumerate(options):
            begin = bisect_left(weeks, first.start)
            for high in range(low, len(options)):
                span = (begin, bisect_right(weeks, options[high].last))
                known = widest.get(span, (low, low - 1))
                if high - low > known[1] - known[0]:
                    widest[span] = (low, high)
        for (begin, end), (low, high) in widest.items():
            inside = cp_model.LinearExpr.weighted_sum(
                [until[end], until[begin], alone, placed[high + 1], placed[low]], [1, -1, 1, -1, 1]
            )
            self.model.add_linear_constraint(inside, 0, len(weeks) + 1)

    def _placed(self, work: int) -> list[cp_model.IntVar]:
        if work not in self.sums:
            self.sums[work] = self._summed(self.at[work])
        return self.sums[work]

    def _summed(self, variables: Sequence[cp_model.IntVar]) -> list[cp_model.IntVar]:
        """Return the running sums of some variables, the first one 0: a span is a difference of two of them."""
        sums = [self.model.new_int_var(0, 0, "")]
        for number, variable in enumerate(variables):
            sums.append(self.model.new_int_var(0, number + 1, ""))
            self.model.add(sums[-1] == sums[-2] + variable)
        return sums

    def _close_roads(self) -> None:
        each = self.problem.terms.weights.closed_week
        held_apart = {road for pair in self.problem.apart for road in pair}
        closed: dict[str, dict[int, cp_model.IntVar]] = {}
        own = set(self.members)
        for road, users in self.problem.users.items():
            if users[0] not in own:
                continue
            if len(users) == 1 and road not in held_apart:
                self.base += each * self.problem.works[users[0]].weeks
                continue
            weeks = sorted({week for work in users for week in self.dug[work]})
            closed[road] = {week: self.model.new_bool_var("") for week in weeks}
            for work in users:
                for week, ways in self.dug[work].items():
                    self.model.add(sum(ways) <= closed[road][week])
            self.cost += [(each, variable) for variable in closed[road].values()]
        for first, second in self.problem.apart:
            if first in closed:
                for week in sorted(closed[first].keys() & closed[second].keys()):
                    self.model.add_at_most_one(closed[first][week], closed[second][week])

    def _crews(self) -> None:
        own = set(self.members)
        for crew, works in self.problem.crews.items():
            if works[0] not in own:
                continue
            most = self.problem.terms.capacity[crew]
            for week in sorted({week for work in works for week in self.dug[work]}):
                ways = [taken for work in works for taken in self.dug[work].get(week, ())]
                self.model.add(sum(ways) <= most)

    def hint(self, choice: Mapping[int, object]) -> None:
        """Let the solver begin with known places."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]  # ortools types the rest
        for work in self.members:
            for option, taken in zip(self.problem.options[work], self.at[work], strict=True):
                self.model.add_hint(taken, option == choice[work])

    def solve(self, limit_s: float, seen: Callable[[int, int], bool]) -> Found:
        """Search for a deterministic time.

        Parameters
        ----------
        limit_s
            Deterministic seconds.
        seen
            Told points and bound of each better answer; where it returns True the search ends.
        """
        solver = cp_model.CpSolver()
        parameters = solver.parameters
        parameters.num_workers = 1
        parameters.random_seed = 1
        parameters.max_deterministic_time = max(limit_s, WORK_LIMIT_S)
        parameters.linearization_level = 2
        parameters.catch_sigint_signal = False  # the caller decides what an interrupt means
        self._solver = solver
        watch = _Watch(seen)
        status = solver.solve(self.model, watch)
        ended = status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
        choice = None
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            choice = {
                work: next(
                    option
                    for option, taken in zip(self.problem.options[work], self.at[work], strict=True)
                    if solver.boolean_value(taken)
                )
                for work in self.members
            }
        bound = 0 if status == cp_model.INFEASIBLE else round(solver.best_objective_bound)
        points = 0 if choice is None else round(solver.objective_value)
        spent = solver.response_proto.deterministic_time
        return Found(choice, points, bound, ended, status == cp_model.INFEASIBLE, spent)

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
