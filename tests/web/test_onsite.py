"""The page on site: taken along, worked with offline, everything on the server as it was entered."""

from __future__ import annotations

import io
import math
import os
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx
from PIL import ExifTags, Image
from playwright.sync_api import expect

from tests.chromium import browsing
from tests.web.onsite_visits import answers, in_grid, on_server, page_of, phone, visit, wire
from tests.web.phones import HEIGHT, WIDTH, photo
from tests.web.test_client import axe_faults

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.web.phones import Phone
    from tests.web.wire import Wire

__all__ = ["phone", "visit", "wire"]


def test_a_day_on_site_without_a_network(wire: Wire, visit: dict[str, Any], phone: Callable[[str], Phone]) -> None:
    on_site = phone("one").start(page_of(wire, visit))
    on_site.take_along()
    wire.sever()
    on_site.die()
    on_site.start(page_of(wire, visit))
    page = on_site.page
    expect(page.get_by_text("现场页测试")).to_be_visible()
    expect(page.locator(".where")).to_have_text("±3 米")
    number = visit["stops"][0]["items"][0]["number"]

    at = datetime(2026, 11, 26, 9, 30, 15)  # noqa: DTZ001 - as a camera writes it
    on_site.photograph(number, photo(7, at, on_site.place))
    on_site.answer(number, "实测值", "１０．４２米", "路缘石外移 𠮷")
    on_site.sign("王五", "县自来水公司")
    expect(page.locator("header button")).to_contain_text("待上传 4")
    on_site.die()

    on_site.start(page_of(wire, visit))
    expect(on_site.page.locator("header button")).to_contain_text("待上传 4")
    wire.mend()
    on_site.page.evaluate("dispatchEvent(new Event('online'))")
    on_site.send_all()
    told = on_server(wire, visit)
    (one,) = answers(told)
    east, north = in_grid(on_site.place)
    assert (one["outcome"], one["value"], one["unit"], one["note"]) == ("value", 10.42, "m", "路缘石外移 𠮷")
    assert math.dist(one["place"], (east, north)) < 0.002
    assert one["accuracy_m"] == 3.0
    assert [who["who"]["name"] if "who" in who else who["name"] for who in told["signatures"]] == ["王五"]

    pictures = on_server(wire, visit, "/pictures")["pictures"]
    kept = next(each for each in pictures if each["media"] == "image/jpeg")
    assert [kept["id"]] == one["photos"]
    assert datetime.fromisoformat(kept["taken_at"]).isoformat() == "2026-11-26T09:30:15+08:00"
    assert math.dist((kept["x"], kept["y"]), (east, north)) < 0.05
    assert kept["accuracy_m"] == 4.5
    content = httpx.get(f"{wire.address}{kept['href']}", timeout=60).content
    assert b"SECRET" not in content
    assert dict(Image.open(io.BytesIO(content)).getexif()) == {ExifTags.Base.Orientation: 6}


def test_staking_out_measuring_and_a_line_by_positions(
    wire: Wire, visit: dict[str, Any], phone: Callable[[str], Phone]
) -> None:
    on_site = phone("one").start(page_of(wire, visit))
    on_site.take_along()
    page = on_site.page
    stop = visit["stops"][0]
    route = next(one["id"] for one in stop["items"][0]["subjects"] if one["layer"] == "routes")
    at = f"{wire.address}/api/collections/routes/items/{route}"
    line = httpx.get(at, params={"crs": "grid"}, timeout=60).json()
    first = line["geometry"]["coordinates"][0]

    on_site.sheet("放样")
    page.get_by_label("管线").select_option(route)
    on_site.stand()
    here = in_grid(on_site.place)
    expect(page.locator(".metres")).to_have_text(f"还差 {math.dist(here, first):.2f} 米")
    bearing = math.degrees(math.atan2(first[0] - here[0], first[1] - here[1])) % 360
    expect(page.locator(".way")).to_contain_text(f"方位角 {bearing:.1f}°")
    page.get_by_label("桩号").fill("K0+005")
    page.get_by_label("偏距").fill("2")
    page.keyboard.press("Enter")
    expect(page.locator(".sheet")).to_contain_text("K0+005.00, 右 2.00 m")

    on_site.sheet("画线")
    page.get_by_role("combobox", name="线", exact=True).select_option(route)
    page.get_by_label("平均 10 秒").select_option("平均 5 秒")
    on_site.stand()
    page.get_by_role("button", name="GNSS 加点").click()
    for east in (0.00001, -0.00001, 0.0):
        page.wait_for_timeout(600)
        on_site.stand(east)
    expect(page.get_by_text("次平均，舍去")).to_be_visible()
    expect(page.get_by_text("其中实测 1 点")).to_be_visible()
    page.get_by_label("说明").fill("起点移位")
    page.get_by_role("button", name="整条线存到本机").click()
    on_site.send_all()
    (taken,) = on_server(wire, visit, "/surveyed")["lines"]
    assert taken["route"] == route
    assert taken["note"] == "起点移位"
    (point,) = taken["points"]
    assert point["accuracy_m"] >= 3.0

    on_site.sheet("量测")
    page.get_by_role("button", name="十字处加点").click()
    on_site.drag_map()
    page.get_by_role("button", name="十字处加点").click()
    expect(page.get_by_text("总长")).to_be_visible()


def test_every_sheet_can_be_used_by_anybody(wire: Wire, visit: dict[str, Any], phone: Callable[[str], Phone]) -> None:
    on_site = phone("one").start(page_of(wire, visit))
    on_site.take_along()
    on_site.open_item(visit["stops"][0]["items"][0]["number"])
    for sheet in (None, "放样", "量测", "画线", "签字", "queue"):
        if sheet:
            on_site.sheet(sheet)
        assert axe_faults(on_site.page) == [], sheet
        body = on_site.page.locator(".body")
        assert body.evaluate("shown => shown.scrollWidth - shown.clientWidth") <= 0, sheet


def test_the_code_on_a_sheet_of_the_atlas_leads_to_its_stop(
    wire: Wire, visit: dict[str, Any], phone: Callable[[str], Phone]
) -> None:
    on_site = phone("one").start(page_of(wire, visit))
    on_site.take_along()
    wire.sever()
    last = visit["stops"][-1]
    on_site.die()
    page = on_site.start(f"{wire.url}/?stop={last['id']}#/visit/{visit['id']}").page
    expect(page.locator(f"#stop-{last['id']}")).to_be_in_viewport(ratio=1)


def test_a_fingertip_on_a_stop_of_the_map_opens_it(
    wire: Wire, visit: dict[str, Any], phone: Callable[[str], Phone]
) -> None:
    on_site = phone("one").start(page_of(wire, visit))
    on_site.take_along()
    page, stop = on_site.page, visit["stops"][-1]
    page.get_by_role("button", name=f"地图上看 {stop['number']}", exact=True).click()
    on_site.sheet("签字")
    page.wait_for_timeout(1000)  # the map goes there
    box = page.locator(".fieldmap").bounding_box()
    assert box is not None
    left, top = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(left - 120, top)
    page.wait_for_timeout(600)  # it might become a double click
    expect(page.get_by_label("姓名")).to_be_visible()
    page.mouse.click(left + 20, top - 20)
    expect(page.locator(f"#stop-{stop['id']}")).to_be_in_viewport()


def test_worker_and_manifest_are_asked_for_anew(neixiang: str) -> None:
    for path, media in (("/sw.js", "text/javascript"), ("/manifest.webmanifest", "application/manifest+json")):
        answer = httpx.get(f"{neixiang}{path}", timeout=60)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(media)
        assert answer.headers["cache-control"] == "no-cache"


def test_a_photo_that_the_server_would_refuse_is_made_smaller_and_that_is_told(
    wire: Wire, visit: dict[str, Any], browser: Browser, tmp_path: Path
) -> None:
    side, large = 3000, tmp_path / "large.png"
    Image.frombytes("RGB", (side, side), os.urandom(3 * side * side)).save(large, "PNG", compress_level=0)
    assert large.stat().st_size > 25_000_000
    # A browser that Playwright started reads a file by its path; to the others it is carried as text.
    with browsing(browser, WIDTH, HEIGHT) as context:
        page = context.new_page()
        page.goto(page_of(wire, visit))
        page.get_by_role("button", name="下载到本机").click()
        page.locator("button.item").first.click()
        page.locator(".camera input").set_input_files(large)
        expect(page.get_by_text("照片超过 25 MB")).to_be_visible()
        expect(page.locator("header button")).to_have_text("已全部上传")
    (kept,) = on_server(wire, visit, "/pictures")["pictures"]
    assert (kept["media"], kept["width"], kept["height"]) == ("image/jpeg", side, side)
    assert kept["bytes"] < 25_000_000


def test_no_picture_is_refused_by_name(wire: Wire, visit: dict[str, Any], phone: Callable[[str], Phone]) -> None:
    on_site = phone("one").start(page_of(wire, visit))
    on_site.take_along()
    on_site.open_item(visit["stops"][0]["items"][0]["number"])
    field = on_site.page.locator(".camera input")
    field.set_input_files({"name": "a.heic", "mimeType": "image/heic", "buffer": b"\0\0\0\x18ftypheic" + bytes(99)})
    expect(on_site.page.get_by_role("alert")).to_contain_text("JPEG")
    field.set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo(1)[:-500]})
    expect(on_site.page.get_by_role("alert")).to_contain_text("不完整")
    expect(on_site.page.locator("header button")).to_have_text("无待传")
