"""A CSV that a spreadsheet opens runs nothing, and what was written is read back."""

from __future__ import annotations

import csv
import string

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.formats import read, write
from geo.formats.guarding import guarded, unguarded

RUN = "=+-@\t\r\n＝＋－＠"
HOSTILE = ["=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "＝1+1", "'=1", "''-x", '=HYPERLINK("http://x")']
HARMLESS = ["县自来水公司", "-12.5", "+86", "-", "", "'", "DN200=200", "it's", "1e-3", "2027-03-01", "'quoted'"]


@given(st.text(alphabet=RUN + "'a1.e 水", max_size=6))
def test_what_is_guarded_is_given_back(text):
    assert unguarded(guarded(text)) == text


@given(st.text(alphabet=RUN + "'a1.e" + string.digits, max_size=6))
def test_nothing_that_would_run_is_left_and_numbers_stay_numbers(text):
    cell = guarded(text)
    try:
        float(text)
    except ValueError:
        assert len(cell) < 2 or cell[0] not in RUN
    else:
        assert cell == text or text[0] in "\t\r\n"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_guarded(text):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_text_stays(text):
    assert guarded(text) == text


def test_a_file_keeps_values_and_columns_and_its_numbers(tmp_path):
    texts = HOSTILE[:4] + HOSTILE[5:] + HARMLESS
    names = [f"R{number}" for number in range(len(texts))]
    margins = [-1.5 * number for number in range(len(texts))]
    columns = {"id": names, "operator": [text or None for text in texts], "margin": margins, "=evil": texts}
    lines = [shapely.LineString([(500_000, 3_600_000 + y), (500_009, 3_600_000 + y)]) for y in range(len(texts))]
    frame = gpd.GeoDataFrame(columns, geometry=lines, crs="EPSG:4546")
    out = tmp_path / "out.csv"
    write(frame, out)
    with out.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["id", "operator", "margin", "'=evil", "wkt"]
    cells = {cell for row in rows for cell in row}
    assert [cell for cell in cells if len(cell) > 1 and cell[0] in RUN and not _is_number(cell)] == []
    assert [float(row[2]) for row in rows[1:]] == frame["margin"].tolist()
    back = read(out, crs="EPSG:4546").frame
    assert back["operator"].fillna("").tolist() == texts
    assert back["=evil"].fillna("").tolist() == texts
    assert back["margin"].astype(float).tolist() == frame["margin"].tolist()


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True
