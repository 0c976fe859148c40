"""The county's chances in memory: after any edits they are what the whole county gives, in every process."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from datetime import date, timedelta

import httpx
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from api.county_opportunities import CountyOpportunities
from api.db.store import open_store
from api.resident import Resident
from geo.crs import grid
from survey.opportunities import known_costs, opportunities_of
from survey.policies import load_policy
from survey.surroundings import Surroundings
from tests.api.conftest import NOW, X0, Y0
from tests.conftest import NEIXIANG
from tests.service import served

DAY = date(2026, 12, 1)
WITHIN_S, PATIENCE_S = 1.0, 30.0
CHANCES = "/api/opportunities"
BY = {"who": "test", "now": NOW}
UTILITIES = ("water", "gas", "power", "telecom")


def line(y, begin, end):
    return shapely.LineString([(X0 + begin, Y0 + y), (X0 + end, Y0 + y)])


def road(width):
    return {"id": "D1", "class": "local", "width_m": width, "geometry": line(0, -50, 350)}


def row(number, y, begin, length, day):
    start = DAY + timedelta(day)
    return {
        "id": f"R{number}", "utility": UTILITIES[number % 4], "operator": f"公司{number % 3}", "start": start,
        "end": start + timedelta(60), "geometry": line(y, begin, begin + length),
    }  # fmt: skip


places = st.tuples(st.integers(0, 12), st.integers(0, 200), st.integers(20, 200), st.integers(0, 400))
edits = st.one_of(
    st.tuples(st.just("put"), st.integers(0, 5), places),
    st.tuples(st.just("drop"), st.integers(0, 5), st.none()),
    st.tuples(st.just("bad"), st.integers(0, 5), places),
    st.tuples(st.just("road"), st.integers(4, 20), st.none()),
    st.tuples(st.just("day"), st.integers(0, 300), st.none()),
)


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """Yield a store and its county in memory."""
    with open_store(None, tmp_path_factory.mktemp("county")) as store:
        store.upgrade()
        store.county = NEIXIANG
        store.insert("roads", [road(12.0)], **BY)
        resident = Resident(store, poll_seconds=0.05)
        resident.start()
        yield store, CountyOpportunities(store, resident)
        resident.stop()


def edit(store, what, number, place):
    """Write one edit as the service does."""
    name = f"R{number}"
    there = store.existing("routes", [name])
    if what == "road":
        store.replace("roads", "D1", road(float(number)), None, **BY)
    elif what == "drop" and there:
        store.delete("routes", name, None, **BY)
    elif what in ("put", "bad"):
        made = row(number, *place) | ({"utility": "不明"} if what == "bad" else {})
        if there:
            store.replace("routes", name, made, None, **BY)
        else:
            store.insert("routes", [made], **BY)


def whole(store, day):
    """Return what the engine finds in the store all at once; routes of no known utility have no chance."""
    routes, roads = store.frame("routes"), store.frame("roads")
    around = Surroundings.from_frames(roads, None, grid(NEIXIANG.grid), load_policy(NEIXIANG.policy).defaults)
    return opportunities_of(routes[routes["utility"] != "不明"], around, on=day, costs=known_costs())


def same(one, other):
    """Tell whether two records are one: what is measured agrees to a millimetre, what is weighed from it nearly."""
    plain = ("id", "kind", "routes", "meeting", "streets", "notes", "protections")
    measured = ("length_m", "shared_m", "saved_m", "width_m", "score")
    return all(getattr(one, name) == getattr(other, name) for name in plain) and all(
        abs(getattr(one, name) - getattr(other, name)) <= 0.0021 for name in measured
    )


@settings(max_examples=10, deadline=None)
@given(st.lists(edits, min_size=1, max_size=6))
def test_after_any_edits_it_is_what_the_whole_county_gives(county, asked):
    store, chances = county
    for one in list(store.items("routes")):
        store.delete("routes", one.id, None, **BY)
    store.insert("routes", [row(0, 0, 0, 150, 90), row(1, 2, 0, 150, 120)], **BY)
    day, before = DAY, chances.on(DAY)
    for what, number, place in asked:
        if what == "day":
            day = DAY + timedelta(number)
        else:
            edit(store, what, number, place)
        found = chances.on(day)
        expected = {one.id: one for one in whole(store, day)}
        assert set(found.records) == set(expected)
        assert all(same(found.records[name], expected[name]) for name in expected)
        assert [one.score for one in found.records.values()] == sorted(
            (one.score for one in found.records.values()), reverse=True
        )
        bad = {one.id for one in store.items("routes") if one.properties["utility"] == "不明"}
        assert {fault.feature for fault in found.left_out} == bad
    assert before.records.keys() == {one.id for one in before.records.values()}  # what was read stays as it was


def test_a_record_far_from_an_edit_is_not_made_again(county):
    store, chances = county
    for one in list(store.items("routes")):
        store.delete("routes", one.id, None, **BY)
    far = [row(2, 500, 0, 100, 90), row(3, 502, 0, 100, 90)]
    store.insert("routes", [row(0, 0, 0, 150, 90), row(1, 2, 0, 150, 120), *far], **BY)
    before = chances.on(DAY)
    store.replace("routes", "R1", row(1, 2, 0, 100, 120), None, **BY)
    after = chances.on(DAY)
    kept = {one.routes: one for one in before.records.values()}
    assert after.change > before.change
    for one in after.records.values():
        assert (one is kept[one.routes]) == (one.routes == ("R2", "R3"))
    assert chances.on(DAY) is after


def seen(client, what):
    """Return what a list shows once it shows it, and how long that took (seconds)."""
    begun = time.monotonic()
    while True:
        rows = client.get(CHANCES).json()["opportunities"]
        took = time.monotonic() - begun
        if found := [one for one in rows if what(one)]:
            return found[0], took
        assert took < PATIENCE_S, rows
        time.sleep(0.02)


def shortened(first, second, chance, metres):
    """Shorten a route in one process; return how long it takes (seconds) until the other has it in its chance."""
    shorter = {"type": "LineString", "coordinates": [[X0, Y0 + 2], [X0 + metres, Y0 + 2]]}
    headers = {"If-Match": "*", "Content-Crs": "<EPSG:4546>", "Content-Type": "application/merge-patch+json"}
    written = first.patch("/api/collections/routes/items/R1", json={"geometry": shorter}, headers=headers)
    assert written.status_code == 200, written.text
    one, took = seen(second, lambda one: one["shared_m"] == float(metres))
    assert one["id"] == chance
    return took


def test_two_processes_on_one_database_see_each_others_changes(postgis_database, tmp_path):
    with open_store(postgis_database, tmp_path) as store:
        store.upgrade()
        store.county = NEIXIANG
        store.insert("roads", [road(12.0)], **BY)
        ahead = (date.today() - DAY).days + 100  # noqa: DTZ011 - the days only need lie ahead
        store.insert("routes", [row(0, 0, 0, 150, ahead), row(1, 2, 0, 150, ahead + 30)], **BY)
    told = {**os.environ, "COTRENCH_DATABASE_URL": postgis_database}
    with ExitStack() as stack:
        folders = [tmp_path / name for name in "ab"]
        for folder in folders:
            folder.mkdir()
        at = [stack.enter_context(served(folder, environment=told, demo=False)) for folder in folders]
        first, second = (stack.enter_context(httpx.Client(base_url=url, timeout=60)) for url in at)
        chance, _ = seen(second, lambda _: True)
        assert chance["shared_m"] == 150.0
        proposing = {"kind": "propose", "actor": {"name": "窗口", "role": "coordinator"}}
        assert first.post(f"{CHANCES}/{chance['id']}/commands", json=proposing).status_code == 200
        seen(second, lambda one: one["state"] == "proposed")
        quickest = min(shortened(first, second, chance["id"], metres) for metres in (90, 80, 70))
        assert quickest < WITHIN_S, "a busy machine keeps one of them waiting, not all"
        end = time.monotonic() + PATIENCE_S
        while second.get(f"{CHANCES}/{chance['id']}").json()["rounds"] != 2:
            assert time.monotonic() < end
            time.sleep(0.05)
        events = second.get(f"{CHANCES}/{chance['id']}/events").json()["events"]
        assert [event["kind"] for event in events] == ["proposed", "reopened"]  # both processes watch; once it was done
