"""Small scenes for conflicts in 内乡's grid: lines in metres of a plan, attributes as the files have them."""

from datetime import date

import geopandas as gpd
import numpy as np
import shapely

from survey.conflicts import Conflicts, find_conflicts
from tests.survey.scene import GRID, ON, POLICY, X, Y, line

NO_COLUMNS = {"id": [], "utility": []}
DUG = {"start": date(2027, 3, 1), "end": date(2027, 3, 31)}


def layer(rows):
    if not rows:
        return gpd.GeoDataFrame(NO_COLUMNS, geometry=[], crs=GRID.crs)
    return gpd.GeoDataFrame(list(rows), geometry="geometry", crs=GRID.crs)


def planned(name, utility, *points, **facts):
    row = {"id": name, "utility": utility, "accuracy_m": 0.0, "cover_m": 1.0, "diameter_mm": 200.0, "laying": "direct"}
    return row | {"geometry": line(*points)} | facts


def existing(name, utility, *points, **facts):
    exact = {"depth_accuracy_m": 0.0, "quality": "A"}
    return planned(name, utility, *points) | exact | facts


def gas(name, *points, **facts):
    return planned(name, "gas", *points, **{"diameter_mm": 110.0, "pressure_mpa": 0.2} | facts)


def road(name, *points, width=14.0, **facts):
    row = {"id": name, "name": f"路{name}", "class": "local", "width_m": width, "delivered": date(2001, 5, 1)}
    return row | {"geometry": line(*points)} | facts


def house(name, x0, y0, x1, y1):
    return {"id": name, "geometry": shapely.box(X + x0, Y + y0, X + x1, Y + y1)}


def tree(name, x, y):
    return {"id": name, "geometry": shapely.Point(X + x, Y + y)}


LAYERS = ("pipes", "roads", "buildings", "trees")


def conflicts(routes, *, on=ON, policy=POLICY, **more):
    layers = {name: layer(more.pop(name)) for name in LAYERS if name in more}
    return find_conflicts(layer(routes), policy=policy, on=on, grid=GRID, **layers, **more)


def county(routes=(), **layers):
    return Conflicts(
        routes=layer(list(routes)), **{name: layer(rows) for name, rows in layers.items()}, policy=POLICY, grid=GRID
    )


def only(found, kind):
    return [f for f in found if f.kind == kind]


def one(found, kind):
    (finding,) = only(found, kind)
    return finding


def applied(routes, mend):
    """Return the routes after one click on a mend."""
    after = []
    for row in routes:
        changed = dict(row)
        if row["id"] == mend.subject:
            changed |= mend.properties
            if mend.geometry is not None:
                changed["geometry"] = mend.geometry
        after.append(changed)
    return after


def shuffled(rows, seed):
    return [rows[k] for k in np.random.default_rng(seed).permutation(len(rows))]
