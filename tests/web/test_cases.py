"""Cases in the browser: an application is filed, judged by measuring, committed to and decided; the clock is seen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Window


def be(w: Window, role: str, name: str, department: str = "") -> None:
    w.page.get_by_label("角色").select_option(label=role)
    w.page.get_by_label("姓名").fill(name)
    w.page.get_by_label("部门或单位").fill(department)


def do(w: Window, what: str, **entered: str) -> None:
    w.page.get_by_role("button", name=re.compile(f"^{what}")).click()
    form = w.page.get_by_role("form", name=what, exact=True)
    for label, value in entered.items():
        form.get_by_label(label).fill(value)
    form.get_by_role("button", name=what).click()
    expect(form).to_have_count(0)


def test_an_application_goes_to_a_commitment_that_is_decided(window: Callable[..., Window]) -> None:
    w = window(1440, 900).open()
    w.page.get_by_role("button", name="办件", exact=True).click()
    be(w, "申请人", "甲公司")
    w.page.get_by_role("button", name="新申请").click()
    form = w.page.get_by_role("form", name="提交申请")
    form.get_by_role("button", name="提交申请").click()
    expect(form.get_by_role("alert")).to_have_text("请填写：申请单位")
    form.get_by_label("申请单位").fill("湍水食品有限公司")
    form.get_by_label("给水").check()
    form.get_by_role("button", name="提交申请").click()
    expect(w.page.get_by_text("已提交，待受理")).to_be_visible()
    expect(w.page.get_by_text("其他可办理：")).to_be_visible()

    be(w, "联办窗口", "王窗口")
    do(w, "受理")
    be(w, "公用事业单位", "县自来水公司", "县自来水公司")
    do(w, "确定方案", 规划管线编号="L1", 办理单位="县自来水公司")
    do(w, "判定路由")
    task = w.page.get_by_label("给水", exact=True)
    expect(task.get_by_text("告知承诺", exact=True)).to_be_visible()
    expect(task.get_by_text("可告知承诺")).to_be_visible()
    expect(task.get_by_text("≤ 200 m")).to_be_visible()
    bar = task.get_by_role("meter", name="敷设管线长度").locator(".value")
    expect(bar).to_have_css("background-color", "rgb(29, 122, 60)")  # --ok: a bar of no colour shows nothing
    do(w, "签署承诺书", 签署人="孙总")
    expect(w.page.get_by_text("其他可办理：")).to_be_visible()
    expect(w.page.locator(".clocks li")).to_have_count(1)

    be(w, "审批部门", "李科长", "city_management")
    offered = w.page.locator("#case-departments option[value='city_management']")
    expect(offered).to_have_text("县城管局")  # nobody knows the document's keys by heart
    do(w, "按承诺作出决定")
    expect(task.get_by_text("可以开工")).to_be_visible()
    letter = w.page.get_by_role("link", name="告知承诺书")
    answer = w.page.request.get(f"{w.url}{letter.get_attribute('href')}")
    assert answer.body()[:5] == b"%PDF-"

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


def test_who_comes_second_is_told_by_whom(window: Callable[..., Window]) -> None:
    w = window(1440, 900).open()
    w.page.get_by_role("button", name="办件", exact=True).click()
    be(w, "申请人", "乙公司")
    w.page.get_by_role("button", name="新申请").click()
    form = w.page.get_by_role("form", name="提交申请")
    form.get_by_label("申请单位").fill("乙公司")
    form.get_by_label("燃气").check()
    form.get_by_role("button", name="提交申请").click()
    expect(w.page.get_by_text("已提交，待受理")).to_be_visible()
    case = w.page.locator("h2 .figures").inner_text()
    command = {"kind": "accept", "actor": {"name": "先到窗口", "role": "coordinator"}, "data": {}}
    assert w.page.request.post(f"{w.url}/api/cases/{case}/commands", data=command).ok
    be(w, "联办窗口", "后到窗口")
    w.page.get_by_role("button", name="受理", exact=True).click()
    form = w.page.get_by_role("form", name="受理")
    form.get_by_role("button", name="受理").click()
    expect(form.get_by_role("alert").first).to_contain_text("先到窗口")
    w.expected.append("409")
