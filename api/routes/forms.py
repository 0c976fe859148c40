"""Answer for the forms of the counties: the fields as printed, what is wrong with entries, and the print."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from api import geojson, media_types
from api.case_actors import is_seen, sees_numbers
from api.dependencies import Body, Running, parse_object
from api.doors import Asking, may
from api.errors import not_found, refused
from api.form_answers import checked_shape, form_shape
from api.openapi import Content, documented
from api.options import Options
from api.routes.policies import named_policy
from maps.case_letter import letter_of, letters_of
from maps.documents import form_pdf
from survey.forms import blank, check, fill, main_form
from survey.forms.drafts import kept_values
from survey.forms.filing import read_filing

if TYPE_CHECKING:
    from survey.policies import Form, Policy

router = APIRouter(prefix="/api/forms", tags=["forms"])
case_router = APIRouter(prefix="/api/cases", tags=["forms"])

PDF = Content("File", (media_types.PDF,))
Which = Annotated[str, Query(alias="form", description="Id of the form; the county's application unless given.",
                             max_length=80)]  # fmt: skip


@router.get("/{policy_id}", responses=documented(Content("FormShape"), 404, 422), dependencies=[may("policies.read")])
def get_form(service: Running, policy_id: str, which: Which = "") -> Response:
    """Return a county's form: groups, fields, units, options and printed words, in the order of the paper."""
    policy, form = known_form(policy_id, which)
    body = form_shape(form, policy, service.today())
    return Response(geojson.dumps(body), media_type="application/json")


@router.post("/{policy_id}/check", responses=documented(Content("FormChecked"), 404, 413, 415, 422),
             openapi_extra=Content("FormEntries").body, dependencies=[may("policies.read")])  # fmt: skip
def check_form(service: Running, policy_id: str, body: Body) -> Response:
    """Say what is wrong with entries and what is missing before the form is handed in; keeps nothing."""
    given = parse_object(body)
    _, form = known_form(policy_id, form_id(given))
    values = kept_values(form, given.get("values", {}))
    checked = check(form, values, on=service.today())
    told = checked_shape(form, checked, read_filing(given.get("filing") or {}))
    return Response(geojson.dumps(told), media_type="application/json")


@router.get("/{policy_id}/blank.pdf", responses=documented(PDF, 404, 422), dependencies=[may("policies.read")])
def get_blank_form(service: Running, policy_id: str, which: Which = "") -> Response:
    """Return a county's form as PDF, to be filled in by hand."""
    policy, form = known_form(policy_id, which)
    return printed(form_pdf(blank(form), policy, service.today()), f"{policy.id}-{form.id}.pdf")


@case_router.get("/{case_id}/form.pdf", responses=documented(PDF, 404, 422, 503),
                 dependencies=[may("cases.read", own=True)])  # fmt: skip
def get_case_form(
    service: Running,
    visitor: Asking,
    case_id: Annotated[str, Path(description="The case's id.", pattern=r"^[0-9A-Za-z_.-]{1,80}$")],
) -> Response:
    """Return the form that a case was filed with as PDF; identity numbers in full for those who handle it alone."""
    work = service.casework()
    case, form = work.case(case_id), main_form(work.policy)
    if case.seq == 0 or not is_seen(case, visitor):
        raise not_found(f"没有办件 {case_id}", f"there is no case {case_id}")
    if not form.attached or not case.form:
        raise not_found(f"办件 {case_id} 没有填表", f"case {case_id} was filed without a form")
    on = service.today()
    # A case may lack what its form marks as required; what was handed in is no draft all the same.
    filled = replace(fill(form, case.form, draft=True, on=on), draft=False)
    full = sees_numbers(case, visitor)
    return printed(form_pdf(filled, work.policy, on, full_numbers=full), f"{case_id}-{form.id}.pdf")


@case_router.get("/{case_id}/letter.pdf", responses=documented(PDF, 404, 422, 503),
                 dependencies=[may("cases.read", own=True)])  # fmt: skip
def get_case_letter(
    service: Running,
    visitor: Asking,
    case_id: Annotated[str, Path(description="The case's id.", pattern=r"^[0-9A-Za-z_.-]{1,80}$")],
    utility: Annotated[str, Query(description="Of which task.")],
) -> Response:
    """Return the letter of commitment that the county's document attaches, filled with what the case knows, as PDF."""
    work = service.casework()
    case = work.case(case_id)
    if case.seq == 0 or not is_seen(case, visitor):
        raise not_found(f"没有办件 {case_id}", f"there is no case {case_id}")
    if utility not in letters_of(case, work.policy):
        raise not_found(f"办件 {case_id} 现在没有这份承诺书", f"case {case_id} gives no such letter as it stands")
    on, rows = service.today(), service.store.rows("routes", [case.tasks[utility].route])
    works = (rows[0].properties.get("start"), rows[0].properties.get("end")) if rows else (None, None)
    filled = letter_of(case, work.policy, utility, on, works=works)
    return printed(form_pdf(filled, work.policy, on), f"{case_id}-{utility}-letter.pdf")


def known_form(policy_id: str, which: str) -> tuple[Policy, Form]:
    """Return a policy and one of its forms; 404 where there is no such policy, or it names no form at all."""
    policy = named_policy(policy_id)
    if not policy.forms:
        zh, en = f"{policy.county_zh}的表单没有录入", f"the forms of {policy.county_en} are not entered"
        raise not_found(zh, en)
    return policy, main_form(policy, which)


def form_id(given: dict[str, Any]) -> str:
    """Return the id of the form that a body names; empty where it names none."""
    options = Options(given)
    which = options.text("form")
    if options.faults:
        raise refused(*options.faults)
    return which or ""


def printed(pdf: bytes, name: str) -> Response:
    """Return a PDF that is shown in the browser; never kept, since it may hold an identity number in full."""
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return Response(pdf, media_type=media_types.PDF, headers=headers)
