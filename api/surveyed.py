"""Take lines that were measured on a visit, and tell them: each as it came from the device, once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from api import geojson
from api.case_commands import line_as_built
from api.coordinates import axes_of
from api.db import geometries
from api.db.errors import NotFoundError
from api.db.geometries import StoredLine
from api.errors import ProblemError, refused
from api.options import Options
from geo.crs import coordinate_faults, lonlat_faults
from geo.faults import Fault
from survey.calendar import local
from survey.cases.commands import RecordAsBuilt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.coordinates import Axes
    from api.db.store import Store
    from api.dependencies import Service
    from api.doors import Visitor
    from survey.cases.commands import Command
    from survey.cases.state import Case

LINES = ("LineString", "MultiLineString")
MEMBERS = frozenset({"route", "geometry", "crs", "points", "note", "id"})
EXAMPLE = '{"x": 111.85, "y": 33.05, "accuracy_m": 0.02, "taken_at": "2026-12-01T09:30:00+08:00"}'
MOST_POINTS, LONGEST_NOTE, MOST_ERROR_M = 10_000, 2_000, 1_000.0


def line_of(
    service: Service, visitor: Visitor, visit_id: str, line_id: str, given: Mapping[str, Any]
) -> StoredLine:  # fmt: skip
    """Return the line of a body, in the grid.

    Its accuracy is that of its worst point: what a device says is the radius of 95 %, so it is on the safe side of a
    mean error.

    Raises
    ------
    ProblemError, BadInputError
        With every fault of the body; 422 where the route is not there.
    """
    options = Options(given)
    axes = axes_of(options.text("crs"), service.grid())
    route, note = options.text("route") or "", options.text("note") or ""
    faults = [*options.faults, *_unknown(given), *_too_long(note)]
    if route and not _was_there(service.store, route):
        faults.append(_no_route(route))
    points, wrong = _points(given.get("points"), axes)
    if faults or wrong:
        raise refused(*faults, *wrong)
    shape = axes.place(geojson.read_geometry(given.get("geometry"), LINES))
    accuracy = max((one["accuracy_m"] for one in points if one["accuracy_m"] is not None), default=None)
    return StoredLine(
        line_id, "surveyed", route, shape, visitor.who, service.now(), visit=visit_id, accuracy_m=accuracy,
        points=tuple(points), note=note.strip(),
    )  # fmt: skip


def keep(store: Store, line: StoredLine) -> bool:
    """Keep a measured line and return whether it is new; the same one again is kept once.

    Raises
    ------
    ProblemError
        409 where another line came under this id before: what was measured is never written over.
    """
    try:
        before = geometries.get(store, line.id)
    except NotFoundError:
        geometries.add(store, line)
        return True
    if before.says_the_same(line):
        return False
    zh = f"编号 {line.id} 已有另一条实测线；实测记录不改写，请用新编号再传一次，以最新一条为准"
    en = f"another measured line has the id {line.id}: send this one under a new id, the newest counts"
    raise ProblemError("surveyed.other", zh, en)


def keep_built(service: Service, visitor: Visitor, case: Case, command: Command, given: Mapping[str, Any]) -> None:
    """Keep the line of works as built beside the plan of its route; inside the transaction that records them."""
    shape, accuracy = line_as_built(service, given)
    route = case.tasks[command.body.utility].route if isinstance(command.body, RecordAsBuilt) else ""
    geometries.add(service.store, StoredLine(
        f"{case.id}:{command.id}", "built", route, shape, visitor.who, service.now(), case=case.id,
        accuracy_m=accuracy,
    ))  # fmt: skip


def line_shape(line: StoredLine, axes: Axes) -> dict[str, Any]:
    """Return a line as an answer; coordinates of its points are written as those of its geometry."""
    [shape] = geojson.geometries([line.geometry], axes.from_grid, axes.decimals)
    return {
        "id": line.id, "stage": line.stage, "route": line.route or None, "revision": line.revision,
        "of_line": line.of_line or None, "visit": line.visit or None, "case": line.case or None, "geometry": shape,
        "length_m": round(float(line.geometry.length), 3), "accuracy_m": line.accuracy_m,
        "points": _written(line.points, axes), "note": line.note, "by": line.who, "at": line.at,
    }  # fmt: skip


def _unknown(given: Mapping[str, Any]) -> list[Fault]:
    return [
        Fault(
            "surveyed.unknown_field",
            f"不认识的字段“{one}”",
            f"unknown field {one!r}",
            "去掉它",
            "leave it out",
            field=one,
        )
        for one in sorted(set(given) - MEMBERS)
    ]


def _too_long(note: str) -> list[Fault]:
    if len(note) <= LONGEST_NOTE:
        return []
    return [
        Fault("surveyed.note", f"备注有 {len(note):,} 个字", f"the note has {len(note):,} characters",
              f"最多 {LONGEST_NOTE:,} 个字", f"give {LONGEST_NOTE:,} at most", field="note", value=len(note))
    ]  # fmt: skip


def _was_there(store: Store, route: str) -> bool:
    """Tell whether there is or was a route: one that was deleted meanwhile loses nothing that was measured for it."""
    try:
        return bool(store.history("routes", route))
    except NotFoundError:
        return False


def _no_route(route: str) -> Fault:
    return Fault(
        "surveyed.no_route", f"没有规划管线 {route[:80]}", f"there is no planned route {route[:80]}",
        "填已有管线的编号，或不填", "give the id of one that is there, or leave it out",
        field="route", value=route[:80],
    )  # fmt: skip


def _points(given: object, axes: Axes) -> tuple[list[dict[str, Any]], list[Fault]]:
    """Return the points of a line in the grid, or what is wrong with them, each named by its number."""
    if given is None:
        return [], []
    if not isinstance(given, list) or len(given) > MOST_POINTS:
        zh, en = f"应为至多 {MOST_POINTS:,} 个测点的列表", f"must be a list of {MOST_POINTS:,} points at most"
        return [], [Fault("surveyed.points", zh, en, "分成几条线", "divide the line", field="points")]
    read = [_point(one, at) for at, one in enumerate(given)]
    faults = [one for one in read if isinstance(one, Fault)]
    points = [one for one in read if isinstance(one, dict)]
    return ([], faults) if faults or not points else _placed(points, axes)


def _point(given: object, at: int) -> dict[str, Any] | Fault:
    """Return one point with a number for each coordinate, or what is wrong with it."""
    point = given if isinstance(given, dict) else {}
    x, y = _number(point.get("x")), _number(point.get("y"))
    accuracy, taken = _number(point.get("accuracy_m")), _moment(point.get("taken_at"))
    wrong = accuracy is None and point.get("accuracy_m") is not None
    if x is None or y is None or taken == "" or wrong or not 0.0 <= (accuracy or 0.0) <= MOST_ERROR_M:
        return Fault(
            "surveyed.point", "测点应有 x、y 两个数，可有精度（米，不小于 0）和带时区的时刻",
            "a point has the numbers x and y, and may have its accuracy (m, not below 0) and a moment with its zone",
            f"如 {EXAMPLE}", f"such as {EXAMPLE}", field="points", vertex=at, value=repr(given)[:80],
        )  # fmt: skip
    return {"x": x, "y": y, "accuracy_m": accuracy, "taken_at": taken}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _moment(given: object) -> str | None:
    """Return a moment as it is kept, in UTC; None where there is none, empty where it is none."""
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else None
        return "" if moment is None or moment.tzinfo is None else local(moment).astimezone(UTC).isoformat()
    except ValueError:
        return ""


def _placed(points: Sequence[Mapping[str, Any]], axes: Axes) -> tuple[list[dict[str, Any]], list[Fault]]:
    """Return points in the grid, or which of them do not lie in it."""
    first, second = (np.array([one[name] for one in points]) for name in ("x", "y"))
    faults = lonlat_faults(first, second) if axes.degrees else []
    if faults:
        return [], [fault.at(field="points") for fault in faults]
    x, y = axes.to_grid(first, second)
    faults = coordinate_faults(x, y, axes.grid)
    placed = [{**one, "x": east, "y": north} for one, east, north in zip(points, x.tolist(), y.tolist(), strict=True)]
    return placed, [fault.at(field="points") for fault in faults]


def _written(points: Sequence[Mapping[str, Any]], axes: Axes) -> list[dict[str, Any]]:
    if not points:
        return []
    x, y = axes.from_grid(*(np.array([one[name] for one in points]) for name in ("x", "y")))
    return [
        {**one, "x": round(east, axes.decimals), "y": round(north, axes.decimals)}
        for one, east, north in zip(points, x.tolist(), y.tolist(), strict=True)
    ]
