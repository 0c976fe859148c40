"""Compile every kernel of `geo` on tiny inputs, so that nobody waits for it later: ``python -m geo.warm``."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import shapely

from geo import lengths
from geo.clearances import find_close, find_line_crossings, nearest_to_areas, nearest_to_points
from geo.crossings import Areas, find_passages, union_length
from geo.crs import grid
from geo.depths import Depths, vertical_gaps
from geo.outlines import outer_edges
from geo.parallels import ResidentLines, Runs, find_runs
from geo.partition.tiles import cut_tiles, tiles_of, told_here
from geo.polylines import Polylines
from geo.resident_clearances import ResidentClearances
from geo.trenches import join_runs


def warm() -> None:
    """Call every compiled function of ``geo`` once with the types that it is always called with.

    The machine code is kept beside the sources (or, where that folder is read-only, in the user's cache folder), so
    that this takes some twenty seconds the first time and a fraction of one ever after.
    """
    for group in GROUPS:
        group()


def _three_lines() -> Polylines:
    return Polylines.from_shapely(
        [
            shapely.LineString([(0, 0), (60, 0), (60, 50)]),
            shapely.LineString([(0, 2), (58, 2), (58, 50)]),
            shapely.LineString([(0, 1), (4000, 1)]),
        ]
    )


def _warm_lines() -> None:
    lines = _three_lines()
    lines.lengths()
    lines.segments()
    lines.points_at([0], [1.0])
    lines.cut([0], [1.0], [2.0])
    county = grid(4546)
    lengths.lengths(lines, county)
    lengths.areas([shapely.box(500_000, 3_500_000, 500_010, 3_500_010)], county)
    lengths.scale_at([500_000.0], [3_500_000.0], county)


def _warm_runs() -> None:
    lines = _three_lines()
    find_runs(lines, group=np.arange(3))
    resident = ResidentLines(lines)
    resident.replace(0, shapely.LineString([(0, 0), (30, 0)]))
    resident.runs_of(lines)
    tiles = cut_tiles(np.array([0.0, 4000.0]), np.zeros(2), np.ones(2, np.int64), 1)
    told_here(*tiles_of(lines, tiles, 3.0), np.array([0]), np.array([1]), 0)


def _warm_trenches() -> None:
    lines = _three_lines()
    # One run by hand: finding it would compile the other group's kernels here as well.
    zero, two, fifty = np.array([0.0]), np.array([2.0]), np.array([50.0])
    runs = Runs(np.array([0]), np.array([1]), zero, fifty, zero, fifty, two, two, two, np.array([True]))
    join_runs(lines, runs)
    join_runs(lines, runs, group=np.arange(lines.n_lines))


def _warm_crossings() -> None:
    lines = _three_lines()
    polygons = Areas.from_polygons([shapely.box(20, -9, 30, 9), shapely.box(25, -9, 35, 9)], np.arange(2))
    axes = Areas.from_centrelines(lines.take([1]), np.array([4.0]), np.array([2]))
    passages = find_passages(lines, Areas.concatenate([polygons, axes]))
    union_length(passages, lines.n_lines)
    union_length(passages, lines.n_lines, passages.crossing)


def _warm_clearances() -> None:
    lines = _three_lines()
    close = find_close(lines, radius_a=0.1, class_a=0, need=np.full((1, 1), 3.0))
    find_line_crossings(lines)
    resident = ResidentClearances(lines, 0.1, 0)
    resident.replace(0, shapely.LineString([(0, 0), (30, 0)]))
    resident.close_to(lines, radius=0.1, class_of=0, need=np.full((1, 1), 3.0))
    resident.crossings_with(lines)
    nearest_to_points(lines, [5.0], [1.0], 2.0)
    nearest_to_areas(lines, [shapely.box(20, -9, 30, 9)], 2.0)
    outer_edges([shapely.box(20, -9, 30, 9), shapely.box(25, -5, 40, 5)])
    depths = Depths.at_vertices(lines, np.ones(len(lines.x)))
    depths.slope(0, 1.0)
    depths.least(0, 1.0, 2.0)
    vertical_gaps(close, depths, None, 0.1)


GROUPS = (_warm_clearances, _warm_crossings, _warm_trenches, _warm_runs, _warm_lines)


def main() -> None:
    """Warm the groups side by side, each in a process of its own: compiling one holds the interpreter's lock."""
    started = time.perf_counter()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        for done in [workers.submit(group) for group in GROUPS]:
            done.result()
    sys.stdout.write(f"geo: compiled kernels ready in {time.perf_counter() - started:.1f} s\n")


if __name__ == "__main__":
    main()
