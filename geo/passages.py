"""Find the stretches of lines inside areas: the compiled part of `geo.crossings`.

For each segment of a line, in the segment's own frame (``t`` along it, ``s`` to its left):

1. the items near it are taken from the grid;
2. a polygon's edges cut the segment at its changes from outside to inside. Two lines beside the segment are followed,
   `TOUCH_M` to its left and to its right, and a place counts as inside when both are: so a vertex on the segment, an
   edge along it and a corner that is merely touched need no special case, and a line on the boundary is outside. The
   places of change are those on the segment itself. Inside or outside is decided once, in the middle of the widest gap
   between two changes, by the parity of a ray, and alternates from there;
3. a capsule meets a line in one interval (it is convex);
4. the intervals of all areas of one owner are merged on each of the two lines, then intersected, then joined to the
   passage that reached the segment's start.

A polygon without an edge near the segment is as it was at the end of the one before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.areas import DEAD, Index, cell_of, columns_of, is_inside
from geo.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

TOUCH_M = 5e-8
"""What lies this close to a boundary is on it; above the rounding of eastings with a zone's number (7e-9 m)."""
JOIN_M = 1e-6
"""Passages no longer than this are none, and gaps no longer than this are closed."""


@kernel
def passages_of(
    index: Index, x: Floats, y: Floats, ux: Floats, uy: Floats, length: Floats, chainage: Floats,
    linked: NDArray[np.bool_], starts: Integers, first_line: int, last_line: int,
) -> tuple[Integers, Integers, Floats, Floats]:  # fmt: skip
    """Return line, owner, from and to of every passage of the lines ``first_line .. last_line - 1``.

    ``x, y`` are relative to the index's origin, ``starts`` the segments of each line. In the order in which the
    passages of a line end.
    """
    items, codes, frame, cell_starts, cell_items, polygons, polygon_codes = index[:7]
    band_starts, band_items, cover_starts, cover_items = index[7:]
    line_of, owner_of = np.empty(64, np.int64), np.empty(64, np.int64)
    from_of, to_of = np.empty(64), np.empty(64)
    found = 0
    near = np.empty(64, np.int64)
    active, n_active = np.empty(16, np.int64), 0
    open_owner, open_from, open_to, n_open = np.empty(16, np.int64), np.empty(16), np.empty(16), 0
    times = np.empty((2, 64))
    pieces, piece_owner = np.empty((128, 3)), np.empty(128, np.int64)
    for line in range(first_line, last_line):
        for k in range(starts[line], starts[line + 1]):
            if not linked[k]:
                n_active = 0
                active, n_active = _containing(
                    items, polygons, polygon_codes, band_starts, band_items, frame, cover_starts, cover_items,
                    x[k], y[k], active,
                )  # fmt: skip
            near, n_near = _near(
                items, codes, frame, cell_starts, cell_items, x[k], y[k], ux[k], uy[k], length[k], near
            )
            if n_near or n_active:
                room = 2 * (n_near + n_active) + 8
                if room > times.shape[1]:
                    times = np.empty((2, 2 * room))
                if 2 * room > len(pieces):
                    pieces, piece_owner = np.empty((4 * room, 3)), np.empty(4 * room, np.int64)
                active, n_active, n_pieces = _cut(
                    items, codes, polygons, polygon_codes, band_starts, band_items, x[k], y[k], ux[k], uy[k], length[k],
                    near, n_near, active, n_active, times, pieces, piece_owner,
                )  # fmt: skip
                n_pieces = _both(pieces, piece_owner, n_pieces)
            else:
                n_pieces = 0
            last = k + 1 == starts[line + 1] or not linked[k + 1]
            if n_open + n_pieces > len(open_owner):
                wide = 2 * (n_open + n_pieces)
                open_owner, open_from, open_to = _wider(open_owner, wide), _wide(open_from, wide), _wide(open_to, wide)
            if found + n_open + n_pieces > len(line_of):
                wide = 2 * (found + n_open + n_pieces)
                line_of, owner_of = _wider(line_of, wide), _wider(owner_of, wide)
                from_of, to_of = _wide(from_of, wide), _wide(to_of, wide)
            n_open, found = _join(
                pieces, piece_owner, n_pieces, chainage[k], last,
                open_owner, open_from, open_to, n_open,
                line, line_of, owner_of, from_of, to_of, found,
            )  # fmt: skip
    return line_of[:found].copy(), owner_of[:found].copy(), from_of[:found].copy(), to_of[:found].copy()


@kernel
def _wide(values: Floats, n: int) -> Floats:
    result = np.empty(n)
    result[: len(values)] = values
    return result


@kernel
def _wider(values: Integers, n: int) -> Integers:
    result = np.empty(n, np.int64)
    result[: len(values)] = values
    return result


@kernel
def _containing(
    items: Floats, polygons: Floats, polygon_codes: Integers, band_starts: Integers, band_items: Integers,
    frame: Floats, cover_starts: Integers, cover_items: Integers, x: float, y: float, active: Integers,
) -> tuple[Integers, int]:  # fmt: skip
    """Return the polygons around a place."""
    n = 0
    column = cell_of(x, frame[5], frame[7], frame[8])
    c = cell_of(y, frame[6], frame[7], frame[9]) * int(frame[8]) + column
    for k in range(cover_starts[c], cover_starts[c + 1]):
        p = cover_items[k]
        if polygon_codes[p, 3] == 0 and is_inside(items, polygons, polygon_codes, band_starts, band_items, p, x, y):
            if n == len(active):
                active = _wider(active, 2 * n)
            active[n] = p
            n += 1
    return active, n


@kernel
def _near(
    items: Floats, codes: Integers, frame: Floats, cell_starts: Integers, cell_items: Integers,
    x: float, y: float, ux: float, uy: float, length: float, near: Integers,
) -> tuple[Integers, int]:  # fmt: skip
    """Return the items whose box, in the segment's frame, meets the segment: sorted, each once."""
    left, bottom, cell, nx, ny = frame[0], frame[1], frame[2], frame[3], frame[4]
    x1, y1, m = x + ux * length, y + uy * length, 4 * TOUCH_M
    n = 0
    if max(x, x1) < left or min(x, x1) > left + nx * cell or max(y, y1) < bottom:
        return near, 0
    if min(y, y1) > bottom + ny * cell:
        return near, 0
    for row in range(cell_of(min(y, y1) - m, bottom, cell, ny), cell_of(max(y, y1) + m, bottom, cell, ny) + 1):
        low = bottom + row * cell
        west, east = columns_of(x, y, x1, y1, m, low, low + cell)
        for column in range(cell_of(west, left, cell, nx), cell_of(east, left, cell, nx) + 1):
            c = row * int(nx) + column
            for k in range(cell_starts[c], cell_starts[c + 1]):
                i = cell_items[k]
                if codes[i, 0] == DEAD:
                    continue
                ax, ay, bx, by = items[i, 0] - x, items[i, 1] - y, items[i, 2] - x, items[i, 3] - y
                r = items[i, 4] + m
                sa, sb = ux * ay - uy * ax, ux * by - uy * bx
                if min(sa, sb) > r or max(sa, sb) < -r:
                    continue
                ta, tb = ux * ax + uy * ay, ux * bx + uy * by
                if min(ta, tb) > length + r or max(ta, tb) < -r:
                    continue
                if n == len(near):
                    near = _wider(near, 2 * n)
                near[n] = i
                n += 1
    return near, _sorted_once(near, n)


@kernel
def _sorted_once(values: Integers, n: int) -> int:
    """Sort the first ``n`` values, drop repeats, return how many are left."""
    if n > 24:
        values[:n] = np.sort(values[:n])
    else:
        for i in range(1, n):
            v, j = values[i], i
            while j > 0 and values[j - 1] > v:
                values[j] = values[j - 1]
                j -= 1
            values[j] = v
    kept = 0
    for i in range(n):
        if kept == 0 or values[i] != values[kept - 1]:
            values[kept] = values[i]
            kept += 1
    return kept


@kernel
def _cut(
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
        active = _wider(active, 2 * (still + n_near))
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
def _both(pieces: Floats, owner: Integers, n: int) -> int:
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


@kernel
def _join(
    pieces: Floats, piece_owner: Integers, n: int, at: float, last: bool,
    open_owner: Integers, open_from: Floats, open_to: Floats, n_open: int,
    line: int, line_of: Integers, owner_of: Integers, from_of: Floats, to_of: Floats, found: int,
) -> tuple[int, int]:  # fmt: skip
    """Continue the open passages with the pieces of the segment that starts at chainage ``at``; write what ended."""
    for k in range(n):
        j = 0
        while j < n_open and not (open_owner[j] == piece_owner[k] and at + pieces[k, 1] - open_to[j] <= JOIN_M):
            j += 1
        if j == n_open:
            open_owner[j], open_from[j] = piece_owner[k], at + pieces[k, 1]
            n_open += 1
        open_to[j] = at + pieces[k, 2]
    kept = 0
    for j in range(n_open):
        ended = last or not _reaches(pieces, piece_owner, n, at, open_owner[j], open_to[j])
        if not ended:
            open_owner[kept], open_from[kept], open_to[kept] = open_owner[j], open_from[j], open_to[j]
            kept += 1
        elif open_to[j] - open_from[j] > JOIN_M:
            line_of[found], owner_of[found], from_of[found], to_of[found] = (
                line,
                open_owner[j],
                open_from[j],
                open_to[j],
            )
            found += 1
    return kept, found


@kernel
def _reaches(pieces: Floats, piece_owner: Integers, n: int, at: float, owner: int, to: float) -> bool:
    """Whether a passage may go on in the next segment: it is the latest of its owner among the pieces."""
    for k in range(n - 1, -1, -1):
        if piece_owner[k] == owner:
            return bool(at + pieces[k, 2] - to <= JOIN_M)
    return False
