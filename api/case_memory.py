"""Remember what was made of the events of cases, so that nobody waits for cases in which nothing has happened."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Made = TypeVar("Made")
MOST = 20_000
"""Cases remembered at most; a county has a few thousand a year, and one takes some ten kilobytes."""


class Memory(Generic[Made]):
    """What was made of each case, by the hash of its chain of events: the same hash is the same events.

    So nothing remembered can be out of date, whoever has written; only what was used longest ago is forgotten.

    Examples
    --------
    >>> memory = Memory()
    >>> memory.get(("neixiang", "C1", "h1"), lambda: "made"), memory.get(("neixiang", "C1", "h1"), lambda: "again")
    ('made', 'made')
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._made: OrderedDict[tuple[str, ...], Made] = OrderedDict()
        self._lock = threading.Lock()

    def known(self, key: tuple[str, ...]) -> Made | None:
        """Return what was made for a key; None where nothing was."""
        with self._lock:
            return self._made.get(key)

    def get(self, key: tuple[str, ...], make: Callable[[], Made]) -> Made:
        """Return what was made for a key, made now where it was not (by two who ask at once, perhaps twice)."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
        made = make()
        with self._lock:
            self._made[key] = made
            while len(self._made) > self._most:
                self._made.popitem(last=False)
        return made
