"""Describe what the API gives of the times of a stage."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - pydantic reads the annotations
from typing import Literal

from pydantic import Field

from api.schemas import Shape
from api.service_schemas import PolicySummary  # noqa: TC001 - pydantic reads the annotations


class CountedHalfDay(Shape):
    """A half day that was counted, or a day or half of it that was not, and why."""

    number: int | None = Field(None, description="From 1; null where it was not counted.")
    on: date
    day_zh: str
    day_en: str
    part: Literal["morning", "afternoon"] | None = Field(None, description="null: the whole day.")
    part_zh: str
    part_en: str
    opens: datetime | None = None
    closes: datetime | None = None
    why_zh: str = Field("", description="Why it is off or left out, or a weekend worked; empty for an ordinary day.")
    why_en: str


class DueMoment(Shape):
    """When something is due, with everything that was counted, in the order of time."""

    due: datetime
    provisional: bool = Field(False, description="A day beyond the State Council's notices was looked at.")
    days: list[CountedHalfDay]
    sentence_zh: str
    sentence_en: str


class LatestMoment(Shape):
    """The latest moment to begin, to be done by the moment asked for."""

    before: datetime = Field(description="Every start before this moment is early enough, none at it.")
    office: datetime = Field(description="The last moment of office hours that is.")
    provisional: bool
    sentence_zh: str
    sentence_en: str


class StageTimes(Shape):
    """What one rule of the document says of the stage; without a number (文件未规定) nothing is due."""

    rule: str
    stage: str
    subject_zh: str
    subject_en: str
    document: str
    clause: str
    quote: str
    evidence: str
    evidence_en: str
    confidence: Literal["stated", "medium", "blank"]
    half_days: int | None
    same_day: bool
    length_zh: str
    length_en: str
    start_event: str
    start_event_zh: str
    start_event_en: str
    start_inferred: bool
    end_event: str
    end_event_zh: str
    end_event_en: str
    lead: list[str]
    lead_zh: str
    lead_en: str
    due: DueMoment | None
    other_reading: DueMoment | None = Field(None, description="Where the reading not taken gives another moment.")
    latest: LatestMoment | None


class DeadlineReading(Shape):
    """How working time was read: whole days, office hours, holidays, and where each comes from."""

    whole_days: Literal["half_days", "next_day"]
    reading_zh: str
    reading_en: str
    hours_zh: str
    hours_en: str
    holidays_zh: str
    holidays_en: str
    holidays_to: date


class DeadlineAnswer(Shape):
    """The times of a stage; of several rules the strictest applies."""

    policy: PolicySummary
    from_: datetime | None = Field(alias="from")
    before: datetime | None
    applies: StageTimes
    others: list[StageTimes]
    reading: DeadlineReading
