"""Let the clocks of all cases work while the service runs: warnings, alarms, silence and escalation, each once."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from api.casework import Casework

LAST_SECONDS = 5.0
log = logging.getLogger("cotrench.api")


class Clockwork:
    """A thread that ticks every case in which something is due; what came due while nothing ran comes first.

    Parameters
    ----------
    casework
        Gives the cases at work; None while the county has no policy.
    now
        The clock.
    """

    def __init__(self, casework: Callable[[], Casework | None], now: Callable[[], datetime], seconds: float) -> None:
        self._casework = casework
        self._now = now
        self._seconds = seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="clocks of cases", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the tick that is going on."""
        self._stopped.set()
        self._thread.join(LAST_SECONDS)

    def _work(self) -> None:
        while True:
            try:
                work = self._casework()
                if work is not None:
                    work.tick(self._now())
            except Exception:
                # Whatever it is, the thread must live on: the database may be back in a minute.
                log.exception("the clocks of the cases could not work")
            if self._stopped.wait(self._seconds):
                return
