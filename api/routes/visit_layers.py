"""Give out the layers of a visit, show what was edited in them on site, and write what is accepted."""

from __future__ import annotations

import base64
import binascii
import hashlib
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

import orjson
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api import geojson, media_types
from api.conditions import answered_once, unchanged
from api.coordinates import axes_of
from api.db.records import Answer
from api.dependencies import LargeBody, Running, Service, file_reader, parse_object
from api.doors import Asking, may
from api.errors import ProblemError, refused
from api.openapi import Content, documented
from api.options import invalid, unknown
from api.routes.visit_papers import address_of
from api.routes.visits import Crs, Identity  # noqa: TC001 - FastAPI reads the annotations
from api.visit_acceptance import sorted_out, write_rows
from api.visit_differences import differences
from api.visit_layer_answers import (
    MOST_JUDGED,
    accepted_shape,
    differences_shape,
    judged_shape,
    judgements,
)
from api.visit_layers import layers_gpkg
from api.visit_pack import pack_zip
from api.visit_papers import Papers
from api.visit_people import known
from geo.faults import Fault
from maps.offline_page import MissingClientError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from api.visit_differences import Line

router = APIRouter(prefix="/api/visits", tags=["visits"])

MOST_BYTES = 45_000_000
"""Of an edited file: with base64 it keeps within what a large body may have."""
MOST_LINES = 100_000
MEMBERS = ("digest", "lines", "file", "crs")
FILE, PACK = Content("File", (media_types.GPKG,)), Content("File", (media_types.ZIP,))
DIFFERENCES, WRITTEN = Content("LayerDifferences"), Content("LayersWritten")
ACCEPTED = Content("LayersAccepted")
FileBody = Annotated[bytes, Depends(file_reader(MOST_BYTES))]
Language = Annotated[Literal["zh", "en"], Query(description="Of the names of fields and words.")]


@router.get("/{visit_id}/layers.gpkg", responses=documented(FILE, 304, 404, 422, 503),
            dependencies=[may("visits.read", own=True)])  # fmt: skip
def get_visit_layers(
    request: Request, service: Running, visitor: Asking, visit_id: Identity, language: Language = "zh"
) -> Response:
    """Return the layers around the stops, styled for QGIS and QField, to be edited and sent back; 304 as others.

    Each row bears its revision. What is given out is what who asks may look at.
    """
    visit = known(service, visitor, visit_id)
    content, _ = layers_gpkg(service, visitor, visit, language=language)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if unchanged(request, tag):
        return Response(status_code=304, headers={"ETag": tag})
    named = f'attachment; filename="layers-{visit.id}.gpkg"'
    return Response(content, media_type=media_types.GPKG, headers={"ETag": tag, "Content-Disposition": named})


@router.get("/{visit_id}/pack.zip", responses=documented(PACK, 404, 422, 503),
            dependencies=[may("visits.read", own=True)])  # fmt: skip
def get_visit_pack(
    request: Request, service: Running, visitor: Asking, visit_id: Identity, language: Language = "zh"
) -> Response:
    """Return everything that people take along in one file: field map, atlas (A3), layers, checklist, invitation."""
    address = address_of(request, service)
    visit = known(service, visitor, visit_id)
    visitor.require("pipes.read")  # every line around the stops is drawn
    papers = Papers(service, visit, service.today(), language, address)
    try:
        content = pack_zip(papers, visitor, urlsplit(address).hostname or "")
    except MissingClientError as error:
        raise ProblemError("client.missing", *str(error).split(" / ", 1)) from error
    named = f'attachment; filename="{visit_id}.zip"'
    return Response(content, media_type=media_types.ZIP, headers={"Content-Disposition": named})


@router.post("/{visit_id}/layers", responses=documented(DIFFERENCES, 404, 413, 422, 503),
             openapi_extra=FILE.body, dependencies=[may("visits.read", own=True)])  # fmt: skip
def compare_visit_layers(
    service: Running, visitor: Asking, visit_id: Identity, body: FileBody, crs: Crs = None
) -> Response:
    """Return what was edited in a GeoPackage of this visit, beside what was edited meanwhile; nothing is stored."""
    known(service, visitor, visit_id)
    axes = axes_of(crs, service.grid())
    with _at_hand(body) as path:
        found = differences(service, visitor, visit_id, path)
    return Response(geojson.dumps(differences_shape(service, visitor, found, axes)), media_type="application/json")


@router.post("/{visit_id}/layers/accepted", responses=documented(WRITTEN, 404, 413, 415, 422, 503),
             openapi_extra=ACCEPTED.body, dependencies=[may("visits.read", own=True)])  # fmt: skip
def accept_visit_layers(
    request: Request, service: Running, visitor: Asking, visit_id: Identity, body: LargeBody
) -> Response:
    """Write the lines that are named, in one transaction, and judge the changed routes again.

    A line names the revision that was seen: where the row has another one by now it is refused as stale. Each layer
    takes the permission that writing its items takes. Sent again, lines that are stored as they were edited are told as
    `already`. Takes an Idempotency-Key.
    """
    known(service, visitor, visit_id)
    given = parse_object(body)
    content, digest, asked = _asked(given)
    before: dict[str, Any] = {}

    def act() -> Answer:
        with _at_hand(content) as path:
            found = differences(service, visitor, visit_id, path)
        if found.digest != digest:
            raise refused(_other_file(digest))
        rows, told = sorted_out(found, asked)
        before.update(judgements(service, _routes_of(rows)[:MOST_JUDGED]))
        write_rows(service, visitor, rows, told, now=service.now())
        body = accepted_shape(found, told) | {"judged": judged_shape(list(before), before, {})}
        return Answer(200, geojson.dumps(body), {"Content-Type": "application/json"})

    first = answered_once(service, request, body, act)
    # Only now, with the write taken over, is the county in memory what the changed routes are judged in.
    return _judged(service, first)


def _judged(service: Service, first: Response) -> Response:
    """Return the answer of a write with the judgements of the changed routes as they are now."""
    told = orjson.loads(bytes(first.body))
    routes = [one["feature"] for one in told["written"] if one["layer"] == "routes"]
    was = {one["route"]: one["before"] for one in told["judged"]}
    judged = [one for one in routes if one in was]
    told["judged"] = judged_shape(judged, was, judgements(service, judged))
    told["not_judged"] = len(routes) - len(judged)
    kept = {name: value for name, value in first.headers.items() if name != "content-length"}
    return Response(geojson.dumps(told), first.status_code, kept)


def _routes_of(rows: Sequence[Sequence[Line]]) -> list[str]:
    return [lines[0].change.id for lines in rows if lines[0].stored == "routes"]


def _asked(given: dict[str, Any]) -> tuple[bytes, str, list[str]]:
    """Return the file, its digest and the lines of a body; else `BadInputError` with every fault."""
    faults = [unknown(name, MEMBERS) for name in sorted(set(given) - {*MEMBERS})]
    lines, file, digest = given.get("lines"), given.get("file"), given.get("digest")
    if not (isinstance(lines, list) and len(lines) <= MOST_LINES and all(isinstance(one, str) for one in lines)):
        faults.append(
            invalid("lines", f"至多 {MOST_LINES} 条变更编号", f"ids of changes, {MOST_LINES} at most", needed=True)
        )
    if not isinstance(digest, str):
        faults.append(invalid("digest", "对照结果的 digest", "the digest of the comparison", needed=True))
    content = b""
    try:
        content = base64.b64decode(file if isinstance(file, str) else "", validate=True)
    except (binascii.Error, ValueError):
        faults.append(invalid("file", "文件的 base64", "the file in base64", needed=True))
    if not content:
        faults.append(
            invalid("file", "再次附上编辑过的文件（base64）", "the edited file again, in base64", needed=True)
        )
    if faults:
        raise refused(*faults)
    return content, str(digest), list(lines or [])


@contextmanager
def _at_hand(content: bytes) -> Iterator[Path]:
    """Give a file with this content; it is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layers.gpkg"
        path.write_bytes(content)
        yield path


def _other_file(digest: str) -> Fault:
    return Fault("layers.other_file", "附上的文件不是对照过的那一个", "the file is not the one that was compared",
                 "重新上传并对照", "send it again and compare", field="digest", value=digest[:80])  # fmt: skip
