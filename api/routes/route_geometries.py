"""Answer for a route as planned, as surveyed and as laid: side by side, and which of its measured lines is judged."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import geojson
from api.conditions import answered_once, etag, revision_wanted
from api.coordinates import axes_of
from api.db import geometries
from api.db.records import Answer
from api.dependencies import Body, Running, parse_object
from api.doors import Asking, may
from api.errors import refused
from api.openapi import Content, documented
from api.options import Options
from api.own_items import refuse_others, seen
from api.route_stages import stages_of, stages_shape, take_over
from api.routes.items import Crs, Identity  # noqa: TC001 - FastAPI reads the annotations
from geo.faults import Fault

router = APIRouter(prefix="/api/collections/routes/items", tags=["items"])

STAGES = Content("RouteGeometries")
LAYER = "routes"


# Before the items: an id may contain slashes, and so takes the whole rest of the path.
@router.get("/{identity:path}/geometries", responses=documented(STAGES, 404, 422, 503),
            dependencies=[may("routes.read", own=True)])  # fmt: skip
def get_route_geometries(service: Running, visitor: Asking, identity: Identity, crs: Crs = None) -> Response:
    """Return a route as planned, surveyed and laid, every measured line of it, and how far they lie apart."""
    axes = axes_of(crs, service.grid())
    found = stages_of(service, seen(service, visitor, LAYER, identity))
    headers = {"ETag": etag(found.row.revision), "Content-Crs": f"<{axes.name}>"}
    return Response(geojson.dumps(stages_shape(service, found, axes)), headers=headers, media_type="application/json")


@router.post("/{identity:path}/geometries", responses=documented(STAGES, 404, 412, 413, 415, 422, 428, 503),
             openapi_extra=Content("LineTakenOver").body,
             dependencies=[may("routes.write", own=True)])  # fmt: skip
def take_over_line(
    request: Request, service: Running, visitor: Asking, identity: Identity, body: Body, crs: Crs = None
) -> Response:
    """Make a measured line the geometry of its route, so that it is judged; the plan stays on record. Needs If-Match.

    Cases that the route belongs to are judged again by themselves, as after any change of it.
    """
    axes = axes_of(crs, service.grid())
    line_id, moved = _asked(parse_object(body))

    def act() -> Answer:
        row = seen(service, visitor, LAYER, identity)
        refuse_others(visitor, LAYER, [row.properties])
        revision = revision_wanted(request, row.revision)
        line = geometries.get(service.store, line_id)
        now = service.now()
        found = stages_of(service, row)
        stored = take_over(service, found, line, revision, moved=moved, who=visitor.who, now=now)
        told = stages_shape(service, stages_of(service, stored), axes)
        headers = {"Content-Type": "application/json", "ETag": etag(stored.revision), "Content-Crs": f"<{axes.name}>"}
        return Answer(200, geojson.dumps(told), headers)

    return answered_once(service, request, body, act)


def _asked(given: dict[str, object]) -> tuple[str, bool]:
    """Return which line is taken over, and whether it is meant to lie elsewhere than the plan."""
    options = Options(given)
    line, moved = options.text("line"), options.flag("moved")
    faults = [
        Fault("surveyed.unknown_field", f"不认识的字段“{one[:80]}”", f"unknown field {one[:80]!r}", "去掉",
              "leave it out", field=one[:80])
        for one in sorted(set(given) - {"line", "moved"})
    ]  # fmt: skip
    if not line:
        faults.append(Fault("surveyed.no_line", "未写采用哪条实测线", "no line is named", "写明实测线的编号",
                            "give the id of a measured line", field="line"))  # fmt: skip
    if faults or options.faults or line is None:
        raise refused(*options.faults, *faults)
    return line, moved
