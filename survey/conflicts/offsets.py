"""Compute the smallest parallel offset of a planned route that clears a finding in plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

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
    from collections.abc import Callable, Sequence

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


def offset_mend(pairs: LinePairs, place: int, side: str, need: float) -> Mend | None:
    """Return the smallest offset of the line that gives way (``a`` or ``b``) after which both keep their distance.

    Parameters
    ----------
    pairs
        Of the lines.
    place
        Row of ``pairs.sides``: where they are too near.
    side
        Which of them moves.
    need
        Metres between the walls that there must be, the uncertainty included.
    """
    close, sides = pairs.close, pairs.sides
    a, b = int(close.a[sides.stretch[place]]), int(close.b[sides.stretch[place]])
    mover, row = (pairs.a, a) if side == "a" else (pairs.b, b)
    other, other_row = (pairs.b, b) if side == "a" else (pairs.a, a)
    begin, end = (sides.from_m, sides.to_m) if side == "a" else (sides.from_b, sides.to_b)
    stays = other.shape(other_row)
    reach = float(mover.radius[row] + other.radius[other_row] + need)
    judged = Rejudged(pairs, a, b, side)

    def first_clear(moved: Sequence[shapely.Geometry]) -> int | None:
        far = np.flatnonzero(shapely.distance(moved, stays) >= reach - TINY)
        before = moved[: far[0]] if len(far) else moved
        clear = np.flatnonzero(judged(before)) if before else far[:1]
        return int(clear[0]) if len(clear) else int(far[0]) if len(far) else None

    stretch = float(begin[place]), float(end[place])
    return aside(mover, row, stretch, need - float(sides.gap[place]), stays, first_clear)


def aside(
    routes: BuriedLines,
    row: int,
    stretch: tuple[float, float],
    short_m: float,
    away_from: shapely.Geometry,
    first_clear: Callable[[Sequence[shapely.Geometry]], int | None],
) -> Mend | None:
    """Return the smallest parallel offset of a route after which it is far enough.

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
    first_clear
        Measures moved lines again, and returns which of them is the first that is far enough; None: none is.

    Returns
    -------
    Mend | None
        None where no offset up to `GREATEST_M` clears it: then the line needs another course.

    Notes
    -----
    Between the chainages the route is moved in parallel; before and after it comes back over `TAPER` times the offset,
    so that its ends stay where they are connected. Where an end lies in the stretch itself and cannot stay, it moves
    along and the sentence says so.
    """
    shape = routes.shape(row)
    if shape.geom_type != "LineString":
        return None
    signs = _nearer_first(shape, away_from, *stretch)
    for growth in GROWTH:
        metres = float(np.ceil(short_m * growth / STEP_M - TINY) * STEP_M)
        if metres > GREATEST_M:
            break
        room = min(stretch[0], shape.length - stretch[1])
        # With an end in the stretch itself only moving it helps; with room to come back there is no need to.
        ways = [
            (sign * metres, keep_ends)
            for keep_ends in (True,) * (room > TINY) + (False,) * (room < TAPER * metres)
            for sign in signs
        ]
        moved = [moved_aside(shape, *stretch, by, keep_ends=keep_ends) for by, keep_ends in ways]
        there = [k for k, line in enumerate(moved) if line is not None]
        clear = first_clear([moved[k] for k in there]) if there else None
        if clear is not None:
            by, keep_ends = ways[there[clear]]
            return _mend(routes, row, by, moved[there[clear]], keep_ends=keep_ends)
    return None


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
    taper = TAPER * abs(metres)
    length = shape.length
    kept = min(taper, length / 3) if keep_ends else 0.0
    first, last = max(begin, kept), min(end, length - kept)
    if last - first < STEP_M:
        return None
    middle = shapely.offset_curve(shapely.ops.substring(shape, first, last), metres, join_style="mitre")
    if middle.is_empty or middle.geom_type != "LineString":
        return None
    parts = [shapely.get_coordinates(middle)]
    if first > TINY:
        parts.insert(0, _head(shape, first - taper))
    if last < length - TINY:
        parts.append(_head(shape.reverse(), length - last - taper)[::-1])
    made = np.vstack(parts)
    return shapely.LineString(made[np.append(True, np.hypot(*np.diff(made, axis=0).T) > TINY)])


def _head(shape: shapely.Geometry, metres: float) -> NDArray[np.float64]:
    """Return the vertices of the first ``metres`` of a line; its first vertex alone where that is nothing."""
    whole: NDArray[np.float64] = shapely.get_coordinates(
        shape if metres <= 0 else shapely.ops.substring(shape, 0, metres)
    )
    return whole[:1] if metres <= 0 else whole


class Rejudged:
    """Tells after which moves fewer places are too near in plan, and no more crossings are there, or amiss.

    The line as it is and all ways to move it are judged at one time, each against the other line.
    """

    def __init__(self, pairs: LinePairs, a: int, b: int, side: str) -> None:
        self._pair = [lines.alone(row) for lines, row in ((pairs.a, a), (pairs.b, b))]
        self._side, self._judge = "ab".index(side), type(pairs).of

    def __call__(self, moved: Sequence[shapely.Geometry]) -> NDArray[np.bool_]:
        """Judge the pair again with each of the moved lines."""
        pair = list(self._pair)
        mover = pair[self._side]
        lines = Polylines.from_shapely(moved)
        covers = np.concatenate([covers_along(mover, 0, line) for line in moved])
        pair[self._side] = replace(
            mover.take(np.zeros(1 + len(moved), dtype=np.int64)), lines=Polylines.concatenate([mover.lines, lines]),
            depths=Depths.concatenate([mover.depths, Depths.at_vertices(lines, covers)]),
        )  # fmt: skip
        near, *others = self._counts(pair)
        made: NDArray[np.bool_] = near[1:] < near[0]
        for count in others:
            made &= count[1:] <= count[0]
        return made

    def _counts(self, pair: list[BuriedLines]) -> list[NDArray[np.int64]]:
        """Return how many places of each line are too near in plan, how many crossings it has, and how many amiss."""
        again = self._judge(pair[0], pair[1], None, load_parameters(), workers=1)
        a, b = again.close.a[again.sides.stretch], again.close.b[again.sides.stretch]
        limit = np.nan_to_num(again.rules.cited(again.rules.classes.cell, a, b)[2])
        margin = again.sides.gap - limit
        error = COVERAGE * np.hypot(pair[0].accuracy_m[a], pair[1].accuracy_m[b])
        crossings = Crossings.of(again, lambda: np.full(len(pair[0]), np.nan))
        low = ~(crossings.gap - crossings.limit >= crossings.uncertainty - TINY) & np.isfinite(crossings.limit)
        near = (a, b)[self._side][margin < error - TINY]
        crossing = (again.crossings.a, again.crossings.b)[self._side]
        n = len(pair[self._side])
        return [np.bincount(rows, minlength=n) for rows in (near, crossing, crossing[low])]


def covers_along(routes: BuriedLines, row: int, moved: shapely.Geometry) -> NDArray[np.float64]:
    """Return the cover of a route at each vertex of its moved line: that of the nearest place of the line it had."""
    was = routes.shape(row)
    at = shapely.line_locate_point(was, shapely.points(shapely.get_coordinates(moved)))
    return routes.depths.at(np.full(len(at), row, dtype=np.int64), at)


def _mend(routes: BuriedLines, row: int, metres: float, moved: shapely.Geometry, *, keep_ends: bool) -> Mend:
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
