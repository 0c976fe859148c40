"""Answer for vector tiles in the county's grid: which tiles there are, what they hold, one tile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import geojson
from api.conditions import unchanged
from api.coordinates import grid_uri
from api.db.tables import AREAS, LAYERS, LINES
from api.dependencies import Running, Service  # noqa: TC001 - FastAPI reads the annotations
from api.doors import Asking, Visitor, action_on, may
from api.errors import ProblemError, not_found, refused
from api.openapi import Content, documented
from api.own_items import own_ids
from api.tile_overviews import InTheMakingError
from api.tile_stamps import Place
from api.tiles import ATTRIBUTES
from geo.faults import Fault
from maps.symbols import layer_symbol
from maps.tile_grid import COARSEST_ZOOM, FINEST_ZOOM, TileGrid

if TYPE_CHECKING:
    from geo.crs import Grid

router = APIRouter(prefix="/api/tiles", tags=["tiles"])

SOON_SECONDS = 2
TILE = "application/vnd.mapbox-vector-tile"
GridName = Annotated[str, Path(description="The county's grid, `EPSG:4546`, or the word `grid`.")]


@router.get("", responses=documented(Content("TileSets"), 422), dependencies=[may("layers.read")])
def get_tile_sets(service: Running, visitor: Asking) -> Response:
    """Return the one set of tiles, with its layers and how many items each has that one may see."""
    grid = service.grid()
    counts = service.tiles.counts(service.store)
    layers = [
        {
            "id": layer,
            "title": f"{LAYERS[layer].zh} {layer}",
            "dataType": "vector",
            "geometryDimension": _dimension(layer),
            "features": counts[layer] if ids is None else len(ids),
            "propertiesSchema": {"properties": {name: {} for name in ("id", *ATTRIBUTES.get(layer, ()))}},
        }
        for layer, ids in _seen(service, visitor, [*LAYERS]).items()
    ]
    path = f"/api/tiles/{_name(grid)}"
    links = [
        {"rel": "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme", "type": "application/json", "href": path,
         "title": "瓦片矩阵集 Tile matrix set"},
        {"rel": "item", "type": TILE, "href": f"{path}/{{tileMatrix}}/{{tileCol}}/{{tileRow}}{{?layers}}",
         "templated": True, "title": "瓦片 Tile"},
    ]  # fmt: skip
    tiles = {
        "title": "矢量瓦片 Vector tiles",
        "dataType": "vector",
        "crs": _crs(grid),
        "layers": layers,
        "links": links,
    }
    return Response(geojson.dumps({"tilesets": [tiles]}), media_type="application/json")


@router.get("/{grid}", responses=documented(Content("TileMatrixSet"), 404, 422), dependencies=[may("county.read")])
def get_tile_matrix_set(service: Running, grid: GridName) -> Response:
    """Return how the grid is divided, as OGC's two-dimensional tile matrix set; the axes are those of its CRS."""
    mine = _named(service, grid)
    tiles = TileGrid.of(mine)
    northing_first = _northing_first(mine)
    body = {
        "id": _name(mine),
        "title": f"{mine.name} / 2^n m",
        "crs": _crs(mine),
        "orderedAxes": ["N", "E"] if northing_first else ["E", "N"],
        "origin_grid": [tiles.west, tiles.north],
        "tileMatrices": tiles.matrices(northing_first=northing_first),
    }
    return Response(geojson.dumps(body), media_type="application/json")


@router.get(
    "/{grid}/{z}/{x}/{y}",
    responses=documented(Content("File", (TILE,)), 304, 404, 422, 503),
    dependencies=[may("layers.read")],
)
def get_tile(
    request: Request,
    service: Running,
    visitor: Asking,
    grid: GridName,
    z: Annotated[int, Path(description=f"{COARSEST_ZOOM} to {FINEST_ZOOM}: 2^(15-z) m a pixel, 512 pixels a side.")],
    x: Annotated[int, Path(description="Column, from the west.")],
    y: Annotated[int, Path(description="Row, from the north.")],
    layers: Annotated[
        str | None, Query(description="Separated by commas; unless given, all that can be read at this scale.")
    ] = None,
) -> Response:
    """Return one tile (Mapbox Vector Tile 2.1); empty where nothing lies in it; 304 where If-None-Match has its tag.

    503 `tiles.making` with `percent` while an overview of very many lines is being made: ask again after `Retry-After`.
    """
    tiles = TileGrid.of(_named(service, grid))
    if not tiles.has(z, x, y):
        zh = f"没有瓦片 {z}/{x}/{y}；级别 {COARSEST_ZOOM} 至 {FINEST_ZOOM}，行列自 0 至 2^级别-1"
        en = f"there is no tile {z}/{x}/{y}; zoom {COARSEST_ZOOM} to {FINEST_ZOOM}, column and row 0 to 2^zoom-1"
        raise not_found(zh, en)
    place = Place(tiles, z, x, y)
    asked = _asked(service, visitor, layers, place)
    try:
        tag, tile = service.tiles.tile(service.store, place, asked, lambda tag: unchanged(request, f'"{tag}"'))
    except InTheMakingError as making:
        raise _in_the_making(making) from making
    headers = {"ETag": f'"{tag}"'}
    return Response(status_code=304, headers=headers) if tile is None else Response(tile, 200, headers, TILE)


def _in_the_making(making: InTheMakingError) -> ProblemError:
    """Return the problem of a tile that is not made yet: an empty one would say that nothing lies there."""
    zh = f"{LAYERS[making.layer].zh}的概略图正在生成，已完成 {making.percent}%；请稍后再取"
    soon = {"Retry-After": str(SOON_SECONDS)}
    return ProblemError(
        "tiles.making", zh, f"{making}; ask again soon", extra={"percent": making.percent}, headers=soon
    )


def _asked(service: Service, visitor: Visitor, said: str | None, place: Place) -> dict[str, frozenset[str] | None]:
    """Return the layers of a tile, in their own order, each with the ids that may be seen; None: all."""
    if said is None:
        readable = [
            layer for layer in LAYERS if place.pixel_m <= (layer_symbol(layer)["max_resolution"] or place.pixel_m)
        ]
        return _seen(service, visitor, readable)
    names = {name for name in (part.strip() for part in said.split(",")) if name}
    unknown = sorted(names - set(LAYERS))
    if unknown or not names:
        there = " ".join(LAYERS)
        raise refused(Fault("layer.unknown", "没有这个图层", "there is no such layer", f"可用：{there}",
                            f"use some of: {there}", field="layers", value=" ".join(unknown)[:80]))  # fmt: skip
    wanted = [layer for layer in LAYERS if layer in names]
    for layer in wanted:
        if visitor.reach(action_on(layer, "read")) is None:
            raise visitor.refuse(action_on(layer, "read"))
    return _seen(service, visitor, wanted)


def _seen(service: Service, visitor: Visitor, layers: list[str]) -> dict[str, frozenset[str] | None]:
    """Return those of some layers that may be looked at, each with the ids that may be seen; None: all."""
    return {
        layer: own_ids(service, visitor, layer)
        for layer in layers
        if visitor.reach(action_on(layer, "read")) is not None
    }


def _named(service: Service, said: str) -> Grid:
    grid = service.grid()
    if said not in {grid.code, "grid"}:
        raise not_found(f"没有格网 {said}；有：{_name(grid)}", f"there is no grid {said}; there is {_name(grid)}")
    return grid


def _name(grid: Grid) -> str:
    return grid.code if grid_uri(grid) else "grid"


def _crs(grid: Grid) -> Any:  # noqa: ANN401 - a URI, or what a grid without a code is
    return grid_uri(grid) or {"wkt": grid.crs.to_json_dict()}  # PROJJSON, as the standard has it


def _northing_first(grid: Grid) -> bool:
    return bool(grid_uri(grid)) and grid.crs.axis_info[0].direction == "north"


def _dimension(layer: str) -> int:
    types = LAYERS[layer].geometry_types
    return 2 if types & AREAS else 1 if types & LINES else 0
