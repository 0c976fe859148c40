"""Say what can have happened from the verdict to the last permission."""
# ruff: noqa: TC001 - survey.cases.plain reads these types at run time

from __future__ import annotations

from dataclasses import dataclass

from survey.cases.bodies import EventBody
from survey.cases.records import Judgement, Needed


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
