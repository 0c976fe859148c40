"""Read CSV with x and y (points, or the vertices of lines in order) or with WKT."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

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

ENCODINGS = ("utf-8-sig", "gb18030", "big5")
X_NAMES = ("x", "lon", "lng", "longitude", "easting", "east", "经度", "東經", "东坐标", "横坐标")
Y_NAMES = ("y", "lat", "latitude", "northing", "north", "纬度", "北緯", "北坐标", "纵坐标")
WKT_NAMES = ("wkt", "geometry", "geom", "wkt_geom", "the_geom", "几何", "图形")
ORDER_NAMES = ("vertex", "seq", "sequence", "order", "序号", "点序", "顺序")
Z_NAMES = ("z", "elevation", "高程")
_EWKT = re.compile(r"^\s*SRID=(\d+);", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Columns:
    x: str | None
    y: str | None
    z: str | None
    wkt: str | None
    order: str | None
    id: str | None


def read_raw(request: Request) -> Raw:
    """Read a CSV, TSV or semicolon table; the first row names the columns.

    Geometry comes from a WKT column, else from x and y (also under the names ``lon``/``lat``, 经度/纬度 and the like,
    or as mapped with ``x=``, ``y=``, ``wkt=``, ``vertex=``). Rows with one id are the vertices of one line, in the
    order of the ``vertex`` column, else of the rows; the line's attributes are those of its first row. Without lines
    among the wanted kinds each row is a point. Chinese survey sheets often call the northing X: map ``x=Y``, ``y=X``.

    Raises
    ------
    BadInputError
        Unknown encoding, rows of uneven width, no geometry columns.
    """
    text, note = _decode(request)
    frame = _table(text, request.path.name)
    found = Findings()
    if note:
        found.note(None, note)
    names = _geometry_columns(list(frame.columns), request.field_map)
    if names.wkt:
        geometry, crs, unreadable = _from_wkt(frame[names.wkt], found)
        return Raw(_typed(frame.drop(columns=names.wkt)), geometry, crs, None, found, unreadable)
    if names.x is None or names.y is None:
        raise BadInputError([_no_geometry(list(frame.columns)).at(file=request.path.name)])
    if LINE in request.kinds and (names.id is not None or POINT not in request.kinds):
        return _lines(frame, names, found, request)
    geometry, unreadable = _points(frame, names, found)
    used = [name for name in (names.x, names.y, names.z) if name]
    return Raw(_typed(frame.drop(columns=used)), geometry, None, None, found, unreadable)


def _decode(request: Request) -> tuple[str, Fault | None]:
    body = request.path.read_bytes()
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return body.decode("utf-16"), None
        except UnicodeDecodeError as error:
            raise BadInputError([_cut_off(len(body)).at(file=request.path.name)]) from error
    for encoding in (request.encoding,) if request.encoding else ENCODINGS:
        try:
            text = body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        guessed = encoding in ENCODINGS[1:] and not request.encoding
        return text, _guessed(encoding) if guessed else None
    fault = Fault(
        "file.encoding",
        "文字编码无法识别",
        "the encoding of the text is unknown",
        "用 --encoding 指定，如 gb18030",
        "name it with --encoding, such as gb18030",
        file=request.path.name,
    )
    raise BadInputError([fault])


def _table(text: str, name: str) -> pd.DataFrame:
    text = text.lstrip("\r\n")
    if not text.strip():
        raise BadInputError([_no_rows().at(file=name)])
    head = text[:20_000].splitlines()[0]
    separator = max((",", "\t", ";", "，"), key=head.count)
    uneven = _uneven_rows(text, separator)
    if uneven:
        raise BadInputError([fault.at(file=name) for fault in uneven])
    try:
        engine: Literal["c", "python"] = "c" if separator.isascii() else "python"  # C reads one byte as separator
        frame = pd.read_csv(io.StringIO(text), sep=separator, dtype=str, keep_default_na=False, engine=engine)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise BadInputError([_not_a_table(error).at(file=name)]) from error
    frame.columns = pd.Index([str(column).strip() for column in frame.columns])
    return frame


def _uneven_rows(text: str, separator: str) -> list[Fault]:
    """Name every row that has more cells than the header; pandas would stop at the first, or shift the columns."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # a line of 4,000 vertices is longer than the default
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        width = len(next(rows, []))
        return [_uneven(rows.line_num, len(row), width) for row in rows if len(row) > width]
    except csv.Error as error:
        return [_not_a_table(error)]


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
    return Raw(_typed(columns), out, None, None, found, frozenset(int(line) for line in np.flatnonzero(~good)))


def _coordinates(frame: pd.DataFrame, names: _Columns) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    used = [name for name in (names.x, names.y, names.z) if name]
    values = np.column_stack([numbers(frame[name])[0] for name in used])
    bad = ~(np.isfinite(values[:, 0]) & np.isfinite(values[:, 1]))
    if values.shape[1] == 3 and not np.isfinite(values[:, 2]).all():
        values = values[:, :2]  # heights that are not known everywhere are no third dimension
    return values, bad


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
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


def _guessed(encoding: str) -> Fault:
    return Fault(
        "file.encoding_guessed",
        f"文字按 {encoding} 读取；若有乱码，请用 --encoding 指定",
        f"text was read as {encoding}; name another with --encoding if it looks wrong",
    )


def _cut_off(size: int) -> Fault:
    return Fault(
        "file.cut_in_half",
        f"文件不完整：{size} 字节后中断",
        f"the file is cut off after {size} bytes",
        "重新复制或导出",
        "copy or export it again",
    )


def _no_rows() -> Fault:
    return Fault("file.empty", "文件里只有空行", "there are only blank lines in it", "重新导出", "export it again")


def _not_a_table(error: Exception) -> Fault:
    return Fault(
        "file.not_a_table",
        f"不是完好的表格：{error}",
        f"is not a sound table: {error}",
        "检查双引号是否成对，或在表格软件中另存为 CSV UTF-8",
        "check that double quotes come in pairs, or save it as CSV UTF-8 from a spreadsheet",
    )


def _uneven(line: int, cells: int, width: int) -> Fault:
    return Fault(
        "file.uneven_row",
        f"第 {line} 行有 {cells} 格，表头只有 {width} 格",
        f"line {line} has {cells} cells, the header {width}",
        "含逗号的内容要用双引号括起",
        "put cells with commas in double quotes",
    )


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
