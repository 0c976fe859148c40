"""Visits planned for one test, phones that work on them, and what of it is on the server afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pyproj import Transformer

from tests.web.phones import Phone
from tests.web.wire import Wire, wire_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Browser

ROUTES = ["A1", "A2", "A3", "A4"]
TO_GRID = Transformer.from_crs("EPSG:4490", "EPSG:4546", always_xy=True)


def in_grid(lonlat: Sequence[float]) -> tuple[float, float]:
    """Return a place in the county's grid, by PROJ."""
    east, north = TO_GRID.transform(lonlat[0], lonlat[1])
    return float(east), float(north)


def lonlat_of(place: Sequence[float]) -> tuple[float, float]:
    longitude, latitude = TO_GRID.transform(place[0], place[1], direction="INVERSE")
    return float(longitude), float(latitude)


@pytest.fixture
def wire(neixiang: str) -> Iterator[Wire]:
    with wire_to(neixiang) as made:
        yield made


@pytest.fixture
def visit(neixiang: str) -> dict[str, Any]:
    """Return a visit of its own for the test, in the grid."""
    with httpx.Client(base_url=neixiang, timeout=60) as client:
        asked = {"title": "现场页测试", "routes": ROUTES, "crs": "grid"}
        answer = client.post("/api/visits", params={"crs": "grid"}, json=asked)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


@pytest.fixture
def phone(browser: Browser, tmp_path: Path, visit: dict[str, Any]) -> Iterator[Callable[[str], Phone]]:
    """Return new phones at the first stop; whatever a test leaves running is ended."""
    lonlat = lonlat_of(visit["stops"][0]["place"])
    made: list[Phone] = []

    def new(name: str = "phone") -> Phone:
        made.append(Phone(browser, tmp_path / name, lonlat))
        return made[-1]

    yield new
    for one in made:
        one.die()


def page_of(wire: Wire, visit: dict[str, Any]) -> str:
    return f"{wire.url}/#/visit/{visit['id']}"


def on_server(wire: Wire, visit: dict[str, Any], rest: str = "") -> dict[str, Any]:
    asked = {"crs": "grid"} if not rest else {}
    answer = httpx.get(f"{wire.address}/api/visits/{visit['id']}{rest}", params=asked, timeout=60)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def answers(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for stop in told["stops"] for item in stop["items"] for one in item["answers"]]
