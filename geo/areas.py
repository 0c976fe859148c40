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

CAPSULE, DEAD = -1, -2  # in place of an item's polygon
COMPACT_AFTER = 256  # edits, until the index is built anew


class Index(NamedTuple):
    """What the kernels are given: items (polygon edges and capsules) in a uniform grid, polygons in bands.

    Few arrays with rows, because each array that is handed on costs time. Coordinates are relative to the areas'
    ``origin``. Items are sorted by owner and polygon.
    """

    items: Floats  # [n, 5] both ends x, y, x, y; half the width of a capsule, 0: the edge of a polygon
    codes: Integers  # [n, 2] polygon (CAPSULE: none, DEAD: removed), owner
    frame: Floats  # [10] left, bottom, cell, columns, rows of the grid, then of the coarse grid of polygons
    cell_starts: Integers
    cell_items: Integers
    polygons: Floats  # [n, 5] west, south, east, north, bands for each metre of northing
    polygon_codes: Integers  # [n, 5] owner, first band, number of bands, 1 where removed, polygons of its owner
    band_starts: Integers
    band_items: Integers
    cover_starts: Integers  # coarse grid: the polygons whose box meets a cell
    cover_items: Integers


@dataclass(frozen=True, slots=True)
class Areas:
    """Areas by owner, with their index. An edit returns new areas and changes nothing in place.

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
        return _built(capsules, widths[line] / 2, np.full(len(line), CAPSULE), owners[line])

    @classmethod
    def concatenate(cls, several: Sequence[Areas]) -> Areas:
        """Return all areas together; equal owners are one."""
        edges, radius, shape, owner = [], [], [], []
        polygons = 0
        for areas in several:
            for index in areas.indexes:
                alive = index.codes[:, 0] != DEAD
                items, codes = index.items[alive], index.codes[alive]
                edges.append(items[:, :4] + np.tile(areas.origin, 2))
                radius.append(items[:, 4])
                shape.append(np.where(codes[:, 0] >= 0, codes[:, 0] + polygons, CAPSULE))
                owner.append(codes[:, 1])
                polygons += len(index.polygons)
        if not edges:
            return _built(np.zeros((0, 4)), np.zeros(0), np.zeros(0, np.int64), np.zeros(0, np.int64))
        return _built(*(np.concatenate(arrays) for arrays in (edges, radius, shape, owner)))

    def owners(self) -> Integers:
        """Return the owners that have an area, ascending."""
        return np.unique(np.concatenate([index.codes[index.codes[:, 0] != DEAD, 1] for index in self.indexes]))

    def __len__(self) -> int:
        return len(self.owners())

    def remove(self, owner: int) -> Areas:
        """Return the areas without those of ``owner``; the same areas where it has none."""
        indexes = tuple(_without(index, index.codes[:, 1] == owner, index.polygon_codes[:, 0] == owner)
                        for index in self.indexes)  # fmt: skip
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
        indexes = tuple(_without(index, index.codes[:, 1] != owner, index.polygon_codes[:, 0] != owner)
                        for index in self.indexes)  # fmt: skip
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
    faults += [
        Fault("area.not_finite", "面的坐标不是有限数", "a coordinate of the polygon is not a finite number",
              "请改正该面的坐标", "correct the polygon's coordinates", feature=int(row[i]))
        for i in np.unique(owner[~np.isfinite(xy).all(axis=1)]).tolist()
    ]  # fmt: skip
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
    items = np.column_stack((ends[order] - np.tile(origin, 2), radius[order]))
    return Areas(origin, (_index(np.ascontiguousarray(items), np.column_stack((dense, owner)).astype(np.int64)),))


def _index(items: Floats, codes: Integers) -> Index:
    frame = np.zeros(10)
    _lay_out(frame[:5], items[:, :2], items[:, 2:4], items[:, 4])
    cell_starts, cell_items = _cells(items, frame)
    n_polygons = max(int(codes[:, 0].max()) + 1, 0) if len(codes) else 0
    polygons, polygon_codes, band_starts, band_items = _bands(items, codes, n_polygons)
    _, same, counts = np.unique(polygon_codes[:, 0], return_inverse=True, return_counts=True)
    polygon_codes[:, 4] = counts[same]
    _lay_out(frame[5:], polygons[:, :2], polygons[:, 2:4], np.zeros(n_polygons))
    cover_starts, cover_items = _covers(polygons, frame)
    return Index(items, codes, frame, cell_starts, cell_items, polygons, polygon_codes, band_starts, band_items,
                 cover_starts, cover_items)  # fmt: skip


def _lay_out(frame: Floats, one: Floats, other: Floats, radius: Floats) -> None:
    """Choose a grid of about two cells for each item, not finer than the items are long."""
    frame[2:] = 1.0
    if len(one) == 0:
        return
    low = np.minimum(one, other) - radius[:, None]
    high = np.maximum(one, other) + radius[:, None]
    wide, tall = high.max(axis=0) - low.min(axis=0)
    usual = float(np.median((high - low).max(axis=1)))
    cell = max(usual, float(np.sqrt(wide * tall / (2.0 * len(one)))), max(wide, tall) / 4096, 1e-3)
    frame[:2] = low.min(axis=0) - 0.5 * cell
    frame[2:] = (cell, wide // cell + 2, tall // cell + 2)


def _without(index: Index, items: Booleans, polygons: Booleans) -> Index:
    codes, polygon_codes = index.codes.copy(), index.polygon_codes.copy()
    codes[items, 0] = DEAD
    polygon_codes[polygons, 3] = 1
    return index._replace(codes=codes, polygon_codes=polygon_codes)


def _moved(index: Index, there: tuple[float, float], here: tuple[float, float]) -> Index:
    """Return an index relative to another origin."""
    dx, dy = there[0] - here[0], there[1] - here[1]
    moved = np.array([dx, dy, dx, dy, 0.0])
    frame = index.frame + np.tile(np.array([dx, dy, 0.0, 0.0, 0.0]), 2)
    return index._replace(items=index.items + moved, frame=frame, polygons=index.polygons + moved)


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
def cell_of(value: float, low: float, cell: float, n: float) -> int:
    """Return the column or row of a coordinate, the first or last for what lies outside."""
    return int(min(max(np.floor((value - low) / cell), 0.0), n - 1.0))


@kernel
def _cells(items: Floats, frame: Floats) -> tuple[Integers, Integers]:
    """Return the items of each cell: count, then fill."""
    left, bottom, cell, nx, ny = frame[0], frame[1], frame[2], frame[3], frame[4]
    starts = np.zeros(int(nx * ny) + 1, np.int64)
    found, at = np.empty(0, np.int64), np.empty(0, np.int64)
    for filling in range(2):
        if filling:
            starts = np.cumsum(starts)
            found, at = np.empty(starts[-1], np.int64), starts.copy()
        for i in range(len(items)):
            x0, y0, x1, y1, m = items[i, 0], items[i, 1], items[i, 2], items[i, 3], items[i, 4] + 1e-6
            first = cell_of(min(y0, y1) - m, bottom, cell, ny)
            for row in range(first, cell_of(max(y0, y1) + m, bottom, cell, ny) + 1):
                low = bottom + row * cell
                west, east = columns_of(x0, y0, x1, y1, m, low, low + cell)
                for column in range(cell_of(west, left, cell, nx), cell_of(east, left, cell, nx) + 1):
                    c = row * int(nx) + column
                    if filling:
                        found[at[c]] = i
                        at[c] += 1
                    else:
                        starts[c + 1] += 1
    return starts, found


@kernel
def band_of(y: float, south: float, per_m: float, n: int) -> int:
    """Return the band of a northing in a polygon of ``n`` bands."""
    return int(min(max(np.floor((y - south) * per_m), 0.0), n - 1.0))


@kernel
def _boxes(items: Floats, codes: Integers, n: int) -> tuple[Floats, Integers]:
    """Return box and bands of each polygon: as many bands as keep an edge in about four."""
    polygons, whose = np.empty((n, 5)), np.zeros((n, 5), np.int64)
    polygons[:, :2], polygons[:, 2:4] = np.inf, -np.inf
    edges, rise = np.zeros(n), np.zeros(n)
    for i in range(len(items)):
        p = codes[i, 0]
        if p >= 0:
            x0, y0, x1, y1 = items[i, 0], items[i, 1], items[i, 2], items[i, 3]
            polygons[p, 0], polygons[p, 1] = min(polygons[p, 0], x0, x1), min(polygons[p, 1], y0, y1)
            polygons[p, 2], polygons[p, 3] = max(polygons[p, 2], x0, x1), max(polygons[p, 3], y0, y1)
            whose[p, 0] = codes[i, 1]
            edges[p] += 1
            rise[p] += np.abs(y1 - y0)
    before = 0
    for p in range(n):
        tall = polygons[p, 3] - polygons[p, 1]
        count = int(max(1.0, min(4 * edges[p] / max(rise[p] / tall, 1.0), edges[p]))) if tall > 0 else 1
        whose[p, 1], whose[p, 2] = before, count
        polygons[p, 4] = count / tall if tall > 0 else 0.0
        before += count
    return polygons, whose


@kernel
def _bands(items: Floats, codes: Integers, n: int) -> tuple[Floats, Integers, Integers, Integers]:
    """Return the polygons, and their edges by bands of northing."""
    polygons, whose = _boxes(items, codes, n)
    starts = np.zeros((whose[n - 1, 1] + whose[n - 1, 2] if n else 0) + 1, np.int64)
    found, at = np.empty(0, np.int64), np.empty(0, np.int64)
    for filling in range(2):
        if filling:
            starts = np.cumsum(starts)
            found, at = np.empty(starts[-1], np.int64), starts.copy()
        for i in range(len(items)):
            p = codes[i, 0]
            if p < 0:
                continue
            y0, y1, south, per_m, count = items[i, 1], items[i, 3], polygons[p, 1], polygons[p, 4], whose[p, 2]
            low = band_of(min(y0, y1), south, per_m, count)
            for band in range(low, band_of(max(y0, y1), south, per_m, count) + 1):
                b = whose[p, 1] + band
                if filling:
                    found[at[b]] = i
                    at[b] += 1
                else:
                    starts[b + 1] += 1
    return polygons, whose, starts, found


@kernel
def _covers(polygons: Floats, frame: Floats) -> tuple[Integers, Integers]:
    """Return the polygons whose box meets each cell of the coarse grid."""
    left, bottom, cell, nx, ny = frame[5], frame[6], frame[7], frame[8], frame[9]
    starts = np.zeros(int(nx * ny) + 1, np.int64)
    found, at = np.empty(0, np.int64), np.empty(0, np.int64)
    for filling in range(2):
        if filling:
            starts = np.cumsum(starts)
            found, at = np.empty(starts[-1], np.int64), starts.copy()
        for p in range(len(polygons)):
            west, east = cell_of(polygons[p, 0], left, cell, nx), cell_of(polygons[p, 2], left, cell, nx)
            for row in range(cell_of(polygons[p, 1], bottom, cell, ny), cell_of(polygons[p, 3], bottom, cell, ny) + 1):
                for column in range(west, east + 1):
                    c = row * int(nx) + column
                    if filling:
                        found[at[c]] = p
                        at[c] += 1
                    else:
                        starts[c + 1] += 1
    return starts, found


@kernel
def is_inside(
    items: Floats, polygons: Floats, polygon_codes: Integers, band_starts: Integers, band_items: Integers,
    polygon: int, x: float, y: float,
) -> bool:  # fmt: skip
    """Return whether a place is inside a polygon: the parity of the edges that a ray to the east meets."""
    south = polygons[polygon, 1]
    if x < polygons[polygon, 0] or x > polygons[polygon, 2] or y < south or y > polygons[polygon, 3]:
        return False
    band = polygon_codes[polygon, 1] + band_of(y, south, polygons[polygon, 4], polygon_codes[polygon, 2])
    odd = False
    for k in range(band_starts[band], band_starts[band + 1]):
        i = band_items[k]
        y0, y1 = items[i, 1], items[i, 3]
        if (y0 > y) != (y1 > y) and x < items[i, 0] + (y - y0) / (y1 - y0) * (items[i, 2] - items[i, 0]):
            odd = not odd
    return odd
