"""Read works and trenches out of frames, and write a programme as the layers ``works`` and ``joint``."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geo.faults import Fault, refuse
from survey.periods import as_date
from survey.programme.pace import known_pace
from survey.programme.weeks import friday, monday
from survey.programme.why import joint_digs, left_out
from survey.programme.works import SharedTrench, Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from survey.programme.planning import Programme

Window = tuple["date", "date"]


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
    crew = _text(row, "operator")
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
        faults.append(
            Fault(
                "date.unreadable",
                "不是日期",
                "not a date",
                "写成 2026-12-01",
                "write it as 2026-12-01",
                feature=str(row["id"]),
                field=name,
                value=str(row[name]),
            )
        )
        return None


def _weeks(row: Mapping[str, Any], faults: list[Fault]) -> int:
    """Return the duration given, else the estimate; what is no whole number of weeks is a fault."""
    given = row.get("weeks")
    if given is None or pd.isna(given) or given == "":
        return known_pace().weeks(float(row["length_m"]), _text(row, "method"))
    try:
        if float(given) == int(float(given)):
            return int(float(given))
    except ValueError:
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


def _text(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    return str(value).strip() or None if value is not None and not pd.isna(value) else None


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


def works_frame(programme: Programme, routes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return ``id start end weeks moved_weeks joint_with saved_m why_zh why_en`` with the routes' geometry.

    ``saved_m`` is what the work's joint digs save, shared alike among those who dig; ``joint_with`` the ids of all it
    digs with, with commas between.
    """
    digs = joint_digs(programme)
    rows = []
    problem = programme.problem
    for number, work in enumerate(problem.works):
        option = programme.choice[number]
        own = [dig for dig in digs if work.id in dig.works]
        partners = dict.fromkeys(name for dig in own for name in dig.works if name != work.id)
        rows.append(
            {
                "id": work.id,
                "start": max(monday(option.start), work.fixed or work.start),
                "end": friday(option.last),
                "weeks": work.weeks,
                "moved_weeks": option.start - problem.wanted[number],
                "joint_with": ",".join(partners),
                "saved_m": sum(dig.saved_m / len(dig.works) for dig in own),
                "why_zh": "；".join(dig.zh for dig in own) or "单独施工",
                "why_en": "; ".join(dig.en for dig in own) or "dug alone",
            }
        )
    geometry = dict(zip(routes["id"].astype(str), routes.geometry, strict=True))
    return gpd.GeoDataFrame(rows, geometry=[geometry[row["id"]] for row in rows], crs=routes.crs)


def joint_frame(programme: Programme, trenches: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return ``id trench routes joint start end reason shift_weeks why_zh why_en`` with the trenches' geometry.

    A row for each trench and each group that digs it together (``joint`` true), and one for each trench that is opened
    more than once (``joint`` false), with the reason.
    """
    rows: list[dict[str, Any]] = [
        {
            "trench": name,
            "routes": ",".join(dig.works),
            "joint": True,
            "start": monday(dig.first),
            "end": friday(dig.last),
            "reason": "joint",
            "shift_weeks": None,
            "why_zh": dig.zh,
            "why_en": dig.en,
        }
        for dig in joint_digs(programme)
        for name in dig.trenches
    ]
    rows += [
        {
            "trench": name,
            "routes": ",".join(out.works),
            "joint": False,
            "start": None,
            "end": None,
            "reason": out.reason,
            "shift_weeks": out.shift_weeks,
            "why_zh": out.zh,
            "why_en": out.en,
        }
        for out in left_out(programme)
        for name in out.trenches
    ]
    columns = ["trench", "routes", "joint", "start", "end", "reason", "shift_weeks", "why_zh", "why_en"]
    frame = pd.DataFrame(rows, columns=columns)
    frame.insert(0, "id", [f"J{number + 1}" for number in range(len(frame))])
    frame["shift_weeks"] = frame["shift_weeks"].astype("Int64")
    shapes = dict(zip(trenches["id"].astype(str), trenches.geometry, strict=True))
    return gpd.GeoDataFrame(frame, geometry=[shapes[name] for name in frame["trench"]], crs=trenches.crs)
