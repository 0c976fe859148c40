"""Move works out of weeks with too many of a crew, or with roads that cut a place off, at a price that rises."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from survey.programme.costs import clashes, closed_cuts
from survey.programme.greedy import meetings, place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from survey.programme.costs import Choice
    from survey.programme.greedy import Surroundings

FIRST_PRICE, ROUNDS = 5, 60
"""Points at first for a work too many, or roads that must not all be closed, in a week; a quarter more each round: in
the end more than a trench is worth."""


def fitted(around: Surroundings, members: Sequence[int], wanted: Choice) -> Choice | None:
    """Return places near to those wanted that keep to crews and closures; None where none are found.

    Works that share trenches leave a week together where that costs less than parting them. Where crews or closures
    still forbid something then, all are placed one after another (`survey.programme.greedy.place`).

    Parameters
    ----------
    wanted
        A place for each member.
    """
    problem = around.problem
    if not clashes(problem, wanted):
        return dict(wanted)
    easing = Easing(around, members, wanted)
    if easing.run():
        return easing.choice
    found = place(around, members, easing.choice)
    return found if found is not None or easing.choice == wanted else place(around, members, wanted)


class Easing:
    """Works of a component, what they ask too much in which week, and what it would cost to ask less.

    Attributes
    ----------
    choice
        The places by now.
    """

    def __init__(self, around: Surroundings, members: Sequence[int], wanted: Choice) -> None:
        self.choice: Choice = dict(wanted)
        self._around, self._members = around, members
        problem = around.problem
        self._crew = {work: crew for crew, works in problem.crews.items() for work in works}
        self._most = problem.terms.capacity
        self._at_work: Counter[tuple[str, int]] = Counter()
        self._roads = {work: problem.works[work].roads for work in problem.knot}
        self._closing: Counter[tuple[str, int]] = Counter()
        self._cuts: dict[str, set[tuple[str, ...]]] = {}
        self._count(self.choice, 1)

    def run(self) -> bool:
        """Ease the weeks until nothing is asked too much; return whether it came to that."""
        price = FIRST_PRICE
        for _ in range(ROUNDS):
            for cut, _, _ in closed_cuts(self._around.problem, self.choice):
                for road in cut:
                    self._cuts.setdefault(road, set()).add(cut)
            crowded = [work for work in self._members if self._is_crowded(work)]
            if not crowded:
                return True
            for work in crowded:
                if self._is_crowded(work):
                    self._leave(work, price)
            price += price // 4
        return False

    def _is_crowded(self, work: int) -> bool:
        crew, weeks = self._crew.get(work), self.choice[work].weeks
        if crew is not None and any(self._at_work[crew, week] > self._most[crew] for week in weeks):
            return True
        cuts = [cut for road in self._roads.get(work, ()) for cut in self._cuts.get(road, ())]
        return any(all(self._closing[road, week] for road in cut) for cut in cuts for week in weeks)

    def _leave(self, work: int, price: int) -> None:
        """Move a work to where it costs least; where it stays, a trench of it with all of its works."""
        ways = ({work: option} for option in self._around.problem.options[work])
        if self._move((work,), ways, price):
            return
        for joinable in self._around.joinable[work]:
            if self._move(joinable.works, meetings(self._around.problem, joinable.works, self.choice), price):
                return

    def _move(self, works: Sequence[int], ways: Iterable[Choice], price: int) -> bool:
        """Give works the places, of some ways, that cost least; return whether they moved."""
        here = {work: self.choice[work] for work in works}
        self._count(here, -1)
        best, least = here, price * self._too_many(here) + self._around.points(works, self.choice)
        for places in ways:
            cost = price * self._too_many(places)
            if cost >= least:
                continue
            self.choice.update(places)
            cost += self._around.points(works, self.choice)
            if cost < least:
                best, least = places, cost
        self.choice.update(best)
        self._count(best, 1)
        return best is not here

    def _count(self, places: Choice, by: int) -> None:
        for work, option in places.items():
            crew = self._crew.get(work)
            if crew is not None:
                for week in option.weeks:
                    self._at_work[crew, week] += by
            for road in self._roads.get(work, ()):
                for week in option.weeks:
                    self._closing[road, week] += by

    def _too_many(self, places: Choice) -> int:
        """Return by how much the works at these places, which are not counted, make crews and roads ask too much."""
        more = Counter(
            (self._crew[work], week) for work, option in places.items() if work in self._crew for week in option.weeks
        )
        return self._cut_off(places) + sum(
            min(count, max(self._at_work[crew, week] + count - self._most[crew], 0))
            for (crew, week), count in more.items()
        )

    def _cut_off(self, places: Choice) -> int:
        """Return how many weeks of roads that must not all be closed these places close, where others do not."""
        closed = {
            (road, week)
            for work, option in places.items()
            for road in self._roads.get(work, ())
            for week in option.weeks
            if road in self._cuts and not self._closing[road, week]
        }
        return len(
            {
                (cut, week)
                for road, week in closed
                for cut in self._cuts[road]
                if all(self._closing[other, week] or (other, week) in closed for other in cut)
            }
        )
