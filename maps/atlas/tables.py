"""Set what is told beside the maps as rows of text: summary, limits, findings, checklist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maps.atlas.words import WORDS
from maps.field_findings import sized
from maps.paper_blocks import SIGNS, UNITS
from maps.symbols import symbols
from survey.findings import KINDS, OUTCOMES, SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from maps.atlas.stops import Numbered, StopSheet
    from survey.findings import Finding

NONE = "—"
MOST_ROUTES_NAMED = 6


def limit_rows(stop: StopSheet, language: str) -> list[dict[str, Any]]:
    """Return a row for each route with its verdict, and one for each limit it was held against."""
    rows: list[dict[str, Any]] = []
    for name, answer in zip(stop.routes, stop.answers, strict=False):
        verdict = answer["verdict"]
        colour = symbols()["verdicts"][verdict["verdict"]]["colour"]
        rows.append({"span": f"{name}  {verdict[f'label_{language}']}", "colour": colour})
        for line in answer["trace"]:
            if line["measured"] is None or line["limit"] is None:
                continue
            rows.append(
                {
                    "cells": [
                        "",
                        line[f"subject_{language}"],
                        _number(line["measured"], line["unit"], language, line["uncertainty"]),
                        f"{SIGNS.get(line['op'], '')} {_number(line['limit'], line['unit'], language)}".strip(),
                        NONE if line["margin"] is None else _number(line["margin"], line["unit"], language),
                        line["clause"] + (f" {WORDS[language]['unverified']}" if "待核" in line["evidence"] else ""),
                    ],
                    "colour": symbols()["severities"]["grave"]["line"] if line["outcome"] == "fails" else "",
                }
            )
    return rows


def finding_rows(numbered: Sequence[Numbered], language: str) -> list[dict[str, Any]]:
    """Return a short row for each finding, as it stands beside the map."""
    return [
        {
            "cells": [
                str(number),
                f"{_said(KINDS, each.kind, language)} {_lines(each)}",
                sized(each.measured, each.unit, language) or NONE,
                sized(each.limit, each.unit, language) or NONE,
                _clause(each, language),
            ],
            **_look(each),
        }
        for number, each in numbered
    ]


def checklist_rows(numbered: Sequence[Numbered], language: str) -> list[dict[str, Any]]:
    """Return everything about each finding, with room to write what is seen on site."""
    zh, words = language == "zh", WORDS[language]
    rows = []
    for number, each in numbered:
        off = (
            f" ± {sized(each.uncertainty, each.unit, language)}"
            if each.uncertainty and each.measured is not None
            else ""
        )
        place = "" if each.geometry is not None else words["unplaced"]
        mend = "" if each.mend is None else each.mend.zh if zh else each.mend.en
        cells = [
            str(number),
            _lines(each),
            f"{_said(KINDS, each.kind, language)}\n{_said(OUTCOMES, each.outcome, language)}",
            (each.sentence_zh if zh else each.sentence_en) + place,
            (sized(each.measured, each.unit, language) or NONE) + off,
            sized(each.limit, each.unit, language) or NONE,
            sized(each.margin, each.unit, language) or NONE,
            f"{each.document} {_clause(each, language)}".strip(),
            mend,
            "",
        ]
        rows.append({"cells": cells, **_look(each)})
    return rows


def summary_rows(
    stops: Sequence[StopSheet],
    numbered: Sequence[Sequence[Numbered]],
    places: Sequence[tuple[float, float]],
    sheets: Sequence[str],
    language: str,
) -> list[list[str]]:
    """Return a row for each stop: routes, measures, verdicts, how much was found, sheets, place."""
    rows = []
    for k, (stop, found, (x, y), sheet) in enumerate(zip(stops, numbered, places, sheets, strict=True), 1):
        named = WORDS[language]["and"].join(stop.routes[:MOST_ROUTES_NAMED])
        more = f"… ({len(stop.routes)})" if len(stop.routes) > MOST_ROUTES_NAMED else ""
        counts = [sum(each.finding.severity == one for each in found) for one in SEVERITIES]
        rows.append(
            [
                str(k),
                f"{stop.name}\n{stop.times}".strip(),
                named + more or NONE,
                *_measures(stop),
                _verdicts(stop, language),
                *(str(count) if count else NONE for count in counts),
                sheet,
                f"{y:.2f}",
                f"{x:.2f}",
            ]
        )
    return rows


def _measures(stop: StopSheet) -> tuple[str, str]:
    """Return the length of all routes of a stop and the longest crossing; dashes where nothing was measured."""
    if not stop.answers:
        return NONE, NONE
    told = [answer["quantities"] for answer in stop.answers]
    longest = max(one["crossing_max_m"]["value"] for one in told)
    return f"{sum(one['length_m']['value'] for one in told):.2f}", f"{longest:.2f}" if longest else NONE


def _verdicts(stop: StopSheet, language: str) -> str:
    labels = [answer["verdict"][f"label_{language}"] for answer in stop.answers]
    counted = {label: labels.count(label) for label in dict.fromkeys(labels)}
    return (
        WORDS[language]["and"].join(label if count == 1 else f"{label} ×{count}" for label, count in counted.items())
        or NONE
    )


def _number(value: float, unit: str, language: str, uncertainty: float | None = None) -> str:
    if unit not in UNITS:
        off = f" ± {uncertainty:.2f}" if uncertainty else ""
        return f"{value:.2f}{off} {unit}".replace("-", "−")
    word = UNITS[unit] if language == "zh" else {"m2": "m²", "year": "years"}[unit]
    return f"{value:.2f} {word}".replace("-", "−")


def _said(table: Mapping[str, tuple[str, str]], key: str, language: str) -> str:
    return table[key][0 if language == "zh" else 1]


def _lines(each: Finding) -> str:
    return each.a if each.b is None else f"{each.a} – {each.b}"


def _clause(each: Finding, language: str) -> str:
    return f"{each.clause}{' ' + WORDS[language]['unverified'] if each.unverified else ''}"


def _look(each: Finding) -> dict[str, str]:
    look = symbols()["severities"][each.severity]
    return {"fill": look["fill"], "ink": look["ink"]}
