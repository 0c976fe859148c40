"""Read one entry of a form by its type, in its normal form, or say what is wrong with it."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from geo.faults import BadInputError, Fault
from survey.forms.official_numbers import FAULTS, bare_number, id_number_fault, masked, tidy_phone
from survey.policies.forms import FIELD_UNITS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from survey.forms.bounds import Bounds
    from survey.policies.forms import FormField

Entry = str | int | float | bool | tuple[str, ...]
"""An entry in its normal form; a date is ISO text, so that all of them are plain JSON values."""

_HALF = {code: code - 0xFEE0 for letters in ("０９", "Ａｚ") for code in range(ord(letters[0]), ord(letters[1]) + 1)}
_NUMERAL = {ord("．"): ".", ord("，"): ",", ord("－"): "-", ord("−"): "-", ord("＋"): "+"}
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DATE = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?")
_COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_YES = {"是": True, "否": False, "true": True, "false": False, "☑": True, "□": False, "☐": False}


def plain_text(text: str) -> str:
    r"""Return a text in its normal form: composed, digits and Latin letters of half width, single blanks inside.

    Line breaks stay. Characters that steer a terminal or turn the direction of writing are dropped; punctuation stays
    as it is, since Chinese punctuation is of full width.

    Examples
    --------
    >>> plain_text("　滨河路１２号　　Ａ座 "), plain_text("甲\u202e乙\x00")
    ('滨河路12号 A座', '甲乙')
    """
    composed = unicodedata.normalize("NFC", text).translate(_HALF)
    kept = "".join(c for c in composed if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    lines = [" ".join(line.split()) for line in kept.split("\n")]
    return "\n".join(lines).strip()


def is_blank(value: object) -> bool:
    """Return whether an entry says nothing: None, an empty text or list, blanks only.

    >>> is_blank(None), is_blank("　"), is_blank([]), is_blank(0), is_blank(False)
    (True, True, True, False, False)
    """
    if isinstance(value, str):
        return not plain_text(value)
    return value is None or (isinstance(value, (list, tuple)) and all(is_blank(one) for one in value))


def read_entry(field: FormField, value: Any, bounds: Bounds, on: dt.date | None) -> Entry:  # noqa: ANN401 - from JSON
    """Return an entry that is not blank in its normal form.

    Raises
    ------
    BadInputError
        With the one fault of it, at the field's key; a private number is masked in it.
    """
    try:
        return _READERS[field.type](field, value, bounds, on)
    except BadInputError as error:
        raise BadInputError([_at(fault, field, value) for fault in error.faults]) from error


def _at(fault: Fault, field: FormField, value: object) -> Fault:
    """Return the fault with its place; the label goes into the sentence, since people do not know keys."""
    shown = masked(str(value)) if field.check == "id_number" else value
    if isinstance(shown, str):
        shown = shown[:80]
    return Fault(
        fault.code, f"“{field.label_zh}”{fault.zh}", f"{field.label_en}: {fault.en}", fault.mend_zh, fault.mend_en,
        field=field.key, value=shown,
    )  # fmt: skip


def _refuse(code: str, zh: str, en: str, mend_zh: str, mend_en: str) -> BadInputError:
    return BadInputError([Fault(code, zh, en, mend_zh, mend_en)])


# ---------------------------------------------------------------------------------------------------------- by type


def _text(field: FormField, value: object, bounds: Bounds, on: dt.date | None) -> str:
    if not isinstance(value, str):
        if isinstance(value, bool) or not isinstance(value, int):
            raise _refuse("form.not_text", "应为文字", "a text is asked for", "填写文字", "write a text")
        value = str(value)
    text = plain_text(value)
    if field.check:
        return _official(field.check, text, on)
    if len(text) > bounds.most_characters:
        most = bounds.most_characters
        raise _refuse("form.too_long", f"有{len(text)}字，至多{most}字", f"has {len(text)} characters, {most} at most",
                      "缩短，或另附页", "shorten it, or attach a sheet")  # fmt: skip
    return text


def _official(check: str, text: str, on: dt.date | None) -> str:
    bare = bare_number(text)
    wrong = id_number_fault(bare, on) if check == "id_number" else FAULTS[check](bare)
    if wrong is not None:
        raise _refuse(*wrong)
    return tidy_phone(bare) if check == "phone" else bare


def _number(field: FormField, value: object, bounds: Bounds, _on: dt.date | None) -> float | int:
    number = _numeral(value)
    unit, unit_en = FIELD_UNITS.get(field.unit, ("", ""))
    if number is None:
        raise _refuse("form.not_a_number", "应为数字", "a number is asked for",
                      "只写数字" + (f"，单位已印为{unit}" if unit else ""),
                      "write digits only" + (f"; the unit is printed: {unit_en}" if unit else ""))  # fmt: skip
    bound = bounds.of(field.unit)
    if not bound.least <= number <= bound.most:
        raise _refuse("form.out_of_bounds", f"应在{bound.least:g}至{bound.most:,.0f}{unit}之间（{bound.why_zh}）",
                      f"lies outside {bound.least:g} to {bound.most:,.0f} {unit_en} ({bound.why_en})",
                      "核对数字和单位", "compare number and unit")  # fmt: skip
    return int(number) if number == int(number) else float(number)


def _numeral(value: object) -> Decimal | None:
    """Return the finite number that a value states; None where it states none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    text = plain_text(str(value)).translate(_NUMERAL) if isinstance(value, str) else repr(value)
    if isinstance(value, str):
        if _GROUPED.fullmatch(text):
            text = text.replace(",", "")
        if not _NUMBER.fullmatch(text):
            return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _integer(field: FormField, value: object, bounds: Bounds, on: dt.date | None) -> int:
    number = _number(field, value, bounds, on)
    if number != int(number):
        raise _refuse("form.not_whole", "应为整数", "a whole number is asked for", "去掉小数", "leave out the decimals")
    return int(number)


def _number_or_text(field: FormField, value: object, bounds: Bounds, on: dt.date | None) -> float | str:
    if _numeral(value) is not None:
        return _number(field, value, bounds, on)
    return _text(field, value, bounds, on)


def _date(_field: FormField, value: object, bounds: Bounds, _on: dt.date | None) -> str:
    day = value if type(value) is dt.date else _day(value)
    if day is None:
        raise _refuse("form.not_a_date", "不是日期", "not a date", "写成 2026-12-01 或 2026年12月1日",
                      "write it as 2026-12-01")  # fmt: skip
    if not bounds.first_day <= day <= bounds.last_day:
        raise _refuse("form.out_of_bounds", f"应在{bounds.first_day}至{bounds.last_day}之间",
                      f"lies outside {bounds.first_day} to {bounds.last_day}", "核对年份",
                      "compare the year")  # fmt: skip
    return day.isoformat()


def _day(value: object) -> dt.date | None:
    if not isinstance(value, str):
        return None
    text = plain_text(value).translate(_NUMERAL)
    found = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    try:
        return dt.date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


def _tick(_field: FormField, value: object, _bounds: Bounds, _on: dt.date | None) -> bool:
    ticked = value if isinstance(value, bool) else _YES.get(value.strip().lower()) if isinstance(value, str) else None
    if ticked is None:
        raise _refuse("form.not_a_tick", "只能勾选或不勾选", "is ticked or not", "填 true 或 false",
                      "write true or false")  # fmt: skip
    return ticked


def _choice(field: FormField, value: object, bounds: Bounds, on: dt.date | None) -> str:
    chosen = _choices(field, value, bounds, on)
    if len(chosen) != 1:
        raise _refuse("form.one_only", "只能选一项", "takes one of its options", f"选一项：{_listed(field, 'zh')}",
                      f"choose one of: {_listed(field, 'en')}")  # fmt: skip
    return chosen[0]


def _choices(field: FormField, value: object, _bounds: Bounds, _on: dt.date | None) -> tuple[str, ...]:
    """Return the options chosen, in the form's order, in Chinese; each may be given in either language."""
    given = list(value) if isinstance(value, (list, tuple)) else [value]
    words = {_key(word): option.zh for option in field.options for word in (option.en, option.zh)}
    known = [words.get(_key(one)) if isinstance(one, str) else None for one in given if not is_blank(one)]
    if None in known:
        raise _refuse("form.no_such_option", "没有这个选项", "has no such option", f"可选：{_listed(field, 'zh')}",
                      f"choose from: {_listed(field, 'en')}")  # fmt: skip
    return tuple(option.zh for option in field.options if option.zh in known)


def _key(word: str) -> str:
    return unicodedata.normalize("NFKC", plain_text(word)).casefold()


def _listed(field: FormField, language: str) -> str:
    return ("、" if language == "zh" else ", ").join(getattr(option, language) for option in field.options)


def _printed(_field: FormField, _value: object, _bounds: Bounds, _on: dt.date | None) -> Entry:
    raise _refuse("form.printed", "是印好的文字，不填写", "is printed and not filled in", "去掉这一栏", "leave it out")


def _signed(_field: FormField, _value: object, _bounds: Bounds, _on: dt.date | None) -> Entry:
    raise _refuse("form.signed_on_paper", "在纸上签字盖章，不录入", "is signed and sealed on paper, not typed",
                  "去掉这一栏，打印后签章", "leave it out; sign the print")  # fmt: skip


_READERS: Mapping[str, Callable[[FormField, Any, Bounds, dt.date | None], Entry]] = {
    "text": _text,
    "select": _text,
    "integer": _integer,
    "number": _number,
    "number_or_text": _number_or_text,
    "date": _date,
    "tick": _tick,
    "choice": _choice,
    "choices": _choices,
    "choice_or_choices": _choices,
    "note": _printed,
    "clause": _printed,
    "signature": _signed,
}
