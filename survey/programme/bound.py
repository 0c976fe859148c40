"""Prove how good a component's programme could be at most: the linear relaxation by weeks, solved by GLOP."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from ortools.linear_solver import pywraplp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from survey.programme.problem import Joinable, Problem

LARGEST = 400_000
"""Entries of the matrix above which the relaxation takes longer than it is worth; then CP-SAT's own bound is shown."""
TOLERANCE = 1e-6


class _Rows:
    """A linear programme, written row after row; variables go from 0 to 1."""

    def __init__(self) -> None:
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        self.solver.Objective().SetMinimization()
        self.entries = 0

    def variable(self, points: float) -> pywraplp.Variable:
        made = self.solver.NumVar(0.0, 1.0, "")
        self.solver.Objective().SetCoefficient(made, points)
        return made

    def at_least(
        self, limit: float, plus: Iterable[pywraplp.Variable], minus: Sequence[pywraplp.Variable] = ()
    ) -> None:
        """Require the sum of ``plus`` less that of ``minus`` to be at least ``limit``."""
        row = self.solver.Constraint(limit, self.solver.infinity(), "")
        for variable in plus:
            row.SetCoefficient(variable, 1.0)
            self.entries += 1
        for variable in minus:
            row.SetCoefficient(variable, -1.0)
            self.entries += 1


def relaxed_bound(problem: Problem, members: Sequence[int], joinable: Sequence[Joinable]) -> int | None:
    """Return points that no programme of a component is below; None where the relaxation is too large or fails.

    Notes
    -----
    ``x[work, place]`` and ``y[trench, week]`` from 0 to 1, and for every span of weeks J of a trench and each of its
    works: the openings in J are no fewer than the part of the work that is placed inside J. The spans make this sharper
    than the clauses of the search. Crews and closures are left out, which only lowers the bound.
    """
    rows = _Rows()
    each = problem.terms.weights
    at = {
        work: [rows.variable(each.moved_week * problem.move(work, option)) for option in problem.options[work]]
        for work in members
    }
    for ways in at.values():
        rows.at_least(1.0, ways)
    base = least_points(problem, members)
    for trench in joinable:
        base -= trench.points
        _spans(rows, problem, at, trench)
        if rows.entries > LARGEST:
            return None
    if rows.solver.Solve() != pywraplp.Solver.OPTIMAL:
        return None
    value: float = rows.solver.Objective().Value() + base
    return ceil(value - TOLERANCE * max(1.0, abs(value)))


def least_points(problem: Problem, members: Sequence[int]) -> int:
    """Return the points a component has in any case: each of its roads is closed as long as its longest work takes."""
    own = set(members)
    used = [users for users in problem.users.values() if users[0] in own]
    return problem.terms.weights.closed_week * sum(max(problem.works[work].weeks for work in users) for users in used)


def _spans(rows: _Rows, problem: Problem, at: Mapping[int, list[pywraplp.Variable]], trench: Joinable) -> None:
    """Write the openings of one trench: for every span that ends as one place does and begins as another."""
    weeks = sorted({week for work in trench.works for option in problem.options[work] for week in option.weeks})
    opened = {week: rows.variable(trench.points) for week in weeks}
    rows.at_least(1.0, opened.values())
    for work in trench.works:
        options = problem.options[work]
        for low, first in enumerate(options):
            for high in range(low, len(options)):
                span = [opened[week] for week in weeks if first.start <= week <= options[high].last]
                rows.at_least(0.0, span, at[work][low : high + 1])
