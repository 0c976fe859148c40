"""Run the service over both stores, on a free port of loopback."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import pytest
import shapely
import uvicorn
from argon2 import PasswordHasher

from api.cli.service import load_sample
from api.db.store import open_store
from api.identity import passwords
from api.main import create_app
from api.settings import Settings
from tests.conftest import NEIXIANG

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 12, 1, tzinfo=UTC)
X0, Y0 = 579_000.0, 3_658_000.0  # in the county seat


def settings_of(url, folder: Path) -> Settings:
    return Settings(database_url=url, data=folder, client=folder / "dist", poll_seconds=0.05, tick_seconds=3600)


@contextmanager
def running(settings: Settings) -> Iterator[httpx.Client]:
    """Serve in a thread; yield a client of it."""
    config = uvicorn.Config(create_app(settings), port=0, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


def small_county(url: str | None, folder: Path) -> None:
    """Fill a store with the county of Neixiang: one road, one route."""
    with open_store(url, folder) as store:
        store.upgrade()
        store.county = NEIXIANG
        road = {"id": "D1", "name": "范蠡大街", "class": "local", "width_m": 12.0, "delivered": "2010-05-01"}
        road["geometry"] = shapely.LineString([(X0 + 50, Y0 - 100), (X0 + 50, Y0 + 100)])
        store.insert("roads", [road], who="test", now=NOW)
        route = {"id": "G1", "utility": "gas", "operator": "燃气公司", "name": "燃气支线", "start": "2027-03-01"}
        route |= {"end": "2027-05-31", "geometry": shapely.LineString([(X0, Y0 + 1.5), (X0 + 120, Y0 + 1.5)])}
        store.insert("routes", [route], who="test", now=NOW)


@pytest.fixture(scope="module")
def quick_hashes() -> Iterator[None]:
    """Hash passwords with argon2 as ever, but in a hundredth of the time: for tests that are about something else."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        passwords.nobodys_hash.cache_clear()
        yield
    passwords.nobodys_hash.cache_clear()


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[httpx.Client]:
    """Yield a client of the service over the small county, once over each store."""
    small_county(database_url, tmp_path)
    with running(settings_of(database_url, tmp_path)) as client:
        yield client


@pytest.fixture(scope="session")
def shared(tmp_path_factory) -> Iterator[httpx.Client]:
    """Yield a client of the service over the small county for tests that are refused, or change nothing of it."""
    folder = tmp_path_factory.mktemp("shared")
    small_county(None, folder)
    with running(settings_of(None, folder)) as client:
        yield client


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Iterator[httpx.Client]:
    """Yield a client of the service over the sample county; tests leave no trace in it."""
    folder = tmp_path_factory.mktemp("demo")
    with open_store(None, folder) as store:
        store.upgrade()
        load_sample(store)
    with running(settings_of(None, folder)) as client:
        yield client
