"""Find every conflict of many planned routes: one pass over all kinds of finding."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from survey.conflicts.around import Around
from survey.conflicts.clearance_findings import horizontal_findings, stacking_findings
from survey.conflicts.cover_findings import Beds, cover_findings
from survey.conflicts.crossings import Crossings
from survey.conflicts.depth_findings import order_findings, vertical_findings
from survey.conflicts.line_pairs import LinePairs
from survey.conflicts.line_reading import read_lines
from survey.conflicts.object_findings import object_findings
from survey.conflicts.offsets import OffsetMends
from survey.conflicts.parameters import load_parameters
from survey.conflicts.road_age_findings import protected_findings
from survey.conflicts.road_findings import Passing, along_findings, bridge_findings, skew_findings
from survey.conflicts.scope_findings import scope_findings
from survey.conflicts.window_findings import window_findings
from survey.finding_columns import Findings, Found
from survey.findings import MUST_EXPOSE, PASSES
from survey.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.crs import Grid
    from survey.conflicts.buried_lines import BuriedLines
    from survey.conflicts.parameters import Parameters
    from survey.policies import Policy

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


MANY = 2000
"""For fewer routes threads cost more than they save."""


@dataclass(frozen=True)
class Scene:
    """What is judged together.

    Parameters
    ----------
    routes
        Planned routes, sorted by id.
    pipes
        Existing pipes, sorted by id.
    around
        Roads, buildings, trees.
    policy
        The county's rules.
    on
        The day of judging.
    months
        Within how many months opening again counts; None: as the parameters say.
    group
        int64[routes]: routes of one group (0 and above) are not compared with each other. None: all are.
    subject
        The one route whose own findings are wanted; None: all. Its neighbours are there for what they do to it.
    """

    routes: BuriedLines
    pipes: BuriedLines
    around: Around
    policy: Policy
    on: date
    months: int | None = None
    group: Integers | None = None
    subject: int | None = None


def find_conflicts(
    routes: gpd.GeoDataFrame,
    *,
    pipes: gpd.GeoDataFrame | None = None,
    roads: gpd.GeoDataFrame | None = None,
    buildings: gpd.GeoDataFrame | None = None,
    trees: gpd.GeoDataFrame | None = None,
    policy: Policy,
    on: date,
    grid: Grid,
    months: int | None = None,
    workers: int = 2,
) -> Findings:
    """Find every conflict of planned routes with each other and with what is there.

    Parameters
    ----------
    routes, pipes, roads, buildings, trees
        Layers in the grid's coordinates with the columns of ROUTES, PIPES, ROADS; None or empty: there are none. Only
        geometry and ``utility`` must be there; whatever else is missing is unknown, and findings say so.
    policy
        The county's rules and defaults.
    on
        The day of judging.
    grid
        The grid of all coordinates.
    months
        Within how many months opening a stretch again counts; None: as ``parameters.toml`` says.
    workers
        Threads; the findings do not depend on their number, nor on the order of rows.

    Returns
    -------
    Findings
        Fails, places to verify and unknown facts; what passes is left out. ``faults`` tells which values were no
        values and were taken as not stated, and which rows were left out.

    Raises
    ------
    BadInputError
        For geometries that are no lines, coordinates that are no numbers, roads without a width.

    Examples
    --------
    >>> from datetime import date
    >>> import geopandas as gpd, shapely
    >>> from geo.crs import grid
    >>> from survey.policies import load_policy
    >>> county = grid("EPSG:4546")
    >>> routes = gpd.GeoDataFrame({"id": ["G1"], "utility": ["gas"], "pressure_mpa": [0.2], "diameter_mm": [110.0],
    ...     "cover_m": [1.0]}, geometry=[shapely.LineString([(579000, 3657000), (579060, 3657000)])], crs=county.crs)
    >>> pipes = gpd.GeoDataFrame({"id": ["E1"], "utility": ["drainage"], "diameter_mm": [300.0], "cover_m": [1.5],
    ...     "accuracy_m": [0.02]}, geometry=shapely.from_wkt(["LINESTRING (578990 3657001, 579090 3657001)"]),
    ...     crs=county.crs)
    >>> found = find_conflicts(routes, pipes=pipes, policy=load_policy("neixiang"), on=date(2026, 12, 1), grid=county)
    >>> [(f.kind, f.outcome, f.b, round(f.measured, 3), f.limit, f.clause) for f in found]
    [('horizontal_clearance', 'fails', 'E1', 0.795, 1.2, '4.1.9')]
    """
    planned, faults = read_lines(routes, "routes", policy.defaults)
    existing, more = read_lines(routes.iloc[:0] if pipes is None else pipes, "pipes", policy.defaults)
    surroundings = Surroundings.from_frames(roads, None, grid, policy.defaults)
    around = Around.from_frames(surroundings, roads, buildings, trees)
    scene = Scene(planned, existing, around, policy, on, months)
    return Findings(judge_scene(scene, workers=workers), (*faults, *more), grid.crs)


def judge_scene(scene: Scene, *, workers: int) -> list[Found]:
    """Return the findings of a scene, kind by kind, without what passes.

    The checks do not wait for each other: many routes are judged by as many checks at a time as there are workers.
    """
    parameters, mends = load_parameters(), OffsetMends()
    every = Passing.of(scene.routes, scene.around, workers=workers)
    passing = every if scene.subject is None else every.alone(scene.subject)
    own, beds = passing.routes, Beds.of(passing)

    @cache
    def least() -> Floats:  # asked for only where a neighbour may have to give way: what cover must it keep?
        return beds.least if scene.subject is None else Beds.of(every).least

    checks: list[Callable[[], list[Found]]] = [
        lambda: object_findings(own, scene.around, parameters, mends, workers=1),
        lambda: _of_lines(
            LinePairs.of(scene.routes, None, scene.group, parameters, workers=1), least, parameters, mends
        ),
        lambda: _of_lines(
            LinePairs.of(own, scene.pipes, None, parameters, workers=1), lambda: beds.least, parameters, mends
        ),
        lambda: window_findings(scene.routes, scene.group, parameters, scene.on, months=scene.months, workers=1),
        lambda: [
            skew_findings(passing, parameters),
            along_findings(passing, parameters),
            *bridge_findings(passing, parameters),
            *protected_findings(passing, parameters, scene.on),
            *cover_findings(beds),
            *scope_findings(own, scene.policy, scene.on),
        ],
    ]
    found = _all_of(checks, workers if len(scene.routes) >= MANY else 1)
    return [one.take(_worth_telling(one)) for one in found if len(one)]


def _all_of(checks: list[Callable[[], list[Found]]], workers: int) -> list[Found]:
    if workers <= 1:
        return [one for check in checks for one in check()]
    with ThreadPoolExecutor(workers) as pool:
        return [one for several in pool.map(lambda check: check(), checks) for one in several]


def _worth_telling(one: Found) -> NDArray[np.bool_]:
    """Return what does not pass; advice only where it is beyond doubt not followed: nobody surveys for advice."""
    advice = np.array([c.weight == "advice" for c in one.cited] or [False])[one.citation]
    kept: NDArray[np.bool_] = (one.outcome != PASSES) & ~(advice & (one.outcome == MUST_EXPOSE))
    return kept


def _of_lines(pairs: LinePairs, least: Callable[[], Floats], parameters: Parameters, mends: OffsetMends) -> list[Found]:
    crossings = Crossings.of(pairs, least)
    return [
        horizontal_findings(pairs, mends),
        stacking_findings(pairs, parameters, mends),
        vertical_findings(crossings),
        order_findings(crossings),
    ]
