"""A county's working time as data: what is read, and what is refused with its line."""

from datetime import date, datetime, time
from importlib.resources import files

import pytest

from geo.faults import BadInputError
from survey.calendar import Calendar, deadline, latest_start
from survey.office_hours import DEFAULT_WORKING_TIME, check_working_time, read_working_time
from survey.policies import load_policy, parse_policy, policy_ids
from survey.policies.documents import Document

GOOD = """
[working_time]
source_zh = "县政府公布的作息"
source_en = "hours published by the county"
whole_days = "next_day"
reading_zh = "县里按民法典第二百零一条计"
reading_en = "the county counts by 民法典 201"

[[working_time.season]]
from_month = 6
from_day = 1
morning_opens = 08:00:00
morning_closes = 12:00:00
afternoon_opens = 15:00:00
afternoon_closes = 18:00:00

[[working_time.season]]
from_month = 10
from_day = 1
morning_opens = 08:30:00
morning_closes = 12:00:00
afternoon_opens = 14:00:00
afternoon_closes = 17:30:00
"""


def checked(text):
    document = Document.parse(text, "county.toml")
    check_working_time(document)
    return document


def test_a_county_enters_its_own_hours_and_reading():
    document = checked(GOOD)
    assert document.faults == []
    found = read_working_time(document.data["working_time"])
    assert found.whole_days == "next_day"
    assert found.season(date(2026, 9, 30)).afternoon.closes == time(18)
    assert found.season(date(2026, 12, 1)).afternoon.closes == time(17, 30)
    assert found.season(date(2026, 2, 1)).morning.opens == time(8, 30)  # winter runs on into the next year


def test_a_county_without_hours_gets_those_that_are_called_a_judgement():
    assert checked("grid = 'EPSG:4546'").faults == []
    assert read_working_time(None) is DEFAULT_WORKING_TIME


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ('whole_days = "next_day"', 'whole_days = "calendar_days"', "policy.unknown_word", 5),
        ('source_zh = "县政府公布的作息"', "", "policy.missing", 2),
        ("morning_closes = 12:00:00", "morning_closes = 15:00:00", "policy.value", 12),
        ("afternoon_closes = 18:00:00", "afternoon_closes = 14:00:00", "policy.value", 12),
        ("afternoon_closes = 18:00:00", 'afternoon_closes = "18:00"', "policy.type", 15),
        ("from_month = 6\nfrom_day = 1", "from_month = 6\nfrom_day = 31", "policy.value", 11),
        ("from_month = 10", "from_month = 6", "policy.value", 18),
        ("from_month = 10", "summer = true\nfrom_month = 10", "policy.unknown_key", 18),
    ],
)  # fmt: skip
def test_faults_are_told_with_their_line(old, new, code, line):
    assert old in GOOD
    faults = checked(GOOD.replace(old, new, 1)).faults
    assert [(fault.code, fault.file) for fault in faults] == [(code, f"county.toml:{line}")]


def test_no_season_at_all_is_refused():
    text = GOOD.split("[[working_time.season]]", maxsplit=1)[0] + "season = []\n"
    assert [fault.code for fault in checked(text).faults] == ["policy.missing"]


def texts(county_more):
    folder = files("survey.policies") / "neixiang"
    return (folder / "policy.toml").read_text("utf-8"), (folder / "county.toml").read_text("utf-8") + county_more


def test_a_policy_carries_its_county_s_working_time():
    assert load_policy("neixiang").defaults.working_time is DEFAULT_WORKING_TIME
    policy = parse_policy(*texts(GOOD))
    assert policy.defaults.working_time.whole_days == "next_day"
    assert policy.defaults.working_time.source_zh == "县政府公布的作息"


def test_a_policy_with_wrong_hours_is_refused_at_start_up():
    with pytest.raises(BadInputError) as refused:
        parse_policy(*texts(GOOD.replace("next_day", "tomorrow")), place="neixiang")
    [fault] = refused.value.faults
    assert fault.code == "policy.unknown_word"
    assert fault.file.startswith("neixiang/county.toml:")


def test_every_stage_of_every_county_is_due_if_and_only_if_its_document_gives_a_time():
    start = datetime.fromisoformat("2026-09-30T10:00+08:00")
    counted = 0
    for policy in map(load_policy, policy_ids()):
        calendar = Calendar(working_time=policy.defaults.working_time)
        for stage in policy.stages:
            found = deadline(start, stage.half_days, same_day=stage.same_day, calendar=calendar)
            assert (found is not None) == stage.timed, stage.id
            if found is not None:
                latest = latest_start(found.due, stage.half_days, same_day=stage.same_day, calendar=calendar)
                assert start < latest.before, stage.id
                counted += 1
    assert counted >= 5
