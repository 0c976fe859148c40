"""Fill the letter of commitment that a document attaches with what a case knows; the rest is written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from survey.calendar import local
from survey.forms import fill

if TYPE_CHECKING:
    import datetime as dt

    from survey.cases.state import Case
    from survey.forms import Filled
    from survey.policies import Form, Policy

COMMITTING = ("offered", "signed", "decided")


def letter_form(policy: Policy) -> Form | None:
    """Return the letter of commitment that a document attaches; None where it attaches none.

    Examples
    --------
    >>> from survey.policies import load_policy
    >>> letter_form(load_policy("chibi")).clause, letter_form(load_policy("neixiang"))
    ('附件3', None)
    """
    return next((one for one in policy.forms if one.key == "commitment" and one.attached and one.fields), None)


def letters_of(case: Case, policy: Policy) -> tuple[str, ...]:
    """Return the utilities whose company may be handed the document's own letter: it is offered, signed or decided."""
    if letter_form(policy) is None:
        return ()
    return tuple(task.utility for task in case.active if task.commitment in COMMITTING)


def letter_of(
    case: Case, policy: Policy, utility: str, on: dt.date, *,
    works: tuple[dt.date | None, dt.date | None] = (None, None),
) -> Filled:  # fmt: skip
    """Return the document's own letter of one task, filled.

    Parameters
    ----------
    utility
        One of `letters_of`.
    on
        The day that the form is read on.
    works
        When the works begin and end, as the route says; None: written by hand.

    Raises
    ------
    KeyError
        If the case gives no such letter as it stands.
    """
    form, task = letter_form(policy), case.tasks.get(utility)
    if form is None or task is None or utility not in letters_of(case, policy):
        raise KeyError(utility)
    signed = case.milestones.get(f"commitment_filed:{utility}")
    begins, ends = works
    known = {
        "commitment.unit": task.operator,
        "commitment.works_from": "" if begins is None else begins.isoformat(),
        "commitment.works_to": "" if ends is None else ends.isoformat(),
        "commitment.place": str(case.form.get("basic.address") or ""),
        "commitment.signed_on": "" if signed is None else local(signed.moment).date().isoformat(),
    }
    held = {one.key for one in form.fields}
    return fill(form, {key: value for key, value in known.items() if value and key in held}, on=on)
