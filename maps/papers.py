"""Say what each paper of a county needs: plain inputs, known to nobody but the paper and whoever fills it."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic reads annotations at run time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pydantic import ConfigDict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from survey.trace import TraceLine

_STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands at the head of every paper.

    Parameters
    ----------
    county, document, title
        Names of the county and of its document: number and title.
    authority
        Who issues the paper.
    number, case
        The paper's own number and the case's; empty: none yet.
    applicant, project, address
        Of the case.
    issued
        The day of the paper.
    contact, phone
        Whom to ask.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    county: str
    document: str
    authority: str
    case: str
    applicant: str
    project: str
    issued: dt.date
    title: str = ""
    number: str = ""
    address: str = ""
    contact: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """Words of a document: quoted verbatim, with their place."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    quote: str
    document: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTime:
    """A stage with its time; ``due`` None: the document gives none (文件未规定). Moments are Beijing time."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    stage: str
    allowed: str = ""
    due: dt.datetime | None = None
    done: dt.datetime | None = None
    clause: str = ""
    provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit of a rule, with what was measured; ``outcome`` is that of the trace of a verdict."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    subject: str
    limit: float | None = None
    measured: float | None = None
    uncertainty: float | None = None
    op: str = "<="
    unit: str = ""
    outcome: str = ""
    committed: float | None = None
    rule: str = ""
    document: str = ""
    clause: str = ""
    quote: str = ""

    @property
    def margin(self) -> float | None:
        """What there is to spare; negative beyond the limit; None where one of the two is unknown."""
        return None if self.limit is None or self.measured is None else self.limit - self.measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Utility:
    """A utility's part in a case: who it is, and what it answers or has built."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    utility: str
    operator: str = ""
    route: str = ""
    plan: str = ""
    result: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A paper of the application; ``state`` such as 齐全 or 容缺; ``due`` when a missing one must be there."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: str
    state: str = ""
    due: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who must come to a survey, and for what."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: str
    why: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one department says to one item."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    department: str
    item: str
    result: str
    opinion: str = ""
    decided: dt.datetime | None = None
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """受理通知书: that an application was accepted, what happens until when, and who answers for it."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    head: Head
    received: dt.datetime
    accepted: dt.datetime
    utilities: tuple[Utility, ...]
    channel: str = ""
    materials: tuple[Material, ...] = ()
    stages: tuple[StageTime, ...] = ()
    responsible: str = ""
    manager: str = ""
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyNotice:
    """联合踏勘通知: when and where who meets, and what is looked at."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    head: Head
    meet: dt.datetime
    place: str
    lead: str
    parties: tuple[Party, ...]
    stops: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OneReply:
    """一单答复: the outcomes of all departments and the answers of all utilities on one sheet."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    head: Head
    conclusion: str
    outcomes: tuple[Outcome, ...] = ()
    utilities: tuple[Utility, ...] = ()
    stages: tuple[StageTime, ...] = ()
    next_step: str = ""
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentLetter:
    """告知承诺书: what a utility was told, what was measured, and what it commits itself to."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    head: Head
    unit: str
    utility: str
    route: str
    revision: str
    verdict: str
    limits: tuple[Limit, ...]
    promises: tuple[str, ...]
    place: str = ""
    representative: str = ""
    unit_address: str = ""
    contact: str = ""
    phone: str = ""
    works_from: dt.date | None = None
    works_to: dt.date | None = None
    signed: dt.date | None = None
    consequences: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDecision:
    """审批决定: one department's decision on one item; ``result`` granted, conditional or refused."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    head: Head
    item: str
    result: str
    reasons: str = ""
    conditions: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    clauses: tuple[Clause, ...] = ()
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    review_body: str = ""
    court: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RectificationNotice:
    """责令整改通知: what was measured against what was committed, and what must be mended until when."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    head: Head
    unit: str
    route: str
    found: dt.datetime
    breaches: tuple[Limit, ...]
    mend: tuple[str, ...]
    mend_by: dt.date | None = None
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceCertificate:
    """联合验收意见: what was built, measured against what was committed; ``result`` accepted, supplement or refused."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    head: Head
    result: str
    inspected: dt.datetime
    utilities: tuple[Utility, ...]
    checks: tuple[Limit, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    supplements: tuple[Material, ...] = ()
    opinion: str = ""
    clauses: tuple[Clause, ...] = ()


Paper = (
    Receipt
    | SurveyNotice
    | OneReply
    | CommitmentLetter
    | ApprovalDecision
    | RectificationNotice
    | AcceptanceCertificate
)


def limits_of(trace: Iterable[TraceLine]) -> tuple[Limit, ...]:
    """Return the limits of a verdict's trace: the lines that compare a measured value with a number."""
    return tuple(
        Limit(
            subject=line.subject_zh, limit=line.limit, measured=line.measured, uncertainty=line.uncertainty,
            op=line.op or "<=", unit=line.unit, outcome=line.outcome, rule=line.rule, document=line.document,
            clause=line.clause, quote=line.quote,
        )
        for line in trace
        if line.kind in ("threshold", "exclusion") and line.limit is not None
    )  # fmt: skip
