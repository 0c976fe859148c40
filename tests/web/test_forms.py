"""The county's form in the browser: filled as printed, checked when left, kept as a draft, filed into a case."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.desk import tomorrow
from tests.service import served
from tests.web.case_pages import look_away

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator

    from tests.web.conftest import Window

ID, HIDDEN = "11010519491231002X", "110***********002X"
CODE, WRONG_CODE = "91350100M000100Y43", "91350100M000100Y44"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a sample county of our own: these tests give it other policies."""
    with served(tmp_path_factory.mktemp("forms")) as address:
        yield address


def come(w: Window, role: str) -> None:
    """Sign in as a ready-made account."""
    for one in w.page.request.get(f"{w.url}/api/session").json()["ready_made"]:
        if one["role"] == role:
            signed = w.page.request.post(f"{w.url}/api/session", data={key: one[key] for key in ("name", "password")})
            assert signed.ok


def at(window: Callable[..., Window], policy: str, width: int = 1280, height: int = 720) -> Window:
    """Open the work list of a county with the policy, as its window for applications."""
    w = window(width, height)
    come(w, "admin")
    assert w.page.request.put(f"{w.url}/api/county", data={"policy": policy}).ok
    come(w, "coordinator")
    w.open()
    w.page.get_by_role("button", name="办件", exact=True).click()
    return w


def begin(w: Window) -> Locator:
    w.page.get_by_role("button", name="新申请").click()
    dialog = w.page.get_by_role("dialog")
    dialog.get_by_role("form").wait_for()
    return dialog


def drafts(w: Window) -> list[dict]:
    return w.page.request.get(f"{w.url}/api/drafts").json()["drafts"]


def faults(w: Window) -> list[str]:
    found = Axe().run(w.page, options={"resultTypes": ["violations"]})
    return [json.dumps(one["nodes"][0]["target"]) + one["help"] for one in found.response["violations"]]


def test_the_form_of_wuzhi_goes_from_a_wrong_code_to_a_case(window: Callable[..., Window]) -> None:
    w = at(window, "wuzhi")
    dialog = begin(w)
    expect(dialog.get_by_role("heading", level=2)).to_have_text("水电气暖通信广电联合报装申请“一张表单”")
    expect(dialog.get_by_label("安装表数", exact=True)).to_have_count(0)
    expect(dialog.get_by_text("必填 0 / 2")).to_be_visible()  # the form marks nothing; a case needs these all the same
    expect(dialog.get_by_role("button", name="提交申请")).to_be_in_viewport()
    dialog.get_by_role("button", name="提交申请").click()
    expect(dialog.get_by_role("alert")).to_contain_text("2 处需要改正或补填")
    assert drafts(w) == []
    dialog.get_by_role("button", name="“申请单位/个人”未填").click()
    expect(dialog.get_by_label("申请单位/个人")).to_be_focused()
    w.page.keyboard.type("怀川食品有限公司")
    expect(dialog.get_by_role("alert")).to_contain_text("1 处需要改正或补填")  # saved by itself: the list is shorter
    dialog.get_by_role("button", name="没有选报装业务").click()
    expect(dialog.get_by_role("checkbox", name="用水报装")).to_be_focused()
    dialog.get_by_label("统一社会信用代码").fill(WRONG_CODE)
    w.page.keyboard.press("Tab")
    told = dialog.locator("[id='field-basic.credit_code-faults']")
    expect(told).to_contain_text("——")
    dialog.get_by_label("统一社会信用代码").fill(CODE)
    w.page.keyboard.press("Tab")
    expect(told).to_be_empty()
    dialog.get_by_label("身份证号码").fill(ID)
    w.page.keyboard.press("Tab")
    expect(dialog.get_by_label("身份证号码")).to_have_value(HIDDEN)
    dialog.get_by_role("checkbox", name="用水报装").check()
    dialog.get_by_label("安装表数", exact=True).fill("十")
    w.page.keyboard.press("Tab")
    expect(dialog.get_by_role("alert")).to_contain_text("1 处需要改正或补填")
    dialog.get_by_label("安装表数", exact=True).fill("２0")
    w.page.keyboard.press("Tab")
    expect(dialog.get_by_role("alert")).to_have_count(0)
    expect(dialog.get_by_text("草稿已保存")).to_be_visible()
    paper = dialog.get_by_role("link", name="打印草稿").get_attribute("href")
    assert w.page.request.get(f"{w.url}{paper}").body()[:5] == b"%PDF-"
    assert faults(w) == []

    w.page.reload()
    w.page.get_by_role("searchbox").wait_for()
    w.page.get_by_role("button", name="办件", exact=True).click()
    w.page.get_by_role("button", name="怀川食品有限公司 武陟县").click()
    dialog = w.page.get_by_role("dialog")
    expect(dialog.get_by_label("安装表数", exact=True)).to_have_value("２0")
    expect(dialog.get_by_label("身份证号码")).to_have_value(HIDDEN)
    dialog.get_by_role("button", name="提交申请").click()
    expect(w.page.locator("aside .phase")).to_have_text("已提交，待受理")
    assert drafts(w) == []
    cases = w.page.request.get(f"{w.url}/api/cases").json()["cases"]
    [case] = [one for one in cases if one["applicant"] == "怀川食品有限公司"]
    form = w.page.request.get(f"{w.url}/api/cases/{case['id']}").json()["form"]
    assert form == {
        "basic.applicant": "怀川食品有限公司", "basic.credit_code": CODE, "basic.id_number": HIDDEN,
        "water.wanted": True, "water.meters": 20,
    }  # fmt: skip
    w.expected.append("422")


def test_the_later_of_two_windows_is_told_and_loses_nothing(window: Callable[..., Window]) -> None:
    w = at(window, "chibi")
    dialog = begin(w)
    dialog.get_by_label("申请单位").fill("赤壁甲公司")
    w.page.keyboard.press("Tab")
    expect(dialog.get_by_text("草稿已保存")).to_be_visible()
    [row] = drafts(w)
    other = {"values": {"basic.applicant": "另一窗口"}}
    address = f"{w.url}/api/drafts/{row['id']}"
    assert w.page.request.put(address, data=other, headers={"If-Match": '"1"'}).ok
    dialog.get_by_label("申请地址").fill("河北大道 1 号")
    w.page.keyboard.press("Tab")
    expect(dialog.get_by_role("alert")).to_contain_text("已在另一窗口修改")
    dialog.get_by_role("button", name="保留本窗口的").click()
    expect(dialog.get_by_role("alert")).to_have_count(0)
    kept = {"basic.applicant": "赤壁甲公司", "basic.address": "河北大道 1 号"}
    expect(dialog.get_by_text("草稿已保存")).to_be_visible()
    assert w.page.request.get(address).json()["values"] == kept
    dialog.get_by_role("button", name="关闭").click()
    w.page.get_by_role("button", name="删除草稿：赤壁甲公司").click()
    w.page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(w.page.get_by_text("赤壁甲公司")).to_have_count(0)
    assert drafts(w) == []
    w.expected.append("412")


def test_what_is_required_is_marked_and_counted(window: Callable[..., Window]) -> None:
    w = at(window, "huaibei")
    dialog = begin(w)
    expect(dialog.get_by_text("必填 0 / 9")).to_be_visible()
    dialog.get_by_label("企业名称").fill("淮北甲公司")
    expect(dialog.get_by_text("必填 1 / 9")).to_be_visible()
    dialog.get_by_role("button", name="提交申请").click()
    expect(dialog.get_by_role("alert")).to_contain_text("8 处需要改正或补填")
    bar = dialog.locator(".bar")
    dialog.get_by_role("textbox", name="申请人", exact=True).scroll_into_view_if_needed()
    expect(bar).to_be_in_viewport()
    assert faults(w) == []
    dialog.get_by_role("button", name="关闭").click()
    [row] = drafts(w)
    assert row["applicant"] == "淮北甲公司"
    assert w.page.request.delete(f"{w.url}/api/drafts/{row['id']}", headers={"If-Match": f'"{row["revision"]}"'}).ok


def test_a_county_without_a_form_says_so_and_asks_what_the_case_needs(window: Callable[..., Window]) -> None:
    w = at(window, "jiyuan")
    dialog = begin(w)
    expect(dialog.get_by_text("只提到“一张表单”，没有附表")).to_be_visible()
    expect(dialog.get_by_text("必填 0 / 2")).to_be_visible()
    expect(dialog.get_by_role("link", name="打印空白表")).to_have_count(0)
    for name in ("申请单位", "地址"):
        assert dialog.get_by_label(name).get_attribute("required") == ("" if name == "申请单位" else None)
    dialog.get_by_label("申请单位").fill("济源甲公司")
    dialog.get_by_label("燃气").check()
    dialog.get_by_role("button", name="提交申请").click()
    expect(w.page.locator("aside .phase")).to_have_text("已提交，待受理")


def command(w: Window, role: str, case: str, kind: str, data: dict[str, object]) -> None:
    """Carry out a command as a ready-made account would at another window."""
    come(w, role)
    given = {"kind": kind, "actor": {"role": role}, "data": data}
    answer = w.page.request.post(f"{w.url}/api/cases/{case}/commands", data=given)
    assert answer.ok, answer.text()


def test_an_applicant_is_named_from_the_start_and_asks_nothing_it_may_not_see(
    window: Callable[..., Window],
) -> None:
    w = at(window, "neixiang")
    come(w, "applicant")
    w.open()
    w.page.get_by_role("button", name="办件", exact=True).click()
    dialog = begin(w)
    expect(dialog.get_by_label("申请单位")).to_have_value("样例建设单位")
    expect(dialog.get_by_text("必填 1 / 2")).to_be_visible()
    dialog.get_by_role("checkbox", name="给水").check()
    dialog.get_by_role("button", name="提交申请").click()
    expect(w.page.locator("aside .phase")).to_have_text("已提交，待受理")
    case = w.page.locator("h2 .figures").inner_text()
    look_away(w)  # it would look with the sessions of the others
    command(w, "coordinator", case, "accept", {})
    command(w, "utility", case, "fix_plan", {"utility": "water", "operator": "县自来水公司", "route": "R004"})
    command(w, "utility", case, "judge", {"utility": "water"})
    come(w, "applicant")
    w.open()
    w.page.get_by_role("button", name="办件", exact=True).click()
    w.page.get_by_role("button", name=case).click()
    expect(w.page.get_by_role("status", name="给水")).to_contain_text("在限值以内")
    expect(w.page.get_by_role("heading", name="计入的每一段")).to_have_count(0)  # measuring is for others to ask


def test_who_has_signed_in_reads_which_department_decides_and_decides_its_own_alone(
    window: Callable[..., Window],
) -> None:
    w = at(window, "wuzhi")
    look_away(w)  # it would look with the sessions of the others
    utilities = [{"utility": "water"}]
    filed = {"channel": "window", "applicant": "长" * 200, "utilities": utilities}
    case = w.page.request.post(f"{w.url}/api/cases", data={"kind": "file_application", "data": filed}).json()["id"]
    command(w, "coordinator", case, "accept", {})
    command(w, "coordinator", case, "schedule_survey", {"moment": f"{tomorrow()}:00+08:00"})
    command(w, "surveyor", case, "record_survey", {"minutes": "现场可行"})
    command(w, "coordinator", case, "note", {"event": "survey_plan_pushed"})
    command(w, "utility", case, "fix_plan", {"utility": "water", "operator": "县自来水公司", "route": "R004"})
    command(w, "utility", case, "judge", {"utility": "water"})
    come(w, "approver")
    w.open()
    w.page.get_by_role("button", name="办件", exact=True).click()
    w.page.get_by_role("button", name=case).click()
    decision = w.page.get_by_role("form", name="决定", exact=True)
    expect(decision).to_contain_text("由城市管理局审批")
    expect(decision.get_by_role("button", name="同意", exact=True)).to_be_enabled()
    expect(w.page.get_by_role("complementary").get_by_text("办理中", exact=True)).to_be_in_viewport(ratio=1)
    decision.get_by_label("许可事项").select_option(label="建设工程规划许可")
    expect(decision).to_contain_text("由自然资源局审批")
    expect(decision.get_by_role("button", name="同意", exact=True)).to_be_disabled()
    assert faults(w) == []


def test_the_whole_form_is_filled_by_keyboard(window: Callable[..., Window]) -> None:
    w = at(window, "wuzhi")
    dialog = begin(w)
    dialog.get_by_label("申请单位/个人").focus()
    w.page.keyboard.type("键盘公司")
    for _ in range(7):
        w.page.keyboard.press("Tab")
    expect(dialog.get_by_role("checkbox", name="用水报装")).to_be_focused()
    w.page.keyboard.press("Space")
    w.page.keyboard.press("Tab")
    w.page.keyboard.press("Space")
    expect(dialog.get_by_role("group", name="业务类型-新装").get_by_role("checkbox").first).to_be_checked()
    w.page.keyboard.press("Escape")
    expect(w.page.get_by_role("button", name="键盘公司 武陟县")).to_be_visible()
