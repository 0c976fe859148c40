"""Hold the edge of polygons together to the boundary of their union, and each piece to its own polygon."""

import hypothesis.strategies as st
import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from geo.outlines import outer_edges

EASTING, NORTHING = 38_500_000.0, 3_650_000.0


def edges_of(shapes, **more):
    edges, owner = outer_edges(shapes, **more)
    return edges.to_shapely(), owner


def held(shapes, near=1e-3):
    """The same edge as that of the union, no piece twice, each on the edge of its polygon."""
    lines, owner = edges_of(shapes)
    union = shapely.boundary(shapely.union_all(shapes))
    assert sum(line.length for line in lines) == pytest.approx(union.length, abs=near * (10 + len(lines)))
    if len(lines):
        together = shapely.union_all(lines)
        assert shapely.difference(union, shapely.buffer(together, near)).length < near
        assert shapely.difference(together, shapely.buffer(union, near)).length < near
    of = np.array(shapes, dtype=object)[owner]
    assert (shapely.hausdorff_distance(lines, shapely.intersection(lines, shapely.buffer(shapely.boundary(of), near)))
            < near).all()  # fmt: skip
    return lines, owner


@st.composite
def roads(draw):
    """Boxes that lie against each other on a grid, turned ones across them, streets with round ends, duplicates."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shapes = []
    for _ in range(int(random.integers(1, 9))):
        x, y = random.integers(0, 6, 2) * 10.0 + (EASTING, NORTHING)
        kind = random.integers(0, 5)
        if kind <= 1:
            width, height = random.integers(1, 5, 2) * 10.0
            shapes.append(shapely.box(x, y, x + width, y + height))
        elif kind == 2:
            turned = shapely.affinity.rotate(shapely.box(x, y, x + 35, y + 8), float(random.uniform(0, 180)))
            shapes.append(turned.difference(shapely.box(x + 12, y + 2, x + 18, y + 6)))
        elif kind == 3:
            points = np.array([x, y]) + random.uniform(-30, 30, (3, 2))
            shapes.append(shapely.LineString(points).buffer(5.0))
        else:
            parts = [shapely.box(x, y, x + 10, y + 10), shapely.box(x + 20, y, x + 30, y + 10)]
            shapes.append(shapely.MultiPolygon(parts))
    again = random.integers(0, len(shapes), int(random.integers(0, 3)))
    return [*shapes, *(shapes[k] if random.random() < 0.5 else shapes[k].reverse() for k in again)]


@settings(max_examples=250, deadline=None)
@given(roads())
def test_the_edge_is_that_of_the_union(shapes):
    held(shapes)


@settings(max_examples=40, deadline=None)
@given(roads())
def test_the_order_of_polygons_changes_the_owner_of_shared_edges_only(shapes):
    lines, _ = edges_of(shapes)
    again, _ = edges_of(shapes[::-1])
    one, other = shapely.union_all(lines), shapely.union_all(again)
    assert one.length == pytest.approx(other.length, abs=1e-2)
    assert shapely.difference(one, shapely.buffer(other, 1e-3)).length < 1e-3


def test_a_junction_has_no_kerb_in_it_and_each_road_its_own():
    along, across = shapely.box(0, 0, 100, 10), shapely.box(40, -50, 50, 60)
    lines, owner = held([along, across])
    by_road = {k: sorted(line.length for line in lines[owner == k]) for k in (0, 1)}
    assert by_road == {0: [90.0, 110.0], 1: [110.0, 110.0]}


def test_round_a_block_each_road_has_its_own_side():
    sides = [
        shapely.box(0, 0, 60, 10),
        shapely.box(50, 0, 60, 60),
        shapely.box(0, 50, 60, 60),
        shapely.box(0, 0, 10, 60),
    ]
    lines, owner = held(sides)
    inner = [int(k) for line, k in zip(lines, owner, strict=True) if shapely.box(9, 9, 51, 51).contains(line)]
    assert sorted(inner) == [0, 1, 2, 3]


def test_carriageways_against_each_other_have_no_kerb_between_and_a_duplicate_none_of_its_own():
    left, right = shapely.box(0, 0, 10, 30), shapely.box(10, 10, 20, 50)
    lines, owner = held([left, right, left])
    assert {k: float(sum(line.length for line in lines[owner == k])) for k in (0, 1)} == {0: 60.0, 1: 80.0}
    assert not (owner == 2).any()


def test_an_edge_shared_on_one_side_is_told_once_for_the_first():
    wide, narrow = shapely.box(0, 0, 30, 20), shapely.box(10, 0, 20, 5)
    _, owner = held([wide, narrow])
    assert set(owner.tolist()) == {0}
    lines, owner = held([narrow, wide])
    assert [line.wkt for line in lines[owner == 0]] in (["LINESTRING (20 0, 10 0)"], ["LINESTRING (10 0, 20 0)"])


def test_what_meets_nothing_is_whole_with_its_holes():
    yard = shapely.box(0, 0, 10, 10).difference(shapely.box(4, 4, 6, 6))
    lines, owner = held([yard])
    assert sorted(line.length for line in lines) == [8.0, 40.0]
    assert all(line.is_closed for line in lines)
    assert owner.tolist() == [0, 0]


def test_nothing_and_empty_polygons_have_no_edge():
    for shapes in ([], [None], [shapely.Polygon()], [None, shapely.MultiPolygon(), None]):
        lines, owner = outer_edges(shapes)
        assert lines.n_lines == len(owner) == 0
    _, owner = outer_edges([None, shapely.box(0, 0, 1, 1), shapely.Polygon()])
    assert owner.tolist() == [1]


def test_threads_change_nothing():
    random = np.random.default_rng(3)
    x, y = random.uniform(0, 3000, (2, 25_000))
    shapes = shapely.box(x, y, x + random.uniform(1, 30, 25_000), y + 6.0)
    one, two = (outer_edges(shapes, workers=w) for w in (1, 2))
    assert (one[1] == two[1]).all()
    assert (one[0].x == two[0].x).all()
    assert (one[0].part_starts == two[0].part_starts).all()
