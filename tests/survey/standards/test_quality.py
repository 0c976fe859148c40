import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.standards import accuracies, qualities, quality_of
from survey.standards.quality import UNKNOWN_DEPTH_M, quality, worst_at

WORDS = [word for level in qualities() for word in level.words]


@pytest.mark.parametrize(
    ("word", "depth", "across", "down", "stated"),
    [
        ("QL-A", 3.0, 0.05, 0.025, True), ("A", math.nan, 0.05, 0.025, True),
        ("QL-B1", 0.5, 0.15, 0.075, True), ("QL-B1", 2.0, 0.30, 0.30, True),
        ("QL-B2", 0.5, 0.25, 0.20, True), ("QL-B2", 2.0, 0.80, 0.80, True),
        ("QL-B2", math.nan, 0.80, 0.80, False),
        ("QL-B3", 1.0, 0.50, 0.40, False), ("D", 1.0, 0.50, 0.40, False), ("QLB", 1.0, 0.50, 0.40, False),
        ("QLA", 1.0, 0.05, 0.025, False), (None, 1.0, 0.50, 0.40, False), ("good", 3.0, 1.20, 1.20, False),
        ("隐蔽点", 0.6, math.hypot(0.1, 0.1), 0.15, True), ("隐蔽点", 2.0, math.hypot(0.2, 0.1), 0.30, True),
        ("明显点", 2.0, 0.10, 0.05, True),
    ],
)  # fmt: skip
def test_accuracies_by_hand(word, depth, across, down, stated):
    found = accuracies([word], [depth])
    assert [part[0] for part in found] == [pytest.approx(across), pytest.approx(down), stated]
    level = quality_of(word)
    if level is not None:
        single = level.at(depth)
        assert (single.horizontal_m, single.depth_m, single.stated) == tuple(part[0] for part in found)
        assert single.evidence_zh
        assert single.evidence_en


@given(st.lists(st.tuples(st.sampled_from([None, "x", *WORDS]), st.sampled_from([0.3, 1.0, 4.0, math.nan]))))
def test_many_at_once_are_as_one_by_one(rows):
    across, down, stated = accuracies([word for word, _ in rows], [depth for _, depth in rows])
    assert len(across) == len(rows)
    for place, (word, depth) in enumerate(rows):
        level = quality_of(word)
        usable = UNKNOWN_DEPTH_M if math.isnan(depth) else depth
        expected = level.at(depth) if level else None
        assert across[place] == (expected.horizontal_m if expected else worst_at(usable)[0])
        assert down[place] == (expected.depth_m if expected else worst_at(usable)[1])
        assert stated[place] == (expected.stated if expected else False)
        assert across[place] <= worst_at(usable)[0]
        assert down[place] <= worst_at(usable)[1]


def test_deeper_is_never_better_known():
    depths = np.linspace(0.1, 8, 60)
    for word in [None, *WORDS]:
        across, down, _ = accuracies([word] * len(depths), depths)
        assert (np.diff(across) >= 0).all()
        assert (np.diff(down) >= 0).all()


def test_words_and_their_standards():
    assert quality_of("qlb").key == "ASCE 38-22"
    assert quality_of("B").key == quality_of("PAS 128 QL-B1").key == "PAS 128"
    assert quality_of("ＱＬ－Ｂ２").level == "QL-B2"
    assert quality_of(3) is quality_of("") is quality_of("p") is None
    with pytest.raises(KeyError):
        quality("PAS 128", "QL-E")
    for word in WORDS:
        assert word in quality_of(word.upper()).words


def test_figures_that_were_only_recalled_say_so():
    assert quality("PAS 128", "QL-B1").unverified
    assert "待核" in quality_of("QL-A").evidence_zh
    assert quality("CJJ 61", "hidden").status == "confirmed"
