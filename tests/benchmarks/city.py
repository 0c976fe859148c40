"""Make a synthetic city: planned routes of six utilities along the streets of blocks, as many as are wanted.

Streets form a slightly bent lattice of blocks. A route follows a street for some hundred metres at an offset of its own
utility (with the surveyor's scatter), bends with it, and many turn a corner. The density of routes a kilometre of
street does not depend on how many there are: a city of ten times the routes is ten times the area.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geo.polylines import Polylines

UTILITIES = ("water", "drainage", "power", "gas", "heat", "telecom")
BLOCK_M = 200.0
SEGMENTS = 13
STEP_M = 16.0
ROUTES_A_STREET = 5.0
EASTING, NORTHING = 38_500_000.0, 3_550_000.0


class City(NamedTuple):
    """Routes and the number of the utility of each (an index into `UTILITIES`)."""

    lines: Polylines
    utility: np.ndarray


def make_city(n_routes: int, seed: int = 1) -> City:
    """Return ``n_routes`` routes of 13 segments (about 200 m), metres of a zone-prefixed grid; the same for a seed."""
    random = np.random.default_rng(seed)
    side = max(int(np.ceil(np.sqrt(n_routes / (2 * ROUTES_A_STREET)))), 2)
    utility = random.integers(0, len(UTILITIES), n_routes)
    along_x = random.random(n_routes) < 0.5
    street = random.integers(0, side, n_routes) * BLOCK_M
    start = random.random(n_routes) * side * BLOCK_M
    # six rows of pipes on either side of the axis of the street, 1.4 m apart, drawn with some decimetres of scatter
    offset = (
        (utility - 2.5) * 1.4 + np.where(random.random(n_routes) < 0.5, -1.0, 1.0) * 6 + random.normal(0, 0.3, n_routes)
    )
    step = STEP_M * random.uniform(0.7, 1.3, (n_routes, SEGMENTS))
    s = np.concatenate((np.zeros((n_routes, 1)), np.cumsum(step, axis=1)), axis=1)
    turn_at = np.where(random.random(n_routes) < 0.4, random.integers(3, SEGMENTS - 2, n_routes), SEGMENTS + 1)
    forward = np.minimum(np.arange(SEGMENTS + 1)[None, :], turn_at[:, None])
    u = start[:, None] + np.take_along_axis(s, forward, axis=1)
    v = street[:, None] + offset[:, None] + (s - np.take_along_axis(s, forward, axis=1))
    v = v + random.normal(0, 0.03, v.shape)
    x, y = np.where(along_x[:, None], u, v), np.where(along_x[:, None], v, u)
    bend_x, bend_y = 8 * np.sin(y / 300 + 1), 8 * np.sin(x / 340)
    backwards = random.random(n_routes) < 0.5
    x, y = x + bend_x + EASTING, y + bend_y + NORTHING
    x[backwards], y[backwards] = x[backwards, ::-1], y[backwards, ::-1]
    starts = np.arange(n_routes + 1) * (SEGMENTS + 1)
    x, y = np.round(x.ravel(), 3), np.round(y.ravel(), 3)
    return City(Polylines.from_arrays(x, y, starts, np.arange(n_routes), n_routes), utility)
