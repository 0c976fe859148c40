"""Measure routes in their surroundings: what rules speak of, each value with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.corridors import corridor_areas
from geo.crossings import find_passages, union_length
from geo.lengths import lengths
from geo.polylines import Polylines
from survey.attributes import kilovolts
from survey.stretches import COVERAGE, NUMERICAL_M, Stretches, stretches_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.crossings import Passages
    from geo.crs import Grid
    from geo.polylines import Segments
    from survey.policies import Defaults
    from survey.surroundings import Surroundings

NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "length_m": ("椭球面上的长度，不计坡度", "length on the ellipsoid, not along the slope"),
        "crossing_m": (
            "横穿车行道的长度之和，重叠路口只计一次",
            "metres of true crossings of carriageways; a junction counts once",
        ),
        "crossing_max_m": ("最长一处横穿", "the longest single crossing"),
        "along_m": (
            "在车行道内但未横穿的长度（沿路敷设、止于路内）",
            "metres inside carriageways that do not cross: laid along, or ending inside",
        ),
        "road_m": ("在车行道内的全部长度，每处只计一次", "all metres inside carriageways, each place once"),
        "road_max_m": ("在车行道内最长的一段", "the longest single stretch inside a carriageway"),
        "green_m2": ("施工带占用的绿地，每处只计一次", "green inside the working strip, each place once"),
    }
)
"""What each quantity is, in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity of many routes.

    Parameters
    ----------
    value
        float64[n].
    uncertainty
        float64[n], half width of the interval of twice the mean error; never negative, never NaN.
    unit
        ``m`` or ``m2``.
    above
        float64[n], how much more it could be besides, because the route runs so near an edge that it may lie inside.
    """

    value: NDArray[np.float64]
    uncertainty: NDArray[np.float64]
    unit: str
    above: NDArray[np.float64]

    @property
    def numerical(self) -> NDArray[np.float64]:
        """What computing itself may be off; apart from the uncertainty, so that a designed limit is met, not missed."""
        return NUMERICAL_M * np.maximum(self.value / 1000.0, 1.0)

    def take(self, indices: NDArray[np.int64]) -> Quantity:
        """Return the quantity of some of the routes, in the order of ``indices``."""
        return Quantity(self.value[indices], self.uncertainty[indices], self.unit, self.above[indices])


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of n routes.

    Parameters
    ----------
    ids, utilities
        As given; a utility may be None.
    quantities
        By name: ``length_m crossing_m crossing_max_m along_m road_m road_max_m green_m2``.
    crossings
        int64[n], number of true crossings.
    stretches
        Every passage.
    near_route, near_road
        int64[k]: roads that a route does not touch, but comes nearer to than the uncertainty of both.
    surroundings
        What they were measured in.
    voltage_kv
        float64[n], NaN where none is stated; None where no route states one.
    """

    ids: list[str]
    utilities: list[str | None]
    quantities: Mapping[str, Quantity]
    crossings: NDArray[np.int64]
    stretches: Stretches
    near_route: NDArray[np.int64]
    near_road: NDArray[np.int64]
    surroundings: Surroundings
    voltage_kv: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def voltages(self) -> NDArray[np.float64]:
        """Return the voltage that each route states (kV); NaN where it states none."""
        return np.full(len(self), np.nan) if self.voltage_kv is None else self.voltage_kv

    def row(self, index: int) -> Measured:
        """Return what was measured of one route, as a `Measured` of one."""
        first, last = np.searchsorted(self.stretches.route, [index, index + 1])
        own = slice(first, last)
        s = self.stretches
        near = self.near_route == index
        return Measured(
            [self.ids[index]],
            [self.utilities[index]],
            {name: q.take(np.array([index])) for name, q in self.quantities.items()},
            self.crossings[index : index + 1],
            Stretches(
                np.zeros(last - first, dtype=np.int64), s.road[own], s.from_m[own], s.to_m[own], s.length_m[own],
                s.uncertainty_m[own], s.skew_deg[own], s.crossing[own],
            ),
            np.zeros(int(near.sum()), dtype=np.int64),
            self.near_road[near],
            self.surroundings,
            None if self.voltage_kv is None else self.voltage_kv[index : index + 1],
        )  # fmt: skip


def vertex_accuracy(accuracy_m: Sequence[Any], drawn_by: Sequence[Any], defaults: Defaults) -> NDArray[np.float64]:
    """Return the mean error of a vertex of each route (metres).

    Its own ``accuracy_m`` where that is a number, not negative; else the county's for ``drawn_by``; else the county's
    for imported files.

    Examples
    --------
    >>> from survey.policies import load_policy
    >>> defaults = load_policy("neixiang").defaults
    >>> vertex_accuracy([0.0, None, float("nan"), -1], [None, "drawn", None, "surveyed"], defaults)
    array([0.  , 0.5 , 0.02, 0.05])
    """
    by_way = {**defaults.accuracy_m}
    fallback = np.array(
        [by_way.get(way, by_way["imported"]) if isinstance(way, str) else by_way["imported"] for way in drawn_by],
        dtype=np.float64,
    )
    stated = np.array([np.nan if a is None else float(a) for a in accuracy_m], dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(stated) & (stated >= 0), stated, fallback)


@dataclass(frozen=True, slots=True)
class Asked:
    """The routes to measure: lines in the grid, with mean error of a vertex and width of the working strip."""

    shapes: NDArray[np.object_]
    ids: list[str]
    utilities: list[str | None]
    accuracy_m: NDArray[np.float64]
    width_m: NDArray[np.float64]
    voltage_kv: NDArray[np.float64] | None = None

    @classmethod
    def from_frame(cls, routes: gpd.GeoDataFrame, defaults: Defaults) -> Asked:
        """Take the columns of ROUTES; without ``id`` the row number is the id."""
        n = len(routes)
        nothing = [None] * n
        utilities: list[str | None] = list(routes["utility"]) if "utility" in routes else [None] * n
        return cls(
            routes.geometry.to_numpy() if n else np.array([], dtype=object),
            [str(i) for i in (routes["id"] if "id" in routes else range(n))],
            utilities,
            vertex_accuracy(
                list(routes["accuracy_m"]) if "accuracy_m" in routes else nothing,
                list(routes["drawn_by"]) if "drawn_by" in routes else nothing,
                defaults,
            ),
            working_widths(utilities, defaults),
            np.array([kilovolts(v) for v in routes["voltage_kv"]], dtype=np.float64)
            if "voltage_kv" in routes
            else None,
        )


def working_widths(utilities: Sequence[str | None], defaults: Defaults) -> NDArray[np.float64]:
    """Return the strip of green each line takes (metres); the widest of all where the utility is unknown."""
    widest = max(defaults.working_width_m.values())
    return np.array([defaults.working_width_m.get(u or "", widest) for u in utilities], dtype=np.float64)


def measure(routes: gpd.GeoDataFrame, surroundings: Surroundings, grid: Grid, *, defaults: Defaults) -> Measured:
    """Measure every route of a frame in the grid's coordinates.

    Parameters
    ----------
    routes
        Columns of ROUTES; lines. An empty line measures zero everywhere.
    surroundings
        Roads and greens in the same grid.
    grid
        The grid.
    defaults
        Accuracies and working widths where the routes state none.

    Notes
    -----
    Uncertainties are propagated to first order from the mean errors of the vertices and edges, taken as independent:

    - length: the gradient at a vertex is the difference of the unit directions before and after it, so σ² = a² Σ|g|².
    - a stretch inside a carriageway: at each end the edge's error over sin θ and the line's error over tan θ, θ being
      the angle between line and edge; both ends on one segment share its vertices' errors.
    - green: the mean error of the edge of the green times the length of that edge inside the strip.

    The interval is twice the mean error. `Quantity.numerical` stands beside it, so that a line designed to lie exactly
    on a limit, with an accuracy of 0, is on it.
    """
    return measure_lines(Asked.from_frame(routes, defaults), surroundings, grid)


def measure_lines(asked: Asked, surroundings: Surroundings, grid: Grid) -> Measured:
    """Measure routes given as arrays; what `measure` does after it has read the frame."""
    lines = Polylines.from_shapely(asked.shapes)
    n = lines.n_lines
    segments = lines.segments()
    planar = lines.lengths()
    length = lengths(lines, grid)
    scale = np.divide(length, planar, out=np.ones(n), where=planar > 0)
    passages = find_passages(lines, surroundings.roads)
    stretches = stretches_of(passages, segments, planar, scale, asked.accuracy_m, surroundings)
    near_route, near_road, near_m = _near(asked, passages, surroundings)
    near = np.bincount(near_route, near_m, minlength=n).astype(np.float64)
    quantities = {
        "length_m": _quantity(length, _length_error(segments, n) * asked.accuracy_m, "m"),
        **_road_quantities(passages, stretches, length, scale, near),
        "green_m2": _green(asked, lines, scale, surroundings),
    }
    crossings = np.bincount(stretches.route[stretches.crossing], minlength=n).astype(np.int64)
    return Measured(
        asked.ids, asked.utilities, quantities, crossings, stretches, near_route, near_road, surroundings,
        asked.voltage_kv,
    )  # fmt: skip


def _quantity(
    value: NDArray[np.float64], error: NDArray[np.float64], unit: str, above: NDArray[np.float64] | None = None
) -> Quantity:
    return Quantity(value, COVERAGE * error, unit, np.zeros_like(value) if above is None else above)


def _length_error(segments: Segments, n: int) -> NDArray[np.float64]:
    """Return √Σ|g|² of each line: the mean error of its length where every vertex has a mean error of 1."""
    square = np.ones(len(segments))  # the start vertex of a segment that follows no other
    k = np.flatnonzero(segments.linked)
    square[k] = (segments.ux[k] - segments.ux[k - 1]) ** 2 + (segments.uy[k] - segments.uy[k - 1]) ** 2
    last = np.ones(len(segments), dtype=bool)
    last[:-1] = ~segments.linked[1:]
    return np.sqrt(np.bincount(segments.line, square + last, minlength=n))


def _road_quantities(
    passages: Passages,
    stretches: Stretches,
    length: NDArray[np.float64],
    scale: NDArray[np.float64],
    near: NDArray[np.float64],
) -> dict[str, Quantity]:
    """Sum the stretches of each route: crossings, along, all; and the longest of each.

    No sum is off by more than the route is long.
    """
    n = len(length)
    crossing = stretches.crossing
    every = np.ones_like(crossing)
    made = {}
    for name, mask, above in (
        ("crossing_m", crossing, None),
        ("along_m", ~crossing, None),
        ("road_m", every, near),
    ):
        value = union_length(passages, n, mask) * scale
        error = np.sqrt(np.bincount(stretches.route[mask], _mean_error(stretches, mask) ** 2, minlength=n))
        made[name] = _quantity(value, np.minimum(error, length / COVERAGE), "m", above)
    for name, mask in (("crossing_max_m", crossing), ("road_max_m", every)):
        value, error = np.zeros(n), np.zeros(n)
        route, length = stretches.route[mask], stretches.length_m[mask]
        np.maximum.at(value, route, length)
        longest = length == value[route]
        np.maximum.at(error, route[longest], _mean_error(stretches, mask)[longest])
        made[name] = _quantity(value, error, "m")
    return made


def _mean_error(stretches: Stretches, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    return stretches.uncertainty_m[mask] / COVERAGE


def _near(
    asked: Asked, passages: Passages, surroundings: Surroundings
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return route, road and metres beside roads that are not touched, but nearer than the uncertainty of both."""
    facts = surroundings.facts
    none = np.empty(0, dtype=np.int64)
    if not len(asked.shapes) or not len(facts.ids):
        return none, none, np.empty(0)
    reach = COVERAGE * np.hypot(asked.accuracy_m, facts.accuracy_m.max())
    # Twice the reach in every direction, so that a box is never too small for rounding.
    box = shapely.bounds(asked.shapes) + np.outer(reach, [-1.0, -1.0, 1.0, 1.0])
    boxes = shapely.box(box[:, 0], box[:, 1], box[:, 2], box[:, 3])
    route, road = surroundings.road_tree.query(boxes)
    touched = np.unique(passages.line * len(facts.ids) + passages.owner)
    free = ~np.isin(route * len(facts.ids) + road, touched)
    route, road = route[free], road[free]
    within = COVERAGE * np.hypot(asked.accuracy_m[route], facts.accuracy_m[road])
    close = shapely.dwithin(asked.shapes[route], facts.shapes[road], within)
    route, road, within = route[close], road[close], within[close]
    order = np.lexsort((road, route))
    route, road, within = route[order], road[order], within[order]
    beside = shapely.intersection(asked.shapes[route], shapely.buffer(facts.shapes[road], within))
    return route.astype(np.int64), road.astype(np.int64), shapely.length(beside)


def _green(asked: Asked, lines: Polylines, scale: NDArray[np.float64], surroundings: Surroundings) -> Quantity:
    """Measure the green inside each working strip."""
    n = lines.n_lines
    if not len(surroundings.greens):
        return _quantity(np.zeros(n), np.zeros(n), "m2")
    value = corridor_areas(lines, asked.width_m / scale, surroundings.green_tree) * scale**2  # widths are true metres
    edge = _edge_inside(asked, surroundings)
    error = edge * np.hypot(asked.accuracy_m, surroundings.defaults.accuracy_m["greens"])
    return _quantity(value, error, "m2")


def _edge_inside(asked: Asked, surroundings: Surroundings) -> NDArray[np.float64]:
    """Return the length of the edges of greens inside each route's working strip (metres)."""
    total = np.zeros(len(asked.shapes))
    route, _ = surroundings.green_tree.query(asked.shapes, predicate="dwithin", distance=asked.width_m / 2)
    touched = np.unique(route)
    if len(touched):
        strips = shapely.buffer(asked.shapes[touched], asked.width_m[touched] / 2, cap_style="flat")
        which, green = surroundings.green_tree.query(strips, predicate="intersects")
        edges = shapely.boundary(surroundings.greens[green])
        np.add.at(total, touched[which], shapely.length(shapely.intersection(strips[which], edges)))
    return total
