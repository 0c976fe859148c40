"""Small streets with planned routes: metres of a plan in a county's grid."""

from datetime import date

import geopandas as gpd
import shapely

from geo.crs import grid
from survey.opportunities import known_costs, opportunities_of
from survey.policies import load_policy
from survey.surroundings import Surroundings

GRID = grid("EPSG:4546")
ON = date(2026, 12, 1)
X, Y = 500_000.0, 3_600_000.0
SPRING, SUMMER = ("2027-03-01", "2027-05-31"), ("2027-06-15", "2027-08-31")


def route(name, utility, *points, window=SPRING, **facts):
    start, end = window
    line = shapely.LineString([(X + x, Y + y) for x, y in points])
    return {"id": name, "utility": utility, "start": start, "end": end, "geometry": line} | facts


def straight(name, utility, y, begin=0.0, end=100.0, **facts):
    return route(name, utility, (begin, y), (end, y), **facts)


def road(name, y=0.0, width=14.0, **facts):
    row = {"id": name, "name": f"路{name}", "class": "local", "width_m": width}
    return row | {"geometry": shapely.LineString([(X - 500, Y + y), (X + 500, Y + y)])} | facts


def frame(rows):
    return gpd.GeoDataFrame(list(rows), geometry="geometry", crs=GRID.crs)


def around(roads=(), greens=()):
    layers = [frame(rows) if rows else None for rows in (roads, greens)]
    return Surroundings.from_frames(*layers, GRID, load_policy("neixiang").defaults)


def found(*rows, roads=(), greens=(), costs=None, **more):
    surroundings = around(roads, greens) if roads or greens else None
    return opportunities_of(
        frame(rows), surroundings, **{"on": ON, "costs": known_costs() if costs is None else costs} | more
    )
