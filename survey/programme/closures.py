"""Tell which places a set of closed road stretches cuts off from the county's ways out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
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


class Network:
    """The roads that works close, as far as several of them together can cut something off.

    What a single stretch cuts off, it cuts off whenever it is closed, whatever else is: such stretches are not among
    `roads`, and count as open.

    Parameters
    ----------
    stretches
        The road network, each stretch once; two stretches may join the same junctions.
    exits
        Junctions that count as reached; empty means that nothing can be cut off.
    closable
        The stretches that may be closed; those the network does not have cut nothing off.

    Examples
    --------
    >>> ring = [Stretch("r1", "gate", "east"), Stretch("r2", "east", "west"), Stretch("r3", "west", "gate")]
    >>> network = Network([*ring, Stretch("r4", "east", "hill")], {"gate"}, ["r1", "r3", "r4"])
    >>> network.roads, network.cut({"r1", "r4"}), network.cut({"r1", "r3", "r4"}), network.pairs()
    (('r1', 'r3'), None, ('r1', 'r3'), (('r1', 'r3'),))
    """

    def __init__(self, stretches: Iterable[Stretch], exits: Collection[str], closable: Iterable[str]) -> None:
        self._links = _merged(list(stretches), exits, set(closable))
        self._ways: dict[str, list[tuple[str, str]]] = {"": []}
        for link in self._links:
            self._ways.setdefault(link.a, []).append((link.b, link.road))
            self._ways.setdefault(link.b, []).append((link.a, link.road))
        self.roads = tuple(sorted(link.road for link in self._links))
        """The stretches that may be closed and cut something off together with others."""
        self._known: dict[frozenset[str], tuple[str, ...] | None] = {}

    def cut(self, closed: Collection[str]) -> tuple[str, ...] | None:
        """Return roads of which all are closed, that cut something off together and without any one of them do not.

        Parameters
        ----------
        closed
            Ids of the stretches closed at the same time.

        Returns
        -------
        tuple or None
            Two or more ids in order; None where the closures leave a way out to everything that has one.
        """
        mine = frozenset(self.roads).intersection(closed)
        if mine not in self._known:
            self._known[mine] = self._fewest(mine) if self._cuts(mine) else None
        return self._known[mine]

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the pairs of roads that cut something off together, in order.

        The second of such a pair is a bridge where the first is closed and none where it is open: one pass over the
        network (Tarjan 1974) for each road.
        """
        found = []
        for first in self.roads:
            bridges = _bridges([link for link in self._links if link.road != first], {""})
            found += [(first, second) for second in sorted(bridges) if second > first]
        return tuple(found)

    def _cuts(self, closed: Collection[str]) -> bool:
        reached, waiting = {""}, [""]
        while waiting:
            fresh = {place for place, road in self._ways[waiting.pop()] if road not in closed} - reached
            reached |= fresh
            waiting.extend(fresh)
        return len(reached) < len(self._ways)

    def _fewest(self, closed: frozenset[str]) -> tuple[str, ...]:
        kept = closed
        for road in sorted(closed):
            if self._cuts(kept - {road}):
                kept -= {road}
        return tuple(sorted(kept))


def _merged(network: Sequence[Stretch], exits: Collection[str], closable: Collection[str]) -> list[Stretch]:
    """Return the closable stretches between places that nothing else keeps together; the exits are the place ""."""
    parent: dict[str, str] = {}

    def root(place: str) -> str:
        while parent.setdefault(place, place) != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    always = _bridges(network, exits)
    reached = _reached(network, exits)
    named = [(stretch.road, *_named(stretch, exits)) for stretch in network if stretch.a in reached]
    for road, a, b in named:
        if road not in closable or road in always:
            low, high = sorted((root(a), root(b)))
            parent[high] = low
    return [Stretch(road, root(a), root(b)) for road, a, b in named if root(a) != root(b)]


def _named(stretch: Stretch, exits: Collection[str]) -> tuple[str, str]:
    """Return both ends of a stretch; every exit is the place ""."""
    a, b = ("" if end in exits else f"-{end}" for end in (stretch.a, stretch.b))
    return a, b


def _bridges(stretches: Iterable[Stretch], exits: Collection[str]) -> set[str]:
    """Return the stretches without which something reached from the exits, taken as one place, is not reached."""
    beside: dict[str, list[tuple[str, str]]] = {}
    for stretch in stretches:
        a, b = _named(stretch, exits)
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
