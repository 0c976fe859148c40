"""Hold one chance to share a trench: who, where, what it saves, when, and what stands in the way.

The same record for all parties: nothing in it depends on who looks. `opportunity_to_plain` and `opportunity_from_plain`
write and read it as versioned JSON.
"""

# ruff: noqa: TC001, TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely

from geo.faults import BadInputError, Fault
from survey.cases.plain import as_plain, from_plain
from survey.opportunities.meeting import Meeting
from survey.opportunities.protection import Protection
from survey.opportunities.savings import Savings

VERSION = 1
"""Of the form of a record; raised where an older one cannot be read as it stands."""
RUN, CROSSING = "run", "crossing"


@dataclass(frozen=True, slots=True)
class Member:
    """The stretch of one route that lies in the trench, and what the route states.

    ``from_m`` and ``to_m`` are chainages, ``ends`` easting and northing of its begin and its end: metres of the grid.
    """

    route: str
    utility: str
    operator: str | None
    method: str | None
    from_m: float
    to_m: float
    ends: tuple[float, ...]
    start: date | None
    end: date | None

    @property
    def length_m(self) -> float:
        """Metres of the route that lie in the trench."""
        return self.to_m - self.from_m


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in Chinese and English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Shape:
    """The section that takes least earth; widths and depth in metres, None where no place can be given.

    ``feasible`` False: ``obstacles`` say why. ``under``: ``carriageway`` or ``footway``, whichever most of the trench
    lies below. ``unverified``: a value was only recalled (待核).
    """

    feasible: bool
    kind: str
    under: str
    top_width_m: float | None
    depth_m: float | None
    obstacles: tuple[Said, ...]
    unverified: bool


@dataclass(frozen=True, slots=True)
class Street:
    """A street the trench lies in: metres inside its carriageway, 0 where it lies beside it."""

    road: str
    name: str
    metres: float


@dataclass(frozen=True, slots=True)
class Opportunity:
    """One chance to share a trench.

    Parameters
    ----------
    id
        Of the members and of which of their common stretches it is, counted along the first of them: it stays while
        other routes change, unless they take a stretch away or part one.
    kind
        ``run``; ``crossing`` where the lines are only near because they cross or meet at an angle: never worth a run.
    members
        By id of the route.
    length_m, shared_m, saved_m
        Metres of all stretches together, of the trench, and their difference: what need not be dug.
    width_m
        Greatest distance of the outer lines as planned (metres).
    section, savings, meeting, protections, streets
        See their types.
    score
        What the list is ordered by: see `survey.opportunities.ranking`.
    notes
        What one must know besides.
    parts
        The trench on the axis line, in the grid, rounded to the millimetre: parts of vertices.
    """

    id: str
    kind: str
    members: tuple[Member, ...]
    length_m: float
    shared_m: float
    saved_m: float
    width_m: float
    section: Shape
    savings: Savings
    meeting: Meeting
    protections: tuple[Protection, ...]
    streets: tuple[Street, ...]
    score: float
    notes: tuple[Said, ...]
    parts: tuple[tuple[tuple[float, ...], ...], ...]

    @property
    def routes(self) -> tuple[str, ...]:
        """Ids of the routes, each once."""
        return tuple(dict.fromkeys(member.route for member in self.members))

    @property
    def utilities(self) -> tuple[str, ...]:
        """Utilities of the routes, each once, in the order of the routes."""
        return tuple(dict.fromkeys(member.utility for member in self.members))

    @property
    def geometry(self) -> shapely.Geometry:
        """The trench as a line in the grid."""
        lines = [shapely.LineString(part) for part in self.parts]
        return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)


def opportunity_to_plain(opportunity: Opportunity) -> dict[str, Any]:
    """Return a record as plain JSON values; days as ISO texts."""
    return {"v": VERSION, **as_plain(opportunity)}


def opportunity_from_plain(plain: Mapping[str, Any]) -> Opportunity:
    """Read a record.

    Raises
    ------
    BadInputError
        Where it is none, or of a version that is not known.
    """
    data = dict(plain)
    version = data.pop("v", None)
    if version != VERSION:
        raise BadInputError([
            Fault("opportunity.version", "不认识的版本", "a version that is not known", "用同一版本的程序读取",
                  "read it with the program that wrote it", field="v", value=version)
        ])  # fmt: skip
    return from_plain(Opportunity, data)
