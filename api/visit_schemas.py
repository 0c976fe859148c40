"""Describe joint visits for OpenAPI: what is asked, a proposal, a visit, what has happened to it."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - pydantic reads the annotations
from typing import Any, Literal

from pydantic import Field

from api.schemas import FaultShape, Geometry, Link, Position, Shape

VisitState = Literal["new", "planned", "invited", "held", "minuted", "cancelled"]


class VisitPlaceAsked(Shape):
    """A place that somebody has put on the map; with `case` it is where that case is."""

    x: float
    y: float
    name: str | None = None
    note: str | None = None
    case: str | None = None


class VisitAsked(Shape):
    """How a visit is wanted; everything may be left out, but something must be visited."""

    title: str | None = None
    cases: list[str] | None = None
    routes: list[str] | None = Field(None, description="Seen although nothing has to be seen there.")
    sites: list[str] | None = Field(None, description="As `routes`.")
    due: bool | None = Field(None, description="All cases that wait for the survey and are in no visit to come.")
    keep: list[str] | None = Field(None, description="Cases that are seen although nothing has to be seen there.")
    day: date | None = Field(None, description="On which it begins; else a date is proposed.")
    after: datetime | None = Field(None, description="Nothing before this moment.")
    start: Position | None = Field(None, description="Where one sets out; else one meets at the first stop.")
    end: Position | None = None
    mode: Literal["any", "walk", "drive"] | None = None
    minutes: dict[str, float] | None = Field(
        None, description="Minutes by tool (`arrive expose detector tape look talk`) or by the id of a stop."
    )
    add: list[VisitPlaceAsked] | None = None
    calendars: dict[str, str] | None = Field(None, description="iCalendar by the key of the attendee; not kept.")
    order: list[str] | None = Field(None, description="Ids of the stops as somebody has put them.")
    crs: str | None = Field(None, description="Of `start`, `end` and `add`, and of the answer.")


class VisitWords(Shape):
    """A command with its name."""

    kind: str
    zh: str
    en: str


class VisitAttendee(Shape):
    """Somebody who must come, and why."""

    key: str
    role: str
    name: str
    why_zh: list[str]
    why_en: list[str]


class VisitAnswer(Shape):
    """What somebody found at an item."""

    id: str
    outcome: Literal["ok", "not_ok", "value", "open"]
    outcome_zh: str
    outcome_en: str
    taken_at: datetime
    value: float | None
    uncertainty: float | None
    unit: str
    photos: list[str]
    note: str
    place: Position | None
    accuracy_m: float | None
    replaces: str
    by: str
    at: datetime
    planned: bool
    late: bool
    corrected: bool


class VisitSubject(Shape):
    """What an item is about."""

    layer: str
    id: str


class VisitItem(Shape):
    """One thing to do on site; `number` is that of the atlas and of the checklist."""

    number: str
    id: str
    kind: str
    kind_zh: str
    kind_en: str
    tool: str
    tool_zh: str
    tool_en: str
    do_zh: str
    do_en: str
    subjects: list[VisitSubject]
    case: str
    place: Position
    measured: float | None
    limit: float | None
    uncertainty: float | None
    unit: str
    document: str
    clause: str
    unverified: bool
    findings: list[str]
    answers: list[VisitAnswer]


class VisitPart(Shape):
    """A part of a stay; several where no half day holds it."""

    day: date
    begins: datetime
    leaves: datetime


class VisitStop(Shape):
    """A stop, in the order of the visit."""

    number: int
    id: str
    name: str
    place: Position
    road: str
    road_name: str
    gap_m: float | None
    minutes: float
    day: date
    way_s: float
    arrives: datetime
    begins: datetime
    leaves: datetime
    parts: list[VisitPart]
    items: list[VisitItem]
    attendees: list[VisitAttendee]


class VisitLeg(Shape):
    """A way: seconds and metres; `gap_m` of them along straight lines where no road is known."""

    mode: Literal["walk", "drive"]
    seconds: float
    metres: float
    gap_m: float


class VisitDay(Shape):
    """A day of a visit: its stops, the ways to each of them and back; null: one is there already."""

    on: date
    sets_out: datetime
    back: datetime
    provisional: bool
    stops: list[str]
    ways: list[Geometry | None]
    legs: list[VisitLeg | None]


class VisitPlan(Shape):
    """A visit as it is planned."""

    title: str
    cases: list[str]
    stops: list[VisitStop]
    days: list[VisitDay]
    attendees: list[VisitAttendee]
    start: Position | None
    end: Position | None
    asked: dict[str, Any] = Field(description="What was asked, coordinates in the grid; calendars are not kept.")


class VisitPlanCost(VisitPlan):
    """A plan with what it costs; `least_travel_s` is that of the best order."""

    travel_s: float
    waiting_s: float
    proven: bool
    least_travel_s: float


class VisitLeftOut(Shape):
    """A case or route that is not visited, and why."""

    id: str
    zh: str
    en: str


class VisitBlocker(Shape):
    """Somebody without whose appointments a time would be found."""

    key: str
    name: str


class VisitNearest(Shape):
    """The first time that would do."""

    sets_out: datetime
    back: datetime
    days: list[date]


class VisitDue(Shape):
    """By when the survey of a case must have been held."""

    at: datetime
    case: str
    clause: str
    document: str
    cites: list[dict[str, Any]]


class VisitProposal(Shape):
    """What would come of planning; nothing is stored."""

    plan: VisitPlanCost | None
    stops: list[str]
    left_out: list[VisitLeftOut]
    blockers: list[VisitBlocker]
    nearest: VisitNearest | None
    due: VisitDue | None
    faults: list[FaultShape]
    zh: str
    en: str


class VisitRow(Shape):
    """A visit in short."""

    id: str
    title: str
    state: VisitState
    state_zh: str
    state_en: str
    seq: int
    sequence: int
    days: list[date]
    sets_out: datetime | None
    stops: int
    items: int
    answered: int
    disputed: int
    signatures: int
    cases: list[str]
    called: bool
    waits: list[VisitWords]


class VisitList(Shape):
    """A page of visits, the latest first."""

    visits: list[VisitRow]
    counts: dict[str, int]
    links: list[Link]


class VisitPresent(Shape):
    """Somebody who came."""

    name: str
    organisation: str
    key: str


class VisitSignature(Shape):
    """Who signed; `picture` is its id."""

    who: VisitPresent
    picture: str
    at: datetime


class VisitUnplanned(Shape):
    """Answers to an item that is not in the plan any more."""

    item: str
    answers: list[VisitAnswer]


class VisitMinutes(Shape):
    """The minutes that are out; `late` answers came after them."""

    document: str
    upto: int
    late: int


class VisitPaper(Shape):
    """A paper that the visit gives."""

    kind: str
    href: str
    media: str
    zh: str
    en: str


class VisitEntered(Shape):
    """Whether a step was entered in a case, or why it was not."""

    case: str
    kind: Literal["schedule_survey", "record_survey"]
    entered: bool
    zh: str
    en: str


class VisitShape(VisitPlan):
    """A visit as it stands."""

    id: str
    state: VisitState
    state_zh: str
    state_en: str
    seq: int
    sequence: int
    answered: int
    waits: list[VisitWords]
    invited: list[str]
    uninvited: list[str]
    present: list[VisitPresent]
    signatures: list[VisitSignature]
    disputed: list[str]
    unplanned: list[VisitUnplanned]
    reason: str
    minutes: VisitMinutes | None
    possible: list[VisitWords]
    papers: list[VisitPaper]
    links: list[Link]
    entered: list[VisitEntered] | None = Field(None, description="Of a command with `cases`.")


class VisitEvent(Shape):
    """One thing that happened."""

    seq: int
    at: datetime
    who: str
    role: str
    kind: str
    zh: str
    en: str
    data: dict[str, Any]


class VisitEvents(Shape):
    """What has happened to a visit."""

    events: list[VisitEvent]
