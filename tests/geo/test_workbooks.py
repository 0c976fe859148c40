"""Excel workbooks: read as the same table in CSV is, and refused where they are made to do harm."""

import datetime as dt
import random
import zipfile
from contextlib import suppress

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.faults import BadInputError
from geo.formats import LINE, read
from tests.geo import pipe_survey as survey

GRID = "EPSG:4546"
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


def workbook(path, *rows, **more):
    book = openpyxl.Workbook()
    for name, body in ({"Sheet": rows} | more).items():
        sheet = book.active if name == "Sheet" else book.create_sheet(name)
        for row in body:
            sheet.append(row)
    book.save(path)
    return path


def codes(path, **options):
    with pytest.raises(BadInputError) as error:
        read(path, **{"crs": GRID} | options)
    return [fault.code for fault in error.value.faults]


def replaced(path, name, content):
    """Write the workbook again with one part changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, body in (parts | {name: content}).items():
            archive.writestr(part, body)
    return path


NUMBERS = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3)) | st.integers(-(10**6), 10**6)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.text("甲乙ab 1", max_size=4), NUMBERS), min_size=1, max_size=5))
def test_a_sheet_says_what_the_same_csv_says(tmp_path_factory, cells):
    folder = tmp_path_factory.getbasetemp()
    head = ["name", "height_m", "x", "y"]
    rows = [[name, value, 579_000 + k, 3_658_000.25] for k, (name, value) in enumerate(cells)]
    workbook(folder / "a.xlsx", head, *rows)
    text = [",".join(head), *(",".join(str(cell) for cell in row) for row in rows)]
    (folder / "a.csv").write_text("\n".join(text), encoding="utf-8")
    ours, theirs = (read(folder / name, crs=GRID, kinds=frozenset({"point"})).frame for name in ("a.xlsx", "a.csv"))
    assert ours.geometry.geom_equals_exact(theirs.geometry, 0).all()
    assert ours["height_m"].tolist() == theirs["height_m"].tolist()
    # A column of figures and blanks is one of numbers in both.
    said = [[None if pd.isna(name) else name for name in frame["name"]] for frame in (ours, theirs)]
    assert said[0] == said[1]


def test_wkt_dates_and_titles_above_the_names(tmp_path):
    rows = (["规划管线一览表"], [], ["id", "start", "wkt"])
    lines = ["R1", dt.datetime(2026, 4, 22), "LINESTRING (579391 3658614, 579400 3658614)"]  # noqa: DTZ001 - a cell has no zone
    frame = read(workbook(tmp_path / "a.xlsx", *rows, lines), crs=GRID).frame
    assert frame["start"].dt.date.tolist() == [dt.date(2026, 4, 22)]
    assert frame.length.tolist() == [9.0]


def test_sheets_are_layers(tmp_path):
    body = [["id", "x", "y"], ["R1", 579391, 3658614]]
    path = workbook(tmp_path / "a.xlsx", *body, roads=body, empty=[])
    assert codes(path) == ["layer.which"]
    assert codes(path, layer="nothing") == ["layer.missing"]
    kinds = frozenset({"point"})
    assert read(path, crs=GRID, layer="roads", kinds=kinds).layer == "roads"
    assert read(path, crs=GRID, prefer=("roads",), kinds=kinds).layer == "roads"


def test_formulas_without_a_value_are_no_blanks(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ["id", "x", "y"], ["R1", "=579000+391", 3658614])
    assert codes(path) == ["workbook.formula_without_value"]


def test_cells_beyond_the_names_are_refused(tmp_path):
    assert codes(workbook(tmp_path / "a.xlsx", ["x", "y"], [1, 2, 3])) == ["file.uneven_row"]


def test_a_sheet_that_lies_about_its_size_is_read_whole(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ["x", "y"], [579391, 3658614], [579392, 3658614])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert 'ref="A1:B3"' in sheet
    replaced(path, "xl/worksheets/sheet1.xml", sheet.replace('ref="A1:B3"', 'ref="A1:A1"'))
    assert len(read(path, crs=GRID, kinds=frozenset({"point"})).frame) == 2


def test_bombs_are_not_unpacked(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ["x", "y"], [579391, 3658614])
    assert codes(replaced(path, "xl/media/blank.bin", bytes(100_000_000))) == ["zip.bomb"]
    entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>' + SHEET.format("<row><c><v>&a;</v></c></row>")
    path = workbook(tmp_path / "b.xlsx", ["x", "y"], [579391, 3658614])
    assert codes(replaced(path, "xl/worksheets/sheet1.xml", entities)) == ["zip.bomb"]
    hidden = " " * (1024**2 - 5) + entities  # the declaration lies across two chunks
    assert codes(replaced(path, "xl/worksheets/sheet1.xml", hidden)) == ["zip.bomb"]


def test_a_row_as_wide_as_the_format_allows_is_refused(tmp_path):
    wide = SHEET.format('<row r="1"><c r="XFD1"><v>1</v></c></row>')
    path = workbook(tmp_path / "a.xlsx", ["x", "y"], [579391, 3658614])
    assert codes(replaced(path, "xl/worksheets/sheet1.xml", wide)) == ["workbook.too_large"]


def test_a_workbook_of_nothing(tmp_path):
    assert codes(workbook(tmp_path / "a.xlsx")) == ["file.empty"]


def test_any_damage_is_a_fault(tmp_path):
    whole = survey.as_xlsx(tmp_path).read_bytes()
    rng = random.Random(7)  # noqa: S311 - damage needs no secrecy
    path = tmp_path / "damaged.xlsx"
    for trial in range(60):
        broken = bytearray(whole)
        for _ in range(rng.randrange(1, 40)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        path.write_bytes(broken if trial % 3 else broken[: rng.randrange(1, len(broken))])
        with suppress(BadInputError):
            read(path, crs=GRID, kinds=frozenset({LINE}))


def test_any_part_may_be_nonsense(tmp_path):
    whole = survey.as_xlsx(tmp_path)
    with zipfile.ZipFile(whole) as archive:
        names = archive.namelist()
    body = whole.read_bytes()
    for name in names:
        for content in ("", "<a/>", "<a>", '<worksheet xmlns="x"/>', "\x00"):
            whole.write_bytes(body)
            with suppress(BadInputError):
                read(replaced(whole, name, content), crs=GRID, kinds=frozenset({LINE}))
