"""Choose few works of many that are placed anew while all others stay: where much is lost, and who is in the way."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from survey.programme.costs import times_open
from survey.programme.model import Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from survey.programme.costs import Choice
    from survey.programme.greedy import Surroundings
    from survey.programme.problem import Joinable

WORKS_MOVED = 30
SHARED_PART = 0.5
"""Part of the works moved that share trenches with each other; the rest are in the way of them."""


class Neighbourhoods:
    """A row of neighbourhoods of one component, the same each time.

    Parameters
    ----------
    around, members
        The works.
    """

    def __init__(self, around: Surroundings, members: Sequence[int]) -> None:
        self.around, self.members = around, members
        own = set(members)
        self._trenches = [it for it in around.problem.joinable if it.works[0] in own]
        self._draw = Random(1)  # noqa: S311 - nothing to keep secret: the same row each time is what is wanted

    def next(self, choice: Choice) -> tuple[int, ...]:
        """Return the works to be placed anew: round a trench that is opened again, and those of the same crews near."""
        if not self._trenches:
            return tuple(sorted(self._draw.sample(self.members, min(WORKS_MOVED, len(self.members)))))
        lost = [it.points * (times_open(it, choice) - 1) + 1 for it in self._trenches]
        [first] = self._draw.choices(self._trenches, lost)
        found = self._sharing(first, round(SHARED_PART * WORKS_MOVED))
        rivals = self._rivals(found, choice)
        found += self._draw.sample(rivals, min(WORKS_MOVED - len(found), len(rivals)))
        return tuple(sorted(found))

    def _sharing(self, first: Joinable, most: int) -> list[int]:
        """Return works that share trenches, from one trench outwards."""
        found = list(first.works[:most])
        for work in found:
            near = sorted({other for it in self.around.joinable[work] for other in it.works} - set(found))
            self._draw.shuffle(near)
            found += near[: max(most - len(found), 0)]
        return found

    def _rivals(self, found: Sequence[int], choice: Choice) -> list[int]:
        """Return works of the same crews, and those that close roads too, dug when these could be."""
        problem = self.around.problem
        crews = {problem.works[work].crew for work in found} & problem.crews.keys()
        others = {work for crew in crews for work in problem.crews[str(crew)]}
        if not set(found).isdisjoint(problem.knot):
            others.update(problem.knot)
        others.update(work for mine in found for road in problem.works[mine].roads for work in problem.users[road])
        weeks = {week for work in found for option in problem.options[work] for week in option.weeks}
        return sorted(work for work in others - set(found) if not weeks.isdisjoint(choice[work].weeks))


def part_around(around: Surroundings, moved: Sequence[int], choice: Choice, cuts: Sequence[tuple[str, ...]]) -> Part:
    """Return the model's part in which some works are placed anew and all others stay."""
    problem, own = around.problem, set(moved)
    trenches = {it.works: it for work in moved for it in around.joinable[work]}
    roads = {road for work in moved for road in problem.works[work].roads}
    crews = {problem.works[work].crew for work in moved} & problem.crews.keys()
    near = {work for it in trenches.values() for work in it.works}
    near.update(work for road in roads for work in problem.users[road])
    near.update(work for crew in crews for work in problem.crews[str(crew)])
    if not own.isdisjoint(problem.knot):
        near.update(problem.knot)
    return Part(
        tuple(moved),
        tuple(it for _, it in sorted(trenches.items())),
        tuple(sorted(roads)),
        {work: choice[work] for work in sorted(near - own)},
        tuple(cuts),
    )
