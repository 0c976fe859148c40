"""What holds of every case whatever is asked of it, and whenever: replay, idempotence, clocks, ticks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from survey.calendar import BEIJING, Calendar
from survey.cases.decide import decide, possible
from survey.cases.evolve import evolve, replay
from survey.cases.journal import command_from_plain, command_to_plain, event_from_plain, event_to_plain
from survey.cases.refusals import RefusedError
from survey.policies import load_policy
from tests.scenarios.cases.runner import COUNTIES, Play, command_of, load, steps_of

CALENDAR = Calendar()
TICK = {"kind": "tick", "actor": {"name": "system", "role": "system"}, "data": {}}


@cache
def played(county, name, length):
    """Play the first steps of a scenario, refusals and all."""
    one = Play(load_policy(county))
    for step in steps_of(load(county)[name], county)[:length]:
        one.step(step)
    return one


@cache
def lengths():
    return [
        (county, name, length)
        for county in COUNTIES
        for name, scenario in load(county).items()
        for length in range(1, len(steps_of(scenario, county)) + 1)
    ]


beginnings = st.sampled_from(lengths())
BEGUN = datetime(2026, 12, 1, 9, tzinfo=BEIJING)
minutes = st.integers(0, 60 * 24 * 40)


def tick(case, policy, now, number=0):
    return decide(case, command_from_plain({"id": f"t{number}", **TICK}), policy, CALENDAR, now)


def after(case, events):
    for event in events:
        case = evolve(case, event)
    return case


def same_but_for_ids(one, other):
    """Return whether two states are equal but for the commands that led there."""
    return replace(one, handled={}) == replace(other, handled={})


@given(beginnings)
def test_replay_gives_the_same_state_also_through_json(beginning):
    one = played(*beginning)
    assert replay("C1", one.policy.id, one.events) == one.case
    read = [event_from_plain(event_to_plain(event)) for event in one.events]
    assert read == one.events
    assert replay("C1", one.policy.id, read) == one.case


@given(beginnings)
def test_numbers_go_on_and_moments_never_go_back(beginning):
    one = played(*beginning)
    assert [event.seq for event in one.events] == list(range(1, len(one.events) + 1))
    assert all(a.at <= b.at for a, b in zip(one.events, one.events[1:], strict=False))


@given(beginnings)
def test_every_event_says_what_it_rests_on(beginning):
    for event in played(*beginning).events:
        assert event.cites
        assert all(cite.document and cite.clause for cite in event.cites)


@given(beginnings)
def test_no_deadline_on_a_day_off(beginning):
    for clock in played(*beginning).case.clocks.values():
        for moment in (clock.due, clock.warn_at, clock.escalate_at):
            assert moment is None or CALENDAR.running(moment) is not None
        assert clock.due is None or clock.escalate_at > clock.due
        assert clock.warn_at is None or clock.warn_at < clock.due


@given(beginnings)
def test_a_clock_starts_stops_warns_and_passes_once(beginning):
    one = played(*beginning)
    for kind in ("clock_started", "clock_stopped", "deadline_passed", "escalated"):
        clocks = [event.body.clock for event in one.events if event.body.kind == kind]
        assert len(clocks) == len(set(clocks))
    for event in one.events:
        if event.body.kind == "clock_resumed":
            before = replay("C1", one.policy.id, one.events[: event.seq - 1]).clocks[event.body.clock]
            assert event.body.due >= before.due


@given(beginnings, minutes)
def test_a_tick_twice_is_a_tick_once(beginning, later):
    one = played(*beginning)
    now = (one.case.at or datetime(2026, 12, 1, 9, tzinfo=BEIJING)) + timedelta(minutes=later)
    once = after(one.case, tick(one.case, one.policy, now, 1))
    assert tick(once, one.policy, now, 2) == ()
    assert tick(once, one.policy, now, 1) == ()


@settings(deadline=None)
@given(beginnings, st.lists(minutes, min_size=1, max_size=12))
def test_many_small_steps_of_time_are_one_big_step(beginning, steps):
    one = played(*beginning)
    begun = one.case.at or datetime(2026, 12, 1, 9, tzinfo=BEIJING)
    moments = [begun + timedelta(minutes=step) for step in sorted(steps)]
    small, told = one.case, []
    for number, now in enumerate(moments):
        events = tick(small, one.policy, now, number)
        small, told = after(small, events), [*told, *events]
    big = tick(one.case, one.policy, moments[-1], 99)
    assert [(e.at, e.body, e.cites) for e in told] == [(e.at, e.body, e.cites) for e in big]
    assert same_but_for_ids(small, after(one.case, big))


@given(beginnings, minutes)
def test_an_alarm_comes_exactly_when_a_time_has_run_out(beginning, later):
    """Beside the code: every running clock is past due if, and only if, it has passed."""
    one = played(*beginning)
    now = (one.case.at or datetime(2026, 12, 1, 9, tzinfo=BEIJING)) + timedelta(minutes=later)
    case = after(one.case, tick(one.case, one.policy, now))
    for clock in case.clocks.values():
        if clock.status == "running" and clock.due is not None:
            assert clock.passed == (now > clock.due)


@given(beginnings, st.integers(0, 12))
def test_a_command_sent_again_does_nothing(beginning, index):
    one = played(*beginning)
    done = sorted(one.case.handled)
    if not done:
        return
    step = steps_of(load(beginning[0])[beginning[1]], beginning[0])
    number = index % len(step[: beginning[2]])
    again = Play(one.policy)
    for s in step[:number]:
        again.step(s)
    again.step(step[number])
    length, at = len(again.events), again.case.at
    if again.refusal is None and at is not None:
        again.count -= 1
        again.step({**step[number], "at": step[number]["at"]})
        assert again.refusal is None
        assert len(again.events) == length


@given(beginnings, st.sampled_from(["applicant", "surveyor", "utility", "coordinator", "approver", "supervisor"]))
def test_what_is_not_listed_as_possible_is_refused_and_what_is_listed_is_not_out_of_order(beginning, role):
    one = played(*beginning)
    now = one.case.at or datetime(2026, 12, 1, 9, tzinfo=BEIJING)
    able = possible(one.case, one.policy, role, now)
    for county_step in steps_of(load(beginning[0])[beginning[1]], beginning[0]):
        if "of_standing" in county_step:
            continue
        other = Play(one.policy)
        other.case, other.count = one.case, 1000
        other.step({**county_step, "at": now.replace(tzinfo=None).isoformat(), "by": role, "id": "x", "expected": None})
        name = county_step["do"]
        utility = county_step.get("utility", "")
        listed = name in able or f"{name}:{utility}" in able
        if name == "tick":
            continue
        if not listed:
            assert other.refusal is not None
        elif other.refusal is not None:
            assert other.refusal.code not in ("case.out_of_order", "case.role", "case.not_in_document")
            assert other.refusal.cites


@given(beginnings)
def test_a_refusal_changes_nothing_and_says_why_in_both_languages(beginning):
    one = played(*beginning)
    if one.refusal is not None:
        assert one.brought == []
        [fault] = one.refusal.faults
        assert fault.zh
        assert fault.en
        assert fault.mend_zh
        assert fault.mend_en
        assert all(cite.clause for cite in one.refusal.cites)


@given(beginnings)
def test_commands_go_through_json(beginning):
    step = steps_of(load(beginning[0])[beginning[1]], beginning[0])[beginning[2] - 1]
    command = command_of(step, "a", load_policy(beginning[0]))
    assert command_from_plain(command_to_plain(command)) == command


@given(beginnings)
def test_an_order_of_tick_before_or_within_a_command_is_the_same(beginning):
    """A service that was down finds the same record as one that ticked in time."""
    county, name, length = beginning
    steps = steps_of(load(county)[name], county)[:length]
    lazy, eager = Play(load_policy(county)), Play(load_policy(county))
    for step in steps:
        moment = datetime.fromisoformat(step["at"])
        if eager.case.at is not None and moment.replace(tzinfo=BEIJING) >= eager.case.at:
            for number in range(3):
                early = eager.case.at + (moment.replace(tzinfo=BEIJING) - eager.case.at) * (number + 1) / 3
                events = tick(eager.case, eager.policy, early, f"{len(eager.events)}-{number}")
                eager.case = after(eager.case, events)
                eager.events += events
        lazy.step(step)
        eager.step(step)
    now = max([BEGUN, *(datetime.fromisoformat(step["at"]).replace(tzinfo=BEIJING) for step in steps)])
    for one in (lazy, eager):
        one.events += tick(one.case, one.policy, now, "end") if one.case.at is None or now >= one.case.at else ()
    if not any("expected" in step for step in steps):
        assert [(e.at, e.body) for e in lazy.events] == [(e.at, e.body) for e in eager.events]


def test_a_refusal_is_an_error_of_input():
    one = Play(load_policy("neixiang"))
    one.step({"at": "2026-12-01T09:00", "do": "accept", "by": "coordinator"})
    assert isinstance(one.refusal, RefusedError)
    assert "open_project" in one.refusal.possible
