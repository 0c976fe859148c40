"""Every operation of the service against every role: 401 and 403 where the table says so, and nowhere else."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from fastapi.routing import iter_route_contexts

from api.doors import May
from api.identity.permissions import ACTIONS, ROLES, TABLE
from api.main import create_app
from api.settings import Settings
from tests.api.conftest import running, settings_of, small_county
from tests.api.test_http_doors import add_people, as_one

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

pytestmark = pytest.mark.usefixtures("quick_hashes")

APP = create_app(Settings())
LAYERS = {"routes": "routes", "sites": "sites", "pipes": "pipes", "trees": "layers"}
REFUSALS = {"permission.sign_in": 401, "permission.refused": 403, "permission.not_yours": 403}


def permissions(route) -> list[May]:
    return [one.call for one in route.dependant.dependencies if isinstance(one.call, May)]


def operations() -> list[tuple[str, str, str, bool]]:
    """Return method, path, action and whether the route looks at whose a thing is, of every operation described."""
    described = {(method.upper(), path) for path, methods in APP.openapi()["paths"].items() for method in methods}
    found = []
    for route in iter_route_contexts(APP.routes):
        for method in sorted(getattr(route, "methods", None) or ()):
            path = re.sub(r":path\}", "}", route.path)
            if (method, path) not in described:
                continue
            described.discard((method, path))
            [permission] = permissions(route)
            for layer, resource in LAYERS.items() if "{layer}" in path else [("", "")]:
                action = permission.action.replace("{layer}", resource)
                found.append((method, path.replace("{layer}", layer), action, permission.own))
    assert not described, "described, and not found among the routes"
    return found


OPERATIONS = operations()


@pytest.fixture(scope="module")
def browsers(tmp_path_factory) -> Iterator[dict[str, httpx.Client]]:
    """Yield a browser for each role, and one of nobody."""
    folder = tmp_path_factory.mktemp("roles")
    small_county(None, folder)
    add_people(None, folder)
    with running(settings_of(None, folder)) as client, ExitStack() as open_ones:
        names = {role: None if role == "guest" else role for role in ROLES}
        yield {role: open_ones.enter_context(as_one(client, name)) for role, name in names.items()}


def test_every_operation_names_an_action_of_the_table():
    assert {action for *_, action, _ in OPERATIONS} <= set(ACTIONS)
    assert len({path for _, path, *_ in OPERATIONS}) > 25


@pytest.mark.parametrize("role", sorted(ROLES))
def test_the_table_holds_at_every_operation(browsers, role):
    wrong = []
    for method, path, action, own in OPERATIONS:
        if path == "/api/session" and method == "DELETE":
            continue  # it would end the session that the others need
        asked = re.sub(r"\{\w+\}", "nothing", path)
        # No body, no If-Match: whoever passes is told of that, and nothing is written.
        answer = browsers[role].request(method, asked)
        code = answer.json().get("code", "") if "json" in answer.headers.get("content-type", "") else ""
        scopes = {TABLE[action].get("guest"), TABLE[action].get(role)}
        refused = "all" not in scopes and not ("own" in scopes and own)
        passed_on = code == "permission.not_yours" and own  # the route itself has looked at whose it is
        if refused != (code in REFUSALS and not passed_on):
            wrong.append((method, path, action, answer.status_code, code))
        if code in REFUSALS:
            assert answer.status_code == REFUSALS[code] == (401 if role == "guest" else 403)
            assert answer.headers.get("www-authenticate") == ("Bearer" if role == "guest" else None)
    assert not wrong


@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        ("guest", "GET", "/api/health", 200),
        ("guest", "GET", "/api/county", 200),
        ("guest", "GET", "/api/policies", 200),
        ("guest", "GET", "/api/collections/roads/items", 401),
        ("guest", "GET", "/api/collections/pipes/items", 401),
        ("guest", "GET", "/api/cases", 401),
        ("guest", "GET", "/api/figures", 401),
        ("guest", "GET", "/api/standings", 401),
        ("guest", "POST", "/api/assessments", 401),
        ("guest", "PUT", "/api/county", 401),
        ("applicant", "GET", "/api/collections/pipes/items", 403),
        ("applicant", "GET", "/api/collections/routes/items", 200),
        ("applicant", "GET", "/api/findings", 403),
        ("applicant", "GET", "/api/figures", 403),
        ("applicant", "GET", "/api/cases", 200),
        ("applicant", "POST", "/api/assessments", 403),
        ("utility", "GET", "/api/collections/pipes/items", 200),
        ("utility", "POST", "/api/collections/roads/items", 403),
        ("utility", "POST", "/api/findings/x/acceptance", 403),
        ("supervisor", "POST", "/api/collections/routes/items", 403),
        ("supervisor", "GET", "/api/figures", 200),
        ("approver", "GET", "/api/cases", 200),
        ("approver", "PUT", "/api/county", 403),
        ("admin", "POST", "/api/cases", 403),
        ("admin", "GET", "/api/cases", 403),
        ("admin", "GET", "/api/figures", 200),
        ("admin", "POST", "/api/collections/routes/items", 403),
    ],
)
def test_what_was_written_down_by_hand(browsers, role, method, path, status):
    assert browsers[role].request(method, path).status_code == status


def test_a_refusal_says_who_may(browsers):
    answer = browsers["supervisor"].post("/api/collections/routes/items").json()
    assert answer["code"] == "permission.refused"
    assert "勘测" in answer["detail"]
    assert answer["errors"][0]["mend_zh"]


def test_without_signing_in_a_body_is_not_read(browsers):
    answer = browsers["guest"].post("/api/assessments", content=b"x" * 1_000_000)
    assert (answer.status_code, answer.json()["code"]) == (401, "permission.sign_in")
