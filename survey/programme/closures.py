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
