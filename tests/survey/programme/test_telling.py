"""A programme as plain values, and two of them side by side: the values are those of the programme, week by week."""

from __future__ import annotations

import json
from datetime import date, timedelta

from survey.programme.checks import able
from survey.programme.comparing import compare, compare_outcomes, outcome_from_plain
from survey.programme.planning import plan
from survey.programme.telling import programme_to_plain
from survey.programme.works import SharedTrench, Terms, Work

MONDAY = date(2026, 3, 2)
SHARED = [SharedTrench("T1", ("G", "W"), 120.0)]


def works(**changes):
    water = Work("W", MONDAY, date(2026, 5, 29), 4, crew="水务", roads=("r/1",))
    gas = Work("G", date(2026, 4, 20), date(2026, 7, 31), 4, roads=("r/1", "r/2"), **changes)
    return [water, gas]


def test_the_rows_say_what_the_programme_says():
    found = plan(works(), SHARED, Terms(breaks=((date(2026, 4, 27), date(2026, 5, 1)),)))
    plain = json.loads(json.dumps(programme_to_plain(found, street_of={"r/1": "人民路", "r/2": "人民路"})))
    rows = {row["id"]: row for row in plain["works"]}
    for number, work in enumerate(found.problem.works):
        row, dug = rows[work.id], found.choice[number].weeks
        days = [date.fromisoformat(day) for span in row["dug"] for day in span]
        assert days == sorted(days)
        counted = sum((last - first).days // 7 + 1 for first, last in zip(days[::2], days[1::2], strict=True))
        assert counted == len(dug) == row["weeks"]
        assert row["window_start"] <= row["start"] <= row["end"] <= row["window_end"]
        moved = date.fromisoformat(row["start"]) - date.fromisoformat(row["planned_start"])
        assert moved == timedelta(weeks=row["moved_weeks"])
    assert rows["W"]["joint_with"] == ["G"]
    assert plain["totals"]["joint"]["saved_m"] == 120.0
    assert sum(row["saved_m"] for row in rows.values()) == 120.0
    [street] = plain["streets"]
    assert street["street"] == "人民路"
    assert street["works"] == ["G", "W"]
    assert street["planned_closed_weeks"] == found.planned.closed_weeks
    assert street["joint_closed_weeks"] == found.costs.closed_weeks
    assert street["joint_times"] < street["planned_times"] + 1


def test_two_programmes_compare_alike_as_objects_and_as_values():
    first, second = plan(works(), SHARED, Terms()), plan(works(fixed=date(2026, 6, 29)), SHARED, Terms())
    plains = [json.loads(json.dumps(programme_to_plain(one))) for one in (first, second)]
    told = compare(first, second)
    assert compare_outcomes(*(outcome_from_plain(plain) for plain in plains)) == told
    assert told.lost
    assert compare(second, first).won == told.lost


def test_works_that_cannot_be_placed_are_left_out_with_why_and_their_trench_saves_less():
    late = Work("L", MONDAY, MONDAY + timedelta(days=4), 3)
    trench = SharedTrench("T1", ("G", "W", "L"), 120.0)
    kept, shared, out = able([*works(), late], [trench, SharedTrench("T2", ("L", "W"), 9.0)], Terms())
    assert [work.id for work in kept] == ["W", "G"]
    assert [(one.id, one.members, one.saved_m) for one in shared] == [("T1", ("G", "W"), 60.0)]
    assert [(name, fault.code, fault.feature) for name, fault in out] == [("L", "window.too_short", "L")]
    assert plan(kept, shared, Terms()).costs.saved_m == 60.0
