"""Read a county's departments, stages and permissions; note every fault with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from survey.policies.approvals import APPLIED_BY, BY_COMMITMENT, DEPARTMENT_KINDS, ITEMS, Approval, Department
from survey.policies.documents import CITED, MAY_CITE, check_cited, check_unique, check_words, cited, entries
from survey.policies.schema import KINDS
from survey.policies.stages import CONFIDENCE, EVENTS, FACTS, STAGES, Condition, Stage
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from survey.policies.documents import Document, Path

HALF_DAYS = {"working_day": 2, "half_day": 1}
"""How many half working days each unit of a time has."""

_DEPARTMENT = {"key": str, "kind": str, "name_zh": str, "name_en": str, **CITED}
_STAGE = {
    "id": str, "key": str, "subject_zh": str, "subject_en": str, "lead": list, "lead_zh": str, "lead_en": str,
    "confidence": str, **CITED,
}  # fmt: skip
_STAGE_MORE = {
    "limit": (int, float), "unit": str, "same_day": str, "start_event": str, "start": str, "end_event": str,
    "condition": dict, **MAY_CITE,
}  # fmt: skip
_CONDITION = {"departments_least": int, "departments_most": int, "utilities": list, "facts": list, "unless": list}
_APPROVAL = {
    "id": str, "item": str, "quantity": str, "subject_zh": str, "subject_en": str, "departments": list, **CITED,
}  # fmt: skip
_APPROVAL_MORE = {"applied_by": str, "by_commitment": str, **MAY_CITE}


def read_departments(document: Document) -> tuple[Department, ...]:
    """Return the departments of ``departments.toml``; those with faults are left out and the faults noted."""
    found: dict[str, Department] = {}
    for _, table, at in entries(document, "department"):
        if not document.shape(table, at, _DEPARTMENT, MAY_CITE):
            continue
        document.one_of(table["kind"], (*at, "kind"), DEPARTMENT_KINDS)
        check_cited(document, table, at)
        if table["key"] in found:
            key = table["key"]
            document.fault(
                "policy.duplicate_rule", (*at, "key"), f"部门“{key}”重复", f"department {key!r} is given twice"
            )
        elif not document.faults:
            names = {key: table[key] for key in ("key", "kind", "name_zh", "name_en")}
            found[table["key"]] = Department(**names, **cited(document, table))
    return tuple(found.values())


def read_stages(document: Document, departments: Sequence[str] | None, seen: dict[str, Path]) -> tuple[Stage, ...]:
    """Return the stages of ``stages.toml``; none where a fault was noted."""
    kept = []
    for _, table, at in entries(document, "stage"):
        if not document.shape(table, at, _STAGE, _STAGE_MORE):
            continue
        check_unique(document, table["id"], at, seen)
        check_cited(document, table, at)
        document.one_of(table["key"], (*at, "key"), STAGES)
        document.one_of(table["confidence"], (*at, "confidence"), CONFIDENCE)
        check_words(document, table["lead"], (*at, "lead"), departments)
        _check_time(document, table, at)
        _check_condition(document, table, at)
        kept.append(table)
    return () if document.faults else tuple(_stage(document, table) for table in kept)


def _check_time(document: Document, table: dict[str, Any], at: Path) -> None:
    timed = "limit" in table or "same_day" in table
    _check_limit(document, table, at)
    for key in ("start_event", "end_event"):
        if key in table:
            document.one_of(table[key], (*at, key), EVENTS)
        elif timed:
            document.fault("policy.no_event", (*at, key), f"有时限而无“{key}”", f"a time without {key!r}")
    for key, known in (("start", ("named", "inferred")), ("same_day", ("yes",))):
        if key in table:
            document.one_of(table[key], (*at, key), known)
    if (table["confidence"] == "blank") == timed:
        document.fault("policy.value", (*at, "confidence"), "“blank”表示文件未规定时限，与所给时限矛盾",
                       "'blank' says that the document gives no time")  # fmt: skip


def _check_limit(document: Document, table: dict[str, Any], at: Path) -> None:
    if ("limit" in table) != ("unit" in table):
        key = "unit" if "limit" in table else "limit"
        document.fault("policy.missing", (*at, key), f"缺少“{key}”", f"{key!r} is missing")
    elif "limit" in table and table["unit"] not in HALF_DAYS:
        units = ", ".join(HALF_DAYS)
        document.fault("policy.unit", (*at, "unit"), f"单位“{table['unit']}”不是时限的单位，可用：{units}",
                       f"unit {table['unit']!r} does not fit a time: {units}")  # fmt: skip
    elif "limit" in table:
        half_days = table["limit"] * HALF_DAYS[table["unit"]]
        if not 0 <= half_days < float("inf") or half_days != int(half_days):
            document.fault("policy.value", (*at, "limit"), "时限须为非负的半天数", "a time is a number of half days")


def _check_condition(document: Document, table: dict[str, Any], at: Path) -> None:
    condition = table.get("condition")
    at = (*at, "condition")
    if condition is None or not document.shape(condition, at, {}, _CONDITION):
        return
    for key, known in (("utilities", UTILITIES), ("facts", FACTS), ("unless", FACTS)):
        check_words(document, condition.get(key, []), (*at, key), known)
    least, most = condition.get("departments_least", 1), condition.get("departments_most", 99)
    if not 1 <= least <= most:
        document.fault("policy.value", at, "部门数的范围不成立", "no number of departments is in this range")


def _stage(document: Document, table: dict[str, Any]) -> Stage:
    plain = {key: table[key] for key in _STAGE if key not in CITED and key != "lead"}
    condition = table.get("condition")
    return Stage(
        **plain,
        lead=tuple(table["lead"]),
        half_days=int(table["limit"] * HALF_DAYS[table["unit"]]) if "limit" in table else None,
        same_day="same_day" in table,
        start_event=table.get("start_event", ""),
        end_event=table.get("end_event", ""),
        start_inferred=table.get("start") == "inferred",
        condition=None if condition is None else Condition(**{k: _frozen(v) for k, v in condition.items()}),
        **cited(document, table),
    )


def _frozen(value: Any) -> Any:  # noqa: ANN401 - a number or a list of words
    return tuple(value) if isinstance(value, list) else value


def read_approvals(
    document: Document, departments: Sequence[str] | None, seen: dict[str, Path]
) -> tuple[Approval, ...]:
    """Return the permissions of ``approvals.toml``; none where a fault was noted."""
    kept = []
    for _, table, at in entries(document, "approval"):
        if not document.shape(table, at, _APPROVAL, _APPROVAL_MORE):
            continue
        check_unique(document, table["id"], at, seen)
        check_cited(document, table, at)
        document.one_of(table["item"], (*at, "item"), ITEMS)
        document.one_of(table["quantity"], (*at, "quantity"), KINDS["approval"])
        check_words(document, table["departments"], (*at, "departments"), departments)
        document.one_of(table.get("applied_by", ""), (*at, "applied_by"), APPLIED_BY)
        document.one_of(table.get("by_commitment", ""), (*at, "by_commitment"), BY_COMMITMENT)
        kept.append(table)
    return () if document.faults else tuple(_approval(document, table) for table in kept)


def _approval(document: Document, table: dict[str, Any]) -> Approval:
    plain = {key: table[key] for key in _APPROVAL if key not in CITED and key != "departments"}
    return Approval(
        **plain,
        departments=tuple(table["departments"]),
        applied_by=table.get("applied_by", ""),
        by_commitment=table.get("by_commitment", ""),
        **cited(document, table),
    )
