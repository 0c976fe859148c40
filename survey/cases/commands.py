"""Say what can be asked of a case: one frozen body for each command, with who may give it and when.

``roles``, ``phases``, ``statuses`` (of the task; empty: of none) and `ready` are the one place that says what is
possible; `survey.cases.decide` refuses by it and `possible` lists by it. ``needs`` is a topic that the county's
document must speak of.
"""

# ruff: noqa: TC001, TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from survey.cases.records import Actor, Demand, Judgement, Measured

if TYPE_CHECKING:
    from survey.cases.state import Case, Task

_UNDER_WAY = ("approving", "permitted", "building")


class CommandBody:
    """What all bodies of commands have."""

    __slots__ = ()
    kind: ClassVar[str]
    words: ClassVar[tuple[str, str]]
    roles: ClassVar[tuple[str, ...]]
    phases: ClassVar[tuple[str, ...]] = ("working",)
    statuses: ClassVar[tuple[str, ...]] = ()
    topics: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[str] = ""

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:  # noqa: ARG003 - what a command may look at
        """Return whether it is possible beyond phase and status."""
        return True


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its own id (the same one again does nothing), who gives it, and the number of the event seen last.

    ``expected`` None: whichever there is. A command is refused where somebody acted after ``expected``; what only the
    clock did is no conflict.
    """

    id: str
    actor: Actor
    body: CommandBody
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class OpenProject(CommandBody):
    """Register a project whose demand is collected before anybody applies."""

    kind = "open_project"
    words = ("项目建档", "register a project")
    roles = ("coordinator", "approver")
    phases = ("new",)
    topics = ("stage:demand_collection", "stage:proactive_contact")
    project: str
    event: str = "project_initiated"


@dataclass(frozen=True, slots=True)
class PushDemand(CommandBody):
    """Push demand to utilities before an application."""

    kind = "push_demand"
    words = ("推送需求", "push the demand")
    roles = ("coordinator", "approver")
    phases = ("project",)
    topics = ("stage:demand_collection", "stage:proactive_contact")
    demands: tuple[Demand, ...]


@dataclass(frozen=True, slots=True)
class Note(CommandBody):
    """Note that something of the procedure has come about; ``moment`` where it takes effect later (企业进驻)."""

    kind = "note"
    words = ("记录", "note")
    roles = ("coordinator", "utility", "approver")
    phases = ("project", "working")
    event: str
    utility: str = ""
    moment: datetime | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class FileApplication(CommandBody):
    """Hand in the one form: online, at the window or by an agent."""

    kind = "file_application"
    words = ("提交申请", "file the application")
    roles = ("applicant", "coordinator", "utility")
    phases = ("new", "project", "returned", "refused", "withdrawn")
    topics = ("kind:channel",)
    channel: str
    applicant: str
    utilities: tuple[Demand, ...]
    form: Mapping[str, Any] = field(default_factory=dict)
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Accept(CommandBody):
    """Accept the application; with papers missing (容缺) only where the document lets it."""

    kind = "accept"
    words = ("受理", "accept")
    roles = ("coordinator", "utility")
    phases = ("filed",)
    topics = ("stage:acceptance",)
    manager: str = ""
    manager_phone: str = ""
    missing: tuple[str, ...] = ()
    missing_by: datetime | None = None
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnApplication(CommandBody):
    """Return the application to be mended."""

    kind = "return_application"
    words = ("退回补正", "return the application")
    roles = ("coordinator", "utility")
    phases = ("filed",)
    topics = ("stage:acceptance",)
    reason: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefuseApplication(CommandBody):
    """Refuse the application with a reason."""

    kind = "refuse_application"
    words = ("不予受理", "refuse the application")
    roles = ("coordinator",)
    phases = ("filed",)
    topics = ("kind:scope",)
    reason: str


@dataclass(frozen=True, slots=True)
class NameManager(CommandBody):
    """Name the person who sees the case through."""

    kind = "name_manager"
    words = ("指定专人负责", "name the manager")
    roles = ("coordinator", "utility")
    topics = ("kind:manager",)
    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class AskPapers(CommandBody):
    """Ask for papers that are owed before a task goes on; its times pause."""

    kind = "ask_papers"
    words = ("催补材料", "ask for owed papers")
    roles = ("approver", "coordinator", "utility")
    statuses = ("pushed", "planned", "judged", "approving")
    topics = ("kind:deficiency",)
    needs = "kind:deficiency"
    utility: str
    papers: tuple[str, ...]

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:
        """Return whether papers are owed."""
        return bool(case.papers) and task is not None and not task.papers


@dataclass(frozen=True, slots=True)
class SupplyPapers(CommandBody):
    """Supply papers that are owed."""

    kind = "supply_papers"
    words = ("补交材料", "supply papers")
    roles = ("applicant", "coordinator", "utility")
    topics = ("kind:deficiency",)
    needs = "kind:deficiency"
    papers: tuple[str, ...]

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:  # noqa: ARG003 - one shape for all
        """Return whether papers are owed."""
        return bool(case.papers)


@dataclass(frozen=True, slots=True)
class StateFacts(CommandBody):
    """State facts that times depend on, before routes are judged."""

    kind = "state_facts"
    words = ("说明情况", "state facts")
    roles = ("coordinator", "surveyor")
    facts: tuple[str, ...]

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:  # noqa: ARG003 - one shape for all
        """Return whether no route is judged yet."""
        return all(one.judgement is None for one in case.tasks.values())


@dataclass(frozen=True, slots=True)
class SendDesign(CommandBody):
    """Ask the utilities for their opinion on the design; silence past ``by`` is no objection, without it never."""

    kind = "send_design"
    words = ("征求设计意见", "send the design for opinions")
    roles = ("approver",)
    phases = ("project", "working")
    topics = ("kind:tacit_consent", "stage:design_review")
    needs = "stage:design_review"
    by: datetime | None = None

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:  # noqa: ARG003 - one shape for all
        """Return whether there is anybody to ask and no round is open."""
        return bool(case.active) and not _design_open(case)


@dataclass(frozen=True, slots=True)
class AnswerDesign(CommandBody):
    """Give a utility's opinion on the design."""

    kind = "answer_design"
    words = ("反馈设计意见", "answer on the design")
    roles = ("utility",)
    phases = ("project", "working")
    statuses = ("pushed", "planned", "judged", *_UNDER_WAY)
    topics = ("stage:design_review",)
    needs = "stage:design_review"
    utility: str
    opinion: str

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:
        """Return whether the utility was asked and has not answered."""
        return _design_open(case) and task is not None and task.opinion is None


def _design_open(case: Case) -> bool:
    return "design_sent" in case.milestones and "design_answered" not in case.milestones


@dataclass(frozen=True, slots=True)
class ScheduleSurvey(CommandBody):
    """Agree the time of the joint survey."""

    kind = "schedule_survey"
    words = ("商定踏勘时间", "schedule the joint survey")
    roles = ("coordinator",)
    topics = ("stage:survey_schedule", "stage:joint_survey")
    moment: datetime
    attendees: tuple[str, ...] = ()

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:  # noqa: ARG003 - one shape for all
        """Return whether the survey is still to come."""
        return "survey_done" not in case.milestones


@dataclass(frozen=True, slots=True)
class RecordSurvey(CommandBody):
    """Record the joint survey: minutes, facts, and the permissions that only the ground tells."""

    kind = "record_survey"
    words = ("记录踏勘", "record the joint survey")
    roles = ("coordinator", "surveyor")
    topics = ("stage:joint_survey", "stage:survey_schedule")
    minutes: str
    on_site: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:  # noqa: ARG003 - one shape for all
        """Return whether a survey is scheduled and not done."""
        return case.survey_at is not None and "survey_done" not in case.milestones


@dataclass(frozen=True, slots=True)
class FixPlan(CommandBody):
    """Fix a utility's plan: its route, or none where no external works are needed."""

    kind = "fix_plan"
    words = ("确定方案", "fix the plan")
    roles = ("utility",)
    statuses = ("pushed", "planned", "judged")
    topics = ("stage:design_plan", "stage:joint_survey")
    utility: str
    operator: str = ""
    route: str = ""
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Judge(CommandBody):
    """Take over the verdict on a route, measured elsewhere."""

    kind = "judge"
    words = ("判定路由", "judge the route")
    roles = ("coordinator", "surveyor", "utility", "system")
    statuses = ("planned", "judged")
    utility: str
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class ChangeRoute(CommandBody):
    """Change a route after it was judged; comes with the verdict on the new revision."""

    kind = "change_route"
    words = ("变更路由", "change the route")
    roles = ("utility",)
    statuses = _UNDER_WAY
    topics = ("kind:commitment", "stage:parallel_approval")
    utility: str
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class SignCommitment(CommandBody):
    """Sign the letter for the revision that was judged."""

    kind = "sign_commitment"
    words = ("签署承诺书", "sign the commitment")
    roles = ("utility",)
    statuses = ("approving",)
    topics = ("kind:commitment",)
    utility: str
    revision: int
    signatory: str

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:  # noqa: ARG003 - one shape for all
        """Return whether it is offered."""
        return task is not None and task.commitment == "offered"


@dataclass(frozen=True, slots=True)
class DeclineCommitment(CommandBody):
    """Take the ordinary approvals instead."""

    kind = "decline_commitment"
    words = ("不采用承诺", "decline the commitment")
    roles = ("utility",)
    statuses = ("approving",)
    topics = ("kind:commitment",)
    utility: str

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:  # noqa: ARG003 - one shape for all
        """Return whether it is offered."""
        return task is not None and task.commitment == "offered"


@dataclass(frozen=True, slots=True)
class DecideCommitment(CommandBody):
    """Decide on a signed commitment, at once."""

    kind = "decide_commitment"
    words = ("按承诺作出决定", "decide on the commitment")
    roles = ("approver",)
    statuses = ("approving",)
    topics = ("stage:promise_approval", "kind:commitment")
    utility: str

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:  # noqa: ARG003 - one shape for all
        """Return whether it is signed."""
        return task is not None and task.commitment == "signed"


def _any(task: Task | None, *statuses: str) -> bool:
    return task is not None and any(one.status in statuses for one in task.approvals.values())


@dataclass(frozen=True, slots=True)
class ApplyApprovals(CommandBody):
    """Apply for the permissions that the utility applies for; empty: all that wait."""

    kind = "apply_approvals"
    words = ("提出许可申请", "apply for permissions")
    roles = ("utility", "coordinator")
    statuses = ("approving",)
    topics = ("stage:parallel_approval",)
    utility: str
    approvals: tuple[str, ...] = ()

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:  # noqa: ARG003 - one shape for all
        """Return whether one waits to be applied for."""
        return _any(task, "to_apply", "returned")


@dataclass(frozen=True, slots=True)
class ReturnApproval(CommandBody):
    """Send an application for a permission back to be mended."""

    kind = "return_approval"
    words = ("退回许可申请", "return an application for a permission")
    roles = ("approver",)
    statuses = ("approving",)
    topics = ("stage:parallel_approval",)
    utility: str
    approval: str
    reason: str

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:  # noqa: ARG003 - one shape for all
        """Return whether one is under approval."""
        return _any(task, "applied")


@dataclass(frozen=True, slots=True)
class DecideApproval(CommandBody):
    """Grant or refuse one permission, with an opinion; a refusal needs it."""

    kind = "decide_approval"
    words = ("作出审批决定", "decide on a permission")
    roles = ("approver",)
    statuses = ("approving",)
    topics = ("stage:parallel_approval",)
    utility: str
    approval: str
    granted: bool
    opinion: str = ""

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:  # noqa: ARG003 - one shape for all
        """Return whether one is under approval."""
        return _any(task, "applied")


@dataclass(frozen=True, slots=True)
class StartConstruction(CommandBody):
    """Begin works, of several utilities in one trench where they are named together."""

    kind = "start_construction"
    words = ("开工", "start construction")
    roles = ("utility",)
    statuses = ("permitted",)
    topics = ("kind:joint_works",)
    utility: str
    together: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FinishConstruction(CommandBody):
    """End works."""

    kind = "finish_construction"
    words = ("完工", "finish construction")
    roles = ("utility",)
    statuses = ("building",)
    topics = ("stage:construction_supervision",)
    utility: str


@dataclass(frozen=True, slots=True)
class Inspect(CommandBody):
    """Record an inspection on the ground."""

    kind = "inspect"
    words = ("现场查验", "inspect")
    roles = ("supervisor", "approver")
    phases = ("working", "rated")
    statuses = ("permitted", "building", "built", "ready")
    topics = ("kind:supervision",)
    utility: str
    note: str


@dataclass(frozen=True, slots=True)
class RecordAsBuilt(CommandBody):
    """Record what was laid, as measured: quantities by the names of the policy."""

    kind = "record_as_built"
    words = ("竣工测量", "record the as-built measurement")
    roles = ("surveyor", "supervisor")
    phases = ("working", "rated")
    statuses = ("building", "built", "ready", "connected")
    topics = ("kind:supervision",)
    utility: str
    quantities: Mapping[str, Measured]


@dataclass(frozen=True, slots=True)
class OrderRectify(CommandBody):
    """Order a measured breach to be mended."""

    kind = "order_rectify"
    words = ("责令限期整改", "order to mend")
    roles = ("supervisor", "approver")
    phases = ("working", "rated")
    statuses = ("building", "built", "ready", "connected")
    topics = ("measure:rectify",)
    needs = "measure:rectify"
    utility: str
    reason: str
    by: datetime | None = None

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:  # noqa: ARG003 - one shape for all
        """Return whether a breach was measured."""
        return task is not None and bool(task.breaches)


@dataclass(frozen=True, slots=True)
class FileAcceptance(CommandBody):
    """Apply for the acceptance of finished works, together or each for itself."""

    kind = "file_acceptance"
    words = ("申报验收", "apply for acceptance of the works")
    roles = ("applicant", "coordinator", "utility")
    topics = ("stage:joint_acceptance_check",)
    utilities: tuple[str, ...]
    together: bool = True

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:  # noqa: ARG003 - one shape for all
        """Return whether any works are finished."""
        return any(one.status == "built" for one in case.tasks.values())


def _acceptance_filed(case: Case, task: Task | None) -> bool:
    return task is not None and f"acceptance_filed:{task.utility}" in case.milestones


@dataclass(frozen=True, slots=True)
class AcceptWorks(CommandBody):
    """Accept finished works."""

    kind = "accept_works"
    words = ("验收合格", "accept the works")
    roles = ("coordinator", "utility", "supervisor")
    statuses = ("built",)
    topics = ("stage:joint_acceptance_check",)
    utility: str

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:
        """Return whether acceptance was applied for."""
        return _acceptance_filed(case, task)


@dataclass(frozen=True, slots=True)
class RejectWorks(CommandBody):
    """Send finished works back with a reason."""

    kind = "reject_works"
    words = ("验收不合格", "reject the works")
    roles = ("coordinator", "utility", "supervisor")
    statuses = ("built",)
    topics = ("stage:joint_acceptance_check",)
    utility: str
    reason: str

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:
        """Return whether acceptance was applied for."""
        return _acceptance_filed(case, task)


@dataclass(frozen=True, slots=True)
class AgreeConnection(CommandBody):
    """Agree the time of the connection with the applicant."""

    kind = "agree_connection"
    words = ("约定接入时间", "agree the time of the connection")
    roles = ("applicant", "utility", "coordinator")
    statuses = ("ready",)
    topics = ("stage:connection",)
    utility: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class Connect(CommandBody):
    """Say that a utility is connected."""

    kind = "connect"
    words = ("接通", "connect")
    roles = ("utility",)
    statuses = ("ready",)
    topics = ("stage:connection",)
    utility: str


@dataclass(frozen=True, slots=True)
class Rate(CommandBody):
    """Rate the service, 1 to 5, once everything is connected."""

    kind = "rate"
    words = ("服务评价", "rate the service")
    roles = ("applicant",)
    topics = ("kind:rating",)
    score: int
    comment: str = ""

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:  # noqa: ARG003 - one shape for all
        """Return whether every task that counts is connected."""
        return bool(case.active) and all(one.status == "connected" for one in case.active)


@dataclass(frozen=True, slots=True)
class Withdraw(CommandBody):
    """Withdraw everything, or one utility; possible until works begin."""

    kind = "withdraw"
    words = ("撤回", "withdraw")
    roles = ("applicant",)
    phases = ("project", "filed", "returned", "working")
    utility: str = ""
    reason: str = ""

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:  # noqa: ARG003 - one shape for all
        """Return whether works have begun nowhere."""
        return not any(one.begun or one.status == "connected" for one in case.tasks.values())


@dataclass(frozen=True, slots=True)
class Tick(CommandBody):
    """Let the clock work: warnings, alarms, silence, escalation up to now."""

    kind = "tick"
    words = ("计时", "let the clock work")
    roles = ("system",)
    phases = ("new", "project", "filed", "returned", "refused", "working", "withdrawn", "rated")


@dataclass(frozen=True, slots=True)
class Recount(CommandBody):
    """Count the running times again: the holiday table changed."""

    kind = "recount"
    words = ("重新计时", "count the times again")
    roles = ("system", "coordinator")
    phases = ("project", "filed", "working")


COMMAND_BODIES: Mapping[str, type[CommandBody]] = {
    body.kind: body
    for body in list(globals().values())
    if isinstance(body, type) and issubclass(body, CommandBody) and body is not CommandBody
}
"""Every kind of command."""
