"""Search one component: what is known of it so far, and how more is found out."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from geo.faults import refuse
from survey.programme.costs import closed_cuts, least_points, points_alone
from survey.programme.easing import fitted
from survey.programme.greedy import improve, nearest
from survey.programme.impossible import faults_together
from survey.programme.model import GAP_ENOUGH, Model, Part
from survey.programme.neighbourhoods import Neighbourhoods, part_around

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from survey.programme.costs import Choice
    from survey.programme.greedy import Surroundings

MOST_AT_ONCE = 60
"""Works of a component beyond which few are placed anew at a time before all are searched together."""
FAR, FIRST_SHARE = 0.1, 0.3
"""Part of the points that may be lost from which on the solver looks for a first answer of its own, and its time."""
NEAR_SHARE = 0.6
"""Part of the time after that in which few works of many are placed anew."""
NEAR_S, LEAST_NEAR_S = 0.04, 0.004
"""Deterministic seconds for few works: at most, and what they are taken to need at least, for the model's making."""
LEAST_S = 0.05
"""Deterministic seconds that a step of a search is taken to need at least."""


class Search:
    """One component, or a part of one that nothing but crews and closures ties to the rest.

    Attributes
    ----------
    members
        Numbers of the works.
    best
        The best places known; None: none yet.
    points, bound
        What they come to (None yet: works that share nothing); what no places are below.
    shown
        As ``points``, while the solver searches what it has found by then.
    ended
        Whether nothing better can be found, or so little that it is not searched for (`GAP_ENOUGH`).
    spent_s
        Deterministic seconds used.

    Parameters
    ----------
    around, members
        The works, and what they bear on.
    halt
        Set where the search is to end.
    tell
        Called after each better answer.
    """

    def __init__(
        self, around: Surroundings, members: tuple[int, ...], halt: Event, tell: Callable[[], None] = lambda: None
    ) -> None:
        self.around, self.members = around, members
        self._halt, self._tell = halt, tell
        problem, own = around.problem, set(members)
        self._part = Part(
            members,
            tuple(it for it in problem.joinable if it.works[0] in own),
            tuple(road for road, users in problem.users.items() if users[0] in own),
        )
        self._model: Model | None = None
        self._row = Neighbourhoods(around, members)
        self._known: set[tuple[str, ...]] = set()
        self._lock = Lock()
        self.spent_s = 0.0
        self.best: Choice | None = None
        self.points = self.shown = points_alone(problem)
        self.bound = least_points(problem, members)
        self.ended = False
        placed = fitted(around, members, {work: nearest(problem, work) for work in members})
        if placed is not None:
            self.offer(improve(around, members, placed))

    def offer(self, choice: Choice) -> None:
        """Take an answer that keeps to everything where it is the best so far."""
        points = self.around.points(self.members, choice)
        if self.best is None or points < self.points:
            self.best, self.points = choice, points
            self.shown = min(self.shown, points)
        self.ended = self.ended or self.points * (1 - GAP_ENOUGH) <= self.bound

    def raise_bound(self, bound: int) -> None:
        """Take a bound that was found otherwise."""
        self.bound = max(self.bound, bound)
        self.ended = self.ended or (self.best is not None and self.points * (1 - GAP_ENOUGH) <= self.bound)

    def near(self, wanted: Choice) -> None:
        """Take the places wanted as far as crews and closures allow, the others near to them, and improve that."""
        choice = fitted(self.around, self.members, wanted)
        if choice is not None:
            self.offer(improve(self.around, self.members, choice))

    def run(self, limit_s: float) -> None:
        """Search for a deterministic time, or until halted.

        Raises
        ------
        BadInputError
            If there is no answer, or none was found in the time or until halted.
        """
        if self.ended or (self.best is not None and (self._halt.is_set() or limit_s <= 0)):
            return
        with self._lock:
            self._model = self._model or Model(self.around.problem, self._part)
        left = max(limit_s, LEAST_S)
        if self.best is None or (len(self.members) > MOST_AT_ONCE and self.points * (1 - FAR) > self.bound):
            share = 1.0 if self.best is None else FIRST_SHARE
            left -= share * left - self._steps(share * left, first=True)
        left -= self._anew(NEAR_SHARE * left)
        self._steps(left, first=False)
        if self.best is None:
            refuse(faults_together(self.around.problem, self.members, proven=False))

    def _steps(self, left: float, *, first: bool) -> float:
        """Let the solver search all works together, for a first answer or the best; return what is left of the time."""
        model, going_on = self._model, True
        while model is not None and going_on and left > 0 and not self.ended:
            before = self.spent_s
            going_on = self._step(model, left, first=first) and not self._halt.is_set()
            left -= max(self.spent_s - before, LEAST_S)
        return left

    def _anew(self, limit_s: float) -> float:
        """Place few works of many anew, again and again, for a time; return the time used."""
        spent = 0.0
        while len(self.members) > MOST_AT_ONCE and self.best is not None and not self.ended and spent < limit_s:
            if self._halt.is_set():
                break
            moved = self._row.next(self.best)
            model = Model(self.around.problem, part_around(self.around, moved, self.best, sorted(self._known)))
            model.hint(self.best)
            found = model.solve(NEAR_S, lambda _points, _bound: self._halt.is_set())
            spent += max(found.spent_s, LEAST_NEAR_S)
            if found.choice is not None:
                self._try({**self.best, **found.choice}, moved)
        self.spent_s += spent
        return spent

    def _try(self, choice: Choice, moved: tuple[int, ...]) -> None:
        """Take places of few works where they are better and keep to all; else learn which roads they close."""
        cuts = {cut for cut, _, _ in closed_cuts(self.around.problem, choice)}
        self._known |= cuts
        if not cuts and self.around.points(moved, choice) < self.around.points(moved, self.best or choice):
            self.offer(choice)
            self._tell()

    def _step(self, model: Model, limit_s: float, *, first: bool) -> bool:
        """Let the solver search; return whether its answer closes roads together that it did not know of."""
        if self.best is not None and not first:
            model.hint(self.best)
        found = model.solve(limit_s, lambda points, bound: self._seen(points, bound) or first, self._raised)
        self.spent_s += found.spent_s
        if found.impossible:
            refuse(faults_together(self.around.problem, self.members, proven=True))
        cuts = sorted({cut for cut, _, _ in closed_cuts(self.around.problem, found.choice or {})})
        self._known.update(cuts)
        model.cut(cuts)
        if found.choice is not None and not cuts:
            self.offer(found.choice)
            self.ended = self.ended or found.ended
        elif found.choice is not None:
            self.near(found.choice)
        self.raise_bound(found.bound)
        self._tell()
        return bool(cuts)

    def _seen(self, points: int, bound: int) -> bool:
        if not self.around.problem.knot:  # else the answer may close roads that must be held apart
            self.shown = min(self.shown, points)
        self.bound = max(self.bound, bound)
        self._tell()
        return self._halt.is_set()

    def _raised(self, bound: int) -> None:
        """Show a better bound at once: between two better answers minutes may pass."""
        if bound > self.bound:
            self.bound = bound
            self._tell()

    def stop(self) -> None:
        """End what the solver does in another thread."""
        with self._lock:
            if self._model is not None:
                self._model.stop()
