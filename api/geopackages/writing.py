"""Write layers into a GeoPackage with their styles, what each is, and tables that say what the file is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from geo.formats import write
from maps.qgis.fields import DAYS
from maps.qgis.styles import style_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    import geopandas as gpd

    from maps.qgis.styles import Shape, StyledLayer

GEOMETRY_COLUMN = "geom"
STYLES = "layer_styles"
LONGEST_STYLE_NAME = 30
WITH_SEVERAL: Mapping[Shape, tuple[str, Any]] = {
    "point": ("POINT", None),
    "line": ("MULTILINESTRING", shapely.multilinestrings),
    "polygon": ("MULTIPOLYGON", shapely.multipolygons),
}
#: As QGIS makes it (`QgsOgrProvider`), so that it goes on using it.
STYLES_TABLE = f"""CREATE TABLE "{STYLES}" (
 "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "f_table_catalog" TEXT(256), "f_table_schema" TEXT(256),
 "f_table_name" TEXT(256), "f_geometry_column" TEXT(256), "styleName" TEXT({LONGEST_STYLE_NAME}), "styleQML" TEXT,
 "styleSLD" TEXT, "useAsDefault" BOOLEAN, "description" TEXT, "owner" TEXT(30), "ui" TEXT(30),
 "update_time" DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))"""
STYLE_COLUMNS = (
    "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column", "styleName", "styleQML", "styleSLD",
    "useAsDefault", "description", "owner", "update_time",
)  # fmt: skip

Table = tuple[tuple[str, ...], list[tuple[Any, ...]]]
"""Columns of a table without geometry, all text or whole numbers, and its rows."""


def write_styled(
    layers: Sequence[StyledLayer],
    path: Path,
    *,
    made_at: datetime,
    tables: Mapping[str, Table] | None = None,
    language: str = "zh",
) -> None:
    """Write a GeoPackage that QGIS and QField open with the county's symbology; the same input gives the same bytes.

    Lines and areas are written as several of them, so that one may be split or joined; a point stays one.

    Parameters
    ----------
    layers
        The lowest one first; all in one grid.
    path
        The file; it is replaced whole or not at all where it can be written at all.
    made_at
        The moment of what it shows: of contents and styles too.
    tables
        Further tables by name, without geometry.
    language
        ``zh`` or ``en``: of fields, words and what the contents are called.

    Raises
    ------
    BadInputError
        The file cannot be written.
    """
    beside = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        write({layer.table: _prepared(layer) for layer in layers}, beside)
        with closing(sqlite3.connect(beside)) as file:
            moment = made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
            _name_contents(file, layers, moment, language)
            _add_styles(file, layers, moment, language)
            for name, (columns, rows) in (tables or {}).items():
                _add_table(file, name, columns, rows, moment)
            file.commit()
            file.execute("VACUUM")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _prepared(layer: StyledLayer) -> gpd.GeoDataFrame:
    """Return the frame with several in each geometry, and days as days also where nobody has said one."""
    frame = layer.frame.copy()
    _, several = WITH_SEVERAL[layer.shape]
    shapes = frame.geometry.to_numpy()
    if several is not None:
        frame = frame.set_geometry([one if hasattr(one, "geoms") else several([one]) for one in shapes], crs=frame.crs)
    for name in DAYS & set(frame.columns):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[s]")
    return frame


def _name_contents(file: sqlite3.Connection, layers: Sequence[StyledLayer], moment: str, language: str) -> None:
    for layer in layers:
        name, other = (layer.zh, layer.en) if language == "zh" else (layer.en, layer.zh)
        file.execute(
            "UPDATE gpkg_contents SET identifier = ?, description = ?, last_change = ? WHERE table_name = ?",
            (name, f"{name} · {other}", moment, layer.table),
        )
        # An empty layer is written without a kind of geometry, and nothing could be drawn in it.
        kind, _ = WITH_SEVERAL[layer.shape]
        file.execute(
            "UPDATE gpkg_geometry_columns SET geometry_type_name = ? WHERE table_name = ?"
            " AND geometry_type_name = 'GEOMETRY'",
            (kind, layer.table),
        )


def _add_styles(file: sqlite3.Connection, layers: Sequence[StyledLayer], moment: str, language: str) -> None:
    file.execute(STYLES_TABLE)
    _register(file, STYLES, moment)
    marks = ", ".join("?" * len(STYLE_COLUMNS))
    for layer in layers:
        name = (layer.zh if language == "zh" else layer.en)[:LONGEST_STYLE_NAME]
        row = ("", "", layer.table, GEOMETRY_COLUMN, name, style_of(layer, language), "", 1, name, "CoTrench", moment)
        file.execute(f"INSERT INTO {STYLES} ({', '.join(STYLE_COLUMNS)}) VALUES ({marks})", row)  # noqa: S608 - our own names


def _add_table(
    file: sqlite3.Connection, name: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]], moment: str
) -> None:
    whole = {column for at, column in enumerate(columns) if rows and all(isinstance(row[at], int) for row in rows)}
    told = ", ".join(f'"{column}" {"INTEGER" if column in whole else "TEXT"}' for column in columns)
    file.execute(f'CREATE TABLE "{name}" ("fid" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {told})')
    marks = ", ".join("?" * len(columns))
    listed = ", ".join(f'"{column}"' for column in columns)
    file.executemany(f'INSERT INTO "{name}" ({listed}) VALUES ({marks})', rows)  # noqa: S608 - our own names
    _register(file, name, moment)


def _register(file: sqlite3.Connection, table: str, moment: str) -> None:
    """Say that a table is there: else QGIS and GDAL do not see it."""
    file.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)"
        " VALUES (?, 'attributes', ?, '', ?)",
        (table, table, moment),
    )
