"""Say what can be asked of a visit: one frozen body for each command, with who may give it and when.

``roles`` and ``states`` are the one place that says what is possible; `deciding` refuses by it and lists by it.
"""

# ruff: noqa: TC001, TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from survey.cases.bodies import CommandBody
from survey.visits.keeping.events import Answer, Plan, Present

ON_SITE = ("surveyor", "utility", "coordinator", "approver", "applicant")
"""Roles that are on site."""


class VisitCommand(CommandBody):
    """What all commands on a visit have; ``offline``: it may come late from a device, and nothing makes it void."""

    __slots__ = ()
    phases: ClassVar[tuple[str, ...]] = ()
    states: ClassVar[tuple[str, ...]] = ()
    offline: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class PlanVisit(VisitCommand):
    """Plan it; the plan is computed, not written."""

    kind = "plan_visit"
    words = ("排定踏勘", "plan the visit")
    roles = ("coordinator", "surveyor")
    states = ("new",)
    plan: Plan


@dataclass(frozen=True, slots=True)
class ChangeVisit(VisitCommand):
    """Plan it otherwise, with the reason."""

    kind = "change_visit"
    words = ("变更踏勘", "change the visit")
    roles = ("coordinator", "surveyor")
    states = ("planned", "invited")
    plan: Plan
    reason: str


@dataclass(frozen=True, slots=True)
class InviteVisit(VisitCommand):
    """Invite attendees by key; all of the plan where none is named."""

    kind = "invite_visit"
    words = ("发出邀请", "invite")
    roles = ("coordinator", "surveyor")
    states = ("planned", "invited")
    attendees: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HoldVisit(VisitCommand):
    """Record that it took place, and who was there."""

    kind = "hold_visit"
    words = ("登记到场", "record who came")
    roles = ("coordinator", "surveyor")
    states = ("planned", "invited")
    present: tuple[Present, ...]


@dataclass(frozen=True, slots=True)
class AnswerItem(VisitCommand):
    """Say what was found at an item."""

    kind = "answer_item"
    words = ("填写现场结果", "answer an item")
    roles = ON_SITE
    states = ("planned", "invited", "held", "minuted", "cancelled")
    offline = True
    answer: Answer


@dataclass(frozen=True, slots=True)
class SignVisit(VisitCommand):
    """Sign on site."""

    kind = "sign_visit"
    words = ("现场签字", "sign")
    roles = ON_SITE
    states = ("planned", "invited", "held", "minuted", "cancelled")
    offline = True
    who: Present
    picture: str


@dataclass(frozen=True, slots=True)
class IssueMinutes(VisitCommand):
    """Issue the minutes; again where answers came late."""

    kind = "issue_visit_minutes"
    words = ("印发纪要", "issue the minutes")
    roles = ("coordinator", "surveyor")
    states = ("held", "minuted")
    document: str


@dataclass(frozen=True, slots=True)
class CancelVisit(VisitCommand):
    """Call it off, with the reason."""

    kind = "cancel_visit"
    words = ("取消踏勘", "cancel the visit")
    roles = ("coordinator", "surveyor")
    states = ("planned", "invited")
    reason: str


COMMANDS: Mapping[str, type[VisitCommand]] = {
    body.kind: body
    for body in (
        PlanVisit, ChangeVisit, InviteVisit, HoldVisit, AnswerItem, SignVisit, IssueMinutes, CancelVisit,
    )
}  # fmt: skip
"""Every kind of command."""
COMPUTED = frozenset({PlanVisit.kind, ChangeVisit.kind})
"""Commands whose plan the service computes: nobody writes them, and they are not read from JSON."""
