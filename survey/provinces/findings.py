"""Find the conflicts of a whole province: of files that need not fit into memory, on several processes.

The layer is that of `survey.conflicts.find_conflicts`, row for row: ids, facts, sentences, order. A finding depends on
its route, on one other line or object near it, and on the roads; a route without dates is told how many routes are near
it. So every route is judged in one tile, its home, together with all that comes near it anywhere (`geo.partition`).
Roads stay whole: kerbs depend on all carriageways that meet, and whether dates are kept on the layer as a whole. Every
worker holds them, some kilobytes a road, besides its tile. Here stay the id of each route and some 100 bytes a row of
any layer; the rest goes through files in a hidden folder beside the result.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.faults import refuse
from geo.formats.appending import Appended
from geo.formats.writing import put_in_place, workspace
from geo.partition import Spool, gather_nearby, in_order, shapes_of
from geo.partition.spills import column, discard, save_array
from geo.partition.tiles import cut_tiles
from survey.conflicts.citing import inside_tables
from survey.conflicts.judging import COVERAGE
from survey.conflicts.parameters import load_parameters
from survey.policies import load_policy
from survey.provinces.judging import LINES, MOST_SAID, SAID, TEXTS, Judge, Look, Question, judge, look, rows_table
from survey.provinces.taking_in import Extent, coming_from, named, one_type, take_in
from survey.standards.classes import Classes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.crs import Grid
    from geo.faults import Fault
    from geo.formats.batches import Batches
    from geo.partition import Crew
    from survey.policies import Policy
    from survey.provinces.judging import Looked
    from survey.provinces.taking_in import Heard
    from survey.subjects import Buried

    Integers = NDArray[np.int64]

BYTES_A_VERTEX = 3000
"""What judging may need for each vertex of a tile: twice what was measured without sentences (about 1,500)."""

LEAST_VERTICES, MOST_VERTICES = 20_000, 500_000
"""A tile is not worth starting for fewer vertices; larger ones gain nothing."""

ROWS_WRITTEN = 50_000
"""About how many findings are in memory while they are written."""


def vertices_a_tile(memory: int) -> int:
    """Return how many vertices a tile may have where its worker has ``memory`` bytes, half of them for it.

    Examples
    --------
    >>> vertices_a_tile(2 * 1024**3), vertices_a_tile(0)
    (357913, 20000)
    """
    return min(max(memory // (2 * BYTES_A_VERTEX), LEAST_VERTICES), MOST_VERTICES)


class WrittenFindings(NamedTuple):
    """What was written: the file, how many routes there were in which grid, and what there is to say of it.

    ``counts``: findings by kind and outcome; ``said``: route and sentence in both languages of the gravest; ``notes``:
    what was no value and was taken as unknown, once for each time it was met.
    """

    path: Path
    routes: int
    grid: Grid
    counts: Mapping[tuple[str, str], int]
    said: tuple[tuple[str, str, str], ...]
    notes: list[Fault]


def write_findings(
    files: Mapping[str, Batches],
    out: Path,
    question: Question,
    crew: Callable[[Path], AbstractContextManager[Crew]],
    *,
    memory: int,
    grid: str | None = None,
    skip_bad: bool = False,
    heard: Heard,
) -> WrittenFindings:
    """Write the layer ``findings`` of some files as one GeoParquet file.

    Parameters
    ----------
    files
        ``routes``, and what there is of ``pipes roads buildings trees``, with checks that leave our utilities in
        ``utility``. Without an ``id`` the row number is it, as text.
    out
        The file, written as a whole or not at all.
    question
        See `Question`.
    crew
        Who works, given a folder for what they write for themselves: `geo.partition.local_crew` and `cluster_crew`.
    memory
        Bytes that a worker has.
    grid
        To compute in; else that of the routes, else that of their place.
    skip_bad
        Leave out rows that have a fault; what they were stands in ``faults`` of the files.
    heard
        Hears the step (``read look border deal judge write``), how much of it is done, and of how much; 0 where that is
        not known.

    Raises
    ------
    BadInputError
        With every fault of all files; where a worker has too little memory; where nothing can be written.
    """
    with workspace(out) as hidden:
        folder = hidden.resolve()  # workers of a cluster have working folders of their own
        with crew(folder) as working:
            kept = {layer: _Kept(layer, folder) for layer in files}
            take_in([(batches, kept[layer].keep) for layer, batches in files.items()], heard, skip_bad=skip_bad)
            place = kept["routes"].extent.place(files["routes"].crs, grid)
            steps = _Steps(folder, place.grid, question, working, heard)
            looked = steps.look(kept, files)
            refuse(fault for chunks in looked.values() for chunk in chunks for fault in chunk.refused)
            ids = kept["routes"].ids
            parts = steps.judge(looked, vertices_a_tile(memory), len(ids))
        made = folder / out.name
        count, said = _write(parts, place.grid, made, heard, sentences=question.sentences)
        put_in_place({made: out})
    notes = [fault for layer in LINES for one in looked.get(layer, ()) for fault, n in one.noted for _ in range(n)]
    return WrittenFindings(out, len(ids), place.grid, count, said, notes)


class _Kept:
    """A layer while it is read: its rows in files; in memory their numbers in the file, and the ids of routes."""

    def __init__(self, layer: str, folder: Path) -> None:
        self._layer, self.extent, self.spool = layer, Extent(), Spool(folder, layer)
        self._rows: list[Integers] = []
        self._ids: list[pa.Array] = []
        self._kinds: set[pa.DataType] = set()
        self.ids = pa.array([], pa.large_string())

    def keep(self, frame: gpd.GeoDataFrame) -> None:
        """Take some rows in."""
        frame = named(frame)
        self.extent.add(frame)
        self._rows.append(frame.index.to_numpy(dtype=np.int64))
        ids = pa.array(frame["id"].tolist())
        self._kinds |= {ids.type} if len(ids) else set()
        if self._layer == "routes":
            self._ids.append(ids)
        self.spool.append_rows(rows_table(frame, self._layer))

    @property
    def decimal(self) -> bool:
        """Whether ids are whole numbers in some batches and others in some: then all are read as others."""
        return len(self._kinds) > 1

    def settle(self, left_out: Integers) -> Integers:
        """Return the number of each row, -1 of one that is left out: of routes, the place of their ids as text."""
        rows = np.concatenate([np.empty(0, np.int64), *self._rows])
        kept = np.flatnonzero(~np.isin(rows, left_out))
        number = np.full(len(rows), -1, np.int64)
        order = np.arange(len(kept))
        if self._layer == "routes":
            self.ids = _as_text(one_type([ids for ids in self._ids if len(ids)])).take(pa.array(kept))
            order = pc.array_sort_indices(self.ids).to_numpy().astype(np.int64)  # by code points, as numpy sorts
        number[kept[order]] = np.arange(len(kept))
        self._rows, self._ids = [], []
        return number


def _as_text(ids: pa.Array) -> pa.Array:
    """Return ids as `survey.conflicts.line_reading` reads them."""
    if pa.types.is_large_string(ids.type):
        return ids
    return pa.array([str(name) for name in ids.to_pylist()], pa.large_string())


class _Steps:
    """The steps of one search: each makes jobs of files, and returns the files that they write."""

    def __init__(self, folder: Path, grid: Grid, question: Question, crew: Crew, told: Heard) -> None:
        self._folder, self._grid, self._question, self._crew, self._told = folder, grid, question, crew, told

    def _do(self, name: str, work: Callable[[Any], Any], jobs: Sequence[Any]) -> list[Any]:
        return self._crew(work, jobs, lambda done, of: self._told(name, done, of))

    def look(self, kept: Mapping[str, _Kept], files: Mapping[str, Batches]) -> dict[str, list[Looked]]:
        """Bring all chunks into the grid."""
        jobs = []
        for layer, one in kept.items():
            numbers = self._folder / f"numbers-{layer}.npy"
            save_array(numbers, one.settle(files[layer].repeated))
            jobs += [
                Look(
                    layer, chunk, self._folder / f"looked-{chunk.name}", first, numbers, one.decimal,
                    coming_from(files[layer].crs, self._grid), self._grid.code, self._question.policy,
                )
                for chunk, first in zip(one.spool.chunks, one.spool.first_rows, strict=True)
            ]  # fmt: skip
        done = self._do("look", look, jobs)
        discard(job.chunk for job in jobs)
        return {layer: [seen for job, seen in zip(jobs, done, strict=True) if job.layer == layer] for layer in kept}

    def judge(self, looked: Mapping[str, list[Looked]], vertices: int, routes: int) -> list[Path]:
        """Send to each tile what it needs, and judge it."""
        near = {layer: chunks for layer, chunks in looked.items() if layer != "roads"}
        x, y, weight = (
            np.concatenate([getattr(chunk, name) for chunks in near.values() for chunk in chunks])
            for name in ("x", "y", "vertices")
        )
        tiles = cut_tiles(x, y, weight, vertices)
        buried = frozenset().union(*(chunk.buried for layer in LINES for chunk in looked.get(layer, ())))
        reach = looks_beyond(buried, load_policy(self._question.policy))
        chunks = {layer: [one.chunk for one in several] for layer, several in near.items()}
        homes = gather_nearby(chunks, "routes", tiles, reach, self._folder, self._crew, self._told)
        roads = tuple(one.chunk for one in looked.get("roads", ()))
        corner = _corner(looked.get("buildings", ()))
        jobs = [
            Judge(home, roads, corner, routes, self._grid.code, self._question, self._folder / f"findings-{k}.arrow")
            for k, home in enumerate(homes)
        ]
        self._do("judge", judge, jobs)
        return [job.into for job in jobs]


def _corner(buildings: Sequence[Looked]) -> tuple[float, float] | None:
    """Return the least coordinates of all buildings; None where there are none."""
    corner = tuple(min((one.corner[k] for one in buildings), default=np.inf) for k in (0, 1))
    return (corner[0], corner[1]) if np.isfinite(corner).all() else None


def looks_beyond(buried: Collection[Buried], policy: Policy) -> float:
    """Return how far a route looks (metres) beyond its own error and thickness, and those of the other line.

    The greatest clearance that the standards ask of any two of the lines, or beside an object with its error, and what
    two crews need.

    Examples
    --------
    >>> from survey.policies import load_policy
    >>> from survey.subjects import Buried
    >>> round(looks_beyond([Buried("gas", pressure_mpa=0.2)], load_policy("neixiang")), 2) >= 6.0
    True
    """
    parameters = load_parameters()
    classes = inside_tables(Classes.of(sorted(buried, key=str))[1])
    clearances = np.nan_to_num(classes.horizontal()).max(initial=0.0)
    objects = [np.nan_to_num(classes.to_object(kind)).max(initial=0.0) for kind in ("building", "tree")]
    off = COVERAGE * float(policy.defaults.accuracy_m["greens"])
    crews = 2 * max(work.buffer_m for work in parameters.work.values())
    return float(max(clearances, max(objects) + off, crews, parameters.value("reopened_beside")))


def _write(
    parts: list[Path], grid: Grid, path: Path, heard: Heard, *, sentences: bool
) -> tuple[Mapping[tuple[str, str], int], tuple[tuple[str, str, str], ...]]:
    """Write the findings of all tiles in their order, some rows at a time."""
    count: Counter[tuple[str, str]] = Counter()
    said: list[tuple[str, str, str]] = []
    words = ("sentence_zh", "sentence_en") if sentences else SAID
    told = ("sentence_zh", "sentence_en", "mend", "mend_zh", "mend_en") if sentences else ()
    with Appended(path, texts=(*TEXTS, *told)) as file:
        for table in _ordered(parts):
            first = table.slice(0, MOST_SAID - len(said)).select(["a", *words]).to_pylist()
            said += [(row["a"], row[words[0]], row[words[1]]) for row in first]
            columns = table.drop_columns([name for name in ("shape", "place", *SAID) if name in table.column_names])
            frame = columns.to_pandas()
            count.update(zip(frame["kind"], frame["outcome"], strict=True))
            file.append(gpd.GeoDataFrame(frame, geometry=shapes_of(table), crs=grid.crs))
            heard("write", count.total(), 0)
    return count, tuple(said)


def _ordered(parts: list[Path]) -> Iterator[pa.Table]:
    """Yield the findings of all parts as `survey.finding_columns.Findings` orders them: by place, other, from, id."""
    for table in in_order(parts, ("place",), ROWS_WRITTEN):
        other = [f"{layer}\0{name}" if name is not None else "" for layer, name in zip(
            table["b_layer"].to_pylist(), table["b"].to_pylist(), strict=True
        )]  # fmt: skip
        keys = [
            np.unique(np.array(values, dtype=object), return_inverse=True)[1]
            for values in (table["id"].to_pylist(), other)
        ]
        order = np.lexsort((keys[0], column(table, "from_m"), keys[1], column(table, "place")))
        yield table.take(pa.array(order))
