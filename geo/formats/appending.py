"""Write a GeoParquet file frame by frame, so that a layer need never be in memory as a whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import geopandas as gpd

VERSION = "1.0.0"
"""Of GeoParquet: what `geo.formats.writing.write` writes as well."""


class Appended:
    """A GeoParquet file that frames of one layer are appended to; it is whole once the block is left.

    Parameters
    ----------
    path
        The file, which is replaced. Name one in a `geo.formats.writing.workspace` and put it in place at the end.
    dates
        Columns of `datetime.date` or None: in a frame without any date their type does not show.
    texts
        Columns of text or None, likewise.

    Examples
    --------
    >>> import datetime, tempfile, geopandas as gpd
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp()) / "a.parquet"
    >>> line = shapely.LineString([(500000, 3500000), (500003, 3500004)])
    >>> with Appended(path, dates={"day"}) as file:
    ...     for day in (None, datetime.date(2026, 3, 1)):
    ...         file.append(gpd.GeoDataFrame({"day": [day]}, geometry=[line], crs="EPSG:4546"))
    >>> from geo.formats.reading import read
    >>> frame = read(path).frame
    >>> frame["day"].dt.day.tolist(), frame.crs.to_epsg(), frame.length.tolist()
    ([nan, 1.0], 4546, [5.0, 5.0])
    """

    def __init__(self, path: Path, dates: Collection[str] = (), texts: Collection[str] = ()) -> None:
        self._path = path
        self._told = dict.fromkeys(dates, pa.date32()) | dict.fromkeys(texts, pa.string())
        self._writer: pq.ParquetWriter | None = None
        self._crs: Any = None
        self._types: set[str] = set()
        self._bounds = np.array([np.inf, np.inf, -np.inf, -np.inf])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.add_key_value_metadata({"geo": json.dumps(self._about())})
            self._writer.close()

    def append(self, frame: gpd.GeoDataFrame) -> None:
        """Append the rows of a frame; all have the columns, the types and the CRS of the first one."""
        shapes = frame.geometry.to_numpy()
        columns = pd.DataFrame(frame.drop(columns=frame.geometry.name))
        table = pa.Table.from_pandas(columns, preserve_index=False)
        for name, kind in self._told.items():
            table = table.set_column(columns.columns.get_loc(name), name, table.column(name).cast(kind))
        table = table.append_column("geometry", pa.array(shapely.to_wkb(shapes), pa.binary()))
        if self._writer is None:
            self._crs = frame.crs
            self._writer = pq.ParquetWriter(self._path, table.schema)
        self._writer.write_table(table)
        if len(shapes):
            self._types |= set(frame.geom_type.dropna())
            low, high = np.minimum, np.maximum
            bounds = shapely.total_bounds(shapes)
            self._bounds = np.concatenate((low(self._bounds[:2], bounds[:2]), high(self._bounds[2:], bounds[2:])))

    def _about(self) -> dict[str, Any]:
        column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted(self._types)}
        column["crs"] = None if self._crs is None else self._crs.to_json_dict()
        if np.isfinite(self._bounds).all():
            column["bbox"] = self._bounds.tolist()
        return {"version": VERSION, "primary_column": "geometry", "columns": {"geometry": column}}
