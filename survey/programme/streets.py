"""Take roads apart into stretches between junctions: which of them a work closes, what joins them, how long not dug."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from geo.faults import Fault, refuse
from survey.periods import after_months, as_date, no_date
from survey.programme.closures import Stretch
from survey.standards.clauses import dig_ban

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

JUNCTION_M = 1.0
"""Ends of lines that are nearer to each other, or to another line, meet there."""
WIDTH_M = 10.0
"""Width of a road whose layer states none: a judgement, for what lies in it alone."""
LEAST_ALONG_M = 20.0
WIDTHS_ALONG = 2.0
"""A work closes a stretch in which it lies for 20 m and two widths of the road: a crossing is dug in halves."""
EXIT_M = 50.0
"""A way out is the junction nearest to its point, within this."""
EARTH_M = 1e8
"""No place of a grid is farther from its origin."""
NO_STREETS = frozenset({"railway"})
TRENCHLESS = frozenset({"pipe_jacking", "directional_drilling"})


@dataclass(frozen=True, slots=True)
class Streets:
    """Roads as stretches; a road that is given as a polygon is one stretch and joins nothing.

    Attributes
    ----------
    ids
        Ids of the stretches: the road's, with a number behind where it has several.
    road
        Ids of their roads.
    shapes
        The carriageway of each stretch, metres of the grid.
    width_m
        Width of each.
    network
        The stretches of lines with their junctions.
    lines
        Centre line of each stretch of ``network``, from its junction ``a`` to ``b``.
    junctions
        Places of the junctions by their names in ``network``.
    """

    ids: tuple[str, ...]
    road: tuple[str, ...]
    shapes: NDArray[np.object_]
    width_m: tuple[float, ...]
    network: tuple[Stretch, ...]
    lines: tuple[shapely.LineString, ...]
    junctions: Mapping[str, tuple[float, float]]


def streets_of(roads: gpd.GeoDataFrame) -> Streets:
    """Return the stretches of roads.

    Parameters
    ----------
    roads
        Lines or polygons in metres with ``id``, and as far as known ``width_m``, ``bridge`` (``yes``: what passes under
        it is no junction), ``kind`` (railways are left out).

    Examples
    --------
    >>> import geopandas as gpd
    >>> lines = [shapely.LineString([(0, 0), (200, 0)]), shapely.LineString([(100, -50), (100, 50)])]
    >>> found = streets_of(gpd.GeoDataFrame({"id": ["A", "B"]}, geometry=lines, crs="EPSG:4546"))
    >>> found.ids, len(found.junctions)
    (('A/1', 'A/2', 'B/1', 'B/2'), 5)
    """
    rows = [row for row in _rows(roads) if row["kind"] not in NO_STREETS]
    areas = [row for row in rows if row["geometry"].geom_type.endswith("Polygon")]
    lines = [(row, line) for row in rows for line in _lines(row["geometry"])]
    pieces = list(_pieces(lines))
    counts: dict[str, int] = defaultdict(int)
    total: dict[str, int] = defaultdict(int)
    for row, _ in pieces:
        total[row["id"]] += 1
    ids = []
    for row, _ in pieces:
        counts[row["id"]] += 1
        ids.append(f"{row['id']}/{counts[row['id']]}" if total[row["id"]] > 1 else row["id"])
    ends, places = _joined([line for _, line in pieces])
    network = tuple(Stretch(name, f"J{a}", f"J{b}") for name, (a, b) in zip(ids, ends, strict=True))
    widths = [row["width_m"] or WIDTH_M for row, _ in pieces]
    shapes = [line.buffer(width / 2, cap_style="flat") for (_, line), width in zip(pieces, widths, strict=True)]
    return Streets(
        (*ids, *(row["id"] for row in areas)),
        (*(row["id"] for row, _ in pieces), *(row["id"] for row in areas)),
        np.array([*shapes, *(row["geometry"] for row in areas)], dtype=object),
        (*widths, *(_width(row["geometry"]) for row in areas)),
        network,
        tuple(line for _, line in pieces),
        {f"J{number}": (float(x), float(y)) for number, (x, y) in enumerate(places)},
    )


def _rows(roads: gpd.GeoDataFrame) -> Iterator[dict[str, Any]]:
    for number, (row, shape) in enumerate(zip(roads.to_dict("records"), roads.geometry, strict=True)):
        if shape is not None and not shape.is_empty:
            width = row.get("width_m")
            yield {
                "id": str(row.get("id", number)),
                "geometry": shape,
                "kind": row.get("kind"),
                "bridge": row.get("bridge") == "yes",
                "width_m": float(width) if not pd.isna(width) and width > 0 else None,
            }


def _lines(shape: shapely.Geometry) -> list[shapely.LineString]:
    return [part for part in shapely.get_parts(shape) if part.geom_type == "LineString" and part.length > 0]


def _width(area: shapely.Geometry) -> float:
    return float(2.0 * area.area / area.length)


def _pieces(
    lines: Sequence[tuple[dict[str, Any], shapely.LineString]],
) -> Iterator[tuple[dict[str, Any], shapely.LineString]]:
    """Cut each line where another one crosses it or ends on it; bridges and what they cross are cut at ends only."""
    shapes = np.array([line for _, line in lines], dtype=object)
    cuts: list[set[float]] = [set() for _ in lines]
    tree = shapely.STRtree(shapes)
    for one, other in zip(*tree.query(shapes, predicate="dwithin", distance=JUNCTION_M), strict=True):
        if one != other:
            level = not (lines[one][0]["bridge"] or lines[other][0]["bridge"])
            cuts[one].update(_meetings(shapes[one], shapes[other], level=level))
    for (row, line), places in zip(lines, cuts, strict=True):
        inside = [at for at in sorted(places) if JUNCTION_M < at < line.length - JUNCTION_M]
        stops = [0.0]
        for at in inside:
            if at - stops[-1] > JUNCTION_M:
                stops.append(at)
        stops.append(line.length)
        for begin, end in pairwise(stops):
            yield row, substring(line, begin, end)


def _meetings(one: shapely.LineString, other: shapely.LineString, *, level: bool) -> Iterator[float]:
    """Return the chainages on a line at which another one ends on it, and, on one level, crosses it."""
    ends = [shapely.Point(other.coords[0]), shapely.Point(other.coords[-1])]
    met = [end for end in ends if one.distance(end) <= JUNCTION_M]
    if level:
        for part in shapely.get_parts(one.intersection(other)):
            met += [shapely.Point(at) for at in (*part.coords[:1], *part.coords[-1:])]
    for point in met:
        yield float(one.project(point))


def _joined(lines: Sequence[shapely.LineString]) -> tuple[list[tuple[int, int]], NDArray[np.float64]]:
    """Return the junctions at both ends of each line, by number, and their places: ends that are near are one."""
    if not lines:
        return [], np.empty((0, 2))
    ends = np.array([line.coords[at][:2] for line in lines for at in (0, -1)])
    root = list(range(len(ends)))

    def first(end: int) -> int:
        while root[end] != end:
            end = root[end]
        return end

    points = shapely.points(ends)
    near = shapely.STRtree(points).query(points, predicate="dwithin", distance=JUNCTION_M)
    for one, other in sorted(zip(*near.tolist(), strict=True)):
        low, high = sorted((first(one), first(other)))
        root[high] = low
    firsts = [first(end) for end in range(len(ends))]
    number = {end: at for at, end in enumerate(sorted(set(firsts)))}
    named = [number[end] for end in firsts]
    return list(zip(named[::2], named[1::2], strict=True)), ends[sorted(set(firsts))]


def closed_by(streets: Streets, routes: gpd.GeoDataFrame) -> dict[str, tuple[str, ...]]:
    """Return the stretches that the digging of each route closes, by its id.

    A route laid without a trench (``method``) closes none: its pits stand beside the traffic.
    """
    methods = routes["method"].tolist() if "method" in routes else [None] * len(routes)
    found: dict[str, tuple[str, ...]] = {}
    tree = shapely.STRtree(streets.shapes)
    for name, shape, method in zip(routes["id"].astype(str), routes.geometry, methods, strict=True):
        near = sorted(tree.query(shape, predicate="intersects").tolist()) if method not in TRENCHLESS else []
        inside = shapely.length(shapely.intersection(shape, streets.shapes[near])) if near else ()
        found[name] = tuple(
            streets.ids[at]
            for at, metres in zip(near, inside, strict=True)
            if metres > max(LEAST_ALONG_M, WIDTHS_ALONG * streets.width_m[at])
        )
    return found


def protected_until(streets: Streets, roads: gpd.GeoDataFrame, on: date) -> dict[str, date]:
    """Return the last day of the protection of each stretch whose protection holds on a day.

    城市道路管理条例 33: five years from hand-over, three from an overhaul. What is handed over only later is not held
    back here: it is to be dug before.

    Raises
    ------
    BadInputError
        With every date that cannot be read.
    """
    last: dict[str, date] = {}
    faults: list[Fault] = []
    for row in roads.drop(columns=roads.geometry.name).to_dict("records"):
        for column in ("delivered", "overhauled"):
            begun = _day(row, column, faults)
            if begun is not None and begun <= on:
                until = after_months(begun, round(12 * dig_ban(overhauled=column == "overhauled").value))
                last[str(row["id"])] = max(until, last.get(str(row["id"]), until))
    refuse(faults)
    return {
        name: last[road]
        for name, road in zip(streets.ids, streets.road, strict=True)
        if road in last and last[road] >= on
    }


def _day(row: Mapping[str, Any], column: str, faults: list[Fault]) -> date | None:
    try:
        return as_date(row.get(column))
    except (TypeError, ValueError):
        faults.append(no_date(str(row["id"]), column, row[column], layer="roads"))
        return None


def exits_near(streets: Streets, points: Iterable[tuple[str, float, float]]) -> frozenset[str]:
    """Return the junctions that are ways out.

    Parameters
    ----------
    points
        Id and place (metres of the grid) of each way out.

    Raises
    ------
    BadInputError
        With every point that has no junction within 50 m; where the roads have no lines, with all of them.
    """
    names = list(streets.junctions)
    tree = shapely.STRtree(shapely.points(list(streets.junctions.values())) if names else [])
    found, faults = [], []
    for name, x, y in points:
        on_earth = max(abs(x), abs(y)) < EARTH_M  # not of infinity and NaN, which the tree does not bear
        near = tree.query_nearest(shapely.Point(x, y), max_distance=EXIT_M) if on_earth else []
        if len(near):
            found.append(names[int(near[0])])
        else:
            faults.append(
                Fault(
                    "programme.exit",
                    f"出口 {EXIT_M:.0f} 米内没有道路中心线的路口",
                    f"no junction of centre lines within {EXIT_M:.0f} m of the way out",
                    "把出口放在道路中心线的端点，道路用中心线",
                    "place it at the end of a centre line; give roads as lines",
                    layer="exits",
                    feature=name,
                )
            )
    refuse(faults)
    return frozenset(found)
