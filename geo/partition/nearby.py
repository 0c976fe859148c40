"""Give every subject one home tile, and there, whole, whatever comes near it: of its own layer and of others.

A row has a *width*: how far from it something may matter to it. Two rows come near each other where their shapes, each
widened by its own, have a place in common. A subject's home is the first tile that it is in, so that one tile tells all
that is to be told of it. What comes near it elsewhere, in a tile that is not its home, is sent there as well: the boxes
of such segments, its *strays*, are kept, and a row that meets one of them goes to the home it belongs to. So a home has
all neighbours of its subjects wherever they are, and no other row has to be asked about anything.

A shape that is no line counts with all of its box: a subject may lie inside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import shapely

from geo.partition.parts import shapes_of
from geo.partition.spills import column, looked_up, opened, save_array, slices_of, sort_into
from geo.partition.tiles import ROUNDING_M, tiles_of
from geo.polylines import Polylines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from geo.partition.crews import Crew
    from geo.partition.search import Told
    from geo.partition.spills import Slice
    from geo.partition.tiles import Tiles
    from geo.polylines import FloatArray, IntArray

_LINES = (1, 5)
STRAYS, HOMES = "strays.npy", "stray-homes.npy"
"""Files that tasks look up the boxes of strays in, and the home of each."""


class Border(NamedTuple):
    """Find the homes of the subjects of a chunk, and where they leave them; ``reach``: metres beyond their widths."""

    chunk: Path
    tiles: Tiles
    reach: float


class Bordered(NamedTuple):
    """The home of each row (-1: it lies nowhere), and the boxes of its strays with the home of each."""

    home: IntArray
    boxes: FloatArray
    home_of_box: IntArray


def border(job: Border) -> Bordered:
    """Do a `Border`."""
    lines, width = _outlines(opened(job.chunk), job.reach)
    starts, tile = tiles_of(lines, job.tiles, width)
    home = np.full(lines.n_lines, -1, np.int64)
    some = np.diff(starts) > 0
    home[some] = tile[starts[:-1][some]]
    row, boxes = _boxes(lines, width, np.diff(starts) > 1)
    segment_starts, there = tiles_of(_diagonals(boxes), job.tiles, 0.0)
    segment = np.repeat(np.arange(len(boxes)), np.diff(segment_starts))
    stray = np.zeros(len(boxes), np.bool_)
    stray[segment[there != home[row[segment]]]] = True
    return Bordered(home, boxes[stray], home[row[stray]])


class Deal(NamedTuple):
    """Sort the rows of a chunk by the homes they matter in.

    ``home``: of its rows, where they are the subjects; ``reach``: see `Border`, 0 for others; ``wanted``: which tiles
    are homes.
    """

    chunk: Path
    into: Path
    tiles: Tiles
    reach: float
    folder: Path
    wanted: npt.NDArray[np.bool_]
    home: IntArray | None


def deal(job: Deal) -> IntArray:
    """Do a `Deal`; return where each tile starts. The column ``own`` says whether a row is a subject at home."""
    table = opened(job.chunk)
    lines, width = _outlines(table, job.reach)
    starts, tile = tiles_of(lines, job.tiles, width)
    row = np.repeat(np.arange(lines.n_lines), np.diff(starts))
    of_box, boxes = _boxes(lines, width, np.ones(lines.n_lines, np.bool_))
    strays, homes = (looked_up(job.folder / name, slice(None)) for name in (STRAYS, HOMES))
    segment, stray = shapely.STRtree(shapely.box(*strays.T)).query(shapely.box(*boxes.T), predicate="intersects")
    goes = np.concatenate((tile, homes[stray])), np.concatenate((row, of_box[segment]))
    both = np.unique(goes[0] * max(lines.n_lines, 1) + goes[1])
    tile, row = np.divmod(both, max(lines.n_lines, 1))
    tile, row = tile[job.wanted[tile]], row[job.wanted[tile]]
    own = np.zeros(len(row), np.bool_) if job.home is None else job.home[row] == tile
    sent = table.take(pa.array(row)).append_column("own", pa.array(own))
    return sort_into(job.into, sent, tile, job.tiles.how_many)


def gather_nearby(
    layers: Mapping[str, Sequence[Path]],
    subjects: str,
    tiles: Tiles,
    reach: float,
    folder: Path,
    crew: Crew,
    told: Told,
) -> list[dict[str, list[Slice]]]:
    """Return for each tile that is a home, and for one at least, what of each layer is there.

    Parameters
    ----------
    layers
        The chunks of each layer, one at least: tables in one grid with ``shape`` (WKB) and ``width`` (metres), and
        whatever else the rows have.
    subjects
        The layer whose rows have a home.
    tiles
        Cut for all layers (`geo.partition.tiles.cut_tiles`).
    reach
        What may matter to a subject is not farther from it than this (metres) beyond the widths of both.
    folder
        Takes what is written.
    crew, told
        As `geo.partition.search.find_and_join`; the steps are ``border`` and ``deal``.
    """

    def do(name: str, work: Any, jobs: Sequence[Any]) -> list[Any]:  # noqa: ANN401 - a task and its jobs
        return crew(work, jobs, lambda done, of: told(name, done, of))

    bordered: list[Bordered] = do("border", border, [Border(chunk, tiles, reach) for chunk in layers[subjects]])
    save_array(folder / STRAYS, np.concatenate([one.boxes for one in bordered]))
    save_array(folder / HOMES, np.concatenate([one.home_of_box for one in bordered]))
    wanted = np.zeros(tiles.how_many, np.bool_)
    for one in bordered:
        wanted[one.home[one.home >= 0]] = True
    jobs = [
        Deal(
            chunk, folder / f"dealt-{layer}-{k}.arrow", tiles, reach if layer == subjects else 0.0, folder,
            wanted, bordered[k].home if layer == subjects else None,
        )
        for layer, chunks in layers.items()
        for k, chunk in enumerate(chunks)
    ]  # fmt: skip
    starts = iter(do("deal", deal, jobs))
    paths = iter([job.into for job in jobs])
    slices = {
        layer: slices_of([next(paths) for _ in chunks], [next(starts) for _ in chunks], tiles.how_many)
        for layer, chunks in layers.items()
    }
    homes = np.flatnonzero(wanted).tolist() or [0]
    return [{layer: own[home] for layer, own in slices.items()} for home in homes]


def _outlines(table: pa.Table, reach: float) -> tuple[Polylines, FloatArray]:
    """Return the rows of a chunk as lines, what is no line by the diagonal of its box, and their widths."""
    shapes = shapes_of(table)
    other = ~np.isin(shapely.get_type_id(shapes), _LINES) & ~shapely.is_empty(shapes) & ~shapely.is_missing(shapes)
    shapes[other] = shapely.linestrings(shapely.bounds(shapes[other]).reshape(-1, 2, 2))
    return Polylines.from_shapely(shapes), np.asarray(column(table, "width"), np.float64) + reach


def _boxes(lines: Polylines, width: FloatArray, asked: npt.NDArray[np.bool_]) -> tuple[IntArray, FloatArray]:
    """Return the widened boxes of the segments of some lines as west, south, east, north, and the line of each."""
    part = np.repeat(np.arange(len(lines.part_line)), np.diff(lines.part_starts))
    line = lines.part_line[part]
    first = np.flatnonzero((part[1:] == part[:-1]) & asked[line[1:]]) if len(part) else np.empty(0, np.int64)
    ends = np.stack((lines.x[first], lines.y[first], lines.x[first + 1], lines.y[first + 1]), axis=1).reshape(-1, 2, 2)
    around = (width[line[first]] + ROUNDING_M)[:, None]
    return line[first], np.hstack((ends.min(axis=1) - around, ends.max(axis=1) + around))


def _diagonals(boxes: FloatArray) -> Polylines:
    n = len(boxes)
    ends = boxes.reshape(-1, 2)
    return Polylines(ends[:, 0].copy(), ends[:, 1].copy(), np.arange(n + 1) * 2, np.arange(n), n)
