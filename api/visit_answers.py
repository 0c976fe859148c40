"""Shape a visit for an answer: the plan as it stands, what was entered on site, what who asks may do now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from api import geojson, media_types
from api.visit_people import calls, roles_of
from survey.calendar import local
from survey.cases.plain import as_plain
from survey.visits.checklists import checklist_of
from survey.visits.keeping import possible
from survey.visits.keeping.commands import COMMANDS
from survey.visits.keeping.events import OUTCOMES
from survey.visits.keeping.state import STATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from api.coordinates import Axes
    from api.doors import Visitor
    from api.visit_planning import Made
    from survey.cases.events import Event
    from survey.visits.keeping import Visit
    from survey.visits.keeping.events import Plan, Way
    from survey.visits.keeping.state import Given
    from survey.visits.schedules import Schedule
    from survey.visits.stops import Attendee, Stop

AT = "/api/visits"
PAPERS = (
    ("atlas_a3", "atlas.pdf?paper=A3", media_types.PDF, "踏勘图册 A3", "Atlas, A3"),
    ("atlas_a4", "atlas.pdf?paper=A4", media_types.PDF, "踏勘图册 A4", "Atlas, A4"),
    ("field_map", "field-map.html", media_types.HTML, "离线地图", "Field map"),
    ("checklist", "checklist.xlsx", media_types.XLSX, "核查清单", "Checklist"),
    ("invitation", "invitation.ics", media_types.ICS, "日历邀请", "Invitation"),
    ("layers", "layers.gpkg", media_types.GPKG, "图层（QGIS、QField）", "Layers for QGIS and QField"),
    ("pack", "pack.zip", media_types.ZIP, "全部打包", "Everything in one pack"),
)
"""Papers of a planned visit: what kind, the end of the address, the media type, and what it is called."""
DRAWN = frozenset({"atlas_a3", "atlas_a4", "field_map", "pack"})
"""Papers that show every line around the stops: for whoever may look at the county's existing pipes."""
DROPPED = ("invitation_dropped", "invitation.ics?dropped=true", media_types.ICS, "收回取消的日程", "Days to take back")
"""Where calendars know more days than a changed visit has."""


def row_shape(visit: Visit, visitor: Visitor, now: datetime) -> dict[str, Any]:
    """Return a visit as a list shows it."""
    plan, state = visit.plan, STATES[visit.state]
    stops = plan.stops if plan is not None else ()
    answered = {given.answer.item for given in visit.answers.values() if not given.corrected}
    return {
        "id": visit.id, "title": plan.title if plan is not None else "", "state": visit.state, "state_zh": state[0],
        "state_en": state[1], "seq": visit.seq, "days": [] if plan is None else [day.on for day in plan.days],
        "sets_out": plan.days[0].sets_out if plan is not None else None,
        "stops": len(stops), "items": len(visit.items), "answered": len(answered & visit.items),
        "disputed": len(visit.disputed), "signatures": len(visit.signatures),
        "cases": [] if plan is None else list(plan.cases), "sequence": visit.sequence, "called": calls(visitor, visit),
        "waits": [_command(kind) for kind in waits_of(visit, visitor, now)],
    }  # fmt: skip


def waits_of(visit: Visit, visitor: Visitor, now: datetime) -> list[str]:
    """Return the commands that a visit waits for from who asks; empty for those who do not plan visits."""
    able = {kind for role in roles_of(visitor) for kind in possible(visit, role)}
    ends = visit.plan.days[-1].back if visit.plan is not None else None
    over = ends is not None and local(now) >= ends
    late = (
        visit.state == "minuted" and any(given.late for given in visit.answers.values()) and visit.seq > visit.upto + 1
    )
    wanted = {
        "planned": ("hold_visit",) if over else ("invite_visit",), "invited": ("hold_visit",) if over else (),
        "held": ("issue_visit_minutes",), "minuted": ("issue_visit_minutes",) if late else (),
    }.get(visit.state, ())  # fmt: skip
    return [kind for kind in wanted if kind in able]


def visit_shape(visit: Visit, visitor: Visitor, axes: Axes, now: datetime) -> dict[str, Any]:
    """Return a visit whole, coordinates in ``axes``."""
    row = row_shape(visit, visitor, now)
    plan = visit.plan
    answers: dict[str, list[dict[str, Any]]] = {}
    for given in visit.answers.values():
        answers.setdefault(given.answer.item, []).append(_given(given, axes))
    loose = [{"item": item, "answers": said} for item, said in answers.items() if item not in visit.items]
    known = set() if plan is None else {one.key for one in _all_attendees(plan.stops)}
    minutes = {
        "document": visit.minutes, "upto": visit.upto,
        "late": sum(given.late for given in visit.answers.values()),
    }  # fmt: skip
    return row | plan_shape(plan, axes, answers) | {
        "invited": list(visit.invited), "uninvited": sorted(known - set(visit.invited)),
        "present": as_plain(visit.present), "signatures": as_plain(visit.signatures),
        "disputed": list(visit.disputed), "unplanned": loose, "reason": visit.reason,
        "minutes": minutes if visit.minutes else None,
        "possible": [_command(kind) for kind in _possible(visit, visitor)],
        "papers": [] if plan is None else [
            {"kind": kind, "href": f"{AT}/{visit.id}/{end}", "media": media, "zh": zh, "en": en}
            for kind, end, media, zh, en in (*PAPERS, *([DROPPED] if visit.dropped else []))
            if kind not in DRAWN or visitor.reach("pipes.read") == "all"
        ],
        "links": [{"rel": "events", "href": f"{AT}/{visit.id}/events"}],
    }  # fmt: skip


def plan_shape(plan: Plan | None, axes: Axes, answers: dict[str, list[dict[str, Any]]] | None = None) -> dict[str, Any]:
    """Return a plan: stops with their items, attendees and times in the order of the visit, and the days with ways."""
    if plan is None:
        return {"stops": [], "days": [], "attendees": [], "start": None, "end": None, "asked": {}}
    places, told = _stop_shapes(plan, axes, answers or {})
    return {
        "title": plan.title, "cases": list(plan.cases), "stops": told,
        "days": [_day(plan, number, axes) for number in range(len(plan.days))],
        "attendees": [_attendee(one) for one in _all_attendees([plan.stops[at] for at in places])],
        "start": _position(plan.start, axes), "end": _position(plan.end, axes), "asked": dict(plan.asked),
    }  # fmt: skip


def proposal_shape(made: Made, axes: Axes) -> dict[str, Any]:
    """Return what came of planning: the plan, or why there is none and the nearest time."""
    found, due = made.planned, made.due
    schedule = found.schedule
    return {
        "plan": None if found.plan is None else plan_shape(found.plan, axes) | _cost(schedule, found.least_travel_s),
        "stops": [stop.id for stop in made.stops], "left_out": as_plain(made.left_out),
        "blockers": as_plain(found.blockers), "nearest": _nearest(found.nearest),
        "due": None if due is None else {
            "at": due.at, "case": due.case, "clause": "；".join(one.clause for one in due.cites),
            "document": "；".join(dict.fromkeys(one.document for one in due.cites)), "cites": as_plain(due.cites),
        },
        "faults": [fault.as_dict() for fault in found.faults], "zh": found.zh, "en": found.en,
    }  # fmt: skip


def event_shape(event: Event) -> dict[str, Any]:
    """Return an event with who, when and what; a plan is told by its title, its days and how many stops it has."""
    zh, en = event.body.words
    data = as_plain(event.body)
    if "plan" in data:
        plan = data["plan"]
        data["plan"] = {
            "title": plan["title"], "cases": plan["cases"], "stops": len(plan["stops"]),
            "days": [day["on"] for day in plan["days"]],
        }  # fmt: skip
    return {
        "seq": event.seq, "at": event.at, "who": event.actor.name, "role": event.actor.role, "kind": event.body.kind,
        "zh": zh, "en": en, "data": data,
    }  # fmt: skip


def _possible(visit: Visit, visitor: Visitor) -> list[str]:
    able = {kind for role in roles_of(visitor) for kind in possible(visit, role)}
    return [kind for kind in COMMANDS if kind in able]


def _command(kind: str) -> dict[str, str]:
    zh, en = COMMANDS[kind].words
    return {"kind": kind, "zh": zh, "en": en}


def _cost(schedule: Schedule | None, least_s: float | None) -> dict[str, Any]:
    if schedule is None:
        return {}
    return {
        "travel_s": schedule.travel_s, "waiting_s": schedule.waiting_s, "proven": schedule.proven,
        "least_travel_s": schedule.travel_s if least_s is None else least_s,
    }  # fmt: skip


def _nearest(schedule: Schedule | None) -> dict[str, Any] | None:
    if schedule is None or not schedule.days:
        return None
    return {
        "sets_out": schedule.days[0].sets_out, "back": schedule.days[-1].back,
        "days": [day.on for day in schedule.days],
    }  # fmt: skip


def _stop_shapes(
    plan: Plan, axes: Axes, answers: dict[str, list[dict[str, Any]]]
) -> tuple[list[int], list[dict[str, Any]]]:
    """Return the numbers of the stops in the order of the visit, and each of them as it is told."""
    order = list(plan.order)
    lines: dict[str, list[dict[str, Any]]] = {}
    for line in checklist_of(plan.stops, order):
        told = line.as_dict()
        told |= {"place": _position((line.item.x, line.item.y), axes), "answers": answers.get(line.item.id, [])}
        lines.setdefault(line.stop, []).append(
            {name: one for name, one in told.items() if name not in ("x", "y", "stop")}
        )
    found = []
    for number, at in enumerate(order, start=1):
        stop, own = plan.stops[at], plan.calls_at(at)
        found.append({
            "number": number, "id": stop.id, "name": stop.name, "place": _position((stop.x, stop.y), axes),
            "road": stop.road, "road_name": stop.road_name, "gap_m": stop.gap_m, "minutes": stop.minutes,
            "day": own[0][0].on, "way_s": own[0][1].way_s, "arrives": own[0][1].arrives,
            "begins": own[0][1].begins, "leaves": own[-1][1].leaves,
            "parts": [{"day": day.on, "begins": call.begins, "leaves": call.leaves} for day, call in own],
            "items": lines.get(stop.id, []), "attendees": [_attendee(one) for one in stop.attendees],
        })  # fmt: skip
    return order, found


def _day(plan: Plan, number: int, axes: Axes) -> dict[str, Any]:
    day = plan.days[number]
    ways = plan.ways[number].ways if number < len(plan.ways) else ()
    return {
        "on": day.on, "sets_out": day.sets_out, "back": day.back, "provisional": day.provisional,
        "stops": list(dict.fromkeys(plan.stops[call.stop].id for call in day.calls)),
        "ways": [_line(way, axes) for way in ways],
        "legs": [None if way is None else {"mode": way.mode, "seconds": way.seconds, "metres": way.metres,
                                           "gap_m": way.gap_m} for way in ways],
    }  # fmt: skip


def _line(way: Way | None, axes: Axes) -> dict[str, Any] | None:
    if way is None:
        return None
    points = np.array(way.points, np.float64).reshape(-1, 2)
    [drawn] = geojson.geometries([shapely.linestrings(points)], axes.from_grid, axes.decimals)
    return drawn


def _position(place: Sequence[float] | None, axes: Axes) -> list[float] | None:
    if not place:
        return None
    x, y = axes.from_grid(np.array([place[0]], np.float64), np.array([place[1]], np.float64))
    return [round(float(x[0]), axes.decimals), round(float(y[0]), axes.decimals)]


def _attendee(one: Attendee) -> dict[str, Any]:
    return {"key": one.key, "role": one.role, "name": one.name, "why_zh": list(one.why_zh), "why_en": list(one.why_en)}


def _all_attendees(stops: Iterable[Stop]) -> list[Attendee]:
    """Return everybody who is called, by key, each once with the first reasons."""
    found: dict[str, Attendee] = {}
    for stop in stops:
        for one in stop.attendees:
            found.setdefault(one.key, one)
    return [found[key] for key in sorted(found)]


def _given(given: Given, axes: Axes) -> dict[str, Any]:
    answer = given.answer
    zh, en = OUTCOMES[answer.outcome]
    place = None if answer.x is None or answer.y is None else _position((answer.x, answer.y), axes)
    told = {name: value for name, value in as_plain(answer).items() if name not in ("x", "y", "item")}
    return told | {
        "outcome_zh": zh, "outcome_en": en, "place": place, "by": given.by, "at": given.at, "planned": given.planned,
        "late": given.late, "corrected": given.corrected,
    }  # fmt: skip
