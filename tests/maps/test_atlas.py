"""The printed atlas measures true, says everything, stays the same file, and bears whatever names and lengths come."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
from functools import cache
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from PIL import Image, ImageChops, ImageFilter
from pypdf import PdfReader

from maps.atlas import StopSheet, make_atlas
from maps.atlas.pages import PAPERS
from survey.sections import SectionLine, best_section
from survey.subjects import Buried
from tests.maps.small_town import GRID, X, Y, head, judged, layers, stop

POINTS_A_MM = 72 / 25.4
SIZES = {"a3": (420, 297), "a4": (297, 210)}
GOLDEN = Path(__file__).parents[1] / "golden" / "atlas"
#: Share of pixels that may differ after both pictures are blurred: another version of the renderer, not another layout.
MOST_DIFFERENT = 0.002


@cache
def printed(paper="a3", language="zh"):
    lines = [SectionLine("W1", Buried("water", diameter_mm=200)), SectionLine("Q1", Buried("gas", diameter_mm=110))]
    section = best_section(lines, soil=None, under="carriageway")
    stops = [stop("W1", "Q1", section=section, tasks=("核对井位",)), StopSheet("空站", place=(X + 900.0, Y))]
    return make_atlas(stops, layers(), grid=GRID, head=head(), paper=paper, language=language)


def reader(pdf):
    return PdfReader(io.BytesIO(pdf))


def words_of(pages):
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))


def one_stop(stops, town=None, **said):
    return reader(make_atlas(stops, layers() if town is None else town, grid=GRID, head=head(), **said))


def paths_of(page):
    """Return every path of a page as its points in points of the PDF."""
    found: list[list[tuple[float, float]]] = []

    def visit(operator, operands, matrix, _text):
        if operator not in (b"m", b"l"):
            return
        x, y = (float(value) for value in operands)
        if operator == b"m":
            found.append([])
        found[-1].append((matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5]))

    page.extract_text(visitor_operand_before=visit)
    return found


def sheet_of(pages, number):
    """Return the page whose title block bears a number."""
    return next(page for page in pages if f"图号{number}比例尺" in words_of([page]))


@pytest.mark.parametrize("paper", PAPERS)
def test_every_page_lies_on_its_paper_and_says_what_was_measured_and_found(paper):
    pages = reader(printed(paper)).pages
    for page in pages:
        width, height = (float(side) / POINTS_A_MM for side in page.mediabox[2:])
        assert (width, height) == pytest.approx(SIZES[paper], abs=0.1)
    told = words_of(pages)
    for word in (
        "踏勘一览",
        "总览图",
        "核查清单",
        "签到表",
        "踏勘记录",
        "坐标北",
        "1985国家高程基准",
        "子午线111°E",
        "核对井位",
    ):
        assert word in told
    answers, findings = judged()
    for each in findings:
        assert re.sub(r"\s+", "", each.sentence_zh)[:25] in told
    for name, answer in answers.items():
        assert f"{name}{answer['verdict']['label_zh']}" in told
        assert f"L={answer['quantities']['length_m']['value']:.2f}m" in words_of([sheet_of(pages, "01")])


@pytest.mark.parametrize("paper", PAPERS)
def test_a_ruler_on_the_print_measures_the_ground(paper):
    """Crosses stand 50 m apart at 1:500, so 100 mm; the bend of a route is where its coordinates say, from a cross."""
    page = sheet_of(reader(printed(paper)).pages, "01")
    assert "比例尺1:500" in words_of([page])
    paths = [[(x / POINTS_A_MM, y / POINTS_A_MM) for x, y in path] for path in paths_of(page)]
    level = [path for path in paths if len(path) == 2 and abs(path[0][1] - path[1][1]) < 1e-6]
    crosses = [path for path in level if abs(abs(path[1][0] - path[0][0]) - 5.0) < 1e-3]
    middles = sorted({(round((a[0] + b[0]) / 2, 2), round(a[1], 2)) for a, b in crosses})
    xs, ys = sorted({x for x, _ in middles}), sorted({y for _, y in middles})
    assert len(middles) == len(xs) * len(ys) >= 2
    for near, far in (*pairwise(xs), *pairwise(ys)):
        assert far - near == pytest.approx(100.0, abs=0.05)
    gas = [pytest.approx((0.0, 120.0), abs=0.05), pytest.approx((92.0, 0.0), abs=0.05)]
    gas = [pytest.approx((0.0, 120.0), abs=0.05), pytest.approx((92.0, 0.0), abs=0.05)]
    bend = [path for path in paths if _steps(path) == gas]
    assert bend, "the gas route is not drawn at 1:500"
    corner = bend[0][1]
    assert any(
        (corner[0] - x) % 100 == pytest.approx((20.5 * 2) % 100, abs=0.1)
        and (corner[1] - y) % 100 == pytest.approx((40 * 2) % 100, abs=0.1)
        for x, y in middles
    )


def _steps(path):
    return [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(path)]


def test_the_same_visit_is_the_same_file_with_its_faces_and_its_data_inside():
    again = printed.__wrapped__()
    assert again == printed()
    document = reader(printed())
    fonts = [font.get_object() for page in document.pages for font in page["/Resources"].get("/Font", {}).values()]
    inside = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert inside
    assert all({"/FontFile2", "/FontFile3"} & set(descriptor) for descriptor in inside)
    assert document.metadata.title == "踏勘图册"
    data = json.loads(document.attachments["data.json"][0])
    assert [one["name"] for one in data["stops"]] == ["路口", "空站"]
    assert [each["number"] for each in data["stops"][0]["findings"]] == list(range(1, len(judged()[1]) + 1))
    west, south, east, north = data["stops"][0]["sheets"][0]["bounds"]
    assert (west < X + 20 < east, south < Y < north) == (True, True)


def test_a_stop_with_nothing_says_so_and_has_its_crosses():
    page = sheet_of(reader(printed()).pages, "02")
    told = words_of([page])
    assert "本站没有规划管线" in told
    assert "本站没有发现" in told
    assert f"Y{int(X) + 900}" in told


def test_the_overview_shows_the_way_from_where_one_sets_out_and_says_what_its_signs_are():
    """Two kilometres north of the stops: the sheet had been laid around the stops alone, and the way ran out of it."""
    way = shapely.LineString([(X, Y + 2000), (X, Y), (X + 20, Y)])
    stops = [StopSheet("路口", ["W1"], place=(X + 20, Y), way=way), StopSheet("二", place=(X + 300, Y))]
    page = sheet_of(one_stop(stops).pages, "00")
    told = words_of([page])
    assert all(word in told for word in ("行进路线", "图幅与图号", "站（停留点）"))
    assert "比例尺1:10000" in told  # 2 km are 200 mm, of 250 that the frame has
    blue = [path for path in paths_of(page) if len(path) == 3]
    tallest = max(max(y for _, y in path) - min(y for _, y in path) for path in blue)
    assert tallest == pytest.approx(200 / 25.4 * 72, rel=1e-3)
    assert re.search(r"(?<!\S)起(?!\S)", page.extract_text())


def test_routes_without_roads_are_drawn_without_measures():
    routes = {"routes": layers()["routes"], "roads": layers()["roads"].iloc[:0]}
    told = words_of(one_stop([StopSheet("甲", ["W1"])], routes).pages)
    assert "未量测" in told
    assert "W1JSDN200" in told
    assert "L=" not in told


def test_a_route_of_twenty_kilometres_is_cut_into_sheets_with_an_index():
    line = shapely.LineString([(X, Y), (X + 14_000, Y + 2000), (X + 19_500, Y - 500)])
    town = {"routes": gpd.GeoDataFrame({"id": ["L"], "utility": ["water"]}, geometry=[line], crs=GRID.crs)}
    document = one_stop([StopSheet("长线", ["L"])], town)
    sheets = json.loads(document.attachments["data.json"][0])["stops"][0]["sheets"]
    assert 2 <= len(sheets) <= 24
    covered = shapely.union_all([shapely.box(*one["bounds"]) for one in sheets])
    assert covered.covers(line)
    told = words_of(document.pages)
    assert "接图表" in told
    assert f"图号01-{len(sheets)}比例尺1:{sheets[0]['scale']}" in told


def test_long_and_rare_and_hostile_names_stay_names():
    name = "𠮷" + "滨河路北段水厂连接线" * 19 + "</text><script>"
    town = {name_: part.copy() for name_, part in layers().items()}
    town["roads"]["name"] = name
    document = one_stop([StopSheet(name, ["W1"])], town)
    told = words_of(document.pages)
    assert "U+20BB7" in told
    assert "〓滨河路北段" in told
    assert "</text><script>" in told


def test_all_that_is_wrong_with_stops_is_said_at_once():
    stops = [StopSheet("甲", ["nobody"]), StopSheet("乙"), StopSheet("丙", ["W1"], answers=[{}, {}])]
    with pytest.raises(ValueError, match=r"nobody.*neither a place nor a route.*2 个评估，1 条管线"):
        make_atlas(stops, layers(), grid=GRID, head=head())
    with pytest.raises(ValueError, match="an atlas needs a stop"):
        make_atlas([], layers(), grid=GRID, head=head())
    with pytest.raises(KeyError, match="rivers"):
        make_atlas([StopSheet("甲", place=(X, Y))], {"rivers": layers()["roads"]}, grid=GRID, head=head())


def test_english_has_no_chinese_words_of_ours():
    told = words_of(reader(printed("a4", "en")).pages)
    assert "Signature" in told
    for word in ("图名", "比例尺", "数据摘要", "签到", "图例", "核查", "限值", "坐标北"):
        assert word not in told


@pytest.mark.parametrize("number", ["00", "01"])
def test_golden_pictures(number, tmp_path):
    if shutil.which("pdftoppm") is None:
        pytest.skip("poppler-utils is not installed")
    pages = reader(printed("a4")).pages
    page = str(1 + next(k for k, one in enumerate(pages) if f"图号{number}比例尺" in words_of([one])))
    source = tmp_path / "atlas.pdf"
    source.write_bytes(printed("a4"))
    target = tmp_path / "page"
    command = ["pdftoppm", "-r", "60", "-gray", "-png", "-f", page, "-l", page, "-singlefile", source, target]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    now = Image.open(target.with_suffix(".png")).convert("L")
    path = GOLDEN / f"sheet_{number}.png"
    if os.environ.get("COTRENCH_BLESS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        now.quantize(16).save(path, optimize=True)
    kept = Image.open(path).convert("L")
    assert now.size == kept.size
    blurred = [picture.filter(ImageFilter.GaussianBlur(1.5)) for picture in (now, kept)]
    different = ImageChops.difference(*blurred).point(lambda value: 255 if value > 40 else 0)
    share = different.histogram()[255] / (now.width * now.height)
    assert share <= MOST_DIFFERENT, "look at the sheet, then: make bless"
