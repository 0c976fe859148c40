"""Move works out of the weeks in which a crew has too many, at a price for each that rises until no week has."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from survey.programme.costs import clashes
from survey.programme.greedy import meetings, place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from survey.programme.costs import Choice
    from survey.programme.greedy import Surroundings

FIRST_PRICE, ROUNDS = 5, 60
"""Points for a work too many in a week at first, a quarter more each round: in the end more than a trench is worth."""


def fitted(around: Surroundings, members: Sequence[int], wanted: Choice) -> Choice | None:
    """Return places near to those wanted that keep to crews and closures; None where none are found.

    Works that share trenches leave a week together where that costs less than parting them. What closures still
    forbid then, or where a crew stays too small, is placed one work after another (`survey.programme.greedy.place`).

    Parameters
    ----------
    wanted
        A place for each member.
    """
    problem = around.problem
    if not clashes(problem, wanted):
        return dict(wanted)
    easing = Easing(around, members, wanted)
    if easing.run() and not clashes(problem, easing.choice):
        return easing.choice
    found = place(around, members, easing.choice)
    return found if found is not None or easing.choice == wanted else place(around, members, wanted)


class Easing:
    """Works of a component, how many each crew has in each week, and what it would cost to have fewer.

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
        self._count(self.choice, 1)

    def run(self) -> bool:
        """Ease the weeks until no crew has too many works; return whether it came to that."""
        price = FIRST_PRICE
        for _ in range(ROUNDS):
            crowded = [work for work in self._members if self._is_crowded(work)]
            if not crowded:
                return True
            for work in crowded:
                if self._is_crowded(work):
                    self._leave(work, price)
            price += price // 4
        return False

    def _is_crowded(self, work: int) -> bool:
        crew = self._crew.get(work)
        return crew is not None and any(
            self._at_work[crew, week] > self._most[crew] for week in self.choice[work].weeks
        )

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

    def _too_many(self, places: Choice) -> int:
        """Return by how much the works at these places, which are not counted, make crews have more than they can."""
        more = Counter(
            (self._crew[work], week) for work, option in places.items() if work in self._crew for week in option.weeks
        )
        return sum(
            min(count, max(self._at_work[crew, week] + count - self._most[crew], 0))
            for (crew, week), count in more.items()
        )
