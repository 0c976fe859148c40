"""Answer for the way in and the list of layers, as OGC API - Features describes them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api import geojson
from api.coordinates import CRS84, axes_of, grid_uri
from api.db.tables import LAYERS
from api.dependencies import Running, Service  # noqa: TC001 - FastAPI reads the annotations
from api.doors import Asking, Visitor, action_on, may
from api.errors import KINDS
from api.openapi import Content, documented
from api.resident import lonlat_box
from api.routes.items import known

router = APIRouter(prefix="/api", tags=["OGC API"])

CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-etags",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
)


def _json(value: object) -> Response:
    return Response(geojson.dumps(value), media_type="application/json")


def _link(rel: str, href: str, title: str, kind: str = "application/json") -> dict[str, str]:
    return {"rel": rel, "href": href, "title": title, "type": kind}


@router.get("", responses=documented(Content("Landing")), dependencies=[may("service.read")])
def get_landing_page() -> Response:
    """Return the links of the API."""
    links = [
        _link("self", "/api", "本页 This page"),
        _link("service-desc", "/api/openapi.json", "接口说明 OpenAPI", "application/vnd.oai.openapi+json;version=3.1"),
        _link("conformance", "/api/conformance", "符合的标准 Conformance"),
        _link("data", "/api/collections", "图层 Layers"),
        _link("http://www.opengis.net/def/rel/ogc/1.0/conformance", "/api/conformance", "符合的标准 Conformance"),
        _link("http://www.opengis.net/def/rel/ogc/1.0/data", "/api/collections", "图层 Layers"),
        _link("http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector", "/api/tiles", "矢量瓦片 Vector tiles"),
        _link("status", "/api/health", "运行状况 Health"),
        _link("help", "/api/problems", "错误代码 Problems"),
    ]
    description = "每一条规划管线在一张图上 · every planned utility connection of a county on one map"
    return _json({"title": "同沟 CoTrench", "description": description, "links": links})


@router.get("/conformance", responses=documented(Content("Conformance")), dependencies=[may("service.read")])
def get_conformance() -> Response:
    """Return the conformance classes."""
    return _json({"conformsTo": CONFORMANCE})


@router.get("/problems", responses=documented(Content("ProblemKinds")), dependencies=[may("service.read")])
def get_problems() -> Response:
    """Return every kind of problem the API answers with, by its code."""
    kinds = [{"code": code, "status": k.status, "title": k.zh, "title_en": k.en} for code, k in KINDS.items()]
    return _json({"problems": kinds})


@router.get("/collections", responses=documented(Content("Collections"), 422), dependencies=[may("layers.read")])
def get_collections(service: Running, visitor: Asking) -> Response:
    """Return every layer."""
    links = [_link("self", "/api/collections", "图层 Layers")]
    return _json({"collections": [_collection(service, visitor, layer) for layer in LAYERS], "links": links})


@router.get(
    "/collections/{layer}", responses=documented(Content("Collection"), 404, 422), dependencies=[may("{layer}.read")]
)
def get_collection(service: Running, visitor: Asking, layer: str) -> Response:
    """Return one layer: its title, its extent, its columns."""
    known(layer)
    return _json(_collection(service, visitor, layer))


def _collection(service: Service, visitor: Visitor, layer: str) -> dict[str, Any]:
    described, path, county = LAYERS[layer], f"/api/collections/{layer}", service.store.county
    links = [
        _link("self", path, described.zh),
        _link("items", f"{path}/items", described.zh, geojson.MEDIA_TYPE),
    ]
    found: dict[str, Any] = {
        "id": layer,
        "title": f"{described.zh} {layer}",
        "itemType": "feature",
        "geometryTypes": sorted(described.geometry_types),
        "columns": dict(described.columns),
        "crs": [CRS84],
        "links": links,
    }
    if county is not None:
        grid = service.grid()
        uri = grid_uri(grid)
        if uri is not None:
            found |= {"crs": [CRS84, uri], "storageCrs": uri}
        box = service.store.bounds(layer)
        # Where a few items are, the extent tells where: it is for those who may look at all of them.
        if box is not None and visitor.reach(action_on(layer, "read")) == "all":
            found["extent"] = {"spatial": {"bbox": [lonlat_box(box, axes_of(None, grid))], "crs": CRS84}}
    return found
