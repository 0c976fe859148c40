"""A section on paper is the drawing at its scale, with faces inside, its data attached, and every word told."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from itertools import pairwise

import pytest
from pypdf import PdfReader

from maps.section_drawing import section_figure
from maps.section_paper import PAPERS, section_pdf
from survey.sections import best_section
from tests.maps.test_section_drawing import SIX

DAY = dt.date(2026, 12, 1)
POINTS_A_MM = 72 / 25.4
SIZES = {"a4": (297, 210), "a3": (420, 297)}


def laid(name):
    lines, asked = SIX[name]
    return best_section(lines, **asked)


def pages(section, **asked):
    return PdfReader(io.BytesIO(section_pdf(section, DAY, **asked))).pages


def words_of(all_pages):
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in all_pages))


def fonts(page):
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


@pytest.mark.parametrize("paper", PAPERS)
def test_it_lies_on_its_paper_with_title_block_schedule_and_evidence(paper):
    section = laid("six_stepped")
    printed = pages(section, paper=paper, project="滨河路管线同沟")
    width, height = (float(side) / POINTS_A_MM for side in printed[0].mediabox[2:])
    assert (width, height) == pytest.approx(SIZES[paper], abs=0.1)
    told = words_of(printed)
    for word in ("同沟横断面图", "可行", "滨河路管线同沟", "设计", "校核", "审核", "2026-12-01", paper.upper()):
        assert word in told
    for one in (*section.bounds, *section.notes):
        assert re.sub(r"\s+", "", one.zh)[:30] in told
    for laid_line in section.lines:
        assert laid_line.need.line.id in told


@pytest.mark.parametrize("paper", PAPERS)
def test_a_ruler_on_the_print_measures_the_trench(paper):
    """The outline in points of the PDF, times the scale that is printed, is the outline in metres."""
    section = laid("six_stepped")
    page = pages(section, paper=paper)[0]
    scale = int(re.search(r"比例1:(\d+)", words_of([page])).group(1))
    metres = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(section.excavation.outline)]
    assert any(
        steps == [pytest.approx(step, abs=2e-5 * scale) for step in metres] for steps in steps_of(page, scale)
    ), "no path of the page is the outline of the trench"


def steps_of(page, scale):
    """Return for every polygon of a page its steps in metres, at a scale."""
    found: list[list[tuple[float, float]]] = []

    def visit(operator, operands, matrix, _text):
        if operator not in (b"m", b"l"):
            return
        x, y = (float(value) for value in operands)
        point = (matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5])
        if operator == b"m":
            found.append([])
        found[-1].append(point)

    page.extract_text(visitor_operand_before=visit)
    size = scale / POINTS_A_MM / 1000
    return [[((bx - ax) * size, (ay - by) * size) for (ax, ay), (bx, by) in pairwise(path)] for path in found]


def test_faces_are_inside_and_data_is_attached():
    reader = PdfReader(io.BytesIO(section_pdf(laid("two_single"), DAY, project="甲")))
    inside = [
        font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for page in reader.pages for font in fonts(page)
    ]
    assert inside
    assert all({"/FontFile3", "/FontFile2"} & set(descriptor.get_object()) for descriptor in inside)
    data = json.loads(reader.attachments["data.json"][0])
    assert data["section"] == json.loads(json.dumps(laid("two_single").as_dict()))
    assert data["project"] == "甲"


def test_the_same_section_is_the_same_file_and_one_without_places_says_why():
    section = laid("infeasible")
    assert section_pdf(section, DAY) == section_pdf(section, DAY)
    told = words_of(pages(section))
    assert "不可行之处" in told
    assert "1.6MPa" in told


def test_english_has_no_chinese_words_of_ours():
    told = words_of(pages(laid("narrow"), language="en"))
    assert "Sharedtrench,cross-section" in told
    assert "Page1of" in told
    for word in ("图名", "比例", "数据摘要", "页"):
        assert word not in told


@pytest.mark.parametrize("name", [name for name in SIX if name != "infeasible"])
@pytest.mark.parametrize("paper", PAPERS)
def test_the_drawing_leaves_room_for_head_and_foot(name, paper):
    figure = section_figure(laid(name), "zh", PAPERS[paper].room, PAPERS[paper].tall)
    assert figure.height <= PAPERS[paper].tall
    assert len(pages(laid(name), paper=paper)) <= 2
