"""Answer for joint visits: propose one, plan it, list, read."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import geojson
from api.conditions import answered_before, answered_once
from api.coordinates import axes_of
from api.db.records import Answer
from api.dependencies import Body, Running, parse_object
from api.doors import Asking, may
from api.errors import refused
from api.openapi import Content, documented
from api.routes.cases import key_of, unless_known
from api.visit_answers import event_shape, proposal_shape, row_shape, visit_shape
from api.visit_asked import asked_of
from api.visit_commands import planned_by
from api.visit_people import is_seen, known
from api.visit_planning import plan_of
from geo.faults import Fault
from survey.calendar import local
from survey.visits.keeping.state import STATES

router = APIRouter(prefix="/api/visits", tags=["visits"])

MOST, DEFAULT_LIMIT = 1_000, 200
VISIT = Content("VisitShape")
ASKED = Content("VisitAsked")
Identity = Annotated[str, Path(description="The visit's id.", pattern=r"^[0-9A-Za-z_.-]{1,80}$")]
Crs = Annotated[
    str | None, Query(description="Of the answer's coordinates; CRS84 unless given, or `EPSG:4546`, `grid`.")
]


@router.get("", responses=documented(Content("VisitList"), 304, 404, 422, 503),
            dependencies=[may("visits.read", own=True)])  # fmt: skip
def get_visits(
    request: Request,
    service: Running,
    visitor: Asking,
    state: Annotated[list[str] | None, Query(description=f"Of `{' '.join(STATES)}`; several by commas.")] = None,
    on: Annotated[date | None, Query(description="Visits on this day.")] = None,
    case: Annotated[str | None, Query(description="Visits that see this case.", max_length=200)] = None,
    waiting: Annotated[bool | None, Query(description="Whether it waits for who asks; see `waits`.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = DEFAULT_LIMIT,
    offset: Annotated[int, Query(ge=0, le=10**9, description="How many come before; see the link `next`.")] = 0,
) -> Response:
    """Return the visits that who asks may see, the latest first; 304 where If-None-Match names the answer."""
    states = [word.strip() for text in state or () for word in text.split(",") if word.strip()]
    _check_states(states)
    _, visits = service.visits().all()
    now = service.now()
    own = [visit for visit in visits.values() if is_seen(service, visitor, visit)]
    rows = [row_shape(visit, visitor, now) for visit in own]
    counts = {"all": len(rows), "waiting": sum(bool(row["waits"]) for row in rows)}
    counts |= {name: sum(row["state"] == name for row in rows) for name in STATES}
    kept = [
        row for row in rows
        if (not states or row["state"] in states) and (on is None or on in row["days"])
        and (case is None or case in row["cases"]) and (waiting is None or bool(row["waits"]) == waiting)
    ]  # fmt: skip
    kept.sort(key=lambda row: (max(row["days"], default=date.min), row["id"]), reverse=True)
    links = [] if len(kept) <= offset + limit else _next(request, offset + limit)
    told = {"visits": kept[offset : offset + limit], "counts": counts | {"matched": len(kept)}, "links": links}
    return unless_known(request, told)


@router.post("/proposals", responses=documented(Content("VisitProposal"), 404, 413, 415, 422, 503),
             openapi_extra=ASKED.body, dependencies=[may("visits.plan")])  # fmt: skip
def propose_visit(
    service: Running,
    body: Body,
    visit: Annotated[str, Query(description="Id of the visit that would be changed so.", max_length=80)] = "",
    crs: Crs = None,
) -> Response:
    """Return a visit as it would be planned, what is left out and why, who blocks; nothing is stored."""
    given = parse_object(body)
    axes = axes_of(_crs(given, crs), service.grid())
    made = plan_of(service, asked_of(given, axes), service.now(), but=visit)
    return Response(geojson.dumps(proposal_shape(made, axes)), media_type="application/json")


@router.post("", status_code=201, responses=documented(VISIT, 404, 409, 413, 415, 422, 503, status=201),
             openapi_extra=ASKED.body, dependencies=[may("visits.plan")])  # fmt: skip
def plan_visit(request: Request, service: Running, visitor: Asking, body: Body, crs: Crs = None) -> Response:
    """Plan a visit and keep it; refused with who blocks and the nearest time where there is none."""
    before = answered_before(service, request, body)
    if before is not None:
        return before
    given = parse_object(body)
    axes = axes_of(_crs(given, crs), service.grid())
    made = plan_of(service, asked_of(given, axes), service.now())  # before the transaction: writers wait meanwhile

    def act() -> Answer:
        now = service.now()
        visits = service.visits()
        visit_id = visits.visits.next_id(local(now).year)
        visit = visits.act(visit_id, planned_by(visitor, given, made, axes, key_of(request)), now)
        told = geojson.dumps(visit_shape(visit, visitor, axes, now))
        return Answer(201, told, {"Location": f"/api/visits/{visit_id}", "Content-Type": "application/json"})

    return answered_once(service, request, body, act)


@router.get("/{visit_id}", responses=documented(VISIT, 304, 404, 422, 503),
            dependencies=[may("visits.read", own=True)])  # fmt: skip
def get_visit(request: Request, service: Running, visitor: Asking, visit_id: Identity, crs: Crs = None) -> Response:
    """Return a visit as it stands, with what was entered on site; 304 as the list."""
    axes = axes_of(crs, service.grid())
    visit = known(service, visitor, visit_id)
    return unless_known(request, visit_shape(visit, visitor, axes, service.now()))


@router.get("/{visit_id}/events", responses=documented(Content("VisitEvents"), 404, 422, 503),
            dependencies=[may("visits.read", own=True)])  # fmt: skip
def get_visit_events(
    service: Running,
    visitor: Asking,
    visit_id: Identity,
    after: Annotated[int, Query(ge=0, le=10**9, description="Number of the last event that is known.")] = 0,
) -> Response:
    """Return what has happened to a visit."""
    known(service, visitor, visit_id)
    told = [event_shape(event) for event in service.visits().visits.events(visit_id, after)]
    return Response(geojson.dumps({"events": told}), media_type="application/json")


def _crs(given: dict[str, Any], crs: str | None) -> str | None:
    """Return the name of the CRS of a body and its answer: of the body, else of the address."""
    said = given.get("crs")
    if said is None or isinstance(said, str):
        return said if said is not None else crs
    raise refused(
        Fault("option.invalid", "应为文字", "must be text", "写 grid 或不填", "grid, or leave it out", field="crs")
    )


def _check_states(states: list[str]) -> None:
    unknown = [one for one in states if one not in STATES]
    if unknown:
        raise refused(
            Fault("parameter.unknown", "不认识的状态", "an unknown state", f"可用：{'、'.join(STATES)}",
                  f"use one of: {', '.join(STATES)}", field="state", value=unknown[0][:80])
        )  # fmt: skip


def _next(request: Request, following: int) -> list[dict[str, str]]:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "offset"]
    return [{"rel": "next", "href": f"/api/visits?{urlencode([*kept, ('offset', following)])}"}]
