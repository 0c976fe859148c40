"""Keep the county's chances to share a trench in memory, following every write; only neighbours are made anew."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.faults import BadInputError, Fault
from survey.opportunities import Opportunities, known_costs, suggested_spellings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    import geopandas as gpd
    import shapely

    from api.db.records import Change
    from api.db.store import Store
    from api.resident import Resident
    from survey.opportunities import Opportunity, Suggestion
    from survey.opportunities.cost_split import Split
    from survey.sections import Section
    from survey.surroundings import Surroundings

CHANGES_AT_ONCE = 10_000
REBUILD_FROM = 1_000  # so many changed routes are quicker joined all together than one by one


@dataclass(frozen=True, slots=True)
class Chances:
    """The chances of the county at one change of the store, as of a day.

    Attributes
    ----------
    records
        By id, the best first.
    shapes
        Their trenches in the grid, in the same order.
    names
        What people call the routes that have a name, by id.
    left_out
        What is wrong with the stored routes that can have no chance.
    spellings
        Operators of routes that may be one company; each is a party by itself until a person has made them one.
    """

    on: date
    change: int
    records: Mapping[str, Opportunity]
    shapes: tuple[shapely.Geometry, ...]
    names: Mapping[str, str]
    left_out: tuple[Fault, ...]
    spellings: tuple[Suggestion, ...]


class CountyOpportunities:
    """The chances of the county, found when somebody first asks and followed from then on.

    A route that was written makes anew only what hangs together with it; roads, greens and another day make all records
    anew, but join nothing again. Safe for many threads: one brings it up to date, the others wait. What other processes
    have written is there at the next question.
    """

    def __init__(self, store: Store, resident: Resident) -> None:
        self._store = store
        self._resident = resident
        self._keeping = threading.RLock()
        self._made: Opportunities | None = None
        self._around: Surroundings | None = None
        self._day: date | None = None
        self._change = 0
        self._names: dict[str, str] = {}
        self._operators: dict[str, str] = {}
        self._left_out: dict[str, tuple[Fault, ...]] = {}
        self._found: Chances | None = None

    def on(self, day: date) -> Chances:
        """Return the chances as of a day.

        Raises
        ------
        ProblemError
            The county is still being loaded, or there is none.
        """
        with self._keeping:
            self._follow(day)
            return self._snapshot(day)

    def if_dated(self, day: date, windows: Mapping[str, tuple[date, date]]) -> tuple[Chances, list[Opportunity]]:
        """Return the chances, and those of some routes as they would be with other dates; nothing is kept."""
        with self._keeping:
            made = self._follow(day)
            return self._snapshot(day), made.if_dated(windows)

    def section(self, day: date, opportunity_id: str) -> Section:
        """Return the section of a chance; errors as `survey.opportunities.Opportunities.section`."""
        with self._keeping:
            return self._follow(day).section(opportunity_id)

    def split(self, day: date, opportunity_id: str, at: str) -> Split:
        """Return who pays what of a chance; errors as `survey.opportunities.Opportunities.split`."""
        with self._keeping:
            return self._follow(day).split(opportunity_id, at=at)

    def _follow(self, day: date) -> Opportunities:
        """Take over everything that was written since, and another day."""
        around = self._resident.surroundings()
        made = self._made
        if made is None:
            return self._load(day, around)
        if around is not self._around:
            made.look(surroundings=around)
            self._around, self._found = around, None
        if day != self._day:
            made.look(on=day)
            self._day, self._found = day, None
        while changes := self._store.changes_since(self._change, CHANGES_AT_ONCE):
            if len({one.id for one in changes if one.layer == "routes"}) > REBUILD_FROM:
                return self._load(day, around)
            self._take_over(made, changes)
        return made

    def _load(self, day: date, around: Surroundings) -> Opportunities:
        # Read before the rows: what is written meanwhile is taken over once more, which changes nothing.
        change, routes = self._store.last_change(), self._store.frame("routes")
        self._left_out = {}
        self._made = self._made_of(routes, around, day)
        self._around, self._day, self._change, self._found = around, day, change, None
        self._names = dict(_named(zip(routes["id"], routes["name"], strict=True)))
        self._operators = dict(_named(zip(routes["id"], routes["operator"], strict=True)))
        return self._made

    def _made_of(self, routes: gpd.GeoDataFrame, around: Surroundings, day: date) -> Opportunities:
        """Join all routes but those that cannot be; what is wrong with these is told."""
        try:
            return Opportunities(routes, around, on=day, costs=known_costs())
        except BadInputError as error:
            bad = {str(fault.feature): fault for fault in error.faults}
            kept = routes[~routes["id"].isin(bad)]
            if len(kept) == len(routes):
                raise
            self._left_out |= {name: (fault,) for name, fault in bad.items()}
            return self._made_of(kept, around, day)

    def _take_over(self, made: Opportunities, changes: Sequence[Change]) -> None:
        names = sorted({one.id for one in changes if one.layer == "routes"})
        rows = {row.id: row for row in self._store.rows("routes", names)} if names else {}
        for name in names:
            self._left_out.pop(name, None)
            self._names.pop(name, None)
            self._operators.pop(name, None)
            row = rows.get(name)
            if row is None:
                made.remove(name)
                continue
            self._names.update(_named([(name, row.properties.get("name"))]))
            self._operators.update(_named([(name, row.properties.get("operator"))]))
            try:
                made.replace({**row.properties, "id": name, "geometry": row.geometry})
            except BadInputError as error:
                made.remove(name)
                self._left_out[name] = error.faults
        self._change, self._found = changes[-1].number, None

    def _snapshot(self, day: date) -> Chances:
        if self._found is None:
            assert self._made is not None  # noqa: S101 - for mypy: whoever asks has followed
            records = {one.id: one for one in self._made.records()}
            shapes = tuple(one.geometry for one in records.values())
            left_out = tuple(fault for faults in self._left_out.values() for fault in faults)
            spellings = _spellings(frozenset(self._operators.values()))
            self._found = Chances(day, self._change, records, shapes, dict(self._names), left_out, spellings)
        return self._found


@lru_cache(maxsize=4)
def _spellings(operators: frozenset[str]) -> tuple[Suggestion, ...]:
    """Return which operators may be one; kept, since most changes of a county name no other operator."""
    return tuple(suggested_spellings(operators))


def _named(pairs: Iterable[tuple[str, Any]]) -> Iterable[tuple[str, str]]:
    return ((str(name), str(said)) for name, said in pairs if not pd.isna(said) and said)
