"""Tell which routes are one work cut in pieces: same operator and utility, end to end, started within a year."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from survey.periods import within_months
from survey.touching import APART, BRANCH, END_TO_END, RouteIndex, ends_of, tolerance_m, touches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from survey.policies import Together


class Member(NamedTuple):
    """What is asked of a route to tell whether it belongs to the same work; None where it is not known."""

    utility: str | None
    operator: str | None
    start: date | None
    accuracy_m: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two routes that could be one work and are judged apart; positions as given.

    ``why`` is ``operator`` (one is not stated), ``branch`` (an end lies on the other's middle) or ``gap`` (the nearest
    ends are ``gap_m`` metres apart).
    """

    a: int
    b: int
    why: str
    gap_m: float


@lru_cache(maxsize=4096)
def operator_key(name: str | None) -> str | None:
    """Return what two spellings of one operator have in common; None where nothing is stated.

    Width, case, blanks and characters that cannot be seen do not make another operator.

    >>> operator_key(" ＡＢＣ水司（内乡）\u200b") == operator_key("abc 水司(内乡)"), operator_key("\u3000")
    (True, None)
    """
    if name is None:
        return None
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in plain if unicodedata.category(c)[0] not in "ZC") or None


def compare(a: Member, b: Member, together: Together) -> str:
    """Return ``together``, ``apart`` or ``doubt`` for two routes whose ends touch.

    ``doubt``: all that is known agrees, but an operator is missing and the policy reads that as apart.
    """
    if a.utility is None or a.utility != b.utility:
        return "apart"
    if a.start is None or b.start is None:
        if together.unknown_start == "apart":
            return "apart"
    elif not within_months(a.start, b.start, together.within_months):
        return "apart"
    one, other = operator_key(a.operator), operator_key(b.operator)
    if one is None or other is None:
        return "together" if together.unknown_operator == "together" else "doubt"
    return "together" if one == other else "apart"


def relation(a: Member, b: Member, kind: int, together: Together) -> str:
    """Return ``together``, ``apart``, or why it stays in doubt (`Doubt.why`), for routes that touch as ``kind`` says.

    A branch and a gap are told of only where all else agrees: between routes of unknown operators they say nothing.
    """
    said = "apart" if kind == APART else compare(a, b, together)
    if said == "apart":
        return said
    if kind == END_TO_END:
        return "operator" if said == "doubt" else said
    if said == "doubt":
        return "apart"
    reading, why = (together.branch, "branch") if kind == BRANCH else (together.gap, "gap")
    return "together" if reading == "together" else why


def works(
    members: Sequence[Member], shapes: NDArray[np.object_], together: Together | None
) -> tuple[NDArray[np.int64], list[Doubt]]:
    """Return the number of the work each route belongs to, and the pairs that are left in doubt.

    Routes are one work when a chain of touching pairs, each alike by `relation`, leads from one to the other. Works are
    numbered by their first route. With ``together`` None every route is its own work.

    Examples
    --------
    >>> from survey.policies import load_policy
    >>> lines = shapely.linestrings([[[0, 0], [9, 0]], [[9, 0], [9, 9]], [[9, 9], [0, 9]]])
    >>> one, two = Member("gas", "甲", None, 0.0), Member("gas", "乙", None, 0.0)
    >>> works([one, one, two], lines, load_policy("neixiang").together)
    (array([0, 0, 2]), [])
    """
    parent = list(range(len(members)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    doubts: list[Doubt] = []
    if together is None:
        return np.arange(len(members), dtype=np.int64), doubts
    for i, j, kind, gap in _touching(members, shapes):
        said = relation(members[i], members[j], kind, together)
        if said == "together":
            low, high = sorted((root(i), root(j)))
            parent[high] = low
        elif said != "apart":
            doubts.append(Doubt(i, j, said, gap))
    open_still = [doubt for doubt in doubts if root(doubt.a) != root(doubt.b)]
    return np.array([root(i) for i in range(len(members))], dtype=np.int64), open_still


def _touching(members: Sequence[Member], shapes: NDArray[np.object_]) -> Iterable[tuple[int, int, int, float]]:
    """Yield the pairs of one utility that touch: positions, kind, gap of the nearest ends."""
    accuracy = np.array([member.accuracy_m for member in members], dtype=np.float64)
    a, b = RouteIndex(shapes).pairs(accuracy)
    utility = np.array([member.utility or "" for member in members], dtype=object)
    alike = utility[a] == utility[b] if len(a) else np.empty(0, dtype=bool)
    a, b = a[alike], b[alike]
    ends = ends_of(shapes)
    kind, gap = touches(shapes[a], shapes[b], ends[a], ends[b], tolerance_m(accuracy[a], accuracy[b]))
    yield from zip(a.tolist(), b.tolist(), kind.tolist(), gap.tolist(), strict=True)


def one_shape(shapes: Iterable[shapely.Geometry]) -> shapely.Geometry:
    """Return the lines of one work as one line, merged where their ends are the same point.

    Merging first lets a road that is entered by one piece and left by the next count as crossed. Ends that only nearly
    meet stay apart: the gap adds nothing.

    >>> one_shape([shapely.LineString([(0, 0), (5, 0)]), shapely.LineString([(9, 0), (5, 0)])]).wkt
    'LINESTRING (0 0, 5 0, 9 0)'
    """
    parts = shapely.get_parts(np.array(list(shapes), dtype=object))
    return shapely.line_merge(shapely.multilinestrings(parts))
