"""Answer for what is found in the whole county: list, read, accept with a reason, take the acceptance back."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import geojson
from api.conditions import answered_once, unchanged
from api.coordinates import axes_of, window_of
from api.db import acceptances
from api.db.records import Answer
from api.dependencies import Body, Running, Service, parse_object
from api.doors import Asking, Visitor, may
from api.errors import ProblemError, not_found, refused
from api.findings import Chosen, acceptance_shape, chosen_words, counts, features_of, told
from api.openapi import Content, documented
from api.options import Options
from api.resident import NO_POLICY
from api.routes.policies import named_policy
from geo.faults import Fault

if TYPE_CHECKING:
    from api.county_findings import Found
    from survey.findings import Finding

router = APIRouter(prefix="/api/findings", tags=["findings"])

MOST_FINDINGS = 10_000
DEFAULT_LIMIT = 1_000
LONGEST_REASON = 2_000
LONGEST_NAME = 200
FINDING = Content("FindingFeature", (geojson.MEDIA_TYPE,))
FINDINGS = Content("FindingCollection", (geojson.MEDIA_TYPE,))
Identity = Annotated[str, Path(description="The finding's id.")]
Crs = Annotated[
    str | None, Query(description="Of the answer's coordinates; CRS84 unless given, or `EPSG:4546`, `grid`.")
]
On = Annotated[date | None, Query(description="The day whose rules hold; today unless given.")]
Words = list[str] | None
SEVERAL = "; several by commas, or the parameter several times."
Policy = Annotated[str | None, Query(description="The county's unless given.")]


@router.get("", responses=documented(FINDINGS, 304, 404, 422, 503), dependencies=[may("findings.read")])
def get_findings(
    request: Request,
    service: Running,
    bbox: Annotated[str | None, Query(description="west,south,east,north")] = None,
    bbox_crs: Annotated[str | None, Query(alias="bbox-crs", description="Of bbox; CRS84 unless given.")] = None,
    crs: Crs = None,
    kind: Annotated[Words, Query(description=f"A key such as `cover`{SEVERAL}")] = None,
    severity: Annotated[Words, Query(description=f"`grave`, `serious`, `notice`{SEVERAL}")] = None,
    outcome: Annotated[Words, Query(description=f"`fails`, `must_expose`, `unknown`{SEVERAL}")] = None,
    layer: Annotated[Words, Query(description=f"A layer of which something takes part{SEVERAL}")] = None,
    subject: Annotated[str | None, Query(description="Id of a route, pipe, road … that takes part.")] = None,
    accepted: Annotated[Literal["yes", "no"] | None, Query(description="Whether an acceptance holds.")] = None,
    on: On = None,
    policy: Policy = None,
    limit: Annotated[int, Query(ge=1, le=MOST_FINDINGS)] = DEFAULT_LIMIT,
    offset: Annotated[int, Query(ge=0, le=10**9, description="How many come before; see the link `next`.")] = 0,
) -> Response:
    """Return what is found in the county, the gravest first, then by place; 304 where If-None-Match names it."""
    axes = axes_of(crs, service.grid())
    window = window_of(bbox, axes_of(bbox_crs, axes.grid)) if bbox is not None else None
    words = chosen_words({"kind": kind, "severity": severity, "outcome": outcome, "layer": layer})
    found = _found(service, on, policy)
    standing = acceptances.current(service.store)
    tag = _tag(found, acceptances.last_number(service.store), str(request.query_params))
    headers = {"ETag": tag, "Content-Crs": f"<{axes.name}>"}
    if unchanged(request, tag):
        return Response(status_code=304, headers=headers)
    wanted = Chosen(words, subject, None if accepted is None else accepted == "yes", window)
    chosen = wanted.among(found.table, standing)
    page = [found.finding(int(row)) for row in chosen[offset : offset + limit]]
    body = {
        "type": "FeatureCollection",
        "features": features_of(page, standing, axes),
        "numberMatched": len(chosen),
        "numberReturned": len(page),
        "counts": counts(found.table, chosen, standing),
        "change": found.change,
        "timeStamp": service.now(),
        "links": _links(request, offset + limit if offset + limit < len(chosen) else None),
    }
    return Response(geojson.dumps(body), headers=headers, media_type=geojson.MEDIA_TYPE)


@router.get("/{identity}", responses=documented(FINDING, 404, 422, 503), dependencies=[may("findings.read")])
def get_finding(
    service: Running, identity: Identity, crs: Crs = None, on: On = None, policy: Policy = None
) -> Response:
    """Return one finding, with everything that was ever said about accepting it."""
    axes = axes_of(crs, service.grid())
    finding = _known(_found(service, on, policy), identity)
    [feature] = features_of([finding], acceptances.current(service.store), axes)
    lines = acceptances.history(service.store, identity)
    feature["properties"]["acceptances"] = [acceptance_shape(line, finding.facts) for line in lines]
    headers = {"Content-Crs": f"<{axes.name}>"}
    return Response(geojson.dumps(feature), headers=headers, media_type=geojson.MEDIA_TYPE)


@router.post(
    "/{identity}/acceptance",
    status_code=201,
    responses=documented(Content("Acceptance"), 404, 409, 413, 415, 422, 503, status=201),
    openapi_extra=Content("AcceptanceRequest").body,
    dependencies=[may("findings.accept")],
)
def accept_finding(
    request: Request,
    service: Running,
    visitor: Asking,
    identity: Identity,
    body: Body,
    on: On = None,
    policy: Policy = None,
) -> Response:
    """Accept a finding with a reason; it holds until the finding's facts change. Takes an Idempotency-Key."""
    reason, who, facts = _accepted(parse_object(body), visitor)
    _found(service, on, policy)  # before the transaction: finding may take seconds, and other writers wait meanwhile

    def act() -> Answer:
        finding = _known(_found(service, on, policy), identity)
        if facts is not None and facts != finding.facts:
            zh = "发现的依据已变化，请重新查看后再接受"
            raise ProblemError("finding.changed", zh, "its facts have changed: look at it again before you accept it")
        made = acceptances.record(
            service.store, "accept", identity, finding.facts, reason, told(finding), who=who, now=service.now()
        )
        return _answer(acceptance_shape(made, finding.facts), 201)

    return answered_once(service, request, body, act)


@router.delete(
    "/{identity}/acceptance",
    status_code=204,
    responses=documented(None, 404, status=204),
    dependencies=[may("findings.accept")],
)
def withdraw_acceptance(
    request: Request,
    service: Running,
    visitor: Asking,
    identity: Identity,
    who: Annotated[str | None, Query(description="Who takes it back.", max_length=LONGEST_NAME)] = None,
    reason: Annotated[str | None, Query(description="Why.", max_length=LONGEST_REASON)] = None,
) -> Response:
    """Take an acceptance back; that it was given stays on record. Works also where the finding is gone by now."""
    another = _another(who, visitor)
    if another is not None:
        raise refused(another)

    def act() -> Answer:
        standing = acceptances.current(service.store).get(identity)
        if standing is None:
            raise not_found(f"{identity} 没有有效的接受记录", f"{identity} is not accepted")
        acceptances.record(
            service.store, "withdraw", identity, standing.facts, reason, {}, who=who or visitor.who, now=service.now()
        )
        return Answer(204, b"")

    return answered_once(service, request, b"", act)


def _found(service: Service, on: date | None, policy: str | None) -> Found:
    """Return the findings of the county by the rules asked for."""
    county = service.store.county
    chosen = policy or (county.policy if county else None)
    if chosen is None:
        raise refused(NO_POLICY)
    return service.findings.on(on or service.now().astimezone().date(), named_policy(chosen).id)


def _known(found: Found, identity: str) -> Finding:
    """Return a finding; refuse an id that is none now."""
    finding = found.by_id(identity)
    if finding is None:
        raise not_found(f"现在没有发现 {identity}", f"there is no finding {identity} now")
    return finding


def _another(who: str | None, visitor: Visitor) -> Fault | None:
    """Return what is wrong with naming somebody else than who signed in; at the desk any name may be typed."""
    if not who or visitor.person is None or who == visitor.who:
        return None
    return Fault("acceptance.who", "由登录人接受或撤回，不能另填姓名", "who signed in accepts; no other can be named",
                 "去掉 who", "leave who out", field="who", value=who[:80])  # fmt: skip


def _accepted(given: dict[str, Any], visitor: Visitor) -> tuple[str, str, str | None]:
    """Return reason, name and the facts that were seen; refuse a body without a reason."""
    options = Options(given)
    reason, who, facts = ((options.text(name) or "").strip() for name in ("reason", "who", "facts"))
    faults = list(options.faults)
    another = _another(who, visitor)
    if another is not None:
        faults.append(another)
    if not reason and not faults:
        faults.append(
            Fault("acceptance.no_reason", "没有写明理由", "no reason is given", "写明为什么可以接受",
                  "say why it can be accepted", field="reason")
        )  # fmt: skip
    for name, text, most in (("reason", reason, LONGEST_REASON), ("who", who, LONGEST_NAME)):
        if len(text) > most:
            faults.append(
                Fault("text.too_long", f"超过 {most} 个字", f"more than {most} characters", "写短些", "make it shorter",
                      field=name)
            )  # fmt: skip
    if faults:
        raise refused(*faults)
    return reason, who or visitor.who, facts or None


def _answer(value: object, status: int) -> Answer:
    return Answer(status, geojson.dumps(value), {"Content-Type": "application/json"})


def _tag(found: Found, accepted: int, query: str) -> str:
    """Return the entity tag of a list: of the rows, the acceptances and what was asked."""
    said = "\n".join([str(found.change), str(found.day), found.policy, str(accepted), query])
    return f'"{hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()[:24]}"'


def _links(request: Request, following: int | None) -> list[dict[str, str]]:
    """Return the links of a page: itself, and the next one where there is one; without host, as seen from it."""
    path, query = request.url.path, request.url.query
    links = [{"rel": "self", "type": geojson.MEDIA_TYPE, "href": f"{path}?{query}" if query else path}]
    if following is not None:
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "offset"]
        href = f"{path}?{urlencode([*kept, ('offset', following)])}"
        links.append({"rel": "next", "type": geojson.MEDIA_TYPE, "href": href})
    return links
