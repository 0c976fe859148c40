"""Turn well-known binary into geometries in one go, and say what is wrong with the few that fail."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.formats.table import Findings

LINE_TYPE, MULTI_LINE_TYPE = 2, 5
EWKB_Z, EWKB_M, EWKB_SRID = 0x80000000, 0x40000000, 0x20000000
TYPE_NAMES = {8: "CircularString", 9: "CompoundCurve", 10: "CurvePolygon", 11: "MultiCurve", 12: "MultiSurface"}


def one_point_line() -> Fault:
    """Return the fault of a line with a single point.

    >>> one_point_line().code
    'line.one_point'
    """
    return Fault("line.one_point", "线只有一个点", "a line of one point", "至少画两个点", "draw two points at least")


def from_wkb(values: Sequence[bytes | None], found: Findings) -> tuple[NDArray[np.object_], frozenset[int]]:
    """Decode WKB; geometries that no library can hold become None with a fault.

    Parameters
    ----------
    values
        ISO WKB or EWKB of each row; None stays None.
    found
        Receives a fault for each row that cannot be decoded (one-point line, damaged or curved geometry).

    Returns
    -------
    tuple of object[n] and frozenset of int
        The geometries, and the rows that have a fault.

    Examples
    --------
    >>> from geo.formats.table import Findings
    >>> found = Findings()
    >>> one_point = struct.pack("<BIIdd", 1, 2, 1, 5.0, 6.0)
    >>> from_wkb([None, one_point], found)
    (array([None, None], dtype=object), frozenset({1}))
    >>> found.faults[0].fault.code
    'line.one_point'
    """
    encoded = np.empty(len(values), dtype=object)
    encoded[:] = values
    try:
        decoded = _decoded(encoded)
    except NotImplementedError:  # a curve stops the whole call
        straight = encoded.copy()
        straight[[row for row, blob in enumerate(encoded) if blob and _is_curve(blob)]] = None
        decoded = _decoded(straight)
    missing = np.flatnonzero(shapely.is_missing(decoded))
    failed = [int(row) for row in missing if encoded[row]]
    for row in failed:
        found.fault(row, _why(encoded[row]))
    return decoded, frozenset(failed)


def _decoded(encoded: NDArray[np.object_]) -> NDArray[np.object_]:
    with np.errstate(invalid="ignore"):  # NaN coordinates get their own faults
        decoded: NDArray[np.object_] = shapely.from_wkb(encoded, on_invalid="ignore")
    return decoded


def _is_curve(blob: bytes) -> bool:
    return len(blob) >= 5 and _header(blob, 0).kind in TYPE_NAMES


class _Header(NamedTuple):
    order: str
    kind: int
    dimensions: int
    size: int


def _header(blob: bytes, at: int) -> _Header:
    order = "<" if blob[at] == 1 else ">"
    (code,) = struct.unpack_from(f"{order}I", blob, at + 1)
    size = 5 + (4 if code & EWKB_SRID else 0)
    plain = code & 0x0FFFFFFF
    dimensions = 2 + bool(code & EWKB_Z) + bool(code & EWKB_M)
    dimensions += {0: 0, 1: 1, 2: 1, 3: 2}.get(plain // 1000, 0)
    return _Header(order, plain % 1000, dimensions, size)


def _why(blob: bytes) -> Fault:
    try:
        header = _header(blob, 0)
        if header.kind in TYPE_NAMES:
            return _curve(TYPE_NAMES[header.kind])
        if header.kind == LINE_TYPE and _points(blob, 0, header) == 1:
            return one_point_line()
        if header.kind == MULTI_LINE_TYPE and 1 in _part_points(blob, header):
            return one_point_line()
    except (struct.error, IndexError):
        pass
    return Fault(
        "geometry.damaged",
        "图形数据已损坏，无法解码",
        "the geometry is damaged and cannot be decoded",
        "在原软件中重画或删除此要素",
        "redraw or delete this feature where it comes from",
        value=blob[:8].hex(),
    )


def _points(blob: bytes, at: int, header: _Header) -> int:
    (count,) = struct.unpack_from(f"{header.order}I", blob, at + header.size)
    return int(count)


def _part_points(blob: bytes, header: _Header) -> list[int]:
    parts = _points(blob, 0, header)
    at, counts = header.size + 4, []
    for _ in range(parts):
        part = _header(blob, at)
        counts.append(_points(blob, at, part))
        at += part.size + 4 + counts[-1] * part.dimensions * 8
    return counts


def _curve(name: str) -> Fault:
    return Fault(
        "geometry.curve",
        f"曲线图形（{name}）",
        f"a curved geometry ({name})",
        "在原软件中转为折线",
        "turn it into straight segments where it comes from",
        value=name,
    )
