"""Hold a route as planned, as surveyed and as laid beside each other: which is judged, how far they lie apart."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from api.attributes import covers_of
from api.case_measuring import CORRIDOR_M, beside_of
from api.db import geometries
from api.db.geometries import StoredLine
from api.errors import refused
from api.surveyed import line_shape
from geo.faults import Fault
from geo.line_differences import line_difference
from survey.policies import load_policy
from survey.quantities import vertex_accuracy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.coordinates import Axes
    from api.db.geometries import Stage
    from api.db.records import Row
    from api.dependencies import Service
    from geo.line_differences import LineDifference

UNKNOWN_ERROR_M = 0.5
"""Mean error of a vertex where neither the line nor a policy of the county says one: that of a line drawn by hand."""
LIMIT_OF_ERRORS = 2.0
"""What is farther apart than so many mean errors is told: surveyors take twice the mean error for the limit."""
STAGES: Mapping[str, tuple[str, str]] = {
    "planned": ("规划", "planned"),
    "surveyed": ("实测", "surveyed"),
    "built": ("竣工", "as built"),
}
"""The stages of a route, in their order."""


@dataclass(frozen=True, slots=True)
class RouteStages:
    """A route with its lines.

    Parameters
    ----------
    row
        As it is stored now: this is judged.
    planned
        As planned last; that is ``row`` itself as long as nothing was taken over.
    measured
        Every line that was measured for it, surveyed or built, in the order in which they came in.
    stage, of_line
        Of what is judged, and the measured line that it is (empty: none).
    """

    row: Row
    planned: StoredLine
    measured: tuple[StoredLine, ...]
    stage: Stage
    of_line: str

    def newest(self) -> dict[str, StoredLine]:
        """Return the newest line of each stage that the route has."""
        return {"planned": self.planned} | {one.stage: one for one in self.measured}


def stages_of(service: Service, row: Row) -> RouteStages:
    """Return a stored route with its lines."""
    lines = geometries.of_route(service.store, row.id)
    taken = [one for one in lines if one.revision is not None]
    own = StoredLine(
        f"{row.id}@{row.revision}", "planned", row.id, row.geometry, "", row.changed_at, row.revision,
        accuracy_m=error_of(service, row.properties),
    )  # fmt: skip
    now = next((one for one in reversed(taken) if one.stage != "planned"), None)
    measured = tuple(one for one in lines if one.revision is None)
    if now is None or not shapely.equals_exact(now.geometry, row.geometry, 0.0):
        return RouteStages(row, own, measured, "planned", "")
    planned = next((one for one in reversed(taken) if one.stage == "planned"), own)
    return RouteStages(row, planned, measured, now.stage, now.of_line)


def error_of(service: Service, properties: Mapping[str, Any]) -> float:
    """Return the mean error of a vertex (metres) of a route: its own, else the county's for how it was drawn."""
    county = service.store.county
    own = properties.get("accuracy_m")
    if county is None or county.policy is None:
        return float(own) if isinstance(own, int | float) else UNKNOWN_ERROR_M
    return float(vertex_accuracy([own], [properties.get("drawn_by")], load_policy(county.policy).defaults)[0])


def tolerance_of(service: Service, one: StoredLine, other: StoredLine) -> float:
    """Return how far two lines may lie apart and still say the same (metres), by their mean errors."""
    errors = [
        line.accuracy_m if line.accuracy_m is not None else error_of(service, {"drawn_by": "surveyed"})
        for line in (one, other)
    ]
    return LIMIT_OF_ERRORS * math.hypot(*errors)


def difference_of(service: Service, one: StoredLine, other: StoredLine) -> LineDifference:
    """Return how a later line lies to an earlier one, beyond what their errors explain."""
    return line_difference(one.geometry, other.geometry, tolerance_of(service, one, other))


def stages_shape(service: Service, found: RouteStages, axes: Axes) -> dict[str, Any]:
    """Return a route's lines as an answer, with what is judged and how far each two stages lie apart."""
    newest = found.newest()
    known = [stage for stage in STAGES if stage in newest]
    return {
        "route": found.row.id, "revision": found.row.revision,
        "judged": {"stage": found.stage, "line": found.of_line or None, **_words(found.stage)},
        "stages": [
            line_shape(newest[stage], axes) | _words(stage) | {"judged": stage == found.stage} for stage in known
        ],
        "lines": [line_shape(one, axes) | {"judged": one.id == found.of_line} for one in found.measured],
        "differences": [
            _difference_shape(one, other, difference_of(service, newest[one], newest[other]), axes)
            for one, other in combinations(known, 2)
        ],
    }  # fmt: skip


def _difference_shape(one: str, other: str, found: LineDifference, axes: Axes) -> dict[str, Any]:
    x, y = axes.from_grid(*shapely.get_coordinates(shapely.Point(found.at)).T)
    place = [round(float(x[0]), axes.decimals), round(float(y[0]), axes.decimals)]
    return {"earlier": one, "later": other, **asdict(found), "at": place}


def _words(stage: str) -> dict[str, str]:
    return {"zh": STAGES[stage][0], "en": STAGES[stage][1]}


def take_over(
    service: Service, found: RouteStages, line: StoredLine, revision: int | None, *, moved: bool, who: str,
    now: datetime,
) -> Row:  # fmt: skip
    """Make a measured line the geometry of its route and return the route; call it inside a transaction.

    The plan stays on record. Where it has a cover for each vertex, the line gets those of its nearest places. A line
    that is the geometry already is taken over once.

    Parameters
    ----------
    revision
        The one that who asks has seen; None: whichever there is.
    moved
        Whether the route is meant to lie elsewhere, or to be shorter or longer, than its plan.

    Raises
    ------
    ProblemError
        422 where the line is not the route's, or lies elsewhere and nobody says that this is meant.
    StaleRevisionError
        Somebody has changed the route.
    """
    row = found.row
    if line.route != row.id or line.revision is not None:
        raise refused(_not_its_own(line, row))
    if found.of_line == line.id:
        return row
    if not moved:
        _hold_to(row, line.geometry)
    changes: dict[str, Any] = {"geometry": line.geometry, "drawn_by": "surveyed", "accuracy_m": line.accuracy_m}
    covers = covers_of(row.properties.get("covers_m") or "")
    if covers:
        changes["covers_m"] = _covers_along(row.geometry, covers, line.geometry)
    stored = service.store.update("routes", row.id, changes, revision, who=who, now=now)
    if found.stage == "planned":
        geometries.add(service.store, replace(found.planned, who=who, at=now))
    geometries.add(service.store, StoredLine(
        f"{row.id}@{stored.revision}", line.stage, row.id, stored.geometry, who, now, stored.revision, line.id,
        line.visit, line.case, line.accuracy_m,
    ))  # fmt: skip
    return stored


def _covers_along(before: shapely.Geometry, covers: Sequence[float], after: shapely.Geometry) -> str:
    """Return the cover at each vertex of a line: that of the nearest place of the line before."""
    points = shapely.get_coordinates(before)
    since = np.r_[0.0, np.hypot(*np.diff(points, axis=0).T).cumsum()]
    # Where parts do not meet, the way from one to the next counts here as it does for the nearest place.
    places = shapely.line_locate_point(shapely.LineString(points), shapely.points(shapely.get_coordinates(after)))
    return " ".join(f"{cover:.3f}" for cover in np.interp(places, since, covers))


def _hold_to(row: Row, shape: shapely.Geometry) -> None:
    beside, covered, fits = beside_of(shape, row.geometry)
    if fits:
        return
    raise refused(
        Fault("surveyed.elsewhere",
              f"实测线只有 {beside:.0%} 在管线 {row.id} 两侧 {CORRIDOR_M:g} 米以内，管线只有 {covered:.0%} 被它覆盖",
              f"only {beside:.0%} of the measured line lies within {CORRIDOR_M:g} m of route {row.id}, and only "
              f"{covered:.0%} of that lies beside it",
              "核对是不是这条管线、是否只测了一段；确已改线的，选“改线”再采用",
              "look whether it is this route's, and the whole of it; where the route was moved, say so (moved)",
              field="line", value=f"{beside:.2f} {covered:.2f}")
    )  # fmt: skip


def _not_its_own(line: StoredLine, row: Row) -> Fault:
    return Fault(
        "surveyed.not_its_own", f"{line.id} 不是管线 {row.id} 的实测线", f"{line.id} was not measured for {row.id}",
        "从这条管线的实测线中选一条", "choose one of the lines that were measured for it",
        field="line", value=line.id,
    )  # fmt: skip
