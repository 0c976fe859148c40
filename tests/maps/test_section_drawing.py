"""A section's drawing is to scale, is readable, loads nothing and takes no name for code."""

from __future__ import annotations

import os
import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from maps.section_drawing import section_svg
from maps.section_plot import Plot
from maps.svg_sheet import spread, text_width, wrapped
from survey.sections import SectionLine, best_section
from survey.subjects import Buried

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "sections"
SVG = "{http://www.w3.org/2000/svg}"
WATER = SectionLine("GS-1", Buried("water", diameter_mm=200, material="plastic"), name="滨河路给水")
GAS = SectionLine("RQ-1", Buried("gas", diameter_mm=110, pressure_mpa=0.2, laying="direct"))
TELECOM = SectionLine("TX-1", Buried("telecom", diameter_mm=110, laying="duct", material="plastic"), name="联通管道")
POWER = SectionLine("DL-1", Buried("power", diameter_mm=150, voltage_kv=10, laying="duct"))
SEWER = SectionLine("PS-1", Buried("drainage", "sewage", diameter_mm=400, material="plastic"), cover_m=1.8)
STORM = SectionLine("PS-2", Buried("drainage", "storm", diameter_mm=600, material="concrete_flexible"), cover_m=1.2)
HEAT = SectionLine("RL-1", Buried("heat", diameter_mm=280, laying="direct", material="steel"))
RECLAIMED = SectionLine("ZS-1", Buried("water", "reclaimed", diameter_mm=300, material="plastic"))
CABLE = SectionLine("DL-2", Buried("power", diameter_mm=60, voltage_kv=0.4, laying="direct"))
HIGH = SectionLine("RQ-9", Buried("gas", diameter_mm=300, pressure_mpa=2.5))
CLAY = {"soil": "clay", "load": "none", "under": "footway"}
SIX = {
    "two_single": ([GAS, WATER], CLAY),
    "three_stepped": ([SEWER, GAS, WATER], CLAY | {"stepped": True, "red_line_m": 1.0}),
    "four_shored": (
        [TELECOM, POWER, GAS, WATER],
        {"soil": "sand", "load": "static", "under": "carriageway", "shored": True, "red_line_m": 3.5},
    ),
    "six_stepped": (
        [SEWER, STORM, GAS, WATER, TELECOM, POWER], CLAY | {"under": "carriageway", "stepped": True, "red_line_m": 6.0},
    ),
    "narrow": ([HEAT, CABLE, TELECOM], CLAY | {"shored": True, "max_width_m": 3.0}),
    "infeasible": ([WATER, HIGH], CLAY),
}  # fmt: skip


def drawn(name, language="zh"):
    lines, asked = SIX[name]
    return section_svg(best_section(lines, **asked), language)


def parsed(svg):
    return ET.fromstring(svg)  # noqa: S314 - our own drawing


@pytest.mark.parametrize("name", SIX)
def test_golden_sections(name):
    path = GOLDEN / f"{name}.svg"
    svg = drawn(name)
    if os.environ.get("COTRENCH_BLESS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(svg, encoding="utf-8")
    assert svg == path.read_text(encoding="utf-8"), "look at the drawing, then: make bless"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", SIX)
def test_a_drawing_is_whole_loads_nothing_and_runs_nothing(name, language):
    svg = drawn(name, language)
    root = parsed(svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "desc", "line", "path", "circle", "text",
    }  # fmt: skip
    assert [child.tag.removeprefix(SVG) for child in root[:2]] == ["title", "desc"]
    assert root[0].text
    assert root[1].text
    assert root.get("role") == "img"
    names = {name for element in root.iter() for name in element.attrib}
    assert not [name for name in names if name.startswith("on") or "href" in name or name in {"style", "src", "id"}]
    assert svg.count("http") == 1  # the name space
    assert "url(" not in svg
    assert "nan" not in svg.lower().replace("minance", "")


def test_the_same_section_is_the_same_text_and_languages_differ():
    assert drawn("six_stepped") == drawn("six_stepped")
    assert "沟口宽" in drawn("six_stepped")
    english = drawn("six_stepped", "en")
    assert "沟口宽" not in english
    assert "Top 6.51" in english


@pytest.mark.parametrize(
    ("language", "unstated", "designed"), [("zh", "标准未规定", "设计"), ("en", "none stated", "design")]
)
def test_a_cover_that_nobody_states_is_not_called_designed(language, unstated, designed):
    """A channel under a footway has no cover in table 4.1.1."""
    channel = Buried("power", voltage_kv=10, laying="trench")
    for cover_m, said in ((None, f"0.00 ({unstated})"), (0.3, f"0.30 ({designed})")):
        assert said in section_svg(best_section([SectionLine("E", channel, cover_m)], **CLAY), language)


def test_a_hostile_name_stays_a_name():
    hostile = SectionLine(
        '"><script>alert(1)</script>', WATER.buried, name="]]><image href='http://x'/>\x00\x1b\ud800&"
    )
    svg = section_svg(best_section([hostile], max_width_m=0.5, **CLAY))
    root = parsed(svg)
    assert not [e for e in root.iter() if e.tag.removeprefix(SVG) in {"script", "image"}]
    assert "<script" not in svg
    svg.encode("utf-8")


@pytest.mark.parametrize("name", ["two_single", "three_stepped", "six_stepped"])
def test_it_is_true_to_its_scale(name):
    """The trench is measured on the paper, apart from the code that drew it."""
    lines, asked = SIX[name]
    section = best_section(lines, **asked)
    svg = section_svg(section)
    scale = int(re.search(r"比例 1:(\d+)", svg).group(1))
    trench = re.search(r'<path d="M([^"]*)Z" fill="#fcfaf5"', svg).group(1)
    points = [tuple(map(float, point.split())) for point in trench.split("L")]
    x0, y0 = points[0]
    for (x, y), (metres, depth) in zip(points, section.excavation.outline, strict=True):
        assert (x - x0) * scale / 1000 == pytest.approx(metres, abs=0.011 * scale / 1000)
        assert (y - y0) * scale / 1000 == pytest.approx(depth, abs=0.011 * scale / 1000)
    assert re.search(r'width="297mm" height="[\d.]+mm" viewBox="0 0 297 ', svg)
    rings = [e for e in parsed(svg).iter(f"{SVG}circle") if e.get("stroke-width") == "0.6"]
    radii = sorted(float(ring.get("r")) * scale / 1000 for ring in rings)
    pipes = [laid.need.radius_m for laid in section.lines if laid.need.line.buried.laying != "duct"]
    assert radii == pytest.approx(sorted(radius for radius in pipes if radius * 1000 / scale >= 1.6), abs=1e-3)


def boxes(svg):
    """Estimate where each text lies: left, top, right, bottom, with the widths of the widest usual font."""
    found = []
    for element in parsed(svg).iter(f"{SVG}text"):
        size, x, y = (float(element.get(name)) for name in ("font-size", "x", "y"))
        width = text_width(element.text or "", size) * 0.93
        shift = {"middle": width / 2, "end": width}.get(element.get("text-anchor"), 0.0)
        up, down = 0.78 * size, 0.1 * size
        if element.get("transform"):
            found.append((element.text, (x - up, y - width + shift, x + down, y + shift)))
        else:
            found.append((element.text, (x - shift, y - up, x - shift + width, y + down)))
    return found


def overlaps(found):
    return [
        (s, t)
        for (s, a), (t, b) in combinations(found, 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


BOXES = """() => [...document.querySelectorAll('text')].map(t => {
  const b = t.getBBox(), size = parseFloat(t.getAttribute('font-size')), low = b.y + b.height;
  const corners = [[b.x, low - 1.25 * size], [b.x + b.width, low - 0.3 * size]];  // a line is taller than letters
  const [p, q] = corners.map(([x, y]) => new DOMPoint(x, y).matrixTransform(t.getScreenCTM()));
  return [t.textContent, [Math.min(p.x, q.x), Math.min(p.y, q.y), Math.max(p.x, q.x), Math.max(p.y, q.y)]];
})"""
ALL = [WATER, GAS, TELECOM, POWER, SEWER, STORM, HEAT, RECLAIMED, CABLE, SectionLine("X", Buried("broadcast"))]


@settings(max_examples=80, deadline=None)
@example([POWER, SEWER, HEAT, WATER, CABLE, STORM, ALL[-1]], None, "carriageway", True, False, 1.2, 1.0, "zh")
@given(
    st.lists(st.sampled_from(ALL), min_size=1, max_size=8, unique_by=lambda line: line.id),
    st.sampled_from(["clay", "sand", "loess", None]), st.sampled_from(["footway", "carriageway"]), st.booleans(),
    st.booleans(), st.sampled_from([None, 0.0, 0.3, 1.2, 9.0]), st.sampled_from([None, 1.0]),
    st.sampled_from(["zh", "en"]),
)  # fmt: skip
def test_no_text_lies_on_another_and_none_leaves_the_sheet(
    lines, soil, under, stepped, shored, red_line, limit, language
):
    section = best_section(
        lines, soil=soil, under=under, stepped=stepped, shored=shored, red_line_m=red_line, max_width_m=limit
    )
    svg = section_svg(section, language)
    found = boxes(svg)
    assert overlaps(found) == []
    height = float(parsed(svg).get("viewBox").split()[3])
    for text, (left, top, right, bottom) in found:
        assert left >= 3, text
        assert right <= 294, text
        assert top >= 3, text
        assert bottom <= height - 3, text


def test_the_scale_is_the_largest_that_fits():
    section = best_section([WATER], **CLAY)
    plot = Plot.of(section, section.excavation, "zh")
    assert plot.scale == 10
    deep = best_section([SectionLine("S", SEWER.buried, cover_m=4.0)], shored=True, **CLAY)
    assert Plot.of(deep, deep.excavation, "zh").mm(deep.excavation.depth_m) <= 92
    assert Plot.of(deep, deep.excavation, "zh").scale == 50


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(1, 20)), min_size=1, max_size=8))
def test_boxes_are_spread_in_order_without_overlap(wanted):
    wanted.sort()
    widths = [width for _, width in wanted]
    places = spread([place for place, _ in wanted], widths, -500.0, 500.0)
    for k in range(len(places) - 1):
        assert places[k + 1] - places[k] >= (widths[k] + widths[k + 1]) / 2 - 1e-9
    if len(places) == 1:
        assert places[0] == pytest.approx(wanted[0][0])


@given(st.text(alphabet="净距abc 0.5，（）", max_size=60))
def test_wrapped_lines_fit_and_lose_nothing(text):
    lines = wrapped(text, 2.0, 12.0)
    assert all(text_width(line, 2.0) <= 12.0 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.browser
@pytest.mark.parametrize("name", SIX)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_in_a_browser_no_text_lies_on_another(browser, name, language):
    """The same with the letters of a real font, as Chromium lays them out."""
    page = browser.new_page()
    page.set_content(drawn(name, language))
    found = page.evaluate(BOXES)
    page.close()
    assert len(found) > 2
    assert overlaps(found) == []
