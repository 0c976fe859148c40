"""Keep what is found in the whole county as long as nothing is written; after a write, find anew what it changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from api.findings import by_severity_and_place
from api.resident import JUDGED
from survey.conflicts.resident import REACH_M

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from api.db.records import Row
    from api.db.store import Store
    from api.resident import Resident
    from survey.finding_columns import Findings
    from survey.findings import Finding

KEPT = 3  # days and policies that are asked for in turn
ANEW_FROM = 50  # so many changed routes are quicker found with the whole county
MOST_SOURCES = 200  # routes found one by one, each with arrays of its own, before all are found together again
MOST_MADE = 50_000  # some kilobytes each
CHANGES_AT_ONCE = 10_000
MOST_NEAR = 10_000  # routes in the box of one: more than any county has there
COLUMNS = ["id", "facts", "kind", "severity", "outcome", "a", "b", "a_layer", "b_layer"]


@dataclass(frozen=True, slots=True)
class Found:
    """The findings of the county at one change of the store, by the rules of one day, the gravest first.

    Attributes
    ----------
    table
        One row a finding: `COLUMNS`, the place ``x`` and ``y`` (metres of the grid, NaN where there is none), and
        where it is made: ``source``, a position in ``sources``, and ``row`` there.
    sources
        Findings are made, with their sentences and mends, only where they are read.
    made
        Those made already, by source and row there: a mend takes milliseconds to find.
    """

    day: date
    policy: str
    change: int
    table: pd.DataFrame
    sources: tuple[Findings, ...]
    made: dict[tuple[int, int], Finding]

    def finding(self, row: int) -> Finding:
        """Return the finding of a row of the table."""
        where = int(self.table["source"].iloc[row]), int(self.table["row"].iloc[row])
        known = self.made.get(where)
        if known is None:
            known = self.sources[where[0]][where[1]]
            if len(self.made) < MOST_MADE:
                self.made[where] = known
        return known

    def by_id(self, identity: str) -> Finding | None:
        """Return the finding of this id; None where there is none."""
        rows = np.flatnonzero(self.table["id"].to_numpy() == identity)
        return self.finding(int(rows[0])) if len(rows) else None


class CountyFindings:
    """The findings of the county, found when somebody asks.

    Of a county that has changed by a few routes only their findings are found anew: no finding of two other routes
    depends on a third; but the mends of the others are as they were, and the line that takes one is judged again. Of a
    route without a window is told how many routes are near: it is found anew with those that come and go there.
    Whatever else was written, all of them are found anew. Safe for many threads; one finds, the others wait.
    """

    def __init__(self, store: Store, resident: Resident) -> None:
        self._store = store
        self._resident = resident
        self._finding = threading.Lock()
        self._kept: OrderedDict[tuple[date, str], Found] = OrderedDict()

    def on(self, day: date, policy: str) -> Found:
        """Return the findings by the rules that ``policy`` (its id) has on a day.

        Raises
        ------
        ProblemError
            The county is still being loaded, or there is none.
        """
        key = (day, policy)
        with self._finding:
            found = self._found(key)
            self._kept[key] = found
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

    def _found(self, key: tuple[date, str]) -> Found:
        before = self._kept.get(key)
        if before is None:
            return self._anew(*key)
        changes = self._store.changes_since(before.change, CHANGES_AT_ONCE)
        if not changes:
            return before
        asked = [change for change in changes if change.layer in JUDGED]
        written = {change.id for change in asked}
        if len(written) > ANEW_FROM or any(change.layer != "routes" for change in asked):
            return self._anew(*key)
        changed = sorted(written | self._counting(written, before.change))
        if len(changed) > ANEW_FROM or len(changed) + len(before.sources) > MOST_SOURCES:
            return self._anew(*key)
        self._resident.catch_up()
        made = [self._resident.findings_of(route, on=key[0], policy=key[1]) for route in changed]
        kept = before.table[~_about(before.table, changed)]
        tables = [kept, *(_table(one, len(before.sources) + at) for at, one in enumerate(made))]
        sources = (*before.sources, *made)
        return Found(*key, changes[-1].number, _sorted(tables), sources, before.made)

    def _counting(self, changed: Collection[str], since: int) -> set[str]:
        """Return the routes without a window near the places of changed routes, now and before: they count those."""
        found: set[str] = set()
        for route in changed:
            revisions = self._store.history("routes", route)
            last_seen = max((k for k, one in enumerate(revisions) if one.change.number <= since), default=0)
            for shape in [one.row.geometry for one in revisions[last_seen:]]:
                west, south, east, north = shape.bounds
                box = (west - REACH_M, south - REACH_M, east + REACH_M, north + REACH_M)
                rows = self._store.items("routes", box, MOST_NEAR)
                found |= {one.id for one in rows if _undated(one) and shapely.dwithin(one.geometry, shape, REACH_M)}
        return found

    def _anew(self, day: date, policy: str) -> Found:
        change, findings = self._resident.all_findings(on=day, policy=policy)
        return Found(day, policy, change, _sorted([_table(findings, 0)]), (findings,), {})


def _undated(route: Row) -> bool:
    start, end = route.properties["start"], route.properties["end"]
    return start is None or end is None or end < start


def _about(table: pd.DataFrame, routes: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell in which rows one of the routes takes part; a pipe may bear the same id as a route."""
    both = (table["b_layer"] == "routes") & table["b"].isin(routes)
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = (table["a"].isin(routes) | both).to_numpy(np.bool_)
    return found


def _table(findings: Findings, source: int) -> pd.DataFrame:
    frame = findings.frame()
    table = pd.DataFrame({name: frame[name].to_numpy() for name in COLUMNS})
    table["x"], table["y"] = frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy()
    table["source"], table["row"] = source, np.arange(len(table))
    return table


def _sorted(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all tables in their order; of two of one id the last stays."""
    kept = [table for table in tables if len(table)] or list(tables[:1])
    whole = pd.concat(kept, ignore_index=True).drop_duplicates("id", keep="last", ignore_index=True)
    return whole.iloc[by_severity_and_place(whole)].reset_index(drop=True)
