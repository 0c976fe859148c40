"""Find routes beyond the numbers that a county's document sets to its own scope, such as 35 kV."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from survey.conflicts.judging import as_found, outcomes_of
from survey.conflicts.naming import named
from survey.conflicts.wording import joined, opened
from survey.finding_columns import Told
from survey.findings import FAILS, UNKNOWN, Cited, Mend

if TYPE_CHECKING:
    from datetime import date

    from survey.conflicts.buried_lines import BuriedLines
    from survey.finding_columns import Found
    from survey.policies import Policy, Rule


def scope_findings(routes: BuriedLines, policy: Policy, on: date) -> list[Found]:
    """Hold power lines to the voltages in scope; nothing is found where the document sets none."""
    rules = [rule for rule in policy.rules_on(on) if rule.kind == "scope" and rule.quantity == "voltage_kv"]
    return [_beyond(routes, rule, policy) for rule in rules]


def _beyond(routes: BuriedLines, rule: Rule, policy: Policy) -> Found:
    cited = Cited(
        f"scope {rule.id}", rule.document, rule.clause, "confirmed", "recommendation", rule.evidence_zh,
        rule.evidence_en, rule.limit,
    )  # fmt: skip
    power = np.array([b.utility == "power" for b in routes.buried], dtype=bool)
    stated = np.array([np.nan if b.voltage_kv is None else b.voltage_kv for b in routes.buried], dtype=np.float64)
    rows = np.flatnonzero(power[routes.code]) if len(routes) else np.empty(0, dtype=np.int64)
    measured = stated[routes.code[rows]]
    margin = rule.limit - measured
    outcome = outcomes_of(margin, np.zeros(len(rows)))
    if rule.op == "<":
        outcome[margin == 0] = FAILS
    x, y = routes.lines.points_at(rows, routes.lines.lengths()[rows] / 2)

    def tell(k: int) -> Told:
        where, name = routes.shape(int(rows[k])), str(routes.subjects.ids[rows[k]])
        own_zh, own_en = named(routes, int(rows[k]), "zh"), named(routes, int(rows[k]), "en")
        if outcome[k] == UNKNOWN:
            return Told(
                joined(own_zh, f"未填电压，是否在{policy.county_zh}适用范围（{rule.limit:g} kV）内无法判断。"),
                f"{opened(own_en)} states no voltage: whether {policy.county_en} takes it (up to {rule.limit:g} kV)"
                " is unknown.",
                Mend("ask", name, None, "", "补充电压（kV）", "state the voltage (kV)"),
                where,
            )
        return Told(
            joined(own_zh, f"电压 {measured[k]:g} kV，超出{policy.county_zh}并联审批的适用范围（{rule.limit:g} kV）。"),
            f"{opened(own_en)} has {measured[k]:g} kV, beyond the scope of {policy.county_en} ({rule.limit:g} kV).",
            Mend(
                "ask",
                name,
                None,
                "",
                "不在本文件范围内：向牵头部门询问适用的程序",
                "ask the leading office which procedure applies: this document does not",
            ),
            geometry=where,
        )

    return as_found(
        "scope", "kV", routes.subjects, rows, outcome, (cited,), tell, measured=measured,
        limit=np.full(len(rows), rule.limit), margin=margin, uncertainty=np.zeros(len(rows)), x=x, y=y,
    )  # fmt: skip
