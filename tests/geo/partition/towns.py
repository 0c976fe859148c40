"""Small towns of lines beside each other, and both ways to find their runs and trenches."""

from dataclasses import fields
from typing import NamedTuple

import numpy as np
import shapely
from hypothesis import strategies as st

from geo.crs import grid
from geo.parallels import find_runs
from geo.partition import (
    RUN_ORDER,
    TRENCH_ORDER,
    Place,
    Spool,
    find_and_join,
    in_order,
    runs_of,
    shapes_of,
    trenches_of,
)
from geo.polylines import Polylines
from geo.trenches import join_runs

GRID = grid("EPSG:4546")
EAST, NORTH = 500_000.0, 3_600_000.0


class Answer(NamedTuple):
    """Every column of both layers, in the final order, and the shapes as bytes."""

    runs: dict
    trenches: dict


@st.composite
def towns(draw):
    """Lines along a few streets, some across, some of two parts, some of nothing, some twice."""
    n = draw(st.integers(1, 25))
    shapes = []
    for _ in range(n):
        kind = draw(st.integers(0, 9))
        if kind == 0:
            shapes.append(None)
            continue
        if kind == 1 and shapes:
            shapes.append(draw(st.sampled_from(shapes)))
            continue
        street = draw(st.integers(0, 2)) * 60.0
        begin, length = draw(st.integers(0, 200)), draw(st.integers(5, 200))
        across = street + draw(st.integers(0, 60)) / 10
        bend = draw(st.integers(-20, 20)) / 10
        xy = np.array([(begin, across), (begin + length / 2, across + bend / 4), (begin + length, across + bend)])
        if draw(st.booleans()):
            xy = xy[:, ::-1]
        if draw(st.booleans()):
            xy = xy[::-1]
        line = shapely.LineString(xy + np.array([EAST, NORTH]))
        if kind == 2:
            line = shapely.MultiLineString([line, shapely.LineString(xy + np.array([EAST + 3.0, NORTH + 1.0]))])
        shapes.append(line)
    return shapes, np.array(draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)), np.int64)


def at_once(lines, group, limits):
    """Return the answer for all lines in one memory."""
    own = None if limits.same_group else group
    options = {"bearing": limits.bearing, "min_length": limits.min_length, "bridge": limits.bridge, "group": own}
    runs = find_runs(lines, distance=limits.distance, **options)
    wider = find_runs(lines, distance=limits.reach, **options)
    found = join_runs(lines, wider, distance=limits.distance, max_width=limits.max_width, group=group)
    begin, end = found.axis_span()
    at = found.member_starts[:-1]
    order = np.lexsort((begin, found.axis_line, found.member_from_m[at], found.member_line[at]))
    return Answer(
        _runs(runs, lines.cut(runs.a, runs.from_a, runs.to_a)),
        _trenches(found, lines.cut(found.axis_line, begin, end), order),
    )


def in_tiles(folder, lines, group, limits, vertices, crew, *, chunks=3, seed=0, told=lambda *_: None):
    """Return the answer worked off in tiles, with the rows in a random order, some of them left out."""
    rows = np.random.default_rng(seed).permutation(lines.n_lines)
    spool = Spool(folder)
    for chunk in np.array_split(rows, chunks):
        spool.append(lines.take(chunk))
    spool.append(lines.take(rows[:2]))  # what is left out again changes nothing
    number = np.concatenate((rows, np.full(min(len(rows), 2), -1)))
    found = find_and_join(spool, Place(None, GRID), number, group, limits, vertices, crew, told)
    runs, shapes = _whole(found.runs, RUN_ORDER, runs_of)
    trenches, axes = _whole(found.trenches, TRENCH_ORDER, trenches_of)
    return Answer(_runs(runs, shapes), _trenches(trenches, axes, np.arange(len(trenches))))


def _whole(paths, order, read):
    import pyarrow as pa

    table = pa.concat_tables(list(in_order(paths, order, 7))).combine_chunks()
    return read(table), shapes_of(table)


def _runs(runs, shapes):
    return {f.name: getattr(runs, f.name).tolist() for f in fields(runs)} | {"shapes": shapely.to_wkb(shapes).tolist()}


def _trenches(found, shapes, order):
    own = [slice(found.member_starts[k], found.member_starts[k + 1]) for k in order]
    members = {
        name: [getattr(found, name)[one].tolist() for one in own]
        for name in ("member_line", "member_from_m", "member_to_m")
    }
    numbers = {n: getattr(found, n)[order].tolist() for n in ("length_m", "saved_m", "width_m", "axis_line")}
    return members | numbers | {"shapes": shapely.to_wkb(shapes[order]).tolist()}


def lines_of_town(shapes):
    return Polylines.from_shapely(np.array([*shapes, None], dtype=object)[:-1])
