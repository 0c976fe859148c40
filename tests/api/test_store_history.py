"""One suite over both stores: what was, who did it, what came since, and answers given twice."""

from datetime import date, timedelta

import pytest
import shapely

from api.db.errors import KeyReusedError, NotFoundError
from api.db.records import Answer, Change
from tests.api.stores import BY, LATER, NOW, line, route


def test_every_state_of_a_row_is_kept_through_its_deletion_and_return(store):
    [first] = store.insert("routes", [route(start="2026-03-01", diameter_mm=300)], who="李工", now=NOW)
    second = store.update("routes", "W1", {"geometry": line(y=50)}, 1, who="王工", now=LATER)
    store.delete("routes", "W1", 2, who="张工", now=LATER)
    with pytest.raises(NotFoundError):
        store.get("routes", "W1")
    [back] = store.insert("routes", [route()], who="李工", now=LATER)
    assert back.revision == 4  # an ETag of before never fits a row of after

    states = store.history("routes", "W1")
    assert [(state.change.kind, state.change.revision, state.change.who) for state in states] == [
        ("insert", 1, "李工"),
        ("update", 2, "王工"),
        ("delete", 3, "张工"),
        ("insert", 4, "李工"),
    ]
    assert [state.row for state in (states[0], states[1], states[3])] == [first, second, back]
    assert states[2].row.geometry.equals_exact(second.geometry, 0)
    assert states[2].row.properties["start"] == date(2026, 3, 1)
    assert states[0].change.at == NOW


def test_history_keeps_heights(store):
    high = shapely.LineString([(500_000, 3_660_000, 161.5), (500_009, 3_660_000, 162.25)])
    store.insert("routes", [route(geometry=high)], **BY)
    assert store.history("routes", "W1")[0].row.geometry.wkt == high.wkt


def test_changes_come_in_one_order_over_all_layers(store):
    assert (store.last_change(), store.changes_since(0)) == (0, [])
    store.insert("routes", [route("A"), route("B")], **BY)
    store.insert("pipes", [route("A")], **BY)
    store.update("routes", "A", {"name": "x"}, 1, who="b", now=LATER)
    store.delete("pipes", "A", 1, **BY)
    assert [(one.number, one.layer, one.id, one.kind) for one in store.changes_since(0)] == [
        (1, "routes", "A", "insert"),
        (2, "routes", "B", "insert"),
        (3, "pipes", "A", "insert"),
        (4, "routes", "A", "update"),
        (5, "pipes", "A", "delete"),
    ]
    assert store.changes_since(3, limit=1) == [Change(4, "routes", "A", 2, "update", "b", LATER)]
    assert store.last_change() == 5
    assert store.changes_since(5) == []


def test_numbers_of_deleted_rows_are_not_given_again(store):
    store.insert("routes", [route("A")], **BY)
    store.delete("routes", "A", 1, **BY)
    store.insert("routes", [route("B")], **BY)
    assert [change.number for change in store.changes_since(0)] == [1, 2, 3]
    assert store.items("routes", store.frame("routes").total_bounds.tolist())[0].id == "B"


# Transactions ---------------------------------------------------------------------------------------------------------


def test_a_transaction_is_all_or_nothing(store):
    class ChangedMindError(Exception):
        """What the caller raises."""

    @store.transaction()
    def change_mind():
        store.insert("routes", [route("A")], **BY)
        store.insert("pipes", [route("P")], **BY)
        assert store.get("routes", "A").revision == 1  # seen within
        raise ChangedMindError

    with pytest.raises(ChangedMindError):
        change_mind()
    assert store.count("routes") == store.count("pipes") == store.last_change() == 0
    with store.transaction():
        store.insert("routes", [route("A")], **BY)
        with store.transaction():
            store.update("routes", "A", {"name": "x"}, 1, **BY)
    assert store.get("routes", "A").revision == 2


def test_the_same_request_is_answered_once_more_and_written_once(store):
    def post(key, request):
        with store.transaction():
            given = store.answer_to(key, request)
            if given is None:
                [row] = store.insert("routes", [{"geometry": line()}], **BY)
                given = Answer(201, row.id.encode(), {"Location": f"/api/…/{row.id}"})
                store.remember(key, request, given, now=NOW)
            return given

    first = post("键 1", "digest a")
    assert post("键 1", "digest a") == first
    assert store.count("routes") == 1
    assert post("key 2", "digest a") != first
    with pytest.raises(KeyReusedError):
        post("键 1", "digest b")
    assert store.count("routes") == 2


def test_an_answer_is_not_remembered_when_its_write_is_undone(store):
    @store.transaction()
    def fail():
        store.insert("routes", [route()], **BY)
        store.remember("key", "digest", Answer(201, b"{}"), now=NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.answer_to("key", "digest") is None


def test_old_answers_are_forgotten(store):
    for days, key in enumerate("abc"):
        store.remember(key, "digest", Answer(200, b"\0\xff"), now=NOW + timedelta(days=days))
    assert store.forget_answers(NOW + timedelta(days=1)) == 1
    assert store.answer_to("a", "digest") is None
    assert store.answer_to("b", "digest") == Answer(200, b"\0\xff", {})
