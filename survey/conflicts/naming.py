"""Name lines and roads, and say who gives way and how far the place of a pipe is known, in Chinese and English."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from survey.conflicts.wording import joined
from survey.findings import Mend
from survey.standards.orders import yields
from survey.standards.quality import quality_of
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from survey.conflicts.buried_lines import BuriedLines
    from survey.surroundings import RoadFacts

LONGEST_NAME = 20
"""A longer name is not said beside the id, nor one with a stop in it: it is a remark."""
_STOP = re.compile("[，。；：！？,;:!?]")
_NOT_SAVED = ("本管线", "this line")
"""A line that is drawn and not saved yet has no id."""


_yields = lru_cache(maxsize=16384)(yields)


def called(lines: BuriedLines, row: int, language: str) -> str:
    """Return the id of a line, or words for the one being drawn."""
    return str(lines.subjects.ids[row]) or _NOT_SAVED[language == "en"]


def named(lines: BuriedLines, row: int, language: str) -> str:
    """Return utility, id and the name of a line, an existing one marked so."""
    utility = UTILITIES[lines.buried[lines.code[row]].utility]
    existing = lines.subjects.layer == "pipes"
    word, name = str(lines.subjects.ids[row]), lines.name[row]
    if not name or name == word or len(name) > LONGEST_NAME or _STOP.search(name):
        name = None
    if language == "zh":
        beside = f"（{name}）" if name else ""
        return f"{'现状' if existing else ''}{utility.zh} {word}{beside}" if word else f"本{utility.zh}管线{beside}"
    beside = f" ({name})" if name else ""
    if not word:
        return f"this {utility.en.lower()} line{beside}"
    return f"{'the existing ' if existing else ''}{utility.en.lower()} line {word}{beside}"


def road_named(facts: RoadFacts, road: int) -> tuple[str, str]:
    """Return what a road is called in both languages: its name, or that it is the road of an id."""
    name = facts.names[road]
    return (name, name) if name else (f"道路 {facts.ids[road]}", f"road {facts.ids[road]}")


def gives_way(a: BuriedLines, row_a: int, b: BuriedLines, row_b: int) -> tuple[str, str, str]:
    """Return which of two lines gives way (``a`` or ``b``), and why in both languages.

    What exists never moves. Of two planned routes GB 50289 3.0.7 decides; where it leaves it open, the route whose id
    comes later moves, so that one of them does.
    """
    if b.subjects.layer == "pipes":
        return "a", "现状管线不动，规划管线避让", "What exists stays; the planned line gives way"
    side, clause = _yields(a.buried[a.code[row_a]], b.buried[b.code[row_b]])
    lines, row = (a, row_a) if side == "a" else (b, row_b)
    mover_zh, mover_en = called(lines, row, "zh"), called(lines, row, "en")
    if side == "either":
        return (
            "b",
            joined("避让规则不能区分，由编号在后的", mover_zh, "避让"),
            f"No rule tells which gives way; it is {mover_en}, whose id comes later",
        )
    return (
        side,
        f"{joined('由', mover_zh, '避让')}（{clause.clause}：{clause.text_zh}）",
        f"By {clause.clause} {mover_en} gives way: {clause.text_en}",
    )


def without_diameter(*several: tuple[BuriedLines, int]) -> tuple[str, str]:
    """Return which of some lines state no diameter, in both languages; empty where all do."""
    thin = [(lines, row) for lines, row in several if lines.thin[row]]
    return "、".join(named(*one, "zh") for one in thin), " and ".join(named(*one, "en") for one in thin)


def diameter_missing(*several: tuple[BuriedLines, int]) -> tuple[str, str]:
    """Return what is added to a sentence where only the usual diameter of ``several`` keeps the distance."""
    zh, en = without_diameter(*several)
    zh = joined("，但", zh, "未填管径，管径更大时不满足")
    return zh, f"; {en} states no diameter and a larger line would not keep it"


def diameter_mend(subject: str, *several: tuple[BuriedLines, int]) -> Mend:
    """Return the mend that asks for the diameters that are not stated."""
    zh, en = without_diameter(*several)
    return Mend("ask", subject, None, "", joined("查明并补充", zh, "的管径"), f"state the diameter of {en}")


def known_how(lines: BuriedLines, row: int, depth: float | None = None) -> tuple[str, str]:
    """Return how exactly an existing pipe is known, in both languages; nothing for a planned route.

    Parameters
    ----------
    depth
        Of its centre where its depth is in question (metres, NaN: unknown); None where its place in plan is.
    """
    if lines.subjects.layer != "pipes":
        return "", ""
    error = float(lines.accuracy_m[row] if depth is None else lines.depth_accuracy_m[row])
    if np.isfinite(error) and (lines.stated[row] or depth is not None):
        what_zh, what_en = ("平面", "in plan") if depth is None else ("埋深", "of the depth")
        return (
            f"；现状管线自带{what_zh}中误差 {error:g} m",
            f"; the pipe states its own mean error {what_en}, {error:g} m",
        )
    level = quality_of(lines.quality[row])
    if level is None:
        return (
            "；现状管线未注明探测质量，按最差等级计",
            "; no quality of survey is stated for the pipe: the worst is taken",
        )
    accuracy = level.at(depth if depth is not None and np.isfinite(depth) else None)
    return f"；现状管线探测质量：{accuracy.evidence_zh}", f"; quality of the pipe's survey: {accuracy.evidence_en}"
