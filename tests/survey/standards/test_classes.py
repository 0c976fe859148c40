"""Classes give for every pair of lines what the look-up gives for the lines themselves."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.faults import BadInputError
from survey.standards import Classes, cover, crossing_rank, horizontal, red_line_rank, vertical
from survey.standards.classes import reduced_to_class
from survey.subjects import Buried


def some(*values):
    return st.sampled_from([None, *values])


lines = st.builds(
    Buried,
    st.sampled_from(["water", "drainage", "power", "gas", "heat", "telecom", "broadcast"]),
    some("雨水", "污水", "中水", "蒸汽", "输水", "路灯"),
    some(32.0, 200.0, 200.1, 300.0, 300.1, 900.0, 0.0), some(0.005, 0.01, 0.2, 0.21, 0.4, 0.8, 1.6, 1.61, 5.0),
    some(0.4, 34.99, 35.0, 220.0), some("direct", "duct", "trench"), some("钢管", "PE", "PVC", "砼"),
)  # fmt: skip
editions = st.sampled_from(["GB 50028", "GB 55009"])


def same(matrix, cell):
    return math.isnan(matrix) if cell is None or cell.outside else matrix == cell.value


@settings(max_examples=60, deadline=None)
@given(st.lists(lines, min_size=1, max_size=8), editions)
def test_entries_are_those_of_the_lines_themselves(drawn, edition):
    code, few = Classes.of(drawn, edition=edition)
    flat, deep, shielded = few.horizontal(), few.vertical(), few.vertical(barrier=True)
    tree, street = few.to_object("tree"), few.cover("carriageway")
    outside = few.outside()
    for i, a in enumerate(drawn):
        assert same(tree[code[i]], horizontal(a, "tree", edition=edition))
        assert same(street[code[i]], cover(a, "carriageway"))
        stands_for_it = few.classes[code[i]]
        assert crossing_rank(stands_for_it) == crossing_rank(a)
        assert red_line_rank(stands_for_it) == red_line_rank(a)
        for j, b in enumerate(drawn):
            cell = horizontal(a, b, edition=edition)
            assert same(flat[code[i], code[j]], cell)
            assert (cell is not None and cell.outside) == (outside[code[i]] or outside[code[j]])
            kept = few.cell(code[i], code[j])
            assert (kept and (kept.clause, kept.row, kept.column)) == (cell and (cell.clause, cell.row, cell.column))
            assert same(deep[code[i], code[j]], vertical(a, b))
            assert same(shielded[code[i], code[j]], vertical(a, b, barrier=True))


@settings(max_examples=60, deadline=None)
@given(st.lists(lines, max_size=12), editions)
def test_columns_give_the_same_as_lines(drawn, edition):
    frame = pd.DataFrame(
        [[getattr(line, name) for name in Buried.__slots__] for line in drawn],
        columns=list(Buried.__slots__), dtype=object,
    )  # fmt: skip
    code, few = Classes.of_columns(
        frame["utility"], subtype=frame["subtype"], diameter_mm=frame["diameter_mm"].astype(float),
        pressure_mpa=frame["pressure_mpa"].astype("Float64"), voltage_kv=frame["voltage_kv"],
        laying=frame["laying"], material=frame["material"], edition=edition,
    )  # fmt: skip
    one_by_one, those = Classes.of(drawn, edition=edition)
    assert few == those
    assert code.tolist() == one_by_one.tolist()


@given(lines, editions)
def test_reducing_twice_changes_nothing(line, edition):
    once = reduced_to_class(line, edition)
    assert reduced_to_class(once, edition) == once


def test_the_order_of_rows_does_not_number_the_classes():
    words = ["给水", "gas", "通信", "broadcast", "雨水"]
    code, few = Classes.of_columns(words)
    turned, again = Classes.of_columns(words[::-1])
    assert few == again
    assert code.tolist() == turned.tolist()[::-1]
    assert len(few.classes) == 4


def test_words_of_files_are_understood_and_unknown_utilities_named_once():
    code, few = Classes.of_columns(
        np.array(["给水", "污水"], dtype=object), subtype=["中水", None], laying=["管沟", "直埋"], material=["PE", 3]
    )
    assert few.classes[code[0]] == Buried("water", "reclaimed", laying="trench")
    assert few.classes[code[1]] == Buried("drainage", laying="direct")
    with pytest.raises(BadInputError) as error:
        Classes.of_columns(["water", "oil", "oil", None])
    assert [fault.code for fault in error.value.faults] == ["utility.unknown", "utility.missing"]


def test_nothing_gives_nothing():
    code, few = Classes.of_columns([])
    assert code.shape == (0,)
    assert few.horizontal().shape == few.vertical().shape == (0, 0)
    assert few.outside().shape == few.to_object("tree").shape == (0,)


def test_a_column_of_many_distinct_words_does_not_overflow():
    words = [f"subtype {number}" for number in range(30_000)]
    code, few = Classes.of_columns(["gas"] * 30_000, subtype=words, laying=words, material=words)
    assert len(few.classes) == 1
    assert not code.any()
