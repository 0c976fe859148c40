"""Chances to share a trench in the browser: the table and the map, two offices that answer, other dates, programmes."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from playwright.sync_api import Route, expect

from tests.web.chance_pages import FIRST_MS, WATER, choose, operators, told, workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Window

MANY = 10_000
ROW_PX = 52


def of_water(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the first chance that nobody has proposed in which the water company takes part beside another."""
    return next(one for one in rows if one["state"] == "new" and WATER in operators(one) and len(one["parties"]) > 1)


def test_filters_agree_with_the_service_and_the_map_leads_to_the_row(window: Callable[..., Window]) -> None:
    w = workspace(window(1440, 900), "联办窗口")
    rows = told(w.page)
    status = w.page.get_by_role("status").first
    expect(status).to_have_text(f"{len(rows)} 处")
    for label, value, query in (
        ("专业", "water", "&utility=water"), ("单位", WATER, f"&operator={WATER}"), ("工期", "shift", "&meeting=shift"),
        ("至少节约", "100000", "&least_yuan=100000"),
    ):  # fmt: skip
        w.page.get_by_label(label, exact=True).select_option(value)
        expect(status).to_have_text(f"{len(told(w.page, query))} / {len(rows)} 处")
        w.page.get_by_label(label, exact=True).select_option("")
    for name, order in (("同沟长", "length"), ("节约", "money")):
        w.page.get_by_role("group", name="排序").get_by_role("button", name=name).click()
        first = told(w.page, f"&order={order}")[0]["id"]
        expect(w.page.locator("[data-row='0']")).to_have_attribute("data-id", first)
    longest = told(w.page, "&order=length")[0]
    choose(w, longest)
    line = longest["geometry"]["coordinates"]
    x, y = w.pixel_of(*line[len(line) // 2])
    w.page.get_by_role("button", name="返回列表").click()
    w.page.mouse.click(x, y)
    expect(w.page.get_by_text(f"同沟 {longest['shared_m']:.0f} m")).to_be_visible()


def test_what_one_office_proposes_the_other_sees_and_its_no_is_seen_with_the_reason(
    window: Callable[..., Window],
) -> None:
    desk = workspace(window(1440, 900), "联办窗口")
    company = workspace(window(1440, 900), "公用事业单位")
    one = of_water(told(desk.page))
    choose(desk, one)
    choose(company, one)
    expect(company.page.get_by_role("button", name="不同意")).to_have_count(0)
    desk.page.get_by_role("button", name="提出同沟建议").click()
    expect(desk.page.locator(".head").get_by_text("征求意见中")).to_be_visible()
    expect(desk.page.get_by_role("button", name="同意同沟")).to_have_count(0)  # who coordinates answers for nobody
    refuse = company.page.get_by_role("button", name="不同意")
    expect(refuse).to_be_visible()
    expect(refuse).to_have_count(1)  # for itself alone
    refuse.click()
    form = company.page.get_by_role("form", name="不同意")
    expect(form.get_by_role("button", name="不同意")).to_be_disabled()
    form.get_by_label("理由").fill("主管刚刚更换")
    form.get_by_role("button", name="不同意").click()
    expect(company.page.locator("blockquote", has_text="主管刚刚更换")).to_be_visible()
    expect(desk.page.locator("blockquote", has_text="主管刚刚更换")).to_be_visible()
    company.page.get_by_role("button", name="同意同沟").click()
    expect(desk.page.locator("blockquote", has_text="主管刚刚更换")).to_have_count(0)
    again = next(row for row in told(desk.page) if row["id"] == one["id"])
    assert {party["operator"]: party["yes"] for party in again["parties"]}[WATER] is True


def test_other_dates_are_tried_and_nothing_of_it_is_stored(window: Callable[..., Window]) -> None:
    w = workspace(window(1440, 900), "联办窗口")
    rows = told(w.page, "&meeting=meets")
    one = next(row for row in rows if all(member["start"] for member in row["members"]))
    member = one["members"][0]
    choose(w, one)
    bar = w.page.locator(f".bar[data-route='{member['route']}']")
    bar.focus()
    for _ in range(60):
        w.page.keyboard.press("Shift+ArrowRight")
    moved = {side: str(date.fromisoformat(member[side]) + timedelta(days=60 * 7)) for side in ("start", "end")}
    asked = w.page.request.post(
        f"{w.url}/api/opportunities/what-if", data={"windows": {member["route"]: moved}, "crs": "grid"}
    ).json()
    expected = asked["then"]
    tried = w.page.locator(".tried")
    expect(tried).to_contain_text(f"可同沟 {expected['meets']} 处（原来 {asked['now']['meets']} 处）")
    expect(tried).to_contain_text(f"少挖 {expected['saved_m']:.0f} m（{asked['now']['saved_m']:.0f} m）")
    assert expected["meets"] < asked["now"]["meets"]
    tried.get_by_role("button", name="恢复").click()
    expect(tried).to_have_count(0)
    assert told(w.page, "&meeting=meets") == rows


def answer_many(asked: Route) -> None:
    """Answer with ten thousand chances made of the real first one, as many a page as are asked for."""
    address, _, text = asked.request.url.partition("?")
    query = {name: value[0] for name, value in parse_qs(text).items()}
    real = asked.fetch(url=f"{address}?limit=1&crs={query['crs']}")
    if not real.ok:
        asked.fulfill(response=real)
        return
    body = real.json()
    [pattern] = body["opportunities"]
    limit, offset = int(query["limit"]), int(query.get("offset", 0))
    ids = range(offset, min(MANY, offset + limit))
    following = f"/api/opportunities?crs={query['crs']}&limit={limit}&offset={offset + limit}"
    body["opportunities"] = [{**pattern, "id": f"O{number:016x}", "shared_m": float(number)} for number in ids]
    body["counts"]["matched"] = MANY
    body["links"] = [{"rel": "next", "href": following}] if offset + limit < MANY else []
    asked.fulfill(status=200, content_type="application/json", body=json.dumps(body))


def test_ten_thousand_chances_stay_few_rows(window: Callable[..., Window]) -> None:
    w = window(1440, 900)
    w.page.route("**/api/opportunities?**", answer_many)
    workspace(w, "联办窗口")
    expect(w.page.locator(".list ul")).to_have_css("height", f"{MANY * ROW_PX}px")
    for top in (0, 50_000, 300_000, MANY * ROW_PX):
        w.page.locator(".list").evaluate("(list, top) => { list.scrollTop = top }", top)
        w.drawn()
        assert 0 < w.page.locator("[data-row]").count() < 40
        first, second = (w.page.locator("[data-row]").nth(at).bounding_box() for at in (0, 1))
        assert first is not None
        assert second is not None
        assert second["y"] - first["y"] == ROW_PX
    w.page.locator("[data-row]").last.focus()
    w.page.keyboard.press("Home")
    expect(w.page.locator("[data-row='0']")).to_be_focused()
    w.page.keyboard.press("End")
    expect(w.page.locator(f"[data-row='{MANY - 1}']")).to_be_focused()
    w.page.get_by_role("group", name="排序").get_by_role("button", name="同沟长").click()
    expect(w.page.locator("[data-row='0']")).to_contain_text(f"{MANY - 1} m")


def test_a_programme_is_planned_told_before_and_after_and_taken_as_files(window: Callable[..., Window]) -> None:
    w = workspace(window(1440, 900), "联办窗口")
    w.page.get_by_role("button", name="联合施工计划").click()
    w.page.get_by_label("名称").fill("春季计划")
    w.page.get_by_label("计算时长").fill("5")
    w.page.get_by_role("button", name="排计划").click()
    expect(w.page.get_by_text("与最优的差距")).to_be_visible(timeout=FIRST_MS)
    [row] = w.page.request.get(f"{w.url}/api/programmes").json()["programmes"]
    result = w.page.request.get(f"{w.url}/api/programmes/{row['id']}").json()["result"]
    saved = w.page.get_by_role("row", name="少挖（m）").get_by_role("cell")
    expect(saved).to_have_text([f"{result['totals'][side]['saved_m']:.0f}" for side in ("planned", "joint")])
    expect(w.page.get_by_role("heading", name=f"同沟施工 {len(result['joint'])}")).to_be_visible()
    expect(w.page.get_by_text(f"另有 {len(result['not_planned'])} 条管线未排入")).to_be_visible()
    expect(
        w.page.get_by_role("list", name="每项工程的工期").get_by_text(result["works"][0]["id"], exact=True)
    ).to_be_visible()
    for name, start in (("Excel 表", b"PK"), ("PDF 摘要", b"%PDF"), ("GeoPackage", b"SQLite")):
        href = w.page.get_by_role("link", name=name).get_attribute("href")
        answer = w.page.request.get(f"{w.url}{href}")
        assert (answer.status, answer.body()[: len(start)]) == (200, start)
    w.page.get_by_role("button", name="返回计划列表").click()
    w.page.get_by_role("button", name="删除计划：春季计划").click()
    expect(w.page.get_by_text("还没有计划")).to_be_visible()


def test_a_surveyor_looks_and_cannot_propose(window: Callable[..., Window]) -> None:
    w = workspace(window(390, 844, phone=True), "勘测人员")
    w.page.locator("[data-row='0']").click()
    expect(w.page.get_by_role("heading", name="各方答复")).to_be_visible()
    expect(w.page.get_by_role("button", name="提出同沟建议")).to_have_count(0)
    assert w.page.evaluate("document.documentElement.scrollWidth") <= 390
