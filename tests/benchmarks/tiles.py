"""Make vector tiles of a city in a store, and the same tile by PostGIS."""

import tempfile
import time
from pathlib import Path

import psycopg
import shapely

from api.db.boxes import columns_in
from api.db.store import open_store
from api.db.tables import LAYERS
from api.tile_stamps import OVERVIEW_ZOOM, Place
from api.tiles import Tiles
from maps.tile_grid import TileGrid
from maps.tiles import TileLayer, encode_tile, reach_of
from tests.benchmarks.city import EASTING, NORTHING
from tests.benchmarks.measuring import child, s, table, timed
from tests.postgis import PostgisMissingError, fresh_database, plain, postgis_cluster

ROUTES = 40_000
WHOLE_ZOOM = 12  # 8 m a pixel: some 5,000 routes of this city in a tile
SQL = (
    "with cut as (select id, utility, st_asmvtgeom(line, st_makebox2d(st_makepoint(%s, %s), st_makepoint(%s, %s)), "
    "4096, 128) as geom from routes where line && st_makeenvelope(%s, %s, %s, %s)) "
    "select st_asmvt(cut, 'routes', 4096, 'geom') from cut where geom is not null"
)


def tiles(options):
    """One full tile from the store, known and unknown; an overview; PostGIS on the same lines."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        child("make", folder / "city.npz", ROUTES)
        child("store", folder / "city.npz", folder / "data")
        with open_store(None, folder / "data") as store:
            _of_store(store, options.slow_repeats * 5)


def _of_store(store, repeats):
    grid = TileGrid.of(store.grid)
    middle = EASTING + 5_000, NORTHING + 5_000
    place, far = (Place(grid, zoom, *grid.at(zoom, *middle)) for zoom in (WHOLE_ZOOM, OVERVIEW_ZOOM))
    with store.reading() as connection:
        read, (shapes, columns) = _timed(lambda: columns_in(
            connection, store.dialect, LAYERS["routes"], reach_of(place.box), ["id", "utility"]), repeats)  # fmt: skip
    layer = TileLayer("routes", shapes, columns, kept=True)
    encoded, tile = _timed(lambda: encode_tile([layer], place.box, place.pixel_m), repeats)
    unknown, _ = _timed(lambda: _tile(Tiles(), store, place), repeats)
    kept = Tiles()
    [tag, _] = _tile(kept, store, place)
    known, _ = _timed(lambda: kept.tile(store, place, {"routes": None}, lambda told: told == tag), repeats)
    overview, [_, drawn] = _timed(lambda: _tile(Tiles(), store, far), repeats)
    rows = [
        ("read from SQLite", *read, f"{len(shapes):,} routes"), ("encode", *encoded, f"{len(tile):,} bytes"),
        ("the whole tile, nothing remembered", *unknown, ""), ("answer that it is as before", *known, ""),
        (f"an overview, {far.pixel_m:.0f} m a pixel, nothing remembered", *overview, f"{len(drawn):,} bytes"),
    ]  # fmt: skip
    try:
        seconds, size = _by_postgis(shapes, columns, place.box, repeats)
        rows.append(("PostGIS, ST_AsMVT, ids as numbers", s(seconds), "-", f"{size:,} bytes"))
    except PostgisMissingError as missing:
        rows.append((f"PostGIS skipped: {missing}", "-", "-", "-"))
    table(f"A vector tile of {len(shapes):,} routes", ("what", "median", "processor time", "how much"), rows)


def _timed(call, repeats):
    """Return the median wall time and the mean processor time of ``repeats`` calls, for people, and the last result."""
    begun = time.process_time()
    seconds, result = timed(call, repeats)
    return (s(seconds), s((time.process_time() - begun) / repeats)), result


def _tile(made, store, place):
    return made.tile(store, place, {"routes": None}, lambda _: False)


def _by_postgis(shapes, columns, box, repeats):
    """Median seconds of the query, and bytes of its tile."""
    with postgis_cluster() as server, fresh_database(server) as database, psycopg.connect(plain(database)) as db:
        db.execute("create table routes (id integer, utility text, line geometry)")
        with db.cursor().copy("copy routes from stdin") as copy:
            wkb = shapely.to_wkb(shapes, hex=True)
            for row in zip(range(len(shapes)), columns["utility"], wkb, strict=True):
                copy.write_row(row)
        db.execute("create index on routes using gist (line)")
        db.execute("analyze routes")
        seconds, [[tile]] = timed(lambda: db.execute(SQL, (*box, *reach_of(box))).fetchall(), repeats)
    return seconds, len(tile)
