"""Shape a county's form and a draft of it for an answer: as printed, in the paper's order, private numbers masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.case_answers import masked
from geo.faults import BadInputError
from survey.cases.citing import speaks
from survey.cases.words import CHANNELS
from survey.forms import BOUNDS, check, main_form, shown_values
from survey.forms.filing import Filing, applicant_of, asks_utilities, lacking, read_filing
from survey.forms.values import NOT_FILLED, PRIVATE
from survey.policies import load_policy
from survey.policies.forms import FIELD_UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from api.db.drafts import Draft
    from geo.faults import Fault
    from survey.forms import Checked
    from survey.policies import Form, FormField, Policy


GONE = ("表格所属的规则已不在，草稿仍保留", "the policy of this form is gone; the draft is kept")
"""The name of a form that no policy has any more."""


def form_shape(form: Form, policy: Policy, on: date) -> dict[str, Any]:
    """Return a form as its document prints it, group after group."""
    return {
        "policy": policy.id, "county_zh": policy.county_zh, "county_en": policy.county_en,
        "document": form.document, "clause": form.clause, "title": policy.title,
        "form": form.id, "key": form.key, "name_zh": form.name_zh, "name_en": form.name_en,
        "attached": form.attached, "asks_utilities": asks_utilities(form),
        "evidence_zh": form.evidence_zh, "evidence_en": form.evidence_en,
        "channels": [
            {"key": key, "zh": zh, "en": en}
            for key, (zh, en) in CHANNELS.items() if speaks(policy, f"measure:{key}", on)
        ],
        "forms": [{"form": one.id, "zh": one.name_zh, "en": one.name_en, "attached": one.attached}
                  for one in policy.forms],
        "groups": [
            {"key": group.key, "zh": group.name_zh, "en": group.name_en, "optional": group.optional,
             "utility": group.utility, "fields": [_field(one) for one in form.fields if one.group == group.key]}
            for group in form.groups
        ],
    }  # fmt: skip


def _field(one: FormField) -> dict[str, Any]:
    bound = BOUNDS.of(one.unit) if one.type in ("integer", "number", "number_or_text") else None
    return {
        "key": one.key, "zh": one.label_zh, "en": one.label_en, "type": one.type,
        "unit_zh": one.unit, "unit_en": FIELD_UNITS[one.unit][1] if one.unit else "",
        "options": [{"zh": option.zh, "en": option.en} for option in one.options],
        "required": one.required is True, "check": one.check, "private": one.check in PRIVATE,
        "filled_in": one.type not in NOT_FILLED, "text_zh": one.text_zh, "text_en": one.text_en,
        "least": None if bound is None else bound.least, "most": None if bound is None else bound.most,
        "most_characters": BOUNDS.most_characters,
    }  # fmt: skip


def checked_shape(form: Form, checked: Checked, filing: Filing) -> dict[str, Any]:
    """Return what is to be said of entries: wrong, missing before it is handed in, and how far the form is filled."""
    missing = (*checked.missing, *lacking(form, checked, filing))
    required = {one.key for one in form.fields if one.required and one.type not in NOT_FILLED}
    return dict(masked({
        "entries": shown_values(form, {key: list(entry) if isinstance(entry, tuple) else entry
                                       for key, entry in checked.entries.items()}),
        "wrong": _told(checked.wrong), "missing": _told(missing),
        "filled": len(checked.entries), "fields": sum(one.type not in NOT_FILLED for one in form.fields),
        "required": len(required), "required_filled": len(required & checked.entries.keys()),
        "complete": not checked.wrong and not missing,
    }))  # fmt: skip


def draft_shape(draft: Draft, on: date) -> dict[str, Any]:
    """Return a draft with what is to be said of it; ``values`` as typed, with private numbers masked."""
    form, filing = form_of(draft), read_filing(draft.filing)
    checked = check(form, draft.entries, on=on)
    return draft_row(draft) | {
        "filing": masked(filing.as_dict()), "values": masked(shown_values(form, draft.entries)),
        **checked_shape(form, checked, filing),
    }  # fmt: skip


def draft_row(draft: Draft) -> dict[str, Any]:
    """Return a draft as the list of drafts shows it."""
    kept = {
        "id": draft.id, "revision": draft.revision, "policy": draft.policy, "form": draft.form,
        "created_at": draft.created_at, "changed_at": draft.changed_at,
    }  # fmt: skip
    try:
        form, policy = form_of(draft), load_policy(draft.policy)
    except BadInputError:  # the draft stays, and says what it lacks; the others must not be hidden by it
        return kept | {"county_zh": draft.policy, "county_en": draft.policy, "name_zh": GONE[0], "name_en": GONE[1],
                       "applicant": ""}  # fmt: skip
    applicant = applicant_of(form, check(form, draft.entries), read_filing(draft.filing))
    return dict(masked(kept | {
        "county_zh": policy.county_zh, "county_en": policy.county_en, "name_zh": form.name_zh, "name_en": form.name_en,
        "applicant": applicant,
    }))  # fmt: skip


def form_of(draft: Draft) -> Form:
    """Return the form of a draft; `BadInputError` where the county's policy has it no longer."""
    return main_form(load_policy(draft.policy), draft.form)


def _told(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    return [fault.as_dict() for fault in faults]
