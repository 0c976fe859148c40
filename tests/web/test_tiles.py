"""A county of more routes than the page fetches at once: tiles from far, exact features to snap to from near."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from playwright.sync_api import expect

from api.db.store import open_store
from tests.chromium import browsing
from tests.conftest import NEIXIANG
from tests.service import served
from tests.web.conftest import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page, Route

EAST, NORTH = 576_000.0, 3_656_000.0
ACROSS, UP, APART = 100, 70, 60.0
TILE = re.compile(r"/api/tiles/grid/\d+/")
SCALE = 0.00028  # metres of the ground a pixel, at 1:1
STEP_MS = 400  # a turn of the wheel is taken up for 80 ms and gone after for 250


def place(column: int, row: int) -> tuple[float, float]:
    """Where the route of a place of the lattice begins; it runs 40 m to the east."""
    return EAST + column * APART, NORTH + row * APART


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("large")
    columns, rows = (axis.ravel() for axis in np.meshgrid(np.arange(ACROSS), np.arange(UP)))
    starts = np.stack([EAST + columns * APART, NORTH + rows * APART], axis=1)
    frame = gpd.GeoDataFrame(
        {"id": [f"R{c}-{r}" for c, r in zip(columns, rows, strict=True)], "utility": "water"},
        geometry=shapely.linestrings(np.stack([starts, starts + np.array([40, 0])], axis=1)),
        crs="EPSG:4546",
    )
    with open_store(None, folder) as store:
        store.upgrade()
        store.county = NEIXIANG
        store.import_frame("routes", frame, who="test", now=datetime.now(UTC))
    with served(folder, demo=False) as address:
        yield address


@pytest.fixture
def opened(browser: Browser, county: str) -> Iterator[Callable[[], Window]]:
    with browsing(browser) as context:
        made = Window(context.new_page(), county).watch()
        yield made.open
    assert made.told() == []


def resolution(page: Page) -> float:
    """Metres a pixel, as the scale in the corner says."""
    return float(re.sub(r"\D", "", page.locator(".scale .ratio").inner_text().split(":")[1])) * SCALE


def zoom_to(w: Window, wanted: float) -> None:
    w.page.mouse.move(600, 400)
    for _ in range(30):
        now = resolution(w.page)
        if abs(now / wanted - 1) < 0.15:
            return
        w.page.mouse.wheel(0, -60 if now > wanted else 60)
        w.pause(STEP_MS)
    raise AssertionError(now)


def near(w: Window) -> tuple[tuple[int, int], tuple[float, float]]:
    """A route of the middle of the window: its place in the lattice, and the pixel in the middle of it."""
    x, y = w._read_at(600, 400)
    column, row = round((x - EAST) / APART), round((y - NORTH) / APART)
    return (column, row), w.pixel_of(place(column, row)[0] + 20, place(column, row)[1])


def asked_for(page: Page, asked: list[str]) -> None:
    page.on("request", lambda request: asked.append(request.url))


def test_from_far_the_page_asks_for_tiles_and_a_route_is_picked_from_them(opened):
    asked: list[str] = []
    w = opened()
    asked_for(w.page, asked)
    zoom_to(w, 3.0)
    route, pixel = near(w)
    assert any("/api/tiles/grid/" in url and "layers=routes" in url for url in asked)
    assert not any("/collections/routes/items" in url and "bbox" in url for url in asked)
    w.page.mouse.click(*pixel)
    w.page.locator(".verdict .badge").wait_for()
    w.tab("顶点")
    values = [float(field.input_value()) for field in w.page.locator("table input").all()[:2]]
    assert values == list(place(*route))


def test_nothing_snaps_to_a_tile_and_the_page_says_so_until_one_is_near(opened):
    w = opened()
    zoom_to(w, 3.0)
    route, _ = near(w)
    px, py = w.pixel_of(*place(*route))
    w.page.get_by_role("button", name="画新管线").click()
    expect(w.page.get_by_text("规划管线现在是概略图形，放大后才能捕捉")).to_be_visible()
    w.page.mouse.click(int(px) + 3, int(py) + 3)
    w.tab("顶点")
    typed = [float(field.input_value()) for field in w.page.locator("table input").all()[:2]]
    assert typed != list(place(*route))
    w.page.keyboard.press("Escape")

    zoom_to(w, 0.5)
    route, _ = near(w)
    px, py = w.pixel_of(*place(*route))
    w.page.get_by_role("button", name="画新管线").click()
    expect(w.page.get_by_text("概略图形")).to_have_count(0)
    w.page.mouse.move(int(px) + 4, int(py) + 3, steps=4)
    w.page.mouse.click(int(px) + 4, int(py) + 3)
    w.tab("顶点")
    snapped = [float(field.input_value()) for field in w.page.locator("table input").all()[:2]]
    assert snapped == list(place(*route))


def test_while_overviews_are_made_the_page_says_so_and_they_appear_by_themselves(opened):
    w = opened()
    asked: list[str] = []
    w.expected.append("503")
    told = {"status": 503, "code": "tiles.making", "title": "概略图正在生成", "percent": 37}

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) > 12:
            route.continue_()
        else:
            route.fulfill(status=503, content_type="application/problem+json", body=json.dumps(told))

    w.page.route(TILE, answer)
    zoom_to(w, 3.0)
    expect(w.page.get_by_text("规划管线的概略图正在生成（已完成 37%），完成后自动出现")).to_be_visible()
    expect(w.page.get_by_text("未能载入")).to_have_count(0)
    expect(w.page.get_by_text("空白不等于没有")).to_have_count(0)  # nobody has touched anything
    assert len(asked) > 12
    _, pixel = near(w)
    w.page.mouse.click(*pixel)
    w.page.locator(".verdict .badge").wait_for()


def test_what_is_slow_to_come_is_said_to_be_on_its_way(opened):
    w = opened()
    held: list[Route] = []
    let_go = Event()
    w.page.route(TILE, lambda route: route.continue_() if let_go.is_set() else held.append(route))
    zoom_to(w, 3.0)
    expect(w.page.get_by_text("规划管线正在载入，此刻空白不等于没有")).to_be_visible()
    let_go.set()
    for one in held:
        one.continue_()
    expect(w.page.get_by_text("空白不等于没有")).to_have_count(0)


def test_what_was_saved_is_in_the_tiles_at_once(opened):
    w = opened()
    zoom_to(w, 2.6)
    (column, row), _ = near(w)
    x, y = place(column, row)
    y += APART / 2
    w.page.keyboard.press("d")
    w.type(f"{x},{y}", "@40,0", "")
    w.tab("属性")
    w.page.get_by_label("名称").fill("新接入")
    w.page.get_by_role("button", name="保存", exact=True).click()
    expect(w.page.get_by_text("已保存", exact=True)).to_be_visible()
    w.page.get_by_role("button", name="关闭").first.click()
    zoom_to(w, 2.6)
    w.page.mouse.click(*w.pixel_of(x + 20, y))
    expect(w.page.get_by_role("heading", name="新接入")).to_be_visible()
