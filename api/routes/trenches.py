"""Answer for shared trenches: of the stored routes, or of routes that come with the request."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
from fastapi import APIRouter
from starlette.responses import Response

from api import geojson
from api.coordinates import axes_of
from api.db.tables import LAYERS
from api.dependencies import LargeBody, Running, parse_object
from api.doors import Asking, may
from api.errors import refused
from api.features import row_of
from api.openapi import Content, documented
from api.options import Options
from geo.faults import BadInputError, Fault
from survey.opportunities import runs_and_trenches

if TYPE_CHECKING:
    from api.coordinates import Axes

router = APIRouter(prefix="/api/trenches", tags=["trenches"])

REQUEST = Content("TrenchesRequest")
# Name, default, least and greatest of each option of `survey.opportunities.runs_and_trenches`.
NUMBERS = (
    ("distance", 3.0, 0.01, 50.0),
    ("bearing", 15.0, 0.1, 90.0),
    ("min_length", 10.0, 0.0, 1e6),
    ("bridge", 5.0, 0.0, 1e3),
    ("max_width", 4.5, 0.01, 100.0),
)
WORKERS = 2


@router.post(
    "",
    responses=documented(Content("Trenches"), 413, 415, 422),
    openapi_extra=REQUEST.body,
    dependencies=[may("assess")],
)
def find_trenches(service: Running, visitor: Asking, body: LargeBody) -> Response:
    """Return where routes run side by side and could share a trench; ``routes`` null takes the stored ones."""
    given = parse_object(body)
    options = Options(given)
    asked: dict[str, Any] = {name: options.number(name, *bounds) for name, *bounds in NUMBERS}
    asked["same_utility"] = options.flag("same_utility")
    axes = axes_of(options.text("crs"), service.grid())
    if options.faults:
        raise refused(*options.faults)
    if given.get("routes") is None:
        visitor.require("routes.read")
    routes = service.store.frame("routes") if given.get("routes") is None else _frame(given["routes"], axes)
    runs, trenches = runs_and_trenches(routes, workers=WORKERS, **asked)
    answer = {"runs": _collection(runs, axes), "trenches": _collection(trenches, axes)}
    return Response(geojson.dumps(answer), headers={"Content-Crs": f"<{axes.name}>"}, media_type="application/json")


def _frame(value: object, axes: Axes) -> gpd.GeoDataFrame:
    """Return the routes of a FeatureCollection in the grid; `BadInputError` with every fault of every one."""
    features = value.get("features") if isinstance(value, dict) else None
    if not isinstance(features, list):
        raise refused(
            Fault("collection.malformed", "应为要素集合", "not a FeatureCollection", "发送 FeatureCollection，或 null",
                  "send a FeatureCollection, or null", field="routes")
        )  # fmt: skip
    rows, faults = [], []
    for at, feature in enumerate(features):
        try:
            row = row_of("routes", feature if isinstance(feature, dict) else {}, axes)
        except BadInputError as error:
            faults += [fault if fault.feature is not None else fault.at(feature=at) for fault in error.faults]
        else:
            rows.append({"id": str(at), **row})
    if faults:
        raise BadInputError(faults)
    columns = ("id", *LAYERS["routes"].columns)
    values = {name: [row.get(name) for row in rows] for name in columns}
    return gpd.GeoDataFrame(values, geometry=[row["geometry"] for row in rows], crs=axes.grid.crs)


def _collection(frame: gpd.GeoDataFrame, axes: Axes) -> dict[str, Any]:
    """Return a frame in the grid as a FeatureCollection."""
    shapes = geojson.geometries(frame.geometry.to_numpy(), axes.from_grid, axes.decimals)
    columns = [column for column in frame.columns if column != frame.geometry.name]
    records = zip(*(frame[column].tolist() for column in columns), strict=True) if columns else iter(())
    features = [
        geojson.feature(at, shape, dict(zip(columns, map(_plain, record), strict=True)))
        for at, (shape, record) in enumerate(zip(shapes, records, strict=True))
    ]
    return {"type": "FeatureCollection", "features": features, "numberReturned": len(features)}


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell of a frame
    """Return a cell as JSON has it: arrays and tuples as lists, days as ISO text, NaN and NaT as null."""
    if isinstance(value, tuple | np.ndarray | frozenset):
        return list(value)
    if value is None or value != value:  # noqa: PLR0124 - NaN and NaT are unequal to themselves
        return None
    return value.date() if isinstance(value, datetime) else value
