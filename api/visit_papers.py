"""Make what people take along to a visit: atlas, field map, checklist, invitation; all under one numbering."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from api.db.tables import KEPT_BY_STORE, LAYERS
from api.errors import not_found
from geo.faults import BadInputError
from maps.atlas import AtlasHead, StopSheet, make_atlas
from maps.field_map import field_map_html
from maps.layers import drawn_layers
from maps.visit_layers import listed_items, visit_layers
from survey.policies import load_policy
from survey.visits.calendars import Invitation, Mailbox, invitation_ics
from survey.visits.checklists import lines_of
from survey.visits.schedules import Schedule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import geopandas as gpd

    from api.dependencies import Service
    from maps.layers import DrawnLayer
    from survey.findings import Finding
    from survey.sections import Section
    from survey.visits.checklists import Line
    from survey.visits.keeping import Visit
    from survey.visits.keeping.events import Plan

AROUND_M = 250.0
"""So much of the county lies on the papers around stops, items and ways."""
NO_HOST = "cotrench.invalid"
"""Of calendar entries where the service has no name that others know: kept for such by RFC 2606."""
AND = {"zh": "、", "en": ", "}


@dataclass
class Papers:
    """What the papers of one visit are made of, found once.

    Attributes
    ----------
    visit
        With a plan.
    address
        Under which phones reach the service; empty: they do not.
    """

    service: Service
    visit: Visit
    on: date
    language: str = "zh"
    address: str = ""

    @cached_property
    def plan(self) -> Plan:
        """The plan; a visit without one has no papers."""
        if self.visit.plan is None:
            raise not_found(f"踏勘 {self.visit.id} 未排定", f"visit {self.visit.id} is not planned")
        return self.visit.plan

    @cached_property
    def lines(self) -> dict[str, list[Line]]:
        """The checklist by stop."""
        found: dict[str, list[Line]] = {}
        for line in lines_of(self.plan):
            found.setdefault(line.stop, []).append(line)
        return found

    @cached_property
    def layers(self) -> dict[str, gpd.GeoDataFrame]:
        """The county around the visit."""
        plan = self.plan
        points = [(stop.x, stop.y) for stop in plan.stops]
        points += [(item.x, item.y) for stop in plan.stops for item in stop.items]
        shapes = [shapely.Point(xy) for xy in points]
        shapes += [_line(way.points) for day in plan.ways for way in day.ways if way is not None]
        west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
        box = (west - AROUND_M, south - AROUND_M, east + AROUND_M, north + AROUND_M)
        frames = {name: self.service.store.frame(name, box) for name in LAYERS}
        return {name: frame.drop(columns=list(KEPT_BY_STORE), errors="ignore") for name, frame in frames.items()}

    @cached_property
    def answers(self) -> dict[str, dict[str, Any]]:
        """The assessment of each route of the plan that is there and can be judged."""
        county = self.service.store.county
        if county is None or county.policy is None:
            return {}
        named = {route for stop in self.plan.stops for item in stop.items for route in item.routes}
        frame, found = self.layers["routes"], {}
        for row in self.service.store.rows("routes", sorted(named & set(frame["id"].astype(str)))):
            given = {"type": "Feature", "geometry": row.geometry, "properties": row.properties | {"id": row.id}}
            try:
                found[row.id] = self.service.resident.assess(
                    given, on=self.on, crs=self.service.grid().code, policy=county.policy, moving=True
                )
            except BadInputError:  # the checklist says why: such a route was left out when the visit was planned
                continue
        return found

    @cached_property
    def findings(self) -> dict[str, Finding]:
        """The findings that items settle, as far as they still are."""
        county = self.service.store.county
        wanted = {name for stop in self.plan.stops for item in stop.items for name in item.findings}
        if county is None or county.policy is None or not wanted:
            return {}
        table = self.service.findings.on(self.on, county.policy)
        rows = np.flatnonzero(table.table["id"].isin(wanted))
        return {one.id: one for one in (table.finding(int(row)) for row in rows)}

    def atlas(self, paper: str) -> bytes:
        """Return the atlas as PDF."""
        sheets, head = self.sheets(), self._head()
        return make_atlas(
            sheets, self.layers, grid=self.service.grid(), head=head, paper=paper, language=self.language,
            people=self.people(),
        )  # fmt: skip

    def field_map(self) -> str:
        """Return the field map as one page that needs no network."""
        routes = self.layers["routes"]
        own = routes["id"].isin(self.answers)
        judged, others = routes[own].reset_index(drop=True), routes[~own]
        shown = {**self.layers, "routes": judged if len(judged) else others}
        beside = _beside(others, self.language) if len(judged) else []
        head = self._head()
        said = [text for text in (head.project, head.basis, f"{self.plan.days[0].on}") if text]
        return field_map_html(
            shown, title=self.plan.title, grid=self.service.grid(),
            assessments=[self.answers[str(one)] for one in judged["id"]] if len(judged) else None, lines=said,
            language=self.language, more=[*beside, *visit_layers(self.plan, self.language)],
            listed=listed_items(self.plan, self.language),
        )  # fmt: skip

    def sheets(self) -> list[StopSheet]:
        """Return the stops as the atlas draws them, in the order of the visit."""
        ways = {
            call.stop: way
            for day, of_day in zip(self.plan.days, self._ways(), strict=True)
            for call, way in zip(day.calls, of_day, strict=False)
        }
        return [self._sheet(number, at, ways.get(at)) for number, at in enumerate(self.plan.order, start=1)]

    def people(self) -> list[tuple[str, str]]:
        """Return who is called, with the numbers of the stops, in the order in which they are called first."""
        called: dict[str, tuple[str, list[str]]] = {}
        for number, at in enumerate(self.plan.order, start=1):
            for one in self.plan.stops[at].attendees:
                called.setdefault(one.key, (one.name, []))[1].append(str(number))
        return [(name, AND[self.language].join(stops)) for name, stops in called.values()]

    def _ways(self) -> list[list[shapely.LineString | None]]:
        given = {number: day.ways for number, day in enumerate(self.plan.ways)}
        return [
            [None if way is None else _line(way.points) for way in given.get(number, ())]
            for number in range(len(self.plan.days))
        ]

    def _sheet(self, number: int, at: int, way: shapely.LineString | None) -> StopSheet:
        stop, lines = self.plan.stops[at], self.lines.get(self.plan.stops[at].id, [])
        named = list(dict.fromkeys(route for line in lines for route in line.item.routes))
        there = set(self.layers["routes"]["id"])
        routes = [one for one in named if one in (self.answers or there)]
        findings = [self.findings[name] for line in lines for name in line.item.findings if name in self.findings]
        times = "；".join(f"{call.begins:%m-%d %H:%M}–{call.leaves:%H:%M}" for _, call in self.plan.calls_at(at))
        link = f"{self.address}/?stop={stop.id}#/visit/{self.visit.id}" if self.address else ""
        return StopSheet(
            stop.name or str(number), routes, (stop.x, stop.y),
            [self.answers[one] for one in routes if one in self.answers], findings,
            self._section(lines), (), link, lines, times, way,
        )  # fmt: skip

    def _section(self, lines: Sequence[Line]) -> Section | None:
        """Return the cross-section of the first chance that is agreed on at a stop."""
        records = self.service.opportunities.on(self.on).records
        for line in lines:
            name = line.item.id.removeprefix("chance:")
            if line.item.kind == "chance" and name in records:
                return self.service.opportunities.section(self.on, name)
        return None

    def _head(self) -> AtlasHead:
        county, zh = self.service.store.county, self.language == "zh"
        organisation = "" if county is None else county.name_zh if zh else county.name_en
        rules = None if county is None or county.policy is None else load_policy(county.policy)
        basis = "" if rules is None else f"{rules.document}《{rules.title}》"
        cases = AND[self.language].join(self.plan.cases)
        # What was planned of plain files was never stored, and has no number that anybody could look it up by.
        named = f"{self.plan.title} {self.visit.id}" if self.visit.seq else self.plan.title
        project = named + (f"（{cases}）" if zh else f" ({cases})") * bool(cases)
        return AtlasHead(self.plan.title, self.on, project, organisation, basis)


def _beside(routes: gpd.GeoDataFrame, language: str) -> list[DrawnLayer]:
    """Return the planned routes around that the visit is not about, in layers of their own, without measures."""
    return [
        replace(one, zh=f"{one.zh}（不在本次踏勘）", en=f"{one.en} (not of this visit)")
        for one in drawn_layers({"routes": routes}, language)
    ]


def invitation_of(service: Service, visit: Visit, host: str, attendee: str = "", *, dropped: bool = False) -> bytes:
    """Return the invitation to a visit as iCalendar; after it was called off, what takes it back.

    Parameters
    ----------
    host
        Name of the service, of which the entries' ids are; empty: none that others know.
    attendee
        Key of the one whom it is for: the days on which this one is called; empty: all days, everybody.
    dropped
        Instead take back the days that earlier invitations had and the plan has no more.

    Raises
    ------
    ProblemError
        404: not planned, the visit calls nobody of this key, or no day was dropped.
    """
    plan = visit.plan
    if plan is None or visit.at is None:
        raise not_found(f"踏勘 {visit.id} 未排定", f"visit {visit.id} is not planned")
    called = {one.key: one for stop in plan.stops for one in stop.attendees}
    if attendee and attendee not in called:
        raise not_found(f"行程不请 {attendee}", f"the visit does not call {attendee}")
    if dropped and not visit.dropped:
        raise not_found("没有要收回的日程", "there is no day to take back")
    county = service.store.county
    named = host or NO_HOST
    boxes = tuple(
        Mailbox(one.name, _address(one.key, named)) for key, one in sorted(called.items()) if attendee in ("", key)
    )
    organizer = Mailbox(county.name_zh if county is not None else "CoTrench", _address("organizer", named))
    # What is to be sent next: a changed or cancelled visit goes beyond what calendars have.
    sequence = visit.sequence + (visit.state in ("planned", "cancelled"))
    days, stops = (visit.dropped, ()) if dropped else (plan.days, plan.stops)
    invitation = Invitation(
        visit.id, sequence, named, plan.title, organizer, boxes,
        cancelled=dropped or visit.state == "cancelled", first_day=1 + len(plan.days) * dropped,
    )  # fmt: skip
    return invitation_ics(invitation, Schedule(days, 0.0, 0.0, proven=False), stops, visit.at, attendee)


def _address(key: str, host: str) -> str:
    """Return an address that stands for somebody whose address nobody knows; none is ever sent to."""
    return f"{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}@{host}"


def _line(points: Sequence[float]) -> shapely.LineString:
    return shapely.linestrings(np.reshape(points, (-1, 2)))
