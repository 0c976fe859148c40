"""Place works one after another, then move one, or all of a trench, as long as that is better."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from survey.programme.costs import closed_weeks, times_open

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from survey.programme.costs import Choice
    from survey.programme.problem import Joinable, Problem
    from survey.programme.weeks import Option


MOST_TRIES = 20


class Surroundings:
    """What is to be looked at where works move: their trenches, the roads they close, their crews."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.joinable: dict[int, list[Joinable]] = {work: [] for work in range(len(problem.works))}
        for joinable in problem.joinable:
            for work in joinable.works:
                self.joinable[work].append(joinable)
        self._knot = frozenset(problem.knot)

    def points(self, works: Iterable[int], choice: Mapping[int, Option]) -> int:
        """Return the part of the objective that depends on the starts of some works; all works are placed."""
        moved = list(works)
        weights = self.problem.terms.weights
        near = {joinable.works: joinable for work in moved for joinable in self.joinable[work]}
        roads = {road for work in moved for road in self.problem.works[work].roads}
        return (
            sum(joinable.points * (times_open(joinable, choice) - 1) for joinable in near.values())
            + sum(weights.closed_week * len(closed_weeks(self.problem.users[road], choice)) for road in roads)
            + sum(self.problem.cost(work, choice[work]) for work in moved)
        )

    def allowed(self, works: Iterable[int], choice: Mapping[int, Option]) -> bool:
        """Return whether works keep to crews and closures together with all others that are placed."""
        return not any(self.obstacle(work, choice) for work in works)

    def obstacle(self, work: int, choice: Mapping[int, Option]) -> str | None:
        """Return the crew, or another road, that does not let a work be where it is; None where nothing does."""
        mine, weeks = self.problem.works[work], choice[work].weeks
        crew = mine.crew
        if crew is not None and crew in self.problem.crews:
            busy = [choice[other].weeks for other in self.problem.crews[crew] if other in choice]
            if any(sum(week in other for other in busy) > self.problem.terms.capacity[crew] for week in weeks):
                return crew
        return self._other_road(work, choice) if work in self._knot else None

    def _other_road(self, work: int, choice: Mapping[int, Option]) -> str | None:
        """Return a road that must not be closed while a work closes its own; None where all may be."""
        mine, works = choice[work], self.problem.works
        closed: dict[int, set[str]] = {week: set() for week in mine.weeks}
        for other in self.problem.knot:
            option = choice.get(other)
            if option is not None and option.start <= mine.last and option.last >= mine.start:
                for week in closed.keys() & option.weeks:
                    closed[week].update(works[other].roads)
        for _, roads in sorted(closed.items()):
            cut = self.problem.network.cut(roads)
            if cut is not None and not set(cut).isdisjoint(works[work].roads):
                return next(road for road in cut if road not in works[work].roads)
        return None


def nearest(problem: Problem, work: int) -> Option:
    """Return the place of a work that is nearest to its planned start; the earlier of two."""
    return min(problem.options[work], key=lambda option: (problem.move(work, option), option.start))


def place(around: Surroundings, members: Sequence[int], wanted: Mapping[int, Option] | None = None) -> Choice | None:
    """Return a place for each work of a component as near to where it is wanted as those before it leave.

    All that may be where they are wanted are placed there, then the others as near as they may be, those with the
    fewest places first. One that finds none comes before all others in another try. Where so many tries fail all are
    placed as early as may be, the most urgent first; None where that fails too: it proves nothing.

    Parameters
    ----------
    wanted
        A place for each work; None: at its planned start.
    """
    problem = around.problem
    start = {work: problem.wanted[work] if wanted is None else wanted[work].start for work in members}
    order = sorted(members, key=lambda work: (len(problem.options[work]), work))
    ways = {
        work: sorted(problem.options[work], key=lambda option: (abs(option.start - start[work]), option.start))
        for work in members
    }
    for _ in range(MOST_TRIES):
        choice: Choice = {}
        moved = [work for work in order if not _placed(around, work, ways[work][:1], choice)]
        stuck = next((work for work in moved if not _placed(around, work, ways[work], choice)), None)
        if stuck is None:
            return choice
        order.remove(stuck)
        order.insert(0, stuck)
    choice = {}
    urgent = sorted(members, key=lambda work: (problem.options[work][-1].start, work))
    return choice if all(_placed(around, work, problem.options[work], choice) for work in urgent) else None


def _placed(around: Surroundings, work: int, ways: Sequence[Option], choice: Choice) -> bool:
    """Give a work the first place that those in ``choice`` leave, in ``choice``; return whether there is one."""
    for option in ways:
        choice[work] = option
        if around.allowed([work], choice):
            return True
    del choice[work]
    return False


def improve(around: Surroundings, members: Sequence[int], choice: Choice) -> Choice:
    """Return starts that no move of one work, and no meeting of a trench's works in one week, makes better.

    The result is never worse than ``choice`` and keeps to what `place` keeps to.
    """
    best = dict(choice)
    while _sweep(around, members, best):
        pass  # a move may free a crew or a road for a work that was looked at before
    return best


def _sweep(around: Surroundings, members: Sequence[int], best: Choice) -> bool:
    """Look at every work once, and again where one that shares a trench with it moved; return whether any moved."""
    waiting = deque(members)
    queued = set(members)
    any_moved = False
    while waiting:
        work = waiting.popleft()
        queued.discard(work)
        moved = _move(around, work, best) or _join(around, work, best)
        any_moved |= bool(moved)
        again = {other for mover in moved for near in around.joinable[mover] for other in near.works}
        for other in sorted(again - queued):
            waiting.append(other)
            queued.add(other)
    return any_moved


def _move(around: Surroundings, work: int, best: Choice) -> tuple[int, ...]:
    """Move one work to its best place, in ``best``; return it, or nothing where it stays."""
    here = around.points([work], best)
    kept = best[work]
    for option in around.problem.options[work]:
        before = best[work]
        if option is before:
            continue
        best[work] = option
        points = around.points([work], best)
        if points < here and around.allowed([work], best):
            here = points
        else:
            best[work] = before
    return () if best[work] is kept else (work,)


def _join(around: Surroundings, work: int, best: Choice) -> tuple[int, ...]:
    """Let all works of one trench meet in the week that is best, in ``best``; return those that moved."""
    for joinable in around.joinable[work]:
        if joinable.works[0] != work or times_open(joinable, best) == 1:
            continue
        gained = best_meeting(around, joinable, best)
        if gained is not None and gained[0] < 0:
            moved = tuple(member for member, option in gained[1].items() if best[member] is not option)
            best.update(gained[1])
            return moved
    return ()


def best_meeting(around: Surroundings, joinable: Joinable, choice: Choice) -> tuple[int, Choice] | None:
    """Return the places with which all works of a trench meet and the others stay: points more, and the places.

    In each week every work takes its place nearest to where it is; None where crews and closures allow no week.
    """
    before = around.points(joinable.works, choice)
    best: tuple[int, Choice] | None = None
    for places in meetings(around.problem, joinable.works, choice):
        tried = {**choice, **places}
        more = around.points(joinable.works, tried) - before
        if (best is None or more < best[0]) and around.allowed(joinable.works, tried):
            best = (more, places)
    return best


def meetings(problem: Problem, works: Sequence[int], choice: Mapping[int, Option]) -> list[Choice]:
    """Return for each week in which all of some works can be dug the places nearest to where they are."""
    by_week = [_nearest(problem.options[work], choice[work]) for work in works]
    weeks = sorted(set.intersection(*(set(nearest) for nearest in by_week)))
    return [{work: near[week] for work, near in zip(works, by_week, strict=True)} for week in weeks]


def _nearest(options: Sequence[Option], here: Option) -> dict[int, Option]:
    nearest: dict[int, Option] = {}
    for option in sorted(options, key=lambda option: (abs(option.start - here.start), option.start)):
        for week in option.weeks:
            nearest.setdefault(week, option)
    return nearest
