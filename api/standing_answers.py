"""Shape the standing of an operator for an answer: open breaches as measured, the ladder, what may be done next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.case_answers import masked
from maps.case_limits import QUANTITY_WORDS
from survey.calendar import local
from survey.cases.citing import cites, speaks
from survey.cases.plain import as_plain
from survey.cases.standing import (
    STANDING_COMMANDS,
    CommitmentSuspended,
    CreditEntered,
    Interviewed,
    SuspensionEnded,
    possible_steps,
    replay_standing,
)
from survey.cases.words import ROLES
from survey.policies import MEASURES, QUANTITIES
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.casework import Casework
    from survey.cases.events import Event
    from survey.cases.standing import Standing
    from survey.cases.state import Breach, Case, Task

LADDER = {
    "rectify": ("",),
    "interview": (Interviewed.kind,),
    "suspend_commitment": (CommitmentSuspended.kind, SuspensionEnded.kind),
    "credit_record": (CreditEntered.kind,),
}
"""What may follow a breach, by the measures of a document, each with its events; the first is ordered in the case."""


def standing_shape(operator: str, work: Casework, now: datetime) -> dict[str, Any]:
    """Return where an operator stands: breaches, ladder, suspension, credit, what each role may do now."""
    events = work.cases.events(f"standing:{operator}")
    known = replay_standing(operator, work.policy.id, events)
    broken = _open(known, work)
    shape = {
        "operator": operator, "policy": work.policy.id, "document": work.policy.document, "seq": known.seq,
        "suspended": known.suspended, "ends": as_plain(known.ends), "breaches": known.breaches,
        "open": [_breached(case, task, known, work) for case, task in broken],
        "interviews": known.interviews, "credit": list(known.credit),
        "ladder": [_rung(measure, events, broken, work, now) for measure in LADDER],
        "possible": {role: steps for role in ROLES if (steps := _possible(known, work, role, now))},
        "changed_at": as_plain(known.at),
    }  # fmt: skip
    return dict(masked(shape))


def _open(known: Standing, work: Casework) -> list[tuple[Case, Task]]:
    """Return the tasks with a breach that is not mended, by case and utility."""
    found = []
    for one in sorted(known.open):
        case_id, _, utility = one.rpartition(":")
        case = work.case(case_id)
        found.append((case, case.tasks[utility]))
    return found


def _breached(case: Case, task: Task, known: Standing, work: Casework) -> dict[str, Any]:
    kind = UTILITIES[task.utility]
    order = [one for one in case.clocks.values() if one.end_event == "rectified" and one.subject == task.utility]
    return {
        "case": case.id, "href": f"/api/cases/{case.id}", "applicant": case.applicant, "utility": task.utility,
        "zh": kind.zh, "en": kind.en, "route": task.route, "ordered": task.ordered,
        "mend_by": as_plain(order[-1].due) if order else None,
        "overdue": f"{case.id}:{task.utility}" in known.overdue,
        "beyond": [_beyond(one, work) for one in task.breaches],
    }  # fmt: skip


def _beyond(breach: Breach, work: Casework) -> dict[str, Any]:
    """Return what was laid against its limit; without a rule the design itself was committed to."""
    rule = next((one for one in work.policy.rules if one.id == breach.rule), None)
    zh, en = QUANTITY_WORDS[breach.quantity] if rule is None else (rule.subject_zh, rule.subject_en)
    return {
        "quantity": breach.quantity, "zh": zh, "en": en, "measured": breach.measured, "limit": breach.limit,
        "uncertainty": breach.uncertainty, "beyond": breach.measured - breach.limit,
        "unit": QUANTITIES[breach.quantity].unit, "rule": breach.rule, "clause": "" if rule is None else rule.clause,
    }  # fmt: skip


def _rung(
    measure: str, events: Sequence[Event], broken: Sequence[tuple[Case, Task]], work: Casework, now: datetime
) -> dict[str, Any]:  # fmt: skip
    """Return a step of the ladder: whether the document has it, by which clause, and when it was taken."""
    _, (zh, en) = MEASURES[measure]
    topic, on = f"measure:{measure}", local(now).date()
    has = speaks(work.policy, topic, on)
    taken = [_taken(event) for event in events if event.body.kind in LADDER[measure]]
    if measure == "rectify":
        taken = [one for case, task in broken for one in _orders(case, task)]
    return {
        "measure": measure, "zh": zh, "en": en, "in_document": has,
        "cites": as_plain(cites(work.policy, [topic] if has else [], on)), "taken": taken,
    }  # fmt: skip


def _taken(event: Event) -> dict[str, Any]:
    zh, en = event.body.words
    return {
        "at": as_plain(event.at), "who": event.actor.name, "zh": zh, "en": en,
        "reason": str(getattr(event.body, "reason", "")), "case": "",
    }  # fmt: skip


def _orders(case: Case, task: Task) -> list[dict[str, Any]]:
    """Return the order to mend an open breach; who gave it and why is told by the events of the case."""
    ordered = case.milestones.get(f"rectification_ordered:{task.utility}")
    if ordered is None or not task.ordered:
        return []
    _, (zh, en) = MEASURES["rectify"]
    return [{"at": as_plain(ordered.moment), "who": "", "zh": zh, "en": en, "reason": "", "case": case.id}]


def _possible(known: Standing, work: Casework, role: str, now: datetime) -> list[dict[str, str]]:
    steps = possible_steps(known, work.policy, role, local(now))
    return [{"kind": kind, "zh": STANDING_COMMANDS[kind].words[0], "en": STANDING_COMMANDS[kind].words[1]}
            for kind in steps]  # fmt: skip
