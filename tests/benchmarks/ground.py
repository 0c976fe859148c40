"""The streets and greens of the synthetic city, from the same bends that its routes follow."""

import numpy as np
import shapely

from tests.benchmarks.city import BLOCK_M, EASTING, NORTHING, ROUTES_A_STREET

WIDTH_M = 14.0
GREEN_M = 30.0


def _side(city):
    return max(int(np.ceil(np.sqrt(city.lines.n_lines / (2 * ROUTES_A_STREET)))), 2)


def streets_of(city):
    """Centre lines of every block's edge, and their names; the same bends as the routes."""
    side = _side(city)
    street, block = (k.ravel() for k in np.meshgrid(np.arange(side), np.arange(side), indexing="ij"))
    along = block[:, None] * BLOCK_M + np.linspace(0, BLOCK_M, 14)[None, :]
    across = np.broadcast_to(street[:, None] * BLOCK_M, along.shape)
    lines, names = [], []
    for turned, name in ((False, "E"), (True, "N")):
        x, y = (across, along) if turned else (along, across)
        bent = np.stack((x + 8 * np.sin(y / 300 + 1) + EASTING, y + 8 * np.sin(x / 340) + NORTHING), axis=-1)
        lines.append(shapely.linestrings(bent))
        names += [f"{name}{a}-{b}" for a, b in zip(street.tolist(), block.tolist(), strict=True)]
    return np.concatenate(lines), names


def greens_of(city):
    """A square of green in every fourth block."""
    side = _side(city)
    x, y = (k.ravel() * BLOCK_M + 20.0 for k in np.meshgrid(np.arange(0, side, 2), np.arange(0, side, 2)))
    return shapely.box(x + EASTING, y + NORTHING, x + EASTING + GREEN_M, y + NORTHING + GREEN_M)


def carriageways_of(city):
    """The streets as polygons with flat ends."""
    return shapely.buffer(streets_of(city)[0], WIDTH_M / 2, cap_style="flat")
