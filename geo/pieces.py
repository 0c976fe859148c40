"""Cut one segment by the areas near it: which stretches of it are inside which owner's areas.

Everything is measured in the segment's own frame, ``t`` along it and ``s`` to its left. `geo.passages` says why two
lines beside the segment are followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.area_index import is_inside
from geo.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

TOUCH_M = 5e-8
"""What lies this close to a boundary is on it; above the rounding of eastings with a zone's number (7e-9 m)."""


@kernel
def wider(values: Integers, n: int) -> Integers:
    """Return ``n`` places that begin with the values."""
    result = np.empty(n, np.int64)
    result[: len(values)] = values
    return result


@kernel
def pieces_of(
    items: Floats, codes: Integers,
    polygons: Floats, polygon_codes: Integers, band_starts: Integers, band_items: Integers,
    x: float, y: float, ux: float, uy: float, length: float,
    near: Integers, n_near: int, active: Integers, n_active: int,
    times: Floats, pieces: Floats, piece_owner: Integers,
) -> tuple[Integers, int, int]:  # fmt: skip
    """Fill ``pieces`` (side, from, to) with the intervals of every area on both lines beside the segment.

    Returns the polygons around the segment's end, their number, and the number of pieces.
    """
    n, still = 0, 0
    for k in range(n_active):  # polygons without an edge near: the whole segment is inside
        p = active[k]
        if not _among(codes, near, n_near, p):
            for side in range(2):
                pieces[n, 0], pieces[n, 1], pieces[n, 2], piece_owner[n] = side, 0.0, length, polygon_codes[p, 0]
                n += 1
            active[still] = p
            still += 1
    if still + n_near > len(active):
        active = wider(active, 2 * (still + n_near))
    k = 0
    while k < n_near:
        i = near[k]
        p = codes[i, 0]
        if p < 0:
            n = _capsule(items, codes, i, x, y, ux, uy, length, pieces, piece_owner, n)
            k += 1
            continue
        after = k
        while after < n_near and codes[near[after], 0] == p:
            after += 1
        inside = True
        for side in range(2):
            n, ends_inside = _polygon(
                items,
                polygons,
                polygon_codes,
                band_starts,
                band_items,
                p,
                near,
                k,
                after,
                x,
                y,
                ux,
                uy,
                length,
                side,
                times,
                pieces,
                piece_owner,
                n,
            )
            inside = inside and ends_inside
        if inside:
            active[still] = p
            still += 1
        k = after
    return active, still, n


@kernel
def _among(codes: Integers, near: Integers, n_near: int, polygon: int) -> bool:
    found = False
    for k in range(n_near):
        found = found or codes[near[k], 0] == polygon
    return found


@kernel
def _polygon(
    items: Floats, polygons: Floats, polygon_codes: Integers, band_starts: Integers, band_items: Integers,
    polygon: int, near: Integers, first: int, after: int,
    x: float, y: float, ux: float, uy: float, length: float,
    side: int, times: Floats, pieces: Floats, piece_owner: Integers, n: int,
) -> tuple[int, bool]:  # fmt: skip
    """Add the intervals of one polygon on the line to the left (``side`` 0) or right; also: inside at the end."""
    offset = TOUCH_M if side == 0 else -TOUCH_M
    changes = 0
    for k in range(first, after):
        i = near[k]
        ax, ay, bx, by = items[i, 0] - x, items[i, 1] - y, items[i, 2] - x, items[i, 3] - y
        sa, sb = ux * ay - uy * ax, ux * by - uy * bx
        if (sa > offset) == (sb > offset):
            continue
        ta, tb = ux * ax + uy * ay, ux * bx + uy * by
        t = ta + (tb - ta) * (offset - sa) / (sb - sa)
        if not 0.0 < t < length:
            continue
        on_it = ta + (tb - ta) * min(max(-sa / (sb - sa), 0.0), 1.0)  # where the edge meets the segment itself
        j = changes
        while j > 0 and times[0, j - 1] > t:
            times[0, j], times[1, j] = times[0, j - 1], times[1, j - 1]
            j -= 1
        times[0, j], times[1, j] = t, min(max(on_it, 0.0), length)
        changes += 1
    widest, gap, before = -1.0, 0, 0.0
    for j in range(changes + 1):
        t = times[0, j] if j < changes else length
        if t - before > widest:
            widest, gap = t - before, j
        before = t
    a = times[0, gap - 1] if gap > 0 else 0.0
    b = times[0, gap] if gap < changes else length
    middle = (a + b) / 2
    known = is_inside(
        items,
        polygons,
        polygon_codes,
        band_starts,
        band_items,
        polygon,
        x + ux * middle - uy * offset,
        y + uy * middle + ux * offset,
    )
    for j in range(changes + 1):
        if known == ((gap - j) % 2 == 0):
            a = times[1, j - 1] if j > 0 else 0.0
            b = times[1, j] if j < changes else length
            if b > a:
                pieces[n, 0], pieces[n, 1], pieces[n, 2] = side, a, b
                piece_owner[n] = polygon_codes[polygon, 0]
                n += 1
    return n, known == ((gap - changes) % 2 == 0)


@kernel
def chord(
    ax: float, ay: float, bx: float, by: float, r: float, x: float, y: float, ux: float, uy: float
) -> tuple[float, float]:
    """Return the parameters between which a line is within ``r`` of a segment; the first above the second: nowhere.

    The strip beside the segment cut by its two ends, joined with the two discs: the whole is convex.
    """
    low, high = np.inf, -np.inf
    for end in range(2):
        px, py = (ax, ay) if end == 0 else (bx, by)
        t = ux * (px - x) + uy * (py - y)
        s = ux * (py - y) - uy * (px - x)
        if s * s < r * r:
            half = np.sqrt(r * r - s * s)
            low, high = min(low, t - half), max(high, t + half)
    dx, dy = bx - ax, by - ay
    metres = np.hypot(dx, dy)
    dx, dy = dx / metres, dy / metres
    along, across = dx * (x - ax) + dy * (y - ay), dx * (y - ay) - dy * (x - ax)
    du, dv = dx * ux + dy * uy, dx * uy - dy * ux
    first, last = -np.inf, np.inf
    if dv != 0.0:
        a, b = (-r - across) / dv, (r - across) / dv
        first, last = min(a, b), max(a, b)
    elif np.abs(across) >= r:
        last = -np.inf
    if du != 0.0:
        a, b = -along / du, (metres - along) / du
        first, last = max(first, min(a, b)), min(last, max(a, b))
    elif not 0.0 <= along <= metres:
        last = -np.inf
    if first < last:
        low, high = min(low, first), max(high, last)
    return low, high


@kernel
def _capsule(
    items: Floats, codes: Integers, i: int, x: float, y: float, ux: float, uy: float, length: float,
    pieces: Floats, piece_owner: Integers, n: int,
) -> int:  # fmt: skip
    """Add the interval of one capsule on each of the two lines, at the places of the segment itself."""
    ax, ay, bx, by, r = items[i, 0], items[i, 1], items[i, 2], items[i, 3], items[i, 4]
    own_a, own_b = chord(ax, ay, bx, by, r, x, y, ux, uy)
    for side in range(2):
        offset = TOUCH_M if side == 0 else -TOUCH_M
        a, b = chord(ax, ay, bx, by, r, x - uy * offset, y + ux * offset, ux, uy)
        if a < b and own_a < own_b:
            a, b = own_a, own_b
        a, b = max(a, 0.0), min(b, length)
        if a < b:
            pieces[n, 0], pieces[n, 1], pieces[n, 2], piece_owner[n] = side, a, b, codes[i, 1]
            n += 1
    return n


@kernel
def on_both_sides(pieces: Floats, owner: Integers, n: int) -> int:
    """Merge the pieces of each owner and side, keep what both sides have; in place, by owner and start."""
    for i in range(1, n):  # by owner, then side, then start
        side, a, b, o, j = pieces[i, 0], pieces[i, 1], pieces[i, 2], owner[i], i
        while j > 0 and (
            owner[j - 1] > o
            or (owner[j - 1] == o and (pieces[j - 1, 0] > side or (pieces[j - 1, 0] == side and pieces[j - 1, 1] > a)))
        ):
            pieces[j], owner[j] = pieces[j - 1], owner[j - 1]
            j -= 1
        pieces[j, 0], pieces[j, 1], pieces[j, 2], owner[j] = side, a, b, o
    merged = 0
    for i in range(n):
        last = merged - 1
        if merged and owner[last] == owner[i] and pieces[last, 0] == pieces[i, 0] and pieces[i, 1] <= pieces[last, 2]:
            pieces[last, 2] = max(pieces[last, 2], pieces[i, 2])
        else:
            pieces[merged], owner[merged] = pieces[i], owner[i]
            merged += 1
    return _common(pieces, owner, merged)


@kernel
def _common(pieces: Floats, owner: Integers, n: int) -> int:
    """Replace the merged pieces of the two sides by what they have in common; in place.

    The result never overtakes what is still to be read: k + m pieces have at most k + m - 1 common ones.
    """
    kept, i = 0, 0
    held = np.empty((n, 3))
    held[:, :] = pieces[:n]
    while i < n:
        right = i
        while right < n and owner[right] == owner[i] and held[right, 0] == 0.0:
            right += 1
        after = right
        while after < n and owner[after] == owner[i]:
            after += 1
        o, p, q = owner[i], i, right
        while p < right and q < after:
            a, b = max(held[p, 1], held[q, 1]), min(held[p, 2], held[q, 2])
            if a < b:
                pieces[kept, 0], pieces[kept, 1], pieces[kept, 2], owner[kept] = 0.0, a, b, o
                kept += 1
            if held[p, 2] < held[q, 2]:
                p += 1
            else:
                q += 1
        i = after
    return kept
