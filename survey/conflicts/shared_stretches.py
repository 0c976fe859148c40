"""Follow two lines along the stretch that they share, and find where on it their depths are extreme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.depths import vertex_chainages

if TYPE_CHECKING:
    from geo.line_crossings import LineCrossings
    from geo.polylines import FloatArray, Polylines
    from survey.conflicts.bent_crossings import BentPlaces
    from survey.conflicts.buried_lines import BuriedLines

TOGETHER_M = 1e-6
"""Axes that stay within this of each other are one: more than coordinates of a grid are off by."""
EXTREMES = 6
"""How many places of a shared stretch decide: the least and the greatest of either cover, and of how much the axis of
the one lies below that of the other."""


def extreme_places(
    a: BuriedLines, b: BuriedLines, crossings: LineCrossings, bent: BentPlaces | None
) -> list[tuple[FloatArray, FloatArray]]:
    """Return the chainages on both lines of the places that decide each shared stretch; none where none is shared.

    Covers go straight between vertices along chainage, and so does the difference of two: each is extreme at a vertex
    of either line, or where the stretch begins or ends. A crossing that shares no stretch has its own place each time.

    Parameters
    ----------
    bent
        The places among which to choose for crossings beside a bend: see `bent_crossings`.

    Returns
    -------
    list
        `EXTREMES` pairs of float64[crossings].
    """
    several = [
        (np.full(len(on[0]), k), *on)
        for k in np.flatnonzero(crossings.overlap).tolist()
        for on in [followed(
            a.line(int(crossings.a[k])), b.line(int(crossings.b[k])), float(crossings.at_a[k]), float(crossings.at_b[k])
        )]
    ] + ([bent] if bent else [])  # fmt: skip
    if not several:
        return []
    row, on_a, on_b = (np.concatenate(column) for column in zip(*several, strict=True))
    cover_a, cover_b = a.depths.at(crossings.a[row], on_a), b.depths.at(crossings.b[row], on_b)
    places = []
    for values in (cover_a, cover_b, cover_b - cover_a):
        for extreme in (values, -values):
            at_a, at_b = crossings.at_a.copy(), crossings.at_b.copy()
            # What is unknown counts as the least and as the greatest, so that it stays unknown.
            order = np.lexsort((np.nan_to_num(extreme, nan=-np.inf), row))
            first = order[np.flatnonzero(np.diff(row[order], prepend=-1))]
            at_a[row[first]], at_b[row[first]] = on_a[first], on_b[first]
            places.append((at_a, at_b))
    return places


def followed(a: Polylines, b: Polylines, at_a: float, at_b: float) -> tuple[FloatArray, FloatArray]:
    """Return the chainages of every vertex of either line on the stretch that both share from one place on.

    Parameters
    ----------
    a, b
        One line each.
    at_a, at_b
        Where the stretch begins along ``a`` (metres); ``b`` may run either way.

    Examples
    --------
    >>> import shapely
    >>> from geo.polylines import Polylines
    >>> a = Polylines.from_shapely([shapely.LineString([(0, 5), (0, 0), (10, 0), (10, 5)])])
    >>> b = Polylines.from_shapely([shapely.LineString([(20, 0), (4, 0), (-9, 0)])])
    >>> followed(a, b, 5.0, 20.0)
    (array([ 5.,  9., 15.]), array([20., 16., 10.]))
    """
    ways = [_ahead(a, b, at_a, at_b, way) for way in (1.0, -1.0)]
    way, gone = max(zip((1.0, -1.0), ways, strict=True), key=lambda one: one[1][-1])
    return at_a + gone, at_b + way * gone


def _ahead(a: Polylines, b: Polylines, at_a: float, at_b: float, way: float) -> FloatArray:
    """Return how many metres on there are vertices of either line as long as both go the same course; first 0."""
    room = min(float(a.lengths()[0]) - at_a, float(b.lengths()[0]) - at_b if way > 0 else at_b)
    steps = np.concatenate([vertex_chainages(a) - at_a, way * (vertex_chainages(b) - at_b)])
    gone = np.unique(np.concatenate([[0.0, max(room, 0.0)], steps[(steps > 0) & (steps < room)]]))
    middle = (gone[1:] + gone[:-1]) / 2
    none = np.zeros(len(middle), dtype=np.int64)
    (xa, ya), (xb, yb) = a.points_at(none, at_a + middle), b.points_at(none, at_b + way * middle)
    apart = np.flatnonzero(np.hypot(xa - xb, ya - yb) > TOGETHER_M)
    return gone[: apart[0] + 1] if len(apart) else gone
