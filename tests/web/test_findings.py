"""Findings in a real browser against the real service: seen, mended, accepted, listed; sections opened."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from sample_data import ground
from sample_data.clashes import SEWER_V
from tests.web.test_client import axe_faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page, Route

    from tests.web.conftest import Window

# Gas DN110 beside the sewer DN300 of the strip: 0.90 m from wall to wall, where 1.2 m are asked.
GAP_M, ASKED_M = 0.90, 1.2
MANY, PAGE = 10_000, 1000
ROW_PX = 92


def beside_the_sewer(west: float, gap: float = GAP_M) -> list[str]:
    """Return a line beside the sewer as a surveyor types it."""
    v = SEWER_V + 0.15 + gap + 0.055
    line = ground.straight_line([(west, v), (west + 40.0, v)])
    return [f"{x:.3f},{y:.3f}" for x, y in line.coords]


def draw_gas(w: Window, *places: str, name: str = "") -> None:
    """Draw a gas line whose every attribute is stated."""
    w.page.keyboard.press("d")
    w.page.locator("label.chip", has_text="燃气").click()
    w.type(*places, "")
    w.tab("属性")
    fill(
        w.page,
        {"管径（毫米）": "110", "压力（MPa）": "0.2", "材质": "PE", "覆土（米）": "1.0", "顶点精度（米）": "0.01"},
    )
    w.page.get_by_label("敷设方式").select_option("direct")
    if name:
        w.page.get_by_label("名称").fill(name)
    w.tab("判定")


def fill(page: Page, values: dict[str, str]) -> None:
    """Fill fields by their labels."""
    for label, value in values.items():
        page.get_by_label(label, exact=True).fill(value)


def rows(w: Window, kind: str = "horizontal_clearance") -> Locator:
    """Return the rows of one kind under the verdict."""
    return w.page.locator(f"[data-finding='{kind}']").filter(has_text="E9001")


def save(w: Window) -> None:
    """Save the draft, and wait until it is on disk; of the saving before this one may still be told."""
    with w.page.expect_response(
        lambda answer: answer.request.method in {"POST", "PUT"} and "/routes/items" in answer.url
    ):
        w.page.get_by_role("button", name="保存", exact=True).click()
    expect(w.page.get_by_text("已保存", exact=True)).to_be_visible()


def open_county(w: Window) -> None:
    """Open the findings of the county, and wait for the first."""
    w.page.get_by_role("button", name=re.compile("^全县冲突")).click()
    w.page.locator("[data-row]").first.wait_for()


def test_a_finding_is_seen_mended_and_brought_back(window: Callable[..., Window]) -> None:
    w = window(1440, 860).open()
    draw_gas(w, *beside_the_sewer(-90.0))
    row = rows(w)
    expect(row).to_have_count(1)
    expect(row).to_contain_text(f"{GAP_M:.2f}")
    expect(row).to_contain_text(f"差 {ASKED_M - GAP_M:.2f} m")
    expect(row).to_contain_text("限值 1.20 m · 4.1.9")
    before = w.picture()
    row.click()
    w.pause(1800)  # three pulses, then the ring stays
    w.changes_from(before)
    assert axe_faults(w.page) == []
    w.page.get_by_role("button", name=re.compile("一键改正：向左平移 0.3")).click()
    expect(rows(w)).to_have_count(0)
    w.page.get_by_role("button", name="撤销：一键改正").click()
    expect(rows(w)).to_have_count(1)
    w.page.get_by_role("button", name="重做：一键改正").click()
    expect(rows(w)).to_have_count(0)


def test_what_is_not_stated_is_said(window: Callable[..., Window]) -> None:
    w = window().open()
    w.page.keyboard.press("d")
    w.page.locator("label.chip", has_text="燃气").click()
    w.type(*beside_the_sewer(-90.0), "")
    expect(rows(w)).to_have_count(1)
    w.tab("属性")
    pressure = w.page.get_by_label("压力（MPa）")
    expect(pressure).to_have_accessible_description("未填，按最严取值")
    pressure.fill("0.2")
    expect(pressure).not_to_have_accessible_description("未填，按最严取值")
    pressure.fill("200")
    expect(pressure).to_have_accessible_description(re.compile("合理范围"))
    assert axe_faults(w.page) == []


def test_covers_at_vertices_follow_the_line(window: Callable[..., Window]) -> None:
    w = window().open()
    draw_gas(w, *beside_the_sewer(-90.0))
    w.tab("属性")
    w.page.get_by_role("button", name="逐顶点").click()
    w.page.get_by_label("第 2 点覆土").fill("1.4")
    w.tab("顶点")
    w.page.get_by_role("button", name="在第 2 点前插入").click()
    w.tab("属性")
    expect(w.page.get_by_label("第 2 点覆土")).to_have_value("1.2")
    save(w)
    expect(w.page.get_by_label("第 3 点覆土")).to_have_value("1.4")
    w.page.get_by_role("button", name="删除", exact=True).click()
    w.page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(w.page.get_by_role("searchbox")).to_be_visible()


def test_accepted_until_its_facts_change(window: Callable[..., Window]) -> None:
    w = window(1440, 860).open()
    w.enter_as("联办窗口")  # who draws without signing in accepts nothing
    draw_gas(w, *beside_the_sewer(-40.0), name="接受试验")
    rows(w).click()
    expect(w.page.get_by_text("先保存管线，再接受冲突")).to_be_visible()
    save(w)
    w.page.get_by_role("button", name="接受…").click()
    dialog = w.page.get_by_role("dialog")
    dialog.get_by_role("button", name="接受", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("请写明理由")
    assert axe_faults(w.page) == []
    dialog.get_by_label("理由（必填）").fill("已与排水公司协商，加套管")
    expect(dialog.get_by_label("接受人")).to_have_count(0)
    dialog.get_by_role("button", name="接受", exact=True).click()
    expect(rows(w)).to_contain_text("已接受")

    w.page.reload()
    w.page.get_by_role("searchbox").fill("接受试验")
    w.page.locator("button.route").first.click()
    expect(rows(w)).to_contain_text("已接受")
    rows(w).click()
    told = w.page.locator(".acceptance")
    expect(told).to_contain_text("联办窗口样例")
    expect(told).to_contain_text("已与排水公司协商，加套管")

    w.tab("顶点")
    for index, place in enumerate(beside_the_sewer(-40.0, gap=0.7), 1):
        for label, value in zip(("东（米）", "北（米）"), place.split(","), strict=True):
            field = w.page.get_by_label(f"第 {index} 点 {label}")
            field.fill(value)
            field.press("Enter")
    w.tab("判定")
    save(w)
    expect(rows(w)).to_contain_text("情况有变，需重新确认")
    w.page.get_by_role("button", name="撤回接受").click()
    expect(rows(w)).to_contain_text("不满足")


def test_the_county_s_findings_and_the_map_lead_to_each_other(window: Callable[..., Window]) -> None:
    w = window(1440, 860).open()
    open_county(w)
    assert axe_faults(w.page) == []
    w.page.get_by_label("类型").select_option("crossing_order")
    w.page.locator("[data-row]").first.focus()
    w.page.keyboard.press("End")
    row = w.page.locator("[data-row]").filter(has_text="K3")
    row.click()
    expect(row).to_have_attribute("aria-expanded", "true")
    row.click()  # closed again
    expect(row).to_have_attribute("aria-expanded", "false")
    x, y = ground.straight_line([(-150.0, -1352.0), (-149.0, -1352.0)]).coords[0]
    w.page.mouse.click(*w.pixel_of(x, y))
    expect(row).to_have_attribute("aria-expanded", "true")
    w.page.get_by_role("button", name="打开 K3").or_(w.page.get_by_role("button", name="由 K3 改正")).first.click()
    expect(w.page.locator(".verdict .badge")).to_be_visible()
    expect(w.page.locator("[data-finding='crossing_order'][aria-expanded='true']")).to_have_count(1)
    w.page.get_by_role("button", name="关闭").first.click()
    expect(row).to_be_visible()  # back where one was
    w.page.keyboard.press("Escape")
    expect(w.page.get_by_role("searchbox")).to_be_visible()


def test_section_of_two_lines(window: Callable[..., Window]) -> None:
    w = window(1440, 860).open()
    w.pick("K6")
    w.page.get_by_role("button", name="断面 K7").click()
    dialog = w.page.get_by_role("dialog", name="同沟横断面")
    drawing = dialog.get_by_role("img")
    expect(drawing).to_be_visible()
    w.page.wait_for_function("document.querySelector('dialog img').naturalWidth > 0")
    expect(dialog.get_by_role("row")).to_have_count(3)
    expect(dialog.get_by_role("row", name=re.compile(r"^\d 给水 DN150"))).to_contain_text("通信")
    expect(dialog).to_contain_text("m³/m")
    single = drawing.get_attribute("src")
    dialog.get_by_role("button", name="台阶槽").click()
    w.page.wait_for_function("src => document.querySelector('dialog img')?.src !== src", arg=single)
    dialog.get_by_label("土质").select_option("sand")
    w.settled()  # while it is asked, the drawing of before is pale
    expect(dialog.get_by_role("row")).to_have_count(3)
    assert axe_faults(w.page) == []
    dialog.get_by_label("距红线").fill("3.5")
    w.page.wait_for_function("decodeURIComponent(document.querySelector('dialog img')?.src).includes('道路红线')")
    dialog.get_by_label("允许沟宽").fill("0.5")
    expect(dialog.get_by_role("alert")).to_contain_text("大于允许的 0.50 m")
    with w.page.expect_download() as kept:
        dialog.get_by_role("button", name="PDF A3").click()
    assert kept.value.suggested_filename.endswith("-a3.pdf")
    assert kept.value.path().read_bytes().startswith(b"%PDF-")
    dialog.get_by_role("button", name="关闭").click()
    expect(dialog).to_be_hidden()


def test_an_existing_pipe_says_what_is_known_of_it(window: Callable[..., Window]) -> None:
    w = window(1440, 860).open()
    w.pick("K1")
    w.page.get_by_role("button", name="关闭").first.click()
    x, y = ground.straight_line([(-320.0, SEWER_V), (-319.0, SEWER_V)]).coords[0]
    w.page.mouse.move(*w.pixel_of(x, y))
    tip = w.page.locator(".tip")
    expect(tip).to_contain_text("现状管线 排水 DN300")
    expect(tip).to_contain_text("覆土 1.50 m")
    expect(tip).to_contain_text("探测质量 A")


def features(offset: int) -> list[dict[str, Any]]:
    """Return a page of many findings, spread over the county."""
    made = []
    for number in range(offset, min(offset + PAGE, MANY)):
        severity = ("grave", "serious", "notice")[number * 3 // MANY]
        words = {f"{name}_{language}": name for name in ("kind", "outcome", "severity") for language in ("zh", "en")}
        words |= {f"{name}_{language}": "…" for name in ("evidence", "sentence") for language in ("zh", "en")}
        properties = words | {
            "id": f"f{number}", "facts": "x", "kind": "cover", "outcome": "fails", "severity": severity,
            "a": f"R{number}", "b": None, "a_layer": "routes", "b_layer": None, "measured": 0.5, "limit": 0.7,
            "unit": "m", "margin": -0.2, "uncertainty": None, "rule": "r", "document": "GB 50289-2016",
            "clause": "4.1.1", "status": "confirmed", "unverified": False, "assumed": [], "from_m": 0.0, "to_m": 1.0,
            "mend": None, "acceptance": None, "accepted": False,
        }  # fmt: skip
        place = [579_000 + number * 7919 % 2000, 3_658_000 + number * 104_729 % 2000]
        geometry = {"type": "Point", "coordinates": place}
        made.append({"type": "Feature", "id": f"f{number}", "geometry": geometry, "properties": properties})
    return made


def answer_many(route: Route) -> None:
    """Answer as the service does for a county with ten thousand findings."""
    found = re.search(r"offset=(\d+)", route.request.url)
    offset = int(found[1]) if found else 0
    following = [{"rel": "next", "href": f"/api/findings?offset={offset + PAGE}"}] if offset + PAGE < MANY else []
    body = {
        "type": "FeatureCollection", "features": features(offset), "numberMatched": MANY, "links": following,
    }  # fmt: skip
    route.fulfill(content_type="application/geo+json", body=json.dumps(body))


def test_ten_thousand_findings_stay_few_rows(window: Callable[..., Window]) -> None:
    w = window(1440, 860)
    w.page.route("**/api/findings**", answer_many)
    w.open()
    open_county(w)
    expect(w.page.get_by_text(f"{MANY} 项")).to_be_visible()
    expect(w.page.locator(".list ul")).to_have_css("height", f"{MANY * ROW_PX}px")  # ten pages
    for top in (0, 50_000, 500_000, MANY * ROW_PX):
        w.page.locator(".list").evaluate("(list, top) => { list.scrollTop = top }", top)
        w.drawn()
        assert 0 < w.page.locator("[data-row]").count() < 30
    w.page.locator("[data-row]").last.focus()
    w.page.keyboard.press("Home")
    expect(w.page.locator("[data-row='0']")).to_be_focused()
    w.page.keyboard.press("End")
    expect(w.page.locator(f"[data-row='{MANY - 1}']")).to_be_focused()
    w.page.get_by_role("button", name=re.compile("^严重")).click()
    expect(w.page.get_by_text(re.compile(rf"^{MANY // 3 + 1} / {MANY} 项"))).to_be_visible()
    w.page.get_by_role("button", name="图上范围").click()
    w.drawn()
    assert w.page.locator("[data-row]").count() < 30


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_phone(window: Callable[..., Window], language: str) -> None:
    w = window(390, 844, phone=True).open()
    if language == "en":
        w.page.get_by_role("button", name="English").tap()
    w.page.get_by_role("searchbox").fill("K1")
    w.page.locator("button.route[data-id='K1']").tap()
    row = w.page.locator("[data-finding='horizontal_clearance']").first
    row.tap()
    expect(row).to_have_attribute("aria-expanded", "true")
    assert axe_faults(w.page) == []
    assert w.page.evaluate("document.documentElement.scrollWidth") <= 390
    w.page.get_by_role("button", name={"zh": "关闭", "en": "Close"}[language]).first.tap()
    w.page.get_by_role("button", name=re.compile({"zh": "^全县冲突", "en": "^Conflicts of the county"}[language])).tap()
    w.page.locator("[data-row]").first.tap()
    assert axe_faults(w.page) == []
    assert w.page.evaluate("document.documentElement.scrollWidth") <= 390
