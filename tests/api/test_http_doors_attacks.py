"""What somebody tries who means harm, over HTTP: at a desk and among accounts, as a browser, a program, a proxy."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import pytest
import uvicorn

from api.db.store import open_store
from api.identity.people import People
from api.identity.sign_in import MOST_TRIES_FROM, SignIn
from tests.api.conftest import running, settings_of, small_county
from tests.api.identity.moments import PASSWORD
from tests.api.test_http_doors import COOKIE, SESSION, add_people, as_one, code
from tests.api.test_http_doors_own import CASES, application
from tests.api.test_http_items import ITEMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("quick_hashes")

PAGE = "<!doctype html><title>同沟</title>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made: Path = tmp_path_factory.mktemp("attacked")
    (made / "dist" / "assets").mkdir(parents=True)
    (made / "dist" / "index.html").write_text(PAGE, encoding="utf-8")
    (made / "secret.txt").write_text("不给人看", encoding="utf-8")
    small_county(None, made)
    add_people(None, made)
    return made


@pytest.fixture(scope="module")
def office(folder) -> Iterator[httpx.Client]:
    """Yield a client of the small county with accounts; the tests leave its accounts as they are."""
    with running(settings_of(None, folder)) as client:
        yield client


def raw(client: httpx.Client, sent: str) -> tuple[int, str]:
    """Send what no client library would, and return status and all of the answer."""
    with socket.create_connection((client.base_url.host, client.base_url.port), 30) as line:
        line.sendall(sent.encode("latin-1"))
        answer = b""
        while part := line.recv(65536):
            answer += part
    text = answer.decode(errors="replace")
    return int(text.split(" ", 2)[1]), text


def get_raw(client: httpx.Client, target: str, *headers: str, version: str = "1.1") -> tuple[int, str]:
    return raw(client, "\r\n".join([f"GET {target} HTTP/{version}", *headers, "Connection: close", "", ""]))


def try_one(client: httpx.Client, name: str, address: str) -> httpx.Response:
    body = {"name": name, "password": "spring-2027"}
    return client.post(SESSION, json=body, headers={"X-Forwarded-For": address})


def test_one_password_for_many_names_has_to_wait_too(tmp_path):
    small_county(None, tmp_path)
    add_people(None, tmp_path)
    right = {"name": "admin", "password": PASSWORD}
    with running(settings_of(None, tmp_path)) as client:
        for _ in range(3):  # who gets in has tried nothing wrong
            assert client.post(SESSION, json=right, headers={"X-Forwarded-For": "2001:db8::1"}).status_code == 201
        tried = [try_one(client, f"name-{n}", f"2001:db8::{n:x}") for n in range(1, MOST_TRIES_FROM + 1)]
        assert {answer.status_code for answer in tried} == {401}
        shut = try_one(client, "another", "2001:db8::ffff")  # one subscriber has as many addresses as he likes
        assert code(shut) == (429, "sign_in.too_many_tries")
        assert 0 < int(shut.headers["retry-after"]) <= 900
        assert try_one(client, "another", "2001:db8:0:1::1").status_code == 401
        assert client.post(SESSION, json=right, headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 201
        # A proxy that does not say for whom it asks must not shut everybody out.
        assert client.post(SESSION, json=right).status_code == 201


def test_what_is_megabytes_long_is_no_name_and_is_not_compared_with_any(office):
    long = "ﷺ" * 1_000_000  # each becomes 18 characters when names are compared
    for body in ({"name": long, "password": PASSWORD}, {"name": "admin", "password": long}):
        answer = office.post(SESSION, json=body)
        assert (code(answer), answer.json()["errors"][0]["code"]) == ((422, "input.refused"), "sign_in.long")
        assert "ﷺ" not in answer.text


def test_a_session_that_somebody_planted_is_not_taken_up(office):
    planted = "a" * 43
    with httpx.Client(base_url=office.base_url, cookies={COOKIE: planted}, timeout=60) as victim:
        assert victim.get(SESSION).json()["person"] is None
        signed = victim.post(SESSION, json={"name": "admin", "password": PASSWORD})
        given = signed.headers["set-cookie"].partition("=")[2].partition(";")[0]
        assert given != planted
    assert office.get(SESSION, headers={"Cookie": f"{COOKIE}={planted}"}).json()["person"] is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"}, {"Content-Type": "multipart/form-data; boundary=x"},
    ],
)  # fmt: skip
def test_no_page_of_another_site_writes_in_somebodys_name(office, headers):
    with as_one(office, "coordinator") as window:
        before = len(window.get(CASES).json()["cases"])
        answer = window.post(CASES, content=b'{"kind": "file_application"}', headers=headers)
        assert answer.status_code in {403, 415}, answer.text
        assert len(window.get(CASES).json()["cases"]) == before


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1@evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.", "", "a b"],
)
def test_no_other_host_is_answered(office, host):
    status, text = get_raw(office, SESSION, f"Host: {host}")
    assert status == 400
    assert "evil.example" not in text


def test_two_hosts_or_none_are_no_host(office):
    assert get_raw(office, SESSION, "Host: 127.0.0.1", "Host: evil.example")[0] == 400
    assert get_raw(office, SESSION)[0] == 400
    assert get_raw(office, f"http://evil.example{SESSION}", "Host: 127.0.0.1")[0] in {400, 404}


def test_a_proxy_that_says_nothing_of_itself_does_not_open_a_desk(tmp_path):
    small_county(None, tmp_path)
    with running(settings_of(None, tmp_path)) as client:
        host = f"Host: 127.0.0.1:{client.base_url.port}"  # as nginx writes it, where nothing is set
        status, text = get_raw(client, "/api/cases", host, version="1.0")
        assert (status, "host.refused" in text) == (400, True)
        assert get_raw(client, "/api/cases", host)[0] == 200
        assert get_raw(client, "/api/cases", host, "X-Client-IP: 192.0.2.1")[0] == 400


def test_another_machine_never_finds_a_desk(tmp_path, monkeypatch):
    """However it was started: by a server of their own on all addresses, or in a container with an open port."""
    small_county(None, tmp_path)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))  # nothing is sent; it tells by which address it would be
        except OSError:
            pytest.skip("this machine has no address but loopback")
        own = asked.getsockname()[0]
    plain = uvicorn.Config
    monkeypatch.setattr("uvicorn.Config", lambda app, **given: plain(app, **given, host="0.0.0.0"))  # noqa: S104
    with running(settings_of(None, tmp_path)) as client:
        assert client.get("/api/cases").status_code == 200
        elsewhere = httpx.get(
            f"http://{own}:{client.base_url.port}/api/cases", headers={"Host": "localhost"}, timeout=60
        )
        assert code(elsewhere) == (400, "host.refused")


@pytest.mark.parametrize(
    "target",
    [
        "/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/..%5csecret.txt",
        "//secret.txt", "/%00secret.txt", "/assets/%2e%2e%2f%2e%2e%2fstore.db", "/....//secret.txt",
        "/api/collections/routes/items/..%2f..%2f..%2fcases", "/api/../secret.txt", "/cotrench.db",
    ],
)  # fmt: skip
def test_no_file_beside_the_client_is_given(office, target):
    status, text = get_raw(office, target, f"Host: 127.0.0.1:{office.base_url.port}")
    assert status in {400, 401, 404}
    assert "不给人看" not in text


def test_a_token_that_is_revoked_and_an_account_that_is_shut_end_at_once(folder, office):
    now = datetime.now(UTC)
    with open_store(None, folder) as store, as_one(office, "alone") as browser:
        people, door = People(store), SignIn(store)
        token, secret = door.add_token("alone", now=now)
        asked = {"Authorization": f"Bearer {secret}"}
        assert office.get(CASES, headers=asked).status_code == 200
        door.revoke_token(token.id, now)
        assert code(office.get(CASES, headers=asked)) == (401, "sign_in.token")
        _, other = door.add_token("alone", now=now)
        assert browser.get(CASES).status_code == 200
        people.disable("alone", now=now)
        assert code(browser.get(CASES)) == (401, "permission.sign_in")
        assert code(office.get(CASES, headers={"Authorization": f"Bearer {other}"})) == (401, "sign_in.token")
        people.enable("alone", now=now)
        assert browser.get(CASES).status_code == 401  # the session stays closed


def test_nobody_gives_himself_what_the_form_of_a_request_does_not_have(office):
    with as_one(office, "applicant") as one:
        person = one.get(SESSION).json()["person"]
        more = {"name": "applicant", "password": PASSWORD, "roles": ["admin"], "organisation": "o", "id": "x"}
        assert one.post(SESSION, json=more).json()["person"] == person
        for told in ({"owner": "x"}, {"seq": 9}, {"phase": "done"}, {"manager": "我"}):
            assert code(one.post(CASES, json=application(**told))) == (422, "input.refused"), told
        for told in ({"id": "2026-99999"}, {"at": "2020-01-01T00:00:00Z"}, {"who": "别人"}):
            assert code(one.post(CASES, json=application() | told)) == (422, "input.refused"), told
        draft = one.post("/api/drafts", json={"policy": "neixiang", "owner": "x", "id": "a" * 32, "revision": 9}).json()
        assert (draft["revision"], draft["id"] == "a" * 32) == (1, False)


def test_drafts_and_papers_of_others_are_not_there(office):
    with as_one(office, "applicant") as one, as_one(office, "utility") as other, as_one(office, "admin") as admin:
        draft = one.post("/api/drafts", json={"policy": "neixiang"}).json()["id"]
        case = one.post(CASES, json=application()).json()["id"]
        for path in (f"/api/drafts/{draft}", f"/api/drafts/{draft}/paper.pdf"):
            assert other.get(path).status_code == 404
            assert admin.get(path).status_code == 403
        assert admin.get(f"{CASES}/{case}/papers/receipt").status_code == 403
        assert office.get(f"{CASES}/{case}/form.pdf").status_code == 401
        assert office.get(f"/api/drafts/{draft}").status_code == 401


def test_what_is_somebodys_is_kept_by_no_cache_of_several(office):
    with as_one(office, "coordinator") as window:
        for path in (CASES, SESSION, "/api/findings", ITEMS, f"{ITEMS}/G1"):
            kept = window.get(path).headers["cache-control"]
            assert {"private", "no-store"} & set(kept.split(", ")), (path, kept)


def test_an_error_tells_nothing_of_the_inside(office):
    with as_one(office, "supervisor") as browser:
        for answer in (
            browser.get(f"{CASES}/{'9' * 80}"), browser.get(CASES, params={"limit": "1e9"}),
            browser.get("/api/standings/%F0%9F%92%A9"), browser.get("/api/figures", params={"f": "../x"}),
            browser.post(f"{CASES}/2026-00001/commands", content=b"{" * 5000), browser.get("/api/nothing/<script>"),
            browser.get("/api/collections/routes/items", params={"filter": "1=1; --", "bbox": "1,2"}),
        ):  # fmt: skip
            assert 400 <= answer.status_code < 500, answer.text
            assert "json" in answer.headers["content-type"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            for inside in ("Traceback", "sqlite", "sqlalchemy", ".py", str(office.base_url)):
                assert inside not in answer.text, answer.text


def test_the_description_names_no_account_and_no_row(office):
    told = office.get("/api/openapi.json")
    assert told.status_code == 200
    for secret in ("applicant某", "燃气支线", PASSWORD):
        assert secret not in told.text
    for page in ("/docs", "/redoc", "/api/docs", "/api/redoc", "/openapi.json"):
        assert office.get(page).status_code == 404
