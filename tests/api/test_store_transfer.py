"""A store copied into another one of either kind is the same store."""

import pytest

from api.db.errors import SchemaError
from api.db.records import Answer
from api.db.store import open_store
from api.db.transfer import backup, copy, restore
from geo.faults import BadInputError
from tests.api.stores import BY, NOW, line, route, routes_frame
from tests.conftest import NEIXIANG
from tests.postgis import fresh_database


@pytest.fixture
def used(store):
    store.import_frame("routes", routes_frame(6_000), **BY)
    store.update("routes", "R000003", {"geometry": line(), "start": "2026-04-01"}, 1, **BY)
    store.delete("routes", "R000004", 1, **BY)
    store.insert("pipes", [route("甲")], **BY)
    store.remember("key", "digest", Answer(201, b"\0\xff", {"ETag": '"1"'}), now=NOW)
    return store


def same(one, other):
    assert other.county == one.county
    assert other.changes_since(0, 100_000) == one.changes_since(0, 100_000)
    assert other.items("routes", limit=10_000) == one.items("routes", limit=10_000)
    assert other.history("routes", "R000004") == one.history("routes", "R000004")
    assert other.get("pipes", "甲") == one.get("pipes", "甲")
    assert other.answer_to("key", "digest") == one.answer_to("key", "digest")
    assert other.verify() == []
    other.insert("routes", [route("R000004")], **BY)
    assert other.get("routes", "R000004").revision == 3
    assert [row.id for row in other.items("routes", (*line().bounds[:2], *line().bounds[2:]), after="R000002")][:2] == [
        "R000003",
        "R000004",
    ]


def test_backup_and_restore(used, tmp_path, postgis_server):
    file, seen = tmp_path / "备份.db", []
    file.write_bytes(b"an older backup")
    assert backup(used, file, lambda *at: seen.append(at)) == 12_004  # 6,003 changes, 6,000 rows, 1 answer
    assert (seen[0], seen[-1]) == ((0, 12_004), (12_004, 12_004))
    assert sorted(path.name for path in tmp_path.iterdir() if "备份" in path.name) == ["备份.db"]
    with open_store(None, tmp_path / "elsewhere") as other:
        restore(file, other)
        same(used, other)
        with pytest.raises(BadInputError, match="not empty"):
            restore(file, other)
    with fresh_database(postgis_server) as url, open_store(url, "") as other:
        restore(file, other)
        same(used, other)


def test_a_copy_that_is_ended_leaves_an_empty_store(used, tmp_path):
    def stop(done, total):
        if done > total // 2:
            raise KeyboardInterrupt

    with open_store(None, tmp_path / "elsewhere") as other:
        with pytest.raises(KeyboardInterrupt):
            copy(used, other, stop)
        assert (other.county, other.last_change()) == (None, 0)
    file = tmp_path / "kept.db"
    file.write_bytes(b"an older backup")
    with pytest.raises(KeyboardInterrupt):
        backup(used, file, stop)
    assert file.read_bytes() == b"an older backup"


def test_what_is_no_backup_is_refused(tmp_path):
    with open_store(None, tmp_path) as store:
        (tmp_path / "x.db").write_text("no")
        with pytest.raises(BadInputError, match="not a backup"):
            restore(tmp_path / "x.db", store)
        with open_store(None, tmp_path / "bare") as bare, pytest.raises(SchemaError):
            copy(bare, store)
        with pytest.raises(FileNotFoundError):
            restore(tmp_path / "nowhere.db", store)


def test_nothing_is_written_while_one_moment_is_read(store):
    with store.reading(), pytest.raises(RuntimeError, match="a write inside"):
        store.insert("routes", [route()], **BY)
    with store.reading():
        before = store.count("routes")
        with open_store(store.engine.url.render_as_string(hide_password=False), "") as other:
            other.insert("routes", [route()], **BY)
        assert store.count("routes") == before
    assert store.count("routes") == 1
    assert store.county == NEIXIANG
