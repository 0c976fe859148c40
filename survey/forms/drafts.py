"""Keep the entries of a form that is not finished, right or wrong, and show them without private numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from geo.faults import BadInputError, Fault, refuse
from survey.forms.official_numbers import mask_id_numbers, masked
from survey.forms.reading import is_blank
from survey.forms.values import NOT_FILLED, private_fields

if TYPE_CHECKING:
    from survey.policies import Form

MOST_CHARACTERS = 2_000
"""Of an entry that is kept: more than any field takes, so that a text that is too long can still be shortened."""
MOST_OPTIONS = 100
MOST_NUMBER = 1e15


def kept_values(form: Form, values: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the values of a draft as they are kept: as typed, in the form's order, without blanks.

    Parameters
    ----------
    values
        By field key; an entry may be wrong, since a draft loses nothing that was typed.
    before
        What was kept until now: a private number that comes back as it is shown, masked, is the one that was kept.

    Raises
    ------
    BadInputError
        With every field that the form does not have or does not let be filled in, and every entry that is neither a
        text of at most 2,000 characters, a number, a tick nor a list of texts.

    Examples
    --------
    >>> from survey.forms import main_form
    >>> from survey.policies import load_policy
    >>> form, number = main_form(load_policy("wuzhi")), "11010519491231002X"
    >>> kept_values(form, {"basic.id_number": "110***********002X", "basic.agent": " "}, {"basic.id_number": number})
    {'basic.id_number': '11010519491231002X'}
    """
    if not isinstance(values, Mapping):
        raise BadInputError([Fault("form.not_a_mapping", "表单数据应为“栏目: 内容”", "a form is field: entry",
                                   "写成 JSON 对象", "write a JSON object", field="values")])  # fmt: skip
    fillable = {field.key for field in form.fields if field.type not in NOT_FILLED}
    refuse(
        Fault("form.unknown_field", "表中没有这一栏，或不填写", "the form has no such field, or it is not filled in",
              "去掉这一栏", "leave it out", field=str(key)[:80])
        for key in values if key not in fillable
    )  # fmt: skip
    refuse(
        Fault("form.entry", f"内容应为文字（至多 {MOST_CHARACTERS} 字）、数字、是否或选项",
              f"an entry is a text of at most {MOST_CHARACTERS} characters, a number, a tick or options",
              "改短或重新填写", "make it shorter or enter it again", field=key)
        for key, value in values.items() if not _is_plain(value)
    )  # fmt: skip
    known, private = before or {}, private_fields(form)
    kept = {field.key: values.get(field.key) for field in form.fields if not is_blank(values.get(field.key))}
    for key in private & kept.keys() & known.keys():
        if kept[key] == _hidden(known[key]):
            kept[key] = known[key]
    return kept


def shown_values(form: Form, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a draft as they are shown: private numbers masked, right or wrong, also within texts.

    >>> from survey.forms import main_form
    >>> from survey.policies import load_policy
    >>> shown_values(main_form(load_policy("wuzhi")), {"basic.id_number": "11010519491231002X", "water.meters": 2})
    {'basic.id_number': '110***********002X', 'water.meters': 2}
    """
    private = private_fields(form)
    return {key: _hidden(value) if key in private else _unnamed(value) for key, value in kept.items()}


def _hidden(value: object) -> str:
    return masked(str(value))


def _unnamed(value: Any) -> Any:  # noqa: ANN401 - any entry
    return mask_id_numbers(value) if isinstance(value, str) else value


def _is_plain(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return len(value) <= MOST_OPTIONS and all(isinstance(one, str) and _is_plain(one) for one in value)
    if isinstance(value, str):
        return len(value) <= MOST_CHARACTERS
    if value is None or isinstance(value, bool):
        return True
    return isinstance(value, (int, float)) and abs(value) <= MOST_NUMBER
