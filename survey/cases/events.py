"""Say what can have happened in a case: one frozen body for each kind of event.

``milestone`` names the event of a county's procedure that it is, ``topics`` what in the document it rests on (see
`survey.cases.citing`); `Event` puts number, moment, author, command and clauses around a body.
"""

# ruff: noqa: TC001, TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from survey.cases.records import Actor, Cite, Demand, Judgement, Measured, Needed


class EventBody:
    """What all bodies of events have."""

    __slots__ = ()
    kind: ClassVar[str]
    words: ClassVar[tuple[str, str]]
    milestone: ClassVar[str] = ""
    topics: ClassVar[tuple[str, ...]] = ()
    of_clock: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a case: its number (from 1), when, by whom, from which command, and the clauses it rests on."""

    seq: int
    at: datetime
    actor: Actor
    command: str
    digest: str
    cites: tuple[Cite, ...]
    body: EventBody


@dataclass(frozen=True, slots=True)
class ProjectOpened(EventBody):
    """A project is known before anybody applied."""

    kind = "project_opened"
    words = ("项目建档", "project registered")
    topics = ("stage:demand_collection", "stage:proactive_contact", "kind:mode")
    project: str
    event: str


@dataclass(frozen=True, slots=True)
class Noted(EventBody):
    """Something of the procedure has come about; ``moment`` is when it takes effect."""

    kind = "noted"
    words = ("记录", "noted")
    event: str
    utility: str
    moment: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class ApplicationFiled(EventBody):
    """The one form was handed in; the ``turn`` counts applications of this case from 1."""

    kind = "application_filed"
    words = ("提交申请", "application filed")
    milestone = "application_filed"
    turn: int
    channel: str
    applicant: str
    utilities: tuple[Demand, ...]
    form: Mapping[str, Any]
    agent: str = ""


@dataclass(frozen=True, slots=True)
class ApplicationReturned(EventBody):
    """The application goes back to be mended."""

    kind = "application_returned"
    words = ("退回补正", "application returned")
    topics = ("stage:acceptance",)
    reason: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ApplicationRefused(EventBody):
    """The application is refused, with the reason."""

    kind = "application_refused"
    words = ("不予受理", "application refused")
    topics = ("kind:scope",)
    reason: str


@dataclass(frozen=True, slots=True)
class Accepted(EventBody):
    """The application is accepted; who accepts first is responsible for all of it."""

    kind = "accepted"
    words = ("受理", "application accepted")
    milestone = "accepted"
    topics = ("stage:acceptance", "kind:first_responsibility")
    first_acceptor: Actor


@dataclass(frozen=True, slots=True)
class ManagerNamed(EventBody):
    """One person sees the case through."""

    kind = "manager_named"
    words = ("指定专人负责", "manager named")
    topics = ("kind:manager", "kind:first_responsibility")
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class DeficiencyPromised(EventBody):
    """Accepted although papers are missing, on the promise to supply them; ``by`` where a date was set."""

    kind = "deficiency_promised"
    words = ("容缺受理承诺", "missing papers promised")
    milestone = "deficiency_promised"
    topics = ("kind:deficiency", "stage:supplement")
    papers: tuple[str, ...]
    by: datetime | None


@dataclass(frozen=True, slots=True)
class PapersAsked(EventBody):
    """A task cannot go on before papers that are owed have come: its times pause."""

    kind = "papers_asked"
    words = ("催补材料，计时暂停", "owed papers asked for")
    topics = ("kind:deficiency", "stage:supplement")
    utility: str
    papers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PapersSupplied(EventBody):
    """Papers that were owed have come; ``left`` are still owed."""

    kind = "papers_supplied"
    words = ("补交材料", "papers supplied")
    topics = ("kind:deficiency", "stage:supplement")
    papers: tuple[str, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemandPushed(EventBody):
    """The demand goes to every utility chosen: one task each."""

    kind = "demand_pushed"
    words = ("需求推送各单位", "demand pushed")
    milestone = "demand_pushed"
    topics = ("kind:mode", "stage:demand_collection")
    demands: tuple[Demand, ...]


@dataclass(frozen=True, slots=True)
class FactsStated(EventBody):
    """A person states facts of `survey.policies.FACTS` that times depend on."""

    kind = "facts_stated"
    words = ("情况说明", "facts stated")
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DesignSent(EventBody):
    """The design goes to the utilities for their opinion, ``by`` a date where one was set."""

    kind = "design_sent"
    words = ("征求设计意见", "design sent for opinions")
    milestone = "design_sent"
    topics = ("stage:design_review",)
    by: datetime | None


@dataclass(frozen=True, slots=True)
class DesignAnswered(EventBody):
    """A utility's opinion on the design; ``tacit``: it kept silent past the date, which is no objection."""

    kind = "design_answered"
    words = ("反馈设计意见", "opinion on the design")
    topics = ("stage:design_review",)
    utility: str
    opinion: str
    tacit: bool


@dataclass(frozen=True, slots=True)
class DesignClosed(EventBody):
    """Every utility has answered, or kept silent past the date."""

    kind = "design_closed"
    words = ("设计意见汇总", "opinions on the design complete")
    milestone = "design_answered"
    topics = ("stage:design_review",)


@dataclass(frozen=True, slots=True)
class SurveyScheduled(EventBody):
    """The time of the joint survey is agreed."""

    kind = "survey_scheduled"
    words = ("商定踏勘时间", "joint survey scheduled")
    milestone = "survey_time_agreed"
    topics = ("stage:survey_schedule", "stage:joint_survey")
    moment: datetime
    attendees: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SurveyDone(EventBody):
    """The joint survey is done; ``on_site`` are the permissions that only the ground tells."""

    kind = "survey_done"
    words = ("踏勘完成", "joint survey done")
    milestone = "survey_done"
    topics = ("stage:joint_survey", "stage:survey_schedule")
    minutes: str
    on_site: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanFixed(EventBody):
    """A utility's plan; without a route no external works are needed."""

    kind = "plan_fixed"
    words = ("方案确定", "plan fixed")
    milestone = "plan_fixed"
    topics = ("stage:design_plan", "kind:mode")
    utility: str
    operator: str
    route: str
    revision: int


@dataclass(frozen=True, slots=True)
class VerdictGiven(EventBody):
    """The verdict on a route, with its trace."""

    kind = "verdict_given"
    words = ("路由判定", "verdict on the route")
    utility: str
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class CommitmentOffered(EventBody):
    """The verdict allows a commitment; ``covers`` are the permissions that it stands for."""

    kind = "commitment_offered"
    words = ("可告知承诺", "commitment offered")
    topics = ("kind:commitment",)
    utility: str
    covers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommitmentBlocked(EventBody):
    """The verdict would allow a commitment, but the operator's are suspended."""

    kind = "commitment_blocked"
    words = ("承诺制暂停，改走审批", "commitment suspended for this operator")
    topics = ("measure:suspend_commitment",)
    utility: str
    operator: str


@dataclass(frozen=True, slots=True)
class CommitmentSigned(EventBody):
    """The letter is signed; it fixes the revision of the route."""

    kind = "commitment_signed"
    words = ("签署承诺书", "commitment signed")
    milestone = "commitment_filed"
    topics = ("kind:commitment", "stage:promise_approval")
    utility: str
    route: str
    revision: int
    signatory: str


@dataclass(frozen=True, slots=True)
class CommitmentDeclined(EventBody):
    """The utility takes the ordinary approvals instead."""

    kind = "commitment_declined"
    words = ("不采用承诺", "commitment declined")
    topics = ("kind:commitment",)
    utility: str


@dataclass(frozen=True, slots=True)
class CommitmentDecided(EventBody):
    """The department decides on the commitment, at once."""

    kind = "commitment_decided"
    words = ("按承诺作出决定", "decided on the commitment")
    milestone = "commitment_decided"
    topics = ("stage:promise_approval", "kind:commitment")
    utility: str


@dataclass(frozen=True, slots=True)
class CommitmentCarried(EventBody):
    """The changed route keeps the limits: the commitment goes on and is now fixed to the new revision."""

    kind = "commitment_carried"
    words = ("变更后仍在限值内，承诺继续有效", "commitment goes on with the changed route")
    topics = ("kind:commitment",)
    utility: str
    revision: int


@dataclass(frozen=True, slots=True)
class CommitmentStopped(EventBody):
    """The changed route leaves the limits: the commitment ends, and works that have begun stop."""

    kind = "commitment_stopped"
    words = ("变更后超出限值，承诺终止", "commitment stopped: the changed route leaves the limits")
    topics = ("kind:commitment",)
    utility: str
    verdict: str
    decisive: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ApprovalsOpened(EventBody):
    """The permissions that the route needs stand in parallel, and no others."""

    kind = "approvals_opened"
    words = ("并联审批事项", "parallel approvals opened")
    topics = ("stage:parallel_approval",)
    utility: str
    needed: tuple[Needed, ...]


@dataclass(frozen=True, slots=True)
class ApprovalsApplied(EventBody):
    """Permissions were applied for: by the utility, by the system, or by the one form."""

    kind = "approvals_applied"
    words = ("提出许可申请", "permissions applied for")
    topics = ("stage:parallel_approval",)
    utility: str
    approvals: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class ApprovalsAccepted(EventBody):
    """All permissions of a route are applied for: parallel approval begins."""

    kind = "approvals_accepted"
    words = ("并联审批受理", "parallel approval accepted")
    milestone = "approvals_accepted"
    topics = ("stage:parallel_approval",)
    utility: str


@dataclass(frozen=True, slots=True)
class ApprovalReturned(EventBody):
    """A department sends an application for a permission back to be mended."""

    kind = "approval_returned"
    words = ("许可申请退回", "application for a permission returned")
    utility: str
    approval: str
    department: str
    reason: str


@dataclass(frozen=True, slots=True)
class ApprovalDecided(EventBody):
    """A department's decision with its opinion."""

    kind = "approval_decided"
    words = ("部门决定", "decision of a department")
    utility: str
    approval: str
    department: str
    granted: bool
    opinion: str


@dataclass(frozen=True, slots=True)
class ApprovalsDecided(EventBody):
    """Every department has decided on a route."""

    kind = "approvals_decided"
    words = ("审批办结", "parallel approval decided")
    milestone = "approvals_decided"
    topics = ("stage:parallel_approval",)
    utility: str
    granted: bool


@dataclass(frozen=True, slots=True)
class ConstructionStarted(EventBody):
    """Works begin; ``together`` are the other utilities that dig in the same trench."""

    kind = "construction_started"
    words = ("开工", "construction started")
    milestone = "construction_started"
    topics = ("kind:joint_works", "stage:construction_supervision")
    utility: str
    together: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConstructionFinished(EventBody):
    """Works end."""

    kind = "construction_finished"
    words = ("完工", "construction finished")
    milestone = "construction_finished"
    topics = ("stage:construction_supervision", "kind:joint_works")
    utility: str


@dataclass(frozen=True, slots=True)
class Inspected(EventBody):
    """Supervisors were on the ground."""

    kind = "inspected"
    words = ("现场查验", "inspected on the ground")
    topics = ("measure:inspection", "kind:supervision", "stage:construction_supervision")
    utility: str
    note: str


@dataclass(frozen=True, slots=True)
class AsBuiltMeasured(EventBody):
    """What was laid, as measured."""

    kind = "as_built_measured"
    words = ("竣工测量", "as-built measured")
    topics = ("kind:supervision",)
    utility: str
    quantities: Mapping[str, Measured]


@dataclass(frozen=True, slots=True)
class BreachFound(EventBody):
    """What was laid is beyond what was committed to, beyond doubt of measuring."""

    kind = "breach_found"
    words = ("测得违诺", "breach of the commitment measured")
    topics = ("measure:rectify", "kind:commitment")
    utility: str
    rule: str
    quantity: str
    measured: float
    uncertainty: float
    limit: float


@dataclass(frozen=True, slots=True)
class RectificationOrdered(EventBody):
    """Ordered to mend, ``by`` a date where one was set."""

    kind = "rectification_ordered"
    words = ("责令限期整改", "ordered to mend")
    milestone = "rectification_ordered"
    topics = ("measure:rectify",)
    utility: str
    by: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class BreachMended(EventBody):
    """Measured again, everything keeps what was committed to."""

    kind = "breach_mended"
    words = ("复测合格，整改完成", "mended, as measured again")
    milestone = "rectified"
    topics = ("measure:rectify",)
    utility: str


@dataclass(frozen=True, slots=True)
class AcceptanceFiled(EventBody):
    """Acceptance of the works is applied for, together or each for itself."""

    kind = "acceptance_filed"
    words = ("申报验收", "acceptance of the works applied for")
    milestone = "acceptance_filed"
    topics = ("stage:joint_acceptance_check",)
    utilities: tuple[str, ...]
    together: bool


@dataclass(frozen=True, slots=True)
class WorksAccepted(EventBody):
    """The works pass."""

    kind = "works_accepted"
    words = ("验收合格", "works accepted")
    milestone = "works_accepted"
    topics = ("stage:joint_acceptance_check",)
    utility: str


@dataclass(frozen=True, slots=True)
class WorksRejected(EventBody):
    """The works do not pass, with the reason."""

    kind = "works_rejected"
    words = ("验收不合格", "works not accepted")
    topics = ("stage:joint_acceptance_check",)
    utility: str
    reason: str


@dataclass(frozen=True, slots=True)
class ConnectionAgreed(EventBody):
    """The time of the connection is agreed with the applicant; its time runs from that moment."""

    kind = "connection_agreed"
    words = ("约定接入时间", "time of the connection agreed")
    milestone = "connection_time_agreed"
    topics = ("stage:connection", "stage:connection_ready")
    utility: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class Connected(EventBody):
    """Water, power, gas, heat or network is on."""

    kind = "connected"
    words = ("接通", "connected")
    milestone = "connected"
    topics = ("stage:connection",)
    utility: str


@dataclass(frozen=True, slots=True)
class Rated(EventBody):
    """The applicant rates the service, 1 to 5."""

    kind = "rated"
    words = ("服务评价", "service rated")
    topics = ("kind:rating",)
    score: int
    comment: str


@dataclass(frozen=True, slots=True)
class Withdrawn(EventBody):
    """The applicant withdraws one utility, or (empty) everything."""

    kind = "withdrawn"
    words = ("撤回", "withdrawn")
    utility: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClockStarted(EventBody):
    """A time begins to run.

    ``due``, ``warn_at`` and ``escalate_at`` are fixed here, so that nothing later depends on the calendar of that day;
    None where the document gives no number and nobody set a date.
    """

    kind = "clock_started"
    words = ("开始计时", "time begins")
    of_clock = True
    clock: str
    rule: str
    key: str
    subject: str
    start_event: str
    end_event: str
    start: datetime
    due: datetime | None
    warn_at: datetime | None
    escalate_at: datetime | None
    half_days: int | None
    same_day: bool
    set_by_request: bool
    provisional: bool
    sentence_zh: str
    sentence_en: str


@dataclass(frozen=True, slots=True)
class ClockPaused(EventBody):
    """A time stands still; ``left`` half days are left, the running one included."""

    kind = "clock_paused"
    words = ("计时暂停", "time pauses")
    topics = ("kind:deficiency",)
    of_clock = True
    clock: str
    left: int


@dataclass(frozen=True, slots=True)
class ClockResumed(EventBody):
    """A time goes on with what was left of it."""

    kind = "clock_resumed"
    words = ("计时恢复", "time goes on")
    topics = ("kind:deficiency",)
    of_clock = True
    clock: str
    due: datetime
    warn_at: datetime | None
    escalate_at: datetime


@dataclass(frozen=True, slots=True)
class ClockStopped(EventBody):
    """A time ends: what it waited for has come (``late``: after it was due), or is no longer needed (``void``)."""

    kind = "clock_stopped"
    words = ("计时结束", "time ends")
    of_clock = True
    clock: str
    late: bool
    void: bool


@dataclass(frozen=True, slots=True)
class DeadlineWarned(EventBody):
    """Little is left of a time."""

    kind = "deadline_warned"
    words = ("临期预警", "warning before a time runs out")
    topics = ("measure:overdue_warning",)
    of_clock = True
    clock: str


@dataclass(frozen=True, slots=True)
class DeadlinePassed(EventBody):
    """A time has run out; the moment of the event is when it did."""

    kind = "deadline_passed"
    words = ("超时告警", "a time has run out")
    of_clock = True
    clock: str
    lead: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Escalated(EventBody):
    """A working day later it is still not done: those who coordinate are told."""

    kind = "escalated"
    words = ("超时上报", "told to those who coordinate")
    topics = ("kind:coordination", "measure:bulletin", "kind:supervision")
    of_clock = True
    clock: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClockRecounted(EventBody):
    """The holiday table changed after the fact: a time is due at another moment."""

    kind = "clock_recounted"
    words = ("重新计时", "time counted again")
    of_clock = True
    clock: str
    due: datetime
    warn_at: datetime | None
    escalate_at: datetime
    sentence_zh: str
    sentence_en: str


EVENT_BODIES: Mapping[str, type[EventBody]] = {
    body.kind: body
    for body in list(globals().values())
    if isinstance(body, type) and issubclass(body, EventBody) and body is not EventBody
}
"""Every kind of event."""
