"""Find two crews in one place at one time, and stretches that would be opened twice within some months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.clearances import find_close
from geo.parallels import find_runs
from survey.conflicts.buried_lines import TRENCHLESS
from survey.conflicts.judging import as_found
from survey.finding_columns import Told
from survey.findings import FAILS, UNKNOWN, Mend
from survey.periods import after_months

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from survey.conflicts.buried_lines import BuriedLines
    from survey.conflicts.parameters import Parameters
    from survey.finding_columns import Found

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Days = NDArray[np.datetime64]

USUAL_METHOD = "open_cut"
"""A route that states no method is dug: the stricter of what is possible in place and time."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of planned routes at one stretch of the first."""

    a: Integers
    b: Integers
    from_m: Floats
    to_m: Floats

    @classmethod
    def first_of(cls, a: Integers, b: Integers, from_m: Floats, to_m: Floats) -> Pairs:
        """Keep the first stretch of each pair; rows come sorted by pair and place."""
        new = np.ones(len(a), dtype=bool)
        new[1:] = (np.diff(a) != 0) | (np.diff(b) != 0)
        return cls(a[new], b[new], from_m[new], to_m[new])

    def take(self, rows: NDArray[Any]) -> Pairs:
        """Return some of the pairs."""
        return Pairs(self.a[rows], self.b[rows], self.from_m[rows], self.to_m[rows])


def clash_findings(
    routes: BuriedLines, group: Integers | None, parameters: Parameters, on: date, *, workers: int
) -> list[Found]:
    """Find pairs whose working places overlap while their windows do, days before and after included.

    A place is the axis with a buffer by the kind of work. Works of one operator are its own to arrange: no clash. Where
    a window is not stated and another route is near, the finding says unknown.
    """
    pairs = _near(routes, group, parameters, workers)
    stated = ~(np.isnat(routes.start) | np.isnat(routes.end))
    both = stated[pairs.a] & stated[pairs.b]
    unknown = np.concatenate([pairs.a[~stated[pairs.a]], pairs.b[~stated[pairs.b]]])
    if group is not None:
        unknown = unknown[group[unknown] < 0]
    operators = routes.operator
    same = (operators[pairs.a] == operators[pairs.b]) & (operators[pairs.a] != np.array(None))
    pairs = pairs.take(both & ~same)
    begin, end = _occupied(routes, parameters)
    overlap = np.minimum(end[pairs.a], end[pairs.b]) - np.maximum(begin[pairs.a], begin[pairs.b])
    days = overlap.astype(np.int64) + 1
    met = days > 0
    return [_clashes(routes, pairs.take(met), days[met], parameters, on), _undated(routes, unknown, parameters)]


def _works(routes: BuriedLines, parameters: Parameters) -> Integers:
    names = list(parameters.work)
    number = {name: k for k, name in enumerate(names)}
    usual = number[USUAL_METHOD]
    return np.array([number.get(word, usual) for word in routes.method], dtype=np.int64)


def _near(routes: BuriedLines, group: Integers | None, parameters: Parameters, workers: int) -> Pairs:
    buffers = np.array([work.buffer_m for work in parameters.work.values()])
    close = find_close(
        routes.lines, radius_a=0.0, class_a=_works(routes, parameters), need=buffers[:, None] + buffers[None, :],
        group_a=group, workers=workers,
    )  # fmt: skip
    return Pairs.first_of(close.a, close.b, close.from_a, close.to_a)


def _occupied(routes: BuriedLines, parameters: Parameters) -> tuple[Days, Days]:
    """Return the first and last day on which each route keeps its place."""
    work = _works(routes, parameters)
    lead = np.array([w.lead_days for w in parameters.work.values()], dtype="timedelta64[D]")[work]
    lag = np.array([w.lag_days for w in parameters.work.values()], dtype="timedelta64[D]")[work]
    return routes.start - lead, routes.end + lag


def _clashes(routes: BuriedLines, pairs: Pairs, days: Integers, parameters: Parameters, on: date) -> Found:
    c = parameters.rules["clash"]
    begin, end = _occupied(routes, parameters)
    ids = routes.subjects.ids
    x, y = routes.lines.points_at(pairs.a, (pairs.from_m + pairs.to_m) / 2)

    def tell(k: int) -> Told:
        a, b = int(pairs.a[k]), int(pairs.b[k])
        first, last = max(begin[a], begin[b]), min(end[a], end[b])
        # Who starts later gives way; on one day the one whose id comes later.
        mover, stays = (a, b) if routes.start[a] > routes.start[b] else (b, a)
        later = int((end[stays] - begin[mover]).astype(np.int64)) + 1
        earlier = int((end[mover] - begin[stays]).astype(np.int64)) + 1
        possible = routes.start[mover] - np.timedelta64(earlier, "D") > np.datetime64(on)
        mend = shift_mend(routes, mover, -earlier if possible and earlier < later else later)
        return Told(
            f"与 {ids[b]} 在同一地点同时施工 {days[k]} 天（{first} 至 {last}，含前后余量）；"
            "可错开工期，或商定同沟施工。",
            f"Works in one place with {ids[b]} for {days[k]} days ({first} to {last}, days before and after included);"
            " move the dates, or agree on one trench.",
            mend,
            _piece(routes, pairs, k),
        )

    n = len(pairs.a)
    return as_found(
        "space_time", "day", routes.subjects, pairs.a, np.full(n, FAILS, dtype=np.int8), (c,), tell,
        b_of=routes.subjects, b=pairs.b, measured=days, limit=np.zeros(n), margin=-days.astype(np.float64),
        uncertainty=np.zeros(n), from_m=pairs.from_m, to_m=pairs.to_m, x=x, y=y,
    )  # fmt: skip


def _undated(routes: BuriedLines, rows: Integers, parameters: Parameters) -> Found:
    """Say once for each route without a window that other works are near it."""
    named, near = np.unique(rows, return_counts=True)
    c = parameters.rules["clash"]
    x, y = routes.lines.points_at(named, routes.lines.lengths()[named] / 2)

    def tell(k: int) -> Told:
        mend = Mend(
            "ask", str(routes.subjects.ids[named[k]]), None, "", "补充开工和完工日期", "state the start and the end"
        )
        return Told(
            f"未填工期，附近另有 {near[k]} 条管线施工，是否同时无法判断。",
            f"No window is stated and {near[k]} other routes are near: whether they meet is unknown.",
            mend,
        )

    return as_found(
        "space_time", "day", routes.subjects, named, np.full(len(named), UNKNOWN, dtype=np.int8), (c,), tell, x=x, y=y
    )


def reopened_findings(
    routes: BuriedLines,
    group: Integers | None,
    parameters: Parameters,
    on: date,
    *,
    months: int | None = None,
    workers: int,
) -> Found:
    """Find stretches that are opened again within some months of the end of the first work, by whomever.

    Stretches are side-by-side runs; jacked and drilled routes open none. Works whose windows meet are one opening, or a
    clash. ``months`` None: as the parameters say.
    """
    c = parameters.rules["reopened"]
    span = round(c.limit) if months is None else months
    opens = ~np.isin(routes.method.astype(str), TRENCHLESS) & ~np.isnat(routes.start) & ~np.isnat(routes.end)
    rows = np.flatnonzero(opens)
    runs = find_runs(
        routes.lines.take(rows), distance=parameters.value("reopened_beside"),
        min_length=parameters.value("reopened_least"), group=None if group is None else group[rows], workers=workers,
    )  # fmt: skip
    pairs = Pairs.first_of(rows[runs.a], rows[runs.b], runs.from_a, runs.to_a)
    a_first = routes.start[pairs.a] <= routes.start[pairs.b]
    first, second = np.where(a_first, pairs.a, pairs.b), np.where(a_first, pairs.b, pairs.a)
    limit = _limit_days(routes.end, span)
    between = (routes.start[second] - routes.end[first]).astype(np.int64)
    again = (between > 0) & (between <= limit[first])
    pairs, first, second, between = pairs.take(again), first[again], second[again], between[again]
    return _openings(routes, pairs, first, second, between, limit[first], parameters, on, span)


def _limit_days(ends: Days, months: int) -> Integers:
    """Return how many days after each end the period of ``months`` has; 0 where the end is not stated."""
    distinct, code = np.unique(ends, return_inverse=True)
    table = [0 if np.isnat(d) else (after_months(d.astype(object), months) - d.astype(object)).days for d in distinct]
    return np.array(table or [0], dtype=np.int64)[code]


def _openings(
    routes: BuriedLines, pairs: Pairs, first: Integers, second: Integers, between: Integers, limit: Integers,
    parameters: Parameters, on: date, months: int,
) -> Found:  # fmt: skip
    c = parameters.rules["reopened"]
    ids = routes.subjects.ids
    x, y = routes.lines.points_at(pairs.a, (pairs.from_m + pairs.to_m) / 2)

    def tell(k: int) -> Told:
        one, other = int(first[k]), int(second[k])
        length = pairs.to_m[k] - pairs.from_m[k]
        together = (routes.start[one] - routes.start[other]).astype(np.int64)
        alone = routes.operator[one] is not None and routes.operator[one] == routes.operator[other]
        joint = alone and routes.start[one] >= np.datetime64(on)
        mend = shift_mend(routes, other, int(together) if joint else int(limit[k] - between[k]) + 1)
        return Told(
            f"{ids[one]} 完工后 {between[k]} 天，{ids[other]} 又开挖同一路段 {length:.0f} m（{months} 个月内）；"
            "宜一次开挖。",
            f"{between[k]} days after {ids[one]} ends {ids[other]} opens the same {length:.0f} m again (within {months}"
            " months); better open it once.",
            mend,
            _piece(routes, pairs, k),
        )

    n = len(pairs.a)
    return as_found(
        "reopened", "day", routes.subjects, pairs.a, np.full(n, FAILS, dtype=np.int8), (c,), tell,
        b_of=routes.subjects, b=pairs.b, measured=between, limit=limit, margin=(between - limit).astype(np.float64),
        uncertainty=np.zeros(n), from_m=pairs.from_m, to_m=pairs.to_m, x=x, y=y,
    )  # fmt: skip


def shift_mend(routes: BuriedLines, route: int, days: int) -> Mend:
    """Return the mend that moves both days of a route's window, later or (negative) earlier."""
    start, end = (day[route].astype(object) + timedelta(days=days) for day in (routes.start, routes.end))
    zh, en = ("推迟", "later") if days > 0 else ("提前", "earlier")
    return Mend(
        "date", str(routes.subjects.ids[route]), float(days), "day",
        f"{routes.subjects.ids[route]} 工期{zh} {abs(days)} 天，改为 {start} 至 {end}",
        f"{routes.subjects.ids[route]} {abs(days)} days {en}, {start} to {end}",
        properties={"start": start.isoformat(), "end": end.isoformat()},
    )  # fmt: skip


def _piece(routes: BuriedLines, pairs: Pairs, k: int) -> Any:  # noqa: ANN401 - a shapely line
    return routes.piece(int(pairs.a[k]), pairs.from_m[k], pairs.to_m[k])
