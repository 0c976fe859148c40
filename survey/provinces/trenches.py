"""Find runs and trenches of a whole province: of a file that need not fit into memory, on several processes.

The layers are those of `survey.opportunities.runs_and_trenches`, row for row and to the last bit. In memory stay an
id, a utility and a window for each route, some 60 bytes (`geo.partition` says what else); the rest goes through files
in a hidden folder beside the result, which is removed at the end and after a failure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.formats.appending import Appended
from geo.formats.writing import check_ending, put_in_place, workspace
from geo.partition import (
    RUN_ORDER,
    TRENCH_ORDER,
    Spool,
    find_and_join,
    in_order,
    runs_of,
    shapes_of,
    trenches_of,
    vertices_a_task,
)
from survey.opportunities.joining import Told, runs_frame, trenches_frame
from survey.opportunities.reading import id_order, read_columns
from survey.provinces.taking_in import Extent, named, one_type, take_in
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.crs import Grid
    from geo.formats.batches import Batches
    from geo.partition import Crew, Found, Limits
    from geo.polylines import Polylines
    from survey.provinces.taking_in import Heard

    Integers = NDArray[np.int64]
    Days = NDArray[np.datetime64]

ROWS_WRITTEN = 100_000
"""About how many rows of a layer are in memory while it is written."""

DATES = ("window_start", "window_end")
KEYS = np.array(list(UTILITIES), dtype=object)


class Written(NamedTuple):
    """What was written: both files, how many routes there were in which grid, and what is summed up."""

    runs: Path
    trenches: Path
    routes: int
    grid: Grid
    n_runs: int
    runs_m: float
    n_trenches: int
    trenches_m: float
    saved_m: float


def write_province(
    batches: Batches,
    out: Path,
    limits: Limits,
    crew: Callable[[Path], AbstractContextManager[Crew]],
    *,
    memory: int,
    grid: str | None = None,
    skip_bad: bool = False,
    heard: Heard,
) -> Written:
    """Write the layers ``runs`` and ``trenches`` of a file of routes as two GeoParquet files.

    Parameters
    ----------
    batches
        The file, with checks that leave our utilities in ``utility``. Without an ``id`` the row number is it, as text.
    out
        ``NAME.parquet``: ``NAME_runs.parquet`` and ``NAME_trenches.parquet`` are written, both or none.
    limits
        As `runs_and_trenches`.
    crew
        Who works, given a folder for what they write for themselves: `geo.partition.local_crew` and `cluster_crew`.
    memory
        Bytes that a worker has.
    grid
        To compute in; else the file's own, else that of its place.
    skip_bad
        Leave out rows that have a fault; what they were stands in ``batches.faults``.
    heard
        Hears the step (``read look route search regroup join write``), how much of it is done, and of how much; 0 where
        that is not known.

    Raises
    ------
    BadInputError
        With every fault of the file; where a worker has too little memory; where nothing can be written.
    """
    ending = check_ending(out)
    stem = out.name[: -len(ending)]
    names = {layer: out.with_name(f"{stem}_{layer}{ending}") for layer in ("runs", "trenches")}
    with workspace(out) as hidden:
        folder = hidden.resolve()  # workers of a cluster have working folders of their own
        with crew(folder) as working:
            spool, routes = Spool(folder), _Routes()
            take_in([(batches, lambda frame: spool.append(routes.add(frame)))], heard, skip_bad=skip_bad)
            place = routes.extent.place(batches.crs, grid)
            number = routes.settle(batches.repeated)
            vertices = vertices_a_task(memory)
            found = find_and_join(spool, place, number, routes.group, limits, vertices, working, heard)
        made = {layer: folder / path.name for layer, path in names.items()}
        written = _write(found, routes, place.grid, made, heard)
        put_in_place({made[layer]: path for layer, path in names.items()})
    return written._replace(runs=names["runs"], trenches=names["trenches"])


class _Routes:
    """What is known of each route besides its line: first in the order they came, then in the order of their ids."""

    def __init__(self) -> None:
        self._ids: list[pa.Array] = []
        self._rows: list[Integers] = []
        self._windows: list[tuple[Days, Days]] = []
        self._groups: list[NDArray[np.int8]] = []
        self.extent = Extent()
        self.ids, self.group = pa.array([], pa.string()), np.empty(0, np.int8)
        self.start = self.end = np.empty(0, "datetime64[D]")

    def add(self, frame: gpd.GeoDataFrame) -> Polylines:
        """Take some routes in; return their lines in the order in which they are held here."""
        frame = named(frame)
        read = read_columns(frame.set_crs(None, allow_override=True))
        self._ids.append(pa.array(read.ids.tolist()))
        self._rows.append(frame.index.to_numpy()[read.order])
        self._windows.append((read.start.astype("datetime64[D]"), read.end.astype("datetime64[D]")))
        self._groups.append(read.group.astype(np.int8))
        self.extent.add(frame)
        return read.lines

    def settle(self, left_out: Integers) -> Integers:
        """Put what is held into the order of ids; return for each line, as it was held, its number, -1 without one."""
        rows = np.concatenate([np.empty(0, np.int64), *self._rows])
        kept = np.flatnonzero(~np.isin(rows, left_out))
        ids = one_type(self._ids).take(pa.array(kept))
        order = _order(ids)
        number = np.full(len(rows), -1, np.int64)
        number[kept[order]] = np.arange(len(kept))
        self.ids = ids.take(pa.array(order))
        self.group = np.concatenate([np.empty(0, np.int8), *self._groups])[kept[order]]
        nothing = np.empty(0, "datetime64[D]")
        self.start, self.end = (
            np.concatenate([nothing, *(window[side] for window in self._windows)])[kept[order]] for side in (0, 1)
        )
        self._ids, self._rows, self._windows, self._groups = [], [], [], []
        return number

    def told(self, numbers: Integers, grid: Grid) -> Told:
        """Return what is told of the routes of some numbers."""
        ids = np.empty(len(numbers), dtype=object)
        ids[:] = self.ids.take(pa.array(numbers)).to_pylist()
        return Told(ids, KEYS[self.group[numbers]], self.start[numbers], self.end[numbers], grid.crs)


def _order(ids: pa.Array) -> Integers:
    """Return the rows in the order of their ids, as `id_order` puts those of one frame."""
    if pa.types.is_large_string(ids.type):
        order: Integers = pc.array_sort_indices(ids).to_numpy().astype(np.int64)  # by code points, as numpy sorts
        return order
    if pa.types.is_integer(ids.type) or pa.types.is_floating(ids.type):
        return np.argsort(ids.to_numpy().astype(np.float64), kind="stable")
    return id_order(np.array(ids.to_pylist(), dtype=object))


def _write(found: Found, routes: _Routes, grid: Grid, files: dict[str, Path], heard: Heard) -> Written:
    """Write both layers in their order, some rows at a time."""
    runs_m = trenches_m = saved_m = 0.0
    n_runs = n_trenches = 0
    with Appended(files["runs"], DATES) as file:
        for table in in_order(found.runs, RUN_ORDER, ROWS_WRITTEN):
            runs, shapes = runs_of(table), shapes_of(table)
            used, local = np.unique(np.concatenate((runs.a, runs.b)), return_inverse=True)
            local = local.reshape(2, -1)
            layer = runs_frame(replace(runs, a=local[0], b=local[1]), shapes, routes.told(used, grid))
            file.append(layer)
            n_runs, runs_m = n_runs + len(layer), runs_m + float(layer["length_m"].sum())
            heard("write", n_runs, 0)
    with Appended(files["trenches"], DATES) as file:
        for table in in_order(found.trenches, TRENCH_ORDER, ROWS_WRITTEN):
            trenches, shapes = trenches_of(table), shapes_of(table)
            used, local = np.unique(trenches.member_line, return_inverse=True)
            renumbered = replace(trenches, member_line=local, axis_line=np.searchsorted(used, trenches.axis_line))
            layer = trenches_frame(renumbered, shapes, routes.told(used, grid), before=n_trenches)
            file.append(layer)
            n_trenches, trenches_m = n_trenches + len(layer), trenches_m + float(layer["length_m"].sum())
            saved_m += float(layer["saved_m"].sum())
            heard("write", n_runs + n_trenches, 0)
    return Written(
        files["runs"], files["trenches"], len(routes.group), grid, n_runs, runs_m, n_trenches, trenches_m, saved_m
    )
