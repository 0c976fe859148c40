"""Judge how deep planned routes lie under carriageways and beside them (GB 50289 4.1.1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from survey.conflicts.citing import cited_of, classes_of
from survey.conflicts.depth_mends import cover_mend
from survey.conflicts.judging import COVERAGE, as_found, left_open, outcomes_of, unread
from survey.conflicts.naming import named
from survey.conflicts.road_findings import joined_runs
from survey.conflicts.wording import figures, joined, opened
from survey.finding_columns import Told
from survey.findings import MUST_EXPOSE, PASSES, UNKNOWN, Cited, Mend
from survey.standards.clearances import cover

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from survey.conflicts.buried_lines import BuriedLines
    from survey.conflicts.road_findings import Passing
    from survey.finding_columns import Found
    from survey.subjects import Buried

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

SHORTEST_M = 0.5
"""Pieces shorter than this between or before carriageways are not judged: edges of roads are not known better."""
_UNDER = {
    "carriageway": ("车行道下", "under the carriageway"),
    "footway": ("人行道等非车行道下", "outside carriageways"),
}


@dataclass(frozen=True)
class Beds:
    """Where routes lie under carriageways and where they do not, and the least cover asked for there.

    ``route``, ``from_m``, ``to_m``: pieces by place; ``least``: float64[routes], the greatest of the limits of the
    places a route passes, NaN where none is stated.
    """

    routes: BuriedLines
    pieces: dict[str, tuple[Integers, Floats, Floats]]
    cited: dict[str, tuple[Cited, ...]]
    number: Integers
    least: Floats

    @classmethod
    def of(cls, passing: Passing) -> Beds:
        """Cut the routes at the edges of carriageways."""
        routes, s = passing.routes, passing.stretches
        code, classes = classes_of(routes.buried)
        under = joined_runs(s, np.arange(len(s.route)))
        inside = (s.route[under.row], under.from_m, under.to_m)
        pieces = {"carriageway": inside, "footway": _between(routes.lines.lengths(), *inside)}
        cells = {place: tuple(_cover_rule(line, place) for line in classes.classes) for place in pieces}
        number = code[routes.code] if len(routes) else np.empty(0, dtype=np.int64)
        least = np.full(len(routes), np.nan)
        for place, (route, _, _) in pieces.items():
            limits = np.array([c.limit for c in cells[place]] or [np.nan])
            np.fmax.at(least, route, limits[number[route]])
        return cls(routes, pieces, cells, number, least)


@lru_cache(maxsize=16384)
def _cover_rule(line: Buried, under: str) -> Cited:
    return cited_of(cover(line, under))


def _between(lengths: Floats, route: Integers, from_m: Floats, to_m: Floats) -> tuple[Integers, Floats, Floats]:
    """Return what of each line lies outside some runs, which are sorted by line and place and do not overlap."""
    lines = np.arange(len(lengths))
    line = np.concatenate([route, lines])
    ends = np.concatenate([from_m, lengths])
    begins = np.concatenate([to_m, np.zeros(len(lengths))])
    # Sorted by place, each piece ends where a run begins, and begins where the run before it ended.
    end_order, begin_order = np.lexsort((ends, line)), np.lexsort((begins, line))
    pieces = line[end_order], begins[begin_order], ends[end_order]
    kept = pieces[2] - pieces[1] >= SHORTEST_M
    return pieces[0][kept], pieces[1][kept], pieces[2][kept]


def cover_findings(beds: Beds) -> list[Found]:
    """Find routes with too little cover, the worst place of each under carriageways and outside; and unknown ones."""
    return [*(_shallow(beds, place) for place in beds.pieces), _unknown(beds)]


def _shallow(beds: Beds, place: str) -> Found:
    routes, cited = beds.routes, beds.cited[place]
    route, from_m, to_m = beds.pieces[place]
    least = routes.depths.least(route, from_m, to_m)
    order = np.lexsort((from_m, least.cover, route))  # NaN sorts last: the least known cover of each route comes first
    first = order[np.append(True, np.diff(route[order]) != 0)[: len(order)]]
    route, from_m, to_m, measured, at = route[first], from_m[first], to_m[first], least.cover[first], least.at[first]
    limits = np.array([c.limit for c in cited] or [np.nan])
    citation = beds.number[route]
    limit = limits[citation] if len(route) else np.empty(0)
    uncertainty = COVERAGE * routes.depth_errors(route, measured + routes.radius[route])
    outcome = outcomes_of(measured - limit, uncertainty)
    x, y = routes.lines.points_at(route, at)

    def tell(k: int) -> Told:
        c, row = cited[citation[k]], int(route[k])
        zh, en = _UNDER[place]
        said = figures(measured[k], limit[k], uncertainty[k])
        open_zh, open_en = left_open(planned=True) if outcome[k] == MUST_EXPOSE else ("", "")
        zh = joined(named(routes, row, "zh"), f"在{zh}覆土 {said.measured} m{said.off}，要求不小于 {said.limit} m")
        en = f"{named(routes, row, 'en')} has {said.measured} m{said.off} of cover {en}; at least {said.limit} m is"
        return Told(
            f"{zh}{open_zh}{unread(c, 'zh')}。",
            f"{opened(en)} required{open_en}{unread(c, 'en')}.",
            cover_mend(routes, row, float(beds.least[row] + uncertainty[k])),
            routes.piece(row, from_m[k], to_m[k]),
        )

    found = as_found(
        "cover", "m", routes.subjects, route, outcome, tuple(c._replace(rule=f"{c.rule} {place}") for c in cited), tell,
        citation=citation, measured=measured, limit=limit, margin=measured - limit, uncertainty=uncertainty,
        from_m=from_m, to_m=to_m, x=x, y=y,
    )  # fmt: skip
    return found.take((outcome != PASSES) & (outcome != UNKNOWN))


def _unknown(beds: Beds) -> Found:
    """Say once for each route of which not all of the cover is known."""
    routes = beds.routes
    every = np.arange(len(routes))
    known = routes.depths.least(every, np.zeros(len(routes)), routes.lines.lengths()).known
    rows = np.flatnonzero(~known & np.isfinite(beds.least))
    cited, citation = beds.cited["footway"], beds.number[rows]
    x, y = routes.lines.points_at(rows, routes.lines.lengths()[rows] / 2)

    def tell(k: int) -> Told:
        name = str(routes.subjects.ids[rows[k]])
        zh, en = named(routes, int(rows[k]), "zh"), named(routes, int(rows[k]), "en")
        c = cited[citation[k]]
        return Told(
            f"{joined(zh, '未填（或未填全）覆土，埋深无法判断')}{unread(c, 'zh')}。",
            f"{opened(en)} does not state its cover everywhere: its depth is unknown{unread(c, 'en')}.",
            Mend("ask", name, None, "", "补充覆土（地面至管顶，m）", "state the cover (ground to top, metres)"),
            routes.shape(int(rows[k])),
        )  # fmt: skip

    return as_found(
        "cover", "m", routes.subjects, rows, np.full(len(rows), UNKNOWN, dtype=np.int8), cited, tell,
        citation=citation, x=x, y=y,
    )  # fmt: skip
