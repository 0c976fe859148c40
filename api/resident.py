"""Keep the county in memory, so that one drawn line is judged in milliseconds, and follow what is written."""

from __future__ import annotations

import gc
import logging
import threading
import time
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from api.errors import ProblemError, refused
from api.gate import Gate
from geo.crs import grid as grid_of
from geo.faults import BadInputError, Fault
from survey.assessments import County, assess
from survey.conflicts import Conflicts, find_conflicts
from survey.finding_columns import Findings
from survey.planned import PlannedRoutes
from survey.policies import load_policy, policy_ids
from survey.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.coordinates import Axes
    from api.db.records import Change, Row
    from api.db.records import County as StoredCounty
    from api.db.store import Store

State = Literal["loading", "ready", "failed", "no_county"]
BURIED, AROUND = ("routes", "pipes"), ("roads", "buildings", "trees")
JUDGED = (*BURIED, *AROUND)
Box = tuple[float, float, float, float]
PATIENCE_SECONDS = 60.0  # how long a request waits for the county to be loaded
LONGER_AFTER_FAILURE = 10
LAST_SECONDS = 3.0  # how long stopping waits
REBUILD_FROM = 1_000  # so many changed routes are quicker loaded anew than put in one by one
FREEZE_FROM = 10_000  # routes
CHANGES_AT_ONCE = 10_000
MOST_TOLD = 20
WARM_DAY = date(2026, 12, 1)  # any day: its verdict is thrown away
WARM_LINE = shapely.LineString([(0.0, 0.0), (10.0, 0.0), (20.0, 5.0)])
EDGE_POINTS = 9  # an edge of the grid's box is bent in degrees

log = logging.getLogger("cotrench.resident")


def lonlat_box(box: Box, axes: Axes) -> list[float]:
    """Return the least box in ``axes`` (degrees) around a box of the grid, to nine decimals.

    >>> from api.coordinates import axes_of
    >>> from geo.crs import grid
    >>> lonlat_box((500_000.0, 3_660_000.0, 500_000.0, 3_660_000.0), axes_of(None, grid("EPSG:4546")))
    [111.0, 33.065388886, 111.0, 33.065388886]
    """
    along, nothing = np.linspace(0.0, 1.0, EDGE_POINTS), np.zeros(EDGE_POINTS)
    u = np.concatenate([along, along, nothing, nothing + 1])
    v = np.concatenate([nothing, nothing + 1, along, along])
    lon, lat = axes.from_grid(box[0] + u * (box[2] - box[0]), box[1] + v * (box[3] - box[1]))
    numbers = [lon.min(), lat.min(), lon.max(), lat.max()]
    return [round(float(number), axes.decimals) for number in numbers]


NO_COUNTY = Fault(
    "county.missing", "尚未设定县与坐标系", "the store has no county yet",
    "先导入数据，或运行 cotrench serve --demo", "import a layer, or run cotrench serve --demo",
)  # fmt: skip
NO_POLICY = Fault(
    "county.no_policy", "本县尚未设定政策", "the county has no policy",
    "在请求中写明 policy，或用 PUT /api/county 设定", "name a policy in the request, or set it with PUT /api/county",
    field="policy",
)  # fmt: skip


class Resident:
    """The county in memory: routes, roads, greens, ready for `survey.assessments.assess`.

    It is loaded by a thread of its own, so that the service answers at once; the same thread then looks every
    ``poll_seconds`` for what other processes have written. What this process writes is taken over by `catch_up` before
    the write is answered. Readers see the county before or after a change, never within it.

    Attributes
    ----------
    state
        ``loading``, ``ready``, ``failed`` (the log says why; it is tried again), ``no_county`` (an empty store).
    box
        Of all routes, roads and greens, metres of the grid; None while there are none. It only grows.
    stored
        Whose county it is, as the store says; None until it is loaded.
    warm
        Whether every kernel has run once.
    left_out
        What is wrong with the stored roads that no assessment can use.
    """

    def __init__(self, store: Store, *, poll_seconds: float = 1.0) -> None:
        self.state: State = "loading"
        self.box: Box | None = None
        self.warm = False
        self.left_out: tuple[Fault, ...] = ()
        self._store = store
        self._poll_seconds = poll_seconds
        self.stored: StoredCounty | None = None
        self._county: County | None = None
        self._change = 0
        self._load_seconds = 0.0
        self._gate = Gate()
        self._keeping = threading.RLock()  # one thread at a time brings the county up to date
        self._following = threading.Event()  # from here on every write takes itself over
        self._loaded = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="resident county", daemon=True)

    def start(self) -> None:
        """Begin to load, and to follow what is written."""
        self._thread.start()

    def stop(self) -> None:
        """Stop following; what is going on (a kernel being compiled, a county being loaded) is not waited for long."""
        self._stopped.set()
        self._thread.join(LAST_SECONDS)

    def report(self) -> dict[str, Any]:
        """Return what is in memory and how far it follows the store."""
        county = self._county
        return {
            "change": self._change,
            "routes": len(county.routes) if county else 0,
            "roads": len(county.surroundings.facts.ids) if county else 0,
            "greens": len(county.surroundings.greens) if county else 0,
            "load_seconds": round(self._load_seconds, 3),
            "left_out": [fault.as_dict() for fault in self.left_out[:MOST_TOLD]],
        }

    def assess(
        self, route: dict[str, Any], *, on: date, crs: str, policy: str | None, moving: bool, **near: float
    ) -> dict[str, Any]:
        """Return the assessment of a route against the county as it is now; see `survey.assessments.assess`.

        Raises
        ------
        ProblemError
            The county is still being loaded; it has no policy and none is named.
        BadInputError
            With every fault of the route.
        """
        self._wait()
        with self._gate.reading():
            county, stored = self._county, self.stored
            if county is None or stored is None:
                raise refused(NO_COUNTY)
            if policy is None and stored.policy is None:
                raise refused(NO_POLICY)
            return assess(route, county, on=on, crs=crs, policy=policy, moving=moving, **near)

    def findings_of(self, route: str, *, on: date, policy: str) -> Findings:
        """Return the findings of one stored route with everything else; none where it is not there any more.

        Raises
        ------
        ProblemError
            The county is still being loaded, or there is none.
        """
        self._wait()
        rules, rows = load_policy(policy), self._store.rows("routes", [route])
        with self._gate.reading():
            if self._county is None or self._county.conflicts is None:
                raise refused(NO_COUNTY)
            if not rows:
                return Findings([])
            row = {**rows[0].properties, "id": rows[0].id, "geometry": rows[0].geometry}
            return self._county.conflicts.found(row, on=on, policy=rules)

    def surroundings(self) -> Surroundings:
        """Return roads and greens as every assessment sees them now; another object after each change of them.

        Raises
        ------
        ProblemError
            The county is still being loaded, or there is none.
        """
        self._wait()
        self.catch_up()
        with self._gate.reading():
            if self._county is None:
                raise refused(NO_COUNTY)
            return self._county.surroundings

    def all_findings(self, *, on: date, policy: str) -> tuple[int, Findings]:
        """Find every conflict of the stored routes; return the store's last change before, and the findings.

        Roads that cannot be used are left out, as of every assessment.

        Raises
        ------
        ProblemError
            The store has no county.
        """
        with self._store.reading():
            stored = self._store.county
            if stored is None:
                raise refused(NO_COUNTY)
            change = self._store.last_change()
            frames = {name: self._store.frame(name) for name in JUDGED}
        asked: dict[str, Any] = {"policy": load_policy(policy), "on": on, "grid": grid_of(stored.grid)}
        try:
            return change, find_conflicts(**frames, **asked)
        except BadInputError as error:
            roads = frames["roads"]
            frames["roads"] = roads[~roads["id"].isin({str(fault.feature) for fault in error.faults})]
            return change, find_conflicts(**frames, **asked)

    def catch_up(self) -> None:
        """Take over everything that was written since; cheap where nothing was."""
        with self._keeping:
            if self._county is None or self.stored != self._store.county:
                self._load()
            while self._county is not None and (changes := self._store.changes_since(self._change, CHANGES_AT_ONCE)):
                self._take_over(changes)
                if len(changes) < CHANGES_AT_ONCE:
                    break
            if self._county is not None:
                self.state = "ready"

    def follow(self) -> None:
        """Catch up after a write; the write is done, so what fails here is told in the log and tried again later.

        While the county is being loaded nothing is waited for: the loading takes the write over when it is through.
        """
        if not self._following.is_set():
            return
        try:
            self.catch_up()
        except Exception:
            log.exception("the county in memory could not take over a write")

    def _wait(self) -> None:
        soon = {"Retry-After": "5"}
        if not self._loaded.wait(PATIENCE_SECONDS):
            raise ProblemError("county.loading", headers=soon)
        if self.state == "failed" and self._county is None:
            zh, en = "载入失败，正在重试；原因见服务日志", "loading failed and is tried again; the log says why"
            raise ProblemError("county.loading", zh, en, headers=soon)

    def _keep(self) -> None:
        """Load the county, then follow the store until stopped; what fails is told in the log and tried again."""
        while True:
            pause = self._poll_seconds
            try:
                self.catch_up()
                self._warm_up()
                if not self._following.is_set():
                    # What was written while the kernels were warmed up: nobody has taken it over yet.
                    self._following.set()
                    self.catch_up()
            except Exception:
                # Whatever it is, the thread must live on: the database may be back in a minute.
                log.exception("the county in memory could not follow the store")
                self.state = "failed"
                pause *= LONGER_AFTER_FAILURE
            self._following.set()
            self._loaded.set()
            if self._stopped.wait(pause):
                return

    def _load(self) -> None:
        """Load everything anew and put it in the place of what there was."""
        begun = time.perf_counter()
        stored = self._store.county
        if stored is None:
            self.state = "no_county"
            return
        # Read before the rows: what is written meanwhile is taken over once more, which changes nothing.
        change = self._store.last_change()
        policy = load_policy(_policy_of(stored))
        surroundings = self._surroundings(stored)
        conflicts = self._conflicts(stored, surroundings)
        county = County(grid_of(stored.grid), policy, surroundings, self._routes(stored), conflicts)
        boxes = [box for box in map(self._store.bounds, ("routes", "roads", "greens")) if box is not None]
        with self._gate.writing():
            self._county, self.stored, self._change = county, stored, change
            self.box = _around(boxes)
        if len(county.routes) > FREEZE_FROM:
            # Millions of objects that stay: looking through them again and again would stop every request for a second.
            gc.collect()
            gc.freeze()
        self._load_seconds = time.perf_counter() - begun

    def _take_over(self, changes: Sequence[Change]) -> None:
        """Bring what ``changes`` name into the county."""
        county, stored = self._county, self.stored
        assert county is not None and stored is not None and county.conflicts is not None  # noqa: S101, PT018 - for mypy
        conflicts = county.conflicts
        changed = {layer: sorted({one.id for one in changes if one.layer == layer}) for layer in BURIED}
        if sum(map(len, changed.values())) > REBUILD_FROM:
            self._load()
            return
        present = {layer: {row.id: row for row in self._store.rows(layer, ids)} for layer, ids in changed.items()}
        touched = {change.layer for change in changes}
        ground = touched & {"roads", "greens"}
        surroundings = self._surroundings(stored) if ground else county.surroundings
        around = self._around() if touched & set(AROUND) else None
        boxes = [shapely.bounds(row.geometry) for row in present["routes"].values()]
        boxes += [box for box in map(self._store.bounds, sorted(ground)) if box is not None]
        with self._gate.writing():
            county.surroundings = surroundings
            if around is not None:
                conflicts.set_around(**around, surroundings=surroundings)
            for layer, ids in changed.items():
                for identity in ids:
                    _take(county, layer, identity, present[layer].get(identity))
            self.box = _around([*([self.box] if self.box else []), *boxes])
            self._change = changes[-1].number

    def _conflicts(self, stored: StoredCounty, surroundings: Surroundings) -> Conflicts:
        frames = {layer: self._store.frame(layer) for layer in BURIED}
        # Roads come with the surroundings: they are built once, and those that cannot be used are left out of both.
        kept = Conflicts(**frames, policy=load_policy(_policy_of(stored)), grid=grid_of(stored.grid))
        kept.set_around(**self._around(), surroundings=surroundings)
        return kept

    def _around(self) -> dict[str, Any]:
        return {layer: self._store.frame(layer) for layer in AROUND}

    def _routes(self, stored: StoredCounty) -> PlannedRoutes:
        return PlannedRoutes(self._store.frame("routes"), load_policy(_policy_of(stored)).defaults)

    def _surroundings(self, stored: StoredCounty) -> Surroundings:
        """Build the surroundings; roads that cannot be used (no width, no class of that name) are left out and told."""
        roads, greens = self._store.frame("roads"), self._store.frame("greens")
        grid, defaults = grid_of(stored.grid), load_policy(_policy_of(stored)).defaults
        try:
            found = Surroundings.from_frames(roads, greens, grid, defaults)
            self.left_out = ()
        except BadInputError as error:
            self.left_out = error.faults
            bad = {str(fault.feature) for fault in error.faults}
            found = Surroundings.from_frames(roads[~roads["id"].isin(bad)], greens, grid, defaults)
            log.warning("%d roads are left out of every assessment: %s", len(bad), ", ".join(sorted(bad)[:20]))
        return found

    def _warm_up(self) -> None:
        """Run one assessment, so that the first one asked for does not wait for the kernels."""
        county = self._county
        if self.warm or county is None:
            return
        x, y = (self.box[0], self.box[1]) if self.box else county.grid.from_lonlat(county.grid.central_meridian, 30.0)
        line = shapely.transform(WARM_LINE, lambda points: points + np.array([x, y], np.float64))
        feature = {"type": "Feature", "geometry": line, "properties": {"utility": "water"}}
        with self._gate.reading():
            assess(feature, county, on=WARM_DAY, crs="OGC:CRS84")
        self.warm = True


def _take(county: County, layer: str, identity: str, row: Row | None) -> None:
    """Bring one row of routes or pipes as it is now into the county; None: it is gone."""
    if county.conflicts is None:
        return
    if row is None:
        county.conflicts.discard(layer, identity)
    else:
        county.conflicts.put(layer, {**row.properties, "id": row.id, "geometry": row.geometry})
    if layer == "routes" and row is None:
        county.routes.discard(identity)
    elif layer == "routes" and row is not None:
        county.routes.put({**row.properties, "id": row.id, "geometry": row.geometry})


def _policy_of(stored: StoredCounty) -> str:
    """Return the county's policy; without one, the first that is installed lends its accuracies, but judges nothing."""
    return stored.policy or policy_ids()[0]


def _around(boxes: Sequence[Any]) -> Box | None:
    """Return the least box around ``boxes``; None where there are none."""
    if not boxes:
        return None
    array = np.asarray(boxes, np.float64)
    west, south = array[:, :2].min(axis=0).tolist()
    east, north = array[:, 2:].max(axis=0).tolist()
    return west, south, east, north
