"""Measure how much of a working corridor lies in green: the places near a line that are inside some polygons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.lengths import areas

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import ArrayLike, NDArray

    from geo.crs import Grid
    from geo.polylines import Polylines, Segments

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

ARC_SEGMENTS = 128  # to a quarter of a circle
# In floating point the library's union dropped two of eight rectangles that only share an edge; on a grid it is sound.
UNION_GRID_M = 1e-8
LEAST_TURN = 1e-6  # radians: the sector of a smaller bend is below 1e-6 m² for a corridor 2 m wide
CLOSED_M = 1e-6  # how near its first vertex a part ends that closes: the rounding of eastings
ARC_RELATIVE_ERROR = (np.pi / (2 * ARC_SEGMENTS)) ** 2 / 6
"""Bound of the relative error of the area of a round joint: 2.6e-5 of its sector, at most 1e-4 m² at a right angle
of a corridor 4 m wide. The joint is a polygon inside the arc, so the area is never too large."""


def corridors(lines: Polylines, width_m: ArrayLike) -> Geometries:
    """Return the working corridor of each line: all places within half the width of it, with flat ends.

    The union of a rectangle for each segment and, at each bend, of the round sector on its outer side. The library's
    buffer is that only where no segment is shorter than the width; elsewhere it was up to a quarter too small or two
    thirds too large, and the pieces are united here.

    Parameters
    ----------
    lines
        Lines in metres of a grid; each part has its own two flat ends. Bends have round joints, and so has the place
        where a part closes round an area.
    width_m
        Whole width, float64[n_lines] or one for all; 0 makes no corridor.

    Returns
    -------
    array of Polygon or MultiPolygon
        Empty for a line without a length. Exact for a straight line; `ARC_RELATIVE_ERROR` at bends.

    Examples
    --------
    >>> from geo.polylines import Polylines
    >>> line = Polylines.from_shapely([shapely.LineString([(0, 0), (10, 0)])])
    >>> corridors(line, 3.0)[0].area
    30.0
    """
    widths = np.broadcast_to(np.asarray(width_m, np.float64), (lines.n_lines,))
    found: Geometries = shapely.buffer(
        lines.to_shapely(), widths / 2, quad_segs=ARC_SEGMENTS, cap_style="flat", join_style="round"
    )
    segments = lines.segments()
    short = np.unique(segments.line[segments.length < widths[segments.line]])
    if len(short):
        found[short] = _assembled(lines.take(short), widths[short] / 2)
    return found


def _assembled(lines: Polylines, radius: Floats) -> Geometries:
    """Return corridors as the union of the rectangles of their segments and the sectors at their bends."""
    s = lines.segments()
    r = radius[s.line]
    left, end = np.column_stack((-s.uy, s.ux)) * r[:, None], s.length[:, None] * np.column_stack((s.ux, s.uy))
    corners = np.stack((left, end + left, end - left, -left), axis=1) + np.column_stack((s.x, s.y))[:, None]
    before, after = _bends(s)
    turn = np.arctan2(s.ux[before] * s.uy[after] - s.uy[before] * s.ux[after],
                      s.ux[before] * s.ux[after] + s.uy[before] * s.uy[after])  # fmt: skip
    # A sector of rounding's own making is no valid polygon, and one invalid piece can cost the union its neighbours.
    bent = np.abs(turn) > LEAST_TURN
    before, after, turn = before[bent], after[bent], turn[bent]
    outer = np.arctan2(s.uy[before], s.ux[before]) - np.copysign(np.pi / 2, turn)
    angle = outer[:, None] + turn[:, None] * np.linspace(0, 1, 2 * ARC_SEGMENTS + 1)
    arc = r[after][:, None, None] * np.stack((np.cos(angle), np.sin(angle)), axis=2)
    place = np.column_stack((s.x[after], s.y[after]))[:, None]
    sectors = np.concatenate((place, place + arc), axis=1)
    pieces = np.concatenate((shapely.polygons(corners), shapely.polygons(sectors)))
    owner = np.concatenate((s.line, s.line[after]))
    order = np.argsort(owner, kind="stable")
    return _united(pieces[order], owner[order], lines.n_lines)


def _bends(s: Segments) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the segments before and after each bend, and where a part closes, its last and first; no straight ones."""
    first = np.flatnonzero(~s.linked)
    last = np.append(first[1:], len(s)) - 1
    end_x, end_y = s.x[last] + s.ux[last] * s.length[last], s.y[last] + s.uy[last] * s.length[last]
    closes = (first + 1 < last) & (np.hypot(s.x[first] - end_x, s.y[first] - end_y) <= CLOSED_M)
    after = np.flatnonzero(s.linked)
    before, after = np.append(after - 1, last[closes]), np.append(after, first[closes])
    bends = (s.ux[before] != s.ux[after]) | (s.uy[before] != s.uy[after])
    return before[bends], after[bends]


def corridor_areas(
    lines: Polylines,
    width_m: ArrayLike,
    polygons: Any,  # noqa: ANN401 - a sequence, array or GeoSeries of geometries, or an STRtree of them
    grid: Grid | None = None,
) -> Floats:
    """Return the area, in square metres, of each line's working corridor inside the union of ``polygons``.

    Parameters
    ----------
    lines, width_m
        As for `corridors`.
    polygons
        Polygons and multipolygons in the same grid, overlapping or not: a place in several counts once. A
        `shapely.STRtree` of them where the same ones are asked again and again (building one takes longer than asking
        it). None and empty ones count nothing; invalid ones are taken as `shapely.make_valid` reads them.
    grid
        Where it is given, the area is that on the ellipsoid (`geo.lengths.areas`), else that of the grid.

    Returns
    -------
    float64[n_lines]
        0 where nothing meets. Exact (to rounding) where the line is straight within the polygons; else too small by at
        most `ARC_RELATIVE_ERROR` of the round joints.

    Examples
    --------
    >>> from geo.polylines import Polylines
    >>> line = Polylines.from_shapely([shapely.LineString([(0, 0), (10, 0)])])
    >>> corridor_areas(line, 2.0, [shapely.box(2, -5, 6, 5), shapely.box(5, 0, 8, 5)])
    array([10.])
    """
    tree = polygons if isinstance(polygons, shapely.STRtree) else shapely.STRtree(_polygonal(polygons))
    result = np.zeros(lines.n_lines)
    line, polygon = _meeting(lines, width_m, tree)
    if len(line) == 0:
        return result
    rows, dense = np.unique(line, return_inverse=True)
    widths = np.broadcast_to(np.asarray(width_m, np.float64), (lines.n_lines,))
    strips = corridors(lines.take(rows), widths[rows])
    inside = _united(shapely.intersection(strips[dense], _valid(tree.geometries[polygon])), dense, len(rows))
    result[rows] = shapely.area(inside) if grid is None else areas(inside, grid)
    return result


def _polygonal(polygons: Any) -> Geometries:  # noqa: ANN401 - anything that numpy takes
    geometries = np.asarray(polygons, dtype=object)
    kept: Geometries = geometries[np.isin(shapely.get_type_id(geometries), (3, 6)) & ~shapely.is_empty(geometries)]
    return kept


def _valid(geometries: Geometries) -> Geometries:
    bad = ~shapely.is_valid(geometries)
    if not bad.any():
        return geometries
    mended = geometries.copy()
    mended[bad] = shapely.make_valid(geometries[bad])
    return mended


def _meeting(lines: Polylines, width_m: ArrayLike, tree: shapely.STRtree) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the pairs (line, polygon) whose corridor may meet: a box around each line, half the width larger."""
    box = shapely.bounds(lines.to_shapely())
    half = np.broadcast_to(np.asarray(width_m, np.float64), (lines.n_lines,)) / 2
    boxes = shapely.box(box[:, 0] - half, box[:, 1] - half, box[:, 2] + half, box[:, 3] + half)
    boxes[np.isnan(box[:, 0]) | ~(half > 0)] = None
    pairs = tree.query(boxes)
    order = np.lexsort((pairs[1], pairs[0]))
    return pairs[0][order], pairs[1][order]


def _united(pieces: Geometries, owner: NDArray[Any], n: int) -> Geometries:
    """Return the union of the pieces of each owner; most have one piece, and need none."""
    result = np.empty(n, dtype=object)
    result[owner] = pieces
    counts = np.bincount(owner, minlength=n)
    starts = np.cumsum(counts) - counts
    for row in np.flatnonzero(counts > 1).tolist():
        result[row] = shapely.union_all(pieces[starts[row] : starts[row] + counts[row]], grid_size=UNION_GRID_M)
    return result
