"""Turn what callers give into rows that can be stored, or list every fault of it."""

from __future__ import annotations

import math
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from api.db.tables import GEOMETRY, IDENTITY, KEPT_BY_STORE, Layer
from geo.faults import Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from api.db.columns import Kind

INT32_MOST = 2**31 - 1
LONGEST_ID = 200
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # controls, half surrogates, line separators


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one layer, column by column, fit to be stored.

    ``columns`` has every column of the layer, each as long as ``ids``; None where nothing is known.
    """

    ids: list[str]
    geometries: NDArray[np.object_]
    columns: dict[str, list[Any]]

    def properties(self) -> list[dict[str, Any]]:
        """Return the columns as one dictionary a row."""
        names = list(self.columns)
        return [dict(zip(names, values, strict=True)) for values in zip(*self.columns.values(), strict=True)]


def batch_of_rows(layer: Layer, rows: Iterable[Mapping[str, Any]]) -> Batch:
    """Check rows given as mappings of ``id``, ``geometry`` and columns.

    A row without an id (absent or None) gets a random one. ``revision`` and ``changed_at``, which a row that was read
    carries, are left out of account. NaN is nothing.

    Raises
    ------
    BadInputError
        With every fault: unknown column, value of the wrong kind, geometry, id given twice.
    """
    given = list(rows)
    known = {IDENTITY, GEOMETRY, *KEPT_BY_STORE, *layer.columns}
    faults = [
        _unknown_column(layer, column, row.get(IDENTITY, at))
        for at, row in enumerate(given)
        for column in row
        if column not in known
    ]
    ids = [uuid.uuid4().hex if row.get(IDENTITY) is None else row[IDENTITY] for row in given]
    columns = {column: [row.get(column) for row in given] for column in layer.columns}
    geometries = np.empty(len(given), dtype=object)
    geometries[:] = [row.get(GEOMETRY) for row in given]
    return _checked(layer, ids, geometries, columns, faults)


def batch_of_frame(layer: Layer, frame: gpd.GeoDataFrame) -> Batch:
    """Check a frame; ids from its column ``id``, else from its index. Faults as `batch_of_rows`."""
    known = {IDENTITY, *KEPT_BY_STORE, *layer.columns, frame.geometry.name}
    faults = [_unknown_column(layer, str(column), None) for column in frame.columns if column not in known]
    ids = _plain(frame[IDENTITY]) if IDENTITY in frame else list(frame.index)
    columns = {column: _plain(frame[column]) if column in frame else [None] * len(frame) for column in layer.columns}
    return _checked(layer, ids, np.asarray(frame.geometry.array, dtype=object), columns, faults)


def read_history(layer: Layer, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return every column of the layer from what the history keeps: JSON of the known ones, dates as ISO text."""
    return {
        column: date.fromisoformat(properties[column])
        if kind == "date" and column in properties
        else properties.get(column)
        for column, kind in layer.columns.items()
    }


def _plain(series: pd.Series[Any]) -> list[Any]:
    """Return the values of a series as Python objects, None where it has nothing."""
    values: list[Any] = series.astype(object).where(series.notna(), None).tolist()
    return values


def _checked(
    layer: Layer,
    given_ids: Sequence[Any],
    geometries: NDArray[np.object_],
    given: Mapping[str, Sequence[Any]],
    faults: list[Fault],
) -> Batch:
    ids = _ids(given_ids, faults)
    columns = {column: _column(column, layer.columns[column], values, ids, faults) for column, values in given.items()}
    _check_geometries(layer, geometries, ids, faults)
    if "start" in columns and "end" in columns:
        faults.extend(
            _reversed_window(id, start, end)
            for id, start, end in zip(ids, columns["start"], columns["end"], strict=True)  # noqa: A001 - the word of the contract
            if start is not None and end is not None and end < start
        )
    refuse(fault.at(layer=layer.name) for fault in faults)
    return Batch(ids, geometries, columns)


# Ids ------------------------------------------------------------------------------------------------------------------


def _ids(given: Sequence[Any], faults: list[Fault]) -> list[str]:
    """Return ids as text; name those that are missing, unfit or there twice."""
    ids = [_id_text(value) for value in given]
    seen: set[str] = set()
    for at, one in enumerate(ids):
        if not _is_id(one):
            faults.append(
                Fault(
                    "id.unfit",
                    "编号为空、过长或含控制字符",
                    "an id that is empty, too long or has control characters in it",
                    f"用 1 至 {LONGEST_ID} 个可见字符",
                    f"use 1 to {LONGEST_ID} visible characters",
                    feature=at,
                    field=IDENTITY,
                    value=ascii(one)[:60],
                )
            )
        elif one in seen:
            faults.append(
                Fault(
                    "id.twice",
                    "编号重复",
                    "an id that is there twice",
                    "给每个要素一个不同的编号",
                    "give every feature an id of its own",
                    feature=one,
                    field=IDENTITY,
                )
            )
        seen.add(one)
    return ids


def _id_text(value: object) -> str:
    """Return an id as text; whole numbers without the ``.0`` that a column with gaps has given them."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return "" if value is None or value != value else str(value)  # noqa: PLR0124 - NaN is the one that differs


def _is_id(text: str) -> bool:
    r"""Tell whether a text can be an id: it is printed, put into addresses and compared byte by byte.

    >>> _is_id("给水-07"), _is_id(""), _is_id("a\0b")
    (True, False, False)
    """
    fits = 0 < len(text) <= LONGEST_ID and text == text.strip()
    # isprintable is quick and refuses a little too much, such as the wide space.
    return fits and (text.isprintable() or not any(unicodedata.category(sign) in UNSEEN for sign in text))


# Columns --------------------------------------------------------------------------------------------------------------


class _NotReadableError(ValueError):
    """A value is not of its column's kind."""


def typed(layer: Layer, properties: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Return the columns of one row that is not stored as their kinds, and a fault for each that is not of its kind.

    What is no column of the layer is left out; a faulty value is None.
    """
    faults: list[Fault] = []
    read = {
        name: _column(name, kind, [properties[name]], [""], faults)[0]
        for name, kind in layer.columns.items()
        if name in properties
    }
    return read, [fault.at(feature=None) for fault in faults]


def _column(column: str, kind: Kind, values: Sequence[Any], ids: Sequence[str], faults: list[Fault]) -> list[Any]:
    """Return the values of a column as its kind; name those that are not."""
    read = READERS[kind]
    result = []
    for at, value in enumerate(values):
        try:
            result.append(None if value is None else read(value))
        except _NotReadableError:
            result.append(None)
            zh, en = KIND_WORDS[kind]
            faults.append(
                Fault(
                    f"value.not_{kind}",
                    f"不是{zh}",
                    f"not {en}",
                    f"改为{zh}，或留空",
                    f"make it {en}, or leave it empty",
                    feature=ids[at],
                    field=column,
                    value=ascii(value)[:60] if isinstance(value, str) and not _is_unicode(value) else value,
                )
            )
    return result


def _text(value: object) -> str | None:
    """Return text without NUL, which PostgreSQL cannot hold; a number as its digits."""
    if isinstance(value, str):
        if not _is_unicode(value):
            raise _NotReadableError
        return str(value).replace("\0", "")
    if isinstance(value, bool) or not isinstance(value, Real):
        raise _NotReadableError
    return None if math.isnan(value) else _id_text(value)


def _is_unicode(text: str) -> bool:
    """Tell whether text can be encoded: half of a surrogate pair, which JSON can spell, cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _number(value: object) -> float | None:
    """Return a finite float, also from digits in a text; NaN is nothing."""
    if isinstance(value, bool) or not isinstance(value, Real | str):
        raise _NotReadableError
    try:
        result = float(value)
    except (ValueError, OverflowError) as error:
        raise _NotReadableError from error
    if math.isinf(result) or (math.isnan(result) and isinstance(value, str)):
        raise _NotReadableError
    return None if math.isnan(result) else result


def _integer(value: object) -> int | None:
    """Return a whole number of 32 bits."""
    result = _number(value)
    if result is None:
        return None
    if not result.is_integer() or abs(result) > INT32_MOST:
        raise _NotReadableError
    return int(result)


def _date(value: object) -> date | None:
    """Return a day, from a date, a moment (its own day, no zone reckoned) or ISO text."""
    if value is pd.NaT:
        return None
    if isinstance(value, datetime):  # pandas.Timestamp is one
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, np.datetime64):
        return _date(pd.Timestamp(value))
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.strip()).date()
        except ValueError as error:
            raise _NotReadableError from error
    if isinstance(value, float) and math.isnan(value):
        return None
    raise _NotReadableError


READERS: Mapping[Kind, Callable[[Any], Any]] = {"text": _text, "number": _number, "integer": _integer, "date": _date}
KIND_WORDS: Mapping[Kind, tuple[str, str]] = {
    "text": ("文字", "text"),
    "number": ("数字", "a finite number"),
    "integer": ("整数", "a whole number"),
    "date": ("日期（如 2026-03-01）", "a date such as 2026-03-01"),
}


def _unknown_column(layer: Layer, column: str, feature: str | int | None) -> Fault:
    known = ", ".join(layer.columns)
    return Fault(
        "column.unknown",
        f"“{layer.zh}”没有此字段",
        f"{layer.name} has no such column",
        f"用这些字段：{known}；或用 --map 对应",
        f"use one of: {known}; or map it with --map",
        feature=feature,
        field=ascii(column)[1:-1] if not _is_unicode(column) else column,
    )


def _reversed_window(feature: str, start: date, end: date) -> Fault:
    return Fault(
        "window.reversed",
        f"结束日期早于开始日期（{start}）",
        f"the window ends before it starts ({start})",
        "对调或更正 start 与 end",
        "exchange or correct start and end",
        feature=feature,
        field="end",
        value=end.isoformat(),
    )


# Geometry -------------------------------------------------------------------------------------------------------------


def _check_geometries(layer: Layer, geometries: NDArray[np.object_], ids: Sequence[str], faults: list[Fault]) -> None:
    """Name every geometry that is none, empty, of a wrong type, of no length, or has a coordinate that is no number."""
    shaped = shapely.is_geometry(geometries)
    shapes = geometries.copy()
    shapes[~shaped] = None
    present = shaped & ~shapely.is_empty(shapes)
    faults.extend(_geometry_fault("geometry.missing", ids[at]) for at in _where(~present))
    types = shapely.get_type_id(shapes)
    wrong = present & ~np.isin(types, [int(shapely.GeometryType[name.upper()]) for name in layer.geometry_types])
    faults.extend(_wrong_type(layer, ids[at], geometries[at].geom_type) for at in _where(wrong))
    finite = _is_finite(shapes)
    for at in _where(present & ~finite):
        faults.extend(_unfinite_vertices(shapes[at], ids[at]))
    lines = np.isin(types, [int(shapely.GeometryType.LINESTRING), int(shapely.GeometryType.MULTILINESTRING)])
    short = present & ~wrong & finite & lines
    short[short] = shapely.length(shapes[short]) == 0
    faults.extend(_geometry_fault("line.one_point", ids[at]) for at in _where(short))


def _where(mask: NDArray[np.bool_]) -> list[int]:
    places: list[int] = np.flatnonzero(mask).tolist()
    return places


def _is_finite(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell for each geometry whether all its coordinates (heights too, where it has them) are numbers."""
    result = np.ones(len(shapes), dtype=bool)
    for heights in (False, True):
        some = np.flatnonzero(shapely.has_z(shapes) == heights)
        coordinates, owner = shapely.get_coordinates(shapes[some], include_z=heights, return_index=True)
        bad = ~np.isfinite(coordinates).all(axis=1)
        result[some[owner[bad]]] = False
    return result


def _unfinite_vertices(shape: Any, feature: str) -> Iterator[Fault]:  # noqa: ANN401 - shapely carries no types
    """Name every vertex that is not a number, by its index in the feature."""
    coordinates = shapely.get_coordinates(shape, include_z=bool(shapely.has_z(shape)))
    for vertex in _where(~np.isfinite(coordinates).all(axis=1)):
        yield Fault(
            "coordinate.not_finite",
            "坐标不是有限的数",
            "a coordinate that is not a finite number",
            "删除或更正此顶点",
            "remove or correct this vertex",
            feature=feature,
            vertex=vertex,
            value=str(tuple(coordinates[vertex].tolist())),
        )


GEOMETRY_WORDS = {
    "geometry.missing": (
        "没有图形",
        "no geometry, or an empty one",
        "画出图形，或删除此要素",
        "draw it, or remove the feature",
    ),
    "line.one_point": ("线没有长度", "a line of no length", "至少画两个不同的点", "draw at least two different points"),
}


def _geometry_fault(code: str, feature: str) -> Fault:
    return Fault(code, *GEOMETRY_WORDS[code], feature=feature)


def _wrong_type(layer: Layer, feature: str, found: str) -> Fault:
    wanted = ", ".join(sorted(layer.geometry_types))
    return Fault(
        "geometry.wrong_type",
        f"“{layer.zh}”不收此类图形",
        f"{layer.name} takes no geometry of this type",
        f"用：{wanted}",
        f"use: {wanted}",
        feature=feature,
        value=found,
    )
