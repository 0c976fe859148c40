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
#: So is a step on its line while strokes are joined; a line may have twice as many numbers as a place.
GROUP_OF_STROKE, DIRECTION_AT, LINE_AT = 51, 49, 24
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
    parts, whose = _parts(lines)
    coordinates, part = shapely.get_coordinates(parts, return_index=True)
    cells = np.floor((coordinates - corner) * (1 / cell_m, -1 / cell_m)).astype(np.int64)
    cells, part = _stepwise(cells, part)
    group = groups[whose][part]
    going_on = part[1:] == part[:-1]
    return _steps(cells[:-1][going_on], cells[1:][going_on], group[:-1][going_on])


def overview_above(overviews: Sequence[Whole]) -> Whole:
    """Return the overview of cells twice as wide, made of those of its four tiles."""
    from_, to, group = _ends(_each_once(np.concatenate(overviews)))
    from_, to = from_ >> 1, to >> 1
    return _steps(from_, to, group)


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


def _parts(lines: Shapes) -> tuple[Shapes, NDArray[np.intp]]:
    """Return the parts of lines, and whose each is; most are a part themselves, and need not be copied."""
    many = shapely.get_num_geometries(lines) != 1
    parts, whose = shapely.get_parts(lines[many], return_index=True)
    return np.concatenate([lines[~many], parts]), np.concatenate([np.flatnonzero(~many), np.flatnonzero(many)[whose]])


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


def _steps(from_: Whole, to: Whole, group: Whole) -> Whole:
    """Return steps between neighbouring cells as numbers, each once, with a dot for cells that no step touches."""
    x, y, dx, dy = *from_.T, *(to - from_).T
    moves = (dx != 0) | (dy != 0)
    # Only what stays where it is can be alone; few of the many cells are sorted.
    still = _each_once(_number((x[~moves], y[~moves]), group[~moves], 0))
    x, y, dx, dy, group = x[moves], y[moves], dx[moves], dy[moves], group[moves]
    back = (dx < 0) | ((dx == 0) & (dy < 0))
    direction = np.where(dy == 0, 0, np.where(dx == 0, 1, np.where((dx > 0) == (dy > 0), 2, 3)))
    steps = _each_once(_number((x + dx * back, y + dy * back), group, direction))
    start, end, group = _ends(steps)
    reached = np.sort(np.concatenate([_number(start.T, group, 0), _number(end.T, group, 0)]))
    alone = still if not len(reached) else still[reached[np.searchsorted(reached[:-1], still)] != still]
    return np.sort(np.concatenate([steps, alone + EAST]), kind="stable")


def _each_once(numbers: Whole) -> Whole:
    """Return numbers sorted, each once: what `numpy.unique` does, which takes ten times as long for a million."""
    ordered = np.sort(numbers)
    fresh = np.ones(len(ordered), np.bool_)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return ordered[fresh]


def _number(cell: Sequence[Whole] | Whole, group: Whole, direction: Whole | int) -> Whole:
    """Return numbers of cells, given as their columns and their rows."""
    column, row = cell
    number: Whole = group << GROUP_AT | row << ROW_AT | column << COLUMN_AT | direction
    return number


def _ends(steps: Whole) -> tuple[Whole, Whole, Whole]:
    """Return where steps begin and end, and their groups."""
    start = np.stack([steps >> COLUMN_AT & PLACE, steps >> ROW_AT & PLACE], axis=1)
    return start, start + STEPS[steps & 3], steps >> GROUP_AT


def _strokes(steps: Whole) -> tuple[Whole, Whole, Whole]:
    """Join steps that go straight on from each other; return where strokes begin and end, and their groups."""
    x, y, direction = steps >> COLUMN_AT & PLACE, steps >> ROW_AT & PLACE, steps & 3
    # On which line of its direction a step lies, and where on it: one number, in which the next step is one more.
    line = np.choose(direction, (y, x, x - y + PLACE, x + y))
    place = np.where(direction == 1, y, x)
    numbers = np.sort((steps >> GROUP_AT) << GROUP_OF_STROKE | direction << DIRECTION_AT | line << LINE_AT | place)
    begins = np.ones(len(numbers), np.bool_)
    begins[1:] = np.diff(numbers) != 1
    at = np.flatnonzero(begins)
    length = np.diff(np.append(at, len(numbers)))
    first = numbers[at]
    direction, line, place = first >> DIRECTION_AT & 3, first >> LINE_AT & (2 * PLACE + 1), first & PLACE
    x = np.where(direction == 1, line, place)
    y = np.choose(direction, (line, place, place - line + PLACE, line - place))
    starts = np.stack([x, y], axis=1)
    return starts, starts + STEPS[direction] * length[:, None], first >> GROUP_OF_STROKE
