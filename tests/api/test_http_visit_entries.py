"""What a phone sends of a visit: taken once however often it comes, late and in any state; refused by its member."""

from __future__ import annotations

import pytest

from tests.api.conftest import X0, Y0
from tests.api.test_http_items import problem
from tests.api.visit_requests import (
    GRID,
    VISITS,
    act,
    answered,
    enter,
    items_of,
    planned,
    signed,
)

pytestmark = pytest.mark.usefixtures("quick_hashes")


def test_what_a_device_sends_is_taken_once_in_any_state_and_one_refusal_holds_up_nothing(client):
    visit = planned(client)
    name, [item, *_] = visit["id"], items_of(visit)
    first = answered("1", item["id"], "value", value=11.9, unit="m", x=X0 + 50, y=Y0 + 1.5, accuracy_m=0.4)
    odd = answered("2", item["id"], "perhaps")
    assert enter(client, name, first, odd, first, signed("s")) == [True, False, True, True]
    act(client, name, "cancel_visit", data={"reason": "暴雨"})
    late = answered("3", item["id"], "not_ok", note="井盖压在绿化下")
    assert enter(client, name, late, first, signed("s")) == [True, True, True]
    read = client.get(f"{VISITS}/{name}", params=GRID).json()
    [said, other] = items_of(read)[0]["answers"]
    assert (said["value"], said["unit"], said["place"], said["accuracy_m"]) == (11.9, "m", [X0 + 50, Y0 + 1.5], 0.4)
    assert (other["outcome"], other["note"]) == ("not_ok", "井盖压在绿化下")
    assert read["disputed"] == [item["id"]]
    assert len(read["signatures"]) == 1
    assert (read["state"], read["answered"]) == ("cancelled", 1)
    body = client.post(f"{VISITS}/{name}/entries", json={"entries": [odd, {"id": "x"}, 7]}).json()["entries"]
    assert [one["problem"]["code"] for one in body] == ["case.refused", "input.refused", "input.refused"]
    reused = answered("1", item["id"], "ok")
    told = client.post(f"{VISITS}/{name}/entries", json={"entries": [reused]}).json()["entries"][0]
    assert told["problem"]["errors"][0]["code"] == "case.id_reused"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+09:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59-12:00"])
def test_an_entry_of_no_year_holds_up_none_of_those_behind_it(client, moment):
    """A device sends its queue again until it is told of each entry: one that failed would keep the rest for ever."""
    visit = planned(client)
    [item, *_] = items_of(visit)
    queue = [answered("1", item["id"]), answered("2", item["id"], taken_at=moment), answered("3", item["id"])]
    assert enter(client, visit["id"], *queue) == [True, False, True]


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"kind": "answer_item", "data": {"answer": 3}}, "answer"),
        ({"kind": "answer_item", "data": {"answer": {"k" * 10**6: 3}}}, "answer." + "k" * 80),
        ({"kind": "answer_item", "k" * 10**6: 3}, "k" * 80),
        ({"kind": "sign_visit", "data": {"who": 3, "picture": "p"}}, "who"),
        ({"kind": "sign_visit", "data": {"who": {"name": 3, "organisation": ""}, "picture": "p"}}, "who.name"),
        ({"id": "x" * 10**6, "kind": "sign_visit"}, "id"),
        ({"id": {"x": "y" * 10**6}, "kind": "sign_visit"}, "id"),
        (answered("1", "i", note="x" * 2001), "answer.note"),
        (answered("1", "i", "value", value=1e308), "answer.value"),
        (answered("1", "i", "value", value=1.0, uncertainty=-0.02), "answer.uncertainty"),
        (answered("1", "i", x=X0, y=-1e308), "answer.y"),
        (answered("1", "i", accuracy_m=1e308), "answer.accuracy_m"),
    ],
    ids=range(12),
)
def test_an_entry_that_is_refused_names_the_member_and_tells_back_only_its_beginning(shared, entry, field):
    visit = planned(shared)
    told = shared.post(f"{VISITS}/{visit['id']}/entries", json={"entries": [{"id": "e1"} | entry]})
    assert (told.status_code, len(told.content) < 2_000) == (200, True)
    [one] = told.json()["entries"]
    assert (one["taken"], one["problem"]["errors"][0]["field"]) == (False, field)
    assert len(one["id"] or "") <= 200


def test_who_came_is_refused_by_number_and_member(shared):
    visit = planned(shared)
    present = [{"name": "王工", "organisation": ""}, {"name": 3, "organisation": ""}]
    body = {"kind": "hold_visit", "data": {"present": present}}
    [fault] = problem(shared.post(f"{VISITS}/{visit['id']}/commands", json=body), 422, "input.refused")["errors"]
    assert (fault["field"], fault["value"]) == ("present.1.name", "3")


def test_answers_to_items_that_are_not_planned_any_more_are_kept(client):
    visit = planned(client)
    [item, *_] = items_of(visit)
    enter(client, visit["id"], answered("1", item["id"]))
    asked = {"title": "改", "add": [{"x": X0 + 50, "y": Y0 + 60, "name": "井"}], **GRID}
    changed = act(client, visit["id"], "change_visit", data={"reason": "改线", "asked": asked})
    [loose] = changed["unplanned"]
    assert (loose["item"], loose["answers"][0]["planned"]) == (item["id"], True)
