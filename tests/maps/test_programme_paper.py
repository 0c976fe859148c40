"""The summary of a joint programme on paper: what it has no room for is counted, list by list, and attached."""

from __future__ import annotations

import datetime as dt
import io
import json
import re

import pytest
from pypdf import PdfReader

from maps.programme_paper import FIGURES, MOST_ROWS, programme_pdf

DAY = dt.date(2026, 12, 1)
LISTS = ("streets", "works", "joint", "left_out", "not_planned")


def plain(count):
    """Return a programme as it is told, with so many lines in each of its lists."""
    numbers = range(count)
    spans = dict.fromkeys(("window_start", "window_end", "start", "end"), "2027-03-01")
    weeks = dict.fromkeys(("planned_closed_weeks", "joint_closed_weeks", "planned_times", "joint_times"), 1)
    why = {"why_zh": "同沟", "why_en": "together"}
    return {
        "totals": {
            "works": count, "gap": 0.0, "stopped": False, "planned": dict.fromkeys(FIGURES, 1),
            "joint": dict.fromkeys(FIGURES, 1),
        },
        "streets": [{"street": f"S{at}", "works": [f"W{at}"], **weeks} for at in numbers],
        "works": [{"id": f"W{at}", "crew": None, "moved_weeks": 0, "joint_with": [], **spans} for at in numbers],
        "joint": [why] * count,
        "left_out": [why] * count,
        "not_planned": [{"id": f"N{at}", "zh": "没有工期窗口", "en": "the window is not known"} for at in numbers],
    }  # fmt: skip


@pytest.mark.parametrize(("language", "said"), [("zh", "另有1项"), ("en", "1moreareintheattacheddata")])
def test_what_a_list_has_no_room_for_is_counted_and_attached(monkeypatch, language, said):
    assert MOST_ROWS == 400
    monkeypatch.setattr("maps.programme_paper.MOST_ROWS", 2)
    read = PdfReader(io.BytesIO(programme_pdf(plain(3), DAY, language=language)))
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in read.pages))
    assert text.count(said) == len(LISTS)
    attached = json.loads(read.attachments["data.json"][0])
    assert {name: len(attached[name]) for name in LISTS} == dict.fromkeys(LISTS, 3)
    whole = PdfReader(io.BytesIO(programme_pdf(plain(2), DAY, language=language)))
    assert said not in re.sub(r"\s+", "", "".join(page.extract_text() for page in whole.pages))
