"""Assess one drawn route in its county: measured, judged, its partners found; the one answer everybody shows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.crossings import find_passages
from geo.polylines import Polylines
from survey.drawn import Frame, drawn_route
from survey.frames import measure_frame
from survey.neighbours import Beside
from survey.one_work import Work, together_line, work_of
from survey.planned import PlannedRoute, PlannedRoutes, as_one, asked
from survey.policies import load_policy
from survey.quantities import NOTES, Measured, measure_lines
from survey.verdicts import judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from geo.crs import Grid
    from survey.conflicts import Conflicts
    from survey.policies import Policy
    from survey.surroundings import Surroundings
    from survey.trace import TraceLine

__all__ = ["County", "assess", "measure_frame"]

_SHOWN = ("length_m", "crossing_m", "crossing_max_m", "along_m", "road_m", "green_m2")


@dataclass(slots=True)
class County:
    """A county kept ready in memory.

    Parameters
    ----------
    grid
        The county's grid; all geometry here is in it.
    policy
        The county's rules, with its defaults.
    surroundings
        Its roads and greens; set a new one when either layer changes.
    routes
        Its planned routes; `PlannedRoutes.put` and `PlannedRoutes.discard` after each write.
    conflicts
        Its routes, pipes, roads, buildings and trees as `survey.conflicts` holds them, edited likewise; None: routes
        are not checked for conflicts, and answers have no findings.
    """

    grid: Grid
    policy: Policy
    surroundings: Surroundings
    routes: PlannedRoutes
    conflicts: Conflicts | None = None


def assess(
    route: Mapping[str, Any],
    county: County,
    *,
    on: date,
    crs: str = "OGC:CRS84",
    policy: str | None = None,
    distance: float = 3.0,
    bearing: float = 15.0,
    min_length: float = 10.0,
    moving: bool = False,
) -> dict[str, Any]:
    """Return the assessment of one route as plain values for JSON; nothing is stored.

    Parameters
    ----------
    route
        A GeoJSON Feature: LineString or MultiLineString and the columns of ROUTES as properties. Its ``geometry`` may
        also be a shapely line in the county's grid, whatever ``crs`` is. A stored route of the same ``id`` (in the
        properties, else the feature's own) is left out: it is the one being edited.
    county
        The county, resident.
    on
        The day by whose rules and road ages it is judged.
    crs
        Of the geometry in ``route`` and in the answer: longitude and latitude, or any projected system.
    policy
        Rules of another county by id; None: the county's own.
    distance, bearing, min_length
        What counts as a partner: metres, degrees, metres.
    moving
        The line still follows the pointer: no mend is sought that would move it.

    Raises
    ------
    BadInputError
        With every fault of the route: geometry, coordinates, utility, dates, and of ``crs`` or ``policy``.
    """
    begun = time.perf_counter()
    rules = county.policy if policy is None else load_policy(policy)
    frame = Frame.named(crs, county.grid)
    drawn = drawn_route(route, county.policy.defaults, frame)
    work = work_of(drawn, county.routes, rules.together)
    own = _measure(work.members[:1], county)
    alone = len(work.members) == 1
    judged_on = own if alone else _measure([as_one(work.members)], county)
    verdict = judge(judged_on, rules, on)[0]
    passages = [
        passage
        for member in work.members
        for passage in _passages(member, own if member is drawn else _measure([member], county), county, frame)
    ]
    partners, trenches = _neighbours(drawn, county, frame, distance, bearing, min_length)
    answer = {
        "grid": county.grid.code,
        "crs": crs,
        "policy": {
            "id": rules.id, "county_zh": rules.county_zh, "county_en": rules.county_en, "document": rules.document,
            "title": rules.title, "on": on.isoformat(),
        },
        "quantities": _quantities(own, drawn),
        "verdict": {
            "verdict": verdict.verdict, "label_zh": verdict.label_zh, "label_en": verdict.label_en,
            "margin_m": verdict.margin_m, "sentence_zh": verdict.sentence_zh, "sentence_en": verdict.sentence_en,
            "decisive": list(verdict.decisive),
        },
        "trace": [
            *(line.as_dict() | {"counted": _counted(line, rules, passages, judged_on)} for line in verdict.trace),
            *together_line(work, rules),
        ],
        "passages": passages,
        "partners": partners,
        "trenches": trenches,
        "findings": _findings(route, drawn, county, rules, on, frame, moves=not moving),
        "joined": [] if alone else [member.id for member in work.members],
        "work": None if alone else {"quantities": _quantities(judged_on, drawn)},
        "notes": _notes(own, work, county),
    }  # fmt: skip
    return answer | {"took_ms": round(1000.0 * (time.perf_counter() - begun), 3)}


def _measure(routes: Sequence[PlannedRoute], county: County) -> Measured:
    return measure_lines(asked(routes, county.policy.defaults), county.surroundings, county.grid)


# ------------------------------------------------------------------------------------------------- parts of the answer


def _quantities(measured: Measured, drawn: PlannedRoute) -> dict[str, Any]:
    """Return each quantity with its uncertainty and what it is."""
    answer: dict[str, Any] = {}
    for name in _SHOWN:
        quantity = measured.quantities[name]
        zh, en = NOTES[name]
        answer[name] = {
            "value": float(quantity.value[0]),
            "uncertainty": float(quantity.uncertainty[0] + quantity.above[0]),
            "unit": quantity.unit,
            "note_zh": f"{zh}；顶点中误差 {drawn.accuracy_m:g} m，不确定度取其传播值的两倍",
            "note_en": f"{en}; mean error of a vertex {drawn.accuracy_m:g} m, the uncertainty twice what it leads to",
        }
    return answer | {"crossings": int(measured.crossings[0])}


def _passages(route: PlannedRoute, measured: Measured, county: County, frame: Frame) -> list[dict[str, Any]]:
    """Return the stretches of one route inside roads, then inside greens."""
    lines = Polylines.from_shapely(np.array([route.shape], dtype=object))
    s, facts = measured.stretches, county.surroundings.facts
    cut = lines.cut(np.zeros(len(s.road), dtype=np.int64), s.from_m, s.to_m)
    roads = [
        {
            "kind": "crossing" if s.crossing[k] else "along",
            "route": route.id,
            "owner": facts.ids[road],
            "name": facts.names[road],
            "class": facts.classes[road],
            "assumed": bool(facts.assumed[road]),
            "from_m": float(s.from_m[k]),
            "to_m": float(s.to_m[k]),
            "length_m": float(s.length_m[k]),
            "uncertainty_m": float(s.uncertainty_m[k]),
            "skew_deg": None if np.isnan(s.skew_deg[k]) else float(s.skew_deg[k]),
            "delivered": _iso(facts.delivered[road]),
            "overhauled": _iso(facts.overhauled[road]),
            "geometry": frame.geojson(cut[k]),
        }
        for k, road in enumerate(s.road.tolist())
    ]
    return roads + _green_passages(route, lines, county, frame)


def _green_passages(route: PlannedRoute, lines: Polylines, county: County, frame: Frame) -> list[dict[str, Any]]:
    around = county.surroundings
    if not len(around.greens):
        return []
    inside = find_passages(lines, around.green_areas)
    cut = lines.cut(inside.line, inside.from_m, inside.to_m)
    return [
        {
            "kind": "green", "route": route.id, "owner": around.green_ids[green], "name": around.green_names[green],
            "class": None, "assumed": False, "from_m": float(inside.from_m[k]), "to_m": float(inside.to_m[k]),
            "length_m": float(inside.to_m[k] - inside.from_m[k]), "uncertainty_m": None, "skew_deg": None,
            "delivered": None, "overhauled": None, "geometry": frame.geojson(cut[k]),
        }
        for k, green in enumerate(inside.owner.tolist())
    ]  # fmt: skip


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _counted(line: TraceLine, policy: Policy, passages: Sequence[Mapping[str, Any]], measured: Measured) -> list[int]:
    """Return which passages of the answer a rule counted."""
    rule = policy.rule(line.rule)
    if rule.quantity == "green_m2":
        kinds = {"green"}
    elif rule.quantity == "along_m":
        kinds = {"along"}
    elif rule.quantity == "crossing_m":
        kinds = {"crossing"} | ({"along"} if rule.option("along_road", "does_not_count") == "counts" else set())
    elif rule.kind == "exclusion":
        owners = {measured.surroundings.facts.ids[road] for road in line.roads}
        return [k for k, p in enumerate(passages) if p["kind"] != "green" and p["owner"] in owners]
    else:
        return []
    return [k for k, p in enumerate(passages) if p["kind"] in kinds]


def _neighbours(
    drawn: PlannedRoute, county: County, frame: Frame, distance: float, bearing: float, min_length: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the planned routes beside the drawn one, and the trenches it could share."""
    beside = Beside.of(drawn, county.routes, distance=distance, bearing=bearing, min_length=min_length)
    partners = [row | {"geometry": frame.geojson(row["geometry"])} for row in beside.partners()]
    trenches = [row | {"geometry": frame.geojson(row["geometry"])} for row in beside.trenches()]
    return partners, trenches


def _findings(
    route: Mapping[str, Any],
    drawn: PlannedRoute,
    county: County,
    rules: Policy,
    on: date,
    frame: Frame,
    *,
    moves: bool,
) -> list[dict[str, Any]]:
    """Return what the drawn route conflicts with, the gravest first, each with its place and its mend's new line."""
    if county.conflicts is None:
        return []
    row = {**(route.get("properties") or {}), "id": drawn.id, "geometry": drawn.shape}
    answer = []
    for finding in county.conflicts.of(row, on=on, policy=rules, moves=moves):
        told = finding.as_dict() | {"geometry": finding.geometry and frame.geojson(finding.geometry)}
        if finding.mend is not None:
            told["mend"]["geometry"] = finding.mend.geometry and frame.geojson(finding.mend.geometry)
        answer.append(told)
    return answer


def _notes(measured: Measured, work: Work, county: County) -> list[dict[str, str]]:
    """Return what a person should know beside the rules."""
    facts = county.surroundings.facts
    touched = dict.fromkeys(measured.stretches.road.tolist())
    assumed = [facts.label(road) for road in touched if facts.assumed[road]]
    notes = []
    if assumed:
        names = "、".join(assumed)
        notes.append(
            {
                "code": "road.assumed",
                "zh": f"道路等级或宽度为推定：{names}",
                "en": f"class or width of the road is assumed: {names}",
            }
        )
    if not facts.ids:
        notes.append(
            {
                "code": "roads.none",
                "zh": "没有道路图层，未核道路规则",
                "en": "there is no layer of roads: road rules unchecked",
            }
        )
    if not len(county.surroundings.greens):
        notes.append(
            {
                "code": "greens.none",
                "zh": "没有绿地图层，未核绿地面积",
                "en": "there is no layer of greens: green area unchecked",
            }
        )
    if any(member.start is None for member in work.members) and len(work.members) > 1:
        notes.append(
            {
                "code": "joined.start_unknown",
                "zh": "有管线未填开工日期，仍按12个月内合并",
                "en": "a start is not stated; counted together all the same",
            }
        )
    return notes
