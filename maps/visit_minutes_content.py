"""Hold what minutes of a joint survey are made of: head, pictures, measured lines, tasks, steps of cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import geopandas as gpd
    import shapely

    from geo.line_differences import LineDifference
    from survey.visits.keeping import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesHead:
    """What stands at the head of minutes.

    Parameters
    ----------
    county, authority
        Names of the county and of who holds the survey.
    document, clause
        What the survey rests on; empty: the county's document has none (文件未规定).
    issued
        The day of the paper.
    number
        Of the paper; empty: a draft.
    issue
        Which issue it is, or is to be: 1, 2 …
    earlier
        Number of the issue before; empty: there is none.
    """

    county: str
    authority: str
    issued: dt.date
    document: str = ""
    clause: str = ""
    number: str = ""
    issue: int = 1
    earlier: str = ""


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture that was taken on site, with when and where (grid, metres); None: not known."""

    content: bytes
    taken_at: dt.datetime | None = None
    x: float | None = None
    y: float | None = None
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """Who does what is still open, and until when; empty and None: to be written by hand."""

    who: str = ""
    by: dt.date | None = None


@dataclass(frozen=True, slots=True)
class MeasuredRoute:
    """A line that was measured, beside the plan of its route.

    Parameters
    ----------
    route
        Id of the route; empty: a line of none.
    line
        Its own id.
    measured, accuracy_m
        The line in the grid, and the mean error of its worst point (metres; None: nobody said).
    plan, difference
        The route as planned, and how the line lies to it; None where there is no route.
    judged
        Whether it is the route's geometry now, and so what is judged.
    by, at
        Who measured it, and when it came in.
    """

    route: str
    line: str
    measured: shapely.Geometry
    accuracy_m: float | None = None
    plan: shapely.Geometry | None = None
    difference: LineDifference | None = None
    judged: bool = False
    note: str = ""
    by: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseStep:
    """What the minutes bring about in a case: the step, its time and clause; ``allowed`` empty: 文件未规定."""

    case: str
    project: str
    step_zh: str
    step_en: str
    allowed: str = ""
    due: dt.datetime | None = None
    document: str = ""
    clause: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitMinutes:
    """All that minutes are made of.

    Parameters
    ----------
    head
        Who, when, which issue.
    visit
        As it stands after the last event that is in the minutes.
    pictures
        Photos and signatures by id; one that is named and not here has not come in.
    layers
        Of the county around the stops, in the grid, for the maps; those of `maps.layers.drawn_layers`.
    lines
        Lines that were measured on the visit.
    tasks
        By id of the item that is open.
    steps
        What happens in the cases.
    late
        Ids of the answers that are new since the issue before.
    grid
        What people call the system of coordinates.
    near_m
        How near to a stop (metres) a line of no route that is looked at there is shown on its map.
    """

    head: MinutesHead
    visit: Visit
    pictures: Mapping[str, Photo] = field(default_factory=dict)
    layers: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)
    lines: tuple[MeasuredRoute, ...] = ()
    tasks: Mapping[str, Task] = field(default_factory=dict)
    steps: tuple[CaseStep, ...] = ()
    late: frozenset[str] = frozenset()
    grid: str = ""
    near_m: float = 150.0
