"""Count what given starts come to, and whether they may be: the definition that solver and explanations are held to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from survey.programme.works import Costs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from survey.programme.problem import Joinable, Problem
    from survey.programme.weeks import Option

Choice = dict[int, "Option"]
"""The option taken by each work that has one."""


def openings(dug: Sequence[Sequence[int]]) -> list[int]:
    """Return the fewest weeks such that every work is dug in one of them: a trench is opened once for each.

    Parameters
    ----------
    dug
        For each work the weeks it is dug in, ascending.

    Notes
    -----
    Fewest points that meet intervals: always the last week of the work that ends first among those not met yet. Works
    are intervals in the weeks that are worked at all, so pauses do not disturb this.

    Examples
    --------
    >>> openings([(1, 2, 3), (3, 4), (4, 5), (9,)])
    [3, 5, 9]
    """
    chosen: list[int] = []
    for weeks in sorted(dug, key=lambda weeks: weeks[-1]):
        if not chosen or chosen[-1] not in weeks:
            chosen.append(weeks[-1])
    return chosen


def times_open(joinable: Joinable, choice: Mapping[int, Option]) -> int:
    """Return how often the trenches of these works are opened."""
    return len(openings([choice[work].weeks for work in joinable.works]))


def costs_of(problem: Problem, choice: Mapping[int, Option]) -> Costs:
    """Return what the starts of all works come to.

    Parameters
    ----------
    choice
        An option for every work.
    """
    weights = problem.terms.weights
    all_trenches = (*problem.joinable, *problem.never)
    extra = [(joinable, times_open(joinable, choice) - 1) for joinable in all_trenches]
    closed = sum(len(closed_weeks(users, choice)) for users in problem.users.values())
    moved = sum(problem.move(work, option) for work, option in choice.items())
    return Costs(
        saved_m=sum(joinable.unit_m * (len(joinable.works) - 1 - more) for joinable, more in extra),
        closed_weeks=closed,
        reopenings=sum(joinable.count * more for joinable, more in extra),
        moved_weeks=moved,
        points=sum(joinable.points * more for joinable, more in extra)
        + weights.closed_week * closed
        + weights.moved_week * moved,
    )


def points_alone(problem: Problem) -> int:
    """Return the points of works that share nothing: every trench opened for each of them, every closure their own."""
    each = problem.terms.weights.closed_week
    closed = sum(each * work.weeks * len(set(work.roads)) for work in problem.works)
    return closed + sum(joinable.points * (len(joinable.works) - 1) for joinable in (*problem.joinable, *problem.never))


def points_of_never(problem: Problem) -> int:
    """Return the points of the trenches that no two works can ever share: every programme has them."""
    return sum(joinable.points * (len(joinable.works) - 1) for joinable in problem.never)


def least_points(problem: Problem, members: Sequence[int]) -> int:
    """Return the points a component has in any case: each of its roads is closed as long as its longest work takes."""
    own = set(members)
    used = [users for users in problem.users.values() if users[0] in own]
    return problem.terms.weights.closed_week * sum(max(problem.works[work].weeks for work in users) for users in used)


def closed_weeks(users: Iterable[int], choice: Mapping[int, Option]) -> set[int]:
    """Return the weeks in which a road is closed by those of its works that are placed."""
    return {week for work in users if work in choice for week in choice[work].weeks}


def clashes(problem: Problem, choice: Mapping[int, Option]) -> list[tuple[str, int, tuple[int, ...]]]:
    """Return where works that are placed are too many for a crew or close roads that must not be closed together.

    Returns
    -------
    list
        Crew (or the roads with a plus between), week, the works concerned.
    """
    found = []
    for crew, members in problem.crews.items():
        found += [(crew, week, at) for week, at in _at_work(members, choice) if len(at) > problem.terms.capacity[crew]]
    for cut, week, at in closed_cuts(problem, choice):
        found.append(("+".join(cut), week, tuple(w for w in at if not set(cut).isdisjoint(problem.works[w].roads))))
    return found


def closed_cuts(problem: Problem, choice: Mapping[int, Option]) -> list[tuple[tuple[str, ...], int, tuple[int, ...]]]:
    """Return where roads are closed together that must not be: the roads, the week, all works that close any then."""
    closing = _at_work(problem.knot, choice)
    found = [(problem.network.cut({r for w in at for r in problem.works[w].roads}), week, at) for week, at in closing]
    return [(cut, week, at) for cut, week, at in found if cut is not None]


def _at_work(members: Iterable[int], choice: Mapping[int, Option]) -> list[tuple[int, tuple[int, ...]]]:
    weeks: dict[int, list[int]] = {}
    for work in members:
        for week in choice[work].weeks if work in choice else ():
            weeks.setdefault(week, []).append(work)
    return [(week, tuple(at)) for week, at in sorted(weeks.items())]
