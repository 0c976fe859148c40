"""Answer for the standings of operators: who broke a commitment, what followed, what may follow now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import geojson
from api.case_answers import masked
from api.case_commands import command_of
from api.conditions import answered_once
from api.db.records import Answer
from api.dependencies import Body, Running, parse_object
from api.doors import Asking, may
from api.errors import not_found, refused
from api.openapi import Content, documented
from api.routes.cases import key_of
from api.standing_answers import standing_shape
from geo.faults import Fault
from survey.cases.projections import timeline

if TYPE_CHECKING:
    from datetime import datetime

    from api.casework import Casework

router = APIRouter(prefix="/api/standings", tags=["cases"])

DETAIL, REQUEST = Content("StandingDetail"), Content("StandingCommand")
STEPS = ("interview", "suspend", "enter_credit")
"""What people may do; the rest is done by cases and by the clock."""
Operator = Annotated[str, Path(description="Name of the operator.", pattern=r"^[^\x00-\x1f/]{1,200}$")]


@router.get("", responses=documented(Content("StandingList"), 422, 503), dependencies=[may("figures.read", own=True)])
def get_standings(
    service: Running,
    visitor: Asking,
    q: Annotated[str | None, Query(description="Text in the operator's name.", max_length=200)] = None,
    suspended: Annotated[bool | None, Query(description="Whether its commitments are suspended.")] = None,
    unmended: Annotated[bool | None, Query(description="Whether any breach of it is not mended.")] = None,
) -> Response:
    """Return the operators of whom anything is recorded, each with its open breaches, ladder and suspension."""
    work, now = service.casework(), service.now()
    names = [one for one in work.cases.operators(suspended=suspended) if q is None or q.casefold() in one.casefold()]
    names = [one for one in names if visitor.reaches("figures.read", one)]
    shapes = [standing_shape(one, work, now) for one in names]
    shown = [one for one in shapes if unmended is None or bool(one["open"]) == unmended]
    body = {"document": work.policy.document, "standings": shown}
    return Response(geojson.dumps(body), media_type="application/json")


@router.get("/{operator}", responses=documented(DETAIL, 404, 422, 503), dependencies=[may("figures.read", own=True)])
def get_standing(service: Running, visitor: Asking, operator: Operator) -> Response:
    """Return where an operator stands, with everything that happened and the clause that each thing rests on."""
    work = service.casework()
    if not visitor.reaches("figures.read", operator):
        raise visitor.refuse("figures.read")
    if work.standing(operator).seq == 0:
        raise not_found(f"“{operator}”没有守信记录", f"nothing is recorded of {operator!r}")
    return Response(_detail(operator, work, service.now()), media_type="application/json")


@router.post("/{operator}/commands", responses=documented(DETAIL, 409, 413, 415, 422, 503),
             openapi_extra=REQUEST.body, dependencies=[may("cases.act")])  # fmt: skip
def act_on_standing(request: Request, service: Running, visitor: Asking, operator: Operator, body: Body) -> Response:
    """Take a step of the ladder and return the standing after it; refused with the clause and what is possible now."""
    given = parse_object(body)
    if given.get("kind") not in STEPS:
        names = " ".join(STEPS)
        raise refused(
            Fault("value.unknown", "不认识的取值", "unknown value", f"可用：{names}", f"use one of: {names}",
                  field="kind", value=repr(given.get("kind"))[:80])
        )  # fmt: skip

    def act() -> Answer:
        work, now = service.casework(), service.now()
        work.act_on_standing(operator, command_of(service, work, None, given, key_of(request), visitor), now)
        return Answer(200, _detail(operator, work, now), {"Content-Type": "application/json"})

    return answered_once(service, request, body, act)


def _detail(operator: str, work: Casework, now: datetime) -> bytes:
    """Return a standing with its events as the body of an answer."""
    events = masked(timeline(work.cases.events(f"standing:{operator}")))
    return geojson.dumps(standing_shape(operator, work, now) | {"events": events})
