"""Hold the tables of a pipe survey against themselves: names, coordinates, depths, heights, diameters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.crs import coordinate_faults, grid
from geo.faults import BadInputError, Fault
from geo.formats import pipe_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pyproj import CRS

    from geo.formats.pipe_fields import Fields
    from geo.formats.table import Findings

#: Ground = depth + pipe is a sum that somebody worked out: three values rounded to centimetres leave 0.015 m. What is
#: left over covers heights levelled twice (mean error 3 cm in CJJ 61, from memory).
HEIGHTS_AGREE_M = 0.05
_ROUNDING_M = 1e-9
SAME_PLACE_M = 0.001
SMALLEST_MM = 5.0
#: No survey of a county's pipes finds one so deep; a depth in centimetres is beyond it from half a metre on.
DEEPEST_M = 50.0
#: Laid on or above the ground (CJJ 61: 架空 JK, 上架 SJ, 地面 DM); depths are negative or missing there.
_ABOVE = re.compile(r"架空|上架|地面|^(jk|sj|dm)$", re.IGNORECASE)
_NUMBER = r"(\d+(?:\.\d+)?)"
_ROUND = re.compile(rf"^(?:DN|DE|D|Φ|φ|Ø|ø|∅)?\s*{_NUMBER}\s*(?:mm)?$", re.IGNORECASE)
_SIDES = re.compile(rf"^{_NUMBER}\s*(?:mm)?\s*[x×*]\s*{_NUMBER}\s*(?:mm)?$", re.IGNORECASE)
SIDES = (("from", "from_point", "from_depth", "from_height"), ("to", "to_point", "to_depth", "to_height"))


@dataclass(frozen=True, slots=True)
class Ends:
    """Which points the lines that are kept run between.

    Parameters
    ----------
    rows
        The lines' rows in their table, int[n].
    names
        The numbers of the start and end points, object[2, n].
    point, known
        The row of each in the table of points, int[2, n], and whether there is one.
    same
        Whether a line ends where it starts, bool[n].
    """

    rows: NDArray[np.int64]
    names: NDArray[np.object_]
    point: NDArray[np.int64]
    known: NDArray[np.bool_]
    same: NDArray[np.bool_]

    @classmethod
    def of(cls, pipes: Fields, spots: Fields, rows: NDArray[np.int64]) -> Ends:
        """Look the points of the lines up; a number that occurs twice means its first row."""
        numbered = spots.text("point")
        index = {name: row for row, name in reversed(list(enumerate(numbered.tolist()))) if name}
        names = np.stack([pipes.text(field)[rows] for field in ("from_point", "to_point")])
        at = np.array([[index.get(name, -1) for name in side] for side in names.tolist()], dtype=np.int64)
        return cls(rows, names, at, at >= 0, (names[0] == names[1]) & (names[0] != ""))


def above_ground(laying: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which ways of laying leave nothing in the ground.

    >>> above_ground(np.array(["直埋", "架空", "JK", ""], dtype=object)).tolist()
    [False, True, True, False]
    """
    return np.array([bool(_ABOVE.search(str(text))) for text in laying], dtype=np.bool_)


def check_names(pipes: Fields, ends: Ends, found: Findings) -> list[str]:
    """Return an id for each line; report points that are missing, lines that end where they start or occur twice."""
    for side, (_, field, *_) in enumerate(SIDES):
        for line in np.flatnonzero(~ends.known[side]).tolist():
            blank = not ends.names[side, line]
            fault = pipe_faults.no_point() if blank else pipe_faults.unknown_point(str(ends.names[side, line]))
            found.fault(line, pipes.at(fault, int(ends.rows[line]), field))
    for line in np.flatnonzero(ends.same).tolist():
        found.fault(line, pipes.at(pipe_faults.same_ends(), int(ends.rows[line]), "to_point"))
    own = pipes.text("id")[ends.rows]
    made = [f"{a}-{b}" for a, b in zip(*ends.names.tolist(), strict=True)]
    if (own != "").all() and len(own):
        return [str(name) for name in own]
    _report_doubled(pipes, ends, found)
    counted: dict[str, int] = {}
    ids = []
    for name, given in zip(made, own.tolist(), strict=True):
        counted[name] = counted.get(name, 0) + 1
        ids.append(given or (name if counted[name] == 1 else f"{name} ({counted[name]})"))
    return ids


def _report_doubled(pipes: Fields, ends: Ends, found: Findings) -> None:
    """Report lines between the same points, of the same utility as the table says it, either way round."""
    utility = pipes.text("utility")[ends.rows].tolist()
    first: dict[tuple[str, ...], int] = {}
    for line, (a, b) in enumerate(zip(*ends.names.tolist(), strict=True)):
        if a and b and a != b:
            earlier = first.setdefault((*sorted((a, b)), utility[line]), line)
            if earlier != line:
                row = int(pipes.sheet.rows[ends.rows[earlier]])
                found.fault(line, pipes.at(pipe_faults.doubled_line(row), int(ends.rows[line]), "from_point"))


def sections(pipes: Fields, ends: Ends, found: Findings) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the larger side or the diameter, and the height, of every line in millimetres; NaN where not given."""
    texts = pipes.text("section")[ends.rows]
    codes, distinct = pd.factorize(texts)
    parsed = [parse_section(str(text)) for text in distinct]
    for line in np.flatnonzero(np.array([isinstance(one, Fault) for one in parsed], dtype=bool)[codes]).tolist():
        fault = parsed[codes[line]]
        if isinstance(fault, Fault):
            found.fault(line, pipes.at(fault, int(ends.rows[line]), "section"))
    sizes = np.array([(np.nan, np.nan) if isinstance(one, Fault) else one for one in parsed]).reshape(-1, 2)
    return np.max(sizes, axis=1, initial=-np.inf)[codes] if len(sizes) else np.empty(0), sizes[codes, 1]


def parse_section(text: str) -> tuple[float, float] | Fault:
    """Return width and height in millimetres of a diameter or ``width x height``; NaN for a blank.

    >>> parse_section("DN300"), parse_section("400×200"), parse_section("0").code, parse_section("0.3").code
    ((300.0, 300.0), (400.0, 200.0), 'pipes.diameter_zero', 'pipes.diameter_small')
    """
    if not text:
        return np.nan, np.nan
    one, two = _ROUND.match(text), _SIDES.match(text)
    if one:
        width = height = float(one.group(1))
    elif two:
        width, height = float(two.group(1)), float(two.group(2))
    else:
        return pipe_faults.unreadable_section()
    if min(width, height) <= 0:
        return pipe_faults.zero_diameter()
    return pipe_faults.small_diameter() if min(width, height) < SMALLEST_MM else (width, height)


def check_axes(spots: Fields, ends: Ends, crs: CRS | None, found: Findings) -> bool:
    """Report, once for the file, that all of X and Y stand the wrong way round for the system asked for."""
    if crs is None or crs.is_geographic or not ends.known.any():
        return False
    used = np.unique(ends.point[ends.known])
    east, north = spots.number("east")[0][used], spots.number("north")[0][used]
    finite = np.isfinite(east) & np.isfinite(north)
    try:
        where = grid(crs)
    except BadInputError:  # feet: no grid whose zone could be looked into
        return False
    wrong = coordinate_faults(east[finite], north[finite], where, feature=np.arange(int(finite.sum())))
    swapped = bool(wrong) and len(wrong) == finite.sum() and {w.code for w in wrong} == {"coordinate.axes_swapped"}
    if swapped:
        fault = pipe_faults.swapped_axes(spots.names["north"], spots.names["east"])
        found.fault(None, spots.at(fault, int(used[0]), "north"))
    return swapped


def point_faults(spots: Fields, ends: Ends) -> Iterator[tuple[int, Fault]]:
    """Yield each fault of a point with every line that uses it; points no line uses are told elsewhere."""
    wrong = list(_faults_of_points(spots))
    if not wrong:
        return
    lines_of: dict[int, list[int]] = {}
    for line, (a, b) in enumerate(ends.point.T.tolist()):
        for point in {a, b} - {-1}:
            lines_of.setdefault(point, []).append(line)
    names = spots.text("point")
    first = {name: row for row, name in reversed(list(enumerate(names.tolist()))) if name}
    for row, fault in wrong:
        for line in lines_of.get(first.get(str(names[row]), -1), []):
            yield line, fault.at(feature=str(names[row]))


def _faults_of_points(spots: Fields) -> Iterator[tuple[int, Fault]]:
    for field in ("north", "east"):
        values, _ = spots.number(field)
        for row in np.flatnonzero(~np.isfinite(values)).tolist():
            yield row, spots.at(pipe_faults.not_a_number(blank=True), row, field)
    for field in ("ground", "height", "depth"):
        for row in np.flatnonzero(spots.number(field)[1]).tolist():
            yield row, spots.at(pipe_faults.not_a_number(), row, field)
    yield from _doubled_points(spots)
    ground, height, depth = (spots.number(field)[0] for field in ("ground", "height", "depth"))
    with np.errstate(invalid="ignore"):
        apart = np.abs(ground - depth - height) > HEIGHTS_AGREE_M + _ROUNDING_M
    for row in np.flatnonzero(apart).tolist():
        fault = pipe_faults.heights(float(ground[row]), float(depth[row]), float(height[row]))
        yield row, spots.at(fault, row, "height")


def _doubled_points(spots: Fields) -> Iterator[tuple[int, Fault]]:
    """Yield the points whose number occurs before with other coordinates or another height of the ground."""
    names = pd.Series(spots.text("point"))
    again = np.flatnonzero((names.duplicated() & (names != "")).to_numpy())
    if not len(again):
        return
    first = dict(zip(names.drop_duplicates(), names.drop_duplicates().index, strict=True))
    values = np.stack([spots.number(field)[0] for field in ("north", "east", "ground")])
    for row in again.tolist():
        earlier = first[names[row]]
        away = np.abs(values[:, row] - values[:, earlier])
        if (away > SAME_PLACE_M).any():
            shown = ", ".join(f"{value:.12g}" for value in values[:2, row])
            fault = pipe_faults.doubled_point(int(spots.sheet.rows[earlier]), float(np.hypot(away[0], away[1])))
            yield row, spots.at(fault, row, "point", value=shown)


def check_ends(
    pipes: Fields, spots: Fields, ends: Ends, size_mm: NDArray[np.float64], found: Findings
) -> NDArray[np.object_]:
    """Return the depths of both ends of every line as text; report what no pipe can have, or contradicts itself.

    ``size_mm`` is the height of each line's section: it explains a difference between its top and its invert. A depth
    that is not in the table of lines is the ground of the point less the height of the pipe there, else the
    depth in the table of points.
    """
    ground, spot_height, spot_depth = (spots.number(field)[0] for field in ("ground", "height", "depth"))
    depths = []
    for side, (_, _, depth_field, height_field) in enumerate(SIDES):
        at, known = ends.point[side], ends.known[side]
        depth, height = (_read(pipes, ends, field, found) for field in (depth_field, height_field))
        here = np.where(known, ground[at], np.nan) if len(ground) else np.full(len(at), np.nan)
        with np.errstate(invalid="ignore"):
            apart = np.abs(here - depth - height) > HEIGHTS_AGREE_M + _ROUNDING_M
        for line in np.flatnonzero(apart).tolist():
            off = float(here[line] - depth[line] - height[line])
            like = abs(abs(off) - size_mm[line] / 1000) <= HEIGHTS_AGREE_M
            fault = pipe_faults.heights(float(here[line]), float(depth[line]), float(height[line]), by_diameter=like)
            found.fault(line, pipes.at(fault, int(ends.rows[line]), height_field))
        depth = np.where(np.isnan(depth), here - height, depth)
        if len(ground):
            depth = np.where(np.isnan(depth) & known, spot_depth[at], depth)
            depth = np.where(np.isnan(depth) & known, (ground - spot_height)[at], depth)
        _check_range(pipes, ends, depth, depth_field, found)
        depths.append(depth)
    both = np.isfinite(depths[0]) & np.isfinite(depths[1])
    texts = [f"{_m(a)} {_m(b)}" if good else None for a, b, good in zip(*depths, both, strict=True)]
    return np.array([*texts, None], dtype=object)[:-1]


def _check_range(pipes: Fields, ends: Ends, depth: NDArray[np.float64], field: str, found: Findings) -> None:
    """Report depths above the ground, and those that look like centimetres or millimetres."""
    for wrong, fault in ((depth < 0, pipe_faults.negative()), (depth > DEEPEST_M, pipe_faults.too_deep(DEEPEST_M))):
        for line in np.flatnonzero(wrong).tolist():
            found.fault(line, pipes.at(fault, int(ends.rows[line]), field, value=_m(depth[line])))


def _read(pipes: Fields, ends: Ends, field: str, found: Findings) -> NDArray[np.float64]:
    values, bad = pipes.number(field)
    for line in np.flatnonzero(bad[ends.rows]).tolist():
        found.fault(line, pipes.at(pipe_faults.not_a_number(), int(ends.rows[line]), field))
    return np.asarray(values[ends.rows])


def _m(value: float) -> str:
    """Return metres to the millimetre without needless zeros, never as ``-0``."""
    return f"{value:.3f}".rstrip("0").rstrip(".").replace("-0", "0", 1) if abs(value) < 0.0005 else _plain(value)


def _plain(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
