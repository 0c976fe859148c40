"""Keep a county's chances ready: an edit of one route makes anew only what hangs together with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from geo.parallels import BEARING_DEG, DISTANCE_M, MIN_LENGTH_M, ResidentLines, find_runs
from geo.polylines import Polylines
from geo.trench_components import corner_of
from geo.trenches import MAX_WIDTH_M, join_runs, reach_of
from survey.opportunities.answers.state import parties_of
from survey.opportunities.building import Dig, Maker, Terms, chances_of, digs_of, lines_of
from survey.opportunities.candidates import read_candidates
from survey.opportunities.cost_split import split_cost
from survey.opportunities.county_data import known_planning
from survey.opportunities.ditches import Ground, section_of
from survey.opportunities.ground import above_of
from survey.opportunities.ranking import ranked
from survey.opportunities.trench_costs import MEAN, Laying, trench_cost

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

    from geo.parallels import Runs
    from survey.opportunities.candidates import Candidate
    from survey.opportunities.cost_split import Split
    from survey.opportunities.county_data import Planning, UnitCost
    from survey.opportunities.ground import Above
    from survey.opportunities.records import Opportunity
    from survey.sections import Section, SectionLine
    from survey.surroundings import Surroundings

    Key = tuple[Any, ...]

NEARER_M = 1e-3
"""By how much more is looked for than counts, so that what computing is off by hides no neighbour."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an edit did: ids of chances that are new, that read otherwise now, and that are gone; sorted."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A route as it is kept; ``version`` tells one state of it from the next."""

    candidate: Candidate
    line: Polylines
    group: int
    above: Above
    slot: int
    version: int

    @property
    def corner(self) -> tuple[float, float]:
        """From where the coordinates of a set that holds this line are taken, as far as it has a say."""
        return corner_of(self.line.x, self.line.y, self.line.part_starts)


class Opportunities:
    """The chances of a county, resident; one writer at a time, any number of readers.

    Parameters
    ----------
    routes, surroundings, on, costs, planning, distance, bearing, min_length, max_width
        As for `survey.opportunities.opportunities_of`, whose records these are, whatever was edited in between.

    Raises
    ------
    BadInputError
        With every fault of the routes.

    Examples
    --------
    >>> import shapely
    >>> from datetime import date
    >>> routes = gpd.GeoDataFrame({"id": ["W"], "utility": ["water"]}, geometry=[shapely.LineString([(0, 0), (99, 0)])])
    >>> county = Opportunities(routes, None, on=date(2026, 12, 1))
    >>> change = county.replace({"id": "G", "utility": "gas", "geometry": shapely.LineString([(0, 2), (60, 2)])})
    >>> [(one.routes, one.shared_m) for one in county.records()], len(change.new)
    ([(('G', 'W'), 60.0)], 1)
    >>> county.remove("W").gone == change.new, county.records()
    (True, [])
    """

    def __init__(
        self,
        routes: gpd.GeoDataFrame,
        surroundings: Surroundings | None,
        *,
        on: date,
        costs: Mapping[str, UnitCost] | None = None,
        planning: Planning | None = None,
        distance: float = DISTANCE_M,
        bearing: float = BEARING_DEG,
        min_length: float = MIN_LENGTH_M,
        max_width: float = MAX_WIDTH_M,
    ) -> None:
        self._limits = {"bearing": bearing, "min_length": min_length}
        self._distance, self._max_width = distance, max_width
        self._reach = reach_of(distance, max_width)
        self._terms = Terms(on, costs or {}, planning or known_planning(), surroundings)
        read, candidates = read_candidates(routes)
        above = above_of(read.lines, surroundings)
        self._resident = ResidentLines(read.lines, read.group, distance=self._reach, **self._limits)
        self._kept = {
            one.id: _Kept(one, read.lines.take([row]), int(read.group[row]), above[row], row, 0)
            for row, one in enumerate(candidates)
        }
        self._at = {kept.slot: name for name, kept in self._kept.items()}
        self._corners = Counter(kept.corner for kept in self._kept.values())
        self._corner = self._least_corner()
        self._beside: dict[str, set[str]] = {}
        self._records: dict[str, tuple[Key, Opportunity]] = {}
        self._of: dict[str, set[str]] = {}
        self._make(self._kept)

    def __len__(self) -> int:
        return len(self._records)

    def records(self) -> list[Opportunity]:
        """Return all chances, the best first."""
        return ranked(record for _, record in self._records.values())

    def get(self, opportunity_id: str) -> Opportunity | None:
        """Return a chance by its id; None where there is none."""
        found = self._records.get(opportunity_id)
        return None if found is None else found[1]

    def of(self, route: str) -> list[Opportunity]:
        """Return the chances of one route, the best first."""
        records = self._records
        return ranked(records[name][1] for name in self._of.get(route, ()) if name in records)

    def replace(self, row: Mapping[str, Any]) -> Change:
        """Add a route, or replace the one of the same id.

        Parameters
        ----------
        row
            The columns of a route, ``id`` and ``geometry`` among them.

        Raises
        ------
        BadInputError
            With every fault; nothing was changed.
        """
        columns = {key: [value] for key, value in row.items() if key != "geometry"}
        frame = gpd.GeoDataFrame(columns, geometry=[row["geometry"]])
        read, (candidate,) = read_candidates(frame)
        (above,) = above_of(read.lines, self._terms.surroundings, workers=1)
        group, known = int(read.group[0]), self._kept.get(candidate.id)
        before = self._component([candidate.id])
        if known is None:
            slot = self._resident.add(read.lines, group)
        else:
            slot = known.slot
            self._resident.replace(slot, read.lines, group)
        version = 0 if known is None else known.version + 1
        fresh = _Kept(candidate, read.lines, group, above, slot, version)
        self._kept = {**self._kept, candidate.id: fresh}
        self._at[slot] = candidate.id
        affected = {*before, candidate.id, *self._component(self._near(candidate.id))}
        return self._make({*affected, *self._kept} if self._has_moved_corner(known, fresh) else affected)

    def remove(self, route: str) -> Change:
        """Forget a route; nothing happens if there is none of that id."""
        known = self._kept.get(route)
        if known is None:
            return Change((), (), ())
        before = self._component([route])
        self._resident.remove(known.slot)
        del self._at[known.slot]
        self._kept = {name: kept for name, kept in self._kept.items() if name != route}
        return self._make({*before, *self._kept} if self._has_moved_corner(known, None) else before)

    def look(self, *, on: date | None = None, surroundings: Surroundings | None = None) -> Change:
        """Make all records anew for another day, or after roads or greens changed; what is not named stays."""
        terms = self._terms
        around = terms.surroundings if surroundings is None else surroundings
        self._terms = replace(terms, on=terms.on if on is None else on, surroundings=around)
        if surroundings is not None:
            names = list(self._kept)
            above = above_of(_together([self._kept[name] for name in names]), surroundings)
            self._kept = {name: replace(self._kept[name], above=one) for name, one in zip(names, above, strict=True)}
        return self._make(self._kept, anew=True)

    def if_dated(self, windows: Mapping[str, tuple[date, date]]) -> list[Opportunity]:
        """Return the chances of some routes as they would be with other dates, the best first; nothing is changed.

        Parameters
        ----------
        windows
            First and last day by the route's id; a route that is not there has no chance.
        """
        wanted = {one for name in windows for one in self._of.get(name, ())}
        own = sorted(self._component(windows) & self._kept.keys())
        kept = [self._kept[name] for name in own]
        lines, _, digs = self._joined(kept)
        chances = {dig: one for dig, one in chances_of(digs, own, self._terms.planning).items() if one in wanted}
        candidates = [_dated(one.candidate, windows.get(one.candidate.id)) for one in kept]
        maker = Maker(self._terms, candidates, lines, [one.above for one in kept])
        return ranked(maker.records(list(chances), list(chances.values()))) if chances else []

    def section(self, opportunity_id: str) -> Section:
        """Return the section of a chance with places, bounds and evidence; KeyError where there is no such chance.

        Raises
        ------
        geo.faults.BadInputError
            More than eight lines.
        """
        record = self._records[opportunity_id][1]
        return section_of([line for _, line in self._lines_of(record)], self._ground(record), record.section.kind)

    def split(self, opportunity_id: str, *, at: str = MEAN) -> Split:
        """Return who pays what of a chance; parties go by their operator, else by their route.

        Raises
        ------
        KeyError
            If there is no such chance.
        BadInputError
            More than eight parties, no unit costs, or no section.
        """
        record, terms = self._records[opportunity_id][1], self._terms
        party = {route: one.operator or route for one in parties_of(record) for route in one.routes}
        layings = [
            Laying(party[member.route], line, self._kept[member.route].above.metres(member.from_m, member.to_m))
            for member, line in self._lines_of(record)
        ]
        cost = trench_cost(layings, self._ground(record), terms.costs, terms.planning, at=at)
        return split_cost(list(dict.fromkeys(party.values())), cost)

    def _lines_of(self, record: Opportunity) -> list[tuple[Any, SectionLine]]:
        own = lines_of([self._kept[member.route].candidate for member in record.members])
        return list(zip(record.members, own, strict=True))

    def _ground(self, record: Opportunity) -> Ground:
        return Ground.of(self._terms.planning, carriageway=record.section.under == "carriageway")

    def _least_corner(self) -> tuple[float, float]:
        """Return the corner of all lines, as `join_runs` takes it of a whole county."""
        return min((x for x, _ in self._corners), default=inf), min((y for _, y in self._corners), default=inf)

    def _has_moved_corner(self, gone: _Kept | None, come: _Kept | None) -> bool:
        """Take over which line came for which; return whether the last digits of all others may be others now."""
        if gone is not None:
            self._corners[gone.corner] -= 1
        if come is not None:
            self._corners[come.corner] += 1
        self._corners = +self._corners
        before, self._corner = self._corner, self._least_corner()
        return self._corner != before

    def _near(self, name: str) -> list[str]:
        """Return the routes beside one that is kept, and itself."""
        kept = self._kept[name]
        runs = self._resident.runs_of(
            kept.line, np.array([kept.group], dtype=np.int64), distance=self._reach + NEARER_M,
            bearing=self._limits["bearing"], min_length=max(self._limits["min_length"] - NEARER_M, 0.0),
        )  # fmt: skip
        return [self._at[slot] for slot in set(runs.b.tolist())] + [name]

    def _component(self, names: Iterable[str]) -> set[str]:
        """Return all routes that hang together with some by runs."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._beside.get(name, ())
        return found

    def _make(self, names: Iterable[str], *, anew: bool = False) -> Change:
        """Make the records of whole components, or take those whose stretches and routes are what they were."""
        affected = set(names)
        own = sorted(affected & self._kept.keys())
        kept = [self._kept[name] for name in own]
        digs, lines = self._digs(own, kept, affected)
        chances = chances_of(digs, own, self._terms.planning)
        made = [(dig, number, self._key(dig, kept)) for dig, number in chances.items()]
        stale = {one for name in affected for one in self._of.get(name, ())}
        before = {} if anew else dict(self._records[one] for one in stale)
        maker = Maker(self._terms, [one.candidate for one in kept], lines, [one.above for one in kept])
        wanted = [(dig, number) for dig, number, key in made if key not in before]
        built = {record.id: record for record in maker.records(*zip(*wanted, strict=True))} if wanted else {}
        now = {
            number: (key, built[number] if number in built else replace(before[key], id=number))
            for _, number, key in made
        }
        return self._take(affected, stale, now)

    def _digs(
        self, own: Sequence[str], kept: Sequence[_Kept], affected: AbstractSet[str]
    ) -> tuple[list[Dig], Polylines]:
        """Return the trenches of whole components and note who lies beside whom."""
        lines, runs, digs = self._joined(kept)
        for name in affected:
            self._beside.pop(name, None)
        for a, b in set(zip(runs.a.tolist(), runs.b.tolist(), strict=True)):
            self._beside.setdefault(own[a], set()).add(own[b])
            self._beside.setdefault(own[b], set()).add(own[a])
        return digs, lines

    def _joined(self, kept: Sequence[_Kept]) -> tuple[Polylines, Runs, list[Dig]]:
        """Return the lines of whole components, where they run side by side, and their trenches."""
        lines, group = _together(kept), np.array([one.group for one in kept], dtype=np.int64)
        runs = find_runs(lines, distance=self._reach, group=group, workers=1, **self._limits)
        limits = {"distance": self._distance, "max_width": self._max_width}
        made = join_runs(lines, runs, **limits, group=group, corner=self._corner, workers=1)
        return lines, runs, digs_of(made)

    @staticmethod
    def _key(dig: Dig, kept: Sequence[_Kept]) -> Key:
        """Return what a record is made of: the states of its routes, and where the trench lies on them."""
        states = tuple((kept[row].candidate.id, kept[row].version) for row in dig.rows)
        spans = (*dig.from_m, *dig.to_m, dig.shared_m, dig.width_m)
        return states, spans, dig.at

    def _take(self, affected: AbstractSet[str], stale: set[str], now: Mapping[str, tuple[Key, Opportunity]]) -> Change:
        """Put the records of some routes in the place of those they had."""
        before = self._records
        changed = tuple(sorted(one for one in stale & now.keys() if before[one][1] != now[one][1]))
        of = {name: found for name, found in self._of.items() if name not in affected}
        for number, (_, record) in now.items():
            for route in record.routes:
                of.setdefault(route, set()).add(number)
        kept = {number: one for number, one in before.items() if number not in stale}
        self._records, self._of = {**kept, **now}, of
        return Change(tuple(sorted(now.keys() - stale)), changed, tuple(sorted(stale - now.keys())))


def _together(kept: Sequence[_Kept]) -> Polylines:
    return Polylines.concatenate([one.line for one in kept]) if kept else Polylines.from_shapely([])


def _dated(candidate: Candidate, window: tuple[date, date] | None) -> Candidate:
    if window is None:
        return candidate
    return replace(candidate, window=replace(candidate.window, start=window[0], end=window[1]))
