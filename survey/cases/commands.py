"""Say what can be asked of a case: one frozen body for each command, with who may give it and when.

``roles``, ``phases``, ``statuses`` (of the task; empty: of none) and `ready` are the one place that says what is
possible; `survey.cases.decide` refuses by it and `possible` lists by it. ``needs`` is a topic that the county's
document must speak of.
"""

# ruff: noqa: TC001, TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from survey.cases.bodies import CommandBody
from survey.cases.intake_commands import (
    Accept,
    AnswerDesign,
    AskPapers,
    FileApplication,
    FixPlan,
    NameManager,
    Note,
    OpenProject,
    PushDemand,
    RecordSurvey,
    RefuseApplication,
    ReturnApplication,
    ScheduleSurvey,
    SendDesign,
    StateFacts,
    SupplyPapers,
)
from survey.cases.permit_commands import (
    ApplyApprovals,
    ChangeRoute,
    DecideApproval,
    DecideCommitment,
    DeclineCommitment,
    Judge,
    ReturnApproval,
    SignCommitment,
)
from survey.cases.records import Actor
from survey.cases.works_commands import (
    AcceptWorks,
    AgreeConnection,
    Connect,
    FileAcceptance,
    FinishConstruction,
    Inspect,
    OrderRectify,
    Rate,
    RecordAsBuilt,
    RejectWorks,
    StartConstruction,
    Withdraw,
    acceptance_filed,
)

__all__ = [
    "COMMAND_BODIES",
    "Accept",
    "AcceptWorks",
    "AgreeConnection",
    "AnswerDesign",
    "ApplyApprovals",
    "AskPapers",
    "ChangeRoute",
    "Command",
    "CommandBody",
    "Connect",
    "DecideApproval",
    "DecideCommitment",
    "DeclineCommitment",
    "FileAcceptance",
    "FileApplication",
    "FinishConstruction",
    "FixPlan",
    "Inspect",
    "Judge",
    "NameManager",
    "Note",
    "OpenProject",
    "OrderRectify",
    "PushDemand",
    "Rate",
    "RecordAsBuilt",
    "RecordSurvey",
    "Recount",
    "RefuseApplication",
    "RejectWorks",
    "ReturnApplication",
    "ReturnApproval",
    "ScheduleSurvey",
    "SendDesign",
    "SignCommitment",
    "StartConstruction",
    "StateFacts",
    "SupplyPapers",
    "Tick",
    "Withdraw",
    "acceptance_filed",
]


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
    for body in (
        OpenProject,
        PushDemand,
        Note,
        FileApplication,
        Accept,
        ReturnApplication,
        RefuseApplication,
        NameManager,
        AskPapers,
        SupplyPapers,
        StateFacts,
        SendDesign,
        AnswerDesign,
        ScheduleSurvey,
        RecordSurvey,
        FixPlan,
        Judge,
        ChangeRoute,
        SignCommitment,
        DeclineCommitment,
        DecideCommitment,
        ApplyApprovals,
        ReturnApproval,
        DecideApproval,
        StartConstruction,
        FinishConstruction,
        Inspect,
        RecordAsBuilt,
        OrderRectify,
        FileAcceptance,
        AcceptWorks,
        RejectWorks,
        AgreeConnection,
        Connect,
        Rate,
        Withdraw,
        Tick,
        Recount,
    )
}
"""Every kind of command."""
