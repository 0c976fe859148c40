"""Find the shortest round over the stops that keeps to when they are shut: exact for few, by local search for many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MOST_EXACT = 9
"""Stops up to which every order is weighed; more are searched for."""
FIRST_ROUNDS = (
    routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC,
    routing_enums_pb2.FirstSolutionStrategy.SAVINGS,
)
"""Where the search begins; of what they come to the better is taken."""


@dataclass(frozen=True, slots=True)
class Round:
    """An order of the stops.

    Parameters
    ----------
    order
        Numbers of the stops.
    travel_s
        Seconds on the way, from the start to the end place; waiting is not in it.
    end_s
        When the end place is reached, in seconds from the start.
    proven
        Whether no order has less travel.
    """

    order: tuple[int, ...]
    travel_s: float
    end_s: float
    proven: bool


Shut = tuple[float, float]
"""Seconds from the start between which a stop cannot be visited: the visit ends before, or begins after."""


def next_opening(arrival_s: float, stay_s: float, shut: Sequence[Shut]) -> float:
    """Return when a visit begins: at the arrival, or after the shut times that it would run into.

    Parameters
    ----------
    shut
        In the order in which they begin, apart from each other or not.

    Examples
    --------
    >>> next_opening(0.0, 10.0, [(5.0, 20.0)]), next_opening(0.0, 5.0, [(5.0, 20.0)])
    (20.0, 0.0)
    """
    begin = arrival_s
    for first, last in shut:
        if first >= begin + stay_s:
            break
        begin = max(begin, last)
    return begin


def shortest_round(
    seconds: NDArray[np.float64],
    stay_s: Sequence[float],
    shut: Sequence[Sequence[Shut]] | None = None,
    *,
    earliest: bool = False,
) -> Round:
    """Return the order of the stops with least travel; of equals the one that ends first, then the first by number.

    Parameters
    ----------
    seconds
        float64[n + 2, n + 2]: travel between the stops, the start place (``n``) and the end place (``n + 1``).
    stay_s
        How long each stop takes.
    shut
        Of each stop, sorted; None: any time will do. Every stop opens again some time, so there is always an order.
    earliest
        The order that ends first is wanted; of equals the one with least travel.

    Notes
    -----
    Up to `MOST_EXACT` stops all orders are weighed by dynamic programming over sets of stops, keeping of each set and
    last stop what is best in travel or time. More stops are ordered by travel by OR-Tools' routing (two first rounds,
    then local search to a local optimum); where the end counts, each stop with shut times is then put where the round
    ends first. The same input gives the same order, and `proven` is False.

    Examples
    --------
    >>> at = np.array([10.0, 30.0, 20.0, 0.0, 0.0])
    >>> shortest_round(np.abs(at[:, None] - at), [1.0, 1.0, 1.0]).travel_s
    60.0
    """
    times = shut or [()] * len(stay_s)
    if len(stay_s) <= MOST_EXACT:
        return _exact(seconds, stay_s, times, earliest=earliest)
    return _searched(seconds, stay_s, times, earliest=earliest)


def round_of(seconds: NDArray[np.float64], stay_s: Sequence[float], order: Sequence[int]) -> Round:
    """Return an order that somebody has given as a round; all as in `shortest_round`, and nothing is proven of it.

    >>> at = np.array([10.0, 30.0, 0.0, 0.0])
    >>> round_of(np.abs(at[:, None] - at), [1.0, 1.0], [1, 0]).travel_s
    60.0
    """
    return _walked(seconds, stay_s, [()] * len(stay_s), tuple(order))


_Label = tuple[float, float, tuple[int, ...]]
"""Travel and time so far, and the order."""


def _exact(
    seconds: NDArray[np.float64], stay_s: Sequence[float], shut: Sequence[Sequence[Shut]], *, earliest: bool
) -> Round:
    count = len(stay_s)
    start, end = count, count + 1
    labels: dict[tuple[int, int], list[_Label]] = {(0, start): [(0.0, 0.0, ())]}
    for _ in range(count):
        further: dict[tuple[int, int], list[_Label]] = {}
        for (seen, last), known in labels.items():
            for stop in range(count):
                if not seen >> stop & 1:
                    made = further.setdefault((seen | 1 << stop, stop), [])
                    for travel, now, order in known:
                        way = float(seconds[last, stop])
                        begin = next_opening(now + way, stay_s[stop], shut[stop])
                        made.append((travel + way, begin + stay_s[stop], (*order, stop)))
        labels = {key: _undominated(made) for key, made in further.items()}
    closed = [
        (travel + float(seconds[last, end]), now + float(seconds[last, end]), order)
        for (_, last), known in labels.items()
        for travel, now, order in known
    ]
    travel, now, order = min(closed, key=lambda each: (each[1], each[0], each[2]) if earliest else each)
    return Round(order, travel, now, True)


def _undominated(labels: list[_Label]) -> list[_Label]:
    kept: list[_Label] = []
    for label in sorted(labels):
        if not kept or label[1] < kept[-1][1]:
            kept.append(label)
    return kept


def _searched(
    seconds: NDArray[np.float64], stay_s: Sequence[float], shut: Sequence[Sequence[Shut]], *, earliest: bool
) -> Round:
    count = len(stay_s)
    manager = pywrapcp.RoutingIndexManager(count + 2, 1, [count], [count + 1])
    routing = pywrapcp.RoutingModel(manager)
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(np.rint(seconds).astype(np.int64).tolist()))
    rounds = []
    for first in FIRST_ROUNDS:
        asked = pywrapcp.DefaultRoutingSearchParameters()
        asked.first_solution_strategy = first
        found = routing.SolveWithParameters(asked)
        rounds.append(_walked(seconds, stay_s, shut, _order(routing, manager, found, count)))
    best = min(rounds, key=lambda each: (each.travel_s, each.end_s, each.order))
    return _moved(seconds, stay_s, shut, best) if earliest else best


def _moved(
    seconds: NDArray[np.float64], stay_s: Sequence[float], shut: Sequence[Sequence[Shut]], found: Round
) -> Round:
    """Return the round after each stop with shut times was put, one after another, where the round ends first."""
    for stop in [stop for stop in found.order if shut[stop]]:
        others = tuple(other for other in found.order if other != stop)
        for at in range(len(others) + 1):
            tried = _walked(seconds, stay_s, shut, (*others[:at], stop, *others[at:]))
            if (tried.end_s, tried.travel_s) < (found.end_s, found.travel_s):
                found = tried
    return found


def _order(
    routing: pywrapcp.RoutingModel, manager: pywrapcp.RoutingIndexManager, found: pywrapcp.Assignment, count: int
) -> tuple[int, ...]:
    at, order = routing.Start(0), []
    while not routing.IsEnd(at):
        at = found.Value(routing.NextVar(at))
        node = manager.IndexToNode(at)
        if node < count:
            order.append(node)
    return tuple(order)


def _walked(
    seconds: NDArray[np.float64], stay_s: Sequence[float], shut: Sequence[Sequence[Shut]], order: tuple[int, ...]
) -> Round:
    """Return the round of an order: as early as its stops allow."""
    count = len(stay_s)
    travel = now = 0.0
    last = count
    for stop in (*order, count + 1):
        way = float(seconds[last, stop])
        travel, now, last = travel + way, now + way, stop
        if stop < count:
            now = next_opening(now, stay_s[stop], shut[stop]) + stay_s[stop]
    return Round(order, travel, now, False)
