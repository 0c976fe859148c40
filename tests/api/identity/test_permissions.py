"""The one table: nobody may what is not in it, and own is never another's."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.identity.permissions import ACTIONS, ROLES, TABLE, Person, allowed, refusal, scope
from survey.cases.words import ROLES as ACTING

SIGNED_IN = sorted(set(ROLES) - {"guest"})
names = st.text(max_size=6)
people = st.builds(
    Person, id=st.text(min_size=1), name=names, organisation=names, organisation_name=names, utility=names,
    department=names, roles=st.lists(st.sampled_from(SIGNED_IN), unique=True).map(tuple),
)  # fmt: skip
actions = st.sampled_from(sorted(ACTIONS))


def one(*roles):
    return Person("a1", "李工", "o1", "县自来水公司", "water", "", roles)


def test_roles_are_those_of_the_cases_and_the_guest():
    assert set(ROLES) == set(ACTING) - {"system"} | {"guest"}


def test_every_action_has_words_and_somebody_who_may():
    assert set(TABLE) == set(ACTIONS)
    for action, row in TABLE.items():
        assert row
        assert set(row) <= set(ROLES)
        assert set(row.values()) <= {"all", "own"}
        assert row.get("guest") in {None, "all"}, "nobody owns nothing"
        assert re.fullmatch(r"[a-z]+(\.[a-z]+)?", action)


@given(people, actions, names | st.lists(names) | st.none())
def test_nobody_may_what_is_not_in_the_table(person, action, owner):
    reaches = {TABLE[action].get(role) for role in ("guest", *person.roles)}
    if allowed(person, action, owner=owner):
        assert reaches & {"all", "own"}
    if reaches == {None}:
        assert scope(person, action) is None


@given(people, actions, st.lists(names))
def test_own_never_reaches_what_is_another_s(person, action, owners):
    theirs = {person.id, person.organisation, person.organisation_name}
    others = [owner for owner in owners if owner == "" or owner not in theirs]
    if scope(person, action) != "all":
        assert not allowed(person, action, owner=others)
        assert not allowed(person, action)
        assert not any(allowed(person, action, owner=other) for other in others)


@given(people, actions, names | st.none(), st.sampled_from(SIGNED_IN))
def test_another_role_never_takes_anything_away(person, action, owner, role):
    more = Person(person.id, person.name, person.organisation, person.organisation_name, person.utility,
                  person.department, (*person.roles, role))  # fmt: skip
    assert allowed(more, action, owner=owner) or not allowed(person, action, owner=owner)
    assert allowed(person, action, owner=owner) or not allowed(None, action, owner=owner)


GUESTS = {"service.read", "session.open", "county.read", "policies.read"}


def test_what_a_guest_may():
    assert {action for action in ACTIONS if allowed(None, action)} == GUESTS


@pytest.mark.parametrize(
    ("role", "action", "owner", "may"),
    [
        ("utility", "routes.write", "县自来水公司", True),
        ("utility", "routes.write", "o1", True),
        ("utility", "routes.write", ["县燃气公司", "县自来水公司"], True),
        ("utility", "routes.write", "县燃气公司", False),
        ("utility", "routes.write", "water", False),
        ("utility", "routes.write", None, False),
        ("utility", "layers.write", "o1", False),
        ("utility", "findings.accept", "o1", False),
        ("applicant", "cases.read", "a1", True),
        ("applicant", "cases.read", "a2", False),
        ("applicant", "cases.act", "a1", True),
        ("applicant", "pipes.read", None, False),
        ("admin", "people.manage", None, True),
        ("admin", "cases.act", "a1", False),
        ("admin", "routes.write", "o1", False),
        ("supervisor", "routes.write", "o1", False),
        ("approver", "findings.accept", None, True),
        ("coordinator", "people.manage", None, False),
    ],
)
def test_who_may_what(role, action, owner, may):
    assert allowed(one(role), action, owner=owner) is may


def test_an_unknown_action_is_a_mistake_and_no_door():
    with pytest.raises(KeyError):
        allowed(one("admin"), "everything")


def test_a_refusal_says_who_may_and_what_to_do():
    for action in ACTIONS:
        for actor in (None, one("applicant"), one("utility")):
            said = refusal(actor, action)
            for role in TABLE[action]:
                assert ROLES[role][0] in said.zh
                assert ROLES[role][1] in said.en
            assert said.mend_zh
            assert said.mend_en
            assert re.search("[\u4e00-\u9fff]", said.en + said.mend_en) is None
    kinds = (refusal(None, "routes.write"), refusal(one("utility"), "routes.write"), refusal(one(), "routes.write"))
    assert [said.code for said in kinds] == ["permission.sign_in", "permission.not_yours", "permission.refused"]
