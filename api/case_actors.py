"""Say who acts in a case: the person who signed in, or who is typed at the desk; and whose a case or a task is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.case_answers import roles
from api.identity.permissions import ROLES, TABLE, refusal
from geo.faults import Fault
from survey.cases.commands import COMMAND_BODIES, FileApplication, FixPlan
from survey.cases.digests import Digest
from survey.cases.standing import STANDING_COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from api.casework import Casework
    from api.doors import Visitor
    from api.identity.permissions import Person
    from survey.cases.bodies import CommandBody
    from survey.cases.commands import Command
    from survey.cases.state import Case

MEMBERS = frozenset({"name", "role", "department"})
_BODIES = {**COMMAND_BODIES, **STANDING_COMMANDS}


def actor_of(
    visitor: Visitor, given: Mapping[str, Any], bodies: Mapping[str, type[CommandBody]] = _BODIES
) -> dict[str, Any] | Fault:
    """Return who acts, or what is wrong with the ``actor`` of a body.

    Of somebody who signed in name and department are known: ``actor`` may be left out, or say the ``role`` alone,
    which it must where the person could give the command in several. ``bodies`` are the commands by kind.
    """
    told, person = given.get("actor"), visitor.person
    if person is None:
        named = isinstance(told, dict) and told.get("role") in roles() and str(told.get("name") or "").strip()
        return {"department": "", **told} if isinstance(told, dict) and named else _nobody(told)
    told = {} if told is None else told
    if not isinstance(told, dict) or not set(told) <= MEMBERS:
        return _another(person, "actor", told)
    able = [role for role in person.roles if role in roles()]
    kind = bodies.get(str(given.get("kind")))
    fitting = [role for role in able if kind is not None and role in kind.roles] or able
    role = told.get("role") or (fitting[0] if len(fitting) == 1 else None)
    if role not in able:
        return _which(able, told.get("role"))
    known = {"name": person.name, "role": role, "department": department_of(person, role)}
    for field in ("name", "department"):
        if told.get(field) not in (None, "", known[field]):
            return _another(person, f"actor.{field}", told[field])
    return known


def department_of(person: Person, role: str) -> str:
    """Return for which department or company somebody acts in a role, as cases call it; empty: for none.

    >>> from api.identity.permissions import Person
    >>> li = Person("a1", "李伟", "o1", "县自来水公司", "water", "", ("utility", "applicant"))
    >>> department_of(li, "utility"), department_of(li, "applicant")
    ('县自来水公司', '')
    """
    if role == "applicant":
        return ""
    if role == "utility":
        return person.organisation_name
    # A department that the policy does not name must not pass for any department: its name stands for it.
    return person.department or person.organisation_name


def own_fields(visitor: Visitor, role: str, kind: object, data: Mapping[str, Any]) -> dict[str, Any] | Fault:
    """Return the fields of a command that follow from who signed in, or what is wrong with those that were given.

    An application of an applicant is its organisation's, or its own, and records so; a plan of a company is its own.
    """
    person = visitor.person
    if kind == "fix_plan" and person is not None and role == "utility":
        return {} if data.get("operator") else {"operator": person.organisation_name}
    if kind != "file_application":
        return {}
    if "owner" in data:
        return Fault("case.measured_here", "申请归属由系统记录，不能填报", "whose an application is, is recorded here",
                     "去掉 data.owner", "leave data.owner out", field="data.owner")  # fmt: skip
    if person is None or role != "applicant":
        return {}
    name = person.organisation_name or person.name
    if data.get("applicant") not in (None, "", name):
        return Fault("case.applicant", "申请人须为登录人或其单位", "the applicant is who signed in",
                     f"填“{name}”，或不填", f"make it {name}, or leave it out",
                     field="data.applicant", value=repr(data["applicant"])[:80])  # fmt: skip
    return {"applicant": name, "owner": person.organisation or person.id}


def owners_of(case: Case | Digest) -> set[str]:
    """Return whose a case is: who is recorded as its owner; where nobody is, the applicant by name."""
    return {case.owner or case.applicant} - {""}


def is_seen(case: Case | Digest, visitor: Visitor) -> bool:
    """Tell whether somebody may look at a case."""
    return visitor.reaches("cases.read", owners_of(case))


def sees_numbers(case: Case, visitor: Visitor) -> bool:
    """Tell whether somebody may read identity numbers of a case in full: its applicant, and those who work on it."""
    person = visitor.person
    if person is None:
        return visitor.mode == "desk"
    handles = not {"coordinator", "approver"}.isdisjoint(person.roles)
    return handles or person.owns(owners_of(case)) or has_part(case, person)


def issues_papers(visitor: Visitor) -> bool:
    """Tell whether somebody may give a paper its number and its day: the authorities, or who sits at the desk."""
    person = visitor.person
    if person is None:
        return visitor.mode == "desk"
    return not {"coordinator", "approver", "supervisor"}.isdisjoint(person.roles)


def seen_digests(work: Casework, visitor: Visitor, now: datetime) -> list[Digest]:
    """Return the cases that somebody may see, in short, by id."""
    return [one for one in work.digests(now).values() if is_seen(one, visitor)]


def has_part(case: Case | Digest, person: Person) -> bool:
    """Tell whether any task, or any utility applied for, is this company's."""
    return any(_is_own(person, *part) for part in _parts(case))


def refused_to(visitor: Visitor, case: Case | None, command: Command) -> Fault | None:
    """Return why somebody may not give a command, or None; a role that may act on its own, acts on its own alone."""
    person, role = visitor.person, command.actor.role
    if person is None or TABLE["cases.act"].get(role) == "all":
        return None
    own = _applicants(person, case) if role == "applicant" else _utilitys(person, case, command)
    return None if own else refusal(person, "cases.act")


def _applicants(person: Person, case: Case | None) -> bool:
    return case is None or person.owns(owners_of(case))


def _utilitys(person: Person, case: Case | None, command: Command) -> bool:
    """Tell whether a company's command is about what is its own: its task, or a case with a part of its own."""
    body = command.body
    if isinstance(body, FileApplication):
        asked = all(_is_own(person, one.utility, one.operator) for one in body.utilities)
        # Filed again by a company, a case stays its applicant's: under another name it would be taken from it.
        return asked and (case is None or (has_part(case, person) and case.applicant in ("", body.applicant)))
    if isinstance(body, FixPlan) and body.operator not in ("", person.organisation_name):
        return False
    utility = str(getattr(body, "utility", ""))
    if case is None or not utility:
        return case is not None and has_part(case, person)
    task = case.tasks.get(utility)
    return _is_own(person, utility, task.operator if task is not None else "")


def _parts(case: Case | Digest) -> Iterator[tuple[str, str]]:
    """Yield utility and operator of every task; of an application that has none yet, of what it asks for."""
    parts = case.parts if isinstance(case, Digest) else case.tasks.values() or case.demands
    yield from ((one.utility, one.operator) for one in parts)


def _is_own(person: Person, utility: str, operator: str) -> bool:
    if operator:
        return operator == person.organisation_name
    return bool(utility) and utility == person.utility


def _nobody(told: object) -> Fault:
    known = " ".join(roles())
    return Fault("case.actor", "须写明办理人：姓名和角色", "say who acts: name and role", f"角色可用：{known}",
                 f"roles are: {known}", field="actor", value=repr(told)[:80])  # fmt: skip


def _another(person: Person, field: str, value: object) -> Fault:
    return Fault("case.actor", "办理人是登录人，不能另填", "who acts is who signed in; no other can be named",
                 f"去掉它，即由“{person.name}”办理", f"leave it out: {person.name} acts", field=field,
                 value=repr(value)[:80])  # fmt: skip


def _which(able: list[str], told: object) -> Fault:
    zh = "、".join(f"{role}（{ROLES[role][0]}）" for role in able)
    return Fault("case.actor", "须写明以哪个角色办理", "say in which role of yours you act", f"可用：{zh}",
                 f"use one of: {', '.join(able)}", field="actor.role", value=repr(told)[:80])  # fmt: skip
