"""Shape a visit as layers that are only shown: stops, what is done there, the way, measured crossings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import shape

from maps.qgis import StyledLayer
from survey.calendar import local
from survey.visits.checklists import lines_of
from survey.visits.items import TOOLS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from pyproj import CRS

    from survey.visits.keeping.events import Plan

TEXT, NUMBER = object, np.float64
STOP_COLUMNS = {
    "number": np.int64, "name": TEXT, "day": TEXT, "arrives": TEXT, "leaves": TEXT, "minutes": NUMBER,
    "road_name": TEXT, "gap_m": NUMBER, "items": np.int64, "attendees": TEXT,
}  # fmt: skip
ITEM_COLUMNS = {
    "number": TEXT, "stop": np.int64, "do": TEXT, "tool": TEXT, "measured": NUMBER, "limit": NUMBER, "unit": TEXT,
    "document": TEXT, "clause": TEXT, "case": TEXT,
}  # fmt: skip
WAY_COLUMNS = {"day": TEXT, "minutes": NUMBER, "length_m": NUMBER, "gap_m": NUMBER}
CROSSING_COLUMNS = {
    "route": TEXT, "kind": TEXT, "road": TEXT, "length_m": NUMBER, "from_m": NUMBER, "to_m": NUMBER, "skew_deg": NUMBER,
}  # fmt: skip
UNVERIFIED = {"zh": "（待核）", "en": " (unverified)"}


def shown_layers(
    plan: Plan, assessments: Mapping[str, Mapping[str, Any]], crs: CRS, language: str
) -> list[StyledLayer]:
    """Return what is shown beside the layers of the county, all of it fixed.

    Parameters
    ----------
    plan
        Of the visit.
    assessments
        By the id of a route, geometries in the grid; for its measured crossings.
    crs
        Of the county's grid.
    language
        ``zh`` or ``en``.
    """
    made = (
        ("crossings", "line", CROSSING_COLUMNS, _crossings(assessments), "量测段", "Measured stretches"),
        ("way", "line", WAY_COLUMNS, _ways(plan), "行进路线", "The way"),
        ("items", "point", ITEM_COLUMNS, _items(plan, language), "踏勘事项", "To do"),
        ("stops", "point", STOP_COLUMNS, _stops(plan), "停留点", "Stops"),
    )
    return [
        StyledLayer(name, name, "line" if kind == "line" else "point", _frame(rows, columns, crs), zh, en, edited=False)
        for name, kind, columns, rows, zh, en in made
    ]


def _frame(rows: Iterable[dict[str, Any]], columns: Mapping[str, Any], crs: CRS) -> gpd.GeoDataFrame:
    listed = list(rows)
    made = {name: np.array([row[name] for row in listed], dtype) for name, dtype in columns.items()}
    return gpd.GeoDataFrame(made, geometry=[row["geometry"] for row in listed], crs=crs)


def _stops(plan: Plan) -> Iterable[dict[str, Any]]:
    for number, at in enumerate(plan.order, start=1):
        stop, own = plan.stops[at], plan.calls_at(at)
        yield {
            "number": number, "name": stop.name or None, "day": own[0][0].on.isoformat(),
            "arrives": _clock(own[0][1].arrives), "leaves": _clock(own[-1][1].leaves), "minutes": stop.minutes,
            "road_name": stop.road_name or None, "gap_m": np.nan if stop.gap_m is None else stop.gap_m,
            "items": len(stop.items), "attendees": "、".join(one.name for one in stop.attendees) or None,
            "geometry": shapely.Point(stop.x, stop.y),
        }  # fmt: skip


def _clock(moment: datetime) -> str:
    return local(moment).strftime("%H:%M")


def _items(plan: Plan, language: str) -> Iterable[dict[str, Any]]:
    for line in lines_of(plan):
        item = line.item
        unverified = UNVERIFIED[language] if item.unverified and item.clause else ""
        yield {
            "number": line.number, "stop": int(line.number.partition("-")[0]),
            "do": item.do_zh if language == "zh" else item.do_en,
            "tool": TOOLS[item.tool][0 if language == "zh" else 1],
            "measured": np.nan if item.measured is None else item.measured,
            "limit": np.nan if item.limit is None else item.limit, "unit": item.unit or None,
            "document": item.document or None, "clause": (item.clause + unverified) or None, "case": item.case or None,
            "geometry": shapely.Point(item.x, item.y),
        }  # fmt: skip


def _ways(plan: Plan) -> Iterable[dict[str, Any]]:
    for day, ways in zip(plan.days, plan.ways, strict=False):
        for way in ways.ways:
            if way is None:
                continue
            points = np.array(way.points, np.float64).reshape(-1, 2)
            if len(np.unique(points, axis=0)) > 1:
                yield {
                    "day": day.on.isoformat(), "minutes": round(way.seconds / 60, 1), "length_m": round(way.metres, 1),
                    "gap_m": round(way.gap_m, 1), "geometry": shapely.LineString(points),
                }  # fmt: skip


def _crossings(assessments: Mapping[str, Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    for route, answer in assessments.items():
        for passage in answer["passages"]:
            drawn = shape(passage["geometry"])
            if drawn.length > 0:
                skew = passage.get("skew_deg")
                yield {
                    "route": route, "kind": passage["kind"], "road": passage.get("name") or passage.get("owner"),
                    "length_m": passage["length_m"], "from_m": passage["from_m"], "to_m": passage["to_m"],
                    "skew_deg": np.nan if skew is None else skew, "geometry": drawn,
                }  # fmt: skip
