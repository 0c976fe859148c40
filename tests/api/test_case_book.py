"""Cases in short, on both stores: they are what replaying gives, whatever happens, and are used only while they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.case_book import CaseBook
from api.casework import Casework
from api.db.case_digests import kept_digests
from api.db.tables import CASE_DIGESTS
from survey.calendar import Calendar
from survey.cases import digests as digests_module
from survey.cases.digests import basis, digest_of
from survey.cases.figures import figures, figures_of
from survey.cases.refusals import RefusedError
from survey.holidays import known_holidays
from survey.policies import load_policy
from tests.api.test_case_memory import readings
from tests.api.test_casework import at, run, until
from tests.properties.test_case_walks_properties import BEGUN, step
from tests.scenarios.cases.runner import COUNTIES, command_of, load, steps_of

NOW, LATER = at("2026-12-15T12:00"), at("2028-06-01T12:00")
NUMBERS = count(1)


def played(work, now):
    """What the book must say: every case, played from its events."""
    return {one: digest_of(one, work.cases.events(one), work.policy, work.calendar, now) for one in work.cases.heads()}


def assert_truth(work, now):
    found = work.digests(now)
    assert found == played(work, now)
    told = figures_of([one.history for one in found.values()], work.policy, work.calendar, now)
    assert told == figures({one: work.cases.events(one) for one in found}, work.policy, work.calendar, now)


@pytest.mark.parametrize("county", COUNTIES)
def test_every_scenario_is_told_as_it_is_played_and_read_back(store, county):
    work = Casework(store, load_policy(county), Calendar())
    for name, scenario in load(county).items():
        steps = [one for one in steps_of(scenario, county) if "no" not in one and "of_standing" not in one]
        for number, one in enumerate(steps):
            try:
                work.act(name, command_of(one, f"{name}-{number}", work.policy), at(one["at"]))
            except RefusedError:
                break  # a standing that another scenario has left: the case goes no further
    assert_truth(work, LATER)
    assert work.book.keep(work) == len(work.cases.heads()) > 0
    assert work.book.keep(work) == 0
    again = Casework(store, work.policy, Calendar())
    with readings(store) as counted:
        assert again.digests(LATER) == work.digests(LATER)
    assert counted == []


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from(["neixiang", "wuzhi", "huaibei"]))
def test_after_any_commands_the_book_is_what_replaying_gives(store, data, county):
    work, now = Casework(store, load_policy(county), Calendar()), BEGUN
    with store.transaction() as connection:
        connection.execute(sa.text("DELETE FROM case_events"))
        connection.execute(sa.text("DELETE FROM cases"))
    names = [f"W{next(NUMBERS)}" for _ in range(2)]
    for number in range(data.draw(st.integers(1, 25))):
        now += timedelta(minutes=data.draw(st.sampled_from([1, 30, 240, 1440])))
        name = data.draw(st.sampled_from(names))
        one = SimpleNamespace(case=work.case(name), policy=work.policy)
        try:
            work.act(name, command_of(step(data.draw, one, now), f"c{number}", work.policy), now)
        except RefusedError:
            continue
        if data.draw(st.booleans()):
            assert_truth(work, now)
        if data.draw(st.booleans()):  # another start
            work.book.keep(work)
            work = Casework(store, work.policy, work.calendar)
    assert_truth(work, now + timedelta(days=30))


def kept(store, number=3):
    work = Casework(store, load_policy("neixiang"), Calendar())
    for one in range(number):
        run(work, until("neixiang", "01_commitment", "sign_commitment"), f"C{one}")
    work.digests(NOW)
    assert work.book.keep(work) == number
    return work


def test_a_start_reads_no_event_of_a_case_that_was_kept_and_those_alone_that_moved_on(store):
    work = kept(store)
    again = Casework(store, work.policy, Calendar())
    run(again, until("neixiang", "01_commitment", "decide_commitment"), "C1")
    fresh = Casework(store, work.policy, Calendar())
    with readings(store) as counted:
        found = fresh.digests(NOW)
    assert len(counted) == 1
    assert [found[one].waits.get("approver", ()) for one in sorted(found)] == [(), ("decide_commitment:water",), ()]
    assert fresh.book.keep(fresh) == 1


def test_another_holiday_table_makes_all_anew(store):
    work = kept(store)
    run(work, [one for one in steps_of(load("neixiang")["04_overdue"], "neixiang") if "no" not in one], "C9")
    assert work.digests(NOW)["C9"].history.ended
    table = known_holidays().amended(off={date(2026, 12, 2): ("停电", "power cut")})
    other = Casework(store, work.policy, Calendar(table), work.book)
    with readings(store) as counted:
        found = other.digests(NOW)
    assert len(counted) == len(found)
    assert found == played(other, NOW)
    assert found["C9"].history != work.digests(NOW)["C9"].history


@pytest.mark.parametrize("changed", ["stage", "hours", "program", "in_force"])
def test_another_policy_other_hours_or_another_program_use_nothing_that_was_kept(store, monkeypatch, changed):
    work = kept(store)
    policy, calendar, now = work.policy, work.calendar, NOW
    before = basis(policy, calendar, now)
    if changed == "stage":
        first, *rest = policy.stages
        policy = replace(policy, stages=(replace(first, half_days=99), *rest))
    elif changed == "hours":
        calendar = Calendar(working_time=replace(calendar.working_time, whole_days="half_days"))
    elif changed == "program":
        monkeypatch.setattr(digests_module, "_program", lambda: "another")
    else:
        first, *rest = policy.stages
        ends = replace(first, valid_to=NOW.date())
        policy, now = replace(policy, stages=(ends, *rest)), NOW + timedelta(days=1)
        before = basis(policy, calendar, NOW)
    assert basis(policy, calendar, now) != before
    assert kept_digests(store, basis(policy, calendar, now)) == {}
    with readings(store) as counted:
        Casework(store, policy, calendar).digests(now)
    assert len(counted) == len(work.cases.heads())


def test_what_lies_ahead_of_the_clock_is_not_told_and_not_remembered(store):
    work = Casework(store, load_policy("neixiang"), Calendar())
    run(work, until("neixiang", "01_commitment", "judge"), "C1")
    early = work.cases.events("C1")[0].at
    assert work.digests(early)["C1"].history.seq < work.cases.row("C1").seq
    assert work.book.keep(work) == 0
    assert work.digests(NOW)["C1"].history.seq == work.cases.row("C1").seq


def test_a_case_of_a_copy_or_a_backup_is_told_by_its_own_events(store):
    """What was kept of another chain under the same id is not taken for it."""
    work = kept(store, 1)
    with store.transaction() as connection:
        connection.execute(sa.update(CASE_DIGESTS).values(hash="another"))
    fresh = Casework(store, work.policy, Calendar(), CaseBook())
    with readings(store) as counted:
        assert fresh.digests(NOW) == played(fresh, NOW)
    assert len(counted) == 2
