"""Join what is looked at into stops: where one stands, who must come and why, how long it takes."""

# ruff: noqa: TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from survey.joined import operator_key
from survey.utilities import UTILITIES
from survey.visits.items import Item, Subject, middle, numbered

if TYPE_CHECKING:
    from survey.cases.state import Case
    from survey.policies import Policy
    from survey.programme.streets import Streets
    from survey.visits.county_data import VisitPace


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose line it is: utility and operator (empty: not stated)."""

    utility: str
    operator: str = ""


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who must come.

    Parameters
    ----------
    key
        Of role and name: the same for every spelling in width, case and blanks. Calendars are given by it.
    role
        Of `survey.cases.words.ROLES`.
    name
        As it is written; of an operator that is not stated the name of the utility.
    why_zh, why_en
        Why, one after another.
    """

    key: str
    role: str
    name: str
    why_zh: tuple[str, ...]
    why_en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Application:
    """What a visit asks of a case.

    Parameters
    ----------
    case
        Its id.
    site
        Where it is, in the grid: a plot or a point; None: not known.
    routes
        Utility of each route, by the route's id.
    operators
        Operator by utility (empty: not known yet).
    unplanned
        Utilities without a route yet: for them the place itself is looked at.
    departments
        Names of the departments that decide on a permission, with the name of the permission.
    applicant, manager
        Empty: none.
    """

    case: str
    site: shapely.Geometry | None
    routes: Mapping[str, str] = field(default_factory=dict)
    operators: Mapping[str, str] = field(default_factory=dict)
    unplanned: tuple[str, ...] = ()
    departments: tuple[tuple[str, str], ...] = ()
    applicant: str = ""
    manager: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """One place to look at.

    Parameters
    ----------
    id
        Of the item in its middle: it stays while other items come and go.
    x, y
        Where one stands (grid, metres): on the nearest road, else at the work itself.
    road
        Id of the road one stands on; empty: none is near enough.
    gap_m
        From the road to the work in a straight line; None: there are no roads at all.
    items
        What is looked at, in the order of their numbers.
    attendees
        Who must come, by key.
    minutes
        How long it takes.
    name
        What people call it; empty: nobody has named it.
    road_name
        What people call the road; empty: not known.
    """

    id: str
    x: float
    y: float
    road: str
    gap_m: float | None
    items: tuple[Item, ...]
    attendees: tuple[Attendee, ...]
    minutes: float
    name: str = ""
    road_name: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A case or route at which there is nothing to see, and the reason."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Stops:
    """The stops of a visit, in the order of their ids, and what has none."""

    stops: tuple[Stop, ...]
    left_out: tuple[LeftOut, ...]


Call = tuple[str, str, str, str]
"""Somebody who is called: role, name, and why, in Chinese and English."""


class _Whose(NamedTuple):
    """All that says who must come to an item."""

    applications: Sequence[Application]
    owners: Mapping[tuple[str, str], Owner]
    hosts: Mapping[str, Call]


def application_of(case: Case, policy: Policy, site: shapely.Geometry | None) -> Application:
    """Return what a visit asks of a case: its open tasks, and the permissions that are not decided yet."""
    names = {one.key: one.name_zh for one in policy.departments}
    titles = {one.id: one.subject_zh for one in policy.approvals}
    waiting = [
        (names.get(key, key), titles.get(one.id, one.item))
        for task in case.active
        for one in task.approvals.values()
        if one.status not in ("granted", "refused")
        for key in one.departments
    ]
    planned = [task for task in case.active if task.route]
    unplanned = tuple(task.utility for task in case.active if not task.route and task.status == "pushed")
    return Application(
        case.id, site, {task.route: task.utility for task in planned},
        {task.utility: task.operator for task in case.active}, unplanned, tuple(dict.fromkeys(waiting)),
        case.applicant, case.manager,
    )  # fmt: skip


def stops_of(
    items: Iterable[Item],
    applications: Sequence[Application],
    owners: Mapping[tuple[str, str], Owner],
    streets: Streets,
    pace: VisitPace,
    *,
    shapes: Mapping[str, shapely.Geometry] | None = None,
    keep: Collection[str] = (),
    hosts: Mapping[str, Call] | None = None,
) -> Stops:
    """Return the stops of a visit.

    Parameters
    ----------
    items
        What is looked at; see `survey.visits.items`.
    applications
        The cases that are visited.
    owners
        Whose routes and pipes they are, by layer (``routes``, ``pipes``) and id; what is not in it brings nobody.
    streets
        The county's roads (`survey.programme.streets.streets_of`).
    pace
        How near is near, and minutes.
    shapes
        The routes of the visit by id: one without items is left out, or kept where ``keep`` names it.
    keep
        Ids of cases and routes that are visited in any case.
    hosts
        Who comes besides to an item, by its id.

    Notes
    -----
    The place with most items within ``join_m`` becomes a stop with all of them, the first id of equals; then the next.
    The time is ``arrive`` and, for each item, the minutes of its tool.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from survey.programme.streets import streets_of
    >>> from survey.visits.county_data import known_visit_pace
    >>> line = shapely.LineString([(0, 0), (100, 0)])
    >>> streets = streets_of(gpd.GeoDataFrame({"id": ["A"]}, geometry=[line], crs="EPSG:4546"))
    >>> case = Application("C1", shapely.Point(50, 30), unplanned=("water",))
    >>> found = stops_of([], [case], {}, streets, known_visit_pace()).stops[0]
    >>> found.x, found.y, found.road, found.gap_m, found.minutes
    (50.0, 0.0, 'A', 30.0, 9.0)
    """
    listed = {item.id: item for item in items}
    left_out = []
    for item, left in _places(applications, listed.values(), shapes or {}, frozenset(keep)):
        if item is not None:
            listed[item.id] = item
        if left is not None:
            left_out.append(left)
    tree = shapely.STRtree(list(streets.lines))
    stops = [
        _stop(anchor, group, _Whose(applications, owners, hosts or {}), streets, tree, pace)
        for anchor, group in _joined(sorted(listed.values(), key=lambda item: item.id), pace.join_m)
    ]
    return Stops(tuple(sorted(stops, key=lambda stop: stop.id)), tuple(left_out))


def _places(
    applications: Sequence[Application],
    items: Collection[Item],
    shapes: Mapping[str, shapely.Geometry],
    keep: frozenset[str],
) -> Iterator[tuple[Item | None, LeftOut | None]]:
    """Yield the places that are seen for their own sake, and the cases and routes that have nothing to see."""
    busy = {route for item in items for route in item.routes}
    for one in applications:
        idle = not busy.intersection(one.routes)
        if one.site is not None and (one.unplanned or one.case in keep):
            yield _site_item(one, one.site), None
        elif one.site is None and (one.unplanned or (one.case in keep and idle)):
            yield None, LeftOut(one.case, "没有坐标，无法排入行程：请先在图上标出位置",
                                "no place is known: mark it on the map first")  # fmt: skip
        elif idle and not keep.intersection(one.routes):
            yield None, LeftOut(one.case, "没有须现场察看的事项", "nothing has to be seen on site")
    known = {route for one in applications for route in one.routes}
    for route in sorted(keep & shapes.keys() - busy):
        yield _route_item(route, shapes[route]), None
    for route in sorted((shapes.keys() | (keep & known)) - busy):
        if route not in keep:
            yield None, LeftOut(route, "没有须现场察看的事项", "nothing has to be seen on site")
        elif route not in shapes:
            yield None, LeftOut(route, "没有线位，无法排入行程", "the route has no line to go to")


def _site_item(one: Application, site: shapely.Geometry) -> Item:
    words = [UTILITIES[key] for key in one.unplanned if key in UTILITIES]
    zh = f"察看接入位置（{'、'.join(word.zh for word in words)}）" if words else "察看现场"
    en = f"see where to connect ({', '.join(word.en.lower() for word in words)})" if words else "see the place"
    return Item(f"site:{one.case}", "site", "look", (), one.case, *middle(site), zh, en)


def _route_item(route: str, shape: shapely.Geometry) -> Item:
    from_route = (f"察看 {route} 沿线", f"see {route}")
    return Item(f"route:{route}", "site", "look", (Subject("routes", route),), "", *middle(shape), *from_route)


def _joined(items: Sequence[Item], join_m: float) -> Iterator[tuple[Item, list[Item]]]:
    """Yield the item in the middle of each stop and all items of it; the fullest first, of equals the first by id."""
    if not items:
        return
    points = shapely.points([(item.x, item.y) for item in items])
    near: dict[int, set[int]] = defaultdict(set)
    for one, other in zip(*shapely.STRtree(points).query(points, "dwithin", distance=join_m).tolist(), strict=True):
        near[one].add(other)
    left = set(range(len(items)))
    while left:
        best = max(sorted(left), key=lambda at: len(near[at] & left))
        group = near[best] & left
        yield items[best], [items[at] for at in sorted(group)]
        left -= group


def _stop(
    anchor: Item, group: Sequence[Item], whose: _Whose, streets: Streets, tree: shapely.STRtree, pace: VisitPace
) -> Stop:
    work = shapely.Point(np.mean([item.x for item in group]), np.mean([item.y for item in group]))
    at = tree.nearest(work)
    line = None if at is None else streets.lines[int(at)]
    gap = None if line is None else float(line.distance(work))
    stand, road = work, ""
    if line is not None and gap is not None and gap <= pace.reach_m:
        stand, road = line.interpolate(line.project(work)), streets.road[int(at)]
    minutes = pace.minutes["arrive"] + sum(pace.minutes[item.tool] for item in group)
    name = "S" + hashlib.sha256(anchor.id.encode()).hexdigest()[:10]
    attendees = tuple(_attendees(group, whose))
    return Stop(name, float(stand.x), float(stand.y), road, gap, tuple(numbered(group)), attendees, minutes)


def _attendees(group: Sequence[Item], whose: _Whose) -> Iterator[Attendee]:
    """Yield who must come to some items, by key, each once with every reason."""
    found: dict[str, Attendee] = {}
    for role, name, zh, en in _called(group, whose):
        key = f"{role}:{operator_key(name) or name}"
        known = found.get(key, Attendee(key, role, name, (), ()))
        found[key] = Attendee(
            key, role, known.name, tuple(dict.fromkeys((*known.why_zh, zh))), tuple(dict.fromkeys((*known.why_en, en)))
        )
    yield from (found[key] for key in sorted(found))


def _called(group: Sequence[Item], whose: _Whose) -> Iterator[Call]:
    """Yield role, name and reason of everybody called, some more than once."""
    for subject in (subject for item in group for subject in item.subjects):
        owner = whose.owners.get((subject.layer, subject.id))
        if owner is not None:
            word = UTILITIES[owner.utility]
            what = ("拟建", "planned") if subject.layer == "routes" else ("现状", "existing")
            zh, en = f"{what[0]}{word.zh}管线 {subject.id}", f"{what[1]} {word.en.lower()} line {subject.id}"
            yield "utility", owner.operator.strip() or f"{word.zh}（单位未填）", zh, en
    routes = {route for item in group for route in item.routes}
    cases = {item.case for item in group if item.case}
    for one in whose.applications:
        if one.case in cases or routes.intersection(one.routes):
            yield from _of_case(one, seen=one.case in cases)
    yield from (whose.hosts[item.id] for item in group if item.id in whose.hosts)


def _of_case(one: Application, *, seen: bool) -> Iterator[Call]:
    if one.applicant:
        yield "applicant", one.applicant, f"{one.case} 申请人", f"applicant of {one.case}"
    if one.manager:
        yield "coordinator", one.manager, f"{one.case} 项目管家", f"project manager of {one.case}"
    for department, permission in one.departments:
        yield "approver", department, f"{one.case} {permission}", f"{permission} of {one.case}"
    for utility in one.unplanned if seen else ():
        word = UTILITIES[utility]
        name = one.operators.get(utility, "").strip() or f"{word.zh}（单位未填）"
        yield "utility", name, f"{one.case} 的{word.zh}接入", f"{word.en.lower()} for {one.case}"
