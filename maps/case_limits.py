"""Hold what was measured against limits, as the papers of a case print it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maps.papers import Limit
from survey.cases.breaches import breaches
from survey.policies import QUANTITIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from survey.cases.records import Judgement
    from survey.cases.state import Task
    from survey.policies import Policy

QUANTITY_WORDS = {
    "length_m": ("外线长度", "length of the line"),
    "crossing_m": ("穿越道路长度", "length across roads"),
    "green_m2": ("占用绿地面积", "green taken"),
    "along_m": ("沿路敷设长度", "length along roads"),
}


def limits_of_judgement(judged: Judgement, policy: Policy) -> tuple[Limit, ...]:
    """Return the limits of a verdict that a case keeps: what `maps.papers.limits_of` gives of a fresh one."""
    return tuple(
        _limit(line, policy, judged)
        for line in judged.trace
        if line["kind"] in ("threshold", "exclusion") and line.get("limit") is not None
    )


def _limit(line: Mapping[str, Any], policy: Policy, judged: Judgement) -> Limit:
    rule = policy.rule(str(line["rule"]))
    measured = judged.quantities.get(rule.quantity)
    return Limit(
        subject=str(line.get("subject_zh") or rule.subject_zh), limit=float(line["limit"]),
        measured=line.get("measured", None if measured is None else measured.value),
        uncertainty=line.get("uncertainty", None if measured is None else measured.uncertainty),
        op=str(line.get("op") or rule.op or "<="), unit=rule.unit, outcome=str(line.get("outcome") or ""), rule=rule.id,
        document=rule.document, clause=rule.clause, quote=rule.quote,
    )  # fmt: skip


def as_built_limit(task: Task, quantity: str, rule_id: str, policy: Policy) -> Limit:
    """Return what was laid against what was committed to and the limit."""
    signed = task.committed.quantities.get(quantity) if task.committed is not None else None
    laid = task.as_built[quantity]
    rule = next((one for one in policy.rules if one.id == rule_id), None)
    beyond = {one.quantity: one for one in task.breaches}.get(quantity)
    limit = rule.limit if rule is not None else None if signed is None else signed.value
    document, clause = (rule.document, rule.clause) if rule is not None else ("", "")
    return Limit(
        subject=rule.subject_zh if rule is not None else QUANTITY_WORDS.get(quantity, (quantity,))[0], limit=limit,
        measured=laid.value, uncertainty=laid.uncertainty, unit=QUANTITIES[quantity].unit,
        outcome="fails" if beyond is not None else "passes", committed=None if signed is None else signed.value,
        rule=rule_id, document=document, clause=clause,
    )  # fmt: skip


def as_built_limits(task: Task, policy: Policy) -> list[Limit]:
    """Return every quantity that was measured as built and is limited by what was committed to."""
    if task.committed is None:
        return []
    broken = {(one.rule, one.quantity) for one in breaches(task.committed, task.as_built, policy)}
    rules = [(str(line["rule"]), policy.rule(str(line["rule"])).quantity) for line in task.committed.trace
             if line["kind"] == "threshold" and line.get("limit") is not None]  # fmt: skip
    wanted = [(rule, quantity) for rule, quantity in rules if quantity in task.as_built] or list(broken)
    return [as_built_limit(task, quantity, rule, policy) for rule, quantity in wanted]
