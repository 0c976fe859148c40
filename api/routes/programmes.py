"""Answer for joint programmes: ask for one, see how far it is, stop it, read it, compare two, take it as a file."""

from __future__ import annotations

import tempfile
import uuid
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Annotated, Any, Literal

import geopandas as gpd
import numpy as np
import shapely
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import geojson, media_types
from api.conditions import answered_before, answered_once
from api.coordinates import axes_of
from api.db import programmes
from api.db.errors import NotFoundError
from api.db.programmes import StoredProgramme
from api.db.records import Answer
from api.dependencies import Body, Running, Service, parse_object
from api.doors import Asking, may
from api.errors import ProblemError, not_found, refused
from api.openapi import Content, documented
from api.options import Options, invalid, unknown
from api.programme_files import write_programme
from api.programme_inputs import Wanted, chosen, inputs_of
from api.programmes import LOST_S
from geo.faults import BadInputError, Fault
from survey.calendar import local
from survey.programme.asked import asked_from_plain
from survey.programme.comparing import compare_outcomes, outcome_from_plain
from survey.programme.frames import layers_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.doors import Visitor

router = APIRouter(prefix="/api/programmes", tags=["programmes"])

PROGRAMME = Content("ProgrammeShape")
ROW = Content("ProgrammeRow")
SECONDS, LEAST_SECONDS, MOST_SECONDS = 60.0, 1.0, 600.0
LONGEST_NAME = 200
ASKED = ("crews", "winter", "holidays", "weights", "yuan", "fixed")
OTHERS = ("name", "routes", "window", "exits", "crs", "on", "seconds")
MEDIA = {"gpkg": media_types.GPKG, "xlsx": media_types.XLSX, "pdf": media_types.PDF}
FILE = Content("File", tuple(MEDIA.values()))
Identity = Annotated[str, Path(description="The programme's id.", pattern=r"^[0-9a-f]{32}$")]
OtherIdentity = Annotated[str, Query(alias="with", description="The other one's id.", pattern=r"^[0-9a-f]{32}$")]


@router.get("", responses=documented(Content("ProgrammeList"), 422, 503), dependencies=[may("programmes.read")])
def get_programmes(service: Running, visitor: Asking) -> Response:
    """Return the programmes without their results, the newest first."""
    rows = [_row(one, service, visitor) for one in programmes.listed(service.store)]
    return Response(geojson.dumps({"programmes": rows}), media_type="application/json")


@router.post("", status_code=202, responses=documented(ROW, 413, 415, 422, 429, 503, status=202),
             openapi_extra=Content("ProgrammeRequest").body,
             dependencies=[may("programmes.plan", own=True)])  # fmt: skip
def plan_programme(request: Request, service: Running, visitor: Asking, body: Body) -> Response:
    """Begin to plan a joint programme of the stored routes; its address then tells how far it is. See `stop`."""
    given = parse_object(body)
    wanted = _wanted(given, service)
    if before := answered_before(service, request, body):
        return before
    service.programmes.refuse_more(visitor.key)
    routes, roads = chosen(service.store.frame("routes"), wanted.routes), service.store.frame("roads")
    inputs = inputs_of(routes, roads, wanted)
    made = []

    def act() -> Answer:
        service.programmes.refuse_more(visitor.key)  # others of this one may have begun meanwhile
        now = service.now()
        asked = {name: value for name, value in given.items() if value is not None} | {"on": str(wanted.on)}
        one = StoredProgramme(
            uuid.uuid4().hex, _name(given), visitor.key, visitor.who, "running", asked, now, now
        )  # fmt: skip
        programmes.create(service.store, one)
        made.append(one.id)
        return _answer(_row(one, service, visitor), 202, Location=f"/api/programmes/{one.id}")

    answer = answered_once(service, request, body, act)
    for programme_id in made:
        service.programmes.begin(programme_id, inputs, wanted.seconds)
    return answer


@router.get("/{programme_id}", responses=documented(PROGRAMME, 404, 422, 503),
            dependencies=[may("programmes.read")])  # fmt: skip
def get_programme(service: Running, visitor: Asking, programme_id: Identity) -> Response:
    """Return a programme: how far it is, or what came out with every reason."""
    found = _known(service, programme_id)
    shape = _row(found, service, visitor) | {"result": found.result}
    return Response(geojson.dumps(shape), media_type="application/json")


@router.post("/{programme_id}/stop", status_code=202, responses=documented(ROW, 404, 422, 503, status=202),
             dependencies=[may("programmes.plan", own=True)])  # fmt: skip
def stop_programme(request: Request, service: Running, visitor: Asking, programme_id: Identity) -> Response:
    """Let the planning end with the best so far; nothing changes where it is done."""

    def act() -> Answer:
        _owned(service, visitor, programme_id)
        programmes.ask_to_stop(service.store, programme_id)
        return _answer(_row(_known(service, programme_id), service, visitor), 202)

    return answered_once(service, request, b"", act)


@router.delete("/{programme_id}", status_code=204, responses=documented(None, 404, 422, 503, status=204),
               dependencies=[may("programmes.plan", own=True)])  # fmt: skip
def drop_programme(request: Request, service: Running, visitor: Asking, programme_id: Identity) -> Response:
    """Take a programme out for good; if it is being planned, that ends."""

    def act() -> Answer:
        _owned(service, visitor, programme_id)
        programmes.delete(service.store, programme_id)
        return Answer(204, b"", {})

    return answered_once(service, request, b"", act)


@router.get("/{programme_id}/comparison", responses=documented(Content("ProgrammeComparison"), 404, 409, 422, 503),
            dependencies=[may("programmes.read")])  # fmt: skip
def compare_programmes(service: Running, programme_id: Identity, other: OtherIdentity) -> Response:
    """Return what the other programme has otherwise than this one; both must be of the same routes."""
    first, second = (_result(_known(service, one)) for one in (programme_id, other))
    told = compare_outcomes(outcome_from_plain(first), outcome_from_plain(second))
    body = {
        "first": first["totals"]["joint"],
        "second": second["totals"]["joint"],
        "saved_m": told.saved_m,
        "moved": [asdict(moved) for moved in told.moved],
        "won": [{"trenches": trenches, "works": works} for trenches, works in told.won],
        "lost": [{"trenches": trenches, "works": works} for trenches, works in told.lost],
    }
    return Response(geojson.dumps(body), media_type="application/json")


@router.get("/{programme_id}/file", responses=documented(FILE, 404, 409, 422, 503),
            dependencies=[may("programmes.read")])  # fmt: skip
def programme_file(
    service: Running,
    programme_id: Identity,
    f: Annotated[Literal["gpkg", "xlsx", "pdf"], Query(description="Layers, a workbook, or the summary.")] = "gpkg",
    language: Annotated[Literal["zh", "en"], Query(description="Of the summary.")] = "zh",
) -> Response:
    """Return a programme as a file, with the geometries that it was planned with."""
    found = _known(service, programme_id)
    result, county = _result(found), service.store.county
    layers = layers_of(result, *(_shapes(found, name, service) for name in ("routes", "trenches")))
    title = "" if county is None else county.name_zh if language == "zh" else county.name_en
    issued = local(found.ended_at or found.created_at).date()
    with tempfile.TemporaryDirectory() as folder:
        file = FilePath(folder) / f"programme.{f}"
        write_programme(result, layers, file, issued=issued, title=title, language=language)
        content = file.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="programme-{programme_id[:8]}.{f}"'}
    return Response(content, headers=headers, media_type=MEDIA[f])


def _wanted(given: Mapping[str, Any], service: Service) -> Wanted:
    """Return what a body asks for; refuse with every fault of it."""
    options = Options(given)
    faults = [unknown(name, (*ASKED, *OTHERS)) for name in given if name not in (*ASKED, *OTHERS)]
    axes = axes_of(options.text("crs"), service.grid())
    seconds = options.number("seconds", SECONDS, LEAST_SECONDS, MOST_SECONDS)
    on = options.day("on") or service.today()
    _name(given, faults)
    window = _window(given.get("window"), faults)
    routes = given.get("routes")
    if routes is not None and not (isinstance(routes, list) and all(isinstance(one, str) for one in routes)):
        faults.append(invalid("routes", "编号的列表", "a list of ids", routes))
        routes = None
    places = _places(given.get("exits"), faults)
    try:
        asked = asked_from_plain({name: given[name] for name in ASKED if name in given})
    except BadInputError as error:
        raise refused(*options.faults, *faults, *error.faults) from None
    if options.faults or faults:
        raise refused(*options.faults, *faults)
    x, y = axes.to_grid(*np.array(places, dtype=np.float64).reshape(-1, 2).T)
    exits = tuple(zip(x.tolist(), y.tolist(), strict=True))
    return Wanted(asked, on, seconds, window, None if routes is None else tuple(routes), exits)


def _name(given: Mapping[str, Any], faults: list[Fault] | None = None) -> str:
    name = given.get("name")
    if name is None or (isinstance(name, str) and len(name) <= LONGEST_NAME):
        return (name or "").strip()
    if faults is not None:
        faults.append(invalid("name", f"至多 {LONGEST_NAME} 个字", f"text of {LONGEST_NAME} characters at most", name))
    return ""


def _window(value: object, faults: list[Fault]) -> tuple[Any, Any] | None:
    if value is None:
        return None
    options = Options(value if isinstance(value, dict) else {})
    first, last = options.day("start"), options.day("end")
    if first is not None and last is not None and first <= last:
        return first, last
    said = "start 与 end 两个日期，先后有序", "start and end, two days in their order"
    faults.append(invalid("window", *said, value))
    return None


def _places(value: object, faults: list[Fault]) -> list[list[float]]:
    if value is None:
        return []
    if isinstance(value, list) and all(_is_position(one) for one in value):
        return [[float(one[0]), float(one[1])] for one in value]
    said = "位置的列表，如 [[111.8, 33.0]]", "a list of positions such as [[111.8, 33.0]]"
    faults.append(invalid("exits", *said, value))
    return []


def _is_position(value: object) -> bool:
    if not isinstance(value, list) or [isinstance(part, int | float) for part in value] != [True, True]:
        return False
    return not any(isinstance(part, bool) for part in value)


def _known(service: Service, programme_id: str) -> StoredProgramme:
    try:
        return programmes.get(service.store, programme_id)
    except NotFoundError:
        raise not_found(f"没有计划 {programme_id}", f"there is no programme {programme_id}") from None


def _owned(service: Service, visitor: Visitor, programme_id: str) -> None:
    """Refuse what is another's, unless this one may plan for all."""
    found = _known(service, programme_id)
    if visitor.reach("programmes.plan") != "all" and found.owner != visitor.key:
        raise visitor.refuse("programmes.plan")


def _result(found: StoredProgramme) -> dict[str, Any]:
    if found.result is None:
        raise ProblemError("programme.not_done")
    return found.result


def _shapes(found: StoredProgramme, name: str, service: Service) -> gpd.GeoDataFrame:
    kept = (found.shapes or {}).get(name, {})
    shapes = [shapely.from_wkb(bytes.fromhex(text)) for text in kept.values()]
    return gpd.GeoDataFrame({"id": list(kept)}, geometry=shapes, crs=service.grid().crs)


def _row(found: StoredProgramme, service: Service, visitor: Visitor) -> dict[str, Any]:
    lost = found.state == "running" and service.now() - found.seen_at > timedelta(seconds=LOST_S)
    waiting = service.programmes.has(found.id)
    return {
        "id": found.id,
        "name": found.name,
        "who": found.who,
        "mine": found.owner == visitor.key,
        "state": "interrupted" if lost and not waiting else found.state,
        "stopping": found.stopping and found.state == "running",
        "asked": found.asked,
        "created_at": found.created_at,
        "ended_at": found.ended_at,
        "progress": found.progress,
        "totals": found.totals,
        "errors": found.faults or [],
    }


def _answer(value: object, status: int, **headers: str) -> Answer:
    return Answer(status, geojson.dumps(value), {"Content-Type": "application/json", **headers})
