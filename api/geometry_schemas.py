"""Describe for OpenAPI where routes were planned, surveyed and laid."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic reads the annotations
from typing import Literal

from pydantic import Field

from api.schemas import Geometry, Position, Shape

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


class RouteParting(Shape):
    """A stretch of one line that lies farther from the other than the tolerance; chainages in metres of the grid."""

    from_m: float = Field(description="On the line itself: the later one in `away`, the earlier one in `left_out`.")
    to_m: float
    foot_from_m: float = Field(description="Of the nearest places on the other line.")
    foot_to_m: float
    greatest_m: float
    at_m: float
    side: Literal["left", "right", "beyond"] = Field(description="Of the other line, looking along it.")


class RouteDifference(Shape):
    """How the newest lines of two stages lie to each other."""

    earlier: Stage
    later: Stage
    earlier_m: float
    later_m: float
    greatest_m: float = Field(description="The greatest distance of a place on either line from the other.")
    at: Position = Field(description="Where that is.")
    mean_m: float = Field(description="Mean distance of the later line from the earlier one.")
    tolerance_m: float = Field(description="Twice the mean errors of both lines together.")
    away: list[RouteParting] = Field(description="Where the later line leaves the earlier one.")
    left_out: list[RouteParting] = Field(description="Where the earlier line has nothing of the later one beside it.")


class RouteStage(MeasuredLine):
    """The newest line of a stage."""

    zh: str
    en: str
    judged: bool


class RouteLine(MeasuredLine):
    """A line that was measured for a route."""

    judged: bool


class RouteJudged(Shape):
    """Of which stage the route is that is judged now, and the measured line that it is."""

    stage: Stage
    line: str | None
    zh: str
    en: str


class RouteGeometries(Shape):
    """A route as planned, surveyed and laid."""

    route: str
    revision: int
    judged: RouteJudged
    stages: list[RouteStage]
    lines: list[RouteLine]
    differences: list[RouteDifference]


class LineTakenOver(Shape):
    """Which measured line becomes the geometry of its route."""

    line: str
    moved: bool | None = Field(None, description="The route is meant to lie elsewhere, or to be longer or shorter.")
