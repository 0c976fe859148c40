"""One suite over both stores: rows in, rows out, boxes, pages, refusals."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.db.errors import ExistsError, NotFoundError, StaleRevisionError
from api.db.records import County
from api.db.store import open_store
from api.db.tables import LAYERS
from geo.faults import BadInputError
from tests.api.stores import BY, EAST, LATER, NORTH, NOW, line, route
from tests.conftest import NEIXIANG

POLYGON = shapely.box(EAST, NORTH, EAST + 10, NORTH + 10)
SHAPES = {
    "sites": shapely.Point(EAST, NORTH),
    "routes": line(),
    "roads": line(),
    "greens": POLYGON,
    "buildings": POLYGON,
    "pipes": line(),
    "trees": shapely.Point(EAST, NORTH),
    "parcels": POLYGON,
    "waters": POLYGON,
}
VALUES = {"text": "范蠡大街", "number": 0.1 + 0.2, "integer": 6, "date": date(2024, 2, 29)}


@pytest.mark.parametrize("layer", LAYERS)
def test_every_column_of_every_layer_comes_back_as_it_was_given(store, layer):
    properties = {column: VALUES[kind] for column, kind in LAYERS[layer].columns.items()}
    [inserted] = store.insert(layer, [{"id": "甲-1", "geometry": SHAPES[layer], **properties}], **BY)
    read = store.get(layer, "甲-1")
    assert read == inserted
    assert (read.id, read.revision, read.properties, read.changed_at) == ("甲-1", 1, properties, NOW)
    assert read.geometry.equals_exact(SHAPES[layer], 0)


def test_a_row_of_nothing_but_a_shape_is_stored(store):
    [row] = store.insert("routes", [{"geometry": line()}], **BY)
    assert len(row.id) == 32
    assert set(row.properties.values()) == {None}
    assert store.get("routes", row.id) == row


def test_coordinates_come_back_to_the_last_bit(store):
    exact = shapely.LineString([(505631.123, 3.66e6 + 1 / 3), (0.1 + 0.2, 1e7), (505631.99999999994, 5e-324)])
    store.insert("routes", [route(geometry=exact)], **BY)
    assert shapely.get_coordinates(store.get("routes", "W1").geometry).tolist() == list(map(list, exact.coords))


@pytest.mark.parametrize(
    "shape",
    [
        shapely.LineString([(EAST, NORTH, 161.5), (EAST + 9, NORTH, 162.25)]),
        shapely.MultiLineString([[(EAST, NORTH), (EAST + 9, NORTH)], [(EAST + 20, NORTH), (EAST + 30, NORTH)]]),
        shapely.MultiLineString([[(EAST, NORTH, 1), (EAST + 9, NORTH, 2)], [(EAST, NORTH, 3), (EAST, NORTH + 9, 4)]]),
    ],
)
def test_heights_and_parts_are_kept(store, shape):
    store.insert("routes", [route(geometry=shape)], **BY)
    read = store.get("routes", "W1").geometry
    assert read.has_z == shape.has_z
    assert read.wkt == shape.wkt


def test_a_line_of_a_million_vertices(store):
    many = shapely.LineString([(EAST + at / 100, NORTH + at % 7) for at in range(1_000_000)])
    store.insert("routes", [route(geometry=many)], **BY)
    assert shapely.get_num_points(store.get("routes", "W1").geometry) == 1_000_000


def test_moments_are_the_same_in_any_zone(store):
    china = datetime(2026, 3, 1, 16, tzinfo=timezone(timedelta(hours=8)))
    store.insert("routes", [route()], who="a", now=china)
    read = store.get("routes", "W1").changed_at
    assert read == china
    assert read.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(store):
    with pytest.raises(Exception, match="time zone"):
        store.insert("routes", [route()], who="a", now=datetime(2026, 3, 1))  # noqa: DTZ001 - the fault under test
    assert store.count("routes") == 0


def test_unknown_rows_and_layers_are_not_found(store):
    for layer, row_id in (("routes", "nobody"), ("routes", "a\0b"), ("routes", "\ud800"), ("moon", "W1")):
        with pytest.raises(NotFoundError):
            store.get(layer, row_id)
        with pytest.raises(NotFoundError):
            store.delete(layer, row_id, None, **BY)
        with pytest.raises(NotFoundError):
            store.history(layer, row_id)


def test_an_id_is_taken_once_and_nothing_else_is_written(store):
    store.insert("routes", [route("A"), route("B")], **BY)
    with pytest.raises(ExistsError) as refused:
        store.insert("routes", [route("C"), route("B"), route("A")], **BY)
    assert refused.value.ids == ("B", "A")
    assert [row.id for row in store.items("routes")] == ["A", "B"]
    store.insert("pipes", [route("A")], **BY)  # another layer has ids of its own


# Boxes and pages ------------------------------------------------------------------------------------------------------


def test_a_box_takes_what_touches_it_and_not_what_only_its_box_does(store):
    diagonal = shapely.LineString([(EAST, NORTH), (EAST + 100, NORTH + 100)])
    store.insert("routes", [route("diagonal", diagonal), route("edge", line(100, 0, 50))], **BY)

    def ids(*box):
        shifted = (EAST + box[0], NORTH + box[1], EAST + box[2], NORTH + box[3])
        in_frame = store.frame("routes", shifted)["id"].tolist()
        assert [row.id for row in store.items("routes", shifted)] == in_frame
        return in_frame

    assert ids(60, 0, 99, 40) == []
    assert ids(50, 50, 60, 60) == ["diagonal"]
    assert ids(-10, -10, 500, 500) == ["diagonal", "edge"]
    assert ids(150, 0, 160, 10) == ["edge"]  # touches the end
    assert ids(150.001, 0, 160, 10) == []
    assert ids(100, -5, 100, -0.0) == ["edge"]  # a box without area


def test_pages_walk_through_all_rows_in_the_order_of_code_points(store):
    names = ["a", "B", "b", "A", "10", "9", "é", "Z", "内乡", "丙", "_", "a b"]
    store.insert("routes", [route(name, line(y=at)) for at, name in enumerate(names)], **BY)
    for limit in (1, 5, 12, 100):
        for box in (None, (EAST, NORTH, EAST + 1, NORTH + 6.5)):
            walked, after = [], None
            while page := store.items("routes", box, limit, after):
                assert len(page) <= limit
                walked += [row.id for row in page]
                after = page[-1].id
            assert walked == sorted(names if box is None else names[:7])


def test_pages_are_full_where_many_boxes_touch_but_few_shapes_do(store):
    misses = [
        route(
            f"m{at:03d}", shapely.LineString([(EAST, NORTH + at / 10), (EAST, NORTH + 100), (EAST + 100, NORTH + 100)])
        )
        for at in range(50)
    ]
    hits = [route(f"n{at}", line(50, 10 + at, 10)) for at in range(5)]
    store.insert("routes", misses + hits, **BY)
    box = (EAST + 40, NORTH + 5, EAST + 90, NORTH + 30)
    assert [row.id for row in store.items("routes", box, limit=3)] == ["n0", "n1", "n2"]
    assert [row.id for row in store.items("routes", box, limit=3, after="n2")] == ["n3", "n4"]


def test_bounds_hold_all_rows(store):
    assert store.bounds("routes") is None
    store.insert("routes", [route("A"), route("B", line(1000, 500))], **BY)
    for found, exact in zip(store.bounds("routes"), (EAST, NORTH, EAST + 1200, NORTH + 500), strict=True):
        assert found == pytest.approx(exact, abs=1)
    store.delete("routes", "B", 1, **BY)
    assert store.bounds("routes")[2] == pytest.approx(EAST + 200, abs=1)


def test_far_eastings_with_a_zone_number_are_found_as_well(bare_store):
    bare_store.upgrade()
    bare_store.county = County("wuzhi", "武陟县", "Wuzhi", "EPSG:4526")
    far = shapely.LineString([(38_505_631.123, 3_880_000.5), (38_505_641.123, 3_880_000.5)])
    bare_store.insert("routes", [route(geometry=far)], **BY)
    assert bare_store.items("routes", (38_505_641.123, 3_880_000.5, 38_505_650, 3_880_001))
    assert not bare_store.items("routes", (38_505_641.124, 3_880_000.5, 38_505_650, 3_880_001))


def test_search_finds_by_part_of_id_or_name(store):
    names = {"W-10": "范蠡大街给水", "w-1": "Fan Li Avenue", "X%1": "100%", "Y_1": None}
    store.insert("routes", [route(row_id, name=name) for row_id, name in names.items()], **BY)
    found = {
        text: [row.id for row in store.search("routes", text)] for text in ("W-1", "范蠡", "fan li", "%", "_", "", "\0")
    }
    assert found == {
        "W-1": ["w-1", "W-10"],
        "范蠡": ["W-10"],
        "fan li": ["w-1"],
        "%": ["X%1"],
        "_": ["Y_1"],
        "": [],
        "\0": [],
    }
    assert store.search("routes", "1", limit=2)[0].id == "W-10"
    store.insert("trees", [{"id": "T1", "geometry": SHAPES["trees"]}], **BY)  # trees have no name
    assert [row.id for row in store.search("trees", "t1")] == ["T1"]


def test_rows_by_their_ids(store):
    store.insert("routes", [route(row_id) for row_id in "CAB"], **BY)
    assert [row.id for row in store.rows("routes", ["B", "nobody", "A", "B", "\0"])] == ["A", "B"]
    assert store.rows("routes", []) == []


# Changing -------------------------------------------------------------------------------------------------------------


def test_replace_empties_what_it_does_not_name_and_update_keeps_it(store):
    store.insert("routes", [route(name="旧", diameter_mm=300)], **BY)
    updated = store.update("routes", "W1", {"name": "新", "start": "2026-05-01"}, 1, who="b", now=LATER)
    assert (updated.properties["name"], updated.properties["diameter_mm"]) == ("新", 300.0)
    assert updated.properties["start"] == date(2026, 5, 1)
    assert store.get("routes", "W1") == updated
    replaced = store.replace("routes", "W1", route(geometry=line(y=5000), name="再"), 2, who="b", now=LATER)
    assert (replaced.revision, replaced.properties["name"], replaced.properties["diameter_mm"]) == (3, "再", None)
    assert store.get("routes", "W1") == replaced


def test_the_index_follows_a_moved_row(store):
    store.insert("routes", [route()], **BY)
    here, there = (EAST, NORTH - 1, EAST + 1, NORTH + 1), (EAST, NORTH + 4999, EAST + 1, NORTH + 5001)
    assert [len(store.items("routes", box)) for box in (here, there)] == [1, 0]
    store.update("routes", "W1", {"geometry": line(y=5000)}, 1, **BY)
    assert [len(store.items("routes", box)) for box in (here, there)] == [0, 1]
    store.delete("routes", "W1", 2, **BY)
    assert [len(store.items("routes", box)) for box in (here, there)] == [0, 0]


def test_somebody_else_was_first(store):
    store.insert("routes", [route()], **BY)
    current = store.update("routes", "W1", {"name": "theirs"}, 1, who="b", now=LATER)
    attempts = (
        lambda: store.replace("routes", "W1", route(), 1, **BY),
        lambda: store.update("routes", "W1", {"name": "mine"}, 1, **BY),
        lambda: store.delete("routes", "W1", 1, **BY),
    )
    for attempt in attempts:
        with pytest.raises(StaleRevisionError) as stale:
            attempt()
        assert stale.value.current == current
    assert store.get("routes", "W1") == current
    assert store.replace("routes", "W1", route(), None, **BY).revision == 3  # whichever there is


def test_a_refused_change_leaves_everything(store):
    [before] = store.insert("routes", [route()], **BY)
    for changes in ({"geometry": shapely.Point(1, 2)}, {"geometry": None}, {"colour": "red"}, {"diameter_mm": "wide"}):
        with pytest.raises(BadInputError):
            store.update("routes", "W1", changes, 1, **BY)
    assert store.get("routes", "W1") == before
    assert store.last_change() == 1


def test_what_was_read_can_be_written_back(store):
    [row] = store.insert("routes", [route(start="2026-03-01", diameter_mm=300)], **BY)
    read = {"id": row.id, "geometry": row.geometry, "revision": row.revision, "changed_at": row.changed_at}
    again = store.replace("routes", "W1", {**read, **row.properties}, row.revision, **BY)
    assert (again.revision, again.properties) == (2, row.properties)


# The county -----------------------------------------------------------------------------------------------------------


def test_the_county_is_kept_and_its_grid_cannot_change_under_rows(store):
    assert store.county == NEIXIANG
    assert store.grid.crs.to_epsg() == 4546
    store.county = County("neixiang", "内乡", "Neixiang County", "EPSG:4547")
    store.insert("routes", [route()], **BY)
    store.county = County("neixiang", "内乡县", "Neixiang", "EPSG:4547", None)
    assert store.county.name_zh == "内乡县"
    with pytest.raises(BadInputError, match="routes: the layer has rows"):
        store.county = NEIXIANG
    assert store.county.grid == "EPSG:4547"


def test_a_local_grid_without_a_code(bare_store):
    local = "+proj=tmerc +lat_0=0 +lon_0=111.85 +k=1 +x_0=50000 +y_0=-3000000 +ellps=GRS80 +units=m"
    bare_store.upgrade()
    bare_store.county = County("neixiang", "内乡县", "Neixiang", local)
    bare_store.insert("routes", [route()], **BY)
    assert bare_store.county.grid.startswith("PROJCRS[")
    assert bare_store.frame("routes").crs == bare_store.grid.crs
    assert bare_store.items("routes", (EAST, NORTH - 1, EAST + 1, NORTH + 1))


@pytest.mark.parametrize("grid", ["EPSG:4326", "EPSG:4490", "nonsense", "", "EPSG:999999"])
def test_a_county_needs_a_projected_grid(bare_store, grid):
    bare_store.upgrade()
    with pytest.raises(BadInputError):
        bare_store.county = County("x", "某县", "Somewhere", grid)
    assert bare_store.county is None


def test_without_a_county_nothing_is_written(bare_store):
    bare_store.upgrade()
    assert bare_store.county is None
    with pytest.raises(BadInputError, match="no county"):
        bare_store.insert("routes", [route()], **BY)
    assert bare_store.items("routes") == []


# Opening --------------------------------------------------------------------------------------------------------------


def test_the_embedded_store_is_made_where_it_is_asked_for(tmp_path):
    folder = tmp_path / "数据 folder %20 #1"
    with open_store(None, folder) as store:
        store.upgrade()
        store.county = NEIXIANG
        store.insert("routes", [route()], **BY)
    with open_store("", folder) as again:
        assert again.get("routes", "W1").id == "W1"
    assert (folder / "cotrench.db").is_file()


@pytest.mark.parametrize("url", ["mysql://root@db/x", "not a url", "postgis://db", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused(url):
    with pytest.raises(BadInputError, match="neither a SQLite file nor PostgreSQL"):
        open_store(url, "")


# Any text -------------------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(), number=st.floats(allow_nan=False, allow_infinity=False), day=st.dates())
def test_any_text_number_and_day_comes_back(store, name, number, day):
    [row] = store.insert("routes", [{"geometry": line(), "name": name, "cover_m": number, "start": day}], **BY)
    read = store.get("routes", row.id)
    assert read == row
    assert read.properties["name"] == name.replace("\0", "")
    assert (read.properties["cover_m"], read.properties["start"]) == (number, day)
    [revision] = store.history("routes", row.id)
    assert revision.row == row
