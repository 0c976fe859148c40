"""Lay the vertices of geometries on whole units, part by part: what the commands of a vector tile are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Placing = Callable[[NDArray[np.float64]], Whole]

LEAST_RING = 3  # vertices, without the one that repeats the first


class Parts(NamedTuple):
    """Parts (pieces of a line, rings, all points of a feature) of ``n_features`` features, one after the other.

    ``points`` (n, 2) whole units, x to the right and y down; ``starts`` has one number more than there are parts;
    ``owner`` is the feature of each part, rising. A feature may have no part: then there is nothing of it to be seen.
    """

    points: Whole
    starts: Whole
    owner: Whole
    n_features: int


def point_parts(shapes: NDArray[np.object_], placed: Placing) -> Parts:
    """Return one part for each point or multi-point."""
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    return _grouped(placed(coordinates), owner.astype(np.int64), np.arange(len(shapes)), len(shapes))


def line_parts(shapes: NDArray[np.object_], placed: Placing, *, kept: bool) -> Parts:
    """Return a part for each piece of a line, no unit twice in a row.

    A piece that shrinks to one unit is left out; ``kept``: it becomes a dot, one unit long.
    """
    pieces, feature = shapely.get_parts(shapes, return_index=True)
    coordinates, piece = shapely.get_coordinates(pieces, return_index=True)
    points = placed(coordinates)
    same = np.zeros(len(points), np.bool_)
    same[1:] = (piece[1:] == piece[:-1]) & (points[1:] == points[:-1]).all(axis=1)
    points, piece = points[~same], piece[~same]
    alone = np.bincount(piece, minlength=len(pieces)) == 1
    if kept:
        at = np.flatnonzero(alone[piece])
        points = np.insert(points, at + 1, points[at] + (1, 0), axis=0)
        piece = np.insert(piece, at + 1, piece[at])
    else:
        there = ~alone[piece]
        points, piece = points[there], piece[there]
    return _grouped(points, piece, feature, len(shapes))


def ring_parts(shapes: NDArray[np.object_], placed: Placing) -> Parts:
    """Return a part for each ring, the last vertex without its repetition: outlines to the right, holes to the left.

    On a screen, with y down, an outline runs clockwise: its area by the surveyor's formula is positive. A ring that
    shrinks to a line is left out, an outline with its holes.
    """
    polygons, feature = shapely.get_parts(shapes, return_index=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    points = placed(coordinates)
    # Each vertex is left out where the one after it is the same; the last of a ring repeats its first.
    goes_on = np.zeros(len(points), np.bool_)
    goes_on[:-1] = (ring[1:] == ring[:-1]) & (points[1:] != points[:-1]).any(axis=1)
    points, ring = points[goes_on], ring[goes_on]
    twice = _twice_the_area(points, ring, len(rings))
    outline = np.ones(len(rings), np.bool_)
    outline[1:] = polygon[1:] != polygon[:-1]
    enough = (np.bincount(ring, minlength=len(rings)) >= LEAST_RING) & (twice != 0)
    enough &= enough[np.maximum.accumulate(np.where(outline, np.arange(len(rings)), 0))]
    turned = _turned(points, ring, (twice > 0) != outline)
    there = enough[ring]
    return _grouped(turned[there], ring[there], feature[polygon], len(shapes))


def _twice_the_area(points: Whole, ring: NDArray[np.intp], n_rings: int) -> Whole:
    """Return twice the signed area of each ring, exactly; 0 for one without vertices."""
    counts = np.bincount(ring, minlength=n_rings)
    first = np.cumsum(counts) - counts
    following = np.arange(1, len(points) + 1)
    there = counts > 0
    following[(first + counts - 1)[there]] = first[there]
    x, y = points[:, 0], points[:, 1]
    total = np.zeros(n_rings, np.int64)
    np.add.at(total, ring, x * y[following] - x[following] * y)
    return total


def _turned(points: Whole, ring: NDArray[np.intp], back: NDArray[np.bool_]) -> Whole:
    """Return the vertices with those of the rings in ``back`` in the opposite order."""
    counts = np.bincount(ring, minlength=len(back))
    starts = np.concatenate(([0], np.cumsum(counts)))
    at = np.arange(len(points))
    mirrored = starts[ring] + starts[ring + 1] - 1 - at
    turned: Whole = points[np.where(back[ring], mirrored, at)]
    return turned


def _grouped(points: Whole, part: NDArray[np.intp], owner: NDArray[np.intp], n_features: int) -> Parts:
    """Return points with their part numbers (rising) as parts; those without any point are left out."""
    counts = np.bincount(part, minlength=len(owner))
    there = counts > 0
    starts = np.concatenate(([0], np.cumsum(counts[there])))
    return Parts(points, starts, np.asarray(owner)[there].astype(np.int64), n_features)
