"""One suite over both stores: where routes were planned, surveyed and laid stays, each line as it came in."""

from __future__ import annotations

import pytest
import shapely
import sqlalchemy as sa

from api.db import geometries
from api.db.errors import NotFoundError
from api.db.geometries import StoredLine
from api.db.store import open_store
from api.db.transfer import backup, restore
from tests.api.stores import BY, LATER, NOW, line, route

POINTS = ({"x": 1.5, "y": 2.25, "accuracy_m": 0.02, "taken_at": "2026-12-01T01:30:00+00:00"},)


def measured(name="l1", **more):
    values = {"route": "W1", "geometry": line(0.1, 0.2), "who": "李工", "at": NOW, "visit": "V-2026-0001"} | more
    return StoredLine(name, "surveyed", **values)


def test_lines_come_back_as_they_were_in_their_order(store):
    tall = shapely.LineString([(1, 2, 3.5), (4, 5, 6.25)])
    first = geometries.add(store, measured(points=POINTS, accuracy_m=0.02, note="沿路缘石"))
    second = geometries.add(store, measured("l2", geometry=tall, route=""))
    built = geometries.add(store, StoredLine("b1", "built", "W1", line(), "赵工", LATER, case="2026-00001", revision=3))
    assert geometries.of_route(store, "W1") == [first, built]
    assert geometries.of_visit(store, "V-2026-0001") == [first, second]
    assert (geometries.of_route(store, ""), geometries.of_visit(store, "")) == ([], [])
    assert geometries.get(store, "l2").geometry.wkb == tall.wkb
    with pytest.raises(NotFoundError):
        geometries.get(store, "l9")
    assert store.verify() == []


def test_an_id_is_given_once(store):
    geometries.add(store, measured())
    with pytest.raises(sa.exc.IntegrityError):
        geometries.add(store, measured())


def test_what_says_the_same_is_told_from_what_does_not():
    one = measured(points=POINTS)
    assert one.says_the_same(measured(points=POINTS, who="王工", at=LATER))
    for other in ({"note": "x"}, {"geometry": line(0.1, 0.3)}, {"points": ()}, {"route": "W2"}, {"visit": "V-2"}):
        assert not one.says_the_same(measured(**({"points": POINTS} | other)))


def test_a_transaction_that_fails_leaves_no_line(store):
    def added_and_lost():
        with store.transaction():
            geometries.add(store, measured())
            raise RuntimeError("lost")

    with pytest.raises(RuntimeError, match="lost"):
        added_and_lost()
    assert geometries.of_route(store, "W1") == []


def test_gaps_and_damage_are_seen(store):
    for name in ("l1", "l2"):
        geometries.add(store, measured(name))
    with store.transaction() as connection:
        connection.execute(sa.text("UPDATE geometries SET geometry = :bad WHERE number = 2"), {"bad": b"no shape"})
        connection.execute(sa.text("DELETE FROM geometries WHERE number = 1"))
    assert sorted(fault.code for fault in store.verify()) == ["store.line", "store.numbers"]


def test_a_backup_holds_them(store, tmp_path):
    store.insert("routes", [route()], **BY)
    kept = geometries.add(store, measured(points=POINTS))
    backup(store, tmp_path / "kept.db")
    with open_store(None, tmp_path / "other") as other:
        restore(tmp_path / "kept.db", other)
        assert geometries.of_route(other, "W1") == [kept]
        assert other.verify() == []
