"""Answer for where routes were planned, surveyed and laid: lines measured on a visit, and all stages of a route."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api import geojson
from api.conditions import answered_once
from api.coordinates import axes_of
from api.db import geometries
from api.db.records import Answer
from api.dependencies import Body, Running, parse_object
from api.doors import Asking, may
from api.openapi import Content, documented
from api.own_items import own_ids
from api.routes.visits import Crs, Identity  # noqa: TC001 - FastAPI reads the annotations
from api.surveyed import keep, line_of, line_shape
from api.visit_people import known

router = APIRouter(prefix="/api/visits/{visit_id}/surveyed", tags=["visits"])

LINE = Content("MeasuredLine")
LineId = Annotated[str, Path(description="The line's id, made on the device.", pattern=r"^[0-9A-Za-z_.:-]{1,80}$")]


@router.put("/{line_id}", status_code=201,
            responses=documented(LINE, 404, 409, 413, 415, 422, 503, status=201)
            | {200: {"description": "It is here already", "content": LINE.content}},
            openapi_extra=Content("MeasuredLineGiven").body,
            dependencies=[may("visits.enter", own=True)])  # fmt: skip
def put_measured_line(
    request: Request, service: Running, visitor: Asking, visit_id: Identity, line_id: LineId, body: Body
) -> Response:
    """Keep a line that was measured on a visit: 201 where it is new, 200 where it came before; never written over."""
    axes = axes_of(None, service.grid())

    def act() -> Answer:
        known(service, visitor, visit_id, "visits.enter")
        new = keep(service.store, line_of(service, visitor, visit_id, line_id, parse_object(body)))
        told = geojson.dumps(line_shape(geometries.get(service.store, line_id), axes))
        return Answer(201 if new else 200, told, {"Content-Type": "application/json"})

    return answered_once(service, request, body, act)


@router.get("", responses=documented(Content("MeasuredLines"), 404, 422, 503),
            dependencies=[may("visits.read", own=True)])  # fmt: skip
def get_measured_lines(service: Running, visitor: Asking, visit_id: Identity, crs: Crs = None) -> Response:
    """Return the lines that were measured on a visit, in the order in which they came in.

    An applicant gets those of its own routes.
    """
    axes = axes_of(crs, service.grid())
    known(service, visitor, visit_id)
    own = own_ids(service, visitor, "routes")
    measured = geometries.of_visit(service.store, visit_id)
    lines = [line_shape(one, axes) for one in measured if own is None or one.route in own]
    headers = {"Content-Crs": f"<{axes.name}>"}
    return Response(geojson.dumps({"lines": lines}), headers=headers, media_type="application/json")
