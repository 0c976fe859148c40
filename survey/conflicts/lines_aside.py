"""Move lines aside in parallel where they are too near to something, many at one time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.polylines import Polylines
from survey.conflicts.judging import TINY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Objects = NDArray[np.object_]

STEP_M = 0.01
"""Offsets are rounded up to this: nobody sets out a trench to the millimetre."""
TAPER = 5.0
"""The way back to the old line takes this many times the offset along it: a bend of some 11°."""
GREATEST_M = 5.0
_AHEAD_M = 0.1


class TooNear(NamedTuple):
    """A line, the chainages between which it is too near, by how much (metres), and what it is too near to."""

    shape: shapely.Geometry
    begin: float
    end: float
    short_m: float
    stays: shapely.Geometry


class Way(NamedTuple):
    """A line moved aside: by how much to the left, and whether its ends stay."""

    metres: float
    keep_ends: bool
    moved: shapely.Geometry


class _Cut(NamedTuple):
    """Where a line is parted: moved from ``first`` to ``last``, as it was up to ``before`` and from ``after`` on."""

    row: int
    keep_ends: bool
    metres: float
    length: float
    before: float
    first: float
    last: float
    after: float


def ways_aside(wanted: Sequence[TooNear]) -> list[list[Way]]:
    """Return for each line the ways to move it aside by as much as it is too near, the best first.

    None beyond `GREATEST_M`, for lines of several parts, and where a line is too short to come back.

    Notes
    -----
    Between the chainages the line is moved in parallel; before and after it comes back over `TAPER` times the offset,
    so that its ends stay where they are connected. Where an end lies in the stretch itself and cannot stay, it moves
    along. Of the two sides the one away from what is too near comes first.

    Examples
    --------
    >>> line, stays = shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(40, 0.5), (60, 0.5)])
    >>> for way in ways_aside([TooNear(line, 40.0, 60.0, 1.0, stays)])[0]:
    ...     way.metres, way.keep_ends, way.moved.wkt
    (-1.0, True, 'LINESTRING (0 0, 35 0, 40 -1, 60 -1, 65 0, 100 0)')
    (1.0, True, 'LINESTRING (0 0, 35 0, 40 1, 60 1, 65 0, 100 0)')
    """
    made: list[list[Way]] = [[] for _ in wanted]
    cuts = [cut for row, near in enumerate(wanted) for cut in _cuts(row, near)]
    if not cuts:
        return made
    signs = _nearer_first([wanted[cut.row] for cut in cuts])
    metres = (signs * [[cut.metres] for cut in cuts]).ravel()
    for k, moved in enumerate(_put_aside(cuts, wanted, metres)):
        cut = cuts[k // 2]
        if moved is not None:
            made[cut.row].append(Way(float(metres[k]), cut.keep_ends, moved))
    return made


def _cuts(row: int, near: TooNear) -> list[_Cut]:
    metres = float(np.ceil(near.short_m / STEP_M - TINY) * STEP_M)
    if near.shape.geom_type != "LineString" or metres > GREATEST_M:
        return []
    length, taper, made = near.shape.length, TAPER * metres, []
    room = min(near.begin, length - near.end)
    # With an end in the stretch itself only moving it helps; with room to come back there is no need to.
    for keep_ends in (True,) * (room > TINY) + (False,) * (room < taper):
        kept = min(taper, length / 3) if keep_ends else 0.0
        first, last = max(near.begin, kept), min(near.end, length - kept)
        if last - first >= STEP_M:
            made.append(_Cut(row, keep_ends, metres, length, first - taper, first, last, last + taper))
    return made


def _nearer_first(near: Sequence[TooNear]) -> Floats:
    """Return float64[lines, 2], the sides (1: left), the one away from what stays first."""
    shapes, stays = (np.array([getattr(one, name) for one in near], dtype=object) for name in ("shape", "stays"))
    middle = np.array([(one.begin + one.end) / 2 for one in near])
    here, ahead = (shapely.line_interpolate_point(shapes, at) for at in (middle, middle + _AHEAD_M))
    at_end = shapely.equals(here, ahead)
    before = shapely.line_interpolate_point(shapes, middle - _AHEAD_M)
    here, ahead = np.where(at_end, before, here), np.where(at_end, here, ahead)
    there = shapely.get_point(shapely.shortest_line(stays, here), 0)
    x, y, ahead_x, ahead_y, there_x, there_y = (
        get(points) for points in (here, ahead, there) for get in (shapely.get_x, shapely.get_y)
    )
    left = (ahead_x - x) * (there_y - y) - (ahead_y - y) * (there_x - x)
    away = np.where(left > 0, -1.0, 1.0)
    return np.column_stack((away, -away))


def _put_aside(cuts: Sequence[_Cut], wanted: Sequence[TooNear], metres: Floats) -> list[shapely.Geometry | None]:
    """Return each cut line moved by two of ``metres`` in turn; None where no line lies so far aside."""
    # A line that is moved by several offsets is laid out once.
    shapes = {id(wanted[cut.row].shape): wanted[cut.row].shape for cut in cuts}
    number = {shape: k for k, shape in enumerate(shapes)}
    places = np.array([number[id(wanted[cut.row].shape)] for cut in cuts], dtype=np.int64)
    lines = Polylines.from_shapely(list(shapes.values()))
    before, first, last, after, length = np.array(
        [(cut.before, cut.first, cut.last, cut.after, cut.length) for cut in cuts]
    ).T
    has_head, has_tail = first > TINY, last < length - TINY
    begin = np.concatenate((np.zeros(len(cuts)), first, np.where(has_tail, after, np.inf)))
    end = np.concatenate((np.where(has_head, before, 0.0), last, length))
    heads, middles, tails = lines.cut(np.tile(places, 3), begin, end).reshape(3, -1)
    moved = shapely.offset_curve(np.repeat(middles, 2), metres, join_style="mitre")
    whole = (shapely.get_type_id(moved) == shapely.GeometryType.LINESTRING) & ~shapely.is_empty(moved)
    # The very vertices at both ends, which the pieces have but for rounding: other lines are connected there.
    starts, ends = lines.part_starts[places], lines.part_starts[places + 1] - 1
    head_xy, of_head = shapely.get_coordinates(heads, return_index=True)
    tail_xy, of_tail = shapely.get_coordinates(tails, return_index=True)
    goes_on = of_tail[:-1] == of_tail[1:]
    pieces = [
        _twice(np.column_stack((lines.x[starts], lines.y[starts]))[has_head], np.flatnonzero(has_head)),
        _twice(head_xy, of_head), shapely.get_coordinates(moved, return_index=True),
        _twice(tail_xy[:-1][goes_on], of_tail[:-1][goes_on]),
        _twice(np.column_stack((lines.x[ends], lines.y[ends]))[has_tail], np.flatnonzero(has_tail)),
    ]  # fmt: skip
    made: list[shapely.Geometry | None] = [None] * len(metres)
    kept = np.flatnonzero(whole)
    for way, line in zip(kept.tolist(), _joined(pieces, kept, len(metres)), strict=True):
        made[way] = line
    return made


def _twice(xy: Floats, of_cut: Integers) -> tuple[Floats, Integers]:
    """Return vertices of cuts for both ways a cut is moved."""
    return np.concatenate((xy, xy)), np.concatenate((2 * of_cut, 2 * of_cut + 1))


def _joined(pieces: Sequence[tuple[Floats, Integers]], kept: Integers, n: int) -> Objects:
    """Return one line for each of the ways ``kept`` of ``n``: its vertices of one piece after the other."""
    xy, way = (np.concatenate(column) for column in zip(*pieces, strict=True))
    number = np.full(n, -1)
    number[kept] = np.arange(len(kept))
    order = np.argsort(number[way], kind="stable")
    order = order[np.searchsorted(number[way][order], 0) :]
    xy, of = xy[order], number[way][order]
    step = xy[1:] - xy[:-1]
    apart = np.append(True, (np.hypot(step[:, 0], step[:, 1]) > TINY) | (of[1:] != of[:-1]))[: len(of)]
    lines: Objects = shapely.linestrings(xy[apart], indices=of[apart])
    return lines
