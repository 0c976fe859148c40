"""Say what an atlas is made of: its head, and for each stop of the survey what is looked at there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import shapely

    from survey.findings import Finding
    from survey.sections import Section
    from survey.visits.checklists import Line


@dataclass(frozen=True, slots=True)
class AtlasHead:
    """What stands on the cover and in every title block; empty texts are left open for the pen.

    Parameters
    ----------
    title
        The atlas's name, such as 内乡县联合踏勘图册.
    issued
        The day of the atlas, also in the file's metadata.
    project, organisation
        The project, and who draws and answers for the sheets.
    basis
        By which document routes are judged, and of which day.
    height_datum
        Such as 1985国家高程基准; covers are measured from the ground, so none may be known.
    """

    title: str
    issued: dt.date
    project: str = ""
    organisation: str = ""
    basis: str = ""
    height_datum: str = ""


@dataclass(frozen=True, slots=True)
class StopSheet:
    """One stop of the survey, in the order of the visit.

    Parameters
    ----------
    name
        What people call the stop.
    routes
        Ids of the planned routes looked at there (column ``id`` of the layer ``routes``).
    place
        Where one meets, in the grid (metres); None: at the middle of the first route.
    answers
        One answer of `survey.assessments.assess` for each of ``routes``, geometries in the grid; empty: the routes are
        drawn without measures.
    findings
        What was found about the routes, the gravest first, geometries in the grid; what passes is not printed.
    section
        The cross-section of a trench there, drawn on a sheet of its own; None: there is none.
    tasks
        What else is to be done at the stop: one line each on the checklist.
    link
        What the stop's QR code opens; empty: its place as ``geo:`` address, which phones show on their map.
    items
        What is done there, as the checklist of a planned visit numbers it: the numbers are then those of the items,
        and of ``findings`` those are drawn that an item settles. Empty: findings are numbered through the atlas.
    times
        When one is there, such as ``12-01 08:43–08:52``; empty: not told.
    way
        The way to it in the grid; None: the overview draws a straight line from the stop before.
    """

    name: str
    routes: Sequence[str] = ()
    place: tuple[float, float] | None = None
    answers: Sequence[Mapping[str, Any]] = ()
    findings: Sequence[Finding] = ()
    section: Section | None = None
    tasks: Sequence[str] = ()
    link: str = ""
    items: Sequence[Line] = ()
    times: str = ""
    way: shapely.LineString | None = None


def check_stops(stops: Sequence[StopSheet], known: set[str]) -> None:
    """Refuse stops that cannot be drawn, all of them at once.

    Raises
    ------
    ValueError
        There is no stop; a route that the layer does not have; answers that do not fit the routes; a stop with neither
        place nor route.
    """
    wrong = [] if stops else ["没有一站 / an atlas needs a stop"]
    for number, stop in enumerate(stops, 1):
        told = f"第 {number} 站 / stop {number} ({stop.name[:40]}): "
        missing = [name for name in stop.routes if name not in known]
        if missing:
            wrong.append(f"{told}图层中没有管线 / no such route: {', '.join(missing[:5])}")
        if stop.answers and len(stop.answers) != len(stop.routes):
            wrong.append(f"{told}{len(stop.answers)} 个评估，{len(stop.routes)} 条管线 / assessments, routes")
        if not stop.routes and stop.place is None:
            wrong.append(f"{told}既无位置也无管线 / neither a place nor a route")
    if wrong:
        raise ValueError("; ".join(wrong))


class Numbered(NamedTuple):
    """A finding and its number, the same on every sheet and in the list; of a planned visit that of the item."""

    number: int | str
    finding: Finding
