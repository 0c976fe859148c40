"""Tell which places a set of closed road stretches cuts off from the county's ways out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of road that can be closed.

    Attributes
    ----------
    road
        Id of the stretch.
    a, b
        Ids of the junctions at its ends, in any order.
    """

    road: str
    a: str
    b: str


def cut_off(stretches: Iterable[Stretch], closed: Collection[str], exits: Collection[str]) -> frozenset[str]:
    """Name the junctions that the closures separate from every exit.

    A junction that reaches no exit with every road open is not cut off by the closures and is left out.

    Parameters
    ----------
    stretches
        The road network; two stretches may join the same junctions.
    closed
        Ids of the stretches closed at the same time; empty means that nothing is closed.
    exits
        Junctions that count as reached; empty means that nothing can be cut off.

    Returns
    -------
    frozenset[str]
        Ids of the junctions cut off.

    Raises
    ------
    KeyError
        If `closed` names a stretch that the network does not have.

    Examples
    --------
    >>> ring = [Stretch("r1", "gate", "east"), Stretch("r2", "east", "west"), Stretch("r3", "west", "gate")]
    >>> cut_off(ring, {"r1"}, {"gate"})
    frozenset()
    >>> sorted(cut_off(ring, {"r1", "r3"}, {"gate"}))
    ['east', 'west']
    """
    network = list(stretches)
    unknown = set(closed) - {stretch.road for stretch in network}
    if unknown:
        raise KeyError(f"没有这些路段 / no such road stretches: {', '.join(sorted(unknown))}")
    before = _reached(network, exits)
    after = _reached([stretch for stretch in network if stretch.road not in closed], exits)
    return frozenset(before - after)


def pairs_that_cut_off(
    stretches: Iterable[Stretch], candidates: Iterable[str], exits: Collection[str]
) -> tuple[tuple[str, str], ...]:
    """Name the pairs of stretches that, closed together, cut off what neither of them cuts off alone.

    Parameters
    ----------
    stretches
        The road network, each stretch once.
    candidates
        The stretches that may be closed; those the network does not have cut nothing off.
    exits
        Junctions that count as reached.

    Returns
    -------
    tuple
        Pairs of ids, each and all of them in order.

    Notes
    -----
    The second of such a pair is a bridge where the first is closed and none where it is open: one pass over the network
    (Tarjan 1974) for each candidate.

    Examples
    --------
    >>> ring = [Stretch("r1", "gate", "east"), Stretch("r2", "east", "gate"), Stretch("r3", "gate", "hill")]
    >>> pairs_that_cut_off(ring, ["r3", "r2", "r1"], {"gate"})
    (('r1', 'r2'),)
    """
    network = list(stretches)
    known = {stretch.road for stretch in network}
    wanted = sorted(set(candidates) & known)
    always = _bridges(network, exits)
    pairs = []
    for first in wanted:
        if first in always:
            continue  # what it cuts off is cut off whatever else is closed, and the rest is as before
        fresh = _bridges([stretch for stretch in network if stretch.road != first], exits) - always
        pairs += [(first, second) for second in wanted if second > first and second in fresh]
    return tuple(pairs)


def _bridges(stretches: Iterable[Stretch], exits: Collection[str]) -> set[str]:
    """Return the stretches without which something reached from the exits, taken as one place, is not reached."""
    beside: dict[str, list[tuple[str, str]]] = {}
    for stretch in stretches:
        a, b = ("" if end in exits else f"-{end}" for end in (stretch.a, stretch.b))
        beside.setdefault(a, []).append((b, stretch.road))
        beside.setdefault(b, []).append((a, stretch.road))
    order = {"": 0}
    low = {"": 0}
    bridges: set[str] = set()
    path = [("", "", iter(beside.get("", ())))]
    while path:
        place, came_by, ways = path[-1]
        step = next(ways, None)
        if step is None:
            path.pop()
            if path:
                above = path[-1][0]
                low[above] = min(low[above], low[place])
                if low[place] > order[above]:
                    bridges.add(came_by)
        elif step[1] != came_by and step[0] in order:
            low[place] = min(low[place], order[step[0]])
        elif step[1] != came_by:
            order[step[0]] = low[step[0]] = len(order)
            path.append((step[0], step[1], iter(beside[step[0]])))
    return bridges


def _reached(stretches: Iterable[Stretch], exits: Collection[str]) -> set[str]:
    beside = _beside(stretches)
    reached = set(exits)
    waiting = list(reached)
    while waiting:
        fresh = beside.get(waiting.pop(), set()) - reached
        reached |= fresh
        waiting.extend(fresh)
    return reached


def _beside(stretches: Iterable[Stretch]) -> Mapping[str, set[str]]:
    beside: dict[str, set[str]] = {}
    for stretch in stretches:
        beside.setdefault(stretch.a, set()).add(stretch.b)
        beside.setdefault(stretch.b, set()).add(stretch.a)
    return beside
