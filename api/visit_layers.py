"""Give out the layers around the stops of a visit as a GeoPackage that is edited in QGIS or QField and comes back."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from api.db.tables import LAYERS
from api.doors import action_on
from api.geopackages import write_styled
from api.own_items import own_ids
from api.visit_given import Given, GivenLayer, given_tables
from api.visit_papers import Papers
from api.visit_shown import shown_layers
from maps.qgis import tables_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.db.records import Row
    from api.db.store import Store
    from api.dependencies import Service
    from api.doors import Visitor
    from maps.qgis import StyledLayer
    from survey.visits.keeping import Visit
    from survey.visits.stops import Stop

    Box = tuple[float, float, float, float]

AROUND_M = 150.0
"""How far around a stop, and what is looked at there, layers are given out; a judgement: what one sees from there."""
MOST_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Around:
    """What is given out of one moment of the store: rows by layer and id, the last change, and when that was."""

    rows: Mapping[str, Mapping[str, Row]]
    change: int
    made_at: datetime


def layers_gpkg(service: Service, visitor: Visitor, visit: Visit, *, language: str) -> tuple[bytes, Given]:
    """Return the layers around the stops of a visit as a GeoPackage, and what is given out in it.

    The rows that who asks may look at, each with its revision, and tables that say what the file is; the same bytes
    as long as neither the store nor the visit has changed.

    Parameters
    ----------
    visit
        With a plan; one that has none has no stops and gives out nothing.
    language
        ``zh`` or ``en``: of the names of fields.
    """
    plan = visit.plan
    around = rows_around(service, visitor, visit)
    crs = service.grid().crs
    frames = {name: frame_of(LAYERS[name].columns, rows.values(), crs) for name, rows in around.rows.items()}
    edited = tables_of(frames)
    shown = []
    if plan is not None and plan.days:
        answers = Papers(service, visit, plan.days[0].on, language).answers
        seen = {name: one for name, one in answers.items() if name in around.rows.get("routes", ())}
        shown = shown_layers(plan, seen, crs, language)
    county = service.store.county
    given = Given(
        visit.id, county.id if county is not None else "", around.change, around.made_at,
        {one.table: _given(one) for one in [*edited, *shown]},
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layers.gpkg"
        write_styled([*edited, *shown], path, made_at=around.made_at, tables=given_tables(given), language=language)
        return path.read_bytes(), given


def _given(layer: StyledLayer) -> GivenLayer:
    if not layer.edited:
        return GivenLayer("")
    revisions = dict(zip(layer.frame["id"], layer.frame["revision"].astype(int).tolist(), strict=True))
    return GivenLayer(layer.symbol, tuple(LAYERS[layer.symbol].columns), revisions)


def rows_around(service: Service, visitor: Visitor, visit: Visit) -> Around:
    """Return the rows near the stops of a visit, and those it is about wherever they are, that who asks may look at."""
    store, plan = service.store, visit.plan
    stops = plan.stops if plan is not None else ()
    readable = [name for name in LAYERS if visitor.reach(action_on(name, "read")) is not None]
    with store.reading():
        rows = {name: _rows(store, name, stops) for name in readable}
        for name in readable:
            own = own_ids(service, visitor, name)
            if own is not None:
                rows[name] = {one: row for one, row in rows[name].items() if one in own}
        change = store.last_change()
        moments = [one.at for one in store.changes_since(change - 1, 1)] if change else []
    return Around(rows, change, max([*moments, *([visit.at] if visit.at is not None else [])], default=service.now()))


def _rows(store: Store, layer: str, stops: Sequence[Stop]) -> dict[str, Row]:
    found = {row.id: row for box in _boxes(stops) for row in store.items(layer, box, MOST_ROWS)}
    about = {one.id for stop in stops for item in stop.items for one in item.subjects if one.layer == layer}
    found |= {row.id: row for row in store.rows(layer, sorted(about - found.keys()))}
    return dict(sorted(found.items()))


def _boxes(stops: Sequence[Stop]) -> list[Box]:
    """Return the box around each stop and what is looked at there; those that overlap are one."""
    boxes = []
    for stop in stops:
        x, y = zip((stop.x, stop.y), *((item.x, item.y) for item in stop.items), strict=True)
        boxes.append(shapely.box(min(x) - AROUND_M, min(y) - AROUND_M, max(x) + AROUND_M, max(y) + AROUND_M))
    joined = shapely.get_parts(shapely.union_all(boxes)) if boxes else []
    return [tuple(float(number) for number in one.bounds) for one in joined]  # type: ignore[misc]  # four of them


def frame_of(columns: Mapping[str, str], rows: Any, crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - rows once, pyproj's
    """Return rows as a frame: id, columns of their kinds, revision."""
    listed: list[Row] = list(rows)
    made: dict[str, Any] = {"id": np.array([row.id for row in listed], object)}
    for name, kind in columns.items():
        values = [row.properties.get(name) for row in listed]
        made[name] = np.array(values, np.float64 if kind in ("number", "integer") else object)
    made["revision"] = np.array([row.revision for row in listed], np.int64)
    return gpd.GeoDataFrame(made, geometry=[row.geometry for row in listed], crs=crs)
