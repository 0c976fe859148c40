"""Say what can be asked from the first word of a project to the plan."""
# ruff: noqa: TC001, TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from survey.cases.bodies import CommandBody
from survey.cases.records import Demand

if TYPE_CHECKING:
    from survey.cases.state import Case, Task


@dataclass(frozen=True, slots=True)
class OpenProject(CommandBody):
    """Register a project whose demand is collected before anybody applies; ``applicant`` is whose it is, where known.

    Whoever that is sees the project and files the one form into it: the window, which was asked first, stays with it.
    """

    kind = "open_project"
    words = ("项目建档", "register a project")
    roles = ("coordinator", "approver")
    phases = ("new",)
    topics = ("stage:demand_collection", "stage:proactive_contact")
    project: str
    event: str = "project_initiated"
    applicant: str = ""


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
    """Hand in the one form: online, at the window or by an agent; ``owner`` is whose it is (empty: not known)."""

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
    owner: str = ""


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
    statuses = ("pushed", "planned", "judged", "approving", "permitted", "building")
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
        """Return whether the survey is still to come: once everything is permitted there is nothing to survey."""
        open_now = any(one.status in ("pushed", "planned", "judged", "approving") for one in case.active)
        return open_now and "survey_done" not in case.milestones


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
