"""Draw a hundred thousand lines in one tile as what is seen of them there: the cells they pass, group by group.

Far out, lines of one utility lie on each other and a street of them is a stroke. An overview keeps the steps from cell
to cell (two pixels) that lines of a group make, each once however many make it; four overviews make the one above them.
No line is lost: one that is shorter than a cell leaves a dot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from maps.tile_messages import Kind, features_of, layer_of
from maps.tile_parts import Parts
from maps.tiles import BUFFER, EXTENT, cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from maps.tiles import Box, Shapes

    Whole = NDArray[np.int64]

TILE_CELLS = 256  # along the side of a tile
MARGIN_CELLS = 16  # beyond a tile whose lines are read; half of it is left in the tile above, a quarter in the next
AREA = 2  # dimensions
#: Steps to the east, south, south-east and north-east, columns to the right and rows down.
STEPS = np.array([(1, 0), (0, 1), (1, 1), (1, -1)], np.int64)
EAST = 0
#: A step is one number: group, row, column, direction.
GROUP_AT, ROW_AT, COLUMN_AT = 50, 26, 2
PLACE = (1 << 24) - 1
MOST_STROKES, FEWEST_CELLS = 30_000, 64


def overview_of(shapes: Shapes, groups: Whole, corner: tuple[float, float], cell_m: float, box: Box) -> Whole:
    """Return the steps of lines, each once, sorted.

    Parameters
    ----------
    shapes
        Lines, or areas of which the outline is taken, metres of the grid.
    groups
        What is told apart of them (0 to 4095), a number for each.
    corner
        West and north of the tile grid: cells are counted from there.
    cell_m
        Side of a cell, metres.
    box
        Only what lies in it, metres of the grid.

    Examples
    --------
    >>> line = np.array([shapely.LineString([(0.5, -0.5), (2.5, -0.5), (0.5, -0.5)])])
    >>> len(overview_of(line, np.array([0]), (0.0, 0.0), 1.0, (0.0, -9.0, 9.0, 0.0)))
    2
    """
    areas = shapely.get_dimensions(shapes) == AREA
    lines = shapes.copy()
    lines[areas] = shapely.boundary(shapes[areas])
    boxes = shapely.bounds(lines)
    outside = (boxes[:, :2] < box[:2]).any(axis=1) | (boxes[:, 2:] > box[2:]).any(axis=1)
    lines[outside] = cut(lines[outside], box)
    parts, whose = shapely.get_parts(lines, return_index=True)
    coordinates, part = shapely.get_coordinates(parts, return_index=True)
    cells = np.floor((coordinates - corner) * (1 / cell_m, -1 / cell_m)).astype(np.int64)
    cells, part = _stepwise(cells, part)
    group = groups[whose][part]
    going_on = part[1:] == part[:-1]
    return _steps(cells[:-1][going_on], cells[1:][going_on], group[:-1][going_on], (cells, group))


def overview_above(overviews: Sequence[Whole]) -> Whole:
    """Return the overview of cells twice as wide, made of those of its four tiles."""
    from_, to, group = _ends(_each_once(np.concatenate(overviews)))
    from_, to = from_ >> 1, to >> 1
    return _steps(from_, to, group, (from_, group))


def overview_layer(name: str, steps: Whole, tile: tuple[int, int], key: str, groups: Sequence[str]) -> bytes:
    """Return the layer of a tile that an overview is drawn in: one feature for each group, without an id.

    Where it is made of more than `MOST_STROKES`, its cells are made twice as wide until it is not: nobody tells these
    strokes from each other, and every one of them is drawn.

    Parameters
    ----------
    tile
        Column and row.
    key, groups
        The attribute, and its value for each group; a group beyond them has none.
    """
    cells = TILE_CELLS
    strokes = _strokes_within(steps, tile, cells)
    while len(strokes[0]) > MOST_STROKES and cells > FEWEST_CELLS:
        steps, cells = overview_above([steps]), cells // 2
        strokes = _strokes_within(steps, tile, cells)
    ends, group = strokes
    units = EXTENT // cells
    present, owner = np.unique(group, return_inverse=True)
    points = (ends * units + units // 2).reshape(-1, 2)
    parts = Parts(points, np.arange(len(ends) + 1) * 2, owner.astype(np.int64), len(present))
    tags = np.where(present < len(groups), present, -1)[:, None]
    return layer_of(name, [features_of(Kind.LINE, parts, tags)], [key], list(groups), EXTENT)


def _strokes_within(steps: Whole, tile: tuple[int, int], cells: int) -> tuple[Whole, Whole]:
    """Return where strokes in a tile and its buffer begin and end (n, 2, 2), in cells of the tile, and their groups."""
    first, beyond = np.array(tile, np.int64) * cells, BUFFER * cells // EXTENT
    from_, to, _ = _ends(steps)
    reached = np.stack([from_, to], axis=1) - first
    inside = (reached >= -beyond) & (reached < cells + beyond)
    starts, ends, group = _strokes(steps[inside.all(axis=(1, 2))])
    return np.stack([starts, ends], axis=1) - first, group


def _stepwise(cells: Whole, part: NDArray[np.intp]) -> tuple[Whole, NDArray[np.intp]]:
    """Return the cells of parts with those between them: each is beside the one before, or the first of its part."""
    if not len(cells):
        return cells, part
    way = np.zeros_like(cells)
    way[:-1] = np.where((part[1:] == part[:-1])[:, None], np.diff(cells, axis=0), 0)
    count = np.maximum(np.abs(way).max(axis=1), 1)
    at = np.repeat(np.arange(len(cells)), count)
    done = (np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)) / count[at]
    filled = cells[at] + np.rint(way[at] * done[:, None]).astype(np.int64)
    return filled, part[at]


def _steps(from_: Whole, to: Whole, group: Whole, touched: tuple[Whole, Whole]) -> Whole:
    """Return steps between neighbouring cells as numbers, each once, with a dot for cells that no step touches."""
    moves = (from_ != to).any(axis=1)
    from_, to, group = from_[moves], to[moves], group[moves]
    back = (to[:, 0] < from_[:, 0]) | ((to[:, 0] == from_[:, 0]) & (to[:, 1] < from_[:, 1]))
    start, end = np.where(back[:, None], to, from_), np.where(back[:, None], from_, to)
    dx, dy = (end - start).T
    direction = np.where(dy == 0, 0, np.where(dx == 0, 1, np.where(dy > 0, 2, 3)))
    reached = np.sort(np.concatenate([_number(start, group, 0), _number(end, group, 0)]))
    cells = _each_once(_number(*touched, 0))
    alone = cells if not len(reached) else cells[reached[np.searchsorted(reached[:-1], cells)] != cells]
    return _each_once(np.concatenate([_number(start, group, direction), alone + EAST]))


def _each_once(numbers: Whole) -> Whole:
    """Return numbers sorted, each once: what `numpy.unique` does, which takes ten times as long for a million."""
    ordered = np.sort(numbers)
    fresh = np.ones(len(ordered), np.bool_)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return ordered[fresh]


def _number(cell: Whole, group: Whole, direction: Whole | int) -> Whole:
    number: Whole = group << GROUP_AT | cell[:, 1] << ROW_AT | cell[:, 0] << COLUMN_AT | direction
    return number


def _ends(steps: Whole) -> tuple[Whole, Whole, Whole]:
    """Return where steps begin and end, and their groups."""
    start = np.stack([steps >> COLUMN_AT & PLACE, steps >> ROW_AT & PLACE], axis=1)
    return start, start + STEPS[steps & 3], steps >> GROUP_AT


def _strokes(steps: Whole) -> tuple[Whole, Whole, Whole]:
    """Join steps that go straight on from each other; return where strokes begin and end, and their groups."""
    start, _, group = _ends(steps)
    direction = steps & 3
    x, y = start.T
    line = np.choose(direction, (y, x, x - y, x + y))
    place = np.where(direction == 1, y, x)
    order = np.lexsort((place, line, direction, group))
    sorted_ = np.stack([group, direction, line, place], axis=1)[order]
    begins = np.ones(len(steps), np.bool_)
    begins[1:] = (np.diff(sorted_, axis=0) != (0, 0, 0, 1)).any(axis=1)
    at = np.flatnonzero(begins)
    length = np.diff(np.append(at, len(steps)))
    first = start[order][at]
    along = STEPS[direction[order][at]]
    return first, first + along * length[:, None], group[order][at]
