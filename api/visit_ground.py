"""Keep the county's roads as one travels on them, made anew only after roads were written."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pandas as pd

from survey.programme.streets import streets_of
from survey.visits.planning import Ground

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.db.store import Store
    from api.resident import Resident
    from survey.surroundings import Surroundings


class CountyGround:
    """The roads of the county; safe for many threads, one makes them and the others wait."""

    def __init__(self) -> None:
        self._making = threading.Lock()
        self._around: Surroundings | None = None
        self._made: Ground | None = None

    def of(self, store: Store, resident: Resident) -> Ground:
        """Return the roads as they are now.

        Raises
        ------
        ProblemError
            The county is still being loaded, or there is none.
        """
        around = resident.surroundings()
        with self._making:
            if self._made is None or self._around is not around:
                roads = store.frame("roads")
                ids = [str(one) for one in roads["id"]]
                classes: dict[str, str | None] = dict(_known(ids, roads["class"]))
                self._made = Ground(streets_of(roads), classes, dict(_known(ids, roads["name"])))
                self._around = around
            return self._made


def _known(ids: Iterable[str], values: Iterable[Any]) -> Iterable[tuple[str, str]]:
    return ((one, str(value)) for one, value in zip(ids, values, strict=True) if not pd.isna(value) and value)
