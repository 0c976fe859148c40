"""Why works are dug together or not: each reason is made on purpose, and lifting what it names lifts it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from survey.programme.planning import plan
from survey.programme.weeks import wider
from survey.programme.why import joint_digs, left_out
from survey.programme.works import SharedTrench, Terms, Weights, Work

MONDAY = date(2026, 3, 2)


def week(number):
    return MONDAY + timedelta(weeks=number)


def work(name, first, last, weeks=2, **known):
    return Work(name, week(first), week(last) - timedelta(days=3), weeks, **known)


PAIR = [SharedTrench("T1", ("A", "B"), 100.0)]


def reason(works, terms=None, shared=PAIR):
    found = left_out(plan(works, shared, terms or Terms(), workers=1))
    return found[0] if found else None


def test_a_joint_dig_tells_weeks_metres_and_yuan():
    found = plan([work("A", 0, 4), work("B", 2, 8)], PAIR, Terms(yuan_per_metre=300), workers=1)
    (dig,) = joint_digs(found)
    assert (dig.trenches, dig.works, dig.saved_m) == (("T1",), ("A", "B"), 100.0)
    assert "30,000 元" in dig.zh
    assert "30,000 yuan" in dig.en
    for option in found.choice.values():
        assert {dig.first, dig.last} <= set(option.weeks)
    assert left_out(found) == []


def test_windows_that_never_meet_tell_the_smallest_shift_and_it_is_the_smallest():
    works = [work("A", 0, 4), work("B", 7, 12)]
    out = reason(works)
    assert (out.reason, out.shift_weeks, out.shifted) == ("windows", 4, "A")
    assert reason([wider(works[0], 4), works[1]]) is None
    assert reason([wider(works[0], 3), works[1]]).reason == "windows"


def test_a_protected_road_is_the_reason_where_its_protection_is():
    works = [work("A", 0, 4, roads=()), work("B", 0, 9, roads=("r",))]
    terms = Terms(protected_until={"r": week(5)})
    assert reason(works, terms).reason == "protected"
    assert reason(works, replace(terms, protected_until={})) is None


def test_a_break_is_the_reason_where_windows_meet_only_in_it():
    works = [work("A", 0, 5), work("B", 3, 8)]
    terms = Terms(breaks=((week(3), week(4) + timedelta(days=4)),))
    assert reason(works, terms).reason == "breaks"
    assert reason(works, Terms()) is None


def test_fixed_starts_are_the_reason_where_windows_would_do():
    works = [work("A", 0, 9, fixed=week(0)), work("B", 0, 9, fixed=week(6))]
    assert reason(works).reason == "fixed"


def test_a_crew_is_the_reason_where_it_has_one_team():
    works = [work("A", 0, 9, crew="north"), work("B", 0, 9, crew="north")]
    out = reason(works, Terms(capacity={"north": 1}))
    assert out.reason == "crew"
    assert "north" in out.zh
    assert reason(works, Terms(capacity={"north": 2})) is None


def test_cost_is_the_reason_where_the_better_trench_takes_the_work_away():
    works = [work("A", 0, 2), work("B", 0, 9), work("C", 7, 9)]
    shared = [SharedTrench("T1", ("A", "B"), 100.0), SharedTrench("T2", ("B", "C"), 150.0)]
    terms = Terms(weights=Weights(metre=1, closed_week=0, reopening=0, moved_week=1))
    out = reason(works, terms, shared)
    assert (out.trenches, out.reason) == (("T1",), "cost")
    # 150 m of the other trench are lost for 100 m, and six weeks of moving B are won back: it was moved from 0 to 6
    assert out.more_points == 150 - 100 - 6
