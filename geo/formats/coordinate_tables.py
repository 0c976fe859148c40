"""Turn a table of text with x and y (points, or the vertices of lines in order) or with WKT into geometries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.faults import BadInputError, Fault
from geo.formats.decoding import one_point_line
from geo.formats.fields import numbers
from geo.formats.table import LINE, POINT, Findings, Raw, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

X_NAMES = ("x", "lon", "lng", "longitude", "easting", "east", "经度", "東經", "东坐标", "横坐标")
Y_NAMES = ("y", "lat", "latitude", "northing", "north", "纬度", "北緯", "北坐标", "纵坐标")
WKT_NAMES = ("wkt", "geometry", "geom", "wkt_geom", "the_geom", "几何", "图形")
ORDER_NAMES = ("vertex", "seq", "sequence", "order", "序号", "点序", "顺序")
Z_NAMES = ("z", "elevation", "高程")
_EWKT = re.compile(r"^\s*SRID=(\d+);", re.IGNORECASE)
#: OURS that name coordinates, not attributes.
COORDINATE_FIELDS = frozenset({"x", "y", "z", "wkt", "vertex"})


@dataclass(frozen=True, slots=True)
class _Columns:
    x: str | None
    y: str | None
    z: str | None
    wkt: str | None
    order: str | None
    id: str | None


def has_geometry(names: list[str], field_map: Mapping[str, str]) -> bool:
    """Return whether a table has columns of coordinates, under their usual names or as mapped.

    >>> has_geometry(["点名", "经度", "纬度"], {}), has_geometry(["id"], {})
    (True, False)
    """
    there = _geometry_columns(names, field_map)
    return there.wkt is not None or (there.x is not None and there.y is not None)


def from_frame(frame: pd.DataFrame, found: Findings, request: Request) -> Raw:
    """Read a table whose cells are text and whose columns have names.

    Geometry comes from a WKT column, else from x and y (also under the names ``lon``/``lat``, 经度/纬度 and the like,
    or as mapped with ``x=``, ``y=``, ``wkt=``, ``vertex=``). Rows with one id are the vertices of one line, in the
    order of the ``vertex`` column, else of the rows; the line's attributes are those of its first row. Without lines
    among the wanted kinds each row is a point. Chinese survey sheets often call the northing X: map ``x=Y``, ``y=X``.

    Raises
    ------
    BadInputError
        There are no geometry columns, or the points of a line have no id.
    """
    names = _geometry_columns(list(frame.columns), request.field_map)
    if names.wkt:
        geometry, crs, unreadable = _from_wkt(frame[names.wkt], found)
        columns = typed(frame.drop(columns=names.wkt))
        return Raw(columns, geometry, crs, None, found, unreadable, COORDINATE_FIELDS)
    if names.x is None or names.y is None:
        raise BadInputError([_no_geometry(list(frame.columns)).at(file=request.path.name)])
    if LINE in request.kinds and (names.id is not None or POINT not in request.kinds):
        return _lines(frame, names, found, request)
    geometry, unreadable = _points(frame, names, found)
    used = [name for name in (names.x, names.y, names.z) if name]
    return Raw(typed(frame.drop(columns=used)), geometry, None, None, found, unreadable, COORDINATE_FIELDS)


def _geometry_columns(names: list[str], field_map: Mapping[str, str]) -> _Columns:
    lowered = {name.lower(): name for name in reversed(names)}

    def find(ours: str, known: tuple[str, ...]) -> str | None:
        mapped = field_map.get(ours)
        if mapped in names:
            return mapped
        return next((lowered[name] for name in known if name in lowered), None)

    return _Columns(
        x=find("x", X_NAMES),
        y=find("y", Y_NAMES),
        z=find("z", Z_NAMES),
        wkt=find("wkt", WKT_NAMES),
        order=find("vertex", ORDER_NAMES),
        id=find("id", ("id",)),
    )


def _from_wkt(column: pd.Series, found: Findings) -> tuple[NDArray[np.object_], CRS | None, frozenset[int]]:
    texts = column.to_numpy(dtype=object)
    crs = None
    srids = {match.group(1) for match in map(_EWKT.match, texts) if match}
    if srids:
        texts = np.array([_EWKT.sub("", text) for text in texts], dtype=object)
        crs = _one_srid(srids, found)
    with np.errstate(invalid="ignore"):  # NaN coordinates get their own faults
        geometry: NDArray[np.object_] = shapely.from_wkt(texts, on_invalid="ignore")
    missing = np.flatnonzero(shapely.is_missing(geometry))
    for row in missing:
        found.fault(int(row), _bad_wkt(str(texts[row])))
    return geometry, crs, frozenset(int(row) for row in missing)


def _one_srid(srids: set[str], found: Findings) -> CRS | None:
    try:
        if len(srids) == 1:
            return CRS.from_epsg(int(next(iter(srids))))
    except CRSError:
        pass
    value = ", ".join(sorted(srids))
    found.fault(
        None,
        Fault(
            "crs.unknown",
            "SRID 不明或各行不一致",
            "the SRID is unknown or differs between rows",
            "各行写同一个 EPSG 代码，或删去 SRID 并用 --crs 指定",
            "write the same EPSG code in each row, or remove them and name it with --crs",
            value=value,
        ),
    )
    return None


def _points(frame: pd.DataFrame, names: _Columns, found: Findings) -> tuple[NDArray[np.object_], frozenset[int]]:
    coordinates, bad = _coordinates(frame, names)
    for row in np.flatnonzero(bad):
        found.fault(int(row), _bad_number(frame, names, int(row)))
    out = np.full(len(frame), None, dtype=object)
    out[~bad] = shapely.points(coordinates[~bad])
    return out, frozenset(int(row) for row in np.flatnonzero(bad))


def _lines(frame: pd.DataFrame, names: _Columns, found: Findings, request: Request) -> Raw:
    """Join the rows of each id into a line; the rows of the result are the lines in order of first appearance."""
    if names.id is None:
        raise BadInputError([_no_id(list(frame.columns)).at(file=request.path.name)])
    coordinates, bad = _coordinates(frame, names)
    codes, distinct = pd.factorize(frame[names.id])
    order = np.arange(len(frame), dtype=np.float64)
    if names.order:
        order, unordered = numbers(frame[names.order])
        for row in np.flatnonzero(unordered | np.isnan(order)):
            found.fault(int(codes[row]), _bad_order(names.order, str(frame[names.order].iloc[row]), int(row)))
    sequence = np.lexsort((np.arange(len(frame)), order, codes))
    counts = np.bincount(codes, minlength=len(distinct))
    starts = np.concatenate([[0], np.cumsum(counts)])
    for at in np.flatnonzero(bad[sequence]):
        line = codes[sequence[at]]
        found.fault(int(line), _bad_number(frame, names, int(sequence[at])).at(vertex=int(at - starts[line])))
    spoiled = np.bincount(codes, weights=bad, minlength=len(distinct)) > 0
    for line in np.flatnonzero((counts < 2) & ~spoiled):
        found.fault(int(line), one_point_line())
    good = ~spoiled & (counts >= 2)
    out = np.full(len(distinct), None, dtype=object)
    kept = sequence[good[codes[sequence]]]
    dense = np.cumsum(good) - 1
    out[good] = shapely.linestrings(coordinates[kept], indices=dense[codes[kept]])
    first = np.full(len(distinct), len(frame), dtype=np.int64)
    np.minimum.at(first, codes, np.arange(len(frame)))
    used = {name for name in (names.x, names.y, names.z, names.order) if name}
    columns = frame.drop(columns=list(used)).iloc[first].reset_index(drop=True)
    bad_lines = frozenset(int(line) for line in np.flatnonzero(~good))
    return Raw(typed(columns), out, None, None, found, bad_lines, COORDINATE_FIELDS)


def _coordinates(frame: pd.DataFrame, names: _Columns) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    used = [name for name in (names.x, names.y, names.z) if name]
    values = np.column_stack([numbers(frame[name])[0] for name in used])
    bad = ~(np.isfinite(values[:, 0]) & np.isfinite(values[:, 1]))
    if values.shape[1] == 3 and not np.isfinite(values[:, 2]).all():
        values = values[:, :2]  # heights that are not known everywhere are no third dimension
    return values, bad


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Make columns of numbers numbers; ids, codes with leading zeros and mixed ones stay text; blanks are missing."""
    out = frame.copy(deep=False)
    for name in frame.columns:
        text = frame[name].str.strip()
        blank = (text == "").to_numpy()
        leading_zero = text.str.match(r"^[+-]?0\d").any()
        values = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64)
        if name.lower() != "id" and not blank.all() and not leading_zero and np.isfinite(values[~blank]).all():
            whole_numbers = not blank.any() and (values == np.floor(values)).all() and (np.abs(values) < 2**53).all()
            out[name] = values.astype(np.int64) if whole_numbers else values
        else:
            out[name] = frame[name].where(~blank, None)
    return out


def _no_geometry(names: list[str]) -> Fault:
    listed = ", ".join(names[:30])
    return Fault(
        "csv.no_geometry",
        f"没有坐标列；现有列：{listed}",
        f"there are no coordinate columns; it has: {listed}",
        "需要 x 和 y 两列，或一列 WKT；名称不同时用 --map x=… --map y=… 或 --map wkt=…",
        "it needs x and y, or WKT; where they are called otherwise: --map x=… --map y=…, or --map wkt=…",
    )


def _no_id(names: list[str]) -> Fault:
    listed = ", ".join(names[:30])
    return Fault(
        "csv.no_id",
        f"不知道哪些点连成一条线；现有列：{listed}",
        f"which points make one line is not said; it has: {listed}",
        "加一列 id（同一条线的各点相同），或用 --map id=… 指定",
        "add a column id, the same for the points of a line, or name it with --map id=…",
    )


def _bad_wkt(text: str) -> Fault:
    if re.fullmatch(r"\s*LINESTRING\s*(Z\s*)?\(\s*[^,()]+\s*\)\s*", text, re.IGNORECASE):
        return one_point_line().at(value=text.strip()[:80])
    if not text.strip():
        return Fault(
            "geometry.missing", "没有图形", "there is no geometry", "补画或删除此行", "draw it or delete the row"
        )
    return Fault(
        "geometry.bad_wkt",
        "不是合法的 WKT",
        "is not valid WKT",
        "写成 LINESTRING (x y, x y)",
        "write LINESTRING (x y, x y)",
        value=text.strip()[:80],
    )


def _bad_number(frame: pd.DataFrame, names: _Columns, row: int) -> Fault:
    value = f"({frame[names.x].iloc[row]}, {frame[names.y].iloc[row]})"
    return Fault(
        "coordinate.not_finite",
        f"坐标不是数字（表格第 {row + 2} 行）",
        f"the coordinate is not a number (row {row + 2} of the sheet)",
        "只写数字：用“.”作小数点，不要千位分隔符",
        "write plain numbers: a point before decimals, nothing between thousands",
        value=value,
    )


def _bad_order(name: str, value: str, row: int) -> Fault:
    return Fault(
        "csv.bad_order",
        f"点的顺序号不是数字（表格第 {row + 2} 行）",
        f"the vertex's place in the line is not a number (row {row + 2} of the sheet)",
        "填 1、2、3 …",
        "write 1, 2, 3 …",
        field=name,
        value=value,
    )
