"""Processes that do the tasks: they may die, and the answer is the same; what cannot be done is said."""

import os
import signal

import numpy as np
import pytest

from geo.faults import BadInputError
from geo.partition import Limits, cluster_crew, crews, local_crew
from tests.benchmarks.city import make_city
from tests.geo.partition.towns import at_once, in_tiles

USUAL = Limits(3.0, 15.0, 10.0, 5.0, 4.5, same_group=False)
MEMORY = 1 << 30

# Dask's own shutdown leaves a socket or a thread to the collector now and then.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def pid_of(_job):
    return os.getpid()


def die(_job):
    os.kill(os.getpid(), signal.SIGKILL)


def fail(job):
    message = f"job {job}"
    raise ValueError(message)


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Yield a crew of two, for all: to start one takes seconds. It bears the loss of one of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crews, "MOST_LOSSES", 1)
        with local_crew(2, MEMORY, tmp_path_factory.mktemp("crew")) as crew:
            yield crew


def test_two_processes_give_what_one_memory_gives(two, tmp_path):
    city = make_city(1_000)
    group = city.utility.astype(np.int64)
    heard = []
    found = in_tiles(tmp_path, city.lines, group, USUAL, 2_000, two, told=lambda *said: heard.append(said))
    assert found == at_once(city.lines, group, USUAL)
    assert os.getpid() not in two(pid_of, range(4), lambda *_: None)
    of_search = [done for step, done, _ in heard if step == "search"]
    assert of_search == list(range(1, len(of_search) + 1))


def test_a_worker_is_killed_and_nothing_is_lost(two, tmp_path):
    city = make_city(1_000, seed=2)
    group = city.utility.astype(np.int64)
    killed = []

    def told(step, done, _of):
        if step == "search" and done == 1 and not killed:
            killed.append(two(pid_of, [0], lambda *_: None)[0])
            os.kill(killed[0], signal.SIGKILL)

    found = in_tiles(tmp_path, city.lines, group, USUAL, 1_000, two, told=told)
    assert len(killed) == 1
    assert found == at_once(city.lines, group, USUAL)
    assert killed[0] not in two(pid_of, range(4), lambda *_: None)


def test_what_a_task_raises_comes_out(two):
    with pytest.raises(ValueError, match="job 1"):
        two(fail, [1], lambda *_: None)


def test_a_task_that_brings_every_worker_down_is_given_up_and_named(two):
    with pytest.raises(BadInputError) as caught:
        two(die, [0], lambda *_: None)
    assert [fault.code for fault in caught.value.faults] == ["worker.lost"]
    assert "--memory" in caught.value.faults[0].mend_en


def test_no_cluster_answers(monkeypatch):
    monkeypatch.setattr(crews, "CONNECT_S", 1)
    with pytest.raises(BadInputError) as caught, cluster_crew("tcp://127.0.0.1:9"):
        pass
    assert caught.value.faults[0].code == "cluster.unreachable"
    assert caught.value.faults[0].value == "tcp://127.0.0.1:9"
