"""Compute the smallest parallel offset of a planned route that clears a finding in plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, groupby, islice
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.depths import Depths
from geo.polylines import Polylines
from survey.conflicts.buried_lines import BuriedLines
from survey.conflicts.crossings import Crossings
from survey.conflicts.judging import COVERAGE, TINY
from survey.conflicts.line_pairs import LinePairs
from survey.conflicts.lines_aside import GREATEST_M, TooNear, Way, ways_aside
from survey.conflicts.naming import called
from survey.conflicts.parameters import load_parameters
from survey.conflicts.wording import joined
from survey.findings import Mend

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Objects = NDArray[np.object_]

GROWTH = (1.0, 1.6)
"""The offset is widened by these in turn where a bend needs more; then no offset is proposed."""
MENDED_AT_ONCE = 64
"""Up to so many places are mended in one search: those of a drawn line."""


class Close(NamedTuple):
    """Where two lines are too near in plan: row of ``pairs.sides``, which line moves (``a`` or ``b``), metres needed.

    ``need`` is what there must be between the walls, with the uncertainty and what lines without a diameter may be
    thicker.
    """

    pairs: LinePairs
    place: int
    side: str
    need: float

    @property
    def mover(self) -> tuple[BuriedLines, int]:
        """The line that moves, as its row of many."""
        pairs = self.pairs
        stretch = pairs.sides.stretch[self.place]
        return (pairs.a, int(pairs.close.a[stretch])) if self.side == "a" else (pairs.b, int(pairs.close.b[stretch]))


@dataclass(frozen=True, eq=False)  # each place is its own
class Beside:
    """Where a route is too near to what is no line: a building, a tree, a kerb.

    Parameters
    ----------
    routes, row
        The route; only lines of one part are moved.
    near
        The route's shape, the chainages between which it is too near, by how much with the uncertainty, to what.
    clears
        Says of a moved line whether it is far enough.
    """

    routes: BuriedLines
    row: int
    near: TooNear
    clears: Callable[[shapely.Geometry], bool]

    @property
    def mover(self) -> tuple[BuriedLines, int]:
        """The line that moves, as its row of many."""
        return self.routes, self.row


def offset_mends(wanted: Sequence[Close | Beside]) -> list[Mend | None]:
    """Return for each place the smallest offset of the line that gives way after which it keeps its distance.

    None where no offset up to `GREATEST_M` clears it: then the line needs another course. Each is of its own pair; all
    are sought at one time because a search costs more than what it compares.
    """
    closes = [place for place in wanted if isinstance(place, Close)]
    things = [place for place in wanted if isinstance(place, Beside)]
    lines = _Lines.of(closes) if closes else None
    ways = _ways_of([*(lines.too_near() if lines else ()), *(place.near for place in things)])
    of_lines = _first_clear(lines, ways[: len(closes)]) if lines else []
    of_things = [
        next((way for way in of_place if place.clears(way.moved)), None)
        for place, of_place in zip(things, ways[len(closes) :], strict=True)
    ]
    clear = dict(zip([*closes, *things], [*of_lines, *of_things], strict=True))
    return [None if (way := clear[place]) is None else _mend(*place.mover, way) for place in wanted]


class OffsetMends:
    """The mends of places beside lines and things of all layers, of all kinds: made together where they are few.

    Who looks at one finding of a drawn line looks at all of them; of a county's, at a few.
    """

    def __init__(self) -> None:
        self._asked: list[tuple[int, Callable[[], Sequence[Close | Beside]]]] = []

    def may_ask(self, count: int, places: Callable[[], Sequence[Close | Beside]]) -> None:
        """Announce places that `of` may be asked for."""
        self._asked.append((count, places))

    def of(self, place: Close | Beside) -> Mend | None:
        """Return what `offset_mends` returns of a place."""
        return self._together[place] if self._few else offset_mends([place])[0]

    @cached_property
    def _few(self) -> bool:
        return sum(count for count, _ in self._asked) <= MENDED_AT_ONCE

    @cached_property
    def _together(self) -> dict[Close | Beside, Mend | None]:
        places = [place for _, several in self._asked for place in several()]
        return dict(zip(places, offset_mends(places), strict=True))


@dataclass(frozen=True)
class _Lines:
    """Places, and both lines of each: row k of ``a`` and ``b`` and their shapes is that of place k."""

    wanted: Sequence[Close]
    a: BuriedLines
    b: BuriedLines
    shapes_a: Objects
    shapes_b: Objects

    @classmethod
    def of(cls, wanted: Sequence[Close]) -> _Lines:
        several_a, several_b = [], []
        for pairs, places in groupby(wanted, key=attrgetter("pairs")):
            stretch = pairs.sides.stretch[[close.place for close in places]]
            several_a.append(pairs.a.take(pairs.close.a[stretch]))
            several_b.append(pairs.b.take(pairs.close.b[stretch]))
        a, b = BuriedLines.in_turn(several_a), BuriedLines.in_turn(several_b)
        return cls(wanted, a, b, a.lines.to_shapely(), b.lines.to_shapely())

    def shapes(self, k: int) -> tuple[shapely.Geometry, shapely.Geometry]:
        """Return the shape of the line of place k that moves, and of the one that stays."""
        a, b = self.shapes_a[k], self.shapes_b[k]
        return (a, b) if self.wanted[k].side == "a" else (b, a)

    def too_near(self) -> list[TooNear]:
        """Return each place as `ways_aside` asks for it."""
        made = []
        for k, (pairs, place, side, need) in enumerate(self.wanted):
            sides, (shape, stays) = pairs.sides, self.shapes(k)
            begin, end = (sides.from_m, sides.to_m) if side == "a" else (sides.from_b, sides.to_b)
            short = need - float(sides.gap[place])
            made.append(TooNear(shape, float(begin[place]), float(end[place]), short, stays))
        return made


def _ways_of(near: Sequence[TooNear]) -> list[list[Way]]:
    """Return the ways to move a line at each place, the narrower ones first."""
    grown = [place._replace(short_m=place.short_m * growth) for place in near for growth in GROWTH]
    made, each = ways_aside(grown), len(GROWTH)
    return [list(chain(*made[k : k + each])) for k in range(0, len(made), each)]


def _first_clear(lines: _Lines, ways: Sequence[Sequence[Way]]) -> list[Way | None]:
    """Return for each place the first way after which both lines keep their distance."""
    if not any(ways):
        return [None] * len(ways)
    # What is as far away as is needed all along is clear; only the ways before it are judged.
    far = [next((k for k, is_far in enumerate(away) if is_far), None) for away in _far_enough(lines, ways)]
    open_ways = [of_place[:first] for of_place, first in zip(ways, far, strict=True)]
    judged: list[list[bool]] = _judged_again(lines, open_ways) if any(open_ways) else [[] for _ in ways]
    first_clear = [clear.index(True) if True in clear else first for clear, first in zip(judged, far, strict=True)]
    return [None if k is None else of_place[k] for k, of_place in zip(first_clear, ways, strict=True)]


def _far_enough(lines: _Lines, ways: Sequence[Sequence[Way]]) -> list[list[bool]]:
    """Return which ways are as far from the other line as is needed, all along."""
    count = [len(of_place) for of_place in ways]
    of = np.repeat(np.arange(len(ways)), count)
    reach = (lines.a.radius + lines.b.radius + [close.need for close in lines.wanted])[of]
    stays = np.array([lines.shapes(k)[1] for k in of.tolist()], dtype=object)
    moved = np.array([way.moved for of_place in ways for way in of_place], dtype=object)
    away = iter((shapely.distance(moved, stays) >= reach - TINY).tolist())
    return [list(islice(away, n)) for n in count]


def why_none(routes: BuriedLines, row: int) -> tuple[str, str]:
    """Return why no offset of a route is proposed, in both languages."""
    zh, en = called(routes, row, "zh"), called(routes, row, "en")
    if routes.shape(row).geom_type != "LineString":
        return joined(zh, "由几段组成，不能整体平移"), f"{en} has several parts and is not moved as one"
    return (
        joined(zh, f"平移 {GREATEST_M:g} m 以内没有满足要求的线位"),
        f"no line within {GREATEST_M:g} m of {en} clears it",
    )


def _judged_again(lines: _Lines, ways: Sequence[Sequence[Way]]) -> list[list[bool]]:
    """Tell after which ways fewer places are too near in plan, fewer fail, and no more crossings are there, or amiss.

    Every pair is judged as it is and with each way to move one of its lines, in one search.
    """
    moved = {side: [(k, way) for k, c in enumerate(lines.wanted) if c.side == side for way in ways[k]] for side in "ab"}
    a, of_a = _with_ways(lines.a, lines.shapes_a, moved["a"])
    b, of_b = _with_ways(lines.b, lines.shapes_b, moved["b"])
    counts = _counts(LinePairs.of(a, b, None, load_parameters(), workers=1, among=(of_a, of_b)))
    n, made = len(lines.wanted), []
    for k, close in enumerate(lines.wanted):
        near, failing, *others = (count[close.side] for count in counts)
        rows = n + np.flatnonzero((of_a, of_b)["ab".index(close.side)][n:] == k)
        # A place that fails may leave while one that was merely open begins to: each is counted on its own.
        better = (near[rows] < near[k]) & (failing[rows] < failing[k])
        for count in others:
            better &= count[rows] <= count[k]
        made.append(better.tolist())
    return made


def _with_ways(
    lines: BuriedLines, shapes: Objects, moved: Sequence[tuple[int, Way]]
) -> tuple[BuriedLines, NDArray[np.int64]]:
    """Return lines as they are, then moved; and which of ``lines`` each is."""
    own = np.array([k for k, _ in moved], dtype=np.int64)
    of = np.concatenate([np.arange(len(lines)), own])
    if not moved:
        return lines, of
    vertices, vertex_of = shapely.get_coordinates([way.moved for _, way in moved], return_index=True)
    starts = np.searchsorted(vertex_of, np.arange(len(moved) + 1))
    again = Polylines.from_arrays(vertices[:, 0], vertices[:, 1], starts, np.arange(len(moved)), len(moved))
    row = own[vertex_of]
    covers = lines.depths.at(row, shapely.line_locate_point(shapes[row], shapely.points(vertices)))
    made = replace(
        lines.take(of), lines=Polylines.concatenate([lines.lines, again]),
        depths=Depths.concatenate([lines.depths, Depths.at_vertices(again, covers)]),
    )  # fmt: skip
    return made, of


def _counts(again: LinePairs) -> list[dict[str, NDArray[np.int64]]]:
    """Return how many places of each line are too near in plan and fail, how many crossings it has, how many amiss."""
    a, b = again.close.a[again.sides.stretch], again.close.b[again.sides.stretch]
    limit = np.nan_to_num(again.rules.cited("horizontal", a, b)[2])
    margin = again.sides.gap - limit
    uncertainty = COVERAGE * np.hypot(again.a.accuracy_m[a], again.b.accuracy_m[b])
    near = margin - again.a.thicker[a] - again.b.thicker[b] < uncertainty - TINY
    failing = margin < -uncertainty - TINY
    crossings = Crossings.of(again, lambda: np.full(len(again.a), np.nan))
    low = ~(crossings.gap - crossings.limit - crossings.thicker >= crossings.uncertainty - TINY) & np.isfinite(
        crossings.limit
    )
    over, under = again.crossings.a, again.crossings.b
    n, m = len(again.a), len(again.b)
    return [
        {"a": np.bincount(of_a, minlength=n), "b": np.bincount(of_b, minlength=m)}
        for of_a, of_b in ((a[near], b[near]), (a[failing], b[failing]), (over, under), (over[low], under[low]))
    ]


def covers_along(routes: BuriedLines, row: int, moved: shapely.Geometry) -> NDArray[np.float64]:
    """Return the cover of a route at each vertex of its moved line: that of the nearest place of the line it had."""
    at = shapely.line_locate_point(routes.shape(row), shapely.points(shapely.get_coordinates(moved)))
    return routes.depths.at(np.full(len(at), row, dtype=np.int64), at)


def _mend(routes: BuriedLines, row: int, way: Way) -> Mend:
    metres, keep_ends, moved = way
    name, zh, en = str(routes.subjects.ids[row]), called(routes, row, "zh"), called(routes, row, "en")
    side_zh, side_en = ("左", "left") if metres > 0 else ("右", "right")
    ends_zh, ends_en = (
        ("", "") if keep_ends else ("，端点随之移动，须重新接驳", "; its end moves along and is connected anew")
    )
    properties = {}
    if routes.depths.starts[row + 1] - routes.depths.starts[row] > 1:  # one cover for each vertex: there are others now
        properties["covers_m"] = " ".join(f"{cover:.3f}" for cover in covers_along(routes, row, moved))
    return Mend(
        "offset", name, metres, "m", f"{joined(zh, '在该段向')}{side_zh}平移 {abs(metres):.2f} m{ends_zh}",
        f"move {en} {abs(metres):.2f} m to the {side_en} there{ends_en}", moved, properties,
    )  # fmt: skip
