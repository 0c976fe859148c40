"""Say what a county's forms ask: groups, fields, options and units, exactly as printed."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from survey.policies.cited import Cited

if TYPE_CHECKING:
    from survey.policies.stages import Words

FIELD_TYPES: Words = MappingProxyType(
    {
        "text": ("文本", "text"),
        "integer": ("整数", "whole number"),
        "number": ("数值", "number"),
        "number_or_text": ("数值/文本", "number or text"),
        "date": ("日期", "date"),
        "tick": ("勾选", "tick"),
        "choice": ("单选", "one of"),
        "choices": ("多选", "any of"),
        "choice_or_choices": ("单/多选", "one or several of: the form does not say"),
        "select": ("选择", "picked from a list that the form does not show"),
        "note": ("说明文字", "printed note"),
        "clause": ("固定条款", "printed clause"),
        "signature": ("签章", "signature and seal"),
    }
)
"""The types of field that the forms print."""

FIELD_UNITS: Words = MappingProxyType(
    {
        "只": ("只", "meters"),
        "千伏安(千瓦)": ("千伏安(千瓦)", "kVA (kW)"),
        "平方米": ("平方米", "m²"),
        "个": ("个", "buildings"),
        "户": ("户", "households"),
        "吨/日": ("吨/日", "t/d"),
        "立方米/日": ("立方米/日", "m³/d"),
    }
)
"""The units that the forms print beside a number."""

CHECKS: Words = MappingProxyType(
    {
        "credit_code": ("统一社会信用代码（GB 32100 校验位）", "unified social credit code, GB 32100 check digit"),
        "id_number": ("居民身份证号码（GB 11643 校验位）", "identity card number, GB 11643 check digit"),
        "phone": ("电话号码", "telephone number"),
    }
)
"""What an entry can be held against."""

WITH_OPTIONS = frozenset({"choice", "choices", "choice_or_choices"})
WITH_UNIT = frozenset({"integer", "number", "number_or_text"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One box of a field."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a form.

    Parameters
    ----------
    key
        Unique in the form.
    group
        Key of the form's group.
    label_zh, label_en
        What stands beside the field; a slip of the pen in the form is mended here and kept in ``quote``.
    type
        Of `FIELD_TYPES`.
    options, unit
        As printed; ``unit`` is empty where none is.
    required
        True where the form marks it so; None where it does not say.
    check
        Of `CHECKS`; empty for none. Not in the document: what the kind of number itself implies.
    text_zh, text_en
        Words that the form prints in the field: of a note, a clause, a remark beside it.
    quote
        The words of the form.
    """

    key: str
    group: str
    label_zh: str
    label_en: str
    type: str
    quote: str
    options: tuple[Option, ...] = ()
    unit: str = ""
    required: bool | None = None
    check: str = ""
    text_zh: str = ""
    text_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A part of a form; ``utility`` is the key of the utility it asks about, empty for none or several."""

    key: str
    name_zh: str
    name_en: str
    optional: bool = False
    utility: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Cited):
    """A form of a county.

    Parameters
    ----------
    id
        Unique in the policy.
    key
        ``application``, ``demand``, ``commitment``: what it is for.
    attached
        Whether the text at hand holds the form. Where it does not, there are no fields: 文件未附, and none are made up.
    """

    id: str
    key: str
    name_zh: str
    name_en: str
    attached: bool
    groups: tuple[Group, ...]
    fields: tuple[FormField, ...]

    def field(self, key: str) -> FormField:
        """Return a field by its key.

        Raises
        ------
        KeyError
            If the form has no such field.
        """
        for one in self.fields:
            if one.key == key:
                return one
        raise KeyError(key)


FORM_KEYS: Words = MappingProxyType(
    {
        "application": ("联合报装申请", "joint application"),
        "demand": ("需求信息采集", "collection of demand"),
        "commitment": ("承诺书", "letter of commitment"),
    }
)
"""What a form is for."""
