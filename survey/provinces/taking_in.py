"""Take the rows of files in, some at a time: every fault of all files, the ids of rows, the place of a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely

from geo.faults import BadInputError, refuse
from geo.formats.lines import settle_grid
from geo.partition import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyproj import CRS

    from geo.crs import Grid
    from geo.faults import Fault
    from geo.formats.batches import Batches

    Heard = Callable[[str, int, int], None]
    Keep = Callable[[gpd.GeoDataFrame], None]


def take_in(files: Sequence[tuple[Batches, Keep]], heard: Heard, *, skip_bad: bool) -> None:
    """Read all batches of some files; hand each to who keeps it.

    Raises
    ------
    BadInputError
        With every fault of all files, those of rows only without ``skip_bad``.
    """
    refused: list[Fault] = []
    read = 0
    for batches, keep in files:
        try:
            for frame in batches:
                if not batches.is_whole_file:  # else no row can be used, and all that is wrong is still to be found
                    keep(frame)
                heard("read", read + batches.rows_read, 0)
        except BadInputError as error:
            refused += error.faults
            continue
        read += batches.rows_read
        if batches.is_whole_file or not skip_bad:
            refused += batches.faults
    refuse(refused)


def named(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows with an id: the row number of the file, as text, where the file has none."""
    return frame if "id" in frame.columns else frame.assign(id=frame.index.astype(str))


def one_type(ids: list[pa.Array]) -> pa.Array:
    """Return the ids of all batches as one column: whole numbers become others where a batch has such."""
    if not ids:
        return pa.array([], pa.string())
    kinds = {array.type for array in ids}
    kind = next(iter(kinds)) if len(kinds) == 1 else pa.float64()
    if pa.types.is_string(kind):
        kind = pa.large_string()
    return pa.chunked_array([array.cast(kind) for array in ids]).combine_chunks()


class Extent:
    """Where the rows of a layer lie, batch after batch."""

    def __init__(self) -> None:
        self._bounds = np.array([np.inf, np.inf, -np.inf, -np.inf])

    def add(self, frame: gpd.GeoDataFrame) -> None:
        """Take the rows of a batch in."""
        bounds = frame.total_bounds  # NaN where there is no row
        self._bounds[:2] = np.fmin(self._bounds[:2], bounds[:2])
        self._bounds[2:] = np.fmax(self._bounds[2:], bounds[2:])

    def place(self, crs: CRS | None, grid: str | None) -> Place:
        """Return the grid that all is computed in, settled as for a file that is read as a whole."""
        corners = [shapely.LineString(self._bounds.reshape(2, 2))] if np.isfinite(self._bounds).all() else []
        settled = settle_grid(gpd.GeoDataFrame(geometry=corners, crs=crs), grid)
        return Place(coming_from(crs, settled), settled)


def coming_from(crs: CRS | None, grid: Grid) -> str | None:
    """Return the system of a file as text; None where its coordinates are those of the grid already."""
    return None if crs is None or grid.crs.equals(crs, ignore_axis_order=True) else crs.to_wkt()
