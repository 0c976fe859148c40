"""Tell how routes touch: end to end, an end on the other's middle, or nearly; many routes kept, edits seen at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_TOLERANCE_M = 0.01
"""Places nearer than this touch, however exact the coordinates: files are written to the centimetre."""
GREATEST_TOLERANCE_M = 5.0
"""Ends farther apart than this never touch, however coarse the coordinates; nearer ones are at least told of."""

APART, GAP, BRANCH, END_TO_END = range(4)
"""How two routes touch. ``END_TO_END``: end meets end, or the ends overlap, each lying on the other line. ``BRANCH``:
an end of one lies on the middle of the other. ``GAP``: the ends do not touch, but are within `GREATEST_TOLERANCE_M`."""


def tolerance_m(a: float | NDArray[np.float64], b: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far apart two places may lie and still touch, from the mean errors of their vertices (metres).

    Twice the mean error of their distance, √(a² + b²), but never under `LEAST_TOLERANCE_M` nor over
    `GREATEST_TOLERANCE_M`.

    Examples
    --------
    >>> tolerance_m(np.array([0.0, 0.3, 9.0]), np.array([0.0, 0.4, 9.0]))
    array([0.01, 1.  , 5.  ])
    """
    return np.clip(2.0 * np.hypot(a, b), LEAST_TOLERANCE_M, GREATEST_TOLERANCE_M)


def ends_of(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the first and last vertex of every part of every line as a MultiPoint a line.

    Parts that are rings have no ends, empty lines neither: an empty MultiPoint.

    >>> [e.wkt for e in ends_of(np.array(shapely.from_wkt(["LINESTRING (0 0, 1 0, 1 1)", "LINESTRING EMPTY"])))]
    ['MULTIPOINT ((0 0), (1 1))', 'MULTIPOINT EMPTY']
    """
    points, owner = _end_points(shapes)
    made = np.full(len(shapes), shapely.MultiPoint(), dtype=object)
    if len(points):
        shapely.multipoints(points, indices=owner, out=made)
    return made


def _end_points(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return the ends of all lines, and whose each is; sorted by line."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    open_ended = ~(shapely.is_empty(parts) | shapely.is_closed(parts))
    parts, owner = parts[open_ended], owner[open_ended].astype(np.int64)
    points = np.column_stack([shapely.get_point(parts, 0), shapely.get_point(parts, -1)]).ravel()
    return points, np.repeat(owner, 2)


def touches(
    a: NDArray[np.object_],
    b: NDArray[np.object_],
    ends_a: NDArray[np.object_],
    ends_b: NDArray[np.object_],
    tolerance: NDArray[np.float64],
) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Return how the line ``a[k]`` touches the line ``b[k]``, and how far their nearest ends are apart.

    Parameters
    ----------
    a, b
        Lines, one coordinate system.
    ends_a, ends_b
        Their `ends_of`.
    tolerance
        float64[n], from `tolerance_m`.

    Returns
    -------
    kind, gap_m
        ``APART GAP BRANCH END_TO_END``; metres, NaN where one has no ends.

    Examples
    --------
    >>> a = np.array(shapely.from_wkt(["LINESTRING (0 0, 9 0)"] * 4))
    >>> b = np.array(shapely.from_wkt(["LINESTRING (9 0, 20 0)", "LINESTRING (8.8 0, 20 0)", "LINESTRING (5 0, 5 9)",
    ...                                "LINESTRING (9.2 0, 20 0)"]))
    >>> touches(a, b, ends_of(a), ends_of(b), np.full(4, 0.01))
    (array([3, 3, 2, 1], dtype=int8), array([0. , 0.2, 4. , 0.2]))
    """
    gap = shapely.distance(ends_a, ends_b)
    on_b, on_a = shapely.dwithin(ends_a, b, tolerance), shapely.dwithin(ends_b, a, tolerance)
    kind = np.where(gap <= GREATEST_TOLERANCE_M, GAP, APART)
    kind = np.where(on_a | on_b, BRANCH, kind)
    return np.where((gap <= tolerance) | (on_a & on_b), END_TO_END, kind).astype(np.int8), gap


class RouteIndex:
    """Many routes by place, so that those that may touch a line are found at once; routes come and go by number.

    Examples
    --------
    >>> lines = shapely.linestrings([[[0, 0], [9, 0]], [[9, 0], [9, 9]]])
    >>> routes = RouteIndex(lines)
    >>> routes.near(shapely.LineString([(9, 1), (20, 1)])).tolist()
    [0, 1]
    >>> routes.replace(1, shapely.LineString([(20, 20), (20, 29)]))
    >>> routes.near(shapely.LineString([(9, 1), (20, 1)])).tolist()
    [0]
    """

    def __init__(self, shapes: NDArray[np.object_]) -> None:
        self._shapes = shapes
        self._ends, self._owner = _end_points(shapes)
        self._end_tree, self._line_tree = shapely.STRtree(self._ends), shapely.STRtree(shapes)
        self._changed: dict[int, shapely.Geometry] = {}
        self._recent: tuple[NDArray[np.int64], NDArray[np.object_], NDArray[np.object_]]
        self._recent = (np.empty(0, dtype=np.int64), np.array([], dtype=object), np.array([], dtype=object))

    def replace(self, route: int, shape: shapely.Geometry | None) -> None:
        """Set the line of a route, known or new; None removes it."""
        self._changed[route] = shapely.LineString() if shape is None else shape
        shapes = np.array(list(self._changed.values()), dtype=object)
        # Readers take this tuple once: arrays that belong together are never seen half changed.
        self._recent = (np.fromiter(self._changed, dtype=np.int64), shapes, ends_of(shapes))

    def near(self, shape: shapely.Geometry) -> NDArray[np.int64]:
        """Return the numbers of the routes that may touch a line: more than do, never fewer; sorted."""
        changed, shapes, ends = self._recent
        within = GREATEST_TOLERANCE_M
        (own_ends,) = ends_of(np.array([shape], dtype=object))
        found = np.concatenate([
            self._owner[self._end_tree.query(shape, predicate="dwithin", distance=within)],
            self._line_tree.query(own_ends, predicate="dwithin", distance=within),
        ])  # fmt: skip
        also = shapely.dwithin(ends, shape, within) | shapely.dwithin(shapes, own_ends, within)
        return np.union1d(found[~np.isin(found, changed)], changed[also])

    def pairs(self, accuracy_m: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the pairs a < b of the routes given at first that may touch; sorted.

        Parameters
        ----------
        accuracy_m
            float64[n], mean error of a vertex of each route.
        """
        none = np.empty(0, dtype=np.int64)
        if not len(self._ends):
            return none, none
        left, right = self._end_tree.query(self._ends, predicate="dwithin", distance=GREATEST_TOLERANCE_M)
        reach = tolerance_m(accuracy_m[self._owner], accuracy_m.max())
        end, line = self._line_tree.query(self._ends, predicate="dwithin", distance=reach)
        a = np.concatenate([self._owner[left], self._owner[end]])
        b = np.concatenate([self._owner[right], line])
        low, high = np.minimum(a, b), np.maximum(a, b)
        made = np.unique(np.column_stack([low, high])[low < high], axis=0)
        return made[:, 0], made[:, 1]
