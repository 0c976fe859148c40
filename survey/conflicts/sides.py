"""Tell where two lines lie side by side too near, apart from where they only cross or connect.

A crossing brings walls too near by itself, for ``reach / sin(angle)`` on either side: that *vicinity* is judged by
depth and not in plan. So is the vicinity of a connection: an end of one line on another line of the same utility. What
of a close stretch lies outside every vicinity is judged in plan, with the least gap there. A crossing flatter than
`FLATTEST_DEG` counts as that flat: beyond its vicinity such lines lie side by side.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.clearances import CloseStretches
    from geo.polylines import Polylines

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

FLATTEST_DEG = 15.0
SPARE_M = 0.05
"""A vicinity is a little longer than the straight crossing needs, because lines bend."""


SHORTEST_STUB_M = 0.5
"""An end that comes near beside a crossing is told from this length on (metres)."""


@dataclass(frozen=True)
class Meetings:
    """Places where two lines cross or connect, sorted by (a, b, at_a)."""

    a: Integers
    b: Integers
    at_a: Floats
    at_b: Floats
    angle_deg: Floats

    @classmethod
    def join(cls, *several: Meetings) -> Meetings:
        """Return all of them, sorted."""
        a, b, at_a, at_b, angle = (
            np.concatenate([getattr(one, name) for one in several]) for name in ("a", "b", "at_a", "at_b", "angle_deg")
        )
        order = np.lexsort((at_b, at_a, b, a))
        return cls(a[order], b[order], at_a[order], at_b[order], angle[order])


@dataclass(frozen=True)
class Sides:
    """Close places outside all vicinities, one row for each stretch that has any.

    ``stretch`` is the row of `CloseStretches`; ``gap`` the least metres between the walls there, ``from_m`` and
    ``to_m`` chainages of ``a``, ``from_b`` and ``to_b`` of ``b``, ``x`` and ``y`` the place on ``a`` where the gap is
    least.
    """

    stretch: Integers
    gap: Floats
    from_m: Floats
    to_m: Floats
    from_b: Floats
    to_b: Floats
    x: Floats
    y: Floats


def sides_of(
    close: CloseStretches,
    meetings: Meetings,
    lines_a: Polylines,
    lines_b: Polylines,
    reach: Floats,
    radii: Floats,
    least_m: float,
    stubs: NDArray[np.bool_] | None = None,
    thicker: Floats | None = None,
) -> Sides:
    """Return what of each close stretch is to be judged in plan.

    Parameters
    ----------
    close
        Close stretches of lines of ``lines_a`` and ``lines_b``.
    meetings
        All places where the same lines cross or connect; those outside the stretches do not matter.
    reach
        float64[stretches]: metres between the axes within which they were looked for.
    radii
        float64[stretches]: both radii together.
    least_m
        Side-by-side pieces beside a vicinity shorter than this are part of the crossing (metres).
    stubs
        bool[stretches]: an end of a line lies there and is no connection, so that short pieces matter as well.
    thicker
        float64[stretches]: how much farther than the reach lines were looked for, because they may be thicker than
        they are taken (metres); None: no farther. What a crossing makes near by itself does not grow with it.
    """
    stretch, meeting = _meetings_within(close, meetings)
    met = np.zeros(len(close), dtype=bool)
    met[stretch] = True
    free = np.flatnonzero(~met)
    plain = Sides(
        free, close.gap[free], close.from_a[free], close.to_a[free], close.from_b[free], close.to_b[free],
        close.xa[free], close.ya[free],
    )  # fmt: skip
    # Only where more lies close than the crossings explain is there anything to measure outside of them.
    ending = np.zeros(len(close), dtype=bool) if stubs is None else stubs
    least = np.where(ending, SHORTEST_STUB_M, least_m)
    worth = ending[stretch] | (close.parallel_m[stretch] >= least_m)
    rows = _pieces(close, meetings, stretch[worth], meeting[worth], reach, least)
    if not len(rows.stretch):
        return plain
    within = reach if thicker is None else reach + thicker
    beside = _measured(close, rows, lines_a, lines_b, within, radii)
    parts = [np.concatenate([getattr(plain, f.name), getattr(beside, f.name)]) for f in fields(Sides)]
    order = np.argsort(parts[0], kind="stable")
    return Sides(*(part[order] for part in parts))


def _meetings_within(close: CloseStretches, meetings: Meetings) -> tuple[Integers, Integers]:
    """Return the pairs of a stretch and a meeting of the same lines inside it."""
    n = int(max(close.b.max(initial=0), meetings.b.max(initial=0))) + 1
    key, wanted = close.a * n + close.b, meetings.a * n + meetings.b
    first, last = np.searchsorted(wanted, key, side="left"), np.searchsorted(wanted, key, side="right")
    count = last - first
    stretch = np.repeat(np.arange(len(close)), count)
    meeting = np.arange(len(stretch)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    at_a, at_b = meetings.at_a[meeting], meetings.at_b[meeting]
    inside = (at_a >= close.from_a[stretch] - SPARE_M) & (at_a <= close.to_a[stretch] + SPARE_M)
    inside &= (at_b >= close.from_b[stretch] - SPARE_M) & (at_b <= close.to_b[stretch] + SPARE_M)
    return stretch[inside], meeting[inside]


@dataclass(frozen=True)
class _Pieces:
    """Pieces of both lines outside the vicinities that may lie side by side."""

    stretch: Integers
    a0: Floats
    a1: Floats
    b0: Floats
    b1: Floats


def _pieces(
    close: CloseStretches, meetings: Meetings, stretch: Integers, meeting: Integers, reach: Floats, least: Floats
) -> _Pieces:
    """Cut each stretch at its vicinities: before the first, after the last, between two that follow each other."""
    if not len(stretch):
        none = np.empty(0)
        return _Pieces(stretch, none, none, none, none)
    order = np.lexsort((meetings.at_a[meeting], stretch))
    s, m = stretch[order], meeting[order]
    sine = np.sin(np.radians(np.maximum(meetings.angle_deg[m], FLATTEST_DEG)))
    around = (reach[s] + SPARE_M) / sine
    at_a, at_b = meetings.at_a[m], meetings.at_b[m]
    new = np.append(True, s[1:] != s[:-1])
    starts = np.flatnonzero(new)
    own = s[starts]
    a_first = np.minimum.reduceat(at_a - around, starts)
    a_last = np.maximum.reduceat(at_a + around, starts)
    b_first = np.minimum.reduceat(at_b - around, starts)
    b_last = np.maximum.reduceat(at_b + around, starts)
    before_a, after_a = (close.from_a[own], a_first), (a_last, close.to_a[own])
    before_b, after_b = (close.from_b[own], b_first), (b_last, close.to_b[own])
    # Lines may run either way, so either end of the one can lie beside either end of the other.
    rows = [(own, *of_a, *of_b) for of_a in (before_a, after_a) for of_b in (before_b, after_b)]
    k = np.flatnonzero(~new)
    low_b, high_b = np.minimum(at_b[k - 1], at_b[k]), np.maximum(at_b[k - 1], at_b[k])
    both = np.maximum(around[k - 1], around[k])
    rows.append((s[k], at_a[k - 1] + around[k - 1], at_a[k] - around[k], low_b + both, high_b - both))
    joined = [np.concatenate(column) for column in zip(*rows, strict=True)]
    made = _Pieces(joined[0].astype(np.int64), *joined[1:])
    shortest = least[made.stretch]
    long = (made.a1 - made.a0 >= shortest) & (made.b1 - made.b0 >= shortest)
    return _Pieces(made.stretch[long], made.a0[long], made.a1[long], made.b0[long], made.b1[long])


def _measured(
    close: CloseStretches, rows: _Pieces, lines_a: Polylines, lines_b: Polylines, within: Floats, radii: Floats
) -> Sides:
    """Measure the pieces, and keep the least gap of each stretch where the axes are near enough."""
    s = rows.stretch
    of_a = lines_a.cut(close.a[s], rows.a0, rows.a1)
    of_b = lines_b.cut(close.b[s], rows.b0, rows.b1)
    distance = shapely.distance(of_a, of_b)
    near = np.flatnonzero(distance < within[s])
    order = near[np.lexsort((rows.a0[near], distance[near], s[near]))]
    least = order[np.append(True, np.diff(s[order]) != 0)[: len(order)]]
    places = shapely.get_point(shapely.shortest_line(of_a[least], of_b[least]), 0)
    return Sides(
        s[least], distance[least] - radii[s[least]], rows.a0[least], rows.a1[least], rows.b0[least],
        rows.b1[least], shapely.get_x(places), shapely.get_y(places),
    )  # fmt: skip
