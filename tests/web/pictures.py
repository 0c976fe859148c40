"""Take the pictures of the READMEs from the real service in a real browser: ``python -m tests.web.pictures``."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import shapely
from PIL import Image

from maps.field_map import write_field_map
from sample_data.county import make_county
from tests.chromium import chromium
from tests.desk import desk
from tests.service import ROOT, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

PICTURES = ROOT / "maps" / "pictures"
BESIDE = "R009"
NEAR_A_SEWER = "K1"
CROSSING_ALL_BUT_TOO_LONG = "X1"
VISITED = ("R009", "R013", "R054")
ON_SITE = (111.8480, 33.0461)


def places() -> list[str]:
    """Return grid coordinates of a water line a metre beside a planned telecom line, as a surveyor types them."""
    routes = make_county().frames["routes"].set_index("id")
    line = shapely.offset_curve(routes.geometry[BESIDE].simplify(0.4), -1.0, join_style="mitre")
    return [f"{x:.3f},{y:.3f}" for x, y in line.coords]


def settle(page: Page) -> None:
    """Wait until all that the map shows has come and is drawn, however busy the machine is."""
    page.locator(".map canvas").first.wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)


def draw(page: Page, address: str) -> None:
    """Draw a water line by typed coordinates, and wait for the verdict."""
    page.goto(address)
    page.get_by_role("searchbox").fill(BESIDE)
    page.locator("button.route").first.click()
    page.wait_for_selector(".verdict .badge")
    page.get_by_role("button", name="关闭").first.click()
    page.wait_for_timeout(1500)
    page.keyboard.press("d")
    for place in places():
        page.get_by_label("键入坐标", exact=True).locator("visible=true").last.fill(place)
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict .badge")
    settle(page)


def find(page: Page, address: str) -> None:
    """Open a gas line of the strip for trials, and what it is too near to."""
    page.goto(address)
    page.get_by_role("searchbox").fill(NEAR_A_SEWER)
    page.locator(f"button.route[data-id='{NEAR_A_SEWER}']").click()
    page.wait_for_selector("[data-finding]")
    page.wait_for_timeout(1500)
    page.locator("[data-finding]").first.click()
    settle(page)


def handle(page: Page, address: str) -> None:
    """Bring a case before the department that decides on its commitment, and open it as that department."""
    operator, window = "县自来水公司", {"name": "王窗口", "role": "coordinator"}
    utility = {"name": operator, "role": "utility", "department": operator}
    applicant = {"name": "湍水食品有限公司", "role": "applicant"}
    water = {"utility": "water"}
    form = {"channel": "online", "applicant": applicant["name"], "utilities": [water]}
    case = command(page, f"{address}/api/cases", "file_application", applicant, form)
    path = f"{address}/api/cases/{case}/commands"
    command(page, path, "accept", window, {})
    command(page, path, "fix_plan", utility, water | {"operator": operator, "route": CROSSING_ALL_BUT_TOO_LONG})
    command(page, path, "judge", utility, water)
    command(page, path, "sign_commitment", utility, water | {"revision": 1, "signatory": "孙总"})
    page.goto(address)
    page.get_by_role("button", name="办件", exact=True).click()
    page.get_by_label("角色").select_option(label="审批部门")
    page.get_by_label("姓名").fill("李科长")
    # It is a field to type in until the page knows the departments.
    page.get_by_role("combobox", name="部门或单位").select_option("city_management")
    page.get_by_role("button", name=applicant["name"]).click()
    page.get_by_role("button", name="按承诺作出决定").wait_for()
    page.get_by_role("heading", name="可同沟管线").wait_for(state="attached")
    settle(page)


def command(page: Page, path: str, kind: str, actor: dict[str, str], data: dict[str, object]) -> str:
    """Carry out a command; return the case's id."""
    answer = page.request.post(path, data={"kind": kind, "actor": actor, "data": data})
    if not answer.ok:
        raise RuntimeError(answer.text())
    return str(answer.json()["id"])


def choose_print(page: Page, address: str) -> None:
    """Open the print of a piece of the map: the frame shows what will be on the paper."""
    page.goto(address)
    page.get_by_role("searchbox").fill("R013")
    page.locator("button.route[data-id='R013']").click()
    page.wait_for_selector(".verdict .badge")
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="打印地图").click()
    page.get_by_label("图框内").check()
    page.get_by_role("combobox", name="比例").select_option("500")
    page.get_by_label("图名").fill("宝天酒店接入现状图")
    settle(page)


def plan_visit(page: Page, address: str) -> str:
    """Plan one visit to some of the planned lines, open it in the office, and return its id."""
    asked = {"title": "人民路一带接入管线联合踏勘", "routes": list(VISITED), "crs": "grid"}
    answer = page.request.post(f"{address}/api/visits", data=asked)
    if not answer.ok:
        raise RuntimeError(answer.text())
    page.goto(address)
    page.get_by_role("button", name="联合踏勘").click()
    page.get_by_role("button", name=asked["title"]).click()
    page.get_by_role("tab", name="行程").wait_for()
    settle(page)
    return str(answer.json()["id"])


def take_along(page: Page, address: str, visit: str) -> None:
    """Take a visit along on a phone, and look at its stops without a network."""
    page.goto(f"{address}/#/visit/{visit}")
    page.get_by_role("button", name="下载到本机").click()
    page.get_by_role("button", name="放样", exact=True).wait_for()
    page.context.set_offline(True)
    settle(page)


def print_atlas(folder: Path) -> None:
    """Print the atlas of one site of the sample county from plain files, and keep its sheet as a picture."""
    frames = {name: frame for name, frame in make_county().frames.items() if len(frame)}
    site = frames["sites"].geometry.iloc[3]
    frames["stops"] = frames["sites"].iloc[[3]].set_geometry([site.centroid])[["name", "geometry"]]
    frames["routes"] = frames["routes"][frames["routes"].intersects(site.buffer(1.0))]
    for name, frame in frames.items():
        frame.to_file(folder / f"{name}.gpkg")
    others = [part for name in frames if name != "routes" for part in (f"--{name}", f"{name}.gpkg")]
    command = [sys.executable, "-c", "from api.cli.main import main; main()", "atlas", "routes.gpkg", *others]
    zh = os.environ | {"LC_ALL": "zh_CN.UTF-8", "PYTHONPATH": str(ROOT)}
    subprocess.run([*command, "--near", "150", "--on", "2026-12-01", "-o", "a.pdf"], cwd=folder, env=zh, check=True)
    page = ["pdftoppm", "-r", "95", "-f", "3", "-l", "3", "-png", "-singlefile", "a.pdf", PICTURES / "atlas"]
    subprocess.run(page, cwd=folder, check=True)
    # A sheet has few colours: a third of the bytes.
    sheet = Image.open(PICTURES / "atlas.png").quantize(256, dither=Image.Dither.NONE)
    sheet.save(PICTURES / "atlas.png", optimize=True)


def main() -> None:
    """Write ``maps/pictures/*.png``."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 860}, locale="zh-CN")
        page.goto(address)
        settle(page)
        page.screenshot(path=PICTURES / "county.png")
        draw(page, address)
        page.screenshot(path=PICTURES / "draw.png")
        page = browser.new_page(viewport={"width": 1440, "height": 860}, locale="zh-CN")  # without the draft just drawn
        find(page, address)
        page.screenshot(path=PICTURES / "findings.png")
        page = browser.new_page(viewport={"width": 1440, "height": 860}, locale="zh-CN")
        choose_print(page, address)
        page.screenshot(path=PICTURES / "print.png")
        with desk(Path(folder) / "desk", "neixiang") as at_the_desk:
            handle(page, at_the_desk)
            page.screenshot(path=PICTURES / "case.png")
            page = browser.new_page(viewport={"width": 1440, "height": 860}, locale="zh-CN")
            visit = plan_visit(page, at_the_desk)
            page.screenshot(path=PICTURES / "visit.png")
            place = {"longitude": ON_SITE[0], "latitude": ON_SITE[1], "accuracy": 3}
            phone = browser.new_context(
                viewport={"width": 390, "height": 800}, locale="zh-CN", has_touch=True, geolocation=place,
                permissions=["geolocation"],
            )  # fmt: skip
            page = phone.new_page()
            take_along(page, at_the_desk, visit)
            page.screenshot(path=PICTURES / "on_site.png")
        county = make_county()
        made = write_field_map(
            county.frames, Path(folder) / "map.html", title="内乡县联合踏勘图（样例）", grid=county.grid
        )
        page = browser.new_page(viewport={"width": 1440, "height": 860}, locale="zh-CN")
        page.goto(made.as_uri())
        page.wait_for_timeout(2000)
        page.screenshot(path=PICTURES / "field_map.png")
        print_atlas(Path(folder))


if __name__ == "__main__":
    main()
