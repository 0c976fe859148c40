"""Visits as events: what is possible, what is taken once, what stands side by side, and nothing lost."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.faults import BadInputError
from survey.cases.commands import Command
from survey.cases.records import Actor
from survey.cases.refusals import RefusedError
from survey.visits.keeping import Visit, decide, possible, replay
from survey.visits.keeping import commands as co
from survey.visits.keeping.events import Answer, Plan, Present
from survey.visits.keeping.journal import command_from_plain, command_to_plain, event_from_plain, event_to_plain
from survey.visits.keeping.state import evolve
from survey.visits.schedules import schedule_from
from survey.visits.stops import Attendee, Stop
from tests.survey.visits.scene import item
from tests.survey.visits.test_schedules import at, errand

WINDOW, CREW = Actor("王", "coordinator"), Actor("李", "surveyor")
STOP = Stop("S1", 1000.0, 0.0, "A", 0.0, (item("i1", 0, 0), item("i2", 0, 0)),
            (Attendee("utility:水司", "utility", "水司", ("因",), ("why",)),), 60.0)  # fmt: skip
PLAN = Plan("建设路", ("C1",), (STOP,), schedule_from(errand([STOP]), at(1, 8, 30)).days)


class Office:
    """Commands given one after another, a minute apart."""

    def __init__(self):
        self.visit, self.events, self.now = Visit("V1"), [], at(1, 9)

    def give(self, body, actor=WINDOW, name=None, expected=None):
        self.now += timedelta(minutes=1)
        command = Command(name or f"c{len(self.events)}-{self.now}", actor, body, expected)
        made = decide(self.visit, command, self.now)
        for event in made:
            self.visit = evolve(self.visit, event)
        self.events += made
        return [event.body.kind for event in made]


def planned():
    office = Office()
    office.give(co.PlanVisit(PLAN))
    return office


def answer(name, outcome="ok", **more):
    return Answer(name, more.pop("item", "i1"), outcome, at(1, 10), **more)


def test_from_the_plan_to_the_minutes():
    office = planned()
    office.give(co.InviteVisit())
    assert office.visit.invited == ("utility:水司",)
    office.give(co.HoldVisit((Present("赵", "水司", "utility:水司"),)))
    office.give(co.AnswerItem(answer("a1", "value", value=1.25, unit="m")), CREW)
    office.give(co.SignVisit(Present("赵", "水司"), "p1"), CREW)
    assert office.give(co.IssueMinutes("d1")) == ["visit_minutes_issued"]
    assert (office.visit.state, office.visit.upto) == ("minuted", 5)
    assert replay("V1", office.events) == office.visit
    assert [event_from_plain(event_to_plain(event)) for event in office.events] == office.events


def test_the_same_answer_twice_counts_once_by_command_or_by_its_own_id():
    office = planned()
    assert office.give(co.AnswerItem(answer("a1")), CREW, "c") == ["item_answered"]
    assert office.give(co.AnswerItem(answer("a1")), CREW, "c") == []
    assert office.give(co.AnswerItem(answer("a1")), CREW, "other") == []
    with pytest.raises(RefusedError, match="used for another"):
        office.give(co.AnswerItem(answer("a1", "not_ok")), CREW)
    assert len(office.visit.answers) == 1


def test_two_phones_stand_side_by_side_until_one_is_corrected():
    office = planned()
    office.give(co.AnswerItem(answer("a1", "value", value=1.2)), CREW)
    office.give(co.AnswerItem(answer("b1", "value", value=1.4)), Actor("赵", "utility"))
    assert [given.by for given in office.visit.answers_to("i1")] == ["李", "赵"]
    assert office.visit.disputed == ("i1",)
    office.give(co.AnswerItem(answer("a2", "value", value=1.4, replaces="a1")), CREW)
    assert office.visit.disputed == ()
    assert [given.corrected for given in office.visit.answers_to("i1")] == [True, False, False]


def test_what_was_entered_on_site_is_taken_late_after_a_change_and_after_cancelling():
    office = planned()
    office.give(co.ChangeVisit(replace(PLAN, stops=(replace(STOP, items=(item("i2", 0, 0),)),)), "雨"))
    office.give(co.AnswerItem(answer("a1")), CREW, expected=0)
    assert not office.visit.answers["a1"].planned
    office.give(co.HoldVisit(()))
    office.give(co.IssueMinutes("d1"))
    office.give(co.AnswerItem(answer("a2", item="i2")), CREW)
    assert office.visit.answers["a2"].late
    gone = planned()
    gone.give(co.CancelVisit("雨"))
    assert gone.give(co.AnswerItem(answer("a1")), CREW) == ["item_answered"]


def test_a_change_must_be_told_again_with_a_higher_sequence():
    office = planned()
    office.give(co.InviteVisit())
    office.give(co.ChangeVisit(replace(PLAN, title="新"), "改期"))
    assert (office.visit.state, office.visit.invited) == ("planned", ())
    office.give(co.InviteVisit())
    assert office.visit.sequence == 1


@pytest.mark.parametrize(
    ("body", "actor", "code"),
    [
        (co.ChangeVisit(replace(PLAN, title="x"), " "), WINDOW, "case.no_reason"),
        (co.CancelVisit("雨"), Actor("赵", "utility"), "case.role"),
        (co.IssueMinutes("d"), WINDOW, "case.out_of_order"),
        (co.InviteVisit(("utility:nobody",)), WINDOW, "case.attendee"),
        (co.ChangeVisit(replace(PLAN, stops=()), "雨"), WINDOW, "case.no_stops"),
        (co.ChangeVisit(replace(PLAN, days=PLAN.days * 2), "雨"), WINDOW, "case.stops"),
        (co.AnswerItem(answer("a", "value")), CREW, "case.no_value"),
        (co.AnswerItem(answer("a", "maybe")), CREW, "case.outcome"),
        (co.AnswerItem(answer("a", replaces="a")), CREW, "case.replaces"),
        (co.SignVisit(Present(" ", "水司"), "p"), CREW, "case.no_name"),
    ],
)
def test_what_is_refused_and_why(body, actor, code):
    office = planned()
    before = office.visit
    with pytest.raises(RefusedError) as caught:
        office.give(body, actor)
    assert caught.value.code == code
    assert caught.value.possible == possible(before, actor.role)
    assert office.visit == before


def test_who_comes_second_is_told():
    office = planned()
    office.give(co.AnswerItem(answer("a1")), CREW)
    office.give(co.InviteVisit(), expected=1)
    with pytest.raises(RefusedError, match="acted meanwhile"):
        office.give(co.CancelVisit("雨"), expected=1)


def test_commands_of_devices_are_read_and_plans_are_not():
    command = Command("c", CREW, co.AnswerItem(answer("a", photos=("p1",), note="长" * 2000)))
    assert command_from_plain(command_to_plain(command)) == command
    for body in (co.PlanVisit(PLAN), co.AnswerItem(answer("a", photos=("x" * 2001,)))):
        with pytest.raises(BadInputError):
            command_from_plain(command_to_plain(Command("c", WINDOW, body)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=20), st.randoms())
def test_any_order_and_any_repetition_keeps_the_same_answers(sent, random):
    """Six answers of two devices, sent again and again in any order: each is there once, whatever came first."""
    made = [answer(f"a{n}", "value", value=n / 2, replaces=f"a{n - 2}" if n > 1 else "") for n in range(6)]
    orders = [sent, list(sent)]
    random.shuffle(orders[1])
    found = []
    for order in orders:
        office = planned()
        for number in order:
            office.give(co.AnswerItem(made[number]), CREW)
        found.append({name: (one.answer, one.corrected) for name, one in office.visit.answers.items()})
    assert found[0] == found[1]
    assert found[0].keys() == {f"a{number}" for number in sent}
