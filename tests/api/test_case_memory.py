"""What nothing has happened in costs nothing: cases are read again only where their events are others."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace

import shapely
import sqlalchemy as sa

from api.case_memory import Memory
from api.casework import Casework
from api.route_watch import RouteWatch
from survey.calendar import Calendar
from survey.policies import load_policy
from tests.api.test_casework import at, run, until
from tests.conftest import NEIXIANG

NOW = at("2026-12-01T12:00")


def road(name):
    return {
        "id": name,
        "name": "路",
        "class": "local",
        "width_m": 9.0,
        "geometry": shapely.LineString([(0, 0), (9, 0)]),
    }


@contextmanager
def readings(store):
    """Count the statements that read events of cases."""
    counted = []

    def seen(_connection, _cursor, statement, *_rest):
        if "FROM case_events" in statement:
            counted.append(statement)

    engine = store.engine
    sa.event.listen(engine, "before_cursor_execute", seen)
    try:
        yield counted
    finally:
        sa.event.remove(engine, "before_cursor_execute", seen)


def test_only_a_case_that_names_a_changed_route_is_read_by_the_watch(store):
    store.county = NEIXIANG
    work = Casework(store, load_policy("neixiang"), Calendar())
    for number in range(6):
        run(work, until("neixiang", "01_commitment", "sign_commitment"), f"C{number}")
    service = SimpleNamespace(store=store, at_work=lambda: work, now=lambda: NOW)
    watch = RouteWatch(service)
    store.insert("roads", [road("D1")], who="t", now=NOW)
    watch.look()
    store.insert("roads", [road("D2")], who="t", now=NOW)
    with readings(store) as counted:
        assert watch.look() == 0
    assert counted == []


def test_a_case_is_read_once_and_again_after_it_has_moved_on(store):
    work = Casework(store, load_policy("neixiang"), Calendar())
    steps = until("neixiang", "01_commitment", "sign_commitment")
    run(work, steps[:-1], "C1")
    first = work.case("C1")
    with readings(store) as counted:
        assert Casework(store, work.policy, work.calendar).case("C1") is first
    assert counted == []
    run(work, steps, "C1")
    assert work.case("C1").seq > first.seq


def test_what_was_used_longest_ago_is_forgotten_first():
    memory = Memory(most=2)
    made = [memory.get((key,), lambda key=key: [key]) for key in "ab"]
    assert memory.get(("a",), list) is made[0]
    memory.get(("c",), list)
    assert memory.get(("a",), list) is made[0]
    assert memory.get(("b",), list) is not made[1]
