"""What the cases of a county come to: by hand for small ones, by a naive recount for all scenarios, invariants."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import cache

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.calendar import BEIJING, Calendar, deadline
from survey.cases.evolve import replay
from survey.cases.figure_rows import COLUMNS, rows
from survey.cases.figures import figures, half_days_used
from survey.cases.tallies import Share
from survey.policies import load_policy
from tests.scenarios.cases.runner import COUNTIES, Play, load, steps_of

CALENDAR = Calendar()
HOURS = ((time(8, 30), time(12)), (time(14), time(17, 30)))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@cache
def events_of(county, name):
    """Return the events of a scenario, played to its end."""
    one = Play(load_policy(county))
    for step in steps_of(load(county)[name], county):
        one.step(step)
    return tuple(one.events)


def counted(county, *names, now="2026-12-31T18:00"):
    histories = {name: events_of(county, name) for name in names}
    return figures(histories, load_policy(county), CALENDAR, at(now))


def cells(found):
    return {(one.rule, one.utility): one for one in found.stages}


def test_a_case_with_a_pause_by_hand():
    """Tue 1 Dec to Tue 8 Dec: asked for a paper on Wed at 9, supplied on Fri at 10; the weekend is off."""
    by_rule = cells(counted("wuzhi", "06_deficiency", now="2026-12-08T09:00"))
    supplement = by_rule["WZ-ST1a", ""]
    assert (supplement.half_days, supplement.departments) == (None, ("utilities",))
    # Tue afternoon, Wed and Thu whole, Fri morning
    assert (supplement.times.ended, supplement.times.ended_late, supplement.times.limited) == (1, 0, 1)
    assert supplement.times.used.maximum == 6
    push = by_rule["WZ-ST2b", ""]  # from 11:00 to 14:00: the next half day had not opened before
    assert (push.half_days, push.times.used.minimum, push.times.used.p90) == (1, 0, 0)
    approval = by_rule["WZ-ST4b", "water"]
    # Tue is the day of the event, Wed morning to Thu afternoon stood still; Fri 2, Mon 2, Tue morning 1
    assert (approval.half_days, approval.clause, approval.departments) == (4, "三(四)3", ("working_group",))
    assert (approval.times.running, approval.times.running_late, approval.times.longest_open) == (1, 1, 5)
    assert approval.times.used.count == 0
    assert approval.times.used.median is None


def decisions(found):
    return {" ".join(one.departments): (one.half_days, one.times) for one in found.decisions}


def test_each_department_is_held_against_the_limit_of_the_approval():
    """武陟: three departments have two days from Tue 1 Dec 14:20; they decide on Wed at 9, 10 and 11."""
    found = decisions(counted("wuzhi", "01_straight"))
    assert set(found) == {"natural_resources", "city_management", "police"}
    for half_days, times in found.values():
        assert (half_days, times.ended, times.ended_late, times.limited, times.used.maximum) == (4, 1, 0, 1, 1)
    now = decisions(counted("wuzhi", "01_straight", now="2026-12-02T09:30"))
    assert {key: (times.ended, times.running) for key, (_, times) in now.items()} == {
        "natural_resources": (1, 0), "city_management": (0, 1), "police": (0, 1),
    }  # fmt: skip


def test_a_department_that_decides_late_is_told():
    """内乡: due on the Tuesday it is accepted; decided on Friday morning: Wed 2, Thu 2, Fri 1."""
    found = decisions(counted("neixiang", "04_overdue"))
    assert {key: (times.ended_late, times.used.maximum) for key, (_, times) in found.items()} == {
        "natural_resources": (1, 5), "city_management": (1, 5),
    }  # fmt: skip
    before = decisions(counted("neixiang", "04_overdue", now="2026-12-02T09:00"))
    # Either department may decide either permission: until then both lie before both.
    assert {(times.running, times.running_late) for _, times in before.values()} == {(2, 2)}


def test_nobody_is_late_for_what_came_late_to_him():
    """内乡 06: the approval is due on Tue 17:30, but it is opened and applied for on Wed at 9:20 and decided at 10."""
    found = counted("neixiang", "06_change_leaves_limits")
    assert {times.ended_late for _, times in decisions(found).values()} == {0}


def test_what_was_sent_back_is_void_and_counts_anew():
    events = events_of("neixiang", "14_survey_first")
    kinds = Counter(one.body.kind for one in events)
    assert kinds["approval_returned"] == 1
    found = decisions(counted("neixiang", "14_survey_first"))
    assert sum(times.void for _, times in found.values()) >= 1
    assert sum(times.ended for _, times in found.values()) == kinds["approval_decided"]


def test_a_time_that_stands_still_is_neither_running_nor_late():
    approval = cells(counted("wuzhi", "06_deficiency", now="2026-12-04T09:59"))["WZ-ST4b", "water"].times
    assert (approval.paused, approval.running, approval.overdue) == (1, 0, Share(0, 1))
    assert approval.longest_open == 0


def test_only_what_was_late_by_then_is_late():
    for now, late in (("2026-12-03T17:30", 0), ("2026-12-03T17:31", 1)):
        found = counted("wuzhi", "05_overdue", now=now)
        assert cells(found)["WZ-ST4b", "water"].times.running_late == late
        assert found.county.overdue_cases == Share(late, 1)


def test_a_time_that_ended_late_by_hand():
    """Opened on Tue 1 Dec for the same day, decided on Fri 4 Dec at 10:10."""
    approval = cells(counted("neixiang", "04_overdue"))["NX-ST3b", "water"]
    assert (approval.same_day, approval.times.ended, approval.times.ended_late) == (True, 1, 1)
    assert approval.times.used.maximum == 5  # the day of the event left out: Wed 2, Thu 2, Fri morning
    assert approval.times.overdue.value == 1.0


def test_commitments_and_joint_digs_by_hand():
    found = counted("neixiang", "01_commitment", "02_joint_approval", "06_change_leaves_limits")
    tasks = found.county.tasks
    assert (tasks.judged, tasks.offered, tasks.decided, tasks.stopped) == (3, 2, 2, 1)
    assert tasks.of_judged == Share(2, 3)
    assert tasks.of_offered == Share(2, 2)
    assert tasks.joint.numerator == 0
    assert found.county.phases["rated"] == 1
    together = counted("wuzhi", "13_joint_works").county.tasks
    assert (together.joint, together.of_offered.value) == (Share(1, 1), None)


def test_what_was_no_longer_needed_counts_nowhere_else():
    found = counted("huaibei", "13_withdraw_one")
    power = next(group for group in found.utilities if group.key == "power").times
    assert power.void >= 1
    assert power.used.count == power.ended
    assert power.limited <= power.ended + power.running + power.paused


def test_nothing_gives_none_and_no_groups():
    found = figures({"later": events_of("wuzhi", "01_straight"), "empty": ()}, load_policy("wuzhi"), CALENDAR,
                    at("2026-11-30T09:00"))  # fmt: skip
    assert (found.stages, found.utilities, found.departments, found.county.cases) == ((), (), (), 0)
    assert found.county.times.overdue.value is found.county.overdue_cases.value is None
    assert found.county.tasks.of_judged.value is found.county.tasks.joint.value is None
    assert found.county.times.longest_open is None


@pytest.mark.parametrize("start", ["2026-12-01T09:00", "2026-12-01T12:30", "2026-09-30T18:00", "2026-10-10T15:00"])
@pytest.mark.parametrize("half_days", [1, 2, 3, 8])
def test_a_time_that_ends_when_it_is_due_has_used_its_limit(start, half_days):
    clock = next(iter(replay("C", "wuzhi", events_of("wuzhi", "01_straight")).clocks.values()))
    due = deadline(at(start), half_days, calendar=CALENDAR).due
    changed = replace(clock, start=at(start), half_days=half_days, ended_at=due)
    assert half_days_used(changed, (), CALENDAR, due) == half_days


@pytest.mark.parametrize(("end", "used"), [("10:00", 0), ("14:00", 0), ("14:01", 1), ("17:30", 1), ("20:00", 1)])
@pytest.mark.parametrize("later", [0, 1])
def test_a_half_day_counts_once_it_has_opened(end, used, later):
    clock = next(iter(replay("C", "wuzhi", events_of("wuzhi", "01_straight")).clocks.values()))
    changed = replace(clock, start=at("2026-12-01T09:00"), half_days=1, ended_at=at(f"2026-12-0{1 + later}T{end}"))
    assert half_days_used(changed, (), CALENDAR, at("2026-12-31T09:00")) == used + later * 2


def naive(events, now):
    """Tell what became of each time, straight from the list and without the state of a case."""
    known = {}
    for event in events:
        body, told = event.body, known.get(getattr(event.body, "clock", ""))
        if event.at > now:
            continue
        if body.kind == "clock_started":
            known[body.clock] = {"body": body, "due": body.due, "still": [], "end": None, "void": False, "late": False}
        elif body.kind == "clock_paused":
            told["still"].append([event.at, now + timedelta(days=4000)])
        elif body.kind == "clock_resumed":
            told["still"][-1][1], told["due"] = event.at, body.due
        elif body.kind == "clock_recounted":
            told["due"] = body.due
        elif body.kind == "clock_stopped":
            told |= {"end": event.at, "void": body.void, "late": told["due"] is not None and event.at > told["due"]}
    return known


def walked(told, now):
    """Walk the days from the beginning of a time to its end."""
    body, end = told["body"], told["end"] or now
    number, on = 0, body.start.date()
    if (body.half_days or 0) > 1:
        on += timedelta(days=1)
    while on <= end.date():
        if chinese_calendar.is_workday(on):
            for opens, closes in HOURS:
                first, last = (datetime.combine(on, part, BEIJING) for part in (opens, closes))
                still = any(begun < last <= ended for begun, ended in told["still"])
                number += body.start < first < end and not still
        on += timedelta(days=1)
    return number


@pytest.mark.parametrize("county", COUNTIES)
@pytest.mark.parametrize("now", ["2026-12-02T10:15", "2026-12-04T09:30", "2026-12-31T17:00"])
def test_a_naive_recount_of_all_scenarios(county, now):
    found, tally, used = counted(county, *load(county), now=now), Counter(), {}
    for name in load(county):
        for told in naive(events_of(county, name), at(now)).values():
            body = told["body"]
            cell = (body.rule, body.half_days, body.same_day, body.subject)
            open_still = told["still"] and told["still"][-1][1] > at(now)
            how = "ended" if told["end"] else "paused" if open_still else "running"
            late = told["late"] if told["end"] else how == "running" and told["due"] and at(now) > told["due"]
            if told["void"]:
                tally[cell, "void"] += 1
                continue
            tally[cell, how] += 1
            tally[cell, f"{how}_late"] += bool(late)
            tally[cell, "limited"] += told["due"] is not None
            if how == "ended":
                used.setdefault(cell, []).append(walked(told, at(now)))
    assert len({(one.rule, one.half_days, one.same_day, one.utility) for one in found.stages}) == len(found.stages)
    assert {cell for (cell, _), number in tally.items() if number} == {
        (one.rule, one.half_days, one.same_day, one.utility) for one in found.stages
    }
    for one in found.stages:
        cell = (one.rule, one.half_days, one.same_day, one.utility)
        for name in ("ended", "ended_late", "running", "running_late", "paused", "void", "limited"):
            assert getattr(one.times, name) == tally[cell, name], (cell, name)
        numbers = sorted(used.get(cell, []))
        assert one.times.used.count == len(numbers)
        if numbers:
            spread = one.times.used
            middle = len(numbers) // 2
            assert (spread.minimum, spread.maximum) == (numbers[0], numbers[-1]), cell
            assert spread.median == (numbers[middle] + numbers[-middle - 1]) / 2
            assert spread.p90 == next(n for n in numbers if sum(m <= n for m in numbers) >= 0.9 * len(numbers) - 1e-9)


COUNTS = ("ended", "ended_late", "running", "running_late", "paused", "void", "void_late", "limited")


@st.composite
def counties(draw):
    """Draw some cases of a county (the same history may be there twice), in some order, and a moment."""
    county = draw(st.sampled_from(COUNTIES))
    names = draw(st.lists(st.sampled_from(sorted(load(county))), max_size=6))
    histories = {f"C{number}": events_of(county, name) for number, name in enumerate(names)}
    now = at("2026-12-01T08:00") + timedelta(minutes=draw(st.integers(0, 60 * 24 * 28)))
    return county, histories, draw(st.permutations(sorted(histories))), now


@settings(deadline=None, max_examples=60)
@given(counties())
def test_parts_add_up_and_order_does_not_matter(drawn):
    county, histories, order, now = drawn
    policy = load_policy(county)
    found = figures(histories, policy, CALENDAR, now)
    assert found == figures({name: histories[name] for name in order}, policy, CALENDAR, now)
    for name in COUNTS:
        total = getattr(found.county.times, name)
        assert total == sum(getattr(one.times, name) for one in found.utilities)
        assert total == sum(getattr(one.times, name) for one in found.stages)
        assert total <= sum(getattr(one.times, name) for one in found.departments)
    for name in ("judged", "offered", "signed", "decided", "stopped", "begun", "together"):
        assert getattr(found.county.tasks, name) == sum(getattr(one.tasks, name) for one in found.utilities)
    for group in (found.county, *found.utilities, *found.departments):
        assert sum(group.phases.values()) == group.cases
        shares = [group.times.overdue, group.overdue_cases]
        shares += [] if group.tasks is None else [group.tasks.of_judged, group.tasks.of_offered, group.tasks.joint]
        for share in shares:
            assert 0 <= share.numerator <= share.denominator
            assert (share.value is None) is (share.denominator == 0)
        used = group.times.used
        if used.count:
            assert 0 <= used.minimum <= used.median <= used.maximum
            assert used.minimum <= used.p90 <= used.maximum


@settings(deadline=None, max_examples=30)
@given(counties())
def test_rows_have_every_column_and_the_same_numbers(drawn):
    county, histories, _, now = drawn
    found = figures(histories, load_policy(county), CALENDAR, now)
    table = rows(found)
    assert all(list(row) == list(COLUMNS) for row in table)
    assert [row["scope"] for row in table] == [
        "county", *["utility"] * len(found.utilities), *["department"] * len(found.departments),
        *["stage"] * len(found.stages), *["decision"] * len(found.decisions),
    ]  # fmt: skip
    stages = [row for row in table if row["scope"] == "stage"]
    assert sum(row["overdue"] for row in stages) == table[0]["overdue"] == found.county.times.overdue.numerator
    assert all(row["clause"] and row["limit_zh"] and row["department_zh"] for row in stages)
