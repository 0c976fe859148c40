"""Hold many lines as flat arrays with chainage: the one data structure of the engine.

A line has zero or more parts; a part is a sequence of at least two vertices. Chainage runs from 0 at the first vertex
through all parts of the line: the gap between two parts adds nothing. Coordinates are metres of a projected grid;
lengths and chainages are planar metres of that grid (see `geo.lengths` for the ellipsoid).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.chainage import copy_lines, cut_out, line_lengths, points_along, segment_at, segments_of
from geo.faults import Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]
    IntArray = npt.NDArray[np.int64]

__all__ = ["Polylines", "Segments", "segment_at"]

LINE_TYPES = (1, 2, 5)
"""Shapely's type numbers of LineString, LinearRing and MultiLineString."""

_NO_LINES = ~np.isin(np.arange(-1, 8), (-1, *LINE_TYPES))
"""Whether shapely's type numbers, from -1 for None, are neither lines nor nothing."""

MOST_KEPT = 2_000_000
"""Segments are kept with their lines, which are asked for them again and again, unless they are more than this: some
120 MB."""

NO_LINE = shapely.LineString()
"""What a line without a part is to shapely."""


@dataclass(frozen=True, slots=True)
class Segments:
    """Every segment of some lines that has a length, in order; repeated vertices make none.

    Attributes
    ----------
    x, y
        Start vertex, metres of the grid, absolute.
    ux, uy
        Unit direction.
    length
        Metres, above 0.
    chainage
        Of the start vertex, metres from the start of the line.
    line
        Index of the line, non-decreasing.
    linked
        True where the start vertex is the end of the segment before it in the same part.
    starts
        ``int64[n_lines + 1]``: segments ``starts[i]:starts[i + 1]`` are those of line ``i``.
    """

    x: FloatArray
    y: FloatArray
    ux: FloatArray
    uy: FloatArray
    length: FloatArray
    chainage: FloatArray
    line: IntArray
    linked: npt.NDArray[np.bool_]
    starts: IntArray

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, slots=True)
class Polylines:
    """Many lines as flat arrays. Build with `from_shapely` or `from_arrays`, which check what comes in.

    Nothing may be written into the arrays afterwards: segments are made once.

    Attributes
    ----------
    x, y
        ``float64[n_vertices]``, absolute metres of the grid; finite.
    part_starts
        ``int64[n_parts + 1]``: vertices ``part_starts[p]:part_starts[p + 1]`` are those of part ``p`` (at least two).
    part_line
        ``int64[n_parts]``, non-decreasing: the line of each part.
    n_lines
        How many lines there are. A line without a part is allowed: its length is 0 and it has no segment, so that the
        index of a line is always the row it came from.

    Examples
    --------
    >>> lines = Polylines.from_shapely([shapely.LineString([(0, 0), (3, 4), (3, 10)]), None])
    >>> lines.lengths()
    array([11.,  0.])
    >>> lines.cut([0], [2.5], [6.0])[0].wkt
    'LINESTRING (1.5 2, 3 4, 3 5)'
    """

    x: FloatArray
    y: FloatArray
    part_starts: IntArray
    part_line: IntArray
    n_lines: int
    _kept: list[Segments] = field(default_factory=list, init=False, repr=False, compare=False)

    @classmethod
    def from_arrays(cls, x: Any, y: Any, part_starts: Any, part_line: Any, n_lines: int) -> Polylines:  # noqa: ANN401 - anything that numpy takes
        """Return lines from flat arrays; parts without a vertex are left out.

        Raises
        ------
        BadInputError
            With every coordinate that is NaN or infinite and every part of one vertex, by line and by vertex.
        ValueError
            Where the arrays do not fit each other (a mistake of the caller, not of the data).
        """
        x, y = _floats(x), _floats(y)
        part_starts, part_line = _integers(part_starts), _integers(part_line)
        _check_layout(x, y, part_starts, part_line, n_lines)
        kept = np.diff(part_starts) > 0
        if not kept.all():
            part_starts = _integers(np.append(part_starts[:-1][kept], part_starts[-1]))
            part_line = _integers(part_line[kept])
        lines = cls(x, y, part_starts, part_line, int(n_lines))
        refuse(_vertex_faults(lines))
        return lines

    @classmethod
    def from_shapely(cls, geometries: Any) -> Polylines:  # noqa: ANN401 - a sequence, array or GeoSeries of geometries
        """Return lines from shapely LineStrings and MultiLineStrings, one line for each geometry.

        Z and M are ignored, vertices are kept as they are, None and empty geometries become lines without a part.

        Raises
        ------
        BadInputError
            With every geometry that is not a line and every coordinate that is NaN or infinite.
        """
        geometries = np.asarray(geometries, dtype=object)
        types = shapely.get_type_id(geometries)
        wrong = np.flatnonzero(_NO_LINES[types + 1] & ~shapely.is_empty(geometries))
        refuse(_wrong_type(int(row), geometries[row]) for row in wrong)
        parts, part_line = shapely.get_parts(geometries, return_index=True)
        kept = ~shapely.is_empty(parts)
        xy, vertex_part = shapely.get_coordinates(parts[kept], return_index=True)
        counts = np.bincount(vertex_part, minlength=int(kept.sum()))
        starts = np.concatenate(([0], np.cumsum(counts)))
        return cls.from_arrays(xy[:, 0], xy[:, 1], starts, part_line[kept], len(geometries))

    @classmethod
    def concatenate(cls, several: Sequence[Polylines]) -> Polylines:
        """Return the lines of ``several``, one after the other."""
        vertices = np.cumsum([0, *(len(lines.x) for lines in several)])
        rows = np.cumsum([0, *(lines.n_lines for lines in several)])
        starts = [lines.part_starts[:-1] + before for lines, before in zip(several, vertices[:-1], strict=True)]
        numbers = [lines.part_line + before for lines, before in zip(several, rows[:-1], strict=True)]
        return cls(
            np.concatenate([np.empty(0), *(lines.x for lines in several)]),
            np.concatenate([np.empty(0), *(lines.y for lines in several)]),
            _integers(np.concatenate([*starts, vertices[-1:]])),
            _integers(np.concatenate([np.empty(0, np.int64), *numbers])),
            int(rows[-1]),
        )

    def segments(self) -> Segments:
        """Return the segments that have a length, with chainage, in order."""
        if self._kept:
            return self._kept[0]
        arrays = segments_of(self.x, self.y, self.part_starts, self.part_line)
        starts = np.searchsorted(arrays[6], np.arange(self.n_lines + 1)).astype(np.int64)
        made = Segments(*arrays, starts)
        if len(made) <= MOST_KEPT:
            self._kept[:] = [made]  # at once: of two threads that made the same, either is right
        return made

    def lengths(self) -> FloatArray:
        """Return the length of each line in metres of the grid; 0 for a line without a segment."""
        return line_lengths(self.x, self.y, self.part_starts, self.part_line, self.n_lines)

    def points_at(self, line_idx: Any, chainage: Any) -> tuple[FloatArray, FloatArray]:  # noqa: ANN401 - anything that numpy takes
        """Return x and y at ``chainage`` metres along the lines ``line_idx`` (both arrays, or broadcast).

        A chainage before 0 or past the end gives the first or last vertex. At the gap between two parts the end of the
        earlier part is meant. NaN for a line without a segment or a chainage that is NaN.
        """
        line, at = _of_one_length(_integers(line_idx), _floats(chainage))
        s = self.segments()
        return points_along(s.x, s.y, s.ux, s.uy, s.length, s.chainage, s.starts, _integers(line), _floats(at))

    def cut(self, line_idx: Any, from_m: Any, to_m: Any) -> npt.NDArray[np.object_]:  # noqa: ANN401 - anything that numpy takes
        """Return the pieces of the lines ``line_idx`` between two chainages, as an array of shapely lines.

        A piece that crosses from one part into the next is a MultiLineString. Chainages are clamped to the line; an
        empty LineString where ``to_m <= from_m`` or the line has no segment. Repeated vertices are left out.
        """
        line, begin, end = _of_one_length(_integers(line_idx), _floats(from_m), _floats(to_m))
        s = self.segments()
        x, y, starts, piece = cut_out(
            s.x,
            s.y,
            s.ux,
            s.uy,
            s.length,
            s.chainage,
            s.linked,
            s.starts,
            _integers(line),
            _floats(begin),
            _floats(end),
        )
        return Polylines(x, y, starts, piece, len(line)).to_shapely()

    def take(self, indices: Any) -> Polylines:  # noqa: ANN401 - anything that numpy takes
        """Return the lines at ``indices`` (integers in any order, repeats allowed, or a boolean mask of all lines)."""
        rows = np.asarray(indices)
        rows = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows.astype(np.int64)
        if len(rows) and not -self.n_lines <= rows.min() <= rows.max() < self.n_lines:
            message = f"there are {self.n_lines} lines, none of the number {rows.min()} or {rows.max()}"
            raise IndexError(message)
        rows = rows % max(self.n_lines, 1)
        first, last = (_integers(np.searchsorted(self.part_line, row)) for row in (rows, rows + 1))
        return Polylines(*copy_lines(self.x, self.y, self.part_starts, first, last), len(rows))

    def to_shapely(self) -> npt.NDArray[np.object_]:
        """Return an array of LineString, MultiLineString (several parts) or an empty LineString (no part)."""
        n_parts = len(self.part_line)
        if n_parts == 0:
            return np.full(self.n_lines, NO_LINE, dtype=object)
        xy = np.column_stack((self.x, self.y))
        if n_parts == 1 == self.n_lines:  # a piece told of: numbering its vertices takes longer than making it
            alone = np.empty(1, dtype=object)
            alone[0] = shapely.linestrings(xy)
            return alone
        owner = np.repeat(np.arange(n_parts), self.part_starts[1:] - self.part_starts[:-1])
        parts: npt.NDArray[np.object_] = shapely.linestrings(xy, indices=owner)
        if n_parts == self.n_lines and (self.part_line[1:] > self.part_line[:-1]).all():
            return parts  # one each
        result = np.full(self.n_lines, NO_LINE, dtype=object)
        first = np.flatnonzero(np.diff(self.part_line, prepend=-1))
        counts = np.diff(first, append=len(parts))
        result[self.part_line[first]] = parts[first]
        several = np.repeat(counts > 1, counts)
        if several.any():
            rows = self.part_line[several]
            unique, dense = np.unique(rows, return_inverse=True)
            result[unique] = shapely.multilinestrings(parts[several], indices=dense)
        return result


def _floats(values: Any) -> FloatArray:  # noqa: ANN401 - anything that numpy takes
    """Return a one-dimensional array as the kernels want it: float64, contiguous, writable."""
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype == np.float64 and values.flags.carray:
        return values
    return np.require(np.atleast_1d(values), np.float64, ["C", "W"])


def _integers(values: Any) -> IntArray:  # noqa: ANN401 - anything that numpy takes
    """Return a one-dimensional array as the kernels want it: int64, contiguous, writable."""
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype == np.int64 and values.flags.carray:
        return values
    return np.require(np.atleast_1d(values), np.int64, ["C", "W"])


def _of_one_length(*arrays: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], ...]:
    """Return one-dimensional arrays broadcast, as they are where there is nothing to do."""
    n = len(arrays[0])
    return arrays if all(len(array) == n for array in arrays) else np.broadcast_arrays(*arrays)


def _check_layout(x: FloatArray, y: FloatArray, part_starts: IntArray, part_line: IntArray, n_lines: int) -> None:
    if len(x) != len(y) or len(part_starts) != len(part_line) + 1:
        message = "x and y, or part_starts and part_line, differ in length"
        raise ValueError(message)
    if part_starts[0] != 0 or part_starts[-1] != len(x) or (np.diff(part_starts) < 0).any():
        message = "part_starts does not run from 0 to the number of vertices"
        raise ValueError(message)
    if len(part_line) and ((np.diff(part_line) < 0).any() or part_line[0] < 0 or part_line[-1] >= n_lines):
        message = "part_line must not decrease and must lie in 0 .. n_lines - 1"
        raise ValueError(message)


def _vertex_faults(lines: Polylines) -> list[Fault]:
    bad = np.flatnonzero(~(np.isfinite(lines.x) & np.isfinite(lines.y)))
    single = np.flatnonzero(np.diff(lines.part_starts) == 1)
    if len(bad) == 0 and len(single) == 0:
        return []
    owner = lines.part_line[np.searchsorted(lines.part_starts, bad, side="right") - 1]
    first = lines.part_starts[np.searchsorted(lines.part_line, owner)]
    faults = [
        Fault(
            "coordinate.not_finite", "坐标不是有限数", "a coordinate that is not a finite number",
            "删去或改正这个顶点", "delete or correct this vertex",
            feature=int(line), vertex=int(vertex - start), value=(float(lines.x[vertex]), float(lines.y[vertex])),
        )
        for vertex, line, start in zip(bad, owner, first, strict=True)
    ]  # fmt: skip
    return faults + [
        Fault(
            "line.one_point", "线只有一个点", "a line of one point", "至少画两个点", "draw two points",
            feature=int(lines.part_line[part]),
        )
        for part in single
    ]  # fmt: skip


def _wrong_type(row: int, geometry: Any) -> Fault:  # noqa: ANN401 - any shapely geometry
    return Fault(
        "geometry.not_a_line", "几何类型不是线", "a geometry that is not a line",
        "只用线或多部件线", "use LineString or MultiLineString", feature=row, value=geometry.geom_type,
    )  # fmt: skip
