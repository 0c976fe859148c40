"""One line against many that are kept ready, and edits of what is kept."""

import threading

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.parallels import ResidentLines, find_runs
from geo.polylines import Polylines
from tests.benchmarks.city import make_city

NAMES = ("from_a", "to_a", "from_b", "to_b", "gap_min", "gap_mean", "gap_max", "same_direction")


def rows(runs, a=None, b=None):
    """Return the runs as a sorted list of tuples, with the numbers of lines mapped; (a, b) exchanged to a < b."""
    result = []
    for row in zip(runs.a, runs.b, *(getattr(runs, name) for name in NAMES), strict=True):
        one, other = (int(row[0]) if a is None else a[row[0]]), (int(row[1]) if b is None else b[row[1]])
        numbers = [round(float(v), 6) for v in row[2:]]
        if one > other:
            one, other, numbers = other, one, [*numbers[2:4], *numbers[:2], *numbers[4:]]
        result.append((one, other, *numbers))
    return np.array(sorted(result)).reshape(-1, 10)


COORDINATE = st.tuples(st.integers(0, 30), st.integers(0, 6))
LINES = st.lists(st.lists(COORDINATE, min_size=2, max_size=4).map(shapely.LineString), min_size=1, max_size=8)


@settings(max_examples=150, deadline=None)
@given(LINES, LINES)
def test_parts_and_what_runs_between_them_are_the_whole(some, others):
    """Union over a partition plus the cross terms."""
    options = {"min_length": 1.0}
    first, second = Polylines.from_shapely(some), Polylines.from_shapely(others)
    there = np.arange(second.n_lines) + first.n_lines
    whole = rows(find_runs(Polylines.concatenate([first, second]), **options))
    inside = [rows(find_runs(first, **options)), rows(find_runs(second, **options), there, there)]
    across = rows(ResidentLines(second, **options).runs_of(first), None, there)
    pieces = np.array(sorted(map(tuple, np.concatenate([*inside, across]))))
    np.testing.assert_allclose(pieces.reshape(-1, 10), whole, atol=2e-6)


def test_a_thousand_random_edits_equal_a_full_recomputation():
    city, spare = make_city(700, seed=3), make_city(1000, seed=4)
    resident = ResidentLines(city.lines, city.utility)
    kept = {slot: (city.lines.take([slot]), int(city.utility[slot])) for slot in range(700)}
    random = np.random.default_rng(5)
    for edit in range(1000):
        line, group = spare.lines.take([edit]), int(spare.utility[edit])
        kind = random.integers(0, 10)
        slot = int(random.choice(list(kept)))
        if kind < 6:
            resident.replace(slot, line, group)
            kept[slot] = (line, group)
        elif kind < 8:
            resident.remove(slot)
            del kept[slot]
        else:
            kept[resident.add(line, group)] = (line, group)
    assert len(resident) == len(kept)
    assert resident.n_slots > max(700, *kept)
    slots = np.array(sorted(kept))
    lines = Polylines.concatenate([kept[slot][0] for slot in slots])
    group = np.array([kept[slot][1] for slot in slots])
    wanted = find_runs(lines, group=group)
    assert len(wanted) > 300
    both_ways = resident.runs_of(lines, group)
    once = both_ways.take(slots[both_ways.a] < both_ways.b)
    np.testing.assert_allclose(rows(once, slots), rows(wanted, slots, slots), atol=2e-6)
    fresh = ResidentLines(lines, group).runs_of(lines, group)
    np.testing.assert_array_equal(both_ways.b, slots[fresh.b])
    resident.wait()
    gathered = resident.runs_of(lines, group)
    for name in NAMES:  # to the last bit, wherever a line is kept
        np.testing.assert_array_equal(getattr(gathered, name), getattr(fresh, name))
        np.testing.assert_array_equal(getattr(both_ways, name), getattr(fresh, name))


def test_edits_while_edits_are_gathered_are_not_lost():
    lines = Polylines.from_shapely([shapely.LineString([(0, 10 * i), (50, 10 * i)]) for i in range(2000)])
    moved = [shapely.LineString([(0, 10 * i + 4), (50, 10 * i + 4)]) for i in range(2000)]
    resident = ResidentLines(lines)
    for slot in range(2000):  # many times more than are kept apart
        resident.replace(slot, moved[slot])
        if slot % 5 == 0:
            resident.remove(slot)
        if slot % 7 == 0:
            resident.add(moved[slot])
    for _ in range(2):
        assert len(resident) == 2000 - 400 + 286
        runs = resident.runs_of(Polylines.from_shapely(moved))
        wanted = [(i, i) for i in range(2000) if i % 5] + [(i, 2000 + i // 7) for i in range(0, 2000, 7)]
        assert list(zip(runs.a.tolist(), runs.b.tolist(), strict=True)) == sorted(wanted)
        assert len(resident.runs_of(lines)) == 0
        resident.wait()


def test_slots_are_never_given_twice_and_removed_ones_are_gone():
    line = shapely.LineString([(0, 0), (50, 0)])
    resident = ResidentLines(Polylines.from_shapely([line]), [3])
    drawn = Polylines.from_shapely([line])
    resident.remove(0)
    assert len(resident) == 0
    assert len(resident.runs_of(drawn)) == 0
    assert resident.add(line, 4) == 1
    assert resident.runs_of(drawn, [3]).b.tolist() == [1]
    assert len(resident.runs_of(drawn, [4])) == 0
    resident.replace(1, shapely.LineString([(0, 1), (20, 1)]))
    assert len(resident.runs_of(drawn, [4])) == 0  # the group stayed
    assert resident.runs_of(drawn, [3]).to_a.tolist() == [20]
    for slot in (0, 2, -1):
        with pytest.raises(KeyError):
            resident.remove(slot)
        with pytest.raises(KeyError):
            resident.replace(slot, line)
    with pytest.raises(ValueError, match="one line"):
        resident.add(Polylines.from_shapely([line, line]))


def test_limits_of_a_query_may_differ_from_those_it_was_made_with():
    resident = ResidentLines(Polylines.from_shapely([shapely.LineString([(0, 0), (50, 0)])]))
    drawn = Polylines.from_shapely([shapely.LineString([(0, 40), (50, 40)])])
    assert len(resident.runs_of(drawn)) == 0
    assert len(resident.runs_of(drawn, distance=40.0)) == 1
    assert len(resident.runs_of(drawn, distance=40.0, min_length=51.0)) == 0


def test_a_line_without_a_segment_can_be_kept_and_replaced():
    resident = ResidentLines(Polylines.from_shapely([None, shapely.LineString([(0, 0), (50, 0)])]))
    drawn = Polylines.from_shapely([shapely.LineString([(0, 1), (50, 1)])])
    assert resident.runs_of(drawn).b.tolist() == [1]
    resident.replace(0, shapely.LineString([(0, 2), (50, 2)]))
    assert resident.runs_of(drawn).b.tolist() == [0, 1]


def test_readers_see_whole_edits_while_somebody_writes():
    """A pair of lines is moved to and fro; whoever asks sees one place or the other."""
    here, there = (shapely.LineString([(0, y), (50, y)]) for y in (0, 100))
    resident = ResidentLines(Polylines.from_shapely([here]))
    drawn = Polylines.from_shapely([here, there])
    seen, done = [], threading.Event()

    def read():
        while not done.is_set():
            seen.append(len(resident.runs_of(drawn)))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for edit in range(300):
        resident.replace(0, there if edit % 2 == 0 else here)
    done.set()
    for reader in readers:
        reader.join()
    assert set(seen) == {1}
