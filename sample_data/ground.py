"""Bend a plain town plan into the ground of the sample county.

The town is planned in plain metres ``(u, v)`` about its centre, where streets run straight and square; `to_grid` turns
and bends the plan a little and lays it on the county's grid, so that it looks grown and not ruled. Lines are cut into
short pieces first, since only vertices are bent.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

CENTRE_EASTING_M, CENTRE_NORTHING_M = 579_400.0, 3_658_600.0
TURN_DEG = 8.0
PIECE_M = 22.0


def bend(u: NDArray[np.float64], v: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Move plan metres by the town's gentle curves; slopes stay under 10 %, so widths hold to a few percent."""
    bent_u = u + 88 * np.sin(v / 980 + 0.7) + 24 * np.sin(u / 700 + 0.2)
    bent_v = v + 84 * np.sin(u / 1150 + 0.3) + 19 * np.sin(v / 610 + 1.1)
    return bent_u, bent_v


def turn(u: NDArray[np.float64], v: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Turn plan metres about the centre and lay them on the grid, to the millimetre."""
    cos, sin = math.cos(math.radians(TURN_DEG)), math.sin(math.radians(TURN_DEG))
    x = CENTRE_EASTING_M + u * cos - v * sin
    y = CENTRE_NORTHING_M + u * sin + v * cos
    return np.round(x, 3), np.round(y, 3)


def to_grid(points: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """Return grid coordinates, shape ``(n, 2)``, metres, of plan points bent and turned.

    >>> to_grid([(0.0, 0.0)]).shape
    (1, 2)
    """
    plan = np.asarray(points, dtype=np.float64)
    return np.column_stack(turn(*bend(plan[:, 0], plan[:, 1])))


def line(points: Sequence[tuple[float, float]]) -> shapely.LineString:
    """Return a plan line on the ground, cut into pieces of about 22 m so that it bends."""
    plan = shapely.segmentize(shapely.LineString(points), PIECE_M)
    return shapely.LineString(to_grid(list(plan.coords)))


def straight_line(points: Sequence[tuple[float, float]]) -> shapely.LineString:
    """Return a plan line on the ground with its own vertices only: turned, not bent."""
    plan = np.asarray(points, dtype=np.float64)
    return shapely.LineString(np.column_stack(turn(plan[:, 0], plan[:, 1])))


def area(points: Sequence[tuple[float, float]]) -> shapely.Polygon:
    """Return a plan polygon on the ground, its edges bent."""
    plan = shapely.segmentize(shapely.Polygon(points), PIECE_M)
    return shapely.Polygon(to_grid(list(plan.exterior.coords)))


def rectangle(u: float, v: float, width: float, depth: float) -> list[tuple[float, float]]:
    """Return the corners of a plan rectangle from its lower left corner."""
    return [(u, v), (u + width, v), (u + width, v + depth), (u, v + depth)]


def rigid(points: Sequence[tuple[float, float]], about: tuple[float, float]) -> shapely.Polygon:
    """Return a plan polygon set down as a stiff piece at ``about``, square corners kept: buildings do not bend."""
    anchor, ahead = to_grid([about, (about[0] + 1.0, about[1])])
    angle = math.atan2(ahead[1] - anchor[1], ahead[0] - anchor[0])
    local = np.asarray(points, dtype=np.float64) - np.asarray(about)
    cos, sin = math.cos(angle), math.sin(angle)
    turned = local @ np.array([[cos, sin], [-sin, cos]])
    return shapely.Polygon(np.round(turned + anchor, 3))
