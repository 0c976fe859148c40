"""Answer for one drawn route: measured, judged, with whom it could share a trench; nothing is stored."""

from __future__ import annotations

from typing import Any

import shapely
from fastapi import APIRouter
from starlette.responses import Response

from api import geojson
from api.attributes import attribute_faults, with_keys
from api.coordinates import axes_of, far_note
from api.db import acceptances
from api.db.tables import LAYERS
from api.db.values import typed
from api.dependencies import LargeBody, Running, parse_object
from api.doors import may
from api.errors import refused
from api.findings import acceptance_of
from api.openapi import Content, documented
from api.options import Options
from api.routes.policies import named_policy
from geo.faults import BadInputError, Fault

router = APIRouter(prefix="/api/assessments", tags=["assessments"])

REQUEST = Content("AssessmentRequest")
LINES = ("LineString", "MultiLineString")
MOST_DISTANCE_M = 50.0
MOST_BEARING_DEG = 90.0
MOST_LENGTH_M = 1e6


@router.post(
    "",
    responses=documented(Content("Assessment"), 404, 413, 415, 422),
    openapi_extra=REQUEST.body,
    dependencies=[may("assess")],
)
def assess_route(service: Running, body: LargeBody) -> Response:
    """Measure and judge one drawn route under the county's policy; name its neighbours. Nothing is stored."""
    given = parse_object(body)
    options = Options(given)
    asked: dict[str, Any] = {
        "on": options.day("on") or service.now().astimezone().date(),
        "policy": options.text("policy"),
        "distance": options.number("distance", 3.0, 0.0, MOST_DISTANCE_M),
        "bearing": options.number("bearing", 15.0, 0.0, MOST_BEARING_DEG),
        "min_length": options.number("min_length", 10.0, 0.0, MOST_LENGTH_M),
        "moving": options.flag("moving"),
    }
    axes = axes_of(options.text("crs"), service.grid())
    route = _feature(given.get("route"))
    faults = [*options.faults, *_take_kinds(route)]
    try:
        shape = axes.place(geojson.read_geometry(route.get("geometry"), LINES))
    except BadInputError as error:
        raise refused(*faults, *error.faults) from None
    if faults:
        raise refused(*faults)
    if asked["policy"] is not None:
        named_policy(asked["policy"])
    crs = "OGC:CRS84" if axes.degrees else axes.grid.code
    line = shapely.remove_repeated_points(shapely.force_2d(shape))
    answer = service.resident.assess({**route, "geometry": line}, crs=crs, **asked)
    standing = acceptances.current(service.store) if answer["findings"] else {}
    answer["findings"] = [
        found | acceptance_of(found["facts"], standing.get(found["id"])) for found in answer["findings"]
    ]
    answer["notes"] += [note for note in (far_note(line, service.resident.box), *_cleaned(shape, line)) if note]
    return Response(geojson.dumps(answer), media_type="application/json")


def _feature(value: object) -> dict[str, Any]:
    """Return the drawn feature with its properties as an object."""
    properties = value.get("properties") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(properties, dict | None):
        raise refused(
            Fault("feature.type", "应为 GeoJSON 要素", "not a GeoJSON feature", "把要素放在 route 中",
                  "put the feature at route", field="route")
        )  # fmt: skip
    return {**value, "properties": properties or {}}


def _take_kinds(route: dict[str, Any]) -> list[Fault]:
    """Give the route's columns their kinds, in place, and return every fault of them, one a column."""
    properties = route["properties"]
    faults = attribute_faults("routes", with_keys("routes", properties))
    values, wrong = typed(LAYERS["routes"], with_keys("routes", properties))
    named = {fault.field for fault in faults}
    route["properties"] = values | ({"id": properties["id"]} if "id" in properties else {})
    return [*faults, *(fault for fault in wrong if fault.field not in named)]


def _cleaned(drawn: Any, line: Any) -> list[dict[str, str]]:  # noqa: ANN401 - shapely is untyped
    """Return what was done to a line before it was measured."""
    notes = []
    repeated = int(shapely.get_num_coordinates(drawn) - shapely.get_num_coordinates(line))
    if repeated:
        zh, en = f"去掉了 {repeated} 个重复顶点", f"{repeated} repeated vertices were left out"
        notes.append({"code": "line.repeated_vertices", "zh": zh, "en": en})
    if shapely.has_z(drawn):
        zh, en = "高程不计入长度：长度是椭球面上的", "heights do not count: lengths are those on the ellipsoid"
        notes.append({"code": "line.heights", "zh": zh, "en": en})
    return notes
