"""The summary of chances on paper: sums, a map with numbers, a row each in order, every row in the attached data."""

from __future__ import annotations

import datetime as dt
import io
import json
import re

import pytest
from pypdf import PdfReader

from maps import opportunities_map
from maps.opportunities_map import COLOURS, MOST_NUMBERED, chances_map
from maps.opportunities_paper import MOST_ROWS, opportunities_pdf
from tests.survey.opportunities.scene import SUMMER, around, found, road, straight

DAY = dt.date(2026, 12, 1)


def chances():
    """Return two chances in a street, one whose windows meet, and one beside no road whose dates are not stated."""
    rows = [
        straight("W1", "water", 0.0, operator="县自来水公司"),
        straight("G1", "gas", 1.5, operator="燃气<b>&公司"),
        straight("T1", "telecom", 60.0, operator="电信"),
        straight("P1", "power", 61.0, 0.0, 80.0, window=SUMMER),
        straight("D1", "drainage", 300.0, 0.0, 50.0, window=(None, None)),
        straight("H1", "heat", 301.0, 0.0, 50.0),
    ]
    return found(*rows, roads=[road("A"), road("B", 60.0)])


def text_of(pdf):
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def data_of(pdf):
    return json.loads(PdfReader(io.BytesIO(pdf)).attachments["data.json"][0])


def test_it_has_the_sums_and_a_row_for_each_chance_in_their_order():
    records = chances()
    assert len(records) == 3
    first = records[0]
    pdf = opportunities_pdf(records, DAY, states={first.id: ("征求意见中", "proposed")}, title="武陟县")
    told = text_of(pdf)
    assert f"{sum(one.saved_m for one in records):,.0f}" in told
    for word in ("共沟机会摘要", "武陟县", "县自来水公司", "征求意见中", "工期未填", "路A"):
        assert word in told
    who = ["、".join(f"{m.route}（{m.operator}）" if m.operator else m.route for m in one.members) for one in records]
    places = [told.index(names) for names in who]
    assert places == sorted(places)
    attached = data_of(pdf)
    assert (attached["kind"], [row["id"] for row in attached["opportunities"]]) == (
        "opportunities", [one.id for one in records],
    )  # fmt: skip
    assert attached["opportunities"][0]["yuan_low"] == first.savings.money.low


def test_it_says_the_same_in_english_and_is_the_same_file_each_time():
    records = chances()
    pdf = opportunities_pdf(records, DAY, language="en")
    told = text_of(pdf)
    for word in ("Chancestoshareatrench", "windowsmeet", "Summedonebyone"):
        assert word in told
    assert "机会" not in told.replace("CoTrench同沟", "")
    assert pdf == opportunities_pdf(records, DAY, language="en")


def test_no_chances_are_told_as_none():
    told = text_of(opportunities_pdf([], DAY))
    assert "没有可以同沟的规划管线" in told
    assert data_of(opportunities_pdf([], DAY))["opportunities"] == []


def test_more_than_a_person_reads_are_counted_and_attached(monkeypatch):
    monkeypatch.setattr("maps.opportunities_paper.MOST_ROWS", 2)
    pdf = opportunities_pdf(chances(), DAY)
    assert "另有1处" in text_of(pdf)
    assert len(data_of(pdf)["opportunities"]) == 3
    assert MOST_ROWS == 400


@pytest.mark.parametrize("turned", [False, True])
def test_the_map_numbers_what_has_room_and_is_to_scale(turned):
    records = chances()[::-1] if turned else chances()
    drawn, key = chances_map(records, around(roads=[road("A")]).facts.shapes)
    numbers = [int(text) for text in re.findall(r'font-weight="700">(\d+)</text>', drawn.svg)]
    assert numbers == [1, 2, 3]
    for one in records:
        assert COLOURS[one.meeting.state] in drawn.svg
        assert COLOURS[one.meeting.state] in key.svg
    scale = int(re.search(r">1:(\d+)<", key.svg)[1])
    water = next(one for one in records if "W1" in one.routes)
    paths = re.findall(r'd="M([^"]*)" fill="none"[^>]*stroke="' + COLOURS[water.meeting.state], drawn.svg)
    spans = []
    for path in paths:
        for part in path.split("M"):
            points = [tuple(map(float, point.split())) for point in part.split("L")]
            spans.append(points[-1][0] - points[0][0])
    assert any(abs(abs(span) - water.shared_m * 1000 / scale) < 0.05 for span in spans)


def test_numbers_that_would_cover_each_other_are_left_to_the_table(monkeypatch):
    records = chances()
    close = [*records, *records]
    drawn, _ = chances_map(close)
    assert re.findall(r'font-weight="700">(\d+)</text>', drawn.svg) == ["1", "2", "3"]
    monkeypatch.setattr(opportunities_map, "MOST_NUMBERED", 1)
    assert re.findall(r'font-weight="700">(\d+)</text>', chances_map(records)[0].svg) == ["1"]
    assert MOST_NUMBERED == 60
