"""Say what can have happened from the first word of a project to the plan."""
# ruff: noqa: TC001, TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from survey.cases.bodies import EventBody
from survey.cases.records import Actor, Demand


@dataclass(frozen=True, slots=True)
class ProjectOpened(EventBody):
    """A project is known before anybody applied; ``applicant`` is whose it is (empty: not known)."""

    kind = "project_opened"
    words = ("项目建档", "project registered")
    topics = ("stage:demand_collection", "stage:proactive_contact", "kind:mode")
    project: str
    event: str
    applicant: str = ""


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
    owner: str = ""


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
