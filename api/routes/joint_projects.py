"""Answer for agreed chances as joint projects: the project with its one application, one act for all its parts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import geojson
from api.case_answers import case_shape
from api.conditions import answered_once
from api.db.records import Answer
from api.dependencies import Body, Running, parse_object
from api.doors import Asking, may
from api.openapi import Content, documented
from api.opportunity_lookup import Identity, known, no_such
from api.opportunity_projects import act_for_all, project_of
from api.routes.cases import key_of
from survey.cases.plain import as_plain

router = APIRouter(prefix="/api/opportunities", tags=["opportunities"])


@router.get("/{opportunity_id}/project", responses=documented(Content("JointProjectShape"), 404, 409, 422, 503),
            dependencies=[may("opportunities.read")])  # fmt: skip
def get_joint_project(
    service: Running,
    opportunity_id: Identity,
    lead: Annotated[str, Query(description="Key of the party that leads; else the one with most metres.")] = "",
) -> Response:
    """Return a chance as one project: lead, section, the one application, whether all may commit jointly."""
    talk, record = known(service, opportunity_id)
    if record is None:
        raise no_such(opportunity_id)
    project = project_of(service, service.casework(), record, lead or talk.lead)
    return Response(geojson.dumps(as_plain(project) | {"case": talk.case}), media_type="application/json")


@router.post("/{opportunity_id}/project/commands", responses=documented(Content("CaseShape"), 404, 409, 413, 415, 422,
             503), openapi_extra=Content("ProjectCommand").body, dependencies=[may("cases.act", own=True)])  # fmt: skip
def act_on_project(
    request: Request, service: Running, visitor: Asking, opportunity_id: Identity, body: Body
) -> Response:
    """Carry out a command in all parts of a project's case that are ready for it, all or none; return the case."""
    visitor.require("opportunities.read")  # an applicant acts in its cases, and knows of no chance
    given = parse_object(body)

    def act() -> Answer:
        work = service.casework()
        talk, _ = known(service, opportunity_id)
        case = act_for_all(service, work, talk, given, key_of(request), visitor)
        shape = case_shape(case, work, service.now(), visitor)
        return Answer(200, geojson.dumps(shape), {"Content-Type": "application/json"})

    return answered_once(service, request, body, act)
