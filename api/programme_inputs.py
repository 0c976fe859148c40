"""Make a joint programme's input of the stored routes and roads, and say which routes cannot be in it and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.faults import BadInputError, Fault, refuse
from survey.opportunities.joining import runs_and_trenches
from survey.opportunities.reading import read_columns
from survey.programme.asked import terms_of, with_fixed
from survey.programme.checks import able
from survey.programme.frames import operators_of, trenches_of, works_of
from survey.programme.streets import closed_by, exits_near, protected_until, streets_of
from survey.programme.telling import not_planned_to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import geopandas as gpd
    import shapely

    from survey.programme.asked import Asked
    from survey.programme.works import SharedTrench, Terms, Work

WORKERS = 2
UNDATED = Fault("window.missing", "没有工期窗口", "the window is not known", "填写起止日期", "fill in start and end")
OVER = Fault("window.over", "工期窗口已过", "the window is over", "改起止日期", "change start and end")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a programme is asked of.

    Attributes
    ----------
    asked
        Crews, winter stop and the like.
    on
        The day of planning: nothing begins before it, and windows that ended before are over.
    seconds
        Of search.
    window
        For routes that have no dates; None: such routes are left out.
    routes
        Ids of the routes; None: all.
    exits
        Places (metres of the grid) of the ways out that closures must leave open; none: not looked at.
    """

    asked: Asked
    on: date
    seconds: float
    window: tuple[date, date] | None = None
    routes: tuple[str, ...] | None = None
    exits: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is planned, and what people are told beside it.

    Attributes
    ----------
    routes
        Those that are planned.
    street_of
        The street of each stretch of road, by name.
    left_out
        Routes that cannot be planned: ``id code zh en mend_zh mend_en``.
    """

    routes: gpd.GeoDataFrame
    works: list[Work]
    terms: Terms
    street_of: Mapping[str, str]
    left_out: list[dict[str, Any]]

    def trenches(self) -> tuple[list[SharedTrench], dict[str, shapely.Geometry]]:
        """Find what the routes could share, with the geometries by id; a large county takes seconds."""
        _, found = runs_and_trenches(self.routes, workers=WORKERS)
        return trenches_of(found), dict(zip(found["id"].astype(str), found.geometry, strict=True))


def chosen(routes: gpd.GeoDataFrame, ids: Sequence[str] | None) -> gpd.GeoDataFrame:
    """Return the routes asked for; refuse ids that none has."""
    if ids is None:
        return routes
    known = set(routes["id"].astype(str))
    refuse(
        Fault(
            "programme.no_such_route",
            "没有这条管线",
            "there is no such route",
            "核对编号",
            "check the id",
            feature=name,
            field="routes",
        )
        for name in ids
        if name not in known
    )
    return routes[routes["id"].astype(str).isin(set(ids))]


def inputs_of(routes: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, wanted: Wanted) -> Inputs:
    """Return what is planned of some routes.

    Raises
    ------
    BadInputError
        With crews and fixed starts of no route, ways out where no street is, and fixed starts that cannot be.
    """
    streets = streets_of(roads)
    exits = exits_near(streets, [(str(number), x, y) for number, (x, y) in enumerate(wanted.exits)])
    readable, unreadable = _readable(routes)
    dated, undated = _dated(readable, wanted.window)
    made = works_of(dated, window=wanted.window, roads=closed_by(streets, dated))
    works = with_fixed([_from(work, wanted.on) for work in made if work.end >= wanted.on], wanted.asked.fixed)
    terms = terms_of(
        wanted.asked,
        works,
        operators=operators_of(routes),
        protected_until=protected_until(streets, roads, wanted.on),
        network=streets.network if exits else (),
        exits=exits,
    )
    kept, _, out = able(works, [], terms)
    refuse(fault for name, fault in out if name in wanted.asked.fixed)
    names = dict(zip(roads["id"].astype(str), roads["name"].tolist(), strict=True))
    over = [not_planned_to_plain(work.id, OVER) for work in made if work.end < wanted.on]
    return Inputs(
        dated[dated["id"].astype(str).isin({work.id for work in kept})],
        kept,
        terms,
        {name: names.get(road) or road for name, road in zip(streets.ids, streets.road, strict=True)},
        [*unreadable, *undated, *over, *(not_planned_to_plain(name, fault) for name, fault in out)],
    )


def _readable(routes: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[dict[str, Any]]]:
    """Return the routes of which trenches can be found, and what is told of the others, such as of no known utility."""
    try:
        read_columns(routes)
    except BadInputError as error:
        bad = {str(fault.feature): fault for fault in error.faults if fault.feature is not None}
        kept = routes[~routes["id"].astype(str).isin(set(bad))]
        if len(kept) == len(routes):
            raise
        rest, more = _readable(kept)
        return rest, [*(not_planned_to_plain(name, fault) for name, fault in bad.items()), *more]
    return routes, []


def _dated(routes: gpd.GeoDataFrame, window: tuple[date, date] | None) -> tuple[gpd.GeoDataFrame, list[dict[str, Any]]]:
    """Return the routes that have a window, and what is told of the others."""
    if window is not None:
        return routes, []
    whole = routes["start"].notna() & routes["end"].notna()
    return routes[whole], [not_planned_to_plain(str(name), UNDATED) for name in routes["id"][~whole]]


def _from(work: Work, on: date) -> Work:
    """Return a work that begins no earlier than a day."""
    return work if work.start >= on else replace(work, start=on)


def facts_of(routes: gpd.GeoDataFrame) -> dict[str, dict[str, Any]]:
    """Return name and utility of each route by id, for the rows that people read."""
    columns = {name: routes[name].tolist() for name in ("name", "utility")}
    plain = [
        {name: None if pd.isna(value) else value for name, value in zip(columns, row, strict=True)}
        for row in zip(*columns.values(), strict=True)
    ]
    return dict(zip(routes["id"].astype(str), plain, strict=True))
