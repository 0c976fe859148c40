"""Answer for the county, the symbology and the state of the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from fastapi import APIRouter
from starlette.responses import Response

from api import geojson
from api.coordinates import axes_of
from api.db.records import County
from api.db.tables import LAYERS
from api.dependencies import Body, Running, parse_object
from api.doors import Asking, may
from api.errors import refused
from api.openapi import Content, documented
from api.options import Options
from api.resident import lonlat_box
from api.routes.policies import named_policy
from api.settings import is_reached_from_outside
from geo.crs import grid as grid_of
from geo.faults import Fault
from maps.symbols import symbols
from survey.policies import load_policy
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from api.settings import Settings
    from geo.crs import Grid
    from survey.policies import Defaults

router = APIRouter(prefix="/api", tags=["county"])


@router.get("/county", responses=documented(Content("County"), 422), dependencies=[may("county.read")])
def get_county(service: Running, visitor: Asking) -> Response:
    """Return whose map this is: name, grid, policy, utilities, and, to those who may look at its layers, its extent."""
    grid, county = service.grid(), service.store.county
    assert county is not None  # noqa: S101 - for mypy: the grid is refused before
    box = None if visitor.reach("layers.read") is None else service.resident.box or _extent(service)
    lonlat = None if box is None else lonlat_box(box, axes_of(None, grid))
    policy = load_policy(county.policy) if county.policy else None
    body = {
        "id": county.id,
        "name_zh": county.name_zh,
        "name_en": county.name_en,
        "grid": grid_shape(grid),
        "policy": county.policy,
        "bbox_grid": box,
        "bbox_lonlat": lonlat,
        "defaults": {} if policy is None else _plain(policy.defaults),
        "utilities": [
            {
                "key": u.key,
                "zh": u.zh,
                "en": u.en,
                "code": u.code,
                "colour": u.colour,
                "served": policy is None or u.key in policy.served,
            }
            for u in UTILITIES.values()
        ],
        "loopback_only": not is_reached_from_outside(service.settings),
        # The address may carry a key: for those alone who may look at the map.
        "tiles": _tile_service(service.settings) if visitor.reach("layers.read") else None,
    }
    return Response(geojson.dumps(body), media_type="application/json")


@router.put(
    "/county",
    responses=documented(Content("County"), 413, 415, 422),
    openapi_extra=Content("CountyNamed").body,
    dependencies=[may("county.write")],
)
def name_county(service: Running, visitor: Asking, body: Body) -> Response:
    """Say whose map this is: id, names, policy and, as long as no layer has rows, the grid."""
    given = parse_object(body)
    before = service.store.county
    options = Options(given)
    named = {field.name: options.text(field.name) for field in fields(County)}
    wanted = {name: value for name, value in named.items() if name in given or before is None}
    if options.faults:
        raise refused(*options.faults)
    if wanted.get("policy") is not None:
        named_policy(str(wanted["policy"]))
    whole = {**(asdict(before) if before else {}), **wanted}
    missing = [name for name in ("id", "name_zh", "name_en", "grid") if not whole.get(name)]
    if missing:
        raise refused(
            *(Fault("county.incomplete", "缺少内容", "missing", "填写", "give it", field=name) for name in missing)
        )
    whole["grid"] = grid_of(whole["grid"]).code
    service.store.county = County(**whole)
    service.resident.follow()
    return get_county(service, visitor)


@router.get("/symbols", responses=documented(Content("Symbols")), dependencies=[may("service.read")])
def get_symbols() -> Response:
    """Return the one symbology of web, offline map and print."""
    return Response(geojson.dumps(symbols()), media_type="application/json")


@router.get("/health", responses=documented(Content("Health")), dependencies=[may("service.read")])
def get_health(service: Running, visitor: Asking) -> Response:
    """Return whether the store answers, what it holds, and whether the county is in memory."""
    store, county = service.store, service.store.county
    resident, counts = service.resident.report(), {layer: store.count(layer) for layer in LAYERS}
    if visitor.reach("layers.read") is None:
        resident, counts = {"change": resident["change"]}, {}  # what is stored is not for those who may not look at it
    body: dict[str, Any] = {
        "status": service.resident.state if county else "no_county",
        "store": store.engine.dialect.name,
        "current": store.is_current(),
        "grid": county.grid if county else None,
        "change": store.last_change(),
        "layers": counts,
        "resident": resident,
        "warm": service.resident.warm,
        "version": version("cotrench"),
        "time": service.now(),
    }
    return Response(geojson.dumps(body), media_type="application/json")


def _tile_service(settings: Settings) -> dict[str, Any] | None:
    """Return what the page needs to show the tile service; None where there is none."""
    if not settings.tiles:
        return None
    return {
        "url": settings.tiles,
        "attribution": settings.tiles_attribution,
        "projection": settings.tiles_projection,
        "max_zoom": settings.tiles_zoom,
    }


def _plain(defaults: Defaults) -> dict[str, Any]:
    """Return a county's defaults as JSON has them."""
    values = {field.name: getattr(defaults, field.name) for field in fields(defaults)}
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in values.items()}


def grid_shape(grid: Grid) -> dict[str, Any]:
    """Return what a client needs to compute in the grid; NaN is written as null."""
    return {
        "code": grid.code,
        "name": grid.name,
        "central_meridian": grid.central_meridian,
        "false_easting": grid.false_easting,
        "ellipsoid": {"a": grid.ellipsoid.a, "f": grid.ellipsoid.f},
        "gauss_kruger": grid.is_gauss_kruger,
    }


def _extent(service: Running) -> tuple[float, float, float, float] | None:
    """Return the box of all layers in the grid; None while there is nothing."""
    boxes = [box for box in map(service.store.bounds, LAYERS) if box is not None]
    if not boxes:
        return None
    array = np.array(boxes)
    west, south = array[:, :2].min(axis=0).tolist()
    east, north = array[:, 2:].max(axis=0).tolist()
    return west, south, east, north
