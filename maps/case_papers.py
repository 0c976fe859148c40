"""Write the papers of a case from where it stands: nothing is typed twice, and what nobody said stays blank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from maps.case_desk import BLANK, Desk, utility_zh
from maps.case_exposures import to_expose
from maps.case_limits import as_built_limit, as_built_limits, limits_of_judgement
from maps.papers import (
    AcceptanceCertificate,
    ApprovalDecision,
    CommitmentLetter,
    Material,
    OneReply,
    Outcome,
    Party,
    Receipt,
    RectificationNotice,
    SurveyNotice,
    Utility,
)
from survey.calendar import local
from survey.cases.projections import GOVERNMENT, answered, one_reply
from survey.cases.words import CHANNELS
from survey.policies import ITEMS, VERDICTS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from maps.papers import Paper
    from survey.cases.records import Judgement
    from survey.cases.state import Case, Permission, Task
    from survey.findings import Finding
    from survey.policies import Policy

DONE = ("ready", "connected")


@dataclass(frozen=True, slots=True)
class CasePaper:
    """A paper that a case gives: its kind (of `maps.paper_reading.PAPERS`), and of which task and permission.

    ``utility`` is empty where the paper is the whole case's, ``approval`` where it is no decision.
    """

    kind: str
    utility: str = ""
    approval: str = ""


def papers_of(case: Case) -> tuple[CasePaper, ...]:
    """Return the papers that a case gives as it stands, in the order of the procedure; none before acceptance.

    Examples
    --------
    >>> from survey.cases.evolve import replay
    >>> papers_of(replay("C1", "neixiang", []))
    ()
    """
    found = [CasePaper("receipt")] if case.first_acceptor is not None else []
    if case.survey_at is not None:
        found.append(CasePaper("survey_notice"))
    for task in case.tasks.values():
        if task.commitment in ("offered", "signed", "decided") and task.judgement is not None:
            found.append(CasePaper("commitment_letter", task.utility))
        found += [
            CasePaper("approval_decision", task.utility, one.id)
            for one in task.approvals.values()
            if one.status in ("granted", "refused")
        ]
    if answered(case):
        found.append(CasePaper("one_reply"))
    found += [CasePaper("rectification_notice", task.utility) for task in case.tasks.values() if task.ordered]
    if any(task.status in DONE for task in case.active if task.route):
        found.append(CasePaper("acceptance_certificate"))
    return tuple(found)


def paper_of(
    which: CasePaper,
    case: Case,
    policy: Policy,
    issued: dt.date,
    number: str = "",
    *,
    findings: Callable[[], Iterable[Finding]] = tuple,
) -> Paper:
    """Return the inputs of one paper of a case, for `maps.documents.paper_pdf`.

    Parameters
    ----------
    which
        One of `papers_of`.
    issued, number
        The day of the paper, and its number in the county's register; empty: written by hand.
    findings
        Gives what the routes of the case conflict with; asked only where the paper lists it.

    Raises
    ------
    KeyError
        If the case does not give that paper as it stands.

    Notes
    -----
    What the case does not know is left blank on the paper; what the document does not say prints 文件未规定. Clauses
    are those that the events of the case rest on, quoted verbatim.
    """
    if which not in papers_of(case):
        raise KeyError(which)
    return _WRITERS[which.kind](Desk(case, policy, issued, number, findings), which)


def _receipt(desk: Desk, _: CasePaper) -> Receipt:
    case = desk.case
    filed, accepted = desk.moment("application_filed"), desk.moment("accepted")
    owed = desk.case.dates.get("supplement:")
    return Receipt(
        head=desk.head(desk.acceptor), received=filed or _began(case), accepted=accepted or _began(case),
        utilities=_utilities(desk), channel=CHANNELS[case.channel][0] if case.channel else "",
        materials=tuple(Material(name=name, state="容缺", due=owed) for name in case.papers), stages=desk.stages(),
        responsible=case.first_acceptor.name if case.first_acceptor is not None else "", manager=case.manager,
        clauses=desk.clauses("stage:acceptance", "kind:first_responsibility", "kind:deficiency"),
    )  # fmt: skip


def _began(case: Case) -> dt.datetime:
    """Return the earliest moment that the case knows; a case that gives papers has one."""
    return min(milestone.moment for milestone in case.milestones.values())


def _utilities(
    desk: Desk, told: Callable[[Task], str] | None = None, tasks: Iterable[Task] | None = None
) -> tuple[Utility, ...]:
    return tuple(
        Utility(
            utility=utility_zh(one.utility), operator=one.operator, route=one.route,
            plan=f"路由 {one.route} 第 {one.revision} 版" if one.route else "",
            result="" if told is None else told(one),
        )
        for one in (desk.case.tasks.values() if tasks is None else tasks)
    )  # fmt: skip


def _survey_notice(desk: Desk, _: CasePaper) -> SurveyNotice:
    case, head = desk.case, desk.head(desk.lead("joint_survey"))
    parties = [
        Party(name=one.operator or BLANK, why=" ".join(part for part in (utility_zh(one.utility), one.route) if part))
        for one in case.active
    ]
    needed: dict[str, list[str]] = {}
    for task in case.active:
        for permission in task.approvals.values():
            for department in permission.departments:
                needed.setdefault(department, []).append(f"{utility_zh(task.utility)}：{_item(permission)}")
    parties += [Party(name=desk.name(key), why="；".join(dict.fromkeys(whys))) for key, whys in needed.items()]
    return SurveyNotice(
        head=head, meet=case.survey_at or _began(case), place=head.address or BLANK, lead=head.authority,
        parties=tuple(parties), checklist=(*_to_measure(desk), *to_expose(desk.findings(), routes_of(case))),
        clauses=desk.clauses("stage:joint_survey", "stage:survey_schedule"),
    )  # fmt: skip


def routes_of(case: Case) -> list[str]:
    """Return the ids of the routes that a case still has before it, in the order of its tasks.

    >>> from survey.cases.evolve import replay
    >>> routes_of(replay("C1", "neixiang", []))
    []
    """
    return [task.route for task in case.active if task.route]


def _to_measure(desk: Desk) -> tuple[str, ...]:
    """Return what has to be measured on the ground: limits within whose doubt a route lies."""
    return tuple(
        f"实测{utility_zh(task.utility)}管线{task.route}的{limit.subject}"
        for task in desk.case.active
        if task.judgement is not None
        for limit in limits_of_judgement(task.judgement, desk.policy)
        if limit.outcome == "within_uncertainty"
    )


def _item(permission: Permission) -> str:
    return ITEMS[permission.item][0] if permission.item in ITEMS else GOVERNMENT[0]


def _one_reply(desk: Desk, _: CasePaper) -> OneReply:
    sheet = one_reply(desk.case, desk.policy)
    outcomes = [_outcome(desk, task, one) for task in sheet["tasks"] for one in task["approvals"]]
    told = {task["utility"]: _told(task) for task in sheet["tasks"]}
    granted = sum(one.status not in ("refused", "outside", "withdrawn") for one in desk.case.tasks.values())
    refused = sum(one.status == "refused" for one in desk.case.tasks.values())
    conclusion = f"共 {len(desk.case.tasks)} 项：可以接入 {granted} 项，未获批准 {refused} 项"
    return OneReply(
        head=desk.head(desk.acceptor), conclusion=conclusion, outcomes=tuple(outcomes),
        utilities=_utilities(desk, lambda task: told[task.utility]), stages=desk.stages(),
        clauses=desk.clauses("kind:one_reply", "kind:first_responsibility", "stage:parallel_approval"),
    )  # fmt: skip


def _told(task: Mapping[str, Any]) -> str:
    verdict = VERDICTS[task["verdict"]][0] if task["verdict"] else ""
    by = task["commitment_zh"] if task["commitment"] in ("signed", "decided") else ""
    return "，".join(part for part in (verdict, by, task["status_zh"]) if part)


def _outcome(desk: Desk, task: Mapping[str, Any], one: Mapping[str, Any]) -> Outcome:
    decided = desk.case.tasks[task["utility"]].approvals[one["approval"]]
    names = (decided.department,) if decided.department else decided.departments
    return Outcome(
        department="、".join(desk.name(name) for name in names) or "文件未规定",
        item=f"{utility_zh(task['utility'])}：{one['item_zh']}", result=one["status_zh"], opinion=decided.opinion,
        decided=decided.decided_at, clause="、".join(cite["clause"] for cite in one["cites"]),
    )  # fmt: skip


def _letter(desk: Desk, which: CasePaper) -> CommitmentLetter:
    task = desk.case.tasks[which.utility]
    judged = task.committed or task.judgement
    if judged is None:  # papers_of gives no letter of a route that is not judged
        raise KeyError(which)
    form = next((one for one in desk.policy.forms if one.key == "commitment" and one.attached), None)
    said = () if form is None else tuple(one.text_zh for one in form.fields if one.type == "clause" and one.text_zh)
    signed = desk.moment("commitment_filed", which.utility)
    return CommitmentLetter(
        signed=None if signed is None else local(signed).date(),
        head=desk.head(_deciding(desk, task)), unit=task.operator or BLANK, utility=utility_zh(task.utility),
        route=judged.route, revision=str(judged.revision), verdict=f"判定为：{VERDICTS[judged.verdict][0]}。",
        limits=limits_of_judgement(judged, desk.policy), promises=said or _plain_promises(judged),
        consequences=desk.clauses("kind:commitment", "measure:rectify", "measure:suspend_commitment", "kind:penalty"),
    )  # fmt: skip


def _plain_promises(judged: Judgement) -> tuple[str, ...]:
    """Return what a signature means where the county's document has no text of a letter."""
    return (f"按上列限值和路由第 {judged.revision} 版施工。", "文件未附承诺书内容，其余承诺由主管部门填写：" + BLANK)


def _deciding(desk: Desk, task: Task) -> str:
    """Return the departments whose permissions the commitment stands for."""
    named = {one: None for item in desk.policy.approvals if item.id in task.covers for one in item.departments}
    return "、".join(desk.name(one) for one in named) or desk.acceptor


def _decision(desk: Desk, which: CasePaper) -> ApprovalDecision:
    task = desk.case.tasks[which.utility]
    permission = task.approvals[which.approval]
    limits = () if task.judgement is None else limits_of_judgement(task.judgement, desk.policy)
    by = desk.name(permission.department) or permission.decided_by
    return ApprovalDecision(
        head=desk.head(by), item=f"{utility_zh(task.utility)}管线{task.route}{_item(permission)}",
        result=permission.status, reasons=permission.opinion, limits=limits,
        clauses=desk.clauses(f"rule:{permission.id}", "stage:parallel_approval"),
    )  # fmt: skip


def _rectification(desk: Desk, which: CasePaper) -> RectificationNotice:
    task = desk.case.tasks[which.utility]
    limits = tuple(as_built_limit(task, one.quantity, one.rule, desk.policy) for one in task.breaches)
    order = next(
        (one for one in desk.case.clocks.values() if one.end_event == "rectified" and one.subject == task.utility), None
    )
    due = order.due if order is not None else None
    return RectificationNotice(
        head=desk.head(_rectifier(desk)), unit=task.operator or BLANK, route=task.route,
        found=task.measured_at or _began(desk.case), breaches=limits,
        mend=tuple(f"{one.subject}恢复到限值以内，并重新测量" for one in limits),
        mend_by=None if due is None else local(due).date(),
        clauses=desk.clauses("measure:rectify", "measure:suspend_commitment", "kind:supervision"),
    )  # fmt: skip


def _rectifier(desk: Desk) -> str:
    """Return whom the document lets order a mending; blank where it names nobody."""
    found = [one for one in desk.policy.provisions if "rectify" in one.measures and one.in_force(desk.issued)]
    authorities = {one.key for one in desk.policy.departments if one.kind == "authority"}
    names = dict.fromkeys(desk.name(key) for one in found for key in one.departments if key in authorities)
    return "、".join(names)


def _certificate(desk: Desk, _: CasePaper) -> AcceptanceCertificate:
    accepted = [one for one in desk.case.active if one.status in DONE and one.route]
    moments = [desk.moment("works_accepted", one.utility) for one in accepted]
    inspected = max((local(moment) for moment in moments if moment is not None), default=local(_began(desk.case)))
    return AcceptanceCertificate(
        head=desk.head(desk.lead("joint_acceptance_check")), result="accepted", inspected=inspected,
        utilities=_utilities(desk, lambda _task: "合格", accepted),
        checks=tuple(check for task in accepted for check in as_built_limits(task, desk.policy)),
        clauses=desk.clauses("stage:joint_acceptance_check"),
    )  # fmt: skip


_WRITERS: Mapping[str, Callable[[Desk, CasePaper], Paper]] = {
    "receipt": _receipt,
    "survey_notice": _survey_notice,
    "one_reply": _one_reply,
    "commitment_letter": _letter,
    "approval_decision": _decision,
    "rectification_notice": _rectification,
    "acceptance_certificate": _certificate,
}
