"""Carry out plan, verdict, change of route and commitment: the permissions that a verdict's trace needs, no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from survey.cases import commands as co
from survey.cases import events as ev
from survey.cases.citing import speaks
from survey.cases.records import Judgement, Measured, Needed
from survey.cases.refusals import NoError
from survey.policies import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from survey.cases.draft import Draft
    from survey.policies import Approval
    from survey.trace import Verdict


def judgement_of(
    verdict: Verdict, route: str, revision: int, quantities: Mapping[str, Measured] | None = None
) -> Judgement:
    """Return a verdict of `survey.verdicts` as a case keeps it.

    Parameters
    ----------
    route, revision
        Which line was judged.
    quantities
        What was measured, by the names of `survey.policies.QUANTITIES`; needed where as-built works are held to them.
    """
    trace = tuple(line.as_dict() for line in verdict.trace)
    return Judgement(
        route, revision, verdict.verdict, verdict.margin_m, verdict.decisive, trace, dict(quantities or {})
    )


def needed(draft: Draft, judgement: Judgement) -> list[Approval]:
    """Return the permissions that a route needs: those its trace names, and those that the ground told."""
    outcomes = {str(line["rule"]): line["outcome"] for line in judgement.trace}
    day = draft.now.date()
    return [
        one
        for one in draft.policy.approvals
        if one.in_force(day)
        and (
            one.id in draft.case.on_site
            if one.quantity == "on_site"
            else outcomes.get(one.id) == "silent"
        )
    ]  # fmt: skip


def fix_plan(body: co.FixPlan, draft: Draft) -> None:
    """Fix a plan, after the survey where the document has one for every connection."""
    surveyed = any(
        stage.key in ("joint_survey", "survey_schedule") and stage.in_force(draft.now.date())
        for stage in draft.policy.stages
    )
    if surveyed and "survey_done" not in draft.case.milestones:
        raise NoError("no_survey", "须先完成联合踏勘", "the joint survey comes first", topic="event:survey_done")
    draft.say(ev.PlanFixed(body.utility, body.operator, body.route, body.revision))


def judge(body: co.Judge, draft: Draft) -> None:
    """Take over the verdict on the plan."""
    task = draft.task(body.utility)
    _check(body.judgement)
    if body.judgement.route != task.route:
        raise NoError("route", "判定的不是方案中的管线", "the verdict is on another route than the plan's")
    if body.judgement.revision < task.revision:
        raise NoError("revision", "判定的是已过时的修订", "the verdict is on an older revision than the plan's")
    draft.say(ev.VerdictGiven(body.utility, body.judgement))
    _follow(body.utility, body.judgement, draft)


def _check(judgement: Judgement) -> None:
    if judgement.verdict not in VERDICTS:
        raise NoError("verdict", f"不认识的结论：{judgement.verdict}", f"unknown verdict: {judgement.verdict}")
    if not all({"rule", "kind", "outcome"} <= set(line) for line in judgement.trace):
        raise NoError("trace", "判定缺少依据", "a verdict without its trace")


def _follow(utility: str, judgement: Judgement, draft: Draft) -> None:
    """Offer the commitment or open the approvals, as the verdict and the document have it."""
    if judgement.verdict in ("outside", "survey_first"):
        return
    wanted = needed(draft, judgement)
    covers = tuple(one.id for one in wanted if one.by_commitment == "yes")
    if judgement.verdict != "commitment" or not covers:
        _open(utility, judgement, wanted, draft)
    elif suspended(utility, draft):
        draft.say(ev.CommitmentBlocked(utility, draft.task(utility).operator))
        _open(utility, judgement, wanted, draft)
    else:
        draft.say(ev.CommitmentOffered(utility, covers))
        beside = [one for one in wanted if one.id not in covers]
        if beside:
            _open(utility, judgement, beside, draft)


def suspended(utility: str, draft: Draft) -> bool:
    """Return whether commitments of the task's operator are suspended."""
    standing = draft.standing
    return standing is not None and standing.suspended and standing.operator == draft.task(utility).operator


def _open(utility: str, judgement: Judgement, wanted: list[Approval], draft: Draft) -> None:
    found = [Needed(one.id, one.item, one.departments, one.applied_by) for one in wanted]
    if judgement.verdict == "special_approval":
        found += [Needed(rule, "government", (), "") for rule in judgement.decisive]
    draft.say(ev.ApprovalsOpened(utility, tuple(found)))
    if not found:
        draft.say(ev.ApprovalsDecided(utility, granted=True))
        return
    for by, who in (("system", "system"), ("", "form")):
        ids = tuple(one.id for one in found if one.applied_by == by)
        if ids:
            draft.say(ev.ApprovalsApplied(utility, ids, who))
    all_applied(utility, draft)


def all_applied(utility: str, draft: Draft) -> None:
    """Begin parallel approval once nothing waits to be applied for."""
    task = draft.task(utility)
    waits = any(one.status in ("to_apply", "returned") for one in task.approvals.values())
    if task.approvals and not waits and f"approvals_accepted:{utility}" not in draft.case.milestones:
        draft.say(ev.ApprovalsAccepted(utility))


def change_route(body: co.ChangeRoute, draft: Draft) -> None:
    """Judge a changed route again; a commitment goes on within the limits and stops beyond them.

    A change that needs a permission which the letter does not stand for stops it too, and it is offered anew.
    """
    task = draft.task(body.utility)
    _check(body.judgement)
    if body.judgement.route != task.route or body.judgement.revision <= task.revision:
        raise NoError("revision", "变更须是同一管线的新修订", "a change is a newer revision of the same route")
    held = task.commitment in ("signed", "decided")
    draft.say(ev.VerdictGiven(body.utility, body.judgement))
    asked = {one.id for one in needed(draft, body.judgement)}
    if held and body.judgement.verdict == "commitment" and asked <= {*task.covers, *task.approvals}:
        draft.say(ev.CommitmentCarried(body.utility, body.judgement.revision))
        return
    if task.commitment in ("offered", "signed", "decided"):
        draft.say(ev.CommitmentStopped(body.utility, body.judgement.verdict, body.judgement.decisive))
    _follow(body.utility, body.judgement, draft)


def sign_commitment(body: co.SignCommitment, draft: Draft) -> None:
    """Sign for the revision that was judged, unless the operator's commitments are suspended."""
    task = draft.task(body.utility)
    if suspended(body.utility, draft):
        raise NoError(
            "suspended", f"{task.operator}的告知承诺制正在暂停中，请走审批",
            f"commitments of {task.operator} are suspended: take the approvals", topic="measure:suspend_commitment",
        )  # fmt: skip
    if body.revision != task.revision:
        raise NoError("revision", f"承诺须针对已判定的第{task.revision}次修订", f"sign for revision {task.revision}",
                      topic="kind:commitment")  # fmt: skip
    draft.say(ev.CommitmentSigned(body.utility, task.route, body.revision, body.signatory))


def decline_commitment(body: co.DeclineCommitment, draft: Draft) -> None:
    """Take the approvals."""
    judgement = draft.task(body.utility).judgement
    draft.say(ev.CommitmentDeclined(body.utility))
    if judgement is not None:
        _open(body.utility, judgement, needed(draft, judgement), draft)


def decide_commitment(body: co.DecideCommitment, draft: Draft) -> None:
    """Decide at once; where the document wants the departments notified first, after that."""
    notified = f"commitment_notified:{body.utility}" in draft.case.milestones
    if speaks(draft.policy, "stage:promise_notice", draft.now.date()) and not notified:
        raise NoError("not_notified", "须先将承诺告知主管部门", "the departments are notified of the commitment first",
                      topic="stage:promise_notice")  # fmt: skip
    covers = draft.task(body.utility).covers
    named = {one for approval in draft.policy.approvals if approval.id in covers for one in approval.departments}
    if named and draft.actor.department not in named:
        raise NoError(
            "not_yours", "该承诺不由本部门决定", "another department decides that", topic="stage:promise_approval"
        )
    draft.say(ev.CommitmentDecided(body.utility))
