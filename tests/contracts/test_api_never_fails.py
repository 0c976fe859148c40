"""Throw generated requests at every operation of the OpenAPI: never 5xx, and every refusal has the one error shape."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error

from tests.api.conftest import running, settings_of, small_county

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = 12  # an operation: the whole takes about a minute of two busy cores
GEOPACKAGE = "application/geopackage+sqlite3"
PROBLEM = {"type", "title", "title_en", "status", "detail", "detail_en", "code", "errors"}


@schemathesis.serializer(GEOPACKAGE)
def as_file(context, value):
    """Send what was made up for a GeoPackage as it is."""
    del context
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def test_no_request_makes_it_fail(tmp_path: Path):
    small_county(None, tmp_path)
    with running(settings_of(None, tmp_path)) as client:
        schema = schemathesis.openapi.from_url(f"{client.base_url}/api/openapi.json")
        operations = [result.ok() for result in schema.get_all_operations()]
        assert len(operations) > 15
        for operation in operations:
            try_out(operation)


def try_out(operation) -> None:
    """Send generated requests, good ones and bad ones, to one operation."""

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy())
    def good(case):
        check(case)

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))
    def bad(case):
        check(case)

    good()
    with suppress(Unsatisfiable):  # an operation without parameters cannot be asked wrongly
        bad()


def check(case) -> None:
    """Send one request; refuse a 5xx, and a refusal that has not the one shape."""
    response = case.call()
    case.validate_response(response, checks=[not_a_server_error])
    if response.status_code < 400:
        return
    assert response.headers["content-type"] == ["application/problem+json"], response.text
    body = response.json()
    assert set(body) >= PROBLEM
    assert body["status"] == response.status_code
    assert all({"code", "zh", "en"} <= set(fault) for fault in body["errors"])
    if body["code"] == "input.refused":
        assert body["errors"]
