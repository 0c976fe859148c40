"""Find every place where the axes of two lines cross or touch.

Two lines *meet* where they come within 0.1 µm of each other, which is what coordinates of a projected grid are worth;
places that are connected so are one: a crossing in a vertex of either line, or of both, is told once, and lines that
share a stretch are told once for each stretch, by the place that comes first along ``a``, marked ``overlap``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.close_search import lay_out_axes, search_pairs, touching

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.polylines import FloatArray, IntArray, Polylines

OVERLAP_M = 1e-3
"""Lines that stay within 0.1 µm of each other for longer than this run in each other; a crossing that takes as long
has an angle of a hundredth of a degree."""


@dataclass(frozen=True, slots=True)
class LineCrossings:
    """Places where two lines cross or touch, as arrays of one length, sorted by (a, b, at_a, at_b).

    Attributes
    ----------
    a, b
        Indices of the two lines; ``a < b`` where the lines of one batch are compared with each other.
    at_a, at_b
        Chainages, metres of the grid.
    x, y
        The place in the grid.
    angle_deg
        0 (along) to 90 (square): the angle between the segments that meet; in a vertex the least of theirs.
    touch
        An end of a part of one line lies on the other: a connection rather than a crossing.
    overlap
        The lines share a stretch longer than a millimetre; this is its first place along ``a``.
    """

    a: IntArray
    b: IntArray
    at_a: FloatArray
    at_b: FloatArray
    x: FloatArray
    y: FloatArray
    angle_deg: FloatArray
    touch: npt.NDArray[np.bool_]
    overlap: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.a)

    def take(self, indices: Any) -> LineCrossings:  # noqa: ANN401 - anything that indexes an array
        """Return the crossings at ``indices`` (integers or a boolean mask)."""
        return LineCrossings(*(getattr(self, field.name)[indices] for field in fields(self)))


def find_line_crossings(
    a: Polylines,
    b: Polylines | None = None,
    group_a: Any = None,  # noqa: ANN401 - anything that numpy takes
    group_b: Any = None,  # noqa: ANN401 - anything that numpy takes
    workers: int = 2,
) -> LineCrossings:
    """Return every place where a line of ``a`` crosses or touches one of ``b``.

    Parameters
    ----------
    a, b
        Metres of one projected grid. ``b`` None: all pairs of ``a``, each once; a line does not meet itself.
    group_a, group_b
        A whole number a line; lines of one group are not compared. Below 0, or None: with all.
    workers
        Threads. The result is the same to the last bit for any number.

    Raises
    ------
    ValueError
        Where the groups do not fit the lines.

    Examples
    --------
    >>> import shapely
    >>> from geo.polylines import Polylines
    >>> across = shapely.LineString([(0, 0), (50, 0), (100, 0)]), shapely.LineString([(50, -20), (50, 0), (80, 30)])
    >>> found = find_line_crossings(Polylines.from_shapely(across))
    >>> found.at_a, found.at_b, found.angle_deg.round(3), found.touch
    (array([50.]), array([20.]), array([45.]), array([False]))
    """
    query = lay_out_axes(a, group_a, workers)
    other = None if b is None else lay_out_axes(b, group_b, workers)
    return as_crossings(search_pairs(query, other, touching(), workers))


def as_crossings(columns: FloatArray) -> LineCrossings:
    """Return the columns of `geo.close_records`, of a search within a touch, as crossings."""
    from_a, to_a, from_b, to_b, _, at_a, at_b, x, y, _, _, ends, _, sine, cosine, _, a, b = columns
    overlap = np.minimum(to_a - from_a, to_b - from_b) > OVERLAP_M
    order = np.lexsort((at_b, at_a, b, a))
    return LineCrossings(
        a.astype(np.int64), b.astype(np.int64), at_a, at_b, x, y, np.degrees(np.arctan2(sine, cosine)), ends > 0.0,
        overlap,
    ).take(order)  # fmt: skip
