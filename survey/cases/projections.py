"""Show a case: timeline, running times with colours, what each department has to do, the one reply (一单答复)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from survey.calendar import local, remaining
from survey.cases.citing import cites
from survey.cases.decide import possible
from survey.cases.plain import as_plain
from survey.cases.words import (
    APPROVAL_STATUSES,
    COMMITMENTS,
    MILESTONES,
    NOTABLE,
    OF_A_TASK,
    PHASES,
    ROLES,
    STATUSES,
)
from survey.policies import FACTS, ITEMS, STAGES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from survey.calendar import Calendar
    from survey.cases.events import Event
    from survey.cases.state import Case, Clock, Permission, Task
    from survey.policies import Policy

GOVERNMENT = ("县级以上人民政府批准", "approval of the government")
"""The item that a road protected by law needs."""

RECTIFICATION = ("责令整改", "ordered to mend")
"""The one time that is no stage of a document's procedure."""


def timeline(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Return what has happened, in order: number, moment, author, name, clauses, data."""
    return [
        {
            "seq": event.seq, "at": as_plain(event.at), "who": event.actor.name, "role": event.actor.role,
            "kind": event.body.kind, "zh": event.body.words[0], "en": event.body.words[1],
            "cites": as_plain(event.cites), "clock": event.body.of_clock, "data": as_plain(event.body),
        }
        for event in events
    ]  # fmt: skip


def clocks(case: Case, calendar: Calendar, now: datetime) -> list[dict[str, Any]]:
    """Return the times that run or pause, the soonest due first, each with its colour and the half days left."""
    running = [clock for clock in case.clocks.values() if clock.open]
    running.sort(key=lambda clock: (clock.due is None, local(clock.due or now), clock.id))
    return [_clock(clock, calendar, now) for clock in running]


def _clock(clock: Clock, calendar: Calendar, now: datetime) -> dict[str, Any]:
    left = None if clock.due is None or clock.status == "paused" else remaining(now, clock.due, calendar)
    zh, en = STAGES.get(clock.key, RECTIFICATION)
    halves = clock.left if clock.status == "paused" else None if left is None else left.half_days
    if halves is not None and left is not None and not left.overdue and clock.half_days:
        halves = min(halves, clock.half_days)  # the half days of the day of the beginning are not counted
    return {
        "id": clock.id, "rule": clock.rule, "stage": clock.key, "zh": zh, "en": en, "utility": clock.subject,
        "status": clock.status, "start": as_plain(clock.start), "due": as_plain(clock.due),
        "half_days": halves,
        "overdue": left is not None and left.overdue, "colour": colour(clock, now),
        "until_zh": MILESTONES[clock.end_event][0], "until_en": MILESTONES[clock.end_event][1],
        "provisional": clock.provisional, "cites": as_plain(clock.cites), "sentence_zh": clock.sentence_zh,
        "sentence_en": clock.sentence_en,
    }  # fmt: skip


def colour(clock: Clock, now: datetime) -> str:
    """Return the colour of a time: red past due, amber once warned of (or never far), grey without a number or paused.

    Green otherwise. A time too short to warn of is amber from its beginning.
    """
    if clock.due is None or clock.status != "running":
        return "grey"
    moment = local(now)
    if moment > clock.due:
        return "red"
    return "amber" if clock.warn_at is None or moment >= clock.warn_at else "green"


def department_work(case: Case, policy: Policy) -> dict[str, list[dict[str, Any]]]:
    """Return what each department has to decide now; under ``""`` what the document gives to no department."""
    found: dict[str, list[dict[str, Any]]] = {}
    for task in case.active:
        for permission in task.approvals.values():
            if permission.status == "applied":
                for department in permission.departments or ("",):
                    found.setdefault(department, []).append(_permission(task, permission, policy))
        if task.commitment == "signed":
            for department in _deciding(task, policy):
                work = {"utility": task.utility, "do": "decide_commitment", "covers": list(task.covers)}
                found.setdefault(department, []).append(work)
    return found


def _deciding(task: Task, policy: Policy) -> tuple[str, ...]:
    """Return the departments of the permissions that a commitment stands for."""
    named = {one for approval in policy.approvals if approval.id in task.covers for one in approval.departments}
    return tuple(sorted(named)) or ("",)


def _permission(task: Task, permission: Permission, policy: Policy) -> dict[str, Any]:
    zh, en = ITEMS.get(permission.item, GOVERNMENT)
    status = APPROVAL_STATUSES[permission.status]
    return {
        "utility": task.utility, "do": "decide_approval", "approval": permission.id, "item_zh": zh, "item_en": en,
        "departments": list(permission.departments), "applied_by": permission.applied_by, "status": permission.status,
        "status_zh": status[0], "status_en": status[1], "department": permission.department,
        "opinion": permission.opinion, "decided_by": permission.decided_by,
        "decided_at": as_plain(permission.decided_at),
        "cites": as_plain(_cited(policy, permission)),
    }  # fmt: skip


def _cited(policy: Policy, permission: Permission) -> Any:  # noqa: ANN401 - plain values for JSON
    day = permission.decided_at
    approval = next((one for one in policy.approvals if one.id == permission.id), None)
    on = local(day).date() if day is not None else approval.valid_from if approval is not None else None
    return () if on is None else cites(policy, [f"rule:{permission.id}"], on)


def one_reply(case: Case, policy: Policy) -> dict[str, Any]:
    """Return all outcomes on one sheet: for every utility its verdict and what each department decided.

    ``complete`` once nothing is waited for, so that the sheet can be given out.
    """
    tasks = [_reply(task, policy) for task in case.tasks.values()]
    return {
        "case": case.id, "applicant": case.applicant, "phase": case.phase, "phase_zh": PHASES[case.phase][0],
        "phase_en": PHASES[case.phase][1], "first_acceptor": as_plain(case.first_acceptor), "manager": case.manager,
        "manager_phone": case.manager_phone, "reason": case.reason, "tasks": tasks,
        "complete": answered(case),
    }  # fmt: skip


def answered(case: Case) -> bool:
    """Return whether an accepted case waits for no verdict and no permission any more."""
    waiting = ("pushed", "planned", "judged", "approving")
    accepted = case.first_acceptor is not None
    return accepted and bool(case.tasks) and all(one.status not in waiting for one in case.active)


def _reply(task: Task, policy: Policy) -> dict[str, Any]:
    judged = task.judgement
    return {
        "utility": task.utility, "operator": task.operator, "status": task.status,
        "status_zh": STATUSES[task.status][0], "status_en": STATUSES[task.status][1],
        "verdict": judged.verdict if judged is not None else None, "route": task.route, "revision": task.revision,
        "commitment": task.commitment, "commitment_zh": COMMITMENTS[task.commitment][0],
        "commitment_en": COMMITMENTS[task.commitment][1], "covers": list(task.covers),
        "approvals": [_permission(task, one, policy) for one in task.approvals.values()],
    }  # fmt: skip


STATED = frozenset({"prelaid", "major_impact", "site_survey_needed"})
"""Facts that somebody states; the others come of the plan and of the application for acceptance."""


def notable(case: Case, policy: Policy) -> list[tuple[str, str]]:
    """Return the milestones that may be noted now, each with the utility whose own it is (else empty).

    Those that the document begins or ends a time with, and that are not on record; a day of moving in may be put off.

    Examples
    --------
    >>> from survey.cases.evolve import replay
    >>> from survey.policies import load_policy
    >>> notable(replay("C1", "neixiang", []), load_policy("neixiang"))
    []
    """
    used = {event for stage in policy.stages for event in (stage.start_event, stage.end_event)}
    places = [
        (event, utility)
        for event in MILESTONES
        if event in NOTABLE and event in used
        for utility in ([task.utility for task in case.active] if event in OF_A_TASK else [""])
    ]
    return [
        (event, utility)
        for event, utility in places
        if event == "moved_in" or (f"{event}:{utility}" if utility else event) not in case.milestones
    ]


def facts_to_state(case: Case, policy: Policy) -> tuple[str, ...]:
    """Return the facts, not stated yet, that a time of the document depends on, in the order of `FACTS`."""
    asked = {
        fact
        for stage in policy.stages
        if stage.condition is not None
        for fact in (*stage.condition.facts, *stage.condition.unless)
    }
    return tuple(fact for fact in FACTS if fact in asked & STATED and fact not in case.facts)


def possible_by_role(case: Case, policy: Policy, now: datetime) -> dict[str, tuple[str, ...]]:
    """Return what each role may do now."""
    return {role: possible(case, policy, role, now) for role in ROLES}
