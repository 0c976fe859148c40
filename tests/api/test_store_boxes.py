"""What lies in a box, read as arrays, and where changes have been: the same on both stores."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from api.db.boxes import changed_boxes, columns_in, stamp_in
from api.db.tables import LAYERS
from tests.api.stores import BY, EAST, NORTH, line, route, routes_frame
from tests.conftest import NEIXIANG

ROUTES = LAYERS["routes"]
BOX = (EAST - 5.0, NORTH - 5.0, EAST + 300.0, NORTH + 300.0)


@pytest.fixture
def store(bare_store):
    bare_store.upgrade()
    bare_store.county = NEIXIANG
    return bare_store


def stamp(store):
    with store.reading() as connection:
        return stamp_in(connection, store.dialect, ROUTES, BOX)


def boxes_since(store, number, most=100):
    with store.reading() as connection:
        found = changed_boxes(connection, number, store.last_change(), most)
    return (
        None
        if found is None
        else {layer: np.round(boxes - (EAST, NORTH) * 2).tolist() for layer, boxes in found.items()}
    )


def test_columns_come_with_their_geometries_and_small_things_are_left_out_by_their_own_box(store):
    rows = [
        route("W1"),
        route("W2", line(50, 50, 4), name="短"),
        route("W3", line(9000, 0)),
        route("W4", line(0, 90, 30)),
    ]
    store.insert("routes", rows, **BY)
    with store.reading() as connection:
        shapes, columns = columns_in(connection, store.dialect, ROUTES, BOX, ["id", "name"])
        large, told = columns_in(connection, store.dialect, ROUTES, BOX, ["id"], 20.0)
        none, nothing = columns_in(connection, store.dialect, LAYERS["pipes"], BOX, ["id"])
    assert list(columns["id"]) == ["W1", "W2", "W4"]
    assert list(columns["name"]) == [None, "短", None]
    assert [shape.length for shape in shapes] == [200, 4, 30]
    assert list(told["id"]) == ["W1", "W4"]
    assert [shape.length for shape in large] == [200, 30]
    assert (len(none), list(nothing["id"])) == (0, [])


def test_a_stamp_is_another_one_after_every_change_in_the_box_and_no_other(store):
    store.insert("routes", [route("W1"), route("W2", line(9000, 0))], **BY)
    seen = [stamp(store)]
    assert seen[0].rows == 1
    store.update("routes", "W2", {"name": "远"}, None, **BY)
    assert stamp(store) == seen[0]
    for write in (
        lambda: store.update("routes", "W1", {"name": "近"}, None, **BY),
        lambda: store.insert("routes", [route("W3")], **BY),
        lambda: store.update("routes", "W2", {"geometry": line(10, 10)}, None, **BY),
        lambda: store.delete("routes", "W1", None, **BY),
        lambda: store.insert("routes", [route("W1")], **BY),  # the same line again is not the one that was there
    ):
        write()
        assert stamp(store) not in seen
        seen.append(stamp(store))


def test_changes_are_where_rows_were_and_where_they_are(store):
    store.insert("routes", [route("W1"), route("W2", line(500, 0))], **BY)
    number = store.last_change()
    assert boxes_since(store, number) == {}
    store.update("routes", "W1", {"geometry": line(1000, 7)}, None, **BY)
    moved = [[1000, 7, 1200, 7], [0, 0, 200, 0]]
    assert boxes_since(store, number) == {"routes": moved}
    store.delete("routes", "W2", None, **BY)
    store.insert("sites", [{"id": "S1", "geometry": shapely.Point(EAST + 3, NORTH)}], **BY)
    gone = [[500, 0, 700, 0]] * 2  # as it was, and as it was last
    assert boxes_since(store, number) == {"routes": moved + gone, "sites": [[3, 0, 3, 0]]}
    assert boxes_since(store, number, most=2) is None


def test_the_extent_of_thousands_follows_what_is_taken_out(store):
    frame = routes_frame(3000)
    store.import_frame("routes", frame, **BY)
    assert store.bounds("routes") == pytest.approx(frame.total_bounds, abs=1)
    for name in frame.loc[frame.geometry.bounds.maxx.nlargest(150).index, "id"]:
        store.delete("routes", name, None, **BY)
        frame = frame[frame["id"] != name]
    found = store.bounds("routes")
    assert found == pytest.approx(frame.total_bounds, abs=1)
    assert shapely.box(*found).covers(shapely.box(*frame.total_bounds))
