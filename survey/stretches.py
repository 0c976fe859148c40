"""Give every passage through a carriageway its length on the ellipsoid and its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.crossings import Passages
    from geo.polylines import Segments
    from survey.surroundings import Surroundings

COVERAGE = 2.0
"""The half width of an interval in mean errors: the limit of error (限差) is twice the mean error (中误差)."""
NUMERICAL_M = 1e-6
"""What computing itself may be off on a line of a kilometre (metres), and on an area of a thousand square metres."""
LEAST_SINE = 0.02
"""Entries into an area at a flatter angle (1.15°) are taken as this flat; nearness to the edge then says the rest."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """Every passage through a carriageway, sorted by route and place.

    ``length_m`` is ellipsoidal; ``from_m`` and ``to_m`` are chainages of the grid; ``uncertainty_m`` as in `Quantity`.
    """

    route: NDArray[np.int64]
    road: NDArray[np.int64]
    from_m: NDArray[np.float64]
    to_m: NDArray[np.float64]
    length_m: NDArray[np.float64]
    uncertainty_m: NDArray[np.float64]
    skew_deg: NDArray[np.float64]
    crossing: NDArray[np.bool_]


def stretches_of(
    passages: Passages,
    segments: Segments,
    planar: NDArray[np.float64],
    scale: NDArray[np.float64],
    accuracy_m: NDArray[np.float64],
    surroundings: Surroundings,
) -> Stretches:
    """Give each passage its ellipsoidal length and its uncertainty.

    Parameters
    ----------
    passages, segments
        Of the same lines.
    planar
        float64[n_lines], lengths in metres of the grid.
    scale
        float64[n_lines], ellipsoidal metres in a metre of the grid.
    accuracy_m
        float64[n_lines], mean error of a vertex.
    """
    route = passages.line
    length = (passages.to_m - passages.from_m) * scale[route]
    ends = [_end(passages, at, segments, planar, surroundings) for at in (passages.from_m, passages.to_m)]
    edge = surroundings.facts.accuracy_m[passages.owner]
    own = accuracy_m[route]
    variance = np.zeros(len(route))
    for end in ends:
        variance += end.edge_gain**2 * edge**2 + end.spread * own**2
    same = ends[0].segment == ends[1].segment
    shared = (1 - ends[0].t) * (1 - ends[1].t) + ends[0].t * ends[1].t
    variance -= np.where(same, 2.0 * ends[0].line_gain * ends[1].line_gain * shared * own**2, 0.0)
    error = np.minimum(np.sqrt(np.maximum(variance, 0.0)), planar[route] / COVERAGE)
    return Stretches(
        route, passages.owner, passages.from_m, passages.to_m, length, COVERAGE * error, passages.skew_deg,
        passages.crossing,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _End:
    """One end of each passage: its segment, the place on it (0 to 1), and what an error of edge or line does to it."""

    segment: NDArray[np.int64]
    t: NDArray[np.float64]
    edge_gain: NDArray[np.float64]
    line_gain: NDArray[np.float64]
    spread: NDArray[np.float64]


def _end(
    passages: Passages,
    at: NDArray[np.float64],
    segments: Segments,
    planar: NDArray[np.float64],
    surroundings: Surroundings,
) -> _End:
    """Return the gains at one end of each passage.

    Where a line ends inside the area the edge does not matter and the vertex moves freely along the line: gain 1.
    """
    offset = np.concatenate([[0.0], np.cumsum(planar + 1.0)])[:-1]  # one axis of chainage for all lines
    place = offset[passages.line] + at
    starts = offset[segments.line] + segments.chainage
    k = np.clip(np.searchsorted(starts, place, side="right") - 1, 0, max(len(starts) - 1, 0))
    along = at - segments.chainage[k] if len(starts) else at
    t = np.clip(along / segments.length[k], 0.0, 1.0) if len(starts) else at
    inside = (at <= NUMERICAL_M) | (at >= planar[passages.line] - NUMERICAL_M)
    sine, cosine = _angles(passages, k, along, segments, surroundings)
    steep = np.where(np.abs(sine) < LEAST_SINE, np.copysign(LEAST_SINE, sine), sine)
    cotangent = np.where(inside, 0.0, cosine / steep)
    spread = np.where(inside, 1.0, cotangent**2 * ((1 - t) ** 2 + t**2))
    return _End(k, t, np.where(inside, 0.0, 1.0 / np.abs(steep)), cotangent, spread)


def _angles(
    passages: Passages,
    k: NDArray[np.int64],
    along: NDArray[np.float64],
    segments: Segments,
    surroundings: Surroundings,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return sine and cosine of the angle from the line to the edge at one end of each passage.

    The skew of the passage where the area has an axis; else the nearest edge of a polygon.
    """
    skew = np.radians(passages.skew_deg)
    sine, cosine = np.sin(skew), np.cos(skew)
    blank = np.flatnonzero(np.isnan(passages.skew_deg))
    if len(blank) and len(surroundings.edges.ux):
        kb = k[blank]
        x = segments.x[kb] + along[blank] * segments.ux[kb]
        y = segments.y[kb] + along[blank] * segments.uy[kb]
        edge = surroundings.edges.tree.nearest(shapely.points(x, y))
        ex, ey = surroundings.edges.ux[edge], surroundings.edges.uy[edge]
        sine[blank] = segments.ux[kb] * ey - segments.uy[kb] * ex
        cosine[blank] = segments.ux[kb] * ex + segments.uy[kb] * ey
    flip = np.where(sine < 0, -1.0, 1.0)  # an edge has no direction of its own: turn it so that the sine is positive
    return sine * flip, cosine * flip
