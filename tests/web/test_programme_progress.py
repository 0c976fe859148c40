"""A large programme in the browser: the bar moves, the gap is told, it is stopped, two stand beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from api.db.store import open_store
from api.settings import chosen
from tests.api.test_http_programmes import county, dense
from tests.chromium import browsing
from tests.service import served
from tests.web.chance_pages import FIRST_MS
from tests.web.conftest import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

CREWS = tuple(f"公司{number}" for number in range(8))
WORKS = 400
ENDED_MS = 60_000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve 400 routes of eight companies side by side, without accounts: no proof for minutes."""
    data = tmp_path_factory.mktemp("large")
    settings = chosen(data=data)
    county(settings.database_url, settings.data)
    with open_store(settings.database_url, settings.data) as store:
        dense(store, WORKS // 16, CREWS)
    with served(data, demo=False) as address:
        yield address


@pytest.fixture
def desk(browser: Browser, large: str) -> Iterator[Window]:
    with browsing(browser, 1440, 900) as context:
        w = Window(context.new_page(), large).watch().open()
        w.page.get_by_role("button", name="共沟机会").click()
        w.page.locator("[data-row='0']").wait_for(timeout=FIRST_MS)
        w.page.get_by_role("button", name="联合施工计划").click()
        yield w
    assert w.told() == []


def begin(w: Window, name: str, crews: int, seconds: int) -> None:
    w.page.get_by_label("名称").fill(name)
    w.page.get_by_label("每家同时施工数").fill(str(crews))
    w.page.get_by_label("计算时长").fill(str(seconds))
    w.page.get_by_role("button", name="排计划").click()


def listed(w: Window) -> dict[str, dict[str, Any]]:
    rows = w.page.request.get(f"{w.url}/api/programmes").json()["programmes"]
    return {row["name"]: row for row in rows}


def result(w: Window, name: str) -> dict[str, Any]:
    found: dict[str, Any] = w.page.request.get(f"{w.url}/api/programmes/{listed(w)[name]['id']}").json()["result"]
    return found


def test_it_is_followed_stopped_and_set_beside_another(desk: Window) -> None:
    page = desk.page
    begin(desk, "十支队伍", 10, 600)
    running = page.locator(".running")
    bar = running.get_by_role("progressbar", name="计算进度")
    expect(running.get_by_text("正在计算")).to_be_visible()
    expect(running).to_contain_text("差距", timeout=FIRST_MS)
    before = float(bar.get_attribute("value") or 0)
    told = listed(desk)["十支队伍"]["progress"]
    assert 0 < told["gap"] <= 1
    assert (told["asked_s"], bar.get_attribute("max")) == (600, "600")
    page.wait_for_function(
        "before => Number(document.querySelector('.running progress')?.value) > before", arg=before, timeout=FIRST_MS
    )
    assert listed(desk)["十支队伍"]["state"] == "running"

    # Left and come back to, it is still told how far it is.
    page.get_by_role("button", name="返回计划列表").click()
    row = page.get_by_role("listitem").filter(has_text="十支队伍")
    expect(row).to_contain_text("计算中")
    row.get_by_role("button").first.click()
    running.get_by_role("button", name="停止，用目前最好的").click()
    expect(page.get_by_text("（提前停止）")).to_be_visible(timeout=ENDED_MS)
    first = result(desk, "十支队伍")
    assert first["totals"]["stopped"]
    assert (first["totals"]["works"], len(first["works"])) == (WORKS + 2, WORKS + 2)
    assert first["totals"]["joint"]["saved_m"] > first["totals"]["planned"]["saved_m"]
    saved = page.get_by_role("row", name="少挖（m）").first.get_by_role("cell")
    expect(saved).to_have_text([f"{first['totals'][side]['saved_m']:.0f}" for side in ("planned", "joint")])

    page.get_by_role("button", name="返回计划列表").click()
    begin(desk, "三十支队伍", 30, 1)
    expect(page.get_by_text("与最优的差距")).to_be_visible(timeout=FIRST_MS)
    second = result(desk, "三十支队伍")
    page.get_by_role("combobox", name="与另一计划对比").select_option(listed(desk)["十支队伍"]["id"])
    beside = page.locator("section", has=page.get_by_role("heading", name="与另一计划对比"))
    cells = beside.get_by_role("row", name="少挖（m）").get_by_role("cell")
    expect(cells).to_have_text([f"{one['totals']['joint']['saved_m']:.0f}" for one in (second, first)])
    expect(beside).to_contain_text("项改期")
