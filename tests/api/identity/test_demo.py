"""The ready-made accounts of the sample county: one a role, made once, never for another county."""

from api.db.records import County
from api.identity.demo import demo_people
from api.identity.permissions import ROLES
from sample_data.plans import OPERATORS
from tests.api.identity.moments import NOW, after, codes_of

SAMPLE = County("sample", "样例县", "Sample", "EPSG:4546", "neixiang")


def test_one_account_a_role_that_signs_in(store, door):
    store.county = SAMPLE
    made = demo_people(store, NOW)
    assert {role for role, _, _ in made} == set(ROLES) - {"guest"}
    for role, login, password in made:
        assert door.authenticate(login, password, NOW).roles == (role,)
    before = door.people.accounts(), door.people.organisations()
    assert demo_people(store, after(days=1)) == made
    assert (door.people.accounts(), door.people.organisations()) == before
    utility = door.people.person(door.people.account("demo-utility"))
    assert utility.organisation_name in OPERATORS[utility.utility]


def test_what_somebody_changed_stays(store, door):
    store.county = SAMPLE
    demo_people(store, NOW)
    door.people.set_password("demo-admin", "a password of mine", now=NOW)
    door.people.disable("demo-utility", now=NOW)
    told = {role for role, _, _ in demo_people(store, NOW)}
    assert told == set(ROLES) - {"guest", "admin", "utility"}
    assert door.authenticate("demo-admin", "a password of mine", NOW) is not None


def test_no_other_county_gets_known_passwords(store, people):
    assert codes_of(demo_people, store, NOW) == ["demo.other_county"]
    assert people.accounts() == []
