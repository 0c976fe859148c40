"""Rows and moments that the store tests share."""

from datetime import UTC, date, datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

EAST, NORTH = 500_000.0, 3_660_000.0
NOW = datetime(2026, 3, 1, 8, 30, 15, 250_000, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 9, tzinfo=UTC)
BY = {"who": "李工", "now": NOW}


def line(x=0.0, y=0.0, length=200.0):
    """Return a line to the east of (x, y) from the corner of the town."""
    return shapely.LineString([(EAST + x, NORTH + y), (EAST + x + length, NORTH + y)])


def route(row_id="W1", geometry=None, **columns):
    return {"id": row_id, "utility": "water", "geometry": geometry or line(), **columns}


def routes_frame(count, vertices=5, seed=1):
    """Return ``count`` zigzag routes in a town of 20 km."""
    chance = np.random.default_rng(seed)
    starts = np.array([EAST, NORTH]) + chance.uniform(0, 20_000, (count, 1, 2))
    steps = np.cumsum(chance.uniform(-20, 20, (count, vertices, 2)), axis=1)
    return gpd.GeoDataFrame(
        {
            "id": [f"R{at:06d}" for at in range(count)],
            "utility": chance.choice(["water", "gas", "power"], count),
            "name": "范蠡大街支线",
            "start": pd.Timestamp("2026-03-01"),
            "end": date(2026, 9, 30),
            "diameter_mm": np.where(chance.random(count) < 0.1, np.nan, 300.0),
        },
        geometry=shapely.linestrings((starts + steps).round(3)),
        crs="EPSG:4546",
    )
