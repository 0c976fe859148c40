"""Find two crews in one place at one time, chances to dig once, and stretches opened twice within some months.

Routes that lie side by side and are both dug could share one trench: together in time they are a chance and no clash,
apart in time they open one stretch twice, and the mend brings them together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.clearances import find_close
from geo.parallels import find_runs
from survey.conflicts.buried_lines import TRENCHLESS
from survey.conflicts.judging import as_found
from survey.conflicts.naming import called, named
from survey.conflicts.wording import joined, opened
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
    """Pairs of planned routes at their first stretch, by chainage of the first; ``length``: metres of all of them."""

    a: Integers
    b: Integers
    from_m: Floats
    to_m: Floats
    length: Floats

    @classmethod
    def first_of(cls, a: Integers, b: Integers, from_m: Floats, to_m: Floats) -> Pairs:
        """Keep the first stretch of each pair; rows come sorted by pair and place."""
        new = np.flatnonzero(np.append(True, (np.diff(a) != 0) | (np.diff(b) != 0))[: len(a)])
        length = np.add.reduceat(to_m - from_m, new) if len(new) else np.empty(0)
        return cls(a[new], b[new], from_m[new], to_m[new], length)

    def take(self, rows: NDArray[Any]) -> Pairs:
        """Return some of the pairs."""
        return Pairs(self.a[rows], self.b[rows], self.from_m[rows], self.to_m[rows], self.length[rows])

    def among(self, others: Pairs) -> NDArray[np.bool_]:
        """Return which of the pairs are in ``others`` too."""
        n = max(int(self.b.max(initial=0)), int(others.b.max(initial=0))) + 1
        made: NDArray[np.bool_] = np.isin(self.a * n + self.b, others.a * n + others.b)
        return made


def window_findings(
    routes: BuriedLines,
    group: Integers | None,
    parameters: Parameters,
    on: date,
    *,
    months: int | None = None,
    workers: int,
) -> list[Found]:
    """Find clashes of crews, chances to dig once, missing windows, and stretches opened again.

    Parameters
    ----------
    routes
        Planned routes; those of one ``group`` (0 and above) are not compared with each other, None: all are.
    on
        The day of judging: every mend of dates begins after it.
    months
        Within how many months opening again counts; None: as the parameters say.
    """
    beside = _side_by_side(routes, group, parameters, workers)
    return [
        *_clash_findings(routes, group, beside, parameters, on, workers),
        _reopened_findings(routes, beside, parameters, on, months),
    ]


def _side_by_side(routes: BuriedLines, group: Integers | None, parameters: Parameters, workers: int) -> Pairs:
    """Return the pairs that one trench could hold: runs of some length within its distance, dug, with windows."""
    opens = ~np.isin(routes.method.astype(str), TRENCHLESS) & ~np.isnat(routes.start) & ~np.isnat(routes.end)
    rows = np.flatnonzero(opens)
    runs = find_runs(
        routes.lines.take(rows), distance=parameters.value("reopened_beside"),
        min_length=parameters.value("reopened_least"), group=None if group is None else group[rows], workers=workers,
    )  # fmt: skip
    return Pairs.first_of(rows[runs.a], rows[runs.b], runs.from_a, runs.to_a)


def _clash_findings(
    routes: BuriedLines, group: Integers | None, beside: Pairs, parameters: Parameters, on: date, workers: int
) -> list[Found]:
    """Find pairs whose working places overlap while their windows do, days before and after included.

    A place is the axis with a buffer by the kind of work. Works of one operator are its own to arrange: no clash. Pairs
    that one trench could hold are told of as a chance. Where a window is not stated and another route is near, the
    finding says unknown.
    """
    pairs = _near(routes, group, parameters, workers)
    stated = ~(np.isnat(routes.start) | np.isnat(routes.end))
    both = stated[pairs.a] & stated[pairs.b]
    unknown = np.concatenate([pairs.a[~stated[pairs.a]], pairs.b[~stated[pairs.b]]])
    if group is not None:
        unknown = unknown[group[unknown] < 0]
    begin, end = occupied = _occupied(routes, parameters)
    clashing = pairs.take(both & ~pairs.among(beside))
    met, days = _meet(routes, clashing, begin, end)
    clashes = _clashes(routes, clashing.take(met), days[met], occupied, parameters, on)
    met, days = _meet(routes, beside, routes.start, routes.end)
    chances = _chances(routes, beside.take(met), days[met], parameters)
    return [clashes, chances, _undated(routes, unknown, parameters)]


def _meet(routes: BuriedLines, pairs: Pairs, begin: Days, end: Days) -> tuple[NDArray[np.bool_], Integers]:
    """Return which pairs of different operators are at work together, and for how many days."""
    operators = routes.operator
    same = (operators[pairs.a] == operators[pairs.b]) & (operators[pairs.a] != np.array(None))
    overlap = np.minimum(end[pairs.a], end[pairs.b]) - np.maximum(begin[pairs.a], begin[pairs.b])
    days = overlap.astype(np.int64) + 1
    return (days > 0) & ~same, days


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


def _clashes(
    routes: BuriedLines, pairs: Pairs, days: Integers, occupied: tuple[Days, Days], parameters: Parameters, on: date
) -> Found:
    c, (begin, end) = parameters.rules["clash"], occupied
    x, y = routes.lines.points_at(pairs.a, (pairs.from_m + pairs.to_m) / 2)

    def tell(k: int) -> Told:
        a, b = int(pairs.a[k]), int(pairs.b[k])
        first, last = max(begin[a], begin[b]), min(end[a], end[b])
        # Who starts later gives way; on one day the one whose id comes later.
        mover, stays = (a, b) if routes.start[a] > routes.start[b] else (b, a)
        later = int((end[stays] - begin[mover]).astype(np.int64)) + 1
        earlier = int((end[mover] - begin[stays]).astype(np.int64)) + 1
        ahead = _days_ahead(routes, mover, on)
        possible = -earlier >= ahead
        mend = shift_mend(routes, mover, -earlier if possible and earlier < later else max(later, ahead))
        zh, en = _both(routes, a, b)
        return Told(
            f"{zh}相交或邻近，不具备同沟条件，却同时施工 {days[k]} 天（{first} 至 {last}，含前后余量）；"
            "宜错开工期，或由双方商定作业次序。",
            f"{en} cross or come near without room for one trench, and work at the same time for {_days(int(days[k]))}"
            f" ({first} to {last}, days before and after included); move the dates, or agree who works when.",
            mend,
            _piece(routes, pairs, k),
        )

    n = len(pairs.a)
    return as_found(
        "space_time", "day", routes.subjects, pairs.a, np.full(n, FAILS, dtype=np.int8), (c,), tell,
        b_of=routes.subjects, b=pairs.b, measured=days, limit=np.zeros(n), margin=-days.astype(np.float64),
        uncertainty=np.zeros(n), from_m=pairs.from_m, to_m=pairs.to_m, x=x, y=y, rests_on=_windows(routes, pairs),
    )  # fmt: skip


def _chances(routes: BuriedLines, pairs: Pairs, days: Integers, parameters: Parameters) -> Found:
    """Tell of pairs that are dug side by side at one time: they could share a trench."""
    c, distance = parameters.rules["one_trench"], parameters.value("reopened_beside")
    x, y = routes.lines.points_at(pairs.a, (pairs.from_m + pairs.to_m) / 2)

    def tell(k: int) -> Told:
        a, b = int(pairs.a[k]), int(pairs.b[k])
        zh, en = _both(routes, a, b)
        first, last = max(routes.start[a], routes.start[b]), min(routes.end[a], routes.end[b])
        mend = Mend(
            "ask", str(routes.subjects.ids[b]), None, "",
            joined("由", called(routes, a, "zh"), "和", called(routes, b, "zh"), "双方商定同沟施工"),
            f"{called(routes, a, 'en')} and {called(routes, b, 'en')} agree on one trench",
        )  # fmt: skip
        return Told(
            f"{zh}同期同位：并行 {pairs.length[k]:.0f} m、相距不超过 {distance:g} m，工期重叠 {days[k]} 天"
            f"（{first} 至 {last}）；宜商定同沟施工，一次开挖。",
            f"{en} are dug side by side at one time: {pairs.length[k]:.0f} m within {distance:g} m, with"
            f" {_days(int(days[k]))} in common ({first} to {last}); better agree on one trench and dig once.",
            mend,
            _piece(routes, pairs, k),
        )

    n = len(pairs.a)
    return as_found(
        "space_time", "day", routes.subjects, pairs.a, np.full(n, FAILS, dtype=np.int8), (c,), tell,
        b_of=routes.subjects, b=pairs.b, measured=days, limit=np.zeros(n), margin=-days.astype(np.float64),
        uncertainty=np.zeros(n), from_m=pairs.from_m, to_m=pairs.to_m, x=x, y=y, rests_on=_windows(routes, pairs),
    )  # fmt: skip


def _both(routes: BuriedLines, a: int, b: int) -> tuple[str, str]:
    """Return both routes of a pair, as a Chinese and an English sentence begin."""
    zh = joined(named(routes, a, "zh"), "与", named(routes, b, "zh"), "")
    # The words that follow are Chinese: an id before them is set apart.
    return (zh if zh.endswith("）") else f"{zh} "), opened(f"{named(routes, a, 'en')} and {named(routes, b, 'en')}")


def _days(number: int) -> str:
    return f"{number} day{'s' * (number != 1)}"


def _undated(routes: BuriedLines, rows: Integers, parameters: Parameters) -> Found:
    """Say once for each route without a window that other works are near it."""
    named_rows, near = np.unique(rows, return_counts=True)
    c = parameters.rules["clash"]
    x, y = routes.lines.points_at(named_rows, routes.lines.lengths()[named_rows] / 2)

    def tell(k: int) -> Told:
        mend = Mend(
            "ask",
            str(routes.subjects.ids[named_rows[k]]),
            None,
            "",
            "补充开工和完工日期",
            "state the start and the end",
        )
        row, others = int(named_rows[k]), int(near[k])
        return Told(
            joined(named(routes, row, "zh"), f"未填工期，附近另有 {others} 条规划管线，是否同时施工无法判断。"),
            f"{opened(named(routes, row, 'en'))} states no window and {others} other route{'s' * (others != 1)} lie"
            f"{'s' * (others == 1)} near: whether they work at one time is unknown.",
            mend,
        )

    return as_found(
        "space_time",
        "day",
        routes.subjects,
        named_rows,
        np.full(len(named_rows), UNKNOWN, dtype=np.int8),
        (c,),
        tell,
        x=x,
        y=y,
    )


def _reopened_findings(
    routes: BuriedLines, pairs: Pairs, parameters: Parameters, on: date, months: int | None
) -> Found:
    """Find stretches that are opened again within some months of the end of the first work, by whomever.

    Stretches are side-by-side runs; jacked and drilled routes open none. Works whose windows meet are one opening.
    """
    span = round(parameters.rules["reopened"].limit) if months is None else months
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
    x, y = routes.lines.points_at(pairs.a, (pairs.from_m + pairs.to_m) / 2)

    def tell(k: int) -> Told:
        one, other = int(first[k]), int(second[k])
        length, days = f"{pairs.length[k]:.0f} m", int(between[k])
        wait = max(int(limit[k]) - days + 1, _days_ahead(routes, other, on))
        mend = _once(routes, one, other, on) or shift_mend(routes, other, wait)
        first_zh, first_en = (named(routes, one, language) for language in ("zh", "en"))
        again_zh, again_en = (named(routes, other, language) for language in ("zh", "en"))
        return Told(
            joined(
                first_zh, f"完工后 {days} 天，", again_zh, f"又开挖同一路段 {length}（{months} 个月内）；宜一次开挖。"
            ),
            f"{opened(again_en)} opens the same {length} again {_days(days)} after {first_en} ends (within {months}"
            " months); better open it once.",
            mend,
            _piece(routes, pairs, k),
        )

    n = len(pairs.a)
    return as_found(
        "reopened", "day", routes.subjects, pairs.a, np.full(n, FAILS, dtype=np.int8), (c,), tell,
        b_of=routes.subjects, b=pairs.b, measured=between, limit=limit, margin=(between - limit).astype(np.float64),
        uncertainty=np.zeros(n), from_m=pairs.from_m, to_m=pairs.to_m, x=x, y=y, rests_on=_windows(routes, pairs),
    )  # fmt: skip


def _once(routes: BuriedLines, first: int, second: int, on: date) -> Mend | None:
    """Return the mend that begins the second work when the first ends, so that one trench serves both.

    That is the smallest shift after which their windows meet. None where the first work ends by ``on``: then the
    stretch is closed, or the second would have to begin in the past.
    """
    if routes.end[first] <= np.datetime64(on):
        return None
    days = int((routes.end[first] - routes.start[second]).astype(np.int64))
    earlier = shift_mend(routes, second, days)
    one_zh, one_en = called(routes, first, "zh"), called(routes, first, "en")
    return replace(
        earlier, zh=f"{earlier.zh}，{joined('与', one_zh, '工期相接、同沟施工')}",
        en=f"{earlier.en}, to meet {one_en} and share its trench",
    )  # fmt: skip


def _days_ahead(routes: BuriedLines, route: int, on: date) -> int:
    """Return the least shift (days, negative: earlier) after which a route begins on the day after ``on`` or later."""
    return int((np.datetime64(on) + np.timedelta64(1, "D") - routes.start[route]).astype(np.int64))


def _windows(routes: BuriedLines, pairs: Pairs) -> Integers:
    """Return the days of both windows of each pair: who accepted a clash accepted it for these."""
    days = [column[rows] for rows in (pairs.a, pairs.b) for column in (routes.start, routes.end)]
    return np.stack(days, axis=1).astype(np.int64)


def shift_mend(routes: BuriedLines, route: int, days: int) -> Mend:
    """Return the mend that moves both days of a route's window, later or (negative) earlier."""
    start, end = (day[route].astype(object) + timedelta(days=days) for day in (routes.start, routes.end))
    zh, en = ("推迟", "later") if days > 0 else ("提前", "earlier")
    return Mend(
        "date", str(routes.subjects.ids[route]), float(days), "day",
        joined(called(routes, route, "zh"), f"工期{zh} {abs(days)} 天，改为 {start} 至 {end}"),
        f"move {called(routes, route, 'en')} {_days(abs(days))} {en}, to {start} to {end}",
        properties={"start": start.isoformat(), "end": end.isoformat()},
    )  # fmt: skip


def _piece(routes: BuriedLines, pairs: Pairs, k: int) -> Any:  # noqa: ANN401 - a shapely line
    return routes.piece(int(pairs.a[k]), pairs.from_m[k], pairs.to_m[k])
