"""Hold road and green areas ready to be asked which stretches of a line lie inside them.

An area is a polygon (its inside by the even-odd rule, so holes are outside) or a stretch of a centre line with its
width: a *capsule*, all places within half the width of one segment. Capsules of a bent centre line make round joints,
and **round ends**: a road reaches half its width beyond the last vertex of its centre line.

Every area has an *owner*, the number of its road or green. All areas of one owner are one area: where they overlap or
share an edge, a place counts once. Different owners know nothing of each other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.compiled import kernel
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import ArrayLike, NDArray

    from geo.polylines import Polylines

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

COMPACT_AFTER = 256  # edits, until the index is built anew


class Index(NamedTuple):
    """What the kernels are given: items (polygon edges and capsules) in a uniform grid, polygons in bands.

    Coordinates are relative to ``origin``. Items are sorted by owner and polygon.
    """

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    radius: Floats  # half the width of a capsule; 0: the edge of a polygon
    shape: Integers  # the polygon of an edge; -1: a capsule
    owner: Integers  # of each item
    dead: Booleans  # of each item: removed by an edit
    frame: Floats  # lower left corner and cell size of the grid, then of the coarse grid of polygons
    size: Integers  # columns and rows of the grid, then of the coarse grid of polygons
    cell_starts: Integers
    cell_items: Integers
    box: Floats  # [n_polygons, 4] west, south, east, north
    polygon_owner: Integers
    polygon_dead: Booleans
    band_first: Integers  # [n_polygons + 1] the polygon's bands
    band_per_m: Floats  # [n_polygons] bands for each metre of northing
    band_starts: Integers
    band_items: Integers
    cover_starts: Integers  # coarse grid: the polygons whose box meets a cell
    cover_items: Integers


@dataclass(frozen=True, slots=True)
class Areas:
    """Areas by owner, with their index. An edit returns new areas that share the old index; nothing is changed in place.

    Attributes
    ----------
    origin
        Metres of the grid that were taken off all coordinates, so that no digits are lost in products.
    indexes
        One index, or after edits two: what was there, and what has come since.
    edits
        How many edits there were since the index was built.

    Examples
    --------
    >>> road = Areas.from_polygons([shapely.box(0, -5, 100, 5)], owner=[7])
    >>> road.owners()
    array([7])
    >>> len(road.remove(7))
    0
    """

    origin: tuple[float, float]
    indexes: tuple[Index, ...]
    edits: int = 0

    @classmethod
    def from_polygons(cls, geometries: Any, owner: ArrayLike) -> Areas:  # noqa: ANN401 - anything numpy takes
        """Return the areas of Polygons and MultiPolygons; None and empty ones have none.

        Parameters
        ----------
        geometries
            Polygons in metres of a grid, [n].
        owner
            The road number of each, int64[n], of any value; may repeat.

        Raises
        ------
        BadInputError
            ``area.not_polygon`` with every geometry of another type, ``area.not_finite`` for NaN and infinities.
        """
        geometries = np.atleast_1d(np.asarray(geometries, dtype=object))
        owners = _owners(owner, len(geometries))
        parts, row = shapely.get_parts(geometries, return_index=True)
        _refuse_polygons(parts, row)
        rings, ring_part = shapely.get_rings(parts, return_index=True)
        xy, vertex_ring = shapely.get_coordinates(rings, return_index=True)
        inner = vertex_ring[1:] == vertex_ring[:-1] if len(xy) else np.zeros(0, np.bool_)
        inner &= (xy[1:] != xy[:-1]).any(axis=1)
        part = ring_part[vertex_ring[1:][inner]] if len(xy) else np.zeros(0, np.int64)
        edges = np.column_stack((xy[:-1][inner], xy[1:][inner])) if len(xy) else np.zeros((0, 4))
        return _built(edges, np.zeros(len(edges)), part, owners[row[part]])

    @classmethod
    def from_centrelines(cls, lines: Polylines, width_m: ArrayLike, owner: ArrayLike) -> Areas:
        """Return the areas of roads drawn as centre lines.

        Parameters
        ----------
        lines
            Centre lines.
        width_m
            Width of the carriageway, float64[n_lines] or one for all; 0 makes no area.
        owner
            The road number of each line, int64[n_lines].

        Raises
        ------
        BadInputError
            ``area.width`` with every width that is negative or not finite.
        """
        widths = np.broadcast_to(np.asarray(width_m, np.float64), (lines.n_lines,))
        owners = _owners(owner, lines.n_lines)
        bad = np.flatnonzero(~((widths >= 0) & np.isfinite(widths)))
        if bad.size:
            raise BadInputError([_bad_width(int(i), float(widths[i])) for i in bad])
        segments = lines.segments()
        kept = widths[segments.line] > 0
        x, y, along = segments.x[kept], segments.y[kept], segments.length[kept]
        capsules = np.column_stack((x, y, x + segments.ux[kept] * along, y + segments.uy[kept] * along))
        line = segments.line[kept]
        return _built(capsules, widths[line] / 2, np.full(len(line), -1), owners[line])

    @classmethod
    def concatenate(cls, several: Sequence[Areas]) -> Areas:
        """Return all areas together; equal owners are one."""
        edges, radius, shape, owner = [], [], [], []
        polygons = 0
        for areas in several:
            for index in areas.indexes:
                alive = ~index.dead
                shift = np.tile(areas.origin, 2)
                edges.append(np.column_stack((index.x0, index.y0, index.x1, index.y1))[alive] + shift)
                radius.append(index.radius[alive])
                shape.append(np.where(index.shape >= 0, index.shape + polygons, -1)[alive])
                owner.append(index.owner[alive])
                polygons += len(index.polygon_owner)
        if not edges:
            return _built(np.zeros((0, 4)), np.zeros(0), np.zeros(0, np.int64), np.zeros(0, np.int64))
        return _built(*(np.concatenate(arrays) for arrays in (edges, radius, shape, owner)))

    def owners(self) -> Integers:
        """Return the owners that have an area, ascending."""
        return np.unique(np.concatenate([index.owner[~index.dead] for index in self.indexes]))

    def __len__(self) -> int:
        return len(self.owners())

    def remove(self, owner: int) -> Areas:
        """Return the areas without those of ``owner``; the same areas where it has none."""
        indexes = tuple(
            index._replace(dead=index.dead | (index.owner == owner),
                           polygon_dead=index.polygon_dead | (index.polygon_owner == owner))
            for index in self.indexes
        )  # fmt: skip
        return self._compacted(replace(self, indexes=indexes, edits=self.edits + 1))

    def add(self, areas: Areas) -> Areas:
        """Return these areas and ``areas``; where both have an owner, its areas are one."""
        known = np.intersect1d(self.owners(), areas.owners())
        base = self
        for owner in known.tolist():  # an owner lives in one index only, so that its areas are merged
            areas = Areas.concatenate([areas, base.only(owner)])
            base = base.remove(owner)
        newer = Areas.concatenate([areas, *(replace(base, indexes=(index,)) for index in base.indexes[1:])])
        moved = _moved(newer.indexes[0], newer.origin, base.origin)
        return self._compacted(replace(base, indexes=(base.indexes[0], moved), edits=self.edits + 1))

    def replace(self, owner: int, areas: Areas) -> Areas:
        """Return the areas with those of ``owner`` exchanged for ``areas`` (of any owners)."""
        return self.remove(owner).add(areas)

    def only(self, owner: int) -> Areas:
        """Return the areas of one owner."""
        indexes = tuple(index._replace(dead=index.dead | (index.owner != owner)) for index in self.indexes)
        return Areas.concatenate([replace(self, indexes=indexes)])

    @staticmethod
    def _compacted(areas: Areas) -> Areas:
        return Areas.concatenate([areas]) if areas.edits >= COMPACT_AFTER else areas


def _owners(owner: ArrayLike, n: int) -> Integers:
    owners = np.asarray(owner, np.int64)
    if owners.shape != (n,):
        message = f"owner must be int64[{n}], one road number for each geometry"
        raise ValueError(message)
    return owners


def _refuse_polygons(parts: NDArray[np.object_], row: Integers) -> None:
    wrong = np.flatnonzero(shapely.get_type_id(parts) != 3)
    faults = [
        Fault("area.not_polygon", "几何类型不是面", "not a polygon", "只用面或多部件面", "use Polygon or MultiPolygon",
              feature=int(row[i]), value=parts[i].geom_type)
        for i in wrong
    ]  # fmt: skip
    xy, owner = shapely.get_coordinates(parts, return_index=True)
    for i in np.unique(owner[~np.isfinite(xy).all(axis=1)]).tolist():
        faults.append(
            Fault("area.not_finite", "面的坐标不是有限数", "a coordinate of the polygon is not a finite number",
                  "请改正该面的坐标", "correct the polygon's coordinates", feature=int(row[i]))
        )  # fmt: skip
    if faults:
        raise BadInputError(faults)


def _bad_width(row: int, value: float) -> Fault:
    return Fault(
        "area.width",
        "道路宽度不是有效的米数",
        "a road width that is not a number of metres",
        "请补全车行道宽度 (米)",
        "give the width of the carriageway in metres",
        feature=row,
        field="width_m",
        value=value,
    )


# --- building the index ---


def _built(ends: Floats, radius: Floats, shape: Integers, owner: Integers) -> Areas:
    """Return areas of items: their ends [n, 4], half widths, polygons (-1: a capsule) and owners."""
    low = ends.reshape(-1, 2).min(axis=0) if len(ends) else np.zeros(2)
    origin = (float(np.floor(low[0])), float(np.floor(low[1])))
    order = np.lexsort((shape, owner))
    shape, owner = shape[order], owner[order]
    polygonal = shape >= 0
    fresh = np.diff(shape, prepend=-2) != 0
    dense = np.where(polygonal, np.cumsum(fresh & polygonal) - 1, -1)
    arrays = [np.ascontiguousarray(column) for column in (ends[order] - np.tile(origin, 2)).T]
    return Areas(origin, (_index(*arrays, np.ascontiguousarray(radius[order], np.float64), dense, owner),))


def _index(x0: Floats, y0: Floats, x1: Floats, y1: Floats, radius: Floats, shape: Integers, owner: Integers) -> Index:
    shape, owner = np.ascontiguousarray(shape, np.int64), np.ascontiguousarray(owner, np.int64)
    frame, size = np.zeros(6), np.ones(4, np.int64)
    _lay_out(frame[:3], size[:2], x0, y0, x1, y1, radius)
    cell_starts, cell_items = _cells(x0, y0, x1, y1, radius, frame, size)
    edges = shape >= 0
    n_polygons = int(shape.max()) + 1 if len(shape) and edges.any() else 0
    box = _boxes(x0, y0, x1, y1, shape, n_polygons)
    polygon_owner = np.zeros(n_polygons, np.int64)
    polygon_owner[shape[edges]] = owner[edges]
    bands = _bands(y0, y1, shape, box)
    corners = (box[:, 0].copy(), box[:, 1].copy(), box[:, 2].copy(), box[:, 3].copy())
    _lay_out(frame[3:], size[2:], *corners, np.zeros(n_polygons))
    cover_starts, cover_items = _covers(box, frame, size)
    return Index(
        x0, y0, x1, y1, radius, shape, owner, np.zeros(len(x0), np.bool_), frame, size, cell_starts, cell_items,
        box, polygon_owner, np.zeros(n_polygons, np.bool_), *bands, cover_starts, cover_items,
    )  # fmt: skip


def _lay_out(frame: Floats, size: Integers, x0: Floats, y0: Floats, x1: Floats, y1: Floats, radius: Floats) -> None:
    """Choose a grid of about one cell for each item, not finer than the items are long."""
    if len(x0) == 0:
        frame[2] = 1.0
        return
    west, south = np.minimum(x0, x1) - radius, np.minimum(y0, y1) - radius
    east, north = np.maximum(x0, x1) + radius, np.maximum(y0, y1) + radius
    wide, high = float(east.max() - west.min()), float(north.max() - south.min())
    usual = float(np.median(np.maximum(east - west, north - south)))
    cell = max(usual, np.sqrt(wide * high / (2.0 * len(x0))), max(wide, high) / 4096, 1e-3)
    frame[:] = (west.min() - 0.5 * cell, south.min() - 0.5 * cell, cell)
    size[:] = (int(wide / cell) + 2, int(high / cell) + 2)


def _moved(index: Index, there: tuple[float, float], here: tuple[float, float]) -> Index:
    """Return an index relative to another origin."""
    dx, dy = there[0] - here[0], there[1] - here[1]
    frame = index.frame + np.array([dx, dy, 0.0, dx, dy, 0.0])
    return index._replace(x0=index.x0 + dx, x1=index.x1 + dx, y0=index.y0 + dy, y1=index.y1 + dy, frame=frame,
                          box=index.box + np.array([dx, dy, dx, dy]))  # fmt: skip


@kernel
def columns_of(
    x0: float, y0: float, x1: float, y1: float, margin: float, low: float, high: float
) -> tuple[float, float]:
    """Return the eastings that a segment, ``margin`` wide on all sides, can have between two northings."""
    if np.abs(y1 - y0) <= 1e-9:
        return min(x0, x1) - margin, max(x0, x1) + margin
    a = (low - margin - y0) / (y1 - y0)
    b = (high + margin - y0) / (y1 - y0)
    first, last = max(min(a, b), 0.0), min(max(a, b), 1.0)
    xa, xb = x0 + first * (x1 - x0), x0 + last * (x1 - x0)
    return min(xa, xb) - margin, max(xa, xb) + margin


@kernel
def cell_of(value: float, low: float, cell: float, n: int) -> int:
    """Return the column or row of a coordinate, the first or last for what lies outside."""
    return int(min(max(np.floor((value - low) / cell), 0.0), n - 1.0))


@kernel
def _cells(
    x0: Floats, y0: Floats, x1: Floats, y1: Floats, radius: Floats, frame: Floats, size: Integers
) -> tuple[Integers, Integers]:
    """Return the items of each cell: count, then fill."""
    left, bottom, cell = frame[0], frame[1], frame[2]
    nx, ny = size[0], size[1]
    starts = np.zeros(nx * ny + 1, np.int64)
    items = np.empty(0, np.int64)
    at = np.empty(0, np.int64)
    for filling in range(2):
        if filling:
            starts = np.cumsum(starts)
            items, at = np.empty(starts[-1], np.int64), starts.copy()
        for i in range(len(x0)):
            m = radius[i] + 1e-6
            first = cell_of(min(y0[i], y1[i]) - m, bottom, cell, ny)
            for row in range(first, cell_of(max(y0[i], y1[i]) + m, bottom, cell, ny) + 1):
                low = bottom + row * cell
                west, east = columns_of(x0[i], y0[i], x1[i], y1[i], m, low, low + cell)
                for column in range(cell_of(west, left, cell, nx), cell_of(east, left, cell, nx) + 1):
                    c = row * nx + column
                    if filling:
                        items[at[c]] = i
                        at[c] += 1
                    else:
                        starts[c + 1] += 1
    return starts, items


@kernel
def _boxes(x0: Floats, y0: Floats, x1: Floats, y1: Floats, shape: Integers, n_polygons: int) -> Floats:
    box = np.empty((n_polygons, 4))
    box[:, :2], box[:, 2:] = np.inf, -np.inf
    for i in range(len(x0)):
        p = shape[i]
        if p >= 0:
            box[p, 0], box[p, 1] = min(box[p, 0], x0[i], x1[i]), min(box[p, 1], y0[i], y1[i])
            box[p, 2], box[p, 3] = max(box[p, 2], x0[i], x1[i]), max(box[p, 3], y0[i], y1[i])
    return box


@kernel
def band_of(y: float, south: float, per_m: float, n: int) -> int:
    """Return the band of a northing in a polygon of ``n`` bands."""
    return int(min(max(np.floor((y - south) * per_m), 0.0), n - 1.0))


@kernel
def _bands(y0: Floats, y1: Floats, shape: Integers, box: Floats) -> tuple[Integers, Floats, Integers, Integers]:
    """Return each polygon's edges by bands of northing: as many bands as keep an edge in about four."""
    n = len(box)
    edges, rise = np.zeros(n), np.zeros(n)
    for i in range(len(y0)):
        if shape[i] >= 0:
            edges[shape[i]] += 1
            rise[shape[i]] += np.abs(y1[i] - y0[i])
    first, per_m = np.zeros(n + 1, np.int64), np.zeros(n)
    for p in range(n):
        high = box[p, 3] - box[p, 1]
        count = int(max(1.0, min(4 * edges[p] / max(rise[p] / high, 1.0), edges[p]))) if high > 0 else 1
        first[p + 1] = first[p] + count
        per_m[p] = count / high if high > 0 else 0.0
    starts = np.zeros(first[n] + 1, np.int64)
    items, at = np.empty(0, np.int64), np.empty(0, np.int64)
    for filling in range(2):
        if filling:
            starts = np.cumsum(starts)
            items, at = np.empty(starts[-1], np.int64), starts.copy()
        for i in range(len(y0)):
            p = shape[i]
            if p < 0:
                continue
            count = first[p + 1] - first[p]
            low = band_of(min(y0[i], y1[i]), box[p, 1], per_m[p], count)
            for b in range(low, band_of(max(y0[i], y1[i]), box[p, 1], per_m[p], count) + 1):
                if filling:
                    items[at[first[p] + b]] = i
                    at[first[p] + b] += 1
                else:
                    starts[first[p] + b + 1] += 1
    return first, per_m, starts, items


@kernel
def _covers(box: Floats, frame: Floats, size: Integers) -> tuple[Integers, Integers]:
    """Return the polygons whose box meets each cell of the coarse grid."""
    left, bottom, cell = frame[3], frame[4], frame[5]
    nx, ny = size[2], size[3]
    starts = np.zeros(nx * ny + 1, np.int64)
    items, at = np.empty(0, np.int64), np.empty(0, np.int64)
    for filling in range(2):
        if filling:
            starts = np.cumsum(starts)
            items, at = np.empty(starts[-1], np.int64), starts.copy()
        for p in range(len(box)):
            last_row = cell_of(box[p, 3], bottom, cell, ny)
            last_column = cell_of(box[p, 2], left, cell, nx)
            for row in range(cell_of(box[p, 1], bottom, cell, ny), last_row + 1):
                for column in range(cell_of(box[p, 0], left, cell, nx), last_column + 1):
                    c = row * nx + column
                    if filling:
                        items[at[c]] = p
                        at[c] += 1
                    else:
                        starts[c + 1] += 1
    return starts, items


@kernel
def is_inside(index: Index, polygon: int, x: float, y: float) -> bool:
    """Return whether a place is inside a polygon: the parity of the edges that a ray to the east meets."""
    box = index.box[polygon]
    if not (box[0] <= x <= box[2] and box[1] <= y <= box[3]):
        return False
    first = index.band_first[polygon]
    band = first + band_of(y, box[1], index.band_per_m[polygon], index.band_first[polygon + 1] - first)
    odd = False
    for k in range(index.band_starts[band], index.band_starts[band + 1]):
        i = index.band_items[k]
        y0, y1 = index.y0[i], index.y1[i]
        if (y0 > y) != (y1 > y) and x < index.x0[i] + (y - y0) / (y1 - y0) * (index.x1[i] - index.x0[i]):
            odd = not odd
    return odd
