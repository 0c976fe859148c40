"""Check the geometries of a layer, all at once: refuse what cannot be measured, clean and tell what can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.faults import Fault
from geo.formats.decoding import one_point_line
from geo.formats.table import AREA, LINE, POINT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.formats.table import Findings

#: Shapely's type number of each kind.
KIND_TYPES = {POINT: (0, 4), LINE: (1, 5), AREA: (3, 6)}
KIND_NAMES = {POINT: ("点", "points"), LINE: ("线", "lines"), AREA: ("面", "polygons")}
#: No more vertices than this are listed of one feature; the last fault says how many there are.
MAX_VERTICES_LISTED = 20
#: Above this, a line that touches itself is told to be so without measuring how much of it overlaps: a scribble crosses
#: itself as often as the square of its vertices, and 20,000 of them took minutes.
MAX_OVERLAP_VERTICES = 1000


def check_geometry(
    geometry: NDArray[np.object_],
    kinds: frozenset[str],
    found: Findings,
    unreadable: frozenset[int] = frozenset(),
) -> NDArray[np.object_]:
    """Return the geometries cleaned; every fault and note goes to ``found``.

    Refused: none, empty, of another kind than ``kinds``, coordinates that are NaN or infinite, lines without length,
    polygons that are invalid. Cleaned and told: repeated vertices of lines. Told: Z (kept), lines that run over
    themselves.

    Parameters
    ----------
    geometry
        object[n] of shapely geometries or None.
    kinds
        Which of ``point``, ``line``, ``area`` are meant.
    unreadable
        Rows whose fault has been reported.

    Examples
    --------
    >>> from geo.formats.table import ANY_KIND, Findings
    >>> found = Findings()
    >>> lines = shapely.from_wkt(["LINESTRING (0 0, 0 0, 3 4)", "LINESTRING EMPTY"])
    >>> check_geometry(lines, ANY_KIND, found)[0]
    <LINESTRING (0 0, 3 4)>
    >>> [(f.row, f.fault.code) for f in found.faults], [n.fault.code for n in found.notes]
    ([(1, 'geometry.empty')], ['line.repeated_vertices'])
    """
    out = geometry.copy()
    _missing_or_wrong(out, kinds, found, unreadable)
    finite = _finite(out, found)
    _tell_z(out, found)
    types = shapely.get_type_id(out)
    lines = np.flatnonzero(np.isin(types, KIND_TYPES[LINE]) & finite & ~shapely.is_empty(out))
    out[lines] = _clean_lines(out[lines], lines, found)
    _tell_overlap(out, lines, found)
    areas = np.flatnonzero(np.isin(types, KIND_TYPES[AREA]) & finite & ~shapely.is_empty(out))
    for row in areas[~shapely.is_valid(out[areas])]:
        found.fault(int(row), _invalid_area(out[row]))
    return out


def _missing_or_wrong(
    geometry: NDArray[np.object_], kinds: frozenset[str], found: Findings, unreadable: frozenset[int]
) -> None:
    missing = shapely.is_missing(geometry)
    for row in np.flatnonzero(missing):
        if int(row) not in unreadable:
            found.fault(int(row), _none())
    for row in np.flatnonzero(shapely.is_empty(geometry) & ~missing):
        found.fault(int(row), _empty())
    allowed = [number for kind in kinds for number in KIND_TYPES[kind]]
    for row in np.flatnonzero(~np.isin(shapely.get_type_id(geometry), allowed) & ~missing):
        found.fault(int(row), _wrong_type(geometry[row].geom_type, kinds))


def _finite(geometry: NDArray[np.object_], found: Findings) -> NDArray[np.bool_]:
    """Report coordinates that are no numbers; return the rows that have none of them."""
    coordinates, row_of = shapely.get_coordinates(geometry, return_index=True)
    good = np.ones(len(geometry), dtype=bool)
    bad = np.flatnonzero(~np.isfinite(coordinates).all(axis=1))
    if not len(bad):
        return good
    first_vertex = np.searchsorted(row_of, np.arange(len(geometry)))
    rows, starts = np.unique(row_of[bad], return_index=True)
    good[rows] = False
    for row, vertices in zip(rows, np.split(bad, starts[1:]), strict=True):
        for place in vertices[:MAX_VERTICES_LISTED]:
            x, y = coordinates[place]
            found.fault(int(row), not_finite(x, y).at(vertex=int(place - first_vertex[row])))
        if len(vertices) > MAX_VERTICES_LISTED:
            found.fault(int(row), _further(len(vertices) - MAX_VERTICES_LISTED))
    return good


def _tell_z(geometry: NDArray[np.object_], found: Findings) -> None:
    count = int(shapely.has_z(geometry).sum())
    if count:
        found.note(
            None,
            Fault(
                "geometry.z_kept",
                f"{count} 个要素带高程（Z），保留，不参与平面量算",
                f"{count} features have heights (Z): kept, not used in plane measures",
            ),
        )


def _clean_lines(lines: NDArray[np.object_], rows: NDArray[np.int64], found: Findings) -> NDArray[np.object_]:
    """Remove vertices that repeat the one before and parts without length."""
    if not len(lines):
        return lines
    out = lines.copy()
    parts, line_of = shapely.get_parts(lines, return_index=True)
    coordinates, part_of = shapely.get_coordinates(parts, return_index=True)
    same = (coordinates[1:] == coordinates[:-1]).all(axis=1) & (part_of[1:] == part_of[:-1])
    repeated = np.bincount(line_of[part_of[1:][same]], minlength=len(lines))
    with np.errstate(over="ignore"):  # what is absurdly far is refused by its place
        without_length = shapely.length(parts) == 0.0
    dirty = np.union1d(np.flatnonzero(repeated), line_of[without_length])
    starts, ends = np.searchsorted(line_of, dirty), np.searchsorted(line_of, dirty, side="right")
    for at, start, end in zip(dirty, starts, ends, strict=True):
        kept = parts[start:end][~without_length[start:end]]
        if not len(kept):
            found.fault(int(rows[at]), _no_length())
            continue
        cleaned = shapely.remove_repeated_points(kept, 0.0)
        out[at] = cleaned[0] if shapely.get_type_id(lines[at]) == 1 else shapely.multilinestrings(cleaned)
        found.note(int(rows[at]), _repeated(int(repeated[at])))
    return out


def _tell_overlap(geometry: NDArray[np.object_], lines: NDArray[np.int64], found: Findings) -> None:
    for row in lines[~shapely.is_simple(geometry[lines])]:
        line = geometry[row]
        if shapely.get_num_coordinates(line) > MAX_OVERLAP_VERTICES:
            note = Fault("line.touches_itself", "线自相交或自重叠", "the line crosses or overlaps itself")
            found.note(int(row), note)
            continue
        twice = line.length - shapely.unary_union(line).length
        if twice > 1e-6 * line.length:
            found.note(int(row), _overlap(twice / line.length))


def not_finite(x: float, y: float) -> Fault:
    """Return the fault of a coordinate that is NaN or infinite.

    >>> not_finite(float("nan"), 3.0).value
    '(nan, 3.0)'
    """
    return Fault(
        "coordinate.not_finite",
        "坐标不是有限数",
        "the coordinate is not a finite number",
        "重新录入此顶点",
        "enter this vertex again",
        value=f"({x}, {y})",
    )


def _none() -> Fault:
    return Fault("geometry.missing", "没有图形", "there is no geometry", "补画或删除此行", "draw it or delete the row")


def _empty() -> Fault:
    return Fault("geometry.empty", "图形为空", "the geometry is empty", "补画或删除此行", "draw it or delete the row")


def _wrong_type(name: str, kinds: frozenset[str]) -> Fault:
    zh = "或".join(KIND_NAMES[kind][0] for kind in sorted(kinds))
    en = " or ".join(KIND_NAMES[kind][1] for kind in sorted(kinds))
    return Fault(
        "geometry.wrong_type",
        f"图形类型不对，这里需要{zh}",
        f"the wrong type of geometry: {en} are needed here",
        "只导出需要的类型，或用 --skip-bad 略过",
        "export the needed type only, or pass over it with --skip-bad",
        value=name,
    )


def _further(count: int) -> Fault:
    return Fault(
        "coordinate.not_finite_more",
        f"另有 {count} 个顶点的坐标不是有限数",
        f"{count} more vertices of it are not finite numbers",
        "重新导出此要素",
        "export this feature again",
    )


def _no_length() -> Fault:
    point = one_point_line()
    return Fault(
        "line.no_length", "线的各顶点重合，没有长度", "all vertices are at one place", point.mend_zh, point.mend_en
    )


def _repeated(count: int) -> Fault:
    return Fault("line.repeated_vertices", f"已清除 {count} 个重复顶点", f"{count} repeated vertices were removed")


def _overlap(share: float) -> Fault:
    return Fault(
        "line.self_overlap",
        f"线与自身重叠，占长度的 {share:.1%}",
        f"the line runs over itself for {share:.1%} of its length",
    )


def _invalid_area(polygon: shapely.Geometry) -> Fault:
    reason = str(shapely.is_valid_reason(polygon))
    return Fault(
        "area.invalid",
        "面无效（自相交等）",
        "the polygon is invalid",
        "用“修复几何图形”工具修复",
        "repair it, with Fix geometries of QGIS for example",
        value=reason,
    )
