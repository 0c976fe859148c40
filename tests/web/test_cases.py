"""Cases in the browser: filed, judged, decided by every department, built, rated; an act meanwhile is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.desk import tomorrow
from tests.web.case_pages import (
    WATER,
    be,
    cases_of,
    command,
    decision,
    do,
    file_on_page,
    look_away,
    section,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Window

DEPARTMENTS = {
    "建设工程规划许可": "natural_resources",
    "挖掘城市道路": "city_management",
    "占用道路": "police",
}


@pytest.fixture(scope="module")
def server(wuzhi: str) -> str:
    return wuzhi


def test_from_the_application_to_the_rating(window: Callable[..., Window]) -> None:
    """武陟 knows no commitment: three departments decide side by side, each on its own permission."""
    w = cases_of(window(1440, 900))
    be(w, "申请人", "木栾药业")
    file_on_page(w, {"申请单位/个人": "木栾药业"}, "用水报装")
    be(w, "联办窗口", "王窗口", "government_services")
    do(w, "受理")
    do(w, "商定踏勘时间", **{"时间（北京时间）": tomorrow()})
    be(w, "勘测人员", "测绘队")
    do(w, "记录踏勘", 踏勘记录="现场可行")
    be(w, "公用事业单位", WATER, WATER)
    do(w, "确定方案", 规划管线编号="R004", 办理单位=WATER)
    do(w, "判定路由")
    verdict = w.page.get_by_role("status", name="给水")
    expect(verdict).to_contain_text("文件未规定限值")  # 武陟's document gives none
    expect(verdict).to_contain_text("并联审批")

    for item, department in DEPARTMENTS.items():
        be(w, "审批部门", f"{department} 科长", department)
        expect(decision(w).get_by_label("许可事项").locator("option:checked")).to_have_text(item)
        decision(w).get_by_label("意见").fill(f"{item}：同意，注意恢复路面")
        decision(w).get_by_role("button", name="同意", exact=True).click()
        expect(section(w, "许可事项与决定").locator("li.granted").filter(has_text=item)).to_contain_text("注意恢复路面")
    expect(verdict).to_contain_text("可以开工")

    be(w, "公用事业单位", WATER, WATER)
    do(w, "开工")
    do(w, "完工")
    do(w, "申报验收")
    expect(w.page.get_by_role("button", name="申报验收")).to_have_count(0)  # once is enough
    be(w, "联办窗口", "王窗口", "government_services")
    do(w, "验收合格")
    be(w, "公用事业单位", WATER, WATER)
    do(w, "接通")
    be(w, "申请人", "木栾药业")
    do(w, "服务评价", 评语="很快")
    expect(w.page.get_by_text("已评价办结")).to_be_visible()
    newest = section(w, "办理经过").locator("li").first
    expect(newest).to_contain_text("很快")
    expect(newest).to_contain_text("木栾药业 · 申请人")


def test_another_act_meanwhile_is_told_and_may_be_repeated(window: Callable[..., Window]) -> None:
    w = cases_of(window(1440, 900))
    be(w, "申请人", "乙公司")
    file_on_page(w, {"申请单位/个人": "乙公司"}, "用气报装")
    case = w.page.locator("h2 .figures").inner_text()
    be(w, "联办窗口", "后到窗口")
    w.page.get_by_role("button", name="受理", exact=True).click()
    form = w.page.get_by_role("form", name="受理")
    form.get_by_label("项目经理").fill("张经理")
    w.expected.append("409")
    look_away(w)
    command(w, case, "accept", {"name": "先到窗口", "role": "coordinator"}, {})
    form.get_by_role("button", name="受理").click()
    expect(form.get_by_role("alert").first).to_contain_text("先到窗口")
    expect(form.get_by_label("项目经理")).to_have_value("张经理")
    expect(w.page.locator("aside .top").get_by_text("办理中")).to_be_visible()
