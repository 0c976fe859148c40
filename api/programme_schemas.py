"""Describe what the API takes and gives of joint programmes."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - pydantic reads the annotations
from typing import Any, Literal

from pydantic import Field

from api.schemas import FaultShape, Shape


class ProgrammeWindow(Shape):
    """Two days, both included."""

    start: date
    end: date


class ProgrammeWeights(Shape):
    """Points of the objective: whole numbers from 0."""

    metre: int | None = Field(None, description="For a metre of digging saved (10).")
    closed_week: int | None = Field(None, description="For a week in which a stretch of road is closed (20).")
    reopening: int | None = Field(None, description="For a trench that is opened once more than needed (200).")
    moved_week: int | None = Field(None, description="For each week between planned and given start (1).")


class ProgrammeRequest(Shape):
    """What a programme is to keep to; everything may be left out."""

    name: str | None = Field(None, description="What people call it.")
    routes: list[str] | None = Field(None, description="Ids of the planned routes; all unless given.")
    window: ProgrammeWindow | None = Field(
        None, description="For routes without dates; unless given they are not planned, and named in `not_planned`."
    )
    crews: int | dict[str, int] | None = Field(
        None, description="Works an operator digs at once; a table names operators, `*` is each that is not named."
    )
    winter: str | None = Field(None, description="A yearly stop such as `11-15..03-15`.")
    holidays: bool | None = Field(None, description="Whether the weeks of long holidays are not dug (true).")
    weights: ProgrammeWeights | None = None
    yuan: float | None = Field(None, ge=0, description="What a metre of digging costs.")
    fixed: dict[str, date] | None = Field(None, description="Days on which routes begin in any case, by id.")
    exits: list[list[float]] | None = Field(
        None, description="Ways out, as positions in `crs`: closures of one week must cut no place off from them."
    )
    crs: str | None = Field(None, description="Of `exits`: `OGC:CRS84` (default), `EPSG:4546`, `grid`.")
    on: date | None = Field(None, description="The day of planning; today unless given. Nothing begins before it.")
    seconds: float | None = Field(None, ge=1, le=600, description="Seconds of search on a usual machine (60).")


class ProgrammeProgress(Shape):
    """How far the planning is."""

    points: int = Field(description="Of the best programme so far; fewer are better.")
    bound: int = Field(description="No programme has fewer.")
    gap: float = Field(description="Part of the most that could be saved which is perhaps missed, 0 to 1.")
    spent_s: float = Field(description="Seconds of computing used, of `seconds`.")
    seconds: float
    elapsed_s: float = Field(description="By the clock, of `asked_s`; on a slow machine it may take more of them.")
    asked_s: float
    ended: int = Field(description="Groups of works of which the best is known, of `components`.")
    components: int


class ProgrammeFigures(Shape):
    """What starts come to."""

    saved_m: float
    closed_weeks: int
    reopenings: int
    moved_weeks: int
    points: int
    clashes: int = Field(description="Weeks in which crews or closures are asked too much of.")


class ProgrammeTotals(Shape):
    """Before and after."""

    works: int
    planned: ProgrammeFigures
    joint: ProgrammeFigures
    bound: int
    gap: float
    stopped: bool


class ProgrammeWork(Shape):
    """A row of the Gantt chart; days are included at both ends."""

    id: str
    name: str | None
    utility: str
    crew: str | None
    window_start: date
    window_end: date
    planned_start: date
    planned_end: date
    start: date
    end: date
    weeks: int
    dug: list[list[date]] = Field(description="First and last day of each stretch of weeks without a pause.")
    moved_weeks: int
    fixed: bool
    roads: list[str]
    joint_with: list[str]
    saved_m: float
    why_zh: str
    why_en: str


class JointDigShape(Shape):
    """Works that are dug at the same time where they share trenches, and why."""

    trenches: list[str]
    works: list[str]
    start: date
    end: date
    saved_m: float
    why_zh: str
    why_en: str


class LeftOutShape(Shape):
    """Trenches that are opened more than once though they could be shared, and why."""

    trenches: list[str]
    works: list[str]
    lost_m: float
    reason: Literal["windows", "protected", "breaks", "fixed", "crew", "closures", "cost"]
    shift_weeks: int | None = Field(description="For `windows`: weeks by which that of `shifted` must be longer.")
    shifted: str | None
    more_points: int | None
    why_zh: str
    why_en: str


class StreetShape(Shape):
    """A street before and after: weeks of closure summed over its stretches, times it is closed, and when."""

    street: str
    roads: list[str]
    works: list[str]
    planned_closed_weeks: int
    planned_times: int
    planned_closed: list[list[date]]
    joint_closed_weeks: int
    joint_times: int
    joint_closed: list[list[date]]


class NotPlanned(Shape):
    """A route that no programme can have, and why."""

    id: str
    code: str
    zh: str
    en: str
    mend_zh: str | None
    mend_en: str | None


class ProgrammeResult(Shape):
    """What came out."""

    version: int
    totals: ProgrammeTotals
    works: list[ProgrammeWork]
    joint: list[JointDigShape]
    left_out: list[LeftOutShape]
    streets: list[StreetShape]
    not_planned: list[NotPlanned]


class ProgrammeRow(Shape):
    """A programme in the list."""

    id: str
    name: str
    who: str
    mine: bool
    state: Literal["running", "done", "failed", "interrupted"]
    stopping: bool
    asked: dict[str, Any]
    created_at: datetime
    ended_at: datetime | None
    progress: ProgrammeProgress | None
    totals: ProgrammeTotals | None
    errors: list[FaultShape] = Field(description="Where it failed: what is wrong.")


class ProgrammeList(Shape):
    """The last 200 programmes, the newest first."""

    programmes: list[ProgrammeRow]


class ProgrammeShape(ProgrammeRow):
    """A programme whole; `result` where it is done."""

    result: ProgrammeResult | None


class MovedWork(Shape):
    """A work that begins in another week."""

    work: str
    first: date
    second: date
    weeks: int


class Pairing(Shape):
    """Works that one programme digs together and the other does not."""

    trenches: list[str]
    works: list[str]


class ProgrammeComparison(Shape):
    """Two programmes of the same routes side by side."""

    first: ProgrammeFigures
    second: ProgrammeFigures
    saved_m: float = Field(description="Metres that the second saves more.")
    moved: list[MovedWork]
    won: list[Pairing]
    lost: list[Pairing]
