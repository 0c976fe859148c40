"""The offline survey map opens from disk with the network off, shows what it should, and no name can do harm."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, Polygon

from maps.field_map import field_map_html, write_field_map
from maps.visit_layers import visit_layers
from sample_data.county import make_county
from tests.chromium import NEXT_FRAME, browsing
from tests.maps import small_town
from tests.maps.a_visit import plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

GRID = "EPSG:4546"
HOSTILE = "</script><script>window.hurt=1</script><img src=x onerror='window.hurt=1'>{{7*7}}"


def one_route(name: str = "给水一号") -> dict[str, gpd.GeoDataFrame]:
    route = LineString([(579400, 3658600), (579460, 3658600), (579460, 3658650)])
    green = Polygon([(579410, 3658590), (579430, 3658590), (579430, 3658610), (579410, 3658610)])
    return {
        "routes": gpd.GeoDataFrame({"id": ["R1"], "name": [name], "utility": ["water"]}, geometry=[route], crs=GRID),
        "greens": gpd.GeoDataFrame({"name": [name]}, geometry=[green], crs=GRID),
    }


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Yield a page of a window with the network off."""
    with browsing(browser, 1280, 800, offline=True) as context:
        yield context.new_page()


def opened(page: Page, path: Path) -> list[str]:
    """Open a file; return a list that everything joins which goes wrong or is asked for."""
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: (
            troubles.append(request.url) if not request.url.startswith(("file:", "data:", "blob:")) else None
        ),
    )
    page.goto(path.as_uri())
    page.wait_for_selector(".sheet h1")
    return troubles


def test_the_whole_sample_county_opens_with_no_network(page: Page, tmp_path: Path) -> None:
    county = make_county()
    path = write_field_map(county.frames, tmp_path / "map.html", title="内乡县联合踏勘图", grid=GRID, lines=["样例"])
    troubles = opened(page, path)
    assert troubles == []
    assert page.inner_text(".sheet h1") == "内乡县联合踏勘图"
    assert page.locator(".sheet li").count() == len(county.frames["routes"])
    legend = page.inner_text(".leaflet-control-layers")
    for word in ("绿地", "主干路", "规划管线·燃气", "现状管线·排水", "量测标注"):
        assert word in legend
    assert page.locator(".leaflet-control-scale-line").inner_text().endswith("m")
    assert page.locator(".north").inner_text() == "北"


def test_a_route_is_found_and_its_facts_are_shown(page: Page, tmp_path: Path) -> None:
    path = write_field_map(one_route(), tmp_path / "map.html", title="图", grid=GRID)
    troubles = opened(page, path)
    page.fill(".sheet input", "没有这条")
    assert page.locator(".sheet li:visible").count() == 0
    page.fill(".sheet input", "给水")
    page.click(".sheet li button")
    page.wait_for_timeout(600)
    page.mouse.click(*centre_of_map(page))
    assert troubles == []


def centre_of_map(page: Page) -> tuple[float, float]:
    size = page.viewport_size
    assert size is not None
    return size["width"] / 2, size["height"] / 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_hostile_name_stays_a_name(page: Page, tmp_path: Path, language: str) -> None:
    path = write_field_map(
        one_route(HOSTILE), tmp_path / "map.html", title=HOSTILE, grid=GRID, lines=[HOSTILE], language=language
    )
    troubles = opened(page, path)
    page.wait_for_timeout(300)
    page.click(".sheet li button")
    page.wait_for_timeout(300)
    assert page.evaluate("window.hurt") is None
    assert page.inner_text(".sheet h1") == HOSTILE
    assert troubles == []


#: Keeps what is painted on the sheet of names: text, width, size, and how it is moved and turned.
WATCH = """
window.written = [];
const fill = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
  const { a, b, e, f } = this.getTransform();
  window.written.push([text, this.measureText(text).width, parseFloat(this.font.match(/([0-9.]+)px/)[1]), a, b, e, f]);
  fill.call(this, text, x, y);
};
const clear = Object.getOwnPropertyDescriptor(HTMLCanvasElement.prototype, "width");
Object.defineProperty(HTMLCanvasElement.prototype, "width", { get: clear.get, set(value) {
  if (this.parentElement && this.parentElement.classList.contains("leaflet-names-pane")) window.written = [];
  clear.set.call(this, value);
} });
"""


def written(page: Page, zoom: int) -> list[tuple[str, float, shapely.Geometry]]:
    """Return the names on the map at a zoom over the old town: text, angle in degrees, the box it takes."""
    page.evaluate(
        "zoom => Object.values(window).find(one => one && one.setView && one._layers)"
        ".setView([33.0458, 111.8452], zoom, { animate: false })",
        zoom,
    )
    page.evaluate(NEXT_FRAME)  # names are painted with a frame
    found = []
    for text, wide, tall, a, b, x, y in page.evaluate("window.written"):
        box = shapely.box(-wide / 2, -tall / 2, wide / 2, tall / 2)
        found.append(
            (text, math.degrees(math.atan2(b, a)), shapely.affinity.affine_transform(box, [a, -b, b, a, x, y]))
        )
    return found


def test_names_stand_along_their_lines_and_none_over_another_at_any_zoom(page: Page, tmp_path: Path) -> None:
    path = write_field_map(make_county().frames, tmp_path / "map.html", title="图", grid=GRID)
    page.add_init_script(WATCH)
    page.goto(path.as_uri())
    page.wait_for_selector(".sheet h1")
    seen = {}
    for zoom in (13, 15, 17, 18, 19, 20):
        names = written(page, zoom)
        seen[zoom] = {text for text, *_ in names}
        boxes = np.array([box for *_, box in names], dtype=object)
        pairs = shapely.STRtree(boxes).query(boxes, predicate="intersects").T
        assert [(names[a][0], names[b][0]) for a, b in pairs if a < b] == [], f"at zoom {zoom}"
        assert all(-90 - 1e-6 <= angle <= 90 + 1e-6 for _, angle, _ in names), "a name is upside down"
    assert "人民路" in seen[15]
    assert not seen[15] & {"2F", "JS DN300"}
    assert "2F" in seen[19]
    assert any("DN" in text for text in seen[20])
    steep = [angle for text, angle, _ in written(page, 17) if text == "人民路"]
    assert all(abs(angle) > 80 for angle in steep)
    page.get_by_text("主干路", exact=True).click()
    assert "人民路" not in {text for text, *_ in written(page, 17)}


def test_the_same_map_is_the_same_file() -> None:
    assert field_map_html(one_route(), title="图", grid=GRID) == field_map_html(one_route(), title="图", grid=GRID)


def test_nothing_to_draw_and_a_wrong_number_of_answers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        field_map_html({}, title="图", grid=GRID)
    with pytest.raises(ValueError, match="2 assessments for 1 routes"):
        field_map_html(one_route(), title="图", grid=GRID, assessments=[{}, {}])
    before = tmp_path / "map.html"
    before.write_text("old", encoding="utf-8")
    with pytest.raises(ValueError, match="nothing to draw"):
        write_field_map({}, before, title="图", grid=GRID)
    assert before.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [before]


def test_a_route_without_utility_and_with_a_number_for_its_id_is_listed() -> None:
    layers = one_route()
    layers["routes"] = layers["routes"].assign(id=[7], utility=[None])
    html = field_map_html(layers, title="图", grid=GRID)
    assert '"name":"7 给水一号","figures":"类别不明"' in html


def test_the_numbers_of_stops_stand_before_those_of_their_items(page: Page, tmp_path: Path) -> None:
    """From afar all lie on one spot: the stop is what one walks to, its items are read from near."""
    path = tmp_path / "visit.html"
    layers = {name: frame for name, frame in small_town.layers().items() if name in ("routes", "roads")}
    more = visit_layers(plan("踏勘"), "zh")
    path.write_text(field_map_html(layers, title="踏勘", grid=small_town.GRID, more=more), encoding="utf-8")
    troubles = opened(page, path)
    zoom_out = page.locator(".leaflet-control-zoom-out")
    for _ in range(3):
        zoom_out.click()
        page.evaluate(NEXT_FRAME)
        page.wait_for_function("() => !document.querySelector('.leaflet-zoom-anim')")  # a press within a step is lost
    page.evaluate(NEXT_FRAME)
    seen = {mark.inner_text() for mark in page.locator(".mark").all() if mark.evaluate("e => e.style.visibility") == ""}
    assert "1" in seen
    assert not any(number.startswith("1-") for number in seen)
    assert troubles == []
