"""Compute the smallest parallel offset of a planned route that clears a finding in plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
import shapely.ops

from geo.depths import Depths
from geo.polylines import Polylines
from survey.conflicts.crossings import Crossings
from survey.conflicts.judging import COVERAGE, TINY
from survey.conflicts.naming import called
from survey.conflicts.parameters import load_parameters
from survey.conflicts.wording import joined
from survey.findings import Mend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from survey.conflicts.buried_lines import BuriedLines
    from survey.conflicts.line_pairs import LinePairs

STEP_M = 0.01
"""Offsets are rounded up to this: nobody sets out a trench to the millimetre."""
TAPER = 5.0
"""The way back to the old line takes this many times the offset along it: a bend of some 11°."""
GROWTH = (1.0, 1.6)
"""The offset is widened by these in turn where a bend needs more; then no offset is proposed."""
GREATEST_M = 5.0
MENDED_AT_ONCE = 64
"""Up to so many places beside one layer are mended in one search: those of a drawn line."""


class Close(NamedTuple):
    """Where two lines are too near in plan: row of ``pairs.sides``, which line moves (``a`` or ``b``), metres needed.

    ``need`` is what there must be between the walls, with the uncertainty and what lines without a diameter may be
    thicker.
    """

    place: int
    side: str
    need: float


class Way(NamedTuple):
    """A line moved aside: by how much to the left, and whether its ends stay."""

    metres: float
    keep_ends: bool
    moved: shapely.Geometry


def offset_mends(pairs: LinePairs, wanted: Sequence[Close]) -> list[Mend | None]:
    """Return for each place the smallest offset of the line that gives way after which both keep their distance.

    Each is of its own pair of lines; all are judged at one time because a search costs more than what it compares.
    """
    made: list[Mend | None] = [None] * len(wanted)
    left = list(range(len(wanted)))
    for growth in GROWTH:
        ways = [_ways_of(pairs, wanted[k], growth) for k in left]
        clear = _first_clear(pairs, [wanted[k] for k in left], ways)
        for k, of_place, first in zip(left, ways, clear, strict=True):
            if first is not None:
                lines, row, _, _ = _mover(pairs, wanted[k])
                made[k] = _mend(lines, row, of_place[first])
        left = [k for k, first in zip(left, clear, strict=True) if first is None]
    return made


class OffsetMends:
    """The mends of places beside one layer, of all kinds of finding: made together where they are few.

    Who looks at one finding of a drawn line looks at all of them; of a county's, at a few.
    """

    def __init__(self, pairs: LinePairs) -> None:
        self.pairs = pairs
        self._count, self._asked = 0, list[Callable[[], list[Close]]]()

    def may_ask(self, count: int, places: Callable[[], list[Close]]) -> None:
        """Announce places that `of` may be asked for."""
        self._count += count
        self._asked.append(places)

    def of(self, close: Close) -> Mend | None:
        """Return what `offset_mends` returns of a place."""
        return self._together[close] if self._count <= MENDED_AT_ONCE else offset_mends(self.pairs, [close])[0]

    @cached_property
    def _together(self) -> dict[Close, Mend | None]:
        places = [close for several in self._asked for close in several()]
        return dict(zip(places, offset_mends(self.pairs, places), strict=True))


def _mover(pairs: LinePairs, close: Close) -> tuple[BuriedLines, int, BuriedLines, int]:
    """Return the line that moves, then the one that stays."""
    stretch = pairs.sides.stretch[close.place]
    a, b = int(pairs.close.a[stretch]), int(pairs.close.b[stretch])
    return (pairs.a, a, pairs.b, b) if close.side == "a" else (pairs.b, b, pairs.a, a)


def _ways_of(pairs: LinePairs, close: Close, growth: float) -> list[Way]:
    mover, row, other, other_row = _mover(pairs, close)
    sides, place = pairs.sides, close.place
    begin, end = (sides.from_m, sides.to_m) if close.side == "a" else (sides.from_b, sides.to_b)
    short = (close.need - float(sides.gap[place])) * growth
    return ways_aside(mover.shape(row), (float(begin[place]), float(end[place])), short, other.shape(other_row))


def _first_clear(pairs: LinePairs, wanted: Sequence[Close], ways: Sequence[Sequence[Way]]) -> list[int | None]:
    """Return the first way of each place after which all is far enough, or fewer places are amiss; None: none is."""
    far: list[int | None] = []
    for close, of_place in zip(wanted, ways, strict=True):
        mover, row, other, other_row = _mover(pairs, close)
        reach = float(mover.radius[row] + other.radius[other_row] + close.need)
        distance = shapely.distance([way.moved for way in of_place], other.shape(other_row))
        far.append(next((k for k, metres in enumerate(distance) if metres >= reach - TINY), None))
    # What is as far away as is needed all along is clear; only the ways before it are judged.
    open_ways = [of_place[:first] for of_place, first in zip(ways, far, strict=True)]
    judged = _judged_again(pairs, wanted, open_ways) if any(open_ways) else [[]] * len(far)
    return [next((k for k, clear in enumerate(each) if clear), first) for each, first in zip(judged, far, strict=True)]


def aside(
    routes: BuriedLines,
    row: int,
    stretch: tuple[float, float],
    short_m: float,
    away_from: shapely.Geometry,
    clears: Callable[[shapely.Geometry], bool],
) -> Mend | None:
    """Return the smallest parallel offset of a route after which ``clears`` says that it is far enough.

    Parameters
    ----------
    routes, row
        The route; only lines of one part are moved.
    stretch
        Chainages between which it is too near.
    short_m
        By how much, the uncertainty included (metres).
    away_from
        What it is too near to.
    clears
        Measures a moved line again.

    Returns
    -------
    Mend | None
        None where no offset up to `GREATEST_M` clears it: then the line needs another course.
    """
    shape = routes.shape(row)
    for growth in GROWTH:
        for way in ways_aside(shape, stretch, short_m * growth, away_from):
            if clears(way.moved):
                return _mend(routes, row, way)
    return None


def ways_aside(
    shape: shapely.Geometry, stretch: tuple[float, float], short_m: float, away_from: shapely.Geometry
) -> list[Way]:
    """Return the ways to move a line aside by ``short_m`` between two chainages, the best first.

    None beyond `GREATEST_M`, and none for lines of several parts.

    Notes
    -----
    Between the chainages the route is moved in parallel; before and after it comes back over `TAPER` times the offset,
    so that its ends stay where they are connected. Where an end lies in the stretch itself and cannot stay, it moves
    along and the sentence says so.
    """
    metres = float(np.ceil(short_m / STEP_M - TINY) * STEP_M)
    if shape.geom_type != "LineString" or metres > GREATEST_M:
        return []
    room = min(stretch[0], shape.length - stretch[1])
    signs = _nearer_first(shape, away_from, *stretch)
    made = []
    # With an end in the stretch itself only moving it helps; with room to come back there is no need to.
    for keep_ends in (True,) * (room > TINY) + (False,) * (room < TAPER * metres):
        cut = _cut(shape, *stretch, metres, keep_ends=keep_ends)  # the same to either side
        for sign in signs:
            moved = None if cut is None else _put_aside(cut, sign * metres)
            if moved is not None:
                made.append(Way(sign * metres, keep_ends, moved))
    return made


def why_none(routes: BuriedLines, row: int) -> tuple[str, str]:
    """Return why no offset of a route is proposed, in both languages."""
    zh, en = called(routes, row, "zh"), called(routes, row, "en")
    if routes.shape(row).geom_type != "LineString":
        return joined(zh, "由几段组成，不能整体平移"), f"{en} has several parts and is not moved as one"
    return (
        joined(zh, f"平移 {GREATEST_M:g} m 以内没有满足要求的线位"),
        f"no line within {GREATEST_M:g} m of {en} clears it",
    )


def _nearer_first(shape: shapely.Geometry, stays: shapely.Geometry, begin: float, end: float) -> tuple[float, float]:
    """Return the sides, the one away from the other line first."""
    middle = (begin + end) / 2
    here, ahead = shape.interpolate(middle), shape.interpolate(middle + 0.1)
    if here.equals(ahead):
        here, ahead = shape.interpolate(middle - 0.1), here
    there = shapely.get_point(shapely.shortest_line(stays, here), 0)
    left = (ahead.x - here.x) * (there.y - here.y) - (ahead.y - here.y) * (there.x - here.x)
    return (-1.0, 1.0) if left > 0 else (1.0, -1.0)


def moved_aside(
    shape: shapely.Geometry, begin: float, end: float, metres: float, *, keep_ends: bool = True
) -> shapely.Geometry | None:
    """Return a line moved in parallel between two chainages, left (positive) or right.

    With ``keep_ends`` both ends of the line stay; else an end between the chainages moves along.

    None where the line is too short to come back.

    Examples
    --------
    >>> line = shapely.LineString([(0, 0), (100, 0)])
    >>> moved_aside(line, 40.0, 60.0, 1.0).wkt
    'LINESTRING (0 0, 35 0, 40 1, 60 1, 65 0, 100 0)'
    """
    cut = _cut(shape, begin, end, abs(metres), keep_ends=keep_ends)
    return None if cut is None else _put_aside(cut, metres)


class _Cut(NamedTuple):
    """A line in three: what comes before the part that is moved, that part, and what comes after it."""

    before: list[NDArray[np.float64]]
    middle: shapely.Geometry
    after: list[NDArray[np.float64]]


def _cut(shape: shapely.Geometry, begin: float, end: float, metres: float, *, keep_ends: bool) -> _Cut | None:
    taper = TAPER * metres
    length = shape.length
    kept = min(taper, length / 3) if keep_ends else 0.0
    first, last = max(begin, kept), min(end, length - kept)
    if last - first < STEP_M:
        return None
    return _Cut(
        [_head(shape, first - taper)] if first > TINY else [], shapely.ops.substring(shape, first, last),
        [_head(shape.reverse(), length - last - taper)[::-1]] if last < length - TINY else [],
    )  # fmt: skip


def _put_aside(cut: _Cut, metres: float) -> shapely.Geometry | None:
    middle = shapely.offset_curve(cut.middle, metres, join_style="mitre")
    if middle.is_empty or middle.geom_type != "LineString":
        return None
    made = np.vstack([*cut.before, shapely.get_coordinates(middle), *cut.after])
    step = made[1:] - made[:-1]
    return shapely.LineString(made[np.append(True, np.hypot(step[:, 0], step[:, 1]) > TINY)])


def _head(shape: shapely.Geometry, metres: float) -> NDArray[np.float64]:
    """Return the vertices of the first ``metres`` of a line; its first vertex alone where that is nothing."""
    whole: NDArray[np.float64] = shapely.get_coordinates(
        shape if metres <= 0 else shapely.ops.substring(shape, 0, metres)
    )
    return whole[:1] if metres <= 0 else whole


def _judged_again(pairs: LinePairs, wanted: Sequence[Close], ways: Sequence[Sequence[Way]]) -> list[list[bool]]:
    """Tell after which ways fewer places are too near in plan, and no more crossings are there, or amiss.

    Every pair is judged as it is and with each way to move one of its lines, in one search.
    """
    stretch = pairs.sides.stretch[[close.place for close in wanted]]
    moved = {side: [(k, way) for k, c in enumerate(wanted) if c.side == side for way in ways[k]] for side in "ab"}
    a, of_a = _with_ways(pairs.a, pairs.close.a[stretch], moved["a"])
    b, of_b = _with_ways(pairs.b, pairs.close.b[stretch], moved["b"])
    counts = _counts(type(pairs).of(a, b, None, load_parameters(), workers=1, among=(of_a, of_b)))
    n, made = len(wanted), []
    for k, close in enumerate(wanted):
        near, *others = (count[close.side] for count in counts)
        rows = n + np.flatnonzero((of_a, of_b)["ab".index(close.side)][n:] == k)
        better = near[rows] < near[k]
        for count in others:
            better &= count[rows] <= count[k]
        made.append(better.tolist())
    return made


def _with_ways(
    lines: BuriedLines, rows: NDArray[np.int64], moved: Sequence[tuple[int, Way]]
) -> tuple[BuriedLines, NDArray[np.int64]]:
    """Return lines as they are, then moved; and of which of ``rows`` each is."""
    own = np.array([k for k, _ in moved], dtype=np.int64)
    there = lines.take(rows)
    if not moved:
        return there, np.arange(len(rows))
    again = Polylines.from_shapely([way.moved for _, way in moved])
    shapes = {k: lines.shape(int(rows[k])) for k in set(own.tolist())}
    covers = np.concatenate([_covers_along(lines, int(rows[k]), shapes[k], way.moved) for k, way in moved])
    made = replace(
        lines.take(np.concatenate([rows, rows[own]])), lines=Polylines.concatenate([there.lines, again]),
        depths=Depths.concatenate([there.depths, Depths.at_vertices(again, covers)]),
    )  # fmt: skip
    return made, np.concatenate([np.arange(len(rows)), own])


def _counts(again: LinePairs) -> list[dict[str, NDArray[np.int64]]]:
    """Return how many places of each line are too near in plan, how many crossings it has, and how many amiss."""
    a, b = again.close.a[again.sides.stretch], again.close.b[again.sides.stretch]
    limit = np.nan_to_num(again.rules.cited(again.rules.classes.cell, a, b)[2])
    margin = again.sides.gap - limit - again.a.thicker[a] - again.b.thicker[b]
    near = margin < COVERAGE * np.hypot(again.a.accuracy_m[a], again.b.accuracy_m[b]) - TINY
    crossings = Crossings.of(again, lambda: np.full(len(again.a), np.nan))
    low = ~(crossings.gap - crossings.limit - crossings.thicker >= crossings.uncertainty - TINY) & np.isfinite(
        crossings.limit
    )
    over, under = again.crossings.a, again.crossings.b
    n, m = len(again.a), len(again.b)
    return [
        {"a": np.bincount(of_a, minlength=n), "b": np.bincount(of_b, minlength=m)}
        for of_a, of_b in ((a[near], b[near]), (over, under), (over[low], under[low]))
    ]


def covers_along(routes: BuriedLines, row: int, moved: shapely.Geometry) -> NDArray[np.float64]:
    """Return the cover of a route at each vertex of its moved line: that of the nearest place of the line it had."""
    return _covers_along(routes, row, routes.shape(row), moved)


def _covers_along(routes: BuriedLines, row: int, was: shapely.Geometry, moved: shapely.Geometry) -> NDArray[np.float64]:
    at = shapely.line_locate_point(was, shapely.points(shapely.get_coordinates(moved)))
    return routes.depths.at(np.full(len(at), row, dtype=np.int64), at)


def _mend(routes: BuriedLines, row: int, way: Way) -> Mend:
    metres, keep_ends, moved = way
    name, zh, en = str(routes.subjects.ids[row]), called(routes, row, "zh"), called(routes, row, "en")
    side_zh, side_en = ("左", "left") if metres > 0 else ("右", "right")
    ends_zh, ends_en = (
        ("", "") if keep_ends else ("，端点随之移动，须重新接驳", "; its end moves along and is connected anew")
    )
    properties = {}
    if routes.depths.starts[row + 1] - routes.depths.starts[row] > 1:  # one cover for each vertex: there are others now
        properties["covers_m"] = " ".join(f"{cover:.3f}" for cover in covers_along(routes, row, moved))
    return Mend(
        "offset", name, metres, "m", f"{joined(zh, '在该段向')}{side_zh}平移 {abs(metres):.2f} m{ends_zh}",
        f"move {en} {abs(metres):.2f} m to the {side_en} there{ends_en}", moved, properties,
    )  # fmt: skip
