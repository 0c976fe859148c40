"""Joint visits in the browser: planned on the map and by hand, followed from the office while the field answers."""

from __future__ import annotations

import io
import math
import re
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from PIL import Image
from playwright.sync_api import expect

from tests.web.case_pages import faults_of_access

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator

    from tests.web.conftest import Window

WATER = "县自来水公司"
OF_WATER = "R004"
ROUTES = ("A1", "G1", "K1", "K2")
"""Of the strip for trials: four places, of nobody that has an account."""
COORDINATOR, COMPANY, SURVEYOR, APPROVER = "联办窗口", "公用事业单位", "勘测人员", "审批部门"


def visits_of(w: Window, role: str) -> Window:
    """Open the visits as the sample account of a role."""
    w.open()
    w.enter_as(role)
    w.page.get_by_role("button", name="联合踏勘").click()
    w.page.get_by_role("heading", name="联合踏勘").wait_for()
    return w


def asked(w: Window, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask the service as whoever is signed in at a window."""
    address = f"{w.url}/api/visits{path}"
    answer = w.page.request.get(address) if body is None else w.page.request.post(address, data=body)
    assert answer.ok, answer.text()
    return dict(answer.json())


def planned(w: Window, title: str, *routes: str) -> dict[str, Any]:
    """Plan a visit to some routes without the page."""
    return asked(w, "", {"title": title, "routes": list(routes), "crs": "grid"})


def take_along(w: Window, *ids: str) -> None:
    """Choose what is to be seen by the search of the planner."""
    for one in ids:
        w.page.get_by_label("查找办件、项目、管线").fill(one)
        w.page.get_by_role("list", name="查找结果").get_by_role("button", name=re.compile(rf" {one}(\s|$)")).click()
    w.page.get_by_label("查找办件、项目、管线").fill("")


def rows(w: Window) -> Locator:
    return w.page.locator("tr[data-stop]")


def order_of(w: Window) -> list[str]:
    return [str(row.get_attribute("data-stop")) for row in rows(w).all()]


def look(w: Window, title: str) -> None:
    """Open a visit from the list."""
    w.page.get_by_role("button", name=title).click()
    w.page.get_by_role("tab", name="行程").wait_for()


def look_again(w: Window, visit: str) -> None:
    """Have a page look whether others have acted, as it does every few seconds, and wait until it was told."""
    with w.page.expect_response(re.compile(rf"/api/visits/{visit}\?")):
        w.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def photo(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "JPEG")
    return out.getvalue()


def answer(w: Window, visit: str, item: str, outcome: str, **said: object) -> None:
    """Answer an item as a phone does."""
    told = {"id": str(uuid.uuid4()), "item": item, "outcome": outcome, "taken_at": "2026-12-01T09:10:00+08:00", **said}
    entry = {"id": str(uuid.uuid4()), "kind": "answer_item", "data": {"answer": told}}
    [taken] = asked(w, f"/{visit}/entries", {"entries": [entry]})["entries"]
    assert taken["taken"], taken


def test_a_visit_is_planned_put_in_another_order_and_stored(window: Callable[..., Window]) -> None:
    w = visits_of(window(1440, 900), COORDINATOR)
    w.page.get_by_role("button", name="排一次踏勘").click()
    expect(w.page.get_by_text("行程随即排出")).to_be_visible()
    take_along(w, *ROUTES)
    expect(rows(w)).to_have_count(4)
    w.page.get_by_label("名称").fill("试验段踏勘")
    free = asked(w, "/proposals", {"routes": list(ROUTES), "crs": "grid"})["plan"]
    assert order_of(w) == [stop["id"] for stop in free["stops"]]
    expect(rows(w).first).to_contain_text(free["stops"][0]["arrives"][11:16])
    expect(w.page.get_by_text("（最短）")).to_be_visible()

    w.page.get_by_role("button", name="移动第 1 点").press("ArrowDown")
    second = [free["stops"][at]["id"] for at in (1, 0, 2, 3)]
    put = asked(w, "/proposals", {"routes": list(ROUTES), "crs": "grid", "order": second})["plan"]
    dearer = round((put["travel_s"] - put["least_travel_s"]) / 60)
    expect(w.page.get_by_text("手排的顺序")).to_contain_text(f"路上多 {dearer} 分钟")
    expect(rows(w).nth(1)).to_have_attribute("data-stop", free["stops"][0]["id"])
    expect(w.page.locator(f"tr[data-stop='{free['stops'][0]['id']}'] .handle")).to_be_focused()

    third = [second[at] for at in (3, 0, 1, 2)]
    drag(w, w.page.get_by_role("button", name="移动第 4 点"), rows(w).first)
    expect(rows(w).first).to_have_attribute("data-stop", third[0])
    assert order_of(w) == third
    w.page.get_by_role("button", name="排定", exact=True).click()
    expect(w.page.get_by_role("tab", name="行程")).to_be_visible()
    [row] = [one for one in asked(w, "")["visits"] if one["title"] == "试验段踏勘"]
    stored = asked(w, f"/{row['id']}")
    assert [stop["id"] for stop in stored["stops"]] == third
    assert (stored["state"], stored["days"][0]["on"]) == ("planned", free["days"][0]["on"])
    assert faults_of_access(w) == []


def drag(w: Window, what: Locator, onto: Locator) -> None:
    """Drag by the mouse to the upper part of a row."""
    what.scroll_into_view_if_needed()
    held, row = what.bounding_box(), onto.bounding_box()
    assert held is not None
    assert row is not None
    w.page.mouse.move(held["x"] + held["width"] / 2, held["y"] + held["height"] / 2)
    w.page.mouse.down()
    w.page.mouse.move(row["x"] + 20, row["y"] + row["height"] / 2, steps=4)
    w.page.mouse.move(row["x"] + 20, row["y"] + 4, steps=2)
    w.page.mouse.up()


def test_what_is_clicked_on_the_map_is_taken_along_and_a_calendar_moves_the_date(
    window: Callable[..., Window],
) -> None:
    w = visits_of(window(1440, 900), COORDINATOR)
    item = w.page.request.get(f"{w.url}/api/collections/routes/items/{OF_WATER}?crs=grid").json()
    line = item["geometry"]["coordinates"]
    line = line[0] if item["geometry"]["type"] == "MultiLineString" else line
    w.page.get_by_role("button", name="排一次踏勘").click()
    (x, y), (x2, y2) = line[0][:2], line[1][:2]
    w.page.mouse.click(*w.pixel_of((x + x2) / 2, (y + y2) / 2))
    chosen = w.page.get_by_role("list", name="另外选定的").get_by_role("listitem")
    expect(chosen).to_have_count(1)
    expect(w.page.get_by_label("名称")).to_have_value(re.compile("踏勘$"))
    at_rest = w.pixel_of(x, y)
    w.page.mouse.dblclick(at_rest[0] + 30, at_rest[1] + 130)  # quick clicks do not move the map
    assert math.dist(w.pixel_of(x, y), at_rest) < 1
    w.page.get_by_role("button", name="起点").click()
    expect(w.page.get_by_text("请在图上点一下")).to_be_visible()
    w.page.mouse.click(*w.pixel_of(x + 100, y + 100))
    expect(w.page.get_by_role("button", name="去掉起点")).to_be_visible()
    first = w.page.locator(".said")
    expect(first).to_contain_text("出发")
    day = str(first.text_content())[:10]
    name = w.page.locator(".proposed li b").first.text_content()
    busy = calendar(datetime.fromisoformat(f"{day}T00:00:00+08:00"), days=1)
    w.page.get_by_label(f"放入{name}的日历").set_input_files(
        {"name": "张工.ics", "mimeType": "text/calendar", "buffer": busy}
    )
    expect(w.page.get_by_text("已放入日历")).to_be_visible()
    expect(first).not_to_contain_text(f"{day} ")
    w.page.get_by_label(f"去掉{name}的日历").click()
    expect(first).to_contain_text(day)
    w.page.get_by_label(f"放入{name}的日历").set_input_files(
        {"name": "照片.ics", "mimeType": "text/calendar", "buffer": b"\xff\xd8"}
    )
    expect(w.page.get_by_role("alert")).to_contain_text("不是日历文件")
    w.page.locator(".map").press("Escape")
    w.page.get_by_role("button", name="排一次踏勘").click()
    expect(chosen).to_have_count(1)  # what was not stored is there again


def calendar(begin: datetime, days: int) -> bytes:
    """Return an appointment of some days as iCalendar."""
    span = [f"{moment:%Y%m%dT%H%M%S}" for moment in (begin, begin + timedelta(days=days))]
    return "\r\n".join([
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t", "BEGIN:VEVENT", "UID:1", f"DTSTAMP:{span[0]}Z",
        f"DTSTART;TZID=Asia/Shanghai:{span[0]}", f"DTEND;TZID=Asia/Shanghai:{span[1]}", "SUMMARY:外出",
        "END:VEVENT", "END:VCALENDAR", "",
    ]).encode()  # fmt: skip


def test_what_the_field_says_comes_in_and_what_differs_stands_side_by_side(window: Callable[..., Window]) -> None:
    desk = visits_of(window(1440, 900), COORDINATOR)
    visit = planned(desk, "现场填写", OF_WATER)
    field, company = window().sign_in("surveyor"), window().sign_in("utility")
    first = visit["stops"][0]
    item = first["items"][0]
    desk.page.get_by_role("button", name="刷新").click()
    look(desk, "现场填写")
    x, y = desk.pixel_of(*first["place"])
    desk.page.mouse.click(x, y)
    stop = desk.page.locator(f"li[data-stop='{first['id']}']")
    expect(stop.locator("button.head")).to_have_attribute("aria-expanded", "true")
    line = stop.locator(f"[data-item='{item['id']}']")
    expect(line).to_contain_text("待填")

    picture, later = str(uuid.uuid4()), str(uuid.uuid4())
    address = f"{field.url}/api/visits/{visit['id']}/pictures/{picture}"
    assert field.page.request.put(address, data=photo("tan"), headers={"Content-Type": "image/jpeg"}).ok
    answer(field, visit["id"], item["id"], "not_ok", note="比图上浅 12 cm", photos=[picture, later])
    look_again(desk, visit["id"])
    expect(line.get_by_text("比图上浅 12 cm")).to_be_visible()
    expect(line.get_by_role("img")).to_have_js_property("complete", True)
    assert int(line.get_by_role("img").evaluate("image => image.naturalWidth")) > 0
    expect(line.get_by_text("还在手机上")).to_be_visible()
    answer(company, visit["id"], item["id"], "ok")
    look_again(desk, visit["id"])
    both = line.get_by_role("group", name="不一致")
    expect(both.locator(".answer")).to_have_count(2)
    left, right = both.locator(".answer").evaluate_all("all => all.map((one) => one.getBoundingClientRect().top)")
    assert left == right
    assert faults_of_access(desk) == []


def test_a_visit_is_invited_held_and_another_one_called_off(window: Callable[..., Window]) -> None:
    w = visits_of(window(1440, 900), COORDINATOR)
    visit, other = planned(w, "邀请到场", OF_WATER), planned(w, "取消的踏勘", "A1")
    w.page.get_by_role("button", name="刷新").click()
    look(w, "邀请到场")
    w.page.get_by_role("button", name="发出邀请").click()
    form = w.page.get_by_role("form", name="发出邀请")
    form.get_by_role("button", name="发出邀请").click()
    expect(w.page.locator(".top").get_by_text("已邀请")).to_be_visible()
    w.page.get_by_role("tab", name="人员").click()
    href = w.page.get_by_role("link", name=f"{WATER} 的日历邀请").get_attribute("href")
    told = w.page.request.get(f"{w.url}{href}").text()
    assert told.startswith("BEGIN:VCALENDAR")
    w.page.get_by_role("tab", name="行程").click()
    w.page.get_by_role("button", name="登记到场").click()
    form = w.page.get_by_role("form", name="登记到场")
    expect(form.get_by_role("button", name="登记到场")).to_be_disabled()
    form.get_by_role("checkbox", name=f"{WATER} 到场").check()
    form.get_by_label(f"{WATER} 到场人姓名").fill("孙建国")
    form.get_by_role("button", name="另有人到场").click()
    form.get_by_label("单位", exact=True).fill("湍东社区")
    form.get_by_role("button", name="登记到场").click()
    expect(w.page.locator(".top").get_by_text("已踏勘")).to_be_visible()
    stored = asked(w, f"/{visit['id']}")
    assert [(one["name"], one["organisation"]) for one in stored["present"]] == [
        ("孙建国", WATER), ("湍东社区", "湍东社区"),
    ]  # fmt: skip
    assert len(stored["invited"]) == len(stored["attendees"])

    w.page.get_by_role("button", name="返回踏勘列表").click()
    look(w, "取消的踏勘")
    w.page.get_by_role("button", name="取消踏勘").click()
    form = w.page.get_by_role("form", name="取消踏勘")
    expect(form.get_by_role("button", name="取消踏勘")).to_be_disabled()
    form.get_by_label("理由").fill("暴雨预警")
    form.get_by_role("button", name="取消踏勘").click()
    expect(w.page.locator(".top").get_by_text("已取消")).to_be_visible()
    expect(w.page.locator(".top").get_by_text("暴雨预警")).to_be_visible()
    assert asked(w, f"/{other['id']}")["state"] == "cancelled"
    expect(w.page.get_by_role("button", name="变更踏勘")).to_have_count(0)


def test_a_change_begins_from_what_was_asked_and_names_its_reason(window: Callable[..., Window]) -> None:
    w = visits_of(window(1440, 900), COORDINATOR)
    visit = planned(w, "要变更的", "A1", "K1")
    w.page.get_by_role("button", name="刷新").click()
    look(w, "要变更的")
    w.page.get_by_role("button", name="变更踏勘").click()
    expect(rows(w)).to_have_count(len(visit["stops"]))
    take_along(w, "G1")
    expect(rows(w)).to_have_count(len(visit["stops"]) + 1)
    save = w.page.get_by_role("button", name="按此变更")
    expect(save).to_be_disabled()
    w.page.get_by_label("理由").fill("加看绿地")
    save.click()
    expect(w.page.locator(".top").get_by_text("加看绿地")).to_be_visible()
    assert len(asked(w, f"/{visit['id']}")["stops"]) == len(visit["stops"]) + 1


def test_companies_see_theirs_and_nobody_is_offered_what_is_refused(window: Callable[..., Window]) -> None:
    desk = window().sign_in("coordinator")
    mine, others = f"给水的 {uuid.uuid4().hex[:6]}", f"别家的 {uuid.uuid4().hex[:6]}"
    planned(desk, mine, OF_WATER)
    planned(desk, others, "A1")
    company = visits_of(window(1280, 800), COMPANY)
    expect(company.page.get_by_role("button", name=mine)).to_be_visible()
    expect(company.page.get_by_role("button", name=others)).to_have_count(0)
    approver = visits_of(window(1280, 800), APPROVER)
    expect(approver.page.get_by_role("button", name=others)).to_be_visible()
    for w in (company, approver):
        expect(w.page.get_by_role("button", name="排一次踏勘")).to_have_count(0)
        look(w, mine)
        for kind in ("发出邀请", "变更踏勘", "登记到场", "取消踏勘"):
            expect(w.page.get_by_role("button", name=kind)).to_have_count(0)
        for tab in ("人员", "纪要", "经过", "资料"):
            w.page.get_by_role("tab", name=tab).click()
        expect(w.page.get_by_role("img", name="现场页面的二维码")).to_be_visible()


def test_every_paper_that_is_offered_is_there(window: Callable[..., Window]) -> None:
    w = visits_of(window(1280, 800), COORDINATOR)
    planned(w, "资料", "A1")
    w.page.get_by_role("button", name="刷新").click()
    look(w, "资料")
    w.page.get_by_role("tab", name="资料").click()
    links = w.page.locator(".papers a")
    expect(links.first).to_be_visible()
    for href in [str(one.get_attribute("href")) for one in links.all()]:
        assert w.page.request.get(f"{w.url}{href}").ok, href


def test_a_phone_shows_a_visit_without_scrolling_sideways(window: Callable[..., Window]) -> None:
    w = visits_of(window(375, 812, phone=True), SURVEYOR)
    planned(w, "手机上看" + "长" * 190, *ROUTES)
    w.page.get_by_role("button", name="刷新").click()
    look(w, "手机上看")
    w.page.get_by_role("button", name="变更踏勘").click()
    expect(rows(w).first).to_be_visible()
    assert w.page.evaluate("document.documentElement.scrollWidth") <= 375
    wide = "sheet => sheet.scrollWidth - sheet.clientWidth"
    assert w.page.locator(".sheet").evaluate(wide) <= 0
    assert faults_of_access(w) == []


def test_a_change_that_others_have_overtaken_is_refused_and_nothing_is_lost(window: Callable[..., Window]) -> None:
    w = visits_of(window(1280, 800), COORDINATOR)
    w.expected.append("409")
    visit = planned(w, "两人同时改", "A1")
    w.page.get_by_role("button", name="刷新").click()
    look(w, "两人同时改")
    w.page.get_by_role("button", name="变更踏勘").click()
    w.page.get_by_label("理由").fill("加看绿地")
    take_along(w, "G1")
    expect(rows(w)).to_have_count(2)
    asked(w, f"/{visit['id']}/commands", {"kind": "invite_visit", "data": {}})
    look_again(w, visit["id"])
    w.settled()
    w.page.get_by_role("button", name="按此变更").click()
    expect(w.page.get_by_role("alert")).to_contain_text("请先查看最新进展")
    expect(w.page.get_by_label("理由")).to_have_value("加看绿地")
    stored = asked(w, f"/{visit['id']}")
    assert (stored["state"], len(stored["stops"])) == ("invited", 1)
