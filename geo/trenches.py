"""Join side-by-side runs into stretches of one excavation, each with its set of lines.

A line is cut at the ends of its runs (ends within 1 m of each other are one). On each piece the partners have lateral
offsets; the best *window* of neighbouring offsets that contains the line itself, is no wider than the greatest width
and has no step from one line to the next longer than the distance is a proposal: most groups (utilities), then most
lines. The best proposals claim their stretch on all of their lines first: most groups, then most lines, then the
longest; a place of a line is claimed once. At every place of a trench the outer lines are therefore within the greatest
width of each other, and steps of the distance at most lead from the axis line to every member: nothing joins by
chaining beyond the width, and nothing over a gap that no line fills. So the runs must reach as far as `reach_of`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.compiled import each
from geo.faults import Fault, refuse
from geo.trench_claims import claim_pieces, shaped
from geo.trench_components import Shares, corner_of
from geo.trench_profiles import AT_M, OFFSET, TOUCH_M, follow_sides, mark_crossings
from geo.trench_spans import BUCKET_M, Bounds, Sides

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.parallels import Runs
    from geo.polylines import Polylines, Segments

    FloatArray = npt.NDArray[np.float64]
    IntArray = npt.NDArray[np.int64]

DISTANCE_M = 3.0
MAX_WIDTH_M = 4.5


@dataclass(frozen=True, slots=True)
class Trenches:
    """Stretches of one excavation, sorted by axis line and begin.

    Attributes
    ----------
    member_starts
        ``int64[n + 1]``: members ``member_starts[i]:member_starts[i + 1]`` are those of trench ``i``.
    member_line, member_from_m, member_to_m
        The line of each member (index in the batch, ascending within a trench) and the stretch of it that lies in the
        trench, chainage in metres of the grid. No place of a line is in two trenches.
    length_m
        Length of the trench: of the axis line's stretch.
    saved_m
        Digging saved: the sum of the members' stretches less the trench's length.
    width_m
        The greatest distance of its outer lines over the whole stretch: at every place of the axis line, between the
        nearest places of any two members.
    axis_line
        The member whose stretch is the trench's geometry.
    """

    member_starts: IntArray
    member_line: IntArray
    member_from_m: FloatArray
    member_to_m: FloatArray
    length_m: FloatArray
    saved_m: FloatArray
    width_m: FloatArray
    axis_line: IntArray

    def __len__(self) -> int:
        return len(self.axis_line)

    def axis_span(self) -> tuple[FloatArray, FloatArray]:
        """Return where each trench begins and ends on its axis line, so that it can be cut out of it."""
        owner = np.repeat(np.arange(len(self)), np.diff(self.member_starts))
        axis = self.member_line == self.axis_line[owner]
        return self.member_from_m[axis], self.member_to_m[axis]


def reach_of(distance: float = DISTANCE_M, max_width: float = MAX_WIDTH_M) -> float:
    """Return the distance to find runs within, so that `join_runs` knows all lines that may share a trench: metres.

    Members lie up to the greatest width from each other where others lie between them. Not below ``distance``, so
    that runs are those of that distance where the width leaves no room for more. Raises BadInputError as `join_runs`.

    Examples
    --------
    >>> reach_of(3.0, 4.5), reach_of(3.0, 2.0)
    (4.5, 3.0)
    """
    _refuse_numbers(distance, max_width)
    return max(distance, max_width)


def join_runs(
    lines: Polylines,
    runs: Runs,
    *,
    distance: float = DISTANCE_M,
    max_width: float = MAX_WIDTH_M,
    group: Any = None,  # noqa: ANN401 - anything that numpy takes
    corner: tuple[float, float] | None = None,
    workers: int = 2,
) -> Trenches:
    """Return the trenches that the side-by-side runs of some lines make.

    Parameters
    ----------
    lines
        The lines, metres of the county's grid.
    runs
        Their runs within `reach_of` these limits (`geo.parallels.find_runs`), the same line numbers. Of runs found
        within less, the partners that they do not show are not joined.
    distance
        Metres between neighbours, inclusive; two lines with none between them are no farther apart. Where a run goes
        over a wider place, the trench ends. A line that crosses there leads to no other.
    max_width
        Metres between the outer lines, inclusive.
    group
        ``int64[n_lines]``, the utility of each line: trenches with more of them come first. None: each line its own.
    corner
        From where coordinates are taken: `geo.trench_components.corner_of` the set that these lines are of, for the
        same trenches to the last bit as of the whole set. None: that of these lines.
    workers
        Threads. The result is the same to the last bit for any number.

    Returns
    -------
    Trenches
        Empty where there is no run. A pair that merely crosses at a small angle is not proposed (the lateral offset
        changes side there, steeper than 3 degrees). The result does not depend on the order of the rows; lines of
        equal shape and group are told apart by row.

    Raises
    ------
    BadInputError
        A distance or width that is not a finite number above 0, or a group missing for some lines.

    Notes
    -----
    A closed form along each run, then one heap for some components of lines that share runs: near-linear in the number
    of runs, and on several threads as far as the lines are not all connected with each other.

    Examples
    --------
    Water, gas and telecom lines, two and two metres apart; the telecom line is 80 m long:

    >>> import shapely
    >>> from geo.parallels import find_runs
    >>> from geo.polylines import Polylines
    >>> lines = Polylines.from_shapely(shapely.from_wkt([
    ...     "LINESTRING (0 0, 150 0)", "LINESTRING (0 2, 150 2)", "LINESTRING (50 4, 130 4)"]))
    >>> trenches = join_runs(lines, find_runs(lines, distance=reach_of(3.0, 4.5)), distance=3.0, max_width=4.5)
    >>> for i in range(len(trenches)):
    ...     members = trenches.member_line[trenches.member_starts[i]:trenches.member_starts[i + 1]].tolist()
    ...     print(members, trenches.length_m[i].round(3), trenches.saved_m[i].round(3), trenches.width_m[i].round(3))
    [0, 1] 50.0 50.0 2.0
    [0, 1, 2] 80.0 160.0 4.0
    [0, 1] 20.0 20.0 2.0
    """
    groups = _groups(group, lines.n_lines)
    _refuse_numbers(distance, max_width)
    start = corner_of(lines.x, lines.y, lines.part_starts) if corner is None else corner
    return join_shares(Shares(lines, runs), groups, start, distance=distance, max_width=max_width, workers=workers)


def join_shares(
    shares: Shares,
    groups: IntArray,
    corner: tuple[float, float],
    *,
    distance: float,
    max_width: float,
    workers: int = 1,
) -> Trenches:
    """Return the trenches of some shares of lines, each joined by itself: what `join_runs` does with all of them.

    Parameters
    ----------
    shares
        Whole components.
    groups
        The group of each line, whole numbers; only their order counts.
    corner
        From where coordinates are taken (`geo.trench_components.corner_of` all lines): the same one for all shares of a
        set, so that the last bit of a trench does not depend on which shares it was joined with.
    distance, max_width, workers
        As `join_runs`.
    """
    if len(shares) == 0:
        nobody, nothing = np.empty(0, np.int64), np.empty(0)
        return _trenches(nobody, nothing, np.zeros(1, np.int64), nobody, nothing, nothing)

    def join(i: int) -> Trenches:
        share = shares[i]
        made = _join(share.lines, share.runs, groups[share.rows], corner, distance, max_width)
        return replace(made, member_line=share.rows[made.member_line], axis_line=share.rows[made.axis_line])

    return _put_together(each(join, len(shares), workers))


def _join(
    lines: Polylines, runs: Runs, groups: IntArray, corner: tuple[float, float], distance: float, max_width: float
) -> Trenches:
    """Return the trenches of some whole components, sorted; coordinates are taken from ``corner``."""
    segments = lines.segments()
    groups = np.unique(groups, return_inverse=True)[1].astype(np.int64).reshape(lines.n_lines)  # without a hole
    rank = _ranks(segments, groups)
    most = Bounds(distance + TOUCH_M, max_width + TOUCH_M)
    sides = _sides(segments, runs, groups, corner, distance, most.width)
    of_line = np.searchsorted(sides.line, np.arange(lines.n_lines + 1)).astype(np.int64)
    buckets = (_lengths(segments, lines.n_lines) / BUCKET_M).astype(np.int64) + 1
    first_bucket = np.concatenate(([0], np.cumsum(buckets))).astype(np.int64)
    claims = (first_bucket, np.full(int(first_bucket[-1]), -1, np.int64))
    furthest = _furthest(sides)
    pieces = claim_pieces(sides, of_line, furthest, rank, claims, most)
    return _trenches(*_shaped(sides, *pieces))


def _put_together(parts: list[Trenches]) -> Trenches:
    """Return the trenches of several sets of lines as one, sorted by axis line and begin."""
    columns = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Trenches)[1:]}
    counts = np.concatenate([np.diff(part.member_starts) for part in parts])
    before = np.cumsum(counts) - counts
    begins = np.concatenate([part.axis_span()[0] for part in parts])
    order = np.lexsort((begins, columns["axis_line"]))
    starts = np.concatenate(([0], np.cumsum(counts[order])))
    members = np.repeat(before[order] - starts[:-1], counts[order]) + np.arange(int(counts.sum()))
    for name, values in columns.items():
        columns[name] = values[members if name.startswith("member") else order]
    return Trenches(starts, **columns)


def _refuse_numbers(distance: float, max_width: float) -> None:
    refuse([*_number_faults("distance", distance), *_number_faults("max_width", max_width)])


def _number_faults(name: str, value: float) -> list[Fault]:
    if np.isfinite(value) and value > 0:
        return []
    return [
        Fault(
            "option.not_positive", f"{name} 必须是大于零的数", f"{name} must be a number above 0",
            "写成米数, 例如 3", "write it in metres, such as 3", field=name, value=value,
        )
    ]  # fmt: skip


def _groups(group: Any, n_lines: int) -> IntArray:  # noqa: ANN401 - anything that numpy takes
    """Return the groups as numbers from 0 without a hole, in the order of the given ones."""
    if group is None:
        return np.arange(n_lines, dtype=np.int64)
    given = np.asarray(group, np.int64)
    if given.shape != (n_lines,):
        refuse([
            Fault(
                "option.groups", f"{n_lines} 条线却有 {given.size} 个分组", f"{given.size} groups for {n_lines} lines",
                "每条线给一个分组", "give one group to each line", field="group",
            )
        ])  # fmt: skip
    return np.unique(given, return_inverse=True)[1].astype(np.int64).reshape(n_lines)


def _lengths(segments: Segments, n_lines: int) -> FloatArray:
    lengths = np.zeros(n_lines)
    last = np.maximum(segments.starts[1:] - 1, 0)
    some = np.diff(segments.starts) > 0
    lengths[some] = segments.chainage[last[some]] + segments.length[last[some]]
    return lengths


def _ranks(segments: Segments, groups: IntArray) -> IntArray:
    """Return the place of each line in an order that comes from shape (to the millimetre) and group, not from rows."""
    n = len(groups)
    some = np.flatnonzero(np.diff(segments.starts) > 0)
    first, last = segments.starts[some], segments.starts[some + 1] - 1
    keys = np.zeros((6, n))
    keys[0, some] = segments.x[first]
    keys[1, some] = segments.y[first]
    keys[2, some] = segments.x[last] + segments.ux[last] * segments.length[last]
    keys[3, some] = segments.y[last] + segments.uy[last] * segments.length[last]
    keys[4, some] = segments.chainage[last] + segments.length[last]
    keys = np.round(keys, 3)
    keys[5] = groups
    ranks = np.empty(n, np.int64)
    ranks[np.lexsort(keys[::-1])] = np.arange(n)
    return ranks


def _sides(
    segments: Segments, runs: Runs, groups: IntArray, corner: tuple[float, float], distance: float, reach: float
) -> Sides:
    """Return both sides of all runs with their profiles, sorted by line and place."""
    line, partner = np.concatenate((runs.a, runs.b)), np.concatenate((runs.b, runs.a))
    begin, end = np.concatenate((runs.from_a, runs.from_b)), np.concatenate((runs.to_a, runs.to_b))
    p_begin, p_end = np.concatenate((runs.from_b, runs.from_a)), np.concatenate((runs.to_b, runs.to_a))
    order = np.lexsort((begin, line))
    line, partner = line[order].astype(np.int64), partner[order].astype(np.int64)
    same = np.tile(np.asarray(runs.same_direction, np.bool_), 2)[order]
    # Eastings of tens of millions cost digits: start from a corner near the data; the difference itself is exact.
    x, y = segments.x - corner[0], segments.y - corner[1]
    table = np.column_stack((x, y, segments.ux, segments.uy, segments.length, segments.chainage))
    span, p_span = np.column_stack((begin, end))[order], np.column_stack((p_begin, p_end))[order]
    starts, nodes = follow_sides(table, segments.starts, line, partner, span, p_span, same, reach)
    has_crossing = mark_crossings(starts, nodes, float(distance))
    full = np.diff(starts) > 0
    low, high = np.zeros(len(line)), np.zeros(len(line))
    if len(nodes):
        low[full] = np.minimum(np.minimum.reduceat(nodes[:, OFFSET], starts[:-1][full]), 0.0)
        high[full] = np.maximum(np.maximum.reduceat(nodes[:, OFFSET], starts[:-1][full]), 0.0)
    return Sides(line, partner, groups, starts, nodes, has_crossing, low, high)


def _furthest(sides: Sides) -> FloatArray:
    """Return the greatest end among each side and those before it on its line."""
    last = np.maximum(sides.starts[1:] - 1, 0)
    ends = np.where(np.diff(sides.starts) > 0, sides.nodes[last, AT_M] if len(sides.nodes) else 0.0, 0.0)
    base = sides.line * (ends.max() + 1.0)
    return np.asarray(np.maximum.accumulate(ends + base) - base)


def _shaped(
    sides: Sides, line: IntArray, begin: FloatArray, end: FloatArray, starts: IntArray, members: IntArray
) -> tuple[IntArray, FloatArray, IntArray, IntArray, FloatArray, FloatArray]:
    """Return the accepted pieces, sorted and joined."""
    order = np.lexsort((begin, line))
    counts = np.diff(starts)[order]
    sorted_starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    places = np.repeat(starts[:-1][order] - sorted_starts[:-1], counts) + np.arange(len(members))
    return shaped(sides, line[order], begin[order], end[order], sorted_starts, members[places])


def _trenches(
    axis: IntArray,
    width: FloatArray,
    starts: IntArray,
    line: IntArray,
    begin: FloatArray,
    end: FloatArray,
) -> Trenches:
    """Return the trenches with members in order of their lines, and what each saves."""
    owner = np.repeat(np.arange(len(axis)), np.diff(starts))
    length = np.zeros(len(axis))
    length[:] = (end - begin)[starts[:-1]]
    total = np.bincount(owner, weights=end - begin, minlength=len(axis))
    order = np.lexsort((line, owner))
    return Trenches(starts, line[order], begin[order], end[order], length, total - length, width, axis)
