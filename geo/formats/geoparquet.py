"""Read GeoParquet, its geometry as WKB or as GeoArrow coordinates."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from geo.faults import BadInputError, Fault
from geo.formats.decoding import from_wkb, one_point_line
from geo.formats.gdal import damaged
from geo.formats.systems import understood
from geo.formats.table import Findings, Raw, Request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from pyproj import CRS

#: GeoParquet 1.1 native encodings: shapely's type, the depth of lists, the fewest positions of an innermost list.
NATIVE = {
    "point": (shapely.GeometryType.POINT, 0, 1),
    "linestring": (shapely.GeometryType.LINESTRING, 1, 2),
    "polygon": (shapely.GeometryType.POLYGON, 2, 4),
    "multipoint": (shapely.GeometryType.MULTIPOINT, 1, 1),
    "multilinestring": (shapely.GeometryType.MULTILINESTRING, 2, 2),
    "multipolygon": (shapely.GeometryType.MULTIPOLYGON, 3, 4),
}


def read_raw(request: Request) -> Raw:
    """Read a GeoParquet file (0.4 to 1.1); a missing ``crs`` is longitude/latitude, a ``crs`` of null is unknown.

    Raises
    ------
    BadInputError
        The file is cut off or damaged, or is Parquet without geometry.
    """
    _check_whole(request.path)
    with _readable(request.path), pq.ParquetFile(request.path) as file:
        return _raw_of(file.read(), _metadata(file, request.path), request)


def read_batches(request: Request, rows: int) -> Iterator[Raw]:
    """Yield the rows of a file, at most ``rows`` at a time, as `read_raw`; a file without a row gives one empty batch.

    No more of the file is in memory than a batch needs, whatever its row groups are.
    """
    _check_whole(request.path)
    with _readable(request.path), pq.ParquetFile(request.path) as file:
        about = _metadata(file, request.path)
        if file.metadata.num_rows == 0:
            yield _raw_of(file.schema_arrow.empty_table(), about, request)
        for batch in file.iter_batches(batch_size=rows):
            yield _raw_of(pa.Table.from_batches([batch]), about, request)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn what a damaged file makes the library raise into the fault of that file."""
    try:
        yield
    except (pa.ArrowException, OSError, AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, BadInputError):
            raise
        raise BadInputError([damaged(path, error)]) from error


def _raw_of(table: pa.Table, about: dict[str, Any], request: Request) -> Raw:
    name = about["primary_column"]
    column = about["columns"][name]
    found = Findings()
    geometry, unreadable = _decode(table.column(name), str(column.get("encoding", "WKB")).lower(), found)
    others = [other for other in table.column_names if other not in about["columns"] and other != "bbox"]
    frame: pd.DataFrame = table.select(others).to_pandas(ignore_metadata=True)
    for field in table.select(others).schema:
        if pa.types.is_date(field.type):
            frame[field.name] = pd.to_datetime(frame[field.name]).astype("datetime64[s]")
    return Raw(frame, geometry, _crs(column, request, found), None, found, unreadable)


def _check_whole(path: Path) -> None:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 4))
        if stream.read(4) != b"PAR1":
            fault = Fault(
                "file.cut_in_half",
                "文件不完整：末尾缺失",
                "the file is cut off: its end is missing",
                "重新复制或导出",
                "copy or export it again",
                file=path.name,
            )
            raise BadInputError([fault])


def _metadata(file: pq.ParquetFile, path: Path) -> dict[str, Any]:
    """Return what the file says of its geometry; the footer has it, the schema only where it was known beforehand."""
    stored = (file.metadata.metadata or {}).get(b"geo")
    if stored:
        about: dict[str, Any] = json.loads(stored)
        return about
    fault = Fault(
        "layer.none",
        "这是没有图形的 Parquet",
        "this is Parquet without geometry",
        "用 GeoPandas 的 to_parquet 等导出 GeoParquet",
        "export GeoParquet, with to_parquet of GeoPandas for example",
        file=path.name,
    )
    raise BadInputError([fault])


def _crs(column: dict[str, Any], request: Request, found: Findings) -> CRS | None:
    said = column.get("crs", "OGC:CRS84")
    return None if said is None else understood(said, request, found)


def _decode(column: pa.ChunkedArray, encoding: str, found: Findings) -> tuple[NDArray[np.object_], frozenset[int]]:
    if encoding == "wkb":
        if isinstance(column.type, pa.ExtensionType):
            column = column.cast(column.type.storage_type)
        return from_wkb(column.to_pylist(), found)
    kind, depth, fewest = NATIVE[encoding]
    array = column.combine_chunks()
    out = np.full(len(array), None, dtype=object)
    present = np.flatnonzero(array.is_valid().to_numpy(zero_copy_only=False))
    coordinates, offsets = _flatten(array.drop_null(), depth)
    bad = _short_rows(offsets, fewest) if offsets and fewest > 1 else np.zeros(len(present), dtype=bool)
    for row in present[bad]:
        found.fault(int(row), one_point_line())
    if bad.any():
        kept = array.drop_null().filter(pa.array(~bad))
        coordinates, offsets = _flatten(kept, depth)
    out[present[~bad]] = shapely.from_ragged_array(kind, coordinates, tuple(reversed(offsets)) or None)
    return out, frozenset(int(row) for row in present[bad])


def _flatten(array: pa.Array, depth: int) -> tuple[NDArray[np.float64], list[NDArray[np.int64]]]:
    """Return positions and offsets, outermost first, without a Python object for each."""
    offsets = []
    for _ in range(depth):
        starts = array.offsets.to_numpy().astype(np.int64)
        offsets.append(starts - starts[0])
        array = array.flatten()
    if pa.types.is_struct(array.type):
        names = [name for name in ("x", "y", "z") if array.type.get_field_index(name) >= 0]
        return np.column_stack([array.field(name).to_numpy(zero_copy_only=False) for name in names]), offsets
    width = array.type.list_size
    return array.flatten().to_numpy(zero_copy_only=False).reshape(-1, width), offsets


def _short_rows(offsets: list[NDArray[np.int64]], fewest: int) -> NDArray[np.bool_]:
    """Mark the rows that have an innermost list with fewer positions than can be built, empty ones excepted."""
    counts = np.diff(offsets[-1])
    short = ((counts > 0) & (counts < fewest)).astype(np.int64)
    for starts in reversed(offsets[:-1]):
        summed = np.concatenate([[0], np.cumsum(short)])
        short = summed[starts[1:]] - summed[starts[:-1]]
    return short > 0
