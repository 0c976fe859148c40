"""Turn cells and clauses of the standards into the rules that findings cite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from survey.findings import Cited

if TYPE_CHECKING:
    from survey.standards.citations import Cell, Citation
    from survey.standards.clauses import Clause

NOTHING_STATED = Cited("none", "GB 50289-2016", "—", "judgement", "advice", "标准未规定", "the standard states nothing")


def cited_of(cell: Cell | None) -> Cited:
    """Return a cell of a table as findings cite it."""
    if cell is None:
        return NOTHING_STATED
    return Cited(
        f"{cell.standard} {cell.clause}", cell.standard, cell.clause, cell.status, "hard", cell.evidence_zh,
        cell.evidence_en, cell.value, bool(cell.assumed_zh),
    )  # fmt: skip


def cited_clause(found: Clause, weight: str, rule: str) -> Cited:
    """Return a clause as findings cite it; its limit is NaN where it states no number."""
    return Cited(
        rule, found.standard, found.clause, found.status, weight, found.evidence_zh, found.evidence_en,
        np.nan if found.value is None else found.value,
    )  # fmt: skip


def cited_place(found: Citation, rule: str) -> Cited:
    """Return a place in an order as findings cite it: the wording is 宜, and the limit none below the other."""
    return Cited(
        rule, found.standard, found.clause, found.status, "recommendation", found.evidence_zh, found.evidence_en, 0.0
    )
