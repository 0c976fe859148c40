"""Make a programme's input ready: faults told all at once, options by work, trenches by members, components apart."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING

from geo.faults import refuse
from survey.programme.checks import cutting_off_alone, faults_of
from survey.programme.closures import Network
from survey.programme.weeks import Option, idle_weeks, options_of, week_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from survey.programme.works import SharedTrench, Terms, Work


@dataclass(frozen=True, slots=True)
class Joinable:
    """All trenches of the same works as one: ``unit_m`` metres are dug again for each opening beyond the first.

    ``points`` is what such an opening costs, ``names`` the ids of the trenches, ``count`` how many they are.
    """

    works: tuple[int, ...]
    unit_m: float
    points: int
    names: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many trenches these are."""
        return len(self.names)


@dataclass(frozen=True, slots=True)
class Problem:
    """Works by number in the order of their ids, so that the order of the input changes nothing.

    Attributes
    ----------
    works, terms, trenches
        As given; trenches in the order of their ids.
    options
        For each work the ways to place it by itself; never empty.
    wanted
        For each work the week it is planned to begin in.
    joinable, never
        The trenches, by their members: those of which two members can meet, and those of which none can.
    users
        The works on each road, by road.
    network
        Tells which roads must not all be closed in the same week.
    knot
        The works that close a road which may cut something off together with others.
    crews
        The works of each crew that has a capacity which could be exceeded.
    prices
        What each place of some works costs by itself, by work and start, where that is not the points of its move.
    """

    works: tuple[Work, ...]
    terms: Terms
    trenches: tuple[SharedTrench, ...]
    options: tuple[tuple[Option, ...], ...]
    wanted: tuple[int, ...]
    joinable: tuple[Joinable, ...]
    never: tuple[Joinable, ...]
    users: Mapping[str, tuple[int, ...]]
    network: Network
    knot: tuple[int, ...]
    crews: Mapping[str, tuple[int, ...]]
    prices: Mapping[int, Mapping[int, int]] = field(default_factory=dict)

    def move(self, work: int, option: Option) -> int:
        """Return the weeks between the planned start of a work and that of an option."""
        return abs(option.start - self.wanted[work])

    def cost(self, work: int, option: Option) -> int:
        """Return the points of an option by itself."""
        if work in self.prices:
            return self.prices[work][option.start]
        return self.terms.weights.moved_week * self.move(work, option)


def make_problem(works: Iterable[Work], trenches: Iterable[SharedTrench], terms: Terms) -> Problem:
    """Check works, trenches and terms, and make them ready.

    Raises
    ------
    BadInputError
        With every fault, each naming its route: see `survey.programme.checks.faults_of`.
    """
    listed, shared = list(works), list(trenches)
    refuse(faults_of(listed, shared, terms))
    listed.sort(key=lambda work: work.id)
    shared.sort(key=lambda trench: trench.id)
    idle = idle_weeks(terms.breaks)
    options = tuple(options_of(work, terms, idle) for work in listed)
    wanted = tuple(_wanted(work, ways) for work, ways in zip(listed, options, strict=True))
    users: dict[str, tuple[int, ...]] = {}
    crews: dict[str, tuple[int, ...]] = {}
    for number, work in enumerate(listed):
        for road in sorted(set(work.roads)):
            users[road] = (*users.get(road, ()), number)
        if work.crew is not None and work.crew in terms.capacity:
            crews[work.crew] = (*crews.get(work.crew, ()), number)
    tight = {crew: members for crew, members in crews.items() if _may_exceed(members, options, terms.capacity[crew])}
    network = Network(terms.network, terms.exits, users)
    refuse(cutting_off_alone(listed, network))
    knot = tuple(sorted({work for road in network.roads for work in users[road]}))
    made = _joinable(listed, shared, terms)
    joinable = tuple(it for it in made if may_meet(options, it.works))
    never = tuple(it for it in made if not may_meet(options, it.works))
    return Problem(tuple(listed), terms, tuple(shared), options, wanted, joinable, never, users, network, knot, tight)


def without_ties(problem: Problem) -> Problem:
    """Return a problem without its crews and closed roads that cut something off: nothing it allows is forbidden."""
    return replace(problem, crews={}, knot=(), network=Network((), (), ()))


def without_roads(problem: Problem) -> Problem:
    """Return a problem in which closed roads cost nothing; `survey.programme.costs.least_points` is what they cost."""
    return replace(problem, works=tuple(replace(work, roads=()) for work in problem.works), users={})


def components(problem: Problem, members: Sequence[int] | None = None) -> list[tuple[int, ...]]:
    """Return the works that bear on each other, set by set, in the order of their first work.

    Parameters
    ----------
    members
        Works that bear on no others; None: all.
    """
    own = range(len(problem.works)) if members is None else members
    parent = list(range(len(problem.works)))

    def root(work: int) -> int:
        while parent[work] != work:
            parent[work] = parent[parent[work]]
            work = parent[work]
        return work

    for group in _tied(problem):
        for other in group[1:]:
            low, high = sorted((root(group[0]), root(other)))
            parent[high] = low
    found: dict[int, list[int]] = {}
    for work in own:
        found.setdefault(root(work), []).append(work)
    return [tuple(members) for members in found.values()]


def may_meet(options: Sequence[Sequence[Option]], works: Iterable[int]) -> bool:
    """Return whether two of some works could be dug in the same week as far as each by itself is concerned."""
    return any(a & b for a, b in combinations([reach(options[work]) for work in works], 2))


def reach(options: Iterable[Option]) -> set[int]:
    """Return the weeks in which a work could be dug."""
    return {week for option in options for week in option.weeks}


def _tied(problem: Problem) -> Iterable[tuple[int, ...]]:
    for joinable in problem.joinable:
        yield joinable.works
    yield from problem.users.values()
    yield from problem.crews.values()
    if problem.knot:
        yield problem.knot


def _wanted(work: Work, options: Sequence[Option]) -> int:
    day = work.fixed or work.planned
    return options[0].start if day is None else week_of(day)


def _may_exceed(members: Sequence[int], options: Sequence[Sequence[Option]], most: int) -> bool:
    """Return whether in any week more of the works could be dug than a crew can."""
    counts: dict[int, int] = {}
    for work in members:
        for week in reach(options[work]):
            counts[week] = counts.get(week, 0) + 1
    return max(counts.values(), default=0) > most


def _joinable(works: Sequence[Work], trenches: Sequence[SharedTrench], terms: Terms) -> tuple[Joinable, ...]:
    number = {work.id: at for at, work in enumerate(works)}
    same: dict[tuple[int, ...], list[SharedTrench]] = {}
    for trench in trenches:
        same.setdefault(tuple(sorted(number[name] for name in trench.members)), []).append(trench)
    made = []
    for members, alike in same.items():
        unit = sum(trench.saved_m for trench in alike) / (len(members) - 1)
        points = round(unit * terms.weights.metre) + terms.weights.reopening * len(alike)
        made.append(Joinable(members, unit, points, tuple(trench.id for trench in alike)))
    return tuple(made)
