"""One suite over both stores: what was accepted stays on record, whoever takes it back."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from api.db import acceptances
from api.db.store import open_store
from api.db.transfer import backup, restore
from tests.api.stores import BY, LATER, NOW, route

TOLD = {"id": "f1", "measured": 0.35, "sentence_zh": "净距 0.35 m"}


def accept(store, finding="f1", facts="abc", reason="已协商", **by):
    return acceptances.record(store, "accept", finding, facts, reason, TOLD, **(BY | by))


def test_the_last_line_of_a_finding_decides(store):
    assert acceptances.current(store) == {}
    first = accept(store)
    assert (first.number, first.who, first.at, first.told) == (1, "李工", NOW, TOLD)
    second = accept(store, facts="def", reason="会签", who="王工", now=LATER)
    other = accept(store, "f2")
    assert acceptances.current(store) == {"f1": second, "f2": other}
    acceptances.record(store, "withdraw", "f1", "def", None, {}, who="王工", now=LATER)
    assert acceptances.current(store) == {"f2": other}
    assert [(line.kind, line.who) for line in acceptances.history(store, "f1")] == [
        ("accept", "李工"),
        ("accept", "王工"),
        ("withdraw", "王工"),
    ]
    assert accept(store).number == acceptances.last_number(store) == 5
    assert store.verify() == []


def test_a_transaction_that_fails_leaves_no_acceptance(store):
    def accepted_and_lost():
        with store.transaction():
            accept(store)
            raise RuntimeError("lost")

    with pytest.raises(RuntimeError, match="lost"):
        accepted_and_lost()
    assert acceptances.last_number(store) == 0


def test_a_gap_in_the_record_is_seen(store):
    accept(store)
    accept(store, "f2")
    with store.transaction() as connection:
        connection.execute(sa.text("DELETE FROM acceptances WHERE number = 1"))
    assert [fault.code for fault in store.verify()] == ["store.numbers"]


def test_a_backup_holds_them(store, tmp_path):
    store.insert("routes", [route()], **BY)
    accept(store)
    backup(store, tmp_path / "kept.db")
    with open_store(None, tmp_path / "elsewhere") as other:
        restore(tmp_path / "kept.db", other)
        assert acceptances.history(other, "f1") == acceptances.history(store, "f1")
        assert acceptances.current(other)["f1"].told == TOLD
