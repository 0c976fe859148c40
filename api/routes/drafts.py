"""Answer for drafts: forms that were begun, kept as typed, printed, and filed into a case in one transaction."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api import geojson
from api.case_answers import case_shape
from api.case_commands import command_of
from api.conditions import answered_once, etag, revision_wanted
from api.db import drafts
from api.db.errors import NotFoundError
from api.db.records import Answer
from api.dependencies import Body, Running, Service, parse_object
from api.doors import Asking, may
from api.errors import ProblemError, not_found, refused
from api.form_answers import draft_row, draft_shape, form_of
from api.openapi import Content, documented
from api.routes.forms import PDF, form_id, known_form, printed
from geo.faults import Fault
from maps.documents import form_pdf
from survey.calendar import local
from survey.forms import check, fill
from survey.forms.drafts import kept_values
from survey.forms.filing import ADDRESS, applicant_of, lacking, read_filing, utilities_of
from survey.policies import load_policy

if TYPE_CHECKING:
    from datetime import date

    from api.db.drafts import Draft
    from api.doors import Visitor

router = APIRouter(prefix="/api/drafts", tags=["forms"], dependencies=[may("cases.act", own=True)])

DRAFT = Content("DraftShape")
MOST_DRAFTS = 200
DESK = "desk"
"""Whose the drafts are where nobody signs in: of whoever sits at this machine."""
Identity = Annotated[str, Path(description="The draft's id.", pattern=r"^[0-9a-f]{32}$")]


@router.get("", responses=documented(Content("DraftList"), 422, 503))
def get_drafts(service: Running, visitor: Asking) -> Response:
    """Return the drafts of whoever asks, the one changed last first; nobody sees another's."""
    rows = [draft_row(one) for one in drafts.of_owner(service.store, owner_of(visitor))]
    return Response(geojson.dumps({"drafts": rows}), media_type="application/json")


@router.post("", status_code=201, responses=documented(DRAFT, 404, 413, 415, 422, 503, status=201),
             openapi_extra=Content("DraftBegun").body)  # fmt: skip
def begin_draft(request: Request, service: Running, visitor: Asking, body: Body) -> Response:
    """Begin a draft of a county's form; entries are kept as typed, right or wrong."""
    given, owner = parse_object(body), owner_of(visitor)
    policy, form = known_form(str(given.get("policy") or ""), form_id(given))
    filing = read_filing(given.get("filing") or {}).as_dict()
    entries = kept_values(form, given.get("values") or {})

    def act() -> Answer:
        if len(drafts.of_owner(service.store, owner)) >= MOST_DRAFTS:
            raise refused(TOO_MANY)
        now = service.now()
        made = drafts.create(
            service.store,
            drafts.Draft(uuid.uuid4().hex, owner, policy.id, form.id, 1, filing, entries, now, now),
        )  # fmt: skip
        return _answer(made, service, 201, Location=f"/api/drafts/{made.id}")

    return answered_once(service, request, body, act)


@router.get("/{draft_id}", responses=documented(DRAFT, 404, 422, 503))
def get_draft(service: Running, visitor: Asking, draft_id: Identity) -> Response:
    """Return a draft with what is wrong and what is missing; its revision is the ETag."""
    answer = _answer(_known(service, visitor, draft_id), service, 200)
    return Response(answer.body, answer.status, answer.headers)


@router.put("/{draft_id}", responses=documented(DRAFT, 404, 412, 413, 415, 422, 428, 503),
            openapi_extra=Content("FormEntries").body)  # fmt: skip
def keep_draft(request: Request, service: Running, visitor: Asking, draft_id: Identity, body: Body) -> Response:
    """Keep what was typed; a private number that comes back masked is the one that was kept."""
    given = parse_object(body)

    def act() -> Answer:
        before = _known(service, visitor, draft_id)
        filing = read_filing(given.get("filing") or {}).as_dict()
        entries = kept_values(form_of(before), given.get("values") or {}, before.entries)
        wanted = revision_wanted(request, before.revision)
        try:
            after = drafts.replace(
                service.store, before, wanted, filing=filing, entries=entries, now=service.now()
            )  # fmt: skip
        except drafts.DraftMovedError as error:
            raise _moved(error.current, service) from None
        return _answer(after, service, 200)

    return answered_once(service, request, body, act)


@router.delete("/{draft_id}", status_code=204, responses=documented(None, 404, 412, 422, 428, 503, status=204))
def drop_draft(request: Request, service: Running, visitor: Asking, draft_id: Identity) -> Response:
    """Take a draft out for good."""

    def act() -> Answer:
        _drop(request, service, _known(service, visitor, draft_id))
        return Answer(204, b"", {})

    return answered_once(service, request, b"", act)


@router.post("/{draft_id}/case", status_code=201,
             responses=documented(Content("CaseShape"), 404, 409, 412, 413, 415, 422, 428, 503, status=201),
             openapi_extra=Content("DraftFiled").body)  # fmt: skip
def file_draft(request: Request, service: Running, visitor: Asking, draft_id: Identity, body: Body) -> Response:
    """Begin a case with the draft, which leaves in the same transaction; refused with all that is wrong or missing."""
    given = parse_object(body)

    def act() -> Answer:
        draft = _known(service, visitor, draft_id)
        work, now = service.casework(), service.now()
        if draft.policy != work.policy.id:
            raise refused(_of_another(draft, work.policy.county_zh, work.policy.county_en))
        data = application(draft, local(now).date())
        command = {"kind": "file_application", "data": data, **({"actor": given["actor"]} if "actor" in given else {})}
        _drop(request, service, draft)
        case_id = work.cases.next_id(local(now).year)
        case = work.act(case_id, command_of(service, work, None, command, f"draft:{draft.id}", visitor), now)
        headers = {"Location": f"/api/cases/{case_id}", "Content-Type": "application/json"}
        return Answer(201, geojson.dumps(case_shape(case, work, now, visitor)), headers)

    return answered_once(service, request, body, act)


@router.get("/{draft_id}/paper.pdf", responses=documented(PDF, 404, 422, 503))
def get_draft_paper(service: Running, visitor: Asking, draft_id: Identity) -> Response:
    """Return the draft as PDF, numbers in full as the form demands; refused while an entry is wrong."""
    draft, on = _known(service, visitor, draft_id), service.today()
    filled = fill(form_of(draft), draft.entries, draft=True, on=on)
    return printed(form_pdf(filled, load_policy(draft.policy), on), f"{draft.policy}-{draft.form}.pdf")


def owner_of(visitor: Visitor) -> str:
    """Return whose the drafts of whoever asks are."""
    return visitor.key or DESK


def application(draft: Draft, on: date) -> dict[str, Any]:
    """Return the fields of the application that a draft is; refuse with all that is wrong or missing."""
    form, filing = form_of(draft), read_filing(draft.filing)
    checked = check(form, draft.entries, on=on)
    faults = (*checked.wrong, *checked.missing, *lacking(form, checked, filing))
    if faults:
        raise refused(*faults)
    entries: dict[str, Any] = fill(form, draft.entries, on=on).as_dict(full_numbers=True)
    if not form.attached and filing.address:
        entries[ADDRESS] = filing.address
    return {
        "channel": filing.channel, "agent": filing.agent, "applicant": applicant_of(form, checked, filing),
        "utilities": [{"utility": one} for one in utilities_of(form, checked, filing)], "form": entries,
    }  # fmt: skip


def _known(service: Service, visitor: Visitor, draft_id: str) -> Draft:
    try:
        return drafts.get(service.store, owner_of(visitor), draft_id)
    except NotFoundError:
        raise not_found("没有这份草稿：已提交或已删除", "there is no such draft: it was filed or deleted") from None


def _drop(request: Request, service: Service, draft: Draft) -> None:
    """Take a draft out where it is at the revision that the request names."""
    try:
        drafts.delete(service.store, draft, revision_wanted(request, draft.revision))
    except drafts.DraftMovedError as error:
        raise _moved(error.current, service) from None


def _answer(draft: Draft, service: Service, status: int, **headers: str) -> Answer:
    body = draft_shape(draft, service.today())
    told = {"Content-Type": "application/json", "ETag": etag(draft.revision), "Cache-Control": "no-store", **headers}
    return Answer(status, geojson.dumps(body), told)


def _moved(current: Draft, service: Service) -> ProblemError:
    zh = f"草稿已在另一窗口改到第 {current.revision} 版"
    en = f"the draft is at revision {current.revision} by now: another window has changed it"
    told = {"current": draft_shape(current, service.today())}
    return ProblemError("draft.stale", zh, en, extra=told, headers={"ETag": etag(current.revision)})


def _of_another(draft: Draft, county_zh: str, county_en: str) -> Fault:
    other = load_policy(draft.policy)
    return Fault(
        "draft.other_county", f"这是{other.county_zh}的表，本库办理{county_zh}的报装",
        f"this is a form of {other.county_en}; this store has the cases of {county_en}",
        f"用{county_zh}的表重新填写", f"fill in the form of {county_en}", field="policy", value=draft.policy,
    )  # fmt: skip


TOO_MANY = Fault(
    "draft.too_many", f"草稿已有 {MOST_DRAFTS} 份", f"there are {MOST_DRAFTS} drafts already",
    "提交或删除不用的草稿", "file or delete some of them",
)  # fmt: skip
