"""Walk at random through what is possible: nothing but events and refusals, whatever is asked, by whom and when."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey.calendar import BEIJING, Calendar
from survey.cases.clocks import clock_changes, due_next
from survey.cases.commands import COMMAND_BODIES
from survey.cases.decide import possible
from survey.cases.evolve import replay
from survey.cases.projections import clocks, department_work, one_reply, possible_by_role, timeline
from survey.cases.words import NOTABLE, OF_A_TASK, ROLES
from survey.policies import FACTS, load_policy
from tests.properties.test_cases_properties import lengths
from tests.scenarios.cases.runner import Play, load, steps_of

CALENDAR = Calendar()
BEGUN = datetime(2026, 12, 1, 9, tzinfo=BEIJING)
UTILITIES = ("water", "power", "gas", "telecom")
VERDICTS = ("commitment", "joint_approval", "special_approval", "survey_first", "outside")


def later(draw, now):
    """A moment to come, most often in office hours."""
    return (now + timedelta(hours=draw(st.integers(1, 200)))).isoformat()


def fields(draw, kind, utility, one, now):
    """Fields of a command of a kind: right ones most of the time."""
    case, policy = one.case, one.policy
    task = case.tasks.get(utility)
    revision = (task.revision if task else 0) + draw(st.integers(0, 1))
    needs = draw(st.lists(st.sampled_from([a.id for a in policy.approvals]), unique=True))
    verdict = {
        "route": task.route if task else "", "revision": revision, "verdict": draw(st.sampled_from(VERDICTS)),
        "decisive": [policy.rules[0].id], "needs": needs, "quantities": {"length_m": 100.0},
    }  # fmt: skip
    chosen = draw(st.lists(st.sampled_from(UTILITIES), min_size=1, max_size=3, unique=True))
    demands = [{"utility": name, "operator": name} for name in chosen]
    approval = draw(st.sampled_from([*(task.approvals if task else ()), "X"]))
    papers = list(case.papers[: draw(st.integers(0, 2))])
    measured = {"length_m": {"value": draw(st.sampled_from([90.0, 150.0, 300.0])), "uncertainty": 0.1}}
    event = draw(st.sampled_from(sorted(NOTABLE)))
    date = {} if draw(st.booleans()) else {"date": later(draw, now)}
    on_site = draw(st.lists(st.sampled_from([a.id for a in policy.approvals if a.quantity == "on_site"] or ["X"])))
    facts = draw(st.lists(st.sampled_from(sorted(FACTS)), max_size=2))
    special = {
        "open_project": {"project": "厂", "event": draw(st.sampled_from(["project_initiated", "project_pushed"]))},
        "push_demand": {"demands": demands},
        "note": {"event": event, "utility": draw(st.sampled_from(chosen)) if event in OF_A_TASK else ""},
        "file_application": {"channel": "online", "applicant": "甲", "utilities": demands},
        "accept": {"manager": "赵", "missing": draw(st.sampled_from([[], ["证"], ["证", "图"]])), "facts": facts},
        "return_application": {"reason": "缺"}, "refuse_application": {"reason": "外"},
        "name_manager": {"name": "钱"}, "ask_papers": {"papers": papers}, "supply_papers": {"papers": papers},
        "state_facts": {"facts": facts}, "send_design": date, "answer_design": {"opinion": "无"},
        "schedule_survey": {"moment": later(draw, now)}, "record_survey": {"minutes": "可", "on_site": on_site},
        "fix_plan": {"route": draw(st.sampled_from(["", "R"])), "revision": revision},
        "judge": {"verdict": verdict}, "change_route": {"verdict": verdict},
        "sign_commitment": {"revision": revision, "signatory": "王"}, "apply_approvals": {},
        "return_approval": {"approval": approval, "reason": "缺"},
        "decide_approval": {"approval": approval, "granted": draw(st.booleans()), "opinion": "可"},
        "inspect": {"note": "好"}, "record_as_built": {"quantities": measured},
        "order_rectify": {"reason": "长", **date}, "file_acceptance": {"utilities": chosen},
        "reject_works": {"reason": "漏"}, "agree_connection": {"moment": later(draw, now)},
        "rate": {"score": 5}, "withdraw": {"utility": draw(st.sampled_from(["", *chosen])), "reason": "停"},
    }  # fmt: skip
    return {**({"utility": utility} if utility else {}), **special.get(kind, {})}


RARE = ("withdraw", "return_application", "refuse_application", "rate", "recount", "note")
ACTORS = [role for role in ROLES if role != "admin"]


def step(draw, one, now):
    """One command: most often a possible one by somebody who may give it, now and then any by anybody."""
    able = [(name, role) for role in ACTORS for name in possible(one.case, one.policy, role, now)]
    common = [pair for pair in able if pair[0] not in RARE]
    choice = draw(st.integers(0, 9))
    pairs = common if choice < 8 else able if choice < 9 else []
    anything = st.tuples(st.sampled_from(sorted(COMMAND_BODIES)), st.sampled_from(ACTORS))
    name, role = draw(st.sampled_from(pairs) if pairs else anything)
    kind, _, utility = name.partition(":")
    if COMMAND_BODIES[kind].statuses and not utility:
        utility = "water"
    department = utility if role == "utility" else draw(
        st.sampled_from([d.key for d in one.policy.departments if d.kind == "authority"])
    )  # fmt: skip
    return {
        "at": now.replace(tzinfo=None).isoformat(), "do": kind, "by": f"{role}/{department}",
        **fields(draw, kind, utility, one, now),
    }  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from(lengths()))
def test_whatever_is_asked_there_are_events_or_a_refusal(data, beginning):
    """From the middle of any scenario, anything may happen."""
    county, name, length = beginning
    one = Play(load_policy(county))
    for begun in steps_of(load(county)[name], county)[:length]:
        one.step(begun)
    now = max([one.case.at or BEGUN, *(known.at for known in one.standings.values() if known.at is not None)])
    one.count = 10_000
    for _ in range(data.draw(st.integers(1, 25))):
        now += timedelta(minutes=data.draw(st.sampled_from([0, 1, 30, 240, 1440, 10_000])))
        before = one.case
        one.step(step(data.draw, one, now))
        if one.refusal is not None:
            assert one.case == before
            assert one.refusal.cites
        elif one.brought:
            assert due_next(one.case, now) is None
            assert clock_changes(one.case, one.policy, CALENDAR, now) == []
    sound(one, now)


def sound(one, now):
    """What holds at the end of every walk."""
    assert replay("C1", one.policy.id, one.events) == one.case
    assert all(a.at <= b.at for a, b in zip(one.events, one.events[1:], strict=False))
    for kind in ("clock_started", "clock_stopped", "deadline_passed"):
        ids = [event.body.clock for event in one.events if event.body.kind == kind]
        assert len(ids) == len(set(ids))
    for task in one.case.tasks.values():
        if task.status in ("permitted", "building", "built"):
            assert task.commitment in ("", "decided", "declined", "stopped")
            assert all(permission.status == "granted" for permission in task.approvals.values())
    for clock in one.case.clocks.values():
        assert clock.due is None or CALENDAR.running(clock.due) is not None
    assert len(timeline(one.events)) == len(one.events)
    clocks(one.case, CALENDAR, now)
    department_work(one.case, one.policy)
    one_reply(one.case, one.policy)
    possible_by_role(one.case, one.policy, now)
