"""Findings on the survey map: numbered by weight, switched by layer, told on a click, bounded."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from importlib.resources import files
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from shapely import LineString

from geo.crs import grid
from maps import field_findings
from maps.field_findings import drawn_findings, finding_layers, listed_findings
from maps.field_map import field_map_html, write_field_map
from maps.symbols import symbols
from survey.conflicts import find_conflicts
from survey.findings import OUTCOMES, SEVERITIES
from survey.policies import load_policy
from tests.maps.test_field_map import GRID, HOSTILE, opened, page

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from survey.findings import Finding

__all__ = ["page"]
EAST, NORTH = 579400.0, 3658600.0


def line(dx: float, dy: float, along: float = 60.0) -> LineString:
    return LineString([(EAST + dx, NORTH + dy), (EAST + dx + along, NORTH + dy)])


def routes(first: str = "甲") -> gpd.GeoDataFrame:
    """Return gas beside water (too near), one more water line 3 m off, and power across all without any depth."""
    return gpd.GeoDataFrame(
        {
            "id": [first, "乙", "丙", "丁"], "utility": ["gas", "water", "water", "power"],
            "diameter_mm": [200.0, 300.0, 300.0, None], "pressure_mpa": [0.4, None, None, None],
            "cover_m": [0.3, 1.0, 1.0, None],
        },
        geometry=[line(0, 0), line(0, 0.8), line(0, 4), LineString([(EAST + 30, NORTH - 20), (EAST + 30, NORTH + 20)])],
        crs=GRID,
    )  # fmt: skip


def found(first: str = "甲") -> list[Finding]:
    day, rules = dt.date(2026, 11, 26), load_policy("neixiang")
    return list(find_conflicts(routes(first), policy=rules, on=day, grid=grid(GRID)))


def test_numbers_run_from_the_gravest_and_failures_come_first_among_equals() -> None:
    drawn = drawn_findings(found()[::-1])
    ranks = [(list(SEVERITIES).index(one.severity), list(OUTCOMES).index(one.outcome)) for one in drawn]
    assert ranks == sorted(ranks)
    assert len({one.severity for one in drawn}) > 1
    layers = list(finding_layers(drawn, "zh"))
    assert [number for layer in layers for number in layer.numbers] == list(range(1, len(drawn) + 1))
    for layer in layers:
        for mark, shape in zip(layer.marks, layer.geometries, strict=True):
            assert mark.distance(shape) < 1e-6


def test_what_passes_is_not_drawn_and_of_very_many_the_gravest_are(monkeypatch: pytest.MonkeyPatch) -> None:
    every = found()
    passing = dataclasses.replace(every[0], outcome="passes")
    assert passing not in drawn_findings([passing, *every])
    monkeypatch.setattr(field_findings, "MOST_FINDINGS", 2)
    assert drawn_findings(every) == drawn_findings(every[:2])
    html = field_map_html({"routes": routes()}, title="图", grid=GRID, findings=every)
    assert f"发现 {len(every)} 条，图上为最严重的 2 条" in html


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_popup_gives_measured_value_limit_clause_and_whether_it_was_only_recalled(language: str) -> None:
    first = next(one for one in found() if one.uncertainty)
    [layer] = finding_layers([first], language)
    rows = dict(layer.rows[0])
    number, measured, limit, clause = (
        rows[word]
        for word in (("编号", "实测", "限值", "依据") if language == "zh" else ("No.", "Measured", "Limit", "By"))
    )
    assert number.startswith("1 · ")
    assert measured.startswith(f"{first.measured:.2f} m ± ")
    assert limit == f"{first.limit:.2f} m"
    assert clause.startswith(f"{first.document} {first.clause}")
    for one in (dataclasses.replace(first, unverified=unverified) for unverified in (False, True)):
        [told] = [dict(each.rows[0])["依据"] for each in finding_layers([one], "zh")]
        assert told.endswith("（待核）") is one.unverified


def test_days_years_and_angles_have_their_words() -> None:
    one = found()[0]
    for unit, value, said in (
        ("day", 12.0, "12 天"),
        ("year", 5.0, "5 年"),
        ("deg", 30.5, "30.5°"),
        ("kV", 10.0, "10 kV"),
    ):
        [entry] = listed_findings([dataclasses.replace(one, measured=value, limit=value, unit=unit)], "zh")
        assert f"{said} / {said}" in entry["figures"]


def test_a_map_without_findings_says_nothing_of_them() -> None:
    html = field_map_html({"routes": routes()}, title="图", grid=GRID)
    assert "按严重程度编号" not in html
    assert '"number":' not in html


def test_marks_are_switched_with_their_layer_and_a_click_in_the_list_tells(page: Page, tmp_path: Path) -> None:
    findings = found(HOSTILE)
    path = write_field_map({"routes": routes(HOSTILE)}, tmp_path / "m.html", title="图", grid=GRID, findings=findings)
    troubles = opened(page, path)
    legend = page.locator(".leaflet-control-layers label").filter(has_text="发现·")
    drawn = drawn_findings(findings)
    assert legend.count() == len({one.severity for one in drawn})
    assert page.locator(".mark").count() == len(drawn)
    of_first = sum(one.severity == drawn[0].severity for one in drawn)
    legend.first.locator("input").uncheck()
    assert page.locator(".mark").count() == len(drawn) - of_first
    page.locator(".sheet summary").filter(has_text="发现").click()
    entry = page.locator(".sheet details").nth(1).locator("li button").first
    assert re.match(r"1\s", entry.inner_text())
    entry.click()  # brings its layer back
    popup = page.locator(".leaflet-popup-content")
    popup.wait_for()
    assert "限值" in popup.inner_text()
    assert drawn[0].sentence_zh.replace(" ", "")[:8] in popup.inner_text().replace(" ", "")
    assert page.locator(".mark").count() == len(drawn)
    assert page.evaluate("window.hurt") is None
    assert troubles == []


def test_severities_look_the_same_as_in_the_client() -> None:
    looks = (files("maps") / "web" / "src" / "findings" / "looks.ts").read_text(encoding="utf-8")
    for key, look in symbols()["severities"].items():
        assert f"{key}: {{ fill: '{look['fill']}', ink: '{look['ink']}'" in looks
