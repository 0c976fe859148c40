"""Tried dates are saved by who may, never over the work of others; what has happened and what is listed comes out."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Route, expect

from tests.web.chance_pages import WATER, choose, operators, told, workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.web.conftest import Window

WEEKS = 3


def pair(rows: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return a chance that nobody was asked about, its member of the water company, and another: all with dates."""
    for one in rows:
        if one["state"] != "new" or not all(member["start"] for member in one["members"]):
            continue
        own = [member for member in one["members"] if member["operator"] == WATER]
        others = [member for member in one["members"] if member["operator"] != WATER]
        if own and others:
            return one, own[0], others[0]
    raise AssertionError


def moved(member: dict[str, Any], weeks: int) -> dict[str, str]:
    return {side: str(date.fromisoformat(member[side]) + timedelta(weeks=weeks)) for side in ("start", "end")}


def drag(w: Window, route: str, weeks: int) -> None:
    w.page.locator(f".bar[data-route='{route}']").focus()
    for _ in range(weeks):
        w.page.keyboard.press("Shift+ArrowRight")


def stored(page: Page, route: str) -> dict[str, Any]:
    answer = page.request.get(f"{page.url.rstrip('/')}/api/collections/routes/items/{route}")
    properties: dict[str, Any] = answer.json()["properties"]
    return properties


def patched(page: Page, route: str, **properties: str) -> None:
    answer = page.request.patch(
        f"{page.url.rstrip('/')}/api/collections/routes/items/{route}",
        data={"type": "Feature", "properties": properties}, headers={"If-Match": "*"},
    )  # fmt: skip
    assert answer.ok, answer.text()


def test_a_company_saves_tried_dates_of_its_own_routes_alone(window: Callable[..., Window]) -> None:
    w = workspace(window(1440, 900), "公用事业单位")
    one, own, other = pair(told(w.page))
    choose(w, one)
    drag(w, other["route"], WEEKS)
    tried = w.page.locator(".tried")
    expect(tried).to_be_visible()
    expect(tried.get_by_role("button", name="按此日期保存")).to_have_count(0)
    drag(w, own["route"], WEEKS)
    wanted = moved(own, WEEKS)
    save = tried.get_by_role("button", name=f"按此日期保存 {own['route']}：{wanted['start']} 至 {wanted['end']}")
    expect(save).to_have_count(1)
    save.click()
    expect(w.page.get_by_text(f"{own['route']} 的工期已改为 {wanted['start']} 至 {wanted['end']}")).to_be_visible()
    now = stored(w.page, own["route"])
    assert {side: now[side] for side in wanted} == wanted
    bar = w.page.locator(f".bar[data-route='{own['route']}']")
    expect(bar).to_have_attribute("aria-label", f"{own['route']}：{wanted['start']} 至 {wanted['end']}")
    expect(save).to_have_count(0)
    expect(tried).to_be_visible()  # the other's move is still tried, and still nobody's to save here
    again = next(row for row in told(w.page) if row["id"] == one["id"])
    assert [member["start"] for member in again["members"] if member["route"] == own["route"]] == [wanted["start"]]
    assert stored(w.page, other["route"])["start"] == other["start"]


def test_dates_that_somebody_else_wrote_meanwhile_stay_and_are_told(window: Callable[..., Window]) -> None:
    w = workspace(window(1440, 900), "联办窗口")
    one, own, _ = pair(told(w.page))
    choose(w, one)
    drag(w, own["route"], 1)
    theirs = moved(own, 9)
    patched(w.page, own["route"], **theirs)
    save = w.page.get_by_role("button", name=f"按此日期保存 {own['route']}")
    save.click()
    told_now = f"{own['route']} 已被他人修改（现在：{theirs['start']} 至 {theirs['end']}），没有保存"
    expect(w.page.get_by_text(told_now)).to_be_visible()
    assert stored(w.page, own["route"])["start"] == theirs["start"]
    bar = w.page.locator(f".bar[data-route='{own['route']}']")
    expect(bar).to_have_attribute("aria-label", f"{own['route']}：{theirs['start']} 至 {theirs['end']}")

    # Now somebody writes between the look and the writing of this page.
    w.expected.append("412")

    def slip_in(asked: Route) -> None:
        answer = asked.fetch()
        patched(w.page, own["route"], **moved(own, 12))
        asked.fulfill(response=answer)

    drag(w, own["route"], 1)
    w.page.route(f"**/items/{own['route']}?**", slip_in, times=1)
    save.click()
    last = moved(own, 12)
    expect(w.page.get_by_text(f"已被他人修改（现在：{last['start']} 至 {last['end']}）")).to_be_visible()
    assert stored(w.page, own["route"])["start"] == last["start"]


def test_who_may_not_change_a_route_tries_dates_and_cannot_save_them(window: Callable[..., Window]) -> None:
    w = workspace(window(1440, 900), "监管部门")
    one, own, _ = pair(told(w.page))
    choose(w, one)
    drag(w, own["route"], 1)
    expect(w.page.locator(".tried").get_by_role("button")).to_have_text(["恢复"])


def test_what_has_happened_to_a_chance_is_told_the_newest_first(window: Callable[..., Window]) -> None:
    desk = workspace(window(1440, 900), "联办窗口")
    company = workspace(window(1440, 900), "公用事业单位")
    one = next(
        row
        for row in told(desk.page)[::-1]
        if row["state"] == "new" and WATER in operators(row) and len(row["parties"]) > 1
    )
    for w in (desk, company):
        choose(w, one)
    expect(desk.page.get_by_role("heading", name="答复经过")).to_have_count(0)
    desk.page.get_by_role("button", name="提出同沟建议").click()
    entries = desk.page.locator("section", has=desk.page.get_by_role("heading", name="答复经过")).get_by_role(
        "listitem"
    )
    expect(entries).to_have_count(1)
    expect(entries.first).to_contain_text("提出同沟建议")
    expect(entries.first).to_contain_text("前答复")
    company.page.get_by_role("button", name="不同意").click()
    form = company.page.get_by_role("form", name="不同意")
    form.get_by_label("理由").fill("管径未定")
    form.get_by_role("button", name="不同意").click()
    expect(entries).to_have_count(2)
    expect(entries.first).to_contain_text(f"答复 · {WATER}")
    expect(entries.first).to_contain_text("不同意 · 管径未定")


def test_what_is_listed_comes_out_as_files(window: Callable[..., Window]) -> None:
    w = workspace(window(1440, 900), "联办窗口")
    street = next(row["streets"][0]["name"] for row in told(w.page) if row["streets"])
    w.page.get_by_label("道路", exact=True).select_option(street)
    expected = [row["id"] for row in told(w.page) if street in {at["name"] for at in row["streets"]}]
    expect(w.page.get_by_role("status").first).to_contain_text(f"{len(expected)} / ")
    files = w.page.get_by_role("group", name="导出所列机会")
    for name, start in (("Excel 表", b"PK"), ("PDF 摘要", b"%PDF"), ("GeoPackage", b"SQLite")):
        answer = w.page.request.get(f"{w.url}{files.get_by_role('link', name=name).get_attribute('href')}")
        assert (answer.status, answer.body()[: len(start)]) == (200, start)
    answer = w.page.request.get(f"{w.url}{files.get_by_role('link', name='CSV 表').get_attribute('href')}")
    rows = list(csv.DictReader(io.StringIO(answer.body().decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == expected
