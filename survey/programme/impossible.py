"""Name the routes that crews, closures and fixed starts together leave no programme for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.faults import Fault
from survey.programme.costs import clashes
from survey.programme.greedy import nearest
from survey.programme.weeks import monday

if TYPE_CHECKING:
    from collections.abc import Sequence

    from survey.programme.problem import Problem

MOST_NAMED = 12


def faults_together(problem: Problem, members: Sequence[int], *, proven: bool) -> list[Fault]:
    """Return what stands in the way of a component: clashes of works without a choice, else those of all as planned.

    Parameters
    ----------
    problem, members
        The component that has no programme.
    proven
        Whether there is none; else none was found in the time given.
    """
    no_choice = {work: problem.options[work][0] for work in members if len(problem.options[work]) == 1}
    found = clashes(problem, no_choice) or clashes(problem, {work: nearest(problem, work) for work in members})
    by_cause: dict[str, tuple[str, int, tuple[int, ...]]] = {}
    for clash in found:
        by_cause.setdefault(clash[0], clash)
    return [_fault(problem, *clash, proven=proven) for clash in by_cause.values()] or [_unknown(problem, members)]


def _fault(problem: Problem, cause: str, week: int, works: tuple[int, ...], *, proven: bool) -> Fault:
    named = ", ".join(problem.works[work].id for work in works[:MOST_NAMED])
    day = monday(week)
    how_zh, how_en = (
        ("排不出", "no programme exists") if proven else ("限时内没有排出", "none was found in the time given")
    )
    if cause in problem.crews:
        most = problem.terms.capacity[cause]
        return Fault(
            "programme.crew",
            f"{how_zh}：{day} 那周 {cause} 要同时施工 {len(works)} 处，只有 {most} 个班组",
            f"{how_en}: in the week of {day} {cause} digs {len(works)} works at once and has {most} crews",
            "增加班组，放宽窗口或改固定开工日",
            "add crews, widen windows or change a fixed start",
            feature=named,
            field="crew",
            value=cause,
        )
    return Fault(
        "programme.closures",
        f"{how_zh}：{day} 那周同时封路会切断片区的出路",
        f"{how_en}: closures in the week of {day} would cut a place off",
        "放宽窗口或改固定开工日",
        "widen windows or change a fixed start",
        feature=named,
        field="roads",
        value=cause,
    )


def _unknown(problem: Problem, members: Sequence[int]) -> Fault:
    named = ", ".join(problem.works[work].id for work in members[:MOST_NAMED])
    return Fault(
        "programme.none",
        "班组与封路限制下排不出计划",
        "no programme within crews and closures was found",
        "增加班组、时间或放宽窗口",
        "add crews or time, or widen windows",
        feature=named,
    )
