"""Find where planned routes run side by side, and the trenches worth sharing, for a whole file of routes."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np

from geo.parallels import BEARING_DEG, BRIDGE_M, DISTANCE_M, MIN_LENGTH_M, find_runs
from geo.trenches import MAX_WIDTH_M, join_runs, reach_of
from survey.opportunities.reading import read_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.parallels import Runs
    from geo.trenches import Trenches
    from survey.opportunities.reading import Days


def runs_and_trenches(
    routes: gpd.GeoDataFrame,
    *,
    distance: float = DISTANCE_M,
    bearing: float = BEARING_DEG,
    min_length: float = MIN_LENGTH_M,
    bridge: float = BRIDGE_M,
    max_width: float = MAX_WIDTH_M,
    same_utility: bool = False,
    workers: int = 2,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the side-by-side runs of some planned routes and the trenches they could share.

    Parameters
    ----------
    routes
        Lines in the county's projected grid with the column ``utility`` (a key or a word for it), and as far as known
        ``id`` (else the row number, from 0), ``start`` and ``end`` (ISO texts, dates or timestamps). Rows with an empty
        geometry have no runs. May have no rows.
    distance, bearing, min_length, bridge
        As for `geo.parallels.find_runs`; no two neighbours in a trench are farther apart than ``distance``.
    max_width
        Greatest distance of the outer lines of a trench, metres; above ``distance`` a second search looks so far.
    same_utility
        Compare routes of one utility with each other too.
    workers
        Threads; the result does not depend on it.

    Returns
    -------
    runs
        ``a b utility_a utility_b from_a to_a from_b to_b length_m gap_min_m gap_mean_m gap_max_m same_direction
        window_start window_end``, geometry on ``a``; ``a`` before ``b`` in the order of ids, sorted by them.
    trenches
        ``id routes utilities n_routes length_m saved_m width_m window_start window_end``. ``routes`` and ``utilities``
        are texts, member by member in the order of ids, with commas between (an id with a comma in quotation marks, as
        in CSV), which every file format keeps. Sorted by the first route and its chainage; ``id`` is ``T1``, ``T2``, …

    A window is the time in which all may work (`datetime.date`, last day included: days, not instants, and what every
    file format and JSON take); None where a date is not known or the windows do not meet. The order of the rows changes
    nothing, except between rows of the same id and shape.

    Raises
    ------
    BadInputError
        With every fault: degrees instead of metres, a missing or unknown utility, an unreadable date, an end before its
        start, a geometry that is no line, an option out of range.

    Examples
    --------
    >>> import shapely
    >>> routes = gpd.GeoDataFrame(
    ...     {"id": ["W1", "G1"], "utility": ["water", "gas"], "start": ["2026-03-01", "2026-04-01"],
    ...      "end": ["2026-06-30", "2026-09-30"]},
    ...     geometry=shapely.from_wkt(["LINESTRING (0 0, 100 0)", "LINESTRING (0 2, 60 2)"]), crs="EPSG:4546")
    >>> runs, trenches = runs_and_trenches(routes)
    >>> runs[["a", "b", "length_m", "gap_mean_m"]].to_dict("records")
    [{'a': 'G1', 'b': 'W1', 'length_m': 60.0, 'gap_mean_m': 2.0}]
    >>> trenches.loc[0, ["id", "routes", "utilities", "window_start"]].tolist()
    ['T1', 'G1,W1', 'gas,water', datetime.date(2026, 4, 1)]
    """
    read = read_columns(routes)
    ids, utility, start, end, lines = read.ids, read.utility, read.start, read.end, read.lines
    search = partial(
        find_runs, lines, bearing=bearing, min_length=min_length, bridge=bridge,
        group=None if same_utility else read.group, workers=workers,
    )  # fmt: skip
    reach = reach_of(distance, max_width)
    runs = search(distance=distance)
    # Trenches need runs farther out, whose components differ: those that are told cannot be taken out of them.
    wider = runs if reach == distance else search(distance=reach)
    trenches = join_runs(lines, wider, distance=distance, max_width=max_width, group=read.group, workers=workers)
    told = Told(ids, utility, start, end, routes.crs)
    shapes = lines.cut(trenches.axis_line, *trenches.axis_span())
    return (
        runs_frame(runs, lines.cut(runs.a, runs.from_a, runs.to_a), told),
        trenches_frame(trenches, shapes, told),
    )


def _meeting(first: Days, last: Days) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return both as `datetime.date` where the first day is not after the last one, else None twice."""
    meets = first <= last  # NaT is never

    def days(values: Days) -> NDArray[np.object_]:
        result: NDArray[np.object_] = values.astype("datetime64[D]").astype(object)
        result[~meets] = None
        return result

    return days(first), days(last)


class Told(NamedTuple):
    """What is told of routes by their numbers: ids, utilities, ends of the windows; and the CRS of their shapes."""

    ids: NDArray[np.object_]
    utility: NDArray[np.object_]
    start: Days
    end: Days
    crs: Any


def runs_frame(runs: Runs, shapes: NDArray[np.object_], told: Told) -> gpd.GeoDataFrame:
    """Return the layer ``runs`` of `runs_and_trenches`, in the order of ``runs``; ``shapes`` are their stretches."""
    ids, utility, start, end, crs = told
    first, last = _meeting(np.maximum(start[runs.a], start[runs.b]), np.minimum(end[runs.a], end[runs.b]))
    columns = {
        "a": _as_given(ids[runs.a]), "b": _as_given(ids[runs.b]),
        "utility_a": utility[runs.a], "utility_b": utility[runs.b],
        "from_a": runs.from_a, "to_a": runs.to_a, "from_b": runs.from_b, "to_b": runs.to_b,
        "length_m": runs.length_m,
        "gap_min_m": runs.gap_min, "gap_mean_m": runs.gap_mean, "gap_max_m": runs.gap_max,
        "same_direction": runs.same_direction, "window_start": first, "window_end": last,
    }  # fmt: skip
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)


def trenches_frame(trenches: Trenches, shapes: NDArray[np.object_], told: Told, before: int = 0) -> gpd.GeoDataFrame:
    """Return the layer ``trenches`` of `runs_and_trenches`, sorted; ``shapes`` are the trenches' stretches.

    ``before`` trenches, which come earlier in the order, have their ids already.
    """
    ids, utility, start, end, crs = told
    begin, _ = trenches.axis_span()
    at = trenches.member_starts[:-1]
    order = np.lexsort((begin, trenches.axis_line, trenches.member_from_m[at], trenches.member_line[at]))
    counts = np.diff(trenches.member_starts)
    members = trenches.member_line
    # NaT wins in minimum and maximum: one unknown date makes the window unknown.
    latest = np.maximum.reduceat(start[members], at) if len(at) else start[:0]
    earliest = np.minimum.reduceat(end[members], at) if len(at) else end[:0]
    first, last = _meeting(latest, earliest)
    bounds = [slice(int(low), int(low + count)) for low, count in zip(at, counts, strict=True)]
    names = np.array([str(value) for value in ids], dtype=object)
    columns = {
        "id": np.array([f"T{before + k + 1}" for k in range(len(order))], dtype=object),
        "routes": np.array([_row(names[members[bounds[k]]]) for k in order], dtype=object),
        "utilities": np.array([_row(utility[members[bounds[k]]]) for k in order], dtype=object),
        "n_routes": counts[order],
        "length_m": trenches.length_m[order], "saved_m": trenches.saved_m[order], "width_m": trenches.width_m[order],
        "window_start": first[order], "window_end": last[order],
    }  # fmt: skip
    return gpd.GeoDataFrame(columns, geometry=shapes[order], crs=crs)


def _as_given(ids: NDArray[np.object_]) -> NDArray[Any]:
    """Return ids as whole numbers where all of them are, so that every file format keeps their type."""
    if len(ids) and all(isinstance(value, int | np.integer) for value in ids):
        return ids.astype(np.int64)
    return ids


def _row(values: NDArray[np.object_]) -> str:
    """Return texts with commas between; one that holds a comma or a quotation mark is quoted, as in CSV."""
    if not any("," in value or '"' in value or "\n" in value for value in values):
        return ",".join(values)
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(values)
    return written.getvalue()
