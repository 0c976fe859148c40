"""Hold a county's planned routes ready for one drawn line: who runs beside it, whose ends it touches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from geo.parallels import ResidentLines
from geo.polylines import Polylines
from survey.attributes import kilovolts
from survey.joined import Member, one_shape
from survey.periods import as_date
from survey.quantities import Asked, vertex_accuracy, working_widths
from survey.touching import RouteIndex
from survey.utilities import UTILITIES, group_of, utility_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import shapely

    from survey.policies import Defaults

DISTANCE_M = 3.0
BEARING_DEG = 15.0
COLUMNS = ("id", "utility", "operator", "start", "end", "accuracy_m", "drawn_by", "voltage_kv")


@dataclass(frozen=True, slots=True)
class PlannedRoute:
    """What is asked of one planned route; ``shape`` in the county's grid."""

    id: str
    utility: str | None
    operator: str | None
    start: date | None
    end: date | None
    accuracy_m: float
    shape: shapely.Geometry
    voltage_kv: float | None = None

    @property
    def member(self) -> Member:
        """The route as `survey.joined` asks for it."""
        return Member(self.utility, self.operator, self.start, self.accuracy_m)


def planned_routes(frame: gpd.GeoDataFrame, defaults: Defaults) -> list[PlannedRoute]:
    """Return each row of the layer ``routes`` (the columns of ROUTES, ``geometry`` in the grid) as a `PlannedRoute`.

    Missing columns and empty values are None; without ``id`` the row number is the id. The accuracy falls back on the
    county's for the way the line was drawn. A word that names no utility is None.
    """
    n = len(frame)
    nothing = [None] * n

    def column(name: str) -> list[Any]:
        return list(frame[name]) if name in frame else nothing

    words = {word: utility_key(word) for word in set(column("utility"))}
    return [
        PlannedRoute(str(i), words[u], _text(o), as_date(s), as_date(e), a, g, _kilovolts(v))
        for i, u, o, s, e, a, g, v in zip(
            column("id") if "id" in frame else range(n),
            column("utility"),
            column("operator"),
            column("start"),
            column("end"),
            vertex_accuracy(column("accuracy_m"), column("drawn_by"), defaults).tolist(),
            frame.geometry.to_numpy() if n else (),
            column("voltage_kv"),
            strict=True,
        )
    ]


def _kilovolts(value: object) -> float | None:
    read = kilovolts(value)
    return None if np.isnan(read) else read


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def group_number(utility: str | None) -> int:
    """Return the number of a utility for the kernel; unknown ones share a number of their own."""
    return int(group_of([utility])[0]) if utility else len(UTILITIES)


def asked(routes: Sequence[PlannedRoute], defaults: Defaults) -> Asked:
    """Return routes as `survey.quantities.measure_lines` takes them."""
    utilities = [route.utility for route in routes]
    return Asked(
        np.array([route.shape for route in routes], dtype=object),
        [route.id for route in routes],
        utilities,
        np.array([route.accuracy_m for route in routes], dtype=np.float64),
        working_widths(utilities, defaults),
        np.array([np.nan if r.voltage_kv is None else r.voltage_kv for r in routes], dtype=np.float64),
    )


def as_one(routes: Sequence[PlannedRoute]) -> PlannedRoute:
    """Return the routes of one work as one: merged where they touch, as exact as the least exact of them.

    Its voltage is the highest; None where any of them states none.
    """
    stated = [route.voltage_kv for route in routes]
    known = [kv for kv in stated if kv is not None]
    return replace(
        routes[0],
        voltage_kv=max(known) if len(known) == len(stated) else None,
        accuracy_m=max(route.accuracy_m for route in routes),
        shape=one_shape(route.shape for route in routes),
    )


class PlannedRoutes:
    """The planned routes of a county, resident; one writer at a time, any number of readers.

    Parameters
    ----------
    frame
        Layer ``routes`` in the county's grid, with a column ``id``. May be empty.
    defaults
        The county's defaults, for accuracies.
    distance, bearing
        What counts as side by side, as for `geo.parallels.ResidentLines`.
    """

    def __init__(
        self, frame: gpd.GeoDataFrame, defaults: Defaults, *, distance: float = DISTANCE_M, bearing: float = BEARING_DEG
    ) -> None:
        self._defaults = defaults
        shapes = frame.geometry.to_numpy() if len(frame) else np.array([], dtype=object)
        self._routes: dict[int, PlannedRoute] = dict(enumerate(planned_routes(frame, defaults)))
        self._slots = {route.id: slot for slot, route in self._routes.items()}
        self.lines = ResidentLines(
            Polylines.from_shapely(shapes),
            np.array([group_number(r.utility) for r in self._routes.values()], dtype=np.int64),
            distance=distance,
            bearing=bearing,
        )
        self.index = RouteIndex(shapes)

    def __len__(self) -> int:
        return len(self._routes)

    def route(self, slot: int) -> PlannedRoute:
        """Return the route in a slot of ``lines``.

        Raises
        ------
        KeyError
            If the slot is empty.
        """
        return self._routes[slot]

    def slot(self, route_id: str) -> int | None:
        """Return the slot of a route, None if there is no such route."""
        return self._slots.get(route_id)

    def put(self, row: Mapping[str, Any]) -> None:
        """Add a route, or replace the one of the same id, after it was written to the store."""
        known = {key: [row.get(key)] for key in COLUMNS}
        frame = gpd.GeoDataFrame(known, geometry=[row["geometry"]])
        (route,) = planned_routes(frame, self._defaults)
        slot = self._slots.get(route.id)
        lines, group = Polylines.from_shapely(np.array([route.shape], dtype=object)), group_number(route.utility)
        if slot is None:
            slot = int(self.lines.add(lines, group))
        else:
            self.lines.replace(slot, lines, group)
        self._routes[slot] = route
        self._slots[route.id] = slot
        self.index.replace(slot, route.shape)

    def discard(self, route_id: str) -> None:
        """Remove a route; nothing happens if there is none of that id."""
        slot = self._slots.pop(route_id, None)
        if slot is not None:
            self.lines.remove(slot)
            self.index.replace(slot, None)
            self._routes.pop(slot, None)
