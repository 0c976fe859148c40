"""Name what cases are spoken of in: who acts, where a case and its tasks stand, and what starts and ends each time."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from survey.policies import EVENTS

if TYPE_CHECKING:
    from survey.policies.stages import Words

ROLES: Words = MappingProxyType(
    {
        "applicant": ("申请人", "applicant"),
        "surveyor": ("勘测人员", "surveyor"),
        "utility": ("公用事业单位", "utility"),
        "coordinator": ("联办窗口", "coordinator"),
        "approver": ("审批部门", "approver"),
        "supervisor": ("监管部门", "supervisor"),
        "admin": ("管理员", "administrator"),
        "system": ("系统", "the system"),
    }
)
"""Who acts; the administrator keeps accounts and decides nothing in a case."""

PHASES: Words = MappingProxyType(
    {
        "new": ("未开始", "not begun"),
        "project": ("需求采集", "demand is collected"),
        "filed": ("已提交，待受理", "filed, not accepted yet"),
        "returned": ("已退回补正", "returned to be mended"),
        "refused": ("不予受理", "refused"),
        "working": ("办理中", "in hand"),
        "withdrawn": ("已撤回", "withdrawn"),
        "rated": ("已评价办结", "rated and closed"),
    }
)
"""Where a case stands."""

STATUSES: Words = MappingProxyType(
    {
        "pushed": ("需求已推送", "demand pushed"),
        "planned": ("方案已定，待判定", "plan fixed, to be judged"),
        "judged": ("须先行实测", "to be surveyed first"),
        "outside": ("不适用本文件", "outside the document"),
        "approving": ("许可办理中", "permissions under way"),
        "permitted": ("可以开工", "may be built"),
        "refused": ("许可未获批准", "a permission was refused"),
        "building": ("施工中", "being built"),
        "built": ("已完工，待验收", "built, to be accepted"),
        "ready": ("待接入", "to be connected"),
        "connected": ("已接通", "connected"),
        "withdrawn": ("已撤回", "withdrawn"),
    }
)
"""Where the task of one utility stands."""

CLOSED = frozenset({"outside", "refused", "connected", "withdrawn"})
"""Tasks in which nothing more is due."""

CHANNELS: Words = MappingProxyType(
    {"online": ("线上", "online"), "window": ("线下窗口", "at the window"), "agent": ("代办", "by an agent")}
)
"""How an application comes in; the words of `survey.policies.MEASURES`."""

COMMITMENTS: Words = MappingProxyType(
    {
        "": ("无", "none"),
        "offered": ("可告知承诺", "offered"),
        "signed": ("已承诺", "signed"),
        "decided": ("已按承诺作出决定", "decided on"),
        "declined": ("未采用承诺", "declined"),
        "stopped": ("承诺已终止", "stopped"),
    }
)
"""Where the commitment of a task stands."""

APPROVAL_STATUSES: Words = MappingProxyType(
    {
        "to_apply": ("待申请", "to be applied for"),
        "applied": ("审批中", "under approval"),
        "returned": ("退回补正", "returned to be mended"),
        "granted": ("批准", "granted"),
        "refused": ("不予批准", "refused"),
    }
)
"""Where one permission stands."""

MILESTONES: Words = MappingProxyType(
    {
        **EVENTS,
        "rectification_ordered": ("责令整改", "ordered to mend"),
        "rectified": ("整改完成", "mended"),
    }
)
"""What begins and ends a time: the events of the policies, and the two of a mending whose date an order sets."""

OF_A_TASK = frozenset(
    {
        "contacted", "plan_fixed", "contract_signed", "commitment_filed", "commitment_notified", "commitment_decided",
        "approvals_accepted", "approvals_decided", "acceptance_filed",
        "construction_started", "construction_finished", "works_accepted",
        "connection_time_agreed", "connectable", "connected", "rectification_ordered", "rectified",
    }
)  # fmt: skip
"""Milestones that each utility reaches for itself; the others are the whole case's."""

NOTABLE = frozenset(
    {
        "demand_known", "project_pushed", "contacted", "construction_permit_accepted", "survey_plan_pushed",
        "contract_signed", "commitment_notified", "moved_in", "connectable",
    }
)  # fmt: skip
"""Milestones that somebody only notes; every other comes with a command of its own."""

SILENT_CLAUSE = "文件未规定"
"""The clause of what a document does not speak of."""
