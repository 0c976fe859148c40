"""Commands on stored cases, on both stores: two at once, a service that dies, a clock that catches up, a suspension."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from api.casework import Casework
from survey.calendar import BEIJING, Calendar
from survey.cases.commands import Command
from survey.cases.draft import SYSTEM
from survey.cases.refusals import RefusedError
from survey.cases.standing import StandingTick
from survey.policies import load_policy
from tests.scenarios.cases.runner import COUNTIES, command_of, load, play, steps_of


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def run(work, steps, case_id="C1"):
    """Carry out the steps of a scenario that are not refused."""
    for number, step in enumerate(steps):
        command = command_of(step, f"{case_id}-{number}", work.policy)
        if "of_standing" in step:
            work.act_on_standing(step["of_standing"], command, at(step["at"]))
        else:
            work.act(case_id, command, at(step["at"]))


def until(county, name, kind):
    steps = [step for step in steps_of(load(county)[name], county) if "no" not in step]
    return steps[: next(n for n, step in enumerate(steps) if step["do"] == kind)]


@pytest.fixture
def work(store):
    return Casework(store, load_policy("neixiang"), Calendar())


@pytest.mark.parametrize("county", COUNTIES)
def test_scenarios_come_to_the_same_state_when_they_are_stored(store, county):
    work = Casework(store, load_policy(county), Calendar())
    for name, scenario in load(county).items():
        if play(scenario, county).standings:
            continue  # all scenarios are of the same days, and a standing is one for all of them
        steps = [step for step in steps_of(scenario, county) if "no" not in step and "of_standing" not in step]
        run(work, steps, name)
        stored, played = work.case(name), play(scenario, county).case
        assert (stored.phase, stored.seq, stored.tasks, stored.milestones) == (
            played.phase, played.seq, played.tasks, played.milestones,
        )  # fmt: skip
    assert store.verify() == []


def test_of_two_approvers_at_once_one_wins_and_the_other_is_told_by_whom(work):
    run(work, until("neixiang", "02_joint_approval", "decide_approval"))
    step = {"do": "decide_approval", "utility": "water", "approval": "NX-AP2", "granted": True}

    def deciding(name):
        command = command_of({**step, "by": f"approver/{name}"}, name, work.policy)
        try:
            work.act("C1", command, at("2026-12-01T11:30"))
        except RefusedError as refusal:
            return refusal
        return name

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(deciding, ["李", "张"]))
    [winner] = [one for one in answers if isinstance(one, str)]
    [refusal] = [one for one in answers if isinstance(one, RefusedError)]
    assert refusal.code == "case.decided_already"
    assert winner in str(refusal.faults[0].zh)
    assert work.case("C1").tasks["water"].approvals["NX-AP2"].decided_by == winner


def test_a_service_that_dies_in_the_middle_leaves_nothing_half_done(work):
    run(work, until("neixiang", "02_joint_approval", "decide_approval"))
    before = work.cases.events("C1")
    step = {"do": "decide_approval", "utility": "water", "approval": "NX-AP2", "granted": True, "by": "approver/李"}
    command = command_of(step, "k", work.policy)

    def dies():
        with work.store.transaction():
            work.act("C1", command, at("2026-12-01T11:30"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dies()
    assert work.cases.events("C1") == before
    work.act("C1", command, at("2026-12-01T11:31"))
    work.act("C1", command, at("2026-12-01T11:32"))
    assert len(work.cases.events("C1")) == len(before) + 1
    assert work.store.verify() == []


def test_the_clock_catches_up_once_and_only_where_something_is_due(work):
    run(work, until("neixiang", "02_joint_approval", "decide_approval"), "C1")
    run(work, until("neixiang", "02_joint_approval", "judge"), "C2")
    assert work.tick(at("2026-12-01T13:00")) == 0
    assert work.tick(at("2026-12-09T09:00")) == 1
    assert work.tick(at("2026-12-09T09:00")) == 0
    kinds = [event.body.kind for event in work.cases.events("C1")]
    assert [kinds.count(kind) for kind in ("deadline_warned", "deadline_passed", "escalated")] == [1, 1, 1]
    assert work.cases.row("C1").overdue == 1
    assert [row.id for row in work.cases.list(overdue=True)] == ["C1"]


def test_a_breach_in_one_case_keeps_the_operator_from_a_commitment_in_another(work):
    steps = [step for step in steps_of(load("neixiang")["08_suspension"], "neixiang") if "no" not in step]
    run(work, steps, "C1")
    standing = work.standing("水司")
    assert (standing.suspended, standing.breaches, standing.open) == (True, 1, {"C1:water"})
    other = until("neixiang", "01_commitment", "sign_commitment")
    run(work, [{**step, "at": step["at"].replace("2026-12-01", "2026-12-15")} for step in other], "C2")
    task = work.case("C2").tasks["water"]
    assert (task.commitment, set(task.approvals)) == ("", {"NX-AP1", "NX-AP2"})


def test_what_was_offered_before_the_suspension_cannot_be_signed_in_it_but_after(work):
    run(work, until("neixiang", "01_commitment", "sign_commitment"), "C2")
    steps = [step for step in steps_of(load("neixiang")["08_suspension"], "neixiang") if "no" not in step]
    run(work, steps, "C1")
    sign = {"do": "sign_commitment", "by": "utility/水司", "utility": "water", "revision": 1, "signatory": "王"}
    with pytest.raises(RefusedError) as refused:
        work.act("C2", command_of(sign, "s1", work.policy), at("2026-12-10T09:00"))
    assert (refused.value.code, refused.value.cites[0].rule) == ("case.suspended", "NX-SV2")
    measured = {"crossing_m": {"value": 12.0}, "length_m": {"value": 199.0}, "green_m2": {"value": 0.0}}
    mend = {"do": "record_as_built", "by": "surveyor", "utility": "water", "quantities": measured}
    work.act("C1", command_of(mend, "m", work.policy), at("2026-12-20T09:00"))
    with pytest.raises(RefusedError):
        work.act("C2", command_of(sign, "s2", work.policy), at("2027-03-03T23:00"))
    assert (
        work.act("C2", command_of(sign, "s3", work.policy), at("2027-03-04T09:00")).tasks["water"].commitment
        == "signed"
    )
    assert not work.standing("水司").suspended
    assert work.act_on_standing("水司", Command("t", SYSTEM, StandingTick()), at("2027-03-05T09:00")).seq
    assert work.store.verify() == []
