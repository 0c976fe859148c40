"""Answers that come after somebody has gone on: they change nothing that is seen or written since."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.chromium import PATIENCE_MS
from tests.web.case_pages import command
from tests.web.chance_pages import workspace
from tests.web.test_route_stages import aside, measure
from tests.web.test_visits import COORDINATOR, SURVEYOR, look, planned, visits_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Route

    from tests.web.conftest import Window


class Held:
    """Requests of a window to one address, held until somebody lets them go."""

    def __init__(self, w: Window, address: str, method: str = "GET") -> None:
        self.w = w
        self.waiting: list[Route] = []
        w.page.route(re.compile(address), lambda route: self._came(route, method))

    def _came(self, route: Route, method: str) -> None:
        if route.request.method == method:
            self.waiting.append(route)
        else:
            route.continue_()

    def came(self) -> None:
        """Wait until something is held."""
        for _ in range(PATIENCE_MS // 50):
            if self.waiting:
                return
            self.w.page.wait_for_timeout(50)
        raise AssertionError("nothing was asked")

    def let_go(self) -> None:
        """Let what is held go, and wait until the page has its answer."""
        self.came()
        for route in self.waiting:
            with self.w.page.expect_response(route.request.url):
                route.continue_()
        self.waiting.clear()
        self.w.pause(300)


def test_the_visit_and_the_list_that_were_asked_for_last_are_seen(window: Callable[..., Window]) -> None:
    w = visits_of(window(1280, 800), COORDINATOR)
    early, late = planned(w, "先点的踏勘", "A1"), planned(w, "后点的踏勘", "G1")
    w.page.get_by_role("button", name="刷新").click()
    first = Held(w, rf"/api/visits/{early['id']}\?")
    w.page.get_by_role("button", name=early["title"]).click()
    first.came()
    look(w, late["title"])
    first.let_go()
    expect(w.page.get_by_role("heading", name=late["title"])).to_be_visible()

    # What was pressed goes on; what was closed meanwhile does not open by its answer.
    acts = Held(w, rf"/api/visits/{late['id']}/commands", "POST")
    w.page.get_by_role("button", name="取消踏勘").click()
    form = w.page.get_by_role("form", name="取消踏勘")
    form.get_by_role("textbox").fill("改期")
    form.get_by_role("button", name="取消踏勘").click()
    acts.came()
    w.page.get_by_role("button", name="返回踏勘列表").click()
    acts.let_go()
    expect(w.page.get_by_role("heading", name="联合踏勘")).to_be_visible()
    expect(w.page.get_by_role("heading", name=late["title"])).to_have_count(0)

    held = Held(w, r"/api/visits\?.*state=cancelled")
    w.page.get_by_role("button", name=re.compile(r"^已取消 \d")).click()
    held.came()
    w.page.get_by_role("button", name="全部", exact=True).click()
    expect(w.page.get_by_role("button", name=early["title"])).to_be_visible()
    held.let_go()
    expect(w.page.get_by_role("button", name=early["title"])).to_be_visible()


def test_the_chance_and_the_case_that_were_asked_for_last_are_seen(window: Callable[..., Window]) -> None:
    w = workspace(window(1440, 900), COORDINATOR)
    first, second = (str(row.get_attribute("data-id")) for row in w.page.locator("[data-row]").all()[:2])
    held = Held(w, rf"/api/opportunities/{first}\?")
    w.page.locator(f"[data-id='{first}']").click()
    held.came()
    w.page.locator(f"[data-id='{second}']").click()
    place = w.page.locator(".top .figures")
    expect(place).to_contain_text("2 /")
    held.let_go()
    expect(place).to_contain_text("2 /")

    actor = {"name": "", "role": "coordinator"}
    filed = {"channel": "window", "utilities": [{"utility": "water"}]}
    cases = [command(w, "", "file_application", actor, filed | {"applicant": name}) for name in ("先点的", "后点的")]
    early, late = (str(case["id"]) for case in cases)
    w.page.get_by_role("button", name="办件", exact=True).click()
    held = Held(w, rf"/api/cases/{early}$")
    w.page.get_by_role("button", name="先点的").click()
    held.came()
    w.page.get_by_role("button", name="后点的").click()
    expect(w.page.get_by_role("heading", name=late)).to_be_visible()
    held.let_go()
    expect(w.page.get_by_role("heading", name=late)).to_be_visible()


def test_a_line_that_is_taken_over_leaves_the_route_that_was_opened_since(window: Callable[..., Window]) -> None:
    w = window().open()
    w.enter_as(COORDINATOR)
    measure(w, "S1", "late-line", aside(w, "S1", 1.2))
    w.pick("S1")
    w.tab("三阶段")
    held = Held(w, r"/items/S1/geometries", "POST")
    w.page.get_by_role("tabpanel").get_by_role("button", name="采用", exact=True).click()
    held.came()
    w.page.get_by_role("button", name="关闭").first.click()
    w.pick("S2")
    w.tab("属性")
    name = w.page.get_by_role("tabpanel").get_by_label("名称")
    name.fill("还没有保存")
    held.let_go()
    expect(w.page.get_by_text("已采用")).to_be_visible()
    w.settled()
    expect(name).to_have_value("还没有保存")


def test_what_was_asked_by_one_person_is_not_shown_to_the_next(window: Callable[..., Window], tmp_path: Path) -> None:
    w = visits_of(window(1280, 800), COORDINATOR)
    w.expected.append("422")
    visit = planned(w, "换人的踏勘", "K2")
    w.page.get_by_role("button", name="刷新").click()
    look(w, visit["title"])
    w.page.get_by_role("tab", name="图层").click()
    file = tmp_path / "of-the-one-before.gpkg"
    file.write_bytes(b"no file of ours")
    w.page.locator(".drop input").set_input_files(file)
    expect(w.page.locator(".drop ~ .trouble")).to_be_visible()
    preview = Held(w, r"/api/maps/print\?f=png", "POST")
    w.page.get_by_role("button", name="打印地图").click()
    w.page.get_by_role("button", name="预览").click()
    preview.came()
    w.enter_as(SURVEYOR)
    preview.let_go()
    expect(w.page.get_by_role("dialog")).to_have_count(0)
    look(w, visit["title"])
    w.page.get_by_role("tab", name="图层").click()
    expect(w.page.get_by_text("下载图层")).to_be_visible()
    expect(w.page.get_by_text(file.name)).to_have_count(0)
    w.page.get_by_role("button", name="打印地图").click()
    expect(w.page.get_by_role("button", name="保存 PDF")).to_be_enabled()
    expect(w.page.get_by_role("dialog")).to_have_count(0)
