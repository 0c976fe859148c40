"""On site hands are quicker than the device: one presses twice, goes on while a photo is made, has two windows open."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from PIL import Image
from playwright.sync_api import expect

from tests.web.onsite_visits import ROUTES, answers, on_server, page_of, phone, visit, wire
from tests.web.phones import HEIGHT, WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import FilePayload

    from tests.web.conftest import Window
    from tests.web.phones import Phone
    from tests.web.wire import Wire

__all__ = ["phone", "visit", "wire"]

NOTE = "说明（可语音输入）"
KEEP = "存到本机"
SLOW_CAMERA = """() => {
  const made = createImageBitmap.bind(window);
  window.createImageBitmap = (...of) => new Promise((go) => { window.develop = () => go(made(...of)); });
}"""
"""A photo that the browser has to make anew comes once `develop` is called."""


def test_who_goes_on_while_a_photo_is_made_or_has_just_typed_loses_and_mixes_nothing(
    wire: Wire, visit: dict[str, Any], phone: Callable[[str], Phone]
) -> None:
    on_site = phone("one").start(page_of(wire, visit))
    on_site.take_along()
    wire.sever()
    page = on_site.page
    first, second = [item["number"] for stop in visit["stops"] for item in stop["items"]][:2]
    page.evaluate(SLOW_CAMERA)
    on_site.open_item(first)
    picture = io.BytesIO()
    Image.effect_noise((60, 40), 50).save(picture, "GIF")
    shot: FilePayload = {"name": "IMG_1.gif", "mimeType": "image/gif", "buffer": picture.getvalue()}
    page.locator(".camera input").set_input_files(shot)
    page.wait_for_function("window.develop !== undefined")
    expect(page.get_by_role("button", name=KEEP)).to_be_disabled()  # an answer goes with its photos
    page.get_by_label(NOTE).fill("第一项的话")
    page.get_by_role("button", name="下一项").click()
    expect(page.get_by_label(NOTE)).to_have_value("")
    page.evaluate("develop()")
    expect(page.locator("header button")).to_contain_text("待上传 1")

    on_site.die()
    on_site.start(page_of(wire, visit)).open_item(second)
    expect(on_site.page.get_by_label(NOTE)).to_have_value("")
    expect(on_site.page.get_by_text(re.compile("照片 . 张已存本机"))).to_have_count(0)
    on_site.open_item(first)
    expect(on_site.page.get_by_label(NOTE)).to_have_value("第一项的话")
    expect(on_site.page.get_by_text("照片 1 张已存本机", exact=True)).to_be_visible()


def test_what_is_pressed_twice_is_kept_once_and_another_window_is_waited_for(
    wire: Wire, visit: dict[str, Any], phone: Callable[[str], Phone]
) -> None:
    on_site = phone("one").start(page_of(wire, visit))
    on_site.take_along()
    page = on_site.page
    other = on_site.context.new_page()
    other.goto(f"{wire.url}/#/visit")
    other.evaluate("""() => {
      void navigator.locks.request('cotrench-onsite-sending', () => new Promise((go) => { window.done = go; }));
    }""")
    page.bring_to_front()

    on_site.open_item(visit["stops"][0]["items"][0]["number"])
    page.get_by_role("button", name="符合", exact=True).click()
    page.get_by_role("button", name=KEEP).dblclick()
    expect(page.get_by_text("已存本机，联网后自动上传")).to_be_visible()
    on_site.sheet("签字")
    page.get_by_label("姓名").fill("王五")
    page.locator("canvas[aria-label]").click()
    page.get_by_role("button", name=KEEP).dblclick()
    expect(page.get_by_text("签字已存本机")).to_be_visible()
    on_site.sheet("画线")
    for _ in range(2):
        page.get_by_role("button", name="十字处加点").click()
        on_site.drag_map()
    page.get_by_role("button", name="整条线存到本机").dblclick()
    expect(page.get_by_text("已存本机，联网后自动上传")).to_be_visible()
    expect(page.locator("header button")).to_contain_text(re.compile(r"\b4\b"))

    other.evaluate("done()")
    on_site.send_all()
    told = on_server(wire, visit)
    assert [len(answers(told)), len(told["signatures"])] == [1, 1]
    assert len(on_server(wire, visit, "/surveyed")["lines"]) == 1
    assert len(on_server(wire, visit, "/pictures")["pictures"]) == 1


def test_what_the_device_refuses_is_told_and_the_next_is_kept_again(
    wire: Wire, visit: dict[str, Any], phone: Callable[[str], Phone]
) -> None:
    on_site = phone("one").start(page_of(wire, visit))
    on_site.take_along()
    page = on_site.page
    on_site.sheet("画线")
    page.get_by_role("button", name="十字处加点").click()
    expect(page.get_by_text("1 点，其中实测 0 点")).to_be_visible()
    page.evaluate("""() => {
      const { prototype } = IDBObjectStore;
      const usual = prototype.delete;
      prototype.delete = () => { prototype.delete = usual; throw new DOMException('ill', 'UnknownError'); };
    }""")
    page.get_by_role("button", name="放弃这条线").click()
    page.get_by_role("button", name=re.compile("再点一次放弃")).click()
    expect(page.get_by_role("alert")).to_be_visible()
    on_site.drag_map()
    page.get_by_role("button", name="十字处加点").click()
    expect(page.get_by_text("2 点，其中实测 0 点")).to_be_visible()

    # A phone closes the store of a page that lay behind others without a word: it is opened again.
    page.evaluate("""() => {
      const { prototype } = IDBDatabase;
      const usual = prototype.transaction;
      prototype.transaction = function (...of) {
        prototype.transaction = usual;
        this.close();
        return usual.apply(this, of);
      };
    }""")
    on_site.drag_map()
    page.get_by_role("button", name="十字处加点").click()
    expect(page.get_by_text("3 点，其中实测 0 点")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)

    # Averaging that began on one sheet is stopped on another one.
    page.get_by_label("平均 10 秒").select_option("平均 60 秒")
    page.get_by_role("button", name="GNSS 加点").click()
    on_site.sheet("量测")
    page.get_by_role("button", name="停止").click()
    expect(page.get_by_role("button", name="GNSS 加点")).to_be_visible()

    # What cannot be undone takes a second press, which a double tap is not.
    on_site.sheet("queue")
    page.get_by_role("button", name="从本机移除此踏勘").dblclick()
    expect(page.get_by_role("button", name="再点一次移除")).to_be_visible()


def test_who_signs_in_in_another_window_does_not_send_what_the_one_before_has_entered(
    window: Callable[..., Window],
) -> None:
    w = window(WIDTH, HEIGHT, phone=True)
    office = window().sign_in("coordinator")
    made = office.page.request.post(f"{w.url}/api/visits", data={"title": "两个窗口", "routes": ROUTES}).json()
    w.sign_in("surveyor")
    w.page.goto(f"{w.url}/#/visit/{made['id']}")
    w.page.get_by_role("button", name="下载到本机").click()
    w.page.locator("button.item").first.wait_for()
    w.sign_in("coordinator")
    w.page.locator("button.item").first.click()
    w.page.get_by_role("button", name="符合", exact=True).click()
    w.page.get_by_role("button", name=KEEP).click()
    w.page.locator("header button").click()
    expect(w.page.get_by_text("等本人登录后上传")).to_be_visible()
    assert answers(office.page.request.get(f"{w.url}/api/visits/{made['id']}").json()) == []
