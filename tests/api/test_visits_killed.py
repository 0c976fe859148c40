"""Phones send while the service is killed (SIGKILL), and two at once: nothing half, nothing lost, nothing twice."""

from __future__ import annotations

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from api.db.store import open_store
from api.db.visit_pictures import listed
from api.visits import Visits
from tests.api.conftest import running, settings_of, small_county
from tests.api.test_cases_killed import started
from tests.api.visit_requests import VISITS, answered, enter, items_of, photo, planned, signed
from tests.service import address_in

ENTRIES = 20
PATIENCE_S = 90


def queue_of(visit):
    """Return what a phone has in its queue: answers, each with a photo."""
    items = [item["id"] for item in items_of(visit)]
    return [answered(str(k), items[k % len(items)], note=f"第 {k} 条", photos=[f"p{k}"]) for k in range(ENTRIES)]


def address_of(process, folder):
    """Return the address that a service answers at, once it does."""
    end = time.monotonic() + PATIENCE_S
    while True:
        address = address_in(folder / "server.log")
        try:
            if address and httpx.get(f"{address}/api/health", timeout=2).status_code == 200:
                return address
        except httpx.HTTPError:
            pass  # it does not listen yet
        assert process.poll() is None, "the service has ended by itself"
        assert time.monotonic() < end
        time.sleep(0.05)


def send(client, visit, queue, picture):
    """Send a queue as a phone does, entry by entry and its photo; stop where the service is gone."""
    for entry in queue:
        name = entry["data"]["answer"]["photos"][0]
        client.put(f"{VISITS}/{visit}/pictures/{name}", content=picture)
        client.post(f"{VISITS}/{visit}/entries", json={"entries": [entry]})


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
def test_a_service_killed_while_a_phone_sends_keeps_whole_entries_and_takes_the_queue_again(tmp_path):
    small_county(None, tmp_path)
    picture = photo(size=(600, 400))
    with running(settings_of(None, tmp_path)) as client:
        visit = planned(client)
    queue = queue_of(visit)
    for least in (1, ENTRIES // 2):
        process = started(tmp_path)
        try:
            with (
                httpx.Client(base_url=address_of(process, tmp_path), timeout=30) as client,
                ThreadPoolExecutor(1) as phone,
            ):
                sending = phone.submit(send, client, visit["id"], queue, picture)
                while client.get(f"{VISITS}/{visit['id']}").json()["seq"] <= least:
                    time.sleep(0.01)
                os.kill(process.pid, signal.SIGKILL)
                assert sending.exception() is None or isinstance(sending.exception(), httpx.HTTPError)
        finally:
            process.kill()
            process.wait()
        with open_store(None, tmp_path) as store:
            assert store.verify() == []
    with running(settings_of(None, tmp_path)) as client:
        send(client, visit["id"], queue, picture)
        read = client.get(f"{VISITS}/{visit['id']}").json()
    with open_store(None, tmp_path) as store:
        assert store.verify() == []
        kept = Visits(store, "neixiang").visit(visit["id"])
        assert sorted(kept.answers) == sorted(entry["data"]["answer"]["id"] for entry in queue)
        assert kept.seq == 1 + ENTRIES == read["seq"]
        assert len(listed(store, visit["id"])) == ENTRIES


def test_two_phones_with_the_same_queue_at_once(client):
    visit = planned(client)
    queue = [*queue_of(visit)[:10], signed("s")]
    picture = photo()

    def phone(_):
        with httpx.Client(base_url=client.base_url, timeout=120) as own:
            own.put(f"{VISITS}/{visit['id']}/pictures/p0", content=picture).raise_for_status()
            return enter(own, visit["id"], *queue)

    with ThreadPoolExecutor(4) as phones:
        assert list(phones.map(phone, range(4))) == [[True] * len(queue)] * 4
    read = client.get(f"{VISITS}/{visit['id']}").json()
    assert read["seq"] == 1 + len(queue)
    assert sum(len(item["answers"]) for item in items_of(read)) == 10
    assert len(client.get(f"{VISITS}/{visit['id']}/pictures").json()["pictures"]) == 1
