"""The accounts of one small county, on both stores."""

import pytest

from api.identity.people import People
from api.identity.sign_in import SignIn
from tests.api.identity.moments import NOW, PASSWORD


@pytest.fixture
def people(store):
    return People(store)


@pytest.fixture
def door(store):
    return SignIn(store)


@pytest.fixture
def li(people):
    """Return the account of a water company's engineer."""
    people.add_organisation("utility", "县自来水公司", utility="自来水", now=NOW)
    return people.add("Li.Wei", ["utility"], PASSWORD, shown="李伟", organisation="县自来水公司", now=NOW)
