"""Describe standings of operators for OpenAPI: open breaches, the ladder, what may be done next."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic reads the annotations
from typing import Literal

from pydantic import Field

from api.case_schemas import ActorShape, CaseEvent, CiteShape  # noqa: TC001 - pydantic reads the annotations
from api.schemas import Shape


class BeyondShape(Shape):
    """A quantity that was laid beyond its limit; ``beyond`` is the measured value minus the limit, in ``unit``."""

    quantity: str
    zh: str
    en: str
    measured: float
    uncertainty: float
    limit: float
    beyond: float
    unit: str
    rule: str
    clause: str


class OpenBreach(Shape):
    """The breach of one utility in one case, not mended; ``mend_by`` is null where no date was set."""

    case: str
    href: str
    applicant: str
    utility: str
    zh: str
    en: str
    route: str
    ordered: bool
    mend_by: datetime | None
    overdue: bool
    beyond: list[BeyondShape]


class StepTaken(Shape):
    """When a step of the ladder was taken; ``who`` and ``reason`` of an order to mend are told by its ``case``."""

    at: datetime
    who: str
    zh: str
    en: str
    reason: str
    case: str


class LadderStep(Shape):
    """What may follow a breach; ``in_document`` false: the county's document does not have it (文件未规定)."""

    measure: str
    zh: str
    en: str
    in_document: bool
    cites: list[CiteShape]
    taken: list[StepTaken]


class PossibleStep(Shape):
    """A step that a role may take now."""

    kind: str
    zh: str
    en: str


class StandingShape(Shape):
    """Where an operator stands; ``seq`` is what a command gives as ``expected``."""

    operator: str
    policy: str
    document: str
    seq: int
    suspended: bool
    ends: datetime | None = Field(description="When the months of a suspension are over; it lasts until all is mended.")
    breaches: int = Field(description="How many were ever measured.")
    open: list[OpenBreach]
    interviews: int
    credit: list[str]
    ladder: list[LadderStep]
    possible: dict[str, list[PossibleStep]]
    changed_at: datetime | None


class StandingDetail(StandingShape):
    """A standing with everything that happened, the first event first."""

    events: list[CaseEvent]


class StandingList(Shape):
    """The operators of whom anything is recorded, in order of their names."""

    document: str
    standings: list[StandingShape]


class StandingCommand(Shape):
    """A step of the ladder; each needs ``data.reason``."""

    kind: Literal["interview", "suspend", "enter_credit"]
    actor: ActorShape
    expected: int | None = Field(None, description="`seq` of the standing as it was seen.")
    data: dict[str, str] = Field({}, description="The fields of the command: `reason`.")
