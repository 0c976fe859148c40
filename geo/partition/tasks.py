"""What a worker is given to do: whole in itself, from files to files, so that it can be done again anywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pyarrow as pa

from geo.crs import grid as grid_of
from geo.formats.lines import to_grid
from geo.parallels import find_runs
from geo.partition.parts import runs_of, runs_table, trenches_table
from geo.partition.spills import column, gathered, lines_array, lines_of, looked_up, opened, save, sort_into
from geo.partition.tiles import tiles_of, told_here
from geo.polylines import Polylines
from geo.trench_components import Shares, corner_of
from geo.trenches import join_shares, reach_of

if TYPE_CHECKING:
    from pathlib import Path

    from geo.partition.spills import Slice
    from geo.partition.tiles import Tiles
    from geo.polylines import FloatArray, IntArray
    from geo.runs import Runs


class Limits(NamedTuple):
    """What is looked for: as `geo.parallels.find_runs` and `geo.trenches.join_runs`, metres and degrees."""

    distance: float
    bearing: float
    min_length: float
    bridge: float
    max_width: float
    same_group: bool

    @property
    def reach(self) -> float:
        """How far apart lines of one trench may lie."""
        return reach_of(self.distance, self.max_width)


class Look(NamedTuple):
    """Bring a chunk of lines into the grid, and see where they lie; ``crs`` is None where they are in it already."""

    chunk: Path
    into: Path
    crs: str | None
    grid: str


class Seen(NamedTuple):
    """Where the lines of a chunk are: the file, a place (NaN: nowhere) and the number of vertices of each."""

    chunk: Path
    x: FloatArray
    y: FloatArray
    vertices: IntArray


def look(job: Look) -> Seen:
    """Do a `Look`."""
    table = opened(job.chunk)
    lines = lines_of(table.column("line"))
    if job.crs is not None:
        frame = gpd.GeoDataFrame(geometry=lines.to_shapely(), crs=job.crs)
        lines = Polylines.from_shapely(to_grid(frame, grid_of(job.grid)).geometry.to_numpy())
        save(job.into, pa.table({"line": lines_array(lines)}))
    bounds = lines.part_starts[np.searchsorted(lines.part_line, np.arange(lines.n_lines + 1))]
    vertices = np.diff(bounds)
    x, y = np.full(lines.n_lines, np.nan), np.full(lines.n_lines, np.nan)
    some = vertices > 0
    x[some], y[some] = lines.x[bounds[:-1][some]], lines.y[bounds[:-1][some]]
    return Seen(job.chunk if job.crs is None else job.into, x, y, vertices)


class Route(NamedTuple):
    """Sort the lines of a chunk by the tiles they are in; ``numbers`` is the file with the number of each row."""

    chunk: Path
    into: Path
    first_row: int
    numbers: Path
    tiles: Tiles
    reach: float


class Routed(NamedTuple):
    """Where each tile starts in a file that `route` has written, and the corner of its lines."""

    starts: IntArray
    corner: tuple[float, float]


def route(job: Route) -> Routed:
    """Do a `Route`."""
    column_of_lines = opened(job.chunk).column("line")
    number = looked_up(job.numbers, slice(job.first_row, job.first_row + len(column_of_lines)))
    kept = pa.array(number >= 0)
    column_of_lines, number = column_of_lines.filter(kept), number[number >= 0]
    lines = lines_of(column_of_lines)
    starts, tile = tiles_of(lines, job.tiles, job.reach)
    lists = pa.ListArray.from_arrays(pa.array(starts, pa.int32()), pa.array(tile))
    table = pa.table({"number": number, "line": column_of_lines, "tiles": lists})
    row = np.repeat(np.arange(lines.n_lines), np.diff(starts))
    into = sort_into(job.into, table.take(pa.array(row)), tile, job.tiles.how_many)
    return Routed(into, corner_of(lines.x, lines.y, lines.part_starts))


class Search(NamedTuple):
    """Find the runs that tile ``tile`` tells; ``groups`` is the file with the group of each number."""

    tile: int
    lines: list[Slice]
    groups: Path
    limits: Limits
    runs: Path
    wider: Path


def search(job: Search) -> None:
    """Do a `Search`: write the runs with their shapes, and those out to the reach of trenches without."""
    table = gathered(job.lines)
    table = table.take(pa.array(np.argsort(column(table, "number"))))
    number, lines = column(table, "number").copy(), lines_of(table.column("line"))
    tiles = table.column("tiles").combine_chunks()
    starts, tile = tiles.offsets.to_numpy().astype(np.int64), np.array(tiles.flatten())
    group = None if job.limits.same_group else looked_up(job.groups, number)

    def found(distance: float) -> Runs:
        runs = find_runs(
            lines, distance=distance, bearing=job.limits.bearing, min_length=job.limits.min_length,
            bridge=job.limits.bridge, group=group, workers=1,
        )  # fmt: skip
        return runs.take(told_here(starts - starts[0], tile, runs.a, runs.b, job.tile))

    runs = found(job.limits.distance)
    save(job.runs, _numbered(runs_table(runs, lines.cut(runs.a, runs.from_a, runs.to_a)), number))
    if job.limits.reach != job.limits.distance:
        runs = found(job.limits.reach)
    save(job.wider, _numbered(runs_table(runs), number))


def _numbered(table: pa.Table, number: IntArray) -> pa.Table:
    """Return runs with the numbers of all lines in place of those of one tile; their order stays, as both ascend."""
    for place, name in enumerate(("a", "b")):
        table = table.set_column(place, name, pa.array(number[column(table, name)]))
    return table


class Regroup(NamedTuple):
    """Sort lines (with ``starts``: where each tile starts in the file) or runs by the bundle they are joined in."""

    path: Path
    into: Path
    bundles: Path
    how_many: int
    starts: IntArray | None = None


def regroup(job: Regroup) -> IntArray:
    """Do a `Regroup`; return where each bundle starts. A line is taken once, of its first tile."""
    table = opened(job.path)
    if job.starts is None:
        bundle = looked_up(job.bundles, column(table, "a"))
        return sort_into(job.into, table, bundle, job.how_many)
    tiles = table.column("tiles").combine_chunks()
    own = np.repeat(np.arange(len(job.starts) - 1), np.diff(job.starts))
    first = np.asarray(tiles.flatten())[tiles.offsets.to_numpy()[:-1] - tiles.offsets[0].as_py()]
    bundle = looked_up(job.bundles, column(table, "number"))
    kept = (own == first) & (bundle >= 0)
    return sort_into(job.into, table.select(["number", "line"]).filter(pa.array(kept)), bundle[kept], job.how_many)


class Join(NamedTuple):
    """Join the runs of a bundle of whole shares into trenches."""

    lines: list[Slice]
    runs: list[Slice]
    groups: Path
    shares: Path
    corner: tuple[float, float]
    limits: Limits
    into: Path


def join(job: Join) -> None:
    """Do a `Join`: write the trenches with their shapes."""
    table = gathered(job.lines)
    table = table.take(pa.array(np.argsort(column(table, "number"))))
    number, lines = column(table, "number").copy(), lines_of(table.column("line"))
    runs = runs_of(gathered(job.runs))
    runs = runs.take(np.lexsort((runs.from_b, runs.from_a, runs.b, runs.a)))
    for ends in (runs.a, runs.b):
        ends[:] = np.searchsorted(number, ends)
    shares = Shares(lines, runs, looked_up(job.shares, number))
    trenches = join_shares(
        shares, looked_up(job.groups, number), job.corner, distance=job.limits.distance, max_width=job.limits.max_width
    )
    begin, end = trenches.axis_span()
    shapes = lines.cut(trenches.axis_line, begin, end)
    numbered = replace(trenches, member_line=number[trenches.member_line], axis_line=number[trenches.axis_line])
    save(job.into, trenches_table(numbered, shapes))
