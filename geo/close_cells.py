"""Answer in closed form where two segments are near each other: the parts within a distance, the nearest places.

The frames are those of `geo.capsules`: a point ``s`` metres along the first segment is ``(x0 + s c, y0 + s k)`` in the
frame of the second, one ``t`` metres along the second is ``(X0 + t c, Y0 - t k)`` in the frame of the first. A segment
of length 0 is a point; its direction may be any.
"""

from __future__ import annotations

import numpy as np

from geo.capsules import narrow, squared_distance
from geo.compiled import kernel


@kernel
def frames(
    wx: float, wy: float, ax: float, ay: float, bx: float, by: float
) -> tuple[float, float, float, float, float, float]:
    """Return ``x0, y0, X0, Y0, c, k`` of two directions and of ``w``, start of the first less start of the second."""
    return (
        bx * wx + by * wy, bx * wy - by * wx, -(ax * wx + ay * wy), -(ax * wy - ay * wx),
        bx * ax + by * ay, bx * ay - by * ax,
    )  # fmt: skip


@kernel
def apart(X0: float, Y0: float, c: float, k: float, length: float, base: float, d: float) -> bool:
    """Return whether the second segment lies wholly on one side of the box that is ``d`` around the first."""
    X1, Y1 = X0 + base * c, Y0 - base * k
    aside, along = max(min(Y0, Y1), -max(Y0, Y1)), max(min(X0, X1) - length, -max(X0, X1))
    return max(aside, along) > d


@kernel
def nearest(
    x0: float, y0: float, X0: float, Y0: float, c: float, k: float, length: float, base: float, tie: float
) -> tuple[float, float, float]:
    """Return the distance of two segments and where it is, metres along the first and along the second.

    Of places whose distances differ by no more than ``tie`` that which comes first along the first segment is meant.
    """
    x1, y1, X1, Y1 = x0 + length * c, y0 + length * k, X0 + base * c, Y0 - base * k
    d0, d1 = np.sqrt(squared_distance(x0, y0, base)), np.sqrt(squared_distance(x1, y1, base))
    e0, e1 = np.sqrt(squared_distance(X0, Y0, length)), np.sqrt(squared_distance(X1, Y1, length))
    best, s, t = min(d0, d1, e0, e1), np.inf, 0.0
    if k != 0.0 and y0 * y1 <= 0.0:
        along = min(max(-y0 / k, 0.0), length)
        other = x0 + along * c
        if 0.0 <= other <= base:
            best, s, t = 0.0, along, other
    if d0 <= best + tie:
        return d0, 0.0, min(max(x0, 0.0), base)
    distance = best
    if e0 <= best + tie and min(max(X0, 0.0), length) < s:
        distance, s, t = e0, min(max(X0, 0.0), length), 0.0
    if e1 <= best + tie and min(max(X1, 0.0), length) < s:
        distance, s, t = e1, min(max(X1, 0.0), length), base
    if d1 <= best + tie and length < s:
        distance, s, t = d1, length, min(max(x1, 0.0), base)
    return distance, s, t


@kernel
def part_within(
    x0: float, y0: float, c: float, k: float, length: float, base: float, d: float, near: float
) -> tuple[float, float]:
    """Return the part of the first segment that is within ``d`` of the second: one interval, for capsules are convex.

    It is cut by the strip beside the second segment and by the disc at either of its ends. ``near`` is a place that is
    known to be in it: where the segments only just come within ``d`` it is all there is.
    """
    low, high = near, near
    one, other = narrow(0.0, length, x0, c, 0.0, base)
    one, other = narrow(one, other, y0, k, -d, d)
    if one <= other:
        low, high = min(low, one), max(high, other)
    for end in (0.0, base):
        if low <= 0.0 and high >= length:
            break
        middle, aside = (end - x0) * c - y0 * k, (x0 - end) * k - y0 * c
        rest = d * d - aside * aside
        if rest >= 0.0:
            half = np.sqrt(rest)
            one, other = max(middle - half, 0.0), min(middle + half, length)
            if one <= other:
                low, high = min(low, one), max(high, other)
    return low, high
