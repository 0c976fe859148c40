"""Hold what people read: Chinese without English words, figures that bear out the outcome, advice in every finding."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_data.county import make_county
from survey.conflicts import find_conflicts
from survey.conflicts.judging import outcomes_of
from survey.conflicts.parameters import load_parameters
from survey.conflicts.wording import figures
from survey.findings import FAILS
from survey.standards import cover, horizontal, vertical
from survey.standards.clauses import clauses
from survey.standards.orders import orders
from survey.standards.quality import qualities
from survey.subjects import Buried
from survey.utilities import UTILITIES
from tests.survey.conflicts.scene import conflicts, existing, gas, house, one, only, planned, road, tree
from tests.survey.scene import GRID, ON, POLICY

FRAMES = make_county(1).frames
SAMPLE = list(
    find_conflicts(
        FRAMES["routes"],
        policy=POLICY,
        on=ON,
        grid=GRID,
        **{name: FRAMES[name] for name in ("pipes", "roads", "buildings", "trees")},
    )
)
ALLOWED = re.compile(
    r"(GB|CJJ|PAS|ASCE|QL|GIPOD|DN|PE|De|kV|MPa|mm|cm|kgf|m|tan|b\d|[A-Z]|[a-z]|[A-Z]{1,3}-?[A-Z]?\d+|QL-[A-D]\d?|QL[A-D])"
)
"""Codes of documents, units, ids and symbols of formulas: what a Chinese engineer writes in Latin letters too."""
LATIN = re.compile(r"[A-Za-z][A-Za-z\-]*\d*")
TOUCH = re.compile(r"[\u4e00-\u9fff](?=[A-Za-z0-9])|[A-Za-z0-9](?=[\u4e00-\u9fff])")


def foreign(text):
    return [word for word in LATIN.findall(text) if not ALLOWED.fullmatch(word)]


def chinese_of(finding):
    return [finding.sentence_zh, finding.evidence_zh, *([finding.mend.zh] if finding.mend else [])]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_finding_of_the_sample_county_says_what_to_do(language):
    for f in SAMPLE:
        assert f.mend is not None, f.sentence_zh
        assert getattr(f.mend, language)


def test_no_english_word_stands_in_chinese():
    for f in SAMPLE:
        assert [foreign(text) for text in chinese_of(f)] == [[]] * len(chinese_of(f)), f.sentence_zh


@pytest.mark.parametrize("citation", [*qualities(), *(p for o in orders().values() for p in o.values()),
                                      *clauses().values(), *load_parameters().rules.values()])  # fmt: skip
def test_no_english_word_stands_in_the_chinese_of_a_standard(citation):
    assert foreign(citation.evidence_zh) == []


def test_no_english_word_stands_in_the_chinese_of_a_cell():
    lines = [Buried(utility, pressure_mpa=p, laying=way) for utility in UTILITIES for p in (None, 0.2, 1.0)
             for way in (None, "direct", "duct")]  # fmt: skip
    cells = [table(a, b) for table in (horizontal, vertical) for a in lines for b in lines]
    cells += [cover(a, under) for a in lines for under in ("carriageway", "footway")]
    said = {cell.evidence_zh for cell in cells if cell is not None}
    assert len(said) > len(lines)
    assert {text: foreign(text) for text in said if foreign(text)} == {}


def test_a_space_stands_between_characters_and_figures():
    for f in SAMPLE:
        said = f.sentence_zh + (f.mend.zh if f.mend else "")
        for name in {*FRAMES["roads"]["name"].dropna(), *FRAMES["routes"]["name"].dropna()}:
            said = said.replace(name, "名")  # names stay as their owners write them
        assert TOUCH.findall(said) == [], said
        assert "  " not in said
        assert not re.search(r"[，。；：、（）] | [，。；：、（）]", said), said


def test_english_sentences_begin_with_a_capital():
    for f in SAMPLE:
        assert f.sentence_en[0].isupper() or not f.sentence_en[0].isascii(), f.sentence_en


@given(st.floats(-1, 3, allow_subnormal=False), st.floats(0, 2), st.sampled_from([0.0, 0.04, 1.0]))
def test_what_is_read_never_says_that_what_fails_is_kept(measured, limit, uncertainty):
    import numpy as np

    fails = outcomes_of(np.array([measured - limit]), np.array([uncertainty]))[0] == FAILS
    said = figures(measured, limit, uncertainty)
    assert not said.measured.startswith("-")
    read = float(said.measured) * (-1 if measured < 0 else 1)
    assert read == pytest.approx(measured, abs=0.0051)
    if fails:
        assert read < float(said.limit)


def test_millimetres_are_said_where_centimetres_would_read_as_kept():
    pipes = [existing("E1", "drainage", (0, -20), (0, 20), diameter_mm=300.0, cover_m=1.0 + 0.11 + 0.146)]
    f = one(conflicts([gas("G1", (-20, 0), (20, 0))], pipes=pipes), "vertical_clearance")
    assert "垂直净距 0.146 m，要求不小于 0.150 m" in f.sentence_zh


def test_walls_that_overlap_are_said_to_and_are_grave_whatever_the_limit():
    routes = [
        planned("P1", "power", (-20, 0), (20, 0), laying="duct"),
        planned("T1", "telecom", (0, -20), (0, 20), cover_m=1.05, laying="duct"),
    ]
    f = one(conflicts(routes), "vertical_clearance")
    assert "上下管壁重叠 0.15 m" in f.sentence_zh
    assert (f.unverified, f.severity) == (True, "grave")
    apart = [routes[0], routes[1] | {"cover_m": 1.25}]
    g = one(conflicts(apart), "vertical_clearance")
    assert (g.outcome, g.unverified, g.severity) == ("fails", True, "serious")


def test_things_are_called_by_their_names():
    street = road("D1", (-50, 2), (100, 2), width=3.0) | {"name": "文化路"}
    routes = [gas("G1", (0, 0), (60, 0)) | {"name": "城东燃气支线"}]
    f = one(conflicts(routes, roads=[street]), "curb")
    assert f.sentence_zh.startswith("燃气 G1（城东燃气支线）距文化路路缘石 ")
    nameless = one(conflicts(routes, roads=[street | {"name": None}]), "curb")
    assert "距道路 D1 路缘石 " in nameless.sentence_zh
    assert "the kerb of road D1" in nameless.sentence_en
    remark = [gas("G1", (0, 0), (60, 0)) | {"name": "燃气，距路缘石太近"}]
    assert one(conflicts(remark, roads=[street]), "curb").sentence_zh.startswith("燃气 G1 距文化路")
    ginkgo = tree("T1", 30, 0.3) | {"species": "银杏"}
    assert "距树木 T1（银杏）" in one(conflicts(routes, trees=[ginkgo]), "tree").sentence_zh


def test_a_line_into_a_building_is_grave_and_says_so():
    f = one(conflicts([gas("G1", (-30, 0), (30, 0))], buildings=[house("B1", -5, -5, 5, 5)]), "building")
    assert "的线位进入建筑物 B1 范围内" in f.sentence_zh
    assert (f.severity, f.mend.kind) == ("grave", "ask")


def test_the_order_of_water_and_drains_is_demanded_and_that_of_others_advised():
    water = [planned("W1", "water", (-20, 0), (20, 0), cover_m=2.5)]
    drain = [existing("E1", "drainage", (0, -20), (0, 20), cover_m=1.0, diameter_mm=300.0)]
    f = one(conflicts(water, pipes=drain), "crossing_order")
    assert f.severity == "grave"
    assert "现状排水 E1" in f.sentence_zh
    assert "应在" in f.sentence_zh
    gas_above = [existing("E1", "gas", (0, -20), (0, 20), cover_m=3.5, pressure_mpa=0.2)]
    g = one(conflicts(water, pipes=gas_above), "crossing_order")
    assert (g.severity, "宜在" in g.sentence_zh) == ("serious", True)
    assert "另一条燃气第 3 位" in g.evidence_zh


def test_an_order_that_no_depth_keeps_may_stay_with_measures():
    shallow = [existing("E1", "power", (0, -20), (0, 20), cover_m=0.3, diameter_mm=100.0)]
    routes = [planned("T1", "telecom", (-20, 0), (20, 0), cover_m=1.0)]
    f = one(conflicts(routes, pipes=shallow), "crossing_order")
    assert (f.mend.kind, f.severity) == ("ask", "serious")
    assert "套管" in f.mend.zh


def test_a_line_that_is_not_saved_yet_is_this_line():
    f = one(conflicts([gas("", (0, 0), (60, 0))], pipes=[existing("E1", "drainage", (0, 1), (60, 1))]),
            "horizontal_clearance")  # fmt: skip
    assert f.sentence_zh.startswith("本燃气管线与现状排水 E1 的水平净距")
    assert f.mend.zh.startswith("本管线在该段")


def test_the_evidence_says_the_accuracy_that_was_used():
    routes = [gas("G1", (0, 0), (60, 0))]
    own = one(conflicts(routes, pipes=[existing("E1", "drainage", (0, 1), (60, 1), accuracy_m=0.02)]),
              "horizontal_clearance")  # fmt: skip
    assert "自带平面中误差 0.02 m" in own.evidence_zh
    level = existing("E1", "drainage", (0, 1), (60, 1), accuracy_m=None, quality="隐蔽点")
    assert "CJJ 61 精度：隐蔽管线点" in one(conflicts(routes, pipes=[level]), "horizontal_clearance").evidence_zh


def test_missing_windows_are_counted_in_good_english():
    rows = [planned("Z1", "heat", (0, 9), (80, 9)), planned("W1", "water", (0, 4), (80, 4), start=date(2027, 3, 1))]
    said = [f.sentence_en for f in only(conflicts(rows), "space_time")]
    assert all("1 other route lies near" in one_said for one_said in said)
    assert len(said) == len(rows)
