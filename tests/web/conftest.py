"""Start the real service with the sample county, and a Chromium that reports whatever the page does wrong."""

from __future__ import annotations

import math
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.chromium import browsing
from tests.desk import desk
from tests.service import CLIENT, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/web/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    assert CLIENT.exists(), "the web client is not built: make setup"
    with served(tmp_path_factory.mktemp("data")) as address:
        yield address


@pytest.fixture(scope="session")
def neixiang(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the sample county without accounts; its cases are shared, so each test has applicants of its own."""
    with desk(tmp_path_factory.mktemp("neixiang"), "neixiang") as address:
        yield address


@pytest.fixture(scope="session")
def wuzhi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the sample county under the document of 武陟, as `neixiang` does."""
    with desk(tmp_path_factory.mktemp("wuzhi"), "wuzhi") as address:
        yield address


@dataclass
class Window:
    """One browser window on the map, and what it did that it should not have done."""

    page: Page
    url: str
    wrongs: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def open(self) -> Window:
        self.page.goto(self.url)
        self.page.get_by_role("searchbox").wait_for()
        self.page.locator(".map canvas").first.wait_for(state="attached")
        return self

    def watch(self) -> Window:
        page = self.page
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.wrongs.append(str(error)))
        page.on("request", lambda asked: self._asked(asked.url))
        return self

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.wrongs.append(message.text)

    def _asked(self, url: str) -> None:
        if not url.startswith((self.url, "data:", "blob:")):
            self.wrongs.append(f"asked a stranger: {url}")

    def told(self) -> list[str]:
        return [wrong for wrong in self.wrongs if not any(known in wrong for known in self.expected)]

    def enter_as(self, role: str) -> None:
        """Sign in by one click as the sample county's account of a role, named as the page names it."""
        self.page.locator(".person > button").click()
        self.page.get_by_role("button", name=f"以{role}样例进入").click()
        self.page.locator(".person .names", has_text=role).wait_for()
        self.page.locator(".map canvas").first.wait_for(state="attached")

    def sign_in(self, who: str) -> Window:
        """Sign in as a sample account (``surveyor``) for what is asked of the service, without looking at the page."""
        told = {"name": f"demo-{who}", "password": f"tonggou-{who}"}
        answer = self.page.request.post(f"{self.url}/api/session", data=told)
        assert answer.ok, answer.text()
        return self

    def pick(self, route: str) -> None:
        """Open a route from the list by its id."""
        self.page.get_by_role("searchbox").fill(route)
        self.page.locator(f"button.route[data-id='{route}']").click()
        self.page.locator(".verdict .badge").wait_for()

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def type(self, *entries: str) -> None:
        for entry in entries:
            self.page.get_by_label("键入坐标", exact=True).locator("visible=true").last.fill(entry)
            self.page.keyboard.press("Enter")

    def readout(self) -> tuple[float, float]:
        texts = self.page.locator(".readout span").all_inner_texts()
        return float(texts[0].split()[-1]), float(texts[1].split()[-1])

    def pixel_of(self, x: float, y: float) -> tuple[float, float]:
        """Where a place of the grid is in the window, once the map is at rest; the map is north up."""
        self.page.wait_for_timeout(400)
        at = self._pixel_of(x, y)
        for _ in range(20):
            before, at = at, self._pixel_of(x, y)
            if math.dist(before, at) < 0.5:
                break
        return at

    def _pixel_of(self, x: float, y: float) -> tuple[float, float]:
        x0, y0 = self._read_at(300, 300)
        x1, y1 = self._read_at(700, 500)
        return 300 + (x - x0) / (x1 - x0) * 400, 300 + (y - y0) / (y1 - y0) * 200

    def _read_at(self, left: int, top: int) -> tuple[float, float]:
        """What is read out under a pixel: on a busy machine some frames pass before it is that of the new place."""
        self.page.mouse.move(left + 50, top + 50)
        self.page.wait_for_timeout(50)
        before = self.page.locator(".readout span").first.inner_text()
        self.page.mouse.move(left, top)
        expect(self.page.locator(".readout span").first).not_to_have_text(before)
        return self.readout()


@pytest.fixture
def window(browser: Browser, server: str) -> Iterator[Callable[..., Window]]:
    """Open windows; when the test is over, none of them may have met an error or asked a stranger."""
    opened: list[Window] = []
    with ExitStack() as contexts:

        def make(width: int = 1366, height: int = 768, *, phone: bool = False) -> Window:
            context = contexts.enter_context(browsing(browser, width, height, phone=phone))
            opened.append(Window(context.new_page(), server).watch())
            return opened[-1]

        yield make
        wrongs = [wrong for made in opened for wrong in made.told()]
    assert wrongs == []
