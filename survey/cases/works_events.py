"""Say what can have happened from the first spade to the rating, and withdrawal."""
# ruff: noqa: TC001, TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from survey.cases.bodies import EventBody
from survey.cases.records import Measured


@dataclass(frozen=True, slots=True)
class ConstructionStarted(EventBody):
    """Works begin; ``together`` are the other utilities that dig in the same trench."""

    kind = "construction_started"
    words = ("开工", "construction started")
    milestone = "construction_started"
    topics = ("kind:joint_works", "stage:construction_supervision")
    utility: str
    together: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConstructionFinished(EventBody):
    """Works end."""

    kind = "construction_finished"
    words = ("完工", "construction finished")
    milestone = "construction_finished"
    topics = ("stage:construction_supervision", "kind:joint_works")
    utility: str


@dataclass(frozen=True, slots=True)
class Inspected(EventBody):
    """Supervisors were on the ground."""

    kind = "inspected"
    words = ("现场查验", "inspected on the ground")
    topics = ("measure:inspection", "kind:supervision", "stage:construction_supervision")
    utility: str
    note: str


@dataclass(frozen=True, slots=True)
class AsBuiltMeasured(EventBody):
    """What was laid, as measured."""

    kind = "as_built_measured"
    words = ("竣工测量", "as-built measured")
    topics = ("kind:supervision",)
    utility: str
    quantities: Mapping[str, Measured]


@dataclass(frozen=True, slots=True)
class BreachFound(EventBody):
    """What was laid is beyond what was committed to, beyond doubt of measuring."""

    kind = "breach_found"
    words = ("测得违诺", "breach of the commitment measured")
    topics = ("measure:rectify", "kind:commitment")
    utility: str
    rule: str
    quantity: str
    measured: float
    uncertainty: float
    limit: float


@dataclass(frozen=True, slots=True)
class RectificationOrdered(EventBody):
    """Ordered to mend, ``by`` a date where one was set."""

    kind = "rectification_ordered"
    words = ("责令限期整改", "ordered to mend")
    milestone = "rectification_ordered"
    topics = ("measure:rectify",)
    utility: str
    by: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class BreachMended(EventBody):
    """Measured again, everything keeps what was committed to."""

    kind = "breach_mended"
    words = ("复测合格，整改完成", "mended, as measured again")
    milestone = "rectified"
    topics = ("measure:rectify",)
    utility: str


@dataclass(frozen=True, slots=True)
class AcceptanceFiled(EventBody):
    """Acceptance of the works is applied for, together or each for itself."""

    kind = "acceptance_filed"
    words = ("申报验收", "acceptance of the works applied for")
    milestone = "acceptance_filed"
    topics = ("stage:joint_acceptance_check",)
    utilities: tuple[str, ...]
    together: bool


@dataclass(frozen=True, slots=True)
class WorksAccepted(EventBody):
    """The works pass."""

    kind = "works_accepted"
    words = ("验收合格", "works accepted")
    milestone = "works_accepted"
    topics = ("stage:joint_acceptance_check",)
    utility: str


@dataclass(frozen=True, slots=True)
class WorksRejected(EventBody):
    """The works do not pass, with the reason."""

    kind = "works_rejected"
    words = ("验收不合格", "works not accepted")
    topics = ("stage:joint_acceptance_check",)
    utility: str
    reason: str


@dataclass(frozen=True, slots=True)
class ConnectionAgreed(EventBody):
    """The time of the connection is agreed with the applicant; its time runs from that moment."""

    kind = "connection_agreed"
    words = ("约定接入时间", "time of the connection agreed")
    milestone = "connection_time_agreed"
    topics = ("stage:connection", "stage:connection_ready")
    utility: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class Connected(EventBody):
    """Water, power, gas, heat or network is on."""

    kind = "connected"
    words = ("接通", "connected")
    milestone = "connected"
    topics = ("stage:connection",)
    utility: str


@dataclass(frozen=True, slots=True)
class Rated(EventBody):
    """The applicant rates the service, 1 to 5."""

    kind = "rated"
    words = ("服务评价", "service rated")
    topics = ("kind:rating",)
    score: int
    comment: str


@dataclass(frozen=True, slots=True)
class Withdrawn(EventBody):
    """The applicant withdraws one utility, or (empty) everything."""

    kind = "withdrawn"
    words = ("撤回", "withdrawn")
    utility: str
    reason: str
