"""Read a county's rules from TOML; refuse with file and line whatever is unclear, all faults at once."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from geo.faults import BadInputError, Fault, refuse
from survey.office_hours import check_working_time, read_working_time
from survey.policies.documents import CITED, MAY_CITE, Document, check_unique
from survey.policies.paper_reader import read_forms, read_provisions
from survey.policies.schema import (
    DRAWN_BY,
    KINDS,
    QUANTITIES,
    READINGS,
    ROAD_CLASSES,
    VERDICTS,
    Consequence,
    Defaults,
    Policy,
    Reading,
    Rule,
    Together,
)
from survey.policies.stage_reader import read_approvals, read_departments, read_stages
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

    from survey.policies.approvals import Approval
    from survey.policies.documents import Path

PROCEDURE = ("departments.toml", "stages.toml", "approvals.toml", "form.toml", "conduct.toml")
"""The files of a county's procedure; what is not entered is not there."""

_POLICY_KEYS = {
    "id": str, "county_zh": str, "county_en": str, "document": str, "title": str, "issued": str,
    "issued_evidence_zh": str, "issued_evidence_en": str,
}  # fmt: skip
_RULE_KEYS = {
    "id": str, "kind": str, "quantity": str, "subject_zh": str, "subject_en": str, "document": str, "clause": str,
    "quote": str, "evidence_zh": str, "evidence_en": str, "valid_from": date,
}  # fmt: skip
_EVIDENCE = {"evidence_zh": str, "evidence_en": str}
_RULE_MORE = {
    "op": str,
    "value": (int, float, list),
    "unit": str,
    "valid_to": date,
    "reading": list,
    "consequence": dict,
}
_SAYS = {"taken_zh": str, "taken_en": str, "other_zh": str, "other_en": str, **_EVIDENCE}
_READING_KEYS = {"id": str, "taken": str, "other": str, **_SAYS}
_CONSEQUENCE_KEYS = {
    "verdict": str, "zh": str, "en": str, "document": str, "clause": str, "quote": str, **_EVIDENCE,
}  # fmt: skip
_TOGETHER_KEYS = {
    "id": str, "within_months": int, "branch": str, "gap": str,
    "unknown_operator": str, "unknown_start": str, **_SAYS,
}  # fmt: skip
_COUNTY_KEYS = {
    "grid": str, "accuracy_m": dict, "accuracy_source": dict, "working_width_m": dict, "working_width_source": dict,
}  # fmt: skip
_MAY_BE_EMPTY = frozenset({"quote"})


def policy_ids() -> tuple[str, ...]:
    """Return the ids of the counties whose rules are here, sorted.

    Examples
    --------
    >>> "neixiang" in policy_ids()
    True
    """
    folder = files("survey.policies")
    return tuple(sorted(f.name for f in folder.iterdir() if f.is_dir() and (f / "policy.toml").is_file()))


@lru_cache(maxsize=32)
def load_policy(policy_id: str) -> Policy:
    """Return a county's rules by id; read once, then kept.

    Raises
    ------
    BadInputError
        If there is no such policy, or its files have faults (every one, with file and line).

    Examples
    --------
    >>> policy = load_policy("neixiang")
    >>> policy.document, policy.rule("NX-TH1").limit, policy.rule("NX-TH1").clause
    ('内城管〔2022〕125号', 15.0, '四(二)')
    """
    known = policy_ids()
    if policy_id not in known:
        raise BadInputError([
            Fault("policy.unknown", "没有这个县的规则", "no rules of that name", f"可用：{'、'.join(known)}",
                  f"use one of: {', '.join(known)}", field="policy", value=policy_id)
        ])  # fmt: skip
    return read_policy(files("survey.policies") / policy_id)


def read_policy(folder: Traversable) -> Policy:
    """Read the files of a county's folder; ``policy.toml`` and ``county.toml`` are needed, `PROCEDURE` may be there.

    Raises
    ------
    BadInputError
        With every fault of all files.
    """
    texts = {name: (folder / name).read_text("utf-8") for name in PROCEDURE if (folder / name).is_file()}
    return parse_policy(
        (folder / "policy.toml").read_text("utf-8"),
        (folder / "county.toml").read_text("utf-8"),
        texts,
        place=folder.name,
    )


def parse_policy(
    policy_text: str, county_text: str, texts: Mapping[str, str] = MappingProxyType({}), *, place: str = ""
) -> Policy:
    """Build a `Policy` from the text of its files.

    Parameters
    ----------
    policy_text, county_text
        Of ``policy.toml`` and ``county.toml``.
    texts
        Of the files of `PROCEDURE`, by name.
    place
        The folder's name, for faults.

    Raises
    ------
    BadInputError
        With every fault: what is no TOML, a key met twice, unknown or missing, a value of the wrong type, a unit that
        does not fit, a department that is not listed, a time without the event that starts it, a reading that judging
        does not know, a rule id met twice, dates the wrong way round.
    """
    prefix = f"{place}/" if place else ""
    law = Document.parse(policy_text, f"{prefix}policy.toml")
    county = Document.parse(county_text, f"{prefix}county.toml")
    more = {name: Document.parse(text, prefix + name) for name, text in texts.items()}
    seen: dict[str, Path] = {}
    if law.readable:
        _check_policy(law, seen)
    if county.readable:
        _check_county(county)
    parts = _read_procedure(more, seen)
    refuse([fault for document in (law, county, *more.values()) for fault in document.faults])
    return _build(law, county, parts)


def _read_procedure(more: Mapping[str, Document], seen: dict[str, Path]) -> dict[str, Any]:
    """Return the parts of `Policy` that the files of `PROCEDURE` hold; departments first, the others name them."""

    def at_hand(name: str) -> Document | None:
        document = more.get(name)
        return document if document is not None and document.readable else None

    parts: dict[str, Any] = {}
    if document := at_hand("departments.toml"):
        parts["departments"] = read_departments(document)
    departments = _listed(more, "departments.toml", "department", "key")
    if document := at_hand("stages.toml"):
        parts["stages"] = read_stages(document, departments, seen)
    if document := at_hand("approvals.toml"):
        parts["approvals"] = read_approvals(document, departments, seen)
    if document := at_hand("form.toml"):
        parts["forms"] = read_forms(document, seen)
    if document := at_hand("conduct.toml"):
        forms = _listed(more, "form.toml", "form", "id")
        parts["provisions"] = read_provisions(document, departments, forms, seen)
    return parts


def _listed(more: Mapping[str, Document], file: str, name: str, key: str) -> list[str] | None:
    """Return the names that a file lists; None where it cannot be read, so that its one fault makes no others."""
    document = more.get(file)
    if document is None:
        return []
    found = document.data.get(name, []) if document.readable else None
    if not isinstance(found, list):
        return None
    return [str(one.get(key, "")) for one in found if isinstance(one, dict)]


def _check_policy(law: Document, seen: dict[str, Path]) -> None:
    law.shape(law.data, (), {**_POLICY_KEYS, "rule": list}, {"together": dict})
    rules = law.data.get("rule", [])
    for number, rule in enumerate(rules if isinstance(rules, list) else []):
        at: Path = ("rule", number)
        if law.shape(rule, at, _RULE_KEYS, _RULE_MORE):
            _check_rule(law, rule, at)
        if isinstance(rule.get("id"), str):
            check_unique(law, rule["id"], at, seen)
    kinds = [rule.get("kind") for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []
    if not {"basis", "threshold"} & set(kinds):
        law.fault("policy.no_basis", ("rule",), "既无限值也无“basis”规则：未说明外线工程怎样办理",
                  "neither a threshold nor a basis: nothing says what a route in scope gets")  # fmt: skip
    together = law.data.get("together")
    if isinstance(together, dict) and law.shape(together, ("together",), _TOGETHER_KEYS, {}):
        for key in ("unknown_operator", "unknown_start", "branch", "gap"):
            law.one_of(together[key], ("together", key), ("together", "apart"))


def _check_rule(law: Document, rule: dict[str, Any], at: Path) -> None:
    if not law.one_of(rule["kind"], (*at, "kind"), KINDS):
        return
    if not law.one_of(rule["quantity"], (*at, "quantity"), KINDS[rule["kind"]]):
        return
    if not rule["quote"].strip() and rule["kind"] != "blank":
        law.fault("policy.missing", (*at, "quote"), "缺少原文", "the quotation is missing")
    if "valid_to" in rule and rule["valid_to"] < rule["valid_from"]:
        law.fault("policy.dates", (*at, "valid_to"), "失效日早于生效日", "it ends before it begins")
    if rule["kind"] == "blank":
        _check_no_value(law, rule, at)
    else:
        _check_value(law, rule, at)
    for number, reading in enumerate(rule.get("reading", [])):
        _check_reading(law, rule, reading, (*at, "reading", number))
    consequence = rule.get("consequence")
    if consequence is not None and law.shape(consequence, (*at, "consequence"), _CONSEQUENCE_KEYS, {}):
        law.one_of(consequence["verdict"], (*at, "consequence", "verdict"), VERDICTS)


def _check_no_value(law: Document, rule: dict[str, Any], at: Path) -> None:
    for key in ("op", "value", "unit"):
        if key in rule:
            law.fault("policy.value", (*at, key), f"这类规则没有“{key}”", f"such a rule has no {key!r}")


def _check_value(law: Document, rule: dict[str, Any], at: Path) -> None:
    measure = QUANTITIES[rule["quantity"]]
    if measure.value == "none":
        _check_no_value(law, rule, at)
        return
    missing = [key for key in ("op", "value", "unit") if key not in rule]
    for key in missing:
        law.fault("policy.missing", (*at, key), f"缺少“{key}”", f"{key!r} is missing")
    if missing:
        return
    if rule["unit"] != measure.unit:
        law.fault("policy.unit", (*at, "unit"), f"单位“{rule['unit']}”与 {rule['quantity']} 不符，应为“{measure.unit}”",
                  f"unit {rule['unit']!r} does not fit {rule['quantity']}: {measure.unit!r}")  # fmt: skip
    law.one_of(rule["op"], (*at, "op"), measure.ops)
    words = {"road_class": ROAD_CLASSES, "utility": UTILITIES}.get(measure.value)
    if words is None:
        if not isinstance(rule["value"], (int, float)) or not 0 <= rule["value"] < float("inf"):
            law.fault("policy.value", (*at, "value"), "值应为非负数", "the value must be a number, not negative")
    elif not isinstance(rule["value"], list) or not rule["value"]:
        law.fault("policy.value", (*at, "value"), "值应为非空列表", "the value must be a list that is not empty")
    else:
        for word in rule["value"]:
            law.one_of(word, (*at, "value"), words)


def _check_reading(law: Document, rule: dict[str, Any], reading: dict[str, Any], at: Path) -> None:
    if not law.shape(reading, at, _READING_KEYS, {}) or not law.one_of(reading["id"], (*at, "id"), READINGS):
        return
    options, quantities = READINGS[reading["id"]]
    law.one_of(rule["quantity"], (*at, "id"), quantities)
    for key in ("taken", "other"):
        law.one_of(reading[key], (*at, key), options)
    if reading["taken"] == reading["other"]:
        law.fault("policy.reading", (*at, "other"), "两种读法相同", "both readings are the same")
    if reading["id"] == "last_day" and rule.get("op") != {"protected": "<=", "free": "<"}.get(reading["taken"]):
        law.fault("policy.reading", (*at, "taken"), "“taken”与“op”矛盾：“<=”含最后一日，“<”不含",
                  "'taken' contradicts 'op': '<=' has the last day in it, '<' has not")  # fmt: skip


def _check_county(county: Document) -> None:
    if not county.shape(county.data, (), _COUNTY_KEYS, {"working_time": dict}):
        return
    check_working_time(county)
    need = dict.fromkeys((*DRAWN_BY, "roads", "greens"), (int, float))
    county.shape(county.data["accuracy_m"], ("accuracy_m",), need, {})
    county.shape(county.data["accuracy_source"], ("accuracy_source",), dict.fromkeys(need, str), {})
    county.shape(county.data["working_width_m"], ("working_width_m",), dict.fromkeys(UTILITIES, (int, float)), {})
    county.shape(county.data["working_width_source"], ("working_width_source",), {"all": str}, {})
    for table in ("accuracy_m", "working_width_m"):
        for key, value in county.data[table].items():
            if isinstance(value, (int, float)) and not 0 <= value < float("inf"):
                county.fault("policy.value", (table, key), "值应为非负数", "the value must be a number, not negative")


def _build(law: Document, county: Document, parts: dict[str, Any]) -> Policy:
    data = law.data
    defaults = Defaults(
        MappingProxyType({key: float(value) for key, value in county.data["accuracy_m"].items()}),
        MappingProxyType(dict(county.data["accuracy_source"])),
        MappingProxyType({key: float(value) for key, value in county.data["working_width_m"].items()}),
        county.data["working_width_source"]["all"],
        read_working_time(county.data.get("working_time")),
    )
    return Policy(
        **{key: data[key] for key in _POLICY_KEYS},
        grid=county.data["grid"],
        rules=_in_order([_rule(rule) for rule in data["rule"]], parts.get("approvals", ())),
        defaults=defaults,
        together=Together(**data["together"]) if "together" in data else None,
        lines={rule["id"]: law.lines[("rule", number)] for number, rule in enumerate(data["rule"])},
        **parts,
    )


def _in_order(rules: list[Rule], approvals: tuple[Approval, ...]) -> tuple[Rule, ...]:
    """Return what is judged: the permissions stand before what the document is silent on."""
    needed = [_needed(approval) for approval in approvals]
    said = [rule for rule in rules if rule.kind != "blank"]
    return (*said, *needed, *(rule for rule in rules if rule.kind == "blank"))


def _needed(approval: Approval) -> Rule:
    """Return a permission as the rule that tells which routes need it."""
    cited = {key: getattr(approval, key) for key in (*CITED, *MAY_CITE)}
    return Rule(
        id=approval.id, kind="approval", quantity=approval.quantity, subject_zh=approval.subject_zh,
        subject_en=approval.subject_en, op=None, value=None, unit="", **cited,
    )  # fmt: skip


def _rule(table: dict[str, Any]) -> Rule:
    value = table.get("value")
    return Rule(
        **{key: table[key] for key in _RULE_KEYS},
        op=table.get("op"),
        value=tuple(value) if isinstance(value, list) else None if value is None else float(value),
        unit=table.get("unit", ""),
        valid_to=table.get("valid_to"),
        readings=tuple(Reading(**reading) for reading in table.get("reading", [])),
        consequence=Consequence(**table["consequence"]) if "consequence" in table else None,
    )
