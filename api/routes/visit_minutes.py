"""Answer for the minutes of a visit: a draft, the files as issued, and what issuing them enters in its cases."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import geojson, media_types
from api.case_actors import seen_digests
from api.conditions import answered_before, answered_once
from api.db import visit_minutes
from api.db.records import Answer
from api.dependencies import Body, Running, Service, parse_object
from api.doors import Asking, Visitor, may
from api.errors import not_found, refused
from api.minutes_cases import steps_of
from api.openapi import Content, documented
from api.options import Options, invalid
from api.routes.visits import Identity  # noqa: TC001 - FastAPI reads the annotations
from api.visit_minutes import LANGUAGES, Asked, in_short, issue, issues_of, minutes_of
from api.visit_people import actor_of, known
from geo.faults import Fault
from maps.visit_minutes import minutes_docx, minutes_pdf
from maps.visit_minutes_content import Task
from survey.cases.commands import Command
from survey.cases.plain import from_plain
from survey.cases.records import Actor
from survey.visits.keeping import decide
from survey.visits.keeping.commands import IssueMinutes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from api.db.visit_minutes import StoredMinutes
    from api.minutes_cases import Step
    from survey.visits.keeping import Visit

router = APIRouter(prefix="/api/visits", tags=["visits"])

MEDIA = {"pdf": media_types.PDF, "docx": media_types.DOCX}
MINUTES = Content("VisitMinutesShape")
MEMBERS = frozenset({"number", "tasks", "push", "expected", "actor"})
LONGEST_NUMBER, LONGEST_NAME, MOST_TASKS = 80, 200, 1_000
Language = Annotated[Literal["zh", "en"], Query(description="Of what the paper says by itself.")]
Issue = Annotated[int | None, Query(alias="issue", ge=1, le=10_000, description="The last one unless given.")]
Draft = Annotated[bool, Query(description="The next issue as it would be now, also where one is issued.")]


@router.get("/{visit_id}/minutes", responses=documented(MINUTES, 404, 422, 503),
            dependencies=[may("visits.read", own=True)])  # fmt: skip
def get_visit_minutes(service: Running, visitor: Asking, visit_id: Identity) -> Response:
    """Return which minutes are issued, what came in since, and what issuing them would bring about in the cases.

    Files are told to those alone who may have them.
    """
    visit, now = known(service, visitor, visit_id), service.now()
    return Response(geojson.dumps(_shape(service, visitor, visit, now)), media_type="application/json")


@router.get("/{visit_id}/minutes.{kind}", responses=documented(Content("File", tuple(MEDIA.values())), 404, 422, 503),
            dependencies=[may("visits.read", own=True)])  # fmt: skip
def get_visit_minutes_file(
    service: Running, visitor: Asking, visit_id: Identity, kind: Literal["pdf", "docx"], language: Language = "zh",
    which: Issue = None, draft: Draft = False,
) -> Response:  # fmt: skip
    """Return the minutes as they were issued; as long as none are, or with `draft`, as they would be now."""
    visit = known(service, visitor, visit_id)
    visitor.require("pipes.read")  # every line around the stops is drawn
    issued = visit_minutes.of_visit(service.store, visit_id, language)
    if which is not None and not any(one.issue == which for one in issued):
        raise not_found(f"踏勘 {visit_id} 没有第 {which} 次纪要", f"the minutes of {visit_id} have no issue {which}")
    if issued and not draft:
        one = next((one for one in issued if one.issue == which), issued[-1])
        return _file(visit_minutes.file(service.store, one, kind), kind, f"{visit_id}-minutes-{one.issue}")
    if visit.plan is None:
        raise not_found(f"踏勘 {visit_id} 未排定", f"visit {visit_id} is not planned")
    now = service.now()
    steps = _steps(service, visitor, visit, now)
    made = minutes_of(service, visit, Asked(), now, steps)
    write = minutes_pdf if kind == "pdf" else minutes_docx
    return _file(write(made, language), kind, f"{visit_id}-minutes-draft")


@router.post("/{visit_id}/minutes", status_code=201,
             responses=documented(MINUTES, 404, 409, 413, 415, 422, 503, status=201),
             openapi_extra=Content("VisitMinutesAsked").body,
             dependencies=[may("visits.plan")])  # fmt: skip
def issue_visit_minutes(
    request: Request, service: Running, visitor: Asking, visit_id: Identity, body: Body
) -> Response:  # fmt: skip
    """Issue the minutes of a visit that was held, again where answers came late, and enter them in its cases.

    The files are kept as they are issued. What the county's document has the survey bring about in a case, such as its
    plan being published within a time, is entered in the same transaction.
    """
    before = answered_before(service, request, body)
    if before is not None:
        return before
    given = parse_object(body)
    asked = _asked(given)
    visit = known(service, visitor, visit_id, "visits.plan")
    actor = from_plain(Actor, actor_of(visitor, given, IssueMinutes.kind))
    key = f"minutes:{request.headers.get('idempotency-key') or uuid.uuid4().hex}"
    # Refused before seconds are spent on its papers.
    decide(visit, Command(key, actor, IssueMinutes(visit_id), asked.expected), service.now())
    made = issue(service, visit, asked, actor, key, service.now())

    def act() -> Answer:
        now = service.now()
        after, steps = made.keep(now)
        told = _shape(service, visitor, after, now) | {"entered": [step.as_dict() for step in steps]}
        headers = {"Content-Type": "application/json", "Location": f"/api/visits/{visit_id}/minutes.pdf"}
        return Answer(201, geojson.dumps(told), headers)

    return answered_once(service, request, body, act)


def _asked(given: dict[str, Any]) -> Asked:
    """Return what a body says; refuse it with every fault."""
    options = Options(given)
    number = (options.text("number") or "").strip()
    push = given.get("push") is None or options.flag("push")
    expected = given.get("expected")
    faults = [
        Fault("case.unknown_field", f"不认识的字段“{one[:80]}”", f"unknown field {one[:80]!r}", field=one[:80])
        for one in sorted(set(given) - MEMBERS)
    ]
    if len(number) > LONGEST_NUMBER:
        faults.append(
            invalid("number", f"至多 {LONGEST_NUMBER} 个字的文号", f"a number of {LONGEST_NUMBER} characters")
        )
    if expected is not None and (isinstance(expected, bool) or not isinstance(expected, int)):
        faults.append(invalid("expected", "整数", "a whole number"))
    tasks, wrong = _tasks(given.get("tasks"))
    if faults or wrong or options.faults:
        raise refused(*options.faults, *faults, *wrong)
    return Asked(number, tasks, push, expected)


def _tasks(given: object) -> tuple[dict[str, Task], list[Fault]]:
    """Return who does what is open by the id of the item, or what is wrong with it."""
    if given is None:
        return {}, []
    if not isinstance(given, dict) or len(given) > MOST_TASKS:
        return {}, [invalid("tasks", "按事项编号的对象", "an object by the id of the item")]
    found, faults = {}, []
    for item, told in given.items():
        options = Options(told if isinstance(told, dict) else {"who": told})
        who, by = options.text("who") or "", options.day("by")
        known_members = isinstance(told, dict) and set(told) <= {"who", "by"} and len(who) <= LONGEST_NAME
        if options.faults or not known_members:
            zh, en = "办理人（200 字以内）和日期", "who (200 characters at most) and a day"
            faults.append(invalid(f"tasks.{item[:80]}", zh, en))
        found[item] = Task(who.strip(), by)
    return found, faults


def _steps(service: Service, visitor: Visitor, visit: Visit, now: datetime) -> list[Step]:
    """Return what issuing the minutes now would bring about; nothing for who may not issue them."""
    work = service.at_work()
    if work is None or visitor.reach("visits.plan") is None or visit.plan is None:
        return []
    actor = from_plain(Actor, actor_of(visitor, {}, IssueMinutes.kind))
    return steps_of(work, visit, actor, in_short(visit, visit.id), now)


def _shape(service: Service, visitor: Visitor, visit: Visit, now: datetime) -> dict[str, Any]:
    issued = issues_of(service, visit)
    at = f"/api/visits/{visit.id}/minutes"
    may_issue = visitor.reach("visits.plan") is not None and visit.state in IssueMinutes.states
    late = [given for given in visit.answers.values() if issued and given.at > issued[-1].at]
    media = MEDIA if visitor.reach("pipes.read") == "all" else {}
    cases = _cases_seen(service, visitor, now)
    return {
        "visit": visit.id, "state": visit.state, "upto": visit.seq, "may_issue": may_issue, "late": len(late),
        "issued": [_issue(one, at, media, cases) for one in issued],
        "draft": [{"kind": kind, "href": f"{at}.{kind}?draft=true", "media": one} for kind, one in media.items()],
        "steps": [step.as_dict() for step in _steps(service, visitor, visit, now)],
    }  # fmt: skip


def _cases_seen(service: Service, visitor: Visitor, now: datetime) -> set[str] | None:
    """Return the cases whose steps are told to who asks; None: all."""
    work = service.at_work()
    if work is None or visitor.reach("cases.read") == "all":
        return None
    return {one.id for one in seen_digests(work, visitor, now)}


def _issue(one: StoredMinutes, at: str, media: Mapping[str, str], cases: set[str] | None) -> dict[str, Any]:
    return {
        "id": one.id, "issue": one.issue, "number": one.told["number"], "upto": one.upto, "by": one.who, "at": one.at,
        "steps": [step for step in one.told["steps"] if cases is None or step["case"] in cases],
        "files": [
            {"kind": kind, "language": language, "media": kept,
             "href": f"{at}.{kind}?issue={one.issue}&language={language}"}
            for kind, kept in media.items() for language in LANGUAGES
        ],
    }  # fmt: skip


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(content, media_type=MEDIA[kind], headers=headers)
