"""Measure how long it takes from each place to each other one on the county's roads, walking or driving."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from shapely.ops import substring

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from survey.programme.streets import Streets
    from survey.visits.county_data import VisitPace

MINUTE_S = 60.0
KMH = 3.6
"""Kilometres an hour in a metre a second."""
ASSUMED_FROM_M = 1.0
"""A shorter way without a road is no guess: nobody stands on the centre line itself."""
MODES = ("any", "walk", "drive")
"""How one goes: whichever is faster, or always the same."""


@dataclass(frozen=True, slots=True)
class Leg:
    """The way from one place to the next.

    Parameters
    ----------
    mode
        ``walk`` or ``drive``.
    seconds, metres
        Time and length; the metres of ``gap_m`` are in both.
    gap_m
        Metres of it along straight lines where no road is known.
    assumed
        Whether any of it is such a line.
    connected
        Whether roads connect the places, which one may walk between straight all the same where that is nearer.
    line
        The way in the grid.
    """

    mode: str
    seconds: float
    metres: float
    gap_m: float
    assumed: bool
    connected: bool
    line: shapely.LineString


class _Step(NamedTuple):
    """A piece of a stretch between two nodes: to which node, which stretch, from and to which metre of it."""

    node: str
    stretch: int
    from_m: float
    to_m: float


class _Best(NamedTuple):
    """The fastest way between two places: whether it is a straight line beside the roads, and whether these connect."""

    seconds: float
    mode: str
    straight: bool = False
    connected: bool = True


@dataclass(frozen=True, slots=True)
class Travel:
    """Ways between places.

    Parameters
    ----------
    seconds
        float64[n, n]: the shorter of walking (where it is allowed) and driving; symmetric, zero from a place to itself.
    """

    seconds: NDArray[np.float64]
    _ways: _Ways = field(repr=False)

    def leg(self, one: int, other: int) -> Leg | None:
        """Return the way from a place to another one; None where they are one, or one of them is anywhere."""
        return self._ways.leg(one, other)


def travel_between(
    places: Sequence[tuple[float, float] | None], streets: Streets, classes: Mapping[str, str | None],
    pace: VisitPace, mode: str = "any",
) -> Travel:  # fmt: skip
    """Return the ways between places.

    Parameters
    ----------
    places
        Easting and northing (grid, metres); None: wherever one happens to be, no time from or to anywhere.
    streets
        The county's roads; only those given as centre lines are travelled on.
    classes
        Class by the id of the road; one that is not stated is driven on like ``local``.
    pace
        Speeds, the longest walk, the time to get in and to park.
    mode
        Of `MODES`: ``walk`` walks every way however long, ``drive`` drives every one.

    Notes
    -----
    A place is reached from the nearest point of the road; what lies between is walked in a straight line and is told as
    assumed where it is longer than `ASSUMED_FROM_M`. Places that are nearer to each other than that comes to are walked
    between straight. Between places that no road connects the straight line is taken, at ``assumed_kmh``. Roads are
    two-way: layers do not state otherwise.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from survey.programme.streets import streets_of
    >>> from survey.visits.county_data import known_visit_pace
    >>> road = shapely.LineString([(0, 0), (2000, 0)])
    >>> streets = streets_of(gpd.GeoDataFrame({"id": ["A"]}, geometry=[road], crs="EPSG:4546"))
    >>> leg = travel_between([(0, 0), (2000, 0)], streets, {"A": "arterial"}, known_visit_pace()).leg(0, 1)
    >>> leg.mode, round(leg.seconds), leg.metres, leg.assumed
    ('drive', 326, 2000.0, False)
    """
    ways = _Ways(places, streets, classes, pace, mode)
    return Travel(ways.matrix(), ways)


class _Ways:
    """The roads as a graph with the places on it, and the shortest ways found so far."""

    def __init__(
        self, places: Sequence[tuple[float, float] | None], streets: Streets, classes: Mapping[str, str | None],
        pace: VisitPace, mode: str,
    ) -> None:  # fmt: skip
        # A place that is anywhere lies at the origin for the graph, and is never asked for its way.
        self._nowhere = frozenset(number for number, place in enumerate(places) if place is None)
        self._places: list[tuple[float, float]] = [place or (0.0, 0.0) for place in places]
        self._mode, self._lines = mode, streets.lines
        self._pace = replace(pace, walk_most_m=np.inf) if mode == "walk" else pace
        local = pace.drive_kmh["local"]
        kmh = [pace.drive_kmh.get(classes.get(road) or "", local) for road in streets.road[: len(streets.lines)]]
        self._drive = np.array(kmh) / KMH
        self._walk = np.full(len(kmh), pace.walk_kmh / KMH)
        self._gap, self._beside = _graph(self._places, streets)
        self._found: dict[tuple[str, int], tuple[dict[str, float], dict[str, tuple[str, _Step]]]] = {}

    def matrix(self) -> NDArray[np.float64]:
        """Return the seconds between all places."""
        count = len(self._places)
        seconds = np.zeros((count, count))
        for one in range(count):
            for other in range(one + 1, count):
                if self._nowhere.isdisjoint((one, other)):
                    seconds[one, other] = seconds[other, one] = self._best(one, other).seconds
        return seconds

    def _best(self, one: int, other: int) -> _Best:
        """Return the fastest way between two places."""
        walk_mps = self._pace.walk_kmh / KMH
        straight_m, off_road_m = self._straight_m(one, other), self._off_road(one, other)
        target = _place(other)
        options: list[_Best] = []
        walk = None if self._mode == "drive" else self._from("walk", one)[0].get(target)
        if walk is not None and walk * walk_mps <= self._pace.walk_most_m:
            options.append(_Best(walk + off_road_m / walk_mps, "walk"))
        drive = None if self._mode == "walk" else self._from("drive", one)[0].get(target)
        if drive is not None:
            set_out_s = self._pace.set_out_minutes * MINUTE_S
            options.append(_Best(drive + off_road_m / walk_mps + set_out_s, "drive"))
        if not options:
            mode = "walk" if self._mode == "walk" else "drive"
            mps = walk_mps if mode == "walk" else self._pace.assumed_kmh / KMH
            return _Best(straight_m / mps, mode, straight=True, connected=False)
        if self._mode != "drive" and straight_m < off_road_m:
            return _Best(straight_m / walk_mps, "walk", straight=True)
        return min(options)

    def _straight_m(self, one: int, other: int) -> float:
        return float(np.hypot(*np.subtract(self._places[one], self._places[other])))

    def _off_road(self, one: int, other: int) -> float:
        return self._gap[one] + self._gap[other]

    def leg(self, one: int, other: int) -> Leg | None:
        """Return the way between two places."""
        if one == other or not self._nowhere.isdisjoint((one, other)):
            return None
        best = self._best(one, other)
        line = self._line(best.mode, one, other, straight=best.straight)
        gap = float(line.length) if best.straight else self._off_road(one, other)
        return Leg(best.mode, best.seconds, float(line.length), gap, gap > ASSUMED_FROM_M, best.connected, line)

    def _line(self, mode: str, one: int, other: int, *, straight: bool) -> shapely.LineString:
        """Return the way from a place to another one."""
        before = {} if straight else self._from(mode, one)[1]
        pieces: list[tuple[float, float]] = []
        node = _place(other)
        while node in before:
            node, step = before[node]
            piece = substring(self._lines[step.stretch], step.from_m, step.to_m)
            pieces = [*piece.coords, *pieces]
        return shapely.LineString([self._places[one], *pieces, self._places[other]])

    def _from(self, mode: str, one: int) -> tuple[dict[str, float], dict[str, tuple[str, _Step]]]:
        """Return the seconds to each node reached from a place, and by which step each was reached."""
        known = self._found.get((mode, one))
        if known is None:
            walking = mode == "walk"
            most = self._pace.walk_most_m / (self._pace.walk_kmh / KMH) if walking else np.inf
            known = self._found[mode, one] = self._search(_place(one), self._walk if walking else self._drive, most)
        return known

    def _search(
        self, start: str, speed: NDArray[np.float64], most_s: float
    ) -> tuple[dict[str, float], dict[str, tuple[str, _Step]]]:
        """Search from a node until all places are reached or nothing nearer than ``most_s`` is left (Dijkstra)."""
        seconds: dict[str, float] = {}
        best = {start: 0.0}
        before: dict[str, tuple[str, _Step]] = {}
        waiting = [(0.0, start)]
        left = {_place(number) for number in range(len(self._places))}
        while waiting and left:
            now, node = heappop(waiting)
            if node in seconds:
                continue
            seconds[node] = now
            left.discard(node)
            for step in self._beside.get(node, ()):
                then = now + abs(step.to_m - step.from_m) / speed[step.stretch]
                if then <= most_s and then < best.get(step.node, np.inf):
                    best[step.node] = then
                    before[step.node] = (node, step)
                    heappush(waiting, (then, step.node))
        return seconds, before


def _place(number: int) -> str:
    """Return the name of a place among the junctions; no junction of `Streets` begins so."""
    return f"@{number}"


def _graph(
    places: Sequence[tuple[float, float]], streets: Streets
) -> tuple[list[float], Mapping[str, Sequence[_Step]]]:
    """Return how far each place is off the road, and the steps from each node: stretches are parted at the places."""
    on: dict[int, list[tuple[float, str]]] = defaultdict(list)
    gaps = []
    tree = shapely.STRtree(list(streets.lines))
    for number, xy in enumerate(places):
        at = tree.nearest(shapely.Point(xy))
        if at is None:
            gaps.append(0.0)
            continue
        line = streets.lines[int(at)]
        gaps.append(float(line.distance(shapely.Point(xy))))
        on[int(at)].append((float(line.project(shapely.Point(xy))), _place(number)))
    beside: dict[str, list[_Step]] = defaultdict(list)
    for number, (stretch, line) in enumerate(zip(streets.network, streets.lines, strict=True)):
        nodes = [(0.0, stretch.a), *sorted(on.get(number, ())), (float(line.length), stretch.b)]
        for (from_m, one), (to_m, other) in pairwise(nodes):
            beside[one].append(_Step(other, number, from_m, to_m))
            beside[other].append(_Step(one, number, to_m, from_m))
    return gaps, beside
