import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.faults import BadInputError
from geo.polylines import Polylines

LINES = [
    shapely.LineString([(0, 0), (3, 4), (3, 10)]),
    None,
    shapely.MultiLineString([[(0, 0), (10, 0)], [(20, 0), (20, 0), (30, 0)]]),
    shapely.LineString(),
    shapely.LineString([(5, 5, 100), (5, 15, 200)]),
]


def test_lengths_ignore_gaps_heights_and_empty_lines():
    assert Polylines.from_shapely(LINES).lengths().tolist() == [11, 0, 20, 0, 10]


def test_segments_keep_one_chainage_and_drop_repeated_vertices():
    s = Polylines.from_shapely(LINES).segments()
    assert s.line.tolist() == [0, 0, 2, 2, 4]
    assert s.chainage.tolist() == [0, 5, 0, 10, 0]
    assert s.linked.tolist() == [False, True, False, False, False]
    assert s.starts.tolist() == [0, 2, 2, 4, 4, 5]
    np.testing.assert_allclose(s.ux, [0.6, 0, 1, 1, 0])
    np.testing.assert_allclose(s.uy, [0.8, 1, 0, 0, 1])


def test_a_repeated_vertex_does_not_unlink_what_follows():
    s = Polylines.from_shapely([shapely.LineString([(0, 0), (1, 0), (1, 0), (2, 0)])]).segments()
    assert s.linked.tolist() == [False, True]
    assert s.chainage.tolist() == [0, 1]


def test_points_at_clamps_and_takes_the_earlier_part_at_a_gap():
    x, y = Polylines.from_shapely(LINES).points_at([0, 0, 2, 2, 1, 0, 0], [5, 99, 10, 10.5, 1, -3, np.nan])
    np.testing.assert_allclose(x, [3, 3, 10, 20.5, np.nan, 0, np.nan])
    np.testing.assert_allclose(y, [4, 10, 0, 0, np.nan, 0, np.nan])


def test_cut_pieces():
    pieces = Polylines.from_shapely(LINES).cut([2, 2, 0, 1, 0], [5, 12, -1, 0, 3], [15, 14, 99, 5, 3])
    assert [piece.wkt for piece in pieces] == [
        "MULTILINESTRING ((5 0, 10 0), (20 0, 25 0))",
        "LINESTRING (22 0, 24 0)",
        "LINESTRING (0 0, 3 4, 3 10)",
        "LINESTRING EMPTY",
        "LINESTRING EMPTY",
    ]


def test_take_repeats_reorders_and_masks():
    lines = Polylines.from_shapely(LINES)
    assert [g.wkt for g in lines.take([4, 2, 1, 2]).to_shapely()] == [
        "LINESTRING (5 5, 5 15)",
        "MULTILINESTRING ((0 0, 10 0), (20 0, 20 0, 30 0))",
        "LINESTRING EMPTY",
        "MULTILINESTRING ((0 0, 10 0), (20 0, 20 0, 30 0))",
    ]
    assert lines.take([True, False, False, False, False]).lengths().tolist() == [11]
    assert lines.take([]).n_lines == 0


def test_concatenate_is_the_inverse_of_take():
    lines = Polylines.from_shapely(LINES)
    again = Polylines.concatenate([lines.take([0, 1]), lines.take([2]), lines.take([]), lines.take([3, 4])])
    assert again.n_lines == 5
    for name in ("x", "y", "part_starts", "part_line"):
        np.testing.assert_array_equal(getattr(again, name), getattr(lines, name))
    assert Polylines.concatenate([]).n_lines == 0


def test_nothing_at_all():
    lines = Polylines.from_shapely([])
    assert lines.n_lines == 0
    assert len(lines.segments()) == 0
    assert lines.to_shapely().shape == (0,)
    assert lines.cut([], [], []).shape == (0,)


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")  # shapely's, while the bad line is made
def test_every_bad_coordinate_is_named():
    bad = [
        shapely.LineString([(0, 0), (np.nan, 4), (3, 10)]),
        LINES[0],
        shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, np.inf)]]),
    ]
    with pytest.raises(BadInputError) as caught:
        Polylines.from_shapely(bad)
    assert [(f.feature, f.vertex, f.code) for f in caught.value.faults] == [
        (0, 1, "coordinate.not_finite"),
        (2, 3, "coordinate.not_finite"),
    ]


def test_what_is_not_a_line_is_refused():
    with pytest.raises(BadInputError) as caught:
        Polylines.from_shapely([shapely.Point(1, 1), LINES[0], shapely.box(0, 0, 1, 1)])
    assert [f.feature for f in caught.value.faults] == [0, 2]


def test_arrays_of_one_vertex_are_refused_and_bad_layouts_are_mistakes():
    with pytest.raises(BadInputError, match="one point"):
        Polylines.from_arrays([0.0], [0.0], [0, 1], [0], 1)
    for starts, owner in (([0, 3], [0]), ([0, 2], [1]), ([0, 2], [0, 0]), ([0, 1, 2], [1, 0])):
        with pytest.raises(ValueError, match=r"part_|differ"):
            Polylines.from_arrays([0.0, 1.0], [0.0, 0.0], starts, owner, 1)


def test_read_only_arrays_are_taken():
    xy = np.array([[0.0, 0.0], [3.0, 4.0]])
    xy.flags.writeable = False
    assert Polylines.from_arrays(xy[:, 0], xy[:, 1], [0, 2], [0], 1).lengths().tolist() == [5]


COORDINATE = st.integers(-40, 40).map(lambda v: v / 4)
PART = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=2, max_size=6)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(PART, max_size=3), max_size=4), st.floats(0, 1), st.floats(0, 1))
def test_agrees_with_shapely(rows, start, end):
    geometries = [shapely.MultiLineString(parts) for parts in rows]
    lines = Polylines.from_shapely(geometries)
    np.testing.assert_allclose(lines.lengths(), [g.length for g in geometries], rtol=1e-12)
    start, end = min(start, end), max(start, end)
    all_lines = np.arange(lines.n_lines)
    pieces = lines.cut(all_lines, start * lines.lengths(), end * lines.lengths())
    np.testing.assert_allclose([g.length for g in pieces], (end - start) * lines.lengths(), atol=1e-9)
    x, y = lines.points_at(all_lines, start * lines.lengths())
    for row, geometry in enumerate(geometries):
        if geometry.length:
            assert shapely.distance(geometry, shapely.Point(x[row], y[row])) < 1e-9


def test_segments_are_made_once_and_belong_to_their_lines_alone():
    lines = Polylines.from_shapely(
        [shapely.LineString([(0, 0), (3, 4)]), shapely.LineString([(9, 9), (9, 10), (9, 14)])]
    )
    whole = lines.segments()
    assert lines.segments() is whole
    assert lines.take([1]).segments().length.tolist() == [1, 4]
    assert whole.length.tolist() == [5, 1, 4]
