"""Cases that wait for the survey, at a desk where nobody signs in: ticked in the planner, put on the map, planned."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.case_pages import be, command

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Window

AT_WINDOW = {"name": "王窗口", "role": "coordinator", "department": "government_services"}


@pytest.fixture(scope="module")
def server(wuzhi: str) -> str:
    return wuzhi


def test_cases_that_are_due_are_ticked_and_one_without_a_place_is_put_on_the_map(
    window: Callable[..., Window],
) -> None:
    w = window(1440, 900).open()
    case = accepted(w)
    w.page.get_by_role("button", name="联合踏勘").click()
    w.page.get_by_role("button", name="排一次踏勘").click()
    expect(w.page.get_by_role("checkbox", name=case)).to_be_checked()
    w.page.get_by_role("button", name=f"在图上标出 {case} 的位置").click()
    w.page.mouse.click(300, 400)
    expect(w.page.locator("tr[data-stop]").first).to_be_visible()
    told = w.page.request.post(f"{w.url}/api/visits/proposals", data=due_and_placed(case)).json()
    everybody = {one["id"] for one in told["left_out"]} | set(told["plan"]["cases"])
    ticked = w.page.get_by_role("list", name=re.compile("等待踏勘的办件")).get_by_role("checkbox", checked=True)
    expect(ticked).to_have_count(len(everybody))
    expect(w.page.locator(".out li", has_text=case)).to_have_count(0)
    w.page.get_by_role("button", name="排定", exact=True).click()
    expect(w.page.get_by_role("tab", name="行程")).to_be_visible()
    [visit] = w.page.request.get(f"{w.url}/api/visits?case={case}").json()["visits"]
    assert case in visit["cases"]
    be(w, "审批部门", "李科长", "city_management")
    for kind in ("变更踏勘", "取消踏勘"):  # who approves plans no visit
        expect(w.page.get_by_role("button", name=kind)).to_have_count(0)
    be(w, "联办窗口", "王窗口", "government_services")
    w.page.get_by_role("button", name="返回踏勘列表").click()
    w.page.get_by_role("button", name="排一次踏勘").click()
    expect(w.page.get_by_role("checkbox", name=case)).to_have_count(0)  # it waits for no other visit


def accepted(w: Window) -> str:
    """Return the id of an application that waits for the survey."""
    applicant = f"木栾药业{uuid.uuid4().hex[:6]}"
    filed: dict[str, object] = {
        "channel": "window",
        "applicant": applicant,
        "utilities": [{"utility": "water"}],
        "form": {},
    }
    case = str(command(w, "", "file_application", {"name": applicant, "role": "applicant"}, filed)["id"])
    command(w, case, "accept", AT_WINDOW, {})
    return case


def test_a_visit_that_was_held_is_minuted_and_its_case_is_told(window: Callable[..., Window]) -> None:
    w = window(1440, 900).open()
    case = accepted(w)
    asked = {"title": "印发纪要的", "add": due_and_placed(case)["add"], "cases": [case], "crs": "EPSG:4546"}
    visit = w.page.request.post(f"{w.url}/api/visits", data=asked).json()
    w.page.get_by_role("button", name="联合踏勘").click()
    w.page.get_by_role("button", name="印发纪要的").click()
    be(w, "联办窗口", "王窗口", "government_services")
    for kind in ("发出邀请", "登记到场"):
        w.page.get_by_role("button", name=kind).click()
        form = w.page.get_by_role("form", name=kind)
        expect(form.get_by_role("checkbox", name=re.compile(f"同时在办件中.*{case}"))).to_be_checked()
        if kind == "登记到场":
            form.get_by_role("checkbox", name=re.compile("到场$")).first.check()
        form.get_by_role("button", name=kind).click()
        expect(w.page.get_by_text(f"办件 {case} 已登记")).to_be_visible()
    told = w.page.request.get(f"{w.url}/api/cases/{case}/events").json()["events"]
    assert {"survey_scheduled", "survey_done"} <= {one["kind"] for one in told}

    w.page.get_by_role("tab", name="纪要").click()
    w.page.get_by_label("文号").fill("武踏勘〔2026〕1 号")
    w.page.get_by_text("由谁办、何时办完").click()
    w.page.get_by_label("1-1 由谁办").fill("测绘队")
    w.page.get_by_role("form", name="印发纪要").get_by_role("button", name="印发纪要").click()
    expect(w.page.get_by_role("heading", name="第 1 次印发")).to_be_visible()
    expect(w.page.locator(".top").get_by_text("纪要已印发")).to_be_visible()
    section = w.page.locator("section").filter(has=w.page.get_by_role("heading", name="第 1 次印发"))
    for kind, start in (("PDF", b"%PDF"), ("DOCX", b"PK")):
        href = section.get_by_role("link", name=kind).get_attribute("href")
        assert w.page.request.get(f"{w.url}{href}").body()[: len(start)] == start
    assert w.page.request.get(f"{w.url}/api/visits/{visit['id']}").json()["state"] == "minuted"

    w.page.get_by_role("button", name="办件", exact=True).click()
    w.page.get_by_role("button", name=case).click()
    w.page.get_by_role("button", name="印发纪要的").click()
    expect(w.page.get_by_role("tab", name="行程")).to_be_visible()


def due_and_placed(case: str) -> dict[str, object]:
    """Ask for all cases that are due, one of them at a place on the map."""
    return {"due": True, "crs": "EPSG:4546", "add": [{"x": 579337.0, "y": 3657177.0, "case": case}]}
