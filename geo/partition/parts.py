"""Runs and trenches as tables in files, part by part, and all parts of them in one final order."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import shapely

from geo.partition.spills import column, opened
from geo.runs import Runs
from geo.trenches import Trenches

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

    from geo.polylines import IntArray

RUN_ORDER = ("a", "b", "from_a", "from_b")
TRENCH_ORDER = ("first_line", "first_from_m", "axis_line", "axis_from_m")
"""By what the parts are sorted, each by itself and all together; the first is the number of a line."""

MEMBERS = ("member_line", "member_from_m", "member_to_m")
BUCKET = 1024
"""Numbers of lines are counted by so many when parts are put together."""


class Cut(NamedTuple):
    """Stretches of lines, with their shapes."""

    found: Any
    shapes: npt.NDArray[np.object_]


def runs_table(runs: Runs, shapes: npt.NDArray[np.object_] | None = None) -> pa.Table:
    """Return runs as a table, with the shape of each stretch of ``a`` where it is given."""
    columns = {field.name: pa.array(getattr(runs, field.name)) for field in fields(Runs)}
    return pa.table(columns if shapes is None else columns | {"shape": _encoded(shapes)})


def runs_of(table: pa.Table) -> Runs:
    """Return the runs of such a table."""
    return Runs(*(np.array(table.column(field.name)) for field in fields(Runs)))


def trenches_table(trenches: Trenches, shapes: npt.NDArray[np.object_]) -> pa.Table:
    """Return trenches as a table in `TRENCH_ORDER`."""
    starts, at = pa.array(trenches.member_starts, pa.int32()), trenches.member_starts[:-1]
    columns: dict[str, Any] = {
        "first_line": trenches.member_line[at], "first_from_m": trenches.member_from_m[at],
        "axis_line": trenches.axis_line, "axis_from_m": trenches.axis_span()[0],
        "length_m": trenches.length_m, "saved_m": trenches.saved_m, "width_m": trenches.width_m,
    }  # fmt: skip
    columns |= {name: pa.ListArray.from_arrays(starts, pa.array(getattr(trenches, name))) for name in MEMBERS}
    return _sorted(pa.table(columns | {"shape": _encoded(shapes)}), TRENCH_ORDER)


def trenches_of(table: pa.Table) -> Trenches:
    """Return the trenches of such a table."""
    lists = [table.column(name).combine_chunks() for name in MEMBERS]
    starts = lists[0].offsets.to_numpy().astype(np.int64)
    members = [np.array(values.flatten()) for values in lists]
    numbers = {name: np.array(table.column(name)) for name in ("length_m", "saved_m", "width_m", "axis_line")}
    return Trenches(starts - starts[0], *members, **numbers)


def shapes_of(table: pa.Table) -> npt.NDArray[np.object_]:
    """Return the shapes of a table of either kind."""
    return np.asarray(shapely.from_wkb(np.array(table.column("shape").to_pylist(), dtype=object)), dtype=object)


def in_order(paths: list[Path], order: tuple[str, ...], rows: int) -> Iterator[pa.Table]:
    """Yield the rows of all parts in their final order, about ``rows`` at a time.

    Rows of one line stay together, so that a piece is larger where a line has more. Where there is no row at all, one
    table without rows comes, of which a layer without rows can be made; none where there is no part.
    """
    tables = [table for table in map(opened, paths) if len(table)]
    if not tables and paths:
        yield opened(paths[0])
    keys = [column(table, order[0]) for table in tables]
    bounds = _bounds(keys, rows)
    for low, high in pairwise(bounds):
        slices = []
        for table, key in zip(tables, keys, strict=True):
            first, last = np.searchsorted(key, (low, high))
            slices.append(table.slice(int(first), int(last - first)))
        yield _sorted(pa.concat_tables(slices).combine_chunks(), order)


def _bounds(keys: list[IntArray], rows: int) -> list[int]:
    """Return numbers of lines between which there are about ``rows`` rows."""
    size = max((int(key[-1]) // BUCKET + 1 for key in keys), default=0)
    counts = np.zeros(size, np.int64)
    for key in keys:
        counts += np.bincount(key // BUCKET, minlength=size)
    piece = (np.cumsum(counts) - counts) // rows
    firsts = np.flatnonzero(np.diff(piece, prepend=-1)) * BUCKET
    return [*firsts.tolist(), size * BUCKET] if size else [0]


def _sorted(table: pa.Table, order: tuple[str, ...]) -> pa.Table:
    return table.take(pa.array(np.lexsort([column(table, name) for name in reversed(order)])))


def _encoded(shapes: npt.NDArray[np.object_]) -> pa.Array:
    return pa.array(shapely.to_wkb(shapes), pa.binary())
