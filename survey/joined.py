"""Tell which routes are one work cut in pieces: same operator and utility, end to end, started within a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from survey.periods import within_months

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from survey.policies import Together

LEAST_TOLERANCE_M = 0.01
"""Ends nearer than this touch, however exact the coordinates: files are written to the centimetre."""
GREATEST_TOLERANCE_M = 5.0
"""Ends farther apart than this never touch, however coarse the coordinates."""


class Member(NamedTuple):
    """What is asked of a route to tell whether it belongs to the same work; None where it is not known."""

    utility: str | None
    operator: str | None
    start: date | None
    accuracy_m: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two routes that touch and could be one work, but an operator is not stated; positions as given."""

    a: int
    b: int


def tolerance_m(a: float, b: float) -> float:
    """Return how far apart the ends of two routes may lie and still touch, from the mean errors of their vertices.

    Twice the mean error of the distance of the two ends, √(a² + b²), but never under `LEAST_TOLERANCE_M` nor over
    `GREATEST_TOLERANCE_M`.

    Examples
    --------
    >>> tolerance_m(0.0, 0.0), round(tolerance_m(0.3, 0.4), 9), tolerance_m(9.0, 9.0)
    (0.01, 1.0, 5.0)
    """
    return float(min(max(2.0 * np.hypot(a, b), LEAST_TOLERANCE_M), GREATEST_TOLERANCE_M))


def compare(a: Member, b: Member, together: Together) -> str:
    """Return ``together``, ``apart`` or ``doubt`` for two routes whose ends touch.

    ``doubt``: all that is known agrees, but an operator is missing and the policy reads that as apart.
    """
    if a.utility is None or a.utility != b.utility:
        return "apart"
    if a.start is None or b.start is None:
        if together.unknown_start == "apart":
            return "apart"
    elif not within_months(a.start, b.start, together.within_months):
        return "apart"
    if a.operator is None or b.operator is None:
        return "together" if together.unknown_operator == "together" else "doubt"
    return "together" if a.operator == b.operator else "apart"


def route_ends(shapes: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the first and last vertex of every part of every line, and whose they are.

    Closed parts (a ring) and empty lines have no ends.

    Returns
    -------
    ends, owner
        float64[m, 2] in the lines' coordinates, int64[m] position of the line.
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    open_ended = ~(shapely.is_empty(parts) | shapely.is_closed(parts))
    parts, owner = parts[open_ended], owner[open_ended].astype(np.int64)
    first, last = shapely.get_point(parts, 0), shapely.get_point(parts, -1)
    ends = shapely.get_coordinates(np.concatenate([first, last]))
    return ends, np.concatenate([owner, owner])


class RouteEnds:
    """The ends of many routes, kept so that those near a place are found at once; routes come and go by number.

    Examples
    --------
    >>> lines = shapely.linestrings([[[0, 0], [9, 0]], [[9, 0], [9, 9]]])
    >>> ends = RouteEnds(lines)
    >>> ends.near(np.array([[9.0, 0.003]]), 0.01)
    [(0, 0, 0.003), (0, 1, 0.003)]
    >>> ends.replace(1, shapely.LineString([[20, 0], [20, 9]]))
    >>> ends.near(np.array([[9.0, 0.0]]), 0.01)
    [(0, 0, 0.0)]
    """

    def __init__(self, shapes: NDArray[np.object_]) -> None:
        self._ends, self._owner = route_ends(shapes)
        self._tree = shapely.STRtree(shapely.points(self._ends))
        self._changed: dict[int, NDArray[np.float64]] = {}
        self._recent: tuple[frozenset[int], NDArray[np.float64], NDArray[np.int64]]
        self._recent = (frozenset(), np.empty((0, 2)), np.empty(0, dtype=np.int64))

    def replace(self, route: int, shape: shapely.Geometry | None) -> None:
        """Set the line of a route, known or new; None removes it."""
        shapes = np.array([] if shape is None else [shape], dtype=object)
        self._changed[route] = route_ends(shapes)[0]
        count = [len(ends) for ends in self._changed.values()]
        # Readers take this tuple once: arrays that belong together are never seen half changed.
        self._recent = (
            frozenset(self._changed),
            np.concatenate(list(self._changed.values())),
            np.repeat(np.fromiter(self._changed, dtype=np.int64), count),
        )

    def near(self, places: NDArray[np.float64], within_m: float) -> list[tuple[int, int, float]]:
        """Return (place, route, distance) for every end no farther than ``within_m`` from a place; sorted."""
        changed, ends, owner = self._recent
        found: set[tuple[int, int, float]] = set()
        if len(places) and len(self._ends):
            where, end = self._tree.query(shapely.points(places), predicate="dwithin", distance=within_m)
            gap = np.hypot(*(self._ends[end] - places[where]).T)
            for p, e, d in zip(where.tolist(), end.tolist(), gap.tolist(), strict=True):
                if (route := int(self._owner[e])) not in changed:
                    found.add((p, route, d))
        for p, place in enumerate(places):
            gap = np.hypot(*(ends - place).T)
            found |= {(p, int(owner[k]), float(gap[k])) for k in np.flatnonzero(gap <= within_m)}
        return sorted(found)

    def pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Return the pairs a < b of routes with ends within `GREATEST_TOLERANCE_M`, and their least gap."""
        if not len(self._ends):
            none = np.empty(0, dtype=np.int64)
            return none, none, np.empty(0)
        points = shapely.points(self._ends)
        left, right = self._tree.query(points, predicate="dwithin", distance=GREATEST_TOLERANCE_M)
        a, b = self._owner[left], self._owner[right]
        keep = a < b
        a, b, gap = a[keep], b[keep], np.hypot(*(self._ends[left[keep]] - self._ends[right[keep]]).T)
        order = np.lexsort((gap, b, a))
        a, b, gap = a[order], b[order], gap[order]
        first = np.ones(len(a), dtype=bool)
        first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
        return a[first], b[first], gap[first]


def works(
    members: Sequence[Member], ends: RouteEnds, together: Together | None
) -> tuple[NDArray[np.int64], list[Doubt]]:
    """Return the number of the work each route belongs to, and the pairs an unknown operator leaves in doubt.

    Routes are one work when a chain of touching pairs, each alike by `compare`, leads from one to the other. Works are
    numbered by their first route. With ``together`` None every route is its own work.

    Examples
    --------
    >>> from survey.policies import load_policy
    >>> lines = shapely.linestrings([[[0, 0], [9, 0]], [[9, 0], [9, 9]], [[9, 9], [0, 9]]])
    >>> one, two = Member("gas", "甲", None, 0.0), Member("gas", "乙", None, 0.0)
    >>> works([one, one, two], RouteEnds(lines), load_policy("neixiang").together)
    (array([0, 0, 2]), [])
    """
    parent = list(range(len(members)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    doubts: list[Doubt] = []
    if together is not None:
        a, b, gap = ends.pairs()
        for i, j, d in zip(a.tolist(), b.tolist(), gap.tolist(), strict=True):
            if d > tolerance_m(members[i].accuracy_m, members[j].accuracy_m):
                continue
            said = compare(members[i], members[j], together)
            if said == "together":
                low, high = sorted((root(i), root(j)))
                parent[high] = low
            elif said == "doubt":
                doubts.append(Doubt(i, j))
    return np.array([root(i) for i in range(len(members))], dtype=np.int64), doubts


def one_shape(shapes: Iterable[shapely.Geometry]) -> shapely.Geometry:
    """Return the lines of one work as one line, merged where their ends are the same point.

    Merging first lets a road that is entered by one piece and left by the next count as crossed. Ends that only nearly
    meet stay apart: the gap adds nothing.

    >>> one_shape([shapely.LineString([(0, 0), (5, 0)]), shapely.LineString([(9, 0), (5, 0)])]).wkt
    'LINESTRING (0 0, 5 0, 9 0)'
    """
    parts = shapely.get_parts(np.array(list(shapes), dtype=object))
    return shapely.line_merge(shapely.multilinestrings(parts))
