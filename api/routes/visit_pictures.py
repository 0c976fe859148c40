"""Take photos and signatures of a visit, each under the id that a device has given it, and give them back."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from api import geojson
from api.conditions import unchanged
from api.db import visit_pictures
from api.db.history import author
from api.db.visit_pictures import StoredPicture
from api.dependencies import Running, Service, file_reader
from api.doors import Asking, may
from api.errors import ProblemError, not_found, refused
from api.openapi import Content, documented
from api.routes.visits import Identity  # noqa: TC001 - FastAPI reads the annotations
from api.visit_people import known
from api.visit_pictures import MEDIA, MOST_BYTES, look_at, smaller
from geo.crs import coordinate_faults
from geo.faults import Fault
from survey.calendar import local
from survey.cases.plain import as_plain

router = APIRouter(prefix="/api/visits", tags=["visits"])

PICTURE = Content("VisitPicture")
FILE = Content("File", tuple(dict.fromkeys(MEDIA.values())))
PictureIdentity = Annotated[
    str, Path(description="The picture's id, made on the device.", pattern=r"^[0-9A-Za-z_-]{1,80}$")
]
PictureBody = Annotated[bytes, Depends(file_reader(MOST_BYTES))]
LEAST_WIDTH, MOST_WIDTH = 16, 4_000


@router.get("/{visit_id}/pictures", responses=documented(Content("VisitPictures"), 404, 422, 503),
            dependencies=[may("visits.read", own=True)])  # fmt: skip
def get_visit_pictures(service: Running, visitor: Asking, visit_id: Identity) -> Response:
    """Return what is known of the photos and signatures of a visit, in the order in which they came in."""
    known(service, visitor, visit_id)
    told = [_shape(one) for one in visit_pictures.listed(service.store, visit_id)]
    return Response(geojson.dumps({"pictures": told}), media_type="application/json")


@router.get("/{visit_id}/pictures/{picture_id}", responses=documented(FILE, 304, 404, 422, 503),
            dependencies=[may("visits.read", own=True)])  # fmt: skip
def get_visit_picture(
    request: Request,
    service: Running,
    visitor: Asking,
    visit_id: Identity,
    picture_id: PictureIdentity,
    width: Annotated[
        int | None,
        Query(ge=LEAST_WIDTH, le=MOST_WIDTH, description="As a smaller JPEG, upright, of no more pixels across."),
    ] = None,
) -> Response:
    """Return a photo or a signature; 304 where If-None-Match names it, for it never changes."""
    known(service, visitor, visit_id)
    found = visit_pictures.find(service.store, visit_id, picture_id)
    if found is None:
        raise not_found(f"没有照片 {picture_id}", f"there is no picture {picture_id}")
    headers = {"ETag": f'"{found.sha256[:32]}{"" if width is None else f"-{width}"}"'}
    if unchanged(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    content = visit_pictures.content(service.store, visit_id, picture_id)
    if width is None:
        return Response(content, media_type=found.media, headers=headers)
    return Response(smaller(content, width), media_type="image/jpeg", headers=headers)


@router.put("/{visit_id}/pictures/{picture_id}", status_code=201,
            responses=documented(PICTURE, 404, 409, 413, 415, 422, 503, status=201)
            | {200: {"description": "It is here already", "content": PICTURE.content}},
            openapi_extra=FILE.body, dependencies=[may("visits.enter", own=True)])  # fmt: skip
def put_visit_picture(
    request: Request, service: Running, visitor: Asking, visit_id: Identity, picture_id: PictureIdentity,
    body: PictureBody,
) -> Response:  # fmt: skip
    """Keep a photo or a signature (JPEG, PNG, WebP, 25 MB at most).

    The same bytes again are 200 and change nothing, other bytes under the same id are 409. What the camera has written
    into it is taken out; time and place are kept beside it: those of `X-Taken-At` and `X-Place` (easting, northing,
    accuracy; metres of the grid), else the camera's.
    """
    known(service, visitor, visit_id, "visits.enter")
    sha256 = hashlib.sha256(body).hexdigest()
    before = _before(service, visit_id, picture_id, sha256)
    if before is not None:
        return _answer(before, 200)
    looked, moment, place = look_at(body), _moment(request), _place(request, service)
    if place is None and looked.place is not None:
        east, north = service.grid().from_lonlat(*(np.array([value], np.float64) for value in looked.place))
        place = _usable(float(east[0]), float(north[0]), service)
    x, y, accuracy = place or (None, None, None)
    picture = StoredPicture(
        visit_id, picture_id, sha256, looked.media, looked.width, looked.height, moment or looked.taken_at, x, y,
        accuracy, author(visitor.who), service.now(), len(looked.content),
    )  # fmt: skip
    with service.store.transaction():
        # Sent twice at once: the second waits here, and finds what the first has kept.
        before = _before(service, visit_id, picture_id, sha256)
        if before is not None:
            return _answer(before, 200)
        visit_pictures.keep(service.store, picture, looked.content)
    return _answer(picture, 201)


def _before(service: Service, visit_id: str, picture_id: str, sha256: str) -> StoredPicture | None:
    """Return the picture that is here already; refuse other bytes under its id."""
    found = visit_pictures.find(service.store, visit_id, picture_id)
    if found is not None and found.sha256 != sha256:
        zh, en = (
            f"编号 {picture_id} 已是另一张照片，请换编号",
            f"{picture_id} is another picture: give this one a new id",
        )
        raise ProblemError("picture.other", zh, en, extra={"sha256": found.sha256})
    return found


def _answer(picture: StoredPicture, status: int) -> Response:
    return Response(geojson.dumps(_shape(picture)), status, media_type="application/json")


def _shape(picture: StoredPicture) -> dict[str, Any]:
    return {
        "id": picture.id, "sha256": picture.sha256, "media": picture.media, "bytes": picture.size,
        "width": picture.width, "height": picture.height, "taken_at": as_plain(picture.taken_at),
        "x": picture.x, "y": picture.y,
        "accuracy_m": picture.accuracy_m, "by": picture.who, "at": as_plain(picture.at),
        "href": f"/api/visits/{picture.visit}/pictures/{picture.id}",
    }  # fmt: skip


def _moment(request: Request) -> datetime | None:
    said = request.headers.get("x-taken-at")
    if not said:
        return None
    try:
        return local(datetime.fromisoformat(said))
    except ValueError:
        raise refused(_bad("X-Taken-At", said, "时刻（如 2026-12-01T09:00:00+08:00）",
                           "a moment such as 2026-12-01T09:00:00+08:00")) from None  # fmt: skip


def _place(request: Request, service: Service) -> tuple[float, float, float | None] | None:
    said = request.headers.get("x-place")
    if not said:
        return None
    try:
        numbers = [float(part) for part in said.split(",")]
    except ValueError:
        numbers = []
    fits = len(numbers) in (2, 3) and bool(np.isfinite(numbers).all()) and min(numbers[2:], default=0.0) >= 0.0
    place = _usable(numbers[0], numbers[1], service) if fits else None
    if place is None:
        raise refused(_bad("X-Place", said, "东坐标,北坐标,精度（米）", "easting,northing,accuracy (metres)"))
    return place[0], place[1], numbers[2] if len(numbers) > 2 else None  # noqa: PLR2004 - the third is the accuracy


def _usable(x: float, y: float, service: Service) -> tuple[float, float, float | None] | None:
    """Return a place that lies in the grid's zone; None: it is none."""
    faults = coordinate_faults(np.array([x]), np.array([y]), service.grid())
    return None if faults else (x, y, None)


def _bad(header: str, said: str, zh: str, en: str) -> Fault:
    return Fault("picture.header", f"应为{zh}", f"must be {en}", f"改为{zh}，或不填", f"make it {en}, or leave it out",
                 field=header, value=said[:80])  # fmt: skip
