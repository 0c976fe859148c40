"""Answer for cases: begin one, list them, read one, act on one, print its papers."""

from __future__ import annotations

import hashlib
import uuid
from datetime import date  # noqa: TC003 - FastAPI reads the annotations
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import geojson, media_types
from api.case_actors import is_seen, issues_papers
from api.case_answers import case_shape, masked, row_shape
from api.case_commands import command_of
from api.case_findings import open_about
from api.case_lists import Wanted, looker_of, page_of, unknown
from api.conditions import answered_once, own_key, unchanged
from api.db.records import Answer
from api.dependencies import Body, Running, parse_object
from api.doors import Asking, Visitor, may
from api.errors import not_found, refused
from api.openapi import Content, documented
from api.surveyed import keep_built
from maps.case_papers import CasePaper, paper_of, papers_of, routes_of
from maps.documents import paper_pdf
from survey.calendar import local
from survey.cases.commands import RecordAsBuilt
from survey.cases.projections import timeline

if TYPE_CHECKING:
    from api.casework import Casework
    from survey.cases.state import Case

router = APIRouter(prefix="/api/cases", tags=["cases"])

CASE, REQUEST = Content("CaseShape"), Content("CaseCommand")
BEGINNINGS = ("file_application", "open_project")
MOST_CASES, DEFAULT_CASES = 200, 100
NAME = r"^[0-9A-Za-z_.-]{1,80}$"
Identity = Annotated[str, Path(description="The case's id.", pattern=NAME)]
PDF = Content("File", (media_types.PDF,))


@router.get(
    "", responses=documented(Content("CaseList"), 304, 404, 422, 503), dependencies=[may("cases.read", own=True)]
)
def get_cases(
    request: Request,
    service: Running,
    visitor: Asking,
    phase: Annotated[str | None, Query(description="Only those that stand there, such as `working`.")] = None,
    utility: Annotated[str | None, Query(description="Only those with a part for it.")] = None,
    operator: Annotated[str | None, Query(description="Only those that this company serves.", max_length=200)] = None,
    department: Annotated[str | None, Query(description="Only those with a decision that it still owes.")] = None,
    applicant: Annotated[str | None, Query(description="Only those of this applicant.", max_length=200)] = None,
    overdue: Annotated[bool | None, Query(description="Whether any time has run out.")] = None,
    breached: Annotated[bool | None, Query(description="Whether anything was laid beyond a commitment.")] = None,
    colour: Annotated[str | None, Query(description="Of the most pressing time: `red amber green grey`.")] = None,
    role: Annotated[str | None, Query(description="For which role is looked; where one signed in, of its own.")] = None,
    acting_for: Annotated[
        str,
        Query(description="At the desk: for which department (its key) or company.", max_length=200),
    ] = "",
    waiting: Annotated[bool | None, Query(description="Whether it waits for whom the list is for.")] = None,
    order: Annotated[
        Literal["id", "pressing"], Query(description="`pressing`: whose running time is due first comes first.")
    ] = "id",
    after: Annotated[str | None, Query(description="Id of the last case of the page before.", pattern=NAME)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_CASES)] = DEFAULT_CASES,
) -> Response:
    """Return a page of the cases, each with what runs, who is asked and what it waits for; 304 as `get_case`."""
    work, now = service.casework(), service.now()
    wanted = Wanted(phase, utility, operator, department, applicant, overdue, breached, colour, waiting)
    wanted.check(work.policy)
    page = page_of(
        work, visitor, wanted, looker_of(visitor, role, acting_for), now, pressing=order == "pressing", after=after,
        limit=limit,
    )  # fmt: skip
    links = []
    if page.more:
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
        links.append({"rel": "next", "href": f"/api/cases?{urlencode([*kept, ('after', page.cases[-1].id)])}"})
    counts = {name: getattr(page, name) for name in ("matched", "waiting", "overdue", "breached")}
    shown = [row_shape(one, page.waits.get(one.id, ()), work, now) for one in page.cases]
    return unless_known(request, {"cases": shown, "counts": counts, "links": links})


@router.post("", status_code=201, responses=documented(CASE, 409, 413, 415, 422, 503, status=201),
             openapi_extra=REQUEST.body, dependencies=[may("cases.act", own=True)])  # fmt: skip
def begin_case(request: Request, service: Running, visitor: Asking, body: Body) -> Response:
    """Begin a case with its first command: an application that is filed, or a project that is registered."""
    given = parse_object(body)
    if given.get("kind") not in BEGINNINGS:
        raise refused(unknown("kind", given.get("kind"), BEGINNINGS))

    def act() -> Answer:
        work, now = service.casework(), service.now()
        case_id = work.cases.next_id(local(now).year)
        case = work.act(case_id, command_of(service, work, None, given, key_of(request), visitor), now)
        headers = {"Location": f"/api/cases/{case_id}", "Content-Type": "application/json"}
        return Answer(201, geojson.dumps(case_shape(case, work, now, visitor)), headers)

    return answered_once(service, request, body, act)


@router.get("/{case_id}", responses=documented(CASE, 304, 404, 422, 503), dependencies=[may("cases.read", own=True)])
def get_case(request: Request, service: Running, visitor: Asking, case_id: Identity) -> Response:
    """Return a case as it stands: tasks, clocks, verdicts, what each role may do, the papers that it gives.

    304 where `If-None-Match` names what the reader has: ask again every few seconds, it costs next to nothing.
    """
    work = service.casework()
    shape = case_shape(_known(work, case_id, visitor), work, service.now(), visitor)
    return unless_known(request, shape)


@router.get(
    "/{case_id}/events",
    responses=documented(Content("CaseEvents"), 404, 422, 503),
    dependencies=[may("cases.read", own=True)],
)
def get_case_events(
    service: Running,
    visitor: Asking,
    case_id: Identity,
    after: Annotated[int, Query(ge=0, le=10**9, description="Number of the last event that is known.")] = 0,
) -> Response:
    """Return what has happened in a case, each event with who, when and the clause it rests on."""
    work = service.casework()
    _known(work, case_id, visitor)
    told = masked(timeline(work.cases.events(case_id, after)))
    return Response(geojson.dumps({"events": told}), media_type="application/json")


@router.post("/{case_id}/commands", responses=documented(CASE, 404, 409, 413, 415, 422, 503),
             openapi_extra=REQUEST.body, dependencies=[may("cases.act", own=True)])  # fmt: skip
def act_on_case(request: Request, service: Running, visitor: Asking, case_id: Identity, body: Body) -> Response:
    """Carry out a command and return the case after it; refused with the clause and what is possible now."""
    given = parse_object(body)

    def act() -> Answer:
        work, now = service.casework(), service.now()
        case = _known(work, case_id, visitor)
        command = command_of(service, work, case, given, key_of(request), visitor)
        after = work.act(case_id, command, now)
        if isinstance(command.body, RecordAsBuilt) and after.seq != case.seq:
            keep_built(service, visitor, after, command, given)
        return Answer(200, geojson.dumps(case_shape(after, work, now, visitor)), {"Content-Type": "application/json"})

    return answered_once(service, request, body, act)


@router.get(
    "/{case_id}/papers/{kind}", responses=documented(PDF, 404, 422, 503), dependencies=[may("cases.read", own=True)]
)
def get_case_paper(
    service: Running,
    visitor: Asking,
    case_id: Identity,
    kind: Annotated[
        Literal[
            "receipt", "survey_notice", "one_reply", "commitment_letter", "approval_decision", "rectification_notice",
            "acceptance_certificate",
        ],
        Path(description="Which paper."),
    ],
    utility: Annotated[str, Query(description="Of which task.")] = "",
    approval: Annotated[str, Query(description="Of which permission.")] = "",
    issued: Annotated[date | None, Query(description="The day of the paper; today unless given.")] = None,
    number: Annotated[str, Query(description="Its number in the register.", max_length=80)] = "",
) -> Response:  # fmt: skip
    """Return one paper of a case as PDF, filled from its events; 404 where the case does not give it as it stands."""
    work = service.casework()
    case, which = _known(work, case_id, visitor), CasePaper(kind, utility, approval)
    if (number or issued) and not issues_papers(visitor):
        raise visitor.refuse("cases.act")
    if which not in papers_of(case):
        raise not_found(f"办件 {case_id} 现在没有这份文书", f"case {case_id} does not give that paper as it stands")
    on = issued or service.today()
    pdf = paper_pdf(
        paper_of(
            which,
            case,
            work.policy,
            on,
            number,
            findings=lambda: open_about(service, routes_of(case), on, work.policy.id),
        )
    )
    return Response(
        pdf,
        media_type=media_types.PDF,
        headers={"Content-Disposition": f'inline; filename="{case_id}-{kind}.pdf"', "Cache-Control": "no-store"},
    )


def unless_known(request: Request, told: object) -> Response:
    """Return an answer as JSON with its tag; 304 without it where the reader has it already."""
    body = geojson.dumps(told)
    headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"'}
    if unchanged(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def key_of(request: Request) -> str:
    """Return the id of a request's command: its Idempotency-Key (apart from those of others), else one nobody has.

    Marked as a request's, so that none can take the id of a command that the service gives itself.
    """
    return f"request:{own_key(request) or uuid.uuid4().hex}"


def _known(work: Casework, case_id: str, visitor: Visitor) -> Case:
    """Return a case; one that somebody may not see is as one that there is not."""
    case = work.case(case_id)
    if case.seq == 0 or not is_seen(case, visitor):
        raise not_found(f"没有办件 {case_id}", f"there is no case {case_id}")
    return case
