"""A print of any part of the map measures true, covers what was asked for, and refuses what no paper holds."""

from __future__ import annotations

import dataclasses
import io
import json
from functools import cache
from itertools import pairwise

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from geo.faults import BadInputError
from maps.atlas.scale import MOST_SHEETS
from maps.print_sheet import (
    LAYERS,
    ORIENTATIONS,
    PAPERS,
    SCALES,
    MapPrint,
    faults_of,
    print_pdf,
    print_picture,
    sheets_for,
)
from tests.maps.small_town import GRID, X, Y, head, judged, layers
from tests.maps.test_atlas import POINTS_A_MM, paths_of, reader, words_of

SIDES = {"a4": (210, 297), "a3": (297, 420), "a2": (420, 594), "a1": (594, 841), "a0": (841, 1189)}
CORNER = shapely.box(X - 20, Y - 40, X + 80, Y + 60)


def asked(**said):
    return MapPrint(head(), **said)


@cache
def printed(paper="a4", orientation="landscape", scale=1000, language="zh"):
    windows = sheets_for([CORNER], paper, orientation, scale, 0)
    return print_pdf(asked(paper=paper, orientation=orientation, language=language), layers(), windows, GRID)


def data_of(pdf):
    return json.loads(reader(pdf).attachments["data.json"][0])


@pytest.mark.parametrize(("paper", "orientation"), PAPERS)
def test_the_page_is_the_paper_and_everything_is_on_it(paper, orientation):
    [page] = reader(printed(paper, orientation)).pages
    shorter, longer = SIDES[paper]
    size = [float(side) / POINTS_A_MM for side in page.mediabox[2:]]
    expected = (longer, shorter) if orientation == "landscape" else (shorter, longer)
    assert size == pytest.approx(expected, abs=0.1)
    told = words_of([page])
    for word in ("图名踏勘图册", "比例尺1:1000", "坐标北", "子午线111°E", "规划给水JS", "W1JSDN200", "滨河路"):
        assert word in told
    assert all(0 <= x <= size[0] * POINTS_A_MM for path in paths_of(page) for x, _ in path if len(path) == 2)


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
@pytest.mark.parametrize("scale", [500, 1000])
def test_a_ruler_on_the_print_measures_the_ground(orientation, scale):
    """The gas route goes 60 m north and 46 m east; crosses are a tenth of the scale apart, so 100 mm."""
    [page] = reader(printed("a3", orientation, scale)).pages
    paths = [[(x / POINTS_A_MM, y / POINTS_A_MM) for x, y in path] for path in paths_of(page)]
    steps = [[(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(path)] for path in paths]
    mm = 1000 / scale
    gas = [pytest.approx((0.0, 60 * mm), abs=0.05), pytest.approx((46 * mm, 0.0), abs=0.05)]
    assert gas in steps
    level = [path for path, step in zip(paths, steps, strict=True) if len(step) == 1 and abs(step[0][1]) < 1e-6]
    middles = {round((a[0] + b[0]) / 2, 2) for a, b in level if abs(abs(b[0] - a[0]) - 5) < 1e-3}
    for near, far in pairwise(sorted(middles)):
        assert far - near == pytest.approx(100, abs=0.05)
    # The bend, measured from a cross, is where its coordinates say.
    at = next(path for path, step in zip(paths, steps, strict=True) if step == gas)[1]
    assert any((at[0] - x - 20.5 * mm + 50) % 100 == pytest.approx(50, abs=0.1) for x in middles)


def test_the_frame_that_was_asked_for_is_the_sheet():
    room = PAPERS["a4", "portrait"].room
    wide, tall = (side * 200 / 1000 for side in room)
    box = (X + 0.25, Y + 0.5, X + 0.25 + wide, Y + 0.5 + tall)
    [window] = sheets_for([shapely.box(*box)], "a4", "portrait", 200, 0)
    assert window.bounds == pytest.approx(box, abs=0.2)  # a millimetre of the paper


@settings(deadline=None)
@given(
    st.sampled_from(sorted(PAPERS)), st.sampled_from([None, *SCALES]), st.floats(0.1, 9000), st.floats(0.1, 9000),
    st.sampled_from([0.0, 18.0]),
)  # fmt: skip
def test_sheets_cover_what_was_asked_for_or_a_scale_is_named_that_will(paper, scale, wide, tall, around):
    box = shapely.box(X, Y, X + wide, Y + tall)
    try:
        windows = sheets_for([box], *paper, scale, around)
    except BadInputError as error:
        [fault] = error.faults
        mend = int(fault.mend_en.split()[1].strip(",").removeprefix("1:"))
        assert mend > scale
        windows = sheets_for([box], *paper, mend, around)
    assert 1 <= len(windows) <= MOST_SHEETS
    assert len({window.scale for window in windows}) == 1
    covered = shapely.union_all([shapely.box(*window.bounds) for window in windows])
    assert covered.buffer(0.6).covers(box)
    assert windows == sorted(windows, key=lambda one: (-one.south, one.west))


def test_what_does_not_fit_is_cut_into_sheets_with_an_index():
    windows = sheets_for([CORNER], "a4", "portrait", 500, 0)
    assert len(windows) > 1
    pdf = print_pdf(asked(paper="a4", orientation="portrait"), layers(), windows, GRID)
    pages = reader(pdf).pages
    assert "图名踏勘图册范围总图图号00" in words_of([pages[0]])
    for number, page in enumerate(pages[1 : 1 + len(windows)], 1):
        told = words_of([page])
        assert f"图号{number:02d}比例尺1:500" in told
        assert "接图表" in told
    assert [one["number"] for one in data_of(pdf)["sheets"]] == [f"{k + 1:02d}" for k in range(len(windows))]
    covered = shapely.union_all([shapely.box(*one["bounds"]) for one in data_of(pdf)["sheets"]])
    assert covered.covers(CORNER)


def test_the_same_print_is_the_same_file_and_its_preview_is_the_first_page():
    assert printed.__wrapped__() == printed()
    windows = sheets_for([CORNER], "a4", "landscape", 1000, 0)
    picture = print_picture(asked(paper="a4"), layers(), windows, GRID)
    assert print_picture(asked(paper="a4"), layers(), windows, GRID) == picture
    size = Image.open(io.BytesIO(picture)).size
    assert size == pytest.approx((1400, 1400 * 210 / 297), abs=2)


def test_only_the_layers_that_were_chosen_are_drawn():
    windows = sheets_for([CORNER], "a4", "landscape", 1000, 0)
    pdf = print_pdf(asked(paper="a4"), {"roads": layers()["roads"]}, windows, GRID)
    told = words_of(reader(pdf).pages)
    assert "滨河路" in told
    assert "JS" not in told
    assert "建筑" not in told
    assert data_of(pdf)["layers"] == ["roads"]
    empty = print_pdf(asked(paper="a4"), {"roads": layers()["roads"].iloc[:0]}, windows, GRID)
    assert "此范围内没有所选图层的要素" in words_of(reader(empty).pages)


def test_the_routes_asked_about_are_strongest_and_findings_are_numbered_and_told_in_full():
    windows = sheets_for([CORNER], "a3", "landscape", 500, 0)
    found = judged()[1]
    pdf = print_pdf(asked(routes=("W1",), findings=found, note="只供踏勘"), layers(), windows, GRID)
    told = words_of(reader(pdf).pages)
    assert "W1JSDN200覆土1.20m" in told
    assert "Q1RQDN1100.2MPa覆土" not in told
    assert "备注只供踏勘" in told
    for each in found:
        if each.outcome != "passes":
            assert "".join(each.sentence_zh.split())[:25] in told
    assert [one["number"] for one in data_of(pdf)["findings"]] == list(
        range(1, 1 + sum(each.outcome != "passes" for each in found))
    )


def test_english_has_no_chinese_words_of_ours():
    told = words_of(reader(printed(language="en")).pages)
    assert "Scale1:1000" in told
    for word in ("图名", "比例尺", "数据摘要", "图例", "坐标北", "附表", "未注", "；", "、", "规划", "现状"):
        assert word not in told


def test_rare_and_hostile_titles_stay_titles():
    named = dataclasses.replace(head(), title="𠮷" + "滨河路" * 60 + "</text><script>")
    windows = sheets_for([CORNER], "a4", "portrait", 1000, 0)
    told = words_of(reader(print_pdf(MapPrint(named, "a4", "portrait"), layers(), windows, GRID)).pages)
    assert "〓滨河路滨河路" in told
    assert "</text><script>" in told
    assert "U+20BB7" in told


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_characters_that_the_faces_lack_are_told_on_the_map_and_take_no_page(orientation):
    windows = sheets_for([CORNER], "a4", orientation, 1000, 0)
    usual = reader(print_pdf(MapPrint(head(), "a4", orientation), layers(), windows, GRID)).pages
    rare = "𠮷" + "".join(chr(0x20000 + one) for one in range(300))
    named = dataclasses.replace(head(), project=rare)
    pages = reader(print_pdf(MapPrint(named, "a4", orientation), layers(), windows, GRID)).pages
    assert len(pages) == len(usual)
    assert "字库缺字" in words_of(pages[:1])
    assert "U+20000、U+20001" in words_of(pages[:1])


@pytest.mark.parametrize(
    ("wrong", "field", "mend"),
    [
        ({"scale": 1}, "scale", "1:100"),
        ({"scale": 10**9}, "scale", "1:200000"),
        ({"scale": 450}, "scale", "1:500"),
        ({"scale": -500}, "scale", "1:100"),
        ({"paper": "b5"}, "paper", "A4 A3"),
        ({"orientation": "round"}, "orientation", "landscape"),
        ({"layers": []}, "layers", "choose a layer"),
        ({"layers": ["roads", "rivers"]}, "layers", "waters"),
        ({"layers": ["trenches"]}, "layers", "routes"),
    ],
)
def test_what_no_print_has_is_refused_by_name_with_its_mend(wrong, field, mend):
    [fault] = faults_of(**{"paper": "a3", "orientation": "landscape", "scale": 500, "layers": LAYERS} | wrong)
    assert fault.field == field
    assert mend in fault.mend_en
    assert fault.zh
    assert fault.mend_zh


def test_too_large_an_area_is_refused_with_a_scale_that_will_do():
    with pytest.raises(BadInputError, match=r"more than 24 sheets.*use 1:20000,"):
        sheets_for([shapely.box(0, 0, 9000, 9000)], "a4", "landscape", 500, 0)
    with pytest.raises(BadInputError, match="too large for any sheet"):
        sheets_for([shapely.box(0, 0, 9e6, 9e6)], "a0", "landscape", None, 0)
