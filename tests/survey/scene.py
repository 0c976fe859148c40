"""A small street plan in 内乡's grid for tests: roads run north-south, routes east-west."""

from datetime import date

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import grid
from geo.lengths import lengths
from geo.polylines import Polylines
from survey.assessments import County, assess, measure_frame
from survey.planned import PlannedRoutes
from survey.policies import load_policy
from survey.quantities import measure
from survey.surroundings import Surroundings
from survey.verdicts import judge

GRID = grid("EPSG:4546")
POLICY = load_policy("neixiang")
ON = date(2026, 12, 1)
X, Y = 579_000.0, 3_657_000.0
OLD = date(2001, 5, 1)


def metres(wanted: float) -> float:
    """Return how many metres of the grid eastward from the origin are ``wanted`` metres on the ellipsoid."""
    if not wanted:
        return 0.0
    planar = wanted
    for _ in range(4):
        planar *= wanted / float(
            lengths(Polylines.from_shapely([shapely.LineString([(X, Y), (X + planar, Y)])]), GRID)[0]
        )
    return planar


def line(*points):
    """A line from (x, y) pairs in metres of the plan."""
    return shapely.LineString([(X + x, Y + y) for x, y in points])


def street(x: float, width: float, *, centre=False, **facts):
    """A road across the way of the routes, centred ``x`` metres (on the ellipsoid) east, ``width`` wide."""
    low, high = metres(x - width / 2), metres(x + width / 2)
    row = {
        "id": f"D{x:g}",
        "name": f"路{x:g}",
        "class": "local",
        "delivered": OLD,
        "overhauled": None,
        "accuracy_m": 0.0,
    }
    if centre:
        row |= {"geometry": line(((low + high) / 2, -300), ((low + high) / 2, 300)), "width_m": high - low}
    else:
        row |= {"geometry": shapely.box(X + low, Y - 300, X + high, Y + 300)}
    return row | facts


def lawn(x0: float, y0: float, x1: float, y1: float, **facts):
    return {"id": f"G{x0:g}", "name": "绿地", "geometry": shapely.box(X + x0, Y + y0, X + x1, Y + y1)} | facts


def route(*points, **facts):
    row = {"id": "R1", "utility": "water", "operator": "水司", "start": date(2027, 3, 1), "accuracy_m": 0.0}
    return row | {"geometry": line(*points)} | facts


def frame(rows, columns=("geometry",)):
    return gpd.GeoDataFrame(list(rows), columns=None if rows else list(columns), geometry="geometry", crs=GRID.crs)


def surroundings(roads=(), greens=()):
    return Surroundings.from_frames(frame(list(roads)), frame(list(greens)), GRID, POLICY.defaults)


def measured(routes, roads=(), greens=()):
    return measure(frame(list(routes)), surroundings(roads, greens), GRID, defaults=POLICY.defaults)


def judged(routes, roads=(), greens=(), *, on=ON, policy=POLICY):
    """Judge each route alone."""
    return judge(measured(routes, roads, greens), policy, on)


def verdict(one, roads=(), greens=(), **more):
    return judged([one], roads, greens, **more)[0]


def trace(one, roads=(), greens=(), **more):
    return {item.rule: item for item in verdict(one, roads, greens, **more).trace}


def batch(routes, roads=(), greens=(), *, on=ON):
    """Judge routes as the command line does: those that are one work together."""
    return measure_frame(frame(list(routes)), frame(list(roads)), frame(list(greens)), POLICY, on, GRID)


def county(routes=(), roads=(), greens=()):
    columns = ("id", "utility", "operator", "start", "accuracy_m", "geometry")
    planned = PlannedRoutes(frame(list(routes), columns), POLICY.defaults)
    return County(GRID, POLICY, surroundings(roads, greens), planned)


def answer(one, where, *, on=ON, **more):
    properties = {key: value for key, value in one.items() if key != "geometry"}
    return assess({"type": "Feature", "properties": properties, "geometry": one["geometry"]}, where, on=on, **more)


def straight(length: float, **facts):
    """A route east from the origin, ``length`` metres on the ellipsoid."""
    return route((0, 0), (metres(length), 0), **facts)


def value(quantity, index=0):
    return float(np.asarray(quantity.value)[index])
