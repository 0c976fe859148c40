"""Do what has to be done while the service runs: let clocks work, follow the routes that cases and chances rest on."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LAST_SECONDS = 5.0
log = logging.getLogger("cotrench.api")


class Clockwork:
    """A thread that does its jobs at once, then every so many seconds; one that fails is tried again next time.

    Parameters
    ----------
    jobs
        What is done, in this order; each must be fit to be done again and again.
    seconds
        Between the end of one round and the beginning of the next.
    name
        Of the thread.
    """

    def __init__(self, jobs: Sequence[Callable[[], object]], seconds: float, name: str = "clocks of cases") -> None:
        self._jobs = tuple(jobs)
        self._seconds = seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the job that is going on."""
        self._stopped.set()
        self._thread.join(LAST_SECONDS)

    def _work(self) -> None:
        while True:
            for job in self._jobs:
                try:
                    job()
                except Exception:
                    # Whatever it is, the thread must live on: the database may be back in a minute.
                    log.exception("the %s could not work", self._thread.name)
            if self._stopped.wait(self._seconds):
                return
