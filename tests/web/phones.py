"""A phone on site: a browser of its own with a memory of its own, which can die at any moment and be started again."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PIL import ExifTags, Image
from playwright.sync_api import expect

from tests.chromium import FLAGS, PATIENCE_MS, chromium_path

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, FilePayload, Page

WIDTH, HEIGHT = 375, 812
START_S = 60


@dataclass
class Phone:
    """A phone with the page on site; ``place``: longitude and latitude where somebody stands with it."""

    browser: Browser
    folder: Path
    place: tuple[float, float]
    accuracy: float = 3.0
    process: subprocess.Popen[bytes] | None = None
    page: Page = field(init=False)
    context: BrowserContext = field(init=False)

    def start(self, url: str) -> Phone:
        """Switch it on and open a page; its memory is what it was."""
        told = self.folder / "DevToolsActivePort"
        told.unlink(missing_ok=True)  # of the browser that died
        command = [
            chromium_path(), *FLAGS, "--headless=new", "--remote-debugging-port=0",
            f"--user-data-dir={self.folder}", f"--window-size={WIDTH},{HEIGHT}", "--lang=zh-CN", "about:blank",
        ]  # fmt: skip
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        connected = self.browser.browser_type.connect_over_cdp(f"http://127.0.0.1:{_port_in(told)}")
        self.context = connected.contexts[0]
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.grant_permissions(["geolocation"])
        self.page = self.context.pages[0] if self.context.pages else self.context.wait_for_event("page")
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        self.stand()
        self.page.goto(url)
        return self

    def stand(self, east_of: float = 0.0, north_of: float = 0.0) -> None:
        """Stand so many degrees from `place`; a receiver tells it anew."""
        longitude, latitude = self.place[0] + east_of, self.place[1] + north_of
        self.context.set_geolocation({"longitude": longitude, "latitude": latitude, "accuracy": self.accuracy})

    def die(self) -> None:
        """Take its battery out: nothing is told to the browser."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    # ------------------------------------------------------------------------------------------------ what people do

    def take_along(self) -> None:
        self.page.get_by_role("button", name="下载到本机").click()
        self.page.locator(".fieldmap canvas").first.wait_for(state="attached")
        self.sheet("queue")
        expect(self.page.get_by_text("离线可用")).to_be_visible()
        self.sheet("停留点")

    def sheet(self, name: str) -> None:
        if name == "queue":
            self.page.locator("header button").click()
        else:
            self.page.get_by_role("navigation").get_by_role("button", name=name).click()

    def open_item(self, number: str) -> None:
        self.sheet("停留点")
        self.page.locator("button.item", has=self.page.get_by_text(number, exact=True)).click()
        self.page.get_by_role("group", name="结果").wait_for()

    def answer(self, number: str, outcome: str, value: str = "", note: str = "") -> None:
        """Answer an item, and wait until the page says that it is kept."""
        self.open_item(number)
        self.page.get_by_role("button", name=outcome, exact=True).click()
        if value:
            self.page.get_by_label("实测值", exact=True).last.fill(value)
        if note:
            self.page.get_by_label("说明（可语音输入）").fill(note)
        self.page.get_by_role("button", name="存到本机").click()
        expect(self.page.get_by_text("已存本机，联网后自动上传")).to_be_visible()

    def photograph(self, number: str, content: bytes) -> None:
        """Take a photo for an item, and wait until the page says that it is kept."""
        self.open_item(number)
        shot: FilePayload = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": content}
        self.page.locator(".camera input").set_input_files(shot)
        expect(self.page.get_by_text("照片 1 张已存本机", exact=True)).to_be_visible()

    def sign(self, name: str, organisation: str) -> None:
        self.sheet("签字")
        self.page.get_by_label("姓名").fill(name)
        self.page.get_by_label("单位", exact=True).fill(organisation)
        box = self.page.locator("canvas[aria-label]").bounding_box()
        assert box is not None
        mouse = self.page.mouse
        mouse.move(box["x"] + 30, box["y"] + 30)
        mouse.down()
        mouse.move(box["x"] + 200, box["y"] + 90, steps=6)
        mouse.up()
        self.page.get_by_role("button", name="存到本机").click()
        expect(self.page.get_by_text("签字已存本机")).to_be_visible()

    def draw_a_line(self) -> None:
        """Draw a line of two points at the cross, and wait until the page says that it is kept."""
        self.sheet("画线")
        cross = self.page.get_by_role("button", name="十字处加点")
        cross.click()
        expect(self.page.get_by_text("1 点，其中实测 0 点")).to_be_visible()
        self.drag_map()
        cross.click()
        self.page.get_by_role("button", name="整条线存到本机").click()
        expect(self.page.get_by_text("已存本机，联网后自动上传")).to_be_visible()

    def drag_map(self) -> None:
        """Move the map a little under the cross."""
        mouse = self.page.mouse
        mouse.move(150, 200)
        mouse.down()
        mouse.move(90, 180, steps=5)
        mouse.up()
        self.page.wait_for_timeout(400)  # it glides on

    def send_all(self) -> None:
        """Wait until everything is on the server, as the page says."""
        expect(self.page.locator("header button")).to_have_text("已全部上传")


def _port_in(file: Path) -> int:
    """Return the port that a browser writes into its folder once it listens there."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        lines = file.read_text().splitlines() if file.exists() else []
        if len(lines) > 1:  # the port, and what is asked for there
            return int(lines[0])
        time.sleep(0.1)
    raise TimeoutError(file)


def photo(shade: int, at: datetime | None = None, place: tuple[float, float] | None = None, side: int = 300) -> bytes:
    """Return a JPEG as a phone makes it: with its maker, its number, when and where it was taken."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SECRET-MAKER"
    exif[ExifTags.Base.Orientation] = 6
    if at is not None:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = at.strftime("%Y:%m:%d %H:%M:%S")
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.BodySerialNumber] = "SECRET-NUMBER"
    if place is not None:
        gps: dict[int, Any] = exif.get_ifd(ExifTags.IFD.GPSInfo)
        gps |= {ExifTags.GPS.GPSLongitudeRef: "E", ExifTags.GPS.GPSLongitude: _parts(place[0])}
        gps |= {ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: _parts(place[1])}
        gps[ExifTags.GPS.GPSHPositioningError] = 4.5
    made = io.BytesIO()
    noise = Image.effect_noise((side, side // 2), 40).point(lambda value: (value + shade) % 256)
    noise.convert("RGB").save(made, "JPEG", quality=90, exif=exif)
    return made.getvalue()


def _parts(degrees: float) -> tuple[float, float, float]:
    whole = int(degrees)
    minutes = int((degrees - whole) * 60)
    return float(whole), float(minutes), (degrees - whole - minutes / 60) * 3600
