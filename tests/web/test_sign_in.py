"""Signing in on the page: wrong and right, one click a role, what each is offered, and a session that ends at work."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from api.cli.service import load_sample
from api.db.store import open_store
from api.identity.demo import demo_people
from tests.service import served
from tests.web.test_client import axe_faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator, Page

    from tests.web.conftest import Window

LINE = ("579300,3658640", "@30,0")


def dialog(page: Page) -> Locator:
    """Return the dialog of signing in."""
    return page.get_by_role("dialog", name="登录同沟")


def fill_in(page: Page, name: str, password: str) -> None:
    """Type name and password and press Enter, as people do."""
    dialog(page).get_by_label("登录名").fill(name)
    dialog(page).get_by_label("密码").fill(password)
    page.keyboard.press("Enter")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the sample county as an office has it: by its accounts, those of the sample among them."""
    data = tmp_path_factory.mktemp("office")
    with open_store(None, data) as store:
        store.upgrade()
        load_sample(store)
        demo_people(store, datetime.now(UTC))
    with served(data, demo=False) as address:
        yield address


def test_a_wrong_password_is_told_and_a_right_one_opens(window: Callable[..., Window]) -> None:
    w = window(1280, 720).open()
    w.expected.append("401")
    w.page.locator(".person > button").click()
    w.page.get_by_role("button", name="登录…").click()
    expect(dialog(w.page).get_by_label("登录名")).to_be_focused()
    w.page.keyboard.press("Enter")
    expect(dialog(w.page).get_by_role("alert")).to_have_text("请填写登录名和密码")
    fill_in(w.page, "demo-approver", "不是密码")
    expect(dialog(w.page).get_by_role("alert")).to_contain_text("登录名或密码不对")
    expect(dialog(w.page).get_by_label("密码")).to_be_focused()
    expect(dialog(w.page).get_by_label("密码")).to_have_value("")
    assert axe_faults(w.page) == []
    fill_in(w.page, "demo-approver", "tonggou-approver")
    expect(dialog(w.page)).to_have_count(0)
    expect(w.page.locator(".person .names")).to_contain_text("县城管局 · 审批部门")
    w.page.locator(".person > button").click()
    assert axe_faults(w.page) == []


def test_too_many_tries_are_told_in_minutes(window: Callable[..., Window]) -> None:
    w = window(1280, 720).open()
    w.expected += ["401", "429"]
    for _ in range(5):
        assert w.page.request.post(f"{w.url}/api/session", data={"name": "nobody", "password": "x"}).status == 401
    w.page.locator(".person > button").click()
    w.page.get_by_role("button", name="登录…").click()
    fill_in(w.page, "nobody", "x")
    expect(dialog(w.page).get_by_role("alert")).to_contain_text(re.compile(r"请在 1[45] 分钟后再试"))
    w.page.keyboard.press("Escape")
    expect(dialog(w.page)).to_have_count(0)


def test_each_role_is_offered_what_it_may_do(window: Callable[..., Window]) -> None:
    w = window(1440, 900).open()
    refused: list[str] = []
    w.page.on("response", lambda answer: refused.append(answer.url) if answer.status in {401, 403} else None)
    draw = w.page.get_by_role("button", name="画线")
    filing = {"kind": "file_application", "actor": {"role": "coordinator"}}
    entered = {"channel": "window", "applicant": "等受理的单位", "utilities": [{"utility": "water"}]}

    expect(draw).to_be_visible()  # whoever tries the sample may draw; deciding is for who signs in
    w.enter_as("联办窗口")
    assert w.page.request.post(f"{w.url}/api/cases", data={**filing, "data": entered}).status == 201
    w.page.get_by_role("button", name="办件", exact=True).click()
    mine, others = (w.page.get_by_role("list", name=name, exact=True) for name in ("等我办理", "其他"))
    expect(mine.get_by_role("button", name="等受理的单位")).to_be_visible()
    assert axe_faults(w.page) == []

    w.enter_as("审批部门")
    expect(others.get_by_role("button", name="等受理的单位")).to_be_visible()
    expect(w.page.get_by_role("button", name="新申请")).to_have_count(0)
    expect(draw).to_have_count(0)
    w.page.get_by_role("button", name="返回管线").click()
    w.pick("L1")
    expect(w.page.get_by_text("只能查看：您的角色不修改管线。")).to_be_visible()
    for name in ("保存", "删除"):
        expect(w.page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    w.tab("属性")
    expect(w.page.get_by_label("名称", exact=True)).to_be_disabled()
    assert axe_faults(w.page) == []

    w.enter_as("申请人")
    expect(w.page.get_by_text("没有您可以查看的规划管线")).to_be_visible()
    expect(w.page.get_by_role("button", name="全县冲突")).to_have_count(0)
    w.page.keyboard.press("d")
    expect(w.page.get_by_label("键入坐标", exact=True)).to_have_count(0)

    w.enter_as("管理员")
    expect(w.page.get_by_role("button", name="办件", exact=True)).to_have_count(0)
    w.page.locator(".person > button").click()
    w.page.get_by_role("button", name="退出登录").click()
    expect(w.page.locator(".person > button")).to_have_text("登录")
    expect(draw).to_be_visible()
    assert refused == []


def test_an_office_shows_its_door_and_keeps_a_draft_when_a_session_ends(
    window: Callable[..., Window], office: str
) -> None:
    w = window(1280, 720)
    w.url = office
    w.expected.append("401")
    asked: list[str] = []
    w.page.on("request", lambda one: asked.append(one.url) if "/api/" in one.url else None)
    w.page.goto(office)
    expect(dialog(w.page).get_by_label("登录名")).to_be_focused()
    assert axe_faults(w.page) == []
    assert asked == [f"{office}/api/session"]
    expect(dialog(w.page).get_by_role("button", name="以审批部门样例进入")).to_have_count(0)
    w.page.keyboard.press("Escape")
    w.page.get_by_role("button", name="登录").click()
    fill_in(w.page, "demo-surveyor", "tonggou-surveyor")

    w.page.get_by_role("searchbox").wait_for()
    w.page.keyboard.press("d")
    w.type(*LINE, "")
    w.tab("属性")
    w.page.get_by_label("名称", exact=True).fill("换班前画的")
    w.settled()  # every question about the line is answered: the next request is that of saving
    w.page.context.clear_cookies()
    w.page.get_by_role("button", name="保存", exact=True).click()
    expect(dialog(w.page).get_by_role("status")).to_contain_text("登录已失效")
    fill_in(w.page, "demo-surveyor", "tonggou-surveyor")
    expect(dialog(w.page)).to_have_count(0)
    expect(w.page.get_by_text("已保存")).to_be_visible()  # the same person: what was asked for is done
    expect(w.page.get_by_label("名称", exact=True)).to_have_value("换班前画的")

    w.page.get_by_label("名称", exact=True).fill("换人之后")
    w.settled()  # every question about the line is answered: the next request is that of saving
    w.page.context.clear_cookies()
    w.page.get_by_role("button", name="保存", exact=True).click()
    expect(dialog(w.page)).to_be_visible()
    expect(w.page.get_by_text("换人之后")).to_be_hidden()  # whoever comes by is not shown it
    fill_in(w.page, "demo-approver", "tonggou-approver")
    expect(w.page.get_by_text("刚才的操作没有重做")).to_be_visible()  # nothing is written in another's name
    expect(w.page.locator(".person .names")).to_contain_text("审批部门样例")
    w.page.locator(".map canvas").first.wait_for(state="attached")
    expect(w.page.get_by_text("换人之后")).to_have_count(0)
    w.page.reload()
    expect(w.page.locator(".person .names")).to_contain_text("审批部门样例")
    expect(w.page.get_by_text("换人之后")).to_have_count(0)
    w.page.locator(".person > button").click()
    w.page.get_by_role("button", name="退出登录").click()
    fill_in(w.page, "demo-surveyor", "tonggou-surveyor")
    expect(w.page.get_by_role("heading", name="换人之后")).to_be_visible()  # it has waited for who drew it


def test_a_session_that_is_not_renewed_leaves_nothing_on_the_page(window: Callable[..., Window], office: str) -> None:
    w = window(1280, 720)
    w.url = office
    w.expected.append("401")
    w.page.goto(office)
    fill_in(w.page, "demo-coordinator", "tonggou-coordinator")
    w.page.get_by_role("button", name="办件", exact=True).click()
    w.page.get_by_role("button", name="新申请").click()
    form = w.page.locator("dialog[open]")
    applicant = form.get_by_label("申请单位", exact=True)
    w.settled()
    w.page.context.clear_cookies()
    applicant.fill("还没保存的单位")
    expect(dialog(w.page).get_by_role("status")).to_contain_text("登录已失效")  # it was to be saved by itself
    expect(form.first).to_be_hidden()
    w.page.keyboard.press("Escape")
    expect(dialog(w.page)).to_have_count(0)
    expect(w.page.locator("dialog[open]")).to_have_count(0)
    expect(w.page.locator("main")).to_have_text("同沟 登录")
    w.page.get_by_role("button", name="登录").click()
    fill_in(w.page, "demo-approver", "tonggou-approver")
    w.page.get_by_role("button", name="办件", exact=True).click()
    expect(w.page.locator("dialog[open]")).to_have_count(0)
    assert "还没保存的单位" not in w.page.content()
    w.page.locator(".person > button").click()
    w.page.get_by_role("button", name="退出登录").click()
    fill_in(w.page, "demo-coordinator", "tonggou-coordinator")
    expect(applicant).to_have_value("还没保存的单位")


def test_a_password_is_changed_on_the_page(window: Callable[..., Window], office: str) -> None:
    w = window(1280, 720)
    w.url = office
    w.expected += ["401", "422"]
    w.page.goto(office)
    fill_in(w.page, "demo-supervisor", "tonggou-supervisor")
    w.page.locator(".person > button").click()
    w.page.get_by_role("button", name="修改密码").click()
    changing = w.page.get_by_role("dialog", name="修改密码")
    for label, value in (("原密码", "不对的"), ("新密码", "监管-新-密码-2027")):
        changing.get_by_label(label, exact=True).fill(value)
    changing.get_by_label("再输一次新密码").fill("另一个")
    w.page.keyboard.press("Enter")
    expect(changing.get_by_role("alert")).to_have_text("两次输入的新密码不一样")
    changing.get_by_label("再输一次新密码").fill("监管-新-密码-2027")
    w.page.keyboard.press("Enter")
    expect(changing.get_by_role("alert")).to_contain_text("原密码不对")
    assert axe_faults(w.page) == []
    changing.get_by_label("原密码").fill("tonggou-supervisor")
    w.page.keyboard.press("Enter")
    expect(w.page.get_by_text("密码已修改")).to_be_visible()
    w.page.locator(".person > button").click()
    w.page.get_by_role("button", name="退出登录").click()
    fill_in(w.page, "demo-supervisor", "监管-新-密码-2027")
    expect(w.page.locator(".person .names")).to_contain_text("监管部门样例")
