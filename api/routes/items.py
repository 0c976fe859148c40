"""Answer for the items of a layer: list, find, read, create, replace, update, delete, history."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import geojson
from api.conditions import answered_once, etag, revision_wanted, unchanged
from api.coordinates import Axes, axes_of, far_note, grid_uri, window_of
from api.db.errors import NotFoundError
from api.db.records import Answer, Row
from api.db.tables import LAYERS
from api.dependencies import Body, Running, Service, parse_object
from api.doors import Asking, Visitor, may
from api.errors import ProblemError, not_found, refused
from api.features import features_of, item_path, row_of
from api.filters import DEFAULT_LIMIT, MOST_ITEMS, filter_of, select
from api.openapi import FEATURE, FEATURES, HISTORY, PATCH, documented
from api.own_items import OWNER, chooses_ids, named_own, own_ids, page_of_own, refuse_others, seen, to_replace
from geo.faults import Fault

router = APIRouter(prefix="/api/collections/{layer}/items", tags=["items"])

Layer = Annotated[str, Path(description=" ".join(LAYERS))]
Identity = Annotated[str, Path(description="The item's id.")]
Crs = Annotated[
    str | None, Query(description="Of the answer's coordinates; CRS84 unless given, or `EPSG:4546`, `grid`.")
]


ID_CHOSEN = Fault(
    "item.id_chosen", "编号由系统给出", "the id is given by the service", "去掉 id", "leave id out", field="id"
)


@router.get("", responses=documented(FEATURES, 404, 422), dependencies=[may("{layer}.read", own=True)])
def get_items(
    request: Request,
    service: Running,
    visitor: Asking,
    layer: Layer,
    bbox: Annotated[str | None, Query(description="west,south,east,north")] = None,
    bbox_crs: Annotated[str | None, Query(alias="bbox-crs", description="Of bbox; CRS84 unless given.")] = None,
    crs: Crs = None,
    datetime: Annotated[
        str | None, Query(description="A day or `from/to`, `..` for open: work windows that meet it.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ITEMS)] = DEFAULT_LIMIT,
    after: Annotated[str | None, Query(description="The last id of the page before; see the link `next`.")] = None,
    q: Annotated[str | None, Query(description="Text in the id or the name.", max_length=200)] = None,
) -> Response:
    """Return the items of a layer as GeoJSON; any further parameter is a property that must have this value."""
    known(layer)
    grid = service.grid()
    axes = axes_of(crs, grid)
    window = window_of(bbox, axes_of(bbox_crs, grid)) if bbox is not None else None
    wanted = filter_of(layer, request.query_params, datetime)
    own = own_ids(service, visitor, layer)
    if own is not None:
        rows, last = page_of_own(service, layer, own, window, wanted, q, limit, after)
    elif q is not None:
        rows, last = service.store.search(layer, q, limit), None
        rows = [row for row in rows if wanted(row)]
    else:
        rows, last = select(service.store, layer, window, wanted, limit, after)
    body: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": features_of(rows, axes),
        "numberReturned": len(rows),
        "timeStamp": service.now(),
        "links": _links(request, last),
    }
    if window is None and q is None and wanted.everything and own is None:
        body["numberMatched"] = service.store.count(layer)
    if axes.northing_first or not axes.degrees:
        body["coordRefSys"] = grid_uri(grid) or "grid"
    return Response(geojson.dumps(body), headers=_crs_header(axes), media_type=geojson.MEDIA_TYPE)


@router.post(
    "",
    status_code=201,
    responses=documented(FEATURE, 404, 409, 413, 415, 422, status=201),
    openapi_extra=FEATURE.body,
    dependencies=[may("{layer}.write", own=True)],
)
def create_item(
    request: Request, service: Running, visitor: Asking, layer: Layer, body: Body, crs: Crs = None
) -> Response:
    """Store a new item; without an id it gets one, and must where not all are seen. Takes an Idempotency-Key."""
    known(layer)
    axes = _axes_written(request, service, crs)

    def act() -> Answer:
        row = named_own(visitor, layer, row_of(layer, parse_object(body), axes))
        if "id" in row and not chooses_ids(visitor, layer):
            raise refused(ID_CHOSEN)
        refuse_others(visitor, layer, [row])
        [stored] = service.store.insert(layer, [row], who=visitor.who, now=service.now())
        return _answer(service, layer, stored, axes_of(crs, axes.grid), 201)

    return answered_once(service, request, body, act)


# Before the item itself: an id may contain slashes, and so takes the whole rest of the path.
@router.get(
    "/{identity:path}/history", responses=documented(HISTORY, 404), dependencies=[may("{layer}.read", own=True)]
)
def get_history(service: Running, visitor: Asking, layer: Layer, identity: Identity, crs: Crs = None) -> Response:
    """Return every revision of an item as features, the first one first; also of one that was deleted."""
    known(layer)
    axes = axes_of(crs, service.grid())
    own = own_ids(service, visitor, layer)
    if own is not None and identity not in own:
        raise NotFoundError(layer, identity)
    revisions = service.store.history(layer, identity)
    if own is not None:
        # An id may have been somebody else's before: only what bears the owner of today is shown.
        column = OWNER[layer]
        revisions = [one for one in revisions if one.row.properties.get(column) == revisions[-1].row.properties[column]]
    features = features_of([revision.row for revision in revisions], axes)
    for feature, revision in zip(features, revisions, strict=True):
        change = revision.change
        feature["properties"] |= {"change": change.kind, "changed_by": change.who, "change_number": change.number}
    body = {"type": "FeatureCollection", "features": features, "numberReturned": len(features)}
    return Response(geojson.dumps(body), headers=_crs_header(axes), media_type=geojson.MEDIA_TYPE)


@router.get("/{identity:path}", responses=documented(FEATURE, 304, 404), dependencies=[may("{layer}.read", own=True)])
def get_item(
    request: Request, service: Running, visitor: Asking, layer: Layer, identity: Identity, crs: Crs = None
) -> Response:
    """Return one item; 304 where If-None-Match names its revision."""
    known(layer)
    axes = axes_of(crs, service.grid())
    row = seen(service, visitor, layer, identity)
    if unchanged(request, etag(row.revision)):
        return Response(status_code=304, headers={"ETag": etag(row.revision)})
    answer = _answer(service, layer, row, axes, 200)
    return Response(answer.body, 200, answer.headers)


@router.put(
    "/{identity:path}",
    responses=documented(FEATURE, 404, 412, 413, 415, 422, 428),
    openapi_extra=FEATURE.body,
    dependencies=[may("{layer}.write", own=True)],
)
def replace_item(
    request: Request, service: Running, visitor: Asking, layer: Layer, identity: Identity, body: Body, crs: Crs = None
) -> Response:
    """Replace an item (If-Match), or store a new one under this id where there is none."""
    known(layer)
    axes = _axes_written(request, service, crs)

    def act() -> Answer:
        row = named_own(visitor, layer, row_of(layer, {**parse_object(body), "id": identity}, axes))
        current = to_replace(service, visitor, layer, identity)
        refuse_others(visitor, layer, [row, *([] if current is None else [current.properties])])
        if current is None:
            return _answer(service, layer, _created(service, request, layer, row), axes_of(crs, axes.grid), 201)
        if "*" in (request.headers.get("if-none-match") or ""):
            raise ProblemError("item.exists", f"编号 {identity} 已存在", f"{identity} exists already")
        revision = revision_wanted(request, current.revision)
        stored = service.store.replace(layer, identity, row, revision, who=visitor.who, now=service.now())
        return _answer(service, layer, stored, axes_of(crs, axes.grid), 200)

    return answered_once(service, request, body, act)


@router.patch(
    "/{identity:path}",
    responses=documented(FEATURE, 404, 412, 413, 415, 422, 428),
    openapi_extra=PATCH.body,
    dependencies=[may("{layer}.write", own=True)],
)
def update_item(
    request: Request, service: Running, visitor: Asking, layer: Layer, identity: Identity, body: Body, crs: Crs = None
) -> Response:
    """Change what the body names (merge patch: null empties a property); needs If-Match."""
    known(layer)
    axes = _axes_written(request, service, crs)

    def act() -> Answer:
        changes = row_of(layer, {**parse_object(body), "id": identity}, axes, partial=True)
        current = seen(service, visitor, layer, identity)
        refuse_others(visitor, layer, [current.properties, {**current.properties, **changes}])
        revision = revision_wanted(request, current.revision)
        stored = service.store.update(layer, identity, changes, revision, who=visitor.who, now=service.now())
        return _answer(service, layer, stored, axes_of(crs, axes.grid), 200)

    return answered_once(service, request, body, act)


@router.delete(
    "/{identity:path}",
    status_code=204,
    responses=documented(None, 404, 412, 428, status=204),
    dependencies=[may("{layer}.write", own=True)],
)
def delete_item(request: Request, service: Running, visitor: Asking, layer: Layer, identity: Identity) -> Response:
    """Take an item out of its layer; its history stays. Needs If-Match."""
    known(layer)

    def act() -> Answer:
        current = seen(service, visitor, layer, identity)
        refuse_others(visitor, layer, [current.properties])
        revision = revision_wanted(request, current.revision)
        service.store.delete(layer, identity, revision, who=visitor.who, now=service.now())
        return Answer(204, b"")

    return answered_once(service, request, b"", act)


def known(layer: str) -> None:
    """Refuse a layer that there is not."""
    if layer not in LAYERS:
        names = " ".join(LAYERS)
        raise not_found(f"没有图层 {layer}；有：{names}", f"there is no layer {layer}; there are: {names}")


def _created(service: Service, request: Request, layer: str, row: dict[str, Any]) -> Row:
    """Store a new row under the id of the address, unless the writer believes that it exists."""
    if request.headers.get("if-match"):
        raise NotFoundError(layer, str(row["id"]))
    visitor: Visitor = request.state.visitor
    [stored] = service.store.insert(layer, [row], who=visitor.who, now=service.now())
    return stored


def _axes_written(request: Request, service: Service, crs: str | None) -> Axes:
    """Return the axes of a written body: Content-Crs, else the parameter ``crs``, else CRS84."""
    return axes_of(request.headers.get("content-crs") or crs, service.grid())


def _answer(service: Service, layer: str, row: Row, axes: Axes, status: int) -> Answer:
    """Return one stored item as an answer, with a note where it lies far from all else."""
    [feature] = features_of([row], axes)
    note = far_note(row.geometry, service.resident.box) if status != 200 else None  # noqa: PLR2004 - OK
    body = geojson.dumps(feature | ({"notes": [note]} if note else {}))
    headers = {"Content-Type": geojson.MEDIA_TYPE, "ETag": etag(row.revision), **_crs_header(axes)}
    if status == 201:  # noqa: PLR2004 - Created
        headers["Location"] = item_path(layer, row.id)
    return Answer(status, body, headers)


def _crs_header(axes: Axes) -> dict[str, str]:
    return {"Content-Crs": f"<{axes.name}>"}


def _links(request: Request, last: str | None) -> list[dict[str, str]]:
    """Return the links of a page: itself, and the next one where there may be one; without host, as seen from it."""
    path, query = request.url.path, request.url.query
    links = [{"rel": "self", "type": geojson.MEDIA_TYPE, "href": f"{path}?{query}" if query else path}]
    if last is not None:
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
        href = f"{path}?{urlencode([*kept, ('after', last)])}"
        links.append({"rel": "next", "type": geojson.MEDIA_TYPE, "href": href})
    return links
