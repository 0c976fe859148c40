"""Read GeoJSON (RFC 7946, and the older ``crs`` member), naming every vertex that is wrong."""

from __future__ import annotations

import gc
import json
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pandas as pd
import shapely
from pyproj import CRS

from geo.faults import BadInputError, Fault
from geo.formats.decoding import one_point_line
from geo.formats.geojson_faults import (
    bad_position,
    more_positions,
    not_a_feature,
    not_a_geometry,
    not_json,
    not_nested,
    not_utf8,
    open_ring,
    short_ring,
    wrong_encoding,
    wrong_kind,
)
from geo.formats.geometry import MAX_VERTICES_LISTED
from geo.formats.systems import understood
from geo.formats.table import Findings, Raw, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

CRS84 = "OGC:CRS84"
#: How deep the positions lie in ``coordinates``, and the fewest positions of an innermost list.
DEPTHS = {"LineString": (1, 2), "MultiLineString": (2, 2), "Polygon": (2, 4), "MultiPolygon": (3, 4)}
DEPTHS |= {"Point": (0, 1), "MultiPoint": (1, 1)}
GEOMETRY_TYPES = (*DEPTHS, "GeometryCollection")
RAGGED = {
    "LineString": shapely.GeometryType.LINESTRING,
    "MultiLineString": shapely.GeometryType.MULTILINESTRING,
    "Polygon": shapely.GeometryType.POLYGON,
    "MultiPolygon": shapely.GeometryType.MULTIPOLYGON,
    "Point": shapely.GeometryType.POINT,
    "MultiPoint": shapely.GeometryType.MULTIPOINT,
}


class _UnevenError(ValueError):
    """The coordinates of some feature are not what they should be."""


def read_raw(request: Request) -> Raw:
    """Read a FeatureCollection, a Feature or a bare geometry.

    Without a ``crs`` member the coordinates are longitude and latitude (``OGC:CRS84``), unless the request names a CRS.
    A feature's own ``id`` becomes the column ``id`` where its properties have none.

    Raises
    ------
    BadInputError
        The text is not JSON, is cut off, is in another encoding, or is JSON of another kind.
    """
    found = Findings()
    with _many_objects():
        document = _parse(request)
        features = _features(document, request.path.name)
        crs = _crs(document, request, found) or request.crs or CRS.from_user_input(CRS84)
        rows = _rows(features, found)
        geometry, unreadable = build([row.get("geometry") for row in rows], found)
        return Raw(_columns(rows), geometry, crs, None, found, unreadable)


@contextmanager
def _many_objects() -> Iterator[None]:
    """Keep the cycle collector from walking millions of fresh lists again and again: it took two thirds of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def build(geometries: list[Any], found: Findings) -> tuple[NDArray[np.object_], frozenset[int]]:
    """Build shapely geometries from GeoJSON geometry objects, those of one type in one go.

    Returns
    -------
    tuple of object[n] and frozenset of int
        The geometries (None where null or faulty) and the rows that have a fault.

    Examples
    --------
    >>> found = Findings()
    >>> build([{"type": "LineString", "coordinates": [[0, 0], [3, 4]]}, None], found)[0]
    array([<LINESTRING (0 0, 3 4)>, None], dtype=object)
    >>> build([{"type": "LineString", "coordinates": [[0, None], [3, 4]]}], found)[1]
    frozenset({0})
    >>> found.faults[0].fault.sentence("en")
    'vertex 0 · [0, None]: not a position of two or three numbers — write [longitude, latitude]'
    """
    out = np.full(len(geometries), None, dtype=object)
    groups: dict[str, list[int]] = {}
    bad: set[int] = set()
    for row, geometry in enumerate(geometries):
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        if kind in GEOMETRY_TYPES:
            groups.setdefault(kind, []).append(row)
        elif geometry is not None:
            found.fault(row, not_a_geometry(kind))
            bad.add(row)
    for kind, rows in groups.items():
        if kind == "GeometryCollection":
            encoded = [orjson.dumps(geometries[row]).decode() for row in rows]
            out[rows] = shapely.from_geojson(encoded, on_invalid="ignore")
            continue
        coordinates = [geometries[row].get("coordinates") for row in rows]
        kept = _check_group(kind, coordinates, rows, found, bad)
        if kept:
            out[[rows[at] for at in kept]] = _ragged(kind, [coordinates[at] for at in kept])
    return out, frozenset(bad)


def _check_group(kind: str, coordinates: list[Any], rows: list[int], found: Findings, bad: set[int]) -> list[int]:
    """Return the places in the group that can be built; the vectorised pass decides, single features explain."""
    depth, fewest = DEPTHS[kind]
    try:
        _check_fast(coordinates, depth, fewest)
    except _UnevenError:
        kept = []
        for at, one in enumerate(coordinates):
            faults = _explain(one, depth, fewest)
            for fault in faults:
                found.fault(rows[at], fault)
            if faults:
                bad.add(rows[at])
            else:
                kept.append(at)
        return kept
    return list(range(len(rows)))


def _check_fast(coordinates: list[Any], depth: int, fewest: int) -> None:
    level: list[Any] = coordinates
    for step in range(depth):
        if set(map(type, level)) - {list}:
            raise _UnevenError
        if (step or fewest == 1) and level and min(map(len, level)) < (fewest if step == depth - 1 else 1):
            raise _UnevenError
        if step == 0 and fewest > 1 and depth == 1 and level and min(map(len, level)) < fewest:
            raise _UnevenError
        if fewest == 4 and step == depth - 1 and any(ring[0] != ring[-1] for ring in level):
            raise _UnevenError
        if min(map(len, level), default=1) == 0:
            raise _UnevenError
        level = list(chain.from_iterable(level))
    if set(map(type, level)) - {list} or min(map(len, level), default=2) < 2:
        raise _UnevenError
    if set(map(type, chain.from_iterable(level))) - {int, float}:
        raise _UnevenError


def _explain(coordinates: Any, depth: int, fewest: int) -> list[Fault]:  # noqa: ANN401 - JSON holds anything
    """Return every fault of one feature's coordinates."""
    innermost = [coordinates] if depth < 2 else _innermost(coordinates, depth)
    if innermost is None or (depth > 0 and not all(isinstance(part, list) for part in innermost)):
        return [not_nested(coordinates)]
    positions = innermost if depth == 0 else list(chain.from_iterable(innermost))
    faults = [bad_position(value).at(vertex=at) for at, value in enumerate(positions) if not _is_position(value)]
    if len(faults) > MAX_VERTICES_LISTED:
        faults = [*faults[:MAX_VERTICES_LISTED], more_positions(len(faults) - MAX_VERTICES_LISTED)]
    if depth > 0:
        faults += _short_parts(innermost, fewest)
    return faults


def _innermost(coordinates: Any, depth: int) -> list[Any] | None:  # noqa: ANN401 - JSON holds anything
    level = [coordinates]
    for _ in range(depth - 1):
        if not all(isinstance(part, list) for part in level):
            return None
        level = list(chain.from_iterable(level))
    return level


def _short_parts(parts: list[Any], fewest: int) -> list[Fault]:
    faults = []
    if not parts or any(len(part) == 0 for part in parts):
        return [Fault("geometry.empty", "图形为空", "the geometry is empty", "补画或删除", "draw it or delete it")]
    vertex = 0
    for part in parts:
        if len(part) < fewest:
            fault = one_point_line() if fewest == 2 else short_ring(len(part))
            faults.append(fault.at(vertex=vertex))
        elif fewest == 4 and part[0] != part[-1]:
            faults.append(open_ring().at(vertex=vertex + len(part) - 1))
        vertex += len(part)
    return faults


def _is_position(value: Any) -> bool:  # noqa: ANN401 - JSON holds anything
    return isinstance(value, list) and len(value) >= 2 and all(type(number) in (int, float) for number in value)


def _ragged(kind: str, coordinates: list[Any]) -> NDArray[np.object_]:
    """Flatten nested lists into one array of positions with offsets, and build all geometries at once."""
    offsets = []
    level = coordinates
    for _ in range(DEPTHS[kind][0]):
        counts = np.fromiter(map(len, level), np.int64, len(level))
        offsets.append(np.concatenate([[0], np.cumsum(counts)]))
        level = list(chain.from_iterable(level))
    widths = np.fromiter(map(len, level), np.int64, len(level))
    if (widths == 2).all():
        flat = np.fromiter(chain.from_iterable(level), np.float64, 2 * len(level)).reshape(-1, 2)
    else:
        flat = np.array([(*position[:3], np.nan)[:3] for position in level], dtype=np.float64)
    built: NDArray[np.object_] = shapely.from_ragged_array(RAGGED[kind], flat, tuple(reversed(offsets)) or None)
    if flat.shape[1] == 3:
        heights, of = shapely.get_coordinates(built, include_z=True, return_index=True)
        known = np.bincount(of, weights=np.isfinite(heights[:, 2]), minlength=len(built)) > 0
        built[~known] = shapely.force_2d(built[~known])
    return built


def _rows(features: list[Any], found: Findings) -> list[dict[str, Any]]:
    """Return the features with properties that are an object; what is no feature has a fault and is left empty."""
    rows = []
    for number, feature in enumerate(features):
        is_object = isinstance(feature, dict)
        properties = feature.get("properties") if is_object else None
        if not is_object or not (properties is None or isinstance(properties, dict)):
            found.fault(number, not_a_feature(feature))
        row = dict(feature) if is_object else {}
        row["properties"] = properties if isinstance(properties, dict) else {}
        rows.append(row)
    return rows


def _columns(rows: list[dict[str, Any]]) -> pd.DataFrame:
    names = dict.fromkeys(chain.from_iterable(row["properties"] for row in rows))
    columns = pd.DataFrame(
        {name: [row["properties"].get(name) for row in rows] for name in names}, index=pd.RangeIndex(len(rows))
    )
    if "id" not in columns.columns and any("id" in row for row in rows):
        columns.insert(0, "id", [row.get("id") for row in rows])
    return columns


def _features(document: Any, name: str) -> list[Any]:  # noqa: ANN401 - JSON holds anything
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        features: list[Any] = document["features"]
        return features
    if kind == "Feature":
        return [document]
    if kind in GEOMETRY_TYPES:
        return [{"geometry": document, "properties": {}}]
    really = "TopoJSON" if kind == "Topology" else "JSON"
    if isinstance(document, dict) and "geometryType" in document:
        really = "Esri JSON"
    raise BadInputError([wrong_kind(really).at(file=name)])


def _parse(request: Request) -> Any:  # noqa: ANN401 - JSON holds anything
    body = request.path.read_bytes()
    name = request.path.name
    if request.encoding:
        try:
            body = body.decode(request.encoding).encode()
        except (UnicodeDecodeError, LookupError) as error:
            raise BadInputError([wrong_encoding(request.encoding, error).at(file=name)]) from error
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return _parse_slowly(body, name, error)


def _parse_slowly(body: bytes, name: str, error: orjson.JSONDecodeError) -> Any:  # noqa: ANN401
    """Parse what strict JSON refuses: NaN and Infinity, so that the vertex can be named; else say what is wrong."""
    try:
        text = body.decode()
    except UnicodeDecodeError as broken:
        raise BadInputError([not_utf8(broken.start).at(file=name)]) from broken
    try:
        document = json.loads(text, parse_int=_whole_number)
        orjson.dumps(document)  # refuses half letters (a lone surrogate), which no file, page or database can hold
    except (json.JSONDecodeError, orjson.JSONEncodeError, RecursionError) as broken:
        raise BadInputError([not_json(text, error).at(file=name)]) from broken
    return document


def _whole_number(digits: str) -> int | float:
    """Read a number without a point as strict JSON parsers do: what 64 bits cannot hold becomes a float.

    >>> _whole_number("12"), _whole_number("1" * 400)
    (12, inf)
    """
    return int(digits) if len(digits) < 19 else float(digits)


def _crs(document: dict[str, Any], request: Request, found: Findings) -> CRS | None:
    """Return the system that the ``crs`` member of older GeoJSON names; None where there is no member."""
    member = document.get("crs")
    if member is None:
        return None
    named = member.get("properties") if isinstance(member, dict) else None
    return understood(named.get("name") if isinstance(named, dict) else member, request, found)
