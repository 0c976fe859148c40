"""Tiles of a service of our own lie true under the layers; the page does without where it is gone or not set."""

from __future__ import annotations

import io
import math
import os
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from PIL import Image
from playwright.sync_api import expect
from pyproj import Transformer

from api.db.store import open_store
from tests.chromium import browsing
from tests.conftest import NEIXIANG
from tests.service import served
from tests.web.conftest import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE = shapely.LineString([(579_000, 3_658_000), (579_400, 3_658_250)])
TO_LONLAT = Transformer.from_crs("EPSG:4546", "EPSG:4326", always_xy=True)


class Tiles(BaseHTTPRequestHandler):
    """Gives pictures that say in their colour which tile they are: column, row, zoom."""

    def do_GET(self):
        zoom, column, row = (int(part) for part in self.path.strip("/").split("/"))
        out = io.BytesIO()
        Image.new("RGB", (256, 256), (column * 37 % 256, row * 37 % 256, zoom * 10)).save(out, "PNG")
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(out.getvalue())

    def log_message(self, *_):
        pass


@contextmanager
def tile_server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Tiles)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def tile_of(x: float, y: float, zoom: int, projection: str) -> tuple[int, int]:
    """Column and row of the tile that shows a place of the grid, by the formulas of the OGC's two usual tile sets."""
    lon, lat = TO_LONLAT.transform(x, y)
    if projection == "EPSG:4490":
        size = 360 / 2**zoom
        return math.floor((lon + 180) / size), math.floor((90 - lat) / size)
    mercator = math.asinh(math.tan(math.radians(lat)))
    return math.floor((lon + 180) / 360 * 2**zoom), math.floor((1 - mercator / math.pi) / 2 * 2**zoom)


@pytest.fixture(scope="module", params=["EPSG:3857", "EPSG:4490"])
def at(request, tmp_path_factory) -> Iterator[tuple[str, str, str]]:
    """Serve a county of one planned line beside a tile service; yield both addresses and the tiles' projection."""
    data = tmp_path_factory.mktemp("tiles")
    line = gpd.GeoDataFrame({"id": ["R1"], "utility": "water"}, geometry=[LINE], crs="EPSG:4546")
    with open_store(None, data) as store:
        store.upgrade()
        store.county = NEIXIANG
        store.import_frame("routes", line, who="test", now=datetime.now(UTC))
    with tile_server() as tiles:
        told = {"COTRENCH_TILES_PROJECTION": request.param, "COTRENCH_TILES_ATTRIBUTION": "某地图"}
        told["COTRENCH_TILES"] = f"{tiles}/{{z}}/{{x}}/{{y}}"
        with served(data, environment=os.environ | told, demo=False) as address:
            yield address, tiles, request.param


@pytest.fixture
def seen(browser, at) -> Iterator[Window]:
    """Return a window to open the map in; it may meet no error, and ask no stranger but the tile service."""
    address, tiles, _ = at
    with browsing(browser) as context:
        w = Window(context.new_page(), address, expected=[tiles]).watch()
        yield w
    assert w.told() == []


def without_layers(w: Window) -> None:
    w.page.get_by_role("button", name="图层", exact=True).click()
    for box in w.page.get_by_role("checkbox").all():
        if "底图服务" not in box.evaluate("box => box.closest('label').textContent"):
            box.uncheck()


def test_every_picture_lies_where_it_belongs(seen, at):
    projection = at[2]
    w = seen.open()
    expect(w.page.get_by_text("© 某地图")).to_be_visible()
    without_layers(w)
    for _ in range(3):
        w.page.get_by_role("button", name="放大").click()
    places = [(420 + 60 * k, 180 + 45 * k) for k in range(9)]
    w.at_rest(*places[4])
    grid = [w._read_at(*place) for place in places]
    picture = Image.open(io.BytesIO(w.picture())).convert("RGB")
    right = 0
    for place, where in zip(places, grid, strict=True):
        red, green, blue = picture.getpixel(place)
        column, row = tile_of(*where, round(blue / 10), projection)
        right += (red, green, blue) == (column * 37 % 256, row * 37 % 256, round(blue / 10) * 10)
    assert right >= 8, "a place beside the edge of two tiles may be mixed, no more"
    box = w.page.get_by_role("checkbox", name="底图服务")
    box.uncheck()
    paper = Image.open(io.BytesIO(w.picture())).convert("RGB").getpixel(places[4])
    assert paper == (247, 245, 240)


def test_where_the_service_is_gone_it_is_said_once_and_the_map_works(seen, at):
    seen.page.route(f"{at[1]}/**", lambda asked: asked.abort("connectionrefused"))
    w = seen.open()
    w.expected.append("ERR_CONNECTION_REFUSED")
    said = w.page.get_by_text("底图服务没有回应")
    expect(said).to_be_visible()
    said.locator("xpath=ancestor::*[.//button][1]").get_by_role("button").first.click()
    expect(said).to_have_count(0)
    w.page.get_by_role("button", name="放大").click()
    w.pause(1500)
    expect(said).to_have_count(0)
    w.pick("R1")
