"""The service is killed (SIGKILL, a process of its own) while the clocks work: nothing half done, nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from api.casework import Casework
from api.db.cases import CaseStore
from api.db.store import open_store
from survey.calendar import Calendar
from survey.policies import load_policy
from tests.api.conftest import NOW, small_county
from tests.api.test_casework import at, until
from tests.scenarios.cases.runner import command_of

CASES = 60
PATIENCE_S = 90
PAST = timedelta(days=270)  # a year of which the holidays are known, and long over
OF_THE_CLOCK = ("deadline_warned", "deadline_passed", "escalated")


def overdue_cases(folder: Path) -> None:
    """Fill a store with cases whose approvals ran out long ago, and nobody has looked since."""
    small_county(None, folder)
    with open_store(None, folder) as store:
        work = Casework(store, load_policy("neixiang"), Calendar())
        steps = until("neixiang", "02_joint_approval", "decide_approval")
        for number in range(CASES):
            for at_step, step in enumerate(steps):
                command = command_of(step, f"{number}-{at_step}", work.policy)
                work.act(f"C{number:03d}", command, at(step["at"]) - PAST)


def started(folder: Path) -> subprocess.Popen[bytes]:
    command = str(Path(sys.executable).with_name("cotrench"))
    told = {**os.environ, "COTRENCH_DATA": str(folder), "COTRENCH_TICK_SECONDS": "1"}
    with (folder / "server.log").open("wb") as log:
        return subprocess.Popen([command, "serve", "--port", "0"], env=told, cwd=folder, stdout=log, stderr=log)


def passed(store) -> int:
    with store.reading() as connection:
        said = "SELECT count(*) FROM case_events WHERE kind = 'escalated'"
        return int(connection.exec_driver_sql(said).scalar_one())


def wait_for(store, process, number: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while passed(store) < number:
        assert process.poll() is None, "the service has ended by itself"
        assert time.monotonic() < end, f"only {passed(store)} of {number}"
        time.sleep(0.005)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
def test_a_service_killed_while_the_clocks_work_leaves_whole_commands_and_the_next_one_finishes(tmp_path):
    overdue_cases(tmp_path)
    with open_store(None, tmp_path) as store:
        before = {
            one: head.seq for one, head in Casework(store, load_policy("neixiang"), Calendar()).cases.heads().items()
        }
        for least in (1, CASES // 2):
            process = started(tmp_path)
            try:
                wait_for(store, process, least)
                os.kill(process.pid, signal.SIGKILL)
            finally:
                process.kill()
                process.wait()
            assert store.verify() == []
            for one, kinds in told_by_clock(store, before).items():
                assert kinds in ((), OF_THE_CLOCK), one  # all that one tick brought about, or nothing
        process = started(tmp_path)
        try:
            wait_for(store, process, CASES)
        finally:
            process.terminate()
            process.wait(20)
        assert set(told_by_clock(store, before).values()) == {OF_THE_CLOCK}
        assert store.verify() == []
        assert store.get("routes", "G1").changed_at == NOW


def told_by_clock(store, before: dict[str, int]) -> dict[str, tuple[str, ...]]:
    cases = CaseStore(store)
    return {one: tuple(event.body.kind for event in cases.events(one, seq)) for one, seq in before.items()}
