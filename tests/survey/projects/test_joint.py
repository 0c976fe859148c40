"""An agreed chance as one project, against what was worked out by hand."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from geo.faults import BadInputError
from survey.policies import load_policy
from survey.projects import Judged, joint_project, shared_commands
from tests.survey.opportunities.scene import ON, SUMMER, found, road, straight

JIYUAN, NEIXIANG = load_policy("jiyuan"), load_policy("neixiang")


def pair(**gas):
    routes = (
        straight("W", "water", 0.0, operator="水司"),
        straight("G", "gas", 2.0, 0.0, 80.0, operator="城投燃气") | gas,
    )
    (one,) = found(*routes, roads=[road("1")])
    return one


def judged(**verdicts):
    return [Judged(route, verdict, f"{route} 的依据", f"why {route}") for route, verdict in verdicts.items()]


def test_metres_are_counted_once_and_the_clause_of_jiyuan_is_cited():
    one = pair()
    project = joint_project(one, judged(W="commitment", G="commitment"), JIYUAN, ON)
    assert (project.excavation.length_m, project.excavation.separate_m) == (80.0, 160.0)
    assert set(project.excavation.covers) == {"水司", "城投燃气"}
    assert project.excavation.routes == ("G", "W")
    assert (project.excavation.first, project.excavation.last) == (date(2027, 3, 1), date(2027, 5, 31))
    assert project.commitment.offered
    assert "三(二)(5)" in {cite.clause for cite in project.cites}
    assert project.section is one.section
    assert "路1" in project.zh


def test_the_strictest_verdict_holds_for_all():
    project = joint_project(pair(), judged(W="commitment", G="joint_approval"), NEIXIANG, ON)
    assert not project.commitment.offered
    assert (project.commitment.verdict, project.commitment.decisive) == ("joint_approval", ("G",))
    assert "G 的依据" in project.commitment.zh
    assert not any("承诺" in step.zh for step in project.steps)


def test_who_leads():
    one, said = pair(), judged(W="commitment", G="commitment")
    assert joint_project(one, said, NEIXIANG, ON).lead.key == "城投燃气"  # both have 80 m: the first by key
    assert joint_project(one, said, NEIXIANG, ON, lead="水司").lead.operator == "水司"
    (three,) = found(
        straight("W", "water", 0.0, operator="水司"), straight("G", "gas", 2.0, operator="城投燃气"),
        straight("T", "telecom", 4.0, operator="水司"), roads=[road("1")],
    )  # fmt: skip
    all_of_them = judged(W="commitment", G="commitment", T="commitment")
    assert joint_project(three, all_of_them, NEIXIANG, ON).lead.operator == "水司"  # 200 m of 300 m


def test_what_is_in_the_way_is_told_at_once():
    with pytest.raises(BadInputError) as told:
        joint_project(pair(start=None, end=None), judged(W="commitment"), NEIXIANG, ON, lead="nobody")
    assert [fault.code for fault in told.value.faults] == ["project.no_days", "project.lead", "project.not_judged"]
    (one,) = found(
        straight("W", "water", 0.0, operator="水司"), straight("V", "water", 2.0, operator="二水司"),
        straight("G", "gas", 4.0, operator="燃气"),
    )  # fmt: skip
    with pytest.raises(BadInputError) as told:
        joint_project(one, judged(W="commitment", V="commitment", G="commitment"), NEIXIANG, ON)
    assert "project.utility_twice" in {fault.code for fault in told.value.faults}


def test_windows_that_a_shift_lets_meet_are_dug_then():
    one = pair(start=SUMMER[0], end=SUMMER[1])
    project = joint_project(one, judged(W="commitment", G="commitment"), NEIXIANG, ON)
    assert project.excavation.first == one.meeting.first


def test_a_shared_command_goes_to_the_parts_that_are_ready():
    waiting, applied = SimpleNamespace(status="to_apply"), SimpleNamespace(status="applied")
    tasks = {
        "water": SimpleNamespace(utility="water", status="approving", approvals={"A": waiting}),
        "gas": SimpleNamespace(utility="gas", status="approving", approvals={"A": applied}),
        "heat": SimpleNamespace(utility="heat", status="planned", approvals={}),
    }
    case = SimpleNamespace(tasks=tasks, milestones={})
    parts = ["water", "gas", "heat", "power"]
    assert shared_commands("apply_approvals", {}, case, parts) == [("water", {"utility": "water"})]
    tasks["gas"].commitment, tasks["water"].commitment = "signed", "offered"
    assert shared_commands("decide_commitment", {}, case, parts) == [("gas", {"utility": "gas"})]
    decided = {"approval": "A", "granted": True}
    assert shared_commands("decide_approval", decided, case, parts) == [("gas", decided | {"utility": "gas"})]
    odd = {"approval": ["A"]}
    assert shared_commands("decide_approval", odd, case, parts) == [("gas", odd | {"utility": "gas"})]  # refused there
    assert shared_commands("file_acceptance", {}, case, parts) == [
        ("all", {"utilities": ["water", "gas", "heat"], "together": True})
    ]


def parts_of(**changes):
    """Return a case of water and gas, each of its own company, both offered a commitment."""
    tasks = {
        utility: SimpleNamespace(
            utility=utility, status="approving", approvals={}, operator=operator, commitment="offered", revision=number
        )
        for number, (utility, operator) in enumerate((("water", "水司"), ("gas", "燃气")), 3)
    }
    for task in tasks.values():
        for name, value in changes.items():
            setattr(task, name, value)
    return SimpleNamespace(tasks=tasks, milestones={})


def test_all_commit_or_none_each_to_the_revision_that_was_judged():
    case, said = parts_of(), {"signatory": "周"}
    assert shared_commands("sign_commitment", said, case, ["water", "gas"]) == [
        ("water", {"signatory": "周", "utility": "water", "revision": 3}),
        ("gas", {"signatory": "周", "utility": "gas", "revision": 4}),
    ]
    case.tasks["water"].commitment = "signed"
    assert [part for part, _ in shared_commands("sign_commitment", said, case, ["water", "gas"])] == ["gas"]
    for stands in ("", "declined", "stopped"):
        case.tasks["gas"].commitment = stands
        with pytest.raises(BadInputError, match="Gas"):
            shared_commands("sign_commitment", said, case, ["water", "gas"])


def test_a_company_acts_in_its_own_parts_and_digs_with_all():
    case = parts_of(status="permitted")
    assert shared_commands("start_construction", {}, case, ["water", "gas"], "燃气") == [
        ("gas", {"utility": "gas", "together": ["water"]})
    ]
    assert len(shared_commands("start_construction", {}, case, ["water", "gas"])) == 2
    assert shared_commands("file_acceptance", {}, case, ["water", "gas"], "燃气") == [
        ("all", {"utilities": ["gas"], "together": False})
    ]
    assert shared_commands("start_construction", {}, case, ["water", "gas"], "热力") == []
