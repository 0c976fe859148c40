"""`/api/policies/{id}/deadline`: what is due and when to begin, every half day, and what is refused."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.deadline_schemas import DeadlineAnswer
from survey.calendar import BEIJING
from tests.api.test_cli import cotrench
from tests.api.test_http_items import problem

WUZHI = "/api/policies/wuzhi/deadline"
NATIONAL = {"stage": "parallel_approval", "from": "2026-09-30T10:00", "departments": 2}


def described(answer):
    """Refuse an answer that the description does not cover: a member missing, of another type, or not described."""
    known = DeadlineAnswer.model_validate(answer)
    assert known.model_dump(mode="json", by_alias=True).keys() == answer.keys()
    for part in (known, known.policy, known.applies, known.reading, known.applies.due, *known.others):
        assert part is None or not part.model_extra


def ask(client, county="wuzhi", **asked):
    answer = client.get(f"/api/policies/{county}/deadline", params=asked)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    described(body)
    return body


def test_every_half_day_is_told_with_what_was_left_out(shared):
    body = ask(shared, **NATIONAL)
    first = body["applies"]
    assert (first["rule"], first["clause"], first["half_days"], first["length_zh"]) == (
        "WZ-ST4a", "三(四)3", 2, "1个工作日",
    )  # fmt: skip
    assert first["due"]["due"] == "2026-10-08T17:30:00+08:00"
    assert first["due"]["provisional"] is False
    assert [(row["number"], row["on"], row["part"], row["why_zh"]) for row in first["due"]["days"]] == [
        (None, "2026-09-30", None, "事件当日不计（民法典第二百零一条）"),
        *[(None, f"2026-10-0{day}", None, "国庆节") for day in range(1, 8)],
        (1, "2026-10-08", "morning", ""),
        (2, "2026-10-08", "afternoon", ""),
    ]
    assert first["other_reading"]["due"] == "2026-10-08T12:00:00+08:00"
    assert first["latest"] is None
    assert body["reading"]["whole_days"] == "next_day"
    assert body["reading"]["reading_zh"] != body["reading"]["reading_en"] != ""
    assert [other["rule"] for other in body["others"]] == ["WZ-ST4"]


def test_the_latest_moment_to_begin(shared):
    body = ask(shared, stage="parallel_approval", before="2026-10-09", departments=2)
    latest = body["applies"]["latest"]
    assert (latest["before"], latest["office"]) == ("2026-10-09T00:00:00+08:00", "2026-10-08T17:30:00+08:00")
    assert (body["from"], body["applies"]["due"]) == (None, None)


def test_both_moments_may_be_asked_for_at_once(shared):
    first = ask(shared, **NATIONAL, before="2026-10-09T12:00")["applies"]
    assert first["due"]["due"] == "2026-10-08T17:30:00+08:00"
    assert first["latest"]["before"] == "2026-10-08T00:00:00+08:00"


def test_a_zone_is_taken_to_beijing(shared):
    body = ask(shared, stage="WZ-ST4a", **{"from": "2026-11-30T02:00:00+00:00"})
    assert body["from"] == "2026-11-30T10:00:00+08:00"


def test_now_is_taken_without_a_moment(shared):
    body = ask(shared, stage="survey_schedule")
    begun, due = (datetime.fromisoformat(text) for text in (body["from"], body["applies"]["due"]["due"]))
    assert due > begun
    assert body["applies"]["half_days"] == 0


def test_without_a_number_nothing_is_due(shared):
    first = ask(shared, stage="supplement", before="2026-12-01", **{"from": "2026-11-30T10:00"})["applies"]
    assert (first["due"], first["latest"], first["length_zh"]) == (None, None, "文件未规定")
    assert "限时补齐" in first["quote"]


def test_a_date_beyond_the_notices_is_provisional(shared):
    due = ask(shared, stage="parallel_approval", **{"from": "2026-12-31T15:00"})["applies"]["due"]
    assert due["provisional"] is True
    assert "暂定" in due["sentence_zh"]


def test_an_unknown_stage_is_told_the_known_ones(shared):
    body = problem(shared.get(WUZHI, params={"stage": "nothing"}), 422, "input.refused")
    [fault] = body["errors"]
    assert (fault["code"], fault["field"], fault["value"]) == ("stage.unknown", "stage", "nothing")
    assert "parallel_approval（并联审批）" in fault["mend_zh"]
    assert "parallel_approval (parallel approval)" in fault["mend_en"]


def test_an_unknown_county_is_told_the_known_ones(shared):
    answer = shared.get("/api/policies/atlantis/deadline", params={"stage": "acceptance"})
    assert "wuzhi" in problem(answer, 404, "resource.not_found")["detail_en"]


def test_every_fault_is_named_at_once(shared):
    asked = {"stage": "acceptance", "from": "2026-11-30", "before": "soon", "utility": "oil", "fact": ["rain", "snow"]}
    errors = problem(shared.get(WUZHI, params=asked), 422, "input.refused")["errors"]
    assert [(fault["code"], fault["field"], fault["value"]) for fault in errors] == [
        ("moment.unreadable", "from", "2026-11-30"), ("moment.unreadable", "before", "soon"),
        ("utility.unknown", "utility", "oil"), ("fact.unknown", "fact", "rain"), ("fact.unknown", "fact", "snow"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "asked",
    [
        {"stage": "survey_schedule", "from": "2199-12-31T23:00"},
        {"stage": "WZ-ST4", "from": "0001-01-01T00:00"},
        {"stage": "acceptance", "from": "0001-01-01T00:00+14:00"},
        {"stage": "WZ-ST4", "from": "2026-12-01T10:00", "before": "0001-01-01"},
        {"stage": "WZ-ST4", "from": "2026-12-01T10:00", "before": "9999-12-31T23:59-14:00"},
        {"stage": "WZ-ST4", "departments": "0"},
        {},
    ],
)
def test_what_cannot_be_counted_is_refused(shared, asked):
    assert problem(shared.get(WUZHI, params=asked), 422, "input.refused")["errors"]


@pytest.mark.parametrize(
    "asked",
    [
        ("wuzhi", "parallel_approval", "2026-09-30T10:00", ("departments", 3)),
        ("huaibei", "acceptance", "2026-12-31T15:00", ()),
        ("neixiang", "NX-ST3b", "2026-12-04T17:45", ()),
        ("chibi", "connection", "2026-12-04T12:00", ("fact", "prelaid")),
    ],
)
def test_it_says_what_the_command_line_says(shared, tmp_path, asked):
    county, stage, begun, more = asked
    body = ask(shared, county, stage=stage, **{"from": begun}, **dict([more] if more else []))
    options = [] if not more else [f"--{more[0]}", more[1]]
    done = cotrench("deadline", "--policy", county, "--stage", stage, "--from", begun, *options, folder=tmp_path)
    printed = re.sub(r"\s+", "", done.stdout)
    due = body["applies"]["due"]
    if due is None:
        assert "thedocumentgivesnotime" in printed.lower()
    else:
        assert re.sub(r"\s+", "", due["sentence_en"]) in printed
    assert body["applies"]["rule"] in printed


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60 * 24 * 350), st.sampled_from(["WZ-ST4", "WZ-ST4a", "WZ-ST2b"]))
def test_begun_before_the_latest_moment_it_is_due_in_time_and_not_after_it(shared, minutes, stage):
    """What is due from a moment, asked back, has that moment before it; one half day earlier it has not."""
    begun = datetime(2026, 1, 5, tzinfo=BEIJING) + timedelta(minutes=minutes)
    due = ask(shared, stage=stage, **{"from": begun.isoformat()})["applies"]["due"]
    back = ask(shared, stage=stage, before=due["due"])["applies"]["latest"]
    assert begun < datetime.fromisoformat(back["before"])
    sooner = max(datetime.fromisoformat(row["opens"]) for row in due["days"] if row["opens"])
    earlier = ask(shared, stage=stage, before=sooner.isoformat())["applies"]["latest"]
    assert begun >= datetime.fromisoformat(earlier["before"])
