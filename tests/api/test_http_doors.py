"""Signing in over HTTP, on both stores: modes, cookie, tokens, wrong tries, passwords, what the page is told."""

from __future__ import annotations

import dataclasses
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import pytest

from api.case_actors import sees_numbers
from api.cli.service import load_sample
from api.db.store import open_store
from api.doors import Visitor
from api.identity.demo import demo_people
from api.identity.people import People
from api.identity.permissions import Person
from api.identity.sign_in import SignIn
from api.outside import faults_outside
from api.settings import Settings
from survey.cases.evolve import replay
from tests.api.conftest import running, settings_of, small_county
from tests.api.identity.moments import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("quick_hashes")

SESSION = "/api/session"
COOKIE = "cotrench_session"


def add_people(url: str | None, folder: Path) -> str:
    """Give a store one account a role, as ``ROLE`` with `PASSWORD`; return a token of the surveyor."""
    now = datetime.now(UTC)
    with open_store(url, folder) as store:
        people = People(store)
        people.add_organisation("utility", "燃气公司", utility="gas", now=now)
        people.add_organisation("utility", "自来水公司", utility="water", now=now)
        people.add_organisation("applicant", "甲公司", now=now)
        people.add_organisation("department", "县城管局", department="city_management", now=now)
        people.add_organisation("department", "县审批服务中心", department="approval_centre", now=now)
        theirs = {"utility": "燃气公司", "applicant": "甲公司", "approver": "县城管局", "coordinator": "县审批服务中心"}
        for role in ("applicant", "surveyor", "utility", "coordinator", "approver", "supervisor", "admin"):
            people.add(role, [role], PASSWORD, shown=f"{role}某", organisation=theirs.get(role, ""), now=now)
        people.add("water", ["utility"], PASSWORD, shown="水务某", organisation="自来水公司", now=now)
        people.add("alone", ["applicant"], PASSWORD, shown="独自某", now=now)
        people.add("both", ["utility", "surveyor"], PASSWORD, shown="两职某", organisation="燃气公司", now=now)
        return SignIn(store).add_token("surveyor", now=now)[1]


@contextmanager
def as_one(client: httpx.Client, name: str | None) -> Iterator[httpx.Client]:
    """Yield a browser of its own, signed in by a login name; None: nobody."""
    with httpx.Client(base_url=client.base_url, timeout=120) as browser:
        if name is not None:
            signed = browser.post(SESSION, json={"name": name, "password": PASSWORD})
            assert signed.status_code == 201, signed.text
        yield browser


@pytest.fixture
def guarded(database_url: str, tmp_path: Path) -> Iterator[httpx.Client]:
    """Yield a client of the small county with accounts, once over each store."""
    small_county(database_url, tmp_path)
    add_people(database_url, tmp_path)
    with running(settings_of(database_url, tmp_path)) as client:
        yield client


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_without_accounts_whoever_sits_there_may_do_everything(client):
    told = client.get(SESSION)
    assert told.headers["cache-control"] == "no-store"
    assert (told.json()["mode"], told.json()["person"], told.json()["ready_made"]) == ("desk", None, [])
    assert told.json()["may"]["cases.act"] == "all"
    assert code(client.post(SESSION, json={"name": "li", "password": PASSWORD})) == (401, "sign_in.wrong")


def test_somebody_signs_in_and_out(guarded):
    before = guarded.get(SESSION).json()
    assert (before["mode"], before["person"]) == ("accounts", None)
    assert before["may"] == dict.fromkeys(("service.read", "session.open", "county.read", "policies.read"), "all")
    with as_one(guarded, None) as browser:
        signed = browser.post(SESSION, json={"name": "Utility", "password": PASSWORD})
        assert signed.status_code == 201
        kept = signed.headers["set-cookie"]
        assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(kept.split("; "))
        assert "Secure" not in kept
        assert "Max-Age" not in kept
        assert PASSWORD not in signed.text
        told = browser.get(SESSION).json()
        assert told == signed.json()
        person = told["person"]
        assert (person["name"], person["organisation_name"], person["utility"]) == ("utility某", "燃气公司", "gas")
        assert person["roles"] == ["utility"]
        assert (told["may"]["routes.write"], told["may"]["routes.read"]) == ("own", "all")
        assert "people.manage" not in told["may"]
        value = browser.cookies[COOKIE]
        out = browser.delete(SESSION)
        assert (out.status_code, out.headers["cache-control"]) == (204, "no-store")
        assert COOKIE not in browser.cookies
        assert browser.get(SESSION, headers={"Cookie": f"{COOKIE}={value}"}).json()["person"] is None


def test_behind_https_the_cookie_is_for_https_alone(guarded):
    body = {"name": "admin", "password": PASSWORD}
    kept = guarded.post(SESSION, json=body, headers={"X-Forwarded-Proto": "https"}).headers["set-cookie"]
    assert "Secure" in kept.split("; ")


def test_who_signs_in_as_another_closes_the_session_before(guarded):
    with as_one(guarded, "admin") as browser:
        first = browser.cookies[COOKIE]
        browser.post(SESSION, json={"name": "approver", "password": PASSWORD})
        assert browser.get(SESSION).json()["person"]["roles"] == ["approver"]
        with as_one(guarded, None) as other:
            assert other.get(SESSION, headers={"Cookie": f"{COOKIE}={first}"}).json()["person"] is None


def test_wrong_passwords_are_answered_alike_and_then_wait(guarded):
    wrong = [guarded.post(SESSION, json={"name": name, "password": "wrong one"}) for name in ("admin", "nobody")]
    assert [code(answer) for answer in wrong] == [(401, "sign_in.wrong")] * 2
    assert wrong[0].json() == wrong[1].json()
    for _ in range(4):
        guarded.post(SESSION, json={"name": "admin", "password": "wrong one"})
    shut = guarded.post(SESSION, json={"name": "admin", "password": PASSWORD})
    assert code(shut) == (429, "sign_in.too_many_tries")
    assert 0 < int(shut.headers["retry-after"]) <= 900
    assert "分钟" in shut.json()["detail"]


@pytest.mark.parametrize("body", [{}, {"name": "admin"}, {"name": "admin", "password": ["a secret of mine"]}])
def test_a_body_without_name_or_password_is_refused_and_not_repeated(guarded, body):
    answer = guarded.post(SESSION, json=body)
    assert code(answer) == (422, "input.refused")
    assert "secret" not in answer.text


def test_another_password_closes_the_other_sessions(guarded):
    path, new = f"{SESSION}/password", "quite another one"
    assert code(guarded.post(path, json={"old": PASSWORD, "new": new})) == (401, "permission.sign_in")
    with as_one(guarded, "admin") as here, as_one(guarded, "admin") as there:
        assert code(here.post(path, json={"old": "wrong one", "new": new})) == (422, "input.refused")
        short = here.post(path, json={"old": PASSWORD, "new": "short"})
        assert [fault["code"] for fault in short.json()["errors"]] == ["password.short"]
        assert here.post(path, json={"old": PASSWORD, "new": new}).status_code == 204
        assert here.get(SESSION).json()["person"]["roles"] == ["admin"]
        assert there.get(SESSION).json()["person"] is None
    assert guarded.post(SESSION, json={"name": "admin", "password": new}).status_code == 201


def test_a_program_signs_in_by_token(database_url, tmp_path):
    small_county(database_url, tmp_path)
    token = add_people(database_url, tmp_path)
    with running(settings_of(database_url, tmp_path)) as client:
        asked = {"Authorization": f"Bearer {token}"}
        assert client.get(SESSION, headers=asked).json()["person"]["roles"] == ["surveyor"]
        wrong = client.get(SESSION, headers={"Authorization": f"Bearer {token}x"})
        assert code(wrong) == (401, "sign_in.token")
        assert wrong.headers["www-authenticate"] == "Bearer"


def test_what_is_no_token_of_ours_is_told_so_and_never_passes_for_somebody_else(guarded):
    with as_one(guarded, "admin") as browser:
        for value in ("Bearer eyJhbGciOi.x.y", "Bearer", "BEARER x", "cotrench_abc", "Token cotrench_abc"):
            for who in (guarded, browser):
                answer = who.get(SESSION, headers={"Authorization": value})
                assert code(answer) == (401, "sign_in.token"), value
                assert answer.headers["www-authenticate"] == "Bearer"
                assert "cotrench_" in answer.json()["detail"]
                assert "cotrench_abc" not in answer.text
        # What a proxy asks for its own sake is none of ours.
        assert browser.get(SESSION, headers={"Authorization": "Basic eDp5"}).json()["person"]["roles"] == ["admin"]


@pytest.fixture(scope="session")
def shown(tmp_path_factory) -> Iterator[httpx.Client]:
    """Yield a client of the sample county with its ready-made accounts; tests leave no trace in its map."""
    folder = tmp_path_factory.mktemp("shown")
    with open_store(None, folder) as store:
        store.upgrade()
        load_sample(store)
    settings = Settings(**{**settings_of(None, folder).model_dump(), "demo": True})
    with running(settings) as client:
        yield client


def test_the_sample_county_offers_an_account_a_role(shown):
    told = shown.get(SESSION).json()
    assert told["mode"] == "demo"
    roles = [one["role"] for one in told["ready_made"]]
    assert sorted(roles) == sorted(
        ["applicant", "surveyor", "utility", "coordinator", "approver", "supervisor", "admin"]
    )
    for one in told["ready_made"]:
        with as_one(shown, None) as browser:
            signed = browser.post(SESSION, json={"name": one["name"], "password": one["password"]}).json()
        assert (signed["mode"], signed["person"]["roles"]) == ("demo", [one["role"]])
        assert signed["person"]["name"] == one["shown"]
        assert signed["may"].get("people.manage") == ("all" if one["role"] == "admin" else None)


def test_in_the_sample_county_nobody_looks_and_draws_but_decides_nothing(shown):
    may = shown.get(SESSION).json()["may"]
    for action in ("cases.read", "figures.read", "findings.read", "assess", "routes.write", "layers.write"):
        assert may[action] == "all"
    for action in ("cases.act", "findings.accept", "county.write", "people.manage", "store.manage"):
        assert action not in may


def test_another_county_is_never_shown_so(tmp_path):
    small_county(None, tmp_path)
    settings = Settings(**{**settings_of(None, tmp_path).model_dump(), "demo": True})
    with running(settings) as client:
        assert client.get(SESSION).json()["mode"] == "desk"


def outside(folder: Path, **more) -> list[str]:
    """Return the codes of what is in the way of serving others."""
    given = settings_of(None, folder).model_dump() | {"host": "0.0.0.0", "hosts": "map.county.example"} | more  # noqa: S104 - nothing listens
    with open_store(None, folder) as store:
        return [fault.code for fault in faults_outside(Settings(**given), store)]


def test_nobody_is_served_outside_before_all_have_to_sign_in(tmp_path):
    with open_store(None, tmp_path) as store:
        store.upgrade()
        load_sample(store)
    assert outside(tmp_path, hosts="", demo=True) == ["host.demo", "host.not_loopback", "host.no_names"]
    assert outside(tmp_path, host="127.0.0.1") == ["host.not_loopback"]  # behind a proxy on this machine
    assert outside(tmp_path, host="127.0.0.1", hosts="") == []
    now = datetime.now(UTC)
    with open_store(None, tmp_path) as store:
        people = People(store)
        people.add("li", ["surveyor"], PASSWORD, now=now)
        assert outside(tmp_path) == ["host.no_admin"]
        people.add("wang", ["admin"], PASSWORD, now=now)
        assert outside(tmp_path) == []
        made = demo_people(store, now)
        assert outside(tmp_path) == ["host.known_passwords"]
        for _, login, _ in made[1:]:
            people.disable(login, now=now)
        assert outside(tmp_path) == ["host.known_passwords"]
        people.set_password(made[0][1], PASSWORD, now=now)
        assert outside(tmp_path) == []


def test_outside_a_request_names_a_known_host_and_comes_from_our_pages(tmp_path):
    small_county(None, tmp_path)
    settings = Settings(**{**settings_of(None, tmp_path).model_dump(), "hosts": "map.county.example"})
    with running(settings) as client:
        host = {"Host": "map.county.example"}
        told = client.get(SESSION, headers=host)
        assert (told.status_code, told.json()["mode"]) == (200, "accounts")  # never a desk, even without accounts
        assert client.get("/api/county", headers=host).json()["loopback_only"] is False
        assert code(client.get(SESSION, headers={"Host": "evil.example"})) == (400, "host.refused")
        body = {"name": "li", "password": PASSWORD}
        foreign = client.post(SESSION, json=body, headers=host | {"Origin": "https://evil.example"})
        assert code(foreign) == (403, "origin.refused")
        ours = client.post(SESSION, json=body, headers=host | {"Origin": "https://map.county.example"})
        assert code(ours) == (401, "sign_in.wrong")


def test_a_proxy_does_not_open_a_desk_to_those_behind_it(client):
    for header in ("X-Forwarded-For", "Forwarded", "Via"):
        assert code(client.get(SESSION, headers={header: "203.0.113.7"})) == (400, "host.refused")
    assert client.get(SESSION).json()["mode"] == "desk"


def test_identity_numbers_are_read_in_full_by_those_who_handle_the_case_alone():
    case = replay("2026-00001", "wuzhi", [])
    gas = Person("a", "甲", "o", "燃气公司", "gas", "", ("utility",))
    window = Person("b", "乙", "p", "审批中心", "", "approval_centre", ("coordinator",))
    seen = [Visitor("accounts", gas), Visitor("accounts", window), Visitor("demo", None), Visitor("desk", None)]
    assert [sees_numbers(case, one) for one in seen] == [False, True, False, True]
    assert sees_numbers(dataclasses.replace(case, owner="o"), seen[0])
