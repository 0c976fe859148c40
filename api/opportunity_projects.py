"""Make one project of an agreed chance: judge it on its trench, begin its case, act once for all of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api import opportunity_commands
from api.case_actors import actor_of
from api.case_commands import command_of
from api.case_lists import unknown
from api.case_measuring import NEAR
from api.errors import ProblemError, refused
from api.opportunity_lookup import no_such
from geo.faults import Fault
from survey.cases.commands import Command, FileApplication
from survey.cases.records import Demand
from survey.projects import SHARED, Judged, joint_project, shared_commands

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from api.casework import Casework
    from api.dependencies import Service
    from api.doors import Visitor
    from survey.cases.state import Case
    from survey.opportunities import Opportunity
    from survey.opportunities.answers import Talk
    from survey.projects import JointProject

CHANNEL = "window"
MEMBERS = frozenset({"kind", "actor", "data"})


def project_of(service: Service, work: Casework, record: Opportunity, lead: str = "") -> JointProject:
    """Return a chance as one project, every line judged where the trench is.

    Raises
    ------
    BadInputError
        With everything that is in the way.
    """
    return joint_project(record, list(_judged(service, work, record)), work.policy, service.today(), lead=lead)


def begin_project(
    service: Service, visitor: Visitor, given: Mapping[str, Any], talk: Talk, record: Opportunity | None, key: str
) -> None:
    """Make an agreed chance one project and file its one application: both or neither.

    Call it within a transaction.

    Raises
    ------
    ProblemError
        As `api.opportunity_commands.command_of`; the chance is not in the plans.
    BadInputError
        As `project_of`.
    survey.cases.refusals.RefusedError
        As the talk refuses it, or the case its application.
    """
    work, data = service.casework(), given.get("data")
    lead = str(data.get("lead") or "") if isinstance(data, dict) else ""
    project = project_of(service, work, record, lead) if record is not None and talk.state == "agreed" else None
    begun = {"case": work.cases.next_id(service.today().year), "lead": project.lead.key if project is not None else ""}
    command = opportunity_commands.command_of(given, talk, record, key, visitor, begun)
    service.talks().act(talk.id, record, command, service.now())
    if project is None:
        raise no_such(talk.id)
    _file_application(work, project, begun["case"], command, service)


def _file_application(work: Casework, project: JointProject, case_id: str, asked: Command, service: Service) -> None:
    """File the one application of a project for all of its parties; `RefusedError` where the county has no such."""
    demands = tuple(Demand(utility, party.operator) for party in project.parties for utility in party.utilities)
    applicant = project.lead.operator or project.lead.routes[0]
    body = FileApplication(CHANNEL, applicant, demands)
    work.act(case_id, Command(f"{asked.id}:case", asked.actor, body), service.now())


def act_for_all(
    service: Service, work: Casework, talk: Talk, given: Mapping[str, Any], key: str, visitor: Visitor
) -> Case:
    """Carry out a command in every part of a project that is ready for it, all or none; return the case after.

    Raises
    ------
    ProblemError
        The project has not begun; a kind or field that is none; nothing of the kind is open in any part.
    survey.cases.refusals.RefusedError
        As the case refuses it in any part.
    """
    wrong = [
        Fault("case.unknown_field", f"不认识的字段“{name}”", f"unknown field {name!r}", field=name)
        for name in sorted(set(given) - MEMBERS)
    ]
    if given.get("kind") not in SHARED:
        wrong.append(unknown("kind", given.get("kind"), SHARED))
    data = given.get("data") or {}
    if not isinstance(data, dict):
        wrong.append(Fault("case.data", "data 应为对象", "data must be an object", field="data"))
    if wrong:
        raise refused(*wrong)
    if not talk.case:
        raise ProblemError("project.not_begun")
    case = work.case(talk.case)
    utilities = [utility for party in talk.parties for utility in party.utilities]
    commands = shared_commands(str(given["kind"]), data, case, utilities, _company(visitor, given))
    if not commands:
        raise ProblemError("project.nothing_open")
    for part, fields in commands:
        asked = {**given, "data": fields}
        case = work.act(talk.case, command_of(service, work, case, asked, f"{key}:{part}", visitor), service.now())
    return case


def _company(visitor: Visitor, given: Mapping[str, Any]) -> str:
    """Return the company that acts in its own parts alone; empty where who acts does so in all, or is refused later."""
    actor = actor_of(visitor, given)
    return "" if isinstance(actor, Fault) or actor["role"] != "utility" else str(actor["department"])


def _judged(service: Service, work: Casework, record: Opportunity) -> Iterator[Judged]:
    """Yield the verdict on each route of a chance as if it lay on the axis of the trench, without the others."""
    rows = {row.id: row for row in service.store.rows("routes", record.routes)}
    for route in record.routes:
        if route not in rows:
            continue
        feature = {
            "type": "Feature", "geometry": record.geometry, "properties": {**rows[route].properties, "id": route},
        }  # fmt: skip
        answer = service.resident.assess(
            feature, on=service.today(), crs=service.grid().code, policy=work.policy.id, moving=True, **NEAR
        )
        verdict = answer["verdict"]
        yield Judged(route, verdict["verdict"], verdict["sentence_zh"], verdict["sentence_en"])
