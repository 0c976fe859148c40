"""Hold road and green areas ready to be asked which stretches of a line lie inside them.

An area is a polygon (its inside by the even-odd rule, so holes are outside) or a stretch of a centre line with its
width: a *capsule*, all places within half the width of one segment. Capsules of a bent centre line make round joints,
and **round ends**: a road reaches half its width beyond the last vertex of its centre line.

Every area has an *owner*, the number of its road or green. All areas of one owner are one area: where they overlap or
share an edge, a place counts once. Different owners know nothing of each other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.area_index import CAPSULE, DEAD, Index, index_of
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
    def from_polygons(
        cls,
        geometries: Any,  # noqa: ANN401 - anything numpy takes
        owner: ArrayLike,
        *,
        corner: tuple[float, float] | None = None,
    ) -> Areas:
        """Return the areas of Polygons and MultiPolygons; None and empty ones have none.

        Parameters
        ----------
        geometries
            Polygons in metres of a grid, [n].
        owner
            The road number of each, int64[n], of any value; may repeat.
        corner
            The least coordinates of a larger layer of which these are some: answers then are those of all of it to the
            last bit. None: the least of these.

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
        return _built(edges, np.zeros(len(edges)), part, owners[row[part]], corner=corner)

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


def _built(
    ends: Floats, radius: Floats, shape: Integers, owner: Integers, *, corner: tuple[float, float] | None = None
) -> Areas:
    """Return areas of items: their ends [n, 4], half widths, polygons (-1: a capsule) and owners."""
    low = ends.reshape(-1, 2).min(axis=0) if len(ends) else np.zeros(2)
    if corner is not None:
        low = np.array(corner)
    origin = (float(np.floor(low[0])), float(np.floor(low[1])))
    order = np.lexsort((shape, owner))
    shape, owner = shape[order], owner[order]
    polygonal = shape >= 0
    fresh = np.diff(shape, prepend=-2) != 0
    dense = np.where(polygonal, np.cumsum(fresh & polygonal) - 1, -1)
    items = np.column_stack((ends[order] - np.tile(origin, 2), radius[order]))
    return Areas(origin, (index_of(np.ascontiguousarray(items), np.column_stack((dense, owner)).astype(np.int64)),))


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
