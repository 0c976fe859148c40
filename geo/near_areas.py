"""Find where lines are near polygons: buildings, whose inside is part of them, or curbs, which are outlines only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.areas import Areas
from geo.close_records import N_COLUMNS
from geo.close_search import lay_out_axes, search_kept
from geo.compiled import in_shares, kernel
from geo.near_objects import USUAL_REACH_M, NearStretches, as_near, as_query, as_reach
from geo.passages import passages_of
from geo.polylines import Polylines
from geo.segment_grid import build_grid

if TYPE_CHECKING:
    from geo.polylines import FloatArray

JOINED_M = 1e-6
"""Parts of a stretch with less than this between them are one: what `geo.passages` closes as well."""


class NearAreas:
    """Polygons ready to be asked which lines come near them, for many lines or for one that is being drawn.

    Parameters
    ----------
    polygons
        Polygons and MultiPolygons in metres of the lines' grid; None and empty ones are near nothing. Their inside is
        told by the even-odd rule, so that holes are outside.
    solid
        True: a place inside has distance 0. False: the outline alone counts, from either side, as for a curb.
    corner
        See `geo.areas.Areas.from_polygons`.

    Raises
    ------
    BadInputError
        As `geo.areas.Areas.from_polygons`.

    Examples
    --------
    >>> line = Polylines.from_shapely([shapely.LineString([(0, 0), (100, 0)])])
    >>> houses = [shapely.box(20, 1, 30, 9), shapely.box(60, -5, 70, 5), None]
    >>> near = NearAreas(houses).near(line, 2.0)
    >>> near.other, near.distance, near.from_m.round(3), near.to_m.round(3), near.inside_m
    (array([0, 1]), array([1., 0.]), array([18.268, 58.   ]), array([31.732, 72.   ]), array([ 0., 10.]))
    """

    def __init__(
        self,
        polygons: Any,  # noqa: ANN401 - anything numpy takes
        *,
        solid: bool = True,
        workers: int = 1,
        corner: tuple[float, float] | None = None,
    ) -> None:
        shapes = np.atleast_1d(np.asarray(polygons, dtype=object))
        areas = Areas.from_polygons(shapes, np.arange(len(shapes)), corner=corner)
        self._areas = areas if solid else None
        outlines = _outlines(shapes)
        self._kept = lay_out_axes(outlines, None, workers)
        self._grid = build_grid(self._kept.table, USUAL_REACH_M, workers)

    def near(self, lines: Polylines, reach: Any, *, workers: int = 1) -> NearStretches:  # noqa: ANN401 - anything that numpy takes
        """Return every stretch of ``lines`` nearer to a polygon than ``reach``; see `nearest_to_areas`."""
        metres = as_reach(reach, lines.n_lines)
        if not len(self._kept.table.rows):  # many a county has no such layer: then nothing is laid out
            return as_near(np.empty((N_COLUMNS, 0)))
        query, wanted = as_query(lines, metres, workers)
        columns = search_kept(
            query, self._kept, self._grid, np.empty(0, np.bool_), wanted, workers, later_only=False
        )  # fmt: skip
        inside = [] if self._areas is None else _passages(lines, self._areas, ~np.isnan(metres), workers)
        return _united(as_near(columns), inside)


def nearest_to_areas(
    lines: Polylines,
    polygons: Any,  # noqa: ANN401 - anything numpy takes
    reach: Any,  # noqa: ANN401 - anything that numpy takes
    *,
    solid: bool = True,
    workers: int = 2,
) -> NearStretches:
    """Return every stretch of ``lines`` nearer to a polygon than ``reach``.

    Stretches of a line near one polygon that touch on the line are one, whichever wall they are near. A stretch that
    goes inside a solid polygon has distance 0, told where it is first inside, and ``inside_m``.

    Parameters
    ----------
    lines
        Metres of a projected grid.
    polygons, solid
        See `NearAreas`, which answers more than one such question.
    reach
        Metres from the axis, one a line or one for all; NaN: this line is not looked into.
    workers
        Threads; the result does not depend on their number.

    Raises
    ------
    BadInputError
        As `NearAreas`.
    ValueError
        Where a reach is infinite or below 0, or they do not fit the lines.
    """
    return NearAreas(polygons, solid=solid, workers=workers).near(lines, reach, workers=workers)


def _outlines(shapes: Any) -> Polylines:  # noqa: ANN401 - an array of shapely geometries
    """Return the rings of each polygon as the parts of one line."""
    parts, row = shapely.get_parts(shapes, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, vertex_ring = shapely.get_coordinates(rings, return_index=True)
    starts = np.concatenate(([0], np.cumsum(np.bincount(vertex_ring, minlength=len(rings)))))
    return Polylines.from_arrays(xy[:, 0], xy[:, 1], starts, row[ring_part], len(shapes))


def _passages(lines: Polylines, areas: Areas, asked: Any, workers: int) -> list[Any]:  # noqa: ANN401 - a boolean mask
    """Return line, area, from and to of every passage of the lines that are asked about."""
    s = lines.segments()
    found: list[list[Any]] = []
    for index in areas.indexes:
        x, y = s.x - areas.origin[0], s.y - areas.origin[1]

        def work(_: int, first: int, last: int, index: Any = index, x: Any = x, y: Any = y) -> Any:  # noqa: ANN401 - arrays
            return passages_of(index, x, y, s.ux, s.uy, s.length, s.chainage, s.linked, s.starts, first, last)

        done = in_shares(work, lines.n_lines, workers)
        found.append([np.concatenate(column) for column in zip(*done, strict=True)])
    columns = [np.concatenate(several) for several in zip(*found, strict=True)]
    kept = asked[columns[0]]
    line, area, from_m, to_m = (column[kept] for column in columns)
    return [line, area, from_m, to_m, *lines.points_at(line, from_m)]


def _united(near: NearStretches, inside: list[Any]) -> NearStretches:
    """Return the stretches near outlines and those inside as one list, united where they touch on the line."""
    rows = np.column_stack(
        [near.line, near.other, near.from_m, near.to_m, near.distance, near.at_m, near.x, near.y, near.other_x,
         near.other_y, near.inside_m]
    )  # fmt: skip
    if inside:
        line, area, from_m, to_m, x, y = inside
        rows = np.concatenate(
            (rows, np.column_stack((line, area, from_m, to_m, np.zeros(len(x)), from_m, x, y, x, y, to_m - from_m)))
        )
    order = np.lexsort((rows[:, 5], rows[:, 3], rows[:, 2], rows[:, 1], rows[:, 0]))
    line, other, *measures = _unite(np.ascontiguousarray(rows[order])).T.copy()
    return NearStretches(line.astype(np.int64), other.astype(np.int64), *measures)


@kernel
def _unite(rows: FloatArray) -> FloatArray:
    """Return rows, sorted by line, object and start, with those of one line and object united that touch."""
    n = 0
    for i in range(len(rows)):
        r, last = rows[i], rows[max(n - 1, 0)]
        if n > 0 and r[0] == last[0] and r[1] == last[1] and r[2] <= last[3] + JOINED_M:
            last[3] = max(last[3], r[3])
            last[10] += r[10]
            if r[4] < last[4] - 1e-9 or (r[4] <= last[4] + 1e-9 and r[5] < last[5]):
                last[4:10] = r[4:10]
        else:
            rows[n] = r
            n += 1
    return rows[:n].copy()
