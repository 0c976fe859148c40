"""Enter in the cases of a visit what the visit has brought about: the time that is agreed, the survey that was held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.faults import BadInputError
from survey.cases.commands import Command, RecordSurvey, ScheduleSurvey
from survey.cases.refusals import RefusedError
from survey.cases.text_limits import MOST_TEXTS
from survey.visits.keeping.commands import HoldVisit, InviteVisit

if TYPE_CHECKING:
    from datetime import datetime

    from api.dependencies import Service
    from survey.visits.keeping import Visit

ENTERED = frozenset({InviteVisit.kind, HoldVisit.kind})
"""Commands on a visit that have a step in its cases: inviting agrees the time, holding records the survey."""


def enter_in_cases(service: Service, visit: Visit, command: Command, now: datetime) -> list[dict[str, Any]]:
    """Enter a step in every case of a visit where its engine allows it, in the transaction that is open.

    Parameters
    ----------
    visit
        After the command.
    command
        Of `ENTERED`; who gave it acts in the cases too.

    Returns
    -------
    list
        A line for each case: ``case kind entered``, and where it was not entered why, as ``zh`` and ``en``.
    """
    work, plan = service.at_work(), visit.plan
    if work is None or plan is None:
        return []
    told = []
    for name in plan.cases:
        body = _step(visit, command)
        line: dict[str, Any] = {"case": name, "kind": body.kind, "entered": True, "zh": "", "en": ""}
        try:
            # Decided before anything of the case is written: a refusal leaves the others as they are.
            work.act(name, Command(f"visit:{visit.id}:{command.id}", command.actor, body), now)
        except (RefusedError, BadInputError) as error:
            fault = error.faults[0]
            line |= {"entered": False, "zh": fault.sentence("zh"), "en": fault.sentence("en")}
        told.append(line)
    return told


def _step(visit: Visit, command: Command) -> ScheduleSurvey | RecordSurvey:
    plan = visit.plan
    assert plan is not None  # noqa: S101 - for mypy: only planned visits are invited to and held
    if command.body.kind == InviteVisit.kind:
        called = {one.key: one.name for stop in plan.stops for one in stop.attendees}
        names = tuple(called[key] for key in visit.invited if key in called)
        return ScheduleSurvey(plan.days[0].sets_out, names[:MOST_TEXTS])
    on = "、".join(f"{day.on}" for day in plan.days)
    return RecordSurvey(f"联合踏勘 {visit.id}（{plan.title}），{on}；到场：{came_to(visit)}")


def came_to(visit: Visit) -> str:
    """Return who came, each with the organisation where there is one."""
    came = [f"{one.name}（{one.organisation}）" if one.organisation else one.name for one in visit.present]
    return "、".join(came) or "未登记"
