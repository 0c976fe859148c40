"""Say what can be asked from the verdict to the last permission."""
# ruff: noqa: TC001 - survey.cases.plain reads these types at run time

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from survey.cases.bodies import CommandBody
from survey.cases.records import Judgement

if TYPE_CHECKING:
    from survey.cases.state import Case, Task

UNDER_WAY = ("approving", "permitted", "building")
"""Where a route is judged and not built."""


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
    roles = ("utility", "system")
    statuses = UNDER_WAY
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
