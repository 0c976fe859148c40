"""Cases on both stores: append, conflict, lists, chains; every scenario read back gives the same state."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from api.db.cases import CaseStore
from api.db.errors import ConflictError, NotFoundError
from api.db.store import open_store
from api.db.tables import CASE_EVENTS, CASES
from api.db.transfer import copy
from survey.calendar import BEIJING, Calendar
from survey.cases.decide import decide
from survey.cases.evolve import evolve, replay
from survey.cases.journal import command_from_plain
from survey.cases.refusals import RefusedError
from survey.cases.standing import replay_standing
from survey.policies import load_policy
from tests.scenarios.cases.runner import COUNTIES, load, play

NEIXIANG = load_policy("neixiang")


@pytest.fixture
def cases(store):
    return CaseStore(store)


@pytest.fixture(scope="module")
def straight():
    return play(load("neixiang")["01_commitment"], "neixiang")


def append(cases, events, case_id="C1", policy="neixiang"):
    return cases.append(replay(case_id, policy, events), events, 0)


def test_what_was_appended_is_read_back(cases, straight):
    row = append(cases, straight.events)
    assert cases.events("C1") == straight.events
    assert cases.events("C1", after=3) == straight.events[3:]
    assert (row.seq, row.phase, row.utilities) == (straight.case.seq, "rated", ("water",))
    assert cases.row("C1") == row
    with pytest.raises(NotFoundError):
        cases.row("C2")


def test_who_comes_second_is_told(cases, straight):
    first, rest = straight.events[:4], straight.events[4:]
    cases.append(replay("C1", "neixiang", first), first, 0)
    with pytest.raises(ConflictError) as told:
        cases.append(replay("C1", "neixiang", first), first, 0)
    assert (told.value.current, told.value.expected) == (4, 0)
    cases.append(replay("C1", "neixiang", straight.events), rest, 4)
    assert cases.events("C1") == straight.events


def test_numbers_that_do_not_go_on_are_refused(cases, straight):
    with pytest.raises(ValueError, match="do not lead"):
        cases.append(straight.case, straight.events[1:], 0)
    assert cases.events("C1") == []


def test_two_approvers_at_once(cases):
    """Both have seen the same case; one decides, the other is told by whom, before and after looking again."""
    opened = play({"given": "02_joint_approval", "until": "decide_approval", "step": []}, "neixiang")
    append(cases, opened.events)
    seen = opened.case

    def deciding(number, name, expected):
        return command_from_plain({
            "id": f"d{number}", "kind": "decide_approval", "expected": expected,
            "actor": {"name": name, "role": "approver", "department": "city_management"},
            "data": {"utility": "water", "approval": "NX-AP2", "granted": True},
        })  # fmt: skip

    now = datetime(2026, 12, 1, 11, 30, tzinfo=BEIJING)
    one = decide(seen, deciding(1, "李", seen.seq), NEIXIANG, Calendar(), now)
    other = decide(seen, deciding(2, "张", seen.seq), NEIXIANG, Calendar(), now)
    cases.append(replay("C1", "neixiang", [*opened.events, *one]), one, seen.seq)
    with pytest.raises(ConflictError):
        cases.append(replay("C1", "neixiang", [*opened.events, *other]), other, seen.seq)
    current = replay("C1", "neixiang", cases.events("C1"))
    with pytest.raises(RefusedError, match="李") as stale:
        decide(current, deciding(2, "张", seen.seq), NEIXIANG, Calendar(), now)
    assert stale.value.code == "case.stale"
    with pytest.raises(RefusedError, match="李") as late:
        decide(current, deciding(2, "张", None), NEIXIANG, Calendar(), now)
    assert late.value.code == "case.decided_already"


def test_lists(cases, straight):
    append(cases, straight.events, "C1")
    append(cases, straight.events[:9], "C2")
    assert [row.id for row in cases.list()] == ["C1", "C2"]
    assert [row.id for row in cases.list(phase="rated")] == ["C1"]
    assert [row.id for row in cases.list(utility="water", after="C1")] == ["C2"]
    assert cases.list(utility="gas") == []
    assert cases.list(overdue=True) == []
    assert [row.id for row in cases.list(applicant="甲公司", limit=1)] == ["C1"]


def test_a_case_is_found_when_its_clock_has_something_to_do(cases, straight):
    until = next(n for n, e in enumerate(straight.events, 1) if e.body.kind == "commitment_decided") - 1
    append(cases, straight.events[:until])
    assert cases.list(due_by=datetime(2026, 12, 1, 13, 59, tzinfo=BEIJING)) == []
    assert [row.id for row in cases.list(due_by=datetime(2026, 12, 1, 14, 0, tzinfo=BEIJING))] == ["C1"]


@pytest.mark.parametrize(
    "tampering",
    [
        sa.update(CASE_EVENTS).where(CASE_EVENTS.c.seq == 3).values(event="{}"),
        sa.delete(CASE_EVENTS).where(CASE_EVENTS.c.seq == 3),
        sa.delete(CASE_EVENTS).where(CASE_EVENTS.c.seq > 5),
        sa.update(CASE_EVENTS).where(CASE_EVENTS.c.seq == 2).values(hash="0"),
        sa.update(CASES).values(seq=1),
        sa.delete(CASES),
        sa.delete(CASE_EVENTS),
    ],
)
def test_a_chain_that_was_touched_is_found(store, cases, straight, tampering):
    append(cases, straight.events)
    assert store.verify() == []
    with store.transaction() as connection:
        connection.execute(tampering)
    assert [fault.code for fault in store.verify()] == ["store.chain"]


def test_a_standing_is_kept_beside(cases):
    played = play(load("neixiang")["08_suspension"], "neixiang")
    events = played.standing_events["水司"]
    cases.append(replay_standing("水司", "neixiang", events), events, 0)
    assert replay_standing("水司", "neixiang", cases.events("standing:水司")) == played.standings["水司"]
    assert cases.list() == []


def test_cases_go_with_a_copy(store, cases, straight, tmp_path):
    append(cases, straight.events)
    with open_store(None, tmp_path / "elsewhere") as other:
        copy(store, other)
        assert CaseStore(other).events("C1") == straight.events
        assert other.verify() == []


def test_every_scenario_is_replayed_to_the_same_state(store, cases):
    for county in COUNTIES:
        for name, scenario in load(county).items():
            played, case_id = play(scenario, county), f"{county}-{name}"
            state = played.case
            cases.append(replay(case_id, county, played.events), played.events, 0)
            read = cases.events(case_id)
            assert read == played.events
            assert replay("C1", county, read) == state
    assert store.verify() == []


def test_step_by_step_and_at_once_are_the_same(straight):
    state = replay("C1", "neixiang", straight.events[:5])
    for event in straight.events[5:]:
        state = evolve(state, event)
    assert state == straight.case
