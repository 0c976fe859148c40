"""Make the record of each chance to share a trench from the trenches of some routes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.parallels import BEARING_DEG, DISTANCE_M, MIN_LENGTH_M, find_runs
from geo.trenches import MAX_WIDTH_M, join_runs, reach_of
from survey.opportunities.bearings import Span, alongside
from survey.opportunities.candidates import read_candidates
from survey.opportunities.county_data import known_planning
from survey.opportunities.ditches import Ground, ditch_of
from survey.opportunities.ground import CARRIAGEWAYS, above_of
from survey.opportunities.meeting import Meeting, meeting_of
from survey.opportunities.protection import protections_of
from survey.opportunities.ranking import ranked, score_of
from survey.opportunities.records import CROSSING, RUN, Member, Opportunity, Said, Shape, Street
from survey.opportunities.savings import savings_of
from survey.opportunities.wording import NO_ROADS, NO_SECTION, crossing_note, meeting_notes, trenchless_obstacle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    import geopandas as gpd

    from geo.polylines import Polylines
    from geo.trenches import Trenches
    from survey.opportunities.candidates import Candidate
    from survey.opportunities.county_data import Planning, UnitCost
    from survey.opportunities.ditches import Ditch
    from survey.opportunities.ground import Above
    from survey.sections import SectionLine
    from survey.surroundings import Surroundings

BESIDE_M = 20.0
"""How far (metres) a road may lie from a trench that runs along it, to give it its name."""
_PLACES = np.array([1, 3, 5, 7, 9]) / 10
"""Where along a trench, of 1, the road beside it is looked for; the one that is nearest to most of these counts."""


@dataclass(frozen=True, slots=True)
class Dig:
    """One trench by the rows of its members, in the order of their ids; ``at`` is the axis line's place among them."""

    rows: tuple[int, ...]
    from_m: tuple[float, ...]
    to_m: tuple[float, ...]
    at: int
    shared_m: float
    saved_m: float
    width_m: float


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all records of a county.

    Parameters
    ----------
    on
        The day of looking.
    costs
        Unit costs by name; empty: no money is stated.
    planning
        How chances are weighed and planned.
    surroundings
        Roads and greens in the grid; None: not known.
    """

    on: date
    costs: Mapping[str, UnitCost]
    planning: Planning
    surroundings: Surroundings | None


def opportunities_of(
    routes: gpd.GeoDataFrame,
    surroundings: Surroundings | None,
    *,
    on: date,
    costs: Mapping[str, UnitCost] | None = None,
    planning: Planning | None = None,
    trenches: Trenches | None = None,
    distance: float = DISTANCE_M,
    bearing: float = BEARING_DEG,
    min_length: float = MIN_LENGTH_M,
    max_width: float = MAX_WIDTH_M,
    workers: int = 2,
) -> list[Opportunity]:
    """Return every chance of some planned routes to share a trench, the best first.

    Parameters
    ----------
    routes
        As for `survey.opportunities.candidates.read_candidates`; an id no more than once. May have no rows.
    surroundings
        Roads and greens in the same grid; None: neither paving nor closure nor protection is counted, and notes say so.
    on
        The day of looking: nothing is dug before it.
    costs
        Unit costs by name (`survey.opportunities.county_data.parse_costs`); None: no money is stated.
    planning
        None: the values of ``planning.toml``, a judgement.
    trenches
        Of these routes, lines numbered in the order of ids (`survey.opportunities.candidates.read_candidates`); None:
        they are found with ``distance``, ``bearing``, ``min_length`` and ``max_width`` as by
        `survey.opportunities.runs_and_trenches`.
    workers
        Threads; the result depends on them no more than on the order of the rows.

    Raises
    ------
    BadInputError
        With every fault of the routes, or an option out of range.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from datetime import date
    >>> routes = gpd.GeoDataFrame(
    ...     {"id": ["W1", "G1"], "utility": ["water", "gas"], "start": ["2026-03-01", "2026-04-01"],
    ...      "end": ["2026-06-30", "2026-09-30"]},
    ...     geometry=shapely.from_wkt(["LINESTRING (0 0, 100 0)", "LINESTRING (0 2, 60 2)"]), crs="EPSG:4546")
    >>> (one,) = opportunities_of(routes, None, on=date(2026, 1, 1))
    >>> one.routes, one.shared_m, one.saved_m, one.meeting.state, one.meeting.first
    (('G1', 'W1'), 60.0, 60.0, 'meets', datetime.date(2026, 4, 1))
    """
    read, candidates = read_candidates(routes)
    if trenches is None:
        runs = find_runs(
            read.lines, distance=reach_of(distance, max_width), bearing=bearing, min_length=min_length,
            group=read.group, workers=workers,
        )  # fmt: skip
        trenches = join_runs(
            read.lines, runs, distance=distance, max_width=max_width, group=read.group, workers=workers
        )
    terms = Terms(on, costs or {}, planning or known_planning(), surroundings)
    above = above_of(read.lines, surroundings, workers=workers)
    chances = chances_of(digs_of(trenches), [one.id for one in candidates], terms.planning)
    return ranked(Maker(terms, candidates, read.lines, above).records(list(chances), list(chances.values())))


def digs_of(trenches: Trenches) -> list[Dig]:
    """Return the trenches one by one; those that hold one route alone, which lies beside itself, are left out."""
    starts = trenches.member_starts.tolist()
    rows, begins, ends = (
        column.tolist() for column in (trenches.member_line, trenches.member_from_m, trenches.member_to_m)
    )
    axis = zip(
        trenches.axis_line.tolist(), trenches.axis_span()[0].tolist(), trenches.length_m.tolist(),
        trenches.saved_m.tolist(), trenches.width_m.tolist(), strict=True,
    )  # fmt: skip
    found = []
    for k, (line, begin, length, saved, width) in enumerate(axis):
        own = sorted(range(starts[k], starts[k + 1]), key=lambda m: (rows[m], begins[m]))
        members = tuple(rows[m] for m in own)
        if len(set(members)) > 1:
            at = next(p for p, m in enumerate(own) if rows[m] == line and begins[m] == begin)
            spans = tuple(begins[m] for m in own), tuple(ends[m] for m in own)
            found.append(Dig(members, *spans, at, length, saved, width))
    return found


def numbers_of(digs: Sequence[Dig], ids: Sequence[str]) -> list[str]:
    """Return the id of each trench: of its routes, and which of their common stretches it is along the first."""
    by_routes: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for k, dig in enumerate(digs):
        by_routes[tuple(ids[row] for row in dict.fromkeys(dig.rows))].append(k)
    named = [""] * len(digs)
    for routes, several in by_routes.items():
        for number, k in enumerate(sorted(several, key=lambda k: (digs[k].from_m, digs[k].to_m))):
            told = "\x1f".join((*routes, str(number)))
            named[k] = "O" + hashlib.blake2b(told.encode(), digest_size=8).hexdigest()
    return named


def chances_of(digs: Sequence[Dig], ids: Sequence[str], planning: Planning) -> dict[Dig, str]:
    """Return the trenches that are long enough to be a chance, with their ids, which count the short ones too."""
    numbered = zip(digs, numbers_of(digs, ids), strict=True)
    return {dig: name for dig, name in numbered if dig.shared_m >= planning.shortest_m}


class Maker:
    """Make records of trenches between some routes.

    Parameters
    ----------
    terms
        What holds for all.
    candidates, lines, above
        By row: the routes, their lines, what lies above them.
    """

    def __init__(self, terms: Terms, candidates: Sequence[Candidate], lines: Polylines, above: Sequence[Above]) -> None:
        self.terms = terms
        self.candidates = candidates
        self.lines = lines
        self.above = above

    def records(self, digs: Sequence[Dig], names: Sequence[str]) -> Iterator[Opportunity]:
        """Yield the record of each trench, under its id."""
        rows = np.array([row for dig in digs for row in dig.rows], dtype=np.int64)
        begins = np.array([begin for dig in digs for begin in dig.from_m], dtype=np.float64)
        ends = np.array([end for dig in digs for end in dig.to_m], dtype=np.float64)
        x0, y0 = self.lines.points_at(rows, begins)
        x1, y1 = self.lines.points_at(rows, ends)
        told = (ends - begins, x1 - x0, y1 - y0, x0, y0)
        spans = [Span(*one) for one in zip(*(values.tolist() for values in told), strict=True)]
        counts = np.array([len(dig.rows) for dig in digs], dtype=np.int64)
        firsts = (np.cumsum(counts) - counts).tolist()
        axis = np.array([first + dig.at for first, dig in zip(firsts, digs, strict=True)], dtype=np.int64)
        shapes = self.lines.cut(rows[axis], begins[axis], ends[axis])
        for dig, name, first, shape in zip(digs, names, firsts, shapes, strict=True):
            yield self._record(dig, name, spans[first : first + len(dig.rows)], shape)

    def _record(self, dig: Dig, name: str, along_of: Sequence[Span], shape: shapely.Geometry) -> Opportunity:
        terms, own = self.terms, [self.candidates[row] for row in dig.rows]
        spans = list(zip(dig.rows, dig.from_m, dig.to_m, strict=True))
        metres = [self.above[row].metres(begin, end) for row, begin, end in spans]
        inside = sum(one.get(kind, 0.0) for one in metres for kind in CARRIAGEWAYS)
        under = inside * 2 >= dig.shared_m + dig.saved_m
        ditch = ditch_of(lines_of(own), Ground.of(terms.planning, carriageway=under))
        section = _shape(own, ditch, carriageway=under)
        roads = self._roads(spans)
        protections = (
            protections_of(roads, terms.surroundings.facts, terms.on) if terms.surroundings is not None else ()
        )
        meeting = self._meeting(own, [(one.first, one.last) for one in protections], dig)
        along = alongside(along_of)
        kind = RUN if along.metres_saved > 0 else CROSSING
        parts = _parts(shape)
        return Opportunity(
            id=name,
            kind=kind,
            members=tuple(map(_member, own, dig.from_m, dig.to_m, along_of)),
            length_m=_millimetres(dig.shared_m + dig.saved_m),
            shared_m=_millimetres(dig.shared_m),
            saved_m=_millimetres(dig.saved_m),
            width_m=_millimetres(dig.width_m),
            section=section,
            savings=savings_of(dig.shared_m, metres, ditch, terms.costs, terms.planning),
            meeting=meeting,
            protections=protections,
            streets=self._streets(roads, parts, dig.shared_m),
            score=score_of(
                kind, min(along.metres_saved, dig.saved_m), meeting, protections, terms.planning,
                feasible=section.feasible,
            ),
            notes=tuple(self._notes(meeting, ditch, [own[k].id for k in along.askew])),
            parts=parts,
        )  # fmt: skip

    def _roads(self, spans: Sequence[tuple[int, float, float]]) -> dict[int, float]:
        """Return the roads that any member passes, with the most metres that one of them lies in it."""
        found: dict[int, float] = {}
        for row, begin, end in spans:
            for road, inside in self.above[row].road_metres(begin, end).items():
                found[road] = max(found.get(road, 0.0), inside)
        return found

    def _meeting(self, own: Sequence[Candidate], closed: Sequence[tuple[date, date]], dig: Dig) -> Meeting:
        planning = self.terms.planning
        windows = list({one.id: one.window for one in own}.values())
        return meeting_of(
            windows, closed, digging_days=ceil(planning.digging_days(dig.shared_m, len(own))), on=self.terms.on,
            longest_shift=planning.longest_shift_days, widest=planning.widest_days,
        )  # fmt: skip

    def _streets(
        self, roads: Mapping[int, float], parts: tuple[tuple[tuple[float, ...], ...], ...], shared_m: float
    ) -> tuple[Street, ...]:
        """Return the roads that the trench lies in, most metres first; before them the one that it runs beside."""
        around = self.terms.surroundings
        if around is None:
            return ()
        facts = around.facts
        found = [Street(facts.ids[road], facts.label(road), _millimetres(metres)) for road, metres in roads.items()]
        found.sort(key=lambda street: (-street.metres, street.name, street.road))
        if sum(roads.values()) >= shared_m / 2 or not len(facts.ids):
            return tuple(found)
        places = shapely.line_interpolate_point(shapely.MultiLineString(parts), _PLACES, normalized=True)
        _, near = around.road_tree.query_nearest(places, max_distance=BESIDE_M)
        passed = np.bincount(near[~np.isin(near, list(roads))])
        beside = [] if not passed.size else [int(passed.argmax())]
        return (*(Street(facts.ids[road], facts.label(road), 0.0) for road in beside), *found)

    def _notes(self, meeting: Meeting, ditch: Ditch, askew: Sequence[str]) -> Iterator[Said]:
        yield from meeting_notes(meeting)
        if askew:
            yield crossing_note(askew)
        if ditch.area_m2 is None:
            yield NO_SECTION
        if self.terms.surroundings is None or not len(self.terms.surroundings.facts.ids):
            yield NO_ROADS


def _parts(shape: shapely.Geometry) -> tuple[tuple[tuple[float, ...], ...], ...]:
    return tuple(
        tuple((round(x, 3), round(y, 3)) for x, y in shapely.get_coordinates(part).tolist())
        for part in (shape.geoms if shape.geom_type == "MultiLineString" else [shape])
    )


def lines_of(own: Sequence[Candidate]) -> list[SectionLine]:
    """Return the lines to lay; a route that lies in the trench twice is laid twice, under an id of its own."""
    seen: dict[str, int] = defaultdict(int)
    lines = []
    for one in own:
        seen[one.id] += 1
        lines.append(one.line if seen[one.id] == 1 else replace(one.line, id=f"{one.id} ({seen[one.id]})"))
    return lines


def _shape(own: Sequence[Candidate], ditch: Ditch, *, carriageway: bool) -> Shape:
    obstacles = [Said(zh, en) for zh, en in ditch.obstacles]
    trenchless = sorted({one.id for one in own if one.trenchless})
    if trenchless:
        obstacles.append(trenchless_obstacle(trenchless))
    return Shape(
        not obstacles, ditch.kind, "carriageway" if carriageway else "footway", _rounded(ditch.top_width_m),
        _rounded(ditch.depth_m), tuple(obstacles), ditch.unverified,
    )  # fmt: skip


def _rounded(metres: float | None) -> float | None:
    return None if metres is None else _millimetres(metres)


def _member(one: Candidate, begin: float, end: float, span: Span) -> Member:
    window, places = one.window, (span.x, span.y, span.x + span.dx, span.y + span.dy)
    return Member(
        one.id, one.utility, one.operator, one.method, _millimetres(begin), _millimetres(end),
        tuple(map(_millimetres, places)), window.start, window.end,
    )  # fmt: skip


def _millimetres(metres: float) -> float:
    return round(metres, 3) + 0.0
