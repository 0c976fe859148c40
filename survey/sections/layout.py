"""Order lines across a trench for the least width: exact for up to eight lines, in whole micrometres.

A line needs room to either edge of the trench (``ends``) and to every other line (``gaps``, axis to axis). For one
order the least width is the longest path from edge to edge, because lines that are not neighbours may bind as well: a
small cable between two pipes does not bring them nearer to each other. The best order is found by branch and bound. Its
bound is the least width were only neighbours to bind (Held and Karp's recursion over subsets); no order can beat it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_LINES = 8
MICRO = 1_000_000


class Tie(NamedTuple):
    """Two places that hold each other apart in the least width: ``a`` or ``b`` is None for the trench's edge."""

    a: int | None
    b: int | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Lines laid side by side.

    Parameters
    ----------
    order
        The lines from the first edge to the other.
    at
        Place of each line's axis, by line, micrometres from the first edge; each as near to that edge as may be.
    width
        Distance of the edges, micrometres.
    """

    order: tuple[int, ...]
    at: tuple[int, ...]
    width: int


def micrometres(metres: float) -> int:
    """Return a length in whole micrometres, the nearest.

    >>> micrometres(0.1 + 0.2)
    300000
    """
    return round(metres * MICRO)


def placed(order: Sequence[int], ends: Sequence[int], gaps: Sequence[Sequence[int]]) -> Layout:
    """Return the narrowest layout of one order: the longest path from edge to edge.

    Parameters
    ----------
    order
        Every line once.
    ends
        Room each line needs from its axis to either edge, micrometres.
    gaps
        Room each two lines need from axis to axis; symmetric, the diagonal is not read.

    Examples
    --------
    A cable between two pipes that want 2 m of each other: the pipes bind, not the cable.

    >>> placed([0, 1, 2], [300, 100, 300], [[0, 500, 2000], [500, 0, 500], [2000, 500, 0]])
    Layout(order=(0, 1, 2), at=(300, 800, 2300), width=2600)
    """
    at = [0] * len(ends)
    for position, line in enumerate(order):
        at[line] = max([ends[line], *(at[before] + gaps[before][line] for before in order[:position])])
    return Layout(tuple(order), tuple(at), max(at[line] + ends[line] for line in order))


def narrowest(
    ends: Sequence[int], gaps: Sequence[Sequence[int]], ranks: Sequence[int], *, keep_ranks: bool = False
) -> Layout:
    """Return the layout of least width; of several the one with fewest inversions of ``ranks``.

    Parameters
    ----------
    ends, gaps
        As `placed` takes them.
    ranks
        Wanted order from the first edge; lines of one rank may lie either way round.
    keep_ranks
        Look only among the orders without any inversion.

    Raises
    ------
    ValueError
        No line at all, or more than `MAX_LINES`.

    Examples
    --------
    >>> narrowest([300, 100, 300], [[0, 500, 2000], [500, 0, 500], [2000, 500, 0]], [2, 3, 1]).order
    (2, 1, 0)
    """
    if not 0 < len(ends) <= MAX_LINES:
        message = f"{len(ends)} lines; 1 to {MAX_LINES} can be laid out"
        raise ValueError(message)
    return _Search(ends, gaps, ranks, keep_ranks=keep_ranks).best()


def inversions(order: Sequence[int], ranks: Sequence[int]) -> int:
    """Return how many pairs of an order lie against their ranks.

    >>> inversions([2, 0, 1], [1, 2, 3]), inversions([0, 1], [4, 4])
    (2, 0)
    """
    return sum(ranks[after] < ranks[line] for i, line in enumerate(order) for after in order[i + 1 :])


def ties(layout: Layout, ends: Sequence[int], gaps: Sequence[Sequence[int]]) -> Iterator[Tie]:
    """Yield what holds the width: every step of every longest path from edge to edge, in the order of the lines.

    Examples
    --------
    >>> e, g = [300, 100, 300], [[0, 500, 2000], [500, 0, 500], [2000, 500, 0]]
    >>> [tuple(tie) for tie in ties(placed([0, 1, 2], e, g), e, g)]
    [(None, 0), (0, 2), (2, None)]
    """
    order, at = layout.order, layout.at
    rest = [0] * len(ends)
    for position in range(len(order) - 1, -1, -1):
        line = order[position]
        rest[line] = max([ends[line], *(gaps[line][after] + rest[after] for after in order[position + 1 :])])
    for position, line in enumerate(order):
        if ends[line] + rest[line] == layout.width:
            yield Tie(None, line)
        for after in order[position + 1 :]:
            if at[line] + gaps[line][after] + rest[after] == layout.width:
                yield Tie(line, after)
        if at[line] + ends[line] == layout.width:
            yield Tie(line, None)


class _Search:
    """Depth first over orders, nearest to the ranks first; a branch ends where it can no longer be better."""

    def __init__(
        self, ends: Sequence[int], gaps: Sequence[Sequence[int]], ranks: Sequence[int], *, keep_ranks: bool
    ) -> None:
        self.ends, self.gaps, self.ranks, self.keep_ranks = ends, gaps, ranks, keep_ranks
        self.lines = sorted(range(len(ends)), key=lambda line: (ranks[line], line))
        self.at = [0] * len(ends)
        self.order: list[int] = []
        self.found, self.against = placed(self.lines, ends, gaps), 0
        self.onward = self._paths_onward()

    def best(self) -> Layout:
        self._extend((1 << len(self.ends)) - 1, 0)
        return self.found

    def _paths_onward(self) -> list[list[int]]:
        """Return by line and subset the least way from the line through the whole subset to the other edge."""
        n = len(self.ends)
        onward = [[self.ends[line]] * (1 << n) for line in range(n)]
        for subset in range(1, 1 << n):
            members = [line for line in range(n) if subset >> line & 1]
            for line in range(n):
                onward[line][subset] = min(self.gaps[line][m] + onward[m][subset & ~(1 << m)] for m in members)
        return onward

    def _extend(self, left: int, against: int) -> None:
        """Lay every line that is left next to the last one, where that may still lead to something better."""
        if not left:
            width = max(self.at[line] + self.ends[line] for line in self.order)
            if self._better(width, against):
                self.found, self.against = Layout(tuple(self.order), tuple(self.at), width), against
            return
        for line in self.lines:
            if not left >> line & 1:
                continue
            rest = left & ~(1 << line)
            turned = against + sum(self.ranks[k] < self.ranks[line] for k in self.lines if rest >> k & 1)
            if self.keep_ranks and turned:
                continue
            at = max([self.ends[line], *(self.at[before] + self.gaps[before][line] for before in self.order)])
            self.at[line] = at
            self.order.append(line)
            if self._better(self._bound(line, at, rest), turned):
                self._extend(rest, turned)
            self.order.pop()

    def _bound(self, line: int, at: int, rest: int) -> int:
        """Return a width that no way of laying the rest can go below."""
        bound = at + self.onward[line][rest]
        for before in self.order:
            bound = max(bound, self.at[before] + self.ends[before])
            for k in self.lines:
                if rest >> k & 1:
                    bound = max(bound, self.at[before] + self.gaps[before][k] + self.ends[k])
        return bound

    def _better(self, width: int, against: int) -> bool:
        return (width, against) < (self.found.width, self.against)
