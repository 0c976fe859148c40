"""Answer for chances to share a trench: list, read, answer, try other dates, draw the section, split the cost.

What an agreed chance is as one project is in `api.routes.joint_projects`.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api import geojson, media_types
from api.conditions import answered_once, unchanged
from api.coordinates import axes_of, window_of
from api.db.records import Answer
from api.dependencies import Body, Running, Service, parse_object
from api.doors import Asking, Visitor, may
from api.errors import refused
from api.filters import days_of
from api.openapi import Content, documented
from api.opportunity_answers import (
    event_shape,
    money_shape,
    row_shapes,
    spelling_shape,
    standing_shape,
    talk_shape,
    whole_shape,
)
from api.opportunity_commands import command_of
from api.opportunity_files import write_opportunities
from api.opportunity_lists import Wanted, page_of
from api.opportunity_lookup import Identity, known, present
from api.opportunity_projects import begin_project
from api.options import Options
from api.routes.cases import NAME, key_of, unless_known
from geo.faults import Fault
from maps.section_drawing import section_svg
from survey.cases.plain import as_plain
from survey.opportunities.answers import parties_of
from survey.opportunities.answers.commands import BeginProject
from survey.opportunities.meeting import MEETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from api.county_opportunities import Chances
    from api.db.streams import StreamHead
    from survey.opportunities import Opportunity

router = APIRouter(prefix="/api/opportunities", tags=["opportunities"])

MOST, DEFAULT_LIMIT = 10_000, 1_000
MOST_TRIED = 200
MEDIA = {"gpkg": media_types.GPKG, "xlsx": media_types.XLSX, "csv": media_types.CSV, "pdf": media_types.PDF}
OPPORTUNITY = Content("OpportunityShape")
Crs = Annotated[
    str | None, Query(description="Of the answer's coordinates; CRS84 unless given, or `EPSG:4546`, `grid`.")
]
Words = list[str] | None
SEVERAL = "; several by commas, or the parameter several times."


def wanted_of(
    service: Running,
    bbox: Annotated[str | None, Query(description="west,south,east,north")] = None,
    bbox_crs: Annotated[str | None, Query(alias="bbox-crs", description="Of bbox; CRS84 unless given.")] = None,
    utility: Annotated[Words, Query(description=f"One of its routes is for it{SEVERAL}")] = None,
    operator: Annotated[str | None, Query(description="One of its routes is this company's.", max_length=200)] = None,
    route: Annotated[str | None, Query(description="Id of one of its routes.")] = None,
    street: Annotated[
        str | None, Query(description="Id of a road on it, or text in its name; in double quotes its whole name.")
    ] = None,
    state: Annotated[
        Words, Query(description=f"`new proposed agreed declined expired withdrawn done`{SEVERAL}")
    ] = None,
    kind: Annotated[Words, Query(description=f"`run`, `crossing`{SEVERAL}")] = None,
    meeting: Annotated[Words, Query(description=f"`meets`, `shift`, `never`, `unknown`{SEVERAL}")] = None,
    datetime: Annotated[
        str | None, Query(description="A day or `from/to`: all could dig together then, after the smallest shift.")
    ] = None,
    least_saved_m: Annotated[float | None, Query(ge=0, description="Metres saved at least.")] = None,
    least_yuan: Annotated[float | None, Query(description="Yuan saved at least, by the lower end.")] = None,
    waiting: Annotated[bool | None, Query(description="Whether it waits for an answer of who asks.")] = None,
    case: Annotated[str | None, Query(description="Its project is this case.", pattern=NAME)] = None,
) -> Wanted:
    """Return what a chance must be, from the parameters that lists and files have in common."""
    grid = service.grid()
    window = window_of(bbox, axes_of(bbox_crs, grid)) if bbox is not None else None
    days = days_of(datetime) if datetime is not None else None
    wanted = Wanted(
        _words(utility), operator, route, street, _words(state), _words(kind), _words(meeting), days, least_saved_m,
        least_yuan, window, waiting, case,
    )  # fmt: skip
    wanted.check()
    return wanted


Chosen = Annotated[Wanted, Depends(wanted_of)]
Order = Annotated[
    Literal["worth", "length", "money", "due"],
    Query(description="`worth`: by score; by what is shared; by money (upper end); what is to be answered first."),
]


@router.get("", responses=documented(Content("OpportunityList"), 304, 404, 422, 503),
            dependencies=[may("opportunities.read")])  # fmt: skip
def get_opportunities(
    request: Request,
    service: Running,
    visitor: Asking,
    wanted: Chosen,
    crs: Crs = None,
    order: Order = "worth",
    limit: Annotated[int, Query(ge=1, le=MOST)] = DEFAULT_LIMIT,
    offset: Annotated[int, Query(ge=0, le=10**9, description="How many come before; see the link `next`.")] = 0,
) -> Response:
    """Return the county's chances in short, with what their parties said; 304 where If-None-Match names it."""
    axes = axes_of(crs, service.grid())
    chances = service.opportunities.on(service.today())
    heads, talks = service.talks().all()
    tag = _tag(chances, heads, visitor, str(request.query_params))
    if unchanged(request, tag):
        return Response(status_code=304, headers={"ETag": tag})
    page = page_of(chances, talks, wanted, visitor, order=order, offset=offset, limit=limit)
    body = {
        "opportunities": row_shapes(page.records, page.shapes, talks, names=chances.names, axes=axes, visitor=visitor),
        "counts": page.counts,
        "links": _links(request, offset + limit if page.more else None),
        "on": chances.on,
        "change": chances.change,
        "left_out": [fault.as_dict() for fault in chances.left_out],
        "spellings": [spelling_shape(one) for one in chances.spellings],
    }
    headers = {"ETag": tag, "Content-Crs": f"<{axes.name}>"}
    return Response(geojson.dumps(body), headers=headers, media_type="application/json")


@router.get("/file", responses=documented(Content("File", tuple(MEDIA.values())), 404, 422, 503),
            dependencies=[may("opportunities.read")])  # fmt: skip
def get_opportunities_file(
    service: Running,
    visitor: Asking,
    wanted: Chosen,
    f: Annotated[
        Literal["gpkg", "xlsx", "csv", "pdf"], Query(description="Layers, a workbook, a table, or a summary to print.")
    ] = "gpkg",
    order: Order = "worth",
    language: Annotated[Literal["zh", "en"], Query(description="Of the summary.")] = "zh",
) -> Response:
    """Return the chances that are wanted as a file, in the grid, with where each stands."""
    chances = service.opportunities.on(service.today())
    _, talks = service.talks().all()
    page = page_of(chances, talks, wanted, visitor, order=order, offset=0, limit=len(chances.records) or 1)
    county = service.store.county
    title = "" if county is None else county.name_en if language == "en" else county.name_zh
    roads = service.resident.surroundings().facts.shapes if f == "pdf" else ()
    with tempfile.TemporaryDirectory() as folder:
        write_opportunities(
            page.records, talks, Path(folder) / f"opportunities.{f}", crs=service.grid().crs, issued=service.today(),
            roads=roads, title=title, language=language,
        )  # fmt: skip
        [written] = Path(folder).iterdir()
        content = written.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="opportunities.{f}"'}
    return Response(content, headers=headers, media_type=MEDIA[f])


@router.post("/what-if", responses=documented(Content("OpportunitiesIf"), 404, 413, 415, 422, 503),
             openapi_extra=Content("OpportunityWhatIf").body, dependencies=[may("opportunities.read")])  # fmt: skip
def try_dates(service: Running, visitor: Asking, body: Body) -> Response:
    """Return the chances of some routes as they would be with other dates, beside what they are. Nothing is stored."""
    given = parse_object(body)
    windows, crs = _windows(given)
    axes = axes_of(crs, service.grid())
    chances, tried = service.opportunities.if_dated(service.today(), windows)
    now = [chances.records[one.id] for one in tried if one.id in chances.records]
    _, talks = service.talks().all()
    rows = row_shapes(tried, [one.geometry for one in tried], talks, names=chances.names, axes=axes, visitor=visitor)
    was = {one.id: {"was_meeting": as_plain(one.meeting), "was_score": one.score} for one in now}
    told = {
        "opportunities": [row | was[row["id"]] for row in rows], "then": _totals(tried), "now": _totals(now),
    }  # fmt: skip
    return Response(geojson.dumps(told), media_type="application/json")


@router.get("/{opportunity_id}", responses=documented(OPPORTUNITY, 304, 404, 422, 503),
            dependencies=[may("opportunities.read")])  # fmt: skip
def get_opportunity(
    request: Request, service: Running, visitor: Asking, opportunity_id: Identity, crs: Crs = None
) -> Response:
    """Return a chance whole: what it saves and why, the obstacles, the answers, what who asks may do; 304 as the list.

    One that is gone from the plans still tells what was said about it (`gone`).
    """
    return unless_known(request, _whole(service, visitor, opportunity_id, crs))


@router.get("/{opportunity_id}/events", responses=documented(Content("OpportunityEvents"), 404, 422, 503),
            dependencies=[may("opportunities.read")])  # fmt: skip
def get_opportunity_events(
    service: Running,
    opportunity_id: Identity,
    after: Annotated[int, Query(ge=0, le=10**9, description="Number of the last event that is known.")] = 0,
) -> Response:
    """Return what has happened to a chance since it was proposed."""
    known(service, opportunity_id)
    told = [event_shape(event) for event in service.talks().talks.events(opportunity_id, after)]
    return Response(geojson.dumps({"events": told}), media_type="application/json")


@router.post("/{opportunity_id}/commands", responses=documented(OPPORTUNITY, 404, 409, 413, 415, 422, 503),
             openapi_extra=Content("OpportunityCommand").body,
             dependencies=[may("opportunities.act", own=True)])  # fmt: skip
def act_on_opportunity(
    request: Request, service: Running, visitor: Asking, opportunity_id: Identity, body: Body, crs: Crs = None
) -> Response:
    """Carry out a command and return the chance after it; refused with what is possible now."""
    given = parse_object(body)
    axes_of(crs, service.grid())
    service.opportunities.on(service.today())  # before the transaction: it may take seconds, and writers wait meanwhile

    def act() -> Answer:
        talk, record = known(service, opportunity_id)
        if given.get("kind") == BeginProject.kind:
            begin_project(service, visitor, given, talk, record, key_of(request))
        else:
            command = command_of(given, talk, record, key_of(request), visitor)
            service.talks().act(opportunity_id, record, command, service.now())
        told = _whole(service, visitor, opportunity_id, crs)
        return Answer(200, geojson.dumps(told), {"Content-Type": "application/json"})

    return answered_once(service, request, body, act)


@router.get("/{opportunity_id}/section", responses=documented(Content("SectionAnswer"), 404, 422, 503),
            dependencies=[may("opportunities.read")])  # fmt: skip
def get_opportunity_section(
    service: Running,
    opportunity_id: Identity,
    language: Annotated[Literal["zh", "en"], Query(description="Of the drawing.")] = "zh",
    f: Annotated[Literal["json", "svg"], Query(description="`svg`: only the drawing.")] = "json",
) -> Response:
    """Return the section of a chance, the lines in their places, as values with the drawing, or the drawing alone."""
    present(service, opportunity_id)
    section = service.opportunities.section(service.today(), opportunity_id)
    if f == "svg":
        return Response(section_svg(section, language), media_type=media_types.SVG)
    told = {"section": section.as_dict(), "svg": section_svg(section, language), "language": language}
    return Response(geojson.dumps(told), media_type="application/json")


@router.get("/{opportunity_id}/split", responses=documented(Content("CostSplitShape"), 404, 422, 503),
            dependencies=[may("opportunities.read")])  # fmt: skip
def split_opportunity(
    service: Running,
    opportunity_id: Identity,
    at: Annotated[Literal["low", "mean", "high"], Query(description="By which end of the unit costs.")] = "mean",
) -> Response:
    """Return who would pay what: by Shapley value beside the proportional split, with the table that shows why."""
    present(service, opportunity_id)
    split = service.opportunities.split(service.today(), opportunity_id, at)
    return Response(geojson.dumps(split.as_dict()), media_type="application/json")


def _words(given: Words) -> list[str] | None:
    found = [word.strip() for text in given or () for word in text.split(",") if word.strip()]
    return found or None


def _whole(service: Service, visitor: Visitor, opportunity_id: str, crs: str | None) -> dict[str, Any]:
    talk, record = known(service, opportunity_id)
    axes, now = axes_of(crs, service.grid()), service.now()
    if record is None:
        told = {"id": opportunity_id, "gone": True, **standing_shape(talk, visitor, ())}
        return told | talk_shape(talk, visitor, (), now)
    names = service.opportunities.on(service.today()).names
    [row] = row_shapes([record], [record.geometry], {opportunity_id: talk}, names=names, axes=axes, visitor=visitor)
    return whole_shape(record, row) | talk_shape(talk, visitor, parties_of(record), now)


def _totals(records: Iterable[Opportunity]) -> dict[str, Any]:
    meeting = [one for one in records if one.meeting.state == MEETS]
    return {
        "meets": len(meeting), "saved_m": round(sum(one.saved_m for one in meeting), 3),
        "closure_days": round(sum(one.savings.closure.saved_days for one in meeting), 1),
        "money": money_shape(meeting),
    }  # fmt: skip


def _windows(given: Mapping[str, Any]) -> tuple[dict[str, tuple[date, date]], str | None]:
    """Return the windows of a body and its CRS; refuse it with every fault."""
    asked, options = given.get("windows"), Options(given)
    crs, faults, found = options.text("crs"), list(options.faults), {}
    if not isinstance(asked, dict) or not 0 < len(asked) <= MOST_TRIED:
        faults.append(
            Fault("option.invalid", f"应为 1 至 {MOST_TRIED} 条管线的工期",
                  f"must hold windows of 1 to {MOST_TRIED} routes",
                  '如 {"W1": {"start": "2027-03-01", "end": "2027-05-31"}}',
                  'such as {"W1": {"start": "2027-03-01", "end": "2027-05-31"}}', field="windows")
        )  # fmt: skip
        asked = {}
    for name, window in asked.items():
        days = Options(window if isinstance(window, dict) else {})
        first, last = days.day("start"), days.day("end")
        if first is None or last is None or last < first:
            faults.append(
                Fault("window.invalid", "工期须有先后有序的起止日期",
                      "a window has a first and a last day, in their order", "改 start 与 end",
                      "mend start and end", feature=name, field=f"windows.{name}", value=repr(window)[:80])
            )  # fmt: skip
        else:
            found[name] = (first, last)
    if faults:
        raise refused(*faults)
    return found, crs


def _tag(chances: Chances, heads: Mapping[str, StreamHead], visitor: Visitor, query: str) -> str:
    """Return the entity tag of a list: of the plans, the talks, who asks and what was asked."""
    person = visitor.person
    who = "" if person is None else f"{person.id} {person.organisation_name} {person.utility} {' '.join(person.roles)}"
    said = [str(chances.change), str(chances.on), visitor.mode, who, query, *(head.hash for head in heads.values())]
    digest = hashlib.sha256("\n".join(said).encode("utf-8", "surrogateescape"))
    return f'"{digest.hexdigest()[:24]}"'


def _links(request: Request, following: int | None) -> list[dict[str, str]]:
    if following is None:
        return []
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "offset"]
    return [{"rel": "next", "href": f"/api/opportunities?{urlencode([*kept, ('offset', following)])}"}]
