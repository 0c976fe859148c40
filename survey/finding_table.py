"""Lay findings out as the columns of FINDINGS, without making each finding."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from survey.finding_keys import hexadecimal
from survey.findings import OUTCOMES, SEVERITIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from survey.finding_columns import Found

COLUMNS = (
    "id", "kind", "severity", "outcome", "a", "b", "a_layer", "b_layer", "measured", "limit", "unit", "margin",
    "uncertainty", "rule", "document", "clause", "status", "unverified", "assumed", "evidence", "evidence_en", "from_m",
    "to_m", "facts",
)  # fmt: skip


def columns_of(one: Found) -> dict[str, NDArray[Any]]:
    """Return the findings of one kind by name of column, in their own order."""
    n = len(one)
    by_rule = {
        name: np.array([getattr(c, attribute) for c in one.cited], dtype=object)[one.citation]
        for name, attribute in (
            ("rule", "rule"), ("document", "document"), ("clause", "clause"), ("status", "status"),
            ("unverified", "unverified"), ("evidence", "evidence_zh"), ("evidence_en", "evidence_en"),
        )
    }  # fmt: skip
    # No file format has lists of records: the text is the JSON that the service answers with.
    assumed = [json.dumps([each._asdict() for each in c.assumed], ensure_ascii=False) for c in one.cited]
    by_rule["assumed"] = np.array(assumed, dtype=object)[one.citation]
    b, b_layer = np.full(n, None, dtype=object), np.full(n, None, dtype=object)
    if one.b_of is not None:
        has = one.b >= 0
        b[has], b_layer[has] = one.b_of.ids[one.b[has]], one.b_of.layer
    by_rule["unverified"] = by_rule["unverified"].astype(bool)  # as objects no file format would keep it
    return by_rule | {
        "id": hexadecimal(one.keys), "facts": hexadecimal(one.facts), "kind": np.full(n, one.kind, dtype=object),
        "severity": np.array(tuple(SEVERITIES), dtype=object)[one.severity],
        "outcome": np.array(tuple(OUTCOMES), dtype=object)[one.outcome],
        "a": one.a_of.ids[one.a], "b": b, "a_layer": np.full(n, one.a_of.layer, dtype=object), "b_layer": b_layer,
        "measured": one.measured, "limit": one.limit, "unit": np.full(n, one.unit, dtype=object),
        "margin": one.margin, "uncertainty": one.uncertainty, "from_m": one.from_m, "to_m": one.to_m,
    }  # fmt: skip
