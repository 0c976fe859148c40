"""Several at once on one visit, on both stores: layers, pictures, lines, minutes once each; texts that none keeps."""

from __future__ import annotations

import base64
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from api.db.store import open_store
from api.db.transfer import copy
from tests.api.conftest import X0, Y0, running, settings_of
from tests.api.test_http_items import ITEMS
from tests.api.test_http_surveyed import LINE
from tests.api.test_http_visit_layers import edit
from tests.api.visit_requests import GRID, VISITS, act, answered, enter, items_of, photo, planned, signed

MANY = 4


def at_once(client, ask):
    """Ask the same from several browsers at once; return the answers."""

    def one(number):
        with httpx.Client(base_url=client.base_url, timeout=120) as browser:
            return ask(browser, number)

    with ThreadPoolExecutor(MANY) as browsers:
        return list(browsers.map(one, range(MANY)))


def held(client):
    """Return a visit that took place, with an answer, a photo, a signature and a measured line."""
    visit = planned(client)
    at, [item, *_] = f"{VISITS}/{visit['id']}", items_of(visit)
    for name in ("p1", "picture-s"):
        assert client.put(f"{at}/pictures/{name}", content=photo()).status_code == 201
    act(client, visit["id"], "invite_visit")
    act(client, visit["id"], "hold_visit", data={"present": [{"name": "王工", "organisation": "燃气公司"}]})
    assert enter(client, visit["id"], answered("1", item["id"], photos=["p1"]), signed("s")) == [True, True]
    line = {"route": "G1", "geometry": LINE, **GRID}
    assert client.put(f"{at}/surveyed/m1", json=line).status_code == 201
    return visit["id"]


def test_an_edited_file_that_is_accepted_by_several_at_once_is_written_once(client, tmp_path):
    at = f"{VISITS}/{planned(client)['id']}"
    path = tmp_path / "layers.gpkg"
    path.write_bytes(client.get(f"{at}/layers.gpkg").content)
    file = edit(path, "UPDATE routes SET name = '改名', cover_m = 1.4 WHERE id = 'G1'").read_bytes()
    lines = [one["id"] for one in client.post(f"{at}/layers", content=file).json()["changes"]]
    assert len(lines) == 2
    body = {"digest": hashlib.sha256(file).hexdigest(), "lines": lines, "file": base64.b64encode(file).decode()}
    told = at_once(client, lambda browser, _: browser.post(f"{at}/layers/accepted", json=body))
    assert {one.status_code for one in told} == {200}
    assert sorted(len(one.json()["written"]) for one in told) == [0] * (MANY - 1) + [1]
    assert sorted(len(one.json()["already"]) for one in told) == [0] + [2] * (MANY - 1)
    row = client.get(f"{ITEMS}/G1").json()["properties"]
    assert (row["name"], row["cover_m"], row["revision"]) == ("改名", 1.4, 2)


def test_one_picture_from_several_at_once_is_kept_once_and_of_several_one_is(client):
    at = f"{VISITS}/{planned(client)['id']}/pictures"
    sent = photo()
    same = at_once(client, lambda browser, _: browser.put(f"{at}/p1", content=sent).status_code)
    assert sorted(same) == [200] * (MANY - 1) + [201]
    other = at_once(client, lambda browser, n: browser.put(f"{at}/p2", content=photo(size=(20 + n, 20))).status_code)
    assert sorted(other) == [201] + [409] * (MANY - 1)
    assert [one["id"] for one in client.get(at).json()["pictures"]] == ["p1", "p2"]


def test_one_measured_line_from_several_at_once_is_kept_once(client):
    at = f"{VISITS}/{planned(client)['id']}/surveyed"
    line = {"route": "G1", "geometry": LINE, **GRID}
    same = at_once(client, lambda browser, _: browser.put(f"{at}/m1", json=line).status_code)
    assert sorted(same) == [200] * (MANY - 1) + [201]
    other = at_once(client, lambda browser, n: browser.put(f"{at}/m2", json=line | {"note": str(n)}).status_code)
    assert sorted(other) == [201] + [409] * (MANY - 1)
    assert [one["id"] for one in client.get(at).json()["lines"]] == ["m1", "m2"]


def test_minutes_that_several_issue_at_once_are_issued_once(client, database_url, tmp_path):
    at = f"{VISITS}/{held(client)}/minutes"
    keyed = {"Idempotency-Key": "once"}
    told = at_once(client, lambda browser, _: browser.post(at, json={}, headers=keyed))
    assert {one.status_code for one in told} <= {201, 409}
    assert [one["issue"] for one in client.get(at).json()["issued"]] == [1]
    first = client.get(f"{at}.pdf").content
    # Who has not seen the first issue issues none: the number of the last event says what was seen.
    seen = {"expected": client.get(at).json()["upto"]}
    apart = at_once(client, lambda browser, _: browser.post(at, json=seen).status_code)
    assert sorted(apart) == [201] + [409] * (MANY - 1)
    assert [one["issue"] for one in client.get(at).json()["issued"]] == [1, 2]
    assert client.get(f"{at}.pdf", params={"issue": 1}).content == first
    with open_store(database_url, tmp_path) as store:
        assert store.verify() == []


def test_a_copy_of_the_store_answers_for_the_visit_with_the_same_bytes(client, database_url, tmp_path):
    visit = held(client)
    at = f"{VISITS}/{visit}"
    assert client.post(f"{at}/minutes", json={}).status_code == 201
    paths = (at, f"{at}/events", f"{at}/pictures", f"{at}/pictures/p1", f"{at}/surveyed", f"{at}/minutes",
             f"{at}/minutes.pdf", f"{at}/minutes.docx?language=en", f"{ITEMS}/G1/geometries")  # fmt: skip
    told = [client.get(path).content for path in paths]
    (tmp_path / "copy").mkdir()
    with open_store(database_url, tmp_path) as store, open_store(None, tmp_path / "copy") as other:
        copy(store, other)
        assert other.verify() == []
    with running(settings_of(None, tmp_path / "copy")) as copied:
        assert [copied.get(path).content for path in paths] == told


def asked_with(text):
    """Yield bodies that plan a visit, each with a text in another place."""
    for name in ("routes", "cases", "sites", "keep", "order"):
        yield {name: [text]}
    for name in ("mode", "day", "after", "crs"):
        yield {name: text}
    yield from ({"minutes": {text: 3}}, {"calendars": {text: "x"}}, {"calendars": {"x": text}})
    yield {"add": [{"x": X0, "y": Y0, "case": text}]}


def entered_with(text, item):
    """Yield entries of a device, each with a text in another place."""
    said = answered("", item)["data"]["answer"]
    for number, more in enumerate((
        {"id": text}, {"item": text}, {"outcome": text}, {"unit": text}, {"note": text}, {"replaces": text},
        {"taken_at": text}, {"photos": [text]}, {text: 1},
    )):  # fmt: skip
        answer = said | {"id": f"a{number}"} | more
        yield {"id": f"e{number}", "kind": "answer_item", "data": {"answer": answer}}
    yield from (answered(text, item), signed("who", who=text), signed("of", organisation=text), signed(text))
    yield from (signed("kind") | {"kind": text}, signed("more") | {text: 1})


def requests_with(at, text, item):
    """Yield every other request that writes to a visit, each with a text in another place."""
    yield "POST", VISITS, {"title": text, "add": [{"x": X0, "y": Y0, "name": text, "note": text}], **GRID}
    yield "POST", VISITS, {"routes": ["G1"], "actor": {"name": text, "role": "surveyor"}, **GRID}
    yield from (("POST", f"{VISITS}/proposals", {"routes": ["G1"], **GRID} | one) for one in asked_with(text))
    yield from (("POST", f"{at}/entries", {"entries": [one]}) for one in entered_with(text, item))
    line = {"route": "G1", "geometry": LINE, **GRID}
    yield from (("PUT", f"{at}/surveyed/of-{name}", line | {name: text}) for name in ("note", "route"))
    for command in (
        {"kind": "invite_visit", "data": {"attendees": [text]}}, {"kind": "invite_visit", "id": text},
        {"kind": "change_visit", "data": {"reason": text, "asked": {"routes": ["G1"], **GRID}}},
        {"kind": "hold_visit", "data": {"present": [{"name": text, "organisation": text, "key": text}]}},
    ):  # fmt: skip
        yield "POST", f"{at}/commands", command
    for said in ({"tasks": {text: {"who": "王"}}}, {"tasks": {item: {"who": text}}}, {"number": text}):
        yield "POST", f"{at}/minutes", said
    yield "POST", f"{at}/layers/accepted", {"digest": text, "lines": [text], "file": text}


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800", "\x1b[2J\u202e\ufffe文"], ids=["NUL", "half", "unseen"])
def test_no_text_of_a_visit_fails_the_service(client, text):
    """PostgreSQL keeps no NUL, and no store half of a character: refused by name, or kept and told again."""
    visit = planned(client)
    at, [item, *_] = f"{VISITS}/{visit['id']}", items_of(visit)
    wrong = []
    for method, path, body in requests_with(at, text, item["id"]):
        # As a program sends it: half of a character as its escape, which JSON allows.
        told = client.request(method, path, content=json.dumps(body), headers={"Content-Type": "application/json"})
        wrong += [(path, body)] if told.status_code >= 500 else []
    assert wrong == []
    for paper in ("", "/events", "/surveyed", "/minutes.pdf", "/checklist.xlsx", "/invitation.ics", "/layers.gpkg"):
        assert client.get(f"{at}{paper}").status_code == 200, paper
    assert client.get(VISITS).status_code == 200
