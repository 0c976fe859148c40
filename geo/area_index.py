"""Lay areas out so that those near a segment, and those around a place, are found at once: the index of `geo.areas`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

CAPSULE, DEAD = -1, -2  # in place of an item's polygon


class Index(NamedTuple):
    """What the kernels are given: items (polygon edges and capsules) in a uniform grid, polygons in bands.

    Few arrays with rows, because each array that is handed on costs time. Coordinates are relative to the areas'
    ``origin``. Items are sorted by owner and polygon.
    """

    items: Floats  # [n, 5] both ends x, y, x, y; half the width of a capsule, 0: the edge of a polygon
    codes: Integers  # [n, 2] polygon (CAPSULE: none, DEAD: removed), owner
    frame: Floats  # [10] left, bottom, cell, columns, rows of the grid, then of the coarse grid of polygons
    cell_starts: Integers
    cell_items: Integers
    polygons: Floats  # [n, 5] west, south, east, north, bands for each metre of northing
    polygon_codes: Integers  # [n, 5] owner, first band, number of bands, 1 where removed, polygons of its owner
    band_starts: Integers
    band_items: Integers
    cover_starts: Integers  # coarse grid: the polygons whose box meets a cell
    cover_items: Integers


def index_of(items: Floats, codes: Integers) -> Index:
    """Return the index of items, sorted by owner and polygon; the polygons numbered from 0 without a gap."""
    frame = np.zeros(10)
    _lay_out(frame[:5], items[:, :2], items[:, 2:4], items[:, 4])
    cell_starts, cell_items = _cells(items, frame)
    n_polygons = max(int(codes[:, 0].max()) + 1, 0) if len(codes) else 0
    polygons, polygon_codes, band_starts, band_items = _bands(items, codes, n_polygons)
    _, same, counts = np.unique(polygon_codes[:, 0], return_inverse=True, return_counts=True)
    polygon_codes[:, 4] = counts[same]
    _lay_out(frame[5:], polygons[:, :2], polygons[:, 2:4], np.zeros(n_polygons))
    cover_starts, cover_items = _covers(polygons, frame)
    return Index(items, codes, frame, cell_starts, cell_items, polygons, polygon_codes, band_starts, band_items,
                 cover_starts, cover_items)  # fmt: skip


def _lay_out(frame: Floats, one: Floats, other: Floats, radius: Floats) -> None:
    """Choose a grid of about two cells for each item, not finer than the items are long."""
    frame[2:] = 1.0
    if len(one) == 0:
        return
    low = np.minimum(one, other) - radius[:, None]
    high = np.maximum(one, other) + radius[:, None]
    wide, tall = high.max(axis=0) - low.min(axis=0)
    usual = float(np.median((high - low).max(axis=1)))
    cell = max(usual, float(np.sqrt(wide * tall / (2.0 * len(one)))), max(wide, tall) / 4096, 1e-3)
    frame[:2] = low.min(axis=0) - 0.5 * cell
    frame[2:] = (cell, wide // cell + 2, tall // cell + 2)


@kernel
def columns_of(
    x0: float, y0: float, x1: float, y1: float, margin: float, low: float, high: float
) -> tuple[float, float]:
    """Return the eastings that a segment, ``margin`` wide on all sides, can have between two northings."""
    if np.abs(y1 - y0) <= 1e-9:
        return min(x0, x1) - margin, max(x0, x1) + margin
    a = (low - margin - y0) / (y1 - y0)
    b = (high + margin - y0) / (y1 - y0)
    first, last = max(min(a, b), 0.0), min(max(a, b), 1.0)
    xa, xb = x0 + first * (x1 - x0), x0 + last * (x1 - x0)
    return min(xa, xb) - margin, max(xa, xb) + margin


@kernel
def cell_of(value: float, low: float, cell: float, n: float) -> int:
    """Return the column or row of a coordinate, the first or last for what lies outside."""
    return int(min(max(np.floor((value - low) / cell), 0.0), n - 1.0))


@kernel
def _cells(items: Floats, frame: Floats) -> tuple[Integers, Integers]:
    """Return the items of each cell: count, then fill."""
    left, bottom, cell, nx, ny = frame[0], frame[1], frame[2], frame[3], frame[4]
    starts = np.zeros(int(nx * ny) + 1, np.int64)
    found, at = np.empty(0, np.int64), np.empty(0, np.int64)
    for filling in range(2):
        if filling:
            starts = np.cumsum(starts)
            found, at = np.empty(starts[-1], np.int64), starts.copy()
        for i in range(len(items)):
            x0, y0, x1, y1, m = items[i, 0], items[i, 1], items[i, 2], items[i, 3], items[i, 4] + 1e-6
            first = cell_of(min(y0, y1) - m, bottom, cell, ny)
            for row in range(first, cell_of(max(y0, y1) + m, bottom, cell, ny) + 1):
                low = bottom + row * cell
                west, east = columns_of(x0, y0, x1, y1, m, low, low + cell)
                for column in range(cell_of(west, left, cell, nx), cell_of(east, left, cell, nx) + 1):
                    c = row * int(nx) + column
                    if filling:
                        found[at[c]] = i
                        at[c] += 1
                    else:
                        starts[c + 1] += 1
    return starts, found


@kernel
def band_of(y: float, south: float, per_m: float, n: int) -> int:
    """Return the band of a northing in a polygon of ``n`` bands."""
    return int(min(max(np.floor((y - south) * per_m), 0.0), n - 1.0))


@kernel
def _boxes(items: Floats, codes: Integers, n: int) -> tuple[Floats, Integers]:
    """Return box and bands of each polygon: as many bands as keep an edge in about four."""
    polygons, whose = np.empty((n, 5)), np.zeros((n, 5), np.int64)
    polygons[:, :2], polygons[:, 2:4] = np.inf, -np.inf
    edges, rise = np.zeros(n), np.zeros(n)
    for i in range(len(items)):
        p = codes[i, 0]
        if p >= 0:
            x0, y0, x1, y1 = items[i, 0], items[i, 1], items[i, 2], items[i, 3]
            polygons[p, 0], polygons[p, 1] = min(polygons[p, 0], x0, x1), min(polygons[p, 1], y0, y1)
            polygons[p, 2], polygons[p, 3] = max(polygons[p, 2], x0, x1), max(polygons[p, 3], y0, y1)
            whose[p, 0] = codes[i, 1]
            edges[p] += 1
            rise[p] += np.abs(y1 - y0)
    before = 0
    for p in range(n):
        tall = polygons[p, 3] - polygons[p, 1]
        count = int(max(1.0, min(4 * edges[p] / max(rise[p] / tall, 1.0), edges[p]))) if tall > 0 else 1
        whose[p, 1], whose[p, 2] = before, count
        polygons[p, 4] = count / tall if tall > 0 else 0.0
        before += count
    return polygons, whose


@kernel
def _bands(items: Floats, codes: Integers, n: int) -> tuple[Floats, Integers, Integers, Integers]:
    """Return the polygons, and their edges by bands of northing."""
    polygons, whose = _boxes(items, codes, n)
    starts = np.zeros((whose[n - 1, 1] + whose[n - 1, 2] if n else 0) + 1, np.int64)
    found, at = np.empty(0, np.int64), np.empty(0, np.int64)
    for filling in range(2):
        if filling:
            starts = np.cumsum(starts)
            found, at = np.empty(starts[-1], np.int64), starts.copy()
        for i in range(len(items)):
            p = codes[i, 0]
            if p < 0:
                continue
            y0, y1, south, per_m, count = items[i, 1], items[i, 3], polygons[p, 1], polygons[p, 4], whose[p, 2]
            low = band_of(min(y0, y1), south, per_m, count)
            for band in range(low, band_of(max(y0, y1), south, per_m, count) + 1):
                b = whose[p, 1] + band
                if filling:
                    found[at[b]] = i
                    at[b] += 1
                else:
                    starts[b + 1] += 1
    return polygons, whose, starts, found


@kernel
def _covers(polygons: Floats, frame: Floats) -> tuple[Integers, Integers]:
    """Return the polygons whose box meets each cell of the coarse grid."""
    left, bottom, cell, nx, ny = frame[5], frame[6], frame[7], frame[8], frame[9]
    starts = np.zeros(int(nx * ny) + 1, np.int64)
    found, at = np.empty(0, np.int64), np.empty(0, np.int64)
    for filling in range(2):
        if filling:
            starts = np.cumsum(starts)
            found, at = np.empty(starts[-1], np.int64), starts.copy()
        for p in range(len(polygons)):
            west, east = cell_of(polygons[p, 0], left, cell, nx), cell_of(polygons[p, 2], left, cell, nx)
            for row in range(cell_of(polygons[p, 1], bottom, cell, ny), cell_of(polygons[p, 3], bottom, cell, ny) + 1):
                for column in range(west, east + 1):
                    c = row * int(nx) + column
                    if filling:
                        found[at[c]] = p
                        at[c] += 1
                    else:
                        starts[c + 1] += 1
    return starts, found


@kernel
def is_inside(
    items: Floats, polygons: Floats, polygon_codes: Integers, band_starts: Integers, band_items: Integers,
    polygon: int, x: float, y: float,
) -> bool:  # fmt: skip
    """Return whether a place is inside a polygon: the parity of the edges that a ray to the east meets."""
    south = polygons[polygon, 1]
    if x < polygons[polygon, 0] or x > polygons[polygon, 2] or y < south or y > polygons[polygon, 3]:
        return False
    band = polygon_codes[polygon, 1] + band_of(y, south, polygons[polygon, 4], polygon_codes[polygon, 2])
    odd = False
    for k in range(band_starts[band], band_starts[band + 1]):
        i = band_items[k]
        y0, y1 = items[i, 1], items[i, 3]
        if (y0 > y) != (y1 > y) and x < items[i, 0] + (y - y0) / (y1 - y0) * (items[i, 2] - items[i, 0]):
            odd = not odd
    return odd
