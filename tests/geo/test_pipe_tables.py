"""Point and line tables of a pipe survey: joined as they say, and every contradiction named with its row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.faults import BadInputError
from geo.formats import LINE, read
from geo.formats.pipe_checks import HEIGHTS_AGREE_M
from tests.geo import pipe_survey as survey

LINES_ONLY = frozenset({LINE})


def table(path, **options):
    return read(path, **{"crs": survey.GRID, "kinds": LINES_ONLY} | options)


def faults(path, **options):
    with pytest.raises(BadInputError) as error:
        table(path, **options)
    return error.value.faults


def codes(path, **options):
    return [fault.code for fault in faults(path, **options)]


def test_lines_run_from_point_to_point_with_x_as_northing(tmp_path):
    frame = table(survey.as_csv(tmp_path)).frame
    assert frame["id"].tolist() == ["JS1-JS2", "JS2-JS3", "WS1-WS2"]
    east, north = survey.EAST, survey.NORTH
    assert [list(line.coords) for line in frame.geometry] == [
        [(east, north), (east, north + 40)],
        [(east, north + 40), (east + 30, north + 40)],
        [(east + 5, north), (east + 5, north + 30)],
    ]
    assert frame["depths_m"].tolist() == ["1.2 1.25", "1.25 1.3", "2.4 2.55"]
    assert frame["diameter_mm"].tolist() == [300.0, 300.0, 400.0]
    assert frame["utility"].tolist() == ["JS", "JS", "WS"]


@pytest.mark.parametrize("title", [False, True])
def test_a_workbook_of_two_sheets_says_the_same_as_two_files(tmp_path, title):
    from_files, from_book = table(survey.as_csv(tmp_path)), table(survey.as_xlsx(tmp_path, title=title))
    assert from_book.frame.drop(columns="geometry").equals(from_files.frame.drop(columns="geometry"))
    assert from_book.frame.geometry.geom_equals_exact(from_files.frame.geometry, 0).all()
    assert (from_book.layer, from_book.kind) == ("线表", "Excel XLSX")


def test_pinyin_names_and_a_points_file_of_any_name(tmp_path):
    head = ["QDDH", "ZDDH", "QDMS", "ZDMS", "QDGC", "ZDGC", "GJ", "CZ", "MSFS"]
    path = survey.as_csv(
        tmp_path, line_head=head, point_head=["WTDH", "X", "Y", "DMGC", "TZ", "FSW"], names=("a.csv", "b.csv")
    )
    assert codes(path) == ["pipes.points_missing"]
    assert table(path, points=tmp_path / "b.csv").frame["material"].tolist() == ["球墨铸铁", "PE", "混凝土"]


def test_columns_of_other_names_can_be_mapped(tmp_path):
    head = ["甲", "乙", *survey.LINE_HEAD[2:6], "丙", *survey.LINE_HEAD[7:]]
    path = survey.as_csv(tmp_path, line_head=head)
    frame = table(path, field_map={"from_point": "甲", "to_point": "乙", "diameter_mm": "丙"}).frame
    assert frame["diameter_mm"].tolist() == [300.0, 300.0, 400.0]


def test_the_file_beside_is_taken_by_its_name_and_told(tmp_path):
    assert "pipes.points_beside" in [note.code for note in table(survey.as_csv(tmp_path)).notes]


def test_no_system_is_guessed(tmp_path):
    (fault,) = faults(survey.as_csv(tmp_path), crs=None)
    assert (fault.code, "--crs" in fault.mend_zh) == ("crs.missing", True)


def test_a_table_of_points_alone_is_no_table_of_pipes(tmp_path):
    survey.as_csv(tmp_path)
    assert codes(tmp_path / "点.csv") == ["pipes.lines_missing"]


def spoiled():
    """Return tables with one fault of each kind, and what each must be called: code, row of the sheet, value."""
    lines, points = survey.rows(survey.LINES), survey.rows(survey.POINTS)
    lines[0][4] = "99.80"  # 100.00 - 1.20 is 98.80
    lines[1][2], lines[1][4] = "-1.25", ""
    lines[2][6] = "0"
    lines += [
        ["JS1", "JS9", "1", "1", "", "", "300", "", ""],
        ["JS3", "JS3", "1", "1", "", "", "300", "", ""],
        ["JS2", "JS1", "1.25", "1.20", "", "", "300", "", ""],
        ["", "WS2", "", "", "", "", "many", "", ""],
        ["JS1", "JS3", "120", "1.3", "", "", "300", "", ""],
    ]
    points += [["WS1", survey.NORTH + 9, survey.EAST, "100.00", "", ""]]
    expected = {
        ("pipes.heights_contradict", 2, "99.80"),
        ("pipes.negative_depth", 3, "-1.25"),
        ("pipes.diameter_zero", 4, "0"),
        ("pipes.point_missing", 5, "JS9"),
        ("pipes.same_ends", 6, "JS3"),
        ("pipes.line_doubled", 7, "JS2"),
        ("pipes.point_blank", 8, ""),
        ("pipes.section_unreadable", 8, "many"),
        ("pipes.depth_large", 9, "120"),
        ("pipes.point_doubled", 7, "3658609, 579300"),
    }
    return lines, points, expected


@pytest.mark.parametrize("written", [survey.as_csv, survey.as_xlsx])
def test_every_contradiction_is_named_at_once(tmp_path, written):
    lines, points, expected = spoiled()
    found = faults(written(tmp_path, lines, points))
    row = {fault.en.split(" of the sheet")[0].removeprefix("row ") for fault in found}
    assert row == {str(number) for _, number, _ in expected}
    told = {(fault.code, int(fault.en.split()[1]), str(fault.value)) for fault in found}
    assert told == expected
    assert all(fault.file and fault.field and fault.mend_zh and fault.mend_en for fault in found)
    assert {fault.file for fault in found if fault.code == "pipes.point_doubled"} <= {"点.csv", "survey.xlsx"}


def test_bad_rows_can_be_left_out_with_all_lines_of_a_bad_point(tmp_path):
    points = survey.rows(survey.POINTS)
    points[1][1] = "north"
    left = table(survey.as_csv(tmp_path, points=points), skip_bad=True)
    assert left.frame["id"].tolist() == ["WS1-WS2"]
    assert [(fault.code, fault.feature, fault.value) for fault in left.skipped] == [
        ("number.unreadable", "JS2", "north")
    ]


def test_lines_above_the_ground_are_left_out_and_told(tmp_path):
    lines = survey.rows(survey.LINES)
    lines[1][2:6] = ["-4", "-4", "", ""]
    lines[1][8] = "架空"
    left = table(survey.as_csv(tmp_path, lines))
    assert left.frame["id"].tolist() == ["JS1-JS2", "WS1-WS2"]
    assert "pipes.above_ground" in [note.code for note in left.notes]


def test_a_depth_that_is_missing_comes_of_the_heights_or_stays_unknown(tmp_path):
    lines = survey.rows(survey.LINES)
    lines[0][2] = ""
    lines[1][2] = lines[1][4] = ""
    left = table(survey.as_csv(tmp_path, lines))
    assert left.frame["depths_m"].iloc[0] == "1.2 1.25"
    assert not isinstance(left.frame["depths_m"].iloc[1], str)
    assert {"pipes.depth_derived", "pipes.no_depth"} <= {note.code for note in left.notes}


def test_a_difference_of_a_diameter_is_explained(tmp_path):
    lines = survey.rows(survey.LINES)
    lines[0][4] = "98.50"  # the invert: 0.30 m below the top
    (fault,) = faults(survey.as_csv(tmp_path, lines))
    assert "diameter" in fault.mend_en


def test_x_and_y_the_wrong_way_round_is_one_fault_with_its_mend(tmp_path):
    points = [[row[0], row[2], row[1], *row[3:]] for row in survey.POINTS]
    path = survey.as_csv(tmp_path, points=points)
    (fault,) = faults(path)
    assert fault.code == "coordinate.axes_swapped"
    assert "--map north=Y --map east=X" in fault.mend_en
    right = table(path, field_map={"north": "Y", "east": "X"}).frame
    assert right.geometry.iloc[0].coords[0] == (survey.EAST, survey.NORTH)


def test_two_pipes_between_two_points_need_ids_of_their_own(tmp_path):
    lines = [["A", *survey.LINES[0]], ["B", *survey.LINES[0]]]
    path = survey.as_csv(tmp_path, lines, line_head=["管线编号", *survey.LINE_HEAD])
    assert table(path).frame["id"].tolist() == ["A", "B"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-200, 200), min_size=3, max_size=3))
def test_the_sum_of_heights_is_held_to_its_tolerance(tmp_path_factory, off):
    """Oracle: integers of millimetres, compared without floating point."""
    folder = tmp_path_factory.getbasetemp()
    lines = survey.rows(survey.LINES)
    heights = (98_800, 98_650, 97_600)
    for line, height, millimetres in zip(lines, heights, off, strict=True):
        line[4] = f"{(height + millimetres) / 1000:.3f}"
    expected = [number for number, millimetres in enumerate(off, start=2) if abs(millimetres) > HEIGHTS_AGREE_M * 1000]
    try:
        table(survey.as_csv(folder, lines))
        told = []
    except BadInputError as error:
        told = [int(fault.en.split()[1]) for fault in error.faults]
    assert told == expected


CELL = st.sampled_from(["", "JS1", "JS2", "1.2", "-3", "0", "nan", "1e999", "x", "300x0", "<b>", "架空", "１２", "'"])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(CELL, min_size=9, max_size=9), max_size=5),
    st.lists(st.lists(CELL, min_size=6, max_size=6), max_size=4),
)
def test_any_tables_are_read_or_refused(tmp_path_factory, lines, points):
    path = survey.as_csv(tmp_path_factory.getbasetemp(), lines, points)
    for skip in (False, True):
        try:
            read_in = table(path, skip_bad=skip)
        except BadInputError:
            continue
        else:
            depths = [
                float(one)
                for text in read_in.frame.get("depths_m", [])
                if isinstance(text, str)
                for one in text.split()
            ]
            assert all(depth >= 0 for depth in depths)


def test_twenty_thousand_lines_are_joined_as_one_by_one(tmp_path):
    count = 20_000
    random = np.random.default_rng(5)
    points = [
        [f"JS{k}", survey.NORTH + random.uniform(0, 5000), survey.EAST + random.uniform(0, 5000), "", "", ""]
        for k in range(count)
    ]
    ends = random.integers(0, count, (count, 2))
    ends = ends[ends[:, 0] < ends[:, 1]]
    ends = np.unique(ends, axis=0)
    lines = [[f"JS{a}", f"JS{b}", "1", "1", "", "", "300", "", ""] for a, b in ends.tolist()]
    frame = table(survey.as_csv(tmp_path, lines, points)).frame
    for (a, b), line in zip(ends.tolist()[::97], frame.geometry.iloc[::97], strict=True):
        assert list(line.coords) == [(points[a][2], points[a][1]), (points[b][2], points[b][1])]
