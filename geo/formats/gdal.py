"""Read a layer through GDAL as Arrow columns: what GeoPackage and Shapefile share."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geo.faults import BadInputError, Fault
from geo.formats.decoding import from_wkb
from geo.formats.systems import understood
from geo.formats.table import Findings, Raw, Request

if TYPE_CHECKING:
    from pathlib import Path

    from pyproj import CRS

ERRORS = (DataSourceError, DataLayerError, RuntimeError, ValueError, UnicodeDecodeError, pa.ArrowException)


def choose_layer(request: Request) -> str:
    """Return the layer to read: the one named, the only one, or the only one with a preferred name.

    Raises
    ------
    BadInputError
        No such layer, no map layer at all, or several while none was named; the layers there are listed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            listed = pyogrio.list_layers(request.path)
    except ERRORS as error:
        raise BadInputError([damaged(request.path, error)]) from error
    names = [str(name) for name, kind in listed if kind is not None]
    if request.layer is not None:
        if request.layer in [str(name) for name, _ in listed]:
            return request.layer
        raise BadInputError([_no_such_layer(request.layer, names).at(file=request.path.name)])
    preferred = [name for name in names if name.lower() in request.prefer]
    if len(names) == 1 or len(preferred) == 1:
        return names[0] if len(names) == 1 else preferred[0]
    fault = _which_layer(names) if names else _no_map_layer()
    raise BadInputError([fault.at(file=request.path.name)])


def read_layer(request: Request, layer: str | None, encoding: str | None = None) -> Raw:
    """Read a layer's attributes and geometries; rows the library lost on the way are a fault, never silence.

    Parameters
    ----------
    request
        The file.
    layer
        Its layer; None for a file of one layer.
    encoding
        Passed on where a format stores none.
    """
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            info = pyogrio.read_info(request.path, layer=layer, encoding=encoding)
            meta, table = pyogrio.read_arrow(request.path, layer=layer, encoding=encoding)
    except ERRORS as error:
        raise BadInputError([damaged(request.path, error)]) from error
    if 0 <= info["features"] != table.num_rows:
        raise BadInputError([_lost_rows(request.path, info["features"], table.num_rows)])
    found = Findings()
    for warning in caught:
        found.note(
            None, Fault("file.library_says", f"读取时的提示：{warning.message}", f"on reading: {warning.message}")
        )
    geometry, unreadable = from_wkb(_geometry_column(table, meta), found)
    return Raw(_attributes(table, meta), geometry, _crs(meta["crs"], request, found), layer, found, unreadable)


def damaged(path: Path, error: Exception) -> Fault:
    """Return the fault of a file that the library cannot read.

    >>> import pathlib
    >>> damaged(pathlib.Path("a.gpkg"), ValueError("malformed")).code
    'file.damaged'
    """
    reason = str(error).replace(str(path), path.name)
    return Fault(
        "file.damaged",
        f"文件已损坏或无法读取：{reason}",
        f"the file is damaged or cannot be read: {reason}",
        "重新复制或导出",
        "copy or export it again",
        file=path.name,
    )


def _geometry_column(table: pa.Table, meta: dict[str, Any]) -> list[bytes | None]:
    name = meta["geometry_name"] or "wkb_geometry"
    if name not in table.column_names:
        return [None] * table.num_rows
    column = table.column(name)
    values: list[bytes | None] = column.to_pylist()
    return values


def _attributes(table: pa.Table, meta: dict[str, Any]) -> pd.DataFrame:
    names = [name for name in table.column_names if name in set(meta["fields"])]
    frame: pd.DataFrame = table.select(names).to_pandas()
    for field in table.select(names).schema:
        if pa.types.is_date(field.type):
            frame[field.name] = pd.to_datetime(frame[field.name]).astype("datetime64[s]")
    frame.index = pd.RangeIndex(len(frame))
    return frame


def _crs(text: str | None, request: Request, found: Findings) -> CRS | None:
    crs = understood(text, request, found) if text else None
    return None if crs is None or crs.name.startswith("Undefined") else crs


def _lost_rows(path: Path, promised: int, read: int) -> Fault:
    return Fault(
        "file.cut_in_half",
        f"应有 {promised} 个要素，只读出 {read} 个",
        f"the file promises {promised} features, {read} can be read",
        "重新复制或导出",
        "copy or export it again",
        file=path.name,
    )


def _no_such_layer(layer: str, names: list[str]) -> Fault:
    listed = ", ".join(names)
    return Fault(
        "layer.missing",
        "没有这个图层",
        "there is no such layer",
        f"现有图层：{listed}",
        f"it has: {listed}",
        layer=layer,
    )


def _which_layer(names: list[str]) -> Fault:
    listed = ", ".join(names)
    return Fault(
        "layer.which",
        f"有 {len(names)} 个图层：{listed}",
        f"it has {len(names)} layers: {listed}",
        "用 --layer 指定一个",
        "name one with --layer",
    )


def _no_map_layer() -> Fault:
    return Fault("layer.none", "没有地图图层", "it has no map layer", "重新导出", "export it again")
