"""Close stretches and meeting places against their definitions, and what must not change when asked otherwise."""

import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, note, settings
from hypothesis import strategies as st
from shapely import affinity

from geo.clearances import find_close, find_close_and_crossings, find_line_crossings
from geo.polylines import Polylines
from tests.benchmarks.city import make_city
from tests.geo.clearances_oracle import meetings_of_pair, stretches_of_pair
from tests.geo.parallels_oracle import segments_of
from tests.properties.test_parallels_properties import HALF, LINE, PART, WHOLE, coordinates

NAMES = ("from_a", "to_a", "from_b", "to_b", "gap", "crosses", "ends", "parallel_m")
PLACES = ("at_a", "at_b", "xa", "ya", "xb", "yb")
TOUCH = 1e-7


def found(geometries, need=1.0, radius=0.25, bearing=15.0, **options):
    lines = Polylines.from_shapely(geometries)
    return find_close(lines, radius_a=radius, class_a=0, need=[[need]], bearing=bearing, **options)


def by_pair(close):
    result = {}
    for row in zip(close.a, close.b, *(getattr(close, name) for name in NAMES), strict=True):
        result.setdefault((int(row[0]), int(row[1])), []).append(tuple(float(v) for v in row[2:]))
    return {pair: sorted(rows) for pair, rows in result.items()}


def same(one, other, within=2e-6):
    """Say whether two dicts of stretches by pair agree to two microns.

    A capsule that is only just entered is entered over a length that goes with the root of how far: asked in 1e-9 of
    coordinates that is 5e-5 m.
    """
    assert one.keys() == other.keys(), (one, other)
    for pair in one:
        assert len(one[pair]) == len(other[pair]), (pair, one[pair], other[pair])
        rows = [np.array(sorted(some[pair], key=lambda row: [round(v, 3) for v in row])) for some in (one, other)]
        np.testing.assert_allclose(*rows, rtol=0, atol=within, err_msg=str(pair))


QUESTION = st.fixed_dictionaries(
    {
        "need": st.sampled_from([0.0, 0.5, 1.0, 1.7, 3.0]),
        "radius": st.sampled_from([0.0, 0.25, 0.6]),
        "bearing": st.sampled_from([0.0, 15.0, 45.0, 90.0]),
    }
)
INVARIANT = settings(max_examples=150, deadline=None)


@settings(max_examples=400, deadline=None)
@given(LINE, LINE, QUESTION)
def test_agrees_with_the_definition(one, other, question):
    note((one.wkt, other.wkt, question))
    radii = 2 * question["radius"]
    d = question["need"] + radii - TOUCH
    wanted = [] if d <= 0 else stretches_of_pair(one, other, d, question["bearing"])
    wanted = [(*row[:4], row[4] - radii, *map(float, row[5:])) for row in wanted]
    same(by_pair(found([one, other], **question)), {(0, 1): wanted} if wanted else {})


@INVARIANT
@given(LINE, LINE, QUESTION)
def test_the_least_gap_is_between_the_places_it_names(one, other, question):
    lines = Polylines.from_shapely([one, other])
    close = found([one, other], **question)
    np.testing.assert_allclose(
        np.hypot(close.xa - close.xb, close.ya - close.yb), close.gap + 2 * question["radius"], atol=1e-9
    )
    for line, at, x, y in ((0, close.at_a, close.xa, close.ya), (1, close.at_b, close.xb, close.yb)):
        if shapely.get_num_geometries([one, other][line]) == 1:
            np.testing.assert_allclose(
                np.array(lines.points_at(np.full(len(at), line), at)), np.array([x, y]), atol=1e-9
            )
    assert (close.from_a - 1e-9 <= close.at_a).all()
    assert (close.at_a <= close.to_a + 1e-9).all()
    assert (close.from_b - 1e-9 <= close.at_b).all()
    assert (close.at_b <= close.to_b + 1e-9).all()
    if len(close):
        assert close.gap.min() + 2 * question["radius"] == pytest.approx(shapely.distance(one, other), abs=1e-9)


@INVARIANT
@given(LINE, LINE, QUESTION, st.floats(0, 1))
def test_sampled_places_are_near_inside_and_far_outside(one, other, question, start):
    """Each place of a within a stretch near no end of it has some place of b nearer than the limit, no other has."""
    d = question["need"] + 2 * question["radius"]
    lines, close = Polylines.from_shapely([one, other]), found([one, other], **question)
    if not lines.lengths().all():
        assert len(close) == 0  # all vertices in one place make no line
        return
    at = (np.arange(60) + start) / 60 * lines.lengths()[0]
    at = at[
        [all(min(abs(v - f), abs(v - t)) > 1e-3 for f, t in zip(close.from_a, close.to_a, strict=True)) for v in at]
    ]
    inside = ((at[:, None] > close.from_a) & (at[:, None] < close.to_a)).any(axis=1)
    near = shapely.distance(shapely.points(*lines.points_at(np.zeros(len(at), int), at)), other)
    assert (near[~inside] >= d - 1e-6).all()
    assert all(
        any(f - 1e-6 <= v <= t + 1e-6 for f, t in zip(close.from_a, close.to_a, strict=True))
        for v in at[near < d - 1e-6]
    )
    if len(coordinates(one)) == 1 and len(coordinates(one)[0]) == 2:
        # along one segment; at a bend a stretch can pass places that are near nothing, with b going round them
        straight = find_near_parts(one, other, d)
        assert all(any(f - 1e-6 <= v <= t + 1e-6 for f, t in straight) for v in at[inside])


def find_near_parts(segment, other, d):
    """Return the parts of a straight line within ``d`` of each segment of ``other``."""
    return [r[:2] for s in segments_of(other) for r in stretches_of_pair(segment, s.shape, d, 90.0)]


@INVARIANT
@given(LINE, LINE, QUESTION)
def test_exchanging_the_lines_exchanges_the_columns(one, other, question):
    there, back = (by_pair(found(pair, **question)) for pair in ([one, other], [other, one]))
    swapped = {p: [(*r[2:4], *r[:2], *r[4:7]) for r in rows] for p, rows in back.items()}
    same({p: [r[:7] for r in rows] for p, rows in there.items()}, swapped)


@INVARIANT
@given(LINE, LINE, QUESTION, st.sampled_from([(500_000, 3_550_000), (38_412_345, 4_000_001), (-7, 3)]))
def test_translation_by_whole_metres_changes_nothing(one, other, question, by):
    moved = [affinity.translate(line, *by) for line in (one, other)]
    same(by_pair(found([one, other], **question)), by_pair(found(moved, **question)), within=1e-5)


@INVARIANT
@given(LINE, LINE, QUESTION, st.sampled_from([90, 180, 30, 1e-7, 77.7, 263]))
def test_rotation_changes_nothing(one, other, question, degrees):
    turned = [affinity.rotate(line, degrees, origin=(0, 0)) for line in (one, other)]
    question["bearing"] += 1e-3 if question["bearing"] < 90 else 0  # not on the edge of it
    same(by_pair(found([one, other], **question)), by_pair(found(turned, **question)), within=1e-5)


@INVARIANT
@given(LINE, LINE, QUESTION, st.data())
def test_splitting_segments_changes_nothing(one, other, question, data):
    question["bearing"] += 1e-3

    def split(line):
        parts = []
        for part in coordinates(line):
            points = [part[0]]
            for start, end in pairwise(part):
                share = data.draw(st.sampled_from([0, 0.5, 0.125, 1 / 3, 1]))
                points += [tuple(p + share * (q - p) for p, q in zip(start, end, strict=True)), end]
            parts.append(points)
        return shapely.MultiLineString(parts)

    same(by_pair(found([one, other], **question)), by_pair(found([split(one), split(other)], **question)), within=1e-5)


@INVARIANT
@given(PART, LINE, QUESTION)
def test_reversing_a_line_changes_its_chainage_only(points, other, question):
    line = shapely.LineString(points)
    there, back = (by_pair(found([g, other], **question)) for g in (line, line.reverse()))
    same(there, {p: [(line.length - r[1], line.length - r[0], *r[2:]) for r in rows] for p, rows in back.items()})


@INVARIANT
@given(LINE, LINE, QUESTION, st.floats(0, 3))
def test_what_is_close_stays_close_where_more_is_needed(one, other, question, more):
    near = by_pair(found([one, other], **question)).get((0, 1), [])
    question["need"] += more
    far = by_pair(found([one, other], **question)).get((0, 1), [])
    for r in near:
        assert any(
            w[0] <= r[0] + 1e-6 and r[1] <= w[1] + 1e-6 and w[2] <= r[2] + 1e-6 and r[3] <= w[3] + 1e-6
            and w[4] <= r[4] + 1e-9 and w[5] >= r[5] and w[6] >= r[6] and w[7] >= r[7] - 1e-6
            for w in far
        )  # fmt: skip


@INVARIANT
@given(st.lists(LINE, min_size=2, max_size=6), st.randoms(), st.data())
def test_order_of_rows_changes_nothing_and_a_pair_feels_no_other(geometries, random, data):
    n = len(geometries)
    radius = np.array(data.draw(st.lists(st.sampled_from([0.0, 0.1, 0.5]), min_size=n, max_size=n)))
    classes = np.array(data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    need = np.array([[0.5, 1.0, math.nan], [1.0, 2.0, 0.0], [math.nan, 0.0, 0.7]])

    def close(rows, **options):
        lines = Polylines.from_shapely([geometries[row] for row in rows])
        return by_pair(find_close(lines, radius_a=radius[rows], class_a=classes[rows], need=need, **options))

    whole = close(list(range(n)))
    for a, b in whole:
        assert need[classes[a], classes[b]] >= 0
        assert close([a, b]) == {(0, 1): whole[a, b]}  # to the last bit
    order = list(range(n))
    random.shuffle(order)
    after = {}
    for (i, j), rows in close(order).items():
        a, b = order[i], order[j]
        exchanged = [(*r[2:4], *r[:2], *r[4:7]) for r in rows]
        after[min(a, b), max(a, b)] = [r[:7] for r in rows] if a < b else exchanged
    same({pair: [r[:7] for r in rows] for pair, rows in whole.items()}, after)
    kept, drawn = Polylines.from_shapely(geometries[1:]), Polylines.from_shapely(geometries[:1])
    across = find_close(
        drawn, kept, radius_a=radius[:1], radius_b=radius[1:], class_a=classes[:1], class_b=classes[1:], need=need
    )
    assert by_pair(across) == {(0, b - 1): rows for (a, b), rows in whole.items() if a == 0}


MEETING = ("a", "b", "at_a", "at_b", "x", "y", "angle_deg", "touch", "overlap")


@INVARIANT
@given(st.lists(LINE, min_size=2, max_size=6), st.data())
def test_lines_laid_out_once_are_found_as_if_laid_out_twice(geometries, data):
    n = len(geometries)
    radius = np.array(data.draw(st.lists(st.sampled_from([0.0, 0.1, 0.5]), min_size=n, max_size=n)))
    classes = np.array(data.draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    group = np.array(data.draw(st.lists(st.integers(-1, 1), min_size=n, max_size=n)))
    need = np.array([[0.0, 1.0], [1.0, math.nan]])
    first, rest = Polylines.from_shapely(geometries[:1]), Polylines.from_shapely(geometries[1:])
    lines = Polylines.from_shapely(geometries)
    batch = {"radius_a": radius, "class_a": classes, "group_a": group}
    each = {f"{name[:-1]}{side}": values[rows] for side, rows in (("a", slice(1)), ("b", slice(1, None)))
            for name, values in batch.items()}  # fmt: skip
    for given_lines, options in (((lines, None), batch), ((first, rest), each)):
        close, crossings = find_close_and_crossings(*given_lines, need=need, **options)
        apart = find_close(*given_lines, need=need, **options)
        groups = {name: values for name, values in options.items() if name.startswith("group")}
        meeting = find_line_crossings(*given_lines, **groups)
        for got, wanted, names in ((close, apart, ("a", "b", *NAMES, *PLACES)), (crossings, meeting, MEETING)):
            for name in names:
                np.testing.assert_array_equal(getattr(got, name), getattr(wanted, name), err_msg=name)


@pytest.mark.parametrize("workers", [2, 3])
def test_threads_change_nothing(workers):
    city = make_city(4000, seed=7)
    need = np.full((6, 6), 1.2)
    one, several = (
        find_close(city.lines, radius_a=0.2, class_a=city.utility, need=need, workers=n) for n in (1, workers)
    )
    assert len(one) > 1000
    for name in ("a", "b", *NAMES, *PLACES):
        np.testing.assert_array_equal(getattr(one, name), getattr(several, name))


# ---- meeting places
GRID_LINE = st.one_of(
    st.lists(WHOLE, min_size=2, max_size=7).map(shapely.LineString),
    st.lists(HALF, min_size=2, max_size=5).map(shapely.LineString),
    st.lists(st.lists(WHOLE, min_size=2, max_size=4), min_size=1, max_size=3).map(shapely.MultiLineString),
)
SMALL = st.tuples(st.integers(0, 4), st.integers(0, 3))
CROWDED = st.lists(SMALL, min_size=2, max_size=7).map(shapely.LineString)


def meetings(geometries):
    got = find_line_crossings(Polylines.from_shapely(geometries))
    return list(zip(got.at_a, got.x, got.y, got.angle_deg, got.touch, got.overlap, strict=True))


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.tuples(GRID_LINE, GRID_LINE), st.tuples(CROWDED, CROWDED)))
def test_meeting_places_are_those_of_rational_arithmetic(pair):
    got, wanted = meetings(pair), meetings_of_pair(*pair)
    assert len(got) == len(wanted)
    rows = [np.array(sorted([round(float(v), 5) for v in row] for row in some)) for some in (got, wanted)]
    if got:
        np.testing.assert_allclose(*rows, atol=3e-5)


@INVARIANT
@given(st.tuples(CROWDED, CROWDED), st.sampled_from([(38_412_345, 4_000_001), (500_000, 3_550_000)]),
       st.sampled_from([0, 30, 77.7, 199]))  # fmt: skip
def test_meeting_places_are_the_same_wherever_and_whichever_way(pair, by, degrees):
    def moved(line):
        return affinity.translate(affinity.rotate(line, degrees, origin=(0, 0)), *by)

    there, here = find_line_crossings(lines_of(map(moved, pair))), find_line_crossings(lines_of(pair))
    back = find_line_crossings(lines_of(reversed(pair)))
    assert len(there) == len(here) == len(back)
    assert sorted(back.touch) == sorted(here.touch)
    assert sorted(back.overlap) == sorted(here.overlap)
    rows = [sorted((round(at, 5), round(angle, 3), touch, overlap) for at, angle, touch, overlap in
                   zip(found.at_a, found.angle_deg, found.touch, found.overlap, strict=True))
            for found in (there, here)]  # fmt: skip
    np.testing.assert_allclose(*(np.array(some, float).reshape(-1, 4) for some in rows), atol=2e-3)
    plain = ~here.overlap
    np.testing.assert_allclose(np.sort(back.at_b[~back.overlap]), np.sort(here.at_a[plain]), atol=1e-6)


def lines_of(geometries):
    return Polylines.from_shapely(list(geometries))
