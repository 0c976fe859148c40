"""Plan a visit of what the store holds: cases and their routes, what was found about them, roads, calendars."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely
from shapely.geometry import shape

from api.case_findings import open_about
from api.errors import refused
from api.resident import NO_POLICY
from geo.faults import BadInputError, Fault
from survey.calendar import local
from survey.utilities import UTILITIES, utility_key
from survey.visits.calendars import busy_from_ics
from survey.visits.county_data import known_visit_pace
from survey.visits.dates import due_of
from survey.visits.items import (
    Item,
    Subject,
    from_crossings,
    from_findings,
    from_opportunities,
    from_traces,
    middle,
)
from survey.visits.planning import Wish, nothing_to_visit, plan_visit
from survey.visits.stops import LeftOut, Owner, application_of, stops_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from api.casework import Casework
    from api.db.records import Row
    from api.dependencies import Service
    from api.visit_asked import Asked, Place
    from survey.cases.digests import Digest
    from survey.cases.state import Case
    from survey.visits.county_data import VisitPace
    from survey.visits.dates import Due
    from survey.visits.planning import Ground, Planned
    from survey.visits.schedules import Span
    from survey.visits.stops import Application, Call, Stop

CALENDAR_DAYS = 120
"""Days of people's calendars that are read: farther than a date is looked for."""
SURVEY = frozenset({"schedule_survey", "record_survey"})
"""What a case waits for that is due for the survey."""
LIVE = frozenset({"planned", "invited"})
MOST_ROUTES = 2_000


@dataclass(frozen=True, slots=True)
class Made:
    """What came of planning a visit of the store."""

    planned: Planned
    left_out: tuple[LeftOut, ...]
    due: Due | None
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is looked at: items, the cases with their places, the stored routes, what cannot be looked at."""

    items: list[Item]
    applications: list[Application]
    routes: dict[str, Row]
    names: dict[str, str]
    hosts: dict[str, Call]
    left_out: list[LeftOut]


def plan_of(service: Service, asked: Asked, now: datetime, *, but: str = "") -> Made:
    """Return a visit planned of the store; nothing is stored.

    Parameters
    ----------
    asked
        What it is asked to be.
    but
        Id of the visit that is planned otherwise: its cases count as waiting.

    Raises
    ------
    ProblemError
        Cases, routes or sites that are not there; the county is still being loaded.
    BadInputError
        Too many stops, a calendar that cannot be read, a day that cannot be.
    """
    work = service.at_work()
    cases = _cases(service, work, asked, now, but)
    pace = _paced(asked)
    ground = service.ground.of(service.store, service.resident)
    seen = _seen(service, work, asked, cases, pace, local(now).date())
    stops, left_out = _stops(service, seen, ground, pace, asked)
    due = due_of(cases.values())
    if not stops:
        return Made(nothing_to_visit(), left_out, due, ())
    in_it = _in_plan(stops, seen.applications)
    wish = Wish(
        asked.title or _title(stops), tuple(one for one in cases if one in in_it), asked.start, asked.end,
        asked.mode, asked.order, asked.day, asked.after, asked.plain,
    )  # fmt: skip
    busy, told = _busy(asked, stops, now)
    calendar = service.calendar if work is None else work.calendar
    found = plan_visit(stops, ground, pace, calendar, busy, wish, now, None if due is None else due.at)
    return Made(replace(found, faults=(*told, *found.faults)), left_out, due, stops)


def waiting_cases(service: Service, work: Casework, now: datetime, *, but: str = "") -> list[Digest]:
    """Return the cases that wait for the survey and are in no visit to come, in the order of ids."""
    _, visits = service.visits().all()
    taken = {
        case
        for name, visit in visits.items()
        if visit.state in LIVE and name != but and visit.plan is not None
        for case in visit.plan.cases
    }
    digests = work.digests(now).values()
    return [one for one in digests if one.id not in taken and SURVEY.intersection(one.waits.get("coordinator", ()))]


def _cases(service: Service, work: Casework | None, asked: Asked, now: datetime, but: str) -> dict[str, Case]:
    """Return the cases that are visited, by id."""
    wanted = list(dict.fromkeys((*asked.cases, *asked.keep, *(one.case for one in asked.places if one.case))))
    if work is None:
        if wanted or asked.due:
            raise refused(NO_POLICY)
        return {}
    if asked.due:
        wanted = list(dict.fromkeys((*wanted, *(one.id for one in waiting_cases(service, work, now, but=but)))))
    found = {one: work.case(one) for one in wanted}
    missing = [_missing("cases", "办件", "case", one) for one, case in found.items() if case.seq == 0]
    if missing:
        raise refused(*missing)
    return found


def _missing(field: str, zh: str, en: str, name: str) -> Fault:
    return Fault("visit.not_there", f"没有这个{zh}", f"there is no such {en}", "核对编号", "check the id",
                 feature=name[:80], field=field)  # fmt: skip


def _paced(asked: Asked) -> VisitPace:
    pace = known_visit_pace()
    return replace(pace, minutes={**pace.minutes, **asked.tool_minutes})


# ------------------------------------------------------------------------------------------------- what is looked at


def _seen(
    service: Service, work: Casework | None, asked: Asked, cases: Mapping[str, Case], pace: VisitPace, on: date
) -> _Seen:
    places = {one.case: one for one in asked.places if one.case}
    applications = [] if work is None else _applications(service, work, cases, places)
    of_cases = [route for one in applications for route in one.routes]
    routes = _stored(service, (*asked.routes, *of_cases), asked.routes)
    seen = _Seen([], applications, routes, {}, {}, [])
    for name, row in routes.items():
        seen.names[name] = _called(row)
    if routes and work is not None:
        seen.items.extend(
            from_findings(open_about(service, list(routes), on, work.policy.id), list(routes), pace.join_m)
        )
        seen.items.extend(_measured(service, seen, on, work.policy.id))
        seen.items.extend(from_opportunities(service.opportunities.on(on).records.values(), routes))
    _add_places(seen, [one for one in asked.places if not one.case])
    _add_sites(service, seen, asked.sites)
    return seen


def _applications(
    service: Service, work: Casework, cases: Mapping[str, Case], places: Mapping[str, Place]
) -> list[Application]:
    """Return the cases with the place of each: as somebody has put it, else of its site, else of its routes."""
    sites = service.store.frame("sites") if cases else None
    found = []
    for name, case in cases.items():
        place = places.get(name)
        site = shapely.Point(place.x, place.y) if place is not None else _site_of(case, sites)
        made = application_of(case, work.policy, site)
        if made.site is None and made.routes:
            rows = service.store.rows("routes", list(made.routes))
            made = replace(made, site=rows[0].geometry if rows else None)
        found.append(made)
    return found


def _site_of(case: Case, sites: gpd.GeoDataFrame | None) -> shapely.Geometry | None:
    """Return the site of a case: of its project or its own id, else the only one that bears its applicant's name."""
    if sites is None or not len(sites):
        return None
    for column, value in (("id", case.project), ("id", case.id), ("name", case.project), ("applicant", case.applicant)):
        rows = sites[sites[column] == value] if value else sites[:0]
        if len(rows) == 1:
            return rows.geometry.iloc[0]
    return None


def _stored(service: Service, ids: Iterable[str], asked: Sequence[str]) -> dict[str, Row]:
    """Return the stored routes by id; refuse those that were asked for and are not there."""
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST_ROUTES:
        raise refused(
            Fault("visit.too_many", f"共 {len(wanted)} 条管线，最多 {MOST_ROUTES} 条",
                  f"{len(wanted)} routes, at most {MOST_ROUTES}", "分几次踏勘", "make several visits", field="routes")
        )  # fmt: skip
    rows = {row.id: row for row in service.store.rows("routes", wanted)}
    missing = [_missing("routes", "管线", "route", one) for one in asked if one not in rows]
    if missing:
        raise refused(*missing)
    return {one: rows[one] for one in sorted(rows)}


def _measured(service: Service, seen: _Seen, on: date, policy: str) -> Iterator[Item]:
    """Yield crossings to measure and limits in doubt; a route that cannot be judged is left out with the reason."""
    crs = service.grid().code
    traces, rows = {}, []
    for name, row in seen.routes.items():
        given = {"type": "Feature", "id": name, "geometry": row.geometry, "properties": row.properties | {"id": name}}
        try:
            answer = service.resident.assess(given, on=on, crs=crs, policy=policy, moving=True)
        except BadInputError as error:
            fault = error.faults[0]
            seen.left_out.append(
                LeftOut(name, f"无法评估：{fault.sentence('zh')}", f"not assessed: {fault.sentence('en')}")
            )
            continue
        traces[name] = answer["trace"]
        rows += [{**one, "road": one["owner"]} for one in answer["passages"] if one["kind"] == "crossing"]
    yield from from_traces(traces, {name: seen.routes[name].geometry for name in traces})
    if rows:
        shapes = [shape(one["geometry"]) for one in rows]
        frame = gpd.GeoDataFrame([{k: v for k, v in one.items() if k != "geometry"} for one in rows], geometry=shapes)
        yield from from_crossings(frame, {str(one["route"]) for one in rows} & seen.routes.keys())


def _add_places(seen: _Seen, places: Sequence[Place]) -> None:
    for one in places:
        digest = hashlib.sha256(f"{one.x:.2f} {one.y:.2f} {one.name}".encode("utf-8", "surrogatepass")).hexdigest()
        item = f"place:{digest[:10]}"
        zh, en = (one.note or f"察看{one.name or '此处'}", one.note or f"see {one.name or 'this place'}")
        seen.items.append(Item(item, "site", "look", (), "", one.x, one.y, zh, en))
        seen.names[item] = one.name


def _add_sites(service: Service, seen: _Seen, ids: Sequence[str]) -> None:
    rows = {row.id: row for row in service.store.rows("sites", list(ids))} if ids else {}
    missing = [_missing("sites", "项目", "site", one) for one in ids if one not in rows]
    if missing:
        raise refused(*missing)
    for name, row in rows.items():
        said, applicant = str(row.properties.get("name") or name), str(row.properties.get("applicant") or "").strip()
        item = f"place:sites:{name}"
        seen.items.append(
            Item(
                item, "site", "look", (Subject("sites", name),), "", *middle(row.geometry), f"察看{said}", f"see {said}"
            )
        )
        seen.names[item] = said
        if applicant:
            seen.hosts[item] = ("applicant", applicant, f"{said} 的申请人", f"applicant of {said}")


# ---------------------------------------------------------------------------------------------------------- the stops


def _stops(
    service: Service, seen: _Seen, ground: Ground, pace: VisitPace, asked: Asked
) -> tuple[tuple[Stop, ...], tuple[LeftOut, ...]]:
    """Return the stops with their names, and what has none."""
    shapes = {name: row.geometry for name, row in seen.routes.items() if name in asked.routes}
    found = stops_of(
        seen.items, seen.applications, _owners(service, seen), ground.streets, pace, shapes=shapes,
        keep=(*asked.routes, *asked.keep), hosts=seen.hosts,
    )  # fmt: skip
    beside = {route for stop in found.stops for item in stop.items for route in item.routes} - seen.names.keys()
    seen.names.update({row.id: _called(row) for row in service.store.rows("routes", sorted(beside))})
    named = [
        replace(
            stop, name=_named(stop, seen, ground), road_name=ground.names.get(stop.road, ""),
            minutes=asked.stop_minutes.get(stop.id, stop.minutes),
        )
        for stop in found.stops
    ]  # fmt: skip
    return tuple(named), (*seen.left_out, *found.left_out)


def _called(row: Row) -> str:
    return str(row.properties.get("name") or row.id)


def _named(stop: Stop, seen: _Seen, ground: Ground) -> str:
    """Return what people call a stop: the road, and what is looked at first."""
    own = [seen.names[item.id] for item in stop.items if seen.names.get(item.id)]
    own += [item.case for item in stop.items if item.case]
    own += [seen.names.get(route, route) for item in stop.items for route in item.routes]
    first = next(iter(dict.fromkeys(own)), "")
    return " · ".join(part for part in (ground.names.get(stop.road, ""), first) if part)[:200]


def _title(stops: Sequence[Stop]) -> str:
    """Return what a visit is called that nobody has named: by the road of its first stop."""
    first = next((stop.road_name or stop.name for stop in stops if stop.road_name or stop.name), "")
    return f"{first}{f'等 {len(stops)} 处' if len(stops) > 1 else ''}联合踏勘"


def _owners(service: Service, seen: _Seen) -> dict[tuple[str, str], Owner]:
    """Return whose the routes and pipes are that items are about; a company that a case names goes before none."""
    of_cases = {
        route: one.operators.get(utility, "") for one in seen.applications for route, utility in one.routes.items()
    }
    pipes = {subject.id for item in seen.items for subject in item.subjects if subject.layer == "pipes"}
    others = {subject.id for item in seen.items for subject in item.subjects if subject.layer == "routes"}
    rows = {
        "routes": {**{row.id: row for row in service.store.rows("routes", sorted(others))}, **seen.routes},
        "pipes": {row.id: row for row in service.store.rows("pipes", sorted(pipes))},
    }
    found = {}
    for layer, known in rows.items():
        for name, row in known.items():
            utility = utility_key(str(row.properties.get("utility") or ""))
            if utility is not None and utility in UTILITIES:
                operator = str(row.properties.get("operator") or "")
                found[layer, name] = Owner(utility, operator or (of_cases.get(name, "") if layer == "routes" else ""))
    return found


def _in_plan(stops: Sequence[Stop], applications: Sequence[Application]) -> set[str]:
    """Return the cases that the stops are about."""
    cases = {item.case for stop in stops for item in stop.items if item.case}
    routes = {route for stop in stops for item in stop.items for route in item.routes}
    return cases | {one.case for one in applications if routes.intersection(one.routes)}


def _busy(asked: Asked, stops: Sequence[Stop], now: datetime) -> tuple[dict[str, tuple[Span, ...]], list[Fault]]:
    """Return when people are busy, and what is told of calendars of nobody; people are named by key or by name."""
    begin, busy, told = local(now), {}, []
    called = {said: one.key for stop in stops for one in stop.attendees
              for said in (one.name, f"{one.role}:{one.name}", one.key)}  # fmt: skip
    for said, data in asked.calendars.items():
        field = f"calendars.{said[:80]}"
        try:
            spans = busy_from_ics(data, begin, begin + timedelta(days=CALENDAR_DAYS))
        except BadInputError as error:
            raise BadInputError([fault.at(field=field) for fault in error.faults]) from None
        if said in called:
            busy[called[said]] = spans
        else:
            told.append(
                Fault("visit.calendar_of_nobody", "行程不请此人，其日历未用", "the visit calls nobody of this key",
                      "核对到场人", "look at who is called", field=field)
            )  # fmt: skip
    return busy, told
