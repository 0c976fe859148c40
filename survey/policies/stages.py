"""Say what a county's procedure is made of: stages from one event to another, within a time or without a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from survey.policies.cited import Cited

if TYPE_CHECKING:
    from collections.abc import Collection

Words = Mapping[str, tuple[str, str]]

STAGES: Words = MappingProxyType(
    {
        "demand_collection": ("需求采集", "demand collected"),
        "proactive_contact": ("主动对接", "utilities make contact"),
        "design_review": ("设计方案联审", "joint review of the design"),
        "acceptance": ("申请受理", "acceptance of the application"),
        "supplement": ("容缺补齐", "missing papers supplied"),
        "survey_schedule": ("商定踏勘时间", "joint survey scheduled"),
        "joint_survey": ("联合踏勘", "joint survey"),
        "survey_plan_push": ("勘查方案推送", "plan of the survey published"),
        "design_plan": ("联合编制方案", "plan drawn up"),
        "contract": ("签订协议", "contract signed"),
        "promise_notice": ("承诺告知", "commitment notified"),
        "promise_approval": ("告知承诺审批", "approval by commitment"),
        "parallel_approval": ("并联审批", "parallel approval"),
        "joint_construction": ("联合施工", "construction together"),
        "construction_supervision": ("施工监管", "supervision of the works"),
        "joint_acceptance_check": ("联合验收", "joint acceptance of the works"),
        "connection": ("接入", "connection"),
        "connection_ready": ("具备接入条件", "ready to be connected"),
    }
)
"""The stages of a connection and their names; a county uses those that its document has."""

EVENTS: Words = MappingProxyType(
    {
        "project_initiated": ("立项备案或土地出让", "project registered or land granted"),
        "land_contract_signed": ("签订土地出让合同", "land contract signed"),
        "demand_known": ("获取需求信息", "demand known"),
        "demand_pushed": ("需求推送各单位", "demand pushed to the utilities"),
        "project_pushed": ("审批部门推送项目信息", "project pushed by the approving department"),
        "contacted": ("专营单位完成对接", "utilities have made contact"),
        "design_sent": ("征求设计意见", "design sent for opinions"),
        "design_answered": ("反馈设计意见", "opinions on the design given"),
        "application_filed": ("提交申请", "application filed"),
        "accepted": ("受理", "accepted"),
        "deficiency_promised": ("容缺承诺", "missing papers promised"),
        "supplemented": ("材料补齐", "missing papers supplied"),
        "construction_permit_accepted": ("施工许可受理", "application for the construction permit accepted"),
        "survey_time_agreed": ("商定踏勘时间", "time of the survey agreed"),
        "survey_done": ("踏勘完成", "survey done"),
        "survey_plan_pushed": ("勘查方案推送平台", "plan of the survey published"),
        "plan_fixed": ("方案确定", "plan fixed"),
        "contract_signed": ("协议签订", "contract signed"),
        "commitment_filed": ("提交书面承诺", "written commitment filed"),
        "commitment_notified": ("承诺告知主管部门", "commitment notified to the departments"),
        "commitment_decided": ("按承诺作出决定", "decided on the commitment"),
        "approvals_accepted": ("并联审批受理", "parallel approval accepted"),
        "approvals_decided": ("审批办结", "approvals decided"),
        "construction_started": ("开工", "construction started"),
        "construction_finished": ("完工", "construction finished"),
        "acceptance_filed": ("申报联合验收", "joint acceptance applied for"),
        "works_accepted": ("验收合格", "works accepted"),
        "connection_time_agreed": ("企业约定的时间", "time agreed with the applicant"),
        "moved_in": ("企业进驻", "applicant moves in"),
        "connectable": ("具备接入条件", "ready to be connected"),
        "connected": ("接通", "connected"),
    }
)
"""What begins and ends a stage."""

FACTS: Words = MappingProxyType(
    {
        "prelaid": ("周边管网已提前布设", "the mains around were laid beforehand"),
        "major_impact": (
            "对道路交通安全、地下管线安全、周边群众生活有重大影响",
            "of major impact on traffic, buried pipes or residents",
        ),
        "external_works": ("需要施工的外线工程", "external works are needed"),
        "site_survey_needed": ("需要现场勘查", "a survey on the ground is needed"),
        "acceptance_together": ("选择联合验收", "joint acceptance was chosen"),
    }
)
"""What a stage may depend on besides utility and number of departments; a person states it."""

CONFIDENCE = ("stated", "medium", "blank")
"""``stated``: the text says the time. ``medium``: read from a diagram, boxes paired by place. ``blank``: 文件未规定."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """When a stage's time applies; every part that is given must hold.

    Parameters
    ----------
    departments_least, departments_most
        Number of departments that approve; None where it does not matter.
    utilities
        Keys of `survey.utilities`; empty: every one.
    facts, unless
        Keys of `FACTS` of which all must hold, and of which none may.
    """

    departments_least: int | None = None
    departments_most: int | None = None
    utilities: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()

    def holds(self, departments: int | None, utility: str | None, facts: Collection[str]) -> bool:
        """Return whether it holds; a number or a utility that is not known meets no condition on it.

        Examples
        --------
        >>> two = Condition(departments_least=2, departments_most=2)
        >>> two.holds(2, None, ()), two.holds(3, None, ()), two.holds(None, None, ())
        (True, False, False)
        """
        least, most = self.departments_least, self.departments_most
        counted = departments is not None or (least is None and most is None)
        number = departments or 0
        return (
            counted
            and (least is None or number >= least)
            and (most is None or number <= most)
            and (not self.utilities or utility in self.utilities)
            and set(self.facts) <= set(facts)
            and not set(self.unless) & set(facts)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(Cited):
    """One stage of a county's procedure, or one of its times where the document gives several.

    Parameters
    ----------
    id
        Of the rule, unique in the policy.
    key
        Which stage, of `STAGES`; several rules may speak of one.
    lead
        Keys of the policy's departments; empty where the document names nobody. ``lead_zh`` and ``lead_en`` say it.
    half_days
        Time allowed, in half working days; 0: at once; None: 文件未规定, or ``same_day`` alone says it.
    same_day
        Due before the close of the working day of the start event; where ``half_days`` is given too, the earlier holds.
    start_event, end_event
        Of `EVENTS`; empty where the document names none, and then there is no time either.
    start_inferred
        The document does not name the event that begins it; the evidence says why this one is taken.
    condition
        When this time applies; None: always.
    confidence
        Of `CONFIDENCE`.
    """

    id: str
    key: str
    subject_zh: str
    subject_en: str
    lead: tuple[str, ...]
    lead_zh: str
    lead_en: str
    half_days: int | None
    same_day: bool
    start_event: str
    end_event: str
    start_inferred: bool
    condition: Condition | None
    confidence: str

    @property
    def timed(self) -> bool:
        """Whether the document gives a time at all."""
        return self.same_day or self.half_days is not None

    @property
    def strictness(self) -> tuple[int, int]:
        """Sorts times by how soon they end: at once, the same day, half days, then those without a number."""
        if self.same_day:
            return (0, 0)
        return (2, 0) if self.half_days is None else (1, self.half_days)
