"""Describe for OpenAPI the minutes of a visit: issues, drafts, what issuing them brings about in the cases."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - pydantic reads the annotations
from typing import Literal

from pydantic import Field

from api.schemas import Shape
from api.visit_schemas import VisitState  # noqa: TC001 - pydantic reads the annotations


class MinutesTask(Shape):
    """Who does what is still open, and until when."""

    who: str | None = None
    by: date | None = None


class VisitMinutesAsked(Shape):
    """How minutes are issued; everything may be left out."""

    number: str | None = Field(None, description="The paper's own number; else the visit's with that of the issue.")
    tasks: dict[str, MinutesTask] | None = Field(None, description="By the id of the item that is open.")
    push: bool | None = Field(None, description="Whether the cases are told; yes unless false.")
    expected: int | None = Field(None, description="Number of the last event that is known.")


class MinutesStep(Shape):
    """A step in a case: which milestone it brings, the time that it ends, and its clause (文件未规定 where none is)."""

    case: str
    project: str
    kind: str
    event: str
    zh: str
    en: str
    allowed: str
    due: datetime | None
    document: str
    clause: str
    possible: bool
    why_zh: str
    why_en: str


class MinutesFile(Shape):
    """A file of an issue."""

    kind: Literal["pdf", "docx"]
    language: Literal["zh", "en"]
    media: str
    href: str


class MinutesDraft(Shape):
    """The next issue as a file."""

    kind: Literal["pdf", "docx"]
    media: str
    href: str


class MinutesIssue(Shape):
    """Minutes as they were issued."""

    id: str
    issue: int
    number: str
    upto: int = Field(description="Number of the last event of the visit in them.")
    by: str
    at: datetime
    steps: list[MinutesStep]
    files: list[MinutesFile]


class VisitMinutesShape(Shape):
    """The minutes of a visit."""

    visit: str
    state: VisitState
    upto: int
    may_issue: bool = Field(description="Whether who asks may issue them, and the visit is held.")
    late: int = Field(description="How many answers came in since the last issue.")
    issued: list[MinutesIssue]
    draft: list[MinutesDraft]
    steps: list[MinutesStep] = Field(description="What issuing them now would bring about in the cases.")
    entered: list[MinutesStep] | None = Field(None, description="What issuing them has brought about.")
