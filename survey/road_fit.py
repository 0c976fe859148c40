"""Measure how well a layer fits the roads at every displacement: by correlating both as pictures.

Buildings, greens and water stand beside the roads, not on them; pipes and routes run along them; trees and manholes
stand near them. Each layer is drawn into cells of 8 m, its lines with their direction, and correlated with the roads by
Fourier transform over all displacements of up to 1.9 km at once. A layer in its place gives one sharp peak at zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CELL_M = 8.0
REACH_M = 1900.0  # GCJ-02 moves by up to 0.7 km, BD-09 by up to 1.3 km
TILE_M = 4000.0  # over which GCJ-02 changes by a few metres only
MAX_TILES = 6
#: Blurring of the pictures (standard deviation, metres): how far from a road's axis what belongs to it lies.
BLUR_M = {"area": 6.0, "line": 10.0, "point": 8.0}
#: What is wider than this many blurs is taken off: a dense quarter must not draw a layer to itself.
WIDE = 6.0
REACH = int(REACH_M / CELL_M)
SIDE = int((TILE_M + 2 * REACH_M) / CELL_M)
LINE_TYPES, AREA_TYPES = (1, 2, 5), (3, 6)


class Tile(NamedTuple):
    """The fit of one square of the layer at every displacement.

    ``fit[i, j]`` belongs to moving the layer by ``((i, j) - REACH) * CELL_M`` metres east and north; ``x, y`` is the
    middle of what lies in the square.
    """

    fit: Floats
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Samples:
    """Places along lines with their share of the length (metres) and twice their direction (radians)."""

    places: Floats
    weight: Floats
    twice: Floats


class Roads:
    """The roads as pictures: made ready once.

    Parameters
    ----------
    shapes
        Centre lines or carriageways in metres of a grid, object[n].
    """

    def __init__(self, shapes: NDArray[np.object_]) -> None:
        here = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
        self.samples = sample(here)
        self.areas = here[np.isin(shapely.get_type_id(here), AREA_TYPES)]
        self.bounds: Floats = np.asarray(shapely.total_bounds(here)) if len(here) else np.full(4, np.nan)


def kind_of(shapes: NDArray[np.object_]) -> str:
    """Return ``area``, ``line`` or ``point``: what most of the shapes are.

    >>> kind_of(shapely.points([[0, 0], [1, 1]]))
    'point'
    """
    types = shapely.get_type_id(shapes)
    counts = {"area": np.isin(types, AREA_TYPES).sum(), "line": np.isin(types, LINE_TYPES).sum()}
    counts["point"] = np.isin(types, (0, 4)).sum()
    return max(counts, key=lambda kind: int(counts[kind]))


def sample(shapes: NDArray[np.object_]) -> Samples:
    """Return places along lines and outlines, no farther apart than half a cell.

    >>> sample(shapely.linestrings([[[0, 0], [0, 8]]])).places.tolist()
    [[0.0, 2.0], [0.0, 6.0]]
    """
    a, b = _segments(shapes)
    along = b - a
    length = np.hypot(along[:, 0], along[:, 1])
    count = np.maximum(1, np.ceil(length / (CELL_M / 2))).astype(np.int64)
    of = np.repeat(np.arange(len(a)), count)
    share = (_counted(count) + 0.5) / count[of]
    twice = 2 * np.arctan2(along[:, 1], along[:, 0])[of]
    return Samples(a[of] + along[of] * share[:, None], (length / count)[of], twice)


def fit_tiles(shapes: NDArray[np.object_], roads: Roads) -> list[Tile]:
    """Return the fit of the fullest squares of a layer, at most six.

    Parameters
    ----------
    shapes
        In metres of the roads' grid; neither missing nor empty. One kind is looked at: what most of them are.
    """
    kind = kind_of(shapes)
    places = shapely.get_coordinates(shapely.centroid(shapes) if kind == "area" else shapes)
    lines = sample(shapes) if kind == "line" else None
    places = lines.places if lines is not None else places
    number = np.floor((places - places.min(axis=0)) / TILE_M).astype(np.int64)
    squares, of, counts = np.unique(number, axis=0, return_inverse=True, return_counts=True)
    tiles = []
    for square in np.argsort(-counts, kind="stable")[:MAX_TILES]:
        mine = of.reshape(-1) == square
        origin = places.min(axis=0) + squares[square] * TILE_M - REACH_M
        middle = places[mine].mean(axis=0)
        fit = _fit(kind, shapes, lines, places, mine, origin, roads)
        tiles.append(Tile(fit, float(middle[0]), float(middle[1])))
    return tiles


def _fit(
    kind: str,
    shapes: NDArray[np.object_],
    lines: Samples | None,
    places: Floats,
    mine: NDArray[np.bool_],
    origin: Floats,
    roads: Roads,
) -> Floats:
    if lines is not None:
        own = Samples(lines.places[mine], lines.weight[mine], lines.twice[mine])
        pairs = zip(_directed(own, origin), _directed(roads.samples, origin), strict=True)
        return _correlated([(ours, theirs, 1.0) for ours, theirs in pairs], BLUR_M[kind])
    ground = covered(roads.areas, origin) if len(roads.areas) else _drawn(roads.samples, origin)
    if kind == "area":
        return _correlated([(covered(shapes[mine], origin), ground, -1.0)], BLUR_M[kind])
    drawn = _histogram(places[mine], np.ones(int(mine.sum())), origin)
    return _correlated([(drawn, ground, 1.0)], BLUR_M[kind])


def _correlated(pairs: list[tuple[Floats, Floats, float]], blur_m: float) -> Floats:
    """Return the sum of the correlations of pairs of pictures within reach, blurred, without what is wide."""
    fx = np.fft.fftfreq(SIDE, CELL_M)[:, None]
    fy = np.fft.rfftfreq(SIDE, CELL_M)[None, :]
    squared = 2 * np.pi**2 * (fx**2 + fy**2)
    kept = np.exp(-squared * blur_m**2) - np.exp(-squared * (WIDE * blur_m) ** 2)
    spectrum = sum(sign * np.conj(np.fft.rfft2(ours)) * np.fft.rfft2(theirs) for ours, theirs, sign in pairs)
    whole = np.fft.irfft2(spectrum * kept, s=(SIDE, SIDE))
    return np.asarray(np.roll(whole, (REACH, REACH), (0, 1))[: 2 * REACH + 1, : 2 * REACH + 1])


def _directed(samples: Samples, origin: Floats) -> list[Floats]:
    """Return the length in each cell times cosine and sine of twice its direction: lines either way round agree."""
    return [_histogram(samples.places, samples.weight * turn(samples.twice), origin) for turn in (np.cos, np.sin)]


def _drawn(samples: Samples, origin: Floats) -> Floats:
    return _histogram(samples.places, samples.weight, origin)


def _histogram(places: Floats, weight: Floats, origin: Floats) -> Floats:
    cell = np.floor((places - origin) / CELL_M).astype(np.int64)
    inside = ((cell >= 0) & (cell < SIDE)).all(axis=1)
    flat = cell[inside, 0] * SIDE + cell[inside, 1]
    return np.asarray(np.bincount(flat, weight[inside], SIDE * SIDE), np.float64).reshape(SIDE, SIDE)


def covered(areas: NDArray[np.object_], origin: Floats) -> Floats:
    """Return 1 for each cell whose middle lies in an area, else 0; float64[SIDE, SIDE], first index east.

    Each outline adds 1 or takes 1 off at the columns where it crosses the middle line of a row of cells; summed from
    west to east that is the number of areas around a cell.

    >>> int(covered(np.array([shapely.box(0, 0, 16, 24)]), np.zeros(2)).sum())
    6
    """
    a, b = _segments(shapely.orient_polygons(areas))
    a, b = ((ends - origin) / CELL_M - 0.5 for ends in (a, b))
    low = np.ceil(np.clip(np.minimum(a[:, 1], b[:, 1]), 0, SIDE)).astype(np.int64)
    high = np.ceil(np.clip(np.maximum(a[:, 1], b[:, 1]), 0, SIDE)).astype(np.int64)
    count = high - low
    of = np.repeat(np.arange(len(a)), count)
    row = low[of] + _counted(count)
    share = (row - a[of, 1]) / (b[of, 1] - a[of, 1])
    column = np.ceil(np.clip(a[of, 0] + share * (b[of, 0] - a[of, 0]), 0, SIDE)).astype(np.int64)
    turns = np.where(b[of, 1] > a[of, 1], -1.0, 1.0)  # the interior is on the left: a way up ends it
    changes = np.bincount(column * SIDE + row, turns, (SIDE + 1) * SIDE).reshape(SIDE + 1, SIDE)
    return np.asarray(np.clip(np.cumsum(changes, axis=0)[:SIDE], 0.0, 1.0))


def _segments(shapes: NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Return both ends of every segment of lines and outlines."""
    parts = shapely.get_parts(shapes)
    parts = parts[np.isin(shapely.get_type_id(parts), (*LINE_TYPES, *AREA_TYPES))]
    areas = np.isin(shapely.get_type_id(parts), AREA_TYPES)
    lines = np.concatenate([parts[~areas], shapely.get_rings(parts[areas])])
    coordinates, of = shapely.get_coordinates(lines, return_index=True)
    joined = of[1:] == of[:-1]
    return coordinates[:-1][joined], coordinates[1:][joined]


def _counted(count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 0 … n-1 for each count n, one after the other."""
    return np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
