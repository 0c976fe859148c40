"""Cases from real verdicts, breaches by hand calculation, holidays that change, forms of the record."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from geo.faults import BadInputError
from survey.calendar import BEIJING, Calendar
from survey.cases.breaches import breaches, kept
from survey.cases.clocks import closing_after
from survey.cases.commands import COMMAND_BODIES
from survey.cases.decide import decide
from survey.cases.events import EVENT_BODIES
from survey.cases.evolve import evolve
from survey.cases.journal import command_from_plain, command_to_plain, event_from_plain, event_to_plain
from survey.cases.judging import judgement_of
from survey.cases.plain import as_plain
from survey.cases.records import Judgement, Measured
from survey.cases.words import MILESTONES, PHASES, ROLES, STATUSES
from survey.policies import EVENTS, load_policy
from tests.scenarios.cases.runner import COUNTIES, Play, load, play, steps_of
from tests.survey.scene import lawn, straight, street, verdict

NEIXIANG = load_policy("neixiang")


def judged_case(said):
    """A case of 内乡 with the verdict of a real line."""
    one = play({"given": "02_joint_approval", "until": "judge", "step": []}, "neixiang")
    judgement = as_plain(judgement_of(said, "W1", 1, {"length_m": Measured(150.0)}))
    one.step({"at": "2026-12-01T09:30", "do": "judge", "utility": "water", "judgement": judgement})
    assert one.refusal is None
    return one


@pytest.mark.parametrize(
    ("roads", "greens", "expected"),
    [
        ((), (), {"NX-AP1"}),
        ((street(30, 10),), (), {"NX-AP1", "NX-AP2"}),
        ((street(30, 10),), (lawn(60, -50, 64, 50),), {"NX-AP1", "NX-AP2", "NX-AP3"}),
    ],
)
def test_a_commitment_stands_for_the_permissions_that_the_line_needs_and_no_others(roads, greens, expected):
    one = judged_case(verdict(straight(100), list(roads), list(greens)))
    [offered] = [event.body for event in one.brought if event.body.kind == "commitment_offered"]
    assert set(offered.covers) == expected


def test_a_line_beyond_the_limit_opens_the_approvals_that_it_needs():
    one = judged_case(verdict(straight(100), [street(30, 16)]))
    [opened] = [event.body for event in one.brought if event.body.kind == "approvals_opened"]
    assert [needed.id for needed in opened.needed] == ["NX-AP1", "NX-AP2"]


def test_a_protected_road_asks_for_the_government():
    one = judged_case(verdict(straight(100), [street(30, 10, delivered=date(2025, 1, 1))]))
    [opened] = [event.body for event in one.brought if event.body.kind == "approvals_opened"]
    assert ("NX-EX3", "government") in [(needed.id, needed.item) for needed in opened.needed]


LIMITS = tuple(
    {"rule": rule, "kind": "threshold", "outcome": "passes", "limit": limit, "op": "<="}
    for rule, limit in (("NX-TH1", 15.0), ("NX-TH2", 200.0), ("NX-TH3", 20.0))
)


@pytest.mark.parametrize(
    ("built", "found"),
    [
        ({"length_m": Measured(200.0)}, []),
        ({"length_m": Measured(200.3, 0.3)}, []),
        ({"length_m": Measured(200.31, 0.3)}, ["NX-TH2"]),
        ({"crossing_m": Measured(15.5, 0.1), "green_m2": Measured(30.0, 1.0)}, ["NX-TH1", "NX-TH3"]),
        ({}, []),
    ],
)
def test_a_breach_is_beyond_the_doubt_of_measuring(built, found):
    signed = Judgement("W1", 1, "commitment", trace=LIMITS)
    assert [breach.rule for breach in breaches(signed, built, NEIXIANG)] == found


@pytest.mark.parametrize(("length", "found"), [(100.5, []), (100.6, ["design"])])
def test_without_limits_the_design_is_the_measure_with_both_doubts(length, found):
    signed = Judgement("W1", 1, "commitment", quantities={"length_m": Measured(100.0, 0.2)})
    built = {"length_m": Measured(length, 0.3)}
    assert [breach.rule for breach in breaches(signed, built, load_policy("chibi"))] == found


def test_what_was_not_measured_again_is_not_mended():
    found = breaches(Judgement("W1", 1, "commitment", trace=LIMITS), {"length_m": Measured(230.0)}, NEIXIANG)
    assert not kept(found, {"crossing_m": Measured(3.0)})
    assert kept(found, {"length_m": Measured(190.0)})


def test_a_holiday_that_comes_after_the_fact_moves_what_runs():
    one = play({"given": "02_three_departments_two_days", "step": []}, "wuzhi")
    storm = Calendar(Calendar().holidays.amended(off={date(2026, 12, 2): ("暴雪停工", "closed by snow")}))
    now = datetime(2026, 12, 2, 9, tzinfo=BEIJING)
    command = command_from_plain({
        "id": "r", "kind": "recount", "actor": {"name": "system", "role": "system"}, "data": {},
    })  # fmt: skip
    [event] = decide(one.case, command, one.policy, storm, now)
    assert event.body.due == datetime(2026, 12, 4, 17, 30, tzinfo=BEIJING)
    assert "暴雪" in event.body.sentence_zh
    case = evolve(one.case, event)
    again = replace(command, id="r2")
    assert decide(case, again, one.policy, storm, now) == ()


def test_an_alarm_that_the_new_day_takes_back_may_come_again():
    one = play({"given": "02_three_departments_two_days", "step": [{"at": "2026-12-04T09:00", "do": "tick"}]}, "wuzhi")
    storm = Calendar(Calendar().holidays.amended(off={date(2026, 12, 3): ("暴雪停工", "closed by snow")}))
    one.calendar = storm
    one.step({"at": "2026-12-04T09:10", "do": "recount"})
    [clock] = [clock for clock in one.case.clocks.values() if clock.open]
    assert (clock.passed, clock.due) == (False, datetime(2026, 12, 4, 17, 30, tzinfo=BEIJING))
    one.step({"at": "2026-12-07T09:00", "do": "tick"})
    assert [event.body.kind for event in one.brought if event.body.kind == "deadline_passed"] == ["deadline_passed"]


def test_agreeing_another_time_replaces_the_first():
    one = play({"given": "01_commitment", "until": "connect", "step": []}, "neixiang")
    step = {"at": "2026-12-04T10:20", "do": "agree_connection", "by": "applicant", "utility": "water"}
    one.step({**step, "moment": "2026-12-09T09:00"})
    running = [clock for clock in one.case.clocks.values() if clock.open and clock.key == "connection"]
    assert [clock.due for clock in running] == [datetime(2026, 12, 9, 17, 30, tzinfo=BEIJING)]


def test_a_second_application_for_acceptance_starts_no_time_of_what_is_accepted():
    utilities = [{"utility": name, "operator": name} for name in ("water", "gas")]
    one = Play(load_policy("jiyuan"))
    for step in [
        {"do": "file_application", "by": "applicant", "channel": "online", "applicant": "甲", "utilities": utilities},
        {"do": "accept", "by": "coordinator", "manager": "孙"},
        {"do": "schedule_survey", "by": "coordinator", "moment": "2026-12-01T14:00"},
        {"do": "record_survey", "by": "surveyor", "minutes": "可行"},
    ]:
        one.step({"at": "2026-12-01T09:00", **step})
    for name in ("water", "gas"):
        needs = {"route": name, "revision": 1, "verdict": "commitment", "decisive": ["JY-TH1"], "needs": ["JY-AP1"]}
        for step in [
            {"do": "fix_plan", "by": f"utility/{name}", "route": name, "revision": 1},
            {"do": "judge", "verdict": needs},
            {"do": "sign_commitment", "by": f"utility/{name}", "revision": 1, "signatory": "周"},
            {"do": "decide_commitment", "by": "approver/planning"},
            {"do": "start_construction", "by": f"utility/{name}"},
            {"do": "finish_construction", "by": f"utility/{name}"},
            {"do": "file_acceptance", "by": "applicant", "utilities": [name]},
            {"do": "accept_works", "by": "coordinator"},
        ]:
            own = {} if step["do"] == "file_acceptance" else {"utility": name}
            one.step({"at": "2026-12-01T15:00", **own, **step})
            assert one.refusal is None, one.refusal
    assert not [clock for clock in one.case.clocks.values() if clock.open and clock.key == "joint_acceptance_check"]


def test_the_third_half_day_that_closes():
    halves = [closing_after(Calendar(), datetime(2026, 12, 4, hour, tzinfo=BEIJING), 3).closes for hour in (9, 13, 20)]
    assert [(half.day, half.hour) for half in halves] == [(7, 12), (7, 17), (8, 12)]


def test_every_kind_of_event_and_command_is_played_somewhere():
    """A kind that no scenario brings would be one that nobody has seen at work."""
    events, commands = set(), set()
    for county in COUNTIES:
        for scenario in load(county).values():
            steps = steps_of(scenario, county)
            commands |= {step["do"] for step in steps}
            events |= {event.body.kind for event in play(scenario, county).events}
    assert set(EVENT_BODIES) - events == {"clock_recounted"}
    assert set(COMMAND_BODIES) - commands == {"recount"}


def test_every_word_has_two_languages_and_every_body_a_name():
    for words in (MILESTONES, PHASES, ROLES, STATUSES):
        assert all(zh and en for zh, en in words.values())
    for body in (*EVENT_BODIES.values(), *COMMAND_BODIES.values()):
        assert all(body.words)
        assert (body.milestone if hasattr(body, "milestone") else "") in {"", *MILESTONES}
        assert set(getattr(body, "roles", ())) <= set(ROLES)
        assert set(getattr(body, "statuses", ())) <= set(STATUSES)
        assert set(getattr(body, "phases", ())) <= set(PHASES)
    assert set(EVENTS) < set(MILESTONES)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"v": 2}, "case.version"),
        ({"v": None}, "case.version"),
        ({"kind": "teleported"}, "case.unknown_kind"),
        ({"extra": 1}, "case.fields"),
        ({"seq": "1"}, "case.wrong_type"),
        ({"at": "yesterday"}, "case.wrong_type"),
        ({"data": {}}, "case.missing_field"),
        ({"data": {"utility": "water", "more": 1}}, "case.unknown_field"),
        ({"data": {"utility": 3}}, "case.wrong_type"),
        ({"data": []}, "case.wrong_type"),
        ({"cites": [{"rule": "x"}]}, "case.missing_field"),
    ],
)
def test_a_record_that_is_none_is_refused(change, code):
    one = play({"given": "01_commitment", "step": []}, "neixiang")
    [event] = [event for event in one.events if event.body.kind == "connected"]
    with pytest.raises(BadInputError) as told:
        event_from_plain({**event_to_plain(event), **change})
    assert told.value.faults[0].code == code


def test_a_command_needs_no_version_but_keeps_to_it():
    plain = {"id": "a", "kind": "rate", "actor": {"name": "甲", "role": "applicant"}, "data": {"score": 5}}
    command = command_from_plain(plain)
    assert command_to_plain(command)["v"] == 1
    with pytest.raises(BadInputError):
        command_from_plain({**plain, "v": 9})
    with pytest.raises(BadInputError):
        command_from_plain({**plain, "data": {"score": True}})
