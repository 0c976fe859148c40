"""Shape the excavation of a cross-section and measure its earth."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SAME_M = 5e-7
"""Half the micrometre that places and levels are kept to; two points nearer than that are one."""


@dataclass(frozen=True, slots=True)
class Bed:
    """What one line needs dug: a flat bed ``from_m`` to ``to_m`` across the trench, ``level_m`` below the ground."""

    from_m: float
    to_m: float
    level_m: float


@dataclass(frozen=True, slots=True)
class Bench:
    """A flat part of the bottom of a trench, metres: from one edge to the other, its depth below the ground."""

    from_m: float
    to_m: float
    depth_m: float


@dataclass(frozen=True, slots=True)
class Excavation:
    """The shape of a trench.

    Parameters
    ----------
    outline
        Points (x, depth below the ground) in metres, from the edge on the first side to the edge on the other; the
        first and the last lie on the ground.
    benches
        Its flat parts from the first side on; one for a trench with a single bottom.
    """

    outline: tuple[tuple[float, float], ...]
    benches: tuple[Bench, ...]

    @property
    def area_m2(self) -> float:
        """Area of the section (square metres), which is the earth of one metre of trench (cubic metres).

        >>> excavated([Bed(0.0, 1.0, 2.0)], 0.5).area_m2
        4.0
        """
        return sum((bx - ax) * (a + b) / 2 for (ax, a), (bx, b) in pairwise(self.outline))

    @property
    def top_width_m(self) -> float:
        """Width at the ground (metres)."""
        return self.outline[-1][0] - self.outline[0][0]

    @property
    def bottom_width_m(self) -> float:
        """Width from the foot of one outer wall to the foot of the other (metres)."""
        return self.benches[-1].to_m - self.benches[0].from_m

    @property
    def depth_m(self) -> float:
        """Greatest depth (metres)."""
        return max(bench.depth_m for bench in self.benches)


def excavated(beds: Sequence[Bed], slope: float) -> Excavation:
    """Return the trench in which all the beds lie.

    Parameters
    ----------
    beds
        At least one, from the first side on. Neighbours at one level become one bench, with the ground between them;
        between beds at different levels the ground is dug to the shallower one, so that no ridge is left standing, and
        the step lies as near to the deeper bed as the slope lets it. The caller keeps a bed out of the slopes of a
        deeper one.
    slope
        Metres sideways for one metre of height; 0 for shored walls.

    Examples
    --------
    >>> excavated([Bed(0.0, 1.0, 2.0), Bed(2.0, 2.5, 1.0)], 0.5).outline
    ((-1.0, 0.0), (0.0, 2.0), (1.0, 2.0), (1.5, 1.0), (2.5, 1.0), (3.0, 0.0))
    """
    runs = _runs(beds)
    edges = [[run.from_m, run.to_m] for run in runs]
    for k, (a, b) in enumerate(pairwise(runs)):
        step = slope * abs(a.depth_m - b.depth_m)
        if a.depth_m > b.depth_m:
            edges[k + 1][0] = a.to_m + step
        else:
            edges[k][1] = b.from_m - step
    benches = tuple(Bench(left, right, run.depth_m) for (left, right), run in zip(edges, runs, strict=True))
    points = [(benches[0].from_m - slope * benches[0].depth_m, 0.0)]
    for bench in benches:
        points += [(bench.from_m, bench.depth_m), (bench.to_m, bench.depth_m)]
    points.append((benches[-1].to_m + slope * benches[-1].depth_m, 0.0))
    return Excavation(tuple(points), benches)


def _runs(beds: Sequence[Bed]) -> list[Bench]:
    """Join neighbours at one level: their bench reaches as far as the widest of them needs."""
    runs: list[Bench] = []
    for bed in beds:
        if runs and abs(runs[-1].depth_m - bed.level_m) < SAME_M:
            last = runs.pop()
            runs.append(Bench(min(last.from_m, bed.from_m), max(last.to_m, bed.to_m), last.depth_m))
        else:
            runs.append(Bench(bed.from_m, bed.to_m, bed.level_m))
    return runs
