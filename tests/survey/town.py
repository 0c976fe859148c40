"""Towns for the datum watch: the sample county, and streets of any extent with a pipe along each."""

import geopandas as gpd
import numpy as np
import shapely

from geo import datums
from geo.crs import grid
from sample_data.county import make_county

COUNTY = make_county()
GRID = grid(COUNTY.grid)
ROADS, BUILDINGS, PIPES = (COUNTY.frames[name] for name in ("roads", "buildings", "pipes"))
X, Y, SIZE = 577_500.0, 3_657_000.0, 3500.0


def crs_frame(shapes):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=GRID.crs)


def streets(seed=1, size=3000.0):
    """Return centre lines: two families of wavy streets at uneven distances."""
    random = np.random.default_rng(seed)
    along = np.arange(0, size + 1, 20.0)
    lines = []
    for turned in (False, True):
        for start in np.cumsum(random.uniform(90, 330, int(size / 200))):
            across = start + 25 * np.sin(along / random.uniform(150, 500) + random.uniform(0, 6))
            xy = np.column_stack([across, along] if turned else [along, across])
            lines.append(shapely.linestrings(xy + np.array([X, Y])))
    return crs_frame(lines)


def mains(roads, seed=3, side=6.0):
    """Return a pipe along each street, some metres beside its middle, on this side or that."""
    sides = np.random.default_rng(seed).choice([-side, side], len(roads))
    return crs_frame(shapely.offset_curve(roads.geometry.to_numpy(), sides))


def changed(frame, forward):
    """Return the layer as somebody would hold it who took longitudes and latitudes after ``forward`` for true ones."""

    def moved(xy):
        lon, lat = GRID.to_lonlat(xy[:, 0], xy[:, 1])
        return np.column_stack(GRID.from_lonlat(*forward(lon, lat)))

    return frame.set_geometry(gpd.GeoSeries(shapely.transform(frame.geometry.to_numpy(), moved), crs=frame.crs))


def true_shift(frame, forward):
    """Return how far ``forward`` moves the middle of a layer, in metres of the grid: the oracle of the sizes told."""
    west, south, east, north = frame.total_bounds
    x, y = (west + east) / 2, (south + north) / 2
    there = GRID.from_lonlat(*forward(*GRID.to_lonlat(x, y)))
    return float(there[0] - x), float(there[1] - y)


OFFSETS = {"gcj02": datums.wgs84_to_gcj02, "bd09": datums.wgs84_to_bd09}
