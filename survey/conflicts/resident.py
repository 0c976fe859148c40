"""Keep a county ready, so that one drawn route is checked against all of it while it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from survey.conflicts.around import Around
from survey.conflicts.batch import Scene, judge_scene
from survey.conflicts.buried_lines import BuriedLines
from survey.conflicts.judging import COVERAGE, WORST_ERROR_M
from survey.conflicts.line_reading import read_lines, read_row
from survey.finding_columns import Findings
from survey.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from geo.crs import Grid
    from geo.faults import Fault
    from survey.findings import Finding
    from survey.policies import Defaults, Policy

REACH_M = 12.0
"""Lines farther from a drawn one than this do not matter to it while both are known to `GOOD_M`: more than any
clearance with its uncertainty."""
GOOD_M = 2.0
"""Mean errors in plan (metres) up to which `REACH_M` holds; the few lines known worse are looked for farther away."""
EDITS_KEPT_APART = 256


class Conflicts:
    """Routes, pipes and what lies around them, resident; one writer at a time, any number of readers.

    Parameters
    ----------
    routes, pipes, roads, buildings, trees
        Layers in the grid's coordinates, as for `survey.conflicts.find_conflicts`; routes and pipes need a column
        ``id``. None: there are none yet.
    policy
        The county's rules and defaults.
    grid
        The grid of all coordinates.

    Examples
    --------
    >>> from datetime import date
    >>> from geo.crs import grid
    >>> from survey.policies import load_policy
    >>> county = Conflicts(policy=load_policy("neixiang"), grid=grid("EPSG:4546"))
    >>> sewer = {"utility": "drainage", "diameter_mm": 300.0, "cover_m": 1.5, "accuracy_m": 0.02}
    >>> where = shapely.LineString([(579000, 3657000), (579090, 3657000)])
    >>> county.put("pipes", sewer | {"id": "E1", "geometry": where})
    >>> gas = {"utility": "gas", "pressure_mpa": 0.2, "diameter_mm": 110.0, "cover_m": 1.0}
    >>> drawn = gas | {"id": "G1", "geometry": shapely.LineString([(579000, 3657001), (579060, 3657001)])}
    >>> [(f.kind, f.outcome, f.b) for f in county.of(drawn, on=date(2026, 12, 1))]
    [('horizontal_clearance', 'fails', 'E1')]
    """

    def __init__(
        self,
        *,
        routes: gpd.GeoDataFrame | None = None,
        pipes: gpd.GeoDataFrame | None = None,
        roads: gpd.GeoDataFrame | None = None,
        buildings: gpd.GeoDataFrame | None = None,
        trees: gpd.GeoDataFrame | None = None,
        policy: Policy,
        grid: Grid,
        months: int | None = None,
    ) -> None:
        self._policy, self._grid, self._months = policy, grid, months
        self._layers = {
            "routes": _Layer("routes", _frame(routes, grid), policy.defaults),
            "pipes": _Layer("pipes", _frame(pipes, grid), policy.defaults),
        }
        self.set_around(roads=roads, buildings=buildings, trees=trees)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What was wrong with routes and pipes when they came, and was taken as unknown or left out."""
        return tuple(fault for layer in self._layers.values() for several in layer.faults.values() for fault in several)

    def set_around(
        self,
        *,
        roads: gpd.GeoDataFrame | None,
        buildings: gpd.GeoDataFrame | None,
        trees: gpd.GeoDataFrame | None,
        surroundings: Surroundings | None = None,
    ) -> None:
        """Set roads, buildings and trees anew after one of these layers changed.

        ``surroundings``, where they are there already, must hold the same roads.
        """
        around = surroundings or Surroundings.from_frames(roads, None, self._grid, self._policy.defaults)
        self._around = Around.from_frames(around, roads, buildings, trees)

    def put(self, layer: str, row: Mapping[str, Any]) -> None:
        """Add a row of ``routes`` or ``pipes`` (``geometry`` in the grid), or replace the one of the same id."""
        self._layers[layer].put(row)

    def discard(self, layer: str, item_id: str) -> None:
        """Remove a row of ``routes`` or ``pipes``; nothing happens if there is none of that id."""
        self._layers[layer].discard(str(item_id))

    def of(
        self, drawn: Mapping[str, Any], *, on: date, policy: Policy | None = None, moves: bool = True
    ) -> list[Finding]:
        """Return the findings of one drawn route with all that is kept here, the gravest first.

        The same findings, by id too, as `survey.conflicts.find_conflicts` gives for it among all routes.

        Parameters
        ----------
        drawn
            The columns of ROUTES and ``geometry``, a line in the grid. A route kept here under the same id is left out:
            it is the one being edited.
        on
            The day of judging.
        policy
            Rules of another county; None: the county's own.
        moves
            Whether mends are sought that move a line aside: most of the time goes into these, and nobody needs them
            while the line itself still follows the pointer.
        """
        return list(self.found(drawn, on=on, policy=policy, moves=moves))

    def found(
        self, drawn: Mapping[str, Any], *, on: date, policy: Policy | None = None, moves: bool = True
    ) -> Findings:
        """Return what `of` returns, without making each finding yet, and with the faults of the drawn route."""
        rules = policy or self._policy
        named = {**drawn, "id": "" if drawn.get("id") is None else drawn["id"]}
        own, faults = read_row(named, "routes", self._policy.defaults)
        if not len(own):
            return Findings([], faults, self._grid.crs)
        name, shape = str(own.subjects.ids[0]), own.lines.to_shapely()[0]
        error = float(own.accuracy_m[0])
        routes = BuriedLines.concatenate([own, self._layers["routes"].near(shape, error, without=name)])
        subject = int(np.flatnonzero(routes.subjects.ids == name)[0])
        group = np.zeros(len(routes), dtype=np.int64)
        group[subject] = -1
        pipes = self._layers["pipes"].near(shape, error)
        scene = Scene(routes, pipes, self._around, rules, on, self._months, group, subject)
        return Findings(judge_scene(scene, workers=1), faults, self._grid.crs, moves=moves)


def _frame(frame: gpd.GeoDataFrame | None, grid: Grid) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"id": [], "utility": []}, geometry=[], crs=grid.crs) if frame is None else frame


def _reach(error_m: float, other_error_m: float) -> float:
    """Return how far away lines matter to each other by their mean errors in plan (metres)."""
    worse = np.hypot(*np.minimum([error_m, other_error_m], WORST_ERROR_M)) - np.hypot(GOOD_M, GOOD_M)
    return REACH_M + COVERAGE * max(0.0, float(worse))


class _Layer:
    """Routes or pipes by place: those given at first in one tree, edits beside it until they are many."""

    def __init__(self, name: str, frame: gpd.GeoDataFrame, defaults: Defaults) -> None:
        self.name, self._defaults = name, defaults
        lines, faults = read_lines(frame, name, defaults)
        self.faults: dict[str, list[Fault]] = {}
        for fault in faults:
            self.faults.setdefault(str(fault.feature), []).append(fault)
        self._kept = _Kept(lines)
        self._edited: dict[str, BuriedLines | None] = {}

    def put(self, row: Mapping[str, Any]) -> None:
        lines, faults = read_row(row, self.name, self._defaults)
        name = str(row["id"])
        self._edit(name, lines if len(lines) else None)
        self.faults[name] = faults

    def discard(self, name: str) -> None:
        self._edit(name, None)
        self.faults.pop(name, None)

    def _edit(self, name: str, lines: BuriedLines | None) -> None:
        # Readers take kept and edited once, in this order: what is in both is the edit.
        edited = self._edited | {name: lines}
        if len(edited) > EDITS_KEPT_APART:
            self._kept, edited = _Kept(_together(self._kept.lines, edited)), {}
        self._edited = edited

    def near(self, shape: shapely.Geometry, error_m: float, *, without: str | None = None) -> BuriedLines:
        """Return the lines that may matter to a line known to ``error_m``, sorted by id."""
        edited, kept = self._edited, self._kept
        rows = kept.near(shape, error_m)
        names = kept.lines.subjects.ids[rows]
        rows = rows[[name not in edited and name != without for name in names]]
        changed = [
            lines
            for name, lines in edited.items()
            if lines is not None
            and name != without
            and shapely.dwithin(lines.lines.to_shapely()[0], shape, _reach(error_m, float(lines.accuracy_m[0])))
        ]
        return BuriedLines.concatenate([kept.lines.take(rows), *changed])


class _Kept:
    """Many lines and the trees of their shapes: of all, and of those that are known badly."""

    def __init__(self, lines: BuriedLines) -> None:
        self.lines = lines
        shapes = lines.lines.to_shapely()
        self._poor = np.flatnonzero(lines.accuracy_m > GOOD_M)
        self._tree, self._poor_tree = shapely.STRtree(shapes), shapely.STRtree(shapes[self._poor])

    def near(self, shape: shapely.Geometry, error_m: float) -> np.ndarray[Any, np.dtype[np.int64]]:
        rows = self._tree.query(shape, predicate="dwithin", distance=_reach(error_m, GOOD_M))
        if len(self._poor):
            far = self._poor_tree.query(shape, predicate="dwithin", distance=_reach(error_m, WORST_ERROR_M))
            rows = np.union1d(rows, self._poor[far])
        return np.sort(rows).astype(np.int64)


def _together(lines: BuriedLines, edited: Mapping[str, BuriedLines | None]) -> BuriedLines:
    stays = np.flatnonzero([name not in edited for name in lines.subjects.ids]).astype(np.int64)
    return BuriedLines.concatenate([lines.take(stays), *(one for one in edited.values() if one is not None)])
