"""Start the real service with the sample county, and a Chromium that reports whatever the page does wrong."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.chromium import NEXT_FRAME, PATIENCE_MS, browsing
from tests.desk import desk
from tests.service import CLIENT, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

LOOK_MS = 100
CALM_LOOKS = 3  # the map asks for what it shows 90 ms after it was moved
MOVE_MS = 300  # longer than the map takes to go somewhere


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
    under_way: set[Request] = field(default_factory=set)

    def open(self) -> Window:
        self.page.goto(self.url)
        self.page.get_by_role("searchbox").wait_for()
        self.page.locator(".map canvas").first.wait_for(state="attached")
        return self

    def watch(self) -> Window:
        page = self.page
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.wrongs.append(str(error)))
        page.on("request", self._asked)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)
        return self

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.wrongs.append(message.text)

    def _asked(self, asked: Request) -> None:
        if asked.is_navigation_request():
            self.under_way.clear()  # what the page of before has asked for is wanted no more
        else:
            self.under_way.add(asked)
        if not asked.url.startswith((self.url, "data:", "blob:")):
            self.wrongs.append(f"asked a stranger: {asked.url}")

    def _ended(self, asked: Request) -> None:
        self.under_way.discard(asked)

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

    def pause(self, ms: int) -> None:
        """Let time go by on the page's own clock: on a busy machine its timers are late, and none before another."""
        self.page.evaluate("ms => new Promise((done) => setTimeout(done, ms))", ms)

    def drawn(self) -> None:
        """Wait until what was moved, pressed or scrolled has come to the page, and is drawn."""
        self.page.evaluate(NEXT_FRAME)

    def settled(self) -> None:
        """Wait until all that the page has asked for is here."""
        calm = 0
        for _ in range(PATIENCE_MS // LOOK_MS):
            calm = 0 if self.under_way else calm + 1
            if calm > CALM_LOOKS:
                return
            self.pause(LOOK_MS)
        raise AssertionError([asked.url for asked in self.under_way])

    def at_rest(self, left: int = 300, top: int = 300) -> None:
        """Wait until the map lies still and has what it shows; the pixel is one where nothing covers the map."""
        self.settled()
        at = self._read_at(left, top)
        for _ in range(PATIENCE_MS // LOOK_MS):
            before, at = at, self._read_at(left, top)
            if at == before:
                return self.settled()
        raise AssertionError("the map moves on and on")

    def picture(self) -> bytes:
        """Return what is seen of the map once nothing on it changes any more."""
        self.settled()
        now = self.page.locator(".map").screenshot()
        for _ in range(PATIENCE_MS // MOVE_MS):
            self.pause(MOVE_MS)
            before, now = now, self.page.locator(".map").screenshot()
            if now == before:
                return now
        raise AssertionError("the map changes on and on")

    def changes_from(self, before: bytes) -> None:
        """Wait until the map is seen otherwise than it was."""
        for _ in range(PATIENCE_MS // LOOK_MS):
            if self.page.locator(".map").screenshot() != before:
                return
            self.pause(LOOK_MS)
        raise AssertionError("the map is as it was")

    def pixel_of(self, x: float, y: float) -> tuple[float, float]:
        """Where a place of the grid is in the window, once the map is at rest; the map is north up."""
        self.at_rest()
        return self._pixel_of(x, y)

    def _pixel_of(self, x: float, y: float) -> tuple[float, float]:
        x0, y0 = self._read_at(300, 300)
        x1, y1 = self._read_at(700, 500)
        return 300 + (x - x0) / (x1 - x0) * 400, 300 + (y - y0) / (y1 - y0) * 200

    def _read_at(self, left: int, top: int) -> tuple[float, float]:
        """What is read out under a pixel: the browser hands a move of the mouse on with a frame."""
        east = self.page.locator(".readout span").first
        self.page.mouse.move(left + 50, top + 50)
        self.drawn()
        before = east.inner_text()
        self.page.mouse.move(left, top)
        expect(east).not_to_have_text(before)
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
