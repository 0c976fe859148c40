"""Measure and judge a whole file of routes: the layers ``routes`` and ``crossings`` of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from geo.faults import refuse
from geo.polylines import Polylines
from survey.attributes import route_faults
from survey.joined import works
from survey.planned import as_one, asked, planned_routes
from survey.quantities import measure_lines
from survey.surroundings import Surroundings
from survey.verdicts import judge

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from geo.crs import Grid
    from survey.joined import Doubt
    from survey.planned import PlannedRoute
    from survey.policies import Policy
    from survey.quantities import Measured


def measure_frame(
    routes: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame | None,
    greens: gpd.GeoDataFrame | None,
    policy: Policy,
    on: date,
    grid: Grid,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Measure every route and judge it, together with the routes that are the same work.

    Parameters
    ----------
    routes, roads, greens
        Layers with the columns of ROUTES and ROADS, in the grid's coordinates; roads and greens may be None.
    policy
        The county's rules and defaults.
    on
        The day by whose rules and road ages is judged.
    grid
        The grid of all coordinates.

    Returns
    -------
    routes
        One row for each route, in order: ``id utility length_m crossing_m crossing_max_m crossings along_m green_m2
        verdict margin_m``, then ``road_m`` (all metres inside carriageways), ``length_u_m crossing_u_m green_u_m2``
        (half widths of the intervals), ``joined`` (the ids judged together, separated by blanks; empty for a route
        alone) and ``left_apart`` (the ids of routes that could be the same work, a person must say).
        Quantities are the route's own; verdict and margin are those of its work. Geometry as given.
    crossings
        One row for each passage through a road: ``route road from_m to_m length_m skew_deg kind``, and its geometry.

    Raises
    ------
    BadInputError
        With every fault of the layers.
    """
    refuse(route_faults(routes))
    around = Surroundings.from_frames(roads, greens, grid, policy.defaults)
    listed = planned_routes(routes, policy.defaults)
    measured = measure_lines(asked(listed, policy.defaults), around, grid)
    shapes = np.array([route.shape for route in listed], dtype=object)
    work, doubts = works([route.member for route in listed], shapes, policy.together)
    size = np.bincount(work, minlength=len(listed)) if len(listed) else np.empty(0, dtype=np.int64)
    judged = judge(measured, policy, on)
    verdict, margin = np.array(judged.names, dtype=object), judged.margin_m.copy()
    joined = np.full(len(listed), "", dtype=object)
    several = np.flatnonzero(size > 1)
    if len(several):
        members = _by_work(work, several)
        merged = [as_one([listed[k] for k in own]) for own in members]
        together = judge(measure_lines(asked(merged, policy.defaults), around, grid), policy, on)
        for own, name, least in zip(members, together.names, together.margin_m, strict=True):
            verdict[own], margin[own] = name, least
            joined[own] = " ".join(listed[k].id for k in own)
    return _routes(routes, measured, verdict, margin, joined, _left_apart(listed, doubts)), _crossings(
        shapes, measured, routes
    )


def _by_work(work: NDArray[np.int64], several: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return the routes of each work that has several, in order."""
    own = np.flatnonzero(np.isin(work, several))
    own = own[np.argsort(work[own], kind="stable")]
    return np.split(own, np.flatnonzero(np.diff(work[own])) + 1)


def _left_apart(listed: list[PlannedRoute], doubts: list[Doubt]) -> list[str]:
    """Return for each route the ids of those it touches or nearly touches and is judged apart from."""
    others: list[list[str]] = [[] for _ in listed]
    for doubt in doubts:
        others[doubt.a].append(listed[doubt.b].id)
        others[doubt.b].append(listed[doubt.a].id)
    return [" ".join(ids) for ids in others]


def _routes(
    routes: gpd.GeoDataFrame,
    measured: Measured,
    verdict: NDArray[np.object_],
    margin: NDArray[np.float64],
    joined: NDArray[np.object_],
    left_apart: list[str],
) -> gpd.GeoDataFrame:
    q = measured.quantities
    columns = {
        "id": list(routes["id"]) if "id" in routes else list(range(len(routes))),
        "utility": measured.utilities,
        "length_m": q["length_m"].value,
        "crossing_m": q["crossing_m"].value,
        "crossing_max_m": q["crossing_max_m"].value,
        "crossings": measured.crossings,
        "along_m": q["along_m"].value,
        "green_m2": q["green_m2"].value,
        "verdict": verdict,
        "margin_m": margin,
        "road_m": q["road_m"].value,
        "length_u_m": q["length_m"].uncertainty,
        "crossing_u_m": q["road_m"].uncertainty + q["road_m"].above,
        "green_u_m2": q["green_m2"].uncertainty,
        "joined": joined,
        "left_apart": left_apart,
    }
    return gpd.GeoDataFrame(columns, geometry=routes.geometry.to_numpy(), crs=routes.crs)


def _crossings(shapes: NDArray[np.object_], measured: Measured, routes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    s, facts = measured.stretches, measured.surroundings.facts
    ids = np.array(list(routes["id"]) if "id" in routes else list(range(len(routes))), dtype=object)
    columns = {
        "route": ids[s.route],
        "road": [facts.ids[road] for road in s.road],
        "from_m": s.from_m,
        "to_m": s.to_m,
        "length_m": s.length_m,
        "skew_deg": s.skew_deg,
        "kind": np.where(s.crossing, "crossing", "along"),
        "uncertainty_m": s.uncertainty_m,
        "class": [facts.classes[road] for road in s.road],
        "assumed": facts.assumed[s.road],
    }
    pieces = Polylines.from_shapely(shapes).cut(s.route, s.from_m, s.to_m)
    return gpd.GeoDataFrame(columns, geometry=pieces, crs=routes.crs)
