"""Overviews of tiles that outlive a start: never those of other rows, whatever was written, killed, full or damaged."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
import sqlalchemy as sa

import api.tile_overviews
import api.tile_stamps
import api.tiles
from api.db import transfer
from api.db.store import open_store
from api.db.tables import OVERVIEWS
from api.tile_overviews import InTheMakingError
from api.tile_stamps import OVERVIEW_ZOOM, Place, basis_of
from api.tiles import Tiles
from maps.tile_grid import COARSEST_ZOOM, TileGrid
from tests.api.stores import BY, EAST, NORTH
from tests.conftest import NEIXIANG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.db.store import Store

TILES = TileGrid(500_000.0 - 2**23, 2.0**23)
WIDE_M = 12_000.0  # several tiles of the zoom that overviews are made of
LINES = 400
PATIENCE_S = 60
NO_ROOM = (
    """CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$""",
    "CREATE TRIGGER no_room BEFORE INSERT ON overviews EXECUTE FUNCTION no_room()",
)
PREPARE = """
import sys
import api.tile_overviews, api.tiles
from api.db.store import open_store
api.tile_overviews.MOST_APART = api.tiles.MOST_APART = {apart}
with open_store(sys.argv[1], "") as store:
    api.tiles.Tiles().prepare(store)
"""


@pytest.fixture(autouse=True)
def few(monkeypatch) -> None:
    """Let so few lines be drawn as an overview that a test need not write a million."""
    for module in (api.tiles, api.tile_overviews):
        monkeypatch.setattr(module, "MOST_APART", 100)


def lines(count: int, seed: int) -> list[shapely.LineString]:
    random = np.random.default_rng(seed)
    starts = np.array([EAST, NORTH]) + random.uniform(0, WIDE_M, (count, 2))
    return list(shapely.linestrings(np.stack([starts, starts + random.uniform(-400, 400, (count, 2))], axis=1)))


def fill(store: Store) -> None:
    rows = [{"id": f"R{k}", "utility": ("gas", "water")[k % 2], "geometry": one}
            for k, one in enumerate(lines(LINES, 3))]  # fmt: skip
    store.insert("routes", rows, **BY)


@pytest.fixture
def crowded(store: Store) -> Store:
    """Return a store of each kind with more routes than are drawn one by one far out."""
    fill(store)
    return store


@pytest.fixture
def twin(tmp_path) -> Iterator[Store]:
    """Yield a store that is written as the other one is, and keeps no overviews: what its tiles are, all must be."""
    with open_store(f"sqlite:///{tmp_path / 'twin.db'}", "") as store:
        store.upgrade()
        store.county = NEIXIANG
        fill(store)
        yield store


def seen(tiles: Tiles, store: Store) -> dict[str, tuple[str, bytes | None]]:
    """Return every tile of the routes from the coarsest zoom to the one that overviews are made of, by name."""
    found = {}
    for zoom in range(COARSEST_ZOOM, OVERVIEW_ZOOM + 1):
        (left, bottom), (right, top) = TILES.at(zoom, EAST, NORTH), TILES.at(zoom, EAST + WIDE_M, NORTH + WIDE_M)
        for column in range(left, right + 1):
            for row in range(top, bottom + 1):
                place = Place(TILES, zoom, column, row)
                found[place.name] = tiles.tile(store, place, {"routes": None}, lambda _: False)
    return found


def kept(store: Store) -> list[sa.Row]:
    with store.reading() as connection:
        return list(connection.execute(sa.select(OVERVIEWS).order_by(OVERVIEWS.c.basis, OVERVIEWS.c.place)).all())


@contextmanager
def asked(store: Store) -> Iterator[list[str]]:
    """Yield the statements that the store is asked in the block."""
    told: list[str] = []

    def note(_connection, _cursor, statement, *_more) -> None:
        told.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", note)


def rows_read(told: list[str]) -> int:
    return sum("routes.geometry" in one.partition("FROM")[0] for one in told)


def drawn_apart(store: Store) -> int:
    """Return how many tiles of `seen` hold some lines, and so few that they are read and drawn one by one."""
    with store.reading() as connection:
        tiles = api.tile_stamps.Stamps()
        look = tiles.look(store, connection, TILES)
        rows = [tiles.of(look, "routes", Place.named(TILES, name)).rows for name in seen(Tiles(), store)]
    return sum(one <= api.tiles.MOST_APART for one in rows)


def test_after_a_start_overviews_are_there_without_looking_at_a_row(crowded, twin):
    Tiles().prepare(crowded)
    made, truth = Tiles(), seen(Tiles(), twin)
    names = [line.place for line in kept(crowded) if line.drawn is not None]
    assert {name.partition("/")[0] for name in names} == {"8", "9", "10", "11"}
    with asked(crowded) as told:
        made.prepare(crowded)
        for name in names:
            assert made.tile(crowded, Place.named(TILES, name), {"routes": None}, lambda _: False) == truth[name]
    assert rows_read(told) == 0
    # Nor was anything written: everything was there.
    assert not any(one.startswith(("INSERT", "DELETE", "UPDATE")) for one in told)
    assert seen(made, crowded) == truth


def test_an_edit_makes_anew_only_what_it_touches(crowded, twin):
    tiles = Tiles()
    tiles.prepare(crowded)
    before = {line.place: line.digest for line in kept(crowded)}
    for store in (crowded, twin):
        store.insert("routes", [{"id": "new", "utility": "heat", "geometry": lines(1, 9)[0]}], **BY)
    with asked(crowded) as told:
        tiles.prepare(crowded)
    after = {line.place: line.digest for line in kept(crowded)}
    changed = [name for name in after if after[name] != before[name]]
    apart = [name for name in changed if name.startswith(f"{OVERVIEW_ZOOM}/")]
    assert 1 <= rows_read(told) == len(apart) <= 4  # as many as its margins let it be in
    above = {Place.named(TILES, name).above(zoom).name for name in apart for zoom in range(COARSEST_ZOOM, 11)}
    assert set(changed) == above | set(apart)
    assert seen(tiles, crowded) == seen(Tiles(), crowded) == seen(Tiles(), twin)


@pytest.mark.parametrize(("seed", "followed"), [(1, 5_000), (2, 3)])
def test_whatever_is_written_between_starts_tiles_are_those_of_the_rows(crowded, twin, monkeypatch, seed, followed):
    monkeypatch.setattr(api.tile_stamps, "MOST_FOLLOWED", followed)
    monkeypatch.setattr(api.tile_overviews, "CONFIRMED_AFTER", followed // 2)
    random = np.random.default_rng(seed)
    tiles, there = Tiles(), [f"R{k}" for k in range(LINES)]
    for step in range(6):
        for number in range(int(random.integers(0, 6))):
            shape, kind = (
                lines(1, 1000 * seed + 10 * step + number)[0],
                random.choice(["insert", "move", "turn", "delete"]),
            )
            name = str(random.choice(there)) if kind != "insert" else f"N{step}-{number}"
            for store in (crowded, twin):
                if kind == "insert":
                    store.insert("routes", [{"id": name, "utility": "power", "geometry": shape}], **BY)
                elif kind == "move":
                    store.update("routes", name, {"geometry": shape}, None, **BY)
                elif kind == "turn":
                    store.update("routes", name, {"utility": "telecom"}, None, **BY)
                else:
                    store.delete("routes", name, None, **BY)
            there = [one for one in (*there, name) if one != name or kind != "delete"]
            there = list(dict.fromkeys(there))
        if random.random() < 0.5:
            tiles = Tiles()  # a start
        if random.random() < 0.6:
            tiles.prepare(crowded)
        assert seen(tiles, crowded) == seen(Tiles(), twin)
        assert len({(line.basis, line.place) for line in kept(crowded)}) == len(kept(crowded))


def test_a_start_after_very_many_changes_looks_at_the_rows_and_follows_fewer_the_next_time(crowded, monkeypatch):
    monkeypatch.setattr(api.tile_overviews, "CONFIRMED_AFTER", 10)
    tiles = Tiles()
    tiles.prepare(crowded)
    first = {line.change for line in kept(crowded)}
    for shape in lines(30, 5):
        far = shapely.transform(shape, lambda xy: xy / 1000 + (EAST, NORTH))  # all of them in one corner
        crowded.update("routes", "R0", {"geometry": far}, None, **BY)
    tiles.prepare(crowded)
    assert first == {LINES}
    assert {line.change for line in kept(crowded)} == {LINES + 30}


def test_a_store_that_was_brought_back_to_an_earlier_day_has_nothing_of_the_day_that_never_was(crowded, tmp_path):
    """Numbers and revisions are given again there, to other rows: why overviews are in the store, not in a folder."""
    transfer.backup(crowded, tmp_path / "backup.db")
    one, other = lines(2, 6)
    crowded.update("routes", "R1", {"geometry": one}, None, **BY)
    Tiles().prepare(crowded)
    assert kept(crowded)
    with open_store(f"sqlite:///{tmp_path / 'back.db'}", "") as back:
        transfer.restore(tmp_path / "backup.db", back)
        back.update("routes", "R1", {"geometry": other}, None, **BY)
        assert kept(back) == []
        wrong, right = seen(Tiles(), crowded), seen(Tiles(), back)
    assert {name: told[0] for name, told in wrong.items()} == {name: told[0] for name, told in right.items()}
    assert wrong != right  # the tags of two stores are alike, their tiles are not


def prepared(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", PREPARE.format(apart=100), url])


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
def test_a_process_killed_while_it_keeps_overviews_leaves_whole_ones_and_the_next_one_goes_on(
    crowded, twin, database_url
):
    truth, counts = seen(Tiles(), twin), [0]
    for more in (1, 7):
        process = prepared(database_url)
        try:
            end = time.monotonic() + PATIENCE_S
            while (count := len(kept(crowded))) < counts[-1] + more and process.poll() is None:
                assert time.monotonic() < end, f"only {count}"
            os.kill(process.pid, signal.SIGKILL)
        finally:
            process.kill()
            process.wait()
        assert process.returncode == -signal.SIGKILL, "it had ended before it was killed"
        counts.append(len(kept(crowded)))
        assert seen(Tiles(), crowded) == truth
    assert crowded.verify() == []
    whole = Tiles()
    whole.prepare(crowded)
    assert counts == sorted(set(counts))
    assert len(kept(crowded)) > counts[-1]
    assert seen(Tiles(), crowded) == truth


def test_two_processes_that_make_overviews_at_once_keep_each_once(crowded, twin, database_url):
    both = [prepared(database_url) for _ in range(2)]
    assert [one.wait(PATIENCE_S) for one in both] == [0, 0]
    names = [line.place for line in kept(crowded)]
    assert len(names) == len(set(names))
    Tiles().prepare(twin)
    assert names == [line.place for line in kept(twin)]
    with asked(crowded) as told:
        assert seen(Tiles(), crowded) == seen(Tiles(), twin)
    assert 0 < rows_read(told) <= drawn_apart(twin)


@contextmanager
def full(store: Store) -> Iterator[None]:
    """Let the store take nothing more: SQLite has no page left, PostgreSQL says that its disk is full."""
    if store.engine.dialect.name == "postgresql":
        with store.transaction() as connection:
            for statement in NO_ROOM:
                connection.exec_driver_sql(statement)
        yield
        with store.transaction() as connection:
            connection.exec_driver_sql("DROP FUNCTION no_room CASCADE")
        return

    def limit(connection, _record) -> None:
        connection.execute("PRAGMA max_page_count = 1").close()  # SQLite makes of it as many as there are

    store.close()
    with closing(sqlite3.connect(str(store.engine.url.database))) as connection:
        connection.execute("VACUUM")  # no page is left free
    sa.event.listen(store.engine, "connect", limit)
    yield
    sa.event.remove(store.engine, "connect", limit)
    store.close()


def test_where_the_store_takes_no_more_tiles_are_made_all_the_same_and_kept_later(crowded, twin, caplog):
    tiles, truth = Tiles(), seen(Tiles(), twin)
    with full(crowded):
        with caplog.at_level("WARNING", "cotrench.api"):
            tiles.prepare(crowded)
        assert [one.message for one in caplog.records if "没有存下" in one.message] == [
            one.message for one in caplog.records
        ]
        assert len(caplog.records) == 1
        # What was made ahead serves, and is not made again at every look.
        with asked(crowded) as told:
            tiles.prepare(crowded)
            found = seen(tiles, crowded)
        assert rows_read(told) <= drawn_apart(twin)
        assert found == truth
        few = kept(crowded)
    # There is room again: kept after the next change.
    for store in (crowded, twin):
        store.update("routes", "R5", {"utility": "heat"}, None, **BY)
    tiles.prepare(crowded)
    assert seen(Tiles(), crowded) == seen(Tiles(), twin)
    Tiles().prepare(twin)
    assert [line.place for line in kept(crowded)] == [line.place for line in kept(twin)]
    assert len(few) < len(kept(twin))


def test_a_damaged_overview_is_told_of_and_made_anew(crowded, twin, caplog):
    Tiles().prepare(crowded)
    with crowded.transaction() as connection:
        for line in connection.execute(sa.select(OVERVIEWS)).all():
            wrong = {"steps": line.steps[:-7], "drawn": line.drawn and line.drawn[:20] + b"?" + line.drawn[21:]}
            connection.execute(sa.update(OVERVIEWS).where(OVERVIEWS.c.place == line.place).values(wrong))
    with caplog.at_level("WARNING", "cotrench.api"):
        assert seen(Tiles(), crowded) == seen(Tiles(), twin)
    assert any("已损坏" in one.message for one in caplog.records)


def test_what_another_program_made_is_not_used_and_goes_at_the_next_start(crowded, twin):
    Tiles().prepare(crowded)
    with crowded.transaction() as connection:
        connection.execute(sa.update(OVERVIEWS).values(basis="another", drawn=b"wrong", steps=b"wrong"))
    assert seen(Tiles(), crowded) == seen(Tiles(), twin)
    Tiles().prepare(crowded)
    assert {line.basis for line in kept(crowded)} == {basis_of(TILES)}
    assert basis_of(TILES) != basis_of(TileGrid(0.0, 0.0))


def test_overviews_of_a_layer_that_has_few_rows_left_go(crowded):
    tiles = Tiles()
    tiles.prepare(crowded)
    assert kept(crowded)
    with crowded.transaction():
        for number in range(LINES - 50):
            crowded.delete("routes", f"R{number}", None, **BY)
    tiles.prepare(crowded)
    assert kept(crowded) == []


def test_several_who_ask_at_once_wait_for_the_first(crowded, twin):
    tiles, found = Tiles(), []
    place = Place(TILES, COARSEST_ZOOM, *TILES.at(COARSEST_ZOOM, EAST, NORTH))

    def ask() -> None:
        found.append(tiles.tile(crowded, place, {"routes": None}, lambda _: False))

    with asked(crowded) as told:
        threads = [threading.Thread(target=ask) for _ in range(6)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert found == [seen(Tiles(), twin)[place.name]] * 6
    Tiles().prepare(twin)
    parts = [line for line in kept(twin) if line.place.startswith(f"{OVERVIEW_ZOOM}/") and line.rows > 0]
    assert rows_read(told) == sum(Place.named(TILES, line.place).above(COARSEST_ZOOM) == place for line in parts)


def test_who_asks_for_what_takes_long_is_told_how_far_it_is_and_gets_it_when_it_is_made(crowded, twin, monkeypatch):
    place, truth = Place(TILES, COARSEST_ZOOM, *TILES.at(COARSEST_ZOOM, EAST, NORTH)), seen(Tiles(), twin)
    monkeypatch.setattr(api.tile_overviews, "MOST_WAITED_FOR", 150)
    tiles = Tiles()

    def ask() -> tuple[str, bytes | None]:
        return tiles.tile(crowded, place, {"routes": None}, lambda _: False)

    with pytest.raises(InTheMakingError) as told:
        ask()
    assert (told.value.layer, told.value.percent) == ("routes", 0)
    # What another process has kept meanwhile counts; the rest is little enough to be waited for.
    Tiles().prepare(crowded)
    parts = [line.place for line in kept(crowded) if line.rows > 0 and line.place.startswith(f"{OVERVIEW_ZOOM}/")]
    with crowded.transaction() as connection:
        gone = OVERVIEWS.c.place.not_in(parts[::2])
        connection.execute(sa.delete(OVERVIEWS).where(gone))
    with pytest.raises(InTheMakingError) as told:
        ask()
    assert 0 < told.value.percent < 100
    # Whoever waits is not made to wait for the next look.
    tiles.prepare(crowded, rest_s=3600)
    assert ask() == truth[place.name]
    # Where nothing can be kept, what is asked for is made there and then.
    fresh = Tiles()
    with crowded.transaction() as connection:
        connection.execute(sa.delete(OVERVIEWS))
    with full(crowded):
        fresh.prepare(crowded)
        monkeypatch.setattr(fresh._overviews, "_drawn", type(fresh._overviews._drawn)(10))
        assert fresh.tile(crowded, place, {"routes": None}, lambda _: False) == truth[place.name]
