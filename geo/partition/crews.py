"""Give tasks to whoever does them: this process, processes of this machine, or a Dask cluster."""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    Told = Callable[[int, int], None]

CONNECT_S = 20
"""How long an address is tried."""

MOST_LOSSES = 3
"""A task whose worker is lost once more than this is given up: it is the task that brings workers down."""


BEHAVIOUR = {
    "distributed.worker.profile.enabled": False,
    # A worker near its bound would wait for memory that no other task is going to free, for ever.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
}


class Crew(Protocol):
    """Does the same work for each of some jobs."""

    def __call__(self, work: Callable[[Any], Any], jobs: Sequence[Any], told: Told) -> list[Any]:
        """Return what ``work`` gives for each job, in their order; ``told`` hears how many of how many are done."""


def here(work: Callable[[Any], Any], jobs: Sequence[Any], told: Told) -> list[Any]:
    """Do the jobs one after the other in this process.

    Examples
    --------
    >>> here(abs, [-1, 2], lambda done, of: None)
    [1, 2]
    """
    results = []
    for job in jobs:
        results.append(work(job))
        told(len(results), len(jobs))
    return results


@contextmanager
def local_crew(workers: int, memory: int, folder: Path) -> Iterator[Crew]:
    """Start ``workers`` processes, each of which is stopped and replaced when it holds ``memory`` bytes.

    ``folder`` takes what they write for themselves. Everything listens on this machine only, on ports that are free.
    """
    import dask  # noqa: PLC0415 - half a second, which those who work in one memory need not wait
    from distributed import Client, LocalCluster  # noqa: PLC0415

    with dask.config.set(BEHAVIOUR | {"distributed.scheduler.allowed-failures": MOST_LOSSES}):
        cluster = LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, memory_limit=memory, local_directory=str(folder),
            dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL,
        )  # fmt: skip
        try:
            with Client(cluster) as client:
                yield _crew_of(client)
        finally:
            with suppress(TimeoutError):  # on a busy machine they take long to end; what they did is on disk
                cluster.close()


@contextmanager
def cluster_crew(address: str) -> Iterator[Crew]:
    """Use a cluster that is running: its workers have this package and see the folder of the result.

    Raises
    ------
    BadInputError
        Nothing answers there, or no worker does.
    """
    from distributed import Client  # noqa: PLC0415 - as above

    try:
        client = Client(address, timeout=CONNECT_S)
        client.wait_for_workers(1, timeout=CONNECT_S)
    except (OSError, ValueError, TimeoutError) as error:
        raise BadInputError([_unreachable(address)]) from error
    with client:
        yield _crew_of(client)


def _crew_of(client: Any) -> Crew:  # noqa: ANN401 - distributed.Client, which is loaded late
    def crew(work: Callable[[Any], Any], jobs: Sequence[Any], told: Told) -> list[Any]:
        from distributed import CancelledError, KilledWorker, as_completed  # noqa: PLC0415 - as above
        from distributed.comm.core import CommClosedError  # noqa: PLC0415

        results: list[Any] = [None] * len(jobs)
        waiting = {client.submit(work, job, pure=False): number for number, job in enumerate(jobs)}
        done = 0
        try:
            for future, result in as_completed(list(waiting), with_results=True):
                results[waiting.pop(future)] = result
                future.release()
                done += 1
                told(done, len(jobs))
        except (KilledWorker, MemoryError) as error:
            raise BadInputError([_too_large()]) from error
        except (CancelledError, CommClosedError) as error:
            raise BadInputError([_unreachable(client.scheduler.address)]) from error
        finally:
            client.cancel(list(waiting))
        return results

    return crew


def _unreachable(address: str) -> Fault:
    return Fault(
        "cluster.unreachable", "连不上 Dask 集群，或其中没有工作进程",
        "no Dask cluster answers there, or it has no worker",
        "核对地址（形如 tcp://10.0.0.5:8786），先启动 dask scheduler 和 dask worker",
        "check the address (such as tcp://10.0.0.5:8786); start dask scheduler and dask worker first",
        field="--cluster", value=address,
    )  # fmt: skip


def _too_large() -> Fault:
    return Fault(
        "worker.lost", "做同一块任务的工作进程接连中断，多半是内存不够",
        "the workers of one task were lost, one after the other: for want of memory most likely",
        "加大 --memory，或减少 --workers；相互并行、连成一片的管线（查冲突时为全部道路）必须放进一个工作进程",
        "raise --memory, or use fewer --workers; routes that are all connected by runs (for conflicts: all roads) must"
        " fit into one worker",
        field="--memory",
    )  # fmt: skip
