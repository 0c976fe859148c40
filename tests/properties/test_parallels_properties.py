"""The side-by-side kernel against the definition, and what must not change when the question is put otherwise."""

import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, note, settings
from hypothesis import strategies as st
from shapely import affinity

from geo.parallels import Runs, find_runs
from geo.polylines import Polylines
from tests.benchmarks.city import make_city
from tests.geo.parallels_oracle import angle_between, runs_of_pair, segments_of

NAMES = ("from_a", "to_a", "from_b", "to_b", "gap_min", "gap_mean", "gap_max", "same_direction")
EVERYTHING = {"min_length": 0.0, "bridge": 0.0}


def runs_by_pair(runs: Runs):
    result: dict[tuple[int, int], list[tuple]] = {}
    for row in zip(runs.a, runs.b, *(getattr(runs, name) for name in NAMES), strict=True):
        result.setdefault((int(row[0]), int(row[1])), []).append(tuple(row[2:]))
    return {pair: sorted(rows) for pair, rows in result.items()}


def found(geometries, **options):
    return find_runs(Polylines.from_shapely(geometries), **options)


def same(one, other, within=1e-6):
    """Say whether two dicts of runs by pair agree: ends and gaps to a micron."""
    assert one.keys() == other.keys(), (one, other)
    for pair in one:
        assert len(one[pair]) == len(other[pair]), (pair, one[pair], other[pair])
        rows = [sorted(runs[pair], key=lambda row: [round(float(v), 4) for v in row]) for runs in (one, other)]
        np.testing.assert_allclose(*np.array(rows, float), rtol=0, atol=within, err_msg=str(pair))


# ---- shapes: whole and half metres make identical, touching and exactly distant lines likely
WHOLE = st.tuples(st.integers(-12, 12), st.integers(-8, 8))
HALF = st.tuples(st.integers(-30, 30).map(lambda v: v / 2), st.integers(-12, 12).map(lambda v: v / 2))
ROUGH = st.tuples(st.floats(-15, 15), st.floats(-6, 6)).map(lambda p: (exact(p[0]), exact(p[1])))


def exact(value):
    """Round to a 1024th, which whole metres can be added to without loss."""
    return round(value * 1024) / 1024


@st.composite
def wandering(draw):
    """A line that goes on, mostly eastward, with a bend, a zigzag or a turn back now and then."""
    x, y, heading = draw(st.floats(-10, 10)), draw(st.floats(-2, 2)), 0.0
    points = [(x, y)]
    for _ in range(draw(st.integers(1, 7))):
        heading += math.radians(draw(st.sampled_from([0, 0, 0, 2, -3, 8, -8, 15, -20, 45, -45, 90, -90, 180])))
        step = draw(st.sampled_from([0.001, 0.3, 1, 2, 5, 11, 20]))
        x, y = x + step * math.cos(heading), y + step * math.sin(heading)
        points.append((x, y))
    points = [(exact(x), exact(y)) for x, y in points]
    return points if draw(st.booleans()) else points[::-1]


@st.composite
def shaking(draw):
    """A line of steps of centimetres to and fro: many of its segments are searched for together, whatever their way."""
    x, y = exact(draw(st.floats(-3, 3))), exact(draw(st.floats(-1, 1)))
    steps = draw(st.lists(st.tuples(st.integers(-40, 60), st.integers(-50, 50)), min_size=3, max_size=7))
    points = [(x, y)]
    for east, north in steps:
        points.append((points[-1][0] + east / 1024, points[-1][1] + north / 1024))
    return points


PART = st.one_of(
    st.lists(WHOLE, min_size=2, max_size=6), st.lists(HALF, min_size=2, max_size=5),
    st.lists(ROUGH, min_size=2, max_size=6), wandering(), shaking(),
)  # fmt: skip
LINE = st.one_of(
    PART.map(shapely.LineString),
    PART.map(shapely.LineString),
    st.lists(PART, min_size=1, max_size=3).map(shapely.MultiLineString),
)
OPTIONS = st.fixed_dictionaries(
    {
        "distance": st.sampled_from([0.0, 0.5, 1.0, 3.0]),
        "bearing": st.sampled_from([0.0, 5.0, 15.0, 45.0, 90.0]),
        "min_length": st.sampled_from([0.0, 1.0, 10.0]),
        "bridge": st.sampled_from([0.0, 1.0, 5.0]),
    }
)


@settings(max_examples=600, deadline=None)
@given(LINE, LINE, OPTIONS)
def test_agrees_with_the_definition(one, other, options):
    note((one.wkt, other.wkt, options))
    wanted = runs_of_pair(one, other, **options)
    same(runs_by_pair(found([one, other], **options)), {(0, 1): wanted} if wanted else {})


PAIR_OPTIONS = st.sampled_from(
    [{}, EVERYTHING, {"bearing": 45.0, "min_length": 1.0}, {"distance": 1.0, "bridge": 2.0, "min_length": 0.0}]
)
INVARIANT = settings(max_examples=200, deadline=None)


def coordinates(line):
    return [list(part.coords) for part in getattr(line, "geoms", [line])]


@INVARIANT
@given(LINE, LINE, PAIR_OPTIONS)
def test_exchanging_the_lines_exchanges_the_columns(one, other, options):
    there, back = runs_by_pair(found([one, other], **options)), runs_by_pair(found([other, one], **options))
    same(there, {pair: [(*row[2:4], *row[:2], *row[4:]) for row in rows] for pair, rows in back.items()})


@INVARIANT
@given(LINE, LINE, PAIR_OPTIONS, st.sampled_from([(500_000, 3_550_000), (38_412_345, 4_000_001), (-7, 3)]))
def test_translation_by_whole_metres_changes_nothing(one, other, options, by):
    moved = [affinity.translate(line, *by) for line in (one, other)]
    same(runs_by_pair(found([one, other], **options)), runs_by_pair(found(moved, **options)))


@INVARIANT
@given(LINE, LINE, PAIR_OPTIONS, st.sampled_from([90, 180, 30, 1e-7, 77.7, 263]))
def test_rotation_changes_nothing(one, other, options, degrees):
    turned = [affinity.rotate(line, degrees, origin=(0, 0)) for line in (one, other)]
    same(runs_by_pair(found([one, other], **options)), runs_by_pair(found(turned, **options)))


@INVARIANT
@given(LINE, LINE, st.sampled_from([4.0, 0.5, 1000.0]))
def test_everything_grows_with_the_scale(one, other, factor):
    larger = [affinity.scale(line, factor, factor, origin=(0, 0)) for line in (one, other)]
    limits = {"distance": 3.0, "min_length": 1.0, "bridge": 2.0}
    before = runs_by_pair(found([one, other], **limits))
    after = runs_by_pair(found(larger, **{name: value * factor for name, value in limits.items()}))
    same({p: [(*(v * factor for v in row[:7]), row[7]) for row in rows] for p, rows in before.items()}, after)


@INVARIANT
@given(LINE, LINE, PAIR_OPTIONS, st.data())
def test_splitting_segments_changes_nothing(one, other, options, data):
    def split(line):
        parts = []
        for part in coordinates(line):
            points = [part[0]]
            for start, end in pairwise(part):
                share = data.draw(st.sampled_from([0, 0.5, 0.125, 1 / 3, 1]))
                points += [tuple(p + share * (q - p) for p, q in zip(start, end, strict=True)), end]
            parts.append(points)
        return shapely.MultiLineString(parts)

    same(runs_by_pair(found([one, other], **options)), runs_by_pair(found([split(one), split(other)], **options)))


@INVARIANT
@given(PART, LINE, st.sampled_from([0.0, 1.0, 3.0]), st.sampled_from([5.0, 15.0, 45.0]))
def test_reversing_a_line_changes_chainage_and_direction_only(points, other, distance, bearing):
    options = {"distance": distance, "bearing": bearing, **EVERYTHING}
    line = shapely.LineString(points)
    there, back = (runs_by_pair(found([g, other], **options)) for g in (line, line.reverse()))
    mirrored = {p: [(line.length - r[1], line.length - r[0], *r[2:7]) for r in rows] for p, rows in back.items()}
    same({pair: [row[:7] for row in rows] for pair, rows in there.items()}, mirrored)
    for pair, rows in there.items():  # a run that goes as far there as back counts as of the same direction
        assert sum(not row[7] for row in rows) <= sum(row[7] for row in back[pair])


@INVARIANT
@given(LINE, LINE, st.floats(0, 3), st.floats(0, 3), st.sampled_from([5.0, 15.0, 90.0]))
def test_what_is_beside_stays_beside_at_a_greater_distance(one, other, distance, more, bearing):
    near = found([one, other], distance=distance, bearing=bearing, **EVERYTHING)
    far = found([one, other], distance=distance + more, bearing=bearing, **EVERYTHING)
    for run in runs_by_pair(near).get((0, 1), []):
        around = [w for w in runs_by_pair(far).get((0, 1), []) if contains(w, run)]
        assert around, (run, far)


def contains(outer, inner):
    return (
        outer[0] <= inner[0] + 1e-6 and inner[1] <= outer[1] + 1e-6
        and outer[2] <= inner[2] + 1e-6 and inner[3] <= outer[3] + 1e-6
    )  # fmt: skip


@INVARIANT
@given(LINE, LINE, st.floats(0, 4), st.sampled_from([5.0, 15.0, 60.0]), st.floats(0, 1))
def test_sampled_places_satisfy_the_definition_inside_a_run_and_fail_it_outside(one, other, distance, bearing, start):
    runs = runs_by_pair(found([one, other], distance=distance, bearing=bearing, **EVERYTHING)).get((0, 1), [])
    of_other = segments_of(other)
    for segment in segments_of(one):
        companions = [s for s in of_other if angle_between(segment, s) <= bearing]
        for k in range(7):
            along = (k + start) / 7 * segment.length
            at, place = segment.chainage + along, segment.at(along)
            if any(min(abs(at - run[0]), abs(at - run[1])) < 1e-3 for run in runs):
                continue
            inside = any(run[0] < at < run[1] for run in runs)
            if inside and 1e-6 < along < segment.length - 1e-6:
                assert any(shapely.distance(s.shape, shapely.Point(place)) <= distance + 1e-6 for s in companions)
            if not inside:
                assert not any(beside_with_feet(segment, along, s, distance - 1e-6) for s in companions)


def beside_with_feet(segment, along, other, distance):
    """Say whether the place's foot lies on ``other`` and that foot's own foot on ``segment``, clear of the ends."""
    x, y = other.frame(segment.at(along))
    back, _ = segment.frame(other.at(x))
    return 1e-3 < x < other.length - 1e-3 and abs(y) <= distance and 1e-3 < back < segment.length - 1e-3


@INVARIANT
@given(st.lists(LINE, min_size=2, max_size=6), PAIR_OPTIONS, st.randoms())
def test_order_of_rows_changes_nothing(geometries, options, random):
    order = list(range(len(geometries)))
    random.shuffle(order)
    before = runs_by_pair(found(geometries, **options))
    after = {}
    for (a, b), rows in runs_by_pair(found([geometries[i] for i in order], **options)).items():
        a, b = order[a], order[b]  # noqa: PLW2901
        after[min(a, b), max(a, b)] = rows if a < b else [(*row[2:4], *row[:2], *row[4:]) for row in rows]
    same(before, after)


@INVARIANT
@given(st.lists(LINE, min_size=1, max_size=5), PAIR_OPTIONS)
def test_a_pair_does_not_feel_the_other_lines(geometries, options):
    together = runs_by_pair(found(geometries, **options))
    for (a, b), rows in together.items():
        alone = runs_by_pair(found([geometries[a], geometries[b]], **options))
        assert alone == {(0, 1): rows}  # to the last bit
    lengths = Polylines.from_shapely(geometries).lengths()
    for (a, b), rows in together.items():
        for row in rows:
            assert -1e-9 <= row[0] < row[1] <= lengths[a] + 1e-9
            assert -1e-9 <= row[2] < row[3] <= lengths[b] + 1e-9
            assert 0 <= row[4] <= row[5] <= row[6] <= 3 + 1e-9


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_threads_change_nothing(city, workers):
    lines, group = city
    wanted = find_runs(lines, group=group, workers=1)
    runs = find_runs(lines, group=group, workers=workers)
    assert len(runs) > 1000
    for name in ("a", "b", *NAMES):
        np.testing.assert_array_equal(getattr(runs, name), getattr(wanted, name))


@pytest.fixture(scope="module")
def city():
    made = make_city(6000, seed=7)
    return made.lines, made.utility
