"""Take commands on a visit, and what was entered on site: each entry decided by itself, none twice."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import geojson
from api.conditions import answered_once
from api.coordinates import axes_of
from api.db.records import Answer
from api.dependencies import Body, Running, Service, parse_object
from api.doors import Asking, may
from api.errors import ProblemError, refused
from api.openapi import Content, documented
from api.refusals import problem_of_refusal
from api.routes.visits import VISIT, Crs, Identity
from api.visit_answers import visit_shape
from api.visit_asked import asked_of
from api.visit_cases import enter_in_cases
from api.visit_commands import ENTRIES, GIVEN, LONGEST_ID, changed_by, check, command_of
from api.visit_people import known
from api.visit_planning import plan_of
from geo.faults import BadInputError, Fault
from survey.cases.refusals import RefusedError
from survey.visits.keeping.commands import ChangeVisit

if TYPE_CHECKING:
    from api.doors import Visitor
    from survey.cases.commands import Command

router = APIRouter(prefix="/api/visits", tags=["visits"])

MOST_ENTRIES = 500


@router.post("/{visit_id}/commands", responses=documented(VISIT, 404, 409, 413, 415, 422, 503),
             openapi_extra=Content("VisitCommandShape").body,
             dependencies=[may("visits.enter", own=True)])  # fmt: skip
def act_on_visit(
    request: Request, service: Running, visitor: Asking, visit_id: Identity, body: Body, crs: Crs = None
) -> Response:
    """Carry out a command and return the visit after it; refused with what is possible now.

    A command with an `id` that came before changes nothing a second time. `change_visit` is planned here. With `cases`
    inviting agrees the time in the cases of the visit, and holding records the survey there, where their engine allows.
    """
    given = parse_object(body)
    check(given, GIVEN)
    axes = axes_of(crs, service.grid())
    if given["kind"] not in ENTRIES:
        visitor.require("visits.plan")
    known(service, visitor, visit_id, "visits.enter")
    command_id = f"given:{given.get('id') or uuid.uuid4().hex}"
    changed = (
        _planned_anew(service, visitor, visit_id, given, command_id) if given["kind"] == ChangeVisit.kind else None
    )

    def act() -> Answer:
        now, entered = service.now(), None
        visit = known(service, visitor, visit_id, "visits.enter")
        if given["kind"] != ChangeVisit.kind:
            command = command_of(given, visitor, command_id)
            visit = service.visits().act(visit_id, command, now)
            entered = enter_in_cases(service, visit, command, now) if given.get("cases") else None
        elif changed is not None:
            visit = service.visits().act(visit_id, changed, now)
        told = visit_shape(visit, visitor, axes, now) | ({} if entered is None else {"entered": entered})
        return Answer(200, geojson.dumps(told), {"Content-Type": "application/json"})

    return answered_once(service, request, body, act)


@router.post("/{visit_id}/entries", responses=documented(Content("VisitEntriesTaken"), 404, 413, 415, 422, 503),
             openapi_extra=Content("VisitEntries").body,
             dependencies=[may("visits.enter", own=True)])  # fmt: skip
def enter_on_site(service: Running, visitor: Asking, visit_id: Identity, body: Body) -> Response:
    """Take what a device has queued: each entry is decided and written by itself, and told of; none twice."""
    entries = _entries(parse_object(body))
    known(service, visitor, visit_id, "visits.enter")
    told = [_enter(service, visitor, visit_id, entry) for entry in entries]
    return Response(geojson.dumps({"entries": told}), media_type="application/json")


def _planned_anew(
    service: Service, visitor: Visitor, visit_id: str, given: dict[str, Any], command_id: str
) -> Command | None:
    """Return the command that changes a visit; None where it was carried out before."""
    if command_id in service.visits().visit(visit_id).handled:
        return None
    asked = given["data"]["asked"]
    axes = axes_of(asked.get("crs") if isinstance(asked.get("crs"), str) else None, service.grid())
    made = plan_of(service, asked_of(asked, axes), service.now(), but=visit_id)
    return changed_by(visitor, given, made, axes, command_id)


def _entries(given: dict[str, Any]) -> list[dict[str, Any]]:
    entries = given.get("entries")
    if not isinstance(entries, list) or not 0 < len(entries) <= MOST_ENTRIES:
        raise refused(
            Fault("visit.entries", f"应为 1 至 {MOST_ENTRIES} 条记录", f"must hold 1 to {MOST_ENTRIES} entries",
                  "分批上传", "send them in parts", field="entries")
        )  # fmt: skip
    return entries


def _enter(service: Service, visitor: Visitor, visit_id: str, entry: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return whether one entry was taken; what is refused is told and holds up no other."""
    name = entry.get("id") if isinstance(entry, dict) else None
    told = name[:LONGEST_ID] if isinstance(name, str) else None
    try:
        if not isinstance(entry, dict) or name is None:
            raise refused(
                Fault("visit.entry", "记录应有编号 id", "an entry has an id", "补上 id", "add one", field="id")
            )
        check(entry, ENTRIES)
        service.visits().act(visit_id, command_of(entry, visitor, f"given:{name}"), service.now())
    except ProblemError as error:
        problem = error.problem
    except RefusedError as error:
        problem = problem_of_refusal(error)
    except BadInputError as error:
        problem = refused(*error.faults).problem
    else:
        return {"id": told, "taken": True}
    return {"id": told, "taken": False, "problem": problem.told()}
