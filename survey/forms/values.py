"""Hold a filled form against exactly its fields: every fault at once, and the entries in their normal form."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from geo.faults import BadInputError, Fault, refuse
from survey.forms.bounds import BOUNDS
from survey.forms.official_numbers import masked
from survey.forms.reading import Entry, is_blank, read_entry
from survey.utilities import utility_key

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from survey.forms.bounds import Bounds
    from survey.policies import Form, FormField, Policy

NOT_FILLED = frozenset({"note", "clause", "signature"})
"""Types of field that carry no entry."""
PRIVATE = frozenset({"id_number"})
"""Checks whose numbers are shown masked once they are entered."""
_KEYS = ("application", "demand", "commitment")


@dataclass(frozen=True, slots=True)
class Filled:
    """A form with its entries in their normal form; a field that was left blank is not among them.

    Attributes
    ----------
    form
        The form.
    entries
        By field key, in the form's order: text, number, tick, tuple of options in Chinese, date as ISO text.
    draft
        Whether what is missing was let pass.
    """

    form: Form
    entries: Mapping[str, Entry]
    draft: bool = False

    def as_dict(self, *, full_numbers: bool = False) -> dict[str, Any]:
        """Return the entries as plain values for JSON; private numbers masked unless ``full_numbers``."""
        hidden = frozenset() if full_numbers else private_fields(self.form)
        return {
            key: masked(str(entry)) if key in hidden else list(entry) if isinstance(entry, tuple) else entry
            for key, entry in self.entries.items()
        }


@dataclass(frozen=True, slots=True)
class Checked:
    """What is to be said of the entries of a form, right or wrong.

    Attributes
    ----------
    entries
        Those that are right, in their normal form.
    wrong
        What is wrong with an entry, or between two; a draft must not have it either when it is printed.
    missing
        What is still to be done before the form is handed in: required fields, boxes to tick.
    """

    entries: Mapping[str, Entry]
    wrong: tuple[Fault, ...]
    missing: tuple[Fault, ...]


def check(form: Form, values: Mapping[str, Any], *, on: dt.date | None = None, bounds: Bounds = BOUNDS) -> Checked:
    """Return everything that is to be said of a form's values; parameters as those of `fill`.

    Raises
    ------
    BadInputError
        If the values are no mapping.

    Examples
    --------
    >>> from survey.policies import load_policy
    >>> form = main_form(load_policy("wuzhi"))
    >>> told = check(form, {"water.meters": 3, "basic.phone": "123"})
    >>> dict(told.entries), [fault.code for fault in (*told.wrong, *told.missing)]
    ({'water.meters': 3}, ['phone.form', 'form.not_ticked'])
    """
    if not isinstance(values, Mapping):
        raise BadInputError([Fault("form.not_a_mapping", "表单数据应为“栏目: 内容”", "a form is field: entry",
                                   "写成 JSON 对象", "write a JSON object")])  # fmt: skip
    wrong = list(_unknown(form, values))
    entries: dict[str, Entry] = {}
    for field in form.fields:
        value = values.get(field.key)
        if is_blank(value):
            continue
        try:
            entries[field.key] = read_entry(field, value, bounds, on)
        except BadInputError as error:
            wrong.extend(error.faults)
    wrong.extend(_out_of_order(form, entries))
    missing = (*_missing(form, values), *_unticked(form, entries))
    return Checked(MappingProxyType(entries), tuple(wrong), missing)


def fill(
    form: Form, values: Mapping[str, Any], *, draft: bool = False, on: dt.date | None = None, bounds: Bounds = BOUNDS
) -> Filled:
    """Return a form filled with values.

    Parameters
    ----------
    form
        A county's form. One that the county's text does not include (文件未附) has no fields and takes no value.
    values
        By field key. A blank (None, empty, blanks only) is the same as leaving the field out. Numbers may be text,
        of full width too; options may be given in either language.
    draft
        Let required fields be missing and groups be unticked; what is there must be right all the same.
    on
        The day of entry: nobody is born after it. None: unchecked.
    bounds
        How large entries may be.

    Raises
    ------
    BadInputError
        With every fault: unknown fields, entries that do not fit their type, unit, options or check digit, required
        fields left blank, entries in a group that is not ticked, a last day before the first.

    Examples
    --------
    >>> from survey.policies import load_policy
    >>> form = main_form(load_policy("chibi"))
    >>> filled = fill(form, {"water.demand": "１２.５", "water.business": "增容", "basic.phone": "138 0013 8000"})
    >>> dict(filled.entries)
    {'basic.phone': '13800138000', 'water.business': '增容', 'water.demand': 12.5}
    """
    checked = check(form, values, on=on, bounds=bounds)
    refuse(checked.wrong if draft else (*checked.wrong, *checked.missing))
    return Filled(form, checked.entries, draft)


def blank(form: Form) -> Filled:
    """Return a form with nothing entered, as it is printed to be filled in by hand."""
    return Filled(form, MappingProxyType({}))


def fault_of(field: FormField, value: Any, *, on: dt.date | None = None, bounds: Bounds = BOUNDS) -> Fault | None:  # noqa: ANN401 - from JSON
    """Return what is wrong with one entry, for a form that is checked while it is typed; None where nothing is.

    >>> from survey.policies import load_policy
    >>> form = main_form(load_policy("huaibei"))
    >>> fault_of(form.field("basic.phone"), "123").code, fault_of(form.field("basic.phone"), " ")
    ('phone.form', None)
    """
    if is_blank(value):
        return None
    try:
        read_entry(field, value, bounds, on)
    except BadInputError as error:
        return error.faults[0]
    return None


def main_form(policy: Policy, form: str = "") -> Form:
    """Return a county's form by its id; without one, what an applicant fills in: attached before not attached.

    Raises
    ------
    BadInputError
        If the county has no such form, or none at all.

    >>> from survey.policies import load_policy
    >>> main_form(load_policy("huaibei")).id, main_form(load_policy("neixiang")).attached
    ('HB-FM2', False)
    """
    if form:
        for one in policy.forms:
            if one.id == form:
                return one
    elif policy.forms:
        return min(policy.forms, key=lambda one: (one.key == "commitment", not one.attached, _KEYS.index(one.key)))
    zh = "、".join(f"{one.id}（{one.name_zh}）" for one in policy.forms) or "无"
    en = ", ".join(f"{one.id} ({one.name_en})" for one in policy.forms) or "none"
    raise BadInputError([Fault("form.unknown", f"{policy.county_zh}没有这张表", f"{policy.county_en} has no such form",
                               f"可用：{zh}", f"use one of: {en}", field="form", value=form)])  # fmt: skip


def private_fields(form: Form) -> frozenset[str]:
    """Return the keys of the fields whose entry is masked wherever the form itself does not demand it.

    >>> from survey.policies import load_policy
    >>> sorted(private_fields(main_form(load_policy("wuzhi"))))
    ['basic.id_number']
    """
    return frozenset(field.key for field in form.fields if field.check in PRIVATE)


def wanted_utilities(filled: Filled) -> tuple[str, ...]:
    """Return the keys of the utilities that a filled form asks for, in the form's order.

    Those whose group is ticked, or has an entry where it has no tick; and those named by an option such as 用水报装 or
    有线电视. Empty where the form does not ask by utility.

    >>> from survey.policies import load_policy
    >>> form = main_form(load_policy("chibi"))
    >>> wanted_utilities(fill(form, {"basic.wanted": ["用水报装", "有线电视"], "gas.demand": 3}))
    ('water', 'broadcast', 'gas')
    """
    form, found = filled.form, dict[str, None]()
    ticks = {field.group: field.key for field in form.fields if field.type == "tick"}
    utilities = {group.key: group.utility for group in form.groups}
    for field in form.fields:
        entry = filled.entries.get(field.key)
        if entry is None:
            continue
        utility = utilities[field.group]
        if isinstance(entry, tuple) and not utility:
            found.update(dict.fromkeys(_named(entry)))
        elif utility and (entry is True if field.group in ticks else not isinstance(entry, bool)):
            found[utility] = None
    return tuple(found)


def _named(options: Sequence[str]) -> Iterable[str]:
    """Return the utilities that options such as 用水报装 name."""
    keys = (utility_key(option.removesuffix("报装").removeprefix("用")) for option in options)
    return (key for key in keys if key is not None)


# ------------------------------------------------------------------------------------------------- of the whole form


def _unknown(form: Form, values: Mapping[str, Any]) -> Iterable[Fault]:
    keys = [field.key for field in form.fields]
    for key in values:
        if key in keys:
            continue
        if not form.attached:
            yield Fault("form.not_attached", f"“{form.name_zh}”文件未附，没有可填的栏目",
                        f"{form.name_en}: not attached to the document, so it has no fields",
                        "用主管部门发布的表样", "use the form the department hands out", field=str(key))  # fmt: skip
            continue
        near = difflib.get_close_matches(str(key), keys, 1)
        mend = (f"是否为 {near[0]}", f"perhaps {near[0]}") if near else ("去掉这一栏", "leave it out")
        yield Fault("form.unknown_field", "表中没有这一栏", "the form has no such field", *mend, field=str(key))


def _missing(form: Form, values: Mapping[str, Any]) -> Iterable[Fault]:
    for field in form.fields:
        if field.required and field.type not in NOT_FILLED and is_blank(values.get(field.key)):
            yield Fault("form.required", f"“{field.label_zh}”为必填", f"{field.label_en} is required",
                        "填写这一栏，或存为草稿", "fill it in, or save a draft", field=field.key)  # fmt: skip


def _unticked(form: Form, entries: Mapping[str, Entry]) -> Iterable[Fault]:
    """Return a fault for each group with entries whose own box is not ticked: it is not clear what is wanted."""
    for tick in (field for field in form.fields if field.type == "tick"):
        filled = [f for f in form.fields if f.group == tick.group and f is not tick and f.key in entries]
        if filled and not entries.get(tick.key):
            zh, en = "、".join(f.label_zh for f in filled), ", ".join(f.label_en for f in filled)
            yield Fault("form.not_ticked", f"填了{zh}，但未勾选“{tick.label_zh}”",
                        f"{en} are filled in, but “{tick.label_en}” is not ticked",
                        "勾选，或清空该组各栏", "tick it, or empty the group", field=tick.key)  # fmt: skip


def _out_of_order(form: Form, entries: Mapping[str, Entry]) -> Iterable[Fault]:
    """Return a fault for each pair of dates of one label, 起 and 止, of which the last comes first."""
    for last in (field for field in form.fields if field.type == "date" and field.label_zh.endswith("-止")):
        stem = last.label_zh.removesuffix("止")
        first = next((f for f in form.fields if f.label_zh == f"{stem}起"), None)
        if first and first.key in entries and last.key in entries and str(entries[last.key]) < str(entries[first.key]):
            yield Fault("form.dates_reversed", f"“{last.label_zh}”早于“{first.label_zh}”",
                        f"{last.label_en} is before {first.label_en}", "核对两个日期", "compare the two dates",
                        field=last.key, value=entries[last.key])  # fmt: skip
