"""Tell lines that run side by side from lines that are near only because they cross or meet at an angle."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

SKEW_DEG = 3.0
"""Straight stretches that differ by more than this do not run side by side; `geo.trenches` draws the line there too."""
SINE = math.sin(math.radians(SKEW_DEG))
STRAIGHT = 0.99
"""A stretch is straight where the distance of its ends is at least this share of its length."""
SHORT_M = 1e-3


class Span(NamedTuple):
    """A stretch of a line: its length, the vector from its begin to its end, and where it begins (metres)."""

    length_m: float
    dx: float
    dy: float
    x: float = 0.0
    y: float = 0.0


class Along(NamedTuple):
    """Metres that need not be dug by those who run side by side, and the places of those who do not, in order."""

    metres_saved: float
    askew: tuple[int, ...]


def alongside(spans: Sequence[Span]) -> Along:
    """Return which of some stretches run side by side: the most of one direction; of equally many the longest.

    Parameters
    ----------
    spans
        Each stretch. One that bends has no direction, and runs along with all others.

    Examples
    --------
    >>> a, b, crossing = Span(40.0, 40.0, 0.0), Span(40.0, -40.0, 0.0), Span(39.6, 39.0, -7.0)
    >>> alongside([a, b, crossing]), alongside([a, crossing])
    (Along(metres_saved=40.0, askew=(2,)), Along(metres_saved=0.0, askew=(0, 1)))
    """
    beside = [[_beside(one, other) for other in spans] for one in spans]
    best = max(range(len(spans)), key=lambda k: (sum(beside[k]), _metres(spans, beside[k]), -k))
    if sum(beside[best]) < 2:  # noqa: PLR2004 - side by side takes two
        return Along(0.0, tuple(range(len(spans))))
    longest = max(span.length_m for span, own in zip(spans, beside[best], strict=True) if own)
    askew = tuple(k for k, own in enumerate(beside[best]) if not own)
    return Along(_metres(spans, beside[best]) - longest, askew)


def _metres(spans: Sequence[Span], counted: Sequence[bool]) -> float:
    return math.fsum(span.length_m for span, own in zip(spans, counted, strict=True) if own)


def _beside(a: Span, b: Span) -> bool:
    one, other = math.hypot(a.dx, a.dy), math.hypot(b.dx, b.dy)
    if one < max(STRAIGHT * a.length_m, SHORT_M) or other < max(STRAIGHT * b.length_m, SHORT_M):
        return True
    return abs(a.dx * b.dy - a.dy * b.dx) <= SINE * one * other
