"""Tell lines that run side by side from lines that are near only because they cross or meet at an angle."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.polylines import Polylines

SKEW_DEG = 3.0
"""Straight stretches that differ by more than this do not run side by side; `geo.trenches` draws the line there too."""
STRAIGHT = 0.99
"""A stretch is straight where the distance of its ends is at least this share of its length."""
SHORT_M = 1e-3


class Along(NamedTuple):
    """Metres that need not be dug by those who run side by side, and the places of those who do not, in order."""

    metres_saved: float
    askew: tuple[int, ...]


def alongside(lines: Polylines, rows: Sequence[int], from_m: Sequence[float], to_m: Sequence[float]) -> Along:
    """Return which of some stretches run side by side: the most of one direction; of equally many the longest.

    Parameters
    ----------
    lines
        All lines.
    rows, from_m, to_m
        Line and chainages of each stretch. One that bends has no direction, and runs along with all others.

    Examples
    --------
    >>> import shapely
    >>> from geo.polylines import Polylines
    >>> lines = Polylines.from_shapely(shapely.from_wkt([
    ...     "LINESTRING (0 0, 40 0)", "LINESTRING (0 2, 40 2)", "LINESTRING (0 3, 39 -4)"]))
    >>> alongside(lines, [0, 1, 2], [0, 0, 0], [40, 40, 39])
    Along(metres_saved=40.0, askew=(2,))
    >>> alongside(lines, [0, 2], [0, 0], [40, 39])
    Along(metres_saved=0.0, askew=(0, 1))
    """
    length = np.asarray(to_m, dtype=np.float64) - np.asarray(from_m, dtype=np.float64)
    x0, y0 = lines.points_at(rows, from_m)
    x1, y1 = lines.points_at(rows, to_m)
    dx, dy = x1 - x0, y1 - y0
    chord = np.hypot(dx, dy)
    straight = chord >= np.maximum(STRAIGHT * length, SHORT_M)
    scale = np.where(chord > SHORT_M, chord, 1.0)
    dx, dy = dx / scale, dy / scale
    sine = np.abs(np.outer(dx, dy) - np.outer(dy, dx))
    beside = (sine <= math.sin(math.radians(SKEW_DEG))) | ~np.logical_and.outer(straight, straight)
    best = max(range(len(rows)), key=lambda k: (int(beside[k].sum()), float(length[beside[k]].sum()), -k))
    own = beside[best]
    if int(own.sum()) < 2:  # noqa: PLR2004 - side by side takes two
        return Along(0.0, tuple(range(len(rows))))
    saved = float(length[own].sum() - length[own].max())
    return Along(saved, tuple(np.flatnonzero(~own).tolist()))
