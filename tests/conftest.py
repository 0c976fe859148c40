"""Give every test the stores, the same test on SQLite and on PostGIS, and one browser."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from api.db.records import County
from api.db.store import Store, open_store
from tests.chromium import chromium
from tests.postgis import PostgisMissingError, fresh_database, postgis_cluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

NEIXIANG = County("neixiang", "内乡县", "Neixiang", "EPSG:4546", "neixiang")
SLOW = (
    "tests/contracts/test_wheel.py",
    "tests/contracts/test_api_never_fails.py",
    "tests/api/test_cases_killed.py",
    "tests/api/test_cli_provinces.py",
    "tests/api/test_county_opportunities.py",
    "tests/api/test_http_programmes.py",
    "tests/api/test_tile_overviews.py",
    "tests/api/test_visit_layers_properties.py",
    "tests/api/test_visits_at_once.py",
    "tests/api/test_visits_killed.py",
    "tests/geo/partition/test_crews.py",
    "tests/survey/test_provinces_findings.py",
    "tests/web/test_base_map.py",
    "tests/web/test_onsite_deaths.py",
    "tests/web/test_onsite_faults.py",
    "tests/web/test_programme_progress.py",
)
"""What kills, starts or generates so much that `make test` leaves it to `make test-all`, which is what CI runs."""
STORES = ["sqlite", pytest.param("postgis", marks=pytest.mark.postgis)]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.split("::")[0] in SLOW:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def postgis_server() -> Iterator[str]:
    """Yield the URL of a PostGIS server of our own; a laptop may do without one, CI may not."""
    with ExitStack() as server:
        try:
            url = server.enter_context(postgis_cluster())
        except PostgisMissingError as missing:
            if os.environ.get("CI") == "true":
                pytest.fail(f"CI needs PostGIS: {missing}")
            pytest.skip(f"no PostGIS: {missing}")
        yield url


@pytest.fixture
def postgis_database(postgis_server: str) -> Iterator[str]:
    """Yield the URL of an empty database with PostGIS."""
    with fresh_database(postgis_server) as url:
        yield url


@pytest.fixture(params=STORES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database, once of each kind."""
    if request.param == "postgis":
        return request.getfixturevalue("postgis_database")
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def bare_store(database_url: str) -> Iterator[Store]:
    """Yield a store without tables, once of each kind."""
    with open_store(database_url, "") as store:
        yield store


@pytest.fixture
def store(bare_store: Store) -> Store:
    """Return an empty store of the county of Neixiang, once of each kind."""
    bare_store.upgrade()
    bare_store.county = NEIXIANG
    return bare_store


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a process: Playwright allows no second one beside it."""
    with chromium() as started:
        yield started
