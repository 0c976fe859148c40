"""Read a GeoPackage that comes back: everything that was drawn, as it is, and the tables that say what it is.

It may have been made to do harm: views and triggers in it are not run, and nothing is written to it.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyogrio

from geo.faults import BadInputError, Fault, refuse
from geo.formats import geopackage
from geo.formats.gdal import damaged
from geo.formats.table import Request

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

HEADER = b"SQLite format 3\0"
WRITTEN_BESIDE = b"\x02\x02"
"""Behind the size of a page where what was saved last may still be in a file beside it (SQLite file format, 1.3.3)."""
WRITTEN_AT = 18
PLAIN = "CREATE TABLE "
"""How SQLite begins what it keeps of a table with rows of its own, however that was typed."""
INDEX_OF_PLACES = re.compile(r'CREATE VIRTUAL TABLE ("(?:[^"]|"")*"|\w+) USING rtree\s*\([\w, ]*\)', re.IGNORECASE)


def check_geopackage(path: Path) -> None:
    """Refuse what is no GeoPackage, or is not all of it, or has views or computed columns.

    To read views or computed columns runs what their maker wrote. While QGIS edits a layer of a file, what was saved
    is in another file beside it: compared without that, nothing would seem to have been edited.
    """
    with path.open("rb") as stream:
        begins = stream.read(WRITTEN_AT + len(WRITTEN_BESIDE))
    if not begins.startswith(HEADER):
        refuse([
            Fault("layers.no_geopackage", "这不是 GeoPackage 文件", "this is no GeoPackage", "上传下载后编辑过的 .gpkg",
                  "send the .gpkg that was given out, as it was edited", file=path.name)
        ])  # fmt: skip
    if begins[WRITTEN_AT:] == WRITTEN_BESIDE:
        refuse([
            Fault("layers.still_open", "文件还在 QGIS 中打开，或没有正常关闭：存过的修改可能还在旁边的 .gpkg-wal 里",
                  "the file is open in QGIS, or was not closed: what was saved may still be in the .gpkg-wal beside it",
                  "在 QGIS 中保存各图层的编辑，移除图层或关闭 QGIS 后再上传；没有正常关闭的，打开再关闭一次",
                  "save the edits of every layer in QGIS, take the layers out or close QGIS, then send it; open and"
                  " close it once more where it was not closed", file=path.name)
        ])  # fmt: skip
    with _opened(path) as file:
        made = file.execute("SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
        refuse(
            Fault("layers.view", "是视图，不是表", "it is a view, not a table", "另存为表，或从文件中删去",
                  "save it as a table, or take it out of the file", file=path.name, layer=name)
            for name, kind, sql in made if kind == "view" or not _holds_data(str(sql))
        )  # fmt: skip
        computed = file.execute(
            "SELECT made.name, field.name FROM sqlite_master made, pragma_table_xinfo(made.name) field "
            "WHERE made.type = 'table' AND field.hidden IN (2, 3)"
        ).fetchall()
    refuse(
        Fault("layers.computed", "是计算列，不是数据", "it is a computed column, not data", "改成普通列，或删去",
              "make it a plain column, or take it out", file=path.name, layer=name, field=column)
        for name, column in computed
    )  # fmt: skip


def _holds_data(sql: str) -> bool:
    """Tell whether what a table was made by makes one that holds its rows, or an index of places.

    Any other virtual table is a program of somebody else's; one may bear the words of an index within its own.

    Examples
    --------
    >>> _holds_data('CREATE TABLE "routes" (id)'), _holds_data('CREATE VIRTUAL TABLE "r" USING rtree(id, minx, maxx)')
    (True, True)
    >>> _holds_data("CREATE VIRTUAL TABLE x USING fts5('USING rtree(id)')")
    False
    """
    return sql.startswith(PLAIN) or INDEX_OF_PLACES.fullmatch(sql) is not None


def layers_of(path: Path, without: Collection[str] = ()) -> dict[str, gpd.GeoDataFrame]:
    """Return every layer with geometry by its name, each row as the file has it; see `check_geopackage` first.

    A geometry that is missing is None. Ids are not looked at: what was drawn anew has none. Layers ``without`` are not
    read.

    Raises
    ------
    BadInputError
        The file is damaged or cut off; with every geometry that cannot be read.
    """
    try:
        listed = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    except pyogrio.errors.DataSourceError as error:
        raise BadInputError([damaged(path, error)]) from error
    return {name: _layer(path, name) for name in listed if name not in without}


def _layer(path: Path, name: str) -> gpd.GeoDataFrame:
    raw = geopackage.read_raw(Request(path, name))
    refuse(fault.at(file=path.name, layer=name, feature=row) for row, fault in raw.found.faults)
    columns = raw.columns.rename(columns={"geometry": "geometry_in_file"})
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(raw.geometry, index=columns.index), crs=raw.crs)


def table_of(path: Path, name: str) -> list[dict[str, Any]] | None:
    """Return the rows of a table without geometry, in their order; None where the file has none of that name."""
    with _opened(path) as file:
        there = file.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()
        if there is None:
            return None
        file.row_factory = sqlite3.Row
        quoted = name.replace('"', '""')
        return [dict(row) for row in file.execute(f'SELECT * FROM "{quoted}" ORDER BY rowid')]  # noqa: S608 - quoted


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as file:
            file.execute("PRAGMA trusted_schema = OFF")
            yield file
    except sqlite3.DatabaseError as error:
        raise BadInputError([damaged(path, error)]) from error
