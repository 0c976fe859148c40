"""Keep rows in files that are mapped into memory, so that what is not looked at needs no room.

A file is written beside its place and renamed: a task that is done twice, because its worker was lost, leaves one whole
file. Rows that go to several destinations are written sorted by destination; who needs one reads a slice.
"""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from geo.polylines import Polylines

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy.typing as npt

    from geo.polylines import IntArray


class Slice(NamedTuple):
    """The rows ``first .. last - 1`` of a file."""

    path: Path
    first: int
    last: int


def save(path: Path, table: pa.Table) -> None:
    """Write a table so that there is a whole file of that name or none."""
    beside = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    with pa.OSFile(str(beside), "wb") as stream, pa.ipc.new_file(stream, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    beside.replace(path)


def save_array(path: Path, values: npt.NDArray[Any]) -> None:
    """Write numbers so that tasks look up some of them: `looked_up`."""
    beside = path.with_name(f"{path.name}.{uuid.uuid4().hex}.npy")
    np.save(beside, values)
    beside.replace(path)


def looked_up(path: Path, rows: IntArray | slice) -> IntArray:
    """Return some of the numbers that `save_array` has written, without reading the others."""
    return np.array(np.load(path, mmap_mode="r")[rows])


def opened(path: Path) -> pa.Table:
    """Return a table whose columns are the file itself, mapped into memory."""
    with pa.memory_map(os.fspath(path)) as stream:
        return pa.ipc.open_file(stream).read_all()


def discard(paths: Iterable[Path]) -> None:
    """Remove files that no task will need any more: a step that is over is not done again."""
    for path in paths:
        path.unlink(missing_ok=True)


def gathered(slices: Iterable[Slice]) -> pa.Table:
    """Return the rows of one or more slices as one table in memory.

    A column that says nothing in one file, or holds whole numbers only, becomes what it is in the others.
    """
    tables = [opened(path).slice(first, last - first) for path, first, last in slices]
    return pa.concat_tables(tables, promote_options="permissive").combine_chunks()


def sort_into(path: Path, table: pa.Table, destination: IntArray, count: int) -> IntArray:
    """Save the rows by destination, in their order, and return where each of the ``count`` destinations starts."""
    order = np.argsort(destination, kind="stable")
    save(path, table.take(pa.array(order)))
    return np.searchsorted(destination[order], np.arange(count + 1)).astype(np.int64)


def slices_of(paths: list[Path], starts: list[IntArray], count: int) -> list[list[Slice]]:
    """Return for each destination its slices of the files that `sort_into` has written: one at least, if of no row.

    Examples
    --------
    >>> from pathlib import Path
    >>> [[tuple(s)[1:] for s in found] for found in slices_of([Path("a")], [np.array([0, 2, 2])], 2)]
    [[(0, 2)], [(0, 0)]]
    """
    return [
        [
            Slice(path, int(own[k]), int(own[k + 1]))
            for path, own in zip(paths, starts, strict=True)
            if own[k + 1] > own[k]
        ]
        or [Slice(paths[0], 0, 0)]
        for k in range(count)
    ]


def column(table: pa.Table, name: str) -> IntArray:
    """Return a column of a table as an array; it is the file itself where the table is one file."""
    values = table.column(name)
    return np.asarray(values.chunk(0) if values.num_chunks == 1 else values.combine_chunks())


def lines_array(lines: Polylines) -> pa.Array:
    """Return lines as a column: a list of parts, each a list of vertices, of two doubles.

    Examples
    --------
    >>> import shapely
    >>> array = lines_array(Polylines.from_shapely([shapely.LineString([(0, 0), (3, 4)]), None]))
    >>> array.to_pylist(), lines_of(array).lengths().tolist()
    ([[[[0.0, 0.0], [3.0, 4.0]]], []], [5.0, 0.0])
    """
    places = pa.FixedSizeListArray.from_arrays(pa.array(np.column_stack((lines.x, lines.y)).ravel()), 2)
    parts = pa.ListArray.from_arrays(pa.array(lines.part_starts, pa.int32()), places)
    bounds = np.searchsorted(lines.part_line, np.arange(lines.n_lines + 1))
    return pa.ListArray.from_arrays(pa.array(bounds, pa.int32()), parts)


def lines_of(array: pa.Array | pa.ChunkedArray) -> Polylines:
    """Return the lines of such a column."""
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    bounds = array.offsets.to_numpy().astype(np.int64)
    parts = array.flatten()
    starts = parts.offsets.to_numpy().astype(np.int64)
    xy = np.asarray(parts.flatten().flatten()).reshape(-1, 2)
    owner = np.repeat(np.arange(len(array)), np.diff(bounds))
    return Polylines(xy[:, 0].copy(), xy[:, 1].copy(), starts - starts[0], owner, len(array))
