"""Who may measure, take over and issue: on site those who are called, a route its owner's, minutes the window's."""

from __future__ import annotations

import pytest

from tests.api.conftest import running, settings_of, small_county
from tests.api.test_http_cases import GAS, act, judged, waited
from tests.api.test_http_doors import add_people, as_one
from tests.api.test_http_route_geometries import AT
from tests.api.test_http_surveyed import put, visit

pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Yield a client of the small county with accounts, and the id of a visit to the route of the gas company."""
    folder = tmp_path_factory.mktemp("measured")
    small_county(None, folder)
    add_people(None, folder)
    with running(settings_of(None, folder)) as client, as_one(client, "coordinator") as window:
        made = window.post("/api/visits", json={"title": "踏勘", "crs": "grid", "routes": ["G1"]})
        assert made.status_code == 201, made.text
        yield client, made.json()["id"]


@pytest.mark.parametrize(
    ("who", "status"),
    [("surveyor", 201), ("utility", 201), ("approver", 201), ("water", 404), ("supervisor", 403), ("admin", 403),
     (None, 401)],
)  # fmt: skip
def test_who_is_on_site_measures(office, who, status):
    client, name = office
    with as_one(client, who) as browser:
        told = put(browser, name, f"by-{who}")
        assert told.status_code == status, told.text
        seen = browser.get(f"/api/visits/{name}/surveyed")
        assert seen.status_code == {201: 200, 403: 200}.get(status, status)


@pytest.mark.parametrize(("who", "status"), [("water", 403), ("approver", 403), (None, 401), ("utility", 200)])
def test_a_route_is_moved_onto_a_measured_line_by_whom_it_is(office, who, status):
    client, name = office
    with as_one(client, "surveyor") as browser:
        put(browser, name, f"for-{who}")
    with as_one(client, who) as browser:
        told = browser.post(f"{AT}/geometries", json={"line": f"for-{who}"}, headers={"If-Match": "*"})
        assert told.status_code == status, told.text
        assert browser.get(f"{AT}/geometries").status_code == (401 if who is None else 200)


@pytest.mark.parametrize(("who", "status"), [("utility", 403), ("approver", 403), (None, 401), ("coordinator", 409)])
def test_minutes_are_issued_by_who_plans_visits(office, who, status):
    client, name = office
    with as_one(client, who) as browser:
        told = browser.post(f"/api/visits/{name}/minutes", json={})
        assert told.status_code == status, told.text
        if who == "utility":
            shape = browser.get(f"/api/visits/{name}/minutes").json()
            assert (shape["may_issue"], shape["steps"]) == (False, [])


def test_a_case_is_judged_again_on_the_line_that_was_taken_over(tmp_path):
    small_county(None, tmp_path)
    quick = settings_of(None, tmp_path).model_copy(update={"tick_seconds": 0.05})
    with running(quick) as client:
        case, before = judged(client)
        assert before["tasks"][0]["revision"] == 1
        put(client, visit(client))
        taken = client.post(f"{AT}/geometries", json={"line": "l1"}, headers={"If-Match": '"1"'})
        assert taken.status_code == 200, taken.text
        task = waited(lambda: client.get(f"/api/cases/{case}").json()["tasks"][0], lambda task: task["revision"] == 2)
        assert task["route"] == "G1"
        act(
            client,
            case,
            "sign_commitment",
            GAS,
            utility="gas",
            revision=2,
            signatory="孙总",
        )
