"""Start Debian's Chromium for tests that look at pages; nothing is downloaded."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 30_000  # a machine busy with other tests takes its time; a test that fails takes it once
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium_path() -> str:
    """Return the browser's path; skip the test where there is none, fail under CI."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    message = "Chromium is not installed: apt install chromium"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a headless browser and end it."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    path = chromium_path()
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def browsing(
    browser: Browser, width: int = 1366, height: int = 768, *, phone: bool = False, offline: bool = False
) -> Iterator[BrowserContext]:
    """Yield a context in Chinese with a window of this size, and close it.

    A request that a test answers itself may be on its way then: that is no error of the test that comes next.
    """
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="zh-CN",
        has_touch=phone,
        is_mobile=phone,
        offline=offline,
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield context
    finally:
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")
        context.unroute_all(behavior="ignoreErrors")
        context.close()
