"""What people see of a case: clocks with colours, what each department has to do, one reply, what is possible."""

from datetime import datetime, timedelta

import pytest

from survey.calendar import BEIJING, Calendar
from survey.cases.projections import (
    clocks,
    department_work,
    facts_to_state,
    notable,
    one_reply,
    possible_by_role,
    timeline,
)
from tests.scenarios.cases.runner import play

CALENDAR = Calendar()


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.fixture(scope="module")
def three():
    return play({"given": "02_three_departments_two_days", "step": []}, "wuzhi")


@pytest.mark.parametrize(
    ("now", "colour", "half_days", "overdue"),
    [
        ("2026-12-01T14:20", "green", 4, False),
        ("2026-12-02T17:00", "green", 3, False),
        ("2026-12-03T08:29", "green", 2, False),
        ("2026-12-03T08:30", "amber", 2, False),
        ("2026-12-03T17:30", "amber", 0, False),
        ("2026-12-03T17:31", "red", 0, True),
        ("2026-12-04T09:00", "red", 1, True),
    ],
)
def test_the_colour_of_a_time(three, now, colour, half_days, overdue):
    [clock] = clocks(three.case, CALENDAR, at(now))
    assert (clock["colour"], clock["half_days"], clock["overdue"]) == (colour, half_days, overdue)
    assert (clock["stage"], clock["zh"], clock["cites"][0]["clause"]) == ("parallel_approval", "并联审批", "三(四)3")


def test_what_may_be_noted_and_stated_is_what_the_document_speaks_of():
    """武陟 has milestones that somebody only notes; 济源 has facts that times depend on."""
    begun = play({"given": "01_straight", "until": "judge", "step": []}, "wuzhi")
    used = {event for stage in begun.policy.stages for event in (stage.start_event, stage.end_event)}
    told = notable(begun.case, begun.policy)
    assert told
    assert {event for event, _ in told} <= used
    assert all(utility in ("", *begun.case.tasks) for _, utility in told)
    stated = play({"given": "14_facts_and_silence", "step": []}, "jiyuan")
    asked = facts_to_state(play({"given": "14_facts_and_silence", "until": "accept", "step": []}, "jiyuan").case,
                           stated.policy)  # fmt: skip
    assert set(asked) - set(facts_to_state(stated.case, stated.policy)) == set(asked) & stated.case.facts


def test_a_time_without_a_number_is_grey_and_last():
    opened = play({"given": "01_straight", "until": "decide_approval", "step": []}, "huaibei")
    shown = clocks(opened.case, CALENDAR, at("2026-12-02T09:00"))
    assert {clock["colour"] for clock in shown} == {"grey"}
    assert all(clock["due"] is None and clock["half_days"] is None for clock in shown)


def test_a_paused_time_keeps_what_is_left():
    paused = play({"given": "06_deficiency", "until": "supply_papers", "step": []}, "wuzhi")
    shown = {clock["stage"]: clock for clock in clocks(paused.case, CALENDAR, at("2026-12-04T09:00"))}
    assert (shown["parallel_approval"]["status"], shown["parallel_approval"]["half_days"]) == ("paused", 4)
    assert (shown["supplement"]["colour"], shown["supplement"]["half_days"]) == ("green", 2)


def test_each_department_is_asked_only_for_what_concerns_it(three):
    work = department_work(three.case, three.policy)
    assert {name: [one["approval"] for one in tasks] for name, tasks in work.items()} == {
        "natural_resources": ["WZ-AP2"], "city_management": ["WZ-AP3"], "police": ["WZ-AP4"],
    }  # fmt: skip
    assert work["police"][0]["item_zh"] == "占用道路"


def test_a_signed_commitment_waits_for_those_whose_permissions_it_stands_for():
    signed = play({"given": "01_commitment", "until": "decide_commitment", "step": []}, "chibi")
    assert set(department_work(signed.case, signed.policy)) == {"city_management", "competent"}


def test_nobody_is_named_where_the_document_names_nobody():
    opened = play({"given": "02_joint_approval", "until": "decide_approval", "step": []}, "neixiang")
    assert [one["approval"] for one in department_work(opened.case, opened.policy)[""]] == ["NX-AP1", "NX-AP2"]


def test_one_reply_has_every_outcome_with_its_reason():
    refused = play({"given": "10_refused", "step": []}, "wuzhi")
    sheet = one_reply(refused.case, refused.policy)
    assert sheet["complete"]
    [task] = sheet["tasks"]
    assert task["status"] == "refused"
    assert [(one["status"], one["opinion"], one["cites"][0]["rule"]) for one in task["approvals"]] == [
        ("refused", "不符合控规", "WZ-AP2"), ("granted", "", "WZ-AP3"), ("granted", "", "WZ-AP4"),
    ]  # fmt: skip
    assert sheet["first_acceptor"] == {
        "name": "government_services", "role": "coordinator", "department": "government_services",
    }  # fmt: skip


def test_the_reply_waits_for_all(three):
    assert not one_reply(three.case, three.policy)["complete"]


def test_the_timeline_tells_everything_in_order(three):
    told = timeline(three.events)
    assert [line["seq"] for line in told] == list(range(1, len(told) + 1))
    assert all(line["zh"] and line["en"] and line["cites"] for line in told)
    assert told[0]["data"]["applicant"] == "甲公司"


def test_what_each_role_may_do(three):
    able = possible_by_role(three.case, three.policy, three.case.at + timedelta(minutes=1))
    assert able["admin"] == ()
    assert "decide_approval:water" in able["approver"]
    assert "decide_approval:water" not in able["utility"]
    assert "withdraw" in able["applicant"]
    assert not any(one.startswith(("sign", "ask_papers")) for one in able["utility"])


def _able(until, role):
    one = play({"given": "01_straight", "until": until, "step": []}, "wuzhi")
    return possible_by_role(one.case, one.policy, one.case.at + timedelta(minutes=1))[role]


def test_acceptance_is_applied_for_once_and_a_survey_is_agreed_while_there_is_something_to_survey():
    assert "file_acceptance" in _able("file_acceptance", "utility")
    assert "file_acceptance" not in _able("accept_works", "utility")
    assert "schedule_survey" in _able("schedule_survey", "coordinator")
    assert "schedule_survey" not in _able("start_construction", "coordinator")
    without = play({"given": "01_commitment", "until": "start_construction", "step": []}, "neixiang")
    able = possible_by_role(without.case, without.policy, without.case.at + timedelta(minutes=1))
    assert "schedule_survey" not in able["coordinator"]


@pytest.mark.parametrize(
    ("until", "step", "zh", "en"),
    [
        (
            "start_construction", {"do": "finish_construction", "by": "utility/水司", "utility": "water"},
            "给水：可以开工，现在不能“完工”——现在可以：记录、指定专人负责、变更路由（给水）、开工（给水）",
            "cannot finish construction now — possible now: note, name the manager, change the route (Water)",
        ),
        (
            "start_construction",
            {"do": "start_construction", "by": "utility/水司", "utility": "water", "together": ["gas", "heat"]},
            "燃气、热力 尚不能一同开工", "not ready to dig together: Gas, Heat",
        ),
        (
            "accept", {"do": "connect", "by": "utility/水司", "utility": "gas"},
            "已提交，待受理，现在不能“接通”", "the case is filed",
        ),
        (
            "file_application",
            {"do": "file_application", "by": "applicant", "channel": "window", "applicant": "甲",
             "utilities": [{"utility": "drainage"}]},
            "排水 不在本文件范围内", "Drainage not in the document's scope",
        ),
        (
            "start_construction", {"do": "file_acceptance", "by": "utility/水司", "utilities": ["water"]},
            "现在不能“申报验收”", "cannot apply for acceptance of the works now",
        ),
    ],
)  # fmt: skip
def test_a_refusal_names_utilities_as_people_do(until, step, zh, en):
    one = play({"given": "01_straight", "until": until, "step": []}, "wuzhi")
    at = "2026-12-01T09:00" if one.case.at is None else (one.case.at + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")
    one.step({"at": at} | step)
    fault = one.refusal.faults[0]
    said_zh, said_en = (f"{fault.zh}——{fault.mend_zh}", f"{fault.en} — {fault.mend_en}")
    assert zh in said_zh
    assert en in said_en
    assert not any(key in said_zh for key in ("water", "gas", "heat", "drainage"))
