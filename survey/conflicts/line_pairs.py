"""Find where planned routes come near other lines and cross them, and which of these places are connections."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.clearances import CloseStretches, LineCrossings, find_close_and_crossings
from survey.conflicts.citing import inside_tables
from survey.conflicts.judging import COVERAGE
from survey.conflicts.pair_rules import PairRules, are_one, families, may_be_one, search_classes
from survey.conflicts.sides import Meetings, Sides, sides_of
from survey.touching import tolerance_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.polylines import Polylines
    from survey.conflicts.buried_lines import BuriedLines
    from survey.conflicts.parameters import Parameters
    from survey.findings import Cited
    from survey.standards.classes import Classes

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]
    Objects = NDArray[np.object_]

CONNECTION_DEG = 30.0
"""The angle a connection counts as whose ends meet only within their accuracy: where they point is then not known."""


class AskedInPlan(NamedTuple):
    """What is asked for at each of `LinePairs.sides`: rows of both lines, rules, which of them, and metres.

    ``stated``: whether the standard states a clearance; ``uncertainty``: half of the interval of the gap, both lines'
    errors by squares, twice; ``thicker``: by how much the gap may be less because diameters are not stated.
    """

    a: Integers
    b: Integers
    cited: tuple[Cited, ...]
    citation: Integers
    limit: Floats
    stated: Booleans
    uncertainty: Floats
    thicker: Floats


@dataclass(frozen=True, eq=False)  # each search is its own
class LinePairs:
    """Planned routes (a) against others (b): existing pipes, or the routes themselves (each pair once).

    Parameters
    ----------
    a, b
        The lines; the same object where routes are compared with each other.
    rules
        What the standards ask of their classes.
    close
        Where walls are nearer than the limit and the uncertainty, or may be because a diameter is not stated.
    sides
        What of it is to be judged in plan.
    crossings
        Where axes cross, touch or share a stretch without being a connection: to be judged by depth.
    doubtful
        bool[crossings], where it is a connection if a drain that states no kind is of the kind of the other.
    """

    a: BuriedLines
    b: BuriedLines
    rules: PairRules
    close: CloseStretches
    sides: Sides
    crossings: LineCrossings
    doubtful: Booleans

    @cached_property
    def asked_in_plan(self) -> AskedInPlan:
        """What is asked for at each of ``sides``."""
        a, b = self.close.a[self.sides.stretch], self.close.b[self.sides.stretch]
        cited, citation, limit = self.rules.cited("horizontal", a, b)
        stated = np.array([c.rule != "none" for c in cited] or [False])[citation]
        uncertainty = COVERAGE * np.hypot(self.a.accuracy_m[a], self.b.accuracy_m[b])
        return AskedInPlan(a, b, cited, citation, limit, stated, uncertainty, self.a.thicker[a] + self.b.thicker[b])

    @classmethod
    def of(
        cls,
        a: BuriedLines,
        b: BuriedLines | None,
        group: Integers | None,
        parameters: Parameters,
        *,
        workers: int,
        among: tuple[Integers, Integers] | None = None,
    ) -> LinePairs:
        """Search; ``group`` as for `geo.clearances.find_close` where routes are compared with each other.

        ``among``: a whole number for each line of ``a`` and of ``b``; only lines of one number are compared.
        """
        other = a if b is None else b
        rules = PairRules.of(a, other)
        number_a, number_b, need = search_classes(
            _looked_within(rules.classes), (rules.a, rules.b), (a.accuracy_m, other.accuracy_m),
            (a.thicker, other.thicker),
        )  # fmt: skip
        close, crossings = find_close_and_crossings(
            a.lines, None if b is None else b.lines, radius_a=a.radius, radius_b=None if b is None else b.radius,
            class_a=number_a, class_b=None if b is None else number_b, need=need, group_a=group, workers=workers,
        )  # fmt: skip
        close = close.take(~_left_out(a, other, close.a, close.b, among))
        crossings = crossings.take(~_left_out(a, other, crossings.a, crossings.b, among))
        radii = a.radius[close.a] + other.radius[close.b]
        thicker = a.thicker[close.a] + other.thicker[close.b]
        reach = need[number_a[close.a], number_b[close.b]] + radii - thicker
        kinds = _families(a), _families(other)
        met, open_ = _of_one_family(kinds, crossings.a, crossings.b)
        at_end = _at_ends(a, other, crossings)
        connected, doubtful = met & at_end, open_ & at_end
        # In plan the standard asks for nothing between drains: of what kind they are changes nothing there.
        alike = np.logical_or(*_of_one_family(kinds, close.a, close.b))
        ends = _near_ends(a, other, close, alike)
        # A shared stretch is no flat crossing that explains what lies near it: it is judged in plan from its begin on.
        angle = np.where(crossings.overlap, 90.0, crossings.angle_deg)
        crossed = Meetings(crossings.a, crossings.b, crossings.at_a, crossings.at_b, angle)
        stubs = close.ends & ~alike
        sides = sides_of(
            close, Meetings.join(crossed, ends), a.lines, other.lines, reach, radii, parameters.value("side_by_side"),
            stubs, thicker,
        )  # fmt: skip
        return cls(a, other, rules, close, sides, crossings.take(~connected), doubtful[~connected])


@lru_cache(maxsize=4096)
def _looked_within(classes: Classes) -> Floats:
    """Return the clearance to look within for each pair of classes: 0 where none is stated, because of stacking.

    Gas above the table's pressures is looked for as far as the highest class in it.
    """
    made: Floats = np.nan_to_num(inside_tables(classes).horizontal())
    return made


def _left_out(
    a: BuriedLines, b: BuriedLines, rows_a: Integers, rows_b: Integers, among: tuple[Integers, Integers] | None
) -> Booleans:
    """Return which pairs are not to be compared, or are a route and a pipe it takes the place of."""
    made = np.zeros(len(rows_a), dtype=bool) if among is None else among[0][rows_a] != among[1][rows_b]
    if a is b:
        return made
    any_of = np.array([bool(names) for names in a.replaces], dtype=bool)
    for k in np.flatnonzero(any_of[rows_a]):
        made[k] |= b.subjects.ids[rows_b[k]] in a.replaces[rows_a[k]]
    return made


def _families(lines: BuriedLines) -> Objects:
    """Return what each line connects with, as `families` has it."""
    made: Objects = np.array(families(lines.buried), dtype=object)[lines.code]
    return made


def _of_one_family(kinds: tuple[Objects, Objects], rows_a: Integers, rows_b: Integers) -> tuple[Booleans, Booleans]:
    """Return which pairs of lines may connect, and which of the others do if a drain is of the kind of the other."""
    of_a, of_b = kinds[0][rows_a], kinds[1][rows_b]
    return are_one(of_a, of_b), may_be_one(of_a, of_b)


def _at_ends(a: BuriedLines, b: BuriedLines, crossings: LineCrossings) -> Booleans:
    """Return which crossings lie within the accuracy of an end of either line: connections, if of one utility."""
    tolerance = tolerance_m(a.accuracy_m[crossings.a], b.accuracy_m[crossings.b])
    length_a, length_b = a.lines.lengths()[crossings.a], b.lines.lengths()[crossings.b]
    at_end = np.minimum(
        np.minimum(crossings.at_a, length_a - crossings.at_a), np.minimum(crossings.at_b, length_b - crossings.at_b)
    )
    made: Booleans = crossings.touch | (at_end <= tolerance)
    return made


def _near_ends(a: BuriedLines, b: BuriedLines, close: CloseStretches, alike: Booleans) -> Meetings:
    """Return where an end of one line lies on another within their accuracy; ``alike``: stretches of one utility."""
    rows, nothing = np.flatnonzero(close.ends & alike), np.empty(0)
    if not len(rows):  # of the few lines beside a drawn one often none ends
        return Meetings(rows, rows, nothing, nothing, nothing)
    tolerance = tolerance_m(a.accuracy_m[close.a[rows]], b.accuracy_m[close.b[rows]])
    side_a = _Side(a.lines, close.a[rows], close.from_a[rows] - tolerance, close.to_a[rows] + tolerance)
    side_b = _Side(b.lines, close.b[rows], close.from_b[rows] - tolerance, close.to_b[rows] + tolerance)
    several = [_ends_within(side_a, side_b), _ends_within(side_b, side_a)]
    row, end, points, lines = (np.concatenate(column) for column in zip(*several, strict=True))
    on = np.flatnonzero(shapely.distance(points, lines) <= tolerance[row])
    of_b = np.repeat([False, True], [len(one[0]) for one in several])[on]
    row, end, other = rows[row[on]], end[on], shapely.line_locate_point(lines[on], points[on])
    at_a, at_b = np.where(of_b, other, end), np.where(of_b, end, other)
    return Meetings.join(Meetings(close.a[row], close.b[row], at_a, at_b, np.full(len(row), CONNECTION_DEG)))


class _Side(NamedTuple):
    """One line of each of some stretches, and the chainages between which its ends may lie on the other line."""

    lines: Polylines
    row: Integers
    begin: Floats
    end: Floats


def _ends_within(own: _Side, other: _Side) -> tuple[Integers, Floats, Objects, Objects]:
    """Return which stretches have an end of ``own`` in them: its chainage, the point, and the line it may lie on."""
    at = np.stack((np.zeros(len(own.row)), own.lines.lengths()[own.row]))
    which, row = np.nonzero((at >= own.begin) & (at <= own.end))
    at = at[which, row]
    distinct, number = np.unique(other.row[row], return_inverse=True)
    points = shapely.points(*own.lines.points_at(own.row[row], at))
    return row, at, points, other.lines.take(distinct).to_shapely()[number]
