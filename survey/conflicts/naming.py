"""Name lines, and say who gives way and how far the place of a pipe is known, in Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from survey.standards.orders import yields
from survey.standards.quality import quality_of
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from survey.conflicts.buried_lines import BuriedLines


def named(lines: BuriedLines, row: int, language: str) -> str:
    """Return utility and id of a line, an existing one marked so."""
    utility = UTILITIES[lines.buried[lines.code[row]].utility]
    if language == "zh":
        return f"{'现状' if lines.subjects.layer == 'pipes' else ''}{utility.zh} {lines.subjects.ids[row]}"
    existing = "the existing " if lines.subjects.layer == "pipes" else ""
    return f"{existing}{utility.en.lower()} {lines.subjects.ids[row]}"


def gives_way(a: BuriedLines, row_a: int, b: BuriedLines, row_b: int) -> tuple[str, str, str]:
    """Return which of two lines gives way (``a`` or ``b``), and why in both languages.

    What exists never moves. Of two planned routes GB 50289 3.0.7 decides; where it leaves it open, the route whose id
    comes later moves, so that one of them does.
    """
    if b.subjects.layer == "pipes":
        return "a", "现状管线不动，规划管线避让", "what exists stays, the planned line gives way"
    side, clause = yields(a.buried[a.code[row_a]], b.buried[b.code[row_b]])
    mover = a.subjects.ids[row_a] if side == "a" else b.subjects.ids[row_b]
    if side == "either":
        return (
            "b",
            f"避让规则不能区分，由编号在后的 {mover} 避让",
            f"no rule decides; {mover}, whose id comes later, gives way",
        )
    return (
        side,
        f"{mover} 避让（{clause.clause}：{clause.text_zh}）",
        f"{mover} gives way ({clause.clause}: {clause.text_en})",
    )


def known_how(lines: BuriedLines, row: int, depth: float = np.nan) -> tuple[str, str]:
    """Return how exactly an existing pipe is known, in both languages; nothing for a planned route."""
    if lines.subjects.layer != "pipes":
        return "", ""
    level = quality_of(lines.quality[row])
    if level is None:
        return (
            "；现状管线未注明探测质量，按最差等级计",
            "; no quality of survey is stated for the pipe: the worst is taken",
        )
    accuracy = level.at(depth if np.isfinite(depth) else None)
    return f"；现状管线{accuracy.evidence_zh}", f"; the pipe: {accuracy.evidence_en}"
