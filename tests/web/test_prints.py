"""A person chooses a piece of the map, looks at the sheet and takes it along as PDF, in a real browser."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.web.test_client import axe_faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Window

#: The middle of what panels leave of a window of 1366 × 768 pixels.
MIDDLE = ((376 + 1366 - 412) // 2, 768 // 2)


def begin(window: Callable[..., Window]) -> Window:
    w = window().open()
    w.page.get_by_role("button", name="打印地图").click()
    expect(w.page.get_by_role("button", name="保存 PDF")).to_be_enabled()
    return w


def choose(w: Window, name: str, value: str) -> None:
    w.page.get_by_role("combobox", name=name).select_option(value)


def saved(w: Window) -> tuple[str, dict, str]:
    """Return the words of the PDF that is saved, its data and its name."""
    with w.page.expect_download() as download:
        w.page.get_by_role("button", name="保存 PDF").last.click()
    read = PdfReader(io.BytesIO(download.value.path().read_bytes()))
    words = re.sub(r"\s+", "", "".join(page.extract_text() for page in read.pages))
    return words, json.loads(read.attachments["data.json"][0]), download.value.suggested_filename


def test_what_the_frame_shows_is_what_is_printed(window: Callable[..., Window]) -> None:
    w = begin(window)
    w.page.get_by_label("图名").fill("城关 1:500 图")
    choose(w, "图幅", "a4")
    choose(w, "方向", "portrait")
    choose(w, "比例", "500")
    w.page.get_by_label("现状管线").uncheck()
    w.page.get_by_label("备注").fill("只供踏勘")
    w.at_rest(*MIDDLE)
    x, y = w._read_at(*MIDDLE)
    words, data, name = saved(w)
    assert name == "城关 1 500 图.pdf"
    assert "图名城关1:500图" in words
    assert "备注只供踏勘" in words
    assert "现状给水" not in words
    [sheet] = data["sheets"]
    west, south, east, north = sheet["bounds"]
    assert sheet["scale"] == 500
    assert ((west + east) / 2, (south + north) / 2) == pytest.approx((x, y), abs=2)
    assert "pipes" not in data["layers"]


def test_the_first_page_is_looked_at_before_and_several_sheets_are_counted(window: Callable[..., Window]) -> None:
    w = begin(window)
    w.page.get_by_label("窗口内全部").check()
    expect(w.page.get_by_role("combobox", name="比例")).to_have_value("fit")
    choose(w, "比例", "5000")
    choose(w, "图幅", "a4")
    w.page.get_by_role("button", name="预览").click()
    picture = w.page.get_by_role("dialog").get_by_role("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == pytest.approx(1400, abs=2)
    told = w.page.get_by_text(re.compile(r"共 \d+ 张图")).inner_text()
    assert axe_faults(w.page) == []
    words, data, _ = saved(w)
    assert int(re.search(r"\d+", told)[0]) == len(data["sheets"]) > 1
    assert "范围总图" in words


def test_the_open_route_is_printed_with_what_is_around_it(window: Callable[..., Window]) -> None:
    w = window().open()
    w.pick("R009")
    w.page.get_by_role("button", name="打印地图").click()
    expect(w.page.get_by_label("管线 R009 周围")).to_be_checked()
    w.page.get_by_label("冲突编号").check()
    words, data, _ = saved(w)
    assert data["routes"] == ["R009"]
    assert all("R009" in (one["a"], one["b"]) for one in data["findings"])
    assert "R009" in words
    assert "内乡县" in words


def test_what_cannot_be_printed_is_said_in_the_panel(window: Callable[..., Window]) -> None:
    w = begin(window)
    w.expected.append("422")
    w.page.get_by_label("窗口内全部").check()
    choose(w, "比例", "100")
    w.page.get_by_role("button", name="保存 PDF").click()
    expect(w.page.get_by_role("alert")).to_contain_text("超过 24 张图")
    expect(w.page.get_by_role("alert")).to_contain_text("用 1:")
    for box in w.page.locator(".layers input").all():
        box.uncheck()
    expect(w.page.get_by_text("至少勾选一个图层")).to_be_visible()
    expect(w.page.get_by_role("button", name="保存 PDF")).to_be_disabled()
    assert axe_faults(w.page) == []
    w.page.get_by_role("button", name="English").click()
    expect(w.page.get_by_text("Tick a layer at least")).to_be_visible()
    w.page.locator(".map").focus()
    w.page.keyboard.press("p")
    expect(w.page.get_by_text("Tick a layer at least")).to_have_count(0)
