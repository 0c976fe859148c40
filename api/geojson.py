"""Read GeoJSON geometries with every fault named, and write many features as bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import shapely

from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Transform = Callable[[NDArray[np.float64], NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]]

MEDIA_TYPE = "application/geo+json"
LONLAT_DECIMALS = 9  # about 0.1 mm
GRID_DECIMALS = 4  # 0.1 mm
HEIGHT_DECIMALS = 4
NESTING = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
MOST_NAMED = 100  # faults of one geometry that are named one by one
POSITION = 2  # numbers of a position without a height
RING = 4  # positions of the smallest ring, its first one repeated at the end


def dumps(value: object) -> bytes:
    """Return ``value`` as JSON; numpy arrays must be contiguous; NaN becomes null; dates are ISO 8601.

    >>> dumps({"x": float("nan"), "a": np.array([1.5, 2.0])})
    b'{"x":null,"a":[1.5,2.0]}'
    """
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)


# ---------------------------------------------------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class Flat:
    """The positions of one geometry, one after another, and how they hang together.

    Attributes
    ----------
    kind
        The GeoJSON type.
    positions
        float64, shape (n, 2), or (n, 3) when every position has a height.
    nesting
        The coordinates as nested lists in which each list of positions is its number of them.
    """

    kind: str
    positions: NDArray[np.float64]
    nesting: Any

    def build(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> Any:  # noqa: ANN401 - shapely is untyped
        """Return the shapely geometry with ``x`` and ``y`` in the place of the first two columns."""
        points = np.column_stack([x, y, *self.positions.T[POSITION:]])
        geometry, _ = _build(self.kind, self.nesting, points, 0)
        return geometry


def read_geometry(value: object, allowed: Sequence[str] = tuple(NESTING)) -> Flat:
    """Read a GeoJSON geometry object.

    Parameters
    ----------
    value
        What stood at ``geometry``, as parsed from JSON.
    allowed
        The geometry types that are welcome.

    Raises
    ------
    BadInputError
        With every fault: a missing geometry, a type that is not allowed, positions that are no numbers (each with its
        index in the geometry), lines of fewer than two different points, rings that are not closed.

    Examples
    --------
    >>> flat = read_geometry({"type": "LineString", "coordinates": [[0, 0], [3, 4]]})
    >>> flat.build(*flat.positions.T).length
    5.0
    >>> read_geometry({"type": "LineString", "coordinates": [[0, 0]]})
    Traceback (most recent call last):
    geo.faults.BadInputError: vertex 0: a line of fewer than two different points — draw at least two points
    """
    if not isinstance(value, dict):
        raise BadInputError([Fault("geometry.missing", "没有几何", "there is no geometry", "画一条线", "draw one")])
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in allowed:
        names = " ".join(allowed)
        said = kind if isinstance(kind, str) else type(kind).__name__
        fault = Fault(
            "geometry.type", "几何类型不符", "wrong type of geometry", f"可用：{names}", f"use one of: {names}",
            field="geometry.type", value=said[:40],
        )  # fmt: skip
        raise BadInputError([fault])
    blocks: list[NDArray[np.float64]] = []
    faults: list[Fault] = []
    nesting = _read(value.get("coordinates"), NESTING[kind], blocks, faults)
    widths = {block.shape[1] for block in blocks}
    if not faults and not blocks:
        faults.append(Fault("geometry.empty", "几何为空", "the geometry is empty", "至少画两个点", "draw it"))
    if faults:
        raise BadInputError(faults)
    if len(widths) > 1:  # heights on some positions only say nothing about the line: they are left out
        blocks = [block[:, :POSITION] for block in blocks]
    flat = Flat(kind, np.concatenate(blocks), nesting)
    shape_faults = list(_shape_faults(flat))
    if shape_faults:
        raise BadInputError(shape_faults)
    return flat


def _read(value: object, depth: int, blocks: list[NDArray[np.float64]], faults: list[Fault]) -> Any:  # noqa: ANN401
    """Append the positions under ``value`` to ``blocks`` and return their nesting."""
    if depth > 1:
        if not isinstance(value, list):
            faults.append(_malformed(None, value))
            return []
        parts = [_read(part, depth - 1, blocks, faults) for part in value]
        return [part for part in parts if part]  # empty parts say nothing
    start = sum(len(block) for block in blocks)
    positions = _positions([value] if depth == 0 else value, start, faults)
    if positions is None or not len(positions):
        return 0
    blocks.append(positions)
    return len(positions)


def _positions(value: object, start: int, faults: list[Fault]) -> NDArray[np.float64] | None:
    """Return a list of positions as an array, or None after naming what is wrong with it."""
    if not isinstance(value, list):
        faults.append(_malformed(None, value))
        return None
    if not value:
        return np.empty((0, POSITION))
    try:
        array = np.asarray(value)
    except ValueError:  # ragged
        array = np.empty(0, dtype=object)
    regular = array.ndim == POSITION and array.shape[1] >= POSITION and array.dtype.kind in "iuf"
    if regular:
        return np.ascontiguousarray(array[:, :3], dtype=np.float64)
    bad = [(index, entry) for index, entry in enumerate(value) if not _is_position(entry)]
    if not bad:  # positions of 2 and of 3 numbers: the heights say nothing about the line
        return np.array([entry[:POSITION] for entry in value], dtype=np.float64)
    faults.extend(_malformed(start + index, entry) for index, entry in bad[:MOST_NAMED])
    return None


def _is_position(entry: object) -> bool:
    """Tell whether ``entry`` is two or more numbers."""
    return (
        isinstance(entry, list)
        and len(entry) >= POSITION
        and all(isinstance(number, int | float) and not isinstance(number, bool) for number in entry)
    )


def _malformed(vertex: int | None, value: object) -> Fault:
    shown = orjson.dumps(value).decode()[:80]
    return Fault(
        "coordinate.malformed", "坐标应为两个数", "a position must be two numbers", "写成 [东, 北]",
        "write it as [east, north]", vertex=vertex, field="geometry.coordinates", value=shown,
    )  # fmt: skip


def _shape_faults(flat: Flat) -> Iterator[Fault]:
    """Name the lines without length and the rings that are open."""
    starts = 0
    for size in _sizes(flat.nesting):
        points = flat.positions[starts : starts + size, :POSITION]
        if flat.kind.endswith("LineString") and (points == points[0]).all():
            yield Fault(
                "line.one_point", "线上不同的点不足两个", "a line of fewer than two different points",
                "至少画两个点", "draw at least two points", vertex=starts,
            )  # fmt: skip
        if flat.kind.endswith("Polygon") and (size < RING or (points[0] != points[-1]).any()):
            yield Fault(
                "ring.open", "多边形的环没有闭合", "a ring that is not closed", "首尾两点须相同，至少四点",
                "repeat the first point at the end; four points at least", vertex=starts,
            )  # fmt: skip
        starts += size


def _sizes(nesting: Any) -> Iterator[int]:  # noqa: ANN401 - an int, or lists of ints to any depth
    if isinstance(nesting, int):
        if nesting:
            yield nesting
        return
    for part in nesting:
        yield from _sizes(part)


def _build(kind: str, nesting: Any, points: NDArray[np.float64], at: int) -> tuple[Any, int]:  # noqa: ANN401
    """Return the geometry of ``points`` from ``at`` on, and where the next one starts."""
    if kind == "Point":
        return shapely.points(points[at]), at + 1
    if kind == "LineString":
        return shapely.linestrings(points[at : at + nesting]), at + nesting
    if kind == "MultiPoint":
        return shapely.multipoints(shapely.points(points[at : at + nesting])), at + nesting
    if kind == "Polygon":
        ends = at + np.cumsum(nesting)
        rings = [points[end - size : end] for size, end in zip(nesting, ends, strict=True) if size]
        return shapely.Polygon(rings[0], rings[1:]), int(ends[-1])
    parts = []
    for part in nesting:
        geometry, at = _build(kind.removeprefix("Multi"), part, points, at)
        parts.append(geometry)
    return (shapely.multilinestrings if kind == "MultiLineString" else shapely.multipolygons)(parts), at


# ---------------------------------------------------------------------------------------------------------- writing


def geometries(shapes: Sequence[Any], transform: Transform | None, decimals: int) -> list[dict[str, Any] | None]:
    """Return shapely geometries as GeoJSON geometry objects whose coordinates are views of one numpy array.

    Parameters
    ----------
    shapes
        Points, lines, polygons and their multi-part forms; None and empty ones become None.
    transform
        ``(x, y) -> (x, y)`` from the grid to the asked coordinate reference system; None leaves them.
    decimals
        Of both coordinates; heights, where there are any, have `HEIGHT_DECIMALS`.

    Examples
    --------
    >>> dumps(geometries([shapely.LineString([(0, 0), (1.23456, 2)]), None], None, 4))
    b'[{"type":"LineString","coordinates":[[0.0,0.0],[1.2346,2.0]]},null]'
    """
    array = np.asarray(shapes, dtype=object)
    flat = _flat(array[~shapely.has_z(array)], transform, decimals, heights=False)
    tall = _flat(array[shapely.has_z(array)], transform, decimals, heights=True)
    return [next(tall if high else flat) for high in shapely.has_z(array)]


def _flat(
    shapes: NDArray[Any], transform: Transform | None, decimals: int, *, heights: bool
) -> Iterator[dict[str, Any] | None]:
    """Yield the geometry objects of ``shapes``, all with heights or all without."""
    points = shapely.get_coordinates(shapes, include_z=heights)
    if transform is not None and len(points):
        points[:, 0], points[:, 1] = transform(points[:, 0].copy(), points[:, 1].copy())
    points[:, :POSITION] = points[:, :POSITION].round(decimals)
    points[:, POSITION:] = points[:, POSITION:].round(HEIGHT_DECIMALS)
    at = 0
    simple = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
    sizes = shapely.get_num_coordinates(shapes)
    for shape, is_line, size in zip(shapes, simple.tolist(), sizes.tolist(), strict=True):
        end = at + size
        if not size:
            yield None
        elif is_line:
            yield {"type": "LineString", "coordinates": points[at:end]}
        else:
            yield {"type": shape.geom_type, "coordinates": _nest(shape, points[at:end])}
        at = end


def _nest(shape: Any, points: NDArray[np.float64]) -> Any:  # noqa: ANN401 - shapely is untyped
    """Return ``points`` nested as the coordinates of ``shape``."""
    kind = shape.geom_type
    if kind == "Point":
        return points[0]
    if kind in {"LineString", "LinearRing", "MultiPoint"}:
        return points
    parts = [shape.exterior, *shape.interiors] if kind == "Polygon" else list(shape.geoms)
    ends = np.cumsum(shapely.get_num_coordinates(parts)).tolist()
    starts = [0, *ends[:-1]]
    return [_nest(part, points[start:end]) for part, start, end in zip(parts, starts, ends, strict=True)]


def feature(identity: object, geometry: Mapping[str, Any] | None, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return a GeoJSON feature object."""
    return {"type": "Feature", "id": identity, "geometry": geometry, "properties": properties}
