"""Describe cases for OpenAPI: work lists, one case, its events, what can be asked of it."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic reads the annotations
from typing import Any, Literal

from pydantic import Field

from api.schemas import Geometry, Link, Shape

Colour = Literal["red", "amber", "green", "grey"]
Role = Literal["applicant", "surveyor", "utility", "coordinator", "approver", "supervisor"]


class CiteShape(Shape):
    """The rule and clause that something rests on."""

    rule: str
    document: str
    clause: str


class ClockShape(Shape):
    """One time that runs or pauses; ``half_days`` is what is left, null where the document gives no time."""

    id: str
    rule: str
    stage: str
    zh: str
    en: str
    utility: str
    status: Literal["running", "paused"]
    start: datetime
    due: datetime | None
    half_days: int | None
    overdue: bool
    colour: Colour
    until_zh: str
    until_en: str
    provisional: bool
    cites: list[CiteShape]
    sentence_zh: str
    sentence_en: str


class PossibleShape(Shape):
    """Something that a role may do now; ``utility`` is empty where it is the whole case's."""

    kind: str
    utility: str
    zh: str
    en: str


class CasePaperShape(Shape):
    """A paper that the case gives now."""

    kind: str
    utility: str
    approval: str
    zh: str
    en: str
    href: str


class CaseTask(Shape):
    """What one utility has to do, and how far it is."""

    utility: str
    zh: str
    en: str
    operator: str
    status: str
    status_zh: str
    status_en: str
    route: str
    revision: int
    verdict: str | None
    commitment: str
    commitment_zh: str
    commitment_en: str
    approvals: list[dict[str, Any]]
    judgement: dict[str, Any] | None
    committed: dict[str, Any] | None
    as_built: dict[str, Any]
    breaches: list[dict[str, Any]]
    acceptance_filed: bool = Field(description="Whether acceptance was applied for, and the works not rejected since.")
    operator_breaches: int | None = Field(
        description="Breaches of its operator, in any case, that are not mended; null for who may not see its standing."
    )
    operator_suspended: bool | None = Field(
        description="Whether commitments of its operator are suspended; null for who may not see its standing."
    )


class AskedShape(Shape):
    """A decision that lies before a department; ``department`` is empty where the document names none."""

    department: str
    department_zh: str
    department_en: str
    utility: str
    kind: str
    zh: str
    en: str


class LastShape(Shape):
    """What was done last, by whom; what only the clock did is left out."""

    seq: int
    at: datetime
    who: str
    role: str
    kind: str
    zh: str
    en: str


class CaseRowShape(Shape):
    """A case in a work list."""

    id: str
    seq: int
    phase: str
    phase_zh: str
    phase_en: str
    applicant: str
    project: str
    utilities: list[dict[str, str]]
    operators: list[str] = Field(description="Companies that serve a part of it.")
    asked: list[AskedShape] = Field(description="Departments that still owe a decision.")
    waits: list[PossibleShape] = Field(description="What it waits for from whom the list is for.")
    breaches: int = Field(description="How much of what was laid is beyond what was committed to.")
    last: LastShape | None
    manager: str
    overdue: int
    colour: Colour
    clocks: list[ClockShape]
    possible: dict[str, list[PossibleShape]]
    next_at: datetime | None
    changed_at: datetime


class CaseCounts(Shape):
    """How many cases there are on all pages: that fit the filters (without ``waiting``), and of those how many wait."""

    matched: int
    waiting: int
    overdue: int
    breached: int


class CaseList(Shape):
    """A page of cases."""

    cases: list[CaseRowShape]
    counts: CaseCounts
    links: list[Link]


class CaseShape(Shape):
    """A case as it stands; ``seq`` is what a command gives as ``expected``."""

    id: str
    policy: str
    document: str
    seq: int
    phase: str
    phase_zh: str
    phase_en: str
    applicant: str
    project: str
    form: dict[str, Any]
    colour: Colour
    clocks: list[ClockShape]
    tasks: list[CaseTask]
    complete: bool
    work: dict[str, list[dict[str, Any]]]
    possible: dict[str, list[PossibleShape]]
    papers: list[CasePaperShape]
    notable: list[dict[str, str]] = Field(description="What `note` may record: event, utility (its own), words.")
    facts_to_state: list[dict[str, str]] = Field(description="What `state_facts` may state: fact, words.")


class CaseEvent(Shape):
    """What has happened: number, moment, who, clauses, data."""

    seq: int
    at: datetime
    who: str
    role: str
    kind: str
    zh: str
    en: str
    cites: list[CiteShape]
    clock: bool
    data: dict[str, Any]


class CaseEvents(Shape):
    """The events of a case, the first one first."""

    events: list[CaseEvent]


class ActorShape(Shape):
    """Who acts, typed where nobody signs in; of who has signed in, ``role`` alone, where several could act."""

    name: str | None = None
    role: Role | None = None
    department: str = Field("", description="Key of the department, or the company of a utility.")


class CaseCommand(Shape):
    """A command. Verdicts and as-built quantities are measured here and are no part of ``data``."""

    kind: str
    actor: ActorShape | None = Field(None, description="Left out where somebody has signed in.")
    expected: int | None = Field(None, description="`seq` of the case as it was seen.")
    data: dict[str, Any] = Field({}, description="The fields of the command.")
    geometry: Geometry | None = Field(None, description="`record_as_built`: the line as it was surveyed.")
    accuracy_m: float | None = Field(None, description="Mean error of a vertex of that survey.")
    crs: str | None = Field(None, description="Of the geometry; CRS84 unless given.")


class FiguresShape(Shape):
    """The figures of a county at a moment: rows of columns, each column named in Chinese and English."""

    policy: str
    now: datetime
    columns: dict[str, list[str]]
    rows: list[dict[str, Any]]
