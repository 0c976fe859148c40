"""Find what is wrong where routes pass through carriageways: too skew, along for long, on a bridge."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from geo.crossings import find_passages
from survey.conflicts.judging import COVERAGE, as_found, outcomes_of, spread, unread
from survey.conflicts.naming import named, road_named
from survey.conflicts.wording import joined, opened
from survey.finding_columns import Told
from survey.findings import FAILS, UNKNOWN, Mend
from survey.stretches import Stretches, stretches_of

if TYPE_CHECKING:
    import shapely
    from numpy.typing import NDArray

    from survey.conflicts.around import Around
    from survey.conflicts.buried_lines import BuriedLines
    from survey.conflicts.parameters import Parameters
    from survey.finding_columns import Found

CLOSE_BEHIND_M = 1.0
"""Passages through two carriageways with less than this between them are one run along the road."""


@dataclass(frozen=True)
class Passing:
    """The passages of routes through carriageways, and the place in the middle of each."""

    routes: BuriedLines
    around: Around
    stretches: Stretches
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    @classmethod
    def of(cls, routes: BuriedLines, around: Around, *, workers: int) -> Passing:
        """Find them; chainages and lengths are metres of the grid."""
        passages = find_passages(routes.lines, around.surroundings.roads, workers=workers)
        made = stretches_of(
            passages, routes.lines.segments(), routes.lines.lengths(), np.ones(len(routes)), routes.accuracy_m,
            around.surroundings,
        )  # fmt: skip
        x, y = routes.lines.points_at(made.route, (made.from_m + made.to_m) / 2)
        return cls(routes, around, made, x, y)

    def alone(self, row: int) -> Passing:
        """Return the passages of one route, which then is the only one."""
        own = np.flatnonzero(self.stretches.route == row)
        kept = {each.name: getattr(self.stretches, each.name)[own] for each in fields(Stretches)}
        stretches = Stretches(**kept | {"route": np.zeros(len(own), dtype=np.int64)})
        return Passing(self.routes.alone(row), self.around, stretches, self.x[own], self.y[own])

    def road(self, number: int) -> tuple[str, str]:
        """Return what a road is called in both languages."""
        return road_named(self.around.surroundings.facts, int(number))

    def asks(self, route: int, zh: str, en: str) -> Mend:
        """Return a mend that a person settles."""
        return Mend("ask", str(self.routes.subjects.ids[route]), None, "", zh, en)

    def piece(self, route: int, from_m: float, to_m: float) -> shapely.Geometry:
        """Return a stretch of a route as a line."""
        return self.routes.piece(route, from_m, to_m)


def skew_findings(passing: Passing, parameters: Parameters) -> Found:
    """Find crossings of roads at too flat an angle.

    Railways and highways by GB 50289 4.1.7, which states 60° where 90° cannot be; city roads by the county's parameter.
    The uncertainty of the angle is that of the line's two ends over the length of the passage. Where a road has no axis
    (a square, a corner) there is no angle, and nothing to find.
    """
    s, around = passing.stretches, passing.around
    rows = np.flatnonzero(s.crossing & ~np.isnan(s.skew_deg))
    cited = (parameters.rules["skew_road"], parameters.rules["skew_rail"])
    rule = (around.railway | around.highway)[s.road[rows]].astype(np.int64)
    limit = np.array([c.limit for c in cited])[rule]
    turn = np.sqrt(2.0) * passing.routes.accuracy_m[s.route[rows]] / np.maximum(s.length_m[rows], 1e-9)
    uncertainty = np.minimum(COVERAGE * np.degrees(turn), 90.0)
    margin = s.skew_deg[rows] - limit

    def tell(k: int) -> Told:
        row, c = rows[k], cited[rule[k]]
        angle, (road_zh, road_en) = s.skew_deg[row], passing.road(s.road[row])
        own_zh, own_en = (named(passing.routes, int(s.route[row]), language) for language in ("zh", "en"))
        off = spread(uncertainty[k], "°")
        digits = 0 if abs(margin[k]) >= 1 else 1 if abs(margin[k]) >= 0.1 else 2  # noqa: PLR2004 - of a degree
        at = f"{angle:.{digits}f}°{off}"
        mend = passing.asks(
            s.route[row], f"调整线位，使交角不小于 {c.limit:g}°，宜垂直穿越",
            f"turn the line until it crosses at {c.limit:g}° or more, at best at right angles",
        )  # fmt: skip
        return Told(
            f"{joined(own_zh, '与', road_zh, '的交角')} {at}，小于 {c.limit:g}°，宜垂直穿越{unread(c, 'zh')}。",
            f"{opened(own_en)} crosses {road_en} at {at}, flatter than {c.limit:g}°; at right angles is best"
            f"{unread(c, 'en')}.",
            mend,
            geometry=passing.piece(s.route[row], s.from_m[row], s.to_m[row]),
        )

    return as_found(
        "skew", "deg", passing.routes.subjects, s.route[rows], outcomes_of(margin, uncertainty), cited, tell,
        b_of=around.roads, b=s.road[rows], citation=rule, measured=s.skew_deg[rows], limit=limit, margin=margin,
        uncertainty=uncertainty, from_m=s.from_m[rows], to_m=s.to_m[rows], x=passing.x[rows], y=passing.y[rows],
    )  # fmt: skip


def along_findings(passing: Passing, parameters: Parameters) -> Found:
    """Find long runs along carriageways: passages that do not cross, joined where one follows another."""
    s = passing.stretches
    rows = np.flatnonzero(~s.crossing)
    c = parameters.rules["along"]
    runs = joined_runs(s, rows)
    route, road, from_m, to_m, uncertainty = (
        s.route[runs.row],
        s.road[runs.row],
        runs.from_m,
        runs.to_m,
        runs.uncertainty,
    )
    length = to_m - from_m
    margin = c.limit - length
    x, y = passing.routes.lines.points_at(route, (from_m + to_m) / 2)

    def tell(k: int) -> Told:
        name_zh, name_en = passing.road(road[k])
        own_zh, own_en = (named(passing.routes, int(route[k]), language) for language in ("zh", "en"))
        metres = f"{length[k]:.1f} m{spread(uncertainty[k])}"
        zh = joined(own_zh, "在", name_zh, f"车行道内沿路敷设 {metres}，超过 {c.limit:g} m，宜移至人行道或非机动车道下")
        mend = passing.asks(
            route[k], "把线位移至人行道或非机动车道下；确无位置时说明理由",
            "move the line under the pavement or cycle lane, or say why there is no room",
        )  # fmt: skip
        return Told(
            f"{zh}{unread(c, 'zh')}。",
            f"{opened(own_en)} is laid {metres} along the carriageway of {name_en}, more than {c.limit:g} m; it belongs"
            f" under the pavement or cycle lane{unread(c, 'en')}.",
            mend,
            geometry=passing.piece(route[k], from_m[k], to_m[k]),
        )

    return as_found(
        "along", "m", passing.routes.subjects, route, outcomes_of(margin, uncertainty), (c,), tell,
        b_of=passing.around.roads, b=road, measured=length, limit=np.full(len(route), c.limit), margin=margin,
        uncertainty=uncertainty, from_m=from_m, to_m=to_m, x=x, y=y,
    )  # fmt: skip


@dataclass(frozen=True)
class Runs:
    """Passages of one route that follow each other, as one: its first passage, chainages, uncertainty of its length."""

    row: NDArray[np.int64]
    from_m: NDArray[np.float64]
    to_m: NDArray[np.float64]
    uncertainty: NDArray[np.float64]


def joined_runs(s: Stretches, rows: NDArray[np.int64]) -> Runs:
    """Join the passages ``rows`` of each route where less than `CLOSE_BEHIND_M` lies between them; sorted by place."""
    if not len(rows):
        none = np.empty(0)
        return Runs(rows, none, none, none)
    rows = rows[np.lexsort((s.from_m[rows], s.route[rows]))]
    # One axis for all routes, each far behind the one before, so that one running maximum serves all.
    axis = np.cumsum(np.append(0.0, np.bincount(s.route[rows], s.to_m[rows]) + 1e3))[:-1]
    begin, end = axis[s.route[rows]] + s.from_m[rows], axis[s.route[rows]] + s.to_m[rows]
    reached = np.maximum.accumulate(end)
    starts = np.flatnonzero(np.append(True, begin[1:] > reached[:-1] + CLOSE_BEHIND_M))
    first = rows[starts]
    uncertainty = np.sqrt(np.add.reduceat(s.uncertainty_m[rows] ** 2, starts))
    return Runs(first, s.from_m[first], np.maximum.reduceat(s.to_m[rows], starts), uncertainty)


_ON_BRIDGES = (
    ("power", "bridge_power", "kV", "电力线", "power line", "电压", "voltage"),
    ("gas", "bridge_gas", "MPa", "燃气管道", "gas pipe", "压力", "pressure"),
)


def bridge_findings(passing: Passing, parameters: Parameters) -> list[Found]:
    """Find power lines and gas pipes that a bridge must not carry (城市道路管理条例 27(5)); limits are included."""
    return [_on_bridge(passing, parameters, *words) for words in _ON_BRIDGES]


def _on_bridge(
    passing: Passing,
    parameters: Parameters,
    utility: str,
    rule: str,
    unit: str,
    *words: str,
) -> Found:
    s, routes, c = passing.stretches, passing.routes, parameters.rules[rule]
    name_zh, name_en, missing_zh, missing_en = words
    own = np.array([b.utility == utility for b in routes.buried], dtype=bool)
    stated = [b.voltage_kv if utility == "power" else b.pressure_mpa for b in routes.buried]
    value = np.array([np.nan if v is None else v for v in stated], dtype=np.float64)
    rows = np.flatnonzero(passing.around.bridge[s.road])
    rows = rows[own[routes.code[s.route[rows]]]]
    measured = value[routes.code[s.route[rows]]]
    outcome = outcomes_of(c.limit - measured, np.zeros(len(rows)))
    outcome[measured == c.limit] = FAILS

    def tell(k: int) -> Told:
        row = rows[k]
        road_zh, road_en = passing.road(s.road[row])
        own_zh, own_en = (named(routes, int(s.route[row]), language) for language in ("zh", "en"))
        over = joined(own_zh, "经过桥梁", road_zh)
        zh = f"{over}，{missing_zh} {measured[k]:g} {unit}；{c.limit:g} {unit} 及以上的{name_zh}不得上桥"
        en = (
            f"{opened(own_en)} is on the bridge {road_en} with {measured[k]:g} {unit}; no {name_en} of {c.limit:g}"
            f" {unit} or more may be there"
        )
        mend = passing.asks(s.route[row], "不得上桥：另选过河线位", "keep off the bridge: choose another way across")
        if outcome[k] == UNKNOWN:
            zh = f"{over}，未填{missing_zh}，是否达到 {c.limit:g} {unit} 无法判断"
            en = (
                f"{opened(own_en)} is on the bridge {road_en} and states no {missing_en}: whether it is {c.limit:g}"
                f" {unit} or more is unknown"
            )
            mend = passing.asks(s.route[row], f"补充{missing_zh}（{unit}）", f"state the {missing_en} ({unit})")
        where = passing.piece(s.route[row], s.from_m[row], s.to_m[row])
        return Told(f"{zh}{unread(c, 'zh')}。", f"{en}{unread(c, 'en')}.", mend, where)

    return as_found(
        "bridge", unit, routes.subjects, s.route[rows], outcome, (c,), tell, b_of=passing.around.roads,
        b=s.road[rows], measured=measured, limit=np.full(len(rows), c.limit), margin=c.limit - measured,
        uncertainty=np.zeros(len(rows)), from_m=s.from_m[rows], to_m=s.to_m[rows], x=passing.x[rows], y=passing.y[rows],
    )  # fmt: skip
