"""Read a county's forms and its other provisions; note every fault with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from survey.policies.approvals import ITEMS
from survey.policies.conduct import MEASURES, PROVISIONS, UNTIL, VALUE_UNITS, Provision
from survey.policies.documents import CITED, MAY_CITE, check_cited, check_unique, check_words, cited, entries
from survey.policies.forms import (
    CHECKS,
    FIELD_TYPES,
    FIELD_UNITS,
    FORM_KEYS,
    WITH_OPTIONS,
    WITH_UNIT,
    Form,
    FormField,
    Group,
    Option,
)
from survey.policies.stages import STAGES
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from survey.policies.documents import Document, Path

_YES_NO = {"yes": True, "no": False}
_FORM = {"id": str, "key": str, "name_zh": str, "name_en": str, "attached": str, **CITED}
_FORM_MORE = {"group": list, "field": list, **MAY_CITE}
_GROUP = {"key": str, "name_zh": str, "name_en": str}
_GROUP_MORE = {"optional": str, "utility": str}
_FIELD = {"key": str, "group": str, "label_zh": str, "label_en": str, "type": str, "quote": str}
_FIELD_MORE = {
    "options_zh": list, "options_en": list, "unit": str, "required": str, "check": str, "text_zh": str, "text_en": str,
}  # fmt: skip
_PROVISION = {"id": str, "kind": str, "subject_zh": str, "subject_en": str, **CITED}
_PROVISION_MORE = {
    "departments": list, "measures": list, "step": int, "stage": str, "form": str, "items": list,
    "value": (int, float), "unit": str, "until": str, **MAY_CITE,
}  # fmt: skip


def read_forms(document: Document, seen: dict[str, Path]) -> tuple[Form, ...]:
    """Return the forms of ``form.toml``; none where a fault was noted."""
    kept = []
    for _, table, at in entries(document, "form"):
        if not document.shape(table, at, _FORM, _FORM_MORE):
            continue
        check_unique(document, table["id"], at, seen)
        check_cited(document, table, at)
        document.one_of(table["key"], (*at, "key"), FORM_KEYS)
        if document.one_of(table["attached"], (*at, "attached"), _YES_NO):
            _check_fields(document, table, at)
        kept.append(table)
    return () if document.faults else tuple(_form(document, table) for table in kept)


def _check_fields(document: Document, form: dict[str, Any], at: Path) -> None:
    groups = set()
    for number, group in enumerate(form.get("group", [])):
        here = (*at, "group", number)
        if document.shape(group, here, _GROUP, _GROUP_MORE):
            groups.add(group["key"])
            document.one_of(group.get("optional", "no"), (*here, "optional"), _YES_NO)
            document.one_of(group.get("utility", "water"), (*here, "utility"), UTILITIES)
    keys: set[str] = set()
    fields = form.get("field", [])
    if (form["attached"] == "yes") != bool(fields):
        document.fault("policy.value", (*at, "attached"), "附有表单的须有栏目，文件未附的不得有栏目",
                       "a form that is at hand has fields, one that is not has none")  # fmt: skip
    for number, field in enumerate(fields):
        here = (*at, "field", number)
        if document.shape(field, here, _FIELD, _FIELD_MORE):
            _check_field(document, field, here, tuple(groups))
            if field["key"] in keys:
                key = field["key"]
                document.fault(
                    "policy.duplicate_rule", (*here, "key"), f"栏目“{key}”重复", f"field {key!r} is given twice"
                )
            keys.add(field["key"])


def _check_field(document: Document, field: dict[str, Any], at: Path, groups: tuple[str, ...]) -> None:
    document.one_of(field["group"], (*at, "group"), groups)
    document.one_of(field["type"], (*at, "type"), FIELD_TYPES)
    document.one_of(field.get("required", "yes"), (*at, "required"), ("yes",))
    for key, known in (("unit", FIELD_UNITS), ("check", CHECKS)):
        if key in field:
            document.one_of(field[key], (*at, key), known)
    if "unit" in field and field["type"] not in WITH_UNIT:
        document.fault("policy.unit", (*at, "unit"), "这类栏目没有单位", "such a field has no unit")
    zh, en = field.get("options_zh", []), field.get("options_en", [])
    if (field["type"] in WITH_OPTIONS) != bool(zh) or len(zh) != len(en):
        document.fault("policy.value", (*at, "options_zh"), "选项与栏目类型不符，或中英文个数不同",
                       "the options do not fit the type, or are not as many in both languages")  # fmt: skip
    if not field["quote"].strip():
        document.fault("policy.missing", (*at, "quote"), "缺少原文", "the quotation is missing")


def _form(document: Document, table: dict[str, Any]) -> Form:
    return Form(
        **{key: table[key] for key in ("id", "key", "name_zh", "name_en")},
        attached=_YES_NO[table["attached"]],
        groups=tuple(
            Group(**{**group, "optional": _YES_NO[group.get("optional", "no")]}) for group in table.get("group", [])
        ),
        fields=tuple(_field(field) for field in table.get("field", [])),
        **cited(document, table),
    )


def _field(table: dict[str, Any]) -> FormField:
    options = zip(table.get("options_zh", []), table.get("options_en", []), strict=True)
    plain = {key: value for key, value in table.items() if key not in ("options_zh", "options_en", "required")}
    return FormField(
        **plain,
        options=tuple(Option(zh=zh, en=en) for zh, en in options),
        required=True if "required" in table else None,
    )


def read_provisions(
    document: Document, departments: Sequence[str] | None, form_ids: Sequence[str] | None, seen: dict[str, Path]
) -> tuple[Provision, ...]:
    """Return the provisions of ``conduct.toml``; none where a fault was noted."""
    kept = []
    for _, table, at in entries(document, "provision"):
        if not document.shape(table, at, _PROVISION, _PROVISION_MORE):
            continue
        check_unique(document, table["id"], at, seen)
        check_cited(document, table, at, silent=table["kind"] == "blank")
        document.one_of(table["kind"], (*at, "kind"), PROVISIONS)
        for key, known in (("departments", departments), ("items", ITEMS), ("measures", MEASURES)):
            check_words(document, table.get(key, []), (*at, key), known)
        check_words(document, [table["form"]] if "form" in table else [], (*at, "form"), form_ids)
        for key, words in (("stage", STAGES), ("until", UNTIL)):
            if key in table:
                document.one_of(table[key], (*at, key), words)
        _check_provision(document, table, at)
        kept.append(table)
    return () if document.faults else tuple(_provision(document, table) for table in kept)


def _check_provision(document: Document, table: dict[str, Any], at: Path) -> None:
    for measure in table.get("measures", []):
        kind = MEASURES[measure][0] if measure in MEASURES else table["kind"]
        if kind != table["kind"]:
            document.fault(
                "policy.value", (*at, "measures"), f"“{measure}”不属于这类规定", f"{measure!r} belongs to {kind}"
            )
    if ("value" in table) != ("unit" in table):
        key = "unit" if "value" in table else "value"
        document.fault("policy.missing", (*at, key), f"缺少“{key}”", f"{key!r} is missing")
    elif "unit" in table and table["unit"] not in VALUE_UNITS:
        units = ", ".join(VALUE_UNITS)
        document.fault("policy.unit", (*at, "unit"), f"单位“{table['unit']}”不适用，可用：{units}",
                       f"unit {table['unit']!r} does not fit: {units}")  # fmt: skip
    if table["kind"] == "tacit_consent" and "stage" not in table:
        document.fault("policy.missing", (*at, "stage"), "缺少“stage”：对哪一阶段的沉默", "silence at which 'stage'?")
    if table["kind"] == "penalty" and "step" not in table:
        document.fault("policy.missing", (*at, "step"), "缺少“step”：第几步", "'step' is missing")


def _provision(document: Document, table: dict[str, Any]) -> Provision:
    plain = {key: table[key] for key in (*_PROVISION, *_PROVISION_MORE) if key in table}
    plain = {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()}
    return Provision(**{**plain, **cited(document, table)})
