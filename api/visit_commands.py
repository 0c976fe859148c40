"""Read commands on a visit from the body of a request; what carries a plan is planned here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.case_lists import unknown
from api.errors import ProblemError, refused
from api.options import invalid
from api.visit_answers import proposal_shape
from api.visit_cases import ENTERED
from api.visit_people import actor_of
from geo.faults import Fault
from survey.cases.commands import Command
from survey.cases.plain import from_plain
from survey.cases.records import Actor
from survey.cases.text_limits import too_long
from survey.visits.keeping.commands import COMMANDS, ChangeVisit, IssueMinutes, PlanVisit, VisitCommand
from survey.visits.keeping.journal import command_from_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.coordinates import Axes
    from api.doors import Visitor
    from api.visit_planning import Made
    from survey.visits.keeping.events import Plan

MEMBERS = frozenset({"id", "kind", "actor", "expected", "data", "cases"})
GIVEN = {kind: body for kind, body in COMMANDS.items() if kind not in (PlanVisit.kind, IssueMinutes.kind)}
"""The commands that people give; a visit is begun by planning it, and minutes are issued with their files."""
ENTRIES = {kind: body for kind, body in COMMANDS.items() if body.offline}
"""What is entered on site."""
LONGEST_ID = 200
MINUTES_APART = Fault(
    "visit.minutes_apart", "纪要连同文件一起印发", "minutes are issued together with their files",
    "用 POST /api/visits/{id}/minutes", "POST to /api/visits/{id}/minutes", field="kind", value=IssueMinutes.kind,
)  # fmt: skip


def planned_by(visitor: Visitor, given: Mapping[str, Any], made: Made, axes: Axes, command_id: str) -> Command:
    """Return the command that begins a visit; refuse a plan for which no time was found.

    Raises
    ------
    ProblemError
        409 ``visit.no_time`` with the proposal; 422 where there is nothing to visit.
    """
    actor = from_plain(Actor, actor_of(visitor, given, PlanVisit.kind))
    return Command(command_id, actor, PlanVisit(_plan(made, axes)), None)


def changed_by(visitor: Visitor, given: Mapping[str, Any], made: Made, axes: Axes, command_id: str) -> Command:
    """Return the command that plans a visit otherwise; as `planned_by`."""
    actor = from_plain(Actor, actor_of(visitor, given, ChangeVisit.kind))
    return Command(
        command_id, actor, ChangeVisit(_plan(made, axes), str(given["data"].get("reason") or "")), given.get("expected")
    )


def command_of(given: Mapping[str, Any], visitor: Visitor, command_id: str) -> Command:
    """Return a command that carries no plan.

    Raises
    ------
    BadInputError
        A field that is none.
    ProblemError
        Of who acts.
    """
    return command_from_plain({
        "id": command_id, "kind": given["kind"], "actor": actor_of(visitor, given, given["kind"]),
        "expected": given.get("expected"), "data": given.get("data") or {},
    })  # fmt: skip


def check(given: Mapping[str, Any], kinds: Mapping[str, type[VisitCommand]]) -> None:
    """Refuse a body with every fault of its outer shape.

    Parameters
    ----------
    kinds
        The commands that may be in it.
    """
    faults = [_unknown(one) for one in sorted(set(given) - MEMBERS)]
    kind, data, name, expected = (given.get(key) for key in ("kind", "data", "id", "expected"))
    if kind == IssueMinutes.kind:
        faults.append(MINUTES_APART)
    elif not isinstance(kind, str) or kind not in kinds:
        faults.append(unknown("kind", kind, kinds))
    if data is not None and not isinstance(data, dict):
        faults.append(invalid("data", "对象", "an object", data))
    if name is not None and not (isinstance(name, str) and 0 < len(name) <= LONGEST_ID):
        faults.append(invalid("id", f"1 至 {LONGEST_ID} 个字的编号", f"an id of 1 to {LONGEST_ID} characters", name))
    if expected is not None and (isinstance(expected, bool) or not isinstance(expected, int)):
        faults.append(invalid("expected", "整数", "a whole number", expected))
    if given.get("cases") not in (None, False, True) or (given.get("cases") and kind not in ENTERED):
        faults.append(
            invalid("cases", "true（仅限发出邀请、登记到场）", "true, of inviting and holding", given["cases"])
        )
    if kind == ChangeVisit.kind and (data is None or isinstance(data, dict)):
        faults += _change_faults(data or {})
    if faults:
        raise refused(*faults)


def _change_faults(data: Mapping[str, Any]) -> list[Fault]:
    reason, asked = data.get("reason"), data.get("asked")
    faults = [
        Fault(
            "case.unknown_field", f"不认识的字段“{one[:80]}”", f"unknown field {one[:80]!r}", field=f"data.{one[:80]}"
        )
        for one in sorted(set(data) - {"reason", "asked"})
    ]
    if not isinstance(reason, str) or not reason.strip():
        faults.append(invalid("data.reason", "写明的理由", "the reason, in words", reason, needed=True))
    if not isinstance(asked, dict):
        faults.append(
            invalid(
                "data.asked", "排法（同新排踏勘）", "how it is to be planned, as for a new visit", asked, needed=True
            )
        )
    return [*faults, *too_long({"reason": reason})]


def _plan(made: Made, axes: Axes) -> Plan:
    found = made.planned
    if not made.stops:
        raise refused(*found.faults)
    if found.plan is None:
        raise ProblemError("visit.no_time", found.zh, found.en, extra={"proposal": proposal_shape(made, axes)})
    return found.plan


def _unknown(name: str) -> Fault:
    said = name[:80]
    return Fault("case.unknown_field", f"不认识的字段“{said}”", f"unknown field {said!r}", field=said)
