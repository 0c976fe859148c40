"""Cases in short: what waits for whom, in the counties whose documents name departments."""

from __future__ import annotations

import pytest

from survey.calendar import Calendar
from survey.cases.commands import COMMAND_BODIES
from survey.cases.digests import AWAITED, Looker, digest_from_plain, digest_of, digest_to_plain, waiting_for
from survey.cases.figures import figures
from survey.policies import load_policy
from tests.scenarios.cases.runner import COUNTIES, Play, load, steps_of
from tests.survey.cases.test_case_figures import at

CALENDAR = Calendar()
NOW = at("2028-06-01T09:00")


def states(county):
    """Every scenario of a county after each of its steps."""
    for name, scenario in load(county).items():
        one = Play(load_policy(county))
        for step in steps_of(scenario, county):
            one.step(step)
            if one.brought:
                yield name, one


def short(one, now=None):
    return digest_of("C1", one.events, one.policy, CALENDAR, now or one.case.at)


@pytest.mark.parametrize("county", COUNTIES)
def test_an_approver_is_waited_for_by_the_decisions_that_lie_before_its_department_alone(county):
    seen = set()
    for name, one in states(county):
        digest = short(one)
        for department in [each.key for each in one.policy.departments]:
            open_there = {
                f"decide_approval:{task.utility}"
                for task in one.case.active
                for permission in task.approvals.values()
                if permission.status == "applied"
                and (not permission.departments or department in permission.departments)
            }
            waits = set(waiting_for(digest, Looker("approver", department), NOW))
            assert {wait for wait in waits if wait.startswith("decide_approval")} == open_there, name
            seen |= {(department, wait) for wait in open_there}
    assert seen or county == "chibi"


@pytest.mark.parametrize("county", COUNTIES)
def test_nobody_is_waited_for_by_what_he_could_not_do(county):
    for name, one in states(county):
        digest, able = short(one), {task.utility: task for task in one.case.tasks.values()}
        for role, waits in digest.waits.items():
            for wait in waits:
                kind, _, utility = wait.partition(":")
                body = COMMAND_BODIES[kind]
                assert role in body.roles, name
                assert one.case.phase in body.phases, name
                assert not body.statuses or able[utility].status in body.statuses, name


def test_a_company_is_waited_for_by_its_own_parts_alone():
    found = set()
    for _, one in states("wuzhi"):
        digest = short(one)
        for part in digest.parts:
            others = [each.utility for each in digest.parts if each.operator not in ("", part.operator)]
            mine = waiting_for(digest, Looker("utility", company=part.operator, utility=part.utility), NOW)
            assert not [wait for wait in mine if wait.partition(":")[2] in others]
            found |= set(mine)
        assert waiting_for(digest, Looker("utility", company="别的公司", utility="heat"), NOW) == ()
    assert {wait.partition(":")[0] for wait in found} >= {"fix_plan", "start_construction", "connect"}


def test_a_supervisor_is_waited_for_by_breaches_and_by_what_is_overdue():
    one = Play(load_policy("neixiang"))
    for step in steps_of(load("neixiang")["08_suspension"], "neixiang"):
        one.step(step)
        broken = any(task.breaches for task in one.case.tasks.values())
        digest = short(one)
        waits = waiting_for(digest, Looker("supervisor"), one.case.at)
        assert ("breach:water" in waits) is broken is (digest.breaches > 0)
        assert ("overdue" in waits) is (digest.overdue(one.case.at) > 0)
    overdue = Play(load_policy("neixiang"))
    for step in steps_of(load("neixiang")["02_joint_approval"], "neixiang")[:6]:
        overdue.step(step)
    digest = short(overdue)
    assert digest.due is not None
    assert "overdue" in waiting_for(digest, Looker("supervisor"), NOW)
    assert digest.colour(NOW) == "red"


def test_what_is_awaited_are_commands_that_somebody_gives():
    assert set(AWAITED) <= set(COMMAND_BODIES)


@pytest.mark.parametrize("county", COUNTIES)
def test_every_state_is_read_back_as_it_was_written_and_counts_the_same(county):
    for name, one in states(county):
        digest = short(one)
        again = digest_from_plain(digest_to_plain(digest))
        assert again == digest, name
    told = figures({"C1": one.events}, one.policy, CALENDAR, NOW)
    assert told.county.cases == 1
