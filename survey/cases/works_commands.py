"""Say what can be asked from the first spade to the rating, and withdrawal."""
# ruff: noqa: TC001, TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from survey.cases.bodies import CommandBody
from survey.cases.records import Measured

if TYPE_CHECKING:
    from survey.cases.state import Case, Task


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


def acceptance_filed(case: Case, task: Task | None) -> bool:
    """Return whether the acceptance of a task's works was applied for, and its works not rejected since."""
    return task is not None and f"acceptance_filed:{task.utility}" in case.milestones


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
        """Return whether any works are finished and not applied for."""
        return any(one.status == "built" and not acceptance_filed(case, one) for one in case.tasks.values())


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
        return acceptance_filed(case, task)


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
        return acceptance_filed(case, task)


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
