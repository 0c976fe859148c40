"""Find runs and trenches of more lines than one memory holds: equal, row for row, to those found in one piece.

1. *Look*: each chunk of lines is brought into the grid; a place of each line is kept.
2. *Route*: the plane is cut into tiles, and lines are written by the tiles they are in (`geo.partition.tiles`).
3. *Search*: each tile finds its runs. What a run is depends on its two lines only, and both are there, whole.
4. Lines that share runs are united as the runs come in (union-find over the numbers of lines), and components put into
   shares exactly as `geo.trenches.join_runs` would put them. This is the unit that can be joined apart: claims of one
   component never look at another. Consecutive shares make a *bundle*.
5. *Join*: each bundle makes its trenches, with the corner of all lines as origin.

Between tasks only numbers stay in memory, some 100 bytes a line. A component that is larger than a bundle
is one bundle all the same, and must fit into one worker.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from geo.partition.spills import column, discard, lines_array, opened, save, save_array, slices_of
from geo.partition.tasks import Join, Look, Regroup, Route, Search, join, look, regroup, route, search
from geo.partition.tiles import cut_tiles
from geo.trench_components import settle_components, shares_of, unite
from geo.trenches import reach_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from geo.crs import Grid
    from geo.partition.crews import Crew
    from geo.partition.spills import Slice
    from geo.partition.tasks import Limits, Routed, Seen
    from geo.partition.tiles import Tiles
    from geo.polylines import IntArray, Polylines

    Told = Callable[[str, int, int], None]

BYTES_A_VERTEX = 500
"""What a task needs at most for each vertex, with lines of a dozen vertices and a run each (measured: below 300)."""

LEAST_VERTICES, MOST_VERTICES = 20_000, 2_000_000
"""A task is not worth starting for fewer vertices; larger ones gain nothing."""


NUMBERS, GROUPS, SHARES, BUNDLES = "numbers.npy", "groups.npy", "shares.npy", "bundles.npy"
"""Files that tasks look numbers up in."""


def vertices_a_task(memory: int) -> int:
    """Return how many vertices a task may have where its worker has ``memory`` bytes, half of them for it.

    Examples
    --------
    >>> vertices_a_task(1024**3), vertices_a_task(0)
    (1073741, 20000)
    """
    return min(max(memory // (2 * BYTES_A_VERTEX), LEAST_VERTICES), MOST_VERTICES)


class Spool:
    """Takes the rows of a layer, chunk by chunk, into files of a folder: only their number stays in memory."""

    def __init__(self, folder: Path, name: str = "chunk") -> None:
        self.folder, self._name = folder, name
        self.chunks: list[Path] = []
        self.counts: list[int] = []

    def append(self, lines: Polylines) -> None:
        """Write a chunk of lines: they are the rows after those of the chunks before."""
        self.append_rows(pa.table({"line": lines_array(lines)}))

    def append_rows(self, rows: pa.Table) -> None:
        """Write a chunk of rows of any columns."""
        path = self.folder / f"{self._name}-{len(self.chunks)}.arrow"
        save(path, rows)
        self.chunks.append(path)
        self.counts.append(len(rows))

    @property
    def first_rows(self) -> list[int]:
        """The number of the first row of each chunk."""
        return [*accumulate(self.counts, initial=0)][:-1]


class Place(NamedTuple):
    """The system of the lines as they come (None: that of the grid), and the grid to compute in."""

    crs: str | None
    grid: Grid


class Found(NamedTuple):
    """Files of runs and of trenches, one of each at least: `geo.partition.parts.in_order` puts them into one order.

    Lines have the numbers given.
    """

    runs: list[Path]
    trenches: list[Path]


def find_and_join(
    spool: Spool,
    place: Place,
    number: IntArray,
    group: npt.NDArray[np.signedinteger[Any]],
    limits: Limits,
    vertices: int,
    crew: Crew,
    told: Told,
) -> Found:
    """Return the runs and trenches of all lines of a spool.

    Parameters
    ----------
    spool
        The lines, in one chunk at least; its folder takes what is written meanwhile and the result, and is the
        caller's to remove.
    place
        See `Place`.
    number
        The number of each row of the spool, -1 for one that is left out. Numbers from 0 without a hole: their order is
        that of the result, and of two lines the lesser number is ``a``.
    group
        The group of each number.
    limits
        As `find_runs` and `join_runs`; lines of one group are compared only with ``same_group``.
    vertices
        About how many a task has, so that a worker has room for it (`vertices_a_task`).
    crew
        Who works (`geo.partition.crews`); its workers see the folder under the same name.
    told
        Hears the name of the step, how many of its tasks are done, and how many there are.

    Raises
    ------
    BadInputError
        A limit that is no number above 0, or a task that brings down one worker after the other.
    """
    reach_of(limits.distance, limits.max_width)  # refuses what `join_runs` would, before anything is done
    save_array(spool.folder / NUMBERS, number)
    save_array(spool.folder / GROUPS, group)
    steps = _Steps(spool.folder, limits, crew, told)
    seen = steps.look(spool, place)
    weight = np.concatenate([chunk.vertices for chunk in seen]) * (number >= 0)
    x, y = (np.concatenate([getattr(chunk, axis) for chunk in seen]) for axis in ("x", "y"))
    tiles = cut_tiles(x, y, weight, vertices)
    routed, files = steps.route(spool, seen, tiles)
    discard([*spool.chunks, *(chunk.chunk for chunk in seen)])
    runs, wider = steps.search(slices_of(files, [chunk.starts for chunk in routed], tiles.how_many))
    weight_of = np.zeros(len(group), np.int64)
    weight_of[number[number >= 0]] = weight[number >= 0]
    share = _shares(wider, len(group))
    bundle, count = _bundles(share, weight_of, vertices)
    save_array(spool.folder / SHARES, share)
    save_array(spool.folder / BUNDLES, bundle)
    lines = steps.regroup(files, count, [chunk.starts for chunk in routed])
    beside = steps.regroup(wider, count)
    discard([*files, *wider])
    corner = (min(chunk.corner[0] for chunk in routed), min(chunk.corner[1] for chunk in routed))
    return Found(runs, steps.join(lines, beside, corner))


def _shares(wider: list[Path], n_lines: int) -> IntArray:
    """Return the share of each line, as `geo.trench_components.Shares` makes them of all runs at once."""
    least = np.arange(n_lines)
    for path in wider:
        table = opened(path)
        unite(least, column(table, "a").copy(), column(table, "b").copy())
    settle_components(least)
    per_component = np.zeros(n_lines, np.int64)
    for path in wider:
        np.add.at(per_component, least[column(opened(path), "a")], 1)
    return shares_of(least, per_component)


def _bundles(share: IntArray, weight: IntArray, most: int) -> tuple[IntArray, int]:
    """Return the bundle of each line, -1 for one in no share, and how many there are, one at least, of about ``most``.

    Examples
    --------
    >>> _bundles(np.array([0, 4, -1, 4, 9]), np.array([10, 10, 10, 10, 10]), 20)
    (array([ 0,  0, -1,  0,  1]), 2)
    """
    some = share >= 0
    used, own = np.unique(share[some], return_inverse=True)
    sums = np.bincount(own, weights=weight[some], minlength=len(used))
    number = np.unique((np.cumsum(sums) - sums) // most, return_inverse=True)[1]
    bundle = np.full(len(share), -1, np.int64)
    bundle[some] = number[own]
    return bundle, int(number.max(initial=0)) + 1


class _Steps:
    """The steps of one search: each makes jobs of files, and returns the files that they write."""

    def __init__(self, folder: Path, limits: Limits, crew: Crew, told: Told) -> None:
        self._folder, self._limits, self._crew, self._told = folder, limits, crew, told

    def _do(self, name: str, work: Callable[[Any], Any], jobs: Sequence[Any]) -> list[Any]:
        return self._crew(work, jobs, lambda done, of: self._told(name, done, of))

    def look(self, spool: Spool, place: Place) -> list[Seen]:
        placed = (self._folder / f"placed-{k}.arrow" for k in range(len(spool.chunks)))
        jobs = [
            Look(chunk, into, place.crs, place.grid.code) for chunk, into in zip(spool.chunks, placed, strict=False)
        ]
        return self._do("look", look, jobs)

    def route(self, spool: Spool, seen: list[Seen], tiles: Tiles) -> tuple[list[Routed], list[Path]]:
        first = spool.first_rows
        jobs = [
            Route(
                chunk.chunk, self._folder / f"lines-{k}.arrow", first[k], self._folder / NUMBERS, tiles,
                self._limits.reach,
            )
            for k, chunk in enumerate(seen)
        ]  # fmt: skip
        return self._do("route", route, jobs), [job.into for job in jobs]

    def search(self, lines: list[list[Slice]]) -> tuple[list[Path], list[Path]]:
        folder = self._folder
        jobs = [
            Search(k, own, folder / GROUPS, self._limits, folder / f"runs-{k}.arrow", folder / f"wider-{k}.arrow")
            for k, own in enumerate(lines)
            if k == 0 or own[0].last
        ]
        self._do("search", search, jobs)
        return [job.runs for job in jobs], [job.wider for job in jobs]

    def regroup(
        self, files: list[Path], count: int, starts: Sequence[IntArray | None] | None = None
    ) -> list[list[Slice]]:
        """Return the slices of each bundle, of the files of lines (with ``starts``) or of runs."""
        jobs = [
            Regroup(path, path.with_name(f"joined-{path.name}"), self._folder / BUNDLES, count, own)
            for path, own in zip(files, starts or [None] * len(files), strict=True)
        ]
        return slices_of([job.into for job in jobs], self._do("regroup", regroup, jobs), count)

    def join(self, lines: list[list[Slice]], runs: list[list[Slice]], corner: tuple[float, float]) -> list[Path]:
        folder = self._folder
        jobs = [
            Join(own, theirs, folder / GROUPS, folder / SHARES, corner, self._limits, folder / f"trenches-{k}.arrow")
            for k, (own, theirs) in enumerate(zip(lines, runs, strict=True))
        ]
        self._do("join", join, jobs)
        return [job.into for job in jobs]
