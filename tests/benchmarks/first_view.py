"""A million lines on the map page: what making overviews takes, and what people wait for after a start and an edit.

``nice -n 5 python -m tests.benchmarks.first_view 1000000 [--postgis] [--browser]`` does this section alone, for so many
routes with their streets as roads; ``--store`` takes a store that is there (a folder or a URL) and writes into it.
"""

import argparse
import os
import tempfile
import time
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
import psutil
import shapely
import sqlalchemy as sa

from api.db.store import open_store
from api.db.tables import OVERVIEWS
from api.tile_stamps import OVERVIEW_ZOOM, Place
from api.tiles import Tiles
from maps.tile_grid import COARSEST_ZOOM, TileGrid
from tests.benchmarks.drawn import served
from tests.benchmarks.measuring import child, s, table
from tests.chromium import chromium
from tests.postgis import fresh_database, postgis_cluster
from tests.web.conftest import Window
from tests.web.test_tiles import resolution, zoom_to

SHOWN = ("routes", "roads")
TILES_OF_A_WINDOW = (3, 2)  # of 512 pixels
OPENED, DRAGGED_S, QUIET_S, START_S = 4, 3.0, 0.7, 120
RESOLUTIONS_M = (32.0, 8.0, 4.0, 2.1, 1.4)
FRAMES = """() => {
  window.frames_ = [];
  const note = (at) => { window.frames_.push(at); window.noting_ = requestAnimationFrame(note); };
  window.noting_ = requestAnimationFrame(note);
}"""


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.first_view", description=__doc__)
    parser.add_argument("routes", type=int)
    parser.add_argument("--postgis", action="store_true", help="on a PostGIS server of its own, else on SQLite")
    parser.add_argument("--browser", action="store_true", help="open the page in Chromium and drag the map, too")
    parser.add_argument("--store", help="a folder or a URL of a store of the benchmark that is there already")
    options = parser.parse_args()
    with _store_of(options) as (url, folder):
        with open_store(url, folder) as store:
            store.upgrade()
            load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
            rows = [("routes / roads", f"{store.count('routes'):,} / {store.count('roads'):,}"), ("load", load)]
            rows += _overviews(store)
            rows += _tiles(store)
        table("Overviews and tiles, processor time of this process / wall time", ("what", "how much"), rows)
        if options.browser:
            with served(folder, url) as (process, client):
                _wait_for(client)
                rows = _page(process.pid, str(client.base_url))
            table("The page in Chromium", ("what", "how much"), rows)


@contextmanager
def _store_of(options):
    """Yield the URL (None: SQLite) and the data folder of the store that is measured."""
    if options.store:
        is_url = "://" in options.store
        with tempfile.TemporaryDirectory() as folder:
            yield (options.store, Path(folder)) if is_url else (None, Path(options.store))
        return
    with tempfile.TemporaryDirectory() as name, postgis_cluster() if options.postgis else nullcontext() as server:
        folder = Path(name)
        child("make", folder / "city.npz", options.routes)
        with fresh_database(server) if options.postgis else nullcontext() as url:
            child("store", folder / "city.npz", folder, *([url] if url else []))
            yield url, folder


def _overviews(store):
    """Make all of them, find them after a start, and follow an edit."""
    with store.transaction() as connection:
        connection.execute(sa.delete(OVERVIEWS))
    first, again = Tiles(), Tiles()
    rows = [
        ("all overviews are made and kept", _took(lambda: first.prepare(store))),
        ("a start: all tiles of the whole county", _took(lambda: _window(again, store, COARSEST_ZOOM))),
        ("a start: what is left to prepare", _took(lambda: again.prepare(store))),
    ]
    x, y = _middle(store)
    line = shapely.LineString([(x, y), (x + 300, y + 40)])
    route = {"id": f"X{time.time_ns()}", "utility": "gas", "geometry": line}
    store.insert("routes", [route], who="bench", now=datetime.now(UTC))
    rows += [
        ("a route is drawn: all tiles of the whole county", _took(lambda: _window(again, store, COARSEST_ZOOM))),
        ("a route is drawn: what is left to prepare", _took(lambda: again.prepare(store))),
    ]
    with store.reading() as connection:
        size = sa.func.sum(sa.func.length(OVERVIEWS.c.steps) + sa.func.coalesce(sa.func.length(OVERVIEWS.c.drawn), 0))
        count, total = connection.execute(sa.select(sa.func.count(), size).select_from(OVERVIEWS)).one()
    return [*rows, ("kept", f"{count} overviews, {total / 1e6:.1f} MB")]


def _tiles(store):
    """One window of tiles at each zoom, by a process that has just started, and the same again."""
    rows = []
    for zoom in range(COARSEST_ZOOM, 15):
        tiles = Tiles()
        first = _took(lambda zoom=zoom, tiles=tiles: _window(tiles, store, zoom))
        again = _took(lambda zoom=zoom, tiles=tiles: _window(tiles, store, zoom))
        name = "overviews" if zoom <= OVERVIEW_ZOOM else "one by one"
        rows.append((f"six tiles at {TileGrid.pixel_m(zoom):g} m a pixel ({name}): first / again", f"{first}; {again}"))
    return rows


def _window(tiles, store, zoom):
    grid = TileGrid.of(store.grid)
    column, row = grid.at(zoom, *_middle(store))
    for dx in range(TILES_OF_A_WINDOW[0]):
        for dy in range(TILES_OF_A_WINDOW[1]):
            place = Place(grid, zoom, column + dx - 1, row + dy - 1)
            tiles.tile(store, place, dict.fromkeys(SHOWN), lambda _: False)


def _middle(store):
    x0, y0, x1, y1 = store.bounds("roads")
    return (x0 + x1) / 2, (y0 + y1) / 2


def _took(call):
    """Return the processor time of this process and the wall time of a call, for people."""
    worked, begun = time.process_time(), time.perf_counter()
    call()
    return f"{s(time.process_time() - worked)} / {s(time.perf_counter() - begun)}"


def _wait_for(client):
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        with suppress(httpx.TransportError):
            client.get("/api/health")
            return
        time.sleep(0.05)
    message = "the service does not listen"
    raise RuntimeError(message)


def _page(pid, address):
    """Open the page of a service that has just started, some times, then drag the map at several scales."""
    rows, service = [], psutil.Process(pid)
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        for number in range(OPENED):
            page = context.new_page()
            before = sum(service.cpu_times()[:2])
            seconds, requests = _at_rest(page, lambda page=page: page.goto(address))
            took = sum(service.cpu_times()[:2]) - before
            told = f"at rest after {s(seconds)}, {requests} requests, service {s(took)}"
            rows.append((f"the whole county, opened {number + 1}", f"{told} (it loads the county meanwhile)"))
            if number < OPENED - 1:
                page.close()
        for metres in RESOLUTIONS_M:
            _at_rest(page, lambda metres=metres: zoom_to(Window(page, address), metres))
            rows.append((f"dragged at {resolution(page):.1f} m a pixel, load {os.getloadavg()[0]:.0f}", _dragged(page)))
    return rows


def _at_rest(page, act):
    """Act; return the seconds until the last answer that the page waited for, and how many it had."""
    open_, ended, begun = set(), [], time.perf_counter()

    def over(one):
        open_.discard(one)
        ended.append(time.perf_counter())

    heard = {"request": lambda one: open_.add(one), "requestfinished": over, "requestfailed": over}  # noqa: PLW0108 - Playwright marks what it is given
    for event, hear in heard.items():
        page.on(event, hear)
    act()
    while (
        open_ or page.get_by_text("空白不等于没有").count() or time.perf_counter() < max(ended, default=begun) + QUIET_S
    ):
        page.wait_for_timeout(50)
    for event, hear in heard.items():
        page.remove_listener(event, hear)
    return max(ended, default=begun) - begun, len(ended)


def _dragged(page):
    page.mouse.move(700, 400)
    page.mouse.down()
    page.evaluate(FRAMES)
    begun = time.perf_counter()
    while (past := time.perf_counter() - begun) < DRAGGED_S:
        page.mouse.move(700 - 60 * past, 400 + 40 * np.sin(past * 2))
    page.mouse.up()
    frames = np.diff(page.evaluate("() => { cancelAnimationFrame(window.noting_); return window.frames_; }"))
    return (
        f"{len(frames) / frames.sum() * 1000:.0f} frames a second, 95th percentile {np.quantile(frames, 0.95):.0f} ms"
    )


if __name__ == "__main__":
    main()
