"""Plan joint programmes beside the requests, one after another in a thread of their own, told by way of the store."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from api.db import programmes
from api.errors import ProblemError
from api.programme_inputs import facts_of
from geo.faults import BadInputError, Fault
from survey.programme.checks import able
from survey.programme.planning import Planning
from survey.programme.telling import programme_to_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future
    from datetime import datetime

    import shapely

    from api.db.store import Store
    from api.programme_inputs import Inputs
    from survey.programme.planning import Programme, Progress

BEAT_S = 1.0
LOST_S = 30.0
"""A programme of which nobody has said so long that it is planned, is not: its process has ended."""
PATIENCE = 3.0
LEAST_PATIENCE_S = 30.0
"""A machine that takes three times the seconds asked for is a slow one: the best so far is taken."""
WORKERS = 2
MOST_WAITING = 8
SHARE = 3
"""Of one person: one that is planned and two that wait. The others' come in their turn, and must find room."""
STOPPED = Fault("programme.stopped", "未开始即停止", "stopped before it began", "重新排计划", "plan it again")
FAILED = Fault("programme.failed", "排计划时出错，原因在服务日志中", "planning failed; the log of the service says why",
               "告知管理员", "tell the administrator")  # fmt: skip
log = logging.getLogger("cotrench.api")


class Programmes:
    """The programmes that this process plans, one at a time; the solver leaves the interpreter to the requests.

    Parameters
    ----------
    store
        Holds what was asked, how far it is and what came out: other processes read it, and may ask to stop.
    now
        The clock of the service.
    """

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now
        self._pool = ThreadPoolExecutor(1, "programmes")
        self._ends = threading.Event()
        self._waiting: dict[str, Future[None]] = {}

    def is_full(self) -> bool:
        """Return whether so many are waiting that another one had better come later."""
        self._waiting = {name: job for name, job in self._waiting.items() if not job.done()}
        return len(self._waiting) >= MOST_WAITING

    def refuse_more(self, owner: str) -> None:
        """Refuse another programme where its owner has a share under way, in any process, or all places are taken.

        Raises
        ------
        ProblemError
            429, to be asked again later.
        """
        if programmes.under_way(self._store, owner, self._now() - timedelta(seconds=LOST_S)) >= SHARE:
            raise ProblemError(
                "programme.share", "等其中一个排完，或停止、删除一个", "wait for one, or stop or take out one"
            )
        if self.is_full():
            raise ProblemError("programme.busy")

    def has(self, programme_id: str) -> bool:
        """Return whether this process plans a programme, or will when its turn comes."""
        job = self._waiting.get(programme_id)
        return job is not None and not job.done()

    def begin(self, programme_id: str, inputs: Inputs, seconds: float) -> None:
        """Plan a programme that the store has, as soon as those before it are done."""
        self._waiting[programme_id] = self._pool.submit(self._work, programme_id, inputs, seconds)

    def stop(self) -> None:
        """End: what is being planned keeps its best so far, what still waits is told to be interrupted."""
        self._ends.set()
        self._pool.shutdown(cancel_futures=True)

    def _work(self, programme_id: str, inputs: Inputs, seconds: float) -> None:
        try:
            if not self._is_to_end(programme_id, None):
                found, shapes = self._planned(programme_id, inputs, seconds)
                result = _result(found, inputs)
                totals = result["totals"]
                programmes.finish(
                    self._store, programme_id, "done", self._now(), totals=totals, result=result, shapes=shapes
                )  # fmt: skip
                return
            self._fail(programme_id, [STOPPED])
        except BadInputError as error:
            self._fail(programme_id, error.faults)
        except Exception:
            # Whatever it is, the thread must live on, and whoever waits must be told.
            log.exception("the programme %s could not be planned", programme_id)
            self._fail(programme_id, [FAILED])

    def _fail(self, programme_id: str, faults: Sequence[Fault]) -> None:
        told = [fault.as_dict() for fault in faults]
        programmes.finish(self._store, programme_id, "failed", self._now(), faults=told)

    def _planned(
        self, programme_id: str, inputs: Inputs, seconds: float
    ) -> tuple[Programme, dict[str, dict[str, str]]]:
        """Plan, and meanwhile tell the store how far it is and hear from it whether to stop."""
        last: deque[Progress] = deque(maxlen=1)
        shared, shapes = inputs.trenches()
        kept, trenches, _ = able(inputs.works, shared, inputs.terms)
        planning = Planning(kept, trenches, inputs.terms, seconds=seconds, workers=WORKERS, progress=last.append)
        begun = time.monotonic()
        with ThreadPoolExecutor(1) as pool:
            found = pool.submit(planning.run)
            while wait([found], BEAT_S).not_done:
                took = time.monotonic() - begun
                late = took > max(PATIENCE * seconds, LEAST_PATIENCE_S)
                if self._is_to_end(programme_id, _progress(last[0], seconds, took) if last else None) or late:
                    planning.stop()
            return found.result(), _shapes(inputs, {trench.id: shapes[trench.id] for trench in trenches})

    def _is_to_end(self, programme_id: str, progress: dict[str, Any] | None) -> bool:
        try:
            programmes.keep_waiting(self._store, self._waiting.keys() - {programme_id}, self._now())
            return programmes.beat(self._store, programme_id, progress, self._now()) or self._ends.is_set()
        except Exception:
            # A database that is away for a moment is no reason to throw away what was found.
            log.exception("the store could not be told how far the programme %s is", programme_id)
            return self._ends.is_set()


def _progress(at: Progress, seconds: float, took: float) -> dict[str, Any]:
    return {
        "points": at.points,
        "bound": at.bound,
        "gap": at.gap,
        "spent_s": at.spent_s,
        "seconds": seconds * WORKERS,
        "elapsed_s": round(took, 1),
        "asked_s": seconds,
        "ended": at.ended,
        "components": at.components,
    }


def _result(found: Programme, inputs: Inputs) -> dict[str, Any]:
    plain = programme_to_plain(found, street_of=inputs.street_of)
    facts = facts_of(inputs.routes)
    works = [row | facts[row["id"]] for row in plain["works"]]
    return plain | {"works": works, "not_planned": inputs.left_out}


def _shapes(inputs: Inputs, trenches: Mapping[str, shapely.Geometry]) -> dict[str, dict[str, str]]:
    routes = zip(inputs.routes["id"].astype(str), inputs.routes.geometry, strict=True)
    return {
        "routes": {name: shape.wkb_hex for name, shape in routes},
        "trenches": {name: shape.wkb_hex for name, shape in trenches.items()},
    }
