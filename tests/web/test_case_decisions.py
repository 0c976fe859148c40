"""Decide a case in the browser: beside its facts on the map, with an opinion, by keyboard; who comes second is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.case_pages import (
    GAS,
    WATER,
    be,
    cases_of,
    decision,
    faults_of_access,
    judged,
    look_away,
    open_case,
    section,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Window


@pytest.fixture(scope="module")
def server(wuzhi: str) -> str:
    return wuzhi


def test_each_stretch_and_each_finding_is_found_on_the_map(window: Callable[..., Window]) -> None:
    w = cases_of(window(1280, 720))
    judged(w, "覃怀酒店", ("water", WATER, "R004"), ("gas", GAS, "R010"))
    w.page.get_by_role("button", name="刷新办件").click()
    be(w, "审批部门", "李科长", "city_management")
    open_case(w, "覃怀酒店")
    stretches = section(w, "计入的每一段").locator("button")
    expect(stretches).to_have_count(1)
    expect(stretches.first).to_contain_text("滨河路")
    # The same function as a drawn line is asked about: nothing is computed a second time.
    route = w.page.request.get(f"{w.url}/api/collections/routes/items/R004?crs=EPSG:4546").json()
    asked = {"route": route, "crs": "EPSG:4546", "moving": True}
    told = w.page.request.post(f"{w.url}/api/assessments", data=asked).json()
    [passage] = told["passages"]
    expect(stretches.first).to_contain_text(f"{passage['length_m']:.2f} m")
    assert section(w, "碰到什么").get_by_role("heading").inner_text().split()[-1] == str(len(told["findings"]))
    expect(section(w, "可同沟管线").locator("li")).to_have_count(len(told["partners"]))

    stretches.first.click()
    expect(stretches.first).to_have_attribute("aria-pressed", "true")
    w.page.get_by_role("tab", name="燃气").click()
    expect(w.page.get_by_role("status", name="燃气")).to_contain_text(GAS)
    # The line of the part left is answered for, too; the map goes to this one's only then.
    with w.page.expect_response(
        lambda answer: "/api/assessments" in answer.url and "R004" in (answer.request.post_data or "")
    ):
        w.page.keyboard.press("ArrowRight")
    expect(w.page.get_by_role("tab", name="给水")).to_have_attribute("aria-selected", "true")
    expect(stretches).to_have_count(1)
    expect(stretches.first).to_have_attribute("aria-pressed", "false")

    xs, ys = zip(*(at for at in _coordinates(passage["geometry"])), strict=True)
    x, y = w.pixel_of((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    w.page.mouse.click(x, y - 20)  # the tag stands above its stretch
    expect(stretches.first).to_have_attribute("aria-pressed", "true")

    finding = section(w, "碰到什么").locator("li button").first
    finding.click()
    expect(finding).to_have_attribute("aria-pressed", "true")
    expect(w.page.get_by_text("附件")).to_have_count(0)
    w.page.get_by_text("另有 11 条未规定或不适用").click()
    expect(w.page.locator("details.rest details")).to_have_count(11)
    expect(w.page.locator("details[open] blockquote").first).to_be_visible()  # the decisive clause, word for word
    expect(section(w, "报装表")).to_contain_text("申请地址")
    assert faults_of_access(w) == []


def _coordinates(geometry: dict) -> list[list[float]]:
    """Return the vertices of a line of one or several parts."""
    parts = geometry["coordinates"]
    return parts if geometry["type"] == "LineString" else [at for part in parts for at in part]


def test_a_refusal_needs_an_opinion_and_the_keyboard_is_enough(window: Callable[..., Window]) -> None:
    w = cases_of(window(1280, 720))
    judged(w, "嘉应纺织", ("water", WATER, "R004"))
    w.page.get_by_role("button", name="刷新办件").click()
    be(w, "审批部门", "李科长", "city_management")
    open_case(w, "嘉应纺织")
    opinion = decision(w).get_by_label("意见")
    opinion.focus()
    w.page.keyboard.press("Control+Shift+Enter")
    expect(decision(w).get_by_role("alert")).to_have_text("不同意须写明意见")
    expect(opinion).to_be_focused()
    w.page.keyboard.type("路面去年刚修好")
    w.page.keyboard.press("Control+Shift+Enter")
    refused = section(w, "许可事项与决定").locator("li.refused")
    expect(refused).to_contain_text("李科长：路面去年刚修好")
    expect(opinion).to_have_value("")


def test_who_decides_second_is_told_by_whom_and_keeps_the_opinion(window: Callable[..., Window]) -> None:
    one, two = (cases_of(window(1280, 720)) for _ in range(2))
    judged(one, "古樊冷链", ("water", WATER, "R004"))
    for w, name in ((one, "先到科长"), (two, "后到科长")):
        w.page.get_by_role("button", name="刷新办件").click()
        be(w, "审批部门", name, "city_management")
        open_case(w, "古樊冷链")
        decision(w).get_by_label("意见").fill(f"{name}的意见")
    look_away(two)
    decision(one).get_by_role("button", name="同意", exact=True).click()
    expect(section(one, "许可事项与决定").locator("li.granted")).to_contain_text("先到科长的意见")

    two.expected.append("409")
    decision(two).get_by_role("button", name="不同意").click()
    expect(decision(two).get_by_role("alert")).to_contain_text("先到科长")
    expect(decision(two).get_by_role("status")).to_contain_text("挖掘城市道路：批准（先到科长）")
    expect(decision(two).get_by_label("意见")).to_have_value("后到科长的意见")  # kept, and for no other permission
    expect(decision(two).get_by_role("button", name="同意", exact=True)).to_be_disabled()
    granted = section(two, "许可事项与决定").locator("li.granted")
    expect(granted).to_contain_text("先到科长的意见")  # read again by itself
