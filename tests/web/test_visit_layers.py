"""Layers of a visit in the browser: downloaded, edited elsewhere, sent back, compared side by side, accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyogrio
from playwright.sync_api import expect

from tests.api.test_http_visit_layers import edit, moved, redraw
from tests.web.case_pages import faults_of_access
from tests.web.test_visits import COORDINATOR, look, planned, visits_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.web.conftest import Window

ROUTE = "K1"
SCALE = "Number(document.querySelector('.ratio').textContent.slice(2))"
ITEM = f"/api/collections/routes/items/{ROUTE}"


def now_of(w: Window) -> dict:
    return dict(w.page.request.get(f"{w.url}{ITEM}", params={"crs": "grid"}).json())


def patch(w: Window, **properties: object) -> None:
    """Change the route as somebody else in the office does."""
    revision = now_of(w)["properties"]["revision"]
    answer = w.page.request.patch(
        f"{w.url}{ITEM}", data={"properties": properties}, headers={"If-Match": f'"{revision}"'}
    )
    assert answer.ok, answer.text()


def test_edited_layers_come_back_are_compared_and_accepted(window: Callable[..., Window], tmp_path: Path) -> None:
    w = visits_of(window(1280, 800), COORDINATOR)
    visit = planned(w, "图层带出", ROUTE)["id"]
    w.page.get_by_role("button", name="刷新").click()
    look(w, "图层带出")
    w.page.get_by_role("tab", name="图层").click()
    with w.page.expect_download() as taken:
        w.page.get_by_role("link", name="下载图层").click()
    path = tmp_path / "layers.gpkg"
    taken.value.save_as(path)
    before = now_of(w)
    assert taken.value.suggested_filename == f"layers-{visit}.gpkg"
    assert ROUTE in set(pyogrio.read_dataframe(path, layer="routes")["id"])

    redraw(path, "routes", lambda frame: moved(frame, ROUTE, 1.5, 0))
    edit(path, f"UPDATE routes SET cover_m = 1.35, remark = '现场改' WHERE id = '{ROUTE}'")
    patch(w, cover_m=0.9)
    try:
        accepted(w, path, before)
    finally:
        told = {name: before["properties"][name] for name in ("cover_m", "remark")}
        revision = now_of(w)["properties"]["revision"]
        body = {"geometry": before["geometry"], "properties": told}
        back = w.page.request.patch(
            f"{w.url}{ITEM}", params={"crs": "grid"}, data=body, headers={"If-Match": f'"{revision}"'}
        )
        assert back.ok, back.text()


def accepted(w: Window, path: Path, before: dict) -> None:
    w.page.locator(".drop input").set_input_files(path)
    changes = w.page.locator("[data-change]")
    expect(changes).to_have_count(3)
    expect(w.page.get_by_text("3 条变更，1 条冲突")).to_be_visible()
    clash = w.page.locator(f"[data-change^='routes/{ROUTE}/changed/cover_m@']")
    expect(clash).to_contain_text("冲突")
    assert [one.inner_text() for one in clash.locator("dd").all()][1:] == ["1.35", "0.9"]
    for _ in range(4):
        w.page.get_by_role("button", name="缩小").click()
    w.page.wait_for_function(f"() => {SCALE} > 2500")
    w.page.locator(f"[data-change^='routes/{ROUTE}/moved@'] .one").click()
    expect(w.page.locator(".legend")).to_contain_text("编辑为")
    w.page.wait_for_function(f"() => {SCALE} <= 2500")  # a metre and a half is seen
    assert faults_of_access(w) == []

    # All without conflicts: what somebody else has edited is not among them.
    w.page.get_by_role("button", name="选中全部无冲突的（2）").click()
    w.page.get_by_role("button", name="写入选中的 2 条").click()
    written = w.page.locator(".written")
    expect(written).to_contain_text("已写入 1 个要素")
    expect(written.locator(f"[data-route='{ROUTE}']")).to_contain_text("→")
    expect(changes).to_have_count(1)
    now = now_of(w)
    assert now["properties"]["remark"] == "现场改"
    assert now["properties"]["cover_m"] == 0.9
    assert now["geometry"]["coordinates"][0][0] == round(before["geometry"]["coordinates"][0][0] + 1.5, 4)

    clash.get_by_role("checkbox").check()
    w.page.get_by_role("button", name="写入选中的 1 条").click()
    expect(w.page.get_by_text("没有变更：文件与现在的数据一致。")).to_be_visible()
    assert now_of(w)["properties"]["cover_m"] == 1.35

    path.write_bytes(b"no file of ours")
    w.page.locator(".drop input").set_input_files(path)
    expect(w.page.locator(".drop ~ .trouble")).to_contain_text("这不是 GeoPackage 文件")
    w.expected.append("422")
