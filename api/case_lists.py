"""Narrow the cases to a work list: by what they are and what they wait for, the most pressing first, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.case_actors import department_of, seen_digests
from api.case_answers import roles
from api.errors import not_found, refused
from geo.faults import Fault
from survey.cases.digests import COLOURS, Looker, waiting_for
from survey.cases.words import PHASES
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from api.casework import Casework
    from api.doors import Visitor
    from survey.cases.digests import Digest
    from survey.policies import Policy


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a case must be to be on a list; None: anything.

    Parameters
    ----------
    utility, operator
        It has a part for this utility; one that this company serves.
    department
        A decision lies before this department.
    overdue, breached
        Whether any time has run out; whether anything was laid beyond a commitment.
    colour
        Of its most pressing time, of `survey.cases.digests.COLOURS`.
    waiting
        Whether it waits for the looker.
    """

    phase: str | None = None
    utility: str | None = None
    operator: str | None = None
    department: str | None = None
    applicant: str | None = None
    overdue: bool | None = None
    breached: bool | None = None
    colour: str | None = None
    waiting: bool | None = None

    def check(self, policy: Policy) -> None:
        """Refuse what no case can be, every field at once."""
        known: Mapping[str, Iterable[str]] = {
            "phase": PHASES, "utility": UTILITIES, "colour": COLOURS,
            "department": [one.key for one in policy.departments],
        }  # fmt: skip
        wrong = [
            unknown(name, value, names)
            for name, names in known.items()
            if (value := getattr(self, name)) is not None and value not in names
        ]
        if wrong:
            raise refused(*wrong)

    def fits(self, case: Digest, now: datetime) -> bool:
        """Return whether a case is what is wanted, but for whom it waits for."""
        return self._fits_as_it_stands(case) and (
            (self.overdue is None or (case.overdue(now) > 0) is self.overdue)
            and (self.colour is None or case.colour(now) == self.colour)
        )

    def _fits_as_it_stands(self, case: Digest) -> bool:
        pairs = (
            (self.phase, {case.phase}),
            (self.applicant, {case.applicant}),
            (self.utility, {one.utility for one in case.parts}),
            (self.operator, {one.operator for one in case.parts}),
            (self.department, {one.department for one in case.asked}),
            (self.breached, {case.breaches > 0}),
        )
        return all(value is None or value in among for value, among in pairs)


@dataclass(frozen=True, slots=True)
class WorkPage:
    """One page of a work list, and how many cases there are of each sort, on all pages."""

    cases: list[Digest]
    waits: dict[str, tuple[str, ...]]
    matched: int
    waiting: int
    overdue: int
    breached: int
    more: bool


def looker_of(visitor: Visitor, role: str | None, acting_for: str) -> Looker | None:
    """Return for whom work is looked for; None where no role is named or known.

    Whoever has signed in looks for its own department or company, in a role that it has; ``acting_for`` says it at the
    desk.
    """
    person = visitor.person
    able = roles() if person is None else [one for one in person.roles if one in roles()]
    if role is not None and role not in able:
        raise refused(unknown("role", role, able))
    role = role or (able[0] if person is not None and able else None)
    if role is None:
        return None
    whom = acting_for if person is None else department_of(person, role)
    if role == "utility":
        return Looker(role, company=whom, utility="" if person is None else person.utility)
    return Looker(role, department=whom)


def page_of(
    work: Casework, visitor: Visitor, wanted: Wanted, looker: Looker | None, now: datetime, *, pressing: bool,
    after: str | None, limit: int,
) -> WorkPage:  # fmt: skip
    """Return a page of the cases that somebody may see.

    Parameters
    ----------
    looker
        For whom is looked at what a case waits for; None: nothing waits.
    pressing
        Those whose running time is due first come first, those without one last; else by id. The order does not depend
        on the moment, so that a page goes on where the one before ended.
    after
        Id of the last case of the page before; 404 where there is no such case, or none that may be seen.
    """
    seen = seen_digests(work, visitor, now)
    matching = [one for one in seen if wanted.fits(one, now)]
    waits = {} if looker is None else {one.id: waiting_for(one, looker, now) for one in matching}
    chosen = [one for one in matching if wanted.waiting is None or bool(waits.get(one.id)) is wanted.waiting]
    shown = sorted(chosen, key=_pressing if pressing else _id)
    if after is not None:
        key = _pressing if pressing else _id
        last = next((one for one in seen if one.id == after), None)
        if last is None:
            raise not_found(f"没有办件 {after}", f"there is no case {after}")
        shown = [one for one in shown if key(one) > key(last)]
    return WorkPage(
        shown[:limit], waits, len(matching), sum(map(bool, waits.values())),
        sum(one.overdue(now) > 0 for one in matching), sum(one.breaches > 0 for one in matching), len(shown) > limit,
    )  # fmt: skip


def _pressing(case: Digest) -> tuple[float, str]:
    due = case.due
    return (float("inf") if due is None else due.timestamp(), case.id)


def _id(case: Digest) -> tuple[float, str]:
    return (0.0, case.id)


def unknown(field: str, value: object, known: Iterable[str]) -> Fault:
    """Return the fault of a word that is none of those known."""
    names = " ".join(known)
    return Fault(
        "value.unknown", "不认识的取值", "unknown value", f"可用：{names}", f"use one of: {names}",
        field=field, value=repr(value)[:80],
    )  # fmt: skip
