"""Read works and trenches out of frames, and turn a programme into the layers ``works``, ``joint``, ``not_planned``."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geo.faults import Fault, refuse
from survey.periods import as_date, no_date
from survey.programme.pace import known_pace
from survey.programme.works import SharedTrench, Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Window = tuple[date, date]
WORKS_COLUMNS = [
    "id", "start", "end", "weeks", "moved_weeks", "joint_with", "saved_m", "why_zh", "why_en", "operator",
    "window_start", "window_end",
]  # fmt: skip
NOT_PLANNED_COLUMNS = ["id", "code", "why_zh", "why_en", "mend_zh", "mend_en"]
COMPARED_COLUMNS = ["id", "start_a", "end_a", "start_b", "end_b", "moved_weeks", "joint_a", "joint_b"]
JOINT_COLUMNS = ["trench", "routes", "joint", "start", "end", "reason", "shift_weeks", "why_zh", "why_en"]


def works_of(
    routes: gpd.GeoDataFrame, *, window: Window | None = None, roads: Mapping[str, Iterable[str]] | None = None
) -> list[Work]:
    """Return the works of planned routes.

    Parameters
    ----------
    routes
        Lines in metres with ``id``, and as far as known ``start``, ``end`` (the window), ``planned_start``,
        ``fixed_start`` (dates), ``weeks``, ``operator`` (the crew), ``method``.
    window
        The window of routes that have no ``start`` or no ``end``; None: such a route is a fault.
    roads
        Ids of the roads closed by a route, by its id.

    Raises
    ------
    BadInputError
        With every date that is missing or unreadable and every duration that is no whole number.

    Examples
    --------
    >>> import shapely
    >>> frame = gpd.GeoDataFrame({"id": ["W1"], "start": ["2026-03-01"], "end": ["2026-06-30"], "operator": ["水司"]},
    ...     geometry=[shapely.LineString([(0, 0), (200, 0)])], crs="EPSG:4546")
    >>> work = works_of(frame)[0]
    >>> work.id, str(work.start), work.weeks, work.crew
    ('W1', '2026-03-01', 3, '水司')
    """
    faults: list[Fault] = []
    made = [_work(row, window, tuple((roads or {}).get(str(row["id"]), ())), faults) for row in _rows(routes)]
    refuse(faults)
    return [work for work in made if work is not None]


def _rows(routes: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    known = pd.DataFrame(routes.drop(columns=routes.geometry.name)).to_dict("records")
    lengths = routes.geometry.length.fillna(0.0).tolist()
    return [{str(k): v for k, v in row.items()} | {"length_m": m} for row, m in zip(known, lengths, strict=True)]


def _work(row: Mapping[str, Any], window: Window | None, roads: tuple[str, ...], faults: list[Fault]) -> Work | None:
    before = len(faults)
    days = {name: _day(row, name, faults) for name in ("start", "end", "planned_start", "fixed_start")}
    start = days["start"] or (window[0] if window else None)
    end = days["end"] or (window[1] if window else None)
    for name, day in (("start", start), ("end", end)):
        if day is None and len(faults) == before:
            faults.append(_no_window(row, name))
    weeks = _weeks(row, faults)
    if start is None or end is None or len(faults) > before:
        return None
    crew = _text(row.get("operator"))
    return Work(str(row["id"]), start, end, weeks, days["planned_start"], days["fixed_start"], crew, roads)


def _no_window(row: Mapping[str, Any], name: str) -> Fault:
    return Fault(
        "window.missing",
        "没有工期窗口",
        "the window of the work is not known",
        "填写 start 与 end，或用 --window 2026-03-01..2026-12-31",
        "fill in start and end, or use --window 2026-03-01..2026-12-31",
        feature=str(row["id"]),
        field=name,
    )


def _day(row: Mapping[str, Any], name: str, faults: list[Fault]) -> date | None:
    try:
        return as_date(row.get(name))
    except (TypeError, ValueError):
        faults.append(no_date(str(row["id"]), name, row[name]))
        return None


def _weeks(row: Mapping[str, Any], faults: list[Fault]) -> int:
    """Return the duration given, else the estimate; what is no whole number of weeks is a fault."""
    given = row.get("weeks")
    if given is None or pd.isna(given) or given == "":
        return known_pace().weeks(float(row["length_m"]), _text(row.get("method")))
    try:
        if float(given) == int(float(given)):
            return int(float(given))
    except (ValueError, OverflowError):
        pass  # told below, as a half week is
    faults.append(
        Fault(
            "programme.weeks",
            "工期不是整周数",
            "the duration is no whole number of weeks",
            "填写整周数，例如 4",
            "give whole weeks, such as 4",
            feature=str(row["id"]),
            field="weeks",
            value=str(given),
        )
    )
    return 1


def _text(value: Any) -> str | None:  # noqa: ANN401 - a cell of any column
    return str(value).strip() or None if value is not None and not pd.isna(value) else None


def operators_of(routes: pd.DataFrame) -> frozenset[str]:
    """Return who operates some routes, named as the crews of their works.

    >>> sorted(operators_of(pd.DataFrame({"operator": ["水务", " 燃气 ", None, ""]})))
    ['水务', '燃气']
    """
    said = routes["operator"].tolist() if "operator" in routes else ()
    return frozenset(name for value in said if (name := _text(value)) is not None)


def trenches_of(trenches: pd.DataFrame) -> list[SharedTrench]:
    """Return the trenches of a layer as `survey.opportunities.runs_and_trenches` makes it.

    A route that lies in a trench twice (it turns back) is one member; a trench with one route only shares nothing and
    is left out.

    Raises
    ------
    BadInputError
        If ``id``, ``routes`` or ``saved_m`` is missing.
    """
    refuse(
        Fault(
            "programme.column",
            "沟段缺少字段",
            "the trenches lack a field",
            "用 cotrench trenches 生成",
            "make them with cotrench trenches",
            field=name,
        )
        for name in ("id", "routes", "saved_m")
        if name not in trenches
    )
    made = []
    lengths = trenches["length_m"].tolist() if "length_m" in trenches else [None] * len(trenches)
    for name, routes, saved, length in zip(
        trenches["id"].tolist(), trenches["routes"].tolist(), trenches["saved_m"].tolist(), lengths, strict=True
    ):
        members = tuple(dict.fromkeys(next(csv.reader([str(routes)]))))
        if len(members) > 1:
            made.append(SharedTrench(str(name), members, float(saved), length))
    return made


def layers_of(
    plain: Mapping[str, Any], routes: gpd.GeoDataFrame, trenches: gpd.GeoDataFrame
) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers ``works``, ``joint`` and ``not_planned`` of a programme as `survey.programme.telling` tells it.

    Parameters
    ----------
    plain
        Also with ``not_planned``: what was asked for and could not be planned, each as a fault with its ``id``.
    routes, trenches
        With ``id`` and geometry; an id that is not among them gets none.

    Returns
    -------
    dict
        ``works``: ``id start end weeks moved_weeks joint_with saved_m why_zh why_en operator window_start window_end``;
        ``joint_with`` are the ids of all that the work is dug with, with commas between; ``saved_m`` is its share of
        what its joint digs save.
        ``joint``: ``id trench routes joint start end reason shift_weeks why_zh why_en``, a row for each trench and each
        group that digs it together (``joint`` true), and one for each trench that is opened more than once.
        ``not_planned``: ``id code why_zh why_en mend_zh mend_en``; absent where all were planned.
    """
    works = [
        {
            "id": row["id"],
            "start": date.fromisoformat(row["start"]),
            "end": date.fromisoformat(row["end"]),
            "weeks": row["weeks"],
            "moved_weeks": row["moved_weeks"],
            "joint_with": ",".join(row["joint_with"]),
            "saved_m": row["saved_m"],
            "why_zh": row["why_zh"],
            "why_en": row["why_en"],
            "operator": row["crew"],
            "window_start": date.fromisoformat(row["window_start"]),
            "window_end": date.fromisoformat(row["window_end"]),
        }
        for row in plain["works"]
    ]
    joint = [_joint_row(name, dig, joint=True) for dig in plain["joint"] for name in dig["trenches"]]
    joint += [_joint_row(name, out, joint=False) for out in plain["left_out"] for name in out["trenches"]]
    of_joint = pd.DataFrame(joint, columns=JOINT_COLUMNS)
    of_joint.insert(0, "id", [f"J{number + 1}" for number in range(len(of_joint))])
    of_joint["shift_weeks"] = of_joint["shift_weeks"].astype("Int64")
    layers = {
        "works": _with_shapes(pd.DataFrame(works, columns=WORKS_COLUMNS), "id", routes),
        "joint": _with_shapes(of_joint, "trench", trenches),
    }
    missing = [{**row, "why_zh": row["zh"], "why_en": row["en"]} for row in plain.get("not_planned", ())]
    if missing:
        layers["not_planned"] = _with_shapes(pd.DataFrame(missing, columns=NOT_PLANNED_COLUMNS), "id", routes)
    return layers


def compared_frame(first: Mapping[str, Any], second: Mapping[str, Any], routes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return ``id start_a end_a start_b end_b moved_weeks joint_a joint_b`` of two programmes of the same works.

    ``moved_weeks`` leads from the first to the second; ``joint_a`` and ``joint_b`` are those that the work is dug with.
    """
    others = {row["id"]: row for row in second["works"]}
    rows = [
        {
            "id": row["id"],
            **_placed("a", row),
            **_placed("b", others[row["id"]]),
            "moved_weeks": others[row["id"]]["moved_weeks"] - row["moved_weeks"],
        }
        for row in first["works"]
    ]
    return _with_shapes(pd.DataFrame(rows, columns=COMPARED_COLUMNS), "id", routes)


def _placed(which: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"start_{which}": date.fromisoformat(row["start"]),
        f"end_{which}": date.fromisoformat(row["end"]),
        f"joint_{which}": ",".join(row["joint_with"]),
    }


def _joint_row(trench: str, told: Mapping[str, Any], *, joint: bool) -> dict[str, Any]:
    return {
        "trench": trench,
        "routes": ",".join(told["works"]),
        "joint": joint,
        "start": date.fromisoformat(told["start"]) if joint else None,
        "end": date.fromisoformat(told["end"]) if joint else None,
        "reason": "joint" if joint else told["reason"],
        "shift_weeks": None if joint else told["shift_weeks"],
        "why_zh": told["why_zh"],
        "why_en": told["why_en"],
    }


def _with_shapes(frame: pd.DataFrame, key: str, shapes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    known = dict(zip(shapes["id"].astype(str), shapes.geometry, strict=True))
    return gpd.GeoDataFrame(frame, geometry=[known.get(name) for name in frame[key]], crs=shapes.crs)
