"""Find routes that dig a road which may not be dug yet: 5 years after hand-over, 3 years after overhaul."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from survey.conflicts.buried_lines import TRENCHLESS
from survey.conflicts.judging import as_found
from survey.conflicts.naming import called, named
from survey.conflicts.wording import joined, opened
from survey.finding_columns import Told
from survey.findings import FAILS, PASSES, UNKNOWN, Mend

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from survey.conflicts.buried_lines import BuriedLines
    from survey.conflicts.parameters import Parameters
    from survey.conflicts.road_findings import Passing
    from survey.finding_columns import Found
    from survey.findings import Cited

_DAYS_A_YEAR = 365.2425
_KINDS = (
    ("protected_new", "delivered", "交付使用", "handed over"),
    ("protected_overhauled", "overhauled", "大修竣工", "overhauled"),
)


def protected_findings(passing: Passing, parameters: Parameters, on: date) -> list[Found]:
    """Find stretches inside carriageways that are protected on the day of digging.

    That day is the route's start where it states one after ``on``, else ``on``: what counts is when the road is dug. A
    road without a date where the layer dates others is unknown; a road never dated as overhauled never was. Jacked and
    drilled routes are told of, not held to be a breach: whether they dig the road is for the authority to say.
    """
    return [_protected(passing, parameters.rules[kind[0]], kind, on) for kind in _KINDS]


def _protected(passing: Passing, c: Cited, kind: tuple[str, str, str, str], on: date) -> Found:
    _, column, _, _ = kind
    s, routes, facts = passing.stretches, passing.routes, passing.around.surroundings.facts
    missing = UNKNOWN if column == "delivered" and column in facts.keeps else PASSES
    rows = _once_a_road(s.route, s.road)
    known, last = passing.around.protected_until(column, c.limit)
    dug = dug_on(routes, on)[s.route[rows]]
    begun, ends = known[s.road[rows]], last[s.road[rows]]
    outcome = np.where(np.isnat(ends), missing, np.where((dug <= ends) & (begun <= dug), FAILS, PASSES)).astype(np.int8)
    years = (dug - begun).astype(np.float64) / _DAYS_A_YEAR
    years = np.where(np.isnat(begun), np.nan, years)
    trenchless = np.isin(routes.method[s.route[rows]].astype(str), TRENCHLESS)
    cited = (c, c._replace(weight="recommendation"))

    def tell(k: int) -> Told:
        row = rows[k]
        road_zh, road_en = road = passing.road(s.road[row])
        own = named(routes, int(s.route[row]), "zh"), named(routes, int(s.route[row]), "en")
        where = passing.piece(s.route[row], s.from_m[row], s.to_m[row])
        if outcome[k] == UNKNOWN:
            return Told(
                joined(own[0], "穿过", road_zh, f"，该路未登记{kind[2]}日期，是否在禁挖期内无法判断。"),
                f"{opened(own[1])} passes {road_en}; when that was {kind[3]} is not stated, so whether it"
                " is protected is unknown.",
                _asks(routes, s.route[row], kind),
                where,
            )
        said = _sentence(own, road, begun[k].astype(object), ends[k].astype(object), dug[k].astype(object), c, kind)
        if trenchless[k]:
            said = (
                said[0] + "非开挖是否算挖掘，由主管部门认定。",
                said[1] + " Whether no-dig counts as digging is for the authority.",
            )
        return Told(*said, later_mend(routes, int(s.route[row]), ends[k].astype(object) + timedelta(days=1)), where)

    found = as_found(
        "protected_road", "year", routes.subjects, s.route[rows], outcome, cited, tell, b_of=passing.around.roads,
        b=s.road[rows], citation=trenchless.astype(np.int64), measured=years, limit=np.full(len(rows), c.limit),
        margin=years - c.limit, uncertainty=np.zeros(len(rows)), from_m=s.from_m[rows], to_m=s.to_m[rows],
        x=passing.x[rows], y=passing.y[rows],
    )  # fmt: skip
    return found.take(outcome != PASSES)


def dug_on(routes: BuriedLines, on: date) -> NDArray[np.datetime64]:
    """Return the day each route is dug: its start where that is after ``on``, else ``on``."""
    today = np.datetime64(on)
    return np.where(np.isnat(routes.start), today, np.maximum(routes.start, today))


def later_mend(routes: BuriedLines, route: int, first: date) -> Mend:
    """Return the mend that starts a route on ``first`` and keeps how long it takes."""
    start, end = routes.start[route].astype(object), routes.end[route].astype(object)
    properties: dict[str, Any] = {"start": first.isoformat()}
    days = None
    if start is not None:
        days = float((first - start).days)
        if end is not None:
            properties["end"] = (first + (end - start)).isoformat()
    elif end is not None and end < first:
        properties["end"] = None
    zh, en = called(routes, route, "zh"), called(routes, route, "en")
    shift_zh = f"推迟 {days:.0f} 天，" if days is not None else ""
    shift_en = f"{days:.0f} days later, " if days is not None else ""
    return Mend(
        "date", str(routes.subjects.ids[route]), days, "day", joined(zh, f"开工{shift_zh}改为 {first} 或以后"),
        f"start {en} {shift_en}on {first.isoformat()} or after", properties=properties,
    )  # fmt: skip


def _asks(routes: BuriedLines, route: int, kind: tuple[str, str, str, str]) -> Mend:
    name = str(routes.subjects.ids[route])
    return Mend(
        "ask", name, None, "", f"向道路主管部门查{kind[2]}日期", f"ask the road authority when it was {kind[3]}"
    )


def _sentence(
    own: tuple[str, str],
    road: tuple[str, str],
    begun: date,
    last: date,
    dug: date,
    c: Cited,
    kind: tuple[str, str, str, str],
) -> tuple[str, str]:
    zh = f"{joined(road[0], '于')} {begun} {kind[2]}，{c.limit:g} 年内（至 {last}）不得挖掘；"
    zh += joined(own[0], f"定于 {dug} 开工。特殊情况须经县级以上人民政府批准。")
    en = f"{road[1]} was {kind[3]} on {begun} and must not be dug within {c.limit:g} years, until {last};"
    en += (
        f" {own[1]} begins on {dug}. An exception needs the approval of the people's government of the county or above."
    )
    return zh, opened(en)


def _once_a_road(route: NDArray[np.int64], road: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first passage of each route through each road, in order."""
    order = np.lexsort((np.arange(len(route)), road, route))
    first = np.append(True, (np.diff(route[order]) != 0) | (np.diff(road[order]) != 0))[: len(order)]
    return np.sort(order[first])
