"""Read the columns that routes share trenches by: ids, utilities, windows and lines, in the order of ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.faults import BadInputError, Fault, refuse
from geo.polylines import Polylines
from survey.periods import as_date, no_date
from survey.utilities import group_of, utility_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

    Days = NDArray[np.datetime64]

WINDOW_UNIT = "datetime64[s]"


@dataclass(frozen=True, slots=True)
class RouteColumns:
    """Routes in the order of their ids, checked.

    Parameters
    ----------
    order
        ``int64[n]``, the row of the frame that each route was.
    ids
        As given; the row number where there is none.
    utility, group
        Key of the utility, and its number for the kernels.
    start, end
        First and last day of the window at midnight; NaT where not stated.
    lines
        The lines.
    """

    order: NDArray[np.int64]
    ids: NDArray[np.object_]
    utility: NDArray[np.object_]
    group: NDArray[np.int64]
    start: Days
    end: Days
    lines: Polylines


def read_columns(routes: gpd.GeoDataFrame) -> RouteColumns:
    """Return the columns of some routes, as `survey.opportunities.runs_and_trenches` takes them.

    Raises
    ------
    BadInputError
        With every fault: degrees instead of metres, a missing or unknown utility, an unreadable date, an end before its
        start, a geometry that is no line.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> frame = gpd.GeoDataFrame({"id": ["B", "A"], "utility": ["gas", "给水"]},
    ...     geometry=[shapely.LineString([(0, y), (9, y)]) for y in (0, 1)])
    >>> read = read_columns(frame)
    >>> read.ids.tolist(), read.utility.tolist(), read.order.tolist()
    (['A', 'B'], ['water', 'gas'], [1, 0])
    """
    ids = _ids(routes)
    order = id_order(ids)
    ids = ids[order]
    return _checked(routes, routes.iloc[order], ids, order)


def _ids(routes: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the ids as given; the row number where there is none."""
    if "id" not in routes:
        return np.arange(len(routes)).astype(object)
    ids: NDArray[np.object_] = np.array(routes["id"].tolist(), dtype=object)
    missing = np.asarray(pd.isna(ids))
    ids[missing] = np.flatnonzero(missing)
    return ids


def id_order(ids: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return the rows in the order of their ids: numbers by value, anything else as text.

    >>> id_order(np.array([10, 9], dtype=object)), id_order(np.array(["10", "9"], dtype=object))
    (array([1, 0]), array([0, 1]))
    """
    try:
        numbers = ids.astype(np.float64) if not any(isinstance(value, str) for value in ids) else None
    except (TypeError, ValueError):
        numbers = None
    keys = numbers if numbers is not None else np.array([str(value) for value in ids], dtype=np.str_)
    return np.asarray(np.argsort(keys, kind="stable"))


def _checked(
    routes: gpd.GeoDataFrame, given: gpd.GeoDataFrame, ids: NDArray[np.object_], order: NDArray[np.int64]
) -> RouteColumns:
    """Return the columns of the routes in order; raise with every fault."""
    faults = list(_crs_faults(routes))
    words = given["utility"].tolist() if "utility" in given else [None] * len(given)
    keys, unknown = utility_keys(words, ids=ids.tolist())
    faults += unknown
    start, end = _days(given, "start", ids, faults), _days(given, "end", ids, faults)
    faults += [
        Fault(
            "window.reversed", "结束早于开始", "the end is before the start", "核对两个日期", "check both dates",
            feature=ids[row], field="end", value=str(end[row].astype("datetime64[D]")),
        )
        for row in np.flatnonzero(end < start)
    ]  # fmt: skip
    lines = None
    try:
        lines = Polylines.from_shapely(given.geometry.to_numpy() if len(given) else np.array([], dtype=object))
    except BadInputError as error:
        faults += [
            fault.at(feature=ids[fault.feature]) if isinstance(fault.feature, int) else fault for fault in error.faults
        ]
    refuse(faults)
    if lines is None:  # pragma: no cover - refuse has raised
        raise AssertionError
    return RouteColumns(order, ids, np.array(keys, dtype=object), group_of(keys), start, end, lines)


def _crs_faults(routes: gpd.GeoDataFrame) -> Iterable[Fault]:
    if routes.crs is not None and not routes.crs.is_projected:
        yield Fault(
            "crs.not_projected", "坐标系不是投影坐标系", "the coordinate system is not a projected one",
            "先转换到县的平面坐标系", "convert to the county's grid first", value=routes.crs.name,
        )  # fmt: skip


def _days(given: gpd.GeoDataFrame, column: str, ids: NDArray[np.object_], faults: list[Fault]) -> Days:
    """Return a column of dates at midnight, NaT where there is none; unreadable ones are appended to ``faults``."""
    if column not in given:
        return np.full(len(given), np.datetime64("NaT"), dtype=WINDOW_UNIT)
    codes, distinct = pd.factorize(given[column].to_numpy(dtype=object), use_na_sentinel=True)
    days = np.full(len(distinct) + 1, np.datetime64("NaT"), dtype=WINDOW_UNIT)
    for k, value in enumerate(distinct):
        try:
            day = as_date(value)
        except (TypeError, ValueError):
            faults += [no_date(ids[row], column, value) for row in np.flatnonzero(codes == k)]
        else:
            days[k] = np.datetime64(day) if day else np.datetime64("NaT")
    return days[codes]
