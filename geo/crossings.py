"""Find the stretches of lines that lie inside road or green areas: from, to, skew, crossing or along.

What counts:

- *Inside* is the open area: a place on a boundary is outside. So a line that runs along an edge, or touches a corner or
  an edge, has no passage; on an edge shared by two areas of one owner it is inside. On a boundary is what lies within
  0.05 µm of it.
- A *passage* is one connected stretch of a part of a line inside the areas of one owner (`geo.areas`); a line that
  enters ten times has ten passages, one that starts inside has one from chainage 0. Two parts of a line have two
  passages even where their chainages meet. Gaps up to 1 µm are closed, passages up to 1 µm dropped.
- *Skew* is the mean, over the passage's length, of the angle between line and axis: 90 is square, 0 along.
- *Crossing*: the lateral offset from the axis changes side between the passage's two ends; else *along*. A line that
  starts on the carriageway crosses when it starts beyond the axis. The axis of a polygon is found in its surroundings
  (`geo.axes`); where there is none (a corner, a square, a field) skew is NaN, and a passage is a crossing where it
  enters by one side and leaves by another, other than by cutting a corner that juts into the area.

All ends are exact to 1e-6 m (closed forms, no buffers). Chainages are metres of the grid.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from geo.areas import Areas
from geo.axes import sides_of
from geo.compiled import kernel
from geo.passages import passages_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.area_index import Index
    from geo.polylines import Polylines, Segments

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

__all__ = ["Areas", "Passages", "find_passages", "union_length"]

FEW_SEGMENTS = 4000  # below, threads cost more than they save


@dataclass(frozen=True, slots=True)
class Passages:
    """The passages of lines through areas, sorted by line, start and owner.

    Attributes
    ----------
    line
        Index of the line.
    owner
        Road (or green) number.
    from_m, to_m
        Chainages, metres of the grid.
    skew_deg
        0 to 90; NaN where the area has no axis.
    crossing
        True: crossing, False: along.
    """

    line: Integers
    owner: Integers
    from_m: Floats
    to_m: Floats
    skew_deg: Floats
    crossing: Booleans

    @property
    def length_m(self) -> Floats:
        """Length of each passage, metres of the grid."""
        return self.to_m - self.from_m

    def __len__(self) -> int:
        return len(self.line)

    def take(self, indices: Integers | Booleans) -> Passages:
        """Return the passages at ``indices`` (positions or a mask)."""
        return Passages(*(getattr(self, field.name)[indices] for field in fields(self)))


def find_passages(lines: Polylines, areas: Areas, *, workers: int = 2) -> Passages:
    """Return every passage of ``lines`` through ``areas``.

    Parameters
    ----------
    lines
        Lines in the grid of the areas. A line without a segment has no passage.
    areas
        Areas by owner; built once, asked often.
    workers
        Threads; the result does not depend on their number.

    Examples
    --------
    >>> import shapely
    >>> from geo.polylines import Polylines
    >>> road = Areas.from_centrelines(Polylines.from_shapely([shapely.LineString([(0, 0), (100, 0)])]), [12.0], [7])
    >>> line = Polylines.from_shapely([shapely.LineString([(10, -30), (50, 10)])])
    >>> found = find_passages(line, road)
    >>> found.owner, found.length_m.round(3), found.skew_deg.round(3), found.crossing
    (array([7]), array([16.971]), array([45.]), array([ True]))
    """
    segments = lines.segments()
    found = [_of_index(segments, lines.n_lines, areas.origin, index, workers) for index in areas.indexes]
    columns = [np.concatenate(several) for several in zip(*found, strict=True)]
    order = np.lexsort((columns[1], columns[2], columns[0]))
    return Passages(*(column[order] for column in columns))


def union_length(passages: Passages, n_lines: int, mask: Booleans | None = None) -> Floats:
    """Return the metres of each line that lie in any passage, each place once (junctions of two roads).

    Parameters
    ----------
    passages
        As `find_passages` sorts them: by line, then start.
    n_lines
        How many lines there are.
    mask
        Which passages count, bool[n]; None: all.

    Returns
    -------
    float64[n_lines]
        0 for a line without a passage.

    Examples
    --------
    >>> import numpy as np
    >>> three = Passages(np.array([0, 0, 2]), np.array([1, 2, 1]), np.array([0.0, 5.0, 1.0]), np.array([8.0, 9.0, 2.0]),
    ...                  np.full(3, np.nan), np.ones(3, bool))
    >>> union_length(three, 3)
    array([9., 0., 1.])
    """
    counted = np.ones(len(passages), np.bool_) if mask is None else np.ascontiguousarray(mask, np.bool_)
    result: Floats = _union(passages.line, passages.from_m, passages.to_m, counted, n_lines)
    return result


def _of_index(
    s: Segments, n_lines: int, origin: tuple[float, float], index: Index, workers: int
) -> tuple[Integers, Integers, Floats, Floats, Floats, Booleans]:
    x, y = s.x - origin[0], s.y - origin[1]
    threads = workers if len(x) > FEW_SEGMENTS else 1
    ranges = np.searchsorted(s.starts, np.linspace(0, len(x), 4 * threads + 1)).tolist()
    ranges[0], ranges[-1] = 0, n_lines

    def work(first: int, last: int) -> tuple[Integers, Integers, Floats, Floats, Floats, Booleans]:
        own = passages_of(index, x, y, s.ux, s.uy, s.length, s.chainage, s.linked, s.starts, first, last)
        return (*own, *sides_of(index, x, y, s.ux, s.uy, s.length, s.chainage, s.starts, *own))

    if threads == 1:
        return work(0, n_lines)
    with ThreadPoolExecutor(threads) as pool:
        done = list(pool.map(work, ranges[:-1], ranges[1:]))
    several = [np.concatenate(column) for column in zip(*done, strict=True)]
    return several[0], several[1], several[2], several[3], several[4], several[5]


@kernel
def _union(line: Integers, from_m: Floats, to_m: Floats, counted: Booleans, n_lines: int) -> Floats:
    result = np.zeros(n_lines)
    reached, current = -np.inf, -1
    for k in range(len(line)):
        if not counted[k]:
            continue
        if line[k] != current:
            current, reached = line[k], -np.inf
        result[current] += max(to_m[k] - max(from_m[k], reached), 0.0)
        reached = max(reached, to_m[k])
    return result
