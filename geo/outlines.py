"""Find the edge of many polygons together, each piece of it with the polygon whose edge it is.

Where two polygons overlap or lie against each other there is no edge between them: what `shapely.union_all` and
`shapely.boundary` give, without a union. Each polygon is compared with those whose boxes meet its own, so that time
follows the number of polygons; and each piece is known to belong to one of them, which an edge of a union is not: that
runs on from polygon to polygon.

A segment is cut where it meets the segments of others, and a piece is kept where nothing lies on the far side of it,
looked at `ASIDE_M` from its middle. Gaps narrower than that are none. An edge that several polygons share, all on one
side of it, is that of the first. Inside and outside are told by the even-odd rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from geo.compiled import in_shares, kernel
from geo.polylines import Polylines

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.polylines import FloatArray, IntArray

ASIDE_M = 1e-4
"""How far beside an edge is looked whether something lies there (metres)."""
ON_EDGE_M = 1e-6
"""Places nearer than this to an edge lie on it (metres)."""
EDGES_A_STRIP = 2
"""Edges of a polygon are looked up by strips of northing, one for about so many edges."""


class _Shapes(NamedTuple):
    """Polygons by number: edges, from and to as x0, y0, x1, y1, by ring and polygon, and by strips of northing.

    ``ring_starts`` is the first edge of each ring, ``ring_owner`` its polygon; ``strips`` the first strip of each
    polygon, ``strip_starts`` where the edges of each strip begin in ``strip_edges``; ``box``: west, south, east, north.
    """

    ring_starts: IntArray
    ring_owner: IntArray
    xy: FloatArray
    strips: IntArray
    strip_starts: IntArray
    strip_edges: IntArray
    box: FloatArray


def outer_edges(polygons: Any, *, workers: int = 1) -> tuple[Polylines, IntArray]:  # noqa: ANN401 - anything numpy takes
    """Return the edge of all ``polygons`` together as lines, and the number of the polygon of each.

    Parameters
    ----------
    polygons
        Polygons and MultiPolygons in metres of one grid; None and empty ones have no edge.
    workers
        Threads; the result does not depend on their number.

    Examples
    --------
    >>> edges, owner = outer_edges([shapely.box(0, 0, 10, 4), shapely.box(10, 0, 14, 4)])
    >>> [line.wkt for line in edges.to_shapely()], owner
    (['LINESTRING (10 4, 0 4, 0 0, 10 0)', 'LINESTRING (10 0, 14 0, 14 4, 10 4)'], array([0, 1]))
    """
    shapes = np.atleast_1d(np.asarray(polygons, dtype=object))
    laid, corner = _laid_out(shapes)
    neighbours, neighbour_starts = _neighbours(shapes)
    found = in_shares(
        lambda _, first, last: _edges(*laid, neighbours, neighbour_starts, first, last), len(laid.ring_owner), workers
    )
    lines = [Polylines(x, y, starts, np.arange(len(owner)), len(owner)) for x, y, starts, owner in found]
    owner = np.concatenate([owner for *_, owner in found])
    edges = Polylines.concatenate(lines)
    return Polylines(edges.x + corner[0], edges.y + corner[1], edges.part_starts, edges.part_line, len(owner)), owner


def _laid_out(shapes: npt.NDArray[np.object_]) -> tuple[_Shapes, tuple[float, float]]:
    """Return the polygons as arrays from a corner, which keeps digits for small distances."""
    parts, row = shapely.get_parts(shapes, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, vertex_ring = shapely.get_coordinates(rings, return_index=True)
    corner = tuple(np.floor(xy.min(axis=0)).tolist()) if len(xy) else (0.0, 0.0)
    xy = xy - corner
    edge = (vertex_ring[1:] == vertex_ring[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)
    ring, edges = vertex_ring[:-1][edge], np.hstack((xy[:-1][edge], xy[1:][edge]))
    ring_starts = np.searchsorted(ring, np.arange(len(rings) + 1)).astype(np.int64)
    ring_owner = row[ring_part].astype(np.int64)
    starts = ring_starts[np.searchsorted(ring_owner, np.arange(len(shapes) + 1))]
    box = np.ascontiguousarray(shapely.bounds(shapes) - (*corner, *corner))
    strips = np.concatenate(([0], np.cumsum(np.maximum(np.diff(starts) // EDGES_A_STRIP, 1)))).astype(np.int64)
    strip_starts, strip_edges = _by_strip(edges, starts, strips, box)
    return _Shapes(ring_starts, ring_owner, edges, strips, strip_starts, strip_edges, box), corner


def _neighbours(shapes: npt.NDArray[np.object_]) -> tuple[IntArray, IntArray]:
    """Return which other polygons' boxes meet that of each, sorted, and where those of each begin."""
    tree = shapely.STRtree(shapes)
    around = shapely.bounds(shapes) + np.array([-ASIDE_M, -ASIDE_M, ASIDE_M, ASIDE_M])
    one, other = tree.query(shapely.box(*around.T))
    apart = one != other
    one, other = one[apart].astype(np.int64), other[apart].astype(np.int64)
    order = np.lexsort((other, one))
    return other[order], np.searchsorted(one[order], np.arange(len(shapes) + 1)).astype(np.int64)


@kernel
def _strip_of(y: float, south: float, north: float, count: int) -> int:
    if not north > south:
        return 0
    return min(max(int((y - south) / (north - south) * count), 0), count - 1)


@kernel
def _by_strip(xy: FloatArray, starts: IntArray, strips: IntArray, box: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the edges of each strip of each polygon; a first pass counts, a second one fills."""
    strip_starts = np.zeros(strips[-1] + 1, np.int64)
    edges = np.empty(0, np.int64)
    for filling in range(2):
        at = strip_starts[:-1].copy()
        for owner in range(len(strips) - 1):
            count, south, north = strips[owner + 1] - strips[owner], box[owner, 1], box[owner, 3]
            for e in range(starts[owner], starts[owner + 1]):
                low = _strip_of(min(xy[e, 1], xy[e, 3]) - ON_EDGE_M, south, north, count)
                high = _strip_of(max(xy[e, 1], xy[e, 3]) + ON_EDGE_M, south, north, count)
                for strip in range(strips[owner] + low, strips[owner] + high + 1):
                    if filling == 1:
                        edges[at[strip]] = e
                        at[strip] += 1
                    else:
                        strip_starts[strip + 1] += 1
        if filling == 0:
            strip_starts = np.cumsum(strip_starts)
            edges = np.empty(strip_starts[-1], np.int64)
    return strip_starts, edges


@kernel
def _distance(px: float, py: float, x0: float, y0: float, x1: float, y1: float) -> float:
    dx, dy = x1 - x0, y1 - y0
    t = min(max(((px - x0) * dx + (py - y0) * dy) / (dx * dx + dy * dy), 0.0), 1.0)
    metres: float = np.hypot(px - x0 - t * dx, py - y0 - t * dy)
    return metres


@kernel
def _inside(
    px: float,
    py: float,
    owner: int,
    xy: FloatArray,
    strips: IntArray,
    strip_starts: IntArray,
    strip_edges: IntArray,
    box: FloatArray,
) -> bool:
    """Return whether a place lies inside a polygon."""
    if not (box[owner, 0] <= px <= box[owner, 2] and box[owner, 1] <= py <= box[owner, 3]):
        return False
    strip = strips[owner] + _strip_of(py, box[owner, 1], box[owner, 3], strips[owner + 1] - strips[owner])
    inside = False
    for k in range(strip_starts[strip], strip_starts[strip + 1]):
        e = strip_edges[k]
        if (xy[e, 1] > py) != (xy[e, 3] > py) and px < xy[e, 0] + (py - xy[e, 1]) / (xy[e, 3] - xy[e, 1]) * (
            xy[e, 2] - xy[e, 0]
        ):
            inside = not inside
    return inside


@kernel
def _on_edge(
    px: float,
    py: float,
    owner: int,
    xy: FloatArray,
    strips: IntArray,
    strip_starts: IntArray,
    strip_edges: IntArray,
    box: FloatArray,
) -> bool:
    """Return whether a place lies on the edge of a polygon."""
    strip = strips[owner] + _strip_of(py, box[owner, 1], box[owner, 3], strips[owner + 1] - strips[owner])
    for k in range(strip_starts[strip], strip_starts[strip + 1]):
        e = strip_edges[k]
        if _distance(px, py, xy[e, 0], xy[e, 1], xy[e, 2], xy[e, 3]) <= ON_EDGE_M:
            return True
    return False


@kernel
def _cut(
    cuts: FloatArray,
    n: int,
    e: int,
    other: int,
    xy: FloatArray,
    strips: IntArray,
    strip_starts: IntArray,
    strip_edges: IntArray,
    box: FloatArray,
) -> tuple[FloatArray, int, bool]:
    """Add where edge ``e`` meets edges of polygon ``other``, as shares of its length.

    Return the cuts, how many they are, and whether an edge comes near at all.
    """
    seen = False
    ux, uy = xy[e, 2] - xy[e, 0], xy[e, 3] - xy[e, 1]
    square = ux * ux + uy * uy
    slack = ON_EDGE_M / np.sqrt(square)
    west, east = min(xy[e, 0], xy[e, 2]) - 2 * ASIDE_M, max(xy[e, 0], xy[e, 2]) + 2 * ASIDE_M
    south, north = min(xy[e, 1], xy[e, 3]) - 2 * ASIDE_M, max(xy[e, 1], xy[e, 3]) + 2 * ASIDE_M
    count = strips[other + 1] - strips[other]
    low = strips[other] + _strip_of(south, box[other, 1], box[other, 3], count)
    high = strips[other] + _strip_of(north, box[other, 1], box[other, 3], count)
    for k in range(strip_starts[low], strip_starts[high + 1]):
        o = strip_edges[k]
        if max(xy[o, 0], xy[o, 2]) < west or min(xy[o, 0], xy[o, 2]) > east:
            continue
        if max(xy[o, 1], xy[o, 3]) < south or min(xy[o, 1], xy[o, 3]) > north:
            continue
        seen = True
        if n + 3 > len(cuts):
            longer = np.empty(2 * len(cuts))
            longer[:n] = cuts[:n]
            cuts = longer
        ax, ay, bx, by = xy[o, 0] - xy[e, 0], xy[o, 1] - xy[e, 1], xy[o, 2] - xy[e, 0], xy[o, 3] - xy[e, 1]
        left, right = ux * ay - uy * ax, ux * by - uy * bx
        if (left > 0.0) != (right > 0.0):
            share = left / (left - right)
            t = ((ax + share * (bx - ax)) * ux + (ay + share * (by - ay)) * uy) / square
            if 0.0 < t < 1.0:
                cuts[n] = t
                n += 1
        for px, py, aside in ((ax, ay, left), (bx, by, right)):  # an end on the edge, or edges that run in each other
            t = (px * ux + py * uy) / square
            if abs(aside) * slack <= ON_EDGE_M * ON_EDGE_M and slack < t < 1.0 - slack:
                cuts[n] = t
                n += 1
    return cuts, n, seen


@kernel
def _kept(
    e: int,
    from_t: float,
    to_t: float,
    owner: int,
    near: IntArray,
    xy: FloatArray,
    strips: IntArray,
    strip_starts: IntArray,
    strip_edges: IntArray,
    box: FloatArray,
) -> bool:
    """Return whether a piece of edge ``e`` of polygon ``owner`` is an edge of all together."""
    t = (from_t + to_t) / 2
    ux, uy = xy[e, 2] - xy[e, 0], xy[e, 3] - xy[e, 1]
    length = np.sqrt(ux * ux + uy * uy)
    px, py = xy[e, 0] + t * ux, xy[e, 1] + t * uy
    ax, ay = -uy / length * ASIDE_M, ux / length * ASIDE_M
    left = _inside(px + ax, py + ay, owner, xy, strips, strip_starts, strip_edges, box)
    right = _inside(px - ax, py - ay, owner, xy, strips, strip_starts, strip_edges, box)
    if left == right:  # the polygon lies on both sides, or on neither
        return False
    outside = -1.0 if left else 1.0
    ox, oy = px + outside * ax, py + outside * ay
    for other in near:
        if _inside(ox, oy, other, xy, strips, strip_starts, strip_edges, box):
            return False
        if other < owner and _on_edge(px, py, other, xy, strips, strip_starts, strip_edges, box):
            return False
    return True


@kernel
def _edges(
    ring_starts: IntArray,
    ring_owner: IntArray,
    xy: FloatArray,
    strips: IntArray,
    strip_starts: IntArray,
    strip_edges: IntArray,
    box: FloatArray,
    neighbours: IntArray,
    neighbour_starts: IntArray,
    first: int,
    last: int,
) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """Return the vertices, starts and owners of the lines that are left of the rings ``first .. last - 1``."""
    px, py = np.empty(64), np.empty(64)
    starts, owners = np.zeros(17, np.int64), np.empty(16, np.int64)
    n, lines = 0, 0
    for ring in range(first, last):
        owner = ring_owner[ring]
        near = neighbours[neighbour_starts[owner] : neighbour_starts[owner + 1]]
        edge, begin, end = _pieces(
            ring_starts[ring], ring_starts[ring + 1], owner, near, xy, strips, strip_starts, strip_edges, box,
        )  # fmt: skip
        count = len(edge)
        turn = _first_of_a_line(edge, begin, end, ring_starts[ring], ring_starts[ring + 1])
        for k in range(count):
            i, before = (k + turn) % count, (k + turn - 1) % count
            e = edge[i]
            while n + 2 > len(px):
                px, py = np.append(px, np.empty(len(px))), np.append(py, np.empty(len(py)))
            if k == 0 or not _follows(edge, begin, end, before, i, ring_starts[ring], ring_starts[ring + 1]):
                if lines + 1 >= len(owners):
                    starts = np.append(starts, np.empty(len(starts), np.int64))
                    owners = np.append(owners, np.empty(len(owners), np.int64))
                starts[lines], owners[lines] = n, owner
                lines += 1
                px[n], py[n] = xy[e, 0] + begin[i] * (xy[e, 2] - xy[e, 0]), xy[e, 1] + begin[i] * (xy[e, 3] - xy[e, 1])
                n += 1
            px[n], py[n] = xy[e, 2], xy[e, 3]  # the vertex itself, to the last bit
            if end[i] < 1.0:
                px[n], py[n] = xy[e, 0] + end[i] * (xy[e, 2] - xy[e, 0]), xy[e, 1] + end[i] * (xy[e, 3] - xy[e, 1])
            n += 1
    starts[lines] = n
    return px[:n].copy(), py[:n].copy(), starts[: lines + 1].copy(), owners[:lines].copy()


@kernel
def _follows(edge: IntArray, begin: FloatArray, end: FloatArray, one: int, other: int, first: int, last: int) -> bool:
    """Return whether a piece of the ring of the edges ``first .. last - 1`` goes on where another one ends."""
    following = edge[one] + 1 if edge[one] + 1 < last else first
    goes_on: bool = end[one] == 1.0 and begin[other] == 0.0 and edge[other] == following
    return goes_on


@kernel
def _first_of_a_line(edge: IntArray, begin: FloatArray, end: FloatArray, first: int, last: int) -> int:
    """Return the first piece that follows no other; 0 where all do: the ring is whole."""
    for i in range(len(edge)):
        if not _follows(edge, begin, end, i - 1 if i > 0 else len(edge) - 1, i, first, last):
            return i
    return 0


@kernel
def _meets_box(xy: FloatArray, box: FloatArray, e: int, other: int) -> bool:
    """Return whether edge ``e`` may come near a polygon."""
    meets: bool = (
        box[other, 0] <= max(xy[e, 0], xy[e, 2]) + ASIDE_M
        and box[other, 2] >= min(xy[e, 0], xy[e, 2]) - ASIDE_M
        and box[other, 1] <= max(xy[e, 1], xy[e, 3]) + ASIDE_M
        and box[other, 3] >= min(xy[e, 1], xy[e, 3]) - ASIDE_M
    )
    return meets


@kernel
def _pieces(
    first: int,
    last: int,
    owner: int,
    near: IntArray,
    xy: FloatArray,
    strips: IntArray,
    strip_starts: IntArray,
    strip_edges: IntArray,
    box: FloatArray,
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return what is left of the edges ``first .. last - 1``: edge, and from and to as shares of its length."""
    edge, begin, end = np.empty(last - first, np.int64), np.empty(last - first), np.empty(last - first)
    met, cuts = np.empty(len(near), np.int64), np.empty(64)
    n, kept = 0, False
    for e in range(first, last):
        meets, n_cuts = 0, 0
        anew = e == first  # where no other edge is near, an edge is what the one before it was where it ended
        for other in near:
            if _meets_box(xy, box, e, other):
                met[meets] = other
                meets += 1
                cuts, n_cuts, seen = _cut(cuts, n_cuts, e, other, xy, strips, strip_starts, strip_edges, box)
                anew |= seen
        cuts[:n_cuts].sort()
        cuts[n_cuts] = 1.0
        at, open_piece = 0.0, False
        for to in cuts[: n_cuts + 1]:
            if to <= at:
                continue
            if anew:
                kept = _kept(e, at, to, owner, met[:meets], xy, strips, strip_starts, strip_edges, box)
            if kept and open_piece:
                end[n - 1] = to
            elif kept:
                if n == len(edge):
                    edge = np.append(edge, np.empty(n + 8, np.int64))
                    begin, end = np.append(begin, np.empty(n + 8)), np.append(end, np.empty(n + 8))
                edge[n], begin[n], end[n] = e, at, to
                n += 1
            open_piece = kept
            at = to
    return edge[:n], begin[:n], end[:n]
