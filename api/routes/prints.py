"""Answer with a part of the map on paper: as PDF, or its first page as a picture."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from api import geojson
from api.dependencies import Body, Running, parse_object
from api.doors import Asking, may
from api.map_prints import read_print
from api.media_types import PDF, PNG
from api.openapi import Content, documented
from maps.atlas.scale import MOST_SHEETS
from maps.print_sheet import LAYERS, PAPERS, SCALES, print_pdf, print_picture

router = APIRouter(prefix="/api/maps/print", tags=["maps"])


@router.get("", responses=documented(Content("PrintChoices")), dependencies=[may("layers.read")])
def get_print_choices() -> Response:
    """Return papers with the room that the map has on each, scales and layers of a print."""
    body = {
        "papers": [
            {"paper": name, "orientation": way, "map_width_mm": one.room.width, "map_height_mm": one.room.height}
            for (name, way), one in PAPERS.items()
        ],
        "scales": SCALES,
        "layers": LAYERS,
        "most_sheets": MOST_SHEETS,
    }
    return Response(geojson.dumps(body), media_type="application/json")


@router.post(
    "",
    responses=documented(Content("File", (PDF, PNG)), 404, 413, 415, 422, 503),
    openapi_extra=Content("PrintRequest").body,
    # Whose the items of each layer are is looked at when they are read.
    dependencies=[may("layers.read")],
)
def print_map(
    service: Running,
    visitor: Asking,
    body: Body,
    f: Annotated[Literal["pdf", "png"], Query(description="`png`: the first page as a picture, to look at.")] = "pdf",
) -> Response:
    """Return a part of the map on paper, at a true scale; several sheets with an index where one cannot hold it."""
    ready = read_print(parse_object(body), service, visitor)
    make, media = (print_picture, PNG) if f == "png" else (print_pdf, PDF)
    content = make(ready.asked, ready.layers, ready.windows, ready.grid)
    headers = {"Content-Disposition": f'inline; filename="map.{f}"', "X-Sheets": str(len(ready.windows))}
    return Response(content, headers=headers, media_type=media)
