"""Turn cells and clauses of the standards into the rules that findings cite."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from survey.findings import Cited
from survey.standards.citations import Assumed
from survey.standards.classes import Classes
from survey.standards.gas import TABLE_ENDS_MPA
from survey.subjects import USUAL_DIAMETERS
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from survey.standards.citations import Cell, Citation
    from survey.standards.clauses import Clause
    from survey.subjects import Buried

NOTHING_STATED = Cited("none", "GB 50289-2016", "—", "judgement", "advice", "标准未规定", "the standard states nothing")


def cited_of(cell: Cell | None) -> Cited:
    """Return a cell of a table as findings cite it."""
    if cell is None:
        return NOTHING_STATED
    return Cited(
        f"{cell.standard} {cell.clause}", cell.standard, cell.clause, cell.status, "hard", cell.evidence_zh,
        cell.evidence_en, cell.value, cell.assumed,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def classes_of(lines: tuple[Buried, ...]) -> tuple[NDArray[np.int64], Classes]:
    """Return `Classes.of` of some distinct lines; kept, because neighbours are asked about often."""
    code, classes = Classes.of(lines)
    code.flags.writeable = False
    return code, classes


def inside_tables(classes: Classes) -> Classes:
    """Return the classes with gas above the tables' pressures as the highest class in them: how far it is looked for.

    >>> from survey.subjects import Buried
    >>> classes = Classes.of([Buried("gas", pressure_mpa=2.5)])[1]
    >>> classes.to_object("building"), inside_tables(classes).to_object("building")
    (array([nan]), array([13.5]))
    """
    held = tuple(
        replace(line, pressure_mpa=TABLE_ENDS_MPA) if beyond else line
        for line, beyond in zip(classes.classes, classes.outside(), strict=True)
    )
    return Classes(held, classes.edition)


def by_diameter(
    cited: Sequence[Cited], lines: Sequence[Buried], number: NDArray[np.int64], thin: NDArray[np.bool_]
) -> tuple[tuple[Cited, ...], NDArray[np.int64]]:
    """Return the rules of classes of lines as they are and as `of_usual_diameter`, and which of them each line takes.

    ``cited`` and ``lines``: one of each class; ``number``: the class of each line, ``thin``: whether it states none.
    """
    assumed = (of_usual_diameter(rule, [line.utility]) for rule, line in zip(cited, lines, strict=True))
    return (*cited, *assumed), number + len(cited) * thin


def of_usual_diameter(rule: Cited, utilities: Sequence[str]) -> Cited:
    """Return a rule for gaps to lines of ``utilities`` that state no diameter: it says which was taken, and is assumed.

    >>> rule = Cited("x", "GB 1", "2.3", "confirmed", "hard", "甲", "a")
    >>> of_usual_diameter(rule, ["water"]).assumed[0].taken, of_usual_diameter(rule, ["water"]).evidence_zh
    ('200', '甲；给水未填管径，净距按外径 200 mm 计（常见配水管 DN200，判断值）')
    >>> of_usual_diameter(rule, []) == rule
    True
    """
    if rule is NOTHING_STATED or not utilities:
        return rule
    assumed = []
    for utility in dict.fromkeys(utilities):
        name, usual = UTILITIES[utility], USUAL_DIAMETERS[utility]
        zh = f"{name.zh}未填管径，净距按外径 {usual.diameter_mm:g} mm 计（{usual.source_zh}）"
        en = f"no diameter of the {name.en.lower()} line is stated: {usual.diameter_mm:g} mm taken ({usual.source_en})"
        assumed.append(Assumed("diameter_mm", f"{usual.diameter_mm:g}", zh, en))
    return rule._replace(
        evidence_zh="；".join([rule.evidence_zh, *(each.why_zh for each in assumed)]),
        evidence_en="; ".join([rule.evidence_en, *(each.why_en for each in assumed)]),
        assumed=(*rule.assumed, *assumed),
    )


def cited_clause(found: Clause, weight: str, rule: str) -> Cited:
    """Return a clause as findings cite it; its limit is NaN where it states no number."""
    return Cited(
        rule, found.standard, found.clause, found.status, weight, found.evidence_zh, found.evidence_en,
        np.nan if found.value is None else found.value,
    )  # fmt: skip


def cited_place(found: Citation, rule: str, weight: str) -> Cited:
    """Return a place in an order as findings cite it; the limit is 0: no lower than the other."""
    return Cited(rule, found.standard, found.clause, found.status, weight, found.evidence_zh, found.evidence_en, 0.0)
