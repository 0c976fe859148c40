"""Bring a layer of lines into one grid, as frames and as the engine's arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import Grid, coordinate_faults, grid_at
from geo.crs import grid as grid_of
from geo.faults import BadInputError, Fault
from geo.formats.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.polylines import Polylines


def settle_grid(frame: gpd.GeoDataFrame, grid: str | int | Grid | None = None) -> Grid:
    """Return the grid to compute in: the one named, else the frame's own, else the 3-degree grid of its place.

    Parameters
    ----------
    frame
        With a CRS. Empty frames need ``grid`` or a projected CRS of their own.
    grid
        Anything `geo.crs.grid` takes.

    Raises
    ------
    BadInputError
        The grid named is none, the frame has no CRS, or its place is in no zone.

    Examples
    --------
    >>> line = shapely.LineString([(111.85, 33.05), (111.86, 33.05)])
    >>> settle_grid(gpd.GeoDataFrame(geometry=[line], crs="OGC:CRS84")).code
    'EPSG:4546'
    """
    if grid is not None:
        return grid_of(grid)
    if frame.crs is None:
        raise BadInputError(
            [
                Fault(
                    "crs.missing",
                    "没有坐标系",
                    "there is no CRS",
                    "指明坐标系，如 EPSG:4546",
                    "name it, such as EPSG:4546",
                )
            ]
        )
    if frame.crs.is_projected:
        try:
            return grid_of(frame.crs)
        except BadInputError:  # in feet or Web Mercator: the place decides
            pass
    lonlat = frame.geometry.to_crs("OGC:CRS84")
    west, south, east, north = lonlat.total_bounds
    return grid_at(np.array([west, east]), np.array([south, north]))


def to_grid(frame: gpd.GeoDataFrame, grid: Grid) -> gpd.GeoDataFrame:
    """Return the frame with its geometry in ``grid``; the very same doubles where it is in it already.

    Examples
    --------
    >>> line = shapely.LineString([(111.85, 33.05), (111.86, 33.05)])
    >>> there = to_grid(gpd.GeoDataFrame(geometry=[line], crs="OGC:CRS84"), grid_of("EPSG:4546"))
    >>> there.crs.to_epsg(), round(there.geometry.iloc[0].length, 1)
    (4546, 934.1)
    """
    if frame.crs is None or frame.crs.equals(grid.crs, ignore_axis_order=True):
        return frame.set_crs(grid.crs, allow_override=True)
    geometry = frame.geometry.to_crs("OGC:CRS84").to_numpy()
    high = shapely.has_z(geometry)
    moved = np.empty(len(geometry), dtype=object)
    moved[~high] = shapely.transform(geometry[~high], lambda xy: _from_lonlat(xy, grid))
    moved[high] = shapely.transform(geometry[high], lambda xyz: _from_lonlat(xyz, grid), include_z=True)
    return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=grid.crs))


def _from_lonlat(coordinates: NDArray[np.float64], grid: Grid) -> NDArray[np.float64]:
    """Move the first two columns; heights stay as they are."""
    x, y = grid.from_lonlat(coordinates[:, 0], coordinates[:, 1])
    return np.column_stack([x, y, *coordinates[:, 2:].T])


def to_lines(source: Table | gpd.GeoDataFrame, grid: Any = None) -> tuple[Polylines, Grid, list[Fault]]:  # noqa: ANN401
    """Return a layer of lines as arrays in a grid, with what there is to tell about it.

    Parameters
    ----------
    source
        A table or frame of LineString and MultiLineString only, as `read` with ``kinds={"line"}`` returns it.
    grid
        See `settle_grid`.

    Returns
    -------
    Polylines, Grid, list of Fault
        Lines in row order; the grid; the table's notes, and one for each line that lies outside the grid's zone (where
        the grid was named, or the layer is wider than a zone): its lengths are those of a stretched plane.
    """
    from geo.polylines import Polylines  # noqa: PLC0415 - its kernels load numba, which plain reading does not need

    frame = source.frame if isinstance(source, Table) else source
    notes = list(source.notes) if isinstance(source, Table) else []
    settled = settle_grid(frame, grid)
    placed = to_grid(frame, settled)
    lines = Polylines.from_shapely(placed.geometry.to_numpy())
    row = np.repeat(lines.part_line, np.diff(lines.part_starts))
    notes += coordinate_faults(lines.x, lines.y, settled, feature=row)
    return lines, settled, notes
