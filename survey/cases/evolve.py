"""Make the state of a case from its events, one after another; nothing is decided here and nothing refused."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from functools import reduce, singledispatch
from typing import TYPE_CHECKING, Any

from survey.cases import events as ev
from survey.cases.state import Breach, Case, Clock, Milestone, Permission, Task
from survey.cases.words import OF_A_TASK

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


def replay(case_id: str, policy: str, events: Iterable[ev.Event]) -> Case:
    """Return the state after all events of a case.

    Examples
    --------
    >>> replay("C1", "neixiang", []).phase
    'new'
    """
    return reduce(evolve, events, Case(case_id, policy))


def evolve(case: Case, event: ev.Event) -> Case:
    """Return the state after one more event."""
    after = _apply(event.body, case, event)
    named = _milestone(event.body, event.at)
    again = isinstance(event.body, ev.DemandPushed) and "demand_pushed" in case.milestones
    if named is not None and not again:
        name, moment = named
        after = replace(after, milestones={**after.milestones, name: Milestone(moment, event.seq)})
    clock = event.body.of_clock
    return replace(
        after,
        seq=event.seq,
        acted=case.acted if clock else event.seq,
        at=event.at,
        last_actor=case.last_actor if clock else event.actor.name,
        handled={**case.handled, event.command: event.digest},
    )


def _milestone(body: ev.EventBody, at: datetime) -> tuple[str, datetime] | None:
    """Return the milestone that an event is, as the state keys it, and when it takes effect."""
    event = getattr(body, "event", "") or body.milestone
    utility = getattr(body, "utility", "")
    if not event or (event in OF_A_TASK and not utility):
        return None
    takes_effect = body.moment if isinstance(body, (ev.Noted, ev.ConnectionAgreed)) else at
    return (f"{event}:{utility}" if event in OF_A_TASK else event), takes_effect


def _task(case: Case, utility: str, **changes: Any) -> Case:  # noqa: ANN401 - fields of a task
    return replace(case, tasks={**case.tasks, utility: replace(case.tasks[utility], **changes)})


def _without(case: Case, *names: str) -> dict[str, Milestone]:
    return {name: milestone for name, milestone in case.milestones.items() if name not in names}


@singledispatch
def _apply(body: ev.EventBody, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - the shape of all the others
    """Change nothing: most milestones are only noted."""
    return case


@_apply.register
def _(body: ev.ProjectOpened, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return replace(case, phase="project", project=body.project, applicant=body.applicant)


@_apply.register
def _(body: ev.ApplicationFiled, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    """Begin a turn; of an earlier one only what was known of the project stays."""
    owner = body.owner or (case.owner if case.applicant == body.applicant else "")
    kept = case if body.turn == 1 else replace(case, tasks={}, dates={}, facts=frozenset(), on_site=(), milestones={})
    return replace(
        kept, phase="filed", turn=body.turn, channel=body.channel, applicant=body.applicant, agent=body.agent,
        demands=body.utilities, form=body.form, papers=(), reason="", survey_at=None, first_acceptor=None,
        owner=owner,
    )  # fmt: skip


@_apply.register
def _(body: ev.ApplicationReturned, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return replace(case, phase="returned", reason=body.reason, papers=body.missing)


@_apply.register
def _(body: ev.ApplicationRefused, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return replace(case, phase="refused", reason=body.reason)


@_apply.register
def _(body: ev.Accepted, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return replace(case, phase="working", first_acceptor=body.first_acceptor)


@_apply.register
def _(body: ev.ManagerNamed, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return replace(case, manager=body.name, manager_phone=body.phone)


@_apply.register
def _(body: ev.DeficiencyPromised, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    dates = case.dates if body.by is None else {**case.dates, "supplement:": body.by}
    return replace(case, papers=body.papers, dates=dates)


@_apply.register
def _(body: ev.PapersAsked, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return _task(case, body.utility, papers=body.papers)


@_apply.register
def _(body: ev.PapersSupplied, case: Case, event: ev.Event) -> Case:
    come = set(body.papers)
    tasks = {
        name: replace(task, papers=tuple(paper for paper in task.papers if paper not in come))
        for name, task in case.tasks.items()
    }
    milestones = dict(case.milestones)
    if not body.left:
        milestones["supplemented"] = Milestone(event.at, event.seq)
    return replace(case, papers=body.left, tasks=tasks, milestones=milestones)


@_apply.register
def _(body: ev.DemandPushed, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    """Open the tasks; times that run from the push run from the first one."""
    made = {one.utility: Task(one.utility, one.operator) for one in body.demands}
    return replace(case, tasks={**case.tasks, **made})


@_apply.register
def _(body: ev.FactsStated, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return replace(case, facts=case.facts | set(body.facts))


@_apply.register
def _(body: ev.DesignSent, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    dates = {key: by for key, by in case.dates.items() if key != "design_review:"}
    dates |= {} if body.by is None else {"design_review:": body.by}
    tasks = {name: replace(task, opinion=None, tacit=False) for name, task in case.tasks.items()}
    return replace(case, dates=dates, tasks=tasks, milestones=_without(case, "design_answered"))


@_apply.register
def _(body: ev.DesignAnswered, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return _task(case, body.utility, opinion=body.opinion, tacit=body.tacit)


@_apply.register
def _(body: ev.SurveyScheduled, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return replace(case, survey_at=body.moment)


@_apply.register
def _(body: ev.SurveyDone, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return replace(case, on_site=body.on_site)


@_apply.register
def _(body: ev.PlanFixed, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    operator = body.operator or case.tasks[body.utility].operator
    status = "planned" if body.route else "ready"
    return _task(case, body.utility, status=status, operator=operator, route=body.route, revision=body.revision)


@_apply.register
def _(body: ev.VerdictGiven, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    judged = body.judgement
    before = case.tasks[body.utility].status
    status = {"survey_first": "judged", "outside": "outside"}.get(judged.verdict, before)
    return _task(
        case, body.utility, status=status, judgement=judged, route=judged.route, revision=judged.revision
    )  # fmt: skip


@_apply.register
def _(body: ev.CommitmentOffered, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    """Offer it; permissions of an earlier revision are asked for no more."""
    none = replace(
        case, milestones=_without(case, f"approvals_accepted:{body.utility}", f"approvals_decided:{body.utility}")
    )
    return _task(none, body.utility, status="approving", commitment="offered", covers=body.covers, approvals={})


@_apply.register
def _(body: ev.CommitmentSigned, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return _task(case, body.utility, commitment="signed", committed=case.tasks[body.utility].judgement)


@_apply.register
def _(body: ev.CommitmentDeclined, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return _task(case, body.utility, commitment="declined", covers=())


@_apply.register
def _(body: ev.CommitmentDecided, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return _permitted(_task(case, body.utility, commitment="decided"), body.utility)


@_apply.register
def _(body: ev.CommitmentCarried, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return _task(case, body.utility, committed=case.tasks[body.utility].judgement)


@_apply.register
def _(body: ev.CommitmentStopped, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    task = case.tasks[body.utility]
    status = task.status if task.status in ("judged", "outside") else "approving"
    return _task(case, body.utility, status=status, commitment="stopped", committed=None, covers=())


@_apply.register
def _(body: ev.ApprovalsOpened, case: Case, event: ev.Event) -> Case:
    task = case.tasks[body.utility]
    approvals = {one.id: Permission(one.id, one.item, one.departments, one.applied_by) for one in body.needed}
    cleared = replace(
        case, milestones=_without(case, f"approvals_accepted:{task.utility}", f"approvals_decided:{task.utility}")
    )
    return _task(
        cleared, body.utility, status="approving", approvals=approvals, openings=task.openings + 1, opened_at=event.at
    )


def _permissions(case: Case, utility: str, ids: tuple[str, ...], **changes: Any) -> Case:  # noqa: ANN401 - fields
    approvals = case.tasks[utility].approvals
    changed = {one: replace(approvals[one], **changes) for one in ids}
    return _task(case, utility, approvals={**approvals, **changed})


@_apply.register
def _(body: ev.ApprovalsApplied, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return _permissions(case, body.utility, body.approvals, status="applied", opinion="")


@_apply.register
def _(body: ev.ApprovalReturned, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    after = _permissions(case, body.utility, (body.approval,), status="returned", opinion=body.reason)
    return replace(after, milestones=_without(after, f"approvals_accepted:{body.utility}"))


@_apply.register
def _(body: ev.ApprovalDecided, case: Case, event: ev.Event) -> Case:
    status = "granted" if body.granted else "refused"
    return _permissions(
        case, body.utility, (body.approval,), status=status, department=body.department, opinion=body.opinion,
        decided_by=event.actor.name, decided_at=event.at,
    )  # fmt: skip


@_apply.register
def _(body: ev.ApprovalsDecided, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return _permitted(case, body.utility) if body.granted else _task(case, body.utility, status="refused")


def _permitted(case: Case, utility: str) -> Case:
    """Let a task be built once the commitment is decided on and every permission beside it is granted."""
    task = case.tasks[utility]
    waits = task.commitment in ("offered", "signed") or any(one.status != "granted" for one in task.approvals.values())
    if waits:
        return case
    return _task(case, utility, status="building" if task.begun else "permitted")


@_apply.register
def _(body: ev.ConstructionStarted, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return _task(case, body.utility, status="building", begun=True, together=body.together)


@_apply.register
def _(body: ev.ConstructionFinished, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return _task(case, body.utility, status="built")


@_apply.register
def _(body: ev.AsBuiltMeasured, case: Case, event: ev.Event) -> Case:
    return _task(case, body.utility, as_built=body.quantities, measured_at=event.at)


@_apply.register
def _(body: ev.BreachFound, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    breach = Breach(body.rule, body.quantity, body.measured, body.uncertainty, body.limit)
    others = tuple(one for one in case.tasks[body.utility].breaches if one.quantity != body.quantity)
    return _task(case, body.utility, breaches=(*others, breach))


@_apply.register
def _(body: ev.RectificationOrdered, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    key = f"rectification:{body.utility}"
    dates = {name: by for name, by in case.dates.items() if name != key}
    dates |= {} if body.by is None else {key: body.by}
    after = replace(case, dates=dates, milestones=_without(case, f"rectified:{body.utility}"))
    return _task(after, body.utility, ordered=True)


@_apply.register
def _(body: ev.BreachMended, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return _task(case, body.utility, breaches=(), ordered=False)


@_apply.register
def _(body: ev.AcceptanceFiled, case: Case, event: ev.Event) -> Case:
    chosen = {"acceptance_together"} if body.together else set()
    filed = {f"acceptance_filed:{utility}": Milestone(event.at, event.seq) for utility in body.utilities}
    facts = (case.facts - {"acceptance_together"}) | chosen
    return replace(case, facts=facts, milestones={**case.milestones, **filed})


@_apply.register
def _(body: ev.WorksAccepted, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return _task(case, body.utility, status="ready")


@_apply.register
def _(body: ev.WorksRejected, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    undone = [f"{one}:{body.utility}" for one in ("construction_finished", "acceptance_filed")]
    return _task(replace(case, milestones=_without(case, *undone)), body.utility, status="building")


@_apply.register
def _(body: ev.Connected, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return _task(case, body.utility, status="connected")


@_apply.register
def _(body: ev.Rated, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return replace(case, phase="rated", score=body.score)


@_apply.register
def _(body: ev.Withdrawn, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    if body.utility:
        return _task(case, body.utility, status="withdrawn")
    return replace(case, phase="withdrawn", reason=body.reason)


_STARTED = [field.name for field in dataclasses.fields(ev.ClockStarted) if field.name != "clock"]


@_apply.register
def _(body: ev.ClockStarted, case: Case, event: ev.Event) -> Case:
    same = {name: getattr(body, name) for name in _STARTED}
    clock = Clock(id=body.clock, opened_at=event.at, cites=event.cites, **same)
    return replace(case, clocks={**case.clocks, body.clock: clock})


def _clock(case: Case, clock: str, **changes: Any) -> Case:  # noqa: ANN401 - fields of a clock
    return replace(case, clocks={**case.clocks, clock: replace(case.clocks[clock], **changes)})


@_apply.register
def _(body: ev.ClockPaused, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return _clock(case, body.clock, status="paused", left=body.left)


@_apply.register
def _(body: ev.ClockResumed, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return _clock(
        case, body.clock, status="running", left=None, due=body.due, warn_at=body.warn_at, escalate_at=body.escalate_at,
        resumed=True,
    )  # fmt: skip


@_apply.register
def _(body: ev.ClockStopped, case: Case, event: ev.Event) -> Case:
    return _clock(case, body.clock, status="stopped", ended_at=event.at, late=body.late, void=body.void)


@_apply.register
def _(body: ev.DeadlineWarned, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return _clock(case, body.clock, warned=True)


@_apply.register
def _(body: ev.DeadlinePassed, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return _clock(case, body.clock, warned=True, passed=True)


@_apply.register
def _(body: ev.Escalated, case: Case, event: ev.Event) -> Case:  # noqa: ARG001 - one shape for all
    return _clock(case, body.clock, escalated=True)


@_apply.register
def _(body: ev.ClockRecounted, case: Case, event: ev.Event) -> Case:
    """Move what a time is due; an alarm that the new day takes back may come again."""
    passed = case.clocks[body.clock].passed and event.at > body.due
    return _clock(
        case, body.clock, passed=passed, due=body.due, warn_at=body.warn_at, escalate_at=body.escalate_at,
        sentence_zh=body.sentence_zh, sentence_en=body.sentence_en,
    )  # fmt: skip
