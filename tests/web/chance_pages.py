"""What tests of the workspace of chances have in common: open it, ask the service, choose a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.web.conftest import Window

WATER = "县自来水公司"
FIRST_MS = 60_000  # the chances are found, the works placed, when somebody first asks


def workspace(w: Window, role: str) -> Window:
    """Open the workspace as the sample account of a role."""
    w.open()
    w.enter_as(role)
    w.page.get_by_role("button", name="共沟机会").click()
    w.page.locator("[data-row='0']").wait_for(timeout=FIRST_MS)
    return w


def told(page: Page, query: str = "") -> list[dict[str, Any]]:
    """Return the chances as the service tells them to whoever is signed in at a page."""
    answer = page.request.get(f"{page.url.rstrip('/')}/api/opportunities?limit=10000&crs=grid{query}")
    rows: list[dict[str, Any]] = answer.json()["opportunities"]
    return rows


def choose(w: Window, one: dict[str, Any]) -> None:
    row = w.page.locator(f"[data-id='{one['id']}']")
    w.settled()  # all pages of the list are here
    for _ in range(30):
        if row.count():
            break
        w.page.locator(".list").evaluate("list => { list.scrollTop += 400 }")
        w.drawn()
    row.click()
    expect(w.page.get_by_role("heading", name="各方答复")).to_be_visible()


def operators(one: dict[str, Any]) -> list[str]:
    return [party["operator"] for party in one["parties"]]
