"""One pipe against many that are kept ready, and edits of what is kept."""

import numpy as np
import pytest
import shapely

from geo.clearances import find_close, find_line_crossings
from geo.polylines import Polylines
from geo.resident_clearances import ResidentClearances
from tests.benchmarks.city import make_city

NEED = np.array([[0.5, 1.0, np.nan], [1.0, 1.5, 0.8], [np.nan, 0.8, 0.3]])
NAMES = ("from_a", "to_a", "from_b", "to_b", "gap", "at_a", "xa", "yb", "crosses", "ends", "parallel_m")


def drawn(city, rows=slice(None)):
    lines = city.lines.take(np.arange(city.lines.n_lines)[rows])
    return lines, city.utility[rows] % 3, np.where(city.utility[rows] < 3, 0.1, 0.3)


def assert_equal(one, other, slots=None):
    np.testing.assert_array_equal(one.a, other.a)
    np.testing.assert_array_equal(one.b, other.b if slots is None else slots[other.b])
    for name in NAMES:  # to the last bit, wherever a line is kept
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_random_edits_equal_a_search_of_all_anew():
    city, spare, asked = make_city(700, seed=3), make_city(700, seed=4), make_city(120, seed=5)
    lines, classes, radius = drawn(city)
    resident = ResidentClearances(lines, radius, classes, city.utility)
    kept = {slot: (lines.take([slot]), classes[slot], radius[slot], city.utility[slot]) for slot in range(700)}
    more, more_classes, more_radius = drawn(spare)
    random = np.random.default_rng(6)
    for edit in range(700):
        new = more.take([edit]), more_classes[edit], more_radius[edit], spare.utility[edit]
        slot, kind = int(random.choice(list(kept))), random.integers(0, 10)
        if kind < 5:
            resident.replace(slot, new[0], new[2], int(new[1]), int(new[3]))
            kept[slot] = new
        elif kind < 6:
            resident.replace(slot, new[0])
            kept[slot] = (new[0], *kept[slot][1:])
        elif kind < 8:
            resident.remove(slot)
            del kept[slot]
        else:
            kept[resident.add(new[0], new[2], int(new[1]), int(new[3]))] = new
    assert len(resident) == len(kept)
    slots = np.array(sorted(kept))
    all_lines = Polylines.concatenate([kept[slot][0] for slot in slots])
    columns = [np.array([kept[slot][k] for slot in slots]) for k in (1, 2, 3)]
    query, query_classes, query_radius = drawn(asked)
    wanted = find_close(
        query, all_lines, radius_a=query_radius, radius_b=columns[1], class_a=query_classes, class_b=columns[0],
        need=NEED, group_a=asked.utility, group_b=columns[2],
    )  # fmt: skip
    assert len(wanted) > 100
    meetings = find_line_crossings(query, all_lines, asked.utility, columns[2])
    assert len(meetings) > 30
    for _ in range(2):
        got = resident.close_to(query, radius=query_radius, class_of=query_classes, need=NEED, group=asked.utility)
        assert_equal(got, wanted, slots)
        crossings = resident.crossings_with(query, group=asked.utility)
        np.testing.assert_array_equal(crossings.b, slots[meetings.b])
        np.testing.assert_array_equal(crossings.at_b, meetings.at_b)
        np.testing.assert_array_equal(crossings.touch, meetings.touch)
        resident.wait()


def test_slots_are_never_given_twice_and_removed_ones_are_gone():
    line = shapely.LineString([(0, 0), (50, 0)])
    resident = ResidentClearances(Polylines.from_shapely([line]), 0.1, 0)
    asked = {"lines": Polylines.from_shapely([line]), "radius": 0.1, "class_of": 0, "need": [[1.0, 0.0]]}
    resident.remove(0)
    assert (len(resident), resident.n_slots) == (0, 1)
    assert len(resident.close_to(**asked)) == 0
    assert resident.add(line, 0.1, 0) == 1
    assert resident.close_to(**asked).b.tolist() == [1]
    resident.replace(1, line, class_of=1)
    assert resident.close_to(**asked).gap.tolist() == [-0.2]  # needs no more than not to touch, and overlaps
    resident.replace(1, shapely.LineString([(0, 0.5), (50, 0.5)]))
    assert len(resident.close_to(**asked)) == 0  # the class stayed
    resident.replace(1, line, radius=0.4)
    assert resident.close_to(**asked).gap.tolist() == [-0.5]
    for slot in (0, 2, -1):
        with pytest.raises(KeyError):
            resident.remove(slot)
        with pytest.raises(KeyError):
            resident.replace(slot, line)


def test_what_cannot_be_meant_is_refused_and_changes_nothing():
    line = shapely.LineString([(0, 0), (50, 0)])
    lines = Polylines.from_shapely([line])
    resident = ResidentClearances(lines, 0.1, [2])
    with pytest.raises(ValueError, match="columns"):
        resident.close_to(lines, radius=0.1, class_of=0, need=[[1.0, 1.0]])
    with pytest.raises(ValueError, match="radius"):
        resident.close_to(lines, radius=np.nan, class_of=0, need=[[1.0, 1.0, 1.0]])
    with pytest.raises(ValueError, match="radius"):
        resident.add(line, np.nan, 0)
    with pytest.raises(ValueError, match="classes"):
        resident.add(line, 0.1, -1)
    with pytest.raises(ValueError, match="one line"):
        resident.add(Polylines.concatenate([lines, lines]), 0.1, 0)
    assert (len(resident), resident.n_slots) == (1, 1)


def test_lines_without_a_segment_can_be_kept_and_replaced():
    line = shapely.LineString([(0, 0), (50, 0)])
    resident = ResidentClearances(Polylines.from_shapely([None, line]), 0.1, 0)
    asked = {"lines": Polylines.from_shapely([line]), "radius": 0.1, "class_of": 0, "need": [[1.0]]}
    assert resident.close_to(**asked).b.tolist() == [1]
    resident.replace(0, shapely.LineString([(0, 0.3), (50, 0.3)]))
    assert resident.close_to(**asked).b.tolist() == [0, 1]
    empty = ResidentClearances(Polylines.from_shapely([]), [], [])
    assert len(empty.close_to(**asked)) == 0
    assert empty.add(line, 0.1, 0) == 0
    assert len(empty.close_to(**asked)) == 1


def test_edits_while_edits_are_gathered_are_not_lost():
    lines = Polylines.from_shapely([shapely.LineString([(0, 10 * i), (50, 10 * i)]) for i in range(900)])
    moved = [shapely.LineString([(0, 10 * i + 4), (50, 10 * i + 4)]) for i in range(900)]
    resident = ResidentClearances(lines, 0.1, 0)
    for slot in range(900):  # several times more than are kept apart
        resident.replace(slot, moved[slot])
        if slot % 5 == 0:
            resident.remove(slot)
        if slot % 7 == 0:
            resident.add(moved[slot], 0.1, 0)
    wanted = [(i, i) for i in range(900) if i % 5] + [(i, 900 + i // 7) for i in range(0, 900, 7)]
    for _ in range(2):
        close = resident.close_to(Polylines.from_shapely(moved), radius=0.1, class_of=0, need=[[1.0]])
        assert list(zip(close.a.tolist(), close.b.tolist(), strict=True)) == sorted(wanted)
        assert len(resident.close_to(lines, radius=0.1, class_of=0, need=[[1.0]])) == 0
        resident.wait()
