"""What people do today for the same question: the GeoPandas recipe, PostGIS, DuckDB spatial, shapely."""

import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import shapely

from tests.postgis import fresh_database, plain, postgis_cluster

SERVER = {"shared_buffers": "512MB", "work_mem": "64MB", "maintenance_work_mem": "256MB", "jit": "off"}


def geopandas_runs(frame, distance=3.0, bearing=15.0, min_length=10.0):
    """Pairs by sjoin dwithin, clipped by buffer and intersection, then bearing and separation of every piece.

    ``frame`` has ``utility`` and lines. Returns one row a piece: a, b, length, separation.
    """
    pairs = gpd.sjoin(frame, frame, predicate="dwithin", distance=distance)
    pairs = pairs[pairs.index < pairs["index_right"]]
    pairs = pairs[pairs["utility_left"] != pairs["utility_right"]]
    a, b = pairs.index.to_numpy(), pairs["index_right"].to_numpy()
    lines = frame.geometry.to_numpy()
    buffers = shapely.buffer(lines, distance)
    clipped = shapely.intersection(lines[a], buffers[b])
    pieces, pair = shapely.get_parts(shapely.line_merge(clipped), return_index=True)
    length = shapely.length(pieces)
    kept = (shapely.get_type_id(pieces) == 1) & (length >= min_length)
    pieces, pair, length = pieces[kept], pair[kept], length[kept]
    other = lines[b[pair]]
    ends = [shapely.get_point(pieces, 0), shapely.get_point(pieces, -1)]
    feet = [shapely.line_interpolate_point(other, shapely.line_locate_point(other, end)) for end in ends]
    turn = np.abs(_direction(*ends) - _direction(*feet)) % np.pi
    kept = np.minimum(turn, np.pi - turn) <= np.radians(bearing)
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    separation = shapely.distance(middle, other)
    return pd.DataFrame(
        {"a": a[pair], "b": b[pair], "length": length, "separation": separation},
    )[kept]


def _direction(begin, end):
    return np.arctan2(shapely.get_y(end) - shapely.get_y(begin), shapely.get_x(end) - shapely.get_x(begin))


QUERY = """
create temporary table found as
select a.id as a, b.id as b, st_length(p.piece) as length
from routes a join routes b on a.id < b.id and a.utility <> b.utility and st_dwithin(a.line, b.line, 3.0)
cross join lateral (select (st_dump(st_linemerge(st_intersection(a.line, st_buffer(b.line, 3.0))))).geom as piece) p
where st_length(p.piece) >= 10.0
"""


def postgis_runs(frame, repeats=1):
    """Median seconds of the query, seconds of loading with index, and its rows (a, b, length; no bearing test)."""
    with postgis_cluster(SERVER) as server, fresh_database(server) as database, psycopg.connect(plain(database)) as db:
        begun = time.perf_counter()
        db.execute("create table routes (id integer primary key, utility integer, line geometry(linestring))")
        with db.cursor().copy("copy routes from stdin") as copy:
            wkb = shapely.to_wkb(frame.geometry.to_numpy(), hex=True)
            rows = zip(frame.index.tolist(), frame["utility"].tolist(), wkb, strict=True)
            for row in rows:
                copy.write_row(row)
        db.execute("create index on routes using gist (line)")
        db.execute("analyze routes")
        db.commit()
        loading = time.perf_counter() - begun
        seconds = []
        for _ in range(repeats):
            db.execute("drop table if exists found")
            begun = time.perf_counter()
            db.execute(QUERY)
            seconds.append(time.perf_counter() - begun)
        version = db.execute("select postgis_lib_version()").fetchone()[0]
        rows = db.execute("select a, b, length from found").fetchall()
    return float(np.median(seconds)), loading, pd.DataFrame(rows, columns=["a", "b", "length"]), version


class DuckdbMissingError(RuntimeError):
    """DuckDB or its spatial extension is not installed here; the message says what to do."""


DUCKDB_QUERY = """
create temporary table found as
with around as materialized (select id, utility, st_buffer(line, 3.0) as area from routes),
near as materialized (
    select a.id as a, b.id as b, a.utility as one, b.utility as other, a.line, b.area
    from routes a join around b on st_intersects(a.line, b.area)),
cut as materialized (
    select a, b, st_linemerge(st_intersection(line, area)) as shared from near where a < b and one <> other),
pieces as materialized (select a, b, unnest(st_dump(shared)).geom as piece from cut)
select a, b, st_length(piece) as length from pieces where st_length(piece) >= 10.0
"""
"""As PostGIS is asked, written for DuckDB's spatial join, which knows areas that meet and not distances.

Each step is kept: otherwise the conditions on ids and utilities turn the join into pairs of all (nine times as long).
"""


def duckdb_runs(frame, repeats=1, threads=2):
    """Median seconds of the query, seconds of loading, its rows (a, b, length; no bearing test), and the version.

    The extension is taken from its wheel: nothing is downloaded when this runs.
    """
    try:
        import duckdb
        import duckdb_extension_spatial
    except ImportError as error:
        raise DuckdbMissingError(f"{error.name} is not installed; uv sync --group bench installs it") from error
    folder = Path(duckdb_extension_spatial.__file__).parent / "extensions" / f"v{duckdb.__version__}"
    with duckdb.connect(config={"threads": threads}) as db:
        try:
            db.execute(f"load '{folder / 'spatial.duckdb_extension'}'")
        except duckdb.Error as error:
            raise DuckdbMissingError(f"the spatial extension does not load: {error}") from error
        begun = time.perf_counter()
        lines = pd.DataFrame(
            {"id": frame.index, "utility": frame["utility"], "wkb": shapely.to_wkb(frame.geometry.to_numpy())}
        )
        db.register("given", lines)
        db.execute("create table routes as select id, utility, st_geomfromwkb(wkb) as line from given")
        loading = time.perf_counter() - begun
        seconds = []
        for _ in range(repeats):
            db.execute("drop table if exists found")
            begun = time.perf_counter()
            db.execute(DUCKDB_QUERY)
            seconds.append(time.perf_counter() - begun)
        found = db.execute("select a, b, length from found").df()
    return float(np.median(seconds)), loading, found, duckdb.__version__


def shapely_crossings(lines, areas):
    """Route × polygon: tree query, intersection, length. Returns line, area, length."""
    tree = shapely.STRtree(areas)
    line, area = tree.query(lines, predicate="intersects")
    length = shapely.length(shapely.intersection(lines[line], areas[area]))
    kept = length > 1e-6
    return line[kept], area[kept], length[kept]
