"""Describe for OpenAPI where routes were planned, surveyed and laid."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic reads the annotations
from typing import Literal

from pydantic import Field

from api.schemas import Geometry, Shape

Stage = Literal["planned", "surveyed", "built"]


class MeasuredPoint(Shape):
    """A point of a measured line, in the CRS of its body or answer."""

    x: float
    y: float
    accuracy_m: float | None = Field(None, description="As the device says, metres.")
    taken_at: datetime | None = None


class MeasuredLineGiven(Shape):
    """A line drawn, moved or measured on site."""

    route: str | None = Field(None, description="Id of the planned route that it is; none: a line of no route yet.")
    geometry: Geometry
    crs: str | None = Field(None, description="Of geometry and points; CRS84 unless given.")
    points: list[MeasuredPoint] | None = None
    note: str | None = None


class MeasuredLine(Shape):
    """Where a route was at one stage, as it is kept."""

    id: str
    stage: Stage
    route: str | None
    revision: int | None = Field(description="The revision of the route that has this geometry; null: only measured.")
    of_line: str | None = Field(description="Id of the measured line that this revision was taken from.")
    visit: str | None
    case: str | None
    geometry: Geometry
    length_m: float = Field(description="In the grid.")
    accuracy_m: float | None = Field(description="Of its worst point, metres.")
    points: list[MeasuredPoint]
    note: str
    by: str
    at: datetime


class MeasuredLines(Shape):
    """The lines of a visit, in the order in which they came in."""

    lines: list[MeasuredLine]
