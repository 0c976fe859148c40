"""Every conflict of a county's planned routes, and the two checks of walls among them as SQL on PostGIS."""

import time
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import shapely

from geo.crs import grid
from survey.conflicts import Conflicts, find_conflicts
from survey.conflicts.clearance_findings import horizontal_findings
from survey.conflicts.crossings import Crossings
from survey.conflicts.depth_findings import vertical_findings
from survey.conflicts.line_pairs import LinePairs
from survey.conflicts.line_reading import read_lines
from survey.conflicts.parameters import load_parameters
from survey.findings import FAILS
from survey.policies import load_policy
from tests.benchmarks.city import UTILITIES, make_city
from tests.benchmarks.ground import WIDTH_M, streets_of
from tests.benchmarks.peers import SERVER
from tests.postgis import fresh_database, plain, postgis_cluster

ON = date(2026, 12, 1)
GRID = grid("EPSG:4527")
"""The zone of the city's eastings of 38.5 million."""
DIAMETER_MM = dict(zip(UTILITIES, (200.0, 400.0, 150.0, 160.0, 250.0, 110.0), strict=True))
COVER_M = dict(zip(UTILITIES, (1.0, 1.8, 0.8, 1.1, 1.3, 0.7), strict=True))
PIPE_OFFSETS_M = {"water": 5.2, "drainage": -1.0, "gas": -5.2}


def county(n_routes, seed=4):
    """Routes of `make_city`, three times as many existing pipe segments along its streets, the streets as roads."""
    city, random = make_city(n_routes), np.random.default_rng(seed)
    streets, names = streets_of(city)
    roads = gpd.GeoDataFrame(
        {"id": names, "width_m": WIDTH_M, "class": "local", "delivered": date(2015, 6, 1)}, geometry=streets
    )
    utility = np.array(UTILITIES, dtype=object)[city.utility]
    start = pd.Timestamp("2027-01-01") + pd.to_timedelta(random.integers(0, 700, n_routes), "D")
    routes = gpd.GeoDataFrame(
        _described(utility, random)
        | {"id": np.char.add("R", np.arange(n_routes).astype(str)), "start": start.date, "accuracy_m": 0.02,
           "end": (start + pd.to_timedelta(random.integers(10, 60, n_routes), "D")).date},
        geometry=city.lines.to_shapely(),
    )  # fmt: skip
    wanted = 3 * n_routes
    kinds = np.array(list(PIPE_OFFSETS_M), dtype=object)[np.arange(len(streets) * len(PIPE_OFFSETS_M)) // len(streets)]
    laid = np.concatenate([shapely.offset_curve(streets, aside) for aside in PIPE_OFFSETS_M.values()])
    kept = random.permutation(len(laid))[: wanted // 13 + 1]
    pipes = gpd.GeoDataFrame(
        _described(kinds[kept], random)
        | {"id": np.char.add("P", np.arange(len(kept)).astype(str)), "accuracy_m": 0.05, "depth_accuracy_m": 0.05},
        geometry=laid[kept],
    )
    return tuple(frame.set_crs(GRID.crs) for frame in (routes, pipes, roads))


def _described(utility, random):
    gas, power = utility == "gas", utility == "power"
    return {
        "utility": utility,
        "diameter_mm": np.array([DIAMETER_MM[u] for u in utility]),
        "cover_m": np.array([COVER_M[u] for u in utility]) + random.normal(0, 0.15, len(utility)).round(2),
        "pressure_mpa": np.where(gas, 0.2, np.nan),
        "voltage_kv": np.where(power, 10.0, np.nan),
        "laying": np.where(power | (utility == "telecom"), "duct", "direct"),
    }


def ours(frames, workers=2):
    """Every kind of conflict."""
    routes, pipes, roads = frames
    return find_conflicts(
        routes, pipes=pipes, roads=roads, policy=load_policy("neixiang"), on=ON, grid=GRID, workers=workers
    )


def our_walls(frames, workers=2):
    """The two checks that the SQL makes, from the frames on: walls in plan and where axes cross."""
    planned, existing = _read(*frames[:2])
    found = []
    for other in (existing, None):
        pairs = LinePairs.of(planned, other, None, load_parameters(), workers=workers)
        crossings = Crossings.of(pairs, lambda: np.zeros(len(planned)))
        found += [horizontal_findings(pairs), vertical_findings(crossings)]
    return found


def agreement(found, theirs):
    """Rows for a table: pairs of ours that fail, of theirs, of both, by check and layer."""
    kinds = {"near": "horizontal_clearance", "cross": "vertical_clearance"}
    rows = []
    for (check, layer), pairs in theirs.items():
        mine = set()
        for one in found:
            if one.kind == kinds[check] and one.b_of.layer == layer:
                fails = one.outcome == FAILS
                mine |= {
                    frozenset(pair) for pair in zip(one.a_of.ids[one.a[fails]], one.b_of.ids[one.b[fails]], strict=True)
                }
        other = {frozenset(pair) for pair in pairs}
        rows.append((f"{kinds[check]}, {layer}", f"{len(mine):,}", f"{len(other):,}", f"{len(mine & other):,}"))
    return rows


def one_line(frames, n=300):
    """CPU milliseconds of one drawn line against all, while it moves: p50 and p99, and its findings on average."""
    routes, pipes, roads = frames
    county_of = Conflicts(
        routes=routes, pipes=pipes, roads=roads, buildings=None, trees=None, policy=load_policy("neixiang"), grid=GRID
    )
    drawn = [
        routes.iloc[int(row)].to_dict() | {"id": None} for row in np.random.default_rng(1).integers(0, len(routes), n)
    ]
    seconds, count = [], 0
    for row in drawn[:30] + drawn:
        begun = time.process_time()
        count += len(county_of.of(row, on=ON, moves=False))
        seconds.append(time.process_time() - begun)
    return [*np.quantile(seconds[30:], [0.5, 0.99]).tolist(), count / len(seconds)]


WALLS = """
create temporary table near_{other} as
select a.id as a, b.id as b, st_distance(a.line, b.line) - a.radius - b.radius as gap
from routes a
join {other} b on {once} st_dwithin(a.line, b.line, {most})
join needs n on n.a = a.class and n.b = b.class
where st_distance(a.line, b.line) - a.radius - b.radius < n.metres and not st_intersects(a.line, b.line);
create temporary table cross_{other} as
select a.id as a, b.id as b, abs(a.cover + a.radius - b.cover - b.radius) - a.radius - b.radius as gap
from routes a join {other} b on {once} st_intersects(a.line, b.line)
join depths n on n.a = a.class and n.b = b.class
where abs(a.cover + a.radius - b.cover - b.radius) - a.radius - b.radius < n.metres
"""


def postgis_walls(frames):
    """Seconds, loading apart, and the pairs whose walls are too near in plan or where they cross: the usual SQL.

    One line each as it lies as a whole: least distance and constant cover, with no uncertainty, no stretches, no
    places, no mends, none of the other kinds. Limits come from the same tables.
    """
    routes, pipes, _ = frames
    pairs = LinePairs.of(*_read(routes, pipes), None, load_parameters(), workers=2)
    classes = pairs.rules.classes
    with postgis_cluster(SERVER) as server, fresh_database(server) as database, psycopg.connect(plain(database)) as db:
        for name, frame, code in (("routes", routes, pairs.rules.a), ("pipes", pipes, pairs.rules.b)):
            _load(db, name, frame, code)
        widest = 0.0
        for name, table in (("needs", classes.horizontal()), ("depths", classes.vertical())):
            db.execute(f"create table {name} (a integer, b integer, metres float8)")
            stated = np.argwhere(~np.isnan(table))
            with db.cursor().copy(f"copy {name} from stdin") as copy:
                for i, j in stated.tolist():
                    copy.write_row((i, j, float(table[i, j])))
            widest = max(widest, float(np.nanmax(table)) if name == "needs" else 0.0)
        db.execute("analyze")
        db.commit()
        most = widest + 2 * max(DIAMETER_MM.values()) / 2000.0
        begun = time.perf_counter()
        for other, once in (("pipes", ""), ("routes", "a.id < b.id and ")):
            for statement in WALLS.format(other=other, once=once, most=most).split(";"):
                db.execute(statement)
        seconds = time.perf_counter() - begun
        found = {
            (kind, other): set(db.execute(f"select a, b from {kind}_{other}").fetchall())
            for kind in ("near", "cross")
            for other in ("pipes", "routes")
        }
    return seconds, found


def _read(routes, pipes):
    defaults = load_policy("neixiang").defaults
    return read_lines(routes, "routes", defaults)[0], read_lines(pipes, "pipes", defaults)[0]


def _load(db, name, frame, code):
    ordered = frame.sort_values("id", kind="stable")  # as the classes are numbered
    db.execute(f"create table {name} (id text, class integer, radius float8, cover float8, line geometry)")
    wkb = shapely.to_wkb(ordered.geometry.to_numpy(), hex=True)
    rows = zip(ordered["id"], code.tolist(), ordered["diameter_mm"] / 2000.0, ordered["cover_m"], wkb, strict=True)
    with db.cursor().copy(f"copy {name} from stdin") as copy:
        for row in rows:
            copy.write_row(row)
    db.execute(f"create index on {name} using gist (line)")
