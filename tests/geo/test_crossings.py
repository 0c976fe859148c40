"""Passages with known answers: each shape a surveyor draws across a road, and each a tester would."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiLineString, MultiPolygon, Polygon, box

from geo.crossings import Areas, Passages, find_passages, union_length
from geo.faults import BadInputError
from geo.polylines import Polylines
from tests.geo import exact_areas

ROAD = box(0, -5, 200, 5)
FAR = np.array([38445293.125, 3885851.5])


def lines_of(*geometries):
    return Polylines.from_shapely(list(geometries))


def road_of(*polygons, owner=None):
    return Areas.from_polygons(list(polygons), owner or [1] * len(polygons))


def centre(coordinates, width, owner=1):
    return Areas.from_centrelines(lines_of(LineString(coordinates)), [width], [owner])


def spans(found):
    return [(round(a, 6), round(b, 6)) for a, b in zip(found.from_m, found.to_m, strict=True)]


CASES = {
    # coordinates: from, to, skew, crossing
    "square": ([(50, -20), (50, 20)], [(15, 25, 90, True)]),
    "aslant": ([(50, -20), (90, 20)], [(21.213203, 35.355339, 45, True)]),
    "backwards": ([(50, 20), (50, -20)], [(15, 25, 90, True)]),
    "along, end to end": ([(-20, 1), (220, 1)], [(20, 220, 0, False)]),
    "starts on it": ([(50, 1), (50, 20)], [(0, 4, 90, False)]),
    "starts beyond the axis": ([(50, -1), (50, 20)], [(0, 6, 90, True)]),
    "all of it on the road": ([(50, 0), (60, 0)], [(0, 10, 0, False)]),
    "in and out on one side": ([(50, -20), (50, 2), (80, 2), (80, -20)], [(15, 59, 28.636364, False)]),
    "in, along, out on the other": ([(50, -20), (50, 0), (80, 0), (80, 20)], [(15, 55, 22.5, True)]),
    "near its end": ([(2, -20), (2, 20)], [(15, 25, 90, True)]),
    "a vertex on the edge": ([(50, -20), (50, -5), (50, 5), (50, 20)], [(15, 25, 90, True)]),
    "a vertex at every metre": ([(50, y) for y in range(-20, 21)], [(15, 25, 90, True)]),
    "repeated vertices": ([(50, -20), (50, -20), (50, 0), (50, 0), (50, 20)], [(15, 25, 90, True)]),
    "ends on the edge": ([(50, -20), (50, -5)], []),
    "ends on the far edge": ([(50, -20), (50, 5)], [(15, 25, 90, True)]),
    "along the edge": ([(-20, 5), (220, 5)], []),
    "along the other edge, backwards": ([(220, -5), (-20, -5)], []),
    "touches a corner": ([(-5, 0), (5, 10)], []),
    "touches the edge with a vertex": ([(40, -20), (50, -5), (60, -20)], []),
    "touches the far edge from inside": ([(40, -5), (50, 5), (60, -5)], [(0, 28.284271, 45, False)]),
    "beside it": ([(0, 6), (200, 6)], []),
    "along the edge, then over": ([(0, -5), (50, -5), (50, 20)], [(50, 60, 90, True)]),
}


@pytest.mark.parametrize("offset", [np.zeros(2), FAR], ids=["at the origin", "far from it"])
@pytest.mark.parametrize("name", CASES)
def test_known_passages(name, offset):
    coordinates, expected = CASES[name]
    line = LineString(np.array(coordinates, float) + offset)
    found = find_passages(lines_of(line), road_of(shapely.transform(ROAD, lambda c: c + offset)))
    assert len(found) == len(expected)
    for k, (a, b, skew, crossing) in enumerate(expected):
        assert (found.from_m[k], found.to_m[k]) == pytest.approx((a, b), abs=1e-6)
        assert found.skew_deg[k] == pytest.approx(skew, abs=1e-5)
        assert found.crossing[k] == crossing


@pytest.mark.parametrize("name", [name for name in CASES if "end" not in name])
def test_a_centre_line_with_its_width_gives_the_same(name):
    coordinates, expected = CASES[name]
    found = find_passages(lines_of(LineString(coordinates)), centre([(-40, 0), (30, 0), (100, 0), (240, 0)], 10))
    if name == "touches a corner":
        return  # this road has no corner there
    assert [(k[0], k[1]) for k in spans(found)] == [pytest.approx(e[:2], abs=1e-6) for e in expected]
    assert found.skew_deg.tolist() == pytest.approx([e[2] for e in expected], abs=1e-5)
    assert found.crossing.tolist() == [e[3] for e in expected]


def test_ten_times_in_and_out():
    zigzag = LineString([(10 * i, -20 if i % 2 else 20) for i in range(11)])
    found = find_passages(lines_of(zigzag), road_of(ROAD))
    assert len(found) == 10
    assert found.crossing.all()
    np.testing.assert_allclose(found.length_m * np.sin(np.radians(found.skew_deg)), 10.0, rtol=1e-9)


def test_overlapping_areas_of_one_owner_count_once():
    line = lines_of(LineString([(50, -20), (50, 20)]))
    one = road_of(box(0, -5, 100, 2), box(0, -1, 100, 5), centre_polygon := box(45, -3, 55, 3))
    assert spans(find_passages(line, one)) == [(15, 25)]
    two = road_of(box(0, -5, 100, 2), box(0, -1, 100, 5), centre_polygon, owner=[3, 1, 2])
    found = find_passages(line, two)
    assert list(zip(found.owner.tolist(), spans(found), strict=True)) == [
        (3, (15, 22)), (2, (17, 23)), (1, (19, 25)),
    ]  # fmt: skip
    assert union_length(found, 1).tolist() == pytest.approx([10.0])


def test_on_an_edge_shared_by_one_owner_is_inside():
    halves = road_of(box(0, -5, 200, 0), box(0, 0, 200, 5))
    across = find_passages(lines_of(LineString([(50, -20), (50, 0), (150, 0), (150, 20)])), halves)
    assert spans(across) == [(15, 125)]
    strangers = road_of(box(0, -5, 200, 0), box(0, 0, 200, 5), owner=[1, 2])
    assert spans(find_passages(lines_of(LineString([(50, 0), (150, 0)])), strangers)) == []


def test_holes_and_parts():
    holed = shapely.difference(box(0, 0, 100, 100), box(40, 40, 60, 60))
    line = lines_of(LineString([(-10, 50), (110, 50)]))
    assert spans(find_passages(line, road_of(holed))) == [(10, 50), (70, 110)]
    assert spans(find_passages(line, road_of(MultiPolygon([box(0, 0, 10, 100), box(50, 0, 60, 100)])))) == [
        (10, 20), (60, 70),
    ]  # fmt: skip
    along_the_hole = lines_of(LineString([(20, 40), (80, 40)]))
    assert spans(find_passages(along_the_hole, road_of(holed))) == [(0, 20), (40, 60)]


def test_parts_of_a_line_keep_one_chainage_and_their_own_passages():
    line = lines_of(MultiLineString([[(50, -20), (50, 0)], [(90, 0), (90, 20)]]), LineString([(0, 50), (9, 50)]))
    found = find_passages(line, road_of(ROAD))
    assert spans(found) == [(15, 20), (20, 25)]
    assert found.line.tolist() == [0, 0]


def test_a_road_that_bends():
    bend = centre([(0, 0), (100, 0), (100, 100)], 10)
    inner = find_passages(lines_of(LineString([(80, 20), (120, -20)])), bend)
    assert inner.crossing.tolist() == [True]
    assert inner.length_m[0] == pytest.approx(5 * np.sqrt(2) + 5, abs=1e-9)  # square inside the bend, round outside
    cut = find_passages(lines_of(LineString([(70, 10), (97, 3), (90, 40)])), bend)
    assert cut.crossing.tolist() == [False]
    polygon = road_of(shapely.union_all([box(0, -5, 105, 5), box(95, -5, 105, 100)]))
    assert find_passages(lines_of(LineString([(80, 19), (120, -20)])), polygon).crossing.tolist() == [True]
    assert find_passages(lines_of(LineString([(70, 10), (97, 3), (90, 40)])), polygon).crossing.tolist() == [False]
    follows = lines_of(
        LineString([(-20, 3), (97, 3), (97, 120)]), LineString([(50, 20), (50, 3), (97, 3), (97, 50), (80, 50)])
    )
    for areas in (bend, polygon):
        found = find_passages(follows, areas)
        assert found.crossing.tolist() == [False, False]
        assert found.skew_deg.max() < 12


@pytest.mark.parametrize("turn", [60, 75, 90, 110, 135, 160])
@pytest.mark.parametrize("drawn", ["one way", "the other way", "apart", "towards each other", "away from each other"])
def test_the_inside_of_a_bend_is_crossed(turn, drawn):
    """From its outside to its inside, close to the corner: one side to the other, whatever way the road is drawn."""
    corner, away = (0.0, 0.0), (60 * np.cos(np.radians(turn)), 60 * np.sin(np.radians(turn)))
    first, second = [(-60.0, 0.0), corner], [corner, away]
    ways = {
        "one way": [[*first, away]],
        "the other way": [[*first, away][::-1]],
        "apart": [first, second],
        "towards each other": [first, second[::-1]],
        "away from each other": [first[::-1], second],
    }[drawn]
    road = Areas.from_centrelines(lines_of(*map(LineString, ways)), 8.0, np.zeros(len(ways), np.int64))
    inward = np.radians(turn / 2 + 90)
    through = np.array([np.cos(inward), np.sin(inward)])
    start, end = np.array([-0.8, 0.0]) - 12 * through, np.array([-0.8, 0.0]) + 30 * through
    found = find_passages(lines_of(LineString([start, end])), road)
    assert found.crossing.tolist() == [True]
    back = find_passages(lines_of(LineString([end, start])), road)
    assert back.crossing.tolist() == [True]


def test_round_ends_of_a_centre_line():
    road = centre([(0, 0), (100, 0)], 10)
    assert spans(find_passages(lines_of(LineString([(-3, -20), (-3, 20)])), road)) == [(16, 24)]
    assert spans(find_passages(lines_of(LineString([(-20, 0), (120, 0)])), road)) == [(15, 125)]


def test_a_curved_road_followed_all_the_way_round():
    angle = np.linspace(0, 1.9 * np.pi, 200)
    ring = LineString(np.column_stack((300 * np.cos(angle), 300 * np.sin(angle))))
    line = lines_of(LineString(np.column_stack((302 * np.cos(angle[5:-5]), 302 * np.sin(angle[5:-5])))))
    for areas in (Areas.from_centrelines(lines_of(ring), [12], [1]), road_of(shapely.buffer(ring, 6))):
        found = find_passages(line, areas)
        assert found.crossing.tolist() == [False]
        assert found.skew_deg[0] < 1.5  # followed in steps of 20 m
        assert found.length_m[0] == pytest.approx(line.lengths()[0], abs=1e-6)


def test_junction_of_two_roads_is_counted_once_by_union():
    two = road_of(box(0, -5, 200, 5), box(45, -100, 55, 100), owner=[1, 2])
    found = find_passages(lines_of(LineString([(30, -20), (70, 20)])), two)
    assert len(found) == 2
    assert union_length(found, 1)[0] < found.length_m.sum()
    alone = union_length(found, 1, found.owner == 1)
    assert alone[0] == pytest.approx(10 * np.sqrt(2))


def test_a_square_has_no_axis_and_entering_and_leaving_is_a_crossing():
    square = road_of(box(0, 0, 1000, 1000))
    found = find_passages(
        lines_of(LineString([(-10, 400), (1010, 700)]), LineString([(500, 500), (1200, 500)])), square
    )
    assert np.isnan(found.skew_deg).all()
    assert found.crossing.tolist() == [True, False]


def test_nothing():
    empty = Areas.from_polygons([], [])
    assert len(empty) == 0
    for areas in (empty, Areas.concatenate([]), Areas.from_polygons([None, Polygon()], [1, 2])):
        found = find_passages(lines_of(LineString([(0, 0), (9, 9)])), areas)
        assert len(found) == 0
        assert union_length(found, 1).tolist() == [0.0]
    assert len(find_passages(lines_of(), road_of(ROAD))) == 0
    assert len(find_passages(lines_of(None, LineString([(5, 0), (5, 0)])), road_of(ROAD))) == 0
    assert len(find_passages(lines_of(LineString([(5, -9), (5, 9)])), centre([(0, 0), (9, 0)], 0))) == 0


def test_bad_areas_are_refused_all_at_once():
    with pytest.raises(BadInputError) as error:
        Areas.from_polygons([LineString([(0, 0), (1, 1)]), ROAD, shapely.Point(0, 0)], [1, 2, 3])
    assert [(fault.code, fault.feature) for fault in error.value.faults] == [
        ("area.not_polygon", 0), ("area.not_polygon", 2),
    ]  # fmt: skip
    with pytest.raises(BadInputError) as error:
        Areas.from_polygons([Polygon([(0, 0), (1, np.inf), (2, 0)])], [1])
    assert error.value.faults[0].code == "area.not_finite"
    with pytest.raises(BadInputError) as error:
        Areas.from_centrelines(
            lines_of(LineString([(0, 0), (1, 1)]), LineString([(0, 0), (1, 1)])), [np.nan, -1], [1, 2]
        )
    assert [fault.code for fault in error.value.faults] == ["area.width", "area.width"]
    with pytest.raises(ValueError, match="one road number"):
        Areas.from_polygons([ROAD], [1, 2])


def county(n=300, seed=3):
    """Streets as polygons, as centre lines and a few greens, and lines over them."""
    rng = np.random.default_rng(seed)
    starts, angle = rng.uniform(0, 2000, (n, 2)), rng.uniform(0, np.pi, n)
    ends = starts + 400 * np.column_stack((np.cos(angle), np.sin(angle)))
    axes = [LineString(pair) for pair in np.stack((starts, ends), axis=1)]
    widths = rng.uniform(6, 40, n)
    half = n // 2
    polygons = shapely.buffer(axes[:half], widths[:half] / 2, cap_style="flat")
    areas = Areas.concatenate([
        Areas.from_polygons(polygons, np.arange(half) // 2),
        Areas.from_centrelines(lines_of(*axes[half:]), widths[half:], np.arange(half, n) // 2),
    ])  # fmt: skip
    walk = rng.uniform(0, 2000, (n, 1, 2)) + rng.normal(0, 60, (n, 8, 2)).cumsum(axis=1)
    return lines_of(*[LineString(xy) for xy in walk]), areas, (polygons, axes[half:], widths[half:])


def same(one, other):
    for field in ("line", "owner", "crossing"):
        np.testing.assert_array_equal(getattr(one, field), getattr(other, field))
    for field in ("from_m", "to_m"):
        np.testing.assert_allclose(getattr(one, field), getattr(other, field), atol=1e-7)
    np.testing.assert_allclose(one.skew_deg, other.skew_deg, atol=1e-4)


def test_agrees_with_shapely_on_a_county():
    lines, areas, (polygons, axes, widths) = county()
    found = find_passages(lines, areas)
    shapes = [*polygons, *shapely.buffer(axes, widths / 2, quad_segs=256)]
    owners = np.arange(len(shapes)) // 2
    drawn = lines.to_shapely()
    for owner in np.unique(owners):
        union = shapely.union_all([shapes[i] for i in np.flatnonzero(owners == owner)])
        own = found.owner == owner
        expected = shapely.length(shapely.intersection(drawn, union))
        got = np.bincount(found.line[own], found.length_m[own], minlength=len(drawn))
        np.testing.assert_allclose(got, expected, atol=0.02)  # the buffer's chords lie inside the arcs
    assert len(found) > 300


def test_threads_and_order_of_rows_change_nothing():
    lines, areas, _ = county()
    once = find_passages(lines, areas, workers=1)
    many = Polylines.concatenate([lines] * 4)
    again = find_passages(many, areas, workers=3)
    same(again.take(again.line < lines.n_lines), once)
    order = np.random.default_rng(0).permutation(lines.n_lines)
    shuffled = find_passages(lines.take(order), areas)
    back = Passages(
        order[shuffled.line], shuffled.owner, shuffled.from_m, shuffled.to_m, shuffled.skew_deg, shuffled.crossing
    )
    same(back.take(np.lexsort((back.owner, back.from_m, back.line))), once)


def test_edits_equal_building_anew():
    lines, areas, (polygons, *_) = county(120)
    rng = np.random.default_rng(8)
    pieces = {owner: areas.only(owner) for owner in areas.owners().tolist()}
    edited = areas
    for step in range(40):
        owner = int(rng.choice(list(pieces)))
        if step % 3 == 0:
            edited = edited.remove(owner)
            pieces.pop(owner)
            continue
        shape = shapely.affinity.translate(
            polygons[step % len(polygons)], rng.uniform(-900, 900), rng.uniform(-900, 900)
        )
        new = Areas.from_polygons([shape], [owner])
        if step % 3 == 1:
            edited, pieces[owner] = edited.replace(owner, new), new
        else:
            edited, pieces[owner] = edited.add(new), Areas.concatenate([pieces[owner], new])
    anew = Areas.concatenate(list(pieces.values()))
    assert edited.owners().tolist() == anew.owners().tolist()
    same(find_passages(lines, edited), find_passages(lines, anew))
    untouched = find_passages(lines, areas)
    same(untouched, find_passages(lines, Areas.concatenate([areas])))


def test_edits_are_compacted_and_readers_keep_theirs():
    areas = Areas.from_polygons([ROAD], [0])
    line = lines_of(LineString([(50, -20), (50, 20)]))
    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(find_passages, line, areas) for _ in range(20)]
        for owner in range(1, 300):
            areas = areas.add(Areas.from_polygons([box(40, 10 * owner, 60, 10 * owner + 5)], [owner]))
        assert all(spans(reader.result()) == [(15, 25)] for reader in readers)
    assert len(areas) == 300
    assert areas.edits < 299
    assert spans(find_passages(line, areas)) == [(15, 25), (30, 35)]


def test_one_segment_through_thousands_of_areas():
    strips = Areas.from_polygons(shapely.box(np.arange(0, 6000, 2), 0, np.arange(1, 6001, 2), 10), np.arange(3000) % 7)
    found = find_passages(lines_of(LineString([(-5, 5), (7000, 5)])), strips)
    assert len(found) == 3000
    np.testing.assert_allclose(found.length_m, 1.0)


def test_oracle_on_the_cases_above():
    """The rational oracle that the property tests rely on, against the answers written by hand."""
    for coordinates, expected in CASES.values():
        assert exact_areas.passages(LineString(coordinates), [ROAD]) == [
            pytest.approx(e[:2], abs=1e-6) for e in expected
        ]
