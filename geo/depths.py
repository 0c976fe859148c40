"""Say how deep lines lie: the cover at any chainage, its slope, the least over a stretch, the gap where two cross.

*Cover* is metres from the ground down to the top of the pipe; below 0 it sticks out. A line has one cover, or one at
each vertex with a straight course between them along chainage, or none: NaN, unknown. Between a known and an unknown
vertex the cover is unknown; at the known one it is known. Where two vertices have one chainage (a repeated vertex, the
end of a part and the start of the next) the cover may have a step; there the first is meant, as in `geo.polylines`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

import numpy as np

from geo.cover_profiles import chainages_of_vertices, covers_at, least_covers, slopes_at
from geo.faults import Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from geo.polylines import FloatArray, IntArray, Polylines

RADII_ABOVE = {"top": 0.0, "axis": 1.0, "bottom": 2.0}
"""How many radii the top of a pipe is above a level that was measured there."""

A_ABOVE, B_ABOVE, NEITHER = 0, 1, -1
"""What `VerticalGaps.upper` says; neither: as deep, or unknown."""


class LeastCover(NamedTuple):
    """The least known cover of each stretch, where it is (chainage), and whether all of the stretch is known."""

    cover: FloatArray
    at: FloatArray
    known: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Depths:
    """The cover of many lines. Build with `constant`, `at_vertices`, `of` or `from_z`.

    Attributes
    ----------
    starts
        ``int64[n_lines + 1]``: the knots ``starts[i]:starts[i + 1]`` are those of line ``i``.
    chainage, cover
        Of each knot, metres; the chainages of a line do not decrease. One knot: the cover of all of the line.

    Examples
    --------
    >>> import shapely
    >>> from geo.polylines import Polylines
    >>> lines = Polylines.from_shapely([shapely.LineString([(0, 0), (10, 0), (30, 0)]), None])
    >>> depths = Depths.at_vertices(lines, [1.0, 2.0, 1.5])
    >>> depths.at([0, 0, 1], [5.0, 14.0, 0.0])
    array([1.5, 1.9, nan])
    >>> depths.slope([0, 0], [5.0, 14.0])
    array([ 0.1  , -0.025])
    """

    starts: IntArray
    chainage: FloatArray
    cover: FloatArray

    @classmethod
    def constant(cls, cover: Any) -> Depths:  # noqa: ANN401 - anything that numpy takes
        """Return one cover a line, NaN where unknown.

        Raises
        ------
        BadInputError
            ``depth.not_finite`` with every cover that is infinite.
        """
        covers = np.array(np.atleast_1d(cover), np.float64, order="C")
        refuse(_infinite(covers, np.arange(len(covers))))
        return cls(np.arange(len(covers) + 1), np.zeros(len(covers)), covers)

    @classmethod
    def at_vertices(cls, lines: Polylines, cover: Any) -> Depths:  # noqa: ANN401 - anything that numpy takes
        """Return a cover at each vertex of ``lines`` (as many as ``lines.x``, NaN where unknown).

        Raises
        ------
        BadInputError
            ``depth.not_finite`` with every cover that is infinite.
        ValueError
            Where there are not as many covers as vertices.
        """
        covers = _floats(cover)
        if len(covers) != len(lines.x):
            message = f"{len(lines.x)} vertices need {len(lines.x)} covers, not {len(covers)}"
            raise ValueError(message)
        owner = np.repeat(lines.part_line, np.diff(lines.part_starts))
        refuse(_infinite(covers, owner))
        return cls(_starts_of(owner, lines.n_lines), vertex_chainages(lines), covers)

    @classmethod
    def of(cls, lines: Polylines, cover: Any, covers: Sequence[Any] | None = None) -> Depths:  # noqa: ANN401 - anything that numpy takes
        """Return the cover of each line, at its vertices where ``covers`` has an array for it, else ``cover``.

        Raises
        ------
        BadInputError
            ``depth.vertices`` with every line whose covers are not as many as its vertices, ``depth.not_finite`` with
            every cover that is infinite.
        ValueError
            Where ``cover`` or ``covers`` does not fit the lines.
        """
        one = np.broadcast_to(np.asarray(cover, np.float64), (lines.n_lines,))
        if covers is None:
            return cls.constant(one)
        if len(covers) != lines.n_lines:
            message = f"{lines.n_lines} lines need {lines.n_lines} rows of covers, not {len(covers)}"
            raise ValueError(message)
        owner = np.repeat(lines.part_line, np.diff(lines.part_starts))
        firsts = _starts_of(owner, lines.n_lines)
        several = {row: _floats(values) for row, values in enumerate(covers) if values is not None}
        refuse(_misfits(several, np.diff(firsts)))
        rows = np.fromiter(several, np.int64, len(several))
        at_vertices = np.zeros(lines.n_lines, np.bool_)
        at_vertices[rows] = True
        flat = np.repeat(one, np.diff(firsts))
        if len(rows):
            flat[at_vertices[owner]] = np.concatenate([several[row] for row in rows.tolist()])
        kept = at_vertices[owner]
        singles = np.flatnonzero(~at_vertices)
        line = np.concatenate((owner[kept], singles))
        order = np.argsort(line, kind="stable")
        chainage = np.concatenate((vertex_chainages(lines)[kept], np.zeros(len(singles))))[order]
        values = np.concatenate((flat[kept], one[singles]))[order]
        refuse(_infinite(values, line[order]))
        return cls(_starts_of(line[order], lines.n_lines), chainage, values)

    @classmethod
    def from_z(
        cls,
        lines: Polylines,
        z: Any,  # noqa: ANN401 - anything that numpy takes
        ground: Any,  # noqa: ANN401 - anything that numpy takes
        radius: Any = 0.0,  # noqa: ANN401 - anything that numpy takes
        level: Literal["top", "axis", "bottom"] = "top",
    ) -> Depths:
        """Return the covers of pipes whose ``level`` is at height ``z`` below ``ground``, both at each vertex.

        Parameters
        ----------
        lines
            The axes.
        z, ground
            Heights in metres over one datum, as many as ``lines.x``, or one for all; NaN where unknown.
        radius
            Half of the outer diameter, metres, one a line or one for all; counts where ``level`` is not the top.
        level
            What was measured at ``z``: the outer wall's top or bottom, or the axis.

        Raises
        ------
        BadInputError, ValueError
            As `at_vertices`.

        Examples
        --------
        >>> import shapely
        >>> from geo.polylines import Polylines
        >>> line = Polylines.from_shapely([shapely.LineString([(0, 0), (10, 0)])])
        >>> Depths.from_z(line, [98.0, 97.8], 100.0, 0.2, "bottom").at(0, [0.0, 5.0]).round(3)
        array([1.6, 1.7])
        """
        owner = np.repeat(lines.part_line, np.diff(lines.part_starts))
        radii = np.broadcast_to(np.asarray(radius, np.float64), (lines.n_lines,))
        tops = np.asarray(z, np.float64) + RADII_ABOVE[level] * radii[owner]
        return cls.at_vertices(lines, np.asarray(ground, np.float64) - tops)

    @property
    def n_lines(self) -> int:
        """How many lines there are."""
        return len(self.starts) - 1

    def at(self, line: Any, chainage: Any) -> FloatArray:  # noqa: ANN401 - anything that numpy takes
        """Return the cover at ``chainage`` metres along the lines ``line`` (both arrays, or broadcast).

        Clamped to the line; NaN where it is unknown or the chainage is NaN.
        """
        which, at = _broadcast(line, chainage)
        return covers_at(self.starts, self.chainage, self.cover, which, at)

    def slope(self, line: Any, chainage: Any) -> FloatArray:  # noqa: ANN401 - anything that numpy takes
        """Return how much the cover grows a metre of chainage there; at a vertex as in the stretch before it.

        Clamped to the line; 0 where a line has one cover, NaN where it is unknown.
        """
        which, at = _broadcast(line, chainage)
        return slopes_at(self.starts, self.chainage, self.cover, which, at)

    def least(self, line: Any, from_m: Any, to_m: Any) -> LeastCover:  # noqa: ANN401 - anything that numpy takes
        """Return the least cover between two chainages of each line: exact, for it is at an end or at a vertex.

        ``cover`` is that of what is known, NaN where nothing is; with ``known`` False it may be less elsewhere. Both
        ends are clamped to the line. NaN and not known where ``to_m < from_m``.
        """
        which, begin, end = _broadcast(line, from_m, to_m)
        return LeastCover(*least_covers(self.starts, self.chainage, self.cover, which, begin, end))

    def take(self, indices: Any) -> Depths:  # noqa: ANN401 - anything that numpy takes
        """Return the depths of the lines at ``indices`` (integers in any order, or a boolean mask of all lines)."""
        rows = np.arange(self.n_lines)[np.asarray(indices)]
        counts = np.diff(self.starts)[rows]
        starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
        knots = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], counts)
        return Depths(starts, self.chainage[knots], self.cover[knots])

    @classmethod
    def concatenate(cls, several: Sequence[Depths]) -> Depths:
        """Return the depths of the lines of ``several``, one after the other."""
        counts = np.concatenate([np.zeros(1, np.int64), *(np.diff(depths.starts) for depths in several)])
        chainages = np.concatenate([np.empty(0), *(depths.chainage for depths in several)])
        return cls(np.cumsum(counts), chainages, np.concatenate([np.empty(0), *(depths.cover for depths in several)]))


class Places(Protocol):
    """Places on two lines: `geo.line_crossings.LineCrossings` or `geo.clearances.CloseStretches`."""

    @property
    def a(self) -> IntArray:
        """Index of the first line."""

    @property
    def b(self) -> IntArray:
        """Index of the second line."""

    @property
    def at_a(self) -> FloatArray:
        """Chainage on the first line."""

    @property
    def at_b(self) -> FloatArray:
        """Chainage on the second line."""


@dataclass(frozen=True, slots=True)
class VerticalGaps:
    """How two pipes lie over each other at some places, as arrays of one length.

    Attributes
    ----------
    gap
        Metres between the outer walls, straight down; below 0: they overlap; NaN: a cover or a radius is unknown.
    upper
        `A_ABOVE`, `B_ABOVE`, or `NEITHER` where the axes are as deep or it is unknown.
    cover_a, cover_b
        The covers there.
    """

    gap: FloatArray
    upper: IntArray
    cover_a: FloatArray
    cover_b: FloatArray


def vertical_gaps(
    places: Places,
    depths_a: Depths,
    depths_b: Depths | None,
    radius_a: Any,  # noqa: ANN401 - anything that numpy takes
    radius_b: Any = None,  # noqa: ANN401 - anything that numpy takes
) -> VerticalGaps:
    """Return the free height between the walls of two lines at ``places``, where they cross.

    An axis is its cover and its radius below the ground; the gap is the difference of the axes less both radii. The
    ground is that of the place, the same for both.

    Parameters
    ----------
    places
        Where two lines cross.
    depths_a, radius_a
        Of the first lines: their covers, and half of their outer diameters (metres, one a line or one for all).
    depths_b, radius_b
        Of the second lines. ``depths_b`` None: both are lines of one batch, and ``radius_b`` is not looked at.

    Examples
    --------
    >>> import shapely
    >>> from geo.line_crossings import find_line_crossings
    >>> from geo.polylines import Polylines
    >>> cross = shapely.LineString([(0, 0), (10, 0)]), shapely.LineString([(5, -5), (5, 5)])
    >>> found = find_line_crossings(Polylines.from_shapely(cross))
    >>> gaps = vertical_gaps(found, Depths.constant([1.0, 1.5]), None, [0.1, 0.2])
    >>> gaps.gap.round(3), gaps.upper
    (array([0.3]), array([0]))
    """
    other = depths_a if depths_b is None else depths_b
    radii_a = np.broadcast_to(np.asarray(radius_a, np.float64), (depths_a.n_lines,))[places.a]
    radii_b = np.broadcast_to(np.asarray(radius_a if depths_b is None else radius_b, np.float64), (other.n_lines,))
    radii_b = radii_b[places.b]
    cover_a, cover_b = depths_a.at(places.a, places.at_a), other.at(places.b, places.at_b)
    lower = (cover_b + radii_b) - (cover_a + radii_a)
    upper = np.where(lower > 0.0, A_ABOVE, np.where(lower < 0.0, B_ABOVE, NEITHER)).astype(np.int64)
    return VerticalGaps(np.abs(lower) - radii_a - radii_b, upper, cover_a, cover_b)


def vertex_chainages(lines: Polylines) -> FloatArray:
    """Return the chainage of every vertex, in the order of ``lines.x``."""
    return chainages_of_vertices(lines.x, lines.y, lines.part_starts, lines.part_line)


def _floats(values: Any) -> FloatArray:  # noqa: ANN401 - anything that numpy takes
    return np.require(np.atleast_1d(values), np.float64, ["C", "W"])


def _broadcast(line: Any, *values: Any) -> tuple[Any, ...]:  # noqa: ANN401 - anything that numpy takes
    which, *others = np.broadcast_arrays(np.atleast_1d(line), *values)
    return np.array(which, np.int64, order="C"), *(np.array(other, np.float64, order="C") for other in others)


def _starts_of(owner: IntArray, n_lines: int) -> IntArray:
    return np.searchsorted(owner, np.arange(n_lines + 1)).astype(np.int64)


def _infinite(covers: FloatArray, owner: IntArray) -> Iterator[Fault]:
    for k in np.flatnonzero(np.isinf(covers)).tolist():
        yield Fault(
            "depth.not_finite", "埋深不是有限数", "a cover that is not a finite number", "改正或留空",
            "correct it or leave it empty", feature=int(owner[k]), value=float(covers[k]),
        )  # fmt: skip


def _misfits(several: dict[int, FloatArray], counts: IntArray) -> Iterator[Fault]:
    for row, values in several.items():
        if len(values) != counts[row]:
            yield Fault(
                "depth.vertices", f"有 {counts[row]} 个顶点,却有 {len(values)} 个埋深",
                f"{counts[row]} vertices but {len(values)} covers", "每个顶点给一个埋深",
                "give one cover for each vertex", feature=row, value=len(values),
            )  # fmt: skip
