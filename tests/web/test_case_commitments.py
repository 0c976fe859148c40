"""Commitments in the browser: decided beside their limits, held to by measuring, suspended where they were broken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.case_pages import (
    GAS,
    WATER,
    be,
    cases_of,
    command,
    decision,
    do,
    faults_of_access,
    file_on_page,
    open_case,
    section,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Window


@pytest.fixture(scope="module")
def server(neixiang: str) -> str:
    return neixiang


def test_a_commitment_is_decided_where_its_limits_are_seen(window: Callable[..., Window]) -> None:
    w = cases_of(window(1440, 900))
    be(w, "申请人", "甲公司")
    w.page.get_by_role("button", name="新申请").click()
    asked = w.page.get_by_role("dialog")
    expect(asked.get_by_role("checkbox")).to_have_count(5)  # as many utilities as the document of 内乡 speaks of
    asked.get_by_role("button", name="关闭").click()
    file_on_page(w, {"申请单位": "湍水食品有限公司"}, "给水")
    be(w, "联办窗口", "王窗口")
    do(w, "受理")
    be(w, "公用事业单位", WATER, WATER)
    do(w, "确定方案", 规划管线编号="L1", 办理单位=WATER)
    verdict = w.page.get_by_role("status", name="给水")
    expect(verdict).to_contain_text("还没有判定")
    do(w, "判定路由")
    expect(verdict).to_contain_text("在限值以内")
    expect(verdict).to_contain_text("告知承诺")
    limits = section(w, "限值与实测")
    expect(limits.get_by_text("≤ 200 m")).to_be_visible()
    bar = limits.get_by_role("meter", name="敷设管线长度").locator(".value")
    expect(bar).to_have_css("background-color", "rgb(29, 122, 60)")  # --ok: a bar of no colour shows nothing
    expect(section(w, "计入的每一段")).to_contain_text("不穿路，不占绿地")
    do(w, "签署承诺书", 签署人="孙总")
    expect(w.page.locator(".clocks li")).to_have_count(1)

    be(w, "审批部门", "李科长", "city_management")
    shown = w.page.get_by_label("部门或单位").locator("option:checked")
    expect(shown).to_have_text("县城管局")  # nobody knows the document's keys by heart
    expect(decision(w)).to_contain_text("承诺按第 1 版路由签署")
    decision(w).get_by_role("button", name="按承诺作出决定").click()
    expect(verdict).to_contain_text("可以开工")
    expect(decision(w)).to_have_count(0)
    answer = w.page.request.get(f"{w.url}{w.page.get_by_role('link', name='告知承诺书').get_attribute('href')}")
    assert answer.body()[:5] == b"%PDF-"

    be(w, "公用事业单位", WATER, WATER)
    do(w, "开工")
    do(w, "完工")
    be(w, "勘测人员", "测绘队")
    do(w, "竣工测量")  # the line of the plan is offered
    laid = section(w, "竣工实测")
    expect(laid).to_contain_text("没有超出承诺")
    expect(laid.get_by_text("承诺 199.90 m")).to_be_visible()
    be(w, "公用事业单位", WATER, WATER)
    do(w, "申报验收")
    be(w, "联办窗口", "王窗口")
    do(w, "验收合格")
    be(w, "公用事业单位", WATER, WATER)
    do(w, "接通")
    be(w, "申请人", "甲公司")
    do(w, "服务评价", 评语="很快")
    expect(w.page.get_by_text("已评价办结")).to_be_visible()

    w.page.get_by_role("button", name="在图上看 L1").click()
    expect(w.page.get_by_role("heading", name="管长 199.9 米")).to_be_visible()
    w.page.keyboard.press("Escape")
    w.page.get_by_role("button", name="返回办件列表").click()
    expect(w.page.get_by_role("button", name="湍水食品有限公司")).to_be_visible()
    w.page.get_by_role("button", name="统计").click()
    figures = w.page.get_by_role("dialog", name="统计")
    expect(figures.get_by_role("row", name="告知承诺审批 · 给水")).to_contain_text("四(二)")
    with w.page.expect_download() as download:
        figures.get_by_role("link", name="下载 CSV").click()
    assert "全县合计" in download.value.path().read_text("utf-8-sig")


def test_a_breach_that_was_measured_is_seen_first_and_leads_to_a_suspension(window: Callable[..., Window]) -> None:
    w = cases_of(window(1440, 900))
    company, water = {"name": GAS, "role": "utility", "department": GAS}, {"utility": "water"}
    filed = {"channel": "window", "applicant": "违诺公司", "utilities": [water]}
    case = str(command(w, "", "file_application", {"name": "违诺公司", "role": "applicant"}, filed)["id"])
    command(w, case, "accept", {"name": "王窗口", "role": "coordinator"}, {})
    command(w, case, "fix_plan", company, water | {"operator": GAS, "route": "X1"})
    command(w, case, "judge", company, water)
    command(w, case, "sign_commitment", company, water | {"revision": 1, "signatory": "孙总"})
    command(w, case, "decide_commitment", {"name": "李科长", "role": "approver"}, water)
    command(w, case, "start_construction", company, water)
    command(w, case, "finish_construction", company, water)
    w.page.get_by_role("button", name="刷新办件").click()
    be(w, "监管部门", "赵科长", "housing")
    open_case(w, "违诺公司")
    verdict = w.page.get_by_role("status", name="给水")
    expect(verdict).to_contain_text("在限值以内")
    do(w, "竣工测量", 竣工线="X2")  # 15.1 m across a road, where 15 m were committed to
    expect(verdict.locator(".answer")).to_have_text(re.compile("竣工实测超出承诺"))
    expect(verdict).to_contain_text("限值 15.00 m · 超出 0.10 m")
    expect(section(w, "竣工实测").get_by_role("meter", name="竣工实测 穿路")).to_be_visible()
    do(w, "责令限期整改", 理由="穿路超长")

    w.page.get_by_role("button", name=f"{GAS}有 1 件未整改的违诺").click()
    standing = w.page.get_by_role("dialog", name="守信情况")
    one = standing.get_by_role("region", name=GAS)
    expect(one.get_by_role("button", name="约谈")).to_have_count(0)  # only where the date for mending has passed
    one.get_by_role("button", name="暂停执行告知承诺制").click()
    one.get_by_role("textbox", name="理由").fill("情节严重")
    one.get_by_role("form").get_by_role("button", name="暂停执行告知承诺制").click()
    expect(one.get_by_role("listitem").filter(has_text="暂停执行告知承诺制")).to_contain_text("情节严重")
    expect(one).to_contain_text("且整改完成为止")
    assert faults_of_access(w) == []
    standing.get_by_role("button", name="关闭").click()
    w.page.get_by_role("button", name="返回办件列表").click()
    open_case(w, "违诺公司")
    expect(w.page.get_by_role("button", name=f"{GAS}暂停执行告知承诺制")).to_be_visible()
    w.page.get_by_role("button", name="返回办件列表").click()
    w.page.get_by_role("button", name="统计").click()
    figures = w.page.get_by_role("dialog", name="统计")
    mending = figures.get_by_role("row", name="责令整改 · 给水")
    expect(mending.get_by_role("img")).to_have_attribute("aria-label", re.compile(r"在办最久 [\d.]+，时限 —"))
    assert faults_of_access(w) == []
