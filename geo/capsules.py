"""Answer in closed form what two segments have of each other: the parts beside, the gaps, the distances.

A segment with all that is within ``d`` of it is a capsule: a strip with a disc at either end. In the frame of a segment
(its start the origin, its direction the x axis) a point ``s`` metres along another segment is ``(x0 + s c, y0 + s k)``,
where ``c`` and ``k`` are cosine and sine of the angle between them.
"""

from __future__ import annotations

import numpy as np

from geo.compiled import kernel

TOLERANCE_M = 1e-9
"""What coordinates of a projected grid are worth, at best: two lines drawn exactly ``d`` apart are within ``d``."""

TOUCH_M = 1e-7
"""A foot on the very end of a segment, alone, is there or not by the last bit of a coordinate: feet count in stretches
longer than this, ten times what zone-prefixed eastings are worth and a tenth of what ends are promised to."""


@kernel
def narrow(low: float, high: float, at_0: float, slope: float, least: float, most: float) -> tuple[float, float]:
    """Return the part of ``low .. high`` where ``least <= at_0 + s * slope <= most``; ``low > high`` where none is.

    An end less than `TOLERANCE_M` outside is kept; any other is cut at the limit itself, because on lines that are
    nearly parallel a tolerance across them would be thousands of times as much along them.
    """
    if low > high:
        return low, high
    at_low, at_high = at_0 + low * slope, at_0 + high * slope
    keep_low = least - TOLERANCE_M <= at_low <= most + TOLERANCE_M
    keep_high = least - TOLERANCE_M <= at_high <= most + TOLERANCE_M
    if keep_low and keep_high:
        return low, high
    if max(at_low, at_high) < least or min(at_low, at_high) > most:
        return 1.0, 0.0
    one, other = (least - at_0) / slope, (most - at_0) / slope
    return low if keep_low else min(one, other), high if keep_high else max(one, other)


@kernel
def feet(x0: float, y0: float, c: float, k: float, length: float, base: float, d: float) -> tuple[float, float]:
    """Return the part of a segment whose perpendicular feet lie on another one, not farther than ``d`` away.

    Parameters
    ----------
    x0, y0, c, k, length
        The segment in the frame of the other one, and its length.
    base
        The length of the other one.
    d
        Metres.

    Returns
    -------
    tuple
        From and to, metres along the segment; from is greater than to where there is no such part.
    """
    low, high = narrow(0.0, length, x0, c, 0.0, base)
    return narrow(low, high, y0, k, -d, d)


@kernel
def squared_distance(x: float, y: float, base: float) -> float:
    """Return the squared distance of a point from the segment ``(0, 0) .. (base, 0)``."""
    beyond = max(-x, x - base, 0.0)
    return beyond * beyond + y * y


@kernel
def integral_of_gap(y_from: float, y_to: float, metres: float) -> float:
    """Return the integral of ``|y|`` over ``metres`` on which y runs evenly from ``y_from`` to ``y_to``."""
    one, other = abs(y_from), abs(y_to)
    if y_from * y_to >= 0.0:
        return 0.5 * (one + other) * metres
    return 0.5 * (one * one + other * other) / (one + other) * metres


@kernel
def least_gap(y_from: float, y_to: float) -> float:
    """Return the least ``|y|`` between two values: 0 where the sign changes."""
    if y_from * y_to <= 0.0:
        return 0.0
    return min(abs(y_from), abs(y_to))


@kernel
def within(
    x0: float, y0: float, X0: float, Y0: float, c: float, k: float, length: float, base: float, d: float
) -> bool:
    """Return whether two segments come within ``d`` of each other.

    ``x0, y0`` is the first one's start in the frame of the second, ``X0, Y0`` the second one's start in the frame of
    the first; ``length`` and ``base`` are the lengths of the first and the second.
    """
    limit = d * d
    y1, Y1 = y0 + length * k, Y0 - base * k
    if k != 0.0 and y0 * y1 <= 0.0 and 0.0 <= x0 - y0 / k * c <= base:
        return True  # they cross
    return (
        squared_distance(x0, y0, base) <= limit
        or squared_distance(X0, Y0, length) <= limit
        or squared_distance(x0 + length * c, y1, base) <= limit
        or squared_distance(X0 + base * c, Y1, length) <= limit
    )


@kernel
def sine_of(bearing: float) -> float:
    """Return the greatest sine of the angle of two segments that lie within ``bearing`` degrees, either way round.

    A thousand-millionth is added, which is what the coordinates themselves are worth.
    """
    if bearing >= 90.0:
        return 2.0
    return float(np.sin(np.radians(bearing))) + 1e-9
