"""One suite over both stores: many at once lose nothing."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from api.db.errors import ExistsError, StaleRevisionError
from api.db.store import open_store
from tests.api.stores import BY, NOW, line, route, routes_frame

THREADS, TIMES = 4, 200


def at_once(*tasks):
    """Run the tasks in a thread each, started together; return their results, raise what one raised."""
    start = threading.Barrier(len(tasks))

    def run(task):
        start.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [future.result() for future in [pool.submit(run, task) for task in tasks]]


def test_four_writers_of_one_row_keep_every_increment(store):
    store.insert("routes", [route(diameter_mm=0)], **BY)

    def increment():
        for _ in range(TIMES):
            with store.transaction():
                row = store.get("routes", "W1")
                more = {"diameter_mm": row.properties["diameter_mm"] + 1}
                store.update("routes", "W1", more, row.revision, **BY)

    at_once(*[increment] * THREADS)
    row = store.get("routes", "W1")
    assert (row.properties["diameter_mm"], row.revision) == (THREADS * TIMES, THREADS * TIMES + 1)
    assert [change.number for change in store.changes_since(0)] == list(range(1, THREADS * TIMES + 2))


def test_of_writers_who_saw_the_same_revision_one_wins(store):
    store.insert("routes", [route()], **BY)

    def attempt(who):
        try:
            return store.update("routes", "W1", {"name": who}, 1, who=who, now=NOW)
        except StaleRevisionError as stale:
            return stale.current

    results = at_once(*(lambda who=who: attempt(who) for who in "abcd"))
    assert len({row.properties["name"] for row in results}) == 1
    assert store.get("routes", "W1").revision == 2


def test_of_writers_of_the_same_id_one_wins(store):
    def attempt():
        try:
            return store.insert("routes", [route("same")], **BY)
        except ExistsError:
            return None

    assert sum(one is not None for one in at_once(*[attempt] * THREADS)) == 1


def test_two_stores_on_one_database_keep_every_row(store, database_url):
    with open_store(database_url, "") as other:

        def write(to, letter):
            for at in range(50):
                to.insert("routes", [route(f"{letter}{at}")], **BY)

        at_once(lambda: write(store, "a"), lambda: write(other, "b"))
    assert store.count("routes") == 100
    assert store.last_change() == 100


def test_readers_see_whole_changes_only_and_are_not_kept_waiting(store):
    store.insert("routes", [route()], **BY)
    halfway, read = threading.Event(), threading.Event()

    def write():
        def progress(done, total):
            if done:
                halfway.set()
                assert read.wait(20)

        store.import_frame("routes", routes_frame(100), progress, **BY)

    def look():
        assert halfway.wait(20)
        try:
            return store.count("routes"), store.last_change(), len(store.items("routes"))
        finally:
            read.set()

    _, seen = at_once(write, look)
    assert seen == (1, 1, 1)
    assert store.count("routes") == 101


def test_followers_of_the_changes_miss_none(store):
    """A reader who asks for what came since sees every number once, in order, while four write."""
    done = threading.Event()
    seen = []

    def write(letter):
        for at in range(25):
            store.insert("routes", [{"id": f"{letter}{at}", "geometry": line()}], **BY)

    def follow():
        while True:
            ended = done.is_set()
            seen.extend(change.number for change in store.changes_since(seen[-1] if seen else 0))
            if ended:
                return
            time.sleep(0.002)

    def write_all():
        at_once(*(lambda letter=letter: write(letter) for letter in "abcd"))
        done.set()

    at_once(write_all, follow)
    assert seen == list(range(1, 101))
