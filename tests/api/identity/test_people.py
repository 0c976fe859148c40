"""Organisations and accounts: what may be entered, what is refused with every fault, what stays."""

import sqlalchemy as sa

from api.db.account_tables import ACCOUNTS
from api.db.store import open_store
from api.identity.people import People
from api.identity.permissions import Person
from tests.api.identity.moments import NOW, PASSWORD, after, codes_of


def test_an_account_is_found_however_its_name_is_written(people, li):
    assert people.find(" ｌI.WEI ") == li == people.by_id(li.id) == people.account("li.wei")
    assert (people.find("li"), people.find("li\0"), people.find("\ud800"), people.by_id("x")) == (None,) * 4
    [company] = people.organisations()
    assert people.person(li) == Person(li.id, "李伟", company.id, "县自来水公司", "water", "", ("utility",))
    assert company == people.organisation("县自来水公司") == people.organisation(company.id)
    assert people.organisations(utility="water") == people.organisations(kind="utility") == [company]
    assert people.organisations(utility="gas") == people.organisations(kind="department") == []


def test_names_are_taken_once_whatever_their_case(people, li):
    assert codes_of(people.add, "LI.wei", ["surveyor"], PASSWORD, now=NOW) == ["account.taken"]
    assert codes_of(people.add_organisation, "applicant", "县自来水公司 ", now=NOW) == ["organisation.taken"]
    assert people.accounts() == [li]


def test_every_fault_of_an_account_is_said_at_once(people):
    codes = codes_of(people.add, "a b", ["boss", "utility"], "a b", shown="\x07", organisation="nowhere", now=NOW)
    assert codes == ["name.malformed", "name.unreadable", "organisation.unknown", "password.short", "password.name"]
    codes = codes_of(people.add, "", ["boss", "utility", "approver", "guest", "system"], "", now=NOW)
    assert codes == ["name.malformed", "name.unreadable", *["role.unknown"] * 3, *["role.organisation"] * 2,
                     "password.short", "password.name"]  # fmt: skip
    assert codes_of(people.add, "wang", [], "x" * 1001, now=NOW) == ["role.none", "password.long"]
    assert codes_of(people.add, "wang-xiaoming", ["admin"], "Wang-Xiaoming", now=NOW) == ["password.name"]
    assert codes_of(people.add, "wang", ["admin"], "123456789", now=NOW) == ["password.short"]
    assert people.accounts() == []
    people.add("wang", ["admin"], "1234567890", now=NOW)


def test_an_organisation_is_what_its_kind_says(people):
    add = people.add_organisation
    assert codes_of(add, "club", "棋社", now=NOW) == ["organisation.kind"]
    assert codes_of(add, "utility", "县燃气公司", now=NOW) == ["utility.missing"]
    assert codes_of(add, "utility", "石油公司", utility="石油", now=NOW) == ["utility.unknown"]
    assert codes_of(add, "applicant", "", utility="gas", department="housing", now=NOW) == [
        "name.unreadable", "organisation.utility", "organisation.department",
    ]  # fmt: skip
    assert codes_of(add, "department", "县气象局", department="weather", now=NOW) == ["organisation.department"]
    assert add("department", "县城管局", department="city_management", now=NOW).department == "city_management"
    assert add("department", "县气象局", now=NOW).department == ""
    approver = people.add("zhao", ["approver"], PASSWORD, organisation="县城管局", now=NOW)
    assert people.person(approver).department == "city_management"
    assert codes_of(people.add, "qian", ["utility"], PASSWORD, organisation="县城管局", now=NOW) == [
        "role.organisation"
    ]


def test_without_a_county_no_department_is_known(tmp_path):
    with open_store(None, tmp_path) as store:
        store.upgrade()
        people = People(store)
        refused = codes_of(people.add_organisation, "department", "局", department="housing", now=NOW)
        assert refused == ["organisation.department"]
        people.add("admin", ["admin"], PASSWORD, now=NOW)


def test_a_password_is_kept_as_argon2id_alone(store, people, li):
    with store.reading() as connection:
        [line] = connection.execute(sa.select(ACCOUNTS))
    assert line.password.startswith("$argon2id$")
    assert PASSWORD not in str(line)
    assert "argon2" not in repr(li)


def test_disabled_and_enabled_accounts(people, li):
    shut = people.disable("LI.WEI", now=after(days=1))
    assert shut.disabled_at == after(days=1) == shut.changed_at
    assert people.disable("li.wei", now=after(days=2)) == shut
    assert people.enable("li.wei", now=after(days=3)).disabled_at is None
    assert people.find("li.wei").changed_at == after(days=3)
    for change in (people.disable, people.enable):
        assert codes_of(change, "nobody", now=NOW) == ["account.unknown"]


def test_roles_change_within_what_the_organisation_allows(people, li):
    assert codes_of(people.set_roles, "li.wei", ["approver"], now=NOW) == ["role.organisation"]
    assert people.set_roles("li.wei", ["surveyor", "utility", "surveyor"], now=NOW).roles == ("surveyor", "utility")
    assert people.find("li.wei").roles == ("surveyor", "utility")


def test_an_account_and_its_organisation_come_together_or_not_at_all(store, people):
    def both():
        with store.transaction():
            people.add_organisation("applicant", "建设单位", now=NOW)
            people.add("x", ["boss"], PASSWORD, now=NOW)

    assert codes_of(both) == ["role.unknown"]
    assert people.organisations() == []
