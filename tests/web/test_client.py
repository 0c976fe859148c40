"""The surveyor's work in a real browser against the real service."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from sample_data.county import make_county

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Window

COUNTY = make_county()
KNOWN = [one for one in COUNTY.answers if one.route in {"L1", "L3", "X2", "A1", "G2"}]
LABELS = {
    "commitment": "告知承诺",
    "joint_approval": "并联审批",
    "special_approval": "政府特批",
    "survey_first": "先行实测",
}


def axe_faults(page) -> list[str]:
    """What axe finds, the map's own drawing surface included."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}" for one in found]


def draw(w: Window, *pixels: tuple[int, int]) -> None:
    w.page.get_by_role("button", name="画新管线").click()
    for x, y in pixels:
        w.page.mouse.move(x, y, steps=4)
        w.page.mouse.click(x, y)
        w.pause(350)  # two clicks within 250 ms would be a double click
    w.page.keyboard.press("Enter")


def length(w: Window) -> float:
    return float(w.page.get_by_test_id("length").inner_text().removesuffix("m"))


def test_draw_judge_save_reload(window: Callable[..., Window]) -> None:
    w = window().open()
    w.page.get_by_role("button", name="画新管线").click()
    w.page.mouse.move(300, 330)
    w.page.mouse.click(300, 330)
    w.page.mouse.move(360, 345, steps=6)
    # The verdict speaks while the mouse moves, before the second point is set.
    expect(w.page.locator(".verdict .badge")).to_be_visible()
    moving = length(w)
    assert moving > 1
    w.page.mouse.dblclick(420, 360)
    expect(w.page.locator(".verdict .badge")).to_be_visible()
    expect(w.page.get_by_text("限值", exact=True)).to_be_visible()
    w.tab("属性")
    w.page.get_by_label("名称").fill("测试接入 甲")
    w.page.get_by_label("建设单位").fill("县自来水公司")
    w.page.get_by_label("计划开工").fill("2027-03-01")
    w.page.get_by_label("计划完工").fill("2027-04-01")
    w.page.get_by_role("button", name="保存", exact=True).click()
    expect(w.page.get_by_text("已保存", exact=True)).to_be_visible()
    w.settled()  # the line as it was saved is answered, not as it followed the mouse
    saved = length(w)
    w.page.reload()
    w.page.get_by_role("searchbox").fill("测试接入 甲")
    w.page.locator("button.route", has_text="测试接入 甲").first.click()
    expect(w.page.locator(".verdict .badge")).to_be_visible()
    w.settled()
    assert length(w) == pytest.approx(saved, abs=0.01)
    w.tab("属性")
    expect(w.page.get_by_label("计划完工")).to_have_value("2027-04-01")


@pytest.mark.parametrize("answer", KNOWN, ids=lambda one: one.route)
def test_known_answers(window: Callable[..., Window], answer) -> None:
    w = window().open()
    w.pick(answer.route)
    expect(w.page.locator(".verdict .badge")).to_have_text(re.compile(LABELS[answer.verdict]))


def test_typed_coordinates(window: Callable[..., Window]) -> None:
    w = window().open()
    w.page.keyboard.press("d")
    w.type("3658614.471,579391.587")
    expect(w.page.locator("#typed-said")).to_contain_text("颠倒")
    w.type("579391.587,3658614.471", "＠５０．５＜９０", "@10,-3.5", "20", "<0")
    expect(w.page.get_by_text("长度锁定 20.000 米")).to_be_visible()
    expect(w.page.get_by_text("角度锁定 0.000°")).to_be_visible()
    w.page.keyboard.press("Escape")
    w.page.locator("#typed").fill("")
    w.page.keyboard.press("Enter")
    w.tab("顶点")
    expect(w.page.locator("table input")).to_have_count(6)
    values = [field.input_value() for field in w.page.locator("table input").all()]
    assert values == ["579391.587", "3658614.471", "579391.587", "3658664.971", "579401.587", "3658661.471"]
    w.tab("属性")
    expect(w.page.get_by_label("坐标来源")).to_have_value("typed")
    # 50.5 + hypot(10, 3.5) in the grid; on the ellipsoid some millimetres less
    expect(w.page.get_by_test_id("length")).to_have_text(re.compile(r"^61\.(09|08)m$"))


def test_snaps_to_a_vertex_exactly(window: Callable[..., Window]) -> None:
    w = window().open()
    w.pick("L1")
    w.tab("顶点")
    x, y = (float(field.input_value()) for field in w.page.locator("table input").all()[:2])
    w.page.get_by_role("button", name="关闭").first.click()
    px, py = w.pixel_of(x, y)
    draw(w, (int(px) + 4, int(py) + 3), (int(px) + 60, int(py) + 80))
    w.tab("顶点")
    first = [float(field.input_value()) for field in w.page.locator("table input").all()[:2]]
    assert first == [x, y]


def test_a_line_of_the_map_is_opened_by_a_click_without_a_warning_of_the_browser(window: Callable[..., Window]) -> None:
    w = window().open()
    w.pick("L1")
    title = w.page.locator("aside h2").inner_text()
    w.tab("顶点")
    x, y, x2, y2 = (float(field.input_value()) for field in w.page.locator("table input").all()[:4])
    w.page.get_by_role("button", name="关闭").first.click()
    w.page.mouse.click(*w.pixel_of((x + x2) / 2, (y + y2) / 2))
    expect(w.page.locator("aside h2")).to_have_text(title)


def test_two_windows_meet(window: Callable[..., Window]) -> None:
    mine, theirs = window().open(), window().open()
    mine.expected = ["412"]  # Chromium writes every refused request into the console
    for w in (mine, theirs):
        w.pick("R004")
        w.tab("属性")
    theirs.page.get_by_label("备注").fill("对方先改")
    theirs.page.get_by_role("button", name="保存", exact=True).click()
    expect(theirs.page.get_by_text("已保存", exact=True)).to_be_visible()

    mine.page.get_by_label("备注").fill("我后改")
    mine.page.get_by_role("button", name="保存", exact=True).click()
    dialog = mine.page.get_by_role("dialog")
    expect(dialog).to_contain_text("别人先保存了这条管线")
    expect(dialog.get_by_role("row", name="备注")).to_contain_text("对方先改")
    expect(dialog.get_by_role("row", name="备注")).to_contain_text("我后改")
    assert axe_faults(mine.page) == []
    dialog.get_by_role("button", name="保留我的版本").click()
    expect(mine.page.get_by_text("已保存", exact=True)).to_be_visible()

    theirs.expected = ["412"]
    theirs.page.get_by_label("备注").fill("对方再改")
    theirs.page.get_by_role("button", name="保存", exact=True).click()
    theirs.page.get_by_role("dialog").get_by_role("button", name="采用对方版本").click()
    expect(theirs.page.get_by_label("备注")).to_have_value("我后改")
    expect(theirs.page.get_by_role("button", name="保存", exact=True)).to_be_disabled()


def test_undo_goes_back_past_saving_and_deleting(window: Callable[..., Window]) -> None:
    w = window().open()
    w.page.keyboard.press("d")
    w.type("579300,3658600", "@30,0", "@0,20", "")
    w.tab("属性")
    w.page.get_by_label("名称").fill("撤销试验")
    w.page.get_by_role("button", name="保存", exact=True).click()
    expect(w.page.get_by_text("已保存", exact=True)).to_be_visible()
    w.page.get_by_role("button", name="删除", exact=True).click()
    w.page.get_by_role("dialog").get_by_role("button", name="删除").click()
    w.page.get_by_role("searchbox").fill("撤销试验")
    expect(w.page.get_by_text("没有符合的管线")).to_be_visible()
    undo = w.page.get_by_role("button", name=re.compile("^撤销"))
    undo.click()  # the deletion
    expect(w.page.get_by_role("heading", name="撤销试验")).to_be_visible()
    undo.click()  # the saving
    expect(w.page.get_by_text("未保存", exact=True)).to_be_visible()
    undo.click()  # the name
    undo.click()  # the third point
    w.tab("顶点")
    expect(w.page.locator("table input")).to_have_count(4)
    for _ in range(3):
        w.page.get_by_role("button", name=re.compile("^重做")).click()
    expect(w.page.get_by_role("heading", name="撤销试验")).to_be_visible()
    w.page.get_by_role("button", name=re.compile("^撤销")).click()
    w.page.reload()
    expect(w.page.get_by_text("已找回上次未保存的草稿")).to_be_visible()


def test_leaving_while_a_saving_is_taken_back_loses_nothing(window: Callable[..., Window]) -> None:
    w = window().open()
    w.page.keyboard.press("d")
    w.type("579300,3658640", "@30,0", "")
    w.page.get_by_role("button", name="保存", exact=True).click()
    expect(w.page.get_by_text("已保存", exact=True)).to_be_visible()
    # The deletion is under way, and never answered.
    w.page.route("**/items/*", lambda route: None if route.request.method == "DELETE" else route.continue_())
    with w.page.expect_request(lambda asked: asked.method == "DELETE"):
        w.page.get_by_role("button", name=re.compile("^撤销")).click()
    w.page.reload()
    expect(w.page.get_by_text("已找回上次未保存的草稿")).to_be_visible()


def test_edit_vertices_on_the_map(window: Callable[..., Window]) -> None:
    w = window().open()
    draw(w, (300, 300), (420, 300), (420, 400))
    w.tab("顶点")
    expect(w.page.locator("table input")).to_have_count(6)
    w.page.mouse.move(360, 300)
    w.page.mouse.down()
    w.page.mouse.move(360, 340, steps=5)
    w.page.mouse.up()
    expect(w.page.locator("table input")).to_have_count(8)
    w.page.keyboard.press("Delete")
    expect(w.page.locator("table input")).to_have_count(6)


def test_speaks_english(window: Callable[..., Window]) -> None:
    w = window().open()
    w.page.get_by_role("button", name="English").click()
    expect(w.page.get_by_role("heading", name="Planned routes")).to_be_visible()
    w.page.get_by_role("searchbox").fill("L3")
    w.page.locator("button.route").first.click()
    expect(w.page.locator(".verdict .badge")).to_have_text(re.compile("Joint approval", re.IGNORECASE))
    assert w.page.locator("html").get_attribute("lang") == "en"
    assert axe_faults(w.page) == []


def test_everything_is_accessible(window: Callable[..., Window]) -> None:
    w = window().open()
    assert axe_faults(w.page) == []
    w.page.get_by_role("button", name="图层", exact=True).click()
    w.pick("X2")
    for name in ("判定", "属性", "顶点"):
        w.tab(name)
        assert axe_faults(w.page) == []
    w.tab("判定")
    w.page.locator("details summary").first.press("Enter")
    expect(w.page.locator("details blockquote").first).to_be_visible()
    assert axe_faults(w.page) == []


def test_by_keyboard_alone(window: Callable[..., Window]) -> None:
    w = window().open()
    w.page.get_by_role("button", name="画新管线").focus()
    w.page.keyboard.press("Enter")
    w.page.locator("#typed").focus()
    for entry in ("579500,3658500", "@40<15", ""):
        w.page.keyboard.type(entry)
        w.page.keyboard.press("Enter")
    expect(w.page.locator(".verdict .badge")).to_be_visible()
    w.page.keyboard.press("Control+s")
    expect(w.page.get_by_text("已保存", exact=True)).to_be_visible()


def test_network_lost_and_found(window: Callable[..., Window]) -> None:
    w = window().open()
    w.expected = ["ERR_INTERNET_DISCONNECTED", "ERR_FAILED"]
    w.page.keyboard.press("d")
    w.type("579300,3658500", "@30,10", "")
    w.page.context.set_offline(True)
    w.page.get_by_role("button", name="保存", exact=True).click()
    expect(w.page.get_by_text("连不上服务器").first).to_be_visible()
    w.page.context.set_offline(False)
    w.page.get_by_role("button", name="保存", exact=True).click()
    expect(w.page.get_by_text("已保存", exact=True)).to_be_visible()


def test_pointing_at_a_row_lights_the_map(window: Callable[..., Window]) -> None:
    w = window().open()
    w.pick("X2")
    before = w.picture()
    w.page.locator("button.lit").first.hover()
    w.changes_from(before)


def test_partners_are_listed_and_lit(window: Callable[..., Window]) -> None:
    w = window().open()
    w.pick("R004")
    heat = w.page.get_by_role("button", name=re.compile("热力 R003 .*平均间距"))  # the partner, not a finding about it
    heat.scroll_into_view_if_needed()
    before = w.picture()
    heat.focus()
    w.changes_from(before)
    assert axe_faults(w.page) == []


def test_on_a_phone(window: Callable[..., Window]) -> None:
    w = window(390, 844, phone=True).open()
    w.page.get_by_role("button", name="画新管线").tap()
    drop = w.page.get_by_role("button", name="在十字处落点")
    drop.tap()
    w.page.touchscreen.tap(150, 300)
    w.pause(400)
    w.page.get_by_role("button", name="完成").first.tap()
    expect(w.page.locator(".verdict .badge")).to_be_visible()
    assert axe_faults(w.page) == []
    assert w.page.evaluate("document.documentElement.scrollWidth") <= 390
