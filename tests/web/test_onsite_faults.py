"""On site things go wrong: sessions end, two answer one item, a plan is old, a page came by plain HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
from playwright.sync_api import expect

from tests.chromium import browsing
from tests.web.onsite_visits import ROUTES, answers, on_server, page_of, phone, visit, wire
from tests.web.phones import HEIGHT, WIDTH, photo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Locator

    from tests.web.conftest import Window
    from tests.web.phones import Phone
    from tests.web.wire import Wire

__all__ = ["phone", "visit", "wire"]


def test_two_phones_answer_the_same_item(wire: Wire, visit: dict[str, Any], phone: Callable[[str], Phone]) -> None:
    number = visit["stops"][0]["items"][0]["number"]
    one, other = phone("one").start(page_of(wire, visit)), phone("other").start(page_of(wire, visit))
    one.take_along()
    other.take_along()
    one.answer(number, "符合")
    other.answer(number, "不符")
    one.send_all()
    other.send_all()
    assert sorted(each["outcome"] for each in answers(on_server(wire, visit))) == ["not_ok", "ok"]
    one.sheet("queue")
    one.page.get_by_role("button", name="更新下载").click()
    one.page.get_by_role("button", name="更新下载").wait_for()
    one.open_item(number)
    expect(one.page.get_by_text("各方结果不一致")).to_be_visible()


def test_a_file_carries_everything_and_brings_nothing_twice(
    wire: Wire, visit: dict[str, Any], phone: Callable[[str], Phone], tmp_path: Path
) -> None:
    on_site, desk = phone("one").start(page_of(wire, visit)), phone("desk")
    on_site.take_along()
    wire.sever()
    number = visit["stops"][0]["items"][0]["number"]
    on_site.photograph(number, photo(1))
    on_site.answer(number, "符合")
    on_site.sheet("queue")
    with on_site.page.expect_download() as download:
        on_site.page.get_by_role("button", name="导出文件").click()
    file = tmp_path / "out.json"
    download.value.save_as(file)
    carried = json.loads(file.read_text(encoding="utf-8"))
    refused = {**next(one for one in carried["entries"] if one["kind"] == "answer_item"), "id": "bad-one"}
    refused["data"] = {"answer": {**refused["data"]["answer"], "id": "bad-one", "outcome": "perhaps"}}
    file.write_text(json.dumps({**carried, "entries": [refused, *carried["entries"]]}), encoding="utf-8")

    wire.mend()
    page = desk.start(f"{wire.url}/#/visit").page
    page.locator(".file input").set_input_files(file)
    expect(page.get_by_text("导入 3 条新内容")).to_be_visible()
    # What one refuses holds the others not back, and stays with its reason.
    expect(page.locator("li.refused")).to_contain_text("不认识的结果")
    expect(page.locator("li.sent")).to_have_count(2)
    page.locator(".file input").set_input_files(file)
    expect(page.get_by_text("导入 0 条新内容")).to_be_visible()
    on_site.page.evaluate("dispatchEvent(new Event('online'))")
    on_site.send_all()
    assert [each["outcome"] for each in answers(on_server(wire, visit))] == ["ok"]
    assert len(on_server(wire, visit, "/pictures")["pictures"]) == 1


def test_who_is_signed_out_is_asked_and_keeps_everything(window: Callable[..., Window]) -> None:
    w = window(WIDTH, HEIGHT, phone=True)
    w.expected.append("401")
    with httpx.Client(base_url=w.url, timeout=60) as office:
        office.post("/api/session", json={"name": "demo-coordinator", "password": "tonggou-coordinator"})
        made = office.post("/api/visits", json={"title": "登录测试", "routes": ROUTES}).json()
    w.page.goto(f"{w.url}/#/visit/{made['id']}")
    w.page.get_by_role("button", name="下载到本机").click()
    first, second = w.page.locator("button.item").first, w.page.locator("button.item").nth(1)

    def answer(item: Locator, outcome: str) -> None:
        w.page.get_by_role("navigation").get_by_role("button", name="停留点").click()
        item.click()
        w.page.get_by_role("button", name=outcome, exact=True).click()
        w.page.get_by_role("button", name="存到本机").click()
        w.page.locator("header button").click()
        expect(w.page.get_by_text("登录已过期")).to_be_visible()
        w.page.get_by_role("button", name="登录后上传").click()

    answer(first, "符合")
    w.page.get_by_role("button", name="以勘测人员样例进入").click()
    expect(w.page.locator("header button")).to_have_text("已全部上传")
    w.page.context.clear_cookies()
    answer(second, "不符")
    # Another person's word is not sent as one's own.
    w.page.get_by_role("button", name="以联办窗口样例进入").click()
    expect(w.page.get_by_text("等本人登录后上传")).to_be_visible()
    w.page.get_by_role("button", name="由我代传").click()
    expect(w.page.locator("header button")).to_have_text("已全部上传")
    w.page.reload()
    expect(w.page.locator("header button")).to_have_text("已全部上传")


def test_plain_http_says_why_it_cannot(browser: Browser, neixiang: str, visit: dict[str, Any]) -> None:
    plain = "http://map.county.example"
    with browsing(browser, WIDTH, HEIGHT) as context:
        context.route(
            f"{plain}/**",
            lambda route: route.fulfill(response=route.fetch(url=route.request.url.replace(plain, neixiang))),
        )
        page = context.new_page()
        page.goto(f"{plain}/#/visit/{visit['id']}")
        expect(page.get_by_role("alert")).to_contain_text("不是 HTTPS")
        expect(page.get_by_role("button", name="下载到本机")).to_be_enabled()


def test_an_old_plan_is_told_and_what_was_entered_for_it_is_taken(
    wire: Wire, visit: dict[str, Any], phone: Callable[[str], Phone]
) -> None:
    on_site = phone("one").start(page_of(wire, visit))
    on_site.take_along()
    wire.sever()
    on_site.answer(visit["stops"][0]["items"][0]["number"], "符合")
    other = {"title": "另排", "routes": ["G1", "G2"], "crs": "grid"}
    command = {"kind": "change_visit", "data": {"reason": "道路封闭", "asked": other}}
    answer = httpx.post(f"{wire.address}/api/visits/{visit['id']}/commands", json=command, timeout=60)
    assert answer.status_code == 200, answer.text
    wire.mend()
    on_site.page.reload()
    expect(on_site.page.get_by_text("办公室已另排此踏勘")).to_be_visible()
    on_site.send_all()
    told = on_server(wire, visit)
    assert [one["outcome"] for item in told["unplanned"] for one in item["answers"]] == ["ok"]
    on_site.page.get_by_role("button", name="更新下载").click()
    expect(on_site.page.get_by_text("另排", exact=True)).to_be_visible()
    expect(on_site.page.get_by_text("办公室已另排此踏勘")).to_have_count(0)
