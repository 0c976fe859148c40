"""Judge how near planned routes come to buildings, trees and kerbs (GB 50289 4.1.9)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.clearances import find_close, find_line_crossings
from geo.polylines import Polylines
from survey.conflicts.citing import cited_of, classes_of
from survey.conflicts.judging import COVERAGE, TINY, as_found, outcomes_of, spread, unread
from survey.conflicts.naming import named
from survey.conflicts.offsets import aside
from survey.conflicts.sides import Meetings, sides_of
from survey.finding_columns import Told
from survey.findings import FAILS, MUST_EXPOSE, PASSES, UNKNOWN, Cited, Mend

if TYPE_CHECKING:
    from collections.abc import Callable

    import shapely
    from numpy.typing import NDArray

    from geo.near_objects import NearStretches
    from survey.conflicts.around import Around
    from survey.conflicts.buried_lines import BuriedLines
    from survey.conflicts.parameters import Parameters
    from survey.finding_columns import Found, Subjects

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Clears = Callable[[shapely.Geometry], bool]
    Measuring = Callable[[int, shapely.Geometry], Clears]

_NAMES = {"building": ("建筑物", "building"), "tree": ("树木", "tree"), "curb": ("路缘石，道路", "the kerb of road")}
_AT_END_M = 1e-6
FEW = 16
"""For so few routes kerbs are picked by place first; laying out all of them would take longer than all else."""


@dataclass(frozen=True)
class Limits:
    """What the standard asks of each route beside one kind of object; NaN: nothing, so it is not looked into.

    ``cited``: the rules by class of line; ``number``: each route's class; ``uncertainty``: half of the interval;
    ``reach``: metres from the axis within which an object matters.
    """

    cited: tuple[Cited, ...]
    number: Integers
    limit: Floats
    uncertainty: Floats
    reach: Floats

    @classmethod
    def of(cls, routes: BuriedLines, kind: str, error_m: float) -> Limits:
        """Look up the limits beside ``kind``, whose place is known to ``error_m``."""
        code, classes = classes_of(routes.buried)
        cited = tuple(cited_of(classes.object_cell(k, kind)) for k in range(len(classes.classes)))
        number = code[routes.code]
        limit = np.array([c.limit for c in cited] or [np.nan])[number]
        uncertainty = COVERAGE * np.hypot(routes.accuracy_m, error_m)
        return cls(cited, number, limit, uncertainty, limit + uncertainty + routes.radius)

    def take(self, row: int) -> Limits:
        """Return the limits of one route."""
        own = slice(row, row + 1)
        return Limits(self.cited, self.number[own], self.limit[own], self.uncertainty[own], self.reach[own])


@dataclass(frozen=True)
class Places:
    """Where routes are near objects: rows of both, metres between wall and object, chainages, the place.

    ``shape(k)`` is the geometry of the object in row k.
    """

    route: Integers
    other: Integers
    gap: Floats
    from_m: Floats
    to_m: Floats
    x: Floats
    y: Floats
    shape: Callable[[int], shapely.Geometry]


def object_findings(routes: BuriedLines, around: Around, parameters: Parameters, *, workers: int) -> list[Found]:
    """Find routes too near to buildings, trees and kerbs.

    Where a route ends at or in a building, its last piece is the house connection, which must reach it. Where a route
    crosses a kerb, the place is a crossing and not a run beside it.
    """
    own = around.accuracy_m
    buildings, trees = Limits.of(routes, "building", own), Limits.of(routes, "tree", own)
    kerbs = Limits.of(routes, "curb", float(around.surroundings.defaults.accuracy_m["roads"]))
    near = around.near_buildings.near(routes.lines, buildings.reach, workers=workers)
    near = near.take(~_house_connections(routes, near, buildings))
    at_trees = around.near_trees.near(routes.lines, trees.reach, workers=workers)
    houses, points = _places(routes, near, around.building_shapes), _places(routes, at_trees, around.tree_points)
    edges, road = around.kerbs
    if len(routes) <= FEW and len(road):
        edges, road = around.kerbs_near(routes.lines.to_shapely(), float(np.nanmax(kerbs.reach, initial=0.0)))
    least = parameters.value("side_by_side")

    def off_kerb(row: int, edge: shapely.Geometry) -> Clears:
        line, few = routes.alone(row), kerbs.take(row)
        one = Polylines.from_shapely([edge])

        def clears(moved: shapely.Geometry) -> bool:
            again = replace(line, lines=Polylines.from_shapely([moved]))
            return not len(_beside_kerbs(again, one, np.zeros(1, dtype=np.int64), few, least, 1).gap)

        return clears

    def off_object(limits: Limits) -> Measuring:
        return lambda row, shape: lambda moved: bool(moved.distance(shape) >= limits.reach[row] - TINY)

    beside = _beside_kerbs(routes, edges, road, kerbs, least, workers)
    return [
        _judged(routes, "building", houses, around.buildings, buildings, off_object(buildings)),
        _judged(routes, "tree", points, around.trees, trees, off_object(trees)),
        _judged(routes, "curb", beside, around.roads, kerbs, off_kerb),
    ]


def _house_connections(routes: BuriedLines, near: NearStretches, limits: Limits) -> NDArray[np.bool_]:
    """Return which stretches are a route's last metres to the building it serves.

    They end with the route, at the wall or inside. Straight to a wall such a piece is as long as the reach; twice that
    leaves room for a slanting last leg. A route that lies in a building from end to end comes from nowhere.
    """
    length = routes.lines.lengths()[near.line]
    at_end = (near.from_m <= _AT_END_M) | (near.to_m >= length - _AT_END_M)
    at_end &= near.inside_m < length - _AT_END_M
    reaches = near.distance <= limits.uncertainty[near.line] + routes.radius[near.line]
    short = near.to_m - near.from_m - near.inside_m <= 2 * limits.reach[near.line]
    made: NDArray[np.bool_] = at_end & reaches & short
    return made


def _places(routes: BuriedLines, near: NearStretches, shapes: NDArray[np.object_]) -> Places:
    gap = near.distance - routes.radius[near.line]
    other = near.other
    return Places(near.line, other, gap, near.from_m, near.to_m, near.x, near.y, lambda k: shapes[other[k]])


def _beside_kerbs(
    routes: BuriedLines, edges: Polylines, road: Integers, limits: Limits, least: float, workers: int
) -> Places:
    need, number = np.unique(np.nan_to_num(limits.limit + limits.uncertainty, nan=-1.0), return_inverse=True)
    table = np.where(need < 0, np.nan, need)[:, None] if len(need) else np.full((1, 1), np.nan)
    close = find_close(
        routes.lines, edges, radius_a=routes.radius, radius_b=0.0, class_a=number, class_b=0, need=table,
        workers=workers,
    )  # fmt: skip
    close = close.take(close.parallel_m >= least)
    beside = np.unique(close.a)  # none in most cases: then nothing is laid out
    crossed = find_line_crossings(routes.lines.take(beside), edges, workers=workers)
    meetings = Meetings(beside[crossed.a], crossed.b, crossed.at_a, crossed.at_b, crossed.angle_deg)
    sides = sides_of(
        close, meetings, routes.lines, edges, limits.reach[close.a], routes.radius[close.a], least
    )  # fmt: skip
    a, b = close.a[sides.stretch], close.b[sides.stretch]
    # One finding for each route and road, where it is nearest: a kerb has a piece between any two junctions.
    order = np.lexsort((sides.from_m, sides.gap, road[b], a))
    nearest = np.ones(len(order), dtype=bool)
    nearest[1:] = (np.diff(a[order]) != 0) | (np.diff(road[b[order]]) != 0)
    k = order[nearest]
    edge = b[k]
    return Places(
        a[k], road[edge], sides.gap[k], sides.from_m[k], sides.to_m[k], sides.x[k], sides.y[k],
        lambda row: edges.take(edge[row : row + 1]).to_shapely()[0],
    )  # fmt: skip


def _judged(
    routes: BuriedLines, kind: str, places: Places, subjects: Subjects, limits: Limits, measuring: Measuring
) -> Found:
    limit, uncertainty = limits.limit[places.route], limits.uncertainty[places.route]
    margin = places.gap - limit
    outcome = outcomes_of(margin, uncertainty)
    citation = limits.number[places.route]

    def tell(k: int) -> Told:
        row, c = int(places.route[k]), limits.cited[citation[k]]
        object_zh, object_en = (f"{name} {subjects.ids[places.other[k]]}" for name in _NAMES[kind])
        own_zh, own_en = named(routes, row, "zh"), named(routes, row, "en")
        off = spread(uncertainty[k])
        zh = f"{own_zh} 距{object_zh} {places.gap[k]:.2f} m{off}，要求不小于 {limit[k]:.2f} m"
        en = f"{own_en} is {places.gap[k]:.2f} m{off} from {object_en}; at least {limit[k]:.2f} m is asked for"
        if outcome[k] == UNKNOWN:
            zh, en = (
                f"{own_zh} 距{object_zh} {places.gap[k]:.2f} m，超出本表范围",
                f"{own_en} near {object_en}: no table",
            )
        if outcome[k] == MUST_EXPOSE:
            zh, en = f"{zh}，差值在不确定度之内，须现场核实", f"{en}; the uncertainty leaves it open: verify on site"
        own = str(routes.subjects.ids[row])
        mend: Mend | None = Mend(
            "expose", own, None, "", f"实测与{object_zh} 的距离", f"measure the distance to {object_en}"
        )
        if outcome[k] == FAILS:
            short = float(limit[k] + uncertainty[k] - places.gap[k])
            mend = aside(
                routes, row, (float(places.from_m[k]), float(places.to_m[k])), short, places.shape(k),
                measuring(row, places.shape(k)),
            )  # fmt: skip
        where = routes.piece(row, places.from_m[k], places.to_m[k])
        return Told(f"{zh}{unread(c, 'zh')}。", f"{en}{unread(c, 'en')}.", mend, where)

    found = as_found(
        kind, "m", routes.subjects, places.route, outcome, limits.cited, tell, b_of=subjects, b=places.other,
        citation=citation, measured=places.gap, limit=limit, margin=margin, uncertainty=uncertainty,
        from_m=places.from_m, to_m=places.to_m, x=places.x, y=places.y,
    )  # fmt: skip
    return found.take(outcome != PASSES)
