"""Say what lies above each metre of a route: carriageways by class of road, green, or nothing that a layer knows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from geo.crossings import find_passages
from survey.policies import ROAD_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.areas import Areas
    from geo.polylines import Polylines
    from survey.surroundings import Surroundings

CARRIAGEWAYS = (*ROAD_CLASSES, "carriageway")
"""Kinds of carriageway: the class of the road; ``carriageway`` where the layer states none."""
PAVINGS = (*CARRIAGEWAYS, "green", "other")
"""What may lie above: where several do, the first of these counts. ``other``: footway, yard or bare ground, no layer
says which."""
PAVING_WORDS = {
    **{key: (f"{zh}车行道", f"carriageway ({en})") for key, (zh, en) in ROAD_CLASSES.items()},
    "carriageway": ("车行道（等级未登记）", "carriageway of no stated class"),
    "green": ("绿地", "green"),
    "other": ("人行道或未铺装，未登记", "footway or unpaved, not stated"),
}
_RANK = {kind: rank for rank, kind in enumerate(PAVINGS)}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a route (metres of chainage) below one kind of surface; ``road`` by number, None off the roads."""

    from_m: float
    to_m: float
    kind: str
    road: int | None


@dataclass(frozen=True, slots=True)
class Above:
    """What lies above one route: ``pieces`` apart from each other, in order; ``roads`` every passage, which overlap."""

    pieces: tuple[Piece, ...] = ()
    roads: tuple[Piece, ...] = ()

    def metres(self, from_m: float, to_m: float) -> dict[str, float]:
        """Return the metres below each kind of surface between two chainages; they sum to the whole.

        Examples
        --------
        >>> above = Above((Piece(10.0, 20.0, "local", 0),))
        >>> above.metres(5.0, 25.0), above.metres(12.0, 15.0)
        ({'local': 10.0, 'other': 10.0}, {'local': 3.0})
        """
        found: dict[str, float] = defaultdict(float)
        for piece in self.pieces:
            inside = min(piece.to_m, to_m) - max(piece.from_m, from_m)
            if inside > 0:
                found[piece.kind] += inside
        rest = to_m - from_m - sum(found.values())
        if rest > 0:
            found["other"] += rest
        return dict(found)

    def road_metres(self, from_m: float, to_m: float) -> dict[int, float]:
        """Return the metres inside each road's carriageway between two chainages, by the road's number."""
        found: dict[int, float] = defaultdict(float)
        for piece in self.roads:
            inside = min(piece.to_m, to_m) - max(piece.from_m, from_m)
            if piece.road is not None and inside > 0:
                found[piece.road] += inside
        return dict(found)


def above_of(lines: Polylines, surroundings: Surroundings | None, *, workers: int = 2) -> list[Above]:
    """Return what lies above each line.

    Parameters
    ----------
    lines
        Lines in the grid of the surroundings.
    surroundings
        Roads and greens; None: nothing is known, all is ``other``.
    workers
        Threads; the result does not depend on them.
    """
    if surroundings is None:
        return [Above()] * lines.n_lines
    classes = surroundings.facts.classes
    found: list[list[Piece]] = [[] for _ in range(lines.n_lines)]
    for line, owner, begin, end in _passages(lines, surroundings.roads, workers):
        found[line].append(Piece(begin, end, classes[owner] or "carriageway", owner))
    roads = [tuple(pieces) for pieces in found]
    for line, _, begin, end in _passages(lines, surroundings.green_areas, workers):
        found[line].append(Piece(begin, end, "green", None))
    return [Above(_apart(pieces), own) for pieces, own in zip(found, roads, strict=True)]


def _passages(lines: Polylines, areas: Areas, workers: int) -> Iterable[tuple[int, int, float, float]]:
    found = find_passages(lines, areas, workers=workers)
    return zip(found.line.tolist(), found.owner.tolist(), found.from_m.tolist(), found.to_m.tolist(), strict=True)


def _apart(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return the pieces with each place once: where several overlap, the first kind of `PAVINGS` counts."""
    if len(pieces) < 2:  # noqa: PLR2004 - one piece lies apart from itself
        return tuple(pieces)
    ends = sorted({end for piece in pieces for end in (piece.from_m, piece.to_m)})
    made: list[Piece] = []
    for begin, end in pairwise(ends):
        over = [piece for piece in pieces if piece.from_m <= begin and piece.to_m >= end]
        if not over:
            continue
        first = min(over, key=lambda piece: (_RANK[piece.kind], -1 if piece.road is None else piece.road))
        last = made[-1] if made else None
        if last is not None and (last.to_m, last.kind, last.road) == (begin, first.kind, first.road):
            made[-1] = Piece(last.from_m, end, first.kind, first.road)
        else:
            made.append(Piece(begin, end, first.kind, first.road))
    return tuple(made)
