"""Say what can have happened in a case: one frozen body for each kind of event, and the envelope around it.

``milestone`` names the event of a county's procedure that it is, ``topics`` what in the document it rests on (see
`survey.cases.citing`); `Event` puts number, moment, author, command and clauses around a body. The bodies are in
`intake_events`, `permit_events`, `works_events` and `clock_events`; this is their door.
"""
# ruff: noqa: TC001, TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from survey.cases.bodies import EventBody
from survey.cases.clock_events import (
    ClockPaused,
    ClockRecounted,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    DeadlinePassed,
    DeadlineWarned,
    Escalated,
)
from survey.cases.intake_events import (
    Accepted,
    ApplicationFiled,
    ApplicationRefused,
    ApplicationReturned,
    DeficiencyPromised,
    DemandPushed,
    DesignAnswered,
    DesignClosed,
    DesignSent,
    FactsStated,
    ManagerNamed,
    Noted,
    PapersAsked,
    PapersSupplied,
    PlanFixed,
    ProjectOpened,
    SurveyDone,
    SurveyScheduled,
)
from survey.cases.permit_events import (
    ApprovalDecided,
    ApprovalReturned,
    ApprovalsAccepted,
    ApprovalsApplied,
    ApprovalsDecided,
    ApprovalsOpened,
    CommitmentBlocked,
    CommitmentCarried,
    CommitmentDecided,
    CommitmentDeclined,
    CommitmentOffered,
    CommitmentSigned,
    CommitmentStopped,
    VerdictGiven,
)
from survey.cases.records import Actor, Cite
from survey.cases.works_events import (
    AcceptanceFiled,
    AsBuiltMeasured,
    BreachFound,
    BreachMended,
    Connected,
    ConnectionAgreed,
    ConstructionFinished,
    ConstructionStarted,
    Inspected,
    Rated,
    RectificationOrdered,
    Withdrawn,
    WorksAccepted,
    WorksRejected,
)

__all__ = [
    "EVENT_BODIES",
    "AcceptanceFiled",
    "Accepted",
    "ApplicationFiled",
    "ApplicationRefused",
    "ApplicationReturned",
    "ApprovalDecided",
    "ApprovalReturned",
    "ApprovalsAccepted",
    "ApprovalsApplied",
    "ApprovalsDecided",
    "ApprovalsOpened",
    "AsBuiltMeasured",
    "BreachFound",
    "BreachMended",
    "ClockPaused",
    "ClockRecounted",
    "ClockResumed",
    "ClockStarted",
    "ClockStopped",
    "CommitmentBlocked",
    "CommitmentCarried",
    "CommitmentDecided",
    "CommitmentDeclined",
    "CommitmentOffered",
    "CommitmentSigned",
    "CommitmentStopped",
    "Connected",
    "ConnectionAgreed",
    "ConstructionFinished",
    "ConstructionStarted",
    "DeadlinePassed",
    "DeadlineWarned",
    "DeficiencyPromised",
    "DemandPushed",
    "DesignAnswered",
    "DesignClosed",
    "DesignSent",
    "Escalated",
    "Event",
    "EventBody",
    "FactsStated",
    "Inspected",
    "ManagerNamed",
    "Noted",
    "PapersAsked",
    "PapersSupplied",
    "PlanFixed",
    "ProjectOpened",
    "Rated",
    "RectificationOrdered",
    "SurveyDone",
    "SurveyScheduled",
    "VerdictGiven",
    "Withdrawn",
    "WorksAccepted",
    "WorksRejected",
]


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


EVENT_BODIES: Mapping[str, type[EventBody]] = {
    body.kind: body
    for body in (
        ProjectOpened,
        Noted,
        ApplicationFiled,
        ApplicationReturned,
        ApplicationRefused,
        Accepted,
        ManagerNamed,
        DeficiencyPromised,
        PapersAsked,
        PapersSupplied,
        DemandPushed,
        FactsStated,
        DesignSent,
        DesignAnswered,
        DesignClosed,
        SurveyScheduled,
        SurveyDone,
        PlanFixed,
        VerdictGiven,
        CommitmentOffered,
        CommitmentBlocked,
        CommitmentSigned,
        CommitmentDeclined,
        CommitmentDecided,
        CommitmentCarried,
        CommitmentStopped,
        ApprovalsOpened,
        ApprovalsApplied,
        ApprovalsAccepted,
        ApprovalReturned,
        ApprovalDecided,
        ApprovalsDecided,
        ConstructionStarted,
        ConstructionFinished,
        Inspected,
        AsBuiltMeasured,
        BreachFound,
        RectificationOrdered,
        BreachMended,
        AcceptanceFiled,
        WorksAccepted,
        WorksRejected,
        ConnectionAgreed,
        Connected,
        Rated,
        Withdrawn,
        ClockStarted,
        ClockPaused,
        ClockResumed,
        ClockStopped,
        DeadlineWarned,
        DeadlinePassed,
        Escalated,
        ClockRecounted,
    )
}
"""Every kind of event."""
