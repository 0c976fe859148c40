"""Vector tiles, read back by another hand's decoder and held against the true geometry and against PostGIS."""

from __future__ import annotations

import math

import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from geo.crs import grid
from maps.tile_grid import COARSEST_ZOOM, FINEST_ZOOM, TileGrid
from maps.tile_messages import tile_of
from maps.tile_overview import TILE_CELLS, overview_above, overview_layer, overview_of
from maps.tiles import BUFFER, EXTENT, TileLayer, encode_tile, reach_of
from tests.postgis import plain

NEIXIANG = TileGrid.of(grid("EPSG:4546"))
ZOOM, COLUMN, ROW = 15, *NEIXIANG.at(15, 579_391.6, 3_658_614.5)
BOX = NEIXIANG.box(ZOOM, COLUMN, ROW)  # 512 m, a pixel a metre, a unit an eighth
UNIT = 512 / EXTENT
DIAGONAL = math.sqrt(0.5)  # half a unit along both axes, in units

places = st.tuples(st.floats(-300, 800), st.floats(-300, 800))


def decoded(tile: bytes) -> dict:
    """Return layer name to its features, in units, y down, as the tile has them."""
    read = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True, "geojson": False})
    return {name: layer["features"] for name, layer in read.items()}


def shapes_of(tile: bytes, layer: str = "routes") -> list:
    read = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    return [shape(feature["geometry"]) for feature in read.get(layer, {"features": []})["features"]]


def by_id(tile: bytes) -> dict:
    read = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    return {one["properties"]["id"]: shape(one["geometry"]) for one in read["routes"]["features"]}


def in_units(geometry, box=BOX):
    scale = EXTENT / (box[2] - box[0])
    return shapely.transform(geometry, lambda at: (at - (box[0], box[3])) * (scale, -scale))


def moved(points) -> list[tuple[float, float]]:
    return [(BOX[0] + x, BOX[1] + y) for x, y in points]


def tile_of_one(geometry, pixel_m=1.0, box=BOX, *, kept=True) -> bytes:
    return encode_tile([TileLayer("routes", np.array([geometry]), {"id": ["W1"]}, kept=kept)], box, pixel_m)


def along(geometry) -> np.ndarray:
    """Points along a geometry, its vertices among them."""
    fine = shapely.segmentize(geometry, 10) if geometry.length else geometry
    return shapely.points(shapely.get_coordinates(fine))


WINDOW = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)


@given(st.lists(places, min_size=2, max_size=12))
@settings(max_examples=300, deadline=None)
def test_a_line_lies_within_half_a_unit_of_the_true_one_and_none_of_it_is_missing(points):
    line = shapely.LineString(moved(points))
    true = in_units(line)
    found = shapely.GeometryCollection(shapes_of(tile_of_one(line)))
    seen = shapely.intersection(true, WINDOW)
    if found.is_empty:
        assert seen.is_empty or seen.length < 1
        return
    x0, y0, x1, y1 = found.bounds
    assert min(x0, y0) >= -BUFFER
    assert max(x1, y1) <= EXTENT + BUFFER + 1  # a dot is one unit long
    reach = DIAGONAL + (1 if found.length <= 1 else 1e-6)
    assert shapely.distance(along(found), true).max() <= reach
    if not seen.is_empty:
        assert shapely.distance(along(seen), found).max() <= reach


def test_a_line_runs_as_it_was_drawn_also_where_it_crosses_itself():
    points = [(10, 10), (100, 100), (100, 10), (10, 100), (700, 100), (400, 300)]
    [line] = shapes_of(tile_of_one(shapely.LineString(moved(points))))
    assert [tuple(part.coords) for part in line.geoms] == [
        ((80, 4016), (800, 3296), (800, 4016), (80, 3296), (4224, 3296)),
        ((4224, 2379), (3200, 1696)),
    ]  # worked out by hand: (528, 100 + 200 * 172 / 300) is where it comes back


rings = st.tuples(places, st.floats(1, 300), st.integers(3, 9), st.floats(0, 6.28), st.booleans())


def ring(of) -> shapely.Polygon:
    (x, y), radius, corners, turn, hollow = of
    angles = turn + np.arange(corners) * 2 * np.pi / corners
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    hole = [moved((x, y) + circle * radius / 3)] if hollow else []
    return shapely.Polygon(moved((x, y) + circle * radius), hole)


@given(st.lists(rings, min_size=1, max_size=3))
@settings(max_examples=200, deadline=None)
def test_an_area_covers_what_it_covers_and_its_rings_are_turned_as_the_standard_says(of):
    area = shapely.union_all([ring(one) for one in of])
    tile = tile_of_one(area)
    true = shapely.intersection(in_units(area), WINDOW)
    for feature in decoded(tile).get("routes", []):
        parts = feature["geometry"]["coordinates"]
        for polygon in parts if feature["geometry"]["type"] == "MultiPolygon" else [parts]:
            outline, *holes = [_twice_the_area(one) for one in polygon]
            assert outline > 0
            assert all(hole < 0 for hole in holes)
    found = shapely.union_all([shapely.buffer(one, 0) for one in shapes_of(tile)])
    assert found.is_empty or shapely.box(*found.bounds).difference(WINDOW).is_empty
    # An edge moves by less than a unit: what differs is a strip along the outline.
    strip = true.boundary.buffer(1) if not true.is_empty else shapely.Polygon()
    assert true.symmetric_difference(found).difference(strip).area < 1e-6


def _twice_the_area(points) -> float:
    x, y = np.array(points, float).T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


@given(st.lists(places, min_size=2, max_size=40), st.integers(9, 13))
@settings(max_examples=100, deadline=None)
def test_far_out_a_line_is_simplified_by_half_a_unit_more(points, zoom):
    box = NEIXIANG.box(zoom, *NEIXIANG.at(zoom, BOX[0], BOX[3]))
    line = shapely.LineString(moved(points))
    found = shapely.GeometryCollection(shapes_of(tile_of_one(line, TileGrid.pixel_m(zoom), box)))
    true = in_units(line, box)
    assert shapely.distance(along(found), true).max(initial=0) <= DIAGONAL + 0.5 + (found.length <= 1)
    seen = shapely.intersection(true, WINDOW)
    assert not found.is_empty or seen.is_empty or seen.length == 0
    if not seen.is_empty and not found.is_empty:
        assert shapely.distance(along(seen), found).max() <= DIAGONAL + 0.5 + 1e-6


def test_what_is_too_small_to_be_seen_is_left_out_but_no_planned_route():
    short = shapely.LineString(moved([(100, 100), (100.01, 100)]))
    yard = ring(((100, 100), 0.2, 5, 0.0, False))
    assert tile_of_one(short, kept=False) == tile_of_one(yard, kept=False) == b""
    [dot] = shapes_of(tile_of_one(short))
    assert list(dot.coords) == [(800, 3296), (801, 3296)]
    # A point is a sign: it has no size that could be too small.
    assert shapes_of(tile_of_one(shapely.Point(moved([(100, 100)])[0]), 64.0, kept=False)) != []


def test_points_attributes_and_several_layers():
    mixed = np.array([
        shapely.Point(moved([(0, 512)])[0]), shapely.MultiPoint(moved([(1, 511), (2, 510)])),
        ring(((99, 99), 9, 4, 0, True)), None, shapely.Polygon(), shapely.Point(moved([(900, 0)])[0]),
    ], dtype=object)  # fmt: skip
    attributes = {
        "name": ["给水", None, "", "没有", "空", "远"],
        "floors": [3, -3, 1 << 40, 1, 1, 1],
        "width": [1.5, math.nan, 0.0, 1.0, 1.0, 1.0],
        "bridge": [True, False, None, True, True, True],
    }
    line = TileLayer("routes", np.array([shapely.LineString(moved([(0, 0), (512, 512)]))]))
    tile = encode_tile([TileLayer("sites", mixed, attributes), TileLayer("nothing", mixed[3:5]), line], BOX, 1.0)
    found = decoded(tile)
    assert list(found) == ["sites", "routes"]
    told = {feature["properties"].get("name"): feature for feature in found["sites"]}
    assert told["给水"]["properties"] == {"name": "给水", "floors": 3, "width": 1.5, "bridge": True}
    assert told["给水"]["geometry"]["coordinates"] == [0, 0]
    assert told[None]["properties"] == {"floors": -3, "bridge": False}
    assert told[None]["geometry"]["coordinates"] == [[8, 8], [16, 16]]
    assert told[""]["properties"] == {"name": "", "floors": 1 << 40, "width": 0.0}
    assert len(told[""]["geometry"]["coordinates"]) == 2
    assert found["routes"][0]["geometry"]["coordinates"] == [[0, 4096], [4096, 0]]
    assert found["routes"][0]["properties"] == {}


def test_heights_and_an_area_that_crosses_itself_do_no_harm():
    high = shapely.LineString([(BOX[0], BOX[1], 180.0), (BOX[2], BOX[3], 190.0)])
    assert [tuple(one.coords) for one in shapes_of(tile_of_one(high))] == [((0, 4096), (4096, 0))]
    bow = shapely.Polygon(moved([(-100, 0), (200, 200), (200, 0), (-100, 200)]))
    assert sum(one.area for one in shapes_of(tile_of_one(bow))) > 0


@pytest.mark.postgis
def test_the_same_units_as_postgis(postgis_database):
    random = np.random.default_rng(4)
    starts = random.uniform(-100, 600, (2000, 1, 2))
    lines = shapely.linestrings(
        np.round(starts + np.cumsum(random.uniform(-30, 30, (2000, 6, 2)), axis=1), 3) + BOX[:2]
    )
    layer = TileLayer("routes", lines, {"id": list(range(len(lines)))}, kept=True)
    mine = by_id(encode_tile([layer], BOX, 1.0))
    asked = (
        "with cut as (select id, st_asmvtgeom(st_geomfromwkb(wkb), "
        "st_makebox2d(st_makepoint(%s, %s), st_makepoint(%s, %s)), 4096, 128) as geom from line) "
        "select st_asmvt(cut, 'routes', 4096, 'geom') from cut where geom is not null"
    )
    with psycopg.connect(plain(postgis_database)) as connection:
        connection.execute("create temporary table line (id integer, wkb bytea)")
        with connection.cursor() as cursor:
            cursor.executemany("insert into line values (%s, %s)", list(enumerate(shapely.to_wkb(lines))))
        [[tile]] = connection.execute(asked, BOX).fetchall()
    theirs = by_id(bytes(tile))
    inside = set(np.flatnonzero(shapely.contains_properly(shapely.box(*reach_of(BOX)), lines)).tolist())
    assert len(inside) > 900
    assert all(list(mine[one].coords) == list(theirs[one].coords) for one in inside)
    # PostGIS rounds first and cuts then, so that a flat crossing of the edge slides by many units; ours does not.
    assert set(theirs) == set(mine)
    true = {one: shapely.intersection(in_units(lines[one]), WINDOW) for one in set(mine) - inside}
    apart = {one: shapely.hausdorff_distance(mine[one], line) for one, line in true.items()}
    assert max(apart.values()) < DIAGONAL + 1  # a dot at the edge is one unit long
    assert sum(one > DIAGONAL for one in apart.values()) < 5


def test_tiles_meet_without_a_gap_and_lie_in_each_other():
    column, row = NEIXIANG.at(14, 579_391.6, 3_658_614.5)
    x0, y0, x1, y1 = NEIXIANG.box(14, column, row)
    assert (x1 - x0, y1 - y0) == (1024, 1024)
    assert NEIXIANG.box(14, column + 1, row)[0] == x1
    assert NEIXIANG.box(14, column, row + 1)[3] == y0
    assert NEIXIANG.box(15, 2 * column + 1, 2 * row + 1) == (x0 + 512, y0, x1, y0 + 512)
    assert NEIXIANG.at(14, x0, y1) == (column, row)  # the upper left corner is a tile's own
    assert NEIXIANG.has(14, column, row)
    assert not NEIXIANG.has(COARSEST_ZOOM - 1, 0, 0)
    assert not NEIXIANG.has(FINEST_ZOOM + 1, 0, 0)


@pytest.mark.parametrize("code", ["EPSG:4546", "EPSG:4526"])
def test_the_matrices_are_those_of_the_standard(code):
    tiles = TileGrid.of(grid(code))
    matrices = tiles.matrices(northing_first=True)
    assert [int(one["id"]) for one in matrices] == list(range(COARSEST_ZOOM, FINEST_ZOOM + 1))
    for one in matrices:
        assert one["scaleDenominator"] * 0.00028 == pytest.approx(one["cellSize"])
        assert one["matrixWidth"] * one["tileWidth"] * one["cellSize"] == 2**24
        assert one["pointOfOrigin"] == [tiles.north, tiles.west]


CORNER = (0.0, 0.0)
TILE = (1, 1)  # of 512 m: cells of two metres
WIDE = (0.0, -2000.0, 2000.0, 0.0)
far_places = st.tuples(st.floats(520, 1016), st.floats(-1016, -520))
grouped = st.tuples(st.lists(far_places, min_size=2, max_size=6, unique=True), st.integers(0, 3))


@given(st.lists(grouped, min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_an_overview_passes_where_lines_of_its_group_do_and_misses_none(drawn):
    lines = np.array([shapely.LineString(points) for points, _ in drawn])
    groups = np.array([group for _, group in drawn])
    steps = overview_of(lines, groups, CORNER, 2.0, WIDE)
    assert (np.diff(steps) > 0).all()
    above = overview_above([steps, steps[::2]])
    for level, tile, cell_m in ((steps, TILE, 2.0), (above, (0, 0), 4.0)):
        found = strokes_of(level, tile, cell_m)
        assert set(found) == set(groups.tolist())
        for group, strokes in found.items():
            mine = shapely.multilinestrings(lines[groups == group])
            # Half the diagonal of a cell, and another cell where it is a dot or was made of steps half as wide.
            assert shapely.distance(along(strokes), mine).max() <= 2.5 * cell_m
            assert shapely.distance(along(mine), strokes).max() <= 2.5 * cell_m


def strokes_of(steps, tile: tuple[int, int], cell_m: float) -> dict[int, shapely.Geometry]:
    """Read an overview back from the tile that holds it; group to strokes, metres. The last group has no name."""
    layer = overview_layer("routes", steps, tile, "utility", ["a", "b", "c"])
    read = mapbox_vector_tile.decode(tile_of([layer]), default_options={"y_coord_down": True})
    side, scale = cell_m * TILE_CELLS, cell_m * TILE_CELLS / EXTENT
    return {
        "abc".find(feature["properties"].get("utility", "?")) % 4: shapely.transform(
            shape(feature["geometry"]), lambda at: (at * scale + np.array(tile) * side) * (1, -1)
        )
        for feature in read["routes"]["features"]
    }


def test_a_street_of_lines_is_one_stroke_for_each_group_cut_at_the_buffer():
    street = shapely.linestrings([[(400 + k, -599.5), (1100 - k, -599.5)] for k in range(30)])
    steps = overview_of(street, np.array([0, 3] * 15), CORNER, 2.0, WIDE)
    found = strokes_of(steps, TILE, 2.0)
    # From and to the middle of the last cell of the buffer, 16 pixels beyond the edges at 512 and 1024.
    whole = [(497, -599), (1039, -599)]
    assert {group: list(one.coords) for group, one in found.items()} == {0: whole, 3: whole}


def test_an_overview_of_areas_is_their_outline_and_nothing_is_lost_on_the_way_out():
    yard = shapely.box(600, -800, 700, -700)
    house = shapely.box(900.1, -900.2, 900.2, -900.1)
    steps = overview_of(np.array([yard, house]), np.array([0, 1]), CORNER, 2.0, WIDE)
    found = strokes_of(steps, TILE, 2.0)
    assert shapely.hausdorff_distance(found[0], yard.exterior) <= 2 * math.sqrt(2)
    for out in range(1, 5):
        steps = overview_above([steps])
        assert set(strokes_of(steps, (0, 0), 2.0**out * 2)) == {0, 1}
