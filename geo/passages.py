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

from geo.area_index import DEAD, Index, cell_of, columns_of, is_inside
from geo.compiled import kernel
from geo.pieces import TOUCH_M, on_both_sides, pieces_of, wider

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

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
                active, n_active, n_pieces = pieces_of(
                    items, codes, polygons, polygon_codes, band_starts, band_items, x[k], y[k], ux[k], uy[k], length[k],
                    near, n_near, active, n_active, times, pieces, piece_owner,
                )  # fmt: skip
                n_pieces = on_both_sides(pieces, piece_owner, n_pieces)
            else:
                n_pieces = 0
            last = k + 1 == starts[line + 1] or not linked[k + 1]
            if n_open + n_pieces > len(open_owner):
                wide = 2 * (n_open + n_pieces)
                open_owner, open_from, open_to = wider(open_owner, wide), _wide(open_from, wide), _wide(open_to, wide)
            if found + n_open + n_pieces > len(line_of):
                wide = 2 * (found + n_open + n_pieces)
                line_of, owner_of = wider(line_of, wide), wider(owner_of, wide)
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
                active = wider(active, 2 * n)
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
                    near = wider(near, 2 * n)
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
