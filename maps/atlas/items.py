"""Tell what is done at a stop of a planned visit under the numbers of its checklist: on the map, beside, behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from maps.atlas.labels import MARK, Place, Wish, around
from maps.atlas.words import WORDS
from maps.field_findings import sized
from maps.symbols import symbols
from survey.findings import SEVERITIES
from survey.visits.items import ITEM_KINDS, TOOLS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from maps.atlas.canvas import Canvas
    from maps.atlas.stops import Numbered
    from survey.visits.checklists import Line
    from survey.visits.items import Item

NONE = "—"
MARK_MM = 1.9
PLAIN_LOOK = {"fill": "#1f5fbf", "ink": "#ffffff", "line": "#1f5fbf"}
"""Of an item that settles no finding: the colour of stops."""
MOST_NAMED = 4


def numbered_by_items(lines: Sequence[Line], findings: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return each finding that an item settles with the item's number; what is not known any more is left out."""
    return [(line.number, findings[name]) for line in lines for name in line.item.findings if name in findings]


def severity_of(line: Line, numbered: Sequence[Numbered]) -> str:
    """Return the gravest severity of the findings that an item settles; empty: it settles none."""
    own = {each.finding.severity for each in numbered if each.number == line.number}
    return next((one for one in SEVERITIES if one in own), "")


def item_wishes(canvas: Canvas, lines: Sequence[Line], numbered: Sequence[Numbered]) -> tuple[list[str], list[Wish]]:
    """Draw where findings are, and ask for the numbers of the items; return also the keys of what is on the sheet."""
    keys, wishes = [], []
    for severity in SEVERITIES:
        own = [each.finding.geometry for each in numbered if each.finding.severity == severity]
        shapes = [one for one in own if one is not None]
        cut: Any = canvas.inside(np.array(shapes, dtype=object)) if shapes else []
        if any(not shapely.is_empty(part) for part in cut):
            canvas.shapes(cut, colour=symbols()["severities"][severity]["line"], width=2.6, opacity=0.35)
            keys.append(f"severities.{severity}")
    for line in lines:
        if shapely.is_empty(canvas.inside(np.array([shapely.Point(line.item.x, line.item.y)], dtype=object))[0]):
            continue
        x, y = canvas.at(np.array([[line.item.x, line.item.y]]))[0].tolist()
        places = [Place(x, y), *around(x, y, (4.5, 8.0, 12.0, 17.0, 24.0, 32.0))]
        look = severity_of(line, numbered) or "stop"
        wishes.append(Wish(line.number, MARK_MM, places, MARK, line.number, mark=(x, y), look=look, bold=True))
    return keys, wishes


def item_rows(
    lines: Sequence[Line], numbered: Sequence[Numbered], shown: frozenset[str], language: str
) -> list[dict[str, Any]]:
    """Return a short row for each item, as it stands beside the map; those that lie on the sheet come first."""
    ordered = sorted(lines, key=lambda line: line.number not in shown)
    return [
        {
            "cells": [
                line.number, f"{_kind(line.item, language)} {_about(line.item, language)}".strip(),
                _size(line.item.measured, line.item, language), _size(line.item.limit, line.item, language),
                _clause(line.item, language),
            ],
            **_look(line, numbered),
        }
        for line in ordered
    ]  # fmt: skip


def checklist_items(lines: Sequence[Line], numbered: Sequence[Numbered], language: str) -> list[dict[str, Any]]:
    """Return everything about each item, with room to write what is seen on site."""
    zh = language == "zh"
    rows = []
    for line in lines:
        item = line.item
        off = (
            f" ± {sized(item.uncertainty, item.unit, language)}"
            if item.uncertainty and item.measured is not None
            else ""
        )
        cells = [
            line.number, _about(item, language), f"{_kind(item, language)}\n{TOOLS[item.tool][0 if zh else 1]}",
            item.do_zh if zh else item.do_en, _size(item.measured, item, language) + off,
            _size(item.limit, item, language), f"{item.document} {_clause(item, language)}".strip() or NONE, "",
        ]  # fmt: skip
        rows.append({"cells": cells, **_look(line, numbered)})
    return rows


def _kind(item: Item, language: str) -> str:
    return ITEM_KINDS[item.kind][0 if language == "zh" else 1]


def _about(item: Item, language: str) -> str:
    named = [subject.id for subject in item.subjects]
    more = f"… ({len(named)})" if len(named) > MOST_NAMED else ""
    return (WORDS[language]["and"].join(named[:MOST_NAMED]) + more) or item.case or NONE


def _size(value: float | None, item: Item, language: str) -> str:
    return sized(value, item.unit, language) or NONE


def _clause(item: Item, language: str) -> str:
    return f"{item.clause}{' ' + WORDS[language]['unverified'] if item.unverified else ''}".strip() or NONE


def _look(line: Line, numbered: Sequence[Numbered]) -> dict[str, str]:
    look = symbols()["severities"].get(severity_of(line, numbered), PLAIN_LOOK)
    return {"fill": look["fill"], "ink": look["ink"]}
