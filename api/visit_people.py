"""Say who acts in a visit, and whose it is: companies and applicants see those that call them or see their cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.case_actors import department_of, has_part, owners_of
from api.case_answers import roles
from api.errors import not_found, refused
from geo.faults import Fault
from survey.joined import operator_key
from survey.utilities import UTILITIES
from survey.visits.keeping.commands import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from api.dependencies import Service
    from api.doors import Visitor
    from api.identity.permissions import Person
    from survey.cases.digests import Digest
    from survey.visits.keeping import Visit
    from survey.visits.stops import Attendee

AT_DESK = "coordinator"
"""In which role somebody acts at the desk who says nothing."""
ACTOR_MEMBERS = frozenset({"name", "role", "department"})


def known(service: Service, visitor: Visitor, visit_id: str, action: str = "visits.read") -> Visit:
    """Return a visit; one that there is not, or that who asks may not see, is not found.

    Raises
    ------
    ProblemError
        404.
    """
    visit = service.visits().visit(visit_id)
    if visit.seq == 0 or not is_seen(service, visitor, visit, action):
        raise not_found(f"没有踏勘 {visit_id}", f"there is no visit {visit_id}")
    return visit


def is_seen(service: Service, visitor: Visitor, visit: Visit, action: str = "visits.read") -> bool:
    """Tell whether who asks may look at a visit, or do ``action`` to it."""
    reach = visitor.reach(action)
    if reach != "own":
        return reach == "all"
    return calls(visitor, visit) or _has_case(service, visitor, visit)


def calls(visitor: Visitor, visit: Visit) -> bool:
    """Tell whether a visit calls who asks, or its organisation."""
    person = visitor.person
    if person is None or visit.plan is None:
        return False
    return any(is_called(person, one) for stop in visit.plan.stops for one in stop.attendees)


def is_called(person: Person, attendee: Attendee) -> bool:
    """Tell whether somebody is meant by an attendee: by the name of organisation or person.

    A line whose company is not stated calls whoever serves the utility.

    >>> from api.identity.permissions import Person
    >>> from survey.visits.stops import Attendee
    >>> gas = Person("a1", "李伟", "o1", "城投燃气", "gas", "", ("utility",))
    >>> [is_called(gas, Attendee("k", "utility", name, (), ())) for name in ("城投 燃气", "燃气（单位未填）", "水司")]
    [True, True, False]
    """
    if attendee.role == "approver" and attendee.name in (person.department, person.organisation_name):
        return True
    own = {operator_key(name) for name in (person.organisation_name, person.name) if name}
    if operator_key(attendee.name) in own:
        return True
    return bool(person.utility) and attendee.name == f"{UTILITIES[person.utility].zh}（单位未填）"


def _has_case(service: Service, visitor: Visitor, visit: Visit) -> bool:
    """Tell whether a case of the visit is that of who asks."""
    person, work = visitor.person, service.at_work()
    if person is None or work is None or visit.plan is None:
        return False
    digests = work.digests(service.now())
    return any(_is_part(digests[name], person) for name in visit.plan.cases if name in digests)


def _is_part(case: Digest, person: Person) -> bool:
    return ("applicant" in person.roles and person.owns(owners_of(case))) or (
        "utility" in person.roles and has_part(case, person)
    )


def actor_of(visitor: Visitor, given: Mapping[str, Any], kind: object) -> dict[str, Any]:
    """Return who acts: who signed in, in the first of its roles that may give the command.

    At the desk it is whom the body names, or the desk itself.

    Raises
    ------
    ProblemError
        Of an ``actor`` that is none, or another's.
    """
    told, person = given.get("actor"), visitor.person
    if told is not None and not (isinstance(told, dict) and set(told) <= ACTOR_MEMBERS):
        raise refused(_no_actor(told))
    told = told or {}
    if person is None:
        named = {"name": visitor.who, "role": AT_DESK, "department": ""} | told
        if named["role"] not in roles() or not str(named["name"]).strip():
            raise refused(_no_actor(told))
        return named
    body = COMMANDS.get(str(kind))
    able = [role for role in person.roles if role in roles()]
    fitting = [role for role in able if body is not None and role in body.roles] or able
    role = told.get("role") or next(iter(fitting), "")
    if role not in able or told.get("name") not in (None, "", person.name):
        raise refused(_no_actor(told))
    return {"name": person.name, "role": role, "department": department_of(person, role)}


def _no_actor(told: object) -> Fault:
    return Fault("case.actor", "办理人是登录人，不能另填", "who acts is who signed in; no other can be named",
                 "去掉 actor，或只写自己的角色", "leave actor out, or give a role of your own", field="actor",
                 value=repr(told)[:80])  # fmt: skip


def roles_of(visitor: Visitor) -> Iterable[str]:
    """Return in which roles who asks may act on visits."""
    if visitor.reach("visits.enter") is None:
        return ()
    return roles() if visitor.person is None else visitor.person.roles
