"""A route as planned and as surveyed in the browser: drawn together, told in figures, the measured line taken over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.web.test_visits import COORDINATOR, planned

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Window

GRID = {"crs": "grid"}


def stored(w: Window, route: str) -> dict[str, Any]:
    answer = w.page.request.get(f"{w.url}/api/collections/routes/items/{route}", params=GRID)
    assert answer.ok, answer.text()
    return dict(answer.json())


def measure(w: Window, route: str, line: str, coordinates: list[list[float]]) -> None:
    """Send a line that was measured on a visit, as a phone does."""
    visit = planned(w, f"踏勘 {line}", route)["id"]
    points = [{"x": x, "y": y, "accuracy_m": 0.03, "taken_at": "2026-12-01T09:30:00+08:00"} for x, y in coordinates]
    body = {"route": route, "geometry": {"type": "LineString", "coordinates": coordinates}, "points": points, **GRID}
    answer = w.page.request.put(
        f"{w.url}/api/visits/{visit}/surveyed/{line}",
        data=json.dumps(body | {"note": "沿路缘石实测"}),
        headers={"Content-Type": "application/json"},
    )
    assert answer.ok, answer.text()


def aside(w: Window, route: str, metres: float) -> list[list[float]]:
    """Return the line of a stored route, its middle vertices (a new one, where it has none) moved to the north."""
    points = [list(point[:2]) for point in stored(w, route)["geometry"]["coordinates"]]
    if len(points) == 2:
        (ax, ay), (bx, by) = points
        points.insert(1, [(ax + bx) / 2, (ay + by) / 2])
    return [points[0], *([x, y + metres] for x, y in points[1:-1]), points[-1]]


def test_a_measured_line_is_seen_beside_the_plan_and_taken_over(window: Callable[..., Window]) -> None:
    w = window()
    w.open()
    w.enter_as(COORDINATOR)
    before = stored(w, "K1")
    measure(w, "K1", "web-line-1", aside(w, "K1", 1.4))
    w.pick("K1")
    w.tab("三阶段")
    panel = w.page.get_by_role("tabpanel")
    rows = panel.locator(".stages li")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("规划")
    expect(rows.nth(0)).to_contain_text("据此判定")
    expect(rows.nth(1)).to_contain_text("实测")
    expect(panel).to_contain_text("最大偏差")
    expect(panel).to_contain_text("沿路缘石实测")
    expect(panel.locator(".stretches li").first).to_contain_text("K")
    panel.locator(".stretches button").first.click()  # the map goes there, and rings the place
    panel.get_by_role("button", name="采用", exact=True).click()
    expect(rows.nth(1)).to_contain_text("据此判定")
    expect(rows.nth(0)).not_to_contain_text("据此判定")
    after = stored(w, "K1")
    assert after["properties"]["revision"] == before["properties"]["revision"] + 1
    assert after["properties"]["drawn_by"] == "surveyed"
    told = w.page.request.get(f"{w.url}/api/collections/routes/items/K1/geometries", params=GRID).json()
    assert (told["judged"]["stage"], told["judged"]["line"]) == ("surveyed", "web-line-1")
    assert told["stages"][0]["geometry"] == before["geometry"]


def test_a_line_elsewhere_is_taken_over_only_when_the_route_was_moved(window: Callable[..., Window]) -> None:
    w = window(375, 812, phone=True)
    w.open()
    w.enter_as(COORDINATOR)
    first, *_ = stored(w, "K2")["geometry"]["coordinates"]
    measure(w, "K2", "web-line-2", [[first[0], first[1]], [first[0] + 5.0, first[1] + 40.0]])
    w.expected.append("422")
    w.pick("K2")
    w.tab("三阶段")
    panel = w.page.get_by_role("tabpanel")
    panel.get_by_role("button", name="采用", exact=True).click()
    expect(panel.get_by_role("alert")).to_contain_text("实测线只有")
    panel.get_by_role("button", name="确已改线，仍采用").click()
    expect(panel.locator(".stages li").nth(1)).to_contain_text("据此判定")


def test_a_new_line_has_no_stages_and_who_only_looks_takes_nothing_over(window: Callable[..., Window]) -> None:
    w = window()
    w.open()
    w.enter_as("审批部门")
    w.pick("G1")
    w.tab("三阶段")
    panel = w.page.get_by_role("tabpanel")
    expect(panel).to_contain_text("还没有实测线或竣工线")
    expect(panel.get_by_role("button", name="采用", exact=True)).to_have_count(0)
