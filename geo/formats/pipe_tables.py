"""Join the points and lines of a pipe survey (CJJ 61) into lines, and hold what they say against each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.formats.pipe_checks import Ends, above_ground, check_axes, check_ends, check_names, point_faults, sections
from geo.formats.pipe_fields import ALSO_MAPPED, LINE_FIELDS, POINT_FIELDS, Fields
from geo.formats.pipe_notes import tell
from geo.formats.table import Raw

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.formats.table import Findings, Request, Sheet

_YEAR_OR_MONTH = re.compile(r"(\d{4})(?:\s*[-/.年]?\s*(\d{1,2}))?\s*[年月份]*")
TAKEN = frozenset({*POINT_FIELDS, *LINE_FIELDS, *ALSO_MAPPED}) - {"quality"}
KEPT_AS_TEXT = ("material", "laying", "pressure", "voltage", "operator", "status")


def join(lines: Sheet, points: Sheet, found: Findings, request: Request) -> Raw:
    """Return one line for each row of the table of lines, from its start point to its end point.

    Parameters
    ----------
    lines, points
        The two tables; X is the northing.
    found
        Receives every contradiction, each with file, sheet, row, column, value and mend.

    Returns
    -------
    Raw
        Columns ``id`` (of the file, else ``start-end``), ``from_point``, ``to_point``, ``utility`` (a word of the file,
        or the letters before the start point's number), ``section``, ``diameter_mm`` (of ``300x200`` the larger side),
        ``height_mm`` (the second), ``depths_m`` (the surveyed depth of both ends, metres, separated by a blank; missing
        where one is not known: to the top of the pipe or to its invert, which is for the caller to know),
        ``material laying pressure voltage operator utility status built quality`` as text; then the file's other
        columns. No CRS.

    Notes
    -----
    Lines above the ground (架空, 上架, 地面) are left out and told: nothing there is buried.
    """
    pipes = Fields(lines, LINE_FIELDS, request.field_map)
    spots = Fields(points, POINT_FIELDS, request.field_map)
    buried = np.flatnonzero(~above_ground(pipes.text("laying")))
    ends = Ends.of(pipes, spots, buried)
    columns = pd.DataFrame({"id": check_names(pipes, ends, found)}, dtype=object)
    columns["from_point"], columns["to_point"] = ends.names
    columns["utility"] = _utility(pipes, ends)
    for name in KEPT_AS_TEXT:
        columns[name] = _or_none(pipes.text(name)[buried])
    columns["section"] = _or_none(pipes.text("section")[buried])
    columns["diameter_mm"], columns["height_mm"] = sections(pipes, ends, found)
    columns["built"] = _days(pipes.text("built")[buried])
    columns["quality"] = _quality(pipes, spots, ends)
    swapped = check_axes(spots, ends, request.crs, found)
    for row, fault in point_faults(spots, ends):
        found.fault(row, fault)
    columns["depths_m"] = check_ends(pipes, spots, ends, columns["height_mm"].to_numpy(np.float64), found)
    geometry, unreadable = _geometry(spots, ends, swapped=swapped)
    tell(pipes, spots, ends, columns, found)
    others = [name for name in lines.cells.columns if name not in pipes.names.values() and name not in columns.columns]
    extra = lines.cells[others].iloc[buried].reset_index(drop=True)
    out = pd.concat([columns.dropna(axis="columns", how="all"), extra], axis="columns")
    return Raw(out, geometry, None, lines.layer, found, unreadable, TAKEN)


def _geometry(spots: Fields, ends: Ends, *, swapped: bool) -> tuple[NDArray[np.object_], frozenset[int]]:
    east, north = spots.number("east")[0], spots.number("north")[0]
    here = ends.known.all(axis=0) & ~ends.same
    a, b = ends.point[:, here]
    corners = np.stack([np.stack([east[a], north[a]], axis=1), np.stack([east[b], north[b]], axis=1)], axis=1)
    finite = np.isfinite(corners).all(axis=(1, 2)) & (not swapped)
    out = np.full(len(here), None, dtype=object)
    out[np.flatnonzero(here)[finite]] = shapely.linestrings(corners[finite])
    return out, frozenset(np.flatnonzero(shapely.is_missing(out)).tolist())


def _or_none(cells: NDArray[np.object_]) -> NDArray[np.object_]:
    out = cells.copy()
    out[cells == ""] = None
    return out


def _days(cells: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return dates as they stand, and a bare year or month as its first day.

    >>> _days(np.array(["2008", "2008年5月", "2008-05-17", ""], dtype=object)).tolist()
    ['2008-01-01', '2008-05-01', '2008-05-17', None]
    """
    matches = [(text, _YEAR_OR_MONTH.fullmatch(str(text))) for text in cells]
    days = [f"{match[1]}-{int(match[2] or 1):02d}-01" if match else text or None for text, match in matches]
    return np.array([*days, None], dtype=object)[:-1]


def _quality(pipes: Fields, spots: Fields, ends: Ends) -> NDArray[np.object_]:
    """Return the quality a line states, else the one of both its ends; of two that differ the hidden (隐蔽) one."""
    of_points = spots.text("quality")
    out = _or_none(pipes.text("quality")[ends.rows])
    for line in np.flatnonzero(pd.isna(out) & ends.known.all(axis=0)).tolist():
        one, other = (str(of_points[point]) for point in ends.point[:, line])
        if one and other:
            out[line] = other if "隐" in other else one
    return out


def _utility(pipes: Fields, ends: Ends) -> NDArray[np.object_]:
    """Return the utility as the table says it, else the letters before the start point's number: JS12."""
    said = pipes.text("utility")[ends.rows]
    letters = pd.Series(ends.names[0], dtype="str").str.extract(r"^([A-Za-z]+)", expand=False).fillna("")
    return _or_none(np.where(said == "", letters.to_numpy(dtype=object), said).astype(object))
