"""Play the scenarios of answers: each step a command at a moment, and the events or the refusal that follow."""

import json
import tomllib
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from geo.faults import BadInputError
from survey.calendar import BEIJING, Calendar
from survey.cases.commands import Command
from survey.cases.plain import from_plain
from survey.cases.records import Actor
from survey.cases.refusals import RefusedError
from survey.opportunities import known_planning
from survey.opportunities.answers import decide, evolve, parties_of, possible, replay, snapshot_of
from survey.opportunities.answers.commands import COMMANDS, Answer, Propose
from survey.opportunities.answers.deciding import next_due
from survey.opportunities.answers.events import Basis, Party
from survey.opportunities.answers.journal import (
    command_from_plain,
    command_to_plain,
    event_from_plain,
    event_to_plain,
)
from tests.survey.opportunities.scene import found, straight

TALKS = {
    file.stem: tomllib.loads(file.read_text("utf-8")) for file in sorted(Path(__file__).parent.glob("talks/*.toml"))
}
KEYS = {"at", "do", "by", "then", "no", "state", "expected", "id", "parties", "basis", "possible", "due"}
PARTIES = {
    "W": Party("内乡县水司", "内乡县水司", ("water",), ("W",)),
    "G": Party("城投燃气", "城投燃气", ("gas",), ("G",)),
    "T": Party("route:T", "", ("telecom",), ("T",)),
}
PLACES = {"W": (0.0, 0.0, 100.0, 0.0), "G": (0.0, 2.0, 100.0, 2.0), "T": (0.0, 4.0, 100.0, 4.0)}


def basis_of(names, changes):
    plain = [{"route": name, "ends": PLACES[name], "start": "2027-03-01", "end": "2027-05-31"} for name in names]
    return tuple(from_plain(Basis, {**one, **changes.get(one["route"], {})}) for one in plain)


def command_of(step, number):
    role, _, department = step.get("by", "system").partition("/")
    data = {key: value for key, value in step.items() if key not in KEYS}
    if "parties" in step:
        data["parties"] = tuple(PARTIES[name] for name in step["parties"])
        data["basis"] = basis_of(step["parties"], step.get("basis", {}))
    body = from_plain(COMMANDS[step["do"]], data)
    return Command(
        step.get("id", f"c{number}"), Actor(department or role, role, department), body, step.get("expected")
    )


def told(event):
    body = event.body
    named = getattr(body, "parties", None) if event.body.kind in ("declined", "expired", "reminded") else None
    parts = [body.kind, *([f"@{event.at:%m-%d %H:%M}"] if body.of_clock else []), *(named or ())]
    parts += [f"+{route}" for route in getattr(body, "routes", ())]
    return " ".join(parts)


@pytest.mark.parametrize("name", TALKS)
def test_scenario(name):
    talk, events = replay("O1", []), []
    for number, step in enumerate(TALKS[name]["step"], 1):
        where = f"{name} step {number}"
        command, now = command_of(step, number), datetime.fromisoformat(step["at"])
        if "no" in step:
            with pytest.raises(RefusedError) as refused:
                decide(talk, command, known_planning(), Calendar(), now)
            assert refused.value.code == f"case.{step['no']}", where
            assert refused.value.faults[0].mend_zh, where
            assert refused.value.possible == tuple(step.get("possible", refused.value.possible)), where
            continue
        brought = decide(talk, command, known_planning(), Calendar(), now)
        assert [told(event) for event in brought] == step.get("then", []), where
        for event in brought:
            talk = evolve(talk, event)
        events += brought
        assert talk.state == step.get("state", talk.state), where
        if "due" in step:
            assert talk.due == datetime.fromisoformat(step["due"] + "+08:00"), where
        assert decide(talk, command, known_planning(), Calendar(), now) == (), f"{where}: twice"
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.at for event in events] == sorted(event.at for event in events)
    plain = json.loads(json.dumps([event_to_plain(event) for event in events]))
    again = [event_from_plain(one) for one in plain]
    assert again == events
    assert replay("O1", again) == talk


def test_every_command_event_and_refusal_is_played():
    played = {step["do"] for talk in TALKS.values() for step in talk["step"]}
    assert played == set(COMMANDS)
    then = {one.split()[0] for talk in TALKS.values() for step in talk["step"] for one in step.get("then", ())}
    assert then == {
        "proposed", "answered", "agreed", "declined", "reminded", "expired", "reopened", "chance_withdrawn", "done",
        "project_begun",
    }  # fmt: skip
    refusals = {step["no"] for talk in TALKS.values() for step in talk["step"] if "no" in step}
    assert refusals >= {
        "stale", "answered_already", "no_reason", "not_yours", "out_of_order", "role", "too_late", "id_reused",
        "no_party", "no_chance", "clock_back", "begun_already",
    }  # fmt: skip


def test_commands_there_and_back():
    command = Command("c1", Actor("窗口", "coordinator"), Propose(tuple(PARTIES.values()), basis_of("WG", {})), 3)
    assert command_from_plain(json.loads(json.dumps(command_to_plain(command)))) == command
    with pytest.raises(BadInputError):
        command_from_plain({**command_to_plain(command), "kind": "accept"})
    with pytest.raises(BadInputError):
        event_from_plain({"v": 1, "kind": "accepted"})


def test_parties_are_the_operators_however_they_are_spelt():
    (one,) = found(
        straight("W", "water", 0.0, operator="内乡县水司"), straight("G", "gas", 2.0, operator="ＡＢ燃气"),
        straight("T", "telecom", 4.0, operator=" ab 燃气 "),
    )  # fmt: skip
    assert [(party.key, party.utilities, party.routes) for party in parties_of(one)] == [
        ("ab燃气", ("gas", "telecom"), ("G", "T")), ("内乡县水司", ("water",), ("W",)),
    ]  # fmt: skip
    (one,) = found(straight("W", "water", 0.0), straight("G", "gas", 2.0))
    assert [party.key for party in parties_of(one)] == ["route:G", "route:W"]
    assert [basis.ends[:2] for basis in snapshot_of(one)] == [(500000.0, 3600002.0), (500000.0, 3600000.0)]


def test_what_is_possible_and_when_the_clock_is_next():
    talk = replay("O1", [])
    assert next_due(talk) is None
    now = datetime(2026, 12, 1, 9, tzinfo=BEIJING)
    propose = Command("c1", Actor("窗口", "coordinator"), Propose(tuple(PARTIES.values()), basis_of("WGT", {})))
    for event in decide(talk, propose, known_planning(), Calendar(), now):
        talk = evolve(talk, event)
    assert possible(talk, "utility", "城投燃气", now) == ("answer:城投燃气", "answer:route:T", "withdraw_chance")
    assert possible(talk, "utility", "电力公司", now) == ("answer:route:T",)
    assert possible(talk, "coordinator", "", now) == ("answer:route:T", "withdraw_chance")
    assert next_due(talk) == talk.remind_at < talk.due
    late = talk.due + timedelta(seconds=1)
    assert possible(talk, "coordinator", "", talk.due) == ("answer:route:T", "withdraw_chance")
    assert possible(talk, "coordinator", "", late) == ("ask_again", "withdraw_chance")


def test_a_no_stays_one_when_its_time_is_over():
    talk, now = replay("O1", []), datetime(2026, 12, 1, 9, tzinfo=BEIJING)
    window, water, gas = Actor("窗口", "coordinator"), *(PARTIES[name] for name in "WG")
    said = [Answer(water.key, yes=True), Answer(gas.key, yes=False, reason="没有预算")]
    for number, body in enumerate([Propose((water, gas), basis_of("WG", {})), *said]):
        actor = window if number == 0 else Actor("公司", "utility")
        for event in decide(talk, Command(f"c{number}", actor, body), known_planning(), Calendar(), now):
            talk = evolve(talk, event)
    assert talk.state == "declined"
    assert f"answer:{gas.key}" in possible(talk, "utility", gas.operator, talk.due)
    late = talk.due + timedelta(seconds=1)
    assert possible(talk, "utility", gas.operator, late) == ("withdraw_chance",)
    again = Command("c9", Actor("公司", "utility", gas.operator), Answer(gas.key, yes=True))
    with pytest.raises(RefusedError) as no:
        decide(talk, again, known_planning(), Calendar(), late)
    assert no.value.code == "case.too_late"
    assert no.value.possible == ("withdraw_chance",)
