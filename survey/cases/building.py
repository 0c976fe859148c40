"""Carry out approvals, works, supervision, acceptance, connection and rating."""

from __future__ import annotations

from typing import TYPE_CHECKING

from survey.calendar import local
from survey.cases import commands as co
from survey.cases import events as ev
from survey.cases.breaches import breaches, kept
from survey.cases.intake import working_date
from survey.cases.judging import all_applied
from survey.cases.refusals import NoError
from survey.utilities import utility_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from survey.cases.draft import Draft
    from survey.cases.state import Permission


def apply_approvals(body: co.ApplyApprovals, draft: Draft) -> None:
    """Apply for what waits."""
    task = draft.task(body.utility)
    waiting = tuple(one.id for one in task.approvals.values() if one.status in ("to_apply", "returned"))
    wanted = body.approvals or waiting
    if not set(wanted) <= set(waiting):
        raise NoError("approval", "所列事项无需（再）申请", "these permissions need not be applied for (again)",
                      topic="stage:parallel_approval")  # fmt: skip
    draft.say(ev.ApprovalsApplied(body.utility, wanted, "utility"))
    all_applied(body.utility, draft)


def _permission(draft: Draft, utility: str, approval: str) -> Permission:
    """Return a permission that is under approval and this department's."""
    permission = draft.task(utility).approvals.get(approval)
    if permission is None:
        raise NoError("not_needed", "这条管线不需要该许可", "the route does not need that permission",
                      topic=f"rule:{approval}")  # fmt: skip
    if permission.status in ("granted", "refused"):
        raise NoError(
            "decided_already", f"该事项已由{permission.decided_by}作出决定",
            f"decided already by {permission.decided_by}",
            topic=f"rule:{approval}",
        )  # fmt: skip
    if permission.status != "applied":
        raise NoError("not_applied", "该事项尚未申请", "it is not applied for", topic=f"rule:{approval}")
    if permission.departments and draft.actor.department not in permission.departments:
        raise NoError("not_yours", "该事项不由本部门决定", "another department decides that", topic=f"rule:{approval}")
    return permission


def return_approval(body: co.ReturnApproval, draft: Draft) -> None:
    """Send an application back."""
    _permission(draft, body.utility, body.approval)
    if not body.reason.strip():
        raise NoError("no_reason", "须写明理由", "a reason is needed", topic=f"rule:{body.approval}")
    draft.say(ev.ApprovalReturned(body.utility, body.approval, draft.actor.department, body.reason))


def decide_approval(body: co.DecideApproval, draft: Draft) -> None:
    """Decide one permission; the last decision closes the round."""
    _permission(draft, body.utility, body.approval)
    if not body.granted and not body.opinion.strip():
        raise NoError("no_reason", "不予批准须写明理由", "a refusal needs its reason", topic=f"rule:{body.approval}")
    draft.say(ev.ApprovalDecided(body.utility, body.approval, draft.actor.department, body.granted, body.opinion))
    statuses = {one.status for one in draft.task(body.utility).approvals.values()}
    if statuses <= {"granted", "refused"}:
        draft.say(ev.ApprovalsDecided(body.utility, granted="refused" not in statuses))


def start_construction(body: co.StartConstruction, draft: Draft) -> None:
    """Begin works; all that dig together must be permitted."""
    waiting = [name for name in body.together if name not in draft.case.tasks or name == body.utility]
    waiting += [name for name in body.together if name in draft.case.tasks and not _may_dig(draft, name)]
    if waiting:
        zh, en = utility_names(waiting)
        raise NoError("not_together", f"{zh} 尚不能一同开工", f"not ready to dig together: {en}",
                      topic="kind:joint_works")  # fmt: skip
    draft.say(ev.ConstructionStarted(body.utility, body.together))


def _may_dig(draft: Draft, utility: str) -> bool:
    return draft.task(utility).status in ("permitted", "building")


def finish_construction(body: co.FinishConstruction, draft: Draft) -> None:
    """End works."""
    draft.say(ev.ConstructionFinished(body.utility))


def inspect(body: co.Inspect, draft: Draft) -> None:
    """Record an inspection."""
    draft.say(ev.Inspected(body.utility, body.note))


def record_as_built(body: co.RecordAsBuilt, draft: Draft) -> None:
    """Hold what was laid to what was committed to; breaches are found, and mended, by measuring only."""
    task = draft.task(body.utility)
    draft.say(ev.AsBuiltMeasured(body.utility, body.quantities))
    if task.committed is None:
        return
    found = breaches(task.committed, body.quantities, draft.policy)
    for breach in found:
        draft.say(ev.BreachFound(body.utility, breach.rule, breach.quantity, breach.measured, breach.uncertainty,
                                 breach.limit))  # fmt: skip
    if task.breaches and not found and kept(task.breaches, body.quantities):
        draft.say(ev.BreachMended(body.utility))


def order_rectify(body: co.OrderRectify, draft: Draft) -> None:
    """Order a measured breach to be mended."""
    draft.say(ev.RectificationOrdered(body.utility, working_date(draft, body.by), body.reason))


def file_acceptance(body: co.FileAcceptance, draft: Draft) -> None:
    """Apply for acceptance of finished works."""
    tasks = draft.case.tasks
    unfinished = [name for name in body.utilities if name not in tasks or tasks[name].status != "built"]
    if unfinished or not body.utilities:
        zh, en = utility_names(unfinished)
        raise NoError("not_built", f"尚未完工：{zh}", f"not built yet: {en}",
                      topic="stage:joint_acceptance_check")  # fmt: skip
    _refuse_works_of_others(body.utilities, draft)
    filed = [name for name in body.utilities if co.acceptance_filed(draft.case, tasks[name])]
    if filed:
        zh, en = utility_names(filed)
        raise NoError("filed_already", f"已申报验收：{zh}", f"applied for already: {en}",
                      topic="stage:joint_acceptance_check")  # fmt: skip
    draft.say(ev.AcceptanceFiled(body.utilities, body.together))


def _refuse_works_of_others(utilities: Sequence[str], draft: Draft) -> None:
    """Refuse a company that files the works of another: to have all accepted together is the applicant's choice."""
    company = draft.actor.department
    if draft.actor.role != "utility" or not company:
        return
    others = [name for name in utilities if draft.task(name).operator not in ("", company)]
    if others:
        zh, en = utility_names(others)
        raise NoError(
            "not_yours", f"{zh} 由其他单位施工，只能申报本单位的验收；联合验收由申请人或窗口申报",
            f"others build {en}: a company files its own works; the applicant or the window files all together",
            topic="stage:joint_acceptance_check",
        )  # fmt: skip


def accept_works(body: co.AcceptWorks, draft: Draft) -> None:
    """Accept works; not while a measured breach stands."""
    if draft.task(body.utility).breaches:
        raise NoError(
            "breach", "违诺尚未整改，不能验收合格", "a measured breach is not mended", topic="measure:rectify"
        )
    draft.say(ev.WorksAccepted(body.utility))


def reject_works(body: co.RejectWorks, draft: Draft) -> None:
    """Send works back."""
    if not body.reason.strip():
        raise NoError("no_reason", "须写明理由", "a reason is needed", topic="stage:joint_acceptance_check")
    draft.say(ev.WorksRejected(body.utility, body.reason))


def agree_connection(body: co.AgreeConnection, draft: Draft) -> None:
    """Agree a time to come."""
    moment = local(body.moment)
    if moment < draft.now:
        raise NoError("past", "约定时间已过", "that time is past", topic="stage:connection")
    draft.say(ev.ConnectionAgreed(body.utility, moment))


def connect(body: co.Connect, draft: Draft) -> None:
    """Say that it is on."""
    draft.say(ev.Connected(body.utility))


def rate(body: co.Rate, draft: Draft) -> None:
    """Rate the service."""
    if not 1 <= body.score <= BEST:
        raise NoError("score", f"评分为1至{BEST}", f"a score is 1 to {BEST}", topic="kind:rating")
    draft.say(ev.Rated(body.score, body.comment))


BEST = 5
"""The best score."""
