"""A street corner with everything an atlas draws, judged by the real rules: small enough to print in a test."""

from __future__ import annotations

import datetime as dt
from functools import cache

import geopandas as gpd
import shapely

from geo.crs import grid
from maps.atlas import AtlasHead, StopSheet
from survey.assessments import County, assess
from survey.conflicts import find_conflicts
from survey.planned import PlannedRoutes
from survey.policies import load_policy
from survey.surroundings import Surroundings

DAY = dt.date(2026, 12, 1)
GRID = grid("EPSG:4546")
X, Y = 579_000.0, 3_658_000.0


def frame(rows, shapes):
    columns = {name: [row.get(name) for row in rows] for name in dict.fromkeys(key for row in rows for key in row)}
    placed = [shapely.affinity.translate(shapely.from_wkt(text), X, Y) for text in shapes]
    return gpd.GeoDataFrame(columns, geometry=placed, crs=GRID.crs)


@cache
def layers():
    return {
        "roads": frame(
            [{"id": "D1", "name": "滨河路", "class": "arterial", "width_m": 16.0}, {"id": "D2", "name": "水井巷",
             "class": "local", "width_m": 6.0}],
            ["LINESTRING (-200 0, 300 0)", "LINESTRING (70 -150, 70 150)"],
        ),
        "greens": frame([{"id": "G1", "name": "小区绿地"}], ["POLYGON ((5 20, 35 20, 35 35, 5 35, 5 20))"]),
        "buildings": frame(
            [{"id": "B1", "name": None, "floors": 6}], ["POLYGON ((-40 15, -10 15, -10 30, -40 30, -40 15))"]
        ),
        "trees": frame([{"id": "T1", "species": "法桐"}], ["POINT (-15 10)"]),
        "pipes": frame(
            [
                {"id": "E1", "utility": "drainage", "diameter_mm": 400.0, "cover_m": 1.0, "accuracy_m": 0.1},
                {"id": "E2", "utility": "power", "voltage_kv": 10.0, "laying": "direct", "cover_m": 0.7,
                 "accuracy_m": 0.1},
            ],
            ["LINESTRING (-150 -6, 150 -6)", "LINESTRING (-150 5, 150 5)"],
        ),
        "routes": frame(
            [
                {"id": "W1", "name": "给水接入", "utility": "water", "diameter_mm": 200.0, "cover_m": 1.2,
                 "accuracy_m": 0.05},
                {"id": "Q1", "name": "燃气接入", "utility": "gas", "diameter_mm": 110.0, "cover_m": 0.9,
                 "pressure_mpa": 0.2, "accuracy_m": 0.05},
            ],
            ["LINESTRING (20 -20, 20 40)", "LINESTRING (20.5 -20, 20.5 40, 66.5 40)"],
        ),
    }  # fmt: skip


@cache
def judged():
    """Return the assessment of every route by its id, and all findings."""
    town, rules = layers(), load_policy("neixiang")
    routes = town["routes"]
    around = Surroundings.from_frames(town["roads"], town["greens"], GRID, rules.defaults)
    county = County(GRID, rules, around, PlannedRoutes(routes, rules.defaults))
    answers = {}
    for row in routes.to_dict("records"):
        properties = {key: value for key, value in row.items() if key != "geometry" and value == value}  # noqa: PLR0124 - NaN is not itself
        feature = {"type": "Feature", "geometry": row["geometry"], "properties": properties}
        answers[row["id"]] = assess(feature, county, on=DAY, crs=GRID.code)
    others = {name: town[name] for name in ("pipes", "roads", "buildings", "trees")}
    return answers, list(find_conflicts(routes, **others, policy=rules, on=DAY, grid=GRID))


def stop(*ids, name="路口", **said):
    answers, findings = judged()
    own = [each for each in findings if each.a in ids or each.b in ids]
    return StopSheet(name, ids, answers=[answers[one] for one in ids], findings=own, **said)


def head(title="踏勘图册"):
    return AtlasHead(title, DAY, "滨河路接入", "某某测绘院", "内城管〔2022〕125号", "1985国家高程基准")
