"""Judge how near planned routes come to buildings, trees and kerbs (GB 50289 4.1.9)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.clearances import find_close, find_line_crossings
from geo.polylines import Polylines
from survey.conflicts.citing import by_diameter, cited_of, classes_of, inside_tables
from survey.conflicts.judging import (
    COVERAGE,
    TINY,
    WORST_ERROR_M,
    as_found,
    left_open,
    outcomes_of,
    unless_thicker,
    unread,
)
from survey.conflicts.lines_aside import TooNear
from survey.conflicts.naming import called, diameter_mend, diameter_missing, named, road_named
from survey.conflicts.offsets import Beside, OffsetMends, why_none
from survey.conflicts.sides import Meetings, sides_of
from survey.conflicts.wording import figures, joined, opened
from survey.finding_columns import Told
from survey.findings import FAILS, MUST_EXPOSE, PASSES, UNKNOWN, Cited, Mend

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo.near_objects import NearStretches
    from survey.conflicts.around import Around
    from survey.conflicts.buried_lines import BuriedLines
    from survey.conflicts.parameters import Parameters
    from survey.conflicts.wording import Figures
    from survey.finding_columns import Found

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Clears = Callable[[shapely.Geometry], bool]
    Measuring = Callable[[int, int, shapely.Geometry], Clears]

_OTHERWISE = {
    "building": ("核实该建筑物是否拆除", "find out whether the building is to be taken down"),
    "tree": ("与园林主管部门商定移树或护根", "settle with the parks' authority to move the tree or shield its roots"),
    "curb": ("与道路主管部门商定", "settle it with the road authority"),
}
_AT_END_M = 1e-6
_CONNECTED_M = 1.0
"""A connection may end so far from its wall: twice the mean error of a line drawn at 1:1000 (CJJ 61). A vaguer line may
end at any house within tens of metres; then the visit must say at which. A judgement."""
JOINED_M = 1e-3
"""Kerbs whose ends are no farther apart go on in each other."""
FEW = 16
"""For so few routes kerbs are picked by place first; laying out all of them would take longer than all else."""


@dataclass(frozen=True)
class Limits:
    """What the standard asks of each route beside one kind of object; NaN: nothing, so it is not looked into.

    ``cited``: the rules; ``number``: each route's own; ``uncertainty``: half of the interval; ``reach``: metres from
    the axis within which an object matters, no farther than a mean error of `WORST_ERROR_M` asks for; for gas beyond
    the tables, whose limit is NaN, as for the highest class in them; ``thicker``: how much farther it may matter
    because no diameter is stated.
    """

    cited: tuple[Cited, ...]
    number: Integers
    limit: Floats
    uncertainty: Floats
    reach: Floats
    thicker: Floats

    @classmethod
    def of(cls, routes: BuriedLines, kind: str, error_m: float) -> Limits:
        """Look up the limits beside ``kind``, whose place is known to ``error_m``."""
        code, classes = classes_of(routes.buried)
        cited = tuple(cited_of(classes.object_cell(k, kind)) for k in range(len(classes.classes)))
        number = code[routes.code]
        limit = np.array([c.limit for c in cited] or [np.nan])[number]
        uncertainty = COVERAGE * np.hypot(routes.accuracy_m, error_m)
        within = inside_tables(classes).to_object(kind)[number]
        within = within + COVERAGE * np.hypot(np.minimum(routes.accuracy_m, WORST_ERROR_M), min(error_m, WORST_ERROR_M))
        cited, number = by_diameter(cited, classes.classes, number, routes.thin)
        return cls(cited, number, limit, uncertainty, within + routes.radius, routes.thicker)

    @property
    def search(self) -> Floats:
        """Metres from the axis within which objects are looked for."""
        return self.reach + self.thicker

    def take(self, row: int) -> Limits:
        """Return the limits of one route."""
        own = slice(row, row + 1)
        return Limits(
            self.cited, self.number[own], self.limit[own], self.uncertainty[own], self.reach[own], self.thicker[own]
        )


@dataclass(frozen=True)
class Places:
    """Where routes are near objects: rows of both, metres between wall and object, chainages, the place.

    ``shape(k)`` is the geometry of the object in row k; ``inside_m``: metres of the route that lie in it.
    """

    route: Integers
    other: Integers
    gap: Floats
    from_m: Floats
    to_m: Floats
    x: Floats
    y: Floats
    shape: Callable[[int], shapely.Geometry]
    inside_m: Floats


def object_findings(
    routes: BuriedLines, around: Around, parameters: Parameters, mends: OffsetMends, *, workers: int
) -> list[Found]:
    """Find routes too near to buildings, trees and kerbs; ``mends``: of all that is found beside the same routes.

    Where a route ends at or in a building, its last piece is the house connection, which must reach it. Where a route
    crosses a kerb, the place is a crossing and not a run beside it.
    """
    own = around.accuracy_m
    buildings, trees = Limits.of(routes, "building", own), Limits.of(routes, "tree", own)
    kerbs = Limits.of(routes, "curb", float(around.surroundings.defaults.accuracy_m["roads"]))
    near = around.near_buildings.near(routes.lines, buildings.search, workers=workers)
    near = near.take(~_house_connections(routes, near, buildings))
    at_trees = around.near_trees.near(routes.lines, trees.search, workers=workers)
    houses = _places(routes, near, around.building_shapes)
    points = _places(routes, at_trees, around.tree_points)
    edges, road = around.kerbs
    if len(routes) <= FEW and len(road):
        edges, road = around.kerbs_near(routes.lines.to_shapely(), float(np.nanmax(kerbs.search, initial=0.0)))
    least = parameters.value("side_by_side")

    def off_kerb(row: int, other: int, edge: shapely.Geometry) -> Clears:
        line, few = routes.alone(row), kerbs.take(row)
        joining, of = around.kerbs_near(np.array([edge], dtype=object), JOINED_M)  # itself, and where it goes on
        own = joining.to_shapely()[of == other]

        def clears(moved: shapely.Geometry) -> bool:
            if (shapely.distance(moved, own) >= few.search[0]).all():
                return True  # so far away all along that nothing is left to be judged
            again = replace(line, lines=Polylines.from_shapely([moved]))
            return other not in _beside_kerbs(again, joining, of, few, least, 1).other

        return clears

    def off_object(limits: Limits) -> Measuring:
        return lambda row, _, shape: lambda moved: bool(moved.distance(shape) >= limits.search[row] - TINY)

    beside = _beside_kerbs(routes, edges, road, kerbs, least, workers)
    return [
        _judged(routes, "building", houses, around, buildings, mends, off_object(buildings)),
        _judged(routes, "tree", points, around, trees, mends, off_object(trees)),
        _judged(routes, "curb", beside, around, kerbs, mends, off_kerb),
    ]


def _house_connections(routes: BuriedLines, near: NearStretches, limits: Limits) -> NDArray[np.bool_]:
    """Return which stretches are a route's last metres to the building it serves.

    They end with the route, at the wall or inside, as well as its place is known. Straight to a wall such a piece is as
    long as the reach; twice that leaves room for a slanting last leg. A route that lies in a building from end to end
    comes from nowhere.
    """
    length = routes.lines.lengths()[near.line]
    at_end = (near.from_m <= _AT_END_M) | (near.to_m >= length - _AT_END_M)
    at_end &= near.inside_m < length - _AT_END_M
    reaches = near.distance <= np.minimum(limits.uncertainty, _CONNECTED_M)[near.line] + routes.radius[near.line]
    short = near.to_m - near.from_m - near.inside_m <= 2 * limits.reach[near.line]
    made: NDArray[np.bool_] = at_end & reaches & short
    return made


def _called(around: Around, kind: str, row: int) -> tuple[str, str]:
    """Return what the object in a row of its layer is called in both languages."""
    if kind != "curb":
        return around.building_called(row) if kind == "building" else around.tree_called(row)
    zh, en = road_named(around.surroundings.facts, row)
    return joined(zh, "路缘石"), f"the kerb of {en}"


def _places(routes: BuriedLines, near: NearStretches, shapes: NDArray[np.object_]) -> Places:
    gap = near.distance - routes.radius[near.line]
    other = near.other
    return Places(
        near.line, other, gap, near.from_m, near.to_m, near.x, near.y, lambda k: shapes[other[k]], near.inside_m,
    )  # fmt: skip


def _beside_kerbs(
    routes: BuriedLines, edges: Polylines, road: Integers, limits: Limits, least: float, workers: int
) -> Places:
    need, number = np.unique(np.nan_to_num(limits.search - routes.radius, nan=-1.0), return_inverse=True)
    table = np.where(need < 0, np.nan, need)[:, None] if len(need) else np.full((1, 1), np.nan)
    close = find_close(
        routes.lines, edges, radius_a=routes.radius, radius_b=0.0, class_a=number, class_b=0, need=table,
        workers=workers,
    )  # fmt: skip
    close = close.take(close.parallel_m >= least)
    beside = np.unique(close.a)  # none in most cases: then nothing is laid out
    crossed = find_line_crossings(routes.lines.take(beside), edges, workers=workers)
    meetings = Meetings(beside[crossed.a], crossed.b, crossed.at_a, crossed.at_b, crossed.angle_deg)
    meetings = Meetings.join(meetings, _round_corners(meetings, edges))
    sides = sides_of(
        close, meetings, routes.lines, edges, limits.reach[close.a], routes.radius[close.a], least,
        thicker=limits.thicker[close.a],
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
        lambda row: edges.take(edge[row : row + 1]).to_shapely()[0], np.zeros(len(k)),
    )  # fmt: skip


def _round_corners(crossed: Meetings, edges: Polylines) -> Meetings:
    """Return crossings of a kerb again for the kerbs of other roads that go on where it ends: there they are met.

    A route that leaves a carriageway by the corner of a junction runs beside neither of the two kerbs that join there.
    """
    ends = np.concatenate([edges.part_starts[:-1], edges.part_starts[1:] - 1])
    kerb, at = np.tile(edges.part_line, 2), np.append(np.zeros(edges.n_lines), edges.lengths())
    asked = np.flatnonzero(np.isin(kerb, crossed.b))
    points = shapely.points(edges.x[ends], edges.y[ends])
    one, other = shapely.STRtree(points).query(points[asked], predicate="dwithin", distance=JOINED_M)
    apart = kerb[asked[one]] != kerb[other]
    one, other = asked[one[apart]], other[apart]
    order = np.argsort(kerb[one], kind="stable")
    one, other = one[order], other[order]
    first, last = (np.searchsorted(kerb[one], crossed.b, side=side) for side in ("left", "right"))
    row = np.repeat(np.arange(len(crossed.b)), last - first)
    k = np.arange(len(row)) - np.repeat(np.cumsum(last - first) - last, last - first)
    return Meetings(crossed.a[row], kerb[other[k]], crossed.at_a[row], at[other[k]], crossed.angle_deg[row])


def _judged(
    routes: BuriedLines,
    kind: str,
    places: Places,
    around: Around,
    limits: Limits,
    mends: OffsetMends,
    measuring: Measuring,
) -> Found:
    subjects = {"building": around.buildings, "tree": around.trees, "curb": around.roads}[kind]
    limit, uncertainty = limits.limit[places.route], limits.uncertainty[places.route]
    margin = places.gap - limit
    outcome = unless_thicker(outcomes_of(margin, uncertainty), margin, uncertainty, limits.thicker[places.route])
    citation = limits.number[places.route]

    @cache  # what was announced is what is asked for
    def wanted(k: int) -> Beside:
        row, short = int(places.route[k]), float(limit[k] + uncertainty[k] - places.gap[k])
        short += float(limits.thicker[row])
        shape = places.shape(k)
        near = TooNear(routes.shape(row), float(places.from_m[k]), float(places.to_m[k]), short, shape)
        return Beside(routes, row, near, measuring(row, int(places.other[k]), shape))

    fails = np.flatnonzero(outcome == FAILS).tolist()
    mends.may_ask(len(fails), lambda: [wanted(k) for k in fails])

    def moved(k: int) -> Mend:
        return mends.of(wanted(k)) or _other_course(routes, int(places.route[k]), kind)

    def tell(k: int) -> Told:
        row, c = int(places.route[k]), limits.cited[citation[k]]
        object_zh, object_en = _called(around, kind, int(places.other[k]))
        said = figures(places.gap[k], limit[k], uncertainty[k])
        inside = places.inside_m[k] > 0
        zh, en = _sentence(
            (named(routes, row, "zh"), named(routes, row, "en")), (object_zh, object_en), said,
            "inside" if inside else "over" if places.gap[k] < 0 else "apart", int(outcome[k]),
            beyond=bool(np.isnan(limit[k])),
        )  # fmt: skip
        if outcome[k] == UNKNOWN and not np.isnan(limit[k]):
            more = diameter_missing((routes, row))
            zh, en = zh + more[0], en + more[1]
        own = str(routes.subjects.ids[row])
        mend: Mend | Callable[[], Mend] = Mend(
            "expose", own, None, "", joined("放线实测", called(routes, row, "zh"), "与", object_zh, "的净距"),
            f"set out {called(routes, row, 'en')} and measure its gap to {object_en}",
        )  # fmt: skip
        if outcome[k] == UNKNOWN and not np.isnan(limit[k]):
            mend = diameter_mend(own, (routes, row))
        elif outcome[k] == UNKNOWN:
            mend = Mend(
                "ask", own, None, "", joined("按专门标准核定与", object_zh, "的净距"),
                f"settle the clearance to {object_en} by the standard that covers it",
            )  # fmt: skip
        elif outcome[k] == FAILS:
            mend = partial(moved, k)
        where = routes.piece(row, places.from_m[k], places.to_m[k])
        return Told(f"{zh}{unread(c, 'zh')}。", f"{opened(en)}{unread(c, 'en')}.", mend, where, *_looked(routes, row))

    found = as_found(
        kind, "m", routes.subjects, places.route, outcome, limits.cited, tell, b_of=subjects, b=places.other,
        citation=citation, measured=places.gap, limit=limit, margin=margin, uncertainty=uncertainty,
        from_m=places.from_m, to_m=places.to_m, x=places.x, y=places.y,
        collides=places.inside_m > 2 * uncertainty + TINY,
    )  # fmt: skip
    return found.take(outcome != PASSES)


def _sentence(
    own: tuple[str, str], other: tuple[str, str], said: Figures, how: str, outcome: int, *, beyond: bool
) -> tuple[str, str]:
    """Say how near a route is to an object: ``inside`` it, ``over`` its edge, ``apart``; ``beyond`` the tables."""
    by, least = f"{said.measured} m{said.off}", f"{said.limit} m"
    apart = joined(own[0], "距", other[0], by), f"{own[1]} is {by} from {other[1]}"
    if beyond:
        return (
            f"{apart[0]}，超出本表范围，须按专门标准核定",
            f"{apart[1]}, which the table does not cover: another standard decides",
        )
    if how == "inside":
        zh = f"{joined(own[0], '的线位进入', other[0], '范围内')}，要求水平净距不小于 {least}"
        en = f"{own[1]} runs into {other[1]}; at least {least} from it is required"
    elif how == "over":
        zh = f"{joined(own[0], '与', other[0], '平面上重叠', by)}，要求水平净距不小于 {least}"
        en = f"{own[1]} and {other[1]} overlap by {by} in plan; at least {least} between them is required"
    else:
        zh, en = f"{apart[0]}，要求不小于 {least}", f"{apart[1]}; at least {least} is required"
    if outcome == MUST_EXPOSE:
        more = left_open(planned=True)
        zh, en = zh + more[0], en + more[1]
    return zh, en


def _looked(routes: BuriedLines, row: int) -> tuple[str, str]:
    """Return how far was looked beside a route whose place is known too badly; nothing for all others."""
    error = float(routes.accuracy_m[row])
    if not error > WORST_ERROR_M:
        return "", ""
    return (
        f"；本管线平面中误差 {error:g} m，只按 {WORST_ERROR_M:g} m 查找相邻物",
        f"; its mean error in plan is {error:g} m: neighbours are looked for as if it were {WORST_ERROR_M:g} m",
    )


def _other_course(routes: BuriedLines, row: int, kind: str) -> Mend:
    """Say why no offset is proposed and what remains, so that nobody faces a blank."""
    why_zh, why_en = why_none(routes, row)
    otherwise_zh, otherwise_en = _OTHERWISE[kind]
    return Mend(
        "ask", str(routes.subjects.ids[row]), None, "", f"{why_zh}；须另选线位，或{otherwise_zh}",
        f"{why_en}: choose another course, or {otherwise_en}",
    )  # fmt: skip
