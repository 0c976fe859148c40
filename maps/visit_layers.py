"""Draw a planned visit on the field map: the way, the stops, what is done there; numbered as the checklist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from maps.field_findings import sized
from maps.layers import DrawnLayer
from maps.symbols import symbols
from survey.visits.checklists import lines_of
from survey.visits.items import ITEM_KINDS, TOOLS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.visits.checklists import Line
    from survey.visits.keeping.events import Plan

INK, FILL, ITEM_FILL = "#ffffff", symbols()["visit"], "#7a1f6b"
WORDS = {
    "zh": {
        "way": "行进路线", "stop": "停留点", "item": "踏勘事项", "number": "编号", "name": "名称", "time": "时间",
        "minutes": "停留 分钟", "who": "到场", "kind": "事项", "tool": "工具", "do": "做什么", "about": "对象",
        "known": "已知", "limit": "限值", "by": "依据", "metres": "长度 m", "mode": "方式", "walk": "步行",
        "drive": "乘车", "and": "、",
    },
    "en": {
        "way": "The way", "stop": "Stops", "item": "To do", "number": "No.", "name": "Name", "time": "Time",
        "minutes": "Minutes", "who": "Who comes", "kind": "What", "tool": "With", "do": "To do", "about": "About",
        "known": "Known", "limit": "Limit", "by": "By", "metres": "Length m", "mode": "How", "walk": "walking",
        "drive": "driving", "and": ", ",
    },
}  # fmt: skip


def visit_layers(plan: Plan, language: str) -> list[DrawnLayer]:
    """Return the layers of a visit, lowest first: the way, the items, the stops."""
    return [*_ways(plan, language), *_items(plan, language), *_stops(plan, language)]


def listed_items(plan: Plan, language: str) -> list[dict[str, Any]]:
    """Return what the list of the field map shows: each item with its number, in the order of the visit."""
    zh = language == "zh"
    return [
        {
            "number": line.number, "fill": ITEM_FILL, "ink": INK,
            "name": f"{ITEM_KINDS[line.item.kind][0 if zh else 1]} · {TOOLS[line.item.tool][0 if zh else 1]}",
            "figures": line.item.do_zh if zh else line.item.do_en,
        }
        for line in lines_of(plan)
    ]  # fmt: skip


def _ways(plan: Plan, language: str) -> Iterator[DrawnLayer]:
    words = WORDS[language]
    ways = [way for day in plan.ways for way in day.ways if way is not None and len(set(way.points)) > 2]  # noqa: PLR2004 - a line has two points
    if ways:
        shapes = np.array([shapely.linestrings(np.reshape(way.points, (-1, 2))) for way in ways], dtype=object)
        rows = [[(words["mode"], words[way.mode]), (words["metres"], f"{way.metres:.0f}")] for way in ways]
        style = {"color": FILL, "weight": 4, "opacity": 0.6, "dashArray": "10 6", "fill": False}
        yield DrawnLayer("way", WORDS["zh"]["way"], WORDS["en"]["way"], shapes, style, rows)


def _items(plan: Plan, language: str) -> Iterator[DrawnLayer]:
    lines = lines_of(plan)
    if lines:
        points = shapely.points([(line.item.x, line.item.y) for line in lines])
        style = _style(ITEM_FILL)
        yield DrawnLayer(
            "stops", WORDS["zh"]["item"], WORDS["en"]["item"], points, style,
            [_item_rows(line, language) for line in lines], numbers=[line.number for line in lines], marks=points,
        )  # fmt: skip


def _stops(plan: Plan, language: str) -> Iterator[DrawnLayer]:
    order, words = plan.order, WORDS[language]
    points = shapely.points([(plan.stops[at].x, plan.stops[at].y) for at in order])
    rows = []
    for number, at in enumerate(order, start=1):
        times = "；".join(f"{call.begins:%m-%d %H:%M}–{call.leaves:%H:%M}" for _, call in plan.calls_at(at))
        rows.append([
            (words["number"], str(number)), (words["name"], plan.stops[at].name),
            (words["time"], times), (words["minutes"], f"{plan.stops[at].minutes:.0f}"),
            (words["who"], words["and"].join(one.name for one in plan.stops[at].attendees)),
        ])  # fmt: skip
    numbers = [str(number) for number in range(1, len(order) + 1)]
    yield DrawnLayer(
        "stops", WORDS["zh"]["stop"], WORDS["en"]["stop"], points, _style(FILL), rows, numbers=numbers, marks=points
    )


def _item_rows(line: Line, language: str) -> list[tuple[str, str]]:
    """Return the facts of a popup; what an item does not have is left out."""
    zh, words, item = language == "zh", WORDS[language], line.item
    rows = [
        (words["number"], line.number), (words["kind"], ITEM_KINDS[item.kind][0 if zh else 1]),
        (words["tool"], TOOLS[item.tool][0 if zh else 1]),
        (words["about"], words["and"].join(subject.id for subject in item.subjects) or item.case),
        (words["do"], item.do_zh if zh else item.do_en), (words["known"], sized(item.measured, item.unit, language)),
        (words["limit"], sized(item.limit, item.unit, language)),
        (words["by"], f"{item.document} {item.clause}".strip()),
    ]  # fmt: skip
    return [(label, value) for label, value in rows if value]


def _style(fill: str) -> dict[str, Any]:
    return {"color": fill, "weight": 2, "opacity": 1, "fill": True, "fillColor": fill, "fillOpacity": 1, "radius": 5,
            "ink": INK}  # fmt: skip
